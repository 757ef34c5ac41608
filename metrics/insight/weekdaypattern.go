package insight

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Weekdays on which a conversion costs clearly more, or less, than over the
// whole week, channel by channel.
//
// Over the last eight weeks whose conversions have come in, the weekend is held
// against the week, and if that says nothing each weekday against all. A joint
// test comes first; only if it rejects is a part looked at, and it is told
// where the interval of its cost lies beyond a quarter above or below the
// whole's, on 25 conversions. It needs four weeks. Hours are not looked at:
// exports by hour are a breakdown that a campaign's days do not hold.
var _ = register(Rule{
	ID:    weekdayID,
	Title: locale.Text{EN: "Conversions cost more on some weekdays", FR: "Les conversions coûtent plus cher certains jours de la semaine"},
	Why: locale.Text{
		EN: "Some offices convert on Mondays and some shops on Saturdays. A difference between days is told only where all days together show one and where the cost of a day is surely a quarter off. Some exports date a conversion by its click and others by its own day: with a long delay between the two, the pattern is that of the delay.",
		FR: "Certains services transforment le lundi, certaines boutiques le samedi. Un écart entre jours n’est dit que si l’ensemble des jours en montre un, et si le coût d’un jour s’écarte sûrement d’un quart. Certains exports datent une conversion de son clic, d’autres de son propre jour\u00a0: quand le délai est long entre les deux, le profil est celui du délai.",
	},
	Check: checkWeekdays,
})

const (
	weekdayID   = "weekday-pattern"
	weekdaySpan = 56
	weekdayNeed = 28
	weekdayMin  = 25 // conversions
)

// daypart is one or several weekdays taken together.
type daypart struct {
	name  func(l locale.Lang) string
	days  []int // weekdays, from Monday 0
	stats stats.Part
}

var (
	theWeek    = locale.Text{EN: "from Monday to Friday", FR: "du lundi au vendredi"}
	theWeekend = locale.Text{EN: "at weekends", FR: "le week-end"}
)

// dayparts are the two ways to cut a week that are looked at: the coarse one
// first, since it explains more with less.
func dayparts() [][]daypart {
	one := make([]daypart, 7)
	for j := range one {
		one[j] = daypart{days: []int{j}, name: func(l locale.Lang) string {
			if l == locale.EN {
				return "on " + l.WeekdayName(j) + "s"
			}
			return "le " + l.WeekdayName(j)
		}}
	}
	return [][]daypart{{
		{name: theWeek.In, days: []int{0, 1, 2, 3, 4}},
		{name: theWeekend.In, days: []int{5, 6}},
	}, one}
}

func checkWeekdays(x *Exam) (findings []Finding, notes []Note) {
	span := Span{x.Period.To - weekdaySpan + 1, x.Period.To}
	var trials []trial
	looked, most := 0, 0
	for i, channel := range x.Channels {
		days, _ := usable(channel.Days, channel.ID, span, x.doubts)
		a := sum(channel.Days, days)
		if most = max(most, len(days)); len(days) < weekdayNeed || a.conversions < weekdayMin || a.spend == 0 {
			continue
		}
		byDay := map[locale.Day]metrics.Day{}
		for _, d := range channel.Days {
			byDay[d.Day] = d
		}
		phi, _ := stats.Phi(x.pairs[i+1].noise.perClick, a.perClick)
		best := trial{p: 1}
		cuts := dayparts()
		for _, parts := range cuts {
			for k := range parts {
				for _, d := range days {
					if v := byDay[d]; slices.Contains(parts[k].days, d.Weekday()) {
						q := &parts[k].stats
						q.Events, q.Clicks, q.Money = q.Events+units(v.Conversions), q.Clicks+float64(v.Clicks), q.Money+units(v.Spend)
					}
				}
			}
			parts = slices.DeleteFunc(parts, func(q daypart) bool { return q.stats.Clicks == 0 || q.stats.Money == 0 })
			var given []stats.Part
			for _, q := range parts {
				given = append(given, q.stats)
			}
			rates, p, w := stats.Dayparts(given, len(days), phi, stats.Confidence)
			if !w.None() {
				continue
			}
			p = min(1, p*float64(len(cuts)))
			if best.p == 1 || best.change == 0 {
				best.p = min(best.p, x.again(p))
			}
			k := heaviest(parts, rates)
			if k < 0 || best.change != 0 {
				continue
			}
			best = trial{x.again(p), rates[k].Cost.Value - 1, func(q float64, level Level, tested int) Finding {
				return weekdayFinding(x, channel, a, parts, rates, k, phi, p, q, level, tested)
			}}
		}
		looked++
		trials = append(trials, best)
	}
	if looked == 0 && most > 0 && x.Flight.Days() >= weekdayNeed {
		notes = append(notes, Note{Rule: weekdayID, Measure: "days", Need: weekdayNeed, Has: float64(min(most, weekdayNeed)), Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Comparing weekdays needs %s whose conversions have come in and %s in a channel; none is there yet (at most %s).",
				"Comparer les jours de la semaine demande %s dont les conversions sont arrivées et %s dans un levier\u00a0; aucun n’en est là (au plus %s).",
				words.Days(l, weekdayNeed), words.Conversions(l, weekdayMin), words.Days(l, most))
		})})
	}
	return weekly(trials, 0.01, words.Channels), notes
}

