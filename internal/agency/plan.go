package agency

import (
	"math/bits"

	"vigie/internal/locale"
)

// Flight are the days of a campaign, first and last included.
type Flight struct{ Start, End locale.Day }

// Days is the number of days.
func (f Flight) Days() int { return int(f.End-f.Start) + 1 }

// Has reports whether a day lies in the flight.
func (f Flight) Has(d locale.Day) bool { return d >= f.Start && d <= f.End }

// The paces of a budget.
const (
	PaceLinear    = "linear"     // the same every day
	PaceByChannel = "by_channel" // each channel evenly over its own days
	PaceWeights   = "weights"    // by weekday or by flight week
)

// Budget is what the brief may spend on media, in millionths of its currency,
// without tax.
type Budget struct {
	Total int64
	Pace  string // PaceLinear, PaceByChannel or PaceWeights
	// TaxRate is the tax, 0.2 for 20 %, where the file gives amounts that
	// include it; it has been taken off Total and the channels' budgets, since
	// platforms report without tax. 0: the file gives amounts without tax.
	TaxRate float64
	// Weekdays are the weights of the weekdays, Monday first, and Weeks the
	// share of each flight week (seven days from the start), both on any scale;
	// with PaceWeights exactly one of them is set.
	Weekdays []int64
	Weeks    []int64
}

// Planned is the media spend that the plan foresees for a channel from one day
// to another, both included, in millionths; channelID "" is the whole brief.
// Days outside the flight have none. Summed over the flight, in any pieces, it
// is the budget to the millionth.
func (c *Campaign) Planned(channelID string, from, to locale.Day) int64 {
	if channelID != "" {
		for _, ch := range c.Channels {
			if ch.ID == channelID {
				return c.planned(ch.Budget, ch.Flight, from, to)
			}
		}
		return 0
	}
	if c.Budget.Pace != PaceByChannel {
		return c.planned(c.Budget.Total, c.Flight, from, to)
	}
	var sum int64
	for _, ch := range c.Channels {
		sum += c.planned(ch.Budget, ch.Flight, from, to)
	}
	return sum
}

// planned is the difference of two running totals, each rounded once: that is
// what makes the pieces add up.
func (c *Campaign) planned(amount int64, f Flight, from, to locale.Day) int64 {
	from, to = max(from, f.Start), min(to, f.End)
	if from > to {
		return 0
	}
	var before, until, all uint64
	for d := f.Start; d <= f.End; d++ {
		w := c.weight(d)
		all += w
		if d < from {
			before += w
		}
		if d <= to {
			until += w
		}
	}
	return scale(amount, until, all) - scale(amount, before, all)
}

// weekParts is divisible by every number of days a flight week can have, so
// that a week's share splits into whole numbers.
const weekParts = 420

// weight is the weight of one day of the flight. With weights of at most
// maxWeight and flights of at most maxFlight days, sums stay below 1e18.
func (c *Campaign) weight(d locale.Day) uint64 {
	switch {
	case c.Budget.Pace != PaceWeights:
		return 1
	case c.Budget.Weekdays != nil:
		return uint64(c.Budget.Weekdays[d.Weekday()])
	}
	week := int(d-c.Flight.Start) / 7
	days := min(7, c.Flight.Days()-7*week)
	return uint64(c.Budget.Weeks[week]) * weekParts / uint64(days)
}

// scale is amount × part ÷ all, rounded to the nearest.
func scale(amount int64, part, all uint64) int64 {
	hi, lo := bits.Mul64(uint64(amount), part)
	lo, carry := bits.Add64(lo, all/2, 0)
	quo, _ := bits.Div64(hi+carry, lo, all)
	return int64(quo)
}
