package stats

import (
	"math"
	"testing"
)

// Kiel & McClain's houses near an incinerator: the classic regression form of
// difference in differences (Wooldridge, Introductory Econometrics, 13.3).
func TestKielMcClain(t *testing.T) {
	header, rows := table(t, referenceFile(t, "causal", "derived", "kielmc.csv"))
	price, y81 := columnOf(t, header, rows, "rprice"), columnOf(t, header, rows, "y81")
	near81, both := columnOf(t, header, rows, "nearinc"), columnOf(t, header, rows, "y81nrinc")
	var x [][]float64
	for i := range price {
		x = append(x, []float64{1, y81[i], near81[i], both[i]})
	}
	m, ok := leastSquares(x, price)
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "coefficients", m.b, []float64{82517.23, 18790.29, -18824.37, -11863.90}, .01)
	near(t, "error", []float64{m.se([]float64{0, 0, 0, 1})}, []float64{7456.65}, .01)
}

// The simulated example of CausalImpact: truth 10, published [9.8, 11] at 95 %.
func TestCausalImpactExample(t *testing.T) {
	header, rows := table(t, referenceFile(t, "causal", "derived", "causalimpact_vignette_seed1.csv"))
	y, x := columnOf(t, header, rows, "y"), columnOf(t, header, rows, "x1")
	e := Counterfactual(y, [][]float64{x}, -1, 0, 70, .95)
	half := (e.High - e.Value) / widen(e.Rho)
	near(t, "effect", []float64{e.Value, e.Value - half, e.Value + half}, []float64{10.46, 9.88, 11.03}, .006)
	near(t, "published effect", []float64{e.Value, e.Low, e.High}, []float64{10.5, 9.8, 11}, .15)
	if !e.Clear || e.AsExtreme != 0 || len(e.Placebos) < 20 {
		t.Errorf("%+v", e)
	}
	t.Logf("%.2f [%.2f, %.2f], rho %.2f, %d placebos, %+v", e.Value, e.Low, e.High, e.Rho, len(e.Placebos), e.Warning)
}

func TestDiD(t *testing.T) {
	// Rates by hand: the treated go from .10 to .15, the control from .20 to .24;
	// 1.5/1.2 − 1 = +25 %.
	var treated, control []Point
	for i := range 56 {
		a, b := Point{i % 7, 20, 200, true}, Point{i % 7, 60, 300, true}
		if i >= 42 {
			a.Y, b.Y = 30, 72
		}
		treated, control = append(treated, a), append(control, b)
	}
	e := DiD(treated, control, 42, .9)
	se := math.Sqrt(1/(35*20.) + 1/(14*30.) + 1/(35*60.) + 1/(14*72.)) // without noise φ is 1
	near(t, "difference", []float64{e.Value, e.Low, e.High}, []float64{.25, 1.25*math.Exp(-1.644854*se) - 1, 1.25*math.Exp(1.644854*se) - 1}, 1e-5)
	near(t, "detectable", []float64{e.Detectable}, []float64{math.Expm1((1.644854 + .841621) * se)}, 1e-5)
	near(t, "expected", []float64{e.Observed, e.Expected}, []float64{420, 336}, 1e-6)
	// Placebo dates: from day 21, 14 days after each, none in the week before 42.
	if len(e.Placebos) != 1 || e.AsExtreme != 0 || e.PlaceboP != .5 || e.Clear {
		t.Errorf("%+v", e)
	}
	// Exchanging the two turns the effect over.
	back := DiD(control, treated, 42, .9)
	near(t, "exchanged", []float64{1 + back.Value, 1 + back.Low}, []float64{1 / 1.25, 1 / (1 + e.High)}, 1e-6)

	if w := DiD(treated, control, 34, .9).Warning; w != (Warning{FewDays, 28, 27}) {
		t.Errorf("27 days before: %+v", w)
	}
	if w := DiD(treated, control, 50, .9).Warning; w != (Warning{FewDays, 7, 6}) {
		t.Errorf("6 days after: %+v", w)
	}
	for i := range treated {
		treated[i].Y /= 20
	}
	if w := DiD(treated, control, 42, .9).Warning; w != (Warning{FewEvents, 30, 21}) {
		t.Errorf("21 conversions: %+v", w)
	}
}

