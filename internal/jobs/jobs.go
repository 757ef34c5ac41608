// Package jobs does by itself what the workspace asks for: exports dropped in
// the inbox are taken in, sources are asked for new ones, findings are worked
// out again when data change, and each report is built when it is due.
//
// It decides when a report is due and that it is built once. A due time is a
// slot, named by the wall clock of its campaign's zone, and the ledger in the
// warehouse holds one row for each: what is missed is what the schedule says
// and the ledger does not, however long the machine slept. Of several missed
// slots of a report only the newest is caught up, the others are written down
// as skipped; so it is for sources, which give what they have now. A slot whose data have not come waits for them until the next
// one is due, rather than issuing a report with holes. A workspace whose day is
// fixed builds nothing by schedule: its day never ends.
//
// One thing is done at a time, in the order in which it matters: inbox,
// findings, reports; only sources are asked beside them, since a server may be
// slow. Every step starts from what is on disk, so that a process
// killed at any moment goes on where it was.
//
// It is the only importer of robfig/cron, which reads schedules and ticks;
// slot.go says what is made of it. The files to read next are report.go,
// inbox.go and sources.go.
package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"log/slog"
	"runtime/debug"
	"slices"
	"sync"
	"time"

	"github.com/robfig/cron/v3"

	"vigie/ingest/source"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/reports/chart"
)

// Config is what a scheduler works on and with.
type Config struct {
	// Agency gives the workspace as its files are now. It is asked at every look
	// and may be asked by several goroutines.
	Agency    func() (*agency.Agency, error)
	Warehouse *warehouse.Warehouse
	Clock     func() time.Time
	// Engine gives the engine that draws the reports' charts. It stays its
	// owner's: the scheduler does not close it.
	Engine  func() (*chart.Engine, error)
	Version string // of vigie
	Log     *slog.Logger
}

// Scheduler runs the jobs of one workspace. The process that runs it holds the
// workspace's lock, so there is only one.
type Scheduler struct {
	Config
	poll     time.Duration
	tick     sync.Mutex // one look at a time
	fetching sync.Mutex // one source at a time

	// get fetches; tests of this package have servers that never were.
	get func(context.Context, source.Source, source.Desk) (source.Got, error)
	// told is told what became of a file of the inbox, or of the exports in it.
	told func(client *agency.Client, name string, results []*warehouse.Imported, trouble error)

	// What is remembered from one look to the next; all of it can be lost.
	files     map[string]*dropped // files of the inbox, by client/name
	lacks     map[string]looked   // what open slots lack, by name
	unfounded map[string]check    // campaigns whose findings could not be worked out
	noticing  []locale.Text       // in this look

	mu      sync.Mutex
	looked  time.Time
	notices []locale.Text
}

// check is when something was last tried, and on which data.
type check struct {
	at   time.Time
	data string
}

// again reports whether it is worth trying again: the data have changed, or
// some time has passed.
func (c check) again(now time.Time, data string, after time.Duration) bool {
	return c.data != data || now.Sub(c.at) >= after || now.Before(c.at)
}

// How often a scheduler looks, and how long a piece of work may take.
const (
	pollEvery      = 5 * time.Second
	importTimeout  = 30 * time.Minute
	reportTimeout  = 5 * time.Minute
	findingTimeout = 2 * time.Minute
)

// New makes a scheduler; it does nothing until Run or Tick.
func New(c Config) *Scheduler {
	if c.Log == nil {
		c.Log = slog.New(slog.DiscardHandler)
	}
	return &Scheduler{Config: c, poll: pollEvery, get: source.Fetch, told: untold, files: map[string]*dropped{}, lacks: map[string]looked{}, unfounded: map[string]check{}}
}

// Run looks every few seconds until ctx ends; it then lets the piece of work
// under way finish, and returns.
func (s *Scheduler) Run(ctx context.Context) error {
	log := cron.DiscardLogger
	// Skip stands outside Recover: the other way round a panic would leave the
	// guard taken, and nothing would ever run again.
	chain := func() cron.Chain {
		return cron.NewChain(cron.SkipIfStillRunning(log), cron.Recover(cronLog{s.Log}))
	}
	c := cron.New(cron.WithLogger(log))
	for _, look := range []func(context.Context, time.Time){s.Tick, s.Fetch} {
		// Each has a chain of its own: its guard knows it alone.
		c.Schedule(cron.Every(s.poll), chain().Then(cron.FuncJob(func() { look(ctx, s.Clock()) })))
	}
	c.Start()
	<-ctx.Done()
	<-c.Stop().Done()
	return nil
}

