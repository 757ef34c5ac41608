package insight

import (
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
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

// kpiOf is a KPI that is known to be there.
func kpiOf(id string) metrics.KPI {
	k, ok := metrics.LookupKPI(id)
	if !ok {
		panic("insight: no KPI " + id)
	}
	return k
}

// touching names the channels that a finding of several is about.
func (c Case) touching(l locale.Lang, channels []string) string {
	if len(channels) < 2 {
		return ""
	}
	var names []string
	for _, ch := range c.Channels {
		if slices.Contains(channels, ch.ID) {
			names = append(names, ch.Label)
		}
	}
	return words.Pick(l, " Channels touched: %s.", " Leviers touchés\u00a0: %s.", l.Join(names))
}

// chanceOf says how often chance alone would give a finding that was searched
// for among many days.
func chanceOf(f Finding, phi float64) Evidence {
	return Evidence{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "such a step would come %s (%s, all days counted; %s; dispersion %s)",
			"un tel saut arriverait %s (%s, tous les jours comptés\u00a0; %s\u00a0; dispersion %s)",
			words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q), l.Number(phi, 1))
	})}
}

// searched says how many series were searched beside a finding.
func (c Case) searched(tested int) Evidence {
	return Evidence{ID: "tested", Label: lookedAtLabel, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%d series with enough data", "%d "+l.Plural(float64(tested), "série", "séries")+" avec assez de données", tested)
	})}
}

// leftOutEvidence says which days the other rules do without.
func leftOutEvidence(d Doubt) Evidence {
	return Evidence{ID: "days", Label: daysLabel, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s, left out of the other findings", "%s, hors des autres constats", l.PeriodShort(d.From, d.To))
	})}
}
