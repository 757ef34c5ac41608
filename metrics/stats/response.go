package stats

import "math"

// Flat says that the data do not tell one curve from another: Has is the ratio
// of the bounds of its half-way point, Need the largest that is accepted.
const Flat Code = "flat"

// Steady says that spend varied too little to show a response: Has is its
// standard deviation over its mean.
const Steady Code = "steady"

// The elasticity assumed where none can be measured, and its bounds. Published
// default priors of media-mix models imply 0.68 at the usual spend, from 0.57
// to 0.78 in eight cases of ten.
const (
	ElasticityMean  = 0.70
	ElasticitySD    = 0.15
	ElasticityLeast = 0.20
	ElasticityMost  = 1.00
)

const (
	elasticityDays   = 56
	elasticityEvents = 300
	elasticityVaried = 0.30
	hillWeeks        = 52
	hillFlat         = 5.0
)

// Elasticity is the share by which conversions grow when spend grows by 1 %.
type Elasticity struct {
	Value, SD   float64 // to use: what was measured, shrunken toward the prior
	Own, OwnErr float64 // as measured; 0 where it was not
	Warning     Warning // why the prior stands alone
}

// ElasticityOf measures the elasticity of daily conversions to daily spend:
// quasi-Poisson log y = a + β·log S + weekday, the error widened where days
// follow each other, and β̂ shrunken toward 0.7 ± 0.15 with weight
// 0.15²/(0.15² + se²), within [0.2, 1].
//
// It needs 56 days with spend, 300 conversions, and spend whose standard
// deviation is 0.3 of its mean; otherwise the prior is returned with the
// Warning. It is right only if spend was varied by choice: where budgets follow
// demand, demand is taken for the response and β comes out too large.
func ElasticityOf(spend, y []float64, first int) Elasticity {
	e := Elasticity{Value: ElasticityMean, SD: ElasticitySD}
	if len(spend) != len(y) || first < 0 || first > 6 || !amounts(spend...) || !amounts(y...) {
		e.Warning.Code = BadInput
		return e
	}
	var x [][]float64
	var counts, ones []float64
	events, mean, squares := 0.0, 0.0, 0.0
	for i, s := range spend {
		if s == 0 {
			continue
		}
		var day [7]float64
		day[(first+i)%7] = 1
		x = append(x, append([]float64{1, math.Log(s)}, day[1:]...))
		counts, ones = append(counts, y[i]), append(ones, 1)
		events += y[i]
		mean += s
	}
	n := float64(len(x))
	if n < elasticityDays {
		e.Warning = Warning{FewDays, elasticityDays, n}
		return e
	}
	if events < elasticityEvents {
		e.Warning = Warning{FewEvents, elasticityEvents, events}
		return e
	}
	mean /= n
	for _, s := range spend {
		if s > 0 {
			squares += (s/mean - 1) * (s/mean - 1)
		}
	}
	if cv := math.Sqrt(squares / (n - 1)); !(cv >= elasticityVaried) {
		e.Warning = Warning{Steady, elasticityVaried, cv}
		return e
	}
	m, ok := quasiPoisson(x, counts, ones)
	if !ok {
		e.Warning.Code = NotNumeric
		return e
	}
	at := make([]float64, len(m.b))
	at[1] = 1
	e.Own, e.OwnErr = m.b[1], m.se(at)*widen(follows(m.resid))
	v := e.OwnErr * e.OwnErr
	w := ElasticitySD * ElasticitySD / (ElasticitySD*ElasticitySD + v)
	e.Value = min(ElasticityMost, max(ElasticityLeast, ElasticityMean+w*(e.Own-ElasticityMean)))
	e.SD = ElasticitySD * math.Sqrt(1-w)
	return e
}

// Adstock carries part of each period's spend over to the next: a(t) = x(t) +
// α·a(t−1), with α in [0, 1) (Broadbent 1979).
func Adstock(x []float64, alpha float64) []float64 {
	if !(alpha >= 0) || !(alpha < 1) {
		alpha = 0
	}
	out, a := make([]float64, len(x)), 0.0
	for i, v := range x {
		a = v + alpha*a
		out[i] = a
	}
	return out
}

