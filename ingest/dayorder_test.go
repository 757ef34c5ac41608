package ingest

import (
	"bytes"
	"fmt"
	"math/rand/v2"
	"os"
	"slices"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// Rows come out by day and otherwise as they went in, whether they fitted in
// memory or not, and nothing is left in the folder.
func TestDayOrder(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for _, room := range []int{1 << 20, 500, 1} {
		folder := t.TempDir()
		o := newDayOrder(folder)
		o.room = room
		type row struct {
			day  locale.Day
			text string
		}
		var want []row
		text := func(first, last locale.Day, keys [6]int32, values []int64, has []bool) string {
			return fmt.Sprint(first, last, keys, values, has)
		}
		for range 2_000 {
			first := locale.Date(2025, 1, 1) + locale.Day(rnd.IntN(40))
			last := first + locale.Day(rnd.IntN(2)*rnd.IntN(400))
			keys := [6]int32{rnd.Int32(), rnd.Int32N(3), 0, rnd.Int32N(1000), 1 << 30, -1 & (1<<31 - 1)}
			values, has := []int64{rnd.Int64N(10) - 3, (2*rnd.Int64N(2) - 1) * rnd.Int64N(maxUnits*1_000_000), 0}, []bool{true, rnd.IntN(2) > 0, rnd.IntN(2) > 0}
			if !has[1] {
				values[1] = 0
			}
			if err := o.add(first, last, keys, values, has); err != nil {
				t.Fatal(err)
			}
			want = append(want, row{first, text(first, last, keys, values, has)})
		}
		slices.SortStableFunc(want, func(a, b row) int { return int(a.day - b.day) })
		at := 0
		err := o.each(3, func(first, last locale.Day, keys [6]int32, values []int64, has []bool) bool {
			if got := text(first, last, keys, values, has); at >= len(want) || got != want[at].text {
				t.Fatalf("row %d is %s", at, got)
			}
			at++
			return true
		})
		if err != nil || at != len(want) {
			t.Errorf("%d rows of %d: %v", at, len(want), err)
		}
		o.close()
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("%s is left", left[0].Name())
		}
	}
	o := newDayOrder("/nowhere")
	o.room = 1
	if err := o.add(earliest, earliest, [6]int32{}, nil, nil); err == nil || !strings.Contains(err.Error(), "/nowhere") {
		t.Errorf("no folder to sort in: %v", err)
	}
}

// A file out of order gives its rows by day where that is asked for, and the
// same report; batches that were given before the first row out of order stay.
func TestByDay(t *testing.T) {
	read := func(text []byte, byDay bool) (days []locale.Day, rep *Report) {
		r, err := Open(File{Name: "in.csv", Size: int64(len(text)), R: bytes.NewReader(text)}, Options{Now: testNow, ByDay: byDay, TempDir: t.TempDir()})
		if err != nil {
			t.Fatal(err)
		}
		rows := r.Read(NewKeys(1))
		for rows.Next() {
			for i := range int(rows.Record().NumRows()) {
				day, err := locale.ParseDay(rows.Record().Column(0).ValueStr(i))
				if err != nil {
					t.Fatal(err)
				}
				days = append(days, day)
			}
		}
		if rows.Err() != nil || int64(len(days)) != r.Report().Rows {
			t.Fatal(rows.Err(), len(days))
		}
		if n := allocated(rows); n != 0 {
			t.Errorf("%d bytes are left", n)
		}
		return days, r.Report()
	}
	steps := func(days []locale.Day) (back int) {
		for i := range days {
			if i > 0 && days[i] < days[i-1] {
				back++
			}
		}
		return back
	}
	body := []byte(googleHeader)
	for c := range 30 {
		for d := range 50 {
			body = fmt.Appendf(body, "%s,Campaign %d,EUR,%d,10,5.00\n", locale.Date(2025, 9, 1)+locale.Day(d), c, 100+d)
		}
	}
	plain, want := read(body, false)
	sorted, got := read(body, true)
	if steps(plain) == 0 || steps(sorted) != 0 {
		t.Errorf("%d steps back, %d asked for none", steps(plain), steps(sorted))
	}
	if fmt.Sprint(got) != fmt.Sprint(want) || got.Ordered {
		t.Errorf("reported as\n%v\nwant\n%v", got, want)
	}
	late := []byte(googleHeader + strings.Repeat("2025-09-02,Brand,EUR,100,10,5.00\n", batchRows+10) + "2025-09-01,Brand,EUR,100,10,5.00\n")
	if days, _ := read(late, true); steps(days) != 1 || days[batchRows] != locale.Date(2025, 9, 1) {
		t.Errorf("%d steps back, %s begins the second batch", steps(days), days[batchRows])
	}
}
