package ingest

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"io"
	"math"
	"math/big"
	"strconv"
	"time"
	"unicode/utf8"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/apache/arrow/go/v17/arrow/memory"
)

// Parquet and Arrow files hold a table column by column, with types. They are
// read a few thousand rows at a time, and each value becomes the text that it
// would have in a clean .csv, so that all that is known of reports works on them
// as well. Lists and objects inside are not taken.
//
// The libraries trust such files: they panic over damaged ones and take whatever
// memory a file asks for. Everything they do runs inside safely, on a budget.

// Limits of tables that are kept by column.
const (
	columnarRows   = 4096    // read at a time, where the file leaves it open
	columnarBudget = 1 << 30 // bytes that reading one batch may take
	maxRows        = 1_000_000_000
)

// mostRows is the most rows that a file of a size can have unless nearly all of
// them are repetitions, of which a few bytes make any number.
func mostRows(size int64) int { return int(min(maxRows, 1<<17+100*size)) }

// isArrow tells an Arrow file (also called Feather) or stream by its start.
func isArrow(start []byte) (file, stream bool) {
	if bytes.HasPrefix(start, []byte("ARROW1\x00\x00")) {
		return true, false
	}
	return false, len(start) >= 8 && binary.LittleEndian.Uint32(start) == 0xffffffff && start[7] == 0
}

// budget is an allocator that gives so much, and then panics. It is never
// given back: it is renewed for each batch.
type budget struct{ left int }

type errBudget struct{}

func (b *budget) spend(n int) {
	if b.left -= n; n < 0 || b.left < 0 {
		panic(errBudget{})
	}
}

func (b *budget) Allocate(n int) []byte {
	b.spend(n)
	return memory.DefaultAllocator.Allocate(n)
}

func (b *budget) Reallocate(n int, p []byte) []byte {
	if n > cap(p) {
		b.spend(n)
	}
	return memory.DefaultAllocator.Reallocate(n, p)
}

func (b *budget) Free(p []byte) { memory.DefaultAllocator.Free(p) }

// safely runs what a library does with a file, on a fresh budget, and makes an
// error of its panic.
func (b *budget) safely(do func() error) (err error) {
	b.left = columnarBudget
	defer func() {
		switch x := recover().(type) {
		case nil:
		case errBudget:
			err = refuseBook("reading a part of this file would take more than %s MB of memory: write it again in smaller groups of rows",
				"lire un morceau de ce fichier prendrait plus de %s\u00a0Mo de mémoire\u00a0: écrivez-le à nouveau par groupes de lignes plus petits", strconv.Itoa(columnarBudget>>20))
		default:
			err = fmt.Errorf("%v", x)
		}
	}()
	return do()
}

// columns gives the values of a file batch by batch; io.EOF comes after the last
// one.
type columns struct {
	names  []string // of the columns that hold values
	unread []string // of the others
	batch  func() (list []values, rows int, err error)
	close  func()
}

// values are those of one column in a batch.
type values struct {
	valid func(i int) bool
	put   func(b []byte, i int) []byte // appends one that is valid
	kind  kind
}

// columnRows reads columns as the rows of a table: the header first, then each
// row by its number.
type columnRows struct {
	columns
	budget *budget
	most   int     // rows that it may have
	header *record // given once
	values []values
	at     int // row of the present batch
	left   int // of its rows
	row    int
	rec    record
	text   []byte
	cells  []cellAt
}

func (c *columnRows) Close() error {
	c.close()
	return nil
}

func (c *columnRows) next() (*record, error) {
	if c.header != nil {
		rec := c.header
		c.header = nil
		return rec, nil
	}
	for c.left == 0 {
		err := c.budget.safely(func() (err error) {
			c.values, c.left, err = c.batch()
			return err
		})
		if err != nil {
			return nil, err
		}
		c.at = 0
	}
	if c.row++; c.row > c.most {
		return nil, refuseBook("this table has more than %s rows, which no report of its size has", "ce tableau a plus de %s lignes, ce qu’aucun rapport de sa taille n’atteint", strconv.Itoa(c.most))
	}
	// Values are checked when they are met: a damaged file panics here too.
	if err := c.budget.safely(c.read); err != nil {
		return nil, err
	}
	c.at++
	c.left--
	return &c.rec, nil
}

