package reports

import (
	"strings"

	"vigie/internal/locale"
	"vigie/metrics/advise"
)

// What to do: the options side by side, doing nothing first, with what each
// brings, costs and risks, and what would make us go back.
var _ = register(Section{
	Name:  "recommendation",
	Order: 70,
	Title: func(p *Page) string {
		if len(p.Advice.Recommendations) == 0 {
			return p.T("No recommendation: the data do not carry one yet", "Aucune préconisation\u00a0: les données n’en portent pas encore")
		}
		return strings.TrimSuffix(p.Advice.Recommendations[0].Title.In(p.Lang), ".")
	},
	Data: func(p *Page) (any, error) {
		var list []RecommendationView
		for _, r := range p.Advice.Recommendations {
			list = append(list, p.RecommendationView(r))
		}
		var notes []string
		for _, n := range p.Advice.Notes {
			notes = append(notes, n.Text.In(p.Lang))
		}
		return map[string]any{"Page": p, "List": list, "Notes": notes}, nil
	},
})

// RecommendationView is a recommendation as a page shows it: options in
// columns, criteria in rows.
type RecommendationView struct {
	ID, Title, Why, Reason, Flip, Basis, Caveat, Arbitration string
	Options                                                  []OptionView
	Rows                                                     []CriterionView
	Bounds                                                   []string
}

// OptionView heads a column.
type OptionView struct {
	Letter, Label, Text string
	Picked              bool
	Dominated           string
}

// CriterionView is a row: what is compared, and a cell for each option.
type CriterionView struct {
	Name  string
	Cells []CellView
}

// CellView is a cell, with the letter of its option, marked where that is the one
// recommended.
type CellView struct {
	Letter, Text string
	Picked       bool
}

// RecommendationView prepares a recommendation.
func (p *Page) RecommendationView(r advise.Recommendation) RecommendationView {
	l := p.Lang
	v := RecommendationView{ID: r.ID, Title: r.Title.In(l), Why: r.Why.In(l), Reason: r.Reason.In(l), Flip: r.FlipText.In(l), Basis: r.Basis.In(l), Caveat: r.Caveat.In(l), Arbitration: r.Arbitration.Text.In(l)}
	for _, b := range r.Bounds {
		mark := ""
		if b.Binding {
			mark = p.T(": this one decides", "\u00a0: c’est celle-ci qui décide")
		}
		v.Bounds = append(v.Bounds, p.money(units(b.PerDay), 2)+", "+b.Label.In(l)+mark)
	}
	rows := []struct {
		name string
		cell func(o advise.Option) string
	}{
		{p.T("Move", "Mouvement"), func(o advise.Option) string {
			var parts []string
			for _, m := range o.Moves {
				parts = append(parts, p.T("%s a day from %s to %s, %s in all", "%s par jour de %s vers %s, %s en tout",
					p.money(units(m.PerDay), 2), m.FromLabel.In(l), m.ToLabel.In(l), p.money(units(m.Total), 0)))
			}
			if len(parts) == 0 && o.ID != "a" {
				return o.Text.In(l)
			}
			if len(parts) == 0 {
				return p.T("none", "aucun")
			}
			return strings.Join(parts, "; ")
		}},
		{p.T("Expected effect", "Effet attendu"), func(o advise.Option) string {
			if o.Effect.Mean == 0 && o.Effect.Low == o.Effect.High {
				return p.T("none: this is what the others are compared with", "aucun\u00a0: c’est la base de comparaison")
			}
			return locale.Signed(l.Number(o.Effect.Mean, 1)) + locale.NBSP + l.Plural(o.Effect.Mean, "conversion", "conversions") + " " +
				p.Lang.Interval(locale.Signed(l.Number(o.Effect.Low, 1)), locale.Signed(l.Number(o.Effect.High, 1)))
		}},
		{p.T("Chance of a gain", "Chance d’un gain"), func(o advise.Option) string {
			if o.ID == "a" {
				return locale.Dash
			}
			return l.Percent(o.Effect.Prob, 0)
		}},
		{p.T("Cost and work", "Coût et travail"), func(o advise.Option) string {
			hours := l.Number(o.Hours, 1)
			if o.Hours == float64(int(o.Hours)) {
				hours = l.Number(o.Hours, 0)
			}
			return p.money(units(o.Cost), 0) + ", " + hours + "\u00a0h"
		}},
		{p.T("Risk", "Risque"), func(o advise.Option) string { return o.Risk.In(l) }},
		{p.T("Rank", "Rang"), func(o advise.Option) string {
			if o.Rank == 0 {
				return locale.Dash
			}
			return l.Int(int64(o.Rank)) + " (" + locale.Signed(p.money(units(o.Score), 0)) + ")"
		}},
		{p.T("Going back", "Retour en arrière"), func(o advise.Option) string { return o.Reversible.In(l) }},
		{p.T("Known after", "Jugé après"), func(o advise.Option) string {
			if o.LearnDays == 0 {
				return locale.Dash
			}
			return p.T("%d days", "%d jours", o.LearnDays)
		}},
		{p.T("What would make us go back", "Ce qui nous ferait revenir"), func(o advise.Option) string {
			if t := o.GoBack.In(l); t != "" {
				return t
			}
			return locale.Dash
		}},
	}
	for i, o := range r.Options {
		picked := o.ID == r.Recommended
		x := OptionView{Letter: string(rune('A' + i)), Label: o.Label.In(l), Text: o.Text.In(l), Picked: picked}
		if o.Dominated {
			for j, other := range r.Options {
				if other.ID == o.DominatedBy {
					x.Dominated = p.T("%s brings more, for no more cost, waiting or risk", "%s rapporte plus, sans plus de coût, d’attente ni de risque", string(rune('A'+j)))
				}
			}
		}
		v.Options = append(v.Options, x)
	}
	for _, row := range rows {
		c := CriterionView{Name: row.name}
		for i, o := range r.Options {
			c.Cells = append(c.Cells, CellView{v.Options[i].Letter, row.cell(o), o.ID == r.Recommended})
		}
		v.Rows = append(v.Rows, c)
	}
	return v
}
