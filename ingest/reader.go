// Package ingest decides what an export of an advertising platform says: which
// platform wrote it, what its columns mean, how its numbers and dates are
// written, which rows are sums of others, what day it was made. It turns a file
// into Arrow record batches of int32 keys and int64 measures, and a Report of
// everything that a person should know about the reading.
//
// Nothing is guessed: a column that can be read in two ways is refused with a
// message that shows both, a file that is no advertising report is refused with
// what it looks like, a row that makes no sense is a Problem with its line, and
// the totals that the file prints are compared with the rows.
//
// A platform is one file, see googleads.go, and one folder of cases under
// testdata/platforms.
package ingest

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"os"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/locale"
)

// File is an export as it lies on disk or in the archive. R is read from the
// start more than once.
type File struct {
	Name    string
	Size    int64
	ModTime time.Time // zero where it is not known
	R       io.ReaderAt
}

// Options is what its owner knows about a file that the file may not say.
type Options struct {
	Platform string     // id; empty: recognise it
	Account  string     // name or id, used where the file names none
	Currency string     // ISO code, used where the file has none or an ambiguous sign ($, kr)
	AsOf     locale.Day // the day the file was made; zero: look for it
	Decimal  string     // "," or "."; empty: decide from the file
	Dates    string     // "dmy" or "mdy"; empty: decide from the file
	Complete bool       // the file holds all campaigns of its account
	ByDay    bool       // give rows in order of their first day, whatever the file's: see Rows
	Mappings []Mapping  // what the team's own tables mean
	Drop     []string   // headers of columns that hold data about people: declared, and not read
	Now      time.Time
	Zone     *time.Location // of the agency; nil: UTC
	TempDir  string         // folder for temporary files; empty: the system's
	// Progress is called now and then by the goroutine that parses; share is
	// how much of the file was read, from 0 to 1. It may be nil.
	Progress func(file string, rows int64, share float64)
	// Beside are the other tables of the file that this one is of, which are
	// not read: see Tables. The report says so.
	Beside []locale.Text
}

// Refusal says why a file is not read. Nothing of it is kept.
type Refusal struct {
	File    string
	Line    int // 0: the whole file
	Message locale.Text
}

// Error is the English sentence with its place.
func (r *Refusal) Error() string {
	if r.Line > 0 {
		return fmt.Sprintf("%s:%d: %s", r.File, r.Line, r.Message.EN)
	}
	return r.File + ": " + r.Message.EN
}

// Reader reads one file, once or, where a reading refutes what the one before
// took for granted, again.
type Reader struct {
	file     File
	disk     *disk
	unpacked *os.File // what the file holds, where that is compressed
	opts     Options
	layout   *layout
	head     head
	blocks   *sideBySide  // of a table whose columns repeat; nil: of no such one
	widest   []headRecord // the first records, by the delimiter or in the sheet that makes them widest

	container   string // csv, tsv, xlsx, ods, parquet, arrow, json
	text        textForm
	typed       func() (source, error) // opens a table that is no text; nil for a text
	sheet       string                 // of several the one that is read
	otherSheets []string               // that hold a report too
	unread      []Column               // columns that hold no values

	decimals map[int]byte // decimal signs by column, found out by an earlier reading
	tried    map[int]bool // those of them that only a cross-check suggested
	order    string       // of day and month, found out by an earlier reading
	spans    bool         // rows are the whole range although they bear its first day
	noPeriod bool         // the column of weeks or months holds something else
	campaign map[int]bool // lines that look like totals and are not
	restarts int
	report   *Report
}

// disk is a file's contents. It counts what was read, and remembers when it
// could not be had, which is not the file's fault.
type disk struct {
	io.ReaderAt
	read int64
	err  error
}

func (d *disk) ReadAt(p []byte, off int64) (int, error) {
	if off < 0 { // a damaged archive asks for it
		return 0, io.ErrUnexpectedEOF
	}
	n, err := d.ReaderAt.ReadAt(p, off)
	d.read += int64(n)
	if err != nil && err != io.EOF {
		d.err = err
	}
	return n, err
}

// textForm is how a text file is written.
type textForm struct {
	encoding string
	sure     bool // no byte can change it
	delim    byte
	cr       bool // lines end in CR alone
	repair   bool // UTF-8 that was taken for windows-1252
}

