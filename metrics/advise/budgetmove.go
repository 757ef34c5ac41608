package advise

import (
	"fmt"
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Move budget from one channel to another.
//
// A few weeks of steady spend show no response curve. Conversions are taken as
// y = a·S^β with β = 0.7 ± 0.15 (the local elasticity that published default
// priors of media-mix models imply), and a from each channel's conversions for
// each unit of spend, quasi-gamma, over the last 28 days whose conversions can
// be trusted, or since its CPA changed. 4,000 joint draws give the difference that one and the same move
// makes: its mean, its 90 % interval and the chance that it is a gain.
//
// A channel is left alone below 25 effective conversions or 14 days, or where
// more than 30 % of its days are young. A step is at most 20 % of either
// channel, so that spend never passes by more than a step what was seen there.
// The move is recommended only with nine chances in ten of a gain, and a gain
// of 3 conversions or of 3 % of those expected; otherwise doing nothing is.
const (
	moveDays      = 28
	moveMinDays   = 14
	moveMinEvents = 25
	moveMaxYoung  = 0.30
	moveStep      = 0.20
	moveMinLeft   = 7
	moveDraws     = 4000
	moveMinProb   = 0.90
	moveMinShare  = 0.03
	moveMinGain   = 3.0
	moveLeast     = 1.0 // a day, in units of the currency
	moveCheck     = 14  // days after which the move is judged
	moveWait      = 7   // days to measure again after an outage

	betaMean, betaSD   = stats.ElasticityMean, stats.ElasticitySD
	betaLeast, betaMax = stats.ElasticityLeast, stats.ElasticityMost
)

const (
	kindMove    = "budget-move"
	kindNothing = "nothing"
)

// lever is a channel that may give or take budget.
type lever struct {
	id          string
	label       locale.Text
	days        []locale.Day // measured
	left        insight.Left
	since       locale.Day // where its CPA has changed: older days are not used
	spend       float64    // of the days measured, in units
	conversions float64
	phi         float64
	perDay      float64 // spend of a day at present
	highest     float64 // largest spend of a day seen
	remaining   float64 // of its budget; +Inf without one
	behind      bool    // it does not spend what it has
}

// cpa is what a conversion cost on the days measured.
func (v lever) cpa() float64 { return v.spend / v.conversions }

// yield is the conversions of a day at present.
func (v lever) yield() float64 { return v.perDay / v.cpa() }

// mover holds what the options of one move share.
type mover struct {
	insight.Case
	from, to lever
	start    locale.Day
	days     int // left, from start
	base     float64
	doubts   []insight.Doubt // that touch either channel's days
	// draws of the conversions of a day, and of the elasticities.
	yieldFrom, yieldTo, betaFrom, betaTo []float64
}

func moveBudget(c insight.Case, r insight.Report) (*Recommendation, []insight.Note) {
	through := c.Flight.From - 1
	whole := map[locale.Day]bool{}
	for _, d := range c.Whole.Days {
		if d.Known && d.Complete && c.Flight.Has(d.Day) {
			whole[d.Day] = true
			through = max(through, d.Day)
		}
	}
	start := max(c.Today, through+1)
	left := int(c.Flight.To-start) + 1
	if through < c.Flight.From || len(c.Channels) < 2 {
		return nil, nil
	}
	if left < moveMinLeft {
		return nil, []insight.Note{note("", "days", moveMinLeft, float64(max(0, left)), func(l locale.Lang) string {
			return words.Pick(l, "A move of budget needs %s ahead to be measured, has %s.", "Un déplacement de budget demande %s devant lui pour être mesuré, il en reste %s.",
				words.Days(l, moveMinLeft), l.Int(int64(max(0, left))))
		})}
	}
	window := insight.Span{From: max(c.Flight.From, through-moveDays+1), To: through}
	levers, notes := levers(c, r, window, whole)
	if len(levers) < 2 {
		return nil, notes
	}
	m := &mover{Case: c, start: start, days: left}
	measured, _ := c.Usable("", window, r.Doubts)
	if n := len(measured); n > 0 {
		m.base = total(c.Whole, measured, func(d metrics.Day) int64 { return d.Conversions }) / float64(n) * float64(left)
	} else {
		for _, v := range levers {
			m.base += v.yield() * float64(left)
		}
	}
	best := 0.0
	for _, from := range levers {
		for _, to := range levers {
			if from.id == to.id || to.behind {
				continue
			}
			step := m.step(from, to)
			gain := response(from.yield(), from.perDay, -step, betaMean) + response(to.yield(), to.perDay, step, betaMean)
			if step >= moveLeast && gain > best {
				best, m.from, m.to = gain, from, to
			}
		}
	}
	if best == 0 {
		return nil, append(notes, note("", "", 0, 0, func(l locale.Lang) string {
			return words.Pick(l, "No move of budget between the %d channels that can be judged gains anything within the bounds.",
				"Entre les %d leviers que l’on peut juger, aucun déplacement de budget ne gagne quoi que ce soit dans les bornes.", len(levers))
		}))
	}
	for _, o := range r.Doubts {
		if o.From <= window.To && o.To >= window.From && (o.Touches(m.from.id) || o.Touches(m.to.id)) {
			m.doubts = append(m.doubts, o)
		}
	}
	if i := slices.IndexFunc(m.doubts, func(o insight.Doubt) bool { return o.Ongoing }); i >= 0 {
		o := m.doubts[i]
		return nil, append(notes, note("", "", 0, 0, func(l locale.Lang) string {
			if !o.Outage() {
				return words.Pick(l, "Recommendation withheld: a move of budget between %s and %s rests on figures that cannot be trusted since %s (%s, %s). First the figures, then the move.",
					"Préconisation suspendue\u00a0: déplacer du budget entre %s et %s s’appuierait sur des chiffres qui ne sont pas fiables depuis le %s (%s, %s). D’abord les chiffres, ensuite le déplacement.",
					m.from.label, m.to.label, l.DayText(o.From), o.Label, o.Kind())
			}
			return words.Pick(l, "Recommendation withheld: a move of budget between %s and %s rests on conversions that may not be measured since %s (%s). First the measurement, then the move.",
				"Préconisation suspendue : déplacer du budget entre %s et %s s’appuierait sur des conversions peut-être non mesurées depuis le %s (%s). D’abord la mesure, ensuite le déplacement.",
				m.from.label, m.to.label, l.DayText(o.From), o.Label)
		}))
	}
	m.draw()
	answers := m.answers(r)
	options := m.options()
	recommended := m.choose(options[1].Effect, options[2].Effect)
	if len(answers) == 0 && recommended == "a" {
		e := options[1].Effect
		return nil, append(notes, note("", "", 0, 0, func(l locale.Lang) string {
			return words.Pick(l, "No move of budget stands out: the best, from %s to %s, would bring %s (%s), %s chance of a gain.",
				"Aucun déplacement de budget ne se détache : le meilleur, de %s vers %s, donnerait %s (%s) avec %s de chances de gain.",
				m.from.label, m.to.label, gained(l, e.Mean), words.FromTo(l, signed(l, e.Low), signed(l, e.High)), words.Chance(l, e.Prob))
		}))
	}
	return m.recommendation(answers, options, recommended), notes
}

// note is a note of this recommendation.
func note(scope, measure string, need, has float64, write func(l locale.Lang) string) insight.Note {
	return insight.Note{Rule: kindMove, Scope: scope, Measure: measure, Need: need, Has: has, Text: words.Both(write)}
}

// total sums a measure in millionths over days, in units.
func total(s metrics.Series, days []locale.Day, of func(metrics.Day) int64) float64 {
	sum := int64(0)
	for _, d := range s.Days {
		if slices.Contains(days, d.Day) {
			sum += of(d)
		}
	}
	return float64(sum) / metrics.Micro
}

// levers are the channels with enough data; a note says what another lacks.
func levers(c insight.Case, r insight.Report, window insight.Span, whole map[locale.Day]bool) (out []lever, notes []insight.Note) {
	var weeks []stats.Week
	var all []lever
	var phis []float64
	for _, s := range c.Channels {
		v := lever{id: s.ID, label: locale.Same(s.Label), remaining: math.Inf(1)}
		measured := window
		for _, f := range r.Findings {
			if f.Rule == "cpa-change" && f.Scope == s.ID && f.Effect.Clear() {
				v.since = max(measured.From, c.Period.From)
				measured.From = v.since // what was before is no longer so
			}
		}
		v.days, v.left = c.Usable(s.ID, measured, r.Doubts)
		spent, known := int64(0), 0
		for d := window.From; d <= window.To; d++ {
			if whole[d] {
				known++
			}
		}
		var w stats.Week
		for _, d := range s.Days {
			if !d.Known || !c.Flight.Has(d.Day) {
				continue
			}
			spend := float64(d.Spend) / metrics.Micro
			spent += d.Spend
			v.highest = max(v.highest, spend)
			if window.Has(d.Day) && whole[d.Day] {
				v.perDay += spend / float64(known)
			}
			if slices.Contains(v.days, d.Day) {
				w.Add(d.Day.Weekday(), float64(d.Conversions)/metrics.Micro, spend)
			}
		}
		v.spend = total(s, v.days, func(d metrics.Day) int64 { return d.Spend })
		v.conversions = total(s, v.days, func(d metrics.Day) int64 { return d.Conversions })
		if p, ok := c.Plans[s.ID]; ok && p.Budget > 0 {
			v.remaining = max(0, float64(p.Budget-spent)/metrics.Micro)
		}
		for _, f := range r.Findings {
			if f.Rule == "budget-pace" && f.Scope == s.ID && f.Pace != nil && f.Effect.Clear() && f.Effect.High < 0 {
				v.behind = true
			}
		}
		all, weeks = append(all, v), append(weeks, w)
		phi, _ := stats.Phi(stats.PriorPhi, w)
		phis = append(phis, phi)
	}
	for i, v := range all {
		var siblings []float64
		for j := range all {
			if j != i && all[j].spend > 0 {
				siblings = append(siblings, phis[j])
			}
		}
		v.phi, _ = stats.Phi(stats.SiblingPhi(siblings), weeks[i])
		if v.perDay == 0 {
			continue
		}
		if n, ok := v.tooLittle(); ok {
			notes = append(notes, n)
			continue
		}
		out = append(out, v)
	}
	return out, notes
}

// tooLittle says what a channel lacks to give or to take budget.
func (v lever) tooLittle() (insight.Note, bool) {
	young := 0.0
	if n := len(v.days) + v.left.Immature; n > 0 {
		young = float64(v.left.Immature) / float64(n)
	}
	need := math.Ceil(moveMinEvents * v.phi)
	out := func(l locale.Lang) string {
		if v.left.Days() == 0 {
			return ""
		}
		return words.Pick(l, " Left out: %s.", " Écartés : %s.", v.left.Text(l))
	}
	switch {
	case len(v.days) < moveMinDays:
		return note(v.id, "days", moveMinDays, float64(len(v.days)), func(l locale.Lang) string {
			return words.Pick(l, "%s: a move of budget needs %s measured of the last %d, has %d.%s", "%s : un déplacement de budget demande %s mesurés sur les %d derniers, il y en a %d.%s",
				v.label, words.Days(l, moveMinDays), moveDays, len(v.days), out(l))
		}), true
	case young > moveMaxYoung:
		return note(v.id, "share", moveMaxYoung, young, func(l locale.Lang) string {
			return words.Pick(l, "%s: a move of budget needs at most %s of its days to be young, has %s.", "%s : un déplacement de budget demande au plus %s de jours aux conversions encore attendues, il y en a %s.",
				v.label, l.Percent(moveMaxYoung, 0), l.Percent(young, 0))
		}), true
	case v.conversions < need || v.spend == 0:
		return note(v.id, "conversions", need, v.conversions, func(l locale.Lang) string {
			return words.Pick(l, "%s: a move of budget needs %s in %d days (%d × a dispersion of %s), has %s.%s",
				"%s\u00a0: un déplacement de budget demande %s en %d\u00a0jours (%d × une dispersion de %s), il y en a %s.%s",
				v.label, words.Conversions(l, need), moveDays, moveMinEvents, l.Number(v.phi, 2), l.Count(v.conversions), out(l))
		}), true
	}
	return insight.Note{}, false
}

// bounds limit what may go from a channel to another each day.
func (m *mover) bounds(from, to lever) []Bound {
	b := []Bound{
		{ID: "from-step", PerDay: micros(moveStep * from.perDay), Label: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s of what %s spends a day", "%s de ce que %s dépense par jour", l.Percent(moveStep, 0), from.label)
		})},
		{ID: "to-step", PerDay: micros(moveStep * to.perDay), Label: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s of what %s spends a day", "%s de ce que %s dépense par jour", l.Percent(moveStep, 0), to.label)
		})},
		{ID: "seen", PerDay: micros((1+moveStep)*to.highest - to.perDay), Label: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "one step above the largest day seen on %s (%s)", "un pas au-dessus de la plus forte journée vue sur %s (%s)", to.label, words.Money(l, to.highest, m.Currency))
		})},
	}
	if !math.IsInf(from.remaining, 1) {
		b = append(b, Bound{ID: "left", PerDay: micros(from.remaining / float64(m.days)), Label: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "what is left of the budget of %s", "ce qui reste du budget de %s", from.label)
		})})
	}
	return b
}

