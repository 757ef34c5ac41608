package ingest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"slices"
	"strings"
	"testing"
	"time"
)

const plainReport = googleHeader + "2025-09-02,Brand,EUR,100,10,5.00\n"

// A compressed file that is damaged, or built to fill a disk, is refused, and
// no unpacked file is left behind.
func TestGzip(t *testing.T) {
	dir := t.TempDir()
	open := func(data []byte) error {
		r, err := Open(File{Name: "in.csv.gz", Size: int64(len(data)), R: bytes.NewReader(data)}, Options{Now: testNow, TempDir: dir})
		if err == nil {
			err = r.Close()
		}
		if left, _ := os.ReadDir(dir); len(left) > 0 {
			t.Errorf("%s is left behind", left[0].Name())
		}
		return err
	}
	check := func(data []byte, want string) {
		t.Helper()
		var refusal *Refusal
		if err := open(data); !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "" {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	good := gzipOf(t, []byte(plainReport))
	if err := open(good); err != nil {
		t.Error(err)
	}
	check(gzipOf(t, make([]byte, ratioFrom+1)), "unpacks to more than 16 MB")
	check(good[:len(good)/2], "damaged or was cut off (unexpected EOF)")
	check(append(bytes.Clone(good[:len(good)-8]), 1, 2, 3, 4, 5, 6, 7, 8), "invalid checksum")
	check(append(bytes.Clone(good), "more"...), "damaged")
	check([]byte("\x1f\x8b\x08"), "damaged")
	check(gzipOf(t, nil), "the file is empty")
	check(gzipOf(t, good), "compressed twice")
	check(gzipOf(t, zipOf(t, map[string]string{"a.csv": plainReport})), "it is an archive")
	check(gzipOf(t, append(make([]byte, 257), "ustar\x0000 and so on"...)), "a tar archive")

	// The disk's trouble is not the file's.
	broken := errors.New("the disk is gone")
	_, err := Open(File{Name: "a.gz", Size: int64(len(good)), R: partly{bytes.NewReader(good), new(bool), broken}}, Options{})
	if !errors.Is(err, broken) {
		t.Error(err)
	}
	var refusal *Refusal
	_, err = Open(File{Name: "a.gz", Size: int64(len(good)), R: bytes.NewReader(good)}, Options{TempDir: dir + "/gone"})
	if !errors.Is(err, fs.ErrNotExist) || errors.As(err, &refusal) {
		t.Error(err)
	}
}

// partly is a file whose first read succeeds and whose others do not.
type partly struct {
	io.ReaderAt
	read *bool
	err  error
}

func (p partly) ReadAt(b []byte, off int64) (int, error) {
	if *p.read {
		return 0, p.err
	}
	*p.read = true
	return p.ReaderAt.ReadAt(b, off)
}

// entry is a member of a zip that a test makes.
type entry struct {
	zip.FileHeader
	body string
}

func named(name, body string) entry {
	return entry{zip.FileHeader{Name: name, Method: zip.Deflate}, body}
}

func archiveOf(t testing.TB, entries ...entry) []byte {
	t.Helper()
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for _, e := range entries {
		w, err := z.CreateHeader(&e.FileHeader)
		if err != nil {
			t.Fatal(err)
		}
		if _, err := io.WriteString(w, e.body); err != nil {
			t.Fatal(err)
		}
	}
	if err := z.Close(); err != nil {
		t.Fatal(err)
	}
	return b.Bytes()
}

func membersOf(data []byte) ([]Member, error) {
	return Members(File{Name: "x.zip", Size: int64(len(data)), R: bytes.NewReader(data)}, nil)
}

// TestMembers: what counts as a member, by which name, of what time.
func TestMembers(t *testing.T) {
	paris, err := time.LoadLocation("Europe/Paris")
	if err != nil {
		t.Fatal(err)
	}
	wall := named("wall.csv", "a") // DOS time alone: 16 November 2026, 08:30
	wall.ModifiedDate, wall.ModifiedTime = 46<<9|11<<5|16, 8<<11|30<<5
	instant := named("instant.csv", "b")
	instant.Modified = time.Date(2026, 11, 16, 7, 30, 0, 0, time.UTC)
	old := named("Chiffre d'\x82t\x82.csv", "c") // as Windows writes it
	old.NonUTF8 = true
	data := archiveOf(t, wall, instant, old,
		named("dossier/", ""), named("dossier/a.csv", "d"), named("../../etc/passwd", "e"), named("/abs\\b.csv", "f"),
		named("e\u0301te\u0301\u202e.csv", "g"), named("__MACOSX/._a.csv", "h"), named(".DS_Store", "i"), named("dossier/.git/config", "j"),
		named("Thumbs.db", "k"), named("~$a.xlsx", "l"))
	list, err := Members(File{Name: "x.zip", Size: int64(len(data)), R: bytes.NewReader(data)}, paris)
	if err != nil {
		t.Fatal(err)
	}
	var got []string
	for _, m := range list {
		body, err := m.Open()
		if err != nil {
			t.Fatal(err)
		}
		b, err := io.ReadAll(body)
		body.Close()
		if err != nil {
			t.Fatal(err)
		}
		when := ""
		if !m.ModTime.IsZero() {
			when = m.ModTime.UTC().Format(" 2006-01-02 15:04")
		}
		got = append(got, m.Name+when+" "+string(b))
	}
	want := []string{
		"x.zip/wall.csv 2026-11-16 07:30 a", "x.zip/instant.csv 2026-11-16 07:30 b", "x.zip/Chiffre d'été.csv c",
		"x.zip/dossier/a.csv d", "x.zip/etc/passwd e", "x.zip/abs/b.csv f", "x.zip/été.csv g",
	}
	if !slices.Equal(got, want) {
		t.Errorf("got\n%s\nwant\n%s", strings.Join(got, "\n"), strings.Join(want, "\n"))
	}
	for name, data := range map[string][]byte{
		"a text":     []byte(plainReport),
		"a workbook": zipOf(t, map[string]string{"[Content_Types].xml": "", "xl/workbook.xml": ""}),
		"nothing":    nil,
		"a PK text":  []byte("PK"),
		"damaged":    []byte("PK\x03\x04 and no directory"),
		"cut off":    data[:len(data)-30],
	} {
		if list, err := membersOf(data); list != nil || err != nil {
			t.Errorf("%s is an archive of %d: %v", name, len(list), err)
		}
	}
}

// Archives that are built to exhaust a reader, and members that are not what
// they should be, are refused in words.
func TestArchiveLimits(t *testing.T) {
	check := func(data []byte, want string) {
		t.Helper()
		list, err := membersOf(data)
		for _, m := range list {
			var body io.ReadCloser
			if body, err = m.Open(); err == nil {
				_, err = io.Copy(io.Discard, body)
				body.Close()
			}
		}
		var refusal *Refusal
		if !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, want) || refusal.Message.FR == "" {
			t.Errorf("refused with %v, want %q", err, want)
		}
	}
	good := archiveOf(t, named("a.csv", plainReport))
	check(archiveOf(t), "holds no file")
	check(archiveOf(t, named("__MACOSX/a", "a"), named("b/", "")), "holds no file")
	many := make([]entry, maxMembers+1)
	for i := range many {
		many[i] = named(fmt.Sprintf("%d.csv", i), "a")
	}
	check(archiveOf(t, many...), "holds 201 files, more than the 200")
	check(archiveOf(t, named("zeros.csv", string(make([]byte, ratioFrom+1)))), "unpacks to more than 16 MB")
	half := string(make([]byte, ratioFrom/2+1))
	check(archiveOf(t, named("a.csv", half), named("b.csv", half)), "unpacks to more than 16 MB")
	check(archiveOf(t, named("a.csv.gz", string(gzipOf(t, []byte(plainReport))))), "compressed once more")
	link := named("a.csv", "/etc/passwd")
	link.SetMode(fs.ModeSymlink | 0o777)
	check(archiveOf(t, link), "a link to another file")
	locked := named("a.csv", "x")
	locked.Flags = 1
	check(archiveOf(t, locked), "protected by a password")
	check(bytes.ReplaceAll(good, []byte{8, 0, 8, 0}, []byte{8, 0, 99, 0}), "compressed in a way that is not read (method 99)")

	// The directory says that a member is smaller, or larger, than it is.
	for _, size := range []uint32{1, 1000} {
		lying := bytes.Clone(good)
		at := bytes.Index(lying, []byte("PK\x01\x02"))
		binary.LittleEndian.PutUint32(lying[at+24:], size)
		check(lying, "damaged in the archive")
	}
	harmed := bytes.Clone(good)
	harmed[40] ^= 0xff
	check(harmed, "damaged in the archive")

	// A directory of a hundred thousand members is not held in memory.
	var b bytes.Buffer
	z := zip.NewWriter(&b)
	for range 100_000 {
		if _, err := z.Create(""); err != nil {
			t.Fatal(err)
		}
	}
	z.Close()
	list, err := membersOf(b.Bytes())
	if list != nil || err != nil {
		t.Errorf("%d members, %v", len(list), err)
	}
	var refusal *Refusal
	_, err = Open(File{Name: "x.zip", Size: int64(b.Len()), R: bytes.NewReader(b.Bytes())}, Options{Now: testNow})
	if !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, "tens of thousands") {
		t.Error(err)
	}

	// The disk's trouble is not the archive's.
	broken := errors.New("the disk is gone")
	if _, err := Members(File{Name: "x.zip", Size: 1000, R: partly{bytes.NewReader(good), new(bool), broken}}, nil); !errors.Is(err, broken) {
		t.Error(err)
	}
}

