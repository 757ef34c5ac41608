package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// The channel that serves the client best and on which the agency loses money.
//
// The account of each channel is kept from the start of the flight to the last
// day whose conversions have come in: what the client pays for it, the media if
// the agency buys it, the hours at their cost. It fires on a channel whose CPA
// is the lowest of those with 25 effective conversions and whose margin is
// below 0. Where nothing paid depends on conversions the account is exact;
// else 4,000 draws of them give the chance of a loss, from 28 days on. It is
// confidential: no report and no page of a client has it.
var _ = register(Rule{
	ID:    marginID,
	Title: locale.Text{EN: "The best channel for the client costs the agency money", FR: "Le meilleur levier pour le client coûte de l’argent à l’agence"},
	Why: locale.Text{
		EN: "Moving budget to the channel with the lowest cost is good for the client and may be bad for the agency that works on it. Both have to be seen before a move is proposed: the terms or the hours can change, and hiding it from oneself helps nobody. The client's interest comes first in what is recommended.",
		FR: "Déplacer du budget vers le levier au coût le plus bas est bon pour le client et peut être mauvais pour l’agence qui y travaille. Les deux se regardent avant de proposer un déplacement\u00a0: les conditions ou les heures peuvent changer, et se le cacher n’aide personne. L’intérêt du client passe d’abord dans ce qui est recommandé.",
	},
	Confidential: true,
	Check:        checkMargin,
})

const (
	marginID    = "margin-trap"
	marginDraws = 4000
)

// Terms are what the agency is paid for a channel and what it costs it, over
// the whole flight. Confidential.
type Terms struct {
	Fees  stats.Fees
	Costs stats.Costs
}

// account is the margin of a channel so far.
type account struct {
	arm
	scope string
	label locale.Text
	part  float64 // of the flight that is over
	stats.Account
	risk  stats.Risk
	drawn bool // the margin hangs on conversions
	phi   float64
}

func checkMargin(x *Exam) (findings []Finding, notes []Note) {
	if len(x.Terms) == 0 {
		return nil, nil
	}
	var accounts []account
	for i, s := range x.Channels {
		terms, ok := x.Terms[s.ID]
		if !ok {
			continue
		}
		days, _ := usable(s.Days, s.ID, Span{x.Flight.From, x.Period.To}, x.doubts)
		a := account{arm: sum(s.Days, days), scope: s.ID, label: locale.Same(s.Label), phi: x.pairs[i+1].noise.conversions}
		if a.spend == 0 || len(days) == 0 {
			continue
		}
		// What is agreed for the whole flight counts for the days looked at.
		a.part = float64(len(days)) / float64(x.Flight.Days())
		fees, costs := terms.Fees, terms.Costs
		fees.Fixed *= a.part
		costs.Hours, costs.Tech, costs.Other = costs.Hours*a.part, costs.Tech*a.part, costs.Other*a.part
		a.Account = stats.Margin(fees, costs, a.spend, a.conversions)
		if !a.Warning.None() && a.Warning.Code != stats.NoExposure {
			continue
		}
		if a.drawn = fees.PerEvent > 0; a.drawn {
			rng := stats.Rand(x.Report, s.ID, marginID)
			spend, events := make([]float64, marginDraws), make([]float64, marginDraws)
			for k := range spend {
				spend[k], events[k] = a.spend, stats.DrawMean(rng, a.conversions, a.phi)
			}
			a.risk = stats.MarginRisk(fees, costs, spend, events, len(days), stats.Confidence)
		}
		accounts = append(accounts, a)
	}
	best := -1
	for i, a := range accounts {
		if a.conversions >= cpaMinEffective*a.phi && (best < 0 || a.spend/a.conversions < accounts[best].spend/accounts[best].conversions) {
			best = i
		}
	}
	if best < 0 || len(accounts) < 2 {
		return nil, nil
	}
	if a := accounts[best]; a.Margin < 0 {
		findings = append(findings, marginFinding(x, a, len(accounts)))
	}
	return findings, nil
}

