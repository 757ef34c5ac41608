package stats

import (
	"encoding/json"
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

// references computes what a line of references.txt expects. The arguments are
// the rows of its input.
var references = map[string]func(in [][]float64) []float64{
	"wilson": func(in [][]float64) []float64 {
		e := Wilson(in[0][0], in[0][1], in[0][2])
		return []float64{e.Low, e.High}
	},
	"clopper_pearson": func(in [][]float64) []float64 {
		low, high := exactShare(in[0][0], in[0][1], in[0][2])
		return []float64{low, high}
	},
	"poisson_jeffreys": func(in [][]float64) []float64 {
		e := CostPer(in[0][1], in[0][0], 1, in[0][2])
		return []float64{1 / e.High, 1 / e.Low}
	},
	"rate_ratio_exact": func(in [][]float64) []float64 {
		a := in[0]
		low, high := exactShare(a[0], a[0]+a[2], a[4])
		return []float64{odds(low) * a[3] / a[1], odds(high) * a[3] / a[1]}
	},
	"rate_ratio_p_upper": func(in [][]float64) []float64 {
		a := in[0]
		exact, _ := conditional(a[0], a[1], a[2], a[3], a[4])
		return []float64{exact}
	},
	"rate_ratio_midp_upper": func(in [][]float64) []float64 {
		a := in[0]
		_, mid := conditional(a[0], a[1], a[2], a[3], a[4])
		return []float64{mid}
	},
	"bh": func(in [][]float64) []float64 { return BH(in[0]) },
	"ratio": func(in [][]float64) []float64 {
		var s Sums
		for _, d := range in {
			s.Add(d[0], d[1])
		}
		return []float64{s.Ratio(Confidence).Value}
	},
	"lmdi_additive": func(in [][]float64) []float64 {
		parts, _ := LMDI(in[:len(in)/2], in[len(in)/2:])
		return parts
	},
	// The multiplicative form is the exponential of the additive one over the
	// logarithmic mean of the totals.
	"lmdi_multiplicative": func(in [][]float64) []float64 {
		before, after := in[:len(in)/2], in[len(in)/2:]
		parts, _ := LMDI(before, after)
		l := LogMean(products(after), products(before))
		for k := range parts {
			parts[k] = math.Exp(parts[k] / l)
		}
		return parts
	},
	"mix_rate": func(in [][]float64) []float64 {
		var ms []Share
		for i := range in[0] {
			ms = append(ms, Share{in[0][i], in[1][i], in[2][i], in[3][i]})
		}
		rate, mix := MixRate(ms)
		return []float64{sum(mix), sum(rate)}
	},
}

func sum(vs []float64) (t float64) {
	for _, v := range vs {
		t += v
	}
	return t
}

func products(rows [][]float64) (t float64) {
	for _, r := range rows {
		p := 1.0
		for _, v := range r {
			p *= v
		}
		t += p
	}
	return t
}

func near(t *testing.T, what string, got, want []float64, tol float64) {
	t.Helper()
	if len(got) != len(want) {
		t.Errorf("%s: got %v, want %v", what, got, want)
		return
	}
	for i := range got {
		if !(math.Abs(got[i]-want[i]) <= tol) {
			t.Errorf("%s: got %v, want %v within %g", what, got, want, tol)
			return
		}
	}
}

func numbers(t *testing.T, s string) []float64 {
	t.Helper()
	var out []float64
	for _, f := range strings.Fields(s) {
		v, err := strconv.ParseFloat(f, 64)
		if err != nil {
			t.Fatal(err)
		}
		out = append(out, v)
	}
	return out
}

func TestReferences(t *testing.T) { readReferences(t, "references.txt", references) }

// readReferences checks the published results of a file in testdata/stats, and
// that each method of the table is in it.
func readReferences(t *testing.T, name string, table map[string]func(in [][]float64) []float64) {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("../../testdata/stats", name))
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for i, line := range strings.Split(string(b), "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		f := strings.Split(line, "|")
		if len(f) != 5 {
			t.Fatalf("%s line %d: want 5 fields: %s", name, i+1, line)
		}
		method := strings.TrimSpace(f[0])
		compute := table[method]
		if compute == nil {
			t.Fatalf("%s line %d: no method %s", name, i+1, method)
		}
		seen[method] = true
		var in [][]float64
		for row := range strings.SplitSeq(f[1], ";") {
			in = append(in, numbers(t, row))
		}
		near(t, fmt.Sprintf("%s line %d: %s (%s)", name, i+1, method, strings.TrimSpace(f[4])), compute(in), numbers(t, f[2]), numbers(t, f[3])[0])
	}
	for m := range table {
		if !seen[m] {
			t.Errorf("no reference for %s in %s", m, name)
		}
	}
}

