package agency

import (
	"bytes"
	"errors"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
)

// decided is a campaign with a decision file of these bytes.
func decided(t testing.TB, body string) (dir string, c *Campaign) {
	t.Helper()
	dir = t.TempDir()
	write(t, dir, "vigie.yaml", []byte(plainAgency))
	write(t, dir, "clients/a/client.yaml", []byte("name: A\n"))
	write(t, dir, "clients/a/x/campaign.yaml", []byte(plainBrief))
	if body != "" {
		write(t, dir, decisionPath, []byte(body))
	}
	a, err := Open(dir, known)
	if err != nil {
		t.Fatal(err)
	}
	return dir, a.Clients[0].Campaigns[0]
}

const (
	decisionPath  = "clients/a/x/decisions/2026-09-16-budget.md"
	plainDecision = `---
id: D-2026-004   # the fourth
date: 2026-09-16
authors: [lina, "théo"]
options: {rien: 'ne rien changer, ''encore''', search: "600 € vers \"Search\""}  # two
choice: search
# what we hope for
expected: {kpi: cpa, from: 34.1, to: 30.5, check: 2026-09-30}
---
## Pourquoi

Search coûte moins.
---
Un trait plus bas.
`
	blockDecision = `---
id: D-2026-004
date: 2026-09-16
authors:
  # both of us
  - lina
  - "théo"   # he too
choice: search   # for now

options:
  rien: ne rien changer
  search: 600 € vers Search
expected:
  kpi: cpa
  from: 34.1
  to: 30.5 # hope
  check: 2026-09-30
---
Parce que.
`
)

// An edit changes its value and not a byte besides.
func TestEditDecision(t *testing.T) {
	for _, x := range []struct {
		change  Change
		was, is string
		block   string // the same in blockDecision, where it differs
		toBlock string
	}{
		{Change{Key: "choice", Text: "rien"}, "choice: search\n", "choice: rien\n", "choice: search   #", "choice: rien   #"},
		{Change{Key: "authors", List: []string{"lina", "zoé m."}}, `[lina, "théo"]`, `[lina, "zoé m."]`, "authors:\n  # both of us\n  - lina\n  - \"théo\"   #", "authors: [lina, \"zoé m.\"]   #"},
		{Change{Key: "expected.to", Text: "29"}, "to: 30.5,", "to: 29,", "to: 30.5 #", "to: 29 #"},
		{Change{Key: "expected.check", Text: "2026-10-07"}, "check: 2026-09-30}", "check: 2026-10-07}", "check: 2026-09-30\n", "check: 2026-10-07\n"},
		{Change{Key: "options.rien", Text: "ne \"rien\" faire"}, `'ne rien changer, ''encore'''`, `"ne \"rien\" faire"`, "rien: ne rien changer", `rien: "ne \"rien\" faire"`},
		{Change{Key: "options.autre", Text: "autre chose"}, `"Search\""}`, `"Search\"", autre: "autre chose"}`, "vers Search\n", "vers Search\n  autre: \"autre chose\"\n"},
		{Change{Key: "approved_by", Text: "Mme Le Goff"}, "2026-09-30}\n---", "2026-09-30}\napproved_by: \"Mme Le Goff\"\n---", "2026-09-30\n---", "2026-09-30\napproved_by: \"Mme Le Goff\"\n---"},
		{Change{Key: "findings", List: []string{"cpa-change@*#2026-09-07"}}, "2026-09-30}\n---", "2026-09-30}\nfindings: [cpa-change@*#2026-09-07]\n---", "2026-09-30\n---", "2026-09-30\nfindings: [cpa-change@*#2026-09-07]\n---"},
	} {
		for _, eol := range []string{"\n", "\r\n"} {
			for _, form := range []struct{ body, was, is string }{{plainDecision, x.was, x.is}, {blockDecision, x.block, x.toBlock}} {
				lines := func(s string) string { return strings.ReplaceAll(s, "\n", eol) }
				if strings.Count(form.body, form.was) != 1 {
					t.Fatalf("%q is not there once", form.was)
				}
				dir, c := decided(t, lines(form.body))
				file, body, err := c.EditDecision("D-2026-004", []Change{x.change}, known, false)
				if err != nil {
					t.Errorf("%+v: %v", x.change, err)
					continue
				}
				got, err := os.ReadFile(filepath.Join(dir, filepath.FromSlash(file)))
				if err != nil || !bytes.Equal(got, body) {
					t.Fatal(err)
				}
				if want := lines(strings.Replace(form.body, form.was, form.is, 1)); string(got) != want {
					t.Errorf("%+v:\n%s\nwant:\n%s", x.change, got, want)
				}
			}
		}
	}
}

