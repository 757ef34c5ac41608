package chart

import (
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/opts"

	"vigie/internal/locale"
)

// DailyData is what Daily draws: what happened to a KPI, and when?
type DailyData struct {
	ID, Message string
	Name        string // of the KPI
	Format      Format
	Points      []DayPoint // one a day
	// Windows are days to be shown: an outage, a change.
	Windows []Window
	// Segments are periods with their means, such as before and after a
	// change; Level is that of their intervals.
	Segments []Segment
	Level    float64
}

// DayPoint is one day; NaN where it is not known. An immature day will still
// change: conversions come in late. Moving: it may, a little.
type DayPoint struct {
	Day      locale.Day
	Value    float64
	Immature bool
	Moving   bool
}

// Window is a run of days with a name.
type Window struct {
	From, To locale.Day
	Label    string
}

// Segment is the mean of a period. Without an interval Low and High are equal.
type Segment struct {
	From, To        locale.Day
	Mean, Low, High float64
	Tone            Tone
}

// mark is the colour of a mean; one in the noise stays darker than the days.
func (s Segment) mark() string {
	if s.Tone == Noise || s.Tone == TooFew {
		return ink2
	}
	return s.Tone.mark()
}

// Daily draws a KPI day by day, with shaded windows and the mean of each
// period. What is said of periods and windows stands above the plotting area,
// over its days, where no line can pass through it.
func Daily(d DailyData, l locale.Lang, m Medium) Chart {
	if len(d.Points) == 0 {
		d.Points = []DayPoint{{Day: 1, Value: math.NaN()}}
	}
	first, last := d.Points[0].Day, d.Points[len(d.Points)-1].Day
	lo, hi := dailyRange(d)
	step := niceStep(hi-lo, 4)
	lo, hi = step*math.Floor(lo/step+1e-9), step*math.Ceil(hi/step-1e-9)
	axis := d.Format.axis(step)

	p := plane{
		width: float64(m.Width), left: gutter(lo, hi, step, axis, l, m), right: 14, height: 190, bottom: m.Label + 12,
		x0: float64(first) - 0.5, x1: float64(last) + 0.5, y0: lo, y1: hi,
	}
	switch {
	case m.paper():
		p.height = 130
	case m.narrow():
		p.height = 150
	}
	captions := dailyCaptions(d, p, l, m)
	lh, rows := m.line(), 0
	for _, c := range captions {
		rows = max(rows, c.row+1)
	}
	p.top = float64(rows)*lh + captionDrop
	var ns []note
	for _, c := range captions {
		ns = append(ns, c.notes(p, lh, m.Label)...)
	}

	days := make([]locale.Day, len(d.Points))
	for i, q := range d.Points {
		days[i] = q.Day
	}
	all := func(i int) float64 { return d.Points[i].Value }
	mature := func(i int) float64 {
		if d.Points[i].Immature {
			return math.NaN()
		}
		return all(i)
	}
	// The dashed part starts at the last mature day, so that it is joined.
	immature := func(i int) float64 {
		if d.Points[i].Immature || i+1 < len(d.Points) && d.Points[i+1].Immature {
			return all(i)
		}
		return math.NaN()
	}
	color, width := blue, float32(2.4)
	if len(d.Segments) > 0 {
		color, width = grey, 1.8
	}
	line := newLines(d.ID)
	missing := gaps(days, all)
	areas := markDays(missing)
	line.add(seriesName(d.Name, m), lineData(days, mature), merge(lineMore(color, 3), areas).(object), lineStyle(color, width))
	if hasImmature(d.Points) {
		line.add(seriesName(d.Name, m), lineData(days, immature), merge(lineMore(color, 3, 3, 3), object{"tooltip": object{"show": true}}).(object), lineStyle(color, width))
	}
	shades := []any{}
	for _, w := range d.Windows {
		shades = append(shades, []any{
			object{"xAxis": num(max(float64(w.From)-0.5, p.x0)), "itemStyle": object{"color": pale}}, object{"xAxis": num(min(float64(w.To)+0.5, p.x1))}})
	}
	for _, s := range d.Segments {
		x0, x1 := num(float64(s.From)-0.5), num(float64(s.To)+0.5)
		if s.High > s.Low {
			shades = append(shades, []any{object{"coord": []any{x0, num(s.Low)}, "itemStyle": object{"color": s.mark(), "opacity": bandOpacity}}, object{"coord": []any{x1, num(s.High)}}})
		}
		line.add("", []opts.LineData{{Value: []any{x0, num(s.Mean)}}, {Value: []any{x1, num(s.Mean)}}},
			merge(lineMore(s.mark(), 4), object{"silent": true, "tooltip": object{"show": false}}).(object), lineStyle(s.mark(), 2.4))
	}
	if len(shades) > 0 {
		// Of a series of its own: each series has one style of areas.
		line.add("", nil, object{"markArea": object{"silent": true, "z": 0, "data": shades}, "silent": true, "tooltip": object{"show": false}})
	}
	for _, c := range captions {
		if c.leader > 0 {
			top := p.y1 + (captionDrop+lh*float64(c.row+1))/p.height*(p.y1-p.y0)
			line.add("", []opts.LineData{{Value: []any{num(c.x), num(p.y1)}}, {Value: []any{num(c.x), num(top)}}}, merge(lineMore(axisLine, 1), still).(object), lineStyle(axisLine, 1))
		}
	}
	line.also(notes(0, 0, ns))
	ticks := dayTicks(p, first, last, l, m, last, first)
	c := finish(line, object{
		"grid": []any{p.grid()}, "xAxis": []any{dayAxis(p, ticks, l, m)}, "yAxis": []any{valueAxis(p, step, axis, m)}, "series": line.series(), "tooltip": tooltip(d.Format, m),
	}, d.ID, d.Message, l, m, p.total())
	for _, s := range d.Segments {
		if s.High > s.Low {
			c.Note = percentNote(words.MeansNote, l, d.Level)
		}
	}
	c.Note = sentences(c.Note, gapsText(missing, l))
	c.Table = dailyTable(d, l)
	return c
}

