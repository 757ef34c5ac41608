package reports

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/stats"
	"vigie/reports/chart"
)

// Why did the cost per acquisition move? Its change split into the cost of a
// click and the conversion rate, and into the channels; then the conversions
// day by day with the days that cannot be trusted.
var _ = register(Section{
	Name:  "analysis",
	Order: 50,
	Title: func(p *Page) string {
		s := p.Insight.Split
		if s == nil {
			return p.T("The change of cost per acquisition cannot be told yet", "L’évolution du coût par acquisition ne peut pas encore être jugée")
		}
		return p.splitSentence(s.Parts.Bars)
	},
	Data: func(p *Page) (any, error) {
		data := map[string]any{
			"Page": p,
		}
		if s := p.Insight.Split; s != nil {
			f, err := p.figure(true, func(m chart.Medium) chart.Chart {
				return chart.Waterfall(p.waterfallData("cpa-parts", s.Parts), p.Lang, m)
			})
			if err != nil {
				return nil, err
			}
			data["Parts"] = f
			if s.Channels != nil {
				f, err := p.figure(true, func(m chart.Medium) chart.Chart {
					return chart.Waterfall(p.waterfallData("cpa-channels", *s.Channels), p.Lang, m)
				})
				if err != nil {
					return nil, err
				}
				data["Channels"] = f
			}
		}
		if p.Last != 0 {
			f, err := p.figure(false, func(m chart.Medium) chart.Chart { return chart.Daily(p.dailyData(), p.Lang, m) })
			if err != nil {
				return nil, err
			}
			data["Daily"] = f
		}
		return data, nil
	},
})

// Windows says which days the change of cost is measured on, and which of them
// are left out.
func (p *Page) Windows() string {
	w := p.Compared
	s := p.T("%s against %s", "%s face à %s", p.Lang.Period(w.Now.From, w.Now.To), p.Lang.Period(w.Before.From, w.Before.To))
	if w.Moved {
		s += p.T(", the last days whose conversions have come in", ", derniers jours dont les conversions sont arrivées")
	}
	now, before := p.doubt(w.Now), p.doubt(w.Before)
	if now.Days()+before.Days() == 0 {
		return s
	}
	left := func(d Days, l insight.Left) int { return int(d.To-d.From) + 1 - l.Days() }
	n, m := left(w.Now, now), left(w.Before, before)
	s += p.T("; %d days against %d, without %s", "\u00a0; %d\u00a0jours contre %d, sans %s", n, m, now.Plus(before).Text(p.Lang))
	if n != m {
		s += p.T(": a part of the change may be that of weekdays", "\u00a0: une part de l’écart peut venir des jours de semaine")
	}
	return s
}

// splitPart is the share of a change below which a part of it is not named.
const splitPart = 1.0 / 3

// splitSentence says what the cost went from and to, and which of the bars
// accounts for most of it, if one does and the change is more than noise.
func (p *Page) splitSentence(bars []insight.Bar) string {
	s := p.Insight.Split
	title := p.T("The cost per acquisition goes from %s to %s", "Le coût par acquisition passe de %s à %s", p.money(s.Before, 2), p.money(s.After, 2))
	if c := p.costs(""); c.Enough && !c.Effect.Clear() {
		return title + p.T(": the change stays within the noise", "\u00a0: l’écart reste dans le bruit")
	}
	var main *insight.Bar
	for i, b := range bars {
		if !b.Noise && math.Abs(b.Value) >= splitPart*math.Abs(s.After-s.Before) && (main == nil || math.Abs(b.Value) > math.Abs(main.Value)) {
			main = &bars[i]
		}
	}
	if main == nil {
		return title + p.T(": no large part of the change stands out of the noise", "\u00a0: aucune part notable de l’écart ne sort du bruit")
	}
	return title + p.T("; %s accounts for %s", "\u00a0; %s compte pour %s", p.part(*main), locale.Signed(p.money(main.Shown, 2)))
}

// part names a part of a change inside a sentence.
func (p *Page) part(b insight.Bar) string {
	switch b.ID {
	case "cpc":
		return p.T("the cost of a click", "le coût du clic")
	case "cvr":
		return p.T("the conversion rate", "le taux de transformation")
	case "mix":
		return p.T("the split of spend between channels", "la répartition des dépenses entre leviers")
	}
	return b.Label.In(p.Lang)
}

func (p *Page) waterfallData(id string, w insight.Waterfall) chart.WaterfallData {
	d := chart.WaterfallData{
		ID: id, Format: chart.Money(p.Currency, 2), Better: -1,
		Message: p.T("Change of the cost per acquisition, part by part", "Évolution du coût par acquisition, part par part"),
		From:    chart.Total{Label: p.Lang.PeriodShort(p.Compared.Before.From, p.Compared.Before.To), Value: w.Start},
		To:      chart.Total{Label: p.Lang.PeriodShort(p.Compared.Now.From, p.Compared.Now.To), Value: w.End},
	}
	for _, b := range w.Bars {
		d.Steps = append(d.Steps, chart.Step{Label: b.Label.In(p.Lang), Delta: b.Value, Low: b.Low, High: b.High})
	}
	return d
}

// DaysTitle says how many conversions came on how many days, and how many of
// those no comparison uses; DaysNote says which and why.
func (p *Page) DaysTitle() string {
	known := 0
	for _, d := range p.Whole.Days {
		if d.Day <= p.Last && d.Known {
			known++
		}
	}
	var n float64
	if x := p.ToDate.Total.KPIs["conversions"]; x.Value != nil {
		n = *x.Value
	}
	title := p.T("%s came in over %d days", "%s en %d\u00a0jours", p.counted(n), known)
	if out := p.doubt(Days{p.Flight.From, p.Last}).Days(); out > 0 {
		return title + p.T(", %d of which no comparison uses", ", dont %d hors de toute comparaison", out)
	}
	return title
}

// DaysNote is the line under that title.
func (p *Page) DaysNote() string {
	if left := p.doubt(Days{p.Flight.From, p.Last}); left.Days() > 0 {
		return p.T("Conversions a day; not compared: %s", "Par jour\u00a0; hors comparaison\u00a0: %s", left.Text(p.Lang))
	}
	return p.T("Conversions a day", "Conversions par jour")
}

// dailyData are the conversions of each day, with the days in doubt and the two windows
// that are compared.
func (p *Page) dailyData() chart.DailyData {
	cpa, _ := metrics.LookupKPI("conversions")
	d := chart.DailyData{
		ID: "conversions-by-day", Format: "num0", Name: cpa.Label.In(p.Lang), Level: stats.Confidence,
		Message: p.T("Conversions for each day since the start", "Conversions par jour depuis le début"),
	}
	for _, x := range p.Whole.Days {
		if x.Day > p.Last {
			break
		}
		v := math.NaN()
		if x.Known {
			v = units(x.Conversions)
		}
		d.Points = append(d.Points, chart.DayPoint{Day: x.Day, Value: v, Immature: x.Known && !x.Mature, Moving: x.Known && !x.Settled})
	}
	for _, o := range p.Insight.Doubts {
		d.Windows = append(d.Windows, chart.Window{From: o.From, To: o.To,
			Label: p.T("%s: %s, %s", "%s\u00a0: %s, %s", o.Label, o.Kind(), p.Lang.PeriodShort(o.From, o.To))})
	}
	return d
}
