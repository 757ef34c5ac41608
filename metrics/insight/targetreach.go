package insight

import (
	"cmp"
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Targets of the whole campaign that its end would miss at the present pace:
// clicks, conversions and their value, and what they cost or return.
//
// The days ahead are drawn 2,000 times: their spend from the daily level and
// the weekdays seen, cut at the budget; what the spend brings at the rate of
// the last 28 days whose conversions have come in, with the noise of that rate
// and of the days. Conversions still to come of the last days are counted at
// that rate. The rule fires where fewer than one end in ten reaches the target
// and the middle misses it by 3 % or more. A target that is only a direction
// (nothing aimed at) is none. With under 14 days of delivery, or a day whose
// spend is not known, it stays silent.
var _ = register(Rule{
	ID:    reachID,
	Title: locale.Text{EN: "A target is out of reach at the present pace", FR: "Un objectif est hors d’atteinte au rythme actuel"},
	Why: locale.Text{
		EN: "A target is missed long before the last day. What is there is exact; what comes is drawn from the days seen, with the range that their noise leaves, and the range decides. It takes for granted that the days ahead resemble those seen: a promotion, a new ad or a change of budget would change it.",
		FR: "Un objectif se manque bien avant le dernier jour. Ce qui est fait est exact\u00a0; ce qui vient est tiré des jours observés, avec la marge que laisse leur bruit, et c’est la marge qui décide. Les jours à venir sont supposés semblables à ceux qu’on a vus\u00a0: une promotion, une nouvelle annonce ou un changement de budget y changerait quelque chose.",
	},
	Check: checkReach,
})

const (
	reachID    = "target-reach"
	reachDays  = 28
	reachMiss  = 0.03
	reachNeed  = 14 // days of delivery
	reachMin   = stats.MinEvents
	reachLeast = 0.10 // chance of reaching the target above which nothing is said
)

// aim is a KPI that a target can be about: what is counted, and what is held
// against what.
type aim struct {
	kpi   string
	count func(d metrics.Day) float64 // conversions, clicks, value
	grows bool                        // a sum: conversions; else a cost or a return
	per   bool                        // count ÷ spend instead of spend ÷ count
}

var (
	countClicks      = func(d metrics.Day) float64 { return float64(d.Clicks) }
	countConversions = func(d metrics.Day) float64 { return units(d.Conversions) }
	countValue       = func(d metrics.Day) float64 { return units(d.ConversionValue) }
)

var aims = []aim{
	{"conversions", countConversions, true, false},
	{"cpa", countConversions, false, false},
	{"clicks", countClicks, true, false},
	{"cpc", countClicks, false, false},
	{"conversion_value", countValue, true, false},
	{"roas", countValue, false, true},
}

// reach is where a target is heading.
type reach struct {
	aim
	target          float64
	sofar           float64 // count to date, as exported
	base            float64 // the same once late conversions are in, as expected
	spent           float64
	end             stats.Estimate // of the KPI at the end of the flight, 80 %
	chance          float64        // of reaching the target
	left            int
	perDay, needed  float64 // of what is counted, for a day left
	spendEnd, total float64 // in the middle
	rate            float64 // count for each unit of spend, and its days
	days            []locale.Day
	measured        float64
	through         locale.Day
	capped          bool // the budget cuts some of the ends
}

func checkReach(x *Exam) (findings []Finding, notes []Note) {
	all := finished(x.Whole.Days)
	left := 0
	if len(all) > 0 {
		left = int(x.Flight.To - all[len(all)-1].Day)
	}
	if len(all) == 0 || int(all[len(all)-1].Day-x.Flight.From)+1 != len(all) || left <= 0 {
		return nil, nil // nothing yet, a day is missing, or it is over
	}
	spend := make([]float64, len(all))
	for i, d := range all {
		spend[i] = units(d.Spend)
	}
	var trials []trial
	short := false
	for _, a := range aims {
		target := x.Targets[a.kpi]
		if target <= 0 {
			continue
		}
		o := stats.Ahead(spend, x.Flight.From.Weekday(), left, stats.Rand(x.Report, a.kpi, reachID))
		if !o.Warning.None() {
			if !short {
				notes = append(notes, reachNote(o.Warning))
			}
			short = true
			continue
		}
		r := reach{aim: a, target: target, left: left, through: all[len(all)-1].Day}
		if !x.reach(&r, all, o) {
			continue
		}
		n := float64(len(o.Totals))
		p := min(1, 2*(n*r.chance+1)/(n+1)) // never 0: the ends are finite
		change := r.end.Value/target - 1
		if r.chance >= reachLeast || math.Abs(change) < reachMiss {
			change = 0
		}
		trials = append(trials, trial{p, change, func(q float64, level Level, tested int) Finding {
			return reachFinding(x, r, p, q, level, tested)
		}})
	}
	return worst(judge(trials, reachMiss, words.Targets)), notes
}

// worst keeps the target that is surest to be missed, then the one with the
// most money at stake: conversions and their cost are often missed together,
// and one finding tells of both.
func worst(found []Finding) []Finding {
	if len(found) == 0 {
		return nil
	}
	slices.SortStableFunc(found, func(a, b Finding) int {
		return cmp.Or(a.Level.rank()-b.Level.rank(), cmp.Compare(b.Stake, a.Stake))
	})
	f := found[0]
	for _, other := range found[1:] {
		f.Evidence = append(f.Evidence, Evidence{ID: "other", Label: locale.Text{EN: "Out of reach as well", FR: "Hors d’atteinte aussi"}, KPI: other.KPI, Value: other.Value, Against: other.Against, Text: other.Title})
	}
	return []Finding{f}
}

// reachNote says what the range needs.
func reachNote(w stats.Warning) Note {
	return Note{Rule: reachID, Measure: "days", Need: w.Need, Has: w.Has, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Whether the targets are in reach needs %s of delivery for the days that are left, has %d.",
			"Savoir si les objectifs sont à portée demande %s de diffusion pour les jours qui restent, il y en a %d.",
			words.Days(l, int(w.Need)), int(w.Has))
	})}
}

