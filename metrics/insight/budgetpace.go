package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Spend to date against the plan to date, and where it ends at the present
// pace, for the whole and for each channel that has a budget.
//
// The rule fires where spend to date leaves a band around the plan, 26 % wide
// on the first day and 1 % on the last, or where the projection has nine
// chances in ten of ending more than 3 % away from the budget. The projection
// simulates the days left from the level and the weekdays seen; with under 14
// days of delivery it is a straight line whose range is not known, and the
// finding is one to watch. A channel that would miss by less than 1 % of the
// whole budget is not worth a sentence. A day whose spend is not known silences
// the rule: spend to date would be too low.
var _ = register(Rule{
	ID:    paceID,
	Title: locale.Text{EN: "The budget is not spent at the planned pace", FR: "Le budget ne se dépense pas au rythme prévu"},
	Why: locale.Text{
		EN: "A budget that is behind cannot always be caught up, and one that is ahead ends before the flight does. What is spent is exact; where it ends is estimated from the daily level and the weekdays seen, with the range that daily noise leaves. A cap or a planned change of budget is not known here.",
		FR: "Un budget en retard ne se rattrape pas toujours, un budget en avance finit avant la campagne. Ce qui est dépensé est exact ; l’atterrissage est estimé d’après le niveau quotidien et les jours de semaine observés, avec la marge que laisse le bruit des jours. Un plafond ou un changement de budget déjà prévu n’est pas connu ici.",
	},
	Check: checkPace,
})

const (
	paceID = "budget-pace"

	paceMiss      = 0.03 // an end this near the budget is on it
	paceFirstBand = 0.26
	paceLastBand  = 0.01
	paceMinMiss   = 0.90 // chance of a miss that is worth a finding
	// paceMinShare is the share of the whole budget below which a channel's miss
	// is not worth a sentence.
	paceMinShare = 0.01
)

// Pace is where a budget stands and where it is heading, in millionths.
type Pace struct {
	Scope   string      `json:"scope"`
	Label   locale.Text `json:"label"`
	Through locale.Day  `json:"through"` // last day counted
	End     locale.Day  `json:"end"`     // last day with a budget
	Left    int         `json:"days_left"`
	Budget  int64       `json:"budget"`
	Planned int64       `json:"planned"` // to date
	Spent   int64       `json:"spent"`   // to date
	Index   float64     `json:"index"`   // spent ÷ planned: 1 is on plan
	Band    float64     `json:"band"`    // how far Index may be from 1

	// Projected is the spend at the end at the present pace, Low and High hold
	// 80 % of the simulated ends. Range is false where there are too few days
	// for one: Projected is then a straight line and Low and High equal it.
	Projected int64   `json:"projected"`
	Low       int64   `json:"low"`
	High      int64   `json:"high"`
	Range     bool    `json:"range"`
	OnBudget  float64 `json:"on_budget"` // chance of ending within 3 % of the budget
	Under     float64 `json:"under"`     // chance of ending more than 3 % below it
	Over      float64 `json:"over"`
	PerDay    int64   `json:"per_day"` // projected for a day left
	Needed    int64   `json:"needed"`  // for a day left, to end on the budget

	Cone []ConeDay `json:"cone"` // cumulated spend of each day left; empty without a range
	// Warning says why there is no range.
	Warning stats.Warning `json:"warning,omitzero"`

	p float64
}

// ConeDay is the cumulated spend expected at the end of a day.
type ConeDay struct {
	Day  locale.Day `json:"day"`
	Low  int64      `json:"low"`
	Mid  int64      `json:"mid"`
	High int64      `json:"high"`
}

// findPaces works out the pace of every scope that has a budget.
func (c Case) findPaces() (paces []Pace, notes []Note) {
	known := map[locale.Day]bool{}
	through := c.Flight.From - 1
	for _, d := range c.Whole.Days {
		if d.Known && d.Complete && c.Flight.Has(d.Day) {
			known[d.Day] = true
			through = max(through, d.Day)
		}
	}
	scopes := []string{""}
	for _, s := range c.Channels {
		scopes = append(scopes, s.ID)
	}
	missing := int(through-c.Flight.From) + 1 - len(known)
	for _, scope := range scopes {
		plan := c.Plans[scope]
		if plan.Budget <= 0 || len(plan.Days) == 0 {
			continue
		}
		label := wholeLabel
		s, _ := c.series(scope)
		if scope != "" {
			label = locale.Same(s.Label)
		}
		switch {
		case through < c.Flight.From:
			notes = append(notes, Note{Rule: paceID, Scope: scope, Measure: "days", Need: 1, Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s: the pace of the budget needs 1 complete day of the flight, has 0.", "%s : le rythme du budget demande 1 jour complet de campagne, il y en a 0.", label)
			})})
			continue
		case missing > 0:
			if scope == "" {
				notes = append(notes, Note{Rule: paceID, Scope: scope, Measure: "days", Need: float64(through - c.Flight.From + 1), Has: float64(len(known)), Text: words.Both(func(l locale.Lang) string {
					return words.Pick(l, "The pace of the budget needs the spend of every day until %s: that of %s is not known.",
						"Le rythme du budget demande la dépense de chaque jour jusqu’au %s : celle de %s n’est pas connue.", l.DayText(through), words.Days(l, missing))
				})})
			}
			continue
		}
		spend := make([]float64, int(through-c.Flight.From)+1) // a day without a row of this scope spent nothing
		for _, d := range s.Days {
			if i := int(d.Day - c.Flight.From); d.Known && i >= 0 && i < len(spend) {
				spend[i] = units(d.Spend)
			}
		}
		if p, ok := c.pace(scope, label, plan, spend, through); ok {
			paces = append(paces, p)
		}
	}
	return paces, notes
}

