package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"
)

// Unfit says that a budget cannot be spent within the bounds: Need is the
// nearest that can, Has the budget.
const Unfit Code = "unfit"

// Channel is one that takes part of a budget. At a spend S its conversions are
// Yield·(S/Spend)^Beta.
type Channel struct {
	Spend, Yield float64 // of a day (or any period) at present
	Beta, BetaSD float64 // elasticity, see ElasticityOf
	Low, High    float64 // what it may spend
	Events, Phi  float64 // conversions that Yield was measured on, and their dispersion
}

// Conversions is what the channel brings at a spend.
func (c Channel) Conversions(spend float64) float64 { return c.respond(spend, c.Yield, c.Beta) }

func (c Channel) respond(spend, yield, beta float64) float64 {
	return yield * math.Pow(spend/c.Spend, beta)
}

// Marginal is the conversions that one more unit of money would bring at a
// spend: Beta·conversions/spend. The marginal cost is its reciprocal, which is
// the average cost ÷ Beta.
func (c Channel) Marginal(spend float64) float64 {
	if !(spend > 0) {
		spend = 1e-9 * c.Spend
	}
	return c.Beta * c.Conversions(spend) / spend
}

func (c Channel) proper() bool {
	return amounts(c.Yield, c.Low, c.High, c.BetaSD, c.Events) && c.Spend > 0 && !math.IsInf(c.Spend, 0) && c.Low <= c.High &&
		c.Beta > 0 && c.Beta <= 1 && proper(Confidence, c.Phi)
}

// Allocation is a budget shared out.
type Allocation struct {
	Spend       []float64
	Conversions float64
	Marginal    float64 // conversions for one more unit of money; 0 if Unfit
	Warning     Warning
}

// Allocate shares a budget out so that conversions are most: the channels that
// are not at a bound have the same marginal return (Karush, Kuhn and Tucker),
// found by bisection. Channels with Beta 1 have a straight line: they fill up
// one after the other.
//
// A budget that does not fit within the bounds gives the nearest allocation
// and the Warning Unfit. The elasticities hold near the spend seen: bounds
// further than 20 to 50 % from it are not supported by data.
func Allocate(channels []Channel, budget float64) Allocation {
	least, most := 0.0, 0.0
	for _, c := range channels {
		if !c.proper() {
			return Allocation{Warning: Warning{Code: BadInput}}
		}
		least += c.Low
		most += c.High
	}
	if len(channels) == 0 || !amounts(budget) || !amounts(most) {
		return Allocation{Warning: Warning{Code: BadInput}}
	}
	at := func(log float64) (spend []float64, total float64) {
		for _, c := range channels {
			// Beta·Yield/Spend·(S/Spend)^(Beta−1) = λ, solved for S.
			s := c.Low
			if c.Yield > 0 {
				gap := math.Log(c.Beta*c.Yield/c.Spend) - log
				switch {
				case c.Beta < 1:
					s = c.Spend * math.Exp(min(700, gap/(1-c.Beta)))
				case gap > 0:
					s = c.High
				}
			}
			s = min(c.High, max(c.Low, s))
			spend, total = append(spend, s), total+s
		}
		return spend, total
	}
	low, high := -700.0, 700.0 // of ln λ: all at most, all at least
	for range 100 {
		mid := (low + high) / 2
		if _, total := at(mid); total > budget {
			low = mid
		} else {
			high = mid
		}
	}
	// Where a straight line jumps, the budget lies between the two ends.
	more, a := at(low)
	less, b := at(high)
	share := 0.0
	if a > b {
		share = min(1, max(0, (budget-b)/(a-b)))
	}
	out := Allocation{Marginal: math.Exp((low + high) / 2)}
	for i, c := range channels {
		s := less[i] + share*(more[i]-less[i])
		out.Spend = append(out.Spend, s)
		out.Conversions += c.Conversions(s)
	}
	switch {
	case math.IsNaN(out.Conversions) || math.IsInf(out.Conversions, 0) || math.IsInf(out.Marginal, 0):
		return Allocation{Warning: Warning{Code: NotNumeric}}
	case budget < least*(1-1e-12):
		out.Marginal, out.Warning = 0, Warning{Unfit, least, budget}
	case budget > most*(1+1e-12):
		out.Marginal, out.Warning = 0, Warning{Unfit, most, budget}
	}
	return out
}

