package source

import (
	"compress/gzip"
	"context"
	"crypto/x509"
	"errors"
	"fmt"
	"net/http"
	"net/http/httptest"
	"net/netip"
	"strings"
	"sync/atomic"
	"testing"
	"time"
)

// site is a server of links, at files.example.com and www.example.com.
type site struct {
	*httptest.Server
	asked atomic.Int32
}

func newSite(t *testing.T, d *desk, h http.HandlerFunc) *site {
	s := &site{}
	s.Server = httptest.NewTLSServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		s.asked.Add(1)
		h(w, r)
	}))
	t.Cleanup(s.Close)
	s.Config.ErrorLog = nil
	d.hooks.roots = x509.NewCertPool()
	d.hooks.roots.AddCert(s.Certificate())
	d.hooks.lead = func(addr string) string {
		if strings.HasSuffix(addr, ".example.com:443") {
			return s.Listener.Addr().String()
		}
		return addr
	}
	return s
}

func link(path string, hosts ...string) HTTPS {
	return HTTPS{URL: "https://files.example.com" + path, Hosts: append([]string{"files.example.com"}, hosts...)}
}

const table = "Day,Campaign\n2026-09-01,A\n"

// An unchanged file is not fetched again: by its ETag, by its time, and, where
// the server says neither, by its content.
func TestUnchanged(t *testing.T) {
	for _, x := range []struct {
		name   string
		header string
		value  string
		code   int // of the second answer
	}{
		{"etag", "ETag", `W/"1"`, 304}, {"time", "Last-Modified", "Tue, 01 Sep 2026 05:00:00 GMT", 304}, {"content", "", "", 200},
	} {
		t.Run(x.name, func(t *testing.T) {
			d := newDesk(t)
			body := table
			var codes []int
			s := newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
				if x.header != "" {
					w.Header().Set(x.header, x.value)
				}
				if v := x.value; v != "" && (r.Header.Get("If-None-Match") == v || r.Header.Get("If-Modified-Since") == v) {
					w.WriteHeader(304)
					codes = append(codes, 304)
					return
				}
				codes = append(codes, 200)
				fmt.Fprint(w, body)
			})
			got, err := d.fetch(link("/latest.csv"))
			if all := d.files(got); err != nil || all != "latest.csv="+table {
				t.Fatalf("%q, %v", all, err)
			}
			if x.name == "time" && !got.Items[0].Files[0].ModTime.Equal(time.Date(2026, 9, 1, 5, 0, 0, 0, time.UTC)) {
				t.Errorf("made at %s", got.Items[0].Files[0].ModTime)
			}
			got, err = d.fetch(link("/latest.csv"))
			if all := d.files(got); err != nil || all != "" || len(codes) != 2 || codes[1] != x.code {
				t.Fatalf("again: %q, %v, answers %v", all, err, codes)
			}
			body, x.value = table+"2026-09-02,A\n", strings.ReplaceAll(x.value, "1", "2")
			got, err = d.fetch(link("/latest.csv"))
			if all := d.files(got); err != nil || all != "latest.csv="+body {
				t.Fatalf("changed: %q, %v", all, err)
			}
			if s.asked.Load() != 3 {
				t.Errorf("asked %d times", s.asked.Load())
			}
		})
	}
}

// Another link is another file, though the same server says the same of it; and
// what is remembered holds no link.
func TestOtherLink(t *testing.T) {
	d := newDesk(t)
	newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("ETag", `"1"`)
		if r.Header.Get("If-None-Match") != "" {
			t.Error("asked for the other link's state")
		}
		fmt.Fprint(w, table)
	})
	for _, path := range []string{"/a.csv?token=hunter2", "/b.csv"} {
		got, err := d.fetch(link(path))
		if all := d.files(got); err != nil || all == "" {
			t.Errorf("%s: %q, %v", path, all, err)
		}
	}
	for key, tag := range d.known {
		if strings.Contains(key+tag, "hunter2") {
			t.Error("a secret is remembered")
		}
	}
}