func TestCounterfactual(t *testing.T) {
	rng := Rand("counterfactual")
	var y, x, constant []float64
	for i := range 70 {
		x = append(x, 50+10*rng.NormFloat64())
		y = append(y, 20+2*x[i]+[]float64{9, 5, 4, 3, 2, -20, -25}[i%7]+3*rng.NormFloat64())
		constant = append(constant, 3)
		if i >= 56 {
			y[i] -= 15
		}
	}
	e := Counterfactual(y, [][]float64{x}, 0, 7, 56, .9)
	if !(e.Low < -15 && -15 < e.High) || !e.Clear || e.PlaceboP > .1 {
		t.Errorf("%+v", e)
	}
	// Another unit, another order of magnitude: the same effect.
	scaled := make([]float64, len(y))
	for i := range y {
		scaled[i] = y[i] * 1e6
	}
	s := Counterfactual(scaled, [][]float64{x}, 0, 7, 56, .9)
	near(t, "another unit", []float64{s.Value / 1e6, s.Low / 1e6, s.PlaceboP}, []float64{e.Value, e.Low, e.PlaceboP}, 1e-5)
	// Days that are left out say nothing, whatever stands on them.
	holes := append([]float64{}, y...)
	holes[10], holes[60] = math.NaN(), math.NaN()
	h := Counterfactual(holes, [][]float64{x}, 0, 7, 56, .9)
	wild := append([]float64{}, x...)
	wild[10], wild[60] = 1e9, -1e9
	if again := Counterfactual(holes, [][]float64{wild}, 0, 7, 56, .9); again.Value != h.Value || !(h.Low < -15 && -15 < h.High) {
		t.Errorf("%+v and %+v", h, again)
	}
	if w := Counterfactual(y, [][]float64{constant}, 0, 7, 56, .9).Warning; w.Code != Same {
		t.Errorf("a control that says nothing: %+v", w)
	}
	if w := Counterfactual(y, [][]float64{x[1:]}, 0, 7, 56, .9).Warning; w.Code != BadInput {
		t.Errorf("a control too short: %+v", w)
	}
}

// A step of a rate, by hand: from .10 to .15; weekdays that are alike change
// nothing, and days left out say nothing.
func TestRateStep(t *testing.T) {
	var days []Point
	for i := range 56 {
		p := Point{i % 7, 20, 200, true}
		if i >= 42 {
			p.Y = 30
		}
		days = append(days, p)
	}
	e := RateStep(days, 42, .9)
	// Eight numbers were fitted to 49 days.
	half := student(.9, 41) * math.Sqrt(1/(35*20.)+1/(14*30.)) * widen(8./49)
	near(t, "step", []float64{e.Value, e.Low, e.High, e.Expected}, []float64{.5, 1.5*math.Exp(-half) - 1, 1.5*math.Exp(half) - 1, 280}, 1e-4)
	days[3].Y, days[3].Use = 1e6, false
	if again := RateStep(days, 42, .9); math.Abs(again.Value-.5) > 1e-6 {
		t.Errorf("%+v", again)
	}
	if w := RateStep(days, 35, .9).Warning; w != (Warning{FewDays, 28, 27}) {
		t.Errorf("27 days before: %+v", w)
	}
	if w := RateStep(days, 50, .9).Warning; w != (Warning{FewDays, 7, 6}) {
		t.Errorf("6 days after: %+v", w)
	}
}

// Where nothing is done, an effect is clear about once in ten cases at most: the
// interval errs as often, and the placebo dates have to agree.
func TestEffectsOfNothing(t *testing.T) {
	rng := Rand("effects of nothing")
	const runs = 400
	var did, step int
	for range runs {
		var treated, control []Point
		drift := 0.0
		for i := range 77 {
			drift = .5*drift + .08*rng.NormFloat64() // days that follow each other
			common := math.Exp(drift) * []float64{1, 1, 1.1, 1, .9, .8, .8}[i%7]
			draw := func(mean float64) float64 { return math.Round(DrawMean(rng, mean*common, 1.5)) }
			treated, control = append(treated, Point{i % 7, draw(12), 100, true}), append(control, Point{i % 7, draw(20), 100, true})
		}
		if DiD(treated, control, 63, .9).Clear {
			did++
		}
		if RateStep(treated, 63, .9).Clear {
			step++
		}
	}
	t.Logf("clear without cause: %d and %d of %d", did, step, runs)
	if did > runs*13/100 || step > runs*10/100 {
		t.Errorf("clear without cause: %d and %d of %d", did, step, runs)
	}
}

func FuzzEffect(f *testing.F) {
	f.Add(20.0, 200.0, 60.0, 300.0, .9)
	f.Add(0.0, 0.0, 1e300, 1e-300, .5)
	f.Add(math.NaN(), -1.0, math.Inf(1), 7.0, 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, d, conf float64) {
		var treated, control []Point
		var y, x []float64
		for i := range 50 {
			k := float64(i * 37 % 11)
			treated = append(treated, Point{i % 7, a + k, b, true})
			control = append(control, Point{i % 7, c, d + k, true})
			y, x = append(y, a*k+b), append(x, c-k*d)
		}
		e := DiD(treated, control, 40, conf)
		allFinite(t, "difference", e.Value, e.Low, e.High, e.Detectable, e.PlaceboP, e.Expected)
		e = RateStep(treated, 40, conf)
		allFinite(t, "step", e.Value, e.Low, e.High, e.Detectable, e.PlaceboP, e.Expected)
		e = Counterfactual(y, [][]float64{x}, 3, 7, 40, conf)
		allFinite(t, "counterfactual", e.Value, e.Low, e.High, e.Detectable, e.PlaceboP, e.Expected)
	})
}
