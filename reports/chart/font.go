package chart

import (
	"bytes"
	"compress/zlib"
	"encoding/binary"
	"fmt"
	"io"
	"strings"
	"sync"
	"unicode"

	"vigie/reports/assets"
)

// face is the advance widths of one weight of Inter, in units of its em.
type face struct {
	em     int
	widths map[rune]int
}

// faces are the embedded weights, by weight.
var faces = sync.OnceValue(func() map[int]*face {
	m := map[int]*face{}
	for _, f := range assets.Fonts {
		parsed, err := parseWOFF(f.WOFF)
		if err != nil {
			panic(fmt.Sprintf("embedded Inter %d: %v", f.Weight, err))
		}
		m[f.Weight] = parsed
	}
	return m
})

// InFont reports whether the embedded typeface can draw a character. Generated
// texts use no other, so that a page looks the same on every machine. U+202F
// counts: Inter has no glyph for it, but it is only a space.
func InFont(r rune) bool {
	return r == '\u202f' || r == '\n' || faces()[400].widths[r] > 0
}

// Width is the width in px of a one-line text in Inter of a size in px and a
// CSS weight, without kerning. Characters that Inter lacks are drawn by a font
// we do not know: they count as wide as such fonts are at most.
func Width(text string, size float64, weight int) float64 {
	f := faces()[nearest(weight)]
	var em float64
	for _, r := range text {
		if w, ok := f.widths[r]; ok {
			em += float64(w) / float64(f.em)
			continue
		}
		em += fallback(r, float64(f.widths[' '])/float64(f.em))
	}
	return em * size
}

func nearest(weight int) int {
	switch {
	case weight < 500:
		return 400
	case weight < 650:
		return 600
	}
	return 700
}

// fallback is the width, in em, of a character drawn by another font.
func fallback(r rune, space float64) float64 {
	switch {
	case r == '\u202f': // as browsers draw it: half a space
		return space / 2
	case unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Cc):
		return 0
	case r >= 0x1F000 || r >= 0x2600 && r < 0x27C0: // emoji and pictographs
		return 1.4
	case unicode.In(r, unicode.Han, unicode.Hiragana, unicode.Katakana, unicode.Hangul):
		// Exactly one em: ECharts takes the width of 国 for the height of a line.
		return 1
	case unicode.In(r, unicode.Latin, unicode.Greek, unicode.Cyrillic, unicode.Hebrew, unicode.Arabic):
		return 0.8
	}
	return 1
}

// parseWOFF reads the tables head, hhea, hmtx and cmap of a WOFF 1.0 file.
func parseWOFF(b []byte) (*face, error) {
	if len(b) < 44 || string(b[:4]) != "wOFF" {
		return nil, fmt.Errorf("not a WOFF file")
	}
	be := binary.BigEndian
	tables := map[string][]byte{}
	for i := range int(be.Uint16(b[12:])) {
		e := b[44+20*i:]
		off, packed, size := be.Uint32(e[4:]), be.Uint32(e[8:]), be.Uint32(e[12:])
		data := b[off : off+packed]
		if packed < size {
			z, err := zlib.NewReader(bytes.NewReader(data))
			if err != nil {
				return nil, fmt.Errorf("table %s: %w", e[:4], err)
			}
			if data, err = io.ReadAll(z); err != nil {
				return nil, fmt.Errorf("table %s: %w", e[:4], err)
			}
		}
		tables[string(e[:4])] = data
	}
	for _, t := range []string{"head", "hhea", "hmtx", "cmap"} {
		if tables[t] == nil {
			return nil, fmt.Errorf("no table %s", t)
		}
	}
	glyphs, err := cmap4(tables["cmap"])
	if err != nil {
		return nil, err
	}
	f := &face{em: int(be.Uint16(tables["head"][18:])), widths: map[rune]int{}}
	measured := int(be.Uint16(tables["hhea"][34:]))
	for r, g := range glyphs {
		// Glyphs after the last measured one have its width.
		f.widths[r] = int(be.Uint16(tables["hmtx"][4*min(g, measured-1):]))
	}
	return f, nil
}

