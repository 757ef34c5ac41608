package chart

import (
	"fmt"
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"vigie/internal/locale"
)

// MultiplesData is what Multiples draws: which channel falls behind?
type MultiplesData struct {
	ID, Message string
	Format      Format
	Target      float64 // the dashed line of every panel; NaN without one
	Level       float64 // of the intervals, such as 0.9
	Panels      []Panel
}

// Panel is one small chart.
type Panel struct {
	Name   string
	Points []Band // one a day
	// Until is the last day that can be trusted: its point is marked and written
	// beside the name, and the line is dotted after it. Zero: the last point.
	// Before the first point: the whole line is dotted, and the last is marked.
	Until  locale.Day
	Volume string // what the marked point rests on, written: « 57 demandes »
	// StandsOut says that the panel is the one to look at.
	StandsOut bool
	// TooFew, where not empty, says on how little the panel rests («
	// 3 demandes en 30 jours »): it has no line.
	TooFew string
}

// trusted reports that a point can be trusted, Marked which point is marked: -1
// where none is known.
func (q Panel) trusted(i int) bool { return q.Until.IsZero() || q.Points[i].Day <= q.Until }

func (q Panel) Marked() int {
	last := -1
	for i, b := range q.Points {
		if math.IsNaN(b.Value) {
			continue
		}
		if last >= 0 && q.trusted(last) && !q.trusted(i) {
			break
		}
		last = i
	}
	return last
}

// Multiples draws one small chart a panel, all on the same days and scale: the
// value with its interval, the target as dashes. The scale is cut where an
// interval would flatten all lines; Note says so.
func Multiples(d MultiplesData, l locale.Lang, m Medium) Chart {
	columns := 3
	if m.Width < 640 {
		columns = 2
	}
	columns = max(1, min(columns, len(d.Panels)))
	rows := max(1, (len(d.Panels)+columns-1)/columns)
	from, to, top, cut := multiplesScale(d)
	seen := !from.IsZero()
	if from == to {
		from, to = from-1, to+1 // an axis has a length
	}
	step := niceStep(top, 3)
	top = step * math.Ceil(top/step-1e-9)
	axis := d.Format.axis(step)

	// A panel: a line with its name, value and volume, or up to three where
	// they do not fit beside each other, the plotting area, and the first and last day.
	width, lh := float64(m.Width), m.line()
	gap := 28.0
	if m.narrow() {
		gap = 18
	}
	panelW := (width - gap*float64(columns-1)) / float64(columns)
	titleLines := 1
	for _, q := range d.Panels {
		beside := d.beside(q, l)
		switch w := Width(strings.Join(beside, " · "), m.Label, 400); {
		case w > panelW && len(beside) > 1:
			titleLines = 3
		case Width(clean(q.Name), m.Label, 600)+w+12 > panelW:
			titleLines = max(titleLines, 2)
		}
	}
	height := 92.0
	if m.narrow() || m.paper() {
		height = 76
	}
	headH := lh*float64(titleLines) + 10
	panelH := headH + height + m.Label + 10
	const between = 18
	left := gutter(0, top, step, axis, l, m)
	// In percent of the width, so that a live chart can be drawn wider.
	percent := func(px float64) string { return fmt.Sprintf("%.3f%%", px/width*100) }

	line := newLines(d.ID)
	var grids, xAxes, yAxes, titles []any
	holes, dotted := false, false
	add := func(i int, name string, data []opts.LineData, o object, options ...charts.SeriesOpts) {
		line.add(name, data, merge(o, object{"xAxisIndex": i, "yAxisIndex": i}).(object), options...)
	}
	for i, q := range d.Panels {
		if i > 0 {
			line.ExtendXAxis(opts.XAxis{})
			line.ExtendYAxis(opts.YAxis{})
		}
		x := float64(i%columns) * (panelW + gap)
		y := float64(i/columns) * (panelH + between)
		p := plane{width: panelW, left: left, right: 6, top: y + headH, height: height, x0: float64(from), x1: float64(to), y0: 0, y1: top}
		grids = append(grids, object{"left": percent(x + left), "width": percent(panelW - left - p.right), "top": round(p.top, 1), "height": round(height, 1),
			"outerBoundsMode": "none"})
		var ends []locale.Day
		if seen {
			ends = []locale.Day{from, to}
		}
		xAxes = append(xAxes, merge(dayAxis(p, ends, l, m), object{"gridIndex": i, "axisLabel": object{"alignMinLabel": "left", "alignMaxLabel": "right"}}))
		yAxes = append(yAxes, merge(valueAxis(p, step, axis, m), object{"gridIndex": i}))

		color, label := blue, ink
		if q.StandsOut {
			color, label = orange, rust
		}
		beside := d.beside(q, l)
		if titleLines < 3 {
			beside = []string{strings.Join(beside, " · ")}
		}
		titles = append(titles, heading(fit(clean(q.Name), m.Label, 600, panelW), percent(x), y, "left", label, 600, m.Label))
		if titleLines == 1 {
			titles = append(titles, heading(beside[0], percent(x+panelW), y, "right", ink2, 400, m.Label))
		} else {
			for j, s := range beside {
				titles = append(titles, heading(fit(s, m.Label, 400, panelW), percent(x), y+lh*float64(j+1), "left", ink2, 400, m.Label))
			}
		}
		if q.TooFew != "" {
			centre := x + left + (panelW-left-p.right)/2
			inner := panelW - left - p.right - 6
			first := wrap(title(words.TooLittle.In(l)), m.Label, 600, inner, 2)
			second := wrap(clean(q.TooFew), m.Label, 400, inner, 2)
			n := float64(lineCount(first))
			y := p.top + (height-lh*(n+float64(lineCount(second))))/2
			over := object{"textStyle": object{"textBorderColor": white, "textBorderWidth": 4}}
			titles = append(titles, merge(heading(first, percent(centre), y, "center", ink, 600, m.Label), over),
				merge(heading(second, percent(centre), y+lh*n, "center", ink2, 400, m.Label), over))
			continue
		}
		if !math.IsNaN(d.Target) {
			add(i, words.Target.In(l), []opts.LineData{{Value: []any{int(from), num(d.Target)}}, {Value: []any{int(to), num(d.Target)}}},
				merge(lineMore(grey, 2, 4, 3), object{"tooltip": object{"show": false}, "silent": true}).(object), lineStyle(grey, 1.2))
		}
		days := make([]locale.Day, len(q.Points))
		for j, b := range q.Points {
			days[j] = b.Day
		}
		line.also(merge(area(q.Points, color), object{"xAxisIndex": i, "yAxisIndex": i}).(object))
		value := func(j int) float64 { return q.Points[j].Value }
		missing := gaps(days, value)
		holes = holes || len(missing) > 0
		solid := func(j int) float64 {
			if !q.trusted(j) {
				return math.NaN()
			}
			return value(j)
		}
		data := lineData(days, solid)
		at := q.Marked()
		if at >= 0 && q.trusted(at) {
			data[at].Symbol, data[at].SymbolSize = "circle", 7
		}
		add(i, seriesName(q.Name, m), data, merge(lineMore(color, 3), markDays(missing)).(object), lineStyle(color, 2.4))
		if last := len(q.Points) - 1; last >= 0 && !q.trusted(last) {
			dotted = true
			// From the last day that can be trusted, so that it is joined.
			young := lineData(days, func(j int) float64 {
				if q.trusted(j) && j < last && q.trusted(j+1) {
					return math.NaN()
				}
				return value(j)
			})
			if at >= 0 && !q.trusted(at) {
				young[at].Symbol, young[at].SymbolSize = "circle", 7
			}
			add(i, seriesName(q.Name, m), young, lineMore(color, 3, 1.5, 3), lineStyle(color, 2))
		}
	}
	c := finish(line, object{
		"grid": grids, "xAxis": xAxes, "yAxis": yAxes, "title": titles, "series": line.series(), "tooltip": tooltip(d.Format, m),
	}, d.ID, d.Message, l, m, float64(rows)*(panelH+between)-between)
	c.Note = percentNote(words.BandNote, l, d.Level)
	if !math.IsNaN(d.Target) {
		c.Note = sentences(c.Note, words.TargetNote.F(l, d.Format.Text(l, d.Target)))
	}
	if cut {
		c.Note = sentences(c.Note, words.CutNote.F(l, axis.Text(l, top)))
	} else {
		c.Note = sentences(c.Note, words.SameNote.In(l))
	}
	if dotted {
		c.Note = sentences(c.Note, words.YoungNote.In(l))
	}
	if holes {
		c.Note = sentences(c.Note, words.HolesNote.In(l))
	}
	c.Table = multiplesTable(d, from, to, l)
	return c
}

