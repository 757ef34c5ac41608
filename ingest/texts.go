package ingest

import (
	"bufio"
	"encoding/binary"
	"fmt"
	"os"
)

// texts holds the shared texts of a workbook by their number: in one block of
// memory, and where they are too many for it in temporary files. These have no
// names and go with the workbook, whatever ends the process.
type texts struct {
	folder string
	room   int // bytes that may be held in memory

	all  []byte
	ends []uint32

	// Where they are too many: the texts, and where each ends among them.
	count      int
	text, each *pagedFile
}

func newTexts(folder string) *texts { return &texts{folder: folder, room: 64 << 20} }

// add appends to the present text.
func (t *texts) add(b []byte) error {
	if t.text != nil {
		return t.text.write(b)
	}
	t.all = append(t.all, b...)
	return nil
}

// end ends the present text; the next one begins.
func (t *texts) end() error {
	t.count++
	if t.text == nil {
		t.ends = append(t.ends, uint32(len(t.all)))
		if len(t.all)+4*len(t.ends) <= t.room {
			return nil
		}
		return t.spill()
	}
	return t.each.write(binary.LittleEndian.AppendUint64(nil, uint64(t.text.size)))
}

// spill moves the texts to files.
func (t *texts) spill() (err error) {
	if t.text, err = newPagedFile(t.folder); err != nil {
		return err
	}
	if t.each, err = newPagedFile(t.folder); err != nil {
		return err
	}
	if err := t.text.write(t.all); err != nil {
		return err
	}
	for _, end := range t.ends {
		if err := t.each.write(binary.LittleEndian.AppendUint64(nil, uint64(end))); err != nil {
			return err
		}
	}
	t.all, t.ends = nil, nil
	return nil
}

// finish is called after the last text, before the first is asked for.
func (t *texts) finish() error {
	if t.text == nil {
		return nil
	}
	if err := t.text.out.Flush(); err != nil {
		return fmt.Errorf("keep the texts: %w", err)
	}
	if err := t.each.out.Flush(); err != nil {
		return fmt.Errorf("keep the texts: %w", err)
	}
	return nil
}

// appendTo appends text i to b; nothing where there is none. Of one that is
// longer than any row it appends no more than shows that.
func (t *texts) appendTo(b []byte, i int) ([]byte, error) {
	if i < 0 || i >= t.count {
		return b, nil
	}
	if t.text == nil {
		start := uint32(0)
		if i > 0 {
			start = t.ends[i-1]
		}
		return append(b, t.all[start:min(t.ends[i], start+maxRecord+1)]...), nil
	}
	start, err := t.endOf(i - 1)
	if err != nil {
		return b, err
	}
	end, err := t.endOf(i)
	if err != nil {
		return b, err
	}
	return t.text.appendTo(b, start, int(min(end-start, maxRecord+1)))
}

// endOf is where text i ends in the file of texts.
func (t *texts) endOf(i int) (int64, error) {
	if i < 0 {
		return 0, nil
	}
	b, err := t.each.appendTo(make([]byte, 0, 8), 8*int64(i), 8)
	if err != nil {
		return 0, err
	}
	return int64(binary.LittleEndian.Uint64(b)), nil
}

// pagedFile is a temporary file that is written first and then read; the pages
// read last are held.
type pagedFile struct {
	file  *os.File
	out   *bufio.Writer
	size  int64
	pages [pagesHeld]filePage
}

type filePage struct {
	number int64 // from 1; 0: none
	data   []byte
}

const (
	pageSize  = 16 << 10
	pagesHeld = 256
)

func newPagedFile(folder string) (*pagedFile, error) {
	f, err := os.CreateTemp(folder, "texts-*")
	if err != nil {
		return nil, fmt.Errorf("keep the texts: %w", err)
	}
	os.Remove(f.Name())
	return &pagedFile{file: f, out: bufio.NewWriterSize(f, 256<<10)}, nil
}

func (p *pagedFile) write(b []byte) error {
	p.size += int64(len(b))
	if _, err := p.out.Write(b); err != nil {
		return fmt.Errorf("keep the texts: %w", err)
	}
	return nil
}

// appendTo appends n bytes from off on to b.
func (p *pagedFile) appendTo(b []byte, off int64, n int) ([]byte, error) {
	for n > 0 {
		number := off/pageSize + 1
		page := &p.pages[number%pagesHeld]
		if page.number != number {
			first := (number - 1) * pageSize
			data := append(page.data[:0], make([]byte, min(pageSize, p.size-first))...)
			page.number, page.data = 0, data
			if _, err := p.file.ReadAt(data, first); err != nil {
				return b, fmt.Errorf("keep the texts: %w", err)
			}
			page.number = number
		}
		part := page.data[off%pageSize:]
		part = part[:min(n, len(part))]
		b = append(b, part...)
		off, n = off+int64(len(part)), n-len(part)
	}
	return b, nil
}
