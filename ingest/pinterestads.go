package ingest

import "vigie/internal/locale"

// Pinterest Ads: the reports of Ads Manager (campaigns, ad groups, ads),
// downloaded as .csv, and the report tables of its API, as connectors store
// them.
//
// The header is the first line, dates are ISO, decimals have a point, there are
// no totals. A day has several rows of one ad group where the report also split
// by something that is no column: all of them add up. "Spend in account
// currency" does not say which currency that is; it has to be given.
//
// Outbound clicks lead to the site. Pin clicks hold them and also count those
// that only open the Pin: they stay apart as Clicks (all), and where a file has
// no others the clicks to the site are not known. Paid figures are what was
// bought; earned ones, from Pins that people saved and others saw, cost nothing
// and are not taken where the report parts them.
//
// Conversions of a kind (Checkout, Lead, Signup) are counted after a click, an
// engagement or a view, within the windows set in the account. "Conversions"
// without a kind counts every tracked event, page visits too: a brief should
// rather name purchases or leads. The API looks back 90 days at most.
//
// The API counts amounts in millionths of the account's currency, whatever the
// "dollar" in its names: impression_1 and clickthrough_1 are paid, those with 2
// are earned, and clickthrough is Pinterest's name for Pin clicks.
//
// Not confirmed: a French file. Its headers are the words of the French
// interface and help pages.
var _ = register(Platform{
	ID:    "pinterestads",
	Label: "Pinterest Ads",
	Export: locale.Text{
		EN: "a report of Pinterest Ads Manager (Reporting, by day, at the level of campaigns) as .csv",
		FR: "un rapport du Gestionnaire de publicités Pinterest (Rapports, par jour, au niveau des campagnes) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a French file as a whole: its headers are the words of the interface and help pages",
		FR: "un fichier français dans son ensemble\u00a0: ses en-têtes sont les mots de l’interface et des pages d’aide",
	},
	Signature: []string{
		"Spend in account currency", "Pin clicks + Spend", "Paid Pin clicks + Spend", "Outbound clicks + Spend", "Paid outbound clicks + Spend",
		"Dépense dans la devise du compte", "Clics sur l’épingle + Dépense", "Clics sur l’épingle + Dépenses", "Clics sortants + Dépense", "Clics sortants + Dépenses",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.', locale.FR: '.'},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Columns: []Header{
		{As: "day", EN: "Date | Day", FR: "Date | Jour"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},
		{As: "first_day", EN: "Start date", FR: "Date de début"},
		{As: "last_day", EN: "End date", FR: "Date de fin"},

		{As: "account", EN: "Ad account name | Ad account", FR: "Nom du compte publicitaire | Compte publicitaire"},
		{As: "account_id", EN: "Ad account ID | Advertiser ID", FR: "ID du compte publicitaire | Identifiant du compte publicitaire"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign name", FR: "Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne | Identifiant de la campagne"},
		{As: "ad_group", EN: "Ad group name", FR: "Nom du groupe d’annonces"},
		{As: "ad_group_id", EN: "Ad group ID", FR: "ID du groupe d’annonces | Identifiant du groupe d’annonces"},
		{As: "ad", EN: "Ad name | Promoted Pin name", FR: "Nom de l’annonce"},
		{As: "ad_id", EN: "Ad ID | Promoted Pin ID", FR: "ID de l’annonce | Identifiant de l’annonce"},
		{As: "breakdown:age", EN: "Age bucket | Age", FR: "Tranche d’âge | Âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Genre | Sexe"},
		{As: "breakdown:device", EN: "Device", FR: "Appareil"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:placement", EN: "Placement", FR: "Emplacement"},

		{As: "spend", EN: "Spend in account currency | Spend", FR: "Dépense dans la devise du compte | Dépense | Dépenses"},
		{As: "impressions", EN: "Paid impressions | Impressions", FR: "Impressions payantes | Impressions"},
		{As: "clicks", EN: "Paid outbound clicks | Outbound clicks", FR: "Clics sortants payants | Clics sortants"},
		{As: "clicks_all", EN: "Paid Pin clicks | Pin clicks", FR: "Clics payants sur l’épingle | Clics sur l’épingle | Clics d’épingle", Note: pinClicks},
		{As: "engagements", EN: "Paid engagements | Engagements | Engagement", FR: "Engagements payants | Engagements | Engagement"},
		{As: "conversions", EN: "Total conversions | Conversions", FR: "Conversions totales | Conversions", Note: pinConversions},
		{As: "conversion_value", EN: "Total conversion value | Total conversions value | Conversion value", FR: "Valeur totale des conversions"},
		{As: "purchases", EN: "Total conversions (Checkout) | Conversions (Checkout)", FR: "Conversions totales (Achat) | Conversions (Achat)"},
		{As: "purchase_value", EN: "Total order value (Checkout) | Order value (Checkout)", FR: "Valeur totale des commandes (Achat) | Valeur des commandes (Achat)"},
		{As: "leads", EN: "Total conversions (Lead) | Conversions (Lead)", FR: "Conversions totales (Prospect) | Conversions (Prospect)"},
		{As: "registrations", EN: "Total conversions (Signup) | Conversions (Signup)", FR: "Conversions totales (Inscription) | Conversions (Inscription)"},
		{As: "add_to_cart", EN: "Total conversions (Add to cart) | Conversions (Add to cart)", FR: "Conversions totales (Ajout au panier) | Conversions (Ajout au panier)"},
		{As: "video_views", EN: "Paid video views | Video views", FR: "Vues de la vidéo"},
		{As: "video_25", EN: "Total video played at 25%"},
		{As: "video_50", EN: "Total video played at 50%"},
		{As: "video_75", EN: "Total video played at 75%"},
		{As: "video_100", EN: "Total video played at 100%"},
		{As: "reach", EN: "Reach", FR: "Couverture | Portée"},
		{As: "check:impressions", EN: "CPM", FR: "CPM"},

		{As: "unused", EN: "Earned impressions | Earned outbound clicks | Earned Pin clicks | Earned engagements | Earned saves | Spend in USD | Spend in micro USD"},
		{As: "unused", EN: "Saves | Paid saves | Save rate | Total save rate | CTR | Paid CTR | eCTR | CPC | CPE | CPA | Pin click rate | Outbound click rate | Engagement rate | Frequency | ROAS (Checkout) | CPA (Checkout) | Average order value (Checkout)",
			FR: "Enregistrements | Taux d’enregistrement | CTR | CPC | Taux d’engagement | Fréquence"},
		{As: "unused", EN: "Click-through conversions (Checkout) | View-through conversions (Checkout) | Engagement conversions (Checkout) | Click-through order value (Checkout) | View-through order value (Checkout) | Engagement order value (Checkout) | Total conversions (Page visit) | Conversions (Page visit)"},
		{As: "unused", EN: "Campaign status | Ad group status | Ad status | Campaign objective | Objective | Daily budget | Lifetime budget | Campaign booking reference | Organic pin ID | Destination URL",
			FR: "Statut de la campagne | Statut du groupe d’annonces | Statut de l’annonce | Objectif de la campagne | Budget quotidien | Budget total"},
	},

	APISignature: []string{"spend_in_micro_dollar"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "account_id", EN: "advertiser_id | ad_account_id"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group", EN: "ad_group_name"},
		{As: "ad_group_id", EN: "ad_group_id"},
		{As: "ad", EN: "ad_name"},
		{As: "ad_id", EN: "ad_id | pin_promotion_id"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "breakdown:country", EN: "country"},
		{As: "breakdown:region", EN: "region"},

		{As: "spend", EN: "spend_in_micro_dollar", Micros: true},
		{As: "impressions", EN: "impression_1"},
		{As: "clicks", EN: "outbound_click_1"},
		{As: "clicks_all", EN: "clickthrough_1", Note: pinClicks},
		{As: "engagements", EN: "engagement_1"},
		{As: "conversions", EN: "total_conversions", Note: pinConversions},
		{As: "conversion_value", EN: "total_conversions_value_in_micro_dollar", Micros: true},
		{As: "purchases", EN: "total_checkout"},
		{As: "purchase_value", EN: "total_checkout_value_in_micro_dollar", Micros: true},
		{As: "leads", EN: "total_lead"},
		{As: "registrations", EN: "total_signup"},

		{As: "unused", EN: "impression_2 | clickthrough_2 | outbound_click_2 | engagement_2", Note: locale.Text{
			EN: "earned, not bought: not taken",
			FR: "gagnés, non achetés\u00a0: non pris",
		}},
		{As: "unused", EN: "campaign_status | ad_group_status | ad_status | total_conversions_quantity | total_view_checkout | total_click_checkout | total_engagement_checkout"},
	},
})

var (
	pinClicks = locale.Text{
		EN: "also counts clicks that only open the Pin",
		FR: "compte aussi les clics qui ne font qu’ouvrir l’épingle",
	}
	pinConversions = locale.Text{
		EN: "every tracked event, page visits too: name purchases or leads in the brief if that is what counts",
		FR: "tous les événements suivis, y compris les visites de page\u00a0: nommez achats ou prospects dans le brief si c’est ce qui compte",
	}
)
