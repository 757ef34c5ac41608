package stats

import (
	"math"
	"math/rand/v2"
	"slices"
	"testing"

	"gonum.org/v1/gonum/stat/distuv"
)

func TestChainLadderFiles(t *testing.T) {
	_, genins := table(t, referenceFile(t, "chainladder", "derived", "GenIns.csv"))
	l := ChainLadder(genins)
	near(t, "Taylor-Ashe", []float64{l.Total, l.TotalSE}, []float64{18680855.6, 2447094.9}, .6)
	_, raa := table(t, referenceFile(t, "chainladder", "derived", "RAA.csv"))
	l = ChainLadder(raa)
	near(t, "RAA", []float64{l.Total, l.TotalSE}, []float64{52135.23, 26909.01}, .01)
	_, mortgage := table(t, referenceFile(t, "chainladder", "derived", "Mortgage.csv"))
	l = ChainLadder(mortgage)
	near(t, "Mortgage", l.Factors, []float64{11.10, 4.092, 1.708, 1.276, 1.139, 1.069, 1.026, 1.023}, .005)
}

// visits draws a triangle of days whose conversions come with a delay: share p
// on the day, the others geometric with ratio q, none after the window. Truth
// holds what each day becomes.
func visits(rng *rand.Rand, days, window int, perDay, phi, p, q float64) (tri Triangle, truth []float64) {
	share := make([]float64, window+1)
	share[0] = p
	norm := (1 - math.Pow(q, float64(window))) / (1 - q)
	for d := 1; d <= window; d++ {
		share[d] = (1 - p) * math.Pow(q, float64(d-1)) / norm
	}
	for i, n := range quiet(rng, days, perDay, phi) {
		left, rest := n, 1.0
		var row []float64
		total := 0.0
		for d := 0; d <= window; d++ {
			k := left
			if rest-share[d] > 1e-12 {
				k = distuv.Binomial{N: left, P: share[d] / rest, Src: rng}.Rand()
			}
			left, rest, total = left-k, rest-share[d], total+k
			if i+d < days {
				row = append(row, total)
			}
		}
		tri, truth = append(tri, row), append(truth, n)
	}
	return tri, truth
}

func TestSettle(t *testing.T) {
	// Half at once, a quarter each on the two days after: known by hand.
	var tri Triangle
	for i := range 30 {
		row := []float64{10, 15, 20, 20, 20, 20, 20, 20}
		tri = append(tri, row[:min(len(row), 30-i)])
	}
	d := Develop(tri)
	if !d.Warning.None() || d.Rows != 23 || d.Events != 460 {
		t.Errorf("%+v", d)
	}
	near(t, "maturity", d.Maturity[:4], []float64{.5, .75, 1, 1}, 1e-12)
	near(t, "first factors", d.Weekly, []float64{1.5, 1.5, 1.5, 1.5, 1.5}, 1e-12)

	days := []Recent{{20, 2, 20}, {15, 1, 20}, {10, 0, 20}}
	s := d.Settle(days, 460, 1, .9)
	near(t, "settled", append(s.Days, s.Value, s.Share), []float64{20, 20, 20, 60, .75}, 1e-9)
	half := 1.644854 * math.Sqrt(15+45/9.)
	near(t, "interval", []float64{s.Low, s.High}, []float64{max(45, 60-half), 60 + half}, 1e-4)
	if s.ByPrior || !s.Warning.None() {
		t.Errorf("%+v", s)
	}
	// Two days of clicks with a quarter known: the expectation says what comes.
	slow := Development{Maturity: []float64{.25, 1}}
	s = slow.Settle([]Recent{{0, 0, 20}, {4, 0, 20}}, 100, 2, .9)
	near(t, "by the prior", append(s.Days, s.Value), []float64{15, 19, 34}, 1e-9)
	half = 1.644854 * math.Sqrt(2*(30+900/100.))
	near(t, "its interval", []float64{s.Low, s.High}, []float64{max(4, 34-half), 34 + half}, 1e-4)
	if !s.ByPrior {
		t.Error("not by the prior")
	}

	if s := Develop(tri[16:]).Settle(days, 460, 1, .9); s.Warning != (Warning{FewDays, 21, 7}) || s.Value != 0 || s.Seen != 45 {
		t.Errorf("14 rows: %+v", s)
	}
	small := slices.Clone(tri)
	for i := range small {
		small[i] = []float64{0, 1, 1, 1, 1, 1, 1, 1}
	}
	if w := Develop(small).Warning; w != (Warning{FewEvents, 100, 30}) {
		t.Errorf("30 conversions: %+v", w)
	}
	if m := Develop(small).Maturity; m[0] != 0 || m[1] != 1 {
		t.Errorf("nothing on the first day: %v", m)
	}
	for i := range small {
		small[i] = []float64{10, 20, 18, 18, 18, 18, 18, 18}
	}
	d = Develop(small)
	if d.Warning.Code != Falling || math.Abs(d.Warning.Has-.9) > 1e-12 {
		t.Errorf("taken back: %+v", d.Warning)
	}
	if s := d.Settle([]Recent{{20, 1, 18}}, 100, 1, .9); math.Abs(s.Value-18) > 1e-9 || !(s.Low < 18) || s.Warning.Code != Falling {
		t.Errorf("taken back: %+v", s)
	}
	if w := Develop(Triangle{{1, math.Inf(1)}}).Warning; w.Code != BadInput {
		t.Errorf("infinite: %+v", w)
	}
	// A day nobody exported changes nothing where the days are alike.
	holes := slices.Clone(tri)
	holes[3] = slices.Clone(tri[3])
	holes[3][1] = math.NaN()
	near(t, "a hole", Develop(holes).Maturity, Develop(tri).Maturity, 1e-12)
}

