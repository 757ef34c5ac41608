package simulate

import (
	"slices"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// oracle is what a report that knows the key would say, each thing at the first
// report after it can be seen and from then on.
func oracle(e *Exercise) (reports []Report) {
	for _, day := range e.Key.Exports {
		r := Report{On: day}
		for _, p := range e.Key.Plants {
			if p.Distractor || p.Visible > day {
				continue
			}
			rule := p.Expect[0]
			to := min(p.End, day-1)
			t := Told{Rule: rule, Scope: scopeOf(p), From: p.Start, To: to}
			if slices.Contains(windows, rule) {
				t.From = p.Start - 1
			}
			r.Told = append(r.Told, t)
		}
		reports = append(reports, r)
	}
	return reports
}

func scopeOf(p Plant) string {
	switch {
	case p.Platform != "":
		return "platform:" + p.Platform
	case len(p.Ads) == 1:
		return "search/" + p.Ads[0]
	case len(p.Campaigns) == 1:
		return "campaign " + p.Campaigns[0]
	case len(p.Channels) == 1:
		return p.Channels[0]
	}
	return ""
}

// Who knows the key finds everything, without a false word and without delay; who
// says nothing finds nothing; who says everything is mostly wrong.
func TestScoreExtremes(t *testing.T) {
	if testing.Short() {
		t.Skip("many draws")
	}
	for seed := int64(1); seed <= 6; seed++ {
		for _, size := range sizes[:2] {
			e := makeExercise(t, Spec{Seed: seed, Size: size})
			s := e.Score(oracle(e))
			for _, f := range s.Found {
				if !f.Found && f.Visible <= e.Key.Exports[len(e.Key.Exports)-1] {
					t.Errorf("seed %d, size %s: the oracle does not find %s from %s to %s", seed, size, f.ID, f.Start, f.End)
				}
				if f.Found && (f.Delay > 6 || f.Dated && f.DateError != 0) {
					t.Errorf("seed %d: %s found %d days late, %d days off", seed, f.ID, f.Delay, f.DateError)
				}
			}
			if len(s.False) > 0 || s.Silent != s.Reports {
				t.Errorf("seed %d, size %s: the oracle is told to be wrong: %+v", seed, size, s.False)
			}

			mute := make([]Report, len(e.Key.Exports))
			for i, day := range e.Key.Exports {
				mute[i].On = day
			}
			if s = e.Score(mute); s.Matched != 0 || len(s.False) != 0 {
				t.Errorf("seed %d: who says nothing found %d", seed, s.Matched)
			}

			var rules []string
			for _, k := range kinds {
				rules = append(rules, k.expect...)
			}
			slices.Sort(rules)
			rules = slices.Compact(rules)
			for i := range mute {
				for _, rule := range rules {
					for _, l := range e.x.levers {
						mute[i].Told = append(mute[i].Told, Told{Rule: rule, Scope: l.id, From: mute[i].On - 14, To: mute[i].On - 1})
					}
				}
			}
			if s = e.Score(mute); len(s.False) < 3*s.Matched {
				t.Errorf("seed %d: who says everything is right %d times and wrong %d times", seed, s.Matched, len(s.False))
			}
		}
	}
}

// A finding is to be at the right place, on the right days, and in the right
// direction.
func TestScoreMatches(t *testing.T) {
	x := forced(t, SizeM, "landing-page")
	e := &Exercise{x, x.key()}
	p := e.Key.Plants[0]
	report := e.Key.Exports[len(e.Key.Exports)-1]
	days := func(from, to locale.Day) (list []locale.Day) {
		for d := from; d <= to; d++ {
			list = append(list, d)
		}
		return list
	}
	check := func(what string, want bool, told Told) {
		t.Helper()
		s := e.Score([]Report{{On: report, Told: []Told{told}}})
		if s.Found[0].Found != want {
			t.Errorf("%s: found %t, want %t", what, s.Found[0].Found, want)
		}
	}
	step := Told{Rule: "level-shift", Scope: p.Channels[0], From: p.Start, To: p.End}
	check("the step itself", true, step)
	off := step
	off.From += 15
	check("a step 15 days later", false, off)
	off = step
	off.Scope = "nowhere"
	check("a step nowhere", false, off)
	off.Scope = ""
	check("the whole, right above its channel", true, off)
	off.Scope = x.entities[x.plants[0].entities[0]].campaign
	check("one campaign of four", false, off)
	for _, l := range x.levers {
		if l.id != p.Channels[0] {
			off.Scope = l.id
			check("another channel", false, off)
		}
	}
	off = step
	off.Rule = "fatigue"
	check("another rule", false, off)

	change := Told{Rule: "cvr-change", Scope: p.Channels[0], From: p.Start, To: p.Start + 13}
	change.Stated = Stated{Scope: p.Channels[0], KPI: "cvr", Now: days(p.Start, p.Start+13), Before: days(p.Start-10, p.Start-1), Value: p.Magnitude - 1, Low: -0.7, High: -0.1, Confidence: 0.9}
	check("the change", true, change)
	s := e.Score([]Report{{On: report, Told: []Told{change}}})
	if s.Intervals != 1 || s.Covered != 1 || s.Signs != 1 || s.SignRight != 1 || s.EffectErrors[0] > 0.05 {
		t.Errorf("the change is held against %+v", s)
	}
	change.Value, change.Low, change.High = 0.4, 0.1, 0.7
	check("the opposite change", false, change)
	if s = e.Score([]Report{{On: report, Told: []Told{change}}}); s.Covered != 0 || s.SignRight != 0 {
		t.Errorf("the opposite change is held against %+v", s)
	}

	// Nothing planted: the same words are a false alarm.
	calm := twin(t, x)
	null := &Exercise{calm, calm.key()}
	s = null.Score([]Report{{On: report, Told: []Told{step, {Rule: "immature", Scope: "search", From: report - 7, To: report - 1}}}})
	if len(s.False) != 1 || s.False[0].Rule != "level-shift" || s.Silent != 0 || len(s.Found) != 0 {
		t.Errorf("the twin says %+v", s)
	}
	// Told again the week after, it is the same alarm.
	again := step
	again.To += 7
	s = null.Score([]Report{{On: report - 7, Told: []Told{step}}, {On: report, Told: []Told{again}}})
	if len(s.False) != 1 || s.Silent != 1 {
		t.Errorf("told twice: %+v", s)
	}
}

// A move of budget brings what the model says: more where more is spent, less than in
// proportion, and nothing is promised for nothing.
func TestScoreAdvice(t *testing.T) {
	e := makeExercise(t, Spec{Seed: 1, Size: SizeM, Null: true})
	x := e.x
	from, to := x.last+1, x.last+x.after
	more, all := x.brings("search", from, to, 100, 120), x.ahead("search", from, million).conversions
	if more <= 0 || more >= 0.2*unit(all) {
		t.Errorf("a fifth more spend brings %.2f of %.2f conversions", more, unit(all))
	}
	if less := x.brings("search", from, to, 100, 80); less >= 0 || less < -unit(all) {
		t.Errorf("a fifth less spend brings %.2f", less)
	}
	best := Advised{From: from, To: to}
	for i, c := range e.Key.Optimum.Channels[1:] {
		f := e.Key.Optimum.Channels[0]
		if i == 0 {
			best.Moves = append(best.Moves, Moved{f.Channel, c.Channel, int64(f.Planned * 100), int64(f.Best * 100), int64(c.Planned * 100), int64(c.Best * 100)})
			continue
		}
		best.Moves = append(best.Moves, Moved{f.Channel, c.Channel, 1, 1, int64(c.Planned * 100), int64(c.Best * 100)})
	}
	best.Promised = e.Key.Optimum.Best - e.Key.Optimum.Now
	s := e.Score([]Report{{On: e.Key.Exports[len(e.Key.Exports)-1], Advised: []Advised{best}}})
	if ratio := s.Promised / s.Realised; ratio < 0.95 || ratio > 1.05 || s.Achieved < 0.95*s.Optimal {
		t.Errorf("the best move: promised %.2f, realised %.2f, optimal %.2f", s.Promised, s.Realised, s.Optimal)
	}
}

// Rules that tell of what is planted are of one kind of dates, and named as rules are.
func TestRuleNames(t *testing.T) {
	for _, k := range Kinds() {
		for _, rule := range slices.Concat(k.Expect, k.Accept) {
			if strings.ToLower(rule) != rule || strings.ContainsAny(rule, " _") {
				t.Errorf("%s: rule %q", k.ID, rule)
			}
			if dated(rule) && slices.Contains(windows, rule) {
				t.Errorf("%s dates a start and compares periods", rule)
			}
		}
	}
}
