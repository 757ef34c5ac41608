package stats

import (
	"math"
	"os"
	"strconv"
	"strings"
	"testing"
)

// The models of the NIST Statistical Reference Datasets, non-linear regression.
var nist = map[string]func(b []float64, x float64) float64{
	"Misra1a":  func(b []float64, x float64) float64 { return b[0] * (1 - math.Exp(-b[1]*x)) },
	"Misra1b":  func(b []float64, x float64) float64 { return b[0] * (1 - math.Pow(1+b[1]*x/2, -2)) },
	"Misra1c":  func(b []float64, x float64) float64 { return b[0] * (1 - math.Pow(1+2*b[1]*x, -.5)) },
	"Misra1d":  func(b []float64, x float64) float64 { return b[0] * b[1] * x / (1 + b[1]*x) },
	"BoxBOD":   func(b []float64, x float64) float64 { return b[0] * (1 - math.Exp(-b[1]*x)) },
	"DanWood":  func(b []float64, x float64) float64 { return b[0] * math.Pow(x, b[1]) },
	"MGH09":    func(b []float64, x float64) float64 { return b[0] * (x*x + x*b[1]) / (x*x + x*b[2] + b[3]) },
	"Rat42":    func(b []float64, x float64) float64 { return b[0] / (1 + math.Exp(b[1]-b[2]*x)) },
	"Rat43":    func(b []float64, x float64) float64 { return b[0] / math.Pow(1+math.Exp(b[1]-b[2]*x), 1/b[3]) },
	"Chwirut2": func(b []float64, x float64) float64 { return math.Exp(-b[0]*x) / (b[1] + b[2]*x) },
	"Thurber": func(b []float64, x float64) float64 {
		return (b[0] + x*(b[1]+x*(b[2]+x*b[3]))) / (1 + x*(b[4]+x*(b[5]+x*b[6])))
	},
}

func TestNIST(t *testing.T) {
	for name, model := range nist {
		text, err := os.ReadFile(referenceFile(t, "response", "data", name+".dat"))
		if err != nil {
			t.Fatal(err)
		}
		var start, want, errs, x, y []float64
		data := false
		for line := range strings.Lines(string(text)) {
			f := strings.Fields(line)
			switch {
			case len(f) > 2 && f[0] == "Data:" && f[1] == "y":
				data = true
			case data && len(f) == 2:
				row := numbers(t, line)
				y, x = append(y, row[0]), append(x, row[1])
			case len(f) == 6 && f[1] == "=" && f[0][0] == 'b':
				row := numbers(t, strings.Join(f[2:], " "))
				start, want, errs = append(start, row[1]), append(want, row[2]), append(errs, row[3])
			}
		}
		fit, ok := leastCurve(model, x, y, start, nil, nil)
		if !ok || len(want) < 2 || len(x) < 6 {
			t.Errorf("%s: no fit (%d parameters, %d rows)", name, len(want), len(x))
			continue
		}
		for j := range want {
			near(t, name+" b"+strconv.Itoa(j+1), []float64{fit.b[j] / want[j], fit.err[j] / errs[j]}, []float64{1, 1}, 1e-4)
			near(t, name+" b"+strconv.Itoa(j+1), []float64{fit.b[j] / want[j]}, []float64{1}, 1e-6)
		}
	}
}

// Ryegrass: the four-parameter logistic of R drc, b, c, d, e.
func TestRyegrass(t *testing.T) {
	header, rows := table(t, referenceFile(t, "response", "derived", "ryegrass.csv"))
	f, ok := leastCurve(func(b []float64, x float64) float64 { return b[1] + (b[2]-b[1])*(1-Hill(x, b[3], b[0])) },
		columnOf(t, header, rows, "conc"), columnOf(t, header, rows, "rootl"), []float64{2, .3, 7, 2}, nil, nil)
	if !ok {
		t.Fatal("no fit")
	}
	near(t, "ryegrass", f.b, []float64{2.98223, .48141, 7.79296, 3.05796}, 1e-4)
}