// head is what stands up to the header.
type head struct {
	records []headRecord // the first ones of the file
	header  int          // which of them is the header
	title   string
	from    locale.Day // range of days that it declares
	to      locale.Day
	known   time.Time // when the report was made
	mark    string    // first currency sign among the amounts
	account string    // that it names
	rows    int64     // that it says to hold; -1 where it does not
	partial bool      // it says that its data are not complete yet
	utc     bool      // it says that its times are of this zone
	period  string    // what its column of days holds, where not days: week, month, year
}

type headRecord struct {
	line  int
	cells []string
	marks []string // of a sheet's cells, by their number format
}

// headRows is how far down a header is looked for.
const headRows = 60

// source is a table that is read row by row: a splitter or a sheet. One that
// holds more than memory is an io.Closer.
type source interface {
	next() (*record, error) // io.EOF after the last one
}

// Open decodes the start of a file, recognises its platform and language and
// finds its header. A file that is no report of a known platform is a *Refusal.
// The Reader must be closed.
func Open(f File, o Options) (*Reader, error) {
	r, err := newReader(f, o)
	if err != nil {
		return nil, err
	}
	if err = r.find(); err == nil {
		err = r.understand()
	}
	if err != nil {
		r.Close()
		return nil, r.refusal(err)
	}
	return r, nil
}

// newReader makes a Reader that has not looked at its file yet.
func newReader(f File, o Options) (*Reader, error) {
	if o.Zone == nil {
		o.Zone = time.UTC
	}
	o.Currency = strings.ToUpper(o.Currency)
	d := &disk{ReaderAt: f.R}
	f.R = d
	r := &Reader{file: f, disk: d, opts: o, decimals: map[int]byte{}, tried: map[int]bool{}, campaign: map[int]bool{}}
	if o.Platform != "" && LookupPlatform(o.Platform) == nil {
		return nil, r.refuse(0, "%s is no platform that is read; these are: %s", "%s n’est pas une plateforme lue\u00a0; celles-ci le sont\u00a0: %s", quoted(o.Platform), platformIDs())
	}
	if !slices.Contains([]string{"", ".", ","}, o.Decimal) || !slices.Contains([]string{"", "dmy", "mdy"}, o.Dates) {
		return nil, fmt.Errorf("decimal %q, dates %q: want . or , and dmy or mdy", o.Decimal, o.Dates)
	}
	for _, m := range o.Mappings {
		if err := m.Err(); err != nil {
			return nil, fmt.Errorf("mapping %s: %w", m.Name, err)
		}
	}
	return r, nil
}

// find looks for the header in the file, whatever it comes in.
func (r *Reader) find() error {
	start, err := r.start()
	if err != nil {
		return err
	}
	if isGzip(start) {
		if err := r.unpack(); err != nil {
			return err
		}
		if start, err = r.start(); err != nil {
			return err
		}
	}
	arrowFile, arrowStream := isArrow(start)
	switch {
	case isZip(start):
		return r.openBook()
	case isParquet(start):
		return r.openParquet()
	case arrowFile || arrowStream:
		return r.openArrow(arrowStream)
	case isJSON(start):
		return r.openJSON(start)
	}
	return r.openText(start)
}

// start is the first part of the file, enough to tell what it is.
func (r *Reader) start() ([]byte, error) {
	start := make([]byte, min(r.file.Size, 64<<10))
	if n, err := r.disk.ReadAt(start, 0); err != nil && !(err == io.EOF && n == len(start)) {
		return nil, err
	}
	if len(bytes.TrimSpace(start)) == 0 {
		return nil, r.refuse(0, "the file is empty", "le fichier est vide")
	}
	return start, nil
}

// Close ends the work with the file, which stays its owner's. No reading may go
// on then.
func (r *Reader) Close() error {
	if r.unpacked == nil {
		return nil
	}
	return r.unpacked.Close()
}

// Assume names the account of a file that names none itself, where its options
// did not: which account to assume may depend on the platform.
func (r *Reader) Assume(account string) { r.opts.Account = account }

func platformIDs() string {
	var ids []string
	for _, p := range platforms {
		ids = append(ids, p.ID)
	}
	return strings.Join(ids, ", ")
}

// refuse makes a Refusal of this file.
func (r *Reader) refuse(line int, en, fr string, args ...any) *Refusal {
	return &Refusal{File: r.file.Name, Line: line, Message: say(en, fr, args...)}
}

