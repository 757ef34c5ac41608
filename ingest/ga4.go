package ingest

import "vigie/internal/locale"

// Google Analytics 4: reports and explorations, downloaded as .csv.
//
// Lines that begin with # stand before the header: the report's name, account
// and property, the segment, first and last day as 20260301. A snapshot or the
// home page is many tables in one file, each with its own days: see Tables.
// "Nth day" counts days from the first one, 0000.
//
// An exploration has its grand total first, in a row with one cell more than
// the header, which says so.
//
// What is kept are sessions, engaged sessions, key events (conversions before
// 2024), purchases and revenue. Users are people, counted once in each row, and
// no sum of them means anything; ratios and averages are recomputed elsewhere.
// Small numbers may be hidden from rows and counted in totals. GA4 attributes
// by its own rules: its key events are not those of any advertising platform,
// and its revenue is the site's.
//
// Reports by campaign (Session campaign) can be matched by a brief; one without
// stands for the whole property.
//
// Not confirmed: the French words of the lines that begin with #. Universal
// Analytics ended in 2023; its files are refused.
var _ = register(Platform{
	ID:       "ga4",
	Label:    "Google Analytics 4",
	Maturity: 2, // 24 to 48 hours of processing; events are dated when they happen
	Export: locale.Text{
		EN: "a report of Google Analytics with Date as dimension (Traffic acquisition, add Session campaign) as .csv",
		FR: "un rapport Google Analytics avec Date en dimension (Acquisition de trafic, ajoutez Campagne de la session) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "in French: the lines before the header, and most headers",
		FR: "en français\u00a0: les lignes avant l’en-tête, et la plupart des en-têtes",
	},
	Signature: []string{
		"Session primary channel group (Default channel group)", "Session default channel group", "Session source/medium", "Session campaign",
		"Page path and screen class", "Page title and screen class", "Event name + Event count", "Active users + Sessions", "Nth day",
		"Key events + Sessions", "Engaged sessions", "Views per active user",
		"Groupe de canaux par défaut pour la session", "Groupe de canaux principal de la session (Groupe de canaux par défaut)", "Utilisateurs actifs + Sessions",
		"Sessions avec engagement", "Événements clés + Sessions",
	},
	RangeSignature: []string{"Sessions", "Total revenue", "Key events", "Transactions", "Purchase revenue"},
	Decimal:        map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:          map[locale.Lang]string{locale.FR: "dmy"},
	Totals:         Totals{Beyond: "Grand total | Total général"},
	Preamble: []Header{
		{As: "unused", EN: "Account", FR: "Compte"},
		{As: "account", EN: "Property", FR: "Propriété"},
		{As: "first_day", EN: "Start date", FR: "Date de début"},
		{As: "last_day", EN: "End date", FR: "Date de fin"},
	},
	Columns: []Header{
		{As: "day", EN: "Date", FR: "Date"},
		{As: "nth_day", EN: "Nth day", FR: "Nième jour | Jour N"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month | Year month", FR: "Mois | Année et mois"},

		{As: "campaign", EN: "Session campaign | First user campaign | Campaign", FR: "Campagne de la session | Campagne du premier utilisateur | Campagne"},
		{As: "breakdown:channel_group", EN: "Session primary channel group (Default channel group) | Session default channel group | Default channel group | First user primary channel group (Default channel group)",
			FR: "Groupe de canaux principal de la session (Groupe de canaux par défaut) | Groupe de canaux par défaut pour la session | Groupe de canaux par défaut"},
		{As: "breakdown:source_medium", EN: "Session source/medium | First user source/medium | Source/medium", FR: "Source/Support de la session | Source/Support"},
		{As: "breakdown:source", EN: "Session source | First user source | Source", FR: "Source de la session | Source"},
		{As: "breakdown:page", EN: "Page path and screen class | Page title and screen class | Landing page | Page path", FR: "Chemin de la page et classe de l’écran | Titre de la page et classe de l’écran | Page de destination"},
		{As: "breakdown:event", EN: "Event name", FR: "Nom de l’événement"},
		{As: "breakdown:device", EN: "Device category", FR: "Catégorie d’appareil"},
		{As: "breakdown:platform", EN: "Platform", FR: "Plate-forme"},
		{As: "breakdown:country", EN: "Country | Country ID", FR: "Pays"},
		{As: "breakdown:region", EN: "Region", FR: "Région"},
		{As: "breakdown:city", EN: "City", FR: "Ville"},
		{As: "breakdown:stream", EN: "Stream name", FR: "Nom du flux"},

		{As: "sessions", EN: "Sessions", FR: "Sessions"},
		{As: "engaged_sessions", EN: "Engaged sessions", FR: "Sessions avec engagement"},
		{As: "conversions", EN: "Key events | Conversions", FR: "Événements clés | Conversions", Note: locale.Text{
			EN: "key events as Analytics attributes them, not as an advertising platform does",
			FR: "événements clés tels qu’Analytics les attribue, non une plateforme publicitaire",
		}},
		{As: "orders", EN: "Transactions | Ecommerce purchases | Purchases", FR: "Transactions | Achats d’e-commerce | Achats"},
		{As: "revenue", EN: "Purchase revenue | Total revenue", FR: "Revenus issus des achats | Revenu total", Note: locale.Text{
			EN: "revenue of the site, whatever brought the visitor",
			FR: "revenu du site, quelle que soit l’origine du visiteur",
		}},

		{As: "unused", EN: "Users | Total users | Active users | New users | Returning users | Views | Views per active user | Views per session | Event count | Event count per active user | Events per session | Screen views | User engagement",
			FR: "Utilisateurs | Total des utilisateurs | Utilisateurs actifs | Nouveaux utilisateurs | Utilisateurs connus | Vues | Vues par utilisateur actif | Nombre d’événements"},
		{As: "unused", EN: "Engagement rate | Bounce rate | Average engagement time | Average engagement time per active user | Average engagement time per session | Average session duration | Session key event rate | Engaged sessions per active user | Namespace ID",
			FR: "Taux d’engagement | Taux de rebond | Durée d’engagement moyenne | Durée d’engagement moyenne par session"},
	},
	APISignature: []string{"property + sessions", "session_default_channel_group + sessions", "sessionDefaultChannelGroup + sessions"},
	API: []Header{
		{As: "day", EN: "date"},
		{As: "known_as_of", EN: "_fivetran_synced"},
		{As: "account", EN: "property"},
		{As: "campaign", EN: "session_campaign_name | session_campaign"},
		{As: "breakdown:channel_group", EN: "session_default_channel_group"},
		{As: "breakdown:source_medium", EN: "session_source_medium"},
		{As: "sessions", EN: "sessions"},
		{As: "engaged_sessions", EN: "engaged_sessions"},
		{As: "conversions", EN: "key_events | conversions"},
		{As: "orders", EN: "transactions | ecommerce_purchases"},
		{As: "revenue", EN: "purchase_revenue | total_revenue"},
		{As: "unused", EN: "total_users | active_users | new_users | event_count | engagement_rate | screen_page_views | _fivetran_id"},
	},
})
