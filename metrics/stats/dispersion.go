package stats

import (
	"math"
	"slices"
)

// PriorPhi is the dispersion assumed where no sibling tells a better one.
const PriorPhi = 1.5

// priorDays is the weight of the prior dispersion, in degrees of freedom.
const priorDays = 14

// Weekday holds the sums over the days of one weekday that its dispersion
// needs: a query can make them with one GROUP BY.
type Weekday struct {
	Days int
	Y    float64 // sum of the counts
	N    float64 // sum of the exposures
	YY   float64 // sum of count² ÷ exposure
}

// Week holds those sums from Monday (0) to Sunday (6).
type Week [7]Weekday

// Add counts a day. A day without exposure says nothing of noise and is left
// out; without a natural exposure the caller gives 1.
func (w *Week) Add(weekday int, y, n float64) {
	if weekday < 0 || weekday > 6 || !amounts(y, n) || n == 0 {
		return
	}
	d := &w[weekday]
	d.Days++
	d.Y += y
	d.N += n
	d.YY += y * y / n
}

// WeekOf sums daily values, the first of which falls on the weekday given.
func WeekOf(first int, y, n []float64) Week {
	var w Week
	for i := range y {
		w.Add((first+i)%7, y[i], n[i])
	}
	return w
}

// shrunken gives the level Σy ÷ Σx, and of each weekday the rate (Σy + 3·level·x̄)
// ÷ (Σx + 3·x̄), shrunken toward the level by three average days, and the
// exposure shrunken alike.
func (w Week) shrunken() (level float64, rate, exposure [7]float64) {
	days, y, x := 0, 0.0, 0.0
	for _, d := range w {
		days += d.Days
		y += d.Y
		x += d.N
	}
	if days == 0 || x == 0 {
		return 0, rate, exposure
	}
	level = y / x
	mean := x / float64(days)
	for j, d := range w {
		rate[j] = (d.Y + 3*level*mean) / (d.N + 3*mean)
		exposure[j] = (d.N + 3*mean) / (float64(d.Days) + 3)
	}
	return level, rate, exposure
}

// Phi is the dispersion of a daily count: how many times its variance exceeds
// that of independent events.
//
//	φ = max(1, (Σ(y−μ)²/μ + 14·prior) ÷ (degrees of freedom + 14))
//
// The expected count μ is exposure × the rate of its weekday within its week;
// with under 14 days the rate is the same for all weekdays. Several weeks are
// periods whose levels may differ: their squares and their degrees of freedom
// add up. With rate r = Σy/Σn, Σ(y−rn)²/(rn) = Σ(y²/n)/r − Σy, so that sums
// suffice. Under MinDays days the prior alone is returned, with a Warning.
// Source: Pearson's estimate (McCullagh & Nelder 1989, 4.5), shrunk toward a
// prior worth 14 days. It overstates the noise where the level drifts.
func Phi(prior float64, weeks ...Week) (float64, Warning) {
	if !(prior >= 1) || math.IsInf(prior, 0) {
		prior = PriorPhi
	}
	days, free, squares := 0, 0.0, 0.0
	for _, w := range weeks {
		var all Weekday
		for _, d := range w {
			all.Days += d.Days
			all.Y += d.Y
			all.N += d.N
			all.YY += d.YY
		}
		days += all.Days
		groups := w[:]
		if all.Days < 14 {
			groups = []Weekday{all}
		}
		for _, d := range groups {
			if !(d.Y > 0) || !(d.N > 0) {
				continue // no event: the rate is 0 and fits exactly, whatever the noise
			}
			squares += max(0, d.YY*d.N/d.Y-d.Y)
			free += float64(d.Days - 1)
		}
	}
	if days < MinDays {
		return prior, Warning{FewDays, MinDays, float64(days)}
	}
	phi := (squares + priorDays*prior) / (free + priorDays)
	if math.IsNaN(phi) || math.IsInf(phi, 0) {
		return prior, Warning{Code: NotNumeric}
	}
	return max(1, phi), Warning{}
}

// SiblingPhi is the prior for an object among siblings: the median of their
// dispersions, PriorPhi where there are none.
func SiblingPhi(phis []float64) float64 {
	if len(phis) == 0 {
		return PriorPhi
	}
	s := slices.Clone(phis)
	slices.Sort(s)
	return (s[(len(s)-1)/2] + s[len(s)/2]) / 2
}
