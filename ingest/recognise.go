package ingest

import (
	"bytes"
	"io"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/locale"
)

// openBook looks for a header in a workbook.
func (r *Reader) openBook() error {
	z, err := openZip(r.file)
	if err != nil {
		return err
	}
	var sheets []sheetRef
	switch documentOf(z) {
	case excelBook:
		r.container = "xlsx"
		if err := checkBook(z, r.file.Size); err != nil {
			return err
		}
		book, err := openWorkbook(z, r.opts.TempDir)
		if err != nil {
			return err
		}
		sheets = book.sheets
	case binaryBook:
		return r.refuse(0, "this is a binary Excel workbook (.xlsb): save it as .xlsx or .csv",
			"c’est un classeur Excel binaire (.xlsb)\u00a0: enregistrez-le en .xlsx ou en .csv")
	case openDocument:
		r.container = "ods"
		if err := checkBook(z, r.file.Size); err != nil {
			return err
		}
		if sheets, err = openSpreadsheet(z); err != nil {
			return err
		}
	case otherOffice:
		return r.refuse(0, "this is a document of an office program, not a workbook: save its table as .xlsx or .csv",
			"c’est un document bureautique, pas un classeur\u00a0: enregistrez son tableau en .xlsx ou en .csv")
	case appleDocument:
		return r.refuse(0, "this is a document of Apple’s Numbers or Pages: export it as .xlsx or .csv (File, Export To)",
			"c’est un document Numbers ou Pages d’Apple\u00a0: exportez-le en .xlsx ou en .csv (Fichier, Exporter vers)")
	default:
		return r.refuse(0, "it is an archive (%s files), and one inside another is not opened: unpack it and import what it holds",
			"c’est une archive (%s fichiers), et une archive dans une autre n’est pas ouverte\u00a0: décompressez-la et importez son contenu", strconv.Itoa(len(z.File)))
	}
	return r.findSheet(sheets)
}

// findSheet takes the first sheet that holds a report, or else the first one
// that holds a hand-made table. What is hidden is not read, since nobody would
// know; other sheets with a report are named.
func (r *Reader) findSheet(sheets []sheetRef) error {
	heads := make([][]headRecord, len(sheets))
	for i, s := range sheets {
		if heads[i] = s.head; s.head == nil {
			src, err := s.open()
			if err != nil {
				return err
			}
			if heads[i], err = readHead(src); err != nil {
				return err
			}
		}
		if !s.hidden && cellsOf(heads[i]) > cellsOf(r.widest) {
			r.widest = heads[i]
		}
	}
	for _, claims := range []func([]headRecord) bool{r.recognise, r.byHand} {
		var best Reader
		for i, s := range sheets {
			switch {
			case s.hidden || !claims(heads[i]):
			case best.layout != nil:
				r.otherSheets = append(r.otherSheets, s.name)
			default:
				best, r.typed = *r, s.open
				if len(sheets) > 1 {
					r.sheet = s.name
				}
			}
		}
		if best.layout != nil {
			r.layout, r.head, r.text, r.blocks = best.layout, best.head, best.text, best.blocks
			return nil
		}
	}
	for i, s := range sheets {
		if s.hidden && (r.recognise(heads[i]) || r.byHand(heads[i])) {
			return r.refuse(0, "the report is in the sheet %s, which is hidden: show it and save the workbook, or save that sheet as .csv",
				"le rapport est dans la feuille %s, qui est masquée\u00a0: affichez-la et enregistrez le classeur, ou enregistrez cette feuille en .csv", quoted(s.name))
		}
	}
	if len(sheets) == 0 {
		return r.explain(nil)
	}
	return r.explain(heads[0])
}

// findTable takes a table that a program wrote: its first record is the header,
// before line 1, and each row after it has a number.
func (r *Reader) findTable(open func() (source, error)) error {
	r.typed = open
	src, err := open()
	if err != nil {
		return err
	}
	if r.widest, err = readHead(src); err != nil {
		return err
	}
	if r.recognise(r.widest) || r.byHand(r.widest) {
		return nil
	}
	return r.explain(r.widest)
}

// leave notes a column that holds what no cell can.
func (r *Reader) leave(name string) {
	r.unread = append(r.unread, Column{Header: name, Note: locale.Text{
		EN: "holds no plain values, but lists, objects or bytes: not taken",
		FR: "ne contient pas de valeurs simples, mais des listes, des objets ou des octets\u00a0: non prise",
	}})
}

