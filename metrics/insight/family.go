package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// trial is one test of a family: one question asked of one scope.
type trial struct {
	p      float64 // two-sided
	change float64 // the effect, as a relative change
	// find makes the finding, once it is known how sure it is among the others.
	find func(q float64, level Level, tested int) Finding
}

// minDirection is the chance that a direction must have to be worth a word.
const minDirection = 0.80

// judge makes findings of the tests of one family: those that changed by least
// at the least (0.1 for 10 %) and whose direction has eight chances in ten. It
// is established at a share of false discoveries of FalseShare (Benjamini and
// Hochberg 1995), likely from nine chances in ten for the direction. Each says
// how many were looked at beside it; several names what was, in the plural.
func judge(trials []trial, least float64, several func(l locale.Lang, n int) string) []Finding {
	return judgeBy(trials, least, several, func(q, direction float64) (Level, bool) {
		switch {
		case q <= FalseShare:
			return Established, true
		case direction >= 0.90:
			return Likely, true
		}
		return Watch, direction >= minDirection
	})
}

// judgeBy is judge with other levels: level says how sure a test is from its q
// and the chance of its direction, and whether it is worth a word.
func judgeBy(trials []trial, least float64, several func(l locale.Lang, n int) string, level func(q, direction float64) (Level, bool)) []Finding {
	ps := make([]float64, len(trials))
	for i, t := range trials {
		ps[i] = t.p
	}
	qs := stats.BH(ps)
	var found []Finding
	for i, t := range trials {
		if math.Abs(t.change) < least {
			continue
		}
		if sure, ok := level(qs[i], 1-t.p/2); ok {
			found = append(found, t.find(qs[i], sure, len(trials)))
		}
	}
	for i := range found {
		f := &found[i]
		f.Evidence = append(f.Evidence, lookedAt(f.Scope, len(trials), len(found), several))
	}
	return found
}

// lookedAt says how many tests were made beside a finding.
func lookedAt(scope string, tested, flagged int, several func(l locale.Lang, n int) string) Evidence {
	return Evidence{
		ID:    "tested",
		Label: lookedAtLabel,
		Text: words.Both(func(l locale.Lang) string {
			if scope == "" && tested == 1 {
				return words.Pick(l, "the whole campaign, one test", "l’ensemble de la campagne, un test")
			}
			return words.Pick(l, "%s with enough data, %d flagged; at most one flag in ten is expected to be false",
				"%s avec assez de données, %d "+l.Plural(float64(flagged), "signalé", "signalés")+"\u00a0; au plus un signalement sur dix est attendu à tort",
				several(l, tested), flagged)
		}),
	}
}
