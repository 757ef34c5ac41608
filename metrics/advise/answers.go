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

// Answers to findings other than by moving budget between channels: each has
// options of several kinds, and doing nothing.
//
// What an option brings is drawn on the same states of the world as a move of
// budget: a channel's conversions and elasticity (see lever), and the finding's
// own ratio, from its interval. What nobody has measured (how much of a fall new
// ads make up for) is drawn between two bounds that the text names, and may lose.
// An option is recommended with nine chances in ten of a gain of 3 conversions
// or 3 % of its channel's, the highest score among them (see arbitrate); else
// doing nothing is.
const (
	answersMost  = 2   // recommendations beside the move of budget
	answersTest  = 14  // days of a test at most
	answersShift = 0.2 // of a part's spend, as a step of a move
	// Recover bounds how much of a fall a repair makes up for: from a fifth lost
	// on top to all of it.
	recoverLeast = -0.2
	recoverMost  = 1.0
)

// The kinds of options.
const (
	kindPause    = "pause"
	kindShift    = "shift"
	kindCreative = "creative"
	kindTracking = "tracking"
	kindTest     = "test"
	kindDaypart  = "daypart"
	kindAudience = "audience"
	kindLanding  = "landing-page"
	kindCap      = "cap"
	kindRaise    = "raise"
	kindWait     = "wait"
)

// answerer prepares the options that answer one finding.
type answerer struct {
	insight.Case
	f     insight.Finding
	lever // the finding's channel
	start locale.Day
	left  int // days left, from start

	yields, betas []float64
	ratios        []float64 // 1 + the finding's effect
	luck          []float64 // how much of a fall is recovered
}

// answer proposes options for the findings with the most at stake: sure enough,
// about a channel that can be judged, one for each channel.
func answer(c insight.Case, r insight.Report) (out []Recommendation) {
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
	if through < c.Flight.From || left < moveMinLeft {
		return nil
	}
	list, _ := levers(c, r, insight.Span{From: max(c.Flight.From, through-moveDays+1), To: through}, whole)
	told := map[string]bool{}
	for _, f := range r.Findings {
		channel := insight.ChannelOf(f.Scope)
		i := slices.IndexFunc(list, func(v lever) bool { return v.id == channel })
		build := answers[f.Rule]
		if build == nil || i < 0 || told[channel] || f.Level == insight.Watch || f.Critical || len(out) == answersMost {
			continue
		}
		// Nothing is proposed on figures that cannot be trusted.
		if slices.ContainsFunc(r.Doubts, func(o insight.Doubt) bool { return o.Ongoing && o.Touches(channel) }) {
			continue
		}
		a := &answerer{Case: c, f: f, lever: list[i], start: start, left: left}
		a.draw()
		if options := build(a); len(options) >= 2 {
			told[channel] = true
			out = append(out, a.recommendation(options))
		}
	}
	return out
}

// answers are the builders by rule.
var answers = map[string]func(a *answerer) []Option{
	"dead-audience":   (*answerer).deadAudience,
	"winner":          (*answerer).winner,
	"fatigue":         (*answerer).fatigue,
	"weekday-pattern": (*answerer).weekdays,
	"cvr-change":      (*answerer).conversionRate,
	"cpc-change":      (*answerer).clickCost,
	"competitor":      (*answerer).clickCost,
	"budget-cap":      (*answerer).ceiling,
}

func (a *answerer) draw() {
	a.yields, a.betas = a.lever.draw(a.Report)
	rng := stats.Rand(a.Report, a.f.ID, "answer")
	e := a.f.Effect
	sd := 0.0
	if low, high := 1+e.Low, 1+e.High; low > 0 && high > low {
		sd = math.Log(high/low) / (2 * 1.6449) // 90 %
	} else if high > low { // none at all is possible: as far below as the upper bound is above
		sd = math.Log(high/max(1+e.Value, high/20)) / 1.6449
	}
	for range moveDraws {
		a.ratios = append(a.ratios, max(1+e.Value, 0.01)*math.Exp(sd*rng.NormFloat64()))
		a.luck = append(a.luck, recoverLeast+(recoverMost-recoverLeast)*rng.Float64())
	}
}

