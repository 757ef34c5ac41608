package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/stats"
)

// Split says what the change of a scope's CPA between two periods is made of.
// It is an accounting split: its parts account for the change, they do not
// cause it.
type Split struct {
	Scope    string  `json:"scope"`
	Before   float64 `json:"before"` // CPA, in units of the currency
	After    float64 `json:"after"`
	Days     [2]int  `json:"days"` // days used before and after
	Currency string  `json:"currency"`
	// Parts has a bar for the cost of a click and one for the conversion rate.
	Parts Waterfall `json:"parts"`
	// Channels has a bar for each channel's own efficiency and one for the
	// shift of spend between them; nil for a channel.
	Channels *Waterfall `json:"channels,omitempty"`
}

// Waterfall is a chart's numbers: Start plus the bars is End, exactly, and so
// are the rounded Shown values.
type Waterfall struct {
	Start      float64 `json:"start"`
	StartShown float64 `json:"start_shown"`
	Bars       []Bar   `json:"bars"`
	End        float64 `json:"end"`
	EndShown   float64 `json:"end_shown"`
	Confidence float64 `json:"confidence"`
}

// Bar is one part of a change, in the unit of what changed.
type Bar struct {
	ID    string      `json:"id"` // cpc, cvr, a channel's id, or mix
	Label locale.Text `json:"label"`
	Value float64     `json:"value"`
	Low   float64     `json:"low"`
	High  float64     `json:"high"`
	Shown float64     `json:"shown"` // rounded so that the bars add up
	Noise bool        `json:"noise"` // the interval holds 0
}

// Bar finds a bar by id.
func (w Waterfall) Bar(id string) (Bar, bool) {
	for _, b := range w.Bars {
		if b.ID == id {
			return b, true
		}
	}
	return Bar{}, false
}

// splitDraws is the number of draws behind the bars' intervals.
const splitDraws = 1000

// splitMin is the number of conversions that each period needs for its
// conversion rate to be one.
const splitMin = 10

// split splits the change of a scope's CPA from the previous period to the
// period, over their usable days. It is nil where there is too little data,
// and where the channels do not add up to the whole.
//
// CPA = CPC ÷ CVR is split by LMDI-I. Between channels it is 1/CPA = Σ (spend
// share × conversions for each unit of spend) that is split, by Kitagawa, and
// each part is turned into money with −CPA⁰·CPA¹, which keeps the sum exact.
// The intervals come from 1,000 draws of clicks and conversions, given their
// dispersion. Source: Ang 2005; Kitagawa 1955.
func (x *Exam) split(p pair) *Split {
	b, a := p.before, p.after
	if min(b.conversions, a.conversions) < splitMin || min(b.spend, a.spend) <= 0 || min(b.clicks, a.clicks) <= 0 {
		return nil
	}
	s := &Split{
		Scope: p.scope, Before: b.spend / b.conversions, After: a.spend / a.conversions,
		Days: [2]int{len(b.days), len(a.days)}, Currency: x.Currency,
	}
	chain := func(a arm, conversions, clicks float64) []float64 { // CPC and 1/CVR
		return []float64{a.spend / clicks, a.clicks / conversions}
	}
	parts, _ := stats.LMDI([][]float64{chain(b, b.conversions, b.clicks)}, [][]float64{chain(a, a.conversions, a.clicks)})
	rng := stats.Rand(x.Report, p.scope, "cpa-split")
	draw := func(a arm) []float64 {
		return chain(a, stats.DrawMean(rng, a.conversions, p.noise.perClick), stats.DrawMean(rng, a.clicks, p.noise.clicks))
	}
	intervals := stats.Bars(splitDraws, len(parts), stats.Confidence, func(v []float64) {
		drawn, _ := stats.LMDI([][]float64{draw(b)}, [][]float64{draw(a)})
		copy(v, drawn)
	})
	s.Parts = s.waterfall([]Bar{
		{ID: "cpc", Label: kpiLabel("cpc")},
		{ID: "cvr", Label: kpiLabel("cvr")},
	}, parts, intervals)
	if p.scope == "" && len(x.Channels) > 1 {
		if s.Channels = x.splitChannels(s, p); s.Channels == nil {
			return nil
		}
	}
	return s
}

