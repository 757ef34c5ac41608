// Package chart draws the charts of reports and pages.
//
// It decides how each question is drawn and what it looks like: one
// constructor a chart, one file a chart. A constructor takes plain Go values,
// a language and a medium, and returns one options JSON, which serves the live
// chart in a browser (see assets/live.js) and the static SVG that Engine draws
// in the binary, with a table of the same data. Every label is placed here,
// with the widths of the embedded typeface, so that none is cut or covers
// another. To add a chart, copy pacing.go and give it a case in
// testdata/charts.
//
// A chart starts from go-echarts, which this package alone imports, and what
// that library cannot express is merged on top as plain maps. Its own page
// renderer is never used: it writes names into the page as code.
package chart

import (
	"encoding/json"

	"vigie/internal/locale"
)

// Chart is a chart for one medium and one language.
type Chart struct {
	// ID is the data's ID and the medium's, such as pacing-print: unique in a
	// document that shows the chart in several media.
	ID string
	// Options are ECharts options. Where the library wants a function they
	// name one of assets/kit.js, as {"$f": "eur0"}; "$lang" is the language.
	Options       json.RawMessage
	Width, Height int // CSS px
	// Message is the sentence that the chart is there to show; screen readers
	// say it in the chart's place.
	Message string
	// Note says how the drawing is to be read and where it is incomplete (what
	// dashes and bands mean, days without data, a cut scale), in one or two
	// sentences to be printed near the chart.
	Note string
	// Table is the same data for those who do not see the chart.
	Table Table
}

// Table is a header and rows of formatted cells; the first cell of a row names
// it.
type Table struct {
	Header []string
	Rows   [][]string
}

// Medium is where a chart will be seen. Each has drawings of its own: an SVG
// that is stretched or shrunk has labels of another size than its page.
type Medium struct {
	ID    string
	Width int     // CSS px
	Label float64 // size of the smallest label, CSS px; 8 pt are 10.7 px on paper
}

// The media: the full and half width of a page on a screen, a phone, and the
// full and half width of an A4 page.
var (
	Wide      = Medium{ID: "wide", Width: 1132, Label: 12}
	Half      = Medium{ID: "half", Width: 550, Label: 12}
	Phone     = Medium{ID: "phone", Width: 358, Label: 12}
	Print     = Medium{ID: "print", Width: 690, Label: 11}
	PrintHalf = Medium{ID: "print-half", Width: 330, Label: 11}
)

// Media are all media.
var Media = []Medium{Wide, Half, Phone, Print, PrintHalf}

// narrow media have no room beside the plotting area.
func (m Medium) narrow() bool { return m.Width < 480 }

// paper media have pages to fill: charts are lower there.
func (m Medium) paper() bool { return m.ID == Print.ID || m.ID == PrintHalf.ID }

// line is the height of a line of labels.
func (m Medium) line() float64 { return m.Label * 1.35 }

// Point is the value of one day, in units; NaN where it is not known.
type Point struct {
	Day   locale.Day
	Value float64
}

// Band is the value of one day with its interval, in units; NaN where it is not
// known. Without an interval, Low and High are equal.
type Band struct {
	Day              locale.Day
	Value, Low, High float64
}

// Tone is how a value is meant, and so its colour. Colour never says it alone:
// position, word or hatching does too.
type Tone string

// The tones.
const (
	Neutral Tone = ""        // just a series
	Good    Tone = "good"    // better than what it is compared with, beyond the noise
	Bad     Tone = "bad"     // worse, beyond the noise
	Noise   Tone = "noise"   // cannot be told from chance
	TooFew  Tone = "too-few" // too little data to be judged
)
