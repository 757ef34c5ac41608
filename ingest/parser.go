package ingest

import (
	"hash/maphash"
	"io"
	"slices"
	"strconv"

	"vigie/internal/locale"
)

// parser is the state of one reading: it turns records into rows of batches
// and keeps what the report will say.
type parser struct {
	r       *Reader
	l       *layout
	keys    *Keys
	rows    *Rows
	src     source
	batch   *batch
	waiting *dayOrder // rows that must be put in order; nil as long as they come so
	line    int

	// Numeric columns: the measures first, at their place in layout.measures,
	// then the checks, then the mixed results. The values of the present row
	// stand in the same order.
	numeric []numericColumn
	values  []int64
	has     []bool
	spend   int // place of the measure; -1 where the file has none
	impr    int
	clicks  int
	cpm     int // place of the check to derive the spend from; -1
	result  int // place of the mixed results; -1
	mark    string
	// Columns whose rows are counted, and the measures that count them.
	order, orders, revenue int
	lead, leads            int
	status                 int
	// Columns of impression shares, that of the share itself first, and the place
	// of the impressions whose share is a bound.
	shares  []shareColumn
	bounded int
	// conflict: some column's hypothesis is refuted.
	conflict bool

	// Dates.
	period    string // role of the column of days; "" where there is none
	someDate  bool   // some cell of it was a date or a period
	noPeriod  bool   // its first cell is neither, and other columns hold the range
	day       int
	starts    int
	ends      int
	dates     dates // of all columns: one program wrote them in one order
	firstSeen locale.Day
	lastSeen  locale.Day
	rangeFrom locale.Day // over the range columns
	rangeTo   locale.Day
	ordered   bool
	lastFirst locale.Day
	notFirst  bool // some row is not dated on the first day of the range

	fetched fetched // of the column that says when each row was

	// Names.
	names  []int // columns that name objects
	keyed  []int // columns that together say where a row belongs
	places map[string]*place
	keyBuf []byte
	// Where the keyed columns stand together: the first of them, else -1, and
	// the places by the spelling of their cells.
	keyedFrom int
	spellings map[spelling]*place
	seeds     [2]maphash.Seed

	streams []*stream
	groups  int
	byDay   map[locale.Day]*sums

	totals      []totalsRow
	maybeTotals []int // lines of totals that may be campaigns
	moreTotals  int64
	all, since  *sums // where totals stand anywhere: of all rows, and since the last total

	problems   []Problem
	moreIssues int64
	good       int64
	told       int64 // of them, when Progress was last called
	skipped    int64
	dups       duplicates
	tallies    [tallyKinds]tally
	look       look
	indicators map[string]*tally
	prices     []priceCheck
}

// numericColumn is a column of numbers.
type numericColumn struct {
	numbers
	cell   int
	header string
}

// priceCheck counts the rows in which a printed price agrees with the spend.
type priceCheck struct {
	measure, price int // places
	per            int64
	held, failed   int64
}

// tally counts rows that share something worth a warning.
type tally struct {
	rows int64
	line int // the first one
	text string
	// The days and the campaigns of these rows, where they are kept.
	first, last locale.Day
	campaigns   []int32 // the first ones, by key
}

const (
	tallyClicks   = iota // more clicks than impressions
	tallyConverts        // more conversions than clicks
	tallyUnseen          // spend without impressions
	tallyOutside         // days outside the range that the file declares
	tallyDirty           // not valid UTF-8
	tallyMark            // a currency sign that leaves the currency open
	tallyNoMoney         // spend without a currency
	tallyArticle         // articles of an order whose amount stands on another row
	tallyCut             // a last line without its end
	tallyVoid            // orders that do not count
	tallyIDs             // ids that a spreadsheet rounded
	tallyKinds
)

func (t *tally) note(line int, text string) {
	if t.rows++; t.rows == 1 {
		t.line, t.text = line, text
	}
}

// The limits of what a reading keeps in memory.
const (
	maxProblems = 1_000
	maxPlaces   = 1 << 18
	maxGroups   = 20_000
	maxDays     = 4_096
	maxTotals   = 1_000
	maxName     = 8 << 10
)

