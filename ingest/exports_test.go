package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math/big"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestExports reads real exports of third parties, which are not part of the
// project: they lie in the folder that VIGIE_TESTDATA names.
func TestExports(t *testing.T) {
	root := os.Getenv("VIGIE_TESTDATA")
	if root == "" {
		t.Skip("VIGIE_TESTDATA names no folder of real exports")
	}
	root = filepath.Join(root, "exports")
	golden, err := os.ReadFile(filepath.Join(casesDir, "exports.golden"))
	if err != nil {
		t.Fatal(err)
	}
	listed, lines, archives := map[string]bool{}, map[string]string{}, map[string]string{}
	var folders []string
	for _, line := range strings.Split(string(golden), "\n") {
		if list, ok := strings.CutPrefix(line, "folders: "); ok {
			folders = strings.Fields(list)
		}
		pattern, want, ok := strings.Cut(line, " | ")
		if !ok {
			continue
		}
		// Names hold brackets; only the star is a pattern.
		paths := []string{filepath.Join(root, pattern)}
		if strings.Contains(pattern, "*") {
			if paths, err = filepath.Glob(filepath.Join(root, pattern)); err != nil {
				t.Fatal(err)
			}
		}
		if len(paths) == 0 {
			t.Errorf("no file is %s", pattern)
		}
		for _, path := range paths {
			name, _ := filepath.Rel(root, path)
			listed[name], lines[name] = true, want
			if folder, ok := strings.CutPrefix(want, "members as "); ok {
				archives[path] = folder
				continue
			}
			t.Run(name, func(t *testing.T) { checkExport(t, path, want) })
		}
	}
	for path, folder := range archives {
		checkArchive(t, path, folder, lines)
	}
	for _, folder := range folders {
		entries, err := os.ReadDir(filepath.Join(root, folder))
		if err != nil {
			t.Fatal(err)
		}
		for _, e := range entries {
			if name := filepath.Join(folder, e.Name()); !e.IsDir() && !listed[name] {
				t.Errorf("%s has no line in exports.golden", name)
			}
		}
	}
}

// checkArchive holds the members of an archive against the lines of the same
// files in a folder.
func checkArchive(t *testing.T, path, folder string, lines map[string]string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	list, err := Members(File{Name: info.Name(), Size: info.Size(), R: f}, nil)
	if err != nil || len(list) == 0 {
		t.Fatalf("%d members: %v", len(list), err)
	}
	for _, m := range list {
		t.Run(m.Name, func(t *testing.T) {
			want, ok := lines[filepath.Join(folder, filepath.Base(m.Name))]
			if !ok {
				t.Fatalf("no such file in %s", folder)
			}
			body, err := m.Open()
			if err != nil {
				t.Fatal(err)
			}
			defer body.Close()
			data, err := io.ReadAll(body)
			if err != nil {
				t.Fatal(err)
			}
			checkFile(t, File{Name: m.Name, Size: int64(len(data)), R: bytes.NewReader(data)}, want)
		})
	}
}

func checkExport(t *testing.T, path, want string) {
	f, err := os.Open(path)
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	info, err := f.Stat()
	if err != nil {
		t.Fatal(err)
	}
	checkFile(t, File{Name: info.Name(), Size: info.Size(), R: f}, want)
}

// checkFile reads a file, or the table of several in it that the line asks for.
func checkFile(t *testing.T, f File, want string) {
	o := Options{Now: testNow}
	tables, err := Tables(f, o)
	var line string
	want, line, _ = strings.Cut(want, " table=")
	for _, m := range tables {
		if fmt.Sprint(m.Line) == line {
			f, tables = fileOf(t, m), nil
		}
	}
	if tables != nil {
		t.Fatalf("no table of %d has its header in line %s", len(tables), line)
	}
	var (
		rows []row
		rep  *Report
	)
	if err == nil {
		rows, _, rep, err = readAll(f, o)
	}
	if sentence, ok := strings.CutPrefix(want, "refused "); ok {
		var refusal *Refusal
		if !errors.As(err, &refusal) {
			t.Fatalf("was not refused: %v", err)
		}
		if !strings.HasPrefix(refusal.Message.EN, sentence) {
			t.Errorf("refused with %q, want %q", refusal.Message.EN, sentence)
		}
		return
	}
	if err != nil {
		t.Fatal(err)
	}
	checkSums(t, rows, rep)
	for _, pair := range strings.Fields(want) {
		key, value, _ := strings.Cut(pair, "=")
		var got string
		switch key {
		case "rows":
			got = fmt.Sprint(rep.Rows)
		case "level":
			got = string(rep.Level)
		case "language":
			got = rep.Language
		case "encoding":
			got = rep.Encoding
		case "breakdown":
			got = strings.Join(rep.Breakdown, ",")
		case "granularity":
			got = rep.Granularity
		case "first_day":
			got = rep.FirstDay.String()
		case "last_day":
			got = rep.LastDay.String()
		case "currency":
			got = rep.Currency
		case "control":
			got = string(rep.Control.Status)
		case "complete":
			got = fmt.Sprint(rep.Complete)
		case "results": // the events of mixed results, over the measures they went to
			got = fmt.Sprint(rep.Totals["clicks"] + rep.Totals["engagements"] + rep.Totals["thruplays"])
		default:
			m, ok := LookupMeasure(key)
			if !ok {
				t.Fatalf("%q is no key", key)
			}
			_, decimals, _ := strings.Cut(value, ".")
			got = big.NewRat(rep.Totals[key], m.Unit.Scale()).FloatString(len(decimals))
		}
		if got != value {
			t.Errorf("%s is %s, want %s", key, got, value)
		}
	}
	if rep.SkippedRows != 0 {
		t.Errorf("%d rows were left out: %v", rep.SkippedRows, rep.Problems)
	}
}
