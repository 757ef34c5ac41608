package warehouse

import (
	"cmp"
	"context"
	"database/sql/driver"
	"fmt"
	"maps"
	"slices"
	"strconv"

	"github.com/apache/arrow/go/v17/arrow"
	"github.com/apache/arrow/go/v17/arrow/array"
	"github.com/apache/arrow/go/v17/arrow/memory/mallocator"

	"vigie/ingest"
	"vigie/internal/locale"
)

// arrival is the rows of a file on their way into the fact table: cells notes
// what they speak of while they pass.
type arrival struct {
	*ingest.Rows
	cells *cells
}

// Next moves to the next batch.
func (a *arrival) Next() bool {
	if !a.Rows.Next() {
		return false
	}
	a.cells.add(a.Record())
	return true
}

// cells are the days of campaigns that rows speak of, with the sums of the
// measures on each, and the spans of longer rows. Asking the database for them
// afterwards would read all facts once more.
type cells struct {
	measures []ingest.Measure

	// One entry a cell.
	day      []arrow.Date32
	stream   []int32
	campaign []int32
	rows     []int32
	sums     [][]int64 // by measure
	seen     [][]bool  // some row had it

	spans map[span]bool

	tooMany bool // more than maxCells: nothing is held any more

	today arrow.Date32
	begun map[arrow.Date32]int // where the cells of a day begin that is over
	at    map[uint64]int32     // today's, by stream and campaign
	place []int32              // the cell of each row of a batch; -1 for a span
}

type span struct {
	stream, campaign int32
	first, last      arrow.Date32
}

func (s span) compare(o span) int {
	return cmp.Or(cmp.Compare(s.stream, o.stream), cmp.Compare(s.first, o.first), cmp.Compare(s.last, o.last), cmp.Compare(s.campaign, o.campaign))
}

// maxCells is how many cells are held in memory, about 100 MB of them. Files
// with more are rare enough to read their facts once more; a test has fewer.
var maxCells = 1 << 20

// factKeys is where the measures begin among the columns of a batch.
const factKeys = 8

func newCells(schema *arrow.Schema) *cells {
	c := &cells{spans: map[span]bool{}, begun: map[arrow.Date32]int{}}
	for _, f := range schema.Fields()[factKeys:] {
		m, ok := ingest.LookupMeasure(f.Name)
		if !ok {
			panic("warehouse: " + f.Name + " is no measure")
		}
		c.measures = append(c.measures, m)
	}
	c.sums, c.seen = make([][]int64, len(c.measures)), make([][]bool, len(c.measures))
	return c
}

// add notes the rows of a batch.
func (c *cells) add(rec arrow.Record) {
	if c.tooMany {
		return
	}
	first := rec.Column(0).(*array.Date32).Date32Values()
	last := rec.Column(1).(*array.Date32).Date32Values()
	stream := rec.Column(2).(*array.Int32).Int32Values()
	campaign := rec.Column(3).(*array.Int32).Int32Values()
	place := c.place[:0]
	for i, day := range first {
		if last[i] != day {
			c.spans[span{stream[i], campaign[i], day, last[i]}] = true
			place = append(place, -1)
			continue
		}
		if c.at == nil || day != c.today {
			c.turn(day)
		}
		key := uint64(stream[i])<<32 | uint64(campaign[i])
		at, ok := c.at[key]
		if !ok {
			at = int32(len(c.day))
			c.at[key] = at
			c.day, c.stream, c.campaign, c.rows = append(c.day, day), append(c.stream, stream[i]), append(c.campaign, campaign[i]), append(c.rows, 0)
		}
		c.rows[at]++
		place = append(place, at)
	}
	c.place = place
	if len(c.day)+len(c.spans) > maxCells {
		*c = cells{measures: c.measures, tooMany: true}
		return
	}
	for m := range c.measures {
		c.sums[m] = append(c.sums[m], make([]int64, len(c.day)-len(c.sums[m]))...)
		c.seen[m] = append(c.seen[m], make([]bool, len(c.day)-len(c.seen[m]))...)
		column := rec.Column(factKeys + m).(*array.Int64)
		values, sums, seen := column.Int64Values(), c.sums[m], c.seen[m]
		if column.NullN() == 0 {
			for i, at := range place {
				if at >= 0 {
					sums[at] += values[i] // fits: the reading has checked the sum of all
					seen[at] = true
				}
			}
			continue
		}
		for i, at := range place {
			if at >= 0 && column.IsValid(i) {
				sums[at] += values[i]
				seen[at] = true
			}
		}
	}
}

