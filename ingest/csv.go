package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"unicode/utf8"

	"vigie/internal/locale"
)

// record is one row of a table.
type record struct {
	line  int      // physical line, or sheet row, from 1
	cells [][]byte // valid until the next record is read
	kinds []kind   // of a sheet's cells; nil where all are text
	raw   []byte   // the line as it stands, where it is there in one piece
	long  bool     // longer than maxRecord: the cells are not there
	dirty bool     // not valid UTF-8
	open  bool     // the file ends with it, and no line end
}

// kind is the type that a sheet gives to a cell.
type kind struct {
	number   bool
	currency string // sign in its number format
}

// The largest record that is read. Real ones hold texts of advertisements, a
// few thousand characters long.
const maxRecord = 1 << 20

// splitter cuts a delimited text into records. Lines may end in LF, CRLF or CR,
// quoted cells may hold delimiters, lines and doubled quotes, blank lines are
// skipped. A cell written as the formula ="text", which keeps spreadsheets from
// changing a long number or a date, is its text. It holds one record at a time.
type splitter struct {
	r     io.Reader
	delim byte

	buf      []byte
	pos, end int
	eof      bool
	line     int // of the next record
	rec      record
	unquoted []byte // cells that had doubled quotes
	accents  bool   // some record had valid UTF-8 beyond ASCII
}

func newSplitter(r io.Reader, delim byte) *splitter {
	return &splitter{r: r, delim: delim, buf: make([]byte, 256<<10), line: 1}
}

// openQuote is a quoted cell that does not end where it should.
type openQuote struct{ line int }

func (e *openQuote) Error() string {
	return fmt.Sprintf("line %d: a quote opens a cell and is never closed", e.line)
}

var openQuoteText = locale.Text{
	EN: "a quotation mark opens a cell here and is not closed: the file is damaged or was cut off. Export it again",
	FR: "un guillemet ouvre ici une cellule et ne se referme pas\u00a0: le fichier est abîmé ou incomplet. Exportez-le à nouveau",
}

// zeroBytes is the end of a file that was never written to its end: what should
// be there is missing.
type zeroBytes struct{ line int }

func (e *zeroBytes) Error() string {
	return fmt.Sprintf("line %d: nothing but zero bytes from here on", e.line)
}

var zeroBytesText = locale.Text{
	EN: "from here on the file holds nothing but zero bytes: it was not saved to its end. Export it again",
	FR: "à partir d’ici le fichier ne contient que des octets nuls\u00a0: il n’a pas été enregistré jusqu’au bout. Exportez-le à nouveau",
}

// next gives the next record; io.EOF after the last one.
func (s *splitter) next() (*record, error) {
	for {
		data := s.buf[s.pos:s.end]
		if len(data) > 0 && data[0] == 0 && len(bytes.TrimLeft(data, "\x00")) == 0 {
			if len(data) == 1 && s.eof {
				return nil, io.EOF // one is what some programs end a text with
			}
			if len(data) > 1 {
				return nil, &zeroBytes{s.line}
			}
		}
		n := bytes.IndexByte(data, '\n')
		if n < 0 && !s.eof && len(data) < maxRecord {
			if err := s.fill(); err != nil {
				return nil, err
			}
			continue
		}
		if n >= maxRecord || n < 0 && !s.eof {
			return s.skipLong()
		}
		skip := n + 1
		if n < 0 {
			if len(data) == 0 {
				return nil, io.EOF
			}
			n, skip = len(data), len(data)
		}
		open := skip == n
		line := data[:n]
		if len(line) > 0 && line[len(line)-1] == '\r' {
			line = line[:len(line)-1]
		}
		if s.simple(line) {
			s.pos += skip
			s.line++
			if len(line) == 0 {
				continue
			}
			s.rec.open = open
			s.check(line)
			return &s.rec, nil
		}
		used, lines, blank, err := s.quotedRecord(data)
		if err != nil {
			return nil, err
		}
		if used == 0 { // the record goes on behind what is in memory
			if len(data) >= maxRecord {
				return s.skipLong()
			}
			if err := s.fill(); err != nil {
				return nil, err
			}
			continue
		}
		s.rec.line = s.line
		s.pos += used
		s.line += lines
		if blank {
			continue
		}
		s.check(data[:used])
		return &s.rec, nil
	}
}

