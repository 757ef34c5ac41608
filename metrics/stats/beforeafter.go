package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// The codes of a comparison of before and after.
const (
	Drifting Code = "drifting" // days follow each other: Has is the p of "they do not"
	Same     Code = "same"     // columns that cannot be told apart
)

// Effect is what changed after a date beyond what was expected without it.
type Effect struct {
	Value, Low, High   float64 // see the method: a share of change, or units a day
	Observed, Expected float64 // of the days after, in all
	// Detectable is the smallest effect that would have been seen four times in
	// five, in the unit of Value and without a sign.
	Detectable float64
	Placebos   []Placebo // the same analysis at earlier dates, where nothing was done
	AsExtreme  int       // placebos whose effect stands out as much
	PlaceboP   float64   // (1 + AsExtreme) ÷ (1 + placebos)
	// Clear says that the interval leaves 0 out and PlaceboP is at most 0.10.
	Clear   bool
	Rho     float64 // how much a day follows the day before
	Warning Warning

	z float64
}

// Placebo is an effect at a date at which nothing was done.
type Placebo struct {
	At    int // position of the day
	Value float64
}

const (
	effectBefore  = 28
	effectAfter   = 7
	effectEvents  = 30
	effectTrigger = 7  // days before the date that made someone act: not counted
	effectPlacebo = 14 // days before a placebo date
	effectPower   = 0.80
	effectMaxP    = 0.10
	effectLags    = 7
	effectDrift   = 0.05
)

// detectable is the size on the scale of se that is seen with a power of 80 %.
func detectable(se, conf float64) float64 {
	return (normal(conf) + distuv.UnitNormal.Quantile(effectPower)) * se
}

// placebo repeats an analysis at every earlier date that leaves it 14 days
// before and as many days after as the true one, and judges the effect.
func (e *Effect) placebo(at, skip, after int, analysis func(at, to, least int) Effect) {
	for d := effectPlacebo + skip; d+after <= at-skip; d++ {
		p := analysis(d, d+after, effectPlacebo)
		if !p.Warning.None() && p.Warning.Code != Drifting {
			continue
		}
		e.Placebos = append(e.Placebos, Placebo{d, p.Value})
		if math.Abs(p.z) >= math.Abs(e.z) {
			e.AsExtreme++
		}
	}
	e.PlaceboP = float64(1+e.AsExtreme) / float64(1+len(e.Placebos))
	e.Clear = (e.Low > 0 || e.High < 0) && e.PlaceboP <= effectMaxP
}

// DiD compares how a rate moved after a date where something was done with how
// it moved where nothing was (difference in differences): both series hold the
// same days, and the date is the position of the first day after.
//
// With day effects common to both, a day's events of the treated among those
// of both are quasi-binomial, with odds (N treated/N control)·e^(a+δ·after);
// Value is e^δ − 1, the change of the rate beyond the control's. For a cost the
// exposure is the money and the change of the cost is 1/(1+Value) − 1. The
// interval is normal on δ, with φ from Pearson's residuals (at least 1) and
// widened by √((1+ρ)/(1−ρ)) where days follow each other.
//
// The seven days before the date are left out, for they are often why someone
// acted: returning to the usual would look like an effect. It needs 28 days
// before them, 7 from the date on, and 30 events on each side of each series;
// otherwise nothing but the Warning is returned. It fails where the control is
// touched too (budget taken from it), and where several things changed at once.
//
// Source: Card & Krueger 1994; conditional on the days' totals, McCullagh &
// Nelder 1989, 6.4.
func DiD(treated, control []Point, at int, conf float64) Effect {
	if len(treated) != len(control) || at < 0 || at > len(treated) || !proper(conf, 1) {
		return Effect{Warning: Warning{Code: BadInput}}
	}
	use, _ := usableDays(treated)
	use2, _ := usableDays(control)
	analysis := func(at, to, least int) Effect {
		var x [][]float64
		var y, trials, ratio []float64
		var days [2]int
		var events [4]float64
		for i := range to {
			if !use[i] || !use2[i] || i < at && i >= at-effectTrigger {
				continue
			}
			after := 0
			if i >= at {
				after = 1
			}
			days[after]++
			events[after] += treated[i].Y
			events[2+after] += control[i].Y
			if n := treated[i].Y + control[i].Y; n > 0 { // a day without events says nothing of shares
				x = append(x, []float64{1, float64(after)})
				y = append(y, treated[i].Y)
				trials = append(trials, n)
				ratio = append(ratio, treated[i].N/control[i].N)
			}
		}
		if w := enough(days, least, events[:]...); !w.None() {
			return Effect{Warning: w}
		}
		m, ok := quasiBinomial(x, y, trials, ratio)
		if !ok {
			return Effect{Warning: Warning{Code: NotNumeric}}
		}
		e := Effect{Observed: events[1], Rho: follows(m.resid)}
		se := m.se([]float64{0, 1}) * widen(e.Rho)
		delta, half := m.b[1], normal(conf)*se
		e.Value, e.Low, e.High = math.Expm1(delta), math.Expm1(delta-half), math.Expm1(delta+half)
		e.Expected = events[1] / math.Exp(delta)
		e.Detectable = math.Expm1(detectable(se, conf))
		e.z = delta / se
		return e.checked()
	}
	e := analysis(at, len(treated), effectBefore)
	if e.Warning.None() {
		e.placebo(at, effectTrigger, len(treated)-at, analysis)
	}
	return e
}

