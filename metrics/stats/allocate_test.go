package stats

import (
	"math"
	"testing"
)

func TestAllocate(t *testing.T) {
	// Two channels with elasticity ½: marginal returns are equal where spend is
	// as the square of efficiency. Yields 10 and 20 at 100: a = 1, 2; 1:4.
	a := Channel{Spend: 100, Yield: 10, Beta: .5, High: 1000, Phi: 1, Events: 100}
	b := a
	b.Yield = 20
	al := Allocate([]Channel{a, b}, 200)
	near(t, "1:4", al.Spend, []float64{40, 160}, 1e-6)
	near(t, "conversions", []float64{al.Conversions, al.Marginal}, []float64{math.Sqrt(40) + 2*math.Sqrt(160), .5 / math.Sqrt(40)}, 1e-6)
	b.High = 120
	al = Allocate([]Channel{a, b}, 200)
	near(t, "within bounds", al.Spend, []float64{80, 120}, 1e-6)
	if al := Allocate([]Channel{a, b}, 2000); al.Warning != (Warning{Unfit, 1120, 2000}) || math.Abs(sum(al.Spend)-1120) > 1e-6 {
		t.Errorf("too much: %+v", al)
	}
	a.Low = 50
	if al := Allocate([]Channel{a, b}, 20); al.Warning != (Warning{Unfit, 50, 20}) || al.Spend[0] != 50 {
		t.Errorf("too little: %+v", al)
	}
	line := Channel{Spend: 100, Yield: 10, Beta: 1, High: 150, Phi: 1}
	better := line
	better.Yield = 11
	near(t, "straight lines", Allocate([]Channel{line, better}, 200).Spend, []float64{50, 150}, 1e-6)
	near(t, "marginal cost is average over beta", []float64{1 / a.Marginal(100)}, []float64{100 / 10 / .5}, 1e-9)
	if w := Allocate([]Channel{{Spend: 0, Yield: 1, Beta: .5, Phi: 1}}, 1).Warning; w.Code != BadInput {
		t.Errorf("no spend: %+v", w)
	}
}

func TestAllocateProperties(t *testing.T) {
	rng := Rand("allocate")
	for range 100 {
		var cs, dear []Channel
		var fs []func(float64) float64
		var low, high []float64
		budget := 0.0
		for range 4 {
			c := Channel{Spend: 50 + 200*rng.Float64(), Yield: 1 + 20*rng.Float64(), Beta: .3 + .6*rng.Float64(), Phi: 1, Events: 50}
			c.Low, c.High = .5*c.Spend, 1.5*c.Spend
			budget += c.Spend
			cs, fs, low, high = append(cs, c), append(fs, c.Conversions), append(low, c.Low), append(high, c.High)
			c.Spend, c.Low, c.High = c.Spend*100, c.Low*100, c.High*100
			dear = append(dear, c)
		}
		al := Allocate(cs, budget)
		near(t, "all is spent", []float64{sum(al.Spend)}, []float64{budget}, 1e-6*budget)
		now := 0.0
		for i, c := range cs {
			now += c.Yield
			m := c.Marginal(al.Spend[i])
			switch s := al.Spend[i]; {
			case s <= c.Low*(1+1e-9) && m > al.Marginal*(1+1e-6), s >= c.High*(1-1e-9) && m < al.Marginal*(1-1e-6),
				s > c.Low*(1+1e-9) && s < c.High*(1-1e-9) && math.Abs(m/al.Marginal-1) > 1e-6:
				t.Fatalf("marginal return %v at %v of %+v, want %v", m, s, c, al.Marginal)
			}
		}
		if al.Conversions < now-1e-9 {
			t.Fatalf("worse than doing nothing: %v < %v", al.Conversions, now)
		}
		near(t, "in cents", []float64{Allocate(dear, budget*100).Conversions}, []float64{al.Conversions}, 1e-6)
		// The steps reach the same but for one step of each channel.
		step := budget / 400
		spend, left, w := AllocateSteps(fs, low, high, budget, step)
		if !w.None() || left > step*(1+1e-9) {
			t.Fatalf("steps: left %v of step %v, %+v", left, step, w)
		}
		total := 0.0
		for i, s := range spend {
			total += cs[i].Conversions(s)
			if math.Abs(s-al.Spend[i]) > 4*step {
				t.Fatalf("steps %v, bisection %v", spend, al.Spend)
			}
		}
		if total > al.Conversions*(1+1e-9) {
			t.Fatalf("steps found better: %v > %v", total, al.Conversions)
		}
	}
	// An S is entered past its slow start, or not at all.
	s := func(x float64) float64 { return 100 * Hill(x, 100, 4) }
	line := func(x float64) float64 { return .3 * x }
	spend, _, _ := AllocateSteps([]func(float64) float64{s, line}, []float64{0, 0}, []float64{300, 300}, 200, 2)
	if spend[0] < 100 || spend[1] < 20 {
		t.Errorf("S: %v", spend)
	}
	spend, _, _ = AllocateSteps([]func(float64) float64{s, line}, []float64{0, 0}, []float64{40, 300}, 200, 2)
	if spend[0] != 0 || spend[1] != 200 {
		t.Errorf("S cut short: %v", spend)
	}
}

