package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// hostile is what must not run, whatever it would do.
var hostile = []string{
	"",
	";",
	"-- nothing",
	"select 1; select 2",
	"select 1; drop table rollup",
	"select 1) ; drop table rollup; select (1",
	"insert into rollup select * from rollup",
	"update batch set withheld = true",
	"delete from fact_lean",
	"truncate rollup",
	"drop view daily",
	"create table t (a integer)",
	"create or replace view daily as select 1",
	"create macro f(x) as x",
	"create temp table t as select 1",
	"alter table rollup add column x integer",
	"with x as (select 1) insert into migration select 'x' from x",
	"copy rollup to '/tmp/vigie-hostile.csv'",
	"copy (select 1) to '/tmp/vigie-hostile.csv'",
	"copy rollup from '/etc/passwd'",
	"export database '/tmp/vigie-hostile'",
	"import database '/tmp'",
	"attach '/tmp/vigie-hostile.db' as x",
	"attach ':memory:' as x",
	"detach memory",
	"use memory",
	"install httpfs",
	"load httpfs",
	"force install httpfs",
	"set memory_limit = '100GB'",
	"set lock_configuration = false",
	"reset memory_limit",
	"set variable x = 1",
	"pragma enable_profiling",
	"pragma database_list",
	"call pragma_version()",
	"checkpoint",
	"force checkpoint",
	"vacuum",
	"begin",
	"commit",
	"rollback",
	"prepare p as select 1",
	"execute p",
	"deallocate p",
	"explain analyze select 1",
	"select * from read_csv('/etc/passwd')",
	"select * from read_csv_auto('/etc/passwd')",
	"select * from read_text('/etc/passwd')",
	"select * from read_blob('/etc/passwd')",
	"select * from read_json('/etc/passwd')",
	"select * from parquet_scan('/etc/passwd')",
	"select * from parquet_metadata('/etc/passwd')",
	"select * from sniff_csv('/etc/passwd')",
	"select * from glob('/etc/*')",
	"select * from '/etc/passwd'",
	"select * from '/etc/hosts.csv'",
	"select * from 'https://example.com/x.parquet'",
	"select (select max(content) from read_text('/etc/passwd'))",
	"with x as (select * from read_text('/etc/passwd')) select * from x",
	"select 1 where exists (from Read_Text('/etc/passwd'))",
	"select * from main.read_text('/etc/passwd')",
	`select * from "read_text"('/etc/passwd')`,
	"select * from arrow_scan(1::pointer, 2::pointer, 3::pointer)",
	"select * from checkpoint()",
	"select * from force_checkpoint()",
	"select * from query('select * from read_text(''/etc/passwd'')')",
	"select * from query_table('rollup')",
	"select * from json_execute_serialized_sql(json_serialize_sql('select 1'))",
	"select * from duckdb_settings()",
	"select * from duckdb_secrets()",
	"select * from pragma_database_list()",
	"select getenv('HOME')",
	"select nextval('s')",
	"select ?",
	"select $1",
	"summarize read_text('/etc/passwd')",
	"describe select * from read_text('/etc/passwd')",
	"select * from repeat('x', 5)",
	"select length(repeat('x', 4000000000))",
	"select length(lpad('x', 2000000000, 'y'))",
	"select range(10000000000)",
	"select unnest(generate_series(1, 10000000000))",
	"select 1 from range(len(repeat('x', 4000000000)))",
}

func TestHostileSQL(t *testing.T) {
	w := open(t)
	var before, after string
	state := func(to *string) {
		t.Helper()
		if err := w.db.QueryRow("select (select count(*) from duckdb_tables()) || ' ' || (select count(*) from duckdb_views()) || ' ' || (select count(*) from migration)").Scan(to); err != nil {
			t.Fatal(err)
		}
	}
	state(&before)
	for _, q := range hostile {
		a, err := w.Query(context.Background(), q)
		var refused *ErrSQL
		if err == nil || !errors.As(err, &refused) {
			t.Errorf("%s: %v, %v", q, a, err)
			continue
		}
		if refused.EN == "" || refused.FR == "" {
			t.Errorf("%s: no words", q)
		}
	}
	state(&after)
	if before != after {
		t.Errorf("before %s, after %s", before, after)
	}
	for _, left := range []string{"/tmp/vigie-hostile.csv", "/tmp/vigie-hostile", "/tmp/vigie-hostile.db"} {
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s was written", left)
		}
	}
	// What is left of all that: a database that answers and can be written.
	if _, err := w.db.Exec("insert into migration values ('after')"); err != nil {
		t.Fatal(err)
	}
}

