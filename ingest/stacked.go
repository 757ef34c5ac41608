package ingest

import (
	"bytes"
	"cmp"
	"compress/gzip"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"vigie/internal/locale"
)

// maxStacked is the largest file of several tables, in bytes of text. Those of
// Google Analytics hold a few thousand rows a table.
const maxStacked = 64 << 20

// maxLeft is how many tables that are not read a message names.
const maxLeft = 8

var (
	// rangeLine is a line above a table that gives one end of its range, in
	// whatever language: "# Start date: 20260301".
	rangeLine = regexp.MustCompile(`^"?#[^:]*:\s*\d{8}[",;\s]*$`)
	// ruleLine is how the files begin in which several tables may stand one under
	// the other: those of Google Analytics.
	ruleLine = regexp.MustCompile(`^"?# -{3}`)
)

// Tables lists the tables of a text in which several stand one under the other,
// as in the download of the home page or of an overview of Google Analytics:
// each below lines of its own that begin with # and give its range of days.
// Of any other file it gives nil: that is one export.
//
// A table is listed if it can be read, with the lines at the top of the file
// that are of all of them. Tables with the same days or objects are listed as
// one that has the columns of both, since of two exports of the same days the
// later would replace the earlier. The others are said by the first one's
// Beside. A file of several tables none of which can be read, or one of which
// holds data about people, is a *Refusal.
func Tables(f File, o Options) ([]Member, error) {
	if o.Platform != "" && o.Platform != "ga4" {
		return nil, nil // refused when it is opened
	}
	list, err := stackOf(f, o)
	if err != nil || len(list) < 2 {
		return nil, err
	}
	var read []*stackedTable
	var left []locale.Text
	for _, t := range list {
		why, err := t.look(f, o)
		if err != nil {
			return nil, err
		}
		if why == (locale.Text{}) {
			why = t.mergeInto(read)
		}
		switch {
		case t.merged:
		case why == (locale.Text{}):
			read = append(read, t)
		default:
			left = append(left, say("%s, line %s (%s)", "%s, ligne %s (%s)", quoted(strings.Join(t.header, ", ")), strconv.Itoa(t.line), why))
		}
	}
	if len(read) == 0 && !slices.ContainsFunc(list, func(t *stackedTable) bool { return t.r.layout != nil }) {
		return nil, &Refusal{File: f.Name, Message: say("this file holds %s tables one under the other, in a language that is not read: %s. Set the language of Google Analytics to English or French and download %s",
			"ce fichier contient %s tableaux l’un sous l’autre, dans une langue qui n’est pas lue\u00a0: %s. Mettez Google Analytics en français ou en anglais et téléchargez %s",
			strconv.Itoa(len(list)), firstOf(left), LookupPlatform("ga4").Export)}
	}
	if len(read) == 0 {
		return nil, &Refusal{File: f.Name, Message: say("this file holds %s tables one under the other, and none of them can be used: %s. Download %s",
			"ce fichier contient %s tableaux l’un sous l’autre, et aucun n’est utilisable\u00a0: %s. Téléchargez %s",
			strconv.Itoa(len(list)), firstOf(left), LookupPlatform("ga4").Export)}
	}
	var members []Member
	names := map[string]int{}
	for i, t := range read {
		name := f.Name + "/" + nameOf(t.header)
		if names[name]++; names[name] > 1 {
			name += " (" + strconv.Itoa(names[name]) + ")"
		}
		m := Member{Name: name, ModTime: f.ModTime, Line: t.line, text: t.text()}
		if i == 0 {
			m.Beside = left
		}
		members = append(members, m)
	}
	return members, nil
}

// firstOf lists the first few of many.
func firstOf(list []locale.Text) locale.Text {
	in := func(l locale.Lang) string {
		var parts []string
		for _, t := range list[:min(len(list), maxLeft)] {
			parts = append(parts, t.In(l))
		}
		if more := len(list) - maxLeft; more > 0 {
			parts = append(parts, say("%s more", "%s de plus", strconv.Itoa(more)).In(l))
		}
		return strings.Join(parts, "; ")
	}
	return locale.Text{EN: in(locale.EN), FR: strings.ReplaceAll(in(locale.FR), "; ", "\u00a0; ")}
}

