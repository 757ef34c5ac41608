// Package insight finds what is so in a campaign: its findings, each with the
// evidence it rests on and how sure one can be.
//
// It decides when a difference is worth a sentence. A rule looks at days that
// are known, complete and mature, and keeps silent below its minimum data: it
// then leaves a Note that says what it would need, which is never a finding.
// Texts are made from the numbers in both languages, never say more than their
// interval does, and claim no cause. To add a rule, copy cpachange.go and give
// it a case in testdata/rules.
package insight

import (
	"cmp"
	"fmt"
	"math"
	"slices"
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
)

// Span is a range of days, both ends included.
type Span struct {
	From locale.Day `json:"from"`
	To   locale.Day `json:"to"`
}

// Days is the number of days.
func (s Span) Days() int { return int(s.To-s.From) + 1 }

// Has reports whether a day lies in the span.
func (s Span) Has(d locale.Day) bool { return d >= s.From && d <= s.To }

// Plan is the media plan of the whole or of a channel, in millionths of the
// currency: the budget and how much of it each day of the flight is to spend.
type Plan struct {
	Budget int64
	Days   []int64 // from the first day of the flight to the last
}

// Case is a campaign as the rules see it. Whole is the sum of Channels; their
// days start with the flight and end with the last day that has data.
type Case struct {
	Report   string // id that seeds the draws: the same id, the same figures
	Client   string
	Campaign string
	Currency string
	Flight   Span
	Today    locale.Day
	Period   Span
	Previous Span // of equal length, before Period
	// Plans by channel id, that of the whole under ""; a channel without a
	// budget has none.
	Plans   map[string]Plan
	Targets map[string]float64 // by KPI id, in the KPI's unit
	// Platforms names the platforms by id; one without a name is shown by its id.
	Platforms map[string]string
	// Brand are names of the client in the names of its platform campaigns, beside
	// "marque" and "brand".
	Brand []string
	// Terms are what the agency is paid and spends by channel id. Confidential.
	Terms map[string]Terms

	Whole    metrics.Series
	Channels []metrics.Series
	// Objects are the platform campaigns, ad groups, ads and keywords that the
	// exports go down to, over the days of their channels.
	Objects []metrics.Object
	// Triangles say how the conversions of the same days grew from one export to
	// the next, by platform; empty where each day was exported once.
	Triangles []metrics.Triangle
}

// Rule is one question asked of every campaign.
type Rule struct {
	ID    string // kebab-case; the name of its file and of its test case
	Title locale.Text
	Why   locale.Text // the reasoning, shown under the evidence
	// Confidential: all that the rule says is for the agency alone.
	Confidential bool
	Check        func(x *Exam) ([]Finding, []Note)
}

// Exam is a case with what several rules need of it, worked out once: the days
// to leave out, the two periods of each scope, the budgets.
type Exam struct {
	Case
	outages      []outage
	outageNotes  []Note
	doubts       []Doubt
	repeats      []Finding
	unitChanges  []Finding
	doubles      []Finding
	doubleNotes  []Note
	pairs        []pair  // the whole, then each channel
	shifts       []shift // of the channels
	shiftsTested int
	paces        []Pace
	paceNotes    []Note
	learning     []learner
	answers      map[string]answer // of the rules asked so far
}

type answer struct {
	findings []Finding
	notes    []Note
}

// ask gives what a rule says of the case, worked out once: rules that leave a
// scope to another one ask that.
func (x *Exam) ask(id string) answer {
	a, ok := x.answers[id]
	if !ok {
		r, _ := LookupRule(id)
		a.findings, a.notes = r.Check(x)
		x.answers[id] = a
	}
	return a
}

func newExam(c Case) *Exam {
	x := &Exam{Case: c, answers: map[string]answer{}}
	x.outages, x.outageNotes = c.findOutages()
	for _, o := range x.outages {
		x.doubts = append(x.doubts, o.Doubt)
	}
	var more []Doubt
	x.repeats, more = x.findRepeats()
	x.doubts = append(x.doubts, more...)
	x.unitChanges, more = x.findUnits()
	x.doubts = append(x.doubts, more...)
	x.doubles, more, x.doubleNotes = x.findDoubles()
	x.doubts = append(x.doubts, more...)
	x.pairs = c.findPairs(x.doubts)
	x.shifts, x.shiftsTested = x.findShifts(c.channelLines())
	x.paces, x.paceNotes = c.findPaces()
	x.learning = x.learners()
	x.withholdPaces()
	return x
}

