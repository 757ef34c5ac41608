package insight

import (
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// A channel whose daily budget stops it while it has demand left.
//
// Over the last two weeks, either the platform says that 10 % or more of the
// impressions that could have been had were missed for want of budget; or ten
// of fourteen days spend within 2 % of one amount, without the weekdays that
// the other channels have, which looks like a ceiling. It is told only where
// that matters: the channel will not spend its plan, or its conversions cost
// clearly less than the target or than the rest of the campaign. What the
// platform says is counted; a ceiling that is only seen in the figures is
// likely where the plan is not spent, and one to watch otherwise.
var _ = register(Rule{
	ID:    capID,
	Title: locale.Text{EN: "A daily budget holds back a channel", FR: "Un budget quotidien freine un levier"},
	Why: locale.Text{
		EN: "A channel at its ceiling looks like a channel without demand. Spend that stays flat while the others follow the week, or the impressions that the platform says were lost for want of budget, tell the two apart. The next euro brings less than the last one did: what is left of the demand is a bound, not a promise.",
		FR: "Un levier à son plafond ressemble à un levier sans demande. Une dépense qui reste plate quand les autres suivent la semaine, ou les impressions que la plateforme dit perdues faute de budget, distinguent les deux. L’euro suivant rapporte moins que le précédent\u00a0: ce qui reste de demande est une borne, pas une promesse.",
	},
	Check: checkCap,
})

const (
	capID     = "budget-cap"
	capDays   = 14
	capLost   = 0.10 // share of the eligible impressions
	capFlat   = 0.02 // around the ceiling
	capAtIt   = 10   // days at the ceiling, of capDays
	capVaries = 0.05 // relative spread of days that are not held back
	capCheap  = 28   // days on which the cost is judged
)

// ceiling is what holds a channel back.
type ceiling struct {
	days              []metrics.Day // the last two weeks
	spend             float64       // of them
	top               float64       // the amount that spend stays at; 0 where it does not
	at                int           // days at it
	eligible, lost    int64         // impressions, where the platform says them
	impressions       int64         // of the days with eligible ones
	clicks            int64
	usual             float64 // spread of the others' days
	behind            *Pace
	cheap             stats.Comparison // its cost against what it is held to
	cheapAs, cheapOwn float64
	target            bool // held against the target
}

func spread(days []metrics.Day) float64 {
	if len(days) < stats.MinDays {
		return 0
	}
	mean, sq := 0.0, 0.0
	for _, d := range days {
		mean += units(d.Spend) / float64(len(days))
	}
	for _, d := range days {
		sq += (units(d.Spend) - mean) * (units(d.Spend) - mean) / float64(len(days)-1)
	}
	if mean == 0 {
		return 0
	}
	return math.Sqrt(sq) / mean
}

func checkCap(x *Exam) (findings []Finding, notes []Note) {
	var held []ceiling
	var scopes []int
	for i, channel := range x.Channels {
		if c, ok := x.ceiling(i, channel); ok {
			held, scopes = append(held, c), append(scopes, i)
		}
	}
	for i, c := range held {
		findings = append(findings, capFinding(x, x.Channels[scopes[i]], c))
	}
	return findings, notes
}

// ceiling says whether a channel is held back, and that it matters.
func (x *Exam) ceiling(i int, channel metrics.Series) (c ceiling, ok bool) {
	all := finished(channel.Days)
	c.days = last(all, capDays)
	if len(c.days) < capDays || int(c.days[capDays-1].Day-c.days[0].Day) != capDays-1 {
		return c, false
	}
	for _, d := range c.days {
		c.spend += units(d.Spend)
		c.top = max(c.top, units(d.Spend))
		if d.Eligible > 0 {
			c.eligible, c.lost, c.impressions = c.eligible+d.Eligible, c.lost+d.LostBudget, c.impressions+d.Impressions
			c.clicks += d.Clicks
		}
	}
	if c.spend == 0 {
		return c, false
	}
	for _, d := range c.days {
		if units(d.Spend) >= (1-capFlat)*c.top {
			c.at++
		}
	}
	// The others of the same days, or where there is none its own before.
	var usual []float64
	for j, s := range x.Channels {
		if j != i {
			var same []metrics.Day
			for _, d := range finished(s.Days) {
				if d.Day >= c.days[0].Day && d.Day <= c.days[capDays-1].Day && d.Spend > 0 {
					same = append(same, d)
				}
			}
			if len(same) == capDays {
				usual = append(usual, spread(same))
			}
		}
	}
	if len(usual) == 0 {
		usual = append(usual, spread(last(all[:len(all)-capDays], 28)))
	}
	slices.Sort(usual)
	c.usual = stats.Quantile(usual, 0.5)
	says := c.eligible > 0 && float64(c.lost) >= capLost*float64(c.eligible)
	flat := c.at >= capAtIt && c.usual >= capVaries && spread(c.days) < c.usual/2
	if !flat {
		c.top, c.at = 0, 0
	}
	if !says && !flat {
		return c, false
	}
	if !says {
		c.eligible, c.lost = 0, 0
	}
	for k := range x.paces {
		if p := &x.paces[k]; p.Scope == channel.ID && p.Range && p.Under >= paceMinMiss {
			c.behind = p
		}
	}
	efficient := x.cheaper(i, channel, &c)
	return c, c.behind != nil || efficient
}

// cheaper reports that a channel's conversions cost clearly less than the
// target, or without one than those of the rest.
func (x *Exam) cheaper(i int, channel metrics.Series, c *ceiling) bool {
	span := Span{x.Period.To - capCheap + 1, x.Period.To}
	days, _ := usable(channel.Days, channel.ID, span, x.doubts)
	own := sum(channel.Days, days)
	phi := x.pairs[i+1].noise.conversions
	if own.conversions < cpaMinEffective*phi || own.spend == 0 {
		return false
	}
	c.cheapOwn = own.spend / own.conversions
	if target := x.Targets["cpa"]; target > 0 {
		e := stats.CostPer(own.spend, own.conversions, phi, stats.Confidence)
		c.target, c.cheapAs = true, target
		c.cheap = stats.Comparison{Ratio: e.Value / target, Low: e.Low / target, High: e.High / target}
		return c.cheap.High < 1
	}
	rest := arm{}
	for j, s := range x.Channels {
		if j != i {
			days, _ := usable(s.Days, s.ID, span, x.doubts)
			a := sum(s.Days, days)
			rest.spend, rest.conversions = rest.spend+a.spend, rest.conversions+a.conversions
		}
	}
	if rest.spend == 0 || rest.conversions < cpaMinEffective*phi {
		return false
	}
	c.cheapAs = rest.spend / rest.conversions
	c.cheap = stats.RateRatio(rest.conversions, rest.spend, own.conversions, own.spend, phi, stats.Confidence)
	return c.cheap.Warning.None() && c.cheap.High < 1
}

func capFinding(x *Exam, channel metrics.Series, c ceiling) Finding {
	f := Finding{
		Rule: capID, Scope: channel.ID, Label: locale.Same(channel.Label), ID: findingID(capID, channel.ID, c.days[0].Day),
		From: c.days[0].Day, To: c.days[len(c.days)-1].Day, KPI: "spend",
		Level: Watch, P: 1, Q: 1, Tested: len(x.Channels), Mature: true,
	}
	missed := 0.0 // spend that the missed impressions would have taken
	share := 0.0
	if c.lost > 0 {
		share = float64(c.lost) / float64(c.eligible)
		if c.impressions > 0 {
			missed = c.spend * float64(c.lost) / float64(c.impressions)
		}
		f.Level = Established
		f.Value, f.Against = c.spend, c.spend+missed
		f.Effect = Effect{Value: -share, Low: -share, High: -share}
		f.Volume = Volume{"impressions", float64(c.impressions), float64(c.eligible)}
	} else {
		if c.behind != nil {
			f.Level = Likely
		}
		f.Value, f.Against = c.spend, c.top*float64(len(c.days))
		f.Effect = Effect{Value: f.Value/f.Against - 1, Low: f.Value/f.Against - 1, High: f.Value/f.Against - 1}
		f.Volume = Volume{"days", float64(c.at), float64(len(c.days))}
	}
	if f.Stake = micros(missed); c.behind != nil {
		f.Stake = max(f.Stake, c.behind.Budget-c.behind.Projected)
	}
	f.Title = words.Both(func(l locale.Lang) string {
		if c.lost > 0 {
			return words.Pick(l, "%s: %s of the impressions it could have had were missed for want of budget", "%s\u00a0: %s des impressions possibles manquées faute de budget", channel.Label, l.Percent(share, 0))
		}
		return words.Pick(l, "%s: spend stays at %s a day, %d days of %d, as at a ceiling", "%s\u00a0: la dépense reste à %s par jour, %d\u00a0jours sur %d, comme à un plafond", channel.Label, words.Money(l, c.top, x.Currency), c.at, len(c.days))
	})
	f.Text = words.Both(func(l locale.Lang) string { return x.capText(f, channel, c, share, missed, l) })
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "A higher daily budget under which spend does not rise within %s.", "Un budget quotidien plus haut sous lequel la dépense ne monte pas en %s.", words.Days(l, 7))
	})
	f.Evidence = []Evidence{
		proof("spread", locale.Text{EN: "Spread of days", FR: "Écart entre jours"}, func(l locale.Lang) string {
			return words.Pick(l, "%s around the mean; usual here: %s", "%s autour de la moyenne\u00a0; habituel ici\u00a0: %s", l.Percent(spread(c.days), 1), l.Percent(c.usual, 1))
		}),
		proof("top", locale.Text{EN: "Largest day", FR: "Plus forte journée"}, func(l locale.Lang) string {
			top := 0.0
			for _, d := range c.days {
				top = max(top, units(d.Spend))
			}
			return words.Pick(l, "%s, %s", "%s, %s", l.Money(top, x.Currency, 2), l.PeriodShort(f.From, f.To))
		}),
	}
	if c.lost > 0 {
		f.Evidence = append(f.Evidence, proof("lost", locale.Text{EN: "Lost to budget", FR: "Perdues faute de budget"}, func(l locale.Lang) string {
			return words.Pick(l, "%s of %s eligible, by the platform’s count", "%s sur %s éligibles, d’après la plateforme", words.Impressions(l, float64(c.lost)), l.Count(float64(c.eligible)))
		}))
	}
	if c.behind != nil {
		f.Evidence = append(f.Evidence, proof("plan", locale.Text{EN: "Plan", FR: "Plan"}, func(l locale.Lang) string {
			return words.Pick(l, "%s of %s by the end at this pace", "%s sur %s en fin de campagne à ce rythme", words.Money(l, units(c.behind.Projected), x.Currency), words.Money(l, units(c.behind.Budget), x.Currency))
		}))
	}
	return f
}