// nameOf is a table's name: its headers, cut to a readable length.
func nameOf(header []string) string {
	name := strings.Join(strings.Fields(clean(strings.Join(header, ", "))), " ")
	if r := []rune(name); len(r) > 60 {
		name = string(r[:59]) + "…"
	}
	return name
}

// stackedTable is one of the tables of a text, by the physical lines of it.
type stackedTable struct {
	top    []textLine // of the file, above all tables
	head   []textLine // its own, that begin with #
	rows   []textLine // its header first
	line   int        // of the header
	header []string

	r      *Reader
	with   []*stackedTable // whose columns it takes in
	merged bool            // another has taken in its columns
}

type textLine struct {
	line int
	text string // with its end, if it has one
}

// stackOf cuts a text into its tables; nil where it is no such text.
func stackOf(f File, o Options) ([]*stackedTable, error) {
	r, err := newReader(f, o)
	if err != nil {
		return nil, err
	}
	defer r.Close()
	list, err := r.stack()
	if err != nil {
		return nil, r.refusal(err)
	}
	return list, nil
}

func (r *Reader) stack() ([]*stackedTable, error) {
	if ok, err := r.startsStack(); !ok || err != nil {
		return nil, err
	}
	start, err := r.start()
	if err != nil {
		return nil, err
	}
	if isGzip(start) {
		if err := r.unpack(); err != nil {
			return nil, err
		}
		if start, err = r.start(); err != nil {
			return nil, err
		}
	}
	enc, sure := sniffEncoding(start, int64(len(start)) == r.file.Size)
	if r.file.Size > maxStacked {
		return nil, r.refuse(0, "this file of Google Analytics is larger than %s MB: download a shorter range", "ce fichier Google Analytics dépasse %s\u00a0Mo\u00a0: téléchargez une période plus courte", strconv.Itoa(maxStacked>>20))
	}
	raw, err := io.ReadAll(decoded(io.NewSectionReader(r.disk, 0, r.file.Size), enc))
	if err != nil {
		return nil, err
	}
	if valid, _ := validUTF8(raw, true); enc == encUTF8 && !sure && valid < len(raw) {
		if raw, err = io.ReadAll(decoded(bytes.NewReader(raw), enc1252)); err != nil {
			return nil, err
		}
	}
	return cutStack(string(raw)), nil
}

// startsStack looks at the first few characters of a file, packed or not, for
// those of a text that may hold several tables.
func (r *Reader) startsStack() (bool, error) {
	start := make([]byte, min(r.file.Size, 1024))
	if n, err := r.disk.ReadAt(start, 0); err != nil && !(err == io.EOF && n == len(start)) {
		return false, r.refusal(err)
	}
	if isGzip(start) {
		z, err := gzip.NewReader(bytes.NewReader(start))
		if err != nil {
			return false, nil // said when it is opened
		}
		unpacked := make([]byte, 64)
		n, _ := io.ReadFull(z, unpacked)
		start = unpacked[:n]
	}
	start = start[:min(len(start), 64)]
	enc, _ := sniffEncoding(start, false)
	text, _ := io.ReadAll(decoded(bytes.NewReader(start), enc))
	return ruleLine.Match(text), nil
}

