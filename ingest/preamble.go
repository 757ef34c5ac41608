package ingest

import (
	"cmp"
	"errors"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"vigie/internal/locale"
)

// understand reads what stands before the header and refuses a report that
// cannot answer anything.
func (r *Reader) understand() error {
	h, l, p := &r.head, r.layout, r.layout.platform
	line := h.records[h.header].line
	if who := r.personalColumn(h.records[h.header].cells); who != "" {
		return r.refusePersonal(line, who)
	}
	if r.typed == nil {
		list, err := r.stack()
		if err != nil {
			return err
		}
		if len(list) > 1 { // see Tables: the rows of the others would be taken for this one's
			return r.refuse(line, "this file holds %s tables one under the other: save each as a file of its own", "ce fichier contient %s tableaux l’un sous l’autre\u00a0: enregistrez chacun dans un fichier à part", strconv.Itoa(len(list)))
		}
	}
	if l.rival != nil {
		other := l.rival.platform
		var words []string
		for _, i := range l.rival.understood() {
			if !slices.Contains(l.understood(), i) {
				words = append(words, l.columns[i].Header)
			}
		}
		return r.refuse(line, "this may be a table of %s, or of %s, which alone has the headers %s: import it with --platform %s or --platform %s",
			"ce tableau peut venir de %s, ou de %s, qui a seul les en-têtes %s\u00a0: importez-le avec --platform %s ou --platform %s",
			p.Label, other.Label, quoted(strings.Join(words, ", ")), p.ID, other.ID)
	}
	h.rows = -1
	if h.header+1 < len(h.records) {
		l.weekdays(h.records[h.header+1].cells)
	}
	unlimited := false
	for _, rec := range h.records[:h.header] {
		text, _ := repair(strings.TrimSpace(strings.Join(rec.cells, string(r.text.delim))))
		text = strings.TrimSpace(strings.TrimLeft(text, "#"))
		if _, sep := afterSep(text); sep || text == "" || strings.Trim(text, "-") == "" || listed(p.Above, text) {
			continue
		}
		unlimited = unlimited || p.allTime(text)
		// A label and what it says may stand in a cell each.
		said := text
		if c := rec.cells; len(c) == 2 && !strings.Contains(c[0], ":") {
			said = strings.TrimSpace(c[0]) + ": " + c[1]
		}
		if known, err := r.statement(rec.line, said); err != nil {
			return err
		} else if known {
			continue
		}
		if from, to, ok, err := r.readRange(rec.line, text); err != nil {
			return err
		} else if ok {
			h.from, h.to = from, to
			continue
		}
		if h.title == "" {
			h.title = strings.Join(strings.Fields(clean(text)), " ")
		}
	}
	if err := r.readFooter(); err != nil {
		return err
	}
	if from, to, ok := rangeOfName(r.file.Name); ok && p.RangeInName && h.from == 0 {
		h.from, h.to = from, to
	}
	if h.from > h.to {
		return r.refuse(0, "the report’s range ends (%s) before it begins (%s)", "la période du rapport finit (%s) avant de commencer (%s)", h.to.String(), h.from.String())
	}
	if len(l.measures) == 0 {
		return r.refuse(line, "this report of %s has no column of figures that add up. Download %s",
			"ce rapport %s n’a aucune colonne de chiffres qui s’additionnent. Téléchargez %s", p.Label, p.Export)
	}
	dated := l.cell("first_day") >= 0 && l.cell("last_day") >= 0 || h.from != 0
	for _, period := range periods {
		dated = dated || l.cell(period) >= 0
	}
	if !dated && unlimited {
		return r.refuse(0, "the range of this report is unlimited, so nobody can tell which days its figures belong to: choose dates in %s, add a split by day, and download it again",
			"la période de ce rapport est illimitée\u00a0: on ne peut pas savoir à quels jours appartiennent ses chiffres. Choisissez des dates dans %s, ajoutez une répartition par jour et téléchargez-le à nouveau", p.Label)
	}
	if !dated {
		return r.refuse(line, "nothing in this report says which days its figures belong to: add a column of days, or keep the lines above the header when you save it",
			"rien dans ce rapport ne dit à quels jours appartiennent ses chiffres\u00a0: ajoutez une colonne de jours, ou gardez les lignes au-dessus de l’en-tête quand vous l’enregistrez")
	}
	h.mark = r.firstMark()
	return nil
}

