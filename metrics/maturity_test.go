package metrics_test

import (
	"context"
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

// files imports reports that a test writes, each made on a day.
type files struct {
	t *testing.T
	w *warehouse.Warehouse
}

func newFiles(t *testing.T) *files {
	t.Helper()
	w, err := warehouse.OpenMemory(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	return &files{t, w}
}

func (f *files) put(name string, made locale.Day, body string) int {
	f.t.Helper()
	kept, err := f.w.Archive(strings.NewReader(body))
	if err != nil {
		f.t.Fatal(err)
	}
	r, err := f.w.Import(context.Background(), warehouse.Import{Client: "durand", Name: name, File: kept, Options: ingest.Options{
		Zone: time.UTC, Now: time.Date(2027, 1, 1, 9, 0, 0, 0, time.UTC), AsOf: made, Currency: "EUR",
	}})
	if err != nil || r.Status != warehouse.StatusImported || r.Gate {
		f.t.Fatalf("%s: %+v %v", name, r, err)
	}
	return r.Batch
}

func (f *files) scope() *metrics.Scope {
	f.t.Helper()
	s, err := metrics.LoadScope(context.Background(), f.w.DB(), &agency.Client{ID: "durand", Currency: "EUR", Agency: &agency.Agency{Dir: f.t.TempDir()}}, nil)
	if err != nil {
		f.t.Fatal(err)
	}
	return s
}

// google and linkedin write a row of one campaign for each day.
func google(from, to locale.Day, conversions func(locale.Day) int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "Campaign report\n%q\nDay,Campaign,Currency code,Impr.,Clicks,Cost,Conversions\n", from.Time().Format("January 2, 2006")+" - "+to.Time().Format("January 2, 2006"))
	for d := from; d <= to; d++ {
		fmt.Fprintf(&b, "%s,Brand,EUR,%d,%d,10.%02d,%d.00\n", d, 1000+d%17, 50+d%7, d%90, conversions(d))
	}
	return b.String()
}

func linkedin(from, to locale.Day) string {
	var b strings.Builder
	b.WriteString("Start Date (in UTC),Account Name,Currency,Campaign ID,Campaign Name,Total Spent,Impressions,Clicks,Conversions,Leads\n")
	for d := from; d <= to; d++ {
		fmt.Fprintf(&b, "%s,Durand,EUR,731904466,CSE,20.%02d,%d,%d,1,1\n", d.Time().Format("1/2/2006"), d%90, 400+d%13, 5+d%3)
	}
	return b.String()
}

func one(locale.Day) int { return 1 }

// A day is compared once it is a week old, or as old as its platform's own
// window where that is shorter; it is settled when the window is over. Both are
// counted in frames, and looked up as they were known on a date.
func TestMaturity(t *testing.T) {
	f := newFiles(t)
	from, to := locale.Date(2026, 9, 1), locale.Date(2026, 10, 12)
	made := locale.Date(2026, 10, 12) // the last day is not over
	f.put("google.csv", made, google(from, to, one))
	f.put("linkedin.csv", made, linkedin(from, to))
	scope := f.scope()
	windows := map[string]int{}
	for _, c := range scope.Channels {
		windows[c.ID] = c.Maturity
	}
	if windows["googleads"] != 30 || windows["linkedinads"] != 7 {
		t.Errorf("windows %v", windows)
	}
	whole, channels, err := metrics.Daily(context.Background(), f.w.DB(), scope, from, to, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	for _, s := range append(channels, whole) {
		settles := 30
		if s.ID == "linkedinads" {
			settles = 7
		}
		for _, d := range s.Days {
			age := int(made - d.Day)
			if d.Mature != (age >= 7) || d.Settled != (age >= settles) || d.Complete != (age >= 1) {
				t.Errorf("%s: %d days old: complete %t, mature %t, settled %t", s.ID, age, d.Complete, d.Mature, d.Settled)
			}
		}
	}
	ask := func(asOf time.Time, by ...string) *metrics.Frame {
		t.Helper()
		frame, err := metrics.Ask(context.Background(), f.w.DB(), metrics.Question{Scope: scope, KPIs: []string{"cpa"}, From: from, To: to, By: by, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		return frame
	}
	check := func(name string, r metrics.Row, days, young, moving int) {
		t.Helper()
		if r.Days != days || r.Young != young || r.Moving != moving {
			t.Errorf("%s: %d days, %d young, %d moving; want %d, %d, %d", name, r.Days, r.Young, r.Moving, days, young, moving)
		}
	}
	check("all", ask(time.Time{}).Total, 42, 7, 23)
	for _, r := range ask(time.Time{}, "channel").Rows {
		switch r.Keys[0] {
		case "googleads":
			check("google", r, 42, 7, 23)
		case "linkedinads":
			check("linkedin", r, 42, 7, 0)
		}
	}
	for _, r := range ask(time.Time{}, "week").Rows {
		switch r.Keys[0] {
		case "2026-08-31":
			check("first week", r, 6, 0, 0)
		case "2026-09-28":
			check("a week of two weeks ago", r, 7, 0, 7)
		case "2026-10-05":
			check("last week", r, 7, 6, 1)
		}
	}
	// What an earlier file said of the same days was younger.
	earlier := locale.Date(2026, 9, 20)
	f.put("earlier.csv", earlier, google(from, earlier-1, one))
	check("as it was known on 20 September", ask((earlier + 1).Start(time.UTC).Add(-time.Second)).Total, 19, 6, 13)
	check("by ad, of which nothing is said", ask(time.Time{}, "ad").Total, 42, 7, 23)
}
