package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/mathext"
)

func bounds(e Estimate) []float64 { return []float64{e.Low, e.High} }

func pairs(in []float64, rate bool) (out []Belief) {
	for i := 0; i+1 < len(in); i += 2 {
		out = append(out, Belief{in[i], in[i+1], rate})
	}
	return out
}

var rateReferences = map[string]func(in [][]float64) []float64{
	"exact":         func(in [][]float64) []float64 { return bounds(Exact(in[0][0], in[0][1], in[0][2])) },
	"midp":          func(in [][]float64) []float64 { return bounds(MidP(in[0][0], in[0][1], in[0][2])) },
	"wilson_cc":     func(in [][]float64) []float64 { return bounds(WilsonCorrected(in[0][0], in[0][1], in[0][2])) },
	"poisson_exact": func(in [][]float64) []float64 { return bounds(PoissonExact(in[0][0], in[0][1], in[0][2])) },
	"newcombe_diff": func(in [][]float64) []float64 {
		return bounds(Difference(in[0][0], in[0][1], in[0][2], in[0][3], 1, in[0][4]))
	},
	"agresti_caffo": func(in [][]float64) []float64 {
		return bounds(AgrestiCaffo(in[0][0], in[0][1], in[0][2], in[0][3], in[0][4]))
	},
	"two_prop_z": func(in [][]float64) []float64 {
		z := TwoProportions(in[0][0], in[0][1], in[0][2], in[0][3])
		return []float64{z.Z, z.P}
	},
	"sample_size_two_prop": func(in [][]float64) []float64 {
		n, _ := TrialsNeeded(in[0][0], in[0][1], 1, 1-in[0][2], in[0][3])
		return []float64{n}
	},
	"sample_size_counts": func(in [][]float64) []float64 {
		n, _ := EventsNeeded(in[0][0], 1, 1-in[0][1], in[0][2])
		return []float64{n}
	},
	"holm": func(in [][]float64) []float64 { return Holm(in[0]) },
	"prob_last_best_beta": func(in [][]float64) []float64 {
		best := Choose(pairs(in[0], false)).Best
		return best[len(best)-1:]
	},
	"prob_last_best_gamma": func(in [][]float64) []float64 {
		best := Choose(pairs(in[0], true)).Best
		return best[len(best)-1:]
	},
	"prob_best_counts": func(in [][]float64) []float64 {
		var arms []Belief
		for _, a := range in {
			arms = append(arms, Belief{A: 1, B: 1}.After(a[1], a[0], 1))
		}
		return Choose(arms).Best
	},
	"prob_best_gamma": func(in [][]float64) []float64 { return Choose(pairs(slices.Concat(in...), true)).Best },
}

func TestRateReferences(t *testing.T) { readReferences(t, "rates.txt", rateReferences) }

func TestOutsideRateReferences(t *testing.T) {
	if passed := outsideReferences(t, rateReferences); passed < 26 {
		t.Errorf("only %d cases looked at", passed)
	}
}

