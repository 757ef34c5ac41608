package ingest

import "vigie/internal/locale"

// TikTok Ads: the tables and custom reports of TikTok Ads Manager, downloaded
// as .xlsx or .csv.
//
// The header is the first line. A totals row, where there is one, comes last:
// "Total of 12 results" stands in the column of campaigns. A missing value is
// "-" or "--"; few impressions are masked, <5. Some exports write every cell as
// a formula, ="161074.000".
//
// Clicks (destination) are the clicks to the site; Clicks (all) also count
// likes and visits of the profile and stay apart. Conversions are those that
// the ad group is optimised for, so they differ between ad groups; "Result" is
// the same under another name and is not taken. CTR is in percent without a
// sign.
//
// Tables of the API are dated by STAT_TIME_DAY or STAT_TIME_HOUR; a day's hours
// add up.
//
// Not confirmed: any French file; its headers are the words of the French
// interface. Total purchase value and the video columns are from the code of
// people who read them.
var _ = register(Platform{
	ID:    "tiktokads",
	Label: "TikTok Ads",
	Export: locale.Text{
		EN: "a custom report of TikTok Ads Manager (Reporting, with the dimension By day) as .csv or .xlsx",
		FR: "un rapport personnalisé de TikTok Ads Manager (Rapports, avec la dimension Par jour) au format .csv ou .xlsx",
	},
	Unconfirmed: locale.Text{
		EN: "all French headers; the shape of the totals row; purchase values",
		FR: "tous les en-têtes français\u00a0; la forme de la ligne de total\u00a0; les valeurs d’achat",
	},
	Signature: []string{
		"CPC (destination)", "Clicks (destination)", "2-second video views", "Paid likes + Cost", "Cost + Primary status",
		"Clics (destination)", "CPC (destination) + Coût",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Nulls:   []string{"--"},
	Totals:  Totals{Labels: []string{"Total of ", "Total "}},
	Columns: []Header{
		{As: "day", EN: "Date | By Day | Day", FR: "Date | Par jour | Jour"},
		{As: "week", EN: "By week | Week", FR: "Par semaine | Semaine"},
		{As: "month", EN: "By month | Month", FR: "Par mois | Mois"},

		{As: "account", EN: "Account name | Advertiser name", FR: "Nom du compte"},
		{As: "account_id", EN: "Account ID | Advertiser ID", FR: "ID du compte"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign name | Campaign", FR: "Nom de la campagne | Campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad group name | Ad group", FR: "Nom du groupe de publicités | Groupe de publicités"},
		{As: "ad_group_id", EN: "Ad group ID", FR: "ID du groupe de publicités"},
		{As: "ad", EN: "Ad name | Ad", FR: "Nom de la publicité | Publicité"},
		{As: "ad_id", EN: "Ad ID", FR: "ID de la publicité"},

		{As: "breakdown:age", EN: "Age", FR: "Âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Sexe | Genre"},
		{As: "breakdown:country", EN: "Country/Region | Country", FR: "Pays/Région | Pays"},
		{As: "breakdown:region", EN: "Subregion", FR: "Sous-région"},
		{As: "breakdown:placement", EN: "Placement", FR: "Placement"},
		{As: "breakdown:hour", EN: "Hour | By hour", FR: "Heure | Par heure"},

		{As: "spend", EN: "Cost | Total cost", FR: "Coût | Coût total"},
		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "reach", EN: "Reach", FR: "Couverture"},
		{As: "clicks", EN: "Clicks (destination) | Clicks", FR: "Clics (destination) | Clics"},
		{As: "clicks_all", EN: "Clicks (all)", FR: "Clics (tous)"},
		{As: "conversions", EN: "Conversions", FR: "Conversions", Note: conversionsOfGoal},
		{As: "purchases", EN: "Complete payment | Total complete payment | Purchases", FR: "Paiement effectué | Achats"},
		{As: "purchase_value", EN: "Total purchase value | Complete payment value | Total complete payment value", FR: "Valeur totale des achats"},
		{As: "add_to_cart", EN: "Add to cart | Total add to cart", FR: "Ajout au panier"},
		{As: "checkouts", EN: "Initiate checkout | Total initiate checkout", FR: "Paiement initié"},
		{As: "registrations", EN: "Complete registration | Registration", FR: "Inscription terminée"},
		{As: "leads", EN: "Form submission | Leads", FR: "Envoi de formulaire | Prospects"},
		{As: "landing_page_views", EN: "Landing page views", FR: "Vues de la page de destination"},
		{As: "engagements", EN: "Total engagement | Engagements", FR: "Engagements"},
		{As: "video_views", EN: "2-second video views", FR: "Vues de vidéo de 2 secondes"},
		{As: "video_25", EN: "Video views at 25%", FR: "Vues de vidéo à 25 %"},
		{As: "video_50", EN: "Video views at 50%", FR: "Vues de vidéo à 50 %"},
		{As: "video_75", EN: "Video views at 75%", FR: "Vues de vidéo à 75 %"},
		{As: "video_100", EN: "Video views at 100%", FR: "Vues de vidéo à 100 %"},
		{As: "check:clicks", EN: "CPC (destination)", FR: "CPC (destination)"},
		{As: "check:impressions", EN: "CPM", FR: "CPM"},

		{As: "unused", EN: "CTR (destination) | CTR (all) | CPC (all) | CTR | CPC | CPA | Cost per conversion | Conversion rate | Conversion rate (CVR) | CVR | Result | Cost per result | Result rate | Frequency | Cost per 1,000 people reached",
			FR: "CTR (destination) | CTR (tous) | CPC (tous) | CTR | CPC | Coût par conversion | Taux de conversion | Résultat | Coût par résultat | Taux de résultat | Fréquence | Répétition"},
		{As: "unused", EN: "Video views | 6-second video views | Average play time per video view | Average play time per user | Paid likes | Paid comments | Paid shares | Paid follows | Paid profile visits | Total complete payment ROAS | Value per complete payment"},
		{As: "unused", EN: "Website URL (Ad level) | Website URL (Ad level） | Advertising objective | Primary status | Secondary status | Schedule | Placements Types | Placement types | Budget | Bid"},
	},
	APISignature: []string{"stat_time_day + spend", "stat_time_hour + spend", "dimensions.stat_time_day + metrics.spend", "dimensions.stat_time_hour + metrics.spend"},
	API: []Header{
		{As: "day", EN: "stat_time_day | stat_time_hour | dimensions.stat_time_day | dimensions.stat_time_hour"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "account_id", EN: "advertiser_id | dimensions.advertiser_id"},
		{As: "currency", EN: "currency | metrics.currency"},
		{As: "campaign", EN: "campaign_name | dimensions.campaign_name | metrics.campaign_name"},
		{As: "campaign_id", EN: "campaign_id | dimensions.campaign_id | metrics.campaign_id"},
		{As: "ad_group", EN: "adgroup_name | dimensions.adgroup_name | metrics.adgroup_name"},
		{As: "ad_group_id", EN: "adgroup_id | dimensions.adgroup_id | metrics.adgroup_id"},
		{As: "ad", EN: "ad_name | dimensions.ad_name | metrics.ad_name"},
		{As: "ad_id", EN: "ad_id | dimensions.ad_id | metrics.ad_id"},
		{As: "breakdown:country", EN: "country_code | dimensions.country_code"},
		{As: "spend", EN: "spend | metrics.spend"},
		{As: "impressions", EN: "impressions | metrics.impressions"},
		{As: "clicks", EN: "clicks | metrics.clicks"},
		{As: "reach", EN: "reach | metrics.reach"},
		{As: "conversions", EN: "conversion | metrics.conversion", Note: conversionsOfGoal},
		{As: "purchase_value", EN: "total_purchase_value | metrics.total_purchase_value"},
		{As: "video_views", EN: "video_watched_2_s | metrics.video_watched_2s"},
		{As: "video_25", EN: "video_views_p_25 | metrics.video_views_p25"},
		{As: "video_50", EN: "video_views_p_50 | metrics.video_views_p50"},
		{As: "video_75", EN: "video_views_p_75 | metrics.video_views_p75"},
		{As: "video_100", EN: "video_views_p_100 | metrics.video_views_p100"},
		{As: "check:clicks", EN: "cpc | metrics.cpc"},
		{As: "check:impressions", EN: "cpm | metrics.cpm"},
		{As: "unused", EN: "cost_per_conversion | video_play_actions | conversion_rate | result | comments | real_time_cost_per_result | real_time_result | shares | real_time_conversion_rate | cost_per_secondary_goal_result | secondary_goal_result_rate | cost_per_1000_reached | real_time_cost_per_conversion | profile_visits_rate | average_video_play | profile_visits | ctr | follows | result_rate | video_watched_6_s | secondary_goal_result | cost_per_result | average_video_play_per_user | real_time_result_rate | likes | real_time_conversion | total_sales_lead_value | metrics.ctr | metrics.frequency | metrics.conversion_rate | metrics.cost_per_conversion | metrics.result | metrics.cost_per_result | metrics.result_rate"},
	},
})

// conversionsOfGoal is what TikTok calls a conversion.
var conversionsOfGoal = locale.Text{
	EN: "the event that each ad group is optimised for: it may differ between ad groups",
	FR: "l’événement pour lequel chaque groupe de publicités est optimisé\u00a0: il peut différer d’un groupe à l’autre",
}