// cutStack parts a text before each run of lines that begin with # and give a
// range of days. A row may begin with # too, so the sign alone parts nothing.
func cutStack(text string) []*stackedTable {
	var (
		list []*stackedTable
		top  []textLine
		run  []textLine // of lines that begin with #
	)
	end := func() {
		ranged := slices.ContainsFunc(run, func(l textLine) bool { return rangeLine.MatchString(strings.TrimRight(l.text, "\r\n")) })
		switch {
		case len(run) == 0:
		case list == nil: // the first run has the lines of all tables, to its last rule
			cut := 0
			for i, l := range run {
				if ruleLine.MatchString(l.text) {
					cut = i + 1
				}
			}
			top = run[:cut:cut]
			list = append(list, &stackedTable{top: top, head: run[cut:]})
		case ranged:
			list = append(list, &stackedTable{top: top, head: run})
		default:
			t := list[len(list)-1]
			t.rows = append(t.rows, run...)
		}
		run = nil
	}
	number := 0
	for line := range strings.Lines(text) {
		number++
		l := textLine{number, line}
		if strings.HasPrefix(strings.TrimPrefix(line, `"`), "#") {
			run = append(run, l)
			continue
		}
		end()
		if strings.Trim(line, ",;\t \r\n") == "" || list == nil {
			continue
		}
		t := list[len(list)-1]
		t.rows = append(t.rows, l)
	}
	end()
	for _, t := range list {
		if len(t.rows) > 0 {
			t.line = t.rows[0].line
		}
	}
	return slices.DeleteFunc(list, func(t *stackedTable) bool { return len(t.rows) == 0 })
}

// text is the table as a file of its own, each line where it stands in the file
// that it comes from.
func (t *stackedTable) text() []byte {
	var b bytes.Buffer
	at := 1
	put := func(l textLine) {
		for ; at < l.line; at++ {
			b.WriteByte('\n')
		}
		b.WriteString(l.text)
		at += strings.Count(l.text, "\n")
	}
	for _, l := range t.top {
		put(l)
	}
	for _, l := range t.head {
		put(l)
	}
	rows := t.rows
	if len(t.with) > 0 {
		rows = t.joined()
	}
	for _, l := range rows {
		put(l)
	}
	return b.Bytes()
}

// look opens the table; why says what keeps it from being read, if anything
// does. Data about people are a *Refusal.
func (t *stackedTable) look(f File, o Options) (why locale.Text, err error) {
	text := t.text()
	r, err := newReader(File{Name: f.Name, Size: int64(len(text)), ModTime: f.ModTime, R: bytes.NewReader(text)}, o)
	if err != nil {
		return why, err
	}
	if err = r.find(); err == nil {
		err = r.understand()
	}
	r.Close() // nothing is unpacked: it can be read on
	t.r, t.header = r, []string{strings.TrimSpace(t.rows[0].text)}
	for _, rec := range r.widest {
		if rec.line == t.line {
			t.header = rec.cells
		}
	}
	if who := r.personalColumn(t.header); who != "" {
		return why, r.refusePersonal(t.line, who)
	}
	var refusal *Refusal
	switch {
	case err != nil && !errors.As(r.refusal(err), &refusal):
		return why, err
	case len(t.rows) == 1:
		return locale.Text{EN: "no row", FR: "aucune ligne"}, nil
	case r.layout == nil:
		return locale.Text{EN: "headers that are not read", FR: "des en-têtes qui ne sont pas lus"}, nil
	case len(r.layout.measures) == 0:
		return locale.Text{EN: "no figure that adds up", FR: "aucun chiffre qui s’additionne"}, nil
	case err != nil:
		return refusal.Message, nil
	case !r.layout.says(0):
		return say("nobody knows what %s stands for", "on ne sait pas ce que désigne %s", quoted(t.header[0])), nil
	}
	return why, nil
}

// says reports a column that says what a row is about: neither a figure nor
// one that is not understood.
func (l *layout) says(column int) bool {
	c := l.columns[column]
	return c.Measure == "" && c.Role != "" && c.Role != "unused" && !strings.HasPrefix(c.Role, "check:")
}

