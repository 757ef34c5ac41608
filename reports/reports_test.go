package reports

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"
	"time"

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
	s.Whole.Days, s.Sources, s.Insight.Findings, s.Insight.Split, s.Insight.Paces, s.Insight.Doubts = nil, nil, nil, nil, nil, nil
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

// A target is judged by what is aimed at: within its tolerance it is held, and
// said to be so rather than better; money is on its plan, above or below it.
func TestTargets(t *testing.T) {
	value := func(v, low, high float64) metrics.Value {
		x := metrics.Value{Value: &v, Volume: metrics.VolumeEnough}
		if low < high {
			x.Low, x.High = &low, &high
		}
		return x
	}
	for _, c := range []struct {
		target  Target
		state   string
		reading string
	}{
		{Target{KPI: "cpa", ToDate: 11, Tolerance: 0.1, Value: value(11.33, 10.37, 12.41)}, Tolerated, "dans la tolérance (± 10 %)"},
		{Target{KPI: "cpa", ToDate: 11, Value: value(11.33, 10.37, 12.41)}, InNoise, "dans le bruit"},
		{Target{KPI: "cpa", ToDate: 11, Tolerance: 0.1, Value: value(12.2, 12.1, 12.3)}, Missed, "moins bien que visé"},
		{Target{KPI: "cpa", ToDate: 11, Tolerance: 0.1, Value: value(10.9, 10, 12)}, Reached, "mieux que visé"},
		{Target{KPI: "cpa", ToDate: 11, Value: value(11, 10, 12)}, Reached, "comme visé"},
		{Target{KPI: "conversions", ToDate: 667, Value: value(602, 0, 0)}, Missed, "moins bien que visé"},
		{Target{KPI: "conversions", ToDate: 667, Tolerance: 0.1, Value: value(602, 0, 0)}, Tolerated, "dans la tolérance (± 10 %)"},
		{Target{KPI: "spend", ToDate: 7333, Tolerance: 0.03, Value: value(6819, 0, 0)}, Missed, "sous le plan"},
		{Target{KPI: "spend", ToDate: 7333, Value: value(7700, 0, 0)}, Missed, "au-dessus du plan"},
		{Target{KPI: "spend", ToDate: 7333, Tolerance: 0.03, Value: value(7200, 0, 0)}, Reached, "conforme au plan (± 3 %)"},
		{Target{KPI: "spend", ToDate: 7333, Bound: "max", Value: value(7200, 0, 0)}, Reached, "mieux que visé"},
		{Target{KPI: "cpa", ToDate: 11, Value: metrics.Value{}}, TooFew, "trop peu de données"},
	} {
		k, _ := metrics.LookupKPI(c.target.KPI)
		c.target.State = metrics.Judge(k, c.target.Bound, c.target.ToDate, c.target.Tolerance, c.target.Value)
		p := NewPage(&Snapshot{}, locale.FR, nil)
		if got := strings.ReplaceAll(p.reading(k, c.target), locale.NBSP, " "); c.target.State != c.state || got != c.reading {
			t.Errorf("%s for %v: %s, %q; want %s, %q", c.target.KPI, c.target.ToDate, c.target.State, got, c.state, c.reading)
		}
	}
	setup := Sections()[slices.IndexFunc(Sections(), func(s Section) bool { return s.Name == "setup" })]
	for _, c := range [][3]string{
		{"tolerated missed missed", "1 cible sur 3 est tenue, dans sa tolérance", "1 of 3 targets is held, within its tolerance"},
		{"tolerated reached missed", "2 cibles sur 3 sont tenues, dont 1 dans sa tolérance", "2 of 3 targets are held, 1 of them within tolerance"},
		{"tolerated tolerated missed", "2 cibles sur 3 sont tenues, dans leur tolérance", "2 of 3 targets are held, within their tolerance"},
		{"reached reached", "Les 2 cibles sont tenues", "All 2 targets are held"},
		{"missed noise too-few", "Aucune des 3 cibles n’est tenue", "None of the 3 targets is held"},
		{"too-few too-few", "Aucune des 2 cibles ne peut encore être jugée", "None of the 2 targets can be judged yet"},
	} {
		s := &Snapshot{}
		for _, state := range strings.Fields(c[0]) {
			s.Targets = append(s.Targets, Target{State: state})
		}
		if fr, en := setup.Title(NewPage(s, locale.FR, nil)), setup.Title(NewPage(s, locale.EN, nil)); fr != c[1] || en != c[2] {
			t.Errorf("%s: %q, %q", c[0], fr, en)
		}
	}
}

