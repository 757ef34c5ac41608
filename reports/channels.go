package reports

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
	"vigie/reports/chart"
)

// Which channel falls behind? One small chart each, on one scale, and the
// period's figures as a table whose last line is the total.
var _ = register(Section{
	Name:  "channels",
	Order: 40,
	Title: func(p *Page) string {
		best, value := "", 0.0
		var total float64
		for _, r := range p.Frame.Rows {
			v := r.KPIs["conversions"].Value
			if v == nil {
				continue
			}
			total += *v
			if *v > value {
				best, value = r.Labels[0], *v
			}
		}
		if best == "" || total == 0 {
			return p.T("No channel has conversions %s", "Aucun levier n’a de conversions %s", p.Lang.FromTo(p.Period.From, p.Period.To))
		}
		share := locale.Dash
		for _, r := range p.Frame.Rows {
			all := p.Frame.Total.KPIs["spend"].Value
			if v := r.KPIs["spend"].Value; r.Labels[0] == best && v != nil && all != nil && *all > 0 {
				share = p.Lang.Percent(*v / *all, 0)
			}
		}
		return p.T("%s brings %s of %s conversions for %s of spend", "%s apporte %s conversions sur %s pour %s de la dépense",
			best, p.Lang.Count(value), p.Lang.Count(total), share)
	},
	Data: func(p *Page) (any, error) {
		data := map[string]any{"Page": p, "Window": rollingDays, "Doubts": len(p.Insight.Doubts) > 0, "Table": p.ChannelTable()}
		if p.Last != 0 {
			f, err := p.figure(false, func(m chart.Medium) chart.Chart { return chart.Multiples(p.multiplesData(), p.Lang, m) })
			if err != nil {
				return nil, err
			}
			data["Figure"] = f
		}
		return data, nil
	},
})

// ChannelTable is the table of channels with its last line.
type ChannelTable struct {
	Period string
	// Doubt says which days of the period are not what they will be.
	Doubt string
	Start string // of what the column of paces counts
	// Compared are the days of the column of changes; empty where there is
	// nothing to compare.
	Compared string
	Rows     []ChannelRow
	Total    ChannelRow
	Source   string
}

// ChannelRow is a line of the table of channels.
type ChannelRow struct {
	Label, Platform                                   string
	Spend, Impressions, Clicks, CTR, CPC, Conversions string
	CVR, CPA, Interval                                string
	// Change is that of the CPA between the days that can be trusted, with its
	// interval and the conversions of both.
	Change, ChangeInterval, ChangeVolume, Tone string
	Pace, PaceTone                             string
	Low                                        bool
	Spark                                      string
}

// ChannelTable prepares the table of channels.
func (p *Page) ChannelTable() ChannelTable {
	t := ChannelTable{Period: p.Lang.Period(p.Period.From, p.Period.To), Start: p.Lang.DayShort(p.Flight.From), Source: p.Source()}
	if now := p.doubt(p.Period); now.Days() > 0 {
		pending, _ := p.pending(now)
		t.Doubt = pending + " (" + now.Text(p.Lang) + ")"
	}
	if len(p.Insight.Costs) > 0 {
		t.Compared = p.T("%s against %s", "%s face à %s", p.Lang.PeriodShort(p.Compared.Now.From, p.Compared.Now.To), p.Lang.PeriodShort(p.Compared.Before.From, p.Compared.Before.To))
	}
	for _, r := range p.Frame.Rows {
		var series *metrics.Series
		for i := range p.Series {
			if p.Series[i].ID == r.Keys[0] {
				series = &p.Series[i]
			}
		}
		c, _ := p.channel(r.Keys[0])
		t.Rows = append(t.Rows, p.channelRow(r.Keys[0], r.Labels[0], platformName(c.Platform), r, series))
	}
	t.Total = p.channelRow("", p.T("Total", "Total"), "", p.Frame.Total, &p.Whole)
	return t
}

func (p *Page) channelRow(id, label, platform string, r metrics.Row, series *metrics.Series) ChannelRow {
	k := r.KPIs
	x := ChannelRow{
		Label: label, Platform: platform,
		Spend: p.value("spend", k["spend"]), Impressions: p.value("impressions", k["impressions"]), Clicks: p.value("clicks", k["clicks"]),
		CTR: p.value("ctr", k["ctr"]), CPC: p.value("cpc", k["cpc"]), Conversions: p.value("conversions", k["conversions"]),
		CVR: p.value("cvr", k["cvr"]), CPA: p.value("cpa", k["cpa"]), Interval: p.interval("cpa", k["cpa"]), Change: locale.Dash, Pace: locale.Dash,
	}
	if k["cpa"].Volume == metrics.VolumeNone {
		x.Low, x.CPA, x.CVR, x.Interval = true, locale.Dash, locale.Dash, p.T("too little data", "trop peu de données")
	}
	if c := p.costs(id); c.Enough {
		x.Change = words.Change(p.Lang, c.Effect.Value)
		x.ChangeInterval = p.Lang.Interval(p.points(c.Effect.Low), p.points(c.Effect.High))
		x.ChangeVolume = p.T("%s against %s", "%s contre %s", p.Lang.Count(c.Conversions[1]), p.Lang.Count(c.Conversions[0]))
		x.Tone = "noise"
		if c.Effect.Clear() {
			x.Tone = "bad" // the cost rose
			if c.Effect.High < 0 {
				x.Tone = "good"
			}
		}
	}
	if pace, ok := p.pace(id); ok {
		x.Pace, x.PaceTone = p.Lang.Percent(pace.Index, 0), PaceTone(pace)
	}
	if series == nil {
		return x
	}
	var v []float64
	for _, d := range series.Days {
		if d.Day > p.Last {
			break
		}
		if d.Known {
			v = append(v, units(d.Spend))
		} else {
			v = append(v, math.NaN())
		}
	}
	if len(v) > 1 {
		x.Spark = chart.Sparkline(v, chart.Neutral, p.T("Spend for each day, %s", "Dépense par jour, %s", label))
	}
	return x
}

