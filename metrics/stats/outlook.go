package stats

import (
	"math"
	"math/rand/v2"
	"slices"
)

// Outlook is what daily amounts lead one to expect of the days ahead.
type Outlook struct {
	PerDay float64 // mean of the days seen
	Linear float64 // PerDay on each of the days ahead, with what is planned of them
	Level  float64 // today's level, without the weekday
	Alpha  float64 // how fast the level follows the days
	Sigma  float64 // relative daily noise
	Week   [7]float64
	// Totals are the simulated totals of the days ahead, sorted; none where the
	// range is not known. Low, Mid and High are the cumulated amounts after each
	// day ahead: the middle and the range that holds 80 % of the paths.
	Totals         []float64
	Low, Mid, High []float64
	Warning        Warning
}

// OutlookConfidence is the confidence of the range of an Outlook.
const OutlookConfidence = 0.80

// OutlookPaths is how many paths an Outlook simulates.
const OutlookPaths = 2000

const (
	outlookMinDays = 14
	outlookReach   = 1.5 // days ahead for each day seen
	outlookYoung   = 28  // days under which a level that drifts is underestimated
	outlookWiden   = 1.25
)

// Ahead simulates the sum of the days that follow a daily series whose first
// day falls on the weekday given.
//
// The level of each weekday is shrunken toward the mean by two days; the rest
// is smoothed exponentially, with α the least mean squared error in [0.03,
// 0.6]; what shrinkage takes from the strong weekdays is given back to the
// level. Each of 2,000 paths draws today's level from N(l, (σ·√(α/(2−α))·l)²),
// then for each day a relative error among those seen (centred, corrected for
// the parameters spent), moves the level by max(α, 0.1) of it, and is cut at
// 0. Days before the first amount are left out. Under 28 days the errors are
// widened by a quarter, for the drift of a level shows late.
//
// It needs 14 days, and at most 1.5 days ahead for each day seen; otherwise
// only Linear is given and the Warning says that the range is not known. It
// fails where a budget cap or a planned change decides the days ahead: see
// AheadPlanned.
func Ahead(y []float64, first, ahead int, rng *rand.Rand) Outlook {
	return AheadPlanned(y, first, make([]Planned, max(0, ahead)), rng)
}

// Planned is what is known beforehand of a day ahead.
type Planned struct {
	Change float64 // as a share of the usual: −0.2 for a fifth less, 0.5 for a holiday that brings half more
	Cap    float64 // the most that the day may take; 0 for none
}

