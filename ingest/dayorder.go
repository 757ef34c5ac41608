package ingest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"math/bits"
	"os"
	"slices"

	"vigie/internal/locale"
)

// dayOrder puts rows in order of their first day; those of one day stay in the
// order of the file. It keeps them packed and day by day, in memory up to
// room bytes and then in a temporary file that has no name, so that nothing is
// left of it whatever ends the process.
type dayOrder struct {
	folder string
	file   *os.File
	size   int64
	days   []*dayRows // from earliest on
	held   int
	room   int // how much may be held

	day  locale.Day // the last one asked for
	rows *dayRows
}

// dayRows are the rows of one day: parts of the file, then what is in memory. A
// row is the sizes of its fields, half a byte each in as many words as that takes,
// and then of each field the bytes that say something; a missing value is 0,
// others are one more than twice what they are, those below zero made odd.
type dayRows struct {
	parts []filePart
	held  []byte
}

// sizesOf is how many bytes the sizes of a row's fields take.
func sizesOf(fields int) int { return (fields + 15) / 16 * 8 }

type filePart struct {
	at int64
	n  int
}

// No day lies before earliest or after latest: see civil.
var earliest, latest = locale.Date(2000, 1, 1), locale.Date(2099, 12, 31)

// newDayOrder makes one that holds about a million rows in memory.
func newDayOrder(folder string) *dayOrder {
	return &dayOrder{folder: folder, days: make([]*dayRows, latest-earliest+1), room: 24 << 20}
}

// add keeps a row.
func (o *dayOrder) add(first, last locale.Day, keys [6]int32, values []int64, has []bool) error {
	if o.rows == nil || o.day != first {
		o.day, o.rows = first, o.days[first-earliest]
		if o.rows == nil {
			o.rows = &dayRows{}
			o.days[first-earliest] = o.rows
		}
	}
	b := o.rows.held
	before := len(b)
	fields := 1 + len(keys) + len(values)
	room := sizesOf(fields)
	b = slices.Grow(b, room+8*fields)[:before+room]
	sizes := uint64(0)
	put := func(field int, v uint64) {
		// Eight bytes are written, and those that say something kept.
		n := (bits.Len64(v) + 7) / 8
		binary.LittleEndian.PutUint64(b[len(b):len(b)+8], v)
		b = b[:len(b)+n]
		sizes |= uint64(n) << (field % 16 * 4)
		if field%16 == 15 || field == fields-1 {
			binary.LittleEndian.PutUint64(b[before+field/16*8:], sizes)
			sizes = 0
		}
	}
	put(0, uint64(last-first))
	for i, k := range keys {
		put(1+i, uint64(k))
	}
	for i, v := range values {
		packed := uint64(0)
		if has[i] {
			packed = uint64(v<<1^v>>63) + 1
		}
		put(1+len(keys)+i, packed)
	}
	o.rows.held = b
	if o.held += len(b) - before; o.held >= o.room {
		return o.spill()
	}
	return nil
}

// spill moves what is in memory to the file.
func (o *dayOrder) spill() error {
	if o.file == nil {
		f, err := os.CreateTemp(o.folder, "sorting-*")
		if err != nil {
			return fmt.Errorf("sort the rows: %w", err)
		}
		os.Remove(f.Name())
		o.file = f
	}
	w := bufio.NewWriterSize(o.file, 1<<20)
	for _, r := range o.days {
		if r != nil && len(r.held) > 0 {
			w.Write(r.held) // Flush tells what went wrong
			r.parts = append(r.parts, filePart{o.size, len(r.held)})
			o.size += int64(len(r.held))
			r.held = r.held[:0]
		}
	}
	o.held = 0
	if err := w.Flush(); err != nil {
		return fmt.Errorf("sort the rows: %w", err)
	}
	return nil
}

// each gives the rows in order until give says no. The slices are valid until
// it returns.
func (o *dayOrder) each(measures int, give func(first, last locale.Day, keys [6]int32, values []int64, has []bool) bool) error {
	values, has := make([]int64, measures), make([]bool, measures)
	fields := 1 + len([6]int32{}) + measures
	unpack := func(day locale.Day, b []byte) bool {
		for len(b) > 0 {
			sizes := b[:sizesOf(fields)]
			b = b[len(sizes):]
			next := func(field int) (v uint64) {
				n := binary.LittleEndian.Uint64(sizes[field/16*8:]) >> (field % 16 * 4) & 15
				if len(b) >= 8 {
					v = binary.LittleEndian.Uint64(b) & (1<<(8*n) - 1)
				} else {
					for i, c := range b[:n] {
						v |= uint64(c) << (8 * i)
					}
				}
				b = b[n:]
				return v
			}
			last := day + locale.Day(next(0))
			var keys [6]int32
			for i := range keys {
				keys[i] = int32(next(1 + i))
			}
			for i := range values {
				v := next(1 + len(keys) + i)
				has[i] = v > 0
				v = max(v, 1) - 1
				values[i] = int64(v>>1) ^ -int64(v&1)
			}
			if !give(day, last, keys, values, has) {
				return false
			}
		}
		return true
	}
	var part []byte
	for i, r := range o.days {
		if r == nil {
			continue
		}
		day := earliest + locale.Day(i)
		for _, p := range r.parts {
			part = slices.Grow(part[:0], p.n)[:p.n]
			if _, err := o.file.ReadAt(part, p.at); err != nil && err != io.EOF {
				return fmt.Errorf("sort the rows: %w", err)
			}
			if !unpack(day, part) {
				return nil
			}
		}
		if !unpack(day, r.held) {
			return nil
		}
		o.days[i] = nil
	}
	return nil
}

// close gives the temporary file back.
func (o *dayOrder) close() {
	if o.file != nil {
		o.file.Close()
	}
}
