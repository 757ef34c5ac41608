package ingest

import "vigie/internal/locale"

// Campaign Manager 360 (formerly DoubleClick Campaign Manager): the reports of
// its Report Builder, as .csv or .xlsx.
//
// Lines on the report stand before the header, a label in one cell and what it
// says in the next: its name, when it was made, its range of days. The line
// right above the header is "Report Fields". The last row begins with "Grand
// Total:" and is the sum of the others; its other dimensions are dashes. A
// missing value is "(not set)", "-" or "---".
//
// CM360 is an ad server: its clicks and impressions are those it served or
// tracked for all the sites of a plan, which the sites' own exports count too.
// A plan should therefore take a site from one of the two. Media Cost follows
// from the prices booked in its placements, not from invoices, and is 0 where
// nobody booked them. What DV360 spent is not taken here: import its own
// report. No column says the currency of the network; it has to be given.
//
// An advertiser is read as the account, a placement as the ad group: each
// impression belongs to one. Conversions are Floodlight's, after a click or a
// view within the windows of the advertiser (30 days unless changed); their
// value is Total Revenue.
//
// Not confirmed: any real file. That lines stand before "Report Fields" and the
// total comes last is what programs that read it rely on; the labels of those
// lines and the headers are Google's words for them, and the French ones those of
// its French help pages.
var _ = register(Platform{
	ID:    "cm360",
	Label: "Campaign Manager 360",
	Export: locale.Text{
		EN: "a Standard report of Campaign Manager 360 (Report Builder; by Date, Advertiser, Campaign and Placement) as .csv",
		FR: "un rapport Standard de Campaign Manager 360 (Générateur de rapports\u00a0; par date, annonceur, campagne et emplacement) au format .csv",
	},
	Unconfirmed: locale.Text{
		EN: "a real file: the lines before the header and the headers are Google’s words; in French those of its help pages",
		FR: "un fichier réel\u00a0: les lignes avant l’en-tête et les en-têtes sont les mots de Google\u00a0; en français ceux de ses pages d’aide",
	},
	Above: "Report Fields | Champs du rapport",
	Signature: []string{
		"Site (CM360)", "Site (DCM)", "Placement ID + Media Cost", "Placement ID + Click Rate", "Placement + Media Cost + Impressions", "Click-through Conversions + View-through Conversions + Impressions",
		"Site (CM 360)", "ID de l’emplacement + Coût média",
	},
	Decimal: map[locale.Lang]byte{locale.EN: '.'},
	Dates:   map[locale.Lang]string{locale.EN: "mdy", locale.FR: "dmy"},
	Nulls:   []string{"(not set)", "---", "(non défini)"},
	Totals:  Totals{Labels: []string{"Grand Total:", "Total général"}},
	Preamble: []Header{
		{As: "title", EN: "Report Name", FR: "Nom du rapport"},
		{As: "known_as_of", EN: "Date/Time Generated | Report Time | Generated", FR: "Date/Heure de génération | Date et heure de génération"},
		{As: "range", EN: "Date Range | Report Date Range", FR: "Plage de dates | Période"},
	},
	Columns: []Header{
		{As: "day", EN: "Date | Day", FR: "Date | Jour"},
		{As: "week", EN: "Week", FR: "Semaine"},
		{As: "month", EN: "Month", FR: "Mois"},

		{As: "account", EN: "Advertiser", FR: "Annonceur"},
		{As: "account_id", EN: "Advertiser ID", FR: "ID de l’annonceur"},
		{As: "campaign", EN: "Campaign", FR: "Campagne"},
		{As: "campaign_id", EN: "Campaign ID", FR: "ID de la campagne"},
		{As: "ad_group", EN: "Placement", FR: "Emplacement"},
		{As: "ad_group_id", EN: "Placement ID", FR: "ID de l’emplacement"},
		{As: "ad", EN: "Ad | Creative", FR: "Annonce | Création"},
		{As: "ad_id", EN: "Ad ID", FR: "ID de l’annonce"},
		{As: "breakdown:site", EN: "Site (CM360) | Site (DCM) | Site (CM 360) | Site", FR: "Site (CM360) | Site"},
		{As: "breakdown:country", EN: "Country", FR: "Pays"},
		{As: "breakdown:region", EN: "State/Region", FR: "État/Région"},
		{As: "breakdown:device", EN: "Platform Type | Device Type", FR: "Type de plate-forme"},
		{As: "breakdown:browser", EN: "Browser/Platform", FR: "Navigateur/Plate-forme"},
		{As: "breakdown:creative_size", EN: "Creative Pixel Size | Creative Size", FR: "Taille de la création"},
		{As: "breakdown:conversion_action", EN: "Activity", FR: "Activité"},
		{As: "breakdown:hour", EN: "Hour", FR: "Heure"},

		{As: "impressions", EN: "Impressions", FR: "Impressions"},
		{As: "clicks", EN: "Clicks", FR: "Clics"},
		{As: "spend", EN: "Media Cost", FR: "Coût média", Note: locale.Text{
			EN: "follows from the prices booked in the placements, not from invoices",
			FR: "découle des prix saisis dans les emplacements, non des factures",
		}},
		{As: "conversions", EN: "Total Conversions", FR: "Nombre total de conversions | Conversions totales", Note: locale.Text{
			EN: "Floodlight conversions after a click and after a view",
			FR: "conversions Floodlight après un clic et après un affichage",
		}},
		{As: "view_conversions", EN: "View-through Conversions", FR: "Conversions après affichage"},
		{As: "conversion_value", EN: "Total Revenue", FR: "Revenu total | Revenus totaux"},
		{As: "viewable_impressions", EN: "Active View: Viewable Impressions", FR: "Active View : impressions visibles"},
		{As: "measurable_impressions", EN: "Active View: Measurable Impressions", FR: "Active View : impressions mesurables"},
		{As: "video_views", EN: "Video Views", FR: "Vues de vidéo"},
		{As: "video_25", EN: "Video First Quartile Completions"},
		{As: "video_50", EN: "Video Midpoints"},
		{As: "video_75", EN: "Video Third Quartile Completions"},
		{As: "video_100", EN: "Video Completions"},
		{As: "check:clicks", EN: "Effective CPC | Cost Per Click", FR: "CPC effectif"},
		{As: "check:impressions", EN: "Effective CPM", FR: "CPM effectif"},

		{As: "unused", EN: "DV360 Cost (Account Currency) | DV360 Cost USD | DBM Cost (Account Currency) | DBM Cost USD", Note: locale.Text{
			EN: "what DV360 spent: import its own report",
			FR: "la dépense de DV360\u00a0: importez son propre rapport",
		}},
		{As: "unused", EN: "Site ID (CM360) | Site ID (DCM) | Creative ID | Creative Type | Placement Strategy | Placement Cost Structure | Placement Start Date | Placement End Date | Campaign Start Date | Campaign End Date | Package/Roadblock | Package/Roadblock ID | Activity ID | Activity Group | Activity Group ID | Content Category | Ad Type | Paid Search Campaign",
			FR: "ID du site (CM360) | ID de la création | Type de création | Stratégie d’emplacement"},
		{As: "unused", EN: "Click Rate | Click-through Conversions | Click-through Revenue | View-through Revenue | Cost Per Activity | Cost Per Revenue | Revenue Per Click | Booked Impressions | Booked Clicks | Planned Media Cost | Active View: % Viewable Impressions | Active View: % Measurable Impressions | Active View: Eligible Impressions | Effective CPA",
			FR: "Taux de clics | Conversions après clic"},
	},
})
