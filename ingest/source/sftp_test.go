package source

import (
	"bytes"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"encoding/pem"
	"fmt"
	"io"
	"net"
	"os"
	"os/exec"
	"os/user"
	"path/filepath"
	"strings"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"github.com/pkg/sftp"
	"golang.org/x/crypto/ssh"
	"golang.org/x/crypto/ssh/knownhosts"

	"vigie/internal/locale"
)

// sshServer is OpenSSH's own server, one process a connection, at
// sftp.example.com; what goes through it can be held up and cut.
type sshServer struct {
	t       *testing.T
	dir     string // of its files
	folder  string // of the exports
	login   []byte // private key
	keys    map[string]ssh.PublicKey
	config  string
	addr    string
	conns   atomic.Int32
	cutAt   atomic.Int64 // bytes from the server after which a connection breaks; 0: never
	stallAt atomic.Int64 // … after which nothing more comes
	then    func()       // what happens once a MiB has come from the server
	mu      sync.Mutex
	log     bytes.Buffer
}

func privateKey(t *testing.T, key any, passphrase string) []byte {
	t.Helper()
	block, err := ssh.MarshalPrivateKey(key, "")
	if passphrase != "" {
		block, err = ssh.MarshalPrivateKeyWithPassphrase(key, "", []byte(passphrase))
	}
	if err != nil {
		t.Fatal(err)
	}
	return pem.EncodeToMemory(block)
}

func publicKey(t *testing.T, key any) ssh.PublicKey {
	t.Helper()
	signer, err := ssh.NewSignerFromKey(key)
	if err != nil {
		t.Fatal(err)
	}
	return signer.PublicKey()
}

// newSSH starts a server with an ed25519 and an RSA key.
func newSSH(t *testing.T, d *desk) *sshServer {
	t.Helper()
	binary := "/usr/sbin/sshd"
	if _, err := os.Stat(binary); err != nil {
		t.Skip("no OpenSSH server; to run this: sudo apt-get install openssh-server")
	}
	if os.Getuid() == 0 {
		// The folder that its start script makes.
		if err := os.MkdirAll("/run/sshd", 0o755); err != nil {
			t.Fatal(err)
		}
	}
	s := &sshServer{t: t, dir: t.TempDir(), keys: map[string]ssh.PublicKey{}}
	s.folder = filepath.Join(s.dir, "exports")
	if err := os.Mkdir(s.folder, 0o777); err != nil {
		t.Fatal(err)
	}
	file := func(name string, b []byte) string {
		t.Helper()
		path := filepath.Join(s.dir, name)
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
		return path
	}
	_, ed, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	rs, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		t.Fatal(err)
	}
	_, login, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.login = privateKey(t, login, "")
	s.keys["ed25519"], s.keys["rsa"] = publicKey(t, ed), publicKey(t, rs)
	var config strings.Builder
	for _, line := range []string{
		"HostKey " + file("ed25519", privateKey(t, ed, "")), "HostKey " + file("rsa", privateKey(t, rs, "")),
		"AuthorizedKeysFile " + file("authorized", ssh.MarshalAuthorizedKey(publicKey(t, login))),
		"StrictModes no", "UsePAM no", "PasswordAuthentication no", "KbdInteractiveAuthentication no", "PermitRootLogin yes", "PidFile none",
		"Subsystem sftp internal-sftp", "ForceCommand internal-sftp", "LogLevel VERBOSE",
	} {
		config.WriteString(line + "\n")
	}
	s.config = file("config", []byte(config.String()))

	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	s.addr = l.Addr().String()
	d.hooks.lead = func(addr string) string {
		if addr == "sftp.example.com:22" {
			return s.addr
		}
		return addr
	}
	var running sync.WaitGroup
	running.Go(func() {
		for {
			c, err := l.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			running.Go(func() { s.serve(binary, c) })
		}
	})
	t.Cleanup(func() {
		l.Close()
		running.Wait()
		if t.Failed() {
			t.Log(s.said())
		}
	})
	return s
}

