package stats

import (
	"encoding/csv"
	"math"
	"os"
	"slices"
	"strings"
	"testing"
)

// The M3 competition: what the archived forecasts score, and what ours do.
func TestM3(t *testing.T) {
	f, err := os.Open(referenceFile(t, "forecast", "derived", "m3_series.csv"))
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	series, err := csv.NewReader(f).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	_, theta := table(t, referenceFile(t, "forecast", "derived", "m3_forecast_THETA.csv"))
	_, naive2 := table(t, referenceFile(t, "forecast", "derived", "m3_forecast_NAIVE2.csv"))
	periods := map[string]int{"YEARLY": 1, "QUARTERLY": 4, "MONTHLY": 12, "OTHER": 1}
	var score [4]float64 // Theta archived and ours, Naive2 archived and ours
	values, same := 0.0, 0
	for i, s := range series[1:] {
		in, out := numbers(t, strings.ReplaceAll(s[5], ";", " ")), numbers(t, strings.ReplaceAll(s[6], ";", " "))
		ours, w := Theta(in, periods[s[1]], len(out))
		plain, w2 := Naive2(in, periods[s[1]], len(out))
		if !w.None() || !w2.None() {
			t.Fatal(s[0], w, w2)
		}
		n := float64(len(out))
		score[0] += n * SMAPE(out, theta[i])
		score[1] += n * SMAPE(out, ours)
		score[2] += n * SMAPE(out, naive2[i])
		score[3] += n * SMAPE(out, plain)
		values += n
		if math.Abs(plain[0]/naive2[i][0]-1) < .005 {
			same++
		}
	}
	for k := range score {
		score[k] /= values
	}
	t.Logf("sMAPE: Theta archived %.3f, ours %.3f; Naive2 archived %.3f, ours %.3f; %d of 3003 the same", score[0], score[1], score[2], score[3], same)
	near(t, "archived Theta, Naive2", []float64{score[0], score[2]}, []float64{13.051, 15.462}, .002)
	near(t, "our Theta", score[1:2], []float64{13.10}, .1)
	near(t, "our Naive2", score[3:], []float64{15.462}, .1)
}

func TestForecasts(t *testing.T) {
	week := []float64{120, 120, 120, 120, 120, 60, 40}
	var y, line []float64
	for i := range 35 {
		y = append(y, week[i%7])
		line = append(line, 10+2*float64(i))
	}
	for name, f := range map[string]func([]float64, int, int) ([]float64, Warning){"seasonal naive": SeasonalNaive, "Naive2": Naive2, "Theta": Theta} {
		got, w := f(y, 7, 9)
		if !w.None() {
			t.Fatal(name, w)
		}
		near(t, name, got, append(slices.Clone(week), 120, 120), 2)
		scaled := make([]float64, len(y))
		for i := range y {
			scaled[i] = y[i] * 1e6
		}
		big, _ := f(scaled, 7, 9)
		for i := range big {
			big[i] /= 1e6
		}
		near(t, name+" in another unit", big, got, 1e-6)
		if _, w := f(nil, 7, 3); w.Code != FewDays {
			t.Errorf("%s of nothing: %+v", name, w)
		}
	}
	got, _ := Theta(line, 1, 2)
	near(t, "half the slope of a line", got, []float64{78 + 1, 78 + 2}, 1.1)
	near(t, "sMAPE", []float64{SMAPE([]float64{100, 0}, []float64{50, 0})}, []float64{200. / 3 / 2}, 1e-9)
	near(t, "pinball", []float64{pinball(10, 6, .9), pinball(6, 10, .9)}, []float64{3.6, .4}, 1e-12)
}

func TestPlanned(t *testing.T) {
	rng := Rand("planned")
	var y []float64
	for range 42 {
		y = append(y, 100*math.Exp(.15*rng.NormFloat64()))
	}
	plan := make([]Planned, 10)
	usual := AheadPlanned(y, 0, plan, Rand("p"))
	for i := range plan {
		plan[i].Change = -.5
	}
	half := AheadPlanned(y, 0, plan, Rand("p"))
	near(t, "half of each day", []float64{half.Mid[9], half.Low[9], half.Linear}, []float64{usual.Mid[9] / 2, usual.Low[9] / 2, usual.Linear / 2}, 1e-9)
	for i := range plan {
		plan[i] = Planned{Cap: 80}
	}
	capped := AheadPlanned(y, 0, plan, Rand("p"))
	if capped.High[9] > 800+1e-9 || capped.High[9]-capped.Low[9] > (usual.High[9]-usual.Low[9])/2 || capped.Linear > 800 {
		t.Errorf("capped: %v to %v, usual %v to %v", capped.Low[9], capped.High[9], usual.Low[9], usual.High[9])
	}
	e, wide := usual.Total(.8), usual.Total(.95)
	near(t, "80 %", []float64{e.Low, e.Value, e.High}, []float64{usual.Low[9], usual.Mid[9], usual.High[9]}, 1e-9)
	if !(wide.Low < e.Low && e.High < wide.High) {
		t.Errorf("95 %%: %+v", wide)
	}
	if o := AheadPlanned(y, 0, []Planned{{Change: -1.5}}, Rand("p")); o.Warning.Code != BadInput {
		t.Errorf("less than nothing: %+v", o.Warning)
	}

	b := BacktestAhead(y, 0, 7, Rand("b"))
	if !b.Warning.None() || b.Origins != 8 || b.NaiveBetter != (b.Naive < b.Error) || !(b.Error < .1) || !(b.Naive < .2) || !(b.Pinball > 0) {
		t.Errorf("%+v", b)
	}
	if w := BacktestAhead(y[:36], 0, 7, Rand("b")).Warning; w != (Warning{FewDays, 37, 36}) {
		t.Errorf("36 days: %+v", w)
	}
}

func FuzzForecast(f *testing.F) {
	f.Add(20.0, 200.0, 60.0)
	f.Add(0.0, 1e300, 1e-300)
	f.Add(1e308, 1e308, 1e308)
	f.Fuzz(func(t *testing.T, a, b, c float64) {
		var y []float64
		for i := range 50 {
			y = append(y, []float64{a, b, c, 3, b, a + c}[i*5%6])
		}
		for _, f := range []func([]float64, int, int) ([]float64, Warning){Naive2, Theta} {
			v, _ := f(y, 7, 9)
			if amounts(y...) {
				allFinite(t, "forecast", v...)
			}
		}
		r := BacktestAhead(y, 2, 7, Rand("f"))
		allFinite(t, "backtest", r.Error, r.Naive, r.Theta, r.Bias, r.Coverage, r.Pinball)
	})
}
