package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// What a click, a thousand impressions or a conversion's rate does week after
// week, in each channel.
//
// Weekly figures of complete weeks, the last thirteen at most, are tested for a
// trend (Mann–Kendall), with Sen's slope as a share of the median. The rule fires
// from 1 % a week, where the interval excludes no slope and chance alone would
// give it less than once in a hundred; a step between two levels that fits the
// weeks better than a line is not a trend. All channels and their three figures
// are one family of tests. It needs 8 weeks.
var _ = register(Rule{
	ID:    trendID,
	Title: locale.Text{EN: "A cost or a rate drifts week after week", FR: "Un coût ou un taux dérive de semaine en semaine"},
	Why: locale.Text{
		EN: "A drift of 2% a week goes unseen from one report to the next and makes 20% in two months. Weeks are compared by pairs, each with each later one, so that one odd week does not make a trend; days would, since they resemble the day before. A straight line is a summary of what was, not a forecast.",
		FR: "Une dérive de 2\u00a0% par semaine passe inaperçue d’un rapport au suivant et fait 20\u00a0% en deux mois. Les semaines sont comparées deux à deux, chacune à toutes les suivantes, pour qu’une semaine étrange ne fasse pas une tendance\u00a0; des jours le feraient, qui ressemblent à la veille. Une droite résume ce qui fut, ce n’est pas une prévision.",
	},
	Check: checkTrends,
})

const (
	trendID    = "trend"
	trendLeast = 0.01 // a week
	trendWeeks = 13
	trendP     = 0.01
)

// drift is a channel's figure over some weeks.
type drift struct {
	line
	kpi   string
	weeks []float64
	first locale.Day // a Monday
	stats.Trend
	spend float64 // of the last week
}

func checkTrends(x *Exam) (findings []Finding, notes []Note) {
	var trials []trial
	for _, n := range x.channelLines() {
		click := 0.0 // the drift of the cost per click, if it is told of
		for _, kpi := range []string{"cpc", "cvr", "cpm"} {
			d, ok := x.drift(n, kpi)
			if !ok {
				continue
			}
			change := d.Relative.Value
			if d.P > trendP || d.Relative.Low <= 0 && d.Relative.High >= 0 || stepped(d.weeks) ||
				kpi == "cpm" && click*change > 0 { // impressions that drift with the clicks are told with them
				change = 0 // looked at, and nothing to say
			}
			if kpi == "cpc" {
				click = change
			}
			trials = append(trials, trial{d.P, change, func(q float64, level Level, tested int) Finding {
				return x.trendFinding(d, q, level, tested)
			}})
		}
	}
	return judge(trials, trendLeast, func(l locale.Lang, n int) string {
		return words.Pick(l, "%d weekly series", "%d "+l.Plural(float64(n), "indicateur hebdomadaire", "indicateurs hebdomadaires"), n)
	}), nil
}

func (x *Exam) drift(n line, kpi string) (drift, bool) {
	d := drift{line: n, kpi: kpi}
	if len(n.days) == 0 {
		return d, false
	}
	money, per := spendOf, clicksOf
	switch kpi {
	case "cvr":
		money = conversionsOf
	case "cpm":
		per = func(d metrics.Day) float64 { return impressionsOf(d) / 1000 }
	}
	y, exposure := make([]float64, len(n.days)), make([]float64, len(n.days))
	for i, day := range n.days {
		if y[i], exposure[i] = money(day), per(day); !n.usable(day, x.doubts) || kpi == "cvr" && !day.Mature {
			y[i] = math.NaN() // and the week is missing
		}
	}
	d.first = n.days[0].Day
	if w := d.first.Weekday(); w > 0 {
		d.first += locale.Day(7 - w)
	}
	d.weeks = stats.Weekly(n.days[0].Day.Weekday(), y, exposure)
	for len(d.weeks) > 0 && math.IsNaN(d.weeks[len(d.weeks)-1]) {
		d.weeks = d.weeks[:len(d.weeks)-1]
	}
	for len(d.weeks) > 0 && (len(d.weeks) > trendWeeks || math.IsNaN(d.weeks[0])) {
		d.weeks, d.first = d.weeks[1:], d.first+7
	}
	d.Trend = stats.MannKendall(d.weeks, stats.Confidence)
	for _, day := range n.days {
		if last := d.first + locale.Day(7*len(d.weeks)); day.Day >= last-7 && day.Day < last {
			d.spend += units(day.Spend)
		}
	}
	return d, d.Warning.None()
}

