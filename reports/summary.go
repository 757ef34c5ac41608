package reports

import "vigie/metrics"

// tileKPIs are the KPIs of a period that have a tile.
var tileKPIs = []string{"conversions", "cpa", "cvr", "spend", "cpc", "ctr", "cpm", "impressions"}

// The executive summary: what the lead does not say yet, and the period's
// KPIs. Its reader may stop here.
var _ = register(Section{
	Name:  "summary",
	Order: 10,
	Title: func(p *Page) string {
		row := p.Frame.Total
		v := row.KPIs["conversions"]
		when := p.Lang.FromTo(p.Period.From, p.Period.To)
		if v.Value == nil {
			return p.T("The period %s has no conversions on record", "La période %s n’a pas de conversions enregistrées", when)
		}
		cpa := row.KPIs["cpa"]
		title := p.T("%s at %s each %s", "%s à %s l’une %s", p.counted(*v.Value), p.value("cpa", cpa), when)
		if cpa.Value == nil || cpa.Volume == metrics.VolumeNone {
			title = p.counted(*v.Value) + " " + when
		}
		if now := p.doubt(p.Period); now.Days() > 0 {
			_, pending := p.pending(now)
			return title + p.T(", %s: %s", ", chiffres %s\u00a0: %s", pending, now.Text(p.Lang))
		}
		if cpa.Value == nil {
			return title
		}
		if cpa.Volume == metrics.VolumeNone {
			return title + p.T(": too few to judge what one costs", "\u00a0: trop peu pour juger ce que coûte chacune")
		}
		c, ok := row.Previous["cpa"]
		if !ok || c.Change == nil || c.ChangeLow == nil {
			return title
		}
		if before := p.doubt(p.Previous); before.Days() > 0 {
			return title + p.T(", not compared: the period before has %s", ", sans comparaison\u00a0: la période précédente a %s", before.Text(p.Lang))
		}
		switch {
		case !c.Clear:
			return title + p.T(": the change of cost stays within the noise", "\u00a0: l’écart de coût reste dans le bruit")
		case *c.Change > 0:
			return title + p.T(", more than before", ", plus cher qu’avant")
		}
		return title + p.T(", less than before", ", moins cher qu’avant")
	},
	Data: func(p *Page) (any, error) {
		before := ""
		if p.before() {
			before = p.Lang.Period(p.Previous.From, p.Previous.To)
		}
		return map[string]any{"Page": p, "Tiles": p.Tiles(), "Before": before, "Notes": p.PeriodNotes()}, nil
	},
})