// What people write runs, whatever its form.
func TestQuery(t *testing.T) {
	w := open(t)
	for _, c := range []struct {
		text string
		rows int
	}{
		{"select 1", 1},
		{"SELECT 1;", 1},
		{"select 1 ; ; ", 1},
		{"select ';' -- ;", 1},
		{"select 1; -- the end", 1},
		{"/* a */ select 1 /* b", 0},
		{"with x as (select 1 as a union all select 2) select a from x order by a desc", 2},
		{"from range(5)", 5},
		{"values (1), (2)", 2},
		{"select * from daily", 0},
		{"select * from campaigns", 0},
		{"select * from exports", 0},
		{"select platform, sum(spend) from daily group by all", 0},
		{"describe daily", -1},
		{"show tables", -1},
		{"select 1 as a, 2 as a", 1},
		{"select unnest([1, 2, 3])", 3},
		{"select day, row_number() over (order by day) from rollup qualify row_number() over (order by day) < 3", 0},
	} {
		a, err := w.Query(context.Background(), c.text)
		switch {
		case strings.HasSuffix(c.text, "/* b"):
			if err == nil {
				t.Errorf("%s: runs", c.text)
			}
		case err != nil:
			t.Errorf("%s: %v", c.text, err)
		case c.rows >= 0 && len(a.Rows) != c.rows || c.rows < 0 && len(a.Rows) == 0:
			t.Errorf("%s: %d rows", c.text, len(a.Rows))
		}
	}
	a, err := w.Query(context.Background(), "select i from range(300000) t(i) order by i desc")
	if err != nil || len(a.Rows) != SQLRows || !a.More || a.Rows[0][0] != json.Number("299999") {
		t.Error("the limit of rows:", err)
	}
	if a, err = w.Query(context.Background(), "select 1.50::decimal(18, 6), sum(i), date '2026-01-02', timestamp '2026-01-02 03:04:05', null, 'é', true, 0.1::double, [1, 2], 'nan'::double from range(3) t(i)"); err != nil ||
		fmt.Sprint(a.Rows[0]) != "[1.5 3 2026-01-02 2026-01-02 03:04:05 <nil> é true 0.1 [1 2] NaN]" {
		t.Errorf("values: %+v %v", a, err)
	}
	if _, err := w.Query(context.Background(), "with recursive r as (select 1 as n, '0123456789' as x union all select n + 1, x || x from r where n < 18) select x from r, range(100)"); err == nil || !strings.Contains(err.Error(), "64 MB") {
		t.Error("an answer of 200 MB:", err)
	}
}

// A query that goes on after its time is left alone: writers go on, and a second
// one is refused until it ends.
func TestSQLLeftAlone(t *testing.T) {
	w := open(t)
	end := make(chan struct{})
	w.asking.Lock()
	_, err := w.within(context.Background(), 10*time.Millisecond, 10*time.Millisecond, func(context.Context) (*Answer, error) {
		<-end
		return nil, nil
	})
	var refused *ErrSQL
	if !errors.As(err, &refused) || !strings.Contains(refused.EN, "was stopped") {
		t.Error("after its time:", err)
	}
	if _, err := w.db.Exec("insert into migration values ('beside')"); err != nil {
		t.Error("a writer is held up:", err)
	}
	if _, err = w.Query(context.Background(), "select 1"); !errors.As(err, &refused) || !strings.Contains(refused.EN, "still running") {
		t.Error("a second query:", err)
	}
	close(end)
	for range 100 {
		if _, err = w.Query(context.Background(), "select 1"); err == nil {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Error("no query runs after it:", err)
}

// A query that takes too long is stopped, a cross join too.
func TestSQLTime(t *testing.T) {
	w, err := Open(context.Background(), filepath.Join(t.TempDir(), "w"))
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	w.asking.Lock()
	start := time.Now()
	_, err = w.within(context.Background(), 300*time.Millisecond, sqlGrace, func(ctx context.Context) (*Answer, error) {
		return w.query(ctx, "select count(*) from range(30000000) a(i) cross join range(1000) b(j) where (i * j) % 7 = 3")
	})
	if took := time.Since(start); err == nil || took > 5*time.Second {
		t.Errorf("a cross join ends after %v: %v", took, err)
	}
	if _, err := w.db.Exec("insert into migration values ('beside')"); err != nil {
		t.Error("a writer is held up:", err)
	}
}
