package metrics_test

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

// randomWorld is a workspace with exports of two platforms over random days: some
// left out, some young; campaigns that come and go; a report by device that may
// know less than the one of campaigns; corrections.
func randomWorld(t *testing.T, rng *rand.Rand) (*warehouse.Warehouse, *metrics.Scope, *agency.Campaign) {
	t.Helper()
	ctx := context.Background()
	dir := t.TempDir()
	brief := "name: R\nflight: {start: 2026-08-20, end: 2026-10-20}\nbudget: {total: 6200}\nchannels:\n" +
		"  - {id: a, platform: googleads, match: \"A*\", budget: 1000}\n  - {id: b, platform: googleads, match: \"B*\", budget: 2000}\n  - {id: meta, platform: metaads, budget: 3200}\n" +
		"conversions: {default: conversions, metaads: leads}\ntargets:\n  - {kpi: conversions, value: 300}\n  - {kpi: cpa, value: 20}\n"
	for path, body := range map[string]string{
		"vigie.yaml": "name: A\nlanguage: fr\ntime_zone: Europe/Paris\ncurrency: EUR\n", "clients/c/client.yaml": "name: C\n", "clients/c/r/campaign.yaml": brief,
	} {
		path = filepath.Join(dir, path)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(body), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	a, err := agency.Open(dir, agency.Known{})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Err(); err != nil {
		t.Fatal(err)
	}
	w, err := warehouse.OpenMemory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	now := time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)
	take := func(name, text string, asOf locale.Day) {
		t.Helper()
		kept, err := w.Archive(strings.NewReader(text))
		if err != nil {
			t.Fatal(err)
		}
		now = now.Add(time.Minute)
		r, err := w.Import(ctx, warehouse.Import{Client: "c", Name: name, File: kept, Accept: true,
			Options: ingest.Options{Zone: time.UTC, Now: now, Currency: "EUR", AsOf: asOf}})
		if err != nil || r.Status != warehouse.StatusImported {
			t.Fatal(name, err, r.Status, r.Error.EN, "\n", text)
		}
	}
	first := locale.Date(2026, 9, 1)
	days := 10 + rng.IntN(35)
	campaigns := []string{"A1", "A2", "B1", "B2"}[:2+rng.IntN(3)]
	gone := map[int]bool{}
	for d := range days {
		gone[d] = rng.IntN(6) == 0
	}
	report := func(title string, by bool, part float64, from int) string {
		var b strings.Builder
		last := first + locale.Day(days-1)
		fmt.Fprintf(&b, "%s\n%q\n", title, (first+locale.Day(from)).Time().Format("January 2, 2006")+" - "+last.Time().Format("January 2, 2006"))
		devices := []string{""}
		if by {
			devices = []string{"Mobile phones", "Computers"}
			b.WriteString("Day,Device,Campaign,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n")
		} else {
			b.WriteString("Day,Campaign,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n")
		}
		rows := 0
		for d := from; d < days; d++ {
			for _, c := range campaigns {
				for _, device := range devices {
					if rows > 0 && (gone[d] || rng.Float64() > part) {
						continue
					}
					rows++
					fmt.Fprintf(&b, "%s,", first+locale.Day(d))
					if by {
						fmt.Fprintf(&b, "%s,", device)
					}
					clicks := rng.IntN(50)
					fmt.Fprintf(&b, "%s,EUR,%d,%d,%d.%02d,%d.%02d,%d.%02d\n", c, clicks+1+rng.IntN(1000), clicks, rng.IntN(90), rng.IntN(100), rng.IntN(4), rng.IntN(100), rng.IntN(200), rng.IntN(100))
				}
			}
		}
		return b.String()
	}
	made := first + locale.Day(days-rng.IntN(2)) // on the last day, or after it
	take("campaigns.csv", report("Campaign report", false, 0.8, 0), made)
	take("devices.csv", report("Campaign report", true, 0.6, 0), made)
	if rng.IntN(2) == 0 {
		take("newer.csv", report("Campaign report", false, 0.9, days/2), made+2)
	}
	var b strings.Builder
	b.WriteString("\"Reporting starts\",\"Reporting ends\",\"Campaign name\",Day,Impressions,\"Link clicks\",Leads,\"Amount spent (EUR)\"\n")
	for d := range days {
		if d > 0 && rng.IntN(5) == 0 {
			continue
		}
		leads := fmt.Sprint(rng.IntN(6))
		if rng.IntN(4) == 0 {
			leads = ""
		}
		fmt.Fprintf(&b, "%s,%s,Prospecting,%s,%d,%d,%s,%d.%02d\n", first, first+locale.Day(days-1), first+locale.Day(d), 100+rng.IntN(5000), rng.IntN(90), leads, rng.IntN(60), rng.IntN(100))
	}
	take("meta.csv", b.String(), made)
	k := a.Clients[0].Campaigns[0]
	scope, err := metrics.LoadScope(ctx, w.DB(), a.Clients[0], k)
	if err != nil {
		t.Fatal(err)
	}
	return w, scope, k
}

