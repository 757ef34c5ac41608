package advise

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

func micros(v float64) int64 { return int64(math.Round(v * metrics.Micro)) }

func units(v int64) float64 { return float64(v) / metrics.Micro }

func (m *mover) cost(l locale.Lang, v float64) string { return l.Money(v, m.Currency, 2) }

// ofLabel is the name after "of" in French; English puts "of" in its sentence.
func ofLabel(l locale.Lang, label locale.Text) string {
	if l == locale.EN {
		return label.EN
	}
	return words.Of(l, label.FR)
}

func signed(l locale.Lang, v float64) string { return locale.Signed(l.Number(v, 1)) }

// gained is a number of conversions with its sign.
func gained(l locale.Lang, v float64) string {
	return signed(l, v) + locale.NBSP + l.Plural(math.Round(v*10)/10, "conversion", "conversions")
}

// effectText is an effect in words; it says when its interval holds 0.
func effectText(l locale.Lang, e Effect) string {
	s := words.Pick(l, "%s expected (%s, 90%%), %s chance of a gain", "%s attendues (%s, à 90 %%), %s de chances de gain",
		gained(l, e.Mean), words.FromTo(l, signed(l, e.Low), signed(l, e.High)), words.Chance(l, e.Prob))
	if l == locale.FR && math.Abs(math.Round(e.Mean*10)/10) < 2 {
		s = strings.Replace(s, "attendues", "attendue", 1)
	}
	if e.Low <= 0 && e.High >= 0 {
		s += words.Pick(l, "; a loss is not ruled out", " ; une perte n’est pas exclue")
	}
	return s
}

func (m *mover) moveText(o Option, l locale.Lang) string {
	mv := o.Moves[0]
	return words.Pick(l, "Over %s, %s goes from %s to %s and %s from %s to %s, with the same total. %s.",
		"Sur %s, %s passe de %s à %s et %s de %s à %s, pour le même total. %s.",
		words.Days(l, mv.Days), mv.FromLabel, words.Money(l, units(mv.FromBefore), m.Currency), words.Money(l, units(mv.FromAfter), m.Currency),
		mv.ToLabel, words.Money(l, units(mv.ToBefore), m.Currency), words.Money(l, units(mv.ToAfter), m.Currency), effectText(l, o.Effect))
}

func (m *mover) moveRisk(o Option, perDay float64, l locale.Lang) string {
	s := words.Pick(l, "%s chance of losing conversions.", "%s de chances de perdre des conversions.", words.Chance(l, 1-o.Effect.Prob))
	s = strings.ToUpper(s[:1]) + s[1:]
	if after := m.to.perDay + perDay; after > m.to.highest {
		s += words.Pick(l, " %s would spend %s a day, above its largest day seen (%s).", " %s dépenserait %s par jour, plus que sa plus forte journée vue (%s).",
			m.to.label, words.Money(l, after, m.Currency), words.Money(l, m.to.highest, m.Currency))
	} else {
		s += words.Pick(l, " %s would spend %s a day; its largest day seen was %s.", " %s dépenserait %s par jour ; sa plus forte journée vue est de %s.",
			m.to.label, words.Money(l, after, m.Currency), words.Money(l, m.to.highest, m.Currency))
	}
	return s
}

// caveat is what holds for every option that moves something.
func (m *mover) caveat(l locale.Lang) string {
	s := words.Pick(l, "Conversions are those the platforms claim, which is not what the spend added.", "Les conversions sont celles que les plateformes revendiquent, ce n’est pas ce que la dépense a ajouté.")
	if m.to.cpa()*2 <= m.from.cpa() {
		s += words.Pick(l, " A CPA as low as that of %s is often seen where demand was already there (brand, retargeting): what is really gained may be less.",
			" Un CPA aussi bas que celui %s se voit souvent là où la demande existait déjà (marque, reciblage)\u00a0: le gain réel peut être moindre.", ofLabel(l, m.to.label))
	}
	return s
}