// turn begins a day, or goes on with one that had begun before: rows come in
// order of their days, twice at most.
func (c *cells) turn(day arrow.Date32) {
	if c.at == nil {
		c.at = map[uint64]int32{}
	}
	clear(c.at)
	c.today = day
	from, ok := c.begun[day]
	if !ok {
		c.begun[day] = len(c.day)
		return
	}
	for i := from; i < len(c.day) && c.day[i] == day; i++ {
		c.at[uint64(c.stream[i])<<32|uint64(c.campaign[i])] = int32(i)
	}
}

// cellBatch is how many cells are handed to DuckDB at a time: as many as it
// stores together, so that it writes them at once.
const cellBatch = 122_880

// cellReader hands columns of cells to DuckDB once; like the reader of facts it
// forgets each batch. All its columns must be asked for, in their order: the
// driver takes no notice of a shorter list.
type cellReader struct {
	columns []cellColumn
	schema  *arrow.Schema
	memory  *mallocator.Mallocator // C memory: DuckDB keeps pointers into it
	cells   int
	given   int
	cur     arrow.Record
}

// cellColumn is a column; fill appends cells from one to another.
type cellColumn struct {
	arrow.Field
	fill func(b array.Builder, from, to int)
}

func newCellReader(cells int, columns ...cellColumn) *cellReader {
	var fields []arrow.Field
	for _, c := range columns {
		fields = append(fields, c.Field)
	}
	return &cellReader{columns: columns, schema: arrow.NewSchema(fields, nil), memory: mallocator.NewMallocator(), cells: cells}
}

func dayColumn(days []arrow.Date32) cellColumn {
	return cellColumn{arrow.Field{Name: "day", Type: arrow.FixedWidthTypes.Date32}, func(b array.Builder, from, to int) {
		b.(*array.Date32Builder).AppendValues(days[from:to], nil)
	}}
}

func keyColumn(name string, keys []int32) cellColumn {
	return cellColumn{arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int32}, func(b array.Builder, from, to int) {
		b.(*array.Int32Builder).AppendValues(keys[from:to], nil)
	}}
}

func sumColumn(name string, sums []int64, known []bool) cellColumn {
	return cellColumn{arrow.Field{Name: name, Type: arrow.PrimitiveTypes.Int64, Nullable: true}, func(b array.Builder, from, to int) {
		b.(*array.Int64Builder).AppendValues(sums[from:to], known[from:to])
	}}
}

func (r *cellReader) Schema() *arrow.Schema { return r.schema }
func (r *cellReader) Record() arrow.Record  { return r.cur }
func (r *cellReader) Err() error            { return nil }
func (r *cellReader) Retain()               {}
func (r *cellReader) Release()              {}

func (r *cellReader) Next() bool {
	if r.cur != nil {
		r.cur.Release()
		r.cur = nil
	}
	from := r.given
	r.given = min(from+cellBatch, r.cells)
	if from == r.given {
		return false
	}
	b := array.NewRecordBuilder(r.memory, r.schema)
	defer b.Release()
	for i, c := range r.columns {
		c.fill(b.Field(i), from, r.given)
	}
	r.cur = b.NewRecord()
	return true
}

// throughCells inserts what a reader of cells gives.
func (t *transfer) throughCells(ctx context.Context, r *cellReader, insert string) error {
	_, err := t.through(ctx, r, "arrow_cells", insert)
	r.columns = nil // the driver keeps r for ever
	return err
}

