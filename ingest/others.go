package ingest

import (
	"slices"
	"strings"

	"vigie/internal/locale"
)

// stranger is a kind of file that people confuse with an advertising report,
// or that no reader takes yet: it is refused by its name, with what to do.
type stranger struct {
	looks locale.Text // what it looks like, after "it looks like"
	do    locale.Text // a sentence
	// One of these headers, names joined by " + ", is in the file…
	headers []string
	// … or a line begins with one of these…
	lines []string
	// … or every header is one of these.
	only []string

	signs, allowed [][]string // headers and only, normalised
}

// strangers are tried in order, after the platforms.
var strangers = prepared([]stranger{
	{
		looks: locale.Text{EN: "a Google Trends export", FR: "un export Google Trends"},
		do: locale.Text{
			EN: "It holds search interest, no advertising. Download a report of the advertising account instead.",
			FR: "Il contient un indice de recherche, pas de publicité. Téléchargez plutôt un rapport du compte publicitaire.",
		},
		lines: []string{"category: ", "categorie : ", "categorie: "},
	},
	{
		looks: locale.Text{EN: "a Search Console export (unpaid search)", FR: "un export Search Console (référencement naturel)"},
		do: locale.Text{
			EN: "Its clicks cost nothing and are no advertising. For Google Ads, download the Campaigns table of ads.google.com.",
			FR: "Ses clics ne coûtent rien et ne sont pas de la publicité. Pour Google Ads, téléchargez le tableau Campagnes de ads.google.com.",
		},
		headers: []string{"Clicks + Impressions + Position", "Clics + Impressions + Position"},
	},
	{
		looks: locale.Text{EN: "a Google Business Profile report", FR: "un rapport Google Business Profile"},
		do: locale.Text{
			EN: "It counts views of business listings, no advertising. Download a report of the advertising account instead.",
			FR: "Il compte les vues de fiches d’établissement, pas de la publicité. Téléchargez plutôt un rapport du compte publicitaire.",
		},
		headers: []string{"Store code + Business name", "Code magasin + Nom de l’entreprise"},
	},
	{
		looks: locale.Text{EN: "a Meta Business Suite export (unpaid posts)", FR: "un export Meta Business Suite (publications non payantes)"},
		do: locale.Text{
			EN: "It has no spend. Download the campaigns from Ads Manager instead: Reports, Export table data.",
			FR: "Il n’a pas de dépense. Téléchargez plutôt les campagnes depuis le Gestionnaire de publicités\u00a0: Rapports, Exporter les données du tableau.",
		},
		headers: []string{"Date + Primary", "Ngày + Primary", "Primary", "Post ID + Permalink", "FB_PAGE"},
		lines:   []string{"fb_page"},
	},
	{
		looks: locale.Text{EN: "statistics of a Pinterest profile (unpaid Pins)", FR: "des statistiques d’un profil Pinterest (épingles non payantes)"},
		do: locale.Text{
			EN: "They have no spend. Download a report from Pinterest Ads Manager instead: Reporting, by day.",
			FR: "Elles n’ont pas de dépense. Téléchargez plutôt un rapport du Gestionnaire de publicités Pinterest\u00a0: Rapports, par jour.",
		},
		headers: []string{"Pin clicks + Outbound clicks + Saves", "Clics sur l’épingle + Clics sortants + Enregistrements"},
	},
	{
		looks: locale.Text{EN: "a Universal Analytics export", FR: "un export Universal Analytics"},
		do: locale.Text{
			EN: "It ended in 2023. Download the report from Google Analytics 4.",
			FR: "Il s’est arrêté en 2023. Téléchargez le rapport depuis Google Analytics 4.",
		},
		headers: []string{"Page + Pageviews"},
		lines:   []string{"all web site data"},
	},
	{
		looks: locale.Text{EN: "a Google Analytics table without figures that can be added up", FR: "un tableau Google Analytics sans chiffres qui s’additionnent"},
		do: locale.Text{
			EN: "Users are people, and views are no visits: export a report with sessions, key events, purchases or revenue, by date.",
			FR: "Les utilisateurs sont des personnes, et les vues ne sont pas des visites\u00a0: exportez un rapport avec sessions, événements clés, achats ou revenus, par date.",
		},
		lines: []string{"# ---", "# account: ", "# compte", "# cuenta"},
	},
	{
		looks: locale.Text{EN: "a Mailchimp table of its API without results", FR: "une table de l’API Mailchimp sans résultats"},
		do: locale.Text{
			EN: "It lists mailings, not what came of them. Export the list of campaigns from Mailchimp’s Reports.",
			FR: "Elle liste les envois, pas leurs résultats. Exportez la liste des campagnes depuis les Rapports de Mailchimp.",
		},
		headers: []string{"archive_url + subject_line"},
	},
	{
		looks: locale.Text{EN: "a connector’s table of Reddit conversions alone", FR: "une table de conversions Reddit seules, récupérée par un programme"},
		do: locale.Text{
			EN: "It has neither spend nor impressions, and its clicks are conversions after a click. Take the report of campaigns, ad groups or ads instead.",
			FR: "Elle n’a ni dépense ni impressions, et ses clics sont des conversions après un clic. Prenez plutôt le rapport des campagnes, des groupes ou des publicités.",
		},
		headers: []string{"event_name + click_through_conversion_attribution_window_day"},
	},
	{
		looks: locale.Text{EN: "a table of the Meta API’s actions, one line each", FR: "une table des actions de l’API Meta, une par ligne"},
		do: locale.Text{
			EN: "Its lines count the same conversion under several names, so they cannot be added up. Export the table of Ads Manager, with the columns of results.",
			FR: "Ses lignes comptent la même conversion sous plusieurs noms\u00a0: elles ne s’additionnent pas. Exportez le tableau du Gestionnaire de publicités, avec les colonnes de résultats.",
		},
		headers: []string{"action_type + value"},
	},
	{
		looks: locale.Text{EN: "a card of words in searches, of the Google Ads overview page", FR: "une fiche de mots dans les recherches, de la page Aperçu de Google Ads"},
		do: locale.Text{
			EN: "A search counts under each of its words, so its figures add up to more than there was. Download the card of searches, or the search terms table.",
			FR: "Une recherche compte sous chacun de ses mots\u00a0: ses chiffres font plus que la réalité. Téléchargez la fiche des recherches, ou le tableau des termes de recherche.",
		},
		headers: []string{"Word + Top Containing Queries"},
	},
	{
		looks: locale.Text{EN: "cards of the Google Ads overview page", FR: "des fiches de la page Aperçu de Google Ads"},
		do: locale.Text{
			EN: "Their range of days stands only in the file’s name, and this one has lost it: give it its name back, as Devices(2026.02.05-2026.02.10).csv. Better, download the table: in Google Ads open Campaigns, add the segment Day, then Download, .csv.",
			FR: "Leur période ne figure que dans le nom du fichier, et celui-ci l’a perdue\u00a0: rendez-lui son nom, comme Devices(2026.02.05-2026.02.10).csv. Mieux, téléchargez le tableau\u00a0: dans Google Ads, ouvrez Campagnes, ajoutez le segment Jour, puis Télécharger, .csv.",
		},
		only: []string{
			"Campaign Name", "Campaign Group Name", "Campaign Status", "Ad Group Name", "Ad Group Status", "Search Keyword", "Match type", "Criterion Status",
			"Search", "Word", "Top Containing Queries", "Device", "Network", "Location Name", "Gender", "Age Range", "Percent of known total",
			"Day", "Start Hour", "Hour", "Date", "Week", "Month", "Quarter", "Optimisation score", "Optimization score",
			"Cost", "Clicks", "Impressions", "CTR", "Avg. CPC", "Conversions", "Cost / conv.", "Conv. value",
		},
	},
})

