package stats

import (
	"fmt"
	"math"
	"testing"
)

func TestCalibrateMaturity(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	for _, perDay := range []float64{2, 10, 50} {
		rng := Rand("calibrate maturity", fmt.Sprint(perDay))
		hits, runs := 0, 0
		raw, left := 0.0, 0.0
		for range thorough(200) {
			const phi = 1.5
			tri, truth := visits(rng, 84, 30, perDay, phi, .58, .86)
			d := Develop(tri)
			if !d.Warning.None() {
				continue
			}
			var days []Recent
			for age := range 7 {
				row := tri[len(tri)-1-age]
				days = append(days, Recent{row[age], age, perDay})
			}
			s := d.Settle(days, d.Events, phi, .9)
			final := sum(truth[len(truth)-7:])
			if final >= s.Low && final <= s.High {
				hits++
			}
			raw += math.Abs(s.Seen/max(1, final) - 1)
			left += math.Abs(s.Value/max(1, final) - 1)
			runs++
		}
		calibrated(t, "Develop", fmt.Sprintf("7 days, %v a day", perDay), "covers", hits, runs, .84, .95)
		if left > raw {
			t.Errorf("%v a day: correction makes it worse", perDay)
		}
	}
	rng := Rand("calibrate mack")
	hits, runs := 0, 0
	for range thorough(100) {
		tri, truth := visits(rng, 12, 6, 200, 1.5, .5, .7)
		l := ChainLadder(tri)
		seen := 0.0
		for _, row := range tri {
			seen += row[len(row)-1]
		}
		if math.Abs(seen+l.Total-sum(truth)) <= normal(.9)*l.TotalSE {
			hits++
		}
		runs++
	}
	calibrated(t, "ChainLadder", "12 weeks, 200 a week", "covers", hits, runs, .80, .95)
}

func TestCalibrateEffects(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	for _, c := range []struct {
		name       string
		rho, shift float64
	}{{"no effect", 0, 0}, {"no effect, days follow each other", .3, 0}, {"-25 %", 0, -.25}} {
		rng := Rand("calibrate effects", c.name)
		in, clear, runs := 0, 0, thorough(60)
		regression := 0
		for range runs {
			const days, at = 84, 63
			var treated, control []Point
			own, common := 0.0, 0.0
			var y, x []float64
			for i := range days {
				own = c.rho*own + .1*math.Sqrt(1-c.rho*c.rho)*rng.NormFloat64()
				common = .5*common + .1*rng.NormFloat64()
				m := 20 * math.Exp(own+common)
				if i >= at {
					m *= 1 + c.shift
				}
				treated = append(treated, Point{i % 7, quiet(rng, 1, m, 1.5)[0], 1, true})
				control = append(control, Point{i % 7, quiet(rng, 1, 60*math.Exp(common), 1.5)[0], 1, true})
				y, x = append(y, treated[i].Y), append(x, control[i].Y)
			}
			e := DiD(treated, control, at, .9)
			if e.Low <= c.shift && c.shift <= e.High {
				in++
			}
			if e.Clear {
				clear++
			}
			if e := Counterfactual(y, [][]float64{x}, 0, 7, at, .9); e.Low <= 20*c.shift && 20*c.shift <= e.High {
				regression++
			}
		}
		calibrated(t, "DiD", c.name, "covers", in, runs, .80, .95)
		calibrated(t, "Counterfactual", c.name, "covers", regression, runs, .80, .95)
		if c.shift == 0 {
			calibrated(t, "DiD", c.name, "false effects", clear, runs, 0, .10)
		} else {
			calibrated(t, "DiD", c.name, "effects found", clear, runs, .70, 1)
		}
	}
}

// What a move of budget promises is what it brings, where elasticities are
// spread as the prior says; reading average costs as marginal promises more.
func TestCalibrateMove(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	rng := Rand("calibrate move")
	runs := thorough(100)
	in, lost, moved := 0, 0, 0
	promised, linear, real := 0.0, 0.0, 0.0
	for range runs {
		const days, channels = 56, 6
		var cs, straight []Channel
		var truth []Channel
		budget, base := 0.0, 0.0
		for range channels {
			spend := 50 + 100*rng.Float64()
			yield := spend / 30 * math.Exp(.4*rng.NormFloat64())
			y := sum(quiet(rng, days, yield, 1.6))
			c := Channel{Spend: spend, Yield: max(y, 1) / days, Beta: ElasticityMean, BetaSD: ElasticitySD,
				Low: .85 * spend, High: 1.15 * spend, Events: max(y, 1), Phi: 1.6}
			cs = append(cs, c)
			c.Beta = 1
			straight = append(straight, c)
			c.Yield = yield
			c.Beta = min(1, max(.2, ElasticityMean+ElasticitySD*rng.NormFloat64()))
			truth = append(truth, c)
			budget += spend
			base += yield
		}
		a := Allocate(cs, budget)
		draws, w := DrawMove(cs, a.Spend, 1000, rng)
		if !w.None() {
			t.Fatal(w)
		}
		g, brings, average := GainOf(draws, .9), 0.0, 0.0
		for i := range truth {
			brings += truth[i].Conversions(a.Spend[i]) - truth[i].Yield
			average += straight[i].Conversions(a.Spend[i]) - straight[i].Yield
		}
		if g.Low <= brings && brings <= g.High {
			in++
		}
		if g.Prob >= .9 {
			moved++
			if brings < 0 {
				lost++
			}
		}
		promised, linear, real = promised+g.Mean/base, linear+average/base, real+brings/base
	}
	calibrated(t, "Allocate", "6 channels, 56 days", "covers", in, runs, .80, .96)
	calibrated(t, "Allocate", "nine chances in ten of a gain", "loses", lost, moved, 0, .05)
	if r := promised / real; !(r > .8 && r < 1.25) || linear < promised {
		t.Errorf("promised ÷ brought %.2f, by average costs %.2f", r, linear/real)
	}
}

