package ingest

import (
	"time"

	"vigie/internal/locale"
)

// Severity ranks problems: a note is worth knowing, a warning is worth a look, a
// critical one withholds what depends on it.
type Severity string

// The severities.
const (
	Note     Severity = "note"
	Warning  Severity = "warning"
	Critical Severity = "critical"
)

// Problem is something a person should know about a file. A row with a problem
// of its own is left out and counted; the others are kept.
type Problem struct {
	Check    string      `json:"check"`          // id of the check that met it
	Line     int         `json:"line,omitempty"` // physical line, or sheet row, from 1; 0: the whole file
	Column   string      `json:"column,omitempty"`
	Value    string      `json:"value,omitempty"`
	Message  locale.Text `json:"message"`
	Severity Severity    `json:"severity"`
	// Rows is how many rows it is about, FirstDay and LastDay the days they lie
	// on, Objects the names of the first few of their campaigns; each is empty
	// where the problem is not of rows, days or objects, or nobody can tell.
	Rows     int64      `json:"rows,omitempty"`
	FirstDay locale.Day `json:"first_day,omitzero"`
	LastDay  locale.Day `json:"last_day,omitzero"`
	Objects  []string   `json:"objects,omitempty"`
	// Do is what to do about it.
	Do locale.Text `json:"do,omitzero"`
}

// Column says what became of one column of the file.
type Column struct {
	Header  string      `json:"header"`
	Measure string      `json:"measure,omitempty"` // id of the measure it fills
	Role    string      `json:"role,omitempty"`    // what else it says: see Header.As; empty where it was not understood
	Note    locale.Text `json:"note,omitzero"`
}

// ControlStatus compares the sums of the rows with the totals that the file
// prints.
type ControlStatus string

// The outcomes. Wider: every scope that disagrees is larger than the rows, as
// an account is larger than its search terms. Part: a scope that covers only
// some of the rows (one campaign type) or others than them, so that it cannot
// contradict them; only a Scope has this status.
const (
	ControlMatch    ControlStatus = "match"
	ControlMismatch ControlStatus = "mismatch"
	ControlWider    ControlStatus = "wider"
	ControlPart     ControlStatus = "part"
	ControlAbsent   ControlStatus = "absent"
)

// Scope is one totals row of the file: its label and what it prints.
type Scope struct {
	Label  string        `json:"label"`
	Line   int           `json:"line"`
	Sums   Sums          `json:"sums"`
	Status ControlStatus `json:"status"`          // against the rows
	Share  float64       `json:"share,omitempty"` // where wider: rows ÷ scope, of spend or else impressions
}

// Control is the comparison over all scopes of a stream.
type Control struct {
	Status ControlStatus `json:"status"`
	Scopes []Scope       `json:"scopes,omitempty"`
}

// StreamReport is one account, currency and grain of a file.
type StreamReport struct {
	Key       int32      `json:"-"` // as Keys.Stream gave it
	Account   string     `json:"account,omitempty"`
	AccountID string     `json:"account_id,omitempty"`
	Currency  string     `json:"currency,omitempty"`
	Level     Level      `json:"level"`
	Breakdown []string   `json:"breakdown,omitempty"`
	Grain     string     `json:"granularity"`
	FirstDay  locale.Day `json:"first_day,omitzero"`
	LastDay   locale.Day `json:"last_day,omitzero"`
	Rows      int64      `json:"rows"`
	Totals    Sums       `json:"totals"`
	Control   Control    `json:"control"`
}

// Report is what reading one file gave. Its JSON is the body of an entry of
// `vigie import --json`.
type Report struct {
	Platform   string      `json:"platform"`
	Language   string      `json:"language,omitempty"`
	Encoding   string      `json:"encoding"`
	Container  string      `json:"container"` // csv, tsv, xlsx, ods, parquet, arrow, json
	Recognised locale.Text `json:"recognised"`
	Title      string      `json:"title,omitempty"` // as the file prints it

	Level     Level      `json:"level"`
	Breakdown []string   `json:"breakdown,omitempty"`
	Account   string     `json:"account,omitempty"` // absent where the file has several
	Currency  string     `json:"currency,omitempty"`
	FirstDay  locale.Day `json:"first_day,omitzero"` // of the rows
	LastDay   locale.Day `json:"last_day,omitzero"`
	// DeclaredFirst and DeclaredLast are the range that the preamble or the
	// range columns state; zero where they state none.
	DeclaredFirst locale.Day `json:"declared_first_day,omitzero"`
	DeclaredLast  locale.Day `json:"declared_last_day,omitzero"`
	Granularity   string     `json:"granularity,omitempty"` // day, span, or mixed
	Ordered       bool       `json:"-"`                     // rows came in order of their first day
	Complete      bool       `json:"complete"`              // holds all campaigns of its account in its range

	KnownAsOf time.Time `json:"known_as_of"`
	KnownFrom string    `json:"known_from"` // file, name, flag, mtime, import

	Rows        int64     `json:"rows"`
	SkippedRows int64     `json:"skipped_rows"`
	Problems    []Problem `json:"problems"`                // the first thousand
	MoreProblem int64     `json:"more_problems,omitempty"` // how many more there were
	Columns     []Column  `json:"columns"`
	Dropped     []string  `json:"dropped,omitempty"` // columns of data about people that their owner declared
	Totals      Sums      `json:"totals"`
	Control     Control   `json:"control"`

	Streams []StreamReport `json:"streams"`
	Changes []Change       `json:"-"`
}

// Critical reports whether any problem withholds what depends on the file.
func (r *Report) Critical() bool {
	for _, p := range r.Problems {
		if p.Severity == Critical {
			return true
		}
	}
	return r.Control.Status == ControlMismatch
}