func (c Case) pace(scope string, label locale.Text, plan Plan, spend []float64, through locale.Day) (Pace, bool) {
	p := Pace{Scope: scope, Label: label, Through: through, Budget: plan.Budget, Cone: []ConeDay{}}
	start := c.Flight.To
	for i, v := range plan.Days {
		if d := c.Flight.From + locale.Day(i); v > 0 {
			start, p.End = min(start, d), d
		}
		if c.Flight.From+locale.Day(i) <= through {
			p.Planned += plan.Days[i]
		}
	}
	spent := 0.0
	for _, v := range spend {
		spent += v
	}
	p.Spent = micros(spent)
	if p.Planned <= 0 || p.End == 0 {
		return p, false // its own flight has not begun
	}
	p.Index = float64(p.Spent) / float64(p.Planned)
	gone := float64(through-start+1) / float64(p.End-start+1)
	p.Band = paceLastBand + (paceFirstBand-paceLastBand)*(1-min(1, gone))
	p.Left = max(0, int(p.End-through))

	budget := units(p.Budget)
	o := stats.Ahead(spend, c.Flight.From.Weekday(), p.Left, stats.Rand(c.Report, scope, paceID))
	p.Warning = o.Warning
	end := spent + o.Linear
	switch {
	case p.Left == 0:
		end, p.Range, p.Warning = spent, true, stats.Warning{}
		p.Low, p.High = p.Spent, p.Spent
		under, over := spent < (1-paceMiss)*budget, spent > (1+paceMiss)*budget
		p.Under, p.Over = truth(under), truth(over)
		p.OnBudget = 1 - p.Under - p.Over
		p.p = 1 - max(p.Under, p.Over)
	case o.Warning.None():
		p.Range = true
		last := p.Left - 1
		end = spent + o.Mid[last]
		p.Low, p.High = micros(spent+o.Low[last]), micros(spent+o.High[last])
		p.OnBudget = o.Chance((1-paceMiss)*budget-spent, (1+paceMiss)*budget-spent)
		p.Under = o.Chance(math.Inf(-1), math.Nextafter((1-paceMiss)*budget-spent, math.Inf(-1)))
		p.Over = 1 - p.OnBudget - p.Under
		n := float64(len(o.Totals))
		p.p = min(1, 2*(n*min(1-p.Under, 1-p.Over)+1)/(n+1)) // never 0: the paths are finite
		for h := range p.Left {
			p.Cone = append(p.Cone, ConeDay{through + 1 + locale.Day(h), micros(spent + o.Low[h]), micros(spent + o.Mid[h]), micros(spent + o.High[h])})
		}
	}
	p.Projected = micros(end)
	if !p.Range {
		p.Low, p.High = p.Projected, p.Projected
	}
	if p.Left > 0 {
		p.PerDay = micros((end - spent) / float64(p.Left))
		p.Needed = micros(max(0, budget-spent) / float64(p.Left))
	}
	return p, true
}

func truth(b bool) float64 {
	if b {
		return 1
	}
	return 0
}