// share is the part of its channel's spend that the finding's object has taken.
func (a *answerer) share(scope string) float64 {
	of, all := 0.0, 0.0
	for _, o := range a.Objects {
		if o.ID == scope && (o.Level == metrics.AdLevel || o.Level == metrics.AdGroupLevel || o.Level == metrics.KeywordLevel || o.Level == metrics.CampaignLevel) {
			for _, d := range o.Days {
				if d.Day >= a.f.From && d.Day <= a.f.To {
					of += units(d.Spend)
				}
			}
			break
		}
	}
	for _, s := range a.Channels {
		if s.ID == a.id {
			for _, d := range s.Days {
				if d.Day >= a.f.From && d.Day <= a.f.To {
					all += units(d.Spend)
				}
			}
		}
	}
	if all == 0 {
		return 0
	}
	return min(1, of/all)
}

// over draws the gain of a day over the days left after a wait.
func (a *answerer) over(wait int, gain func(k int) float64) []float64 {
	out := make([]float64, moveDraws)
	for k := range out {
		out[k] = float64(a.left-wait) * gain(k)
	}
	return out
}

// between moves part of the spend of a part of a channel to the rest of it: the
// part has share w of the spend and brings r times what the rest does for the
// same money; it keeps a share of its spend.
func between(w, r, keep, beta float64) float64 {
	if w <= 0 || w >= 1 {
		return 0
	}
	c := w * r / (w*r + 1 - w) // its share of the conversions
	return c*math.Pow(keep, beta) + (1-c)*math.Pow((1-w*keep)/(1-w), beta) - 1
}

// option fills what all options share.
func (a *answerer) option(kind string, draws []float64, hours float64, learn int, label, text, risk, reversible locale.Text) Option {
	o := Option{Kind: kind, Moves: []Move{}, Hours: hours, LearnDays: min(learn, a.left), Label: label, Risk: risk, Reversible: reversible, draws: draws, Effect: effectOf(draws)}
	o.Text = words.Both(func(l locale.Lang) string { return text.In(l) + " " + words.Upper(effectText(l, o.Effect)) + "." })
	cost := stats.CostPer(a.spend, a.conversions, a.phi, stats.Confidence)
	o.CheckOn = min(a.start+locale.Day(max(moveCheck, learn)), a.Flight.To)
	o.GoBackOn, o.GoBackAbove = a.id, micros(math.Round(cost.High*100)/100)
	o.GoBack = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Go back if the CPA of %s passes %s on the days until %s whose conversions have come in.", "Revenir en arrière si le CPA %s dépasse %s sur les jours jusqu’au %s dont les conversions sont arrivées.",
			ofLabel(l, a.label), l.Money(cost.High, a.Currency, 2), l.DayText(o.CheckOn))
	})
	o.Margin = a.margin(o)
	return o
}

// margin is what an option changes for the agency: what is paid for each
// conversion, less the work.
func (a *answerer) margin(o Option) int64 {
	t, ok := a.Terms[a.id]
	if !ok {
		return 0
	}
	return micros(t.Fees.PerEvent*o.Effect.Mean - t.Costs.Hour*o.Hours)
}

var (
	sameDay  = locale.Text{EN: "Full: it can be put back the same day.", FR: "Total\u00a0: cela se remet le jour même."}
	keepsOld = locale.Text{EN: "Full: what was there is kept and can be put back.", FR: "Total\u00a0: ce qui existait est gardé et se remet."}
	guessed  = locale.Text{
		EN: "Nobody has measured what it brings: from a fifth of the fall lost on top to all of it made up for.",
		FR: "Personne n’a mesuré ce que cela apporte\u00a0: d’un cinquième de la baisse perdu en plus à toute la baisse rattrapée.",
	}
	harvest = locale.Text{
		EN: "It may prepare conversions that the rest harvests: cutting it shows what it brought.",
		FR: "Cela prépare peut-être des conversions que le reste récolte\u00a0: le couper montre ce qu’il apportait.",
	}
	notDrawn = locale.Text{
		EN: "Delivery was not randomised: part of the difference may be the audience.",
		FR: "La diffusion n’était pas tirée au sort\u00a0: une part de l’écart tient peut-être à l’audience.",
	}
)

