package agency

import (
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path"
	"strings"
	"time"
)

// Note is what people wrote down of a campaign.
type Note struct {
	File    string // slash path inside the workspace
	Title   string // its first line with words
	Words   int
	Written time.Time // when the file was last changed
}

// Notes are the notes of a campaign, notes/*.md, by name.
func (c *Campaign) Notes() ([]Note, error) {
	root, err := os.OpenRoot(c.Client.Agency.Dir)
	if err != nil {
		return nil, fmt.Errorf("notes: %w", err)
	}
	defer root.Close()
	dir := path.Join(c.Folder(), "notes")
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return nil, fmt.Errorf("notes: %w", err)
	}
	var list []Note
	for _, e := range entries {
		if strings.HasPrefix(e.Name(), ".") || path.Ext(e.Name()) != ".md" {
			continue
		}
		n := Note{File: path.Join(dir, e.Name())}
		b, wrong := load(root, n.File, maxFile)
		if wrong != nil {
			return nil, Problems{{File: n.File, Message: *wrong}}
		}
		info, err := root.Stat(n.File)
		if err != nil {
			return nil, fmt.Errorf("notes: %w", err)
		}
		n.Written = info.ModTime()
		text := strings.ToValidUTF8(string(b), "\ufffd")
		if _, below, ok := cutFront(text); ok {
			text = below
		}
		n.Words = len(strings.Fields(text))
		for line := range strings.Lines(text) {
			if n.Title = strings.TrimSpace(strings.TrimLeft(line, "# \t")); n.Title != "" {
				break
			}
		}
		list = append(list, n)
	}
	return list, nil
}

// Written is when a file of the workspace was last changed, as its file system
// has it: a copy or a checkout may be younger than what it holds.
func (a *Agency) Written(file string) (time.Time, error) {
	root, err := os.OpenRoot(a.Dir)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", file, err)
	}
	defer root.Close()
	info, err := root.Stat(file)
	if err != nil {
		return time.Time{}, fmt.Errorf("%s: %w", file, err)
	}
	return info.ModTime(), nil
}
