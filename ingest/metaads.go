package ingest

import "vigie/internal/locale"

// Meta Ads: the tables of Ads Manager (campaigns, ad sets, ads) and the reports
// of Ads Reporting, downloaded as .csv or .xlsx, in English or French.
//
// The header is the first line. An amount's currency stands in its header,
// "Amount spent (EUR)". Decimals have a point in all languages. The sheets are
// named Worksheet (Ads Manager, dates as text) or Raw Data Report (Ads
// Reporting).
//
// A totals row may come first: its names are empty and its reach is that of
// the whole, smaller than the sum of the rows. With a split by day there can
// be one for each day.
//
// "Reporting starts" and "Reporting ends" are the range of the whole report
// unless it is split by day: a row whose two dates are equal is a day, any
// other one is a span. A column Day or Month says more and is preferred.
//
// Link clicks are the clicks to the site; "Clicks (all)" also counts likes and
// comments and stays apart. "Results" mixes events, which "Result indicator"
// (or "Result type") names: each goes to its own measure unless that has a
// column of its own, and none is added to another. Reach and frequency are
// never added up.
//
// The spend may be missing where a user left it out; CPM, printed with six
// decimals, times impressions gives it back to the cent.
//
// Tables of the API have names such as inline_link_clicks, amounts in units of the
// currency, and all other actions in a table of their own, one line each, which
// is refused: its lines count the same conversion under several names.
//
// Not confirmed on a French file: the headers of accounts, ids, months, regions,
// delivery and rankings.
var _ = register(Platform{
	ID:       "metaads",
	Label:    "Meta Ads",
	Maturity: 28, // 7 days after a click or 1 after a view by default; programs read 28 days again
	Export: locale.Text{
		EN: "a table of Ads Manager (Reports, Export table data, with the breakdown By day) as .csv or .xlsx",
		FR: "un tableau du Gestionnaire de publicités (Rapports, Exporter les données du tableau, avec la répartition Par jour) au format .csv ou .xlsx",
	},
	Unconfirmed: locale.Text{
		EN: "in French: headers of accounts, ids, months, regions, delivery and rankings",
		FR: "en français\u00a0: les en-têtes des comptes, identifiants, mois, régions, diffusion et classements",
	},
	Signature: []string{
		"Reporting starts", "Amount spent + Impressions", "Amount spent + Campaign name", "Amount spent + Ad set name", "Amount spent + Ad name", "Amount spent + Day",
		"Début des rapports", "Montant dépensé + Impressions", "Montant dépensé + Nom de la campagne", "Montant dépensé + Jour",
	},
	Rivals:       []string{"redditads"}, // whose clicks have another name
	Decimal:      map[locale.Lang]byte{locale.EN: '.', locale.FR: '.'},
	Dates:        map[locale.Lang]string{locale.FR: "dmy"},
	Totals:       Totals{Blank: true},
	SpendFromCPM: true,
	NoData:       "No data available. | Aucune donnée disponible.",
	Results: map[string]string{
		"actions:link_click":                                            "clicks",
		"actions:landing_page_view":                                     "landing_page_views",
		"actions:omni_landing_page_view":                                "landing_page_views",
		"actions:post_engagement":                                       "engagements",
		"actions:video_view":                                            "video_views",
		"video_thruplay_watched_actions":                                "thruplays",
		"actions:onsite_conversion.messaging_conversation_started_7d":   "messages",
		"actions:lead":                                                  "leads",
		"actions:leadgen.other":                                         "leads",
		"actions:leadgen_grouped":                                       "leads",
		"actions:onsite_conversion.lead_grouped":                        "leads",
		"actions:offsite_conversion.fb_pixel_lead":                      "leads",
		"actions:purchase":                                              "purchases",
		"actions:omni_purchase":                                         "purchases",
		"actions:onsite_conversion.purchase":                            "purchases",
		"actions:offsite_conversion.fb_pixel_purchase":                  "purchases",
		"actions:omni_add_to_cart":                                      "add_to_cart",
		"actions:offsite_conversion.fb_pixel_add_to_cart":               "add_to_cart",
		"actions:omni_initiated_checkout":                               "checkouts",
		"actions:offsite_conversion.fb_pixel_initiate_checkout":         "checkouts",
		"actions:omni_complete_registration":                            "registrations",
		"actions:offsite_conversion.fb_pixel_complete_registration":     "registrations",
		"conversions:offsite_conversion.fb_pixel_complete_registration": "registrations",
		"reach": "reach",

		"Link clicks":                     "clicks",
		"Landing page views":              "landing_page_views",
		"Post engagements":                "engagements",
		"ThruPlays":                       "thruplays",
		"Messaging conversations started": "messages",
		"On-Facebook Leads":               "leads",
		"On-Facebook leads":               "leads",
		"Meta Leads":                      "leads",
		"Meta leads":                      "leads",
		"Website leads":                   "leads",
		"Leads":                           "leads",
		"Website purchases":               "purchases",
		"Purchases":                       "purchases",
		"Reach":                           "reach",
		"Clics sur un lien":               "clicks",
		"Vues de page de destination":     "landing_page_views",
		"Prospects Meta":                  "leads",
		"Prospects":                       "leads",
		"Achats sur le site web":          "purchases",
		"Achats":                          "purchases",
		"Couverture":                      "reach",
	},
	Columns: []Header{
		{As: "day", EN: "Day | Date", FR: "Jour | Date"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},
		{As: "first_day", EN: "Reporting starts", FR: "Début des rapports"},
		{As: "last_day", EN: "Reporting ends", FR: "Fin des rapports"},

		{As: "account", EN: "Account name", FR: "Nom du compte"},
		{As: "account_id", EN: "Account ID", FR: "ID du compte | Nº du compte"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign name", FR: "Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne | Nº de la campagne"},
		{As: "ad_group", EN: "Ad set name", FR: "Nom de l’ensemble de publicités"},
		{As: "ad_group_id", EN: "Ad set ID", FR: "ID de l’ensemble de publicités | Nº de l’ensemble de publicités"},
		{As: "ad", EN: "Ad name | Ads", FR: "Nom de la publicité"},
		{As: "ad_id", EN: "Ad ID", FR: "ID de la publicité | Nº de la publicité"},

		{As: "breakdown:age", EN: "Age", FR: "Âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Sexe | Genre"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:platform", EN: "Platform", FR: "Plateforme"},
		{As: "breakdown:placement", EN: "Placement", FR: "Placement"},
		{As: "breakdown:device_platform", EN: "Device platform", FR: "Plateforme de l’appareil"},
		{As: "breakdown:device", EN: "Impression device", FR: "Appareil de l’impression"},
		{As: "breakdown:hour", EN: "Time of day (ad account time zone)", FR: "Heure de la journée (fuseau horaire du compte publicitaire)"},
		{As: "breakdown:text", EN: "Text", FR: "Texte"},
		{As: "breakdown:headline", EN: "Headline (ad settings) | Headline", FR: "Titre"},
		{As: "breakdown:media", EN: "Image, video and slideshow", FR: "Image, vidéo et diaporama"},

		{As: "spend", EN: "Amount spent", FR: "Montant dépensé"},
		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "reach", EN: "Reach", FR: "Couverture"},
		{As: "clicks", EN: "Link clicks", FR: "Clics sur un lien"},
		{As: "clicks_all", EN: "Clicks (all)", FR: "Clics (tous)"},
		{As: "landing_page_views", EN: "Landing page views", FR: "Vues de page de destination"},
		{As: "engagements", EN: "Post engagement", FR: "Interactions avec la publication"},
		{As: "thruplays", EN: "ThruPlays", FR: "ThruPlays"},
		{As: "video_views", EN: "3-second video plays", FR: "Lectures de vidéo de 3 secondes"},
		{As: "video_25", EN: "Video plays at 25%", FR: "Lectures de vidéo à 25 %"},
		{As: "video_50", EN: "Video plays at 50%", FR: "Lectures de vidéo à 50 %"},
		{As: "video_75", EN: "Video plays at 75%", FR: "Lectures de vidéo à 75 %"},
		{As: "video_100", EN: "Video plays at 100%", FR: "Lectures de vidéo à 100 %"},
		{As: "messages", EN: "Messaging conversations started", FR: "Conversations par messages démarrées"},
		{As: "leads", EN: "Leads | Meta leads | On-Facebook leads | Website leads", FR: "Prospects"},
		{As: "purchases", EN: "Purchases | Website purchases", FR: "Achats | Achats sur le site web"},
		{As: "purchase_value", EN: "Purchases conversion value | Purchase conversion value | Website purchases conversion value", FR: "Valeur de conversion des achats"},
		{As: "add_to_cart", EN: "Adds to cart", FR: "Ajouts au panier"},
		{As: "checkouts", EN: "Checkouts initiated", FR: "Paiements initiés"},
		{As: "registrations", EN: "Registrations completed", FR: "Inscriptions terminées"},
		{As: "result", EN: "Results", FR: "Résultats"},
		{As: "result_kind", EN: "Result indicator | Result type", FR: "Indicateur de résultats | Type de résultat"},
		{As: "check:impressions", EN: "CPM (cost per 1,000 impressions)", FR: "CPM (Coût pour 1 000 impressions)"},
		{As: "check:clicks", EN: "CPC (cost per link click)", FR: "CPC (coût par clic sur un lien)"},
		{As: "check:clicks_all", EN: "CPC (all)", FR: "CPC (tous)"},

		{As: "unused", EN: "Campaign delivery | Delivery status | Delivery level | Ad set delivery | Ad delivery | Attribution setting | Frequency | CTR (all) | CTR (link click-through rate) | Starts | Ends",
			FR: "Diffusion de la campagne | Diffusion de l’ensemble de publicités | Diffusion de la publicité | Paramètre d’attribution | Répétition | CTR (tous) | CTR (taux de clics sur le lien) | Début | Fin"},
		{As: "unused", EN: "Ad set budget | Ad set budget type | Campaign budget | Campaign budget type | Bid | Bid type | Last significant edit",
			FR: "Budget de l’ensemble de publicités | Type de budget de l’ensemble de publicités | Budget de la campagne | Enchère | Type d’enchère"},
		{As: "unused", EN: "Quality ranking | Engagement rate ranking | Conversion rate ranking | Unique link clicks",
			FR: "Classement de la qualité | Classement du taux d’interaction | Classement du taux de conversion | Clics uniques sur un lien"},
		{As: "unused", EN: "Cost per result | Purchase ROAS (return on ad spend) | Cost per ThruPlay | Cost per purchase | Cost per lead | Cost per add to cart | Cost per landing page view | Cost per Page engagement",
			FR: "Coût par résultat | ROAS (retour sur les dépenses publicitaires) des achats | Coût par ThruPlay | Coût par achat | Coût par prospect | Coût par ajout au panier | Coût par vue de page de destination | Coût par interaction avec la Page | Coût par lecture de vidéo de 3 secondes"},
		{As: "unused", EN: "Post comments | Post reactions | Post shares | Facebook likes | Instagram follows | Instagram profile visits | Content views | Adds of payment info",
			FR: "Commentaires sur la publication | Réactions à une publication | Partages de publications | J’aime sur Facebook | Followers sur Instagram | Visites du profil Instagram | Vues de contenu | Ajouts d’informations de paiement"},
	},
	APISignature: []string{"inline_link_clicks + spend", "adset_id + spend", "adset_name + spend", "date_start + date_stop + spend", "account_currency + impressions + spend"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "first_day", EN: "date_start"},
		{As: "last_day", EN: "date_stop"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "account", EN: "account_name"},
		{As: "account_id", EN: "account_id"},
		{As: "currency", EN: "account_currency"},
		{As: "campaign", EN: "campaign_name"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group", EN: "adset_name | ad_set_name"},
		{As: "ad_group_id", EN: "adset_id | ad_set_id"},
		{As: "ad", EN: "ad_name"},
		{As: "ad_id", EN: "ad_id"},
		{As: "breakdown:age", EN: "age"},
		{As: "breakdown:gender", EN: "gender"},
		{As: "breakdown:country", EN: "country"},
		{As: "breakdown:region", EN: "region"},
		{As: "breakdown:platform", EN: "publisher_platform"},
		{As: "breakdown:placement", EN: "platform_position"},
		{As: "breakdown:device", EN: "impression_device"},
		{As: "spend", EN: "spend"},
		{As: "impressions", EN: "impressions"},
		{As: "reach", EN: "reach"},
		{As: "clicks", EN: "inline_link_clicks"},
		{As: "clicks_all", EN: "clicks"},
		{As: "engagements", EN: "inline_post_engagement"},
		{As: "check:impressions", EN: "cpm"},
		{As: "unused", EN: "frequency | ctr | cpc | unique_clicks | unique_ctr | cost_per_inline_link_click | inline_link_click_ctr | cost_per_unique_click | objective | _fivetran_id"},
	},
})