// statement reads a line such as "Date Generated: September 23, 2026" by the
// platform's table; false where that has no such label.
func (r *Reader) statement(line int, text string) (known bool, err error) {
	h := &r.head
	zone := r.opts.Zone
	if strings.Contains(text, "UTC)") || strings.Contains(text, "GMT") {
		zone = time.UTC
	}
	h.utc = h.utc || zone == time.UTC
	as, value := r.layout.platform.labelled(text)
	if as == "" {
		return false, nil
	}
	if h.utc {
		zone = time.UTC
	}
	value = strings.TrimSpace(strings.TrimSuffix(strings.TrimSuffix(value, "GMT"), "(GMT)"))
	switch as {
	case "unused":
		return true, nil
	case "account":
		h.account = strings.Join(strings.Fields(clean(value)), " ")
		return true, nil
	case "rows":
		h.rows = int64(number(strings.ReplaceAll(value, ",", "")))
		return true, nil
	case "incomplete":
		h.partial = strings.EqualFold(value, "true")
		return true, nil
	case "title":
		h.title = strings.Join(strings.Fields(clean(value)), " ")
		return true, nil
	case "aggregation":
		h.period = map[string]string{"weekly": "week", "monthly": "month", "yearly": "year"}[fold(value)]
		return true, nil
	case "range":
		if a, b, ok := strings.Cut(value, ","); ok { // 1/1/2026,1/31/2026
			value = a + " - " + b
		}
		from, to, ok, err := r.readRange(line, value)
		if err != nil || !ok {
			return ok, err
		}
		h.from, h.to = from, to
		return true, nil
	}
	d := r.newDates()
	day, ok := d.one(value)
	if !ok {
		return false, r.refuse(line, "the date in %s is not understood", "la date dans %s n’est pas comprise", quoted(text))
	}
	switch as {
	case "first_day":
		h.from = day
	case "last_day":
		h.to = day
	case "known_as_of":
		if at, ok := parseInstant(value, d.order, zone); ok {
			h.known = at
		}
	}
	return true, nil
}

// readFooter reads what the platform prints after its table, which may say
// what its rows need: the last records of the file, where it is a text.
func (r *Reader) readFooter() error {
	p := r.layout.platform
	if p.Footer == "" || r.typed != nil {
		return nil
	}
	tail, err := r.lastRecords()
	if err != nil {
		return err
	}
	inside := false
	for _, rec := range tail {
		if inside = inside || p.endsTable(rec.cells[0]); !inside {
			continue
		}
		text := strings.TrimSpace(strings.Join(rec.cells, " "))
		if _, err := r.statement(rec.line, text); err != nil {
			return err
		}
	}
	return nil
}

// lastRecords are the records in the last few thousand bytes of a text; the
// first may be cut. Their lines are not known.
func (r *Reader) lastRecords() ([]headRecord, error) {
	const size = 8 << 10
	from := max(r.file.Size-size, 0)
	from -= from % 4 // whole characters of UTF-16
	text := decoded(io.NewSectionReader(r.disk, from, r.file.Size-from), r.text.encoding)
	src := newSplitter(text, r.text.delim)
	var records []headRecord
	for {
		rec, err := src.next()
		var (
			quote *openQuote
			zeros *zeroBytes
		)
		if err == io.EOF || errors.As(err, &quote) || errors.As(err, &zeros) {
			return records, nil // the cut may lie inside quotes; a damaged end is met again
		}
		if err != nil {
			return nil, err
		}
		h := headRecord{}
		for _, c := range rec.cells {
			h.cells = append(h.cells, string(c))
		}
		records = append(records, h)
	}
}

// endsTable reports the first cell of the first line after the rows.
func (p *Platform) endsTable(cell string) bool {
	return slices.ContainsFunc(p.footers, func(start string) bool { return strings.HasPrefix(cell, start) })
}

// labelled parts "Date Generated: September 23, 2026" by the platform's table.
func (p *Platform) labelled(text string) (as, value string) {
	for i, c := range text {
		if c != ':' && c != '\uff1a' {
			continue
		}
		label, _ := normalise(text[:i])
		for _, h := range p.Preamble {
			for _, name := range strings.Split(h.EN+" | "+h.FR, " | ") {
				if n, _ := normalise(name); n == label {
					return h.As, strings.TrimSpace(text[i+1:])
				}
			}
		}
		break
	}
	return "", ""
}

