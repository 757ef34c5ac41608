package stats

import (
	"fmt"
	"math"
	"os"
	"testing"
)

// thorough is how many times more runs a calibration makes under
// VIGIE_CALIBRATE=1.
func thorough(quick int) int {
	if os.Getenv("VIGIE_CALIBRATE") == "1" {
		return 20 * quick
	}
	return quick
}

// calibrated logs a row of a Markdown table and fails where a share is further
// than three standard errors from the range that it should fall in.
func calibrated(t *testing.T, method, setting, what string, hits, runs int, low, high float64) {
	t.Helper()
	p := float64(hits) / float64(runs)
	slack := 3 * math.Sqrt(p*(1-p)/float64(runs))
	t.Logf("| %s | %s | %s | %.1f %% of %d | %.0f–%.0f %% |", method, setting, what, 100*p, runs, 100*low, 100*high)
	if p < low-slack || p > high+slack {
		t.Errorf("%s, %s: %s %.3f of %d, want %.2f to %.2f", method, setting, what, p, runs, low, high)
	}
}

func TestCalibrateMaturity(t *testing.T) {
	if testing.Short() {
		t.Skip("calibration")
	}
	for _, perDay := range []float64{2, 10, 50} {
		rng := Rand("calibrate maturity", fmt.Sprint(perDay))
		hits, runs := 0, 0
		raw, left := 0.0, 0.0
		for range thorough(200) {
			const phi = 1.5
			tri, truth := visits(rng, 84, 30, perDay, phi, .58, .86)
			d := Develop(tri)
			if !d.Warning.None() {
				continue
			}
			var days []Recent
			for age := range 7 {
				row := tri[len(tri)-1-age]
				days = append(days, Recent{row[age], age, perDay})
			}
			s := d.Settle(days, d.Events, phi, .9)
			final := sum(truth[len(truth)-7:])
			if final >= s.Low && final <= s.High {
				hits++
			}
			raw += math.Abs(s.Seen/max(1, final) - 1)
			left += math.Abs(s.Value/max(1, final) - 1)
			runs++
		}
		calibrated(t, "maturity", fmt.Sprintf("7 days, %v a day", perDay), "90 % interval covers", hits, runs, .84, .95)
		t.Logf("| maturity | 7 days, %v a day | mean error | %.1f %%, %.1f %% uncorrected | |", perDay, 100*left/float64(runs), 100*raw/float64(runs))
		if left > raw {
			t.Errorf("%v a day: correction makes it worse", perDay)
		}
	}
	rng := Rand("calibrate mack")
	hits, runs := 0, 0
	for range thorough(100) {
		tri, truth := visits(rng, 12, 6, 200, 1.5, .5, .7)
		l := ChainLadder(tri)
		seen := 0.0
		for _, row := range tri {
			seen += row[len(row)-1]
		}
		if math.Abs(seen+l.Total-sum(truth)) <= normal(.9)*l.TotalSE {
			hits++
		}
		runs++
	}
	calibrated(t, "chain ladder", "12 weeks, 200 a week", "90 % interval covers", hits, runs, .80, .95)
}