func TestArbitrate(t *testing.T) {
	a := Channel{Spend: 100, Yield: 2, Beta: .7, BetaSD: .15, High: 1000, Phi: 1.5, Events: 56}
	b := Channel{Spend: 100, Yield: 5, Beta: .7, BetaSD: .15, High: 1000, Phi: 1.5, Events: 140}
	draws, w := DrawMove([]Channel{a, b}, []float64{80, 120}, 4000, Rand("move"))
	g := GainOf(draws, .9)
	want := a.Conversions(80) + b.Conversions(120) - 7
	if !w.None() || math.Abs(g.Mean-want) > .03 || g.Prob < .9 || !(g.Low < g.Mean && g.Mean < g.High) || !(g.Tail <= g.Low+.2) {
		t.Errorf("%+v %+v, want a mean near %v", g, w, want)
	}
	still, _ := DrawMove([]Channel{a, b}, []float64{100, 100}, 200, Rand("still"))
	if g := GainOf(still, .9); g.Low != 0 || g.High != 0 || g.Prob != 0 {
		t.Errorf("doing nothing is worth nothing: %+v", g)
	}
	if _, w := DrawMove([]Channel{{Spend: 1, Beta: .5, Phi: 1}}, []float64{1}, 10, Rand("x")); w.Code != NoEvents {
		t.Errorf("no conversion: %+v", w)
	}

	at, ok := Flip(func(v float64) float64 { return v - .43 }, .7, .2, 1)
	if !ok || math.Abs(at-.43) > .001 {
		t.Errorf("flip at %v %v", at, ok)
	}
	if _, ok := Flip(func(float64) float64 { return 1 }, .7, .2, 1); ok {
		t.Error("nothing flips")
	}
	near2, _ := Flip(func(v float64) float64 { return (v - .3) * (.8 - v) }, .7, .2, 1)
	near(t, "the nearest flip", []float64{near2}, []float64{.8}, .001)

	// Half the time +10, half −6; a sure +1 for an hour; nothing; and the first
	// with more work. Knowing beforehand: (10 + 1−.5)/2 against 2.
	n := 1000
	bet, sure, nothing := make([]float64, n), make([]float64, n), make([]float64, n)
	for k := range n {
		if bet[k] = 10; k%2 == 0 {
			bet[k] = -6
		}
		sure[k] = 1
	}
	ranked, info, w := Arbitrate([]Option{{bet, 0}, {sure, 1}, {nothing, 0}, {bet, 2}}, .5, 0)
	if !w.None() || ranked[0].Option != 0 || ranked[1].Option != 1 || ranked[2].Option != 2 || ranked[3].Option != 3 || !ranked[3].Dominated {
		t.Errorf("%+v", ranked)
	}
	near(t, "scores", []float64{ranked[0].Score, ranked[1].Score, ranked[2].Score, ranked[3].Score}, []float64{2, .5, 0, 1}, 1e-9)
	near(t, "information", []float64{info}, []float64{(10+.5)/2 - 2}, 1e-9)
	if ranked, _, _ := Arbitrate([]Option{{bet, 0}, {sure, 1}, {nothing, 0}}, .5, 1); ranked[0].Option != 1 {
		t.Errorf("averse to risk: %+v", ranked)
	}
	if _, _, w := Arbitrate([]Option{{bet, 0}, {sure[1:], 0}}, 0, 0); w.Code != BadInput {
		t.Errorf("unlike draws: %+v", w)
	}
}

func FuzzAllocate(f *testing.F) {
	f.Add(100.0, 10.0, .5, 20.0, 300.0, 200.0)
	f.Add(0.0, 0.0, 1.0, 0.0, 0.0, 0.0)
	f.Add(1e-300, 1e300, .999999, 0.0, 1e308, math.Inf(1))
	f.Fuzz(func(t *testing.T, spend, yield, beta, low, high, budget float64) {
		c := Channel{Spend: spend, Yield: yield, Beta: beta, BetaSD: .1, Low: low, High: high, Events: yield, Phi: 1.5}
		d := Channel{Spend: 100, Yield: 10, Beta: .5, Low: 10, High: 300, Events: 20, Phi: 1.5}
		a := Allocate([]Channel{c, d}, budget)
		allFinite(t, "allocation", append(a.Spend, a.Conversions, a.Marginal)...)
		for i, s := range a.Spend {
			if s < []float64{low, 10}[i]*(1-1e-9) || s > []float64{high, 300}[i]*(1+1e-9) {
				t.Errorf("out of bounds: %v", a.Spend)
			}
		}
		draws, _ := DrawMove([]Channel{c, d}, []float64{low, high}, 120, Rand("fuzz"))
		allFinite(t, "draws", draws...)
		g := GainOf(draws, .9)
		allFinite(t, "gain", g.Mean, g.Low, g.High, g.Tail)
	})
}
