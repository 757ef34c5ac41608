package dashboards

import (
	"context"
	"log/slog"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"vigie/internal/jobs"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
	"vigie/reports/chart"
)

// With a scheduler beside them the pages tell what it does: what the inbox
// brought, the report that was due, the next one, what it cannot do, and which
// findings are new since that report.
func TestSchedule(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "demo")
	if err := simulate.Demo(dir); err != nil {
		t.Fatal(err)
	}
	// A fixed day never ends: nothing would come due.
	path := filepath.Join(dir, "vigie.yaml")
	b, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	b = regexp.MustCompile(`(?m)^today:.*\n`).ReplaceAll(b, nil)
	if err := os.WriteFile(path, b, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "inbox", "perdu.csv"), []byte("a;b\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	wh, err := warehouse.Open(context.Background(), filepath.Join(dir, ".vigie"))
	if err != nil {
		t.Fatal(err)
	}
	engine, err := chart.NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	now := time.Date(2026, 10, 19, 5, 50, 0, 0, time.UTC)
	clock := func() time.Time { return now }
	w := &world{dir: dir, wh: wh, engine: engine}
	t.Cleanup(w.close)
	s := jobs.New(jobs.Config{Agency: w.agency, Warehouse: wh, Clock: clock, Engine: func() (*chart.Engine, error) { return engine, nil }, Version: "test", Log: slog.New(slog.DiscardHandler)})
	if w.pages, err = New(Config{Agency: w.agency, DB: wh.DB(), Engine: engine, Clock: clock, Version: "test", Token: testToken, Status: s.Status}); err != nil {
		t.Fatal(err)
	}
	tick := func(at time.Time) {
		now = at
		s.Tick(context.Background(), now)
	}
	says := func(path string, want ...string) {
		t.Helper()
		body := strings.ReplaceAll(w.text(t, path, 200), "\u00a0", " ")
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s does not say %q", path, x)
			}
		}
	}
	for i := range 4 { // files settle before they are taken in
		tick(now.Add(time.Duration(i) * 5 * time.Second))
	}
	// A source whose link nobody has written down yet.
	source := filepath.Join(dir, "sources", "feuille.yaml")
	if err := os.MkdirAll(filepath.Dir(source), 0o777); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(source, []byte("kind: https\nclient: bloc-d-ardoise\nhosts: [files.example.com]\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	says(campaignPath+"/data", "1 source est interrogée", "feuille", "lien", "20 octobre 2026 à 6 h 15")
	s.Fetch(context.Background(), now)
	says(campaignPath+"/data", "1 source est interrogée, dont 1 en échec", "19 octobre 2026 à 7 h 50", "pas de lien : écrivez url dans sources/feuille.yaml")
	tick(now)
	says("/", "sources/feuille : pas de lien", "vigie sync feuille")
	says("/", "inbox/perdu.csv", "à mettre dans le dossier d’un client")
	says(campaignPath+"/reports", "lundi 08:00", "prochain : 19 octobre 2026 à 8 h")

	tick(time.Date(2026, 10, 19, 6, 1, 0, 0, time.UTC)) // 8:01 in Paris
	says(campaignPath+"/reports", "Semaine 42", "émis", "prochain : 26 octobre 2026 à 8 h, pour la période 19–25 octobre 2026")
	says(campaignPath+"/findings", "déjà là au dernier rapport")
}
