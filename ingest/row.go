package ingest

import (
	"strconv"
	"strings"

	"vigie/internal/locale"
)

// verify looks at what only the row itself can show.
func (p *parser) verify(rec *record) {
	if rec.dirty {
		p.tallies[tallyDirty].note(p.line, "")
	}
	for i := range p.prices {
		p.prices[i].compare(p.values, p.has, p.spend)
	}
	if p.delivered() {
		p.dups.see(rec.hash(), p.line)
	}
}

// delivered reports a row with a figure above zero: others may repeat as they
// like.
func (p *parser) delivered() bool {
	for i, m := range p.l.measures {
		if m.Additive && p.has[i] && p.values[i] != 0 {
			return true
		}
	}
	return false
}

// hash is the same for records with the same cells.
func (r *record) hash() uint64 {
	if r.raw != nil {
		return hashBytes(0, r.raw)
	}
	h := uint64(0)
	for _, c := range r.cells {
		h = hashBytes(h, c)
	}
	return h
}

// compare holds the spend against price × measure, within what rounding the
// price to cents can explain.
func (c *priceCheck) compare(values []int64, has []bool, spend int) {
	if !has[spend] || !has[c.price] || !has[c.measure] || values[spend] == 0 || values[c.measure] == 0 {
		return
	}
	want, ok := perUnit(values[c.price], values[c.measure], c.per)
	if !ok {
		c.failed++
		return
	}
	slack := values[spend]/200 + values[c.measure]*5_000/c.per + 10_000
	if diff := want - values[spend]; diff > slack || -diff > slack {
		c.failed++
	} else {
		c.held++
	}
}

// undecodable is met at the first byte that is no UTF-8. If nothing before it
// was UTF-8 beyond ASCII, the file is windows-1252; else it is a damaged one.
func (p *parser) undecodable() error {
	s, ok := p.src.(*splitter)
	if ok && !p.r.text.sure && !s.accents {
		return &refuted{p.line, "not UTF-8", func(r *Reader) { r.text.encoding, r.text.sure = enc1252, true }}
	}
	return nil
}

// repairCells undoes damaged accents in all cells of a record.
func repairCells(rec *record) {
	for i, c := range rec.cells {
		if !ascii(c) {
			if s, ok := repair(string(c)); ok {
				rec.cells[i] = []byte(s)
			}
		}
	}
}

// width checks that a record has as many cells as the header. Empty ones may
// follow; a sheet leaves out empty ones at the end.
func (p *parser) width(rec *record, want int) bool {
	n := len(rec.cells)
	for n > want && len(trim(rec.cells[n-1])) == 0 {
		n--
	}
	rec.cells = rec.cells[:n]
	fits := n == want || n < want && p.r.typed != nil
	if fits && n > 0 && len(rec.cells[0]) > 0 {
		return true
	}
	filled := 0
	for _, c := range rec.cells {
		if len(trim(c)) > 0 {
			filled++
		}
	}
	switch {
	case filled == 0: // a blank line of the table's width
		return false
	case fits:
		return true
	case filled == 1 && listed(p.l.platform.NoData, string(rec.cells[0])):
		return false
	}
	if rec.open && n < want {
		p.tallies[tallyCut].note(p.line, p.text(rec, 0))
	}
	p.reject("", p.text(rec, 0), "the row has %s cells and the header %s", "la ligne a %s cellules et l’en-tête %s", strconv.Itoa(n), strconv.Itoa(want))
	return false
}

func (p *parser) repeatsHeader(rec *record, header []string) bool {
	for i, c := range rec.cells {
		if i >= len(header) || string(c) != header[i] {
			return false
		}
	}
	return len(rec.cells) == len(header)
}

// cell is the cell of a column; nil where the row ends before it.
func cell(rec *record, column int) []byte {
	if column < 0 || column >= len(rec.cells) {
		return nil
	}
	return rec.cells[column]
}

func (p *parser) text(rec *record, column int) string { return string(cell(rec, column)) }

func (p *parser) header(column int) string {
	if column < 0 {
		return ""
	}
	return p.l.columns[column].Header
}

