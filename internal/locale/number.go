package locale

import (
	"math"
	"strconv"
	"strings"
)

// group inserts the thousands separator into the digits of a whole number.
// French groups from four digits up, as ICU does: 1 234.
func (l Lang) group(digits string) string {
	sep := NNBSP
	if l == EN {
		sep = ","
	}
	if len(digits) <= 3 {
		return digits
	}
	var b strings.Builder
	head := len(digits) % 3
	b.WriteString(digits[:head])
	for i := head; i < len(digits); i += 3 {
		if b.Len() > 0 {
			b.WriteString(sep)
		}
		b.WriteString(digits[i : i+3])
	}
	return b.String()
}

// Number formats a number with a fixed count of decimals, rounded half away
// from zero as it is read in base ten; an absent one (NaN, ±Inf) is a dash.
func (l Lang) Number(v float64, decimals int) string {
	if math.IsNaN(v) || math.IsInf(v, 0) {
		return Dash
	}
	s := round(v, decimals)
	neg := strings.HasPrefix(s, "-")
	s = strings.TrimPrefix(s, "-")
	whole, frac, _ := strings.Cut(s, ".")
	s = l.group(whole)
	if frac != "" {
		if l == EN {
			s += "." + frac
		} else {
			s += "," + frac
		}
	}
	if neg && strings.ContainsAny(s, "123456789") {
		s = Minus + s
	}
	return s
}

// round writes v with a fixed count of decimals. The shortest decimal that is
// v is rounded half away from zero, so that 2.675 gives 2.68 as people expect,
// not 2.67 as its binary value would.
func round(v float64, decimals int) string {
	s := strconv.FormatFloat(math.Abs(v), 'f', -1, 64)
	whole, frac, _ := strings.Cut(s, ".")
	if len(frac) > decimals {
		up := frac[decimals] >= '5'
		digits := []byte(whole + frac[:decimals])
		for i := len(digits) - 1; up && i >= 0; i-- {
			if digits[i] == '9' {
				digits[i] = '0'
			} else {
				digits[i]++
				up = false
			}
		}
		s = string(digits)
		if up {
			s = "1" + s
		}
		whole, frac = s[:len(s)-decimals], s[len(s)-decimals:]
	}
	for len(frac) < decimals {
		frac += "0"
	}
	s = whole
	if decimals > 0 {
		s += "." + frac
	}
	if v < 0 {
		s = "-" + s
	}
	return s
}

// Int formats a whole number.
func (l Lang) Int(n int64) string { return l.Number(float64(n), 0) }

// Count formats a count that a platform may split (108,29 conversions): whole
// ones without decimals, others with at most two.
func (l Lang) Count(v float64) string {
	for d := range 2 {
		if p := math.Pow10(d); math.Abs(v*p-math.Round(v*p)) < 1e-6 {
			return l.Number(v, d)
		}
	}
	return l.Number(v, 2)
}

// symbols of the currencies, as ICU writes them in each language. Others are
// written by their code.
var symbols = map[string]Text{
	"EUR": {EN: "€", FR: "€"},
	"USD": {EN: "$", FR: "$US"},
	"GBP": {EN: "£", FR: "£GB"},
	"CAD": {EN: "CA$", FR: "$CA"},
	"AUD": {EN: "A$", FR: "$AU"},
	"JPY": {EN: "¥", FR: "¥"},
	"INR": {EN: "₹", FR: "₹"},
}

// Symbol is a currency's sign in the language, its code where it has none.
func (l Lang) Symbol(currency string) string {
	if t, ok := symbols[currency]; ok {
		return t.In(l)
	}
	return currency
}

// Money formats an amount in units of the currency: 1 234,50 € in French,
// €1,234.50 in English.
func (l Lang) Money(v float64, currency string, decimals int) string {
	n := l.Number(v, decimals)
	if n == Dash || currency == "" {
		return n
	}
	sym := l.Symbol(currency)
	if l == FR {
		return n + NBSP + sym
	}
	neg := strings.HasPrefix(n, Minus)
	n = strings.TrimPrefix(n, Minus)
	if sym == currency {
		sym += NBSP
	}
	if neg {
		return Minus + sym + n
	}
	return sym + n
}

// Percent formats a ratio: 0.0342 is 3,42 %.
func (l Lang) Percent(ratio float64, decimals int) string {
	n := l.Number(ratio*100, decimals)
	switch {
	case n == Dash:
		return n
	case l == FR:
		return n + NBSP + "%"
	}
	return n + "%"
}

// Points formats a difference of two ratios: 0.004 is 0,4 pt.
func (l Lang) Points(diff float64, decimals int) string {
	n := l.Number(diff*100, decimals)
	switch {
	case n == Dash:
		return n
	case l == FR:
		return n + NBSP + "pt"
	}
	return n + NBSP + l.Plural(math.Abs(diff*100), "pt", "pts")
}

// Times formats a multiple such as a ROAS: 4,20 ×.
func (l Lang) Times(v float64, decimals int) string {
	n := l.Number(v, decimals)
	switch {
	case n == Dash:
		return n
	case l == FR:
		return n + NBSP + "×"
	}
	return n + "×"
}

// Signed puts a plus before a formatted positive number; zero stays bare.
func Signed(s string) string {
	if s == Dash || strings.HasPrefix(s, Minus) || !strings.ContainsAny(s, "123456789") {
		return s
	}
	return "+" + s
}

// Compact shortens a large number for an axis: 1,2 M, 12 k; below a thousand
// it is written in full.
func (l Lang) Compact(v float64) string {
	space := NBSP
	if l == EN {
		space = ""
	}
	short := func(x float64) string {
		if tenths := math.Round(x * 10); math.Abs(x) < 10 && math.Mod(tenths, 10) != 0 {
			return l.Number(x, 1)
		}
		return l.Number(x, 0)
	}
	switch a := math.Abs(v); {
	case math.IsNaN(v):
		return Dash
	case a >= 999_500:
		return short(v/1e6) + space + "M"
	case a >= 10_000:
		return short(v/1e3) + space + "k"
	case a >= 100 || v == math.Trunc(v):
		return l.Number(v, 0)
	}
	return l.Count(v)
}
