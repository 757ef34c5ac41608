package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"github.com/mattn/go-isatty"
)

// outFile is a file that a command writes instead of standard output. It gets
// its name when the command has ended well: an interrupted one leaves nothing.
type outFile struct {
	*os.File
	path   string
	stdout io.Writer
}

// divert sends standard output into a file, where one is named. In a server the
// command line's file is the client's business: it opens it and writes what
// comes back. Binary data go to no terminal.
func (a *app) divert(path string, binary bool) error {
	switch {
	case a.shared:
		return nil
	case path == "":
		if binary && terminal(a.out) {
			return fail(exitUsage, "this format is no text: name a file with --out FILE, or send it on with > or |",
				"ce format n’est pas du texte\u00a0: nommez un fichier avec --out FICHIER, ou redirigez-le avec > ou |")
		}
		return nil
	}
	f, err := os.CreateTemp(filepath.Dir(path), ".vigie-*")
	if err != nil {
		return fail(exitInvalid, "%s cannot be written: %s", "%s ne peut pas être écrit\u00a0: %s", quoted(path), because(err))
	}
	a.outFile = &outFile{f, path, a.out}
	a.out = f
	return nil
}

// keepOut gives the file its name after a command that ended well, and removes
// it after another one.
func (a *app) keepOut(code int) int {
	o := a.outFile
	if o == nil {
		return code
	}
	a.out, a.outFile = o.stdout, nil
	err := o.Chmod(0o644)
	if cerr := o.Close(); err == nil {
		err = cerr
	}
	if code != exitDone {
		os.Remove(o.Name())
		return code
	}
	if err == nil {
		err = os.Rename(o.Name(), o.path)
	}
	if err != nil {
		os.Remove(o.Name())
		fmt.Fprintln(a.err, "vigie: "+fail(exitInvalid, "%s cannot be written: %s", "%s ne peut pas être écrit\u00a0: %s", quoted(o.path), because(err)).text.In(a.language()))
		return exitInvalid
	}
	return code
}

// terminal reports that a writer is one.
func terminal(w io.Writer) bool {
	f, ok := w.(*os.File)
	return ok && isatty.IsTerminal(f.Fd())
}