// multiplesScale is the range of days and the top of the scale of all panels:
// the highest interval, but at most 1.6 times the highest value, so that one
// wide interval does not flatten every line.
func multiplesScale(d MultiplesData) (from, to locale.Day, top float64, cut bool) {
	highest, widest := finite(d.Target), 0.0
	for _, q := range d.Panels {
		if q.TooFew != "" {
			continue
		}
		for _, b := range q.Points {
			if from.IsZero() || b.Day < from {
				from = b.Day
			}
			to = max(to, b.Day)
			highest, widest = max(highest, finite(b.Value)), max(widest, finite(b.High))
		}
	}
	top = max(highest, min(widest, highest*1.6))
	if top == 0 {
		top = 1
	}
	step := niceStep(top, 3)
	return from, to, top, widest > step*math.Ceil(top/step-1e-9)
}

// beside is what stands beside a panel's name: the value of its marked point and
// the volume of it.
func (d MultiplesData) beside(q Panel, l locale.Lang) []string {
	var out []string
	if at := q.Marked(); q.TooFew == "" && at >= 0 {
		out = append(out, d.Format.Text(l, q.Points[at].Value))
	}
	if v := clean(q.Volume); v != "" || out == nil {
		out = append(out, v)
	}
	return out
}

func multiplesTable(d MultiplesData, from, to locale.Day, l locale.Lang) Table {
	t := Table{Header: []string{words.Day.In(l)}}
	at := make([]map[locale.Day]Band, len(d.Panels))
	for i, q := range d.Panels {
		t.Header = append(t.Header, q.Name)
		at[i] = map[locale.Day]Band{}
		for _, b := range q.Points {
			at[i][b.Day] = b
		}
	}
	for day := from; day <= to; day++ {
		row, known := []string{l.DayShort(day)}, false
		for i, q := range d.Panels {
			b, ok := at[i][day]
			if ok && !known && !q.Until.IsZero() && day > q.Until {
				row[0] += " (" + words.Immature.In(l) + ")"
			}
			known = known || ok
			if !ok || math.IsNaN(b.Value) || q.TooFew != "" {
				row = append(row, locale.Dash)
				continue
			}
			cell := d.Format.Text(l, b.Value)
			if b.High > b.Low {
				cell += " " + d.Format.interval(l, b.Low, b.High)
			}
			row = append(row, cell)
		}
		if known {
			t.Rows = append(t.Rows, row)
		}
	}
	return t
}
