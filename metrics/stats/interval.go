package stats

import (
	"math"
	"sync/atomic"

	"gonum.org/v1/gonum/mathext"
	"gonum.org/v1/gonum/stat/distuv"
)

// Wilson is the score interval of a proportion x ÷ n (Wilson 1927; Newcombe
// 1998, method 3). With effective counts (x÷φ, n÷φ) it holds for over-dispersed
// days. It needs x ≤ n; at x = 0 or n it stays inside [0, 1].
func Wilson(x, n, conf float64) Estimate {
	switch {
	case !amounts(x, n) || !proper(conf, 1) || x > n:
		return nothing(BadInput)
	case n == 0:
		return nothing(NoExposure)
	}
	p, z := x/n, normal(conf)
	mid := (p + z*z/(2*n)) / (1 + z*z/n)
	half := z / (1 + z*z/n) * math.Sqrt(p*(1-p)/n+z*z/(4*n*n))
	e := Estimate{Value: p, Low: max(0, mid-half), High: min(1, mid+half)}
	if x == 0 {
		e.Low = 0
	}
	if x == n {
		e.High = 1
	}
	return e
}

// Rate is the interval of events for each trial (CTR, CVR) from counts and
// their dispersion: Wilson on effective counts. Where there are more events
// than trials (several conversions for one click) they are not a proportion,
// and the quasi-gamma interval of a rate is used instead. Under MinEvents
// events the Warning says not to judge it.
func Rate(x, n, phi, conf float64) Estimate {
	if !amounts(x, n) || !proper(conf, phi) {
		return nothing(BadInput)
	}
	if n == 0 {
		return nothing(NoExposure)
	}
	var e Estimate
	if x <= n {
		e = Wilson(x/phi, n/phi, conf)
	} else {
		low, high := gammaBounds(x, phi, conf)
		e = Estimate{Value: x / n, Low: low / n, High: high / n}
	}
	return few(e, x)
}

// CostPer is the interval of money ÷ count (CPA, CPC) when the money is known
// exactly and the count is quasi-Poisson: count ÷ money ~ Gamma(count/φ + ½,
// money/φ), and the cost is its reciprocal. With φ = 1 it is the Jeffreys
// interval of a Poisson rate. Without an event there is no value: see
// CostAtLeast. Under MinEvents events the Warning says not to judge it.
func CostPer(money, count, phi, conf float64) Estimate {
	switch {
	case !amounts(money, count) || !proper(conf, phi):
		return nothing(BadInput)
	case count == 0:
		return nothing(NoEvents)
	}
	low, high := gammaBounds(count, phi, conf)
	return few(Estimate{Value: money / count, Low: money / high, High: money / low}, count)
}

// CostAtLeast is what one event costs at the least, at 95 %, when not one was
// seen: money ÷ (3φ), the rule of three (Hanley & Lippman-Hand 1983).
func CostAtLeast(money, phi float64) float64 {
	if !amounts(money) || !proper(Confidence, phi) {
		return math.NaN()
	}
	return money / (3 * phi)
}

// gammaBounds are the bounds of a quasi-Poisson mean after seeing a count.
func gammaBounds(count, phi, conf float64) (low, high float64) {
	a := count/phi + 0.5
	low, high = remembered(a, 0, conf, func() (low, high float64) {
		q := func(p float64) float64 { return guard(func() float64 { return mathext.GammaIncRegInv(a, p) }) }
		return q((1 - conf) / 2), q((1 + conf) / 2)
	})
	return phi * low, phi * high
}

// quantiles are two exact bounds and what they were worked out from.
type quantiles struct{ a, b, conf, low, high float64 }

// seenQuantiles are some that were worked out: the rows of a frame repeat small
// counts, and the two bounds take longer than all else of a row. Each place holds
// the last that fell on it.
var seenQuantiles [1 << 13]atomic.Pointer[quantiles]

