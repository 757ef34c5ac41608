package stats

import "math"

// shapleyMost is the number of factors above which 2^k states are too many for
// a reader, who would not follow the split either.
const shapleyMost = 6

// Shapley splits the change of any function of up to six factors: the part of a
// factor is the mean, over all orders in which the factors could have moved
// from before to after, of what its move changes (Shapley 1953; for a product
// it is the standardisation of Das Gupta 1993). The parts add up to the change
// and do not depend on an order.
//
// It is for what is not a product of positive factors: those are LMDI's, whose
// parts differ a little, so that one report uses one of them. The function must
// give a number on every mixture of before and after; where it does not (a
// division by 0), nothing but NotNumeric is returned. A factor may be a whole
// vector to the caller: the function gets which factors have moved.
func Shapley(k int, value func(moved []bool) float64) ([]float64, Warning) {
	if k < 1 || k > shapleyMost {
		return nil, Warning{BadInput, shapleyMost, float64(k)}
	}
	values := make([]float64, 1<<k)
	moved := make([]bool, k)
	for s := range values {
		for i := range moved {
			moved[i] = s>>i&1 == 1
		}
		if values[s] = value(moved); math.IsNaN(values[s]) || math.IsInf(values[s], 0) {
			return nil, Warning{Code: NotNumeric}
		}
	}
	factorial := []float64{1, 1, 2, 6, 24, 120, 720}
	parts := make([]float64, k)
	for s, v := range values {
		size := 0
		for i := range k {
			size += s >> i & 1
		}
		for i := range parts {
			if s>>i&1 == 0 {
				parts[i] += factorial[size] * factorial[k-size-1] / factorial[k] * (values[s|1<<i] - v)
			}
		}
	}
	for _, p := range parts {
		if math.IsNaN(p) || math.IsInf(p, 0) {
			return nil, Warning{Code: NotNumeric}
		}
	}
	return parts, Warning{}
}
