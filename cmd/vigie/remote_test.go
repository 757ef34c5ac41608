package main

import (
	"bufio"
	"bytes"
	"context"
	"io"
	"net"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
	"time"

	"vigie/internal/warehouse"
)

// socket listens where a server would; a socket's path must be short.
func socket(t *testing.T) (net.Listener, string) {
	t.Helper()
	dir, err := os.MkdirTemp("", "vg")
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { os.RemoveAll(dir) })
	path := filepath.Join(dir, "s")
	l, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { l.Close() })
	if err := os.Chmod(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return l, path
}

// A server that ends in the middle of a command, one that is not there any more
// and a command that is interrupted each say so in words, with their exit code.
func TestForward(t *testing.T) {
	forward := func(ctx context.Context, path string) (code int, said string) {
		t.Helper()
		var out, errs bytes.Buffer
		a := &app{clock: func() time.Time { return time.Unix(0, 0) }, out: &out, err: &errs, files: localFiles{}, args: []string{"kpi"}, dir: t.TempDir()}
		code, err := a.forward(ctx, warehouse.Holder{PID: 4711, Socket: path})
		if err != nil {
			code = a.report(ctx, err)
		}
		return code, errs.String()
	}
	check := func(what string, code, want int, said, words string) {
		t.Helper()
		if code != want || !strings.Contains(said, words) {
			t.Errorf("%s: exit %d, %q; want %d and %q", what, code, said, want, words)
		}
		for _, raw := range []string{"http", "EOF", "unix", "reset by peer"} {
			if strings.Contains(said, raw) {
				t.Errorf("%s: %q has %q", what, said, raw)
			}
		}
	}

	for what, answer := range map[string]string{
		"killed before it answered": "",
		"killed in its answer":      "HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n",
	} {
		l, path := socket(t)
		go func() {
			if c, err := l.Accept(); err == nil {
				http.ReadRequest(bufio.NewReader(c))
				io.WriteString(c, answer)
				c.Close()
			}
		}()
		code, said := forward(context.Background(), path)
		check(what, code, exitBusy, said, "le serveur s’est arrêté pendant la commande")
	}

	l, path := socket(t)
	l.(*net.UnixListener).SetUnlinkOnClose(false)
	l.Close()
	code, said := forward(context.Background(), path)
	check("gone", code, exitBusy, said, "(processus 4711) ne répond pas\u00a0: plus personne n’y écoute")

	l, path = socket(t)
	ctx, cancel := context.WithCancel(context.Background())
	go func() {
		if c, err := l.Accept(); err == nil {
			http.ReadRequest(bufio.NewReader(c))
			cancel()
		}
	}()
	code, said = forward(ctx, path)
	check("interrupted", code, exitInterrupted, said, "interrompu\u00a0: rien n’est resté à moitié fait")
}

// A pipe that nobody writes into does not outlive an interruption, and what
// is no file is refused before it is opened.
func TestPipes(t *testing.T) {
	pipe := func() string {
		t.Helper()
		path := filepath.Join(t.TempDir(), "fifo")
		if err := syscall.Mkfifo(path, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	ctx, cancel := context.WithCancel(context.Background())
	f, err := localFiles{}.open(ctx, pipe())
	if err != nil {
		t.Fatal(err)
	}
	time.AfterFunc(20*time.Millisecond, cancel)
	if _, err := io.ReadAll(f); err != context.Canceled {
		t.Errorf("an interrupted pipe: %v", err)
	}
	fifo := pipe() // another one: the first reader still waits for its writer
	f, err = localFiles{}.open(context.Background(), fifo)
	if err != nil {
		t.Fatal(err)
	}
	go os.WriteFile(fifo, []byte("Day,Cost\n"), 0)
	if b, err := io.ReadAll(f); err != nil || string(b) != "Day,Cost\n" {
		t.Errorf("a pipe: %q %v", b, err)
	}
	for path, want := range map[string]string{os.DevNull: "ce n’est pas un fichier", t.TempDir(): "c’est un dossier", fifo + "x": "ce fichier n’existe pas"} {
		if _, err := (localFiles{}).open(context.Background(), path); err == nil || !strings.Contains(because(err).FR, want) {
			t.Errorf("%s: %v, want %q", path, err, want)
		}
	}
}
