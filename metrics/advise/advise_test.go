package advise_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"flag"
	"fmt"
	"math"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/advise"
	"vigie/metrics/insight"
	"vigie/metrics/insight/insighttest"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

// weights are those of an agency that says nothing.
var weights = advise.Weights{Hour: 40, Risk: 0.5}

// TestAdvise runs every case; over all of them a recommendation must be made,
// withheld, and not made.
func TestAdvise(t *testing.T) {
	files, err := filepath.Glob("../../testdata/advise/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	made, silent, withheld := 0, 0, 0
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			if len(bytes.TrimSpace(a.Comment)) == 0 {
				t.Error("the case does not say what it shows")
			}
			c, err := insighttest.Read(name, a)
			if err != nil {
				t.Fatal(err)
			}
			found := insight.Examine(c)
			rs, notes := advise.Propose(c, found, weights)
			honest(t, c, found, rs, notes)
			got := golden(rs, notes)
			switch {
			case len(rs) > 0:
				made++
			case strings.Contains(got, "withheld"):
				withheld++
			default:
				silent++
			}
			insighttest.Compare(t, path, a, "advice.golden", got, *update)
			if bytes.Contains(a.Comment, []byte("findings.golden")) {
				insighttest.Compare(t, path, a, "findings.golden", insighttest.Golden(c, found, ""), *update)
			}
		})
	}
	if made == 0 || silent == 0 || withheld == 0 {
		t.Errorf("made %d, silent %d, withheld %d: all three must be shown", made, silent, withheld)
	}
}

// golden writes what is proposed, numbers beside words.
func golden(rs []advise.Recommendation, notes []insight.Note) string {
	var b strings.Builder
	say := func(name string, t locale.Text) {
		fmt.Fprintf(&b, "  %s\n    fr  %s\n    en  %s\n", name, t.FR, t.EN)
	}
	effect := func(e advise.Effect) string {
		return fmt.Sprintf("%+.2f [%+.2f, %+.2f] P %.3f", e.Mean, e.Low, e.High, e.Prob)
	}
	for _, r := range rs {
		fmt.Fprintf(&b, "%s recommends %s, answers %s\n", r.ID, r.Recommended, strings.Join(r.Findings, " "))
		fmt.Fprintf(&b, "  %s to %s, %d days\n", r.From, r.To, r.Days)
		say("title", r.Title)
		say("why", r.Why)
		say("reason", r.Reason)
		say("basis", r.Basis)
		say("caveat", r.Caveat)
		for _, o := range r.Options {
			dominated := ""
			if o.Dominated {
				dominated = " dominated by " + o.DominatedBy
			}
			fmt.Fprintf(&b, "  option %s %s hours %v learn %d go back %s %.2f on %s rank %d score %.2f%s\n", o.ID, effect(o.Effect), o.Hours, o.LearnDays, o.GoBackOn, float64(o.GoBackAbove)/metrics.Micro, o.CheckOn, o.Rank, float64(o.Score)/metrics.Micro, dominated)
			for _, m := range o.Moves {
				fmt.Fprintf(&b, "    %s to %s %.2f a day, %.2f in all\n", m.From, m.To, float64(m.PerDay)/metrics.Micro, float64(m.Total)/metrics.Micro)
			}
			for _, t := range []locale.Text{o.Label, o.Text, o.Risk, o.Reversible, o.GoBack} {
				fmt.Fprintf(&b, "    fr  %s\n    en  %s\n", t.FR, t.EN)
			}
		}
		for _, s := range r.Sensitivity {
			fmt.Fprintf(&b, "  elasticity %.1f %s takes %s\n", s.Beta, effect(s.Effect), s.Choice)
		}
		say("flips", r.FlipText)
		say("arbitration", r.Arbitration.Text)
		for _, x := range r.Bounds {
			binding := ""
			if x.Binding {
				binding = " (binding)"
			}
			fmt.Fprintf(&b, "  bound %s %.2f%s\n    fr  %s\n    en  %s\n", x.ID, float64(x.PerDay)/metrics.Micro, binding, x.Label.FR, x.Label.EN)
		}
		b.WriteString("\n")
	}
	for _, n := range notes {
		fmt.Fprintf(&b, "note %s needs %.4g %s, has %.4g\n    fr  %s\n    en  %s\n", n.Scope, n.Need, n.Measure, n.Has, n.Text.FR, n.Text.EN)
	}
	if b.Len() == 0 {
		b.WriteString("silent\n")
	}
	return b.String()
}