// serve passes a connection to a process of the server.
func (s *sshServer) serve(binary string, c net.Conn) {
	defer c.Close()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		s.t.Error(err)
		return
	}
	near, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		s.t.Error(err)
		return
	}
	defer near.Close()
	far, err := l.Accept()
	l.Close()
	if err != nil {
		s.t.Error(err)
		return
	}
	socket, err := far.(*net.TCPConn).File()
	far.Close()
	if err != nil {
		s.t.Error(err)
		return
	}
	cmd := exec.Command(binary, "-i", "-e", "-f", s.config)
	cmd.Stdin, cmd.Stdout = socket, socket
	cmd.Stderr = logWriter{s}
	err = cmd.Start()
	socket.Close()
	if err != nil {
		s.t.Error(err)
		return
	}
	go func() {
		io.Copy(near, c)
		near.Close()
	}()
	var sent int64
	buf := make([]byte, 16<<10)
	for {
		n, err := near.Read(buf)
		if sent += int64(n); sent > 1<<20 && s.then != nil {
			s.then()
			s.then = nil
		}
		if at := s.stallAt.Load(); at > 0 && sent > at {
			io.Copy(io.Discard, c) // until the other side gives up
			break
		}
		if at := s.cutAt.Load(); at > 0 && sent > at {
			break
		}
		if _, werr := c.Write(buf[:n]); err != nil || werr != nil {
			break
		}
	}
	c.Close()
	near.Close()
	cmd.Wait()
}

type logWriter struct{ s *sshServer }

func (w logWriter) Write(b []byte) (int, error) {
	w.s.mu.Lock()
	defer w.s.mu.Unlock()
	return w.s.log.Write(b)
}

func (s *sshServer) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.log.String()
}

// source is a source of the server whose keys the lines tell.
func (s *sshServer) source(lines ...string) SFTP {
	s.t.Helper()
	me, err := user.Current()
	if err != nil {
		s.t.Fatal(err)
	}
	path := filepath.Join(s.t.TempDir(), "known_hosts")
	if len(lines) > 0 {
		if err := os.WriteFile(path, []byte(strings.Join(lines, "\n")+"\n"), 0o600); err != nil {
			s.t.Fatal(err)
		}
	}
	return SFTP{
		Host: "sftp.example.com", Port: 22, User: me.Username, Folder: s.folder, Takes: func(string) bool { return true },
		KnownHosts: path, KnownHostsName: "sources/known_hosts", Key: s.login, Secrets: locale.Same("VIGIE_SOURCE_X_KEY"),
	}
}

func (s *sshServer) known(kind string) string {
	return knownhosts.Line([]string{"sftp.example.com:22"}, s.keys[kind])
}

func (s *sshServer) put(name, body string, at time.Time) {
	s.t.Helper()
	path := filepath.Join(s.folder, name)
	if err := os.WriteFile(path, []byte(body), 0o666); err != nil {
		s.t.Fatal(err)
	}
	if err := os.Chtimes(path, at, at); err != nil {
		s.t.Fatal(err)
	}
}

// tree is what lies in the folder, so that a test sees that nothing was touched.
func (s *sshServer) tree() string {
	var b strings.Builder
	entries, err := os.ReadDir(s.folder)
	if err != nil {
		s.t.Fatal(err)
	}
	for _, e := range entries {
		info, err := e.Info()
		if err != nil {
			s.t.Fatal(err)
		}
		fmt.Fprintln(&b, e.Name(), info.Size(), info.ModTime().UnixNano(), info.Mode())
	}
	return b.String()
}

var morning = time.Date(2026, 9, 1, 6, 0, 0, 0, time.UTC)

