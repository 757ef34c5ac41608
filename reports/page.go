package reports

import (
	"fmt"
	"html/template"
	"math"
	"strings"
	"time"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
)

// Eyebrow is the line above the title: what this is, and of when.
func (p *Page) Eyebrow() string {
	return p.KindLabel() + " · " + p.PeriodLabel()
}

// Heading is the report's title.
func (p *Page) Heading() string { return p.Campaign.Name + " — " + p.Client.Name }

// PeriodLabel names the period: week 40, 28 September – 4 October 2026.
func (p *Page) PeriodLabel() string {
	days := p.Lang.Period(p.Period.From, p.Period.To)
	if p.Period.From.Weekday() == 0 && p.Period.To == p.Period.From+6 {
		_, w := p.Period.From.ISOWeek()
		return p.T("week %d, %s", "semaine %d, %s", w, days)
	}
	return days
}

// Meta is what one should know before reading: flight, day, objective, budget.
func (p *Page) Meta() string {
	parts := []string{p.Lang.Period(p.Flight.From, p.Flight.To)}
	total := int(p.Flight.To-p.Flight.From) + 1
	if n := int(p.Last-p.Flight.From) + 1; p.Last != 0 && n > 0 {
		parts = append(parts, p.T("day %d of %d", "jour %d sur %d", n, total))
	}
	if p.Objective != "" {
		parts = append(parts, p.T("objective: %s", "objectif\u00a0: %s", p.Objective))
	}
	if p.Budget > 0 {
		parts = append(parts, p.T("budget\u00a0%s before tax", "budget\u00a0%s\u00a0HT", p.money(units(p.Budget), 0)))
	}
	return strings.Join(parts, " · ")
}

// Frozen says when the figures were frozen, and by which version.
func (p *Page) Frozen() string {
	zone, err := time.LoadLocation(p.Zone)
	if err != nil {
		zone = time.UTC
	}
	s := p.T("Figures frozen on %s (%s)", "Chiffres figés le %s (%s)", p.Lang.Instant(p.Issued.In(zone)), p.Zone)
	if p.Fixed {
		s += " · " + p.T("date fixed at %s", "date fixée au %s", p.Lang.DayLong(p.Today))
	}
	return s + " · Vigie " + p.Version
}

// Lead is the whole report in a few sentences: the result, where the budget
// stands, and what is asked.
func (p *Page) Lead() string { return strings.Join(p.essentials(), " ") }

// essentials are the sentences of the executive summary.
func (p *Page) essentials() []string {
	total := p.ToDate.Total.KPIs
	if p.Last == 0 || total["spend"].Value == nil {
		return []string{p.T("No data has been imported for this campaign yet.", "Aucune donnée n’a encore été importée pour cette campagne.")}
	}
	l := p.Lang
	var out []string
	conversions, cpa := total["conversions"], total["cpa"]
	switch {
	case conversions.Value == nil:
		out = append(out, p.T("%s was spent %s; the exports hold no conversions.", "%s dépensés %s\u00a0; les exports ne contiennent pas de conversions.",
			p.money(*total["spend"].Value, 0), l.FromTo(p.Flight.From, p.Last)))
	case cpa.Value == nil || cpa.Volume == metrics.VolumeNone:
		out = append(out, p.T("%s %s for %s spent: too few to judge what one costs.", "%s %s pour %s dépensés\u00a0: trop peu pour juger ce que coûte chacune.",
			p.counted(*conversions.Value), l.FromTo(p.Flight.From, p.Last), p.money(*total["spend"].Value, 0)))
	default:
		s := p.counted(*conversions.Value)
		if t, ok := p.target("conversions"); ok && t.ToDate > 0 {
			s += " (" + p.gap(*conversions.Value, t.ToDate) + ")"
		}
		s += p.T(" for %s spent %s, at %s each", " pour %s dépensés %s, soit %s l’une", p.money(*total["spend"].Value, 0), l.FromTo(p.Flight.From, p.Last), p.money(*cpa.Value, 2))
		if cpa.Low != nil && cpa.High != nil {
			s += p.T(" (%s to %s, 90%%)", " (de %s à %s, à 90\u00a0%%)", p.money(*cpa.Low, 2), p.money(*cpa.High, 2))
		}
		out = append(out, s+".")
	}
	if f, ok := p.headline(); ok {
		out = append(out, strings.TrimSuffix(f.Title.In(l), ".")+p.missed(f)+".")
	}
	if len(p.Advice.Recommendations) > 0 {
		out = append(out, strings.TrimSuffix(p.Advice.Recommendations[0].Title.In(l), ".")+".")
	}
	return out
}

