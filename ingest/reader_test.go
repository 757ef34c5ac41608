package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"runtime"
	"slices"
	"strings"
	"testing"
	"time"

	"vigie/internal/locale"
)

func file(text string) File {
	return File{Name: "in.csv", Size: int64(len(text)), R: strings.NewReader(text)}
}

const googleHeader = "Day,Campaign,Currency code,Impr.,Clicks,Cost\n"

// pattern is a file that repeats a line as often as asked, without being held
// in memory: the nine zeros in the line become its number.
type pattern struct {
	head, line string
	lines      int64
}

func (p pattern) size() int64 { return int64(len(p.head)) + p.lines*int64(len(p.line)) }

func (p pattern) ReadAt(b []byte, off int64) (int, error) {
	n := 0
	if off < int64(len(p.head)) {
		n = copy(b, p.head[off:])
		off += int64(n)
	}
	line, digits, width := []byte(p.line), strings.Index(p.line, "000000000"), int64(len(p.line))
	for n < len(b) {
		i := (off - int64(len(p.head))) / width
		if i >= p.lines {
			return n, io.EOF
		}
		for at, v := digits+8, i; at >= digits; at, v = at-1, v/10 {
			line[at] = byte('0' + v%10)
		}
		m := copy(b[n:], line[(off-int64(len(p.head)))%width:])
		n += m
		off += int64(m)
	}
	return n, nil
}

// What a reading keeps does not grow with its file: not the buffers, not the
// table of rows seen, not the problems, not the names of one place after
// another. A third of a million rows, each of a campaign of its own and with a
// thing to complain about.
func TestMemoryIsBounded(t *testing.T) {
	p := pattern{googleHeader, "2025-09-02,Campaign 000000000,EUR,10,11,-5.00\n", 300_000}
	q := pattern{googleHeader, "2025-09-02,Campaign 000000000,EUR,10,11,5.00\n", 300_000}
	for _, f := range []pattern{p, q} {
		r, err := Open(File{Name: "in.csv", Size: f.size(), R: f}, Options{Now: testNow})
		if err != nil {
			t.Fatal(err)
		}
		rows := &Rows{schema: r.layout.schema(), memory: newPool()}
		parser := newParser(r, NewKeys(1), rows)
		largest := 0
		for done := false; !done; {
			rec, err := parser.src.next()
			if err != nil {
				done = true
				break
			}
			parser.line = rec.line
			if rec.line == 1 {
				continue
			}
			if err := parser.record(rec, r.head.records[0].cells); err != nil {
				t.Fatal(err)
			}
			if parser.batch.rows == batchRows {
				parser.batch.record().Release()
			}
			largest = max(largest, len(parser.places))
		}
		if n := len(parser.src.(*splitter).buf); n > 2*maxRecord {
			t.Errorf("the buffer is %d", n)
		}
		if len(parser.dups.rows) > maxWatched || largest > maxPlaces || len(parser.problems) > maxProblems {
			t.Errorf("%d rows watched, %d places, %d problems", len(parser.dups.rows), largest, len(parser.problems))
		}
		if f == p && (parser.skipped != f.lines || parser.moreIssues != f.lines-maxProblems) {
			t.Errorf("%d rows left out, %d problems not listed", parser.skipped, parser.moreIssues)
		}
		if f == q && (parser.good != f.lines || parser.tallies[tallyClicks].rows != f.lines) {
			t.Errorf("%d rows, %d with too many clicks", parser.good, parser.tallies[tallyClicks].rows)
		}
	}
}

// Identical rows are found at any size: all of them while they fit the table,
// a sample beyond.
func TestDuplicates(t *testing.T) {
	read := func(distinct, copies int) duplicates {
		var d duplicates
		for i := range distinct {
			d.see(hashBytes(0, fmt.Appendf(nil, "row number %d of the file", i)), i+2)
		}
		for i := range copies {
			d.see(hashBytes(0, fmt.Appendf(nil, "row number %d of the file", i)), distinct+i+2)
		}
		return d
	}
	d := read(1000, 7)
	if n, exact := d.estimate(); n != 7 || !exact || d.most() || d.firstLine != 2 || d.firstCopy != 1002 {
		t.Errorf("of 7 copies %d are found: %+v", n, d.firstLine)
	}
	d = read(200_000, 150_000)
	n, exact := d.estimate()
	if exact || n < 135_000 || n > 165_000 || !d.most() {
		t.Errorf("of 150,000 copies %d are found, most %v", n, d.most())
	}
	if d = read(200_000, 60_000); d.most() {
		t.Error("a third is not most of the file")
	}
	if len(d.rows) > maxWatched {
		t.Errorf("%d rows are watched", len(d.rows))
	}
	if d = read(200_000, 0); d.repeats != 0 {
		t.Errorf("%d copies in a file without any", d.repeats)
	}
}

