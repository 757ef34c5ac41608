package insight

import (
	"fmt"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/stats"
)

// Left counts the days of a span that are left out, and why.
type Left struct{ Unknown, Incomplete, Immature, Outage, Doubtful int }

// Days is the number of days left out.
func (l Left) Days() int { return l.Unknown + l.Incomplete + l.Immature + l.Outage + l.Doubtful }

// Plus adds up what two spans leave out.
func (l Left) Plus(o Left) Left {
	return Left{l.Unknown + o.Unknown, l.Incomplete + o.Incomplete, l.Immature + o.Immature, l.Outage + o.Outage, l.Doubtful + o.Doubtful}
}

// Text lists the reasons: "3 days of possible measurement outage and 1 day
// without data".
func (l Left) Text(lang locale.Lang) string {
	var out []string
	add := func(n int, one, many locale.Text) {
		if n > 0 {
			out = append(out, fmt.Sprint(n)+locale.NBSP+lang.Plural(float64(n), one.In(lang), many.In(lang)))
		}
	}
	add(l.Outage, locale.Text{EN: "day of possible measurement outage", FR: "jour de panne de mesure possible"},
		locale.Text{EN: "days of possible measurement outage", FR: "jours de panne de mesure possible"})
	add(l.Doubtful, locale.Text{EN: "day of doubtful figures", FR: "jour aux chiffres douteux"},
		locale.Text{EN: "days of doubtful figures", FR: "jours aux chiffres douteux"})
	add(l.Immature, locale.Text{EN: "day whose conversions are still coming in", FR: "jour dont des conversions restent à venir"},
		locale.Text{EN: "days whose conversions are still coming in", FR: "jours dont des conversions restent à venir"})
	add(l.Incomplete, locale.Text{EN: "day not over when exported", FR: "jour inachevé à l’export"},
		locale.Text{EN: "days not over when exported", FR: "jours inachevés à l’export"})
	add(l.Unknown, locale.Text{EN: "day without data", FR: "jour sans données"},
		locale.Text{EN: "days without data", FR: "jours sans données"})
	return lang.Join(out)
}

// Usable lists the days of a span on which a scope's conversions can be
// trusted: known, complete, mature, and without a doubt; for the whole,
// without one about any channel.
func (c Case) Usable(scope string, span Span, doubts []Doubt) (days []locale.Day, out Left) {
	s, _ := c.series(scope)
	return usable(s.Days, scope, span, doubts)
}

// usable is Usable of any days, of a channel or of an object of it.
func usable(of []metrics.Day, scope string, span Span, doubts []Doubt) (days []locale.Day, out Left) {
	byDay := map[locale.Day]metrics.Day{}
	for _, d := range of {
		byDay[d.Day] = d
	}
	for at := span.From; at <= span.To; at++ {
		d := byDay[at]
		doubt, doubtful := Doubted(doubts, scope, at)
		switch {
		case !d.Known:
			out.Unknown++
		case !d.Complete:
			out.Incomplete++
		case doubtful && doubt.Outage():
			out.Outage++
		case doubtful:
			out.Doubtful++
		case !d.Mature:
			out.Immature++
		default:
			days = append(days, at)
		}
	}
	return days, out
}

// arm is the sums of some days of a scope, with what their noise needs.
type arm struct {
	days                       []locale.Day
	spend, clicks, conversions float64 // in units
	impressions, value         float64
	weekdays                   [7]int
	perSpend, perClick         stats.Week // conversions
	clicksPer                  stats.Week // clicks for each unit of spend
	returns                    stats.Sums // value for each unit of spend
	perView                    stats.Week // clicks for each impression
}

// sum adds up some of the days of a series.
func sum(of []metrics.Day, days []locale.Day) arm {
	a := arm{days: days}
	want := map[locale.Day]bool{}
	for _, d := range days {
		want[d] = true
		a.weekdays[d.Weekday()]++
	}
	var total metrics.Day // sums stay whole numbers until they are complete
	for _, d := range of {
		if !want[d.Day] {
			continue
		}
		total.Spend += d.Spend
		total.Impressions += d.Impressions
		total.ConversionValue += d.ConversionValue
		total.Clicks += d.Clicks
		total.Conversions += d.Conversions
		spend, clicks, conversions := units(d.Spend), float64(d.Clicks), units(d.Conversions)
		a.perSpend.Add(d.Day.Weekday(), conversions, spend)
		a.perClick.Add(d.Day.Weekday(), conversions, clicks)
		a.clicksPer.Add(d.Day.Weekday(), clicks, spend)
		a.returns.Add(spend, units(d.ConversionValue))
		a.perView.Add(d.Day.Weekday(), clicks, float64(d.Impressions))
	}
	a.impressions, a.value = float64(total.Impressions), units(total.ConversionValue)
	a.spend, a.clicks, a.conversions = units(total.Spend), float64(total.Clicks), units(total.Conversions)
	return a
}

