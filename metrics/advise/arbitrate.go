package advise

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Weights are how an agency compares options: the file of the workspace has
// them.
type Weights struct {
	Hour float64 `json:"hour"` // cost of an hour of work, in units of the currency
	Risk float64 `json:"risk"` // aversion: how much a unit that may be lost weighs beside one expected
}

// Arbitration compares the options of a recommendation on what each brings,
// costs, asks of work and may lose.
type Arbitration struct {
	Weights
	// Conversion is the value of a conversion that the gains are counted at, in
	// millionths: the CPA aimed at, or what one costs at present.
	Conversion int64 `json:"conversion"`
	// Information is what knowing the truth beforehand would be worth, in
	// millionths: waiting and testing is worth at most that much.
	Information int64 `json:"information"`
	// Turns are the weights at which another option comes first.
	Turns []Turn      `json:"turns"`
	Text  locale.Text `json:"text"`
}

// Turn is a weight at which the option that comes first changes.
type Turn struct {
	Weight string  `json:"weight"` // hour or risk
	At     float64 `json:"at"`
	To     string  `json:"to"` // the option that then comes first
}

// The range of each weight in which a turn is looked for.
const (
	mostHour = 200.0
	mostRisk = 3.0
)

// worth is the value of a conversion, in units: the CPA aimed at, or what one
// has cost so far; 0 where neither is known.
func worth(c insight.Case) float64 {
	if t := c.Targets["cpa"]; t > 0 {
		return t
	}
	spend, conversions := 0.0, 0.0
	for _, d := range c.Whole.Days {
		if d.Known && d.Mature {
			spend, conversions = spend+units(d.Spend), conversions+units(d.Conversions)
		}
	}
	if conversions == 0 {
		return 0
	}
	return spend / conversions
}

// arbitrate ranks the options of a recommendation. Gains are conversions at
// their value less what the option costs beside the media that stays the same;
// an option without draws, or a case without the value of a conversion, leaves
// them unranked.
func (r *Recommendation) arbitrate(c insight.Case, w Weights) {
	value := worth(c)
	r.Arbitration = Arbitration{Weights: w, Conversion: micros(value), Turns: []Turn{}}
	money := make([]stats.Option, len(r.Options))
	for i, o := range r.Options {
		if len(o.draws) == 0 {
			return
		}
		money[i].Hours = o.Hours
		for _, d := range o.draws {
			money[i].Draws = append(money[i].Draws, value*d-units(o.Cost))
		}
	}
	ranked, information, warning := stats.Arbitrate(money, w.Hour, w.Risk)
	if !warning.None() {
		return
	}
	r.Arbitration.Information = micros(information)
	for place, j := range ranked {
		o := &r.Options[j.Option]
		o.Score, o.Rank = micros(j.Score), place+1
	}
	first := ranked[0].Option
	gain := make([]stats.Gain, len(money))
	for _, j := range ranked {
		gain[j.Option] = j.Gain
	}
	score := func(i int, w Weights) float64 {
		return gain[i].Mean - w.Hour*r.Options[i].Hours + w.Risk*min(0, gain[i].Tail)
	}
	best := func(w Weights) int {
		top := 0
		for i := range r.Options {
			if score(i, w) > score(top, w) {
				top = i
			}
		}
		return top
	}
	ahead := func(w Weights) float64 { // of all others
		next := math.Inf(-1)
		for i := range r.Options {
			if i != first {
				next = max(next, score(i, w))
			}
		}
		return score(first, w) - next
	}
	for _, x := range []struct {
		name       string
		made, most float64
		with       func(v float64) Weights
	}{
		{"hour", w.Hour, mostHour, func(v float64) Weights { return Weights{v, w.Risk} }},
		{"risk", w.Risk, mostRisk, func(v float64) Weights { return Weights{w.Hour, v} }},
	} {
		if at, ok := stats.Flip(func(v float64) float64 { return ahead(x.with(v)) }, min(x.made, x.most), 0, x.most); ok {
			if to := best(x.with(at)); to != first {
				r.Arbitration.Turns = append(r.Arbitration.Turns, Turn{x.name, math.Round(at*100) / 100, r.Options[to].ID})
			}
		}
	}
	r.Arbitration.Text = words.Both(func(l locale.Lang) string { return r.arbitrationText(c, first, information, l) })
}

func (r *Recommendation) arbitrationText(c insight.Case, first int, information float64, l locale.Lang) string {
	letter := func(id string) string {
		return string(rune('A' + slices.IndexFunc(r.Options, func(o Option) bool { return o.ID == id })))
	}
	a := r.Arbitration
	s := words.Pick(l, "With a conversion worth %s, an hour of work at %s and an aversion to risk of %s, %s comes first.",
		"À %s la conversion, %s l’heure de travail et une aversion au risque de %s, %s passe en tête.",
		words.Money(l, units(a.Conversion), c.Currency), words.Money(l, a.Hour, c.Currency), l.Number(a.Risk, 1), letter(r.Options[first].ID))
	for _, t := range a.Turns {
		if t.Weight == "hour" {
			s += words.Pick(l, " With an hour at %s it would be %s.", " À %s l’heure, ce serait %s.", words.Money(l, t.At, c.Currency), letter(t.To))
		} else {
			s += words.Pick(l, " With an aversion of %s it would be %s.", " Avec une aversion de %s, ce serait %s.", l.Number(t.At, 2), letter(t.To))
		}
	}
	if len(a.Turns) == 0 {
		s += words.Pick(l, " No hour under %s and no aversion under %s changes that.", " Aucun coût d’heure sous %s ni aversion sous %s n’y change rien.", words.Money(l, mostHour, c.Currency), l.Number(mostRisk, 0))
	}
	if o := r.option(r.Recommended); r.Options[first].ID != r.Recommended && o.Rank > 0 {
		s += words.Pick(l, " What is recommended, %s, is number %d here: it is chosen on its evidence, nine chances in ten of a gain, before this ranking.",
			" Ce qui est préconisé, %s, est ici au rang %d\u00a0: le choix suit d’abord la preuve, neuf chances sur dix d’un gain, puis ce classement.", letter(o.ID), o.Rank)
	}
	if information < 0.5 {
		return s
	}
	return s + words.Pick(l, " Waiting to know more is worth at most %s.", " Attendre d’en savoir plus vaut au plus %s.", words.Money(l, math.Round(information), c.Currency))
}

// option finds an option by id.
func (r *Recommendation) option(id string) Option {
	for _, o := range r.Options {
		if o.ID == id {
			return o
		}
	}
	return Option{}
}
