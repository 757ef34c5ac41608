package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"encoding/csv"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"
	"time"
	"unicode/utf16"

	"github.com/apache/arrow/go/v17/arrow/array"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
)

var update = flag.Bool("update", false, "rewrite the golden parts of testdata/platforms")

const casesDir = "../testdata/platforms"

// testNow is the clock of all cases.
var testNow = time.Date(2026, 11, 23, 9, 0, 0, 0, time.UTC)

// TestPlatforms reads every case of every platform. A case is prose, lines
// that say how to make the file (encode:, name:, options:), the file, and what
// reading it gives:
//
//	rows.golden      the rows, with their objects, splits and measures
//	problems.golden  the problems, in English
//	report.golden    what else the report says
//	refused.golden   the refusal, in both languages, in place of the others
func TestPlatforms(t *testing.T) {
	entries, err := os.ReadDir(casesDir)
	if err != nil {
		t.Fatal(err)
	}
	for _, e := range entries {
		if e.IsDir() && LookupPlatform(e.Name()) == nil {
			t.Errorf("%s is a folder of no platform", e.Name())
		}
	}
	for _, p := range Platforms() {
		cases, _ := filepath.Glob(filepath.Join(casesDir, p.ID, "*.txtar"))
		if len(cases) == 0 {
			t.Errorf("platform %s has no case", p.ID)
		}
		for _, path := range cases {
			t.Run(p.ID+"/"+strings.TrimSuffix(filepath.Base(path), ".txtar"), func(t *testing.T) { runCase(t, path) })
		}
	}
}

