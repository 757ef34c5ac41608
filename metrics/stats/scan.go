package stats

import "math"

// Point is one day of a scan, consecutive in time. Use is false for a day that
// must not count (not known, not complete, not mature).
type Point struct {
	Weekday int     // Monday 0
	Y       float64 // events
	N       float64 // exposure: clicks for conversions, 1 for a plain count
	Use     bool
}

// Drop is a run of days on which events fell away from, or rose above, what the
// days around them lead one to expect. From and To are positions, both included.
type Drop struct {
	From, To           int
	Days               int // days that count
	Observed, Expected float64
	Low, High          float64 // where the count would have been expected to fall
	P                  float64 // two-sided, of this window alone
	Phi                float64
	// Exposure of the run, and what its weekdays have outside it.
	Exposure, ExposureExpected float64
}

// Scan is the result of ScanDrops and of ScanRises.
type Scan struct {
	Drops   []Drop // or rises
	Windows int    // windows that had enough data to be looked at
	// MostExpected is the largest count expected in a window that was looked at
	// or was too small: what a Warning for few events refers to.
	MostExpected float64
	Warning      Warning
}

// The scan's constants, from simulations of daily data with dispersion 1.5 to
// 3: they keep false alarms at or below a few for each hundred campaign-weeks.
const (
	scanReach   = 28 // days on either side of the window that make its baseline
	scanMinBase = 14
	scanMinMean = 5.0
	scanMinRise = 3.0 // a rise shows on fewer expected events than a fall
)

var scanWidths = []int{1, 2, 3, 5, 7}

// ScanDrops looks for runs of days whose events fell by at least the share
// given (0.6 for 60 %).
//
// For each window of 1, 2, 3, 5 or 7 days the baseline is the days within 28
// days outside it: a rate, and for each weekday (Σy + 3·rate·x̄) ÷ (Σx + 3·x̄),
// that is a rate shrunken by three average days. The expected count μ is the
// sum over the window; its predictive variance φ·μ·(1+w/n)·(1+0.4(1−1/w)), with
// φ from the baseline; p is the two-sided negative-binomial tail. A window is
// flagged below p = 0.001 (0.0002 where under 20 events a day are expected) and
// beyond the share. Flagged windows that touch make one run, cut to the days
// that carry it (the largest Poisson likelihood ratio), judged again, and kept
// out of the baseline of the others.
//
// It needs 14 baseline days and a window in which 5 events are expected; below
// about 5 events a day only long drops are visible. Promotions and level
// shifts in the baseline mislead it.
func ScanDrops(days []Point, share, prior, conf float64) Scan {
	if !(share > 0) || !(share <= 1) {
		return Scan{Warning: Warning{Code: BadInput}}
	}
	return scan(days, -share, scanMinMean, prior, conf)
}

// ScanRises looks for runs of days whose events rose by at least the share
// given (0.4 for 40 %; it may exceed 1), as ScanDrops does for drops. It needs a
// window in which 3 events are expected. A promotion or a holiday is a rise
// too: the caller knows the calendar.
func ScanRises(days []Point, share, prior, conf float64) Scan {
	if !(share > 0) || math.IsInf(share, 0) {
		return Scan{Warning: Warning{Code: BadInput}}
	}
	return scan(days, share, scanMinRise, prior, conf)
}

// scan looks for runs that changed by at least the share given: down if it is
// negative. Windows in which fewer events than least are expected are too
// small.
func scan(days []Point, share, least, prior, conf float64) Scan {
	var s Scan
	if !proper(conf, 1) {
		s.Warning.Code = BadInput
		return s
	}
	use, usable := usableDays(days)
	out := make([]bool, len(days)) // days of runs found so far
	for range 4 {
		s = Scan{}
		flagged := make([]bool, len(days))
		for _, w := range scanWidths {
			for from := 0; from+w <= len(days); from++ {
				d, variance, warn := expect(days, use, out, from, from+w-1, least, prior)
				s.MostExpected = max(s.MostExpected, d.Expected)
				if !warn.None() {
					continue
				}
				s.Windows++
				// Most windows did not change by the share: their tail is not needed.
				if !d.changed(share) {
					continue
				}
				if d.P = TailBoth(d.Observed, d.Expected, variance); d.rare() {
					for i := from; i < from+w; i++ {
						flagged[i] = true
					}
				}
			}
		}
		next := make([]bool, len(days))
		for from := 0; from < len(days); from++ {
			if !flagged[from] {
				continue
			}
			to := from
			for i := from + 1; i < len(days) && (flagged[i] || !use[i]); i++ {
				if flagged[i] {
					to = i
				}
			}
			if d, warn := trim(days, use, flagged, from, to, share, least, prior, conf); warn.None() && d.changed(share) && d.rare() {
				s.Drops = append(s.Drops, d)
				for i := d.From; i <= d.To; i++ {
					next[i] = true
				}
			}
			from = to
		}
		if same(out, next) {
			break
		}
		out = next
	}
	switch {
	case s.Windows > 0:
	case usable < scanMinBase+1:
		s.Warning = Warning{FewDays, scanMinBase + 1, float64(usable)}
	default:
		s.Warning = Warning{FewEvents, least, s.MostExpected}
	}
	return s
}

