package insight

import (
	"vigie/internal/locale"
	"vigie/metrics"
)

var wholeLabel = locale.Text{EN: "Whole campaign", FR: "Ensemble de la campagne"}

// cost writes a cost per something, always with cents.
func (c Case) cost(l locale.Lang, v float64) string { return l.Money(v, c.Currency, 2) }

func kpiLabel(id string) locale.Text {
	k, _ := metrics.LookupKPI(id)
	return k.Label
}
