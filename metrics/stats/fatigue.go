package stats

import "math"

// Tiring is how the rate of clicks of a creative fell with its age, or with the
// times that the same people have seen it.
type Tiring struct {
	Value, Low, High float64 // change over the days seen, as a share: −0.31
	Z                float64 // of the slope, days that follow each other allowed for
	Days             int
	Clicks           float64
	Phi              float64
	// Fell says that the rate fell by 20 % or more, that the interval leaves out
	// a fall of 10 %, and that z is below −2.5. It is fatigue only if younger
	// siblings did not fall too: see Apart.
	Fell    bool
	Warning Warning

	slope, se, span float64
}

const (
	tiringDays   = 14
	tiringClicks = 300
	tiringFall   = -0.20
	tiringClear  = -0.10
	tiringZ      = -2.5
)

// Fatigue fits log clicks = log impressions + weekday + γ·exposure, quasi-
// Poisson, and gives the change e^{γ·span} − 1 from the first day to the last.
// Points hold clicks (Y) and impressions (N). Frequency is the mean times that
// a person had seen the creative up to each day (cumulated impressions ÷
// reach), taken as its logarithm; without reach it is nil and the age in days
// stands for it. Days that do not count are left out.
//
// It needs 14 days and 300 clicks. It fails where the audience, the placement
// or the season changed: compare siblings with Apart. A fall of the rate of
// clicks is no loss of money until conversions say so.
func Fatigue(days []Point, frequency []float64, conf float64) Tiring {
	if frequency != nil && len(frequency) != len(days) || !proper(conf, 1) {
		return Tiring{Warning: Warning{Code: BadInput}}
	}
	use, n := usableDays(days)
	var r Tiring
	for i := range days {
		if frequency != nil && use[i] && !(frequency[i] > 0 && !math.IsInf(frequency[i], 0)) {
			return Tiring{Warning: Warning{Code: BadInput}}
		}
		if use[i] {
			r.Clicks += days[i].Y
		}
	}
	r.Days = n
	switch {
	case n < tiringDays:
		r.Warning = Warning{FewDays, tiringDays, float64(n)}
		return r
	case r.Clicks < tiringClicks:
		r.Warning = Warning{FewEvents, tiringClicks, r.Clicks}
		return r
	}
	var x [][]float64
	var y, shown []float64
	for i, d := range days {
		if !use[i] {
			continue
		}
		at := float64(i)
		if frequency != nil {
			at = math.Log(frequency[i])
		}
		x = append(x, []float64{1, at})
		y, shown = append(y, d.Y), append(shown, d.N)
	}
	first, last := x[0][1], x[n-1][1]
	for i := range x {
		x[i][1] -= first
	}
	r.span = last - first
	x = append([][]float64{}, withWeekdays(x, days, use)...)
	m, ok := quasiPoisson(x, y, shown)
	if !ok {
		return Tiring{Days: r.Days, Clicks: r.Clicks, Warning: Warning{Code: Same}}
	}
	c := make([]float64, len(m.b))
	c[1] = 1
	r.Phi, r.slope, r.se = m.phi, m.b[1], m.se(c)*widen(follows(m.resid))
	return r.read(conf)
}

// read fills what the slope says over the span.
func (r Tiring) read(conf float64) Tiring {
	half := normal(conf) * r.se
	low, high := (r.slope-half)*r.span, (r.slope+half)*r.span
	r.Value, r.Low, r.High = math.Expm1(r.slope*r.span), math.Expm1(min(low, high)), math.Expm1(max(low, high))
	if r.se > 0 {
		r.Z = r.slope / r.se
	}
	for _, v := range []float64{r.Value, r.Low, r.High, r.Z} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Tiring{Days: r.Days, Clicks: r.Clicks, Warning: Warning{Code: NotNumeric}}
		}
	}
	r.Fell = r.Value <= tiringFall && r.High < tiringClear && r.Z < tiringZ
	return r
}

// Apart compares the fall of a creative with that of its younger siblings: the
// difference of the slopes, their errors pooled by inverse variance, over the
// creative's own span. What remains is not the audience or the season. Slopes
// must be of the same exposure (all by age, or all by frequency); siblings with
// a Warning are left out, and without one left the result is NoExposure.
func (r Tiring) Apart(siblings []Tiring, conf float64) Tiring {
	if !r.Warning.None() || !proper(conf, 1) {
		return r
	}
	weight, slope := 0.0, 0.0
	for _, s := range siblings {
		if s.Warning.None() && s.se > 0 {
			weight += 1 / (s.se * s.se)
			slope += s.slope / (s.se * s.se)
		}
	}
	if weight == 0 {
		return Tiring{Days: r.Days, Clicks: r.Clicks, Warning: Warning{Code: NoExposure}}
	}
	r.slope -= slope / weight
	r.se = math.Hypot(r.se, math.Sqrt(1/weight))
	return r.read(conf)
}