// Files are fetched oldest first, each once, and again when they change; what
// is no finished file is left alone, and nothing is touched.
func TestSFTP(t *testing.T) {
	d := newDesk(t)
	srv := newSSH(t, d)
	s := srv.source(srv.known("ed25519"))
	s.Takes = func(name string) bool { return !strings.HasSuffix(name, ".pdf") }
	srv.put("b.csv", "B", morning)
	srv.put("a.csv", "A", morning.Add(time.Hour))
	for _, name := range []string{".hidden.csv", "c.csv.part", "d.csv.filepart", "notes.pdf"} {
		srv.put(name, "x", morning)
	}
	srv.put("empty.csv", "", morning)
	if err := os.Mkdir(filepath.Join(srv.folder, "old.csv"), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(filepath.Join(srv.dir, "config"), filepath.Join(srv.folder, "link.csv")); err != nil {
		t.Fatal(err)
	}
	before := srv.tree()
	got, err := d.fetch(s)
	if all := d.files(got); err != nil || all != "b.csv=B a.csv=A" || len(got.Notes) > 0 {
		t.Fatalf("%q, %v, %s", all, err, notes(got))
	}
	if at := got.Items[1].Files[0].ModTime; !at.Equal(morning.Add(time.Hour)) {
		t.Errorf("made at %s", at)
	}
	if after := srv.tree(); after != before {
		t.Errorf("the folder was touched:\n%s\nwas\n%s", after, before)
	}
	for _, x := range []struct{ name, body, want string }{{"", "", ""}, {"a.csv", "AA", "a.csv=AA"}, {"new.csv", "N", "new.csv=N"}} {
		if x.name != "" {
			srv.put(x.name, x.body, morning.Add(time.Hour))
		}
		got, err = d.fetch(s)
		if all := d.files(got); err != nil || all != x.want {
			t.Errorf("after %s: %q, %v", x.name, all, err)
		}
	}
	d.hooks.limit = 100
	srv.put("large.csv", strings.Repeat("x", 101), morning)
	got, err = d.fetch(s)
	if all := d.files(got); err != nil || all != "" || notes(got) != "large.csv: larger than 1 MB, not taken" {
		t.Errorf("too large: %q, %v, %q", all, err, notes(got))
	}
	s.Folder = "/nowhere"
	_, err = d.fetch(s)
	fails(t, err, true, `sftp.example.com has no folder "/nowhere"`)
}

// A file that still grows waits for the next fetch; its neighbours do not.
func TestSFTPGrowing(t *testing.T) {
	d := newDesk(t)
	d.hooks.settle = 400 * time.Millisecond
	srv := newSSH(t, d)
	s := srv.source(srv.known("ed25519"))
	srv.put("done.csv", "D", morning)
	srv.put("coming.csv", "1", morning)
	stop := make(chan struct{})
	var writing sync.WaitGroup
	writing.Go(func() {
		f, err := os.OpenFile(filepath.Join(srv.folder, "coming.csv"), os.O_APPEND|os.O_WRONLY, 0)
		if err != nil {
			t.Error(err)
			return
		}
		defer f.Close()
		for {
			select {
			case <-stop:
				return
			case <-time.After(20 * time.Millisecond):
				f.WriteString("2")
			}
		}
	})
	got, err := d.fetch(s)
	close(stop)
	writing.Wait()
	if all := d.files(got); err != nil || all != "done.csv=D" || notes(got) != "coming.csv: still being written, left for the next fetch" {
		t.Errorf("%q, %v, %q", all, err, notes(got))
	}
	got, err = d.fetch(s)
	if all := d.files(got); err != nil || !strings.HasPrefix(all, "coming.csv=122") {
		t.Errorf("at rest: %q, %v", all, err)
	}
}

// A file that is written anew while it is fetched is left for the next time, be
// it as long as before or shorter.
func TestSFTPRewritten(t *testing.T) {
	for _, size := range []int{4_000_000, 1000} {
		d := newDesk(t)
		srv := newSSH(t, d)
		s := srv.source(srv.known("ed25519"))
		srv.put("a.csv", strings.Repeat("1", 4_000_000), morning)
		srv.then = func() { srv.put("a.csv", strings.Repeat("2", size), morning.Add(time.Hour)) }
		got, err := d.fetch(s)
		if all := d.files(got); err != nil || all != "" || notes(got) != "a.csv: still being written, left for the next fetch" {
			t.Errorf("%q, %v, %q", all, err, notes(got))
		}
		got, err = d.fetch(s)
		if all := d.files(got); err != nil || !strings.HasPrefix(all, "a.csv=22222") {
			t.Errorf("%q, %v", all, err)
		}
	}
}

// A server that nobody has checked, or that shows another key, is refused before
// anything is sent to it, with words that say what to do; the line that they
// give is the one that is needed.
func TestSFTPHostKeys(t *testing.T) {
	d := newDesk(t)
	srv := newSSH(t, d)
	srv.put("a.csv", "A", morning)
	_, other, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	stranger := knownhosts.Line([]string{"sftp.example.com"}, publicKey(t, other))
	print := ssh.FingerprintSHA256(srv.keys["ed25519"])
	line := ""
	for _, lines := range [][]string{nil, {"other.example.com " + strings.SplitN(stranger, " ", 2)[1]}, {"[sftp.example.com]:2222 " + strings.SplitN(srv.known("ed25519"), " ", 2)[1]}} {
		_, err := d.fetch(srv.source(lines...))
		e := fails(t, err, true, "sftp.example.com is not in sources/known_hosts")
		_, rest, ok := strings.Cut(e.Text.FR, "ajoutez cette ligne\u00a0: ")
		if !ok || !strings.Contains(e.Text.EN, "then add this line: "+rest) {
			t.Fatalf("%+v", e.Text)
		}
		line = rest
	}
	for _, lines := range [][]string{{"# a comment", stranger}, {stranger}} {
		_, err := d.fetch(srv.source(lines...))
		e := fails(t, err, true, fmt.Sprintf("sftp.example.com shows ANOTHER key than line %d of sources/known_hosts", len(lines)))
		if !strings.Contains(e.Text.EN, print) {
			t.Errorf("%s does not tell %s", e.Text.EN, print)
		}
	}
	_, err = d.fetch(srv.source("@revoked sftp.example.com "+strings.SplitN(srv.known("ed25519"), " ", 2)[1], srv.known("ed25519")))
	fails(t, err, true, "has withdrawn")
	_, err = d.fetch(srv.source("nonsense"))
	e := fails(t, err, true, "sources/known_hosts cannot be read")
	if strings.Contains(e.Text.EN, os.TempDir()) {
		t.Error(e.Text.EN)
	}
	if said := srv.said(); strings.Contains(said, "Accepted") || strings.Contains(said, "Failed") {
		t.Errorf("a login was sent to a stranger:\n%s", said)
	}
	// The line that the message gives, one for the other kind of key alone, and
	// names that are hashed.
	for _, known := range []string{line, srv.known("rsa"), knownhosts.HashHostname("sftp.example.com") + " " + strings.SplitN(srv.known("ed25519"), " ", 2)[1]} {
		d.known = map[string]string{}
		got, err := d.fetch(srv.source(known))
		if all := d.files(got); err != nil || all != "a.csv=A" {
			t.Errorf("%.40s: %q, %v", known, all, err)
		}
	}
}

// The login: a key, one with a passphrase, and what is said of the others.
func TestSFTPLogin(t *testing.T) {
	d := newDesk(t)
	srv := newSSH(t, d)
	srv.put("a.csv", "A", morning)
	s := srv.source(srv.known("ed25519"))
	key, err := ssh.ParseRawPrivateKey(s.Key)
	if err != nil {
		t.Fatal(err)
	}
	s.Key, s.Passphrase = privateKey(t, *key.(*ed25519.PrivateKey), "hunter2"), "hunter2"
	got, err := d.fetch(s)
	if all := d.files(got); err != nil || all != "a.csv=A" {
		t.Errorf("with a passphrase: %q, %v", all, err)
	}
	s.Passphrase = "wrong"
	_, err = d.fetch(s)
	fails(t, err, true, "the private key cannot be used")
	s.Key = []byte("nonsense")
	_, err = d.fetch(s)
	fails(t, err, true, "the private key cannot be used")
	_, stranger, err := ed25519.GenerateKey(rand.Reader)
	if err != nil {
		t.Fatal(err)
	}
	s.Key, s.Passphrase = privateKey(t, stranger, ""), ""
	before := srv.conns.Load()
	_, err = d.fetch(s)
	e := fails(t, err, true, "sftp.example.com refuses the login of")
	if !strings.Contains(e.Text.FR, "VIGIE_SOURCE_X_KEY") || srv.conns.Load() != before+1 {
		t.Errorf("%s, after %d tries: a login that is refused must not be repeated", e.Text.FR, srv.conns.Load()-before)
	}
	s.Key = nil
	_, err = d.fetch(s)
	fails(t, err, true, "no password and no key")
}

// A connection that breaks in the middle of a file leaves nothing of it, and
// what came before is kept; the next fetch has the rest.
func TestSFTPCut(t *testing.T) {
	for _, x := range []struct {
		name string
		at   func(*sshServer) *atomic.Int64
		want string
	}{
		{"cut", func(s *sshServer) *atomic.Int64 { return &s.cutAt }, "the connection was cut"},
		{"stalled", func(s *sshServer) *atomic.Int64 { return &s.stallAt }, "nothing came any more"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := newDesk(t)
			d.hooks.idle = 2 * time.Second
			srv := newSSH(t, d)
			s := srv.source(srv.known("ed25519"))
			srv.put("a.csv", "A", morning)
			srv.put("large.csv", strings.Repeat("0123456789", 400_000), morning.Add(time.Hour))
			x.at(srv).Store(1 << 20)
			got, err := d.fetch(s)
			e := fails(t, err, false, x.want)
			if all := d.files(got); all != "a.csv=A" || !e.Away {
				t.Errorf("%q, %+v", all, e)
			}
			if n := srv.conns.Load(); n != tries {
				t.Errorf("%d connections, want %d", n, tries)
			}
			x.at(srv).Store(0)
			got, err = d.fetch(s)
			if len(got.Items) != 1 || got.Items[0].Files[0].Size != 4_000_000 || err != nil {
				t.Errorf("%+v, %v", got, err)
			}
			d.files(got)
		})
	}
}

