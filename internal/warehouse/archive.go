package warehouse

import (
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"os"
	"path/filepath"
)

// Archived is a file kept by its content.
type Archived struct {
	SHA256 string
	Path   string
	Size   int64
	fresh  bool // was not there before
}

// Archive copies a file into the archive, where it is named by its SHA-256;
// the name its owner gave it is kept with the batch. The copy is what is read:
// it can be read again, and nobody changes it meanwhile.
func (w *Warehouse) Archive(r io.Reader) (*Archived, error) {
	dir := filepath.Join(w.dir, "archive")
	if w.dir == "" {
		dir = os.TempDir()
	} else if err := os.MkdirAll(dir, 0o700); err != nil {
		return nil, fmt.Errorf("make %s: %w", dir, err)
	}
	tmp, err := os.CreateTemp(dir, "incoming-*")
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	defer os.Remove(tmp.Name())
	defer tmp.Close()
	sum, n, err := CopyHash(tmp, r)
	if err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	a := &Archived{SHA256: sum, Path: filepath.Join(dir, sum), Size: n}
	if _, err := os.Stat(a.Path); err == nil {
		return a, nil
	}
	a.fresh = true
	if err := tmp.Sync(); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	if err := os.Rename(tmp.Name(), a.Path); err != nil {
		return nil, fmt.Errorf("archive: %w", err)
	}
	return a, os.Chmod(a.Path, 0o400)
}

// Forget removes a file that this call of Archive brought and no batch came of.
func (a *Archived) Forget() {
	if a.fresh {
		os.Remove(a.Path)
	}
}

// CopyHash copies a file and gives its SHA-256 and size.
func CopyHash(dst io.Writer, src io.Reader) (sum string, size int64, err error) {
	h := sha256.New()
	size, err = io.Copy(io.MultiWriter(dst, h), src)
	return hex.EncodeToString(h.Sum(nil)), size, err
}
