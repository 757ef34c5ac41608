package jobs

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"slices"
	"strings"
	"syscall"
	"time"

	"vigie/ingest"
	"vigie/ingest/source"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// The folder where exports are dropped, and those inside a client's folder of
// it where they are put afterwards, so that what is left is what is to be done.
const inboxName = "inbox"

var (
	importedName = locale.Text{EN: "imported", FR: "importes"}
	refusedName  = locale.Text{EN: "refused", FR: "refuses"}
)

// settle is how long a file must not have changed to be taken in: it may still
// be written. A file without a byte is most often a place that a browser keeps,
// and is given longer.
const (
	settle      = 2 * time.Second
	settleEmpty = time.Minute
)

// dropped is what is remembered of a file in the inbox.
type dropped struct {
	size    int64
	mod     time.Time
	since   time.Time // it has been like this
	trouble error     // that the file cannot be blamed for
	tries   int       // that met it
	next    time.Time // try not before
	left    bool      // taken in, but it could not be put away
	present bool      // seen in this look
}

// coming reports a file whose download lies beside it.
func coming(root *os.Root, name string) bool {
	return slices.ContainsFunc(source.Downloads, func(suffix string) bool {
		_, err := root.Lstat(name + suffix)
		return err == nil
	})
}

// inbox takes in the files that lie in inbox/<client>/. Every path goes
// through the workspace's root and links are left alone, so that nothing
// outside is read or moved.
func (s *Scheduler) inbox(ctx context.Context, a *agency.Agency, now time.Time) error {
	workspace, err := os.OpenRoot(a.Dir)
	if err != nil {
		return err
	}
	defer workspace.Close()
	root, err := openFolder(workspace, inboxName)
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return fmt.Errorf("%s: %w", inboxName, err)
	}
	for _, d := range s.files {
		d.present = false
	}
	for _, e := range entries {
		if ctx.Err() != nil {
			return nil
		}
		switch name := e.Name(); {
		case source.Unfinished(name):
		case e.IsDir():
			client, err := a.Client(name)
			if err != nil {
				s.notice(locale.Text{
					EN: fmt.Sprintf("inbox/%s: the files stay there, this is no client's folder: %v", name, err),
					FR: fmt.Sprintf("inbox/%s\u00a0: les fichiers restent là, ce n’est pas le dossier d’un client\u00a0: %v", name, err),
				})
				continue
			}
			if err := s.guard(func() error { return s.clientInbox(ctx, root, client, now) }); err != nil {
				s.notice(locale.Text{EN: fmt.Sprintf("inbox/%s: %v", name, err), FR: fmt.Sprintf("inbox/%s\u00a0: %v", name, err)})
			}
		case e.Type().IsRegular():
			s.notice(locale.Text{
				EN: fmt.Sprintf("inbox/%s: put it into the folder of a client", name),
				FR: fmt.Sprintf("inbox/%s\u00a0: à mettre dans le dossier d’un client", name),
			})
		}
	}
	for key, d := range s.files {
		if !d.present {
			delete(s.files, key)
		}
	}
	return nil
}

// openFolder opens a folder by its own name: a link is refused.
func openFolder(root *os.Root, name string) (*os.Root, error) {
	info, err := root.Lstat(name)
	if err != nil {
		return nil, err
	}
	if !info.IsDir() {
		return nil, fmt.Errorf("%s is not a folder (links are not followed)", name)
	}
	sub, err := root.OpenRoot(name)
	if err != nil {
		return nil, err
	}
	if opened, err := sub.Stat("."); err != nil || !os.SameFile(info, opened) {
		sub.Close()
		return nil, fmt.Errorf("%s has just been replaced", name)
	}
	return sub, nil
}