func (x *Exam) capText(f Finding, channel metrics.Series, c ceiling, share, missed float64, l locale.Lang) string {
	var s string
	if c.lost > 0 {
		s = words.Pick(l, "%s, the platform counts %s missed for want of budget, %s of those that could have been had.",
			"%s, la plateforme compte %s manquées faute de budget, %s de celles qui étaient possibles.",
			words.Upper(l.FromTo(f.From, f.To)), words.Impressions(l, float64(c.lost)), l.Percent(share, 0))
		if c.impressions > 0 {
			s += words.Pick(l, " At the price of the others they would have taken at most %s more, for at most %s.", " Au prix des autres, elles auraient pris au plus %s de plus, pour au plus %s.",
				words.Money(l, missed, x.Currency), words.Clicks(l, math.Round(float64(c.clicks)*float64(c.lost)/float64(c.impressions))))
		}
	} else {
		s = words.Pick(l, "%s, %s spends at least %s on %d days of %d, while the days of the others vary by %s. That is what a daily budget that is used up looks like; the exports do not say how much demand is left.",
			"%s, %s dépense au moins %s sur %d\u00a0jours de %d, alors que les jours des autres varient de %s. C’est l’allure d’un budget quotidien épuisé\u00a0; les exports ne disent pas ce qu’il reste de demande.",
			words.Upper(l.FromTo(f.From, f.To)), channel.Label, words.Money(l, (1-capFlat)*c.top, x.Currency), c.at, len(c.days), l.Percent(c.usual, 0))
	}
	if c.behind != nil {
		s += words.Pick(l, " At this pace its plan would not be spent: %s of %s.", " À ce rythme, son plan ne serait pas dépensé\u00a0: %s sur %s.",
			words.Money(l, units(c.behind.Projected), x.Currency), words.Money(l, units(c.behind.Budget), x.Currency))
	}
	if c.cheap.High > 0 && c.cheap.High < 1 {
		against := locale.Text{EN: "the rest", FR: "le reste"}
		if c.target {
			against = locale.Text{EN: "the target", FR: "la cible"}
		}
		s += words.Pick(l, " Its conversions cost %s against %s for %s (%s, 90%%).", " Ses conversions coûtent %s contre %s pour %s (%s, à 90\u00a0%%).",
			x.cost(l, c.cheapOwn), x.cost(l, c.cheapAs), against, words.FromTo(l, words.Change(l, c.cheap.Low-1), words.Change(l, c.cheap.High-1)))
	}
	return s
}
