package insight

import (
	"fmt"
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// The CPA of a period against that of the period before it, for the whole and
// for each channel.
//
// Both are spend ÷ conversions over the days whose conversions can be trusted,
// and their ratio has an interval from quasi-Poisson counts. The rule fires
// from a change of 10 % whose direction has eight chances in ten or more; with
// under 7 days or 25 effective conversions (conversions ÷ dispersion) in one of
// the periods it stays silent and says how many it needs. The channels are one
// family of tests.
var _ = register(Rule{
	ID:    cpaID,
	Title: locale.Text{EN: "The cost per acquisition has changed", FR: "Le coût par acquisition a changé"},
	Why: locale.Text{
		EN: "A CPA always moves a little by chance. It is compared with the previous period of equal length, on days whose conversions have come in, and the change is kept only with the interval that chance leaves it. What clicks cost and how often they convert then account for it; that is arithmetic, not a cause.",
		FR: "Un CPA bouge toujours un peu par hasard. Il est comparé à la période précédente de même durée, sur les jours dont les conversions sont arrivées, et l’écart n’est retenu qu’avec l’intervalle que le hasard lui laisse. Le prix du clic et le taux de transformation en rendent ensuite compte : c’est un calcul, pas une cause.",
	},
	Check: checkCPA,
})

const (
	cpaID = "cpa-change"

	cpaMinDays      = 7
	cpaMinEffective = 25
	cpaMinChange    = 0.10
)

// Cost is the CPA of a scope in the two periods, on their days that can be
// trusted.
type Cost struct {
	Scope       string     `json:"scope"`       // a channel, or empty for the whole
	Conversions [2]float64 `json:"conversions"` // before and since
	Days        [2]int     `json:"days"`
	// Enough: both periods have the days and conversions that a comparison
	// needs. Without them Effect, the relative change of CPA, is empty.
	Enough bool   `json:"enough"`
	Effect Effect `json:"effect"`
}

// costs compares the CPA of each scope, whether or not it is worth a finding.
func (x *Exam) costs() []Cost {
	out := []Cost{}
	for _, p := range x.pairs {
		c := Cost{Scope: p.scope, Conversions: [2]float64{p.before.conversions, p.after.conversions}, Days: [2]int{len(p.before.days), len(p.after.days)}}
		if _, short := cpaTooLittle(x.Case, p); !short {
			t := p.compare()
			c.Enough, c.Effect = true, Effect{t.Ratio - 1, t.Low - 1, t.High - 1, stats.Confidence}
		}
		out = append(out, c)
	}
	return out
}

// compare tests the CPA of two periods. CPA rose as conversions for each unit
// of spend fell: the periods are exchanged.
func (p pair) compare() stats.Comparison {
	return stats.RateRatio(p.before.conversions, p.before.spend, p.after.conversions, p.after.spend, p.noise.conversions, stats.Confidence)
}

func checkCPA(x *Exam) (findings []Finding, notes []Note) {
	for _, family := range [][]pair{x.pairs[:1], x.pairs[1:]} { // the whole, then its channels
		var trials []trial
		for _, p := range family {
			if n, ok := cpaTooLittle(x.Case, p); ok {
				if n.Text != (locale.Text{}) {
					notes = append(notes, n)
				}
				continue
			}
			t := p.compare()
			trials = append(trials, trial{t.P, t.Ratio - 1, func(q float64, level Level, tested int) Finding {
				return cpaFinding(x, p, t, q, level, tested)
			}})
		}
		findings = append(findings, judge(trials, cpaMinChange, words.Channels)...)
	}
	return findings, notes
}

// cpaTooLittle says what a pair of periods lacks to be compared. A scope that
// never spent lacks nothing worth a word: its note is empty.
func cpaTooLittle(c Case, p pair) (Note, bool) {
	n := Note{Rule: cpaID, Scope: p.scope}
	fewest := min(len(p.before.days), len(p.after.days))
	least := min(p.before.conversions, p.after.conversions)
	need := math.Ceil(cpaMinEffective * p.noise.conversions)
	left := func(l locale.Lang) string {
		if p.left.Days() == 0 {
			return ""
		}
		return words.Pick(l, " Left out: %s.", " Écartés : %s.", p.left.Text(l))
	}
	switch {
	case p.before.spend+p.after.spend == 0 && p.left.Days() == 0:
		return n, true
	case fewest < cpaMinDays:
		n.Measure, n.Need, n.Has = "days", cpaMinDays, float64(fewest)
		n.Text = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s: comparing two periods needs %d full days in each; the earlier one has %d, the later one %d.%s",
				"%s\u00a0: comparer deux périodes demande %d jours complets dans chacune\u00a0; la première en a %d, la seconde %d.%s",
				p.label, cpaMinDays, len(p.before.days), len(p.after.days), left(l))
		})
		return n, true
	case least < need || p.before.spend == 0 || p.after.spend == 0:
		n.Measure, n.Need, n.Has = "conversions", need, least
		n.Text = words.Both(func(l locale.Lang) string {
			s := words.Pick(l, "%s: comparing the CPA of two periods needs %s in each (%d × a dispersion of %s); the earlier one has %s, the later one %s.%s",
				"%s\u00a0: comparer le CPA de deux périodes demande %s dans chacune (%d × une dispersion de %s)\u00a0; la première en a %s, la seconde %s.%s",
				p.label, words.Conversions(l, need), cpaMinEffective, l.Number(p.noise.conversions, 2), l.Count(p.before.conversions), l.Count(p.after.conversions), left(l))
			return s + c.patience(l, p.after, need)
		})
		return n, true
	}
	return n, false
}

