package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"

	"vigie/internal/locale"
)

// Limits of workbooks, and of what is compressed in other ways. A sheet is read as a stream, so its size costs only
// time; shared texts must be at hand, and go to a file where they are many.
const (
	maxParts    = 200
	maxUnzipped = 2 << 30
	maxRatio    = 100      // unzipped size to zipped, of files
	ratioFrom   = 16 << 20 // that unzip to more than this
	maxColumns  = 16_384
	maxGaps     = 100_000_000 // cells that rows skip over, in a whole sheet
)

// workbook is an XLSX file.
type workbook struct {
	parts    map[string]*zip.File
	sheets   []sheetRef
	shared   *texts
	styles   []style
	date1904 bool
}

// sheetRef is a sheet of a workbook of any kind.
type sheetRef struct {
	name   string
	hidden bool
	head   []headRecord // its first rows, where they are known already
	open   func() (source, error)
}

// style is what a cell's number format says about its value.
type style struct {
	date     bool
	currency string
}

// errBook is a workbook that is not read, in words.
type errBook struct{ text locale.Text }

func (e *errBook) Error() string { return e.text.EN }

func refuseBook(en, fr string, args ...any) error { return &errBook{say(en, fr, args...)} }

// openWorkbook reads all of a workbook but its sheets. temp is the folder for
// shared texts that are too many to be held.
func openWorkbook(z *zip.Reader, temp string) (*workbook, error) {
	w := &workbook{parts: partsOf(z), shared: newTexts(temp)}
	if err := w.readSheets(); err != nil {
		return nil, err
	}
	if err := w.readStyles(); err != nil {
		return nil, err
	}
	return w, w.readShared()
}

// partsOf names the parts of a document.
func partsOf(z *zip.Reader) map[string]*zip.File {
	parts := map[string]*zip.File{}
	for _, part := range z.File {
		parts[partName(part)] = part
	}
	return parts
}

// checkBook refuses a workbook that is built to exhaust its reader. size is
// that of the file: what the archive says of its parts may be untrue.
func checkBook(z *zip.Reader, size int64) error {
	var unzipped uint64
	for _, part := range z.File {
		unzipped += min(part.UncompressedSize64, 2*maxUnzipped)
	}
	switch {
	case len(z.File) > maxParts:
		return refuseBook("this workbook has %s parts, more than the %s of any report: save the sheet with the report as .csv",
			"ce classeur compte %s éléments, plus que les %s d’un rapport\u00a0: enregistrez la feuille du rapport en .csv",
			strconv.Itoa(len(z.File)), strconv.Itoa(maxParts))
	case unzipped > uint64(mostUnpacked(size)):
		return refuseBook("this workbook unpacks to a size that no report has (%s MB): save the sheet with the report as .csv",
			"une fois décompressé, ce classeur a une taille qu’aucun rapport n’atteint (%s\u00a0Mo)\u00a0: enregistrez la feuille du rapport en .csv",
			strconv.FormatUint(unzipped>>20, 10))
	}
	return nil
}

// tokens walks through the elements of a part. The visitor gets each start and
// end and the text inside.
type tokens struct {
	*xml.Decoder
	io.Closer
}

func openPart(parts map[string]*zip.File, part string) (*tokens, error) {
	r, err := unpack(parts, part)
	if err != nil {
		return nil, err
	}
	return &tokens{xml.NewDecoder(r), r}, nil
}

// unpack gives the contents of a part.
func unpack(parts map[string]*zip.File, part string) (io.ReadCloser, error) {
	f := parts[part]
	if f == nil {
		return nil, fmt.Errorf("the workbook has no %s", part)
	}
	r, err := f.Open()
	if err != nil {
		return nil, fmt.Errorf("open %s: %w", part, err)
	}
	// What the archive says about sizes may be untrue: read no more than it says.
	return struct {
		io.Reader
		io.Closer
	}{io.LimitReader(r, int64(f.UncompressedSize64)), r}, nil
}