// missed says what a possible outage amounts to: the conversions that it may have
// kept from being counted, and how much that is of what is missing to the target.
func (p *Page) missed(f insight.Finding) string {
	if f.Rule != "tracking-outage" {
		return ""
	}
	lost := math.Round(f.Against - f.Value)
	t, ok := p.target("conversions")
	if ok && t.Value.Value != nil {
		if short := math.Round(t.ToDate - *t.Value.Value); short > 0 && lost > 0 {
			return p.T("; if the measurement broke down, about %s of the %s missing to reach the target were not counted", "\u00a0; si la mesure est tombée en panne, environ %s des %s qui manquent à la cible n’ont pas été comptées",
				p.Lang.Count(min(lost, short)), p.counted(short))
		}
	}
	return p.T("; if the measurement broke down, about %s were not counted", "\u00a0; si la mesure est tombée en panne, environ %s n’ont pas été comptées", p.counted(lost))
}

// headline is the finding that matters most.
func (p *Page) headline() (insight.Finding, bool) {
	if len(p.Insight.Findings) == 0 {
		return insight.Finding{}, false
	}
	return p.Insight.Findings[0], true
}

// counted writes a number of conversions.
func (p *Page) counted(n float64) string {
	return p.Lang.Count(n) + locale.NBSP + p.Lang.Plural(n, "conversion", "conversions")
}

// gap says how far a value is from its target to date.
func (p *Page) gap(v, aim float64) string {
	r := v/aim - 1
	switch {
	case math.Abs(r) < 0.005:
		return p.T("on the target to date", "à la cible à date")
	case r > 0:
		return p.T("%s above the target to date", "%s au-dessus de la cible à date", p.Lang.Percent(r, 0))
	}
	return p.T("%s below the target to date", "%s sous la cible à date", p.Lang.Percent(-r, 0))
}

// Warnings are what must be known before any figure is used.
func (p *Page) Warnings() []string {
	var out []string
	if p.Last != 0 && p.Today-1 > p.Last && p.Last < p.Flight.To {
		out = append(out, p.T("Data stop on %s: figures after that day are not known.", "Les données s’arrêtent au %s\u00a0: les chiffres suivants ne sont pas connus.", p.Lang.DayText(p.Last)))
	}
	for _, s := range p.Sources {
		if p.suspect(s) {
			out = append(out, p.T("%s is withheld by a critical problem: no figure here uses it (see the annex).", "%s est écarté par un problème critique\u00a0: aucun chiffre ne l’utilise (voir l’annexe).", p.Lang.Quote(locale.Straight(s.File))))
		}
	}
	return out
}

// target is the target of a KPI.
func (p *Page) target(kpi string) (Target, bool) {
	for _, t := range p.Targets {
		if t.KPI == kpi {
			return t, true
		}
	}
	return Target{}, false
}

func units(micros int64) float64 { return float64(micros) / metrics.Micro }

func (p *Page) money(v float64, decimals int) string {
	return p.Lang.Money(v, p.Currency, decimals)
}

// value writes a KPI's value; a dash where there is none.
func (p *Page) value(kpi string, v metrics.Value) string {
	k, ok := p.ToDate.KPI(kpi)
	if !ok || v.Value == nil {
		return locale.Dash
	}
	return k.Format(*v.Value, p.Lang, p.Currency)
}

// bare writes a number of a KPI's unit without its sign, for intervals.
func (p *Page) bare(k metrics.KPI, v float64) string {
	switch k.Unit {
	case metrics.Rate:
		return p.Lang.Number(v*100, 2)
	case metrics.Price:
		return p.Lang.Number(v, 3)
	case metrics.Money:
		if v >= 100 {
			return p.Lang.Number(v, 0)
		}
		return p.Lang.Number(v, 2)
	}
	return p.Lang.Number(v, 1)
}

// interval writes [26,80 ; 43,20], empty where there is none.
func (p *Page) interval(kpi string, v metrics.Value) string {
	k, ok := p.ToDate.KPI(kpi)
	if !ok || v.Low == nil || v.High == nil || v.Volume == metrics.VolumeNone {
		return ""
	}
	return p.Lang.Interval(p.bare(k, *v.Low), p.bare(k, *v.High))
}

// Tile is a KPI as a page shows it: value, interval and volume, then the
// period before and the change.
type Tile struct {
	Label    string
	Value    string
	Low      bool // too little data: Value says so
	Interval string
	Before   string
	Change   string
	Interv   string // of the change
	Tone     string // good, bad, noise: the class of the change
	ToneWord string
}

// Tiles are the KPIs of the period.
func (p *Page) Tiles() []Tile {
	var list []Tile
	for _, id := range tileKPIs {
		list = append(list, p.Tile(id, p.Frame.Total))
	}
	return list
}