// What would be wrong is refused, and then the file is as it was.
func TestEditDecisionRefused(t *testing.T) {
	for _, x := range []struct {
		body   string
		change Change
		want   string
	}{
		{plainDecision, Change{Key: "choice", Text: "sarch"}, "did you mean \"search\""},
		{plainDecision, Change{Key: "expected.check", Text: "2026-09-01"}, "not after"},
		{plainDecision, Change{Key: "authors"}, "no author"},
		{plainDecision, Change{Key: "status", Text: "closed"}, "needs the day"},
		{strings.Replace(plainDecision, "choice: search", "choice: |\n  search", 1), Change{Key: "choice", Text: "rien"}, "in an editor"},
		{strings.Replace(plainDecision, "choice: search", "approved_by: Madame\n  Le Goff\nchoice: search", 1), Change{Key: "approved_by", Text: "lui"}, "in an editor"},
	} {
		dir, c := decided(t, x.body)
		_, _, err := c.EditDecision("D-2026-004", []Change{x.change}, known, false)
		var ps Problems
		if !errors.As(err, &ps) || !strings.Contains(ps.In(locale.EN), x.want) {
			t.Errorf("%+v: %v, want %s", x.change, err, x.want)
		}
		if b, _ := os.ReadFile(filepath.Join(dir, decisionPath)); string(b) != x.body {
			t.Errorf("%+v: the file was changed", x.change)
		}
	}
	// A file that somebody is at, and that cannot be read now, is left alone.
	dir, c := decided(t, plainDecision)
	half := strings.Replace(plainDecision, "choice: search", "choice: sea", 1)
	write(t, dir, decisionPath, []byte(half))
	if _, _, err := c.EditDecision("D-2026-004", []Change{{Key: "approved_by", Text: "x"}}, known, false); err == nil {
		t.Error("a file that cannot be read was changed")
	}
	if b, _ := os.ReadFile(filepath.Join(dir, decisionPath)); string(b) != half {
		t.Error("the file was changed")
	}
	var missing *ErrNoDecision
	if _, _, err := c.EditDecision("D-2026-009", nil, known, false); !errors.As(err, &missing) {
		t.Errorf("no such decision: %v", err)
	}
}

