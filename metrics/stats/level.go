package stats

import "math"

// levelFit is a level that wanders, with regressors (Harvey 1989; Durbin &
// Koopman 2012, ch. 2): y = μ + x·b + ε, μ(t+1) = μ(t) + η.
type levelFit struct {
	noise, drift float64 // variances of ε and η
	b            []float64
	cov          [][]float64 // of b, before the noise
	at           float64     // level of y after the last day, x·b not taken off
	atX          []float64   // the same filter's level of each regressor
	known        float64     // variance of the level, as a share of the noise
	innovations  []float64   // standardised one-step errors
	likelihood   float64     // diffuse
}

// fitLevel fits it by maximum likelihood, the first value taken as it is for
// the level (diffuse). For a given ratio of drift to noise the filter is
// linear: y and each regressor pass through it, and b is the least-squares fit
// of their innovations. The ratio is searched on the logarithmic scale.
func fitLevel(y []float64, x [][]float64) (f levelFit, ok bool) {
	k := 0
	if len(x) > 0 {
		k = len(x[0])
	}
	n := len(y) - 1 // innovations
	if n <= k+2 {
		return f, false
	}
	filter := func(q float64) (levelFit, bool) {
		f := levelFit{known: 1, at: y[0]}
		if k > 0 {
			f.atX = append([]float64{}, x[0]...)
		}
		var vy, w []float64
		var vx [][]float64
		logs := 0.0
		for t := 1; t <= n; t++ {
			before := f.known + q
			variance := before + 1
			gain := before / variance
			root := math.Sqrt(variance)
			v := y[t] - f.at
			f.at += gain * v
			row := make([]float64, k)
			for j := range k {
				d := x[t][j] - f.atX[j]
				row[j] = d / root
				f.atX[j] += gain * d
			}
			f.known = gain
			vy, vx, w = append(vy, v/root), append(vx, row), append(w, 1)
			logs += math.Log(variance)
		}
		if k > 0 {
			var ok bool
			if f.b, f.cov, ok = weighted(vx, vy, w); !ok {
				return f, false
			}
		}
		squares := 0.0
		for t := range vy {
			e := vy[t]
			for j := range k {
				e -= f.b[j] * vx[t][j]
			}
			f.innovations = append(f.innovations, e)
			squares += e * e
		}
		if !(squares > 0) || math.IsInf(squares, 0) {
			return f, false
		}
		m := float64(n)
		f.noise = squares / (m - float64(k))
		f.drift = q * f.noise
		f.likelihood = -0.5 * (m*math.Log(squares/m) + logs + m*(1+math.Log(2*math.Pi)))
		for t := range f.innovations {
			f.innovations[t] /= math.Sqrt(f.noise)
		}
		return f, true
	}
	best := climb(func(v []float64) float64 {
		if f, ok := filter(math.Exp(v[0])); ok {
			return f.likelihood
		}
		return math.Inf(-1)
	}, []float64{-3}, []float64{-16}, []float64{6})
	return filter(math.Exp(best[0]))
}

// ahead predicts the mean of the days whose regressors have a mean, the first
// of them gap+1 days after the last one fitted, and its standard error.
func (f levelFit) ahead(mean []float64, gap, days int) (value, se float64) {
	value = f.at
	d := make([]float64, len(mean))
	for j, v := range mean {
		d[j] = v - f.atX[j]
		value += d[j] * f.b[j]
	}
	// Each day's step of the level acts on the days that follow it.
	m, wander := float64(days), float64(gap)
	for i := range days {
		s := (m - float64(i)) / m
		wander += s * s
	}
	v := f.noise*(1/m+f.known) + f.drift*wander
	for i := range d {
		for j := range d {
			v += f.noise * d[i] * f.cov[i][j] * d[j]
		}
	}
	return value, math.Sqrt(max(0, v))
}
