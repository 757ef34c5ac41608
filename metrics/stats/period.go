package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// PeriodRatio compares the rate of a count in two periods with each weekday
// held against the same weekday: the ratio ρ of a quasi-Poisson regression
//
//	ln E[y] = ln exposure + weekday + period
//
// whose estimate solves Σ y₁ = Σ (y₁+y₀)·ρn₁/(ρn₁+n₀) over weekdays, with variance
// φ·(1+r)/(1−r) ÷ Σ (y₁+y₀)·p(1−p), p the share ρn₁/(ρn₁+n₀) (McCullagh & Nelder
// 1989, 7.3; r is the lag-1 autocorrelation, see Inflation). A period with
// more weekends than the other is thereby not taken for a change; RateRatio,
// which takes the totals, would.
//
// Weekdays that one period lacks are left out of both; seven days each way
// lose none. It needs MinEvents events in each period after that. For a cost
// the exposure is money and the caller exchanges the periods.
func PeriodRatio(now, before Week, phi, r, conf float64) Comparison {
	c := Comparison{Ratio: math.NaN(), Low: math.NaN(), High: math.NaN(), P: math.NaN()}
	if !proper(conf, phi) || math.IsNaN(r) {
		c.Warning.Code = BadInput
		return c
	}
	type stratum struct{ y, n1, n0 float64 }
	var strata []stratum
	y1, y0 := 0.0, 0.0
	for j := range now {
		a, b := now[j], before[j]
		if !amounts(a.Y, a.N, b.Y, b.N) {
			c.Warning.Code = BadInput
			return c
		}
		if a.N > 0 && b.N > 0 {
			strata = append(strata, stratum{a.Y + b.Y, a.N, b.N})
			y1 += a.Y
			y0 += b.Y
		}
	}
	switch least := min(y1, y0); {
	case len(strata) == 0:
		c.Warning.Code = NoExposure
		return c
	case least == 0:
		c.Warning.Code = NoEvents
		return c
	case least < MinEvents:
		c.Warning = Warning{FewEvents, MinEvents, least}
	}
	p := func(s stratum, log float64) float64 { return 1 / (1 + s.n0/s.n1*math.Exp(-log)) }
	log := solve(-700, 700, func(log float64) float64 {
		sum := -y1
		for _, s := range strata {
			sum += s.y * p(s, log)
		}
		return sum
	})
	information := 0.0
	for _, s := range strata {
		q := p(s, log)
		information += s.y * q * (1 - q)
	}
	se := math.Sqrt(phi * Inflation(r) / information)
	k := math.Exp(normal(conf) * se)
	c.Ratio = math.Exp(log)
	c.Low, c.High = c.Ratio/k, c.Ratio*k
	c.P = 2 * distuv.UnitNormal.Survival(math.Abs(log)/se)
	if !finite(c.Ratio, c.Low, c.High, c.P) {
		c = Comparison{math.NaN(), math.NaN(), math.NaN(), math.NaN(), Warning{Code: NotNumeric}}
	}
	return c
}

// Lag1 is the lag-1 autocorrelation of residuals in the order of days: Σ eₜeₜ₊₁
// ÷ Σ eₜ². With fewer than 3 of them, or none but zeros, it is 0.
func Lag1(residuals []float64) float64 {
	num, den := 0.0, 0.0
	for i, e := range residuals {
		den += e * e
		if i > 0 {
			num += residuals[i-1] * e
		}
	}
	if r := num / den; len(residuals) >= 3 && finite(r) {
		return r
	}
	return 0
}

// maxLag is where Lag1 is cut: nearer 1 a handful of days would decide.
const maxLag = 0.8

// Inflation is how much more a sum of days varies than its days tell when each
// resembles the day before: (1+r)/(1−r), with the lag-1 autocorrelation r cut
// to [0, 0.8] (an AR(1) process; Priestley 1981, 5.3). A dispersion is
// multiplied by it, a standard error by its root.
func Inflation(r float64) float64 {
	if !(r > 0) {
		return 1
	}
	r = min(r, maxLag)
	return (1 + r) / (1 - r)
}

// RatioInOrder is Sums.Ratio of days in their order: its standard error is
// multiplied by √Inflation of the autocorrelation of the days' errors y − R·x.
func RatioInOrder(x, y []float64, conf float64) Estimate {
	if len(x) != len(y) {
		return nothing(BadInput)
	}
	var s Sums
	for i := range x {
		s.Add(x[i], y[i])
	}
	e := s.Ratio(conf)
	if !e.Warning.None() {
		return e
	}
	errors := make([]float64, len(x))
	for i := range x {
		errors[i] = y[i] - e.Value*x[i]
	}
	root := math.Sqrt(Inflation(Lag1(errors)))
	e.Low = e.Value * math.Pow(e.Low/e.Value, root)
	e.High = e.Value * math.Pow(e.High/e.Value, root)
	if !finite(e.Low, e.High) {
		return nothing(NotNumeric)
	}
	return e
}

// minBlocks is the number of weeks that a resampling of weeks needs.
const minBlocks = 6

// RatioByWeeks is the interval of ΣY/ΣX from resampling blocks of 7 days in
// their order, Draws times (Künsch 1989; percentiles). It keeps the weekday
// pattern and the likeness of near days, but is short below some 42 days,
// where it refuses: it is a check of Sums.Ratio, not the interval of reports.
func RatioByWeeks(x, y []float64, conf float64, draw func(n int) int) Estimate {
	if len(x) != len(y) || !amounts(x...) || !amounts(y...) || !proper(conf, 1) {
		return nothing(BadInput)
	}
	n := len(x)
	if n < 7*minBlocks {
		e := nothing(FewDays)
		e.Warning.Need, e.Warning.Has = 7*minBlocks, float64(n)
		return e
	}
	ratio := func(days func(i int) int) float64 {
		sx, sy := 0.0, 0.0
		for i := range n {
			sx += x[days(i)]
			sy += y[days(i)]
		}
		return sy / sx
	}
	starts := make([]int, (n+6)/7)
	e := Bars(Draws, 1, conf, func(v []float64) {
		for i := range starts {
			starts[i] = draw(n - 6)
		}
		v[0] = ratio(func(i int) int { return starts[i/7] + i%7 })
	})[0]
	e.Value = ratio(func(i int) int { return i })
	if !finite(e.Value, e.Low, e.High) {
		return nothing(NoExposure)
	}
	return e
}

// ROAS is the interval of order value ÷ spend where orders are known one by
// one but days are not: relative standard error √(φ/orders·(1+cv²)), with cv the
// standard deviation of order values over their mean, on the log scale. Under
// 10 orders the Warning says to claim no decimal of it; one huge order
// dominates it, so show it without the largest order too.
func ROAS(value, spend, orders, cv, phi, conf float64) Estimate {
	switch {
	case !amounts(value, spend, orders, cv) || !proper(conf, phi):
		return nothing(BadInput)
	case spend == 0:
		return nothing(NoExposure)
	case orders == 0 || value == 0:
		return nothing(NoEvents)
	}
	k := math.Exp(normal(conf) * math.Sqrt(phi/orders*(1+cv*cv)))
	e := Estimate{Value: value / spend, Low: value / spend / k, High: value / spend * k}
	if !finite(e.Value, e.Low, e.High) {
		return nothing(NotNumeric)
	}
	if orders < minOrders {
		e.Warning = Warning{FewEvents, minOrders, orders}
	}
	return e
}

const minOrders = 10
