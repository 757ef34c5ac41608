package advise

import (
	"fmt"
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
)

// Change is one thing dialled into a scenario: the daily spend of a channel, by
// an amount in millionths (negative: less) or by a share of what it spends.
type Change struct {
	Channel string  `json:"channel"`
	PerDay  int64   `json:"per_day"`
	Share   float64 `json:"share,omitempty"` // instead of PerDay: 0.1 for 10 % more
}

// Scenario is any combination of changes of daily spend, worked out on the
// same states of the world as the options of a recommendation: the same move
// has the same numbers wherever it is asked.
type Scenario struct {
	From    locale.Day        `json:"from"` // first day on which it would act
	To      locale.Day        `json:"to"`
	Days    int               `json:"days"`
	Spend   int64             `json:"spend"` // over those days, against doing nothing
	Effect  Effect            `json:"effect"`
	Lines   []ScenarioChannel `json:"channels"`
	CPA     [2]int64          `json:"cpa"` // of these channels over those days: as they are, then changed
	Remarks []locale.Text     `json:"remarks"`
}

// ScenarioChannel is a channel before and after, a day. Money is in millionths.
type ScenarioChannel struct {
	ID          string      `json:"id"`
	Label       locale.Text `json:"label"`
	Spend       [2]int64    `json:"spend"`
	Conversions [2]float64  `json:"conversions"`
	// Unsupported: the change is larger than what its days tell anything of.
	Unsupported bool `json:"unsupported,omitempty"`
}

// ErrScenario says why a scenario cannot be worked out, for people.
type ErrScenario struct{ locale.Text }

func (e *ErrScenario) Error() string { return e.EN }

// Try works out a scenario over the days left. The error is *ErrScenario where
// a channel is not known or cannot be judged, or where it would spend less
// than nothing.
func Try(c insight.Case, r insight.Report, changes []Change) (*Scenario, error) {
	wrong := func(en, fr string, args ...any) error {
		t := locale.Text{EN: en, FR: fr}
		return &ErrScenario{locale.Text{EN: t.F(locale.EN, args...), FR: t.F(locale.FR, args...)}}
	}
	through := c.Flight.From - 1
	whole := map[locale.Day]bool{}
	for _, d := range c.Whole.Days {
		if d.Known && d.Complete && c.Flight.Has(d.Day) {
			whole[d.Day] = true
			through = max(through, d.Day)
		}
	}
	s := &Scenario{From: max(c.Today, through+1), To: c.Flight.To, Lines: []ScenarioChannel{}, Remarks: []locale.Text{}}
	s.Days = int(s.To-s.From) + 1
	if through < c.Flight.From || s.Days < 1 {
		return nil, wrong("no day of the flight is left to change", "il ne reste aucun jour de la campagne à changer")
	}
	list, notes := levers(c, r, insight.Span{From: max(c.Flight.From, through-moveDays+1), To: through}, whole)
	draws := make([]float64, moveDraws)
	spend, yield, after := 0.0, 0.0, 0.0
	told := map[string]bool{}
	for _, x := range changes {
		i := slices.IndexFunc(list, func(v lever) bool { return v.id == x.Channel })
		if told[x.Channel] {
			return nil, wrong("%s is changed twice", "%s est changé deux fois", x.Channel)
		}
		told[x.Channel] = true
		if i < 0 {
			if j := slices.IndexFunc(notes, func(n insight.Note) bool { return n.Scope == x.Channel }); j >= 0 {
				return nil, &ErrScenario{notes[j].Text}
			}
			ids := []string{}
			for _, v := range list {
				ids = append(ids, v.id)
			}
			return nil, wrong("%s is no channel that can be judged: want one of %s", "%s n’est pas un levier que l’on peut juger\u00a0: il faut l’un de %s", x.Channel, fmt.Sprint(ids))
		}
		v := list[i]
		change := units(x.PerDay)
		if x.Share != 0 {
			change = x.Share * v.perDay
		}
		if change <= -v.perDay {
			return nil, wrong("%s spends %s a day: that much cannot be taken off", "%s dépense %s par jour\u00a0: on ne peut pas en ôter autant",
				v.label, words.Both(func(l locale.Lang) string { return words.Money(l, v.perDay, c.Currency) }))
		}
		yields, betas := v.draw(c.Report)
		for k := range draws {
			draws[k] += float64(s.Days) * response(yields[k], v.perDay, change, betas[k])
		}
		line := ScenarioChannel{ID: v.id, Label: v.label, Spend: [2]int64{micros(v.perDay), micros(v.perDay + change)},
			Conversions: [2]float64{v.yield(), v.yield() + response(v.yield(), v.perDay, change, betaMean)}}
		s.Spend += micros(change * float64(s.Days))
		spend, yield, after = spend+v.perDay, yield+line.Conversions[0], after+line.Conversions[1]
		remark := func(en, fr string, args ...any) {
			s.Remarks = append(s.Remarks, words.Both(func(l locale.Lang) string { return words.Pick(l, en, fr, args...) }))
			line.Unsupported = true
		}
		money := func(amount float64) locale.Text {
			return words.Both(func(l locale.Lang) string { return words.Money(l, amount, c.Currency) })
		}
		if math.Abs(change) > moveStep*v.perDay+0.005 {
			remark("%s changes by more than a fifth of its daily spend (%s): its days tell little of that.", "%s change de plus d’un cinquième de sa dépense quotidienne (%s)\u00a0: ses jours en disent peu.", v.label, money(v.perDay))
		}
		if v.perDay+change > (1+moveStep)*v.highest {
			remark("%s would spend %s a day, over a fifth above its largest day seen (%s).", "%s dépenserait %s par jour, plus d’un cinquième au-dessus de sa plus forte journée vue (%s).", v.label, money(v.perDay+change), money(v.highest))
		}
		if change > 0 && (v.perDay+change)*float64(s.Days) > v.remaining {
			remark("%s has %s left of its budget, and would spend %s.", "Il reste %[2]s du budget de %[1]s, qui dépenserait %[3]s.", v.label, money(v.remaining), money((v.perDay+change)*float64(s.Days)))
		}
		s.Lines = append(s.Lines, line)
	}
	if len(s.Lines) == 0 {
		return nil, wrong("a scenario changes at least one channel", "un scénario change au moins un levier")
	}
	s.Effect = effectOf(draws)
	s.CPA = [2]int64{micros(spend / yield), micros((spend + units(s.Spend)/float64(s.Days)) / max(after, 1e-9))}
	return s, nil
}
