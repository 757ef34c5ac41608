package dashboards

import (
	"context"
	"net/http"
	"net/http/httptest"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/simulate"
	"vigie/internal/warehouse"
	"vigie/reports"
	"vigie/reports/chart"

	"vigie/internal/locale"
)

const testToken = "jeton-de-test-0123456789"

// world is a workspace with its data and the pages over it.
type world struct {
	dir    string
	wh     *warehouse.Warehouse
	engine *chart.Engine
	pages  http.Handler
}

func (w *world) agency() (*agency.Agency, error) { return agency.Open(w.dir, agency.Known{}) }

var morning = time.Date(2026, time.October, 19, 6, 30, 0, 0, time.UTC)

// open makes the pages of a workspace and takes in what lies in its inbox.
func open(dir string) (*world, error) {
	ctx := context.Background()
	w := &world{dir: dir}
	a, err := w.agency()
	if err != nil {
		return nil, err
	}
	if w.wh, err = warehouse.Open(ctx, filepath.Join(dir, ".vigie")); err != nil {
		return nil, err
	}
	files, err := filepath.Glob(filepath.Join(dir, "inbox", "*", "*"))
	if err != nil {
		return nil, err
	}
	for _, name := range files {
		client, err := a.Client(filepath.Base(filepath.Dir(name)))
		if err != nil {
			return nil, err
		}
		f, err := os.Open(name)
		if err != nil {
			return nil, err
		}
		kept, err := w.wh.Archive(f)
		f.Close()
		if err != nil {
			return nil, err
		}
		_, err = w.wh.Import(ctx, warehouse.Import{Client: client.ID, Accounts: client.Accounts, Name: filepath.Base(name), ModTime: morning, File: kept,
			Options: ingest.Options{Zone: a.Zone, Currency: a.Currency, Now: morning}})
		if err != nil {
			return nil, err
		}
	}
	if w.engine, err = chart.NewEngine(); err != nil {
		return nil, err
	}
	w.pages, err = New(Config{Agency: w.agency, DB: w.wh.DB(), Engine: w.engine, Clock: func() time.Time { return morning }, Version: "test", Token: testToken})
	return w, err
}

func (w *world) close() {
	w.engine.Close()
	w.wh.Close()
}

// demo is the demo agency with two issued reports, made once for all tests.
var demo = sync.OnceValues(func() (*world, error) {
	dir := filepath.Join(scratch, "demo")
	if err := simulate.Demo(dir); err != nil {
		return nil, err
	}
	w, err := open(dir)
	if err != nil {
		return nil, err
	}
	a, err := w.agency()
	if err != nil {
		return nil, err
	}
	c := a.Clients[0].Campaigns[0]
	for i, week := range []string{"2026-10-05", "2026-10-12"} {
		from, err := locale.ParseDay(week)
		if err != nil {
			return nil, err
		}
		_, err = reports.Issue(context.Background(), reports.Source{DB: w.wh.DB(), Campaign: c, Now: morning.Add(time.Duration(i) * time.Hour), Version: "test"},
			reports.Request{Kind: reports.KindTracking, From: from, To: from + 6}, w.engine, locale.FR)
		if err != nil {
			return nil, err
		}
	}
	return w, nil
})

var scratch string // for the workspaces of all tests

func TestMain(m *testing.M) {
	os.Exit(func() int {
		var err error
		if scratch, err = os.MkdirTemp("", "vigie-pages-*"); err != nil {
			panic(err)
		}
		defer os.RemoveAll(scratch)
		return m.Run()
	}())
}

func demoWorld(t *testing.T) *world {
	t.Helper()
	w, err := demo()
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// get asks for a page as somebody who has the cookie.
func (w *world) get(t *testing.T, path string) *httptest.ResponseRecorder {
	t.Helper()
	r := httptest.NewRequest(http.MethodGet, "http://localhost:8080"+path, nil)
	r.AddCookie(&http.Cookie{Name: cookieName(testToken), Value: testToken})
	rec := httptest.NewRecorder()
	w.pages.ServeHTTP(rec, r)
	return rec
}

// text is a page's body, which must come with the status.
func (w *world) text(t *testing.T, path string, status int) string {
	t.Helper()
	rec := w.get(t, path)
	if rec.Code != status {
		t.Fatalf("GET %s: %d, want %d\n%s", path, rec.Code, status, strings.TrimSpace(rec.Body.String()))
	}
	return rec.Body.String()
}
