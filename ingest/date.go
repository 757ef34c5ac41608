package ingest

import (
	"bytes"
	"fmt"
	"strings"
	"time"
	"unicode"

	"vigie/internal/locale"
)

// dates reads the cells of one column of dates. It holds the hypothesis on
// whether day or month comes first where only digits are written, and what the
// cells so far said about it.
type dates struct {
	nulls   []string // the platform's words for a missing value
	order   string   // the reading in use, dmy or mdy
	fixed   bool
	prior   bool       // language or platform suggest it
	near    locale.Day // where people leave years out: the latest day that can be meant; else zero
	guessed int64      // dates whose year was left out
	from    locale.Day // where the file declares a range, its days
	to      locale.Day
	proved  bool
	refuted bool
	doubt   string // the first one with two readings that nothing decides
	line    int    // where it stands
	column  string

	said    bool   // a person said which order it is
	against int64  // cells that only the other order could hold, once this one was settled
	odd     string // the first of them

	last    [10]byte // the last ISO date read
	lastDay locale.Day
}

func otherOrder(order string) string {
	if order == "dmy" {
		return "mdy"
	}
	return "dmy"
}

// read gives the day, or the first and last day, that a cell holds.
func (d *dates) read(cell []byte) (first, last locale.Day, is found) {
	if len(cell) == 10 && [10]byte(cell) == d.last {
		return d.lastDay, d.lastDay, fine
	}
	if day, ok := isoDay(cell); ok {
		d.last, d.lastDay = [10]byte(cell), day
		return day, day, fine
	}
	if i := bytes.IndexByte(cell, '|'); i > 0 {
		cell = cell[:i] // an hour of the day stands behind
	}
	s := strings.TrimSpace(clean(string(cell)))
	if isNull([]byte(s), d.nulls) {
		return 0, 0, missing
	}
	if day, ok := d.one(s); ok {
		return day, day, fine
	}
	a, b, ok := splitRange(s)
	if !ok {
		return 0, 0, bad
	}
	first, okA := d.one(a)
	last, okB := d.one(b)
	if !okA || !okB || last < first {
		return 0, 0, bad
	}
	return first, last, fine
}

// understands reports a cell that holds a date, without learning from it.
func (d *dates) understands(cell []byte) bool {
	c := *d
	_, _, is := c.read(cell)
	return is == fine
}

// withYear adds the year that people leave out of a date: the latest that does
// not make it lie after the file was made.
func (d *dates) withYear(s string) (string, bool) {
	if d.near == 0 {
		return s, false
	}
	words, rest := dateWords(s)
	if len(words) != 2 || rest != "" {
		return s, false
	}
	if a, b := number(words[0]), number(words[1]); a < 0 && months[words[0]] == 0 || b < 0 && months[words[1]] == 0 {
		return s, false
	}
	year, _, _ := d.near.Time().Date()
	for _, y := range []int{year, year - 1} {
		full := fmt.Sprintf("%s/%s/%d", words[0], words[1], y)
		if day, _, ok := parseDate(full, d.order); ok && day <= d.near {
			return full, true
		}
	}
	return s, false
}

// one reads a single date by the column's hypothesis.
func (d *dates) one(s string) (locale.Day, bool) {
	if full, added := d.withYear(s); added {
		s = full
		d.guessed++
	}
	day, digits, ok := parseDate(s, d.order)
	if ok && !digits {
		return day, true // no other way to read it
	}
	if d.proved {
		if !ok {
			d.contradict(s)
		}
		return day, ok
	}
	other, _, okOther := parseDate(s, otherOrder(d.order))
	// A day outside the range that the file itself declares was read wrongly.
	inside, insideOther := ok && d.within(day), okOther && d.within(other)
	switch {
	case inside && insideOther && day != other:
		if d.doubt == "" && !d.prior {
			d.doubt = s
		}
	case inside && !insideOther:
		d.proved = true
	case insideOther && !inside && !d.fixed:
		d.refuted = true
	case insideOther && !ok:
		d.contradict(s)
	}
	return day, ok
}

// contradict notes a date that only the other order can hold.
func (d *dates) contradict(s string) {
	if _, _, ok := parseDate(s, otherOrder(d.order)); !ok || d.said {
		return
	}
	if d.against++; d.against == 1 {
		d.odd = s
	}
}

