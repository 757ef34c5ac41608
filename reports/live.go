package reports

import (
	"encoding/json"
	"html/template"
	"math"
	"slices"

	"vigie/metrics"
	"vigie/reports/chart"
)

// What the pages of a campaign take from its report: the same words, figures
// and charts, at the widths that a page gives them and live in the browser.

// Templates are the parts of reports (tiles, tables, findings, options) for
// pages to build upon. Whoever uses them gives them the functions t and svg.
func Templates() *template.Template { return template.Must(templates.Clone()) }

// Live is a chart of a page: drawings for a wide and a narrow page, which show
// without JavaScript, and the options of each width, from which the browser
// draws it again.
type Live struct {
	ID, Message string
	Wide, Phone string // SVG
	Note        string
	Table       chart.Table
	Source      string
	Options     []LiveOptions
}

// LiveOptions are a chart's options for one width.
type LiveOptions struct {
	Width, Height int // CSS px
	JSON          json.RawMessage
}

// liveCharts are the charts that a page may show; nil where the snapshot has
// nothing to draw.
var liveCharts = map[string]func(p *Page) func(m chart.Medium) chart.Chart{
	"pacing": func(p *Page) func(m chart.Medium) chart.Chart {
		if p.Last == 0 || p.Budget == 0 {
			return nil
		}
		return func(m chart.Medium) chart.Chart { return chart.Pacing(p.pacingData(), p.Lang, m) }
	},
	"targets": func(p *Page) func(m chart.Medium) chart.Chart {
		if len(p.Targets) == 0 {
			return nil
		}
		d := p.bulletsData()
		return func(m chart.Medium) chart.Chart { return chart.Bullets(d, p.Lang, m) }
	},
	"channels": func(p *Page) func(m chart.Medium) chart.Chart {
		if p.Last == 0 {
			return nil
		}
		d := p.multiplesData()
		if p.Whole.Label != "" {
			d.Panels[0].Name = p.Whole.Label
		}
		if len(d.Panels) == 2 {
			d.Panels = d.Panels[1:] // the whole is that channel
		}
		return func(m chart.Medium) chart.Chart { return chart.Multiples(d, p.Lang, m) }
	},
	"cpa-parts": func(p *Page) func(m chart.Medium) chart.Chart {
		if p.Insight.Split == nil {
			return nil
		}
		return func(m chart.Medium) chart.Chart {
			return chart.Waterfall(p.waterfallData("cpa-parts", p.Insight.Split.Parts), p.Lang, m)
		}
	},
	"cpa-channels": func(p *Page) func(m chart.Medium) chart.Chart {
		if p.Insight.Split == nil || p.Insight.Split.Channels == nil {
			return nil
		}
		return func(m chart.Medium) chart.Chart {
			return chart.Waterfall(p.waterfallData("cpa-channels", *p.Insight.Split.Channels), p.Lang, m)
		}
	},
	"days": func(p *Page) func(m chart.Medium) chart.Chart {
		if p.Last == 0 {
			return nil
		}
		return func(m chart.Medium) chart.Chart { return chart.Daily(p.dailyData(), p.Lang, m) }
	},
}

// Live draws a chart (pacing, targets, channels, cpa-parts, cpa-channels or
// days) for a page that gives it the first width where it is wide, and that
// may give it the others too; it is nil where there is nothing to draw.
func (p *Page) Live(name string, wide chart.Medium, more ...chart.Medium) (*Live, error) {
	draw, ok := liveCharts[name]
	if !ok {
		panic("reports: no chart " + name)
	}
	build := draw(p)
	if build == nil {
		return nil, nil
	}
	c := build(wide)
	f := &Live{ID: c.ID, Message: c.Message, Note: c.Note, Table: c.Table, Source: p.Source()}
	add := func(c chart.Chart) {
		f.Options = append(f.Options, LiveOptions{c.Width, c.Height, c.Options})
	}
	add(c)
	var err error
	if f.Wide, err = p.engine.SVG(c); err != nil {
		return nil, err
	}
	c = build(chart.Phone)
	add(c)
	if f.Phone, err = p.engine.SVG(c); err != nil {
		return nil, err
	}
	for _, m := range more {
		add(build(m))
	}
	return f, nil
}

