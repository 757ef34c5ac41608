package warehouse

import (
	"archive/zip"
	"bufio"
	"context"
	"database/sql"
	"fmt"
	"io"
	"math/bits"
	"os"
	"os/exec"
	"path/filepath"
	"strconv"
	"strings"
	"syscall"
	"testing"
	"time"

	"github.com/marcboeker/go-duckdb"

	"vigie/ingest"
	"vigie/internal/locale"
)

// The benchmark's report: every ad on every day, as an account of that size
// has them.
const (
	benchDays      = 730
	benchCampaigns = 597
	benchAds       = 13_698
)

// adsCSV writes a Google Ads report of ads by day, without the lines around the
// table: a clean file, that any CSV reader can take. Names in quotes, with
// commas, doubled quotes and accents are among the others. Shuffled, the rows
// come in no order at all.
func adsCSV(w io.Writer, days int, shuffled bool) (rows int, err error) {
	out := bufio.NewWriterSize(w, 1<<20)
	out.WriteString("Day,Campaign,Ad group,Ad name,Ad ID,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n")
	first := locale.Date(2024, 1, 1)
	dates, ads := make([]string, days), make([]string, benchAds)
	for d := range dates {
		dates[d] = (first + locale.Day(d)).String()
	}
	for a := range ads {
		c := a % benchCampaigns
		campaign := fmt.Sprintf("FR | Search | Generic | Campaign %03d", c)
		if c%3 == 0 {
			campaign = fmt.Sprintf(`"FR | Search | Chaussures, bottes | %03d"`, c)
		}
		if c%8 == 0 {
			campaign = fmt.Sprintf("FR | Display | Soldes d’été | %03d", c)
		}
		name := fmt.Sprintf("Responsive search ad %05d", a)
		if a%50 == 0 {
			name = fmt.Sprintf(`"Annonce ""Livraison offerte"" %05d"`, a)
		}
		ads[a] = fmt.Sprintf(",%s,Group %04d - Exact,%s,%d,EUR,", campaign, a%4_000, name, 600_000_000_000+int64(a)*7_919)
	}
	rows = days * benchAds
	line := make([]byte, 0, 256)
	bit := bits.Len(uint(rows))
	for n := range 1 << bit {
		i := n
		if shuffled {
			// Each number of so many bits once, in no order.
			x, mask := uint64(n), uint64(1)<<bit-1
			for range 3 {
				x = x * 0x9e3779b97f4a7c15 & mask
				x ^= x >> (bit / 2)
			}
			i = int(x)
		}
		if i >= rows {
			continue
		}
		day, ad := i/benchAds, i%benchAds
		h := uint32(i) * 2_654_435_761
		impressions := h >> 18 // up to 16,383
		clicks := impressions * (h & 15) / 256
		conversions := clicks * (h >> 4 & 7) / 64
		line = append(append(line[:0], dates[day]...), ads[ad]...)
		line = append(strconv.AppendUint(line, uint64(impressions), 10), ',')
		line = append(strconv.AppendUint(line, uint64(clicks), 10), ',')
		line = append(strconv.AppendUint(line, uint64(clicks*(h>>8&127)/100), 10), '.', byte('0'+h>>12%10), byte('0'+h>>15%10), ',')
		line = append(strconv.AppendUint(line, uint64(conversions), 10), '.', byte('0'+h>>9%10), byte('0'+h>>11%10), ',')
		line = append(strconv.AppendUint(line, uint64(conversions*43), 10), '.', byte('0'+h>>9%10), byte('0'+h>>11%10), '\n')
		if _, err := out.Write(line); err != nil {
			return 0, err
		}
	}
	return rows, out.Flush()
}

