package source

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/base64"
	"fmt"
	"io"
	"log"
	"net"
	"net/http/httptest"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"testing"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapserver"
	"github.com/emersion/go-imap/v2/imapserver/imapmemserver"

	"vigie/internal/locale"
)

// mailServer is an IMAP server with TLS at imap.example.com, whose conversation
// is kept and whose connections can be held up and cut.
type mailServer struct {
	t       *testing.T
	user    *imapmemserver.User
	conns   atomic.Int32
	cutAt   atomic.Int64 // bytes from the server after which a connection breaks; 0: never
	stallAt atomic.Int64 // … after which nothing more comes
	endAt   atomic.Int64 // … after which the server ends the connection in order
	mu      sync.Mutex
	talk    bytes.Buffer
}

func (s *mailServer) Write(b []byte) (int, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.Write(b)
}

func (s *mailServer) said() string {
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.talk.String()
}

func newMail(t *testing.T, d *desk) *mailServer {
	t.Helper()
	s := &mailServer{t: t, user: imapmemserver.NewUser("vigie@example.com", "hunter2")}
	for _, name := range []string{"INBOX", "Exports été"} {
		if err := s.user.Create(name, nil); err != nil {
			t.Fatal(err)
		}
	}
	memory := imapmemserver.New()
	memory.AddUser(s.user)
	server := imapserver.New(&imapserver.Options{
		NewSession: func(*imapserver.Conn) (imapserver.Session, *imapserver.GreetingData, error) {
			return memory.NewSession(), nil, nil
		},
		// It does not see that its connections have TLS.
		InsecureAuth: true,
		Caps:         imap.CapSet{imap.CapIMAP4rev1: {}}, DebugWriter: s, Logger: log.New(io.Discard, "", 0),
	})
	site := httptest.NewUnstartedServer(nil) // for its certificate, of *.example.com
	site.StartTLS()
	t.Cleanup(site.Close)
	d.hooks.roots = x509.NewCertPool()
	d.hooks.roots.AddCert(site.Certificate())
	inner, err := tls.Listen("tcp", "127.0.0.1:0", &tls.Config{Certificates: site.TLS.Certificates})
	if err != nil {
		t.Fatal(err)
	}
	outer, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	d.hooks.lead = func(addr string) string {
		if addr == "imap.example.com:993" {
			return outer.Addr().String()
		}
		return addr
	}
	var running sync.WaitGroup
	running.Go(func() { server.Serve(endListener{inner, s}) })
	running.Go(func() {
		for {
			c, err := outer.Accept()
			if err != nil {
				return
			}
			s.conns.Add(1)
			running.Go(func() { s.pass(c, inner.Addr().String()) })
		}
	})
	t.Cleanup(func() {
		outer.Close()
		server.Close()
		inner.Close()
		running.Wait()
	})
	return s
}

// endListener gives connections that the server ends early, as TLS does it.
type endListener struct {
	net.Listener
	s *mailServer
}

func (l endListener) Accept() (net.Conn, error) {
	c, err := l.Listener.Accept()
	return &endConn{Conn: c, s: l.s}, err
}

type endConn struct {
	net.Conn
	s    *mailServer
	sent int64
}

func (c *endConn) Write(b []byte) (int, error) {
	c.sent += int64(len(b))
	if at := c.s.endAt.Load(); at > 0 && c.sent > at {
		c.Conn.Close()
	}
	return c.Conn.Write(b)
}

// pass passes a connection on, as far as it is to go.
func (s *mailServer) pass(c net.Conn, to string) {
	defer c.Close()
	far, err := net.Dial("tcp", to)
	if err != nil {
		return
	}
	defer far.Close()
	go func() {
		io.Copy(far, c)
		far.Close()
	}()
	var sent int64
	buf := make([]byte, 4<<10)
	for {
		n, err := far.Read(buf)
		sent += int64(n)
		if at := s.stallAt.Load(); at > 0 && sent > at {
			io.Copy(io.Discard, far)
			return
		}
		if at := s.cutAt.Load(); at > 0 && sent > at {
			return
		}
		if _, werr := c.Write(buf[:n]); err != nil || werr != nil {
			return
		}
	}
}

type literal struct{ *bytes.Reader }

func (l literal) Size() int64 { return l.Reader.Size() }

// deliver puts a message into a folder.
func (s *mailServer) deliver(folder, message string) {
	s.t.Helper()
	b := []byte(strings.ReplaceAll(message, "\n", "\r\n"))
	if _, err := s.user.Append(folder, literal{bytes.NewReader(b)}, &imap.AppendOptions{Time: morning}); err != nil {
		s.t.Fatal(err)
	}
}

