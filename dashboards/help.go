package dashboards

import (
	"embed"
	"html/template"
	"strings"

	"vigie/internal/locale"
)

//go:embed help/*.md
var helpFiles embed.FS

// Topic is a page of the help.
type Topic struct {
	Name  locale.Text // as one asks for it; the name of its file
	Title locale.Text
}

var topics = []Topic{
	{Name: locale.Text{EN: "start", FR: "demarrer"}, Title: locale.Text{EN: "From exports to a report in five steps", FR: "Des exports au rapport en cinq étapes"}},
	{Name: locale.Text{EN: "exports", FR: "exports"}, Title: locale.Text{EN: "Exports: what is recognised, what is refused", FR: "Les exports\u00a0: ce qui est reconnu, ce qui est refusé"}},
	{Name: locale.Text{EN: "sources", FR: "sources"}, Title: locale.Text{EN: "Sources: fetching the exports", FR: "Les sources\u00a0: aller chercher les exports"}},
	{Name: locale.Text{EN: "tables", FR: "tableaux"}, Title: locale.Text{EN: "Platforms, and tables made by hand", FR: "Les plateformes, et les tableaux faits à la main"}},
	{Name: locale.Text{EN: "currencies", FR: "devises"}, Title: locale.Text{EN: "Currencies: accounts in several of them, and exchange rates", FR: "Les devises\u00a0: des comptes en plusieurs devises, et les cours de change"}},
	{Name: locale.Text{EN: "checks", FR: "controles"}, Title: locale.Text{EN: "Checks: what withholds a file, and what is told of it", FR: "Les contrôles\u00a0: ce qui écarte un fichier, et ce qui en est dit"}},
	{Name: locale.Text{EN: "kpi", FR: "indicateurs"}, Title: locale.Text{EN: "KPIs: definitions and traps", FR: "Les indicateurs\u00a0: définitions et pièges"}},
	{Name: locale.Text{EN: "frames", FR: "chiffres"}, Title: locale.Text{EN: "Figures: periods, comparisons, what is behind a number, formats", FR: "Les chiffres\u00a0: périodes, comparaisons, d’où ils viennent, formats"}},
	{Name: locale.Text{EN: "sql", FR: "sql"}, Title: locale.Text{EN: "SQL: asking the warehouse yourself", FR: "SQL\u00a0: interroger soi-même l’entrepôt"}},
	{Name: locale.Text{EN: "own-kpis", FR: "indicateurs-maison"}, Title: locale.Text{EN: "Your own KPIs, and what KPIs take from the workspace", FR: "Vos propres indicateurs, et ce que les indicateurs prennent à l’espace de travail"}},
	{Name: locale.Text{EN: "findings", FR: "constats"}, Title: locale.Text{EN: "Findings: what is said, how sure, and what never is", FR: "Les constats\u00a0: ce qui est dit, avec quelle certitude, et ce qui ne l’est jamais"}},
	{Name: locale.Text{EN: "decisions", FR: "decisions"}, Title: locale.Text{EN: "Decisions: what was chosen, why, and what came of it", FR: "Les décisions\u00a0: ce qui a été choisi, pourquoi, et ce que cela a donné"}},
	{Name: locale.Text{EN: "methods", FR: "methodes"}, Title: locale.Text{EN: "Methods: where intervals come from, and how often they are right", FR: "Les méthodes\u00a0: d’où viennent les intervalles, et combien de fois ils ont raison"}},
	{Name: locale.Text{EN: "exercises", FR: "exercices"}, Title: locale.Text{EN: "Exercises: data with planted problems, and what finds them", FR: "Les exercices\u00a0: des données avec des problèmes plantés, et ce qui les trouve"}},
	{Name: locale.Text{EN: "privacy", FR: "confidentialite"}, Title: locale.Text{EN: "Privacy: where the data are and who sees them", FR: "Confidentialité\u00a0: où sont les données et qui les voit"}},
}

// Topics are the pages of the help, in reading order.
func Topics() []Topic { return append([]Topic(nil), topics...) }

// Help is a page of the help as Markdown, without its title; a topic may be
// named in either language.
func Help(topic string, l locale.Lang) (title, markdown string, ok bool) {
	for _, t := range topics {
		if topic != t.Name.EN && topic != t.Name.FR {
			continue
		}
		b, err := helpFiles.ReadFile("help/" + t.Name.In(l) + "." + string(l) + ".md")
		if err != nil {
			panic(err) // every topic has its file: a test walks them
		}
		var keep []string
		for line := range strings.Lines(string(b)) {
			// Comments mark what is printed from the program's own tables.
			if !strings.HasPrefix(line, "<!--") && !strings.HasPrefix(line, "# ") {
				keep = append(keep, line)
			}
		}
		return t.Title.In(l), strings.TrimSpace(strings.Join(keep, "")) + "\n", true
	}
	return "", "", false
}

// helpView is a page of the help, or without a text the list of all.
type helpView struct {
	Crumb  string
	Topics []option
	Text   template.HTML
}

func helpPage(v *visit) error {
	root := helpRoot[v.lang]
	b := helpView{Crumb: v.at(nil, root)}
	for _, t := range topics {
		b.Topics = append(b.Topics, option{Value: v.at(nil, root, t.Name.In(v.lang)), Label: t.Title.In(v.lang), Chosen: t.Name.In(v.lang) == v.r.PathValue("topic")})
	}
	title := v.say("Help", "Aide")
	if topic := v.r.PathValue("topic"); topic != "" {
		name, text, ok := Help(topic, v.lang)
		if !ok {
			return errNotFound
		}
		title, b.Text = name, markdown(text)
	}
	v.write("help", &frame{Title: title, Current: "help", Body: b})
	return nil
}
