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
	"maps"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
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
	// Altered are the files that are no longer what was issued, as paths inside
	// the folder of the period: 1/full.fr.html. They are never written over.
	Altered []string `json:"altered,omitempty"`
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

// ErrNothing: there is nothing to report of a period; its text is for people.
type ErrNothing struct{ locale.Text }

func (e *ErrNothing) Error() string { return e.EN }

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

// Issuable returns *ErrNothing where a period is yet to come, or no export
// speaks of it: neither by its rows nor by the range that it says it covers.
func Issuable(ctx context.Context, src Source, req Request) error {
	c := src.Campaign
	var platforms []string
	for _, ch := range c.Channels {
		platforms = append(platforms, "'"+ch.Platform+"'") // ids that the brief was checked against
	}
	day := func(d locale.Day) locale.Text {
		return locale.Text{EN: locale.EN.DayLong(d), FR: locale.FR.DayLong(d)}
	}
	name := locale.Text{EN: locale.EN.Quote(c.Name), FR: locale.FR.Quote(c.Name)}
	nothing := func(en, fr string, args ...any) error {
		t := locale.Text{EN: en, FR: fr}
		return &ErrNothing{locale.Text{EN: t.F(locale.EN, args...), FR: t.F(locale.FR, args...)}}
	}
	rows, err := src.DB.QueryContext(ctx, `select batch, coalesce(least(first_day, declared_first), first_day, declared_first), coalesce(greatest(last_day, declared_last), last_day, declared_last), withheld
		from batch
		where client = ? and undone_at is null and (first_day is not null or declared_first is not null)
		  and platform in (`+strings.Join(platforms, ", ")+`) and level in ('account', 'campaign', 'ad_group', 'ad')
		order by batch`, c.Client.ID)
	if err != nil {
		return fmt.Errorf("exports: %w", err)
	}
	defer rows.Close()
	from, to := max(req.From, c.Flight.Start), min(req.To, c.Flight.End)
	var first, last locale.Day
	withheld := 0
	for rows.Next() {
		var batch int
		var a, b time.Time
		var aside bool
		if err := rows.Scan(&batch, &a, &b, &aside); err != nil {
			return err
		}
		start, end := locale.DayOf(a), locale.DayOf(b)
		touches := start <= to && end >= from
		switch {
		case aside && touches:
			withheld = batch
		case aside:
		case touches && req.From <= c.Client.Agency.Day(src.Now, c.Zone):
			return nil
		default:
			if first == 0 || start < first {
				first = start
			}
			last = max(last, end)
		}
	}
	if err := rows.Err(); err != nil {
		return err
	}
	data := locale.Text{EN: "no export of its platforms was taken in yet", FR: "aucun export de ses plateformes n’a encore été importé"}
	if first != 0 {
		data = locale.Text{
			EN: fmt.Sprintf("the exports hold the days %s %d", locale.EN.FromTo(first, last), last.Time().Year()),
			FR: fmt.Sprintf("les exports contiennent les jours %s %d", locale.FR.FromTo(first, last), last.Time().Year()),
		}
	}
	if today := c.Client.Agency.Day(src.Now, c.Zone); req.From > today {
		return nothing("there is nothing to report yet of %s: the period begins on %s, and today is %s; %s",
			"rien à rapporter encore sur %s\u00a0: la période commence le %s et nous sommes le %s\u00a0; %s", name, day(req.From), day(today), data)
	}
	if withheld != 0 {
		return nothing("the only export of %s for the period is withheld by a check: vigie batches show %d says why",
			"le seul export de %s pour la période est écarté par un contrôle\u00a0: vigie batches show %d dit pourquoi", name, withheld)
	}
	days := locale.Text{EN: fmt.Sprintf("%s %d", locale.EN.FromTo(from, to), to.Time().Year()), FR: fmt.Sprintf("%s %d", locale.FR.FromTo(from, to), to.Time().Year())}
	return nothing("no export speaks of %s %s: %s", "aucun export ne parle de %s %s\u00a0: %s", name, days, data)
}

