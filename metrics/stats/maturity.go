package stats

import "math"

// Falling says that conversions are taken back as days grow older.
const Falling Code = "falling"

// Triangle holds what was known of the conversions of each day of clicks as
// time went by: a row is a day (or a longer period), oldest first, and column
// d its cumulated conversions d days later. A row ends where nothing is known
// yet; a NaN inside is an age at which nobody looked.
type Triangle [][]float64

// Development is how conversions grow from one age of their day to the next.
type Development struct {
	Factors  []float64 // from an age to the next; 0 where nothing was known at it
	Sigma2   []float64 // variance of a factor, for each event known (Mack 1993)
	Maturity []float64 // share of the final count known at each age, 1 at the last
	Weekly   []float64 // the first factor by runs of seven rows: a change of habits shows here
	Rows     int       // that are at least seven ages old
	Events   float64   // known of them
	Warning  Warning

	known []float64 // the sum that each factor rests on
}

const (
	developRecent = 56 // rows: eight weeks of days
	developRows   = 21
	developAge    = 7
	developEvents = 100
	ladderRows    = 8
	settleShare   = 0.5 // of maturity, under which what is seen is not scaled up
)

// Develop estimates development factors from the last 56 rows of a triangle:
//
//	f(d) = Σ C(i,d+1) ÷ Σ C(i,d), over the rows known at both ages
//
// (volume-weighted; Mack 1993), and the maturity F(d) = Π 1/f from d on. The
// last age is taken as final. Counts may be in any unit.
//
// To correct days it needs 21 rows at least seven ages old with 100
// conversions; with fewer it is computed but the Warning (FewDays or FewEvents)
// says to use it as a flag only, and Settle refuses it. A factor under 1
// (platforms re-estimate) is kept and gives a Warning of code Falling, with the
// factor. It fails where the delays change: compare Weekly.
func Develop(t Triangle) Development {
	d := develop(t[max(0, len(t)-developRecent):])
	if !d.Warning.None() {
		return d
	}
	switch {
	case d.Rows < developRows:
		d.Warning = Warning{FewDays, developRows, float64(d.Rows)}
	case d.Events < developEvents:
		d.Warning = Warning{FewEvents, developEvents, d.Events}
	default:
		for _, f := range d.Factors {
			if f > 0 && f < 1 && (d.Warning.None() || f < d.Warning.Has) {
				d.Warning = Warning{Falling, 1, f}
			}
		}
	}
	return d
}

// last is the greatest age known of a row, -1 if none.
func last(row []float64) int {
	for a := len(row) - 1; a >= 0; a-- {
		if !math.IsNaN(row[a]) {
			return a
		}
	}
	return -1
}

// pairs calls f with the rows known at an age and at the next.
func (t Triangle) pairs(age int, f func(now, next float64)) {
	for _, row := range t {
		if age+1 < len(row) && !math.IsNaN(row[age]) && !math.IsNaN(row[age+1]) {
			f(row[age], row[age+1])
		}
	}
}