// newDates makes the reader of one column of dates, or of dates in the preamble.
func (r *Reader) newDates() dates {
	p, l := r.layout.platform, r.layout
	d := dates{order: "dmy", nulls: p.Nulls}
	if prior := p.Dates[l.language]; prior != "" {
		d.order, d.prior = prior, true
	}
	if p.ByHand {
		d.near = r.made()
	}
	if r.order != "" {
		d.order, d.fixed = r.order, true
	}
	if order := cmp.Or(r.opts.Dates, p.mapped().Dates); order != "" {
		d.order, d.fixed, d.proved, d.said = order, true, true, true
	}
	return d
}

// made is the day after which a hand-made table cannot speak of: the day its
// owner says it was made, or that of the file, or today.
func (r *Reader) made() locale.Day {
	today := locale.DayOf(r.opts.Now.In(r.opts.Zone))
	switch mod := locale.DayOf(r.file.ModTime.In(r.opts.Zone)); {
	case r.opts.AsOf != 0:
		return r.opts.AsOf
	case !r.file.ModTime.IsZero() && mod <= today:
		return mod
	}
	return today
}

// readRange reads a range of dates that stands alone on a line.
func (r *Reader) readRange(line int, text string) (from, to locale.Day, ok bool, err error) {
	d := r.newDates()
	a, b, ok := splitRange(text)
	if !ok {
		a, b = text, text
	}
	from, okA := d.one(a)
	to, okB := d.one(b)
	if d.refuted {
		d.order, d.refuted = otherOrder(d.order), false
		from, okA = d.one(a)
		to, okB = d.one(b)
	}
	if !okA || !okB {
		return 0, 0, false, nil
	}
	if d.doubt != "" && !d.proved {
		return 0, 0, false, r.undecidedDates(line, "", d.doubt)
	}
	return from, to, true, nil
}

// nameRange is the range of days that some platforms write at the end of a
// file's name; one of a single day names it once.
var nameRange = regexp.MustCompile(`(20\d\d)\.([01]\d)\.([0-3]\d)(?:-(20\d\d)\.([01]\d)\.([0-3]\d))?\)`)

func rangeOfName(name string) (from, to locale.Day, ok bool) {
	m := nameRange.FindStringSubmatch(name)
	if m == nil {
		return 0, 0, false
	}
	from, okFrom := civil(number(m[1]), number(m[2]), number(m[3]))
	if m[4] == "" {
		return from, from, okFrom
	}
	to, okTo := civil(number(m[4]), number(m[5]), number(m[6]))
	return from, to, okFrom && okTo && from <= to
}

// undecidedDates refuses a file whose dates can be read in two ways.
func (r *Reader) undecidedDates(line int, column, value string) *Refusal {
	a, _, _ := parseDate(value, "dmy")
	b, _, _ := parseDate(value, "mdy")
	where := locale.Text{}
	if column != "" {
		where = say(" in the column %s", " dans la colonne %s", quoted(column))
	}
	return r.refuse(line, "the date %s%s can be %s or %s, and nothing in the file decides: say --dates dmy or --dates mdy",
		"la date %s%s peut être le %s ou le %s, et rien dans le fichier ne tranche\u00a0: précisez --dates dmy ou --dates mdy",
		quoted(value), where, locale.Text{EN: locale.EN.DayLong(a), FR: locale.FR.DayLong(a)}, locale.Text{EN: locale.EN.DayLong(b), FR: locale.FR.DayLong(b)})
}

// firstMark is the first currency sign that stands with an amount, so that rows
// before it have the same currency.
func (r *Reader) firstMark() string {
	at := r.layout.cell("spend")
	if at < 0 {
		return ""
	}
	for _, rec := range r.head.records[r.head.header+1:] {
		if at < len(rec.marks) && rec.marks[at] != "" {
			return rec.marks[at]
		}
		if at < len(rec.cells) {
			if cell := trim([]byte(rec.cells[at])); len(cell) > 0 {
				if _, mark, _, ok := strip(cell); ok && mark != "" {
					return mark
				}
			}
		}
	}
	return ""
}
