package insight

import (
	"cmp"
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/stats"
)

// line is the days of a channel or of a platform campaign, in their order.
type line struct {
	scope    string
	channel  string
	platform string
	label    locale.Text
	object   bool // a platform campaign
	days     []metrics.Day
}

// name is how a title names it: what people named themselves stands in quotes.
func (n line) name(l locale.Lang) string {
	if n.object {
		return l.Quote(n.label.In(l))
	}
	return n.label.In(l)
}

// channelLines are the channels.
func (c Case) channelLines() (list []line) {
	for _, s := range c.Channels {
		list = append(list, line{scope: s.ID, channel: s.ID, platform: s.Platform, label: locale.Same(s.Label), days: s.Days})
	}
	return list
}

// campaignLines are the platform campaigns of channels that hold several: one
// alone is its channel.
func (c Case) campaignLines() (list []line) {
	count := map[string]int{}
	for _, o := range c.Objects {
		if o.Level == metrics.CampaignLevel {
			count[o.Channel]++
		}
	}
	for _, o := range c.Objects {
		if s, ok := c.series(o.Channel); ok && o.Level == metrics.CampaignLevel && count[o.Channel] > 1 {
			list = append(list, line{scope: o.ID, channel: o.Channel, platform: s.Platform, label: locale.Same(o.Name), object: true, days: o.Days})
		}
	}
	return list
}

// lines are the finest known: platform campaigns, and the channels without.
func (c Case) lines() []line {
	list := c.campaignLines()
	for _, n := range c.channelLines() {
		if !slices.ContainsFunc(list, func(o line) bool { return o.channel == n.channel }) {
			list = append(list, n)
		}
	}
	return list
}

// usable reports a day whose figures are known, complete and not in doubt; its
// conversions may still be coming in.
func (n line) usable(d metrics.Day, doubts []Doubt) bool {
	_, doubtful := Doubted(doubts, n.channel, d.Day)
	return d.Known && d.Complete && !doubtful
}

// points are a count for each exposure over the days; with mature, only days
// whose conversions have come in count.
func (n line) points(y, exposure func(d metrics.Day) float64, mature bool, doubts []Doubt) []stats.Point {
	out := make([]stats.Point, len(n.days))
	for i, d := range n.days {
		out[i] = stats.Point{Weekday: d.Day.Weekday(), Y: y(d), N: exposure(d), Use: n.usable(d, doubts) && (d.Mature || !mature)}
	}
	return out
}

func conversionsOf(d metrics.Day) float64 { return units(d.Conversions) }
func clicksOf(d metrics.Day) float64      { return float64(d.Clicks) }
func impressionsOf(d metrics.Day) float64 { return float64(d.Impressions) }
func spendOf(d metrics.Day) float64       { return units(d.Spend) }

// between sums the days from one position to another, both included, that
// count in the points.
func (n line) between(points []stats.Point, from, to int) arm {
	var days []locale.Day
	for i := max(0, from); i <= to && i < len(points); i++ {
		if points[i].Use {
			days = append(days, n.days[i].Day)
		}
	}
	return sum(n.days, days)
}

// beside sums the nearest days, so many of those that count, before a position
// and from it on: whole weeks hold each weekday once.
func (n line) beside(points []stats.Point, at, count int) (before, after arm) {
	reach := func(i, step int) arm {
		var days []locale.Day
		for ; i >= 0 && i < len(points) && len(days) < count; i += step {
			if points[i].Use {
				days = append(days, n.days[i].Day)
			}
		}
		slices.Sort(days)
		return sum(n.days, days)
	}
	return reach(at-1, -1), reach(at, 1)
}

// plus adds up two scopes over the same days.
func (a arm) plus(b arm) arm {
	if len(b.days) > len(a.days) {
		a.days = b.days
	}
	a.spend, a.clicks, a.conversions = a.spend+b.spend, a.clicks+b.clicks, a.conversions+b.conversions
	a.impressions, a.value = a.impressions+b.impressions, a.value+b.value
	return a
}

// shared is the scope that some channels make together: themselves if it is
// one, their platform, or the whole.
func (c Case) shared(lines []line) (scope string, label locale.Text, channels []string) {
	one := true
	for _, n := range lines {
		if !slices.Contains(channels, n.channel) {
			channels = append(channels, n.channel)
		}
		one = one && n.platform == lines[0].platform
	}
	switch {
	case len(lines) == 1:
		return lines[0].scope, lines[0].label, channels
	case one && lines[0].platform != "":
		p := lines[0].platform
		return "platform:" + p, locale.Same(cmp.Or(c.Platforms[p], p)), channels
	}
	return "", wholeLabel, channels
}

// certain is the level of a finding that is one of a family by its q.
func certain(q float64) Level {
	if q <= FalseShare {
		return Established
	}
	return Likely
}

// corrected adjusts the p of those found among so many tests: the others, in
// which nothing was found, have a p of 1 at most.
func corrected(found []float64, tested int) []float64 {
	ps := slices.Clone(found)
	for len(ps) < tested {
		ps = append(ps, 1)
	}
	return stats.BH(ps)[:len(found)]
}

// sorted are the values that count, in order of size.
func sorted(values []float64) []float64 {
	out := slices.DeleteFunc(slices.Clone(values), math.IsNaN)
	slices.Sort(out)
	return out
}