// remembered works two bounds out, or finds that they were: those of a Gamma
// variable of shape a where b is 0, of a share a of b where it is not.
func remembered(a, b, conf float64, work func() (low, high float64)) (low, high float64) {
	const odd = 0x9e3779b97f4a7c15
	hash := ((math.Float64bits(a)*odd^math.Float64bits(b))*odd ^ math.Float64bits(conf)) * odd
	place := &seenQuantiles[hash>>(64-13)]
	if q := place.Load(); q != nil && q.a == a && q.b == b && q.conf == conf {
		return q.low, q.high
	}
	low, high = work()
	place.Store(&quantiles{a, b, conf, low, high})
	return low, high
}

func few(e Estimate, events float64) Estimate {
	switch {
	case math.IsNaN(e.Low) || math.IsNaN(e.High):
		e.Warning = Warning{Code: NotNumeric}
	case events < MinEvents:
		e.Warning = Warning{FewEvents, MinEvents, events}
	}
	return e
}

// exactShare is the Clopper–Pearson interval of a proportion (Clopper &
// Pearson 1934), with Beta quantiles so that fractional counts are taken too.
func exactShare(x, n, conf float64) (low, high float64) {
	return remembered(x, n, conf, func() (low, high float64) {
		a := (1 - conf) / 2
		high = 1
		if x > 0 {
			low = guard(func() float64 { return mathext.InvRegIncBeta(x, n-x+1, a) })
		}
		if x < n {
			high = guard(func() float64 { return mathext.InvRegIncBeta(x+1, n-x, 1-a) })
		}
		return low, high
	})
}

// Sums holds what a ratio of two daily sums needs to know of its days. X is
// the denominator and Y the numerator, in units.
type Sums struct {
	D                int
	X, Y, XX, YY, XY float64
}

// Add counts a day.
func (s *Sums) Add(x, y float64) {
	s.D++
	s.X += x
	s.Y += y
	s.XX += x * x
	s.YY += y * y
	s.XY += x * y
}

// relative is the relative standard error of ΣY ÷ ΣX.
func (s Sums) relative() float64 {
	r, d := s.Y/s.X, float64(s.D)
	squares := max(0, s.YY-2*r*s.XY+r*r*s.XX)
	return math.Sqrt(d/(d-1)*squares) / s.X / r
}

func (s Sums) check() Warning {
	switch {
	case !amounts(s.X, s.Y, s.XX, s.YY, s.XY):
		return Warning{Code: BadInput}
	case s.X == 0:
		return Warning{Code: NoExposure}
	case s.Y == 0:
		return Warning{Code: NoEvents}
	case s.D < MinDays:
		return Warning{FewDays, MinDays, float64(s.D)}
	}
	return Warning{}
}

// Ratio is the interval of money ÷ money, or of any ratio of two daily sums
// (CPM, ROAS, AOV): R = ΣY/ΣX, each day's error e = y − R·x, se = √(D/(D−1)·Σe²)
// ÷ ΣX, and the interval R·exp(±t·se/R) with D−1 degrees of freedom (delta
// method on the log scale; Cochran 1977, 6.3). It needs MinDays days; one huge
// order or days that follow each other make it too short.
func (s Sums) Ratio(conf float64) Estimate {
	e := Estimate{Value: math.NaN(), Low: math.NaN(), High: math.NaN(), Warning: s.check()}
	if e.Warning.Code == BadInput || !proper(conf, 1) {
		return nothing(BadInput)
	}
	if s.X > 0 {
		e.Value = s.Y / s.X
	}
	if !e.Warning.None() {
		return e
	}
	k := math.Exp(student(conf, float64(s.D-1)) * s.relative())
	if e.Low, e.High = e.Value/k, e.Value*k; math.IsNaN(e.Low) || math.IsNaN(e.High) {
		e.Warning.Code = NotNumeric
	}
	return e
}

// student is the two-sided quantile of Student's t.
func student(conf, free float64) float64 {
	return guard(func() float64 {
		return distuv.StudentsT{Mu: 0, Sigma: 1, Nu: free}.Quantile((1 + conf) / 2)
	})
}