func (m *mover) recommendation(answers []string, options []Option, recommended string) *Recommendation {
	r := &Recommendation{
		ID: insightID(m.from.id, m.to.id, m.start), Kind: kindMove, Findings: answers, Options: options, Recommended: recommended,
		From: m.start, To: m.Flight.To, Days: m.days,
	}
	full, half := options[1], options[2]
	step, small := units(full.Moves[0].PerDay), units(half.Moves[0].PerDay)
	choice := func(beta float64) (string, Effect) {
		e := m.effect(step, m.days, beta)
		return m.choose(e, m.effect(small, m.days, beta)), e
	}
	for _, beta := range []float64{0.5, 0.7, 0.9} {
		c, e := choice(beta)
		r.Sensitivity = append(r.Sensitivity, Elasticity{beta, e, c})
	}
	r.Flips = []Flip{}
	before, _ := choice(betaLeast)
	for i := 1; i <= 16; i++ { // from 0.2 to 1 by 0.05
		beta := betaLeast + 0.05*float64(i)
		c, _ := choice(beta)
		if c != before {
			r.Flips = append(r.Flips, Flip{math.Round(beta*100) / 100, before, c})
		}
		before = c
	}
	r.FlipText = words.Both(func(l locale.Lang) string { return m.flipText(r, before, l) })

	binding := int64(math.MaxInt64)
	r.Bounds = m.bounds(m.from, m.to)
	for _, b := range r.Bounds {
		binding = min(binding, b.PerDay)
	}
	for i := range r.Bounds {
		r.Bounds[i].Binding = r.Bounds[i].PerDay == binding
	}
	taken := full
	if recommended == "c" {
		taken = half
	}
	r.Title = words.Both(func(l locale.Lang) string { return m.title(taken, recommended, onEdge(r.Flips), l) })
	r.Why = words.Both(func(l locale.Lang) string { return m.why(l) })
	r.Reason = words.Both(func(l locale.Lang) string { return m.reason(taken.Effect, recommended, l) })
	r.Basis = words.Both(func(l locale.Lang) string { return m.basis(l) })
	r.Caveat = words.Both(func(l locale.Lang) string { return m.caveat(l) })
	return r
}

// insightID names a recommendation like a finding: kind, scope, first day.
func insightID(from, to string, start locale.Day) string {
	return fmt.Sprintf("%s@%s+%s#%s", kindMove, from, to, start)
}

// least is the gain, in conversions, below which nothing is moved, as it is
// written.
func (m *mover) least(l locale.Lang) string {
	return l.Count(math.Round(min(moveMinGain, moveMinShare*m.base)*10) / 10)
}

// below is a gain that is too small, with as many decimals as show that it is.
func (m *mover) below(l locale.Lang, gain float64) string {
	s := gained(l, gain)
	if short := signed(l, gain); short == "+"+l.Number(math.Round(min(moveMinGain, moveMinShare*m.base)*10)/10, 1) {
		s = strings.Replace(s, short, locale.Signed(l.Number(gain, 2)), 1)
	}
	return s
}

// onEdge reports that the choice flips within the range that the elasticity is
// assumed to lie in.
func onEdge(flips []Flip) bool {
	return slices.ContainsFunc(flips, func(f Flip) bool { return math.Abs(f.Beta-betaMean) <= betaSD+1e-9 })
}

func (m *mover) title(taken Option, recommended string, edge bool, l locale.Lang) string {
	e := taken.Effect
	perDay := words.Money(l, units(taken.Moves[0].PerDay), m.Currency)
	switch {
	case recommended == "a" && e.Prob < moveMinProb:
		return words.Pick(l, "Move nothing for now: %s a day from %s to %s would bring %s, with %s chance of a gain, under the %s asked for",
			"Ne rien déplacer pour l’instant\u00a0: %s par jour de %s vers %s donneraient %s, avec %s de chances de gain, moins que les %s demandés",
			perDay, m.from.label, m.to.label, gained(l, e.Mean), words.Chance(l, e.Prob), l.Percent(moveMinProb, 0))
	case recommended == "a":
		return words.Pick(l, "Move nothing for now: %s a day from %s to %s would bring %s, less than the minimum of %s",
			"Ne rien déplacer pour l’instant\u00a0: %s par jour de %s vers %s donneraient %s, moins que le minimum de\u00a0%s",
			perDay, m.from.label, m.to.label, m.below(l, e.Mean), m.least(l))
	}
	s := words.Pick(l, "Move %s a day from %s to %s: %s expected by %s (%s)",
		"Déplacer %s par jour de %s vers %s\u00a0: %s "+l.Plural(math.Round(e.Mean*10)/10, "attendue", "attendues")+" d’ici au %s (%s)",
		perDay, m.from.label, m.to.label, gained(l, e.Mean), l.DayText(m.Flight.To), words.FromTo(l, signed(l, e.Low), signed(l, e.High)))
	if edge {
		s += words.Pick(l, "; a close call, as the minimum is %s", "\u00a0; conseil à la limite, le minimum étant de\u00a0%s", m.least(l))
	}
	return s
}

