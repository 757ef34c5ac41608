package chart

import (
	"encoding/xml"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// label is a text of a drawing and the box it fills.
type label struct {
	text string
	size float64
	rect
}

// labels reads the texts of a drawing with their boxes, by the typeface's own
// widths, and checks on the way that it holds nothing but shapes and texts.
func labels(t testing.TB, svg string) []label {
	t.Helper()
	var out []label
	for _, e := range elements(t, svg) {
		if e.name != "text" {
			continue
		}
		size := number(t, e.attr("font-size"))
		weight := 400
		if w := e.attr("font-weight"); w != "" {
			weight = int(number(t, w))
		}
		var dx, dy float64
		if tr := e.attr("transform"); tr != "" {
			if n, err := fmt.Sscanf(tr, "translate(%g %g)", &dx, &dy); n != 2 {
				t.Fatalf("text %q: transform %s: %v", e.text, tr, err)
			}
		}
		x, y, w := dx+number(t, e.attr("x")), dy+number(t, e.attr("y")), Width(e.text, size, weight)
		if e.attr("dominant-baseline") != "central" {
			t.Fatalf("text %q is not centred on its place", e.text)
		}
		switch e.attr("text-anchor") {
		case "middle":
			x -= w / 2
		case "end":
			x -= w
		}
		out = append(out, label{e.text, size, rect{x, y - size/2, x + w, y + size/2}})
	}
	return out
}

func number(t testing.TB, s string) float64 {
	t.Helper()
	if s == "" {
		return 0
	}
	v, err := strconv.ParseFloat(s, 64)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// elements parses a drawing as XML. It may hold no script, no style, no foreign
// element, no handler and no reference out of itself.
func elements(t testing.TB, svg string) []*element {
	t.Helper()
	allowed := set("svg", "title", "g", "path", "text", "rect", "circle", "polygon", "polyline", "defs", "clipPath", "pattern")
	var out []*element
	d := xml.NewDecoder(strings.NewReader(svg))
	for {
		tok, err := d.Token()
		if err == io.EOF {
			return out
		}
		if err != nil {
			t.Fatalf("not XML: %v\n%s", err, svg)
		}
		switch tok := tok.(type) {
		case xml.StartElement:
			if !allowed[tok.Name.Local] {
				t.Errorf("element %s", tok.Name.Local)
			}
			for _, a := range tok.Attr {
				n := strings.ToLower(a.Name.Local)
				if strings.HasPrefix(n, "on") || n == "style" || n == "class" || n == "href" || n == "src" ||
					strings.Contains(a.Value, "url(") && !strings.HasPrefix(a.Value, "url(#") {
					t.Errorf("attribute %s=%q on %s", a.Name.Local, a.Value, tok.Name.Local)
				}
			}
			out = append(out, &element{name: tok.Name.Local, attrs: tok.Attr})
		case xml.CharData:
			if len(out) > 0 {
				out[len(out)-1].text += string(tok)
			}
		case xml.Comment, xml.Directive, xml.ProcInst:
			t.Errorf("%T in a drawing", tok)
		}
	}
}

// outline is a drawing in few words: how many shapes of each colour, then its
// texts.
func outline(t testing.TB, svg string) string {
	t.Helper()
	var shapes []string
	count := map[string]int{}
	for _, e := range elements(t, svg) {
		if e.name == "defs" {
			break // the last element: what it holds is not seen by itself
		}
		if e.name != "path" && e.name != "polygon" && e.name != "polyline" {
			continue
		}
		key := e.attr("fill")
		if key == "none" {
			key = e.attr("stroke") + " line"
		}
		if strings.HasPrefix(key, "url(") {
			key = "hatched"
		}
		if count[key] == 0 {
			shapes = append(shapes, key)
		}
		count[key]++
	}
	for i, key := range shapes {
		shapes[i] = fmt.Sprintf("%d %s", count[key], key)
	}
	var texts []string
	for _, l := range labels(t, svg) {
		texts = append(texts, l.text)
	}
	return strings.Join(shapes, ", ") + "; " + strings.Join(texts, " | ")
}

// checkLabels: every text is inside the drawing, at least as large as the
// medium asks, and apart from every other.
func checkLabels(t *testing.T, c Chart, m Medium, what string) {
	t.Helper()
	all := labels(t, draw(t, c))
	if len(all) == 0 && c.Height > 40 {
		t.Errorf("%s: no texts", what)
	}
	const slack = 0.5 // px
	for i, a := range all {
		if a.size < m.Label {
			t.Errorf("%s: %q is of %g px, want %g", what, a.text, a.size, m.Label)
		}
		if a.x0 < -slack || a.y0 < -slack || a.x1 > float64(c.Width)+slack || a.y1 > float64(c.Height)+slack {
			t.Errorf("%s: %q passes the edge of %d×%d: %.1f", what, a.text, c.Width, c.Height, a.rect)
		}
		for _, b := range all[:i] {
			if a.x0 < b.x1-slack && b.x0 < a.x1-slack && a.y0 < b.y1-slack && b.y0 < a.y1-slack {
				t.Errorf("%s: %q %.1f covers %q %.1f", what, a.text, a.rect, b.text, b.rect)
			}
		}
	}
}

// Labels keep clear of each other and of the edges in every medium and
// language, with ordinary, long and hostile names.
func TestLabels(t *testing.T) {
	long := "Prospection élargie — " + strings.Repeat("audience similaire 3 % acheteurs récents, ", 7)
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			everywhere(func(l locale.Lang, m Medium) {
				checkLabels(t, k.draw(k.load(t), l, m), m, fmt.Sprintf("%s %s", l, m.ID))
				checkLabels(t, k.draw(rename(k.load(t), long), l, m), m, fmt.Sprintf("long names, %s %s", l, m.ID))
				checkLabels(t, k.draw(rename(k.load(t), hostile...), l, m), m, fmt.Sprintf("hostile names, %s %s", l, m.ID))
			})
		})
	}
}