// mail is a message with parts, each its headers, an empty line and a body.
func mail(from string, parts ...string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "From: %s\nTo: vigie@example.com\nSubject: Votre rapport\nDate: Tue, 01 Sep 2026 05:00:00 +0000\nMIME-Version: 1.0\n", from)
	if len(parts) == 1 {
		return b.String() + parts[0]
	}
	b.WriteString("Content-Type: multipart/mixed; boundary=xyz\n\n")
	for _, p := range parts {
		b.WriteString("--xyz\n" + p + "\n")
	}
	return b.String() + "--xyz--\n"
}

// attached is a part with a file in it, in base64.
func attached(disposition, body string) string {
	packed := base64.StdEncoding.EncodeToString([]byte(body))
	var b strings.Builder
	for i := 0; i < len(packed); i += 76 {
		b.WriteString(packed[i:min(i+76, len(packed))] + "\n")
	}
	return "Content-Type: text/csv\nContent-Disposition: " + disposition + "\nContent-Transfer-Encoding: base64\n\n" + b.String()
}

const letter = "Content-Type: text/plain; charset=utf-8\n\nBonjour, voici le rapport.\n"

func box() Mailbox {
	return Mailbox{
		Host: "imap.example.com", Port: 993, User: "vigie@example.com", Password: "hunter2", Folder: "INBOX",
		Senders: []string{"rapports@example.com", "noreply@example.org"}, Takes: func(string) bool { return true }, Secrets: locale.Same("VIGIE_SOURCE_X_PASSWORD"),
	}
}

// Attachments of listed senders are fetched, each message once, and the mailbox
// is as it was.
func TestMailbox(t *testing.T) {
	d := newDesk(t)
	srv := newMail(t, d)
	srv.deliver("INBOX", mail("Rapports <Rapports@Example.com>", letter, attached(`attachment; filename="a.csv"`, "A"), attached(`attachment; filename="logo.png"`, "png"), attached(`inline; filename="b.csv"`, "B")))
	srv.deliver("INBOX", mail("a@example.com", letter, attached(`attachment; filename="stranger.csv"`, "S")))
	srv.deliver("INBOX", mail("noreply@example.org", "Content-Type: text/csv; name=\"alone.csv\"\nContent-Transfer-Encoding: quoted-printable\n\nCo=C3=BBt\n"))
	srv.deliver("INBOX", mail("noreply@example.org", letter, "Content-Type: text/plain\nContent-Disposition: attachment; filename=plain.txt\n\nplain\n"))
	srv.deliver("INBOX", mail("noreply@example.org", letter, attached(`attachment; filename="logo.png"`, "png")))
	srv.deliver("INBOX", mail("noreply@example.org", letter))
	got, err := d.fetch(box())
	if all := d.files(got); err != nil || all != "a.csv=A b.csv=B alone.csv=Coût\r\n plain.txt=plain\r\n" {
		t.Fatalf("%q, %v", all, err)
	}
	if notes(got) != "message of 2026-09-01, “Votre rapport”: no attachment that is wanted" || !got.Items[0].Files[0].ModTime.Equal(morning) {
		t.Errorf("%s, made at %s", notes(got), got.Items[0].Files[0].ModTime)
	}
	// Looked at once, all five of the listed senders; and nothing was marked.
	if len(got.Items) != 5 {
		t.Errorf("%d messages are remembered", len(got.Items))
	}
	talk := srv.said()
	for _, word := range []string{" SELECT ", " STORE ", " EXPUNGE", " COPY ", " MOVE ", " APPEND ", " BODY["} {
		for line := range strings.Lines(talk) {
			if strings.HasPrefix(line, "T") && strings.Contains(line, word) {
				t.Errorf("the mailbox was touched: %s", line)
			}
		}
	}
	state, err := srv.user.Status("INBOX", &imap.StatusOptions{NumMessages: true, NumUnseen: true})
	if err != nil || *state.NumMessages != 6 || *state.NumUnseen != 6 || !strings.Contains(talk, " EXAMINE ") {
		t.Errorf("of %d messages %d are unseen, %v", *state.NumMessages, *state.NumUnseen, err)
	}
	before := strings.Count(talk, "FETCH")
	got, err = d.fetch(box())
	if all := d.files(got); err != nil || all != "" || notes(got) != "" || strings.Count(srv.said(), "FETCH") != before {
		t.Errorf("again: %q, %v, %s", all, err, notes(got))
	}
	srv.deliver("INBOX", mail("noreply@example.org", letter, attached(`attachment; filename="c.csv"`, "C")))
	got, err = d.fetch(box())
	if all := d.files(got); err != nil || all != "c.csv=C" {
		t.Errorf("a new message: %q, %v", all, err)
	}
	// A folder that was made anew numbers its messages from 1 again.
	if err := srv.user.Delete("INBOX"); err != nil {
		t.Fatal(err)
	}
	if err := srv.user.Create("INBOX", nil); err != nil {
		t.Fatal(err)
	}
	srv.deliver("INBOX", mail("noreply@example.org", letter, attached(`attachment; filename="d.csv"`, "D")))
	got, err = d.fetch(box())
	if all := d.files(got); err != nil || all != "d.csv=D" {
		t.Errorf("a folder made anew: %q, %v", all, err)
	}
	other := box()
	other.Folder = "Exports été"
	other.Takes = func(name string) bool { return name == "e.csv" }
	srv.deliver("Exports été", mail("noreply@example.org", letter, attached(`attachment; filename="e.csv"`, "E"), attached(`attachment; filename="f.csv"`, "F")))
	got, err = d.fetch(other)
	if all := d.files(got); err != nil || all != "e.csv=E" {
		t.Errorf("another folder: %q, %v", all, err)
	}
}

