package reports

import (
	"html/template"

	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
)

// What is so: each finding with its effect, its evidence and how sure it is,
// then what cannot be told and what that would need.
var _ = register(Section{
	Name:  "findings",
	Order: 60,
	Title: func(p *Page) string {
		n := len(p.Insight.Findings)
		established := 0
		for _, f := range p.Insight.Findings {
			if f.Level == insight.Established {
				established++
			}
		}
		switch {
		case n == 0:
			return p.T("No finding: nothing stands out of the noise in %d rules", "Aucun constat\u00a0: rien ne sort du bruit parmi %d règles", p.Insight.Rules)
		case n == 1 && established == 1:
			return p.T("1 finding stands out, an established one", "1 constat ressort, il est établi")
		case n == 1:
			return p.T("1 finding stands out, not yet established", "1 constat ressort, pas encore établi")
		case established == n:
			return p.T("%d findings stand out, all established", "%d constats ressortent, tous établis", n)
		case established == 0:
			return p.T("%d findings stand out, none established yet", "%d constats ressortent, aucun encore établi", n)
		}
		return p.T("%d findings stand out, %d of them established", "%d constats ressortent, dont %d "+p.Lang.Plural(float64(established), "établi", "établis"), n, established)
	},
	Data: func(p *Page) (any, error) {
		var list []FindingView
		for _, f := range p.Insight.Findings {
			list = append(list, p.FindingView(f))
		}
		var notes []string
		for _, n := range p.Insight.Notes {
			notes = append(notes, n.Text.In(p.Lang))
		}
		return map[string]any{"Page": p, "Findings": list, "Notes": notes}, nil
	},
})

// FindingView is a finding as a page shows it.
type FindingView struct {
	ID       string
	Title    string
	Text     string
	When     string
	Effect   string
	Evidence []string
	Mind     string
	Mark     template.HTML
	Tested   int
	Critical bool
	Why      string
}

// FindingView prepares a finding.
func (p *Page) FindingView(f insight.Finding) FindingView {
	v := FindingView{
		ID: f.ID, Title: f.Title.In(p.Lang), Text: f.Text.In(p.Lang), When: p.Lang.Period(f.From, f.To),
		Mind: f.WouldChange.In(p.Lang), Mark: p.Evidence(f.Level), Tested: f.Tested, Critical: f.Critical,
	}
	if f.Effect.Confidence > 0 {
		v.Effect = words.Change(p.Lang, f.Effect.Value) + " " + p.Lang.Interval(p.points(f.Effect.Low), p.points(f.Effect.High))
	}
	for _, e := range f.Evidence {
		v.Evidence = append(v.Evidence, e.Label.In(p.Lang)+p.Lang.Colon()+" "+e.Text.In(p.Lang))
	}
	if r, ok := insight.LookupRule(f.Rule); ok {
		v.Why = r.Why.In(p.Lang)
	}
	return v
}