// noise is the dispersion of a scope's counts over two periods.
type noise struct {
	conversions float64 // for each unit of spend
	perClick    float64 // conversions for each click
	clicks      float64 // for each unit of spend
}

func measure(prior noise, before, after arm) noise {
	var n noise
	n.conversions, _ = stats.Phi(prior.conversions, before.perSpend, after.perSpend)
	n.perClick, _ = stats.Phi(prior.perClick, before.perClick, after.perClick)
	n.clicks, _ = stats.Phi(prior.clicks, before.clicksPer, after.clicksPer)
	return n
}

// pair is a scope's two periods, ready to be compared.
type pair struct {
	scope         string
	label         locale.Text
	before, after arm
	left          Left
	noise         noise
}

// findPairs makes the two periods of the whole (first) and of each channel. The
// dispersion of each channel is drawn toward the median of the others', that
// of the whole toward the median of all.
func (c Case) findPairs(doubts []Doubt) []pair {
	whole := c.pair("", "", wholeLabel, c.Whole.Days, doubts)
	var channels []pair
	for _, s := range c.Channels {
		channels = append(channels, c.pair(s.ID, s.ID, locale.Same(s.Label), s.Days, doubts))
	}
	whole.noise = measure(settleNoise(channels), whole.before, whole.after)
	return append([]pair{whole}, channels...)
}

// pair makes the two periods of a scope; doubts are those about its channel.
func (c Case) pair(scope, channel string, label locale.Text, days []metrics.Day, doubts []Doubt) pair {
	b, lb := usable(days, channel, c.Previous, doubts)
	a, la := usable(days, channel, c.Period, doubts)
	return pair{scope: scope, label: label, before: sum(days, b), after: sum(days, a), left: lb.Plus(la)}
}

// settleNoise measures the dispersion of siblings, each drawn toward the
// median of the others', and gives the median of all.
func settleNoise(ps []pair) (all noise) {
	for i := range ps {
		ps[i].noise = measure(noise{stats.PriorPhi, stats.PriorPhi, stats.PriorPhi}, ps[i].before, ps[i].after)
	}
	priors := make([]noise, len(ps))
	for i := range ps {
		priors[i] = medianNoise(ps, i)
	}
	all = medianNoise(ps, -1)
	for i := range ps {
		ps[i].noise = measure(priors[i], ps[i].before, ps[i].after)
	}
	return all
}

// medianNoise is the median dispersion of those that spent, without one.
func medianNoise(ps []pair, without int) noise {
	var conversions, perClick, clicks []float64
	for j, p := range ps {
		if j != without && p.before.spend+p.after.spend > 0 {
			conversions = append(conversions, p.noise.conversions)
			perClick = append(perClick, p.noise.perClick)
			clicks = append(clicks, p.noise.clicks)
		}
	}
	return noise{stats.SiblingPhi(conversions), stats.SiblingPhi(perClick), stats.SiblingPhi(clicks)}
}

// objectArm is what an object did over some days, with the dispersion of its
// conversions for each unit of spend.
type objectArm struct {
	metrics.Object
	arm
	phi float64
}

// arms are the objects of a channel that spent within a span, on the days that
// can be trusted. Where the exports do not go down to ad groups, platform
// campaigns stand for them.
func (x *Exam) arms(channel, level string, span Span) []objectArm {
	collect := func(level string) (list []objectArm) {
		for _, o := range x.Objects {
			if o.Channel != channel || o.Level != level {
				continue
			}
			days, _ := usable(o.Days, channel, span, x.doubts)
			if a := sum(o.Days, days); a.spend > 0 {
				list = append(list, objectArm{Object: o, arm: a})
			}
		}
		return list
	}
	list := collect(level)
	if len(list) == 0 && level == metrics.AdGroupLevel {
		list = collect(metrics.CampaignLevel)
	}
	phis := make([]float64, len(list))
	for i, o := range list {
		phis[i], _ = stats.Phi(stats.PriorPhi, o.perSpend)
	}
	prior := stats.SiblingPhi(phis)
	for i := range list {
		list[i].phi, _ = stats.Phi(prior, list[i].perSpend)
	}
	return list
}

// sameWeekdays reports that both periods hold each weekday in the same
// proportion, so that no weekday weighs more in one than in the other.
func (p pair) sameWeekdays() bool {
	for j := range 7 {
		if p.before.weekdays[j]*len(p.after.days) != p.after.weekdays[j]*len(p.before.days) {
			return false
		}
	}
	return true
}