// openText finds the encoding, the delimiter and the header of a text.
func (r *Reader) openText(start []byte) error {
	for _, m := range magic {
		if len(start) >= len(m.start) && strings.EqualFold(string(start[:len(m.start)]), m.start) {
			return r.refuse(0, "this is %s", "c’est %s", m.looks)
		}
	}
	if len(start) > 262 && string(start[257:262]) == "ustar" {
		return r.refuse(0, "this is a tar archive: make a .zip of the exports in it, or import them one by one",
			"c’est une archive tar\u00a0: mettez les exports qu’elle contient dans un .zip, ou importez-les un par un")
	}
	whole := int64(len(start)) == r.file.Size
	r.text.encoding, r.text.sure = sniffEncoding(start, whole)
	if err := r.evenSize(); err != nil {
		return err
	}
	r.text.cr = bytes.IndexByte(start, '\n') < 0 && bytes.IndexByte(start, '\r') >= 0
	var (
		best   Reader // the reading that understands most of a header
		broken error
	)
	widestDelim := byte(',')
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
		if cellsOf(records) > cellsOf(r.widest) {
			r.widest, widestDelim = records, r.text.delim
		}
	}
	switch {
	case best.layout != nil:
		r.layout, r.head, r.text = best.layout, best.head, best.text
	case r.widest == nil && broken != nil:
		return broken
	default:
		if r.text.delim = widestDelim; !r.byHand(r.widest) {
			return r.explain(r.widest)
		}
	}
	r.container = "csv"
	if r.text.delim == '\t' {
		r.container = "tsv"
	}
	return nil
}

// evenSize refuses UTF-16 that ends in half a character: the file was cut off,
// perhaps in the middle of a number. Half a line end is no loss.
func (r *Reader) evenSize() error {
	if r.file.Size%2 == 0 || r.text.encoding != encUTF16LE && r.text.encoding != encUTF16BE {
		return nil
	}
	var last [1]byte
	if _, err := r.disk.ReadAt(last[:], r.file.Size-1); err != nil && err != io.EOF {
		return err
	}
	if r.text.encoding == encUTF16LE && (last[0] == '\n' || last[0] == '\r') {
		r.file.Size--
		return nil
	}
	return r.refuse(0, "the file ends in the middle of a character: it was cut off. Export it again",
		"le fichier s’arrête au milieu d’un caractère\u00a0: il est incomplet. Exportez-le à nouveau")
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
	rest, ok := afterSep(strings.Join(records[0].cells, "\x00"))
	if !ok || rest == "" {
		return 0, false
	}
	if rest[0] == 0 {
		return 0, true // this reading's own delimiter parted it
	}
	return rest[0], true
}

// afterSep is what follows the sep= at the start of such a line.
func afterSep(line string) (rest string, ok bool) {
	if len(line) < 4 || !strings.EqualFold(line[:4], "sep=") {
		return "", false
	}
	return line[4:], true
}

