package jobs

import (
	"context"
	"fmt"
	"os"
	"slices"
	"time"

	"vigie/ingest"
	"vigie/ingest/source"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
)

// Inbox is what the inbox is called among sources.
const Inbox = "inbox"

// SyncOptions are what a person may ask of a fetch by hand.
type SyncOptions struct {
	Again bool // fetch also what has been fetched before
	// DryRun says what would become of what is new; nothing is kept or
	// remembered, and the inbox is left alone.
	DryRun bool
}

// Sync asks sources at once, and the inbox: those of the ids, or all where
// there are none. begin is called before each, tell after it. While the
// scheduler fetches, it waits. An id without a source is agency.ErrNoSource.
func (s *Scheduler) Sync(ctx context.Context, ids []string, o SyncOptions, begin func(id string), tell func(Fetched)) error {
	for !s.fetching.TryLock() {
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return err
		}
	}
	defer s.fetching.Unlock()
	a, err := s.Agency()
	if err != nil {
		return err
	}
	var list []*agency.Source
	inbox := len(ids) == 0
	if len(ids) == 0 {
		list = a.Sources
	}
	for _, id := range ids {
		if id == Inbox {
			inbox = true
			continue
		}
		src, err := a.Source(id)
		if err != nil {
			return err
		}
		if !slices.Contains(list, src) {
			list = append(list, src)
		}
	}
	for _, src := range list {
		begin(src.ID)
		take := s.takeFetched
		if o.DryRun {
			take = s.rehearseFetched
		}
		f := s.fetch(ctx, src, o.Again, !o.DryRun, take)
		f.dry = o.DryRun
		if err := ctx.Err(); err != nil {
			return err
		}
		if !o.DryRun {
			if err := s.asked(ctx, f, s.Clock()); err != nil {
				return err
			}
		}
		tell(f)
	}
	if inbox && !o.DryRun {
		begin(Inbox)
		f, err := s.syncInbox(ctx, a)
		if err != nil {
			return err
		}
		tell(f)
	}
	return nil
}

// rehearseFetched does all that takeFetched would do, and takes it back.
func (s *Scheduler) rehearseFetched(ctx context.Context, src *agency.Source, f source.File, o ingest.Options) (list []*warehouse.Imported, err error) {
	err = s.guard(func() error {
		body, err := os.Open(f.Path)
		if err != nil {
			return err
		}
		defer body.Close()
		list, err = Rehearse(ctx, s.Warehouse, src.Client, o, false, false, f.Name, f.ModTime, body)
		return err
	})
	return list, err
}

// inboxLooks bounds how often the inbox is looked at until its files have come
// to rest.
const inboxLooks = 20

// syncInbox takes in what lies in the inbox, once it is at rest.
func (s *Scheduler) syncInbox(ctx context.Context, a *agency.Agency) (out Fetched, err error) {
	out.Source = Inbox
	for looks := 1; ; looks++ {
		waiting, err := s.lookAtInbox(ctx, a, &out)
		if err != nil || waiting == 0 {
			return out, err
		}
		if looks == inboxLooks {
			out.Notes = append(out.Notes, locale.Text{
				EN: fmt.Sprintf("%d still being written: left for the next time", waiting),
				FR: fmt.Sprintf("%d en cours d’écriture\u00a0: laissé pour la prochaine fois", waiting),
			})
			return out, nil
		}
		if err := sleep(ctx, settle/4); err != nil {
			return out, err
		}
	}
}

// lookAtInbox looks once, and tells how many files have not come to rest.
func (s *Scheduler) lookAtInbox(ctx context.Context, a *agency.Agency, out *Fetched) (waiting int, err error) {
	for !s.tick.TryLock() {
		if err := sleep(ctx, 100*time.Millisecond); err != nil {
			return 0, err
		}
	}
	defer s.tick.Unlock()
	s.noticing = nil
	s.told = func(client *agency.Client, name string, results []*warehouse.Imported, trouble error) {
		if trouble == nil {
			out.Files = append(out.Files, results...)
		}
	}
	defer func() { s.told = untold }()
	now := s.Clock()
	if err := s.inbox(ctx, a, now); err != nil {
		return 0, err
	}
	if err := ctx.Err(); err != nil {
		return 0, err
	}
	out.Notes = append([]locale.Text(nil), s.noticing...)
	for _, d := range s.files {
		if !d.left && d.trouble == nil && d.size > 0 && now.Sub(d.since) < settle {
			waiting++
		}
	}
	return waiting, nil
}

// untold is what the inbox does by itself: it writes notes and the log.
func untold(*agency.Client, string, []*warehouse.Imported, error) {}

func sleep(ctx context.Context, d time.Duration) error {
	select {
	case <-time.After(d):
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