// Around judges one run of days against the days around it, as ScanDrops does.
func Around(days []Point, from, to int, prior, conf float64) (Drop, Warning) {
	if from < 0 || to >= len(days) || from > to || !proper(conf, 1) {
		return Drop{}, Warning{Code: BadInput}
	}
	use, _ := usableDays(days)
	return window(days, use, make([]bool, len(days)), from, to, scanMinMean, prior, conf)
}

func usableDays(days []Point) (use []bool, n int) {
	use = make([]bool, len(days))
	for i, d := range days {
		if use[i] = d.Use && d.Weekday >= 0 && d.Weekday < 7 && amounts(d.Y, d.N) && d.N > 0; use[i] {
			n++
		}
	}
	return use, n
}

func same(a, b []bool) bool {
	for i := range a {
		if a[i] != b[i] {
			return false
		}
	}
	return true
}

// changed reports that the window fell, or rose, by at least the share.
func (d Drop) changed(share float64) bool {
	if share < 0 {
		return d.Observed <= (1+share)*d.Expected
	}
	return d.Observed >= (1+share)*d.Expected
}

// rare reports that chance alone hardly makes such a window.
func (d Drop) rare() bool {
	if d.Expected < 20*float64(d.Days) {
		return d.P < 0.0002
	}
	return d.P < 0.001
}

// rates is the baseline of days from..to: the expected rate of each weekday,
// and its usual exposure.
func rates(days []Point, use, out []bool, from, to int, prior float64) (rate, exposure [7]float64, phi float64, n int) {
	var week Week
	for i := max(0, from-scanReach); i <= to+scanReach && i < len(days); i++ {
		if (i < from || i > to) && use[i] && !out[i] {
			week.Add(days[i].Weekday, days[i].Y, days[i].N)
			n++
		}
	}
	if n == 0 {
		return rate, exposure, prior, 0
	}
	_, rate, exposure = week.shrunken()
	phi, _ = Phi(prior, week)
	return rate, exposure, phi, n
}

// expect is what the baseline of days from..to leads one to expect of them,
// with its predictive variance. A window that holds a day that does not count
// is judged on the others.
func expect(days []Point, use, out []bool, from, to int, least, prior float64) (d Drop, variance float64, warn Warning) {
	rate, exposure, phi, n := rates(days, use, out, from, to, prior)
	d = Drop{From: from, To: to, Phi: phi}
	for i := from; i <= to; i++ {
		if use[i] {
			d.Days++
			d.Observed += days[i].Y
			d.Expected += rate[days[i].Weekday] * days[i].N
			d.Exposure += days[i].N
			d.ExposureExpected += exposure[days[i].Weekday]
		}
	}
	switch {
	case d.Days == 0 || n < scanMinBase:
		return d, 0, Warning{FewDays, scanMinBase, float64(n)}
	case d.Expected < least:
		return d, 0, Warning{FewEvents, least, d.Expected}
	}
	w := float64(d.Days)
	return d, phi * d.Expected * (1 + w/float64(n)) * (1 + 0.4*(1-1/w)), Warning{}
}

// window judges days from..to against their baseline.
func window(days []Point, use, out []bool, from, to int, least, prior, conf float64) (Drop, Warning) {
	d, variance, warn := expect(days, use, out, from, to, least, prior)
	if !warn.None() {
		return d, warn
	}
	d.P = TailBoth(d.Observed, d.Expected, variance)
	d.Low = CountQuantile((1-conf)/2, d.Expected, variance)
	d.High = CountQuantile((1+conf)/2, d.Expected, variance)
	if math.IsNaN(d.P) || math.IsNaN(d.Low) || math.IsNaN(d.High) {
		return d, Warning{Code: NotNumeric}
	}
	return d, Warning{}
}

// trim cuts a run to the days that carry the change: those that make the ratio
// of the Poisson likelihoods, μ − y + y·ln(y/μ), largest (Kulldorff 1997).
func trim(days []Point, use, flagged []bool, from, to int, share, least, prior, conf float64) (Drop, Warning) {
	rate, _, _, _ := rates(days, use, flagged, from, to, prior)
	best, a, b := -1.0, from, to
	for i := from; i <= to; i++ {
		y, mu := 0.0, 0.0
		for j := i; j <= to; j++ {
			if !use[j] {
				continue
			}
			y += days[j].Y
			mu += rate[days[j].Weekday] * days[j].N
			gain := mu - y
			if y > 0 {
				gain += y * math.Log(y/mu)
			}
			if use[i] && (y-mu)*share > 0 && gain > best {
				best, a, b = gain, i, j
			}
		}
	}
	return window(days, use, flagged, a, b, least, prior, conf)
}
