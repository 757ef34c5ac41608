package jobs

import (
	"context"
	"database/sql"
	"fmt"
	"strings"
	"time"

	"vigie/internal/locale"
	"vigie/internal/warehouse"
	"vigie/reports"
)

// State is what became of a slot.
type State string

// The states. Waiting, running and retry are on the way to one of the others,
// which are final.
const (
	Waiting State = "waiting" // for the data of its period
	Running State = "running"
	Retry   State = "retry"  // an attempt failed, another is to come
	Done    State = "done"   // the edition is at Output
	Failed  State = "failed" // after the last attempt
	Skipped State = "skipped"
)

// Slot is a row of the ledger: one time that a report or a fetch was due.
type Slot struct {
	Slot     string       `json:"slot"` // job@2026-10-19T08:00 Europe/Paris
	Job      string       `json:"job"`
	Client   string       `json:"client"`
	Campaign string       `json:"campaign"` // empty for a fetch
	Kind     string       `json:"kind"`     // of the report, or of the source
	Due      time.Time    `json:"due"`
	Zone     string       `json:"time_zone"`
	Period   reports.Days `json:"period"`
	State    State        `json:"state"`
	Attempts int          `json:"attempts"`
	Started  time.Time    `json:"started,omitzero"` // the last attempt
	Finished time.Time    `json:"finished,omitzero"`
	NextTry  time.Time    `json:"next_try,omitzero"`
	Error    string       `json:"error,omitempty"` // as the program says it
	Why      locale.Text  `json:"why,omitzero"`    // what it waits for, or why it ended so
	Output   string       `json:"output,omitempty"`
}

// What a slot is of, in the log.
const (
	reportWord = "report"
	fetchWord  = "fetch"
)

func (x Slot) what() string {
	if x.Campaign == "" {
		return fetchWord
	}
	return reportWord
}

const slotColumns = `slot, job, client, campaign, kind, due, zone, first_day, last_day, state, attempts,
	started, finished, next_try, error, why_en, why_fr, output`

// slots reads rows of the ledger; what follows the table's name is the caller's.
func slots(ctx context.Context, db *sql.DB, rest string, args ...any) ([]Slot, error) {
	rows, err := db.QueryContext(ctx, "select "+slotColumns+" from slot "+rest, args...)
	if err != nil {
		return nil, fmt.Errorf("ledger: %w", err)
	}
	defer rows.Close()
	var list []Slot
	for rows.Next() {
		var x Slot
		var from, to time.Time
		var started, finished, next sql.NullTime
		err := rows.Scan(&x.Slot, &x.Job, &x.Client, &x.Campaign, &x.Kind, &x.Due, &x.Zone, &from, &to, &x.State, &x.Attempts,
			&started, &finished, &next, &x.Error, &x.Why.EN, &x.Why.FR, &x.Output)
		if err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		x.Period = reports.Days{From: locale.DayOf(from), To: locale.DayOf(to)}
		x.Started, x.Finished, x.NextTry = started.Time, finished.Time, next.Time
		list = append(list, x)
	}
	return list, rows.Err()
}

// Ledger lists the slots of a campaign, newest first, at most limit of them;
// empty ids stand for all.
func Ledger(ctx context.Context, db *sql.DB, client, campaign string, limit int) ([]Slot, error) {
	return slots(ctx, db, "where (? = '' or client = ?) and (? = '' or campaign = ?) order by due desc, slot desc limit ?",
		client, client, campaign, campaign, limit)
}

// book is what the ledger says that a tick needs.
type book struct {
	firstSeen map[string]time.Time // by job
	newest    map[string]time.Time // due time of the newest slot, by job
	open      map[string][]Slot    // slots without a final state by job, oldest first
}

func readBook(ctx context.Context, db *sql.DB) (*book, error) {
	b := &book{firstSeen: map[string]time.Time{}, newest: map[string]time.Time{}, open: map[string][]Slot{}}
	for _, q := range []struct {
		into map[string]time.Time
		text string
	}{
		{b.firstSeen, "select job, first_seen from job"},
		{b.newest, "select job, max(due) from slot group by job"},
	} {
		rows, err := db.QueryContext(ctx, q.text)
		if err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
		for rows.Next() {
			var job string
			var at time.Time
			if err := rows.Scan(&job, &at); err != nil {
				rows.Close()
				return nil, fmt.Errorf("ledger: %w", err)
			}
			q.into[job] = at
		}
		if err := rows.Err(); err != nil {
			return nil, fmt.Errorf("ledger: %w", err)
		}
	}
	list, err := slots(ctx, db, "where state in ('waiting', 'running', 'retry') order by due, slot")
	for _, x := range list {
		b.open[x.Job] = append(b.open[x.Job], x)
	}
	return b, err
}

// enter puts new slots into the ledger. A slot that is there already is left
// as it is: that is what makes it run once.
func enter(ctx context.Context, tx *sql.Tx, x Slot) error {
	_, err := tx.ExecContext(ctx, "insert into slot ("+slotColumns+") values (?"+strings.Repeat(", ?", 17)+") on conflict do nothing",
		x.Slot, x.Job, x.Client, x.Campaign, x.Kind, x.Due.UTC(), x.Zone, x.Period.From.Time(), x.Period.To.Time(), string(x.State), x.Attempts,
		instant(x.Started), instant(x.Finished), instant(x.NextTry), x.Error, x.Why.EN, x.Why.FR, x.Output)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// record writes what became of a slot that is in the ledger.
func record(ctx context.Context, tx *sql.Tx, x Slot) error {
	_, err := tx.ExecContext(ctx, `update slot set state = ?, attempts = ?, started = ?, finished = ?, next_try = ?,
		error = ?, why_en = ?, why_fr = ?, output = ? where slot = ?`,
		string(x.State), x.Attempts, instant(x.Started), instant(x.Finished), instant(x.NextTry), x.Error, x.Why.EN, x.Why.FR, x.Output, x.Slot)
	if err != nil {
		return fmt.Errorf("ledger: %w", err)
	}
	return nil
}

// save is record in a transaction of its own.
func save(ctx context.Context, wh *warehouse.Warehouse, x Slot) error {
	return wh.Small(ctx, func(tx *sql.Tx) error { return record(ctx, tx, x) })
}

// instant is a time as the ledger keeps it, nil for none.
func instant(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UTC()
}
