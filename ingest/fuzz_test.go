package ingest

import (
	"bytes"
	"encoding/csv"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"path/filepath"
	"reflect"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
	"unicode/utf8"

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
		checkFuzzed(t, data)
	})
}

// checkFuzzed holds the reading of any bytes against what must be so.
func checkFuzzed(t *testing.T, data []byte) {
	t.Helper()
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
	// What a person could be shown of any table can be kept and used.
	if p, err := Propose(file, o); err == nil {
		m := p.Mapping("proposed")
		if err := m.Err(); err != nil {
			var wrong *MappingError
			if !errors.As(err, &wrong) || wrong.Text.FR == "" {
				t.Fatalf("the proposal cannot be used: %v", err)
			}
		} else if r, err := Open(file, Options{Now: testNow, Currency: "EUR", Mappings: []Mapping{m}}); err == nil {
			r.Close()
		} else {
			var refusal *Refusal
			if !errors.As(err, &refusal) {
				t.Fatal(err)
			}
		}
	}
	for _, x := range rows {
		if x.first > x.last || x.first < locale.Date(2000, 1, 1) || x.last > locale.Date(2099, 12, 31) {
			t.Fatalf("a row of %s..%s", x.first, x.last)
		}
		if x.first < rep.FirstDay || x.last > rep.LastDay {
			t.Fatalf("a row of %s..%s in a report of %s..%s", x.first, x.last, rep.FirstDay, rep.LastDay)
		}
		for id, v := range x.values {
			if m, ok := LookupMeasure(id); !ok || v < 0 && !m.Signed() || max(v, -v) > maxUnits*m.Unit.Scale() {
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
}

// FuzzSheet asks the same of any XML as the sheet of a workbook.
func FuzzSheet(f *testing.F) {
	f.Add(`<sheetData><row><c t="inlineStr"><is><t>Day</t></is></c><c t="str"><v>Campaign</v></c><c r="D1" t="s"><v>0</v></c><c t="s"><v>1</v></c></row><row/>` +
		`<row r="7"><c r="A7" s="1"><v>44620</v></c><c r="B7" t="e"><v>#N/A</v></c><c r="D7"><v>1.2E1</v></c><c t="b"><v>1</v></c></row></sheetData>`)
	f.Fuzz(func(t *testing.T, sheet string) {
		if len(sheet) > 16<<10 {
			return
		}
		checkFuzzed(t, zipOf(t, map[string]string{
			"xl/workbook.xml":            `<workbook><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
			"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
			"xl/sharedStrings.xml":       `<sst><si><t>Impr.</t></si><si><t>Cost</t></si></sst>`,
			"xl/styles.xml":              `<styleSheet><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
			"xl/worksheets/sheet1.xml":   sheet,
		}))
	})
}

// FuzzSpreadsheet asks the same of any XML as the content of an OpenDocument
// spreadsheet.
func FuzzSpreadsheet(f *testing.F) {
	cell := func(typ, value string) string {
		return `<table:table-cell office:value-type="` + typ + `" office:value="` + value + `" office:date-value="` + value + `"><text:p>` + value + `</text:p></table:table-cell>`
	}
	f.Add(`<office:spreadsheet><table:table table:name="S"><table:table-row>` + cell("string", "Day") + cell("string", "Campaign") + cell("string", "Impr.") + cell("string", "Cost") +
		`</table:table-row><table:table-row table:number-rows-repeated="3">` + cell("date", "2025-09-01") + cell("string", "B") + cell("float", "12") + cell("currency", "1.5") +
		`<table:covered-table-cell table:number-columns-repeated="9"/></table:table-row></table:table></office:spreadsheet>`)
	f.Fuzz(func(t *testing.T, content string) {
		if len(content) > 16<<10 {
			return
		}
		checkFuzzed(t, zipOf(t, map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}))
	})
}

// FuzzJSON holds the cutting of a text into objects and fields against
// encoding/json, and asks the same as FuzzRead.
func FuzzJSON(f *testing.F) {
	f.Add("{\"Day\":\"2025-09-01\",\"Campaign\":\"B\\\"\\u00e9\",\"Impr.\":12,\"Cost\":1.5e1,\"x\":[{\"}\":1}]}\n{\"Day\":null,\"Cost\":true}")
	f.Add(" [ {\"Day\":\"2025-09-01\",\"Campaign\":\"B\",\"Impr.\":\"12\",\"Cost\":\"1.5\"} ,\n{} ] ")
	f.Fuzz(func(t *testing.T, text string) {
		var got, want []string
		o := newObjects(iotest.HalfReader(strings.NewReader(text)))
		object, err := o.next()
		for ; err == nil; object, err = o.next() {
			row := ""
			eachField(object, func(name, value []byte) { row += fmt.Sprintf("%q %s;", name, value) })
			got = append(got, row)
		}
		var raw []json.RawMessage
		good := json.Unmarshal([]byte(text), &raw) == nil && raw != nil
		if !good {
			dec := json.NewDecoder(strings.NewReader(text))
			for raw = nil; ; {
				var one json.RawMessage
				if e := dec.Decode(&one); e != nil {
					good = e == io.EOF
					break
				}
				raw = append(raw, one)
			}
		}
		for _, one := range raw {
			dec := json.NewDecoder(bytes.NewReader(one))
			if start, _ := dec.Token(); start != json.Delim('{') {
				good = false
				break
			}
			row := ""
			for dec.More() {
				name, _ := dec.Token()
				var value json.RawMessage
				if dec.Decode(&value) != nil {
					t.Fatalf("%q", one)
				}
				row += fmt.Sprintf("%q %s;", name, value)
			}
			want = append(want, row)
		}
		switch {
		case good != (err == io.EOF):
			t.Fatalf("%q: good %v, and read with %v", text, good, err)
		case good && utf8.ValidString(text) && !slices.Equal(got, want):
			t.Fatalf("%q\ngives %q\nwant  %q", text, got, want)
		}
		if len(text) < 16<<10 {
			checkFuzzed(t, []byte(text))
		}
	})
}

// FuzzAnswer holds the rows that are found in the answers of programs against
// encoding/json, which holds all of the text at once.
func FuzzAnswer(f *testing.F) {
	f.Add(`{"results":[{"a":{"b":1}},{}],"x":[{"results":1}]}`)
	f.Add(` [ {"data":{"x":{},"list":[{"a":1}]}} ,{"y":0},{"data":null}] `)
	f.Add(`{"elements":[{"d":{"year":2026,"month":9,"day":1},"p":["urn:li:sponsoredCampaign:1"]}]}{"elements":[]}`)
	f.Fuzz(func(t *testing.T, text string) {
		path := answerPath(strings.NewReader(text))
		if path == nil {
			return
		}
		var got []string
		a := newAnswer(iotest.HalfReader(strings.NewReader(text)), path)
		row, err := a.next()
		for ; err == nil; row, err = a.next() {
			eachLeaf(row, func(name, value []byte) {
				if !json.Valid(value) {
					t.Fatalf("%q: %q is %q", text, name, value)
				}
			})
			got = append(got, string(row))
		}
		if err != io.EOF {
			return
		}
		var answers, want []json.RawMessage
		if json.Unmarshal([]byte(text), &answers) != nil {
			dec := json.NewDecoder(strings.NewReader(text))
			for {
				var one json.RawMessage
				if e := dec.Decode(&one); e == io.EOF {
					break
				} else if e != nil {
					t.Fatalf("%q was read, and is no JSON: %v", text, e)
				}
				answers = append(answers, one)
			}
		}
		for _, one := range answers {
			lists := []json.RawMessage{one}
			for _, name := range path {
				var inner []json.RawMessage
				for _, object := range lists {
					eachField(bytes.TrimSpace(object), func(n, value []byte) {
						if string(n) == name && value[0] != 'n' {
							inner = append(inner, value)
						}
					})
				}
				lists = inner
			}
			for _, list := range lists {
				var rows []json.RawMessage
				if err := json.Unmarshal(list, &rows); err != nil {
					t.Fatalf("%q was read, and its rows are no list: %v", text, err)
				}
				want = append(want, rows...)
			}
		}
		if len(want) != len(got) {
			t.Fatalf("%q: %d rows, want %d", text, len(got), len(want))
		}
		for i := range want {
			if string(want[i]) != got[i] {
				t.Fatalf("%q: row %d is %q, want %q", text, i+1, got[i], want[i])
			}
		}
	})
}

// FuzzColumns asks the same of any bytes that begin like a file kept by column.
func FuzzColumns(f *testing.F) {
	const table = "Day:date,Campaign,Currency code:%s,Impr.:int64,Cost:decimal,x:list\n2026-09-01,A,EUR,1200,12.5,1\n2026-09-01,,EUR,,0.1,1\n2026-09-03,B,EUR,3,,1\n"
	f.Add(makeParquet(&testing.T{}, fmt.Sprintf(table, "bytes")))
	f.Add(makeArrow(&testing.T{}, fmt.Sprintf(table, "dict"), false))
	f.Add(makeArrow(&testing.T{}, fmt.Sprintf(table, "large"), true))
	f.Fuzz(func(t *testing.T, data []byte) {
		if len(data) < 16<<10 {
			checkFuzzed(t, data)
		}
	})
}

// FuzzMembers asks of any bytes as an archive: no crash, few members, each of
// the size that the archive says or refused in words.
func FuzzMembers(f *testing.F) {
	f.Add(archiveOf(f, named("a.csv", plainReport), named("b/c.csv", "x")))
	f.Add(zipOf(f, map[string]string{"xl/workbook.xml": ""}))
	f.Fuzz(func(t *testing.T, data []byte) {
		list, err := membersOf(data)
		var refusal *Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatal(err)
		}
		if len(list) > maxMembers {
			t.Fatalf("%d members", len(list))
		}
		for _, m := range list {
			if strings.Contains(m.Name, "/../") || strings.Contains(m.Name, "//") {
				t.Fatalf("a member called %q", m.Name)
			}
			body, err := m.Open()
			n := int64(0)
			if err == nil {
				n, err = io.Copy(io.Discard, body)
				body.Close()
			}
			switch {
			case err == nil && n != int64(m.part.UncompressedSize64):
				t.Fatalf("%d bytes of %d", n, m.part.UncompressedSize64)
			case err != nil && !errors.As(err, &refusal):
				t.Fatalf("not refused in words: %v", err)
			}
		}
	})
}

// FuzzTables asks of any text of several tables: each line that a table has of
// its own stands in the text, at the same number.
func FuzzTables(f *testing.F) {
	for _, path := range []string{"stacked", "stacked_none", "stacked_excel", "hash_row"} {
		a, err := txtar.ParseFile(filepath.Join(casesDir, "ga4", path+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range a.Files {
			if part.Name == "in.csv" {
				f.Add(part.Data)
			}
		}
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		lines := strings.SplitAfter(string(data), "\n")
		stacked := cutStack(string(data))
		for _, x := range stacked {
			for i, line := range strings.SplitAfter(string(x.text()), "\n") {
				if strings.TrimRight(line, "\r\n") != "" && line != lines[i] {
					t.Fatalf("line %d is %q, was %q", i+1, line, lines[i])
				}
			}
		}
		if len(stacked) > 3 {
			return // they are read one by one
		}
		list, err := Tables(File{Name: "x.csv", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
		var refusal *Refusal
		if err != nil && !errors.As(err, &refusal) {
			t.Fatal(err)
		}
		for _, m := range list {
			if m.Line < 1 || m.Line > len(lines) && utf8.Valid(data) {
				t.Fatalf("a header in line %d of %d", m.Line, len(lines))
			}
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

// FuzzCSV holds the splitter against encoding/csv on whatever that accepts,
// but for the formulas that are texts, of which encoding/csv knows nothing.
func FuzzCSV(f *testing.F) {
	f.Add("a,b\n\"c,\"\"d\"\"\",e\n\n\"f\ng\",h")
	f.Add("\"\"\n,\n\"a\"")
	f.Add("\x8a")
	f.Add("\"=\"\"a \"\"\"\"b\"\"\"\"\"\"\",=\n=,\"=\"\"\"")
	f.Fuzz(func(t *testing.T, text string) {
		records, _, err := splitAll(strings.NewReader(text), ',')
		if strings.ContainsRune(text, '\r') || strings.HasSuffix(text, "\x00") {
			return // it keeps carriage returns inside lines, and a damaged end
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
			dirty := ""
			for i, c := range rec {
				if !utf8.ValidString(c) {
					dirty = "dirty "
				}
				rec[i] = string(formulaText([]byte(c)))
			}
			want = append(want, fmt.Sprintf("%d %s%q", line, dirty, rec))
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
	f.Add("\x00\x00\x00Brand\n\x00\x00", byte(','))
	f.Add("=\"0012\",\"=\"\"7\"\"\",=x,=\"a\"\"b\",=\"2026-03-01\"\nBrand,=\"5\",Group 12 - Exact and more\n", byte(','))
	f.Fuzz(func(t *testing.T, text string, delim byte) {
		if delim == '"' || delim == '=' || delim == '\n' || delim == '\r' || len(text) > 1<<12 {
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
