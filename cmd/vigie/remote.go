package main

import (
	"bufio"
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"maps"
	"net"
	"net/http"
	"os"
	"sync"
	"syscall"
	"time"
	"unicode/utf8"

	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// While a server owns the workspace, every other command is sent to it over
// its Unix socket: one HTTP request a command, its arguments as a line of JSON
// and the contents of its files after it; the answer is a stream of JSON lines
// with what to print, and the exit code last. The client opens the files, so
// that the server never opens a path that a client names. Closing the
// connection cancels the command.

// forwardError asks run to send the command to the server.
type forwardError struct{ warehouse.Holder }

func (e *forwardError) Error() string { return "the workspace is served at " + e.Socket }

// remoteCommand is the first line of a request.
type remoteCommand struct {
	Args  []string          `json:"args"`
	Env   map[string]string `json:"env,omitempty"` // its VIGIE_… variables
	Stand string            `json:"stand"`         // where the command stands inside the workspace
	Dir   string            `json:"dir,omitempty"` // where it stands on the disk; paths are printed as seen from there
	Files []remoteFile      `json:"files,omitempty"`
}

// remoteFile announces a file whose bytes follow.
type remoteFile struct {
	Arg     string    `json:"arg"` // as the command line names it
	Path    string    `json:"path"`
	Name    string    `json:"name"`
	Size    int64     `json:"size"`
	ModTime time.Time `json:"mod_time"`
	// Failure says why the file could not be opened; there are no bytes of it.
	Failure *locale.Text `json:"failure,omitempty"`
}

// remoteLine is a line of the answer; one field is set.
type remoteLine struct {
	Stdout string `json:"stdout,omitempty"`
	Data   []byte `json:"data,omitempty"` // of standard output, where it is no text
	Stderr string `json:"stderr,omitempty"`
	Exit   *int   `json:"exit,omitempty"`
}

// ownSocket refuses a socket that somebody else may have put there.
func ownSocket(path string) error {
	info, err := os.Lstat(path)
	if err != nil {
		return err
	}
	st, ok := info.Sys().(*syscall.Stat_t)
	if !ok || info.Mode()&os.ModeSocket == 0 || int(st.Uid) != os.Getuid() || info.Mode().Perm()&0o077 != 0 {
		return &textError{locale.Text{EN: path + " is not this account’s own", FR: path + " n’est pas à ce compte"}}
	}
	return nil
}

// forward runs the command in the server and returns its exit code.
func (a *app) forward(ctx context.Context, server warehouse.Holder) (int, error) {
	unreachable := func(err error) error {
		f := fail(exitBusy, "the server that holds the workspace (process %d) does not answer: %s; if it is about to end, try again in a moment",
			"le serveur qui tient l’espace de travail (processus %d) ne répond pas\u00a0: %s\u00a0; s’il est en train de s’arrêter, réessayez dans un instant",
			server.PID, noAnswer(err))
		f.err = err
		return f
	}
	// It answered, and then no more: killed, or its machine went down.
	broken := func(err error) error {
		f := fail(exitBusy, "the server ended while it ran the command; nothing was left half done: run it again",
			"le serveur s’est arrêté pendant la commande\u00a0; rien n’est resté à moitié fait\u00a0: relancez-la")
		f.err = err
		return f
	}
	if err := ownSocket(server.Socket); err != nil {
		return 0, unreachable(err)
	}
	cmd := remoteCommand{Args: a.args, Env: a.env, Stand: a.stand, Dir: a.cwd}
	var bodies []io.Reader
	for _, arg := range a.fileArgs {
		f, err := a.files.open(ctx, arg)
		if err != nil {
			// The server says of it what would be said here.
			why := because(err)
			cmd.Files = append(cmd.Files, remoteFile{Arg: arg, Failure: &why})
			continue
		}
		defer f.Close()
		var body io.Reader = f
		if f.Size < 0 {
			b, err := io.ReadAll(f)
			if err != nil {
				return 0, err
			}
			f.Size, body = int64(len(b)), bytes.NewReader(b)
		}
		cmd.Files = append(cmd.Files, remoteFile{Arg: arg, Path: f.Path, Name: f.Name, Size: f.Size, ModTime: f.ModTime})
		bodies = append(bodies, io.LimitReader(body, f.Size))
	}
	head, err := json.Marshal(cmd)
	if err != nil {
		return 0, err
	}
	body := io.MultiReader(append([]io.Reader{bytes.NewReader(append(head, '\n'))}, bodies...)...)
	req, err := http.NewRequestWithContext(ctx, http.MethodPost, "http://vigie/run", body)
	if err != nil {
		return 0, err
	}
	reached := false
	client := http.Client{Transport: &http.Transport{DialContext: func(ctx context.Context, _, _ string) (net.Conn, error) {
		var d net.Dialer
		c, err := d.DialContext(ctx, "unix", server.Socket)
		reached = err == nil
		return c, err
	}}}
	resp, err := client.Do(req)
	switch {
	case err == nil:
	case ctx.Err() != nil:
		return 0, ctx.Err()
	case reached:
		return 0, broken(err)
	default:
		return 0, unreachable(err)
	}
	defer resp.Body.Close()
	dec := json.NewDecoder(resp.Body)
	for {
		var line remoteLine
		if err := dec.Decode(&line); err != nil {
			if ctx.Err() != nil {
				return 0, ctx.Err()
			}
			return 0, broken(err)
		}
		io.WriteString(a.out, line.Stdout)
		a.out.Write(line.Data)
		io.WriteString(a.err, line.Stderr)
		if line.Exit != nil {
			return *line.Exit, nil
		}
	}
}

// noAnswer says in words why a server could not be reached.
func noAnswer(err error) locale.Text {
	var text *textError
	switch {
	case errors.As(err, &text):
		return text.Text
	case errors.Is(err, syscall.ECONNREFUSED), errors.Is(err, os.ErrNotExist):
		return locale.Text{EN: "nobody listens there any more", FR: "plus personne n’y écoute"}
	}
	return because(err)
}

// sentFiles are the files of a remote command, read in order from its body.
type sentFiles struct {
	body  io.Reader
	files []remoteFile
}

func (s *sentFiles) open(_ context.Context, arg string) (*givenFile, error) {
	if len(s.files) == 0 || s.files[0].Arg != arg {
		return nil, fmt.Errorf("%s was not sent", arg)
	}
	f := s.files[0]
	s.files = s.files[1:]
	if f.Failure != nil {
		return nil, &textError{*f.Failure}
	}
	r := io.LimitReader(s.body, f.Size)
	// What is not read of one file must not be taken for the next.
	return &givenFile{Reader: r, Path: f.Path, Name: f.Name, Size: f.Size, ModTime: f.ModTime, close: func() error {
		_, err := io.Copy(io.Discard, r)
		return err
	}}, nil
}

// lines writes an answer: what goes through out and err becomes JSON lines.
type lines struct {
	mu  sync.Mutex
	enc *json.Encoder
	rc  *http.ResponseController
}

func (l *lines) send(line remoteLine) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	if err := l.enc.Encode(line); err != nil {
		return err
	}
	return l.rc.Flush()
}

