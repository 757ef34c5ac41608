package chart

import (
	"fmt"
	"math"
	"strings"

	"vigie/internal/locale"
)

// Format says how the values of a chart are written. It is the name of a
// formatter of assets/kit.js, which writes as this type does: "num0" to "num3"
// for plain numbers, "pct0" to "pct3" for ratios shown as percentages,
// "times1" for multiples, and for money the currency's code with its decimals,
// "eur2". Another name is a mistake of the caller and panics.
type Format string

// Money is the format of amounts in units of a currency given by its ISO code.
func Money(currency string, decimals int) Format {
	return Format(fmt.Sprintf("%s%d", strings.ToLower(currency), decimals))
}

// thousands is the format of large amounts on an axis: 120 k€.
func thousands(currency string) Format { return Format(strings.ToLower(currency) + "k") }

func (f Format) parts() (kind string, decimals int) {
	n := len(f) - 1
	if n < 3 || n > 5 || f[n] < '0' || f[n] > '3' {
		panic(fmt.Sprintf("chart: format %q: want a name such as num0, pct1, times2, eur2", string(f)))
	}
	kind = string(f[:n])
	switch {
	case kind == "num", kind == "pct", kind == "times":
	case n == 3 && strings.Trim(kind, "abcdefghijklmnopqrstuvwxyz") == "":
		kind = strings.ToUpper(kind)
	default:
		panic(fmt.Sprintf("chart: format %q: want a name such as num0, pct1, times2, eur2", string(f)))
	}
	return kind, int(f[n] - '0')
}

// Text writes a value; NaN is a dash.
func (f Format) Text(l locale.Lang, v float64) string {
	if cur, ok := strings.CutSuffix(string(f), "k"); ok {
		cur = strings.ToUpper(cur)
		if !(math.Abs(v) >= 10_000) || math.IsInf(v, 0) {
			return l.Money(v, cur, 0)
		}
		n := l.Compact(v)
		if l == locale.FR {
			if l.Symbol(cur) == cur { // k€, but k CHF
				n += locale.NBSP
			}
			return n + l.Symbol(cur)
		}
		return strings.Replace(l.Money(math.Copysign(1, v), cur, 0), "1", strings.TrimPrefix(n, locale.Minus), 1)
	}
	switch kind, d := f.parts(); kind {
	case "num":
		return l.Number(v, d)
	case "pct":
		return l.Percent(v, d)
	case "times":
		return l.Times(v, d)
	default:
		return l.Money(v, kind, d)
	}
}

// delta writes a difference of two values, with its sign: points for rates, the
// bare number for the others, whose unit stands beside the values.
func (f Format) delta(l locale.Lang, v float64) string {
	kind, d := f.parts()
	if kind == "pct" {
		return locale.Signed(l.Points(v, d))
	}
	return locale.Signed(l.Number(v, d))
}

// unit is the smallest difference that the format shows.
func (f Format) unit() float64 {
	kind, d := f.parts()
	if kind == "pct" {
		d += 2
	}
	return math.Pow10(-d)
}

// interval writes [low ; high] without the unit, as it stands beside a value.
func (f Format) interval(l locale.Lang, low, high float64) string {
	return f.between(l, low, high, func(s string) string { return s })
}

// deltaInterval is the interval of a difference: its bounds have their signs.
func (f Format) deltaInterval(l locale.Lang, low, high float64) string {
	return f.between(l, low, high, locale.Signed)
}

func (f Format) between(l locale.Lang, low, high float64, sign func(string) string) string {
	kind, d := f.parts()
	if kind == "pct" {
		low, high = low*100, high*100
	}
	return l.Interval(sign(l.Number(low, d)), sign(l.Number(high, d)))
}

// axis is the format of the labels of an axis: as few decimals as its step
// needs.
func (f Format) axis(step float64) Format {
	kind, _ := f.parts()
	if kind == "pct" {
		step *= 100
	}
	d := 0
	for p := step; d < 3 && math.Abs(p-math.Round(p)) > 1e-9*p; p *= 10 {
		d++
	}
	if len(kind) == 3 && kind != "num" && kind != "pct" && d == 1 {
		d = 2 // money has cents or none
	}
	return Format(fmt.Sprintf("%s%d", strings.ToLower(kind), d))
}