func develop(t Triangle) Development {
	var d Development
	ages := 0
	for _, row := range t {
		for _, v := range row {
			if !math.IsNaN(v) && !amounts(v) {
				return Development{Warning: Warning{Code: BadInput}}
			}
		}
		a := last(row)
		ages = max(ages, a+1)
		if a >= developAge {
			d.Rows++
			d.Events += row[a]
		}
	}
	if ages < 2 {
		return Development{Warning: Warning{FewDays, 2, float64(ages)}}
	}
	n := ages - 1
	d.Factors, d.Sigma2, d.known = make([]float64, n), make([]float64, n), make([]float64, n)
	d.Maturity = make([]float64, ages)
	inverse := make([]float64, n) // 1/f, which is 0 where all came after
	for k := range n {
		before, after, rows := 0.0, 0.0, 0.0
		t.pairs(k, func(now, next float64) {
			before += now
			after += next
			if now > 0 {
				rows++
			}
		})
		d.known[k] = before
		if inverse[k] = 1; after > 0 {
			inverse[k] = before / after
		}
		if before == 0 {
			continue
		}
		f := after / before
		d.Factors[k] = f
		if rows > 1 {
			t.pairs(k, func(now, next float64) {
				if now > 0 {
					d.Sigma2[k] += now * (next/now - f) * (next/now - f) / (rows - 1)
				}
			})
		} else if k > 1 { // one row says nothing: Mack continues the two before
			a, b := d.Sigma2[k-2], d.Sigma2[k-1]
			if d.Sigma2[k] = min(a, b); a > 0 {
				d.Sigma2[k] = min(b*b/a, a, b)
			}
		} else if k == 1 {
			d.Sigma2[k] = d.Sigma2[0]
		}
	}
	d.Maturity[n] = 1
	for k := n - 1; k >= 0; k-- {
		d.Maturity[k] = d.Maturity[k+1] * inverse[k]
	}
	for from := 0; from < len(t); from += 7 {
		before, after := 0.0, 0.0
		t[from:min(len(t), from+7)].pairs(0, func(now, next float64) {
			before += now
			after += next
		})
		if before > 0 && after > 0 {
			d.Weekly = append(d.Weekly, after/before)
		}
	}
	for _, v := range append(append([]float64{}, d.Maturity...), append(d.Factors, d.Sigma2...)...) {
		if math.IsNaN(v) || math.IsInf(v, 0) {
			return Development{Warning: Warning{Code: NotNumeric}}
		}
	}
	return d
}

// Ladder is a triangle completed to its last age.
type Ladder struct {
	Development
	Final   []float64 // of each row
	Coming  []float64 // Final less what is known
	Error   []float64 // standard error of Coming
	Total   float64   // sum of Coming
	TotalSE float64   // more than the root of the squares: rows share the factors
}

// ChainLadder completes a triangle row by row with its development factors and
// gives the standard errors of Mack (1993, ASTIN Bulletin 23:213): for a row
// known to age a, with final count C and S(k) the sum that factor k rests on,
//
//	se² = C²·Σ σ²(k)/f²(k)·(1/C(k) + 1/S(k)), k from a
//
// and for the total also the covariances through the shared factors; the last
// σ² is min(σ⁴/σ², σ²) of the two before. Rows are longer periods than a day
// (weeks) or hold enough events that none is 0: a row of 0, or a factor that
// rests on nothing, is refused as NoEvents. Under 8 rows the Warning says that
// the errors should not be relied on. It fails where delays change.
func ChainLadder(t Triangle) Ladder {
	l := Ladder{Development: develop(t)}
	if !l.Warning.None() {
		return l
	}
	n := len(l.Factors)
	shared := make([]float64, n+1) // Σ σ²/(f²·S) from an age on
	for k := n - 1; k >= 0; k-- {
		if l.known[k] == 0 || l.Factors[k] == 0 {
			return Ladder{Development: Development{Warning: Warning{Code: NoEvents}}}
		}
		shared[k] = shared[k+1] + l.Sigma2[k]/(l.Factors[k]*l.Factors[k]*l.known[k])
	}
	ages := make([]int, len(t))
	for i, row := range t {
		if ages[i] = last(row); ages[i] < 0 || row[ages[i]] == 0 {
			return Ladder{Development: Development{Warning: Warning{Code: NoEvents}}}
		}
		c, own := row[ages[i]], 0.0
		for k := ages[i]; k < n; k++ {
			own += l.Sigma2[k] / (l.Factors[k] * l.Factors[k] * c)
			c *= l.Factors[k]
		}
		l.Final = append(l.Final, c)
		l.Coming = append(l.Coming, c-row[ages[i]])
		l.Error = append(l.Error, c*math.Sqrt(own+shared[ages[i]]))
		l.Total += c - row[ages[i]]
	}
	v := 0.0
	for i := range t {
		v += l.Error[i] * l.Error[i]
		for j := range i {
			v += 2 * l.Final[i] * l.Final[j] * shared[max(ages[i], ages[j])]
		}
	}
	if l.TotalSE = math.Sqrt(v); math.IsNaN(l.TotalSE) || math.IsInf(l.TotalSE, 0) || math.IsInf(l.Total, 0) {
		return Ladder{Development: Development{Warning: Warning{Code: NotNumeric}}}
	}
	if len(t) < ladderRows {
		l.Warning = Warning{FewDays, ladderRows, float64(len(t))}
	}
	return l
}

