package stats

import (
	"encoding/csv"
	"fmt"
	"math"
	"os"
	"slices"
	"strconv"
	"strings"
	"testing"
)

var seriesReferences = map[string]func(in [][]float64) []float64{
	"pettitt": func(in [][]float64) []float64 {
		p := Pettitt(in[0])
		return []float64{p.U, float64(p.At), p.P}
	},
	"pelt_mean": func(in [][]float64) []float64 {
		return floats(Pelt(len(in[0]), squared(in[0]), in[1][0], int(in[1][1])))
	},
	"mann_kendall": func(in [][]float64) []float64 {
		m := MannKendall(in[0], in[1][0])
		return []float64{m.Z, m.P, m.Slope.Value}
	},
	"sen_interval": func(in [][]float64) []float64 { return bounds(MannKendall(in[0], in[1][0]).Slope) },
	"gesd": func(in [][]float64) []float64 {
		o := GESD(in[0], int(in[1][0]), in[1][1], false)
		return append(slices.Concat(o.R, o.Lambda), float64(len(o.At)))
	},
	"stl": func(in [][]float64) []float64 {
		plan := newSTL(int(in[1][0]), 7, in[1][1] == 1)
		plan.seasonalDegree = 0
		p := plan.fit(in[0])
		return slices.Concat(p.Seasonal[:5], p.Trend[:5], p.Weights[:5])
	},
	"esd_seasonal": func(in [][]float64) []float64 { return floats(shesd(in[0], int(in[1][0]), in[1][1], in[1][2])) },
	"rainfall": func(in [][]float64) []float64 {
		m, s, c := MannKendall(in[0], .9), seasonal(in[0], 12, .9), SeasonalTrend(in[0], 12, .9)
		return []float64{m.S, m.Var, m.Z, m.Tau, m.Slope.Value, s.S, s.Var, s.Z, s.Tau, s.Slope.Value, c.S, c.Var, c.Z, c.Tau}
	},
	"seasonal_kendall": func(in [][]float64) []float64 {
		m := seasonal(in[0], int(in[1][0]), in[1][1])
		return append([]float64{m.Tau, m.Z, m.Slope.Value, m.Chi}, bounds(m.Slope)...)
	},
}

// shesd is S-H-ESD: the robust test on what season and median leave (Hochenbaum,
// Vallis & Kejariwal 2017). Reports do not use it; it exercises both halves.
func shesd(y []float64, period int, most, alpha float64) []int {
	parts, _ := Decompose(y, period, true)
	sorted := slices.Clone(y)
	slices.Sort(sorted)
	rest := make([]float64, len(y))
	for i := range y {
		rest[i] = y[i] - parts.Seasonal[i] - Quantile(sorted, .5)
	}
	at := GESD(rest, int(most*float64(len(y))), alpha, true).At
	slices.Sort(at)
	return at
}

func floats(ks []int) (out []float64) {
	for _, k := range ks {
		out = append(out, float64(k))
	}
	return out
}

// squared is the cost of a change of mean: the squared error of a segment.
func squared(x []float64) func(i, j int) float64 {
	s, ss := []float64{0}, []float64{0}
	for i, v := range x {
		s = append(s, s[i]+v)
		ss = append(ss, ss[i]+v*v)
	}
	return func(i, j int) float64 { d := s[j] - s[i]; return ss[j] - ss[i] - d*d/float64(j-i) }
}

