package insight

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// A rate that moved to another level and stayed there.
//
// The conversions of each channel, and of each platform campaign where a channel
// holds several, are searched for changes of level (Pelt): for each click, and
// for each unit of spend. A change is told of with the days where it may lie and
// the rates on both sides, from 15 % on, below one chance in a hundred with all
// days counted, and over the last eight weeks; one that shows in both is told of
// the clicks. Days in doubt are left out. Where the two periods that are compared
// lie around it and their CPA or conversion rate has a finding, the date stands
// in that finding instead; a channel's change is not told again of its campaigns,
// nor where a trend fits better. It needs 28 days with 5 conversions a day, 7 of
// them after the change.
var _ = register(Rule{
	ID:    shiftID,
	Title: locale.Text{EN: "A rate moved to another level", FR: "Un taux est passé à un autre niveau"},
	Why: locale.Text{
		EN: "Comparing two periods says that something has changed, not when. Here the day is looked for at which one level best gives way to another, with the days on which it may as well lie. What was changed on those days (page, price, form, targeting) is for the change log to say: the figures only coincide.",
		FR: "Comparer deux périodes dit que quelque chose a changé, pas quand. Ici, on cherche le jour où un niveau cède le mieux la place à un autre, avec les jours où il pourrait aussi se situer. Ce qui a été modifié ces jours-là (page, prix, formulaire, ciblage), c’est au journal des modifications de le dire\u00a0: les chiffres ne font que coïncider.",
	},
	Check: checkShifts,
})

const (
	shiftID     = "level-shift"
	shiftChange = 0.15
	shiftRecent = 56   // days
	shiftP      = 0.01 // all days counted
)

// shift is a change of level of a line's conversions.
type shift struct {
	line
	kpi           string // cvr or cpa
	at            int
	from, to      locale.Day // where it may lie
	end           locale.Day // last day of the new level
	before, after arm
	phi           float64
	effect        Effect // of the KPI
	p             float64
	other         *shift // the same change in the cost of a conversion
}

// day is the first of the new level.
func (s shift) day() locale.Day { return s.days[s.at].Day }

// shiftsOf are the changes of a line in one measure; ok is false where it has
// too little data to be searched.
func (x *Exam) shiftsOf(n line, kpi string) (list []shift, ok bool) {
	exposure := clicksOf
	if kpi == "cpa" {
		exposure = spendOf
	}
	points := n.points(conversionsOf, exposure, true, x.doubts)
	found := stats.CountChanges(points, stats.PriorPhi, stats.Confidence)
	if !found.Warning.None() {
		return nil, false
	}
	for i, c := range found.Found {
		first, last := 0, len(points)-1
		if i > 0 {
			first = found.Found[i-1].At
		}
		if i+1 < len(found.Found) {
			last = found.Found[i+1].At - 1
		}
		for last > c.At && !points[last].Use {
			last--
		}
		s := shift{line: n, kpi: kpi, at: c.At, from: n.days[c.From].Day, to: n.days[c.To].Day, end: n.days[last].Day,
			before: n.between(points, first, c.At-1), after: n.between(points, c.At, last),
			phi: found.Phi * stats.Inflation(found.Lag), p: min(1, c.Effect.P*float64(len(points)))}
		e := c.Effect
		if kpi == "cpa" {
			e.Ratio, e.Low, e.High = 1/e.Ratio, 1/e.High, 1/e.Low
		}
		s.effect = Effect{e.Ratio - 1, e.Low - 1, e.High - 1, stats.Confidence}
		if !math.IsInf(s.effect.High, 0) && s.effect.Clear() && math.Abs(s.effect.Value) >= shiftChange {
			list = append(list, s)
		}
	}
	return list, true
}

// together reports that two changes may lie on the same day.
func (s shift) together(o shift) bool { return s.from <= o.to && o.from <= s.to }