// No more than a host and a reason is said of a link.
func TestSecretLink(t *testing.T) {
	d := newDesk(t)
	d.hooks.lead = func(string) string { return "127.0.0.1:1" }
	_, err := d.fetch(link("/x.csv?token=hunter2"))
	e := fails(t, err, false, "files.example.com: no server answers there")
	if strings.Contains(fmt.Sprint(e.Text, e, err), "hunter2") || !e.Away {
		t.Errorf("%+v", e)
	}
	newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Referer") != "" {
			t.Errorf("the link is passed on: %s", r.Header.Get("Referer"))
		}
		if r.Host == "files.example.com" {
			http.Redirect(w, r, "https://www.example.com/%zz?token=hunter2", http.StatusFound)
			return
		}
		fmt.Fprint(w, table)
	})
	if _, err = d.fetch(link("/x.csv?token=hunter2", "*.example.com")); err == nil || strings.Contains(err.Error(), "hunter2") {
		t.Errorf("%v", err)
	}
}

// A link leads on to listed hosts, over https, at most three times.
func TestRedirects(t *testing.T) {
	d := newDesk(t)
	s := newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Referer") != "" {
			t.Error("the link is passed on")
		}
		switch r.Host + r.URL.Path {
		case "files.example.com/once":
			http.Redirect(w, r, "https://www.example.com/a.csv?x=1", http.StatusTemporaryRedirect)
		case "files.example.com/3", "files.example.com/2", "files.example.com/1":
			http.Redirect(w, r, map[string]string{"/3": "/2", "/2": "/1", "/1": "/a.csv"}[r.URL.Path], http.StatusFound)
		case "files.example.com/4":
			http.Redirect(w, r, "/3", http.StatusFound)
		case "files.example.com/http":
			http.Redirect(w, r, "http://files.example.com/a.csv", http.StatusFound)
		case "files.example.com/port":
			http.Redirect(w, r, "https://files.example.com:8443/a.csv", http.StatusFound)
		case "files.example.com/password":
			http.Redirect(w, r, "https://a:b@files.example.com/a.csv", http.StatusFound)
		case "files.example.com/elsewhere":
			http.Redirect(w, r, "https://example.com.attacker.net/a.csv", http.StatusFound)
		case "files.example.com/number":
			http.Redirect(w, r, "https://169.254.169.254/latest/meta-data", http.StatusFound)
		default:
			fmt.Fprint(w, table)
		}
	})
	for path, hosts := range map[string][]string{"/once": {"*.example.com"}, "/3": nil} {
		got, err := d.fetch(link(path, hosts...))
		if all := d.files(got); err != nil || all != "a.csv="+table {
			t.Errorf("%s: %q, %v", path, all, err)
		}
	}
	for path, want := range map[string]string{
		"/once":      `leads on to www.example.com, which is not among hosts: if that is right, write hosts: ["www.example.com"]`,
		"/4":         "leads on more than 3 times",
		"/http":      "leads to http://files.example.com: only https",
		"/port":      "leads to port 8443",
		"/password":  "with a password in it",
		"/elsewhere": "leads on to example.com.attacker.net",
		"/number":    "leads on to 169.254.169.254",
	} {
		before := s.asked.Load()
		got, err := d.fetch(link(path))
		fails(t, err, true, want)
		d.files(got)
		if n := s.asked.Load() - before; n > 4 {
			t.Errorf("%s: asked %d times", path, n)
		}
	}
	if _, err := d.fetch(HTTPS{URL: "https://files.example.com/a.csv", Hosts: []string{"other.example.com"}}); err == nil {
		t.Error("a link that is not at its hosts was fetched")
	}
}

// A name that leads to this machine or its network is not followed, be it the
// link's own or one that it leads on to, however the address is written. What
// the names lead to stands for a resolver's answer; localhost is asked of the
// real one.
func TestAddresses(t *testing.T) {
	d := newDesk(t)
	s := newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
		if r.URL.Path == "/inside" {
			http.Redirect(w, r, "https://inside.example.org/a.csv", http.StatusFound)
			return
		}
		fmt.Fprint(w, table)
	})
	to := ""
	d.hooks.lead = func(addr string) string {
		if addr == "inside.example.org:443" {
			return to
		}
		return s.Listener.Addr().String()
	}
	refused := func(x HTTPS) {
		t.Helper()
		before := s.asked.Load()
		got, err := d.fetch(x)
		fails(t, err, true, "inside.example.org leads to")
		if all := d.files(got); all != "" || x.URL != link("/inside").URL && s.asked.Load() != before {
			t.Errorf("to %s: %q", to, all)
		}
	}
	elsewhere := []string{"127.0.0.2:443", "10.0.0.1:443", "192.168.1.1:443", "[::1]:443", "169.254.169.254:443", "0.0.0.0:443", "[fe80::1]:443", "[fd00::1]:443"}
	d.hooks.open = func(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") } // where the site is
	for _, to = range elsewhere {
		refused(HTTPS{URL: "https://inside.example.org/a.csv", Hosts: []string{"inside.example.org"}})
		refused(link("/inside", "inside.example.org"))
	}
	d.hooks.open = nil
	for _, to = range append(elsewhere, s.Listener.Addr().String(), "localhost:443", "[::ffff:127.0.0.1]:443") {
		refused(HTTPS{URL: "https://inside.example.org/a.csv", Hosts: []string{"inside.example.org"}})
	}
}