// column reads a column of a file of the outside collection.
func column(t *testing.T, name string, path ...string) (out []float64) {
	t.Helper()
	b, err := os.ReadFile(outside(t, path...))
	if err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	k := slices.Index(rows[0], name)
	for _, r := range rows[1:] {
		if r[k] == "NA" {
			out = append(out, math.NaN())
			continue
		}
		v, err := strconv.ParseFloat(strings.TrimSpace(r[k]), 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func TestSeriesReferences(t *testing.T) { readReferences(t, "series.txt", seriesReferences) }

func TestOutsideTrends(t *testing.T) {
	m := MannKendall(column(t, "s", "trend", "derived", "maxau.csv"), .95)
	near(t, "maxau", []float64{m.Z, m.P, m.Slope.Value}, []float64{-3.8445, .0001208, -.2876139}, 6e-5)
	// Both columns of the EPA's example have the same signs.
	e := seasonal(column(t, "Adj.Conc", "trend", "derived", "EPA.09.Ex.14.8.df.csv"), 12, .95)
	near(t, "EPA 14-8", []float64{e.Tau, e.Z, e.Slope.Value, e.Chi, e.Slope.Low, e.Slope.High}, []float64{.9722222, 5.1849514, .06, .1071882, .05786914, .07213086}, 6e-8)
	// R Kendall prints tau-b .265 and p .00029206, which has no table of ties as large.
	p := MannKendall(column(t, "value", "trend", "derived", "PrecipGL.csv"), .95)
	near(t, "PrecipGL", []float64{p.S, p.Tau, p.P}, []float64{989, .2644, .00029206}, 5e-5)
	// Missing months keep their place and are no pair.
	g := seasonal(column(t, "value", "trend", "derived", "GuelphP.csv"), 12, .95)
	if g.N != 72-nans(column(t, "value", "trend", "derived", "GuelphP.csv")) || !(g.Z < -4) || !(g.Slope.High < 0) {
		t.Errorf("GuelphP: %+v", g)
	}
}

func nans(vs []float64) (n int) {
	for _, v := range vs {
		if math.IsNaN(v) {
			n++
		}
	}
	return n
}

// The cuts of R's changepoint for each range of penalties (CROPS) on 200 normal
// values of mean 0, 5, 10 and 3, seed 1.
func TestOutsideChanges(t *testing.T) {
	x := column(t, "value", "changepoint", "derived", "r_seed1_mean_0_5_10_3.csv")
	for _, c := range []struct {
		low, high float64
		cuts      []int
	}{
		{4.0001, 4.3324, []int{50, 96, 100, 133, 150, 159, 180}},
		{4.3326, 4.3849, []int{50, 96, 100, 133, 150}},
		{4.386, 4.684253, []int{50, 100, 133, 150}},
		{4.684255, 559.366987, []int{50, 100, 150}},
		{559.366989, 646.962718, []int{50, 150}},
		{646.962720, 1311.335694, []int{50}},
		{1311.335696, 1e9, nil},
	} {
		for _, penalty := range []float64{c.low, c.high} {
			if got := Pelt(len(x), squared(x), penalty, 1); !slices.Equal(got, c.cuts) {
				t.Errorf("penalty %v: %v, want %v", penalty, got, c.cuts)
			}
		}
	}
	nile := column(t, "volume", "changepoint", "data", "nile.csv")
	if got := cutInto(len(nile), squared(nile), 1, 2)[0]; !slices.Equal(got, []int{28}) {
		t.Errorf("Nile: %v", got)
	}
	p := Pettitt(column(t, "value", "changepoint", "derived", "PagesData.csv"))
	near(t, "Page", []float64{p.U, float64(p.At), p.P}, []float64{232, 17, .01456}, 6e-6)
}

// Pelt finds what trying every number of cuts finds, with segments of any least
// length, and time read backwards gives the same cuts.
func TestPelt(t *testing.T) {
	rng := Rand("pelt")
	for range 150 {
		n, least := 2+rng.IntN(40), 1+rng.IntN(8)
		x := make([]float64, n)
		level := 0.0
		for i := range x {
			if rng.IntN(8) == 0 {
				level = 3 * rng.NormFloat64()
			}
			x[i] = level + rng.NormFloat64()
		}
		penalty := 8 * rng.Float64()
		cost := squared(x)
		total := func(cuts []int, cost func(i, j int) float64) (v float64) {
			each(cuts, n, func(i, j int) { v += cost(i, j) })
			return v + penalty*float64(len(cuts))
		}
		best := cost(0, n)
		for _, cuts := range cutInto(n, cost, n, least) {
			best = min(best, total(cuts, cost))
		}
		cuts := Pelt(n, cost, penalty, least)
		near(t, fmt.Sprintf("%d values, least %d: %v", n, least, cuts), []float64{total(cuts, cost)}, []float64{best}, 1e-9)
		each(cuts, n, func(i, j int) {
			if len(cuts) > 0 && j-i < least {
				t.Errorf("segment %d to %d is shorter than %d", i, j, least)
			}
		})
		slices.Reverse(x)
		back := squared(x)
		near(t, "backwards", []float64{total(Pelt(n, back, penalty, least), back)}, []float64{best}, 1e-9)
	}
}

var week = []float64{1.1, 1.12, 1.1, 1.05, .98, .8, .85}

func TestCountChanges(t *testing.T) {
	days := func(n int, level func(i int) float64) []Point {
		y := make([]float64, n)
		for i := range y {
			y[i] = level(i) * week[(i+2)%7]
		}
		return points(2, y, 1)
	}
	step := func(i int) float64 {
		if i < 40 {
			return 30
		}
		return 18
	}
	c := CountChanges(days(84, step), PriorPhi, .9)
	if len(c.Found) != 1 || c.Found[0].At != 40 || c.Found[0].From > 40 || c.Found[0].To < 40 || c.Found[0].To-c.Found[0].From > 6 {
		t.Fatalf("one step: %+v", c)
	}
	near(t, "levels", []float64{c.Found[0].Before, c.Found[0].After, c.Found[0].Effect.Ratio}, []float64{30, 18, .6}, .6)
	if e := c.Found[0].Effect; !(e.Low < .6 && .6 < e.High && e.High < .8) {
		t.Errorf("effect %+v", e)
	}
	if c := CountChanges(days(84, func(int) float64 { return 30 }), PriorPhi, .9); len(c.Found) != 0 || !c.Warning.None() {
		t.Errorf("weekdays only: %+v", c)
	}
	c = CountChanges(days(105, func(i int) float64 { return []float64{20, 60, 25}[i/35] }), PriorPhi, .9)
	if len(c.Found) != 2 || c.Found[0].At != 35 || c.Found[1].At != 70 {
		t.Errorf("up and down: %+v", c)
	}
	// The exposure halves with the count: the rate did not change.
	ps := days(84, step)
	for i := range ps {
		ps[i].N = step(i) * 10
	}
	if c := CountChanges(ps, PriorPhi, .9); len(c.Found) != 0 {
		t.Errorf("clicks fell too: %+v", c)
	}
	// Positions count the days that are left out.
	ps = days(84, step)
	for i := 10; i < 15; i++ {
		ps[i].Use, ps[i].Y = false, 0
	}
	if c := CountChanges(ps, PriorPhi, .9); len(c.Found) != 1 || c.Found[0].At != 40 {
		t.Errorf("with a hole: %+v", c)
	}
	if c := CountChanges(days(27, step), PriorPhi, .9); c.Warning != (Warning{FewDays, 28, 27}) {
		t.Errorf("27 days: %+v", c)
	}
	if c := CountChanges(points(0, slices.Repeat([]float64{4}, 60), 1), PriorPhi, .9); c.Warning != (Warning{FewEvents, 5, 4}) {
		t.Errorf("four a day: %+v", c)
	}

	rng := Rand("amounts")
	spend := make([]float64, 84)
	for i := range spend {
		spend[i] = 100 * week[i%7] * math.Exp(.1*rng.NormFloat64())
		if i >= 50 {
			spend[i] *= 1.4
		}
	}
	a := AmountChanges(spend, 0, .9)
	if len(a.Found) != 1 || a.Found[0].From > 50 || a.Found[0].To < 50 || !(a.Found[0].Effect.Low < 1.4 && 1.4 < a.Found[0].Effect.High) {
		t.Errorf("spend: %+v", a)
	}
	for i := range spend {
		spend[i] *= 655.957
	}
	b := AmountChanges(spend, 0, .9)
	near(t, "another currency", []float64{b.Found[0].Effect.Ratio, b.Found[0].Effect.High, float64(b.Found[0].At)}, []float64{a.Found[0].Effect.Ratio, a.Found[0].Effect.High, float64(a.Found[0].At)}, 1e-9)
	if a := AmountChanges(slices.Repeat([]float64{50}, 60), 0, .9); len(a.Found) != 0 || !a.Warning.None() {
		t.Errorf("even spend: %+v", a)
	}
	if a := AmountChanges(append(make([]float64, 60), 1), 0, .9); a.Warning != (Warning{FewDays, 28, 1}) {
		t.Errorf("no spend: %+v", a)
	}
}

func TestTrend(t *testing.T) {
	up := []float64{1, 2, 3, 4, 5, 6, 7, 8, 9, 10}
	m := MannKendall(up, .9)
	near(t, "straight", []float64{m.S, m.Tau, m.Slope.Value, m.Slope.Low, m.Slope.High, m.Var}, []float64{45, 1, 1, 1, 1, 125}, 1e-12)
	if m := MannKendall(slices.Repeat([]float64{3}, 10), .9); m.P != 1 || m.Z != 0 || m.Slope.Value != 0 || !m.Warning.None() {
		t.Errorf("even: %+v", m)
	}
	if m := MannKendall(up[:7], .9); m.Warning != (Warning{FewDays, 8, 7}) || m.P != 1 {
		t.Errorf("seven weeks: %+v", m)
	}
	rng := Rand("trend")
	for range 50 {
		x := make([]float64, 12)
		for i := range x {
			x[i] = math.Floor(6 * rng.Float64())
		}
		x[3] = math.NaN()
		y := slices.Clone(x)
		slices.Reverse(y)
		a, b := MannKendall(x, .9), MannKendall(y, .9)
		near(t, "time reversal", []float64{a.S, a.Var, a.P, a.Slope.Value, a.Slope.Low}, []float64{-b.S, b.Var, b.P, -b.Slope.Value, -b.Slope.High}, 1e-9)
		for i := range y {
			y[i] = 655.957 * x[i]
		}
		c := MannKendall(y, .9)
		near(t, "currency", []float64{c.P, c.Slope.High, c.Relative.Low}, []float64{a.P, 655.957 * a.Slope.High, a.Relative.Low}, 1e-9)
		if wide := MannKendall(x, .99); wide.Slope.Low > a.Slope.Low || wide.Slope.High < a.Slope.High {
			t.Errorf("not monotone: %+v %+v", a.Slope, wide.Slope)
		}
		// The covariance of a season with itself is its variance, ties included.
		x[3] = 0
		near(t, "variance", []float64{kendallCov(x, x)}, []float64{kendallVar(x)}, 1e-9)
	}
	// Days that rise by 1 a week, each weekday from its own level.
	var days []float64
	for i := range 56 {
		days = append(days, 100*week[i%7]+float64(i/7))
	}
	s := SeasonalTrend(days, 7, .9)
	near(t, "within weekdays", []float64{s.Slope.Value, s.Tau, float64(s.N)}, []float64{1, 1, 56}, 1e-9)
	// Weekdays that all move together are one series, not seven: S is seven times
	// that of one, its variance 49 times.
	one := kendallVar(up[:8])
	near(t, "correlated", []float64{s.Var, s.S}, []float64{49 * one, 7 * 28}, 1e-9)
	days[20] = math.NaN()
	if s := SeasonalTrend(days, 7, .9); s.N != 49 {
		t.Errorf("a missing day takes its week: %+v", s)
	}
	if s := SeasonalTrend(days[:28], 7, .9); s.Warning != (Warning{FewDays, 5, 3}) {
		t.Errorf("three whole weeks: %+v", s)
	}
	w := Weekly(3, slices.Repeat([]float64{2}, 20), nil)
	near(t, "weeks", w, []float64{2, 2}, 0) // four days before Monday, then two weeks and two days
	w = Weekly(0, slices.Repeat([]float64{2}, 14), append(slices.Repeat([]float64{4}, 7), make([]float64, 7)...))
	if len(w) != 2 || w[0] != .5 || !math.IsNaN(w[1]) {
		t.Errorf("a week without exposure: %v", w)
	}
}

// Cleveland's Fortran on the CO2 series, with and without jumps.
func TestOutsideSTL(t *testing.T) {
	b, err := os.ReadFile(outside(t, "stl", "data", "stl_co2.csv"))
	if err != nil {
		t.Fatal(err)
	}
	y := numbers(t, string(b))
	if b, err = os.ReadFile(outside(t, "stl", "data", "stl_test_results.csv")); err != nil {
		t.Fatal(err)
	}
	rows, err := csv.NewReader(strings.NewReader(string(b))).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	want := map[string]*Parts{}
	for _, r := range rows[1:] {
		name := strings.TrimSpace(r[0])
		if want[name] == nil {
			want[name] = &Parts{}
		}
		v := numbers(t, strings.Join(r[2:], " "))
		p := want[name]
		p.Seasonal, p.Trend, p.Weights = append(p.Seasonal, v[0]), append(p.Trend, v[1]), append(p.Weights, v[2])
	}
	plan := func(trend, low int) stl {
		return stl{period: 12, seasonal: 35, trend: 19, low: 13, seasonalDegree: 1, trendDegree: 1, lowDegree: 1,
			seasonalJump: 4, trendJump: trend, lowJump: low, inner: 1, outer: 2}
	}
	check := func(name string, n int, p stl) {
		t.Helper()
		got, w := p.fit(y[:n]), want[name]
		near(t, name+" season", got.Seasonal, w.Seasonal, 1e-9)
		near(t, name+" trend", got.Trend, w.Trend, 1e-9)
		near(t, name+" weights", got.Weights, w.Weights, 1e-9)
	}
	check("baseline", 348, plan(2, 2))
	check("nljump-1", 348, plan(2, 1))
	check("ntjump-1", 348, plan(1, 2))
	check("nljump-1-ntjump-1", 348, plan(1, 1))
	check("short", 347, plan(2, 2))
	check("stlez", 348, newSTL(12, 35, false))
	robust := newSTL(12, 35, true)
	for robust.outer = 1; robust.outer < 15; robust.outer++ { // the Fortran stops once it has converged
		if p := robust.fit(y); math.Abs(p.Seasonal[0]-want["stlez-robust"].Seasonal[0]) < 1e-9 {
			break
		}
	}
	check("stlez-robust", 348, robust)
}

// R EnvStats' rosnerTest on its own examples, and Twitter's counts by minute.
func TestOutsideOutliers(t *testing.T) {
	o := GESD(column(t, "value", "gesd", "derived", "rosner54.csv"), 10, .05, false)
	if len(o.At) != 3 {
		t.Errorf("Rosner: %+v", o)
	}
	o = GESD(column(t, "value", "gesd", "derived", "r_seed250_envstats.csv"), 4, .05, false)
	near(t, "seed 250", append(o.R, float64(len(o.At))), []float64{2.848514, 3.086875, 3.033044, 2.380235, 3}, 6e-7)
	y := column(t, "count", "shesd", "derived", "raw_data.csv")
	at := shesd(y, 1440, .02, .05)
	last := 0
	for _, i := range at {
		if i >= len(y)-1440 {
			last++
		}
	}
	if len(at) != 131 || last != 25 {
		t.Errorf("Twitter: %d, %d of them on the last day", len(at), last)
	}
}
