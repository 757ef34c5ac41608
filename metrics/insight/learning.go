package insight

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Channels and ad groups that have just started, or whose daily spend has just
// changed a lot: their figures are not to be judged yet.
//
// Platforms look for whom to show an ad to, and start again after a strong
// change; about 50 conversions in a week are what they ask for to settle. The
// rule fires where the first day of delivery lies within the last week of data,
// or where spend of the last week is 30 % or more off that of the two weeks
// before it (same weekdays, the interval beyond 20 %), with under 50
// conversions in that week. Ad groups count from a tenth of their channel's
// spend, where the channel itself is not in the same case. It is always one to
// watch: it says what not to conclude.
var _ = register(Rule{
	ID:    learningID,
	Title: locale.Text{EN: "Too new, or too much changed, to be judged", FR: "Trop récent, ou trop changé, pour être jugé"},
	Why: locale.Text{
		EN: "In the first days, and again after a strong change of budget, a platform tries whom to show the ads to: costs are high and unsteady, then settle. Judging a channel on those days, or changing it again, starts the search anew. Fifty conversions in a week are what platforms commonly name for it to end.",
		FR: "Les premiers jours, et de nouveau après un fort changement de budget, une plateforme cherche à qui montrer les annonces\u00a0: les coûts sont élevés et instables, puis se posent. Juger un levier sur ces jours, ou le modifier encore, relance la recherche. Cinquante conversions en une semaine sont ce que les plateformes citent couramment pour en sortir.",
	},
	Check: checkLearning,
})

const (
	learningID     = "learning"
	learningDays   = 7
	learningNeed   = 50
	learningBefore = 14
	learningChange = 0.30
	learningClear  = 0.20
	learningShare  = 0.10 // of its channel's spend
)

// learner is a channel or an ad group that is not to be judged yet.
type learner struct {
	scope         string
	name          locale.Text
	object        bool
	week          []metrics.Day
	conversions   float64
	spend, before float64 // a day
	change        stats.Comparison
	since         locale.Day // first day of delivery, or of the week that changed
	launched      bool
}

// learns says whether some days are those of a start, or of a strong change.
func learns(days []metrics.Day) (n learner, ok bool) {
	all := finished(days)
	week := last(all, learningDays)
	if len(week) == 0 {
		return n, false
	}
	n.week = week
	for _, d := range week {
		n.spend += units(d.Spend) / float64(len(week))
		n.conversions += units(d.Conversions)
	}
	if n.spend == 0 || n.conversions >= learningNeed || week[len(week)-1].Spend == 0 {
		return n, false
	}
	for _, d := range all {
		if d.Impressions+d.Spend > 0 {
			n.since = d.Day
			break
		}
	}
	if n.since >= week[0].Day {
		n.launched = true
		for n.week[0].Day < n.since {
			n.week = n.week[1:]
		}
		n.spend *= float64(len(week)) / float64(len(n.week))
		return n, true
	}
	if len(all) < learningDays+learningBefore {
		return n, false
	}
	earlier := last(all[:len(all)-learningDays], learningBefore)
	if week[0].Day-earlier[0].Day != learningBefore || len(week) < learningDays || n.since > earlier[0].Day {
		return n, false // days are missing, or it started meanwhile
	}
	var now, then stats.Sums
	for _, d := range week {
		now.Add(1, units(d.Spend))
	}
	for _, d := range earlier {
		then.Add(1, units(d.Spend))
		n.before += units(d.Spend) / learningBefore
	}
	n.change = stats.RatioChange(now, then, stats.Confidence)
	n.since = week[0].Day
	up := n.change.Low > 1+learningClear && n.change.Ratio >= 1+learningChange
	down := n.change.High < 1-learningClear && n.change.Ratio <= 1-learningChange
	return n, n.change.Warning.None() && (up || down)
}

// learners are the scopes that are not to be judged yet.
func (x *Exam) learners() (out []learner) {
	is := map[string]bool{}
	spend := map[string]float64{}
	for _, s := range x.Channels {
		n, ok := learns(s.Days)
		spend[s.ID] = n.spend * float64(len(n.week))
		if is[s.ID] = ok; ok {
			n.scope, n.name = s.ID, locale.Same(s.Label)
			out = append(out, n)
		}
	}
	// A campaign whose channels all have just started has just started itself.
	if len(out) > 1 && !slices.ContainsFunc(x.Channels, func(s metrics.Series) bool { return spend[s.ID] > 0 && !is[s.ID] }) &&
		!slices.ContainsFunc(out, func(n learner) bool { return !n.launched }) {
		if n, ok := learns(x.Whole.Days); ok {
			n.name = wholeLabel
			return []learner{n}
		}
	}
	for _, o := range x.Objects {
		if o.Level != metrics.AdGroupLevel || is[o.Channel] {
			continue
		}
		n, ok := learns(o.Days)
		if ok && n.spend*float64(len(n.week)) >= learningShare*spend[o.Channel] {
			n.scope, n.name, n.object = o.ID, locale.Same(o.Name), true
			out = append(out, n)
		}
	}
	return out
}