// mergeInto adds the columns of a table to the one among those that are read
// which has the same rows. why says that it would replace the rows of one and
// cannot be added to it.
func (t *stackedTable) mergeInto(read []*stackedTable) (why locale.Text) {
	for _, other := range read {
		a, b := t.r, other.r
		if a.layout.level() != b.layout.level() || !slices.Equal(a.layout.breakdown(), b.layout.breakdown()) || a.daily() != b.daily() ||
			a.head.from > b.head.to || b.head.from > a.head.to {
			continue
		}
		single := func(l *layout) bool {
			for i := 1; i < len(l.columns); i++ {
				if l.says(i) {
					return false
				}
			}
			return true
		}
		same := a.head.from == b.head.from && a.head.to == b.head.to && normalName(t.header[0]) == normalName(other.header[0])
		if !same || !t.adds(other) || !single(a.layout) || !single(b.layout) || t.records() == nil || other.records() == nil {
			return say("the same days as in line %s", "les mêmes jours qu’à la ligne %s", strconv.Itoa(other.line))
		}
		other.with = append(other.with, t)
		t.merged = true
		return why
	}
	return why
}

// adds reports a column that another table has not, nor those that it takes in.
func (t *stackedTable) adds(other *stackedTable) bool {
	has := map[string]bool{}
	for _, x := range append([]*stackedTable{other}, other.with...) {
		for _, h := range x.header {
			has[normalName(h)] = true
		}
	}
	return slices.ContainsFunc(t.r.layout.measures, func(m boundMeasure) bool { return m.cell >= 0 && !has[normalName(t.header[m.cell])] })
}

func normalName(header string) string {
	name, _ := normalise(header)
	return name
}

// daily reports rows that have a day, or a week or month, each.
func (r *Reader) daily() bool {
	return r.layout.cell("nth_day") >= 0 || slices.ContainsFunc(periods, func(p string) bool { return r.layout.cell(p) >= 0 })
}

// records are the rows of the table, its header first; nil where two begin with
// the same cell, or one is longer than the header.
func (t *stackedTable) records() []headRecord {
	var list []headRecord
	seen := map[string]bool{}
	src := t.r.table()
	for {
		rec, err := src.next()
		if err == io.EOF {
			return list
		}
		if err != nil || rec.long {
			return nil
		}
		if rec.line < t.line {
			continue
		}
		h := headRecord{line: rec.line}
		for _, c := range rec.cells {
			h.cells = append(h.cells, string(c))
		}
		if seen[h.cells[0]] || len(h.cells) > len(t.header) {
			return nil
		}
		seen[h.cells[0]] = true
		list = append(list, h)
	}
}

// joined is the table with the columns of those that it takes in: each row in
// the line where its first cell comes first.
func (t *stackedTable) joined() []textLine {
	rows := t.records()
	at := map[string]int{}
	width := len(t.header)
	for i, rec := range rows {
		at[rec.cells[0]] = i
		rows[i].cells = append(rec.cells, make([]string, width-len(rec.cells))...)
	}
	for _, other := range t.with {
		for j, rec := range other.records() {
			i, ok := at[rec.cells[0]]
			if j == 0 { // the header, whose first cell may be written otherwise
				i, ok = 0, true
			}
			if !ok {
				i = len(rows)
				at[rec.cells[0]] = i
				rows = append(rows, headRecord{line: rec.line, cells: append([]string{rec.cells[0]}, make([]string, width-1)...)})
			}
			rows[i].cells = append(rows[i].cells, rec.cells[1:]...)
		}
		width += len(other.header) - 1
		for i := range rows {
			rows[i].cells = append(rows[i].cells, make([]string, max(0, width-len(rows[i].cells)))...)
		}
	}
	slices.SortStableFunc(rows, func(a, b headRecord) int { return cmp.Compare(a.line, b.line) })
	list := make([]textLine, len(rows))
	delim := string(t.r.text.delim)
	for i, rec := range rows {
		cells := slices.Clone(rec.cells)
		for j, c := range cells {
			if strings.ContainsAny(c, delim+"\"\r\n") || strings.HasPrefix(c, "=") {
				cells[j] = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
			}
		}
		list[i] = textLine{rec.line, strings.Join(cells, delim) + "\n"}
	}
	return list
}

// Table is the SHA-256 of a table by that of its file: what a batch of it is
// known by.
func (m *Member) Table(sha256 string) string { return fmt.Sprintf("%s#%d", sha256, m.Line) }
