package chart

import (
	"encoding/json"
	"fmt"
	"math"
	"regexp"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"vigie/internal/locale"
)

// object is a JSON object.
type object = map[string]any

// ref names a function of assets/kit.js.
func ref(name Format) object { return object{"$f": string(name)} }

// text is a function that writes a text as it is. A template string would read
// the braces and dollars of a campaign's name.
func text(s string) object { return object{"$f": "text", "t": s} }

// num is a value for JSON: absent where it is not known, and without the noise
// of binary fractions.
func num(v float64) any {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return nil
	}
	return round(v, 6)
}

func round(v float64, decimals int) float64 {
	p := math.Pow10(decimals)
	return math.Round(v*p) / p
}

// base are the options that go-echarts charts start with.
func base(id string) []charts.GlobalOpts {
	return []charts.GlobalOpts{
		charts.WithInitializationOpts(opts.Initialization{ChartID: id}),
		charts.WithColorsOpts(opts.Colors{blue, orange, "#12876f", "#9c36b5"}),
		charts.WithAnimation(false),
	}
}

var notInID = regexp.MustCompile(`[^a-z0-9]+`)

// finish merges more over the options of a go-echarts chart and makes a Chart.
func finish(c interface {
	Validate()
	JSON() map[string]any
}, more object, id, message string, l locale.Lang, m Medium, height float64) Chart {
	c.Validate()
	raw, err := json.Marshal(c.JSON())
	if err != nil {
		panic(fmt.Sprintf("chart %s: %v", id, err)) // our own values: numbers and strings
	}
	var o object
	if err := json.Unmarshal(raw, &o); err != nil {
		panic(fmt.Sprintf("chart %s: %v", id, err))
	}
	// Empty components that we do not use; some would be drawn.
	for _, k := range []string{"legend", "title", "toolbox", "tooltip"} {
		delete(o, k)
	}
	o = merge(o, object{
		"$lang":     string(l),
		"textStyle": object{"fontFamily": fontFamily, "fontSize": m.Label, "color": ink},
		"aria":      object{"enabled": true, "label": object{"description": message}},
	}).(object)
	raw, err = json.Marshal(merge(o, more))
	if err != nil {
		panic(fmt.Sprintf("chart %s: %v", id, err))
	}
	return Chart{
		ID:      strings.Trim(notInID.ReplaceAllString(strings.ToLower(id), "-"), "-") + "-" + m.ID,
		Options: raw,
		Width:   m.Width,
		Height:  int(math.Ceil(height)),
		Message: message,
	}
}

// merge lays b over a: objects key by key, lists item by item, others replaced.
func merge(a, b any) any {
	switch b := b.(type) {
	case object:
		am, ok := a.(object)
		if !ok {
			am = object{}
		}
		for k, v := range b {
			am[k] = merge(am[k], v)
		}
		return am
	case []any:
		al, ok := a.([]any)
		if !ok {
			return b
		}
		for i, v := range b {
			if i < len(al) {
				al[i] = merge(al[i], v)
			} else {
				al = append(al, v)
			}
		}
		return al
	}
	return b
}

// still is a series that only shows.
var still = object{"silent": true, "clip": false, "cursor": "default", "emphasis": object{"disabled": true}, "tooltip": object{"show": false}}

// tooltip are the options of the box that shows values under the pointer. It is
// drawn as text in the chart: a box in HTML would need styles that a strict
// content policy forbids.
func tooltip(f Format, m Medium) object {
	return object{"show": true, "trigger": "axis", "renderMode": "richText", "confine": true, "valueFormatter": ref(f), "transitionDuration": 0,
		"backgroundColor": white, "borderColor": axisLine, "borderWidth": 1, "padding": []any{6, 9}, "textStyle": object{"fontFamily": fontFamily, "fontSize": m.Label, "color": ink},
		"axisPointer": object{"type": "line", "lineStyle": object{"color": axisLine, "type": "solid", "width": 1}}}
}

// lineData are the points of a line. A day between two unknown ones has no line
// to either side: it gets a dot.
func lineData(days []locale.Day, value func(i int) float64) []opts.LineData {
	known := func(i int) bool { return i >= 0 && i < len(days) && !math.IsNaN(value(i)) }
	out := make([]opts.LineData, len(days))
	for i, d := range days {
		out[i] = opts.LineData{Value: []any{int(d), num(value(i))}}
		if known(i) && !known(i-1) && !known(i+1) {
			out[i].Symbol, out[i].SymbolSize = "circle", 4
		}
	}
	return out
}

// lines is a line chart of go-echarts in the making, and what is to be merged
// over its series.
type lines struct {
	*charts.Line
	over  []any // for each series
	extra []any // series that go-echarts has no words for
}

func newLines(id string) *lines {
	s := &lines{Line: charts.NewLine()}
	s.SetGlobalOptions(base(id)...)
	return s
}

// add appends a line and keeps what is to be merged over it.
func (s *lines) add(name string, data []opts.LineData, over object, options ...charts.SeriesOpts) {
	s.AddSeries(name, data, options...)
	s.over = append(s.over, over)
}

// also appends another series, drawn like the lines in the order of its z.
func (s *lines) also(series object) { s.extra = append(s.extra, series) }

// series is what finish merges.
func (s *lines) series() []any { return append(append([]any{}, s.over...), s.extra...) }

// lineStyle is what go-echarts can say of a line, and lineMore what it cannot.
func lineStyle(color string, width float32) charts.SeriesOpts {
	return charts.WithLineStyleOpts(opts.LineStyle{Color: color, Width: width})
}

func lineMore(color string, z int, dash ...any) object {
	o := object{"z": z, "symbol": "none", "itemStyle": object{"color": color}, "cursor": "default", "emphasis": object{"disabled": true},
		"lineStyle": object{"cap": "butt", "join": "round"}}
	if len(dash) > 0 {
		o["lineStyle"] = object{"cap": "butt", "join": "round", "type": dash}
	}
	return o
}

// area is a series that shades the interval of each day; assets/kit.js draws
// it. What lies outside of the plotting area is cut off.
func area(bands []Band, color string) object {
	data := make([]any, len(bands))
	for i, b := range bands {
		data[i] = []any{int(b.Day), num(b.Low), num(b.High)}
	}
	return merge(merge(object{}, still), object{"type": "custom", "name": "", "renderItem": object{"$f": "band", "opacity": bandOpacity}, "data": data,
		"encode": object{"x": 0, "y": []any{1, 2}}, "itemStyle": object{"color": color}, "clip": true, "z": 1}).(object)
}

// pointsOf splits points into their days and their values.
func pointsOf(ps []Point) ([]locale.Day, func(i int) float64) {
	days := make([]locale.Day, len(ps))
	for i, p := range ps {
		days[i] = p.Day
	}
	return days, func(i int) float64 { return ps[i].Value }
}

// marked puts a dot on the last known point of a line.
func marked(data []opts.LineData) []opts.LineData {
	for i := len(data) - 1; i >= 0; i-- {
		if v, ok := data[i].Value.([]any); ok && v[1] != nil {
			data[i].Symbol, data[i].SymbolSize = "circle", 7
			break
		}
	}
	return data
}

// markDays shades runs of days behind a line.
func markDays(runs [][2]locale.Day) object {
	if len(runs) == 0 {
		return object{}
	}
	data := []any{}
	for _, r := range runs {
		data = append(data, []any{object{"xAxis": int(r[0]) - 1}, object{"xAxis": int(r[1]) + 1}})
	}
	return object{"markArea": object{"silent": true, "z": 0, "itemStyle": object{"color": paler}, "data": data}}
}
