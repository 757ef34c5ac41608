package ingest

import "vigie/internal/locale"

// Display & Video 360: the offline reports of the reporting page (Standard,
// Floodlight, YouTube, Reach), as .csv or .xlsx, sent by mail or downloaded.
//
// The header is the first line and dates are 2026/03/31. A sum of the rows whose
// dimensions are all empty follows them; reports on reach have none. After an
// empty line come what the report was: "Report Time", which dates what it
// knows, "Date Range", the days of a report without a column of days, then its
// groupings and filters. An empty report is one sentence. Small counts may be
// bounds, < 1000, which are read as missing.
//
// An amount's header says whose currency it is in: the advertiser's is taken,
// and the column Advertiser Currency says which one that is. "Revenue" is the
// revenue of whoever runs DV360, that is what the advertiser is billed for media,
// data, fees and margin: it is the client's spend. "Total Media Cost" leaves
// the margin out, "Media Cost" data and fees too; each is taken only where
// those before it are missing, and a note says which it is. Exports of one
// client should keep to one of them.
//
// An insertion order is read as the campaign, since budgets and flights are
// its, a line item as the ad group, a creative as the ad, the advertiser as the
// account; DV360's own campaigns only where there are no insertion orders.
// Impressions are those that were served; billable ones, which an outcome such as a
// view can make fewer, only where there are no others.
//
// Conversions are those of Campaign Manager's Floodlight, after a click or a
// view. Figures may move for seven days and are final on the first of the next
// month.
//
// Not confirmed: a file with amounts, and a French one. The headers of
// amounts are those that people's programs read; the French ones are the words
// of Google's French help pages, if headers are translated at all.
var _ = register(Platform{
	ID:       "dv360",
	Label:    "Display & Video 360",
	Maturity: 7, // its reports say so; final on the first of the next month
	Export: locale.Text{
		EN: "a Standard report of Display & Video 360 (Reporting, Offline reports; by Date, Advertiser, Insertion Order and Advertiser Currency) as .csv",
		FR: "un rapport Standard de Display & Video 360 (Rapports, Rapports hors connexion\u00a0; par date, annonceur, ordre d’insertion et devise de l’annonceur) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a file with amounts, whose headers are those that people’s programs read; a French file as a whole",
		FR: "un fichier avec des montants, dont les en-têtes sont ceux que lisent des programmes d’utilisateurs\u00a0; un fichier français dans son ensemble",
	},
	Signature: []string{
		"Insertion Order + Impressions", "Insertion Order ID + Impressions", "Billable Impressions", "Revenue (Adv Currency)", "Revenue (Advertiser Currency)", "Media Cost (Advertiser Currency)", "Total Media Cost (Advertiser Currency)",
		"Advertiser Currency + Impressions", "Line Item ID + Advertiser ID",
		"Ordre d’insertion + Impressions", "ID de l’ordre d’insertion + Impressions", "Revenu (devise de l’annonceur)", "Impressions facturables",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.'},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Totals:  Totals{Blank: true},
	NoData:  "No data returned by the reporting service. | No data returned by the reporting service",
	Footer:  "Report Time: | Date Range: | Group By: | MRC Accredited Metrics | Reporting numbers from | Filter by",
	Preamble: []Header{
		{As: "known_as_of", EN: "Report Time", FR: "Heure du rapport"},
		{As: "range", EN: "Date Range", FR: "Plage de dates | Période"},
	},
	Columns: []Header{
		{As: "day", EN: "Date", FR: "Date"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},

		{As: "account", EN: "Advertiser", FR: "Annonceur"},
		{As: "account_id", EN: "Advertiser ID", FR: "ID de l’annonceur"},
		{As: "currency", EN: "Advertiser Currency", FR: "Devise de l’annonceur"},
		{As: "campaign", EN: "Insertion Order", FR: "Ordre d’insertion"},
		{As: "campaign_id", EN: "Insertion Order ID", FR: "ID de l’ordre d’insertion"},
		{As: "unused", EN: "Campaign | Campaign ID", FR: "Campagne | ID de la campagne", Beside: "Insertion Order | Insertion Order ID | Ordre d’insertion | ID de l’ordre d’insertion", Note: locale.Text{
			EN: "the insertion order is taken as the campaign",
			FR: "l’ordre d’insertion est pris comme campagne",
		}},
		{As: "campaign", EN: "Campaign", FR: "Campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Line Item", FR: "Élément de campagne"},
		{As: "ad_group_id", EN: "Line Item ID", FR: "ID de l’élément de campagne"},
		{As: "ad", EN: "Creative | YouTube Ad", FR: "Création"},
		{As: "ad_id", EN: "Creative ID | YouTube Ad ID", FR: "ID de la création"},

		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:city", EN: "City", FR: "Ville"},
		{As: "breakdown:device", EN: "Device Type", FR: "Type d’appareil"},
		{As: "breakdown:environment", EN: "Environment", FR: "Environnement"},
		{As: "breakdown:exchange", EN: "Exchange", FR: "Place de marché"},
		{As: "breakdown:inventory", EN: "Inventory Source", FR: "Source d’inventaire"},
		{As: "breakdown:site", EN: "App/URL", FR: "Application/URL"},
		{As: "breakdown:age", EN: "Age", FR: "Âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Sexe"},
		{As: "breakdown:hour", EN: "Time of Day", FR: "Heure de la journée"},
		{As: "breakdown:creative_size", EN: "Creative Size", FR: "Taille de la création"},
		{As: "breakdown:conversion_action", EN: "Floodlight Activity Name | Floodlight Activity", FR: "Activité Floodlight"},

		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "impressions", EN: "Billable Impressions", FR: "Impressions facturables", Note: locale.Text{
			EN: "only impressions that are billed",
			FR: "seulement les impressions facturées",
		}},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "spend", EN: "Revenue (Adv Currency) | Revenue (Advertiser Currency)", FR: "Revenu (devise de l’annonceur) | Revenus (devise de l’annonceur)", Note: dvRevenue},
		{As: "unused", EN: "Revenue (USD) | Total Media Cost (USD) | Media Cost (USD)", FR: "Revenu (USD)", Beside: "Advertiser Currency | Devise de l’annonceur", Note: locale.Text{
			EN: "in dollars whatever the advertiser’s currency: not taken",
			FR: "en dollars quelle que soit la devise de l’annonceur\u00a0: non pris",
		}},
		{As: "spend", EN: "Revenue (USD)", FR: "Revenu (USD)", Note: dvRevenue},
		{As: "spend", EN: "Total Media Cost (Adv Currency) | Total Media Cost (Advertiser Currency) | Total Media Cost (USD)", FR: "Coût média total (devise de l’annonceur)", Note: locale.Text{
			EN: "media, data and fees, without the margin",
			FR: "média, données et frais, hors marge",
		}},
		{As: "spend", EN: "Media Cost (Adv Currency) | Media Cost (Advertiser Currency) | Media Cost (USD)", FR: "Coût média (devise de l’annonceur)", Note: locale.Text{
			EN: "media alone, without data, fees and margin",
			FR: "média seul, hors données, frais et marge",
		}},
		{As: "check:impressions", EN: "Revenue eCPM (Adv Currency) | Revenue eCPM (Advertiser Currency)", Beside: "Revenue (Adv Currency) | Revenue (Advertiser Currency)"},
		{As: "check:clicks", EN: "Revenue eCPC (Adv Currency) | Revenue eCPC (Advertiser Currency)", Beside: "Revenue (Adv Currency) | Revenue (Advertiser Currency)"},
		{As: "conversions", EN: "Total Conversions", FR: "Conversions totales | Total des conversions", Note: locale.Text{
			EN: "Floodlight conversions after a click and after a view",
			FR: "conversions Floodlight après un clic et après un affichage",
		}},
		{As: "view_conversions", EN: "Post-View Conversions", FR: "Conversions après affichage"},
		{As: "engagements", EN: "Engagements", FR: "Engagements"},
		{As: "video_views", EN: "TrueView: Views | TrueView Views | YouTube: Views", FR: "TrueView : vues"},
		{As: "video_25", EN: "First-Quartile Views (Video)", FR: "Lectures jusqu’au premier quartile (vidéo)"},
		{As: "video_50", EN: "Midpoint Views (Video)", FR: "Lectures jusqu’au point médian (vidéo)"},
		{As: "video_75", EN: "Third-Quartile Views (Video)", FR: "Lectures jusqu’au troisième quartile (vidéo)"},
		{As: "video_100", EN: "Complete Views (Video)", FR: "Lectures complètes (vidéo)"},
		{As: "viewable_impressions", EN: "Active View: Viewable Impressions", FR: "Active View : impressions visibles"},
		{As: "measurable_impressions", EN: "Active View: Measurable Impressions", FR: "Active View : impressions mesurables"},
		{As: "reach", EN: "Unique Reach: Total Reach | Unique Reach: Impression Reach", FR: "Couverture unique : couverture totale"},

		{As: "unused", EN: "Revenue (Partner Currency) | Total Media Cost (Partner Currency) | Media Cost (Partner Currency) | Revenu (devise du partenaire)", Note: locale.Text{
			EN: "not in the advertiser’s currency: not taken",
			FR: "pas dans la devise de l’annonceur\u00a0: non pris",
		}},
		{As: "unused", EN: "Partner | Partner ID | Partner Currency | Advertiser Integration Code | Insertion Order Integration Code | Line Item Integration Code | Line Item Type | Line Item Status | Insertion Order Status | Advertiser Status | Creative Type | Creative Status | Exchange ID | Inventory Source ID | Country ID | App/URL ID | Floodlight Activity ID | Week (ISO)",
			FR: "Partenaire | ID du partenaire | Devise du partenaire | Type d’élément de campagne"},
		{As: "unused", EN: "Click Rate (CTR) | Conversion Rate | Post-Click Conversions | Conversions per 1000 Impressions | Starts (Video) | Completion Rate (Video) | Skips (Video) | Companion Clicks (Video) | Active View: % Viewable Impressions | Active View: % Measurable Impressions | Active View: Eligible Impressions | Profit (Adv Currency) | Billable Cost (Adv Currency) | Platform Fee (Adv Currency) | CPM Fee 1 (Adv Currency) | Media Fee 1 (Adv Currency) | Data Fees (Adv Currency) | Unique Reach: Average Impression Frequency",
			FR: "Taux de clics (CTR) | Conversions après clic"},
	},
})

// dvRevenue is what DV360's "revenue" is to the client.
var dvRevenue = locale.Text{
	EN: "what the advertiser is billed: media, data, fees and margin",
	FR: "ce qui est facturé à l’annonceur\u00a0: média, données, frais et marge",
}
