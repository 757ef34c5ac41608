package ingest

import "vigie/internal/locale"

// Apple Ads (formerly Apple Search Ads): the report tables of its API, as
// connectors store them; and the reports of the interface as far as they are
// known.
//
// A tap is a click, and opens the product page in the App Store. Conversions
// are installs of the app after a tap, first downloads and downloads again;
// installs after a view are counted apart and not taken. There is no value of
// conversions.
//
// The API counts amounts in units of the account's currency, which stands
// beside each ("local_spend_currency"). Objects have ids and no names; in
// tables of campaigns the campaign's id is called id.
//
// Not confirmed: a file of the interface. Its English headers are the words of
// Apple's help pages; the French ones are not known.
var _ = register(Platform{
	ID:    "appleads",
	Label: "Apple Ads",
	Export: locale.Text{
		EN: "a custom report of Apple Ads (Custom Reports, granularity Daily) as .csv",
		FR: "un rapport personnalisé d’Apple Ads (Rapports personnalisés, granularité quotidienne) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a file of the interface as a whole: its English headers are the words of help pages, its French ones are not known",
		FR: "un fichier de l’interface dans son ensemble\u00a0: ses en-têtes anglais sont les mots des pages d’aide, les français ne sont pas connus",
	},
	Signature: []string{"Taps + Spend", "Taps + Impressions", "Avg CPT (Local Spend)"},
	Decimal:   map[locale.Lang]byte{locale.EN: '.'},
	Totals:    Totals{Blank: true, Labels: []string{"Total", "Grand Total"}},
	Columns: []Header{
		{As: "day", EN: "Date | Day"},
		{As: "currency", EN: "Currency | Spend Currency"},
		{As: "account", EN: "Account Name | Campaign Group Name"},
		{As: "account_id", EN: "Account ID | Campaign Group ID | Org ID"},
		{As: "campaign", EN: "Campaign Name | Campaign"},
		{As: "campaign_id", EN: "Campaign ID"},
		{As: "ad_group", EN: "Ad Group Name | Ad Group"},
		{As: "ad_group_id", EN: "Ad Group ID"},
		{As: "ad", EN: "Ad Name | Ad"},
		{As: "ad_id", EN: "Ad ID"},
		{As: "search_term", EN: "Search Term"},
		{As: "keyword", EN: "Keyword"},
		{As: "match_type", EN: "Match Type"},
		{As: "breakdown:country", EN: "Country or Region | Country | Storefront"},
		{As: "breakdown:device", EN: "Device Class"},

		{As: "spend", EN: "Spend | Local Spend"},
		{As: "impressions", EN: "Impressions"},
		{As: "clicks", EN: "Taps", Note: appleTaps},
		{As: "conversions", EN: "Installs (Tap-Through) | Installs | Conversions", Note: appleInstalls},
		{As: "check:clicks", EN: "Avg CPT | Avg CPT (Local Spend)"},
		{As: "check:impressions", EN: "Avg CPM"},

		{As: "unused", EN: "Installs (Total) | Installs (View-Through) | New Downloads (Tap-Through) | Redownloads (Tap-Through) | New Downloads | Redownloads | LAT On Installs | LAT Off Installs | TTR | CR | CR (Tap-Through) | CR (Total) | Avg CPA | Avg CPA (Tap-Through) | Avg CPA (Total) | Daily Budget | Bid | Status | App Name | App ID"},
	},

	APISignature: []string{"taps + local_spend_amount"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "currency", EN: "local_spend_currency"},
		{As: "account_id", EN: "organization_id"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id | id"},
		{As: "ad_group", EN: "ad_group_name"},
		{As: "ad_group_id", EN: "ad_group_id"},
		{As: "ad", EN: "ad_name"},
		{As: "ad_id", EN: "ad_id"},
		{As: "search_term", EN: "search_term_text"},
		{As: "keyword", EN: "keyword_text"},
		{As: "match_type", EN: "match_type"},
		{As: "known_as_of", EN: "_fivetran_synced"},

		{As: "spend", EN: "local_spend_amount"},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "taps", Note: appleTaps},
		{As: "conversions", EN: "conversions | tap_installs", Note: appleInstalls},
		{As: "check:clicks", EN: "avg_cpt_amount"},

		{As: "unused", EN: "avg_cpa_amount | avg_cpa_currency | avg_cpt_currency | conversion_rate | lat_off_installs | lat_on_installs | new_downloads | redownloads | tap_new_downloads | tap_redownloads | tap_through_rate | keyword_id | total_installs | view_installs"},
	},
})

var (
	appleTaps = locale.Text{
		EN: "taps, which open the App Store and not a site",
		FR: "appuis, qui ouvrent l’App Store et non un site",
	}
	appleInstalls = locale.Text{
		EN: "installs of the app after a tap, first ones and repeated ones",
		FR: "installations de l’app après un appui, les premières et les suivantes",
	}
)
