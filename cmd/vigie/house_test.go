package main

import (
	"encoding/json"
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"os/exec"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"
)

// rooms are the packages of the house and the rooms each may import. An arrow
// that is not here points the wrong way.
var rooms = map[string][]string{
	"internal/locale":             {},
	"internal/agency":             {"internal/locale"},
	"internal/simulate":           {"internal/locale", "internal/agency"},
	"ingest":                      {"internal/locale"},
	"ingest/source":               {"internal/locale"},
	"internal/warehouse":          {"ingest", "internal/locale"},
	"metrics/stats":               {},
	"metrics":                     {"internal/locale", "internal/agency", "metrics/stats"},
	"metrics/columns":             {"internal/locale", "metrics"},
	"metrics/insight/words":       {"internal/locale"},
	"metrics/insight":             {"internal/locale", "metrics", "metrics/stats", "metrics/insight/words"},
	"metrics/insight/insighttest": {"internal/locale", "metrics", "metrics/insight", "metrics/stats"},
	"metrics/advise":              {"internal/locale", "metrics", "metrics/stats", "metrics/insight", "metrics/insight/words"},
	"reports/assets":              {},
	"reports/chart":               {"internal/locale", "reports/assets"},
	"reports/render":              {"internal/locale", "reports/assets"},
	"reports": {"internal/locale", "internal/agency", "metrics", "metrics/stats", "metrics/insight", "metrics/insight/words", "metrics/advise",
		"reports/assets", "reports/chart", "reports/render"},
	"internal/jobs":     {"ingest", "ingest/source", "internal/locale", "internal/agency", "internal/warehouse", "metrics", "metrics/insight", "reports", "reports/chart"},
	"internal/evidence": {"internal/locale", "internal/agency", "internal/jobs", "metrics", "metrics/insight/words", "reports"},
	"dashboards": {"internal/locale", "internal/agency", "internal/jobs", "metrics", "metrics/insight", "metrics/advise", "reports", "reports/assets", "reports/chart",
		"reports/render"},
}

// only one room may import each heavy library.
var only = map[string]string{
	"github.com/marcboeker/go-duckdb":        "internal/warehouse",
	"github.com/go-echarts/go-echarts":       "reports/chart",
	"github.com/robfig/cron":                 "internal/jobs",
	"modernc.org/quickjs":                    "reports/chart",
	"github.com/goccy/go-yaml":               "internal/agency",
	"github.com/invopop/jsonschema":          "internal/agency",
	"github.com/spf13/cobra":                 "cmd/vigie",
	"github.com/pkg/sftp":                    "ingest/source",
	"golang.org/x/crypto/ssh":                "ingest/source",
	"github.com/emersion/go-imap":            "ingest/source",
	"github.com/apache/arrow/go/v17/arrow":   "ingest internal/warehouse metrics/columns",
	"github.com/apache/arrow/go/v17/parquet": "ingest metrics/columns",
}

func TestArrows(t *testing.T) {
	out, err := exec.Command("go", "list", "-json=ImportPath,Imports,Deps", "../../...").Output()
	if err != nil {
		t.Fatal(err)
	}
	dec := json.NewDecoder(strings.NewReader(string(out)))
	seen := map[string]bool{}
	for dec.More() {
		var p struct {
			ImportPath    string
			Imports, Deps []string
		}
		if err := dec.Decode(&p); err != nil {
			t.Fatal(err)
		}
		room := strings.TrimPrefix(p.ImportPath, "vigie/")
		seen[room] = true
		may, known := rooms[room]
		if !known && room != "cmd/vigie" {
			t.Errorf("%s is no room of the house", room)
		}
		for _, dep := range p.Imports {
			if other, ok := strings.CutPrefix(dep, "vigie/"); ok && known && !slices.Contains(may, other) {
				t.Errorf("%s imports %s", room, other)
			}
			for library, home := range only {
				if strings.HasPrefix(dep, library) && !slices.Contains(strings.Fields(home), room) {
					t.Errorf("%s imports %s, which belongs to %s", room, dep, home)
				}
			}
		}
		// What has no business with the database must not even link it.
		if slices.Contains(p.Deps, "github.com/marcboeker/go-duckdb") && !slices.Contains([]string{"internal/warehouse", "internal/jobs", "internal/evidence", "dashboards", "cmd/vigie"}, room) {
			t.Errorf("%s links DuckDB", room)
		}
	}
	for room := range rooms {
		if !seen[room] {
			t.Errorf("%s is gone", room)
		}
	}
}

// sources calls f for every Go file of the house that is no test.
func sources(t *testing.T, f func(path string, fset *token.FileSet, file *ast.File)) {
	t.Helper()
	err := filepath.WalkDir("../..", func(path string, d fs.DirEntry, err error) error {
		if err != nil {
			return err
		}
		if d.IsDir() && (d.Name() == "node_modules" || d.Name() == ".git" || d.Name() == "testdata") {
			return filepath.SkipDir
		}
		if !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
			return nil
		}
		fset := token.NewFileSet()
		file, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
		if err != nil {
			return err
		}
		f(path, fset, file)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

// There is one clock, and main makes it.
func TestClock(t *testing.T) {
	sources(t, func(path string, fset *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			sel, ok := n.(*ast.SelectorExpr)
			if !ok {
				return true
			}
			if x, ok := sel.X.(*ast.Ident); ok && x.Name == "time" && sel.Sel.Name == "Now" && !strings.HasSuffix(path, "cmd/vigie/main.go") {
				t.Errorf("%s: time.Now: the clock comes from main", fset.Position(sel.Pos()))
			}
			return true
		})
	})
}

// French typography: a no-break space before : ; ! ? % », and after «.
var loose = regexp.MustCompile(`[\pL\d)»] [:;!?»]|« |\d %(?:[^%\w]|$|%(?:[^\w]|$))`)

// french finds what a person would call a French sentence: a text with letters
// that English does not have, or the FR side of a Text.
func french(s string) bool {
	return strings.ContainsAny(s, "éèêàùçôîœÉÀ«") || strings.Contains(s, "’")
}

func TestFrenchTypography(t *testing.T) {
	sources(t, func(path string, fset *token.FileSet, file *ast.File) {
		ast.Inspect(file, func(n ast.Node) bool {
			lit, ok := n.(*ast.BasicLit)
			if !ok || lit.Kind != token.STRING {
				return true
			}
			s, err := strconv.Unquote(lit.Value)
			if err != nil || !french(s) || strings.Contains(s, "{") || strings.Contains(s, "\n") || strings.Contains(path, "insighttest") {
				return true
			}
			// Headers of exports are what platforms write.
			if m := loose.FindString(s); m != "" && !strings.HasSuffix(path, "ads.go") {
				t.Errorf("%s: %q wants a no-break space in %q", fset.Position(lit.Pos()), m, s)
			}
			for _, r := range []string{"signific"} {
				if strings.Contains(strings.ToLower(s), r) {
					t.Errorf("%s: %q", fset.Position(lit.Pos()), s)
				}
			}
			return true
		})
	})
}

// Words that a reader must never meet, and hosts that must not be in the lock
// file.
func TestNoForeignWords(t *testing.T) {
	out, err := exec.Command("git", "-C", "../..", "grep", "-nIiE", `registry\.npmjs|proxy\.golang|/w[o]rk/(main|shared)|sub-?[a]gent`, "--", ".", ":!cmd/vigie/house_test.go").CombinedOutput()
	if err == nil {
		t.Errorf("these lines do not belong here:\n%s", out)
	}
}
