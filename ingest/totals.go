package ingest

import (
	"math"
	"slices"
	"strings"
	"unicode"

	"vigie/internal/locale"
)

// totalsRow is a sum that the file prints among its rows. It is never data: it
// is compared with the rows at the end.
type totalsRow struct {
	line     int
	label    string
	day      locale.Day // the day it sums up; zero: all
	splits   []string   // the values it is limited to; "" for all
	account  string
	currency string
	sums     *sums
	above    [2]*sums // where totals stand anywhere: all rows above it, and those since the total before
	segment  bool     // limited to some day or value
	of       []string // which
}

// title is the label, with what it is limited to.
func (t *totalsRow) title() string {
	if len(t.of) == 0 {
		return t.label
	}
	return t.label + " (" + strings.Join(t.of, ", ") + ")"
}

// totalsLabel recognises a labelled totals row by the label in one of the first
// three cells and the empty names. Where the label stands in the only column of
// names it could be the name itself: then nothing else in the row may be text.
func (p *parser) totalsLabel(rec *record) (label string, ok bool) {
	labels := p.l.platform.Totals.Labels
	if p.l.platform.Totals.Anywhere {
		return p.handTotal(rec)
	}
	if len(labels) == 0 || p.r.campaign[rec.line] {
		return "", false
	}
	for i := range min(3, len(rec.cells)) {
		c := rec.cells[i]
		if len(c) < 5 || !slices.ContainsFunc(labels, func(l string) bool { return l[0] == c[0] }) {
			continue
		}
		text := strings.Join(strings.Fields(string(c)), " ")
		if !slices.ContainsFunc(labels, func(l string) bool { return strings.HasPrefix(text, l) }) {
			continue
		}
		for _, at := range append([]int{p.day}, p.names...) {
			if at >= 0 && at != i && p.named(rec, at) {
				return "", false
			}
		}
		if len(p.names) == 1 && p.names[0] == i && !p.l.platform.scope(text) {
			if p.hasWords(rec, i, scopeOf(text)) {
				return "", false
			}
			p.maybeTotals = append(p.maybeTotals, rec.line)
		}
		return text, true
	}
	return "", false
}

// beyond recognises a sum by a word in a cell beyond the last column, which is
// taken off.
func (p *parser) beyond(rec *record, columns int) (label string, ok bool) {
	words := p.l.platform.Totals.Beyond
	if words == "" || len(rec.cells) != columns+1 {
		return "", false
	}
	label = strings.TrimSpace(string(rec.cells[columns]))
	if !listed(words, label) {
		return "", false
	}
	rec.cells = rec.cells[:columns]
	return label, true
}

// handTotal recognises a sum that somebody put among the rows: a name or a date
// of the row begins with one of the words for it. A campaign may bear such a
// name: a row that has a date of its own is none, unless the word stands there.
func (p *parser) handTotal(rec *record) (label string, ok bool) {
	dated := p.day >= 0 && p.dates.understands(cell(rec, p.day))
	for i, c := range rec.cells {
		if i > 3 && ok || len(c) == 0 || c[0] >= '0' && c[0] <= '9' {
			continue
		}
		text := strings.Join(strings.Fields(string(c)), " ")
		word := fold(text)
		if strings.HasPrefix(word, "total") || strings.HasPrefix(word, "sous-total") || strings.HasPrefix(word, "sous total") ||
			strings.HasPrefix(word, "subtotal") || strings.HasPrefix(word, "sub-total") || strings.HasPrefix(word, "grand total") || strings.HasPrefix(word, "cumul") || strings.HasPrefix(word, "somme") {
			return text, !dated
		}
	}
	return "", false
}

// hasWords reports a text in a row of totals that only a row of data has. The
// value of a split, a currency and the scope's own name ("Search" under
// Campaign type) are in both.
func (p *parser) hasWords(rec *record, label int, scope string) bool {
	for i := range rec.cells {
		if i == label || slices.ContainsFunc(p.l.splits, func(s split) bool { return s.cell == i }) ||
			slices.ContainsFunc(p.numeric, func(c numericColumn) bool { return c.cell == i }) {
			continue
		}
		if text := p.name(rec, i); text != scope && currenciesOf(text) == nil && strings.ContainsFunc(text, unicode.IsLetter) {
			return true
		}
	}
	return false
}

// scopeOf is what a label is the total of: "Account" in "Total: Account".
func scopeOf(label string) string {
	_, scope, _ := strings.Cut(label, ":")
	return strings.TrimSpace(scope)
}

