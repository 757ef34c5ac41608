package ingest

import (
	"fmt"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/arrow/memory/mallocator"

	"vigie/internal/locale"
)

// batchRows is the number of rows of a record batch. A few of them are all
// that a reading holds of its file.
const batchRows = 16 << 10

// Rows is one reading of a file: an array.RecordReader that gives each batch
// once. It parses in a goroutine of its own, so that parsing and storing use a
// core each; that goroutine ends with the reading, after the last Next or with
// Close.
//
// The columns are first_day and last_day (date32), the keys stream, campaign,
// ad_group, ad, object and breakdown (int32, 0 where the row names none), and
// one nullable int64 for each measure that the file can hold.
type Rows struct {
	schema  *arrow.Schema
	batches chan arrow.Record
	stop    chan struct{}
	memory  *mallocator.Mallocator // C memory: DuckDB keeps pointers into it
	cur     arrow.Record
	err     error // written before batches is closed, read after
	done    bool
}

var _ array.RecordReader = (*Rows)(nil)

// keyColumns are the columns before the measures, behind the two days.
var keyColumns = []string{"stream", "campaign", "ad_group", "ad", "object", "breakdown"}

// schema is the Arrow schema of a file's batches.
func (l *layout) schema() *arrow.Schema {
	fields := []arrow.Field{
		{Name: "first_day", Type: arrow.FixedWidthTypes.Date32},
		{Name: "last_day", Type: arrow.FixedWidthTypes.Date32},
	}
	for _, name := range keyColumns {
		fields = append(fields, arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int32})
	}
	for _, m := range l.measures {
		fields = append(fields, arrow.Field{Name: m.ID, Type: arrow.PrimitiveTypes.Int64, Nullable: true})
	}
	return arrow.NewSchema(fields, nil)
}

// Read begins one reading, which gives objects their keys in k. Only one
// reading of a Reader may run at a time.
func (r *Reader) Read(k *Keys) *Rows {
	r.report = nil
	rows := &Rows{
		schema:  r.layout.schema(),
		batches: make(chan arrow.Record, 1),
		stop:    make(chan struct{}),
		memory:  mallocator.NewMallocator(),
	}
	p := newParser(r, k, rows)
	go func() {
		defer close(rows.batches)
		// A bug that some strange file meets must not take the server down.
		defer func() {
			if x := recover(); x != nil {
				rows.err = fmt.Errorf("%s:%d: internal error while reading: %v", r.file.Name, p.line, x)
			}
		}()
		rows.err = p.run()
	}()
	return rows
}

// Schema is the schema of the batches.
func (r *Rows) Schema() *arrow.Schema { return r.schema }

// Next moves to the next batch and forgets the one before.
func (r *Rows) Next() bool {
	if r.cur != nil {
		r.cur.Release()
		r.cur = nil
	}
	if r.done {
		return false
	}
	b, ok := <-r.batches
	if !ok {
		r.done = true
		return false
	}
	r.cur = b
	return true
}

// Record is the present batch, valid until the next call of Next or Close.
func (r *Rows) Record() arrow.Record { return r.cur }

// Err is what ended the reading early; nil before the end and after a good one.
// Give it to Reader.Restart first. A *Refusal is for people to read.
func (r *Rows) Err() error {
	if !r.done {
		return nil
	}
	return r.err
}

// Close ends the reading, early or not, and waits for its goroutine. It may be
// called more than once; a reading that was read to its end needs none.
func (r *Rows) Close() {
	if !r.done {
		close(r.stop)
		for b := range r.batches {
			b.Release()
		}
		r.done = true
		r.err = errClosed
	}
	if r.cur != nil {
		r.cur.Release()
		r.cur = nil
	}
}

// Retain does nothing: a reading has one owner.
func (r *Rows) Retain() {}

// Release does nothing: see Close.
func (r *Rows) Release() {}

// errClosed ends a reading that nobody wants any more.
var errClosed = fmt.Errorf("the reading was closed")

// send hands a batch to the consumer; false once the reading was closed.
func (r *Rows) send(b arrow.Record) bool {
	select {
	case <-r.stop: // first: Close also receives what is sent
		b.Release()
		return false
	default:
	}
	select {
	case r.batches <- b:
		return true
	case <-r.stop:
		b.Release()
		return false
	}
}

// batch collects rows, column by column.
type batch struct {
	schema   *arrow.Schema
	days     [2][]arrow.Date32
	keys     [6][]int32
	measures [][]int64
	valid    [][]bool
	missing  []bool // some value of the measure is
	rows     int
}

func newBatch(schema *arrow.Schema) *batch {
	b := &batch{schema: schema}
	for i := range b.days {
		b.days[i] = make([]arrow.Date32, batchRows)
	}
	for i := range b.keys {
		b.keys[i] = make([]int32, batchRows)
	}
	n := schema.NumFields() - len(b.days) - len(b.keys)
	b.missing = make([]bool, n)
	for range n {
		b.measures = append(b.measures, make([]int64, batchRows))
		b.valid = append(b.valid, make([]bool, batchRows))
	}
	return b
}

// add appends a row. keys are in the order of keyColumns.
func (b *batch) add(first, last locale.Day, keys [6]int32, values []int64, has []bool) {
	i := b.rows
	b.days[0][i], b.days[1][i] = arrow.Date32(first), arrow.Date32(last)
	for k := range keys {
		b.keys[k][i] = keys[k]
	}
	for m := range b.measures {
		b.measures[m][i], b.valid[m][i] = values[m], has[m]
		if !has[m] {
			b.missing[m] = true
		}
	}
	b.rows++
}

// record takes the rows collected so far out as a record batch.
func (b *batch) record(mem memory.Allocator) arrow.Record {
	columns := make([]arrow.Array, 0, b.schema.NumFields())
	for _, days := range b.days {
		x := array.NewDate32Builder(mem)
		x.AppendValues(days[:b.rows], nil)
		columns = append(columns, x.NewArray())
		x.Release()
	}
	for _, keys := range b.keys {
		x := array.NewInt32Builder(mem)
		x.AppendValues(keys[:b.rows], nil)
		columns = append(columns, x.NewArray())
		x.Release()
	}
	for m, values := range b.measures {
		x := array.NewInt64Builder(mem)
		var valid []bool
		if b.missing[m] {
			valid = b.valid[m][:b.rows]
		}
		x.AppendValues(values[:b.rows], valid)
		columns = append(columns, x.NewArray())
		x.Release()
	}
	rec := array.NewRecord(b.schema, columns, int64(b.rows))
	for _, c := range columns {
		c.Release()
	}
	b.rows = 0
	clear(b.missing)
	return rec
}
