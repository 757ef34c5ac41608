package stats

import (
	"math"
	"math/rand/v2"
	"testing"
)

// shown draws the clicks of a creative whose rate changes by a share over the
// days.
func shown(rng *rand.Rand, n int, clicks, change float64) []Point {
	var days []Point
	for i := range n {
		m := clicks * []float64{1.1, 1, 1, 1, 1, .9, .8}[i%7] * math.Exp(math.Log1p(change)*float64(i)/float64(n-1))
		days = append(days, Point{i % 7, quiet(rng, 1, m, 1.5)[0], 5000, true})
	}
	return days
}

func TestFatigue(t *testing.T) {
	var days []Point
	var frequency []float64
	for i := range 28 { // without noise: the rate halves with the log of frequency
		frequency = append(frequency, 1+float64(i)/9)
		days = append(days, Point{i % 7, 100 * math.Pow(frequency[i], -.5) * []float64{1.1, 1, 1, 1, 1, .9, .8}[i%7], 5000, true})
	}
	f := Fatigue(days, frequency, .9)
	near(t, "by frequency", []float64{f.Value}, []float64{math.Pow(4, -.5) - 1}, 1e-6)
	if !f.Fell || !f.Warning.None() {
		t.Errorf("%+v", f)
	}
	rng := Rand("fatigue")
	tired, fresh := Fatigue(shown(rng, 28, 200, -.4), nil, .9), Fatigue(shown(rng, 28, 200, 0), nil, .9)
	if !tired.Fell || fresh.Fell || !(tired.Low < -.4 && -.4 < tired.High) {
		t.Errorf("tired %+v, fresh %+v", tired, fresh)
	}
	if apart := tired.Apart([]Tiring{fresh, fresh}, .9); !apart.Fell || !(apart.High-apart.Low > tired.High-tired.Low) {
		t.Errorf("apart from fresh siblings: %+v", apart)
	}
	if apart := tired.Apart([]Tiring{tired}, .9); apart.Fell || apart.Value != 0 {
		t.Errorf("siblings fell as much: %+v", apart)
	}
	if apart := tired.Apart(nil, .9); apart.Warning.Code != NoExposure {
		t.Errorf("alone: %+v", apart)
	}
	if w := Fatigue(days[:13], nil, .9).Warning; w != (Warning{FewDays, 14, 13}) {
		t.Errorf("13 days: %+v", w)
	}
	for i := range days {
		days[i].Y = 10
	}
	if w := Fatigue(days, nil, .9).Warning; w != (Warning{FewEvents, 300, 280}) {
		t.Errorf("280 clicks: %+v", w)
	}
}

func TestDayparts(t *testing.T) {
	even := []Part{{50, 1000, 500}, {52, 1000, 500}, {48, 1000, 500}, {50, 1000, 500}}
	if rates, p, w := Dayparts(even, 28, 1.5, .9); rates != nil || !(p > .9) || !w.None() {
		t.Errorf("even: %+v %v %+v", rates, p, w)
	}
	// χ² = (20²+20²+10²+10²)/50 = 20 on 3 degrees: p = .00017.
	uneven := []Part{{30, 1000, 500}, {70, 1000, 500}, {40, 1000, 500}, {60, 1000, 500}}
	rates, p, w := Dayparts(uneven, 28, 1, .9)
	near(t, "joint p", []float64{p}, []float64{.000170}, 1e-6)
	if !w.None() || !(rates[0].Ratio > .6 && rates[0].Ratio < 1) || !(rates[1].Ratio < 1.4 && rates[1].Ratio > 1) || !(rates[0].Cost.Value > 1) {
		t.Errorf("%+v %+v", rates, w)
	}
	night := []Part{{26, 4000, 2000}, {150, 4000, 2000}, {160, 4000, 2000}}
	if rates, _, _ := Dayparts(night, 28, 1.2, .9); !rates[0].Act || rates[0].Cost.Low < 1.25 {
		t.Errorf("night: %+v", rates)
	}
	if _, _, w := Dayparts(uneven, 27, 1, .9); w != (Warning{FewDays, 28, 27}) {
		t.Errorf("27 days: %+v", w)
	}
}

func FuzzFatigue(f *testing.F) {
	f.Add(20.0, 200.0, 60.0, 1.5, .9)
	f.Add(0.0, 1e300, 1e-300, 1.0, .5)
	f.Add(math.NaN(), -1.0, math.Inf(1), 0.0, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, phi, conf float64) {
		var days []Point
		for i := range 30 {
			days = append(days, Point{i % 7, a + c*float64(i%5), b, true})
		}
		r := Fatigue(days, nil, conf)
		allFinite(t, "fatigue", r.Value, r.Low, r.High, r.Z)
		rates, p, _ := Dayparts([]Part{{a, b, c}, {b, c, a}, {30, 400, 500}}, 30, phi, conf)
		allFinite(t, "p", p)
		for _, r := range rates {
			allFinite(t, "part", r.Ratio, r.Low, r.High, r.Cost.Value)
		}
	})
}
