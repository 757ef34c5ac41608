package dashboards

import (
	"context"
	"crypto/sha256"
	"database/sql"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
	"vigie/reports/chart"
)

// subject is the campaign that a page is about.
type subject struct {
	*visit
	c *agency.Campaign
	// state is all that its figures depend on beside the question asked: its
	// files, its data and the day.
	state string
	last  locale.Day // the last day that is known completely; zero without data
}

// subject finds the campaign that the address names.
func (v *visit) subject() (*subject, error) {
	client, err := v.agency.Client(v.r.PathValue("client"))
	if err != nil {
		return nil, notFound(err)
	}
	c, err := client.Campaign(v.r.PathValue("campaign"))
	if err != nil {
		return nil, notFound(err)
	}
	return v.about(c)
}

// notFound is what an id that is not there amounts to, unless its file has
// errors, which are then to be shown.
func notFound(err error) error {
	var problems agency.Problems
	if errors.As(err, &problems) {
		return err
	}
	return errNotFound
}

// about prepares a campaign for being asked.
func (v *visit) about(c *agency.Campaign) (*subject, error) {
	ctx := v.r.Context()
	today := v.agency.Day(v.now, c.Zone)
	sum := sha256.New()
	for _, name := range []string{"vigie.yaml", c.Client.File, c.File} {
		b, err := os.ReadFile(filepath.Join(v.agency.Dir, filepath.FromSlash(name)))
		if err != nil {
			return nil, fmt.Errorf("campaign %s/%s: %w", c.Client.ID, c.ID, err)
		}
		fmt.Fprintf(sum, "%d ", len(b))
		sum.Write(b)
	}
	data, err := dataState(ctx, v.DB, c.Client.ID)
	if err != nil {
		return nil, err
	}
	// Rates are told by their files' sizes and times: they are long, and few
	// campaigns need them.
	sum.Write([]byte(agency.RatesStamp(v.agency.Dir)))
	s := &subject{visit: v, c: c, state: fmt.Sprintf("%s/%s %s %s %x", c.Client.ID, c.ID, today, data, sum.Sum(nil))}
	s.last, err = v.days.get(s.state, func() (locale.Day, error) {
		// What others wait for is not given up when its first asker leaves.
		ctx := context.WithoutCancel(ctx)
		scope, err := metrics.LoadScope(ctx, v.DB, c.Client, c)
		if err != nil {
			return 0, err
		}
		whole, _, err := metrics.Daily(ctx, v.DB, scope, c.Flight.Start, max(min(today, c.Flight.End), c.Flight.Start), time.Time{})
		return metrics.LastComplete(whole), err
	})
	return s, err
}

// dataState changes with every import, undo and acceptance of a client's
// files.
func dataState(ctx context.Context, db *sql.DB, client string) (string, error) {
	var batches, newest, withheld int
	var undone sql.NullTime
	err := db.QueryRowContext(ctx, `
select count(*), coalesce(max(batch), 0), count(*) filter (withheld), max(undone_at)
from batch where client = ?`, client).Scan(&batches, &newest, &withheld, &undone)
	if err != nil {
		return "", fmt.Errorf("batches of %s: %w", client, err)
	}
	return fmt.Sprintf("%d.%d.%d.%d", batches, newest, withheld, undone.Time.UnixMicro()), nil
}

// snapshot takes the figures of a choice, or finds those taken of the same
// data.
func (s *subject) snapshot(f filter) (*reports.Snapshot, error) {
	return s.snapshots.get(s.key(f), func() (*reports.Snapshot, error) {
		return reports.Freeze(context.WithoutCancel(s.r.Context()), reports.Source{DB: s.DB, Campaign: s.c, Now: s.now, Version: s.Version},
			reports.Request{Kind: reports.KindTracking, From: f.From, To: f.To, Channels: f.Channels})
	})
}

func (s *subject) key(f filter) string {
	return fmt.Sprintf("%s %s %s %s", s.state, f.From, f.To, strings.Join(f.Channels, ","))
}

// drawings are the charts of a page.
type drawings map[string]*reports.Live

// drawing asks for a chart: what it is called, the page it is drawn of, and
// the widths it may have.
type drawing struct {
	name   string
	page   *reports.Page
	widths []chart.Medium
}