// Many servers ask for the password in one of two ways; a small server of the
// test does so, and asks one question too many.
func TestSFTPPassword(t *testing.T) {
	for _, way := range []string{"password", "keyboard", "code"} {
		t.Run(way, func(t *testing.T) {
			d := newDesk(t)
			_, host, err := ed25519.GenerateKey(rand.Reader)
			if err != nil {
				t.Fatal(err)
			}
			signer, err := ssh.NewSignerFromKey(host)
			if err != nil {
				t.Fatal(err)
			}
			config := &ssh.ServerConfig{}
			right := func(s string) error {
				if s != "hunter2" {
					return fmt.Errorf("wrong")
				}
				return nil
			}
			switch way {
			case "password":
				config.PasswordCallback = func(_ ssh.ConnMetadata, b []byte) (*ssh.Permissions, error) { return nil, right(string(b)) }
			case "keyboard":
				config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
					answers, err := ask("", "", []string{"Password: "}, []bool{false})
					if err != nil {
						return nil, err
					}
					return nil, right(answers[0])
				}
			case "code":
				config.KeyboardInteractiveCallback = func(_ ssh.ConnMetadata, ask ssh.KeyboardInteractiveChallenge) (*ssh.Permissions, error) {
					answers, err := ask("", "", []string{"Your birthday: "}, []bool{true})
					if err == nil {
						t.Errorf("answered %q to a question in the open", answers)
					}
					return nil, fmt.Errorf("wrong")
				}
			}
			config.AddHostKey(signer)
			l, err := net.Listen("tcp", "127.0.0.1:0")
			if err != nil {
				t.Fatal(err)
			}
			defer l.Close()
			folder := t.TempDir()
			if err := os.WriteFile(filepath.Join(folder, "a.csv"), []byte("A"), 0o666); err != nil {
				t.Fatal(err)
			}
			go func() {
				for {
					c, err := l.Accept()
					if err != nil {
						return
					}
					go serveSFTP(c, config)
				}
			}()
			d.hooks.lead = func(string) string { return l.Addr().String() }
			path := filepath.Join(t.TempDir(), "known_hosts")
			if err := os.WriteFile(path, []byte(knownhosts.Line([]string{"sftp.example.com"}, signer.PublicKey())+"\n"), 0o600); err != nil {
				t.Fatal(err)
			}
			s := SFTP{Host: "sftp.example.com", Port: 22, User: "a", Folder: folder, Takes: func(string) bool { return true }, KnownHosts: path, Password: "hunter2", Secrets: locale.Same("VIGIE_SOURCE_X_PASSWORD")}
			got, err := d.fetch(s)
			if way == "code" {
				fails(t, err, true, "sftp.example.com asks a for more than a password")
				return
			}
			if all := d.files(got); err != nil || all != "a.csv=A" {
				t.Errorf("%q, %v", all, err)
			}
			s.Password = "hunter3"
			_, err = d.fetch(s)
			e := fails(t, err, true, "refuses the login of a")
			if strings.Contains(fmt.Sprint(e.Text, err), "hunter") {
				t.Error("the password is shown")
			}
		})
	}
}

// serveSFTP serves this machine's files to whoever has logged in.
func serveSFTP(c net.Conn, config *ssh.ServerConfig) {
	defer c.Close()
	_, channels, requests, err := ssh.NewServerConn(c, config)
	if err != nil {
		return
	}
	go ssh.DiscardRequests(requests)
	for ch := range channels {
		channel, requests, err := ch.Accept()
		if err != nil {
			return
		}
		go func() {
			for r := range requests {
				r.Reply(r.Type == "subsystem", nil)
			}
		}()
		go func() {
			server, err := sftp.NewServer(channel, sftp.ReadOnly())
			if err == nil {
				server.Serve()
			}
			channel.Close()
		}()
	}
}
