package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"strings"
	"time"

	"vigie/internal/agency"
	"vigie/internal/locale"
)

// A source is asked at its times, in a goroutine of its own: a server that is
// slow must not hold up the inbox and the reports. One is asked at a time. Of
// several times that were missed the last is made up for and stands for all: a
// fetch takes what is there now.

var (
	missedFetches = locale.Text{
		EN: "Vigie was not running; one fetch makes up for all, since it takes what is there now",
		FR: "Vigie ne tournait pas\u00a0; une seule relève les rattrape toutes, puisqu’elle prend ce qui est là",
	}
	overtakenFetch = locale.Text{EN: "the next fetch came due first", FR: "la relève suivante est arrivée à échéance avant"}
	fetchCutShort  = locale.Text{EN: "Vigie was stopped while it fetched", FR: "Vigie a été arrêté pendant la relève"}
	sourceGone     = locale.Text{EN: "the source is gone", FR: "la source n’existe plus"}
)

// sourcePrefix begins the names of the jobs of sources.
const sourcePrefix = "source/"

// sourceJobs are the jobs of a workspace's sources. wrong are the schedules
// that cannot be kept.
func sourceJobs(a *agency.Agency) (list []job, wrong []error) {
	for _, src := range a.Sources {
		when, err := newSchedule(src.When.Cron, a.Zone)
		if err != nil {
			wrong = append(wrong, fmt.Errorf("%s: %w", src.File, err))
			continue
		}
		list = append(list, job{name: sourcePrefix + src.ID, schedule: when, source: src})
	}
	return list, wrong
}

// Fetch looks once at the ledger and asks the sources that are due. It ends
// early when ctx does; what was interrupted is due again.
func (s *Scheduler) Fetch(ctx context.Context, now time.Time) {
	if !s.fetching.TryLock() {
		return // somebody fetches by hand: the next look is soon
	}
	defer s.fetching.Unlock()
	if err := s.guard(func() error { return s.dueSources(ctx, now) }); err != nil {
		s.Log.Error("sources", "error", err)
	}
}

func (s *Scheduler) dueSources(ctx context.Context, now time.Time) error {
	a, err := s.Agency()
	if err != nil || !a.Today.IsZero() {
		return nil // Tick says so; see fixedDay
	}
	list, failures := sourceJobs(a)
	b, err := readBook(ctx, s.Warehouse.DB())
	if err != nil {
		return err
	}
	for _, j := range list {
		if ctx.Err() != nil {
			return nil
		}
		if err := s.guard(func() error { return s.sourceJob(ctx, j, b, now) }); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", j.name, err))
		}
	}
	for name, open := range b.open {
		id, ok := strings.CutPrefix(name, sourcePrefix)
		if _, err := a.Source(id); !ok || !errors.Is(err, agency.ErrNoSource) {
			continue // one with mistakes in its file is still there
		}
		for _, x := range open {
			failures = append(failures, s.close(ctx, x, Skipped, sourceGone, now))
		}
	}
	return errors.Join(failures...)
}

// sourceJob brings the ledger of one source up to date, and asks it if it is
// due.
func (s *Scheduler) sourceJob(ctx context.Context, j job, b *book, now time.Time) error {
	first, err := s.firstSeen(ctx, j, b, now)
	if err != nil {
		return err
	}
	open := b.open[j.name]
	for i := range open {
		if open[i].State == Running { // left by a process that is dead
			if err := s.failed(ctx, &open[i], open[i].Started, now, 0, "interrupted", fetchCutShort); err != nil {
				return err
			}
		}
	}
	if owed := j.owed(first, b.newest[j.name], now); len(owed) > 0 {
		newest, err := s.enter(ctx, j, owed, open, missedFetches, overtakenFetch, now)
		if err != nil {
			return err
		}
		open = []Slot{newest}
	}
	for _, x := range open {
		if x.State != Waiting && x.State != Retry || now.Before(x.NextTry) {
			continue
		}
		if err := s.fetchSlot(ctx, j, x, now); err != nil {
			return err
		}
	}
	return nil
}

