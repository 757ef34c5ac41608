package stats

import (
	"crypto/sha256"
	"encoding/binary"
	"math"
	"math/rand/v2"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Rand is a generator seeded by names (report, scope, analysis): the same
// names give the same draws on every machine, and adding an analysis changes
// none of the others.
func Rand(names ...string) *rand.Rand {
	h := sha256.New()
	for _, n := range names {
		h.Write(binary.BigEndian.AppendUint64(nil, uint64(len(n))))
		h.Write([]byte(n))
	}
	s := h.Sum(nil)
	return rand.New(rand.NewPCG(binary.BigEndian.Uint64(s), binary.BigEndian.Uint64(s[8:])))
}

// DrawMean draws the mean of a quasi-Poisson count after seeing it: φ times
// Gamma(count/φ + ½), the posterior that CostPer takes its bounds from.
func DrawMean(rng *rand.Rand, count, phi float64) float64 {
	if !amounts(count) || !proper(Confidence, phi) {
		return math.NaN()
	}
	return phi * distuv.Gamma{Alpha: count/phi + 0.5, Beta: 1, Src: rng}.Rand()
}

// Bars gives the central interval of each of k values over n draws of all of
// them at once; draw fills its argument. A draw that is not finite is left out
// of its value's interval.
func Bars(n, k int, conf float64, draw func(values []float64)) []Estimate {
	columns := make([][]float64, k)
	row := make([]float64, k)
	for range n {
		draw(row)
		for i, v := range row {
			if !math.IsNaN(v) && !math.IsInf(v, 0) {
				columns[i] = append(columns[i], v)
			}
		}
	}
	out := make([]Estimate, k)
	for i, c := range columns {
		slices.Sort(c)
		out[i] = Estimate{Value: Quantile(c, 0.5), Low: Quantile(c, (1-conf)/2), High: Quantile(c, (1+conf)/2)}
		if len(c) == 0 {
			out[i].Warning.Code = NotNumeric
		}
	}
	return out
}

// Quantile reads a quantile of sorted values, between two of them in
// proportion (type 7 of Hyndman & Fan 1996).
func Quantile(sorted []float64, p float64) float64 {
	if len(sorted) == 0 || !(p >= 0) || !(p <= 1) {
		return math.NaN()
	}
	at := p * float64(len(sorted)-1)
	i := int(at)
	if i+1 == len(sorted) {
		return sorted[i]
	}
	return sorted[i] + (at-float64(i))*(sorted[i+1]-sorted[i])
}