// honest asks of any recommendation what must hold whatever the case.
func honest(t *testing.T, c insight.Case, found insight.Report, rs []advise.Recommendation, notes []insight.Note) {
	t.Helper()
	b, err := json.Marshal(rs)
	if err != nil {
		t.Fatalf("cannot be frozen: %v", err)
	}
	var back []advise.Recommendation
	if err := json.Unmarshal(b, &back); err != nil {
		t.Fatal(err)
	}
	if again, _ := json.Marshal(back); !bytes.Equal(b, again) {
		t.Error("does not come back from JSON as it was")
	}
	insighttest.Texts(t, "recommendations", rs)
	insighttest.Texts(t, "notes", notes)
	ids := map[string]bool{}
	for _, f := range found.Findings {
		ids[f.ID] = true
	}
	for _, r := range rs {
		if len(r.Options) < 3 || r.Options[0].ID != "a" || len(r.Options[0].Moves) != 0 || r.Options[0].Effect.Mean != 0 {
			t.Errorf("%s: doing nothing is not first among three: %d options", r.ID, len(r.Options))
		}
		for _, id := range r.Findings {
			if !ids[id] {
				t.Errorf("%s answers %s, which was not found", r.ID, id)
			}
		}
		for _, o := range r.Options {
			e := o.Effect
			if !(e.Low <= e.Mean && e.Mean <= e.High) || e.Prob < 0 || e.Prob > 1 {
				t.Errorf("%s %s: effect %+v", r.ID, o.ID, e)
			}
			if o.Dominated {
				for _, by := range r.Options {
					if by.ID == o.DominatedBy && (by.Effect.Mean <= e.Mean || by.Effect.Low < e.Low || math.Round(by.Effect.Prob*100) < math.Round(e.Prob*100) ||
						by.Beyond > o.Beyond || by.Cost > o.Cost || by.Hours > o.Hours || by.LearnDays > o.LearnDays) {
						t.Errorf("%s %s is said to be no better than %s on any count: %+v, %+v", r.ID, o.ID, by.ID, o, by)
					}
				}
			}
			if o.GoBackAbove <= 0 || o.CheckOn < r.From || o.CheckOn > r.To {
				t.Errorf("%s %s: go back above %d on %s", r.ID, o.ID, o.GoBackAbove, o.CheckOn)
			}
			for _, m := range o.Moves {
				if m.FromBefore+m.ToBefore != m.FromAfter+m.ToAfter && math.Abs(float64(m.FromBefore+m.ToBefore-m.FromAfter-m.ToAfter)) > 4 {
					t.Errorf("%s %s: the total changes: %+v", r.ID, o.ID, m)
				}
				for _, x := range r.Bounds {
					if m.PerDay > x.PerDay {
						t.Errorf("%s %s moves %d a day, over its bound %s of %d", r.ID, o.ID, m.PerDay, x.ID, x.PerDay)
					}
				}
			}
			// The words agree with the interval.
			for _, l := range locale.Langs {
				loss := regexp.MustCompile(`a loss is not ruled out|une perte n’est pas exclue`).MatchString(o.Text.In(l))
				if o.ID != "a" && loss != (e.Low <= 0 && e.High >= 0) {
					t.Errorf("%s %s: effect %+v, loss said %v: %s", r.ID, o.ID, e, loss, o.Text.In(l))
				}
			}
			if r.Recommended == o.ID && o.ID != "a" && e.Prob < 0.9 {
				t.Errorf("%s recommends %s with P %v", r.ID, o.ID, e.Prob)
			}
		}
		for _, l := range locale.Langs {
			if edge := slices.ContainsFunc(r.Flips, func(f advise.Flip) bool { return f.Beta > 0.54 && f.Beta < 0.86 }); edge != regexp.MustCompile(`close call|tout près de basculer`).MatchString(r.FlipText.In(l)) {
				t.Errorf("%s flips at %v, and says %s", r.ID, r.Flips, r.FlipText.In(l))
			}
			nothing := regexp.MustCompile(`Move nothing|Ne rien déplacer|Change nothing yet|Ne rien changer encore`).MatchString(r.Title.In(l))
			if nothing != (r.Recommended == "a") {
				t.Errorf("%s recommends %s, the title says %s", r.ID, r.Recommended, r.Title.In(l))
			}
		}
	}
}

