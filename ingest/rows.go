package ingest

import (
	"fmt"
	"slices"
	"sync"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/bitutil"
	"github.com/apache/arrow/go/v17/arrow/memory"
	"github.com/apache/arrow/go/v17/arrow/memory/mallocator"

	"vigie/internal/locale"
)

// batchRows is the number of rows of a record batch: as many as DuckDB stores
// together, so that it can write each batch as it comes instead of joining
// several. A few batches are all that a reading holds of its file.
const batchRows = 122_880

// Rows is one reading of a file: an array.RecordReader that gives each batch
// once. It parses in a goroutine of its own, so that parsing and storing use a
// core each; that goroutine ends with the reading, after the last Next or with
// Close.
//
// With Options.ByDay rows come in order of their first day, as storing wants
// them: from the first row on that lies before its predecessor they are put in
// order before they are given. Only batches that were given before that row are
// not taken back, so that at most two sequences follow each other.
//
// The columns are first_day and last_day (date32), the keys stream, campaign,
// ad_group, ad, object and breakdown (int32, 0 where the row names none), and
// one nullable int64 for each measure that the file can hold.
type Rows struct {
	schema  *arrow.Schema
	batches chan arrow.Record
	stop    chan struct{}
	memory  *pool
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
		memory:  newPool(),
	}
	p := newParser(r, k, rows)
	go func() {
		defer close(rows.batches)
		defer p.close()
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
		r.memory.close()
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
	r.memory.close()
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

// pool is C memory, since DuckDB keeps pointers into it. Until it is closed it
// keeps what is given back for the next batch: the system would have to clear
// new pages every time.
type pool struct {
	*mallocator.Mallocator
	mu     sync.Mutex
	idle   [][]byte
	closed bool
}

func newPool() *pool { return &pool{Mallocator: mallocator.NewMallocator()} }

// Allocate gives memory of unknown contents.
func (p *pool) Allocate(size int) []byte {
	p.mu.Lock()
	defer p.mu.Unlock()
	for i, b := range p.idle {
		if len(b) == size {
			p.idle = slices.Delete(p.idle, i, i+1)
			return b
		}
	}
	return p.Mallocator.Allocate(size)
}

// Free takes memory back.
func (p *pool) Free(b []byte) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed {
		p.Mallocator.Free(b)
		return
	}
	p.idle = append(p.idle, b)
}

// close gives back what is idle, and from now on everything.
func (p *pool) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	for _, b := range p.idle {
		p.Mallocator.Free(b)
	}
	p.idle, p.closed = nil, true
}

// batch collects rows, column by column, where Arrow will find them.
type batch struct {
	schema  *arrow.Schema
	buffers []*memory.Buffer // one a column
	valid   []*memory.Buffer // a bit a row, one a measure; nil until some value is missing

	days     [2][]arrow.Date32
	keys     [6][]int32
	measures [][]int64
	nulls    []int // missing values of each measure
	rows     int
}

func newBatch(schema *arrow.Schema) *batch {
	n := schema.NumFields() - len(batch{}.days) - len(batch{}.keys)
	return &batch{schema: schema, measures: make([][]int64, n), valid: make([]*memory.Buffer, n), nulls: make([]int, n)}
}

// begin makes room for the rows of a batch.
func (b *batch) begin(mem memory.Allocator) {
	room := func(size int) []byte {
		x := mem.Allocate(batchRows * size)
		b.buffers = append(b.buffers, memory.NewBufferWithAllocator(x, mem))
		return x
	}
	for i := range b.days {
		b.days[i] = arrow.Date32Traits.CastFromBytes(room(arrow.Date32SizeBytes))
	}
	for i := range b.keys {
		b.keys[i] = arrow.Int32Traits.CastFromBytes(room(arrow.Int32SizeBytes))
	}
	for i := range b.measures {
		b.measures[i] = arrow.Int64Traits.CastFromBytes(room(arrow.Int64SizeBytes))
	}
}

// add appends a row. keys are in the order of keyColumns.
func (b *batch) add(mem memory.Allocator, first, last locale.Day, keys [6]int32, values []int64, has []bool) {
	if b.buffers == nil {
		b.begin(mem)
	}
	i := b.rows
	b.days[0][i], b.days[1][i] = arrow.Date32(first), arrow.Date32(last)
	for k := range keys {
		b.keys[k][i] = keys[k]
	}
	for m, column := range b.measures {
		column[i] = values[m]
		if !has[m] {
			b.lacks(mem, m)
		}
	}
	b.rows++
}

// lacks notes that a measure of the row being added is missing.
func (b *batch) lacks(mem memory.Allocator, m int) {
	if b.valid[m] == nil {
		bits := mem.Allocate(batchRows / 8)
		memory.Set(bits, 0xff)
		b.valid[m] = memory.NewBufferWithAllocator(bits, mem)
	}
	bitutil.ClearBit(b.valid[m].Bytes(), b.rows)
	b.nulls[m]++
}

// each gives the rows collected so far.
func (b *batch) each(give func(first, last locale.Day, keys [6]int32, values []int64, has []bool) error) error {
	var keys [6]int32
	values, has := make([]int64, len(b.measures)), make([]bool, len(b.measures))
	for i := range b.rows {
		for k := range keys {
			keys[k] = b.keys[k][i]
		}
		for m := range b.measures {
			values[m], has[m] = b.measures[m][i], b.valid[m] == nil || bitutil.BitIsSet(b.valid[m].Bytes(), i)
		}
		if err := give(locale.Day(b.days[0][i]), locale.Day(b.days[1][i]), keys, values, has); err != nil {
			return err
		}
	}
	return nil
}

// record takes the rows collected so far out as a record batch.
func (b *batch) record() arrow.Record {
	columns := make([]arrow.Array, len(b.buffers))
	for i, x := range b.buffers {
		var valid *memory.Buffer
		nulls := 0
		if m := i - len(b.days) - len(b.keys); m >= 0 {
			valid, nulls = b.valid[m], b.nulls[m]
		}
		data := array.NewData(b.schema.Field(i).Type, b.rows, []*memory.Buffer{valid, x}, nil, nulls, 0)
		columns[i] = array.MakeFromData(data)
		data.Release()
	}
	rec := array.NewRecord(b.schema, columns, int64(b.rows))
	for _, c := range columns {
		c.Release()
	}
	b.drop()
	return rec
}

// drop forgets the rows collected so far.
func (b *batch) drop() {
	for _, x := range b.buffers {
		x.Release()
	}
	for i, x := range b.valid {
		if x != nil {
			x.Release()
		}
		b.valid[i] = nil
	}
	b.buffers, b.rows = nil, 0
	clear(b.nulls)
}
