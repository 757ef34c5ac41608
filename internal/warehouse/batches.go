package warehouse

import (
	"context"
	"database/sql"
	"encoding/json"
	"errors"
	"fmt"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// Batch is a file as it was taken in.
type Batch struct {
	Batch      int        `json:"batch"`
	Client     string     `json:"client"`
	SHA256     string     `json:"sha256"`
	File       string     `json:"file"`
	Platform   string     `json:"platform"`
	Level      string     `json:"level"`
	FirstDay   locale.Day `json:"first_day,omitzero"`
	LastDay    locale.Day `json:"last_day,omitzero"`
	Complete   bool       `json:"complete"`
	Rows       int64      `json:"rows"`
	Skipped    int64      `json:"skipped_rows"`
	KnownAsOf  time.Time  `json:"known_as_of"`
	KnownFrom  string     `json:"known_from"`
	ImportedAt time.Time  `json:"imported_at"`
	UndoneAt   *time.Time `json:"undone_at,omitempty"`
	Control    string     `json:"control"`
	Withheld   bool       `json:"withheld"`
	// Cells is the number of day × campaign cells, or spans of a campaign, that
	// the batch brought; Newest those of them that no newer batch of the same
	// level holds; Current those that answer questions about campaigns.
	Cells   int64 `json:"cells"`
	Newest  int64 `json:"newest_cells"`
	Current int64 `json:"current_cells"`
	// Report is what its reading reported; only from Batch, not from Batches.
	Report *ingest.Report `json:"report,omitempty"`
}

// ErrNoBatch: there is no such batch.
var ErrNoBatch = errors.New("no such batch")

// Batches lists the batches of a client, or of all clients, oldest first.
func (w *Warehouse) Batches(ctx context.Context, client string) ([]Batch, error) {
	return w.batches(ctx, "(? = '' or b.client = ?)", client, client)
}

// Batch is one batch with its report.
func (w *Warehouse) Batch(ctx context.Context, id int) (*Batch, error) {
	list, err := w.batches(ctx, "b.batch = ?", id)
	if err != nil {
		return nil, err
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("batch %d: %w", id, ErrNoBatch)
	}
	var body string
	if err := w.db.QueryRowContext(ctx, "select report from batch where batch = ?", id).Scan(&body); err != nil {
		return nil, err
	}
	list[0].Report = &ingest.Report{}
	return &list[0], json.Unmarshal([]byte(body), list[0].Report)
}

func (w *Warehouse) batches(ctx context.Context, where string, args ...any) ([]Batch, error) {
	rows, err := w.db.QueryContext(ctx, query("batches")+"where "+where+" order by b.batch", args...)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	var list []Batch
	for rows.Next() {
		var b Batch
		var first, last, undone sql.NullTime
		err := rows.Scan(&b.Batch, &b.Client, &b.SHA256, &b.File, &b.Platform, &b.Level, &first, &last, &b.Complete,
			&b.Rows, &b.Skipped, &b.KnownAsOf, &b.KnownFrom, &b.ImportedAt, &undone, &b.Control, &b.Withheld, &b.Cells, &b.Newest, &b.Current)
		if err != nil {
			return nil, err
		}
		if first.Valid {
			b.FirstDay, b.LastDay = locale.DayOf(first.Time), locale.DayOf(last.Time)
		}
		if undone.Valid {
			b.UndoneAt = &undone.Time
		}
		list = append(list, b)
	}
	return list, rows.Err()
}

// Undo takes a batch back out: what it had replaced answers again. The file
// stays in the archive and the batch in the list, so that an undo is seen.
func (w *Warehouse) Undo(ctx context.Context, id int, now time.Time) error {
	w.facts.Lock()
	defer w.facts.Unlock()
	var undone sql.NullTime
	err := w.db.QueryRowContext(ctx, "select undone_at from batch where batch = ?", id).Scan(&undone)
	switch {
	case errors.Is(err, sql.ErrNoRows):
		return fmt.Errorf("batch %d: %w", id, ErrNoBatch)
	case err != nil:
		return err
	case undone.Valid:
		return nil
	}
	return w.change(ctx, id, "update batch set undone_at = "+timestamp(now)+" where batch = ?", unleave, settle, settleNames, forget)
}

// change updates a batch and then, step by step, what depends on it, in one
// transaction. The caller holds the facts mutex.
func (w *Warehouse) change(ctx context.Context, id int, update string, steps ...func(context.Context, *sql.Conn, int) error) error {
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	if _, err := conn.ExecContext(ctx, "begin"); err != nil {
		return err
	}
	_, err = conn.ExecContext(ctx, update, id)
	for _, step := range steps {
		if err == nil {
			err = step(ctx, conn, id)
		}
	}
	if err == nil {
		_, err = conn.ExecContext(ctx, "commit")
	}
	if err != nil {
		conn.ExecContext(context.WithoutCancel(ctx), "rollback")
	}
	return err
}
