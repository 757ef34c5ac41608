package dashboards

import (
	"regexp"
	"slices"

	"vigie/metrics/insight"
	"vigie/reports"
	"vigie/reports/chart"
)

// findingsView is what is so, how one knows, and what to do about it.
type findingsView struct {
	head
	Windows     string // the days compared
	Title       string
	Findings    []findingProof
	Gone        []string // found at the last report issued, and not any more
	Notes       []string // what cannot be told yet
	Days        *reports.Live
	DaysTitle   string
	DaysNote    string
	AdviceTitle string
	Advice      []reports.RecommendationView
	AdviceNotes []string
	Foot        string
}

// findingProof is a finding with its evidence line by line.
type findingProof struct {
	reports.FindingView
	Anchor string
	Number int
	Facts  []fact
	State  string // new or still there since the last report issued
}

var notInAnchor = regexp.MustCompile(`[^a-z0-9]+`)

// anchor is where a finding stands on the page of findings.
func anchor(f insight.Finding) string { return "f-" + notInAnchor.ReplaceAllString(f.ID, "-") }

func findingsPage(v *visit) error {
	s, err := v.subject()
	if err != nil {
		return err
	}
	f := v.defaultFilter(s.c, s.last) // findings are about the campaign as it stands
	snap, err := s.snapshot(f)
	if err != nil {
		return err
	}
	p := reports.NewPage(snap, v.lang, v.Engine)
	drawn, err := s.draw(f, drawing{"days", p, []chart.Medium{full, halfOfPage, twoThirds, huge}})
	if err != nil {
		return err
	}
	l := v.lang
	b := &findingsView{head: s.head("findings", p), Title: p.SectionTitle("findings"), Days: drawn["days"], AdviceTitle: p.SectionTitle("recommendation")}
	if p.Last != 0 {
		b.Windows = v.say("As the campaign is known on %s. Findings on costs compare %s with %s", "Telle que la campagne est connue au %s. Les constats de coût comparent %s à %s", l.DayText(p.Last),
			l.Period(p.Compared.Now.From, p.Compared.Now.To), l.Period(p.Compared.Before.From, p.Compared.Before.To))
	}
	state, gone := s.since(p.Insight.Findings)
	for _, x := range gone {
		b.Gone = append(b.Gone, x.Title.In(l))
	}
	for i, x := range p.Insight.Findings {
		y := findingProof{FindingView: p.FindingView(x), Anchor: anchor(x), Number: i + 1, State: state(x)}
		for _, e := range x.Evidence {
			y.Facts = append(y.Facts, fact{e.Label.In(l), e.Text.In(l)})
		}
		b.Findings = append(b.Findings, y)
	}
	for _, n := range p.Insight.Notes {
		b.Notes = append(b.Notes, n.Text.In(l))
	}
	b.DaysTitle, b.DaysNote = p.DaysTitle(), p.DaysNote()
	for _, r := range p.Advice.Recommendations {
		b.Advice = append(b.Advice, p.RecommendationView(r))
	}
	for _, n := range p.Advice.Notes {
		b.AdviceNotes = append(b.AdviceNotes, n.Text.In(l))
	}
	b.Foot = v.say("%d rules examined, %d findings; at most one flag in ten is expected to be wrong", "%d règles examinées, %d constats\u00a0; au plus un signalement sur dix attendu à tort", p.Insight.Rules, len(b.Findings))
	v.write("findings", &frame{Title: v.say("Findings", "Constats") + " · " + s.c.Name, Current: "campaigns", Charts: b.Days != nil, Body: b, Foot: b.Foot})
	return nil
}

// since compares the findings with those of the last report issued: which of
// them it held already, and which it held are found no more. Without a report,
// or where its figures cannot be read, nothing is said; the page of reports says
// what is wrong with it.
func (s *subject) since(now []insight.Finding) (state func(insight.Finding) string, gone []insight.Finding) {
	nothing := func(insight.Finding) string { return "" }
	issued, err := reports.Editions(s.c)
	if err != nil || len(issued) == 0 {
		return nothing, nil
	}
	last, err := issued[0].Snapshot()
	if err != nil {
		return nothing, nil
	}
	// The onset moves as days come in: what overlaps is the same finding.
	among := func(list []insight.Finding, x insight.Finding) bool {
		return slices.ContainsFunc(list, func(y insight.Finding) bool {
			return x.Rule == y.Rule && x.Scope == y.Scope && x.From <= y.To && y.From <= x.To
		})
	}
	for _, x := range last.Insight.Findings {
		if !among(now, x) {
			gone = append(gone, x)
		}
	}
	return func(x insight.Finding) string {
		if among(last.Insight.Findings, x) {
			return s.say("was there at the last report", "déjà là au dernier rapport")
		}
		return s.say("new since the last report", "nouveau depuis le dernier rapport")
	}, gone
}