func (d *dates) within(day locale.Day) bool {
	return d.from == 0 || d.from <= day && day <= d.to
}

// isoDay reads 2026-03-01 and nothing else.
func isoDay(b []byte) (locale.Day, bool) {
	if len(b) != 10 || b[4] != '-' || b[7] != '-' {
		return 0, false
	}
	num := func(lo, hi int) (v int) {
		for _, c := range b[lo:hi] {
			d := c - '0'
			if d > 9 {
				return -1
			}
			v = v*10 + int(d)
		}
		return v
	}
	return civil(num(0, 4), num(5, 7), num(8, 10))
}

// civil is the day of a date that exists, from 2000 to 2099: no export is
// older, and a later year is a mistake.
func civil(y, m, d int) (locale.Day, bool) {
	if y < 2000 || y > 2099 || m < 1 || m > 12 || d < 1 || d > 31 || d > 28 && d > monthDays(y, m) {
		return 0, false
	}
	// Days from 1 March 2000, of a year that begins in March (the last month
	// is then the odd one), plus the days from 1970 to it.
	y -= 2000
	m = (m + 9) % 12
	if m > 9 {
		y--
	}
	leap := (y+4)/4 - 1 // -1 for January and February of 2000
	return locale.Day(11017 + 365*y + leap + (m*306+5)/10 + d - 1), true
}

func monthDays(y, m int) int {
	switch m {
	case 2:
		if y%4 == 0 {
			return 29
		}
		return 28
	case 4, 6, 9, 11:
		return 30
	}
	return 31
}

// months are the names of months in French and English, whole and short, in
// the form that folded words have.
var months = func() map[string]int {
	m := map[string]int{}
	for i, names := range []string{
		"january jan janvier janv", "february feb fevrier fevr fev", "march mar mars", "april apr avril avr",
		"may mai", "june jun juin", "july jul juillet juil", "august aug aout", "september sep sept septembre",
		"october oct octobre", "november nov novembre", "december dec decembre",
	} {
		for _, n := range strings.Fields(names) {
			m[n] = i + 1
		}
	}
	return m
}()

// parseDate reads one date, with a time behind it or not. digits says that
// only the order of day and month made it what it is.
func parseDate(s, order string) (day locale.Day, digits, ok bool) {
	if len(s) > 64 {
		return 0, false, false
	}
	words, rest := dateWords(s)
	if !isTime(rest) {
		return 0, false, false
	}
	// The one word among the numbers is a month; a weekday may stand before.
	if len(words) == 4 && weekday(words[0]) {
		words = words[1:]
	}
	switch len(words) {
	case 1: // 20260301
		if w := words[0]; len(w) == 8 {
			if y, m, d := number(w[:4]), number(w[4:6]), number(w[6:]); y > 0 {
				day, ok = civil(y, m, d)
			}
		}
		return day, false, ok
	case 3:
	default:
		return 0, false, false
	}
	a, b, c := number(words[0]), number(words[1]), number(words[2])
	switch {
	case a < 0 && months[words[0]] > 0: // February 23, 2026
		day, ok = civil(year(words[2]), months[words[0]], b)
	case b < 0 && months[words[1]] > 0: // 23 févr. 2026, 25-Jan-21, 1er mars 2026
		day, ok = civil(year(words[2]), months[words[1]], a)
	case a < 0 || b < 0 || c < 0:
	case len(words[0]) == 4: // 2026/03/01
		day, ok = civil(a, b, c)
	case order == "mdy":
		day, ok = civil(year(words[2]), a, b)
		return day, true, ok
	default:
		day, ok = civil(year(words[2]), b, a)
		return day, true, ok
	}
	return day, false, ok
}

// period reads the name of a week, a month, a quarter or a year. A year that is
// left out is added where people do so.
func (d *dates) period(s, role string) (first, last locale.Day, ok bool) {
	if first, last, ok = parsePeriod(s, role); ok || d.near == 0 {
		return first, last, ok
	}
	year, _, _ := d.near.Time().Date()
	for _, y := range []int{year, year - 1} {
		if first, last, ok = parsePeriod(fmt.Sprintf("%s %d", s, y), role); ok && first <= d.near {
			d.guessed++
			return first, last, true
		}
	}
	return 0, 0, false
}