// stepped reports that two levels fit the values better than a line.
func stepped(values []float64) bool {
	var at, v []float64
	for i, w := range values {
		if !math.IsNaN(w) {
			at, v = append(at, float64(i)), append(v, w)
		}
	}
	squares := func(v []float64) float64 {
		mean, s := 0.0, 0.0
		for _, w := range v {
			mean += w / float64(len(v))
		}
		for _, w := range v {
			s += (w - mean) * (w - mean)
		}
		return s
	}
	step := math.Inf(1)
	for cut := 2; cut+2 <= len(v); cut++ {
		step = min(step, squares(v[:cut])+squares(v[cut:]))
	}
	sx, sy, sxy, sxx, n := 0.0, 0.0, 0.0, 0.0, float64(len(v))
	for i := range v {
		sx, sy, sxy, sxx = sx+at[i], sy+v[i], sxy+at[i]*v[i], sxx+at[i]*at[i]
	}
	slope := (sxy - sx*sy/n) / (sxx - sx*sx/n)
	rest := make([]float64, len(v))
	for i := range v {
		rest[i] = v[i] - slope*at[i]
	}
	return step < squares(rest)
}

func (x *Exam) trendFinding(d drift, q float64, level Level, tested int) Finding {
	kpi := kpiOf(d.kpi)
	name := map[string]locale.Text{
		"cpc": {EN: "cost per click", FR: "coût par clic"},
		"cvr": {EN: "conversion rate", FR: "taux de transformation"},
		"cpm": {EN: "cost per thousand impressions", FR: "coût pour mille impressions"},
	}[d.kpi]
	from, to := d.weeks[0], d.weeks[len(d.weeks)-1]
	f := Finding{
		ID: findingID(trendID, d.scope+"/"+d.kpi, d.first), Rule: trendID, Scope: d.scope, Label: d.label,
		From: d.first, To: d.first + locale.Day(7*len(d.weeks)) - 1,
		KPI: d.kpi, Value: to, Against: from,
		Effect: Effect{d.Relative.Value, d.Relative.Low, d.Relative.High, stats.Confidence}, Good: kpi.Better,
		Volume: Volume{"weeks", float64(d.N), 0},
		Level:  level, P: d.P, Q: q, Tested: tested, Mature: true,
		Stake: micros(d.spend * (1 - min(from, to)/max(from, to))),
	}
	if f.Effect.High < 0 {
		f.Good = -kpi.Better
	}
	write := func(l locale.Lang, v float64) string { return kpi.Format(v, l, x.Currency) }
	f.Title = words.Both(func(l locale.Lang) string {
		what := words.Upper(name.In(l))
		if l == locale.FR {
			what = "Le " + name.FR
		}
		what += " " + words.Of(l, d.name(l))
		if f.Effect.Low > 0 {
			return words.Pick(l, "%s rose by about %s a week over %d weeks", "%s a augmenté d’environ %s par semaine sur %d semaines", what, words.Size(l, f.Effect.Value), d.N)
		}
		return words.Pick(l, "%s fell by about %s a week over %d weeks", "%s a baissé d’environ %s par semaine sur %d semaines", what, words.Size(l, f.Effect.Value), d.N)
	})
	f.Text = words.Both(func(l locale.Lang) string {
		return words.Pick(l, "Over %d complete weeks, %s, the %s moved by about %s a week (%s, 90%%), from %s in the first to %s in the last. A straight line is a summary, not a forecast.",
			"Sur %d semaines complètes, %s, le %s a bougé d’environ %s par semaine (%s, à 90\u00a0%%), de %s la première à %s la dernière. Une droite résume, elle ne prévoit pas.",
			d.N, l.FromTo(f.From, f.To), name, words.Change(l, f.Effect.Value), words.FromTo(l, words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)), write(l, from), write(l, to))
	})
	back := stats.Quantile(sorted(d.weeks), 0.5)
	f.WouldChange = words.Both(func(l locale.Lang) string {
		if f.Effect.Low > 0 {
			return words.Pick(l, "Three weeks in a row at %s or below, the median of these weeks.", "Trois semaines de suite à %s ou moins, la médiane de ces semaines.", write(l, back))
		}
		return words.Pick(l, "Three weeks in a row at %s or above, the median of these weeks.", "Trois semaines de suite à %s ou plus, la médiane de ces semaines.", write(l, back))
	})
	f.Evidence = []Evidence{
		{ID: "first", Label: locale.Text{EN: "First week", FR: "Première semaine"}, KPI: d.kpi, Value: from, Text: words.Both(func(l locale.Lang) string { return write(l, from) })},
		{ID: "last", Label: locale.Text{EN: "Last week", FR: "Dernière semaine"}, KPI: d.kpi, Value: to, Text: words.Both(func(l locale.Lang) string { return write(l, to) })},
		{ID: "slope", Label: locale.Text{EN: "Slope", FR: "Pente"}, Text: words.Both(func(l locale.Lang) string {
			return words.Pick(l, "%s a week %s, 90%%", "%s par semaine %s, à\u00a090\u00a0%%", words.Change(l, f.Effect.Value), l.Interval(words.Change(l, f.Effect.Low), words.Change(l, f.Effect.High)))
		})},
		chanceEvidence(f),
	}
	return f
}
