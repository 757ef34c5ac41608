package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strconv"
	"strings"
)

// odsTables is a walk through the content of an OpenDocument spreadsheet, which
// has all its sheets in one part, one behind the other.
type odsTables struct {
	part     *tokens
	depth    int // elements that are open
	document int // depth of the spreadsheet's own element
	style    string
	hidden   map[string]bool // styles of sheets that are not shown
}

// openSpreadsheet lists the sheets of an OpenDocument spreadsheet, with their
// first rows. The sheets can only be found by going through all of them.
func openSpreadsheet(z *zip.Reader) ([]sheetRef, error) {
	parts := partsOf(z)
	protected := parts["encrypted-package"] != nil
	if parts["META-INF/manifest.xml"] != nil {
		t, err := openPart(parts, "META-INF/manifest.xml")
		if err != nil {
			return nil, err
		}
		defer t.Close()
		err = t.each(func(e xml.StartElement) { protected = protected || e.Name.Local == "encryption-data" })
		if err != nil {
			return nil, fmt.Errorf("read the manifest: %w", err)
		}
	}
	if protected {
		return nil, refuseBook("this workbook is protected by a password: save it without one", "ce classeur est protégé par un mot de passe\u00a0: enregistrez-le sans mot de passe")
	}
	kind, err := parts["mimetype"].Open()
	if err != nil {
		return nil, err
	}
	defer kind.Close()
	said, err := io.ReadAll(io.LimitReader(kind, 100))
	if err != nil {
		return nil, err
	}
	if !bytes.HasPrefix(said, []byte("application/vnd.oasis.opendocument.spreadsheet")) {
		return nil, refuseBook("this is an OpenDocument file, but no spreadsheet: save its table as .ods, .xlsx or .csv",
			"c’est un fichier OpenDocument, mais pas un classeur\u00a0: enregistrez son tableau en .ods, .xlsx ou .csv")
	}
	all, err := openTables(parts)
	if err != nil {
		return nil, err
	}
	defer all.part.Close()
	var sheets []sheetRef
	for {
		name, hidden, err := all.table()
		if err == io.EOF {
			return sheets, nil
		}
		if err != nil {
			return nil, err
		}
		at := len(sheets)
		head, err := readHead(&odsSheet{odsTables: all})
		if err != nil {
			return nil, err
		}
		sheets = append(sheets, sheetRef{name: name, hidden: hidden, head: head, open: func() (source, error) {
			t, err := openTables(parts)
			for i := 0; err == nil && i <= at; i++ {
				_, _, err = t.table()
			}
			if err != nil {
				return nil, err
			}
			return &odsReading{odsSheet{odsTables: t}}, nil
		}})
	}
}

func openTables(parts map[string]*zip.File) (*odsTables, error) {
	t, err := openPart(parts, "content.xml")
	if err != nil {
		return nil, err
	}
	return &odsTables{part: t, hidden: map[string]bool{}}, nil
}

// token is the next one, with the depth kept.
func (t *odsTables) token() (xml.Token, error) {
	token, err := t.part.RawToken()
	switch token.(type) {
	case xml.StartElement:
		t.depth++
	case xml.EndElement:
		t.depth--
	}
	return token, err
}

// table goes on to the start of the next sheet; io.EOF after the last one.
func (t *odsTables) table() (name string, hidden bool, err error) {
	for {
		token, err := t.token()
		if err != nil {
			return "", false, err
		}
		e, ok := token.(xml.StartElement)
		switch {
		case !ok:
		case e.Name.Local == "style":
			t.style = attr(e, "name")
		case e.Name.Local == "table-properties" && attr(e, "display") == "false":
			t.hidden[t.style] = true
		case e.Name.Local == "spreadsheet":
			t.document = t.depth
		case e.Name.Local == "table" && t.depth == t.document+1:
			return attr(e, "name"), t.hidden[attr(e, "style-name")], nil
		}
	}
}

// skip goes to the end of the element that was just begun.
func (t *odsTables) skip() error {
	for depth := t.depth; t.depth >= depth; {
		if _, err := t.token(); err != nil {
			return err
		}
	}
	return nil
}

// odsSheet reads the rows of the sheet that the walk has come to.
type odsSheet struct {
	*odsTables
	row    int // of the next row, from 0
	rec    record
	again  int // times that the row is still repeated
	cells  []cellAt
	text   []byte
	blanks int // cells without anything at the end of the row so far
	copies int // cells that are there by repetition so far
}

// odsReading is a sheet that has its part for itself.
type odsReading struct{ odsSheet }

func (s *odsReading) Close() error { return s.part.Close() }

// next gives the next row that has cells, also where it stands for several.
// Numbers are the digits that the file holds, dates are written 2026-03-01.
func (s *odsSheet) next() (*record, error) {
	if s.again > 0 {
		s.again--
		s.finish(s.rec.line + 1)
		return &s.rec, nil
	}
	for {
		token, err := s.token()
		if err != nil {
			return nil, s.cut(err)
		}
		switch e := token.(type) {
		case xml.EndElement:
			if s.depth == s.document {
				return nil, io.EOF
			}
		case xml.StartElement:
			switch e.Name.Local {
			case "table-row":
			case "table-rows", "table-header-rows", "table-row-group": // rows are in them
				continue
			default: // columns, and what is drawn on the sheet
				if err := s.skip(); err != nil {
					return nil, s.cut(err)
				}
				continue
			}
			times := repeated(e, "number-rows-repeated")
			if err := s.readRow(); err != nil {
				return nil, s.cut(err)
			}
			line := s.row + 1
			s.row += times
			if len(s.cells) == 0 {
				continue
			}
			if s.copies += (times - 1) * len(s.cells); s.copies > maxGaps {
				return nil, refuseBook("row %s is repeated more often than any row of a report", "la ligne %s est répétée plus souvent que n’importe quelle ligne d’un rapport", strconv.Itoa(line))
			}
			s.again = times - 1
			s.finish(line)
			return &s.rec, nil
		}
	}
}