// readNumbers reads all numbers of a row. The first one that cannot be kept is
// returned; the others are read all the same, for what they say about their
// columns.
func (p *parser) readNumbers(rec *record) (column int, value string, worst found) {
	nulls := p.l.platform.Nulls
	for i := range p.numeric {
		c := &p.numeric[i]
		if c.cell < 0 {
			p.values[i], p.has[i] = 0, false
			continue
		}
		raw := cell(rec, c.cell)
		if rec.kinds == nil {
			// The usual cell says nothing about its column.
			if v, ok := c.quick(raw); ok {
				p.values[i], p.has[i] = v, true
				continue
			}
		}
		plain := rec.kinds != nil && c.cell < len(rec.kinds) && rec.kinds[c.cell].number
		v, mark, is := c.read(raw, plain, nulls)
		p.values[i], p.has[i] = v, is == fine
		if !c.proved {
			p.conflict = p.conflict || c.refuted
			if c.doubt != "" && c.line == 0 {
				c.line = p.line
			}
		}
		if i == p.spend {
			if plain && rec.kinds[c.cell].currency != "" {
				mark = rec.kinds[c.cell].currency
			}
			if mark != "" {
				p.mark = mark
			}
		}
		// A bad printed price only loses a check.
		if is > censored && worst == fine && p.kept(i) {
			column, value, worst = i, string(raw), is
		}
	}
	return column, value, worst
}

// kept reports a numeric column whose values are stored, not only checked.
func (p *parser) kept(i int) bool { return i < len(p.l.measures) || i == p.result || i == p.cpm }

// contradicted restarts the reading where cells refuted the hypothesis of their
// columns; all columns of the row at once.
func (p *parser) contradicted() error {
	if !p.conflict && !p.dates.refuted && !p.noPeriod {
		return nil
	}
	var fixes []func(*Reader)
	what := ""
	for i := range p.numeric {
		if c := &p.numeric[i]; c.refuted {
			at, decimal := c.cell, c.other()
			fixes = append(fixes, func(r *Reader) { r.decimals[at] = decimal })
			what = "decimals of " + c.header
		}
	}
	if p.noPeriod {
		fixes = append(fixes, func(r *Reader) { r.noPeriod = true })
		what = "a column of periods"
	}
	if p.dates.refuted {
		order := otherOrder(p.dates.order)
		fixes = append(fixes, func(r *Reader) { r.order = order })
		what = "order of day and month"
	}
	return &refuted{p.line, what, func(r *Reader) {
		for _, f := range fixes {
			f(r)
		}
	}}
}

// readDays says which days a row covers. A problem comes with its column.
func (p *parser) readDays(rec *record) (first, last locale.Day, column int, problem locale.Text) {
	from, to := p.r.head.from, p.r.head.to
	if p.starts >= 0 && p.ends >= 0 {
		a, _, is := p.dates.read(cell(rec, p.starts))
		p.doubtLine(p.starts)
		if is != fine {
			return 0, 0, p.starts, badDate(is)
		}
		b, _, is := p.dates.read(cell(rec, p.ends))
		p.doubtLine(p.ends)
		if is != fine {
			return 0, 0, p.ends, badDate(is)
		}
		if b < a {
			return 0, 0, p.ends, locale.Text{EN: "the range ends before it begins", FR: "la période finit avant de commencer"}
		}
		from, to = a, b
		if p.rangeFrom == 0 || a < p.rangeFrom {
			p.rangeFrom = a
		}
		p.rangeTo = max(p.rangeTo, b)
	}
	switch {
	case p.day < 0 || p.r.spans:
		return from, to, p.starts, locale.Text{}
	case p.period == "nth_day":
		n := number(strings.TrimSpace(p.text(rec, p.day)))
		if n < 0 || from == 0 || from+locale.Day(n) > to {
			return 0, 0, p.day, locale.Text{EN: "is no number of days inside the report’s range", FR: "n’est pas un nombre de jours dans la période du rapport"}
		}
		return from + locale.Day(n), from + locale.Day(n), p.day, locale.Text{}
	case p.period == "day":
		first, last, is := p.dates.read(cell(rec, p.day))
		p.doubtLine(p.day)
		if is != fine {
			return 0, 0, p.day, badDate(is)
		}
		if from != 0 && (first < from || last > to) {
			p.tallies[tallyOutside].note(p.line, p.text(rec, p.day))
			p.tallies[tallyOutside].cover(first, last)
		}
		return first, last, p.day, locale.Text{}
	}
	first, last, is := p.dates.read(cell(rec, p.day))
	p.doubtLine(p.day)
	if is == bad {
		var ok bool
		if first, last, ok = p.dates.period(clean(p.text(rec, p.day)), p.period); ok {
			is = fine
		}
	} else if first == last {
		first, last = periodOf(first, p.period)
	}
	if is != fine {
		// A month that somebody added by hand says less than the range.
		p.noPeriod = !p.someDate && p.starts >= 0 && p.ends >= 0
		return 0, 0, p.day, badDate(is)
	}
	p.someDate = true
	// The report may begin or end inside the period.
	if from != 0 {
		first, last = max(first, from), min(last, to)
		if last < first {
			return 0, 0, p.day, locale.Text{EN: "lies outside the range of the report", FR: "est en dehors de la période du rapport"}
		}
	}
	return first, last, p.day, locale.Text{}
}

