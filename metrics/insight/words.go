package insight

import (
	"vigie/internal/locale"
	"vigie/metrics"
)

var (
	wholeLabel = locale.Text{EN: "Whole campaign", FR: "Ensemble de la campagne"}
	// lookedAtLabel heads how many tests were made beside a finding, chanceLabel
	// how often chance alone would give it.
	lookedAtLabel = locale.Text{EN: "Looked at", FR: "Examiné"}
	chanceLabel   = locale.Text{EN: "By chance", FR: "Par hasard"}

	beforeLabel = locale.Text{EN: "Before", FR: "Avant"}
	sinceLabel  = locale.Text{EN: "Since", FR: "Depuis"}
	changeLabel = locale.Text{EN: "Change", FR: "Écart"}
	daysLabel   = locale.Text{EN: "Days", FR: "Jours"}
)

// cost writes a cost per something, always with cents.
func (c Case) cost(l locale.Lang, v float64) string { return l.Money(v, c.Currency, 2) }

func kpiLabel(id string) locale.Text {
	k, _ := metrics.LookupKPI(id)
	return k.Label
}
