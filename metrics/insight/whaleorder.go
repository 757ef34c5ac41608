package insight

import (
	"fmt"
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// One day that carries the ROAS of the period.
//
// In each channel the day whose removal, spend and value, lowers the ROAS of
// the period the most is held against the worth of an order on the other days
// of the flight: its mean value for each conversion, as a logarithm, with the
// spread of the others. The rule fires where the ROAS without it is lower by a
// fifth or more, or below a target that it reaches with it, and where a day that
// rich comes less than once in a hundred periods. It needs 7 days in the period
// and 10 others with conversions that have a value.
var _ = register(Rule{
	ID:    whaleID,
	Title: locale.Text{EN: "One day carries the return on ad spend", FR: "Un seul jour porte le retour sur dépenses publicitaires"},
	Why: locale.Text{
		EN: "One order ten times the usual one can make a week’s ROAS, and will not come back next week. The figure stays true and must be shown; what is decided on it should hold without that order too. How orders usually spread, day by day, says whether one stands apart.",
		FR: "Une commande dix fois plus grosse que les autres peut faire le ROAS d’une semaine, et ne reviendra pas la semaine suivante. Le chiffre reste vrai et doit être montré\u00a0; ce que l’on décide sur lui devrait tenir aussi sans cette commande. L’étalement habituel des commandes, jour après jour, dit si l’une d’elles sort du lot.",
	},
	Check: checkWhales,
})

const (
	whaleID     = "whale-order"
	whaleDrop   = 0.20
	whaleChance = 0.01
)

// whale is a day without which a channel's ROAS is lower.
type whale struct {
	line
	at      locale.Day
	arm     // of the period
	day     arm
	p, drop float64
}

// with and without are the ROAS of the period with the day and without it.
func (w whale) with() float64    { return w.value / w.spend }
func (w whale) without() float64 { return (w.value - w.day.value) / (w.spend - w.day.spend) }

func (x *Exam) whale(n line) (w whale, ok bool) {
	days, _ := usable(n.days, n.scope, x.Period, x.doubts)
	w = whale{line: n, arm: sum(n.days, days)}
	if len(days) < ratioMinDays || w.value == 0 || w.spend == 0 {
		return w, false
	}
	best := math.Inf(1)
	for _, at := range days {
		day := sum(n.days, []locale.Day{at})
		if day.spend >= w.spend || day.conversions == 0 || day.value == 0 {
			continue
		}
		if r := (w.value - day.value) / (w.spend - day.spend); r < best {
			best, w.at, w.day = r, at, day
		}
	}
	if math.IsInf(best, 1) {
		return w, false
	}
	all, _ := usable(n.days, n.scope, Span{x.Flight.From, x.Period.To}, x.doubts)
	var values, weights []float64
	at := -1
	for _, d := range all {
		a := sum(n.days, []locale.Day{d})
		if a.conversions == 0 || a.value == 0 {
			continue
		}
		if d == w.at {
			at = len(values)
		}
		values, weights = append(values, math.Log(a.value/a.conversions)), append(weights, a.conversions)
	}
	p, warn := stats.Above(values, weights, at)
	w.p, w.drop = min(1, 2*p*float64(len(days))), 1-w.without()/w.with()
	return w, warn.None()
}

func checkWhales(x *Exam) (findings []Finding, notes []Note) {
	var trials []trial
	target := x.Targets["roas"]
	for _, n := range x.channelLines() {
		w, ok := x.whale(n)
		if !ok {
			continue
		}
		change := w.drop
		crosses := target > 0 && w.with() >= target && w.without() < target
		if w.p > whaleChance || !(w.drop > 0) || w.drop < whaleDrop && !crosses {
			change = 0 // looked at, and nothing to say
		}
		trials = append(trials, trial{w.p, change, func(q float64, level Level, tested int) Finding {
			return x.whaleFinding(w, target, q, level, tested)
		}})
	}
	return judge(trials, 1e-9, words.Channels), nil
}

func (x *Exam) whaleFinding(w whale, target, q float64, level Level, tested int) Finding {
	roas := kpiOf("roas")
	f := Finding{
		ID: findingID(whaleID, w.scope, w.at), Rule: whaleID, Scope: w.scope, Label: w.label, From: w.at, To: w.at,
		KPI: "roas", Value: w.with(), Against: w.without(), Effect: Effect{Value: -w.drop, Low: -w.drop, High: -w.drop},
		Volume: Volume{"conversions", w.day.conversions, w.conversions},
		Level:  level, P: w.p, Q: q, Tested: tested, Mature: true, Stake: micros(w.day.value),
	}
	write := func(l locale.Lang, v float64) string { return roas.Format(v, l, x.Currency) }
	f.Title = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "ROAS %s: %s with %s, %s without it", "ROAS %s\u00a0: %s avec le %s, %s sans lui",
			words.Of(l, w.name(l)), write(l, w.with()), l.DayText(w.at), write(l, w.without()))
	})
	days := w.arm.days
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "%s brought %s for %s, %s of the value %s; an order was worth %s on that day and %s on the others. Without that day the ROAS of the period is %s instead of %s (%s), an exact sum.",
			"Le %s a apporté %s pour %s, %s de la valeur %s\u00a0; une commande y valait %s, et %s les autres jours. Sans ce jour, le ROAS de la période est de %s au lieu de %s (%s), une somme exacte.",
			l.DayText(w.at), words.Money(l, w.day.value, x.Currency), words.Conversions(l, w.day.conversions), l.Percent(w.day.value/w.value, 0), l.FromTo(days[0], days[len(days)-1]),
			words.Money(l, w.day.value/w.day.conversions, x.Currency), words.Money(l, rest(w), x.Currency), write(l, w.without()), write(l, w.with()), words.Change(l, -w.drop))
		switch {
		case target > 0 && w.with() >= target && w.without() < target:
			s += words.Pick(l, " The target of %s is reached with it only.", " La cible de %s n’est atteinte qu’avec lui.", write(l, target))
		case target > 0 && w.without() >= target:
			s += words.Pick(l, " The target of %s is reached without it too.", " La cible de %s est atteinte sans lui aussi.", write(l, target))
		}
		return s
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Orders as large on other days; or a list of the orders of %s in which no single one makes the value.",
			"Des commandes aussi grosses d’autres jours\u00a0; ou la liste des commandes du %s, si aucune n’en fait la valeur à elle seule.", l.DayText(w.at))
	})
	f.Evidence = []Evidence{
		{ID: "with", Label: locale.Text{EN: "With the day", FR: "Avec ce jour"}, KPI: "roas", Value: w.with(), Text: words.Both(func(l locale.Lang) string {
			return fmt.Sprintf("%s · %s", write(l, w.with()), l.PeriodShort(days[0], days[len(days)-1]))
		})},
		{ID: "without", Label: locale.Text{EN: "Without it", FR: "Sans lui"}, KPI: "roas", Value: w.without(), Text: words.Both(func(l locale.Lang) string { return write(l, w.without()) })},
		{ID: "test", Label: chanceLabel, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "a day that rich would come %s (%s, all days counted; %s)", "un jour aussi riche arriverait %s (%s, tous les jours comptés\u00a0; %s)",
				words.ByChance(l, f.P), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q))
		})},
	}
	return f
}

// rest is what an order was worth on the other days of the period; of the whole
// period where they have none.
func rest(w whale) float64 {
	if n := w.conversions - w.day.conversions; n > 0 {
		return (w.value - w.day.value) / n
	}
	return 0
}
