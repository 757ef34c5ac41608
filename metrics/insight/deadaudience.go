package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Ad groups and keywords that spend and hardly convert, beside the others of
// their channel over the last four weeks.
//
// The conversions of each for each unit of spend are compared with those of
// the rest, as quasi-Poisson counts (exactly, where there is none). It fires
// for those with 8 % of the channel's spend or more that convert less than
// half as well, the interval included; each needs 5 effective conversions
// expected from its spend at the rate of the rest. A channel's ad groups are
// one family of tests, its keywords another.
var _ = register(Rule{
	ID:    deadID,
	Title: locale.Text{EN: "An audience or a keyword spends and hardly converts", FR: "Une audience ou un mot clé dépense et ne transforme presque pas"},
	Why: locale.Text{
		EN: "Within a channel, some audiences or keywords take money for almost no conversions. Each is held against the others of its channel over four weeks, and kept only where chance hardly explains it. Some prepare conversions that others harvest: cutting one shows what it brought.",
		FR: "Au sein d’un levier, des audiences ou des mots clés prennent de l’argent pour presque aucune conversion. Chacun est comparé aux autres de son levier sur quatre semaines, et n’est retenu que si le hasard n’y suffit guère. Certains préparent des conversions que d’autres récoltent\u00a0: en couper un montre ce qu’il apportait.",
	},
	Check: checkDead,
})

const (
	deadID       = "dead-audience"
	deadDays     = 28
	deadShare    = 0.08
	deadChange   = 0.50
	deadExpected = 5
)

func checkDead(x *Exam) (findings []Finding, notes []Note) {
	span := Span{x.Period.To - deadDays + 1, x.Period.To}
	for _, channel := range x.Channels {
		for _, level := range []string{metrics.AdGroupLevel, metrics.KeywordLevel} {
			var trials []trial
			list := x.arms(channel.ID, level, span)
			total := arm{}
			for _, o := range list {
				total.spend, total.conversions = total.spend+o.spend, total.conversions+o.conversions
			}
			for _, o := range list {
				rest := arm{spend: total.spend - o.spend, conversions: total.conversions - o.conversions}
				if len(o.days) < ratioMinDays || o.spend < deadShare*total.spend || rest.spend <= 0 ||
					rest.conversions/rest.spend*o.spend < deadExpected*o.phi {
					continue
				}
				t := stats.RateRatio(o.conversions, o.spend, rest.conversions, rest.spend, o.phi, stats.Confidence)
				if math.IsNaN(t.P) || t.High > 1-deadChange {
					t.Ratio = 1 // looked at, and nothing to say
				}
				trials = append(trials, trial{t.P, t.Ratio - 1, func(q float64, level Level, tested int) Finding {
					return deadFinding(x, channel, o, rest, t, q, level, tested)
				}})
			}
			findings = append(findings, judge(trials, deadChange, func(l locale.Lang, n int) string {
				return words.Objects(l, level, n)
			})...)
		}
	}
	return findings, notes
}

func deadFinding(x *Exam, channel metrics.Series, o objectArm, rest arm, t stats.Comparison, q float64, level Level, tested int) Finding {
	c := x.Case
	expected := rest.conversions / rest.spend * o.spend
	f := Finding{
		ID: findingID(deadID, o.ID, o.days[0]), Rule: deadID, Scope: o.ID, Label: locale.Same(o.Name),
		From: o.days[0], To: o.days[len(o.days)-1],
		KPI: "conversions", Value: o.conversions, Against: expected,
		Effect: Effect{t.Ratio - 1, t.Low - 1, t.High - 1, stats.Confidence}, Good: -1,
		Volume: Volume{"conversions", o.conversions, expected},
		Level:  level, P: t.P, Q: q, Tested: tested, Mature: true,
		Stake: micros(o.spend * (1 - t.Ratio)),
	}
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: %s for %s, where the rest of %s would have brought %s",
			"%s\u00a0: %s pour %s, là où le reste de %s en aurait apporté %s",
			l.Quote(o.Name), words.Conversions(l, o.conversions), words.Money(l, o.spend, c.Currency), channel.Label, l.Number(expected, 0))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s, %s took %s, %s of the spend of %s, and brought %s; at the rate of the rest it would have brought %s. For the same money it brings %s less (%s, 90%%).",
			"%s, %s a pris %s, %s des dépenses de %s, pour %s ; au rythme du reste, il y en aurait eu %s. À dépense égale, c’est %s de moins (%s, à 90 %%).",
			words.Upper(l.FromTo(f.From, f.To)), l.Quote(o.Name), l.Money(o.spend, c.Currency, 2), l.Percent(o.spend/(o.spend+rest.spend), 0), channel.Label,
			words.Conversions(l, o.conversions), l.Number(expected, 0), words.Size(l, f.Effect.Value),
			words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s or more over the next %s at the same spend; or an order or a form on the site that nobody attributes to it.",
			"%s ou plus sur les %s suivants à dépense égale ; ou des commandes et formulaires du site que personne ne lui attribue.",
			words.Conversions(l, math.Ceil(deadChange*expected)), words.Days(l, deadDays))
	})
	f.Evidence = []Evidence{
		{ID: "itself", Label: locale.Text{EN: "Itself", FR: "Lui-même"}, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s for %s, %s", "%s pour %s, %s", words.Conversions(l, o.conversions), l.Money(o.spend, c.Currency, 2), l.PeriodShort(f.From, f.To))
		})},
		{ID: "rest", Label: locale.Text{EN: "The rest", FR: "Le reste"}, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s for %s", "%s pour %s", words.Conversions(l, rest.conversions), l.Money(rest.spend, c.Currency, 2))
		})},
		chanceEvidence(f),
	}
	return f
}