// The environment's proxy is not asked.
func TestNoProxy(t *testing.T) {
	d := newDesk(t)
	newSite(t, d, func(w http.ResponseWriter, r *http.Request) { fmt.Fprint(w, table) })
	t.Setenv("HTTPS_PROXY", "http://127.0.0.1:1")
	tr := link("/a.csv").client(d.Desk, nil).Transport.(*http.Transport)
	if tr.Proxy != nil {
		t.Error("a proxy is asked")
	}
}

// Answers that are no file, or half of one.
func TestAnswers(t *testing.T) {
	d := newDesk(t)
	d.hooks.limit = 1 << 10
	cut := func(w http.ResponseWriter, head, body string) {
		conn, buf, err := w.(http.Hijacker).Hijack()
		if err != nil {
			t.Error(err)
			return
		}
		buf.WriteString("HTTP/1.1 200 OK\r\n" + head + "\r\n" + body)
		buf.Flush()
		conn.Close()
	}
	s := newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
		switch r.URL.Path {
		case "/short": // a length is announced and not kept
			cut(w, "Content-Length: 500\r\n", table)
		case "/chunk": // the last chunk does not come
			cut(w, "Transfer-Encoding: chunked\r\n", "4\r\nDay,\r\n")
		case "/unsaid": // whoever ends the connection ends the file
			cut(w, "", table)
		case "/announced":
			w.Header().Set("Content-Length", "99999999")
			w.Write(make([]byte, 100))
		case "/endless":
			for range 100 {
				if _, err := w.Write(make([]byte, 100)); err != nil {
					return
				}
			}
		case "/bomb":
			w.Header().Set("Content-Encoding", "gzip")
			z := gzip.NewWriter(w)
			z.Write(make([]byte, 1<<20))
			z.Close()
		case "/slow":
			w.Header().Set("Content-Length", "500")
			fmt.Fprint(w, table)
			w.(http.Flusher).Flush()
			<-r.Context().Done()
		case "/silent":
			<-r.Context().Done()
		case "/page":
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
			fmt.Fprint(w, "<div>Sign in</div>")
		case "/unmarked":
			w.Header().Set("Content-Type", "application/octet-stream")
			fmt.Fprint(w, "\ufeff\n <!DOCTYPE HTML><title>Connexion</title>")
		case "/empty":
		case "/401", "/403", "/404", "/410", "/500", "/418", "/204":
			var code int
			fmt.Sscan(r.URL.Path[1:], &code)
			w.WriteHeader(code)
		case "/304":
			w.WriteHeader(304)
		}
	})
	for path, x := range map[string]struct {
		final bool
		want  string
		asked int32
	}{
		"/short": {false, "the connection was cut", 3}, "/chunk": {false, "the connection was cut", 3}, "/unsaid": {true, "does not say how long the file is", 1},
		"/announced": {true, "the file is larger than 1 MB", 1}, "/endless": {true, "the file is larger than", 1}, "/bomb": {true, "the file is larger than", 1},
		"/slow": {false, "nothing came any more", 3}, "/silent": {false, "nothing came any more", 3},
		"/page": {true, "answers with a web page", 1}, "/unmarked": {true, "answers with a web page", 1}, "/empty": {false, "the answer is empty", 3},
		"/401": {true, "asks for a login", 1}, "/403": {true, "asks for a login", 1}, "/404": {false, "has no file at this link (404)", 1}, "/410": {false, "has no file at this link (410)", 1},
		"/500": {false, "answers 500", 3}, "/418": {false, "answers 418", 1}, "/204": {false, "answers 204", 1}, "/304": {false, "answers 304", 1},
	} {
		before := s.asked.Load()
		got, err := d.fetch(link(path))
		fails(t, err, x.final, x.want)
		if all := d.files(got); all != "" {
			t.Errorf("%s: %s", path, all)
		}
		if n := s.asked.Load() - before; n != x.asked {
			t.Errorf("%s: asked %d times, want %d", path, n, x.asked)
		}
	}
}

