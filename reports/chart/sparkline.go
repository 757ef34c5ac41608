package chart

import (
	"fmt"
	"math"
	"strconv"
	"strings"
)

// Size of a sparkline, CSS px.
const (
	sparkWidth  = 90
	sparkHeight = 18
)

// Sparkline draws a row's days as a line of 90 × 18 px with its last known
// point marked, from its lowest to its highest value: a shape, not a scale, for
// a table that holds the values. NaN is a gap. The message is what screen
// readers say; without one they pass over it.
func Sparkline(values []float64, tone Tone, message string) string {
	lo, hi, last := math.Inf(1), math.Inf(-1), -1
	for i, v := range values {
		if !math.IsNaN(v) {
			lo, hi, last = min(lo, v), max(hi, v), i
		}
	}
	var b strings.Builder
	fmt.Fprintf(&b, `<svg xmlns="http://www.w3.org/2000/svg" width="%d" height="%d" viewBox="0 0 %d %d"`, sparkWidth, sparkHeight, sparkWidth, sparkHeight)
	if message == "" {
		b.WriteString(` aria-hidden="true">`)
	} else {
		fmt.Fprintf(&b, ` role="img" aria-label="%s"><title>%s</title>`, escape(message), escape(message))
	}
	const pad = 3
	at := func(i int) string {
		x, y := float64(sparkWidth-2*pad), float64(sparkHeight)/2
		if len(values) > 1 {
			x *= float64(i) / float64(len(values)-1)
		}
		if hi > lo {
			y = pad + (hi-values[i])/(hi-lo)*(sparkHeight-2*pad)
		}
		return strconv.FormatFloat(round(x+pad, 1), 'f', -1, 64) + "," + strconv.FormatFloat(round(y, 1), 'f', -1, 64)
	}
	for i := 0; i < len(values); i++ {
		if math.IsNaN(values[i]) {
			continue
		}
		run := []string{at(i)}
		for i+1 < len(values) && !math.IsNaN(values[i+1]) {
			i++
			run = append(run, at(i))
		}
		if len(run) == 1 {
			run = append(run, run[0]) // a lone day: the round ends make it a dot
		}
		fmt.Fprintf(&b, `<polyline points="%s" fill="none" stroke="%s" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"/>`, strings.Join(run, " "), tone.mark())
	}
	if last >= 0 {
		x, y, _ := strings.Cut(at(last), ",")
		fmt.Fprintf(&b, `<circle cx="%s" cy="%s" r="2.4" fill="%s"/>`, x, y, tone.mark())
	}
	b.WriteString("</svg>")
	return b.String()
}
