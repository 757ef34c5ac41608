package ingest

import "vigie/internal/locale"

// X Ads (formerly Twitter Ads): the campaigns of Ads Manager, downloaded as
// .csv or .xlsx with the button Export, by day; and the campaign tables of
// its API, as connectors store them.
//
// The header is the first line, and which columns follow depends on the
// objectives of the campaigns. "Time" is the day of the row; the start and end
// dates are those of the campaign, not of the figures. The last row is a sum
// of the others. No column says the currency, which has to be given.
//
// "Clicks" are all clicks on a post: links, likes, hashtags, the profile, the
// text. Where "Link clicks" stand beside them these are the clicks to the site,
// and the others go to Clicks (all); alone they are taken as clicks, with a
// note, since nothing else is there. Engagements count still more: follows,
// replies and reposts too.
//
// The API counts amounts in millionths of the account's currency
// (billed_charge_local_micro), splits by placement and stamps each row with an
// hour, of which only the day is kept. The scale of its sale amounts is not
// documented: they are not taken.
//
// Conversions of recent days grow: connectors read the last 14 days again.
//
// Not confirmed: a file of the interface. The headers are those that X's own
// help page on the export defines, the older names those that people's
// programs read, the French ones the words of the interface; the label of the
// last row is a guess, and a sum with empty names is recognised without one.
var _ = register(Platform{
	ID:       "xads",
	Label:    "X Ads",
	Maturity: 14, // programs read 14 days again
	Export: locale.Text{
		EN: "the campaigns of X Ads Manager (Export, by day) as .csv",
		FR: "les campagnes du Gestionnaire de publicités X (Exporter, par jour) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a file of the interface as a whole: English headers follow X’s help page, French ones the words of the interface, the label of the totals row is a guess",
		FR: "un fichier de l’interface dans son ensemble\u00a0: les en-têtes anglais suivent la page d’aide de X, les français les mots de l’interface, le libellé de la ligne de total est supposé",
	},
	Signature: []string{
		"Funding Instrument ID", "Funding Instrument Name", "Promoted Tweet", "Tweet engagements", "Billed engagements + Spend",
		"Campaign URL + Spend", "Retweets + Spend", "Reposts + Spend",
		"Engagements facturés + Dépense", "Engagements facturés + Dépenses", "URL de la campagne + Dépense", "Reposts + Dépense",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Totals:  Totals{Blank: true, Labels: []string{"Total", "Grand total"}},
	Columns: []Header{
		{As: "day", EN: "Time | Time period | Date | Day", FR: "Date | Heure | Période | Jour"},
		{As: "account", EN: "Account name | Account", FR: "Nom du compte | Compte"},
		{As: "account_id", EN: "Account ID", FR: "ID du compte"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign | Campaign name", FR: "Campagne | Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID | ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad group name | Ad group", FR: "Nom du groupe de publicités | Groupe de publicités"},
		{As: "ad_group_id", EN: "Ad group ID", FR: "ID du groupe de publicités"},
		{As: "ad", EN: "Ad name | Ad | Promoted Tweet", FR: "Nom de la publicité | Publicité"},
		{As: "ad_id", EN: "Ad ID | Promoted Tweet ID", FR: "ID de la publicité"},
		{As: "breakdown:placement", EN: "Placement", FR: "Emplacement"},

		{As: "spend", EN: "Spend", FR: "Dépense | Dépenses"},
		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "clicks", EN: "Link clicks | URL clicks", FR: "Clics sur le lien | Clics sur un lien"},
		{As: "clicks_all", EN: "Clicks", FR: "Clics", Beside: "Link clicks | URL clicks | Clics sur le lien | Clics sur un lien", Note: xClicks},
		{As: "clicks", EN: "Clicks", FR: "Clics", Note: xClicks},
		{As: "engagements", EN: "Engagements | Tweet engagements | Post engagements", FR: "Engagements"},
		{As: "video_views", EN: "Video views", FR: "Vues de la vidéo"},
		{As: "video_25", EN: "Video played 25%", FR: "Vidéo lue à 25 %"},
		{As: "video_50", EN: "Video played 50%", FR: "Vidéo lue à 50 %"},
		{As: "video_75", EN: "Video played 75%", FR: "Vidéo lue à 75 %"},
		{As: "video_100", EN: "Video completions | Video played 100%", FR: "Vidéos vues en entier"},
		{As: "leads", EN: "Leads", FR: "Prospects"},
		{As: "purchases", EN: "Purchases", FR: "Achats", Note: locale.Text{
			EN: "purchases after an engagement and after a view",
			FR: "achats après un engagement et après un affichage",
		}},
		{As: "registrations", EN: "Sign ups", FR: "Inscriptions"},
		{As: "reach", EN: "Reach", FR: "Couverture"},

		{As: "unused", EN: "Campaign URL | Campaign start date | Campaign end date | Start date | End date | Funding Instrument ID | Funding Instrument Name | Objective | Product type",
			FR: "URL de la campagne | Date de début de la campagne | Date de fin de la campagne | Objectif"},
		{As: "unused", EN: "Billed engagements | Media engagements | Card engagements | Retweets | Reposts | Replies | Follows | Unfollows | Favorites | Likes | App clicks | Engagement rate | Video starts | Videos 3s views | Purchases - post view | Site visits",
			FR: "Engagements facturés | Reposts | Réponses | Abonnements | Mentions J’aime | Taux d’engagement"},
		{As: "unused", EN: "CTR | CPM | CPC | CPE | Cost per link click | Cost per lead | Result rate | Cost per result"},
	},

	APISignature: []string{"billed_charge_local_micro"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "account_id", EN: "account_id"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group_id", EN: "line_item_id"},
		{As: "ad_id", EN: "promoted_tweet_id"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "breakdown:placement", EN: "placement"},
		{As: "breakdown:country", EN: "location_name"},
		{As: "breakdown:location", EN: "segment"},

		{As: "spend", EN: "billed_charge_local_micro", Micros: true},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "url_clicks"},
		{As: "clicks_all", EN: "clicks", Beside: "url_clicks", Note: xClicks},
		{As: "clicks", EN: "clicks", Note: xClicks},
		{As: "engagements", EN: "engagements"},
		{As: "video_views", EN: "video_total_views"},
		{As: "video_25", EN: "video_views_25"},
		{As: "video_50", EN: "video_views_50"},
		{As: "video_75", EN: "video_views_75"},
		{As: "video_100", EN: "video_views_100"},
		{As: "purchases", EN: "conversion_purchases_metric"},
		{As: "registrations", EN: "conversion_sign_ups_metric"},

		{As: "unused", EN: "location_type | billed_engagements | app_clicks | card_engagements | carousel_swipes | follows | likes | media_engagements | media_views | poll_card_vote | qualified_impressions | replies | retweets | tweets_send | unfollows"},
		{As: "unused", EN: "video_3_s_100_pct_views | video_6_s_views | video_15_s_views | video_content_starts | video_cta_clicks | video_mrc_views"},
		{As: "unused", EN: "conversion_purchases_sale_amount | conversion_sign_ups_sale_amount | conversion_custom_sale_amount", Note: locale.Text{
			EN: "the scale of this amount is not documented: not taken",
			FR: "l’échelle de ce montant n’est pas documentée\u00a0: non pris",
		}},
	},
})

// xClicks is what X counts as a click.
var xClicks = locale.Text{
	EN: "clicks on links, likes, hashtags, the profile and the text of the post",
	FR: "clics sur les liens, les mentions J’aime, les hashtags, le profil et le texte du post",
}