// Where the outside collection of references is at hand, every case of a method
// that this package has must pass too: nothing was left out or mistyped.
func TestOutsideReferences(t *testing.T) {
	if passed := outsideReferences(t, references); passed < 24 {
		t.Errorf("only %d cases looked at", passed)
	}
}

// outsideReferences checks the cases of the outside collection whose method is
// in the table, and says how many there were.
func outsideReferences(t *testing.T, table map[string]func(in [][]float64) []float64) (passed int) {
	t.Helper()
	b, err := os.ReadFile(outside(t, "expected.json"))
	if err != nil {
		t.Fatal(err)
	}
	var cases []struct {
		ID, Method string
		Input      json.RawMessage
		Expect     []float64
		Tol        float64
	}
	if err := json.Unmarshal(b, &cases); err != nil {
		t.Fatal(err)
	}
	for _, c := range cases {
		compute := table[c.Method]
		if compute == nil {
			continue
		}
		var in [][]float64
		var flat []float64
		var nested [][][]float64
		switch {
		case json.Unmarshal(c.Input, &flat) == nil:
			in = [][]float64{flat}
		case json.Unmarshal(c.Input, &in) == nil:
		default:
			in = nil
			if err := json.Unmarshal(c.Input, &nested); err != nil {
				t.Fatal(c.ID, err)
			}
			for _, rows := range nested {
				in = append(in, rows...)
			}
		}
		near(t, c.ID, compute(in), c.Expect, c.Tol)
		passed++
	}
	return passed
}

// outside is the path of a file of the outside collection; without the
// collection the test is skipped.
func outside(t *testing.T, path ...string) string {
	t.Helper()
	dir := os.Getenv("VIGIE_TESTDATA")
	if dir == "" {
		t.Skip("VIGIE_TESTDATA names no folder with reference/stats")
	}
	return filepath.Join(append([]string{dir, "reference", "stats"}, path...)...)
}

// Worked examples on one month of a campaign, checked with R's qgamma and
// qnorm: cost intervals with dispersion 1.2, rates with 1.2 and clicks with 2.
func TestWorked(t *testing.T) {
	check := func(what string, e Estimate, low, high, tol float64) {
		t.Helper()
		near(t, what, []float64{e.Low, e.High}, []float64{low, high}, tol)
		if !e.Warning.None() {
			t.Errorf("%s: %+v", what, e.Warning)
		}
	}
	check("798.40 for 30", CostPer(798.40, 30, 1.2, .9), 19.4, 37.4, .05)
	check("118.60 for 10", CostPer(118.60, 10, 1.2, .9), 6.9, 21.6, .05)
	check("664.80 for 9", CostPer(664.80, 9, 1.2, .9), 42.1, 139.2, .05)
	check("196.20 for 7", CostPer(196.20, 7, 1.2, .9), 14.9, 57.7, .05)
	check("1929.70 for 57", CostPer(1929.70, 57, 1.2, .9), 26.8, 43.2, .05)
	check("cost per click", CostPer(1929.70, 2097, 2, .9), .87, .97, .005)
	check("CVR", Rate(57, 2097, 1.2, .9), .021, .034, .0005)
	check("CTR", Rate(2097, 134925, 2, .9), .0148, .0163, .00005)

	c := RateRatio(20, 31.08*20, 9, 73.87*9, 1.2, .9)
	near(t, "CPA from 31.08 to 73.87", []float64{c.Ratio - 1, c.Low - 1, c.High - 1}, []float64{1.38, .15, 3.90}, .005)
	near(t, "its p", []float64{c.P}, []float64{.049}, .001)

	near(t, "no conversion for 300 at dispersion 2", []float64{CostAtLeast(300, 2)}, []float64{50}, 1e-12)
	near(t, "rounded to a sum", RoundToSum([]float64{-2.644, .404, 6.238, .262, .538, .232}, 5.03, 2), []float64{-2.64, .40, 6.24, .26, .54, .23}, 1e-12)

	if e := CostPer(100, 0, 1.5, .9); e.Warning.Code != NoEvents || !math.IsNaN(e.Value) {
		t.Errorf("no conversion: %+v", e)
	}
	if e := CostPer(100, 4, 1.5, .9); e.Warning != (Warning{FewEvents, 5, 4}) || !(e.Low < 25) || !(e.High > 25) {
		t.Errorf("four conversions: %+v", e)
	}
	if e := Rate(150, 100, 1.5, .9); !(e.Low > 1) || !(e.High < 2.2) {
		t.Errorf("more conversions than clicks: %+v", e)
	}
	if w := (Sums{D: 4, X: 1, Y: 1, XX: 1, YY: 1, XY: 1}).Ratio(.9).Warning; w != (Warning{FewDays, 5, 4}) {
		t.Errorf("four days: %+v", w)
	}
}