var registry []Rule

// register adds a rule to the table; a double id panics at start.
func register(r Rule) Rule {
	for _, other := range registry {
		if other.ID == r.ID {
			panic("insight: two rules " + r.ID)
		}
	}
	registry = append(registry, r)
	return r
}

// Rules are the rules, by id, but for the confidential ones: lists of rules are
// printed where clients read them.
func Rules() []Rule { return rulesOf(false) }

// ConfidentialRules are the rules whose findings are for the agency alone.
func ConfidentialRules() []Rule { return rulesOf(true) }

func rulesOf(confidential bool) []Rule {
	rules := slices.DeleteFunc(slices.Clone(registry), func(r Rule) bool { return r.Confidential != confidential })
	slices.SortFunc(rules, func(a, b Rule) int { return strings.Compare(a.ID, b.ID) })
	return rules
}

// LookupRule finds a rule by id.
func LookupRule(id string) (Rule, bool) {
	for _, r := range registry {
		if r.ID == id {
			return r, true
		}
	}
	return Rule{}, false
}

// Level is how sure a finding is.
type Level string

// The levels. What has not enough data is a Note, not a finding.
const (
	// Established: enough data, an effect that matters, and at most a share
	// FalseShare of such flags expected to be false.
	Established Level = "established"
	Likely      Level = "likely" // nine chances in ten for the direction
	Watch       Level = "watch"  // only a direction
)

// FalseShare is the share of false flags that a family of tests tolerates.
const FalseShare = 0.10

// Label is the level in words.
func (l Level) Label() locale.Text {
	switch l {
	case Established:
		return locale.Text{EN: "Established", FR: "Établi"}
	case Likely:
		return locale.Text{EN: "Likely", FR: "Probable"}
	}
	return locale.Text{EN: "To watch", FR: "À surveiller"}
}

func (l Level) rank() int { return slices.Index([]Level{Established, Likely, Watch}, l) }

// Effect is a relative change and its interval: 0.17 is +17 %. Without a
// known range, Low and High equal Value and Confidence is 0.
type Effect struct {
	Value      float64 `json:"value"`
	Low        float64 `json:"low"`
	High       float64 `json:"high"`
	Confidence float64 `json:"confidence"`
}

// Clear reports that the interval excludes "no change". An effect that is not
// clear is within the noise, and is never coloured.
func (e Effect) Clear() bool { return e.Confidence > 0 && (e.Low > 0 || e.High < 0) }

// Volume is what a finding rests on: a measure in the period and in what it is
// held against.
type Volume struct {
	Measure string  `json:"measure"`
	Value   float64 `json:"value"`
	Against float64 `json:"against"`
}

// Evidence is one line of proof. KPI, Value and Against are set where the line
// is about a KPI.
type Evidence struct {
	ID      string      `json:"id"`
	Label   locale.Text `json:"label"`
	Text    locale.Text `json:"text"`
	KPI     string      `json:"kpi,omitempty"`
	Value   float64     `json:"value,omitempty"`
	Against float64     `json:"against,omitempty"`
}

// Finding is something that is so. Scope is a channel's id, that of an object of
// it (channel/campaign/ad group), "platform:" and a platform's id, or empty for
// the whole.
type Finding struct {
	ID    string      `json:"id"` // rule@scope#first day; * for the whole
	Rule  string      `json:"rule"`
	Scope string      `json:"scope"`
	Label locale.Text `json:"label"` // of the scope
	From  locale.Day  `json:"from"`
	To    locale.Day  `json:"to"`
	Title locale.Text `json:"title"`
	Text  locale.Text `json:"text"`

	KPI     string  `json:"kpi"`
	Value   float64 `json:"value"`
	Against float64 `json:"against"`
	Effect  Effect  `json:"effect"`
	Good    int     `json:"good"` // +1 better, -1 worse, 0 neither or within the noise
	Volume  Volume  `json:"volume"`

	Evidence []Evidence `json:"evidence"`
	Level    Level      `json:"level"`
	P        float64    `json:"p"` // two-sided, of this test alone
	Q        float64    `json:"q"` // adjusted for the tests of its family
	Tested   int        `json:"tested"`
	Mature   bool       `json:"mature"` // every day it uses is mature
	// Critical: figures that use these days cannot be trusted.
	Critical bool `json:"critical"`
	// Confidential: for the agency alone. Such a finding is never among those of a
	// Report, but apart from them, see Report.Confidential.
	Confidential bool `json:"-"`
	// Stake is the money at stake, in millionths: what findings are ranked by.
	Stake       int64       `json:"stake"`
	WouldChange locale.Text `json:"would_change"` // what would change our mind

	Split *Split `json:"split,omitempty"`
	Pace  *Pace  `json:"pace,omitempty"`
}

