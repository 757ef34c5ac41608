// Package source fetches exports from where they are: a link to a file, a
// folder on a server, the attachments of a mailbox. One file a kind; see
// https.go.
//
// It decides what may be reached and what counts as fetched. A link leads to
// public addresses of listed hosts only, a server of files shows the key that
// people have checked, a mailbox is read without being touched. What comes is
// written to temporary files, and is handed over only when it is whole: as long
// as was announced, inside the limits, not cut off. Nothing is ever changed or
// deleted where it comes from.
//
// What has been fetched before is remembered by the caller. Files that people
// drop themselves are internal/jobs' business: its inbox moves them, and shares
// with this package only what the name of an unfinished file looks like.
package source

import (
	"context"
	"errors"
	"io"
	"net"
	"os"
	"syscall"
	"time"

	"github.com/cenkalti/backoff/v5"

	"vigie/internal/locale"
)

// Source is a place that files are fetched from: an HTTPS, an SFTP or a
// Mailbox.
type Source interface {
	// fetch adds to got what is there and not known. It may fail with part of it
	// done; what is in got is whole.
	fetch(ctx context.Context, d Desk, got *Got) error
}

// Desk is what a source works with.
type Desk struct {
	Dir string // for temporary files; its owner removes it
	// Known tells the tag of an item that has been fetched before. It is asked
	// about every item that the source lists, so that its owner may forget the
	// others.
	Known func(key string) (tag string, ok bool)

	hooks hooks
}

// Got is what a source gave.
type Got struct {
	Items []Item
	Notes []locale.Text // what was left there, and why
}

// Item is something of a source that need not be fetched again: a file, a
// message with its attachments, a link's answer.
type Item struct {
	Key string // what it is remembered by
	// Tag is the state in which it was fetched; with another it is fetched again.
	Tag   string
	Files []File // none where there was nothing in it to take
}

// File is a file that has been fetched whole.
type File struct {
	Name    string    // without folders, fit to be shown
	Path    string    // of the temporary file
	ModTime time.Time // when it was made, as far as the source tells; else zero
	Size    int64
}

// Error says why a source could not be fetched from, and what to do.
type Error struct {
	Text locale.Text
	// Final: another attempt is of no use until somebody does something.
	Final bool
	// Away: the server or the way to it is the trouble, not what was found there.
	Away bool
	// Wait is how long the server asks to be left alone; 0: it does not say.
	Wait time.Duration
	Err  error // as the program says it; may be nil
}

// Error is the English sentence.
func (e *Error) Error() string { return e.Text.EN }

func (e *Error) Unwrap() error { return e.Err }

// say fills both sides of a text.
func say(en, fr string, args ...any) locale.Text {
	t := locale.Text{EN: en, FR: fr}
	return locale.Text{EN: t.F(locale.EN, args...), FR: t.F(locale.FR, args...)}
}

// final is an error that people have to see to.
func final(en, fr string, args ...any) *Error { return &Error{Text: say(en, fr, args...), Final: true} }

// away is trouble with the server or the way to it.
func away(err error, en, fr string, args ...any) *Error {
	return &Error{Text: say(en, fr, args...), Away: true, Err: err}
}

// Limits of one fetch.
const (
	maxFile    = 500 << 20        // bytes of a file
	maxFetch   = 2 << 30          // bytes of all files of a fetch; the rest comes with the next
	maxItems   = 200              // items of a fetch
	fetchLimit = 20 * time.Minute // of everything
)

// Within a fetch a server that stumbles is tried again twice, and one that asks
// for a pause is given it up to maxWait. Longer pauses are the caller's.
const (
	tries   = 3
	pause   = 2 * time.Second
	maxWait = time.Minute
)

