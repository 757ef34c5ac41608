package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Clicks of a channel that cost more while it is shown on a smaller share of
// the occasions: what a new competitor, or one that bids more, looks like.
//
// The period is held against the one before it. It fires where the cost per
// click rose by 10 % or more, the share of the eligible impressions fell by
// 10 % or more, both with their intervals, the click rate did not rise, and
// what the budget missed does not account for the fall. The p is the larger of
// the two. Where the platform says nothing of eligible impressions and clicks
// have become clearly dearer, a note says what would tell.
var _ = register(Rule{
	ID:    competitorID,
	Title: locale.Text{EN: "Clicks cost more and the share of impressions falls", FR: "Les clics coûtent plus cher et la part d’impressions baisse"},
	Why: locale.Text{
		EN: "When others bid more, a click costs more and the same bid wins fewer auctions. Both together are consistent with more competition, and neither alone is: costs also rise with the season or a new audience, and a share also falls with the budget, which is taken off, or with the quality of the ads. Auction reports of the platform name who is there.",
		FR: "Quand d’autres enchérissent plus, le clic coûte plus cher et la même enchère gagne moins souvent. Les deux ensemble sont compatibles avec plus de concurrence, aucun des deux seul ne l’est\u00a0: les coûts montent aussi avec la saison ou une nouvelle audience, et la part baisse aussi avec le budget, dont il est tenu compte, ou avec la qualité des annonces. Les rapports d’enchères de la plateforme disent qui est là.",
	},
	Check: checkCompetitor,
})

const (
	competitorID   = "competitor"
	competitorRise = 0.10
	competitorFall = 0.10
	competitorNote = 0.15
)

// shown is how often a channel was shown, on days that tell.
type shown struct {
	days                        int
	impressions, eligible, lost float64
	sums                        stats.Sums
}

func shownOn(days []metrics.Day, want []locale.Day) (s shown) {
	in := map[locale.Day]bool{}
	for _, d := range want {
		in[d] = true
	}
	for _, d := range days {
		if in[d.Day] && d.Eligible > 0 {
			s.days++
			s.impressions += float64(d.Impressions)
			s.eligible += float64(d.Eligible)
			s.lost += float64(d.LostBudget)
			s.sums.Add(float64(d.Eligible), float64(d.Impressions))
		}
	}
	return s
}

func checkCompetitor(x *Exam) (findings []Finding, notes []Note) {
	var trials []trial
	for i, channel := range x.Channels {
		pair := x.pairs[i+1]
		if min(len(pair.before.days), len(pair.after.days)) < ratioMinDays || min(pair.before.clicks, pair.after.clicks) < stats.MinArmClicks*pair.noise.clicks {
			continue
		}
		// Clicks for each unit of spend, before ÷ after, is CPC after ÷ before.
		cpc := stats.RateRatio(pair.before.clicks, pair.before.spend, pair.after.clicks, pair.after.spend, pair.noise.clicks, stats.Confidence)
		if !cpc.Warning.None() {
			continue
		}
		before, after := shownOn(channel.Days, pair.before.days), shownOn(channel.Days, pair.after.days)
		if before.days < ratioMinDays || after.days < ratioMinDays {
			if cpc.Low > 1 && cpc.Ratio >= 1+competitorNote && x.again(cpc.P) <= FalseShare {
				notes = append(notes, competitorUnknown(pair, cpc))
			}
			continue
		}
		share := stats.RatioChange(after.sums, before.sums, stats.Confidence)
		ctr := stats.RateRatio(pair.after.clicks, pair.after.impressions, pair.before.clicks, pair.before.impressions, pair.noise.clicks, stats.Confidence)
		if !share.Warning.None() || math.IsNaN(ctr.Low) {
			continue
		}
		fall := before.impressions/before.eligible - after.impressions/after.eligible
		budget := after.lost/after.eligible - before.lost/before.eligible
		change := 0.0
		if cpc.Ratio >= 1+competitorRise && cpc.Low > 1 && share.Ratio <= 1-competitorFall && share.High < 1 && ctr.Low <= 1 && budget < fall/2 {
			change = cpc.Ratio - 1
		}
		p := max(cpc.P, share.P)
		trials = append(trials, trial{x.again(p), change, func(q float64, level Level, tested int) Finding {
			return competitorFinding(x, pair, cpc, share, ctr, before, after, p, q, level, tested)
		}})
	}
	return weekly(trials, competitorRise, words.Channels), notes
}

