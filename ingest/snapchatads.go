package ingest

import "vigie/internal/locale"

// Snapchat Ads: the tables of Ads Manager (campaigns, ad sets, ads), downloaded
// as .csv or .xlsx, and the report tables of its API, as connectors store
// them.
//
// Snapchat renamed much over the years: what people did with an ad is Swipe
// Ups, then Swipes, then Clicks; an ad set was an Ad Squad; Spend became Amount
// Spent. All names are read, and all of the first are the clicks. Paid
// impressions are those that were bought; total ones also count those that
// people shared, and are taken only where there are no others. Reach is never
// added up.
//
// The rows of a split by day bear a start and an end. Conversions are counted
// within the windows of the account, 28 days after a swipe and 1 day after a
// view unless somebody changed them.
//
// The API counts spend and the value of purchases in millionths without
// saying so in their names. Its rows may be hours, of which the day is kept as
// it stands. view_completion is a number in some tables and a yes or no in
// others: it is not taken.
//
// Not confirmed: a file of the interface. The English headers are those that
// people's programs read; of the French ones, Début, Montant dépensé and
// Impressions payées stand in a French user's program, the others are the words
// of Snapchat's French pages. Whether the end of a day's row is that day or the
// next midnight is not known: if the next, the rows are read as two days.
var _ = register(Platform{
	ID:       "snapchatads",
	Label:    "Snapchat Ads",
	Maturity: 28, // 28 days after a swipe
	Export: locale.Text{
		EN: "a table of Snapchat Ads Manager (Manage Ads, Export, by day) as .csv",
		FR: "un tableau du Gestionnaire de publicités Snapchat (Gérer les publicités, Exporter, par jour) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a file of the interface as a whole: its headers are those that people’s programs read and the words of Snapchat’s pages; whether the end of a day’s row is that day",
		FR: "un fichier de l’interface dans son ensemble\u00a0: ses en-têtes sont ceux que lisent des programmes d’utilisateurs et les mots des pages de Snapchat\u00a0; si la fin d’une ligne d’un jour est ce jour même",
	},
	Signature: []string{
		"Swipe Ups + Spend", "Swipe Ups + Amount Spent", "Swipes + Spend", "Swipes + Amount Spent", "eCPSU", "Ad Squad Name + Spend", "Ad Squad Name + Amount Spent",
		"Ad Squad + Impressions", "Paid Impressions + Amount Spent", "Total Impressions + Amount Spent",
		"Impressions payées + Montant dépensé", "Impressions totales + Montant dépensé",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.'},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Totals:  Totals{Blank: true},
	Columns: []Header{
		{As: "day", EN: "Date | Day", FR: "Date | Jour"},
		{As: "first_day", EN: "Start Time | Start Date | Start", FR: "Début | Heure de début | Date de début"},
		{As: "last_day", EN: "End Time | End Date | End", FR: "Fin | Heure de fin | Date de fin"},

		{As: "account", EN: "Ad Account Name | Ad Account", FR: "Nom du compte publicitaire | Compte publicitaire"},
		{As: "account_id", EN: "Ad Account ID", FR: "ID du compte publicitaire"},
		{As: "currency", EN: "Currency", FR: "Devise"},
		{As: "campaign", EN: "Campaign Name | Campaign", FR: "Nom de la campagne | Campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Ad Set Name | Ad Set | Ad Squad Name | Ad Squad", FR: "Nom de l’ensemble de publicités | Ensemble de publicités"},
		{As: "ad_group_id", EN: "Ad Set ID | Ad Squad ID", FR: "ID de l’ensemble de publicités"},
		{As: "ad", EN: "Ad Name | Ad | Creative", FR: "Nom de la publicité | Publicité"},
		{As: "ad_id", EN: "Ad ID", FR: "ID de la publicité"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:age", EN: "Age", FR: "Âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Genre | Sexe"},

		{As: "spend", EN: "Amount Spent | Spend", FR: "Montant dépensé"},
		{As: "impressions", EN: "Paid Impressions | Impressions", FR: "Impressions payées | Impressions"},
		{As: "impressions", EN: "Total Impressions", FR: "Impressions totales", Note: locale.Text{
			EN: "holds impressions that people shared, beside those that were bought",
			FR: "comprend des impressions partagées par des personnes, en plus de celles qui ont été achetées",
		}},
		{As: "clicks", EN: "Clicks | Swipes | Swipe Ups", FR: "Clics | Balayages | Swipe Ups", Note: swipes},
		{As: "video_views", EN: "Video Views | 2 Second Video Views | 2s Video Views", FR: "Vues de vidéos | Vues de vidéo"},
		{As: "video_25", EN: "Video Views at 25% | 25% Video Views", FR: "Vues de vidéo à 25 %"},
		{As: "video_50", EN: "Video Views at 50% | 50% Video Views", FR: "Vues de vidéo à 50 %"},
		{As: "video_75", EN: "Video Views at 75% | 75% Video Views", FR: "Vues de vidéo à 75 %"},
		{As: "video_100", EN: "Video Completions | Completions", FR: "Vidéos vues en entier"},
		{As: "purchases", EN: "Purchases | Conversion Purchases", FR: "Achats"},
		{As: "purchase_value", EN: "Purchases Value | Purchase Value | Conversion Purchases Value", FR: "Valeur des achats"},
		{As: "add_to_cart", EN: "Add to Cart | Adds to Cart | Conversion Add Cart", FR: "Ajouts au panier"},
		{As: "checkouts", EN: "Start Checkout | Conversion Start Checkout", FR: "Paiements initiés"},
		{As: "registrations", EN: "Sign Ups | Conversion Sign Ups", FR: "Inscriptions"},
		{As: "leads", EN: "Leads", FR: "Prospects"},
		{As: "conversions", EN: "Total Conversions | Conversions", FR: "Conversions totales | Conversions"},
		{As: "conversion_value", EN: "Total Conversion Value | Conversion Value", FR: "Valeur totale des conversions"},
		{As: "reach", EN: "Paid Reach | Reach | Total Reach", FR: "Portée payée | Portée | Portée totale"},
		{As: "check:clicks", EN: "eCPC | eCPSU", FR: "eCPC | eCPSU"},
		{As: "check:impressions", EN: "Paid eCPM | eCPM", FR: "eCPM"},

		{As: "unused", EN: "Earned Impressions | Earned Reach | Click Rate | Swipe Up Rate | Frequency | Paid Frequency | Total Frequency | eCPP | ROAS | Shares | Saves | Page Views | View Content | Result | Results | Cost per Result",
			FR: "Taux de clic | Taux de clics | Fréquence | ROAS | Partages | Enregistrements | Pages vues | Résultats | Coût par résultat"},
		{As: "unused", EN: "Campaign Status | Campaign Objective | Objective | Ad Set Status | Ad Squad Status | Ad Status | Status | Delivery Status | Budget | Daily Budget | Lifetime Budget | Bid | Bid Strategy | Attribution Window",
			FR: "Statut | État | Objectif de la campagne | Budget | Budget quotidien | Enchère"},
	},

	APISignature: []string{"swipes + spend"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "account_id", EN: "ad_account_id"},
		{As: "campaign_id", EN: "campaign_id"},
		{As: "ad_group_id", EN: "ad_squad_id"},
		{As: "ad_id", EN: "ad_id"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "breakdown:country", EN: "country"},
		{As: "breakdown:region", EN: "region"},

		{As: "spend", EN: "spend", Micros: true},
		{As: "impressions", EN: "impressions"},
		{As: "clicks", EN: "swipes", Note: swipes},
		{As: "video_views", EN: "video_views"},
		{As: "video_25", EN: "quartile_1"},
		{As: "video_50", EN: "quartile_2"},
		{As: "video_75", EN: "quartile_3"},
		{As: "purchases", EN: "conversion_purchases"},
		{As: "purchase_value", EN: "conversion_purchases_value", Micros: true},
		{As: "add_to_cart", EN: "conversion_add_cart"},
		{As: "checkouts", EN: "conversion_start_checkout"},
		{As: "registrations", EN: "conversion_sign_ups"},

		{As: "unused", EN: "attachment_avg_view_time_millis | attachment_quartile_1 | attachment_quartile_2 | attachment_quartile_3 | attachment_total_view_time_millis | attachment_view_completion | avg_screen_time_millis | avg_view_time_millis | screen_time_millis | view_completion | view_time_millis"},
		{As: "unused", EN: "android_installs | ios_installs | total_installs | saves | shares | story_completes | story_opens | swipe_up_percent"},
		{As: "unused", EN: "conversion_add_billing | conversion_app_opens | conversion_level_completes | conversion_page_views | conversion_save | conversion_searches | conversion_view_content"},
	},
})

// swipes is what Snapchat counts as a click.
var swipes = locale.Text{
	EN: "swipes up or taps on the call to action, whatever opens behind it",
	FR: "balayages vers le haut ou appuis sur l’appel à l’action, quoi qu’il ouvre",
}