// Fetch gets what a source has and the desk does not know. It may give
// something and fail as well: what it gives is whole, the error, an *Error
// unless ctx ended, tells of the rest.
func Fetch(ctx context.Context, s Source, d Desk) (Got, error) {
	ctx, cancel := context.WithTimeoutCause(ctx, fetchLimit, errTooLong)
	defer cancel()
	var got Got
	before := d.Known
	d.Known = func(key string) (string, bool) {
		for _, x := range got.Items {
			if x.Key == key {
				return x.Tag, true
			}
		}
		return before(key)
	}
	var last error
	_, err := backoff.Retry(ctx, func() (struct{}, error) {
		got.Notes = nil
		last = s.fetch(ctx, d, &got)
		var e *Error
		switch {
		case last == nil:
			return struct{}{}, nil
		case errors.As(last, &e) && e.Wait > 0 && e.Wait <= maxWait:
			return struct{}{}, &backoff.RetryAfterError{Duration: e.Wait}
		case errors.As(last, &e) && e.Away && e.Wait == 0:
			return struct{}{}, last
		}
		return struct{}{}, backoff.Permanent(last)
	}, backoff.WithBackOff(backoff.NewConstantBackOff(d.hooks.pauseOr(pause))), backoff.WithMaxTries(tries), backoff.WithMaxElapsedTime(0))
	switch {
	case err == nil:
		return got, nil
	case errors.Is(context.Cause(ctx), errTooLong):
		return got, away(errTooLong, "it took longer than %d minutes", "cela a pris plus de %d minutes", int(fetchLimit.Minutes()))
	case ctx.Err() != nil:
		return got, ctx.Err()
	}
	return got, last
}

var errTooLong = errors.New("took too long")

// size is the bytes that have been got.
func (g *Got) size() (n int64) {
	for _, x := range g.Items {
		for _, f := range x.Files {
			n += f.Size
		}
	}
	return n
}

func (g *Got) note(en, fr string, args ...any) { g.Notes = append(g.Notes, say(en, fr, args...)) }

// errTooLarge is what keep fails with.
var errTooLarge = errors.New("too large")

// localError marks trouble on this machine's own disk.
type localError struct{ err error }

func (e *localError) Error() string { return e.err.Error() }
func (e *localError) Unwrap() error { return e.err }

// keep writes what copy gives to a temporary file, at most limit bytes of it. A
// failed copy leaves nothing behind.
func (d Desk) keep(limit int64, copy func(io.Writer) error) (path string, size int64, err error) {
	f, err := os.CreateTemp(d.Dir, "fetched-*")
	if err != nil {
		return "", 0, &localError{err}
	}
	w := &capped{w: f, left: limit}
	err = copy(w)
	if cerr := f.Close(); err == nil && cerr != nil {
		err = &localError{cerr}
	}
	if err != nil {
		os.Remove(f.Name())
		return "", 0, err
	}
	return f.Name(), limit - w.left, nil
}

// capped refuses what goes beyond a limit.
type capped struct {
	w    io.Writer
	left int64
}

func (c *capped) Write(b []byte) (int, error) {
	if int64(len(b)) > c.left {
		return 0, errTooLarge
	}
	n, err := c.w.Write(b)
	c.left -= int64(n)
	if err != nil {
		err = &localError{err}
	}
	return n, err
}

// megabytes writes a size for people.
func megabytes(n int64) locale.Text {
	return say("%d MB", "%d\u00a0Mo", (n+1<<20-1)>>20)
}

// explain is the error of a piece of work on a connection.
func explain(ctx context.Context, what string, err error) error {
	var e *Error
	var disk *localError
	var name *net.DNSError
	var slow net.Error
	switch {
	case err == nil:
		return nil
	case ctx.Err() != nil && errors.Is(context.Cause(ctx), errTooLong):
		return away(errTooLong, "%s: it took longer than %d minutes", "%s\u00a0: cela a pris plus de %d minutes", what, int(fetchLimit.Minutes()))
	case ctx.Err() != nil:
		return ctx.Err()
	case errors.As(err, &e):
		return e
	case errors.As(err, &disk):
		return &Error{Text: say("the file cannot be kept on this machine: %v", "le fichier ne peut pas être gardé sur cette machine\u00a0: %v", disk.err), Err: err}
	case errors.Is(err, errStalled):
		return away(err, "%s: nothing came any more", "%s\u00a0: plus rien n’arrivait", what)
	case errors.Is(err, io.ErrUnexpectedEOF), errors.Is(err, io.EOF), errors.Is(err, net.ErrClosed), errors.Is(err, syscall.ECONNRESET):
		return away(err, "%s: the connection was cut", "%s\u00a0: la connexion a été coupée", what)
	case errors.Is(err, syscall.ECONNREFUSED):
		return away(err, "%s: no server answers there", "%s\u00a0: aucun serveur n’y répond", what)
	case errors.As(err, &slow) && slow.Timeout():
		return away(err, "%s: no answer in time", "%s\u00a0: pas de réponse à temps", what)
	case errors.As(err, &name) && name.IsNotFound:
		return away(err, "%s: no host of that name is found", "%s\u00a0: aucun hôte de ce nom n’est trouvé", what)
	}
	return away(err, "%s: %v", "%s\u00a0: %v", what, plain(err))
}
