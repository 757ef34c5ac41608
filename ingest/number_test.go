package ingest

import (
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"
)

var spaces = strings.NewReplacer("~", "\u00a0", "^", "\u202f", "*", "\u2009")

// Every grammar of numbers that the columns of exports have, read by a column
// that expects a point and by one that expects a comma. In the cells ~ is
// U+00A0, ^ is U+202F and * is U+2009.
func TestNumbers(t *testing.T) {
	check := func(cell, point, comma string) {
		t.Helper()
		for decimal, want := range map[byte]string{'.': point, ',': comma} {
			n := numbers{decimal: decimal, fixed: true, proved: true}
			v, mark, is := n.read([]byte(spaces.Replace(cell)), false, []string{"--"})
			got := fmt.Sprint(is)
			if is == fine {
				m := Measure{Unit: Fraction}
				got = strings.TrimSpace(m.Decimal(v) + " " + mark)
			}
			names := map[string]string{"1": "missing", "2": "censored", "3": "bad", "5": "negative", "6": "huge"}
			if name, ok := names[got]; ok && is != fine {
				got = name
			}
			if got != want {
				t.Errorf("%q with a decimal %c is %s, want %s", cell, decimal, got, want)
			}
		}
	}
	check("0", "0", "0")
	check("007", "7", "7")
	check("12", "12", "12")
	check(" 12 ", "12", "12")
	check("12.5", "12.5", "bad")
	check("12,5", "bad", "12.5")
	check("1,234", "1234", "1.234")
	check("1.234", "1.234", "1234")
	check("0.123", "0.123", "bad")
	check("1234.56", "1234.56", "bad")
	check("1,234.56", "1234.56", "bad")
	check("1.234,56", "bad", "1234.56")
	check("1~234,56", "bad", "1234.56")
	check("1^234^567,89", "bad", "1234567.89")
	check("1*234.5", "1234.5", "bad")
	check("1 234", "1234", "1234")
	check("1'234.50", "1234.5", "bad")
	check("1’234,50", "bad", "1234.5")
	check("1,103,153", "1103153", "bad")
	check("12,34,567.5", "1234567.5", "bad") // as in India
	check("1,00,000", "100000", "bad")
	check("1,23,45", "bad", "bad")
	check("1,2345", "bad", "1.2345")
	check("12,34", "bad", "12.34")
	check("1,234 567", "bad", "bad")
	check("1~234^567", "bad", "bad") // two thousands signs
	check("1..2", "bad", "bad")
	check("1.", "1", "1") // as some programs write whole numbers
	check(".5", "0.5", "bad")
	check(",5", "bad", "0.5")
	check("0.0000004", "0", "bad")
	check("0.0000005", "0.000001", "bad")
	check("1529.9933875526", "1529.993388", "bad")
	check("€1,622.60", "1622.6 €", "bad")
	check("1~622,60~€", "bad", "1622.6 €")
	check("US$3.38", "3.38 US$", "bad")
	check("Rs.201.68", "201.68 Rs.", "bad")
	check("12.50 EUR", "12.5 EUR", "bad")
	check("CHF 12.50", "12.5 CHF", "bad")
	check("12 apples", "bad", "bad")
	check("$12$", "bad", "bad")
	check("-1", "negative", "negative")
	check("\u22121", "negative", "negative")
	check("(1.50)", "negative", "bad")
	check("-0.00", "0", "bad")
	check("+3", "3", "3")
	check("-$1", "negative", "negative")
	check("1e5", "bad", "bad")
	check("", "missing", "missing")
	check("~", "missing", "missing")
	check(" --", "missing", "missing")
	check("-", "missing", "missing")
	check("–", "missing", "missing")
	check("NULL", "missing", "missing")
	check("< 10%", "censored", "censored")
	check("> 90~%", "censored", "censored")
	check("<5", "censored", "censored")
	check("< many", "bad", "bad")
	check("2.81%", "bad", "bad")
	check("NaN", "bad", "bad")
	check("Infinity", "bad", "bad")
	check("#DIV/0!", "bad", "bad")
	check("1000000000000", "1000000000000", "1000000000000")
	check("1000000000001", "huge", "huge")
	check("99999999999999999999999999", "huge", "huge")
	check(strings.Repeat("1", 100), "huge", "huge")
	check("<"+strings.Repeat("1", 100), "bad", "bad")
}

// Cells that a sheet typed have a point whatever their column does.
func TestPlainNumbers(t *testing.T) {
	check := func(cell, want string) {
		t.Helper()
		n := numbers{decimal: ',', prior: ','}
		v, _, is := n.read([]byte(cell), true, nil)
		got := "bad"
		if is == fine {
			got = Measure{Unit: Fraction}.Decimal(v)
		}
		if got != want || n.refuted || n.proved {
			t.Errorf("%q is %s, want %s", cell, got, want)
		}
	}
	check("1211188.0", "1211188")
	check("15.370000000000001", "15.37")
	check("7.1428571428571425E-2", "0.071429")
	check("1.35E+1", "13.5")
	check("1e3", "1000")
	check("12e-1", "1.2")
	check("5E-8", "0")
	check("1,5", "bad")
	check("E5", "bad")
	check("1e", "bad")
	check("1e99999", "bad")
	check("0x10", "bad")
}