func (w *workbook) open(part string) (*tokens, error) { return openPart(w.parts, part) }

// each calls see for every element.
func (t *tokens) each(see func(xml.StartElement)) error {
	for {
		token, err := t.RawToken()
		if err == io.EOF {
			return nil
		}
		if err != nil {
			return err
		}
		if e, ok := token.(xml.StartElement); ok {
			see(e)
		}
	}
}

func attr(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// each calls see for every element of a part.
func (w *workbook) each(part string, see func(xml.StartElement)) error {
	t, err := w.open(part)
	if err != nil {
		return err
	}
	defer t.Close()
	if err := t.each(see); err != nil {
		return fmt.Errorf("read %s: %w", part, err)
	}
	return nil
}

func (w *workbook) readSheets() error {
	targets := map[string]string{}
	err := w.each("xl/_rels/workbook.xml.rels", func(e xml.StartElement) {
		if e.Name.Local == "Relationship" {
			target := attr(e, "Target")
			if !strings.HasPrefix(target, "/") {
				target = path.Join("xl", target)
			}
			targets[attr(e, "Id")] = strings.TrimPrefix(target, "/")
		}
	})
	if err != nil {
		return err
	}
	return w.each("xl/workbook.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "workbookPr":
			v := attr(e, "date1904")
			w.date1904 = v == "1" || v == "true"
		case "sheet":
			// The relation's id is r:id; RawToken leaves its prefix apart.
			id := ""
			for _, a := range e.Attr {
				if a.Name.Local == "id" && a.Name.Space != "" {
					id = a.Value
				}
			}
			if part := targets[id]; w.parts[part] != nil {
				state := attr(e, "state")
				w.sheets = append(w.sheets, sheetRef{name: attr(e, "name"), hidden: state == "hidden" || state == "veryHidden",
					open: func() (source, error) { return w.sheet(part) }})
			}
		}
	})
}

func (w *workbook) readStyles() error {
	if w.parts["xl/styles.xml"] == nil {
		return nil
	}
	formats := map[int]string{}
	cells := false // inside cellXfs; cellStyleXfs has xf elements too
	return w.each("xl/styles.xml", func(e xml.StartElement) {
		switch e.Name.Local {
		case "numFmt":
			if id, err := strconv.Atoi(attr(e, "numFmtId")); err == nil {
				formats[id] = attr(e, "formatCode")
			}
		case "cellXfs":
			cells = true
		case "cellStyleXfs", "cellStyles", "dxfs":
			cells = false
		case "xf":
			if !cells || len(w.styles) > 1<<16 {
				return
			}
			id, _ := strconv.Atoi(attr(e, "numFmtId"))
			w.styles = append(w.styles, style{date: isDateFormat(id, formats[id]), currency: formatCurrency(formats[id])})
		}
	})
}

// isDateFormat tells the number formats of dates: the built-in ones, or those
// with a day, a month or a year outside quotes and brackets.
func isDateFormat(id int, format string) bool {
	if id >= 14 && id <= 22 || id >= 45 && id <= 47 {
		return true
	}
	inQuotes, inBrackets := false, false
	for i := 0; i < len(format); i++ {
		switch c := format[i]; {
		case c == '"':
			inQuotes = !inQuotes
		case inQuotes:
		case c == '\\', c == '_', c == '*': // as it is; as wide; to fill with
			i++
		case c == '[':
			inBrackets = true
		case c == ']':
			inBrackets = false
		case inBrackets:
		case c == 'd', c == 'y', c == 'm', c == 'D', c == 'Y', c == 'M':
			return true
		}
	}
	return false
}

