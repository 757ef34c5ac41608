package insight

import (
	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// The cost of a click of a period against that of the period before it: spend ÷
// clicks, clicks being quasi-Poisson for each unit of spend. It needs 7 days
// and 100 effective clicks in each, and a change of 15 %: auctions wander by a
// tenth from one fortnight to the next without anything having changed.
var _ = register(Rule{
	ID:    cpcID,
	Title: locale.Text{EN: "The cost per click has changed", FR: "Le coût par clic a changé"},
	Why: locale.Text{
		EN: "What a click costs follows the auction: who else bids, for whom, and how the ad is rated. It is compared with the previous period of equal length. A dearer click is no loss when it converts better: the cost per acquisition decides.",
		FR: "Le prix d’un clic suit l’enchère\u00a0: qui d’autre enchérit, pour qui, et comment l’annonce est notée. Il est comparé à la période précédente de même durée. Un clic plus cher n’est pas une perte s’il se transforme mieux\u00a0: c’est le coût par acquisition qui tranche.",
	},
	Check: ratioChange{
		rule: cpcID, kpi: "cpc",
		name: locale.Text{EN: "cost per click", FR: "coût par clic"}, le: "Le ",
		value: func(a arm) float64 { return a.spend / a.clicks },
		compare: func(p pair) stats.Comparison { // a cost rises as clicks for each unit of spend fall
			return stats.RateRatio(p.before.clicks, p.before.spend, p.after.clicks, p.after.spend, p.noise.clicks, stats.Confidence)
		},
		measure: "clicks", count: func(a arm) float64 { return a.clicks }, counted: words.Clicks,
		need: func(p pair) float64 { return cpcMinEffective * p.noise.clicks },
		interval: func(p pair) stats.Estimate {
			return stats.CostPer(p.before.spend, p.before.clicks, p.noise.clicks, stats.Confidence)
		},
		least: cpcMinChange,
		stake: func(p pair) float64 { return p.after.spend - p.before.spend/p.before.clicks*p.after.clicks },
	}.check,
})

const (
	cpcID           = "cpc-change"
	cpcMinEffective = 100
	cpcMinChange    = 0.15
)
