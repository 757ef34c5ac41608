package stats

import (
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/optimize"
)

// ETS is an exponential-smoothing model in state-space form (Hyndman, Koehler,
// Ord & Snyder 2008): a level, maybe a trend and a season, and an error that
// is added (A) or in proportion to the forecast (M).
type ETS struct {
	Error  byte // 'A' or 'M'
	Trend  byte // 'N' or 'A'; damped where Phi is under 1
	Season byte // 'N', 'A' or 'M'
	Period int  // 1 without a season

	Alpha, Beta, Gamma, Phi float64
	Level, Slope            float64   // before the first value
	Seasons                 []float64 // before the first value: the last is the first value's

	LogLikelihood float64 // less a constant: −½(n·ln Σe² + 2·Σ ln|forecast| for M)
	AICc          float64
	Sigma2        float64 // Σe² ÷ (n − parameters), of relative errors for M
	Fitted        []float64
	Warning       Warning

	level, slope float64 // after the last value
	seasons      []float64
}

const (
	etsPeriods = 8
	etsLeast   = 10
	etsPaths   = 2000
)

// parameters is how many were estimated, the first states included.
func (m ETS) parameters() int {
	k := 2 // alpha, level
	if m.Trend == 'A' {
		k += 2
		if m.Phi < 1 {
			k++
		}
	}
	if m.Season != 'N' {
		k += m.Period // gamma, and one less than the seasons, which are known but for their mean
	}
	return k
}

// forecast is one step ahead of the states.
func (m *ETS) forecast() float64 {
	q := m.level + m.Phi*m.slope
	switch m.Season {
	case 'A':
		return q + m.seasons[m.Period-1]
	case 'M':
		return q * m.seasons[m.Period-1]
	}
	return q
}

// update moves the states with a value.
func (m *ETS) update(y float64) {
	q, p := m.level+m.Phi*m.slope, y
	switch m.Season {
	case 'A':
		p = y - m.seasons[m.Period-1]
	case 'M':
		p = y / m.seasons[m.Period-1]
	}
	before := m.level
	m.level = q + m.Alpha*(p-q)
	if m.Trend == 'A' {
		m.slope = m.Phi*m.slope + m.Beta/m.Alpha*(m.level-before-m.Phi*m.slope)
	}
	if m.Season != 'N' {
		old := m.seasons[m.Period-1]
		now := y - q
		if m.Season == 'M' {
			now = y / q
		}
		copy(m.seasons[1:], m.seasons[:m.Period-1])
		m.seasons[0] = old + m.Gamma*(now-old)
	}
}

// run passes a series through the model and sets what is known of the fit;
// false where a forecast is not a number or, for M, not above 0.
func (m *ETS) run(y []float64) bool {
	m.level, m.slope, m.seasons = m.Level, m.Slope, slices.Clone(m.Seasons)
	m.Fitted = m.Fitted[:0]
	squares, logs := 0.0, 0.0
	for _, v := range y {
		f := m.forecast()
		e := v - f
		if m.Error == 'M' {
			if !(f > 0) {
				return false
			}
			e /= f
			logs += math.Log(f)
		}
		squares += e * e
		m.Fitted = append(m.Fitted, f)
		m.update(v)
	}
	n, k := float64(len(y)), float64(m.parameters())
	m.LogLikelihood = -0.5 * (n*math.Log(max(squares, 1e-300)) + 2*logs)
	m.Sigma2 = squares / (n - k)
	k++ // the variance
	m.AICc = -2*m.LogLikelihood + 2*k + 2*k*(k+1)/(n-k-1)
	return !math.IsNaN(m.LogLikelihood) && !math.IsInf(m.LogLikelihood, 0) && !math.IsInf(m.Sigma2, 0)
}

// FitETS fits the models ANN, AAN, AAdN and with a season ANA, AAA, AAdA, MNM,
// MAM, MAdM by maximum likelihood (Nelder & Mead, from classical first states),
// and returns the one of least AICc. Period is 7 for days, 1 for no season.
//
// It needs eight periods and ten values; values must be amounts, and above 0
// for M to be tried. It is for series with many events a day (a whole account);
// for one campaign's spend Ahead covers better.
func FitETS(y []float64, period int) ETS {
	if period < 1 || !amounts(y...) {
		return ETS{Warning: Warning{Code: BadInput}}
	}
	if least := max(etsLeast, etsPeriods*period); len(y) < least {
		return ETS{Warning: Warning{FewDays, float64(least), float64(len(y))}}
	}
	best := ETS{Warning: Warning{Code: NotNumeric}}
	for _, season := range []byte{'N', 'A', 'M'} {
		if season != 'N' && period == 1 || season == 'M' && slices.Min(y) <= 0 {
			continue
		}
		for _, trend := range []string{"N", "A", "Ad"} {
			m := ETS{Error: 'A', Trend: trend[0], Season: season, Period: 1, Phi: 1}
			if season != 'N' {
				m.Period = period
			}
			if season == 'M' {
				m.Error = 'M'
			}
			if trend == "Ad" {
				m.Phi = 0.9
			}
			if len(y) < m.parameters()+4 || !m.fit(y) {
				continue
			}
			if !best.Warning.None() || m.AICc < best.AICc {
				best = m
			}
		}
	}
	for _, v := range append([]float64{best.AICc, best.Sigma2, best.level, best.slope}, best.Fitted...) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return ETS{Warning: Warning{Code: NotNumeric}}
		}
	}
	return best
}

