package chart

import (
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strconv"
	"strings"
)

// What a drawing may hold. Anything else that the library writes is either
// dropped because it is only for a page with styles and events, or refused.
var (
	svgElements = set("svg", "g", "path", "text", "tspan", "rect", "circle", "ellipse", "line", "polyline", "polygon", "defs", "clipPath", "pattern")
	svgAttrs    = set("width", "height", "viewBox", "x", "y", "x1", "y1", "x2", "y2", "dx", "dy", "cx", "cy", "r", "rx", "ry", "d", "points", "transform",
		"fill", "fill-opacity", "fill-rule", "stroke", "stroke-width", "stroke-opacity", "stroke-dasharray", "stroke-dashoffset", "stroke-linecap",
		"stroke-linejoin", "stroke-miterlimit", "paint-order", "opacity", "clip-path", "clip-rule", "id", "patternUnits", "patternTransform", "patternContentUnits",
		"dominant-baseline", "text-anchor", "font-size", "font-weight", "font-style", "letter-spacing")
	svgDropped = set("class", "style", "space", "xmlns", "xlink", "version", "baseProfile", "pointer-events", "cursor",
		"font-family", "white-space")
)

func set(names ...string) map[string]bool {
	m := map[string]bool{}
	for _, n := range names {
		m[n] = true
	}
	return m
}

// element is an element of a drawing.
type element struct {
	name     string
	attrs    []xml.Attr
	text     string
	children []*element
}

