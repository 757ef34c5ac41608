package ingest

import "vigie/internal/locale"

// Google Ads: the tables of the web interface (campaigns, ad groups, ads,
// keywords, search terms, assets, locations), downloaded as .csv, "Excel .csv",
// .xlsx or to Google Sheets, in English or French.
//
// Two lines stand before the header: the report's title and its range of days,
// or "All time"; people remove them at times. "Excel .csv" is UTF-16 with tabs.
// A missing value is " --", with a space before in text files. Counts have
// thousands signs and amounts have none: 1,103,153 next to 97152.46. Shares of
// impressions are bounds at both ends, < 10% and > 90%. The share of search is
// kept as the impressions that it stands for; the others are not taken.
// Without the Day segment each row is the whole range.
//
// Totals come after the rows, several of them: the table's own first ("Total:
// Campaigns"), then wider ones ("Total: Account") and parts ("Total: Search").
// Their label stands in one of the first three columns; with a segment each is
// repeated for each value of it. A search terms report explains only part of
// its account, which its totals show.
//
// Clicks are clicks to the site; Interactions also count views of videos.
// "All conv." holds Conversions and is never added to it, and neither is
// "Conv. (Platform Comparable)", a second definition.
//
// The cards of the overview page (Devices, Networks, Time series…), one by one or
// all in a zip, have no lines before the header and their range of days in the
// file's name alone: "Devices(2026.02.05-2026.02.10).csv". Amounts bear their
// currency's sign. Cards of campaigns, keywords and searches list the largest
// only. A card whose name lost its range is refused.
//
// Tables of the API (GAQL, BigQuery, connectors) have amounts in millionths and
// say so in their names: cost_micros.
//
// Not confirmed on a French file: the titles of weeks, months and most
// segments, the words for an unlimited range and for match types, whether
// thousands are parted by U+00A0 or U+202F (both are read).
var _ = register(Platform{
	ID:       "googleads",
	Label:    "Google Ads",
	Maturity: 30, // conversions are booked on the day of the click: programs read 30 days again
	Export: locale.Text{
		EN: "a table of the Google Ads interface (for example Campaigns, with the segment Day) as .csv",
		FR: "un tableau de l’interface Google Ads (par exemple Campagnes, avec le segment Jour) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "in French: titles of weeks, months and most segments, the words for an unlimited range and for match types",
		FR: "en français\u00a0: les titres des semaines, des mois et de la plupart des segments, les mots pour une période illimitée et pour les types de correspondance",
	},
	Signature: []string{
		"Impr. + Cost", "Impr. + Currency code", "Campaign + Currency code", "Cost + Clicks + Currency code",
		"Impr. + Coût", "Impr. + Code de la devise", "Campagne + Code de la devise", "Coût + Clics + Code de la devise",
	},
	RangeSignature: []string{"Campaign", "Cost", "Impr.", "Campagne", "Coût"},
	RangeInName:    true,
	AllTime:        "All time | Toute la période | Toutes les dates",
	Nulls:          []string{"--"},
	Decimal:        map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:          map[locale.Lang]string{locale.FR: "dmy"},
	Totals: Totals{
		Labels: []string{"Total: ", "Total : "},
		Scopes: "Campaigns | Campaign | Ad groups | Ads | Search terms | Other search terms | Locations | Other locations | Search | Display | Video | Smart | " +
			"Performance Max | Demand Gen | Shopping | App | Campagnes | Campagne | Groupes d’annonces | Annonces | Termes de recherche | Réseau de Recherche",
		Account: "Account | Manager account | Compte | Compte administrateur",
	},
	KeywordMarks: []Mark{
		{"Exact match | Mot clé exact", "[", "]"},
		{"Phrase match | Expression exacte", `"`, `"`},
	},
	Columns: []Header{
		{As: "day", EN: "Day | Date", FR: "Jour | Date"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},
		{As: "quarter", EN: "Quarter", FR: "Trimestre"},
		{As: "year", EN: "Year", FR: "Année"},

		{As: "account", EN: "Account | Account name", FR: "Compte | Nom du compte"},
		{As: "account_id", EN: "Customer ID", FR: "Numéro client"},
		{As: "currency", EN: "Currency code", FR: "Code de la devise"},
		{As: "campaign", EN: "Campaign | Campaign Name", FR: "Campagne | Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne | N° de campagne"},
		{As: "ad_group", EN: "Ad group | Ad Group Name", FR: "Groupe d’annonces"},
		{As: "ad_group_id", EN: "Ad group ID", FR: "ID du groupe d’annonces"},
		{As: "ad", EN: "Ad name | Ad | Headline 1", FR: "Nom de l’annonce | Annonce | Titre 1"},
		{As: "ad_id", EN: "Ad ID", FR: "ID de l’annonce"},
		{As: "search_term", EN: "Search term | Search", FR: "Terme de recherche"},
		{As: "keyword", EN: "Keyword | Search keyword", FR: "Mot clé | Mot clé pour le Réseau de Recherche"},
		{As: "match_type", EN: "Match type", FR: "Type de correspondance"},
		{As: "asset", EN: "Asset | Asset type", FR: "Composant | Type de composant"},

		{As: "breakdown:device", EN: "Device", FR: "Appareil"},
		{As: "breakdown:network", EN: "Network (with search partners) | Network", FR: "Réseau (avec partenaires du Réseau de Recherche) | Réseau"},
		{As: "breakdown:hour", EN: "Hour of the day | Hour | Start Hour", FR: "Heure de la journée | Heure"},
		{As: "breakdown:day_of_week", EN: "Day of the week", FR: "Jour de la semaine"},
		{As: "breakdown:age", EN: "Age | Age range", FR: "Âge | Tranche d’âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Sexe"},
		{As: "breakdown:country", EN: "Country/Territory", FR: "Pays/Territoire"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:city", EN: "City", FR: "Ville"},
		{As: "breakdown:location", EN: "Location | Targeted location | Matched location | Location Name", FR: "Zone géographique | Zone ciblée"},
		{As: "breakdown:page", EN: "Landing page | Expanded landing page", FR: "Page de destination | Page de destination finale"},
		{As: "breakdown:conversion_action", EN: "Conversion action", FR: "Action de conversion"},

		{As: "impressions", EN: "Impr. | Impressions", FR: "Impr. | Impressions"},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "interactions", EN: "Interactions", FR: "Interactions"},
		{As: "spend", EN: "Cost", FR: "Coût"},
		{As: "conversions", EN: "Conversions", FR: "Conversions | Conv."},
		{As: "conversion_value", EN: "Conv. value", FR: "Valeur conv. | Valeur de conv."},
		{As: "all_conversions", EN: "All conv.", FR: "Toutes les conversions | Toutes les conv."},
		{As: "view_conversions", EN: "View-through conv.", FR: "Conv. après affichage"},
		{As: "engagements", EN: "Engagements", FR: "Engagements"},
		{As: "video_views", EN: "TrueView views | Views", FR: "Vues TrueView | Vues"},
		{As: "viewable_impressions", EN: "Viewable impr.", FR: "Impr. visibles"},
		{As: "measurable_impressions", EN: "Measurable impr.", FR: "Impr. mesurables"},
		{As: "check:clicks", EN: "Avg. CPC", FR: "CPC moy."},
		{As: "check:interactions", EN: "Avg. cost", FR: "Coût moy."},
		{As: "check:impressions", EN: "Avg. CPM", FR: "CPM moy."},

		{As: "unused", EN: "Campaign status | Ad group status | Ad status | Keyword status | Asset status | Criterion Status | Status | Status reasons | Status reason | Campaign Group Name",
			FR: "État de la campagne | État du groupe d’annonces | État de l’annonce | État du mot clé | État | Motifs de l’état"},
		{As: "unused", EN: "Campaign type | Budget | Budget name | Budget type | Bid strategy type | Optimization score | Optimisation score",
			FR: "Type de campagne | Budget | Nom du budget | Type de budget | Type de stratégie d’enchères | Taux d’optimisation"},
		{As: "unused", EN: "CTR | Percent of known total | Top Containing Queries | Interaction rate | Conv. rate | Cost / conv. | Conv. value / cost | Original conv. value | TrueView avg. CPV | Unique users",
			FR: "CTR | Taux d’interaction | Taux de conv. | Coût/conv. | Valeur conv./coût | CPV moy. | Utilisateurs uniques"},
		{As: "unused", EN: "Conv. (Platform Comparable) | Cost / Conv. (Platform Comparable) | Conv. value / Cost (Platform Comparable)"},
		{As: "unused", EN: "Target CPA | Avg. target CPA | Target ROAS | Avg. target ROAS | Max. CPC", FR: "CPA cible | ROAS cible | CPC max."},
		{As: "share:eligible_impressions", EN: "Search impr. share"},
		{As: "share:lost_budget_impressions", EN: "Search lost IS (budget)"},
		{As: "share:lost_rank_impressions", EN: "Search lost IS (rank)"},
		{As: "unused", EN: "Search top IS | Search abs. top IS | Search exact match IS | Search lost top IS (rank) | Impr. (Top) % | Impr. (Abs. Top) % | Click share"},
		{As: "unused", EN: "Added/Excluded | Final URL | Mobile final URL | Tracking template | Custom parameter | Level | Source | Ad type",
			FR: "Ajoutée/Exclue | URL finale | Niveau | Source | Type d’annonce"},
	},
	APISignature: []string{"cost_micros", "metrics.cost_micros", "metrics_cost_micros"},
	API: []Header{
		{As: "day", EN: "date | segments.date | segments_date"},
		{As: "week", EN: "segments.week | segments_week"},
		{As: "month", EN: "segments.month | segments_month"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "account", EN: "customer.descriptive_name | customer_descriptive_name"},
		{As: "account_id", EN: "customer_id | customer.id"},
		{As: "currency", EN: "currency_code | customer.currency_code | customer_currency_code"},
		{As: "campaign", EN: "campaign_name | campaign.name"},
		{As: "campaign_id", EN: "campaign_id | campaign.id"},
		{As: "campaign_id", EN: "id", Beside: "base_campaign"},
		{As: "ad_group", EN: "ad_group_name | ad_group.name"},
		{As: "ad_group_id", EN: "ad_group_id | ad_group.id"},
		{As: "ad", EN: "ad_name | ad_group_ad.ad.name"},
		{As: "ad_id", EN: "ad_id | ad_group_ad.ad.id | ad_group_ad_ad_id"},
		{As: "search_term", EN: "search_term | search_term_view.search_term"},
		{As: "keyword", EN: "keyword_text | ad_group_criterion.keyword.text"},
		{As: "match_type", EN: "keyword_match_type | ad_group_criterion.keyword.match_type"},
		{As: "breakdown:device", EN: "device | segments.device | segments_device"},
		{As: "breakdown:network", EN: "ad_network_type | segments.ad_network_type | segments_ad_network_type"},
		{As: "spend", EN: "cost_micros | metrics.cost_micros | metrics_cost_micros", Micros: true},
		{As: "impressions", EN: "impressions | metrics.impressions | metrics_impressions"},
		{As: "clicks", EN: "clicks | metrics.clicks | metrics_clicks"},
		{As: "interactions", EN: "interactions | metrics.interactions | metrics_interactions"},
		{As: "conversions", EN: "conversions | metrics.conversions | metrics_conversions"},
		{As: "conversion_value", EN: "conversions_value | metrics.conversions_value | metrics_conversions_value"},
		{As: "all_conversions", EN: "all_conversions | metrics.all_conversions | metrics_all_conversions"},
		{As: "view_conversions", EN: "view_through_conversions | metrics.view_through_conversions | metrics_view_through_conversions"},
		{As: "viewable_impressions", EN: "active_view_impressions | metrics.active_view_impressions | metrics_active_view_impressions"},
		{As: "measurable_impressions", EN: "active_view_measurable_impressions | metrics.active_view_measurable_impressions | metrics_active_view_measurable_impressions"},
		{As: "video_views", EN: "video_views | metrics.video_views | metrics_video_views | video_trueview_views | metrics.video_trueview_views"},
		{As: "engagements", EN: "engagements | metrics.engagements | metrics_engagements"},
		{As: "unused", EN: "_fivetran_id | base_campaign | active_view_measurability | active_view_measurable_cost_micros | active_view_viewability | interaction_event_types | info_text | status | search_term_match_type | keyword_ad_group_criterion"},
	},
})
