package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Conversions that double from one day to the next while clicks and what a
// conversion is worth stay.
//
// Each channel's conversions for each click are searched for changes of level
// (Pelt). One is a doubling where its ratio lies between 1.7 and 2.3, or holds 2
// and excludes 1.4, interval included; where the week from it on already
// converts 1.55 times as well as the week before, so that it did not come little
// by little; and where clicks stayed within 25 %, and the value of a conversion
// between four fifths and five quarters of what it was. Channels that double
// within two days of each other are told of once. It needs 28 days with 5
// conversions a day, 7 of them after the change; a platform whose channels all
// have less is searched as one.
var _ = register(Rule{
	ID:    doubleID,
	Title: locale.Text{EN: "Conversions doubled overnight, clicks did not", FR: "Les conversions ont doublé d’un jour à l’autre, pas les clics"},
	Why: locale.Text{
		EN: "Two tags, or two conversion actions, that count the same order double the conversions and their value without a visitor more. The sign is a step to about twice the rate between two days, at the same value for each conversion. A promotion can do it too, but seldom so exactly. Until it is cleared up, those days are kept out of every other conclusion.",
		FR: "Deux balises, ou deux actions de conversion, qui comptent la même commande doublent les conversions et leur valeur sans un visiteur de plus. Le signe en est un passage à environ deux fois le taux entre deux jours, pour une même valeur par conversion. Une promotion peut le faire aussi, rarement aussi exactement. Tant que ce n’est pas éclairci, ces jours restent hors de toutes les autres conclusions.",
	},
	Check: func(x *Exam) ([]Finding, []Note) { return x.doubles, x.doubleNotes },
})

const (
	doubleID     = "double-tagging"
	doubleLow    = 1.7
	doubleHigh   = 2.3
	doubleAlmost = 1.4
	doubleWeek   = 1.55 // one that doubles over two weeks makes 1.4 of it
	doubleClicks = 0.25
	doubleValue  = 1.25
)

// doubling is a step to about twice the conversions for each click.
type doubling struct {
	line
	at            int
	from, to      locale.Day // where the step may lie
	end           locale.Day // last day of the level
	ongoing       bool
	before, after arm // around the step, as long as the levels last
	week          [2]arm
	phi, p        float64
}

// twice reports a ratio of about 2.
func twice(t stats.Comparison) bool {
	return t.Low >= doubleLow && t.High <= doubleHigh || t.Low > doubleAlmost && t.Low <= 2 && t.High >= 2
}

// doublings are the steps of a line; ok is false where it has too little data
// to be searched.
func (x *Exam) doublings(n line) (list []doubling, ok bool) {
	points := n.points(conversionsOf, clicksOf, true, x.doubts)
	found := stats.CountChanges(points, stats.PriorPhi, stats.Confidence)
	if !found.Warning.None() {
		return nil, false
	}
	for i, c := range found.Found {
		d := doubling{line: n, at: c.At, from: n.days[c.From].Day, to: n.days[c.To].Day, phi: found.Phi * stats.Inflation(found.Lag)}
		first, last := 0, len(points)-1
		if i > 0 {
			first = found.Found[i-1].At
		}
		if d.ongoing = i+1 == len(found.Found); !d.ongoing {
			last = found.Found[i+1].At - 1
		}
		d.end = n.days[last].Day
		d.before, d.after = n.between(points, first, c.At-1), n.between(points, c.At, last)
		d.week[0], d.week[1] = n.beside(points, c.At, 7)
		d.p = min(1, c.Effect.P*float64(len(points)))
		a, b := d.week[0], d.week[1]
		if twice(c.Effect) && a.conversions > 0 && b.conversions/b.clicks >= doubleWeek*a.conversions/a.clicks {
			list = append(list, d)
		}
	}
	return list, true
}

// clicksHeld reports that the week of the step has the clicks of the week before.
func (d doubling) clicksHeld() bool {
	return math.Abs(d.week[1].clicks/d.week[0].clicks-1) <= doubleClicks
}

// worthHeld reports that a conversion is worth what it was; where none has a
// value, nothing says otherwise.
func (d doubling) worthHeld() bool {
	a, b := d.before.value/d.before.conversions, d.after.value/d.after.conversions
	return a == 0 && b == 0 || a > 0 && b/a <= doubleValue && a/b <= doubleValue
}

