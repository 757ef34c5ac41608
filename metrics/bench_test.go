package metrics_test

import (
	"context"
	"database/sql"
	"fmt"
	"testing"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

// What the benchmark's warehouse holds: two years of ten million facts.
const (
	benchDays      = 730
	benchPlatforms = 5
	benchCampaigns = 600
	benchAds       = 23 // of each campaign
)

// benchStore is a warehouse on disk with the facts of ads and their roll-up.
func benchStore(b *testing.B) (*warehouse.Warehouse, *metrics.Scope) {
	b.Helper()
	ctx := context.Background()
	w, err := warehouse.Open(ctx, b.TempDir())
	if err != nil {
		b.Fatal(err)
	}
	b.Cleanup(func() { w.Close() })
	for _, q := range []string{
		"insert into batch values (1, 'c', '', 'facts.csv', 'googleads', 'ad', date '2025-01-01', date '2026-12-31', null, null, true, 0, 0, timestamp '2027-03-01', 'file', timestamp '2027-03-01', null, 'absent', false, '{}')",
		fmt.Sprintf(`insert into entity select p + 1, 'c', (['googleads', 'metaads', 'linkedinads', 'tiktokads', 'microsoftads'])[p + 1], p + 1, 'account', 0, '', '', null from range(%d) t(p)`, benchPlatforms),
		fmt.Sprintf(`insert into stream select p + 1, 'c', (['googleads', 'metaads', 'linkedinads', 'tiktokads', 'microsoftads'])[p + 1], p + 1, 'ad', 3, '', 0, 'day', 'EUR' from range(%d) t(p)`, benchPlatforms),
		fmt.Sprintf(`insert into entity select 100 + c, 'c', (['googleads', 'metaads', 'linkedinads', 'tiktokads', 'microsoftads'])[c %% %d + 1], c %% %d + 1, 'campaign', c %% %d + 1, '', 'Campaign ' || c, null from range(%d) t(c)`, benchPlatforms, benchPlatforms, benchPlatforms, benchCampaigns),
		fmt.Sprintf(`insert into fact_lean
select 1, c %% %d + 1, date '2025-01-01' + d::integer, date '2025-01-01' + d::integer, 100 + c, 10000 + c * 5 + a %% 5, 20000 + c * %d + a, 0, 0,
    (d * 7919 + c * 104729 + a * 31) %% 900 + 100, (c + a + d) %% 40, null, ((c + d * 3 + a) %% 30 * 1000000 + a * 40000)::bigint, (c + a + d) %% 3 * 1000000, (c + a + d) %% 3 * 35000000
from range(%d) x(d), range(%d) y(c), range(%d) z(a)
order by d, c, a`, benchPlatforms, benchAds, benchDays, benchCampaigns, benchAds),
		"insert into cell select distinct stream, first_day, campaign, 1, false, age_of(timestamp '2027-03-01', 1) from fact_lean",
		`insert into rollup (day, account, campaign, stream, batch, impressions, clicks, spend, conversions, conversion_value)
select first_day, stream, campaign, stream, 1, sum(impressions), sum(clicks), sum(spend), sum(conversions), sum(conversion_value) from fact_lean group by all order by all`,
		"checkpoint",
	} {
		if _, err := w.DB().Exec(q); err != nil {
			b.Fatal(q, err)
		}
	}
	scope, err := metrics.LoadScope(ctx, w.DB(), &agency.Client{ID: "c"}, nil)
	if err != nil {
		b.Fatal(err)
	}
	return w, scope
}

// consume runs a plain query and reads all that it gives.
func consume(b *testing.B, db *sql.DB, q string) time.Duration {
	b.Helper()
	start := time.Now()
	rows, err := db.Query(q)
	if err != nil {
		b.Fatal(err)
	}
	defer rows.Close()
	cols, err := rows.Columns()
	if err != nil {
		b.Fatal(err)
	}
	values := make([]any, len(cols))
	dest := make([]any, len(cols))
	for i := range values {
		dest[i] = &values[i]
	}
	for rows.Next() {
		if err := rows.Scan(dest...); err != nil {
			b.Fatal(err)
		}
	}
	if err := rows.Err(); err != nil {
		b.Fatal(err)
	}
	return time.Since(start)
}

// BenchmarkFrame answers frames over ten million facts, with intervals and a
// comparison, and beside each the plain query of its sums and ratios, read to the
// end, in the same run.
func BenchmarkFrame(b *testing.B) {
	w, scope := benchStore(b)
	first := locale.Date(2025, 1, 1)
	last := first + benchDays - 1
	plain := func(source string, day string, from locale.Day) string {
		return fmt.Sprintf(`select %s, s.platform, r.campaign, sum(r.spend)::bigint, sum(r.clicks)::bigint, sum(r.impressions)::bigint, sum(r.conversions)::bigint, sum(r.spend) / sum(r.conversions), sum(r.spend) / sum(r.clicks)
from %s r join stream s on s.stream = r.stream where %s between date '%s' and date '%s' group by all`, day, source, day, from, last)
	}
	rows := 0
	ask := func(q metrics.Question) time.Duration {
		b.Helper()
		q.Scope, q.KPIs, q.To = scope, []string{"spend", "cpa", "cpc", "ctr"}, last
		start := time.Now()
		f, err := metrics.Ask(context.Background(), w.DB(), q)
		if err != nil {
			b.Fatal(err)
		}
		if rows = len(f.Rows); rows == 0 {
			b.Fatal("no rows")
		}
		return time.Since(start)
	}
	by := []string{"day", "platform", "platform_campaign"}
	for _, x := range []struct {
		name  string
		plain string
		q     metrics.Question
	}{
		{"28days", plain("rollup", "r.day", last-27), metrics.Question{From: last - 27, By: []string{"channel"}, Compare: metrics.ComparePrevious}},
		{"28days-campaigns", plain("rollup", "r.day", last-27), metrics.Question{From: last - 27, By: by, Compare: metrics.ComparePrevious}},
		{"month-platform", plain("rollup", "r.day", first), metrics.Question{From: first + 365, By: []string{"month", "platform"}, Compare: metrics.CompareYear}},
		{"day-platform-campaign", plain("rollup", "r.day", first), metrics.Question{From: first, By: by, Compare: metrics.ComparePrevious}},
		{"facts-ad-groups", plain("fact", "r.first_day", first), metrics.Question{From: first + 365, By: []string{"platform", "ad_group"}, Compare: metrics.CompareYear}},
	} {
		b.Run(x.name, func(b *testing.B) {
			consume(b, w.DB(), x.plain)
			var ours, theirs time.Duration
			for b.Loop() {
				ours += ask(x.q)
				theirs += consume(b, w.DB(), x.plain)
			}
			b.ReportMetric(float64(rows), "rows")
			b.ReportMetric(float64(ours.Milliseconds())/float64(b.N), "frame-ms")
			b.ReportMetric(float64(theirs.Milliseconds())/float64(b.N), "plain-ms")
			b.ReportMetric(float64(ours)/float64(theirs), "x-plain")
			b.ReportMetric(0, "ns/op")
		})
	}
}
