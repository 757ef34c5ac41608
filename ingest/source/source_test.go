package source

import (
	"context"
	"errors"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"vigie/internal/locale"
)

// desk is one for tests: nothing is known but what a fetch before it gave, names
// lead to a server of the test, and nobody waits.
type desk struct {
	Desk
	t     *testing.T
	known map[string]string
}

func newDesk(t *testing.T) *desk {
	d := &desk{t: t, known: map[string]string{}}
	d.Dir = t.TempDir()
	d.Desk.Known = func(key string) (string, bool) { tag, ok := d.known[key]; return tag, ok }
	d.hooks = hooks{
		pause: time.Millisecond, settle: 10 * time.Millisecond, idle: time.Second,
		open: func(a netip.Addr) bool { return a.IsLoopback() },
	}
	return d
}

// fetch fetches and remembers what came.
func (d *desk) fetch(s Source) (got Got, err error) {
	d.t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 20*time.Second)
	defer cancel()
	got, err = Fetch(ctx, s, d.Desk)
	if ctx.Err() != nil {
		d.t.Fatal("the fetch hangs")
	}
	for _, x := range got.Items {
		d.known[x.Key] = x.Tag
	}
	var e *Error
	if err != nil && !errors.As(err, &e) {
		d.t.Fatalf("an error without words: %v", err)
	}
	if e != nil {
		check(d.t, e.Text)
	}
	for _, n := range got.Notes {
		check(d.t, n)
	}
	return got, err
}

// check holds a text against what every text must be.
func check(t *testing.T, x locale.Text) {
	t.Helper()
	if x.EN == "" || x.FR == "" || x.EN == x.FR || strings.Contains(x.EN+x.FR, "%!") {
		t.Errorf("%+v", x)
	}
	for _, sign := range []string{" : ", " ;", " !", " ?"} {
		if strings.Contains(x.FR, sign) {
			t.Errorf("%q in %q", sign, x.FR)
		}
	}
}

// files are the names and contents of what was got, and nothing else may be in
// the folder of temporary files.
func (d *desk) files(got Got) string {
	d.t.Helper()
	var list []string
	n := 0
	for _, x := range got.Items {
		for _, f := range x.Files {
			b, err := os.ReadFile(f.Path)
			if err != nil || int64(len(b)) != f.Size || filepath.Dir(f.Path) != d.Dir {
				d.t.Errorf("%s: %d bytes announced, %d there, %v", f.Name, f.Size, len(b), err)
			}
			if len(b) > 40 {
				b = append(b[:40], "…"...)
			}
			list = append(list, f.Name+"="+string(b))
			n++
		}
	}
	entries, err := os.ReadDir(d.Dir)
	if err != nil || len(entries) != n {
		d.t.Errorf("%d temporary files for %d fetched", len(entries), n)
	}
	for _, x := range got.Items {
		for _, f := range x.Files {
			os.Remove(f.Path)
		}
	}
	return strings.Join(list, " ")
}

// fails wants an error that says something, final or not.
func fails(t *testing.T, err error, final bool, want string) *Error {
	t.Helper()
	var e *Error
	if !errors.As(err, &e) || !strings.Contains(e.Text.EN, want) || e.Final != final {
		t.Errorf("error %v (%+v), want %q, final %v", err, e, want, final)
		return &Error{}
	}
	return e
}

func notes(got Got) string {
	var list []string
	for _, n := range got.Notes {
		list = append(list, n.EN)
	}
	return strings.Join(list, "\n")
}

// Public addresses are those of the internet, in whatever clothes the others
// come.
func TestPublic(t *testing.T) {
	for _, s := range []string{"8.8.8.8", "172.15.0.1", "172.32.0.1", "100.63.255.255", "100.128.0.1", "192.167.1.1", "223.255.255.255", "2a00:1450::1", "2606:4700::1", "64:ff9b::808:808"} {
		if !public(netip.MustParseAddr(s)) {
			t.Errorf("%s is refused", s)
		}
	}
	for _, s := range []string{
		"0.0.0.0", "10.1.2.3", "100.64.0.1", "127.0.0.1", "127.255.255.254", "169.254.169.254", "172.16.0.1", "172.31.255.255", "192.0.0.1", "192.0.2.1",
		"192.168.1.1", "198.18.0.1", "198.51.100.1", "203.0.113.1", "224.0.0.1", "239.255.255.255", "240.0.0.1", "255.255.255.255",
		"::", "::1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::8.8.8.8", "64:ff9b::7f00:1", "64:ff9b::a00:1", "64:ff9b:1::808:808", "fc00::1", "fd12::1", "fe80::1", "fe80::1%lo", "2a00:1450::1%eth0",
		"fec0::1", "ff02::1", "2001::1", "2001:db8::1", "2002:7f00:1::1", "3fff::1", "100::1",
	} {
		if public(netip.MustParseAddr(s)) {
			t.Errorf("%s is public", s)
		}
	}
	if public(netip.Addr{}) {
		t.Error("no address is public")
	}
}

func TestClean(t *testing.T) {
	for name, want := range map[string]string{
		"Rapport d’été.csv": "Rapport d’été.csv", "../../etc/passwd": "passwd", `C:\Users\x\report.csv`: "report.csv",
		"a\x00b\r\n.csv": "ab .csv", "..": "other", "": "other", ".hidden.csv": "hidden.csv", "a\u202evsc.exe": "avsc.exe",
		"a:b?.csv": "a_b_.csv", "  a\tb .csv. ": "a b .csv", "\xff.csv": "_.csv", "a\u00a0b.csv": "a b.csv",
		strings.Repeat("é", 300) + ".csv": strings.Repeat("é", 116) + ".csv",
	} {
		if got := clean(name, "other"); got != want {
			t.Errorf("%q becomes %q, want %q", name, got, want)
		}
	}
}

func TestUnfinished(t *testing.T) {
	for name, want := range map[string]bool{
		"a.csv": false, "a.CSV.PART": true, ".a.csv": true, "~$a.xlsx": true, "a.csv.filepart": true, "Thumbs.db": true, "a.tmp": true, "a.csv~": true, "part.csv": false,
	} {
		if Unfinished(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
}

// Whatever a stranger calls a file, the name is one of a file in one folder.
func FuzzClean(f *testing.F) {
	for _, s := range []string{"../a.csv", "a/b\\c", "\u202e.csv", "….csv", "a\xff", strings.Repeat("x.", 200)} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		name := clean(s, "other")
		if name == "" || strings.ContainsAny(name, "/\\\x00\r\n") || strings.HasPrefix(name, ".") || filepath.Base(name) != name || len([]rune(name)) > maxName {
			t.Fatalf("%q becomes %q", s, name)
		}
		if again := clean(name, "other"); again != name {
			t.Fatalf("%q becomes %q, then %q", s, name, again)
		}
	})
}
