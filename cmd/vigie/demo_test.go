package main

import (
	"bytes"
	"context"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
	"vigie/metrics"
	"vigie/reports"
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
