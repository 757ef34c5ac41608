package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/locale"
	"vigie/reports/chart"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

func engine(t testing.TB) *chart.Engine {
	t.Helper()
	e, err := chart.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { e.Close() })
	return e
}

// snapshot is the demo's, as the test of the demo froze it.
func snapshot(t testing.TB) *Snapshot {
	t.Helper()
	b, err := os.ReadFile("../testdata/reports/demo.json")
	if err != nil {
		t.Fatal(err)
	}
	s, err := Decode(b)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

var drawing = regexp.MustCompile(`(?s)<svg.*?</svg>`)

// TestSections writes every section of the demo in both languages. Drawings
// are left out: the tests of charts look at those.
func TestSections(t *testing.T) {
	s, e := snapshot(t), engine(t)
	for _, l := range locale.Langs {
		p := NewPage(s, l, e)
		for _, sec := range Sections() {
			r, err := p.Render(sec)
			if err != nil {
				t.Fatal(err)
			}
			got := "<h2>" + r.Title + "</h2>\n" + drawing.ReplaceAllString(string(r.Body), "<svg/>") + "\n"
			path := filepath.Join("../testdata/reports", sec.Name+"."+string(l)+".html")
			if *update {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
				continue
			}
			want, err := os.ReadFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if got != string(want) {
				t.Errorf("%s differs from %s; -update writes it, read the difference", sec.Name, path)
			}
		}
	}
}

// A title is a sentence with a number.
func TestTitles(t *testing.T) {
	s, e := snapshot(t), engine(t)
	for _, l := range locale.Langs {
		p := NewPage(s, l, e)
		for _, sec := range Sections() {
			if title := sec.Title(p); !strings.ContainsAny(title, "0123456789") || len(strings.Fields(title)) < 3 {
				t.Errorf("%s %s: %q is no sentence with a number", sec.Name, l, title)
			}
		}
	}
}

// The same snapshot gives the same bytes, whatever was drawn before; nothing
// in the file runs, and its policy allows nothing.
func TestHTML(t *testing.T) {
	s, e := snapshot(t), engine(t)
	for _, l := range locale.Langs {
		first, err := HTML(s, l, e)
		if err != nil {
			t.Fatal(err)
		}
		second, err := HTML(snapshot(t), l, engine(t))
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, second) {
			t.Errorf("%s: two writings of one snapshot differ", l)
		}
		text := string(first)
		for _, no := range []string{"<script", "javascript:", " onload", " style=", "http://", "<link", "<img", "NaN", "%!", "significa", "<no value>"} {
			if strings.Contains(strings.ReplaceAll(text, `xmlns="http://www.w3.org/2000/svg"`, ""), no) {
				t.Errorf("%s: the report contains %q", l, no)
			}
		}
		if !strings.Contains(text, "default-src &#39;none&#39;") || !strings.Contains(text, "script-src &#39;none&#39;") {
			t.Errorf("%s: no strict policy", l)
		}
		ids := map[string]bool{}
		for _, m := range regexp.MustCompile(`\sid="([^"]*)"`).FindAllStringSubmatch(text, -1) {
			if ids[m[1]] {
				t.Errorf("%s: id %q twice", l, m[1])
			}
			ids[m[1]] = true
		}
	}
}

// hostile names, each of which once ran somewhere.
var hostile = []string{
	"</script><script>document.title='x'</script>",
	"__f__(1)__f__",
	`"><img src=x onerror=alert(1)>`,
	"{{.Page}} ${alert(1)} %s %d",
	"=1+1",
	"\u202eexe.gnp",
	strings.Repeat("long ", 80),
}

// renamed is the snapshot with other names for what people name: the client,
// the campaign, the agency, the objective, a channel, a file, a platform
// campaign; names are given out in turn, from one on.
func renamed(t *testing.T, first int) *Snapshot {
	t.Helper()
	s := snapshot(t)
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	inner := func(s string) string {
		q, err := json.Marshal(s)
		if err != nil {
			t.Fatal(err)
		}
		return string(q[1 : len(q)-1])
	}
	text := string(b)
	for i, old := range []string{s.Client.Name, s.Campaign.Name, s.Agency, s.Objective, s.Channels[0].Label, s.Sources[0].File, s.Objects.Rows[0].Labels[0]} {
		text = strings.ReplaceAll(text, inner(old), inner(hostile[(first+i)%len(hostile)]))
	}
	out, err := Decode([]byte(text))
	if err != nil {
		t.Fatal(err)
	}
	return out
}

// A hostile name changes nothing but its own label.
func TestHostileNames(t *testing.T) {
	e := engine(t)
	tags := func(s *Snapshot) string {
		b, err := HTML(s, locale.FR, e)
		if err != nil {
			t.Fatal(err)
		}
		for _, no := range []string{"<script", "<img", "onerror=alert(1)>"} {
			if strings.Contains(string(b), no) {
				t.Errorf("a name puts %q into the page", no)
			}
		}
		return strings.Join(regexp.MustCompile(`<(/?[a-zA-Z][a-zA-Z0-9]*)`).FindAllString(drawing.ReplaceAllString(string(b), ""), -1), " ")
	}
	plain := tags(snapshot(t))
	for first := range 3 {
		if tags(renamed(t, first)) != plain {
			t.Errorf("names given out from %q on change the structure of the page", hostile[first])
		}
	}
}

// A campaign without any data has a report that says so.
func TestEmpty(t *testing.T) {
	s := snapshot(t)
	s.Last = 0
	s.Whole.Days, s.Sources, s.Insight.Findings, s.Insight.Split, s.Insight.Paces, s.Insight.Outages = nil, nil, nil, nil, nil, nil
	s.Advice.Recommendations = nil
	for i := range s.Series {
		s.Series[i].Days = nil
	}
	for id, v := range s.ToDate.Total.KPIs {
		v.Value, v.Low, v.High = nil, nil, nil
		s.ToDate.Total.KPIs[id], s.Frame.Total.KPIs[id] = v, v
	}
	s.Frame.Rows, s.ToDate.Rows = nil, nil
	for i := range s.Targets {
		s.Targets[i].Value.Value, s.Targets[i].State = nil, TooFew
	}
	for _, l := range locale.Langs {
		b, err := HTML(s, l, engine(t))
		if err != nil {
			t.Fatal(err)
		}
		if want := (locale.Text{EN: "No data has been imported", FR: "Aucune donnée n’a encore été importée"}).In(l); !strings.Contains(string(b), want) {
			t.Errorf("%s: the report does not say that there are no data", l)
		}
	}
}

func TestEditionID(t *testing.T) {
	day := func(s string) locale.Day {
		d, err := locale.ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return d
	}
	for _, c := range [][3]string{
		{"2026-10-12", "2026-10-18", "2026-W42"},
		{"2026-12-28", "2027-01-03", "2026-W53"},
		{"2026-02-01", "2026-02-28", "2026-02"},
		{"2026-10-12", "2026-10-19", "2026-10-12..2026-10-19"},
	} {
		if got := EditionID(day(c[0]), day(c[1])); got != c[2] {
			t.Errorf("%s..%s: %s, want %s", c[0], c[1], got, c[2])
		}
	}
}