// blank recognises a totals row by its empty names and splits; where the table
// has none of these, by its empty date.
func (p *parser) blank(rec *record) bool {
	for _, at := range p.names {
		if p.named(rec, at) {
			return false
		}
	}
	for _, s := range p.l.splits {
		if p.named(rec, s.cell) {
			return false
		}
	}
	if len(p.names)+len(p.l.splits) == 0 && (p.day < 0 || p.named(rec, p.day)) {
		return false
	}
	return p.anyNumber(rec)
}

// named reports a cell that holds something.
func (p *parser) named(rec *record, column int) bool {
	return !isNull(trim(cell(rec, column)), p.l.platform.Nulls)
}

// anyNumber reports a row that holds some figure, before its numbers are read.
func (p *parser) anyNumber(rec *record) bool {
	for i := range p.numeric {
		if p.named(rec, p.numeric[i].cell) {
			return true
		}
	}
	return false
}

// noTotals is met where a row follows totals whose label stands in a column of
// names. Totals of such a platform end its table, so they were names.
func (p *parser) noTotals() error {
	lines := p.maybeTotals
	return &refuted{lines[0], "a name that looks like a total", func(r *Reader) {
		for _, l := range lines {
			r.campaign[l] = true
		}
	}}
}

// keepTotals puts a totals row aside.
func (p *parser) keepTotals(rec *record, label string) {
	if len(p.totals) >= maxTotals {
		p.moreTotals++
		return
	}
	t := totalsRow{line: p.line, label: label, sums: newSums(len(p.l.measures))}
	if p.r.blocks != nil {
		p.moreTotals++ // of its block alone, whose rows stand among those of the others
		return
	}
	if p.l.platform.Totals.Anywhere {
		t.above = [2]*sums{p.all.clone(), p.since.clone()}
		*p.since = *newSums(len(p.l.measures))
	}
	for i, m := range p.l.measures {
		if p.has[i] && m.Additive && m.cell >= 0 {
			t.sums.values[i], t.sums.seen[i] = p.values[i], true
		}
	}
	if p.period == "day" || p.day < 0 && p.starts >= 0 {
		from, to := p.day, p.day
		if p.day < 0 {
			from, to = p.starts, p.ends
		}
		first, _, is := p.dates.read(cell(rec, from))
		if last, _, end := p.dates.read(cell(rec, to)); is == fine && end == fine && first == last {
			t.day, t.segment, t.of = first, true, append(t.of, first.String())
		}
	}
	for _, s := range p.l.splits {
		value := p.name(rec, s.cell)
		t.splits = append(t.splits, value)
		if value != "" {
			t.segment, t.of = true, append(t.of, value)
		}
	}
	if t.account = p.name(rec, p.l.cell("account")); t.account == label {
		t.account = ""
	}
	t.currency = p.name(rec, p.l.cell("currency"))
	if label == "" {
		t.label = "Total"
	}
	p.totals = append(p.totals, t)
}

// accountWide reports a scope that covers the whole account.
func (p *Platform) accountWide(label string) bool { return listed(p.Totals.Account, scopeOf(label)) }

// scope reports a label that the platform is known to print.
func (p *Platform) scope(label string) bool {
	return p.accountWide(label) || listed(p.Totals.Scopes, scopeOf(label))
}

// listed finds a word in a list whose entries " | " separates, whatever their
// case and accents.
func listed(list, word string) bool {
	word = fold(word)
	return word != "" && slices.ContainsFunc(strings.Split(list, " | "), func(w string) bool { return fold(w) == word })
}

// rowsOf adds up the rows that a totals row speaks of. ok is false where they
// were not kept apart.
func (p *parser) rowsOf(t *totalsRow, only *stream) (rows *sums, ok bool) {
	rows = newSums(len(p.l.measures))
	if t.day != 0 {
		if only != nil || slices.ContainsFunc(t.splits, func(v string) bool { return v != "" }) {
			return nil, false
		}
		day := p.byDay[t.day]
		if day == nil {
			return rows, len(p.byDay) < maxDays
		}
		return day, true
	}
	for _, st := range p.streams {
		if only != nil && st != only || t.currency != "" && st.Currency != t.currency || t.account != "" && st.Account != t.account {
			continue
		}
		for _, g := range st.groups {
			if !t.covers(g.splits) {
				continue
			}
			if rows.merge(&g.sums, p.l.measures) != nil {
				return nil, false
			}
		}
		if st.rest != nil && (t.segment || rows.merge(st.rest, p.l.measures) != nil) {
			return nil, false
		}
	}
	return rows, true
}

