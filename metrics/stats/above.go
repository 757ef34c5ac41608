package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// MinAbove is the number of other values that Above needs.
const MinAbove = 10

// Above is the chance that a value drawn like the others lies as far above them
// as the one at a position does, where values are normal about one mean with
// variance τ² ÷ weight:
//
//	t = (v − m) ÷ (τ√(1/w + 1/W)), n − 1 degrees of freedom
//
// with m the weighted mean of the n others, W the sum of their weights and τ² =
// Σw(v−m)²/(n−1): the prediction interval of a new value (Draper & Smith 1998,
// 1.4). A mean of k orders has weight k; take logarithms of amounts. For the
// greatest of several multiply by their number. It fails where values follow
// each other or the others hold a second one so far out.
func Above(values, weights []float64, at int) (p float64, warn Warning) {
	if at < 0 || at >= len(values) || len(weights) != len(values) || !finite(values...) || !amounts(weights...) || weights[at] == 0 {
		return math.NaN(), Warning{Code: BadInput}
	}
	n, all, mean := 0.0, 0.0, 0.0
	for i, w := range weights {
		if i != at && w > 0 {
			n, all, mean = n+1, all+w, mean+w*values[i]
		}
	}
	if n < MinAbove {
		return math.NaN(), Warning{FewDays, MinAbove, n}
	}
	mean /= all
	squares := 0.0
	for i, w := range weights {
		if i != at {
			squares += w * (values[i] - mean) * (values[i] - mean)
		}
	}
	se := math.Sqrt(squares / (n - 1) * (1/weights[at] + 1/all))
	d := values[at] - mean
	if se == 0 {
		if d > 0 {
			return 0, Warning{}
		}
		return 1, Warning{}
	}
	if p = guard(func() float64 { return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: n - 1}.Survival(d / se) }); math.IsNaN(p) {
		return p, Warning{Code: NotNumeric}
	}
	return p, Warning{}
}
