package stats

import (
	"math"
	"slices"

	"gonum.org/v1/gonum/stat/distuv"
)

// Trend is whether values rise or fall with time, and how fast. All but the
// Warning is 0 where there is not enough to tell, and P is 1.
type Trend struct {
	N   int     // values that count
	S   float64 // pairs that rise minus pairs that fall
	Var float64 // of S, if there is no trend
	Z   float64
	P   float64 // two-sided, of no trend
	Tau float64 // S over the number of pairs
	// Slope is the median of the slopes of all pairs and its interval, in units
	// of the values for each step (each cycle of a SeasonalTrend).
	Slope Estimate
	// Relative is Slope over the median value: 0.021 for +2.1 % a step. Zero
	// where that median is not positive.
	Relative Estimate
	// Chi is how much the seasons' trends differ, Σz² − m·z̄², and Homogeneous its
	// p (van Belle & Hughes 1984): 0 and 1 without seasons.
	Chi, Homogeneous float64
	Warning          Warning
}

// MinTrendWeeks is the number of weeks that a trend of weekly means needs, and
// MinTrendValues the number of values for each weekday that one of days needs.
const (
	MinTrendWeeks  = 8
	MinTrendValues = 5
)

func noTrend(w Warning) Trend { return Trend{P: 1, Homogeneous: 1, Warning: w} }

// MannKendall tests values in their order for a trend of either direction
// (Mann 1945; Kendall 1975): S = Σ sgn(xⱼ − xᵢ), its variance n(n−1)(2n+5)/18 less
// t(t−1)(2t+5)/18 for each group of t equal values, z = (S ∓ 1)/√Var. The slope
// is Sen's (1968), its interval the ordered slopes of rank (N ∓ z√Var)/2, read
// between two of them in proportion (Gilbert 1987, 16.5). NaN is a missing
// value and keeps its place.
//
// It needs MinTrendWeeks values. Values must not follow each other closely: of
// days with weeks in them or autocorrelation it finds trends that are not
// there (19.7 % for 5 % at autocorrelation 0.6): give it Weekly means, or use
// SeasonalTrend. A step is seen as a trend: look for Changes as well.
func MannKendall(values []float64, conf float64) Trend {
	t := trend([][]float64{values}, conf, false)
	if t.Warning.Code == "" && t.N < MinTrendWeeks {
		return noTrend(Warning{FewDays, MinTrendWeeks, float64(t.N)})
	}
	return t
}

// SeasonalTrend tests daily values for a trend with each weekday held against
// itself (seasonal Kendall; Hirsch, Slack & Smith 1982), and allows for days
// that resemble those around them: the covariances of the weekdays' S are
// counted in (Hirsch & Slack 1984; Dietz & Killeen 1981),
//
//	cov(Sg, Sh) = (K + 4·Σ RᵢgRᵢh − n(n+1)²)/3, K = Σ sgn((xⱼg−xᵢg)(xⱼh−xᵢh))
//
// over the n weeks without a missing day, and z = S/√Var without continuity
// correction. The slope is the median of the slopes within weekdays, per week.
// It needs MinTrendValues whole weeks; with fewer the Warning FewDays counts
// them. Values of a week that lacks a day (NaN, or the last one) are left out.
func SeasonalTrend(values []float64, period int, conf float64) Trend {
	if period < 2 {
		return noTrend(Warning{Code: BadInput})
	}
	weeks := wholeCycles(values, period)
	if n := len(weeks[0]); n < MinTrendValues {
		return noTrend(Warning{FewDays, MinTrendValues, float64(n)})
	}
	return trend(weeks, conf, true)
}

// seasonal is SeasonalTrend for values that are independent, seasons with
// missing values included.
func seasonal(values []float64, period int, conf float64) Trend {
	seasons := make([][]float64, period)
	for i, v := range values {
		seasons[i%period] = append(seasons[i%period], v)
	}
	return trend(seasons, conf, false)
}

// wholeCycles gives the values of each season in the cycles that miss none.
func wholeCycles(values []float64, period int) [][]float64 {
	out := make([][]float64, period)
	for i := 0; i+period <= len(values); i += period {
		cycle := values[i : i+period]
		if slices.ContainsFunc(cycle, math.IsNaN) {
			continue
		}
		for j, v := range cycle {
			out[j] = append(out[j], v)
		}
	}
	return out
}

