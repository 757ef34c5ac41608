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
	spans    map[span]bool

	// The cells of the day that rows are of.
	day      arrow.Date32
	at       map[uint64]int32 // by stream and campaign
	place    []int32          // of each row
	stream   []int32
	campaign []int32
	rows     []int32
	sum      [][]int64 // by measure
	seen     [][]bool  // some row had it

	// Those of the days before, in C memory, since DuckDB keeps pointers into it.
	build   *array.RecordBuilder
	full    []arrow.Record
	stored  int
	begun   map[arrow.Date32]bool // the days that are over
	again   bool                  // one of them came again: its cells may be there twice
	unnamed bool                  // some cell is of no campaign
	named   bool                  // some is of one
	tooMany bool                  // more than maxCells bytes: nothing is held any more
}

type span struct {
	stream, campaign int32
	first, last      arrow.Date32
}

func (s span) compare(o span) int {
	return cmp.Or(cmp.Compare(s.stream, o.stream), cmp.Compare(s.first, o.first), cmp.Compare(s.last, o.last), cmp.Compare(s.campaign, o.campaign))
}

// maxCells is how many bytes of cells are held in memory, more than a million
// cells of the commonest measures. Files with more are rare enough to read
// their facts once more; a test has fewer.
var maxCells = 64 << 20

// rowGroup is the number of rows that DuckDB stores together, and writes at
// once if it gets them together.
const rowGroup = 122_880

// factKeys is where the measures begin among the columns of a batch of facts.
const factKeys = 8

// The columns of cells.
const (
	cellStream = iota
	cellDay
	cellCampaign
	cellRows
	cellKeys // the measures begin here
)

func newCells(facts *arrow.Schema) *cells {
	c := &cells{spans: map[span]bool{}, at: map[uint64]int32{}, begun: map[arrow.Date32]bool{}}
	fields := []arrow.Field{
		{Name: "stream", Type: arrow.PrimitiveTypes.Int32},
		{Name: "day", Type: arrow.FixedWidthTypes.Date32},
		{Name: "campaign", Type: arrow.PrimitiveTypes.Int32},
		{Name: "rows", Type: arrow.PrimitiveTypes.Int32},
	}
	for _, f := range facts.Fields()[factKeys:] {
		m, ok := ingest.LookupMeasure(f.Name)
		if !ok {
			panic("warehouse: " + f.Name + " is no measure")
		}
		c.measures = append(c.measures, m)
		fields = append(fields, f)
	}
	c.sum, c.seen = make([][]int64, len(c.measures)), make([][]bool, len(c.measures))
	c.build = array.NewRecordBuilder(mallocator.NewMallocator(), arrow.NewSchema(fields, nil))
	return c
}

// add notes the rows of a batch of facts.
func (c *cells) add(rec arrow.Record) {
	days := rec.Column(0).(*array.Date32).Date32Values()
	for from := 0; from < len(days) && !c.tooMany; {
		to := from + 1
		for to < len(days) && days[to] == days[from] {
			to++
		}
		if days[from] != c.day {
			c.turn()
			c.day = days[from]
		}
		if !c.tooMany {
			c.addDay(rec, from, to)
		}
		from = to
	}
}

// addDay notes rows of one day.
func (c *cells) addDay(rec arrow.Record, from, to int) {
	last := rec.Column(1).(*array.Date32).Date32Values()[from:to]
	stream := rec.Column(2).(*array.Int32).Int32Values()[from:to]
	campaign := rec.Column(3).(*array.Int32).Int32Values()[from:to]
	place := c.place[:0]
	for i := range last {
		if last[i] != c.day {
			c.spans[span{stream[i], campaign[i], c.day, last[i]}] = true
			place = append(place, -1)
			continue
		}
		key := uint64(stream[i])<<32 | uint64(campaign[i])
		at, ok := c.at[key]
		if !ok {
			at = int32(len(c.stream))
			c.at[key] = at
			c.stream, c.campaign, c.rows = append(c.stream, stream[i]), append(c.campaign, campaign[i]), append(c.rows, 0)
			for m := range c.measures {
				c.sum[m], c.seen[m] = append(c.sum[m], 0), append(c.seen[m], false)
			}
		}
		c.rows[at]++
		place = append(place, at)
	}
	c.place = place
	for m := range c.measures {
		column := rec.Column(factKeys + m).(*array.Int64)
		values, sums, seen := column.Int64Values()[from:to], c.sum[m], c.seen[m]
		whole := column.NullN() == 0
		for i, at := range place {
			if at >= 0 && (whole || column.IsValid(from+i)) {
				sums[at] += values[i] // fits: the reading has checked the sum of all
				seen[at] = true
			}
		}
	}
}