// AheadPlanned is Ahead with what is known of the days ahead. A change scales
// its day and leaves the level as it is; a day is cut at its cap in each path,
// so that the range narrows as it should. A change below −1 or a cap that is
// not an amount is refused as BadInput.
func AheadPlanned(y []float64, first int, plan []Planned, rng *rand.Rand) Outlook {
	ahead := len(plan)
	for _, p := range plan {
		if !amounts(1+p.Change, p.Cap) {
			return Outlook{Warning: Warning{Code: BadInput}}
		}
	}
	for len(y) > 0 && y[0] == 0 {
		y, first = y[1:], (first+1)%7
	}
	var o Outlook
	n := len(y)
	if !amounts(y...) || first < 0 || first > 6 {
		o.Warning.Code = BadInput
		return o
	}
	if n == 0 {
		o.Warning = Warning{FewDays, outlookMinDays, 0}
		return o
	}
	var sum [7]float64
	var count [7]float64
	for i, v := range y {
		o.PerDay += v / float64(n)
		sum[(first+i)%7] += v
		count[(first+i)%7]++
	}
	for _, p := range plan {
		o.Linear += p.of(o.PerDay)
	}
	switch {
	case n < outlookMinDays:
		o.Warning = Warning{FewDays, outlookMinDays, float64(n)}
		return o
	case float64(ahead) > outlookReach*float64(n):
		o.Warning = Warning{TooFar, math.Ceil(float64(ahead) / outlookReach), float64(n)}
		return o
	}
	spent := 1.0 // parameters: the level, and what shrinkage leaves of six weekdays
	for j := range o.Week {
		o.Week[j] = (sum[j]/o.PerDay + 2) / (count[j] + 2)
		spent += count[j] / (count[j] + 2) * 6 / 7
	}
	flat := make([]float64, n)
	for i, v := range y {
		flat[i] = v / o.Week[(first+i)%7]
	}
	best := math.Inf(1)
	for a := 0.03; a < 0.605; a += 0.01 {
		if level, sse, _ := smooth(flat, a); sse < best {
			best, o.Alpha, o.Level = sse, a, level
		}
	}
	// Relative errors of all days but the first, which made its own level. Their
	// mean weighted by the amounts differs from the plain one where shrinkage
	// took more from the strong weekdays than it gave to the weak ones.
	_, _, before := smooth(flat, o.Alpha)
	var errors []float64
	mean, over, expected := 0.0, 0.0, 0.0
	for i := 1; i < n; i++ {
		e := 0.0
		if before[i] > 0 {
			e = flat[i]/before[i] - 1
		}
		f := before[i] * o.Week[(first+i)%7]
		errors = append(errors, e)
		mean += e / float64(n-1)
		over += e * f
		expected += f
	}
	if expected > 0 {
		o.Level *= max(0, 1+over/expected-mean)
	}
	widen := math.Sqrt(float64(n) / (float64(n) - spent))
	if n < outlookYoung {
		widen *= outlookWiden
	}
	for i := range errors {
		errors[i] = (errors[i] - mean) * widen
		o.Sigma += errors[i] * errors[i] / float64(len(errors))
	}
	o.Sigma = math.Sqrt(o.Sigma)

	paths := make([][]float64, ahead) // cumulated amounts by day, then path
	for h := range paths {
		paths[h] = make([]float64, OutlookPaths)
	}
	gain := max(o.Alpha, 0.1)
	start := o.Sigma * math.Sqrt(o.Alpha/(2-o.Alpha))
	for p := range OutlookPaths {
		level := max(0, o.Level*(1+start*rng.NormFloat64()))
		total := 0.0
		for h := range ahead {
			e := errors[rng.IntN(len(errors))]
			total += plan[h].of(max(0, level*(1+e)) * o.Week[(first+n+h)%7])
			level = max(0, level*(1+gain*e))
			paths[h][p] = total
		}
	}
	for _, at := range paths {
		slices.Sort(at)
		o.Low = append(o.Low, Quantile(at, (1-OutlookConfidence)/2))
		o.Mid = append(o.Mid, Quantile(at, 0.5))
		o.High = append(o.High, Quantile(at, (1+OutlookConfidence)/2))
	}
	if ahead > 0 {
		o.Totals = paths[ahead-1]
	}
	return o
}

// smooth follows a series with exponential smoothing that starts at the mean
// of its first week, and gives the last level, the squared errors of all days
// after the first, and the level before each day.
func smooth(y []float64, alpha float64) (level, sse float64, before []float64) {
	for _, v := range y[:7] {
		level += v / 7
	}
	for i, v := range y {
		before = append(before, level)
		if i > 0 {
			sse += (v - level) * (v - level)
		}
		level += alpha * (v - level)
	}
	return level, sse, before
}

// of is what a day takes that would take v as usual.
func (p Planned) of(v float64) float64 {
	if v *= 1 + p.Change; p.Cap > 0 {
		v = min(v, p.Cap)
	}
	return v
}

// Total is the middle of the totals and the range that holds a share of them.
func (o Outlook) Total(conf float64) Estimate {
	if len(o.Totals) == 0 || !proper(conf, 1) {
		return nothing(BadInput)
	}
	return Estimate{Value: Quantile(o.Totals, 0.5), Low: Quantile(o.Totals, (1-conf)/2), High: Quantile(o.Totals, (1+conf)/2)}
}

// Chance is the share of simulated totals from low to high.
func (o Outlook) Chance(low, high float64) float64 {
	if len(o.Totals) == 0 {
		return math.NaN()
	}
	in := 0
	for _, t := range o.Totals {
		if t >= low && t <= high {
			in++
		}
	}
	return float64(in) / float64(len(o.Totals))
}