// week reads an ISO week: S36 2026, Semaine 36 - 2026, 2026-W36, W36/2026.
func week(words []string) (first, last locale.Day, ok bool) {
	n, y := -1, -1
	for _, w := range words {
		switch v := number(strings.TrimLeft(w, "swemainkud.")); {
		case w == "semaine", w == "sem", w == "week", w == "wk", w == "s", w == "w", w == "n", w == "no":
		case v > 99 && y < 0:
			y = v
		case v > 0 && v < 54 && n < 0:
			n = v
		default:
			return 0, 0, false
		}
	}
	if n < 0 || y < 2000 || y > 2099 {
		return 0, 0, false
	}
	first = locale.Date(y, 1, 4).Monday() + locale.Day(7*(n-1))
	if iso, week := first.ISOWeek(); iso != y || week != n {
		return 0, 0, false
	}
	return first, first + 6, true
}

// parsePeriod reads the name of a week, a month, a quarter or a year, for
// columns that hold such periods.
func parsePeriod(s, role string) (first, last locale.Day, ok bool) {
	words, rest := dateWords(s)
	if rest != "" {
		words = append(words, strings.Fields(rest)...)
	}
	if role == "week" {
		return week(words)
	}
	y, m, n := 0, 0, 1
	switch {
	case role == "year" && len(words) == 1 && len(words[0]) == 4:
		y, m, n = number(words[0]), 1, 12
	case role == "month" && len(words) == 2 && months[words[0]] > 0: // March 2026
		y, m = year(words[1]), months[words[0]]
	case role == "month" && len(words) == 2 && len(words[0]) == 4: // 2026-03
		y, m = number(words[0]), number(words[1])
	case role == "month" && len(words) == 2 && len(words[1]) == 4: // 03/2026
		y, m = number(words[1]), number(words[0])
	case role == "quarter" && len(words) == 2 && len(words[0]) == 2: // Q1 2026, T1 2026
		y, m, n = number(words[1]), 3*number(words[0][1:])-2, 3
	case role == "quarter" && len(words) == 3: // 1st quarter 2026, 1er trimestre 2026
		y, m, n = number(words[2]), 3*number(words[0][:1])-2, 3
	}
	if first, ok = civil(y, m, 1); !ok {
		return 0, 0, false
	}
	return first, monthEnd(first, n), true
}

// monthEnd is the last day of the n-th month from the one of first.
func monthEnd(first locale.Day, n int) locale.Day {
	y, m, _ := first.Time().Date()
	return locale.Date(y, m+time.Month(n), 0)
}

// dateWords splits a date into folded words and numbers. rest is what follows
// the third part, or the fourth where the first is a weekday: a time.
func dateWords(s string) (words []string, rest string) {
	s = fold(s)
	want := 3
	for s != "" && len(words) < want {
		i := strings.IndexFunc(s, isWord)
		if i < 0 {
			break
		}
		if len(words) > 0 && i > 3 {
			break // "1 ... 2" is no date
		}
		s = s[i:]
		j := strings.IndexFunc(s, func(r rune) bool { return !isWord(r) })
		if j < 0 {
			j = len(s)
		}
		word := s[:j]
		s = s[j:]
		if len(word) > 8 && number(word[:8]) >= 0 && word[8] == 't' { // 20260301t101500
			word, s = word[:8], word[8:]+s
		}
		if i := strings.IndexByte(word, 't'); i > 0 && len(words) == 2 && i < 3 && number(word[:i]) >= 0 { // 2026-03-01t00:00:00
			word, s = word[:i], word[i:]+s
		}
		if len(words) == 0 && weekday(word) {
			want = 4
		}
		words = append(words, word)
		if len(words) == 1 && len(word) == 8 && number(word) >= 0 {
			break
		}
	}
	return words, strings.TrimLeft(s, " ,.")
}

func isWord(r rune) bool { return unicode.IsLetter(r) || unicode.IsDigit(r) }

// fold is a text in lower case without accents or unusual spaces.
func fold(s string) string {
	name, _ := normalise(s + " .") // the stop keeps the last word whole
	return strings.TrimSpace(strings.TrimSuffix(name, "."))
}

// number is the value of up to eight digits, with the ending of an ordinal;
// -1 for anything else.
func number(s string) int {
	for _, end := range []string{"er", "st", "nd", "rd", "th", "e"} {
		if cut, ok := strings.CutSuffix(s, end); ok {
			s = cut
			break
		}
	}
	if s == "" || len(s) > 8 {
		return -1
	}
	v := 0
	for _, c := range []byte(s) {
		d := c - '0'
		if d > 9 {
			return -1
		}
		v = v*10 + int(d)
	}
	return v
}