// A new decision can be read, has the next number, also after one that cannot be
// read, and never takes a file's place.
func TestAddDecision(t *testing.T) {
	dir, c := decided(t, plainDecision)
	write(t, dir, "clients/a/x/decisions/half.md", []byte("---\nid: D-2026-011\n"))
	day := locale.Date(2026, 9, 20)
	draft := Draft{Title: "Œufs, budget : Meta → Search", Decision: Decision{
		Date: day, Authors: []string{"lina", "#théo: le 2e"}, Findings: []string{"cpa-change@*#2026-09-07"}, Touches: []string{c.Channels[0].ID},
		Options: []Choice{{"rien", `ne "rien" changer\`}, {"search", "600 € vers\nSearch, {vite}"}}, Choice: "search",
		Expected: Expected{"ctr", 0.0125, 0.015, day + 14}, Approved: "*client", Text: "Parce que : c’est mieux.",
	}}
	if _, body, err := c.AddDecision(draft, locale.FR, known, true); err != nil || len(body) == 0 {
		t.Fatal(err)
	}
	for _, want := range []string{"2026-09-20-oeufs-budget-meta-search.md", "2026-09-20-oeufs-budget-meta-search-2.md"} {
		file, _, err := c.AddDecision(draft, locale.FR, known, false)
		if err != nil {
			t.Fatal(err)
		}
		if got := filepath.Base(file); got != want {
			t.Errorf("%s, want %s", got, want)
		}
	}
	os.Remove(filepath.Join(dir, "clients/a/x/decisions/half.md"))
	a, err := Open(dir, known)
	if err != nil || len(a.Problems) > 0 {
		t.Fatal(err, a.Problems)
	}
	list := a.Clients[0].Campaigns[0].Decisions
	if len(list) != 3 || list[1].ID != "D-2026-012" || list[2].ID != "D-2026-013" {
		t.Fatalf("%+v", list)
	}
	got := *list[1]
	if got.Authors[1] != draft.Authors[1] || got.Options[0].Words != draft.Options[0].Words || got.Options[1].Words != draft.Options[1].Words ||
		got.Approved != draft.Approved || got.Expected != draft.Expected || got.Reason() != draft.Text || got.Applied != day+1 {
		t.Errorf("%+v", got)
	}
	draft.Authors = nil
	if _, _, err := c.AddDecision(draft, locale.FR, known, false); err == nil {
		t.Error("a decision of nobody was written")
	}
}

// Whatever a file holds, reading it ends in a decision or an error, and changing
// one that can be read changes what was asked for or nothing.
func FuzzDecision(f *testing.F) {
	f.Add([]byte(plainDecision), "rien")
	f.Add([]byte(blockDecision), "search")
	for _, name := range []string{"decisions", "decisions-mistakes"} {
		a, err := txtar.ParseFile(filepath.Join(cases, name+".txtar"))
		if err != nil {
			f.Fatal(err)
		}
		for _, x := range a.Files {
			if strings.HasSuffix(x.Name, ".md") {
				f.Add(x.Data, "lina, \"#: \\")
			}
		}
	}
	_, c := decided(f, "")
	f.Fuzz(func(t *testing.T, b []byte, value string) {
		d := &doc{file: decisionPath}
		x := d.decision(b, c, known)
		if (x == nil) != d.failed() {
			t.Fatalf("read %v, problems %v", x != nil, d.problems)
		}
		if x == nil {
			return
		}
		if len(x.Options) < 2 || x.Expected.Check <= x.Applied || x.Applied < x.Date || len(x.Touches) == 0 && len(c.Channels) > 0 {
			t.Fatalf("%+v", x)
		}
		for _, change := range []Change{{Key: "approved_by", Text: value}, {Key: "choice", Text: value}, {Key: "authors", List: []string{value}}, {Key: "options.rien", Text: value}} {
			out, ok := replaceValue(b, change)
			if !ok || !onlyChanged(b, out, change) {
				continue
			}
			again := &doc{file: decisionPath}
			y := again.decision(out, c, known)
			if y == nil {
				continue // refused, and not written
			}
			want := strings.TrimSpace(locale.Straight(value))
			switch change.Key {
			case "approved_by":
				if y.Approved != want {
					t.Fatalf("approved by %q, want %q in\n%s", y.Approved, want, out)
				}
			case "authors":
				if len(y.Authors) != 1 || y.Authors[0] != want {
					t.Fatalf("authors %q, want %q in\n%s", y.Authors, want, out)
				}
			}
			if y.ID != x.ID || y.Text != x.Text || y.Date != x.Date {
				t.Fatalf("more than %s changed:\n%s", change.Key, out)
			}
		}
	})
}

// The grid that Vigie brings can be read in both languages, says the same in
// both, and its weights add up.
func TestGrid(t *testing.T) {
	a := &Agency{}
	fr, err := a.Grid(locale.FR)
	if err != nil {
		t.Fatal(err)
	}
	en, err := a.Grid(locale.EN)
	if err != nil {
		t.Fatal(err)
	}
	sum, gathered := 0.0, map[string]bool{}
	for i, c := range fr.Competencies {
		e := en.Competencies[i]
		if c.Weight != e.Weight || len(c.Indicators) != len(e.Indicators) || len(c.Levels) != 4 || len(e.Levels) != 4 || strings.Join(c.Evidence, " ") != strings.Join(e.Evidence, " ") {
			t.Errorf("%s and %s differ", c.ID, e.ID)
		}
		sum += c.Weight
		for _, kind := range c.Evidence {
			gathered[kind] = true
		}
	}
	if len(fr.Competencies) != 5 || len(en.Competencies) != 5 || sum < 0.999 || sum > 1.001 || len(gathered) != len(EvidenceKinds) {
		t.Errorf("%d competencies, %g, %v", len(fr.Competencies), sum, gathered)
	}
}