// Recent is a day whose conversions may still grow.
type Recent struct {
	Seen     float64 // conversions known so far
	Age      int     // days since
	Expected float64 // conversions that its spend would lead one to expect: spend × mature efficiency × weekday
}

// Settled is what the conversions of recent days should become.
type Settled struct {
	Seen             float64
	Value, Low, High float64
	Days             []float64 // by day; they add up to Value
	Share            float64   // of the final count that is known
	ByPrior          bool      // Expected alone says what is to come: too little is known yet
	Warning          Warning
}

// Settle corrects recent days for the conversions still to come.
//
// With F the maturity of a day and E what was expected of it, Share = ΣF·E/ΣE
// and the total is Seen/Share, so that no day is scaled up by itself (Cape
// Cod; Bühlmann & Stanard). Where under half is known, the total is Seen +
// Σ(1−F)·E instead (Bornhuetter & Ferguson 1972). The variance is φ·(R +
// Seen·(1/Share−1)²), with R the conversions to come; with the prior it is
// φ·R + R²·φ/mature, mature being the count that the efficiency was measured
// on. The interval is normal and does not go below what is seen, unless
// conversions are taken back.
//
// A Development that Develop warns about for too few days or events gives no
// correction: only Seen, with that Warning. Fewer than MinEvents seen without
// the prior give the value with a Warning not to judge it.
func (d Development) Settle(days []Recent, mature, phi, conf float64) Settled {
	var s Settled
	if len(d.Maturity) == 0 || !proper(conf, phi) || !amounts(mature) {
		s.Warning.Code = BadInput
		return s
	}
	expected, known := 0.0, 0.0
	share := make([]float64, len(days))
	falls := false
	for i, r := range days {
		if !amounts(r.Seen, r.Expected) || r.Age < 0 {
			return Settled{Warning: Warning{Code: BadInput}}
		}
		share[i] = d.Maturity[min(r.Age, len(d.Maturity)-1)]
		falls = falls || share[i] > 1
		s.Seen += r.Seen
		expected += r.Expected
		known += share[i] * r.Expected
	}
	switch {
	case d.Warning.Code != "" && d.Warning.Code != Falling:
		s.Warning = d.Warning
		return s
	case expected == 0:
		s.Warning.Code = NoExposure
		return s
	}
	s.Share = known / expected
	scale := 1.0
	if s.ByPrior = s.Share < settleShare; s.ByPrior {
		if mature == 0 {
			return Settled{Seen: s.Seen, Warning: Warning{Code: NoEvents}}
		}
	} else {
		scale = s.Seen / known
	}
	coming := 0.0
	for i, r := range days {
		more := (1 - share[i]) * r.Expected * scale
		s.Days = append(s.Days, r.Seen+more)
		coming += more
	}
	s.Value = s.Seen + coming
	variance := math.Abs(coming)
	if s.ByPrior {
		variance += coming * coming / mature
	} else {
		variance += s.Seen * (1/s.Share - 1) * (1/s.Share - 1)
	}
	half := normal(conf) * math.Sqrt(phi*variance)
	if s.Low, s.High = s.Value-half, s.Value+half; !falls {
		s.Low = max(s.Low, s.Seen)
	}
	s.Low = max(0, s.Low)
	switch {
	case math.IsNaN(s.Low) || math.IsInf(s.High, 0) || math.IsNaN(s.High):
		return Settled{Warning: Warning{Code: NotNumeric}}
	case !s.ByPrior && s.Seen < MinEvents:
		s.Warning = Warning{FewEvents, MinEvents, s.Seen}
	case d.Warning.Code == Falling:
		s.Warning = d.Warning
	}
	return s
}

// Delay is a smooth law of the delay between a click and its conversion.
type Delay struct {
	Sameday  float64   // share that converts on the day of the click
	Tau      float64   // days: mean delay of the others before the window cuts it
	Maturity []float64 // share known at each age, 1 at the end of the window
	Warning  Warning
}

