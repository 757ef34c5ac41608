package jobs

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/metrics"
	"vigie/metrics/insight"
	"vigie/reports"
)

// Finding is a finding with its history. Its id, and the onset in it, are those
// it had when it was first seen: a later one of the same rule and scope whose
// window overlaps its own is the same.
type Finding struct {
	insight.Finding
	FirstSeen time.Time `json:"first_seen"`
	LastSeen  time.Time `json:"last_seen"`
	Gone      time.Time `json:"gone_at,omitzero"` // since when it is not found any more
}

// The answers of Finding.State.
const (
	FindingNew   = "new"
	FindingStill = "still"
	FindingGone  = "gone"
)

// State tells what has become of a finding since an instant, that of the report
// before, say; empty where there is nothing to tell: it had gone by then, or
// came and went in between, as when the exports of a day came one by one.
func (f Finding) State(since time.Time) string {
	gone, fresh := !f.Gone.IsZero(), f.FirstSeen.After(since)
	switch {
	case gone && (fresh || !f.Gone.After(since)):
		return ""
	case gone:
		return FindingGone
	case fresh:
		return FindingNew
	}
	return FindingStill
}

// Findings lists the findings of a campaign and their history: those that are
// there first, then by when they were last seen, newest first.
func Findings(ctx context.Context, db *sql.DB, client, campaign string) ([]Finding, error) {
	rows, err := db.QueryContext(ctx, `select body, first_seen, last_seen, gone_at from finding
		where client = ? and campaign = ? order by gone_at is not null, last_seen desc, first_seen desc, finding`, client, campaign)
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	defer rows.Close()
	var list []Finding
	for rows.Next() {
		var f Finding
		var body string
		var gone sql.NullTime
		if err := rows.Scan(&body, &f.FirstSeen, &f.LastSeen, &gone); err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		if err := json.Unmarshal([]byte(body), &f.Finding); err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		f.Gone = gone.Time
		list = append(list, f)
	}
	return list, rows.Err()
}

// followed is for how many days after its flight a campaign's findings are
// still worked out: conversions come in, and last exports are late.
const followed = 31

// troubled is how long findings that could not be worked out are left alone,
// where no data have come.
const troubled = 10 * time.Minute

// findings works the findings of running campaigns out again where the data
// are not those they rest on: whoever imported or undid something, and whether
// or not this process was there.
func (s *Scheduler) findings(ctx context.Context, a *agency.Agency, now time.Time) error {
	data, err := s.data(ctx, a)
	if err != nil {
		return err
	}
	known, err := examined(ctx, s.Warehouse.DB())
	if err != nil {
		return err
	}
	var failures []error
	for _, client := range a.Clients {
		for _, c := range client.Campaigns {
			name, state := client.ID+"/"+c.ID, data[client.ID].state
			today := a.Day(now, c.Zone)
			if state == known[name] || today < c.Flight.Start || today > c.Flight.End+followed {
				continue
			}
			if ctx.Err() != nil {
				return nil
			}
			if !s.unfounded[name].again(now, state, troubled) {
				continue
			}
			if err := s.guard(func() error { return examine(ctx, s.Warehouse, c, state, now, s.Version) }); err != nil {
				s.unfounded[name] = check{now, state}
				failures = append(failures, fmt.Errorf("%s: %w", name, err))
			}
		}
	}
	return errors.Join(failures...)
}

// examined is the data that the findings of each campaign rest on.
func examined(ctx context.Context, db *sql.DB) (map[string]string, error) {
	rows, err := db.QueryContext(ctx, "select client || '/' || campaign, data from examined")
	if err != nil {
		return nil, fmt.Errorf("findings: %w", err)
	}
	defer rows.Close()
	known := map[string]string{}
	for rows.Next() {
		var name, data string
		if err := rows.Scan(&name, &data); err != nil {
			return nil, fmt.Errorf("findings: %w", err)
		}
		known[name] = data
	}
	return known, rows.Err()
}

// Examine works out the findings of a campaign again where the data are not those
// they rest on, as the scheduler does by itself: what asks for findings gets
// those of now, whether or not a server runs.
func Examine(ctx context.Context, wh *warehouse.Warehouse, c *agency.Campaign, now time.Time, version string) error {
	data, err := dataOf(ctx, wh.DB(), version, c.Client.Agency)
	if err != nil {
		return err
	}
	known, err := examined(ctx, wh.DB())
	if err != nil {
		return err
	}
	state := data[c.Client.ID].state
	if state == known[c.Client.ID+"/"+c.ID] || c.Client.Agency.Day(now, c.Zone) < c.Flight.Start {
		return nil
	}
	return examine(ctx, wh, c, state, now, version)
}

// examine works out the findings of a campaign for the period that a report
// would have, and keeps them.
func examine(ctx context.Context, wh *warehouse.Warehouse, c *agency.Campaign, state string, now time.Time, version string) error {
	limited, cancel := work(ctx, findingTimeout)
	defer cancel()
	db := wh.DB()
	scope, err := metrics.LoadScope(limited, db, c.Client, c)
	if err != nil {
		return err
	}
	var found []insight.Finding
	today := c.Client.Agency.Day(now, c.Zone)
	whole, _, err := metrics.Daily(limited, db, scope, c.Flight.Start, max(min(today, c.Flight.End), c.Flight.Start), time.Time{})
	if err != nil {
		return err
	}
	if last := metrics.LastComplete(whole); last != 0 {
		from, to := reports.LastWeek(last, c.Flight)
		snapshot, err := reports.Freeze(limited, reports.Source{DB: db, Campaign: c, Now: now, Version: version},
			reports.Request{Kind: reports.KindTracking, From: from, To: to})
		if err != nil {
			return err
		}
		found = snapshot.Insight.Findings
	}
	return wh.Small(limited, func(tx *sql.Tx) error { return keep(limited, tx, c, found, state, now) })
}

