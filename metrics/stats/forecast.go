package stats

import (
	"math"
	"math/rand/v2"
)

// Forecasts of a series beside which Ahead is judged, and the measures of
// their errors. They take any period: 7 for days, 12 for months, 1 for none.

// SeasonalNaive repeats the last period.
func SeasonalNaive(y []float64, period, ahead int) ([]float64, Warning) {
	if period < 1 || ahead < 0 {
		return nil, Warning{Code: BadInput}
	}
	if len(y) < period {
		return nil, Warning{FewDays, float64(period), float64(len(y))}
	}
	out := make([]float64, ahead)
	for h := range out {
		out[h] = y[len(y)-period+h%period]
	}
	return out, Warning{}
}

// Naive2 repeats the last value, with the season put back where there is one:
// the yardstick of the M competitions (Makridakis & Hibon 2000). A season is
// taken for real where the autocorrelation at its lag passes a 90 % test, and
// is estimated by classical multiplicative decomposition; it needs three
// periods, and values above 0.
func Naive2(y []float64, period, ahead int) ([]float64, Warning) {
	if period < 1 || ahead < 0 || !amounts(y...) {
		return nil, Warning{Code: BadInput}
	}
	if len(y) == 0 {
		return nil, Warning{FewDays, 1, 0}
	}
	season, flat := deseason(y, period)
	out := make([]float64, ahead)
	for h := range out {
		out[h] = flat[len(y)-1] * season[(len(y)+h)%period]
	}
	return out, Warning{}
}

// Theta is the classical Theta forecast (Assimakopoulos & Nikolopoulos 2000;
// Hyndman & Billah 2003): the mean of the straight line of the season-free
// series and of exponential smoothing of its double curvature, 2y − line, α by
// least squares. It needs four values; below 0 it is cut.
func Theta(y []float64, period, ahead int) ([]float64, Warning) {
	const least = 4
	if period < 1 || ahead < 0 || !amounts(y...) {
		return nil, Warning{Code: BadInput}
	}
	n := len(y)
	if n < least {
		return nil, Warning{FewDays, least, float64(n)}
	}
	season, flat := deseason(y, period)
	// The straight line a + b·t.
	mt, my := float64(n-1)/2, 0.0
	for _, v := range flat {
		my += v / float64(n)
	}
	a, b := 0.0, 0.0
	for t, v := range flat {
		a += (float64(t) - mt) * (float64(t) - mt)
		b += (float64(t) - mt) * (v - my)
	}
	b /= a
	line := func(t int) float64 { return my + b*(float64(t)-mt) }
	level, best := 0.0, math.Inf(1)
	for k := 1; k < 100; k++ {
		alpha := float64(k) / 100
		l, sse := 2*flat[0]-line(0), 0.0
		for t := 1; t < n; t++ {
			e := 2*flat[t] - line(t) - l
			sse += e * e
			l += alpha * e
		}
		if sse < best {
			best, level = sse, l
		}
	}
	out := make([]float64, ahead)
	for h := range out {
		v := max(0, (level+line(n+h))/2) * season[(n+h)%period]
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return nil, Warning{Code: NotNumeric}
		}
		out[h] = v
	}
	return out, Warning{}
}

// deseason splits a series into a season of mean 1 that begins at its first
// value and the rest; without a season worth it, the season is 1.
func deseason(y []float64, period int) (season, flat []float64) {
	n := len(y)
	season = make([]float64, period)
	for j := range season {
		season[j] = 1
	}
	if !hasSeason(y, period) {
		return season, y
	}
	sum, count := make([]float64, period), make([]float64, period)
	half := period / 2
	for t := half; t+half < n; t++ { // centred moving average
		m := 0.0
		for k := -half; k <= half; k++ {
			w := 1.0
			if period%2 == 0 && (k == -half || k == half) {
				w = 0.5
			}
			m += w * y[t+k] / float64(period)
		}
		sum[t%period] += y[t] / m
		count[t%period]++
	}
	total := 0.0
	for j := range season {
		season[j] = sum[j] / count[j]
		total += season[j]
	}
	for j := range season {
		season[j] *= float64(period) / total
	}
	flat = make([]float64, n)
	for t, v := range y {
		flat[t] = v / season[t%period]
	}
	return season, flat
}