func (t *totalsRow) covers(splits []string) bool {
	for i, v := range t.splits {
		if v != "" && v != splits[i] {
			return false
		}
	}
	return true
}

// speaksOf reports whether a totals row is limited to one stream's account or
// currency.
func (t *totalsRow) speaksOf(st *stream) bool {
	return (t.currency == "" || t.currency == st.Currency) && (t.account == "" || t.account == st.Account)
}

// control compares totals rows with the rows they cover; of one stream where
// only is given.
func (p *parser) control(only *stream) Control {
	c := Control{Status: ControlAbsent}
	narrowest := ""
	held, wider, broken := false, false, false
	for i := range p.totals {
		t := &p.totals[i]
		if only != nil && (len(p.streams) > 1 && t.currency == "" && t.account == "" || !t.speaksOf(only)) {
			continue
		}
		rows, ok := p.rowsOf(t, only)
		if !ok {
			continue
		}
		status, share := p.compare(rows, t.sums)
		if t.above[0] != nil {
			status, share = p.compareAbove(t)
		}
		if status == ControlAbsent {
			continue
		}
		account := p.l.platform.accountWide(t.label)
		if narrowest == "" && (!t.segment || p.l.platform.Totals.Blank) {
			narrowest = t.label
		}
		// The table's own total, all blank ones and those of a hand-made table
		// are sums of rows.
		own := !account && (p.l.platform.Totals.Blank || t.above[0] != nil || t.label == narrowest)
		switch {
		case status == ControlMatch:
			held = held || own || account
		case own:
			status, broken = ControlMismatch, true
		case status == ControlWider:
			wider = true
		case account && !t.segment:
			status, broken = ControlMismatch, true
		}
		if len(c.Scopes) < maxScopes || status == ControlMismatch && len(c.Scopes) < 2*maxScopes {
			c.Scopes = append(c.Scopes, Scope{Label: t.title(), Line: t.line, Sums: t.sums.byID(p.l.measures), Status: status, Share: share})
		}
	}
	switch {
	case broken:
		c.Status = ControlMismatch
	case held:
		c.Status = ControlMatch
	case wider:
		c.Status = ControlWider
	}
	return c
}

// maxScopes is how many totals rows a report lists.
const maxScopes = 100

// compare holds what a totals row prints against the rows: counts exactly,
// amounts and fractions within the rounding of that many rows. share is rows ÷
// total where the total is wider.
func (p *parser) compare(rows, total *sums) (status ControlStatus, share float64) {
	equal, larger, any := true, true, false
	slack := int64(math.Max(20_000, 10_000*math.Sqrt(float64(rows.rows))))
	for i, m := range p.l.measures {
		if !total.seen[i] || !m.Additive {
			continue
		}
		any = true
		tolerance := slack
		if m.Unit == Count {
			tolerance = 0
		}
		diff := total.values[i] - rows.values[i]
		equal = equal && diff <= tolerance && -diff <= tolerance
		larger = larger && -diff <= tolerance
	}
	switch {
	case !any:
		return ControlAbsent, 0
	case equal:
		return ControlMatch, 0
	case !larger:
		return ControlPart, 0
	}
	for _, i := range []int{p.spend, p.impr} {
		if i >= 0 && total.seen[i] && total.values[i] > rows.values[i] {
			return ControlWider, float64(rows.values[i]) / float64(total.values[i])
		}
	}
	return ControlWider, 0
}

// compareAbove holds a total of a hand-made table against the rows above it: all
// of them, or those since the total before.
func (p *parser) compareAbove(t *totalsRow) (status ControlStatus, share float64) {
	for _, rows := range t.above {
		if status, share = p.compare(rows, t.sums); status == ControlMatch || status == ControlAbsent {
			return status, share
		}
	}
	return status, share
}

// complete reports that the rows are all there is in the account: their sum is
// the account's.
func (p *parser) complete() bool {
	if p.r.opts.Complete {
		return true
	}
	if !p.l.level().Nests() {
		return false
	}
	for i := range p.totals {
		t := &p.totals[i]
		if t.segment || !p.l.platform.accountWide(t.label) {
			continue
		}
		rows, ok := p.rowsOf(t, nil)
		if status, _ := p.compare(rows, t.sums); !ok || status != ControlMatch {
			return false
		}
		return true
	}
	return false
}
