package simulate

import (
	"vigie/internal/locale"
)

// totalReach is the share of the days' reach that are different people over
// the whole span, in millionths.
const totalReach = 310_000

// metaCampaigns writes what a French Meta Ads Manager exports as XLSX, by
// campaign and day: the sheet "Worksheet", a totals row first whose names are
// empty and whose reach counts people once, dates as text, numbers with a
// point. The two first columns hold the range on every row. An action that did
// not happen is an empty cell, not 0.
func metaCampaigns(days []Day, first, last locale.Day) []byte {
	var s sheet
	s.header("Début des rapports", "Fin des rapports", "Nom de la campagne", "Jour",
		"Résultats", "Indicateur de résultats", "Coût par résultat", "Montant dépensé (EUR)",
		"Couverture", "Impressions", "Répétition", "CPM (Coût pour 1\u00a0000\u00a0impressions) (EUR)",
		"Clics (tous)", "CTR (tous)", "CPC (tous) (EUR)",
		"Clics sur un lien", "CPC (coût par clic sur un lien) (EUR)", "Prospects")
	var all Day
	for _, d := range days {
		all.Impressions += d.Impressions
		all.Reach += d.Reach
		all.Clicks += d.Clicks
		all.ClicksAll += d.ClicksAll
		all.Spend += d.Spend
		all.Conversions += d.Conversions
	}
	all.Reach = part(all.Reach, totalReach)
	row := func(d Day, name, day string) {
		s.next()
		s.text(first.String())
		s.text(last.String())
		s.text(name)
		s.text(day)
		each := func(count int64, decimals int) {
			if count == 0 {
				s.text("")
				return
			}
			s.number(ratio(d.Spend, count*million, decimals))
		}
		if d.Conversions == 0 {
			s.text("")
			s.text("")
		} else {
			s.count(d.Conversions)
			s.text("actions:onsite_conversion.lead_grouped")
		}
		each(d.Conversions, 8)
		s.number(ratio(d.Spend, million, 2))
		s.count(d.Reach)
		s.count(d.Impressions)
		s.number(ratio(d.Impressions, max(d.Reach, 1), 6))
		s.number(ratio(1000*d.Spend, max(d.Impressions, 1)*million, 6))
		s.count(d.ClicksAll)
		s.number(ratio(100*d.ClicksAll, max(d.Impressions, 1), 6))
		each(d.ClicksAll, 6)
		s.count(d.Clicks)
		each(d.Clicks, 6)
		s.count(d.Conversions)
	}
	row(all, "", "")
	for _, d := range days {
		row(d, d.Campaign, d.Day.String())
	}
	return s.file("Worksheet")
}
