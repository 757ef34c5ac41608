package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"slices"
	"strings"
	"testing"
	"testing/iotest"
)

// splitAll reads all records of a text, each as its line and its cells.
func splitAll(r io.Reader, delim byte) (records []string, s *splitter, err error) {
	s = newSplitter(r, delim)
	for {
		rec, err := s.next()
		if err == io.EOF {
			return records, s, nil
		}
		if err != nil {
			return records, s, err
		}
		var cells []string
		for _, c := range rec.cells {
			cells = append(cells, string(c))
		}
		note := ""
		if rec.long {
			note = " long"
		}
		if rec.dirty {
			note += " dirty"
		}
		for i, end := range rec.ends {
			// Where cells are said to end is where they end.
			if from := end - len(rec.cells[i]); string(rec.raw[max(from, 0):end]) != string(rec.cells[i]) && rec.raw[end-1] != '"' {
				return records, s, fmt.Errorf("cell %d of %q does not end at %d", i, rec.raw, end)
			}
		}
		records = append(records, fmt.Sprintf("%d%s %q", rec.line, note, cells))
	}
}

func TestSplitter(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		// One byte at a time must give the same as all at once.
		for _, r := range []io.Reader{strings.NewReader(text), iotest.OneByteReader(strings.NewReader(text))} {
			records, _, err := splitAll(r, ',')
			got := strings.Join(records, " ")
			if err != nil {
				got += " " + err.Error()
			}
			if got = strings.TrimSpace(got); got != want {
				t.Errorf("%q is %s, want %s", text, got, want)
			}
		}
	}
	check("", "")
	check("a,b\n", `1 ["a" "b"]`)
	check("a,b", `1 ["a" "b"]`)
	check("a,\n,b\n", `1 ["a" ""] 2 ["" "b"]`)
	check("a\r\nb\nc\rd", `1 ["a"] 2 ["b"] 3 ["c"] 4 ["d"]`)
	check("a\n\n\r\nb\n", `1 ["a"] 4 ["b"]`)
	check(`"a,b",c`, `1 ["a,b" "c"]`)
	check(`"a ""b""",c`, `1 ["a \"b\"" "c"]`)
	check(`"",""`, `1 ["" ""]`)
	check("\"a\nb\",c\nd,e\n", `1 ["a\nb" "c"] 3 ["d" "e"]`)
	check("\"a\r\nb\r\nc\"\r\nd", `1 ["a\r\nb\r\nc"] 4 ["d"]`)
	check(`a "b" c,12" wide`, `1 ["a \"b\" c" "12\" wide"]`)
	check(`"a "b" c",d`, `1 ["a \"b\" c" "d"]`) // a quote that nobody doubled
	check(`="1,234",="x"`+"\n"+`a,="2"`, `1 ["1,234" "x"] 2 ["a" "2"]`)
	check(`"=""1,234""","=""a """"b"""" c"""`, `1 ["1,234" "a \"b\" c"]`)
	check(`="a "" b",c`, `1 ["a \" b" "c"]`)
	check("=\"a\nb\",c\nd", `1 ["a\nb" "c"] 3 ["d"]`)
	check(`="",=1,="x"y",=,a="b",=`, `1 ["" "=1" "x\"y" "=" "a=\"b\"" "="]`)
	check(`="a`, `line 1: a quote opens a cell and is never closed`)
	check("a,\"b\nc,d\n", `line 1: a quote opens a cell and is never closed`)
	check("x\ny,\"b\nc,\"d\",e\n", `1 ["x"] line 2: a quote opens a cell and is never closed`)
	check("a,b\nc,d\n\x00", `1 ["a" "b"] 2 ["c" "d"]`)
	check("a,b\nc,d\n\x00\x00\x00", `1 ["a" "b"] 2 ["c" "d"] line 3: nothing but zero bytes from here on`)
	check("a,b\n\x00\x00\x00c,d\n", `1 ["a" "b"] 2 ["\x00\x00\x00c" "d"]`) // in whatever pieces it comes
	check("a,b\n\x00c,d\n", `1 ["a" "b"] 2 ["\x00c" "d"]`)
	check("\"", `line 1: a quote opens a cell and is never closed`)
}

// A record that is longer than any row is passed over in pieces, quoted or not,
// and the buffer stays small.
func TestLongRecords(t *testing.T) {
	long := strings.Repeat("x", 10<<20)
	check := func(text, want string) {
		t.Helper()
		records, s, err := splitAll(strings.NewReader(text), ',')
		got := strings.Join(records, " ")
		if err != nil {
			got += " " + err.Error()
		}
		if got != want {
			t.Errorf("got %.200s, want %s", got, want)
		}
		if len(s.buf) > 2*maxRecord {
			t.Errorf("the buffer grew to %d", len(s.buf))
		}
	}
	check("a,b\n1,"+long+"\nc,d\n", `1 ["a" "b"] 2 long [] 3 ["c" "d"]`)
	check("a,b\n1,\""+long+"\n\n"+long+"\"\nc,d\n", `1 ["a" "b"] 2 long [] 5 ["c" "d"]`)
	check("a,b\n1,\""+long, `1 ["a" "b"] line 2: a quote opens a cell and is never closed`)
	check("a,b\n1,"+long, `1 ["a" "b"] 2 long []`)
}

// A reader that fails is not a file that ends.
func TestSplitterFails(t *testing.T) {
	broken := errors.New("the disk is gone")
	records, _, err := splitAll(io.MultiReader(strings.NewReader("a,b\nc,"), iotest.ErrReader(broken)), ',')
	if !errors.Is(err, broken) || len(records) != 1 {
		t.Error(records, err)
	}
}