// cronLog passes on what the library says of a panic.
type cronLog struct{ log *slog.Logger }

func (l cronLog) Info(string, ...any) {}
func (l cronLog) Error(err error, msg string, pairs ...any) {
	l.log.Error(msg, append([]any{"error", err}, pairs...)...)
}

// Tick looks once at the inbox, the data and the ledger, and does what is to
// be done. What goes wrong in one piece of work is logged, kept where people
// see it, and does not keep the others from running. When ctx ends, the piece
// under way is finished and no other started.
func (s *Scheduler) Tick(ctx context.Context, now time.Time) {
	s.tick.Lock()
	defer s.tick.Unlock()
	s.noticing = nil
	a, err := s.Agency()
	if err != nil {
		s.notice(locale.Text{
			EN: fmt.Sprintf("nothing runs until vigie.yaml can be read: %v", err),
			FR: fmt.Sprintf("rien ne tourne tant que vigie.yaml n’est pas lisible\u00a0: %v", err),
		})
	} else {
		for _, step := range []struct {
			name string
			do   func(context.Context, *agency.Agency, time.Time) error
		}{{"inbox", s.inbox}, {"sources", s.sourceNotices}, {"findings", s.findings}, {"reports", s.reports}, {"decisions", s.dueDecisions}} {
			if ctx.Err() != nil {
				break
			}
			if err := s.guard(func() error { return step.do(ctx, a, now) }); err != nil {
				s.notice(locale.Text{
					EN: fmt.Sprintf("%s: %v", step.name, err),
					FR: fmt.Sprintf("%s\u00a0: %v", step.name, err),
				})
			}
		}
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.notices, s.looked = s.noticing, now
}

// notice keeps something that people should see while it lasts; it is logged
// when it begins.
func (s *Scheduler) notice(t locale.Text) {
	if slices.Contains(s.noticing, t) {
		return
	}
	s.noticing = append(s.noticing, t)
	s.mu.Lock()
	known := slices.Contains(s.notices, t)
	s.mu.Unlock()
	if !known {
		s.Log.Warn(t.EN)
	}
}

// guard turns a panic into an error, its stack into the log.
func (s *Scheduler) guard(f func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("panic: %v", p)
			s.Log.Error("panic", "panic", p, "stack", string(debug.Stack()))
		}
	}()
	return f()
}

// work is the context of a piece of work: it outlives the scheduler's, but not
// its own time.
func work(ctx context.Context, limit time.Duration) (context.Context, context.CancelFunc) {
	return context.WithTimeout(context.WithoutCancel(ctx), limit)
}

// data is the state of a client's data.
type data struct {
	state string    // differs where anything was imported, undone or accepted since, or other rates apply
	came  time.Time // the newest import; zero: none
}

// data tells the state of each client's data.
func (s *Scheduler) data(ctx context.Context, a *agency.Agency) (map[string]data, error) {
	return dataOf(ctx, s.Warehouse.DB(), s.Version, a)
}

func dataOf(ctx context.Context, db *sql.DB, version string, a *agency.Agency) (map[string]data, error) {
	rates := agency.RatesStamp(a.Dir)
	rows, err := db.QueryContext(ctx, `select client, max(imported_at),
		max(batch) || '/' || count(undone_at) || '/' || count(*) filter (where withheld) from batch group by client`)
	if err != nil {
		return nil, fmt.Errorf("batches: %w", err)
	}
	defer rows.Close()
	all := map[string]data{}
	for rows.Next() {
		var client string
		var d data
		if err := rows.Scan(&client, &d.came, &d.state); err != nil {
			return nil, fmt.Errorf("batches: %w", err)
		}
		if d.state = version + " " + d.state; rates != "" {
			d.state += " " + rates
		}
		all[client] = d
	}
	return all, rows.Err()
}
