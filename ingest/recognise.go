package ingest

import (
	"bytes"
	"io"
	"slices"
	"strings"

	"vigie/internal/locale"
)

// openBook looks for a header in the sheets of a workbook.
func (r *Reader) openBook() error {
	r.container = "xlsx"
	book, err := openWorkbook(r.file)
	if err != nil {
		return err
	}
	r.book = book
	var first []headRecord
	for _, ref := range book.sheets {
		r.ref = ref
		src, err := book.sheet(ref)
		if err != nil {
			return err
		}
		records, err := readHead(src)
		src.Close()
		if err != nil {
			return err
		}
		if r.recognise(records) {
			return nil
		}
		if first == nil {
			first = records
		}
	}
	return r.explain(first)
}

// openText finds the encoding, the delimiter and the header of a text.
func (r *Reader) openText(start []byte) error {
	for _, m := range magic {
		if len(start) >= len(m.start) && strings.EqualFold(string(start[:len(m.start)]), m.start) {
			return r.refuse(0, "this is %s", "c’est %s", m.looks)
		}
	}
	whole := int64(len(start)) == r.file.Size
	r.text.encoding, r.text.sure = sniffEncoding(start, whole)
	r.text.cr = bytes.IndexByte(start, '\n') < 0 && bytes.IndexByte(start, '\r') >= 0
	var (
		best   Reader // the reading that understands most of a header
		widest []headRecord
		broken error
	)
	for _, r.text.delim = range []byte("\t,;|") {
		records, err := readHead(r.open())
		if err != nil && len(records) == 0 {
			broken = err
			continue
		}
		if hint, ok := separatorLine(records); ok && hint != r.text.delim && hint != 0 {
			continue
		}
		if r.recognise(records) && (best.layout == nil || r.layout.matched > best.layout.matched) {
			best = *r
		}
		if cellsOf(records) > cellsOf(widest) {
			widest = records
		}
	}
	switch {
	case best.layout != nil:
		r.layout, r.head, r.text = best.layout, best.head, best.text
	case widest == nil && broken != nil:
		return broken
	default:
		return r.explain(widest)
	}
	r.container = "csv"
	if r.text.delim == '\t' {
		r.container = "tsv"
	}
	return nil
}

// cellsOf is the width of the widest record.
func cellsOf(records []headRecord) int {
	n := 0
	for _, rec := range records {
		n = max(n, len(rec.cells))
	}
	return n
}

// separatorLine reads a first line sep=; that names the delimiter.
func separatorLine(records []headRecord) (delim byte, ok bool) {
	if len(records) == 0 {
		return 0, false
	}
	rest, ok := strings.CutPrefix(strings.Join(records[0].cells, "\x00"), "sep=")
	if !ok || rest == "" {
		return 0, false
	}
	if rest[0] == 0 {
		return 0, true // this reading's own delimiter parted it
	}
	return rest[0], true
}

// readHead copies the first records of a table.
func readHead(src source) ([]headRecord, error) {
	var records []headRecord
	for len(records) < headRows {
		rec, err := src.next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return records, err
		}
		h := headRecord{line: rec.line}
		for i, c := range rec.cells {
			h.cells = append(h.cells, string(c))
			if rec.kinds != nil {
				h.marks = append(h.marks, rec.kinds[i].currency)
			}
		}
		for len(h.cells) > 1 && strings.TrimSpace(h.cells[len(h.cells)-1]) == "" {
			h.cells = h.cells[:len(h.cells)-1]
		}
		records = append(records, h)
	}
	return records, nil
}