// dailyRange is the range of values to be shown. The line of a rate or a cost
// may start elsewhere than at 0, and does where all values lie far from it.
func dailyRange(d DailyData) (lo, hi float64) {
	lo, hi = math.Inf(1), math.Inf(-1)
	see := func(v float64) {
		if !math.IsNaN(v) && !math.IsInf(v, 0) {
			lo, hi = min(lo, v), max(hi, v)
		}
	}
	for _, q := range d.Points {
		see(q.Value)
	}
	for _, s := range d.Segments {
		see(s.Mean)
		see(s.Low)
		see(s.High)
	}
	switch {
	case math.IsInf(lo, 0):
		return 0, 1
	case lo >= 0 && (lo < 0.5*hi || lo == hi || strings.HasPrefix(string(d.Format), "num")):
		lo = 0
	}
	if lo == hi {
		hi = lo + 1
	}
	return lo, hi
}

func hasImmature(points []DayPoint) bool {
	for _, q := range points {
		if q.Immature {
			return true
		}
	}
	return false
}

// caption is a text above the plotting area: a bold part and a plain one.
type caption struct {
	bold, plain string
	color       string
	x           float64 // data: where it starts, or ends if end
	end         bool
	row         int     // 0 is just above the plotting area
	x0, x1      float64 // px
	// leader: a line leads from the caption down to its day; px it stands from it.
	leader float64
}

const (
	captionGap  = 5 // px between the two parts, and from a leader
	captionDrop = 8 // px from the lowest row to the plotting area
)