// The 80 % range of the days ahead: levels that drift, weekdays, noise.
func TestCalibrateOutlook(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	for _, c := range []struct {
		days         int
		noise, drift float64
	}{{21, .12, .03}, {42, .12, .0}, {42, .12, .03}, {42, .25, .03}, {70, .12, .03}} {
		name := fmt.Sprintf("%d days, noise %v, drift %v", c.days, c.noise, c.drift)
		rng := Rand("calibrate outlook", name)
		in, runs, off := 0, thorough(80), 0.0
		for range runs {
			level := 100.0
			var y []float64
			for i := range c.days + 10 {
				y = append(y, level*[]float64{1.1, 1.05, 1.1, 1.05, 1, .8, .9}[i%7]*math.Exp(c.noise*rng.NormFloat64()))
				level *= math.Exp(c.drift * rng.NormFloat64())
			}
			o := Ahead(y[:c.days], 0, 10, rng)
			truth := total(y[c.days:])
			if o.Low[9] <= truth && truth <= o.High[9] {
				in++
			}
			off += math.Abs(o.Mid[9]/truth - 1)
		}
		calibrated(t, "Ahead", name, "covers", in, runs, .75, .90)
	}
}

func TestCalibrateFatigue(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	for _, c := range []struct{ clicks, change, low, high float64 }{{12, 0, 0, .03}, {60, 0, 0, .03}, {360, 0, 0, .03}, {60, -.4, .6, 1}} {
		rng := Rand("calibrate fatigue", fmt.Sprint(c))
		fell, in, runs := 0, 0, thorough(100)
		for range runs {
			f := Fatigue(shown(rng, 28, c.clicks, c.change), nil, .9)
			if f.Fell {
				fell++
			}
			if f.Low <= c.change && c.change <= f.High {
				in++
			}
		}
		name := fmt.Sprintf("28 days, %v clicks a day, %.0f %%", c.clicks, 100*c.change)
		what := "false flags"
		if c.change < 0 {
			what = "found"
		}
		calibrated(t, "Fatigue", name, what, fell, runs, c.low, c.high)
		calibrated(t, "Fatigue", name, "covers", in, runs, .84, .95)
	}
}

// A control that explains only part, and a level that wanders: the interval of
// a plain regression would be much too short.
func TestCalibrateDrift(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	rng := Rand("calibrate drift")
	in, drifting, runs := 0, 0, thorough(40)
	for range runs {
		var y, x []float64
		level := 100.0
		for i := range 84 {
			level += 2 * rng.NormFloat64()
			x = append(x, 50+10*rng.NormFloat64())
			y = append(y, level+x[i]+5*rng.NormFloat64())
		}
		e := Counterfactual(y, [][]float64{x}, -1, 7, 70, .9)
		if e.Warning.Code == Drifting {
			drifting++
		}
		if e.Low <= 0 && 0 <= e.High {
			in++
		}
	}
	calibrated(t, "Counterfactual", "level wanders", "covers", in, runs, .80, .95)
	calibrated(t, "Counterfactual", "level wanders", "said to drift", drifting, runs, .80, 1)
}

func TestCalibrateElasticityAndParts(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	rng := Rand("calibrate elasticity")
	in, runs := 0, thorough(100)
	for range runs { // the truth is spread as the prior says
		beta := min(ElasticityMost, max(ElasticityLeast, ElasticityMean+ElasticitySD*rng.NormFloat64()))
		var spend, y []float64
		for range 84 {
			s := 100 * math.Exp(.5*rng.NormFloat64())
			spend, y = append(spend, s), append(y, quiet(rng, 1, 8*math.Pow(s/100, beta), 1.5)[0])
		}
		if e := ElasticityOf(spend, y, 0); math.Abs(e.Value-beta) <= normal(.9)*e.SD {
			in++
		}
	}
	calibrated(t, "ElasticityOf", "84 days, spend varied by half", "covers", in, runs, .84, .95)

	for _, c := range []struct {
		name      string
		night     float64 // of the rate of the others
		low, high float64
	}{{"parts alike", 1, .07, .13}, {"one at half", .5, .6, 1}} {
		differ, act, runs := 0, 0, thorough(200)
		for range runs {
			var parts []Part
			for i := range 5 {
				m := 50.0
				if i == 0 {
					m *= c.night
				}
				parts = append(parts, Part{quiet(rng, 1, m, 1.5)[0], 2000, 1000})
			}
			rates, _, _ := Dayparts(parts, 28, 1.5, .9)
			if rates != nil {
				differ++
			}
			for _, r := range rates {
				if r.Act {
					act++
					break
				}
			}
		}
		what := "found"
		if c.night == 1 {
			what = "false differences"
		}
		calibrated(t, "Dayparts", c.name, what, differ, runs, c.low, c.high)
		if c.night == 1 {
			calibrated(t, "Dayparts", c.name, "acted upon", act, runs, 0, .02)
		}
	}
}