func competitorUnknown(p pair, cpc stats.Comparison) Note {
	return Note{Rule: competitorID, Scope: p.scope, Measure: "days", Need: ratioMinDays, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: clicks cost %s more (%s, 90%%). Whether competition is stronger cannot be told without the column of the impression share on %s of each period.",
			"%s\u00a0: les clics coûtent %s de plus (%s, à 90\u00a0%%). Rien ne dit si la concurrence est plus forte sans la colonne du taux d’impressions sur %s de chaque période.",
			p.label, words.Size(l, cpc.Ratio-1), words.FromTo(l, words.Change(l, cpc.Low-1), words.Change(l, cpc.High-1)), words.Days(l, ratioMinDays))
	})}
}

func competitorFinding(x *Exam, pr pair, cpc, share, ctr stats.Comparison, before, after shown, p, q float64, level Level, tested int) Finding {
	was, is := pr.before.spend/pr.before.clicks, pr.after.spend/pr.after.clicks
	f := Finding{
		ID: findingID(competitorID, pr.scope, x.Period.From), Rule: competitorID, Scope: pr.scope, Label: pr.label,
		From: pr.after.days[0], To: pr.after.days[len(pr.after.days)-1],
		KPI: "cpc", Value: is, Against: was,
		Effect: Effect{cpc.Ratio - 1, cpc.Low - 1, cpc.High - 1, stats.Confidence}, Good: -1,
		Volume: Volume{"clicks", pr.after.clicks, pr.before.clicks},
		Level:  level, P: p, Q: q, Tested: tested, Mature: true,
		Stake: micros(pr.after.spend - was*pr.after.clicks),
	}
	shareWas, shareIs := before.impressions/before.eligible, after.impressions/after.eligible
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: a click rose by %s to %s while the share of impressions went from %s to %s", "%s\u00a0: le clic a augmenté de %s, à %s, et la part d’impressions est passée de %s à %s",
			pr.label, words.Size(l, f.Effect.Value), x.cost(l, is), l.Percent(shareWas, 0), l.Percent(shareIs, 0))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s, a click costs %s against %s %s: %s (%s, 90%%). The share of the eligible impressions went from %s to %s, %s (%s). No rise of the click rate shows (%s). This is consistent with stronger competition; the figures do not say whose.",
			"%s, le clic coûte %s contre %s %s\u00a0: %s (%s, à 90\u00a0%%). La part des impressions éligibles est passée de %s à %s, %s (%s). Aucune hausse du taux de clic n’apparaît (%s). C’est compatible avec une concurrence plus forte\u00a0; les chiffres ne disent pas laquelle.",
			words.Upper(l.FromTo(f.From, f.To)), x.cost(l, is), x.cost(l, was), l.FromTo(pr.before.days[0], pr.before.days[len(pr.before.days)-1]),
			words.Change(l, f.Effect.Value), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)),
			l.Percent(shareWas, 1), l.Percent(shareIs, 1), words.Change(l, share.Ratio-1), words.FromTo(l, words.Change(l, share.Low-1), words.Change(l, share.High-1)),
			words.FromTo(l, words.Change(l, ctr.Low-1), words.Change(l, ctr.High-1)))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A click back at %s or a share back at %s over the next %s; an auction report without anybody new; bids that were lowered here.",
			"Un clic revenu à %s ou une part revenue à %s sur les %s suivants\u00a0; un rapport d’enchères sans nouveau venu\u00a0; des enchères baissées ici.",
			x.cost(l, was), l.Percent(shareWas, 0), words.Days(l, x.Period.Days()))
	})
	f.Evidence = []Evidence{
		{ID: "cpc", Label: locale.Text{EN: "Cost per click", FR: "Coût par clic"}, KPI: "cpc", Value: is, Against: was, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s, then %s, on %s", "%s, puis %s, sur %s", x.cost(l, was), x.cost(l, is), words.Clicks(l, pr.before.clicks+pr.after.clicks))
		})},
		proof("share", locale.Text{EN: "Share of impressions", FR: "Part d’impressions"}, func(l locale.Lang) string {
			return words.Pick(l, "%s, then %s, of %s eligible ones", "%s, puis %s, de %s éligibles", l.Percent(shareWas, 1), l.Percent(shareIs, 1), l.Count(before.eligible+after.eligible))
		}),
		proof("budget", locale.Text{EN: "Missed for want of budget", FR: "Manquées faute de budget"}, func(l locale.Lang) string {
			return words.Pick(l, "%s, then %s", "%s, puis %s", l.Percent(before.lost/before.eligible, 1), l.Percent(after.lost/after.eligible, 1))
		}),
		x.askedEvidence(f),
		{ID: "days", Label: daysLabel, Text: pr.daysText()},
	}
	return f
}
