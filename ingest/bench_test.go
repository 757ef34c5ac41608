package ingest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"testing"

	"vigie/internal/locale"
)

// dailyCSV writes a Google Ads report of ad groups by day, in order of the
// days: ten groups in each of fifty campaigns, thousands in a third of the
// rows.
func dailyCSV(rows int) []byte {
	var b bytes.Buffer
	b.WriteString("Ad group report\n\"January 1, 2024 - December 31, 2031\"\n")
	b.WriteString("Day,Campaign,Ad group,Campaign type,Currency code,Impr.,Clicks,CTR,Avg. CPC,Cost,Conversions,Conv. value\n")
	rnd := rand.New(rand.NewPCG(1, 2))
	start := locale.Date(2024, 1, 1)
	for i := range rows {
		clicks := rnd.IntN(150)
		impr := clicks*10 + rnd.IntN(90)
		shown := fmt.Sprint(impr)
		if impr >= 1000 {
			shown = fmt.Sprintf("\"%d,%03d\"", impr/1000, impr%1000)
		}
		fmt.Fprintf(&b, "%s,Search - Brand %02d,Group %02d,Search,EUR,%s,%d,%.2f%%,0.37,%.2f,%.2f,%.2f\n",
			start+locale.Day(i/500%2922), i%50, i/50%10, shown, clicks, 100*float64(clicks)/float64(impr+1), float64(clicks)*0.37,
			rnd.Float64()*9, rnd.Float64()*900)
	}
	return b.Bytes()
}

// BenchmarkReadDaily parses a million rows into batches and drops them.
func BenchmarkReadDaily(b *testing.B) {
	const rows = 1_000_000
	data := dailyCSV(rows)
	b.SetBytes(int64(len(data)))
	b.ReportAllocs()
	for b.Loop() {
		r, err := Open(File{Name: "daily.csv", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
		if err != nil {
			b.Fatal(err)
		}
		all := r.Read(NewKeys(1))
		n := int64(0)
		for all.Next() {
			n += all.Record().NumRows()
		}
		if all.Err() != nil || n != rows || len(r.Report().Problems) > 2 {
			b.Fatal(n, all.Err(), r.Report().Problems)
		}
	}
	b.ReportMetric(rows*float64(b.N)/b.Elapsed().Seconds(), "rows/s")
}
