package metrics_test

import (
	"bytes"
	"context"
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

// TestFrames asks the questions of each case of real exports in a real
// database. A case may hold a campaign.yaml; without one the whole client is
// asked. It may hold files of rates.
//
//	import FILE [--as-of DAY | DAYThh] [--complete]
//	ask KPI,KPI [by DIM,DIM] DAY..DAY [previous | year | plan | target] [as-of DAY] [ages]
//	daily DAY..DAY
//	objects DAY..DAY
func TestFrames(t *testing.T) {
	files, err := filepath.Glob("../testdata/frames/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatal("no cases", err)
	}
	for _, file := range files {
		t.Run(strings.TrimSuffix(filepath.Base(file), ".txtar"), func(t *testing.T) {
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			c := &frameCase{t: t, archive: archive, now: time.Date(2026, 12, 1, 9, 0, 0, 0, time.UTC)}
			if c.w, err = warehouse.Open(context.Background(), t.TempDir()); err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { c.w.Close() })
			c.client, c.brief = c.workspace()
			for line := range strings.SplitSeq(strings.TrimSpace(part(t, archive, "steps")), "\n") {
				fmt.Fprintf(&c.out, "> %s\n", line)
				c.step(strings.Fields(line))
			}
			golden(t, file, archive, "golden", c.out.String())
		})
	}
}

type frameCase struct {
	t       *testing.T
	archive *txtar.Archive
	w       *warehouse.Warehouse
	client  *agency.Client
	brief   *agency.Campaign
	out     bytes.Buffer
	now     time.Time
	ages    bool // tell the ages of days too
}

// workspace is the client of the case, and its brief where the case has one.
func (c *frameCase) workspace() (*agency.Client, *agency.Campaign) {
	files := map[string][]byte{
		"vigie.yaml":                 []byte("name: A\nlanguage: fr\ntime_zone: Europe/Paris\ncurrency: EUR\n"),
		"clients/durand/client.yaml": []byte("name: Durand\n"),
	}
	for _, f := range c.archive.Files {
		switch {
		case f.Name == "campaign.yaml":
			files["clients/durand/rentree/campaign.yaml"] = f.Data
		case strings.HasPrefix(f.Name, "rates/"):
			files[f.Name] = f.Data
		}
	}
	dir := c.t.TempDir()
	for path, body := range files {
		path = filepath.Join(dir, filepath.FromSlash(path))
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			c.t.Fatal(err)
		}
		if err := os.WriteFile(path, body, 0o644); err != nil {
			c.t.Fatal(err)
		}
	}
	a, err := agency.Open(dir, agency.Known{})
	if err != nil {
		c.t.Fatal(err)
	}
	if err := a.Err(); err != nil {
		c.t.Fatal(err)
	}
	client := a.Clients[0]
	if len(client.Campaigns) == 0 {
		return client, nil
	}
	return client, client.Campaigns[0]
}