// FitDelay fits the maturity (p + (1−p)(1−e^{−d/τ})) ÷ its value at the end of
// the window to a sparse triangle. Conversions still to come are not taken for
// missing ones: each row contributes the likelihood of its delays given that
// they are no longer than its age (right truncation; Kalbfleisch & Lawless
// 1989). The window is the last age counted, in days.
//
// It needs 100 conversions. It cannot follow counts that fall: they are
// refused as Falling, with Has the rows concerned.
func FitDelay(t Triangle, window int) Delay {
	type step struct{ from, to int } // from -1: nothing yet
	gains, totals := map[step]float64{}, make([]float64, max(0, window)+1)
	all, falls := 0.0, 0
	for _, row := range t {
		at, seen := -1, 0.0
		for a, v := range row[:min(len(row), len(totals))] {
			switch {
			case math.IsNaN(v):
				continue
			case !amounts(v):
				return Delay{Warning: Warning{Code: BadInput}}
			case v < seen:
				falls++
			}
			gains[step{at, a}] += v - seen
			at, seen = a, v
		}
		if at >= 0 {
			totals[at] += seen
			all += seen
		}
	}
	switch {
	case window < 1:
		return Delay{Warning: Warning{Code: BadInput}}
	case falls > 0:
		return Delay{Warning: Warning{Falling, 0, float64(falls)}}
	case all < developEvents:
		return Delay{Warning: Warning{FewEvents, developEvents, all}}
	}
	law := func(p, tau float64) []float64 {
		m := make([]float64, window+1)
		for d := range m {
			m[d] = p + (1-p)*-math.Expm1(-float64(d)/tau)
		}
		for d := range m {
			m[d] /= m[window]
		}
		return m
	}
	// In a fixed order: a sum over a map would differ from run to run.
	fit := func(v []float64) float64 {
		m := law(1/(1+math.Exp(-v[0])), math.Exp(v[1]))
		ll := 0.0
		for from := -1; from < window; from++ {
			for to := from + 1; to <= window; to++ {
				if n := gains[step{from, to}]; n > 0 {
					before := 0.0
					if from >= 0 {
						before = m[from]
					}
					ll += n * math.Log(max(m[to]-before, 1e-300))
				}
			}
		}
		for a, n := range totals {
			ll -= n * math.Log(m[a])
		}
		return ll
	}
	best := climb(fit, []float64{0, math.Log(float64(window) / 4)}, []float64{-7, math.Log(0.05)}, []float64{7, math.Log(10 * float64(window))})
	d := Delay{Sameday: 1 / (1 + math.Exp(-best[0])), Tau: math.Exp(best[1])}
	d.Maturity = law(d.Sameday, d.Tau)
	return d
}

// climb looks for the greatest value of a smooth function of few variables
// within bounds, by steps along each axis that are halved when none helps
// (Hooke & Jeeves 1961).
func climb(f func([]float64) float64, at, low, high []float64) []float64 {
	at = append([]float64{}, at...)
	best := f(at)
	step := make([]float64, len(at))
	for i := range step {
		step[i] = (high[i] - low[i]) / 4
	}
	try := func(next []float64) bool {
		for i := range next {
			next[i] = min(high[i], max(low[i], next[i]))
		}
		if v := f(next); v > best {
			best = v
			copy(at, next)
			return true
		}
		return false
	}
	for tries, fine := 0, 0; tries < 10000 && fine < 30; tries++ {
		from := append([]float64{}, at...)
		moved := false
		for i := range at {
			for _, s := range []float64{step[i], -step[i]} {
				next := append([]float64{}, at...)
				next[i] += s
				if try(next) {
					moved = true
					break
				}
			}
		}
		if moved { // go on in the direction that helped
			next := append([]float64{}, at...)
			for i := range next {
				next[i] += at[i] - from[i]
			}
			try(next)
			continue
		}
		for i := range step {
			step[i] /= 2
		}
		fine++
	}
	return at
}