// The dispersion from sums is the one from the days, term by term.
func TestPhi(t *testing.T) {
	rng := Rand("phi")
	y, n := make([]float64, 28), make([]float64, 28)
	for i := range y {
		n[i] = 50 + 50*rng.Float64()
		y[i] = math.Floor(20 * rng.Float64())
	}
	direct := func(by int) float64 { // by weekday (7) or not (1)
		var sy, sn [7]float64
		for i := range y {
			sy[i%by] += y[i]
			sn[i%by] += n[i]
		}
		x := 0.0
		for i := range y {
			mu := n[i] * sy[i%by] / sn[i%by]
			x += (y[i] - mu) * (y[i] - mu) / mu
		}
		return x
	}
	got, _ := Phi(1.5, WeekOf(3, y, n))
	near(t, "28 days", []float64{got}, []float64{(direct(7) + 14*1.5) / (28 - 7 + 14)}, 1e-9)

	y, n = y[:10], n[:10]
	got, _ = Phi(2, WeekOf(3, y, n))
	near(t, "10 days: one level", []float64{got}, []float64{(direct(1) + 14*2) / (10 - 1 + 14)}, 1e-9)

	got, w := Phi(2, WeekOf(0, y[:4], n[:4]))
	if got != 2 || w != (Warning{FewDays, 5, 4}) {
		t.Errorf("4 days: %v %+v", got, w)
	}
	even := []float64{5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5, 5}
	if got, _ := Phi(1.5, WeekOf(0, even, even)); got != 1 {
		t.Errorf("even days: %v, want 1", got)
	}
	// Two periods of different levels are noise only if taken for one.
	low, high := []float64{1, 2, 1, 2, 1, 2, 1}, []float64{21, 22, 21, 22, 21, 22, 21}
	one := []float64{1, 1, 1, 1, 1, 1, 1}
	both, _ := Phi(1.5, WeekOf(0, low, one), WeekOf(0, high, one))
	merged, _ := Phi(1.5, WeekOf(0, append(slices.Clone(low), high...), append(slices.Clone(one), one...)))
	if !(both < 1.5) || !(merged > 1) {
		t.Errorf("two levels: apart %v, together %v", both, merged)
	}
	if got := SiblingPhi([]float64{3, 1, 2}); got != 2 {
		t.Errorf("median %v", got)
	}
	if got := SiblingPhi(nil); got != PriorPhi {
		t.Errorf("no sibling %v", got)
	}
}

