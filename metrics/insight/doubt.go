package insight

import (
	"slices"

	"vigie/internal/locale"
)

// Doubt is a run of days whose figures cannot be trusted: those of a critical
// finding. Every other rule leaves them out of the scopes that it touches.
type Doubt struct {
	Rule     string      `json:"rule"`
	Scope    string      `json:"scope"` // a channel, an object of it, "platform:" and its id, or empty
	Label    locale.Text `json:"label"`
	Channels []string    `json:"channels"` // the channels it touches
	Span
	Ongoing bool `json:"ongoing"` // it reaches the last day looked at
}

// Touches reports whether a doubt makes a scope's figures unreliable: its
// channels', their platform's, and the whole's.
func (d Doubt) Touches(scope string) bool {
	if scope == "" || scope == d.Scope {
		return true
	}
	return slices.Contains(d.Channels, scope)
}

// Outage reports that conversions may not have been measured: the days count
// for all else.
func (d Doubt) Outage() bool { return d.Rule == outageID }

// Kind says what the doubt is about, inside a sentence.
func (d Doubt) Kind() locale.Text {
	switch d.Rule {
	case outageID:
		return locale.Text{EN: "possible measurement outage", FR: "panne de mesure possible"}
	case repeatID:
		return locale.Text{EN: "figures possibly copied", FR: "chiffres peut-être recopiés"}
	case unitID:
		return locale.Text{EN: "amounts possibly in another unit", FR: "montants peut-être dans une autre unité"}
	case doubleID:
		return locale.Text{EN: "conversions possibly counted twice", FR: "conversions peut-être comptées deux fois"}
	}
	return locale.Text{EN: "doubtful figures", FR: "chiffres douteux"}
}

// Doubted finds the doubt that makes a day of a scope unreliable.
func Doubted(doubts []Doubt, scope string, at locale.Day) (Doubt, bool) {
	for _, d := range doubts {
		if d.Has(at) && d.Touches(scope) {
			return d, true
		}
	}
	return Doubt{}, false
}
