package warehouse

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest"
	"vigie/internal/locale"
)

// TestChecks runs the case of each check, testdata/checks/<id>.txtar: files that
// are imported one after the other into a new database, of which the check must
// speak of one at least and keep silent on another. The steps are those of
// testdata/warehouse; a critical problem must withhold its file.
func TestChecks(t *testing.T) {
	const dir = "../../testdata/checks"
	files, _ := filepath.Glob(filepath.Join(dir, "*.txtar"))
	for _, file := range files {
		if _, ok := ingest.LookupCheck(strings.TrimSuffix(filepath.Base(file), ".txtar")); !ok {
			t.Errorf("%s is the case of no check", file)
		}
	}
	seen := map[string]bool{}
	for _, check := range ingest.Checks {
		if seen[check.ID] {
			t.Errorf("%s stands in the table twice", check.ID)
		}
		seen[check.ID] = true
		for _, text := range []locale.Text{check.Title, check.Why, check.Do} {
			if text.EN == "" || text.FR == "" {
				t.Errorf("%s lacks a text", check.ID)
			}
		}
		t.Run(check.ID, func(t *testing.T) {
			file := filepath.Join(dir, check.ID+".txtar")
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if len(archive.Comment) < 40 {
				t.Error("the case does not say in prose what it shows")
			}
			parts := map[string]*txtar.File{}
			for _, f := range archive.Files {
				parts[f.Name] = &txtar.File{Name: f.Name, Data: spelled(f.Data)}
			}
			var golden strings.Builder
			fired, silent := false, false
			c := &caseRun{t: t, w: memory(t), parts: parts, now: time.Date(2026, 11, 1, 9, 0, 0, 0, time.UTC)}
			c.imported = func(in Import, r *Imported) {
				fmt.Fprintf(&golden, "%s: %s", in.Name, r.Status)
				if r.Gate {
					golden.WriteString(" GATE")
				}
				golden.WriteString("\n")
				here := r.Check == check.ID
				if r.Error.EN != "" {
					fmt.Fprintf(&golden, "  %s\n  %s\n", r.Error.EN, r.Error.FR)
				}
				if r.Report == nil {
					return
				}
				for _, p := range r.Problems {
					golden.WriteString(problemText(p))
					here = here || p.Check == check.ID
					if p.Severity == ingest.Critical && r.Status == StatusImported && r.Gate == in.Accept {
						t.Errorf("%s: critical, accepted %t, withheld %t", p.Message.EN, in.Accept, r.Gate)
					}
				}
				fired, silent = fired || here, silent || !here
			}
			for line := range strings.SplitSeq(strings.TrimSpace(string(parts["steps"].Data)), "\n") {
				c.step(strings.Fields(line))
			}
			if !fired || !silent {
				t.Errorf("the check speaks %t and keeps silent %t, want both", fired, silent)
			}
			if *update {
				for i := range archive.Files {
					if archive.Files[i].Name == "golden" {
						archive.Files[i].Data = []byte(golden.String())
					}
				}
				if err := os.WriteFile(file, txtar.Format(archive), 0o644); err != nil {
					t.Fatal(err)
				}
			} else if got, want := golden.String(), string(parts["golden"].Data); got != want {
				t.Errorf("got\n%s\nwant\n%s", got, want)
			}
		})
	}
}

// repeated is a line that stands for many: ×1001 line.
var repeated = regexp.MustCompile("(?m)^×([0-9]+) (.*\n)")

// spelled makes of a part of a case what it stands for: repeated lines, bytes that
// are no text, written \xff, and a last line that is not ended, by \end.
func spelled(part []byte) []byte {
	part = repeated.ReplaceAllFunc(part, func(b []byte) []byte {
		m := repeated.FindSubmatch(b)
		n, _ := strconv.Atoi(string(m[1]))
		return bytes.Repeat(m[2], n)
	})
	part = bytes.TrimSuffix(part, []byte("\\end\n"))
	return bytes.ReplaceAll(part, []byte(`\xff`), []byte{0xff})
}

// problemText is all that a problem says, in both languages.
func problemText(p ingest.Problem) string {
	var b strings.Builder
	fmt.Fprintf(&b, "  %s %s", p.Severity, p.Check)
	if p.Line > 0 {
		fmt.Fprintf(&b, " line %d", p.Line)
	}
	if p.Rows > 0 {
		fmt.Fprintf(&b, " rows %d", p.Rows)
	}
	if p.FirstDay != 0 {
		fmt.Fprintf(&b, " days %s..%s", p.FirstDay, p.LastDay)
	}
	if len(p.Objects) > 0 {
		fmt.Fprintf(&b, " objects %s", strings.Join(p.Objects, ", "))
	}
	fmt.Fprintf(&b, "\n    %s\n    %s\n", p.Message.EN, p.Message.FR)
	return b.String()
}