// Two arms have a loss in closed form, loss_A − loss_B = mean_B − mean_A, and
// their probabilities a sum of 1, however far apart or alike they are.
func TestChoose(t *testing.T) {
	rng := Rand("choose")
	for range 60 {
		rate := rng.IntN(2) == 1
		arms := make([]Belief, 2+rng.IntN(4))
		for i := range arms {
			arms[i] = Belief{math.Exp(8*rng.Float64() - 1), math.Exp(12*rng.Float64() - 1), rate}
		}
		c := Choose(arms)
		if !c.Warning.None() {
			t.Fatalf("%+v: %+v", arms, c.Warning)
		}
		near(t, "sum", []float64{sum(c.Best)}, []float64{1}, 1e-9)
		for i := range arms {
			scale := max(arms[i].Mean(), arms[0].Mean())
			near(t, fmt.Sprintf("losses of %+v", arms), []float64{c.Loss[0] - c.Loss[i]}, []float64{arms[i].Mean() - arms[0].Mean()}, 1e-9*max(1, scale))
		}
		// The order of the arms does not matter.
		slices.Reverse(arms)
		d := Choose(arms)
		slices.Reverse(d.Best)
		near(t, "reversed", d.Best, c.Best, 1e-9)
	}
	a := Choose([]Belief{Jeffreys.After(4000, 100000, 1.5), Jeffreys.After(5000, 100000, 1.5)})
	if a.Lead != 1 || !a.Decided || a.Best[1] < .999 {
		t.Errorf("clear: %+v", a)
	}
	a = Choose([]Belief{Jeffreys.After(40, 1000, 1.5), Jeffreys.After(42, 1000, 1.5)})
	if a.Lead != 1 || a.Decided || a.Best[1] > .7 {
		t.Errorf("close: %+v", a)
	}
	// The same arm twice: each is best half the time and they cost as much.
	near(t, "twins", a2(Choose([]Belief{Jeffreys, Jeffreys})), []float64{.5, .5, 0}, 1e-9)
	// Over-dispersed counts say less.
	b, d := Choose([]Belief{Jeffreys.After(40, 1000, 1), Jeffreys.After(60, 1000, 1)}), Choose([]Belief{Jeffreys.After(40, 1000, 3), Jeffreys.After(60, 1000, 3)})
	if !(b.Best[1] > d.Best[1]) {
		t.Errorf("dispersion: %v, %v", b.Best, d.Best)
	}
	for _, arms := range [][]Belief{nil, {Jeffreys}, {Jeffreys, {A: 1, B: 1, Rate: true}}, make([]Belief, 51)} {
		if c := Choose(arms); c.Warning.Code != BadArms || c.Lead != -1 {
			t.Errorf("%d arms: %+v", len(arms), c)
		}
	}
	if c := Choose([]Belief{Jeffreys, Jeffreys.After(3, 2, 1)}); c.Warning.Code != BadInput || c.Best != nil {
		t.Errorf("more events than trials: %+v", c)
	}
}

func a2(c Choice) []float64 { return []float64{c.Best[0], c.Best[1], c.Loss[0] - c.Loss[1]} }

func TestRank(t *testing.T) {
	clear := []Belief{Jeffreys.After(10, 1000, 1), Jeffreys.After(90, 1000, 1), Jeffreys.After(50, 1000, 1), Jeffreys.After(3, 1000, 1)}
	places, w := Rank(clear, .9, Rand("rank"))
	if !w.None() || places[1].Rank != 1 || places[1].First != 1 || places[1].Last != 1 || places[0].Rank != 3 || places[0].Last > 4 || places[3].Top3 > .1 {
		t.Errorf("clear: %+v %+v", places, w)
	}
	top := 0.0
	for _, p := range places {
		top += p.Top3
	}
	near(t, "three in the top 3", []float64{top}, []float64{3}, 1e-9)
	alike := []Belief{Jeffreys.After(10, 1000, 2), Jeffreys.After(11, 1000, 2), Jeffreys.After(9, 1000, 2)}
	if places, w := Rank(alike, .9, Rand("rank")); w.Code != Unranked || places[1].Rank != 1 || places[1].First != 1 || places[1].Last != 3 {
		t.Errorf("alike: %+v %+v", places, w)
	}
	again, _ := Rank(alike, .9, Rand("rank"))
	more, _ := Rank(alike, .9, Rand("rank"))
	if !slices.Equal(again, more) {
		t.Error("the same seed gives another ranking")
	}
}

func TestPlan(t *testing.T) {
	check := func(need, has, aDay float64, gone, want int, code Code) {
		t.Helper()
		if got, w := DaysNeeded(need, has, aDay, gone); got != want || w.Code != code {
			t.Errorf("need %v has %v at %v a day after %d days: %d %+v", need, has, aDay, gone, got, w)
		}
	}
	check(372, 100, 10, 10, 32, "") // 28 more make 38 days: six weeks are 42
	check(10, 50, 10, 3, 4, "")     // enough, but not a week
	check(10, 50, 10, 8, 0, "")
	check(372, 0, 0, 3, 0, NoEvents)
	check(1e6, 0, 1, 3, 0, TooFar)
	check(-1, 0, 1, 3, 0, BadInput)
	a, _ := EventsNeeded(1.2, 1, .9, .8)
	b, _ := EventsNeeded(1/1.2, 2, .9, .8)
	near(t, "down as up, and twice for dispersion 2", []float64{b}, []float64{2 * a}, 1e-9)
	if n, w := TrialsNeeded(.1, .1, 1, .9, .8); n != 0 || w.Code != BadInput {
		t.Errorf("no difference: %v %+v", n, w)
	}
}

