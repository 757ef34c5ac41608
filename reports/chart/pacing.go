package chart

import (
	"math"
	"slices"

	"github.com/go-echarts/go-echarts/v2/opts"

	"vigie/internal/locale"
)

// PacingData is what Pacing draws: will the campaign end within its budget?
type PacingData struct {
	ID, Message string
	Currency    string     // ISO code
	From, To    locale.Day // the flight
	// Realised is what was spent from the start to the end of each complete
	// day, in units of the currency, one point a day; NaN where it is not known.
	Realised []Point
	// Plan is what should have been spent by the end of each day of the flight.
	Plan []Point
	// Projection is what is expected by the end of each day after the last
	// known one; empty where there is too little data to tell. Level is that of
	// its interval, such as 0.8.
	Projection []Band
	Level      float64
}

// Pacing draws cumulative spend against the plan: solid what was spent, dashed
// the plan, dotted what is expected with its band. The ends of the lines are
// labelled beside them, or above the plotting area where there is no room.
func Pacing(d PacingData, l locale.Lang, m Medium) Chart {
	// What is drawn: every line starts from zero on the eve of the flight.
	realised, plan := fromZero(d.From, d.Realised), fromZero(d.From, d.Plan)
	last, known := lastKnown(d.Realised)
	var cone []Band
	if known && len(d.Projection) > 0 {
		cone = append([]Band{{last.Day, last.Value, last.Value, last.Value}}, d.Projection...)
	}

	// The scale and the plotting area.
	top := 0.0
	for _, q := range append(append([]Point{}, realised...), plan...) {
		top = max(top, finite(q.Value))
	}
	for _, b := range cone {
		top = max(top, finite(b.High))
	}
	if top == 0 {
		top = 1
	}
	money, step := Money(d.Currency, 0), niceStep(top, 5)
	axis := money.axis(step)
	if m.narrow() && top >= 100_000 {
		axis = thousands(d.Currency)
	}
	p := plane{width: float64(m.Width), right: 12, top: m.line() + 6, height: 220, bottom: m.Label + 12,
		x0: float64(d.From) - 1, x1: float64(d.To), y1: top * 1.02}
	p.left = gutter(0, p.y1, step, axis, l, m)
	if m.narrow() || m.paper() {
		p.height = 170
	}

	// The labels, which may move the plotting area.
	ends := d.ends(last, known, l)
	texts := board{size: m.Label}
	if m.narrow() {
		p = endsAbove(ends, p, &texts, m)
	} else {
		p = endsBeside(ends, p, &texts, m)
	}
	ticks := dayTicks(p, d.From, d.To, l, m, d.To, d.From)
	if known {
		ticks = dayTicks(p, d.From, d.To, l, m, d.To, d.From, last.Day)
	}
	today := m.line() + 6 // the row of the words on both sides of the last day, px above the plotting area
	if known && last.Day < d.To {
		y := m.line()/2 - today
		said := note{x: float64(last.Day), y: p.y1, at: "left", dx: -6, dy: y, text: words.Realised.In(l), color: ink2, weight: 400}
		if !slices.Contains(ticks, last.Day) {
			said.text = words.RealisedTo.F(l, l.DayShort(last.Day))
		}
		if !texts.try(p, said) {
			said.text = words.Realised.In(l)
			texts.try(p, said)
		}
		if len(cone) > 0 {
			texts.try(p, note{x: float64(last.Day), y: p.y1, at: "right", dx: 6, dy: y, text: words.Expected.In(l), color: ink2, weight: 400})
		}
		value := note{x: float64(last.Day), y: last.Value, text: money.Text(l, last.Value), color: blue, weight: 600}
		texts.around(p, value, append(edges(cone), realised, plan)...)
	}

	// The lines, from the back to the front.
	line := newLines(d.ID)
	if known && last.Day < d.To {
		above := p.y1 + today/p.height*(p.y1-p.y0)
		line.add("", []opts.LineData{{Value: []any{int(last.Day), 0}}, {Value: []any{int(last.Day), num(above)}}}, merge(lineMore(axisLine, 1), still).(object), lineStyle(axisLine, 1))
	}
	days, value := pointsOf(plan)
	line.add(words.Plan.In(l), lineData(days, value), lineMore(grey, 2, 5, 4), lineStyle(grey, 1.4))
	if len(cone) > 0 {
		days := make([]locale.Day, len(cone))
		for i, b := range cone {
			days[i] = b.Day
		}
		line.also(area(cone, blue))
		line.add(title(words.Expected.In(l)), lineData(days, func(i int) float64 { return cone[i].Value }),
			merge(lineMore(blue, 3, 1.5, 3.5), object{"lineStyle": object{"cap": "round"}}).(object), lineStyle(blue, 2))
	}
	days, value = pointsOf(realised)
	missing := gaps(days, value)
	line.add(words.Actual.In(l), marked(lineData(days, value)), merge(lineMore(blue, 4), markDays(missing)).(object), lineStyle(blue, 2.6))
	line.also(notes(0, 0, texts.notes))

	c := finish(line, object{
		"grid":    []any{p.grid()},
		"xAxis":   []any{dayAxis(p, ticks, l, m)},
		"yAxis":   []any{valueAxis(p, step, axis, m)},
		"series":  line.series(),
		"tooltip": tooltip(money, m),
	}, d.ID, d.Message, l, m, p.total())
	if len(cone) > 0 {
		c.Note = percentNote(words.PacingNote, l, d.Level)
	}
	c.Note = sentences(c.Note, gapsText(missing, l))
	c.Table = d.table(money, l)
	return c
}