// ChannelOf is the channel of a scope: itself, or that of an object.
func ChannelOf(scope string) string {
	channel, _, _ := strings.Cut(scope, "/")
	return channel
}

// findingID names a finding.
func findingID(rule, scope string, onset locale.Day) string {
	if scope == "" {
		scope = "*"
	}
	return fmt.Sprintf("%s@%s#%s", rule, scope, onset)
}

// Note says why a rule cannot tell, and what it would need.
type Note struct {
	Rule    string      `json:"rule"`
	Scope   string      `json:"scope"`
	Text    locale.Text `json:"text"`
	Measure string      `json:"measure,omitempty"` // unit of Need and Has
	Need    float64     `json:"need,omitempty"`
	Has     float64     `json:"has,omitempty"`
}

// Report is all that the rules say of a case.
type Report struct {
	Findings []Finding `json:"findings"` // critical first, then by level and money at stake
	Notes    []Note    `json:"notes"`
	// Confidential are the findings that no client may see. They are never
	// written: a snapshot, and so an edition and all that is made of one, cannot
	// hold them. Whoever shows them must know that the reader is of the agency.
	Confidential []Finding `json:"-"`
	// Split says what the change of the whole's CPA is made of, be it within
	// the noise or not; nil where it cannot be told.
	Split *Split `json:"split,omitempty"`
	// Costs are what a conversion cost in the two periods: of the whole, then of
	// each channel.
	Costs []Cost `json:"costs"`
	// Paces are the budgets of the whole and of each channel that has one.
	Paces []Pace `json:"paces"`
	// Doubts are the days that other rules leave out.
	Doubts []Doubt `json:"doubts"`
	Rules  int     `json:"rules"`
}

// Examine asks all rules. What a confidential rule says goes to Confidential
// alone, whatever it forgets to mark.
func Examine(c Case) Report {
	x := newExam(c)
	r := Report{Findings: []Finding{}, Notes: []Note{}, Rules: len(Rules())}
	r.Doubts = append([]Doubt{}, x.doubts...)
	r.Paces = append([]Pace{}, x.paces...)
	r.Costs = x.costs()
	for _, rule := range ConfidentialRules() {
		findings := slices.Clone(x.ask(rule.ID).findings)
		for i := range findings {
			findings[i].Confidential = true
		}
		r.Confidential = append(r.Confidential, findings...)
	}
	for _, rule := range Rules() {
		a := x.ask(rule.ID)
		r.Findings = append(r.Findings, a.findings...)
		r.Notes = append(r.Notes, a.notes...)
	}
	for i := range r.Findings {
		x.early(&r.Findings[i])
	}
	r.Split = x.split(x.pairs[0])
	slices.SortStableFunc(r.Findings, func(a, b Finding) int {
		switch {
		case a.Critical != b.Critical:
			if a.Critical {
				return -1
			}
			return 1
		case a.Level != b.Level:
			return a.Level.rank() - b.Level.rank()
		case a.Stake != b.Stake:
			return cmp.Compare(b.Stake, a.Stake)
		}
		return strings.Compare(a.ID, b.ID)
	})
	return r
}

// series finds the days of a scope: a channel's, or the whole's for "".
func (c Case) series(scope string) (metrics.Series, bool) {
	if scope == "" {
		return c.Whole, true
	}
	for _, s := range c.Channels {
		if s.ID == scope {
			return s, true
		}
	}
	return metrics.Series{}, false
}

// units turns stored millionths into units.
func units(micros int64) float64 { return float64(micros) / metrics.Micro }

// micros turns units into stored millionths.
func micros(v float64) int64 { return int64(math.Round(v * metrics.Micro)) }
