package stats

import "math"

// fitted is a linear model fitted by least squares, or by them repeatedly.
type fitted struct {
	b     []float64   // coefficients
	cov   [][]float64 // their covariance before the dispersion
	mean  []float64   // fitted values
	resid []float64   // Pearson residuals
	phi   float64     // Σ resid² ÷ (rows − coefficients); a variance for least squares
}

// se is the standard error of a combination of coefficients.
func (m fitted) se(c []float64) float64 {
	v := 0.0
	for i := range c {
		for j := range c {
			v += c[i] * m.cov[i][j] * c[j]
		}
	}
	return math.Sqrt(max(0, v) * m.phi)
}

// predict is the linear predictor of a row.
func (m fitted) predict(row []float64) float64 {
	s := 0.0
	for j, v := range row {
		s += v * m.b[j]
	}
	return s
}

// weighted solves the normal equations XᵀWX·b = XᵀWz by Cholesky; false where
// columns say the same thing. Columns are scaled first, so that units do not
// matter.
func weighted(x [][]float64, z, w []float64) (b []float64, cov [][]float64, ok bool) {
	p := len(x[0])
	scale := make([]float64, p)
	for _, row := range x {
		for j, v := range row {
			scale[j] = max(scale[j], math.Abs(v))
		}
	}
	a, r := make([][]float64, p), make([]float64, p)
	for i := range a {
		if scale[i] == 0 {
			return nil, nil, false
		}
		a[i] = make([]float64, p)
	}
	for t, row := range x {
		for i := range p {
			r[i] += w[t] * row[i] / scale[i] * z[t]
			for j := range i + 1 {
				a[i][j] += w[t] * row[i] / scale[i] * row[j] / scale[j]
			}
		}
	}
	inv, ok := invert(a)
	if !ok {
		return nil, nil, false
	}
	b = make([]float64, p)
	for i := range p {
		for j := range p {
			b[i] += inv[i][j] * r[j]
			inv[i][j] /= scale[i] * scale[j]
		}
		b[i] /= scale[i]
	}
	return b, inv, true
}

// invert inverts a symmetric positive definite matrix given by its lower half.
func invert(a [][]float64) ([][]float64, bool) {
	p := len(a)
	l, inv := make([][]float64, p), make([][]float64, p)
	for i := range p {
		l[i], inv[i] = make([]float64, p), make([]float64, p)
		for j := range i + 1 {
			s := a[i][j]
			for k := range j {
				s -= l[i][k] * l[j][k]
			}
			if i > j {
				l[i][j] = s / l[j][j]
				continue
			}
			if !(s > 1e-12*a[i][i]) || math.IsInf(s, 0) {
				return nil, false
			}
			l[i][i] = math.Sqrt(s)
		}
	}
	for c := range p { // L·y = e, then Lᵀ·x = y
		col := make([]float64, p)
		for i := range p {
			if i == c {
				col[i] = 1
			}
			for k := range i {
				col[i] -= l[i][k] * col[k]
			}
			col[i] /= l[i][i]
		}
		for i := p - 1; i >= 0; i-- {
			for k := i + 1; k < p; k++ {
				col[i] -= l[k][i] * col[k]
			}
			col[i] /= l[i][i]
			inv[i][c] = col[i]
		}
	}
	return inv, true
}

// leastSquares fits y = X·b.
func leastSquares(x [][]float64, y []float64) (m fitted, ok bool) {
	if len(y) <= len(x[0]) {
		return m, false
	}
	w := make([]float64, len(y))
	for i := range w {
		w[i] = 1
	}
	if m.b, m.cov, ok = weighted(x, y, w); !ok {
		return m, false
	}
	for i, row := range x {
		m.mean = append(m.mean, m.predict(row))
		m.resid = append(m.resid, y[i]-m.mean[i])
		m.phi += m.resid[i] * m.resid[i] / float64(len(y)-len(m.b))
	}
	return m, !math.IsNaN(m.phi) && !math.IsInf(m.phi, 0)
}

