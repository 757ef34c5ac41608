package reports

import (
	"context"
	"html/template"
	"slices"
	"strings"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/advise"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
)

// Decision is what people decided, as their file says it, and what was measured
// of it.
type Decision struct {
	ID       string     `json:"id"`
	Date     locale.Day `json:"date"`
	Applied  locale.Day `json:"applied"`
	Authors  []string   `json:"authors"`
	Findings []string   `json:"findings"`
	Touches  []string   `json:"touches"`
	Options  []Choice   `json:"options"`
	Choice   string     `json:"choice"`
	Reason   string     `json:"reason,omitempty"` // first paragraph of its text
	KPI      string     `json:"kpi"`
	From     float64    `json:"from"` // in the KPI's unit
	To       float64    `json:"to"`
	Check    locale.Day `json:"check"`
	Approved string     `json:"approved_by,omitempty"`
	Status   string     `json:"status"`
	Closed   locale.Day `json:"closed,omitzero"`
	Note     string     `json:"note,omitempty"` // what people say came of it
	File     string     `json:"file"`           // inside the workspace
	// Outcome is what was measured, not what people say.
	Outcome advise.Outcome `json:"outcome"`
}

// Choice is an option of a decision.
type Choice struct {
	ID    string `json:"id"`
	Words string `json:"words"`
}

// touches reports whether a decision was made, ran, or ended in a period.
func (d Decision) touches(period Days) bool {
	return d.Date <= period.To && max(d.Check, d.Closed) >= period.From
}

// Decisions are all decisions of a campaign and what was measured of them, by
// date.
func Decisions(ctx context.Context, src Source) ([]Decision, error) {
	if len(src.Campaign.Decisions) == 0 {
		return []Decision{}, nil
	}
	s, _, err := begin(ctx, src, Request{Kind: KindTracking})
	if err != nil {
		return nil, err
	}
	from, to := LastWeek(s.Last, src.Campaign.Flight)
	c := s.insightCase(src.Campaign, nil, nil, compared(s.Whole, Days{from, to}))
	return s.decided(c, insight.Examine(c).Doubts, src.Campaign), nil
}

// decided measures the decisions of a campaign.
func (s *Snapshot) decided(c insight.Case, doubts []insight.Doubt, campaign *agency.Campaign) []Decision {
	var all []advise.Decided
	for _, d := range campaign.Decisions {
		all = append(all, advise.Decided{
			ID: d.ID, Applied: d.Applied, Check: d.Expected.Check, KPI: d.Expected.KPI, Change: d.Expected.Change(),
			Touches: d.Touches, Dropped: d.Status == agency.DecisionWithdrawn,
		})
	}
	list := []Decision{}
	for i, d := range campaign.Decisions {
		x := Decision{
			ID: d.ID, Date: d.Date, Applied: d.Applied, Authors: d.Authors, Findings: d.Findings, Touches: d.Touches, Choice: d.Choice,
			Reason: d.Reason(), KPI: d.Expected.KPI, From: d.Expected.From, To: d.Expected.To, Check: d.Expected.Check,
			Approved: d.Approved, Status: d.Status, Closed: d.Closed, Note: d.Outcome, File: d.File,
			Outcome: advise.Measure(c, doubts, all[i], all),
		}
		if x.Findings == nil {
			x.Findings = []string{}
		}
		for _, o := range d.Options {
			x.Options = append(x.Options, Choice(o))
		}
		list = append(list, x)
	}
	return list
}

// What was decided and what came of it: the choice among its options, why, what
// was expected, and on the day that was set what was measured. A report of a
// period without decisions has no such section.
var _ = register(Section{
	Name:  "decisions",
	Order: 75,
	Title: func(p *Page) string {
		n := len(p.Decisions)
		count := map[string]int{}
		for _, d := range p.Decisions {
			if d.Status != agency.DecisionWithdrawn {
				count[d.Outcome.Result]++
			}
		}
		reached := count[advise.Reached]
		measured := reached + count[advise.NotReached] + count[advise.Inconclusive]
		made := p.T("%d decisions followed", "%d décisions à suivre", n)
		if n == 1 {
			made = p.T("1 decision followed", "1 décision à suivre")
		}
		switch {
		case measured == 0 && n == 1:
			return p.T("%s, which cannot be judged yet", "%s, qui ne peut pas encore être jugée", made)
		case measured == 0:
			return p.T("%s, none of which can be judged yet", "%s, dont aucune ne peut encore être jugée", made)
		case measured == 1 && reached == 1:
			return p.T("%s; the one that was measured reached what was expected", "%s\u00a0; celle qui a été mesurée atteint ce qui était attendu", made)
		case measured == 1 && count[advise.NotReached] == 1:
			return p.T("%s; the one that was measured fell short of what was expected", "%s\u00a0; celle qui a été mesurée reste en deçà de ce qui était attendu", made)
		case measured == 1:
			return p.T("%s; for the one that was measured nothing can be concluded", "%s\u00a0; pour celle qui a été mesurée, rien ne peut être conclu", made)
		}
		return p.T("%s; of %d that were measured, %d reached what was expected", "%s\u00a0; sur %d mesurées, %d "+p.Lang.Plural(float64(reached), "atteint", "atteignent")+" ce qui était attendu", made, measured, reached)
	},
	Data: func(p *Page) (any, error) {
		if len(p.Decisions) == 0 {
			return nil, nil
		}
		var list []DecisionView
		for _, d := range p.Decisions {
			list = append(list, p.DecisionView(d))
		}
		return map[string]any{"Page": p, "List": list}, nil
	},
})

