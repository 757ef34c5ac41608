package stats

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// A calibration holds what a method promises against simulated data of which
// the truth is known. Each run gives how many of how many kept the promise (or
// were false alarms); the share must lie in [low, high], three standard errors
// allowed.
type calibration struct {
	method, data, what string
	low, high          float64
	runs               int // in a quick test; twenty times as many to calibrate
	run                func(rng *rand.Rand) (n, of int)
}

// one counts a case that is looked at.
func one(ok bool) (n, of int) {
	if ok {
		return 1, 1
	}
	return 0, 1
}

func covers(e Estimate, truth float64) (n, of int) { return one(e.Low <= truth && truth <= e.High) }

// month is days of a count with the weekdays of week, dispersion phi and a
// level that wanders with lag-1 autocorrelation ar and standard deviation sd.
func month(rng *rand.Rand, days int, mean, phi, ar, sd float64) []float64 {
	y := make([]float64, days)
	a := sd * rng.NormFloat64()
	for i := range y {
		y[i] = quiet(rng, 1, mean*week[i%7]*math.Exp(a), phi)[0]
		a = ar*a + sd*math.Sqrt(1-ar*ar)*rng.NormFloat64()
	}
	return y
}

func even(days int, v float64) []float64 {
	y := make([]float64, days)
	for i := range y {
		y[i] = v
	}
	return y
}

// siblings is a prior dispersion from four other campaigns.
func siblings(rng *rand.Rand, days int, mean, phi float64) float64 {
	var phis []float64
	for range 4 {
		p, _ := Phi(PriorPhi, WeekOf(0, month(rng, days, mean, phi, 0, 0), even(days, 1)))
		phis = append(phis, p)
	}
	return SiblingPhi(phis)
}

