package metrics_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

// A batch that is withheld or taken out answers nothing and asks nothing: its
// currency is not the scope's, its breakdown cannot be asked for, and its
// campaigns belong to nobody.
func TestLeftOut(t *testing.T) {
	ctx := context.Background()
	w, err := warehouse.OpenMemory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	put := func(name, body string) *warehouse.Imported {
		t.Helper()
		kept, err := w.Archive(strings.NewReader(body))
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Import(ctx, warehouse.Import{Client: "durand", Name: name, File: kept, Options: ingest.Options{Zone: time.UTC, Now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}})
		if err != nil || r.Status != warehouse.StatusImported {
			t.Fatalf("%s: %+v %v", name, r, err)
		}
		return r
	}
	spend := func(by ...string) (float64, error) {
		t.Helper()
		scope, err := metrics.LoadScope(ctx, w.DB(), &agency.Client{ID: "durand", Currency: "EUR", Agency: &agency.Agency{Dir: t.TempDir()}}, nil)
		if err != nil {
			return 0, err
		}
		f, err := metrics.Ask(ctx, w.DB(), metrics.Question{Scope: scope, KPIs: []string{"spend"}, From: locale.Date(2026, 9, 1), To: locale.Date(2026, 9, 30), By: by})
		if err != nil {
			return 0, err
		}
		return *f.Total.KPIs["spend"].Value, nil
	}
	want := func(amount float64) {
		t.Helper()
		if got, err := spend(); err != nil || got != amount {
			t.Errorf("spend %g %v, want %g", got, err, amount)
		}
	}
	put("euros.csv", "Campaign report\n\"September 1, 2026 - September 1, 2026\"\nDay,Campaign,Currency code,Impr.,Clicks,Cost\n2026-09-01,Brand,EUR,1000,50,10.00\n")
	want(10)
	withheld := put("dollars.csv", "Campaign report\n\"September 2, 2026 - September 8, 2026\"\nCampaign,Currency code,Impr.,Clicks,Cost\nBrand,USD,1000,50,11.00\n")
	if !withheld.Gate {
		t.Fatal("dollars are not withheld")
	}
	want(10)
	if err := w.Undo(ctx, withheld.Batch, time.Now()); err != nil {
		t.Fatal(err)
	}
	want(10)
	split := put("devices.csv", "Campaign report\n\"September 1, 2026 - September 1, 2026\"\nDay,Device,Campaign,Currency code,Impr.,Clicks,Cost\n2026-09-01,Computers,Brand,EUR,900,40,9.00\n2026-09-01,Computers,Other,EUR,900,40,9.00\n")
	if _, err := spend("device"); err != nil {
		t.Errorf("by device: %v", err)
	}
	if err := w.Undo(ctx, split.Batch, time.Now()); err != nil {
		t.Fatal(err)
	}
	want(10)
	var question *metrics.ErrQuestion
	if _, err := spend("device"); !errors.As(err, &question) {
		t.Errorf("by device, once that is undone: %v", err)
	}
	if n := count(t, w, "select count(*) from entity where name = 'Other'"); n != 0 {
		t.Error("a campaign that only an undone batch names is still there")
	}
}

func count(t *testing.T, w *warehouse.Warehouse, sql string) (n int) {
	t.Helper()
	if err := w.DB().QueryRow(sql).Scan(&n); err != nil {
		t.Fatal(err)
	}
	return n
}