// patience says how long the period would have to be at its rate.
func (c Case) patience(l locale.Lang, a arm, need float64) string {
	if a.conversions == 0 || a.conversions >= need {
		return ""
	}
	perDay := a.conversions / float64(len(a.days))
	more := int(math.Ceil(need/perDay)) - len(a.days)
	if c.Today+locale.Day(more) > c.Flight.To {
		return words.Pick(l, " At this rate the campaign ends before that.", " À ce rythme, la campagne sera finie avant.")
	}
	return words.Pick(l, " At this rate, %s more.", " À ce rythme, encore %s.", words.Days(l, more))
}

func cpaFinding(x *Exam, p pair, t stats.Comparison, q float64, level Level, tested int) Finding {
	c := x.Case
	before, after := p.before.spend/p.before.conversions, p.after.spend/p.after.conversions
	f := Finding{
		ID: findingID(cpaID, p.scope, c.Period.From), Rule: cpaID, Scope: p.scope, Label: p.label,
		From: p.after.days[0], To: p.after.days[len(p.after.days)-1],
		KPI: "cpa", Value: after, Against: before,
		Effect: Effect{t.Ratio - 1, t.Low - 1, t.High - 1, stats.Confidence},
		Volume: Volume{"conversions", p.after.conversions, p.before.conversions},
		Level:  level, P: t.P, Q: q, Tested: tested, Mature: true,
		Stake: micros(math.Abs(p.after.spend - before*p.after.conversions)),
	}
	if f.Effect.Clear() {
		f.Good = -1
		if f.Effect.High < 0 {
			f.Good = +1
		}
	}
	f.Split = x.split(p)
	f.Title = words.Both(func(l locale.Lang) string { return cpaTitle(c, f, l) })
	f.Text = words.Both(func(l locale.Lang) string { return cpaText(c, f, p, l) })
	old := stats.CostPer(p.before.spend, p.before.conversions, p.noise.conversions, stats.Confidence)
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A CPA back between %s and %s, the interval of the previous period, over the next %s.",
			"Un CPA revenu entre %s et %s, l’intervalle de la période précédente, sur les %s suivants.",
			c.cost(l, old.Low), c.cost(l, old.High), words.Days(l, c.Period.Days()))
	})
	f.Evidence = append(cpaEvidence(c, f, p), x.shiftEvidence(p.scope)...)
	return f
}

// cpaTitle names the direction only where the interval does.
func cpaTitle(c Case, f Finding, l locale.Lang) string {
	cpa := "CPA"
	if f.Scope != "" {
		cpa += " " + words.Of(l, f.Label.In(l))
	}
	from, to := c.cost(l, f.Against), c.cost(l, f.Value)
	switch {
	case f.Effect.Low > 0:
		return words.Pick(l, "%s rose by %s, from %s to %s", "Le %s a augmenté de %s, de %s à %s", cpa, words.Size(l, f.Effect.Value), from, to)
	case f.Effect.High < 0:
		return words.Pick(l, "%s fell by %s, from %s to %s", "Le %s a baissé de %s, de %s à %s", cpa, words.Size(l, f.Effect.Value), from, to)
	}
	return words.Pick(l, "%s: %s, then %s; “no change” is not ruled out", "%s : %s, puis %s ; l’absence de changement n’est pas exclue", cpa, from, to)
}