type lineWriter struct {
	l      *lines
	stderr bool
}

func (w lineWriter) Write(b []byte) (int, error) {
	line := remoteLine{Stdout: string(b)}
	switch {
	case w.stderr:
		line = remoteLine{Stderr: string(b)}
	case !utf8.Valid(b):
		line = remoteLine{Data: b}
	}
	return len(b), w.l.send(line)
}

// serveCommands answers commands on the socket, with the server's own
// workspace and database.
func (a *app) serveCommands() http.Handler {
	mux := http.NewServeMux()
	mux.HandleFunc("POST /run", func(w http.ResponseWriter, r *http.Request) {
		in := bufio.NewReader(r.Body)
		head, err := in.ReadBytes('\n')
		var cmd remoteCommand
		if err != nil || json.Unmarshal(head, &cmd) != nil {
			http.Error(w, "want a line of JSON", http.StatusBadRequest)
			return
		}
		rc := http.NewResponseController(w)
		rc.EnableFullDuplex()
		l := &lines{enc: json.NewEncoder(w), rc: rc}
		run := &app{
			clock: a.clock, in: bytes.NewReader(nil), out: lineWriter{l, false}, err: lineWriter{l, true},
			files: &sentFiles{body: in, files: cmd.Files}, env: withoutDirs(cmd.Env), dir: a.agency.Dir, stand: cmd.Stand, cwd: cmd.Dir, wh: a.wh, shared: true,
			scheduler: a.scheduler,
		}
		code := run.run(r.Context(), withoutDir(cmd.Args))
		io.Copy(io.Discard, in) // a body that is not read to its end cannot be closed beside the answer
		l.send(remoteLine{Exit: &code})
	})
	return mux
}

// withoutDirs drops the variables that name a workspace and its data.
func withoutDirs(env map[string]string) map[string]string {
	out := maps.Clone(env)
	delete(out, "VIGIE_DIR")
	delete(out, "VIGIE_DATA")
	return out
}

// withoutDir drops -C and its value: the server stands in its own workspace.
func withoutDir(args []string) []string {
	var out []string
	for i := 0; i < len(args); i++ {
		switch s := args[i]; {
		case s == "--":
			return append(out, args[i:]...)
		case s == "-C" || s == "--dir":
			i++
		case len(s) > 2 && s[:2] == "-C" || len(s) > 6 && s[:6] == "--dir=":
		default:
			out = append(out, s)
		}
	}
	return out
}
