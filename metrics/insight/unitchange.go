package insight

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Amounts that change scale from one day to the next while delivery does not.
//
// Each channel's cost per click and cost per thousand impressions are searched
// for changes of level (Pelt on logarithms). A change of unit is a change of
// both on the same day (or the next) by 8 % or more, whose logarithms differ by
// less than 0.05, or by less than a quarter of it within the noise of the click
// rate, so that the click rate stays; where the conversion rate stays
// within 5 % or within its noise; where impressions are nearer to what they
// were than to what an equal spend would buy at the new price; and where the
// three days on either side already differ by more than half of it, interval
// included: prices that rise little by little, or with a new bid, do not look so.
// It needs 28 days with spend and clicks, 7 of them after the change.
var _ = register(Rule{
	ID:    unitID,
	Title: locale.Text{EN: "Amounts changed scale overnight", FR: "Les montants ont changé d’échelle d’un jour à l’autre"},
	Why: locale.Text{
		EN: "An account that changes its currency, an export with or without tax, a decimal comma read as a thousands separator: the same ratio then lies on the cost of a click and on that of impressions from one day on, while impressions, clicks and conversions go on as before. Sums across that day mix two units, so those days are kept out of every other conclusion.",
		FR: "Un compte qui change de devise, un export avec ou sans taxe, une virgule lue comme séparateur de milliers\u00a0: le même rapport frappe alors le coût du clic et celui des impressions à partir d’un jour, tandis que les impressions, les clics et les conversions continuent comme avant. Les sommes à cheval sur ce jour mêlent deux unités\u00a0: ces jours restent hors de toutes les autres conclusions.",
	},
	Check: func(x *Exam) ([]Finding, []Note) { return x.unitChanges, nil },
})

const (
	unitID    = "unit-change"
	unitLeast = 0.08 // of the logarithm
	unitApart = 0.05 // of the two logarithms, and of the conversion rate's
	unitNear  = 0.02 // of a factor that has a name
)

// unitFactors are factors between two units that people mix up.
var unitFactors = []struct {
	factor float64
	name   locale.Text
}{
	{100, locale.Text{EN: "cents read as units", FR: "des centimes lus comme des unités"}},
	{1000, locale.Text{EN: "a thousands separator read as a decimal mark, or the reverse", FR: "un séparateur de milliers lu comme une virgule, ou l’inverse"}},
	{1e6, locale.Text{EN: "millionths read as units", FR: "des millionièmes lus comme des unités"}},
	{1.2, locale.Text{EN: "value added tax at 20%", FR: "une TVA à 20\u00a0%"}},
}

// unitStep is a change of scale of a line's amounts.
type unitStep struct {
	line
	at            int
	from, to      locale.Day
	end           locale.Day
	ongoing       bool
	ratio         stats.Comparison // of the cost of impressions
	clickRatio    float64
	before, after arm
	noise, p      float64
}

func (x *Exam) unitSteps(n line) (list []unitStep, ok bool) {
	per := func(of func(metrics.Day) float64) []float64 {
		out := make([]float64, len(n.days))
		for i, d := range n.days {
			if out[i] = math.NaN(); n.usable(d, x.doubts) && of(d) > 0 {
				out[i] = spendOf(d) / of(d)
			}
		}
		return out
	}
	if len(n.days) == 0 {
		return nil, false
	}
	cpm := per(impressionsOf)
	views := stats.AmountChanges(cpm, n.days[0].Day.Weekday(), stats.Confidence)
	clicks := stats.AmountChanges(per(clicksOf), n.days[0].Day.Weekday(), stats.Confidence)
	if !views.Warning.None() || !clicks.Warning.None() {
		return nil, false
	}
	points := n.points(conversionsOf, clicksOf, false, x.doubts)
	ripe := n.points(conversionsOf, clicksOf, true, x.doubts)
	for i, c := range views.Found {
		for j, k := range clicks.Found {
			v := math.Log(c.Effect.Ratio)
			if gap := c.At - k.At; gap < -1 || gap > 1 || math.Abs(v) < unitLeast {
				continue
			}
			s := unitStep{line: n, at: c.At, from: n.days[min(c.From, k.From)].Day, to: n.days[max(c.To, k.To)].Day,
				ratio: c.Effect, clickRatio: k.Effect.Ratio, noise: math.Sqrt(views.Phi), p: min(1, c.Effect.P*float64(len(points)))}
			first, last := 0, len(points)-1
			if i > 0 {
				first = max(first, views.Found[i-1].At)
			}
			if j > 0 {
				first = max(first, clicks.Found[j-1].At)
			}
			s.ongoing = true
			if i+1 < len(views.Found) {
				last, s.ongoing = min(last, views.Found[i+1].At-1), false
			}
			if j+1 < len(clicks.Found) {
				last, s.ongoing = min(last, clicks.Found[j+1].At-1), false
			}
			s.end = n.days[last].Day
			s.before, s.after = n.between(points, first, c.At-1), n.between(points, c.At, last)
			if s.clickRateHeld() && overnight(cpm, c.At, v, s.noise) && s.deliveryHeld(n.between(ripe, first, c.At-1), n.between(ripe, c.At, last)) {
				list = append(list, s)
			}
		}
	}
	return list, true
}

