package stats

import (
	"math"
	"slices"
)

// OddDay is a single day that two methods hold to be out of the ordinary.
type OddDay struct {
	At                 int // position
	Observed, Expected float64
	P                  float64 // two-sided negative-binomial tail, see Around
}

// The limits of the second opinion.
const (
	MinOddWeeks = 8
	MinOddADay  = 50.0
	oddMost     = 0.10 // of the days
	oddAlpha    = 0.05
	oddTail     = 0.01
)

// OddDays is a second opinion on single days where ScanDrops and ScanRises look
// for runs: the counts, at the mean exposure, are brought to 2√(y + 3/8), whose
// noise does not depend on the level (Anscombe 1948); Decompose takes the week
// and the trend off; the robust GESD (at most 10 % of the days, α = 0.05) marks
// what is left, and of those only days stand that are below p = 0.01 by Around
// and off by the share given (0.4 for 40 %). At 200 a day GESD alone raises a
// false alarm each 4 campaign-weeks, with the tail one each 12, off by 40 % as
// well next to none.
//
// It needs 8 weeks and 50 events a day. A day that must not count is filled
// from its weekday's rate and never marked. A change of level misleads it.
func OddDays(days []Point, share, prior, conf float64) ([]OddDay, Warning) {
	use, n := usableDays(days)
	switch {
	case !proper(conf, 1) || !(share >= 0):
		return nil, Warning{Code: BadInput}
	case n < 7*MinOddWeeks:
		return nil, Warning{FewDays, 7 * MinOddWeeks, float64(n)}
	}
	var week Week
	y, x := 0.0, 0.0
	for i, d := range days {
		if use[i] {
			week.Add(d.Weekday, d.Y, d.N)
			y += d.Y
			x += d.N
		}
	}
	if a := y / float64(n); a < MinOddADay {
		return nil, Warning{FewEvents, MinOddADay, a}
	}
	_, rate, _ := week.shrunken()
	level := make([]float64, len(days))
	for i, d := range days {
		each := x / float64(n)
		switch {
		case use[i]:
			each *= d.Y / d.N
		case d.Weekday >= 0 && d.Weekday < 7:
			each *= rate[d.Weekday]
		default:
			return nil, Warning{Code: BadInput}
		}
		level[i] = 2 * math.Sqrt(each+0.375)
	}
	parts, w := Decompose(level, 7, true)
	if !w.None() {
		return nil, w
	}
	var at []int
	var rest []float64
	for i, r := range parts.Remainder {
		if use[i] {
			at, rest = append(at, i), append(rest, r)
		}
	}
	var out []OddDay
	for _, k := range GESD(rest, int(oddMost*float64(len(rest))), oddAlpha, true).At {
		if d, w := Around(days, at[k], at[k], prior, conf); w.None() && d.P < oddTail && math.Abs(d.Observed-d.Expected) >= share*d.Expected {
			out = append(out, OddDay{At: at[k], Observed: d.Observed, Expected: d.Expected, P: d.P})
		}
	}
	slices.SortFunc(out, func(a, b OddDay) int { return a.At - b.At })
	return out, Warning{}
}