func TestProperties(t *testing.T) {
	rng := Rand("properties")
	u := func(low, high float64) float64 { return low + (high-low)*rng.Float64() }
	for range 300 {
		// More confidence, wider interval; another currency, same rates and p.
		y1, y2, s1, s2, phi := math.Floor(u(1, 80)), math.Floor(u(1, 80)), u(10, 5000), u(10, 5000), u(1, 4)
		a, b := CostPer(s1, y1, phi, .8), CostPer(s1, y1, phi, .95)
		if !(b.Low < a.Low && a.Low < a.High && a.High < b.High) {
			t.Fatalf("not monotone: %+v %+v", a, b)
		}
		w1, w2 := Wilson(y1, 100, .8), Wilson(y1, 100, .95)
		if !(w2.Low <= w1.Low && w1.Low <= w1.Value && w1.Value <= w1.High && w1.High <= w2.High) {
			t.Fatalf("not monotone: %+v %+v", w1, w2)
		}
		c, d := RateRatio(y1, s1, y2, s2, phi, .9), RateRatio(y1, s1*655.957, y2, s2*655.957, phi, .9)
		near(t, "currency", []float64{d.Ratio, d.Low, d.High, d.P}, []float64{c.Ratio, c.Low, c.High, c.P}, 1e-9*c.High)
		if wide := RateRatio(y1, s1, y2, s2, phi, .99); !(wide.Low < c.Low && c.High < wide.High) {
			t.Fatalf("not monotone: %+v %+v", c, wide)
		}
		// Exchanging the periods turns the ratio over.
		r := RateRatio(y2, s2, y1, s1, phi, .9)
		near(t, "time reversal", []float64{1 / r.Ratio, 1 / r.High, 1 / r.Low, r.P}, []float64{c.Ratio, c.Low, c.High, c.P}, 1e-9*(1+c.High))
		// The interval excludes 1 exactly when p says so.
		if out := c.Low > 1 || c.High < 1; y1+y2 >= 50 && out != (c.P < .1) {
			t.Fatalf("interval and p disagree: %+v", c)
		}

		// A ratio of daily sums does not depend on the order of its days, nor its
		// change on the direction in which it is read.
		var now, before, shuffled, dear Sums
		xs, ys := make([]float64, 9), make([]float64, 9)
		for i := range xs {
			xs[i], ys[i] = u(50, 100), u(100, 400)
			before.Add(u(50, 100), u(100, 400))
		}
		for i := range xs {
			j := len(xs) - 1 - i
			now.Add(xs[i], ys[i])
			shuffled.Add(xs[j], ys[j])
			dear.Add(xs[i]*100, ys[i]*100)
		}
		e, es, ed := now.Ratio(.9), shuffled.Ratio(.9), dear.Ratio(.9)
		near(t, "day order", []float64{es.Low, es.High}, []float64{e.Low, e.High}, 1e-9)
		near(t, "ratio in cents", []float64{ed.Low, ed.High}, []float64{e.Low, e.High}, 1e-9)
		up, down := RatioChange(now, before, .9), RatioChange(before, now, .9)
		near(t, "change reversed", []float64{1 / down.Ratio, 1 / down.High, 1 / down.Low, down.P}, []float64{up.Ratio, up.Low, up.High, up.P}, 1e-9)
		if out := up.Low > 1 || up.High < 1; out != (up.P < .1) || !(up.Low < up.Ratio && up.Ratio < up.High) {
			t.Fatalf("change: %+v", up)
		}

		// Decompositions add up, and back.
		terms0, terms1 := make([][]float64, 3), make([][]float64, 3)
		for i := range terms0 {
			terms0[i] = []float64{u(.1, 9), u(.1, 9), u(.1, 9)}
			terms1[i] = []float64{u(.1, 9), u(.1, 9), u(.1, 9)}
		}
		parts, _ := LMDI(terms0, terms1)
		back, _ := LMDI(terms1, terms0)
		near(t, "LMDI", []float64{sum(parts)}, []float64{products(terms1) - products(terms0)}, 1e-9)
		for k := range parts {
			near(t, "LMDI reversed", []float64{back[k]}, []float64{-parts[k]}, 1e-9)
		}
		ms := make([]Share, 4)
		t0, t1 := 0.0, 0.0
		for i := range ms {
			ms[i] = Share{u(0, 1), u(0, 1), u(0, 1), u(0, 1)}
			t0, t1 = t0+ms[i].W0, t1+ms[i].W1
		}
		change := 0.0
		for i := range ms {
			ms[i].W0 /= t0
			ms[i].W1 /= t1
			change += ms[i].W1*ms[i].R1 - ms[i].W0*ms[i].R0
		}
		rate, mix := MixRate(ms)
		near(t, "mix and rate", []float64{sum(rate) + sum(mix)}, []float64{change}, 1e-12)
		shown := RoundToSum(append(slices.Clone(rate), mix...), change, 2)
		near(t, "rounded", []float64{sum(shown)}, []float64{math.Round(change*100) / 100}, 1e-9)
		for i, p := range append(slices.Clone(rate), mix...) {
			if math.Abs(shown[i]-p) > .01+1e-9 {
				t.Fatalf("%v rounded to %v", p, shown[i])
			}
		}

		// BH keeps the order and never makes a p smaller.
		ps := []float64{rng.Float64(), rng.Float64(), rng.Float64(), rng.Float64() / 50}
		qs := BH(ps)
		for i := range ps {
			for j := range ps {
				if ps[i] < ps[j] && qs[i] > qs[j] || qs[i] < ps[i] || qs[i] > 1 {
					t.Fatalf("BH %v = %v", ps, qs)
				}
			}
		}
		// A count's tails overlap in the count itself, and its quantile is one.
		k, mean, variance := math.Floor(u(0, 40)), u(.1, 40), u(.1, 200)
		below, above := TailBelow(k, mean, variance), TailAbove(k+1, mean, variance)
		near(t, "tails", []float64{below + above}, []float64{1}, 1e-9)
		q := CountQuantile(.95, mean, variance)
		if TailBelow(q, mean, variance) < .95 || q > 0 && TailBelow(q-1, mean, variance) >= .95 {
			t.Fatalf("quantile %v of %v %v", q, mean, variance)
		}
	}
	for _, n := range []float64{1e4, 1e5, 1e6, 1e7} { // large counts: close to the normal
		e := CostPer(1, n, 2, .9)
		half := 1.6449 * math.Sqrt(2/n)
		near(t, "many", []float64{e.Low * n, e.High * n}, []float64{1 - half, 1 + half}, half/20)
	}
}

