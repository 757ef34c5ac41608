package jobs

import (
	"context"
	"database/sql"
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
)

// backOff are the pauses after each failed attempt at a report or a fetch; when
// they are used up it has failed, and is left for people to see.
var backOff = []time.Duration{time.Minute, 5 * time.Minute, 30 * time.Minute}

// recheck is how often what a waiting report lacks is worked out again though
// no file has come: people may have changed the brief.
const recheck = 10 * time.Minute

// looked is what a slot was found to lack.
type looked struct {
	check
	lack lack
}

// reportJobs are the reports that the campaigns ask for by a schedule. The job
// of a report is named by its kind and by how often it comes, so that another
// hour or weekday continues the same job; several of one kind and pace are
// numbered in the order of the file. wrong are the schedules that cannot be
// kept.
func reportJobs(a *agency.Agency) (list []job, wrong []error) {
	for _, client := range a.Clients {
		for _, c := range client.Campaigns {
			count := map[string]int{}
			for _, r := range c.Reports {
				if r.Kind != reports.KindTracking {
					continue
				}
				when, err := newSchedule(r.When.Cron, c.Zone)
				if err != nil {
					wrong = append(wrong, fmt.Errorf("%s: %w", c.File, err))
					continue
				}
				name := fmt.Sprintf("report/%s/%s/%s-%s", client.ID, c.ID, r.Kind, when.every)
				if count[name]++; count[name] > 1 {
					name += fmt.Sprintf("-%d", count[name])
				}
				list = append(list, job{name: name, campaign: c, report: r, schedule: when})
			}
		}
	}
	return list, wrong
}

// reports builds what is due.
func (s *Scheduler) reports(ctx context.Context, a *agency.Agency, now time.Time) error {
	if !a.Today.IsZero() {
		return nil // see fixedDay
	}
	data, err := s.data(ctx, a)
	if err != nil {
		return err
	}
	b, err := readBook(ctx, s.Warehouse.DB())
	if err != nil {
		return err
	}
	list, failures := reportJobs(a)
	asked := map[string]bool{}
	for _, j := range list {
		asked[j.name] = true
		if ctx.Err() != nil {
			return nil
		}
		// A ledger that cannot be written stops this report, not the others.
		if err := s.guard(func() error { return s.job(ctx, j, b, now, data[j.campaign.Client.ID]) }); err != nil {
			failures = append(failures, fmt.Errorf("%s: %w", j.name, err))
		}
	}
	for _, client := range a.Clients {
		for _, c := range client.Campaigns { // a brief that cannot be read is not among them: its slots stay open
			for name, open := range b.open {
				for _, x := range open {
					if !asked[name] && x.Client == client.ID && x.Campaign == c.ID {
						failures = append(failures, s.close(ctx, x, Skipped, noLonger, now))
					}
				}
			}
		}
	}
	return errors.Join(failures...)
}

var (
	missed = locale.Text{
		EN: "Vigie was not running; only the newest report that was missed is made up for",
		FR: "Vigie ne tournait pas\u00a0; seul le plus récent des rapports manqués est rattrapé",
	}
	overtaken = locale.Text{EN: "the next report came due first", FR: "le rapport suivant est arrivé à échéance avant"}
	tooLate   = locale.Text{EN: "given up at the time of the next report", FR: "abandonné à l’heure du rapport suivant"}
	noLonger  = locale.Text{EN: "the campaign no longer asks for it", FR: "la campagne ne le demande plus"}
	cutShort  = locale.Text{EN: "Vigie was stopped while it built the report", FR: "Vigie a été arrêté pendant la construction du rapport"}
)

// job brings the ledger of one report up to date, and works on its open slot.
func (s *Scheduler) job(ctx context.Context, j job, b *book, now time.Time, d data) error {
	first, err := s.firstSeen(ctx, j, b, now)
	if err != nil {
		return err
	}
	open := b.open[j.name]
	for i := range open {
		// Nothing of this process is under way here, so a slot that is said to
		// run was left by one that is dead.
		if open[i].State == Running {
			if err := s.resume(ctx, j, &open[i], now); err != nil {
				return err
			}
		}
	}
	if owed := j.owed(first, b.newest[j.name], now); len(owed) > 0 {
		newest, err := s.enter(ctx, j, owed, open, missed, overtaken, now)
		if err != nil {
			return err
		}
		open = []Slot{newest}
	}
	for _, x := range open {
		if x.State != Waiting && x.State != Retry {
			continue
		}
		if err := s.advance(ctx, j, x, now, d); err != nil {
			return err
		}
	}
	return nil
}

