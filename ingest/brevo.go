package ingest

import "vigie/internal/locale"

// Brevo (formerly Sendinblue): the statistics of e-mail campaigns, downloaded
// as .csv, and those of its API.
//
// A row is a mailing, dated on the day it was sent, see mailchimp.go for what
// that means. In the API "viewed" are all opens and "uniqueViews" people,
// "clickers" all clicks and "uniqueClicks" people.
//
// Not confirmed: the headers of the .csv; those of the API are documented.
var _ = register(Platform{
	ID:    "brevo",
	Label: "Brevo",
	Export: locale.Text{
		EN: "the statistics of Brevo’s e-mail campaigns (Campaigns, Statistics, Export) as .csv",
		FR: "les statistiques des campagnes e-mail de Brevo (Campagnes, Statistiques, Exporter) au format .csv",
	},
	Unconfirmed: locale.Text{EN: "all headers of the .csv, in both languages", FR: "tous les en-têtes du .csv, dans les deux langues"},
	Signature: []string{
		"Campaign name + Delivered + Openers", "Campaign name + Recipients + Clickers", "Campaign name + Trackable opens",
		"Nom de la campagne + Délivrés + Ouvreurs", "Nom de la campagne + Destinataires + Cliqueurs", "Nom de la campagne + Délivrés + Désinscriptions",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Columns: []Header{
		{As: "day", EN: "Send date | Sent date | Date sent | Date", FR: "Date d’envoi | Envoyée le | Date"},
		{As: "campaign", EN: "Campaign name", FR: "Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "sends", EN: "Recipients | Sent", FR: "Destinataires | Envoyés | Envois"},
		{As: "delivered", EN: "Delivered", FR: "Délivrés | Livrés"},
		{As: "opens", EN: "Total opens | Opens", FR: "Ouvertures totales | Ouvertures", Note: weakOpens},
		{As: "unique_opens", EN: "Openers | Unique opens | Trackable opens", FR: "Ouvreurs | Ouvertures uniques"},
		{As: "clicks", EN: "Total clicks | Clicks", FR: "Clics totaux | Clics"},
		{As: "unsubscribes", EN: "Unsubscribes | Unsubscribed", FR: "Désinscriptions | Désabonnements | Désinscrits"},
		{As: "purchases", EN: "Orders", FR: "Commandes"},
		{As: "purchase_value", EN: "Revenue", FR: "Chiffre d’affaires | Revenus"},
		{As: "unused", EN: "Subject | Clickers | Unique clicks | Soft bounces | Hard bounces | Bounces | Complaints | Open rate | Click rate | Status | Tag | Sender | List",
			FR: "Objet | Cliqueurs | Clics uniques | Soft bounces | Hard bounces | Rebonds | Plaintes | Taux d’ouverture | Taux de clic | Statut | Étiquette | Expéditeur | Liste"},
	},
	APISignature: []string{"uniqueViews + delivered", "unique_views + delivered", "unsubscriptions + delivered"},
	API: []Header{
		{As: "day", EN: "sent_date | date | send_date"},
		{As: "campaign", EN: "name | campaign_name"},
		{As: "campaign_id", EN: "id | campaign_id"},
		{As: "sends", EN: "sent"},
		{As: "delivered", EN: "delivered"},
		{As: "opens", EN: "viewed", Note: weakOpens},
		{As: "unique_opens", EN: "unique_views"},
		{As: "clicks", EN: "clickers"},
		{As: "unsubscribes", EN: "unsubscriptions"},
		{As: "unused", EN: "unique_clicks | hard_bounces | soft_bounces | complaints | subject | status | trackable_views"},
	},
})