func (a *answerer) name(l locale.Lang) string {
	if a.f.Scope == a.id {
		return a.f.Label.In(l)
	}
	return l.Quote(a.f.Label.In(l))
}

// test is a split test of an answer: half of its gain while it runs, and all
// of it or nothing afterwards. Its length is that of the events that each arm
// needs to tell the finding's difference, at the channel's rate.
func (a *answerer) test(gain func(k int) float64, share float64) Option {
	ratio := 1 + a.f.Effect.Value
	ratio = max(min(ratio, 0.8), 0.2)
	if a.f.Effect.Value > 0 {
		ratio = min(max(1+a.f.Effect.Value, 1.25), 5)
	}
	need, _ := stats.EventsNeeded(ratio, a.phi, stats.Confidence, stats.Power)
	arm := max(a.yield()*share/2, 1e-9) // conversions of a day in each
	days := int(math.Ceil(need / arm))
	whole := (max(days, stats.MinArmDays) + 6) / 7 * 7
	fits := whole <= min(answersTest*2, a.left-1)
	length := min(whole, max(1, a.left-1))
	draws := a.over(0, func(k int) float64 {
		g, t := gain(k), float64(length)/float64(a.left)
		if !fits {
			return t * g / 2
		}
		return t*g/2 + (1-t)*max(0, g)
	})
	return a.option(kindTest, draws, 3, length, locale.Text{
		EN: locale.Text{EN: "Split test for %s"}.F(locale.EN, words.Days(locale.EN, length)),
		FR: locale.Text{FR: "Test à répartition aléatoire de %s"}.F(locale.FR, words.Days(locale.FR, length)),
	}, words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "People are spread at random, half to each; %s in each tell a difference like this one (90%% confidence, 80%% power), some %s at the present rate.",
			"Les gens sont répartis au hasard, une moitié de chaque côté\u00a0; il faut %s de chaque côté pour voir un écart comme celui-ci (confiance de 90\u00a0%%, puissance de 80\u00a0%%), environ %s au rythme actuel.",
			words.Conversions(l, math.Ceil(need)), words.Days(l, whole))
		if !fits {
			s += words.Pick(l, " That is more than the days left or four weeks: it would not decide in time.", " C’est plus que les jours qui restent ou que quatre semaines\u00a0: il ne trancherait pas à temps.")
		}
		return s
	}), locale.Text{
		EN: "Half of the people stay with what is worse while it runs.", FR: "La moitié des gens reste avec le moins bon tant qu’il court.",
	}, sameDay)
}

// wait is to look again later and then do an answer: its gain over fewer days,
// for its work and half an hour of looking, and for its cost of those days.
func (a *answerer) wait(gain func(k int) float64, hours, perDay float64) Option {
	days := min(moveWait, a.left-1)
	o := a.option(kindWait, a.over(days, gain), hours+.5, days, locale.Text{
		EN: locale.Text{EN: "Wait %s, then do it if it still holds"}.F(locale.EN, words.Days(locale.EN, days)),
		FR: locale.Text{FR: "Attendre %s, puis agir si cela tient toujours"}.F(locale.FR, words.Days(locale.FR, days)),
	}, locale.Text{
		EN: "The same thing later: the same gain a day, over fewer days.", FR: "La même chose plus tard\u00a0: le même gain par jour, sur moins de jours.",
	}, locale.Text{EN: "The days until then go on as they are.", FR: "Les jours d’ici là restent comme ils sont."}, sameDay)
	o.Cost = micros(perDay * float64(a.left-days))
	return o
}