// firstSeen is when a job was first seen, which is now where the ledger does not
// know it.
func (s *Scheduler) firstSeen(ctx context.Context, j job, b *book, now time.Time) (time.Time, error) {
	if first, ok := b.firstSeen[j.name]; ok {
		return first, nil
	}
	err := s.Warehouse.Small(ctx, func(tx *sql.Tx) error {
		_, err := tx.ExecContext(ctx, "insert into job (job, first_seen) values (?, ?) on conflict do nothing", j.name, now.UTC())
		return err
	})
	if err != nil {
		return now, fmt.Errorf("ledger: %w", err)
	}
	return now, nil
}

// enter writes owed slots into the ledger, in one transaction: the newest is
// to be worked on, the older ones are skipped, and so is what was still open
// before them.
func (s *Scheduler) enter(ctx context.Context, j job, owed []moment, open []Slot, missed, overtaken locale.Text, now time.Time) (newest Slot, err error) {
	err = s.Warehouse.Small(ctx, func(tx *sql.Tx) error {
		for _, x := range open {
			if x.State != Waiting && x.State != Retry {
				continue
			}
			s.forget(x)
			why := overtaken
			if x.State == Waiting && x.Why != (locale.Text{}) {
				why = tooLate
			}
			x.State, x.Finished, x.NextTry, x.Why = Skipped, now, time.Time{}, ended(why, x.Why)
			if err := record(ctx, tx, x); err != nil {
				return err
			}
			s.Log.Warn(x.what()+" skipped", "slot", x.Slot, "why", x.Why.EN)
		}
		for i, m := range owed {
			newest = j.entry(m)
			if i < len(owed)-1 {
				newest.State, newest.Finished, newest.Why = Skipped, now, missed
				s.Log.Warn(newest.what()+" skipped", "slot", newest.Slot, "why", missed.EN)
			}
			if err := enter(ctx, tx, newest); err != nil {
				return err
			}
		}
		return nil
	})
	return newest, err
}

// forget drops what is remembered of an open slot. Only reports wait for data,
// and only their goroutine remembers.
func (s *Scheduler) forget(x Slot) {
	if x.what() == reportWord {
		delete(s.lacks, x.Slot)
	}
}

// ended says why a slot ended, and what it had been waiting for.
func ended(end, before locale.Text) locale.Text {
	if before == (locale.Text{}) {
		return end
	}
	return locale.Text{EN: end.EN + ": " + before.EN, FR: end.FR + "\u00a0: " + before.FR}
}

// close gives a slot a final state.
func (s *Scheduler) close(ctx context.Context, x Slot, state State, why locale.Text, now time.Time) error {
	x.State, x.Finished, x.NextTry, x.Why = state, now, time.Time{}, why
	s.forget(x)
	s.Log.Warn(x.what()+" "+string(state), "slot", x.Slot, "why", why.EN)
	return save(ctx, s.Warehouse, x)
}

// resume decides what becomes of a slot whose process died. Where it had
// issued the edition and only the ledger does not know, the slot is done;
// otherwise the attempt counts as a failed one, so that a report that brings
// the process down does not do so for ever.
func (s *Scheduler) resume(ctx context.Context, j job, x *Slot, now time.Time) error {
	issued, err := reports.Editions(j.campaign)
	if err != nil {
		return err
	}
	for _, e := range issued {
		if e.ID == reports.EditionID(x.Period.From, x.Period.To) && !e.Issued.Before(x.Started.Truncate(time.Second)) {
			x.State, x.Finished, x.Error, x.Output = Done, now, "", output(j.campaign, &e)
			s.Log.Info("report found issued", "slot", x.Slot, "edition", x.Output)
			return save(ctx, s.Warehouse, *x)
		}
	}
	return s.failed(ctx, x, x.Started, now, 0, "interrupted", cutShort)
}

// failed records a failed attempt: another is to come, or none. The pause
// counts from since, the end of the attempt as far as it is known; it is no
// shorter than least.
func (s *Scheduler) failed(ctx context.Context, x *Slot, since, now time.Time, least time.Duration, text string, why locale.Text) error {
	x.Error = text
	if x.Attempts > len(backOff) {
		x.State = Failed
		return s.close(ctx, *x, Failed, why, now)
	}
	x.State, x.NextTry, x.Why = Retry, since.Add(max(backOff[x.Attempts-1], least)), why
	s.Log.Warn(x.what()+" failed", "slot", x.Slot, "attempt", x.Attempts, "next", x.NextTry, "error", text)
	return save(ctx, s.Warehouse, *x)
}