// A pause that a server asks for is given: here if it is short, by the caller if
// it is long.
func TestRetryAfter(t *testing.T) {
	for _, x := range []struct {
		after string
		wait  time.Duration
		asked int32
	}{
		{"1", 0, 2}, {"120", 2 * time.Minute, 1}, {"Tue, 01 Sep 2026 06:10:00 GMT", 10 * time.Minute, 1}, {"99999999", 24 * time.Hour, 1},
		{"Tue, 01 Sep 2026 05:00:00 GMT", 0, 2}, {"soon", 0, 2}, {"-5", 0, 2}, {"", 0, 2},
	} {
		d := newDesk(t)
		first := true
		s := newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
			w.Header().Set("Date", "Tue, 01 Sep 2026 06:00:00 GMT")
			if first {
				first = false
				w.Header().Set("Retry-After", x.after)
				w.WriteHeader(429)
				return
			}
			fmt.Fprint(w, table)
		})
		start := time.Now()
		got, err := d.fetch(link("/a.csv"))
		if x.wait > 0 {
			if e := fails(t, err, false, "answers 429"); e.Wait != x.wait {
				t.Errorf("%q: wait %s, want %s", x.after, e.Wait, x.wait)
			}
		} else if all := d.files(got); err != nil || all != "a.csv="+table {
			t.Errorf("%q: %q, %v", x.after, all, err)
		}
		if took := time.Since(start); x.after == "1" && took < time.Second {
			t.Errorf("a second was asked for, %s were given", took)
		}
		if n := s.asked.Load(); n != x.asked {
			t.Errorf("%q: asked %d times, want %d", x.after, n, x.asked)
		}
	}
}

// A file's name is what the server says, made safe, else how the link ends.
func TestLinkName(t *testing.T) {
	d := newDesk(t)
	for _, x := range []struct{ path, disposition, media, want string }{
		{"/exports/latest.csv", "", "", "latest.csv"},
		{"/pub?output=csv", "", "text/csv; charset=utf-8", "pub.csv"},
		{"/pub", `attachment; filename="Suivi.csv"; filename*=UTF-8''Suivi%20d%27%C3%A9t%C3%A9.csv`, "text/csv", "Suivi d'été.csv"},
		{"/pub", `attachment; filename="../../etc/cron.d/x.csv"`, "", "x.csv"},
		{"/pub", `attachment; filename=`, "text/csv", "pub.csv"},
		{"/", "", "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet", "export.xlsx"},
		{"/r%C3%A9gie%2Fx.csv", "", "", "x.csv"},
		{"/file", "", "text/plain", "file"},
	} {
		newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
			if x.disposition != "" {
				w.Header().Set("Content-Disposition", x.disposition)
			}
			w.Header().Set("Content-Type", x.media)
			fmt.Fprint(w, table)
		})
		d.known = map[string]string{}
		got, err := d.fetch(link(x.path))
		if err != nil || len(got.Items) != 1 || got.Items[0].Files[0].Name != x.want {
			t.Errorf("%+v: %+v, %v", x, got, err)
		}
		d.files(got)
	}
}

// A storage service that packs what nobody asked it to pack is understood.
func TestPacked(t *testing.T) {
	d := newDesk(t)
	newSite(t, d, func(w http.ResponseWriter, r *http.Request) {
		if r.Header.Get("Accept-Encoding") != "identity" {
			t.Errorf("asked for %q", r.Header.Get("Accept-Encoding"))
		}
		w.Header().Set("Content-Encoding", "gzip")
		z := gzip.NewWriter(w)
		fmt.Fprint(z, table)
		z.Close()
	})
	got, err := d.fetch(link("/a.csv"))
	if all := d.files(got); err != nil || all != "a.csv="+table {
		t.Errorf("%q, %v", all, err)
	}
}

// A certificate of somebody else is refused, and a fetch can be interrupted.
func TestCertificate(t *testing.T) {
	d := newDesk(t)
	newSite(t, d, func(w http.ResponseWriter, r *http.Request) { <-r.Context().Done() })
	d.hooks.idle = 10 * time.Second
	ctx, cancel := context.WithCancel(context.Background())
	time.AfterFunc(50*time.Millisecond, cancel)
	if _, err := Fetch(ctx, link("/a.csv"), d.Desk); !errors.Is(err, context.Canceled) {
		t.Errorf("interrupted: %v", err)
	}
	d.hooks.roots = x509.NewCertPool()
	_, err := d.fetch(link("/a.csv"))
	fails(t, err, false, "its certificate is not valid")
}
