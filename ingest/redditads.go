package ingest

import "vigie/internal/locale"

// Reddit Ads: the tables of Ads Manager (campaigns, ad groups, ads), downloaded
// as .csv, and the report tables of its API, as connectors store them.
//
// Clicks are clicks on the ad that open its destination; upvotes, comments and
// visits of the comments are counted apart and not taken. Conversions are
// those of the Reddit Pixel, after a click or a view within the windows that
// the account chose; the interface has a column for each event.
//
// The API counts spend, eCPM and CPC in millionths of the account's currency
// without saying so in their names. No column of either shape has to name the
// currency, so it may have to be given. Tables of conversions alone, where
// "clicks" are conversions after a click, have no spend: they are refused, by
// name.
//
// Not confirmed: a file of the interface, in any language. Its headers below
// are the words of Reddit's help pages and of people who report on it; as hardly
// any of them is Reddit's alone, a table of campaigns may need --platform
// redditads.
var _ = register(Platform{
	ID:    "redditads",
	Label: "Reddit Ads",
	Export: locale.Text{
		EN: "a table of Reddit Ads Manager (Reporting, by day) as .csv",
		FR: "un tableau du Gestionnaire de publicités Reddit (Rapports, par jour) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a file of the interface as a whole, in English and in French: its headers are the words of help pages; a table of campaigns may need --platform redditads",
		FR: "un fichier de l’interface dans son ensemble, en anglais et en français\u00a0: ses en-têtes sont les mots des pages d’aide\u00a0; un tableau de campagnes peut demander --platform redditads",
	},
	Signature: []string{
		"Subreddit + Amount Spent", "Subreddit + Spend", "Community + Impressions + Amount Spent", "Community + Impressions + Spend", "Upvotes + Amount Spent", "Upvotes + Spend",
		"eCPM + CPC + Amount Spent", "eCPM + Ad Group Name + Impressions", "eCPM + Ad Group + Impressions",
		"Communauté + Impressions + Montant dépensé", "eCPM + CPC + Montant dépensé", "eCPM + Nom du groupe de publicités + Impressions",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.'},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Totals:  Totals{Blank: true, Labels: []string{"Total"}},
	Columns: []Header{
		{As: "day", EN: "Date | Day", FR: "Date | Jour"},
		{As: "first_day", EN: "Start Date", FR: "Date de début"},
		{As: "last_day", EN: "End Date", FR: "Date de fin"},

		{As: "account", EN: "Account Name | Account", FR: "Nom du compte | Compte"},
		{As: "account_id", EN: "Account ID", FR: "ID du compte"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign Name | Campaign", FR: "Nom de la campagne | Campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad Group Name | Ad Group", FR: "Nom du groupe de publicités | Groupe de publicités"},
		{As: "ad_group_id", EN: "Ad Group ID", FR: "ID du groupe de publicités"},
		{As: "ad", EN: "Ad Name | Ad", FR: "Nom de la publicité | Publicité"},
		{As: "ad_id", EN: "Ad ID", FR: "ID de la publicité"},
		{As: "breakdown:community", EN: "Community | Subreddit", FR: "Communauté"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:placement", EN: "Placement", FR: "Emplacement"},
		{As: "breakdown:device", EN: "Device | Device Type | OS", FR: "Appareil"},
		{As: "breakdown:interest", EN: "Interest", FR: "Centre d’intérêt"},

		{As: "spend", EN: "Amount Spent | Spend", FR: "Montant dépensé | Dépenses"},
		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "clicks", EN: "Clicks | Link Clicks", FR: "Clics"},
		{As: "video_views", EN: "Video Starts | Video Views", FR: "Vues de vidéo"},
		{As: "video_25", EN: "Video Watches: 25% | Video Watched 25%"},
		{As: "video_50", EN: "Video Watches: 50% | Video Watched 50%"},
		{As: "video_75", EN: "Video Watches: 75% | Video Watched 75%"},
		{As: "video_100", EN: "Video Completions | Video Watched 100%"},
		{As: "conversions", EN: "Total Conversions | Conversions", FR: "Conversions"},
		{As: "purchases", EN: "Purchase | Purchases | Purchase (Total)", FR: "Achats"},
		{As: "purchase_value", EN: "Purchase Total Value | Purchase Value | Purchases Total Value", FR: "Valeur totale des achats"},
		{As: "leads", EN: "Lead | Leads | Lead (Total)", FR: "Prospects"},
		{As: "registrations", EN: "Sign Up | Sign Ups | Sign Up (Total)", FR: "Inscriptions"},
		{As: "add_to_cart", EN: "Add to Cart | Add to Cart (Total)", FR: "Ajouts au panier"},
		{As: "reach", EN: "Reach", FR: "Couverture | Portée"},
		{As: "check:clicks", EN: "CPC", FR: "CPC"},
		{As: "check:impressions", EN: "eCPM | CPM", FR: "eCPM | CPM"},

		{As: "unused", EN: "CTR | CPV | Frequency | Upvotes | Downvotes | Comment upvotes | Comment downvotes | Comments | ROAS | Purchase ROAS | Page Visit | View Content | Result | Results | Cost per Result | Viewable Impressions",
			FR: "CTR | Fréquence | Résultats | Coût par résultat"},
		{As: "unused", EN: "Status | Campaign Status | Delivery Status | Objective | Campaign Objective | Budget | Daily Budget | Lifetime Budget | Bid | Bid Strategy | Post URL | Destination URL",
			FR: "Statut | État | Objectif | Budget | Enchère"},
	},

	APISignature: []string{"ecpm + spend + impressions", "comment_upvotes + spend"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "account_id", EN: "account_id"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group_id", EN: "ad_group_id"},
		{As: "ad_id", EN: "ad_id"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "breakdown:country", EN: "country"},
		{As: "breakdown:community", EN: "community"},
		{As: "breakdown:placement", EN: "placement"},

		{As: "spend", EN: "spend", Micros: true},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "clicks"},
		{As: "video_views", EN: "video_started"},
		{As: "video_25", EN: "video_watched_25_percent"},
		{As: "video_50", EN: "video_watched_50_percent"},
		{As: "video_75", EN: "video_watched_75_percent"},
		{As: "video_100", EN: "video_watched_100_percent"},
		{As: "viewable_impressions", EN: "viewable_impressions"},
		{As: "check:clicks", EN: "cpc", Micros: true},
		{As: "check:impressions", EN: "ecpm", Micros: true},

		{As: "unused", EN: "app_install_metrics_add_payment_info | app_install_metrics_add_to_cart | app_install_metrics_app_launch | app_install_metrics_completed_tutorial | app_install_metrics_install | app_install_metrics_level_achieved | app_install_metrics_purchase | app_install_metrics_search | app_install_metrics_sign_up | app_install_metrics_spend | app_install_metrics_spend_credits | app_install_metrics_view_content"},
		{As: "unused", EN: "comment_downvotes | comment_upvotes | comments_page_views | viewer_comments | conversion_roas | ctr | gallery_item_caption | gallery_item_id | priority | region"},
		{As: "unused", EN: "legacy_click_conversions_attribution_window_day | legacy_click_conversions_attribution_window_month | legacy_click_conversions_attribution_window_week | legacy_view_conversions_attribution_window_day | legacy_view_conversions_attribution_window_month | legacy_view_conversions_attribution_window_week", Note: locale.Text{
			EN: "several windows that hold each other: none is taken",
			FR: "plusieurs fenêtres qui se recouvrent\u00a0: aucune n’est prise",
		}},
		{As: "unused", EN: "video_fully_viewable_impressions | video_plays_expanded | video_plays_with_sound | video_viewable_impressions | video_watched_10_seconds | video_watched_3_seconds | video_watched_5_seconds | video_watched_95_percent"},
	},
})
