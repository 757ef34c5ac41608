package ingest

import (
	"bytes"
	"math/bits"
	"unicode/utf8"
)

// found says what a cell turned out to hold.
type found uint8

const (
	fine     found = iota
	missing        // empty, or a word for "no value"
	censored       // a bound, as < 10%: the value is on one side of it
	bad            // not a number, or not a date
	partial        // decimals where only a count can be
	negative
	huge
)

// maxUnits is the largest value of one cell, in units of its measure. Beyond,
// it is an id in the wrong column or a broken file.
const maxUnits = 1_000_000_000_000

// maxDigits is where the digits of a cell stop being counted: more than any
// amount, written in millionths.
const maxDigits = maxUnits * 1_000_000

// numbers reads the cells of one numeric column. It holds the hypothesis on
// which sign parts the decimals and what the cells so far said about it.
type numbers struct {
	count   bool // whole numbers only
	micros  bool // the cells are in millionths, whole ones
	signed  bool // a value may be below zero
	said    bool // a person said which decimal sign it is
	loose   bool // people may write thousands and millions: 1,2 k€
	decimal byte // the reading in use, '.' or ','
	fixed   bool // by the user or by a restart: the other reading is not tried
	// prior is the decimal sign that language, platform and delimiter agree
	// on, 0 where they do not; priorGroup is the thousands sign that goes
	// with it, 0 for spaces.
	prior, priorGroup byte

	proved  bool   // a cell had this reading only
	refuted bool   // a cell had the other reading only
	doubt   string // the first cell with two readings that nothing decides
	line    int    // where it stands
	bounds  int64  // cells with a censored value
	against int64  // cells that only the other reading could hold, once this one was settled
	odd     string // the first of them
}

// other is the reading that is not in use.
func (n *numbers) other() byte {
	if n.decimal == '.' {
		return ','
	}
	return '.'
}

// read gives the value of a cell in stored units: millionths, or ones for a
// count. mark is a currency sign that stands with it. plain cells come typed
// from a sheet: they have a decimal point whatever the column does.
func (n *numbers) read(cell []byte, plain bool, nulls []string) (v int64, mark string, is found) {
	// The usual cell: a few digits, perhaps with the decimals that this column
	// is known to have.
	if v, ok := n.quick(cell); ok {
		return v, "", fine
	}
	cell = trim(cell)
	if isNull(cell, nulls) {
		return 0, "", missing
	}
	if plain {
		m, ok := parsePlain(cell)
		if !ok {
			return 0, "", bad
		}
		v, is = n.store(m)
		return v, "", is
	}
	body, minus, exponent := cell, false, 0
	if !isDigit(cell[0]) || !isDigit(cell[len(cell)-1]) {
		var ok bool
		if n.loose {
			cell, exponent = thousands(cell)
		}
		if body, mark, minus, ok = strip(cell); !ok {
			if isBound(cell) {
				n.bounds++
				return 0, "", censored
			}
			return 0, "", bad
		}
	}
	m, is := n.choose(body)
	if is != fine {
		return 0, "", is
	}
	m.minus = m.minus || minus
	for range exponent {
		m = m.tenfold()
	}
	v, is = n.store(m)
	return v, mark, is
}

// thousands takes the k or M off an amount such as 1,2 k€; exponent is the
// power of ten that it stands for.
func thousands(cell []byte) (rest []byte, exponent int) {
	at := bytes.LastIndexAny(cell, "0123456789") + 1
	word := trim(cell[at:])
	if at == 0 || len(word) == 0 {
		return cell, 0
	}
	switch word[0] {
	case 'k', 'K':
		exponent = 3
	case 'M':
		exponent = 6
	default:
		return cell, 0
	}
	if after := trim(word[1:]); len(after) > 0 && currenciesOf(string(after)) == nil {
		return cell, 0
	}
	return append(append(bytes.Clone(cell[:at]), ' '), trim(word[1:])...), exponent
}

// tenfold is ten times an amount. Decimals beyond the sixth are lost, which the
// few that people write never reach.
func (a amount) tenfold() amount {
	micros := uint64(a.micros) * 10
	a.units = min(a.units, maxDigits/10)*10 + micros/1_000_000
	a.micros = uint32(micros % 1_000_000)
	return a
}