func (a *answerer) deadAudience() []Option {
	w := a.share(a.f.Scope)
	pause := func(k int) float64 { return a.yields[k] * between(w, a.ratios[k], 0, a.betas[k]) }
	halve := func(k int) float64 { return a.yields[k] * between(w, a.ratios[k], .5, a.betas[k]) }
	day := w * a.perDay
	moved := func(part float64) locale.Text {
		return words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s a day go from %s to the rest of %s, over %s.", "%s par jour passent de %s au reste de %s, sur %s.",
				words.Money(l, part*day, a.Currency), a.name(l), a.label, words.Days(l, a.left))
		})
	}
	return []Option{
		a.option(kindPause, a.over(0, pause), .5, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Pause %s, its %s a day to the rest", "Mettre %s en pause, ses %s par jour au reste", a.name(l), words.Money(l, day, a.Currency))
		}), moved(1), harvest, sameDay),
		a.option(kindCap, a.over(0, halve), .5, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Cap %s at half, %s a day", "Plafonner %s à la moitié, %s par jour", a.name(l), words.Money(l, day/2, a.Currency))
		}), moved(.5), harvest, sameDay),
		a.option(kindAudience, a.over(0, func(k int) float64 {
			// A narrower audience that converts somewhere between itself and the rest.
			u := max(0, a.luck[k])
			better := a.ratios[k] + u*(1-min(1, a.ratios[k]))
			return a.yields[k] * w * (better - a.ratios[k]) / (w*a.ratios[k] + 1 - w)
		}), 2, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Narrow who %s is for", "Resserrer à qui s’adresse %s", a.name(l))
		}), locale.Text{
			EN: "Exclusions, places, terms: it comes nearer to the rest, between not at all and wholly.", FR: "Exclusions, lieux, termes\u00a0: elle se rapproche du reste, entre pas du tout et tout à fait.",
		}, locale.Text{EN: "Nobody has measured what it brings.", FR: "Personne n’a mesuré ce que cela apporte."}, keepsOld),
	}
}

func (a *answerer) winner() []Option {
	w := a.share(a.f.Scope)
	group := 0.0 // of the channel's spend
	for _, o := range a.Objects {
		if o.Level == metrics.AdLevel && o.Parent == parentOf(a.f.Scope) {
			group += a.share(o.ID)
		}
	}
	if w <= 0 || group <= w {
		return nil
	}
	own := w / group
	to := min(.8, 2*own) // twice what it has, at most: beyond, nothing was seen
	gain := func(to float64) func(k int) float64 {
		return func(k int) float64 {
			r := a.ratios[k]
			c := own * r / (own*r + 1 - own)
			return a.yields[k] * group * (c*math.Pow(to/own, a.betas[k]) + (1-c)*math.Pow((1-to)/(1-own), a.betas[k]) - 1)
		}
	}
	shift := func(kind string, to float64) Option {
		return a.option(kind, a.over(0, gain(to)), .5, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Give %s %s of its group’s spend, from %s", "Donner à %s %s des dépenses de son groupe, au lieu de %s", a.name(l), l.Percent(to, 0), l.Percent(own, 0))
		}), words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s a day move to it within the ad group, over %s.", "%s par jour passent vers elle dans le groupe, sur %s.", words.Money(l, (to-own)*group*a.perDay, a.Currency), words.Days(l, a.left))
		}), notDrawn, sameDay)
	}
	if to <= own {
		return nil
	}
	return []Option{shift(kindShift, to), shift(kindShift, (to+own)/2), a.test(gain(to), group)}
}

// parentOf is the id of the object above.
func parentOf(scope string) string {
	for i := len(scope) - 1; i >= 0; i-- {
		if scope[i] == '/' {
			return scope[:i]
		}
	}
	return scope
}

