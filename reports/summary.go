package reports

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
		if cpa.Value == nil {
			return p.T("%s %s", "%s %s", p.counted(*v.Value), when)
		}
		title := p.T("%s at %s each %s", "%s à %s l’une %s", p.counted(*v.Value), p.money(*cpa.Value, 2), when)
		c, ok := row.Previous["cpa"]
		if !ok || c.Change == nil || c.ChangeLow == nil {
			return title
		}
		if !c.Clear {
			return title + p.T(": the change of cost stays within the noise", "\u00a0: l’écart de coût reste dans le bruit")
		}
		if *c.Change > 0 {
			return title + p.T(", more than before", ", plus cher qu’avant")
		}
		return title + p.T(", less than before", ", moins cher qu’avant")
	},
	Data: func(p *Page) (any, error) {
		var tiles []Tile
		for _, id := range []string{"conversions", "cpa", "cvr", "spend", "cpc", "ctr", "cpm", "impressions"} {
			tiles = append(tiles, p.Tile(id, p.Frame.Total))
		}
		var immature int
		for _, d := range p.Whole.Days {
			if d.Day >= p.Period.From && d.Day <= p.Period.To && d.Known && !d.Mature {
				immature++
			}
		}
		return map[string]any{
			"Page": p, "Tiles": tiles, "Immature": immature,
			"Before": p.Lang.Period(p.Previous.From, p.Previous.To),
			"Notes":  p.PeriodNotes(),
		}, nil
	},
})

// PeriodNotes are what one should know before using the period's figures:
// which of the two periods lacks conversions that were not recorded, at which
// rates amounts were converted, and what the totals leave out.
func (p *Page) PeriodNotes() []string {
	var out []string
	for _, o := range p.Insight.Outages {
		for _, x := range []struct {
			days Days
			name string
		}{
			{p.Period, p.T("This period", "Cette période")},
			{p.Previous, p.T("The period before", "La période précédente")},
		} {
			if n := min(o.To, x.days.To) - max(o.From, x.days.From) + 1; n > 0 {
				out = append(out, p.T("%s holds %d %s of measurement outage (%s): its cost per acquisition is higher than it was", "%s contient %d %s de panne de mesure (%s)\u00a0: son coût par acquisition paraît plus haut qu’il n’a été",
					x.name, n, p.Lang.Plural(float64(n), p.T("day", "jour"), p.T("days", "jours")), o.Label.In(p.Lang)))
			}
		}
	}
	out = append(out, p.ConversionNotes()...)
	for _, n := range p.Frame.Notes {
		out = append(out, n.In(p.Lang))
	}
	return out
}
