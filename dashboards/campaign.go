package dashboards

import (
	"net/http"
	"strings"

	"vigie/metrics"
	"vigie/reports"
	"vigie/reports/chart"
)

// campaignView is the live page of a campaign: where it stands since its start,
// then the days and channels one chose.
type campaignView struct {
	head
	Filter filterForm
	Empty  bool   // no data yet
	Inbox  string // where exports are dropped

	Pacing, Targets, Channels, Split         *reports.Live
	PacingTitle, TargetsTitle, PeriodTitle   string
	ChannelsTitle, SplitTitle, FindingsTitle string
	TableTitle                               string
	Since, Period, Before, Windows, AsOf     string
	Chosen                                   bool

	Outlook  []fact
	Tiles    []reports.Tile
	Remarks  []string // what one has to know to read them
	Source   string
	Findings []findingLine
	More     string // the address of all findings
	Hidden   int    // how many of them are not listed
	Untold   int    // what cannot be told yet
	Advice   []string

	Table reports.ChannelTable
}

type fact struct{ Name, Value string }

// findingLine is a finding in the list beside the charts.
type findingLine struct {
	reports.FindingView
	URL string
}

// shownFindings is how many findings stand beside the charts.
const shownFindings = 5

func campaignPage(v *visit) error {
	s, err := v.subject()
	if err != nil {
		return err
	}
	f := v.filter(s.c, s.last)
	parts := []string{"c", s.c.Client.ID, s.c.ID}
	// What the form sends and does not matter leaves the address, so that an
	// address that is passed on says what it shows.
	q := v.r.URL.Query()
	q.Del("lang")
	if len(v.notes) == 0 && q.Encode() != f.query().Encode() {
		http.Redirect(v.w, v.r, v.at(f.query(), parts...), http.StatusSeeOther)
		return nil
	}
	// Where the campaign stands and where it goes is of today, whatever period
	// one looks back at; the rest of the page is that period's.
	now := v.defaultFilter(s.c, s.last)
	standing, err := s.snapshot(now)
	if err != nil {
		return err
	}
	snap, err := s.snapshot(f)
	if err != nil {
		return err
	}
	p, period := reports.NewPage(standing, v.lang, v.Engine), reports.NewPage(snap, v.lang, v.Engine)
	b := &campaignView{head: s.head("", p)}
	// What is proposed stands with the findings.
	lead := p.Essentials()
	b.Lead = strings.Join(lead[:min(len(lead), 2)], " ")
	if s.last == 0 {
		b.Empty, b.Inbox = true, "inbox/"+s.c.Client.ID+"/"
		v.write("campaign", &frame{Title: s.c.Name, Current: "campaigns", Body: b})
		return nil
	}
	b.Filter = v.filterForm(f, s.c, s.last, v.at(nil, parts...))
	shown := period
	if b.Chosen = len(f.Channels) > 0; b.Chosen {
		shown = period.Only(f.Channels)
	}
	drawn, err := s.draw(now,
		drawing{"pacing", p, []chart.Medium{twoThirds, full}},
		drawing{"targets", p, []chart.Medium{third, halfOfPage}},
	)
	if err != nil {
		return err
	}
	b.Pacing, b.Targets = drawn["pacing"], drawn["targets"]
	drawn, err = s.draw(f,
		drawing{"channels", shown, []chart.Medium{full, halfOfPage, twoThirds, huge}},
		drawing{splitName(period), period, []chart.Medium{sevenTwelfths, halfOfPage, full}},
	)
	if err != nil {
		return err
	}
	b.Channels, b.Split = drawn["channels"], drawn[splitName(period)]
	b.PacingTitle, b.TargetsTitle = p.SectionTitle("pacing"), p.SectionTitle("setup")
	b.PeriodTitle, b.ChannelsTitle, b.TableTitle = shown.SectionTitle("summary"), shown.ChannelsTitle(), shown.SectionTitle("channels")
	b.SplitTitle, b.FindingsTitle = period.SplitTitle(), p.SectionTitle("findings")
	l := v.lang
	b.AsOf = p.AsOf()
	b.Since = l.FromTo(p.Flight.From, p.Last)
	b.Period = l.Period(f.From, f.To)
	if period.Previous.To >= p.Flight.From {
		b.Before = l.Period(period.Previous.From, period.Previous.To)
	}
	b.Windows = period.Windows()
	b.Outlook = outlook(v, p)
	b.Tiles = shown.Tiles()
	b.Source = shown.Source()
	b.Remarks = shown.PeriodNotes()
	b.More = v.at(v.r.URL.Query(), append(parts, "findings")...)
	for i, x := range p.Insight.Findings {
		if i < shownFindings {
			b.Findings = append(b.Findings, findingLine{p.FindingView(x), b.More + "#" + anchor(x)})
		}
	}
	b.Hidden = max(0, len(p.Insight.Findings)-shownFindings)
	b.Untold = len(p.Insight.Notes)
	for _, r := range p.Advice.Recommendations {
		b.Advice = append(b.Advice, strings.TrimSuffix(r.Title.In(l), "."))
	}
	b.Table = shown.ChannelTable()
	v.write("campaign", &frame{Title: s.c.Name, Current: "campaigns", Charts: true, Body: b, Foot: s.c.Name + " · " + s.c.Client.Name + " · " + b.Period})
	return nil
}

// splitName is the chart that says what the change of cost is made of: its
// channels, or cost of a click and conversion rate where there is one channel.
func splitName(p *reports.Page) string {
	if p.Insight.Split != nil && p.Insight.Split.Channels == nil {
		return "cpa-parts"
	}
	return "cpa-channels"
}

// outlook is where the present pace leads.
func outlook(v *visit, p *reports.Page) []fact {
	for _, x := range p.Insight.Paces {
		if x.Scope != "" {
			continue
		}
		money := func(micros int64) string { return v.lang.Money(float64(micros)/metrics.Micro, p.Currency, 0) }
		var out []fact
		add := func(en, fr, value string) { out = append(out, fact{v.say(en, fr), value}) }
		if x.Left > 0 {
			add("Days left", "Jours restants", v.lang.Int(int64(x.Left)))
			add("Spent a day at present", "Dépense par jour, actuelle", money(x.PerDay))
			add("Needed to end on budget", "Nécessaire pour finir au budget", money(x.Needed))
		}
		if x.Range {
			add("Expected at the end", "Attendu à la fin", money(x.Projected)+" "+v.lang.Interval(money(x.Low), money(x.High)))
		}
		return out
	}
	return nil
}