// Only the whole address of the only author counts: not a part of it, not a name
// that looks like one, not one author of several.
func TestMailboxSenders(t *testing.T) {
	d := newDesk(t)
	srv := newMail(t, d)
	for _, from := range []string{
		"rapports@example.com.attacker.net", "vrais-rapports@example.com", `"rapports@example.com" <x@attacker.net>`, "x@attacker.net, rapports@example.com", "rapports@example.com, x@attacker.net",
		"=?utf-8?q?rapports=40example.com?= <x@attacker.net>",
	} {
		srv.deliver("INBOX", mail(from, letter, attached(`attachment; filename="a.csv"`, "A")))
	}
	got, err := d.fetch(box())
	if all := d.files(got); err != nil || all != "" {
		t.Errorf("%q, %v", all, err)
	}
	if n := strings.Count(notes(got), "is not among senders"); n < 4 || !strings.Contains(notes(got), "sender x@attacker.net is not among senders") {
		t.Errorf("%s", notes(got))
	}
}

// Names come in many writings; sizes, numbers and damage have their limits.
func TestMailboxAttachments(t *testing.T) {
	d := newDesk(t)
	srv := newMail(t, d)
	parts := []string{
		letter,
		attached("attachment; filename*=UTF-8''D%C3%A9penses%20d%27%C3%A9t%C3%A9.csv", "1"),
		attached(`attachment; filename="=?iso-8859-15?Q?D=E9penses_en_=A4.csv?="`, "2"),
		attached("attachment;\n filename*0*=UTF-8''Rapport%20;\n filename*1*=de%20la%20r%C3%A9gie;\n filename*2=\" 2026.csv\"", "3"),
		attached(`attachment; filename="../../etc/x.csv"`, "4"),
		strings.Replace(attached(`attachment; filename="large.csv"`, strings.Repeat("x", 2000)), "text/csv", "text/csv", 1),
		"Content-Type: text/csv\nContent-Disposition: attachment; filename=broken.csv\nContent-Transfer-Encoding: base64\n\nRGF5LENh!!!bXBhaWdu\n",
		"Content-Type: text/csv\nContent-Disposition: attachment; filename=half.csv\nContent-Transfer-Encoding: base64\n\nRGF5LENhb\n",
		"Content-Type: text/csv\nContent-Disposition: attachment; filename=odd.csv\nContent-Transfer-Encoding: x-uuencode\n\nx\n",
		attached(`attachment; filename="last.csv"`, "5"),
	}
	srv.deliver("INBOX", mail("rapports@example.com", parts...))
	d.hooks.limit = 1000
	got, err := d.fetch(box())
	if all := d.files(got); err != nil || all != "Dépenses d'été.csv=1 Dépenses en €.csv=2 Rapport de la régie 2026.csv=3 x.csv=4 last.csv=5" {
		t.Errorf("%q, %v", all, err)
	}
	want := "message of 2026-09-01: large.csv is larger than 1 MB, not taken\nmessage of 2026-09-01: broken.csv: damaged, not taken\n" +
		"message of 2026-09-01: half.csv: damaged, not taken\nmessage of 2026-09-01: odd.csv: written in a way that is not read (x-uuencode), not taken"
	if notes(got) != want {
		t.Errorf("%s", notes(got))
	}
	many := []string{letter}
	for i := range maxAttachments + 5 {
		many = append(many, attached(fmt.Sprintf(`attachment; filename="%d.csv"`, i), "x"))
	}
	srv.deliver("INBOX", mail("rapports@example.com", many...))
	got, err = d.fetch(box())
	if err != nil || len(got.Items) != 1 || len(got.Items[0].Files) != maxAttachments || !strings.Contains(notes(got), "more than 20 attachments") {
		t.Errorf("%+v, %v, %s", got, err, notes(got))
	}
	d.files(got)
}

