package warehouse

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
)

// randomFile writes a file of some size that compresses to nothing.
func randomFile(t *testing.T, size int) (path string, data []byte) {
	t.Helper()
	data = make([]byte, size)
	rand.NewChaCha8([32]byte{1}).Read(data)
	path = filepath.Join(t.TempDir(), "export.csv")
	if err := os.WriteFile(path, data, 0o644); err != nil {
		t.Fatal(err)
	}
	return path, data
}

func archived(t *testing.T, w *Warehouse, path string) *Archived {
	t.Helper()
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { f.Close() })
	a, err := w.Archive(f)
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// inArchive are the names of the files in the archive.
func inArchive(t *testing.T, w *Warehouse) []string {
	t.Helper()
	entries, err := os.ReadDir(filepath.Join(w.Dir(), "archive"))
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	for _, e := range entries {
		names = append(names, e.Name())
	}
	return names
}

// A large file is copied while it is read, in whatever order that is done.
func TestArchiveWhileReading(t *testing.T) {
	for _, size := range []int{lateFrom, lateFrom + 1, lateFrom + 12_345, lateFrom + copyBlock} {
		w := open(t)
		path, data := randomFile(t, size)
		a := archived(t, w, path)
		if a.SHA256 != "" || a.Size != int64(size) {
			t.Fatalf("%d bytes: %q, %d bytes", size, a.SHA256, a.Size)
		}
		f, err := a.Open()
		if err != nil {
			t.Fatal(err)
		}
		check := func(off, n int) {
			t.Helper()
			p := make([]byte, n)
			want := data[min(off, size):min(off+n, size)]
			got, err := f.ReadAt(p, int64(off))
			if !bytes.Equal(p[:got], want) || (err == io.EOF) != (len(want) < n) || err != nil && err != io.EOF {
				t.Fatalf("%d bytes at %d of %d: %d, %v", n, off, size, got, err)
			}
		}
		check(0, 100)
		check(50, 3*copyBlock)
		check(copyBlock-1, 2)
		check(copyBlock+7, copyBlock) // gone by
		for off := 4 * copyBlock; off < 10*copyBlock; off += 300_000 {
			check(off, 256<<10)
		}
		check(size-10, 10)
		check(size-10, 11)
		check(size, 1)
		check(5, 9*copyBlock)
		if err := a.Arrive(); err != nil {
			t.Fatal(err)
		}
		sum := sha256.Sum256(data)
		kept, err := os.ReadFile(a.Path)
		if err != nil || !bytes.Equal(kept, data) || a.SHA256 != hex.EncodeToString(sum[:]) || filepath.Base(a.Path) != a.SHA256 {
			t.Fatalf("%d bytes: kept as %s: %v", size, a.Path, err)
		}
		if info, _ := os.Stat(a.Path); info.Mode().Perm() != 0o400 {
			t.Errorf("mode %v", info.Mode())
		}
		// It may be known: it is compared before anything is read.
		again := archived(t, w, path)
		if again.SHA256 != a.SHA256 || again.Path != a.Path {
			t.Errorf("the second time: %+v", again)
		}
		again.Forget()
		if names := inArchive(t, w); len(names) != 1 {
			t.Errorf("the archive holds %v", names)
		}
	}
}

// A file that is given up or changes leaves nothing behind.
func TestArchiveGivenUp(t *testing.T) {
	w := open(t)
	path, data := randomFile(t, lateFrom+5)
	some := make([]byte, 2*copyBlock)
	a := archived(t, w, path)
	a.coming.ReadAt(some, 0)
	a.Forget()
	a.Forget()
	for name, change := range map[string]func() error{
		"longer":  func() error { return os.WriteFile(path, append(data, 'x'), 0o644) },
		"shorter": func() error { return os.Truncate(path, lateFrom-1) },
	} {
		if err := os.WriteFile(path, data, 0o644); err != nil {
			t.Fatal(err)
		}
		a := archived(t, w, path)
		a.coming.ReadAt(some, 0)
		if err := change(); err != nil {
			t.Fatal(err)
		}
		if err := a.Arrive(); !errors.Is(err, errChanged) {
			t.Errorf("%s meanwhile: %v", name, err)
		}
	}
	if names := inArchive(t, w); len(names) != 0 {
		t.Errorf("the archive holds %v", names)
	}
	// Neither does a process that was killed, once the next one has begun.
	if err := os.WriteFile(filepath.Join(w.Dir(), "archive", "incoming-7"), data, 0o600); err != nil {
		t.Fatal(err)
	}
	w.Close()
	next, err := Open(t.Context(), w.Dir())
	if err != nil {
		t.Fatal(err)
	}
	defer next.Close()
	if names := inArchive(t, next); len(names) != 0 {
		t.Errorf("after a new start the archive holds %v", names)
	}
}