func TestHeaders(t *testing.T) {
	check := func(header, want string) {
		t.Helper()
		name, currency := normalise(header)
		if got := strings.TrimSpace(name + " " + currency); got != want {
			t.Errorf("%q is %q, want %q", header, got, want)
		}
	}
	check("Amount spent (EUR)", "amount spent EUR")
	check("Montant dépensé\u00a0(€)", "montant depense €")
	check("Clicks (all)", "clicks (all)")
	check("Start Date (in UTC)", "start date")
	check("Nom de l’ensemble de publicités", "nom de l'ensemble de publicite")
	check("Cost per results", "cost per result")
	check("Coût / conv.", "cout/conv.")
	check("Coût/conv.", "cout/conv.")
	check(" 7 Day Total Sales  ", "7 day total sale")
	check("CPM (Coût pour 1\u00a0000\u00a0impressions) (USD)", "cpm (cout pour 1 000 impressions) USD")
	check("Ads", "ads")
	for _, text := range []string{"dépensé", "Nom de l’ensemble", "Ça\u00a0va", "Œuvre", "10 €"} {
		var damaged []rune
		for _, b := range []byte(text) {
			damaged = append(damaged, []rune(charmapRune(b))...)
		}
		if got, ok := repair(string(damaged)); !ok || got != text {
			t.Errorf("%q is repaired to %q", string(damaged), got)
		}
		if got, ok := repair(text); ok {
			t.Errorf("%q was no damage, and became %q", text, got)
		}
	}
}

func TestCurrencies(t *testing.T) {
	check := func(mark, account, want string) {
		t.Helper()
		if got, _ := settle(mark, account); got != want {
			t.Errorf("%q for an account in %q is %q, want %q", mark, account, got, want)
		}
	}
	check("€", "", "EUR")
	check("€", "USD", "EUR")
	check("$", "", "")
	check("$", "CAD", "CAD")
	check("$", "EUR", "")
	check("US$", "CAD", "USD")
	check("EUR", "", "EUR")
	check("all", "", "")
	check("kr", "SEK", "SEK")
	format := func(code, want string) {
		t.Helper()
		if got := formatCurrency(code); got != want {
			t.Errorf("%q is %q, want %q", code, got, want)
		}
	}
	format(`[$£]#,##0.00`, "£")
	format(`"₹ "#,##0.00`, "₹")
	format(`[$€-40C]#,##0.00`, "€")
	format(`#,##0.00\ "€";[Red]-#,##0.00\ "€"`, "€")
	format(`[$USD] #,##0.00`, "USD")
	format(`#,##0.00 $`, "$")
	format(`General`, "")
	format(`#,##0.00`, "")
	format(`yyyy-mm-dd`, "")
	format(`0.00E+00`, "")
	for code, want := range map[string]bool{"dd/mm/yyyy": true, `0 "days"`: false, "[Red]0.0": false, "MMM dd": true, "General": false, `\d0`: false, "[$-409]d/m": true,
		`_-* #,##0.00_d_-`: false, "*y0": false, `yyyy"-"mm`: true} {
		if isDateFormat(200, code) != want {
			t.Errorf("%q is a date: %v", code, !want)
		}
	}
}

func TestEncodings(t *testing.T) {
	check := func(head, enc string, sure bool) {
		t.Helper()
		if got, s := sniffEncoding([]byte(head), false); got != enc || s != sure {
			t.Errorf("%q is %s %v, want %s %v", head, got, s, enc, sure)
		}
	}
	check("Day,Campaign", encUTF8, false)
	check("Été,Campagne", encUTF8, true)
	check("\xef\xbb\xbfDay", encUTF8, true)
	check("\xc9t\xe9,Campagne", enc1252, true)
	check("Été, \xe9 damaged", encUTF8, true)
	check("cut in the middle of \xc3", encUTF8, false)
	check("\xff\xfeD\x00a\x00", encUTF16LE, true)
	check("\xfe\xff\x00D\x00a", encUTF16BE, true)
	check("D\x00a\x00y\x00,\x00", encUTF16LE, true)
	check("\x00D\x00a\x00y\x00,", encUTF16BE, true)
	check("a,b\x00,c\n", encUTF8, false)
	if enc, _ := sniffEncoding([]byte("cut \xc3"), true); enc != enc1252 {
		t.Errorf("a whole file that ends so is %s", enc)
	}
}

// The texts that packages show have both languages, and every header that a
// platform tells itself by is one it understands.
func TestTexts(t *testing.T) {
	for _, p := range Platforms() {
		if p.Export.EN == "" || p.Export.FR == "" || p.Label == "" {
			t.Errorf("%s does not say in both languages what to download", p.ID)
		}
		for _, names := range slices.Concat(p.signatures, p.ranges) {
			for _, n := range names {
				if p.headers[n] == nil {
					t.Errorf("%s tells itself by %q, which it does not understand", p.ID, n)
				}
			}
		}
		for indicator, id := range p.Results {
			if _, ok := LookupMeasure(id); !ok {
				t.Errorf("%s: results of %s go to %s, which is no measure", p.ID, indicator, id)
			}
		}
	}
	for _, s := range strangers {
		if s.looks.EN == "" || s.looks.FR == "" || s.do.EN == "" || s.do.FR == "" {
			t.Errorf("a stranger has no words in one language: %v", s.looks)
		}
	}
	for _, m := range magic {
		if m.looks.EN == "" || m.looks.FR == "" {
			t.Errorf("%q has no words in one language", m.start)
		}
	}
	for _, m := range Measures {
		if m.Label.EN == "" || m.Label.FR == "" {
			t.Errorf("measure %s has no name in one language", m.ID)
		}
	}
}

func charmapRune(b byte) string {
	var out bytes.Buffer
	io.Copy(&out, decoded(bytes.NewReader([]byte{b}), enc1252))
	return out.String()
}