// clientInbox takes in the files of one client, oldest first.
func (s *Scheduler) clientInbox(ctx context.Context, inbox *os.Root, client *agency.Client, now time.Time) error {
	root, err := openFolder(inbox, client.ID)
	if err != nil {
		return err
	}
	defer root.Close()
	entries, err := fs.ReadDir(root.FS(), ".")
	if err != nil {
		return err
	}
	var ready []fs.FileInfo
	for _, e := range entries {
		if source.Unfinished(e.Name()) || !e.Type().IsRegular() {
			continue
		}
		info, err := root.Lstat(e.Name())
		if err != nil || !info.Mode().IsRegular() || coming(root, e.Name()) {
			continue // gone meanwhile, or not there yet
		}
		key := path.Join(client.ID, e.Name())
		d := s.files[key]
		if d == nil || d.size != info.Size() || !d.mod.Equal(info.ModTime()) || now.Before(d.since) {
			d = &dropped{size: info.Size(), mod: info.ModTime(), since: now}
			s.files[key] = d
		}
		d.present = true
		wait := settle
		if d.size == 0 {
			wait = settleEmpty
		}
		if !d.left && now.Sub(d.since) >= wait && !now.Before(d.next) {
			ready = append(ready, info)
		}
	}
	slices.SortStableFunc(ready, func(a, b fs.FileInfo) int { return a.ModTime().Compare(b.ModTime()) })
	for _, info := range ready {
		if ctx.Err() != nil {
			return nil
		}
		d := s.files[path.Join(client.ID, info.Name())]
		d.trouble = s.take(ctx, root, client, info, d, now)
	}
	for _, e := range entries {
		if d := s.files[path.Join(client.ID, e.Name())]; d != nil && d.present && d.trouble != nil {
			s.notice(locale.Text{
				EN: fmt.Sprintf("inbox/%s/%s: %v", client.ID, e.Name(), d.trouble),
				FR: fmt.Sprintf("inbox/%s/%s\u00a0: %v", client.ID, e.Name(), d.trouble),
			})
		}
	}
	return nil
}

// take takes one file in and puts it away. A crash in between is harmless: the
// warehouse knows the file by its contents. What the file cannot be blamed for
// is tried again, later and later.
func (s *Scheduler) take(ctx context.Context, root *os.Root, client *agency.Client, info fs.FileInfo, d *dropped, now time.Time) error {
	name := info.Name()
	var results []*warehouse.Imported
	err := s.guard(func() error {
		// Non-blocking, should a pipe have taken its place.
		f, err := root.OpenFile(name, os.O_RDONLY|syscall.O_NONBLOCK, 0)
		if err != nil {
			return err
		}
		defer f.Close()
		if opened, err := f.Stat(); err != nil || !os.SameFile(info, opened) {
			return errors.New("it has just been replaced")
		}
		limited, cancel := work(ctx, importTimeout)
		defer cancel()
		results, err = TakeIn(limited, s.Warehouse, client, ingest.Options{Now: now}, false, false, name, info.ModTime(), f)
		return err
	})
	l := client.Agency.Language
	s.told(client, name, results, err)
	if err != nil {
		if d.tries++; d.tries <= len(backOff) {
			d.next = now.Add(backOff[d.tries-1])
			return err
		}
		s.Log.Error("export given up", "client", client.ID, "file", name, "error", err)
		d.left = true
		return putAway(root, name, refusedName.In(l), refusal{client: client.ID, name: name, trouble: err}.text)
	}
	if after, err := root.Lstat(name); err != nil || after.Size() != info.Size() || !after.ModTime().Equal(info.ModTime()) {
		return nil // it was still being written; when it settles it is another file
	}
	d.left = true // should it not move, it is not taken in again and again
	aside := false
	for _, r := range results {
		said := []any{"client", client.ID, "file", r.File, "status", r.Status}
		if putAside(r) {
			aside = true
			s.Log.Warn("export put aside", append(said, "why", reasons(r)[0].text.EN)...)
			continue
		}
		s.Log.Info("export taken in", append(said, "batch", r.Batch)...)
	}
	if aside {
		return putAway(root, name, refusedName.In(l), refusal{client: client.ID, name: name, results: results}.text)
	}
	return putAway(root, name, importedName.In(l), nil)
}

// putAway moves a file into a folder beside it, under a name that is free
// there. With note, a text file of the same name is put there first.
func putAway(root *os.Root, name, folder string, note func(file string) string) error {
	if err := root.Mkdir(folder, 0o777); err != nil && !errors.Is(err, fs.ErrExist) {
		return err
	}
	to, err := openFolder(root, folder)
	if err != nil {
		return err
	}
	defer to.Close()
	free, err := freeName(to, name)
	if err != nil {
		return err
	}
	if note != nil {
		text := note(path.Join(folder, free))
		if err := to.WriteFile(free+noteSuffix, []byte(text), 0o666); err != nil {
			return err
		}
	}
	return root.Rename(name, path.Join(folder, free))
}

// freeName is a name that no file of a folder has yet.
func freeName(folder *os.Root, name string) (string, error) {
	free := name
	for i := 2; ; i++ {
		switch _, err := folder.Lstat(free); {
		case errors.Is(err, fs.ErrNotExist):
			return free, nil
		case err != nil:
			return "", err
		}
		ext := path.Ext(name)
		free = fmt.Sprintf("%s (%d)%s", strings.TrimSuffix(name, ext), i, ext)
	}
}