// withWeekdays adds a column for each weekday that has days but the first of
// them; with under two weeks of one of them, none.
func withWeekdays(x [][]float64, days []Point, use []bool) [][]float64 {
	var count [7]int
	for i, d := range days {
		if use[i] {
			count[d.Weekday]++
		}
	}
	first := -1
	for j, n := range count {
		if n == 1 {
			return x
		}
		if n > 0 && first < 0 {
			first = j
		}
	}
	out := make([][]float64, 0, len(x))
	for i, d := range days {
		if !use[i] {
			continue
		}
		row := x[len(out)]
		for j, n := range count {
			if n > 0 && j != first {
				v := 0.0
				if d.Weekday == j {
					v = 1
				}
				row = append(row, v)
			}
		}
		out = append(out, row)
	}
	return out
}

// Part is a part of the day or of the week: four to six blocks of hours, or the
// weekdays.
type Part struct {
	Events, Clicks float64
	Money          float64
}

// PartRate is a part beside the whole.
type PartRate struct {
	Ratio, Low, High float64 // its conversion rate ÷ that of all, shrunken
	Cost             Estimate
	// Act says that the cost is surely more than a quarter above the whole's, or
	// below it by as much, on 25 conversions.
	Act bool
}

const (
	partWeeks  = 4
	partP      = 0.10
	partEvents = 25
	partCost   = 1.25
)

// Dayparts compares parts of the day or of the week. A joint test comes first:
// Σ(y−μ)²/μ ÷ φ against χ² with one degree less than parts, μ being clicks ×
// the rate of all. Only if its p is at most 0.10 are parts given, their log
// ratios shrunken toward 0 by their own spread (DerSimonian & Laird 1986), and
// the cost of a conversion as a ratio to the whole's. Otherwise the parts are
// empty: nothing says that they differ.
//
// It needs four weeks and, to judge a part, 25 conversions in it. It misleads
// where an export dates conversions by their own hour instead of the click's.
func Dayparts(parts []Part, days int, phi, conf float64) (rates []PartRate, p float64, w Warning) {
	var all Part
	for _, q := range parts {
		if !amounts(q.Events, q.Clicks, q.Money) || q.Clicks == 0 {
			return nil, 1, Warning{Code: BadInput}
		}
		all.Events += q.Events
		all.Clicks += q.Clicks
		all.Money += q.Money
	}
	switch {
	case len(parts) < 2 || !proper(conf, phi) || !amounts(all.Clicks, all.Money):
		return nil, 1, Warning{Code: BadInput}
	case days < 7*partWeeks:
		return nil, 1, Warning{FewDays, 7 * partWeeks, float64(days)}
	case all.Events < partEvents:
		return nil, 1, Warning{FewEvents, partEvents, all.Events}
	}
	chi := 0.0
	for _, q := range parts {
		mu := all.Events * (q.Clicks / all.Clicks)
		if mu == 0 {
			return nil, 1, Warning{Code: NotNumeric}
		}
		chi += (q.Events - mu) * (q.Events - mu) / mu / phi
	}
	if p = chiAbove(chi, float64(len(parts)-1)); math.IsNaN(p) {
		return nil, 1, Warning{Code: NotNumeric}
	}
	if p > partP {
		return nil, p, Warning{}
	}
	// The spread of the true log ratios, by moments.
	logs, vars := make([]float64, len(parts)), make([]float64, len(parts))
	sw, sw2, mean := 0.0, 0.0, 0.0
	for i, q := range parts {
		y := q.Events + 0.5*phi // a part without a conversion has a ratio too
		logs[i] = math.Log(y / q.Clicks / (all.Events / all.Clicks))
		vars[i] = phi / y
		sw += 1 / vars[i]
		sw2 += 1 / (vars[i] * vars[i])
		mean += logs[i] / vars[i]
	}
	mean /= sw
	q := 0.0
	for i := range logs {
		q += (logs[i] - mean) * (logs[i] - mean) / vars[i]
	}
	spread := max(0, (q-float64(len(parts)-1))/(sw-sw2/sw))
	for i, part := range parts {
		keep := spread / (spread + vars[i])
		l, half := keep*logs[i], normal(conf)*math.Sqrt(keep*vars[i])
		r := PartRate{Ratio: math.Exp(l), Low: math.Exp(l - half), High: math.Exp(l + half)}
		if part.Money > 0 && all.Money > 0 {
			click := part.Money / part.Clicks / (all.Money / all.Clicks)
			r.Cost = Estimate{Value: click / r.Ratio, Low: click / r.High, High: click / r.Low}
			r.Act = part.Events >= partEvents && (r.Cost.Low > partCost || r.Cost.High < 1/partCost)
		}
		if part.Events < partEvents {
			r.Cost.Warning = Warning{FewEvents, partEvents, part.Events}
		}
		for _, v := range []float64{r.Ratio, r.Low, r.High, r.Cost.Value, r.Cost.Low, r.Cost.High} {
			if math.IsNaN(v) || math.IsInf(v, 0) {
				return nil, p, Warning{Code: NotNumeric}
			}
		}
		rates = append(rates, r)
	}
	return rates, p, Warning{}
}
