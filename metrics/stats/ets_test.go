package stats

import (
	"encoding/json"
	"math"
	"os"
	"slices"
	"testing"
)

// R's ets on oil and austourists: with its parameters the likelihood, the
// variance, the fitted values and the forecasts are its own.
func TestETSReferences(t *testing.T) {
	count := 0
	for file, series := range map[string]string{"fit_ets_results_nonseasonal.json": "oil.csv", "fit_ets_results_seasonal.json": "austourists.csv"} {
		header, rows := table(t, referenceFile(t, "forecast", "derived", series))
		y := columnOf(t, header, rows, "value")
		b, err := os.ReadFile(referenceFile(t, "forecast", "data", file))
		if err != nil {
			t.Fatal(err)
		}
		var byDamped map[string]map[string]json.RawMessage
		if err := json.Unmarshal(b, &byDamped); err != nil {
			t.Fatal(err)
		}
		for damped, models := range byDamped {
			for name, raw := range models {
				var want struct {
					Alpha, Beta, Gamma, Phi           []any
					Initstate, Fitted, Loglik, Sigma2 []float64
					Forecast                          []float64
				}
				if name[1] == 'M' || json.Unmarshal(raw, &want) != nil || len(want.Loglik) == 0 {
					continue // no multiplicative trend here; and R refuses some
				}
				number := func(v []any, none float64) float64 {
					if f, ok := v[0].(float64); ok {
						return f
					}
					return none
				}
				m := ETS{Error: name[0], Trend: name[1], Season: name[2], Period: 1, Alpha: number(want.Alpha, 0),
					Beta: number(want.Beta, 0), Gamma: number(want.Gamma, 0), Phi: number(want.Phi, 1), Level: want.Initstate[0]}
				if m.Trend == 'A' {
					m.Slope = want.Initstate[1]
				}
				if m.Season != 'N' {
					m.Period = 4
					m.Seasons = want.Initstate[len(want.Initstate)-4:]
				}
				if !m.run(y) {
					t.Errorf("%s %s: no fit", damped, name)
					continue
				}
				what := series + " " + name + " damped " + damped
				near(t, what+": likelihood", []float64{m.LogLikelihood}, want.Loglik, 1e-5)
				near(t, what+": variance", []float64{m.Sigma2 / want.Sigma2[0]}, []float64{1}, 1e-5)
				near(t, what+": fitted", m.Fitted, want.Fitted, 2e-5)
				var ahead []float64
				one := make([]float64, 4)
				for h, e := range m.Ahead(4, .8, Rand("ets")) {
					ahead, one[h] = append(ahead, e.Value/want.Forecast[h]), 1
				}
				tol := 1e-5
				if name == "MAM" {
					tol = 5e-4 // R gives the mean over errors there, not their absence
				}
				near(t, what+": forecast", ahead, one, tol)
				count++
			}
		}
		// Our own fit is as likely as R's best of the same kind, or nearly.
		m := FitETS(y, map[string]int{"oil.csv": 1, "austourists.csv": 4}[series])
		least := map[string]float64{"oil.csv": -285.0785, "austourists.csv": -196.37}[series]
		t.Logf("%s: %c%c%c phi %.2f, likelihood %.3f, AICc %.2f", series, m.Error, m.Trend, m.Season, m.Phi, m.LogLikelihood, m.AICc)
		if !m.Warning.None() || m.LogLikelihood < least-.5 {
			t.Errorf("%s: likelihood %.3f, R has %.3f: %+v", series, m.LogLikelihood, least, m.Warning)
		}
	}
	if count < 11 {
		t.Errorf("only %d models looked at", count)
	}
}

func TestETS(t *testing.T) {
	rng := Rand("ets")
	week := []float64{120, 120, 120, 120, 120, 60, 40}
	var y, scaled []float64
	for i := range 84 {
		y = append(y, (1+float64(i)/100)*week[i%7]*math.Exp(.05*rng.NormFloat64()))
		scaled = append(scaled, y[i]*1e6)
	}
	m := FitETS(y, 7)
	if !m.Warning.None() || m.Season == 'N' {
		t.Fatalf("%+v", m)
	}
	f := m.Ahead(7, .8, Rand("a"))
	for h, e := range f {
		want := (1 + float64(84+h)/100) * week[h]
		if math.Abs(e.Value/want-1) > .12 || !(e.Low < e.Value && e.Value < e.High) {
			t.Errorf("day %d: %+v, want %v", h, e, want)
		}
	}
	g := FitETS(scaled, 7).Ahead(7, .8, Rand("a"))
	for h := range f {
		near(t, "another unit", []float64{g[h].Value / 1e6 / f[h].Value}, []float64{1}, 1e-3)
	}
	if w := FitETS(y[:55], 7).Warning; w != (Warning{FewDays, 56, 55}) {
		t.Errorf("55 days: %+v", w)
	}
	if w := FitETS(append(slices.Clone(y), -1), 7).Warning; w.Code != BadInput {
		t.Errorf("below 0: %+v", w)
	}
	if m := FitETS(make([]float64, 60), 7); m.Warning.Code != NotNumeric || m.Ahead(3, .8, rng) != nil {
		t.Errorf("nothing but 0: %+v", m.Warning)
	}
}

func FuzzETS(f *testing.F) {
	f.Add(20.0, 200.0, 60.0)
	f.Add(0.0, 1e300, 1e-300)
	f.Add(1e-308, 1e308, 5.0)
	f.Fuzz(func(t *testing.T, a, b, c float64) {
		var y []float64
		for i := range 30 {
			y = append(y, []float64{a, b, c, 3, b, a + c}[i*5%6])
		}
		m := FitETS(y, 3)
		allFinite(t, "fit", append(m.Fitted, m.Alpha, m.Level, m.Slope, m.LogLikelihood, m.AICc, m.Sigma2)...)
		for _, e := range m.Ahead(3, .8, Rand("f")) {
			allFinite(t, "ahead", e.Value, e.Low, e.High)
		}
	})
}
