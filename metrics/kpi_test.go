package metrics_test

import (
	"context"
	"encoding/csv"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"golang.org/x/tools/txtar"

	"vigie/ingest"
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
			got := answer(t, k, archive)
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

// store puts facts given as CSV (day, campaign, the platform where it is not
// Google Ads, measures in units) into a new database, all of a platform on one
// account, and returns it with the scope of their client.
func store(t *testing.T, facts string) (*warehouse.Warehouse, *metrics.Scope) {
	t.Helper()
	w := fill(t, facts)
	return w, scope(t, w, &agency.Client{ID: "c"}, nil)
}

func scope(t *testing.T, w *warehouse.Warehouse, client *agency.Client, brief *agency.Campaign) *metrics.Scope {
	t.Helper()
	s, err := metrics.LoadScope(context.Background(), w.DB(), client, brief)
	if err != nil {
		t.Fatal(err)
	}
	return s
}

func fill(t *testing.T, facts string) *warehouse.Warehouse {
	t.Helper()
	w, err := warehouse.OpenMemory(context.Background())
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
	exec("insert into batch values (1, 'c', '', 'facts.csv', 'googleads', 'campaign', null, null, null, null, true, 0, 0, timestamp '2025-02-01', 'file', timestamp '2025-02-01', null, 'absent', false, '{}')")
	accounts, keys := map[string]int{}, map[string]int{}
	for _, rec := range records[1:] {
		name, platform, first := rec[1], "googleads", 2
		if records[0][2] == "platform" {
			platform, first = rec[2], 3
		}
		account := accounts[platform]
		if account == 0 {
			account = 1 + 100*len(accounts)
			accounts[platform] = account
			exec("insert into entity values (?, 'c', ?, ?, 'account', 0, '', '', null)", account, platform, account)
			exec("insert into stream values (?, 'c', ?, ?, 'campaign', 1, '', 0, 'day', 'EUR')", account+1, platform, account)
		}
		if keys[platform+name] == 0 {
			keys[platform+name] = 10 + len(keys)
			exec("insert into entity values (?, 'c', ?, ?, 'campaign', 1, '', ?, null)", keys[platform+name], platform, account, name)
		}
		key := keys[platform+name]
		cols, vals := []string{"day", "account", "campaign", "stream", "batch"}, []any{rec[0], account, key, account + 1, 1}
		for i, id := range records[0][first:] {
			if rec[i+first] == "" {
				continue
			}
			v, err := strconv.ParseFloat(rec[i+first], 64)
			if err != nil {
				t.Fatal(err)
			}
			m, ok := ingest.LookupMeasure(id)
			if !ok {
				t.Fatalf("no measure is called %s", id)
			}
			cols, vals = append(cols, id), append(vals, int64(math.Round(v*float64(m.Unit.Scale()))))
		}
		exec("insert into rollup ("+strings.Join(cols, ", ")+") values (?::date"+strings.Repeat(", ?", len(cols)-1)+")", vals...)
		exec("insert into cell values (?, ?::date, ?, 1, false, age_of(timestamp '2025-02-01', 1))", account+1, rec[0], key)
	}
	return w
}

// workspace is the client of a case and its brief: parts client.yaml and
// campaign.yaml, and the agency's own KPIs under kpis/. A case without them has
// a client that says nothing.
func workspace(t *testing.T, archive *txtar.Archive) (*agency.Client, *agency.Campaign) {
	t.Helper()
	dir := t.TempDir()
	files := map[string]string{
		"vigie.yaml":            "{name: A, time_zone: Europe/Paris, currency: EUR}",
		"clients/c/client.yaml": "{name: C}",
	}
	for _, f := range archive.Files {
		switch {
		case f.Name == "client.yaml":
			files["clients/c/client.yaml"] = string(f.Data)
		case f.Name == "campaign.yaml":
			files["clients/c/k/campaign.yaml"] = string(f.Data)
		case strings.HasPrefix(f.Name, "kpis/"):
			files[f.Name] = string(f.Data)
		}
	}
	for name, text := range files {
		path := filepath.Join(dir, filepath.FromSlash(name))
		if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
			t.Fatal(err)
		}
	}
	a, err := agency.Open(dir, agency.Known{Sums: metrics.SumMeasures()})
	if err != nil {
		t.Fatal(err)
	}
	if err := a.Err(); err != nil {
		t.Fatal(err)
	}
	c := a.Clients[0]
	if len(c.Campaigns) == 0 {
		return c, nil
	}
	return c, c.Campaigns[0]
}

// answer asks for a KPI by platform campaign, or as the case's part "question"
// says: by, from, to and now, a line each.
func answer(t *testing.T, k metrics.KPI, archive *txtar.Archive) string {
	t.Helper()
	w := fill(t, part(t, archive, "facts.csv"))
	client, brief := workspace(t, archive)
	q := metrics.Question{
		Scope: scope(t, w, client, brief), KPIs: []string{k.ID, "spend"},
		From: locale.Date(2025, 1, 1), To: locale.Date(2025, 1, 31), By: []string{"platform_campaign"},
	}
	for _, f := range archive.Files {
		if f.Name != "question" {
			continue
		}
		for line := range strings.Lines(string(f.Data)) {
			word, rest, _ := strings.Cut(strings.TrimSpace(line), " ")
			var err error
			switch word {
			case "by":
				q.By = strings.Fields(rest)
			case "from":
				q.From, err = locale.ParseDay(rest)
			case "to":
				q.To, err = locale.ParseDay(rest)
			case "now":
				q.Now, err = time.Parse(time.RFC3339, rest)
			default:
				t.Fatalf("the question says %q: want by, from, to or now", line)
			}
			if err != nil {
				t.Fatal(err)
			}
		}
	}
	f, err := metrics.Ask(context.Background(), w.DB(), q)
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
		if v.Value == nil && v.Why != nil {
			fmt.Fprintf(&b, " (%s)", v.Why.EN)
		}
		b.WriteString("\n")
	}
	for _, r := range f.Rows {
		line(strings.Join(r.Labels, " "), r.KPIs[k.ID])
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
