package ingest

import (
	"bytes"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// layout is what the columns of one file mean.
type layout struct {
	platform *Platform
	language locale.Lang // of the header; "" where nothing tells
	columns  []Column    // one for each header, for the report
	matched  int         // headers understood
	roles    map[string]int
	measures []boundMeasure
	checks   []boundMeasure
	splits   []split
	suffix   string       // currency in the headers of amounts
	micros   map[int]bool // columns of amounts in millionths
	api      bool         // a program fetched the table
	rival    *layout      // of another platform, which understands more; nil: none
}

// boundMeasure is a measure that a column fills, or a price of it.
type boundMeasure struct {
	Measure
	cell int // -1 where no column fills it alone
}

// split is a breakdown and its column.
type split struct {
	name string
	cell int
}

// heading is a record that may be a header.
type heading struct {
	cells      []string // as they stand, damaged accents undone
	names      []string // normalised
	currencies []string // at the end of each header
	repaired   bool
	api        bool   // all are identifiers, as programs name columns
	above      string // what stands alone on the line above
	nameRanged bool   // it is the first line of a file whose name holds a range of days
}

func newHeading(cells []string) heading {
	h := heading{api: apiShaped(cells)}
	for _, c := range cells {
		c, repaired := repair(c)
		name, currency := normalise(c)
		h.cells, h.names, h.currencies = append(h.cells, c), append(h.names, name), append(h.currencies, currency)
		h.repaired = h.repaired || repaired
	}
	return h
}

// has reports whether all names of a signature are there.
func (h heading) has(signature []string) bool {
	for _, name := range signature {
		if !slices.Contains(h.names, name) {
			return false
		}
	}
	return true
}

// fit reads a header as the platform's own; ok is false where it is not.
// ranged says that a range of dates stands before it; trusted that the user
// named the platform, so that any header with an object and a measure will do.
func (p *Platform) fit(h heading, ranged, trusted bool) (*layout, bool) {
	trusted = trusted || h.nameRanged && p.RangeInName
	table, signed := p.headers, false
	if h.api {
		table, signed = p.api, slices.ContainsFunc(p.signedAPIs, h.has)
	} else {
		signed = slices.ContainsFunc(p.signatures, h.has) || listed(p.Above, h.above)
	}
	hinted := !signed && !h.api && ranged && slices.ContainsFunc(p.ranges, h.has)
	signed = signed || hinted
	if !signed && !trusted {
		return nil, false
	}
	header, names := h.cells, h.names
	l := &layout{platform: p, columns: make([]Column, len(header)), roles: map[string]int{}, micros: map[int]bool{}, api: h.api}
	rank := map[string]int{} // of the header that fills a meaning
	votes := map[locale.Lang]int{}
	for i, name := range names {
		l.columns[i].Header = header[i]
		a, ok := meaning(table[name], names)
		if !ok {
			if comparison(name) {
				l.columns[i].Note = locale.Text{EN: "another period, for comparison: not taken", FR: "autre période, pour comparaison\u00a0: non prise"}
			}
			continue
		}
		l.matched++
		votes[a.lang]++
		before, taken := l.roles[a.As]
		switch {
		case a.As == "unused":
			l.columns[i].Role, l.columns[i].Note = a.As, a.Note
			continue
		case taken && names[before] == name:
			l.columns[i].Note = say("repeats column %s: not taken", "répète la colonne %s\u00a0: non prise", quoted(header[before]))
			continue
		case taken && rank[a.As] <= a.rank:
			l.columns[i].Note = say("column %s is taken instead", "la colonne %s est prise à la place", quoted(header[before]))
			continue
		case taken:
			delete(l.micros, before)
			l.columns[before] = Column{Header: header[before], Note: say("column %s is taken instead", "la colonne %s est prise à la place", quoted(header[i]))}
		}
		l.roles[a.As], rank[a.As] = i, a.rank
		if _, ok := LookupMeasure(a.As); ok {
			l.columns[i].Measure = a.As
		} else {
			l.columns[i].Role = a.As
		}
		l.columns[i].Note = a.Note
		if a.Micros {
			l.micros[i] = true
			l.columns[i].Note = join(a.Note, locale.Text{
				EN: "the amounts are in millionths: divided by 1,000,000",
				FR: "les montants sont en millionièmes\u00a0: divisés par 1\u202f000\u202f000",
			})
		}
	}
	if votes[locale.EN] != votes[locale.FR] {
		l.language = locale.EN
		if votes[locale.FR] > votes[locale.EN] {
			l.language = locale.FR
		}
	}
	l.bind(h.currencies)
	if hinted && 2*l.matched < len(header) {
		return nil, false // a few words that another language shares
	}
	if !signed && h.nameRanged && p.RangeInName {
		return l, l.matched == len(header)
	}
	named := slices.ContainsFunc(levels, func(x levelRole) bool { return l.cell(x.role) >= 0 })
	return l, signed || named && len(l.measures) > 0
}

// rivalOf finds a platform that understands all headers that l does, and more,
// where l's own signature does not tell the two apart.
func rivalOf(l *layout, h heading) *layout {
	for _, id := range l.platform.Rivals {
		rival, ok := LookupPlatform(id).fit(h, false, true)
		if !ok || l.platform.mapping != nil || rival.matched <= l.matched {
			continue
		}
		if !slices.ContainsFunc(l.understood(), func(i int) bool { return !slices.Contains(rival.understood(), i) }) {
			return rival
		}
	}
	return nil
}

// understood are the columns whose headers are the platform's.
func (l *layout) understood() (list []int) {
	table := l.platform.headers
	if l.api {
		table = l.platform.api
	}
	for i, c := range l.columns {
		if name, _ := normalise(c.Header); table[name] != nil {
			list = append(list, i)
		}
	}
	return list
}

// meaning is what a header means beside the others.
func meaning(all []alias, names []string) (alias, bool) {
	var plain alias
	found := false
	for _, a := range all {
		if a.beside == nil {
			plain, found = a, true
		} else if slices.ContainsFunc(a.beside, func(name string) bool { return slices.Contains(names, name) }) {
			return a, true
		}
	}
	return plain, found
}

// bind collects measures, checks and splits in the order of the table of
// measures and of the file. Amounts of another currency than the spend's are
// let go: they may not be mixed.
func (l *layout) bind(currencies []string) {
	if at, ok := l.roles["spend"]; ok {
		l.suffix = currencies[at]
	}
	for i, c := range currencies {
		if l.suffix == "" && c != "" && (l.columns[i].Measure != "" || strings.HasPrefix(l.columns[i].Role, "check:")) {
			l.suffix = c
		}
	}
	for _, m := range Measures {
		if at, ok := l.roles[m.ID]; ok {
			if m.Unit == Money && currencies[at] != "" && currencies[at] != l.suffix {
				l.columns[at] = Column{Header: l.columns[at].Header, Note: say("not in %s as the spend: not taken", "pas en %s comme la dépense\u00a0: non prise", l.suffix)}
				delete(l.roles, m.ID)
				continue
			}
			l.measures = append(l.measures, boundMeasure{m, at})
		}
		if at, ok := l.roles["check:"+m.ID]; ok {
			l.checks = append(l.checks, boundMeasure{m, at})
		}
	}
	for i, c := range l.columns {
		if name, ok := strings.CutPrefix(c.Role, "breakdown:"); ok {
			l.splits = append(l.splits, split{name, i})
		}
	}
	l.sortSplits()
	l.addResults()
	l.deriveSpend()
	l.countRows("order", "orders")
	l.countRows("lead", "leads")
	l.bindShares()
}

// counted is the column whose rows a measure counts; -1 where it has a column of
// its own.
func (l *layout) counted(role, id string) int {
	if m := l.measure(id); m < 0 || l.measures[m].cell >= 0 {
		return -1
	}
	return l.cell(role)
}

// countRows makes room for a measure that counts the rows themselves.
func (l *layout) countRows(role, id string) {
	at := l.cell(role)
	if at < 0 || l.measure(id) >= 0 {
		return
	}
	m, _ := LookupMeasure(id)
	l.measures = append(l.measures, boundMeasure{m, -1})
	slices.SortFunc(l.measures, func(a, b boundMeasure) int { return index[a.ID] - index[b.ID] })
	l.columns[at].Measure, l.columns[at].Role = id, ""
	l.columns[at].Note = join(l.columns[at].Note, locale.Text{EN: "each row is one: they are counted", FR: "chaque ligne en est un\u00a0: elles sont comptées"})
}

// addResults makes room for the measures that a column of mixed results may
// fill, beside those that have a column of their own.
func (l *layout) addResults() {
	at, ok := l.roles["result"]
	if !ok {
		return
	}
	if _, ok := l.roles["result_kind"]; !ok {
		l.columns[at].Note = locale.Text{
			EN: "results of unknown kinds cannot be added up: not taken. Add the column “Result indicator”",
			FR: "des résultats de nature inconnue ne s’additionnent pas\u00a0: non pris. Ajoutez la colonne «\u00a0Indicateur de résultats\u00a0»",
		}
		return
	}
	for _, m := range Measures {
		if l.measure(m.ID) >= 0 {
			continue
		}
		for _, id := range l.platform.Results {
			if id == m.ID {
				l.measures = append(l.measures, boundMeasure{m, -1})
				break
			}
		}
	}
	slices.SortFunc(l.measures, func(a, b boundMeasure) int { return index[a.ID] - index[b.ID] })
}

// deriveSpend makes room for a spend that no column has.
func (l *layout) deriveSpend() {
	cpm, ok := l.roles["check:impressions"]
	if l.measure("spend") >= 0 || !ok || l.measure("impressions") < 0 || !l.platform.SpendFromCPM {
		return
	}
	spend, _ := LookupMeasure("spend")
	l.measures = append(l.measures, boundMeasure{spend, -1})
	slices.SortFunc(l.measures, func(a, b boundMeasure) int { return index[a.ID] - index[b.ID] })
	l.columns[cpm].Measure = "spend"
	l.columns[cpm].Note = locale.Text{
		EN: "the file has no spend: it is derived from CPM × impressions ÷ 1000",
		FR: "le fichier n’a pas de dépense\u00a0: elle est déduite de CPM × impressions ÷ 1000",
	}
}

// figures reports a row that has a digit in some column of figures.
func (l *layout) figures(rec *record) bool {
	return slices.ContainsFunc(l.measures, func(m boundMeasure) bool {
		return bytes.ContainsAny(cell(rec, m.cell), "0123456789")
	})
}

// weekdays makes a split of a column of days whose cells are names of weekdays.
func (l *layout) weekdays(row []string) {
	at := l.cell("day")
	if at < 0 || at >= len(row) || !weekday(fold(row[at])) {
		return
	}
	delete(l.roles, "day")
	l.columns[at].Role = "breakdown:day_of_week"
	l.splits = append(l.splits, split{"day_of_week", at})
	l.sortSplits()
}

func (l *layout) sortSplits() {
	slices.SortFunc(l.splits, func(a, b split) int { return strings.Compare(a.name, b.name) })
}

// join puts two notes beside each other; either may be empty.
func join(a, b locale.Text) locale.Text {
	if a == (locale.Text{}) || b == (locale.Text{}) {
		return locale.Text{EN: a.EN + b.EN, FR: a.FR + b.FR}
	}
	return say("%s; %s", "%s\u00a0; %s", a, b)
}

// measure is the position of a measure among those of the file; -1 where it
// has none.
func (l *layout) measure(id string) int {
	return slices.IndexFunc(l.measures, func(m boundMeasure) bool { return m.ID == id })
}

// cell is the column of a role; -1 where the file has none.
func (l *layout) cell(role string) int {
	if i, ok := l.roles[role]; ok {
		return i
	}
	return -1
}

// object is the role and level of the column that names what stands below or
// beside ad groups; "" where there is none.
func (l *layout) object() (role string, level Level) {
	for _, x := range levels[4:] {
		if l.cell(x.role) >= 0 {
			return x.role, x.level
		}
	}
	return "", ""
}

// level is the finest object of the rows.
func (l *layout) level() Level {
	if _, level := l.object(); level != "" {
		return level
	}
	for i := 3; i > 0; i-- {
		if l.cell(levels[i].role) >= 0 || l.cell(levels[i].role+"_id") >= 0 {
			return levels[i].level
		}
	}
	return LevelAccount
}

// breakdown lists the names of the splits.
func (l *layout) breakdown() []string {
	var names []string
	for _, s := range l.splits {
		names = append(names, s.name)
	}
	return names
}