// trend adds up the seasons, each in its order; together says that values of
// one position belong to one cycle and are correlated.
func trend(seasons [][]float64, conf float64, together bool) Trend {
	if !proper(conf, 1) {
		return noTrend(Warning{Code: BadInput})
	}
	t := Trend{Homogeneous: 1}
	var slopes, all []float64
	var zs []float64
	for _, x := range seasons {
		s, kept := 0.0, []float64(nil)
		for j, v := range x {
			switch {
			case math.IsNaN(v):
				continue
			case math.IsInf(v, 0):
				return noTrend(Warning{Code: BadInput})
			}
			kept = append(kept, v)
			for i, u := range x[:j] {
				if !math.IsNaN(u) {
					s += sign(v - u)
					slopes = append(slopes, (v-u)/float64(j-i))
				}
			}
		}
		all = append(all, kept...)
		t.N += len(kept)
		t.S += s
		v := kendallVar(kept)
		t.Var += v
		if v > 0 {
			zs = append(zs, s/math.Sqrt(v))
		}
	}
	if len(slopes) == 0 {
		return noTrend(Warning{FewDays, 2, float64(t.N)})
	}
	t.Tau = t.S / float64(len(slopes))
	correction := 1.0
	if together {
		correction = 0
		for g := range seasons {
			for h := range g {
				t.Var += 2 * kendallCov(seasons[g], seasons[h])
			}
		}
	}
	t.P = 1
	if t.Var > 0 && t.S != 0 {
		t.Z = (t.S - correction*sign(t.S)) / math.Sqrt(t.Var)
		t.P = 2 * distuv.UnitNormal.Survival(math.Abs(t.Z))
	}
	if len(zs) > 1 {
		mean, squares := 0.0, 0.0
		for _, z := range zs {
			mean += z / float64(len(zs))
			squares += z * z
		}
		t.Chi = max(0, squares-float64(len(zs))*mean*mean)
		t.Homogeneous = distuv.ChiSquared{K: float64(len(zs) - 1)}.Survival(t.Chi)
	}
	slices.Sort(slopes)
	slices.Sort(all)
	c := normal(conf) * math.Sqrt(max(0, t.Var))
	n := float64(len(slopes))
	rank := func(r float64) float64 { // from 1
		return Quantile(slopes, min(1, max(0, (r-1)/max(1, n-1))))
	}
	t.Slope = Estimate{Value: Quantile(slopes, 0.5), Low: rank((n - c) / 2), High: rank((n+c)/2 + 1)}
	if !finite(t.Slope.Value, t.Slope.Low, t.Slope.High) {
		return noTrend(Warning{Code: NotNumeric})
	}
	if m := Quantile(all, 0.5); m > 0 {
		t.Relative = Estimate{Value: t.Slope.Value / m, Low: t.Slope.Low / m, High: t.Slope.High / m}
		if !finite(t.Relative.Value, t.Relative.Low, t.Relative.High) {
			t.Relative = Estimate{}
		}
	}
	return t
}

func sign(v float64) float64 {
	switch {
	case v > 0:
		return 1
	case v < 0:
		return -1
	}
	return 0
}

// kendallVar is the variance of S of values without a trend, ties allowed for.
func kendallVar(values []float64) float64 {
	part := func(n float64) float64 { return n * (n - 1) * (2*n + 5) / 18 }
	s := slices.Clone(values)
	slices.Sort(s)
	v := part(float64(len(s)))
	for i := 0; i < len(s); {
		j := i
		for j < len(s) && s[j] == s[i] {
			j++
		}
		v -= part(float64(j - i))
		i = j
	}
	return v
}

// kendallCov is the covariance of S of two seasons over the same cycles.
func kendallCov(g, h []float64) float64 {
	n := float64(len(g))
	k, products := 0.0, 0.0
	rg, rh := midRanks(g), midRanks(h)
	for j := range g {
		products += rg[j] * rh[j]
		for i := range j {
			k += sign(g[j]-g[i]) * sign(h[j]-h[i])
		}
	}
	return (k + 4*products - n*(n+1)*(n+1)) / 3
}

// Weekly gives Σy ÷ Σn of each complete week from Monday to Sunday; the first day
// falls on the weekday given. A week without exposure is NaN: missing. With n
// nil the exposure of a day is 1, and the result the weekly mean.
func Weekly(first int, y, n []float64) []float64 {
	if first < 0 || first > 6 || n != nil && len(n) != len(y) {
		return nil
	}
	var out []float64
	for i := (7 - first) % 7; i+7 <= len(y); i += 7 {
		sy, sn := 0.0, 7.0
		if n != nil {
			sn = 0
		}
		for j := i; j < i+7; j++ {
			sy += y[j]
			if n != nil {
				sn += n[j]
			}
		}
		v := sy / sn
		if !finite(v) {
			v = math.NaN()
		}
		out = append(out, v)
	}
	return out
}
