package stats

import (
	"math"
	"slices"
	"testing"
)

func TestShapley(t *testing.T) {
	// CPA = spend ÷ (clicks × rate): from 1000/(500×.05) = 40 to 1500/(600×.04) = 62.5.
	before, after := []float64{1000, 500, .05}, []float64{1500, 600, .04}
	at := func(b, a []float64) func([]bool) float64 {
		return func(m []bool) float64 {
			v := slices.Clone(b)
			for i := range v {
				if m[i] {
					v[i] = a[i]
				}
			}
			return v[0] / (v[1] * v[2])
		}
	}
	parts, w := Shapley(3, at(before, after))
	near(t, "adds up", []float64{sum(parts)}, []float64{22.5}, 1e-9)
	back, _ := Shapley(3, at(after, before))
	for i := range parts {
		near(t, "reversed", back[i:i+1], []float64{-parts[i]}, 1e-9)
	}
	if !w.None() || !(parts[0] > 0) || !(parts[1] < 0) || !(parts[2] > 0) {
		t.Errorf("%v %+v", parts, w)
	}
	// A factor that does not move has no part; a sum gives each its own change.
	parts, _ = Shapley(3, func(m []bool) float64 {
		v := 0.0
		for i, d := range []float64{3, -7, 0} {
			if m[i] {
				v += d
			}
		}
		return v
	})
	near(t, "a sum", parts, []float64{3, -7, 0}, 1e-12)
	if _, w := Shapley(1, func([]bool) float64 { return math.Inf(1) }); w.Code != NotNumeric {
		t.Errorf("%+v", w)
	}
	if _, w := Shapley(7, func([]bool) float64 { return 1 }); w != (Warning{BadInput, 6, 7}) {
		t.Errorf("%+v", w)
	}
	// Against the orders themselves, on a function that is no product.
	rng := Rand("shapley")
	for range 50 {
		var b, a [4]float64
		for i := range b {
			b[i], a[i] = rng.Float64(), rng.Float64()
		}
		value := func(m []bool) float64 {
			v := b
			for i := range v {
				if m[i] {
					v[i] = a[i]
				}
			}
			return v[0]*v[1] + math.Exp(v[2]*v[0]) - v[3]*v[3]
		}
		parts, _ := Shapley(4, value)
		want := make([]float64, 4)
		var orders func(done []bool, count int, weight float64)
		orders = func(done []bool, count int, weight float64) {
			for i := range done {
				if done[i] {
					continue
				}
				next := slices.Clone(done)
				next[i] = true
				w := weight / float64(4-count)
				want[i] += w * (value(next) - value(done))
				orders(next, count+1, w)
			}
		}
		orders(make([]bool, 4), 0, 1)
		near(t, "all orders", parts, want, 1e-12)
	}
}
