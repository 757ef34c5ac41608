package ingest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"io"
	"maps"
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
	days   map[locale.Day]*dayRows
	held   int
	room   int // how much may be held

	day  locale.Day // the last one asked for
	rows *dayRows
}

// dayRows are the rows of one day: parts of the file, then what is in memory.
type dayRows struct {
	parts []filePart
	held  []byte
}

type filePart struct {
	at int64
	n  int
}

// newDayOrder makes one that holds about a million rows in memory.
func newDayOrder(folder string) *dayOrder {
	return &dayOrder{folder: folder, days: map[locale.Day]*dayRows{}, room: 24 << 20}
}

// add keeps a row.
func (o *dayOrder) add(first, last locale.Day, keys [6]int32, values []int64, has []bool) error {
	if o.rows == nil || o.day != first {
		o.day, o.rows = first, o.days[first]
		if o.rows == nil {
			o.rows = &dayRows{}
			o.days[first] = o.rows
		}
	}
	b := o.rows.held
	before := len(b)
	b = binary.AppendUvarint(b, uint64(last-first))
	for _, k := range keys {
		b = binary.AppendUvarint(b, uint64(k))
	}
	for i, v := range values {
		if has[i] {
			b = binary.AppendUvarint(b, uint64(v)+1)
		} else {
			b = append(b, 0)
		}
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
	for _, day := range slices.Sorted(maps.Keys(o.days)) {
		if r := o.days[day]; len(r.held) > 0 {
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
	unpack := func(day locale.Day, b []byte) bool {
		next := func() uint64 {
			v, n := binary.Uvarint(b)
			b = b[n:]
			return v
		}
		for len(b) > 0 {
			last := day + locale.Day(next())
			var keys [6]int32
			for i := range keys {
				keys[i] = int32(next())
			}
			for i := range values {
				v := next()
				has[i] = v > 0
				values[i] = int64(max(v, 1) - 1)
			}
			if !give(day, last, keys, values, has) {
				return false
			}
		}
		return true
	}
	var part []byte
	for _, day := range slices.Sorted(maps.Keys(o.days)) {
		r := o.days[day]
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
		delete(o.days, day)
	}
	return nil
}

// close gives the temporary file back.
func (o *dayOrder) close() {
	if o.file != nil {
		o.file.Close()
	}
}
