package agency

import (
	"archive/zip"
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path"
	"regexp"
	"slices"
	"strings"
	"time"
	"unicode/utf8"

	"vigie/internal/locale"
)

// RatesFolder is where the workspace holds dated exchange rates: the euro
// reference rates as the European Central Bank publishes them, one line a
// working day (eurofxref-hist.csv, or the zip it comes in, or the one day of
// eurofxref.csv).
const RatesFolder = "rates"

// Limits of rates. Two of them divide each other within 64 bits, and an amount
// times one of them stays within 128.
const (
	maxRates        = 16 << 20 // bytes of a file; twenty-seven years take two million
	rateDecimals    = 8
	maxRateDigits   = 8  // before the point
	maxRateProblems = 20 // told of a file
	// MaxRateAge is how many days older than a day its rate may be: weekends
	// and holidays have none of their own.
	MaxRateAge = 7
)

// PerEuro is what one euro is worth, in hundred-millionths of a currency's
// unit: the published decimals, exactly.
type PerEuro int64

// OneEuro is what one euro is worth in euros.
const OneEuro PerEuro = 100_000_000

// String is the rate as the bank's history writes it: 1.0712.
func (e PerEuro) String() string {
	s := fmt.Sprintf("%d.%0*d", e/OneEuro, rateDecimals, e%OneEuro)
	return strings.TrimSuffix(strings.TrimRight(s, "0"), ".")
}

// In is the rate with the language's decimal mark.
func (e PerEuro) In(l locale.Lang) string {
	if l == locale.FR {
		return strings.Replace(e.String(), ".", ",", 1)
	}
	return e.String()
}

// MarshalText writes the rate as String does.
func (e PerEuro) MarshalText() ([]byte, error) { return []byte(e.String()), nil }

// UnmarshalText reads what MarshalText wrote.
func (e *PerEuro) UnmarshalText(b []byte) error {
	v, ok := parsePerEuro(string(b))
	if !ok {
		return fmt.Errorf("rate %q: want a decimal number, as 1.0712", b)
	}
	*e = v
	return nil
}

// parsePerEuro reads a positive plain decimal exactly.
func parsePerEuro(s string) (PerEuro, bool) {
	whole, frac, point := strings.Cut(s, ".")
	if whole == "" || len(whole) > maxRateDigits || point && frac == "" || len(frac) > rateDecimals {
		return 0, false
	}
	var v PerEuro
	for _, digits := range [2]string{whole, frac} {
		for i := range len(digits) {
			if digits[i] < '0' || digits[i] > '9' {
				return 0, false
			}
			v = v*10 + PerEuro(digits[i]-'0')
		}
	}
	for range rateDecimals - len(frac) {
		v *= 10
	}
	return v, v > 0
}

// Rates are the dated exchange rates of a workspace.
type Rates struct {
	Files      []string  // slash paths inside the workspace, by name
	currencies []string  // those of all files
	days       []rateDay // first to last
}

// rateDay are the rates of one published day, in the order of currencies; 0
// where there is none.
type rateDay struct {
	day  locale.Day
	euro []PerEuro
}

// Quote is what one euro was worth on a published day, in each of the
// currencies that were asked for, in their order.
type Quote struct {
	Day  locale.Day
	Euro []PerEuro
}

// rateFiles are the names in the folder of rates that can hold some.
func rateFiles(root *os.Root) ([]string, error) {
	entries, err := fs.ReadDir(root.FS(), RatesFolder)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	var names []string
	for _, e := range entries {
		ext := strings.ToLower(path.Ext(e.Name()))
		if !strings.HasPrefix(e.Name(), ".") && (ext == ".csv" || ext == ".zip") {
			names = append(names, path.Join(RatesFolder, e.Name()))
		}
	}
	return names, err
}

// RatesStamp changes whenever a file of rates does; it reads none of them.
func RatesStamp(dir string) string {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return ""
	}
	defer root.Close()
	names, _ := rateFiles(root) // what is wrong is told when they are read
	var b strings.Builder
	for _, name := range names {
		if info, err := root.Stat(name); err == nil {
			fmt.Fprintf(&b, "%q %d %d ", name, info.Size(), info.ModTime().UnixNano())
		}
	}
	return b.String()
}

