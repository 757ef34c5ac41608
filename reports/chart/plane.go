package chart

import (
	"math"

	"vigie/internal/locale"
)

// plane is the plotting area of a chart, in px, and the data at its edges.
type plane struct {
	width, left, right  float64 // of the chart; margins
	top, height, bottom float64 // margin, plotting area, margin
	x0, x1, y0, y1      float64
}

func (p plane) x(v float64) float64 {
	return p.left + (v-p.x0)/(p.x1-p.x0)*(p.width-p.left-p.right)
}

func (p plane) y(v float64) float64 {
	return p.top + (p.y1-v)/(p.y1-p.y0)*p.height
}

func (p plane) total() float64 { return p.top + p.height + p.bottom }

// grid are the options of the plotting area. Its margins are ours: the library
// must not move it.
func (p plane) grid() object {
	return object{"left": round(p.left, 1), "right": round(p.right, 1), "top": round(p.top, 1), "height": round(p.height, 1), "outerBoundsMode": "none"}
}

// steps are the distances between labels that people count in.
var steps = []float64{1, 1.5, 2, 2.5, 3, 4, 5, 6, 8, 10}

// niceStep is the smallest readable step that covers span in at most n.
func niceStep(span float64, n int) float64 {
	if !(span > 0) {
		return 1
	}
	raw := span / float64(n)
	p := math.Pow(10, math.Floor(math.Log10(raw)))
	for _, s := range steps {
		if s*p >= raw*(1-1e-9) {
			return round(s*p, 9)
		}
	}
	return 10 * p
}

// valueAxis are the options of a vertical axis: labels, thin lines, no axis
// line. Where its end is no multiple of the step, the end has no label.
func valueAxis(p plane, step float64, f Format, m Medium) object {
	whole := math.Abs((p.y1-p.y0)/step-math.Round((p.y1-p.y0)/step)) < 1e-6
	return object{
		"type": "value", "min": num(p.y0), "max": num(p.y1), "interval": num(step),
		"axisLine": object{"show": false}, "axisTick": object{"show": false},
		"axisLabel": object{"formatter": ref(f), "fontSize": m.Label, "color": ink2, "margin": 8, "showMaxLabel": whole},
		"splitLine": object{"showMaxLine": whole, "lineStyle": object{"color": gridLine, "width": 1}},
	}
}

// gutter is the room that the labels of a vertical axis take.
func gutter(lo, hi, step float64, f Format, l locale.Lang, m Medium) float64 {
	var w float64
	for v := lo; v <= hi+step*1e-6; v += step {
		w = max(w, Width(f.Text(l, v), m.Label, 400))
	}
	return math.Ceil(w) + 9
}

// dayAxis are the options of a horizontal axis of days with the given labels.
func dayAxis(p plane, ticks []locale.Day, l locale.Lang, m Medium) object {
	last := lastAlign(p, ticks, l, m)
	var first any
	if len(ticks) == 1 {
		first = last
	}
	return object{
		"type": "value", "min": num(p.x0), "max": num(p.x1),
		"axisLine": object{"lineStyle": object{"color": axisLine, "width": 1}}, "axisTick": object{"show": false},
		"axisLabel": object{"formatter": ref("day"), "customValues": dayNumbers(ticks), "fontSize": m.Label, "color": ink2, "margin": 8,
			"hideOverlap": true, "showMinLabel": true, "showMaxLabel": true, "alignMinLabel": first, "alignMaxLabel": last},
		"splitLine":   object{"show": false},
		"axisPointer": object{"snap": true, "label": object{"show": false, "formatter": ref("date")}},
	}
}

// lastAlign is how the last label lies over its day: to its left where it would
// pass the edge of the chart.
func lastAlign(p plane, ticks []locale.Day, l locale.Lang, m Medium) any {
	if n := len(ticks); n > 0 && p.x(float64(ticks[n-1]))+Width(l.DayShort(ticks[n-1]), m.Label, 400)/2 > p.width {
		return "right"
	}
	return nil
}

func dayNumbers(days []locale.Day) []any {
	out := make([]any, len(days))
	for i, d := range days {
		out[i] = int(d)
	}
	return out
}

// dayTicks chooses the days to be labelled from first to last: those of must,
// most important first, then regular ones where they leave room. A label that
// would pass an edge of the chart is left out.
func dayTicks(p plane, first, last locale.Day, l locale.Lang, m Medium, must ...locale.Day) []locale.Day {
	type span struct{ a, b float64 }
	var taken []span
	chosen := map[locale.Day]bool{}
	try := func(d locale.Day) {
		if chosen[d] {
			return
		}
		w := Width(l.DayShort(d), m.Label, 400)
		s := span{p.x(float64(d)) - w/2, p.x(float64(d)) + w/2}
		if d == last && s.b > p.width {
			s = span{s.a - w/2, s.b - w/2} // see lastAlign
		}
		if s.a < 0 || s.b > p.width {
			return
		}
		for _, t := range taken {
			if s.a < t.b+m.Label && t.a-m.Label < s.b {
				return
			}
		}
		taken = append(taken, s)
		chosen[d] = true
	}
	for _, d := range must {
		try(d)
	}
	for _, d := range regularDays(p, first, last, l, m) {
		try(d)
	}
	var out []locale.Day
	for d := first; d <= last; d++ {
		if chosen[d] {
			out = append(out, d)
		}
	}
	return out
}

// regularDays are days at the closest distance that leaves room for labels:
// every day, weeks from the first day, or first days of months.
func regularDays(p plane, first, last locale.Day, l locale.Lang, m Medium) []locale.Day {
	room := Width(l.DayShort(locale.Date(2026, 9, 28)), m.Label, 400) + 2*m.Label
	day := p.x(1) - p.x(0)
	for _, n := range []locale.Day{1, 7, 14} {
		if float64(n)*day >= room && (n < 14 || last-first < 100) {
			var out []locale.Day
			for d := first; d <= last; d += n {
				out = append(out, d)
			}
			return out
		}
	}
	for _, n := range []int{1, 2, 3, 6, 12} {
		if float64(30*n)*day < room && n < 12 {
			continue
		}
		var out []locale.Day
		for i, d := 0, first.MonthStart(); d <= last; i, d = i+1, d.MonthEnd()+1 {
			if d >= first && i%n == 0 {
				out = append(out, d)
			}
		}
		return out
	}
	return nil
}

// gaps are the runs of unknown days between known ones, as first and last day.
func gaps(days []locale.Day, value func(i int) float64) [][2]locale.Day {
	var out [][2]locale.Day
	lastKnown := -1
	for i := range days {
		if math.IsNaN(value(i)) {
			continue
		}
		if lastKnown >= 0 && i > lastKnown+1 {
			out = append(out, [2]locale.Day{days[lastKnown+1], days[i-1]})
		}
		lastKnown = i
	}
	return out
}
