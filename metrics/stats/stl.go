package stats

import (
	"cmp"
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Parts is a series split in three that add up to it.
type Parts struct {
	Seasonal, Trend, Remainder []float64
	Weights                    []float64 // of the robust fit, from 0 (ignored) to 1
}

// Decompose splits a series into a pattern that repeats every period values,
// a trend and the rest, by loess: STL with a periodic season (Cleveland,
// Cleveland, McRae & Terpenning 1990; as R's stl(s.window = "periodic")). A
// robust fit weighs down what stands out, so that an outage does not bend the
// trend. Values may be of any sign and unit; the parts are in the same.
//
// It needs two periods (better eight) and no missing value: fill gaps from
// level × weekday and do not judge what was filled. A step is spread over the
// window of the trend, about two periods: look for Changes first.
func Decompose(y []float64, period int, robust bool) (Parts, Warning) {
	switch {
	case period < 2 || !finite(y...):
		return Parts{}, Warning{Code: BadInput}
	case len(y) < 2*period:
		return Parts{}, Warning{FewDays, float64(2 * period), float64(len(y))}
	}
	p := newSTL(period, 10*len(y)+1, robust)
	p.seasonalDegree = 0
	out := p.fit(y)
	var sum, count = make([]float64, period), make([]float64, period)
	for i, s := range out.Seasonal {
		sum[i%period] += s
		count[i%period]++
	}
	for i := range y {
		out.Seasonal[i] = sum[i%period] / count[i%period]
		out.Remainder[i] = y[i] - out.Trend[i] - out.Seasonal[i]
	}
	if !finite(out.Remainder...) {
		return Parts{}, Warning{Code: NotNumeric}
	}
	return out, Warning{}
}

// stl holds the parameters of the paper: windows of the three loess fits, in
// values, their degrees, how many values apart they are computed (the rest is
// interpolated), and the numbers of inner and robust iterations.
type stl struct {
	period                                 int
	seasonal, trend, low                   int
	seasonalDegree, trendDegree, lowDegree int
	seasonalJump, trendJump, lowJump       int
	inner, outer                           int
}

// newSTL has the paper's recommendations for a seasonal window.
func newSTL(period, seasonal int, robust bool) stl {
	odd := func(v float64) int {
		k := int(math.Ceil(v))
		return k + (k+1)%2
	}
	p := stl{
		period:   period,
		seasonal: seasonal,
		trend:    odd(1.5 * float64(period) / (1 - 1.5/float64(seasonal))),
		low:      odd(float64(period)),
		inner:    2,

		seasonalDegree: 1, trendDegree: 1, lowDegree: 1,
	}
	jump := func(window int) int { return (window + 9) / 10 }
	p.seasonalJump, p.trendJump, p.lowJump = jump(p.seasonal), jump(p.trend), jump(p.low)
	if robust {
		p.inner, p.outer = 1, 15
	}
	return p
}

// fit is the procedure of the paper, sections 2 and 3.
func (p stl) fit(y []float64) Parts {
	n := len(y)
	out := Parts{Seasonal: make([]float64, n), Trend: make([]float64, n), Remainder: make([]float64, n), Weights: make([]float64, n)}
	for i := range out.Weights {
		out.Weights[i] = 1
	}
	rest := make([]float64, n)
	for round := 0; ; round++ {
		for range p.inner {
			for i := range y {
				rest[i] = y[i] - out.Trend[i]
			}
			cycles := p.cycles(rest, out.Weights)
			low := average(average(average(cycles, p.period), p.period), 3)
			low = loess(low, p.low, p.lowDegree, p.lowJump, nil)
			for i := range y {
				out.Seasonal[i] = cycles[p.period+i] - low[i]
				rest[i] = y[i] - out.Seasonal[i]
			}
			out.Trend = loess(rest, p.trend, p.trendDegree, p.trendJump, out.Weights)
		}
		for i := range y {
			out.Remainder[i] = y[i] - out.Seasonal[i] - out.Trend[i]
		}
		if round >= p.outer {
			return out
		}
		out.Weights = bisquare(out.Remainder)
	}
}

// cycles smooths the values of each position in the period and extends them by
// one period on either side.
func (p stl) cycles(y, weights []float64) []float64 {
	out := make([]float64, len(y)+2*p.period)
	for j := range p.period {
		var x, w []float64
		for i := j; i < len(y); i += p.period {
			x, w = append(x, y[i]), append(w, weights[i])
		}
		k := len(x)
		s := loess(x, p.seasonal, p.seasonalDegree, p.seasonalJump, w)
		first, ok := loessAt(x, p.seasonal, p.seasonalDegree, 0, 1, min(p.seasonal, k), w)
		if !ok {
			first = s[0]
		}
		last, ok := loessAt(x, p.seasonal, p.seasonalDegree, float64(k+1), max(1, k-p.seasonal+1), k, w)
		if !ok {
			last = s[k-1]
		}
		out[j] = first
		for m, v := range s {
			out[(m+1)*p.period+j] = v
		}
		out[(k+1)*p.period+j] = last
	}
	return out
}

// average is the moving average over so many values; it is that much shorter.
func average(x []float64, over int) []float64 {
	out := make([]float64, len(x)-over+1)
	sum := 0.0
	for i, v := range x {
		if sum += v; i >= over {
			sum -= x[i-over]
		}
		if i >= over-1 {
			out[i-over+1] = sum / float64(over)
		}
	}
	return out
}

// loess smooths y over a window of so many values, computed jump values apart
// and interpolated between. Nil weights are all 1.
func loess(y []float64, window, degree, jump int, weights []float64) []float64 {
	n := len(y)
	out := slices.Clone(y)
	if n < 2 {
		return out
	}
	jump = min(jump, n-1)
	half := (window + 1) / 2
	left, right := 1, min(window, n)
	at := func(i int) { // positions count from 1, as in the paper
		if v, ok := loessAt(y, window, degree, float64(i), left, right, weights); ok {
			out[i-1] = v
		}
	}
	between := func(i, j int) {
		for k := i + 1; k < j; k++ {
			out[k-1] = out[i-1] + (out[j-1]-out[i-1])*float64(k-i)/float64(j-i)
		}
	}
	last := 1
	for i := 1; i <= n; i += jump {
		if window < n {
			left = min(max(1, i-half+1), n-window+1)
			right = left + window - 1
		}
		at(i)
		if i > 1 {
			between(i-jump, i)
		}
		last = i
	}
	if last < n {
		at(n)
		between(last, n)
	}
	return out
}

// loessAt is the weighted fit at one position of the values from left to
// right; false if no value has weight.
func loessAt(y []float64, window, degree int, x float64, left, right int, weights []float64) (float64, bool) {
	h := max(x-float64(left), float64(right)-x)
	if window > len(y) {
		h += float64((window - len(y)) / 2)
	}
	w := make([]float64, right-left+1)
	total := 0.0
	for k := range w {
		r := math.Abs(float64(left+k) - x)
		switch {
		case r > .999*h:
			continue
		case r <= .001*h:
			w[k] = 1
		default:
			c := r / h
			c = 1 - c*c*c
			w[k] = c * c * c
		}
		if weights != nil {
			w[k] *= weights[left+k-1]
		}
		total += w[k]
	}
	if total <= 0 {
		return 0, false
	}
	mean := 0.0
	for k := range w {
		w[k] /= total
		mean += w[k] * float64(left+k)
	}
	if h > 0 && degree > 0 {
		spread := 0.0
		for k := range w {
			d := float64(left+k) - mean
			spread += w[k] * d * d
		}
		if math.Sqrt(spread) > .001*float64(len(y)-1) {
			slope := (x - mean) / spread
			for k := range w {
				w[k] *= slope*(float64(left+k)-mean) + 1
			}
		}
	}
	v := 0.0
	for k := range w {
		v += w[k] * y[left+k-1]
	}
	return v, true
}

// bisquare weighs remainders down from 1 at the middle to 0 at six times their
// median size.
func bisquare(rest []float64) []float64 {
	size := make([]float64, len(rest))
	for i, r := range rest {
		size[i] = math.Abs(r)
	}
	sorted := slices.Clone(size)
	slices.Sort(sorted)
	n := len(sorted)
	limit := 3 * (sorted[n/2] + sorted[n-n/2-1])
	for i, r := range size {
		switch {
		case r <= .001*limit:
			size[i] = 1
		case r <= .999*limit:
			c := 1 - (r/limit)*(r/limit)
			size[i] = c * c
		default:
			size[i] = 0
		}
	}
	return size
}

// Outliers is the result of a generalised ESD test.
type Outliers struct {
	At      []int // positions, the most deviant first
	R       []float64
	Lambda  []float64 // what R is held against at each step
	Warning Warning
}

// madScale makes the median absolute deviation that of a normal law.
const madScale = 1.4826

// GESD finds up to so many outliers among values that are otherwise normal
// (Rosner 1983): at each step R is the largest deviation from the mean in
// standard deviations, that value is taken out, and the outliers are all up to
// the last step at which R exceeds
//
//	λᵢ = (n−i)·t ÷ √((n−i−1+t²)(n−i+1)), t of probability 1 − α/(2(n−i+1))
//
// Robust takes the median and the median absolute deviation instead: they do
// not let many outliers hide each other, but λ is then too small, so that it
// finds some where there are none (Hochenbaum, Vallis & Kejariwal 2017). It
// needs 15 values, better 25, and most below half of them; where more than half
// of the values are equal the robust test stops.
func GESD(values []float64, most int, alpha float64, robust bool) Outliers {
	n := len(values)
	switch {
	case !finite(values...) || !(alpha > 0) || !(alpha < 1) || most < 0 || most > n/2:
		return Outliers{Warning: Warning{Code: BadInput}}
	case n < minGESD:
		return Outliers{Warning: Warning{FewDays, minGESD, float64(n)}}
	}
	order := make([]int, n)
	for i := range order {
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(values[a], values[b]) })
	sorted := make([]float64, n)
	for k, i := range order {
		sorted[k] = values[i]
	}
	var o Outliers
	var taken []int
	for i := 1; i <= most; i++ {
		middle, spread := centre(sorted, robust)
		if !(spread > 0) || !finite(middle, spread) {
			break
		}
		// The most deviant value is the least or the greatest that is left.
		k := 0
		if sorted[len(sorted)-1]-middle > middle-sorted[0] {
			k = len(sorted) - 1
		}
		m := float64(n - i)
		t := guard(func() float64 {
			return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: m - 1}.Quantile(1 - alpha/(2*(m+1)))
		})
		lambda := m * t / math.Sqrt((m-1+t*t)*(m+1))
		o.R = append(o.R, math.Abs(sorted[k]-middle)/spread)
		o.Lambda = append(o.Lambda, lambda)
		taken = append(taken, order[k])
		if o.R[i-1] > lambda {
			o.At = slices.Clone(taken)
		}
		sorted, order = slices.Delete(sorted, k, k+1), slices.Delete(order, k, k+1)
	}
	return o
}

const minGESD = 15

// centre is the mean and standard deviation of sorted values, or their median
// and median absolute deviation.
func centre(sorted []float64, robust bool) (middle, spread float64) {
	n := float64(len(sorted))
	if robust {
		middle = Quantile(sorted, 0.5)
		// The deviations of either side are sorted already: merge them up to the
		// middle one.
		right := len(sorted)
		for right > 0 && sorted[right-1] >= middle {
			right--
		}
		left := right - 1
		var before, at float64
		for range len(sorted)/2 + 1 {
			before = at
			if left < 0 || right < len(sorted) && sorted[right]-middle <= middle-sorted[left] {
				at = sorted[right] - middle
				right++
			} else {
				at = middle - sorted[left]
				left--
			}
		}
		if len(sorted)%2 == 0 {
			at = (at + before) / 2
		}
		return middle, madScale * at
	}
	for _, v := range sorted {
		middle += v / n
	}
	for _, v := range sorted {
		spread += (v - middle) * (v - middle) / (n - 1)
	}
	return middle, math.Sqrt(spread)
}
