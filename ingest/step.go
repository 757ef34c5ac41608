package ingest

import (
	"math"
	"slices"
	"sort"

	"vigie/internal/locale"
)

// Cell is what one campaign delivered on one day; Spend is in millionths.
type Cell struct {
	Day                        locale.Day
	Impressions, Clicks, Spend int64
}

// Step is a day on which the amounts of an account change their unit: from then
// on an impression and a click both cost Ratio times what they did.
type Step struct {
	Day       locale.Day
	Ratio     float64
	Campaigns int // that show it
}

// The limits of a step. They were set so that fewer than one account of noise in
// a hundred shows one, with the autocorrelation and the weekdays that real ones
// have (TestStepNoise), while a step of 20 % in a calm market is found three
// times out of four (TestStep).
const (
	stepSide   = 3    // days that a campaign must have on each side
	stepWeek   = 7    // days that there must be on each side, beside a power of ten
	stepWindow = 28   // days that are looked at on each side
	stepLeast  = 0.08 // of the logarithm of the ratio
	stepClicks = 0.05 // by which the logarithm of the click-through rate may move
	stepClear  = 5    // of the step, in units of its error
	stepBoth   = 0.7  // of the most that any place explains of the cost of a click
	stepShare  = 0.8  // of the campaigns, by weight, must move alike
	stepNoise  = 0.05 // the least noise of a day's cost that is believed
)

// pricedDay is a day of a campaign on which it can be said what an impression
// and a click cost: the logarithms of the first, and of the clicks for each.
type pricedDay struct {
	day       locale.Day
	cost, ctr float64
}

// priced is a campaign's days, with the sums up to each.
type priced struct {
	days   []pricedDay
	cost   []float64 // cost[i] is the sum over the first i
	ctr    []float64
	weight float64 // 1 ÷ variance of a day's cost
}

// means are a campaign's means on each side of a place between its days, with
// the weight that the split has; ok is false where a side has too few days.
func (c *priced) split(i int) (cost, ctr, weight float64, ok bool) {
	lo, hi := max(0, i-stepWindow), min(len(c.days), i+stepWindow)
	before, after := float64(i-lo), float64(hi-i)
	if before < stepSide || after < stepSide {
		return 0, 0, 0, false
	}
	cost = (c.cost[hi]-c.cost[i])/after - (c.cost[i]-c.cost[lo])/before
	ctr = (c.ctr[hi]-c.ctr[i])/after - (c.ctr[i]-c.ctr[lo])/before
	return cost, ctr, c.weight * before * after / (before + after), true
}

// FindStep looks for the day on which the costs of an impression and of a click
// step by the same ratio in the campaigns of one account, while the
// click-through rate stays. Each list is a campaign's days, in order; those
// without impressions, clicks and spend are passed over.
//
// The step must be that of nearly all campaigns, at the same place for both
// costs, and happen from one day to the next: an auction that becomes dearer
// does not.
func FindStep(campaigns [][]Cell) (Step, bool) {
	var list []*priced
	for _, cells := range campaigns {
		if c := price(cells); c != nil {
			list = append(list, c)
		}
	}
	if len(list) == 0 {
		return Step{}, false
	}
	// Beside a power of ten the weekdays are nothing; a smaller step is looked for
	// once they are out of the way.
	if s, ok := findStep(list); ok && s.power {
		return s.Step, true
	}
	level := levelWeek(list)
	s, ok := findStep(level)
	if !ok || s.power {
		return Step{}, false
	}
	// What the weekdays took with them of the step itself is put back.
	s.Ratio = math.Exp(common(list, s.Day))
	return s.Step, true
}

// common is the step of all campaigns on a day.
func common(list []*priced, day locale.Day) float64 {
	sum, weight := 0.0, 0.0
	for _, c := range list {
		i := sort.Search(len(c.days), func(i int) bool { return c.days[i].day >= day })
		if cost, _, w, ok := c.split(i); ok {
			sum += w * cost
			weight += w
		}
	}
	return sum / weight
}