// dueDecisions reminds of decisions whose day to be checked has come, until
// people have said what came of them.
func (s *Scheduler) dueDecisions(_ context.Context, a *agency.Agency, now time.Time) error {
	for _, client := range a.Clients {
		for _, c := range client.Campaigns {
			for _, d := range c.Decisions {
				if d.Status != agency.DecisionOpen || a.Day(now, c.Zone) < d.Expected.Check {
					continue
				}
				name := client.ID + "/" + c.ID
				s.notice(locale.Text{
					EN: fmt.Sprintf("%s: decision %s was to be checked on %s; vigie decision outcome %s says what was measured", name, d.ID, locale.EN.DayLong(d.Expected.Check), d.ID),
					FR: fmt.Sprintf("%s\u00a0: la décision %s était à vérifier le %s\u00a0; vigie decision outcome %s dit ce qui a été mesuré", name, d.ID, locale.FR.DayLong(d.Expected.Check), d.ID),
				})
			}
		}
	}
	return nil
}

// kept is what the table says of a finding.
type kept struct {
	id, rule, scope string
	from, to        locale.Day
	taken           bool
}

// overlap is the number of days that two windows share.
func (k kept) overlap(f insight.Finding) int { return int(min(k.to, f.To)-max(k.from, f.From)) + 1 }

// keep writes down what was found: what is new, what is still there under the
// id it had, and what is gone. A finding that is gone and comes back with a
// window that overlaps its last is the same one again.
func keep(ctx context.Context, tx *sql.Tx, c *agency.Campaign, found []insight.Finding, state string, now time.Time) error {
	rows, err := tx.QueryContext(ctx, "select finding, rule, scope, first_day, last_day from finding where client = ? and campaign = ? order by finding", c.Client.ID, c.ID)
	if err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	defer rows.Close()
	var before []kept
	for rows.Next() {
		var k kept
		var from, to time.Time
		if err := rows.Scan(&k.id, &k.rule, &k.scope, &from, &to); err != nil {
			return fmt.Errorf("findings: %w", err)
		}
		k.from, k.to = locale.DayOf(from), locale.DayOf(to)
		before = append(before, k)
	}
	if err := rows.Err(); err != nil {
		return fmt.Errorf("findings: %w", err)
	}
	exec := func(text string, args ...any) {
		if err == nil {
			if _, err = tx.ExecContext(ctx, text, args...); err != nil {
				err = fmt.Errorf("findings: %w", err)
			}
		}
	}
	exec("update finding set gone_at = ? where client = ? and campaign = ? and gone_at is null", now.UTC(), c.Client.ID, c.ID)
	names := match(before, found)
	for i, f := range found {
		same := names[i]
		if same != nil {
			f.ID = same.id
		}
		body, merr := json.Marshal(f)
		if merr != nil {
			return fmt.Errorf("finding %s: %w", f.ID, merr)
		}
		if same != nil {
			exec(`update finding set gone_at = null, last_seen = ?, first_day = ?, last_day = ?, level = ?, title_en = ?, title_fr = ?, body = ?
				where client = ? and campaign = ? and finding = ?`,
				now.UTC(), f.From.Time(), f.To.Time(), string(f.Level), f.Title.EN, f.Title.FR, string(body), c.Client.ID, c.ID, f.ID)
			continue
		}
		exec(`insert into finding (client, campaign, finding, rule, scope, first_day, last_day, first_seen, last_seen, level, title_en, title_fr, body)
			values (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)`,
			c.Client.ID, c.ID, f.ID, f.Rule, f.Scope, f.From.Time(), f.To.Time(), now.UTC(), now.UTC(), string(f.Level), f.Title.EN, f.Title.FR, string(body))
	}
	exec(`insert into examined values (?, ?, ?, ?) on conflict (client, campaign) do update set data = excluded.data, at = excluded.at`,
		c.Client.ID, c.ID, state, now.UTC())
	return err
}

// match finds what each finding was called before: the same id where there is
// one; else, among those of its rule and scope whose windows overlap its own,
// the one with the most days in common. nil where it is new.
func match(before []kept, found []insight.Finding) []*kept {
	names := make([]*kept, len(found))
	take := func(fits func(*kept, insight.Finding) bool) {
		for i, f := range found {
			if names[i] != nil {
				continue
			}
			var best *kept
			for b := range before {
				k := &before[b]
				if !k.taken && fits(k, f) && (best == nil || k.overlap(f) > best.overlap(f)) {
					best = k
				}
			}
			if best != nil {
				names[i], best.taken = best, true
			}
		}
	}
	take(func(k *kept, f insight.Finding) bool { return k.id == f.ID })
	take(func(k *kept, f insight.Finding) bool {
		return k.rule == f.Rule && k.scope == f.Scope && k.overlap(f) > 0
	})
	return names
}
