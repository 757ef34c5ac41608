package ingest

import (
	"bytes"
	"encoding/binary"
	"errors"
	"io"
	"math"
)

// The library takes the lengths in an Arrow file's descriptions for granted, and
// a single damaged one makes it ask for more memory than there is, which ends
// the whole process. So all descriptions are walked through first.

// checkArrow looks at the descriptions in an Arrow file or stream. Those that
// point outside of themselves make it panic, see budget.safely.
func checkArrow(r io.ReaderAt, size int64, stream bool) error {
	part := func(at, n int64) (*flat, error) {
		if at < 0 || n < 4 || at > size || n > size-at || n > math.MaxInt32 {
			return nil, errors.New("a part lies outside of the file")
		}
		b := make([]byte, n)
		if _, err := r.ReadAt(b, at); err != nil && err != io.EOF {
			return nil, err
		}
		return &flat{b: b, left: len(b)}, nil
	}
	if !stream {
		const end = 10 // the footer's size and a mark
		tail, err := part(size-end, end)
		if err != nil {
			return err
		}
		n := int64(tail.u32(0))
		f, err := part(size-end-n, n)
		if err != nil {
			return err
		}
		footer := f.root()
		f.schema(f.sub(footer, 1))
		f.pairs(footer, 4)
		for _, list := range []int{2, 3} { // dictionaries, batches
			start, blocks := f.vector(footer, list, 24)
			for i := range blocks {
				at, meta, body := f.i64(start+24*i), int64(f.u32(start+24*i+8)), f.i64(start+24*i+16)
				if body < 0 || body > size {
					return errors.New("a batch larger than the file")
				}
				m, err := part(at, meta)
				if err != nil {
					return err
				}
				m.b = m.b[messagePrefix(m.b):]
				m.message()
			}
		}
		return nil
	}
	for at := int64(0); at+8 <= size; {
		head, err := part(at, 8)
		if err != nil {
			return err
		}
		prefix := messagePrefix(head.b)
		n := int64(head.u32(prefix - 4))
		if n == 0 { // the end
			return nil
		}
		m, err := part(at+int64(prefix), n)
		if err != nil {
			return err
		}
		body := m.message()
		if body < 0 || body > size {
			return errors.New("a batch larger than the file")
		}
		at += int64(prefix) + n + body
	}
	return nil
}

// messagePrefix is the length of what stands before a message: its length, after
// a mark since 2019.
func messagePrefix(b []byte) int {
	if bytes.HasPrefix(b, []byte("\xff\xff\xff\xff")) {
		return 8
	}
	return 4
}

// flat is a FlatBuffers message: tables that point to their fields, and to each
// other, by distances. Reading outside of it panics, as slices do.
type flat struct {
	b    []byte
	left int // elements that may still be met: tables can be shared
}

func (f *flat) u32(at int) int   { return int(binary.LittleEndian.Uint32(f.b[at:])) }
func (f *flat) i64(at int) int64 { return int64(binary.LittleEndian.Uint64(f.b[at:])) }

// root is the place of the first table.
func (f *flat) root() int { return f.follow(0) }

// follow is the place that the distance at a place leads to.
func (f *flat) follow(at int) int {
	if f.left--; f.left < 0 {
		panic("tables without end")
	}
	return at + f.u32(at)
}

// field is the place of a field of a table; 0 where it has none.
func (f *flat) field(table, i int) int {
	places := table - int(int32(f.u32(table)))
	if at := 4 + 2*i; at < int(binary.LittleEndian.Uint16(f.b[places:])) {
		if d := int(binary.LittleEndian.Uint16(f.b[places+at:])); d > 0 {
			_ = f.b[table+d]
			return table + d
		}
	}
	return 0
}

// sub is the table in a field; 0 where there is none.
func (f *flat) sub(table, i int) int {
	if at := f.field(table, i); at > 0 {
		return f.follow(at)
	}
	return 0
}

// vector is the place of the first element of a list, and how many there are.
func (f *flat) vector(table, i, size int) (start, n int) {
	at := f.field(table, i)
	if at == 0 {
		return 0, 0
	}
	start = f.follow(at)
	n = f.u32(start)
	if start += 4; n > (len(f.b)-start)/size {
		panic("a list longer than the message")
	}
	return start, n
}

// pairs are a list of names and values.
func (f *flat) pairs(table, i int) {
	start, n := f.vector(table, i, 4)
	for i := range n {
		pair := f.follow(start + 4*i)
		f.vector(pair, 0, 1)
		f.vector(pair, 1, 1)
	}
}

func (f *flat) schema(table int) {
	if table == 0 {
		panic("no schema")
	}
	start, n := f.vector(table, 1, 4)
	for i := range n {
		f.column(f.follow(start+4*i), 0)
	}
	f.pairs(table, 2)
	f.vector(table, 3, 8)
}

// column is a field of the schema, and those inside it.
func (f *flat) column(table, depth int) {
	const timestamp, union, deepest = 10, 14, 64
	if depth > deepest {
		panic("columns inside each other without end")
	}
	f.vector(table, 0, 1)
	if kind, t := f.field(table, 2), f.sub(table, 3); kind > 0 && t > 0 {
		switch f.b[kind] {
		case timestamp:
			f.vector(t, 1, 1)
		case union:
			f.vector(t, 1, 4)
		default:
			f.field(t, 0)
		}
	}
	if d := f.sub(table, 4); d > 0 { // words by number
		f.field(d, 0)
		if t := f.sub(d, 1); t > 0 {
			f.field(t, 0)
		}
	}
	start, n := f.vector(table, 5, 4)
	for i := range n {
		f.column(f.follow(start+4*i), depth+1)
	}
	f.pairs(table, 6)
}

// message checks one and gives the length of the values behind it.
func (f *flat) message() (body int64) {
	const schema, dictionary, batch = 1, 2, 3
	root := f.root()
	if kind, t := f.field(root, 1), f.sub(root, 2); kind > 0 && t > 0 {
		switch f.b[kind] {
		case schema:
			f.schema(t)
		case dictionary:
			if t = f.sub(t, 1); t > 0 {
				f.batch(t)
			}
		case batch:
			f.batch(t)
		}
	}
	f.pairs(root, 4)
	if at := f.field(root, 3); at > 0 {
		return f.i64(at)
	}
	return 0
}

// batch is a group of rows, or of words.
func (f *flat) batch(table int) {
	f.vector(table, 1, 16)
	_, buffers := f.vector(table, 2, 16)
	start, n := f.vector(table, 4, 8)
	for i := range n {
		if k := f.i64(start + 8*i); k < 0 || k > int64(buffers) {
			panic("more pieces of text than there are")
		}
	}
	if t := f.sub(table, 3); t > 0 {
		f.field(t, 0)
	}
}
