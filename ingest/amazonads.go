package ingest

import "vigie/internal/locale"

// Amazon Ads, Sponsored Products: the reports of the advertising console
// (campaign, advertised product, performance over time, placement, search term,
// targeting), downloaded as .xlsx or .csv, daily or as a summary; and the report
// tables of its API, as connectors store them.
//
// The header is the first line and there are no totals. The sheet is named
// after the report, cut at 31 characters. Untouched sheets type their cells,
// the .csv writes dates as Feb 1, 2020 and amounts as Rs.201.68. Headers differ
// in case (ACOS, ACoS) and may end in a space. The column Currency says the
// currency, or only the headers of sales do; the report of performance over
// time says none.
//
// Every daily row has its Date. In the campaign report "Start Date" and "End
// Date" beside it are the campaign's own. A summary has the two dates and no
// Date: the days on which the row's object had data, which are not the whole
// report's. Export daily where you can.
//
// A sale counts for the click before it, within the days that its header
// names: 7 for sellers, 14 for vendors and other ad types. Orders are taken as
// purchases, sales as their value, both of one window; a brief can name
// purchases as its conversions. Units, sales of the advertised product alone and
// "brand halo" are parts and are not taken. Orders cancelled later drop out:
// recent figures grow, older ones may shrink.
//
// An advertised product is Amazon's ad, and its report holds whole ad groups: it
// is read at the level of ads. Placements split campaigns. Targets are keywords
// or, for product targeting, products and categories, in one column: all are
// read as keywords, their match type in the usual notation. The search term
// report lists only terms with a click: its clicks and spend are whole, its
// impressions are not, and rates on them mean nothing.
//
// The API counts in units of the currency. It has each count once for each
// window.
//
// Not confirmed: a French file. The headers are the words that people's
// programs look for, in several wordings. Reports of Sponsored Brands and Sponsored
// Display, whose headers are like these, have not been seen.
var _ = register(Platform{
	ID:       "amazonads",
	Label:    "Amazon Ads",
	Maturity: 14, // sales within 7 days of a click for sellers, 14 for vendors
	Export: locale.Text{
		EN: "a Sponsored Products report of the advertising console (Measurement & Reporting, Campaign report, time unit Daily) as .xlsx or .csv",
		FR: "un rapport Sponsored Products de la console publicitaire (Mesure et rapports, rapport Campagne, unité de temps Quotidien) au format .xlsx ou .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a French file as a whole: its headers are the words that people’s programs look for; reports of Sponsored Brands and Sponsored Display",
		FR: "un fichier français dans son ensemble\u00a0: ses en-têtes sont les mots que cherchent des programmes d’utilisateurs\u00a0; les rapports Sponsored Brands et Sponsored Display",
	},
	Signature: []string{
		"Click-Thru Rate (CTR) + Spend", "Cost Per Click (CPC) + Spend", "Customer Search Term", "1 Day Total Sales", "7 Day Total Sales", "14 Day Total Sales", "30 Day Total Sales",
		"Taux de clics (CTR) + Dépenses", "Coût par clic (CPC) + Dépenses", "Terme de recherche client", "Terme de recherche du client",
		"Ventes totales sur 7 jours", "Ventes totales sur 14 jours", "Total des ventes sur 7 jours", "Total des ventes sur 14 jours",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	KeywordMarks: []Mark{
		{"EXACT | Exacte", "[", "]"},
		{"PHRASE | Expression", `"`, `"`},
	},
	Columns: []Header{
		{As: "day", EN: "Date", FR: "Date | Jour"},
		{As: "unused", EN: "Start Date | End Date", FR: "Date de début | Date de fin", Beside: "Date | Jour", Note: locale.Text{
			EN: "the campaign’s own dates, not the row’s",
			FR: "les dates de la campagne, non celles de la ligne",
		}},
		{As: "first_day", EN: "Start Date", FR: "Date de début"},
		{As: "last_day", EN: "End Date", FR: "Date de fin"},

		{As: "account", EN: "Account Name | Profile Name", FR: "Nom du compte"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign Name", FR: "Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne | Identifiant de la campagne"},
		{As: "ad_group", EN: "Ad Group Name", FR: "Nom du groupe d’annonces"},
		{As: "ad_group_id", EN: "Ad Group ID", FR: "ID du groupe d’annonces | Identifiant du groupe d’annonces"},
		{As: "ad", EN: "Advertised ASIN | Advertised SKU", FR: "ASIN promu | ASIN annoncé | SKU promu | SKU annoncé"},
		{As: "search_term", EN: "Customer Search Term", FR: "Terme de recherche client | Terme de recherche du client"},
		{As: "keyword", EN: "Targeting", FR: "Ciblage"},
		{As: "match_type", EN: "Match Type", FR: "Type de correspondance"},
		{As: "breakdown:placement", EN: "Placement", FR: "Emplacement"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},

		{As: "spend", EN: "Spend", FR: "Dépenses | Dépense | Coût"},
		{As: "impressions", EN: "Impressions", FR: "Impressions", Beside: "Customer Search Term | Terme de recherche client | Terme de recherche du client", Note: termsWithClicks},
		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "viewable_impressions", EN: "Viewable Impressions", FR: "Impressions visibles"},
		{As: "check:clicks", EN: "Cost Per Click (CPC)", FR: "Coût par clic (CPC)"},
		{As: "purchases", EN: "7 Day Total Orders (#) | 7 Day Total Orders", FR: "Commandes totales sur 7 jours (#) | Commandes totales sur 7 jours | Total des commandes sur 7 jours (#) | Total des commandes sur 7 jours", Note: orderedWithin("7")},
		{As: "purchases", EN: "14 Day Total Orders (#) | 14 Day Total Orders", FR: "Commandes totales sur 14 jours (#) | Commandes totales sur 14 jours | Total des commandes sur 14 jours (#) | Total des commandes sur 14 jours", Note: orderedWithin("14")},
		{As: "purchases", EN: "30 Day Total Orders (#) | 30 Day Total Orders", FR: "Commandes totales sur 30 jours (#) | Total des commandes sur 30 jours (#)", Note: orderedWithin("30")},
		{As: "purchases", EN: "1 Day Total Orders (#) | 1 Day Total Orders", FR: "Commandes totales sur 1 jour (#) | Total des commandes sur 1 jour (#)", Note: orderedWithin("1")},
		{As: "purchase_value", EN: "7 Day Total Sales", FR: "Ventes totales sur 7 jours | Total des ventes sur 7 jours", Note: soldWithin("7")},
		{As: "purchase_value", EN: "14 Day Total Sales", FR: "Ventes totales sur 14 jours | Total des ventes sur 14 jours", Note: soldWithin("14")},
		{As: "purchase_value", EN: "30 Day Total Sales", FR: "Ventes totales sur 30 jours | Total des ventes sur 30 jours", Note: soldWithin("30")},
		{As: "purchase_value", EN: "1 Day Total Sales", FR: "Ventes totales sur 1 jour | Total des ventes sur 1 jour", Note: soldWithin("1")},

		{As: "unused", EN: "Last Year Impressions | Last Year Clicks | Last Year Spend | Last Year Cost Per Click (CPC)", FR: "Impressions de l’année dernière | Clics de l’année dernière | Dépenses de l’année dernière", Note: locale.Text{
			EN: "another period, for comparison: not taken",
			FR: "autre période, pour comparaison\u00a0: non prise",
		}},
		{As: "unused", EN: "Click-Thru Rate (CTR) | Total Advertising Cost of Sales (ACOS) | Total Return on Advertising Spend (ROAS) | Total Return on Investment (ROI) | 7 Day Conversion Rate | 14 Day Conversion Rate",
			FR: "Taux de clics (CTR) | Coût publicitaire des ventes (ACOS) | Coût publicitaire total des ventes (ACOS) | Retour sur les dépenses publicitaires (ROAS) | Retour total sur les dépenses publicitaires (ROAS) | Taux de conversion sur 7 jours | Taux de conversion sur 14 jours"},
		{As: "unused", EN: "7 Day Total Units (#) | 7 Day Advertised SKU Units (#) | 7 Day Other SKU Units (#) | 7 Day Advertised SKU Sales | 7 Day Other SKU Sales | 14 Day Total Units (#) | 14 Day Advertised ASIN Units (#) | 14 Day Brand Halo ASIN Units (#) | 14 Day Advertised ASIN Sales | 14 Day Brand Halo ASIN Sales",
			FR: "Unités totales sur 7 jours (#) | Unités totales sur 14 jours (#) | Total des unités sur 7 jours (#) | Total des unités sur 14 jours (#)"},
		{As: "unused", EN: "Portfolio name | Campaign Type | Status | Budget | Targeting Type | Bidding strategy | Retailer | Program Type",
			FR: "Nom du portefeuille | Type de campagne | Statut | État | Budget | Type de ciblage | Stratégie d’enchères"},
	},

	APISignature: []string{"campaign_budget_currency_code + cost + clicks"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "account_id", EN: "profile_id"},
		{As: "currency", EN: "campaign_budget_currency_code"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group", EN: "ad_group_name"},
		{As: "ad_group_id", EN: "ad_group_id"},
		{As: "ad", EN: "advertised_asin | advertised_sku"},
		{As: "ad_id", EN: "ad_id"},
		{As: "search_term", EN: "search_term"},
		{As: "keyword", EN: "targeting | keyword"},
		{As: "match_type", EN: "match_type"},
		{As: "breakdown:placement", EN: "placement_classification"},
		{As: "known_as_of", EN: "_fivetran_synced"},

		{As: "spend", EN: "cost | spend"},
		{As: "impressions", EN: "impressions", Beside: "search_term", Note: termsWithClicks},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "clicks"},
		{As: "purchases", EN: "purchases_7_d", Beside: "sales_7_d", Note: orderedWithin("7")},
		{As: "purchases", EN: "purchases_14_d", Beside: "sales_14_d", Note: orderedWithin("14")},
		{As: "purchases", EN: "purchases_30_d", Beside: "sales_30_d", Note: orderedWithin("30")},
		{As: "purchases", EN: "purchases_1_d", Beside: "sales_1_d", Note: orderedWithin("1")},
		{As: "purchases", EN: "purchases_7_d | purchases_14_d | purchases_30_d | purchases_1_d", Note: windowInName},
		{As: "purchase_value", EN: "sales_7_d", Beside: "purchases_7_d", Note: soldWithin("7")},
		{As: "purchase_value", EN: "sales_14_d", Beside: "purchases_14_d", Note: soldWithin("14")},
		{As: "purchase_value", EN: "sales_30_d", Beside: "purchases_30_d", Note: soldWithin("30")},
		{As: "purchase_value", EN: "sales_1_d", Beside: "purchases_1_d", Note: soldWithin("1")},
		{As: "purchase_value", EN: "sales_7_d | sales_14_d | sales_30_d | sales_1_d", Note: windowInName},

		{As: "unused", EN: "campaign_applicable_budget_rule_id | campaign_applicable_budget_rule_name | campaign_bidding_strategy | campaign_budget_amount | campaign_budget_type | campaign_rule_based_budget_amount | campaign_status | keyword_id | keyword_bid | keyword_type | ad_keyword_status | portfolio_id"},
		{As: "unused", EN: "units_sold_clicks_1_d | units_sold_clicks_7_d | units_sold_clicks_14_d | units_sold_clicks_30_d | purchases_same_sku_7_d | purchases_same_sku_14_d | attributed_sales_same_sku_7_d | attributed_sales_same_sku_14_d"},
	},
})

var (
	termsWithClicks = locale.Text{
		EN: "only terms with a click are listed: their clicks and spend are whole, their impressions are not",
		FR: "seuls les termes qui ont eu un clic y figurent\u00a0: leurs clics et leurs dépenses sont entiers, leurs impressions ne le sont pas",
	}
	windowInName = locale.Text{
		EN: "within the days after the click that its name says",
		FR: "dans les jours suivant le clic que son nom indique",
	}
)

// orderedWithin says which orders a column counts, soldWithin which sales.
func orderedWithin(days string) locale.Text {
	if days == "1" {
		return locale.Text{EN: "orders within a day of the click", FR: "commandes dans la journée suivant le clic"}
	}
	return say("orders within %s days of the click", "commandes dans les %s\u00a0jours suivant le clic", days)
}

func soldWithin(days string) locale.Text {
	if days == "1" {
		return locale.Text{EN: "sales within a day of the click", FR: "ventes dans la journée suivant le clic"}
	}
	return say("sales within %s days of the click", "ventes dans les %s\u00a0jours suivant le clic", days)
}