// progressRows is how many rows are read between two calls of Progress.
const progressRows = 16 << 10

func newParser(r *Reader, k *Keys, rows *Rows) *parser {
	l := r.layout
	p := &parser{
		r: r, l: l, keys: k, rows: rows, batch: newBatch(rows.schema),
		places: map[string]*place{}, spellings: map[spelling]*place{}, seeds: [2]maphash.Seed{maphash.MakeSeed(), maphash.MakeSeed()},
		indicators: map[string]*tally{}, byDay: map[locale.Day]*sums{},
		spend: l.measure("spend"), impr: l.measure("impressions"), clicks: l.measure("clicks"),
		cpm: -1, result: -1, day: -1, starts: l.cell("first_day"), ends: l.cell("last_day"), ordered: true,
		order: l.counted("order", "orders"), orders: l.measure("orders"), revenue: l.measure("revenue"),
		lead: l.counted("lead", "leads"), leads: l.measure("leads"), status: l.cell("status"),
		mark: r.head.mark, fetched: fetched{column: l.cell("known_as_of")},
	}
	p.shares, p.bounded = l.shareColumns()
	if l.platform.Totals.Anywhere {
		p.all, p.since = newSums(len(l.measures)), newSums(len(l.measures))
	}
	r.disk.read = 0
	p.src = r.open()
	for _, m := range l.measures {
		p.numeric = append(p.numeric, p.column(m.cell, m.Unit == Count, m.Signed()))
	}
	for _, c := range l.checks {
		measure, price := l.measure(c.ID), len(p.numeric)
		check := priceCheck{measure, price, 1, 0, 0}
		if c.ID == "impressions" {
			check.per = 1000
			if p.spend >= 0 && l.measures[p.spend].cell < 0 {
				p.cpm = price
			}
		}
		p.numeric = append(p.numeric, p.column(c.cell, false, false))
		if measure >= 0 && p.spend >= 0 && price != p.cpm {
			p.prices = append(p.prices, check)
		}
	}
	if at := l.cell("result"); at >= 0 && l.cell("result_kind") >= 0 {
		p.result = len(p.numeric)
		p.numeric = append(p.numeric, p.column(at, false, false))
	}
	p.values, p.has = make([]int64, len(p.numeric)), make([]bool, len(p.numeric))
	p.look = newLook(p)

	for _, period := range periods {
		if at := l.cell(period); at >= 0 && (period == "day" || !r.noPeriod) {
			p.period, p.day = period, at
			break
		}
	}
	if p.period == "day" && r.head.period != "" {
		p.period = r.head.period
	}
	if at := l.cell("nth_day"); at >= 0 && p.day < 0 {
		p.period, p.day = "nth_day", at
	}
	p.dates = r.newDates()
	if p.period == "day" {
		p.dates.from, p.dates.to = r.head.from, r.head.to
	}

	object, _ := l.object()
	for _, x := range levels {
		if at := l.cell(x.role); at >= 0 && (object == "" || x.role == object || !isObject(x.role)) {
			p.names = append(p.names, at)
		}
		if at := l.cell(x.role + "_id"); at >= 0 {
			p.names = append(p.names, at)
		}
	}
	p.keyed = slices.Clone(p.names)
	for _, s := range l.splits {
		p.keyed = append(p.keyed, s.cell)
	}
	for _, role := range []string{"currency", "match_type", "result_kind"} {
		if at := l.cell(role); at >= 0 {
			p.keyed = append(p.keyed, at)
		}
	}
	p.keyedFrom = together(p.keyed)
	return p
}

// together is the first of some columns if they are neighbours, else -1.
func together(columns []int) int {
	sorted := slices.Sorted(slices.Values(columns))
	for i, c := range sorted {
		if c != sorted[0]+i {
			return -1
		}
	}
	if len(sorted) == 0 {
		return -1
	}
	return sorted[0]
}

func isObject(role string) bool {
	return slices.ContainsFunc(levels[4:], func(x levelRole) bool { return x.role == role })
}