// adsXLSX writes the like of it as a Meta Ads workbook, names as shared texts.
func adsXLSX(w io.Writer, rows int) error {
	z := zip.NewWriter(w)
	part := func(name string, write func(w *bufio.Writer)) {
		f, err := z.Create(name)
		if err != nil {
			return // Close says it again
		}
		b := bufio.NewWriter(f)
		write(b)
		b.Flush()
	}
	text := func(s string) func(*bufio.Writer) { return func(w *bufio.Writer) { w.WriteString(s) } }
	part("xl/workbook.xml", text(`<workbook xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main" xmlns:r="http://schemas.openxmlformats.org/officeDocument/2006/relationships"><sheets><sheet name="Worksheet" sheetId="1" r:id="rId1"/></sheets></workbook>`))
	part("xl/_rels/workbook.xml.rels", text(`<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Id="rId1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/worksheet" Target="worksheets/sheet1.xml"/></Relationships>`))
	headers := []string{"Reporting starts", "Reporting ends", "Day", "Campaign name", "Ad set name", "Ad name", "Impressions", "Link clicks", "Amount spent (EUR)", "Purchases", "Purchases conversion value"}
	const groups = 4_000
	days := (rows + benchAds - 1) / benchAds
	part("xl/sharedStrings.xml", func(w *bufio.Writer) {
		w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><sst xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main">`)
		si := func(format string, args ...any) { fmt.Fprintf(w, "<si><t>"+format+"</t></si>", args...) }
		for _, h := range headers {
			si("%s", h)
		}
		for d := range days {
			si("%s", locale.Date(2024, 1, 1)+locale.Day(d))
		}
		for c := range benchCampaigns {
			si("FR | Prospection &amp; été | Campagne %03d", c)
		}
		for g := range groups {
			si("Ensemble %04d - Large", g)
		}
		for a := range benchAds {
			si("Carrousel %05d", a)
		}
		w.WriteString("</sst>")
	})
	part("xl/worksheets/sheet1.xml", func(w *bufio.Writer) {
		w.WriteString(`<?xml version="1.0" encoding="UTF-8" standalone="yes"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>`)
		row := func(r int, shared []int, numbers ...string) {
			fmt.Fprintf(w, `<row r="%d">`, r)
			for c, i := range shared {
				fmt.Fprintf(w, `<c r="%c%d" t="s"><v>%d</v></c>`, 'A'+c, r, i)
			}
			for c, n := range numbers {
				fmt.Fprintf(w, `<c r="%c%d"><v>%s</v></c>`, 'A'+len(shared)+c, r, n)
			}
			w.WriteString("</row>")
		}
		var header []int
		for i := range headers {
			header = append(header, i)
		}
		row(1, header)
		for i := range rows {
			day, ad := i/benchAds, i%benchAds
			names := len(headers) + days
			h := uint32(i) * 2_654_435_761
			row(i+2, []int{len(headers), len(headers) + days - 1, len(headers) + day, names + ad%benchCampaigns, names + benchCampaigns + ad%groups, names + benchCampaigns + groups + ad},
				strconv.Itoa(int(h>>18)), strconv.Itoa(int(h>>25)), fmt.Sprintf("%d.%02d", h>>26, h>>9%100), strconv.Itoa(int(h>>30)), fmt.Sprintf("%d.%02d", h>>24, h>>5%100))
		}
		w.WriteString("</sheetData></worksheet>")
	})
	return z.Close()
}

// A child does the work in a process of its own, so that its peak of memory is
// the work's.
func TestBenchChild(t *testing.T) {
	task, path, ok := strings.Cut(os.Getenv("VIGIE_BENCH"), " ")
	if !ok {
		t.Skip("started by the benchmark")
	}
	var took time.Duration
	var rows int64
	switch task {
	case "import":
		w := open(t)
		f, err := os.Open(path)
		if err != nil {
			t.Fatal(err)
		}
		defer f.Close()
		start := time.Now()
		kept, err := w.Archive(f)
		if err != nil {
			t.Fatal(err)
		}
		r, err := w.Import(context.Background(), Import{Client: "durand", Name: filepath.Base(path), File: kept, Options: ingest.Options{
			Now: time.Date(2028, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
		}})
		took = time.Since(start)
		if err != nil {
			t.Fatal(err)
		}
		if r.Status != StatusImported {
			t.Fatal(r.Status, r.Error.EN)
		}
		rows = r.Rows
	case "read_csv":
		// The database's own reader, on disk, into a table of the same columns.
		connector, err := duckdb.NewConnector(filepath.Join(t.TempDir(), "plain.duckdb"), nil)
		if err != nil {
			t.Fatal(err)
		}
		db := sql.OpenDB(connector)
		defer db.Close()
		start := time.Now()
		result, err := db.Exec("create table t as select * from read_csv('" + path + `', header = true, auto_detect = false, delim = ',', quote = '"', escape = '"', columns = {
			'Day': 'DATE', 'Campaign': 'VARCHAR', 'Ad group': 'VARCHAR', 'Ad name': 'VARCHAR', 'Ad ID': 'VARCHAR', 'Currency code': 'VARCHAR',
			'Impr.': 'BIGINT', 'Clicks': 'BIGINT', 'Cost': 'DECIMAL(18,6)', 'Conversions': 'DECIMAL(18,6)', 'Conv. value': 'DECIMAL(18,6)'})`)
		took = time.Since(start)
		if err != nil {
			t.Fatal(err)
		}
		rows, _ = result.RowsAffected()
	}
	// The peak of this process's own memory: what wait4 tells also counts the
	// parent's, up to the exec.
	status, err := os.ReadFile("/proc/self/status")
	if err != nil {
		t.Fatal(err)
	}
	_, peak, _ := strings.Cut(string(status), "VmHWM:")
	var used syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &used); err != nil {
		t.Fatal(err)
	}
	fmt.Printf("took %d %d %d %s\n", rows, took.Nanoseconds(), used.Utime.Nano()+used.Stime.Nano(), strings.Fields(peak)[0])
}

