package stats

import (
	"math"
	"slices"
)

// Fees are what an agency is paid for a client, as agreed: any of the parts
// may be 0. Money is in one unit throughout.
type Fees struct {
	Share float64 // of media spend: 0.1 for 10 %
	Tiers []Tier  // of media spend, instead of Share: each rate for its own slice
	Fixed float64 // of the period
	// PerEvent is paid for each conversion. Where BuysMedia is true the agency
	// pays the media itself out of it (a guaranteed CPA).
	PerEvent  float64
	BuysMedia bool
}

// Tier is a slice of spend up to a limit and its rate; the last has no limit,
// which is 0.
type Tier struct{ UpTo, Rate float64 }

// Costs are what the work costs the agency over the period.
type Costs struct {
	Hours, Hour float64 // hours of work and the cost of one
	Tech        float64 // tools
	Other       float64
}

// Account is the margin of the agency for one client over a period. All
// amounts are in the unit given.
type Account struct {
	Fee     float64 // from the client, all parts
	Media   float64 // paid by the agency: 0 unless it buys the media
	Cost    float64 // of the work
	Margin  float64 // Fee − Media − Cost
	Rate    float64 // Margin ÷ Fee; 0 without a fee
	Hours   float64 // of work at which the margin is 0
	Warning Warning
}

// fee is the revenue at a spend and a count.
func (f Fees) fee(spend, events float64) float64 {
	v := f.Fixed + f.PerEvent*events
	if len(f.Tiers) == 0 {
		return v + f.Share*spend
	}
	from := 0.0
	for _, t := range f.Tiers {
		to := spend
		if t.UpTo > 0 {
			to = min(spend, t.UpTo)
		}
		v += t.Rate * max(0, to-from)
		from = max(from, to)
	}
	return v
}

func (f Fees) proper() bool {
	ok := amounts(f.Share, f.Fixed, f.PerEvent)
	limit := 0.0
	for i, t := range f.Tiers {
		last := i == len(f.Tiers)-1
		ok = ok && amounts(t.UpTo, t.Rate) && (t.UpTo == 0) == last && (last || t.UpTo > limit)
		limit = t.UpTo
	}
	return ok && (len(f.Tiers) == 0 || f.Share == 0)
}

// Margin keeps the account of a period. It is exact arithmetic on what is
// given: conversions that may still grow belong to Settle first. Without a fee
// there is no rate, and without the cost of an hour no number of hours: they
// are 0, and the Warning is NoExposure for want of a fee.
func Margin(f Fees, c Costs, spend, events float64) Account {
	if !f.proper() || !amounts(c.Hours, c.Hour, c.Tech, c.Other, spend, events) {
		return Account{Warning: Warning{Code: BadInput}}
	}
	a := Account{Fee: f.fee(spend, events), Cost: c.Hours*c.Hour + c.Tech + c.Other}
	if f.BuysMedia {
		a.Media = spend
	}
	a.Margin = a.Fee - a.Media - a.Cost
	if c.Hour > 0 {
		a.Hours = max(0, c.Hours+a.Margin/c.Hour)
	}
	if a.Fee > 0 {
		a.Rate = a.Margin / a.Fee
	} else {
		a.Warning.Code = NoExposure
	}
	for _, v := range []float64{a.Fee, a.Margin, a.Rate, a.Hours} {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Account{Warning: Warning{Code: NotNumeric}}
		}
	}
	return a
}

// POAS is profit on ad spend: (value × margin of the goods − spend) ÷ spend is
// what each unit of money earned; POAS is that plus 1, value × margin ÷ spend.
// Below 1 the advertising costs more than the goods bring in. The interval is
// that of Sums.Ratio on daily value and spend, times the margin, which is taken
// as known (0 to 1). It needs MinDays days.
func POAS(days Sums, margin, conf float64) Estimate {
	if !(margin > 0) || !(margin <= 1) {
		return nothing(BadInput)
	}
	e := days.Ratio(conf)
	e.Value, e.Low, e.High = margin*e.Value, margin*e.Low, margin*e.High
	return e
}