// overnight reports that the three values on either side of a position differ
// by more than half of a step of the logarithm, noise allowed for.
func overnight(values []float64, at int, step, noise float64) bool {
	mean := func(i, by int) (m float64, n float64) {
		for ; i >= 0 && i < len(values) && n < 3; i += by {
			if values[i] > 0 {
				m, n = m+math.Log(values[i]), n+1
			}
		}
		return m / n, n
	}
	a, na := mean(at-1, -1)
	b, nb := mean(at, 1)
	jump := math.Copysign(1, step) * (b - a)
	return jump-math.Abs(step)/2 > 1.645*noise*math.Sqrt(1/na+1/nb)
}

// clickRateHeld reports that both costs moved by the same ratio, which is to say
// that the click rate stays, as near as the clicks tell.
func (s unitStep) clickRateHeld() bool {
	v := math.Abs(math.Log(s.ratio.Ratio))
	apart := math.Abs(math.Log(s.ratio.Ratio / s.clickRatio))
	if apart < unitApart {
		return true
	}
	phi, _ := stats.Phi(stats.PriorPhi, s.before.perView, s.after.perView)
	t := stats.RateRatio(s.after.clicks, s.after.impressions, s.before.clicks, s.before.impressions, phi, stats.Confidence)
	return apart < v/4 && t.Low <= 1 && t.High >= 1
}

// deliveryHeld reports that impressions and conversions go on as they did;
// before and after are the days whose conversions have come in.
func (s unitStep) deliveryHeld(before, after arm) bool {
	a, b := s.before, s.after
	if a.impressions == 0 || b.impressions == 0 {
		return false
	}
	views := math.Log(b.impressions / float64(len(b.days)) / (a.impressions / float64(len(a.days))))
	if math.Abs(views) >= math.Abs(math.Log(s.ratio.Ratio))/2 {
		return false
	}
	phi, _ := stats.Phi(stats.PriorPhi, before.perClick, after.perClick)
	t := stats.RateRatio(after.conversions, after.clicks, before.conversions, before.clicks, phi, stats.Confidence)
	return !(t.Low > 1+unitApart) && !(t.High < 1-unitApart) // where it is not known, nothing says otherwise
}

// findUnits looks for changes of scale in the channels; those of several on the
// same day are told of once.
func (x *Exam) findUnits() (findings []Finding, doubts []Doubt) {
	tested := 0
	var groups [][]unitStep
	for _, n := range x.channelLines() {
		list, ok := x.unitSteps(n)
		if !ok {
			continue
		}
		tested++
	steps:
		for _, s := range list {
			for i, g := range groups {
				o := g[0]
				if gap := s.days[s.at].Day - o.days[o.at].Day; s.channel != o.channel && gap >= -1 && gap <= 1 &&
					math.Abs(math.Log(s.ratio.Ratio/o.ratio.Ratio)) < unitApart {
					groups[i] = append(g, s)
					continue steps
				}
			}
			groups = append(groups, []unitStep{s})
		}
	}
	ps := make([]float64, len(groups))
	for i, g := range groups {
		ps[i] = 1
		for _, s := range g {
			ps[i] = min(ps[i], s.p)
		}
		ps[i] = min(1, ps[i]*float64(len(g)))
	}
	for i, q := range corrected(ps, tested) {
		f, d := x.unitFinding(groups[i], ps[i], q, tested)
		findings, doubts = append(findings, f), append(doubts, d)
	}
	return findings, doubts
}

