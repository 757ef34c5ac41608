package agency

import (
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// Each of the three examples that init writes is a source once its # are gone.
func TestExampleSources(t *testing.T) {
	for _, l := range locale.Langs {
		dir := t.TempDir()
		if _, err := Init(dir, l, locale.Date(2026, 9, 2)); err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, "sources", exampleSource.In(l))
		b, err := os.ReadFile(path)
		if err != nil {
			t.Fatal(err)
		}
		key := regexp.MustCompile(`^# ([a-z]+: .*)$`)
		var blocks [][]string
		for para := range strings.SplitSeq(string(b), "\n\n") {
			var block []string
			for line := range strings.Lines(para) {
				if m := key.FindStringSubmatch(strings.TrimSpace(line)); m != nil && !strings.Contains(line, "yaml-language-server") {
					block = append(block, m[1])
				}
			}
			if block != nil {
				blocks = append(blocks, block)
			}
		}
		if len(blocks) != 4 {
			t.Fatalf("%s: %d examples and options", l, len(blocks))
		}
		for i, kind := range []string{HTTPS, SFTP, Mailbox} {
			write(t, dir, "sources/"+exampleSource.In(l), []byte(strings.Join(append(blocks[i], blocks[3]...), "\n")))
			a, err := Open(dir, Known{})
			if err != nil {
				t.Fatal(err)
			}
			if len(a.Sources) != 1 || a.Sources[0].Kind != kind || a.Sources[0].Decimal == "" || len(a.Problems) > 0 {
				t.Errorf("%s, example %d: %s", l, i+1, a.Problems.In(l))
			}
			if len(a.Sources) == 1 && kind != HTTPS && !strings.Contains(string(b), a.Sources[0].Variable("PASSWORD")) {
				t.Errorf("%s: the secret is not called %s", l, a.Sources[0].Variable("PASSWORD"))
			}
		}
	}
}

// Secrets are read from a file that is its owner's alone; the environment wins;
// no message shows a value.
func TestSecrets(t *testing.T) {
	dir := t.TempDir()
	s, err := ReadSecrets(dir)
	if err != nil || s.Lookup("VIGIE_SOURCE_A_PASSWORD") != "" {
		t.Fatalf("no file: %v", err)
	}
	file := func(mode os.FileMode, text string) (*Secrets, error) {
		t.Helper()
		path := filepath.Join(dir, secretsName)
		write(t, dir, secretsName, []byte(text))
		if err := os.Chmod(path, mode); err != nil {
			t.Fatal(err)
		}
		return ReadSecrets(dir)
	}
	s, err = file(0o600, "\ufeff# passwords\r\n\r\nVIGIE_SOURCE_A_PASSWORD = s3=cret #1 \r\nVIGIE_SOURCE_B_PASSWORD=' x '\n")
	if err != nil {
		t.Fatal(err)
	}
	t.Setenv("VIGIE_SOURCE_C_PASSWORD", "env")
	for name, want := range map[string]string{"VIGIE_SOURCE_A_PASSWORD": "s3=cret #1", "VIGIE_SOURCE_B_PASSWORD": " x ", "VIGIE_SOURCE_C_PASSWORD": "env", "VIGIE_SOURCE_D_PASSWORD": ""} {
		if got := s.Lookup(name); got != want {
			t.Errorf("%s is %q, want %q", name, got, want)
		}
	}
	t.Setenv("VIGIE_SOURCE_A_PASSWORD", "env")
	if got := s.Lookup("VIGIE_SOURCE_A_PASSWORD"); got != "env" {
		t.Errorf("the environment counts for less: %q", got)
	}
	for _, x := range []struct {
		mode os.FileMode
		text string
		want string
	}{
		{0o640, "A=hunter2\n", "secrets.env: others may read it: chmod 600 " + filepath.Join(dir, secretsName)},
		{0o600, "A=1\nhunter2\n", "secrets.env:2:1: want NAME=value, the name in capitals"},
		{0o600, "a=hunter2\n", "secrets.env:1:1: want NAME=value, the name in capitals"},
		{0o600, "A=1\nA=hunter2\n", "secrets.env:2:1: A is there twice"},
	} {
		_, err := file(x.mode, x.text)
		if err == nil || err.Error() != x.want {
			t.Errorf("%q: %v, want %s", x.text, err, x.want)
		}
	}
}

// Two ids never share a secret, and a name is taken by its pattern.
func TestSourceNames(t *testing.T) {
	s := &Source{ID: "meta-sftp2", Pattern: []string{"*.csv", "!*test*"}}
	if got := s.Variable("KEY"); got != "VIGIE_SOURCE_META_SFTP2_KEY" {
		t.Error(got)
	}
	for name, want := range map[string]bool{"Report.CSV": true, "report.xlsx": false, "Test.csv": false} {
		if s.Takes(name) != want {
			t.Errorf("%s: %v", name, !want)
		}
	}
	if !(&Source{}).Takes("anything") {
		t.Error("without a pattern a name is refused")
	}
}

// Whatever a file of the folder holds, reading it ends in a source or an error,
// or it is a file of comments; and a link that is kept is one to a named host.
func FuzzSource(f *testing.F) {
	for _, l := range locale.Langs {
		b, err := scaffolds.ReadFile("scaffold/" + string(l) + "/source.yaml")
		if err != nil {
			f.Fatal(err)
		}
		f.Add(b)
	}
	f.Add([]byte("kind: https\nclient: a\nurl: https://exports.example.com/a.csv\nhosts: ['*.example.com']\n"))
	f.Add([]byte("kind: sftp\nclient: a\nhost: h\nport: 22\nuser: u\npattern: '*.csv'\n"))
	f.Add([]byte("kind: mailbox\nclient: a\nhost: h\nuser: u\nsenders: [a@b.c]\n"))
	dir := f.TempDir()
	write(f, dir, "vigie.yaml", []byte(plainAgency))
	write(f, dir, "clients/a/client.yaml", []byte("name: A\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		write(t, dir, "sources/x.yaml", b)
		a, err := Open(dir, known)
		if err != nil {
			t.Fatal(err)
		}
		if len(a.Sources) == 1 && a.Err() != nil {
			t.Fatalf("a source with errors: %v", a.Err())
		}
		for _, s := range a.Sources {
			if s.Client == nil || s.When.Cron == "" || s.Kind == HTTPS && len(s.Hosts) == 0 || s.Kind != HTTPS && (s.Host == "" || s.Port < 1) || s.Kind == Mailbox && len(s.Senders) == 0 {
				t.Fatalf("half a source: %+v", s)
			}
		}
	})
}

// Whatever the file of secrets holds, reading it ends in values or in problems
// with a line, and no problem shows what stands there.
func FuzzSecrets(f *testing.F) {
	f.Add("A=1\n# x\n\nB='2'\n")
	f.Add("a=1\nA=1\nA=2\r\n=x")
	dir := f.TempDir()
	f.Fuzz(func(t *testing.T, text string) {
		path := filepath.Join(dir, secretsName)
		if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
			t.Fatal(err)
		}
		s, err := ReadSecrets(dir)
		if (s == nil) == (err == nil) {
			t.Fatalf("%v, %v", s, err)
		}
		ps, _ := err.(Problems)
		for _, p := range ps {
			name := regexp.MustCompile(`^[A-Z][A-Z0-9_]* is there twice$`).MatchString(p.Message.EN)
			if p.Line < 1 || p.Excerpt != "" || !name && p.Message.EN != "want NAME=value, the name in capitals" {
				t.Fatalf("%+v", p)
			}
		}
	})
}