// recognise looks for the header among the first records. Of several platforms
// that claim one the one that understands most of it wins.
func (r *Reader) recognise(records []headRecord) bool {
	r.layout = nil
	ranged := false
	for i, rec := range records {
		h := headingOf(records, i)
		for _, p := range platforms {
			if r.opts.Platform != "" && p.ID != r.opts.Platform {
				continue
			}
			l, ok := p.fit(h, ranged, r.opts.Platform != "" && !r.foreign(h))
			if ok && (r.layout == nil || l.matched > r.layout.matched) {
				r.layout, r.text.repair = l, h.repaired
				r.head = head{records: records, header: i}
			}
		}
		ranged = ranged || rec.isRange()
	}
	return r.layout != nil
}

// headingOf is a record that may be a header, with what stands above it.
func headingOf(records []headRecord, i int) heading {
	h := newHeading(records[i].cells)
	if i > 0 && len(records[i-1].cells) == 1 {
		h.above = records[i-1].cells[0]
	}
	return h
}

// foreign reports a header that is another platform's or a stranger's.
func (r *Reader) foreign(h heading) bool {
	for _, p := range platforms {
		if _, ok := p.fit(h, false, false); ok && p.ID != r.opts.Platform {
			return true
		}
	}
	return slices.ContainsFunc(strangers, func(s stranger) bool { return s.recognise(h, true) })
}

// isRange reports a line that is a range of dates, or a platform's words for an
// unlimited one.
func (h headRecord) isRange() bool {
	line := strings.Join(h.cells, ",")
	if len(line) > 100 {
		return false
	}
	if slices.ContainsFunc(platforms, func(p *Platform) bool { return p.allTime(line) }) {
		return true
	}
	a, b, ok := splitRange(line)
	if !ok {
		return false
	}
	_, _, okA := parseDate(a, "dmy")
	_, _, okB := parseDate(b, "dmy")
	return okA && okB
}

func (p *Platform) allTime(line string) bool { return listed(p.AllTime, line) }

// explain refuses a file in which no header was found, in words about what it
// looks like.
func (r *Reader) explain(records []headRecord) *Refusal {
	if len(records) == 0 {
		return r.refuse(0, "the file is empty", "le fichier est vide")
	}
	// Data about people come first, whatever else the file is.
	for _, rec := range records {
		if len(rec.cells) > 1 {
			if who := personalColumn(rec.cells); who != "" {
				return r.refusePersonal(rec.line, who)
			}
			break
		}
	}
	for _, p := range platforms {
		if len(records[0].cells) == 1 && listed(p.NoData, records[0].cells[0]) {
			return r.refuse(0, "it looks like an empty report of %s: there was no delivery in its range of days, so there is nothing to import",
				"il ressemble à un rapport %s vide\u00a0: la période n’a aucune diffusion, il n’y a donc rien à importer", p.Label)
		}
	}
	asked := LookupPlatform(r.opts.Platform)
	ranged := false
	headings := make([]heading, len(records))
	for i, rec := range records {
		headings[i] = headingOf(records, i)
		for _, p := range platforms {
			if l, ok := p.fit(headings[i], ranged, false); ok && asked != nil && p != asked && l.matched > 1 {
				return r.refuse(rec.line, "not a report of %s: it looks like one of %s. Import it with --platform %s, or without the flag",
					"pas un rapport %s\u00a0: il ressemble à un rapport %s. Importez-le avec --platform %s, ou sans l’option", asked.Label, p.Label, p.ID)
			}
		}
		ranged = ranged || rec.isRange()
	}
	for _, s := range strangers {
		for i := range records {
			if s.recognise(headings[i], i == 0) {
				return r.refuse(0, "it looks like %s. %s", "il ressemble à %s. %s", s.looks, s.do)
			}
		}
	}
	first := records[0]
	single := !slices.ContainsFunc(records, func(h headRecord) bool { return len(h.cells) > 1 })
	switch {
	case single && strings.HasSuffix(strings.TrimSpace(first.cells[0]), "UTC)"):
		return r.refuse(0, "it looks like an empty LinkedIn report: the range of days has no delivery, so there is nothing to import",
			"il ressemble à un rapport LinkedIn vide\u00a0: la période n’a aucune diffusion, il n’y a donc rien à importer")
	case len(records) > 2 && len(first.cells) == 1 && len(records[1].cells) == 1 && len(records[2].cells) > 4:
		return r.refuse(records[2].line, "it looks like a Google Ads table in a language that is not read: set the language of Google Ads to English or French and download it again",
			"il ressemble à un tableau Google Ads dans une langue qui n’est pas lue\u00a0: mettez Google Ads en français ou en anglais et téléchargez-le à nouveau")
	}
	wide := slices.MaxFunc(records, func(a, b headRecord) int { return len(a.cells) - len(b.cells) })
	if apiShaped(wide.cells) {
		return r.refuse(wide.line, "it looks like a table that a program fetched (%s…), of a kind that is not read. Download %s",
			"il ressemble à une table récupérée par un programme (%s…), d’une sorte qui n’est pas lue. Téléchargez %s", quoted(strings.Join(wide.cells[:3], ", ")), r.wanted(asked))
	}
	if like := nearest(newHeading(wide.cells)); len(like) > 0 {
		export, flag := like[0].Export, locale.Same("--platform "+like[0].ID)
		if len(like) > 1 {
			var ids []string
			for _, p := range like {
				ids = append(ids, p.ID)
			}
			export, flag = r.wanted(nil), say("--platform with one of these: %s", "--platform suivi d’un de ceux-ci\u00a0: %s", strings.Join(ids, ", "))
		}
		return r.refuse(wide.line, "it looks like a table made by hand (%s…): such tables are not read yet. Download %s; if this is one that was changed by hand, say %s",
			"il ressemble à un tableau fait à la main (%s…)\u00a0: ces tableaux ne sont pas encore lus. Téléchargez %s\u00a0; si c’en est un qui a été retouché à la main, précisez %s",
			quoted(strings.Join(wide.cells[:min(4, len(wide.cells))], ", ")), export, flag)
	}
	return r.refuse(wide.line, "no line is the header of an advertising report that is read; the widest one says %s. Download %s",
		"aucune ligne n’est l’en-tête d’un rapport publicitaire lu\u00a0; la plus large dit %s. Téléchargez %s",
		quoted(strings.Join(wide.cells[:min(4, len(wide.cells))], ", ")), r.wanted(asked))
}

