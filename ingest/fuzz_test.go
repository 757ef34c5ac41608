package ingest

import (
	"bytes"
	"encoding/csv"
	"errors"
	"fmt"
	"path/filepath"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
)

// FuzzRead asks of any bytes at all: no crash, every kept row in range, every
// key known, the report's totals equal to the rows', and the same answer to the
// same question.
func FuzzRead(f *testing.F) {
	cases, _ := filepath.Glob(filepath.Join(casesDir, "*", "*.txtar"))
	for _, path := range cases {
		a, err := txtar.ParseFile(path)
		if err != nil {
			f.Fatal(err)
		}
		_, directives := splitComment(string(a.Comment))
		for _, part := range a.Files {
			if strings.HasPrefix(part.Name, "in.") {
				f.Add(encodeCase(&testing.T{}, part.Data, strings.Fields(directives["encode"])))
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) > 64<<10 {
			return
		}
		file := File{Name: "in.csv", Size: int64(len(data)), R: bytes.NewReader(data)}
		o := Options{Now: testNow, Currency: "EUR"}
		rows, k, rep, err := readAll(file, o)
		if err != nil {
			var refusal *Refusal
			if !errors.As(err, &refusal) || refusal.Message.FR == "" {
				t.Fatalf("not refused in words: %v", err)
			}
			return
		}
		checkSums(t, rows, rep)
		for _, x := range rows {
			if x.first > x.last || x.first < locale.Date(2000, 1, 1) || x.last > locale.Date(2099, 12, 31) {
				t.Fatalf("a row of %s..%s", x.first, x.last)
			}
			if x.first < rep.FirstDay || x.last > rep.LastDay {
				t.Fatalf("a row of %s..%s in a report of %s..%s", x.first, x.last, rep.FirstDay, rep.LastDay)
			}
			for id, v := range x.values {
				if m, ok := LookupMeasure(id); !ok || v < 0 || v > maxUnits*m.Unit.Scale() {
					t.Fatalf("%s is %d", id, v)
				}
			}
			for _, level := range keyColumns[1:5] {
				if key := x.keys[level]; key != 0 {
					if _, ok := k.Known(key); !ok {
						t.Fatalf("%s has the unknown key %d", level, key)
					}
				}
			}
			if x.keys["stream"] == 0 {
				t.Fatal("a row without a stream")
			}
		}
		again, _, rep2, err := readAll(file, o)
		if err != nil || !reflect.DeepEqual(rows, again) || !reflect.DeepEqual(rep, rep2) {
			t.Fatalf("a second reading differs: %v", err)
		}
	})
}

// FuzzNumber asks of any cell: no crash, a value in range, written out and read
// again the same value, and never one of two readings without a doubt.
func FuzzNumber(f *testing.F) {
	for _, s := range []string{"1,234", "1.234,56", "1\u202f234", "€1,622.60", "(1.50)", "< 10%", "1e5", "0.0000005", "12,34,567.5"} {
		f.Add(s, false, false)
		f.Add(s, true, true)
	}
	f.Fuzz(func(t *testing.T, cell string, comma, count bool) {
		n := numbers{decimal: '.', count: count}
		if comma {
			n.decimal = ','
		}
		unit := Fraction
		if count {
			unit = Count
		}
		v, _, is := n.read([]byte(cell), false, nil)
		if is != fine {
			return
		}
		if v < 0 || v > maxUnits*unit.Scale() {
			t.Fatalf("%q is %d", cell, v)
		}
		canonical := Measure{Unit: unit}.Decimal(v)
		c := numbers{decimal: '.', count: count, proved: true}
		if back, _, is := c.read([]byte(canonical), false, nil); is != fine || back != v {
			t.Fatalf("%q is %d, written %s, read %d", cell, v, canonical, back)
		}
		other := numbers{decimal: n.other(), count: count, fixed: true, proved: true}
		if w, _, is := other.read([]byte(cell), false, nil); is == fine && w != v && n.doubt == "" {
			t.Fatalf("%q is %d or %d, and taken without a doubt", cell, v, w)
		}
		p, _, is := n.read([]byte(cell), true, nil)
		if is == fine && p < 0 {
			t.Fatalf("%q typed is %d", cell, p)
		}
	})
}