func (p *parser) column(cell int, count, signed bool) numericColumn {
	c := numericColumn{cell: cell, numbers: p.r.newNumbers(cell, count)}
	c.micros, c.signed = p.l.micros[cell], signed
	if cell >= 0 {
		c.header = p.l.columns[cell].Header
	}
	return c
}

// run reads the whole file.
func (p *parser) run() error {
	if c, ok := p.src.(io.Closer); ok {
		defer c.Close()
	}
	header := p.r.head.records[p.r.head.header]
	for {
		rec, err := p.src.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return p.r.refusal(err)
		}
		p.line = rec.line
		if rec.line <= header.line {
			continue
		}
		if len(p.l.platform.footers) > 0 && p.l.platform.endsTable(p.text(rec, 0)) {
			break
		}
		if err := p.record(rec, header.cells); err != nil {
			return err
		}
		if p.batch.rows == batchRows && !p.flush() {
			return errClosed
		}
		if p.good == p.told+progressRows {
			p.progress()
		}
	}
	if err := p.settle(); err != nil {
		return err
	}
	if p.waiting != nil {
		closed := false
		err := p.waiting.each(len(p.l.measures), func(first, last locale.Day, keys [6]int32, values []int64, has []bool) bool {
			p.batch.add(p.rows.memory, first, last, keys, values, has)
			closed = p.batch.rows == batchRows && !p.flush()
			return !closed
		})
		if err != nil {
			return err
		}
		if closed {
			return errClosed
		}
	}
	if p.batch.rows > 0 && !p.flush() {
		return errClosed
	}
	p.progress()
	p.r.report = p.report()
	return nil
}

// close gives back what a reading holds, however it ended.
func (p *parser) close() {
	p.batch.drop()
	if p.waiting != nil {
		p.waiting.close()
	}
}

func (p *parser) flush() bool {
	return p.rows.send(p.batch.record())
}

// progress tells how far the reading is.
func (p *parser) progress() {
	p.told = p.good
	if p.r.opts.Progress != nil {
		p.r.opts.Progress(p.r.file.Name, p.good, min(1, float64(p.r.disk.read)/float64(p.r.file.Size)))
	}
}

// record reads one record: a row, a sum of rows, or something else.
func (p *parser) record(rec *record, header []string) error {
	if rec.long {
		p.reject("", "", "this line is longer than %s MB: it is no row of a report", "cette ligne fait plus de %s\u00a0Mo\u00a0: ce n’est pas une ligne de rapport", strconv.Itoa(maxRecord>>20))
		return nil
	}
	if rec.dirty {
		if err := p.undecodable(); err != nil {
			return err
		}
	}
	if p.r.text.repair {
		repairCells(rec)
	}
	label, sum := p.beyond(rec, len(header))
	if ok := p.width(rec, len(header)); !ok {
		return nil
	}
	if len(rec.cells) > 1 && string(rec.cells[0]) == header[0] && p.repeatsHeader(rec, header) {
		p.warn("header-again", "the header stands here again: were two files joined?", "l’en-tête figure à nouveau ici\u00a0: deux fichiers ont-ils été réunis\u00a0?")
		return nil
	}
	if p.l.platform.ByHand && !p.l.figures(rec) && p.good == 0 {
		return nil // units, or a second line of the header
	}
	if !sum {
		label, sum = p.totalsLabel(rec)
	}
	if !sum && p.l.platform.Totals.Blank {
		sum = p.blank(rec)
	}
	column, value, is := p.readNumbers(rec)
	if sum {
		p.keepTotals(rec, label)
		return p.contradicted()
	}
	if len(p.maybeTotals) > 0 {
		return p.noTotals()
	}
	if err := p.contradicted(); err != nil {
		return err
	}
	if p.order >= 0 && p.revenue >= 0 && !p.has[p.revenue] {
		p.skipped++
		p.tallies[tallyArticle].note(p.line, "")
		return nil
	}
	first, last, dateColumn, problem := p.readDays(rec)
	if err := p.contradicted(); err != nil {
		return err
	}
	if problem.EN != "" {
		p.rejectText(p.header(dateColumn), p.text(rec, dateColumn), problem)
		return nil
	}
	if is != fine {
		p.rejectNumber(column, value, is)
		return nil
	}
	if len(p.names) > 0 && !slices.ContainsFunc(p.names, func(at int) bool { return p.named(rec, at) }) {
		p.reject("", "", "the row names nothing that the table is about: it may be a sum of others, so it is not taken",
			"la ligne ne nomme rien de ce dont parle le tableau\u00a0: c’est peut-être une somme des autres, elle n’est pas prise")
		return nil
	}
	if p.fetched.column >= 0 {
		p.fetched.see(cell(rec, p.fetched.column), p.dates.order)
	}
	where := p.place(rec, first)
	if x := where.problem; x != nil {
		p.rejectText(x.column, x.value, x.text)
		return nil
	}
	return p.keep(rec, where, first, last)
}