func (m *mover) why(l locale.Lang) string {
	cpa := func(v lever) string {
		e := stats.CostPer(v.spend, v.conversions, v.phi, stats.Confidence)
		return words.Pick(l, "%s (%s, 90%%; %s)", "%s (%s, à 90 %% ; %s)", m.cost(l, e.Value), words.FromTo(l, m.cost(l, e.Low), m.cost(l, e.High)), words.Conversions(l, v.conversions))
	}
	s := words.Pick(l, "A conversion cost %s on %s and %s on %s. Returns are taken to diminish: %s more spend brings about %s more conversions (elasticity %s\u00a0±\u00a0%s), so that the next one would cost about %s on %s and %s on %s.",
		"Une conversion a coûté %s sur %s et %s sur %s. Les rendements sont supposés décroissants\u00a0: %s de dépense en plus rapportent environ %s de conversions en plus (élasticité %s\u00a0±\u00a0%s)\u00a0; la suivante coûterait donc environ %s sur %s et %s sur %s.",
		cpa(m.from), m.from.label, cpa(m.to), m.to.label, l.Percent(0.1, 0), l.Percent(math.Pow(1.1, betaMean)-1, 0), l.Number(betaMean, 1), l.Number(betaSD, 2),
		m.cost(l, m.from.cpa()/betaMean), m.from.label, m.cost(l, m.to.cpa()/betaMean), m.to.label)
	for _, o := range m.doubts {
		s += words.Pick(l, " The days of %s %s (%s) are left out.", " Les jours de %s %s (%s) sont écartés.",
			o.Kind(), l.FromTo(o.From, o.To), o.Label)
	}
	return s
}

func (m *mover) reason(e Effect, recommended string, l locale.Lang) string {
	rule := words.Pick(l, "The rule asks for a %s chance of a gain and at least %s more conversions.", "La règle demande %s de chances de gain et au moins\u00a0%s conversions de plus.",
		l.Percent(moveMinProb, 0), m.least(l))
	switch {
	case recommended != "a":
		return words.Pick(l, "%s chance of a gain and %s expected, on top of some %s in the days left.", "%s de chances de gain et %s "+l.Plural(math.Round(e.Mean*10)/10, "attendue", "attendues")+", en plus d’environ %s d’ici à la fin.",
			words.Upper(words.Chance(l, e.Prob)), gained(l, e.Mean), l.Count(math.Round(m.base))) + " " + rule
	case e.Prob < moveMinProb:
		return words.Pick(l, "The gain is not sure enough: %s chance.", "Le gain n’est pas assez sûr : %s de chances.", words.Chance(l, e.Prob)) + " " + rule
	}
	return words.Pick(l, "The gain is too small to be worth a move: %s.", "Le gain est trop petit pour justifier un déplacement\u00a0: %s.", m.below(l, e.Mean)) + " " + rule
}

func (m *mover) basis(l locale.Lang) string {
	one := func(v lever) string {
		s := words.Pick(l, "%s: %s measured %s", "%s : %s mesurés %s", v.label, words.Days(l, len(v.days)), l.FromTo(v.days[0], v.days[len(v.days)-1]))
		if v.since > 0 {
			s += words.Pick(l, ", since its CPA changed", ", depuis que son CPA a changé")
		}
		if v.left.Days() > 0 {
			s += words.Pick(l, ", left out: %s", ", écartés : %s", v.left.Text(l))
		}
		return s
	}
	return one(m.from) + words.Pick(l, "; ", " ; ") + one(m.to) + "."
}

// flipText says from which elasticity on another option would be taken, and
// whether that is near enough to make the advice a close call; last is the
// choice at the largest elasticity.
func (m *mover) flipText(r *Recommendation, last string, l locale.Lang) string {
	name := func(id string) string { return strings.ToUpper(id) }
	if len(r.Flips) == 0 {
		return words.Pick(l, "The choice stays %s for any elasticity from %s to %s.", "Le choix reste %s pour toute élasticité de %s à %s.",
			name(last), l.Number(betaLeast, 1), l.Number(betaMax, 1))
	}
	var parts []string
	for _, f := range r.Flips {
		parts = append(parts, words.Pick(l, "%s below %s", "%s sous\u00a0%s", name(f.Below), l.Number(f.Beta, 2)))
	}
	parts = append(parts, name(last))
	s := words.Pick(l, "The choice depends on the elasticity: %s.", "Le choix dépend de l’élasticité\u00a0: %s.", strings.Join(parts, words.Pick(l, ", then ", ", puis ")))
	if onEdge(r.Flips) {
		s += words.Pick(l, " What is assumed (%s\u00a0±\u00a0%s) holds that limit: the advice is a close call.",
			" L’hypothèse (%s\u00a0±\u00a0%s) contient cette limite\u00a0: le conseil est tout près de basculer.", l.Number(betaMean, 1), l.Number(betaSD, 2))
	}
	return s
}
