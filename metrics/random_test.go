package metrics

import (
	"math"
	"math/rand/v2"
	"os"
	"reflect"
	"slices"
	"testing"

	"vigie/metrics/stats"
)

// randomGroup is a group as a query could give it, of the most unlikely days.
func randomGroup(rng *rand.Rand) *group {
	g := newGroup(nil)
	g.weeks, g.ratios = map[string]*stats.Week{}, map[string]stats.Sums{}
	days := []int{0, 1, 2, 5, 7, 14, 28, 90}[rng.IntN(8)]
	// Each measure of a group has a habit: unknown, nothing, few, many, an amount
	// of a few millionths, more than a platform will ever print.
	habits := make([]int, len(measures))
	for i := range habits {
		habits[i] = rng.IntN(8)
	}
	one := func(i int) (int64, bool) {
		habit := habits[i]
		if rng.IntN(20) == 0 {
			habit = rng.IntN(8) // a day of its own
		}
		scale := int64(measures[i].scale)
		switch habit {
		case 0:
			return 0, false
		case 1:
			return 0, true
		case 2:
			return rng.Int64N(3) * scale, true
		case 3:
			return rng.Int64N(200) * scale, true
		case 4:
			return rng.Int64N(5_000_000) * scale, true
		case 5:
			return rng.Int64N(10), true
		case 6:
			return rng.Int64N(1_000_000_000_000), true
		}
		return rng.Int64N(2_000_000), true
	}
	for day := range days {
		if rng.IntN(10) == 0 {
			continue
		}
		g.days++
		unit := map[string]float64{}
		for i, m := range measures {
			v, ok := one(i)
			if !ok {
				continue
			}
			g.known[i] = true
			g.sums[i] += v
			unit[m.id] = float64(v) / m.scale
		}
		for _, k := range KPIs {
			x, y := total(unit, k.Num), total(unit, k.Den)
			switch k.Interval {
			case Wilson, CostPer:
				if k.Interval == CostPer {
					x, y = y, x
				}
				w := g.weeks[k.ID]
				if w == nil {
					w = new(stats.Week)
					g.weeks[k.ID] = w
				}
				if d := &w[day%7]; y > 0 {
					d.Days++
					d.Y += x
					d.N += y
					d.YY += x * x / y
				}
			case LogDelta:
				m := g.ratios[k.ID]
				m.Add(y, x)
				g.ratios[k.ID] = m
			}
		}
	}
	if rng.IntN(10) == 0 {
		g.spans = 1 + rng.IntN(3)
	}
	return g
}

// No group gives a number that is none, an infinite one, or an interval beside
// its own estimate. A million of them to calibrate.
func TestRandomFrames(t *testing.T) {
	n := 2_000
	if os.Getenv("VIGIE_CALIBRATE") != "" {
		n = 1_000_000
	}
	rng := rand.New(rand.NewPCG(7, 2026))
	finite := func(what string, ps ...*float64) {
		t.Helper()
		for _, p := range ps {
			if p != nil && (math.IsNaN(*p) || math.IsInf(*p, 0)) {
				t.Fatalf("%s is %v", what, *p)
			}
		}
	}
	holds := func(what string, low, value, high *float64) {
		t.Helper()
		if (low == nil) != (high == nil) || low != nil && (value == nil || *low > *value || *high < *value) {
			t.Fatalf("%s: %v in [%v; %v]", what, *value, *low, *high)
		}
	}
	values, intervals, changes := 0, 0, 0
	for range n {
		now, before := randomGroup(rng), randomGroup(rng)
		prior := map[string]float64{}
		for _, k := range KPIs {
			prior[k.ID] = 1 + 9*rng.Float64()*rng.Float64()
		}
		a := &asking{q: Question{Scope: &Scope{}}}
		for _, k := range KPIs {
			a.q.KPIs = append(a.q.KPIs, k.ID)
		}
		row := a.row(now, prior)
		row.Previous = a.changes(comparison{now: now, before: before, sums: true}, prior)
		for _, k := range KPIs {
			v := row.KPIs[k.ID]
			finite(k.ID, v.Value, v.Num, v.Den, v.Low, v.High)
			holds(k.ID, v.Low, v.Value, v.High)
			if v.Value != nil {
				values++
			}
			if v.Low != nil {
				intervals++
			}
			c := row.Previous[k.ID]
			finite(k.ID+" before", c.Value.Value, c.Low, c.High)
			finite(k.ID+" change", c.Change, c.ChangeLow, c.ChangeHigh)
			holds(k.ID+" change", c.ChangeLow, c.Change, c.ChangeHigh)
			if c.ChangeLow != nil {
				changes++
			}
			if s := Judge(k, "value", 10*rng.Float64(), 0.1*rng.Float64(), v); s == "" {
				t.Fatal("no state")
			}
		}
	}
	t.Logf("%d groups: %d values, %d intervals, %d intervals of changes", 2*n, values, intervals, changes)
	if values < n || intervals < n || changes < n/2 {
		t.Error("the groups say too little")
	}
}

// Rows that are worked out side by side are those that are worked out one by one.
func TestRowsSideBySide(t *testing.T) {
	rng := rand.New(rand.NewPCG(11, 2026))
	a := &asking{q: Question{Scope: &Scope{}, KPIs: []string{"spend", "cpa", "ctr", "roas"}, Compare: ComparePrevious}}
	prior := map[string]float64{"cpa": 1.7, "ctr": 2}
	groups := make([]*group, 1000)
	compared := make([]comparison, len(groups))
	for i := range groups {
		groups[i] = randomGroup(rng)
		compared[i] = comparison{now: groups[i], before: groups[rng.IntN(i+1)], sums: true}
	}
	rows := a.rows(groups, compared, prior)
	for i, g := range groups {
		g.values, compared[i].before.values = nil, nil
		want := a.row(g, prior)
		a.compareRow(&want, nil, compared[i], prior)
		if !reflect.DeepEqual(rows[i], want) {
			t.Fatalf("row %d: %+v, one by one %+v", i, rows[i], want)
		}
	}
	for _, n := range []int{0, 1, 255, 256, 1001} {
		did := make([]int, n)
		each(n, func(i int) { did[i]++ })
		if slices.ContainsFunc(did, func(x int) bool { return x != 1 }) {
			t.Errorf("of %d pieces of work, each was done %v times", n, did)
		}
	}
}
