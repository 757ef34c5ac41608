package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"unicode/utf8"

	"vigie/internal/locale"
)

// record is one row of a table.
type record struct {
	line  int      // physical line, or sheet row, from 1
	cells [][]byte // valid until the next record is read
	kinds []kind   // of a sheet's cells; nil where all are text
	raw   []byte   // the line as it stands, where it is there in one piece
	ends  []int    // where each cell ends in raw; nil where quotes were taken out of cells
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
	ends     []int
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
		if s.wholeLine() {
			return &s.rec, nil
		}
		data := s.buf[s.pos:s.end]
		if len(data) > 0 && data[0] == 0 && (s.eof || len(data) >= maxRecord) && len(bytes.TrimLeft(data[:min(len(data), maxRecord)], "\x00")) == 0 {
			if len(data) == 1 {
				return nil, io.EOF // one is what some programs end a text with
			}
			return nil, &zeroBytes{s.line}
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
		if len(data) == 0 {
			return nil, io.EOF
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
		s.rec.open = s.eof && used == len(data) && len(s.rec.raw) == used
		s.pos += used
		s.line += lines
		if blank {
			continue
		}
		if !ascii(data[:used]) {
			s.check(data[:used])
		}
		return &s.rec, nil
	}
}

// wholeLine splits the next record where it is a line that is all in memory
// and each of its cells stands there as it is, as nearly all do: none goes on
// in the next line, is a formula or holds a doubled quote or a stray carriage
// return. ok is false for any other record, for a blank line and near the end of
// the buffer.
//
// It looks at 32 bytes at a time, as four numbers, and visits only the
// delimiters and control characters among them.
func (s *splitter) wholeLine() (ok bool) {
	const (
		each = 0x0101010101010101
		high = 0x80 * each
	)
	data, delim := s.buf[s.pos:s.end], s.delim
	delims := uint64(delim) * each
	// marks has the high bit set in each byte that is a delimiter or up to 0x0d.
	marks := func(w uint64) uint64 {
		x := w ^ delims
		return (^((x&^high + 0x7f*each) | x) | ^((w|high)-0x0e*each)&^w) & high
	}
	cells, ends := s.rec.cells[:0], s.ends[:0]
	start, quote := 0, 0 // of the present cell, and its closing quote; 0 where it has none
	var beyond uint64    // high bits of what is no ASCII
	for base := 0; base+32 <= len(data); base += 32 {
		b := data[base : base+32]
		w0, w1 := binary.LittleEndian.Uint64(b), binary.LittleEndian.Uint64(b[8:])
		w2, w3 := binary.LittleEndian.Uint64(b[16:]), binary.LittleEndian.Uint64(b[24:])
		// The multiplication gathers the high bits of eight bytes in one.
		const gather = 0x0102040810204080
		m := marks(w0)>>7*gather>>56 | marks(w1)>>7*gather>>56<<8 | marks(w2)>>7*gather>>56<<16 | marks(w3)>>7*gather>>56<<24
		if base == 0 {
			switch opening(data) {
			case 1:
				if quote = closing(data, 0); quote < 0 {
					return false
				}
			case 2:
				return false
			}
		}
		for ; m != 0; m &= m - 1 {
			at := base + bits.TrailingZeros64(m)
			c, skip := data[at], 0
			if at < quote {
				if c == '\n' || c == '\r' {
					return false
				}
				continue
			}
			if c != delim {
				switch {
				case c == '\n':
					skip = 1
				case c == '\r' && at+1 < len(data) && data[at+1] == '\n':
					skip = 2
				case c == '\r':
					return false
				default:
					continue
				}
			}
			if quote == 0 {
				cells = append(cells, data[start:at])
			} else if at == quote+1 {
				cells = append(cells, data[start+1:quote])
				quote = 0
			} else {
				return false
			}
			ends = append(ends, at)
			if start = at + 1; skip == 0 {
				switch opening(data[start:]) {
				case 1:
					if quote = closing(data, start); quote < 0 {
						return false
					}
				case 2:
					return false
				}
				continue
			}
			if at == 0 || at >= maxRecord {
				return false
			}
			s.rec.line, s.rec.cells, s.rec.ends, s.ends = s.line, cells, ends, ends
			s.rec.raw, s.rec.long, s.rec.dirty, s.rec.open = data[:at], false, false, false
			s.pos += at + skip
			s.line++
			// The last words may hold bytes of the next line: then it is looked at once more.
			if (beyond|w0|w1|w2|w3)&high != 0 && !ascii(s.rec.raw) {
				s.check(s.rec.raw)
			}
			return true
		}
		beyond |= w0 | w1 | w2 | w3
	}
	return false
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

// closing is where the next quote stands behind the one at start; -1 for none.
func closing(data []byte, start int) int {
	n := bytes.IndexByte(data[start+1:], '"')
	if n < 0 {
		return -1
	}
	return start + 1 + n
}

// check notes whether a record with bytes beyond ASCII is valid UTF-8.
func (s *splitter) check(raw []byte) {
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
