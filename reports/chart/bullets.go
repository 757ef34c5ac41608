package chart

import (
	"math"
	"strings"

	"github.com/go-echarts/go-echarts/v2/charts"
	"github.com/go-echarts/go-echarts/v2/opts"

	"vigie/internal/locale"
)

// BulletsData is what Bullets draws: are the targets reached?
type BulletsData struct {
	ID, Message string
	Rows        []Bullet
}

// Bullet is one target.
type Bullet struct {
	Name string
	// Realised and Aim are written values: « 31,53 € », « 120 à date ».
	Realised, Aim string
	// Ratio is what was realised over what should have been by now: 1 is on
	// target. NaN where there is no value.
	Ratio float64
	Tone  Tone
	// Reading says in words how the two compare: « mieux que visé ».
	Reading string
}

// fullScale is the end of the scale of bullets: 120 % of the target to date.
const fullScale = 1.2

// Bullets draws one row a target: its name, what was realised, a bar on a scale
// that all rows share with a tick at the target to date, and what was aimed
// at. A bar that passes the end of the scale has an arrowhead there.
func Bullets(d BulletsData, l locale.Lang, m Medium) Chart {
	lh := m.line()
	width := float64(m.Width)

	// Columns: a number is never cut while there is room for it elsewhere;
	// names and words share the rest with the bars and are broken into lines.
	head := [3]string{words.Target.In(l), words.Actual.In(l), words.Aim.In(l)}
	nameW, valueW, aimW := Width(head[0], m.Label, 400), Width(head[1], m.Label, 400), Width(head[2], m.Label, 400)
	const minBar, gap = 104, 12
	third, budget := width*0.3, width*0.62
	valueWord, aimWord := 0.0, 0.0 // the widest words
	for _, r := range d.Rows {
		nameW = max(nameW, Width(clean(r.Name), m.Label, 600))
		valueW = max(valueW, Width(clean(r.Realised), m.Label, 400))
		valueWord = max(valueWord, Width(longestWord(clean(r.Realised)), m.Label, 400))
		aimWord = max(aimWord, Width(longestWord(clean(r.Aim)), m.Label, 400))
	}
	valueW = min(valueW, max(third, min(valueWord, budget-min(aimWord, third))))
	aimMax := max(width*0.24, min(aimWord, budget-valueW))
	names, values, aims := []string{}, []string{}, []string{}
	lines := 1
	for _, r := range d.Rows {
		aim := wrap(clean(r.Aim), m.Label, 400, aimMax, 3)
		aims = append(aims, aim)
		for s := range strings.SplitSeq(aim, "\n") {
			aimW = max(aimW, Width(s, m.Label, 400))
		}
		values = append(values, wrap(clean(r.Realised), m.Label, 400, valueW, 3))
	}
	nameW = min(nameW, max(width*0.2, width-valueW-aimW-minBar-3*gap), width*0.34)
	for i, r := range d.Rows {
		names = append(names, wrap(clean(r.Name), m.Label, 600, nameW, 3))
		for _, s := range []string{names[i], values[i], aims[i]} {
			lines = max(lines, 1+strings.Count(s, "\n"))
		}
	}
	rowHeight := max(lh*float64(lines)+10, 30)

	p := plane{
		width: width, left: math.Ceil(nameW + gap + valueW + gap), right: math.Ceil(aimW + gap),
		top: lh + 6, height: rowHeight * float64(len(d.Rows)), bottom: 2,
		x1: fullScale, y1: float64(len(d.Rows)),
	}
	barW := p.width - p.left - p.right

	bar := charts.NewBar()
	bar.SetGlobalOptions(base(d.ID)...)
	var bed, bars []opts.BarData
	tick, over, said := []any{}, []any{}, []note{}
	for i, r := range d.Rows {
		bed = append(bed, opts.BarData{Value: fullScale})
		color := r.Tone.mark()
		if math.IsNaN(r.Ratio) || r.Tone == TooFew {
			bars = append(bars, opts.BarData{Value: 0})
			s := words.TooLittle.In(l)
			if Width(s, m.Label, 400) > barW-8 {
				s = fit(words.TooFew.In(l), m.Label, 400, barW-8)
			}
			said = append(said, note{x: 0, y: float64(i), at: "right", dx: 4, text: s, color: ink3, weight: 400, size: m.Label})
			continue
		}
		bars = append(bars, opts.BarData{Value: num(max(0, min(r.Ratio, fullScale))), ItemStyle: &opts.ItemStyle{Color: color}})
		tick = append(tick, []any{1, i})
		if r.Ratio > fullScale {
			over = append(over, object{"value": []any{fullScale, i}, "itemStyle": object{"color": color, "opacity": 1}})
		}
	}
	bar.AddSeries("", bed, charts.WithBarChartOpts(opts.BarChart{YAxisIndex: 0}))
	bar.AddSeries("", bars, charts.WithBarChartOpts(opts.BarChart{YAxisIndex: 1}))
	bar.ExtendYAxis(opts.YAxis{}, opts.YAxis{}, opts.YAxis{})

	column := func(texts []string, position, align string, margin float64, color string, weight int) object {
		data := make([]any, len(texts))
		for i, s := range texts {
			data[i] = s
		}
		return object{"type": "category", "inverse": true, "data": data, "position": position, "gridIndex": 0,
			"axisLine": object{"show": false}, "axisTick": object{"show": false}, "splitLine": object{"show": false},
			"axisLabel": object{"show": true, "interval": 0, "align": align, "margin": round(margin, 1), "color": color, "fontWeight": weight, "fontSize": m.Label, "lineHeight": round(lh, 1)}}
	}
	rules := column(aims, "left", "left", 0, ink, 400)
	rules = merge(rules, object{"gridIndex": 1, "axisLabel": object{"show": false}, "splitLine": object{"show": true, "lineStyle": object{"color": gridLine}}}).(object)
	// The only label of the scale stands over the tick.
	valueX := object{"type": "value", "min": 0, "max": fullScale, "position": "top", "splitLine": object{"show": false}, "axisLine": object{"show": false}, "axisTick": object{"show": false},
		"axisLabel": object{"customValues": []any{1}, "formatter": text(words.ToDate.In(l)), "color": ink2, "fontSize": m.Label, "margin": round(p.top-1.125*m.Label, 1)}}
	c := finish(bar, object{
		"grid": []any{p.grid(), merge(p.grid(), object{"left": 0, "right": 0})},
		"xAxis": []any{valueX, object{"type": "value", "gridIndex": 1, "min": 0, "max": 1, "position": "top", "axisLabel": object{"show": false}, "axisTick": object{"show": false},
			"splitLine": object{"show": false}, "axisLine": object{"show": true, "lineStyle": object{"color": axisLine}}}},
		"yAxis": []any{
			column(names, "left", "left", p.left, ink, 600),
			column(values, "left", "right", gap, ink, 400),
			column(aims, "right", "right", p.right, ink2, 400),
			rules,
		},
		"title": []any{
			heading(head[0], 0, 0, "left", ink2, 400, m.Label), heading(head[1], round(p.left-gap, 1), 0, "right", ink2, 400, m.Label),
			heading(head[2], "100%", 0, "right", ink2, 400, m.Label),
		},
		"series": []any{
			merge(object{"barWidth": 14, "itemStyle": object{"color": pale}, "z": 1}, still),
			merge(object{"barWidth": 6, "z": 2}, still),
			merge(object{"type": "scatter", "name": "", "yAxisIndex": 2, "data": tick, "symbol": "rect", "symbolSize": []any{2.5, 18}, "z": 4, "itemStyle": object{"color": ink, "opacity": 1}}, still),
			merge(object{"type": "scatter", "name": "", "yAxisIndex": 2, "data": over, "symbol": "triangle", "symbolRotate": -90, "symbolSize": []any{12, 8}, "z": 3}, still),
			notes(0, 2, said),
		},
	}, d.ID, d.Message, l, m, p.total())
	c.Note = words.BulletsNote.In(l)
	c.Table = bulletsTable(d, l)
	return c
}

func bulletsTable(d BulletsData, l locale.Lang) Table {
	t := Table{Header: []string{words.Target.In(l), words.Actual.In(l), words.Aim.In(l), words.OnTarget.In(l), words.Reading.In(l)}}
	for _, r := range d.Rows {
		t.Rows = append(t.Rows, []string{r.Name, r.Realised, r.Aim, l.Percent(r.Ratio, 0), r.Reading})
	}
	return t
}
