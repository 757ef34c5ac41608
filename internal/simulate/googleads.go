package simulate

import (
	"bytes"
	"strconv"

	"vigie/internal/locale"
)

// leadValue is what the account counts for a booking, in euros: what a first
// visit brings on average.
const leadValue = 14

// googleCampaigns writes the campaign report of a French Google Ads account,
// by day: UTF-8 with commas, two lines before the header, counts in groups of
// three with U+00A0, a decimal comma, two totals rows at the end with ` --` in
// the cells that cannot be added up.
func googleCampaigns(days []Day, first, last locale.Day) []byte {
	var b bytes.Buffer
	b.WriteString("Rapport sur les campagnes\n")
	b.WriteString(googleDate(first) + " - " + googleDate(last) + "\n")
	row := func(cells ...string) { writeCells(&b, ',', cells) }
	row("Jour", "Campagne", "État de la campagne", "Code de la devise", "Impr.", "Clics", "CTR", "CPC moy.", "Coût", "Conversions", "Taux de conv.", "Coût/conv.", "Valeur conv.")
	var all Day
	for _, d := range days {
		row(append([]string{d.Day.String(), d.Campaign, "Activée", "EUR"}, googleNumbers(d)...)...)
		all.Impressions += d.Impressions
		all.Clicks += d.Clicks
		all.Spend += d.Spend
		all.Conversions += d.Conversions
	}
	for _, scope := range []string{"Total : Campagnes", "Total : Compte"} {
		row(append([]string{scope, " --", " --", "EUR"}, googleNumbers(all)...)...)
	}
	return b.Bytes()
}

func googleNumbers(d Day) []string {
	percent := func(num, den int64) string {
		if den == 0 {
			return " --"
		}
		return comma(ratio(100*num, den, 2)) + locale.NBSP + "%"
	}
	each := func(count int64) string {
		if count == 0 {
			return " --"
		}
		return comma(ratio(d.Spend, count*million, 2))
	}
	return []string{
		grouped(strconv.FormatInt(d.Impressions, 10)),
		grouped(strconv.FormatInt(d.Clicks, 10)),
		percent(d.Clicks, d.Impressions),
		each(d.Clicks),
		comma(ratio(d.Spend, million, 2)), // Google does not group money
		grouped(comma(ratio(d.Conversions, 1, 2))),
		percent(d.Conversions, d.Clicks),
		each(d.Conversions),
		grouped(comma(ratio(leadValue*d.Conversions, 1, 2))),
	}
}

// googleDate is a day as the second line of a French report writes it:
// 14 sept. 2026.
func googleDate(d locale.Day) string {
	months := [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
	y, m, day := d.Time().Date()
	return strconv.Itoa(day) + " " + months[m-1] + " " + strconv.Itoa(y)
}