// advance works on an open slot: it builds the report if it is time and its
// data are there.
func (s *Scheduler) advance(ctx context.Context, j job, x Slot, now time.Time, d data) error {
	if now.Before(x.NextTry) {
		return nil
	}
	seen, ok := s.lacks[x.Slot]
	if !ok || seen.again(now, d.state, recheck) {
		limited, cancel := work(ctx, findingTimeout)
		defer cancel()
		lack, err := s.lacking(limited, j.campaign, x.Period)
		if err != nil {
			s.Log.Warn("data of a report", "slot", x.Slot, "error", err)
			lack.trouble = err
		}
		seen = looked{check{now, d.state}, lack}
		s.lacks[x.Slot] = seen
	}
	lack := seen.lack
	next, again := j.schedule.next(x.Due)
	hold := patience
	if again {
		hold = min(hold, next.due.Sub(x.Due)/2)
	}
	since := x.Due
	if d.came.After(since) {
		since = d.came
	}
	switch {
	case lack.ready(now.Sub(since) >= hold):
		delete(s.lacks, x.Slot)
		return s.build(ctx, j, x, lack.without(), now)
	case again && !now.Before(next.due):
		// The flight is over, so that no later slot overtakes this one.
		return s.close(ctx, x, Skipped, ended(tooLate, lack.awaited()), now)
	case lack.awaited() != x.Why || x.State != Waiting:
		x.State, x.NextTry, x.Why = Waiting, time.Time{}, lack.awaited()
		s.Log.Info("report waits", "slot", x.Slot, "why", x.Why.EN)
		return save(ctx, s.Warehouse, x)
	}
	return nil
}

// patience is how long a report whose other exports are complete waits for a
// platform of which nothing ever came, from its due time or the newest export
// on; never more than half the time to the next report.
const patience = 4 * time.Hour

// lack is what a report's period lacks.
type lack struct {
	days      reports.Days // of the period, inside the flight
	platforms int          // that the plan has on these days
	late      []lag        // in the order of the plan
	trouble   error        // it cannot be told
}

// lag is a platform whose data do not reach the end of the period.
type lag struct {
	label string
	last  locale.Day // last complete day; zero: nothing ever came
}

// silent are the platforms of which nothing ever came.
func (k lack) silent() []string {
	var list []string
	for _, x := range k.late {
		if x.last == 0 {
			list = append(list, x.label)
		}
	}
	return list
}

// ready reports whether a report can be built: a team wants one without holes,
// so every platform must be there to the end of the period. One that never
// sent anything is another matter: its channel may never have been launched.
// On the first Monday the exports come one by one, so it is waited for, but not
// without end, unless nothing else is there either.
func (k lack) ready(patienceOver bool) bool {
	silent := len(k.silent())
	return k.trouble == nil && len(k.late) == silent && (silent == 0 || patienceOver && silent < k.platforms)
}

// without says what a report that is built lacks, and nothing where it lacks
// nothing.
func (k lack) without() locale.Text {
	silent := k.silent()
	if len(silent) == 0 {
		return locale.Text{}
	}
	return locale.Text{
		EN: "built without " + locale.EN.Join(silent) + ": no export had come",
		FR: "construit sans " + locale.FR.Join(silent) + "\u00a0: aucun export n’était arrivé",
	}
}

// awaited says what a report waits for.
func (k lack) awaited() locale.Text {
	if k.trouble != nil {
		why := inWords(k.trouble)
		return locale.Text{EN: "its data cannot be used: " + why.EN, FR: "ses données ne sont pas utilisables\u00a0: " + why.FR}
	}
	var en, fr []string
	for _, x := range k.late {
		if x.last == 0 {
			en = append(en, x.label+" has sent nothing yet")
			fr = append(fr, "rien n’est encore arrivé de "+x.label)
			continue
		}
		en = append(en, x.label+" is complete up to "+locale.EN.DayText(x.last))
		fr = append(fr, x.label+" est complet jusqu’au "+locale.FR.DayText(x.last))
	}
	return locale.Text{
		EN: "exports not there (" + locale.EN.Period(k.days.From, k.days.To) + "): " + strings.Join(en, ", "),
		FR: "exports manquants (" + locale.FR.Period(k.days.From, k.days.To) + ")\u00a0: " + strings.Join(fr, ", "),
	}
}

// inWords is an error in the language of its reader, where it has one.
func inWords(err error) locale.Text {
	var question *metrics.ErrQuestion
	var currencies *metrics.ErrCurrencies
	var problems agency.Problems
	var nothing *reports.ErrNothing
	switch {
	case errors.As(err, &nothing):
		return nothing.Text
	case errors.As(err, &question):
		return question.Text
	case errors.As(err, &currencies):
		return currencies.Text
	case errors.As(err, &problems):
		return locale.Text{EN: problems.In(locale.EN), FR: problems.In(locale.FR)}
	}
	return locale.Same(err.Error())
}