// heaviest is the part to act on with the most money at stake; -1 if none.
func heaviest(parts []daypart, rates []stats.PartRate) int {
	best, at := 0.0, -1
	for k, r := range rates {
		if s := parts[k].stake(r); r.Act && s > best {
			best, at = s, k
		}
	}
	return at
}

// stake is the money that a part costs above, or below, what its conversions
// cost over the whole week.
func (q daypart) stake(r stats.PartRate) float64 {
	return q.stats.Money * math.Abs(1-1/r.Cost.Value)
}

func weekdayFinding(x *Exam, channel metrics.Series, a arm, parts []daypart, rates []stats.PartRate, k int, phi, p, q float64, level Level, tested int) Finding {
	part, cost := parts[k], rates[k].Cost
	all := a.spend / a.conversions
	f := Finding{
		ID: findingID(weekdayID, channel.ID, a.days[0]), Rule: weekdayID, Scope: channel.ID, Label: locale.Same(channel.Label),
		From: a.days[0], To: a.days[len(a.days)-1],
		KPI: "cpa", Value: all * cost.Value, Against: all,
		Effect: Effect{cost.Value - 1, cost.Low - 1, cost.High - 1, stats.Confidence}, Good: -1,
		Volume: Volume{"conversions", part.stats.Events, a.conversions},
		Level:  level, P: p, Q: q, Tested: tested, Mature: true,
		Stake: micros(part.stake(rates[k])),
	}
	if f.Effect.High < 0 {
		f.Good = +1
	}
	f.Title = words.Both(func(l locale.Lang) string {
		if f.Effect.Low > 0 {
			return words.Pick(l, "%s: %s a conversion costs %s more than over the whole week", "%s\u00a0: %s, une conversion coûte %s de plus que sur toute la semaine", channel.Label, part.name(l), words.Size(l, f.Effect.Value))
		}
		return words.Pick(l, "%s: %s a conversion costs %s less than over the whole week", "%s\u00a0: %s, une conversion coûte %s de moins que sur toute la semaine", channel.Label, part.name(l), words.Size(l, f.Effect.Value))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s, on %s: %s a conversion of %s costs %s against %s over all days, %s (%s, 90%%), on %s. The figure is drawn toward the whole’s, for the days that were looked at.",
			"%s, sur %s\u00a0: %s, une conversion %s coûte %s contre %s tous jours confondus, %s (%s, à 90\u00a0%%), sur %s. Le chiffre est ramené vers celui de l’ensemble, pour tenir compte des jours examinés.",
			words.Upper(l.FromTo(f.From, f.To)), words.Days(l, len(a.days)), part.name(l), ofName(l, channel.Label), x.cost(l, f.Value), x.cost(l, all),
			words.Change(l, f.Effect.Value), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)), words.Conversions(l, part.stats.Events))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A cost %s within a quarter of the whole week’s over the next four weeks; or an export that dates conversions otherwise.",
			"Un coût %s à moins d’un quart de celui de la semaine sur les quatre semaines suivantes\u00a0; ou un export qui date autrement les conversions.", part.name(l))
	})
	f.Evidence = []Evidence{}
	for i, other := range parts {
		f.Evidence = append(f.Evidence, Evidence{
			ID: "part", KPI: "cpa", Value: all * rates[i].Cost.Value, Against: all,
			Label: words.Both(func(l locale.Lang) string { return words.Upper(other.name(l)) }),
			Text: words.Both(func(l locale.Lang) string {
				r := rates[i].Cost
				return words.Pick(l, "%s for %s; drawn toward the whole’s, %s %s, 90%%", "%s pour %s\u00a0; ramené vers l’ensemble, %s %s, à\u00a090\u00a0%%", words.Conversions(l, other.stats.Events), words.Money(l, other.stats.Money, x.Currency),
					words.Change(l, r.Value-1), l.Interval(words.Change(l, r.Low-1), words.Change(l, r.High-1)))
			}),
		})
	}
	f.Evidence = append(f.Evidence,
		proof("days", daysLabel, func(l locale.Lang) string {
			return words.Pick(l, "%s whose conversions have come in (dispersion %s)", "%s dont les conversions sont arrivées (dispersion %s)", words.Days(l, len(a.days)), l.Number(phi, 1))
		}),
		x.askedEvidence(f))
	return f
}

// ofName puts a name after "of": « d’Amazon ».
func ofName(l locale.Lang, name string) string {
	if l == locale.EN {
		return name
	}
	return words.Of(l, name)
}
