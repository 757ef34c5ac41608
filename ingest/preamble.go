package ingest

import (
	"strings"
	"time"

	"vigie/internal/locale"
)

// understand reads what stands before the header and refuses a report that
// cannot answer anything.
func (r *Reader) understand() error {
	h, l, p := &r.head, r.layout, r.layout.platform
	line := h.records[h.header].line
	if who := personalColumn(h.records[h.header].cells); who != "" {
		return r.refusePersonal(line, who)
	}
	unlimited := false
	zone := r.opts.Zone
	for _, rec := range h.records[:h.header] {
		text, _ := repair(strings.TrimSpace(strings.Join(rec.cells, string(r.text.delim))))
		if text == "" || strings.HasPrefix(text, "sep=") {
			continue
		}
		if strings.Contains(text, "UTC)") {
			zone = time.UTC
		}
		unlimited = unlimited || p.allTime(text)
		if as, value := p.labelled(text); as != "" {
			d := r.newDates()
			day, ok := d.one(value)
			if !ok {
				return r.refuse(rec.line, "the date in %s is not understood", "la date dans %s n’est pas comprise", quoted(text))
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
	if h.from > h.to {
		return r.refuse(0, "the report’s range ends (%s) before it begins (%s)", "la période du rapport finit (%s) avant de commencer (%s)", h.to.String(), h.from.String())
	}
	if len(l.measures) == 0 {
		return r.refuse(line, "this report of %s has no column of figures: add impressions, clicks and cost to the table and download it again",
			"ce rapport %s n’a aucune colonne de chiffres\u00a0: ajoutez impressions, clics et coût au tableau et téléchargez-le à nouveau", p.Label)
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

// labelled reads "Date Generated: September 23, 2026" by the platform's table.
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
	if r.order != "" {
		d.order, d.fixed = r.order, true
	}
	if r.opts.Dates != "" {
		d.order, d.fixed, d.proved = r.opts.Dates, true, true
	}
	return d
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
