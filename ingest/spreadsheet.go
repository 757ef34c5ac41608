package ingest

import "vigie/internal/locale"

// Hand-made tables: what a team types into Excel, LibreOffice or Google Sheets
// beside the platforms, or copies together from several of them.
//
// They have a line of titles, or several, above the header; a line of units
// below it; French amounts ("1 234,56 €", "1,2 k€"); errors of formulas; lines
// of subtotals and totals wherever somebody put them; weeks as "S36", months as
// "Septembre", days as "16/09", without the year. A missing year is the latest
// one that does not lie after the file was made, and the report says so.
//
// A header is taken as such where it has a date, an amount spent and another
// figure, by the words below. Any other table is shown with a proposal of what
// its columns mean (see Propose), which people accept or correct.
//
// A "Total" is compared with all rows so far, and a subtotal with those since
// the one before it; rows never hold either.
//
// Where there is no campaign, what the table names instead (the lever, the
// platform) stands for it, so that a brief can match it.
//
// Not confirmed: there is no such thing as a confirmed hand-made table.
var _ = register(Platform{
	ID:    "spreadsheet",
	Label: "Tableur",
	Export: locale.Text{
		EN: "a table with a column of dates, one of spend and one of results, each with its name above it",
		FR: "un tableau avec une colonne de dates, une de dépenses et une de résultats, chacune avec son nom au-dessus",
	},
	Unconfirmed: locale.Text{
		EN: "everything: each team has its own words",
		FR: "tout\u00a0: chaque équipe a ses mots",
	},
	ByHand:  true,
	Nulls:   []string{"--", "n/a", "N/A", "NA", "NC", "nc", "ND", "nd", "n.c.", "n.d.", "#DIV/0!", "#N/A", "#REF!", "#VALUE!", "#VALEUR!", "#NOM?", "#NAME?", "#NUM!", "#NULL!", "/", "x", "?", "…", "..."},
	Decimal: map[locale.Lang]byte{},
	Dates:   map[locale.Lang]string{locale.FR: "dmy"},
	Totals:  Totals{Anywhere: true},
	Columns: []Header{
		{As: "day", EN: "Date | Day | Dates", FR: "Date | Jour | Jours | Date de diffusion"},
		{As: "week", EN: "Week | Week of | Week starting | Wk", FR: "Semaine | Sem. | Sem | Semaine du | N° semaine | Numéro de semaine"},
		{As: "month", EN: "Month", FR: "Mois"},
		{As: "quarter", EN: "Quarter", FR: "Trimestre"},
		{As: "first_day", EN: "Start | Start date | From | Begin", FR: "Du | Début | Date de début | Date début"},
		{As: "last_day", EN: "End | End date | To | Until", FR: "Au | Fin | Date de fin | Date fin"},

		{As: "account", EN: "Account | Account name", FR: "Compte | Nom du compte"},
		{As: "currency", EN: "Currency | Currency code", FR: "Devise"},
		{As: "campaign", EN: "Campaign | Campaign name | Campaigns | Operation", FR: "Campagne | Nom de la campagne | Campagnes | Nom campagne | Opération"},
		{As: "campaign", EN: "Channel | Lever | Platform | Medium | Media | Network", FR: "Levier | Canal | Régie | Plateforme | Support | Média | Réseau"},
		{As: "breakdown:platform", EN: "Channel | Platform | Medium | Media | Network", FR: "Levier | Canal | Régie | Plateforme | Support | Média | Réseau", Beside: "Campagne"},
		{As: "breakdown:platform", EN: "Channel | Platform | Medium | Media | Network", FR: "Levier | Canal | Régie | Plateforme | Support | Média | Réseau", Beside: "Campaign"},
		{As: "ad_group", EN: "Ad group | Ad set | Ad group name | Ad set name | Targeting", FR: "Groupe d’annonces | Ensemble de publicités | Groupe | Ciblage"},
		{As: "ad", EN: "Ad | Ad name | Creative | Visual", FR: "Annonce | Publicité | Création | Créa | Visuel | Nom de la publicité"},
		{As: "ad_id", EN: "Ad ID | ad_id"},
		{As: "keyword", EN: "Keyword | Search keyword", FR: "Mot clé | Mots clés | Mot-clé | Mots-clés"},
		{As: "audience", EN: "Audience", FR: "Audience | Cible"},
		{As: "breakdown:device", EN: "Device", FR: "Appareil"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:age", EN: "Age", FR: "Âge | Tranche d’âge"},
		{As: "breakdown:gender", EN: "Gender", FR: "Sexe | Genre"},

		{As: "spend", EN: "Spend | Cost | Amount spent | Spent | Total spend | Media spend | Budget spent | Ad spend",
			FR: "Dépenses | Dépense | Coût | Coûts | Montant dépensé | Budget dépensé | Budget consommé | Dépensé | Dépenses média | Investissement | Coût total | Dépenses HT | Coût HT | Dépense HT | Montant dépensé HT | Budget dépensé HT"},
		{As: "impressions", EN: "Impressions | Impr. | Imps | Views (impressions)", FR: "Impressions | Impr. | Impr | Affichages"},
		{As: "clicks", EN: "Clicks | Link clicks", FR: "Clics | Clic | Clics sur le lien | Clics sur un lien"},
		{As: "reach", EN: "Reach", FR: "Couverture | Portée | Reach"},
		{As: "sessions", EN: "Sessions | Visits", FR: "Sessions | Visites"},
		{As: "conversions", EN: "Conversions | Conv. | Results | Total conversions", FR: "Conversions | Conv. | Conv | Résultats | Nb conversions | Nombre de conversions"},
		{As: "leads", EN: "Leads | Contacts | Sign-ups", FR: "Leads | Prospects | Contacts | Formulaires | Demandes | Demandes de devis | Nb leads | Nombre de leads | RDV | Rendez-vous"},
		{As: "purchases", EN: "Purchases | Sales (number) | Orders", FR: "Achats | Ventes | Commandes | Nb ventes | Nombre de ventes | Nb commandes"},
		{As: "registrations", EN: "Registrations", FR: "Inscriptions | Inscrits"},
		{As: "conversion_value", EN: "Conversion value | Attributed revenue | Revenue from ads", FR: "Valeur de conversion | Valeur des conversions | CA généré | CA attribué | CA campagne"},
		{As: "conversion_value", EN: "Revenue | Turnover", FR: "CA | Chiffre d’affaires | Revenus", Beside: "Campagne"},
		{As: "conversion_value", EN: "Revenue | Turnover", FR: "CA | Chiffre d’affaires | Revenus", Beside: "Campaign"},
		{As: "engagements", EN: "Engagements | Interactions", FR: "Engagements | Interactions"},
		{As: "video_views", EN: "Video views | Views", FR: "Vues | Vues de vidéo | Vues vidéo"},
		{As: "sends", EN: "E-mails sent | Sent", FR: "E-mails envoyés | Envois | Envoyés"},
		{As: "opens", EN: "Opens", FR: "Ouvertures"},
		{As: "check:clicks", EN: "CPC | Cost per click | Avg. CPC", FR: "CPC | Coût par clic | CPC moyen | CPC moy."},
		{As: "check:impressions", EN: "CPM | Avg. CPM", FR: "CPM | CPM moyen"},

		{As: "unused", EN: "CTR | CPA | CPL | ROAS | ROI | Conversion rate | Conv. rate | Frequency | Click rate | Open rate",
			FR: "CTR | CPA | CPL | ROAS | ROI | Taux de clic | Taux de clics | Taux de conversion | Taux de transformation | Tx de clic | Tx de conv. | TC | Répétition | Fréquence | Coût par lead | Coût par acquisition | Coût par conversion | Taux d’ouverture | Panier moyen"},
		{As: "unused", EN: "Budget | Planned budget | Target | Comment | Comments | Notes | Status | Objective | Year",
			FR: "Budget | Budget prévu | Budget alloué | Objectif | Cible CPA | Commentaire | Commentaires | Notes | Remarques | Statut | État | Reste | Reste à dépenser | Année"},
	},
})