func isDigit(c byte) bool { return c-'0' <= 9 }

// quick reads up to twelve digits with at most six decimals. Decimals are left
// to choose until the column is proved.
func (n *numbers) quick(cell []byte) (int64, bool) {
	if len(cell) == 0 || len(cell) > 18 {
		return 0, false
	}
	var v int64
	for i, c := range cell {
		if d := c - '0'; d <= 9 {
			v = v*10 + int64(d)
			continue
		}
		if c != n.decimal || !n.proved || i == 0 || i > 12 {
			return 0, false
		}
		decimals := cell[i+1:]
		if len(decimals) == 0 || len(decimals) > 6 || n.count || n.micros {
			return 0, false
		}
		for _, c := range decimals {
			d := c - '0'
			if d > 9 {
				return 0, false
			}
			v = v*10 + int64(d)
		}
		return v * pow10[6-len(decimals)], true
	}
	switch {
	case len(cell) > 12:
		return 0, false
	case n.count || n.micros:
		return v, true
	}
	return v * 1_000_000, true
}

var pow10 = [...]int64{1, 10, 100, 1_000, 10_000, 100_000, 1_000_000}

// choose reads the digits and separators of a number as the column's
// hypothesis wants, and notes what they say for or against it.
func (n *numbers) choose(body []byte) (amount, found) {
	a, aOK := separate(body, n.decimal)
	aOK = aOK && (!n.count || a.whole())
	if n.proved {
		if aOK {
			return a, fine
		}
		n.contradict(body)
		return amount{}, n.why(body)
	}
	b, bOK := separate(body, n.other())
	bOK = bOK && (!n.count || b.whole())
	switch {
	case aOK && bOK && a != b:
		if n.doubt == "" && !n.natural(body) {
			n.doubt = string(body)
		}
	case aOK && !bOK:
		n.proved = true
	case bOK && !aOK && !n.fixed:
		n.refuted = true
	case bOK && !aOK:
		n.contradict(body)
	}
	if aOK {
		return a, fine
	}
	return amount{}, n.why(body)
}

// contradict notes a cell that only the other reading can hold. The grammar may
// be what a person said: then the cell is wrong and no more.
func (n *numbers) contradict(body []byte) {
	if _, ok := separate(body, n.other()); !ok || n.said {
		return
	}
	if n.against++; n.against == 1 {
		n.odd = string(body)
	}
}

// why tells a count with decimals from what is no number at all.
func (n *numbers) why(body []byte) found {
	if _, ok := separate(body, n.decimal); ok && n.count {
		return partial
	}
	return bad
}

// natural reports whether a number with two readings is written as the
// language of the file writes numbers. Its one separator is then the usual
// decimal sign, or the usual thousands sign. A count that would have three
// decimals, all zero, is not: no platform writes 1,000 for one.
func (n *numbers) natural(body []byte) bool {
	if n.prior != n.decimal {
		return false
	}
	i := bytes.IndexAny(body, ".,")
	if body[i] == n.decimal {
		return !n.count
	}
	return body[i] == n.priorGroup
}

// store rounds an amount to stored units, half away from zero, once. Where the
// cells are in millionths their digits are what is stored.
func (n *numbers) store(m amount) (int64, found) {
	switch {
	case m.units > maxDigits || !n.micros && m.units > maxUnits:
		return 0, huge
	case m.minus && !n.signed && (m.units != 0 || m.micros != 0 || m.up):
		return 0, negative
	case n.count && !m.whole():
		return 0, partial
	}
	v := int64(m.units)
	switch {
	case n.micros:
		if m.micros >= 500_000 {
			v++
		}
	case !n.count:
		v = v*1_000_000 + int64(m.micros)
		if m.up {
			v++
		}
	}
	if m.minus {
		v = -v
	}
	return v, fine
}

// amount is a decimal number cut after six decimals.
type amount struct {
	minus  bool
	units  uint64
	micros uint32
	up     bool // the seventh decimal rounds the sixth up
	more   bool // decimals after the sixth are not all zero
}

func (a amount) whole() bool { return a.micros == 0 && !a.more }

