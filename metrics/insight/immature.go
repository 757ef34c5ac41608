package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// What the last days will have cost, once their conversions have come in.
//
// The days of the whole that are complete but not mature are told with their
// number, their conversions so far and the CPA that these make, which is too high.
// Where earlier exports show how the conversions of a day grow on every platform
// that spent (a chain ladder; a smooth delay where exports are far apart; from 21
// days that are a week old and 100 conversions), it is said where the CPA is
// likely to settle, with its interval. Otherwise the rule only warns. It needs 5
// conversions on those days.
var _ = register(Rule{
	ID:    immatureID,
	Title: locale.Text{EN: "Conversions of the last days are still coming in", FR: "Des conversions des derniers jours restent à venir"},
	Why: locale.Text{
		EN: "Platforms book a conversion on the day of its click, be it days later: the last days always look dear, and always get cheaper. How much is learnt from exports of the same days made on different dates. Nothing should be decided on the CPA of days that are not over in this sense.",
		FR: "Les plateformes rattachent une conversion au jour de son clic, même des jours plus tard\u00a0: les derniers jours paraissent toujours chers, et le deviennent toujours moins. De combien, les exports des mêmes jours faits à des dates différentes l’apprennent. Rien ne devrait se décider sur le CPA de jours qui ne sont pas finis en ce sens.",
	},
	Check: checkImmature,
})

const (
	immatureID   = "immature"
	immatureBack = 28 // days whose efficiency is expected of the last ones
	// immatureSmall is the share of the conversions up to which a platform whose
	// delays are not known does not matter.
	immatureSmall = 0.05
	// What learning the delays needs: days known young and a week later.
	immatureRows   = 21
	immatureEvents = 100
)