func (a *answerer) fatigue() []Option {
	w := a.share(a.f.Scope)
	if w <= 0 {
		return nil
	}
	fresh := func(k int) float64 { return a.yields[k] * w * a.luck[k] * (1/max(.2, a.ratios[k]) - 1) }
	out := []Option{
		a.option(kindCreative, a.over(3, fresh), 6, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "New creatives in place of %s", "De nouvelles créations à la place de %s", a.name(l))
		}), words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Ready in 3 days; its click rate comes back to that of its first days, by a part that is not known, and clicks convert as now.",
				"Prêtes en 3 jours\u00a0; le taux de clic revient vers celui des premiers jours, d’une part inconnue, et les clics transforment comme aujourd’hui.")
		}), guessed, keepsOld),
		a.option(kindAudience, a.over(0, func(k int) float64 { return fresh(k) / 2 }), 1.5, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Show %s to people who have not seen it", "Montrer %s à qui ne l’a pas vue", a.name(l))
		}), locale.Text{
			EN: "The audience is widened or those who saw it are left out: half of what new ads would bring, by assumption.", FR: "L’audience est élargie, ou ceux qui l’ont vue en sont exclus\u00a0: la moitié de ce qu’apporteraient de nouvelles annonces, par hypothèse.",
		}, guessed, sameDay),
		a.wait(fresh, 6, 0),
	}
	return out
}

func (a *answerer) weekdays() []Option {
	// The finding's part of the week: its share of the spend.
	w := 0.0
	if a.f.Volume.Against > 0 && a.f.Value > 0 && a.f.Against > 0 {
		w = a.f.Volume.Value / a.f.Volume.Against * a.f.Value / a.f.Against
	}
	if w <= 0 || w >= 1 {
		return nil
	}
	shift := func(part float64) func(k int) float64 {
		return func(k int) float64 {
			// Its conversions for the same money, beside the rest's.
			e := 1 / a.ratios[k] // beside the whole's
			rest := max(.05, (1-w*e)/(1-w))
			keep := 1 - part
			if a.f.Effect.Value < 0 {
				keep = 1 + part
			}
			return a.yields[k] * between(w, e/rest, keep, a.betas[k])
		}
	}
	day := func(kind string, part float64) Option {
		return a.option(kind, a.over(0, shift(part)), 1, moveCheck, words.Both(func(l locale.Lang) string {
			if a.f.Effect.Value < 0 {
				return words.Pick(l, "Spend %s more on those days", "Dépenser %s de plus ces jours-là", l.Percent(part, 0))
			}
			return words.Pick(l, "Spend %s less on those days", "Dépenser %s de moins ces jours-là", l.Percent(part, 0))
		}), words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s a week pass between those days and the others of %s, over %s.", "%s par semaine passent entre ces jours et les autres de %s, sur %s.",
				words.Money(l, part*w*7*a.perDay, a.Currency), a.label, words.Days(l, a.left))
		}), locale.Text{
			EN: "Whoever sees the ad on one day may convert on another.", FR: "Qui voit l’annonce un jour se transforme peut-être un autre.",
		}, sameDay)
	}
	return []Option{day(kindDaypart, answersShift), day(kindDaypart, answersShift/2), a.wait(shift(answersShift), 1, 0)}
}

func (a *answerer) conversionRate() []Option {
	if a.f.Effect.High >= 0 {
		return nil
	}
	back := func(k int) float64 { return a.yields[k] * a.luck[k] * (1/max(.2, a.ratios[k]) - 1) }
	return []Option{
		a.option(kindLanding, a.over(3, back), 4, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Go through the landing page and repair it", "Parcourir la page d’arrivée et la réparer")
		}), locale.Text{
			EN: "Speed, form, offer, consent banner, on a phone too; 3 days to put right.", FR: "Vitesse, formulaire, offre, bandeau de consentement, sur téléphone aussi\u00a0; 3 jours pour corriger.",
		}, guessed, keepsOld),
		a.option(kindTracking, a.over(3, func(k int) float64 { return back(k) / 2 }), 2, moveWait, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Check that conversions are all measured", "Vérifier que toutes les conversions sont mesurées")
		}), locale.Text{
			EN: "The site’s own orders or forms beside those of the platform; half of what a repair would bring, by assumption.", FR: "Les commandes ou formulaires du site à côté de ceux de la plateforme\u00a0; la moitié de ce qu’apporterait une réparation, par hypothèse.",
		}, guessed, keepsOld),
		a.test(back, 1),
	}
}