// Published values of the tails: R pnbinom and ppois.
func TestTails(t *testing.T) {
	near(t, "ppois(3, 5)", []float64{TailBelow(3, 5, 5)}, []float64{0.2650259}, 1e-7)
	near(t, "ppois(2, 0.5, lower=FALSE)", []float64{TailAbove(3, .5, .5)}, []float64{0.01438768}, 1e-8)
	// Size 3, probability 0.3: mean 7, variance 7/0.3. P(X=0) = 0.027, P(X=1) =
	// 3·0.7·0.027 = 0.0567, P(X=2) = 6·0.49·0.027 = 0.07938.
	near(t, "pnbinom(2, 3, 0.3)", []float64{TailBelow(2, 7, 7/.3)}, []float64{.027 + .0567 + .07938}, 1e-12)
	near(t, "median of Poisson(5)", []float64{CountQuantile(.5, 5, 5)}, []float64{5}, 0)
}

// flat is a run of days with the same exposure whose events are given by day.
func points(first int, y []float64, n float64) []Point {
	out := make([]Point, len(y))
	for i := range y {
		out[i] = Point{Weekday: (first + i) % 7, Y: y[i], N: n, Use: true}
	}
	return out
}

func quiet(rng *rand.Rand, days int, mean, phi float64) []float64 {
	out := make([]float64, days)
	for i := range out {
		m := mean
		if phi > 1 {
			m = distuv.Gamma{Alpha: mean / (phi - 1), Beta: 1 / (phi - 1), Src: rng}.Rand()
		}
		out[i] = distuv.Poisson{Lambda: m, Src: rng}.Rand()
	}
	return out
}