// RateStep is by how much a rate differs after a date from what it was before,
// where nothing untouched can be compared with it: quasi-Poisson, log(mean/N) =
// a + weekday + δ·after, and Value is e^δ − 1. Whatever else changed on that date
// is in it, so that it merely coincides with the date; placebo dates say how
// often the rate moves so by itself.
//
// The days left out and the least data are those of DiD, the interval is too but
// for Student's quantile and a wider ρ, since weekdays take a part of it. Where
// nothing was done about 6 effects of 100 are clear, also where days follow each
// other by 0.5. It fails where the rate drifts: placebo dates then show as much,
// as a rule.
func RateStep(days []Point, at int, conf float64) Effect {
	if at < 0 || at > len(days) || !proper(conf, 1) {
		return Effect{Warning: Warning{Code: BadInput}}
	}
	usable, _ := usableDays(days)
	analysis := func(at, to, least int) Effect {
		var x [][]float64
		var y, n []float64
		var count [2]int
		var events [2]float64
		use := make([]bool, to)
		for i := range to {
			if use[i] = usable[i] && (i >= at || i < at-effectTrigger); !use[i] {
				continue
			}
			after := 0
			if i >= at {
				after = 1
			}
			count[after]++
			events[after] += days[i].Y
			x = append(x, []float64{1, float64(after)})
			y, n = append(y, days[i].Y), append(n, days[i].N)
		}
		if w := enough(count, least, events[:]...); !w.None() {
			return Effect{Warning: w}
		}
		x = withWeekdays(x, days[:to], use)
		m, ok := quasiPoisson(x, y, n)
		if !ok {
			return Effect{Warning: Warning{Code: NotNumeric}}
		}
		step := make([]float64, len(x[0]))
		step[1] = 1
		// Weekdays take a part of what days have in common with the day before.
		lost := float64(len(m.b)) / float64(len(y))
		e := Effect{Observed: events[1], Rho: min(0.8, follows(m.resid)+lost)}
		se := m.se(step) * widen(e.Rho)
		delta, half := m.b[1], student(conf, float64(len(y)-len(m.b)))*se
		e.Value, e.Low, e.High = math.Expm1(delta), math.Expm1(delta-half), math.Expm1(delta+half)
		e.Expected = events[1] / math.Exp(delta)
		e.Detectable = math.Expm1(detectable(se, conf))
		e.z = delta / se
		return e.checked()
	}
	e := analysis(at, len(days), effectBefore)
	if e.Warning.None() {
		e.placebo(at, effectTrigger, len(days)-at, analysis)
	}
	return e
}

func enough(days [2]int, least int, events ...float64) Warning {
	switch {
	case days[0] < least:
		return Warning{FewDays, float64(least), float64(days[0])}
	case days[1] < effectAfter:
		return Warning{FewDays, effectAfter, float64(days[1])}
	}
	for _, v := range events {
		if v < effectEvents {
			return Warning{FewEvents, effectEvents, v}
		}
	}
	return Warning{}
}

func (e Effect) checked() Effect {
	for _, v := range []float64{e.Value, e.Low, e.High, e.Expected, e.Detectable, e.z} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Effect{Warning: Warning{Code: NotNumeric}}
		}
	}
	return e
}

