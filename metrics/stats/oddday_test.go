package stats

import (
	"math"
	"slices"
	"testing"
)

func TestOddDays(t *testing.T) {
	rng := Rand("odd")
	y := make([]float64, 70)
	for i := range y {
		y[i] = quiet(rng, 1, 120*week[(i+2)%7]*(1+float64(i)/140), 1.5)[0]
	}
	at := func(ps []Point) (at []int) {
		t.Helper()
		odd, w := OddDays(ps, .25, PriorPhi, .9)
		if !w.None() {
			t.Errorf("%+v", w)
		}
		for _, d := range odd {
			at = append(at, d.At)
			if !(d.P < .01) || !(d.Expected > 50) {
				t.Errorf("%+v", d)
			}
		}
		return at
	}
	if got := at(points(2, y, 1)); len(got) != 0 {
		t.Errorf("quiet: %v", got)
	}
	y[30], y[45] = y[30]*.2, y[45]*2.5
	if got := at(points(2, y, 1)); !slices.Equal(got, []int{30, 45}) {
		t.Errorf("two odd days: %v", got)
	}
	// With the exposure up as well, the second is no news; nor is a day left out.
	ps := points(2, y, 10)
	ps[45].N = 25
	ps[30].Use = false
	if got := at(ps); len(got) != 0 {
		t.Errorf("explained: %v", got)
	}
	if _, w := OddDays(points(0, y[:55], 1), .25, PriorPhi, .9); w != (Warning{FewDays, 56, 55}) {
		t.Errorf("55 days: %+v", w)
	}
	if _, w := OddDays(points(0, slices.Repeat([]float64{49}, 60), 1), .25, PriorPhi, .9); w != (Warning{FewEvents, 50, 49}) {
		t.Errorf("49 a day: %+v", w)
	}
}

func TestScanRises(t *testing.T) {
	y := slices.Repeat([]float64{10}, 42)
	for i := 20; i < 24; i++ {
		y[i] = 24
	}
	s := ScanRises(points(2, y, 1), .4, PriorPhi, .9)
	if len(s.Drops) != 1 || s.Drops[0].From != 20 || s.Drops[0].To != 23 || s.Drops[0].Observed != 96 || math.Abs(s.Drops[0].Expected-40) > 1e-9 {
		t.Errorf("rise: %+v", s)
	}
	if d := ScanDrops(points(2, y, 1), .4, PriorPhi, .9); len(d.Drops) != 0 {
		t.Errorf("a rise is no drop, nor are the days around it: %+v", d)
	}
	for i := 20; i < 24; i++ {
		y[i] = 13
	}
	if s := ScanRises(points(2, y, 1), .4, PriorPhi, .9); len(s.Drops) != 0 {
		t.Errorf("30 %% only: %+v", s)
	}
	few := slices.Repeat([]float64{.4}, 42)
	if s := ScanRises(points(2, few, 1), .4, PriorPhi, .9); s.Warning.Code != FewEvents || s.Warning.Need != 3 {
		t.Errorf("few: %+v", s.Warning)
	}
}

func TestDecompose(t *testing.T) {
	rng := Rand("stl")
	y := make([]float64, 84)
	for i := range y {
		y[i] = 100 + float64(i) + 20*week[i%7] + rng.NormFloat64()
	}
	y[40] += 80
	p, w := Decompose(y, 7, true)
	for i := range y {
		near(t, "adds up", []float64{p.Seasonal[i] + p.Trend[i] + p.Remainder[i]}, []float64{y[i]}, 1e-9)
		near(t, "repeats", []float64{p.Seasonal[i]}, []float64{p.Seasonal[i%7]}, 0)
	}
	if !w.None() || p.Weights[40] != 0 || math.Abs(p.Remainder[40]-80) > 5 {
		t.Errorf("the odd day: weight %v, rest %v, %+v", p.Weights[40], p.Remainder[40], w)
	}
	near(t, "season", []float64{p.Seasonal[1] - p.Seasonal[5]}, []float64{20 * (week[1] - week[5])}, 2)
	for i := range y {
		y[i] *= 1000
	}
	q, _ := Decompose(y, 7, true)
	near(t, "another unit", []float64{q.Trend[10], q.Remainder[40]}, []float64{1000 * p.Trend[10], 1000 * p.Remainder[40]}, 1e-6)
	if p, w := Decompose(y[:13], 7, true); w != (Warning{FewDays, 14, 13}) || p.Trend != nil {
		t.Errorf("13 days: %+v", w)
	}
	if _, w := Decompose(slices.Repeat([]float64{0}, 30), 7, true); !w.None() {
		t.Errorf("nothing at all: %+v", w)
	}
	if o := GESD(slices.Repeat([]float64{1}, 20), 3, .05, true); len(o.At) != 0 || len(o.R) != 0 || !o.Warning.None() {
		t.Errorf("all equal: %+v", o)
	}
	if o := GESD(y[:14], 3, .05, false); o.Warning != (Warning{FewDays, 15, 14}) {
		t.Errorf("14 values: %+v", o)
	}
	// The median of deviations by merging is that by sorting.
	for range 100 {
		x := make([]float64, 3+rng.IntN(20))
		for i := range x {
			x[i] = math.Floor(8 * rng.Float64())
		}
		slices.Sort(x)
		middle, spread := centre(x, true)
		dev := make([]float64, len(x))
		for i := range x {
			dev[i] = math.Abs(x[i] - middle)
		}
		slices.Sort(dev)
		near(t, "MAD", []float64{spread}, []float64{madScale * Quantile(dev, .5)}, 1e-12)
	}
}
