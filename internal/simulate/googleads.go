package simulate

import (
	"bytes"
	"fmt"
	"strconv"

	"vigie/internal/locale"
)

// report is how deep an export goes, and how it is titled.
type report struct {
	title, totals string
	ads           bool // ads, or what the demo's exports stop at
}

var (
	googleCampaigns = report{title: "Rapport sur les campagnes", totals: "Campagnes"}
	googleAds       = report{title: "Rapport sur les annonces", totals: "Annonces", ads: true}
)

// googleReport writes the report of a French Google Ads account, by day: UTF-8
// with commas, two lines before the header, counts in groups of three with U+00A0,
// a decimal comma, two totals rows at the end with ` --` in the cells that cannot
// be added up. The second is that of the account: it counts what the rows leave
// out, too.
func googleReport(r report, days []Day, left Day, first, last locale.Day) []byte {
	var b bytes.Buffer
	b.WriteString(r.title + "\n")
	b.WriteString(googleDate(first) + " - " + googleDate(last) + "\n")
	row := func(cells ...string) { writeCells(&b, ',', cells) }
	head := []string{"Jour", "Campagne", "État de la campagne", "Code de la devise"}
	total := []string{" --", " --", "EUR"}
	if r.ads {
		head = []string{"Jour", "Campagne", "Groupe d’annonces", "Nom de l’annonce", "ID de l’annonce", "État de l’annonce", "Code de la devise"}
		total = []string{" --", " --", " --", " --", " --", "EUR"}
	}
	row(append(head, "Impr.", "Clics", "CTR", "CPC moy.", "Coût", "Conversions", "Taux de conv.", "Coût/conv.", "Valeur conv.")...)
	var all Day
	ids := numbers{from: 698_120_447_310, by: 7_411}
	for _, d := range days {
		cells := []string{d.Day.String(), d.Campaign, "Activée", "EUR"}
		if r.ads {
			cells = []string{d.Day.String(), d.Campaign, d.AdSet, d.Ad, ids.of(d.Ad), "Activée", "EUR"}
		}
		row(append(cells, googleNumbers(d)...)...)
		all = all.plus(d)
	}
	for _, t := range []struct {
		scope string
		sum   Day
	}{{r.totals, all}, {"Compte", all.plus(left)}} {
		row(append(append([]string{"Total : " + t.scope}, total...), googleNumbers(t.sum)...)...)
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
		grouped(comma(ratio(d.Value, million, 2))),
	}
}

// numbers are the ids that a platform gives to names, in the order in which they
// come.
type numbers struct {
	from, by int64
	given    map[string]string
}

func (n *numbers) of(name string) string {
	if n.given == nil {
		n.given = map[string]string{}
	}
	id, ok := n.given[name]
	if !ok {
		id = fmt.Sprint(n.from + n.by*int64(len(n.given)))
		n.given[name] = id
	}
	return id
}

// googleDate is a day as the second line of a French report writes it:
// 14 sept. 2026.
func googleDate(d locale.Day) string {
	months := [...]string{"janv.", "févr.", "mars", "avr.", "mai", "juin", "juil.", "août", "sept.", "oct.", "nov.", "déc."}
	y, m, day := d.Time().Date()
	return strconv.Itoa(day) + " " + months[m-1] + " " + strconv.Itoa(y)
}
