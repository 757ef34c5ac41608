// Package dashboards is the web application that students look at while a
// campaign runs: the agency's campaigns and, for each, the live page with its
// findings, its issued reports and the exports behind its figures.
//
// It decides which page answers which address, and who may ask. Numbers, words
// and charts are those of the reports: a page takes a snapshot, or finds the
// one it took of the same data, and shows it. Everything that a page shows is
// in its address, works without JavaScript, and is read-only. To add a page,
// copy data.go and templates/data.gohtml.
package dashboards

import (
	"context"
	"database/sql"
	"errors"
	"net/http"
	"time"

	"vigie/internal/agency"
	"vigie/internal/jobs"
	"vigie/internal/locale"
	"vigie/reports"
	"vigie/reports/chart"
)

// Config is what the pages are made from.
type Config struct {
	// Agency reads the workspace; it is asked once a page, so that what people
	// write in its files is seen at once.
	Agency  func() (*agency.Agency, error)
	DB      *sql.DB
	Engine  *chart.Engine // draws what shows without JavaScript; the caller closes it
	Clock   func() time.Time
	Version string
	// Token opens the pages: whoever has the link /?token=… gets the cookie.
	Token string
	// Status tells what the scheduler is about; nil where none runs.
	Status func(context.Context) (*jobs.Status, error)
}

// site answers the requests.
type site struct {
	Config
	mux       *http.ServeMux
	snapshots cache[*reports.Snapshot]
	drawings  cache[drawings]
	days      cache[locale.Day]
}

// New makes the pages' handler.
func New(c Config) (http.Handler, error) {
	if len(c.Token) < 16 {
		return nil, errors.New("dashboards: the token needs at least 16 characters")
	}
	s := &site{Config: c, mux: http.NewServeMux()}
	// A snapshot takes some hundred kilobytes, its drawings as much again.
	s.snapshots.max, s.drawings.max, s.days.max = 64, 64, 256
	for pattern, answer := range map[string]func(*visit) error{
		"/{$}":                            home,
		"/c/{client}/{campaign}":          campaignPage,
		"/c/{client}/{campaign}/findings": findingsPage,
		"/c/{client}/{campaign}/reports":  reportsPage,
		"/c/{client}/{campaign}/data":     dataPage,
		"/aide":                           helpPage,
		"/aide/{topic}":                   helpPage,
		"/help":                           helpPage,
		"/help/{topic}":                   helpPage,
		"/":                               func(*visit) error { return errNotFound },

		"/c/{client}/{campaign}/reports/{edition}/{revision}/{file}": issuedFile,
	} {
		s.mux.HandleFunc("GET "+pattern, s.page(answer))
	}
	s.mux.HandleFunc("GET /assets/{hash}/{name}", serveAsset)
	return s.guard(s.mux), nil
}