func (e *element) attr(name string) string {
	for _, a := range e.attrs {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// cleanSVG makes the library's drawing fit for a page with a strict content
// policy: styles become presentation attributes, style sheets, classes and all
// that hangs on them go, what is invisible goes, ids and references become the
// chart's own. The message becomes the drawing's name for screen readers.
func cleanSVG(raw string, c Chart) (string, error) {
	root, err := parseSVG(raw)
	if err != nil {
		return "", err
	}
	prune(root)
	ids := map[string]string{}
	collectIDs(root, c.ID, ids)
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d" role="img" aria-label="%s" font-family="%s"><title>%s</title>`,
		c.Width, c.Height, c.Width, c.Height, escape(c.Message), escape(fontFamily), escape(c.Message))
	for _, e := range root.children {
		if err := e.write(&b, ids); err != nil {
			return "", err
		}
	}
	b.WriteString("</svg>")
	return b.String(), nil
}

func parseSVG(raw string) (*element, error) {
	d := xml.NewDecoder(strings.NewReader(raw))
	top := &element{}
	stack := []*element{top}
	for {
		tok, err := d.Token()
		if errors.Is(err, io.EOF) {
			break
		}
		if err != nil {
			return nil, fmt.Errorf("the library's SVG is not XML: %w", err)
		}
		parent := stack[len(stack)-1]
		switch t := tok.(type) {
		case xml.StartElement:
			if t.Name.Local == "style" {
				if err := d.Skip(); err != nil {
					return nil, fmt.Errorf("the library's SVG is not XML: %w", err)
				}
				continue
			}
			if !svgElements[t.Name.Local] {
				return nil, fmt.Errorf("the library's SVG has an element %q", t.Name.Local)
			}
			e := &element{name: t.Name.Local}
			for _, a := range t.Attr {
				switch {
				case a.Name.Local == "style":
					e.attrs = append(e.attrs, styleAttrs(a.Value)...)
				case svgDropped[a.Name.Local], strings.HasPrefix(a.Name.Local, "ecmeta_"):
				default:
					e.attrs = append(e.attrs, a)
				}
			}
			for _, a := range e.attrs {
				if !svgAttrs[a.Name.Local] {
					return nil, fmt.Errorf("the library's SVG has an attribute %q on %s", a.Name.Local, e.name)
				}
			}
			parent.children = append(parent.children, e)
			stack = append(stack, e)
		case xml.EndElement:
			stack = stack[:len(stack)-1]
		case xml.CharData:
			parent.text += string(t)
		}
	}
	if len(top.children) != 1 || top.children[0].name != "svg" {
		return nil, fmt.Errorf("the library's SVG has no root element svg")
	}
	return top.children[0], nil
}

// styleAttrs are the declarations of a style attribute as attributes.
func styleAttrs(style string) []xml.Attr {
	var out []xml.Attr
	for decl := range strings.SplitSeq(style, ";") {
		name, value, ok := strings.Cut(decl, ":")
		name, value = strings.TrimSpace(name), strings.TrimSpace(value)
		if !ok || svgDropped[name] {
			continue
		}
		if name == "font-size" {
			value = strings.TrimSuffix(value, "px")
		}
		out = append(out, xml.Attr{Name: xml.Name{Local: name}, Value: value})
	}
	return out
}

// prune drops shapes that show nothing, groups left empty, and clip paths that
// nothing refers to any more.
func prune(root *element) {
	pruneEmpty(root)
	used := map[string]bool{}
	walkElements(root, func(e *element) {
		for _, a := range e.attrs {
			if m := urlRef.FindStringSubmatch(a.Value); m != nil {
				used[m[1]] = true
			}
		}
	})
	var sweep func(e *element)
	sweep = func(e *element) {
		kept := e.children[:0]
		for _, c := range e.children {
			if (c.name == "clipPath" || c.name == "pattern") && !used[c.attr("id")] {
				continue
			}
			sweep(c)
			if c.name == "defs" && len(c.children) == 0 {
				continue
			}
			kept = append(kept, c)
		}
		e.children = kept
	}
	sweep(root)
}

func pruneEmpty(e *element) {
	kept := e.children[:0]
	for _, c := range e.children {
		if c.name != "clipPath" {
			pruneEmpty(c)
		}
		if invisible(c) || c.name == "g" && len(c.children) == 0 {
			continue
		}
		kept = append(kept, c)
	}
	e.children = kept
}

func invisible(e *element) bool {
	if e.name == "text" {
		return strings.TrimSpace(e.text) == "" && len(e.children) == 0
	}
	if e.name != "path" && e.name != "rect" && e.name != "circle" {
		return false
	}
	fill := e.attr("fill") != "none" && e.attr("fill-opacity") != "0"
	stroke := e.attr("stroke") != "" && e.attr("stroke") != "none" && e.attr("stroke-opacity") != "0"
	return !fill && !stroke || e.attr("opacity") == "0" || strings.HasPrefix(e.attr("transform"), "matrix(0,0,0,0,")
}

func walkElements(e *element, f func(*element)) {
	f(e)
	for _, c := range e.children {
		walkElements(c, f)
	}
}

var (
	urlRef = regexp.MustCompile(`^url\(#([^)]+)\)$`)
	long   = regexp.MustCompile(`-?\d*\.\d{3,}`)
)

// collectIDs numbers ids in the order of the drawing: the library's own depend
// on how many charts were drawn before.
func collectIDs(e *element, prefix string, ids map[string]string) {
	walkElements(e, func(e *element) {
		if id := e.attr("id"); id != "" {
			ids[id] = fmt.Sprintf("%s-%d", prefix, len(ids)+1)
		}
	})
}

func (e *element) write(b *strings.Builder, ids map[string]string) error {
	b.WriteString("<" + e.name)
	for _, a := range e.attrs {
		v := a.Value
		switch name := a.Name.Local; name {
		case "id":
			v = ids[v]
		case "d", "points", "transform", "x", "y", "width", "height", "patternTransform":
			// A hundredth of a pixel is enough, and is the same on every machine.
			v = long.ReplaceAllStringFunc(v, func(s string) string {
				f, err := strconv.ParseFloat(s, 64)
				if err != nil {
					return s
				}
				return strconv.FormatFloat(round(f, 2)+0, 'f', -1, 64)
			})
		default:
			if m := urlRef.FindStringSubmatch(v); m != nil {
				id, ok := ids[m[1]]
				if !ok {
					return fmt.Errorf("the library's SVG refers to %s, which is not in it", v)
				}
				v = "url(#" + id + ")"
			} else if strings.Contains(v, "url(") {
				return fmt.Errorf("the library's SVG refers to %s", v)
			}
		}
		fmt.Fprintf(b, ` %s="%s"`, a.Name.Local, escape(v))
	}
	if e.text == "" && len(e.children) == 0 {
		b.WriteString("/>")
		return nil
	}
	b.WriteString(">")
	if e.name == "text" || e.name == "tspan" {
		b.WriteString(escape(e.text))
	}
	for _, c := range e.children {
		if err := c.write(b, ids); err != nil {
			return err
		}
	}
	b.WriteString("</" + e.name + ">")
	return nil
}

var xmlEscaper = strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;", `"`, "&quot;", "\n", " ", "\r", " ", "\t", " ")

// escape writes a text for XML and HTML alike; characters that neither allows
// are dropped.
func escape(s string) string {
	return xmlEscaper.Replace(strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\t' && r != '\n' && r != '\r' || r == 0xFFFE || r == 0xFFFF || r == 0x7F {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD")))
}