// reach draws the ends of a target; false where nothing can be said.
func (x *Exam) reach(r *reach, all []metrics.Day, o stats.Outlook) bool {
	span := Span{r.through - reachDays + 1, r.through}
	days, _ := usable(all, "", span, x.doubts)
	if r.kpi == "clicks" || r.kpi == "cpc" { // clicks neither mature nor stop with a tag
		days = nil
		for _, d := range last(all, reachDays) {
			days = append(days, d.Day)
		}
	}
	if len(days) < ratioMinDays {
		return false
	}
	good := map[locale.Day]bool{}
	for _, d := range days {
		good[d] = true
	}
	var week stats.Week
	var sums stats.Sums
	measured := 0.0
	for _, d := range all {
		r.sofar += r.count(d)
		r.spent += units(d.Spend)
		if good[d.Day] {
			week.Add(d.Day.Weekday(), r.count(d), units(d.Spend))
			sums.Add(units(d.Spend), r.count(d))
			r.measured += r.count(d)
			measured += units(d.Spend)
		}
	}
	phi, _ := stats.Phi(x.pairs[0].noise.conversions, week)
	if r.kpi == "clicks" || r.kpi == "cpc" {
		phi, _ = stats.Phi(x.pairs[0].noise.clicks, week)
	}
	money := r.kpi == "roas" || r.kpi == "conversion_value"
	if measured == 0 || r.measured == 0 || !money && r.measured < reachMin*phi {
		return false
	}
	r.days, r.rate = days, r.measured/measured
	ratio := sums.Ratio(stats.Confidence)
	if money && !ratio.Warning.None() {
		return false
	}
	relative := math.Log(ratio.High/ratio.Low) / 2 / 1.645 // of money, on the log scale
	young := 0.0                                           // spend whose conversions are still to come
	recorded := 0.0                                        // and what it has brought so far
	for _, d := range all {
		if !d.Mature && r.kpi != "clicks" && r.kpi != "cpc" {
			young += units(d.Spend)
			recorded += r.count(d)
		}
	}
	budget := math.Inf(1)
	if p := x.Plans[""]; p.Budget > 0 {
		budget = max(0, units(p.Budget)-r.spent)
	}
	rng := stats.Rand(x.Report, r.kpi, reachID, "rate")
	ends, counts, spends := make([]float64, len(o.Totals)), make([]float64, len(o.Totals)), make([]float64, len(o.Totals))
	met := 0
	kpi, _ := metrics.LookupKPI(r.kpi)
	for i := range ends {
		s := o.Totals[rng.IntN(len(o.Totals))]
		if s > budget {
			s, r.capped = budget, true
		}
		rate := r.rate * math.Exp(relative*rng.NormFloat64())
		if !money {
			rate = stats.DrawMean(rng, r.measured, phi) / measured
		}
		draw := func(spend float64) float64 {
			if spend <= 0 {
				return 0 // the budget is spent
			}
			mean := rate * spend
			if money {
				return mean * math.Exp(relative*math.Sqrt(measured/spend)*rng.NormFloat64())
			}
			return max(0, mean+math.Sqrt(phi*mean)*rng.NormFloat64())
		}
		y := r.sofar - recorded + draw(s)
		if young > 0 {
			y += max(recorded, draw(young))
		}
		spends[i], counts[i] = r.spent+s, y
		switch {
		case r.grows:
			ends[i] = y
		case r.per:
			ends[i] = y / spends[i]
		case y > 0:
			ends[i] = spends[i] / y
		default:
			ends[i] = math.MaxFloat64
		}
		if (ends[i]-r.target)*float64(kpi.Better) >= 0 {
			met++
		}
	}
	for _, v := range [][]float64{ends, counts, spends} {
		slices.Sort(v)
	}
	at := func(v []float64, p float64) float64 { return stats.Quantile(v, p) }
	tail := (1 - stats.OutlookConfidence) / 2
	if r.kpi == "conversions" || r.kpi == "clicks" {
		for i := range ends {
			ends[i] = math.Round(ends[i])
		}
	}
	r.end = stats.Estimate{Value: at(ends, .5), Low: at(ends, tail), High: at(ends, 1-tail)}
	r.chance = float64(met) / float64(len(ends))
	r.total, r.spendEnd = at(counts, .5), at(spends, .5)
	r.base = r.sofar - recorded + max(recorded, r.rate*young)
	r.perDay = (r.total - r.base) / float64(r.left)
	want := r.target
	switch {
	case r.per:
		want = r.target * r.spendEnd
	case !r.grows:
		want = r.spendEnd / r.target
	}
	r.needed = (want - r.base) / float64(r.left)
	return r.end.High < math.MaxFloat64/2 && kpi.Better != 0
}