func (c *frameCase) step(words []string) {
	c.t.Helper()
	ctx := context.Background()
	day := func(s string) locale.Day {
		d, err := locale.ParseDay(s)
		if err != nil {
			c.t.Fatal(err)
		}
		return d
	}
	days := func(s string) (locale.Day, locale.Day) {
		a, b, ok := strings.Cut(s, "..")
		if !ok {
			c.t.Fatalf("%q is no range", s)
		}
		return day(a), day(b)
	}
	switch words[0] {
	case "import":
		c.now = c.now.Add(time.Minute)
		o := ingest.Options{Zone: time.UTC, Now: c.now, Currency: "EUR"}
		var modified time.Time
		for i := 2; i < len(words); i++ {
			switch words[i] {
			case "--as-of":
				i++
				if on, hour, ok := strings.Cut(words[i], "T"); ok { // 2026-09-05T08: while that day goes on
					h, err := strconv.Atoi(hour)
					if err != nil {
						c.t.Fatal(err)
					}
					modified = day(on).Time().Add(time.Duration(h) * time.Hour)
					continue
				}
				o.AsOf = day(words[i])
			case "--complete":
				o.Complete = true
			default:
				c.t.Fatalf("import knows no %s", words[i])
			}
		}
		kept, err := c.w.Archive(strings.NewReader(part(c.t, c.archive, words[1])))
		if err != nil {
			c.t.Fatal(err)
		}
		r, err := c.w.Import(ctx, warehouse.Import{Client: "durand", Name: words[1], ModTime: modified, File: kept, Options: o})
		if err != nil || r.Status != warehouse.StatusImported {
			c.t.Fatalf("%s: %+v %v", words[1], r, err)
		}
		if r.Gate {
			fmt.Fprintln(&c.out, "withheld")
		}
	case "ask":
		scope, err := metrics.LoadScope(ctx, c.w.DB(), c.client, c.brief)
		if err != nil {
			fmt.Fprintln(&c.out, err)
			return
		}
		q := metrics.Question{Scope: scope, KPIs: strings.Split(words[1], ",")}
		for i := 2; i < len(words); i++ {
			switch words[i] {
			case "by":
				i++
				q.By = strings.Split(words[i], ",")
			case "previous", "year", "plan", "target":
				q.Compare, q.Brief = metrics.Comparison(words[i]), c.brief
			case "ages":
				c.ages = true
			case "as-of":
				i++
				q.AsOf = (day(words[i]) + 1).Start(time.UTC).Add(-time.Second)
			default:
				q.From, q.To = days(words[i])
			}
		}
		f, err := metrics.Ask(ctx, c.w.DB(), q)
		if err != nil {
			fmt.Fprintln(&c.out, err)
			return
		}
		c.print(f)
		c.ages = false
		c.addsUp(q, f)
		c.explained(q, f)
	case "daily":
		scope, err := metrics.LoadScope(ctx, c.w.DB(), c.client, c.brief)
		if err != nil {
			fmt.Fprintln(&c.out, err)
			return
		}
		from, to := days(words[1])
		whole, channels, err := metrics.Daily(ctx, c.w.DB(), scope, from, to, time.Time{})
		if err != nil {
			fmt.Fprintln(&c.out, err)
			return
		}
		for _, s := range append(channels, whole) {
			name := s.ID
			if name == "" {
				name = "whole"
			}
			for _, d := range s.Days {
				state := "unknown"
				if d.Known {
					state = fmt.Sprintf("impressions=%d clicks=%d spend=%g conversions=%g", d.Impressions, d.Clicks, float64(d.Spend)/metrics.Micro, float64(d.Conversions)/metrics.Micro)
					if !d.Complete {
						state += " incomplete"
					}
					if !d.Mature {
						state += " young"
					}
				}
				fmt.Fprintf(&c.out, "%s %s %s\n", name, d.Day, state)
			}
		}
	case "objects":
		scope, err := metrics.LoadScope(ctx, c.w.DB(), c.client, c.brief)
		if err != nil {
			c.t.Fatal(err)
		}
		from, to := days(words[1])
		_, channels, err := metrics.Daily(ctx, c.w.DB(), scope, from, to, time.Time{})
		if err != nil {
			c.t.Fatal(err)
		}
		objects, err := metrics.Objects(ctx, c.w.DB(), scope, channels, from, to, time.Time{})
		if err != nil {
			c.t.Fatal(err)
		}
		for _, o := range objects {
			fmt.Fprintf(&c.out, "%s %s\n", o.Level, o.ID)
			for _, d := range o.Days {
				if !d.Known {
					fmt.Fprintf(&c.out, "  %s unknown\n", d.Day)
					continue
				}
				fmt.Fprintf(&c.out, "  %s impressions=%d clicks=%d spend=%g conversions=%g", d.Day, d.Impressions, d.Clicks, float64(d.Spend)/metrics.Micro, float64(d.Conversions)/metrics.Micro)
				if d.Eligible > 0 {
					fmt.Fprintf(&c.out, " of %d, %d for want of budget", d.Eligible, d.LostBudget)
				}
				fmt.Fprintln(&c.out)
			}
		}
	default:
		c.t.Fatalf("no step is called %s", words[0])
	}
}

func (c *frameCase) print(f *metrics.Frame) {
	line := func(labels []string, r metrics.Row) {
		fmt.Fprint(&c.out, strings.Join(labels, " / "))
		for _, id := range f.KPIs {
			v := r.KPIs[id]
			fmt.Fprintf(&c.out, " %s=", id)
			if v.Value == nil {
				fmt.Fprint(&c.out, "-")
			} else {
				fmt.Fprint(&c.out, strconv.FormatFloat(*v.Value, 'g', 7, 64))
			}
			if p, ok := r.Previous[id]; ok && p.Change != nil {
				fmt.Fprintf(&c.out, " (%+.0f%%)", *p.Change*100)
			} else if ok && p.Value.Value != nil {
				fmt.Fprintf(&c.out, " (before: %s)", strconv.FormatFloat(*p.Value.Value, 'g', 7, 64))
			}
		}
		for _, id := range f.KPIs {
			for _, m := range r.Aims[id] {
				fmt.Fprintf(&c.out, " %s:", id)
				if m.Aim == nil {
					fmt.Fprintf(&c.out, " (%s)", m.Why.EN)
					continue
				}
				fmt.Fprintf(&c.out, " %s %s", m.Bound, strconv.FormatFloat(*m.Aim, 'g', 7, 64))
				if m.Flight != nil {
					fmt.Fprintf(&c.out, " of %s", strconv.FormatFloat(*m.Flight, 'g', 7, 64))
				}
				if m.Distance != nil {
					fmt.Fprintf(&c.out, " %+.1f%%", *m.Distance*100)
				}
				if m.Holds != nil {
					fmt.Fprintf(&c.out, " holds=%t", *m.Holds)
				}
				fmt.Fprintf(&c.out, " %s", m.State)
			}
		}
		if r.Missing > 0 {
			fmt.Fprintf(&c.out, " [%d missing]", r.Missing)
		}
		if c.ages {
			fmt.Fprintf(&c.out, " [%d days, %d young, %d moving]", r.Days, r.Young, r.Moving)
		}
		if r.Partial != nil {
			fmt.Fprintf(&c.out, " [%d days of %d]", r.Partial.Days, r.Partial.Of)
		}
		fmt.Fprintln(&c.out)
	}
	for _, r := range f.Rows {
		line(r.Labels, r)
	}
	line([]string{"total"}, f.Total)
	for _, n := range f.Notes {
		fmt.Fprintf(&c.out, "note: %s\n", n.EN)
	}
}