// ReadRates reads the rates of the workspace in a folder; without files they
// are empty. What is wrong in a file is an error, Problems: amounts are not
// converted at rates of which some could not be read.
func ReadRates(dir string) (*Rates, error) {
	root, err := os.OpenRoot(dir)
	if err != nil {
		return nil, fmt.Errorf("read rates: %w", err)
	}
	defer root.Close()
	names, err := rateFiles(root)
	if err != nil {
		return nil, Problems{{File: RatesFolder, Message: say("cannot be read: %v", "illisible\u00a0: %v", err)}}
	}
	t := newRateTable()
	for _, name := range names {
		b, wrong := load(root, name, maxRates)
		if wrong == nil && strings.EqualFold(path.Ext(name), ".zip") {
			b, wrong = unzipRates(b)
		}
		if wrong != nil {
			t.problems = append(t.problems, Problem{File: name, Message: *wrong})
			continue
		}
		t.file(name, b)
	}
	return t.rates()
}

// unzipRates is the one CSV file inside a zip.
func unzipRates(b []byte) ([]byte, *locale.Text) {
	cannot := func(t locale.Text) ([]byte, *locale.Text) { return nil, &t }
	z, err := zip.NewReader(bytes.NewReader(b), int64(len(b)))
	if err != nil {
		return cannot(say("is not a zip file: download it again", "n’est pas un fichier zip\u00a0: téléchargez-le à nouveau"))
	}
	if len(z.File) != 1 || !strings.EqualFold(path.Ext(z.File[0].Name), ".csv") {
		return cannot(say("want a zip that holds one .csv file, as eurofxref-hist.zip does", "il faut un zip qui contient un seul fichier .csv, comme eurofxref-hist.zip"))
	}
	f, err := z.File[0].Open()
	if err == nil {
		defer f.Close()
		b, err = io.ReadAll(io.LimitReader(f, maxRates+1))
	}
	switch {
	case err != nil:
		return cannot(say("cannot be unzipped (%v): download it again", "impossible à décompresser (%v)\u00a0: téléchargez-le à nouveau", err))
	case len(b) > maxRates:
		return cannot(tooLarge(maxRates))
	}
	return b, nil
}

// rateTable collects the rates of several files.
type rateTable struct {
	r        Rates
	at       map[string]int          // position of a currency
	days     map[locale.Day]*rateDay // of all files so far
	from     map[locale.Day]string   // the first file that has the day
	problems Problems
}

func newRateTable() *rateTable {
	return &rateTable{at: map[string]int{}, days: map[locale.Day]*rateDay{}, from: map[locale.Day]string{}}
}

// rates is the table as a whole.
func (t *rateTable) rates() (*Rates, error) {
	if err := t.problems.err(); err != nil {
		return nil, err
	}
	for _, d := range t.days {
		t.r.days = append(t.r.days, *d)
	}
	slices.SortFunc(t.r.days, func(a, b rateDay) int { return cmp.Compare(a.day, b.day) })
	return &t.r, nil
}

// currencyShape is the code of a currency, of one that is no more also.
var currencyShape = regexp.MustCompile(`^[A-Z]{3}$`)

// file reads the text of one file into the table. A mistake is told with its
// place, and the file is read on, so that all of them are seen at once.
func (t *rateTable) file(name string, b []byte) {
	t.r.Files = append(t.r.Files, name)
	f := rateReader{t: t, name: name, first: len(t.problems)}
	text := strings.TrimPrefix(string(b), "\ufeff")
	rows := 0
	for line := range strings.Lines(text) {
		f.line++
		f.text = strings.TrimRight(line, "\r\n")
		switch {
		case strings.TrimSpace(f.text) == "":
		case f.columns == nil:
			if !f.header() {
				return
			}
		default:
			rows++
			f.row()
		}
		if n := len(t.problems) - f.first; n >= maxRateProblems {
			f.fail(0, say("%d mistakes so far: the rest of the file is not read", "%d erreurs jusqu’ici\u00a0: la suite du fichier n’est pas lue", n))
			return
		}
	}
	if rows == 0 {
		t.problems = append(t.problems, Problem{File: name, Message: say("holds no day of rates", "ne contient aucun jour de cours")})
	}
}

