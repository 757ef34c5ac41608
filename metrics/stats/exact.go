package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// Exact is the Clopper–Pearson interval of a proportion x ÷ n (1934): it covers
// at least what it promises, and more than that on few trials. Wilson is the
// interval of reports; this one is for a reader who wants no approximation.
// Counts in units, taken as independent: with dispersion give effective counts.
// It needs x ≤ n; under MinEvents events the Warning says not to judge it.
func Exact(x, n, conf float64) Estimate {
	if w := share(x, n, conf); !w.None() {
		return nothing(w.Code)
	}
	low, high := exactShare(x, n, conf)
	return few(Estimate{Value: x / n, Low: low, High: high}, x)
}

// MidP is Exact with only half of the probability of what was seen (Lancaster
// 1961; Newcombe 1998, method 6): on average it covers what it promises, not
// always at least that. Needs and failures as for Exact.
func MidP(x, n, conf float64) Estimate {
	if w := share(x, n, conf); !w.None() {
		return nothing(w.Code)
	}
	a := (1 - conf) / 2
	above := func(k, p float64) float64 { // P(X ≥ k)
		switch {
		case k <= 0:
			return 1
		case k > n:
			return 0
		}
		return guard(func() float64 { return mathext.RegIncBeta(k, n-k+1, p) })
	}
	mid := func(p float64) float64 { return (above(x, p) + above(x+1, p)) / 2 }
	e := Estimate{Value: x / n, High: 1}
	if x > 0 {
		e.Low = solve(0, 1, func(p float64) float64 { return mid(p) - a })
	}
	if x < n {
		e.High = solve(0, 1, func(p float64) float64 { return mid(p) - (1 - a) })
	}
	return few(e, x)
}

// PoissonExact is the interval of a rate of events for each unit of exposure
// that follows from the Poisson law alone (Garwood 1936): Gamma quantiles with
// shape y below and y+1 above, over the exposure. On over-dispersed days it is
// far too short (90 % promised, some 70 % held at φ = 2.5): CostPer and Rate
// are what reports use. Without an event Low is 0 and High is still a bound.
func PoissonExact(y, exposure, conf float64) Estimate {
	switch {
	case !amounts(y, exposure) || !proper(conf, 1):
		return nothing(BadInput)
	case exposure == 0:
		return nothing(NoExposure)
	}
	e := Estimate{Value: y / exposure}
	if y > 0 {
		e.Low = guard(func() float64 { return mathext.GammaIncRegInv(y, (1-conf)/2) }) / exposure
	}
	e.High = guard(func() float64 { return mathext.GammaIncRegInv(y+1, (1+conf)/2) }) / exposure
	return few(e, y)
}

func share(x, n, conf float64) Warning {
	switch {
	case !amounts(x, n) || !proper(conf, 1) || x > n:
		return Warning{Code: BadInput}
	case n == 0:
		return Warning{Code: NoExposure}
	}
	return Warning{}
}

// solve finds where an increasing function crosses 0 between two bounds, as
// near as floats allow; NaN if the function is.
func solve(low, high float64, f func(float64) float64) float64 {
	for range 200 {
		mid := low + (high-low)/2
		if mid <= low || mid >= high {
			break
		}
		switch v := f(mid); {
		case math.IsNaN(v):
			return math.NaN()
		case v < 0:
			low = mid
		default:
			high = mid
		}
	}
	return low + (high-low)/2
}