// addsUp checks that the panels add up to the total, for what adds up and at
// levels that hold everything.
func (c *frameCase) addsUp(q metrics.Question, f *metrics.Frame) {
	if len(q.By) == 0 || slices.ContainsFunc(q.By, func(d string) bool {
		return !slices.Contains([]string{"day", "week", "month", "quarter", "year", "platform", "channel", "account", "platform_campaign"}, d)
	}) {
		return
	}
	for _, id := range f.KPIs {
		k, _ := metrics.LookupKPI(id)
		total := f.Total.KPIs[id].Value
		if !k.Additive || total == nil || len(f.Notes) > len(f.Conversion.Notes()) {
			continue
		}
		// To the last millionth, which is what is stored.
		stored := func(v float64) int64 { return int64(math.Round(v * metrics.Micro)) }
		var sum int64
		for _, r := range f.Rows {
			if v := r.KPIs[id].Value; v != nil {
				sum += stored(*v)
			}
		}
		if sum != stored(*total) {
			c.t.Errorf("%s: the rows add up to %d millionths, the total is %d", id, sum, stored(*total))
		}
	}
}

// explained asks what is behind each number of a frame, and runs the query that
// the answer shows as a person would: it gives the same sums.
func (c *frameCase) explained(q metrics.Question, f *metrics.Frame) {
	c.t.Helper()
	ctx := context.Background()
	rows := append(slices.Clone(f.Rows), f.Total)
	for i, r := range rows {
		by := f.By
		if i == len(f.Rows) {
			by = nil
		}
		asked := q
		asked.By = by
		var where []metrics.Where
		for j, d := range by {
			v := r.Keys[j]
			if v == "" {
				v = r.Labels[j]
			}
			where = append(where, metrics.Where{Dimension: d, Value: v})
		}
		if i >= 2 && i < len(f.Rows) {
			continue // rows are alike
		}
		for _, id := range f.KPIs {
			x, err := metrics.Explain(ctx, c.w.DB(), asked, id, where)
			if err != nil {
				c.t.Errorf("%s %v: %v", id, where, err)
				continue
			}
			v := r.KPIs[id]
			if got := x.Row.KPIs[id]; fmt.Sprint(number(got.Value)) != fmt.Sprint(number(v.Value)) {
				c.t.Errorf("%s %v: explained %s, in the frame %s", id, where, number(got.Value), number(v.Value))
			}
			if x.SQL == "" {
				if v.Value != nil {
					c.t.Errorf("%s %v: no query", id, where)
				}
				continue
			}
			a, err := c.w.Query(ctx, x.SQL)
			if err != nil {
				c.t.Errorf("%s %v: %v\n%s", id, where, err, x.SQL)
				continue
			}
			k, _ := q.Scope.KPI(id)
			wants := []*float64{v.Num}
			if k.Den != "" {
				wants = append(wants, v.Den)
			}
			for j, want := range wants {
				got := a.Rows[0][j]
				n, isNumber := got.(json.Number)
				if isNumber != (want != nil) {
					c.t.Errorf("%s %v: the query gives %v, the frame %s\n%s", id, where, got, number(want), x.SQL)
					continue
				}
				if want == nil {
					continue
				}
				if sum, err := n.Float64(); err != nil || math.Abs(sum-*want) > 1e-6 {
					c.t.Errorf("%s %v: the query gives %v, the frame %s\n%s", id, where, got, number(want), x.SQL)
				}
			}
			var num float64
			for _, b := range x.Batches {
				if b.Sums[0] != nil {
					num += *b.Sums[0]
				}
			}
			if k.Additive && v.Num != nil && math.Abs(num-*v.Num) > 1e-5 {
				c.t.Errorf("%s %v: the exports make up %v of %v", id, where, num, *v.Num)
			}
		}
	}
}

func number(p *float64) string {
	if p == nil {
		return "nothing"
	}
	return strconv.FormatFloat(*p, 'g', 12, 64)
}
