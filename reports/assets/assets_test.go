package assets

import (
	"bytes"
	"encoding/json"
	"os"
	"strings"
	"testing"
)

// Every embedded part has its version and the text of its licence.
func TestNotices(t *testing.T) {
	for _, n := range Notices() {
		if n.Version == "" || len(n.Text) < 400 {
			t.Errorf("%s: version %q, %d characters of licence", n.Name, n.Version, len(n.Text))
		}
	}
}

// The lock file pins every package by its digest and names no host: npm ci
// takes them from the registry it is set up for.
func TestLock(t *testing.T) {
	var file struct {
		Packages map[string]struct{ Resolved, Integrity string }
	}
	if err := json.Unmarshal(lock, &file); err != nil {
		t.Fatal(err)
	}
	for name, p := range file.Packages {
		if name != "" && (p.Resolved != "" || !strings.HasPrefix(p.Integrity, "sha512-")) {
			t.Errorf("%s: resolved %q, integrity %q", name, p.Resolved, p.Integrity)
		}
	}
	declared, err := os.ReadFile("package.json")
	if err != nil {
		t.Fatal(err)
	}
	if bytes.ContainsAny(declared, "^~") {
		t.Error("package.json: a range where a version is wanted")
	}
}
