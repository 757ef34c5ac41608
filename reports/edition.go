package reports

import (
	"bytes"
	"context"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/reports/chart"
)

// Edition is a report as it was issued: a folder with the frozen snapshot, a
// manifest and the files written from it. An issued edition is never changed;
// other figures make the next revision.
type Edition struct {
	ID       string    `json:"edition"`  // 2026-W40
	Revision int       `json:"revision"` // from 1
	Dir      string    `json:"dir"`
	Kind     string    `json:"kind"`
	Issued   time.Time `json:"issued"`
	Period   Days      `json:"period"`
	Files    []string  `json:"files"` // names in Dir
	// Fresh: this call wrote it. An edition of the same figures is found again,
	// and Added are the files that this call added to it.
	Fresh bool     `json:"fresh"`
	Added []string `json:"added,omitempty"`
}

// Snapshot reads the frozen figures of an edition.
func (e *Edition) Snapshot() (*Snapshot, error) {
	b, err := os.ReadFile(filepath.Join(e.Dir, snapshotName))
	if err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	s, err := Decode(b)
	if err != nil {
		return nil, fmt.Errorf("edition %s, %d: %w", e.ID, e.Revision, err)
	}
	return s, nil
}

// Manifest says what an edition holds, so that it can be checked.
type Manifest struct {
	Edition  string            `json:"edition"`
	Revision int               `json:"revision"`
	Kind     string            `json:"kind"`
	Issued   time.Time         `json:"issued"`
	Period   Days              `json:"period"`
	Version  string            `json:"version"`
	Batches  []int             `json:"batches"`
	SHA256   map[string]string `json:"sha256"` // by file name
}

// FileName is the name of the full report in a language.
func FileName(l locale.Lang) string { return "full." + string(l) + ".html" }

// EditionID names the edition of a period: an ISO week, a month, or its days.
func EditionID(from, to locale.Day) string {
	switch {
	case from.Weekday() == 0 && to == from+6:
		return from.WeekID()
	case from == from.MonthStart() && to == from.MonthEnd():
		return from.String()[:7]
	}
	return from.String() + ".." + to.String()
}

// Folder is where a campaign's editions lie.
func Folder(c *agency.Campaign) string {
	return filepath.Join(c.Client.Agency.Dir, filepath.Dir(filepath.FromSlash(c.File)), "editions")
}

// Issue freezes a snapshot and writes its edition in some languages. Where the
// newest revision holds the same figures it is that one which is returned,
// with what it lacks added to it from its own snapshot.
func Issue(ctx context.Context, src Source, req Request, engine *chart.Engine, langs ...locale.Lang) (*Edition, error) {
	s, err := Freeze(ctx, src, req)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(Folder(src.Campaign), EditionID(req.From, req.To))
	revision, err := newest(folder)
	if err != nil {
		return nil, err
	}
	if revision > 0 {
		old := &Edition{ID: EditionID(req.From, req.To), Revision: revision, Dir: filepath.Join(folder, strconv.Itoa(revision))}
		before, err := old.Snapshot()
		if err != nil {
			return nil, err
		}
		if same(s, before) {
			return complete(old.Dir, before, revision, engine, langs)
		}
	}
	revision++
	if err := os.MkdirAll(folder, 0o755); err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	// Written aside and renamed: half an edition is never seen. What a process
	// that died has left is not worth keeping.
	if left, err := filepath.Glob(filepath.Join(folder, ".writing-*")); err == nil {
		for _, dir := range left {
			os.RemoveAll(dir)
		}
	}
	tmp, err := os.MkdirTemp(folder, ".writing-*")
	if err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	defer os.RemoveAll(tmp)
	body, err := s.Encode()
	if err != nil {
		return nil, err
	}
	if err := writeFile(filepath.Join(tmp, snapshotName), body); err != nil {
		return nil, err
	}
	if _, err := complete(tmp, s, revision, engine, langs); err != nil {
		return nil, err
	}
	dir := filepath.Join(folder, strconv.Itoa(revision))
	if err := os.Chmod(tmp, 0o755); err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	if err := os.Rename(tmp, dir); err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	e, err := read(dir)
	if err != nil {
		return nil, err
	}
	e.Fresh = true
	return e, nil
}

// same compares two snapshots without the time and the day they were taken: a
// week's figures do not change by being looked at a day later.
func same(a, b *Snapshot) bool {
	x, y := *a, *b
	x.Issued, y.Issued, x.Today, y.Today = time.Time{}, time.Time{}, 0, 0
	ea, err1 := x.Encode()
	eb, err2 := y.Encode()
	return err1 == nil && err2 == nil && bytes.Equal(ea, eb)
}