// dailyCaptions places what is said above the plotting area, in the lowest row
// where it is free. What is said of a window ends at its last day where it finds
// room before it, and what is said of days still coming in starts at the first of
// them, each with a line down to that day: side by side they are not one phrase.
// A period starts over its first day, or ends at the edge, above the windows.
func dailyCaptions(d DailyData, p plane, l locale.Lang, m Medium) []caption {
	var list []caption
	add := func(c caption, from, to float64) {
		c.bold = fit(c.bold, m.Label, 600, p.width*0.7)
		w := Width(c.bold, m.Label, 600)
		if c.plain != "" {
			w += Width(c.plain, m.Label, 400) + captionGap
		}
		w += c.leader
		from, to = max(from, p.x0), min(to, p.x1)
		if c.end && p.x(to)-w < 0 {
			c.end = false
		}
		c.x, c.x0 = from, p.x(from)
		switch {
		case c.end:
			c.x, c.x0 = to, p.x(to)-w
		case c.x0+w > p.width:
			c.end, c.x, c.leader = true, p.x1, 0
			c.x0 = max(p.x(p.x1)-w, 0)
		}
		c.x1 = c.x0 + w
		for free := false; !free; {
			free = true
			for _, o := range list {
				if o.row == c.row && c.x0 < o.x1+m.Label && o.x0 < c.x1+m.Label {
					free = false
					c.row++
					break
				}
			}
		}
		list = append(list, c)
	}
	for _, w := range d.Windows {
		add(caption{plain: fit(clean(w.Label), m.Label, 400, p.width*0.7), color: ink2, end: true, leader: captionGap}, float64(w.From)-0.5, float64(w.To)+0.5)
	}
	for i, q := range d.Points {
		if q.Immature && (i == 0 || !d.Points[i-1].Immature) {
			from, s := float64(q.Day)-0.5, words.Immature.In(l)
			if p.x(from)+captionGap+Width(s, m.Label, 400) > p.width-captionGap {
				s = words.ToCome.In(l)
			}
			add(caption{plain: s, color: ink3, leader: captionGap}, from, from+1)
		}
	}
	above := 0
	for _, c := range list {
		above = max(above, c.row+1)
	}
	for _, s := range d.Segments {
		add(caption{row: above, bold: d.Format.Text(l, s.Mean), plain: l.PeriodShort(s.From, s.To), color: segmentLabel(s)}, float64(s.From)-0.5, float64(s.To)+0.5)
	}
	return list
}

func segmentLabel(s Segment) string {
	if s.mark() == orange {
		return rust
	}
	return s.mark()
}

// notes are the caption's texts.
func (c caption) notes(p plane, lh, size float64) []note {
	n := note{x: c.x, y: p.y1, at: "right", dx: c.leader, dy: -captionDrop + lh/2 - lh*float64(c.row+1) + 2, size: size}
	if c.end {
		n.at, n.dx = "left", -c.leader
	}
	var out []note
	if c.bold != "" {
		b := n
		b.text, b.color, b.weight = c.bold, c.color, 600
		if c.end && c.plain != "" {
			b.dx -= Width(c.plain, size, 400) + captionGap
		}
		out = append(out, b)
	}
	if c.plain != "" {
		q := n
		q.text, q.color, q.weight = c.plain, ink2, 400
		if !c.end && c.bold != "" {
			q.dx += Width(c.bold, size, 600) + captionGap
		}
		out = append(out, q)
	}
	return out
}

func dailyTable(d DailyData, l locale.Lang) Table {
	t := Table{Header: []string{words.Day.In(l), d.Name, words.Remark.In(l)}}
	for _, q := range d.Points {
		var remarks []string
		for _, w := range d.Windows {
			if q.Day >= w.From && q.Day <= w.To {
				remarks = append(remarks, w.Label)
			}
		}
		switch {
		case q.Immature:
			remarks = append(remarks, words.Immature.In(l))
		case q.Moving:
			remarks = append(remarks, words.Moving.In(l))
		}
		t.Rows = append(t.Rows, []string{l.DayShort(q.Day), d.Format.Text(l, q.Value), sentences(remarks...)})
	}
	for _, s := range d.Segments {
		cell := d.Format.Text(l, s.Mean)
		if s.High > s.Low {
			cell += " " + d.Format.interval(l, s.Low, s.High)
		}
		t.Rows = append(t.Rows, []string{l.PeriodShort(s.From, s.To), cell, words.Mean.In(l)})
	}
	return t
}