func (x *Exam) unitFinding(g []unitStep, p, q float64, tested int) (Finding, Doubt) {
	s := g[0] // the largest stands for all
	var lines []line
	var before, after arm
	doubt := Doubt{Rule: unitID, Span: Span{s.from, s.end}, Ongoing: s.ongoing}
	for _, o := range g {
		lines = append(lines, o.line)
		before, after = before.plus(o.before), after.plus(o.after)
		doubt.From, doubt.To, doubt.Ongoing = min(doubt.From, o.from), max(doubt.To, o.end), doubt.Ongoing || o.ongoing
		if o.before.impressions > s.before.impressions {
			s = o
		}
	}
	doubt.Scope, doubt.Label, doubt.Channels = x.shared(lines)
	at := s.days[s.at].Day
	e := s.ratio
	f := Finding{
		ID: findingID(unitID, doubt.Scope, at), Rule: unitID, Scope: doubt.Scope, Label: doubt.Label,
		From: at, To: doubt.To, KPI: "cpm", Value: 1000 * after.spend / after.impressions, Against: 1000 * before.spend / before.impressions,
		Effect: Effect{e.Ratio - 1, e.Low - 1, e.High - 1, stats.Confidence},
		Volume: Volume{"impressions", after.impressions, before.impressions},
		Level:  certain(q), P: p, Q: q, Tested: tested, Mature: true, Critical: true,
		// What the amounts differ by from those of the unit before.
		Stake: micros(math.Abs(after.spend * (1 - 1/e.Ratio))),
	}
	times := func(l locale.Lang, v float64) string {
		if v < 1 {
			return words.Pick(l, "divided by %s", "divisés par\u00a0%s", l.Number(1/v, decimals(1/v)))
		}
		return words.Pick(l, "multiplied by %s", "multipliés par\u00a0%s", l.Number(v, decimals(v)))
	}
	f.Title = words.Both(func(l locale.Lang) string {
		name := ""
		if f.Scope != "" {
			name = f.Label.In(l) + l.Colon() + " "
		}
		return name + words.Pick(l, "amounts %s from %s on, impressions and clicks as before", "montants %s à partir du %s, impressions et clics comme avant", times(l, e.Ratio), l.DayText(at))
	})
	cpm, cpc := kpiOf("cpm"), kpiOf("cpc")
	f.Text = words.Both(func(l locale.Lang) string {
		t := words.Pick(l, "A thousand impressions cost %s up to %s and %s since; a click %s, then %s. Both moved together, by %s and %s (%s, 90%%), while impressions went from %s to %s a day.",
			"Mille impressions coûtaient %s jusqu’au %s et %s depuis\u00a0; un clic %s, puis %s. Les deux ont bougé ensemble, de %s et %s (%s, à 90\u00a0%%), tandis que les impressions passaient de %s à %s par jour.",
			cpm.Format(f.Against, l, x.Currency), l.DayText(at-1), cpm.Format(f.Value, l, x.Currency),
			cpc.Format(before.spend/before.clicks, l, x.Currency), cpc.Format(after.spend/after.clicks, l, x.Currency),
			words.Change(l, f.Effect.Value), words.Change(l, s.clickRatio-1), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)),
			l.Number(before.impressions/float64(len(before.days)), 0), l.Number(after.impressions/float64(len(after.days)), 0))
		if name, ok := unitFactor(e); ok {
			t += words.Pick(l, " That ratio is the one of %s.", " Ce rapport correspond à %s.", name)
		}
		t += x.touching(l, doubt.Channels)
		t += words.Pick(l, " This is compatible with another currency, tax or unit in the export, without proving it: the account’s settings and both exports are to be checked.",
			" C’est compatible avec une autre devise, une taxe ou une unité différente dans l’export, sans le prouver\u00a0: réglages du compte et exports sont à vérifier.")
		return t + words.Pick(l, " The other conclusions leave these days out.", " Les autres conclusions écartent ces jours.")
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "An invoice of those days that shows the amounts as they are here; or a bid or a bidding strategy changed on %s.",
			"Une facture de ces jours qui montre les montants tels qu’ils sont ici\u00a0; ou une enchère ou une stratégie d’enchères changée le %s.", l.DayText(at))
	})
	side := func(id string, label locale.Text, a arm) Evidence {
		return Evidence{ID: id, Label: label, KPI: "cpm", Value: 1000 * a.spend / a.impressions, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s for %s impressions and %s, %s", "%s pour %s impressions et %s, %s", l.Money(a.spend, x.Currency, 2),
				l.Number(a.impressions, 0), words.Clicks(l, a.clicks), l.PeriodShort(a.days[0], a.days[len(a.days)-1]))
		})}
	}
	f.Evidence = []Evidence{side("before", beforeLabel, before), side("after", sinceLabel, after),
		{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "such a step would come %s (%s, all days counted; %s; daily noise %s)",
				"un tel saut arriverait %s (%s, tous les jours comptés\u00a0; %s\u00a0; bruit quotidien %s)",
				words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q), l.Percent(s.noise, 1))
		})},
		x.searched(tested), leftOutEvidence(doubt)}
	return f, doubt
}

// withholdPaces takes out the paces of budgets whose spend may be in two units.
func (x *Exam) withholdPaces() {
	for _, d := range x.doubts {
		if d.Rule != unitID {
			continue
		}
		x.paces = slices.DeleteFunc(x.paces, func(p Pace) bool {
			if !d.Touches(p.Scope) {
				return false
			}
			x.paceNotes = append(x.paceNotes, Note{Rule: paceID, Scope: p.Scope, Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s: the pace of the budget is not told, since amounts may be in two units (%s, %s).",
					"%s\u00a0: le rythme du budget n’est pas dit, les montants étant peut-être dans deux unités (%s, %s).", p.Label, d.Label, l.FromTo(d.From, d.To))
			})})
			return true
		})
	}
}

// decimals is how many a factor is written with.
func decimals(v float64) int {
	switch {
	case v >= 20:
		return 0
	case v >= 2:
		return 1
	}
	return 2
}

// unitFactor names a ratio that is near a factor people mix up.
func unitFactor(t stats.Comparison) (locale.Text, bool) {
	for _, u := range unitFactors {
		for _, v := range []float64{u.factor, 1 / u.factor} {
			if math.Abs(math.Log(t.Ratio/v)) <= unitNear || t.Low <= v && v <= t.High && math.Abs(math.Log(t.Ratio/v)) < unitApart {
				return u.name, true
			}
		}
	}
	return locale.Text{}, false
}