// simple splits a line that is a whole record, as most are: no cell goes on in
// the next line, holds a doubled quote or a stray carriage return. ok is false
// for any other line.
func (s *splitter) simple(line []byte) (ok bool) {
	s.rec = record{line: s.line, cells: s.rec.cells[:0], raw: line}
	if bytes.IndexByte(line, '\r') >= 0 {
		return false
	}
	if bytes.IndexByte(line, '"') < 0 {
		for {
			i := bytes.IndexByte(line, s.delim)
			if i < 0 {
				s.rec.cells = append(s.rec.cells, line)
				return true
			}
			s.rec.cells = append(s.rec.cells, line[:i])
			line = line[i+1:]
		}
	}
	for {
		var cell []byte
		end := 0
		if open := opening(line); open > 0 {
			end = bytes.IndexByte(line[open:], '"') + open + 1
			if end == open || end < len(line) && line[end] != s.delim {
				return false
			}
			cell = line[open : end-1]
		} else {
			if end = bytes.IndexByte(line, s.delim); end < 0 {
				end = len(line)
			}
			cell = line[:end]
		}
		s.rec.cells = append(s.rec.cells, cell)
		if end == len(line) {
			return true
		}
		line = line[end+1:]
	}
}

// opening is the length of what opens a quoted cell at the start of b: a quote,
// or the =" of a formula that is nothing but a text. It is 0 where none is.
func opening(b []byte) int {
	switch {
	case len(b) > 0 && b[0] == '"':
		return 1
	case len(b) > 1 && b[0] == '=' && b[1] == '"':
		return 2
	}
	return 0
}

// formulaText is the text of a quoted cell that holds the formula ="text"; any
// other cell comes back as it is.
func formulaText(cell []byte) []byte {
	if len(cell) < 3 || opening(cell) != 2 || cell[len(cell)-1] != '"' {
		return cell
	}
	cell = cell[2 : len(cell)-1]
	if bytes.IndexByte(cell, '"') >= 0 {
		return bytes.ReplaceAll(cell, []byte(`""`), []byte(`"`))
	}
	return cell
}

// check notes whether a record is valid UTF-8.
func (s *splitter) check(raw []byte) {
	if ascii(raw) {
		return
	}
	if utf8.Valid(raw) {
		s.accents = true
		return
	}
	s.rec.dirty = true
	if n, accents := validUTF8(raw, true); n < len(raw) && accents {
		s.accents = true
	}
}

func ascii(b []byte) bool {
	for ; len(b) >= 8; b = b[8:] {
		if binary.LittleEndian.Uint64(b)&0x8080808080808080 != 0 {
			return false
		}
	}
	for _, c := range b {
		if c&0x80 != 0 {
			return false
		}
	}
	return true
}

// fill reads more behind the unread data, which moves to the front.
func (s *splitter) fill() error {
	if s.pos > 0 {
		copy(s.buf, s.buf[s.pos:s.end])
		s.end -= s.pos
		s.pos = 0
	}
	if s.end == len(s.buf) {
		s.buf = append(s.buf, make([]byte, len(s.buf))...)
	}
	for range 100 {
		n, err := s.r.Read(s.buf[s.end:])
		s.end += n
		switch {
		case err == io.EOF:
			s.eof = true
			return nil
		case err != nil:
			return err
		case n > 0:
			return nil
		}
	}
	return io.ErrNoProgress
}