func checkImmature(x *Exam) (findings []Finding, notes []Note) {
	var days []locale.Day
	for _, d := range x.Whole.Days {
		if _, doubtful := Doubted(x.doubts, "", d.Day); d.Known && d.Complete && !d.Mature && !doubtful {
			days = append(days, d.Day)
		}
	}
	young := sum(x.Whole.Days, days)
	switch {
	case young.spend == 0:
		return nil, nil
	case young.conversions < stats.MinEvents:
		return nil, []Note{{Rule: immatureID, Measure: "conversions", Need: stats.MinEvents, Has: young.conversions, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "The last days have no CPA yet: it needs %s, has %s so far, and more are to come.",
				"Les derniers jours n’ont pas encore de CPA\u00a0: il demande %s, il y en a %s pour l’instant, et d’autres sont à venir.",
				words.Conversions(l, stats.MinEvents), l.Count(young.conversions))
		})}}
	}
	shown := young.spend / young.conversions
	f := Finding{
		ID: findingID(immatureID, "", days[0]), Rule: immatureID, Label: wholeLabel, From: days[0], To: days[len(days)-1],
		KPI: "cpa", Value: shown, Against: shown,
		Volume: Volume{"conversions", young.conversions, young.conversions},
		Level:  Watch, P: 1, Q: 1, Tested: 1, Stake: micros(young.spend),
	}
	s, why, ok := x.settle(days)
	if ok {
		f.Against = young.spend / s.Value
		f.Effect = Effect{s.Seen/s.Value - 1, s.Seen/s.High - 1, s.Seen/s.Low - 1, stats.Confidence}
		se := (s.High - s.Value) / 1.6449
		f.P = math.Erfc(math.Abs(s.Value-s.Seen) / se / math.Sqrt2)
		f.Q = f.P
		if f.Effect.High < 0 {
			f.Level = certain(f.Q)
		}
		f.Stake = micros(math.Abs(s.Value-s.Seen) * f.Against)
	}
	settles := ok && f.Effect.High < 0
	f.Title = words.Both(func(l locale.Lang) string {
		if settles {
			return words.Pick(l, "CPA of the last %s: %s so far, likely to settle near %s", "CPA des %s\u00a0: %s pour l’instant, qui devrait s’établir vers %s",
				lastDays(l, len(days)), x.cost(l, shown), x.cost(l, f.Against))
		}
		return words.Pick(l, "CPA of the last %s: %s on %s, and more are still coming in", "CPA des %s\u00a0: %s pour %s, et d’autres restent à venir",
			lastDays(l, len(days)), x.cost(l, shown), words.Conversions(l, young.conversions))
	})
	f.Text = words.Both(func(l locale.Lang) string {
		t := words.Pick(l, "%s: %s so far for %s, which shows a CPA of %s.", "%s\u00a0: %s pour l’instant et %s, soit un CPA affiché de %s.",
			words.Upper(l.FromTo(f.From, f.To)), words.Conversions(l, young.conversions), l.Money(young.spend, x.Currency, 2), x.cost(l, shown))
		switch {
		case settles:
			return t + words.Pick(l, " About %s are expected once late ones have come in (%s, 90%%), so that it is likely to settle near %s (%s). This holds if conversions come in as late as they did.",
				" Environ %s sont attendues une fois les tardives arrivées (%s, à 90\u00a0%%), si bien qu’il devrait s’établir vers %s (%s). Cela vaut si les conversions arrivent aussi tard que d’habitude.",
				l.Number(s.Value, 0), words.FromTo(l, l.Number(s.Low, 0), l.Number(s.High, 0)), x.cost(l, f.Against), words.FromTo(l, x.cost(l, young.spend/s.High), x.cost(l, young.spend/s.Low)))
		case ok:
			return t + words.Pick(l, " Earlier exports lead one to expect about %s in the end (%s, 90%%): “no change” is within it.",
				" Les exports antérieurs font attendre environ %s à la fin (%s, à 90\u00a0%%)\u00a0: l’absence de changement est dedans.",
				l.Number(s.Value, 0), words.FromTo(l, l.Number(s.Low, 0), l.Number(s.High, 0)))
		}
		return t + words.Pick(l, " That is as a rule too high: conversions of these days are still to be booked. By how much cannot be told: %s.",
			" Il est en règle générale trop haut\u00a0: des conversions de ces jours restent à rattacher. De combien, on ne peut le dire\u00a0: %s.", why.In(l))
	})
	f.WouldChange = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "An export of the same days made %s from now.", "Un export des mêmes jours fait dans %s.", words.Days(l, metrics.MaturityDays))
	})
	mature := x.pairs[0].after
	f.Evidence = []Evidence{{ID: "young", Label: locale.Text{EN: "Last days", FR: "Derniers jours"}, KPI: "cpa", Value: shown, Text: words.Both(func(l locale.Lang) string {
		return words.Pick(l, "%s · %s for %s", "%s · %s pour %s", x.cost(l, shown), words.Conversions(l, young.conversions), l.Money(young.spend, x.Currency, 2))
	})}}
	if mature.conversions >= stats.MinEvents {
		f.Evidence = append(f.Evidence, Evidence{ID: "mature", Label: locale.Text{EN: "Days that have come in", FR: "Jours arrivés"}, KPI: "cpa", Value: mature.spend / mature.conversions,
			Text: words.Both(func(l locale.Lang) string {
				return words.Pick(l, "%s · %s, %s", "%s · %s, %s", x.cost(l, mature.spend/mature.conversions), words.Conversions(l, mature.conversions), l.PeriodShort(mature.days[0], mature.days[len(mature.days)-1]))
			})})
	}
	if ok {
		f.Evidence = append(f.Evidence, Evidence{ID: "known", Label: locale.Text{EN: "Known so far", FR: "Connu à ce jour"}, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "about %s of the conversions of these days", "environ %s des conversions de ces jours", l.Percent(min(1, s.Share), 0))
		})})
	}
	return append(findings, f), notes
}

// lastDays writes "7 days" after "the last", « 7 derniers jours ».
func lastDays(l locale.Lang, n int) string {
	if l == locale.EN {
		return words.Days(l, n)
	}
	return words.Pick(l, "", "%s\u00a0"+l.Plural(float64(n), "dernier jour", "derniers jours"), l.Int(int64(n)))
}

// settled is what the conversions of some days should become, and what their
// spend usually brings.
type settled struct {
	stats.Settled
	Expected float64
}

