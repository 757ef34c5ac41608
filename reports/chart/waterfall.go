package chart

import (
	"fmt"
	"math"
	"sort"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"vigie/internal/locale"
)

// WaterfallData is what Waterfall draws: why did a KPI move?
type WaterfallData struct {
	ID, Message string
	Format      Format
	Better      int // which way is good: +1 up, -1 down, 0 neither
	From, To    Total
	Steps       []Step
}

// Total is a value of the KPI, before or after.
type Total struct {
	Label string
	Value float64
}

// Step is a part of the change. Without an interval Low and High are equal; an
// interval that contains 0 puts the step in the noise.
type Step struct {
	Label            string
	Delta, Low, High float64
}

func (s Step) noise() bool { return s.Low < s.High && s.Low <= 0 && s.High >= 0 }

// Waterfall draws the change from one value to another as steps: totals dark,
// steps blue or orange as they are good or bad, hatched where they are within
// the noise. The numbers written add up exactly. Columns stand side by side
// where their names find room, else they lie below each other.
func Waterfall(d WaterfallData, l locale.Lang, m Medium) Chart {
	d.Steps = complete(d, l)
	deltas := shown(d)

	bars := []fall{{label: clean(d.From.Label), lo: 0, hi: d.From.Value, end: d.From.Value, text: d.Format.Text(l, d.From.Value), total: true}}
	level := d.From.Value
	for i, s := range d.Steps {
		b := fall{label: clean(s.Label), lo: level, hi: level + s.Delta, end: level + s.Delta, text: d.Format.delta(l, deltas[i]), tone: Neutral}
		if b.lo > b.hi {
			b.lo, b.hi = b.hi, b.lo
		}
		switch {
		case s.noise():
			b.tone = Noise
		case s.Delta*float64(d.Better) < 0:
			b.tone = Bad
		case d.Better != 0:
			b.tone = Good
		}
		level += s.Delta
		bars = append(bars, b)
	}
	bars = append(bars, fall{label: clean(d.To.Label), lo: 0, hi: d.To.Value, end: d.To.Value, text: d.Format.Text(l, d.To.Value), total: true})
	lo, hi := 0.0, 0.0
	for i := range bars {
		b := &bars[i]
		if b.lo > b.hi {
			b.lo, b.hi = b.hi, b.lo
		}
		lo, hi = min(lo, finite(b.lo)), max(hi, finite(b.hi))
	}
	if hi == lo {
		hi = lo + 1
	}

	// Side by side when every label and name has room in its column.
	column := float64(m.Width) / float64(len(bars))
	upright := true
	for _, b := range bars {
		upright = upright && Width(b.text, m.Label, b.weight()) <= column-6 && Width(longestWord(b.label), m.Label, 400) <= column-8
	}
	upright = upright && column >= 58
	var c Chart
	if upright {
		c = standing(d, bars, lo, hi, l, m)
	} else {
		c = lying(d, bars, lo, hi, l, m)
	}
	for _, s := range d.Steps {
		if s.noise() {
			c.Note = words.WaterfallNote.In(l)
		}
	}
	c.Table = waterfallTable(d, deltas, l)
	return c
}

// fall is a bar of a waterfall.
type fall struct {
	label, text string
	lo, hi      float64
	end         float64 // the level after it
	tone        Tone
	total       bool
}

func (b fall) weight() int {
	if b.tone == Noise {
		return 400
	}
	return 600
}

func (b fall) color() string {
	if b.total {
		return ink
	}
	return b.tone.label()
}

// complete adds the part that the steps do not explain, where it would be seen:
// the drawing must not end elsewhere than at the value it says.
func complete(d WaterfallData, l locale.Lang) []Step {
	rest := d.To.Value - d.From.Value
	for _, s := range d.Steps {
		rest -= s.Delta
	}
	if math.Abs(rest) < d.Format.unit()/2 {
		return d.Steps
	}
	return append(append([]Step{}, d.Steps...), Step{Label: words.Other.In(l), Delta: rest})
}