// findShifts looks for changes of level of some lines; tested counts the
// searches.
func (x *Exam) findShifts(lines []line) (list []shift, tested int) {
	for _, n := range lines {
		rate, ok := x.shiftsOf(n, "cvr")
		if ok {
			tested++
		}
		cost, ok := x.shiftsOf(n, "cpa")
		if ok {
			tested++
		}
		for _, c := range cost {
			if i := slices.IndexFunc(rate, c.together); i >= 0 {
				rate[i].other = &c
				continue
			}
			list = append(list, c)
		}
		list = append(list, rate...)
	}
	return list, tested
}

func checkShifts(x *Exam) (findings []Finding, notes []Note) {
	told := slices.Concat(x.ask(cpaID).findings, x.ask(cvrID).findings)
	trends := x.ask(trendID).findings
	campaigns, tested := x.findShifts(x.campaignLines())
	for i, family := range [][]shift{x.shifts, campaigns} {
		count := []int{x.shiftsTested, tested}[i]
		several := words.Channels
		if i == 1 {
			several = func(l locale.Lang, n int) string { return words.Objects(l, metrics.CampaignLevel, n) }
		}
		var trials []trial
		for _, s := range family {
			change := s.effect.Value
			switch {
			case s.day() <= x.Period.To-shiftRecent, s.p > shiftP,
				slices.ContainsFunc(told, func(f Finding) bool {
					return f.Scope == s.channel && f.Level != Watch && s.day() > x.Previous.From && s.day() <= x.Period.To
				}),
				slices.ContainsFunc(trends, func(f Finding) bool {
					return f.Scope == s.channel && (f.KPI == "cvr" || s.kpi == "cpa" && f.KPI == "cpc")
				}),
				s.object && slices.ContainsFunc(x.shifts, func(o shift) bool { return o.scope == s.channel && o.together(s) }):
				change = 0 // looked at, and nothing to say
			}
			trials = append(trials, trial{s.p, change, func(q float64, level Level, tested int) Finding {
				return x.shiftFinding(s, q, level, tested)
			}})
		}
		for len(trials) < count {
			trials = append(trials, trial{p: 1})
		}
		findings = append(findings, judge(trials, shiftChange, func(l locale.Lang, n int) string {
			return several(l, (n+1)/2) // each for its clicks and for its spend
		})...)
	}
	return findings, notes
}

// shiftEvidence is the date of a change of level of a channel between the two
// periods, which a finding about their difference stands on.
func (x *Exam) shiftEvidence(scope string) []Evidence {
	for _, s := range x.shifts {
		if s.scope != scope || s.day() <= x.Previous.From || s.day() > x.Period.To {
			continue
		}
		name := kpiLabel(s.kpi)
		return []Evidence{{ID: "since", Label: locale.Text{EN: "When", FR: "Quand"}, KPI: s.kpi, Value: s.rate(s.after), Against: s.rate(s.before), Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "a step fits the days best on %s (%s): %s %s", "un palier épouse le mieux les jours au %s (%s)\u00a0: %s %s",
				l.DayText(s.day()), l.FromTo(s.from, s.to), name, words.Change(l, s.effect.Value))
		})}}
	}
	return nil
}

// rate is the KPI of a side.
func (s shift) rate(a arm) float64 {
	if s.kpi == "cpa" {
		return a.spend / a.conversions
	}
	return a.conversions / a.clicks
}

// interval is what the KPI of a side may have been by chance.
func (s shift) interval(a arm) stats.Estimate {
	if s.kpi == "cpa" {
		return stats.CostPer(a.spend, a.conversions, s.phi, stats.Confidence)
	}
	return stats.Rate(a.conversions, a.clicks, s.phi, stats.Confidence)
}