// findDoubles looks for doublings in the channels, and in the platforms whose
// channels are all too small.
func (x *Exam) findDoubles() (findings []Finding, doubts []Doubt, notes []Note) {
	tested := 0
	var all []doubling
	small := map[string][]line{} // by platform, where no channel could be searched
	searched := map[string]bool{}
	for _, n := range x.channelLines() {
		list, ok := x.doublings(n)
		if !ok {
			small[n.platform] = append(small[n.platform], n)
			continue
		}
		searched[n.platform] = true
		tested++
		all = append(all, list...)
	}
	for _, n := range x.channelLines() {
		if members := small[n.platform]; len(members) > 1 && members[0].scope == n.scope && !searched[n.platform] && n.platform != "" {
			pooled, ok := x.pooled(members)
			if !ok {
				continue
			}
			if list, ok := x.doublings(pooled); ok {
				tested++
				all = append(all, list...)
			}
		}
	}
	var kept []doubling
	for _, d := range all {
		switch {
		case !d.clicksHeld():
			notes = append(notes, Note{Rule: doubleID, Scope: d.scope, Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s: conversions for each click doubled on %s, but clicks moved too (%s in a week): this rule cannot tell.",
					"%s\u00a0: les conversions par clic ont doublé le %s, mais les clics ont bougé aussi (%s en une semaine)\u00a0: cette règle ne peut pas trancher.",
					d.label, l.DayText(d.days[d.at].Day), words.Change(l, d.week[1].clicks/d.week[0].clicks-1))
			})})
		case d.worthHeld():
			kept = append(kept, d)
		}
	}
	// Those that step together are one.
	var groups [][]doubling
next:
	for _, d := range kept {
		for i, g := range groups {
			if gap := d.days[d.at].Day - g[0].days[g[0].at].Day; gap >= -2 && gap <= 2 {
				groups[i] = append(g, d)
				continue next
			}
		}
		groups = append(groups, []doubling{d})
	}
	ps := make([]float64, len(groups))
	for i, g := range groups {
		ps[i] = 1
		for _, d := range g {
			ps[i] = min(ps[i], d.p)
		}
		ps[i] = min(1, ps[i]*float64(len(g))) // any of them could have been the least
	}
	for i, q := range corrected(ps, tested) {
		f, d := x.doubleFinding(groups[i], ps[i], q, tested)
		findings, doubts = append(findings, f), append(doubts, d)
	}
	return findings, doubts, notes
}

// pooled is a platform's channels as one line; ok is false where they do not
// cover the same days.
func (c Case) pooled(members []line) (line, bool) {
	out := line{channel: members[0].channel, platform: members[0].platform}
	out.scope, out.label, _ = c.shared(members)
	for i, d := range members[0].days {
		for _, n := range members[1:] {
			if len(n.days) != len(members[0].days) {
				return out, false
			}
			e := n.days[i]
			d.Known, d.Complete, d.Mature = d.Known && e.Known, d.Complete && e.Complete, d.Mature && e.Mature
			d.Impressions += e.Impressions
			d.Clicks += e.Clicks
			d.Spend += e.Spend
			d.Conversions += e.Conversions
			d.ConversionValue += e.ConversionValue
		}
		out.days = append(out.days, d)
	}
	return out, true
}