// read makes the record of the present row.
func (c *columnRows) read() error {
	c.text, c.cells = c.text[:0], c.cells[:0]
	for i := range c.values {
		v := &c.values[i]
		from := len(c.text)
		if v.valid(c.at) {
			if c.text = v.put(c.text, c.at); len(c.text) > maxRecord {
				return refuseBook("row %s is longer than any row of a report", "la ligne %s est plus longue que n’importe quelle ligne d’un rapport", strconv.Itoa(c.row))
			}
		}
		c.cells = append(c.cells, cellAt{from, len(c.text), v.kind})
	}
	c.rec = record{line: c.row, cells: c.rec.cells[:0], kinds: c.rec.kinds[:0], dirty: !ascii(c.text) && !utf8.Valid(c.text)}
	for _, at := range c.cells {
		c.rec.cells = append(c.rec.cells, c.text[at.from:at.to:at.to])
		c.rec.kinds = append(c.rec.kinds, at.kind)
	}
	return nil
}

// readable reports a type of which each value has a text.
func readable(t arrow.DataType) bool {
	switch t := t.(type) {
	case *arrow.DictionaryType:
		return readable(t.ValueType)
	case arrow.ExtensionType:
		return readable(t.StorageType())
	case *arrow.TimestampType:
		_, err := t.GetZone()
		return err == nil
	}
	switch t.ID() {
	case arrow.NULL, arrow.BOOL, arrow.INT8, arrow.INT16, arrow.INT32, arrow.INT64, arrow.UINT8, arrow.UINT16, arrow.UINT32, arrow.UINT64,
		arrow.FLOAT16, arrow.FLOAT32, arrow.FLOAT64, arrow.DECIMAL128, arrow.DECIMAL256, arrow.DATE32, arrow.DATE64, arrow.TIME32, arrow.TIME64,
		arrow.STRING, arrow.LARGE_STRING, arrow.STRING_VIEW, arrow.BINARY, arrow.LARGE_BINARY, arrow.BINARY_VIEW:
		return true
	}
	return false
}