// Tile prepares a KPI of a row.
func (p *Page) Tile(kpi string, row metrics.Row) Tile {
	k, _ := p.ToDate.KPI(kpi)
	v := row.KPIs[kpi]
	t := Tile{Label: k.Label.In(p.Lang), Value: p.value(kpi, v)}
	switch {
	case v.Value == nil && v.Why != nil:
		t.Low, t.Value, t.Interval = true, p.T("not known", "non connu"), v.Why.In(p.Lang)
		return t
	case v.Value == nil:
		t.Interval = p.T("nothing to divide by", "rien à diviser")
	case v.Volume == metrics.VolumeNone:
		t.Low, t.Value = true, p.T("too little data", "trop peu de données")
		t.Interval = p.T("%s; %s are needed", "%s\u00a0; il en faut %s", p.volume(k, v), p.Lang.Number(k.MinVolume, 0))
		return t
	case k.Interval == metrics.None && k.Den == "":
		t.Interval = p.T("exact sum", "somme exacte")
		if now := p.doubt(p.Period); counts(k) && now.Days() > 0 {
			pending, _ := p.pending(now)
			t.Interval = p.T("sum, %s", "somme %s", pending)
		}
	default:
		t.Interval = strings.Trim(p.interval(kpi, v)+" · "+p.restsOn(k, v), " ·")
	}
	c, ok := row.Previous[kpi]
	if !ok || c.Value.Value == nil {
		return t
	}
	if k.Den != "" && c.Volume == metrics.VolumeNone {
		t.Before = p.T("too little data", "trop peu de données")
		return t
	}
	t.Before = p.value(kpi, c.Value)
	if c.Change == nil {
		return t
	}
	if t.ToneWord, ok = p.compared(k, v, c.Value); !ok {
		t.Tone = "noise"
		return t
	}
	t.Change = words.Change(p.Lang, *c.Change)
	if c.ChangeLow != nil && c.ChangeHigh != nil {
		t.Interv = p.Lang.Interval(p.points(*c.ChangeLow), p.points(*c.ChangeHigh))
	}
	t.Tone, t.ToneWord = p.tone(k, c)
	return t
}

// points writes a relative change as a signed number of percent: whole, with a
// decimal where it is small.
func (p *Page) points(v float64) string {
	if math.Abs(v) < 0.0995 {
		return locale.Signed(p.Lang.Number(v*100, 1))
	}
	return locale.Signed(p.Lang.Number(v*100, 0))
}

// tone is how a change is meant. What has an interval that holds 0 is in the
// noise; a sum has no interval and is not coloured.
func (p *Page) tone(k metrics.KPI, c metrics.Change) (class, word string) {
	switch {
	case c.ChangeLow == nil || k.Better == 0:
		return "", ""
	case !c.Clear:
		return "noise", p.T("within the\u00a0noise", "dans\u00a0le\u00a0bruit")
	case *c.Change*float64(k.Better) > 0:
		return "good", p.T("better", "mieux")
	}
	return "bad", p.T("worse", "moins bien")
}

// volume writes the measure that says whether a value rests on enough: 57
// conversions.
func (p *Page) volume(k metrics.KPI, v metrics.Value) string { return p.amount(k.Volume, v.Count) }

// restsOn writes the denominator of a ratio: 1 756 clicks.
func (p *Page) restsOn(k metrics.KPI, v metrics.Value) string {
	if v.Den == nil {
		return ""
	}
	return p.amount(k.Den, *v.Den)
}

// amount writes a number of a measure.
func (p *Page) amount(measure string, n float64) string {
	switch measure {
	case "conversions", "valued_conversions":
		return p.counted(n)
	case "clicks":
		return p.Lang.Count(n) + locale.NBSP + p.Lang.Plural(n, p.T("click", "clic"), p.T("clicks", "clics"))
	case "impressions":
		return p.Lang.Count(n) + locale.NBSP + p.T("impr.", "impr.")
	}
	return ""
}

// Evidence is the mark of how sure a finding is: as many full dots as levels.
func (p *Page) Evidence(level insight.Level) template.HTML {
	full := map[insight.Level]int{insight.Established: 3, insight.Likely: 2, insight.Watch: 1}[level]
	var b strings.Builder
	b.WriteString(`<span class="ev"><svg width="34" height="10" viewBox="0 0 34 10" aria-hidden="true">`)
	for i := range 3 {
		fill := "none"
		if i < full {
			fill = "currentColor"
		}
		fmt.Fprintf(&b, `<circle cx="%d" cy="5" r="3.6" fill="%s" stroke="currentColor" stroke-width="1.2"/>`, 5+12*i, fill)
	}
	b.WriteString("</svg>" + template.HTMLEscapeString(level.Label().In(p.Lang)) + "</span>")
	return template.HTML(b.String())
}