// step is the largest amount a day within the bounds, rounded down to an
// amount that one would type in.
func (m *mover) step(from, to lever) float64 {
	least := int64(math.MaxInt64)
	for _, b := range m.bounds(from, to) {
		least = min(least, b.PerDay)
	}
	return round(float64(least) / metrics.Micro)
}

func round(v float64) float64 {
	unit := 0.5
	if v >= 10 {
		unit = 1
	}
	return math.Floor(v/unit+1e-9) * unit
}

// response is the change of a day's conversions when its spend changes by an
// amount: y·((1 + change/spend)^β − 1).
func response(yield, spend, change, beta float64) float64 {
	return yield * (math.Pow(max(0, 1+change/spend), beta) - 1)
}

// draw fills the joint draws that every option is judged on.
func (m *mover) draw() {
	m.yieldFrom, m.betaFrom = m.from.draw(m.Report)
	m.yieldTo, m.betaTo = m.to.draw(m.Report)
}

// draw draws the conversions of a day and the elasticity of a channel. Its draws
// are its own: any combination of moves is judged on the same states of the
// world, whatever else it changes.
func (v lever) draw(report string) (yields, betas []float64) {
	rng := stats.Rand(report, v.id, kindMove)
	for range moveDraws {
		yields = append(yields, v.perDay*stats.DrawMean(rng, v.conversions, v.phi)/v.spend)
		betas = append(betas, min(betaMax, max(betaLeast, betaMean+betaSD*rng.NormFloat64())))
	}
	return yields, betas
}

