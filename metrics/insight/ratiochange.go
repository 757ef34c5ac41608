package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// ratioChange is what the rules about the change of one KPI share: a KPI of the
// period against that of the period before it, for the whole and for each
// channel, on days that can be trusted. A scope whose CPA has a finding is left
// to it, whose split already says what its rates account for.
type ratioChange struct {
	rule, kpi string
	name      locale.Text // of the KPI inside a sentence: "conversion rate", « taux de transformation »
	le        string      // its French article, with a capital
	value     func(a arm) float64
	compare   func(p pair) stats.Comparison // after ÷ before
	// What a comparison needs of each period, and what it is called.
	measure string
	count   func(a arm) float64
	counted func(l locale.Lang, n float64) string
	need    func(p pair) float64
	// What the earlier value may have been by chance.
	interval func(p pair) stats.Estimate
	least    float64 // the smallest relative change worth a word
	// stake is the money that the change makes in the period, in units.
	stake func(p pair) float64
}

const ratioMinDays = 7

func (r ratioChange) check(x *Exam) (findings []Finding, notes []Note) {
	told := map[string]bool{}
	for _, f := range x.ask(cpaID).findings {
		told[f.Scope] = true
	}
	for _, family := range [][]pair{x.pairs[:1], x.pairs[1:]} {
		var trials []trial
		for _, p := range family {
			if told[p.scope] {
				continue
			}
			if n, short := r.tooLittle(p); short {
				if n.Text != (locale.Text{}) {
					notes = append(notes, n)
				}
				continue
			}
			t := r.compare(p)
			if !t.Warning.None() {
				continue
			}
			trials = append(trials, trial{t.P, t.Ratio - 1, func(q float64, level Level, tested int) Finding {
				return r.finding(x, p, t, q, level, tested)
			}})
		}
		findings = append(findings, weekly(trials, r.least, words.Channels)...)
	}
	return findings, notes
}

// tooLittle says what a pair lacks to be compared. What CPA says of days and
// conversions is not said again: only a scope that has enough of them and
// lacks something else has a note.
func (r ratioChange) tooLittle(p pair) (Note, bool) {
	n := Note{Rule: r.rule, Scope: p.scope}
	least, need := min(r.count(p.before), r.count(p.after)), math.Ceil(r.need(p))
	switch {
	case min(len(p.before.days), len(p.after.days)) < ratioMinDays, min(p.before.spend, p.after.spend) == 0, least == 0:
		return n, true
	case least < need:
		n.Measure, n.Need, n.Has = r.measure, need, least
		n.Text = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s: comparing the %s of two periods needs %s in each; the earlier one has %s, the later one %s.",
				"%s\u00a0: comparer le %s de deux périodes demande %s dans chacune\u00a0; la première en a %s, la seconde %s.",
				p.label, r.name, r.counted(l, need), l.Count(r.count(p.before)), l.Count(r.count(p.after)))
		})
		return n, true
	}
	return n, false
}

