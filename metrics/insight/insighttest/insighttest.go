// Package insighttest reads the cases that rules and recommendations are
// tested with: a campaign that people can read, and what is said of it.
//
// A case is a txtar archive. Its opening prose says what it shows. In case.txt
//
//	flight: 2026-09-01 2026-10-15
//	today: 2026-10-01
//	period: 2026-09-17 2026-09-30      (the period before it has the same length)
//	budget: 6000                       (spread evenly; the whole)
//	channel: search googleads 3200 Search générique   (0: no budget)
//	target: cpa 32
//	unknown: 2026-09-12                (no export covers this day)
//	terms: search 0.1 300 0 12 45 client
//	                                   (of spend, for the flight, a conversion; hours, cost of one; who pays the media)
//	brand: Auto-école Martin           (a name of the client in campaign names)
//
// and in days.csv a line for each channel and day, or each run of equal days:
//
//	day,channel,spend,impressions,clicks,conversions,state
//	2026-09-01/2026-09-14,search,50,1000,60,2.5,
//
// where state is empty, young (conversions still coming in) or partial (the
// day was not over when it was exported). Columns stand in any order; value,
// eligible and lost_budget are there where a case needs them. Days from the
// flight's first to the last in the file that no line names are known, and
// without delivery. A case about platform objects has them in objects.csv, with
// their level (platform_campaign, ad_group, ad or keyword) and their path
// instead of the channel:
//
//	day,level,object,spend,impressions,clicks,conversions
//	2026-09-01/2026-09-28,ad,search/Brand/Exact/101,10,600,30,3
//
// What exports of different dates said of the same days is in triangle.csv; an
// export of the next day has lag 0:
//
//	day,platform,lag,conversions
//	2026-09-01/2026-09-28,googleads,0,4
package insighttest

import (
	"cmp"
	"encoding/csv"
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/stats"
)

// Read makes the case of an archive; name seeds its draws.
func Read(name string, a *txtar.Archive) (insight.Case, error) {
	c := insight.Case{
		Report: name, Client: "demo", Campaign: name, Currency: "EUR",
		Plans: map[string]insight.Plan{}, Targets: map[string]float64{},
		Platforms: map[string]string{"googleads": "Google Ads", "metaads": "Meta Ads", "linkedinads": "LinkedIn Ads"},
	}
	budgets := map[string]float64{}
	unknown := map[locale.Day]bool{}
	for n, line := range strings.Split(file(a, "case.txt"), "\n") {
		key, rest, ok := strings.Cut(line, ":")
		if strings.TrimSpace(line) == "" {
			continue
		}
		f := strings.Fields(rest)
		var err error
		switch {
		case !ok:
			err = fmt.Errorf("want key: value")
		case key == "flight" && len(f) == 2:
			c.Flight, err = span(f[0], f[1])
		case key == "period" && len(f) == 2:
			c.Period, err = span(f[0], f[1])
			c.Previous = insight.Span{From: c.Period.From - locale.Day(c.Period.Days()), To: c.Period.From - 1}
		case key == "today" && len(f) == 1:
			c.Today, err = locale.ParseDay(f[0])
		case key == "unknown" && len(f) == 1:
			var d locale.Day
			d, err = locale.ParseDay(f[0])
			unknown[d] = true
		case key == "budget" && len(f) == 1:
			budgets[""], err = strconv.ParseFloat(f[0], 64)
		case key == "target" && len(f) == 2:
			c.Targets[f[0]], err = strconv.ParseFloat(f[1], 64)
		case key == "brand" && len(f) > 0:
			c.Brand = append(c.Brand, strings.TrimSpace(rest))
		case key == "terms" && len(f) == 7:
			var v [5]float64
			for i := range v {
				if v[i], err = strconv.ParseFloat(f[i+1], 64); err != nil {
					break
				}
			}
			if c.Terms == nil {
				c.Terms = map[string]insight.Terms{}
			}
			c.Terms[f[0]] = insight.Terms{Fees: stats.Fees{Share: v[0], Fixed: v[1], PerEvent: v[2], BuysMedia: f[6] == "agency"}, Costs: stats.Costs{Hours: v[3], Hour: v[4]}}
		case key == "channel" && len(f) >= 4:
			c.Channels = append(c.Channels, metrics.Series{ID: f[0], Platform: f[1], Label: strings.Join(f[3:], " ")})
			budgets[f[0]], err = strconv.ParseFloat(f[2], 64)
		default:
			err = fmt.Errorf("unknown key")
		}
		if err != nil {
			return c, fmt.Errorf("case.txt:%d: %s: %w", n+1, line, err)
		}
	}
	for id, b := range budgets {
		if b > 0 {
			c.Plans[id] = insight.Plan{Budget: micros(b), Days: Even(micros(b), c.Flight.Days())}
		}
	}
	if err := days(&c, file(a, "days.csv"), unknown); err != nil {
		return c, err
	}
	if err := objects(&c, file(a, "objects.csv")); err != nil {
		return c, err
	}
	return c, triangles(&c, file(a, "triangle.csv"))
}