// BreakEvenROAS is the ROAS under which advertising costs more than the goods
// bring in: 1 ÷ margin of the goods; 0 where the margin is not above 0.
func BreakEvenROAS(margin float64) float64 {
	if !(margin > 0) || !(margin <= 1) {
		return 0
	}
	return 1 / margin
}

// Risk is what an agency may win or lose on a deal, over draws of the end of
// the period.
type Risk struct {
	Margin  Gain
	Loss    float64 // probability that the margin is below 0
	AtRisk  float64 // the margin that only one draw in twenty is below (VaR at 5 %)
	Warning Warning
}

const (
	riskDays = 28
	riskLoss = 0.10
)

// MarginRisk values draws of the spend and conversions at the end of a period,
// made together (paths of Ahead, DrawMean, Settle). Days is how many days of
// conversions they rest on: under 28 nothing is said of the risk.
func MarginRisk(f Fees, c Costs, spend, events []float64, days int, conf float64) Risk {
	switch {
	case len(spend) != len(events) || !amounts(spend...) || !amounts(events...):
		return Risk{Warning: Warning{Code: BadInput}}
	case days < riskDays:
		return Risk{Warning: Warning{FewDays, riskDays, float64(days)}}
	}
	margins := make([]float64, len(spend))
	for i := range spend {
		a := Margin(f, c, spend[i], events[i])
		if a.Warning.Code == BadInput || a.Warning.Code == NotNumeric {
			return Risk{Warning: a.Warning}
		}
		margins[i] = a.Margin
	}
	r := Risk{Margin: GainOf(margins, conf)}
	if r.Warning = r.Margin.Warning; !r.Warning.None() {
		return r
	}
	for _, m := range margins {
		if m < 0 {
			r.Loss++
		}
	}
	r.Loss /= float64(len(margins))
	r.AtRisk = GainOf(margins, 0.90).Low // its lower bound is the quantile at 5 %
	return r
}

// GuaranteePrice is the price of a conversion at which an agency that buys the
// media itself loses in at most one case of ten: the 90 % quantile, over draws
// made together, of (spend + cost) ÷ conversions. It is at least the mean cost;
// Load is how far above it, as a share. Draws without a conversion count as
// lost at any price, so that more than one in ten of them gives no price
// (NoEvents).
func GuaranteePrice(c Costs, spend, events []float64, days int) (price, load float64, w Warning) {
	const least = 100
	switch {
	case len(spend) != len(events) || len(spend) < least || !amounts(spend...) || !amounts(events...) || !amounts(c.Hours, c.Hour, c.Tech, c.Other):
		return 0, 0, Warning{BadInput, least, float64(len(spend))}
	case days < riskDays:
		return 0, 0, Warning{FewDays, riskDays, float64(days)}
	}
	cost := c.Hours*c.Hour + c.Tech + c.Other
	var each []float64
	all, count := 0.0, 0.0
	for i := range spend {
		all += spend[i] + cost
		count += events[i]
		if events[i] > 0 {
			each = append(each, (spend[i]+cost)/events[i])
		}
	}
	// The share of all draws that may be lost, less those lost already.
	lost := float64(len(spend) - len(each))
	allowed := math.Floor(riskLoss*float64(len(spend))) - lost
	if allowed < 0 || count == 0 {
		return 0, 0, Warning{NoEvents, riskLoss, lost / float64(len(spend))}
	}
	slices.Sort(each)
	mean := all / count
	price = max(mean, each[len(each)-1-int(allowed)])
	if mean > 0 {
		load = price/mean - 1
	}
	if math.IsNaN(load) || math.IsInf(load, 0) || math.IsInf(price, 0) {
		return 0, 0, Warning{Code: NotNumeric}
	}
	return price, load, Warning{}
}
