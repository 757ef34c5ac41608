// Package advise proposes what to do about the findings: a recommendation
// with its options, doing nothing always among them.
//
// It decides what may be promised. An effect is a range that comes from the
// days measured and from the assumption that returns diminish; nothing is
// proposed beyond a step from what was seen, and below the minimum data the
// answer is what is missing, not a guess. People decide: an option carries what
// it costs, what it risks, and the number and the day on which to go back.
package advise

import (
	"cmp"
	"math"
	"slices"

	"vigie/internal/locale"
	"vigie/metrics/insight"
)

// Recommendation answers findings with options, the first of which is to do
// nothing.
type Recommendation struct {
	ID       string      `json:"id"`
	Kind     string      `json:"kind"` // budget-move
	Findings []string    `json:"findings"`
	Title    locale.Text `json:"title"`
	Why      locale.Text `json:"why"`
	Options  []Option    `json:"options"`
	// Recommended is the id of the option that Vigie would take, and Reason why.
	Recommended string      `json:"recommended"`
	Reason      locale.Text `json:"reason"`
	// Sensitivity is what the larger move would bring under other elasticities,
	// Flips the elasticities at which another option would be taken.
	Sensitivity []Elasticity `json:"sensitivity"`
	Flips       []Flip       `json:"flips"`
	FlipText    locale.Text  `json:"flip_text"`
	Arbitration Arbitration  `json:"arbitration"`
	Bounds      []Bound      `json:"bounds"`
	From        locale.Day   `json:"from"` // first day on which a move would act
	To          locale.Day   `json:"to"`
	Days        int          `json:"days"`
	// Basis says which days the efficiencies were measured on, Caveat what no
	// number here shows.
	Basis  locale.Text `json:"basis"`
	Caveat locale.Text `json:"caveat"`
}

// Option is one answer. Money is in millionths of the currency.
type Option struct {
	ID     string      `json:"id"`   // a, b, c…; a is to do nothing
	Kind   string      `json:"kind"` // nothing, budget-move, pause, creative, tracking, test, ...
	Label  locale.Text `json:"label"`
	Text   locale.Text `json:"text"`
	Moves  []Move      `json:"moves"`
	Effect Effect      `json:"effect"`

	Cost  int64       `json:"cost"` // beside the media spend, which stays the same
	Hours float64     `json:"hours"`
	Risk  locale.Text `json:"risk"`
	// Beyond is how far a day's spend of the channel that receives would pass
	// its largest day seen; 0 where it would not.
	Beyond int64 `json:"beyond,omitempty"`
	// Verifies: the measurement is checked before anything moves.
	Verifies   bool        `json:"verifies,omitempty"`
	Reversible locale.Text `json:"reversible"`
	LearnDays  int         `json:"learn_days"` // until it can be judged

	// GoBack is what would make us go back: the CPA of a channel above an
	// amount on a day.
	GoBack      locale.Text `json:"go_back"`
	GoBackOn    string      `json:"go_back_channel"`
	GoBackAbove int64       `json:"go_back_above"`
	CheckOn     locale.Day  `json:"check_on"`

	// Margin is what it changes for the agency, in millionths, work included.
	// Confidential: never written.
	Margin int64 `json:"-"`
	// Score is what the option is ranked by, in millionths: what it brings at the
	// value of a conversion, less its cost, its work and what it may lose, by the
	// weights of the agency. Rank is its place, 1 first; dominated ones come last.
	Score int64     `json:"score"`
	Rank  int       `json:"rank"`
	draws []float64 // conversions gained, in each state of the world

	// Dominated: the option named in DominatedBy brings more, for no more cost,
	// work, waiting or risk.
	Dominated   bool   `json:"dominated"`
	DominatedBy string `json:"dominated_by,omitempty"`
}

// Move takes an amount a day from one channel to another. Before and After are
// the spend of each over the days left.
type Move struct {
	From       string      `json:"from"`
	FromLabel  locale.Text `json:"from_label"`
	To         string      `json:"to"`
	ToLabel    locale.Text `json:"to_label"`
	PerDay     int64       `json:"per_day"`
	Days       int         `json:"days"`
	Total      int64       `json:"total"`
	FromBefore int64       `json:"from_before"`
	FromAfter  int64       `json:"from_after"`
	ToBefore   int64       `json:"to_before"`
	ToAfter    int64       `json:"to_after"`
}

// Effect is what an option changes against doing nothing, over the days left.
type Effect struct {
	KPI        string  `json:"kpi"`
	Mean       float64 `json:"mean"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
	Prob       float64 `json:"prob"` // of a gain
}

// Elasticity is an option's effect under one assumed elasticity, and the
// option that would then be taken.
type Elasticity struct {
	Beta   float64 `json:"beta"`
	Effect Effect  `json:"effect"`
	Choice string  `json:"choice"`
}

// Flip is an elasticity at which the choice changes: below it Below is taken,
// above it Above.
type Flip struct {
	Beta  float64 `json:"beta"`
	Below string  `json:"below"`
	Above string  `json:"above"`
}

// Bound limits a move, in millionths a day.
type Bound struct {
	ID      string      `json:"id"`
	Label   locale.Text `json:"label"`
	PerDay  int64       `json:"per_day"`
	Binding bool        `json:"binding"`
}

// Propose answers a case and what was found in it, the move of budget first,
// and compares the options by the weights given. What keeps it from proposing is
// a note. Nothing answers a confidential finding.
func Propose(c insight.Case, r insight.Report, w Weights) ([]Recommendation, []insight.Note) {
	recommendations := []Recommendation{}
	move, notes := moveBudget(c, r)
	if move != nil {
		recommendations = append(recommendations, *move)
	}
	recommendations = append(recommendations, answer(c, r)...)
	for i := range recommendations {
		recommendations[i].arbitrate(c, w)
	}
	return recommendations, notes
}

// dominate marks the options that another one beats: it brings more and is no
// worse in low end, chance of a gain (to the percent that is written), cost,
// hours, days to learn, and spend beyond what was seen, and it does not move
// money that the option would only move after checking the measurement.
func dominate(options []Option) {
	percent := func(o Option) float64 { return math.Round(o.Effect.Prob * 100) }
	for i := range options {
		for _, o := range options {
			a, b := &options[i], o
			signs := []int{
				cmp.Compare(b.Effect.Low, a.Effect.Low), cmp.Compare(percent(b), percent(*a)), cmp.Compare(a.Beyond, b.Beyond),
				cmp.Compare(a.Cost, b.Cost), cmp.Compare(a.Hours, b.Hours), cmp.Compare(a.LearnDays, b.LearnDays),
			}
			if b.Effect.Mean > a.Effect.Mean && slices.Min(signs) >= 0 && !(a.Verifies && !b.Verifies) {
				a.Dominated, a.DominatedBy = true, b.ID
				break
			}
		}
	}
}