// keep adds a row that holds what it should.
func (p *parser) keep(rec *record, where *place, first, last locale.Day) error {
	if p.void(rec) {
		return nil
	}
	p.count(p.order, p.orders, p.revenue, rec)
	p.count(p.lead, p.leads, -1, rec)
	if p.result >= 0 && p.has[p.result] {
		if ok := p.takeResult(where); !ok {
			p.reject(p.numeric[p.result].header, p.text(rec, p.numeric[p.result].cell), "%s are counted in whole numbers", "%s se comptent en nombres entiers", where.indicator)
			return nil
		}
	}
	if p.cpm >= 0 {
		p.values[p.spend], p.has[p.spend] = 0, false
		if p.has[p.cpm] && p.has[p.impr] {
			p.values[p.spend], p.has[p.spend] = perUnit(p.values[p.cpm], p.values[p.impr], 1000)
		}
	}
	if len(p.shares) > 0 {
		p.takeShares(rec)
	}
	st, g := p.stream(where, first != last)
	if err := g.add(p.values, p.has, p.l.measures); err != nil {
		return p.tooLarge(err)
	}
	if p.all != nil {
		p.since.add(p.values, p.has, p.l.measures) // cannot overflow where the stream's sum did not
		p.all.add(p.values, p.has, p.l.measures)
	}
	if p.l.platform.Totals.Blank && len(p.byDay) < maxDays && first == last {
		d := p.byDay[first]
		if d == nil {
			d = newSums(len(p.l.measures))
			p.byDay[first] = d
		}
		if err := d.add(p.values, p.has, p.l.measures); err != nil {
			return p.tooLarge(err)
		}
	}
	p.good++
	st.Rows++
	if st.FirstDay == 0 || first < st.FirstDay {
		st.FirstDay = first
	}
	st.LastDay = max(st.LastDay, last)
	if p.firstSeen == 0 || first < p.firstSeen {
		p.firstSeen = first
	}
	p.lastSeen = max(p.lastSeen, last)
	inOrder := first >= p.lastFirst
	p.ordered = p.ordered && inOrder
	p.lastFirst = first
	p.notFirst = p.notFirst || first != last || first != p.r.head.from
	p.verify(rec)
	p.look.row(p, st, where, first, last)
	return p.store(inOrder, first, last, [6]int32{st.Key, where.campaign, where.adGroup, where.ad, where.object, where.breakdown})
}

// store adds a row to the batch, or to the rows that wait to be put in order.
func (p *parser) store(inOrder bool, first, last locale.Day, keys [6]int32) error {
	values, has := p.values[:len(p.l.measures)], p.has[:len(p.l.measures)]
	if !inOrder && p.waiting == nil && p.r.opts.ByDay {
		p.waiting = newDayOrder(p.r.opts.TempDir)
		if err := p.batch.each(p.waiting.add); err != nil {
			return err
		}
		p.batch.drop()
	}
	if p.waiting != nil {
		return p.waiting.add(first, last, keys, values, has)
	}
	p.batch.add(p.rows.memory, first, last, keys, values, has)
	return nil
}
