package ingest

import "vigie/internal/locale"

// Klaviyo: the campaigns' results, downloaded from Analytics as .csv.
//
// A row is a mailing, dated on the day it was sent, see mailchimp.go for what
// that means. "Placed Order" are the orders that Klaviyo attributes to the
// mailing, and Revenue their value: kept as purchases and their value, never as
// the shop's own.
//
// Not confirmed: any French file; Klaviyo's interface has French since 2024.
var _ = register(Platform{
	ID:    "klaviyo",
	Label: "Klaviyo",
	Export: locale.Text{
		EN: "the campaign performance of Klaviyo (Analytics, Custom reports or Campaigns, Export) as .csv",
		FR: "les performances des campagnes de Klaviyo (Analytics, Rapports ou Campagnes, Exporter) au format .csv",
	},
	Unconfirmed: locale.Text{EN: "all French headers", FR: "tous les en-têtes français"},
	Signature:   []string{"Unique Placed Order", "Placed Order Rate", "Spam Complaints + Total Recipients", "Campaign Name + Winning Variant?", "Plaintes pour spam + Total des destinataires"},
	Decimal:     map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:       map[locale.Lang]string{locale.EN: "mdy", locale.FR: "dmy"},
	Columns: []Header{
		{As: "day", EN: "Send Time | Send Date", FR: "Heure d’envoi | Date d’envoi"},
		{As: "campaign", EN: "Campaign Name", FR: "Nom de la campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "breakdown:list", EN: "List", FR: "Liste"},
		{As: "breakdown:channel", EN: "Campaign Channel", FR: "Canal de la campagne"},
		{As: "sends", EN: "Total Recipients", FR: "Total des destinataires"},
		{As: "delivered", EN: "Successful Deliveries", FR: "Livraisons réussies"},
		{As: "opens", EN: "Total Opens", FR: "Total des ouvertures", Note: weakOpens},
		{As: "unique_opens", EN: "Unique Opens", FR: "Ouvertures uniques"},
		{As: "clicks", EN: "Total Clicks", FR: "Total des clics"},
		{As: "unsubscribes", EN: "Unsubscribes", FR: "Désabonnements"},
		{As: "purchases", EN: "Placed Order | Total Placed Order | Unique Placed Order", FR: "Commandes passées | Commande passée unique"},
		{As: "purchase_value", EN: "Revenue", FR: "Chiffre d’affaires"},
		{As: "unused", EN: "Tags | Subject | Send Weekday | Placed Order Rate | Open Rate | Unique Clicks | Click Rate | Spam Complaints | Spam Complaints Rate | Bounces | Bounce Rate | Winning Variant?",
			FR: "Étiquettes | Objet | Jour d’envoi | Taux de commandes passées | Taux d’ouverture | Clics uniques | Taux de clics | Plaintes pour spam | Rebonds | Taux de rebond"},
	},
})