// doubtLine notes where the first date with two readings stands.
func (p *parser) doubtLine(column int) {
	if p.dates.doubt != "" && p.dates.line == 0 {
		p.dates.line, p.dates.column = p.line, p.header(column)
	}
}

// periodOf is the period that a platform names by its first day.
func periodOf(day locale.Day, period string) (first, last locale.Day) {
	switch period {
	case "week":
		return day, day + 6
	case "month":
		return day.MonthStart(), day.MonthEnd()
	}
	y, m, _ := day.Time().Date()
	if period == "year" {
		return locale.Date(y, 1, 1), locale.Date(y, 12, 31)
	}
	first = locale.Date(y, (m-1)/3*3+1, 1)
	return first, monthEnd(first, 3)
}

// void reports a row whose status says that it does not count.
func (p *parser) void(rec *record) bool {
	if p.status < 0 || !listed(p.l.platform.Void, p.text(rec, p.status)) {
		return false
	}
	p.skipped++
	p.tallies[tallyVoid].note(p.line, p.text(rec, p.status))
	return true
}

// count gives a measure the value of one row, where the row names what is
// counted and, for orders, has an amount: the other rows of an order have none.
func (p *parser) count(column, measure, amount int, rec *record) {
	if column < 0 {
		return
	}
	p.values[measure], p.has[measure] = 0, false
	if p.named(rec, column) && (amount < 0 || p.has[amount]) {
		p.values[measure], p.has[measure] = p.l.measures[measure].Unit.Scale(), true
	}
}

func badDate(is found) locale.Text {
	if is == missing {
		return locale.Text{EN: "the row has no date", FR: "la ligne n’a pas de date"}
	}
	return locale.Text{
		EN: "is no date: want 2026-03-31, 31/03/2026 or 31 March 2026",
		FR: "n’est pas une date\u00a0: attendu 2026-03-31, 31/03/2026 ou 31 mars 2026",
	}
}

// reject leaves a row out and says why.
func (p *parser) reject(column, value, en, fr string, args ...any) {
	p.rejectText(column, value, say(en, fr, args...))
}

func (p *parser) rejectText(column, value string, message locale.Text) {
	p.leaveOut("row-left-out", column, value, message)
}

func (p *parser) leaveOut(check, column, value string, message locale.Text) {
	p.skipped++
	x := Found(check, message)
	x.Line, x.Column, x.Value, x.Rows = p.line, column, shorten(value), 1
	p.problem(x)
}

func (p *parser) rejectNumber(column int, value string, is found) {
	c := p.numeric[column]
	reject := func(header, value, en, fr string, args ...any) {
		p.leaveOut("bad-number", header, value, say(en, fr, args...))
	}
	switch is {
	case partial:
		reject(c.header, value, "is not a whole number", "n’est pas un nombre entier")
	case negative:
		reject(c.header, value, "is below zero", "est inférieur à zéro")
	case huge:
		reject(c.header, value, "is too large to be true", "est trop grand pour être vrai")
	default:
		sign := locale.Text{EN: "point", FR: "point décimal"}
		if c.decimal == ',' {
			sign = locale.Text{EN: "comma", FR: "virgule décimale"}
		}
		reject(c.header, value, "is no number with a decimal %s, as the other cells of this column are", "n’est pas un nombre à %s, comme le sont les autres cellules de la colonne", sign)
	}
}

func (p *parser) warn(check, en, fr string) {
	x := Found(check, locale.Text{EN: en, FR: fr})
	x.Line = p.line
	p.problem(x)
}

// problem lists a problem, or counts it once there are many; critical ones are
// few and always listed.
func (p *parser) problem(x Problem) {
	if len(p.problems) >= maxProblems && x.Severity != Critical {
		p.moreIssues++
		return
	}
	p.problems = append(p.problems, x)
}

// shorten is a value of the file, fit for a list of problems.
func shorten(v string) string {
	v = strings.Join(strings.Fields(clean(v)), " ")
	if r := []rune(v); len(r) > 80 {
		return string(r[:79]) + "…"
	}
	return v
}
