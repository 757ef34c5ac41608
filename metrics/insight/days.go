package insight

import (
	"fmt"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/stats"
)

// Left counts the days of a span that are left out, and why.
type Left struct{ Unknown, Incomplete, Immature, Outage int }

// Days is the number of days left out.
func (l Left) Days() int { return l.Unknown + l.Incomplete + l.Immature + l.Outage }

// Plus adds up what two spans leave out.
func (l Left) Plus(o Left) Left {
	return Left{l.Unknown + o.Unknown, l.Incomplete + o.Incomplete, l.Immature + o.Immature, l.Outage + o.Outage}
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
	add(l.Immature, locale.Text{EN: "day whose conversions are still coming in", FR: "jour dont des conversions restent à venir"},
		locale.Text{EN: "days whose conversions are still coming in", FR: "jours dont des conversions restent à venir"})
	add(l.Incomplete, locale.Text{EN: "day not over when exported", FR: "jour inachevé à l’export"},
		locale.Text{EN: "days not over when exported", FR: "jours inachevés à l’export"})
	add(l.Unknown, locale.Text{EN: "day without data", FR: "jour sans données"},
		locale.Text{EN: "days without data", FR: "jours sans données"})
	return lang.Join(out)
}

// Usable lists the days of a span on which a scope's conversions can be
// trusted: known, complete, mature, and outside its outages; for the whole,
// outside those of every channel.
func (c Case) Usable(scope string, span Span, outages []Outage) (days []locale.Day, out Left) {
	s, _ := c.series(scope)
	byDay := map[locale.Day]metrics.Day{}
	for _, d := range s.Days {
		byDay[d.Day] = d
	}
	for at := span.From; at <= span.To; at++ {
		d := byDay[at]
		switch {
		case !d.Known:
			out.Unknown++
		case !d.Complete:
			out.Incomplete++
		case touched(outages, scope, at):
			out.Outage++
		case !d.Mature:
			out.Immature++
		default:
			days = append(days, at)
		}
	}
	return days, out
}

// touched reports whether an outage makes a day's conversions unreliable.
func touched(outages []Outage, scope string, at locale.Day) bool {
	for _, o := range outages {
		if o.Span.Has(at) && o.Touches(scope) {
			return true
		}
	}
	return false
}

// arm is the sums of some days of a scope, with what their noise needs.
type arm struct {
	days                       []locale.Day
	spend, clicks, conversions float64 // in units
	weekdays                   [7]int
	perSpend, perClick         stats.Week // conversions
	clicksPer                  stats.Week // clicks for each unit of spend
}

// sum adds up a series over days.
func sum(s metrics.Series, days []locale.Day) arm {
	a := arm{days: days}
	want := map[locale.Day]bool{}
	for _, d := range days {
		want[d] = true
		a.weekdays[d.Weekday()]++
	}
	var total metrics.Day // sums stay whole numbers until they are complete
	for _, d := range s.Days {
		if !want[d.Day] {
			continue
		}
		total.Spend += d.Spend
		total.Clicks += d.Clicks
		total.Conversions += d.Conversions
		spend, clicks, conversions := units(d.Spend), float64(d.Clicks), units(d.Conversions)
		a.perSpend.Add(d.Day.Weekday(), conversions, spend)
		a.perClick.Add(d.Day.Weekday(), conversions, clicks)
		a.clicksPer.Add(d.Day.Weekday(), clicks, spend)
	}
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
func (c Case) findPairs(outages []Outage) []pair {
	ps := make([]pair, 0, len(c.Channels)+1)
	add := func(scope string, label locale.Text, s metrics.Series) {
		b, lb := c.Usable(scope, c.Previous, outages)
		a, la := c.Usable(scope, c.Period, outages)
		ps = append(ps, pair{scope: scope, label: label, before: sum(s, b), after: sum(s, a), left: lb.Plus(la)})
	}
	add("", wholeLabel, c.Whole)
	for _, s := range c.Channels {
		add(s.ID, locale.Same(s.Label), s)
	}
	alone := make([]noise, len(ps))
	for i, p := range ps {
		alone[i] = measure(noise{stats.PriorPhi, stats.PriorPhi, stats.PriorPhi}, p.before, p.after)
	}
	for i := range ps {
		var conversions, perClick, clicks []float64
		for j := 1; j < len(ps); j++ {
			if j != i && ps[j].before.spend+ps[j].after.spend > 0 {
				conversions = append(conversions, alone[j].conversions)
				perClick = append(perClick, alone[j].perClick)
				clicks = append(clicks, alone[j].clicks)
			}
		}
		prior := noise{stats.SiblingPhi(conversions), stats.SiblingPhi(perClick), stats.SiblingPhi(clicks)}
		ps[i].noise = measure(prior, ps[i].before, ps[i].after)
	}
	return ps
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
