package ingest

import (
	"encoding/binary"
	"math/bits"
)

// duplicates finds rows that stand in a file more than once, in a table that
// does not grow with the file. Once the table is full only the rows whose hash
// has one more leading zero bit are watched: a sample that is half as large
// each time, of which all copies are seen.
type duplicates struct {
	rows map[uint64]seenRow
	bits int // leading zeros that a hash must have to be watched
	// repeats are rows seen before, firstLine and firstCopy the first pair.
	repeats              int64
	firstLine, firstCopy int
	copies               int64 // distinct rows seen more than once, of those watched
}

type seenRow struct{ line, times int32 }

// maxWatched rows are watched at a time.
const maxWatched = 1 << 14

// see notes a row by its hash.
func (d *duplicates) see(hash uint64, line int) {
	if bits.LeadingZeros64(hash) < d.bits {
		return
	}
	if d.rows == nil {
		d.rows = make(map[uint64]seenRow, 1024)
	}
	row, ok := d.rows[hash]
	if ok {
		d.repeats++
		if row.times == 1 {
			d.copies++
		}
		if d.firstCopy == 0 {
			d.firstLine, d.firstCopy = int(row.line), line
		}
		row.times++
		d.rows[hash] = row
		return
	}
	if len(d.rows) >= maxWatched {
		d.bits++
		d.repeats, d.copies = 0, 0
		for h, r := range d.rows {
			if bits.LeadingZeros64(h) < d.bits {
				delete(d.rows, h)
				continue
			}
			if r.times > 1 {
				d.copies++
				d.repeats += int64(r.times - 1)
			}
		}
		if bits.LeadingZeros64(hash) < d.bits {
			return
		}
	}
	d.rows[hash] = seenRow{int32(line), 1}
}

// estimate is how many rows of the file repeat another one: a count where all
// rows were watched, else scaled up from the sample.
func (d *duplicates) estimate() (n int64, exact bool) {
	return d.repeats << d.bits, d.bits == 0
}

// most reports that more than half of the distinct rows stand in the file more
// than once, as in a file that was pasted twice.
func (d *duplicates) most() bool {
	return d.copies >= 3 && 2*d.copies > int64(len(d.rows))
}

// hashBytes mixes bytes into a hash, eight at a time. It is the same for the
// same bytes everywhere: what is watched must not depend on the machine.
func hashBytes(h uint64, b []byte) uint64 {
	const k0, k1 = 0x9e3779b97f4a7c15, 0xd6e8feb86659fd93
	h ^= uint64(len(b)) * k1
	for ; len(b) >= 8; b = b[8:] {
		hi, lo := bits.Mul64(h^binary.LittleEndian.Uint64(b), k0)
		h = hi ^ lo
	}
	var tail uint64
	for i, c := range b {
		tail |= uint64(c) << (8 * i)
	}
	hi, lo := bits.Mul64(h^tail^k1, k0)
	h = hi ^ lo
	hi, lo = bits.Mul64(h, k1)
	return hi ^ lo
}