func checkPace(x *Exam) (findings []Finding, notes []Note) {
	for _, whole := range []bool{true, false} {
		var family []Pace
		var ps []float64
		for _, p := range x.paces {
			if (p.Scope == "") != whole {
				continue
			}
			family = append(family, p)
			if p.Range {
				ps = append(ps, p.p)
			} else {
				ps = append(ps, math.NaN())
			}
		}
		qs := stats.BH(ps)
		from := len(findings)
		for i, p := range family {
			out := math.Abs(p.Index-1) > p.Band
			miss := p.Range && max(p.Under, p.Over) >= paceMinMiss
			small := p.Scope != "" && math.Abs(float64(p.Projected-p.Budget)) < paceMinShare*float64(x.Plans[""].Budget)
			if !out && !miss || small {
				continue
			}
			level := Watch
			switch {
			case miss && qs[i] <= FalseShare:
				level = Established
			case miss:
				level = Likely
			}
			q := 1.0
			if p.Range {
				q = qs[i]
			}
			findings = append(findings, paceFinding(x.Case, p, q, level, len(family)))
		}
		flagged := len(findings) - from
		for i := from; i < len(findings); i++ {
			f := &findings[i]
			f.Evidence = append(f.Evidence, Evidence{
				ID: "tested", Label: lookedAtLabel,
				Text: words.Both(func(l locale.Lang) string {
					if whole {
						return words.Pick(l, "the budget of the whole campaign", "le budget de l’ensemble de la campagne")
					}
					return words.Pick(l, "%s with a budget, %d flagged",
						"%s avec un budget, %d "+l.Plural(float64(flagged), "signalé", "signalés"), words.Channels(l, len(family)), flagged)
				}),
			})
		}
	}
	return findings, x.paceNotes
}

func paceFinding(c Case, p Pace, q float64, level Level, tested int) Finding {
	budget := float64(p.Budget)
	f := Finding{
		ID: findingID(paceID, p.Scope, c.Flight.From), Rule: paceID, Scope: p.Scope, Label: p.Label,
		From: c.Flight.From, To: p.Through, KPI: "spend", Value: units(p.Projected), Against: units(p.Budget),
		Effect: Effect{Value: float64(p.Projected)/budget - 1, Low: float64(p.Low)/budget - 1, High: float64(p.High)/budget - 1},
		Volume: Volume{"spend", units(p.Spent), units(p.Planned)},
		Level:  level, P: 1, Q: q, Tested: tested, Mature: true, // spend does not mature
		Stake: int64(math.Abs(float64(p.Projected - p.Budget))), Pace: &p,
	}
	if p.Range {
		f.Effect.Confidence, f.P = stats.OutlookConfidence, p.p
	}
	if f.Effect.Clear() {
		f.Good = -1 // behind or ahead, the plan is missed
	}
	f.Title = words.Both(func(l locale.Lang) string { return paceTitle(c, p, f.Effect, l) })
	f.Text = words.Both(func(l locale.Lang) string { return paceText(c, p, f.Effect, l) })
	f.WouldChange = words.Both(func(l locale.Lang) string {
		if p.Left == 0 {
			return words.Pick(l, "A newer export that changes the spend %s.", "Un export plus récent qui changerait la dépense %s.", l.FromTo(c.Flight.From, p.Through))
		}
		return words.Pick(l, "A mean spend near %s a day over the next %s, or a planned change of budget that is not known here.",
			"Une dépense moyenne proche de %s par jour sur les %s suivants, ou un changement de budget déjà prévu et inconnu ici.",
			words.Money(l, units(p.Needed), c.Currency), words.Days(l, min(7, p.Left)))
	})
	f.Evidence = paceEvidence(c, p, f)
	return f
}

// paceTitle says behind or ahead of the end only where the range does.
func paceTitle(c Case, p Pace, e Effect, l locale.Lang) string {
	named := func(s string) string {
		if p.Scope == "" {
			return words.Upper(s)
		}
		return p.Label.In(l) + l.Colon() + " " + s
	}
	end, budget := words.Money(l, units(p.Projected), c.Currency), words.Money(l, units(p.Budget), c.Currency)
	switch {
	case p.Left == 0:
		return named(words.Pick(l, "%s spent of %s planned, the flight is over", "%s dépensés sur %s prévus, campagne terminée", end, budget))
	case e.Clear() && e.High < 0:
		return named(words.Pick(l, "at this pace %s of %s would be spent, %s less than planned", "à ce rythme, %s seraient dépensés sur %s, %s de moins que prévu", end, budget, words.Size(l, e.Value)))
	case e.Clear():
		return named(words.Pick(l, "at this pace %s would be spent for %s, %s more than planned", "à ce rythme, %s seraient dépensés pour %s, %s de plus que prévu", end, budget, words.Size(l, e.Value)))
	}
	spent, planned := words.Money(l, units(p.Spent), c.Currency), words.Money(l, units(p.Planned), c.Currency)
	if p.Range {
		return named(words.Pick(l, "%s spent of %s planned to date; ending on the budget is not ruled out", "%s dépensés sur %s prévus à ce jour ; finir au budget n’est pas exclu", spent, planned))
	}
	return named(words.Pick(l, "%s spent of %s planned to date; how it ends is not known yet", "%s dépensés sur %s prévus à ce jour ; la fin n’est pas encore prévisible", spent, planned))
}

