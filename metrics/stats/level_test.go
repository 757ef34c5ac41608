package stats

import (
	"math"
	"testing"
)

// The Nile: Durbin & Koopman 2012, 2.10 and 2.12.
func TestNile(t *testing.T) {
	header, rows := table(t, referenceFile(t, "changepoint", "data", "nile.csv"))
	y := columnOf(t, header, rows, "volume")
	f, ok := fitLevel(y, nil)
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "variances", []float64{f.noise, f.drift}, []float64{15099, 1469.1}, 3)
	near(t, "diffuse likelihood", []float64{f.likelihood}, []float64{-632.5456}, .01)
	q, _ := ljungBox(f.innovations, 9)
	a, b := 0.0, 0.0
	for i := range 33 {
		a += f.innovations[i] * f.innovations[i]
		last := f.innovations[len(f.innovations)-1-i]
		b += last * last
	}
	near(t, "Ljung-Box, H", []float64{q, b / a}, []float64{8.84, .61}, .05)
}

func TestLevel(t *testing.T) {
	// With a regressor: the same as without, of what the regressor leaves.
	rng := Rand("level")
	var y []float64
	var x [][]float64
	level := 100.0
	for range 200 {
		level += rng.NormFloat64()
		v := 10 * rng.NormFloat64()
		x, y = append(x, []float64{v}), append(y, level+2*v+2*rng.NormFloat64())
	}
	f, ok := fitLevel(y, x)
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "coefficient", f.b, []float64{2}, .1)
	near(t, "variances", []float64{math.Sqrt(f.noise), math.Sqrt(f.drift)}, []float64{2, 1}, .5)
	left := make([]float64, len(y))
	for i := range y {
		left[i] = y[i] - f.b[0]*x[i][0]
	}
	g, _ := fitLevel(left, nil)
	v, se := f.ahead([]float64{5}, 0, 7)
	w, se2 := g.ahead(nil, 0, 7)
	near(t, "forecast", []float64{v, se}, []float64{w + 5*f.b[0], se2}, .1)
	if _, far := f.ahead([]float64{5}, 7, 7); far <= se {
		t.Errorf("a week later: %v, at once %v", far, se)
	}
	if _, ok := fitLevel(y[:3], x[:3]); ok {
		t.Error("three days")
	}
}
