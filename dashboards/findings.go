package dashboards

import (
	"fmt"
	"regexp"

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
	for i, x := range p.Insight.Findings {
		y := findingProof{FindingView: p.FindingView(x), Anchor: anchor(x), Number: i + 1}
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
