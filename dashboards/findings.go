package dashboards

import (
	"fmt"
	"regexp"

	"vigie/internal/jobs"
	"vigie/internal/locale"
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
	f := v.filter(s.c, s.last)
	f.Channels = nil // findings are about the campaign
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
	b.Windows = v.say("%s against %s", "%s face à %s", l.Period(p.Compared.Now.From, p.Compared.Now.To), l.Period(p.Compared.Before.From, p.Compared.Before.To))
	history, err := v.history(s)
	if err != nil {
		return err
	}
	for _, h := range history {
		if h.state == jobs.FindingGone {
			b.Gone = append(b.Gone, h.Title.In(l))
		}
	}
	for i, x := range p.Insight.Findings {
		y := findingProof{FindingView: p.FindingView(x), Anchor: anchor(x), Number: i + 1}
		for _, h := range history {
			// The same finding keeps the id it had when it was first seen.
			if h.Rule == x.Rule && h.Scope == x.Scope && h.From <= x.To && x.From <= h.To {
				y.State = findingStates[h.state].In(l)
			}
		}
		for _, e := range x.Evidence {
			y.Facts = append(y.Facts, fact{e.Label.In(l), e.Text.In(l)})
		}
		b.Findings = append(b.Findings, y)
	}
	for _, n := range p.Insight.Notes {
		b.Notes = append(b.Notes, n.Text.In(l))
	}
	b.DaysTitle = daysTitle(v, p)
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

// findingStates are the words for what became of a finding.
var findingStates = map[string]locale.Text{
	jobs.FindingNew:   {EN: "new since the last report", FR: "nouveau depuis le dernier rapport"},
	jobs.FindingStill: {EN: "was there at the last report", FR: "déjà là au dernier rapport"},
}

// past is a finding and what became of it since the last report issued.
type past struct {
	jobs.Finding
	state string
}

// history is what is known of a campaign's findings over time; nothing before
// the first report.
func (v *visit) history(s *subject) ([]past, error) {
	issued, err := reports.Editions(s.c)
	if err != nil || len(issued) == 0 {
		return nil, err
	}
	list, err := jobs.Findings(v.r.Context(), v.DB, s.c.Client.ID, s.c.ID)
	if err != nil {
		return nil, err
	}
	var out []past
	for _, f := range list {
		if state := f.State(issued[0].Issued); state != "" {
			out = append(out, past{f, state})
		}
	}
	return out, nil
}

// daysTitle says how many days the findings rest on, and which they leave out.
func daysTitle(v *visit, p *reports.Page) string {
	known, young, out := 0, 0, 0
	for _, d := range p.Whole.Days {
		if d.Day > p.Last || !d.Known {
			continue
		}
		known++
		if !d.Mature {
			young++
		}
		for _, o := range p.Insight.Outages {
			if d.Day >= o.From && d.Day <= o.To {
				out++
				break
			}
		}
	}
	var n float64
	if x := p.ToDate.Total.KPIs["conversions"]; x.Value != nil {
		n = *x.Value
	}
	title := v.say("%s conversions in %d days with data", "%s conversions en %d jours de données", v.lang.Count(n), known)
	var left []string
	if out > 0 {
		left = append(left, fmt.Sprintf(v.lang.Plural(float64(out), v.say("%d day of measurement outage", "%d jour de panne de mesure"), v.say("%d days of measurement outage", "%d jours de panne de mesure")), out))
	}
	if young > 0 {
		left = append(left, v.say("the last %d, whose conversions are still coming in", "les %d derniers, dont des conversions restent à venir", young))
	}
	if len(left) == 0 {
		return title
	}
	return title + v.say("; left out of comparisons: ", "\u00a0; écartés des comparaisons\u00a0: ") + v.lang.Join(left)
}
