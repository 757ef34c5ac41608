package advise

import (
	"math"
	"slices"
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Decided is a decision as far as its outcome is measured.
type Decided struct {
	ID      string
	Applied locale.Day // first day on which it acted
	Check   locale.Day // days before it count
	KPI     string
	Change  float64  // relative change expected; never 0
	Touches []string // channels
	Dropped bool     // it was withdrawn
}

// The results of a decision.
const (
	Reached      = "reached"
	NotReached   = "not-reached"
	Inconclusive = "inconclusive"
	TooEarly     = "too-early"  // the day to check has not come
	NotEnough    = "not-enough" // data for a measurement
	NotMeasured  = "not-measured"
)

// How an outcome was measured.
const (
	AgainstControl = "control"        // difference in differences with channels left untouched
	Counterfactual = "counterfactual" // what they and the weekdays lead one to expect
	Coincides      = "coincides"      // nothing was left untouched
)

// Outcome is what was measured of a decision. Nothing in it says that the
// decision was the cause: the channels were not drawn by lot.
type Outcome struct {
	Result   string      `json:"result"`
	Label    locale.Text `json:"label"` // of the result
	Method   string      `json:"method,omitempty"`
	KPI      string      `json:"kpi"`
	Channels []string    `json:"channels"`
	Controls []string    `json:"controls,omitempty"` // channels left untouched
	Expected float64     `json:"expected"`           // relative change
	// Before and After are the days that were compared, the KPI on them, and
	// those of the controls. The week before the decision is in neither: it is
	// often why somebody acted.
	Before  Side  `json:"before"`
	After   Side  `json:"after"`
	Control *Pair `json:"control,omitempty"`
	// Effect is the relative change beyond what was to be expected; absent where
	// nothing could be measured.
	Effect *insight.Effect `json:"effect,omitempty"`
	// Detectable is the smallest relative effect that would have been seen four
	// times in five.
	Detectable float64 `json:"detectable,omitempty"`
	Placebos   int     `json:"placebos"`   // earlier dates analysed alike
	AsExtreme  int     `json:"as_extreme"` // of which stand out as much
	P          float64 `json:"p,omitempty"`
	// Concurrent are other decisions on the same channels in the same days.
	Concurrent []string `json:"concurrent,omitempty"`
	// Pending is how many days up to the check are not in yet, or still move.
	Pending int           `json:"pending,omitempty"`
	Text    locale.Text   `json:"text"`
	Limits  []locale.Text `json:"limits,omitempty"`
}

// Pair is a KPI before and after.
type Pair struct {
	Before *float64 `json:"before"`
	After  *float64 `json:"after"`
}

// Side is one side of a comparison: its first and last day, the days that count,
// and the KPI on them in its unit, of a sum by day.
type Side struct {
	From  locale.Day `json:"from,omitzero"`
	To    locale.Day `json:"to,omitzero"`
	Days  int        `json:"days"`
	Value *float64   `json:"value"`
}

// The limits of a measurement, beside those of stats.
const (
	outcomeReach    = 12 * 7 // days before the week that made someone act
	outcomeTrigger  = 7
	outcomeEvents   = 30
	outcomeBefore   = 28 // days before in which another decision disturbs
	outcomePlacebos = 9  // with fewer, none of which stands out, p stays above 0.10
)

// side is the days of some channels together.
type side struct {
	y, n   []float64 // events and exposure of the KPI, in units
	events []float64 // what the least number of events is asked of
	use    []bool
	left   []insight.Left // why a day is left out
}

// Measure works out what became of a KPI of the channels that a decision
// touched, from the day it was applied to the day before its check, beyond what
// the channels that no decision touched lead one to expect; others are all
// decisions of the campaign.
//
// A rate or a cost is measured by difference in differences, a sum by a
// regression on the untouched channels and the weekdays. Without such channels
// the change merely coincides with the decision. Days that are not known,
// complete and mature, or lie in an outage, are left out.
func Measure(c insight.Case, doubts []insight.Doubt, d Decided, others []Decided) Outcome {
	o := Outcome{KPI: d.KPI, Channels: d.Touches, Expected: d.Change}
	k, ok := metrics.LookupKPI(d.KPI)
	m := measurement{c: c, k: k, d: d, o: &o}
	var measurable bool
	m.events, m.exposure, m.cost, measurable = parts(k)
	switch {
	case !ok || !measurable:
		o.Text = m.both(func(l locale.Lang) string {
			return words.Pick(l, "%s: no before and after can be measured, for want of daily sums.", "%s\u00a0: pas de mesure avant et après, faute de sommes par jour.", m.name(l))
		})
		return m.end(NotMeasured)
	case d.Dropped:
		o.Text = locale.Text{EN: "Withdrawn: nothing is measured.", FR: "Abandonnée\u00a0: rien n’est mesuré."}
		return m.end(NotMeasured)
	case c.Today < d.Check:
		o.Text = m.both(func(l locale.Lang) string {
			return words.Pick(l, "To be measured on %s.", "À mesurer le %s.", l.DayLong(d.Check))
		})
		return m.end(TooEarly)
	case len(c.Whole.Days) == 0:
		o.Text = locale.Text{EN: "Nothing can be measured: no data has come yet.", FR: "Rien à mesurer\u00a0: aucune donnée n’est encore arrivée."}
		return m.end(NotEnough)
	}
	m.first = max(c.Flight.From, d.Applied-outcomeTrigger-outcomeReach)
	m.last = d.Check - 1
	m.at = max(0, int(d.Applied-m.first))
	m.others(others)
	m.treated = m.sum(d.Touches, doubts)
	m.control = m.sum(o.Controls, doubts)
	m.observe()
	m.compare()
	return o
}

// parts are the measures of a KPI as events and exposure; of a cost the events
// are what it is paid for.
func parts(k metrics.KPI) (events, exposure string, cost, ok bool) {
	known := []string{"impressions", "clicks", "spend", "conversions", "conversion_value", "valued_spend", "valued_conversions"}
	switch {
	case !slices.Contains(known, k.Num), k.Den != "" && !slices.Contains(known, k.Den):
		return "", "", false, false
	case k.Num == "spend" && k.Den != "":
		return k.Den, k.Num, true, true
	}
	return k.Num, k.Den, false, true
}

// measurement is an outcome under way.
type measurement struct {
	c                insight.Case
	k                metrics.KPI
	d                Decided
	o                *Outcome
	events, exposure string
	cost             bool
	first, last      locale.Day // of the days looked at
	at               int        // position of the first day after
	treated, control side
}

func (m *measurement) both(write func(l locale.Lang) string) locale.Text { return words.Both(write) }

// say adds a limit; its verbs are filled in each language.
func (m *measurement) say(en, fr string, args func(l locale.Lang) []any) {
	m.o.Limits = append(m.o.Limits, m.both(func(l locale.Lang) string {
		var filled []any
		if args != nil {
			filled = args(l)
		}
		return words.Pick(l, en, fr, filled...)
	}))
}

var resultLabels = map[string]locale.Text{
	Reached:      {EN: "Reached", FR: "Atteint"},
	NotReached:   {EN: "Not reached", FR: "Non atteint"},
	Inconclusive: {EN: "Inconclusive", FR: "Non concluant"},
	TooEarly:     {EN: "Too early", FR: "Trop tôt"},
	NotEnough:    {EN: "Not enough data", FR: "Pas assez de données"},
	NotMeasured:  {EN: "Not measured", FR: "Non mesuré"},
}

func (m *measurement) end(result string) Outcome {
	m.o.Result, m.o.Label = result, resultLabels[result]
	return *m.o
}

// name is the KPI as a sentence has it.
func (m *measurement) name(l locale.Lang) string {
	if m.k.ID == "" {
		return l.Quote(m.d.KPI)
	}
	return m.k.Label.In(l)
}

// labels names channels, in the order of the plan.
func (m *measurement) labels(l locale.Lang, ids []string) string {
	var names []string
	for _, s := range m.c.Channels {
		if slices.Contains(ids, s.ID) {
			names = append(names, s.Label)
		}
	}
	return l.Join(names)
}

// others finds the channels that no decision touched in the days looked at, and
// the decisions that disturb this one.
func (m *measurement) others(others []Decided) {
	touched := slices.Clone(m.d.Touches)
	for _, x := range others {
		if x.ID == m.d.ID || x.Dropped || x.Applied < m.first || x.Applied > m.last {
			continue
		}
		touched = append(touched, x.Touches...)
		if x.Applied >= m.d.Applied-outcomeTrigger-outcomeBefore && slices.ContainsFunc(x.Touches, func(id string) bool { return slices.Contains(m.d.Touches, id) }) {
			m.o.Concurrent = append(m.o.Concurrent, x.ID)
		}
	}
	for _, s := range m.c.Channels {
		delivers := slices.ContainsFunc(s.Days, func(d metrics.Day) bool {
			return d.Day >= m.first && d.Day <= m.last && d.Impressions+d.Clicks+d.Spend > 0
		})
		if delivers && !slices.Contains(touched, s.ID) {
			m.o.Controls = append(m.o.Controls, s.ID)
		}
	}
}

// value is a measure of a day in units; valued says that the channel reports
// the value of its conversions.
func value(d metrics.Day, measure string, valued bool) float64 {
	switch measure {
	case "impressions":
		return float64(d.Impressions)
	case "clicks":
		return float64(d.Clicks)
	case "conversions":
		return units(d.Conversions)
	case "conversion_value":
		return units(d.ConversionValue)
	case "spend":
		return units(d.Spend)
	case "valued_spend":
		if valued {
			return units(d.Spend)
		}
	case "valued_conversions":
		if valued {
			return units(d.Conversions)
		}
	}
	return 0
}

// sum adds up channels day by day. A channel without a row on a day that the
// campaign knows had no delivery.
func (m *measurement) sum(ids []string, doubts []insight.Doubt) side {
	days := int(m.last-m.first) + 1
	s := side{y: make([]float64, days), n: make([]float64, days), events: make([]float64, days), use: make([]bool, days), left: make([]insight.Left, days)}
	// Only what rests on conversions waits for them.
	waits := slices.ContainsFunc([]string{m.events, m.exposure}, func(x string) bool { return strings.Contains(x, "conversion") || strings.HasPrefix(x, "valued") })
	counted := m.events
	if counted == "conversion_value" || counted == "spend" {
		counted = map[string]string{"conversion_value": "conversions", "spend": "clicks"}[counted] // money is no number of events
	}
	for i := range days {
		day := m.first + locale.Day(i)
		s.use[i] = len(ids) > 0
		whole, _ := on(m.c.Whole, day)
		for _, ch := range m.c.Channels {
			if !slices.Contains(ids, ch.ID) {
				continue
			}
			d, _ := on(ch, day)
			out := func(n *int) { s.use[i] = false; *n = 1 }
			switch {
			case !d.Known && !whole.Known:
				out(&s.left[i].Unknown)
			case !d.Known:
			case !d.Complete:
				out(&s.left[i].Incomplete)
			case waits && slices.ContainsFunc(doubts, func(o insight.Doubt) bool { return o.Outage() && o.Span.Has(day) && o.Touches(ch.ID) }):
				out(&s.left[i].Outage)
			case slices.ContainsFunc(doubts, func(o insight.Doubt) bool { return !o.Outage() && o.Span.Has(day) && o.Touches(ch.ID) }):
				out(&s.left[i].Doubtful)
			case waits && !d.Mature:
				out(&s.left[i].Immature)
			}
			valued := slices.ContainsFunc(ch.Days, func(d metrics.Day) bool { return d.ConversionValue > 0 })
			s.y[i] += value(d, m.events, valued)
			s.events[i] += value(d, counted, valued)
			s.n[i] += value(d, m.exposure, valued)
		}
		if m.exposure == "" {
			s.n[i] = 1
		}
	}
	return s
}

// on is a day of a series.
func on(s metrics.Series, day locale.Day) (metrics.Day, bool) {
	if len(s.Days) == 0 {
		return metrics.Day{}, false
	}
	i := int(day - s.Days[0].Day)
	if i < 0 || i >= len(s.Days) {
		return metrics.Day{}, false
	}
	return s.Days[i], true
}

// total is the KPI of a side over days, nil where it has none.
func (m *measurement) total(s side, from, to int) (v *float64, days int) {
	y, n := 0.0, 0.0
	for i := from; i < to; i++ {
		if s.use[i] {
			y, n, days = y+s.y[i], n+s.n[i], days+1
		}
	}
	if m.cost {
		y, n = n, y
	}
	if n == 0 || days == 0 {
		return nil, days
	}
	x := y / n * m.k.Scale
	return &x, days
}

// observe notes the KPI before and after as it was, and the days left out.
func (m *measurement) observe() {
	o, end := m.o, len(m.treated.use)
	before := max(0, m.at-outcomeTrigger)
	look := func(from, to int) (s Side) {
		s.Value, s.Days = m.total(m.treated, from, to)
		for i := from; i < to; i++ {
			if m.treated.use[i] {
				if s.From == 0 {
					s.From = m.first + locale.Day(i)
				}
				s.To = m.first + locale.Day(i)
			}
		}
		return s
	}
	o.Before, o.After = look(0, before), look(min(m.at, end), end)
	if len(o.Controls) > 0 {
		o.Control = &Pair{}
		o.Control.Before, _ = m.total(m.control, 0, before)
		o.Control.After, _ = m.total(m.control, min(m.at, end), end)
	}
	var left insight.Left
	for i, l := range m.treated.left {
		if i < before || i >= m.at {
			left = left.Plus(only(l))
		}
		if i >= m.at && l.Unknown+l.Incomplete+l.Immature > 0 {
			o.Pending++
		}
	}
	if left.Days() > 0 {
		m.say("Left out: %s.", "Laissés de côté\u00a0: %s.", func(l locale.Lang) []any { return []any{left.Text(l)} })
	}
	if o.Pending > 0 {
		m.say("%s before the check may still come in or move: the outcome may too.", "%s d’avant la vérification peuvent encore arriver ou bouger\u00a0: le résultat aussi.", func(l locale.Lang) []any { return []any{words.Days(l, o.Pending)} })
	}
}

// only is the first of the reasons for which a day is left out.
func only(l insight.Left) insight.Left {
	switch {
	case l.Unknown > 0:
		return insight.Left{Unknown: 1}
	case l.Incomplete > 0:
		return insight.Left{Incomplete: 1}
	case l.Outage > 0:
		return insight.Left{Outage: 1}
	case l.Doubtful > 0:
		return insight.Left{Doubtful: 1}
	case l.Immature > 0:
		return insight.Left{Immature: 1}
	}
	return l
}

// compare measures the effect and judges it.
func (m *measurement) compare() {
	o := m.o
	e, w := m.effect()
	if !w.None() {
		o.Text = m.needs(w)
		m.end(NotEnough)
		return
	}
	if len(o.Concurrent) > 0 {
		m.say("%s changed the same channels in these days.", "%s a changé les mêmes leviers ces jours-là.", func(l locale.Lang) []any { return []any{l.Join(o.Concurrent)} })
	}
	o.Placebos, o.AsExtreme, o.P, o.Detectable = len(e.Placebos), e.AsExtreme, e.PlaceboP, e.Detectable
	o.Effect = &insight.Effect{Value: e.Value, Low: e.Low, High: e.High, Confidence: stats.Confidence}
	sign := 1.0
	if m.d.Change < 0 {
		sign = -1
	}
	best := e.High
	if sign < 0 {
		best = -e.Low
	}
	want := math.Abs(m.d.Change)
	result := Inconclusive
	switch {
	case len(o.Concurrent) > 0:
	case best < want:
		result = NotReached
	case e.Clear && sign*e.Value >= want:
		result = Reached
	}
	o.Text = m.both(func(l locale.Lang) string { return m.measured(l) + " " + m.verdict(l, result, e.Clear) })
	m.say("An effect smaller than ±%s would most likely not have been seen.", "Un effet de moins de ±%s serait sans doute passé inaperçu.", func(l locale.Lang) []any { return []any{words.Size(l, o.Detectable)} })
	switch {
	case o.Placebos == 0:
		m.say("No earlier date could be analysed alike: %d are needed for an effect to stand out.", "Aucune date antérieure n’a pu être analysée de même\u00a0: il en faut %d pour qu’un effet se détache.", func(locale.Lang) []any { return []any{outcomePlacebos} })
	case o.Placebos < outcomePlacebos:
		m.say("Only %d earlier dates could be analysed alike: %d are needed for an effect to stand out.", "Seules %d dates antérieures ont pu être analysées de même\u00a0: il en faut %d pour qu’un effet se détache.", func(locale.Lang) []any { return []any{o.Placebos, outcomePlacebos} })
	default:
		m.say("Of %d earlier dates on which nothing was decided, analysed alike, %s as much.", "Sur %d dates antérieures où rien n’a été décidé, analysées de même, %s autant.", func(l locale.Lang) []any {
			switch o.AsExtreme {
			case 0:
				return []any{o.Placebos, words.Pick(l, "none stands out", "aucune ne se détache")}
			case 1:
				return []any{o.Placebos, words.Pick(l, "1 stands out", "1 se détache")}
			}
			return []any{o.Placebos, words.Pick(l, "%d stand out", "%d se détachent", o.AsExtreme)}
		})
	}
	if e.Warning.Code == stats.Drifting {
		m.say("The level wanders by itself; the range allows for it.", "Le niveau varie de lui-même\u00a0; la fourchette en tient compte.", nil)
	}
	m.end(result)
}

// effect is the relative change of the KPI beyond what was expected, by the
// surest method that the data carry.
func (m *measurement) effect() (e stats.Effect, w stats.Warning) {
	end := len(m.treated.use)
	if m.at >= end {
		return e, stats.Warning{Code: stats.FewDays, Need: 7}
	}
	// What the least number of events is asked of is not always what is fitted.
	few := func(s side) stats.Warning {
		var n [2]float64
		for i := range end {
			if s.use[i] && (i < m.at-outcomeTrigger || i >= m.at) {
				n[btoi(i >= m.at)] += s.events[i]
			}
		}
		if least := min(n[0], n[1]); least < outcomeEvents {
			return stats.Warning{Code: stats.FewEvents, Need: outcomeEvents, Has: least}
		}
		return stats.Warning{}
	}
	points := func(s side) []stats.Point {
		list := make([]stats.Point, end)
		for i := range list {
			list[i] = stats.Point{Weekday: (m.first + locale.Day(i)).Weekday(), Y: s.y[i], N: s.n[i], Use: s.use[i]}
		}
		return list
	}
	daily := func(s side) []float64 {
		list := slices.Clone(s.y)
		for i := range list {
			if !s.use[i] {
				list[i] = math.NaN()
			}
		}
		return list
	}
	// relative turns a difference a day into a share of what was expected.
	relative := func(e stats.Effect) stats.Effect {
		_, days := m.total(m.treated, m.at, end)
		if aDay := e.Expected / float64(max(1, days)); aDay > 0 {
			e.Value, e.Low, e.High, e.Detectable = e.Value/aDay, e.Low/aDay, e.High/aDay, e.Detectable/aDay
			return e
		}
		return stats.Effect{Warning: stats.Warning{Code: stats.NotNumeric}}
	}
	fine := func(e stats.Effect) bool { return e.Warning.None() || e.Warning.Code == stats.Drifting }
	first := m.first.Weekday()
	if w := few(m.treated); !w.None() {
		// Days that are missing are told first: more of them bring events too.
		if e := stats.RateStep(points(m.treated), m.at, stats.Confidence); e.Warning.Code == stats.FewDays {
			return e, e.Warning
		}
		return e, w
	}
	if len(m.o.Controls) > 0 && few(m.control).None() {
		if m.exposure != "" {
			e, m.o.Method = stats.DiD(points(m.treated), points(m.control), m.at, stats.Confidence), AgainstControl
		} else if e = stats.Counterfactual(daily(m.treated), [][]float64{daily(m.control)}, first, outcomeTrigger, m.at, stats.Confidence); fine(e) {
			e, m.o.Method = relative(e), Counterfactual
		}
		if fine(e) {
			return m.turned(e), stats.Warning{}
		}
	}
	// The ladder's last step: nothing untouched to compare with.
	had := len(m.o.Controls) > 0
	if m.exposure != "" {
		e = stats.RateStep(points(m.treated), m.at, stats.Confidence)
	} else if e = stats.Counterfactual(daily(m.treated), nil, first, outcomeTrigger, m.at, stats.Confidence); fine(e) {
		e = relative(e)
	}
	m.o.Method = Coincides
	if !fine(e) {
		m.o.Method = ""
		return e, e.Warning
	}
	if had {
		m.say("The channels left unchanged (%s) have too little to be compared with.", "Pour comparer, les leviers inchangés (%s) ont trop peu de données.", func(l locale.Lang) []any { return []any{m.labels(l, m.o.Controls)} })
		m.o.Controls, m.o.Control = nil, nil
	}
	return m.turned(e), stats.Warning{}
}

func btoi(b bool) int {
	if b {
		return 1
	}
	return 0
}

// turned is the effect on a cost where the effect is on what it is paid for.
func (m *measurement) turned(e stats.Effect) stats.Effect {
	if m.cost {
		e.Value, e.Low, e.High = 1/(1+e.Value)-1, 1/(1+e.High)-1, 1/(1+e.Low)-1
	}
	return e
}

// needs says what a measurement would need.
func (m *measurement) needs(w stats.Warning) locale.Text {
	count := func(l locale.Lang, n float64) string { return l.Number(n, 0) }
	return m.both(func(l locale.Lang) string {
		switch {
		case w.Code == stats.FewDays && w.Need > 7:
			return words.Pick(l, "To measure an effect, %s days that count are needed before the decision, its last week aside; there are %s.", "Pour mesurer un effet, il faut %s\u00a0jours exploitables avant la décision, sa dernière semaine non comprise\u00a0; il y en a %s.", count(l, w.Need), count(l, w.Has))
		case w.Code == stats.FewDays:
			return words.Pick(l, "To measure an effect, %s days that count are needed from %s to the check; there are %s.", "Pour mesurer un effet, il faut %s\u00a0jours exploitables du %s à la vérification\u00a0; il y en a %s.", count(l, w.Need), l.DayText(m.d.Applied), count(l, w.Has))
		case w.Code == stats.FewEvents:
			return words.Pick(l, "To measure an effect, %s %s are needed on each side of the decision; one side has %s.", "Pour mesurer un effet, il faut %s %s de chaque côté de la décision\u00a0; un côté en a %s.", count(l, w.Need), m.noun(l), count(l, w.Has))
		}
		return words.Pick(l, "The days before and after do not lend themselves to a measurement.", "Les jours d’avant et d’après ne se prêtent pas à une mesure.")
	})
}

// noun names the events.
func (m *measurement) noun(l locale.Lang) string {
	switch {
	case m.events == "impressions":
		return "impressions"
	case m.events == "clicks" || m.events == "spend":
		return words.Pick(l, "clicks", "clics")
	}
	return "conversions"
}

// shown writes a change with a decimal, so that a range that falls short of what
// was expected does not read as if it reached it.
func shown(l locale.Lang, v float64) string {
	if math.Abs(v) < 0.0005 {
		return l.Percent(0, 0)
	}
	return locale.Signed(l.Percent(v, 1))
}

// measured says what was measured, and against what.
func (m *measurement) measured(l locale.Lang) string {
	e := m.o.Effect
	change := shown(l, e.Value)
	what := m.name(l) + " – " + m.labels(l, m.d.Touches)
	since := l.DayText(m.d.Applied)
	low, high := shown(l, e.Low), shown(l, e.High)
	if m.o.Method == Coincides {
		return words.Pick(l, "%s: %s since %s against before (%s, 90%%). This coincides with the decision; no channel left unchanged allows a comparison.",
			"%s\u00a0: %s depuis le %s par rapport à avant (%s, à 90\u00a0%%). Cela coïncide avec la décision\u00a0; aucun levier inchangé ne permet de comparer.", what, change, since, words.FromTo(l, low, high))
	}
	return words.Pick(l, "%s: %s since %s against what the channels left unchanged, %s, lead one to expect (%s, 90%%).",
		"%s\u00a0: %s depuis le %s par rapport à ce que laissent attendre les leviers inchangés, %s (%s, à 90\u00a0%%).", what, change, since, m.labels(l, m.o.Controls), words.FromTo(l, low, high))
}

// verdict holds what was measured against what was expected.
func (m *measurement) verdict(l locale.Lang, result string, clear bool) string {
	want := shown(l, m.d.Change)
	switch {
	case result == Reached:
		return words.Pick(l, "The change expected, %s, is reached.", "L’évolution attendue, %s, est atteinte.", want)
	case result == NotReached:
		return words.Pick(l, "The change expected, %s, is not reached: the whole range falls short of it.", "L’évolution attendue, %s, n’est pas atteinte\u00a0: toute la fourchette reste en deçà.", want)
	case len(m.o.Concurrent) > 0:
		return words.Pick(l, "What comes of this decision and what of the others cannot be told apart.", "Impossible de distinguer ce qui vient de cette décision et ce qui vient des autres.")
	case clear:
		return words.Pick(l, "This stands out of the noise, but whether it is as much as expected, %s, cannot be told.", "Cela se détache du bruit, mais rien ne dit si c’est autant qu’attendu, %s.", want)
	case m.o.Effect.Clear():
		return words.Pick(l, "The range leaves “no change” out, but dates on which nothing was decided do not show that this is unusual; %s was expected.", "La fourchette exclut «\u00a0aucun changement\u00a0», mais les dates où rien n’a été décidé ne montrent pas que ce soit inhabituel\u00a0; %s était attendu.", want)
	}
	return words.Pick(l, "No effect can be told from the noise; %s was expected.", "Aucun effet ne se distingue du bruit\u00a0; %s était attendu.", want)
}