// AllocateSteps shares a budget out among responses of any shape, in steps of
// equal size from each one's low: the next money goes where the best run of
// steps brings most for each (the concave envelope), so that a response that
// starts slowly (the shape of an S) is entered as far as it pays or not at all.
// Left over is what no run of steps could use or afford. The step should be
// about a hundredth of the budget.
func AllocateSteps(responses []func(spend float64) float64, low, high []float64, budget, step float64) (spend []float64, left float64, w Warning) {
	if len(low) != len(responses) || len(high) != len(responses) || !amounts(low...) || !amounts(high...) || !amounts(budget) ||
		!(step > 0) || !(budget/step < 1e5) {
		return nil, 0, Warning{Code: BadInput}
	}
	spend, left = slices.Clone(low), budget
	for i := range low {
		if left -= low[i]; low[i] > high[i] {
			return nil, 0, Warning{Code: BadInput}
		}
	}
	if left < -1e-9*budget {
		return slices.Clone(low), 0, Warning{Unfit, budget - left, budget}
	}
	for {
		which, run, best := -1, 0, 0.0
		for i, f := range responses {
			here := f(spend[i])
			for k := 1; float64(k)*step <= left*(1+1e-12) && spend[i]+float64(k)*step <= high[i]*(1+1e-12); k++ {
				if gain := (f(spend[i]+float64(k)*step) - here) / float64(k); gain > best*(1+1e-12) {
					which, run, best = i, k, gain
				}
			}
		}
		if which < 0 {
			return spend, max(0, left), Warning{}
		}
		spend[which] += float64(run) * step
		left -= float64(run) * step
	}
}

// Gain is what a decision brings compared with doing nothing, which brings 0.
type Gain struct {
	Mean, Low, High float64
	Prob            float64 // that it is above 0
	Tail            float64 // mean of the worst tenth of the draws
	Warning         Warning
}

// GainOf sums draws of a gain up. It needs a hundred of them; those that are
// not finite are refused.
func GainOf(draws []float64, conf float64) Gain {
	const least = 100
	if len(draws) < least || !proper(conf, 1) {
		return Gain{Warning: Warning{BadInput, least, float64(len(draws))}}
	}
	s := slices.Clone(draws)
	slices.Sort(s)
	if math.IsNaN(s[0]) || math.IsInf(s[0], 0) || math.IsInf(s[len(s)-1], 0) {
		return Gain{Warning: Warning{Code: NotNumeric}}
	}
	var g Gain
	n := float64(len(s))
	for i, v := range s {
		g.Mean += v / n
		if v > 0 {
			g.Prob++
		}
		if i < len(s)/10 {
			g.Tail += v / float64(len(s)/10)
		}
	}
	g.Prob /= n
	g.Low, g.High = Quantile(s, (1-conf)/2), Quantile(s, (1+conf)/2)
	return g
}

// DrawMove draws n times the conversions that one and the same move of budget
// adds: each channel's yield from what its count tells (DrawMean), its
// elasticity from N(Beta, BetaSD) within ElasticityLeast and ElasticityMost.
// What is uncertain about a channel at its present spend cancels out.
func DrawMove(channels []Channel, to []float64, n int, rng *rand.Rand) ([]float64, Warning) {
	if len(to) != len(channels) || !amounts(to...) || n < 0 {
		return nil, Warning{Code: BadInput}
	}
	for _, c := range channels {
		if !c.proper() {
			return nil, Warning{Code: BadInput}
		}
		if c.Events == 0 {
			return nil, Warning{Code: NoEvents}
		}
	}
	draws := make([]float64, n)
	for k := range draws {
		for i, c := range channels {
			yield := c.Yield * DrawMean(rng, c.Events, c.Phi) / c.Events
			beta := min(ElasticityMost, max(ElasticityLeast, c.Beta+c.BetaSD*rng.NormFloat64()))
			draws[k] += c.respond(to[i], yield, beta) - yield
		}
		if math.IsNaN(draws[k]) || math.IsInf(draws[k], 0) {
			return nil, Warning{Code: NotNumeric}
		}
	}
	return draws, Warning{}
}