// Even spreads an amount over days so that it adds up.
func Even(total int64, days int) []int64 {
	out := make([]int64, days)
	for i := range out {
		out[i] = total*int64(i+1)/int64(days) - total*int64(i)/int64(days)
	}
	return out
}

// line is a line of days.csv or objects.csv: what happened on each of some days.
type line struct {
	insight.Span
	name  func(column string) string
	day   metrics.Day
	where string // in the case
}

func lines(name, text string) ([]line, error) {
	records, err := csv.NewReader(strings.NewReader(text)).ReadAll()
	if err != nil {
		return nil, fmt.Errorf("%s: %w", name, err)
	}
	var out []line
	for n, r := range records {
		if n == 0 {
			continue
		}
		l := line{where: fmt.Sprintf("%s:%d", name, n+1)}
		l.name = func(column string) string {
			if i := slices.Index(records[0], column); i >= 0 {
				return r[i]
			}
			return ""
		}
		from, to, ok := strings.Cut(l.name("day"), "/")
		if !ok {
			to = from
		}
		if l.Span, err = span(from, to); err != nil {
			return nil, fmt.Errorf("%s: %w", l.where, err)
		}
		number := func(column string) float64 {
			s := l.name(column)
			if s == "" {
				return 0
			}
			v, e := strconv.ParseFloat(s, 64)
			if e != nil {
				err = e
			}
			return v
		}
		l.day = metrics.Day{
			Known: true, Complete: l.name("state") != "partial", Mature: l.name("state") == "",
			Spend: micros(number("spend")), Impressions: int64(number("impressions")), Clicks: int64(number("clicks")),
			Conversions: micros(number("conversions")), ConversionValue: micros(number("value")),
			Eligible: int64(number("eligible")), LostBudget: int64(number("lost_budget")),
		}
		if err != nil {
			return nil, fmt.Errorf("%s: %w", l.where, err)
		}
		out = append(out, l)
	}
	return out, nil
}

func days(c *insight.Case, text string, unknown map[locale.Day]bool) error {
	all, err := lines("days.csv", text)
	if err != nil {
		return err
	}
	last := c.Flight.From - 1
	type cell struct {
		channel int
		day     metrics.Day
	}
	var cells []cell
	for _, l := range all {
		channel := slices.IndexFunc(c.Channels, func(ch metrics.Series) bool { return ch.ID == l.name("channel") })
		if channel < 0 {
			return fmt.Errorf("%s: no channel %s", l.where, l.name("channel"))
		}
		for l.day.Day = l.From; l.day.Day <= l.To; l.day.Day++ {
			cells = append(cells, cell{channel, l.day})
		}
		last = max(last, l.To)
	}
	n := int(last-c.Flight.From) + 1
	for i := range c.Channels {
		c.Channels[i].Days = make([]metrics.Day, n)
	}
	c.Whole.Days = make([]metrics.Day, n)
	for i := range n {
		d := c.Flight.From + locale.Day(i)
		w := metrics.Day{Day: d, Known: !unknown[d], Complete: true, Mature: true}
		for j := range c.Channels {
			c.Channels[j].Days[i].Day = d
		}
		for _, cl := range cells {
			if cl.day.Day != d || unknown[d] {
				continue
			}
			c.Channels[cl.channel].Days[i] = cl.day
			w.Spend += cl.day.Spend
			w.Impressions += cl.day.Impressions
			w.Clicks += cl.day.Clicks
			w.Conversions += cl.day.Conversions
			w.ConversionValue += cl.day.ConversionValue
			w.Complete = w.Complete && cl.day.Complete
			w.Mature = w.Mature && cl.day.Mature
		}
		c.Whole.Days[i] = w
	}
	return nil
}

// objects reads the platform objects of a case over the days of its channels.
func objects(c *insight.Case, text string) error {
	all, err := lines("objects.csv", text)
	if err != nil {
		return err
	}
	at := map[string]int{}
	for _, l := range all {
		id, level := l.name("object"), l.name("level")
		i, ok := at[level+" "+id]
		if !ok {
			path := strings.Split(id, "/")
			channel := slices.IndexFunc(c.Channels, func(ch metrics.Series) bool { return ch.ID == path[0] })
			if channel < 0 || len(path) < 2 {
				return fmt.Errorf("%s: %s starts with no channel", l.where, id)
			}
			i = len(c.Objects)
			at[level+" "+id] = i
			o := metrics.Object{ID: id, Channel: path[0], Level: level, Parent: strings.Join(path[:len(path)-1], "/"), Name: path[len(path)-1]}
			for _, d := range c.Channels[channel].Days {
				o.Days = append(o.Days, metrics.Day{Day: d.Day, Known: d.Known, Complete: d.Complete, Mature: d.Mature, Settled: d.Settled})
			}
			c.Objects = append(c.Objects, o)
		}
		o := &c.Objects[i]
		for d := l.From; d <= l.To; d++ {
			n := int(d - c.Flight.From)
			if n < 0 || n >= len(o.Days) {
				return fmt.Errorf("%s: %s is no day of days.csv", l.where, d)
			}
			was := o.Days[n]
			o.Days[n] = l.day
			o.Days[n].Day, o.Days[n].Known, o.Days[n].Complete, o.Days[n].Mature = d, was.Known, was.Complete, was.Mature
		}
	}
	return nil
}

