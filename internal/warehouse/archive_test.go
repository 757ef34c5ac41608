package warehouse

import (
	"bytes"
	"crypto/sha256"
	"database/sql"
	"database/sql/driver"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"math/rand/v2"
	"os"
	"path/filepath"
	"testing"
	"time"

	"github.com/apache/arrow/go/v17/arrow/ipc"
	"github.com/marcboeker/go-duckdb"

	"vigie/ingest"
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

// Tables of programs and workbooks are read from their end and from their
// middle. What is taken in of a large one that is still being copied is what is
// taken in of the same bytes when they are all there.
func TestImportWhileArchiving(t *testing.T) {
	dir := t.TempDir()
	connector, err := duckdb.NewConnector("", nil)
	if err != nil {
		t.Fatal(err)
	}
	db := sql.OpenDB(connector)
	defer db.Close()
	conn, err := db.Conn(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	const ads = `select date '2026-08-01' + (i // 3000)::integer as "Day", 'Campaign ' || i % 7 as "Campaign", 'Group ' || i % 3000 as "Ad group", 'EUR' as "Currency code",
		i % 1000 as "Impr.", i % 50 as "Clicks", i % 70 / 4 as "Cost", md5(i::varchar) || repeat(md5((i + 1)::varchar), 8) as "Note" from range(75000) t(i)`
	files := map[string]string{}
	for _, format := range []string{"parquet", "json"} {
		files[format] = filepath.Join(dir, "ads."+format)
		codec := map[string]string{"parquet": ", codec uncompressed"}[format]
		if _, err := conn.ExecContext(t.Context(), "copy ("+ads+") to '"+files[format]+"' (format "+format+codec+")"); err != nil {
			t.Fatal(err)
		}
	}
	create := func(name string, write func(f *os.File) error) {
		files[name] = filepath.Join(dir, "ads."+name)
		f, err := os.Create(files[name])
		if err == nil {
			err = write(f)
		}
		if err != nil {
			t.Fatal(err)
		}
		f.Close()
	}
	create("arrow", func(f *os.File) error {
		return conn.Raw(func(dc any) error {
			a, err := duckdb.NewArrowFromConn(dc.(driver.Conn))
			if err != nil {
				return err
			}
			rows, err := a.QueryContext(t.Context(), ads)
			if err != nil {
				return err
			}
			defer rows.Release()
			w, err := ipc.NewFileWriter(f, ipc.WithSchema(rows.Schema()))
			if err != nil {
				return err
			}
			for rows.Next() {
				if err := w.Write(rows.Record()); err != nil {
					return err
				}
			}
			return w.Close()
		})
	})
	create("xlsx", func(f *os.File) error { return adsXLSX(f, 330_000) })
	for name, path := range files {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(path)
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			take := func(body io.Reader) (w *Warehouse, r *Imported) {
				w = open(t)
				kept, err := w.Archive(body)
				if err != nil {
					t.Fatal(err)
				}
				if late := kept.SHA256 == ""; late != (body == io.Reader(f)) {
					t.Fatalf("%d bytes, copied while they are read: %t", kept.Size, late)
				}
				r, err = w.Import(t.Context(), Import{Client: "durand", Name: filepath.Base(path), File: kept, Options: ingest.Options{
					Now: time.Date(2027, 1, 2, 0, 0, 0, 0, time.UTC), Zone: time.UTC,
				}})
				if err != nil || r.Status != StatusImported || r.Rows < 75_000 {
					t.Fatal(r, err)
				}
				return w, r
			}
			w, r := take(f)
			sum, _, err := CopyHash(io.Discard, io.NewSectionReader(f, 0, 1<<40))
			if err != nil || r.SHA256 != sum {
				t.Errorf("kept as %s, is %s: %v", r.SHA256, sum, err)
			}
			other, want := take(io.NewSectionReader(f, 0, 1<<40))
			if fmt.Sprint(r.Problems) != fmt.Sprint(want.Problems) || fmt.Sprint(r.Totals) != fmt.Sprint(want.Totals) {
				t.Errorf("reported\n%v %v\nwant\n%v %v", r.Totals, r.Problems, want.Totals, want.Problems)
			}
			if table(t, w, "from rollup") != table(t, other, "from rollup") {
				t.Error("the roll-up is another one")
			}
			if names := inArchive(t, w); len(names) != 1 || names[0] != sum {
				t.Errorf("the archive holds %v", names)
			}
		})
	}
}
