package simulate

import (
	"bytes"
	"encoding/binary"
	"fmt"
	"time"
	"unicode/utf16"

	"vigie/internal/locale"
)

var (
	linkedinCampaigns = report{title: "Campaign Performance Report (in UTC)"}
	linkedinAds       = report{title: "Ad Performance Report (in UTC)", ads: true}
)

// linkedinReport writes a performance report of LinkedIn Campaign Manager in
// English, by day: UTF-16LE with a byte order mark and tabs, named .csv, four lines
// and an empty one before the header. Since 2026 "Campaign" is what was the campaign
// group, and "Ad Set" what was the campaign. A day without impressions has no row,
// and nothing is added up.
func linkedinReport(r report, account string, days []Day, first, last locale.Day, made time.Time) []byte {
	var b bytes.Buffer
	line := func(cells ...string) { writeCells(&b, '\t', cells) }
	const at = "January 2, 2006, 3:04 PM"
	line(r.title)
	line("Report Start: " + first.Time().Format(at))
	line("Report End: " + last.Time().Add(24*time.Hour-time.Minute).Format(at))
	line("Date Generated: " + made.Format(at))
	line("")
	head := []string{"Start Date (in UTC)", "Account Name", "Currency", "Campaign ID", "Campaign Name", "Campaign Status", "Ad Set ID", "Ad Set Name", "Ad Set Objective"}
	if r.ads {
		head = append(head, "Ad Name", "Ad ID", "Ad Status")
	}
	line(append(head, "Total Spent", "Impressions", "Clicks", "Click Through Rate", "Average CPM", "Average CPC", "Conversions", "Leads", "Clicks to Landing Page")...)
	campaigns := numbers{from: 731_904_466, by: 2_718}
	ids := numbers{from: 418_220_351, by: 1_309}
	ads := numbers{from: 1_552_896_563, by: 4_091}
	for _, d := range days {
		campaign, set := campaigns.of(d.Campaign), ids.of(d.AdSet)
		ad := ads.of(d.Ad)
		if d.Impressions == 0 {
			continue
		}
		cpc := "0.00"
		if d.Clicks > 0 {
			cpc = ratio(d.Spend, d.Clicks*million, 2)
		}
		cells := []string{d.Day.Time().Format("1/2/2006"), account, "EUR", campaign, d.Campaign, "Active", set, d.AdSet, "Lead generation"}
		if r.ads {
			cells = append(cells, d.Ad, ad, "Active")
		}
		line(append(cells, ratio(d.Spend, million, 2), fmt.Sprint(d.Impressions), fmt.Sprint(d.Clicks), ratio(100*d.Clicks, d.Impressions, 3)+"%",
			ratio(1000*d.Spend, d.Impressions*million, 2), cpc, fmt.Sprint(d.Conversions), fmt.Sprint(d.Conversions), fmt.Sprint(d.Clicks))...)
	}
	return utf16LE(b.String())
}

// utf16LE encodes a text with a byte order mark.
func utf16LE(s string) []byte {
	out := []byte{0xff, 0xfe}
	for _, u := range utf16.Encode([]rune(s)) {
		out = binary.LittleEndian.AppendUint16(out, u)
	}
	return out
}
