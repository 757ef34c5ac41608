package warehouse

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strconv"
	"time"

	"vigie/ingest"
	"vigie/internal/locale"
)

// Outranked is a batch that still answers for days that a new one holds,
// because its file is known later.
type Outranked struct {
	Batch     int        `json:"batch"`
	File      string     `json:"file"`
	FirstDay  locale.Day `json:"first_day"`
	LastDay   locale.Day `json:"last_day"`
	KnownAsOf time.Time  `json:"known_as_of"`
	KnownFrom string     `json:"known_from"`
}

// outranked finds who still answers for what the batch holds. Its owner may
// think that the file is the newer one: nothing must say so to nobody.
func (t *transfer) outranked(ctx context.Context) error {
	t.out.OutrankedBy = nil
	if len(t.report.Streams) == 0 {
		return nil
	}
	list := joinKeys(t.streams())
	var later bool
	err := t.conn.QueryRowContext(ctx, fmt.Sprintf(`select exists (select 1 from cell where stream in (%s) and age > %s)
		or exists (select 1 from span p join batch b on b.batch = p.batch where p.stream in (%s) and b.known_as_of >= %s and p.batch <> %d)`,
		list, t.age(), list, timestamp(t.report.KnownAsOf), t.batch)).Scan(&later)
	if err != nil || !later {
		return err
	}
	rows, err := t.conn.QueryContext(ctx, fill(query("outranked"), "batch", strconv.Itoa(t.batch), "age", t.age(), "streams", list))
	if err != nil {
		return err
	}
	defer rows.Close()
	for rows.Next() {
		var x Outranked
		var first, last time.Time
		if err := rows.Scan(&x.Batch, &x.File, &first, &last, &x.KnownAsOf, &x.KnownFrom); err != nil {
			return err
		}
		x.FirstDay, x.LastDay = locale.DayOf(first), locale.DayOf(last)
		t.out.OutrankedBy = append(t.out.OutrankedBy, x)
	}
	return rows.Err()
}

// streams are the keys of the file's streams.
func (t *transfer) streams() []int32 {
	var keys []int32
	for _, s := range t.report.Streams {
		keys = append(keys, s.Key)
	}
	return keys
}

// again deals with a file that is there already, as out.Batch: what its owner
// says of it now counts. Accept lets a withheld batch answer, AsOf dates a
// batch whose file does not say itself when it was made. A new date may make
// the batch take over days, and meets the gate of a new file.
func (w *Warehouse) again(ctx context.Context, in Import, out *Imported, withheld bool) error {
	out.Status, out.Gate = StatusDuplicate, withheld && !in.Accept
	out.Released = withheld && in.Accept
	conn, err := w.db.Conn(ctx)
	if err != nil {
		return err
	}
	defer conn.Close()
	t := &transfer{w: w, conn: conn, in: in, out: out, batch: out.Batch, withheld: out.Gate}
	if t.report, err = t.stored(ctx); err != nil {
		return err
	}
	if in.Options.AsOf != 0 && t.report.KnownFrom != "file" && t.report.KnownFrom != "name" {
		zone := in.Options.Zone
		if zone == nil {
			zone = time.UTC
		}
		at := (in.Options.AsOf + 1).Start(zone).Add(-time.Second) // as ingest takes it
		out.Redated = !at.Equal(t.report.KnownAsOf)
		t.report.KnownAsOf, t.report.KnownFrom = at, "flag"
	}
	if !out.Released && !out.Redated {
		return nil
	}
	if _, err := t.exec(ctx, "begin"); err != nil {
		return err
	}
	committed := false
	defer func() {
		if !committed {
			t.conn.ExecContext(context.WithoutCancel(ctx), "rollback")
		}
	}()
	if out.Redated {
		if err := t.redate(ctx); err != nil {
			return err
		}
	}
	if out.Released {
		if _, err := t.exec(ctx, "update batch set withheld = false where batch = ?", t.batch); err != nil {
			return err
		}
	}
	if err := t.replaced(ctx); err != nil {
		var gate *gateError
		if errors.As(err, &gate) {
			out.Status, out.Error, out.Gate, out.Redated = StatusRejected, gate.text, gate.overrule, false
			return nil
		}
		return err
	}
	if err := t.outranked(ctx); err != nil {
		return err
	}
	if in.DryRun {
		return nil
	}
	if err := settle(ctx, conn, t.batch); err != nil {
		return err
	}
	if err := settleNames(ctx, conn, t.batch); err != nil {
		return err
	}
	if _, err := t.exec(ctx, "commit"); err != nil {
		return err
	}
	committed = true
	return nil
}

// stored is the report of a batch that is there, with the keys of its streams.
func (t *transfer) stored(ctx context.Context) (*ingest.Report, error) {
	var body string
	if err := t.conn.QueryRowContext(ctx, "select report from batch where batch = ?", t.batch).Scan(&body); err != nil {
		return nil, err
	}
	r := &ingest.Report{}
	if err := json.Unmarshal([]byte(body), r); err != nil {
		return nil, err
	}
	r.Streams = nil
	rows, err := t.conn.QueryContext(ctx, "select stream from cell where batch = ? union select stream from span where batch = ? order by 1", t.batch, t.batch)
	if err != nil {
		return nil, err
	}
	defer rows.Close()
	for rows.Next() {
		var s ingest.StreamReport
		if err := rows.Scan(&s.Key); err != nil {
			return nil, err
		}
		r.Streams = append(r.Streams, s)
	}
	return r, rows.Err()
}

// redate writes when the batch's file was made, and with it the place of the
// batch among those that hold the same days.
func (t *transfer) redate(ctx context.Context) error {
	patch, err := json.Marshal(map[string]any{"known_as_of": t.report.KnownAsOf, "known_from": t.report.KnownFrom})
	if err != nil {
		return err
	}
	_, err = t.exec(ctx, "update batch set known_as_of = ?, known_from = ?, report = json_merge_patch(report, ?::varchar)::varchar where batch = ?",
		t.report.KnownAsOf.UTC(), t.report.KnownFrom, string(patch), t.batch)
	if err != nil {
		return err
	}
	for _, table := range []string{"cell", "covered"} {
		if _, err := t.exec(ctx, "update "+table+" set age = "+t.age()+" where batch = ?", t.batch); err != nil {
			return err
		}
	}
	return nil
}
