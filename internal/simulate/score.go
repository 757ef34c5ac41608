package simulate

import (
	"cmp"
	"math"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// Told is a finding as the report of a morning told it. Scope is a channel,
// "platform:" and a platform, empty for the whole, or names a platform campaign or
// an ad.
type Told struct {
	Rule, Scope, Label string
	From, To           locale.Day
	Level              string // how sure the report is; empty for a warning of an import
	Stated
}

// Stated is a change with the interval that was stated for it: a KPI on some days
// against others, of a scope. Without an interval Confidence is 0.
type Stated struct {
	Scope       string
	KPI         string
	Now, Before []locale.Day
	Value       float64
	Low, High   float64
	Confidence  float64
	Otherwise   bool // against what the same days would have been
}

// Advised is a move of budget that a report recommends, and what it promises in
// conversions.
type Advised struct {
	Promised float64
	From, To locale.Day
	Moves    []Moved
}

// Moved is the spend of two channels over the days of the move, before and after,
// in any one unit.
type Moved struct {
	From, To                                 string
	FromBefore, FromAfter, ToBefore, ToAfter int64
}

// Report is all that a report of one morning said.
type Report struct {
	On      locale.Day
	Told    []Told
	Stated  []Stated
	Advised []Advised
}

// Found is what became of a plant.
type Found struct {
	Plant
	Found bool
	Rule  string // the rule that found it
	// Delay is the days from when it can be seen to the report that told it, 0 if it
	// was told before. DateError is by how many days its start was missed, where the
	// rule dates a start (Dated).
	Delay     int
	DateError int
	Dated     bool
}

// False is a finding that nothing planted accounts for, as it was first told.
type False struct {
	Rule   string     `json:"rule"`
	Scope  string     `json:"scope"`
	Level  string     `json:"level,omitempty"`
	From   locale.Day `json:"from"`
	To     locale.Day `json:"to"`
	On     locale.Day `json:"report"`
	Change float64    `json:"change,omitempty"` // that it tells, where it tells one
}

// Score is what reports made of a data set.
type Score struct {
	Seed          int64
	Size          Size
	Null          bool
	Found         []Found // the plants that are to be found
	False         []False
	Matched       int // findings that found a plant
	Explained     int // findings that are right besides
	CampaignWeeks int // platform campaigns × reports
	Reports       int
	Silent        int // reports without a false finding
	Covered       int // intervals that hold the truth
	Intervals     int
	SignRight     int // changes told in the direction of the truth
	Signs         int
	EffectErrors  []float64 // |told − true| ÷ |true|
	Promised      float64
	Realised      float64
	Optimal       float64 // what the best move would have brought at the last report
	Achieved      float64 // what the recommended one would have
	Bad           int     // reports while the data of a channel cannot be trusted
	Withheld      int     // of these, those that move no budget of that channel
}

// How the dates of a finding are to be understood.
var (
	// onsets date the start of what they tell.
	onsets = []string{"tracking-outage", "level-shift", "unit-change", "repeated-days", "missing-days", "double-tagging", "bot-clicks", "whale-order"}
	// windows compare a period with the one before it: what they tell began in one of
	// the two. Anything else tells of a state of the days that it looks at.
	windows = []string{"cpa-change", "roas-change", "cpc-change", "cvr-change", "mix-shift", "competitor", "brand-hides-generic", "trend", "fatigue"}
	// bad are the kinds that make figures untrustworthy.
	bad = []string{"tracking-outage", "unit-change", "repeated-days", "missing-days", "double-tagging"}
)

// leastTrue is the size of a true change above which telling it is no false alarm.
const leastTrue = 0.05

// episode is what several reports tell of the same thing.
type episode struct {
	first Told
	on    locale.Day // of the first report
	to    locale.Day
	all   []Told
}

// episodes joins findings of the same rule and scope whose days overlap from one
// report to the next.
func episodes(reports []Report) []*episode {
	var list []*episode
	for _, r := range reports {
		for _, t := range r.Told {
			at := slices.IndexFunc(list, func(e *episode) bool {
				return e.first.Rule == t.Rule && e.first.Scope == t.Scope && t.From <= e.to+1 && t.To >= e.first.From
			})
			if at < 0 {
				list = append(list, &episode{first: t, on: r.On, to: t.To, all: []Told{t}})
				continue
			}
			list[at].to = max(list[at].to, t.To)
			list[at].all = append(list[at].all, t)
		}
	}
	return list
}

// Score holds what reports said against the key.
func (e *Exercise) Score(reports []Report) Score {
	x := e.x
	s := Score{Seed: x.Seed, Size: x.Size, Null: x.Null, Reports: len(reports), CampaignWeeks: len(x.campaigns()) * len(reports)}
	list := episodes(reports)
	used := make([]bool, len(list))
	for n, p := range e.Key.Plants {
		if p.Distractor {
			continue
		}
		f := Found{Plant: p}
		best := -1
		for i, ep := range list {
			// The earliest; of those of one morning, the rule that ought to find it.
			if used[i] || !x.matches(n, p, ep) {
				continue
			}
			if best < 0 || ep.on < list[best].on || ep.on == list[best].on && slices.Contains(p.Expect, ep.first.Rule) && !slices.Contains(p.Expect, list[best].first.Rule) {
				best = i
			}
		}
		if best >= 0 {
			ep := list[best]
			used[best] = true
			f.Found, f.Rule = true, ep.first.Rule
			f.Delay = max(0, int(ep.on-p.Visible))
			if dated(ep.first.Rule) {
				f.Dated = true
				last := ep.all[len(ep.all)-1]
				f.DateError = int(max(last.From-p.Start, p.Start-last.From))
			}
			s.Matched++
		}
		s.Found = append(s.Found, f)
	}
	for i, ep := range list {
		switch {
		case used[i], slices.Contains(e.Key.Always, ep.first.Rule):
		case x.explains(e.Key, ep):
			s.Explained++
		default:
			s.False = append(s.False, False{ep.first.Rule, ep.first.Scope, ep.first.Level, ep.first.From, ep.first.To, ep.on, ep.first.Value})
		}
	}
	alarmed := map[locale.Day]bool{}
	for _, f := range s.False {
		alarmed[f.On] = true
	}
	for _, r := range reports {
		if !alarmed[r.On] {
			s.Silent++
		}
		for _, st := range r.Stated {
			s.state(x, st, false)
		}
		for _, t := range r.Told {
			s.state(x, t.Stated, true)
		}
		s.advise(e, r)
	}
	return s
}

// state holds a stated change against the truth.
func (s *Score) state(x *exercise, st Stated, told bool) {
	truth, ok := x.change(st)
	if !ok {
		return
	}
	if st.Confidence > 0 {
		s.Intervals++
		if st.Low <= truth && truth <= st.High {
			s.Covered++
		}
	}
	if told && math.Abs(truth) >= leastTrue {
		s.Signs++
		if (truth > 0) == (st.Value > 0) {
			s.SignRight++
		}
		s.EffectErrors = append(s.EffectErrors, math.Abs(st.Value-truth)/math.Abs(truth))
	}
}

// advise adds up what moves promise and what they would bring.
func (s *Score) advise(e *Exercise, r Report) {
	x := e.x
	last := r.On == x.vintages[len(x.vintages)-1]
	if last {
		s.Optimal += e.Key.Optimum.Best - e.Key.Optimum.Now
	}
	moved := map[string]bool{}
	for _, a := range r.Advised {
		realised := 0.0
		for _, m := range a.Moves {
			moved[m.From], moved[m.To] = true, true
			realised += x.brings(m.From, a.From, a.To, m.FromBefore, m.FromAfter) + x.brings(m.To, a.From, a.To, m.ToBefore, m.ToAfter)
		}
		s.Promised += a.Promised
		s.Realised += realised
		if last {
			s.Achieved += realised
		}
	}
	untrusted := map[string]bool{}
	for _, p := range e.Key.Plants {
		if slices.Contains(bad, p.Kind) && p.Visible <= r.On && p.End+14 >= r.On {
			for _, c := range p.Channels {
				untrusted[c] = true
			}
		}
	}
	if len(untrusted) == 0 {
		return
	}
	s.Bad++
	for c := range untrusted {
		if moved[c] {
			return
		}
	}
	s.Withheld++
}

// brings is how many more conversions a channel brings when it spends after instead
// of before.
func (x *exercise) brings(channel string, from, to locale.Day, before, after int64) float64 {
	if before <= 0 {
		return 0
	}
	var less, more int64
	for i, e := range x.entities {
		if e.channel != channel {
			continue
		}
		for d := from; d <= to; d++ {
			less += x.expected(i, d, -1, million).conversions
			more += x.expected(i, d, -1, mulDiv(after, million, before)).conversions
		}
	}
	return unit(more - less)
}

// dated reports whether a rule dates the start of what it tells.
func dated(rule string) bool { return slices.Contains(onsets, rule) }

// matches reports whether findings of one thing found a plant: the right rule, the
// right place, the right days, and a change that is there where one is stated.
func (x *exercise) matches(n int, p Plant, ep *episode) bool {
	if !slices.Contains(p.Expect, ep.first.Rule) && !slices.Contains(p.Accept, ep.first.Rule) {
		return false
	}
	return x.near(ep.first, x.plants[n].entities) && slices.ContainsFunc(ep.all, func(t Told) bool {
		right, known := x.right(t.Stated)
		return p.when(t) && (right || !known)
	})
}

// right reports whether a stated change is there, in its direction; known is false
// where the model cannot tell.
func (x *exercise) right(st Stated) (right, known bool) {
	truth, known := x.change(st)
	return math.Abs(truth) >= leastTrue && (truth > 0) == (st.Value > 0), known
}

// near reports whether a finding's place is that of a plant, or right above it: at
// least half of the ads that either touches are touched by both, or it is the
// campaign of the ad, the channel of the campaign, the platform of the channel or,
// where it is all of it, the whole.
func (x *exercise) near(t Told, planted []int) bool {
	place := x.within(t.Scope, t.Label)
	common := 0
	for _, i := range planted {
		if slices.Contains(place, i) {
			common++
		}
	}
	if both := len(place) + len(planted) - common; common == 0 || 2*common >= both {
		return common > 0
	}
	return common == len(planted) && len(place) <= len(x.above(planted))
}

// above are the entities of what is right above some.
func (x *exercise) above(planted []int) []int {
	for _, of := range []func(entity) string{
		func(e entity) string { return e.campaign }, func(e entity) string { return e.channel }, func(e entity) string { return e.platform },
	} {
		name, one := of(x.entities[planted[0]]), true
		for _, i := range planted {
			one = one && of(x.entities[i]) == name
		}
		var list []int
		for i, e := range x.entities {
			if of(e) == name {
				list = append(list, i)
			}
		}
		if one && len(list) > len(planted) {
			return list
		}
	}
	return x.within("", "")
}

// within are the entities of a scope.
func (x *exercise) within(scope, label string) (list []int) {
	pick := func(in func(entity) bool) []int {
		list = nil
		for i, e := range x.entities {
			if in(e) {
				list = append(list, i)
			}
		}
		return list
	}
	platform, isPlatform := strings.CutPrefix(scope, "platform:")
	switch {
	case scope == "":
		return pick(func(entity) bool { return true })
	case isPlatform:
		return pick(func(e entity) bool { return e.platform == platform })
	case pick(func(e entity) bool { return e.channel == scope }) != nil:
		return list
	}
	// The name of an ad says more than that of its campaign.
	text := scope + " " + label
	if ads := pick(func(e entity) bool { return strings.Contains(text, e.ad) }); ads != nil {
		return ads
	}
	return pick(func(e entity) bool { return strings.Contains(text, e.campaign) })
}

// when reports whether the days of a finding are those of a plant.
func (p Plant) when(t Told) bool {
	switch {
	case dated(t.Rule), strings.HasPrefix(t.Rule, "check:"):
		tolerance := max(3, locale.Day(float64(p.End-p.Start+1)*0.2))
		return t.From >= p.Start-tolerance && t.From <= p.Start+tolerance
	case slices.Contains(windows, t.Rule):
		from := t.From - (t.To - t.From + 1)
		if len(t.Before) > 0 {
			from = t.Before[0]
		}
		// It began, or ended, after the earlier window did.
		return p.Start > from && p.Start <= t.To || p.End >= from && p.End < t.To && p.Start <= t.To
	}
	return t.From <= p.End && t.To >= p.Start
}

// explains reports that a finding which found no plant is right all the same: it is
// one more word about a plant, or the change that it tells is there.
func (x *exercise) explains(k *Key, ep *episode) bool {
	for n, p := range k.Plants {
		if p.Distractor {
			continue
		}
		place := x.within(ep.first.Scope, ep.first.Label)
		if (slices.Contains(p.Expect, ep.first.Rule) || slices.Contains(p.Accept, ep.first.Rule)) && meet(place, x.plants[n].entities) &&
			slices.ContainsFunc(ep.all, func(t Told) bool { return t.From <= p.End+7 && t.To >= p.Start }) {
			return true
		}
	}
	for _, t := range ep.all {
		if right, known := x.right(t.Stated); right && known {
			return true
		}
	}
	return false
}

// change is the true change of what was stated: of the model's expectations, as the
// exports would show them.
func (x *exercise) change(st Stated) (float64, bool) {
	if len(st.Now) == 0 || len(st.Before) == 0 && !st.Otherwise {
		return 0, false
	}
	place := x.within(st.Scope, "")
	if place == nil {
		return 0, false
	}
	var a, b outcome
	for _, i := range place {
		for _, d := range st.Now {
			if d < x.first || d > x.last {
				return 0, false
			}
			a = a.plus(x.shown(i, d, -1))
			if st.Otherwise {
				b = b.plus(x.recordedFully(i, d))
			}
		}
		for _, d := range st.Before {
			if d < x.first || d > x.last {
				return 0, false
			}
			b = b.plus(x.shown(i, d, -1))
		}
	}
	now, ok := a.kpi(st.KPI)
	before, okToo := b.kpi(st.KPI)
	if !ok || !okToo || before == 0 {
		return 0, false
	}
	if !st.Otherwise && slices.Contains([]string{"conversions", "spend", "clicks", "impressions"}, st.KPI) {
		now, before = now/float64(len(st.Now)), before/float64(len(st.Before))
	}
	return now/before - 1, true
}

// recordedFully is a day as it would be with every tag at work.
func (x *exercise) recordedFully(i int, d locale.Day) outcome {
	for n, p := range x.plants {
		if p.effect.recorded < million {
			if _, ok := slices.BinarySearch(p.entities, i); ok && d >= p.first && d <= p.last {
				return x.shown(i, d, n)
			}
		}
	}
	return x.shown(i, d, -1)
}

// kpi is a KPI of sums.
func (m outcome) kpi(id string) (float64, bool) {
	div := func(a, b int64) (float64, bool) {
		return float64(a) / float64(max(b, 1)), b > 0
	}
	switch id {
	case "cpa":
		return div(m.spend, m.conversions)
	case "cpc":
		return div(m.spend, m.clicks)
	case "cpm":
		return div(m.spend*1000, m.impressions)
	case "ctr":
		return div(m.clicks, m.impressions)
	case "cvr":
		return div(m.conversions, m.clicks)
	case "roas":
		return div(m.value, m.spend)
	case "aov":
		return div(m.value, m.conversions)
	case "conversions":
		return float64(m.conversions), true
	case "clicks":
		return float64(m.clicks), true
	case "impressions":
		return float64(m.impressions), true
	case "spend":
		return float64(m.spend), true
	}
	return 0, false
}

// Median is the middle of a list; ok is false for an empty one.
func Median[T cmp.Ordered](list []T) (v T, ok bool) {
	if len(list) == 0 {
		return v, false
	}
	sorted := slices.Clone(list)
	slices.Sort(sorted)
	return sorted[(len(sorted)-1)/2], true
}