// fromZero puts the zero of the eve before cumulative points.
func fromZero(from locale.Day, ps []Point) []Point {
	if len(ps) == 0 || ps[0].Day != from {
		return ps
	}
	return append([]Point{{from - 1, 0}}, ps...)
}

// edges are the lines of a band.
func edges(bands []Band) [][]Point {
	out := make([][]Point, 3)
	for _, b := range bands {
		for i, v := range []float64{b.Value, b.Low, b.High} {
			out[i] = append(out[i], Point{b.Day, v})
		}
	}
	return out
}

func lastKnown(ps []Point) (last Point, ok bool) {
	for i := len(ps) - 1; i >= 0; i-- {
		if !math.IsNaN(ps[i].Value) {
			return ps[i], true
		}
	}
	return Point{}, false
}

// endLabel is what is said at the end of a line.
type endLabel struct {
	lines []note
	value float64
}

// ends are the labels of the lines' ends, from the highest to the lowest; at
// equal heights the plan comes last.
func (d PacingData) ends(last Point, known bool, l locale.Lang) []endLabel {
	money := Money(d.Currency, 0)
	var out []endLabel
	if n := len(d.Projection); known && n > 0 {
		end := d.Projection[n-1]
		e := endLabel{value: end.Value, lines: []note{{text: title(words.Expected.In(l)) + " " + money.Text(l, end.Value), color: blue, weight: 600}}}
		if end.High > end.Low {
			e.lines = append(e.lines, note{text: money.interval(l, end.Low, end.High), color: ink2, weight: 400})
		}
		out = append(out, e)
	} else if known && last.Day == d.To {
		out = append(out, endLabel{value: last.Value, lines: []note{{text: words.Actual.In(l) + " " + money.Text(l, last.Value), color: blue, weight: 600}}})
	}
	if n := len(d.Plan); n > 0 {
		out = append(out, endLabel{value: d.Plan[n-1].Value, lines: []note{{text: words.Plan.In(l) + " " + money.Text(l, d.Plan[n-1].Value), color: ink2, weight: 400}}})
	}
	if len(out) == 2 && out[1].value > out[0].value {
		out[0], out[1] = out[1], out[0]
	}
	return out
}

// write puts the lines of the label below each other; y is the centre of the
// first one, px.
func (e endLabel) write(p plane, texts *board, at string, dx, y, lh float64) {
	for i, n := range e.lines {
		n.x, n.y, n.at, n.dx = p.x1, finite(e.value), at, dx
		n.dy = y + float64(i)*lh - p.y(n.y)
		texts.add(p, n)
	}
}

func endsWidth(ends []endLabel, m Medium) float64 {
	var w float64
	for _, e := range ends {
		for _, n := range e.lines {
			w = max(w, Width(n.text, m.Label, n.weight))
		}
	}
	return w
}

// endsBeside writes the labels to the right of the lines' ends, moved apart.
func endsBeside(ends []endLabel, p plane, texts *board, m Medium) plane {
	lh := m.line()
	p.right = math.Ceil(endsWidth(ends, m)) + 12
	var centres, heights []float64
	for _, e := range ends {
		h := float64(len(e.lines)) * lh
		centres = append(centres, p.y(finite(e.value))+(h-lh)/2)
		heights = append(heights, h)
	}
	for i, y := range spread(centres, heights, 0, p.top+p.height) {
		ends[i].write(p, texts, "right", 7, y-(heights[i]-lh)/2, lh)
	}
	return p
}

// endsAbove writes the labels above the plotting area, a line each, where
// neither a line of the chart nor one of its grid passes; the area moves down.
func endsAbove(ends []endLabel, p plane, texts *board, m Medium) plane {
	lh := m.line()
	p.top += lh * float64(len(ends))
	for i, e := range ends {
		n := e.lines[0]
		n.x, n.y, n.at = p.x1, p.y1, "left"
		n.dy = lh*(float64(i)+0.5) - p.top
		if len(e.lines) == 2 {
			interval := e.lines[1]
			interval.x, interval.y, interval.at, interval.dy = n.x, n.y, n.at, n.dy
			n.dx = -Width(interval.text, m.Label, interval.weight) - captionGap
			texts.add(p, interval)
		}
		texts.add(p, n)
	}
	return p
}

func (d PacingData) table(f Format, l locale.Lang) Table {
	t := Table{Header: []string{words.Day.In(l), words.Actual.In(l), words.Plan.In(l), title(words.Expected.In(l)), words.Interval.In(l)}}
	at := map[locale.Day]int{}
	row := func(day locale.Day) []string {
		i, ok := at[day]
		if !ok {
			i = len(t.Rows)
			at[day] = i
			t.Rows = append(t.Rows, []string{l.DayShort(day), locale.Dash, locale.Dash, locale.Dash, locale.Dash})
		}
		return t.Rows[i]
	}
	for _, q := range d.Plan {
		row(q.Day)[2] = f.Text(l, q.Value)
	}
	for _, q := range d.Realised {
		row(q.Day)[1] = f.Text(l, q.Value)
	}
	for _, b := range d.Projection {
		r := row(b.Day)
		r[3] = f.Text(l, b.Value)
		if b.High > b.Low {
			r[4] = f.interval(l, b.Low, b.High)
		}
	}
	return t
}
