package warehouse

import (
	"context"
	"database/sql"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// table is all of a table, a line a row, in an order of its own.
func table(t *testing.T, w *Warehouse, sql string) string {
	t.Helper()
	rows, err := w.DB().Query("select q::varchar from (" + sql + ") q order by 1")
	if err != nil {
		t.Fatal(err)
	}
	var all strings.Builder
	for rows.Next() {
		var line string
		if err := rows.Scan(&line); err != nil {
			t.Fatal(err)
		}
		all.WriteString(line + "\n")
	}
	return all.String()
}

// settleAgain rebuilds the roll-up of a batch from the facts.
func settleAgain(t *testing.T, w *Warehouse, batch int) {
	t.Helper()
	conn, err := w.db.Conn(context.Background())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	if err := settle(context.Background(), conn, batch); err != nil {
		t.Fatal(err)
	}
}

// What a file's cells are found to be while its rows pass is what the facts
// say afterwards, and so is the roll-up of a batch that meets no other.
func TestCells(t *testing.T) {
	rnd := rand.New(rand.NewPCG(3, 4))
	day := func(n int) locale.Day { return locale.Date(2026, 3, 1) + locale.Day(n) }
	some := func(v int) string {
		if rnd.IntN(3) == 0 {
			return "--"
		}
		return fmt.Sprint(v)
	}
	const adGroups = "Account,Day,Campaign,Ad group,Currency code,Impr.,Clicks,Cost,Conversions\n"
	files := map[string]string{}
	add := func(name, format string, args ...any) { files[name] += fmt.Sprintf(format, args...) }
	for _, name := range []string{"order", "disorder", "unnamed", "two currencies", "both currencies", "no measure"} {
		add(name, adGroups)
	}
	add("spans", "Reporting starts,Reporting ends,Day,Campaign name,Impressions,Amount spent (EUR)\n")
	add("keywords", "Day,Campaign,Keyword,Currency code,Impr.,Clicks,Cost\n")
	add("reach", "Reporting starts,Reporting ends,Day,Account name,Campaign name,Ad set name,Reach,Impressions,Amount spent (EUR)\n")
	for i := range 600 {
		ordered, any := day(i/20), day(rnd.IntN(30))
		account, campaign, group := rnd.IntN(3), rnd.IntN(4), rnd.IntN(3)
		row := func(d locale.Day, campaign, currency string) string {
			return fmt.Sprintf("Account %d,%s,%s,Group %d,%s,%s,%s,%d.%02d,%s\n", account, d, campaign, group, currency, some(100+i), some(i%50), i%7, i%100, some(i%3))
		}
		name := fmt.Sprintf("Campaign %d", campaign)
		add("order", "%s", row(ordered, name, "EUR"))
		add("disorder", "%s", row(any, name, "EUR"))
		add("two currencies", "%s", row(any, name, []string{"EUR", "USD"}[campaign%2]))
		add("both currencies", "%s", row(any, name, []string{"EUR", "USD"}[i%2]))
		add("no measure", "Account %d,%s,%s,Group %d,EUR,--,--,--,--\n", account, ordered, name, group)
		if i%9 == 0 {
			name = ""
		}
		add("unnamed", "%s", row(ordered, name, "EUR"))
		add("keywords", "%s,%s,word %d,EUR,%d,10,1.00\n", any, name, i%5, 100+i)
		add("reach", "2026-03-01,2026-03-30,%s,Account %d,Campaign %d,Set %d,%d,%d,1.5\n", any, account, campaign, rnd.IntN(20), 50+i, 100+i)
	}
	for i := range 200 {
		from := day(rnd.IntN(20))
		cell := from.String()
		if i%2 == 0 {
			cell = fmt.Sprintf("%s - %s", from, from+6)
		}
		add("spans", "2026-03-01,2026-03-30,%s,Campaign %d,%d,2.5\n", cell, rnd.IntN(4), 10+i)
	}
	for name, body := range files {
		t.Run(name, func(t *testing.T) {
			w := open(t)
			r := put(t, w, "file.csv", []byte(body))
			problems := fmt.Sprint(r.Problems)
			cells, spans := table(t, w, "select stream, day, campaign, batch, absent from cell"), table(t, w, "from span")
			if want := table(t, w, "select distinct stream, first_day as day, campaign, batch, false as absent from fact where first_day = last_day"); cells != want {
				t.Errorf("cells are\n%s\nwant\n%s", cells, want)
			}
			if want := table(t, w, "select distinct stream, first_day, last_day, campaign, batch from fact where first_day < last_day"); spans != want {
				t.Errorf("spans are\n%s\nwant\n%s", spans, want)
			}
			rolled := table(t, w, "from rollup")
			settleAgain(t, w, r.Batch)
			if want := table(t, w, "from rollup"); rolled != want {
				t.Errorf("the roll-up is\n%s\nwant\n%s", rolled, want)
			}

			// The same where the cells are too many to be held.
			defer func(n int) { maxCells = n }(maxCells)
			maxCells = 10
			other := open(t)
			if again := put(t, other, "file.csv", []byte(body)); fmt.Sprint(again.Problems) != problems {
				t.Errorf("with many cells, the problems are\n%v\nwant\n%s", again.Problems, problems)
			}
			for sql, want := range map[string]string{"select stream, day, campaign, batch, absent from cell": cells, "from span": spans, "from rollup": rolled} {
				if got := table(t, other, sql); got != want {
					t.Errorf("with many cells, %s is\n%s\nwant\n%s", sql, got, want)
				}
			}
		})
	}
}

// A row that comes after all others of its day have been stored is of the cell
// that they are of.
func TestLateRow(t *testing.T) {
	w := open(t)
	var b strings.Builder
	b.WriteString("Day,Campaign,Currency code,Impr.,Clicks,Cost\n")
	const rows = 130_000
	for i := range rows {
		fmt.Fprintf(&b, "%s,Campaign %d,EUR,%d,10,5.00\n", locale.Date(2026, 3, 1)+locale.Day(i*10/rows), i%50, 100+i)
	}
	b.WriteString("2026-03-01,Campaign 3,EUR,100,10,5.00\n2026-02-01,Campaign 3,EUR,100,10,5.00\n")
	r := put(t, w, "late.csv", []byte(b.String()))
	if n := count(t, w, "select count(*) from cell"); n != 501 {
		t.Errorf("%d cells, want 501", n)
	}
	if n := count(t, w, "select count(*) from (select first_day < lag(first_day) over (order by rowid) as back from fact_lean) where back"); n > 1 {
		t.Errorf("%d facts lie before their day", n)
	}
	rolled := table(t, w, "from rollup")
	settleAgain(t, w, r.Batch)
	if want := table(t, w, "from rollup"); rolled != want {
		t.Error("the roll-up is not the sum of the facts")
	}
	var spend sql.NullInt64
	if err := w.DB().QueryRow("select sum(spend)::bigint from rollup").Scan(&spend); err != nil || spend.Int64 != (rows+2)*5_000_000 {
		t.Errorf("spend %d, %v", spend.Int64, err)
	}
}