// year reads a year of four digits, or of two in this century.
func year(s string) int {
	switch v := number(s); len(s) {
	case 4:
		return v
	case 2:
		if v >= 0 {
			return 2000 + v
		}
	}
	return -1
}

func weekday(s string) bool {
	switch s {
	case "monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday",
		"mon", "tue", "wed", "thu", "fri", "sat", "sun",
		"lundi", "mardi", "mercredi", "jeudi", "vendredi", "samedi", "dimanche",
		"lun", "mer", "jeu", "ven", "sam", "dim":
		return true
	}
	return false
}

// isTime accepts what may follow a date: nothing, or a time of day.
func isTime(s string) bool {
	if s == "" {
		return true
	}
	_, _, ok := clock(s)
	return ok
}

// clock reads a time of day: 12:40 PM, 00:00, t00:00:00, 07_16_32, 8h14.
func clock(s string) (hour, minute int, ok bool) {
	s = strings.TrimPrefix(strings.TrimSpace(s), "t")
	s, afternoon := strings.CutSuffix(strings.TrimSpace(s), "pm")
	s, morning := strings.CutSuffix(strings.TrimSpace(s), "am")
	s = strings.TrimSuffix(strings.TrimSpace(s), "z")
	parts := strings.FieldsFunc(s, func(r rune) bool { return r == ':' || r == 'h' || r == '_' })
	if len(parts) < 2 || len(parts) > 3 {
		return 0, 0, false
	}
	hour, minute = number(strings.TrimSpace(parts[0])), number(strings.TrimSpace(parts[1]))
	if hour < 0 || hour > 23 || minute < 0 || minute > 59 {
		return 0, 0, false
	}
	if afternoon && hour < 12 {
		hour += 12
	}
	if morning && hour == 12 {
		hour = 0
	}
	return hour, minute, true
}

// parseInstant reads a date with a time of day.
func parseInstant(s string, order string, zone *time.Location) (time.Time, bool) {
	day, _, ok := parseDate(s, order)
	if !ok {
		return time.Time{}, false
	}
	_, rest := dateWords(s)
	hour, minute, ok := clock(rest)
	if !ok {
		return time.Time{}, false
	}
	y, m, d := day.Time().Date()
	return time.Date(y, m, d, hour, minute, 0, 0, zone), true
}

// fetched finds the newest time in a column that says when rows were fetched.
type fetched struct {
	column int // -1: there is none
	last   []byte
	newest time.Time
}

func (f *fetched) see(cell []byte, order string) {
	if bytes.Equal(cell, f.last) {
		return
	}
	f.last = append(f.last[:0], cell...)
	if at, ok := parseInstant(clean(string(cell)), order, time.UTC); ok && at.After(f.newest) {
		f.newest = at
	}
}

// splitRange parts the two ends of a range of dates.
func splitRange(s string) (a, b string, ok bool) {
	if len(s) == 17 && s[8] == '-' && number(s[:8]) >= 0 && number(s[9:]) >= 0 { // 20260301-20260331
		return s[:8], s[9:], true
	}
	for _, sep := range []string{" - ", " – ", " — ", " to ", " au "} {
		if a, b, ok = strings.Cut(s, sep); ok {
			a = strings.TrimPrefix(strings.TrimPrefix(a, "du "), "from ")
			return strings.TrimSpace(a), strings.TrimSpace(b), true
		}
	}
	return "", "", false
}

// excelDay is the day of a date serial of a sheet.
func excelDay(v []byte, date1904 bool) (locale.Day, bool) {
	a, ok := parsePlain(v)
	if !ok || a.minus || a.units > 200_000 {
		return 0, false
	}
	day := int64(a.units)
	if date1904 {
		day += 1462
	}
	// 25569 is 1 January 1970. Serials up to 60 count a 29 February 1900 that
	// never was; they are outside the years taken anyway.
	d := locale.Day(day - 25569)
	y, m, dd := d.Time().Date()
	return civil(y, int(m), dd)
}

// isoText writes a day as a cell.
func isoText(b []byte, d locale.Day) []byte { return d.Time().AppendFormat(b, time.DateOnly) }
