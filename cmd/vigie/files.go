package main

import (
	"context"
	"errors"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"time"

	"vigie/internal/locale"
)

// fileSource opens the files that a command was given. Only the process that
// a person started opens paths; the server reads what it is sent. An error has
// words for people: see because.
type fileSource interface {
	open(ctx context.Context, path string) (*givenFile, error)
}

// givenFile is a file to take in.
type givenFile struct {
	io.Reader
	Path    string // absolute where it is known, to tell the client's inbox
	Name    string
	Size    int64 // -1 where it is not known
	ModTime time.Time
	close   func() error
}

func (g *givenFile) Close() error {
	if g.close == nil {
		return nil
	}
	return g.close()
}

// localFiles opens files on disk; "-" is standard input.
type localFiles struct{}

func (localFiles) open(ctx context.Context, path string) (*givenFile, error) {
	if path == "-" {
		r := interruptible(ctx, func() (io.ReadCloser, error) { return io.NopCloser(os.Stdin), nil })
		return &givenFile{Reader: r, Name: "stdin", Size: -1, close: r.Close}, nil
	}
	info, err := os.Stat(path)
	if err != nil {
		return nil, err
	}
	switch mode := info.Mode(); {
	case mode.IsDir():
		return nil, &textError{locale.Text{EN: "it is a folder: name the files in it", FR: "c’est un dossier\u00a0: nommez les fichiers qu’il contient"}}
	case mode&fs.ModeNamedPipe != 0:
		// Whoever is to write into it may never come: opening it must not hold
		// the command up.
		r := interruptible(ctx, func() (io.ReadCloser, error) { return os.Open(path) })
		return &givenFile{Reader: r, Name: filepath.Base(path), Size: -1, close: r.Close}, nil
	case !mode.IsRegular():
		return nil, &textError{locale.Text{EN: "it is no file", FR: "ce n’est pas un fichier"}}
	}
	f, err := os.Open(path)
	if err != nil {
		return nil, err
	}
	abs, err := filepath.Abs(path)
	if err != nil {
		abs = path
	}
	return &givenFile{Reader: f, Path: abs, Name: filepath.Base(path), Size: info.Size(), ModTime: info.ModTime(), close: f.Close}, nil
}

// interruptible reads what may never come to its end, and stops with ctx. The
// reading that is left behind ends with the process.
func interruptible(ctx context.Context, open func() (io.ReadCloser, error)) io.ReadCloser {
	r, w := io.Pipe()
	go func() {
		from, err := open()
		if err == nil {
			_, err = io.Copy(w, from)
			from.Close()
		}
		w.CloseWithError(err)
	}()
	context.AfterFunc(ctx, func() { w.CloseWithError(ctx.Err()) })
	return r
}

// textError is an error in words for people, in both languages.
type textError struct{ locale.Text }

func (e *textError) Error() string { return e.EN }

// because says in words what the system says in English.
func because(err error) locale.Text {
	var text *textError
	if errors.As(err, &text) {
		return text.Text
	}
	for _, known := range []struct {
		err  error
		text locale.Text
	}{
		{fs.ErrNotExist, locale.Text{EN: "there is no such file", FR: "ce fichier n’existe pas"}},
		{fs.ErrPermission, locale.Text{EN: "this account may not", FR: "ce compte n’en a pas le droit"}},
		{syscall.ENOTDIR, locale.Text{EN: "there is a file where a folder is wanted", FR: "un fichier est là où il faudrait un dossier"}},
		{syscall.ENAMETOOLONG, locale.Text{EN: "the name is too long", FR: "le nom est trop long"}},
		{syscall.ENOSPC, locale.Text{EN: "the disk is full", FR: "le disque est plein"}},
		{syscall.EROFS, locale.Text{EN: "the disk is read-only", FR: "le disque est en lecture seule"}},
		{syscall.EADDRINUSE, locale.Text{EN: "another program is there", FR: "un autre programme y est déjà"}},
		{syscall.EADDRNOTAVAIL, locale.Text{EN: "this machine has no such address", FR: "cette machine n’a pas cette adresse"}},
	} {
		if errors.Is(err, known.err) {
			return known.text
		}
	}
	var path *fs.PathError
	if errors.As(err, &path) {
		err = path.Err
	}
	_, said, ok := strings.Cut(err.Error(), "duckdb error: ")
	if !ok {
		said = err.Error()
	}
	return locale.Same(locale.OneLine(said))
}