// refusal turns an error about the contents of the file into a Refusal; others
// (a disk that fails) stay what they are.
func (r *Reader) refusal(err error) error {
	var (
		known *Refusal
		book  *errBook
		quote *openQuote
		zeros *zeroBytes
	)
	switch {
	case errors.As(err, &known):
		return known
	case errors.As(err, &book):
		return &Refusal{File: r.file.Name, Message: book.text}
	case errors.As(err, &quote):
		return &Refusal{File: r.file.Name, Line: quote.line, Message: openQuoteText}
	case errors.As(err, &zeros):
		return &Refusal{File: r.file.Name, Line: zeros.line, Message: zeroBytesText}
	case r.disk.err != nil:
		return fmt.Errorf("read %s: %w", r.file.Name, r.disk.err)
	case r.container == "xlsx", r.container == "ods":
		return r.refuse(0, "the workbook is damaged (%s): download it again", "le classeur est abîmé (%s)\u00a0: téléchargez-le à nouveau", err.Error())
	case r.container == "parquet", r.container == "arrow":
		return r.refuse(0, "the file is damaged, or written in a way that is not read (%s): write it again with the usual settings, or as .csv",
			"le fichier est abîmé, ou écrit d’une façon qui n’est pas lue (%s)\u00a0: écrivez-le à nouveau avec les réglages habituels, ou en .csv", err.Error())
	}
	return fmt.Errorf("read %s: %w", r.file.Name, err)
}

// open begins to read the table from its start.
func (r *Reader) open() source {
	if r.blocks != nil {
		return &unpivoted{source: r.table(), s: r.blocks, after: r.head.records[r.head.header].line}
	}
	return r.table()
}

// table begins to read the table as it stands.
func (r *Reader) table() source {
	if r.typed != nil {
		s, err := r.typed()
		if err != nil {
			return failing{err}
		}
		return s
	}
	text := decoded(io.NewSectionReader(r.disk, 0, r.file.Size), r.text.encoding)
	if r.text.cr {
		text = oldMac{text}
	}
	return newSplitter(text, r.text.delim)
}

// failing is a source that could not be opened.
type failing struct{ err error }

func (f failing) next() (*record, error) { return nil, f.err }

// oldMac turns the line ends of old Macintosh programs into today's.
type oldMac struct{ r io.Reader }

func (o oldMac) Read(p []byte) (int, error) {
	n, err := o.r.Read(p)
	for i, c := range p[:n] {
		if c == '\r' {
			p[i] = '\n'
		}
	}
	return n, err
}

// newNumbers makes the reader of one numeric column. Language and platform say
// which decimal sign to expect; a delimiter that goes with the other one takes
// the expectation away.
func (r *Reader) newNumbers(column int, count bool) numbers {
	l := r.layout
	n := numbers{count: count, decimal: '.', prior: l.platform.Decimal[l.language], loose: l.platform.ByHand}
	if l.language == locale.EN {
		n.priorGroup = ','
	}
	semicolons := r.typed == nil && r.text.delim == ';'
	if semicolons && n.prior == '.' {
		n.prior, n.priorGroup = 0, 0
	}
	switch {
	case n.prior != 0:
		n.decimal = n.prior
	case semicolons:
		n.decimal = ','
	}
	if d, ok := r.decimals[column]; ok {
		n.decimal, n.fixed = d, true
	}
	if d := cmp.Or(r.opts.Decimal, l.platform.mapped().Decimal); d != "" {
		n.decimal, n.fixed, n.proved, n.said = d[0], true, true, true
	}
	return n
}

// Platform is the platform whose report this is.
func (r *Reader) Platform() *Platform { return r.layout.platform }

// Report is what the last complete reading gave; nil before.
func (r *Reader) Report() *Report { return r.report }

// refuted ends a reading whose cells contradict what it took for granted.
type refuted struct {
	line int
	what string
	fix  func(*Reader)
}

func (e *refuted) Error() string { return "line " + strconv.Itoa(e.line) + ": " + e.what }

// maxRestarts is far above what a real file needs: one for each numeric column.
const maxRestarts = 200

// Restart reports whether a reading that ended in err, as Rows.Err gives it,
// only refuted a hypothesis. It is then fixed: throw away what was kept of the
// reading, and Read again with fresh Keys.
func (r *Reader) Restart(err error) bool {
	var e *refuted
	if !errors.As(err, &e) || r.restarts == maxRestarts {
		return false
	}
	r.restarts++
	e.fix(r)
	return true
}