// effect is what moving an amount a day for some days brings. A beta of 0
// draws the elasticities, any other is taken for both channels.
func (m *mover) effect(perDay float64, days int, beta float64) Effect {
	return effectOf(m.gains(perDay, days, beta))
}

// gains are the draws behind effect.
func (m *mover) gains(perDay float64, days int, beta float64) []float64 {
	out := make([]float64, moveDraws)
	for i := range out {
		bf, bt := m.betaFrom[i], m.betaTo[i]
		if beta > 0 {
			bf, bt = beta, beta
		}
		out[i] = float64(days) * (response(m.yieldFrom[i], m.from.perDay, -perDay, bf) + response(m.yieldTo[i], m.to.perDay, perDay, bt))
	}
	return out
}

// effectOf is what draws of a gain in conversions say.
func effectOf(draws []float64) Effect {
	e := Effect{KPI: "conversions", Confidence: stats.Confidence}
	for _, v := range draws {
		e.Mean += v / float64(len(draws))
		if v > 0 {
			e.Prob += 1 / float64(len(draws))
		}
	}
	e.Prob = min(1, e.Prob)
	sorted := slices.Sorted(slices.Values(draws))
	e.Low, e.High = stats.Quantile(sorted, (1-e.Confidence)/2), stats.Quantile(sorted, (1+e.Confidence)/2)
	return e
}

