package main

import (
	"bytes"
	"context"
	"encoding/json"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/reports"
	"vigie/reports/chart"
)

// demoNow is the morning of the demo's fixed day.
func demoNow() time.Time {
	return simulate.DemoTruth().Today.Start(time.UTC).Add(7 * time.Hour)
}

// demo makes the demo agency, takes its exports in and freezes its last week.
func demo(t *testing.T) (*agency.Campaign, *warehouse.Warehouse, *reports.Snapshot) {
	t.Helper()
	ctx := context.Background()
	dir := filepath.Join(t.TempDir(), "demo")
	if err := simulate.Demo(dir); err != nil {
		t.Fatal(err)
	}
	a, err := agency.Open(dir, known())
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Err(); err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.Open(ctx, a.DataDir(""))
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	client := a.Clients[0]
	files, err := filepath.Glob(filepath.Join(dir, "inbox", client.ID, "*"))
	if err != nil || len(files) != 3 {
		t.Fatal(files, err)
	}
	slices.Sort(files)
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		info, err := f.Stat()
		if err != nil {
			t.Fatal(err)
		}
		list, err := jobs.TakeIn(ctx, w, client, ingest.Options{Now: demoNow()}, false, false, filepath.Base(path), info.ModTime(), f)
		f.Close()
		if err != nil || len(list) != 1 {
			t.Fatal(path, list, err)
		}
		if r := list[0]; r.Status != warehouse.StatusImported || r.Gate || len(r.Problems) > 0 {
			t.Fatalf("%s: %+v", path, r)
		}
	}
	c := client.Campaigns[0]
	scope, err := metrics.LoadScope(ctx, w.DB(), client, c)
	if err != nil {
		t.Fatal(err)
	}
	whole, _, err := metrics.Daily(ctx, w.DB(), scope, c.Flight.Start, a.Today, time.Time{})
	if err != nil {
		t.Fatal(err)
	}
	from, to := reports.LastWeek(metrics.LastComplete(whole), c.Flight)
	s, err := reports.Freeze(ctx, reports.Source{DB: w.DB(), Campaign: c, Now: demoNow(), Version: "test"}, reports.Request{Kind: reports.KindTracking, From: from, To: to})
	if err != nil {
		t.Fatal(err)
	}
	return c, w, s
}

