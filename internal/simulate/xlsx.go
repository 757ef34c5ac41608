package simulate

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"hash/crc32"
	"strconv"
	"strings"
)

// sheet is a workbook of one sheet while it is written: texts as shared
// strings, numbers as the digits they are given, the header in bold.
type sheet struct {
	rows    strings.Builder
	row     int // of the last row, from 1
	column  int // of the last cell of it, from 1
	width   int // of the widest row
	strings []string
	index   map[string]int
	uses    int // of shared strings
}

func (s *sheet) header(names ...string) {
	s.next()
	for _, n := range names {
		s.cell(`s="1" t="s"`, s.shared(n))
	}
}

// next begins a row.
func (s *sheet) next() {
	if s.row > 0 {
		s.rows.WriteString("</row>")
	}
	s.row++
	s.column = 0
	fmt.Fprintf(&s.rows, `<row r="%d">`, s.row)
}

// text adds a text; an empty one leaves the cell out.
func (s *sheet) text(v string) {
	if v == "" {
		s.column++
		return
	}
	s.cell(`t="s"`, s.shared(v))
}

// number adds a number by its digits.
func (s *sheet) number(digits string) { s.cell(`t="n"`, digits) }

// count adds how often an action happened; never is an empty cell.
func (s *sheet) count(n int64) {
	if n == 0 {
		s.column++
		return
	}
	s.number(strconv.FormatInt(n, 10))
}

func (s *sheet) cell(attrs, value string) {
	s.column++
	s.width = max(s.width, s.column)
	fmt.Fprintf(&s.rows, `<c r="%s%d" %s><v>%s</v></c>`, columnName(s.column), s.row, attrs, value)
}

// shared is the index of a text among the shared strings.
func (s *sheet) shared(v string) string {
	if s.index == nil {
		s.index = map[string]int{}
	}
	i, ok := s.index[v]
	if !ok {
		i = len(s.strings)
		s.index[v] = i
		s.strings = append(s.strings, v)
	}
	s.uses++
	return strconv.Itoa(i)
}

// columnName is A for 1, Z for 26, AA for 27.
func columnName(n int) string {
	name := ""
	for ; n > 0; n = (n - 1) / 26 {
		name = string(rune('A'+(n-1)%26)) + name
	}
	return name
}

const (
	xmlHead = `<?xml version="1.0" encoding="UTF-8" standalone="yes"?>` + "\n"
	mainNS  = `http://schemas.openxmlformats.org/spreadsheetml/2006/main`
	relNS   = `http://schemas.openxmlformats.org/officeDocument/2006/relationships`
	packNS  = `http://schemas.openxmlformats.org/package/2006`
	typeNS  = `application/vnd.openxmlformats-officedocument.spreadsheetml.`
)

// file is the workbook. Its parts carry no date and are stored as they are: a
// compressor's output may change from one version of Go to the next.
func (s *sheet) file(name string) []byte {
	var sst strings.Builder
	for _, v := range s.strings {
		sst.WriteString("<si><t>")
		_ = xml.EscapeText(&sst, []byte(v)) // a Builder does not fail
		sst.WriteString("</t></si>")
	}
	parts := [][2]string{
		{"[Content_Types].xml", `<Types xmlns="` + packNS + `/content-types"><Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/><Default Extension="xml" ContentType="application/xml"/>` +
			`<Override PartName="/xl/workbook.xml" ContentType="` + typeNS + `sheet.main+xml"/><Override PartName="/xl/worksheets/sheet1.xml" ContentType="` + typeNS + `worksheet+xml"/>` +
			`<Override PartName="/xl/styles.xml" ContentType="` + typeNS + `styles+xml"/><Override PartName="/xl/sharedStrings.xml" ContentType="` + typeNS + `sharedStrings+xml"/></Types>`},
		{"_rels/.rels", `<Relationships xmlns="` + packNS + `/relationships"><Relationship Id="rId1" Type="` + relNS + `/officeDocument" Target="xl/workbook.xml"/></Relationships>`},
		{"xl/workbook.xml", `<workbook xmlns="` + mainNS + `" xmlns:r="` + relNS + `"><sheets><sheet name="` + name + `" sheetId="1" r:id="rId1"/></sheets></workbook>`},
		{"xl/_rels/workbook.xml.rels", `<Relationships xmlns="` + packNS + `/relationships"><Relationship Id="rId1" Type="` + relNS + `/worksheet" Target="worksheets/sheet1.xml"/>` +
			`<Relationship Id="rId2" Type="` + relNS + `/styles" Target="styles.xml"/><Relationship Id="rId3" Type="` + relNS + `/sharedStrings" Target="sharedStrings.xml"/></Relationships>`},
		{"xl/styles.xml", `<styleSheet xmlns="` + mainNS + `"><fonts count="2"><font><sz val="11"/><name val="Calibri"/></font><font><b/><sz val="11"/><name val="Calibri"/></font></fonts>` +
			`<fills count="2"><fill><patternFill patternType="none"/></fill><fill><patternFill patternType="gray125"/></fill></fills><borders count="1"><border/></borders>` +
			`<cellStyleXfs count="1"><xf numFmtId="0" fontId="0" fillId="0" borderId="0"/></cellStyleXfs>` +
			`<cellXfs count="2"><xf numFmtId="0" fontId="0" fillId="0" borderId="0" xfId="0"/><xf numFmtId="0" fontId="1" fillId="0" borderId="0" xfId="0" applyFont="1"/></cellXfs><cellStyles count="1"><cellStyle name="Normal" xfId="0" builtinId="0"/></cellStyles></styleSheet>`},
		{"xl/sharedStrings.xml", fmt.Sprintf(`<sst xmlns="%s" count="%d" uniqueCount="%d">%s</sst>`, mainNS, s.uses, len(s.strings), sst.String())},
		{"xl/worksheets/sheet1.xml", fmt.Sprintf(`<worksheet xmlns="%s"><dimension ref="A1:%s%d"/><sheetData>%s</row></sheetData></worksheet>`, mainNS, columnName(s.width), s.row, s.rows.String())},
	}
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, p := range parts {
		body := []byte(xmlHead + p[1])
		w, err := z.CreateRaw(&zip.FileHeader{
			Name: p[0], Method: zip.Store, CRC32: crc32.ChecksumIEEE(body),
			CompressedSize64: uint64(len(body)), UncompressedSize64: uint64(len(body)),
		})
		if err == nil {
			_, err = w.Write(body)
		}
		if err != nil {
			panic("simulate: " + err.Error()) // a buffer does not fail
		}
	}
	if err := z.Close(); err != nil {
		panic("simulate: " + err.Error())
	}
	return b.Bytes()
}