// FuzzDate asks of any cell: no crash, days of this century in order, the same
// day when written and read again, and never one of two readings without a
// doubt.
func FuzzDate(f *testing.F) {
	for _, s := range []string{"2026-02-23", "03/04/2026", "23 févr. 2026", "Thu, 5 Feb 2026", "2024-03-01 - 2024-03-11", "20260223", "25-Jan-21"} {
		f.Add(s, false)
		f.Add(s, true)
	}
	f.Fuzz(func(t *testing.T, cell string, american bool) {
		d := dates{order: "dmy"}
		if american {
			d.order = "mdy"
		}
		first, last, is := d.read([]byte(cell))
		if is != fine {
			return
		}
		if first > last || first < locale.Date(2000, 1, 1) || last > locale.Date(2099, 12, 31) {
			t.Fatalf("%q is %s..%s", cell, first, last)
		}
		for _, day := range []locale.Day{first, last} {
			again := dates{order: "mdy"}
			if back, _, is := again.read([]byte(day.String())); is != fine || back != day {
				t.Fatalf("%s is read as %s", day, back)
			}
		}
		other := dates{order: otherOrder(d.order), fixed: true, proved: true}
		if a, b, is := other.read([]byte(cell)); is == fine && (a != first || b != last) && d.doubt == "" {
			t.Fatalf("%q is %s or %s, and taken without a doubt", cell, first, a)
		}
		parsePeriod(cell, "month")
		parsePeriod(cell, "quarter")
	})
}

// FuzzCSV holds the splitter against encoding/csv on whatever that accepts.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n\"c,\"\"d\"\"\",e\n\n\"f\ng\",h")
	f.Add("\"\"\n,\n\"a\"")
	f.Fuzz(func(t *testing.T, text string) {
		records, _, err := splitAll(strings.NewReader(text), ',')
		if strings.ContainsRune(text, '\r') {
			return // it keeps carriage returns inside lines
		}
		r := csv.NewReader(strings.NewReader(text))
		r.FieldsPerRecord = -1
		var want []string
		for {
			rec, e := r.Read()
			if e != nil {
				if e.Error() != "EOF" {
					return
				}
				break
			}
			line, _ := r.FieldPos(0)
			want = append(want, fmt.Sprintf("%d %q", line, rec))
		}
		if err != nil || !reflect.DeepEqual(records, want) {
			t.Fatalf("%q\ngives %s %v\nwant  %s", text, records, err, want)
		}
	})
}

// FuzzSplit asks that lines split at one go give what they give when their
// bytes come one by one, whatever stands in them and behind them.
func FuzzSplit(f *testing.F) {
	f.Add("2026-03-01,\"Brand, all\",Group 12 - Exact,600000000001,EUR,100,10\r\n", byte(','))
	f.Add("2026-03-01;\"a \"\"b\"\"\";\"\";\"x\"y;z\"w;\"c\nd\";Group 12 - Exact\r\r\n\n", byte(';'))
	f.Add("été\t\"2026-03-01\"\t\x00\x0b\tGroup 12 - Exact and more\nlast \xff", byte('\t'))
	f.Fuzz(func(t *testing.T, text string, delim byte) {
		if delim == '"' || delim == '\n' || delim == '\r' || len(text) > 1<<12 {
			return
		}
		for _, behind := range []string{"", "\n" + strings.Repeat("z", 80) + "\n"} {
			want, slow, wantErr := splitAll(iotest.OneByteReader(strings.NewReader(text+behind)), delim)
			got, fast, err := splitAll(strings.NewReader(text+behind), delim)
			if !reflect.DeepEqual(got, want) || fmt.Sprint(err) != fmt.Sprint(wantErr) || fast.accents != slow.accents {
				t.Fatalf("%q\ngives %s %v\nwant  %s %v", text+behind, got, err, want, wantErr)
			}
		}
	})
}