func TestScanDrops(t *testing.T) {
	base := func(days int) []float64 {
		y := make([]float64, days)
		for i := range y {
			y[i] = 10
		}
		return y
	}
	run := func(what string, y []float64, want ...int) Scan {
		t.Helper()
		s := ScanDrops(points(2, y, 200), .6, PriorPhi, .9)
		var got []int
		for _, d := range s.Drops {
			got = append(got, d.From, d.To)
		}
		if !slices.Equal(got, want) {
			t.Errorf("%s: got %v, want %v", what, got, want)
		}
		return s
	}
	run("even", base(35))

	y := base(35)
	y[17], y[18], y[19] = 0, 1, 0
	s := run("three days", y, 17, 19)
	d := s.Drops[0]
	near(t, "observed, expected", []float64{d.Observed, d.Expected}, []float64{1, 30}, 1e-9)
	if !(d.Low > 15 && d.Low < 24 && d.High > 36 && d.High < 45) || d.Exposure != 600 || math.Abs(d.ExposureExpected-600) > 1e-9 {
		t.Errorf("%+v", d)
	}

	y = base(40)
	for i := 20; i < 31; i++ {
		y[i] = 0
	}
	run("eleven days, longer than any window", y, 20, 30)

	y = base(50)
	for _, i := range []int{10, 11, 12, 30, 31, 32, 33} {
		y[i] = 0
	}
	run("twice", y, 10, 12, 30, 33)

	y = base(35)
	y[33], y[34] = 0, 0
	run("at the end", y, 33, 34)

	y = base(35)
	for i := 15; i < 20; i++ {
		y[i] = 6
	}
	run("down by 40 % only", y)

	// Clicks fell with the conversions: with clicks as the exposure, nothing is odd.
	y = base(35)
	ps := points(2, y, 200)
	for i := 15; i < 20; i++ {
		ps[i].Y, ps[i].N = 1, 20
	}
	if s := ScanDrops(ps, .6, PriorPhi, .9); len(s.Drops) != 0 {
		t.Errorf("clicks fell too: %+v", s.Drops)
	}
	// Days that do not count neither stop nor make a run.
	ps = points(2, base(35), 200)
	for i := 15; i < 20; i++ {
		ps[i].Y = 0
	}
	ps[17].Use = false
	if s := ScanDrops(ps, .6, PriorPhi, .9); len(s.Drops) != 1 || s.Drops[0].From != 15 || s.Drops[0].To != 19 || s.Drops[0].Days != 4 {
		t.Errorf("with a hole: %+v", s.Drops)
	}

	if s := ScanDrops(points(0, base(12), 200), .6, PriorPhi, .9); s.Warning != (Warning{FewDays, 15, 12}) {
		t.Errorf("12 days: %+v", s.Warning)
	}
	few := base(35)
	for i := range few {
		few[i] = .5
	}
	if s := ScanDrops(points(0, few, 200), .6, PriorPhi, .9); s.Warning.Code != FewEvents || math.Abs(s.Warning.Has-3.5) > 1e-9 {
		t.Errorf("half a conversion a day: %+v", s.Warning)
	}
}

func TestAhead(t *testing.T) {
	week := []float64{120, 120, 120, 120, 120, 60, 40}
	var y []float64
	for range 5 {
		y = append(y, week...)
	}
	o := Ahead(y, 0, 7, Rand("ahead"))
	// The pattern repeats exactly; shrinkage of the weekdays costs a little.
	near(t, "next week", []float64{o.Mid[6]}, []float64{700}, 15)
	if !(o.Low[6] <= o.Mid[6] && o.Mid[6] <= o.High[6]) || len(o.Totals) != 2000 {
		t.Errorf("range %v %v %v", o.Low[6], o.Mid[6], o.High[6])
	}
	scaled := slices.Clone(y)
	for i := range scaled {
		scaled[i] *= 1e6
	}
	p := Ahead(scaled, 0, 7, Rand("ahead"))
	near(t, "another unit", []float64{p.Mid[6] / 1e6}, []float64{o.Mid[6]}, 1e-6)
	if o.Chance(0, math.Inf(1)) != 1 {
		t.Error("chance")
	}
	late := append(make([]float64, 9), y...)
	if q := Ahead(late, 5, 7, Rand("ahead")); q.Mid[6] != o.Mid[6] { // 9 days before a Monday: a Saturday
		t.Errorf("idle days at the start: %v, want %v", q.Mid[6], o.Mid[6])
	}
	if o := Ahead(y[:13], 0, 7, Rand("x")); o.Warning != (Warning{FewDays, 14, 13}) || o.Totals != nil || o.Linear == 0 {
		t.Errorf("13 days: %+v", o.Warning)
	}
	if o := Ahead(y[:14], 0, 22, Rand("x")); o.Warning != (Warning{TooFar, 15, 14}) {
		t.Errorf("22 days after 14: %+v", o.Warning)
	}
	if o := Ahead(y, 0, 0, Rand("x")); !o.Warning.None() || o.Totals != nil {
		t.Errorf("no day ahead: %+v", o)
	}
}

