package ingest

import (
	"io"
	"strings"
)

// sideBySide is a hand-made table whose columns repeat for several levers, with
// the levers' names in a line above the header:
//
//	;Google Ads;;Meta Ads;
//	Semaine;Dépenses;Clics;Dépenses;Clics
//
// Each of its rows is read as one row for each lever, under a header that has
// the lever as a column.
type sideBySide struct {
	shared []int    // columns before the first block
	labels []string // of the blocks
	blocks [][]int  // the columns of each, of the same headers in the same order
	header []string // as it is then read
}

// leverHeader is the name of the column that the blocks' labels make.
const leverHeader = "Levier"

// blocksOf finds blocks in a header and the line above it; nil where the table
// is none of this kind.
func blocksOf(above, header []string) *sideBySide {
	var s sideBySide
	var starts []int
	for i, c := range above {
		if c = strings.TrimSpace(clean(c)); c != "" && i < len(header) {
			s.labels = append(s.labels, c)
			starts = append(starts, i)
		}
	}
	if len(starts) < 2 || starts[0] == 0 {
		return nil
	}
	for i := range starts[0] {
		s.shared = append(s.shared, i)
	}
	for b, from := range starts {
		to := len(header)
		if b+1 < len(starts) {
			to = starts[b+1]
		}
		var cols []int
		for i := from; i < to; i++ {
			if strings.TrimSpace(header[i]) != "" {
				cols = append(cols, i)
			}
		}
		s.blocks = append(s.blocks, cols)
	}
	first := s.blocks[0]
	for _, cols := range s.blocks {
		if len(cols) != len(first) {
			return nil
		}
		for j, at := range cols {
			a, _ := normalise(header[at])
			b, _ := normalise(header[first[j]])
			if a != b {
				return nil
			}
		}
	}
	for _, at := range s.shared {
		s.header = append(s.header, header[at])
	}
	s.header = append(s.header, leverHeader)
	for _, at := range first {
		s.header = append(s.header, header[at])
	}
	return &s
}

// unpivoted reads such a table row by row and block by block.
type unpivoted struct {
	source
	s     *sideBySide
	after int // line of the header: what stands before is passed on as it is
	row   record
	cells [][]byte // of the row, kept while its blocks are read
	kinds []kind
	at    int
	out   record
}

func (u *unpivoted) next() (*record, error) {
	for {
		if u.at < len(u.s.blocks) && u.row.cells != nil {
			b := u.at
			u.at++
			if u.block(b) {
				return &u.out, nil
			}
			continue
		}
		rec, err := u.source.next()
		if err != nil {
			return nil, err
		}
		if rec.line <= u.after || rec.long {
			return rec, nil
		}
		u.row = record{line: rec.line, dirty: rec.dirty, cells: u.row.cells[:0]}
		u.cells, u.kinds = u.cells[:0], append(u.kinds[:0], rec.kinds...)
		for _, c := range rec.cells {
			u.cells = append(u.cells, append([]byte(nil), c...))
		}
		u.row.cells = u.cells
		u.at = 0
	}
}

func (u *unpivoted) Close() error {
	if c, ok := u.source.(io.Closer); ok {
		return c.Close()
	}
	return nil
}

// block makes the record of one block; false where all its cells are empty.
func (u *unpivoted) block(b int) bool {
	u.out = record{line: u.row.line, dirty: u.row.dirty, cells: u.out.cells[:0], kinds: u.out.kinds[:0]}
	add := func(at int) (filled bool) {
		var c []byte
		if at < len(u.cells) {
			c = u.cells[at]
		}
		u.out.cells = append(u.out.cells, c)
		if len(u.kinds) > 0 {
			k := kind{}
			if at < len(u.kinds) {
				k = u.kinds[at]
			}
			u.out.kinds = append(u.out.kinds, k)
		}
		return len(trim(c)) > 0
	}
	for _, at := range u.s.shared {
		add(at)
	}
	u.out.cells = append(u.out.cells, []byte(u.s.labels[b]))
	if len(u.kinds) > 0 {
		u.out.kinds = append(u.out.kinds, kind{})
	}
	filled := false
	for _, at := range u.s.blocks[b] {
		filled = add(at) || filled
	}
	return filled
}