// cmap4 reads the Unicode map of format 4, which every font has for the
// characters up to U+FFFF.
func cmap4(b []byte) (map[rune]int, error) {
	be := binary.BigEndian
	for i := range int(be.Uint16(b[2:])) {
		t := b[be.Uint32(b[4+8*i+4:]):]
		if be.Uint16(t) != 4 {
			continue
		}
		n := int(be.Uint16(t[6:])) / 2
		ends, starts := t[14:], t[16+2*n:]
		deltas, offsets := t[16+4*n:], t[16+6*n:]
		m := map[rune]int{}
		for s := range n {
			end, start := int(be.Uint16(ends[2*s:])), int(be.Uint16(starts[2*s:]))
			delta, offset := int(be.Uint16(deltas[2*s:])), int(be.Uint16(offsets[2*s:]))
			for c := start; c <= end && c != 0xFFFF; c++ {
				g := c + delta
				if offset != 0 {
					if g = int(be.Uint16(offsets[2*s+offset+2*(c-start):])); g != 0 {
						g += delta
					}
				}
				if g &= 0xFFFF; g != 0 {
					m[rune(c)] = g
				}
			}
		}
		return m, nil
	}
	return nil, fmt.Errorf("table cmap: no format 4")
}

// clean takes out of a name what no label can show: control characters, which
// XML refuses, and marks that turn the direction of the text around them. No-break
// spaces stay as they are.
func clean(name string) string {
	name = strings.Map(func(r rune) rune {
		switch {
		case r == '\t' || r == '\n' || r == '\r':
			return ' '
		case unicode.Is(unicode.Cc, r), r == 0xFFFE, r == 0xFFFF, r == 0x061C, r == 0xFEFF,
			r >= 0x200E && r <= 0x200F, r >= 0x2028 && r <= 0x202E, r >= 0x2066 && r <= 0x2069:
			return -1
		}
		return r
	}, strings.ToValidUTF8(name, "\uFFFD"))
	return strings.Join(wordsOf(name), " ")
}

// wordsOf are the words between spaces; no-break spaces are inside of words.
func wordsOf(s string) []string {
	return strings.FieldsFunc(s, func(r rune) bool { return r == ' ' })
}

// fit shortens a text with … so that it is at most width px wide.
func fit(text string, size float64, weight int, width float64) string {
	if Width(text, size, weight) <= width {
		return text
	}
	runes := []rune(text)
	for n := len(runes) - 1; n > 0; n-- {
		// Do not cut inside a character made of several.
		if unicode.In(runes[n], unicode.Mn, unicode.Me) || runes[n] == '\u200d' || runes[n-1] == '\u200d' {
			continue
		}
		if s := strings.TrimRight(string(runes[:n]), " ") + "…"; Width(s, size, weight) <= width {
			return s
		}
	}
	return "…"
}

// wrap breaks a text into at most lines lines of at most width px, between
// words where it can; what does not fit is cut with ….
func wrap(text string, size float64, weight int, width float64, lines int) string {
	var out []string
	words := wordsOf(text)
	for len(words) > 0 {
		if len(out) == lines-1 {
			out = append(out, fit(strings.Join(words, " "), size, weight, width))
			break
		}
		n := 1
		for n < len(words) && Width(strings.Join(words[:n+1], " "), size, weight) <= width {
			n++
		}
		out = append(out, fit(strings.Join(words[:n], " "), size, weight, width))
		words = words[n:]
	}
	return strings.Join(out, "\n")
}

// lineCount is how many lines a wrapped text has.
func lineCount(s string) int { return 1 + strings.Count(s, "\n") }

// longestWord is the word of a text that cannot be broken and needs most room.
func longestWord(s string) string {
	longest := ""
	for _, w := range wordsOf(s) {
		if len(w) > len(longest) {
			longest = w
		}
	}
	return longest
}
