package stats

import (
	"math"
	"slices"
	"testing"
)

var shrinkReferences = map[string]func(in [][]float64) []float64{
	"james_stein": func(in [][]float64) []float64 {
		n := in[1][0]
		y := slices.Clone(in[0])
		mean := sum(y) / float64(len(y)) / n
		for i := range y {
			y[i] /= n
		}
		s, c, _ := JamesStein(y, mean*(1-mean)/n)
		return []float64{c, s[0], s[len(s)-1]}
	},
	"beta_posterior": func(in [][]float64) []float64 {
		return []float64{Belief{A: in[0][0], B: in[0][1]}.After(in[1][0], in[1][1], 1).Mean()}
	},
	"gamma_prior": func(in [][]float64) []float64 {
		b := likeliest(in[0], in[1], true, 0)
		return []float64{b.A, b.B}
	},
}

func units(x, n []float64, phi float64) (out []Unit) {
	for i := range x {
		out = append(out, Unit{x[i], n[i], phi})
	}
	return out
}

func TestShrinkReferences(t *testing.T) { readReferences(t, "shrink.txt", shrinkReferences) }

func TestOutsideShrinkage(t *testing.T) {
	b := likeliest(column(t, "cases", "shrinkage", "derived", "scotland.csv"), column(t, "expected", "shrinkage", "derived", "scotland.csv"), true, 0)
	near(t, "lip cancer", []float64{b.A, b.B}, []float64{1.8795, 1.3217}, 5e-4)
	// Drawing the first 45 at-bats together foretells the rest of the season
	// better: the squared error falls 3.5-fold.
	hits, rest := column(t, "r", "shrinkage", "derived", "EfronMorris.csv"), column(t, "p", "shrinkage", "derived", "EfronMorris.csv")
	var raw, js, eb float64
	mean := sum(hits) / 45 / 18
	y := make([]float64, 18)
	for i := range y {
		y[i] = hits[i] / 45
	}
	stein, _, _ := JamesStein(y, mean*(1-mean)/45)
	bayes := Shrink(units(hits, slices.Repeat([]float64{45}, 18), 1), false)
	for i := range y {
		raw += (y[i] - rest[i]) * (y[i] - rest[i])
		js += (stein[i] - rest[i]) * (stein[i] - rest[i])
		b := bayes.Beliefs[i].Mean() - rest[i]
		eb += b * b
	}
	near(t, "squared errors", []float64{raw, js}, []float64{.0753, .0213}, 5e-4)
	t.Logf("batting: raw %.4f, James–Stein %.4f, empirical Bayes %.4f (%+v)", raw, js, eb, bayes.Prior)
	if !(eb < raw/2.5) {
		t.Errorf("empirical Bayes: %v", eb)
	}
}

// The likelihood has no better point nearby.
func TestLikeliest(t *testing.T) {
	rng := Rand("likeliest")
	for _, rate := range []bool{false, true} {
		x, n := make([]float64, 30), make([]float64, 30)
		for i := range x {
			n[i] = 50 + 2000*rng.Float64()
			p := Belief{3, 97, false}.Draw(rng)
			x[i] = quiet(rng, 1, n[i]*p, 1)[0]
		}
		b := likeliest(x, n, rate, 0)
		if math.Abs(b.Mean()-.03) > .01 {
			t.Errorf("%+v", b)
		}
		for _, f := range []float64{.98, 1.02} {
			for _, c := range []Belief{{b.A * f, b.B, rate}, {b.A, b.B * f, rate}, {b.A * f, b.B * f, rate}} {
				if c.marginal(x, n) > b.marginal(x, n) {
					t.Errorf("%+v is likelier than %+v", c, b)
				}
			}
		}
	}
}

func TestShrink(t *testing.T) {
	x := []float64{2, 30, 55, 80, 41, 63, 22, 18, 90}
	n := []float64{24, 1000, 1500, 2600, 1200, 1900, 1000, 700, 2400}
	s := Shrink(units(x, n, 1), false)
	// 2 of 24 is 8.3 %, three times the others' rate: luck, for the most part.
	if m := s.Beliefs[0].Mean(); m > .045 || m < .025 {
		t.Errorf("lucky unit: %v (%+v)", m, s.Prior)
	}
	for i, b := range s.Beliefs {
		if raw := x[i] / n[i]; (b.Mean()-raw)*(s.Prior.Mean()-raw) < 0 {
			t.Errorf("unit %d moved away from the prior: %v to %v", i, raw, b.Mean())
		}
	}
	// More dispersion, more shrinkage.
	if d := Shrink(units(x, n, 3), false); !(math.Abs(d.Beliefs[8].Mean()-d.Prior.Mean()) < math.Abs(x[8]/n[8]-d.Prior.Mean())) {
		t.Errorf("dispersion 3: %+v", d)
	}
	// Units that differ less than chance would make them: hardly any difference is left.
	even := Shrink(units([]float64{30, 31, 29, 30, 31, 29, 30, 31, 29, 30}, slices.Repeat([]float64{1000}, 10), 1), false)
	near(t, "alike", []float64{even.Prior.Mean(), even.Beliefs[1].Mean()}, []float64{.03, .03}, 3e-4)
	// A rate per euro in another currency is the same belief in that unit.
	money := []float64{60, 900, 1200, 2000, 1500, 1400, 600, 900, 1800}
	cents := make([]float64, 9)
	for i := range cents {
		cents[i] = 100 * money[i]
	}
	a, b := Shrink(units(x, money, 1.4), true), Shrink(units(x, cents, 1.4), true)
	for i := range a.Beliefs {
		near(t, "in cents", []float64{100 * b.Beliefs[i].Mean()}, []float64{a.Beliefs[i].Mean()}, 1e-6*a.Beliefs[i].Mean())
	}
	if s := Shrink(units(x[:3], n[:3], 1), false); s.Warning != (Warning{FewSiblings, 4, 3}) || s.Prior.A != 0 || math.Abs(s.Beliefs[1].Mean()-30.5/1001) > 1e-9 {
		t.Errorf("three: %+v", s)
	}
	if s := Shrink(units(make([]float64, 9), n, 1), false); s.Warning.Code != NoEvents || len(s.Beliefs) != 9 {
		t.Errorf("no event: %+v", s)
	}
	if s := Shrink(append(units(x[:3], n[:3], 1), Unit{0, 0, 1}), false); s.Warning.Code != FewSiblings || s.Beliefs[3] != (Belief{}) {
		t.Errorf("three and one without clicks: %+v", s)
	}
	if s := Shrink(append(units(x, n, 1), Unit{0, 0, 1}), false); s.Beliefs[9] != s.Prior || !s.Warning.None() {
		t.Errorf("nine and one without clicks: %+v", s)
	}
	if s := Shrink([]Unit{{5, 4, 1}, {1, 4, 1}, {1, 4, 1}, {1, 4, 1}}, false); s.Warning.Code != BadInput || s.Beliefs != nil {
		t.Errorf("more events than trials: %+v", s)
	}
}