// Counterfactual compares a daily amount after a date with what control series
// lead one to expect of it: y = b₀ + Σ b·control + weekday, fitted by least
// squares to the days before, predicted on those after. Value is the mean
// difference of a day, in the unit of y. The variance of the mean of m days is
// σ²·(1/m + x̄ᵀ(XᵀX)⁻¹x̄)·(1+ρ)/(1−ρ), with Student's quantile.
//
// First is the weekday of the first day (Monday 0), or −1 to leave weekdays
// out. A day on which any of the series is NaN is left out. The days before the date that made someone act (skip, usually 7) are
// left out. It needs 28 days before them, and 7 after. Without a control the
// difference merely coincides with the date. It fails where the controls are
// touched too. Where residuals follow each other (Ljung & Box, 7 lags, p under
// 0.05) the constant becomes a level that wanders, fitted by maximum likelihood
// (local level with regressors; Durbin & Koopman 2012), and the Warning Drifting
// says so: the interval then grows with the days after.
//
// Source: regression counterfactual, as Brodersen et al. 2015 without their
// priors; placebo dates as Abadie et al. 2010.
func Counterfactual(y []float64, controls [][]float64, first, skip, at int, conf float64) Effect {
	bad := Effect{Warning: Warning{Code: BadInput}}
	if at < 0 || at > len(y) || skip < 0 || first < -1 || first > 6 || !proper(conf, 1) {
		return bad
	}
	use := make([]bool, len(y))
	for k, c := range append([][]float64{y}, controls...) {
		if len(c) != len(y) {
			return bad
		}
		for i, v := range c {
			if math.IsInf(v, 0) {
				return bad
			}
			use[i] = !math.IsNaN(v) && (k == 0 || use[i])
		}
	}
	row := func(i int) []float64 {
		r := []float64{1}
		for _, c := range controls {
			r = append(r, c[i])
		}
		if first >= 0 {
			var day [7]float64
			day[(first+i)%7] = 1
			r = append(r, day[1:]...)
		}
		return r
	}
	analysis := func(at, to, least int) Effect {
		var x [][]float64
		var before []float64
		for i := range max(0, at-skip) {
			if use[i] {
				x, before = append(x, row(i)), append(before, y[i])
			}
		}
		n, after := len(x), 0
		for i := at; i < to; i++ {
			if use[i] {
				after++
			}
		}
		if w := enough([2]int{n, after}, least); !w.None() {
			return Effect{Warning: w}
		}
		m, ok := leastSquares(x, before)
		if !ok {
			return Effect{Warning: Warning{Code: Same}}
		}
		e := Effect{Rho: follows(m.resid)}
		mean := make([]float64, len(m.b))
		for i := at; i < to; i++ {
			if !use[i] {
				continue
			}
			for j, v := range row(i) {
				mean[j] += v / float64(after)
			}
			e.Observed += y[i]
		}
		expected := m.predict(mean)
		se := math.Hypot(m.se(mean), math.Sqrt(m.phi/float64(after))) * widen(e.Rho)
		free := float64(n - len(m.b))
		if _, p := ljungBox(m.resid, effectLags); p < effectDrift {
			for i := range x {
				x[i] = x[i][1:] // the level stands for the constant
			}
			if l, ok := fitLevel(before, x); ok {
				expected, se = l.ahead(mean[1:], at-max(0, at-skip), after)
				e.Rho, free = 0, free-1
			}
			e.Warning = Warning{Drifting, effectDrift, p}
		}
		e.Expected = expected * float64(after)
		half := student(conf, free) * se
		e.Value = e.Observed/float64(after) - expected
		e.Low, e.High = e.Value-half, e.Value+half
		e.Detectable = detectable(se, conf)
		if e.z = e.Value / se; se == 0 {
			e.z = 0
		}
		return e.checked()
	}
	e := analysis(at, len(y), effectBefore)
	if e.Warning.None() || e.Warning.Code == Drifting {
		e.placebo(at, skip, len(y)-at, analysis)
	}
	return e
}

// chiAbove is P(χ² ≥ q).
func chiAbove(q, free float64) float64 {
	return guard(func() float64 { return mathext.GammaIncRegComp(free/2, q/2) })
}