func (x *Exam) doubleFinding(g []doubling, p, q float64, tested int) (Finding, Doubt) {
	var lines []line
	first := g[0]
	doubt := Doubt{Rule: doubleID, Span: Span{first.from, first.end}, Ongoing: first.ongoing}
	at, phi := first.days[first.at].Day, 0.0
	from, to := first.from, first.to
	var before, after arm
	for _, d := range g {
		lines = append(lines, d.line)
		at, from, to = min(at, d.days[d.at].Day), min(from, d.from), max(to, d.to)
		doubt.From, doubt.To, doubt.Ongoing = min(doubt.From, d.from), max(doubt.To, d.end), doubt.Ongoing || d.ongoing
		before, after, phi = before.plus(d.before), after.plus(d.after), max(phi, d.phi)
	}
	doubt.Scope, doubt.Label, doubt.Channels = x.shared(lines)
	if len(g) == 1 && first.scope != first.channel { // a platform searched as one
		doubt.Channels = nil
		for _, n := range x.channelLines() {
			if n.platform == first.platform {
				doubt.Channels = append(doubt.Channels, n.scope)
			}
		}
	}
	t := stats.RateRatio(after.conversions, after.clicks, before.conversions, before.clicks, phi, stats.Confidence)
	f := Finding{
		ID: findingID(doubleID, doubt.Scope, at), Rule: doubleID, Scope: doubt.Scope, Label: doubt.Label,
		From: at, To: doubt.To, KPI: "cvr", Value: after.conversions / after.clicks, Against: before.conversions / before.clicks,
		Effect: Effect{t.Ratio - 1, t.Low - 1, t.High - 1, stats.Confidence}, Good: -1,
		Volume: Volume{"conversions", after.conversions, before.conversions},
		Level:  certain(q), P: p, Q: q, Tested: tested, Mature: true, Critical: true,
		Stake: micros(after.spend),
	}
	f.Title = words.Both(func(l locale.Lang) string {
		name := ""
		if f.Scope != "" {
			name = f.Label.In(l) + l.Colon() + " "
		}
		s := words.Pick(l, "%s times the conversions for each click since %s, clicks and value as usual",
			"%s\u00a0fois plus de conversions par clic depuis le %s, clics et valeur habituels", l.Number(t.Ratio, 1), l.DayText(at))
		if after.value == 0 {
			s = words.Pick(l, "%s times the conversions for each click since %s, clicks as usual",
				"%s\u00a0fois plus de conversions par clic depuis le %s, clics habituels", l.Number(t.Ratio, 1), l.DayText(at))
		}
		return name + s
	})
	cvr := kpiOf("cvr")
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "Up to %s, %s of clicks converted; since then %s: %s times (%s, 90%%), on %s against %s.",
			"Jusqu’au %s, %s des clics se transformaient\u00a0; depuis, %s\u00a0: %s\u00a0fois plus (%s, à 90\u00a0%%), sur %s contre %s.",
			l.DayText(at-1), cvr.Format(f.Against, l, x.Currency), cvr.Format(f.Value, l, x.Currency), l.Number(t.Ratio, 2),
			words.FromTo(l, l.Number(t.Low, 2), l.Number(t.High, 2)), words.Conversions(l, after.conversions), l.Count(before.conversions))
		if from < to {
			s += words.Pick(l, " The day may lie %s.", " Le jour peut se situer %s.", l.FromTo(from, to))
		}
		s += x.touching(l, doubt.Channels)
		s += words.Pick(l, " This is compatible with two tags or two conversion actions that count the same conversion, without proving it: a promotion or a new form can do it too.",
			" C’est compatible avec deux balises ou deux actions de conversion qui comptent la même conversion, sans le prouver\u00a0: une promotion ou un nouveau formulaire le peuvent aussi.")
		return s + words.Pick(l, " The other conclusions leave these days out.", " Les autres conclusions écartent ces jours.")
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Orders and forms of the site that doubled too since %s; or a tag and a list of conversion actions without a double.",
			"Des commandes et formulaires du site qui ont doublé eux aussi depuis le %s\u00a0; ou une balise et une liste d’actions de conversion sans doublon.", l.DayText(at))
	})
	worth := func(l locale.Lang, a arm) string {
		if a.value == 0 {
			return words.Pick(l, "no value", "sans valeur")
		}
		return words.Pick(l, "%s each", "%s chacune", l.Money(a.value/a.conversions, x.Currency, 2))
	}
	side := func(id string, label locale.Text, a arm) Evidence {
		return Evidence{ID: id, Label: label, KPI: "cvr", Value: a.conversions / a.clicks, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s for %s (%s a day), %s, %s", "%s pour %s (%s par jour), %s, %s", words.Conversions(l, a.conversions),
				words.Clicks(l, a.clicks), l.Number(a.clicks/float64(len(a.days)), 0), worth(l, a), l.PeriodShort(a.days[0], a.days[len(a.days)-1]))
		})}
	}
	f.Evidence = []Evidence{side("before", beforeLabel, before), side("after", sinceLabel, after), chanceOf(f, phi), x.searched(tested), leftOutEvidence(doubt)}
	return f, doubt
}