// A period with two weekends against one with a single weekend: the totals
// differ by a third though no weekday changed.
func TestPeriodRatio(t *testing.T) {
	y := func(i int) float64 {
		if i%7 >= 5 {
			return 10
		}
		return 30
	}
	fill := func(from, days int, times float64) (w Week) {
		for i := from; i < from+days; i++ {
			w.Add(i%7, times*y(i), 1)
		}
		return w
	}
	now, before := fill(5, 9, 1), fill(0, 9, 1)
	c := PeriodRatio(now, before, 1, 0, .9)
	near(t, "same weekdays", []float64{c.Ratio, c.P}, []float64{1, 1}, 1e-9)
	if r := RateRatio(170, 9, 230, 9, 1, .9); r.High > 1 {
		t.Errorf("the totals do differ: %+v", r)
	}
	c = PeriodRatio(fill(5, 9, 1.5), before, 1, 0, .9)
	near(t, "half as much again", []float64{c.Ratio}, []float64{1.5}, 1e-9)
	// With the same days on both sides it is the plain ratio of rates.
	c, r := PeriodRatio(fill(0, 7, 1.2), fill(0, 7, 1), 1.4, 0, .9), RateRatio(204, 7, 170, 7, 1.4, .9)
	near(t, "as RateRatio", []float64{c.Ratio, c.Low, c.High, c.P}, []float64{r.Ratio, r.Low, r.High, r.P}, 1e-9)
	d := PeriodRatio(before, fill(5, 9, 1.5), 1, 0, .9)
	e := PeriodRatio(fill(5, 9, 1.5), before, 1, 0, .9)
	near(t, "reversed", []float64{1 / d.Ratio, 1 / d.High, d.P}, []float64{e.Ratio, e.Low, e.P}, 1e-9)
	if w := PeriodRatio(now, before, 1, .5, .9); !(w.High > PeriodRatio(now, before, 1, 0, .9).High) {
		t.Error("days that follow each other say less")
	}
	if c := PeriodRatio(fill(0, 2, 1), fill(3, 2, 1), 1, 0, .9); c.Warning.Code != NoExposure {
		t.Errorf("no weekday in common: %+v", c)
	}
	if c := PeriodRatio(fill(0, 7, 0), before, 1, 0, .9); c.Warning.Code != NoEvents {
		t.Errorf("nothing now: %+v", c)
	}
}

func TestRatioChecks(t *testing.T) {
	rng := Rand("ratio-checks")
	x, y := make([]float64, 56), make([]float64, 56)
	var s Sums
	for i := range x {
		x[i] = 50 + 50*rng.Float64()
		y[i] = x[i] * (1 + rng.Float64())
		s.Add(x[i], y[i])
	}
	plain, order, weeks := s.Ratio(.9), RatioInOrder(x, y, .9), RatioByWeeks(x, y, .9, rng.IntN)
	if !(order.Low <= plain.Low && plain.High <= order.High) {
		t.Errorf("in order %+v, plain %+v", order, plain)
	}
	near(t, "by weeks", bounds(weeks), bounds(plain), .04)
	if e := RatioByWeeks(x[:41], y[:41], .9, rng.IntN); e.Warning != (Warning{FewDays, 42, 41}) {
		t.Errorf("41 days: %+v", e)
	}
	// Orders of equal value: the error is that of their number.
	a, b := ROAS(3000, 1000, 50, 0, 1.5, .9), ROAS(3000, 1000, 50, 1, 1.5, .9)
	half := 1.6449 * math.Sqrt(1.5/50)
	near(t, "cv 0", bounds(a), []float64{3 * math.Exp(-half), 3 * math.Exp(half)}, .001)
	near(t, "cv 1", []float64{math.Log(b.High / 3)}, []float64{half * math.Sqrt2}, .001)
	if e := ROAS(300, 100, 9, 1, 1, .9); e.Warning != (Warning{FewEvents, 10, 9}) {
		t.Errorf("nine orders: %+v", e)
	}
}

