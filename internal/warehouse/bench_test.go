package warehouse

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/marcboeker/go-duckdb"

	"vigie/ingest"
	"vigie/internal/locale"
)

const (
	benchDays      = 100
	benchCampaigns = 400
	benchAds       = 25 // of each campaign
	benchRows      = benchDays * benchCampaigns * benchAds
)

// adsCSV writes a daily Google Ads report of a million ads' days, in the order
// of days; plain leaves out what only the platform's own file has, so that any
// CSV reader can take it.
func adsCSV(plain bool) []byte {
	var b bytes.Buffer
	first := locale.Date(2026, 1, 1)
	if !plain {
		fmt.Fprintf(&b, "Ad report\n%q\n", first.Time().Format("January 2, 2006")+" - "+(first+benchDays-1).Time().Format("January 2, 2006"))
	}
	b.WriteString("Day,Campaign,Ad group,Ad ID,Currency code,Impr.,Clicks,Cost,Conversions\n")
	for d := range benchDays {
		day := (first + locale.Day(d)).String()
		for c := range benchCampaigns {
			for a := range benchAds {
				fmt.Fprintf(&b, "%s,FR | Generic | Campaign %d,Group %d,%d,EUR,%d,%d,%d.%02d,%d.00\n",
					day, c, a/5, 100_000_000+c*benchAds+a, 100+(d*7+a)%900, (c+a)%40, (c+d)%30, a*4, (c+a+d)%3)
			}
		}
	}
	return b.Bytes()
}

// A child does the work in a process of its own, so that its peak of memory is
// the work's.
func TestBenchChild(t *testing.T) {
	task, path, ok := strings.Cut(os.Getenv("VIGIE_BENCH"), " ")
	if !ok {
		t.Skip("started by the benchmark")
	}
	var took time.Duration
	switch task {
	case "import":
		w := open(t)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		start := time.Now()
		kept, err := w.Archive(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Import(context.Background(), Import{Client: "durand", Name: "ads.csv", File: kept, Options: ingest.Options{
			Now: time.Date(2028, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
		}})
		took = time.Since(start)
		if err != nil || r.Status != StatusImported || r.Rows != benchRows {
			t.Fatal(err, r.Status, r.Error.EN)
		}
	case "read_csv":
		// The database's own reader, on disk, into a table of the same columns.
		connector, err := duckdb.NewConnector(filepath.Join(t.TempDir(), "plain.duckdb")+"?memory_limit="+memoryLimit, nil)
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(connector)
		defer db.Close()
		start := time.Now()
		_, err = db.Exec("create table t as select * from read_csv('" + path + `', header = true, auto_detect = false, columns = {
			'Day': 'DATE', 'Campaign': 'VARCHAR', 'Ad group': 'VARCHAR', 'Ad ID': 'VARCHAR', 'Currency code': 'VARCHAR',
			'Impr.': 'BIGINT', 'Clicks': 'BIGINT', 'Cost': 'DECIMAL(18,6)', 'Conversions': 'DECIMAL(18,6)'})`)
		took = time.Since(start)
		if err != nil {
			t.Fatal(err)
		}
	}
	// The peak of this process's own memory: what wait4 tells also counts the
	// parent's, up to the exec.
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	fmt.Printf("took %d %s\n", took.Nanoseconds(), strings.Fields(peak)[0])
}

// BenchmarkImport takes a million rows in: archive, parsing, keys, Arrow,
// facts, checks and roll-up; and beside it, in the same run, the database's own
// CSV reader on the same rows without any of that.
func BenchmarkImport(b *testing.B) {
	dir := b.TempDir()
	paths := map[string]string{}
	for task, plain := range map[string]bool{"import": false, "read_csv": true} {
		paths[task] = filepath.Join(dir, task+".csv")
		if err := os.WriteFile(paths[task], adsCSV(plain), 0o644); err != nil {
			b.Fatal(err)
		}
	}
	child := func(task string) (time.Duration, float64) {
		cmd := exec.Command(os.Args[0], "-test.run=^TestBenchChild$")
		cmd.Env = append(os.Environ(), "VIGIE_BENCH="+task+" "+paths[task])
		out, err := cmd.CombinedOutput()
		if err != nil {
			b.Fatalf("%s: %v\n%s", task, err, out)
		}
		_, text, _ := strings.Cut(string(out), "took ")
		var ns, peak int64
		if _, err := fmt.Sscan(text, &ns, &peak); err != nil {
			b.Fatalf("%s: %s", task, out)
		}
		return time.Duration(ns), float64(peak) / 1024
	}
	var ours, theirs time.Duration
	var peak, theirPeak float64
	for b.Loop() {
		d, m := child("import")
		ours, peak = ours+d, max(peak, m)
		d, m = child("read_csv")
		theirs, theirPeak = theirs+d, max(theirPeak, m)
	}
	b.ReportMetric(benchRows*float64(b.N)/ours.Seconds(), "rows/s")
	b.ReportMetric(float64(ours)/float64(theirs), "x-read_csv")
	b.ReportMetric(peak, "peak-MB")
	b.ReportMetric(theirPeak, "read_csv-peak-MB")
	b.ReportMetric(0, "ns/op")
}