func TestMaturityProperties(t *testing.T) {
	rng := Rand("maturity")
	for range 30 {
		tri, _ := visits(rng, 60, 20, 30, 1.5, .5, .8)
		d := Develop(tri)
		// Another unit changes no factor; maturity never falls with age here.
		scaled := make(Triangle, len(tri))
		for i, row := range tri {
			for _, v := range row {
				scaled[i] = append(scaled[i], v*1e6)
			}
		}
		near(t, "unit", Develop(scaled).Maturity, d.Maturity, 1e-12)
		if !slices.IsSorted(d.Maturity) || d.Maturity[len(d.Maturity)-1] != 1 {
			t.Fatalf("maturity %v", d.Maturity)
		}
		a, b := ChainLadder(tri), ChainLadder(scaled)
		near(t, "ladder in another unit", []float64{b.Total / 1e6, b.TotalSE / 1e6}, []float64{a.Total, a.TotalSE}, 1e-6)
		near(t, "rows add up", []float64{sum(a.Coming)}, []float64{a.Total}, 1e-6)
		days := []Recent{{20, 0, 30}, {25, 1, 30}, {10, 3, 20}}
		s, wide := d.Settle(days, 500, 2, .8), d.Settle(days, 500, 2, .95)
		if !(wide.Low <= s.Low && s.Low <= s.Value && s.Value <= s.High && s.High < wide.High) {
			t.Fatalf("not monotone: %+v %+v", s, wide)
		}
		near(t, "days add up", []float64{sum(s.Days)}, []float64{s.Value}, 1e-9)
	}
}

func TestFitDelay(t *testing.T) {
	rng := Rand("delay")
	tri, _ := visits(rng, 120, 30, 40, 1, .58, .86)
	d := FitDelay(tri, 30)
	// Geometric with ratio .86: e^(−1/τ) = .86, τ = 6.63. P on the day is .58
	// of what the window holds.
	near(t, "same day", []float64{d.Maturity[0]}, []float64{.58}, .02)
	near(t, "tau", []float64{d.Tau}, []float64{6.63}, .6)
	// Right truncation: the 40 youngest days alone, most of which are not
	// complete, must tell the same law.
	young := FitDelay(tri[80:], 30)
	near(t, "young days only", []float64{young.Maturity[0], young.Maturity[7]}, []float64{.58, .58 + .42*(1-math.Pow(.86, 7))/(1-math.Pow(.86, 30))}, .05)
	if w := FitDelay(Triangle{{3, 4}}, 30).Warning; w != (Warning{FewEvents, 100, 4}) {
		t.Errorf("4 conversions: %+v", w)
	}
	if w := FitDelay(Triangle{{300, 200}}, 30).Warning; w != (Warning{Falling, 0, 1}) {
		t.Errorf("falls: %+v", w)
	}
}

func FuzzMaturity(f *testing.F) {
	f.Add(10.0, 20.0, 30.0, 1.5, .9)
	f.Add(0.0, 0.0, 5.0, 1.0, .9)
	f.Add(1e300, 1e-300, math.NaN(), 0.0, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, phi, conf float64) {
		var tri Triangle
		for i := range 24 {
			row := []float64{a, b, c, c, b, c, c, c, a + b + c}
			tri = append(tri, row[:min(len(row), 24-i)])
		}
		d := Develop(tri)
		allFinite(t, "development", append(append(d.Maturity, d.Factors...), d.Sigma2...)...)
		s := d.Settle([]Recent{{a, 0, b}, {b, 1, c}, {c, 2, a}}, a, phi, conf)
		if s.Warning.Code != BadInput {
			allFinite(t, "settled", s.Seen, s.Value, s.Low, s.High, s.Share)
		}
		l := ChainLadder(tri)
		allFinite(t, "ladder", append(append(l.Final, l.Error...), l.Total, l.TotalSE)...)
		allFinite(t, "delay", FitDelay(tri, 8).Maturity...)
	})
}