// cost is what one run took.
type cost struct {
	rows int64
	wall time.Duration
	cpu  time.Duration
	peak float64 // MB
}

// child runs a task on a file in a process of its own.
func child(b *testing.B, task, path string) cost {
	cmd := exec.Command(os.Args[0], "-test.run=^TestBenchChild$")
	cmd.Env = append(os.Environ(), "VIGIE_BENCH="+task+" "+path)
	out, err := cmd.CombinedOutput()
	if err != nil {
		b.Fatalf("%s: %v\n%s", task, err, out)
	}
	_, text, _ := strings.Cut(string(out), "took ")
	var c cost
	var peak int64
	if _, err := fmt.Sscan(text, &c.rows, &c.wall, &c.cpu, &peak); err != nil {
		b.Fatalf("%s: %s", task, out)
	}
	c.peak = float64(peak) / 1024
	return c
}

// BenchmarkImport takes ten million rows in: archive, parsing, keys, Arrow,
// facts, checks and roll-up; and beside it, in the same run, the database's own
// CSV reader on the same file without any of that. x-read_csv is how many
// times as fast ours is, the median of pairs.
func BenchmarkImport(b *testing.B) {
	for _, c := range []struct {
		name     string
		days     int
		shuffled bool
		pairs    int
	}{
		{"1M", benchDays / 10, false, 3},
		{"10M", benchDays, false, 3},
		{"10M-shuffled", benchDays, true, 3},
	} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "ads.csv")
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			rows, err := adsCSV(f, c.days, c.shuffled)
			if err == nil {
				err = f.Sync() // or it is written while the others run
			}
			if err != nil {
				b.Fatal(err)
			}
			f.Close()
			var ours, theirs, ratios, cpus []float64
			var peak, theirPeak float64
			for b.Loop() {
				for range c.pairs {
					our, their := child(b, "import", path), child(b, "read_csv", path)
					if our.rows != int64(rows) || their.rows != int64(rows) {
						b.Fatalf("%d and %d of %d rows", our.rows, their.rows, rows)
					}
					ours, theirs = append(ours, our.wall.Seconds()), append(theirs, their.wall.Seconds())
					ratios, cpus = append(ratios, their.wall.Seconds()/our.wall.Seconds()), append(cpus, our.cpu.Seconds()/their.cpu.Seconds())
					peak, theirPeak = max(peak, our.peak), max(theirPeak, their.peak)
				}
			}
			b.ReportMetric(float64(rows)/median(ours), "rows/s")
			b.ReportMetric(float64(rows)/median(theirs), "read_csv-rows/s")
			b.ReportMetric(median(ratios), "x-read_csv")
			b.ReportMetric(median(cpus), "cpu/read_csv")
			b.ReportMetric(peak, "peak-MB")
			b.ReportMetric(theirPeak, "read_csv-peak-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}

// BenchmarkWorkbook takes workbooks in: their texts and rows are not held, so
// that the peak grows by what the database keeps and no more.
func BenchmarkWorkbook(b *testing.B) {
	for _, c := range []struct {
		name string
		rows int
	}{{"50k", 50_000}, {"500k", 500_000}} {
		b.Run(c.name, func(b *testing.B) {
			path := filepath.Join(b.TempDir(), "ads.xlsx")
			f, err := os.Create(path)
			if err != nil {
				b.Fatal(err)
			}
			if err := adsXLSX(f, c.rows); err != nil {
				b.Fatal(err)
			}
			f.Close()
			var took []float64
			var peak float64
			for b.Loop() {
				our := child(b, "import", path)
				if our.rows != int64(c.rows) {
					b.Fatalf("%d of %d rows", our.rows, c.rows)
				}
				took, peak = append(took, our.wall.Seconds()), max(peak, our.peak)
			}
			b.ReportMetric(float64(c.rows)/median(took), "rows/s")
			b.ReportMetric(peak, "peak-MB")
			b.ReportMetric(0, "ns/op")
		})
	}
}
