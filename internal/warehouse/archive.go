package warehouse

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"io"
	"os"
	"path/filepath"
	"sync"
	"sync/atomic"
	"syscall"
)

// Archived is a file kept by its content, or a large one on its way there: it
// is copied, and its SHA-256 taken, while Import reads it.
type Archived struct {
	SHA256 string // empty until all of the file has come
	Path   string // likewise
	Size   int64
	dir    string
	fresh  bool // was not there before
	coming *incoming
}

// lateFrom is the size from which a file is copied while it is being read.
const lateFrom = 16 << 20

// Archive copies a file into the archive, where it is named by its SHA-256;
// the name its owner gave it is kept with the batch. What is read is what is
// copied, byte for byte: nobody changes it meanwhile. A large file on disk,
// unless the archive has one of its size, only begins to be copied: give it to
// Import, or Forget it.
func (w *Warehouse) Archive(r io.Reader) (*Archived, error) {
	dir := filepath.Join(w.dir, "archive")
	if w.dir == "" {
		dir = os.TempDir()
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	in, err := newIncoming(dir, r)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	a := &Archived{Size: in.size, dir: dir, coming: in}
	if in.size >= lateFrom && !hasSize(dir, in.size) {
		return a, nil
	}
	if err := a.Arrive(); err != nil {
		return nil, err
	}
	return a, nil
}

// hasSize reports whether a folder has a file of a size. If not, the files in
// it are all others.
func hasSize(dir string, size int64) bool {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return true
	}
	for _, e := range entries {
		if info, err := e.Info(); err != nil || info.Size() == size {
			return true
		}
	}
	return false
}

// Arrive waits for the rest of a file and gives it its name.
func (a *Archived) Arrive() error {
	in := a.coming
	if in == nil {
		return nil
	}
	sum, err := in.finish()
	if err == nil {
		a.SHA256, a.Size, a.Path = sum, in.have, filepath.Join(a.dir, sum)
		if _, known := os.Stat(a.Path); known == nil {
			err = os.Remove(in.to.Name())
		} else if err = os.Rename(in.to.Name(), a.Path); err == nil {
			a.fresh = true
			err = os.Chmod(a.Path, 0o400)
		}
	}
	if err != nil {
		a.Forget()
		return fmt.Errorf("archive: %w", err)
	}
	a.coming = nil
	return nil
}

// Open gives the contents of the file; whoever reads what has not come yet makes
// it come. What was opened before Arrive is of no use after it.
func (a *Archived) Open() (interface {
	io.ReaderAt
	io.Closer
}, error) {
	if a.coming != nil {
		return a.coming, nil
	}
	return os.Open(a.Path)
}

// Forget removes a file that this call of Archive brought and no batch came of.
func (a *Archived) Forget() {
	if a.coming != nil {
		a.coming.stop()
		os.Remove(a.coming.to.Name())
		a.coming = nil
	}
	if a.fresh {
		os.Remove(a.Path)
	}
}

// incoming copies a file and takes its SHA-256 as fast as it is read: whoever
// asks for bytes that have not come yet moves them on. Its blocks are written
// by a goroutine of its own.
type incoming struct {
	mu    sync.Mutex
	from  io.Reader
	size  int64  // -1: not known
	have  int64  // bytes that have come
	last  []byte // the last of them
	ended bool
	to    *os.File

	blocks  [copyBlocks][]byte // used in turn
	turn    int
	copies  chan []byte
	room    chan struct{} // holds a token for each block that is not written yet
	written chan struct{} // closed when all are
	once    sync.Once     // to end copies
	sum     hash.Hash
	broken  atomic.Pointer[error] // of writing
}

const (
	copyBlock  = 1 << 20
	copyBlocks = 8
)

// incomingName is the pattern of the names of files that have not arrived.
const incomingName = "incoming-*"

var errChanged = errors.New("the file changed while it was being read: take it in again")

func newIncoming(dir string, r io.Reader) (*incoming, error) {
	in := &incoming{from: r, size: -1, copies: make(chan []byte, copyBlocks), room: make(chan struct{}, copyBlocks), written: make(chan struct{}), sum: sha256.New()}
	if f, ok := r.(*os.File); ok {
		info, err := f.Stat()
		if err != nil {
			return nil, err
		}
		if at, err := f.Seek(0, io.SeekCurrent); err == nil && info.Mode().IsRegular() {
			in.size = max(info.Size()-at, 0)
		}
	}
	to, err := os.CreateTemp(dir, incomingName)
	if err != nil {
		return nil, err
	}
	in.to = to
	go in.write()
	return in, nil
}