// The panels of any frame make up its total: what adds up adds up, and a ratio is
// the sum of the numerators by that of the denominators. By a breakdown that
// knows less than the campaigns, the rest is told, to the cent. No number is none
// or infinite, no interval lies beside its estimate. Seventy-five frames;
// fifteen hundred to calibrate.
func TestTotals(t *testing.T) {
	worlds, frames := 3, 25
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		worlds = 60
	}
	rng := rand.New(rand.NewPCG(3, 2026))
	kpis := []string{"impressions", "clicks", "spend", "conversions", "conversion_value", "ctr", "cpc", "cpm", "cvr", "cpa", "roas", "aov"}
	young, missing, rest := 0, 0, 0
	for range worlds {
		w, scope, brief := randomWorld(t, rng)
		for range frames {
			by := []string{}
			if time := []string{"", "day", "week", "month", "quarter", "year"}[rng.IntN(6)]; time != "" {
				by = append(by, time)
			}
			for _, d := range []string{"platform", "channel", "account", "platform_campaign"} {
				if rng.IntN(3) == 0 {
					by = append(by, d)
				}
			}
			split := rng.IntN(5) == 0
			if split {
				by = append(by, "device")
			}
			rng.Shuffle(len(by), func(i, j int) { by[i], by[j] = by[j], by[i] })
			from := locale.Date(2026, 8, 25) + locale.Day(rng.IntN(30))
			q := metrics.Question{Scope: scope, Brief: brief, KPIs: kpis, From: from, To: from + locale.Day(rng.IntN(50)), By: by,
				Compare: append([]metrics.Comparison{""}, metrics.Comparisons...)[rng.IntN(5)]}
			if rng.IntN(5) == 0 {
				q.AsOf = time.Date(2026, 9, 20, 12, 0, 0, 0, time.UTC)
			}
			f, err := metrics.Ask(context.Background(), w.DB(), q)
			if err != nil {
				t.Fatal(by, err)
			}
			say := fmt.Sprintf("by %v, %s to %s, compare %q", by, q.From, q.To, q.Compare)
			sound(t, say, f)
			if f.Total.Young > 0 {
				young++
			}
			if f.Total.Missing > 0 {
				missing++
			}
			if len(by) == 0 {
				continue
			}
			for _, r := range f.Rows {
				if !split && r.Young > f.Total.Young || r.Missing > f.Total.Missing || r.Days > f.Total.Days {
					t.Errorf("%s: a row has %d days, %d young, %d missing, the total %d, %d, %d", say, r.Days, r.Young, r.Missing, f.Total.Days, f.Total.Young, f.Total.Missing)
				}
			}
			for _, id := range kpis {
				total := f.Total.KPIs[id]
				for side, want := range map[string]*float64{"numerator": total.Num, "denominator": total.Den} {
					var got int64
					known := false
					for _, r := range f.Rows {
						p := r.KPIs[id].Num
						if side == "denominator" {
							p = r.KPIs[id].Den
						}
						if p != nil {
							got, known = got+int64(math.Round(*p*metrics.Micro)), true
						}
					}
					var exact int64
					if want != nil {
						exact = int64(math.Round(*want * metrics.Micro))
					}
					switch {
					case !split && (known != (want != nil) || got != exact):
						t.Errorf("%s: the %ss of %s make up %d, the total has %d", say, side, id, got, exact)
					case split && id == "spend" && got != exact:
						rest++
						left := locale.EN.Money(float64(exact-got)/metrics.Micro, f.Currency, 2)
						if !slices.ContainsFunc(f.Notes, func(n locale.Text) bool {
							return strings.HasPrefix(n.EN, left+" of spend is not attributed")
						}) {
							t.Errorf("%s: %s are not told: %v", say, left, f.Notes)
						}
					}
				}
				k, _ := metrics.LookupKPI(id)
				if k.Den != "" && total.Value != nil && math.Abs(*total.Value - k.Scale**total.Num / *total.Den) > 1e-9*math.Abs(*total.Value) {
					t.Errorf("%s: %s of the total is no quotient of its sums", say, id)
				}
			}
		}
	}
	if young == 0 || missing == 0 || rest == 0 {
		t.Errorf("%d frames with young days, %d with missing ones, %d with a rest: want some of each", young, missing, rest)
	}
}

// sound checks each number of a frame.
func sound(t *testing.T, say string, f *metrics.Frame) {
	t.Helper()
	holds := func(what string, low, value, high *float64) {
		t.Helper()
		for _, p := range []*float64{low, value, high} {
			if p != nil && (math.IsNaN(*p) || math.IsInf(*p, 0)) {
				t.Errorf("%s: %s is %v", say, what, *p)
			}
		}
		if low != nil && high != nil && value != nil && (*low > *value || *high < *value) {
			t.Errorf("%s: %s %v is not in [%v; %v]", say, what, *value, *low, *high)
		}
	}
	for _, r := range append(slices.Clone(f.Rows), f.Total) {
		for id, v := range r.KPIs {
			holds(id, v.Low, v.Value, v.High)
			c := r.Previous[id]
			holds(id+" before", c.Low, c.Value.Value, c.High)
			holds(id+" change", c.ChangeLow, c.Change, c.ChangeHigh)
			for _, m := range r.Aims[id] {
				holds(id+" distance", nil, m.Distance, nil)
				if (m.Aim == nil) != (m.Why != nil) || m.Aim != nil && m.State == "" {
					t.Errorf("%s: aim of %s without a word: %+v", say, id, m)
				}
			}
		}
	}
}
