package metrics_test

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
)

var update = flag.Bool("update", false, "rewrite the golden parts of the cases")

// TestKPIs works each KPI out over the facts of its case, in a real database.
// A KPI without a case fails, and so does a case without a KPI.
func TestKPIs(t *testing.T) {
	files, err := filepath.Glob("../testdata/kpi/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	for _, file := range files {
		id := strings.TrimSuffix(filepath.Base(file), ".txtar")
		seen[id] = true
		t.Run(id, func(t *testing.T) {
			k, ok := metrics.LookupKPI(id)
			if !ok {
				t.Fatalf("no KPI is called %s", id)
			}
			archive, err := txtar.ParseFile(file)
			if err != nil {
				t.Fatal(err)
			}
			got := answer(t, k, part(t, archive, "facts.csv"))
			golden(t, file, archive, "golden", got)
		})
	}
	for _, k := range metrics.KPIs {
		if !seen[k.ID] {
			t.Errorf("%s has no case in testdata/kpi", k.ID)
		}
	}
}

func part(t *testing.T, a *txtar.Archive, name string) string {
	t.Helper()
	for _, f := range a.Files {
		if f.Name == name {
			return string(f.Data)
		}
	}
	t.Fatalf("the case has no %s", name)
	return ""
}

func golden(t *testing.T, file string, a *txtar.Archive, name, got string) {
	t.Helper()
	if *update {
		for i := range a.Files {
			if a.Files[i].Name == name {
				a.Files[i].Data = []byte(got)
			}
		}
		if err := os.WriteFile(file, txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	if want := part(t, a, name); got != want {
		t.Errorf("got\n%swant\n%s", got, want)
	}
}

// store puts facts given as CSV (day, campaign, measures in units) into a new
// database, all on one account, and returns it with the scope of their client.
func store(t *testing.T, facts string) (*warehouse.Warehouse, *metrics.Scope) {
	t.Helper()
	ctx := context.Background()
	w, err := warehouse.OpenMemory(ctx)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { w.Close() })
	records, err := csv.NewReader(strings.NewReader(facts)).ReadAll()
	if err != nil {
		t.Fatal(err)
	}
	exec := func(sql string, args ...any) {
		t.Helper()
		if _, err := w.DB().Exec(sql, args...); err != nil {
			t.Fatalf("%s: %v", sql, err)
		}
	}
	exec("insert into entity values (1, 'c', 'googleads', 1, 'account', 0, '', '', null)")
	exec("insert into stream values (2, 'c', 'googleads', 1, 'campaign', 1, '', 0, 'day', 'EUR')")
	exec("insert into batch values (1, 'c', '', 'facts.csv', 'googleads', 'campaign', null, null, null, null, true, 0, 0, timestamp '2025-02-01', 'file', timestamp '2025-02-01', null, 'absent', false, '{}')")
	keys := map[string]int{}
	for _, rec := range records[1:] {
		name := rec[1]
		if keys[name] == 0 {
			keys[name] = 10 + len(keys)
			exec("insert into entity values (?, 'c', 'googleads', 1, 'campaign', 1, '', ?, null)", keys[name], name)
		}
		cols, vals := []string{"day", "account", "campaign", "stream", "batch"}, []any{rec[0], 1, keys[name], 2, 1}
		for i, id := range records[0][2:] {
			if rec[i+2] == "" {
				continue
			}
			v, err := strconv.ParseFloat(rec[i+2], 64)
			if err != nil {
				t.Fatal(err)
			}
			if slices.Contains([]string{"spend", "conversions", "conversion_value"}, id) {
				v *= metrics.Micro
			}
			cols, vals = append(cols, id), append(vals, int64(math.Round(v)))
		}
		exec("insert into rollup ("+strings.Join(cols, ", ")+") values (?::date"+strings.Repeat(", ?", len(cols)-1)+")", vals...)
		exec("insert into cell values (2, ?::date, ?, 1, false, age_of(timestamp '2025-02-01', 1))", rec[0], keys[name])
	}
	scope, err := metrics.LoadScope(ctx, w.DB(), &agency.Client{ID: "c"}, nil)
	if err != nil {
		t.Fatal(err)
	}
	return w, scope
}

func answer(t *testing.T, k metrics.KPI, facts string) string {
	t.Helper()
	w, scope := store(t, facts)
	f, err := metrics.Ask(context.Background(), w.DB(), metrics.Question{
		Scope: scope, KPIs: []string{k.ID, "spend"},
		From: locale.Date(2025, 1, 1), To: locale.Date(2025, 1, 31), By: []string{"platform_campaign"},
	})
	if err != nil {
		t.Fatal(err)
	}
	var b strings.Builder
	line := func(name string, v metrics.Value) {
		b.WriteString(name + " ")
		if v.Value == nil {
			b.WriteString("-")
		} else {
			b.WriteString(strconv.FormatFloat(*v.Value, 'g', 8, 64))
		}
		if v.Low != nil && v.High != nil {
			fmt.Fprintf(&b, " [%.5g, %.5g]", *v.Low, *v.High)
		}
		if k.Volume != "" {
			fmt.Fprintf(&b, " %s", v.Volume)
		}
		b.WriteString("\n")
	}
	for _, r := range f.Rows {
		line(r.Labels[0], r.KPIs[k.ID])
	}
	line("total", f.Total.KPIs[k.ID])
	return b.String()
}

// Every text of the table exists in both languages.
func TestTexts(t *testing.T) {
	for _, k := range metrics.KPIs {
		for name, text := range map[string]locale.Text{"label": k.Label, "doc": k.Doc, "formula": k.Formula, "trap": k.Trap} {
			if text.EN == "" || text.FR == "" {
				t.Errorf("%s: %s is empty in a language", k.ID, name)
			}
		}
	}
}

// The README's table is printed from the entries.
func TestReadme(t *testing.T) {
	const path, begin, end = "../README.md", "-update -->\n", "<!-- end of kpi table -->"
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	head, rest, ok := strings.Cut(string(b), begin)
	have, tail, ok2 := strings.Cut(rest, end)
	if !ok || !ok2 {
		t.Fatal("README.md has no place for the KPI table")
	}
	var want strings.Builder
	want.WriteString("| id | English | French | formula | interval |\n|---|---|---|---|---|\n")
	for _, k := range metrics.KPIs {
		interval := string(k.Interval)
		if interval == "" {
			interval = "–"
		}
		fmt.Fprintf(&want, "| `%s` | %s | %s | %s | %s |\n", k.ID, k.Label.EN, k.Label.FR, k.Formula.EN, interval)
	}
	if have == want.String() {
		return
	}
	if !*update {
		t.Fatalf("README.md has another KPI table; go test ./metrics -run Readme -update writes it")
	}
	if err := os.WriteFile(path, []byte(head+begin+want.String()+end+tail), 0o644); err != nil {
		t.Fatal(err)
	}
}