// rollingDays is the window of the small charts: two weeks, so that each point
// holds every weekday twice.
const rollingDays = 14

// multiplesData are the channels' cost per acquisition over sliding windows.
func (p *Page) multiplesData() chart.MultiplesData {
	d := chart.MultiplesData{
		ID: "cpa-by-channel", Format: chart.Money(p.Currency, 2), Target: math.NaN(), Level: stats.Confidence,
		Message: p.T("Cost per acquisition of each channel over 14 sliding days", "Coût par acquisition de chaque levier sur 14 jours glissants"),
	}
	if t, ok := p.target("cpa"); ok {
		d.Target = t.Aim
	}
	d.Panels = append(d.Panels, p.panel(p.Whole, p.T("All channels", "Tous les leviers")))
	worst, at := 0.0, -1
	for _, s := range p.Series {
		if !slices.ContainsFunc(p.Frame.Rows, func(r metrics.Row) bool { return r.Keys[0] == s.ID }) {
			continue
		}
		panel := p.panel(s, s.Label)
		// The one to look at: its cost is clearly above the target, and the most so.
		if b, ok := judged(panel); ok && !math.IsNaN(d.Target) && b.Low > d.Target && b.Value/d.Target > worst {
			worst, at = b.Value/d.Target, len(d.Panels)
		}
		d.Panels = append(d.Panels, panel)
	}
	if at >= 0 {
		d.Panels[at].StandsOut = true
	}
	return d
}

// panel is the small chart of a series.
func (p *Page) panel(s metrics.Series, name string) chart.Panel {
	out := chart.Panel{Name: name}
	windows := p.rolling(s)
	known := false
	for _, w := range windows {
		out.Points = append(out.Points, w.Band)
		known = known || !math.IsNaN(w.Value)
		if out.Until.IsZero() {
			out.Until = w.Day - 1
		}
		if w.mature {
			out.Until = w.Day
		}
	}
	if at := out.Marked(); at >= 0 {
		out.Volume = p.counted(windows[at].conversions)
	}
	if !known {
		var n float64
		days := 0
		for _, d := range s.Days {
			if d.Known {
				n += units(d.Conversions)
				days++
			}
		}
		out.TooFew, out.Points = p.T("%s in %d days", "%s en %d jours", p.counted(n), days), nil
	}
	return out
}

// judged is the point of a panel that may be held against the target: the
// marked one, where its conversions have come in.
func judged(q chart.Panel) (chart.Band, bool) {
	at := q.Marked()
	if at < 0 || q.Points[at].Day > q.Until {
		return chart.Band{}, false
	}
	return q.Points[at], true
}

// window is the cost per acquisition of the days up to a day.
type window struct {
	chart.Band
	conversions float64
	mature      bool // the conversions of all its days have come in
}

// rolling is a series' cost per acquisition over the days up to each day,
// without those that cannot be trusted; not known where more than two
// days of the window are not, or where it has under five conversions.
func (p *Page) rolling(s metrics.Series) []window {
	var out []window
	for i := range s.Days {
		if s.Days[i].Day > p.Last || i < rollingDays-1 {
			continue
		}
		w := window{Band: chart.Band{Day: s.Days[i].Day, Value: math.NaN(), Low: math.NaN(), High: math.NaN()}, mature: true}
		var spend float64
		var week stats.Week
		known := 0
		for _, d := range s.Days[i-rollingDays+1 : i+1] {
			if !d.Known {
				continue
			}
			known++
			if _, doubtful := insight.Doubted(p.Insight.Doubts, s.ID, d.Day); doubtful {
				continue // spend without the conversions it brought would be a cost that never was
			}
			w.mature = w.mature && d.Mature
			spend += units(d.Spend)
			w.conversions += units(d.Conversions)
			week.Add(d.Day.Weekday(), units(d.Conversions), units(d.Spend))
		}
		if known >= rollingDays-2 && w.conversions >= stats.MinEvents {
			phi, _ := stats.Phi(stats.PriorPhi, week)
			e := stats.CostPer(spend, w.conversions, phi, stats.Confidence)
			w.Value, w.Low, w.High = e.Value, e.Low, e.High
		}
		out = append(out, w)
	}
	return out
}