func runCase(t *testing.T, path string) {
	a, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	prose, directives := splitComment(string(a.Comment))
	if len(prose) < 40 {
		t.Error("the case does not say in prose what it shows")
	}
	o := Options{Now: testNow}
	name := ""
	var mod time.Time
	for _, d := range strings.Fields(directives["options"]) {
		key, value, _ := strings.Cut(d, "=")
		switch key {
		case "currency":
			o.Currency = value
		case "account":
			o.Account = value
		case "platform":
			o.Platform = value
		case "decimal":
			o.Decimal = value
		case "dates":
			o.Dates = value
		case "drop":
			o.Drop = append(o.Drop, value)
		case "map":
			o.Mappings = append(o.Mappings, mappingOf(t, a, value))
		case "complete":
			o.Complete = true
		case "as-of":
			o.AsOf, err = locale.ParseDay(value)
		case "mtime":
			mod, err = time.Parse(time.RFC3339, value)
		default:
			err = fmt.Errorf("unknown option %s", key)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	var in []byte
	for _, f := range a.Files {
		if strings.HasPrefix(f.Name, "in.") {
			name, in = f.Name, f.Data
		}
	}
	data := encodeCase(t, in, strings.Fields(directives["encode"]))
	if n := directives["name"]; n != "" {
		name = n
	}
	source := File{Name: name, Size: int64(len(data)), ModTime: mod, R: bytes.NewReader(data)}
	list, err := Members(source, o.Zone)
	if err != nil || len(list) > 1 {
		t.Fatalf("%d members: %v", len(list), err)
	}
	for _, m := range list { // of an archive, what is in it
		source = fileOf(t, m)
	}
	got := describeAll(t, source, o)

	var goldens []string
	for i, f := range a.Files {
		if !strings.HasSuffix(f.Name, ".golden") {
			continue
		}
		goldens = append(goldens, f.Name)
		want := got[f.Name]
		if *update {
			a.Files[i].Data = []byte(want)
		} else if string(f.Data) != want {
			t.Errorf("%s is\n%s\nwant\n%s", f.Name, want, f.Data)
		}
	}
	for part, text := range got {
		if slices.Contains(goldens, part) || part != "refused.golden" && len(goldens) > 0 && !slices.Contains(goldens, "refused.golden") && part != "problems.golden" {
			continue
		}
		if *update && len(goldens) == 0 {
			a.Files = append(a.Files, txtar.File{Name: part, Data: []byte(text)})
		} else if text != "" {
			t.Errorf("the case has no %s, which is\n%s", part, text)
		}
	}
	if *update {
		order := []string{"rows.golden", "problems.golden", "report.golden", "refused.golden"}
		slices.SortStableFunc(a.Files, func(x, y txtar.File) int { return slices.Index(order, x.Name) - slices.Index(order, y.Name) })
		if err := os.WriteFile(path, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// mappingOf reads a mapping of a case, a line for each header=meaning.
func mappingOf(t *testing.T, a *txtar.Archive, name string) Mapping {
	t.Helper()
	m := Mapping{Name: name, Columns: map[string]string{}}
	for _, f := range a.Files {
		if f.Name == name {
			for line := range strings.Lines(string(f.Data)) {
				header, as, _ := strings.Cut(strings.TrimSpace(line), "=")
				m.Columns[header] = as
			}
		}
	}
	return m
}

// splitComment parts the prose of a case from its directives.
func splitComment(comment string) (prose string, directives map[string]string) {
	directives = map[string]string{}
	for _, line := range strings.Split(comment, "\n") {
		key, value, ok := strings.Cut(line, ": ")
		if ok && slices.Contains([]string{"encode", "options", "name"}, key) {
			directives[key] = value
			continue
		}
		prose += line + "\n"
	}
	return strings.TrimSpace(prose), directives
}

// encodeCase makes the bytes that a text file of cases cannot hold. In all of
// them ~ stands for U+00A0 and ^ for U+202F where the case asks for spaces. gz
// packs whatever the other words make, gz2 in two pieces, zip as in.csv in an
// archive.
func encodeCase(t *testing.T, in []byte, how []string) []byte {
	t.Helper()
	if n := len(how) - 1; n >= 0 {
		switch how[n] {
		case "gz":
			return gzipOf(t, encodeCase(t, in, how[:n]))
		case "gz2":
			data := encodeCase(t, in, how[:n])
			return append(gzipOf(t, data[:len(data)/2]), gzipOf(t, data[len(data)/2:])...)
		case "zip":
			return zipOf(t, map[string]string{"in.csv": string(encodeCase(t, in, how[:n])), "__MACOSX/._in.csv": "x"})
		}
	}
	text := string(in)
	if slices.Contains(how, "spaces") {
		text = strings.NewReplacer("~", "\u00a0", "^", "\u202f").Replace(text)
	}
	if slices.Contains(how, "mojibake") {
		b, err := charmap.Windows1252.NewDecoder().String(text)
		if err != nil {
			t.Fatal(err)
		}
		text = b
	}
	if slices.Contains(how, "crlf") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	if slices.Contains(how, "cr") {
		text = strings.ReplaceAll(text, "\n", "\r")
	}
	if slices.Contains(how, "unended") {
		text = strings.TrimRight(text, "\r\n")
	}
	mark := ""
	if slices.Contains(how, "bom") {
		mark = "\ufeff"
	}
	for _, h := range how {
		switch h {
		case "spaces", "mojibake", "crlf", "cr", "unended", "bom":
		case "utf-16le":
			var b []byte
			for _, u := range utf16.Encode([]rune(mark + text)) {
				b = binary.LittleEndian.AppendUint16(b, u)
			}
			return b
		case "utf-16be":
			var b []byte
			for _, u := range utf16.Encode([]rune(mark + text)) {
				b = binary.BigEndian.AppendUint16(b, u)
			}
			return b
		case "windows-1252":
			b, err := charmap.Windows1252.NewEncoder().String(text)
			if err != nil {
				t.Fatal(err)
			}
			return []byte(b)
		case "xlsx":
			return makeXLSX(t, text)
		case "ods":
			return makeODS(t, text)
		case "arrow", "arrows":
			return makeArrow(t, text, h == "arrows")
		case "parquet":
			return makeParquet(t, text)
		default:
			t.Fatalf("unknown encoding %q", h)
		}
	}
	return []byte(mark + text)
}

// makeXLSX builds a workbook from the text of a case. A cell that is a number
// is typed; @2026-03-01 is a date; €12.5 is a number that only its format says
// to be in euros; everything else is a shared text. A line "== name" begins
// another sheet, "== (hidden) name" a hidden one.
func makeXLSX(t *testing.T, text string) []byte {
	t.Helper()
	var shared []string
	var sheets, names []string
	for _, part := range strings.Split("\n"+text, "\n== ") {
		name, body, _ := strings.Cut(part, "\n")
		if strings.TrimSpace(body) == "" {
			continue
		}
		r := csv.NewReader(strings.NewReader(body))
		r.FieldsPerRecord = -1
		records, err := r.ReadAll()
		if err != nil {
			t.Fatal(err)
		}
		var b strings.Builder
		b.WriteString(`<worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><dimension ref="A1"/><sheetData>`)
		for i, rec := range records {
			fmt.Fprintf(&b, `<row r="%d">`, i+1)
			for j, cell := range rec {
				if cell == "" {
					continue
				}
				ref := string(rune('A'+j%26)) + strconv.Itoa(i+1)
				if j >= 26 {
					ref = string(rune('A'+j/26-1)) + ref
				}
				euros, isEuros := strings.CutPrefix(cell, "€")
				date, isDate := strings.CutPrefix(cell, "@")
				_, err := strconv.ParseFloat(cell, 64)
				switch {
				case isDate:
					d, err := locale.ParseDay(date)
					if err != nil {
						t.Fatal(err)
					}
					fmt.Fprintf(&b, `<c r="%s" s="1"><v>%d</v></c>`, ref, int(d)+25569)
				case isEuros:
					fmt.Fprintf(&b, `<c r="%s" s="2"><v>%s</v></c>`, ref, euros)
				case err == nil:
					fmt.Fprintf(&b, `<c r="%s"><v>%s</v></c>`, ref, cell)
				default:
					fmt.Fprintf(&b, `<c r="%s" t="s"><v>%d</v></c>`, ref, len(shared))
					shared = append(shared, cell)
				}
			}
			b.WriteString(`</row>`)
		}
		b.WriteString(`</sheetData></worksheet>`)
		sheets = append(sheets, b.String())
		if name == "" {
			name = "Worksheet"
		}
		names = append(names, name)
	}
	esc := strings.NewReplacer("&", "&amp;", "<", "&lt;", ">", "&gt;").Replace
	parts := map[string]string{
		"xl/styles.xml": `<styleSheet><numFmts count="2"><numFmt numFmtId="164" formatCode="dd/mm/yyyy"/><numFmt numFmtId="165" formatCode="#,##0.00\ &quot;€&quot;"/></numFmts>` +
			`<cellXfs count="3"><xf numFmtId="0"/><xf numFmtId="164"/><xf numFmtId="165"/></cellXfs></styleSheet>`,
	}
	book, rels := "<workbook><sheets>", "<Relationships>"
	for i, s := range sheets {
		parts[fmt.Sprintf("xl/worksheets/sheet%d.xml", i+1)] = s
		name, state := names[i], ""
		if rest, ok := strings.CutPrefix(name, "(hidden) "); ok {
			name, state = rest, ` state="hidden"`
		}
		book += fmt.Sprintf(`<sheet name="%s"%s sheetId="%d" r:id="rId%d"/>`, esc(name), state, i+1, i+1)
		rels += fmt.Sprintf(`<Relationship Id="rId%d" Target="worksheets/sheet%d.xml"/>`, i+1, i+1)
	}
	parts["xl/workbook.xml"], parts["xl/_rels/workbook.xml.rels"] = book+"</sheets></workbook>", rels+"</Relationships>"
	var sst strings.Builder
	for _, s := range shared {
		sst.WriteString("<si><t>" + esc(s) + "</t></si>")
	}
	parts["xl/sharedStrings.xml"] = "<sst>" + sst.String() + "</sst>"
	return zipOf(t, parts)
}

func zipOf(t testing.TB, parts map[string]string) []byte {
	t.Helper()
	var names []string
	for n := range parts {
		names = append(names, n)
	}
	slices.Sort(names)
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, n := range names {
		w, err := z.Create(n)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := w.Write([]byte(parts[n])); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

// row is one row of the batches.
type row struct {
	first, last locale.Day
	keys        map[string]int32
	values      map[string]int64
}

// readAll reads a file to its end, restarting as often as it asks.
func readAll(f File, o Options) (rows []row, k *Keys, rep *Report, err error) {
	r, err := Open(f, o)
	if err != nil {
		return nil, nil, nil, err
	}
	defer r.Close()
	for {
		k, rows = NewKeys(1), nil
		all := r.Read(k)
		for all.Next() {
			rec := all.Record()
			for i := range int(rec.NumRows()) {
				x := row{keys: map[string]int32{}, values: map[string]int64{}}
				for c, field := range rec.Schema().Fields() {
					switch col := rec.Column(c).(type) {
					case *array.Date32:
						if field.Name == "first_day" {
							x.first = locale.Day(col.Value(i))
						} else {
							x.last = locale.Day(col.Value(i))
						}
					case *array.Int32:
						x.keys[field.Name] = col.Value(i)
					case *array.Int64:
						if col.IsValid(i) {
							x.values[field.Name] = col.Value(i)
						}
					}
				}
				rows = append(rows, x)
			}
		}
		err := all.Err()
		all.Close()
		if err == nil {
			return rows, k, r.Report(), nil
		}
		if !r.Restart(err) {
			return nil, nil, nil, err
		}
	}
}

// describe writes what reading a file gives, part by part of a case.
// describeAll describes each table of a file that holds several.
func describeAll(t *testing.T, f File, o Options) map[string]string {
	t.Helper()
	tables, err := Tables(f, o)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return map[string]string{"refused.golden": refused(refusal)}
	}
	if err != nil {
		t.Fatal(err)
	}
	if tables == nil {
		return describe(t, f, o)
	}
	all := map[string]string{}
	for _, m := range tables {
		o.Beside = m.Beside
		for part, text := range describe(t, fileOf(t, m), o) {
			all[part] += fmt.Sprintf("== line %d, %s\n%s", m.Line, m.Name, text)
		}
	}
	return all
}

// fileOf is a member as a file of its own.
func fileOf(t *testing.T, m Member) File {
	t.Helper()
	body, err := m.Open()
	if err != nil {
		t.Fatal(err)
	}
	defer body.Close()
	data, err := io.ReadAll(body)
	if err != nil {
		t.Fatal(err)
	}
	return File{Name: m.Name, Size: int64(len(data)), ModTime: m.ModTime, R: bytes.NewReader(data)}
}

func refused(r *Refusal) string {
	line := ""
	if r.Line > 0 {
		line = fmt.Sprintf("line %d\n", r.Line)
	}
	return line + r.Message.EN + "\n" + r.Message.FR + "\n"
}

func describe(t *testing.T, f File, o Options) map[string]string {
	t.Helper()
	rows, k, rep, err := readAll(f, o)
	var refusal *Refusal
	if errors.As(err, &refusal) {
		return map[string]string{"refused.golden": refused(refusal)}
	}
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, rows, rep)
	for _, x := range rep.Problems {
		if c, ok := LookupCheck(x.Check); !ok || c.Severity != x.Severity || x.Do != c.Do {
			t.Errorf("%q was met by no check of the table", x.Message.EN)
		}
	}
	return map[string]string{
		"rows.golden":     rowsText(rows, k, rep),
		"problems.golden": problemsText(f.Name, rep),
		"report.golden":   reportText(rep),
	}
}

// checkSums holds the report's totals against the rows that were handed out.
func checkSums(t testing.TB, rows []row, rep *Report) {
	t.Helper()
	if int64(len(rows)) != rep.Rows {
		t.Errorf("%d rows, and the report says %d", len(rows), rep.Rows)
	}
	byStream := map[int32]Sums{}
	for _, x := range rows {
		s := byStream[x.keys["stream"]]
		if s == nil {
			s = Sums{}
			byStream[x.keys["stream"]] = s
		}
		for id, v := range x.values {
			if m, _ := LookupMeasure(id); m.Additive {
				s[id] += v
			}
		}
	}
	for _, st := range rep.Streams {
		got := byStream[st.Key]
		if len(got) != len(st.Totals) {
			t.Errorf("the rows of a stream have %v, and the report %v", got, st.Totals)
		}
		for id, v := range st.Totals {
			if got[id] != v {
				t.Errorf("the rows have %s %d, and the report %d", id, got[id], v)
			}
		}
	}
}

func rowsText(rows []row, k *Keys, rep *Report) string {
	_, _, breakdowns := k.New()
	var b strings.Builder
	for _, x := range rows {
		fmt.Fprint(&b, x.first)
		if x.last != x.first {
			fmt.Fprint(&b, "..", x.last)
		}
		for _, level := range keyColumns[1:5] {
			if e, ok := k.Known(x.keys[level]); ok {
				fmt.Fprintf(&b, " / %s", e.Name)
				if e.ExtID != "" {
					fmt.Fprintf(&b, " #%s", e.ExtID)
				}
			}
		}
		for _, v := range breakdowns {
			if k.BreakdownKey(v) == x.keys["breakdown"] {
				fmt.Fprintf(&b, " [%s]", strings.ReplaceAll(v, "\x1f", ", "))
			}
		}
		b.WriteString(" :")
		for _, m := range Measures {
			if v, ok := x.values[m.ID]; ok {
				fmt.Fprintf(&b, " %s=%s", m.ID, m.Decimal(v))
			}
		}
		for _, st := range rep.Streams {
			if st.Key == x.keys["stream"] {
				if len(rep.Streams) > 1 && st.Account+st.AccountID != "" {
					fmt.Fprintf(&b, " %s", st.Account+st.AccountID)
				}
				if st.Currency != "" {
					fmt.Fprintf(&b, " %s", st.Currency)
				}
			}
		}
		b.WriteString("\n")
	}
	return b.String()
}

func problemsText(name string, rep *Report) string {
	var b strings.Builder
	for _, p := range rep.Problems {
		b.WriteString(name)
		if p.Line > 0 {
			fmt.Fprintf(&b, ":%d", p.Line)
		}
		b.WriteString(":")
		if p.Severity == Critical {
			b.WriteString(" CRITICAL")
		}
		if p.Column != "" {
			fmt.Fprintf(&b, " %s", p.Column)
		}
		if p.Value != "" {
			fmt.Fprintf(&b, " %q", p.Value)
		}
		fmt.Fprintf(&b, " %s\n", p.Message.EN)
	}
	return b.String()
}

func reportText(rep *Report) string {
	var b strings.Builder
	line := func(key string, values ...string) {
		var all []string
		for _, v := range values {
			if v != "" {
				all = append(all, v)
			}
		}
		if len(all) > 0 {
			fmt.Fprintf(&b, "%s: %s\n", key, strings.Join(all, " "))
		}
	}
	line("recognised", rep.Recognised.EN)
	line("reconnu", rep.Recognised.FR)
	line("written", rep.Container, rep.Encoding, rep.Language)
	line("level", string(rep.Level), strings.Join(rep.Breakdown, ","), rep.Granularity)
	line("account", rep.Account, rep.Currency)
	if rep.DeclaredFirst != 0 {
		line("range", rep.DeclaredFirst.String()+".."+rep.DeclaredLast.String())
	}
	line("known as of", rep.KnownAsOf.Format("2006-01-02 15:04:05"), "("+rep.KnownFrom+")")
	if rep.Complete {
		line("complete", "yes")
	}
	if !rep.Ordered {
		line("ordered", "no")
	}
	if rep.SkippedRows > 0 {
		line("skipped", fmt.Sprint(rep.SkippedRows))
	}
	sums := func(s Sums) string {
		var out []string
		for _, m := range Measures {
			if v, ok := s[m.ID]; ok {
				out = append(out, m.ID+"="+m.Decimal(v))
			}
		}
		return strings.Join(out, " ")
	}
	line("totals", sums(rep.Totals))
	control := func(c Control, indent string) {
		line(indent+"control", string(c.Status))
		for _, s := range c.Scopes {
			share := ""
			if s.Share > 0 {
				share = fmt.Sprintf("(rows are %.1f%% of it)", 100*s.Share)
			}
			line(indent+"  "+s.Label, string(s.Status), share)
		}
	}
	control(rep.Control, "")
	if len(rep.Streams) > 1 {
		for _, st := range rep.Streams {
			line("stream", st.Account+st.AccountID, st.Currency, st.Grain, st.FirstDay.String()+".."+st.LastDay.String(), sums(st.Totals))
			control(st.Control, "  ")
		}
	}
	for _, c := range rep.Columns {
		switch {
		case c.Note.EN != "":
			line("note", c.Header+":", c.Note.EN)
		case c.Role == "" && c.Measure == "":
			line("not understood", c.Header)
		}
	}
	return b.String()
}
