package simulate

import (
	"bytes"
	"strconv"
	"strings"

	"vigie/internal/locale"
)

// ratio writes num ÷ den with a fixed count of decimals and a point, rounded
// half up, from whole numbers only. den is positive.
func ratio(num, den int64, decimals int) string {
	scale := int64(1)
	for range decimals {
		scale *= 10
	}
	s := strconv.FormatInt(mulDiv(num, scale, den), 10)
	if decimals == 0 {
		return s
	}
	for len(s) <= decimals {
		s = "0" + s
	}
	return s[:len(s)-decimals] + "." + s[len(s)-decimals:]
}

// comma makes the decimal mark French.
func comma(s string) string { return strings.Replace(s, ".", ",", 1) }

// grouped puts U+00A0 between groups of three digits, as French exports do.
func grouped(s string) string {
	whole, frac, _ := strings.Cut(s, ",")
	for i := len(whole) - 3; i > 0; i -= 3 {
		whole = whole[:i] + locale.NBSP + whole[i:]
	}
	if frac != "" {
		whole += "," + frac
	}
	return whole
}

// writeCells writes one line of a delimited file as the platforms do: quotes
// only around cells that hold a comma, a quote or a tab.
func writeCells(b *bytes.Buffer, delimiter byte, cells []string) {
	for i, c := range cells {
		if i > 0 {
			b.WriteByte(delimiter)
		}
		if strings.ContainsAny(c, ",\"\t") {
			c = `"` + strings.ReplaceAll(c, `"`, `""`) + `"`
		}
		b.WriteString(c)
	}
	b.WriteByte('\n')
}