func TestHillAndAdstock(t *testing.T) {
	near(t, "adstock", Adstock([]float64{100, 100, 100, 100, 100}, .5), []float64{100, 150, 175, 187.5, 193.75}, 1e-12)
	near(t, "s = ec = 1", []float64{Hill(3, 1, 1)}, []float64{.75}, 1e-12)
	near(t, "s = 0", []float64{Hill(7, 2, 0)}, []float64{.5}, 1e-12)
	near(t, "half", []float64{Hill(2, 2, 3)}, []float64{.5}, 1e-12)

	rng := Rand("hill")
	var x, y, flat []float64
	for range 104 {
		x = append(x, 2000*rng.Float64())
		flat = append(flat, 100+5*rng.NormFloat64())
	}
	for _, a := range Adstock(x, .4) {
		y = append(y, max(0, 300*Hill(a, 900, 1.5)+6*rng.NormFloat64()))
	}
	r := FitResponse(x, y, .9)
	if !r.Warning.None() || r.Carry != .4 || !(r.HalfLow < 900 && 900 < r.HalfHigh) || math.Abs(r.Shape-1.5) > .3 {
		t.Errorf("%+v", r)
	}
	at, w := r.At(600)
	near(t, "steady 600 a week", []float64{at}, []float64{300 * Hill(1000, 900, 1.5)}, 8)
	if !w.None() {
		t.Errorf("%+v", w)
	}
	if _, w := r.At(9000); w.Code != TooFar {
		t.Errorf("beyond the spend seen: %+v", w)
	}
	steady := make([]float64, 104)
	for i := range steady {
		steady[i] = 1000 + 20*rng.NormFloat64()
	}
	if r := FitResponse(steady, flat, .9); r.Warning.Code != Flat || r.Ceiling != 0 {
		t.Errorf("steady spend: %+v", r)
	}
	if r := FitResponse(x[:20], y[:20], .9); r.Warning != (Warning{FewDays, 52, 20}) {
		t.Errorf("20 weeks: %+v", r)
	}
}

func TestElasticity(t *testing.T) {
	rng := Rand("elasticity")
	var spend, y, steady []float64
	for i := range 84 {
		s := 100 * math.Exp(.6*rng.NormFloat64())
		m := 10 * math.Pow(s/100, .5) * []float64{1.1, 1, 1, 1, 1, .8, .9}[i%7]
		spend, y = append(spend, s), append(y, quiet(rng, 1, m, 1.3)[0])
		steady = append(steady, 100+5*rng.NormFloat64())
	}
	e := ElasticityOf(spend, y, 0)
	if !e.Warning.None() || math.Abs(e.Own-.5) > 3*e.OwnErr || !(e.Value > e.Own) || !(e.SD < e.OwnErr) {
		t.Errorf("%+v", e)
	}
	scaled := make([]float64, len(spend))
	for i := range spend {
		scaled[i] = spend[i] * 655.957
	}
	near(t, "another currency", []float64{ElasticityOf(scaled, y, 0).Value}, []float64{e.Value}, 1e-9)
	for _, c := range []struct {
		e    Elasticity
		code Code
	}{{ElasticityOf(steady, y, 0), Steady}, {ElasticityOf(spend[:50], y[:50], 0), FewDays}, {ElasticityOf(spend, make([]float64, 84), 0), FewEvents}, {ElasticityOf(spend, y[1:], 0), BadInput}} {
		if c.e.Warning.Code != c.code || c.e.Value != ElasticityMean || c.e.SD != ElasticitySD {
			t.Errorf("want %s: %+v", c.code, c.e)
		}
	}
}

func FuzzResponse(f *testing.F) {
	f.Add(20.0, 200.0, 60.0, .9)
	f.Add(0.0, 1e300, 1e-300, .5)
	f.Add(math.NaN(), -1.0, math.Inf(1), 1.0)
	f.Fuzz(func(t *testing.T, a, b, c, conf float64) {
		var x, y []float64
		for i := range 60 {
			k := float64(i * 37 % 11)
			x, y = append(x, a*k+b), append(y, c*k)
		}
		e := ElasticityOf(x, y, 2)
		allFinite(t, "elasticity", e.Value, e.SD, e.Own, e.OwnErr)
		r := FitResponse(x, y, conf)
		allFinite(t, "response", r.Ceiling, r.Half, r.Shape, r.HalfLow, r.HalfHigh, r.Error)
		v, _ := r.At(a)
		allFinite(t, "at", v)
	})
}