func (r ratioChange) finding(x *Exam, p pair, t stats.Comparison, q float64, level Level, tested int) Finding {
	c := x.Case
	kpi, _ := metrics.LookupKPI(r.kpi)
	before, after := r.value(p.before), r.value(p.after)
	f := Finding{
		ID: findingID(r.rule, p.scope, c.Period.From), Rule: r.rule, Scope: p.scope, Label: p.label,
		From: p.after.days[0], To: p.after.days[len(p.after.days)-1],
		KPI: r.kpi, Value: after, Against: before,
		Effect: Effect{t.Ratio - 1, t.Low - 1, t.High - 1, stats.Confidence},
		Volume: Volume{r.measure, r.count(p.after), r.count(p.before)},
		Level:  level, P: t.P, Q: q, Tested: tested, Mature: true,
		Stake: micros(math.Abs(r.stake(p))),
	}
	if f.Effect.Clear() {
		f.Good = kpi.Better
		if f.Effect.High < 0 {
			f.Good = -kpi.Better
		}
	}
	write := func(l locale.Lang, v float64) string { return kpi.Format(v, l, c.Currency) }
	f.Title = words.Both(func(l locale.Lang) string {
		name := words.Upper(r.name.In(l))
		if l == locale.FR {
			name = r.le + r.name.FR
		}
		if f.Scope != "" {
			name += " " + words.Of(l, f.Label.In(l))
		}
		from, to := write(l, before), write(l, after)
		switch {
		case f.Effect.Low > 0:
			return words.Pick(l, "%s rose by %s, from %s to %s", "%s a augmenté de %s, de %s à %s", name, words.Size(l, f.Effect.Value), from, to)
		case f.Effect.High < 0:
			return words.Pick(l, "%s fell by %s, from %s to %s", "%s a baissé de %s, de %s à %s", name, words.Size(l, f.Effect.Value), from, to)
		}
		return words.Pick(l, "%s: %s, then %s; “no change” is not ruled out", "%s\u00a0: %s, puis %s\u00a0; l’absence de changement n’est pas exclue", name, from, to)
	})
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "%s %s, against %s %s: %s (%s, 90%%), on %s against %s.",
			"%s %s, contre %s %s\u00a0: %s (%s, à 90\u00a0%%), sur %s contre %s.",
			write(l, after), l.FromTo(f.From, f.To), write(l, before), l.FromTo(p.before.days[0], p.before.days[len(p.before.days)-1]),
			words.Change(l, f.Effect.Value), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)),
			r.counted(l, f.Volume.Value), l.Count(f.Volume.Against))
		if !f.Effect.Clear() {
			s += words.Pick(l, " The interval holds “no change”: only a direction shows.", " L’intervalle contient l’absence de changement\u00a0: seule une direction se dessine.")
		}
		return words.Upper(s)
	})
	old := r.interval(p)
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A %s back between %s and %s, the interval of the previous period, over the next %s.",
			"Un %s revenu entre %s et %s, l’intervalle de la période précédente, sur les %s suivants.",
			r.name, write(l, old.Low), write(l, old.High), words.Days(l, c.Period.Days()))
	})
	f.Evidence = x.comparisonEvidence(f, p, func(l locale.Lang, v float64, a arm) string {
		return words.Pick(l, "%s · %s, %s", "%s · %s, %s", write(l, v), r.counted(l, r.count(a)), l.PeriodShort(a.days[0], a.days[len(a.days)-1]))
	})
	if r.kpi == "cvr" {
		f.Evidence = append(f.Evidence, x.shiftEvidence(p.scope)...)
	}
	return f
}

// comparisonEvidence is the proof of a comparison of two periods: both sides,
// the change, how often chance alone gives it, the days.
func (x *Exam) comparisonEvidence(f Finding, p pair, side func(l locale.Lang, v float64, a arm) string) []Evidence {
	line := func(id string, label locale.Text, v float64, a arm) Evidence {
		return Evidence{ID: id, Label: label, KPI: f.KPI, Value: v, Text: words.Both(func(l locale.Lang) string { return side(l, v, a) })}
	}
	return []Evidence{
		line("before", beforeLabel, f.Against, p.before),
		line("after", sinceLabel, f.Value, p.after),
		{ID: "change", Label: changeLabel, KPI: f.KPI, Value: f.Value, Against: f.Against,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s %s, 90%%", "%s %s, à\u00a090\u00a0%%", words.Change(l, f.Effect.Value), l.Interval(words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)))
			})},
		chanceEvidence(f),
		{ID: "days", Label: daysLabel, Text: p.daysText()},
	}
}

// chanceEvidence says how often chance alone would give such a finding.
func chanceEvidence(f Finding) Evidence {
	return Evidence{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "such a difference would come %s (%s; %s)", "un tel écart arriverait %s (%s\u00a0; %s)",
			words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q))
	})}
}

// daysText says which days a comparison rests on.
func (p pair) daysText() locale.Text {
	return words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "%s against %d, complete and with their conversions in", "%s contre %d, complets et dont les conversions sont arrivées", words.Days(l, len(p.after.days)), len(p.before.days))
		if p.sameWeekdays() {
			s += words.Pick(l, "; weekdays in equal shares", "\u00a0; jours de semaine à parts égales")
		} else {
			s += words.Pick(l, "; weekdays in unequal shares, which may account for a part of the change", "\u00a0; jours de semaine à parts inégales, ce qui peut faire une part de l’écart")
		}
		if p.left.Days() > 0 {
			s += words.Pick(l, "; left out: %s", "\u00a0; écartés\u00a0: %s", p.left.Text(l))
		}
		return s
	})
}
