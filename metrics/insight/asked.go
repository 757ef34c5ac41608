package insight

import (
	"math"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight/words"
	"vigie/metrics/stats"
)

// Rules whose question stays the same from week to week (which ad wins, which
// one tires) are asked it again on almost the same days. Their p counts the
// weeks asked so far, so that a flight of ten weeks is not ten chances to be
// wrong (Bonferroni), and their levels ask for smaller q: there are many ads, and
// several such rules in each report. On campaigns in which nothing happens all
// of them together then raise fewer than two false alarms in a hundred weeks
// (TestCalm).
const (
	askedEstablished = 0.02
	askedLikely      = 0.05
	askedWatch       = 0.20
)

// weekly makes findings of the tests of a family that is asked every week.
func weekly(trials []trial, least float64, several func(l locale.Lang, n int) string) []Finding {
	return judgeBy(trials, least, several, func(q, _ float64) (Level, bool) {
		switch {
		case q <= askedEstablished:
			return Established, true
		case q <= askedLikely:
			return Likely, true
		}
		return Watch, q <= askedWatch
	})
}

// asked is how often a weekly report has put its questions to the campaign.
func (x *Exam) asked() int { return max(1, (len(x.Whole.Days)+6)/7) }

// again is the p of a question that was asked in every week so far.
func (x *Exam) again(p float64) float64 { return min(1, p*float64(x.asked())) }

// ofNormal is the two-sided p of a standard normal value.
func ofNormal(z float64) float64 { return math.Erfc(math.Abs(z) / math.Sqrt2) }

// line is a piece of evidence that is not about one KPI.
func line(id string, label locale.Text, write func(l locale.Lang) string) Evidence {
	return Evidence{ID: id, Label: label, Text: words.Both(write)}
}

// askedEvidence says how often chance alone would give a finding whose question
// is asked every week.
func (x *Exam) askedEvidence(f Finding) Evidence {
	return line("test", chanceLabel, func(l locale.Lang) string {
		return words.Pick(l, "such a difference would come %s (%s; counting every week that it was asked in, %d, and what else was looked at, %s)",
			"un tel écart arriverait %s (%s\u00a0; en comptant les semaines où la question s’est posée, %d, et ce qui a été examiné à côté, %s)",
			words.ByChance(l, f.P), words.Probability(l, "p", f.P), x.asked(), words.Probability(l, "q", f.Q))
	})
}

// finished are the days of a series that are known and over: their spend,
// impressions and clicks will not change.
func finished(days []metrics.Day) (out []metrics.Day) {
	for _, d := range days {
		if d.Known && d.Complete {
			out = append(out, d)
		}
	}
	return out
}

// last are the last n of some days.
func last[T any](days []T, n int) []T { return days[max(0, len(days)-n):] }

// phis are the dispersions of siblings, each drawn toward the median of all.
func phis(weeks []stats.Week) []float64 {
	out := make([]float64, len(weeks))
	for i, w := range weeks {
		out[i], _ = stats.Phi(stats.PriorPhi, w)
	}
	prior := stats.SiblingPhi(out)
	for i, w := range weeks {
		out[i], _ = stats.Phi(prior, w)
	}
	return out
}