// digits adds the decimals of an amount.
func (a *amount) decimals(frac []byte) bool {
	for i, c := range frac {
		d := c - '0'
		switch {
		case d > 9:
			return false
		case i < 6:
			a.micros += uint32(d) * uint32(pow10[5-i])
		case i == 6:
			a.up = d >= 5
			a.more = a.more || d != 0
		default:
			a.more = a.more || d != 0
		}
	}
	return true
}

// separate splits digits and separators into thousands and decimals, decimal
// being the sign before the decimals. Thousands are parted by one sign
// throughout: the other of comma and point, a space of any width, or an
// apostrophe; in groups of three, or as in India of two before the last three.
func separate(body []byte, decimal byte) (a amount, ok bool) {
	var (
		group   []byte // the thousands sign seen
		size    int    // digits in the present group
		groups  int    // groups closed so far
		pairs   bool   // inner groups have two digits
		leading = byte('x')
	)
	for i := 0; i < len(body); {
		c := body[i]
		if d := c - '0'; d <= 9 {
			if leading == 'x' {
				leading = c
			}
			if a.units > maxDigits {
				a.units = maxDigits + 1 // stays too large whatever follows
			} else {
				a.units = a.units*10 + uint64(d)
			}
			size++
			i++
			continue
		}
		if c == decimal {
			if i+1 == len(body) || !a.decimals(body[i+1:]) {
				return amount{}, false
			}
			break
		}
		width := separator(body[i:])
		if width == 0 || i+width == len(body) {
			return amount{}, false
		}
		sign := body[i : i+width]
		switch {
		case group == nil:
			if size == 0 || size > 3 || leading == '0' {
				return amount{}, false
			}
			group = sign
		case !bytes.Equal(group, sign):
			return amount{}, false
		case groups == 1:
			if pairs = size == 2; size != 2 && size != 3 {
				return amount{}, false
			}
		case pairs && size != 2, !pairs && size != 3:
			return amount{}, false
		}
		groups++
		size = 0
		i += width
	}
	return a, group == nil || size == 3
}

// separator is the length of a thousands sign at the start of b; 0 for none.
func separator(b []byte) int {
	switch b[0] {
	case ',', '.', ' ', '\'':
		return 1
	case 0xc2:
		if len(b) > 1 && b[1] == 0xa0 { // U+00A0
			return 2
		}
	case 0xe2:
		if len(b) > 2 && b[1] == 0x80 && (b[2] == 0xaf || b[2] == 0x89 || b[2] == 0x99) { // U+202F, U+2009, U+2019
			return 3
		}
	}
	return 0
}

// strip takes off what may stand around the digits of a number: spaces, a
// sign, a currency before or after, parentheses for a minus.
func strip(cell []byte) (body []byte, mark string, minus, ok bool) {
	if len(cell) > 64 {
		return nil, "", false, false
	}
	if cell[0] == '(' && cell[len(cell)-1] == ')' {
		cell, minus = trim(cell[1:len(cell)-1]), true
	}
	first := bytes.IndexAny(cell, "0123456789")
	if first < 0 {
		return nil, "", false, false
	}
	last := bytes.LastIndexAny(cell, "0123456789")
	before, body, after := cell[:first], cell[first:last+1], cell[last+1:]
	for _, sign := range []string{"-", "\u2212", "+"} {
		cut, had := bytes.CutPrefix(before, []byte(sign))
		if !had {
			cut, had = bytes.CutSuffix(before, []byte(sign))
		}
		if had && !minus {
			before, minus = trim(cut), sign != "+"
			break
		}
	}
	if len(before) > 0 && currenciesOf(string(trim(before))) == nil && (before[len(before)-1] == '.' || before[len(before)-1] == ',') {
		before, body = before[:len(before)-1], cell[first-1:last+1] // .50
	}
	before, after = trim(before), trim(after)
	if len(after) == 1 && (after[0] == '.' || after[0] == ',') {
		after = nil // 144.
	}
	switch {
	case len(before) > 0 && len(after) > 0:
		return nil, "", false, false
	case len(before) > 0:
		mark = string(before)
	case len(after) > 0:
		mark = string(after)
	}
	return body, mark, minus, mark == "" || currenciesOf(mark) != nil
}

