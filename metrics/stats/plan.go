package stats

import "math"

// Power is the chance of seeing a difference that is there, unless said
// otherwise.
const Power = 0.80

// EventsNeeded is how many events each of two arms needs so that a ratio of
// their rates, 1.2 for +20 %, is told from 1: 2φ·((z₁+z₂)/ln ratio)², with z₁ the
// two-sided quantile of the confidence and z₂ that of the power. Not rounded.
// It takes both arms to have about as many events, and one look at the end.
func EventsNeeded(ratio, phi, conf, power float64) (float64, Warning) {
	if !(ratio > 0) || math.IsInf(ratio, 0) || ratio == 1 || !proper(conf, phi) || !(power > 0.5) || !proper(power, 1) {
		return 0, Warning{Code: BadInput}
	}
	z := (normal(conf) + normal(2*power-1)) / math.Log(ratio)
	return 2 * phi * z * z, Warning{}
}

// TrialsNeeded is how many trials (clicks, impressions) each of two arms needs
// so that proportions p1 and p2 are told apart:
//
//	φ·(z₁·√(2p̄(1−p̄)) + z₂·√(p1(1−p1) + p2(1−p2)))² ÷ (p1−p2)²
//
// as R's power.prop.test has it (Fleiss 1981, 3.2). Not rounded.
func TrialsNeeded(p1, p2, phi, conf, power float64) (float64, Warning) {
	if !(p1 > 0) || !(p1 < 1) || !(p2 > 0) || !(p2 < 1) || p1 == p2 || !proper(conf, phi) || !(power > 0.5) || !proper(power, 1) {
		return 0, Warning{Code: BadInput}
	}
	p := (p1 + p2) / 2
	root := normal(conf)*math.Sqrt(2*p*(1-p)) + normal(2*power-1)*math.Sqrt(p1*(1-p1)+p2*(1-p2))
	return phi * root * root / ((p1 - p2) * (p1 - p2)), Warning{}
}

// DaysNeeded is how many days more an arm needs to get from what it has to
// what it needs at so many a day: whole weeks in all, so that each weekday
// counts as often, and at least MinArmDays since its start. Days gone are
// those it has run. Without any a day the Warning is NoEvents; over a year
// away, TooFar: no number of days is given.
func DaysNeeded(need, has, aDay float64, gone int) (int, Warning) {
	if !amounts(need, has, aDay) || gone < 0 {
		return 0, Warning{Code: BadInput}
	}
	missing := 0.0
	if has < need {
		if aDay == 0 {
			return 0, Warning{NoEvents, need, has}
		}
		missing = math.Ceil((need - has) / aDay)
	}
	const year = 366
	if missing > year {
		return 0, Warning{TooFar, missing, year}
	}
	total := max(gone+int(missing), MinArmDays)
	if missing == 0 && gone >= MinArmDays {
		return 0, Warning{}
	}
	return (total+6)/7*7 - gone, Warning{}
}
