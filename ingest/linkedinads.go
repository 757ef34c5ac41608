package ingest

import "vigie/internal/locale"

// LinkedIn Ads: the performance reports of Campaign Manager (account, campaign,
// ad), downloaded as .csv.
//
// The file is UTF-16 with tabs, whatever its name says. Four lines and a blank
// one stand before the header: the title with its time zone, the first and the
// last day of the range, and when the report was made, which dates what it
// knows. An empty report has these lines and no header.
//
// Dates and decimals follow the language of the interface: 9/21/2026 and 55.39
// in English. Each amount's currency stands in the column Currency. There are
// no totals. Without a split by day each row is dated on the first day of the
// range: where all rows are, and the range is longer, they are read as spans.
//
// In 2026 LinkedIn renamed what it sells: a former Campaign Group is a Campaign,
// a former Campaign an Ad Set. "Campaign Name" next to "Campaign Group Name" is
// therefore an ad set, and next to "Ad Set Name" a campaign; alone it is taken
// as a campaign.
//
// Conversions hold those after a click and those after a view.
//
// A flat table with LinkedIn's headers (Date, Campaign name, Total spent) and
// nothing before them, as people and scripts make it from the report, is read
// the same way. It says no currency, so that has to be given, and not whether
// its rows cover a range: they are days.
//
// Tables of the API have names such as cost_in_local_currency; what they call a
// campaign is an ad set where the group is there too.
//
// Not confirmed: a French file. Its headers below are the words of the French
// interface and help pages, and its lines before the header are a guess.
var _ = register(Platform{
	ID:       "linkedinads",
	Label:    "LinkedIn Ads",
	Maturity: 7, // programs read 7 days again
	Export: locale.Text{
		EN: "a performance report of Campaign Manager (Export, Ad performance, broken down by day) as .csv",
		FR: "un rapport de performances du Campaign Manager (Exporter, Performances des publicités, par jour) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a French file as a whole: its headers are those of the interface, its first lines a guess",
		FR: "un fichier français entier\u00a0: ses en-têtes sont ceux de l’interface, ses premières lignes une supposition",
	},
	Signature: []string{
		"Total Spent + Impressions", "Total Spent + Clicks", "Start Date + Total Spent",
		"Total dépensé + Impressions", "Total dépensé + Clics",
	},
	RangeSignature:  []string{"Start Date + Account Name + Currency"},
	Decimal:         map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:           map[locale.Lang]string{locale.EN: "mdy", locale.FR: "dmy"},
	DayIsRangeStart: true,
	Preamble: []Header{
		{As: "first_day", EN: "Report Start", FR: "Début du rapport"},
		{As: "last_day", EN: "Report End", FR: "Fin du rapport"},
		{As: "known_as_of", EN: "Date Generated", FR: "Date de génération"},
	},
	Columns: []Header{
		{As: "day", EN: "Start Date | Date", FR: "Date de début | Date"},

		{As: "account", EN: "Account Name", FR: "Nom du compte"},
		{As: "account_id", EN: "Account ID", FR: "ID du compte"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign Group Name", FR: "Nom du groupe de campagnes"},
		{As: "campaign_id", EN: "Campaign Group ID", FR: "ID du groupe de campagnes"},
		{As: "ad_group", EN: "Campaign Name", FR: "Nom de la campagne", Beside: "Campaign Group Name"},
		{As: "ad_group_id", EN: "Campaign ID", FR: "ID de la campagne", Beside: "Campaign Group Name"},
		{As: "ad_group", EN: "Campaign Name", FR: "Nom de la campagne", Beside: "Nom du groupe de campagnes"},
		{As: "ad_group_id", EN: "Campaign ID", FR: "ID de la campagne", Beside: "Nom du groupe de campagnes"},
		{As: "campaign", EN: "Campaign Name", FR: "Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad Set Name", FR: "Nom de l’ensemble de publicités"},
		{As: "ad_group_id", EN: "Ad Set ID", FR: "ID de l’ensemble de publicités"},
		{As: "ad", EN: "Ad Name | Creative Name", FR: "Nom de la publicité"},
		{As: "ad_id", EN: "Ad ID | Creative ID", FR: "ID Pub | ID de la publicité"},

		{As: "spend", EN: "Total Spent", FR: "Total dépensé"},
		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "conversions", EN: "Conversions", FR: "Conversions"},
		{As: "view_conversions", EN: "View-Through Conversions", FR: "Conversions après affichage"},
		{As: "conversion_value", EN: "Total Conversion Value", FR: "Valeur totale des conversions"},
		{As: "leads", EN: "Leads", FR: "Prospects | Leads"},
		{As: "engagements", EN: "Total Engagements", FR: "Total des engagements"},
		{As: "video_views", EN: "Video Views", FR: "Vues de la vidéo"},
		{As: "video_25", EN: "Video Views @ 25% | Video Views at 25%", FR: "Vues de la vidéo à 25 %"},
		{As: "video_50", EN: "Video Views @ 50% | Video Views at 50%", FR: "Vues de la vidéo à 50 %"},
		{As: "video_75", EN: "Video Views @ 75% | Video Views at 75%", FR: "Vues de la vidéo à 75 %"},
		{As: "video_100", EN: "Video Completions", FR: "Vidéos vues en entier"},
		{As: "sends", EN: "Sends", FR: "Envois"},
		{As: "opens", EN: "Opens", FR: "Ouvertures"},
		{As: "reach", EN: "Reach", FR: "Couverture"},
		{As: "check:clicks", EN: "Average CPC", FR: "CPC moyen"},
		{As: "check:impressions", EN: "Average CPM", FR: "CPM moyen"},

		{As: "unused", EN: "Campaign Group Status | Campaign Status | Campaign Type | Campaign Objective | Ad Set Status | Ad Set Objective | Ad Status | Ad Introduction Text | Ad Headline | Click URL",
			FR: "Statut du groupe de campagnes | Statut de la campagne | Type de campagne | Objectif de la campagne | Statut de la publicité | Texte pub présentation | Titre de la publicité | URL à cliquer"},
		{As: "unused", EN: "Click Through Rate | Post-Click Conversions | Cost per Conversion | Clicks to Landing Page | Clicks to LinkedIn Page | Lead Forms Opened | Engagement Rate | Daily Budget",
			FR: "Taux de clics | Conversions après clic | Coût par conversion | Clics vers la page de destination"},
		{As: "unused", EN: "Reactions | Comments | Shares | Follows | Other Clicks | Total Social Actions | Viral Impressions | Viral Clicks | Card Impressions | Card Clicks | Event Registrations",
			FR: "Réactions | Commentaires | Partages | Abonnements"},
	},
	APISignature: []string{"cost_in_local_currency"},
	API: []Header{
		{As: "day", EN: "day | date"},
		{As: "first_day", EN: "date_range.start"},
		{As: "last_day", EN: "date_range.end"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "account", EN: "account_name"},
		{As: "account_id", EN: "account_id | pivot_values.sponsored_account"},
		{As: "currency", EN: "currency"},
		{As: "campaign", EN: "campaign_group_name"},
		{As: "campaign_id", EN: "campaign_group_id | pivot_values.sponsored_campaign_group"},
		{As: "ad_group", EN: "campaign_name", Beside: "campaign_group_id"},
		{As: "ad_group_id", EN: "campaign_id | pivot_values.sponsored_campaign", Beside: "campaign_group_id | pivot_values.sponsored_campaign_group"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id | pivot_values.sponsored_campaign"},
		{As: "ad_id", EN: "creative_id | ad_id | pivot_values.sponsored_creative"},
		{As: "spend", EN: "cost_in_local_currency"},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "clicks"},
		{As: "conversions", EN: "external_website_conversions"},
		{As: "view_conversions", EN: "external_website_post_view_conversions"},
		{As: "conversion_value", EN: "conversion_value_in_local_currency"},
		{As: "leads", EN: "one_click_leads"},
		{As: "engagements", EN: "total_engagements"},
		{As: "video_views", EN: "video_views"},
		{As: "video_25", EN: "video_first_quartile_completions"},
		{As: "video_50", EN: "video_midpoint_completions"},
		{As: "video_75", EN: "video_third_quartile_completions"},
		{As: "video_100", EN: "video_completions"},
		{As: "landing_page_views", EN: "landing_page_clicks", Note: locale.Text{
			EN: "clicks to the landing page, as LinkedIn counts them",
			FR: "clics vers la page de destination, tels que LinkedIn les compte",
		}},
		{As: "sends", EN: "sends"},
		{As: "opens", EN: "opens"},
		{As: "reach", EN: "approximate_unique_impressions"},
		{As: "unused", EN: "cost_in_usd | action_clicks | ad_unit_clicks | card_clicks | card_impressions | comment_likes | comments | company_page_clicks | external_website_post_click_conversions | follows | full_screen_plays | lead_generation_mail_contact_info_shares | lead_generation_mail_interested_clicks | likes | one_click_lead_form_opens | other_engagements | shares | text_url_clicks | video_starts | reactions"},
	},
})