// triangles reads what was known of days at different dates.
func triangles(c *insight.Case, text string) error {
	all, err := lines("triangle.csv", text)
	if err != nil {
		return err
	}
	for _, l := range all {
		lag, err := strconv.Atoi(l.name("lag"))
		if err != nil || lag < 0 {
			return fmt.Errorf("%s: lag %q: want a number of days", l.where, l.name("lag"))
		}
		i := slices.IndexFunc(c.Triangles, func(t metrics.Triangle) bool { return t.Platform == l.name("platform") })
		if i < 0 {
			i = len(c.Triangles)
			c.Triangles = append(c.Triangles, metrics.Triangle{Platform: l.name("platform"), Measure: "conversions"})
		}
		t := &c.Triangles[i]
		for d := l.From; d <= l.To; d++ {
			j, ok := slices.BinarySearchFunc(t.Origins, d, func(o metrics.Origin, d locale.Day) int { return int(o.Day - d) })
			if !ok {
				t.Origins = slices.Insert(t.Origins, j, metrics.Origin{Day: d})
			}
			t.Origins[j].Values = append(t.Origins[j].Values, metrics.KnownValue{Lag: lag, Value: l.day.Conversions})
		}
	}
	return nil
}

func span(from, to string) (s insight.Span, err error) {
	if s.From, err = locale.ParseDay(from); err != nil {
		return s, err
	}
	s.To, err = locale.ParseDay(to)
	return s, err
}

func micros(v float64) int64 { return int64(math.Round(v * metrics.Micro)) }

func file(a *txtar.Archive, name string) string {
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	return ""
}

// Golden writes what a report says, or what one rule of it says, so that the
// numbers and the words can be read side by side.
func Golden(c insight.Case, r insight.Report, rule string) string {
	var b strings.Builder
	say := func(t locale.Text) {
		fmt.Fprintf(&b, "    fr  %s\n    en  %s\n", t.FR, t.EN)
	}
	spoken := map[string]bool{}
	for _, f := range append(slices.Clone(r.Findings), r.Confidential...) {
		if rule != "" && f.Rule != rule {
			continue
		}
		spoken[f.Scope] = true
		critical := ""
		if f.Critical {
			critical = " critical"
		}
		if f.Confidential {
			critical += " confidential"
		}
		fmt.Fprintf(&b, "%s %s%s\n", f.Level, f.ID, critical)
		fmt.Fprintf(&b, "  %s %.2f/%.2f effect %+.3f [%+.3f, %+.3f] good %+d p %.4f q %.4f of %d stake %.2f\n",
			f.KPI, f.Value, f.Against, f.Effect.Value, f.Effect.Low, f.Effect.High, f.Good, f.P, f.Q, f.Tested, float64(f.Stake)/metrics.Micro)
		say(f.Title)
		say(f.Text)
		say(f.WouldChange)
		for _, e := range f.Evidence {
			fmt.Fprintf(&b, "  %s\n    fr  %s%s %s\n    en  %s: %s\n", e.ID, e.Label.FR, locale.FR.Colon(), e.Text.FR, e.Label.EN, e.Text.EN)
		}
		if f.Split != nil {
			waterfall(&b, "parts", f.Split.Parts)
			if f.Split.Channels != nil {
				waterfall(&b, "channels", *f.Split.Channels)
			}
		}
		b.WriteString("\n")
	}
	for _, n := range r.Notes {
		if rule != "" && n.Rule != rule {
			continue
		}
		spoken[n.Scope] = true
		fmt.Fprintf(&b, "note %s@%s needs %.4g %s, has %.4g\n", n.Rule, cmp.Or(n.Scope, "*"), n.Need, n.Measure, n.Has)
		say(n.Text)
		b.WriteString("\n")
	}
	for _, s := range append([]metrics.Series{c.Whole}, c.Channels...) {
		if !spoken[s.ID] {
			fmt.Fprintf(&b, "silent %s\n", cmp.Or(s.ID, "*"))
		}
	}
	return b.String()
}

func waterfall(b *strings.Builder, name string, w insight.Waterfall) {
	fmt.Fprintf(b, "  %s %.2f", name, w.StartShown)
	for _, bar := range w.Bars {
		noise := ""
		if bar.Noise {
			noise = " noise"
		}
		fmt.Fprintf(b, " · %s %+.2f [%+.2f, %+.2f]%s", bar.ID, bar.Shown, bar.Low, bar.High, noise)
	}
	fmt.Fprintf(b, " = %.2f\n", w.EndShown)
}
