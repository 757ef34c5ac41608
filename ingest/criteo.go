package ingest

import "vigie/internal/locale"

// Criteo (Commerce Growth, formerly Management Center): its performance reports,
// as .csv or .xlsx, and the statistics of its API, which may be .csv too.
//
// The header is the first line. The API parts cells with semicolons, writes
// 2026/9/10, names columns AdsetId or AdvertiserCost and has a column Currency.
//
// Displays are impressions. "Sales" are a number of purchases, not an amount;
// "Revenue" is what they were worth: both are taken as purchases and their
// value, which a brief can name as its conversions. Visits are arrivals on the
// site, which clicks become.
//
// A sale counts within windows that the header may name: PC30 within 30 days of
// a click, PV24h within 24 hours of a view, "client attribution" as the account
// is set. The first of those below that a file has is taken, and a note says
// which; those with "all" in their name count more widely and come after. Recent
// days grow: connectors read the last 30 days again.
//
// Tables of connectors write the same names with underscores, hours among them.
//
// Not confirmed: a file of the interface. Its English headers are Criteo's
// words for its measures, the API's those of its documentation; the French ones
// are the words of the French interface.
var _ = register(Platform{
	ID:       "criteo",
	Label:    "Criteo",
	Maturity: 30, // 30 days after a click
	Export: locale.Text{
		EN: "a performance report of Criteo (Analytics, Reports; by Day, Campaign and Ad set, with Cost) as .csv",
		FR: "un rapport de performance Criteo (Analyses, Rapports\u00a0; par jour, campagne et groupe d’annonces, avec le coût) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a file of the interface as a whole: its English headers are Criteo’s words for its measures, its French ones the words of the interface",
		FR: "un fichier de l’interface dans son ensemble\u00a0: ses en-têtes anglais sont les mots de Criteo pour ses mesures, ses en-têtes français les mots de l’interface",
	},
	Signature: []string{
		"Displays + Clicks + Cost", "Displays + Clicks + Spend", "Displays + AdvertiserCost", "Displays + Clicks + Sales", "Displays + AdsetId", "Displays + CampaignId",
		"Affichages + Clics + Coût", "Affichages + Clics + Dépenses", "Affichages + Clics + Ventes",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.'},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Totals:  Totals{Blank: true, Labels: []string{"Total", "Grand Total"}},
	Columns: []Header{
		{As: "day", EN: "Day | Date", FR: "Jour | Date"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},
		{As: "first_day", EN: "Start Date", FR: "Date de début"},
		{As: "last_day", EN: "End Date", FR: "Date de fin"},

		{As: "account", EN: "Advertiser | Advertiser Name", FR: "Annonceur"},
		{As: "account_id", EN: "Advertiser ID | AdvertiserId", FR: "ID de l’annonceur"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign | Campaign Name", FR: "Campagne | Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID | CampaignId", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad set | Ad set name | Adset", FR: "Groupe d’annonces | Ensemble de publicités"},
		{As: "ad_group_id", EN: "Ad set ID | AdsetId", FR: "ID du groupe d’annonces"},
		{As: "ad", EN: "Ad | Ad name", FR: "Annonce"},
		{As: "ad_id", EN: "Ad ID | AdId", FR: "ID de l’annonce"},
		{As: "breakdown:device", EN: "Device", FR: "Appareil"},
		{As: "breakdown:os", EN: "OS", FR: "OS"},
		{As: "breakdown:category", EN: "Category", FR: "Catégorie"},
		{As: "breakdown:hour", EN: "Hour", FR: "Heure"},

		{As: "impressions", EN: "Displays", FR: "Affichages"},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "spend", EN: "Cost | Advertiser Cost | AdvertiserCost | Spend", FR: "Coût | Dépenses"},
		{As: "purchases", EN: "Sales | Sales (client attribution) | SalesClientAttribution | SalesAllClientAttribution", FR: "Ventes | Ventes (attribution client)", Note: criteoCount(criteoAccount)},
		{As: "purchases", EN: "Sales PC30 PV24h | Sales PC30d PV24h | SalesPc30dPv24h | SalesAllPc30dPv24h", FR: "Ventes PC30 PV24h", Note: criteoCount(criteoPC30PV24)},
		{As: "purchases", EN: "Sales PC30 | Sales PC30d | SalesPc30d | SalesAllPc30d", FR: "Ventes PC30", Note: criteoCount(criteoPC30)},
		{As: "purchases", EN: "Sales PC7 | Sales PC7d | SalesPc7d | SalesAllPc7d", FR: "Ventes PC7", Note: criteoCount(criteoPC7)},
		{As: "purchases", EN: "Sales PC1 | Sales PC1d | SalesPc1d | SalesAllPc1d", FR: "Ventes PC1", Note: criteoCount(criteoPC1)},
		{As: "purchase_value", EN: "Revenue | Revenue (client attribution) | RevenueGeneratedClientAttribution | RevenueGeneratedAllClientAttribution", FR: "Chiffre d’affaires | Revenus | Revenu", Note: criteoValue(criteoAccount)},
		{As: "purchase_value", EN: "Revenue PC30 PV24h | Revenue PC30d PV24h | RevenueGeneratedPc30dPv24h | RevenueGeneratedAllPc30dPv24h", FR: "Chiffre d’affaires PC30 PV24h", Note: criteoValue(criteoPC30PV24)},
		{As: "purchase_value", EN: "Revenue PC30 | Revenue PC30d | RevenueGeneratedPc30d | RevenueGeneratedAllPc30d", FR: "Chiffre d’affaires PC30", Note: criteoValue(criteoPC30)},
		{As: "purchase_value", EN: "Revenue PC7 | Revenue PC7d | RevenueGeneratedPc7d | RevenueGeneratedAllPc7d", FR: "Chiffre d’affaires PC7", Note: criteoValue(criteoPC7)},
		{As: "purchase_value", EN: "Revenue PC1 | Revenue PC1d | RevenueGeneratedPc1d | RevenueGeneratedAllPc1d", FR: "Chiffre d’affaires PC1", Note: criteoValue(criteoPC1)},
		{As: "landing_page_views", EN: "Visits", FR: "Visites"},
		{As: "reach", EN: "Audience | Exposed Users", FR: "Audience"},
		{As: "check:clicks", EN: "CPC | eCPC", FR: "CPC"},
		{As: "check:impressions", EN: "CPM | eCPM", FR: "CPM"},

		{As: "unused", EN: "Win Rate | CTR | Click Through Rate | Conversion Rate | CVR | ROAS | COS | CPO | Cost of Sale | Cost per Order | Average Cart | Qualified Visits | Potential Displays | Viewability | Overbid | Omnichannel Sales | SalesPv24h | SalesAllPv24h | RevenueGeneratedPv24h | RevenueGeneratedAllPv24h | Sales PV24h | Revenue PV24h",
			FR: "Taux de victoire | Taux de clic | Taux de conversion | Panier moyen | CTR | ROAS"},
		{As: "unused", EN: "Marketing Objective | MarketingObjective | MarketingObjectiveId | Coupon | CouponId | Objective | Status | Budget | Bid"},
	},

	APISignature: []string{"displays + advertiser_cost"},
	API: []Header{
		{As: "day", EN: "day | date"},
		{As: "account_id", EN: "advertiser_id"},
		{As: "currency", EN: "currency"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group", EN: "adset_name"},
		{As: "ad_group_id", EN: "adset_id"},
		{As: "known_as_of", EN: "_fivetran_synced"},

		{As: "impressions", EN: "displays"},
		{As: "clicks", EN: "clicks"},
		{As: "spend", EN: "advertiser_cost"},
		{As: "purchases", EN: "sales_client_attribution | sales_all_client_attribution", Note: criteoCount(criteoAccount)},
		{As: "purchases", EN: "sales_pc_30_d_pv_24_h | sales_all_pc_30_d_pv_24_h", Note: criteoCount(criteoPC30PV24)},
		{As: "purchases", EN: "sales_pc_30_d | sales_all_pc_30_d", Note: criteoCount(criteoPC30)},
		{As: "purchase_value", EN: "revenue_generated_client_attribution | revenue_generated_all_client_attribution", Note: criteoValue(criteoAccount)},
		{As: "purchase_value", EN: "revenue_generated_pc_30_d_pv_24_h | revenue_generated_all_pc_30_d_pv_24_h", Note: criteoValue(criteoPC30PV24)},
		{As: "purchase_value", EN: "revenue_generated_pc_30_d | revenue_generated_all_pc_30_d", Note: criteoValue(criteoPC30)},
		{As: "landing_page_views", EN: "visits"},
		{As: "reach", EN: "exposed_users | audience"},

		{As: "unused", EN: "_fivetran_id | app_installs | advertiser_value | advertiser_all_value | average_cart_client_attribution | click_through_rate | viewability | win_rate"},
	},
})

// The windows in which Criteo counts a purchase.
var (
	criteoAccount  = locale.Text{EN: "as the account attributes them", FR: "selon l’attribution du compte"}
	criteoPC30PV24 = locale.Text{EN: "within 30 days of a click or 24 hours of a view", FR: "dans les 30\u00a0jours suivant un clic ou les 24\u00a0heures suivant un affichage"}
	criteoPC30     = locale.Text{EN: "within 30 days of a click", FR: "dans les 30\u00a0jours suivant un clic"}
	criteoPC7      = locale.Text{EN: "within 7 days of a click", FR: "dans les 7\u00a0jours suivant un clic"}
	criteoPC1      = locale.Text{EN: "within a day of a click", FR: "dans la journée suivant un clic"}
)

// criteoCount says that Criteo's sales are a number, criteoValue what its
// revenue is.
func criteoCount(window locale.Text) locale.Text {
	return say("a number of purchases, %s", "un nombre d’achats, %s", window)
}

func criteoValue(window locale.Text) locale.Text {
	return say("the value of purchases, %s", "la valeur des achats, %s", window)
}
