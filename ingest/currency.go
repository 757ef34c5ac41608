package ingest

import (
	"slices"
	"strings"

	"golang.org/x/text/currency"
)

// marks are the signs of currencies in cells, headers and number formats, with
// the currencies that each may stand for. A sign of several needs the account's
// currency to be read.
var marks = map[string][]string{
	"€": {"EUR"}, "£": {"GBP"}, "₹": {"INR"}, "₺": {"TRY"}, "₴": {"UAH"}, "₪": {"ILS"}, "₫": {"VND"}, "₱": {"PHP"}, "₩": {"KRW"}, "zł": {"PLN"},
	"US$": {"USD"}, "$US": {"USD"}, "CA$": {"CAD"}, "C$": {"CAD"}, "$CA": {"CAD"}, "A$": {"AUD"}, "AU$": {"AUD"}, "$AU": {"AUD"},
	"NZ$": {"NZD"}, "$NZ": {"NZD"}, "HK$": {"HKD"}, "S$": {"SGD"}, "R$": {"BRL"}, "MX$": {"MXN"}, "£GB": {"GBP"},
	"$":  {"USD", "CAD", "AUD", "NZD", "SGD", "HKD", "MXN", "ARS", "CLP", "COP"},
	"¥":  {"JPY", "CNY"},
	"kr": {"SEK", "NOK", "DKK", "ISK"}, "kr.": {"DKK", "SEK", "NOK", "ISK"},
	"Rs": {"INR", "PKR", "LKR", "NPR"}, "Rs.": {"INR", "PKR", "LKR", "NPR"},
	"Fr.": {"CHF"}, "Rp": {"IDR"},
}

// currenciesOf lists what a sign or an ISO code may stand for; nil where it is
// neither.
func currenciesOf(mark string) []string {
	if c, ok := marks[mark]; ok {
		return c
	}
	if len(mark) == 3 && mark == strings.ToUpper(mark) {
		if u, err := currency.ParseISO(mark); err == nil && u != currency.XXX {
			return []string{u.String()}
		}
	}
	return nil
}

// settle is the currency that a sign stands for, given the account's. ok is
// false where the sign leaves the choice open.
func settle(mark, account string) (code string, ok bool) {
	c := currenciesOf(mark)
	switch {
	case len(c) == 1:
		return c[0], true
	case slices.Contains(c, account):
		return account, true
	}
	return "", false
}

// formatCurrency finds the currency in a sheet's number format, as in
// [$£-809]#,##0.00 or "₹ "#,##0.00; "" where there is none.
func formatCurrency(format string) string {
	if _, rest, ok := strings.Cut(format, "[$"); ok {
		inside, _, _ := strings.Cut(rest, "]")
		mark, _, _ := strings.Cut(inside, "-")
		if mark = strings.TrimSpace(mark); currenciesOf(mark) != nil {
			return mark
		}
	}
	format = strings.NewReplacer(`"`, "", `\`, "", "\u00a0", " ").Replace(format)
	for _, word := range strings.FieldsFunc(format, func(r rune) bool { return strings.ContainsRune(" #0,.;_-()*?[]", r) }) {
		if word != "" && currenciesOf(word) != nil {
			return word
		}
	}
	return ""
}