// parsePlain reads a number as XML and programs write it, exactly: digits, a
// point, perhaps an exponent.
func parsePlain(b []byte) (a amount, ok bool) {
	if len(b) > 64 {
		return a, false
	}
	mantissa, exponent, hasExp := bytes.Cut(bytes.ToUpper(b), []byte("E"))
	mantissa, a.minus = bytes.CutPrefix(mantissa, []byte("-"))
	shift := 0
	if hasExp {
		var down bool
		exponent, down = bytes.CutPrefix(exponent, []byte("-"))
		exponent, _ = bytes.CutPrefix(exponent, []byte("+"))
		if len(exponent) == 0 || len(exponent) > 3 {
			return a, false
		}
		for _, c := range exponent {
			if c < '0' || c > '9' {
				return a, false
			}
			shift = shift*10 + int(c-'0')
		}
		if down {
			shift = -shift
		}
	}
	whole, frac, hasPoint := bytes.Cut(mantissa, []byte("."))
	if len(whole) == 0 || hasPoint && len(frac) == 0 || shift > 40 || shift < -40 {
		return a, false
	}
	if shift > 0 {
		frac = append(bytes.Clone(frac), bytes.Repeat([]byte("0"), max(0, shift-len(frac)))...)
		whole, frac = append(bytes.Clone(whole), frac[:shift]...), frac[shift:]
	} else if shift < 0 {
		whole = append(bytes.Repeat([]byte("0"), max(0, -shift-len(whole))), whole...)
		cut := len(whole) + shift
		frac = append(bytes.Clone(whole[cut:]), frac...)
		whole = whole[:cut]
	}
	for _, c := range whole {
		d := c - '0'
		if d > 9 {
			return a, false
		}
		if a.units = a.units*10 + uint64(d); a.units > maxDigits {
			a.units = maxDigits + 1
		}
	}
	return a, a.decimals(frac)
}

// isNull reports a word for a missing value.
func isNull(cell []byte, nulls []string) bool {
	if len(cell) == 0 {
		return true
	}
	if c := cell[0]; c >= '0' && c <= '9' {
		return false
	}
	switch string(cell) {
	case "-", "–", "—", "n/a", "N/A", "#N/A", "NULL", "null":
		return true
	}
	for _, word := range nulls {
		if string(cell) == word {
			return true
		}
	}
	return false
}

// isBound reports a censored value: < 10%, > 90 %, <5.
func isBound(cell []byte) bool {
	if cell[0] != '<' && cell[0] != '>' {
		return false
	}
	rest, _ := bytes.CutSuffix(trim(cell[1:]), []byte("%"))
	rest = trim(rest)
	if len(rest) == 0 {
		return false
	}
	body, mark, minus, ok := strip(rest)
	if !ok || mark != "" || minus {
		return false
	}
	_, point := separate(body, '.')
	_, comma := separate(body, ',')
	return point || comma
}

// trim takes off spaces of all kinds from both ends.
func trim(b []byte) []byte {
	for len(b) > 0 && (b[0] == ' ' || b[0] == '\t') {
		b = b[1:]
	}
	for len(b) > 0 && (b[len(b)-1] == ' ' || b[len(b)-1] == '\t') {
		b = b[:len(b)-1]
	}
	if len(b) == 0 || b[0] < utf8.RuneSelf && b[len(b)-1] < utf8.RuneSelf && b[0] > ' ' && b[len(b)-1] > ' ' {
		return b
	}
	return bytes.TrimSpace(b) // knows U+00A0, U+2009, U+202F
}

// perUnit is price × quantity ÷ per, rounded half away from zero: what a
// quantity cost at a printed price. ok is false where it does not fit.
func perUnit(price, quantity, per int64) (int64, bool) {
	if price < 0 || quantity < 0 {
		return 0, false
	}
	hi, lo := bits.Mul64(uint64(price), uint64(quantity))
	lo, carry := bits.Add64(lo, uint64(per/2), 0)
	hi += carry
	if hi >= uint64(per) {
		return 0, false
	}
	q, _ := bits.Div64(hi, lo, uint64(per))
	if q > maxUnits*1_000_000 {
		return 0, false
	}
	return int64(q), true
}

// add sums two values; ok is false where they do not fit.
func add(a, b int64) (int64, bool) {
	s := a + b
	return s, (s >= a) == (b >= 0)
}
