package metrics

import (
	"context"
	"database/sql"
	"encoding/json"
	"fmt"
	"time"

	"vigie/internal/locale"
)

// Source is an export behind a scope's figures.
type Source struct {
	Batch      int           `json:"batch"`
	File       string        `json:"file"`
	SHA256     string        `json:"sha256"`
	Platform   string        `json:"platform"`
	Currency   string        `json:"currency,omitempty"` // of what it prints, where that is not the scope's
	Level      string        `json:"level"`
	FirstDay   locale.Day    `json:"first_day,omitzero"`
	LastDay    locale.Day    `json:"last_day,omitzero"`
	KnownAsOf  time.Time     `json:"known_as_of"`
	KnownFrom  string        `json:"known_from"`
	ImportedAt time.Time     `json:"imported_at"`
	Rows       int64         `json:"rows"`
	Skipped    int64         `json:"skipped_rows"`
	Withheld   bool          `json:"withheld"` // a critical problem: it answers nothing
	Recognised locale.Text   `json:"recognised"`
	Control    string        `json:"control"`
	Scopes     []ControlLine `json:"scopes,omitempty"`
	Problems   []FileProblem `json:"problems,omitempty"`
	More       int64         `json:"more_problems,omitempty"`
}

// ControlLine is a totals row that a file prints, against the sum of its rows.
type ControlLine struct {
	Label  string         `json:"label"`
	Status string         `json:"status"`
	Sums   map[string]any `json:"sums"`
}

// FileProblem is something a person should know about a file: of which rows,
// days and campaigns, and what to do about it.
type FileProblem struct {
	Check    string      `json:"check,omitempty"`
	Line     int         `json:"line,omitempty"`
	Column   string      `json:"column,omitempty"`
	Value    string      `json:"value,omitempty"`
	Message  locale.Text `json:"message"`
	Severity string      `json:"severity"` // note, warning or critical
	Rows     int64       `json:"rows,omitempty"`
	FirstDay locale.Day  `json:"first_day,omitzero"`
	LastDay  locale.Day  `json:"last_day,omitzero"`
	Objects  []string    `json:"objects,omitempty"`
	Do       locale.Text `json:"do,omitzero"`
}

// Wrong is how many of the file's problems are more than a note.
func (s Source) Wrong() int {
	n := int(s.More)
	for _, p := range s.Problems {
		if p.Severity != "note" {
			n++
		}
	}
	return n
}

// Sources lists the exports that the scope's accounts have between two days,
// oldest first, those that are withheld included.
func Sources(ctx context.Context, db *sql.DB, s *Scope, from, to locale.Day) ([]Source, error) {
	rows, err := db.QueryContext(ctx, fmt.Sprintf(`
select b.batch, b.file, b.sha256, b.platform, b.level, b.first_day, b.last_day,
    b.known_as_of, b.known_from, b.imported_at, b.rows, b.skipped, b.withheld, b.control, b.report
from batch b
where b.undone_at is null
  and b.client = ?
  and (b.first_day is null or b.first_day <= %s and b.last_day >= %s)
  and exists (
      select 1 from (select batch, stream from cell union select batch, stream from span) h
      join stream s on s.stream = h.stream
      where h.batch = b.batch and list_contains(string_split('%s', ',')::integer[], s.account)
  )
order by b.batch`, date(to), date(from), s.accountList()), s.Client)
	if err != nil {
		return nil, fmt.Errorf("sources: %w", err)
	}
	defer rows.Close()
	list := []Source{}
	for rows.Next() {
		var x Source
		var first, last sql.NullTime
		var report string
		if err := rows.Scan(&x.Batch, &x.File, &x.SHA256, &x.Platform, &x.Level, &first, &last,
			&x.KnownAsOf, &x.KnownFrom, &x.ImportedAt, &x.Rows, &x.Skipped, &x.Withheld, &x.Control, &report); err != nil {
			return nil, err
		}
		if first.Valid {
			x.FirstDay, x.LastDay = locale.DayOf(first.Time), locale.DayOf(last.Time)
		}
		var r struct {
			Recognised locale.Text
			Currency   string
			Control    struct{ Scopes []ControlLine }
			Problems   []FileProblem
			More       int64 `json:"more_problems"`
		}
		if err := json.Unmarshal([]byte(report), &r); err != nil {
			return nil, fmt.Errorf("report of batch %d: %w", x.Batch, err)
		}
		x.Recognised, x.Scopes, x.Problems, x.More = r.Recognised, r.Control.Scopes, r.Problems, r.More
		if r.Currency != s.Currency {
			x.Currency = r.Currency
		}
		list = append(list, x)
	}
	return list, rows.Err()
}