// quotedRecord splits the record at the start of data, any of whose cells may be
// quoted. used is 0 where data ends before the record does. A quote inside a
// quoted cell that is neither doubled nor followed by a delimiter belongs to
// the text, as lenient readers take it; but not in a cell that already goes
// over several lines: there it shows that the first quote was never closed.
func (s *splitter) quotedRecord(data []byte) (used, lines int, blank bool, err error) {
	s.rec = record{cells: s.rec.cells[:0]}
	s.unquoted = s.unquoted[:0]
	if cap(s.unquoted) < len(data) {
		s.unquoted = make([]byte, 0, max(len(data), 4096)) // cells point into it: it must not move
	}
	lines = 1
	i := 0
	for {
		if i == len(data)-1 && data[i] == '=' && !s.eof {
			return 0, 0, false, nil // a quote may follow
		}
		if open := opening(data[i:]); open > 0 {
			cell, next, more, err := s.quotedCell(data, i+open-1, s.line+lines-1)
			if err != nil || more {
				return 0, 0, false, err
			}
			lines += breaks(data[i:next])
			i = next
			if open == 1 {
				cell = formulaText(cell)
			}
			s.rec.cells = append(s.rec.cells, cell)
		} else {
			start := i
			for i < len(data) && data[i] != s.delim && data[i] != '\n' && data[i] != '\r' {
				i++
			}
			if i == len(data) && !s.eof {
				return 0, 0, false, nil
			}
			s.rec.cells = append(s.rec.cells, data[start:i])
		}
		if i < len(data) && data[i] == s.delim {
			i++
			continue
		}
		break
	}
	s.rec.raw = data[:i]
	blank = i == 0
	if i < len(data) && data[i] == '\r' {
		if i+1 == len(data) && !s.eof {
			return 0, 0, false, nil // a line feed may follow
		}
		i++
		if i < len(data) && data[i] == '\n' {
			i++
		}
	} else if i < len(data) {
		i++
	}
	return i, lines, blank, nil
}

// quotedCell reads the cell whose opening quote is data[start]. next is where
// the delimiter or the end of the line stands.
func (s *splitter) quotedCell(data []byte, start, line int) (cell []byte, next int, more bool, err error) {
	from := start + 1 // what is not yet copied
	first := len(s.unquoted)
	for i := from; ; {
		n := bytes.IndexByte(data[i:], '"')
		if n < 0 {
			if s.eof {
				return nil, 0, false, &openQuote{line}
			}
			return nil, 0, true, nil
		}
		i += n + 1 // behind the quote
		if i == len(data) && !s.eof {
			return nil, 0, true, nil
		}
		switch {
		case i == len(data), data[i] == s.delim, data[i] == '\n', data[i] == '\r':
			cell = data[from : i-1]
			if len(s.unquoted) > first {
				s.unquoted = append(s.unquoted, cell...)
				cell = s.unquoted[first:len(s.unquoted):len(s.unquoted)]
			}
			return cell, i, false, nil
		case data[i] == '"':
			s.unquoted = append(s.unquoted, data[from:i]...)
			i++
			from = i
		case bytes.ContainsAny(data[start:i], "\r\n"):
			return nil, 0, false, &openQuote{line}
		}
	}
}

// breaks counts the line ends in b.
func breaks(b []byte) int {
	n := bytes.Count(b, []byte{'\n'})
	if cr := bytes.Count(b, []byte{'\r'}); cr > 0 {
		n += cr - bytes.Count(b, []byte("\r\n"))
	}
	return n
}

// skipLong passes over a record that is too long to be one.
func (s *splitter) skipLong() (*record, error) {
	s.rec = record{line: s.line, cells: s.rec.cells[:0], long: true}
	start, quoted := s.line, false
	for {
		for i, c := range s.buf[s.pos:s.end] {
			switch {
			case c == '"':
				quoted = !quoted
			case c == '\n':
				s.line++
				if !quoted {
					s.pos += i + 1
					return &s.rec, nil
				}
			}
		}
		s.pos = s.end
		if s.eof {
			if quoted {
				return nil, &openQuote{start}
			}
			return &s.rec, nil
		}
		if err := s.fill(); err != nil {
			return nil, err
		}
	}
}