func (w *workbook) readShared() error {
	const name = "xl/sharedStrings.xml"
	if w.parts[name] == nil {
		return nil
	}
	r, err := unpack(w.parts, name)
	if err != nil {
		return err
	}
	defer r.Close()
	p := newMarkup(r)
	in, phonetic := false, false
	for {
		err := p.next()
		if err == io.EOF {
			return w.shared.finish()
		}
		if err != nil {
			return fmt.Errorf("read the workbook's texts: %w", err)
		}
		switch p.kind {
		case markupBegin:
			in = string(p.name) == "t" && !phonetic
			phonetic = phonetic || string(p.name) == "rPh"
		case markupEnd:
			in = false
			switch string(p.name) {
			case "rPh":
				phonetic = false
			case "si":
				if err := w.shared.end(); err != nil {
					return err
				}
			}
		case markupText:
			if in {
				if err := w.shared.add(p.text); err != nil {
					return err
				}
			}
		}
	}
}

// sheet reads the rows of one sheet.
type sheet struct {
	*markup
	io.Closer
	w     *workbook
	row   int
	rec   record
	cells []cellAt
	text  []byte
	gaps  int // cells that were skipped over so far
}

// cellAt is where the text of a cell lies while its row is being read.
type cellAt struct {
	from, to int
	kind     kind
}

func (w *workbook) sheet(part string) (source, error) {
	r, err := unpack(w.parts, part)
	if err != nil {
		return nil, err
	}
	return &sheet{markup: newMarkup(r), Closer: r, w: w}, nil
}

// next gives the next row that has cells; io.EOF after the last one. Cells are
// placed by their reference where they have one, else by their order; numbers
// are the digits that the file holds, dates are written 2026-03-01.
func (s *sheet) next() (*record, error) {
	for {
		err := s.markup.next()
		if err == io.EOF {
			return nil, io.EOF
		}
		if err != nil {
			return nil, s.broken(err)
		}
		if s.kind != markupBegin || string(s.name) != "row" {
			continue
		}
		s.row++
		at, err := s.attr("r")
		if err != nil {
			return nil, s.broken(err)
		}
		if r, err := strconv.Atoi(at); err == nil && r >= s.row {
			s.row = r
		}
		if err := s.readRow(); err != nil {
			return nil, err
		}
		if len(s.rec.cells) > 0 {
			return &s.rec, nil
		}
	}
}

func (s *sheet) broken(err error) error {
	if err == errCut {
		return refuseBook("the sheet ends in the middle of row %s: the file was cut off. Export it again",
			"la feuille s’arrête au milieu de la ligne %s\u00a0: le fichier est incomplet. Exportez-le à nouveau", strconv.Itoa(s.row))
	}
	return fmt.Errorf("read sheet row %d: %w", s.row, err)
}

func (s *sheet) tooLong() error {
	return refuseBook("row %s is longer than any row of a report", "la ligne %s est plus longue que n’importe quelle ligne d’un rapport", strconv.Itoa(s.row))
}

// readRow reads up to the end of the present row.
func (s *sheet) readRow() error {
	s.cells, s.text = s.cells[:0], s.text[:0]
	var (
		c    cellTag
		from int
		take bool
		// phonetic: how the text is spoken, which Japanese sheets hold beside it.
		phonetic bool
	)
	for {
		if err := s.markup.next(); err != nil {
			if err == io.EOF {
				err = io.ErrUnexpectedEOF
			}
			return fmt.Errorf("read sheet row %d: %w", s.row, err)
		}
		switch s.kind {
		case markupBegin:
			switch string(s.name) {
			case "c":
				col := len(s.cells)
				c = cellTag{typ: cellNumber, style: -1}
				err := s.eachAttr(func(name, value []byte) {
					switch string(name) {
					case "r":
						if at, ok := columnOf(value); ok && at >= col {
							col = at
						}
					case "t":
						c.typ = cellTypes[string(value)]
					case "s":
						if id, ok := ordinal(value); ok {
							c.style = id
						}
					}
				})
				if err != nil {
					return s.broken(err)
				}
				s.gaps += col - len(s.cells)
				if col >= maxColumns || s.gaps > maxGaps {
					return refuseBook("row %s has cells far beyond the columns of any report", "la ligne %s a des cellules bien au-delà des colonnes d’un rapport", strconv.Itoa(s.row))
				}
				for len(s.cells) < col {
					s.cells = append(s.cells, cellAt{})
				}
				from = len(s.text)
			case "v", "t":
				take = !phonetic
			case "rPh":
				phonetic = true
			}
		case markupText:
			if take {
				if s.text = append(s.text, s.markup.text...); len(s.text) > maxRecord {
					return s.tooLong()
				}
			}
		case markupEnd:
			switch string(s.name) {
			case "v", "t":
				take = false
			case "rPh":
				phonetic = false
			case "c":
				cell, err := s.value(c, from)
				if err != nil {
					return err
				}
				s.cells = append(s.cells, cell)
			case "row":
				s.finish()
				return nil
			}
		}
	}
}

