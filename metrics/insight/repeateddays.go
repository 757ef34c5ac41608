package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Days whose figures are those of another day, to the last unit.
//
// Two days of a channel or of a platform campaign repeat each other if their
// impressions, clicks, spend, conversions and value are all equal and three of
// the first four average more than 20 a day (spend in cents). How likely so many
// repeats are by chance is worked out from two counts with that mean, of which
// one in √(4π·mean) pairs is equal, or from the pairs that are equal in that
// measure among the other days if they are more. It fires below one in a
// thousand. Where more than a third of the days repeat, the export shared a sum
// out over its days, and the rule stays silent.
var _ = register(Rule{
	ID:    repeatID,
	Title: locale.Text{EN: "Days repeat each other’s figures", FR: "Des jours répètent les chiffres d’un autre"},
	Why: locale.Text{
		EN: "Two days never have the same thousands of impressions, the same clicks and the same spend to the cent, unless one was copied from the other: rows pasted twice, a date mended by hand, an export that filled a gap. Which of them is true cannot be known from the figures, so all of them are kept out of every other conclusion.",
		FR: "Deux jours n’ont jamais les mêmes milliers d’impressions, les mêmes clics et la même dépense au centime, à moins que l’un ne soit recopié de l’autre\u00a0: lignes collées deux fois, date corrigée à la main, export qui a comblé un trou. Lequel est le vrai, les chiffres ne le disent pas\u00a0: tous restent hors de toutes les autres conclusions.",
	},
	Check: func(x *Exam) ([]Finding, []Note) { return x.repeats, nil },
})

const (
	repeatID   = "repeated-days"
	repeatMean = 20.0
	repeatMost = 3 // one day in three
	repeatP    = 0.001
)

// repeats are the days of a line that have the figures of an earlier one.
type repeats struct {
	line
	copies, twins []int // positions: of the later days, and of all involved
	chance        float64
}

func (n line) repeated() (r repeats, ok bool) {
	r.line = n
	type figures struct{ impressions, clicks, spend, conversions, value int64 }
	measures := []func(d metrics.Day) int64{
		func(d metrics.Day) int64 { return d.Impressions },
		func(d metrics.Day) int64 { return d.Clicks },
		func(d metrics.Day) int64 { return d.Spend / (metrics.Micro / 100) },
		func(d metrics.Day) int64 { return d.Conversions / metrics.Micro },
	}
	first := map[figures]int{}
	var days []int
	twin := map[int]bool{}
	for i, d := range n.days {
		if !d.Known || !d.Complete || d.Impressions == 0 {
			continue
		}
		days = append(days, i)
		k := figures{d.Impressions, d.Clicks, d.Spend, d.Conversions, d.ConversionValue}
		if j, ok := first[k]; ok {
			r.copies = append(r.copies, i)
			twin[i], twin[j] = true, true
			continue
		}
		first[k] = i
	}
	if len(days) < 2 || len(r.copies)*repeatMost > len(days) {
		return r, false
	}
	var rest []int
	for _, i := range days {
		if twin[i] {
			r.twins = append(r.twins, i)
		} else {
			rest = append(rest, i)
		}
	}
	pairs := float64(len(days)*(len(days)-1)) / 2
	expected, large := pairs, 0
	for _, m := range measures {
		mean := 0.0
		for _, i := range days {
			mean += float64(m(n.days[i])) / float64(len(days))
		}
		if mean <= repeatMean {
			continue
		}
		large++
		equal, among := 0.0, float64(len(rest)*(len(rest)-1))/2
		seen := map[int64]float64{}
		for _, i := range rest {
			v := m(n.days[i])
			equal += seen[v]
			seen[v]++
		}
		share := 1 / math.Sqrt(4*math.Pi*mean)
		if among > 0 {
			share = max(share, equal/among)
		}
		expected *= min(1, share)
	}
	if large < 3 {
		return r, false
	}
	k := float64(len(r.copies))
	r.chance = stats.TailAbove(k, expected, expected)
	return r, true
}