// The print media are read on paper: 8 points are 8/72 of an inch, and an inch
// is 96 px.
func TestPrintedLabels(t *testing.T) {
	for _, m := range []Medium{Print, PrintHalf} {
		if pt := m.Label * 72 / 96; pt < 8 {
			t.Errorf("%s: labels of %g pt", m.ID, pt)
		}
	}
}

// The ends of the lines may lie anywhere, and today on any day of the flight:
// labels move apart all the same.
func TestPacingLabels(t *testing.T) {
	from, days := locale.Date(2026, 9, 1), 45
	for _, m := range []Medium{Half, Phone} {
		for _, until := range []int{0, 1, 22, 40, 44, 45} {
			for _, pace := range []float64{0.05, 0.99, 1.01, 1.6} {
				d := PacingData{ID: "pacing", Currency: "EUR", From: from, To: from + 44, Level: 0.8}
				for i := range days {
					day, plan := from+locale.Day(i), 123_456*float64(i+1)/45
					d.Plan = append(d.Plan, Point{day, plan})
					if i < until {
						d.Realised = append(d.Realised, Point{day, plan * pace})
					} else if until > 2 {
						d.Projection = append(d.Projection, Band{day, plan * pace, plan * pace * 0.97, plan * pace * 1.03})
					}
				}
				checkLabels(t, Pacing(d, locale.FR, m), m, fmt.Sprintf("%s, day %d, pace %g", m.ID, until, pace))
			}
		}
	}
}

// Nothing to show is not an error: a report is issued for a campaign that has
// not begun as well.
func TestEmpty(t *testing.T) {
	for _, m := range []Medium{Wide, Phone} {
		for _, c := range []Chart{
			Pacing(PacingData{ID: "x", Currency: "EUR", From: 20000, To: 20030}, locale.FR, m),
			Bullets(BulletsData{ID: "x"}, locale.FR, m),
			Multiples(MultiplesData{ID: "x", Format: "eur2", Target: math.NaN()}, locale.FR, m),
			Multiples(MultiplesData{ID: "x", Format: "eur2", Target: math.NaN(), Panels: []Panel{{Name: "A", Points: []Band{{20000, math.NaN(), 0, 0}}}}}, locale.FR, m),
			Waterfall(WaterfallData{ID: "x", Format: "eur2"}, locale.FR, m),
			Daily(DailyData{ID: "x", Format: "pct1"}, locale.FR, m),
			Daily(DailyData{ID: "x", Format: "num0", Points: []DayPoint{{Day: 20000}}}, locale.FR, m),
		} {
			draw(t, c)
		}
	}
	if s := Sparkline(nil, Neutral, ""); strings.Contains(s, "NaN") {
		t.Error(s)
	}
}