// shown are the steps as they are written: rounded, and by the largest
// remainder such that they add up to the difference of the totals as written.
func shown(d WaterfallData) []float64 {
	unit := d.Format.unit()
	whole := func(v float64) float64 { return math.Round(v / unit) }
	left := whole(d.To.Value) - whole(d.From.Value)
	type part struct {
		i    int
		rest float64
	}
	out := make([]float64, len(d.Steps))
	var parts []part
	for i, s := range d.Steps {
		out[i] = math.Floor(s.Delta/unit + 1e-9)
		parts = append(parts, part{i, s.Delta/unit - out[i]})
		left -= out[i]
	}
	sort.SliceStable(parts, func(a, b int) bool { return parts[a].rest > parts[b].rest })
	// What is left is fewer units than there are steps, or a few more or less
	// where the totals' own rounding adds to it.
	for n := 0; left > 0 && len(parts) > 0; n, left = n+1, left-1 {
		out[parts[n%len(parts)].i]++
	}
	for n := len(parts) - 1; left < 0 && n >= 0; n, left = n-1, left+1 {
		out[parts[n].i]--
	}
	for i := range out {
		out[i] *= unit
	}
	return out
}

// The bars of a waterfall are at most fallWidth px wide, and leave a share
// fallGap of their band free.
const (
	fallWidth = 54
	fallGap   = 0.36
)

// fallSeries are the series of a waterfall: an unseen base, then what is seen,
// above and below zero, as values[bar] along the value axis.
func fallSeries(bars []fall, add func(name string, data []opts.BarData)) []any {
	var below, up, down []opts.BarData
	part := func(v float64) opts.BarData {
		if v == 0 {
			return opts.BarData{} // no bar, where a bar of no height would have an edge
		}
		return opts.BarData{Value: num(v)}
	}
	styles := []any{}
	for _, b := range bars {
		lo, hi := finite(b.lo), finite(b.hi)
		base, pos, neg := 0.0, max(hi, 0), min(lo, 0)
		switch {
		case b.total:
		case lo >= 0:
			base, pos, neg = lo, hi-lo, 0
		case hi <= 0:
			base, pos, neg = hi, 0, lo-hi
		}
		below, up, down = append(below, part(base)), append(up, part(pos)), append(down, part(neg))
		switch {
		case b.total:
			styles = append(styles, object{"itemStyle": object{"color": slate}})
		case b.tone == Noise:
			styles = append(styles, object{"itemStyle": object{"color": white, "borderColor": grey, "borderWidth": 1,
				"decal": object{"symbol": "rect", "color": grey, "dashArrayX": []any{1, 0}, "dashArrayY": []any{1, 4}, "rotation": -0.785}}})
		default:
			styles = append(styles, object{"itemStyle": object{"color": b.tone.mark(), "borderColor": b.tone.mark(), "borderWidth": 1}})
		}
	}
	add("", below)
	add("", up)
	add("", down)
	over := merge(object{"stack": "fall", "barMaxWidth": fallWidth, "barCategoryGap": fmt.Sprintf("%g%%", fallGap*100), "z": 3}, still).(object)
	return []any{
		merge(object{"itemStyle": object{"opacity": 0}}, over),
		merge(object{"data": styles}, over),
		merge(object{"data": append([]any{}, styles...)}, over),
	}
}

// standing draws the bars side by side.
func standing(d WaterfallData, bars []fall, lo, hi float64, l locale.Lang, m Medium) Chart {
	lh := m.line()
	column := float64(m.Width-8) / float64(len(bars))
	names, lines := []any{}, 1
	for _, b := range bars {
		s := wrap(b.label, m.Label, 400, column-8, 3)
		lines = max(lines, lineCount(s))
		names = append(names, s)
	}
	p := plane{width: float64(m.Width), left: 4, right: 4, top: lh + 4, height: 200, bottom: float64(lines)*lh + 10, x1: float64(len(bars)), y0: lo, y1: hi}
	switch {
	case m.paper():
		p.height = 130
	case m.narrow():
		p.height = 170
	}
	bar := charts.NewBar()
	bar.SetGlobalOptions(base(d.ID)...)
	series := fallSeries(bars, func(name string, data []opts.BarData) { bar.AddSeries(name, data) })
	var ns []note
	for i, b := range bars {
		ns = append(ns, note{x: float64(i), y: finite(max(b.hi, 0, b.lo)), at: "top", dy: -4, text: b.text, color: b.color(), weight: b.weight(), size: m.Label})
		if !b.total {
			ns[i].y = finite(b.hi)
		}
	}
	series = append(series, connectors(bars, false), notes(0, 0, ns))
	return finish(bar, object{
		"grid": []any{p.grid()},
		"xAxis": []any{object{"type": "category", "data": names, "axisTick": object{"show": false}, "axisLine": object{"onZero": true, "lineStyle": object{"color": axisLine}},
			"axisLabel": object{"interval": 0, "color": ink2, "fontSize": m.Label, "lineHeight": round(lh, 1), "margin": 8}}},
		"yAxis":  []any{object{"type": "value", "show": false, "min": num(lo), "max": num(hi)}},
		"series": series,
	}, d.ID, d.Message, l, m, p.total())
}