// Only is the page of some channels: what belongs to the period is theirs, and
// what concerns the campaign as a whole (targets, findings, advice) stays. The
// frames of the snapshot must have been asked for these channels.
func (p *Page) Only(ids []string) *Page {
	s := *p.Snapshot
	s.Series, s.Channels, s.Insight.Paces, s.Insight.Costs, s.Insight.Doubts = nil, nil, nil, nil, nil
	for _, x := range p.Series {
		if slices.Contains(ids, x.ID) {
			s.Series = append(s.Series, x)
		}
	}
	for _, c := range p.Channels {
		if slices.Contains(ids, c.ID) {
			s.Channels = append(s.Channels, c)
		}
	}
	for _, x := range p.Insight.Paces {
		if slices.Contains(ids, x.Scope) {
			s.Insight.Paces = append(s.Insight.Paces, x)
		}
	}
	for _, x := range p.Insight.Costs {
		if slices.Contains(ids, x.Scope) {
			s.Insight.Costs = append(s.Insight.Costs, x)
		}
	}
	for _, o := range p.Insight.Doubts {
		if slices.ContainsFunc(ids, o.Touches) {
			s.Insight.Doubts = append(s.Insight.Doubts, o)
		}
	}
	s.Sources = slices.DeleteFunc(slices.Clone(p.Sources), func(x metrics.Source) bool {
		return !slices.ContainsFunc(s.Channels, func(c Channel) bool { return c.Platform == x.Platform })
	})
	s.Whole.Label = p.T("Chosen channels", "Leviers choisis")
	s.Whole.Days = slices.Clone(p.Whole.Days)
	for i := range s.Whole.Days {
		// A channel that was not known on a day was not running or its account
		// was not exported; the whole says which.
		d := metrics.Day{Day: p.Whole.Days[i].Day, Known: p.Whole.Days[i].Known, Complete: p.Whole.Days[i].Complete, Mature: p.Whole.Days[i].Mature, Settled: p.Whole.Days[i].Settled}
		for _, x := range s.Series {
			d.Impressions += x.Days[i].Impressions
			d.Clicks += x.Days[i].Clicks
			d.Spend += x.Days[i].Spend
			d.Conversions += x.Days[i].Conversions
			d.ConversionValue += x.Days[i].ConversionValue
		}
		s.Whole.Days[i] = d
	}
	return &Page{Snapshot: &s, Lang: p.Lang, engine: p.engine}
}

// Essentials are the sentences of the executive summary: the result, what
// matters most, what is proposed.
func (p *Page) Essentials() []string { return p.essentials() }

// SectionTitle is the title of a section of the report.
func (p *Page) SectionTitle(name string) string {
	for _, s := range sections {
		if s.Name == name {
			return s.Title(p)
		}
	}
	panic("reports: no section " + name)
}

// ChannelsTitle says which channel's cost stands out over the last days whose
// conversions have come in, as the chart of channels shows it; or that too
// little is known to say so.
func (p *Page) ChannelsTitle() string {
	d := p.multiplesData()
	channels := d.Panels[1:] // after the whole
	few, young := 0, 0
	for _, x := range channels {
		b, ok := judged(x)
		switch {
		case x.StandsOut:
			return p.T("%s costs clearly more than aimed: %s over the %d days to %s, for %s", "%s coûte nettement plus que visé\u00a0: %s sur les %d\u00a0jours finissant le %s, pour %s",
				x.Name, p.money(b.Value, 2), rollingDays, p.Lang.DayText(b.Day), p.money(d.Target, 2))
		case x.TooFew != "":
			few++
		case !ok:
			young++
		}
	}
	n := len(channels) - few - young
	switch {
	case few > 0 && few == len(channels) && few == 1:
		return p.T("%s has too few conversions for its cost to be judged", "%s a trop peu de conversions pour que son coût soit jugé", channels[0].Name)
	case few > 0 && few == len(channels):
		return p.T("None of the %d channels has enough conversions for its cost to be judged", "Aucun des %d leviers n’a assez de conversions pour que son coût soit jugé", few)
	case math.IsNaN(d.Target) || n == 0:
		return p.T("Cost per acquisition over %d sliding days, channel by channel", "Le coût par acquisition sur %d jours glissants, levier par levier", rollingDays)
	case n < len(channels):
		return p.T("None of the %d channels that can be judged costs clearly more than the %s aimed at", "Parmi les leviers que l’on peut juger (%d), aucun ne coûte nettement plus que les %s visés", n, p.money(d.Target, 2))
	}
	return p.T("No channel costs clearly more than the %s aimed at", "Aucun levier ne coûte nettement plus que les %s visés", p.money(d.Target, 2))
}

// SplitTitle says which channel accounts for most of the change of cost.
func (p *Page) SplitTitle() string {
	s := p.Insight.Split
	if s == nil {
		return p.SectionTitle("analysis")
	}
	bars := s.Parts.Bars
	if s.Channels != nil {
		bars = s.Channels.Bars
	}
	return p.splitSentence(bars)
}

// SourceViews are the exports behind the figures.
func (p *Page) SourceViews() []SourceView {
	var list []SourceView
	for _, s := range p.Sources {
		list = append(list, p.sourceView(s))
	}
	return list
}

// KnownDays says how many days have data since the start.
func (p *Page) KnownDays() string { return p.knownDays() }

// PlatformName is a platform's name as it writes it.
func PlatformName(id string) string { return platformName(id) }