// cellTag is what the tag of a cell says of it.
type cellTag struct {
	typ   cellType
	style int // -1 for none
}

type cellType byte

const (
	cellText cellType = iota // as it stands
	cellNumber
	cellShared
	cellBool
)

// cellTypes are the types by their names; all others are texts.
var cellTypes = map[string]cellType{"": cellNumber, "n": cellNumber, "s": cellShared, "b": cellBool}

// ordinal reads the number of something in a list, from 0.
func ordinal(b []byte) (int, bool) {
	n := 0
	for _, c := range b {
		if c < '0' || c > '9' || n > 1<<30 {
			return 0, false
		}
		n = n*10 + int(c-'0')
	}
	return n, len(b) > 0
}

// value makes a cell of the text that was read since from.
func (s *sheet) value(c cellTag, from int) (cellAt, error) {
	raw := s.text[from:]
	switch c.typ {
	case cellShared:
		i, ok := ordinal(raw)
		if s.text = s.text[:from]; ok {
			var err error
			if s.text, err = s.w.shared.appendTo(s.text, i); err != nil {
				return cellAt{}, err
			}
			if len(s.text) > maxRecord {
				return cellAt{}, s.tooLong()
			}
		}
	case cellBool:
		word := "FALSE"
		if string(raw) == "1" {
			word = "TRUE"
		}
		s.text = append(s.text[:from], word...)
	case cellNumber:
		if len(raw) == 0 {
			break
		}
		var st style
		if c.style >= 0 && c.style < len(s.w.styles) {
			st = s.w.styles[c.style]
		}
		if st.date {
			if day, ok := excelDay(raw, s.w.date1904); ok {
				s.text = isoText(s.text[:from], day)
				break
			}
		}
		return cellAt{from, len(s.text), kind{number: true, currency: st.currency}}, nil
	}
	return cellAt{from, len(s.text), kind{}}, nil
}

// finish makes the record of the row, without the blank cells at its end.
func (s *sheet) finish() {
	n := len(s.cells)
	for n > 0 && len(bytes.TrimSpace(s.text[s.cells[n-1].from:s.cells[n-1].to])) == 0 {
		n--
	}
	s.rec = record{line: s.row, cells: s.rec.cells[:0], kinds: s.rec.kinds[:0]}
	for _, c := range s.cells[:n] {
		s.rec.cells = append(s.rec.cells, s.text[c.from:c.to:c.to])
		s.rec.kinds = append(s.rec.kinds, c.kind)
	}
}

// columnOf is the index of the column in a reference such as AB12.
func columnOf(ref []byte) (int, bool) {
	n := 0
	for i := 0; i < len(ref); i++ {
		c := ref[i] | 0x20
		if c < 'a' || c > 'z' {
			return n - 1, i > 0
		}
		if n = n*26 + int(c-'a') + 1; n > maxColumns {
			return n, true
		}
	}
	return 0, false
}