// lying draws the bars below each other, each with its name on the left.
func lying(d WaterfallData, bars []fall, lo, hi float64, l locale.Lang, m Medium) Chart {
	lh := m.line()
	var nameW, textW float64
	for _, b := range bars {
		nameW = max(nameW, Width(b.label, m.Label, 400))
		textW = max(textW, Width(b.text, m.Label, 600))
	}
	nameW = min(nameW, float64(m.Width)*0.34)
	names, lines := []any{}, 1
	for _, b := range bars {
		s := wrap(b.label, m.Label, 400, nameW, 2)
		lines = max(lines, lineCount(s))
		names = append(names, s)
	}
	row := max(24, lh*float64(lines)+6)
	if m.paper() {
		row = lh*float64(lines) + 6
	}
	p := plane{width: float64(m.Width), left: math.Ceil(nameW) + 10, right: math.Ceil(textW) + 10, top: 2, height: row * float64(len(bars)), bottom: 2, x0: lo, x1: hi}
	bar := charts.NewBar()
	bar.SetGlobalOptions(base(d.ID)...)
	series := fallSeries(bars, func(name string, data []opts.BarData) { bar.AddSeries(name, data) })
	var ns []note
	for i, b := range bars {
		ns = append(ns, note{x: finite(b.hi), y: float64(i), at: "right", dx: 6, text: b.text, color: b.color(), weight: b.weight(), size: m.Label})
	}
	series = append(series, connectors(bars, true), notes(0, 0, ns))
	return finish(bar, object{
		"grid":  []any{p.grid()},
		"xAxis": []any{object{"type": "value", "show": false, "min": num(lo), "max": num(hi)}},
		"yAxis": []any{object{"type": "category", "data": names, "inverse": true, "axisTick": object{"show": false}, "axisLine": object{"onZero": true, "lineStyle": object{"color": axisLine}},
			"axisLabel": object{"interval": 0, "color": ink2, "fontSize": m.Label, "lineHeight": round(lh, 1), "align": "left", "margin": round(p.left, 1)}}},
		"series": series,
	}, d.ID, d.Message, l, m, p.total())
}

// connectors is the thin line from the level after each bar to the next bar,
// from edge to edge at any width; assets/kit.js draws it.
func connectors(bars []fall, lying bool) object {
	data := []any{}
	for i, b := range bars[:len(bars)-1] {
		if lying {
			data = append(data, []any{num(finite(b.end)), i})
		} else {
			data = append(data, []any{i, num(finite(b.end))})
		}
	}
	return merge(merge(object{}, still), object{"type": "custom", "name": "", "data": data, "encode": object{"x": 0, "y": 1}, "itemStyle": object{"color": axisLine}, "z": 2,
		"renderItem": object{"$f": "steps", "lying": lying, "max": fallWidth, "part": 1 - fallGap}}).(object)
}

func waterfallTable(d WaterfallData, deltas []float64, l locale.Lang) Table {
	t := Table{
		Header: []string{words.Effect.In(l), words.Change.In(l), words.Interval.In(l)},
		Rows:   [][]string{{d.From.Label, d.Format.Text(l, d.From.Value), locale.Dash}},
	}
	for i, s := range d.Steps {
		interval := locale.Dash
		if s.Low < s.High {
			interval = d.Format.deltaInterval(l, s.Low, s.High)
		}
		t.Rows = append(t.Rows, []string{s.Label, d.Format.delta(l, deltas[i]), interval})
	}
	t.Rows = append(t.Rows, []string{d.To.Label, d.Format.Text(l, d.To.Value), locale.Dash})
	return t
}
