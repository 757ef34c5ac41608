package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// A CPA that moved by the shares of spend, not in any channel.
//
// Where the CPA of the whole changed by 10 % or more, out of the noise, the split
// between channels says how much of it the shift of spend accounts for. The rule
// fires where that part is out of the noise and at least half of the change, in
// its direction, while no channel's own part is out of the noise and no channel's
// CPA has a finding that is likely. It needs what comparing two periods needs,
// and two channels.
var _ = register(Rule{
	ID:    mixID,
	Title: locale.Text{EN: "The CPA moved by the shares of spend alone", FR: "Le CPA a bougé par la seule répartition des dépenses"},
	Why: locale.Text{
		EN: "When more money goes to a channel where a conversion costs more, the average cost rises although nothing has changed in any channel. Looking for a fault in ads or pages is then in vain: the question is whether the dearer channel was meant to grow. The split is arithmetic; it says what accounts for the change.",
		FR: "Quand plus d’argent va à un levier où une conversion coûte plus cher, le coût moyen monte alors que rien n’a changé dans aucun levier. Chercher la faute dans les annonces ou les pages est alors vain\u00a0: la question est de savoir si le levier le plus cher devait grandir. La décomposition est un calcul\u00a0; elle dit ce qui rend compte de l’écart.",
	},
	Check: checkMix,
})

const (
	mixID    = "mix-shift"
	mixShare = 0.5
)

func checkMix(x *Exam) (findings []Finding, notes []Note) {
	p := x.pairs[0]
	if _, short := cpaTooLittle(x.Case, p); short || len(x.Channels) < 2 {
		return nil, nil
	}
	t := p.compare()
	if math.Abs(t.Ratio-1) < cpaMinChange || t.Low <= 1 && t.High >= 1 {
		return nil, nil
	}
	s := x.split(p)
	if s == nil || s.Channels == nil {
		return nil, nil
	}
	mix, _ := s.Channels.Bar("mix")
	if mix.Noise || mix.Value/(s.After-s.Before) < mixShare {
		return nil, nil
	}
	for _, b := range s.Channels.Bars {
		if b.ID != "mix" && !b.Noise {
			return nil, nil
		}
	}
	for _, f := range x.ask(cpaID).findings {
		if f.Scope != "" && f.Level != Watch {
			return nil, nil
		}
	}
	// The bar's interval is that of draws, near a normal law.
	pv := math.Erfc(math.Abs(mix.Value) / ((mix.High - mix.Low) / (2 * 1.6449)) / math.Sqrt2)
	trials := []trial{{pv, mix.Value / s.Before, func(q float64, level Level, tested int) Finding {
		return x.mixFinding(s, mix, p, q, level, tested, pv)
	}}}
	return judge(trials, 0, words.Channels), nil
}

func (x *Exam) mixFinding(s *Split, mix Bar, p pair, q float64, level Level, tested int, pv float64) Finding {
	f := Finding{
		ID: findingID(mixID, "", x.Period.From), Rule: mixID, Label: wholeLabel,
		From: p.after.days[0], To: p.after.days[len(p.after.days)-1],
		KPI: "cpa", Value: s.Before + mix.Value, Against: s.Before,
		Effect: Effect{mix.Value / s.Before, mix.Low / s.Before, mix.High / s.Before, stats.Confidence},
		Volume: Volume{"conversions", p.after.conversions, p.before.conversions},
		Level:  level, P: pv, Q: q, Tested: tested, Mature: true,
		Stake: micros(math.Abs(mix.Value * p.after.conversions)), Split: s,
	}
	f.Good = -1
	if mix.Value < 0 {
		f.Good = +1
	}
	// The channels whose share of spend grew and shrank the most.
	type share struct {
		label         string
		before, after float64
		cpa           float64
	}
	var grew, shrank share
	for _, ch := range x.Channels {
		b, a := sum(ch.Days, p.before.days), sum(ch.Days, p.after.days)
		sh := share{ch.Label, b.spend / p.before.spend, a.spend / p.after.spend, 0}
		if n := a.conversions + b.conversions; n > 0 {
			sh.cpa = (a.spend + b.spend) / n
		}
		if sh.after-sh.before > grew.after-grew.before {
			grew = sh
		}
		if sh.after-sh.before < shrank.after-shrank.before {
			shrank = sh
		}
	}
	money := func(l locale.Lang, v float64) string { return locale.Signed(x.cost(l, v)) }
	f.Title = words.Both(func(l locale.Lang) string {
		if mix.Value > 0 {
			return words.Pick(l, "At the same cost in each channel, the CPA rose by %s through the shares of spend", "À coût égal dans chaque levier, le CPA a augmenté de %s par la répartition des dépenses", words.Size(l, f.Effect.Value))
		}
		return words.Pick(l, "At the same cost in each channel, the CPA fell by %s through the shares of spend", "À coût égal dans chaque levier, le CPA a baissé de %s par la répartition des dépenses", words.Size(l, f.Effect.Value))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		t := words.Pick(l, "Of the difference of %s in the CPA (%s %s, %s %s), the shift of spend between channels accounts for %s (%s, 90%%); what a conversion costs within a channel stands out of the noise in none.",
			"Dans l’écart de %s du CPA (%s %s, %s %s), la répartition des dépenses compte pour %s (%s, à 90\u00a0%%)\u00a0; le coût d’une conversion au sein d’un levier ne sort du bruit dans aucun.",
			money(l, s.Channels.EndShown-s.Channels.StartShown), x.cost(l, s.Before), l.FromTo(p.before.days[0], p.before.days[len(p.before.days)-1]),
			x.cost(l, s.After), l.FromTo(f.From, f.To), money(l, mix.Shown), words.FromTo(l, money(l, mix.Low), money(l, mix.High)))
		if grew.label != "" && shrank.label != "" {
			t += words.Pick(l, " %s went from %s to %s of the spend, %s from %s to %s; a conversion costs %s on the first and %s on the second over both periods.",
				" %s est passé de %s à %s des dépenses, %s de %s à %s\u00a0; une conversion coûte %s sur le premier et %s sur le second sur les deux périodes.",
				grew.label, l.Percent(grew.before, 0), l.Percent(grew.after, 0), shrank.label, l.Percent(shrank.before, 0), l.Percent(shrank.after, 0), costOr(x, l, grew.cpa), costOr(x, l, shrank.cpa))
		}
		return t
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A channel whose own CPA moves out of the noise over the next %s; or shares back to what they were with the CPA still at %s.",
			"Un levier dont le CPA sort du bruit sur les %s suivants\u00a0; ou des parts revenues à ce qu’elles étaient avec un CPA toujours à %s.",
			words.Days(l, x.Period.Days()), x.cost(l, s.After))
	})
	f.Evidence = []Evidence{
		{ID: "shares", Label: locale.Text{EN: "Shares of spend", FR: "Parts de dépense"}, KPI: "cpa", Value: f.Value, Against: f.Against, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s of the CPA (%s, 90%%)", "%s sur le CPA (%s, à 90\u00a0%%)", money(l, mix.Shown), words.FromTo(l, money(l, mix.Low), money(l, mix.High)))
		})},
		chanceEvidence(f),
		{ID: "days", Label: daysLabel, Text: p.daysText()},
	}
	return f
}

// costOr writes a cost, or says that there is none.
func costOr(x *Exam, l locale.Lang, v float64) string {
	if v == 0 {
		return words.Pick(l, "nothing that can be told", "on ne sait combien")
	}
	return x.cost(l, v)
}