// readHead copies the first records of a table.
func readHead(src source) ([]headRecord, error) {
	if c, ok := src.(io.Closer); ok {
		defer c.Close()
	}
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
	stated := map[*Platform]bool{} // its labelled lines were seen
	_, _, nameRanged := rangeOfName(r.file.Name)
	candidates := r.candidates()
	for i, rec := range records {
		h := headingOf(records, i)
		h.nameRanged = nameRanged && i == 0 && len(rec.cells) > 1
		for _, p := range candidates {
			if as, _ := p.labelled(strings.Join(rec.cells, " ")); as != "" {
				stated[p] = true
				continue
			}
			l, ok := p.fit(h, ranged || stated[p], r.opts.Platform != "" && !r.foreign(h))
			if ok && (r.layout == nil || l.matched > r.layout.matched) {
				r.layout, r.text.repair = l, h.repaired
				r.head = head{records: records, header: i}
				if r.opts.Platform == "" {
					l.rival = rivalOf(l, h)
				}
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

// candidates are the platforms that may claim a header: those of the team's own
// mappings first, and only the one that was asked for. A hand-made table is
// looked for where no other claims the file.
func (r *Reader) candidates() []*Platform {
	var list []*Platform
	for i := range r.opts.Mappings {
		list = append(list, r.opts.Mappings[i].platform())
	}
	for _, p := range platforms {
		if r.opts.Platform == p.ID || r.opts.Platform == "" && !p.ByHand {
			list = append(list, p)
		}
	}
	return list
}

// byHand takes the records for a hand-made table: some row among the first is a
// header with a date, an amount spent and another figure, and no kind of file
// that people confuse with a report.
func (r *Reader) byHand(records []headRecord) bool {
	if r.opts.Platform != "" || strangerIn(records) != nil {
		return false
	}
	r.layout, r.blocks = nil, nil
	ranged := false
	for i, rec := range records {
		var blocks *sideBySide
		cells := rec.cells
		if i > 0 {
			if blocks = blocksOf(records[i-1].cells, rec.cells); blocks != nil {
				cells = blocks.header
			}
		}
		h := newHeading(cells)
		h.api = false
		for _, p := range platforms {
			if !p.ByHand {
				continue
			}
			l, _ := p.fit(h, false, true)
			if l != nil && l.enough(ranged) && (r.layout == nil || l.matched > r.layout.matched) {
				r.layout, r.text.repair, r.blocks = l, h.repaired, blocks
				r.head = head{records: records, header: i}
			}
		}
		ranged = ranged || rec.isRange()
	}
	if r.blocks != nil {
		r.head.unpivot(r.blocks)
	}
	return r.layout != nil
}

// unpivot makes the records those that a table side by side is read as. The
// line of the labels is no title.
func (h *head) unpivot(s *sideBySide) {
	h.records = slices.Clone(h.records)
	h.records[h.header-1].cells = []string{""}
	h.records[h.header].cells = s.header
	h.records = h.records[:h.header+1]
}

// enough reports a hand-made header that says when, how much, and for what.
func (l *layout) enough(ranged bool) bool {
	dated := ranged || l.cell("first_day") >= 0 && l.cell("last_day") >= 0
	for _, period := range periods {
		dated = dated || l.cell(period) >= 0
	}
	return dated && l.measure("spend") >= 0 && len(l.measures) > 1
}

// strangerIn is the kind of file that people confuse with a report, if the
// records are of one.
func strangerIn(records []headRecord) *stranger {
	for i := range strangers {
		for j, rec := range records {
			if strangers[i].recognise(newHeading(rec.cells), j == 0) {
				return &strangers[i]
			}
		}
	}
	return nil
}

// foreign reports a header that is another platform's or a stranger's.
func (r *Reader) foreign(h heading) bool {
	for _, p := range platforms {
		l, ok := p.fit(h, false, false)
		if !ok || p.ID == r.opts.Platform {
			continue
		}
		if rival := rivalOf(l, h); rival == nil || rival.platform.ID != r.opts.Platform {
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
			if who := r.personalColumn(rec.cells); who != "" {
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
	if s := strangerIn(records); s != nil {
		return r.refuse(0, "it looks like %s. %s", "il ressemble à %s. %s", s.looks, s.do)
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
	if r.proposable(records) {
		return r.refuse(wide.line, "a table that Vigie does not know (%s…): see how it would read it with vigie import --map, and accept or correct that. Or download %s",
			"un tableau que Vigie ne connaît pas (%s…)\u00a0: voyez comment il le lirait avec vigie import --map, puis acceptez ou corrigez. Ou téléchargez %s",
			quoted(strings.Join(wide.cells[:min(4, len(wide.cells))], ", ")), r.wanted(asked))
	}
	return r.refuse(wide.line, "no line is the header of an advertising report that is read; the widest one says %s. Download %s",
		"aucune ligne n’est l’en-tête d’un rapport publicitaire lu\u00a0; la plus large dit %s. Téléchargez %s",
		quoted(strings.Join(wide.cells[:min(4, len(wide.cells))], ", ")), r.wanted(asked))
}

// wanted says what to download: from the platform that was asked for, or from
// any.
func (r *Reader) wanted(asked *Platform) locale.Text {
	if asked != nil {
		return asked.Export
	}
	return locale.Text{
		EN: "the report from the platform itself, as .csv or .xlsx: vigie help exports says where each one has it",
		FR: "le rapport depuis la plateforme elle-même, en .csv ou .xlsx\u00a0: vigie help exports dit où chacune le propose",
	}
}

// personalColumn is the first header that stands for data about people, but for
// those that the owner of the file has declared: they are dropped.
func (r *Reader) personalColumn(header []string) string {
	for _, h := range header {
		name, _ := normalise(h)
		inside := name[strings.LastIndexByte(name, '.')+1:] // of an object, as user.email
		if (personal[name] || personal[inside] || r.layout != nil && listed(r.layout.platform.Personal, h)) && !r.dropped(name) {
			return h
		}
	}
	return ""
}

// dropped reports a column that its owner declared not to be read, by its
// normalised name.
func (r *Reader) dropped(name string) bool {
	list := r.opts.Drop
	if r.layout != nil {
		for h, as := range r.layout.platform.mapped().Columns {
			if as == Drop {
				list = append(slices.Clone(list), h)
			}
		}
	}
	return slices.ContainsFunc(list, func(h string) bool { n, _ := normalise(h); return n == name })
}

func (r *Reader) refusePersonal(line int, header string) *Refusal {
	return r.refuse(line, "the column %s holds data about people, which advertising statistics do not need: export the report without it, or declare it with --drop: it is then read by nobody, and the file is not kept",
		"la colonne %s contient des données personnelles, dont des statistiques publicitaires n’ont pas besoin\u00a0: exportez le rapport sans elle, ou déclarez-la avec --drop\u00a0: elle n’est alors lue par personne, et le fichier n’est pas gardé", quoted(header))
}
