package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"reflect"
	"strings"
	"testing"
	"testing/iotest"
)

// markupOf lists the tags and texts of a document, texts that follow each other
// as one.
func markupOf(r io.Reader) (all []string, err error) {
	m := newMarkup(r)
	text := ""
	flush := func() {
		if text != "" {
			all = append(all, fmt.Sprintf("%q", text))
			text = ""
		}
	}
	for {
		err := m.next()
		if err != nil {
			flush()
			if err == io.EOF {
				err = nil
			}
			return all, err
		}
		switch m.kind {
		case markupText:
			text += string(m.text)
		case markupBegin:
			flush()
			tag := "<" + string(m.name)
			if err := m.eachAttr(func(name, value []byte) { tag += fmt.Sprintf(" %s=%q", local(name), value) }); err != nil {
				return all, err
			}
			all = append(all, tag+">")
		case markupEnd:
			flush()
			all = append(all, "</"+string(m.name)+">")
		}
	}
}

func TestMarkup(t *testing.T) {
	check := func(text, want string) {
		t.Helper()
		all, err := markupOf(strings.NewReader(text))
		got := strings.Join(all, " ")
		if err != nil {
			got += " " + err.Error()
		}
		if got = strings.TrimSpace(got); got != want {
			t.Errorf("%q is %s, want %s", text, got, want)
		}
	}
	check("", "")
	check(`<?xml version="1.0" encoding="UTF-8"?><a><b/></a>`, `<a> <b> </b> </a>`)
	check(`<x:c r="A1" x:t='s'  ><v>1 &lt; 2 &#233;&#xe9;</v ></x:c>`, `<c r="A1" t="s"> <v> "1 < 2 éé" </v> </c>`)
	check(`<c a="x>y" b='"' />`, `<c a="x>y" b="\""> </c>`)
	check("<t xml:space=\"preserve\"> a\r\nb\rc </t>", `<t space="preserve"> " a\nb\nc " </t>`)
	check(`<t>a<![CDATA[<&>]]>b<!-- > --->c</t>`, `<t> "a<&>bc" </t>`)
	check(`<t>&amp;&quot;&apos;&gt;</t>`, `<t> "&\"'>" </t>`)
	check(`<t a="&amp;"`, `cut off inside a tag`)
	check(`<t>a`, `<t> "a"`)
	check(`<t>&euro;</t>`, `<t> no XML: &euro;`)
	check(`<t>a & b</t>`, `<t> no XML: & without ;`)
	check("<t>\x00</t>", `<t> no XML: the character U+0000`)
	check("<t>\xe9</t>", `<t> no XML: not UTF-8`)
	check(`<!DOCTYPE a><a/>`, `no XML: a document type`)
	check(`<?xml version="1.0" encoding="utf-16"?><a/>`, `no XML: its encoding is "utf-16"`)
	check(`<t a=b>`, `no XML: the attributes " a=b"`)
	check(`<>`, `no XML: the tag "<>"`)
}

// FuzzMarkup holds the reader of workbooks against encoding/xml, on whatever
// that accepts.
func FuzzMarkup(f *testing.F) {
	f.Add(`<?xml version="1.0"?><sst xmlns="u"><si><t xml:space="preserve">a &amp; b</t></si><!-- c --></sst>`)
	f.Add("<row r=\"1\"><c r='A1' t=\"s\"><v>1</v></c><c><![CDATA[<x>]]></c>\r\n</row>")
	f.Fuzz(func(t *testing.T, text string) {
		got, err := markupOf(strings.NewReader(text))
		slow, slowErr := markupOf(iotest.OneByteReader(strings.NewReader(text)))
		if err == nil && !reflect.DeepEqual(got, slow) || (err == nil) != (slowErr == nil) {
			t.Fatalf("%q\ngives %s %v\nand in pieces %s %v", text, got, err, slow, slowErr)
		}
		d := xml.NewDecoder(strings.NewReader(text))
		var want []string
		chars := ""
		flush := func() {
			if chars != "" {
				want = append(want, fmt.Sprintf("%q", chars))
				chars = ""
			}
		}
		for {
			token, err := d.RawToken()
			if err == io.EOF {
				break
			}
			if err != nil {
				return
			}
			switch e := token.(type) {
			case xml.Directive:
				return
			case xml.CharData:
				chars += string(e)
			case xml.StartElement:
				flush()
				tag := "<" + e.Name.Local
				for _, a := range e.Attr {
					tag += fmt.Sprintf(" %s=%q", a.Name.Local, a.Value)
				}
				want = append(want, tag+">")
			case xml.EndElement:
				flush()
				want = append(want, "</"+e.Name.Local+">")
			}
		}
		flush()
		if err != nil || !reflect.DeepEqual(got, want) {
			t.Fatalf("%q\ngives %s %v\nwant  %s", text, got, err, want)
		}
	})
}