// hasSeason tests the autocorrelation at the period's lag at 90 % (Bartlett's
// error), as in the M3 and M4 competitions.
func hasSeason(y []float64, period int) bool {
	n := len(y)
	if period < 2 || n < 3*period {
		return false
	}
	mean, most := 0.0, 0.0
	for _, v := range y {
		mean += v / float64(n)
		most = max(most, v)
		if !(v > 0) {
			return false
		}
	}
	r := make([]float64, period+1)
	for k := range r {
		for t := k; t < n; t++ {
			r[k] += (y[t]/most - mean/most) * (y[t-k]/most - mean/most)
		}
	}
	s := 1.0
	for k := 1; k < period; k++ {
		s += 2 * r[k] / r[0] * r[k] / r[0]
	}
	return math.Abs(r[period]/r[0]) > normal(0.90)*math.Sqrt(s/float64(n))
}

// SMAPE is the mean of 200·|y−f| ÷ (y+f), in percent; a day on which both are 0
// is no error. It is 0 without a value.
func SMAPE(y, f []float64) float64 {
	s, n := 0.0, min(len(y), len(f))
	for i := range n {
		if d := math.Abs(y[i]) + math.Abs(f[i]); d > 0 {
			s += 200 * math.Abs(y[i]-f[i]) / d / float64(n)
		}
	}
	return s
}

// Backtest is how a forecast of totals did on days already known.
type Backtest struct {
	Origins int // days from which the days ahead were forecast
	// Mean absolute errors of the total as a share of what it was: of Ahead, of
	// repeating the last week, and of Theta.
	Error, Naive, Theta float64
	Bias                float64 // mean of forecast ÷ total − 1
	Coverage            float64 // share of totals within the 80 % range
	Pinball             float64 // mean pinball loss of its two bounds, as a share of the total
	// NaiveBetter says that repeating the last week did better than Ahead.
	NaiveBetter bool
	Warning     Warning
}

const (
	backtestLeast   = 28 // days before the first origin
	backtestOrigins = 3
	backtestMost    = 12
)

// BacktestAhead forecasts totals of days already known, from earlier ones
// (rolling origin), and says how far off they were. Origins are spread evenly
// after the 28th day, twelve at most, so that their days ahead overlap in a
// short series: Coverage then rests on less than Origins seems to say. It needs
// three origins with something to forecast. The first day falls on the weekday
// given.
func BacktestAhead(y []float64, first, ahead int, rng *rand.Rand) Backtest {
	if !amounts(y...) || ahead < 1 || first < 0 || first > 6 {
		return Backtest{Warning: Warning{Code: BadInput}}
	}
	last := len(y) - ahead
	if n := last - backtestLeast + 1; n < backtestOrigins {
		return Backtest{Warning: Warning{FewDays, float64(backtestLeast + ahead + backtestOrigins - 1), float64(len(y))}}
	}
	var b Backtest
	tail := (1 - OutlookConfidence) / 2
	count := min(backtestMost, last-backtestLeast+1)
	for k := range count {
		at := backtestLeast + k*(last-backtestLeast)/max(1, count-1)
		truth := total(y[at : at+ahead])
		o := Ahead(y[:at], first, ahead, rng)
		naive, w := SeasonalNaive(y[:at], 7, ahead)
		theta, w2 := Theta(y[:at], 7, ahead)
		if truth == 0 || !o.Warning.None() || !w.None() || !w2.None() {
			continue
		}
		low, mid, high := o.Low[ahead-1], o.Mid[ahead-1], o.High[ahead-1]
		b.Origins++
		b.Error += math.Abs(mid/truth - 1)
		b.Bias += mid/truth - 1
		b.Naive += math.Abs(total(naive)/truth - 1)
		b.Theta += math.Abs(total(theta)/truth - 1)
		if low <= truth && truth <= high {
			b.Coverage++
		}
		b.Pinball += (pinball(truth, low, tail) + pinball(truth, high, 1-tail)) / 2 / truth
	}
	if b.Origins < backtestOrigins {
		return Backtest{Warning: Warning{FewDays, backtestOrigins, float64(b.Origins)}}
	}
	for _, v := range []*float64{&b.Error, &b.Bias, &b.Naive, &b.Theta, &b.Coverage, &b.Pinball} {
		if *v /= float64(b.Origins); math.IsNaN(*v) || math.IsInf(*v, 0) {
			return Backtest{Warning: Warning{Code: NotNumeric}}
		}
	}
	b.NaiveBetter = b.Naive < b.Error
	return b
}

func total(vs []float64) (t float64) {
	for _, v := range vs {
		t += v
	}
	return t
}

// pinball is the loss of a quantile p forecast as q (Koenker & Bassett 1978).
func pinball(y, q, p float64) float64 {
	if y >= q {
		return p * (y - q)
	}
	return (1 - p) * (q - y)
}