// enough reports that an effect is sure enough and large enough to act on.
func (m *mover) enough(e Effect) bool {
	return e.Prob >= moveMinProb && (e.Mean >= moveMinGain || e.Mean >= moveMinShare*m.base && e.Mean > 0)
}

// choose takes the larger move if it is enough, else the smaller, else none.
func (m *mover) choose(full, half Effect) string {
	switch {
	case m.enough(full):
		return "b"
	case m.enough(half):
		return "c"
	}
	return "a"
}

// answers are the findings that the move answers.
func (m *mover) answers(r insight.Report) []string {
	ids := []string{}
	for _, f := range r.Findings {
		switch {
		case f.Rule == "immature", f.Rule == "missing-days": // a file answers them
		case f.Critical:
			if slices.ContainsFunc(m.doubts, func(o insight.Doubt) bool {
				return o.Rule == f.Rule && o.Scope == f.Scope && o.From <= f.To && f.From <= o.To
			}) {
				ids = append(ids, f.ID)
			}
		case f.Scope == "" || f.Scope == m.from.id || f.Scope == m.to.id:
			ids = append(ids, f.ID)
		}
	}
	return ids
}

// goBack is the CPA of a channel that, over the days until the check, would be
// passed in one case of twenty only if all is as assumed.
func (m *mover) goBack(v lever, yields []float64, perDay float64, days int) float64 {
	rng := stats.Rand(m.Report, v.id, fmt.Sprint(perDay), "go-back")
	costs := make([]float64, len(yields))
	for i, y := range yields {
		expected := (y + response(y, v.perDay, perDay, betaMean)) * float64(days)
		costs[i] = (v.perDay + perDay) * float64(days) / max(stats.DrawMean(rng, expected, v.phi), 1e-9)
	}
	slices.Sort(costs)
	return stats.Quantile(costs, 0.95)
}