func (x *Exam) shiftFinding(s shift, q float64, level Level, tested int) Finding {
	kpi := kpiOf(s.kpi)
	name, le := locale.Text{EN: "conversion rate", FR: "taux de transformation"}, "Le "
	if s.kpi == "cpa" {
		name = locale.Text{EN: "CPA", FR: "CPA"}
	}
	f := Finding{
		ID: findingID(shiftID, s.scope, s.day()), Rule: shiftID, Scope: s.scope, Label: s.label, From: s.day(), To: s.end,
		KPI: s.kpi, Value: s.rate(s.after), Against: s.rate(s.before), Effect: s.effect, Good: kpi.Better,
		Volume: Volume{"conversions", s.after.conversions, s.before.conversions},
		Level:  level, P: s.p, Q: q, Tested: tested, Mature: true,
		Stake: micros(math.Abs(s.after.spend - s.before.spend/s.before.conversions*s.after.conversions)),
	}
	if s.kpi == "cvr" {
		f.Stake = micros(math.Abs(s.after.spend * (1 - f.Against/f.Value)))
	}
	if f.Effect.High < 0 {
		f.Good = -kpi.Better
	}
	write := func(l locale.Lang, v float64) string { return kpi.Format(v, l, x.Currency) }
	f.Title = words.Both(func(l locale.Lang) string {
		what := words.Upper(name.In(l))
		if l == locale.FR {
			what = le + name.FR
		}
		what += " " + words.Of(l, s.name(l))
		if f.Effect.Low > 0 {
			return words.Pick(l, "%s rose by %s around %s and stayed there", "%s a augmenté de %s vers le %s et s’y est tenu", what, words.Size(l, f.Effect.Value), l.DayText(f.From))
		}
		return words.Pick(l, "%s fell by %s around %s and stayed there", "%s a baissé de %s vers le %s et s’y est tenu", what, words.Size(l, f.Effect.Value), l.DayText(f.From))
	})
	before, after := s.interval(s.before), s.interval(s.after)
	f.Text = words.Both(func(l locale.Lang) string {
		t := words.Pick(l, "Around %s", "Vers le %s", l.DayText(f.From))
		if s.from < s.to {
			t += words.Pick(l, " (the day may lie %s)", " (le jour peut se situer %s)", l.FromTo(s.from, s.to))
		}
		t += words.Pick(l, ", the %s moved from %s (%s) to %s (%s): %s (%s, 90%%), on %s against %s.",
			", le %s est passé de %s (%s) à %s (%s)\u00a0: %s (%s, à 90\u00a0%%), sur %s contre %s.",
			name, write(l, f.Against), words.FromTo(l, write(l, before.Low), write(l, before.High)),
			write(l, f.Value), words.FromTo(l, write(l, after.Low), write(l, after.High)),
			words.Change(l, f.Effect.Value), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)),
			words.Conversions(l, s.after.conversions), l.Count(s.before.conversions))
		if o := s.other; o != nil {
			t += words.Pick(l, " The cost of a conversion moved with it: %s (%s).", " Le coût d’une conversion a bougé avec lui\u00a0: %s (%s).",
				words.Change(l, o.effect.Value), words.FromTo(l, words.Change(l, o.effect.Low), words.Change(l, o.effect.High)))
		}
		return t + words.Pick(l, " What was changed in those days is not known here: the change log of the account and of the site says it.",
			" Ce qui a été modifié ces jours-là n’est pas connu ici\u00a0: le journal des modifications du compte et du site le dit.")
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A %s back between %s and %s, the interval of the earlier level, over the next %s.",
			"Un %s revenu entre %s et %s, l’intervalle du niveau précédent, sur les %s suivants.",
			name, write(l, before.Low), write(l, before.High), words.Days(l, 14))
	})
	side := func(id string, label locale.Text, a arm, v float64) Evidence {
		return Evidence{ID: id, Label: label, KPI: s.kpi, Value: v, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s · %s for %s and %s, %s", "%s · %s pour %s et %s, %s", write(l, v), words.Conversions(l, a.conversions),
				words.Clicks(l, a.clicks), l.Money(a.spend, x.Currency, 2), l.PeriodShort(a.days[0], a.days[len(a.days)-1]))
		})}
	}
	f.Evidence = []Evidence{side("before", beforeLabel, s.before, f.Against), side("after", sinceLabel, s.after, f.Value), chanceOf(f, s.phi)}
	return f
}