// calibrations ranges over the methods of intervals, comparisons, shrinkage,
// anomalies, changes and trends. All intervals promise 90 %.
func calibrations() (all []calibration) {
	add := func(method, data, what string, low, high float64, runs int, run func(rng *rand.Rand) (n, of int)) {
		all = append(all, calibration{method, data, what, low, high, runs, run})
	}
	mean := sum(week) / 7

	for _, phi := range []float64{1, 2.5} {
		for _, aDay := range []float64{2, 8} {
			data := fmt.Sprintf("28 days, %g a day, φ = %g", aDay, phi)
			truth := aDay * mean
			add("CostPer", data, "covers", .85, .93, 100, func(rng *rand.Rand) (n, of int) {
				y := month(rng, 28, aDay, phi, 0, 0)
				p, _ := Phi(siblings(rng, 28, aDay, phi), WeekOf(0, y, even(28, 1)))
				return covers(CostPer(28, sum(y), p, .9), 1/truth)
			})
			add("Rate", data, "covers", .85, .93, 100, func(rng *rand.Rand) (n, of int) {
				y := month(rng, 28, aDay, phi, 0, 0)
				p, _ := Phi(siblings(rng, 28, aDay, phi), WeekOf(0, y, even(28, 500)))
				return covers(Rate(sum(y), 28*500, p, .9), truth/500)
			})
			add("Ratio", data+", order values cv 0.6", "covers", .86, .92, 100, func(rng *rand.Rand) (n, of int) {
				var s Sums
				for _, y := range quiet(rng, 28, aDay, phi) {
					v := 0.0
					for range int(y) {
						v += 80 * math.Exp(.55*rng.NormFloat64()-.15125)
					}
					s.Add(60, v)
				}
				return covers(s.Ratio(.9), 80*aDay/60)
			})
		}
	}
	add("PoissonExact", "28 days, 8 a day, φ = 2.5", "covers (too short)", .68, .77, 100, func(rng *rand.Rand) (n, of int) {
		return covers(PoissonExact(sum(month(rng, 28, 8, 2.5, 0, 0)), 28, .9), 8*mean)
	})
	correlated := func(rng *rand.Rand) (x, y []float64) {
		a := .2 * rng.NormFloat64()
		for range 56 {
			x, y = append(x, 100), append(y, 300*math.Exp(a-.02))
			a = .4*a + .2*math.Sqrt(.84)*rng.NormFloat64()
		}
		return x, y
	}
	add("Ratio", "56 days, autocorrelation 0.4", "covers (too short)", .70, .82, 100, func(rng *rand.Rand) (n, of int) {
		x, y := correlated(rng)
		var s Sums
		for i := range x {
			s.Add(x[i], y[i])
		}
		return covers(s.Ratio(.9), 3)
	})
	add("RatioInOrder", "56 days, autocorrelation 0.4", "covers", .84, .92, 100, func(rng *rand.Rand) (n, of int) {
		x, y := correlated(rng)
		return covers(RatioInOrder(x, y, .9), 3)
	})
	add("RatioByWeeks", "56 days, autocorrelation 0.4", "covers", .76, .88, 20, func(rng *rand.Rand) (n, of int) {
		x, y := correlated(rng)
		return covers(RatioByWeeks(x, y, .9, rng.IntN), 3)
	})

	for _, phi := range []float64{1, 2} {
		two := func(rng *rand.Rand) (now, before Week, p float64) {
			a, b := month(rng, 14, 6, phi, 0, 0), month(rng, 14, 6, phi, 0, 0)
			now, before = WeekOf(0, a, even(14, 1)), WeekOf(0, b, even(14, 1))
			p, _ = Phi(siblings(rng, 28, 6, phi), now, before)
			return now, before, p
		}
		data := fmt.Sprintf("14 days against 14, 6 a day, φ = %g, no change", phi)
		add("RateRatio", data, "p < 0.10", .07, .13, 100, func(rng *rand.Rand) (n, of int) {
			now, before, p := two(rng)
			y1, y0 := 0.0, 0.0
			for j := range now {
				y1, y0 = y1+now[j].Y, y0+before[j].Y
			}
			return one(RateRatio(y1, 14, y0, 14, p, .9).P < .1)
		})
		add("PeriodRatio", data, "p < 0.10", .07, .13, 100, func(rng *rand.Rand) (n, of int) {
			now, before, p := two(rng)
			return one(PeriodRatio(now, before, p, 0, .9).P < .1)
		})
	}
	add("Difference", "40 of 1,000 against 40 of 1,000 expected", "covers", .88, .93, 200, func(rng *rand.Rand) (n, of int) {
		return covers(Difference(quiet(rng, 1, 40, 1)[0], 1000, quiet(rng, 1, 40, 1)[0], 1000, 1, .9), 0)
	})
	add("Choose", "3 arms of one campaign, 1,500 clicks each", "decided arms that are best", .90, 1, 60, func(rng *rand.Rand) (n, of int) {
		law := Belief{A: 6, B: 194}
		var truth []float64
		var arms []Belief
		for range 3 {
			p := law.Draw(rng)
			truth = append(truth, p)
			arms = append(arms, law.After(min(1500, quiet(rng, 1, 1500*p, 1)[0]), 1500, 1))
		}
		c := Choose(arms)
		if !c.Decided {
			return 0, 0
		}
		return one(truth[c.Lead] == max(truth[0], truth[1], truth[2]))
	})

	family := func(rng *rand.Rand, k int) (truth []float64, us []Unit) {
		law := Belief{A: 5, B: 160}
		for range k {
			n := math.Floor(math.Exp(3 + 5*rng.Float64()))
			p := law.Draw(rng)
			truth = append(truth, p)
			us = append(us, Unit{min(n, quiet(rng, 1, n*p, 1.5)[0]), n, 1.5})
		}
		return truth, us
	}
	for _, k := range []int{4, 12, 30} {
		add("Shrink", fmt.Sprintf("%d siblings, 20 to 3,000 clicks, φ = 1.5", k), "covers", .86, .94, 30, func(rng *rand.Rand) (n, of int) {
			truth, us := family(rng, k)
			for i, b := range Shrink(us, false).Beliefs {
				in, _ := covers(b.Interval(.9), truth[i])
				n, of = n+in, of+1
			}
			return n, of
		})
	}
	add("Rank", "12 siblings", "first by mean with under 100 clicks", 0, .23, 30, func(rng *rand.Rand) (n, of int) {
		_, us := family(rng, 12)
		lead, best := 0, 0.0
		for i, b := range Shrink(us, false).Beliefs {
			if m := b.Mean(); m > best {
				lead, best = i, m
			}
		}
		return one(us[lead].N < 100)
	})
	add("Rank", "12 siblings", "first by raw rate with under 100 clicks", .4, .6, 30, func(rng *rand.Rand) (n, of int) {
		_, us := family(rng, 12)
		lead, best := 0, 0.0
		for i, u := range us {
			if m := u.X / u.N; m > best {
				lead, best = i, m
			}
		}
		return one(us[lead].N < 100)
	})

	for _, aDay := range []float64{3, 20, 200} {
		data := fmt.Sprintf("42 days, %g a day, φ = 1.8", aDay)
		add("ScanDrops at 60 %", data, "alarms a campaign-week", 0, .03, 12, func(rng *rand.Rand) (n, of int) {
			return len(ScanDrops(points(0, month(rng, 42, aDay, 1.8, 0, 0), 1), .6, PriorPhi, .9).Drops), 6
		})
		add("ScanDrops at 40 %", data, "alarms a campaign-week", 0, .05, 12, func(rng *rand.Rand) (n, of int) {
			return len(ScanDrops(points(0, month(rng, 42, aDay, 1.8, 0, 0), 1), .4, PriorPhi, .9).Drops), 6
		})
		add("ScanRises at 40 %", data, "alarms a campaign-week", 0, .05, 12, func(rng *rand.Rand) (n, of int) {
			return len(ScanRises(points(0, month(rng, 42, aDay, 1.8, 0, 0), 1), .4, PriorPhi, .9).Drops), 6
		})
		if aDay >= 20 {
			add("ScanDrops at 60 %", data+", 3 days × 0.15", "found", .95, 1, 12, func(rng *rand.Rand) (n, of int) {
				y := month(rng, 42, aDay, 1.8, 0, 0)
				for i := 20; i < 23; i++ {
					y[i] = math.Floor(y[i] * .15)
				}
				for _, d := range ScanDrops(points(0, y, 1), .6, PriorPhi, .9).Drops {
					if d.From <= 22 && d.To >= 20 {
						return 1, 1
					}
				}
				return 0, 1
			})
		}
	}
	for _, share := range []float64{0, .4} {
		add(fmt.Sprintf("OddDays at %g %%", 100*share), "70 days, 200 a day, φ = 1.8", "alarms a campaign-week", 0, .1-.22*share, 20, func(rng *rand.Rand) (n, of int) {
			odd, _ := OddDays(points(0, month(rng, 70, 200, 1.8, 0, 0), 1), share, PriorPhi, .9)
			return len(odd), 10
		})
	}
	add("GESD alone", "70 days, 200 a day, φ = 1.8", "alarms a campaign-week", .01, .40, 20, func(rng *rand.Rand) (n, of int) {
		y := month(rng, 70, 200, 1.8, 0, 0)
		for i := range y {
			y[i] = 2 * math.Sqrt(y[i]+.375)
		}
		p, _ := Decompose(y, 7, true)
		return len(GESD(p.Remainder, 7, .05, true).At), 10
	})

	for _, aDay := range []float64{7, 20, 200} {
		for _, ar := range []float64{0, .4} {
			sd := .065 * math.Sqrt(ar/.4) // an account whose demand wanders
			data := fmt.Sprintf("84 days, %g a day, φ = 1.5, autocorrelation %g", aDay, ar)
			add("CountChanges", data, "false changes", 0, .02, 60, func(rng *rand.Rand) (n, of int) {
				return one(len(CountChanges(points(0, month(rng, 84, aDay, 1.5, ar, sd), 1), PriorPhi, .9).Found) > 0)
			})
			if aDay < 20 {
				continue
			}
			fell := func(rng *rand.Rand) Changes {
				y := month(rng, 84, aDay, 1.5, ar, sd)
				for i, v := range month(rng, 84, .65*aDay, 1.5, ar, sd) {
					if i >= 45 {
						y[i] = v
					}
				}
				return CountChanges(points(0, y, 1), PriorPhi, .9)
			}
			add("CountChanges", data+", −35 % on day 45", "found", .90, 1, 30, func(rng *rand.Rand) (n, of int) { return one(len(fell(rng).Found) > 0) })
			add("CountChanges", data+", −35 % on day 45", "date range covers", .88, 1, 30, func(rng *rand.Rand) (n, of int) {
				if c := fell(rng).Found; len(c) == 1 {
					return one(c[0].From <= 45 && 45 <= c[0].To)
				}
				return 0, 0
			})
			add("CountChanges", data+", −35 % on day 45", "effect covers", .80, .97, 30, func(rng *rand.Rand) (n, of int) {
				if c := fell(rng).Found; len(c) == 1 {
					return one(c[0].Effect.Low <= .65 && .65 <= c[0].Effect.High)
				}
				return 0, 0
			})
		}
	}
	add("CountChanges", "84 days, 200 a day, φ = 1.5, level wandering by 12 %, autocorrelation 0.4", "false changes", 0, .05, 60, func(rng *rand.Rand) (n, of int) {
		return one(len(CountChanges(points(0, month(rng, 84, 200, 1.5, .4, .12), 1), PriorPhi, .9).Found) > 0)
	})
	add("AmountChanges", "84 days, daily noise 15 %", "false changes", 0, .02, 60, func(rng *rand.Rand) (n, of int) {
		y := make([]float64, 84)
		for i := range y {
			y[i] = 100 * week[i%7] * math.Exp(.15*rng.NormFloat64())
		}
		return one(len(AmountChanges(y, 0, .9).Found) > 0)
	})

	for i, ar := range []float64{0, .3, .6} {
		drift := func(rng *rand.Rand, n int) (y []float64) {
			a := rng.NormFloat64()
			for i := range n {
				y = append(y, 10*week[i%7]+a)
				a = ar*a + math.Sqrt(1-ar*ar)*rng.NormFloat64()
			}
			return y
		}
		data := fmt.Sprintf("56 days without a trend, autocorrelation %g", ar)
		add("MannKendall of Weekly", data, "p < 0.05", []float64{.015, .015, .03}[i], []float64{.04, .05, .075}[i], 300, func(rng *rand.Rand) (n, of int) {
			return one(MannKendall(Weekly(0, drift(rng, 56), nil), .9).P < .05)
		})
		add("SeasonalTrend", data, "p < 0.05", []float64{.02, .02, .03}[i], []float64{.05, .05, .08}[i], 100, func(rng *rand.Rand) (n, of int) {
			return one(SeasonalTrend(drift(rng, 56), 7, .9).P < .05)
		})
		if ar > 0 {
			add("MannKendall of days", data, "p < 0.05", .03, .25, 100, func(rng *rand.Rand) (n, of int) {
				return one(MannKendall(drift(rng, 56), .9).P < .05)
			})
		}
	}
	add("MannKendall of Weekly", "70 days, +3 % a week", "slope covers", .84, .95, 200, func(rng *rand.Rand) (n, of int) {
		y := make([]float64, 70)
		for i := range y {
			y[i] = 100*week[i%7] + 3*float64(i)/7 + 10*rng.NormFloat64()
		}
		return covers(MannKendall(Weekly(0, y, nil), .9).Slope, 3)
	})
	return all
}

func TestCalibration(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	for _, c := range calibrations() {
		rng := Rand("calibration", c.method, c.data, c.what)
		n, of := 0, 0
		for range thorough(c.runs) {
			a, b := c.run(rng)
			n, of = n+a, of+b
		}
		calibrated(t, c.method, c.data, c.what, n, of, c.low, c.high)
	}
}