// complete writes the files of an edition that are not there yet, and where it
// wrote one the manifest.
func complete(dir string, s *Snapshot, revision int, engine *chart.Engine, langs []locale.Lang) (*Edition, error) {
	var added []string
	for _, l := range langs {
		path := filepath.Join(dir, FileName(l))
		if _, err := os.Stat(path); err == nil {
			continue
		}
		body, err := HTML(s, l, engine)
		if err != nil {
			return nil, err
		}
		if err := writeFile(path, body); err != nil {
			return nil, err
		}
		added = append(added, FileName(l))
	}
	if len(added) > 0 {
		if err := writeManifest(dir, s, revision); err != nil {
			return nil, err
		}
	}
	e, err := read(dir)
	if err != nil {
		return nil, err
	}
	e.Added = added
	return e, nil
}

func writeManifest(dir string, s *Snapshot, revision int) error {
	m := Manifest{
		Edition: EditionID(s.Period.From, s.Period.To), Revision: revision, Kind: s.Kind, Issued: s.Issued, Period: s.Period,
		Version: s.Version, SHA256: map[string]string{}, Batches: []int{},
	}
	for _, x := range s.Sources {
		m.Batches = append(m.Batches, x.Batch)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	for _, f := range files {
		if f.Name() == manifestName {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		sum := sha256.Sum256(b)
		m.SHA256[f.Name()] = hex.EncodeToString(sum[:])
	}
	body, err := json.MarshalIndent(m, "", " ")
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	return writeFile(filepath.Join(dir, manifestName), append(body, '\n'))
}

const (
	manifestName = "manifest.json"
	snapshotName = "snapshot.json"
)

// writeFile puts a read-only file in place at once.
func writeFile(path string, body []byte) error {
	tmp := path + ".tmp"
	if err := os.WriteFile(tmp, body, 0o444); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	if err := os.Rename(tmp, path); err != nil {
		return fmt.Errorf("write %s: %w", path, err)
	}
	return nil
}

// newest is the number of the last revision in a folder, 0 where there is none.
func newest(folder string) (int, error) {
	entries, err := os.ReadDir(folder)
	if errors.Is(err, fs.ErrNotExist) {
		return 0, nil
	}
	if err != nil {
		return 0, fmt.Errorf("editions: %w", err)
	}
	last := 0
	for _, e := range entries {
		if n, err := strconv.Atoi(e.Name()); err == nil {
			last = max(last, n)
		}
	}
	return last, nil
}

// read is the edition of a folder.
func read(dir string) (*Edition, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	var m Manifest
	if err := json.Unmarshal(b, &m); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestName), err)
	}
	e := &Edition{ID: m.Edition, Revision: m.Revision, Dir: dir, Kind: m.Kind, Issued: m.Issued, Period: m.Period}
	for name := range m.SHA256 {
		e.Files = append(e.Files, name)
	}
	slices.Sort(e.Files)
	return e, nil
}

// Editions lists what was issued for a campaign, newest first. A folder that
// is no edition is passed over.
func Editions(c *agency.Campaign) ([]Edition, error) {
	manifests, err := filepath.Glob(filepath.Join(Folder(c), "*", "*", manifestName))
	if err != nil {
		return nil, err
	}
	var list []Edition
	for _, m := range manifests {
		if strings.HasPrefix(filepath.Base(filepath.Dir(m)), ".") {
			continue
		}
		e, err := read(filepath.Dir(m))
		if err != nil {
			return nil, err
		}
		list = append(list, *e)
	}
	slices.SortFunc(list, func(a, b Edition) int {
		if c := b.Issued.Compare(a.Issued); c != 0 {
			return c
		}
		if c := strings.Compare(b.ID, a.ID); c != 0 {
			return c
		}
		return b.Revision - a.Revision
	})
	return list, nil
}

// LastWeek is the default period of a report: the last complete ISO week that
// has data, inside the flight.
func LastWeek(last locale.Day, flight agency.Flight) (from, to locale.Day) {
	if last == 0 {
		return flight.Start.Monday(), flight.Start.Monday() + 6
	}
	to = last.Monday() + 6
	if to > last {
		to -= 7
	}
	if to < flight.Start {
		// Less than a week of data: the days there are.
		return flight.Start, last
	}
	return to - 6, to
}