// valuesOf appends the values of a readable array as text: numbers exactly, days
// as 2026-03-01, instants by the clock of their zone. numeric says that they are
// numbers.
func valuesOf(a arrow.Array) (put func(b []byte, i int) []byte, numeric bool) {
	switch a := a.(type) {
	case *array.Null:
		return func(b []byte, i int) []byte { return b }, false
	case *array.Boolean:
		return func(b []byte, i int) []byte { return appendBool(b, a.Value(i)) }, false
	case *array.Int8:
		return func(b []byte, i int) []byte { return strconv.AppendInt(b, int64(a.Value(i)), 10) }, true
	case *array.Int16:
		return func(b []byte, i int) []byte { return strconv.AppendInt(b, int64(a.Value(i)), 10) }, true
	case *array.Int32:
		return func(b []byte, i int) []byte { return strconv.AppendInt(b, int64(a.Value(i)), 10) }, true
	case *array.Int64:
		return func(b []byte, i int) []byte { return strconv.AppendInt(b, a.Value(i), 10) }, true
	case *array.Uint8:
		return func(b []byte, i int) []byte { return strconv.AppendUint(b, uint64(a.Value(i)), 10) }, true
	case *array.Uint16:
		return func(b []byte, i int) []byte { return strconv.AppendUint(b, uint64(a.Value(i)), 10) }, true
	case *array.Uint32:
		return func(b []byte, i int) []byte { return strconv.AppendUint(b, uint64(a.Value(i)), 10) }, true
	case *array.Uint64:
		return func(b []byte, i int) []byte { return strconv.AppendUint(b, a.Value(i), 10) }, true
	case *array.Float16:
		return func(b []byte, i int) []byte { return appendFloat(b, float64(a.Value(i).Float32()), 32) }, true
	case *array.Float32:
		return func(b []byte, i int) []byte { return appendFloat(b, float64(a.Value(i)), 32) }, true
	case *array.Float64:
		return func(b []byte, i int) []byte { return appendFloat(b, a.Value(i), 64) }, true
	case *array.Decimal128:
		scale := int(a.DataType().(*arrow.Decimal128Type).Scale)
		return func(b []byte, i int) []byte { return appendDecimal(b, a.Value(i).BigInt(), scale) }, true
	case *array.Decimal256:
		scale := int(a.DataType().(*arrow.Decimal256Type).Scale)
		return func(b []byte, i int) []byte { return appendDecimal(b, a.Value(i).BigInt(), scale) }, true
	case *array.Date32:
		return func(b []byte, i int) []byte { return appendDay(b, a.Value(i).ToTime()) }, false
	case *array.Date64:
		return func(b []byte, i int) []byte { return appendDay(b, a.Value(i).ToTime()) }, false
	case *array.Timestamp:
		t := a.DataType().(*arrow.TimestampType)
		zone, _ := t.GetZone() // readable asked
		return func(b []byte, i int) []byte { return appendInstant(b, a.Value(i).ToTime(t.Unit), zone) }, false
	case *array.Time32:
		unit := a.DataType().(*arrow.Time32Type).Unit
		return func(b []byte, i int) []byte { return a.Value(i).ToTime(unit).AppendFormat(b, timeOfDay) }, false
	case *array.Time64:
		unit := a.DataType().(*arrow.Time64Type).Unit
		return func(b []byte, i int) []byte { return a.Value(i).ToTime(unit).AppendFormat(b, timeOfDay) }, false
	case *array.String:
		return func(b []byte, i int) []byte { return append(b, a.Value(i)...) }, false
	case *array.LargeString:
		return func(b []byte, i int) []byte { return append(b, a.Value(i)...) }, false
	case *array.StringView:
		return func(b []byte, i int) []byte { return append(b, a.Value(i)...) }, false
	case *array.Binary: // older writers leave it open that these are texts
		return func(b []byte, i int) []byte { return append(b, a.Value(i)...) }, false
	case *array.LargeBinary:
		return func(b []byte, i int) []byte { return append(b, a.Value(i)...) }, false
	case *array.BinaryView:
		return func(b []byte, i int) []byte { return append(b, a.Value(i)...) }, false
	case *array.Dictionary:
		words := a.Dictionary()
		put, numeric := valuesOf(words)
		return func(b []byte, i int) []byte {
			if i = a.GetValueIndex(i); words.IsNull(i) {
				return b
			}
			return put(b, i)
		}, numeric
	case array.ExtensionArray:
		return valuesOf(a.Storage())
	}
	panic(fmt.Sprintf("values of type %s", a.DataType()))
}

const timeOfDay = "15:04:05"

func appendBool(b []byte, v bool) []byte {
	if v {
		return append(b, "TRUE"...)
	}
	return append(b, "FALSE"...)
}

func appendDay(b []byte, t time.Time) []byte { return t.AppendFormat(b, time.DateOnly) }

// appendInstant writes an instant as clocks of a zone show it, of UTC where it is
// nil; midnight is the day.
func appendInstant(b []byte, t time.Time, zone *time.Location) []byte {
	if zone == nil {
		zone = time.UTC
	}
	t = t.In(zone)
	if h, m, s := t.Clock(); h == 0 && m == 0 && s == 0 && t.Nanosecond() == 0 {
		return appendDay(b, t)
	}
	return t.AppendFormat(b, time.DateOnly+"T"+timeOfDay)
}

// appendFloat writes a number with the digits that tell it from any other. NaN
// is what programs write for a missing one. A whole number beyond 2⁵³ was
// rounded, and is written so that nobody takes it for an id.
func appendFloat(b []byte, v float64, bits int) []byte {
	switch {
	case v != v:
		return b
	case math.Abs(v) >= 1<<53:
		return strconv.AppendFloat(b, v, 'E', -1, bits)
	}
	return strconv.AppendFloat(b, v, 'f', -1, bits)
}