// prepared normalises the headers of a table of strangers.
func prepared(all []stranger) []stranger {
	for i := range all {
		all[i].signs, all[i].allowed = signatures(all[i].headers), signatures(all[i].only)
	}
	return all
}

// recognise reports whether a record, or the line it stands on, is this
// stranger's. first tells the first record of the file.
func (s *stranger) recognise(h heading, first bool) bool {
	line := ""
	if len(s.lines) > 0 {
		line = fold(strings.Join(h.cells, " ") + " ")
	}
	if slices.ContainsFunc(s.lines, func(start string) bool { return strings.HasPrefix(line, strings.TrimSpace(start)) }) {
		return true
	}
	if slices.ContainsFunc(s.signs, h.has) {
		return true
	}
	if len(s.only) == 0 || !first || len(h.names) < 2 {
		return false
	}
	for _, name := range h.names {
		if !slices.ContainsFunc(s.allowed, func(o []string) bool { return o[0] == name }) {
			return false
		}
	}
	return true
}

// apiShaped tells tables that a program fetched: all headers are identifiers
// (cost_micros, _fivetran_synced, STAT_TIME_DAY, metrics.clicks).
func apiShaped(cells []string) bool {
	joined := 0
	for _, c := range cells {
		if c == "" || c != strings.ToLower(c) && c != strings.ToUpper(c) || strings.ContainsFunc(c, func(r rune) bool {
			return !(r == '_' || r == '.' || r >= '0' && r <= '9' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z')
		}) {
			return false
		}
		if strings.ContainsAny(c, "_.") {
			joined++
		}
	}
	return joined > 0 && len(cells) > 2
}

// magic are the first bytes of files that are no tables at all.
var magic = []struct {
	start string
	looks locale.Text
}{
	{"\xd0\xcf\x11\xe0", locale.Text{EN: "an old or password-protected Excel workbook: save it as .xlsx without a password", FR: "un ancien classeur Excel, ou protégé par mot de passe\u00a0: enregistrez-le en .xlsx sans mot de passe"}},
	{"%PDF", locale.Text{EN: "a PDF: download the report as .csv or .xlsx", FR: "un PDF\u00a0: téléchargez le rapport en .csv ou en .xlsx"}},
	{"<!doctype html", locale.Text{EN: "a web page: the download went to a sign-in page. Download the report again", FR: "une page web\u00a0: le téléchargement a renvoyé une page de connexion. Téléchargez le rapport à nouveau"}},
	{"<html", locale.Text{EN: "a web page: the download went to a sign-in page. Download the report again", FR: "une page web\u00a0: le téléchargement a renvoyé une page de connexion. Téléchargez le rapport à nouveau"}},
	{"<?xml", locale.Text{EN: "an XML file: download the report as .csv or .xlsx", FR: "un fichier XML\u00a0: téléchargez le rapport en .csv ou en .xlsx"}},
	{"\x1f\x8b", locale.Text{EN: "a file that was compressed twice: unpack it once", FR: "un fichier compressé deux fois\u00a0: décompressez-le une fois"}},
	{"7z\xbc\xaf", locale.Text{EN: "a compressed file: unpack it first", FR: "un fichier compressé\u00a0: décompressez-le d’abord"}},
	{"Rar!", locale.Text{EN: "a compressed file: unpack it first", FR: "un fichier compressé\u00a0: décompressez-le d’abord"}},
	{"\x89PNG", locale.Text{EN: "a picture: download the report as .csv or .xlsx", FR: "une image\u00a0: téléchargez le rapport en .csv ou en .xlsx"}},
	{"\xff\xd8\xff", locale.Text{EN: "a picture: download the report as .csv or .xlsx", FR: "une image\u00a0: téléchargez le rapport en .csv ou en .xlsx"}},
	{"SQLite format", locale.Text{EN: "a database: export the report as .csv", FR: "une base de données\u00a0: exportez le rapport en .csv"}},
	{"PARE", locale.Text{EN: "an encrypted Parquet file: write it without encryption", FR: "un fichier Parquet chiffré\u00a0: écrivez-le sans chiffrement"}},
	{"FEA1", locale.Text{EN: "a Feather file of the first version: write it again as version 2, or as Parquet", FR: "un fichier Feather de la première version\u00a0: écrivez-le à nouveau en version 2, ou en Parquet"}},
	{"Obj\x01", locale.Text{EN: "an Avro file: export the table as Parquet, JSON or .csv", FR: "un fichier Avro\u00a0: exportez le tableau en Parquet, en JSON ou en .csv"}},
}