// others are data of other sizes and signs than the cases have.
func others() map[string]func(l locale.Lang, m Medium) Chart {
	from := locale.Date(2026, 9, 14)
	out := map[string]func(l locale.Lang, m Medium) Chart{}
	for _, days := range []int{1, 6, 13, 61, 200, 400} {
		p := PacingData{ID: "p", Currency: "CHF", From: from, To: from + locale.Day(days) - 1, Level: 0.8}
		q := DailyData{ID: "d", Name: "Clics", Format: "num0", Level: 0.9}
		for i := range days {
			day := from + locale.Day(i)
			p.Plan = append(p.Plan, Point{day, 2_500_000 * float64(i+1) / float64(days)})
			if i <= days*2/3 {
				p.Realised = append(p.Realised, Point{day, 2_000_000 * float64(i+1) / float64(days)})
			} else {
				v := 2_000_000 * float64(i+1) / float64(days)
				p.Projection = append(p.Projection, Band{day, v, v * 0.9, v * 1.1})
			}
			q.Points = append(q.Points, DayPoint{Day: day, Value: 1200 + 300*math.Sin(float64(i)/3), Immature: i > days-4})
		}
		q.Segments = []Segment{{From: from, To: from + 2, Mean: 1100, Low: 900, High: 1300}, {From: from + 3, To: from + 5, Mean: 1250, Low: 1000, High: 1500, Tone: Noise}}
		q.Windows = []Window{{from + 1, from + 1, "Changement de page d’arrivée"}, {from + 2, from + 3, "Suivi interrompu"}, {from + 5, from + 5, "Hausse de budget"}}
		out[fmt.Sprintf("pacing of %d days", days)] = func(l locale.Lang, m Medium) Chart { return Pacing(p, l, m) }
		out[fmt.Sprintf("daily of %d days", days)] = func(l locale.Lang, m Medium) Chart { return Daily(q, l, m) }
	}
	for _, n := range []int{1, 2, 8} {
		d := MultiplesData{ID: "m", Format: "pct2", Target: 0.012, Level: 0.9}
		for i := range n {
			q := Panel{Name: fmt.Sprintf("Levier %d", i+1), Volume: "1\u202f234\u202f567 impressions"}
			for j := range 30 {
				v := 0.01 + 0.002*math.Sin(float64(i+j)/4)
				q.Points = append(q.Points, Band{from + locale.Day(j), v, v * 0.9, v * 1.1})
			}
			d.Panels = append(d.Panels, q)
		}
		out[fmt.Sprintf("%d panels", n)] = func(l locale.Lang, m Medium) Chart { return Multiples(d, l, m) }
	}
	for name, d := range map[string]WaterfallData{
		"one step":          {Format: "times2", Better: 1, From: Total{"Août", 4.2}, To: Total{"Septembre", 3.1}, Steps: []Step{{"Panier moyen", -1.1, -2, -0.3}}},
		"through zero":      {Format: "eur0", Better: 1, From: Total{"Marge avant", 400}, To: Total{"Marge après", -250}, Steps: []Step{{"Chiffre d’affaires", -900, -1200, -600}, {"Frais", 250, -20, 500}}},
		"no interval":       {Format: "pct1", From: Total{"Avant", 0.031}, To: Total{"Après", 0.027}, Steps: []Step{{"Mobile", -0.003, 0, 0}, {"Ordinateur", -0.001, 0, 0}}},
		"twelve large ones": {Format: "eur2", Better: -1, From: Total{"1er trimestre", 1_234_567.89}, To: Total{"2e trimestre", 1_234_567.89 + 12*1111.11}},
	} {
		d.ID = "w"
		for i := range 12 {
			if name == "twelve large ones" {
				d.Steps = append(d.Steps, Step{fmt.Sprintf("Levier %d", i+1), 1111.11, 0, 0})
			}
		}
		out["waterfall, "+name] = func(l locale.Lang, m Medium) Chart { return Waterfall(d, l, m) }
	}
	return out
}

func TestOtherShapes(t *testing.T) {
	for name, chart := range others() {
		for _, m := range []Medium{Wide, Phone} {
			checkLabels(t, chart(locale.FR, m), m, name+", "+m.ID)
		}
	}
}
