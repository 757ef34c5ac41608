package stats

import (
	"cmp"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Belief is what is known of a rate after counting: the law of a proportion
// (Beta) or of events for each unit of exposure (Gamma). The zero Belief knows
// nothing and is refused.
type Belief struct {
	// A and B are the parameters: A−1 events and B−1 misses of a proportion; A
	// events in B units of exposure of a rate.
	A, B float64
	Rate bool // Gamma instead of Beta
}

// Jeffreys is the prior of a proportion that knows nothing: Beta(½, ½).
var Jeffreys = Belief{A: 0.5, B: 0.5}

// After is the belief after x events in n trials or units of exposure, with
// effective counts: A + x/φ, and B + (n−x)/φ for a proportion, B + n/φ for a
// rate. Bad input gives the zero Belief.
func (b Belief) After(x, n, phi float64) Belief {
	if !amounts(x, n) || !proper(Confidence, phi) || !b.Rate && x > n {
		return Belief{}
	}
	if !b.Rate {
		n -= x
	}
	return Belief{A: b.A + x/phi, B: b.B + n/phi, Rate: b.Rate}
}

// known reports a law that can be computed with.
func (b Belief) known() bool {
	return b.A > 0 && b.B > 0 && b.A <= maxMean && b.B <= 1e18
}

// Mean is A ÷ (A+B) of a proportion, A ÷ B of a rate; 0 of the zero Belief.
func (b Belief) Mean() float64 {
	switch {
	case !b.known():
		return 0
	case b.Rate:
		return b.A / b.B
	}
	return b.A / (b.A + b.B)
}

// Interval is the mean and the central interval.
func (b Belief) Interval(conf float64) Estimate {
	if !b.known() || !proper(conf, 1) {
		return nothing(BadInput)
	}
	q := func(p float64) float64 {
		return guard(func() float64 {
			if b.Rate {
				return mathext.GammaIncRegInv(b.A, p) / b.B
			}
			return mathext.InvRegIncBeta(b.A, b.B, p)
		})
	}
	e := Estimate{Value: b.Mean(), Low: q((1 - conf) / 2), High: q((1 + conf) / 2)}
	if math.IsNaN(e.Low) || math.IsNaN(e.High) {
		e.Warning.Code = NotNumeric
	}
	return e
}

// below is P(rate ≤ x).
func (b Belief) below(x float64) float64 {
	return guard(func() float64 {
		if b.Rate {
			return mathext.GammaIncReg(b.A, b.B*x)
		}
		return mathext.RegIncBeta(b.A, b.B, min(1, x))
	})
}

// Draw draws a rate.
func (b Belief) Draw(rng *rand.Rand) float64 {
	switch {
	case !b.known():
		return math.NaN()
	case b.Rate:
		return distuv.Gamma{Alpha: b.A, Beta: b.B, Src: rng}.Rand()
	}
	return distuv.Beta{Alpha: b.A, Beta: b.B, Src: rng}.Rand()
}

// The integrals run over t = logit(x) of a proportion and t = ln(x) of a rate:
// there the density has one peak and falls off on both sides whatever the
// parameters, while in x it is infinite at 0 for A < 1.

func (b Belief) value(t float64) (x, slope float64) { // x and dx/dt
	if b.Rate {
		x = math.Exp(t)
		return x, x
	}
	x = 1 / (1 + math.Exp(-t))
	return x, x / (1 + math.Exp(t))
}

// log is the logarithm of the density at t.
func (b Belief) log(t float64) float64 {
	la, _ := math.Lgamma(b.A)
	if b.Rate {
		return b.A*(t+math.Log(b.B)) - b.B*math.Exp(t) - la
	}
	lb, _ := math.Lgamma(b.B)
	lab, _ := math.Lgamma(b.A + b.B)
	e := math.Log1p(math.Exp(-math.Abs(t))) // ln(1+eᵗ) = e + max(t, 0)
	return lab - la - lb + b.A*t - (b.A+b.B)*(e+max(t, 0))
}

// reach is the range of t outside which the density is below e⁻⁴⁰ of its peak.
func (b Belief) reach() (low, high float64) {
	peak := math.Log(b.A / b.B)
	top := b.log(peak)
	side := func(sign float64) float64 {
		near, far := 0.0, 1e-6
		for b.log(peak+sign*far) > top-40 && far < 1e6 {
			near, far = far, 2*far
		}
		for range 20 {
			if mid := (near + far) / 2; b.log(peak+sign*mid) > top-40 {
				near = mid
			} else {
				far = mid
			}
		}
		return peak + sign*far
	}
	return side(-1), side(+1)
}

// Choice says which of several arms is likely best, and what choosing one
// would cost if it is not.
type Choice struct {
	Best []float64 // for each arm, the probability that its rate is the highest; they sum to 1
	Loss []float64 // for each arm, the mean shortfall from the highest rate, in units of the rate
	Lead int       // the arm with the least loss; -1 if there is none
	// Decided: the lead is best with MinBest and costs at most MaxLoss of its
	// own rate on average if it is not.
	Decided bool
	Warning Warning
}

// MinBest and MaxLoss decide between arms.
const (
	MinBest = 0.90
	MaxLoss = 0.01 // of the lead's mean
)

// MinArmEvents and MinArmDays are what an arm needs before it is judged;
// MinArmClicks stands for MinArmEvents where the events are clicks.
const (
	MinArmEvents = 25 // effective: divided by the dispersion
	MinArmClicks = 100
	MinArmDays   = 7 // whole days
)

// MaxArms bounds the time that a choice takes.
const MaxArms = 50

// BadArms says that arms cannot be compared: fewer than two or more than
// MaxArms, or proportions beside rates. Need and Has count arms.
const BadArms Code = "bad-arms"

// Choose compares arms by their beliefs: P(best)ⱼ = ∫fⱼ·Πᵢ≠ⱼFᵢ and the expected
// loss E[max] − E[θⱼ] = ∫(Fⱼ − ΠFᵢ), which for two arms is ∫Fⱼ(1−Fᵢ) (Miller
// 2010; Stucchio 2015). Gauss–Legendre over the reach of all densities, good
// to 1e-9. For a cost compare the rates that it is the reciprocal of: the
// highest rate is the lowest cost, and Loss is a share of the rate.
//
// It takes the split of traffic as random. Where a platform sends people to
// the presumed winner, audiences differ and no probability repairs that; nor
// does it allow for stopping as soon as it looks good. Data enough is for the
// caller to ask: see MinArmEvents, MinArmDays and DaysNeeded.
func Choose(arms []Belief) Choice {
	c := Choice{Lead: -1}
	if len(arms) < 2 || len(arms) > MaxArms {
		c.Warning = Warning{BadArms, 2, float64(len(arms))}
		return c
	}
	type span struct{ low, high float64 }
	spans := make([]span, len(arms))
	var points []float64
	for j, b := range arms {
		switch {
		case !b.known():
			c.Warning.Code = BadInput
			return c
		case b.Rate != arms[0].Rate:
			c.Warning.Code = BadArms
			return c
		}
		low, high := b.reach()
		spans[j] = span{low, high}
		for k := range panels + 1 {
			points = append(points, low+(high-low)*float64(k)/panels)
		}
	}
	// Where many arms overlap the panels of the narrowest will do.
	slices.Sort(points)
	cuts := points[:1]
	for _, t := range points[1 : len(points)-1] {
		width := math.Inf(1)
		for _, s := range spans {
			if s.low <= t && t <= s.high {
				width = min(width, (s.high-s.low)/panels)
			}
		}
		if t-cuts[len(cuts)-1] >= 0.7*width {
			cuts = append(cuts, t)
		}
	}
	cuts = append(cuts, points[len(points)-1])
	c.Best, c.Loss = make([]float64, len(arms)), make([]float64, len(arms))
	below := make([]float64, len(arms))
	for k := 1; k < len(cuts); k++ {
		from, to := cuts[k-1], cuts[k]
		for parts := math.Ceil(to - from); from < to; { // a gap between arms, in steps of at most 1
			step := (cuts[k] - cuts[k-1]) / parts
			end := min(to, from+step)
			if to-end < step/2 {
				end = to
			}
			half, mid := (end-from)/2, (end+from)/2
			for i, node := range legendreNodes {
				t, w := mid+half*node, half*legendreWeights[i]
				x, slope := arms[0].value(t)
				product := 1.0
				for j, b := range arms {
					switch {
					case t <= spans[j].low:
						below[j] = 0
					case t >= spans[j].high:
						below[j] = 1
					default:
						below[j] = b.below(x)
					}
					product *= below[j]
				}
				for j, b := range arms {
					if t > spans[j].low && t < spans[j].high {
						others := 1.0
						for i, f := range below {
							if i != j {
								others *= f
							}
						}
						c.Best[j] += w * math.Exp(b.log(t)) * others
					}
					c.Loss[j] += w * slope * (below[j] - product)
				}
			}
			from = end
		}
	}
	total := 0.0
	for j := range arms {
		total += c.Best[j]
		c.Loss[j] = max(0, c.Loss[j])
	}
	if !(math.Abs(total-1) < 1e-6) || !finite(c.Loss...) {
		return Choice{Lead: -1, Warning: Warning{Code: NotNumeric}}
	}
	for j := range arms {
		c.Best[j] /= total
	}
	c.Lead = 0
	for j := range arms {
		if c.Loss[j] < c.Loss[c.Lead] {
			c.Lead = j
		}
	}
	c.Decided = c.Best[c.Lead] >= MinBest && c.Loss[c.Lead] < MaxLoss*arms[c.Lead].Mean()
	return c
}

// panels is the number of pieces that the reach of one density is cut into.
const panels = 40

// Gauss–Legendre nodes and weights on [-1, 1], 16 points.
var legendreNodes, legendreWeights = legendre(16)

// legendre finds the roots of the Legendre polynomial by Newton's method
// (Abramowitz & Stegun 25.4.29).
func legendre(n int) (nodes, weights []float64) {
	for i := range n {
		x := math.Cos(math.Pi * (float64(i) + 0.75) / (float64(n) + 0.5))
		var slope float64
		for range 100 {
			p0, p1 := 1.0, x
			for k := 2; k <= n; k++ {
				p0, p1 = p1, (float64(2*k-1)*x*p1-float64(k-1)*p0)/float64(k)
			}
			slope = float64(n) * (x*p1 - p0) / (x*x - 1)
			step := p1 / slope
			x -= step
			if math.Abs(step) < 1e-16 {
				break
			}
		}
		nodes = append(nodes, x)
		weights = append(weights, 2/((1-x*x)*slope*slope))
	}
	return nodes, weights
}

// Draws is how many times an uncertain ranking is drawn.
const Draws = 4000

// Place is where one of several stands by a rate that is not known exactly.
type Place struct {
	Rate Estimate // mean and interval of its belief
	// Rank 1 is the highest rate. Rank is by the mean; First and Last hold the
	// rank with the confidence asked.
	Rank        int
	First, Last int
	Top3        float64 // probability of being among the three highest
}

// Unranked says that the first two cannot be told apart: either's possible
// ranks hold the other's.
const Unranked Code = "unranked"

// Rank places rates by their means and says how sure each place is, from Draws
// joint draws: sort by these, never by raw rates. The Warning Unranked says
// that no order should be claimed; BadArms that there is nothing to order. The
// draws take time: some 4,000 × the number of beliefs.
func Rank(beliefs []Belief, conf float64, rng *rand.Rand) ([]Place, Warning) {
	k := len(beliefs)
	if k < 2 {
		return nil, Warning{BadArms, 2, float64(k)}
	}
	out := make([]Place, k)
	order := make([]int, k)
	for i, b := range beliefs {
		if !b.known() || b.Rate != beliefs[0].Rate || !proper(conf, 1) {
			return nil, Warning{Code: BadInput}
		}
		out[i].Rate = b.Interval(conf)
		order[i] = i
	}
	slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(out[b].Rate.Value, out[a].Rate.Value) })
	for r, i := range order {
		out[i].Rank = r + 1
	}
	ranks := make([][]float64, k)
	drawn, by := make([]float64, k), slices.Clone(order)
	for range Draws {
		for i, b := range beliefs {
			drawn[i] = b.Draw(rng)
		}
		slices.SortFunc(by, func(a, b int) int { return cmp.Compare(drawn[b], drawn[a]) })
		for r, i := range by {
			ranks[i] = append(ranks[i], float64(r+1))
			if r < 3 {
				out[i].Top3 += 1.0 / Draws
			}
		}
	}
	for i := range out {
		slices.Sort(ranks[i])
		out[i].First = int(Quantile(ranks[i], (1-conf)/2))
		out[i].Last = int(math.Ceil(Quantile(ranks[i], (1+conf)/2)))
		out[i].Top3 = min(1, out[i].Top3)
	}
	a, b := out[order[0]], out[order[1]]
	inside := func(x, y Place) bool { return y.First <= x.First && x.Last <= y.Last }
	if inside(a, b) || inside(b, a) {
		return out, Warning{Code: Unranked}
	}
	return out, Warning{}
}