// findStep finds the place where a step common to all campaigns explains most.
func findStep(list []*priced) (powerStep, bool) {
	first, last := list[0].days[0].day, locale.Day(0)
	for _, c := range list {
		first, last = min(first, c.days[0].day), max(last, c.days[len(c.days)-1].day)
	}
	// Of each place between two days, the sums that a common step there is told
	// from, as differences from one place to the next.
	type sums struct{ cost, click, weight float64 }
	at := make([]sums, int(last-first)+2)
	for _, c := range list {
		for i := 1; i < len(c.days); i++ {
			cost, ctr, w, ok := c.split(i)
			if !ok {
				continue
			}
			for j, sign := range []float64{1, -1} {
				x := &at[c.days[i-1+j].day-first+1]
				x.cost += sign * w * cost
				x.click += sign * w * (cost - ctr)
				x.weight += sign * w
			}
		}
	}
	var sum sums
	best := 0
	var gain, clickThere, clickMost float64
	for i := range at {
		sum.cost += at[i].cost
		sum.click += at[i].click
		sum.weight += at[i].weight
		if sum.weight < 1e-9 {
			continue
		}
		click := sum.click * sum.click / sum.weight
		clickMost = max(clickMost, click)
		if g := sum.cost * sum.cost / sum.weight; g > gain {
			best, gain, clickThere = i, g, click
		}
	}
	// What explains the cost of an impression best must explain that of a click.
	if gain == 0 || clickThere < stepBoth*clickMost {
		return powerStep{}, false
	}
	return confirm(list, first+locale.Day(best))
}

// powerStep is a step that may be a power of ten.
type powerStep struct {
	Step
	power bool
}

// levelWeek takes out of the costs what the weekdays have in common, where there
// are enough days to tell: a weekend is no step.
func levelWeek(list []*priced) []*priced {
	var sum, weight [7]float64
	for _, c := range list {
		for i := 3; i+3 < len(c.days); i++ {
			if c.days[i+3].day-c.days[i-3].day == 6 {
				w := c.days[i].day.Weekday()
				sum[w] += c.weight * (c.days[i].cost - (c.cost[i+4]-c.cost[i-3])/7)
				weight[w] += c.weight
			}
		}
	}
	if slices.Min(weight[:]) == 0 {
		return list
	}
	var out []*priced
	for _, c := range list {
		x := &priced{days: slices.Clone(c.days), cost: make([]float64, len(c.cost)), ctr: c.ctr, weight: c.weight}
		for i := range x.days {
			w := x.days[i].day.Weekday()
			x.days[i].cost -= sum[w] / weight[w]
			x.cost[i+1] = x.cost[i] + x.days[i].cost
		}
		out = append(out, x)
	}
	return out
}

// confirm holds a step against each campaign, and against the noise that all
// of them have in common.
func confirm(list []*priced, day locale.Day) (powerStep, bool) {
	type move struct{ cost, weight, slack float64 }
	var moves []move
	var all move
	ctr := 0.0
	// What is left of each day's cost, over the campaigns: days before the step
	// are counted from its eve backwards, the others from its day on.
	type rest struct{ sum, weight float64 }
	var before, after [stepWindow]rest
	for _, c := range list {
		i := sort.Search(len(c.days), func(i int) bool { return c.days[i].day >= day })
		cost, x, w, ok := c.split(i)
		if !ok {
			continue
		}
		moves = append(moves, move{cost, w, 3 / math.Sqrt(w)})
		all.cost += w * cost
		ctr += w * x
		all.weight += w
		level := (c.cost[i] - c.cost[max(0, i-stepWindow)]) / float64(i-max(0, i-stepWindow))
		for _, d := range c.days {
			side, at := &after, int(d.day-day)
			if at < 0 {
				side, at = &before, -at-1
			}
			if at < stepWindow {
				side[at].sum += c.weight * (d.cost - level)
				side[at].weight += c.weight
			}
		}
	}
	if all.weight == 0 {
		return powerStep{}, false
	}
	step := all.cost / all.weight
	ctr /= all.weight
	var was, is []float64
	for i := range before {
		if before[i].weight > 0 {
			was = append(was, before[i].sum/before[i].weight)
		}
		if after[i].weight > 0 {
			is = append(is, after[i].sum/after[i].weight)
		}
	}
	k, power := PowerOfTen(math.Exp(step))
	allowed, least := stepClicks, stepWeek
	if power {
		allowed, least = 0.7, stepSide // beside a factor of ten, what the click-through rate does is noise
	}
	if math.Abs(step) < stepLeast || math.Abs(ctr) >= allowed || len(was) < least || len(is) < least {
		return powerStep{}, false
	}
	// It happens from one day to the next, and the days around already show it.
	jump, around := is[0]-was[0], mean(is[:stepSide])-mean(was[:stepSide])
	if jump/step < 0.6 || jump/step > 1.6 || around/step < 0.6 || around/step > 1.5 {
		return powerStep{}, false
	}
	if !power {
		week := mean(is[:stepWeek]) - mean(was[:stepWeek])
		if week/step < 0.7 || week/step > 1.35 || math.Abs(step) < stepClear*stepError(was, is) {
			return powerStep{}, false
		}
	}
	alike, n := 0.0, 0
	for _, m := range moves {
		if math.Abs(m.cost-step) <= max(0.05, m.slack, 0.3*math.Abs(step)) && m.cost*step > 0 {
			alike += m.weight
			n++
		}
	}
	if alike < stepShare*all.weight || n*2 <= len(moves) {
		return powerStep{}, false
	}
	ratio := math.Exp(step)
	if power {
		ratio = math.Pow10(k)
	}
	return powerStep{Step{day, ratio, n}, power}, true
}