// Issue freezes a snapshot and writes its edition in some languages. Where the
// newest revision holds the same figures it is that one which is returned,
// with what it lacks added to it from its own snapshot.
func Issue(ctx context.Context, src Source, req Request, engine *chart.Engine, langs ...locale.Lang) (*Edition, error) {
	if err := Issuable(ctx, src, req); err != nil {
		return nil, err
	}
	s, err := Freeze(ctx, src, req)
	if err != nil {
		return nil, err
	}
	folder := filepath.Join(Folder(src.Campaign), EditionID(req.From, req.To))
	revision, err := newest(folder)
	if err != nil {
		return nil, err
	}
	var altered []string
	if revision > 0 {
		dir := filepath.Join(folder, strconv.Itoa(revision))
		if altered, err = Altered(dir); err != nil {
			return nil, err
		}
		// A revision whose snapshot is not what was issued stays as it is: there
		// is no telling what it said.
		if before := issued(dir, altered); before != nil && same(s, before) {
			e, err := complete(dir, before, revision, engine, langs)
			if err == nil {
				e.Altered = altered
			}
			return e, err
		}
	}
	e, err := before(src, req)
	if err == nil && e != nil {
		s.Restated, err = Restate(ctx, src, e)
	}
	if err != nil && !errors.Is(err, ErrAltered) {
		return nil, err
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
	if e, err = read(dir); err != nil {
		return nil, err
	}
	e.Fresh, e.Altered = true, altered
	return e, nil
}

// same compares two snapshots without the time and the day they were taken, and
// without the numbers that their files were imported under, and without what they
// say of the edition before: a week's figures do not change by being looked at a
// day later, or by taking a file out and in again.
func same(a, b *Snapshot) bool {
	bare := func(s *Snapshot) ([]byte, error) {
		x := *s
		x.Issued, x.Today, x.Restated = time.Time{}, 0, nil
		x.Sources = slices.Clone(s.Sources)
		for i := range x.Sources {
			x.Sources[i].Batch, x.Sources[i].ImportedAt = 0, time.Time{}
		}
		if s.Objects != nil { // a campaign that went and came again is known under another number
			objects := *s.Objects
			objects.Rows = slices.Clone(objects.Rows)
			for i := range objects.Rows {
				objects.Rows[i].Keys = nil
			}
			x.Objects = &objects
		}
		slices.SortStableFunc(x.Sources, func(a, b metrics.Source) int { return strings.Compare(a.SHA256, b.SHA256) })
		return x.Encode()
	}
	ea, err1 := bare(a)
	eb, err2 := bare(b)
	return err1 == nil && err2 == nil && bytes.Equal(ea, eb)
}

// issued is the snapshot of a revision, nil where it is not the one that was
// issued.
func issued(dir string, altered []string) *Snapshot {
	if slices.ContainsFunc(altered, func(f string) bool {
		name := path.Base(f)
		return name == snapshotName || name == manifestName
	}) {
		return nil
	}
	b, err := os.ReadFile(filepath.Join(dir, snapshotName))
	if err != nil {
		return nil
	}
	s, err := Decode(b)
	if err != nil {
		return nil
	}
	return s
}

// Altered lists the files of a revision that are no longer what its manifest
// says was issued, as paths inside the folder of the period; a report that is
// gone is not among them, since it is written again from the snapshot.
func Altered(dir string) ([]string, error) {
	in := func(name string) string { return path.Join(filepath.Base(dir), name) }
	m, err := readManifest(dir)
	if err != nil {
		return []string{in(manifestName)}, nil
	}
	var list []string
	for name, want := range m.SHA256 {
		b, err := os.ReadFile(filepath.Join(dir, name))
		switch {
		case errors.Is(err, fs.ErrNotExist) && name != snapshotName:
		case err != nil && !errors.Is(err, fs.ErrNotExist):
			return nil, fmt.Errorf("edition: %w", err)
		case err != nil || checksum(b) != want:
			list = append(list, in(name))
		}
	}
	slices.Sort(list)
	return list, nil
}

func checksum(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
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
		if err := writeManifest(dir, s, revision, added); err != nil {
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

// writeManifest says what a revision holds. What it said of files that were not
// just written stays, or a change to them would no longer be seen.
func writeManifest(dir string, s *Snapshot, revision int, wrote []string) error {
	m := Manifest{
		Edition: EditionID(s.Period.From, s.Period.To), Revision: revision, Kind: s.Kind, Issued: s.Issued, Period: s.Period,
		Version: s.Version, SHA256: map[string]string{}, Batches: []int{},
	}
	for _, x := range s.Sources {
		m.Batches = append(m.Batches, x.Batch)
	}
	if before, err := readManifest(dir); err == nil {
		maps.Copy(m.SHA256, before.SHA256)
	}
	files, err := os.ReadDir(dir)
	if err != nil {
		return fmt.Errorf("manifest: %w", err)
	}
	for _, f := range files {
		if _, known := m.SHA256[f.Name()]; f.Name() == manifestName || known && !slices.Contains(wrote, f.Name()) {
			continue
		}
		b, err := os.ReadFile(filepath.Join(dir, f.Name()))
		if err != nil {
			return fmt.Errorf("manifest: %w", err)
		}
		m.SHA256[f.Name()] = checksum(b)
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
	m, err := readManifest(dir)
	if err != nil {
		return nil, err
	}
	e := &Edition{ID: m.Edition, Revision: m.Revision, Dir: dir, Kind: m.Kind, Issued: m.Issued, Period: m.Period}
	for name := range m.SHA256 {
		e.Files = append(e.Files, name)
	}
	slices.Sort(e.Files)
	return e, nil
}

func readManifest(dir string) (*Manifest, error) {
	b, err := os.ReadFile(filepath.Join(dir, manifestName))
	if err != nil {
		return nil, fmt.Errorf("edition: %w", err)
	}
	m := &Manifest{}
	if err := json.Unmarshal(b, m); err != nil {
		return nil, fmt.Errorf("%s: %w", filepath.Join(dir, manifestName), err)
	}
	return m, nil
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