// rateReader reads one file, line by line.
type rateReader struct {
	t       *rateTable
	name    string
	first   int // problems told before this file
	line    int // from 1
	text    string
	found   []rateCell // room for the cells of a line
	columns []int      // of the table, by cell after the date
	names   []string   // the currencies of the cells
	seen    map[locale.Day]int
}

// fail tells what is wrong at a byte of the line.
func (f *rateReader) fail(at int, m locale.Text) {
	f.t.problems = append(f.t.problems, Problem{File: f.name, Line: f.line, Column: utf8.RuneCountInString(f.text[:at]) + 1, Message: m})
}

// rateCell is a value of a line and the byte at which it starts.
type rateCell struct {
	text string
	at   int
}

// cells cuts the line at its commas. Both of the bank's layouts end in a comma,
// one has spaces after each.
func (f *rateReader) cells() []rateCell {
	list := f.found[:0]
	at := 0
	for part := range strings.SplitSeq(f.text, ",") {
		text := strings.TrimLeft(part, " ")
		list = append(list, rateCell{strings.TrimRight(text, " "), at + len(part) - len(text)})
		at += len(part) + 1
	}
	f.found = list
	if n := len(list) - 1; n > 0 && list[n].text == "" {
		list = list[:n]
	}
	return list
}

// header reads the line of currencies. Without it nothing can be read.
func (f *rateReader) header() bool {
	cells := f.cells()
	if cells[0].text != "Date" || len(cells) < 2 {
		f.fail(0, say("starts with %s: want the file of the European Central Bank as it is downloaded, whose first line is Date,USD,JPY,…; a spreadsheet that saves it may change it",
			"commence par %s\u00a0: il faut le fichier de la Banque centrale européenne tel quel, dont la première ligne est Date,USD,JPY,…\u00a0; un tableur qui l’enregistre peut le modifier", q(f.text)))
		return false
	}
	f.columns, f.seen = []int{}, map[locale.Day]int{}
	ok := true
	for _, c := range cells[1:] {
		switch {
		case !currencyShape.MatchString(c.text) || c.text == "EUR":
			f.fail(c.at, say("column %s: want the three capital letters of a currency other than the euro, as USD", "colonne %s\u00a0: il faut les trois capitales d’une devise autre que l’euro, comme USD", q(c.text)))
			ok = false
		case slices.Contains(f.names, c.text):
			f.fail(c.at, say("the column %s is there twice", "la colonne %s y est deux fois", q(c.text)))
			ok = false
		}
		at, known := f.t.at[c.text]
		if !known {
			at = len(f.t.r.currencies)
			f.t.at[c.text] = at
			f.t.r.currencies = append(f.t.r.currencies, c.text)
		}
		f.columns, f.names = append(f.columns, at), append(f.names, c.text)
	}
	return ok
}

// firstRateYear is the first year of the euro.
const firstRateYear = 1999

// rateDate reads 2026-11-23, or 23 November 2026 as in the file of one day.
func rateDate(s string) (locale.Day, bool) {
	d, err := locale.ParseDay(s)
	if err != nil {
		t, err := time.Parse("2 January 2006", s)
		if err != nil {
			return 0, false
		}
		d = locale.DayOf(t)
	}
	y := d.Time().Year()
	return d, y >= firstRateYear && y <= lastYear
}