func (a *answerer) clickCost() []Option {
	if a.f.Effect.Low <= 0 {
		return nil
	}
	back := func(k int) float64 { return a.yields[k] * a.luck[k] * (1 - 1/max(1, a.ratios[k])) }
	return []Option{
		a.option(kindCreative, a.over(3, back), 5, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Better ads for %s: quality lowers the price of a click", "De meilleures annonces pour %s\u00a0: la qualité baisse le prix du clic", a.label)
		}), locale.Text{
			EN: "Texts and images nearer to what people look for, ready in 3 days.", FR: "Des textes et des images plus proches de ce que les gens cherchent, prêts en 3 jours.",
		}, guessed, keepsOld),
		a.option(kindAudience, a.over(0, func(k int) float64 { return back(k) / 2 }), 2, moveCheck, words.Both(func(l locale.Lang) string {
			return words.Pick(l, "Leave the dearest terms or audiences of %s", "Quitter les termes ou audiences les plus chers de %s", a.label)
		}), locale.Text{
			EN: "Exclusions and bids: half of what better ads would bring, by assumption.", FR: "Exclusions et enchères\u00a0: la moitié de ce qu’apporteraient de meilleures annonces, par hypothèse.",
		}, guessed, sameDay),
		a.wait(back, 5, 0),
	}
}

func (a *answerer) ceiling() []Option {
	raise := func(part float64) Option {
		o := a.option(kindRaise, a.over(0, func(k int) float64 { return a.yields[k] * (math.Pow(1+part, a.betas[k]) - 1) }), .5, moveCheck,
			words.Both(func(l locale.Lang) string {
				return words.Pick(l, "Raise the daily budget of %s by %s, to %s", "Relever le budget quotidien de %s de %s, à %s", a.label, l.Percent(part, 0), words.Money(l, (1+part)*a.perDay, a.Currency))
			}), words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s more over %s, with returns that diminish.", "%s de plus sur %s, à rendements décroissants.", words.Money(l, part*a.perDay*float64(a.left), a.Currency), words.Days(l, a.left))
			}), locale.Text{
				EN: "It is money that the plan has to have; the next conversions cost more than the last.", FR: "C’est de l’argent que le plan doit avoir\u00a0; les conversions suivantes coûtent plus que les dernières.",
			}, sameDay)
		o.Cost = micros(part * a.perDay * float64(a.left))
		return o
	}
	if a.perDay*float64(a.left)*(1+answersShift) > a.remaining+a.perDay { // not in its budget
		return nil
	}
	return []Option{raise(answersShift), raise(answersShift / 2), a.wait(func(k int) float64 { return a.yields[k] * (math.Pow(1+answersShift, a.betas[k]) - 1) }, .5, answersShift*a.perDay)}
}