func marginFinding(x *Exam, a account, tested int) Finding {
	f := Finding{
		ID: findingID(marginID, a.scope, x.Flight.From), Rule: marginID, Scope: a.scope, Label: a.label,
		From: a.days[0], To: a.days[len(a.days)-1],
		KPI: "cpa", Value: a.spend / a.conversions,
		Volume: Volume{"conversions", a.conversions, a.conversions},
		Level:  Established, P: 1, Q: 1, Tested: tested, Mature: true,
		Stake: micros(-a.Margin),
	}
	// Against what would break even, as a share of what came in.
	share := a.Margin / max(a.Fee, a.Cost+a.Media)
	f.Effect = Effect{Value: share, Low: share, High: share}
	if a.drawn {
		f.Level = Watch
		if r := a.risk; r.Warning.None() {
			scale := max(a.Fee, a.Cost+a.Media)
			f.Effect = Effect{share, math.Min(share, r.Margin.Low/scale), math.Max(share, r.Margin.High/scale), stats.Confidence}
			f.P = min(1, 2*(marginDraws*(1-r.Loss)+1)/(marginDraws+1))
			f.Q = f.P
			switch {
			case f.Q <= FalseShare:
				f.Level = Established
			case r.Loss >= 0.90:
				f.Level = Likely
			}
		}
	}
	if f.Effect.Clear() {
		f.Good = -1
	}
	f.Title = words.Both(func(l locale.Lang) string {
		if a.drawn && !f.Effect.Clear() {
			return words.Pick(l, "%s: the lowest CPA, %s, and a margin of %s so far; a gain is not ruled out", "%s\u00a0: le CPA le plus bas, %s, et une marge de %s à ce jour\u00a0; un gain n’est pas exclu",
				a.label, x.cost(l, f.Value), locale.Signed(words.Money(l, a.Margin, x.Currency)))
		}
		if !a.drawn || !f.Effect.Clear() {
			return words.Pick(l, "%s: the lowest CPA, %s, and a margin of %s for the agency", "%s\u00a0: le CPA le plus bas, %s, et une marge de %s pour l’agence",
				a.label, x.cost(l, f.Value), locale.Signed(words.Money(l, a.Margin, x.Currency)))
		}
		return words.Pick(l, "%s: the lowest CPA, %s, and a loss of %s for the agency", "%s\u00a0: le CPA le plus bas, %s, et une perte de %s pour l’agence",
			a.label, x.cost(l, f.Value), words.Money(l, -a.Margin, x.Currency))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "%s, %s brings %s to the agency and costs it %s: %s on %s, the channel where a conversion costs the client least.",
			"%s, %s rapporte %s à l’agence et lui coûte %s\u00a0: %s sur %s, le levier où une conversion coûte le moins au client.",
			words.Upper(l.FromTo(f.From, f.To)), a.label, l.Money(a.Fee, x.Currency, 2), l.Money(a.Cost+a.Media, x.Currency, 2), locale.Signed(l.Money(a.Margin, x.Currency, 2)), words.Conversions(l, a.conversions))
		if a.drawn && a.risk.Warning.None() {
			s += words.Pick(l, " With the noise of conversions the margin lies between %s and %s (90%%); chance of a loss: %s.", " Avec le bruit des conversions, la marge est entre %s et %s (à 90\u00a0%%)\u00a0; probabilité d’une perte\u00a0: %s.",
				locale.Signed(l.Money(a.risk.Margin.Low, x.Currency, 2)), locale.Signed(l.Money(a.risk.Margin.High, x.Currency, 2)), words.Chance(l, a.risk.Loss))
			if !f.Effect.Clear() {
				s += words.Pick(l, " A gain is not ruled out.", " Un gain n’est pas exclu.")
			}
		}
		return s
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Hours counted again, other terms, or a cost that is shared with another channel.", "Des heures recomptées, d’autres conditions, ou un coût partagé avec un autre levier.")
	})
	f.Evidence = []Evidence{
		proof("fee", locale.Text{EN: "Paid by the client", FR: "Payé par le client"}, func(l locale.Lang) string { return l.Money(a.Fee, x.Currency, 2) }),
		proof("cost", locale.Text{EN: "Cost", FR: "Coût"}, func(l locale.Lang) string {
			s := words.Pick(l, "work %s", "travail %s", l.Money(a.Cost, x.Currency, 2))
			if a.Media > 0 {
				s += words.Pick(l, ", media %s", ", média %s", l.Money(a.Media, x.Currency, 2))
			}
			return s
		}),
		proof("part", locale.Text{EN: "Part of the flight", FR: "Part de la campagne"}, func(l locale.Lang) string {
			return words.Pick(l, "%s: %s of %s", "%s\u00a0: %s sur %s", l.Percent(a.part, 0), words.Days(l, len(a.days)), words.Days(l, x.Flight.Days()))
		}),
		proof("confidential", locale.Text{EN: "Confidential", FR: "Confidentiel"}, func(l locale.Lang) string {
			return words.Pick(l, "for the agency alone; no report and no page of the client has it", "pour l’agence seule\u00a0; absent des rapports et des pages du client")
		}),
	}
	return f
}
