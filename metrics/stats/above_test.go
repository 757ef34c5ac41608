package stats

import (
	"math"
	"testing"
)

func TestAbove(t *testing.T) {
	// Eleven values 1 to 11 and one of 20: the others have mean 6 and variance 11,
	// so t = 14/√(11·(1+1/11)) = 14/√12 = 4.0415 with 10 degrees of freedom.
	var v, w []float64
	for i := range 11 {
		v, w = append(v, float64(i+1)), append(w, 1)
	}
	v, w = append(v, 20), append(w, 1)
	if p, warn := Above(v, w, 11); !warn.None() || math.Abs(p-0.00117786) > 1e-8 {
		t.Errorf("p = %v, %+v", p, warn)
	}
	// Twice the weight of all is the same evidence about the mean, and a value that
	// is itself sure: t grows.
	for i := range w {
		w[i] = 2
	}
	if p, _ := Above(v, w, 11); math.Abs(p-0.00117786) > 1e-8 { // τ² grows alike
		t.Errorf("p = %v", p)
	}
	w[11] = 4
	if p, _ := Above(v, w, 11); !(p < 0.0005) {
		t.Errorf("a mean of twice as many orders is no further out: p = %v", p)
	}
	for _, x := range []struct {
		v, w []float64
		at   int
		code Code
	}{
		{v[:9], w[:9], 0, FewDays},
		{v, w[:3], 0, BadInput},
		{v, w, 12, BadInput},
		{[]float64{math.NaN()}, []float64{1}, 0, BadInput},
	} {
		if p, warn := Above(x.v, x.w, x.at); warn.Code != x.code || !math.IsNaN(p) {
			t.Errorf("%v %+v", p, warn)
		}
	}
	same := []float64{3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 3, 4}
	if p, _ := Above(same, w, 11); p != 0 {
		t.Errorf("above values that do not vary: p = %v", p)
	}
	if p, _ := Above(same, w, 0); p < 0.5 {
		t.Errorf("below: p = %v", p)
	}
}