// splitChannels splits the whole's change between its channels, over the
// whole's days.
func (x *Exam) splitChannels(s *Split, whole pair) *Waterfall {
	type member struct{ before, after arm }
	var members []member
	var noises []float64
	var bars []Bar
	var spend0, spend1, conversions0, conversions1 float64
	for i, ch := range x.Channels {
		m := member{sum(ch.Days, whole.before.days), sum(ch.Days, whole.after.days)}
		spend0, spend1 = spend0+m.before.spend, spend1+m.after.spend
		conversions0, conversions1 = conversions0+m.before.conversions, conversions1+m.after.conversions
		for _, a := range []arm{m.before, m.after} {
			if a.spend == 0 && a.conversions > 0 {
				return nil // conversions without spend have no place in a cost
			}
		}
		if m.before.spend+m.after.spend == 0 {
			continue
		}
		members = append(members, m)
		noises = append(noises, x.pairs[i+1].noise.conversions)
		bars = append(bars, Bar{ID: ch.ID, Label: locale.Same(ch.Label)})
	}
	for _, gap := range []float64{
		spend0 - whole.before.spend, spend1 - whole.after.spend,
		conversions0 - whole.before.conversions, conversions1 - whole.after.conversions,
	} {
		if math.Abs(gap) > 1e-6 {
			return nil
		}
	}
	bars = append(bars, Bar{ID: "mix", Label: locale.Text{EN: "Shares of spend", FR: "Parts de dépense"}})
	parts := func(count func(i int, a arm) float64) []float64 {
		shares := make([]stats.Share, len(members))
		q0, q1 := 0.0, 0.0
		for i, m := range members {
			y0, y1 := count(i, m.before), count(i, m.after)
			sh := &shares[i]
			sh.W0, sh.W1 = m.before.spend/spend0, m.after.spend/spend1
			if m.before.spend > 0 {
				sh.R0 = y0 / m.before.spend
			}
			if m.after.spend > 0 {
				sh.R1 = y1 / m.after.spend
			}
			q0 += sh.W0 * sh.R0
			q1 += sh.W1 * sh.R1
		}
		rate, mix := stats.MixRate(shares)
		out := append(rate, 0)
		for _, m := range mix {
			out[len(members)] += m
		}
		for i := range out {
			out[i] *= -1 / (q0 * q1)
		}
		return out
	}
	values := parts(func(_ int, a arm) float64 { return a.conversions })
	rng := stats.Rand(x.Report, whole.scope, "cpa-channels")
	intervals := stats.Bars(splitDraws, len(values), stats.Confidence, func(v []float64) {
		copy(v, parts(func(i int, a arm) float64 { return stats.DrawMean(rng, a.conversions, noises[i]) }))
	})
	w := s.waterfall(bars, values, intervals)
	return &w
}

// waterfall fills the bars' numbers and rounds them to cents that add up.
func (s *Split) waterfall(bars []Bar, values []float64, intervals []stats.Estimate) Waterfall {
	w := Waterfall{
		Start: s.Before, StartShown: math.Round(s.Before*100) / 100,
		End: s.After, EndShown: math.Round(s.After*100) / 100,
		Bars: bars, Confidence: stats.Confidence,
	}
	shown := stats.RoundToSum(values, w.EndShown-w.StartShown, 2)
	for i := range bars {
		b := &w.Bars[i]
		b.Value, b.Low, b.High, b.Shown = values[i], intervals[i].Low, intervals[i].High, shown[i]
		b.Noise = b.Low <= 0 && b.High >= 0
	}
	return w
}
