package insight

import (
	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// The return on ad spend of a period against that of the period before it:
// value ÷ spend, with errors from how the days vary. It needs 7 days with
// spend and 10 effective conversions in each: with fewer orders one of them
// makes the figure.
var _ = register(Rule{
	ID:    roasID,
	Title: locale.Text{EN: "The return on ad spend has changed", FR: "Le retour sur dépenses publicitaires a changé"},
	Why: locale.Text{
		EN: "A ROAS moves with what clicks cost, how often they convert and what an order is worth; a single large order can carry it. It is compared with the previous period of equal length, with the room that days of unequal value leave it. It is not a profit.",
		FR: "Un ROAS bouge avec le prix du clic, le taux de transformation et la valeur des commandes\u00a0; une seule grosse commande peut le porter. Il est comparé à la période précédente de même durée, avec la marge que laissent des jours de valeur inégale. Ce n’est pas un bénéfice.",
	},
	Check: ratioChange{
		rule: roasID, kpi: "roas",
		name: locale.Text{EN: "ROAS", FR: "ROAS"}, le: "Le ",
		value: func(a arm) float64 { return a.value / a.spend },
		compare: func(p pair) stats.Comparison {
			return stats.RatioChange(p.after.returns, p.before.returns, stats.Confidence)
		},
		measure: "conversions", counted: words.Conversions,
		count: func(a arm) float64 { // none without a value
			if a.value == 0 {
				return 0
			}
			return a.conversions
		},
		need:     func(p pair) float64 { return roasMinEffective * p.noise.conversions },
		interval: func(p pair) stats.Estimate { return p.before.returns.Ratio(stats.Confidence) },
		least:    roasMinChange,
		stake:    func(p pair) float64 { return p.after.value - p.before.value/p.before.spend*p.after.spend },
	}.check,
})

const (
	roasID           = "roas-change"
	roasMinEffective = 10
	roasMinChange    = 0.10
)