// fit estimates the parameters and first states of a model of a given form.
func (m *ETS) fit(y []float64) bool {
	scale := total(y) / float64(len(y))
	if scale == 0 {
		return false
	}
	z := make([]float64, len(y)) // in units of the mean
	for i := range y {
		z[i] = y[i] / scale
	}
	m.start(z)
	damped := m.Phi < 1
	// The free parameters: smoothing on the logistic scale within the usual
	// bounds (β < α, γ < 1 − α, φ from 0.8 to 0.98), then the states.
	between := func(x, low, high float64) float64 { return low + (high-low)/(1+math.Exp(-x)) }
	set := func(x []float64) {
		i := 0
		next := func() float64 { i++; return x[i-1] }
		m.Alpha = between(next(), 1e-4, 0.9999)
		m.Level = next()
		if m.Trend == 'A' {
			m.Beta = between(next(), 1e-4, m.Alpha)
			m.Slope = next()
			if damped {
				m.Phi = between(next(), 0.8, 0.98)
			}
		}
		if m.Season != 'N' {
			m.Gamma = between(next(), 1e-4, 1-m.Alpha)
			rest := 0.0 // seasons add up to 0, or to the period
			if m.Season == 'M' {
				rest = float64(m.Period)
			}
			for j := range m.Period - 1 {
				m.Seasons[j] = next()
				rest -= m.Seasons[j]
			}
			m.Seasons[m.Period-1] = rest
		}
	}
	x := []float64{-1, m.Level}
	if m.Trend == 'A' {
		if x = append(x, -2, m.Slope); damped {
			x = append(x, 1)
		}
	}
	if m.Season != 'N' {
		x = append(append(x, -2), m.Seasons[:m.Period-1]...)
	}
	cost := func(x []float64) float64 {
		if set(x); m.run(z) {
			return -m.LogLikelihood
		}
		return 1e10
	}
	for range 3 { // begun again: the simplex may have shrunk too early
		r, err := optimize.Minimize(optimize.Problem{Func: cost}, x, &optimize.Settings{MajorIterations: 200 * len(x), Converger: &optimize.FunctionConverge{Absolute: 1e-9, Iterations: 100}},
			&optimize.NelderMead{SimplexSize: 0.2})
		if r == nil || err != nil && r.X == nil {
			return false
		}
		x = r.X
	}
	set(x)
	m.Level, m.Slope = m.Level*scale, m.Slope*scale
	if m.Season == 'A' {
		for j := range m.Seasons {
			m.Seasons[j] *= scale
		}
	}
	return m.run(y)
}

// start sets classical first states: the mean of the first period, the slope to
// the second, and the mean distance of each season from its period.
func (m *ETS) start(z []float64) {
	if m.Season == 'N' {
		m.Level = z[0]
		if m.Trend == 'A' {
			m.Slope = (z[etsLeast-1] - z[0]) / (etsLeast - 1)
		}
		return
	}
	p := m.Period
	whole := len(z) / p
	mean := func(k int) float64 { return total(z[k*p:(k+1)*p]) / float64(p) }
	m.Level = mean(0)
	if m.Trend == 'A' {
		m.Slope = (mean(whole-1) - mean(0)) / float64((whole-1)*p)
	}
	m.Seasons = make([]float64, p)
	for k := range whole {
		for j := range p {
			v := z[k*p+j] - mean(k)
			if m.Season == 'M' {
				v = z[k*p+j] / mean(k)
			}
			m.Seasons[p-1-j] += v / float64(whole)
		}
	}
}

// Ahead forecasts the values that follow, with the interval of 2,000 simulated
// paths: errors are normal, and values are cut at 0. The value is the point
// forecast, all errors 0.
func (m ETS) Ahead(ahead int, conf float64, rng *rand.Rand) []Estimate {
	if !m.Warning.None() || ahead < 0 || !proper(conf, 1) {
		return nil
	}
	copied := func() ETS {
		c := m
		c.seasons = slices.Clone(m.seasons)
		return c
	}
	out, paths := make([]Estimate, ahead), make([][]float64, ahead)
	point := copied()
	for h := range out {
		out[h].Value = max(0, point.forecast())
		point.update(point.forecast())
	}
	sigma := math.Sqrt(m.Sigma2)
	for range etsPaths {
		c := copied()
		for h := range out {
			f := c.forecast()
			e := sigma * rng.NormFloat64()
			if m.Error == 'M' {
				e *= f
			}
			y := f + e
			if m.Error == 'M' {
				y = max(1e-9*m.level, y)
			}
			paths[h] = append(paths[h], max(0, y))
			c.update(y)
		}
	}
	for h, at := range paths {
		slices.Sort(at)
		out[h].Low, out[h].High = Quantile(at, (1-conf)/2), Quantile(at, (1+conf)/2)
		if e := out[h]; math.IsNaN(e.Value+e.Low+e.High) || math.IsInf(e.Value+e.High, 0) {
			return nil
		}
	}
	return out
}
