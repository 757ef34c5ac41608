package warehouse

import (
	"bytes"
	"context"
	"testing"
	"time"

	"vigie/ingest"
)

// BenchmarkImport takes in a daily Google Ads report of a million rows: rows a
// second through parsing, keys, Arrow, facts, checks and roll-up.
func BenchmarkImport(b *testing.B) {
	const days, campaigns = 1000, 1000
	body := googleCSV(days, campaigns, true)
	for b.Loop() {
		w := open(b)
		kept, err := w.Archive(bytes.NewReader(body))
		if err != nil {
			b.Fatal(err)
		}
		start := time.Now()
		r, err := w.Import(context.Background(), Import{Client: "durand", Name: "big.csv", File: kept, Options: ingest.Options{
			Now: time.Date(2028, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
		}})
		if err != nil || r.Status != StatusImported {
			b.Fatal(err, r.Status)
		}
		b.ReportMetric(days*campaigns/time.Since(start).Seconds(), "rows/s")
	}
}
