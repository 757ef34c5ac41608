package warehouse

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// googleCSV writes a daily Google Ads report with one row for each campaign
// and day. Out of order, campaigns come one after the other.
func googleCSV(days, campaigns int, byDay bool) []byte {
	var b bytes.Buffer
	first := locale.Date(2025, 1, 1)
	fmt.Fprintf(&b, "Campaign report\n%q\n", first.Time().Format("January 2, 2006")+" - "+(first+locale.Day(days-1)).Time().Format("January 2, 2006"))
	b.WriteString("Day,Campaign,Currency code,Impr.,Clicks,Cost,Conversions\n")
	row := func(d, c int) {
		fmt.Fprintf(&b, "%s,Campaign %d,EUR,%d,%d,%d.%02d,%d.00\n", first+locale.Day(d), c, 1000+d, 20+c%7, 3+c%5, d%100, d%3)
	}
	if byDay {
		for d := range days {
			for c := range campaigns {
				row(d, c)
			}
		}
	} else {
		for c := range campaigns {
			for d := range days {
				row(d, c)
			}
		}
	}
	return b.Bytes()
}

func put(t testing.TB, w *Warehouse, name string, body []byte) *Imported {
	t.Helper()
	kept, err := w.Archive(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Import(context.Background(), Import{Client: "durand", Name: name, File: kept, Options: ingest.Options{
		Now: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
	}})
	if err != nil {
		t.Fatal(err)
	}
	if r.Status == StatusRejected {
		t.Fatalf("%s: %s", name, r.Error.EN)
	}
	return r
}

func count(t testing.TB, w *Warehouse, sql string) int64 {
	t.Helper()
	var n int64
	if err := w.DB().QueryRow(sql).Scan(&n); err != nil {
		t.Fatalf("%s: %v", sql, err)
	}
	return n
}

// The columns of the facts and of the roll-up are the table of measures: a new
// measure without a migration fails here.
func TestColumns(t *testing.T) {
	w := open(t)
	for table, skip := range map[string]int{"fact": 9, "rollup": 5} {
		rows, err := w.DB().Query("select name, type from pragma_table_info('" + table + "') order by cid")
		if err != nil {
			t.Fatal(err)
		}
		var got, want []string
		for rows.Next() {
			var name, kind string
			if err := rows.Scan(&name, &kind); err != nil {
				t.Fatal(err)
			}
			got = append(got, name+" "+kind)
		}
		for _, m := range ingest.Measures {
			want = append(want, m.ID+" BIGINT")
		}
		if got = got[skip:]; !slices.Equal(got, want) {
			t.Errorf("%s has %v, want %v", table, got, want)
		}
	}
}

// Nothing that SQL can say reaches another file or the network, and nothing
// can unlock it.
func TestLockedDown(t *testing.T) {
	w := open(t)
	outside := filepath.Join(t.TempDir(), "out.csv")
	for _, sql := range []string{
		"copy (select 1) to '" + outside + "'",
		"select * from read_csv('/etc/passwd')",
		"select * from read_text('/etc/passwd')",
		"select * from '/etc/passwd'",
		"attach '" + outside + ".db' as other",
		"install httpfs",
		"load httpfs",
		"set enable_external_access = true",
		"set memory_limit = '100GB'",
		"export database '" + outside + "'",
	} {
		if _, err := w.DB().Exec(sql); err == nil {
			t.Errorf("%s: went through", sql)
		}
	}
	if _, err := os.Stat(outside); err == nil {
		t.Error("a file was written")
	}
}

// What the parts below do that one does not expect; each was seen, and each is
// worked around somewhere.
func TestTraps(t *testing.T) {
	w := open(t)
	var v any
	check := func(sql, want string) {
		t.Helper()
		if err := w.DB().QueryRow(sql).Scan(&v); err != nil {
			t.Fatal(err)
		}
		if got := fmt.Sprintf("%T %v", v, v); got != want {
			t.Errorf("%s: %s, want %s", sql, got, want)
		}
	}
	check("select 1 / 0", "float64 +Inf")
	check("select 1 / nullif(0, 0)", "<nil> <nil>")
	check("select sum(x) from (values (1::bigint)) t(x)", "*big.Int 1")
	check("select sum(x)::bigint from (values (1::bigint)) t(x)", "int64 1")
	check("select strftime(date '2027-01-03', '%G-W%V')", "string 2026-W53")
	if _, err := w.DB().Exec("select now() at time zone 'Europe/Paris'"); err == nil {
		t.Error("time zones have come to DuckDB: they could leave Go")
	}
}

func TestBusy(t *testing.T) {
	w := open(t)
	if err := w.Lock().Announce("vigie serve", "/run/x.sock", time.Unix(0, 0)); err != nil {
		t.Fatal(err)
	}
	_, err := Open(context.Background(), w.Dir())
	var busy *ErrBusy
	if !errors.As(err, &busy) {
		t.Fatalf("a second opening: %v", err)
	}
	if busy.PID != os.Getpid() || busy.Socket != "/run/x.sock" || !strings.Contains(err.Error(), "vigie serve (process") {
		t.Errorf("the holder is said to be %+v: %v", busy.Holder, err)
	}
	w.Close()
	again, err := Open(context.Background(), w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	again.Close()
}

// Rows that do not come by day are sorted before they are stored, however
// large the file, and the sums are the same.
func TestDisorder(t *testing.T) {
	w := open(t)
	const days, campaigns = 400, 320 // more than a row group
	r := put(t, w, "disorder.csv", googleCSV(days, campaigns, false))
	if r.Rows != days*campaigns {
		t.Fatalf("%d rows, want %d", r.Rows, days*campaigns)
	}
	if n := count(t, w, "select count(*) from (select first_day < lag(first_day) over (order by rowid) as back from fact_lean) where back"); n != 0 {
		t.Errorf("%d facts lie before their day", n)
	}
	if got, want := count(t, w, "select sum(spend)::bigint from rollup"), r.Totals["spend"]; got != want {
		t.Errorf("spend %d, the file says %d", got, want)
	}
}

// A cell near the end refutes the reading that the column began with: the file
// is read again and its rows stand once.
func TestRestart(t *testing.T) {
	w := open(t)
	body := googleCSV(60, 40, true)
	// A French amount, in the last row: until then 3.07 could be read either way.
	body = append(body, "2025-03-01,Campaign 1,EUR,10,1,\"1.234,56\",0\n"...)
	kept, err := w.Archive(bytes.NewReader(body))
	if err != nil {
		t.Fatal(err)
	}
	r, err := w.Import(context.Background(), Import{Client: "durand", Name: "late.csv", File: kept, Options: ingest.Options{Now: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC}})
	if err != nil {
		t.Fatal(err)
	}
	if n := count(t, w, "select count(*) from fact"); r.Report != nil && n != r.Rows {
		t.Errorf("%d facts of %d rows", n, r.Rows)
	}
	if n := count(t, w, "select count(*) from duckdb_views() where view_name = 'arrow_in'"); n != 0 {
		t.Error("a view with raw pointers was left in the catalog")
	}
}

// A cancelled import leaves the warehouse as it was and can be done again.
func TestCancel(t *testing.T) {
	w := open(t)
	put(t, w, "before.csv", googleCSV(3, 3, true))
	kept, err := w.Archive(bytes.NewReader(googleCSV(300, 300, true)))
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	in := Import{Client: "durand", Name: "big.csv", File: kept, Options: ingest.Options{Now: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
		Progress: func(string, int64, float64) { cancel() }}}
	if r, err := w.Import(ctx, in); err == nil {
		t.Skipf("the import was over before it could be cancelled (%s)", r.Status)
	}
	if n := count(t, w, "select count(*) from fact"); n != 9 {
		t.Errorf("%d facts, want the 9 from before", n)
	}
	in.Options.Progress = nil
	if r, err := w.Import(context.Background(), in); err != nil || r.Status != StatusImported {
		t.Errorf("again: %v %v", r, err)
	}
}

// The driver never gives a record reader back: ours forgets each batch, so that
// many imports hold no more memory than one.
func TestMemory(t *testing.T) {
	if testing.Short() {
		t.Skip("a few seconds")
	}
	w := open(t)
	body := googleCSV(100, 200, true)
	heap := func() uint64 {
		runtime.GC()
		var m runtime.MemStats
		runtime.ReadMemStats(&m)
		return m.HeapAlloc
	}
	var first uint64
	for i := range 12 {
		r := put(t, w, "same.csv", body)
		if err := w.Undo(context.Background(), r.Batch, time.Now()); err != nil {
			t.Fatal(err)
		}
		if i == 1 {
			first = heap()
		}
	}
	if last := heap(); last > first+4<<20 {
		t.Errorf("the heap grew from %d to %d KB in ten imports of the same file", first>>10, last>>10)
	}
}

// TestKill kills a process in the middle of importing, again and again: the
// next one must open the database and find whole batches only.
func TestKill(t *testing.T) {
	if dir := os.Getenv("VIGIE_TEST_IMPORT_INTO"); dir != "" {
		w, err := Open(context.Background(), dir)
		if err != nil {
			t.Fatal(err)
		}
		fmt.Println("importing")
		put(t, w, "big.csv", googleCSV(200, 200, true))
		w.Close()
		return
	}
	if testing.Short() {
		t.Skip("a few seconds")
	}
	dir := t.TempDir()
	rng := rand.New(rand.NewPCG(1, 2))
	killed := 0
	for range 8 {
		cmd := exec.Command(os.Args[0], "-test.run=^TestKill$")
		cmd.Env = append(os.Environ(), "VIGIE_TEST_IMPORT_INTO="+dir)
		out, err := cmd.StdoutPipe()
		if err != nil {
			t.Fatal(err)
		}
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		if _, err := out.Read(make([]byte, 64)); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Duration(rng.IntN(150)) * time.Millisecond)
		cmd.Process.Kill()
		if cmd.Wait() != nil {
			killed++
		}
		w, err := Open(context.Background(), dir)
		if err != nil {
			t.Fatalf("after a kill: %v", err)
		}
		batches, facts := count(t, w, "select count(*) from batch"), count(t, w, "select count(*) from fact")
		rolled, views := count(t, w, "select count(*) from rollup"), count(t, w, "select count(*) from duckdb_views() where view_name = 'arrow_in'")
		if facts != batches*200*200 || rolled != facts || views != 0 || batches > 1 {
			t.Errorf("after a kill: %d batches, %d facts, %d rolled up, %d views", batches, facts, rolled, views)
		}
		if batches == 1 {
			if err := w.Undo(context.Background(), 1, time.Now()); err != nil {
				t.Fatal(err)
			}
			w.Close()
			os.RemoveAll(dir)
			continue
		}
		w.Close()
	}
	t.Logf("killed %d of 8 before they had ended", killed)
	if killed == 0 {
		t.Error("no process was killed in time: the test shows nothing")
	}
}