// Hill is the share of its ceiling that a response reaches at x: xˢ ÷ (halfˢ +
// xˢ). At half it is one half; with s over 1 it has the shape of an S.
func Hill(x, half, shape float64) float64 {
	switch {
	case !(x > 0) && shape > 0:
		return 0
	case !(half > 0) && shape > 0:
		return 1
	}
	return 1 / (1 + math.Pow(half/x, shape))
}

// Response is a saturating curve fitted to periods of spend and conversions.
type Response struct {
	Ceiling, Half, Shape float64 // conversions of a period; spend; power
	Carry                float64 // share of a period's spend that acts in the next
	HalfLow, HalfHigh    float64 // profile-likelihood interval of Half
	Error                float64 // standard deviation of a period
	Least, Most          float64 // spend seen, with what was carried over
	Warning              Warning
}

// FitResponse fits Ceiling·Hill(Adstock(spend)) by least squares: the carry-over
// on a grid from 0 to 0.8, the curve by Levenberg & Marquardt, the interval of
// Half where the sum of squares is within the F quantile of its least (profile
// likelihood; Bates & Watts 1988, 6.1).
//
// It needs 52 periods (weeks) with spend that was varied by design. Where the
// interval of Half is wider than a factor of 5 the data do not tell the curve:
// the Warning Flat says so and no curve is returned. It holds on the spend
// seen, not beyond.
func FitResponse(spend, y []float64, conf float64) Response {
	if len(spend) != len(y) || !amounts(spend...) || !amounts(y...) || !proper(conf, 1) {
		return Response{Warning: Warning{Code: BadInput}}
	}
	n := float64(len(spend))
	top, most := 0.0, 0.0
	for i := range y {
		top, most = max(top, y[i]), max(most, spend[i])
	}
	switch {
	case n < hillWeeks:
		return Response{Warning: Warning{FewDays, hillWeeks, n}}
	case most == 0:
		return Response{Warning: Warning{Code: NoExposure}}
	case top == 0:
		return Response{Warning: Warning{Code: NoEvents}}
	}
	curve := func(b []float64, x float64) float64 { return b[0] * Hill(x, b[1], b[2]) }
	best, least := Response{}, math.Inf(1)
	var fit curveFit
	var x []float64
	for k := range 9 {
		alpha := float64(k) / 10
		a := Adstock(spend, alpha)
		peak := 0.0
		for _, v := range a {
			peak = max(peak, v)
		}
		low, high := []float64{0, peak / 100, 0.2}, []float64{50 * top, 100 * peak, 5}
		for _, start := range []float64{0.2, 0.6, 2} {
			f, ok := leastCurve(curve, a, y, []float64{top, start * peak, 1}, low, high)
			if ok && f.squares < least {
				least, fit, x = f.squares, f, a
				best = Response{Ceiling: f.b[0], Half: f.b[1], Shape: f.b[2], Carry: alpha, Most: peak}
			}
		}
	}
	if math.IsInf(least, 1) {
		return Response{Warning: Warning{Code: NotNumeric}}
	}
	free := n - 3
	best.Error = math.Sqrt(least / free)
	best.Least = math.Inf(1)
	for _, v := range x {
		best.Least = min(best.Least, v)
	}
	// The profile: Half held, the two others fitted again, from the best outward.
	t := student(conf, free)
	limit := least * (1 + t*t/free)
	inside := func(half float64) bool {
		c := func(b []float64, x float64) float64 { return b[0] * Hill(x, half, b[1]) }
		f, ok := leastCurve(c, x, y, []float64{fit.b[0], fit.b[2]}, []float64{0, 0.2}, []float64{1e4 * top, 5})
		return ok && f.squares <= limit
	}
	bound := func(factor float64) float64 { // the profile is taken to rise on either side
		if inside(best.Half * factor) {
			return best.Half * factor
		}
		in, out := 1.0, factor
		for range 12 {
			if mid := math.Sqrt(in * out); inside(best.Half * mid) {
				in = mid
			} else {
				out = mid
			}
		}
		return best.Half * out
	}
	best.HalfLow, best.HalfHigh = bound(1/hillFlat), bound(hillFlat)
	wide := best.HalfHigh / best.HalfLow
	switch {
	case math.IsNaN(wide) || math.IsInf(wide, 0) || math.IsNaN(best.Error):
		return Response{Warning: Warning{Code: NotNumeric}}
	case wide >= hillFlat:
		return Response{Warning: Warning{Flat, hillFlat, wide}}
	}
	return best
}