// A move dialled into a scenario has the numbers of the option that proposes it.
func TestScenario(t *testing.T) {
	a, err := txtar.ParseFile("../../testdata/advise/budget-move.txtar")
	if err != nil {
		t.Fatal(err)
	}
	c, err := insighttest.Read("budget-move", a)
	if err != nil {
		t.Fatal(err)
	}
	found := insight.Examine(c)
	rs, _ := advise.Propose(c, found, weights)
	if len(rs) == 0 || len(rs[0].Options) < 3 {
		t.Fatal("the case proposes no move")
	}
	for _, o := range rs[0].Options[1:3] {
		m := o.Moves[0]
		s, err := advise.Try(c, found, []advise.Change{{Channel: m.From, PerDay: -m.PerDay}, {Channel: m.To, PerDay: m.PerDay}})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(s.Effect.Mean-o.Effect.Mean) > 1e-9 || math.Abs(s.Effect.Low-o.Effect.Low) > 1e-9 || math.Abs(s.Effect.Prob-o.Effect.Prob) > 1e-9 || s.Spend != 0 || s.Days != rs[0].Days {
			t.Errorf("option %s: %+v, dialled in: %+v", o.ID, o.Effect, s.Effect)
		}
		insighttest.Texts(t, "scenario", s.Remarks)
	}
	from := rs[0].Options[1].Moves[0].From
	big, err := advise.Try(c, found, []advise.Change{{Channel: from, Share: 1.5}})
	if err != nil || len(big.Remarks) == 0 || !big.Lines[0].Unsupported || big.Spend <= 0 {
		t.Errorf("a spend two and a half times as large is supported: %+v, %v", big, err)
	}
	for _, bad := range [][]advise.Change{nil, {{Channel: "nowhere", PerDay: 1}}, {{Channel: from, Share: -1}}, {{Channel: from, PerDay: 1}, {Channel: from, PerDay: 1}}} {
		s, err := advise.Try(c, found, bad)
		var wrong *advise.ErrScenario
		if !errors.As(err, &wrong) {
			t.Errorf("%v: %+v, %v", bad, s, err)
			continue
		}
		insighttest.Texts(t, "error", wrong.Text)
	}
}

// FuzzPropose gives campaigns of any shape: no panic, bounds kept, the same
// answer twice.
func FuzzPropose(f *testing.F) {
	for seed := range uint64(30) {
		f.Add(seed)
	}
	f.Fuzz(func(t *testing.T, seed uint64) {
		c := insighttest.Random(seed)
		found := insight.Examine(c)
		rs, notes := advise.Propose(c, found, weights)
		honest(t, c, found, rs, notes)
		again, _ := advise.Propose(c, found, weights)
		a, _ := json.Marshal(rs)
		if b, _ := json.Marshal(again); !bytes.Equal(a, b) {
			t.Error("two answers to the same case differ")
		}
	})
}