// write takes blocks to the disk, and into the sum.
func (in *incoming) write() {
	for b := range in.copies {
		in.sum.Write(b)
		if in.failed() == nil {
			if err := writeThrough(in.to, b); err != nil {
				in.broken.Store(&err)
			}
		}
		<-in.room
	}
	close(in.written)
}

// failed is what went wrong with writing so far.
func (in *incoming) failed() error {
	if err := in.broken.Load(); err != nil {
		return *err
	}
	return nil
}

// writeThrough appends a block to a file, past the system's cache where that
// can be: nobody reads the copy soon, and filling the cache takes longer than
// all the rest of copying.
func writeThrough(f *os.File, b []byte) error {
	if len(b) == copyBlock && setDirect(f, true) == nil {
		_, err := f.Write(b)
		if !errors.Is(err, syscall.EINVAL) {
			return err
		}
	}
	setDirect(f, false)
	_, err := f.Write(b)
	return err
}

// pull moves the next block on.
func (in *incoming) pull() error {
	if err := in.failed(); err != nil {
		return err
	}
	in.room <- struct{}{}
	b := in.blocks[in.turn%copyBlocks]
	if b == nil {
		size := int64(copyBlock)
		if in.size >= 0 {
			size = min(size, in.size+1)
		}
		b = make([]byte, size) // blocks as large as copyBlock begin with a page, as writing past the cache asks
		in.blocks[in.turn%copyBlocks] = b
	}
	in.turn++
	n, err := io.ReadFull(in.from, b)
	if n > 0 {
		in.last = b[:n]
		in.have += int64(n)
		in.copies <- in.last
	} else {
		<-in.room
	}
	in.ended = err == io.EOF || err == io.ErrUnexpectedEOF
	switch {
	case err != nil && !in.ended:
		return err
	case in.size >= 0 && (in.have > in.size || in.ended && in.have < in.size):
		return errChanged
	}
	return nil
}

// ReadAt gives bytes of a file of known size.
func (in *incoming) ReadAt(p []byte, off int64) (n int, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for n < len(p) {
		at, gone := off+int64(n), in.have-int64(len(in.last))
		switch {
		case at >= in.size:
			return n, io.EOF
		case at >= in.have:
			if err := in.pull(); err != nil {
				return n, err
			}
		case at >= gone:
			n += copy(p[n:], in.last[at-gone:])
		default:
			m, err := in.readBack(p[n:min(int64(len(p)), int64(n)+gone-at)], at)
			if n += m; err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// readBack reads what has been written.
func (in *incoming) readBack(p []byte, off int64) (int, error) {
	for range copyBlocks {
		in.room <- struct{}{} // until all blocks have been
	}
	setDirect(in.to, false)
	for range copyBlocks {
		<-in.room
	}
	if err := in.failed(); err != nil {
		return 0, err
	}
	return in.to.ReadAt(p, off)
}

// Close does nothing: the file is the archive's.
func (in *incoming) Close() error { return nil }

// finish copies the rest, makes it safe on the disk and gives its SHA-256.
func (in *incoming) finish() (sum string, err error) {
	in.mu.Lock()
	defer in.mu.Unlock()
	for !in.ended {
		if err := in.pull(); err != nil {
			return "", err
		}
	}
	in.end()
	if err := in.failed(); err != nil {
		return "", err
	}
	if err := in.to.Sync(); err != nil {
		return "", err
	}
	return hex.EncodeToString(in.sum.Sum(nil)), in.to.Close()
}

// stop gives up.
func (in *incoming) stop() {
	in.mu.Lock()
	defer in.mu.Unlock()
	in.end()
	in.to.Close()
}

// end waits for the goroutine that writes, and ends it.
func (in *incoming) end() {
	in.once.Do(func() {
		close(in.copies)
		<-in.written
	})
}

// CopyHash copies a file and gives its SHA-256 and size.
func CopyHash(dst io.Writer, src io.Reader) (sum string, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(dst, h), src)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