// draw draws the charts of a page, or finds those drawn of the same figures.
func (s *subject) draw(f filter, list ...drawing) (drawings, error) {
	key := string(s.lang) + " " + s.key(f)
	for _, d := range list {
		key += " " + d.name
	}
	return s.drawings.get(key, func() (drawings, error) {
		out := drawings{}
		for _, d := range list {
			live, err := d.page.Live(d.name, d.widths[0], d.widths[1:]...)
			if err != nil {
				return nil, err
			}
			out[d.name] = live
		}
		return out, nil
	})
}

// The widths that a chart can have on a page beside that of a phone. A chart in
// the browser takes the widest that fits and is drawn wider from there.
var (
	full          = chart.Medium{ID: "page", Width: 1120, Label: 12}
	huge          = chart.Medium{ID: "page-xl", Width: 1480, Label: 12}
	twoThirds     = chart.Medium{ID: "page-8", Width: 740, Label: 12}
	sevenTwelfths = chart.Medium{ID: "page-7", Width: 660, Label: 12}
	halfOfPage    = chart.Medium{ID: "page-6", Width: 540, Label: 12}
	third         = chart.Medium{ID: "page-4", Width: 350, Label: 12}
)

// head is what the pages of a campaign have above their content.
type head struct {
	Client, Name string
	Meta         string
	Lead         string
	Fresh        []string // how far the data go; the first line stands out
	Late         bool
	Warnings     []string
	Tabs         []tab
}

type tab struct {
	URL, Label string
	Count      int
	Current    bool
}

// head prepares the head of a page that is named as in its address; p is nil
// where the campaign cannot be asked.
func (s *subject) head(current string, p *reports.Page) head {
	h := head{Client: s.c.Client.Name, Name: s.c.Name, Meta: p.Meta(), Warnings: p.Warnings()}
	h.Fresh, h.Late = s.fresh(p)
	query := s.r.URL.Query() // the choice of days stays while one goes from page to page
	if current == "reports" || current == "data" {
		query = nil
	}
	add := func(page string, en, fr string, count int) {
		parts := []string{"c", s.c.Client.ID, s.c.ID}
		if page != "" {
			parts = append(parts, page)
		}
		h.Tabs = append(h.Tabs, tab{s.at(query, parts...), s.say(en, fr), count, page == current})
	}
	editions, _ := reports.Editions(s.c) // the page of reports says what is wrong with them
	add("", "Tracking", "Suivi", 0)
	add("findings", "Findings and recommendations", "Constats et préconisations", len(p.Insight.Findings))
	add("reports", "Reports", "Rapports", len(editions))
	add("data", "Data", "Données", len(p.Sources))
	return h
}

// fresh says up to which day data are known, how many days that is, and as of
// when.
func (s *subject) fresh(p *reports.Page) (lines []string, late bool) {
	if p.Last == 0 {
		lines = []string{s.say("No data yet", "Pas encore de données")}
		late = p.Today > p.Flight.From
	} else {
		lines = []string{s.say("Data up to %s", "Données au %s", s.lang.DayText(p.Last))}
		if behind := delay(p); behind > 0 {
			late = true
			lines[0] += ", " + s.daysLate(behind)
		}
		f := metrics.Fresh(p.Whole, p.Last)
		lines = append(lines, s.say("%d of %d days", "%d jours sur %d", f.Days, f.Expected))
	}
	var known time.Time
	for _, x := range p.Sources {
		if !x.Withheld && x.KnownAsOf.After(known) {
			known = x.KnownAsOf
		}
	}
	if !known.IsZero() {
		lines = append(lines, s.say("as known on %s (%s)", "telles que connues le %s (%s)", s.lang.Instant(known.In(s.c.Zone)), p.Zone))
	}
	if p.Fixed {
		lines = append(lines, s.say("date fixed at %s", "date fixée au %s", s.lang.DayLong(p.Today)))
	}
	return lines, late
}

// delay is how many days the data are behind what could be known: yesterday, or
// the end of the flight.
func delay(p *reports.Page) int {
	return max(int(min(p.Today-1, p.Flight.To)-p.Last), 0)
}

func (v *visit) daysLate(n int) string {
	if n == 1 {
		return v.say("1 day late", "1 jour de retard")
	}
	return v.say("%d days late", "%d jours de retard", n)
}
