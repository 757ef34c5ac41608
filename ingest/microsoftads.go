package ingest

import "vigie/internal/locale"

// Microsoft Advertising: performance reports, scheduled or by the API, and the
// tables of the web interface, as .csv or .xlsx (often in a zip).
//
// Nine labelled lines and a blank one stand before the header: the report's
// name, its range ("Report Time"), when its newest day was known ("Last
// Completed Available Day"), how its rows are aggregated, whether the data may
// be incomplete, and how many rows follow, which is checked. All cells are
// quoted. A line with the copyright ends the table. Each of the two can be
// switched off.
//
// TimePeriod is a day, the Sunday that a week begins with, or a day and an hour
// ("2020-03-15|7"): the hours of a day add up. Older reports have GregorianDate
// and Hour. Dates are American, times in UTC. A click can come on a day without
// impression.
//
// Conversions are the qualified ones, which may have decimals, where the report
// has both.
//
// Not confirmed: any French file; its headers are the words of the French
// interface.
var _ = register(Platform{
	ID:       "microsoftads",
	Label:    "Microsoft Advertising",
	Maturity: 30, // programs read 30 days again; invalid clicks are taken out within a week or more
	Export: locale.Text{
		EN: "a performance report of Microsoft Advertising (Reports, Performance, unit of time Day) as .csv",
		FR: "un rapport de performances de Microsoft Advertising (Rapports, Performances, unité de temps Jour) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "all French headers; the totals of the interface’s tables",
		FR: "tous les en-têtes français\u00a0; les totaux des tableaux de l’interface",
	},
	Signature: []string{
		"TimePeriod + Impressions", "TimePeriod + Spend", "GregorianDate + Impressions", "GregorianDate + Spend", "Gregorian date + Impr.", "Gregorian date + Spend",
		"Campaign + Impr. + Spend", "Ad group + Impr. + Spend", "Date grégorienne + Impr.", "CampaignName + Spend", "AccountName + Spend",
	},
	RangeSignature: []string{"AccountId", "AccountName", "CampaignId", "CampaignName", "Campaign + Spend", "Spend + Clicks"},
	Decimal:        map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:          map[locale.Lang]string{locale.EN: "mdy", locale.FR: "dmy"},
	Nulls:          []string{"--"},
	Totals:         Totals{Labels: []string{"Total", "Total - "}},
	Footer:         "©20 | @20",
	Preamble: []Header{
		{As: "title", EN: "Report Name", FR: "Nom du rapport"},
		{As: "range", EN: "Report Time", FR: "Période du rapport"},
		{As: "known_as_of", EN: "Last Completed Available Day", FR: "Dernier jour complet disponible"},
		{As: "rows", EN: "Rows", FR: "Lignes"},
		{As: "incomplete", EN: "Potential Incomplete Data", FR: "Données potentiellement incomplètes"},
		{As: "aggregation", EN: "Report Aggregation", FR: "Agrégation du rapport"},
	},
	KeywordMarks: []Mark{
		{"Exact | Exacte", "[", "]"},
		{"Phrase | Expression", `"`, `"`},
	},
	Columns: []Header{
		{As: "day", EN: "TimePeriod | GregorianDate | Gregorian date | Day | Date", FR: "Date grégorienne | Jour | Date"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month | MonthOfYear", FR: "Mois"},

		{As: "account", EN: "AccountName | Account name", FR: "Nom du compte"},
		{As: "account_id", EN: "AccountNumber | AccountId | Account number | Account ID", FR: "Numéro de compte | ID du compte"},
		{As: "currency", EN: "CurrencyCode | Currency code | Currency", FR: "Code devise | Devise"},
		{As: "campaign", EN: "CampaignName | Campaign | Campaign name", FR: "Campagne | Nom de la campagne"},
		{As: "campaign_id", EN: "CampaignId | Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "AdGroupName | Ad group | Ad group name", FR: "Groupe d’annonces | Nom du groupe d’annonces"},
		{As: "ad_group_id", EN: "AdGroupId | Ad group ID", FR: "ID du groupe d’annonces"},
		{As: "ad", EN: "AdTitle | Ad title | Ad", FR: "Titre de l’annonce | Annonce"},
		{As: "ad_id", EN: "AdId | Ad ID", FR: "ID de l’annonce"},
		{As: "search_term", EN: "SearchQuery | Search term | Search query", FR: "Terme de recherche"},
		{As: "keyword", EN: "Keyword", FR: "Mot clé"},
		{As: "match_type", EN: "BidMatchType | Bid match type | Match type", FR: "Type de correspondance"},

		{As: "breakdown:device", EN: "DeviceType | Device type", FR: "Type d’appareil"},
		{As: "breakdown:network", EN: "Network", FR: "Réseau"},
		{As: "breakdown:hour", EN: "Hour | HourOfDay | Hour of day", FR: "Heure | Heure de la journée"},
		{As: "breakdown:day_of_week", EN: "DayOfWeek | Day of week", FR: "Jour de la semaine"},
		{As: "breakdown:country", EN: "Country | Country/Region", FR: "Pays | Pays/Région"},
		{As: "breakdown:city", EN: "City", FR: "Ville"},
		{As: "breakdown:age", EN: "AgeGroup | Age group", FR: "Tranche d’âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Sexe"},

		{As: "impressions", EN: "Impressions | Impr.", FR: "Impressions | Impr."},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "spend", EN: "Spend", FR: "Dépense | Dépenses"},
		{As: "conversions", EN: "ConversionsQualified | Conversions qualified | Conversions | Conv.", FR: "Conversions | Conv."},
		{As: "conversion_value", EN: "Revenue | Conv. revenue", FR: "Revenus | Revenu"},
		{As: "all_conversions", EN: "AllConversionsQualified | AllConversions | All conv.", FR: "Toutes les conv."},
		{As: "view_conversions", EN: "ViewThroughConversions | View-through conv.", FR: "Conv. après affichage"},
		{As: "check:clicks", EN: "AverageCpc | Avg. CPC", FR: "CPC moy."},
		{As: "check:impressions", EN: "AverageCpm | Avg. CPM", FR: "CPM moy."},

		{As: "unused", EN: "AccountStatus | CampaignStatus | AdGroupStatus | KeywordStatus | KeywordId | Keyword ID | CampaignType | Campaign type | DeviceOS | TopVsOther | Top vs. other | AdDistribution | DeliveredMatchType | Delivered match type | Language | BudgetName | BudgetStatus | BudgetAssociationStatus"},
		{As: "unused", EN: "Ctr | CTR | AveragePosition | Avg. position | ConversionRate | Conv. rate | CostPerConversion | CPA | Cost/conv. | ReturnOnAdSpend | ROAS | Assists | ExtendedCost | AllRevenue | AllConversionRate | RevenuePerConversion | QualityScore | Quality score | ImpressionSharePercent | Impression share",
			FR: "CTR | Taux de conv. | Coût/conv. | Niveau de qualité | Taux d’impressions"},
	},
	APISignature: []string{"conversions_qualified + spend", "delivered_match_type + spend", "budget_association_status + spend", "device_os + network + spend"},
	API: []Header{
		{As: "day", EN: "date | time_period | gregorian_date"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "account", EN: "account_name"},
		{As: "account_id", EN: "account_id"},
		{As: "currency", EN: "currency_code"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group", EN: "ad_group_name"},
		{As: "ad_group_id", EN: "ad_group_id"},
		{As: "ad_id", EN: "ad_id"},
		{As: "search_term", EN: "search_query"},
		{As: "keyword", EN: "keyword"},
		{As: "keyword", EN: "keyword_id", Beside: "bid_match_type"},
		{As: "breakdown:device", EN: "device_type"},
		{As: "breakdown:network", EN: "network"},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "clicks"},
		{As: "spend", EN: "spend"},
		{As: "conversions", EN: "conversions_qualified | conversions"},
		{As: "conversion_value", EN: "revenue"},
		{As: "all_conversions", EN: "all_conversions_qualified | all_conversions"},
		{As: "unused", EN: "device_os | ad_distribution | bid_match_type | delivered_match_type | top_vs_other | budget_association_status | budget_name | budget_status | all_revenue | language | goal | assists"},
	},
})
