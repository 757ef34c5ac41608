package chart

import (
	"math"
	"strings"
)

// note is a text of its own at a place of the plotting area.
type note struct {
	x, y   float64 // data
	at     string  // on which side of the place: left, right or top
	dx, dy float64 // px from it
	text   string
	color  string
	weight int
	size   float64
}

// box is the room that the note takes.
func (n note) box(p plane) rect {
	w, h := Width(n.text, n.size, n.weight), n.size*1.25
	x, y := p.x(n.x)+n.dx, p.y(n.y)+n.dy
	switch n.at {
	case "left":
		return rect{x - w, y - h/2, x, y + h/2}
	case "top":
		return rect{x - w/2, y - h, x + w/2, y}
	}
	return rect{x, y - h/2, x + w, y + h/2}
}

// board collects the notes of a chart.
type board struct {
	size  float64
	notes []note
	boxes []rect
}

// add writes a note where it is.
func (b *board) add(p plane, n note) {
	n.size = b.size
	b.notes = append(b.notes, n)
	b.boxes = append(b.boxes, n.box(p))
}

// try writes a note where it covers no other, passes no edge and does not lie
// over the labels of the vertical axis.
func (b *board) try(p plane, n note) bool {
	n.size = b.size
	box := n.box(p)
	if box.x0 < 0 || box.y0 < 0 || box.x1 > p.width || box.y1 > p.top+p.height || box.x0 < p.left && box.y1 > p.top-n.size {
		return false
	}
	for _, o := range b.boxes {
		if box.overlaps(o) {
			return false
		}
	}
	b.add(p, n)
	return true
}

// around writes a note beside its place, on the first side where neither
// another note nor one of the lines is; where there is no such side, over a
// line rather than not at all.
func (b *board) around(p plane, n note, lines ...[]Point) {
	n.size = b.size
	below := b.size*1.25/2 + 4
	for _, overLines := range []bool{false, true} {
		for _, side := range []struct {
			at     string
			dx, dy float64
		}{{"left", -7, -below}, {"right", 7, below}, {"left", -7, below}, {"right", 7, -below}} {
			n.at, n.dx, n.dy = side.at, side.dx, side.dy
			if (overLines || !n.box(p).crossed(p, lines)) && b.try(p, n) {
				return
			}
		}
	}
}

// crossed reports whether a line of daily points passes through the box.
func (r rect) crossed(p plane, lines [][]Point) bool {
	for _, line := range lines {
		for i := 1; i < len(line); i++ {
			x0, x1, y0, y1 := p.x(float64(line[i-1].Day)), p.x(float64(line[i].Day)), p.y(line[i-1].Value), p.y(line[i].Value)
			a, b := max(r.x0, x0), min(r.x1, x1)
			if a >= b || math.IsNaN(y0) || math.IsNaN(y1) {
				continue
			}
			ya, yb := y0+(a-x0)/(x1-x0)*(y1-y0), y0+(b-x0)/(x1-x0)*(y1-y0)
			if max(ya, yb) > r.y0 && min(ya, yb) < r.y1 {
				return true
			}
		}
	}
	return false
}

// notes is a series without marks that carries texts. They have a white edge,
// so that a line behind them does not cross them.
func notes(xAxis, yAxis int, list []note) object {
	data := []any{}
	for _, n := range list {
		data = append(data, object{"value": []any{num(n.x), num(n.y)}, "label": object{
			"show": true, "position": n.at, "distance": 0, "offset": []any{round(n.dx, 1), round(n.dy, 1)}, "formatter": text(n.text),
			"color": n.color, "fontWeight": n.weight, "fontSize": n.size, "lineHeight": round(n.size*1.25, 1),
			"textBorderColor": white, "textBorderWidth": 3,
		}})
	}
	return merge(object{"type": "scatter", "name": "", "xAxisIndex": xAxis, "yAxisIndex": yAxis, "data": data, "symbolSize": 0, "z": 6,
		"itemStyle": object{"opacity": 1}}, still).(object)
}

// seriesName is a name for the box under the pointer, which marks its styles
// with braces.
func seriesName(name string, m Medium) string {
	return fit(strings.NewReplacer("{", "(", "}", ")").Replace(clean(name)), m.Label, 400, 220)
}

// heading is a text at the top of a chart or panel. left is px or a percentage
// of the width; align says which of its ends stands there.
func heading(s string, left any, top float64, align, color string, weight int, size float64) object {
	return object{"text": s, "left": left, "top": round(top, 1), "textAlign": align, "padding": 0,
		"textStyle": object{"fontSize": size, "fontWeight": weight, "color": color, "fontFamily": fontFamily, "lineHeight": round(size*1.25, 1)}}
}

// spread moves boxes apart along one axis as little as it can. Boxes are given
// in order by centre and height; lo and hi bound them all.
func spread(centres, heights []float64, lo, hi float64) []float64 {
	type cluster struct {
		first, n    int
		centre, sum float64 // of the cluster; of its heights
	}
	var cs []cluster
	for i := range centres {
		cs = append(cs, cluster{i, 1, centres[i], heights[i]})
		for len(cs) > 1 {
			a, b := cs[len(cs)-2], cs[len(cs)-1]
			if a.centre+a.sum/2 <= b.centre-b.sum/2 {
				break
			}
			n := float64(a.n + b.n)
			cs = append(cs[:len(cs)-2], cluster{a.first, a.n + b.n, (a.centre*float64(a.n) + b.centre*float64(b.n)) / n, a.sum + b.sum})
		}
	}
	out := make([]float64, len(centres))
	for _, c := range cs {
		y := c.centre - c.sum/2
		for i := c.first; i < c.first+c.n; i++ {
			out[i] = y + heights[i]/2
			y += heights[i]
		}
	}
	// Keep within the bounds, pushing neighbours before us.
	for i := range out {
		out[i] = max(out[i], lo+heights[i]/2)
		lo = out[i] + heights[i]/2
	}
	for i := len(out) - 1; i >= 0; i-- {
		out[i] = min(out[i], hi-heights[i]/2)
		hi = out[i] - heights[i]/2
	}
	return out
}

// rect is a box on the chart, px.
type rect struct{ x0, y0, x1, y1 float64 }

func (r rect) overlaps(s rect) bool {
	return r.x0 < s.x1 && s.x0 < r.x1 && r.y0 < s.y1 && s.y0 < r.y1
}