func TestDescend(t *testing.T) {
	up, down := Descend([]float64{.001, .2, math.NaN()}, [][]float64{{.01, .5}, {1e-9}, {.01}}, .1)
	near(t, "parents", up[:2], []float64{.002, .2}, 1e-12)
	near(t, "parts of the flagged one", down[0], []float64{.02, .5}, 1e-12)
	if !math.IsNaN(down[1][0]) || !math.IsNaN(down[2][0]) {
		t.Errorf("parts of what is not flagged: %v", down)
	}
	if _, down := Descend([]float64{.001, .002}, [][]float64{{.01}}, .1); len(down) != 2 || down[1] != nil {
		t.Errorf("no parts: %v", down)
	}
}

func TestRateProperties(t *testing.T) {
	rng := Rand("rate-properties")
	for range 200 {
		n1, n2 := 1+math.Floor(200*rng.Float64()), 1+math.Floor(200*rng.Float64())
		x1, x2 := math.Floor((n1+1)*rng.Float64()), math.Floor((n2+1)*rng.Float64())
		for what, f := range map[string]func(conf float64) Estimate{
			"exact":     func(conf float64) Estimate { return Exact(x1, n1, conf) },
			"mid-p":     func(conf float64) Estimate { return MidP(x1, n1, conf) },
			"corrected": func(conf float64) Estimate { return WilsonCorrected(x1, n1, conf) },
			"Poisson":   func(conf float64) Estimate { return PoissonExact(x1, n1, conf) },
			"beta":      func(conf float64) Estimate { return Jeffreys.After(x1, n1, 1.3).Interval(conf) },
		} {
			a, b := f(.8), f(.95)
			if !(b.Low <= a.Low && a.Low <= a.Value+1e-12 && a.Value <= a.High+1e-12 && a.High <= b.High) {
				t.Errorf("%s of %v in %v: %+v at 80 %%, %+v at 95 %%", what, x1, n1, a, b)
			}
		}
		if e, m := Exact(x1, n1, .9), MidP(x1, n1, .9); m.Low < e.Low-1e-12 || m.High > e.High+1e-12 {
			t.Errorf("mid-p %+v is outside exact %+v", m, e)
		}
		d, r := Difference(x1, n1, x2, n2, 1.5, .9), Difference(x2, n2, x1, n1, 1.5, .9)
		near(t, "sides exchanged", []float64{-r.Value, -r.High, -r.Low}, []float64{d.Value, d.Low, d.High}, 1e-12)
		if wide := Difference(x1, n1, x2, n2, 3, .9); wide.Low > d.Low+1e-12 || wide.High < d.High-1e-12 || d.Low < -1 || d.High > 1 {
			t.Errorf("dispersion: %+v, %+v", d, wide)
		}
	}
}

// Quantiles that are remembered are those that were worked out, whatever falls on
// their place, and the interval of a ratio is that of the whole comparison.
func TestRemembered(t *testing.T) {
	conf := Confidence // not a constant: the bounds are worked out from floats
	rng := rand.New(rand.NewPCG(5, 2026))
	for range 20_000 {
		y1, y2, phi := float64(rng.IntN(200)), float64(rng.IntN(30)), 1+float64(rng.IntN(3))/4
		a := y1/phi + 0.5
		for range 2 {
			low, high := gammaBounds(y1, phi, conf)
			if wantLow, wantHigh := phi*mathext.GammaIncRegInv(a, (1-conf)/2), phi*mathext.GammaIncRegInv(a, (1+conf)/2); low != wantLow || high != wantHigh {
				t.Fatalf("gammaBounds(%v, %v) = %v, %v, want %v, %v", y1, phi, low, high, wantLow, wantHigh)
			}
			if low, _ := exactShare(y1, y1+y2+1, conf); y1 > 0 && low != mathext.InvRegIncBeta(y1, y2+2, (1-conf)/2) {
				t.Fatalf("exactShare(%v, %v) = %v", y1, y1+y2+1, low)
			}
		}
		whole, interval := RateRatio(y1, 1000, y2, 900, phi, conf), RateRatioInterval(y1, 1000, y2, 900, phi, conf)
		whole.P = interval.P
		if fmt.Sprint(whole) != fmt.Sprint(interval) {
			t.Fatalf("RateRatio(%v, %v): %+v, its interval alone %+v", y1, y2, whole, interval)
		}
	}
}
