package chart

import (
	"math"
	"strings"

	"vigie/internal/locale"
)

// The colours: ink for text, blue for what goes well, orange for what does
// not, grey for context and noise. Each has at least 3:1 against white as a
// mark and 4.5:1 as text, and blue and orange stay apart in every common
// colour vision deficiency.
const (
	ink      = "#1f2933" // text
	ink2     = "#52606d" // secondary text
	ink3     = "#626e7b" // what is in the noise
	gridLine = "#d9dee5"
	axisLine = "#9aa5b1"
	blue     = "#08519c"
	orange   = "#d9480f" // marks
	rust     = "#c2410c" // the same as text
	grey     = "#868e96" // plan, target, context
	slate    = "#495057" // totals
	pale     = "#eaeff4" // the bed of a bar
	paler    = "#f3f5f8" // days without data
	white    = "#ffffff"

	// No double quotes: the library would write them into an attribute.
	fontFamily = "Inter, 'Noto Sans', Arial"
	// bandOpacity is that of intervals.
	bandOpacity = 0.16
)

// mark is the colour of a line or bar, label that of text.
func (t Tone) mark() string {
	switch t {
	case Bad:
		return orange
	case Noise, TooFew:
		return grey
	}
	return blue
}

func (t Tone) label() string {
	switch t {
	case Bad:
		return rust
	case Noise, TooFew:
		return ink3
	}
	return blue
}

// words are the texts of charts.
var words = struct {
	Day, Realised, RealisedTo, Expected, Plan, Actual   locale.Text
	Target, ToDate, Aim, Reading                        locale.Text
	TooLittle, TooFew, OnTarget                         locale.Text
	Effect, Change, Interval, Other                     locale.Text
	Mean, Immature, ToCome, Moving, Remark              locale.Text
	PacingNote, BandNote, TargetNote, CutNote, GapsNote locale.Text
	BulletsNote, WaterfallNote, MeansNote               locale.Text
	SameNote, HolesNote, YoungNote                      locale.Text
}{
	Day:      locale.Text{EN: "Day", FR: "Jour"},
	Realised: locale.Text{EN: "actual", FR: "réalisé"},
	// Where the day has no label of its own.
	RealisedTo: locale.Text{EN: "actual to %s", FR: "réalisé au %s"},
	Expected:   locale.Text{EN: "expected", FR: "attendu"},
	Plan:       locale.Text{EN: "Plan", FR: "Plan"},
	Actual:     locale.Text{EN: "Actual", FR: "Réalisé"},
	Target:     locale.Text{EN: "Target", FR: "Cible"},
	ToDate:     locale.Text{EN: "target to date", FR: "cible à date"},
	Aim:        locale.Text{EN: "Aim", FR: "Visé"},
	Reading:    locale.Text{EN: "Reading", FR: "Lecture"},
	TooLittle:  locale.Text{EN: "too little data", FR: "trop peu de données"},
	TooFew:     locale.Text{EN: "too little", FR: "trop peu"}, // where there is no room
	OnTarget:   locale.Text{EN: "% of target to date", FR: "% de la cible à date"},
	Effect:     locale.Text{EN: "Effect", FR: "Effet"},
	Change:     locale.Text{EN: "Value", FR: "Valeur"},
	Interval:   locale.Text{EN: "Interval", FR: "Intervalle"},
	Other:      locale.Text{EN: "Other", FR: "Autres"},
	Mean:       locale.Text{EN: "Mean", FR: "Moyenne"},
	Immature:   locale.Text{EN: "conversions to come", FR: "conversions à venir"},
	ToCome:     locale.Text{EN: "to come", FR: "à venir"}, // where there is no room
	Moving:     locale.Text{EN: "may still move", FR: "peut encore bouger"},
	Remark:     locale.Text{EN: "Remark", FR: "Remarque"},

	PacingNote:    locale.Text{EN: "Solid: actual; dotted: expected; band: %s of cases; dashes: plan.", FR: "Trait plein : réalisé ; pointillé : attendu ; bande : %s des cas ; tirets : plan."},
	BandNote:      locale.Text{EN: "Band: %s interval.", FR: "Bande : intervalle à %s."},
	TargetNote:    locale.Text{EN: "Dashes: target of %s.", FR: "Tirets : cible de %s."},
	CutNote:       locale.Text{EN: "Same scale for all, cut at %s.", FR: "Même échelle pour tous, coupée à %s."},
	GapsNote:      locale.Text{EN: "No data: %s.", FR: "Sans données : %s."},
	BulletsNote:   locale.Text{EN: "Tick: target to date. Blue: better, orange: worse, grey: within tolerance or within the noise.", FR: "Trait\u00a0: cible à date. Bleu\u00a0: mieux, orange\u00a0: moins bien, gris\u00a0: dans la tolérance ou dans le bruit."},
	WaterfallNote: locale.Text{EN: "Hatched: the interval contains 0, the effect is within the noise.", FR: "Hachuré : l’intervalle contient 0, l’effet est dans le bruit."},
	MeansNote:     locale.Text{EN: "Horizontal lines: mean of each period, with its %s interval.", FR: "Traits horizontaux : moyenne de chaque période, avec son intervalle à %s."},
	SameNote:      locale.Text{EN: "Same scale for all.", FR: "Même échelle pour tous."},
	YoungNote:     locale.Text{EN: "Mark: last day whose conversions have come in; dotted: some are still to come.", FR: "Point\u00a0: dernier jour dont les conversions sont arrivées\u00a0; pointillé\u00a0: il en reste à venir."},
	HolesNote:     locale.Text{EN: "Grey areas: days without data.", FR: "Zones grises : jours sans données."},
}

// gapsText lists runs of days.
func gapsText(runs [][2]locale.Day, l locale.Lang) string {
	if len(runs) == 0 {
		return ""
	}
	var list []string
	for _, r := range runs {
		list = append(list, l.PeriodShort(r[0], r[1]))
	}
	return words.GapsNote.F(l, strings.TrimSuffix(l.Join(list), "."))
}

// sentences joins those that are not empty.
func sentences(list ...string) string {
	var out []string
	for _, s := range list {
		if s != "" {
			out = append(out, s)
		}
	}
	return strings.Join(out, " ")
}

// percentNote fills a note's %s with a level such as 0.8.
func percentNote(t locale.Text, l locale.Lang, level float64) string {
	return t.F(l, l.Percent(level, 0))
}

// finite is v, or 0 where it is not known.
func finite(v float64) float64 {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return 0
	}
	return v
}

// title gives a word a capital.
func title(s string) string {
	r := []rune(s)
	return strings.ToUpper(string(r[:1])) + string(r[1:])
}
