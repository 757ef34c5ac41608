// Package stats holds the statistics of Vigie: small pure functions over
// numbers that say how much a figure can bear.
//
// It decides how noise is measured. Daily advertising data are over-dispersed,
// so every count is divided by its dispersion before it meets a formula; money
// over money gets its error from the days themselves. What limits a result is
// returned beside it as a Warning, never printed and never a panic. A result
// that a Warning withholds is 0, but for an Estimate or a Comparison, whose
// parts are then NaN. Counts are in units (12.5 conversions), not in
// millionths; money may be in any unit, and its results are in the same.
//
// Each comment gives the formula, its source, the data it needs and when it
// fails. References with their published numbers are in testdata/stats.
package stats

import (
	"math"

	"gonum.org/v1/gonum/stat/distuv"
)

// Code names what limits a result.
type Code string

// The codes. A Warning's Need and Has are in the unit of the code.
const (
	BadInput   Code = "bad-input"   // negative, not a number, or out of range
	NoExposure Code = "no-exposure" // nothing to divide by
	NoEvents   Code = "no-events"   // not one event: only a bound can be given
	FewEvents  Code = "few-events"  // fewer events than the method needs
	FewDays    Code = "few-days"    // fewer days than the method needs
	TooFar     Code = "too-far"     // a forecast longer than the history allows
	NotNumeric Code = "not-numeric" // the computation did not converge
)

// Warning says what limits a result; the zero Warning says that nothing does.
type Warning struct {
	Code Code    `json:"code,omitempty"`
	Need float64 `json:"need,omitempty"`
	Has  float64 `json:"has,omitempty"`
}

// None reports that nothing limits the result.
func (w Warning) None() bool { return w.Code == "" }

// Estimate is a value and its two-sided interval. A value or a bound that does
// not exist is NaN; the Warning then says why. A result may carry a Warning
// and an interval at once: it is computed, but should not be judged.
type Estimate struct {
	Value, Low, High float64
	Warning          Warning
}

// nothing is the result of a computation that cannot be made.
func nothing(code Code) Estimate {
	return Estimate{math.NaN(), math.NaN(), math.NaN(), Warning{Code: code}}
}

// Confidence is the confidence of every interval unless said otherwise.
const Confidence = 0.90

// MinEvents is the count below which a rate or a cost is not judged.
const MinEvents = 5

// MinDays is the number of days below which days are too few to measure noise.
const MinDays = 5

// guard runs a function of gonum, which panics on arguments out of range, and
// turns the panic into NaN.
func guard(f func() float64) (v float64) {
	defer func() {
		if recover() != nil {
			v = math.NaN()
		}
	}()
	return f()
}

// amounts reports that all values are finite and not negative.
func amounts(vs ...float64) bool {
	for _, v := range vs {
		if !(v >= 0) || math.IsInf(v, 0) {
			return false
		}
	}
	return true
}

// proper reports a usable confidence, not so near 1 that no quantile is left,
// and a usable dispersion.
func proper(conf, phi float64) bool {
	return conf > 0 && (1+conf)/2 < 1 && phi > 0 && !math.IsInf(phi, 0)
}

// normal is the two-sided standard normal quantile: 1.645 for 0.90.
func normal(conf float64) float64 { return distuv.UnitNormal.Quantile((1 + conf) / 2) }
