package simulate

import (
	"archive/zip"
	"bytes"
	"encoding/csv"
	"encoding/xml"
	"flag"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

var update = flag.Bool("update", false, "rewrite testdata/workspace")

const golden = "../../testdata/workspace"

// demoDays are played once for all tests.
var demoDays = DemoDays()

// testdata/workspace is the demo agency, file by file and byte by byte, and
// nothing else.
func TestGolden(t *testing.T) {
	files := DemoFiles()
	if *update {
		if err := os.RemoveAll(golden); err != nil {
			t.Fatal(err)
		}
		if err := Demo(golden); err != nil {
			t.Fatal(err)
		}
	}
	for name, want := range files {
		got, err := os.ReadFile(filepath.Join(golden, filepath.FromSlash(name)))
		if err != nil {
			t.Error(err)
		} else if !bytes.Equal(got, want) {
			t.Errorf("%s differs from testdata/workspace; go test ./internal/simulate -update rewrites it", name)
		}
	}
	err := filepath.WalkDir(golden, func(path string, e fs.DirEntry, err error) error {
		if err != nil || e.IsDir() {
			if e != nil && e.Name() == ".vigie" {
				return filepath.SkipDir
			}
			return err
		}
		rel, _ := filepath.Rel(golden, path)
		if _, ok := files[filepath.ToSlash(rel)]; !ok {
			t.Errorf("%s is no file of the demo", rel)
		}
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// The demo opens without a word to say, its ids are those of the answer key,
// and each platform campaign belongs to the channel it was made for.
func TestDemoOpens(t *testing.T) {
	dir := t.TempDir()
	for range 2 { // a second time changes nothing
		if err := Demo(dir); err != nil {
			t.Fatal(err)
		}
	}
	a, err := agency.Open(dir, agency.Known{})
	if err != nil {
		t.Fatal(err)
	}
	if len(a.Problems) > 0 {
		t.Error(a.Problems.In(locale.FR))
	}
	truth := DemoTruth()
	c, err := a.Client(truth.Client)
	if err != nil {
		t.Fatal(err)
	}
	k, err := c.Campaign(truth.Campaign)
	if err != nil {
		t.Fatal(err)
	}
	if a.Today != truth.Today || k.Flight.Start != truth.First || !k.Flight.Has(truth.Today+1) {
		t.Errorf("today %s, flight %v, data from %s", a.Today, k.Flight, truth.First)
	}
	for _, d := range demoDays {
		if id, _ := k.Channel(d.Platform, "", d.Campaign, ""); id != d.Channel {
			t.Fatalf("%q goes to channel %q, was made for %q", d.Campaign, id, d.Channel)
		}
	}

	info, err := os.Stat(filepath.Join(dir, "inbox", truth.Client, "Rapport sur les campagnes.csv"))
	if err != nil {
		t.Fatal(err)
	}
	if !info.ModTime().Equal(demoMorning()) {
		t.Errorf("export dated %s, want %s", info.ModTime(), demoMorning())
	}
	if err := os.WriteFile(filepath.Join(dir, "vigie.yaml"), []byte("mine"), 0o666); err != nil {
		t.Fatal(err)
	}
	if err := Demo(dir); err == nil {
		t.Error("a file of someone else's was written over")
	}
}

// sums adds up the days that a test wants.
func sums(want func(Day) bool) (s Day) {
	for _, d := range demoDays {
		if want(d) {
			s.Impressions += d.Impressions
			s.Clicks += d.Clicks
			s.Spend += d.Spend
			s.Conversions += d.Conversions
		}
	}
	return s
}

// What the answer key says is in the data, well out of the noise; and what it
// does not say is not.
func TestTruth(t *testing.T) {
	truth := DemoTruth()
	between := func(what string, v, lo, hi float64) {
		t.Helper()
		if v < lo || v > hi {
			t.Errorf("%s: %.3f, want %.2f to %.2f", what, v, lo, hi)
		}
	}
	div := func(a, b int64) float64 { return float64(a) / float64(b) }

	out := func(d Day) bool { return d.Day >= truth.Outage.First && d.Day <= truth.Outage.Last }
	down := sums(func(d Day) bool { return d.Platform == truth.Outage.Platform && out(d) })
	up := sums(func(d Day) bool { return d.Platform == truth.Outage.Platform && !out(d) && d.Day < truth.Immature })
	between("clicks a day in the outage against other days", div(down.Clicks, 3)/div(up.Clicks, 29), 0.85, 1.15)
	between("conversions a click in the outage against other days", div(down.Conversions, down.Clicks)/div(up.Conversions, up.Clicks), 0, 0.15)
	other := sums(func(d Day) bool { return d.Platform != truth.Outage.Platform && out(d) })
	if other.Conversions < 10 {
		t.Errorf("the outage reaches other platforms: %d conversions", other.Conversions)
	}

	for _, channel := range []string{"search-generique", "search-marque", "meta-prospection", "meta-retargeting"} {
		before := sums(func(d Day) bool { return d.Channel == channel && d.Day < truth.Rise.From })
		after := sums(func(d Day) bool { return d.Channel == channel && d.Day >= truth.Rise.From })
		want := 1.0
		if channel == truth.Rise.Channel {
			want = truth.Rise.Factor()
		}
		between("cost per click of "+channel+", after against before", div(after.Spend, after.Clicks)/div(before.Spend, before.Clicks), want-0.10, want+0.10)
	}

	all := sums(func(Day) bool { return true })
	if all.Conversions < 500 {
		t.Errorf("%d conversions in all", all.Conversions)
	}
	small := sums(func(d Day) bool { return d.Channel == truth.TooSmall })
	if small.Conversions >= 5 || small.Conversions == 0 {
		t.Errorf("%d conversions in the channel that is too small", small.Conversions)
	}

	dir := t.TempDir()
	if err := Demo(dir); err != nil {
		t.Fatal(err)
	}
	a, err := agency.Open(dir, agency.Known{})
	if err != nil {
		t.Fatal(err)
	}
	k := a.Clients[0].Campaigns[0]
	for _, ch := range k.Channels {
		s := sums(func(d Day) bool { return d.Channel == ch.ID })
		want := 0.98
		if ch.ID == truth.Behind.Channel {
			want = truth.Behind.Share
		}
		between("spend of "+ch.ID+" against its plan", div(s.Spend, k.Planned(ch.ID, truth.First, truth.Last)), want-0.05, want+0.05)
	}
}

// Planting something changes nothing else: without the outage and the rise,
// every other day and channel is the same.
func TestPlantsAreApart(t *testing.T) {
	calm := demoScenario()
	calm.plants = nil
	truth := DemoTruth()
	for i, h := range calm.run() {
		d, got := h.asOf(calm.last), demoDays[i]
		if d.Platform == truth.Outage.Platform && d.Day >= truth.Outage.First && d.Day <= truth.Outage.Last {
			d.Conversions, d.Value = got.Conversions, got.Value
		}
		if d.Channel == truth.Rise.Channel && d.Day >= truth.Rise.From {
			continue
		}
		if d != got {
			t.Fatalf("%+v became %+v", d, got)
		}
	}
}

// A long run with nothing planted has the means it was given: 2000 days, a
// tolerance of three standard errors or more.
func TestMeans(t *testing.T) {
	e := demoScenario().entities[0]
	s := scenario{seed: "means", nature: demoNature, entities: []entity{e}, first: demoFirst, last: demoFirst + 1999}
	var sum Day
	days := s.run()
	days = days[:len(days)-len(days)%7-7*5] // whole weeks, all conversions in
	for _, h := range days {
		sum = sum.plus(h.asOf(s.last))
	}
	check := func(what string, got, want, tol float64) {
		t.Helper()
		if got < want*(1-tol) || got > want*(1+tol) {
			t.Errorf("%s: %.4f, want %.4f within %.1f%%", what, got, want, 100*tol)
		}
	}
	n := float64(len(days))
	check("spend a day in cents", float64(sum.Spend)/10_000/n, float64(e.daily)*0.99, 0.01)
	check("clicks an impression", float64(sum.Clicks)/float64(sum.Impressions), 0.072, 0.01)
	check("cost per click", float64(sum.Spend)/float64(sum.Clicks)/million, 0.78, 0.01)
	check("conversions a click", float64(sum.Conversions)/float64(sum.Clicks), 0.072, 0.02)
}

// The exports hold the days, to the cent, and the totals rows are their sums.
func TestExports(t *testing.T) {
	of := func(platform string) Day { return sums(func(d Day) bool { return d.Platform == platform }) }
	exports := demoExports()

	text := string(exports["Rapport sur les campagnes.csv"])
	head, body, _ := strings.Cut(text, "\nJour,")
	if head != "Rapport sur les campagnes\n14 sept. 2026 - 18 oct. 2026" {
		t.Errorf("Google Ads begins with %q", head)
	}
	rows, err := csv.NewReader(strings.NewReader("Jour," + body)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := of("googleads")
	total := rows[len(rows)-1]
	if got := strings.Join(total, "|"); got != fmt.Sprintf("Total : Compte| --| --|EUR|%s|%s|8,22\u00a0%%|0,65|%s|354,00|6,61\u00a0%%|9,80|4\u00a0956,00",
		grouped(fmt.Sprint(want.Impressions)), grouped(fmt.Sprint(want.Clicks)), comma(ratio(want.Spend, million, 2))) {
		t.Errorf("Google Ads total: %s", got)
	}
	var cents, conversions int64
	for _, r := range rows[1 : len(rows)-2] {
		cents += digits(t, r[8])
		conversions += digits(t, r[9])
	}
	if cents != want.Spend/10_000 || conversions != want.Conversions*100 {
		t.Errorf("Google Ads rows: %d cents, %d conversions, want %d, %d", cents, conversions, want.Spend/10_000, want.Conversions*100)
	}

	lines := strings.Split(fromUTF16(t, exports["account_509871236_campaign_performance_report.csv"]), "\n")
	if lines[3] != `"Date Generated: October 19, 2026, 5:42 AM"` || lines[4] != "" {
		t.Errorf("LinkedIn preamble: %q", lines[:5])
	}
	r := csv.NewReader(strings.NewReader(strings.Join(lines[5:], "\n")))
	r.Comma = '\t'
	if rows, err = r.ReadAll(); err != nil {
		t.Fatal(err)
	}
	want = of("linkedinads")
	cents, conversions = 0, 0
	for _, r := range rows[1:] {
		cents += digits(t, r[9])
		conversions += digits(t, r[16])
	}
	if cents != want.Spend/10_000 || conversions != want.Conversions {
		t.Errorf("LinkedIn rows: %d cents, %d leads, want %d, %d", cents, conversions, want.Spend/10_000, want.Conversions)
	}

	cells := readXLSX(t, exports["Bloc-d-Ardoise-Campagnes-14-sept-2026-18-oct-2026.xlsx"])
	want = of("metaads")
	if got := cells["H2"] + " " + cells["J2"] + " " + cells["P2"] + " " + cells["R2"]; got != fmt.Sprintf("%s %d %d %d", ratio(want.Spend, million, 2), want.Impressions, want.Clicks, want.Conversions) || cells["C2"] != "" {
		t.Errorf("Meta total: %s, named %q", got, cells["C2"])
	}
	cents = 0
	for i := 3; cells[fmt.Sprintf("C%d", i)] != ""; i++ {
		cents += digits(t, cells[fmt.Sprintf("H%d", i)])
	}
	if cents != want.Spend/10_000 {
		t.Errorf("Meta rows: %d cents, want %d", cents, want.Spend/10_000)
	}
	if cells["A1"] != "Début des rapports" || cells["L1"] != "CPM (Coût pour 1\u00a0000\u00a0impressions) (EUR)" {
		t.Errorf("Meta header: %q, %q", cells["A1"], cells["L1"])
	}
}

// digits reads a number by its digits alone: cents of an amount, units of a
// count.
func digits(t *testing.T, s string) (n int64) {
	t.Helper()
	for _, c := range s {
		if c >= '0' && c <= '9' {
			n = 10*n + int64(c-'0')
		}
	}
	return n
}

func fromUTF16(t *testing.T, b []byte) string {
	t.Helper()
	if len(b)%2 != 0 || b[0] != 0xff || b[1] != 0xfe {
		t.Fatal("no UTF-16LE byte order mark")
	}
	var units []uint16
	for i := 2; i < len(b); i += 2 {
		units = append(units, uint16(b[i])|uint16(b[i+1])<<8)
	}
	return string(utf16.Decode(units))
}

// readXLSX is the cells of the only sheet by their names.
func readXLSX(t *testing.T, b []byte) map[string]string {
	t.Helper()
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		t.Fatal(err)
	}
	part := func(name string, v any) {
		f, err := z.Open(name)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		b, err := io.ReadAll(f)
		if err == nil {
			err = xml.Unmarshal(b, v)
		}
		if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
	}
	var sst struct {
		T []string `xml:"si>t"`
	}
	var sheet struct {
		C []struct {
			R string `xml:"r,attr"`
			T string `xml:"t,attr"`
			V string `xml:"v"`
		} `xml:"sheetData>row>c"`
	}
	part("xl/sharedStrings.xml", &sst)
	part("xl/worksheets/sheet1.xml", &sheet)
	cells := map[string]string{}
	for _, c := range sheet.C {
		if c.T == "s" {
			c.V = sst.T[digits(t, c.V)]
		}
		cells[c.R] = c.V
	}
	return cells
}

func TestRatio(t *testing.T) {
	for _, c := range []struct {
		num, den int64
		decimals int
		want     string
	}{{1, 3, 2, "0.33"}, {2, 3, 2, "0.67"}, {5, 2, 0, "3"}, {125, 100, 1, "1.3"}, {1234567, 1, 2, "1234567.00"}, {1, 1000, 2, "0.00"}} {
		if got := ratio(c.num, c.den, c.decimals); got != c.want {
			t.Errorf("ratio(%d, %d, %d) = %s, want %s", c.num, c.den, c.decimals, got, c.want)
		}
	}
	if got := grouped(comma("1234567.50")); got != "1\u00a0234\u00a0567,50" {
		t.Errorf("grouped: %q", got)
	}
	if got := grouped("999"); got != "999" {
		t.Errorf("grouped: %q", got)
	}
}

func TestColumnName(t *testing.T) {
	var got []string
	for _, n := range []int{1, 26, 27, 52, 53, 703} {
		got = append(got, columnName(n))
	}
	if want := []string{"A", "Z", "AA", "AZ", "BA", "AAA"}; !slices.Equal(got, want) {
		t.Errorf("%v, want %v", got, want)
	}
}

// The morning of the exports is after the end of the last day they hold, in
// the agency's zone.
func TestMorning(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	if !demoMorning().After((demoLast + 1).Start(paris)) || locale.DayOf(demoMorning().In(paris)) != demoToday {
		t.Errorf("morning %s", demoMorning())
	}
}