// appendDecimal writes v × 10^-scale.
func appendDecimal(b []byte, v *big.Int, scale int) []byte {
	if v.Sign() < 0 {
		b = append(b, '-')
	}
	digits := new(big.Int).Abs(v).Append(nil, 10)
	for ; scale < 0; scale++ {
		digits = append(digits, '0')
	}
	if missing := scale + 1 - len(digits); missing > 0 {
		digits = append(bytes.Repeat([]byte{'0'}, missing), digits...)
	}
	point := len(digits) - scale
	b = append(b, digits[:point]...)
	if scale > 0 {
		b = append(append(b, '.'), digits[point:]...)
	}
	return b
}

// openColumns makes a table of a file that is kept by column. open begins to
// read it; each reading begins anew.
func (r *Reader) openColumns(open func(b *budget) (columns, error)) error {
	begin := func() (*columnRows, error) {
		rows := &columnRows{budget: &budget{}, most: mostRows(r.file.Size), header: &record{}}
		err := rows.budget.safely(func() (err error) {
			rows.columns, err = open(rows.budget)
			return err
		})
		for _, name := range rows.names {
			rows.header.cells = append(rows.header.cells, []byte(name))
		}
		return rows, err
	}
	rows, err := begin()
	if err != nil {
		return err
	}
	rows.close()
	for _, name := range rows.unread {
		r.leave(name)
	}
	switch n := len(rows.names); {
	case n == 0:
		return r.refuse(0, "none of its columns holds values: this is no table", "aucune de ses colonnes ne contient de valeurs\u00a0: ce n’est pas un tableau")
	case n > maxColumns:
		return r.refuse(0, "it has more than %s columns: this is no report", "il a plus de %s colonnes\u00a0: ce n’est pas un rapport", strconv.Itoa(maxColumns))
	}
	return r.findTable(func() (source, error) {
		rows, err := begin()
		if err != nil {
			return nil, err
		}
		return rows, nil
	})
}

func (r *Reader) openArrow(stream bool) error {
	r.container = "arrow"
	return r.openColumns(func(b *budget) (columns, error) {
		if err := checkArrow(r.disk, r.file.Size, stream); err != nil {
			return columns{}, err
		}
		in := io.NewSectionReader(r.disk, 0, r.file.Size)
		if stream {
			s, err := ipc.NewReader(in, ipc.WithAllocator(b))
			if err != nil {
				return columns{}, err
			}
			return arrowColumns(s.Schema(), func() (arrow.Record, error) {
				rec, err := s.Read()
				if err == nil {
					rec.Retain()
				}
				return rec, err
			}, s.Release), nil
		}
		f, err := ipc.NewFileReader(in, ipc.WithAllocator(b))
		if err != nil {
			return columns{}, err
		}
		next := 0
		return arrowColumns(f.Schema(), func() (arrow.Record, error) {
			if next == f.NumRecords() {
				return nil, io.EOF
			}
			next++
			return f.RecordAt(next - 1)
		}, func() { f.Close() }), nil
	})
}

// arrowColumns reads record batches, of whatever size their writer made them.
func arrowColumns(schema *arrow.Schema, next func() (arrow.Record, error), close func()) columns {
	var c columns
	var chosen []int
	for i, f := range schema.Fields() {
		if !readable(f.Type) {
			c.unread = append(c.unread, f.Name)
			continue
		}
		chosen, c.names = append(chosen, i), append(c.names, f.Name)
	}
	var rec arrow.Record
	release := func() {
		if rec != nil {
			rec.Release()
			rec = nil
		}
	}
	c.batch = func() (list []values, rows int, err error) {
		release()
		if rec, err = next(); err != nil {
			rec = nil
			return nil, 0, err
		}
		for _, i := range chosen {
			col := rec.Column(i)
			put, numeric := valuesOf(col)
			list = append(list, values{valid: col.IsValid, put: put, kind: kind{number: numeric}})
		}
		return list, int(rec.NumRows()), nil
	}
	c.close = func() {
		release()
		close()
	}
	return c
}