// allocated is how much C memory a reading holds.
func allocated(r *Rows) int64 {
	r.memory.mu.Lock() // the goroutine that parses may be at it
	defer r.memory.mu.Unlock()
	return r.memory.AllocatedBytes()
}

// A reading that nobody finishes leaves no goroutine and no C memory behind,
// wherever it is closed; one that is read to its end needs no closing.
func TestCloseEndsTheReading(t *testing.T) {
	before := runtime.NumGoroutine()
	all := int64(4)
	if testing.Short() { // the race detector reads a batch in seconds
		all = 2
	}
	f := pattern{googleHeader, "2025-09-02,Campaign 000000000,EUR,20,11,5.00\n", all * batchRows}
	for batches := range all {
		r, err := Open(File{Name: "in.csv", Size: f.size(), R: f}, Options{Now: testNow})
		if err != nil {
			t.Fatal(err)
		}
		rows := r.Read(NewKeys(1))
		for range batches {
			if !rows.Next() {
				t.Fatal(rows.Err())
			}
		}
		rows.Close()
		rows.Close()
		if rows.Next() || rows.Err() == nil || r.Report() != nil || r.Restart(rows.Err()) {
			t.Error("a closed reading goes on, or has a report")
		}
		if n := allocated(rows); n != 0 {
			t.Errorf("closed after %d batches, %d bytes are left", batches, n)
		}
	}
	r, err := Open(File{Name: "in.csv", Size: f.size(), R: f}, Options{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	rows := r.Read(NewKeys(1))
	for rows.Next() {
		if n := allocated(rows); n > 4*batchRows*int64(8*rows.Schema().NumFields()) {
			t.Fatalf("%d bytes at once", n)
		}
	}
	if n := allocated(rows); rows.Err() != nil || n != 0 {
		t.Errorf("%v, %d bytes are left", rows.Err(), n)
	}
	for range 100 {
		if runtime.NumGoroutine() <= before {
			return
		}
		time.Sleep(10 * time.Millisecond)
	}
	t.Errorf("%d goroutines, %d before", runtime.NumGoroutine(), before)
}

// A byte that is no UTF-8 far behind the first look at the file: if no accent
// stood before it, the file is windows-1252 and is read again; if one did, the
// file is UTF-8 with a damaged name, and the others stay as they are.
func TestLateBytes(t *testing.T) {
	plain := strings.Repeat("2025-09-02,Brand,EUR,100,10,5.00\n", 4000)
	rows, k, rep, err := readAll(file(googleHeader+plain+"2025-09-03,G\xe9n\xe9ral,EUR,110,11,5.10\n"), Options{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	if e, _ := k.Known(rows[4000].keys["campaign"]); e.Name != "Général" || rep.Encoding != "windows-1252" {
		t.Errorf("%q in %s", e.Name, rep.Encoding)
	}
	rows, k, rep, err = readAll(file(googleHeader+plain+"2025-09-03,Été,EUR,110,11,5.10\n2025-09-03,G\xe9n,EUR,110,11,5.10\n"), Options{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	good, _ := k.Known(rows[4000].keys["campaign"])
	damaged, _ := k.Known(rows[4001].keys["campaign"])
	if good.Name != "Été" || damaged.Name != "G\ufffdn" || rep.Encoding != "utf-8" {
		t.Errorf("%q and %q in %s", good.Name, damaged.Name, rep.Encoding)
	}
	if !slices.ContainsFunc(rep.Problems, func(p Problem) bool { return p.Line == 4003 && strings.Contains(p.Message.EN, "damaged") }) {
		t.Errorf("nothing tells the damage: %v", rep.Problems)
	}
}

// A hypothesis that is refuted on the last row of a long file starts the
// reading again with fresh keys, and nothing of the first one is left.
func TestLateRefutation(t *testing.T) {
	text := "Jour,Campagne,Code de la devise,Impr.,Clics,Coût\n" + strings.Repeat("2025-09-02,Marque,EUR,1000,10,1.250\n", 40_000) + "2025-09-03,Autre,EUR,1000,10,1.5\n"
	f := file(text)
	r, err := Open(f, Options{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	first := r.Read(NewKeys(1))
	for first.Next() {
	}
	if first.Err() == nil || r.Report() != nil {
		t.Fatal("the first reading took 1.250 for a thousand")
	}
	if !r.Restart(first.Err()) || r.Restart(io.ErrUnexpectedEOF) || r.Restart(nil) {
		t.Fatal("Restart")
	}
	rows, _, rep, err := readAll(f, Options{Now: testNow})
	if err != nil || len(rows) != 40_001 || rep.Totals["spend"] != 40_000*1_250_000+1_500_000 {
		t.Errorf("%d rows, %v, %v", len(rows), rep.Totals, err)
	}
}

// Content that is meant to break readers.
func TestHostileContent(t *testing.T) {
	cell := strings.Repeat("A", 10<<20)
	check := func(rows, want string) {
		t.Helper()
		_, _, rep, err := readAll(file(googleHeader+"2025-09-01,First,EUR,100,10,5.00\n"+rows+"\n2025-09-03,Last,EUR,100,10,6.00\n"), Options{Now: testNow})
		got := ""
		if rep != nil { // the row that is put in stands for the day between two others
			rep.Problems = slices.DeleteFunc(rep.Problems, func(x Problem) bool { return x.Check == "days-missing" })
		}
		switch {
		case err != nil:
			got = err.Error()
		case rep.Totals["spend"] != 11_000_000 && rep.SkippedRows > 0:
			got = "the good rows are lost: "
			fallthrough
		case len(rep.Problems) == 0:
			got += fmt.Sprintf("%d rows", rep.Rows)
		default:
			got += problemsText("", rep)
		}
		if !strings.Contains(got, want) {
			t.Errorf("got %.300q, want %q", got, want)
		}
	}
	check("2025-09-02,"+cell+",EUR,100,10,5.00", ":3: this line is longer than 1 MB")
	check("2025-09-02,\""+cell+"\",EUR,100,10,5.00", ":3: this line is longer than 1 MB")
	check("2025-09-02,\""+cell+",EUR,100,10,5.00", "in.csv:3: a quotation mark opens a cell here")
	check("2025-09-02,"+cell[:20<<10]+",EUR,100,10,5.00", "is longer than any name (20480 characters)")
	check("2025-09-02,a\x00b\x1fc,EUR,100,10,5.00", "3 rows")
	check("2025-09-02,Brand,EUR,100,10,"+strings.Repeat("9", 400), "Cost \"99999")
	check("2025-09-02,Brand,EUR,100,10,999999999999\n"+strings.Repeat("2025-09-02,Brand,EUR,100,10,999999999999\n", 12), "the sum of spend is too large")
	check(strings.Repeat(",", 5), "2 rows")
	check(strings.Repeat("x,", 5000), ":3: \"x\" the row has 5000 cells and the header 6")
	check("=cmd|' /C calc'!A0,Brand,EUR,1,1,1", "Day \"=cmd|' /C calc'!A0\" is no date")

	// Separators inside names make no two names one.
	rows, k, _, err := readAll(file("Day,Campaign,Ad group,Currency code,Impr.,Clicks,Cost\n2025-09-01,a\x01\x00\x00b,c,EUR,1,1,1\n2025-09-01,a,b\x01\x00\x00c,EUR,1,1,1\n"), Options{Now: testNow})
	if err != nil {
		t.Fatal(err)
	}
	a, _ := k.Known(rows[0].keys["ad_group"])
	b, _ := k.Known(rows[1].keys["ad_group"])
	if a.Name != "c" || b.Name != "b c" {
		t.Errorf("%q %q", a.Name, b.Name)
	}
}

// Files that are no tables, or nobody's.
func TestRefusals(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		_, err := Open(file(text), Options{Now: testNow})
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Errorf("%.40q is taken, or fails with %v", text, err)
			return
		}
		if !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "" || refusal.Message.FR == refusal.Message.EN {
			t.Errorf("%.40q is refused with %q and %q", text, refusal.Message.EN, refusal.Message.FR)
		}
	}
	check("", "is empty")
	check(" \n\n\t\n", "is empty")
	check("\ufeff", "is empty")
	check("%PDF-1.7 ...", "a PDF")
	check("<!DOCTYPE html><html>", "a web page")
	check("\xd0\xcf\x11\xe0\xa1\xb1", "old or password-protected Excel")
	check("PK\x03\x04 and nothing", "a damaged archive")
	check("hello", "no line is the header")
	check("a,b,c\n1,2,3\n", "a table that Vigie does not know")
	check("\"never closed", "a quotation mark opens a cell")
	check("Date,Clicks,Impressions,CTR,Position\n2025-01-01,161,13456,1.2%,32\n", "a Search Console export")
	check("Category: All categories\n\"TikTok: (2/4/24)\"\n\nTOP\ntiktok,100\n", "a Google Trends export")
	check("Store code,Business name,Calls\n,Shop,1\n", "a Google Business Profile report")
	check("sep=,\n\"Views\"\n\"Date\",\"Primary\"\n\"2026-03-29T00:00:00\",\"748\"\n", "a Meta Business Suite export")
	check("# ----------\n# Pages\n# Account: X\n", "a Google Analytics table")
	check("ad_id,impressions,spend_cents,micro_cost\n1,1,1,1\n", "a table that Vigie does not know")
	check("Name,Email,Ad name\nAna,a@example.org,x\n", "holds data about people")
	check("Semaine;Clics;Impressions\n2026-W01;5;100\n", "a table that Vigie does not know")

	_, err := Open(file(googleHeader), Options{Platform: "yahoo"})
	if err == nil || !strings.Contains(err.Error(), "these are: "+platformIDs()) {
		t.Error(err)
	}
	broken := errors.New("the disk is gone")
	if _, err = Open(File{Name: "in.csv", Size: 10, R: failingAt{broken}}, Options{}); !errors.Is(err, broken) {
		t.Error(err)
	}
}

type failingAt struct{ err error }

func (f failingAt) ReadAt([]byte, int64) (int, error) { return 0, f.err }

// Where the knowledge of a file comes from, in order.
func TestKnownAsOf(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Skip("no time zones here")
	}
	text := googleHeader + "2026-10-24,Brand,EUR,100,10,5.00\n2026-10-25,Brand,EUR,100,10,5.00\n"
	check := func(name, mtime string, asOf locale.Day, want string) {
		t.Helper()
		f := file(text)
		if f.Name = name; mtime != "" {
			f.ModTime, _ = time.Parse(time.RFC3339, mtime)
		}
		_, _, rep, err := readAll(f, Options{Now: testNow, Zone: paris, AsOf: asOf})
		if err != nil {
			t.Fatal(err)
		}
		if got := rep.KnownAsOf.UTC().Format("2006-01-02 15:04:05 ") + rep.KnownFrom; got != want {
			t.Errorf("%s of %s: %s, want %s", name, mtime, got, want)
		}
	}
	check("a.csv", "", 0, "2026-11-23 09:00:00 import")
	check("a.csv", "2026-10-26T08:00:00Z", 0, "2026-10-26 08:00:00 mtime")
	check("a.csv", "2026-10-25T15:00:00Z", 0, "2026-10-25 15:00:00 mtime")                        // on the last day itself: not over yet
	check("a.csv", "2026-10-24T15:00:00Z", 0, "2026-11-23 09:00:00 import")                       // before it: not the file's time
	check("a.csv", "2026-12-24T15:00:00Z", 0, "2026-11-23 09:00:00 import")                       // in the future
	check("a.csv", "2026-10-26T08:00:00Z", locale.Date(2026, 10, 25), "2026-10-25 22:59:59 flag") // the night of 25 hours
	check("Overview(2026-10-26_07_16_32).csv", "", locale.Date(2026, 10, 25), "2026-10-26 06:16:00 name")
	check("Report 2026-10-26.csv", "", 0, "2026-11-23 09:00:00 import") // a date alone is as often a range
	check("20261026T0716.csv", "", 0, "2026-10-26 06:16:00 name")
	check("Report 2026-10-01-2026-10-26.csv", "", 0, "2026-11-23 09:00:00 import") // and so are two
	check("report_20261001_20261026.csv", "", 0, "2026-11-23 09:00:00 import")
	check("Report 2027-10-26 07.16.csv", "", 0, "2026-11-23 09:00:00 import") // not made yet
}

// Progress comes every so many rows and at the end, and the keys of a file that
// is read twice are the same.
func TestProgress(t *testing.T) {
	text := googleHeader + strings.Repeat("2025-09-02,Brand,EUR,100,10,5.00\n", 40_000)
	var calls []int64
	var read float64
	r, err := Open(file(text), Options{Now: testNow, Progress: func(name string, rows int64, share float64) {
		if name != "in.csv" || share < read && len(calls) > 0 {
			t.Errorf("%s: %v of it after %v", name, share, read)
		}
		calls, read = append(calls, rows), share
	}})
	if err != nil {
		t.Fatal(err)
	}
	for range 2 {
		calls = nil
		rows := r.Read(NewKeys(7))
		var keys []string
		for rows.Next() {
			if len(keys) == 0 {
				keys = append(keys, fmt.Sprint(rows.Record().Column(2).ValueStr(0), rows.Record().Column(3).ValueStr(0)))
			}
		}
		if rows.Err() != nil || keys[0] != "98" { // the account is 7, the campaign 8, the stream 9
			t.Error(rows.Err(), keys)
		}
		if want := []int64{progressRows, 2 * progressRows, 40_000}; !slices.Equal(calls, want) || read != 1 {
			t.Errorf("progress at %v rows, %v of the file", calls, read)
		}
	}
}

// A first line sep= names the delimiter, whatever writes it, and is no title.
func TestSeparatorLine(t *testing.T) {
	for _, sep := range []string{",", ";", "\t", "|"} {
		for _, line := range []string{"sep=" + sep, "SEP=" + sep, `"sep=` + sep + `"`} {
			text := line + "\n" + strings.ReplaceAll("Day,Campaign,Currency code,Impr.,Cost\n2025-09-02,Brand,EUR,100,5\n", ",", sep)
			for _, how := range []string{"", "bom", "utf-16le", "bom utf-16le gz"} {
				data := encodeCase(t, []byte(text), strings.Fields(how))
				_, _, rep, err := readAll(File{Name: "in.csv", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
				if err != nil || rep.Rows != 1 || rep.SkippedRows != 0 || rep.Title != "" {
					t.Errorf("%q %s: %+v %v", line, how, rep, err)
				}
			}
		}
	}
}

// A file that was not saved to its end is refused, not read up to there.
func TestDamagedEnds(t *testing.T) {
	text := googleHeader + "2025-09-02,Brand,EUR,100,10,5.00\n2025-09-03,Brand,EUR,120,10,5.00\n"
	wide := encodeCase(t, []byte(text), []string{"bom", "utf-16le"})
	turned := encodeCase(t, []byte(text), []string{"bom", "utf-16be"})
	check := func(data []byte, want string) {
		t.Helper()
		_, _, rep, err := readAll(File{Name: "in.csv", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
		var refusal *Refusal
		switch {
		case want == "":
			if err != nil || rep.Rows != 2 || rep.SkippedRows != 0 || len(rep.Problems) > 0 {
				t.Errorf("%+v %v", rep, err)
			}
		case !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "":
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	check([]byte(text+"\x00"), "")
	check([]byte(text+strings.Repeat("\x00", 1000)), "nothing but zero bytes")
	check([]byte(text+strings.Repeat("\x00", 2<<20)), "nothing but zero bytes")
	check([]byte(strings.Repeat("\x00", 100)), "nothing but zero bytes")
	check(append(bytes.Clone(wide), make([]byte, 1000)...), "nothing but zero bytes")
	check(wide[:len(wide)-1], "") // half of the last line end
	check(wide[:len(wide)-3], "in the middle of a character")
	check(turned[:len(turned)-1], "in the middle of a character")
}

// JSON that is no table, or damaged, is refused in words.
func TestJSON(t *testing.T) {
	row := `{"Day":"2025-09-02","Campaign":"Brand","Currency code":"EUR","Impr.":100,"Cost":5}`
	check := func(text, want string) {
		t.Helper()
		data := []byte(text)
		_, _, rep, err := readAll(File{Name: "in.json", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
		var refusal *Refusal
		switch {
		case want == "":
			if err != nil || rep.Rows != 2 || rep.SkippedRows != 0 || len(rep.Problems) > 1 {
				t.Errorf("%.100q: %+v %v", text, rep, err)
			}
		case !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "":
			t.Errorf("%.100q: refused with %v, want %q", text, err, want)
		}
	}
	check(row+"\n\n"+row, "")
	check("\ufeff ["+row+","+row+"]\n", "")
	check(row+row, "")
	check("[]", "the file is empty")
	check("[ \n"+row, "the list is not closed after row 1")
	check("["+row+","+row, "the list is not closed after row 2")
	check(row+"\n"+row[:20], "ends in the middle of row 2")
	check("["+row+row+"]", "line 1: the JSON is not as it should be after row 1")
	check("["+row+",]", "after row 1")
	check(row+"\n"+row+",\n"+row, "line 2: the JSON is not as it should be after row 2")
	check("["+row+"] 1", "after row 1")
	check(row+"\n"+strings.Replace(row, "100", "1OO", 1), "row 2 is no valid JSON")
	check(row+"\n"+strings.Replace(row, "Impr.", "Cost", 1), "row 2 has the name “Cost” twice")
	check(row+"\n"+`{"Day":"`+strings.Repeat("x", 2*maxRecord)+`"}`, "row 2 is longer than any row")
	check(`{"a":[1],"b":[2]}`, "nothing but lists")
	check(`{"reports":[`+row+`],"status":"ok"}`, "one JSON object, with a list in “reports”")
	check(`{"user":{"email":"a@b.c"},"Day":"2025-09-02","Impr.":1,"Cost":2}`, "data about people")

	// The answers of programs, one after the other or in a list.
	check(`{"data":[`+row+`,`+row+`],"paging":{"cursors":{}}}`, "")
	check(`{"code":0,"data":{"page_info":{"page":1,"total_page":1},"list":[`+row+`,`+row+`]}}`, "")
	check(`[{"results":[`+row+`],"fieldMask":"a"},{"fieldMask":"a"},{"results":null},{"results":[`+row+`]}]`, "")
	check(`{"results":[`+row+`],"nextPageToken":"x"}`+"\n"+`{"results":[`+row+`],"nextPageToken":""}`, "")
	check(`{"results":[`+row+`],"nextPageToken":"x"}`, "one page of several")
	check(`{"data":[`+row+`],"paging":{"next":"https://x"}}`, "one page of several")
	check(`{"data":{"list":[`+row+`],"page_info":{"page":1,"total_page":2}}}`, "one page of several")
	check(`{"elements":[`+row+`],"paging":{"links":[{"rel":"next"}]}}`, "one page of several")
	check(`{"results":[],"fieldMask":"a"}`, "the list “results” of this answer is empty")
	check(`{"results":[`+row+`,`+row, "ends after row 2")
	check(`{"results":[`+row+`,`+row+`]`, "ends after row 2")
	check(`[{"results":[`+row+`]}`, "ends after row 1")
	check(`{"results":[`+row+`,`+row+`,]}`, "around row 3")
	check(`{"results":[`+row+`,7]}`, "around row 2: an object")
	check(`{"results":[`+row+`]} 7`, "around row 1: an object")
	check(`{"results":[`+row+`]}{"results":7}`, "around row 1: an object")
	check(`{"results":[`+row+`,{"Day":"`+strings.Repeat("x", 4*maxRecord)+`"}]}`, "longer than any row")
	check(`{"results":[`+row+`],"x":"`+strings.Repeat("x", 4*maxRecord)+`"}`, "longer than any row")
	check(`{"a":1,"b":"x"}`, "a table that Vigie does not know")
	check(`{"email":"a@b.c","Day":"2025-09-02","Impr.":1,"Cost":2}`, "data about people")
	var many strings.Builder
	for i := range maxColumns + 1 {
		fmt.Fprintf(&many, `{"n%d":1}`, i)
	}
	check(many.String(), "more than 16384 different names")
}

// Workbooks that are built to exhaust a reader are refused before it does.
func TestWorkbookLimits(t *testing.T) {
	book := map[string]string{
		"xl/workbook.xml":            `<workbook><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="/xl/worksheets/sheet1.xml"/></Relationships>`,
		"xl/worksheets/sheet1.xml":   `<worksheet><sheetData/></worksheet>`,
	}
	check := func(change func(map[string]string), want string) {
		t.Helper()
		parts := map[string]string{}
		for k, v := range book {
			parts[k] = v
		}
		change(parts)
		data := zipOf(t, parts)
		f := File{Name: "in.xlsx", Size: int64(len(data)), R: bytes.NewReader(data)}
		_, _, _, err := readAll(f, Options{Now: testNow})
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "" {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	check(func(p map[string]string) {}, "the file is empty")
	header := `<row r="1"><c r="A1" t="inlineStr"><is><t>Day</t></is></c><c r="B1" t="inlineStr"><is><t>Campaign</t></is></c><c r="C1" t="inlineStr"><is><t>Impr.</t></is></c><c r="D1" t="inlineStr"><is><t>Cost</t></is></c></row>`
	check(func(p map[string]string) { p["xl/worksheets/sheet2.xml"] = strings.Repeat(" ", 20<<20) }, "unpacks to a size that no report has")
	check(func(p map[string]string) {
		for i := range 300 {
			p[fmt.Sprintf("xl/media/image%d.png", i)] = "x"
		}
	}, "more than the 200 of any report")
	check(func(p map[string]string) { delete(p, "xl/workbook.xml") }, "it is an archive (2 files)")
	check(func(p map[string]string) {
		delete(p, "xl/workbook.xml")
		p["mimetype"] = "application/vnd.oasis.opendocument.text"
	}, "an OpenDocument file, but no spreadsheet")
	check(func(p map[string]string) {
		delete(p, "xl/workbook.xml")
		p["xl/workbook.bin"] = ""
	}, "a binary Excel workbook")
	check(func(p map[string]string) {
		delete(p, "xl/workbook.xml")
		p["[Content_Types].xml"], p["word/document.xml"] = "", ""
	}, "a document of an office program")
	check(func(p map[string]string) { p["Index/Document.iwa"] = ""; delete(p, "xl/workbook.xml") }, "Numbers")
	check(func(p map[string]string) {
		p["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + header + `<row r="2"><c r="ZZZ2"><v>1</v></c></row></sheetData></worksheet>`
	}, "cells far beyond the columns")
	check(func(p map[string]string) {
		p["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + header + `<row r="2"><c r="A2">`
	}, "the workbook is damaged")
	check(func(p map[string]string) {
		p["xl/worksheets/sheet1.xml"] = "<worksheet><sheetData>" + header + `<row r="2"><c r="A2" t="str"><v>` + strings.Repeat("<![CDATA[x]]>y", 600_000) + `</v></c></row></sheetData></worksheet>`
	}, "longer than any row")
	check(func(p map[string]string) {
		p["xl/worksheets/sheet1.xml"] = `<!DOCTYPE x [<!ENTITY a "aaaa">]><worksheet><sheetData><row r="1"><c r="A1" t="str"><v>&a;</v></c></row></sheetData></worksheet>`
	}, "the workbook is damaged")
}

// OpenDocument spreadsheets that are damaged, protected, or built to exhaust a
// reader are refused in words.
func TestSpreadsheetLimits(t *testing.T) {
	head := `<office:document-content><office:body><office:spreadsheet><table:table table:name="S"><table:table-row>` +
		`<table:table-cell><text:p>Day</text:p></table:table-cell><table:table-cell><text:p>Campaign</text:p></table:table-cell><table:table-cell><text:p>Impr.</text:p></table:table-cell><table:table-cell><text:p>Cost</text:p></table:table-cell></table:table-row>`
	tail := `</table:table></office:spreadsheet></office:body></office:document-content>`
	row := func(attrs, cells string) string {
		return "<table:table-row" + attrs + ">" + cells + "</table:table-row>"
	}
	cell := func(attrs string) string {
		return "<table:table-cell" + attrs + "><text:p>x</text:p></table:table-cell>"
	}
	check := func(content string, extra map[string]string, want string) {
		t.Helper()
		parts := map[string]string{"mimetype": "application/vnd.oasis.opendocument.spreadsheet", "content.xml": content}
		for name, body := range extra {
			parts[name] = body
		}
		data := zipOf(t, parts)
		_, _, _, err := readAll(File{Name: "in.ods", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow})
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "" {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	check("", nil, "the file is empty")
	check("<office:spreadsheet>", nil, "the file is empty")
	check(head, nil, "the sheet ends in the middle of row 2")
	check(head+"<table:table-row><table:table-cell>", nil, "the sheet ends in the middle of row 2")
	check(head+row("", cell(` table:number-columns-repeated="20000"`))+tail, nil, "row 2 has cells far beyond")
	check(head+row("", `<table:table-cell table:number-columns-repeated="20000"/>`+cell(""))+tail, nil, "row 2 has cells far beyond")
	check(head+row(` table:number-rows-repeated="1000000"`, cell(` table:number-columns-repeated="16000"`))+tail, nil, "row 2 is repeated more often")
	check(head+row("", `<table:table-cell><text:p><text:s text:c="2000000"/>x</text:p></table:table-cell>`)+tail, nil, "longer than any row")
	check("<!DOCTYPE x [<!ENTITY a 'aaaa'>]>"+head+row("", "<table:table-cell><text:p>&a;</text:p></table:table-cell>")+tail, nil, "the workbook is damaged")
	check(head+tail, map[string]string{"META-INF/manifest.xml": `<manifest:manifest><manifest:encryption-data/></manifest:manifest>`}, "protected by a password")
	check("garbage", map[string]string{"encrypted-package": "…"}, "protected by a password")
	check(head+strings.Repeat(" ", 20<<20)+tail, nil, "unpacks to a size that no report has")
}

// The shapes of cells that the writers of sheets use.
func TestSheetCells(t *testing.T) {
	data := zipOf(t, map[string]string{
		"xl/workbook.xml":            `<workbook><workbookPr date1904="1"/><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`,
		"xl/_rels/workbook.xml.rels": `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`,
		`xl\sharedStrings.xml`:       `<sst><si><r><t>Camp</t></r><r><t>aign</t></r><rPh><t>no</t></rPh></si><si><t/></si><si><t>Brand &amp; Co</t></si></sst>`,
		"xl/styles.xml":              `<styleSheet><cellStyleXfs><xf numFmtId="14"/></cellStyleXfs><cellXfs><xf numFmtId="0"/><xf numFmtId="14"/></cellXfs></styleSheet>`,
		"xl/worksheets/sheet1.xml": `<x:worksheet xmlns:x="u"><x:dimension ref="A1"/><x:sheetData>
			<x:row><x:c t="inlineStr"><x:is><x:t>Day</x:t></x:is></x:c><x:c t="s"><x:v>0</x:v></x:c><x:c r="D1" t="str"><x:f>"Impr."</x:f><x:v>Impr.</x:v></x:c><x:c t="inlineStr"><x:is><x:t>Cost</x:t></x:is></x:c><x:c t="s"><x:v>1</x:v></x:c></x:row>
			<x:row/>
			<x:row r="7"><x:c r="A7" s="1"><x:v>44620</x:v></x:c><x:c r="B7" t="s"><x:v>2</x:v></x:c><x:c r="D7" t="n"><x:v>43.0</x:v></x:c><x:c r="E7"><x:v>1.2E1</x:v></x:c></x:row>
			<x:row r="8"><x:c r="A8" t="d"><x:v>2026-03-02T00:00:00</x:v></x:c><x:c r="B8" t="inlineStr"><x:is><x:r><x:t>Br</x:t></x:r><x:r><x:t>and</x:t></x:r><x:rPh><x:t>no</x:t></x:rPh></x:is></x:c><x:c r="D8"><x:v>5</x:v></x:c><x:c r="E8" t="str"><x:f>2*3</x:f><x:v>6</x:v></x:c></x:row>
			<x:row r="9"><x:c r="A9" s="1"><x:v>44621.5</x:v></x:c><x:c r="B9" t="s"><x:v>99</x:v></x:c><x:c r="D9" t="b"><x:v>1</x:v></x:c><x:c r="E9" t="e"><x:v>#DIV/0!</x:v></x:c></x:row>
		</x:sheetData></x:worksheet>`,
	})
	rows, k, rep, err := readAll(File{Name: "in.xlsx", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow, Currency: "EUR"})
	if err != nil {
		t.Fatal(err)
	}
	got := rowsText(rows, k, rep) + problemsText("in.xlsx", rep)
	want := "2026-03-01 / Brand & Co : impressions=43 spend=12.00 EUR\n" +
		"2026-03-02 / Brand : impressions=5 spend=6.00 EUR\n" +
		"in.xlsx:9: Impr. \"TRUE\" is no number with a decimal point, as the other cells of this column are\n"
	if got != want {
		t.Errorf("got\n%s\nwant\n%s", got, want)
	}
}

// Files of different breakdowns and levels know the same objects by the same
// keys, and a file with ids adopts what one without them named.
func TestKeysAcrossFiles(t *testing.T) {
	k := NewKeys(1)
	read := func(text string) {
		t.Helper()
		r, err := Open(file(text), Options{Now: testNow})
		if err != nil {
			t.Fatal(err)
		}
		rows := r.Read(k)
		for rows.Next() {
		}
		if rows.Err() != nil {
			t.Fatal(rows.Err())
		}
	}
	read("Day,Campaign,Currency code,Impr.,Cost\n2025-09-01,Brand,EUR,1,1\n")
	read("Day,Campaign,Device,Currency code,Impr.,Cost\n2025-09-01,Brand ,Mobile,EUR,1,1\n")
	read("Day,Campaign ID,Campaign,Currency code,Impr.,Cost\n2025-09-01,77,Brand,EUR,1,1\n2025-09-02,77,Brand renamed,EUR,1,1\n")
	entities, streams, breakdowns := k.New()
	if len(entities) != 2 || entities[1].Name != "Brand renamed" || entities[1].ExtID != "77" || len(streams) != 2 || len(breakdowns) != 1 || breakdowns[0] != "device=Mobile" {
		t.Errorf("%+v %+v %q", entities, streams, breakdowns)
	}
	if c := k.Changes(); len(c) != 2 || c[0].Kind != "adopted" || c[1].Kind != "renamed" {
		t.Errorf("%+v", c)
	}
}