// row reads the rates of one day.
func (f *rateReader) row() {
	cells := f.cells()
	day, ok := rateDate(cells[0].text)
	if !ok {
		f.fail(cells[0].at, say("column Date, value %s: want a day as 2026-11-23 or 23 November 2026, from %d to %d", "colonne Date, valeur %s\u00a0: il faut un jour comme 2026-11-23 ou 23 November 2026, de %d à %d", q(cells[0].text), firstRateYear, lastYear))
		return
	}
	if line, twice := f.seen[day]; twice {
		f.fail(cells[0].at, say("the day %s is in line %d already", "le jour %s est déjà à la ligne %d", day.String(), line))
		return
	}
	f.seen[day] = f.line
	if len(cells) != len(f.columns)+1 {
		f.fail(0, say("%d values, want %d as in the first line: numbers are written with a point, and nothing is left out", "%d valeurs, il en faut %d comme à la première ligne\u00a0: les nombres s’écrivent avec un point, et rien ne manque", len(cells), len(f.columns)+1))
		return
	}
	d := f.t.days[day]
	if d == nil {
		d = &rateDay{day: day}
		f.t.days[day], f.t.from[day] = d, f.name
	}
	if more := len(f.t.r.currencies) - len(d.euro); more > 0 {
		d.euro = append(d.euro, make([]PerEuro, more)...)
	}
	for i, c := range cells[1:] {
		if c.text == "N/A" {
			continue
		}
		v, ok := parsePerEuro(c.text)
		old := d.euro[f.columns[i]]
		switch {
		case !ok:
			f.fail(c.at, say("column %s, value %s: want a positive number with a point, as 1.0712, or N/A", "colonne %s, valeur %s\u00a0: il faut un nombre positif avec un point, comme 1.0712, ou N/A", f.names[i], q(c.text)))
		case old != 0 && old != v:
			f.fail(c.at, say("column %s, value %s: %s has %s for the same day; keep one of the files", "colonne %s, valeur %s\u00a0: %s a %s pour le même jour\u00a0; gardez un seul des fichiers", f.names[i], q(c.text), f.t.from[day], old.String()))
		default:
			d.euro[f.columns[i]] = v
		}
	}
}

// quote is what one euro was worth on a published day; ok is false where one
// of the currencies has no rate that day.
func (r *Rates) quote(d rateDay, currencies []string) (q Quote, ok bool) {
	q.Day = d.day
	for _, c := range currencies {
		v := OneEuro
		if c != "EUR" {
			at := slices.Index(r.currencies, c)
			if at < 0 || at >= len(d.euro) || d.euro[at] == 0 {
				return Quote{}, false
			}
			v = d.euro[at]
		}
		q.Euro = append(q.Euro, v)
	}
	return q, true
}

// On is what one euro was worth on a day: the rates published that day, else
// the last ones before it, MaxRateAge days back at most. All currencies asked
// for are of one published day. ok is false where there is none.
func (r *Rates) On(day locale.Day, currencies ...string) (q Quote, ok bool) {
	i, _ := slices.BinarySearchFunc(r.days, day+1, func(d rateDay, day locale.Day) int { return cmp.Compare(d.day, day) })
	for i--; i >= 0 && day-r.days[i].day <= MaxRateAge; i-- {
		if q, ok = r.quote(r.days[i], currencies); ok {
			return q, true
		}
	}
	return Quote{}, false
}

// Published are the days from first to last on which all the currencies have a
// rate, in order.
func (r *Rates) Published(first, last locale.Day, currencies ...string) []Quote {
	var list []Quote
	i, _ := slices.BinarySearchFunc(r.days, first, func(d rateDay, day locale.Day) int { return cmp.Compare(d.day, day) })
	for ; i < len(r.days) && r.days[i].day <= last; i++ {
		if q, ok := r.quote(r.days[i], currencies); ok {
			list = append(list, q)
		}
	}
	return list
}

// Range is the first and the last day on which a currency has a rate; ok is
// false where it has none at all.
func (r *Rates) Range(currency string) (first, last locale.Day, ok bool) {
	for _, d := range r.days {
		if _, has := r.quote(d, []string{currency}); has {
			if !ok {
				first = d.day
			}
			last, ok = d.day, true
		}
	}
	return first, last, ok
}