// lacking finds what a period lacks. A platform is there when its accounts are
// known completely up to the end of the period, or of its channels' own
// flights; or when an export that covers that day was made after it, which says
// that days without rows had no delivery.
func (s *Scheduler) lacking(ctx context.Context, c *agency.Campaign, period reports.Days) (k lack, err error) {
	k.days = reports.Days{From: max(period.From, c.Flight.Start), To: min(period.To, c.Flight.End)}
	db := s.Warehouse.DB()
	scope, err := metrics.LoadScope(ctx, db, c.Client, c)
	if err != nil {
		return k, err
	}
	var order []string
	channels := map[string][]string{}
	until := map[string]locale.Day{}
	for _, ch := range c.Channels {
		if ch.Flight.Start > k.days.To || ch.Flight.End < k.days.From {
			continue
		}
		if channels[ch.Platform] == nil {
			order = append(order, ch.Platform)
		}
		channels[ch.Platform] = append(channels[ch.Platform], ch.ID)
		until[ch.Platform] = max(until[ch.Platform], min(ch.Flight.End, k.days.To))
	}
	k.platforms = len(order)
	for _, platform := range order {
		end := until[platform]
		whole, _, err := metrics.Daily(ctx, db, scope.Only(channels[platform]...), c.Flight.Start, end, time.Time{})
		if err != nil {
			return k, err
		}
		last := metrics.LastComplete(whole)
		if last >= end {
			continue
		}
		covered, err := s.covered(ctx, c, platform, end)
		if err != nil {
			return k, err
		}
		if !covered {
			k.late = append(k.late, lag{label(platform), last})
		}
	}
	return k, nil
}

// covered reports whether an export of a platform, made after a day had ended,
// says that it goes that far.
func (s *Scheduler) covered(ctx context.Context, c *agency.Campaign, platform string, day locale.Day) (bool, error) {
	var n int
	err := s.Warehouse.DB().QueryRowContext(ctx, `select count(*) from batch
		where client = ? and platform = ? and undone_at is null and not withheld
		  and level in ('account', 'campaign', 'ad_group', 'ad')
		  and declared_first <= ? and declared_last >= ? and known_as_of >= ?`,
		c.Client.ID, platform, day.Time(), day.Time(), (day + 1).Start(c.Zone).UTC()).Scan(&n)
	if err != nil {
		return false, fmt.Errorf("batches: %w", err)
	}
	return n > 0, nil
}

// label is what people call a platform.
func label(platform string) string {
	if p := ingest.LookupPlatform(platform); p != nil {
		return p.Label
	}
	return platform
}

// build makes an attempt at a report. What it writes is idempotent too: the
// same figures on the same day are the same edition. note is what to say of it.
func (s *Scheduler) build(ctx context.Context, j job, x Slot, note locale.Text, now time.Time) error {
	x.State, x.Attempts, x.Started, x.NextTry = Running, x.Attempts+1, now, time.Time{}
	if err := save(ctx, s.Warehouse, x); err != nil {
		return err
	}
	var e *reports.Edition
	limited, cancel := work(ctx, reportTimeout)
	defer cancel()
	err := s.guard(func() error {
		engine, err := s.Engine()
		if err != nil {
			return err
		}
		e, err = reports.Issue(limited,
			reports.Source{DB: s.Warehouse.DB(), Campaign: j.campaign, Now: now, Version: s.Version},
			reports.Request{Kind: j.report.Kind, From: x.Period.From, To: x.Period.To},
			engine, j.campaign.Client.Language)
		return err
	})
	// Also when the scheduler is being stopped: the work is done.
	ctx = context.WithoutCancel(ctx)
	if err != nil {
		at, why := s.Clock(), inWords(err)
		return s.failed(ctx, &x, at, at, 0, err.Error(), locale.Text{EN: "the report could not be built: " + why.EN, FR: "le rapport n’a pas pu être construit\u00a0: " + why.FR})
	}
	x.State, x.Finished, x.Error, x.Why, x.Output = Done, s.Clock(), "", note, output(j.campaign, e)
	s.Log.Info("report issued", "slot", x.Slot, "edition", x.Output, "attempts", x.Attempts)
	return save(ctx, s.Warehouse, x)
}

// output is the path of an edition's report inside the workspace.
func output(c *agency.Campaign, e *reports.Edition) string {
	path := filepath.Join(e.Dir, reports.FileName(c.Client.Language))
	if rel, err := filepath.Rel(c.Client.Agency.Dir, path); err == nil {
		path = rel
	}
	return filepath.ToSlash(path)
}