// settle works out what the conversions of young days should become, platform
// by platform; why says what is missing where it cannot.
func (x *Exam) settle(days []locale.Day) (total settled, why locale.Text, ok bool) {
	platforms := map[string][]metrics.Series{}
	var order []string
	for _, s := range x.Channels {
		if sum(s.Days, days).spend > 0 {
			if platforms[s.Platform] == nil {
				order = append(order, s.Platform)
			}
			platforms[s.Platform] = append(platforms[s.Platform], s)
		}
	}
	all := sum(x.Whole.Days, days).conversions
	variance, known := 0.0, 0.0
	for _, p := range order {
		s, need := x.settlePlatform(p, platforms[p], days)
		switch {
		case need == (locale.Text{}):
		case s.Expected <= immatureSmall*all && s.Seen <= immatureSmall*all: // too small to matter: as it stands
			s.Value, s.High, s.Share = s.Seen, s.Seen, 1
		default:
			return total, words.Both(func(l locale.Lang) string {
				return words.Pick(l, "for %s, %s", "pour %s, %s", x.platform(p), need)
			}), false
		}
		total.Seen, total.Value = total.Seen+s.Seen, total.Value+s.Value
		variance += (s.High - s.Value) * (s.High - s.Value)
		known += s.Share * s.Value
	}
	half := math.Sqrt(variance)
	total.Low, total.High = total.Value-half, total.Value+half
	if total.Value >= total.Seen { // nothing is taken back
		total.Low = max(total.Low, total.Seen)
	}
	if !(total.Low > 0) || half == 0 {
		return total, locale.Text{EN: "nothing is expected of these days", FR: "rien n’est attendu de ces jours"}, false
	}
	total.Share = known / total.Value
	return total, why, true
}

func (x *Exam) settlePlatform(platform string, channels []metrics.Series, days []locale.Day) (s settled, need locale.Text) {
	// What a unit of spend brings once all has come in.
	var mature arm
	var perSpend stats.Week
	for _, c := range channels {
		list, _ := usable(c.Days, c.ID, Span{days[0] - immatureBack, days[0] - 1}, x.doubts)
		a := sum(c.Days, list)
		mature = mature.plus(a)
		for i, w := range a.perSpend {
			perSpend[i].Days += w.Days
			perSpend[i].Y += w.Y
			perSpend[i].N += w.N
			perSpend[i].YY += w.YY
		}
	}
	for _, c := range channels {
		s.Seen += sum(c.Days, days).conversions
	}
	if mature.spend == 0 || mature.conversions == 0 {
		return s, locale.Text{EN: "no earlier day says what spend brings", FR: "aucun jour antérieur ne dit ce que rapporte la dépense"}
	}
	phi, _ := stats.Phi(stats.PriorPhi, perSpend)
	var recent []stats.Recent
	for _, at := range days {
		var day arm
		for _, c := range channels {
			day = day.plus(sum(c.Days, []locale.Day{at}))
		}
		recent = append(recent, stats.Recent{Seen: day.conversions, Age: max(0, int(x.Today-at)-1), Expected: day.spend * mature.conversions / mature.spend})
		s.Expected += day.spend * mature.conversions / mature.spend
	}
	var triangle metrics.Triangle
	for _, t := range x.Triangles {
		if t.Platform == platform {
			triangle = t
		}
	}
	var rows stats.Triangle
	age := map[locale.Day]int{}
	for _, o := range triangle.Origins {
		var row []float64
		for _, v := range o.Values {
			for len(row) <= v.Lag {
				row = append(row, math.NaN())
			}
			row[v.Lag] = units(v.Value)
			age[o.Day] = v.Lag
		}
		rows = append(rows, row)
	}
	few := locale.Text{EN: "that takes several exports of the same days, made on different dates, over four weeks", FR: "il faut plusieurs exports des mêmes jours, faits à des dates différentes, sur quatre semaines"}
	for i, at := range days {
		if lag, ok := age[at]; ok { // else an export made today
			recent[i].Age = lag
		}
	}
	d := stats.Develop(rows)
	// Only days known both young and mature say how conversions grow.
	grown, events := 0, 0.0
	for _, o := range triangle.Origins {
		if n := len(o.Values); o.Values[0].Lag < metrics.MaturityDays && o.Values[n-1].Lag >= metrics.MaturityDays {
			grown, events = grown+1, events+units(o.Values[n-1].Value)
		}
	}
	if grown < immatureRows || events < immatureEvents || d.Warning.Code != "" && d.Warning.Code != stats.Falling {
		return s, few
	}
	for _, f := range d.Factors {
		if f == 0 { // exports too far apart to follow each day to the next
			delay := stats.FitDelay(rows, len(d.Factors))
			if !delay.Warning.None() {
				return s, few
			}
			d = stats.Development{Maturity: delay.Maturity}
			break
		}
	}
	s.Settled = d.Settle(recent, mature.conversions, phi, stats.Confidence)
	if s.Warning.Code != "" && s.Warning.Code != stats.Falling {
		return s, few
	}
	return s, locale.Text{}
}
