package reports

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight"
	"vigie/reports/chart"
)

// Will the campaign end within its budget? What was spent day by day, the plan,
// and where the present pace leads, with its range.
var _ = register(Section{
	Name:  "pacing",
	Order: 30,
	Title: func(p *Page) string {
		pace, ok := p.pace("")
		if !ok {
			if p.Budget == 0 {
				return p.T("The brief sets no budget", "La campagne ne fixe aucun budget")
			}
			return p.T("%s of budget, and no complete day to judge its pace by", "%s de budget, et aucun jour complet pour juger le rythme", p.money(units(p.Budget), 0))
		}
		end := p.Lang.DayText(pace.End)
		projected, budget := p.money(units(pace.Projected), 0), p.money(units(pace.Budget), 0)
		if pace.Left == 0 {
			return p.T("%s spent for a budget of %s", "%s dépensés pour un budget de %s", p.money(units(pace.Spent), 0), budget)
		}
		diff := float64(pace.Projected)/float64(pace.Budget) - 1
		switch {
		case !pace.Range:
			return p.T("%s spent for %s planned by now: too few days to say where it ends", "%s dépensés pour %s prévus à ce jour\u00a0: trop peu de jours pour dire où cela finit",
				p.money(units(pace.Spent), 0), p.money(units(pace.Planned), 0))
		case math.Abs(diff) < 0.03:
			return p.T("The budget follows the plan: %s expected on %s for %s", "Le budget suit le plan\u00a0: %s attendus le %s pour %s", projected, end, budget)
		case diff < 0:
			return p.T("At the present pace %s of the budget would be left: %s expected on %s for %s", "Au rythme actuel, %s du budget resteraient\u00a0: %s attendus le %s pour %s",
				p.Lang.Percent(-diff, 0), projected, end, budget)
		}
		return p.T("At the present pace the budget would be passed by %s: %s expected on %s for %s", "Au rythme actuel, le budget serait dépassé de %s\u00a0: %s attendus le %s pour %s",
			p.Lang.Percent(diff, 0), projected, end, budget)
	},
	Data: func(p *Page) (any, error) {
		type line struct{ Label, Budget, Planned, Spent, Index, Projected, Range, Tone string }
		var lines []line
		for _, x := range p.Insight.Paces {
			l := line{
				Label: x.Label.In(p.Lang), Budget: p.money(units(x.Budget), 0), Planned: p.money(units(x.Planned), 0),
				Spent: p.money(units(x.Spent), 0), Index: p.Lang.Percent(x.Index, 0), Projected: p.money(units(x.Projected), 0), Range: locale.Dash,
			}
			if x.Range {
				l.Range = p.Lang.Interval(p.Lang.Number(units(x.Low), 0), p.Lang.Number(units(x.High), 0))
			}
			l.Tone = PaceTone(x)
			lines = append(lines, l)
		}
		data := map[string]any{"Page": p, "Lines": lines, "Start": p.Lang.DayText(p.Flight.From)}
		if p.Last != 0 && p.Budget > 0 {
			f, err := p.figure(false, func(m chart.Medium) chart.Chart { return chart.Pacing(p.pacingData(), p.Lang, m) })
			if err != nil {
				return nil, err
			}
			data["Figure"] = f
		}
		return data, nil
	},
})

// PaceTone is the class of a pace: orange outside the band that it is judged by.
func PaceTone(x insight.Pace) string {
	if math.Abs(x.Index-1) > x.Band {
		return "bad"
	}
	return ""
}

// pace is the pace of the whole ("") or of a channel.
func (p *Page) pace(scope string) (insight.Pace, bool) {
	for _, x := range p.Insight.Paces {
		if x.Scope == scope {
			return x, true
		}
	}
	return insight.Pace{}, false
}

func (p *Page) pacingData() chart.PacingData {
	d := chart.PacingData{
		ID: "pacing", Currency: p.Currency, From: p.Flight.From, To: p.Flight.To, Level: 0.80,
		Message: p.T("Cumulative spend, plan and projection", "Dépense cumulée, plan et projection"),
	}
	total := 0.0
	for _, x := range p.Whole.Days {
		if x.Day > p.Last {
			break
		}
		total += units(x.Spend)
		v := total
		if !x.Known {
			v = math.NaN()
		}
		d.Realised = append(d.Realised, chart.Point{Day: x.Day, Value: v})
	}
	plan := 0.0
	for i, x := range p.Plan {
		plan += units(x)
		d.Plan = append(d.Plan, chart.Point{Day: p.Flight.From + locale.Day(i), Value: plan})
	}
	if pace, ok := p.pace(""); ok {
		for _, c := range pace.Cone {
			d.Projection = append(d.Projection, chart.Band{Day: c.Day, Value: units(c.Mid), Low: units(c.Low), High: units(c.High)})
		}
	}
	return d
}
