package ingest

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"

	"vigie/internal/locale"
)

// market is an account's campaigns day by day: costs that follow the account, the
// weekday and themselves, counts with more spread than chance has. noise 1 is a
// restless market, 0.4 a calm one. price multiplies what an impression costs.
func market(rng *rand.Rand, noise float64, days, campaigns int, price func(campaign, day int) float64, budget func(day int) float64) [][]Cell {
	var out [][]Cell
	account := 0.0
	shared := make([]float64, days)
	for d := range shared {
		account = 0.4*account + rng.NormFloat64()*0.06*noise
		shared[d] = account
	}
	for c := range campaigns {
		own, level := 0.0, math.Exp(rng.NormFloat64()*0.4)
		ctr := 0.01 * math.Exp(rng.NormFloat64()*0.5)
		var cells []Cell
		for d := range days {
			own = 0.5*own + rng.NormFloat64()*0.05*noise
			week := 1.0
			if d%7 >= 5 {
				week = 1 - 0.15*noise
			}
			cpm := 12 * level * week * math.Exp(shared[d]+own+rng.NormFloat64()*0.06*noise)
			spend := 60 * budget(d) * math.Exp(rng.NormFloat64()*0.1)
			impressions := int64(spend / cpm * 1000)
			expected := float64(impressions) * ctr
			clicks := max(0, int64(math.Round(expected+rng.NormFloat64()*math.Sqrt(1.6*expected))))
			cells = append(cells, Cell{locale.Day(20000 + d), impressions, clicks, int64(spend * price(c, d) * 1e6)})
		}
		out = append(out, cells)
	}
	return out
}

func steady(int) float64 { return 1 }

// Hardly any account whose amounts keep their unit shows a step: neither those
// of mere noise, nor one whose budget trebles, nor one of whose campaigns alone
// becomes dearer; of those whose whole auction becomes half as dear again within
// two weeks, a few in a hundred do.
func TestStepNoise(t *testing.T) {
	if testing.Short() {
		t.Skip("a few seconds")
	}
	plants := []struct {
		name   string
		price  func(campaign, day int) float64
		budget func(day int) float64
		worst  int // of 1000
	}{
		{"noise", func(int, int) float64 { return 1 }, steady, 8},
		{"inflation", func(_, d int) float64 { return 1 + 0.5*min(max(float64(d-20)/14, 0), 1) }, steady, 35},
		{"budget", func(int, int) float64 { return 1 }, func(d int) float64 {
			if d >= 25 {
				return 3
			}
			return 1
		}, 8},
		{"one campaign", func(c, d int) float64 {
			if c == 0 && d >= 25 {
				return 1.7
			}
			return 1
		}, steady, 8},
	}
	for _, p := range plants {
		fired := 0
		for seed := range uint64(1000) {
			rng := rand.New(rand.NewPCG(seed, 7))
			n := 1 + int(seed%6)
			if p.name == "one campaign" {
				n = 2 + int(seed%5)
			}
			if s, ok := FindStep(market(rng, 1, 20+int(seed%5)*17, n, p.price, p.budget)); ok {
				fired++
				if fired <= 3 {
					t.Logf("%s %d: %+v", p.name, seed, s)
				}
			}
		}
		if fired > p.worst {
			t.Errorf("%s: %d of 1000 accounts show a step, at most %d may", p.name, fired, p.worst)
		}
	}
}

// A change of the unit is found on its day, with its ratio, however the
// campaigns' own costs move.
func TestStep(t *testing.T) {
	for _, x := range []struct {
		ratio, noise      float64
		days, from, names int
		least             int // found in so many of 200
	}{
		{100, 1, 6, 3, 1, 198}, {0.001, 1, 40, 20, 4, 198}, {1e6, 1, 30, 12, 2, 198}, {10, 1, 20, 10, 3, 198},
		{1.2, 1, 42, 21, 3, 30}, {1.2, 0.4, 42, 21, 3, 130}, {1.18, 0.4, 60, 30, 6, 130}, {0.92, 0.4, 60, 30, 6, 1},
	} {
		found, near := 0, 0
		for seed := range uint64(200) {
			rng := rand.New(rand.NewPCG(seed, 11))
			s, ok := FindStep(market(rng, x.noise, x.days, x.names, func(_, d int) float64 {
				if d >= x.from {
					return x.ratio
				}
				return 1
			}, steady))
			if !ok {
				continue
			}
			found++
			if day := int(s.Day) - 20000; day >= x.from-1 && day <= x.from+1 {
				near++
			}
		}
		name := fmt.Sprintf("×%g, noise %g, after %d of %d days in %d campaigns", x.ratio, x.noise, x.from, x.days, x.names)
		t.Logf("%s: found %d of 200", name, found)
		if found < x.least {
			t.Errorf("%s: found %d of 200, want %d", name, found, x.least)
		}
		if found > 0 && near*5 < found*4 && found > 60 {
			t.Errorf("%s: %d of %d on their day", name, near, found)
		}
	}
}

func TestPowerOfTen(t *testing.T) {
	for ratio, want := range map[float64]int{100: 2, 97: 2, 140: 2, 0.001: -3, 10: 1, 8.5: 1, 1.08: 0, 3: 0, 30: 0, 1: 0, 0.1: -1, 1e6: 6} {
		if k, ok := PowerOfTen(ratio); ok != (want != 0) || ok && k != want {
			t.Errorf("%g is 10^%d %t, want %d", ratio, k, ok, want)
		}
	}
}