// Texts are what they were, in memory and in files, and nothing is left in the
// folder.
func TestSharedTexts(t *testing.T) {
	rnd := rand.New(rand.NewPCG(5, 6))
	var want []string
	for i := range 5_000 {
		want = append(want, strings.Repeat(fmt.Sprint(i), rnd.IntN(20)))
	}
	want[17] = strings.Repeat("x", 3*pageSize)
	want[4_000] = strings.Repeat("y", maxRecord+10)
	for _, room := range []int{64 << 20, 100_000, 0} {
		folder := t.TempDir()
		texts := newTexts(folder)
		texts.room = room
		for _, s := range want {
			if err := errors.Join(texts.add([]byte(s[:len(s)/2])), texts.add([]byte(s[len(s)/2:])), texts.end()); err != nil {
				t.Fatal(err)
			}
		}
		if err := texts.finish(); err != nil {
			t.Fatal(err)
		}
		check := func(i int, want string) {
			t.Helper()
			got, err := texts.appendTo([]byte("> "), i)
			if err != nil || string(got) != "> "+want {
				t.Fatalf("in %d bytes of memory text %d is %.40q, want %.40q: %v", room, i, got, want, err)
			}
		}
		for i := range want {
			check(i, want[i][:min(len(want[i]), maxRecord+1)])
		}
		for range 5_000 {
			i := rnd.IntN(len(want))
			check(i, want[i][:min(len(want[i]), maxRecord+1)])
		}
		check(-1, "")
		check(len(want), "")
		if (texts.text != nil) != (room < 64<<20) {
			t.Errorf("in %d bytes of memory: in a file %v", room, texts.text != nil)
		}
		if left, _ := os.ReadDir(folder); len(left) > 0 {
			t.Errorf("%s is left", left[0].Name())
		}
	}
}

// A workbook with more texts than are held in memory is read like any other.
func TestManyTexts(t *testing.T) {
	if testing.Short() {
		t.Skip("70 MB")
	}
	const names = 350_000
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	part := func(name string, write func(w io.Writer)) {
		w, err := z.CreateHeader(&zip.FileHeader{Name: name, Method: zip.Store})
		if err != nil {
			t.Fatal(err)
		}
		write(w)
	}
	name := func(i int) string { return fmt.Sprintf("%0200d", i) }
	part("xl/workbook.xml", func(w io.Writer) {
		io.WriteString(w, `<workbook><sheets><sheet name="S" sheetId="1" r:id="rId1"/></sheets></workbook>`)
	})
	part("xl/_rels/workbook.xml.rels", func(w io.Writer) {
		io.WriteString(w, `<Relationships><Relationship Id="rId1" Target="worksheets/sheet1.xml"/></Relationships>`)
	})
	part("xl/sharedStrings.xml", func(w io.Writer) {
		io.WriteString(w, "<sst>")
		for i := range names {
			fmt.Fprintf(w, "<si><t>%s</t></si>", name(i))
		}
		io.WriteString(w, "</sst>")
	})
	part("xl/worksheets/sheet1.xml", func(w io.Writer) {
		io.WriteString(w, "<worksheet><sheetData><row>")
		for _, h := range []string{"Day", "Campaign", "Currency code", "Impr.", "Cost"} {
			fmt.Fprintf(w, `<c t="str"><v>%s</v></c>`, h)
		}
		io.WriteString(w, "</row>")
		for i := range 1_000 {
			fmt.Fprintf(w, `<row><c t="str"><v>2026-03-01</v></c><c t="s"><v>%d</v></c><c t="str"><v>EUR</v></c><c><v>%d</v></c><c><v>1.5</v></c></row>`, i*7_919%names, 10+i)
		}
		io.WriteString(w, "</sheetData></worksheet>")
	})
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	rows, k, rep, err := readAll(File{Name: "in.xlsx", Size: int64(b.Len()), R: bytes.NewReader(b.Bytes())}, Options{Now: testNow, TempDir: t.TempDir()})
	if err != nil || len(rows) != 1_000 || rep.Totals["spend"] != 1_500_000_000 {
		t.Fatal(err, len(rows))
	}
	for i, r := range rows {
		if e, _ := k.Known(r.keys["campaign"]); e.Name != name(i*7_919%names) {
			t.Fatalf("row %d is of %q", i, e.Name)
		}
	}
}
