package advise_test

import (
	"bytes"
	"encoding/json"
	"fmt"
	"math"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
	"vigie/metrics/advise"
	"vigie/metrics/insight"
	"vigie/metrics/insight/insighttest"
)

// decisions reads lines such as
//
//	D-2026-001 applied 2026-09-01 check 2026-09-30 touches a,b expects cpa -0.10
//
// with "dropped" at the end where it was withdrawn.
func decisions(t *testing.T, a *txtar.Archive) (list []advise.Decided) {
	t.Helper()
	for _, f := range a.Files {
		if f.Name != "decision.txt" {
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			w := strings.Fields(line)
			d := advise.Decided{ID: w[0], Touches: strings.Split(w[6], ","), KPI: w[8], Dropped: w[len(w)-1] == "dropped"}
			var err error
			for at, into := range map[int]*locale.Day{2: &d.Applied, 4: &d.Check} {
				if *into, err = locale.ParseDay(w[at]); err != nil {
					t.Fatal(err)
				}
			}
			if d.Change, err = strconv.ParseFloat(w[9], 64); err != nil {
				t.Fatal(err)
			}
			list = append(list, d)
		}
	}
	return list
}

// TestOutcomes runs every case, and holds what is said against the numbers.
func TestOutcomes(t *testing.T) {
	files, err := filepath.Glob("../../testdata/outcomes/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	seen := map[string]bool{}
	for _, path := range files {
		name := strings.TrimSuffix(filepath.Base(path), ".txtar")
		t.Run(name, func(t *testing.T) {
			a, err := txtar.ParseFile(path)
			if err != nil {
				t.Fatal(err)
			}
			c, err := insighttest.Read(name, a)
			if err != nil {
				t.Fatal(err)
			}
			list := decisions(t, a)
			o := advise.Measure(c, insight.Examine(c).Doubts, list[0], list)
			seen[o.Result], seen[o.Method] = true, true
			sober(t, o)
			insighttest.Compare(t, path, a, "outcome.golden", told(o), *update)
		})
	}
	for _, want := range []string{
		advise.Reached, advise.NotReached, advise.Inconclusive, advise.TooEarly, advise.NotEnough, advise.NotMeasured,
		advise.AgainstControl, advise.Counterfactual, advise.Coincides,
	} {
		if !seen[want] {
			t.Errorf("no case shows %s", want)
		}
	}
}

// told writes an outcome, numbers beside words.
func told(o advise.Outcome) string {
	var b strings.Builder
	number := func(v *float64) string {
		if v == nil {
			return "-"
		}
		return fmt.Sprintf("%.4g", *v)
	}
	side := func(s advise.Side) string {
		if s.Days == 0 {
			return "0 days"
		}
		return fmt.Sprintf("%s..%s %d days %s", s.From, s.To, s.Days, number(s.Value))
	}
	fmt.Fprintf(&b, "%s by %s, controls %v, concurrent %v, pending %d\n", o.Result, o.Method, o.Controls, o.Concurrent, o.Pending)
	fmt.Fprintf(&b, "before %s\nafter  %s\n", side(o.Before), side(o.After))
	if o.Control != nil {
		fmt.Fprintf(&b, "control %s, %s\n", number(o.Control.Before), number(o.Control.After))
	}
	if o.Effect != nil {
		fmt.Fprintf(&b, "effect %+.4f [%+.4f, %+.4f] of %+.2f, detectable %.4f, %d of %d placebos, p %.3f\n", o.Effect.Value, o.Effect.Low, o.Effect.High, o.Expected, o.Detectable, o.AsExtreme, o.Placebos, o.P)
	}
	for _, text := range append([]locale.Text{o.Label, o.Text}, o.Limits...) {
		fmt.Fprintf(&b, "fr  %s\nen  %s\n", text.FR, text.EN)
	}
	return b.String()
}

// sober checks that the words say no more than the numbers.
func sober(t *testing.T, o advise.Outcome) {
	t.Helper()
	text, err := json.Marshal(o)
	if err != nil || bytes.Contains(text, []byte("NaN")) {
		t.Fatalf("%v: %s", err, text)
	}
	for _, no := range []string{"caused", "thanks to", "because", "grâce", "cause", "à cause", "significa", "%!"} {
		if all := strings.ToLower(string(text)); strings.Contains(all, no) {
			t.Errorf("the text says %q", no)
		}
	}
	if o.Label.EN == "" || o.Label.FR == "" || o.Text.EN == "" || o.Text.FR == "" {
		t.Error("a text is missing")
	}
	e := o.Effect
	if (e == nil) != slices.Contains([]string{advise.TooEarly, advise.NotEnough, advise.NotMeasured}, o.Result) {
		t.Errorf("%s with effect %+v", o.Result, e)
	}
	if e == nil {
		return
	}
	if !(e.Low <= e.Value && e.Value <= e.High) {
		t.Errorf("%+v is no interval", e)
	}
	if (o.Method == advise.Coincides) != strings.Contains(o.Text.EN, "coincides") {
		t.Errorf("%s: %s", o.Method, o.Text.EN)
	}
	inside := e.Low <= o.Expected && o.Expected <= e.High
	better := math.Signbit(e.Value) == math.Signbit(o.Expected) && math.Abs(e.Value) >= math.Abs(o.Expected)
	switch o.Result {
	case advise.Reached:
		if !e.Clear() || !better || len(o.Concurrent) > 0 {
			t.Errorf("reached, with %+v of %g", e, o.Expected)
		}
	case advise.NotReached:
		if inside || better {
			t.Errorf("not reached, with %+v of %g", e, o.Expected)
		}
	}
}

// Whatever the days hold, an outcome has its words and says no more than its
// numbers do.
func FuzzMeasure(f *testing.F) {
	f.Add(100.0, 10.0, 12.5, 8.0, -0.1, 92, 29, "cpa")
	f.Add(0.0, 0.0, 1e9, -1.0, 5.0, 3, 400, "conversions")
	f.Add(1e12, 3.0, 0.0, 1e-3, -1.0, 60, 8, "roas")
	archive := txtar.Parse([]byte("x\n-- case.txt --\nflight: 2026-06-01 2026-10-31\ntoday: 2026-10-31\nperiod: 2026-09-17 2026-09-30\nchannel: a googleads 0 A\nchannel: b metaads 0 B\n-- days.csv --\nday,channel,spend,impressions,clicks,conversions,state\n2026-06-01/2026-10-30,a,100,4000,200,10,\n2026-06-01/2026-10-30,b,100,4000,200,10,\n"))
	base, err := insighttest.Read("fuzz", archive)
	if err != nil {
		f.Fatal(err)
	}
	f.Fuzz(func(t *testing.T, spend, before, after, control, change float64, at, days int, kpi string) {
		if change == 0 || math.IsNaN(change) || math.IsInf(change, 0) || at < 0 || at > 1000 || days < 1 || days > 1000 {
			t.Skip()
		}
		c := base
		c.Channels = slices.Clone(base.Channels)
		micro := func(v float64) int64 {
			if !(v >= 0) {
				return 0
			}
			return int64(min(v, 1e9) * 1e6)
		}
		for k := range c.Channels {
			c.Channels[k].Days = slices.Clone(c.Channels[k].Days)
			for i := range c.Channels[k].Days {
				d := &c.Channels[k].Days[i]
				d.Spend, d.Conversions = micro(spend+float64(i*31%7)), micro(before)
				if i >= at {
					d.Conversions = micro(after)
				}
				if k == 1 {
					d.Conversions = micro(control)
				}
				d.ConversionValue = d.Conversions * int64(i%5)
			}
		}
		applied := c.Flight.From + locale.Day(at)
		d := advise.Decided{ID: "D-2026-001", Applied: applied, Check: applied + locale.Day(days), KPI: kpi, Change: change, Touches: []string{"a"}}
		o := advise.Measure(c, nil, d, []advise.Decided{d})
		if _, err := json.Marshal(o); err != nil {
			t.Fatal(err)
		}
		if o.Result == "" || o.Text.EN == "" || o.Effect != nil && !(o.Effect.Low <= o.Effect.Value && o.Effect.Value <= o.Effect.High) {
			t.Fatalf("%+v", o)
		}
	})
}