// At is the conversions of a period at a steady spend, what is carried over
// included. Beyond the spend seen it is computed with the Warning TooFar.
func (r Response) At(spend float64) (float64, Warning) {
	if !amounts(spend) || !(r.Ceiling > 0) {
		return 0, Warning{Code: BadInput}
	}
	x := spend / (1 - r.Carry)
	v := r.Ceiling * Hill(x, r.Half, r.Shape)
	if x < r.Least || x > r.Most {
		return v, Warning{TooFar, r.Most * (1 - r.Carry), spend}
	}
	return v, Warning{}
}

// curveFit is a curve fitted by least squares.
type curveFit struct {
	b, err  []float64 // parameters and their standard errors
	squares float64
}

// leastCurve fits a curve of one variable by least squares within bounds
// (Levenberg 1944; Marquardt 1963), with derivatives by differences. Without
// bounds low and high are nil.
func leastCurve(f func(b []float64, x float64) float64, x, y, start, low, high []float64) (curveFit, bool) {
	n, p := len(x), len(start)
	if n <= p {
		return curveFit{}, false
	}
	residuals := func(b []float64) (r []float64, s float64) {
		r = make([]float64, n)
		for i := range r {
			r[i] = y[i] - f(b, x[i])
			s += r[i] * r[i]
		}
		return r, s
	}
	clamp := func(b []float64) {
		for j := range b {
			if low != nil {
				b[j] = min(high[j], max(low[j], b[j]))
			}
		}
	}
	b := append([]float64{}, start...)
	clamp(b)
	r, squares := residuals(b)
	if math.IsNaN(squares) || math.IsInf(squares, 0) {
		return curveFit{}, false
	}
	slopes := func() [][]float64 {
		rows := make([][]float64, n)
		for i := range rows {
			rows[i] = make([]float64, p)
		}
		for j := range b {
			up, down := append([]float64{}, b...), append([]float64{}, b...)
			h := 1e-6 * max(math.Abs(b[j]), 1e-8)
			up[j] += h
			down[j] -= h
			for i := range rows {
				rows[i][j] = (f(up, x[i]) - f(down, x[i])) / (2 * h)
			}
		}
		return rows
	}
	damp := 1e-3
	for range 200 {
		jac := slopes()
		a, g, scale := make([][]float64, p), make([]float64, p), make([]float64, p)
		for j := range p {
			for i := range jac {
				scale[j] = math.Hypot(scale[j], jac[i][j])
			}
			if scale[j] == 0 {
				scale[j] = 1
			}
		}
		moved, settled := false, false
		for !moved && damp < 1e16 {
			for j := range p {
				a[j], g[j] = make([]float64, p), 0
				for i := range jac {
					g[j] += jac[i][j] / scale[j] * r[i]
					for k := range j + 1 {
						a[j][k] += jac[i][j] / scale[j] * jac[i][k] / scale[k]
					}
				}
				a[j][j] += damp
			}
			inv, ok := invert(a)
			next := append([]float64{}, b...)
			if ok {
				for j := range p {
					for k := range p {
						next[j] += inv[j][k] * g[k] / scale[j]
					}
				}
				clamp(next)
				if nr, s := residuals(next); s < squares {
					settled = squares-s < 1e-14*squares
					r, squares, moved = nr, s, true
				}
			}
			if !moved {
				damp *= 10
				continue
			}
			damp = max(damp/10, 1e-14)
			change := 0.0
			for j := range b {
				change = max(change, math.Abs(next[j]-b[j])/max(math.Abs(b[j]), 1e-12))
			}
			b = next
			settled = settled || change < 1e-12
		}
		if !moved || settled {
			break
		}
	}
	fit := curveFit{b: b, squares: squares, err: make([]float64, p)}
	one := make([]float64, n)
	for i := range one {
		one[i] = 1
	}
	if _, cov, ok := weighted(slopes(), one, one); ok {
		for j := range p {
			fit.err[j] = math.Sqrt(max(0, cov[j][j]) * squares / float64(n-p))
		}
	}
	return fit, true
}