func mean(x []float64) float64 {
	sum := 0.0
	for _, v := range x {
		sum += v
	}
	return sum / float64(len(x))
}

// stepError is the standard error of the difference of two runs' means, each
// day being like the one before as much as the runs show.
func stepError(was, is []float64) float64 {
	var square, with float64
	n := 0
	for _, run := range [][]float64{was, is} {
		m := mean(run)
		for i, v := range run {
			square += (v - m) * (v - m)
			if i > 0 {
				with += (v - m) * (run[i-1] - m)
			}
		}
		n += len(run)
	}
	r := min(max(with/max(square, 1e-12), 0), 0.8)
	variance := max(square/float64(n-2), stepNoise*stepNoise/4)
	return math.Sqrt(variance * (1/float64(len(was)) + 1/float64(len(is))) * (1 + r) / (1 - r))
}

// price works out what a campaign's days cost; nil where it has too few.
func price(cells []Cell) *priced {
	c := &priced{cost: []float64{0}, ctr: []float64{0}}
	var moves []float64
	for _, x := range cells {
		if x.Impressions <= 0 || x.Clicks <= 0 || x.Spend <= 0 {
			continue
		}
		d := pricedDay{x.Day, math.Log(float64(x.Spend) / float64(x.Impressions)), math.Log(float64(x.Clicks) / float64(x.Impressions))}
		if n := len(c.days); n > 0 {
			moves = append(moves, math.Abs(d.cost-c.days[n-1].cost))
		}
		c.days = append(c.days, d)
		c.cost = append(c.cost, c.cost[len(c.cost)-1]+d.cost)
		c.ctr = append(c.ctr, c.ctr[len(c.ctr)-1]+d.ctr)
	}
	if len(c.days) < 2*stepSide {
		return nil
	}
	// The noise of a day is told by moves from one day to the next, of which a
	// step is only one: their median ÷ (0.6745 · √2).
	slices.Sort(moves)
	noise := max(moves[len(moves)/2]/0.9539, stepNoise)
	c.weight = 1 / (noise * noise)
	return c
}

// PowerOfTen reports whether a ratio is 10, 100, 1000… or one of them upside
// down, within what the costs of two periods differ by anyway.
func PowerOfTen(ratio float64) (k int, ok bool) {
	x := math.Log10(ratio)
	k = int(math.Round(x))
	slack := 0.2
	if k == 1 || k == -1 {
		slack = 0.1
	}
	return k, k != 0 && math.Abs(x-float64(k)) <= slack
}

// Problem is the step in words.
func (s Step) Problem() Problem {
	on := locale.Text{EN: locale.EN.DayLong(s.Day), FR: locale.FR.DayLong(s.Day)}
	var x Problem
	if k, ok := PowerOfTen(s.Ratio); ok {
		x = Found("amounts-scale", say("from %s on, an impression and a click cost %s than before, at the same click-through rate: the decimals or the unit of the amounts are not the same on all days",
			"à partir du %s, une impression et un clic coûtent %s qu’avant, à taux de clic égal\u00a0: les décimales ou l’unité des montants ne sont pas les mêmes tous les jours", on, Times(k)))
	} else {
		percent := func(l locale.Lang) string {
			if s.Ratio > 1 {
				return l.Percent(s.Ratio-1, 0) + locale.Text{EN: " more", FR: " de plus"}.In(l)
			}
			return l.Percent(1-s.Ratio, 0) + locale.Text{EN: " less", FR: " de moins"}.In(l)
		}
		x = Found("unit-step", say("from %s on, an impression and a click cost %s in %s, from one day to the next and at the same click-through rate: did the currency change, or the tax?",
			"à partir du %s, une impression et un clic coûtent %s dans %s, d’un jour à l’autre et à taux de clic égal\u00a0: la devise ou la taxe a-t-elle changé\u00a0?",
			on, locale.Text{EN: percent(locale.EN), FR: percent(locale.FR)}, countOf(int64(s.Campaigns), "campaign", "campaigns", "campagne", "campagnes")))
	}
	x.FirstDay, x.LastDay = s.Day, s.Day
	return x
}

// Times writes a power of ten: 100 times more, 1,000 times less.
func Times(k int) locale.Text {
	n := int64(1)
	for range max(k, -k) {
		n *= 10
	}
	if k > 0 {
		return locale.Text{EN: locale.EN.Int(n) + " times more", FR: locale.FR.Int(n) + " fois plus"}
	}
	return locale.Text{EN: locale.EN.Int(n) + " times less", FR: locale.FR.Int(n) + " fois moins"}
}