// The login, the folder and the certificate.
func TestMailboxLogin(t *testing.T) {
	d := newDesk(t)
	srv := newMail(t, d)
	s := box()
	s.Password = "hunter3"
	_, err := d.fetch(s)
	e := fails(t, err, true, "imap.example.com refuses the login of vigie@example.com")
	if strings.Contains(fmt.Sprint(e.Text, err), "hunter") || !strings.Contains(e.Text.FR, "VIGIE_SOURCE_X_PASSWORD") || srv.conns.Load() != 1 {
		t.Errorf("%+v, %d connections", e.Text, srv.conns.Load())
	}
	s.Password = ""
	_, err = d.fetch(s)
	fails(t, err, true, "no password for vigie@example.com: write VIGIE_SOURCE_X_PASSWORD")
	s = box()
	s.Folder = "Nowhere"
	_, err = d.fetch(s)
	fails(t, err, true, `has no folder "Nowhere"`)
	before := strings.Count(srv.said(), "LOGIN")
	d.hooks.roots = x509.NewCertPool()
	_, err = d.fetch(box())
	fails(t, err, false, "its certificate is not valid")
	if strings.Count(srv.said(), "LOGIN") != before {
		t.Error("the password was sent to a stranger")
	}
	d.hooks.lead = func(string) string { return "127.0.0.1:1" }
	_, err = d.fetch(box())
	fails(t, err, false, "no server answers there")
}

// A connection that breaks in the middle of an attachment leaves nothing of it;
// the messages before it are kept, and the next fetch has the rest.
func TestMailboxCut(t *testing.T) {
	if testing.Short() { // the race detector's run
		t.Skip("go-imap closes a message's body from two goroutines when its connection dies")
	}
	// Written as it is, half a part looks like a whole one.
	bare := "Content-Type: text/csv\nContent-Disposition: attachment; filename=b.csv\n\n" + strings.Repeat("0123456789\n", 100_000)
	packed := attached(`attachment; filename="b.csv"`, strings.Repeat("0123456789\r\n", 100_000))
	for _, x := range []struct {
		name string
		part string
		at   func(*mailServer) *atomic.Int64
		want string
	}{
		{"cut", packed, func(s *mailServer) *atomic.Int64 { return &s.cutAt }, "the connection was cut"},
		{"cut bare", bare, func(s *mailServer) *atomic.Int64 { return &s.cutAt }, "the connection was cut"},
		{"ended bare", bare, func(s *mailServer) *atomic.Int64 { return &s.endAt }, "the connection was cut"},
		{"stalled", bare, func(s *mailServer) *atomic.Int64 { return &s.stallAt }, "nothing came any more"},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := newDesk(t)
			srv := newMail(t, d)
			srv.deliver("INBOX", mail("rapports@example.com", letter, attached(`attachment; filename="a.csv"`, "A")))
			srv.deliver("INBOX", mail("rapports@example.com", letter, x.part))
			x.at(srv).Store(300_000)
			got, err := d.fetch(box())
			e := fails(t, err, false, x.want)
			if all := got.names(); all != "a.csv" || !e.Away || srv.conns.Load() != tries {
				t.Errorf("%q, %+v, %d connections", all, e, srv.conns.Load())
			}
			d.files(got)
			x.at(srv).Store(0)
			got, err = d.fetch(box())
			if err != nil || got.names() != "b.csv" || got.size() != 1_200_000 {
				t.Errorf("%+v, %v", got, err)
			}
			d.files(got)
		})
	}
}

func (g *Got) names() string {
	var list []string
	for _, x := range g.Items {
		for _, f := range x.Files {
			list = append(list, f.Name)
		}
	}
	slices.Sort(list)
	return strings.Join(list, " ")
}

// Whatever a message calls its attachments, the name is one of a file in one
// folder, or none.
func FuzzAttachmentName(f *testing.F) {
	f.Add("filename", "a.csv", "filename*", "UTF-8''%C3%A9.csv")
	f.Add("name*0*", "UTF-8''a%20", "name*1", "b.csv")
	f.Add("filename*0", "../", "filename*1*", "%2e%2e%2fx")
	f.Fuzz(func(t *testing.T, k1, v1, k2, v2 string) {
		name := attachmentName(&imap.BodyStructureSinglePart{
			Params:   map[string]string{k1: v1, k2: v2},
			Extended: &imap.BodyStructureSinglePartExt{Disposition: &imap.BodyStructureDisposition{Params: map[string]string{k2: v1, k1: v2}}},
		})
		if name != "" && name != clean(name, "") {
			t.Fatalf("%q", name)
		}
	})
}