func TestRand(t *testing.T) {
	a, b, c := Rand("r", "x"), Rand("r", "x"), Rand("rx", "")
	if v := a.Uint64(); v != b.Uint64() || v == c.Uint64() {
		t.Error("the same names must give the same draws, others other draws")
	}
	sorted := []float64{1, 2, 3, 4}
	near(t, "quantiles", []float64{Quantile(sorted, 0), Quantile(sorted, .5), Quantile(sorted, .9), Quantile(sorted, 1)}, []float64{1, 2.5, 3.7, 4}, 1e-12)
	rng := Rand("mean")
	e := Bars(4000, 1, .9, func(v []float64) { v[0] = DrawMean(rng, 30, 1.2) })[0]
	want := CostPer(1, 30, 1.2, .9)
	near(t, "draws follow the interval", []float64{e.Low, e.High}, []float64{1 / want.High, 1 / want.Low}, .6)
}

// FuzzNumbers gives every function anything: no panic, and an interval that is
// in order or absent.
func FuzzNumbers(f *testing.F) {
	f.Add(10.0, 100.0, 5.0, 80.0, 1.5, .9)
	f.Add(0.0, 0.0, 0.0, 0.0, 1.0, .9)
	f.Add(-1.0, math.Inf(1), math.NaN(), 1e300, 0.0, 1.0)
	f.Add(1e15, 1.0, 1e-300, 1e9, 1e6, .5)
	f.Add(6e16, 556.6530612244899, -2054.0, 3.3e6, 15604.00625, .1)
	f.Add(64.4, 857.5, -82748.0, -48768.8, 1728.0, .9999999999999999)
	f.Fuzz(func(t *testing.T, a, b, c, d, phi, conf float64) {
		order := func(what string, low, high float64, w Warning) {
			if w.None() && !(low <= high) {
				t.Errorf("%s: [%v, %v] without a warning", what, low, high)
			}
		}
		for _, e := range []Estimate{Wilson(a, b, conf), Rate(a, b, phi, conf), CostPer(a, b, phi, conf)} {
			order("interval", e.Low, e.High, e.Warning)
		}
		CostAtLeast(a, phi)
		r := RateRatio(a, b, c, d, phi, conf)
		order("ratio", r.Low, r.High, r.Warning)
		var s, u Sums
		for i := range 7 {
			s.Add(a+float64(i), b)
			u.Add(c, d*float64(i))
		}
		e := s.Ratio(conf)
		order("sums", e.Low, e.High, e.Warning)
		r = RatioChange(s, u, conf)
		order("change", r.Low, r.High, r.Warning)
		BH([]float64{a, b, c, d})
		TailBoth(a, b, c)
		LMDI([][]float64{{a, b}}, [][]float64{{c, d}})
		MixRate([]Share{{a, b, c, d}, {d, c, b, a}})
		var y []float64
		for i := range 20 {
			y = append(y, []float64{a, b, c, d, 3}[i%5])
		}
		w := WeekOf(0, y, y)
		if v, _ := Phi(phi, w); !(v >= 1) {
			t.Errorf("dispersion %v", v)
		}
		ScanDrops(points(0, y, b), .6, phi, conf)
		Ahead(y, 1, 5, Rand("fuzz"))
		CountQuantile(conf, a, b)
	})
}