// Flip looks for the value of an assumption, nearest to the one made, at which
// a decision turns: where the gain changes its sign between low and high. It
// is found to a thousandth of the range; false says that the decision stands
// over all of it.
func Flip(gain func(assumption float64) float64, made, low, high float64) (float64, bool) {
	if !(low < high) || !(made >= low) || !(made <= high) || math.IsInf(low, 0) || math.IsInf(high, 0) {
		return 0, false
	}
	const cells = 50
	positive := gain(made) > 0
	best, found := 0.0, false
	for _, end := range []float64{low, high} {
		before := made
		for k := 1; k <= cells; k++ {
			v := made + (end-made)*float64(k)/cells
			if (gain(v) > 0) == positive {
				before = v
				continue
			}
			in, out := before, v
			for math.Abs(out-in) > (high-low)/1000 {
				if mid := (in + out) / 2; (gain(mid) > 0) == positive {
					in = mid
				} else {
					out = mid
				}
			}
			if !found || math.Abs(out-made) < math.Abs(best-made) {
				best, found = out, true
			}
			break
		}
	}
	return best, found
}

// Option is something that could be done. All options of a choice hold as many
// draws, made together: draw k of each is the same state of the world. Doing
// nothing is an option like the others, with draws of 0.
type Option struct {
	Draws []float64 // gain compared with doing nothing, in money
	Hours float64   // of work
}

// Judged is an option compared with the others.
type Judged struct {
	Option int // its position
	Gain
	Score     float64 // Mean − cost·Hours + risk·min(0, Tail)
	Dominated bool    // another is no worse in gain, work and risk, and better in one
}

// Arbitrate ranks options: those that are not dominated first, then by the mean
// gain less the work at the cost of an hour, less what the worst tenth of
// cases loses times an aversion to risk (0: none). Information is what knowing
// the truth beforehand would be worth: E[max] − max E; waiting and testing is
// worth at most that much.
func Arbitrate(options []Option, hour, risk float64) (ranked []Judged, information float64, w Warning) {
	if len(options) == 0 || !amounts(hour, risk) {
		return nil, 0, Warning{Code: BadInput}
	}
	n := len(options[0].Draws)
	for i, o := range options {
		g := GainOf(o.Draws, Confidence)
		if len(o.Draws) != n || !amounts(o.Hours) || !g.Warning.None() {
			return nil, 0, Warning{Code: BadInput}
		}
		ranked = append(ranked, Judged{Option: i, Gain: g, Score: g.Mean - hour*o.Hours + risk*min(0, g.Tail)})
	}
	for i := range ranked {
		for j := range ranked {
			a, b := ranked[i], ranked[j]
			ha, hb := options[i].Hours, options[j].Hours
			if b.Mean >= a.Mean && hb <= ha && b.Tail >= a.Tail && (b.Mean > a.Mean || hb < ha || b.Tail > a.Tail) {
				ranked[i].Dominated = true
			}
		}
	}
	net := func(i, k int) float64 { return options[i].Draws[k] - hour*options[i].Hours }
	best := math.Inf(-1)
	for i, o := range options {
		best = max(best, ranked[i].Mean-hour*o.Hours)
	}
	for k := range n {
		most := math.Inf(-1)
		for i := range options {
			most = max(most, net(i, k))
		}
		information += most / float64(n)
	}
	slices.SortStableFunc(ranked, func(a, b Judged) int {
		if a.Dominated != b.Dominated {
			if a.Dominated {
				return 1
			}
			return -1
		}
		return cmp.Compare(b.Score, a.Score)
	})
	return ranked, max(0, information-best), Warning{}
}
