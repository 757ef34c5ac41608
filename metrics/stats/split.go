package stats

import (
	"cmp"
	"math"
	"slices"
)

// LogMean is the logarithmic mean (a−b) ÷ ln(a/b) of two positive numbers, a
// where they are equal.
func LogMean(a, b float64) float64 {
	if math.Abs(a-b) <= 1e-12*max(a, b) {
		return (a + b) / 2
	}
	return (a - b) / math.Log(a/b)
}

// LMDI splits the change of a sum of products into the parts of its factors:
// for V = Σᵢ Πₖ xᵢₖ the part of factor k is Σᵢ L(Vᵢ¹,Vᵢ⁰)·ln(xᵢₖ¹/xᵢₖ⁰), with L
// the logarithmic mean (LMDI-I; Ang 2005). The parts add up to the change
// exactly and do not depend on the order of the factors; a divisor is a factor
// 1/x. It is an accounting split, not a cause. Rows are terms, columns
// factors; a factor that is not positive has no logarithm and gives a Warning:
// book what is new or stopped apart.
func LMDI(before, after [][]float64) ([]float64, Warning) {
	if len(before) == 0 || len(before) != len(after) {
		return nil, Warning{Code: BadInput}
	}
	parts := make([]float64, len(before[0]))
	for i := range before {
		if len(before[i]) != len(parts) || len(after[i]) != len(parts) {
			return nil, Warning{Code: BadInput}
		}
		v0, v1 := 1.0, 1.0
		for k := range parts {
			if !(before[i][k] > 0) || !(after[i][k] > 0) || math.IsInf(before[i][k], 0) || math.IsInf(after[i][k], 0) {
				return nil, Warning{Code: BadInput}
			}
			v0 *= before[i][k]
			v1 *= after[i][k]
		}
		l := LogMean(v1, v0)
		for k := range parts {
			parts[k] += l * math.Log(after[i][k]/before[i][k])
		}
	}
	return parts, Warning{}
}

// Share is one member of a mixture: its weight and its rate in two periods.
// Weights of a period add up to 1.
type Share struct {
	W0, R0 float64
	W1, R1 float64
}

// MixRate splits the change of R = Σ w·r into what the members' own rates
// account for and what the shift of weights accounts for, member by member
// (Kitagawa 1955; Das Gupta 1993): rateᵢ = w̄ᵢ·Δrᵢ and mixᵢ = Δwᵢ·(r̄ᵢ − R̄), so
// that growing a member better than the average counts as a gain. All parts
// add up to R¹ − R⁰. A member that is absent from one period (weight 0) has no
// rate there: it is all mix.
func MixRate(members []Share) (rate, mix []float64) {
	rate, mix = make([]float64, len(members)), make([]float64, len(members))
	mean := 0.0
	ms := slices.Clone(members)
	for i := range ms {
		m := &ms[i]
		if m.W0 == 0 {
			m.R0 = m.R1
		}
		if m.W1 == 0 {
			m.R1 = m.R0
		}
		mean += (m.W0*m.R0 + m.W1*m.R1) / 2
	}
	for i, m := range ms {
		rate[i] = (m.W0 + m.W1) / 2 * (m.R1 - m.R0)
		mix[i] = (m.W1 - m.W0) * ((m.R0+m.R1)/2 - mean)
	}
	return rate, mix
}

// RoundToSum rounds parts to decimals so that they add up to the total rounded
// alike: the largest remainders take what is left (Hamilton's method). The
// parts must add up to the total before rounding.
func RoundToSum(parts []float64, total float64, decimals int) []float64 {
	unit := math.Pow10(-decimals)
	out := make([]float64, len(parts))
	rest := make([]float64, len(parts))
	order := make([]int, len(parts))
	left := math.Round(total / unit)
	for i, p := range parts {
		f := math.Floor(p / unit)
		out[i], rest[i], order[i] = f, p/unit-f, i
		left -= f
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(rest[b], rest[a]) })
	for i := range order {
		if left < 1 {
			break
		}
		out[order[i]]++
		left--
	}
	for i := len(order) - 1; i >= 0 && left <= -1; i-- {
		out[order[i]]--
		left++
	}
	for i := range out {
		out[i] = math.Round(out[i])/math.Round(1/unit) + 0 // + 0: never −0
	}
	return out
}
