package insight

import (
	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Clicks that rise without a conversion more.
//
// Each platform campaign, or channel where the exports go no further, is
// scanned for runs of days on which clicks for each impression rose by 40 % or
// more above what the days around lead one to expect. Such a run is told of
// where its conversions for each click fell below the range expected at that
// many clicks, while its conversions for each impression stayed within theirs.
// It needs 15 days, 3 clicks expected in a run, and 5 conversions.
var _ = register(Rule{
	ID:    botID,
	Title: locale.Text{EN: "More clicks, and not a conversion more", FR: "Plus de clics, et pas une conversion de plus"},
	Why: locale.Text{
		EN: "Clicks of robots, of an application that people touch by mistake, or of a page that competitors visit raise the click rate and sink the conversion rate by as much: the conversions themselves do not move. Two scans, one of clicks for each impression and one of conversions, tell this from a better ad, which brings conversions too.",
		FR: "Les clics de robots, d’une application que l’on touche par erreur ou de curieux font monter le taux de clic et descendre d’autant le taux de transformation\u00a0: les conversions, elles, ne bougent pas. Deux examens, l’un des clics par impression, l’autre des conversions, les distinguent d’une meilleure annonce, qui apporte aussi des conversions.",
	},
	Check: checkBots,
})

const (
	botID   = "bot-clicks"
	botRise = 0.40
)

func checkBots(x *Exam) (findings []Finding, notes []Note) {
	type rise struct {
		line
		stats.Drop
		converted, delivered stats.Drop // conversions for each click, for each impression
		days                 arm
		p                    float64
	}
	var rises []rise
	tested := 0
	for _, n := range x.lines() {
		clicks := n.points(clicksOf, impressionsOf, false, x.doubts)
		scan := stats.ScanRises(clicks, botRise, stats.PriorPhi, stats.Confidence)
		if !scan.Warning.None() {
			continue
		}
		tested++
		perClick := n.points(conversionsOf, clicksOf, true, x.doubts)
		perView := n.points(conversionsOf, impressionsOf, true, x.doubts)
		for _, d := range scan.Drops {
			from, to := n.days[d.From].Day, n.days[d.To].Day
			converted, w1 := stats.Around(perClick, d.From, d.To, stats.PriorPhi, stats.Confidence)
			delivered, w2 := stats.Around(perView, d.From, d.To, stats.PriorPhi, stats.Confidence)
			switch {
			case converted.Days < d.Days || !w1.None() || !w2.None():
				// Only a rise of the period is worth saying that nothing is known of it.
				if to < x.Period.From {
					continue
				}
				notes = append(notes, Note{Rule: botID, Scope: n.scope, Measure: "conversions", Need: stats.MinEvents, Has: delivered.Expected, Text: words.Both(func(l locale.Lang) string {
					return words.Pick(l, "%s: clicks for each impression rose %s (%s for %s expected); whether they convert cannot be told before 5 conversions are expected of those days and have come in.",
						"%s\u00a0: les clics par impression ont monté %s (%s pour %s attendus)\u00a0; s’ils se transforment, on ne peut le dire avant que 5\u00a0conversions y soient attendues et arrivées.",
						n.name(l), l.FromTo(from, to), words.Clicks(l, d.Observed), l.Number(d.Expected, 0))
				})})
			case converted.Observed < converted.Low && delivered.Observed >= delivered.Low && delivered.Observed <= delivered.High:
				rises = append(rises, rise{n, d, converted, delivered, n.between(clicks, d.From, d.To), min(1, d.P*float64(scan.Windows))})
			}
		}
	}
	ps := make([]float64, len(rises))
	for i, r := range rises {
		ps[i] = r.p
	}
	for i, q := range corrected(ps, tested) {
		r := rises[i]
		f := Finding{
			ID: findingID(botID, r.scope, r.line.days[r.From].Day), Rule: botID, Scope: r.scope, Label: r.label,
			From: r.line.days[r.From].Day, To: r.line.days[r.To].Day,
			KPI: "ctr", Value: r.Observed / r.Exposure, Against: r.Expected / r.Exposure,
			// The count lies above what was expected, whose high end is at least 1.
			Effect: Effect{r.Observed/r.Expected - 1, r.Observed/r.High - 1, r.Observed/max(r.Low, 1) - 1, stats.Confidence}, Good: -1,
			Volume: Volume{"clicks", r.Observed, r.Expected},
			Level:  certain(q), P: r.p, Q: q, Tested: tested, Mature: true,
			Stake: micros(r.days.spend * (1 - r.Expected/r.Observed)),
		}
		f.Effect.High = max(f.Effect.High, f.Effect.Value)
		ctr := kpiOf("ctr")
		f.Title = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s: %s more clicks %s than expected, conversions as usual", "%s\u00a0: %s de clics de plus qu’attendu %s, conversions comme d’habitude",
				r.name(l), words.Size(l, f.Effect.Value), l.FromTo(f.From, f.To))
		})
		f.Text = words.Both(func(l locale.Lang) string {
			s := words.Pick(l, "%s: %s for %s expected of those impressions (%s, 90%%), that is %s. At the usual rate so many clicks bring %s conversions (%s); there were %s, where those impressions bring %s (%s).",
				"%s\u00a0: %s pour %s attendus de ces impressions (%s, à 90\u00a0%%), soit %s. Au taux habituel, autant de clics apportent %s conversions (%s)\u00a0; il y en a eu %s, là où ces impressions en apportent %s (%s).",
				words.Upper(l.FromTo(f.From, f.To)), words.Clicks(l, r.Observed), l.Number(r.Expected, 0), words.FromTo(l, l.Number(r.Low, 0), l.Number(r.High, 0)), words.Change(l, f.Effect.Value),
				l.Number(r.converted.Expected, 0), words.FromTo(l, l.Number(r.converted.Low, 0), l.Number(r.converted.High, 0)), l.Count(r.converted.Observed),
				l.Number(r.delivered.Expected, 0), words.FromTo(l, l.Number(r.delivered.Low, 0), l.Number(r.delivered.High, 0)))
			return s + words.Pick(l, " This is compatible with clicks of robots or by mistake, without proving it; the clicks above what was expected cost about %s.",
				" C’est compatible avec des clics de robots ou par erreur, sans le prouver\u00a0; les clics au-delà de l’attendu ont coûté environ %s.",
				words.Money(l, units(f.Stake), x.Currency))
		})
		f.WouldChange = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Visits of the site that are as many and as long as the clicks; invalid clicks that the platform already refunded; or conversions of those days that come in later, %s or more in all.",
				"Des visites du site aussi nombreuses et aussi longues que les clics\u00a0; des clics non valides déjà remboursés par la plateforme\u00a0; ou des conversions de ces jours arrivées plus tard, %s ou plus en tout.",
				l.Number(r.converted.Low, 0))
		})
		f.Evidence = []Evidence{
			{ID: "ctr", Label: kpiLabel("ctr"), KPI: "ctr", Value: f.Value, Against: f.Against, Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s, usually %s", "%s, d’habitude %s", ctr.Format(f.Value, l, x.Currency), ctr.Format(f.Against, l, x.Currency))
			})},
			{ID: "cvr", Label: kpiLabel("cvr"), KPI: "cvr", Value: r.converted.Observed / r.converted.Exposure, Against: r.converted.Expected / r.converted.Exposure, Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s, usually %s", "%s, d’habitude %s", ctr.Format(r.converted.Observed/r.converted.Exposure, l, x.Currency), ctr.Format(r.converted.Expected/r.converted.Exposure, l, x.Currency))
			})},
			{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "so many clicks would come %s (%s, all windows counted; %s; dispersion %s)",
					"autant de clics arriveraient %s (%s, toutes fenêtres comptées\u00a0; %s\u00a0; dispersion %s)",
					words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q), l.Number(r.Phi, 1))
			})},
			x.searched(tested),
		}
		findings = append(findings, f)
	}
	return findings, notes
}