// nearest are the platforms that understand most of a header that is none of
// their own; none where no one finds two measures in it.
func nearest(h heading) (best []*Platform) {
	most := 0
	for _, p := range platforms {
		l, _ := p.fit(h, false, true)
		switch {
		case l == nil || len(l.measures) < 2 || l.matched < most:
		case l.matched > most:
			best, most = []*Platform{p}, l.matched
		default:
			best = append(best, p)
		}
	}
	return best
}

// wanted says what to download: from the platform that was asked for, or from
// any.
func (r *Reader) wanted(asked *Platform) locale.Text {
	if asked != nil {
		return asked.Export
	}
	var labels []string
	for _, p := range platforms {
		labels = append(labels, p.Label)
	}
	return say("a report of %s from the platform itself, as .csv or .xlsx", "un rapport %s depuis la plateforme elle-même, au format .csv ou .xlsx",
		locale.Text{EN: strings.ReplaceAll(locale.EN.Join(labels), " and ", " or "), FR: strings.ReplaceAll(locale.FR.Join(labels), " et ", " ou ")})
}

// personalColumn is the first header that stands for data about people.
func personalColumn(header []string) string {
	for _, h := range header {
		if name, _ := normalise(h); personal[name] {
			return h
		}
	}
	return ""
}

func (r *Reader) refusePersonal(line int, header string) *Refusal {
	return r.refuse(line, "the column %s holds data about people, which advertising statistics do not need: remove it, or export the report without it",
		"la colonne %s contient des données personnelles, dont des statistiques publicitaires n’ont pas besoin\u00a0: supprimez-la, ou exportez le rapport sans elle", quoted(header))
}