func (m *mover) options() []Option {
	step := m.step(m.from, m.to)
	half := round(step / 2)
	check := min(m.start+moveCheck, m.Flight.To)
	judged := int(check - m.start)
	move := func(id string, perDay float64, wait int, hours float64) Option {
		n := m.days - wait
		o := Option{ID: id, Kind: kindMove, draws: m.gains(perDay, n, 0), Hours: hours, CheckOn: min(check+locale.Day(wait), m.Flight.To), Moves: []Move{m.move(perDay, n)}}
		o.Effect = effectOf(o.draws)
		perNew := m.to.yield() + response(m.to.yield(), m.to.perDay, perDay, betaMean)
		o.LearnDays = wait + min(n, max(7, int(math.Ceil(moveMinEvents*m.to.phi/perNew))))
		above := m.goBack(m.to, m.yieldTo, perDay, min(judged, n))
		o.GoBackOn, o.GoBackAbove = m.to.id, micros(math.Round(above*100)/100)
		o.Beyond = micros(max(0, m.to.perDay+perDay-m.to.highest))
		o.GoBack = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Go back if the CPA of %s passes %s on the days until %s whose conversions have come in.", "Revenir en arrière si le CPA %s dépasse %s sur les jours jusqu’au %s dont les conversions sont arrivées.",
				ofLabel(l, m.to.label), m.cost(l, above), l.DayText(o.CheckOn))
		})
		o.Reversible = locale.Text{
			EN: "Full: budgets can be put back the same day; conversions missed meanwhile do not come back.",
			FR: "Total\u00a0: les budgets se remettent le jour même ; les conversions manquées entre-temps ne reviennent pas.",
		}
		o.Text = words.Both(func(l locale.Lang) string { return m.moveText(o, l) })
		o.Risk = words.Both(func(l locale.Lang) string { return m.moveRisk(o, perDay, l) })
		return o
	}
	b, c := move("b", step, 0, 0.5), move("c", half, 0, 0.5)
	b.Label = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Move %s a day from %s to %s", "Déplacer %s par jour de %s vers %s", words.Money(l, step, m.Currency), m.from.label, m.to.label)
	})
	c.Label = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Move half of it, %s a day", "En déplacer la moitié, %s par jour", words.Money(l, half, m.Currency))
	})
	options := []Option{m.nothing(check), b, c}
	if len(m.doubts) > 0 && m.days-moveWait >= moveMinLeft {
		d := move("d", step, moveWait, 2)
		d.Verifies = true
		d.Label = words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Check the measurement, wait %s, then move %s a day", "Vérifier la mesure, attendre %s, puis déplacer %s par jour", words.Days(l, moveWait), words.Money(l, step, m.Currency))
		})
		options = append(options, d)
	}
	dominate(options)
	return options
}

