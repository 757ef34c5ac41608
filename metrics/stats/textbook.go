package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// The methods of this file are those that textbooks teach and reviewers ask
// for. Reports use others, named in each comment, which hold better on few and
// over-dispersed events; these are here so that a figure can be checked by
// hand.

// WilsonCorrected is the score interval of a proportion with continuity
// correction (Newcombe 1998, method 4; R prop.test): wider than Wilson, which
// reports use, and nearly never too short. Needs and failures as for Wilson.
func WilsonCorrected(x, n, conf float64) Estimate {
	if w := share(x, n, conf); !w.None() {
		return nothing(w.Code)
	}
	p, z := x/n, normal(conf)
	e := Estimate{Value: p, High: 1}
	bound := func(sign float64) float64 {
		under := max(0, z*z+2*sign-1/n+4*p*(n*(1-p)-sign))
		return (2*n*p + z*z + sign*(1+z*math.Sqrt(under))) / (2 * (n + z*z))
	}
	if x > 0 {
		e.Low = max(0, bound(-1))
	}
	if x < n {
		e.High = min(1, bound(+1))
	}
	return few(e, x)
}

// AgrestiCaffo is the difference of two proportions with one event and one
// miss added to each side, by the normal law (Agresti & Caffo 2000). Reports
// use Difference. The value is that of the counts as they are.
func AgrestiCaffo(x1, n1, x2, n2, conf float64) Estimate {
	for _, w := range []Warning{share(x1, n1, conf), share(x2, n2, conf)} {
		if !w.None() {
			return nothing(w.Code)
		}
	}
	p1, p2 := (x1+1)/(n1+2), (x2+1)/(n2+2)
	half := normal(conf) * math.Sqrt(p1*(1-p1)/(n1+2)+p2*(1-p2)/(n2+2))
	return few(Estimate{Value: x1/n1 - x2/n2, Low: max(-1, p1-p2-half), High: min(1, p1-p2+half)}, min(x1, x2))
}

// Test is a test statistic and its two-sided p.
type Test struct {
	Z, P    float64
	Warning Warning
}

// TwoProportions is the pooled z test of two proportions; z² is the χ² of the
// two-by-two table. Reports use RateRatio, which allows for dispersion. With
// no event, or nothing but events, there is nothing to test: the Warning says
// so and P is 1.
func TwoProportions(x1, n1, x2, n2 float64) Test {
	for _, w := range []Warning{share(x1, n1, Confidence), share(x2, n2, Confidence)} {
		if !w.None() {
			return Test{P: 1, Warning: w}
		}
	}
	p := (x1 + x2) / (n1 + n2)
	if p == 0 || p == 1 {
		return Test{P: 1, Warning: Warning{Code: NoEvents}}
	}
	t := Test{Z: (x1/n1 - x2/n2) / math.Sqrt(p*(1-p)*(1/n1+1/n2))}
	t.P = 2 * distuv.UnitNormal.Survival(math.Abs(t.Z))
	if least := min(x1, x2); least < MinEvents {
		t.Warning = Warning{FewEvents, MinEvents, least}
	}
	return t
}

// Holm adjusts the p of a family so that any false one at all is as rare as
// the threshold says (Holm 1979): stricter than BH, which reports use. The
// result is in the order of its input; a NaN is no test and stays NaN.
func Holm(ps []float64) []float64 {
	order, out := ranked(ps)
	q := 0.0
	for rank, i := range order {
		q = max(q, min(1, ps[i]*float64(len(order)-rank)))
		out[i] = q
	}
	return out
}

// PettittTest is the result of Pettitt.
type PettittTest struct {
	At      int // days before the change: the first day after it has this position
	U       float64
	P       float64 // approximate, at most 1
	Warning Warning
}

// Pettitt looks for one change of level without assuming a law (Pettitt 1979):
// U(k) = 2·Σ of the first k ranks − k(n+1), the change is where |U| is largest,
// and p ≈ 2·exp(−6U²/(n³+n²)). Reports use Changes; this one can be done by
// hand. It needs 10 values (p is good from 20 up), takes days as independent,
// and sees a trend as a change.
func Pettitt(values []float64) PettittTest {
	n := len(values)
	switch {
	case !finite(values...):
		return PettittTest{P: 1, Warning: Warning{Code: BadInput}}
	case n < 10:
		return PettittTest{P: 1, Warning: Warning{FewDays, 10, float64(n)}}
	}
	r := midRanks(values)
	t := PettittTest{}
	u := 0.0
	for k := 1; k < n; k++ {
		if u += 2*r[k-1] - float64(n+1); math.Abs(u) > t.U {
			t.U, t.At = math.Abs(u), k
		}
	}
	m := float64(n)
	t.P = min(1, 2*math.Exp(-6*t.U*t.U/(m*m*m+m*m)))
	return t
}

// midRanks ranks values from 1; those that are equal share their mean rank.
func midRanks(values []float64) []float64 {
	order := make([]int, len(values))
	for i := range order {
		order[i] = i
	}
	slices.SortFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	out := make([]float64, len(values))
	for i := 0; i < len(order); {
		j := i
		for j < len(order) && values[order[j]] == values[order[i]] {
			j++
		}
		for _, k := range order[i:j] {
			out[k] = float64(i+j+1) / 2
		}
		i = j
	}
	return out
}

// finite reports that all values are numbers, of either sign.
func finite(vs ...float64) bool {
	for _, v := range vs {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// JamesStein draws values of the same known variance toward their mean:
// ȳ + c·(y − ȳ), c = max(0, 1 − (k−3)·σ²/Σ(y−ȳ)²) (James & Stein 1961; Efron &
// Morris 1975). With 4 values or more it has a smaller squared error in all
// than the values themselves. Reports use Shrink, which allows for unequal
// exposure. With fewer values they are returned as they are, with a Warning.
func JamesStein(values []float64, variance float64) (shrunk []float64, c float64, w Warning) {
	k := float64(len(values))
	switch {
	case !finite(values...) || !amounts(variance):
		return nil, 0, Warning{Code: BadInput}
	case k < MinSiblings:
		return slices.Clone(values), 1, Warning{FewSiblings, MinSiblings, k}
	}
	mean, squares := 0.0, 0.0
	for _, v := range values {
		mean += v / k
	}
	for _, v := range values {
		squares += (v - mean) * (v - mean)
	}
	if squares > 0 {
		c = max(0, 1-(k-3)*variance/squares)
	}
	for _, v := range values {
		shrunk = append(shrunk, mean+c*(v-mean))
	}
	return shrunk, c, Warning{}
}
