package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
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

// A report whose amounts were converted says so in its summary and lists each
// rate in its method; the snapshot keeps them to the last decimal.
func TestConversion(t *testing.T) {
	rate := func(s string) (e agency.PerEuro) {
		if err := e.UnmarshalText([]byte(s)); err != nil {
			t.Fatal(err)
		}
		return e
	}
	day := func(d int) locale.Day { return locale.Date(2026, 9, d) }
	s := snapshot(t)
	s.Conversion = &metrics.Conversion{Into: "USD", Files: []string{"rates/eurofxref-hist.csv"}, Rates: []metrics.DatedRate{
		{Currency: "EUR", First: day(14), Last: day(14), Published: day(14), From: agency.OneEuro, Into: rate("1.0712")},
		{Currency: "GBP", First: day(19), Last: day(19), Published: day(18), From: rate("0.85955"), Into: rate("1.102"), Early: true},
		{Currency: "GBP", First: day(1), Last: day(13), Published: day(11), Mean: 9, From: rate("0.861234"), Into: rate("1.081235")},
	}}
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	back, err := Decode(b)
	if err != nil || !reflect.DeepEqual(back.Conversion, s.Conversion) {
		t.Fatalf("read again: %+v %v", back.Conversion, err)
	}
	e := engine(t)
	for l, wants := range map[locale.Lang][]string{
		locale.EN: {
			"Amounts in EUR and GBP are converted into USD at the European Central Bank’s reference rate of each day (1\u00a0EUR = 0.85955\u00a0GBP on 18\u00a0September 2026; 1\u00a0EUR = 1.0712\u00a0USD on 14\u00a0September 2026 to 1.102\u00a0USD on 18\u00a0September 2026), file rates/eurofxref-hist.csv.",
			"Amounts in GBP that no export gives by day are converted into USD at the mean of the European Central Bank’s reference rates published in their period (1\u00a0EUR = 0.861234\u00a0GBP over 1–13\u00a0September 2026; 1\u00a0EUR = 1.081235\u00a0USD over 1–13\u00a0September 2026), file rates/eurofxref-hist.csv.",
			"rates/eurofxref-hist.csv has no rate after 18\u00a0September 2026 yet: later amounts in GBP take that day’s for now",
			"<tr><th scope=\"row\">14\u00a0September 2026</th><td>EUR</td><td>14\u00a0September 2026</td><td class=\"n\">—</td><td class=\"n\">1.0712</td></tr>",
			"<tr><th scope=\"row\">1–13\u00a0September 2026</th><td>GBP</td><td>mean of 9 days</td><td class=\"n\">0.861234</td><td class=\"n\">1.081235</td></tr>",
		},
		locale.FR: {
			"Les montants en EUR et GBP sont convertis en USD au cours de référence de la Banque centrale européenne de chaque jour (1\u00a0EUR = 0,85955\u00a0GBP le 18\u00a0septembre 2026\u00a0; 1\u00a0EUR = 1,0712\u00a0USD le 14\u00a0septembre 2026 à 1,102\u00a0USD le 18\u00a0septembre 2026), fichier rates/eurofxref-hist.csv.",
			"à la moyenne des cours de référence de la Banque centrale européenne publiés pendant leur période (1\u00a0EUR = 0,861234\u00a0GBP sur la période 1er–13\u00a0septembre 2026\u00a0; ",
			"rates/eurofxref-hist.csv n’a pas encore de cours après le 18\u00a0septembre 2026\u00a0: les montants plus récents en GBP prennent ceux de ce jour",
			"<td>moyenne de 9 jours</td><td class=\"n\">0,861234</td>",
		},
	} {
		first, err := HTML(s, l, e)
		if err != nil {
			t.Fatal(err)
		}
		again, err := HTML(back, l, e)
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(first, again) {
			t.Errorf("%s: the snapshot that was read again gives another report", l)
		}
		summary, method, ok := strings.Cut(string(first), `id="method"`)
		if !ok {
			t.Fatalf("%s: no method", l)
		}
		for i, want := range wants {
			if !strings.Contains(method, want) || i < 3 && !strings.Contains(summary, want) {
				t.Errorf("%s: the report does not say %q in its method and, as a note, in its summary", l, want)
			}
		}
	}
}
