package simulate

import (
	"vigie/internal/locale"
)

// totalReach is the share of the days' reach that are different people over
// the whole span, in millionths.
const totalReach = 310_000

var (
	metaCampaigns = report{}
	metaAds       = report{ads: true}
)

// metaReport writes what a French Meta Ads Manager exports as XLSX, by day: the
// sheet "Worksheet", a totals row first whose names are empty and whose reach
// counts people once, dates as text, numbers with a point. The two first columns
// hold the range on every row. An action that did not happen is an empty cell, not
// 0. What is valued is a purchase, anything else a lead.
func metaReport(r report, days []Day, first, last locale.Day) []byte {
	var s sheet
	head := []string{"Début des rapports", "Fin des rapports", "Nom de la campagne"}
	if r.ads {
		head = append(head, "Nom de l’ensemble de publicités", "Nom de la publicité")
	}
	head = append(head, "Jour",
		"Résultats", "Indicateur de résultats", "Coût par résultat", "Montant dépensé (EUR)",
		"Couverture", "Impressions", "Répétition", "CPM (Coût pour 1\u00a0000\u00a0impressions) (EUR)",
		"Clics (tous)", "CTR (tous)", "CPC (tous) (EUR)",
		"Clics sur un lien", "CPC (coût par clic sur un lien) (EUR)", "Prospects")
	if r.ads {
		head = append(head, "Achats", "Valeur de conversion des achats")
	}
	s.header(head...)
	var all, bought Day
	for _, d := range days {
		if d.Valued {
			bought = bought.plus(d)
		}
		all = all.plus(d)
	}
	all.Reach = part(all.Reach, totalReach)
	row := func(d Day, day string, leads, purchases int64) {
		s.next()
		s.text(first.String())
		s.text(last.String())
		s.text(d.Campaign)
		if r.ads {
			s.text(d.AdSet)
			s.text(d.Ad)
		}
		s.text(day)
		each := func(count int64, decimals int) {
			if count == 0 {
				s.text("")
				return
			}
			s.number(ratio(d.Spend, count*million, decimals))
		}
		switch {
		case d.Conversions == 0 || leads > 0 && purchases > 0: // the total of several kinds is none
			s.text("")
			s.text("")
		case purchases > 0:
			s.count(d.Conversions)
			s.text("actions:offsite_conversion.fb_pixel_purchase")
		default:
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
		s.count(leads)
		if r.ads {
			s.count(purchases)
			if d.Value == 0 {
				s.text("")
			} else {
				s.number(ratio(d.Value, million, 2))
			}
		}
	}
	row(all, "", all.Conversions-bought.Conversions, bought.Conversions)
	for _, d := range days {
		if d.Valued {
			row(d, d.Day.String(), 0, d.Conversions)
		} else {
			row(d, d.Day.String(), d.Conversions, 0)
		}
	}
	return s.file("Worksheet")
}