// turn ends a day. Rows come in order of their days, twice at most.
func (c *cells) turn() {
	if len(c.stream) > 0 {
		c.again = c.again || c.begun[c.day]
		c.begun[c.day] = true
	}
	for i := range c.stream {
		c.build.Field(cellStream).(*array.Int32Builder).Append(c.stream[i])
		c.build.Field(cellDay).(*array.Date32Builder).Append(c.day)
		c.build.Field(cellCampaign).(*array.Int32Builder).Append(c.campaign[i])
		c.build.Field(cellRows).(*array.Int32Builder).Append(c.rows[i])
		for m := range c.measures {
			b := c.build.Field(cellKeys + m).(*array.Int64Builder)
			// What does not add up is kept only where one row stands for the cell.
			if c.seen[m][i] && (c.measures[m].Additive || c.rows[i] == 1) {
				b.Append(c.sum[m][i])
			} else {
				b.AppendNull()
			}
		}
		c.unnamed, c.named = c.unnamed || c.campaign[i] == 0, c.named || c.campaign[i] != 0
		if c.stored++; c.stored%rowGroup == 0 {
			c.full = append(c.full, c.build.NewRecord())
		}
	}
	c.stream, c.campaign, c.rows = c.stream[:0], c.campaign[:0], c.rows[:0]
	for m := range c.measures {
		c.sum[m], c.seen[m] = c.sum[m][:0], c.seen[m][:0]
	}
	clear(c.at)
	if c.stored*(16+9*len(c.measures))+48*len(c.spans) > maxCells {
		c.release()
		c.tooMany = true
	}
}

// finish is called after the last row.
func (c *cells) finish() {
	if c.tooMany {
		return
	}
	if c.turn(); !c.tooMany && c.stored%rowGroup > 0 {
		c.full = append(c.full, c.build.NewRecord())
	}
}

// release gives the memory back.
func (c *cells) release() {
	if c.build == nil {
		return
	}
	for _, r := range c.full {
		r.Release()
	}
	c.build.Release()
	*c = cells{measures: c.measures}
}

// cellReader hands columns of cells to DuckDB once; like the reader of facts it
// forgets each batch. All its columns must be asked for, in their order: the
// driver takes no notice of a shorter list.
type cellReader struct {
	schema *arrow.Schema
	rest   []arrow.Record
	column func(rec arrow.Record, i int) arrow.Array // retained
	cur    arrow.Record
}

var _ array.RecordReader = (*cellReader)(nil)

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
	if len(r.rest) == 0 {
		return false
	}
	from := r.rest[0]
	r.rest = r.rest[1:]
	var columns []arrow.Array
	for i := range r.schema.Fields() {
		columns = append(columns, r.column(from, i))
	}
	r.cur = array.NewRecord(r.schema, columns, from.NumRows())
	for _, x := range columns {
		x.Release()
	}
	return true
}

// pick gives some columns of cells, by their place.
func (c *cells) pick(columns ...int) *cellReader {
	var fields []arrow.Field
	for _, i := range columns {
		fields = append(fields, c.build.Schema().Field(i))
	}
	return &cellReader{schema: arrow.NewSchema(fields, nil), rest: c.full, column: func(rec arrow.Record, i int) arrow.Array {
		x := rec.Column(columns[i])
		x.Retain()
		return x
	}}
}

// measure is the column of a measure; -1 where the file has none.
func (c *cells) measure(id string) int {
	i := slices.IndexFunc(c.measures, func(m ingest.Measure) bool { return m.ID == id })
	if i < 0 {
		return -1
	}
	return cellKeys + i
}

// rolled gives the columns of the roll-up, but the batch. accounts are those of
// the streams.
func (c *cells) rolled(accounts map[int32]int32) *cellReader {
	r := c.pick(append([]int{cellDay, cellStream, cellCampaign, cellStream}, c.sums()...)...)
	fields := r.schema.Fields()
	fields[1].Name = "account"
	r.schema = arrow.NewSchema(fields, nil)
	own := r.column
	r.column = func(rec arrow.Record, i int) arrow.Array {
		if i != 1 {
			return own(rec, i)
		}
		b := array.NewInt32Builder(mallocator.NewMallocator())
		defer b.Release()
		for _, s := range rec.Column(cellStream).(*array.Int32).Int32Values() {
			b.Append(accounts[s])
		}
		return b.NewArray()
	}
	return r
}

// sums are the columns of the measures.
func (c *cells) sums() []int {
	var columns []int
	for i := range c.measures {
		columns = append(columns, cellKeys+i)
	}
	return columns
}

// throughCells inserts what a reader of cells gives.
func (t *transfer) throughCells(ctx context.Context, r *cellReader, insert string) error {
	_, err := t.through(ctx, r, "arrow_cells", insert)
	r.rest, r.column = nil, nil // the driver keeps r for ever
	return err
}