// recommendation puts the options in order, nothing first, and chooses.
func (a *answerer) recommendation(options []Option) Recommendation {
	cost := stats.CostPer(a.spend, a.conversions, a.phi, stats.Confidence)
	nothing := Option{
		Kind: kindNothing, Moves: []Move{}, draws: make([]float64, moveDraws), Effect: Effect{KPI: "conversions", Confidence: stats.Confidence},
		Label: locale.Text{EN: "Change nothing", FR: "Ne rien changer"}, CheckOn: min(a.start+moveCheck, a.Flight.To),
		GoBackOn: a.id, GoBackAbove: micros(math.Round(cost.High*100) / 100),
		Reversible: locale.Text{EN: "Nothing to undo.", FR: "Rien à défaire."},
		Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s goes on at %s a day. The reference of the other options.", "%s continue à %s par jour. C’est la référence des autres solutions.", a.label, words.Money(l, a.perDay, a.Currency))
		}),
		Risk: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "A conversion goes on costing %s (%s, 90%%).", "Une conversion continue de coûter %s (%s, à 90\u00a0%%).",
				l.Money(cost.Value, a.Currency, 2), words.FromTo(l, l.Money(cost.Low, a.Currency, 2), l.Money(cost.High, a.Currency, 2)))
		}),
	}
	nothing.GoBack = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Ask again if the CPA of %s passes %s on the days until %s whose conversions have come in.", "Rouvrir la question si le CPA %s dépasse %s sur les jours jusqu’au %s dont les conversions sont arrivées.",
			ofLabel(l, a.label), l.Money(cost.High, a.Currency, 2), l.DayText(nothing.CheckOn))
	})
	r := Recommendation{
		ID: fmt.Sprintf("answer@%s#%s", a.f.ID, a.start), Kind: "answer", Findings: []string{a.f.ID}, Options: append([]Option{nothing}, options...),
		From: a.start, To: a.Flight.To, Days: a.left, Recommended: "a",
		Sensitivity: []Elasticity{}, Flips: []Flip{}, Bounds: []Bound{},
	}
	for i := range r.Options {
		r.Options[i].ID = string(rune('a' + i))
	}
	dominate(r.Options)
	base := a.yield() * float64(a.left)
	best := r.Options[0]
	for _, o := range r.Options[1:] {
		if o.Effect.Prob >= moveMinProb && o.Effect.Mean >= min(moveMinGain, moveMinShare*base) && o.Effect.Mean-units(o.Cost)/max(1e-9, worth(a.Case)) > best.Effect.Mean {
			best = o
		}
	}
	r.Recommended = best.ID
	r.Title = words.Both(func(l locale.Lang) string {
		if best.ID == "a" {
			return words.Pick(l, "Change nothing yet on %s: none of %d options gains enough, surely enough", "Ne rien changer encore sur %s\u00a0: aucune des %d solutions ne gagne assez, assez sûrement", a.label, len(options))
		}
		return words.Pick(l, "%s: %s expected by %s (%s)", "%s\u00a0: %s d’ici au %s (%s)", best.Label, gained(l, best.Effect.Mean), l.DayText(a.Flight.To),
			words.FromTo(l, signed(l, best.Effect.Low), signed(l, best.Effect.High)))
	})
	r.Why = words.Both(func(l locale.Lang) string { return a.f.Text.In(l) })
	r.Reason = words.Both(func(l locale.Lang) string {
		if best.ID == "a" {
			return words.Pick(l, "A gain of 3 conversions or of 3%% is asked for, with nine chances in ten; no option has both.", "Il faut un gain de 3 conversions ou de 3\u00a0%%, avec neuf chances sur dix\u00a0; aucune solution n’a les deux.")
		}
		return words.Pick(l, "%s chance of a gain, %s on top of some %s of %s in the days left.", "%s de chances de gain, %s en plus d’environ %s de %s d’ici à la fin.",
			words.Upper(words.Chance(l, best.Effect.Prob)), gained(l, best.Effect.Mean), l.Count(math.Round(base)), a.label)
	})
	r.FlipText = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Returns are taken to diminish (elasticity %s ± %s).", "Les rendements sont supposés décroissants (élasticité %s ± %s).", l.Number(betaMean, 1), l.Number(betaSD, 2))
	})
	r.Basis = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s: %s measured %s", "%s\u00a0: %s mesurés %s", a.label, words.Days(l, len(a.days)), l.FromTo(a.days[0], a.days[len(a.days)-1]))
	})
	r.Caveat = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Conversions are those the platforms claim, which is not what the spend added.", "Les conversions sont celles que les plateformes revendiquent, ce n’est pas ce que la dépense a ajouté.")
	})
	return r
}
