package stats

import (
	"math"

	"gonum.org/v1/gonum/mathext"
)

// A count whose variance exceeds its mean is taken as negative-binomial with
// that mean and variance (size mean²/(variance−mean), probability
// mean/variance); one whose variance does not is Poisson. Fractional counts
// use the continuous form of the same functions.

// TailBelow is P(X ≤ k).
func TailBelow(k, mean, variance float64) float64 {
	if !amounts(mean, variance) || math.IsNaN(k) {
		return math.NaN()
	}
	switch {
	case k < 0:
		return 0
	case mean == 0 || math.IsInf(k, 1):
		return 1
	}
	return guard(func() float64 {
		if variance <= mean*(1+1e-9) {
			return mathext.GammaIncRegComp(k+1, mean)
		}
		return mathext.RegIncBeta(mean*mean/(variance-mean), k+1, mean/variance)
	})
}

// TailAbove is P(X ≥ k).
func TailAbove(k, mean, variance float64) float64 {
	if k <= 0 && amounts(mean, variance) {
		return 1
	}
	if math.IsInf(k, 1) {
		return 0
	}
	if !amounts(mean, variance) || math.IsNaN(k) {
		return math.NaN()
	}
	if mean == 0 {
		return 0
	}
	return guard(func() float64 {
		if variance <= mean*(1+1e-9) {
			return mathext.GammaIncReg(k, mean)
		}
		return mathext.RegIncBeta(k, mean*mean/(variance-mean), 1-mean/variance)
	})
}

// TailBoth is the two-sided p of a count: twice the smaller tail, at most 1.
func TailBoth(k, mean, variance float64) float64 {
	return min(1, 2*min(TailBelow(k, mean, variance), TailAbove(k, mean, variance)))
}

// maxMean is where whole numbers begin to be too coarse for a float64 search.
const maxMean = 1e12

// CountQuantile is the smallest whole k with P(X ≤ k) ≥ p; NaN above a mean of
// 10¹².
func CountQuantile(p, mean, variance float64) float64 {
	if !amounts(mean, variance) || mean > maxMean || !(p > 0) || !(p < 1) {
		return math.NaN()
	}
	low, high := -1.0, math.Ceil(mean+1)
	for TailBelow(high, mean, variance) < p {
		if low, high = high, high*2; high > 1000*maxMean {
			return math.NaN()
		}
	}
	for high-low > 1 {
		if mid := math.Floor((low + high) / 2); TailBelow(mid, mean, variance) >= p {
			high = mid
		} else {
			low = mid
		}
	}
	return high
}