// reweighted fits a generalised linear model by iterated least squares
// (McCullagh & Nelder 1989, 2.5): link gives the mean of a linear predictor,
// its derivative, and the variance before the dispersion, for row i.
func reweighted(x [][]float64, y, start []float64, link func(i int, eta float64) (mean, slope, variance float64)) (m fitted, ok bool) {
	n := len(y)
	if n <= len(x[0]) {
		return m, false
	}
	eta := append([]float64{}, start...)
	z, w := make([]float64, n), make([]float64, n)
	for range 50 {
		for i := range y {
			mean, slope, variance := link(i, eta[i])
			if !(variance > 0) || !(slope > 0) || math.IsInf(variance, 0) {
				return m, false
			}
			z[i] = eta[i] + (y[i]-mean)/slope
			w[i] = slope * slope / variance
		}
		if m.b, m.cov, ok = weighted(x, z, w); !ok {
			return m, false
		}
		moved := 0.0
		for i, row := range x {
			next := m.predict(row)
			moved = max(moved, math.Abs(next-eta[i]))
			eta[i] = next
		}
		if math.IsNaN(moved) || moved > 1e6 {
			return m, false
		}
		if moved > 1e-9 {
			continue
		}
		m.mean, m.resid = make([]float64, n), make([]float64, n)
		for i := range y {
			mean, _, variance := link(i, eta[i])
			m.mean[i], m.resid[i] = mean, (y[i]-mean)/math.Sqrt(variance)
			m.phi += m.resid[i] * m.resid[i] / float64(n-len(m.b))
		}
		m.phi = max(1, m.phi)
		return m, !math.IsNaN(m.phi) && !math.IsInf(m.phi, 0)
	}
	return m, false
}

// quasiPoisson fits log(mean/n) = X·b with variance φ·mean; φ is at least 1.
func quasiPoisson(x [][]float64, y, n []float64) (fitted, bool) {
	start := make([]float64, len(y))
	for i := range y {
		start[i] = math.Log((y[i] + 0.5) / n[i])
	}
	return reweighted(x, y, start, func(i int, eta float64) (mean, slope, variance float64) {
		mean = n[i] * math.Exp(eta)
		return mean, mean, mean
	})
}

// quasiBinomial fits the share y of trials with log(odds/ratio) = X·b and
// variance φ·trials·share·(1−share); φ is at least 1.
func quasiBinomial(x [][]float64, y, trials, ratio []float64) (fitted, bool) {
	start := make([]float64, len(y))
	for i := range y {
		start[i] = math.Log((y[i] + 0.5) / (trials[i] - y[i] + 0.5) / ratio[i])
	}
	return reweighted(x, y, start, func(i int, eta float64) (mean, slope, variance float64) {
		p := 1 / (1 + math.Exp(-eta)/ratio[i])
		v := trials[i] * p * (1 - p)
		return trials[i] * p, v, v
	})
}

// follows is how much residuals in order of time repeat each other: their
// autocorrelation at lag 1, between 0 and 0.8, corrected for what fitting a
// level takes from it.
func follows(resid []float64) float64 {
	a, b := 0.0, 0.0
	for i, r := range resid {
		b += r * r
		if i > 0 {
			a += r * resid[i-1]
		}
	}
	if !(b > 1e-18*float64(len(resid))) { // an exact fit: only rounding is left
		return 0
	}
	r := a / b
	return min(0.8, max(0, r+(1+3*r)/float64(len(resid))))
}

// widen is how much longer an interval gets when days follow each other.
func widen(rho float64) float64 { return math.Sqrt((1 + rho) / (1 - rho)) }

// ljungBox is the p of "the residuals do not follow each other" from their
// autocorrelations up to a lag (Ljung & Box 1978), and the statistic.
func ljungBox(resid []float64, lags int) (q, p float64) {
	n, b := float64(len(resid)), 0.0
	mean := total(resid) / n
	for _, r := range resid {
		b += (r - mean) * (r - mean)
	}
	if b == 0 || lags < 1 || lags >= len(resid) {
		return 0, 1
	}
	for k := 1; k <= lags; k++ {
		a := 0.0
		for i := k; i < len(resid); i++ {
			a += (resid[i] - mean) * (resid[i-k] - mean)
		}
		q += n * (n + 2) * (a / b) * (a / b) / (n - float64(k))
	}
	return q, chiAbove(q, float64(lags))
}
