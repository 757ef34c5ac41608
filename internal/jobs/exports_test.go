package jobs

import (
	"bytes"
	"encoding/csv"
	"fmt"
	"time"

	"vigie/internal/locale"
	"vigie/internal/simulate"
)

// row is a day of a platform campaign, as exports tell of it.
type row struct {
	day                        locale.Day
	campaign, adSet            string
	impressions, clicks, leads int64
	spend                      int64 // millionths
}

// demoRows are the demo agency's days on a platform; after the last of them the
// weeks go on as they were.
func demoRows(platform string, from, to locale.Day) (rows []row) {
	days := simulate.DemoDays()
	last := days[len(days)-1].Day
	for d := from; d <= to; d++ {
		like := d
		for like > last {
			like -= 7
		}
		for _, x := range days {
			if x.Platform == platform && x.Day == like {
				rows = append(rows, row{d, x.Campaign, x.AdSet, x.Impressions, x.Clicks, x.Conversions, x.Spend})
			}
		}
	}
	return rows
}

// plainRows are the same every day, for campaigns of which only that they have
// data matters.
func plainRows(campaign string, from, to locale.Day) (rows []row) {
	for d := from; d <= to; d++ {
		rows = append(rows, row{d, campaign, "", 1000, 40, 3, 25_000_000})
	}
	return rows
}

// export writes rows as one of the platforms would, in English, and names the
// file.
func export(platform string, rows []row, from, to locale.Day, made time.Time) (name string, body []byte) {
	var b bytes.Buffer
	w := csv.NewWriter(&b)
	money := func(micros int64) string { return fmt.Sprintf("%.2f", float64(micros)/1e6) }
	switch platform {
	case "googleads":
		name = "Campaign report"
		fmt.Fprintf(&b, "Campaign report\n\"%s - %s\"\n", from.Time().Format("January 2, 2006"), to.Time().Format("January 2, 2006"))
		w.Write([]string{"Day", "Campaign", "Currency code", "Impr.", "Clicks", "Cost", "Conversions", "Conv. value"})
		for _, x := range rows {
			w.Write([]string{x.day.String(), x.campaign, "EUR", fmt.Sprint(x.impressions), fmt.Sprint(x.clicks), money(x.spend), fmt.Sprintf("%d.00", x.leads), fmt.Sprintf("%d.00", 14*x.leads)})
		}
	case "metaads":
		name = "Campaigns"
		w.Write([]string{"Reporting starts", "Reporting ends", "Campaign name", "Day", "Amount spent (EUR)", "Impressions", "Link clicks", "Leads"})
		for _, x := range rows {
			w.Write([]string{from.String(), to.String(), x.campaign, x.day.String(), money(x.spend), fmt.Sprint(x.impressions), fmt.Sprint(x.clicks), fmt.Sprint(x.leads)})
		}
	case "linkedinads":
		name = "campaign_performance_report"
		const at = "January 2, 2006, 3:04 PM"
		fmt.Fprintf(&b, "Campaign Performance Report (in UTC)\n\"Report Start: %s\"\n\"Report End: %s\"\n\"Date Generated: %s\"\n\n",
			from.Time().Format(at), to.Time().Add(24*time.Hour-time.Minute).Format(at), made.UTC().Format(at))
		w.Write([]string{"Start Date (in UTC)", "Account Name", "Currency", "Campaign ID", "Campaign Name", "Ad Set ID", "Ad Set Name", "Total Spent", "Impressions", "Clicks", "Conversions", "Leads"})
		for _, x := range rows {
			if x.impressions > 0 {
				w.Write([]string{x.day.Time().Format("1/2/2006"), "Bloc d’Ardoise", "EUR", "731904466", x.campaign, fmt.Sprint(1000 + len(x.adSet)), x.adSet, money(x.spend), fmt.Sprint(x.impressions), fmt.Sprint(x.clicks), fmt.Sprint(x.leads), fmt.Sprint(x.leads)})
			}
		}
	default:
		panic(platform)
	}
	w.Flush()
	return fmt.Sprintf("%s %s to %s.csv", name, from, to), b.Bytes()
}
