package stats

import (
	"math"
	"testing"
)

// FuzzMethods gives the methods of arms, periods, siblings and series anything:
// no panic, no number that is none beside a result without a warning, and
// bounds in order.
func FuzzMethods(f *testing.F) {
	f.Add(10.0, 100.0, 5.0, 80.0, 1.5, .9)
	f.Add(0.0, 0.0, 0.0, 0.0, 1.0, .9)
	f.Add(-1.0, math.Inf(1), math.NaN(), 1e300, 0.0, 1.0)
	f.Add(1e15, 1.0, 1e-300, 1e9, 1e6, .5)
	f.Add(3.0, 1e9, 1e9, 1e9, 1.0, .999999)
	f.Fuzz(func(t *testing.T, a, b, c, d, phi, conf float64) {
		order := func(what string, w Warning, low, high float64) {
			t.Helper()
			if w.None() && !(low <= high) {
				t.Errorf("%s: [%v, %v] without a warning", what, low, high)
			}
		}
		numbers := func(what string, vs ...float64) {
			t.Helper()
			if !finite(vs...) {
				t.Errorf("%s: %v", what, vs)
			}
		}
		for i, e := range []Estimate{
			Exact(a, b, conf), MidP(a, b, conf), WilsonCorrected(a, b, conf), PoissonExact(a, b, conf),
			Difference(a, b, c, d, phi, conf), AgrestiCaffo(a, b, c, d, conf), ROAS(a, b, c, d, phi, conf),
			Jeffreys.After(a, b, phi).Interval(conf), Belief{c, d, true}.Interval(conf),
		} {
			order([]string{"exact", "mid-p", "corrected", "Poisson", "difference", "Agresti", "ROAS", "beta", "gamma"}[i], e.Warning, e.Low, e.High)
		}
		z := TwoProportions(a, b, c, d)
		numbers("z", z.Z, z.P)
		need, _ := EventsNeeded(a, phi, conf, .8)
		trials, _ := TrialsNeeded(a, b, phi, conf, .8)
		days, _ := DaysNeeded(a, b, c, 3)
		numbers("plan", need, trials, float64(days))
		if days < 0 || days > 400 {
			t.Errorf("%d days", days)
		}

		choice := Choose([]Belief{Jeffreys.After(a, b, phi), Jeffreys.After(c, d, phi)})
		numbers("choice", append(choice.Best, choice.Loss...)...)
		choice = Choose([]Belief{{a, b, true}, {c, d, true}})
		numbers("choice of rates", append(choice.Best, choice.Loss...)...)

		s := Shrink([]Unit{{a, b, phi}, {c, d, phi}, {1, 50, phi}, {2, 60, phi}, {a, d, phi}}, math.Signbit(a))
		numbers("prior", s.Prior.A, s.Prior.B)
		for _, b := range s.Beliefs {
			numbers("belief", b.Mean())
		}
		js, factor, _ := JamesStein([]float64{a, b, c, d, 1}, phi)
		numbers("James–Stein", append(js, factor)...)

		var y []float64
		for i := range 63 {
			y = append(y, []float64{a, b, c, d, 3, 8}[i%6])
		}
		period := PeriodRatio(WeekOf(0, y[:20], y[5:25]), WeekOf(3, y[20:40], y[7:27]), phi, conf, conf)
		order("period", period.Warning, period.Low, period.High)
		e := RatioInOrder(y[:20], y[1:21], conf)
		order("in order", e.Warning, e.Low, e.High)

		for _, tr := range []Trend{MannKendall(y[:30], conf), SeasonalTrend(y, 7, conf), MannKendall(Weekly(2, y, y), conf)} {
			numbers("trend", tr.S, tr.Var, tr.Z, tr.P, tr.Tau, tr.Slope.Value, tr.Slope.Low, tr.Slope.High, tr.Relative.Low, tr.Relative.High, tr.Homogeneous)
			order("trend", tr.Warning, tr.Slope.Low, tr.Slope.High)
		}
		for _, ch := range []Changes{CountChanges(points(1, y, b), phi, conf), AmountChanges(y, 1, conf)} {
			numbers("changes", ch.Phi, ch.Lag, ch.Penalty)
			for _, g := range ch.Found {
				if g.From > g.At || g.To < g.At || g.From < 0 || g.To >= len(y) {
					t.Errorf("change %+v", g)
				}
				order("change", g.Effect.Warning, g.Effect.Low, g.Effect.High)
				numbers("levels", g.Before, g.After)
			}
		}
		if p, w := Decompose(y, 7, true); w.None() {
			numbers("parts", p.Remainder...)
		}
		o := GESD(y, 5, conf, true)
		numbers("outliers", append(o.R, o.Lambda...)...)
		p := Pettitt(y)
		numbers("Pettitt", p.U, p.P)
		OddDays(points(1, y, b), .25, phi, conf)
		ScanRises(points(1, y, b), .4, phi, conf)
		Holm([]float64{a, b, c, d})
	})
}