func checkLearning(x *Exam) (findings []Finding, notes []Note) {
	for _, n := range x.learning {
		findings = append(findings, learningFinding(x, n))
	}
	return findings, nil
}

func learningFinding(x *Exam, n learner) Finding {
	tested := len(x.Channels)
	f := Finding{
		ID: findingID(learningID, n.scope, n.since), Rule: learningID, Scope: n.scope, Label: n.name,
		From: n.since, To: n.week[len(n.week)-1].Day,
		KPI: "conversions", Value: n.conversions, Against: learningNeed,
		Effect: Effect{Value: n.conversions/learningNeed - 1, Low: n.conversions/learningNeed - 1, High: n.conversions/learningNeed - 1},
		Volume: Volume{"conversions", n.conversions, learningNeed},
		Level:  Watch, P: 1, Q: 1, Tested: max(1, tested), Mature: false,
		Stake: micros(n.spend * float64(len(n.week))),
	}
	name := func(l locale.Lang) string {
		if n.object {
			return l.Quote(n.name.In(l))
		}
		return n.name.In(l)
	}
	what := func(l locale.Lang) string {
		if n.launched {
			return words.Pick(l, "started on %s", "démarrage le %s", l.DayText(n.since))
		}
		return words.Pick(l, "daily spend %s since %s", "dépense quotidienne %s depuis le %s", words.Change(l, n.change.Ratio-1), l.DayText(n.since))
	}
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: %s, %s in %s: too early to judge", "%s\u00a0: %s, %s en %s\u00a0: trop tôt pour juger",
			name(l), what(l), words.Conversions(l, n.conversions), words.Days(l, len(n.week)))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "%s spends %s a day and has %s recorded in %s; platforms commonly ask for %d in a week before an ad group or a campaign settles.",
			"%s dépense %s par jour et compte %s en %s\u00a0; les plateformes en demandent couramment %d en une semaine avant qu’un groupe ou une campagne se pose.",
			words.Upper(name(l)), words.Money(l, n.spend, x.Currency), words.Conversions(l, n.conversions), words.Days(l, len(n.week)), learningNeed)
		if !n.launched {
			s += words.Pick(l, " Over the two weeks before, it spent %s a day (%s; %s, 90%%).", " Sur les deux semaines d’avant, c’était %s par jour (%s\u00a0; %s, à 90\u00a0%%).",
				words.Money(l, n.before, x.Currency), words.Change(l, n.change.Ratio-1), words.FromTo(l, words.Change(l, n.change.Low-1), words.Change(l, n.change.High-1)))
		}
		return s + words.Pick(l, " What its figures say of these days is not to be acted upon yet.", " Ce que disent ses chiffres de ces jours n’appelle pas encore d’action.")
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		more := int(math.Ceil((learningNeed - n.conversions) / max(n.conversions/float64(len(n.week)), 1e-9)))
		if n.conversions == 0 || more > 60 {
			return words.Pick(l, "%s in a week at a steady budget; at the present rate that is not in sight.", "%s en une semaine à budget stable\u00a0; au rythme actuel, ce n’est pas en vue.", words.Conversions(l, learningNeed))
		}
		return words.Pick(l, "%s in a week, or %s more at a steady budget.", "%s en une semaine, ou encore %s à budget stable.", words.Conversions(l, learningNeed), words.Days(l, max(learningDays, more)))
	})
	f.Evidence = []Evidence{
		proof("volume", locale.Text{EN: "Conversions", FR: "Conversions"}, func(l locale.Lang) string {
			return words.Pick(l, "%s of %d, %s", "%s sur %d, %s", l.Count(n.conversions), learningNeed, l.PeriodShort(n.week[0].Day, f.To))
		}),
		proof("why", locale.Text{EN: "What is new", FR: "Ce qui est nouveau"}, what),
	}
	return f
}

// early tells of every other finding that its scope is not to be judged yet.
func (x *Exam) early(f *Finding) {
	if f.Rule == learningID || f.Critical {
		return
	}
	for _, n := range x.learning {
		if n.scope == "" || n.scope == f.Scope || n.scope == ChannelOf(f.Scope) {
			f.Evidence = append(f.Evidence, proof("learning", locale.Text{EN: "Too early", FR: "Trop tôt"}, func(l locale.Lang) string {
				if n.launched {
					return words.Pick(l, "%s: started on %s; first days are not those that follow", "%s\u00a0: démarrage le %s\u00a0; les premiers jours ne sont pas ceux qui suivent", n.name, l.DayText(n.since))
				}
				return words.Pick(l, "the daily spend of %s changed by %s on %s: it may not have settled", "la dépense quotidienne %s a changé de %s le %s\u00a0: ce n’est peut-être pas posé",
					ofName(l, n.name.In(l)), words.Change(l, n.change.Ratio-1), l.DayText(n.since))
			}))
			return
		}
	}
}
