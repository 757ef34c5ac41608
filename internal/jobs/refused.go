package jobs

import (
	"errors"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// RefusedFile is a file of the inbox that was put aside, with the note that was
// left beside it.
type RefusedFile struct {
	File string // its path inside the client's folder of the inbox
	At   time.Time
	Why  locale.Text
}

// noteSuffix is added to the name of a file for that of its note, and noteRule
// parts its two languages.
const noteSuffix = ".txt"

var noteRule = strings.Repeat("-", 72)

// Refused lists the files of a client that were put aside and are still there,
// newest first. Links are not followed.
func Refused(a *agency.Agency, client string) ([]RefusedFile, error) {
	var list []RefusedFile
	for _, folder := range []string{refusedName.FR, refusedName.EN} {
		root, err := os.OpenRoot(filepath.Join(a.Dir, inboxName, client, folder))
		if errors.Is(err, fs.ErrNotExist) {
			continue
		}
		if err != nil {
			return nil, err
		}
		defer root.Close()
		entries, err := fs.ReadDir(root.FS(), ".")
		if err != nil {
			return nil, err
		}
		names := map[string]bool{}
		for _, e := range entries {
			names[e.Name()] = true
		}
		for _, e := range entries {
			if !e.Type().IsRegular() || !names[e.Name()+noteSuffix] {
				continue // a note, or what somebody else put there
			}
			note, err := root.ReadFile(e.Name() + noteSuffix)
			if err != nil {
				return nil, err
			}
			info, err := root.Lstat(e.Name() + noteSuffix) // written when the file was put aside
			if err != nil {
				return nil, err
			}
			french, english, ok := strings.Cut(string(note), noteRule)
			if !ok {
				english = french
			}
			list = append(list, RefusedFile{
				File: path.Join(folder, e.Name()), At: info.ModTime(),
				Why: locale.Text{EN: strings.TrimSpace(english), FR: strings.TrimSpace(french)},
			})
		}
	}
	slices.SortFunc(list, func(x, y RefusedFile) int {
		if c := y.At.Compare(x.At); c != 0 {
			return c
		}
		return strings.Compare(x.File, y.File)
	})
	return list, nil
}