// A column learns from its cells. The first one with a single reading proves
// it or refutes it; cells with two readings leave a doubt unless the language
// of the file writes numbers that way.
func TestNumberColumns(t *testing.T) {
	check := func(prior, group byte, count bool, want string, cells ...string) {
		t.Helper()
		n := numbers{count: count, decimal: '.', prior: prior, priorGroup: group}
		if prior != 0 {
			n.decimal = prior
		}
		var sum int64
		for _, c := range cells {
			v, _, _ := n.read([]byte(spaces.Replace(c)), false, nil)
			sum += v
		}
		state := "open"
		switch {
		case n.refuted:
			state = "refuted"
		case n.proved:
			state = "proved"
		case n.doubt != "":
			state = "doubt " + n.doubt
		}
		unit := Fraction
		if count {
			unit = Count
		}
		if got := state + " " + (Measure{Unit: unit}).Decimal(sum); got != want {
			t.Errorf("%q gives %q, want %q", cells, got, want)
		}
	}
	check('.', ',', false, "open 12", "12")
	check('.', ',', false, "proved 24.5", "12.5", "12")
	check('.', ',', false, "open 1234", "1,234")            // English
	check('.', ',', false, "proved 1235.5", "1,234", "1.5") // and it was right
	check('.', ',', false, "refuted 1234", "1,234", "1,5")
	check(',', 0, false, "open 1.234", "1,234") // French
	check(',', 0, false, "doubt 1.234 1234", "1.234")
	check(',', 0, false, "refuted 1234", "1.234", "1.5")
	check(',', 0, false, "proved 1235.5", "1.234", "1,5")
	check(',', 0, false, "proved 1234.5", "1^234,5")
	check('.', ',', true, "open 1000", "1,000")
	check('.', ',', true, "proved 1342", "1,342") // no third of a click
	check(',', 0, true, "refuted 0", "1,342")
	check(',', 0, true, "doubt 1,000 1", "1,000") // a count with three zeros: nobody writes that
	check(',', 0, true, "proved 1", "1,00")
	check('.', ',', true, "proved 59026", "59026.0")
	check(0, 0, false, "doubt 1,234 1234", "1,234")
	check(0, 0, false, "proved 1234.5", "1,234.50")
}

// Whatever a language's formatter writes, the column of that language reads
// back exactly, and no other column reads it as another number unless it knows
// that it is in doubt.
func TestNumbersComeBack(t *testing.T) {
	rnd := rand.New(rand.NewPCG(1, 2))
	for range 20_000 {
		micros := rnd.Int64N(1_000_000_000_000)
		decimals := rnd.IntN(7)
		micros -= micros % pow10[6-decimals]
		for _, style := range []struct{ group, decimal string }{
			{"", "."}, {",", "."}, {" ", ","}, {"\u00a0", ","}, {"\u202f", ","}, {".", ","}, {"'", "."}, {"", ","},
		} {
			text := write(micros, decimals, style.group, style.decimal)
			own := numbers{decimal: style.decimal[0], fixed: true, proved: true}
			if v, _, is := own.read([]byte(text), false, nil); is != fine || v != micros {
				t.Fatalf("%q of %d is read as %d (%d)", text, micros, v, is)
			}
			other := numbers{decimal: own.other()}
			if v, _, is := other.read([]byte(text), false, nil); is == fine && v != micros && other.doubt == "" {
				t.Fatalf("%q of %d is read as %d without a doubt", text, micros, v)
			}
		}
	}
}

// write writes millionths as a number.
func write(micros int64, decimals int, group, decimal string) string {
	whole := fmt.Sprint(micros / 1_000_000)
	var b strings.Builder
	for i, c := range whole {
		if i > 0 && (len(whole)-i)%3 == 0 {
			b.WriteString(group)
		}
		b.WriteRune(c)
	}
	if decimals > 0 {
		b.WriteString(decimal + fmt.Sprintf("%06d", micros%1_000_000)[:decimals])
	}
	return b.String()
}

func TestPerUnit(t *testing.T) {
	check := func(price, quantity, per, want int64, ok bool) {
		t.Helper()
		if got, fits := perUnit(price, quantity, per); got != want || fits != ok {
			t.Errorf("%d × %d ÷ %d is %d %v, want %d", price, quantity, per, got, fits, want)
		}
	}
	check(135_677, 113_284, 1000, 15_370_033, true) // 0.135677 a thousand
	check(500, 1, 1000, 1, true)                    // half rounds up
	check(499, 1, 1000, 0, true)
	check(1_000_000_000_000_000_000, 1_000_000_000_000, 1, 0, false)
	check(1_000_000_000_000_000_000, 1000, 1000, 1_000_000_000_000_000_000, true)
}
