package ingest

import "vigie/internal/locale"

// Mailchimp: the list of campaigns sent, downloaded from Reports as .csv.
//
// A row is a mailing, dated on the day it was sent; its opens and clicks go on
// coming for days, all counted on that day. There is no cost: an e-mail tool is
// paid by the month. Opens are a weak measure: since 2021 mail programs open
// what nobody reads. Total clicks are kept; people who clicked are counted once
// for each mailing and never added up.
//
// "Title" is the name that the team gave, "Subject" what the reader saw.
//
// Not confirmed: the whole file, known from what people describe.
var _ = register(Platform{
	ID:    "mailchimp",
	Label: "Mailchimp",
	Export: locale.Text{
		EN: "the list of campaigns of Mailchimp (Analytics, Reports, Export) as .csv",
		FR: "la liste des campagnes de Mailchimp (Analyses, Rapports, Exporter) au format .csv",
	},
	Unconfirmed: locale.Text{EN: "the whole file, in both languages", FR: "le fichier entier, dans les deux langues"},
	Signature:   []string{"Abuse Complaints + Total Recipients", "Times Forwarded", "Forwarded Opens", "Unique Opens + Total Recipients + Title", "Ouvertures uniques + Total des destinataires + Titre"},
	Decimal:     map[locale.Lang]byte{locale.EN: '.', locale.FR: ','},
	Dates:       map[locale.Lang]string{locale.EN: "mdy", locale.FR: "dmy"},
	Columns: []Header{
		{As: "day", EN: "Send Date", FR: "Date d’envoi"},
		{As: "campaign", EN: "Title | Campaign Name", FR: "Titre | Nom de la campagne"},
		{As: "campaign_id", EN: "Unique Id | Campaign ID", FR: "Identifiant unique"},
		{As: "breakdown:list", EN: "List | Audience", FR: "Liste | Audience"},
		{As: "sends", EN: "Total Recipients", FR: "Total des destinataires | Destinataires"},
		{As: "delivered", EN: "Successful Deliveries", FR: "Envois réussis | Livraisons réussies"},
		{As: "opens", EN: "Total Opens", FR: "Total des ouvertures", Note: weakOpens},
		{As: "unique_opens", EN: "Unique Opens", FR: "Ouvertures uniques"},
		{As: "clicks", EN: "Total Clicks", FR: "Total des clics"},
		{As: "unsubscribes", EN: "Unsubscribes", FR: "Désabonnements"},
		{As: "purchases", EN: "Total Orders", FR: "Total des commandes"},
		{As: "purchase_value", EN: "Total Revenue | Total Gross Sales", FR: "Chiffre d’affaires total"},
		{As: "unused", EN: "Subject | Send Weekday | Soft Bounces | Hard Bounces | Total Bounces | Times Forwarded | Forwarded Opens | Open Rate | Unique Clicks | Click Rate | Abuse Complaints | Times Liked on Facebook | Folder Id | Analytics ROI | Campaign Cost | Revenue Created | Visits | New Visits | Pages/Visit | Bounce Rate | Time on Site | Goal Completions | Per Visit Goal Value",
			FR: "Objet | Jour d’envoi | Rebonds légers | Rebonds définitifs | Total des rebonds | Taux d’ouverture | Clics uniques | Taux de clics | Plaintes pour abus"},
	},
})

// weakOpens is what opens of e-mails are worth.
var weakOpens = locale.Text{
	EN: "mail programs open messages that nobody reads: a weak measure",
	FR: "des logiciels ouvrent des messages que personne ne lit\u00a0: mesure fragile",
}