// TestDemoSnapshot freezes the demo: its numbers are in testdata/reports, from
// which the tests of reports write their pages.
func TestDemoSnapshot(t *testing.T) {
	_, _, s := demo(t)
	got, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	const golden = "../../testdata/reports/demo.json"
	if *update {
		if err := os.WriteFile(golden, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(golden)
	if err != nil {
		t.Fatal(err)
	}
	if !bytes.Equal(got, want) {
		t.Error("the demo has other numbers; -update writes them, read the difference")
	}
	again, err := reports.Decode(got)
	if err != nil {
		t.Fatal(err)
	}
	back, err := again.Encode()
	if err != nil || !bytes.Equal(got, back) {
		t.Error("a snapshot changes when it is read and written again")
	}
}

// A number has one interval, however the question around it is split: the total
// of the report is that of kpi by week or by platform, a channel's own row is the
// total of a page that shows this channel alone, and a platform of one channel is
// that channel.
func TestOneInterval(t *testing.T) {
	c, w, s := demo(t)
	ctx := context.Background()
	scope, err := metrics.LoadScope(ctx, w.DB(), c.Client, c)
	if err != nil {
		t.Fatal(err)
	}
	kpis := []string{"ctr", "cpc", "cvr", "cpa", "cpm", "roas"}
	ask := func(scope *metrics.Scope, by ...string) *metrics.Frame {
		t.Helper()
		f, err := metrics.Ask(ctx, w.DB(), metrics.Question{Scope: scope, KPIs: kpis, From: s.Period.From, To: s.Period.To, By: by, Compare: "previous"})
		if err != nil {
			t.Fatal(err)
		}
		return f
	}
	same := func(what string, got, want metrics.Row) {
		t.Helper()
		for _, id := range kpis {
			for _, x := range []struct {
				name      string
				got, want *float64
			}{
				{"low", got.KPIs[id].Low, want.KPIs[id].Low},
				{"high", got.KPIs[id].High, want.KPIs[id].High},
				{"change low", got.Previous[id].ChangeLow, want.Previous[id].ChangeLow},
				{"change high", got.Previous[id].ChangeHigh, want.Previous[id].ChangeHigh},
			} {
				if (x.got == nil) != (x.want == nil) || x.got != nil && *x.got != *x.want {
					t.Errorf("%s: %s %s differs", what, id, x.name)
				}
			}
		}
	}
	row := func(f *metrics.Frame, key string) metrics.Row {
		t.Helper()
		i := slices.IndexFunc(f.Rows, func(r metrics.Row) bool { return r.Keys[0] == key })
		if i < 0 {
			t.Fatalf("no row %s", key)
		}
		return f.Rows[i]
	}
	for _, by := range []string{"", "day", "week", "month", "platform", "channel", "account", "platform_campaign"} {
		var list []string
		if by != "" {
			list = []string{by}
		}
		same("total by "+by, ask(scope, list...).Total, s.Frame.Total)
	}
	channels := ask(scope, "channel")
	for _, ch := range scope.Channels {
		same(ch.ID+" alone", ask(scope.Only(ch.ID)).Total, row(channels, ch.ID))
		same(ch.ID+" alone by channel", ask(scope.Only(ch.ID), "channel").Total, row(channels, ch.ID))
		if ch.Platform == "linkedinads" {
			same("linkedinads", row(ask(scope, "platform"), "linkedinads"), row(channels, ch.ID))
		}
	}
}

// TestDemoTruth holds what was planted in the demo against what is found.
func TestDemoTruth(t *testing.T) {
	_, w, s := demo(t)
	truth := simulate.DemoTruth()
	var outage, rise, behind bool
	for _, f := range s.Insight.Findings {
		switch {
		case f.Rule == "tracking-outage":
			outage = f.Critical && f.From == truth.Outage.First && f.To == truth.Outage.Last && f.Scope == "platform:"+truth.Outage.Platform
			if !outage {
				t.Errorf("the outage is found as %s, from %s to %s, in %s", f.ID, f.From, f.To, f.Scope)
			}
		case f.Rule == "cpa-change" && f.Scope == truth.Rise.Channel:
			rise = f.Good < 0
			if cpc, ok := f.Split.Parts.Bar("cpc"); !ok || cpc.Noise || cpc.Value <= 0 {
				t.Errorf("the rise of the cost of a click is %+v", cpc)
			}
		case f.Rule == "budget-pace" && f.Scope == truth.Behind.Channel:
			behind = f.Value < f.Against
		}
	}
	if !outage || !rise || !behind {
		t.Errorf("found: outage %t, rise %t, channel behind %t", outage, rise, behind)
	}
	for _, f := range s.Insight.Findings {
		if f.Rule == "cpa-change" && f.Scope == truth.TooSmall {
			t.Errorf("%s is too small to be judged, and is: %s", truth.TooSmall, f.Title.EN)
		}
	}
	// The sums of the report are those of the exports.
	var spend int64
	for _, d := range simulate.DemoDays() {
		spend += d.Spend
	}
	var stored int64
	if err := w.DB().QueryRow("select sum(spend)::bigint from rollup").Scan(&stored); err != nil {
		t.Fatal(err)
	}
	total := s.ToDate.Total.KPIs["spend"].Value
	if stored != spend || total == nil || int64(*total*1e6+0.5) != spend {
		t.Errorf("spend: %d planted, %d stored, %v reported", spend, stored, total)
	}
	if len(s.Advice.Recommendations) != 1 || len(s.Advice.Recommendations[0].Options) < 3 {
		t.Errorf("the demo shows one recommendation with three options or more, has %d", len(s.Advice.Recommendations))
	}
}

// What is confidential is found, and is in nothing that a client can see: not in
// the snapshot, from which editions and pages are made, nor in a rule's name.
func TestConfidential(t *testing.T) {
	c, w, _ := demo(t)
	// Terms under which every channel loses money.
	c.Client.Fees.PercentOfSpend, c.Client.Work.Hour, c.Client.Work.Hours = 0.01, 987_654_321, map[string]float64{}
	for _, ch := range c.Channels {
		c.Client.Work.Hours[ch.ID] = 100
	}
	src := reports.Source{DB: w.DB(), Campaign: c, Now: demoNow(), Version: "test"}
	req := reports.Request{Kind: reports.KindTracking, From: c.Flight.Start, To: c.Flight.Start + 20}
	secret, err := reports.Confidential(context.Background(), src, req)
	if err != nil || len(secret) != 1 || secret[0].Rule != "margin-trap" || !secret[0].Confidential {
		t.Fatalf("%v: %d confidential findings, want that of the margin", err, len(secret))
	}
	s, err := reports.Freeze(context.Background(), src, req)
	if err != nil {
		t.Fatal(err)
	}
	engine, err := chart.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	defer engine.Close()
	frozen, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if len(s.Insight.Confidential) > 0 {
		t.Error("a snapshot holds confidential findings")
	}
	made := map[string][]byte{"the snapshot": frozen}
	for _, l := range locale.Langs {
		if made["the report in "+string(l)], err = reports.HTML(s, l, engine); err != nil {
			t.Fatal(err)
		}
	}
	for what, b := range made {
		for _, r := range insight.ConfidentialRules() {
			for _, no := range []string{r.ID, r.Title.FR, r.Title.EN, secret[0].Title.FR, secret[0].Title.EN} {
				if bytes.Contains(b, []byte(no)) {
					t.Errorf("%s says %q", what, no)
				}
			}
		}
	}
}

// The same question answered twice, with all threads at work, has the same
// bytes.
func TestSnapshotRepeats(t *testing.T) {
	c, w, s := demo(t)
	want, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	for range 5 {
		again, err := reports.Freeze(context.Background(), reports.Source{DB: w.DB(), Campaign: c, Now: demoNow(), Version: "test"},
			reports.Request{Kind: reports.KindTracking, From: s.Period.From, To: s.Period.To})
		if err != nil {
			t.Fatal(err)
		}
		got, err := again.Encode()
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(got, want) {
			t.Fatal("two snapshots of the same data differ")
		}
	}
}

// Where the budget goes and what is proposed is the same, whatever period one
// looks back at.
func TestStanding(t *testing.T) {
	c, w, now := demo(t)
	then, err := reports.Freeze(context.Background(), reports.Source{DB: w.DB(), Campaign: c, Now: demoNow(), Version: "test"},
		reports.Request{Kind: reports.KindTracking, From: locale.Date(2026, 9, 14), To: locale.Date(2026, 9, 30)})
	if err != nil {
		t.Fatal(err)
	}
	if then.Compared == now.Compared {
		t.Error("September is compared on the days of the last week")
	}
	for _, x := range [][2]any{{now.Insight.Paces, then.Insight.Paces}, {now.Advice, then.Advice}, {now.Targets, then.Targets}} {
		a, err := json.Marshal(x[0])
		if err != nil {
			t.Fatal(err)
		}
		b, err := json.Marshal(x[1])
		if err != nil {
			t.Fatal(err)
		}
		if !bytes.Equal(a, b) {
			t.Errorf("in October\n%s\nin September\n%s", a, b)
		}
	}
}

// Fees are confidential: nothing of them gets into what is frozen.
func TestNoFees(t *testing.T) {
	c, _, s := demo(t)
	if c.Client.Fees == (agency.Fees{}) {
		t.Skip("the demo's client pays no fees")
	}
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	if strings.Contains(strings.ToLower(string(b)), "fee") {
		t.Error("a snapshot speaks of fees")
	}
}