// cut puts an end in the middle of a sheet into words.
func (s *odsSheet) cut(err error) error {
	var syntax *xml.SyntaxError
	if err == io.EOF || errors.Is(err, io.ErrUnexpectedEOF) || errors.As(err, &syntax) && strings.Contains(syntax.Msg, "unexpected EOF") {
		return refuseBook("the sheet ends in the middle of row %s: the file was cut off. Export it again",
			"la feuille s’arrête au milieu de la ligne %s\u00a0: le fichier est incomplet. Exportez-le à nouveau", strconv.Itoa(s.row+1))
	}
	return err
}

// repeated is how often an element stands for itself. Sheets have at most a
// million rows, of which the last may stand for all that are empty.
func repeated(e xml.StartElement, name string) int {
	n, err := strconv.Atoi(attr(e, name))
	if err != nil {
		return 1
	}
	return max(1, min(n, 1<<24))
}

// readRow reads up to the end of the present row.
func (s *odsSheet) readRow() error {
	s.cells, s.text, s.blanks = s.cells[:0], s.text[:0], 0
	for depth := s.depth; ; {
		token, err := s.token()
		if err != nil {
			return err
		}
		e, ok := token.(xml.StartElement)
		switch {
		case s.depth < depth:
			return nil
		case !ok:
		case e.Name.Local == "table-cell":
			if err := s.cell(e); err != nil {
				return err
			}
		case e.Name.Local == "covered-table-cell": // under another one
			s.blanks += repeated(e, "number-columns-repeated")
			if err := s.skip(); err != nil {
				return err
			}
		default:
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
}

// cell reads a cell and puts it into its columns.
func (s *odsSheet) cell(e xml.StartElement) error {
	times, from := repeated(e, "number-columns-repeated"), len(s.text)
	var typ, value, currency string
	for _, a := range e.Attr {
		switch a.Name.Local {
		case "value-type":
			if a.Name.Space != "calcext" { // which says error of a text
				typ = a.Value
			}
		case "value", "date-value", "boolean-value", "string-value":
			value = a.Value
		case "currency":
			currency = a.Value
		}
	}
	if err := s.paragraphs(); err != nil {
		return err
	}
	k := kind{}
	switch {
	case typ == "float" || typ == "percentage" || typ == "currency":
		k = kind{number: true, currency: currency}
		s.text = append(s.text[:from], value...)
	case typ == "boolean":
		s.text = append(s.text[:from], strings.ToUpper(value)...)
	case value != "": // a date, or a text that is shown in another way
		s.text = append(s.text[:from], value...)
	}
	if len(s.text) > maxRecord {
		return refuseBook("row %s is longer than any row of a report", "la ligne %s est plus longue que n’importe quelle ligne d’un rapport", strconv.Itoa(s.row+1))
	}
	if len(bytes.TrimSpace(s.text[from:])) == 0 {
		s.text = s.text[:from]
		s.blanks += times
		return nil
	}
	s.copies += s.blanks + times - 1
	if len(s.cells)+s.blanks+times > maxColumns || s.copies > maxGaps {
		return refuseBook("row %s has cells far beyond the columns of any report", "la ligne %s a des cellules bien au-delà des colonnes d’un rapport", strconv.Itoa(s.row+1))
	}
	for ; s.blanks > 0; s.blanks-- {
		s.cells = append(s.cells, cellAt{})
	}
	for range times {
		s.cells = append(s.cells, cellAt{from, len(s.text), k})
	}
	return nil
}

// paragraphs reads the text of a cell, line by line, without notes and what is
// drawn on it.
func (s *odsSheet) paragraphs() error {
	lines := 0
	for depth := s.depth; ; {
		token, err := s.token()
		if err != nil {
			return err
		}
		e, ok := token.(xml.StartElement)
		switch {
		case s.depth < depth:
			return nil
		case !ok:
		case e.Name.Local == "p":
			if lines++; lines > 1 {
				s.text = append(s.text, '\n')
			}
			if err := s.paragraph(); err != nil {
				return err
			}
		default:
			if err := s.skip(); err != nil {
				return err
			}
		}
	}
}

// paragraph reads one of them. Spaces that would be lost have an element.
func (s *odsSheet) paragraph() error {
	for depth := s.depth; s.depth >= depth && len(s.text) <= maxRecord; {
		token, err := s.token()
		if err != nil {
			return err
		}
		switch e := token.(type) {
		case xml.CharData:
			s.text = append(s.text, e...)
		case xml.StartElement:
			switch e.Name.Local {
			case "s":
				s.text = append(s.text, bytes.Repeat([]byte{' '}, min(repeated(e, "c"), maxRecord))...)
			case "tab":
				s.text = append(s.text, '\t')
			case "line-break":
				s.text = append(s.text, '\n')
			case "annotation", "note":
				if err := s.skip(); err != nil {
					return err
				}
			}
		}
	}
	return nil
}

// finish makes the record of the row, of which each repetition is another one.
func (s *odsSheet) finish(line int) {
	s.rec = record{line: line, cells: s.rec.cells[:0], kinds: s.rec.kinds[:0]}
	for _, c := range s.cells {
		s.rec.cells = append(s.rec.cells, s.text[c.from:c.to:c.to])
		s.rec.kinds = append(s.rec.kinds, c.kind)
	}
}
