package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Comparison is the ratio of two figures, its interval, and the two-sided p
// of "no change". The probability that the direction is right is 1 − P/2.
type Comparison struct {
	Ratio, Low, High float64
	P                float64
	Warning          Warning
}

// RateRatio compares two rates of a count to an exposure: (y1/n1) ÷ (y2/n2).
// For a cost (CPA, CPC) the exposure is the money and the ratio of the costs is
// the reciprocal, so the caller exchanges the two sides.
//
// On the log scale, z = ln(ratio)/√(φ(1/y1 + 1/y2)). With few events that are
// not over-dispersed (y1+y2 < 50, φ < 1.2), or with none on one side, it is
// exact: Clopper–Pearson on y1 given y1+y2 and the mid-p (Lehmann & Romano
// 2005, 4.5), on effective counts. It fails where days follow each other.
func RateRatio(y1, n1, y2, n2, phi, conf float64) Comparison {
	c := RateRatioInterval(y1, n1, y2, n2, phi, conf)
	switch {
	case !c.Warning.None() && c.Warning.Code != FewEvents:
	case exactRatio(y1, y2, phi):
		a, b := y1/phi, y2/phi
		_, up := conditional(a, n1, b, n2, 1)
		_, down := conditional(b, n2, a, n1, 1)
		c.P = min(1, 2*min(up, down))
	default:
		se := math.Sqrt(phi * (1/y1 + 1/y2))
		c.P = 2 * distuv.UnitNormal.Survival(math.Abs(math.Log(c.Ratio))/se)
	}
	return c
}

// exactRatio: the events are so few that their ratio is compared exactly.
func exactRatio(y1, y2, phi float64) bool {
	return y1 == 0 || y2 == 0 || y1+y2 < 50 && phi < 1.2
}

// RateRatioInterval is RateRatio without its P, which takes longer than the rest
// and is NaN.
func RateRatioInterval(y1, n1, y2, n2, phi, conf float64) Comparison {
	c := Comparison{Ratio: math.NaN(), Low: math.NaN(), High: math.NaN(), P: math.NaN()}
	switch {
	case !amounts(y1, n1, y2, n2) || !proper(conf, phi):
		c.Warning.Code = BadInput
	case n1 == 0 || n2 == 0:
		c.Warning.Code = NoExposure
	case y1+y2 == 0:
		c.Warning.Code = NoEvents
	case exactRatio(y1, y2, phi):
		c.Ratio = y1 / n1 / (y2 / n2) // +Inf if y2 is 0
		a, b := y1/phi, y2/phi
		low, high := exactShare(a, a+b, conf)
		c.Low, c.High = odds(low)*n2/n1, odds(high)*n2/n1
	default:
		c.Ratio = y1 / n1 / (y2 / n2)
		se := math.Sqrt(phi * (1/y1 + 1/y2))
		k := math.Exp(normal(conf) * se)
		c.Low, c.High = c.Ratio/k, c.Ratio*k
	}
	if least := min(y1, y2); c.Warning.None() && least < MinEvents {
		c.Warning = Warning{FewEvents, MinEvents, least}
	}
	return c
}

func odds(p float64) float64 { return p / (1 - p) }

// conditional gives the exact and the mid p that the ratio of two rates is
// above a value, from the share of the first among all events.
func conditional(y1, n1, y2, n2, ratio float64) (exact, mid float64) {
	p := ratio * n1 / (ratio*n1 + n2)
	atLeast := func(k float64) float64 { // P(X >= k) of y1+y2 trials
		switch {
		case k <= 0:
			return 1
		case k > y1+y2:
			return 0
		}
		return guard(func() float64 { return mathext.RegIncBeta(k, y1+y2-k+1, p) })
	}
	exact = atLeast(y1)
	return exact, (exact + atLeast(y1+1)) / 2
}

// RatioChange compares two ratios of daily sums (CPM, ROAS, AOV): the
// difference of their logs with the delta-method errors of Sums.Ratio, and
// Welch's degrees of freedom. It needs MinDays days on each side.
func RatioChange(now, before Sums, conf float64) Comparison {
	c := Comparison{Ratio: math.NaN(), Low: math.NaN(), High: math.NaN(), P: math.NaN()}
	for _, s := range []Sums{now, before} {
		if c.Warning = s.check(); !c.Warning.None() {
			return c
		}
	}
	if !proper(conf, 1) {
		c.Warning.Code = BadInput
		return c
	}
	c.Ratio = now.Y / now.X / (before.Y / before.X)
	a, b := now.relative(), before.relative()
	va, vb := a*a, b*b
	if va+vb == 0 {
		c.Low, c.High = c.Ratio, c.Ratio
		if c.P = 0; c.Ratio == 1 {
			c.P = 1
		}
		return c
	}
	free := (va + vb) * (va + vb) / (va*va/float64(now.D-1) + vb*vb/float64(before.D-1))
	se := math.Sqrt(va + vb)
	k := math.Exp(student(conf, free) * se)
	c.Low, c.High = c.Ratio/k, c.Ratio*k
	t := distuv.StudentsT{Mu: 0, Sigma: 1, Nu: free}
	c.P = guard(func() float64 { return 2 * t.Survival(math.Abs(math.Log(c.Ratio))/se) })
	if math.IsNaN(c.Low) || math.IsNaN(c.P) {
		c.Warning.Code = NotNumeric
	}
	return c
}

// BH adjusts the p of one family of tests so that those at or below q hold at
// most a share q of false ones (Benjamini & Hochberg 1995). The result is in
// the order of its input; a NaN is no test and stays NaN.
func BH(ps []float64) []float64 {
	order, out := ranked(ps)
	q := 1.0
	for rank := len(order); rank > 0; rank-- {
		i := order[rank-1]
		q = min(q, ps[i]*float64(len(order))/float64(rank))
		out[i] = q
	}
	return out
}

// ranked gives the positions of the tests among ps, smallest p first, and a
// slice for their result, NaN where there is no test.
func ranked(ps []float64) (order []int, out []float64) {
	out = make([]float64, len(ps))
	for i, p := range ps {
		if out[i] = math.NaN(); !math.IsNaN(p) {
			order = append(order, i)
		}
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(ps[a], ps[b]) })
	return order, out
}