func cpaText(c Case, f Finding, p pair, l locale.Lang) string {
	e := f.Effect
	s := words.Pick(l, "CPA of %s %s, against %s %s: %s (%s, 90%%), on %s against %s.",
		"CPA de %s %s, contre %s %s : %s (%s, à 90 %%), sur %s contre %s.",
		c.cost(l, f.Value), l.FromTo(f.From, f.To),
		c.cost(l, f.Against), l.FromTo(p.before.days[0], p.before.days[len(p.before.days)-1]),
		words.Change(l, e.Value), words.FromTo(l, words.Change(l, e.Low), words.Change(l, e.High)),
		words.Conversions(l, f.Volume.Value), l.Count(f.Volume.Against))
	if !e.Clear() {
		s += words.Pick(l, " The interval holds “no change”: only a direction shows.", " L’intervalle contient l’absence de changement : seule une direction se dessine.")
	}
	if f.Split == nil {
		return s
	}
	part := func(b Bar) string {
		sign := func(v float64) string { return locale.Signed(c.cost(l, v)) }
		noise := ""
		if b.Noise {
			noise = words.Pick(l, ", within the noise", ", dans le bruit")
		}
		return fmt.Sprintf("%s (%s%s)", sign(b.Shown), words.FromTo(l, sign(b.Low), sign(b.High)), noise)
	}
	w := f.Split.Parts
	cvr, _ := w.Bar("cvr")
	cpc, _ := w.Bar("cpc")
	s += words.Pick(l, " Of the difference of %s, the conversion rate accounts for %s and the cost per click for %s.",
		" Dans l’écart de %s, le taux de transformation compte pour %s et le coût par clic pour %s.",
		locale.Signed(c.cost(l, w.EndShown-w.StartShown)), part(cvr), part(cpc))
	if f.Split.Channels == nil {
		return s
	}
	// Name the channel that accounts for most, among those out of the noise.
	bars := f.Split.Channels.Bars
	mix := bars[len(bars)-1]
	var most Bar
	for _, b := range bars[:len(bars)-1] {
		if !b.Noise && math.Abs(b.Value) > math.Abs(most.Value) {
			most = b
		}
	}
	if most.ID == "" {
		return s + words.Pick(l, " By channel, none stands out of the noise; the shift of spend between them accounts for %s.",
			" Par levier, aucun ne sort du bruit ; la répartition des dépenses compte pour %s.", part(mix))
	}
	return s + words.Pick(l, " By channel, %s accounts for %s and the shift of spend between channels for %s.",
		" Par levier, %s compte pour %s et la répartition des dépenses pour %s.", most.Label, part(most), part(mix))
}

func cpaEvidence(c Case, f Finding, p pair) []Evidence {
	kpi, _ := metrics.LookupKPI("cpa")
	side := func(id string, label locale.Text, a arm, v float64) Evidence {
		return Evidence{ID: id, Label: label, KPI: "cpa", Value: v, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s · %s for %s, %s", "%s · %s pour %s, %s",
				kpi.Format(v, l, c.Currency), words.Conversions(l, a.conversions), l.Money(a.spend, c.Currency, 2), l.PeriodShort(a.days[0], a.days[len(a.days)-1]))
		})}
	}
	out := []Evidence{
		side("before", beforeLabel, p.before, f.Against),
		side("after", sinceLabel, p.after, f.Value),
		{ID: "change", Label: changeLabel, KPI: "cpa", Value: f.Value, Against: f.Against,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s %s, 90%%", "%s %s, à\u00a090\u00a0%%", words.Change(l, f.Effect.Value), l.Interval(words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)))
			})},
		{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "such a change would come %s (%s; %s; dispersion %s)", "un tel écart arriverait %s (%s\u00a0; %s\u00a0; dispersion %s)",
				words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q), l.Number(p.noise.conversions, 1))
		})},
		{ID: "days", Label: daysLabel, Text: p.daysText()},
	}
	if target := c.Targets["cpa"]; target > 0 {
		out = append(out, Evidence{ID: "target", Label: locale.Text{EN: "Target", FR: "Cible"}, KPI: "cpa", Value: f.Value, Against: target,
			Text: words.Both(func(l locale.Lang) string { return kpi.Format(target, l, c.Currency) })})
	}
	return out
}
