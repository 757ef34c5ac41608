package metrics_test

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"vigie/internal/locale"
	"vigie/metrics"
)

// A triangle holds, for each day, what each export knew of it; the same as asking
// for the day as of each date. Where no export was made, or one that leaves most
// of the day out, it has nothing.
func TestTriangle(t *testing.T) {
	f := newFiles(t)
	first := locale.Date(2026, 9, 1)
	// Conversions of a day are 4 on the next day, and one more each day after it
	// until there are 7.
	as := func(made locale.Day) func(locale.Day) int {
		return func(d locale.Day) int { return min(3+int(made-d), 7) }
	}
	made := []locale.Day{first + 3, first + 4, first + 7, first + 12}
	for i, m := range made {
		f.put(fmt.Sprintf("google%d.csv", i), m, google(first, m-1, as(m)))
	}
	f.put("linkedin.csv", first+5, linkedin(first, first+5)) // its last day is not over
	scope := f.scope()
	triangles, err := metrics.Triangles(context.Background(), f.w.DB(), scope, "conversions", first, first+30)
	if err != nil {
		t.Fatal(err)
	}
	var out strings.Builder
	for _, x := range triangles {
		fmt.Fprintf(&out, "%s %s %d vintages, lags %v\n", x.Platform, x.Measure, len(x.Vintages), x.Lags())
		for _, o := range x.Origins {
			fmt.Fprintf(&out, "%s", o.Day)
			for _, v := range o.Values {
				fmt.Fprintf(&out, " %d:%g", v.Lag, float64(v.Value)/metrics.Micro)
			}
			out.WriteString("\n")
		}
	}
	const want = `googleads conversions 4 vintages, lags [0 1 2 3 4 5 6 7 8 9 10 11]
2026-09-01 2:6 3:7 6:7 11:7
2026-09-02 1:5 2:6 5:7 10:7
2026-09-03 0:4 1:5 4:7 9:7
2026-09-04 0:4 3:7 8:7
2026-09-05 2:6 7:7
2026-09-06 1:5 6:7
2026-09-07 0:4 5:7
2026-09-08 4:7
2026-09-09 3:7
2026-09-10 2:6
2026-09-11 1:5
2026-09-12 0:4
linkedinads conversions 1 vintages, lags [0 1 2 3 4]
2026-09-01 4:1
2026-09-02 3:1
2026-09-03 2:1
2026-09-04 1:1
2026-09-05 0:1
`
	if out.String() != want {
		t.Errorf("got\n%s\nwant\n%s", out.String(), want)
	}
	// The same as what the day was known with on that date.
	for _, o := range triangles[0].Origins {
		for _, v := range o.Values {
			asOf := (o.Day + locale.Day(v.Lag) + 2).Start(time.UTC).Add(-time.Second)
			frame, err := metrics.Ask(context.Background(), f.w.DB(), metrics.Question{Scope: scope.Only("googleads"), KPIs: []string{"conversions"}, From: o.Day, To: o.Day, AsOf: asOf})
			if err != nil {
				t.Fatal(err)
			}
			if got := *frame.Total.KPIs["conversions"].Value; got != float64(v.Value)/metrics.Micro {
				t.Errorf("%s after %d days: %g, as of then %g", o.Day, v.Lag, float64(v.Value)/metrics.Micro, got)
			}
		}
	}
	if v, ok := triangles[0].Origins[0].At(3); !ok || v != 7*metrics.Micro {
		t.Errorf("the first day after 3 days: %d %t", v, ok)
	}
	if _, ok := triangles[0].Origins[0].At(4); ok {
		t.Error("the first day is known after 4 days, when nobody exported")
	}

	// A file of one small campaign among large ones is no vintage of the day.
	f.put("two.csv", first+20, strings.Replace(google(first+13, first+19, one), "Brand", "Other", 3))
	f.put("part.csv", first+21, strings.ReplaceAll(google(first+13, first+13, one), "Brand", "Petite"))
	if triangles, err = metrics.Triangles(context.Background(), f.w.DB(), f.scope(), "spend", first+13, first+19); err != nil {
		t.Fatal(err)
	}
	if o := triangles[0].Origins[0]; len(o.Values) != 1 || o.Values[0].Lag != 6 {
		t.Errorf("a day of which a later file speaks in part: %+v", o)
	}
	if triangles[0].Currency != "EUR" {
		t.Errorf("amounts in %q", triangles[0].Currency)
	}
	var question *metrics.ErrQuestion
	if _, err := metrics.Triangles(context.Background(), f.w.DB(), scope, "reach", first, first); !errors.As(err, &question) {
		t.Errorf("a triangle of reach: %v", err)
	}
}