func paceText(c Case, p Pace, e Effect, l locale.Lang) string {
	s := words.Pick(l, "By %s, %s spent of %s planned to that day (%s).", "Au %s, %s dépensés sur %s prévus à cette date (%s).",
		l.DayText(p.Through), words.Money(l, units(p.Spent), c.Currency), words.Money(l, units(p.Planned), c.Currency), l.Percent(p.Index, 0))
	budget := words.Money(l, units(p.Budget), c.Currency)
	if p.Left == 0 {
		return s + words.Pick(l, " The difference from the budget is %s, an exact sum.", " L’écart au budget est de %s, une somme exacte.", words.Change(l, e.Value))
	}
	if !p.Range {
		s += words.Pick(l, " A straight line leads to %s of %s on %s (%s).", " Une simple règle de trois mène à %s sur %s le %s (%s).",
			words.Money(l, units(p.Projected), c.Currency), budget, l.DayText(p.End), words.Change(l, e.Value))
		if p.Warning.Code == stats.TooFar {
			return s + words.Pick(l, " The range is not known: %s lie ahead, more than the %d seen can tell of.",
				" La marge n’est pas connue : il reste %s, trop pour les %d observés.", words.Days(l, p.Left), int(p.Warning.Has))
		}
		return s + words.Pick(l, " The range is not known: that needs %s of delivery, has %d.", " La marge n’est pas connue : il faut %s de diffusion, il y en a %d.",
			words.Days(l, int(p.Warning.Need)), int(p.Warning.Has))
	}
	s += words.Pick(l, " At this pace the campaign would end at %s of %s (%s; %s, 80%%).", " À ce rythme, l’atterrissage serait de %s sur %s (%s ; %s, à 80 %%).",
		words.Money(l, units(p.Projected), c.Currency), budget, words.Change(l, e.Value), words.FromTo(l, words.Change(l, e.Low), words.Change(l, e.High)))
	s += words.Pick(l, " Chance of ending within 3%% of the budget: %s.", " Chances de finir à 3 %% près du budget : %s.", words.Chance(l, p.OnBudget))
	if !e.Clear() {
		s += words.Pick(l, " The range holds the budget itself.", " La marge contient le budget lui-même.")
	}
	if p.Needed > 0 && p.PerDay > 0 {
		s += words.Pick(l, " To end on budget, spend would have to be %s a day instead of %s (%s).", " Pour y finir, il faudrait %s par jour au lieu de %s (%s).",
			words.Money(l, units(p.Needed), c.Currency), words.Money(l, units(p.PerDay), c.Currency), words.Change(l, float64(p.Needed)/float64(p.PerDay)-1))
	} else if p.Needed == 0 {
		s += words.Pick(l, " The budget is already spent.", " Le budget est déjà dépensé.")
	}
	return s
}

func paceEvidence(c Case, p Pace, f Finding) []Evidence {
	out := []Evidence{
		{ID: "spent", Label: locale.Text{EN: "Spent", FR: "Dépensé"}, KPI: "spend", Value: units(p.Spent), Against: units(p.Planned),
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s by %s, an exact sum", "%s au %s, somme exacte", l.Money(units(p.Spent), c.Currency, 2), l.DayText(p.Through))
			})},
		{ID: "planned", Label: locale.Text{EN: "Planned", FR: "Prévu"}, KPI: "spend", Value: units(p.Planned),
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s to date, %s in all", "%s à date, %s en tout", l.Money(units(p.Planned), c.Currency, 2), l.Money(units(p.Budget), c.Currency, 2))
			})},
		{ID: "index", Label: locale.Text{EN: "Pace", FR: "Rythme"}, KPI: "spend", Value: p.Index, Against: 1,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s of the plan; flagged beyond %s today", "%s du plan ; signalé au-delà de %s aujourd’hui", l.Percent(p.Index, 0), "± "+words.Size(l, p.Band))
			})},
	}
	if p.Range && p.Left > 0 {
		out = append(out, Evidence{ID: "end", Label: locale.Text{EN: "End", FR: "Atterrissage"}, KPI: "spend", Value: f.Value, Against: f.Against,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s %s, 80%%, on %s", "%s %s, à\u00a080\u00a0%%, le %s", words.Money(l, units(p.Projected), c.Currency), l.Interval(words.Money(l, units(p.Low), c.Currency), words.Money(l, units(p.High), c.Currency)), l.DayText(p.End))
			})})
		out = append(out, Evidence{ID: "test", Label: locale.Text{EN: "Simulation", FR: "Simulation"}, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s ends of the campaign simulated from the spend seen (%s; %s)", "%s fins de campagne simulées d’après les dépenses observées (%s\u00a0; %s)",
				l.Int(stats.OutlookPaths), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q))
		})})
	}
	return out
}
