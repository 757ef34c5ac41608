package insight

import (
	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// The conversion rate of a period against that of the period before it:
// conversions ÷ clicks, compared as quasi-Poisson counts. It needs 7 days and
// 25 effective conversions (conversions ÷ dispersion) in each.
var _ = register(Rule{
	ID:    cvrID,
	Title: locale.Text{EN: "The conversion rate has changed", FR: "Le taux de transformation a changé"},
	Why: locale.Text{
		EN: "Of a hundred visitors some convert, and that share moves by chance. It is compared with the previous period of equal length, on days whose conversions have come in. A page, an offer, a form, a consent banner, or other visitors may be behind a change: the figures do not say which.",
		FR: "Sur cent visiteurs quelques-uns se transforment, et cette part bouge par hasard. Elle est comparée à la période précédente de même durée, sur les jours dont les conversions sont arrivées. Une page, une offre, un formulaire, un bandeau de consentement ou d’autres visiteurs peuvent être derrière un changement\u00a0: les chiffres ne disent pas lequel.",
	},
	Check: ratioChange{
		rule: cvrID, kpi: "cvr",
		name: locale.Text{EN: "conversion rate", FR: "taux de transformation"}, le: "Le ",
		value: func(a arm) float64 { return a.conversions / a.clicks },
		compare: func(p pair) stats.Comparison {
			return stats.RateRatio(p.after.conversions, p.after.clicks, p.before.conversions, p.before.clicks, p.noise.perClick, stats.Confidence)
		},
		measure: "conversions", counted: words.Conversions,
		count: func(a arm) float64 { // none without a click
			if a.clicks == 0 {
				return 0
			}
			return a.conversions
		},
		need: func(p pair) float64 { return cvrMinEffective * p.noise.perClick },
		interval: func(p pair) stats.Estimate {
			return stats.Rate(p.before.conversions, p.before.clicks, p.noise.perClick, stats.Confidence)
		},
		// What the conversions that are there more, or less, would have cost.
		least: cvrMinChange,
		stake: func(p pair) float64 {
			return p.after.spend * (1 - p.before.conversions/p.before.clicks*p.after.clicks/p.after.conversions)
		},
	}.check,
})

const (
	cvrID           = "cvr-change"
	cvrMinEffective = 25
	cvrMinChange    = 0.10
)