// cells records which days and campaigns the batch speaks of.
func (t *transfer) cells(ctx context.Context) error {
	if err := t.insertCells(ctx); err != nil {
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

func (t *transfer) insertCells(ctx context.Context) error {
	c := t.seen
	if c.tooMany {
		return t.readCells(ctx)
	}
	if c.stored > 0 {
		distinct := ""
		if c.again {
			distinct = "distinct "
		}
		err := t.throughCells(ctx, c.pick(cellStream, cellDay, cellCampaign), fmt.Sprintf(
			"insert into cell select %sstream, day, campaign, %d, false, %s from arrow_cells", distinct, t.batch, t.age()))
		if err != nil {
			return err
		}
	}
	var rows [][]driver.Value
	for _, s := range slices.SortedFunc(maps.Keys(c.spans), span.compare) {
		rows = append(rows, []driver.Value{s.stream, locale.Day(s.first).Time(), locale.Day(s.last).Time(), s.campaign, t.batch})
	}
	return t.append("span", rows)
}

// readCells finds cells and spans among the facts.
func (t *transfer) readCells(ctx context.Context) error {
	parts, err := inParts(ctx, t.conn, fmt.Sprintf("select first_day, count(*) from fact where batch = %d group by first_day order by first_day", t.batch))
	if err != nil {
		return err
	}
	for _, p := range parts {
		for _, insert := range []string{
			`insert into cell select distinct stream, first_day, campaign, %[1]d, false, %[2]s from fact
				where batch = %[1]d and first_day = last_day and first_day between %[3]s and %[4]s order by first_day`,
			`insert into span select distinct stream, first_day, last_day, campaign, %[1]d from fact
				where batch = %[1]d and first_day < last_day and first_day between %[3]s and %[4]s`,
		} {
			if _, err := t.exec(ctx, fmt.Sprintf(insert, t.batch, t.age(), date(p.first), date(p.last))); err != nil {
				return err
			}
		}
	}
	return nil
}

// freshCells makes the table of what the batch brings, as queries/fresh.sql does
// from the facts; ok is false where only these can tell: spans are no cells, and
// of several measures that stand for the same the first is taken row by row.
func (t *transfer) freshCells(ctx context.Context) (ok bool, err error) {
	c := t.seen
	if c.tooMany || c.again || len(c.spans) > 0 {
		return false, nil
	}
	columns, sums := []int{cellStream, cellDay, cellCampaign, cellRows}, ""
	for _, as := range []struct {
		name   string
		either []string
	}{
		{"impressions", []string{"impressions"}},
		{"clicks", []string{"clicks", "clicks_all", "interactions"}},
		{"spend", []string{"spend"}},
		{"conversions", []string{"conversions", "purchases"}},
		{"value", []string{"conversion_value", "purchase_value"}},
	} {
		column := ""
		for _, id := range as.either {
			at := c.measure(id)
			if at >= 0 && column != "" {
				return false, nil
			}
			if at >= 0 {
				columns, column = append(columns, at), id
			}
		}
		if column == "" {
			column = "null::bigint"
		}
		sums += ", " + column + " as " + as.name
	}
	return true, t.throughCells(ctx, c.pick(columns...), `create or replace temp table fresh as
		select
			c.stream, s.account, s.level, s.depth, s.breakdown, s.splits, s.currency,
			c.campaign, c.first_day, c.last_day, c.rows, c.impressions, c.clicks, c.spend, c.conversions, c.value
		from (
			select stream, day as first_day, day as last_day, campaign, rows::bigint as rows`+sums+`
			from arrow_cells
		) c
		join stream s on s.stream = c.stream`)
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
	accounts := map[int32]int32{}
	for _, s := range t.report.Streams {
		accounts[s.Key] = t.streamAccount(s.Key)
	}
	names := ""
	for _, m := range t.seen.measures {
		names += ", " + m.ID
	}
	return t.throughCells(ctx, t.seen.rolled(accounts), fmt.Sprintf(
		"insert into rollup (day, account, campaign, stream, batch%s) select day, account, campaign, stream, %d%s from arrow_cells", names, t.batch, names))
}

// alone reports whether all cells of the batch answer, and no others do on its
// days: each account has one stream of them, which adds up to campaigns, no
// other batch speaks of these accounts on these days, and nothing withholds it.
func (t *transfer) alone(ctx context.Context) (bool, error) {
	c := t.seen
	// Rows that name no campaign answer only on days without any that does.
	if c.stored == 0 || c.again || c.named && c.unnamed || t.withheld {
		return false, nil
	}
	owners := map[int32]bool{}
	first, last := t.report.LastDay, t.report.FirstDay
	for _, s := range t.report.Streams {
		if s.Grain != ingest.GrainDay {
			continue
		}
		account := t.streamAccount(s.Key)
		if owners[account] || depth(s.Level) == nil || len(s.Breakdown) > maxSplits {
			return false, nil
		}
		owners[account] = true
		first, last = min(first, s.FirstDay), max(last, s.LastDay)
	}
	var met bool
	err := t.conn.QueryRowContext(ctx, fmt.Sprintf(`select exists (select 1 from cell
		where batch <> %d and day between %s and %s
		  and stream in (select stream from stream where account in (%s)))`,
		t.batch, date(first), date(last), joinKeys(t.accounts()))).Scan(&met)
	return !met, err
}
