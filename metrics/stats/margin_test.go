package stats

import (
	"math"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// Ledgers by hand, to the cent.
func TestMargin(t *testing.T) {
	costs := Costs{Hours: 20, Hour: 45, Tech: 120}
	for _, c := range []struct {
		what string
		fees Fees
		want []float64 // fee, media, cost, margin, rate, hours
	}{
		{"10 %", Fees{Share: .10}, []float64{1234.50, 0, 1020, 214.50, 214.5 / 1234.5, 20 + 214.5/45}},
		{"fixed", Fees{Fixed: 900}, []float64{900, 0, 1020, -120, -120 / 900., 20 - 120/45.}},
		{"by conversion", Fees{PerEvent: 4.2}, []float64{1260, 0, 1020, 240, 240 / 1260., 20 + 240/45.}},
		{"guaranteed CPA of 45", Fees{PerEvent: 45, BuysMedia: true}, []float64{13500, 12345, 1020, 135, .01, 23}},
		{"hybrid", Fees{Fixed: 500, Share: .05}, []float64{1117.25, 0, 1020, 97.25, 97.25 / 1117.25, 20 + 97.25/45}},
		// 5 000 at 12 %, 5 000 at 10 %, 2 345 at 8 %.
		{"tiers", Fees{Tiers: []Tier{{5000, .12}, {10000, .10}, {0, .08}}}, []float64{600 + 500 + 187.60, 0, 1020, 267.60, 267.6 / 1287.6, 20 + 267.6/45}},
	} {
		a := Margin(c.fees, costs, 12345, 300)
		near(t, c.what, []float64{a.Fee, a.Media, a.Cost, a.Margin, a.Rate, a.Hours}, c.want, 1e-9)
		if !a.Warning.None() {
			t.Errorf("%s: %+v", c.what, a.Warning)
		}
	}
	if a := Margin(Fees{}, costs, 1, 1); a.Warning.Code != NoExposure || a.Margin != -1020 || a.Rate != 0 {
		t.Errorf("no fee: %+v", a)
	}
	for _, f := range []Fees{{Share: -1}, {Tiers: []Tier{{5000, .1}, {4000, .1}, {0, .1}}}, {Tiers: []Tier{{5000, .1}}}, {Share: .1, Tiers: []Tier{{0, .1}}}} {
		if a := Margin(f, costs, 1, 1); a.Warning.Code != BadInput {
			t.Errorf("%+v: %+v", f, a)
		}
	}
}

func TestMarginRisk(t *testing.T) {
	rng := Rand("margin")
	var spend, events, squares []float64
	for range 4000 {
		s := 10000 + 500*rng.NormFloat64()
		spend, events = append(spend, s), append(events, distuv.Poisson{Lambda: 250, Src: rng}.Rand())
	}
	mean := sum(spend) / 4000
	for _, s := range spend {
		squares = append(squares, (s-mean)*(s-mean))
	}
	// A fixed fee has no risk; a share of spend has that share of its spread.
	fixed := MarginRisk(Fees{Fixed: 900}, Costs{Tech: 100}, spend, events, 28, .9)
	near(t, "fixed", []float64{fixed.Margin.Mean, fixed.Margin.Low, fixed.Margin.High, fixed.Loss, fixed.AtRisk}, []float64{800, 800, 800, 0, 800}, 1e-9)
	share := MarginRisk(Fees{Share: .1}, Costs{}, spend, events, 28, .9)
	sd := .1 * math.Sqrt(sum(squares)/4000)
	near(t, "share of spend", []float64{share.Margin.Mean, (share.Margin.High - share.Margin.Low) / 2}, []float64{.1 * mean, 1.645 * sd}, 2)

	price, load, w := GuaranteePrice(Costs{Tech: 500}, spend, events, 28)
	if !w.None() || !(load > .05 && load < .2) {
		t.Errorf("price %v, load %v, %+v", price, load, w)
	}
	deal := MarginRisk(Fees{PerEvent: price + 1e-9, BuysMedia: true}, Costs{Tech: 500}, spend, events, 28, .9)
	if deal.Loss > .10 || deal.Loss < .09 || deal.AtRisk >= 0 {
		t.Errorf("at that price: %+v", deal)
	}
	if r := MarginRisk(Fees{Fixed: 1}, Costs{}, spend, events, 27, .9); r.Warning != (Warning{FewDays, 28, 27}) {
		t.Errorf("27 days: %+v", r)
	}
	if _, _, w := GuaranteePrice(Costs{}, spend, make([]float64, 4000), 28); w.Code != NoEvents {
		t.Errorf("no conversion: %+v", w)
	}
}

func TestPOAS(t *testing.T) {
	var s Sums
	for i := range 14 {
		s.Add(100, 400+float64(i%7)*10)
	}
	roas, poas := s.Ratio(.9), POAS(s, .3, .9)
	near(t, "POAS", []float64{poas.Value, poas.Low, poas.High}, []float64{.3 * roas.Value, .3 * roas.Low, .3 * roas.High}, 1e-12)
	near(t, "break-even", []float64{BreakEvenROAS(.25), BreakEvenROAS(0)}, []float64{4, 0}, 1e-12)
	if e := POAS(s, 1.2, .9); e.Warning.Code != BadInput {
		t.Errorf("margin above 1: %+v", e)
	}
}

func FuzzMargin(f *testing.F) {
	f.Add(1000.0, 30.0, .1, 500.0, 2.0)
	f.Add(0.0, 0.0, 0.0, 0.0, 0.0)
	f.Add(1e300, 1e-300, 1e308, 1e308, math.NaN())
	f.Fuzz(func(t *testing.T, spend, events, share, fixed, each float64) {
		fees, costs := Fees{Share: share, Fixed: fixed, PerEvent: each}, Costs{Hours: events, Hour: fixed}
		a := Margin(fees, costs, spend, events)
		allFinite(t, "account", a.Fee, a.Margin, a.Rate, a.Hours, a.Cost)
		ss, es := make([]float64, 120), make([]float64, 120)
		for i := range ss {
			ss[i], es[i] = spend*float64(i%5), events*float64(i%7)
		}
		r := MarginRisk(fees, costs, ss, es, 30, .9)
		allFinite(t, "risk", r.Loss, r.AtRisk, r.Margin.Mean, r.Margin.Tail)
		price, load, _ := GuaranteePrice(costs, ss, es, 30)
		allFinite(t, "price", price, load)
	})
}