// DecisionView is a decision as a page shows it.
type DecisionView struct {
	ID, Title, Who, Reason, Expected, Note string
	Options                                []ChoiceView
	Findings                               []string
	Mark                                   template.HTML // of the result
	Outcome                                string
	Observed                               string
	Limits                                 []string
}

// ChoiceView is an option, marked where it is the one chosen.
type ChoiceView struct {
	Words  string
	Chosen bool
}

// DecisionView prepares a decision.
func (p *Page) DecisionView(d Decision) DecisionView {
	l := p.Lang
	v := DecisionView{ID: d.ID, Reason: d.Reason, Mark: p.resultMark(d), Outcome: d.Outcome.Text.In(l)}
	for _, o := range d.Options {
		v.Options = append(v.Options, ChoiceView{o.Words, o.ID == d.Choice})
		if o.ID == d.Choice {
			v.Title = words.Upper(o.Words)
		}
	}
	v.Who = p.T("decided on %s by %s", "décidé le %s par %s", l.DayLong(d.Date), l.Join(d.Authors))
	if d.Approved != "" {
		v.Who += p.T(", agreed by %s", ", accord\u00a0: %s", d.Approved)
	}
	if d.Applied != d.Date+1 {
		v.Who += p.T(", applied on %s", ", appliqué le %s", l.DayText(d.Applied))
	}
	k, ok := metrics.LookupKPI(d.KPI)
	write := func(x float64) string {
		if !ok {
			return l.Number(x, 2)
		}
		return k.Format(x, l, p.Currency)
	}
	label := d.KPI
	if ok {
		label = k.Label.In(l)
	}
	v.Expected = p.T("%s from %s to %s (%s), checked on %s", "%s de %s à %s (%s), vérification le %s", label, write(d.From), write(d.To), locale.Signed(l.Percent(d.To/d.From-1, 1)), l.DayLong(d.Check))
	for _, id := range d.Findings {
		v.Findings = append(v.Findings, p.findingName(id))
	}
	if o := d.Outcome; o.Before.Value != nil && o.After.Value != nil {
		day := ""
		if ok && k.Additive {
			day = p.T(" a day", " par jour")
		}
		v.Observed = p.T("%s%s before (%s), %s%s since (%s)", "%s%s avant (%s), %s%s depuis (%s)",
			write(*o.Before.Value), day, p.sideDays(o.Before), write(*o.After.Value), day, p.sideDays(o.After))
		if o.Control != nil && o.Control.Before != nil && o.Control.After != nil {
			v.Observed += p.T("; on the channels left unchanged %s, then %s", "\u00a0; sur les leviers inchangés %s, puis %s", write(*o.Control.Before), write(*o.Control.After))
		}
	}
	for _, t := range d.Outcome.Limits {
		v.Limits = append(v.Limits, t.In(l))
	}
	switch {
	case d.Status == agency.DecisionWithdrawn:
		v.Note = p.T("withdrawn on %s: %s", "abandonné le %s\u00a0: %s", l.DayText(d.Closed), d.Note)
	case d.Note != "":
		v.Note = p.T("closed on %s: %s", "clos le %s\u00a0: %s", l.DayText(d.Closed), d.Note)
	}
	return v
}

// sideDays names the days of one side of a comparison.
func (p *Page) sideDays(s advise.Side) string {
	return p.T("%d days, %s", "%d\u00a0jours, %s", s.Days, p.Lang.PeriodShort(s.From, s.To))
}

// findingName is what a finding is called: its rule and what it is about.
func (p *Page) findingName(id string) string {
	rule, _, _ := strings.Cut(id, "@")
	name := rule
	if r, ok := insight.LookupRule(rule); ok {
		name = r.Title.In(p.Lang)
	}
	scope := agency.Scope(id)
	if i := slices.IndexFunc(p.Channels, func(c Channel) bool { return c.ID == scope }); i >= 0 {
		name += " – " + p.Channels[i].Label
	} else if platform, ok := strings.CutPrefix(scope, "platform:"); ok {
		name += " – " + platformName(platform)
	}
	return name
}

// resultMark is what came of a decision, in the colour of its meaning.
func (p *Page) resultMark(d Decision) template.HTML {
	class, label := "noise", d.Outcome.Label.In(p.Lang)
	switch {
	case d.Status == agency.DecisionWithdrawn:
		label = p.T("Withdrawn", "Abandonné")
	case d.Outcome.Result == advise.Reached:
		class = "good"
	case d.Outcome.Result == advise.NotReached:
		class = "bad"
	}
	return template.HTML(`<span class="ev ` + class + `">` + template.HTMLEscapeString(label) + `</span>`)
}
