package ingest

import "vigie/internal/locale"

// The Trade Desk: the reports of My Reports, as .xlsx or .csv.
//
// A flat table without lines before or after it and without totals; its headers are
// English whatever the interface's language. European exports write decimals
// with a comma under those English headers, so neither sign is expected: the
// cells decide, and a column that can be read in two ways is asked about.
//
// Amounts come in several currencies and at several stages: "Advertiser Cost
// (Adv Currency)" is what the advertiser pays, in the currency that Advertiser
// Currency Code names. TTD Cost and Partner Cost are parts of it before fees
// and margin, and are not taken; nor is any amount in the partner's currency.
//
// Clicks are clicks on the ad. Conversions are counted by tracking tag: "01 - Total
// Click + View Conversions" is the first one of the report, and which tag that
// is stands only in its settings. The sum over all tags is taken where the
// report has it, and nothing else.
//
// Not confirmed: a real file. The headers are those that several people's
// programs read.
var _ = register(Platform{
	ID:    "thetradedesk",
	Label: "The Trade Desk",
	Export: locale.Text{
		EN: "a report of The Trade Desk (My Reports; by Date, Advertiser, Campaign and Ad Group, with Advertiser Cost and Advertiser Currency Code) as .xlsx or .csv",
		FR: "un rapport de The Trade Desk (My Reports\u00a0; par Date, Advertiser, Campaign et Ad Group, avec Advertiser Cost et Advertiser Currency Code) au format .xlsx ou .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a real file: its headers are those that people’s programs read",
		FR: "un fichier réel\u00a0: ses en-têtes sont ceux que lisent des programmes d’utilisateurs",
	},
	Signature: []string{
		"Advertiser Cost (Adv Currency)", "Advertiser Cost (Advertiser Currency)", "Advertiser Cost (USD) + Impressions", "TTD Cost (Adv Currency)", "Advertiser Currency Code + Impressions",
	},
	Totals: Totals{Blank: true, Labels: []string{"Total", "Grand Total"}},
	Columns: []Header{
		{As: "day", EN: "Date | Day", FR: "Date | Jour"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},

		{As: "account", EN: "Advertiser", FR: "Annonceur"},
		{As: "account_id", EN: "Advertiser ID", FR: "ID de l’annonceur"},
		{As: "currency", EN: "Advertiser Currency Code", FR: "Code de devise de l’annonceur"},
		{As: "campaign", EN: "Campaign", FR: "Campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad Group", FR: "Groupe d’annonces"},
		{As: "ad_group_id", EN: "Ad Group ID", FR: "ID du groupe d’annonces"},
		{As: "ad", EN: "Creative", FR: "Création"},
		{As: "ad_id", EN: "Creative ID", FR: "ID de la création"},
		{As: "breakdown:publisher", EN: "Publisher Name | Publisher", FR: "Éditeur"},
		{As: "breakdown:site", EN: "Site | Site Name", FR: "Site"},
		{As: "breakdown:inventory", EN: "Supply Vendor | Inventory Contract", FR: "Fournisseur d’inventaire"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:device", EN: "Device Type", FR: "Type d’appareil"},
		{As: "breakdown:media", EN: "Media Type | Ad Format", FR: "Format"},

		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "spend", EN: "Advertiser Cost (Adv Currency) | Advertiser Cost (Advertiser Currency)", FR: "Coût annonceur (devise de l’annonceur)"},
		{As: "unused", EN: "Advertiser Cost (USD)", Beside: "Advertiser Currency Code", Note: locale.Text{
			EN: "in dollars whatever the advertiser’s currency: not taken",
			FR: "en dollars quelle que soit la devise de l’annonceur\u00a0: non pris",
		}},
		{As: "spend", EN: "Advertiser Cost (USD)"},
		{As: "bids", EN: "Bids", FR: "Enchères"},
		{As: "conversions", EN: "All Last Click + View Conversions | Total Click + View Conversions", Note: locale.Text{
			EN: "conversions of all tracking tags, after a click and after a view",
			FR: "conversions de toutes les balises, après un clic et après un affichage",
		}},
		{As: "video_views", EN: "Player Starts | Player Views"},
		{As: "video_25", EN: "Player 25% Complete"},
		{As: "video_50", EN: "Player 50% Complete"},
		{As: "video_75", EN: "Player 75% Complete"},
		{As: "video_100", EN: "Player Completed Views | Player 100% Complete"},

		{As: "unused", EN: "Advertiser Cost (Partner Currency) | TTD Cost (Adv Currency) | TTD Cost (Partner Currency) | TTD Cost (USD) | Partner Cost (Adv Currency) | Partner Cost (Partner Currency) | Partner Cost (USD) | Media Cost (Adv Currency) | Media Cost (Partner Currency) | Data Cost (Adv Currency) | Data Cost (Partner Currency) | Total Bid Amount (Adv Currency) | Total Bid Amount (Partner Currency)", Note: locale.Text{
			EN: "not what the advertiser pays, or not in its currency: not taken",
			FR: "pas ce que paie l’annonceur, ou pas dans sa devise\u00a0: non pris",
		}},
		{As: "unused", EN: "Partner | Partner ID | Partner Currency Code | Ad Group Integration Code | Campaign Integration Code | Creative Integration Code | CTR | Click Through Rate | CPM | CPC | Sampled Tracked Impressions | Sampled Viewed Impressions | Frequency | Audience | Audience ID"},
	},
})
