package stats

import "math"

// Difference is x1/n1 − x2/n2 of two proportions (CTR, CVR), in points, with
// Newcombe's hybrid score interval on effective counts (Newcombe 1998,
// Statistics in Medicine 17:873, method 10): with (lᵢ, uᵢ) the Wilson interval
// of pᵢ, the bounds lie √((p1−l1)² + (u2−p2)²) below and √((u1−p1)² + (p2−l2)²)
// above. It never leaves [−1, 1].
//
// It needs events ≤ trials on both sides; where there are more (several
// conversions for one click) use RateRatio. Under MinEvents events on one side
// the Warning says not to judge it. It fails where days follow each other.
func Difference(x1, n1, x2, n2, phi, conf float64) Estimate {
	if !proper(conf, phi) {
		return nothing(BadInput)
	}
	for _, w := range []Warning{share(x1, n1, conf), share(x2, n2, conf)} {
		if !w.None() {
			return nothing(w.Code)
		}
	}
	a, b := Wilson(x1/phi, n1/phi, conf), Wilson(x2/phi, n2/phi, conf)
	d := a.Value - b.Value
	return few(Estimate{
		Value: d,
		Low:   max(-1, d-math.Hypot(a.Value-a.Low, b.High-b.Value)),
		High:  min(1, d+math.Hypot(a.High-a.Value, b.Value-b.Low)),
	}, min(x1, x2))
}