// The number beside a small chart is that of its mark, the last day whose
// conversions have come in, and so is the one in the title. Where nothing can
// be judged the title does not say that nothing is wrong.
func TestChannels(t *testing.T) {
	p := NewPage(snapshot(t), locale.FR, nil)
	mature := locale.Date(2026, 10, 12)
	for _, x := range p.multiplesData().Panels {
		if x.TooFew != "" {
			continue
		}
		b, ok := judged(x)
		if !ok || b.Day != mature || x.Until != mature {
			t.Errorf("%s: marked on %s, to be trusted until %s, want %s", x.Name, b.Day, x.Until, mature)
		}
		if v := p.money(b.Value, 2); x.StandsOut && !strings.Contains(p.ChannelsTitle(), v) {
			t.Errorf("%s is marked at %s, the title says %s", x.Name, v, p.ChannelsTitle())
		}
	}
	for _, c := range []struct {
		ids  []string
		want string
	}{
		{[]string{"linkedin-cse"}, "LinkedIn CSE a trop peu de conversions"},
		{[]string{"linkedin-cse", "search-marque"}, "Parmi les leviers que l’on peut juger (1), aucun"},
		{[]string{"search-generique", "search-marque"}, "Aucun levier ne coûte nettement plus"},
	} {
		only := p.Only(c.ids)
		frame := *p.Frame
		frame.Rows = slices.DeleteFunc(slices.Clone(frame.Rows), func(r metrics.Row) bool { return !slices.Contains(c.ids, r.Keys[0]) })
		only.Frame = &frame
		if got := strings.ReplaceAll(only.ChannelsTitle(), locale.NBSP, " "); !strings.HasPrefix(got, c.want) {
			t.Errorf("%v: %q", c.ids, got)
		}
	}
}

// Figures of days that are still coming in, or that may not have been measured,
// are not compared with those before, and the title says what they lack.
func TestDoubt(t *testing.T) {
	day := func(month, d int) locale.Day { return locale.Date(2026, time.Month(month), d) }
	summary := Sections()[slices.IndexFunc(Sections(), func(s Section) bool { return s.Name == "summary" })]
	plain := func(s string) string { return strings.ReplaceAll(s, locale.NBSP, " ") }
	for _, c := range []struct{ from, to locale.Day }{{day(10, 12), day(10, 18)}, {day(10, 6), day(10, 8)}, {day(9, 22), day(9, 28)}, {day(9, 15), day(9, 21)}, {day(10, 9), day(10, 11)}} {
		p := NewPage(snapshot(t), locale.FR, nil)
		p.Period = Days{c.from, c.to}
		p.Previous.From, p.Previous.To = metrics.Previous(c.from, c.to)
		want := map[locale.Day]string{
			day(10, 12): ", chiffres provisoires : 6 jours dont des conversions restent à venir",
			day(10, 6):  ", chiffres à confirmer : 3 jours de panne de mesure possible",
			day(9, 22):  " : l’écart de coût reste dans le bruit",
			day(9, 15):  ", sans comparaison : la période précédente a 6 jours sans données",
			day(10, 9):  ", sans comparaison : la période précédente a 3 jours de panne de mesure possible",
		}[c.from]
		if got := plain(summary.Title(p)); !strings.HasSuffix(got, want) {
			t.Errorf("from %s: %q, want …%q", c.from, got, want)
		}
		for _, id := range []string{"conversions", "cpa", "cvr"} {
			tile := p.Tile(id, p.Frame.Total)
			if trusted := c.from == day(9, 22); (tile.Change != "") != trusted {
				t.Errorf("from %s: %s changes by %q %q", c.from, id, tile.Change, tile.ToneWord)
			}
		}
		if tile := p.Tile("spend", p.Frame.Total); (tile.Change == "") != (c.from == day(9, 15)) {
			t.Errorf("from %s: spend changes by %q %q", c.from, tile.Change, tile.ToneWord)
		}
	}

	// A channel's page speaks of its own days, and judges nothing below five
	// conversions.
	p := NewPage(snapshot(t), locale.FR, nil).Only([]string{"linkedin-cse"})
	frame := *p.Frame
	row := frame.Rows[slices.IndexFunc(frame.Rows, func(r metrics.Row) bool { return r.Keys[0] == "linkedin-cse" })]
	frame.Total = row
	p.Frame = &frame
	notes := strings.Join(p.PeriodNotes(), "\n")
	if strings.Contains(notes, "Google") || strings.Contains(notes, "baisser") || !strings.Contains(notes, "restent à venir") {
		t.Errorf("of LinkedIn: %s", notes)
	}
	if tile := p.Tile("cpa", row); tile.Change != "" || tile.Before != "trop peu de données" {
		t.Errorf("a cost on one conversion: %+v", tile)
	}
	p.Period, p.Previous = Days{day(9, 22), day(9, 28)}, Days{day(9, 15), day(9, 21)}
	if tile := p.Tile("conversions", row); tile.Change != "" || tile.ToneWord != "trop peu pour comparer" {
		t.Errorf("from one conversion to none: %+v", tile)
	}
	if got := plain(summary.Title(p)); got != "0 conversion du 22 au 28 septembre" {
		t.Error(got)
	}
}

// Ranges of days do not break after their dash; what is no running text stays.
func TestUnbroken(t *testing.T) {
	for in, want := range map[string]string{
		`<p title="12–18">12–18 octobre, 29 sept. – 12 oct.</p>`: `<p title="12–18">12–&NoBreak;18 octobre, 29 sept. – 12 oct.</p>`,
		`<option value="x">12–18</option> 1er–18`:                `<option value="x">12–18</option> 1er–&NoBreak;18`,
		`<script type="application/json">"12–18"</script>`:       `<script type="application/json">"12–18"</script>`,
		`<svg><text>12–18</text></svg>a–b`:                       `<svg><text>12–18</text></svg>a–b`,
		``:                                                       ``,
	} {
		if got := string(Unbroken([]byte(in))); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
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
			want = string(Unbroken([]byte(want)))
			if !strings.Contains(method, want) || i < 3 && !strings.Contains(summary, want) {
				t.Errorf("%s: the report does not say %q in its method and, as a note, in its summary", l, want)
			}
		}
	}
}