// fetchSlot makes an attempt at a fetch that is due.
func (s *Scheduler) fetchSlot(ctx context.Context, j job, x Slot, now time.Time) error {
	before := x
	x.State, x.Attempts, x.Started, x.NextTry = Running, x.Attempts+1, now, time.Time{}
	if err := save(ctx, s.Warehouse, x); err != nil {
		return err
	}
	got := fetched(j.source)
	if err := s.guard(func() error {
		got = s.fetch(ctx, j.source, false, true, s.takeFetched)
		return nil
	}); err != nil {
		got.Why = locale.Text{EN: err.Error(), FR: err.Error()}
	}
	interrupted := ctx.Err() != nil && got.Why != (locale.Text{})
	ctx = context.WithoutCancel(ctx)
	if interrupted {
		return save(ctx, s.Warehouse, before)
	}
	text, _ := got.Summary()
	at := s.Clock()
	if err := s.asked(ctx, got, at); err != nil {
		return err
	}
	switch {
	case got.Why == (locale.Text{}):
		x.State, x.Finished, x.Error, x.Why = Done, at, "", text
		s.Log.Info("fetched", "slot", x.Slot, "what", text.EN, "attempts", x.Attempts)
		return save(ctx, s.Warehouse, x)
	case got.final:
		x.Error = got.Why.EN
		return s.close(ctx, x, Failed, text, at)
	}
	return s.failed(ctx, &x, at, at, got.wait, got.Why.EN, text)
}

// asked keeps what came of a source the last time, by schedule or by hand.
func (s *Scheduler) asked(ctx context.Context, f Fetched, now time.Time) error {
	text, trouble := f.Summary()
	return s.Warehouse.Small(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, `insert into source (source, asked_at, failed, trouble, why_en, why_fr) values (?, ?, ?, ?, ?, ?)
			on conflict (source) do update set asked_at = excluded.asked_at, failed = excluded.failed, trouble = excluded.trouble,
				why_en = excluded.why_en, why_fr = excluded.why_fr`,
			f.Source, now.UTC(), f.Why != (locale.Text{}), trouble, text.EN, text.FR)
		if err != nil {
			return fmt.Errorf("source: %w", err)
		}
		return nil
	})
}

// Source is a source and what came of it.
type Source struct {
	ID     string    `json:"source"`
	Kind   string    `json:"kind"`
	Client string    `json:"client"`
	When   string    `json:"when"` // as its file writes it
	Next   time.Time `json:"next,omitzero"`
	Asked  time.Time `json:"asked,omitzero"` // the last time; zero: never
	Failed bool      `json:"failed"`         // it could not be fetched from then
	// Trouble: people should look: it failed, or a file was refused.
	Trouble bool        `json:"trouble"`
	Why     locale.Text `json:"why,omitzero"` // what came of it
}

// sources are the sources of a workspace and what came of them.
func (s *Scheduler) sources(ctx context.Context, a *agency.Agency, now time.Time) ([]Source, error) {
	rows, err := s.Warehouse.DB().QueryContext(ctx, "select source, asked_at, failed, trouble, why_en, why_fr from source")
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	defer rows.Close()
	last := map[string]Source{}
	for rows.Next() {
		var x Source
		if err := rows.Scan(&x.ID, &x.Asked, &x.Failed, &x.Trouble, &x.Why.EN, &x.Why.FR); err != nil {
			return nil, fmt.Errorf("sources: %w", err)
		}
		last[x.ID] = x
	}
	if err := rows.Err(); err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	list := []Source{}
	jobs, _ := sourceJobs(a)
	for _, j := range jobs {
		x := last[j.source.ID]
		x.ID, x.Kind, x.Client, x.When = j.source.ID, j.source.Kind, j.source.Client.ID, j.source.When.Words
		if m, ok := j.schedule.next(now); ok && a.Today.IsZero() {
			x.Next = m.due
		}
		list = append(list, x)
	}
	return list, nil
}

// sourceNotices tells people of the sources that they should look at.
func (s *Scheduler) sourceNotices(ctx context.Context, a *agency.Agency, now time.Time) error {
	if len(a.Sources) == 0 {
		return nil
	}
	list, err := s.sources(ctx, a, now)
	for _, x := range list {
		if !x.Trouble {
			continue
		}
		t := locale.Text{EN: "sources/" + x.ID + ": " + x.Why.EN, FR: "sources/" + x.ID + "\u00a0: " + x.Why.FR}
		if x.Failed {
			t.EN += " (to try again at once: vigie sync " + x.ID + ")"
			t.FR += " (pour réessayer tout de suite\u00a0: vigie sync " + x.ID + ")"
		}
		s.notice(t)
	}
	return err
}