// nothing is the option that is always there.
func (m *mover) nothing(check locale.Day) Option {
	cpa := func(v lever) stats.Estimate { return stats.CostPer(v.spend, v.conversions, v.phi, stats.Confidence) }
	from, to := cpa(m.from), cpa(m.to)
	o := Option{
		ID: "a", Kind: kindNothing, Moves: []Move{}, Effect: Effect{KPI: "conversions", Confidence: stats.Confidence}, CheckOn: check, draws: make([]float64, moveDraws),
		Label:    locale.Text{EN: "Change nothing", FR: "Ne rien changer"},
		GoBackOn: m.from.id, GoBackAbove: micros(math.Round(from.High*100) / 100),
		Reversible: locale.Text{EN: "Nothing to undo.", FR: "Rien à défaire."},
	}
	o.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Budgets go on as they are: %s a day on %s, %s on %s. The reference of the other options.",
			"Les budgets continuent tels quels : %s par jour sur %s, %s sur %s. C’est la référence des autres solutions.",
			words.Money(l, m.from.perDay, m.Currency), m.from.label, words.Money(l, m.to.perDay, m.Currency), m.to.label)
	})
	o.Risk = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A conversion goes on costing %s on %s (%s, 90%%) and %s on %s (%s, 90%%).",
			"Une conversion continue de coûter %s sur %s (%s, à 90 %%) et %s sur %s (%s, à 90 %%).",
			m.cost(l, from.Value), m.from.label, words.FromTo(l, m.cost(l, from.Low), m.cost(l, from.High)),
			m.cost(l, to.Value), m.to.label, words.FromTo(l, m.cost(l, to.Low), m.cost(l, to.High)))
	})
	o.GoBack = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Ask again if the CPA of %s passes %s on the days until %s whose conversions have come in.", "Rouvrir la question si le CPA %s dépasse %s sur les jours jusqu’au %s dont les conversions sont arrivées.",
			ofLabel(l, m.from.label), m.cost(l, from.High), l.DayText(check))
	})
	return o
}

func (m *mover) move(perDay float64, n int) Move {
	days := float64(n)
	return Move{
		From: m.from.id, FromLabel: m.from.label, To: m.to.id, ToLabel: m.to.label,
		PerDay: micros(perDay), Days: n, Total: micros(perDay * days),
		FromBefore: micros(m.from.perDay * days), FromAfter: micros((m.from.perDay - perDay) * days),
		ToBefore: micros(m.to.perDay * days), ToAfter: micros((m.to.perDay + perDay) * days),
	}
}
