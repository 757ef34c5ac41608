package main

import (
	"context"
	"math"
	"slices"
	"strings"
	"testing"

	"vigie/internal/simulate"
)

// Every export of a data set is recognised and taken in, and imports say something
// only where the exports themselves are what was planted.
func TestExercisesImport(t *testing.T) {
	ctx := context.Background()
	for _, c := range []struct {
		spec simulate.Spec
		want string // what imports warn of
	}{
		{simulate.Spec{Seed: 1, Size: simulate.SizeS}, ""},
		{simulate.Spec{Seed: 2, Size: simulate.SizeM, Kinds: []string{"repeated-days", "missing-days", "tracking-outage"}}, "check:day-twice check:days-missing"},
	} {
		e, err := simulate.NewExercise(c.spec)
		if err != nil {
			t.Fatal(err)
		}
		told, err := weekly(ctx, e)
		if err != nil {
			t.Fatalf("%+v: %v", c.spec, err)
		}
		var warned []string
		for _, r := range told {
			for _, f := range r.Told {
				if strings.HasPrefix(f.Rule, "check:") && !slices.Contains(warned, f.Rule) {
					warned = append(warned, f.Rule)
				}
			}
		}
		slices.Sort(warned)
		if got := strings.Join(warned, " "); got != c.want {
			t.Errorf("%+v: imports warn of %q, want %q", c.spec, got, c.want)
		}
		if len(told) != len(e.Key.Exports) {
			t.Errorf("%+v: %d reports for %d mornings", c.spec, len(told), len(e.Key.Exports))
		}
		if c.want == "" {
			continue
		}
		b := sumUp([]simulate.Score{e.Score(told)})
		for _, p := range b.ByPlant {
			if strings.HasSuffix(p.Kind, "-days") && (*p.Recall.Value != 1 || !p.Rule || len(p.FoundBy) != 1) {
				t.Errorf("%s is not found: %+v", p.Kind, p)
			}
		}
	}
}

// Scores add up, and what is of nothing is null, not zero.
func TestSumUp(t *testing.T) {
	plant := func(kind, severity string, found bool, delay int) simulate.Found {
		return simulate.Found{Plant: simulate.Plant{Kind: kind, Severity: severity}, Found: found, Rule: "cpa-change", Delay: delay}
	}
	b := sumUp([]simulate.Score{
		{Size: simulate.SizeM, Matched: 2, Reports: 8, Found: []simulate.Found{
			plant("landing-page", "mild", false, 0), plant("landing-page", "strong", true, 3), plant("cpc-inflation", "mild", true, 9),
		}, False: []simulate.False{{Rule: "cpa-change", Level: "watch"}, {Rule: "budget-pace"}}, Covered: 9, Intervals: 10, Promised: 6, Realised: 5},
		{Size: simulate.SizeM, Null: true, Reports: 8, Silent: 6, CampaignWeeks: 96, False: []simulate.False{{Rule: "cpa-change", Level: "watch"}}, Covered: 9, Intervals: 10},
	})
	check := func(what string, got *float64, want float64) {
		t.Helper()
		if got == nil || math.Abs(*got-want) > 1e-9 {
			t.Errorf("%s: %v, want %v", what, got, want)
		}
	}
	check("recall", b.Recall, 2.0/3)
	check("precision", b.Precision, 0.5)
	check("F1", b.F1, 4.0/7)
	check("false alarms", b.FalsePerWeek, 1.0/96)
	check("coverage", b.Coverage, 0.9)
	check("promised over realised", b.PromisedToReal, 1.2)
	check("silence", b.Silence, 0.75)
	if b.Delay == nil || *b.Delay != 3 || b.DateError != nil || b.Withheld != nil || b.Regret != nil {
		t.Errorf("%+v", b.benchTally)
	}
	if len(b.ByPlant) != 2 || b.ByPlant[1].Kind != "landing-page" || b.ByPlant[1].Recall.Of != 2 || *b.ByPlant[1].BySeverity["strong"].Value != 1 {
		t.Errorf("%+v", b.ByPlant)
	}
	if b.NullByLevel["watch"] != 1 || b.FalseByRule["budget-pace"] != 1 || b.BySize["M"].Plants != 3 {
		t.Errorf("%+v", b)
	}
	if none := sumUp(nil); none.Recall != nil || none.FalsePerWeek != nil || none.PrecisionRange.Value != nil {
		t.Errorf("%+v", none)
	}
}

// Seeds are a number or a range of numbers, the first and the last included.
func TestSeeds(t *testing.T) {
	for _, c := range []struct {
		text     string
		from, to int64
		ok       bool
	}{
		{"7", 7, 7, true}, {"1..50", 1, 50, true}, {"-3..3", -3, 3, true}, {"0..9999", 0, 9999, true},
		{"", 0, 0, false}, {"..", 0, 0, false}, {"5..1", 0, 0, false}, {"1..2..3", 0, 0, false}, {"a", 0, 0, false}, {"1..", 0, 0, false},
		{"0..10000", 0, 0, false}, {"9223372036854775808", 0, 0, false}, {"-9223372036854775808..9223372036854775807", 0, 0, false},
	} {
		from, to, err := parseSeeds(c.text)
		if (err == nil) != c.ok || from != c.from || to != c.to {
			t.Errorf("%q: %d to %d, %v", c.text, from, to, err)
		}
	}
}