// cells records which days and campaigns the batch speaks of.
func (t *transfer) cells(ctx context.Context) error {
	c := t.seen
	if c.tooMany {
		for _, insert := range []string{
			`insert into cell select distinct stream, first_day, campaign, %[1]d, false, %[2]s from fact
				where batch = %[1]d and first_day = last_day order by first_day`,
			`insert into span select distinct stream, first_day, last_day, campaign, %[1]d from fact
				where batch = %[1]d and first_day < last_day`,
		} {
			if _, err := t.exec(ctx, fmt.Sprintf(insert, t.batch, t.age())); err != nil {
				return err
			}
		}
	}
	if len(c.day) > 0 {
		r := newCellReader(len(c.day), keyColumn("stream", c.stream), dayColumn(c.day), keyColumn("campaign", c.campaign))
		err := t.throughCells(ctx, r, fmt.Sprintf("insert into cell select stream, day, campaign, %d, false, %s from arrow_cells", t.batch, t.age()))
		if err != nil {
			return err
		}
	}
	var rows [][]driver.Value
	for _, s := range slices.SortedFunc(maps.Keys(c.spans), span.compare) {
		rows = append(rows, []driver.Value{s.stream, locale.Day(s.first).Time(), locale.Day(s.last).Time(), s.campaign, t.batch})
	}
	if err := t.append("span", rows); err != nil {
		return err
	}
	first, last := t.report.DeclaredFirst, t.report.DeclaredLast
	if first == 0 {
		first, last = t.report.FirstDay, t.report.LastDay
	}
	if t.report.Complete && first != 0 {
		for _, account := range t.accounts() {
			_, err := t.exec(ctx, fmt.Sprintf("insert into covered values (%d, %s, %d, %s, %s)", t.batch, t.age(), account, date(first), date(last)))
			if err != nil {
				return err
			}
		}
	}
	_, err := t.exec(ctx, fill(query("absent"), "batch", strconv.Itoa(t.batch)))
	return err
}

// rollUp brings the roll-up up to date with the batch. A batch that meets no
// other, as the history of an account that comes in one file, answers with its
// own cells, whose sums are known: no fact is read again.
func (t *transfer) rollUp(ctx context.Context) error {
	alone, err := t.alone(ctx)
	if err != nil {
		return err
	}
	if !alone {
		return settle(ctx, t.conn, t.batch)
	}
	c := t.seen
	owners := map[int32]int32{}
	for _, s := range t.report.Streams {
		owners[s.Key] = t.streamAccount(s.Key)
	}
	accounts := make([]int32, len(c.day))
	for i, s := range c.stream {
		accounts[i] = owners[s]
	}
	columns := []cellColumn{dayColumn(c.day), keyColumn("account", accounts), keyColumn("campaign", c.campaign), keyColumn("stream", c.stream)}
	names := ""
	for i, m := range c.measures {
		names += ", " + m.ID
		if !m.Additive {
			// Kept only where one row stands for the whole cell.
			for at, rows := range c.rows {
				c.seen[i][at] = c.seen[i][at] && rows == 1
			}
		}
		columns = append(columns, sumColumn(m.ID, c.sums[i], c.seen[i]))
	}
	return t.throughCells(ctx, newCellReader(len(c.day), columns...), fmt.Sprintf(
		"insert into rollup (day, account, campaign, stream, batch%s) select day, account, campaign, stream, %d%s from arrow_cells", names, t.batch, names))
}

// alone reports whether all cells of the batch answer, and no others do on its
// days: each account has one stream of them, which adds up to campaigns, no
// other batch speaks of these accounts on these days, and nothing withholds it.
func (t *transfer) alone(ctx context.Context) (bool, error) {
	if len(t.seen.day) == 0 || t.out.Gate {
		return false, nil
	}
	owners := map[int32]bool{}
	for _, s := range t.report.Streams {
		if s.Grain != ingest.GrainDay {
			continue
		}
		account := t.streamAccount(s.Key)
		if owners[account] || depth(s.Level) == nil || len(s.Breakdown) > maxSplits {
			return false, nil
		}
		owners[account] = true
	}
	// Rows that name no campaign answer only on days without any that does.
	if slices.Contains(t.seen.campaign, 0) && slices.Max(t.seen.campaign) > 0 {
		return false, nil
	}
	var met bool
	err := t.conn.QueryRowContext(ctx, fmt.Sprintf(`select exists (select 1 from cell
		where batch <> %d and day between %s and %s
		  and stream in (select stream from stream where account in (%s)))`,
		t.batch, date(locale.Day(slices.Min(t.seen.day))), date(locale.Day(slices.Max(t.seen.day))), joinKeys(t.accounts()))).Scan(&met)
	return !met, err
}