// A file of several tables is never read as one, packed or not; a table is.
func TestTables(t *testing.T) {
	table := "# Start date: 20260301\n# End date: 20260302\nNth day,Sessions\n0000,12\n"
	stack := "# ----\n# Report CSV Export\n# ----\n" + table + "\n" + strings.ReplaceAll(table, "202603", "202602")
	for _, data := range [][]byte{[]byte(stack), gzipOf(t, []byte(stack)), []byte("\ufeff" + stack)} {
		f := File{Name: "x", Size: int64(len(data)), R: bytes.NewReader(data)}
		var refusal *Refusal
		if _, err := Open(f, Options{Now: testNow}); !errors.As(err, &refusal) || !strings.Contains(refusal.Message.EN, "2 tables one under the other") {
			t.Errorf("read as one: %v", err)
		}
		list, err := Tables(f, Options{Now: testNow})
		if err != nil || len(list) != 2 || list[0].Line != 6 || list[1].Line != 11 || list[1].Name != "x/Nth day, Sessions (2)" {
			t.Errorf("%v, %v", list, err)
		}
		for _, m := range list {
			if _, _, rep, err := readAll(fileOf(t, m), Options{Now: testNow}); err != nil || rep.Rows != 1 {
				t.Errorf("%s: %v", m.Name, err)
			}
		}
		// Who asks for another platform is told by its own reader.
		if list, err := Tables(f, Options{Now: testNow, Platform: "googleads"}); list != nil || err != nil {
			t.Errorf("%v, %v", list, err)
		}
	}
	for _, text := range []string{"", "# ----", "# ----\n# a: 20260301\n", plainReport, "# ----\n" + table} {
		if list, err := Tables(File{Name: "x", Size: int64(len(text)), R: strings.NewReader(text)}, Options{Now: testNow}); list != nil || err != nil {
			t.Errorf("%q: %v, %v", text, list, err)
		}
	}
	broken := errors.New("the disk is gone")
	if _, err := Tables(File{Name: "x", Size: int64(len(stack)), R: partly{strings.NewReader(stack), new(bool), broken}}, Options{}); !errors.Is(err, broken) {
		t.Error(err)
	}
}