func reachFinding(x *Exam, r reach, p, q float64, level Level, tested int) Finding {
	kpi, _ := metrics.LookupKPI(r.kpi)
	f := Finding{
		ID: findingID(reachID, "", x.Flight.From), Rule: reachID, Label: wholeLabel,
		From: x.Flight.From, To: r.through, KPI: r.kpi, Value: r.end.Value, Against: r.target,
		Effect: Effect{r.end.Value/r.target - 1, r.end.Low/r.target - 1, r.end.High/r.target - 1, stats.OutlookConfidence},
		Volume: Volume{map[bool]string{true: "clicks", false: "conversions"}[r.kpi == "clicks" || r.kpi == "cpc"], r.sofar, r.total},
		Level:  level, P: p, Q: q, Tested: tested, Mature: true,
	}
	if f.Effect.Clear() {
		f.Good = -1
	}
	// What is missed, in money: conversions at what they cost, or the money itself.
	switch {
	case r.kpi == "conversion_value":
		f.Stake = micros(math.Abs(r.target - r.total))
	case r.per:
		f.Stake = micros(math.Abs(r.target*r.spendEnd - r.total))
	case r.grows && r.total > 0:
		f.Stake = micros(math.Abs(r.target-r.total) * r.spendEnd / r.total)
	default:
		f.Stake = micros(math.Abs(r.spendEnd - r.target*r.total))
	}
	write := func(l locale.Lang, v float64) string { return kpi.Format(v, l, x.Currency) }
	f.Title = words.Both(func(l locale.Lang) string {
		name := words.Upper(kpi.Label.In(l))
		switch {
		case f.Effect.High < 0:
			return words.Pick(l, "%s: %s at the end at this pace, %s below the %s aimed at", "%s\u00a0: %s à la fin à ce rythme, %s au-dessous des %s visés", name, write(l, r.end.Value), words.Size(l, f.Effect.Value), write(l, r.target))
		case f.Effect.Low > 0:
			return words.Pick(l, "%s: %s at the end at this pace, %s above the %s aimed at", "%s\u00a0: %s à la fin à ce rythme, %s au-dessus des %s visés", name, write(l, r.end.Value), words.Size(l, f.Effect.Value), write(l, r.target))
		}
		return words.Pick(l, "%s: %s at the end at this pace; the %s aimed at are not ruled out", "%s\u00a0: %s à la fin à ce rythme\u00a0; les %s visés ne sont pas exclus", name, write(l, r.end.Value), write(l, r.target))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		s := words.Pick(l, "As known on %s, at the pace of the days seen the campaign would end at %s for %s aimed at (%s, 80%%). Chance of reaching it: %s.",
			"D’après les jours connus au %s et à leur rythme, la campagne finirait à %s pour %s visés (%s, à 80\u00a0%%). Chances d’y arriver\u00a0: %s.",
			l.DayText(r.through), write(l, r.end.Value), write(l, r.target), words.FromTo(l, write(l, r.end.Low), write(l, r.end.High)), words.Chance(l, r.chance))
		if !f.Effect.Clear() {
			s += words.Pick(l, " The range holds the target: “no change” to the plan may do.", " La marge contient l’objectif\u00a0: l’absence de changement peut suffire.")
		}
		return s + " " + x.neededText(r, l)
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		if r.needed <= 0 {
			return words.Pick(l, "A newer export that changes the figures to date.", "Un export plus récent qui changerait les chiffres à ce jour.")
		}
		return words.Pick(l, "%s a day or more over the next %s, instead of %s.", "%s par jour ou plus sur les %s suivants, au lieu de %s.",
			amount(x, l, r, r.needed), words.Days(l, min(7, r.left)), amount(x, l, r, r.perDay))
	})
	f.Evidence = []Evidence{
		proof("sofar", locale.Text{EN: "To date", FR: "À ce jour"}, func(l locale.Lang) string {
			s := words.Pick(l, "%s for %s", "%s pour %s", amount(x, l, r, r.sofar), words.Money(l, r.spent, x.Currency))
			if r.base > r.sofar {
				s += words.Pick(l, "; about %s once the late ones are in", "\u00a0; environ %s une fois les tardives arrivées", amount(x, l, r, r.base))
			}
			return s
		}),
		proof("rate", locale.Text{EN: "Rate of late", FR: "Rythme récent"}, func(l locale.Lang) string {
			return words.Pick(l, "%s on %s", "%s sur %s", amount(x, l, r, r.measured), words.Days(l, len(r.days)))
		}),
		proof("end", locale.Text{EN: "End of the flight", FR: "Fin de campagne"}, func(l locale.Lang) string {
			s := words.Pick(l, "%s %s, 80%%; %s left", "%s %s, à\u00a080\u00a0%%\u00a0; %s à venir", write(l, r.end.Value), l.Interval(write(l, r.end.Low), write(l, r.end.High)), words.Days(l, r.left))
			if r.capped {
				s += words.Pick(l, "; spend is cut at the budget", "\u00a0; la dépense s’arrête au budget")
			}
			return s
		}),
		proof("chance", locale.Text{EN: "Chance of reaching it", FR: "Chances d’y arriver"}, func(l locale.Lang) string {
			return words.Pick(l, "%s (%s; %s)", "%s (%s\u00a0; %s)", words.Chance(l, r.chance), words.Probability(l, "p", f.P), words.Probability(l, "q", f.Q))
		}),
	}
	return f
}

// amount writes a quantity of what a target counts.
func amount(x *Exam, l locale.Lang, r reach, v float64) string {
	switch r.kpi {
	case "conversion_value", "roas":
		return words.Pick(l, "%s of value", "%s de valeur", words.Money(l, v, x.Currency))
	case "clicks", "cpc":
		return words.Clicks(l, math.Round(v))
	}
	return words.Conversions(l, math.Round(v*10)/10)
}

// neededText says what each day left would have to bring.
func (x *Exam) neededText(r reach, l locale.Lang) string {
	if r.needed <= 0 {
		return words.Pick(l, "The target is already passed.", "L’objectif est déjà dépassé.")
	}
	s := words.Pick(l, "To get there, it takes %s a day over the %s left instead of %s",
		"Pour y arriver, il faudrait %s par jour sur les %s qui restent, au lieu de %s",
		amount(x, l, r, r.needed), words.Days(l, r.left), amount(x, l, r, r.perDay))
	if !r.grows {
		s += words.Pick(l, ", for the same spend", ", à dépense égale")
	}
	return s + "."
}