// findRepeats looks for repeated days in the channels, and in the platform
// campaigns of those without.
func (x *Exam) findRepeats() (findings []Finding, doubts []Doubt) {
	told := map[string]bool{}
	for _, family := range [][]line{x.channelLines(), x.campaignLines()} {
		var list []repeats
		var ps []float64
		tested := 0
		for _, n := range family {
			r, ok := n.repeated()
			if !ok || told[n.channel] {
				continue
			}
			tested++
			if len(r.copies) > 0 && r.chance < repeatP {
				list, ps = append(list, r), append(ps, r.chance)
			}
		}
		for i, q := range corrected(ps, tested) {
			r := list[i]
			told[r.channel] = true
			findings = append(findings, x.repeatFinding(r, q, tested))
			for j := 0; j < len(r.twins); {
				k := j
				for k+1 < len(r.twins) && r.twins[k+1] == r.twins[k]+1 {
					k++
				}
				doubts = append(doubts, Doubt{Rule: repeatID, Scope: r.scope, Label: r.label, Channels: []string{r.channel},
					Span: Span{r.days[r.twins[j]].Day, r.days[r.twins[k]].Day}, Ongoing: r.twins[k] == len(r.days)-1})
				j = k + 1
			}
		}
	}
	return findings, doubts
}

func (x *Exam) repeatFinding(r repeats, q float64, tested int) Finding {
	copies := len(r.copies)
	at := r.days[r.copies[0]].Day
	f := Finding{
		ID: findingID(repeatID, r.scope, at), Rule: repeatID, Scope: r.scope, Label: r.label,
		From: at, To: r.days[r.copies[copies-1]].Day, KPI: "spend",
		Volume: Volume{"days", float64(copies), float64(len(r.days))},
		Level:  certain(q), P: r.chance, Q: q, Tested: tested, Mature: true, Critical: true,
	}
	for _, i := range r.copies {
		f.Stake += r.days[i].Spend
	}
	f.Value = units(f.Stake)
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: %s the figures of an earlier one, to the last click", "%s\u00a0: %s les chiffres d’un jour antérieur, au clic près", r.name(l),
			words.Pick(l, "%s "+l.Plural(float64(copies), "has", "have"), "%s "+l.Plural(float64(copies), "a", "ont"), words.Days(l, copies)))
	})
	lists := func(l locale.Lang, at []int) string {
		var out []string
		for _, i := range at[:min(len(at), 8)] {
			out = append(out, l.DayText(r.days[i].Day))
		}
		if more := len(at) - len(out); more > 0 {
			out = append(out, words.Pick(l, "%d more", "%d autres", more))
		}
		return l.Join(out)
	}
	f.Text = words.Both(func(l locale.Lang) string {
		d := r.days[r.copies[0]]
		return words.Pick(l, "These days share their figures with another: %s; impressions, clicks, spend and conversions are alike (%s: %s impressions, %s, %s). One of each is a copy, and which one the figures do not say. The other conclusions leave all these days out.",
			"Ces jours partagent leurs chiffres avec un autre\u00a0: %s\u00a0; impressions, clics, dépense et conversions sont identiques (%s\u00a0: %s impressions, %s, %s). L’un de chaque est une copie, et lequel, les chiffres ne le disent pas. Les autres conclusions écartent tous ces jours.",
			lists(l, r.twins), l.DayText(d.Day), l.Int(d.Impressions), words.Clicks(l, float64(d.Clicks)), l.Money(units(d.Spend), x.Currency, 2))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A fresh export from the platform, %s, that shows other figures on one of them.", "Un nouvel export tiré de la plateforme, %s, qui montre d’autres chiffres pour l’un d’eux.",
			l.FromTo(r.days[r.twins[0]].Day, r.days[r.twins[len(r.twins)-1]].Day))
	})
	f.Evidence = []Evidence{
		{ID: "repeats", Label: locale.Text{EN: "Repeated", FR: "Répétés"}, Text: words.Both(func(l locale.Lang) string { return lists(l, r.copies) })},
		{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "so many equal days would come %s (%s; %s)", "autant de jours égaux arriveraient %s (%s\u00a0; %s)",
				words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q))
		})},
		x.searched(tested),
	}
	return f
}
