package dashboards

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"vigie/ingest"
	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/simulate"
	"vigie/metrics"
	"vigie/metrics/insight"
)

var update = flag.Bool("update", false, "rewrite what is printed from the program")

var printed = regexp.MustCompile(`(?s)(<!-- [^\n]*(?:program|programme) -->\n).*?(<!-- (?:fin|end) -->)`)

// The tables of the help are those of the program.
func TestHelpPrinted(t *testing.T) {
	kpis := func(l locale.Lang) string {
		var b strings.Builder
		b.WriteString(locale.Text{EN: "| KPI | Formula | What it says | Its trap | Judged from |\n", FR: "| Indicateur | Formule | Ce qu’il dit | Son piège | Jugé à partir de |\n"}.In(l))
		b.WriteString("|---|---|---|---|---|\n")
		volumes := map[string]locale.Text{
			"clicks": {EN: "clicks", FR: "clics"}, "impressions": {EN: "impressions", FR: "impressions"},
			"conversions": {EN: "conversions", FR: "conversions"}, "valued_conversions": {EN: "conversions with a value", FR: "conversions avec une valeur"},
			"ad_leads": {EN: "leads", FR: "prospects"}, "qualified_leads": {EN: "qualified leads", FR: "prospects qualifiés"},
			"measurable_impressions": {EN: "measurable impressions", FR: "impressions mesurables"}, "measured_impressions": {EN: "impressions", FR: "impressions"},
			"video_views": {EN: "views", FR: "vues"}, "video_100": {EN: "completed views", FR: "vues complètes"},
			"view_conversions": {EN: "view-through conversions", FR: "conversions après affichage"}, "engagements": {EN: "engagements", FR: "engagements"},
			"sessions": {EN: "sessions", FR: "sessions"}, "eligible_impressions": {EN: "eligible impressions", FR: "impressions éligibles"},
			"budget_eligible": {EN: "eligible impressions", FR: "impressions éligibles"}, "rank_eligible": {EN: "eligible impressions", FR: "impressions éligibles"},
			"bids": {EN: "bids", FR: "enchères"}, "won_impressions": {EN: "won impressions", FR: "impressions remportées"},
			"sends": {EN: "messages sent", FR: "messages envoyés"}, "delivered": {EN: "messages delivered", FR: "messages délivrés"},
			"mail_clicks": {EN: "clicks", FR: "clics"}, "opened_clicks": {EN: "clicks", FR: "clics"},
		}
		for _, k := range metrics.KPIs {
			least := locale.Dash
			if k.MinVolume > 0 {
				v, ok := volumes[k.Volume]
				if !ok {
					t.Errorf("%s is judged by %s, which has no words here", k.ID, k.Volume)
				}
				least = l.Number(k.MinVolume, 0) + " " + v.In(l)
			}
			fmt.Fprintf(&b, "| %s (`%s`) | %s | %s | %s | %s |\n", k.Label.In(l), k.ID, k.Formula.In(l), k.Doc.In(l), k.Trap.In(l), least)
		}
		return b.String()
	}
	rules := func(l locale.Lang) string {
		var b strings.Builder
		for _, r := range insight.Rules() {
			fmt.Fprintf(&b, "- **%s**. %s\n", r.Title.In(l), r.Why.In(l))
		}
		return b.String()
	}
	sums := "`" + strings.Join(metrics.SumMeasures(), "`, `") + "`\n"
	tables := func(l locale.Lang) string {
		var b strings.Builder
		b.WriteString(locale.Text{EN: "| Platform | What to export | Tables of its API | Not confirmed on a real file |\n", FR: "| Plateforme | Quoi exporter | Tables de son API | Non confirmé sur un vrai fichier |\n"}.In(l))
		b.WriteString("|---|---|---|---|\n")
		for _, p := range ingest.Platforms() {
			api, open := locale.Dash, p.Unconfirmed.In(l)
			if len(p.API) > 0 {
				api = locale.Text{EN: "read", FR: "lues"}.In(l)
			}
			if open == "" {
				open = locale.Dash
			}
			fmt.Fprintf(&b, "| %s (`%s`) | %s | %s | %s |\n", p.Label, p.ID, p.Export.In(l), api, open)
		}
		return b.String()
	}
	checks := func(l locale.Lang) string {
		var b strings.Builder
		for _, x := range []struct {
			severity ingest.Severity
			title    locale.Text
		}{
			{ingest.Critical, locale.Text{EN: "What withholds a file", FR: "Ce qui écarte un fichier"}},
			{ingest.Warning, locale.Text{EN: "Warnings", FR: "Ce qui est signalé"}},
			{ingest.Note, locale.Text{EN: "Notes", FR: "Ce qui est noté"}},
		} {
			fmt.Fprintf(&b, "\n## %s\n\n", x.title.In(l))
			b.WriteString(locale.Text{EN: "| Check | How it is told, and what it does to the figures | What to do | In JSON |\n", FR: "| Contrôle | Comment on le voit, et son effet sur les chiffres | Que faire | En JSON |\n"}.In(l))
			b.WriteString("|---|---|---|---|\n")
			for _, c := range ingest.Checks {
				if c.Severity == x.severity {
					fmt.Fprintf(&b, "| %s | %s | %s | `%s` |\n", c.Title.In(l), c.Why.In(l), c.Do.In(l), c.ID)
				}
			}
		}
		return b.String() + "\n"
	}
	planted := func(l locale.Lang) string {
		var b strings.Builder
		b.WriteString(locale.Text{EN: "| `--plant` | What it is | Rules |\n", FR: "| `--plant` | Ce que c’est | Règles |\n"}.In(l))
		b.WriteString("|---|---|---|\n")
		for _, k := range simulate.Kinds() {
			rules := "`" + strings.Join(k.Expect, "`, `") + "`"
			if k.Distractor {
				rules = locale.Text{EN: "a distractor", FR: "un leurre"}.In(l)
			}
			fmt.Fprintf(&b, "| `%s` | %s | %s |\n", k.ID, k.Title.In(l), rules)
		}
		return b.String()
	}
	for _, file := range []string{"help/tableaux.fr.md", "help/tables.en.md"} {
		b, err := os.ReadFile(file)
		if err != nil {
			t.Fatal(err)
		}
		for _, as := range ingest.Meanings() {
			if as, _, _ = strings.Cut(as, ":"); !regexp.MustCompile(`\b` + as + `\b`).Match(b) {
				t.Errorf("%s does not name the meaning %s", file, as)
			}
		}
	}
	for _, x := range []struct {
		file, text string
	}{
		{"help/controles.fr.md", checks(locale.FR)}, {"help/checks.en.md", checks(locale.EN)},
		{"help/tableaux.fr.md", tables(locale.FR)}, {"help/tables.en.md", tables(locale.EN)},
		{"help/indicateurs.fr.md", kpis(locale.FR)}, {"help/kpi.en.md", kpis(locale.EN)},
		{"help/indicateurs-maison.fr.md", sums}, {"help/own-kpis.en.md", sums},
		{"help/constats.fr.md", rules(locale.FR)}, {"help/findings.en.md", rules(locale.EN)},
		{"help/exercices.fr.md", planted(locale.FR)}, {"help/exercises.en.md", planted(locale.EN)},
	} {
		old, err := os.ReadFile(x.file)
		if err != nil {
			t.Fatal(err)
		}
		if !printed.Match(old) {
			t.Fatalf("%s: no place for what is printed", x.file)
		}
		now := printed.ReplaceAllStringFunc(string(old), func(s string) string {
			m := printed.FindStringSubmatch(s)
			return m[1] + x.text + m[2]
		})
		if now == string(old) {
			continue
		}
		if !*update {
			t.Errorf("%s is not what the program says: go test ./dashboards -update", x.file)
			continue
		}
		if err := os.WriteFile(x.file, []byte(now), 0o644); err != nil {
			t.Fatal(err)
		}
	}
}

// Each topic has its text in both languages and is found by both its names.
func TestHelp(t *testing.T) {
	for _, topic := range Topics() {
		for _, l := range locale.Langs {
			for _, name := range []string{topic.Name.EN, topic.Name.FR} {
				title, text, ok := Help(name, l)
				if !ok || title != topic.Title.In(l) || len(text) < 500 || strings.Contains(text, "<!--") || strings.HasPrefix(text, "# ") {
					t.Errorf("%s in %s: %v %q, %d characters", name, l, ok, title, len(text))
				}
			}
			if b, err := helpFiles.ReadFile("help/" + topic.Name.In(l) + "." + string(l) + ".md"); err != nil || !strings.HasPrefix(string(b), "# ") {
				t.Errorf("%s in %s: has no title", topic.Name.In(l), l)
			}
		}
	}
	if _, _, ok := Help("../help_test.go", locale.EN); ok {
		t.Error("a topic that is none was found")
	}
	if files, err := helpFiles.ReadDir("help"); err != nil || len(files) != 2*len(topics) {
		t.Errorf("%d files for %d topics, %v", len(files), len(topics), err)
	}
}

// The example of an own KPI in the help is one.
func TestHelpOwnKPIs(t *testing.T) {
	block := regexp.MustCompile("(?s)```\n(label: .*?)```")
	for _, l := range locale.Langs {
		_, text, _ := Help("own-kpis", l)
		found := block.FindStringSubmatch(text)
		if found == nil {
			t.Fatalf("%s: no example", l)
		}
		dir := t.TempDir()
		for name, text := range map[string]string{"vigie.yaml": "{name: A, time_zone: Europe/Paris, currency: EUR}", "kpis/mine.yaml": found[1]} {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(text), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		a, err := agency.Open(dir, agency.Known{Sums: metrics.SumMeasures()})
		if err != nil || len(a.Problems) > 0 || len(a.KPIs) != 1 {
			t.Errorf("%s: %v %v", l, err, a.Problems.In(l))
		}
	}
}

// Each example of a source in the help is one.
func TestHelpSources(t *testing.T) {
	blocks := regexp.MustCompile("(?s)```\n(kind: .*?)```")
	for _, l := range locale.Langs {
		_, text, _ := Help("sources", l)
		found := blocks.FindAllStringSubmatch(text, -1)
		if len(found) != 3 {
			t.Fatalf("%s: %d examples", l, len(found))
		}
		dir := t.TempDir()
		files := map[string]string{"vigie.yaml": "name: A\ntime_zone: Europe/Paris\ncurrency: EUR\n", "clients/exemple/client.yaml": "name: A\n", "clients/example/client.yaml": "name: A\n"}
		for i, m := range found {
			files[fmt.Sprintf("sources/s%d.yaml", i)] = m[1]
		}
		for name, body := range files {
			path := filepath.Join(dir, name)
			if err := os.MkdirAll(filepath.Dir(path), 0o777); err != nil {
				t.Fatal(err)
			}
			if err := os.WriteFile(path, []byte(body), 0o666); err != nil {
				t.Fatal(err)
			}
		}
		a, err := agency.Open(dir, agency.Known{})
		if err != nil || len(a.Sources) != 3 || len(a.Problems) > 0 {
			t.Errorf("%s: %v, %v", l, err, a.Problems)
		}
	}
}

// The converter knows what the pages use, and escapes the rest.
func TestMarkdown(t *testing.T) {
	for text, want := range map[string]string{
		"## A & b\n\none\ntwo\n":             "<h2>A &amp; b</h2>\n<p>one two</p>\n",
		"- a **b**\n- `c<d>`\n\nx":           "<ul>\n<li>a <b>b</b></li>\n<li><code>c&lt;d&gt;</code></li>\n</ul>\n<p>x</p>\n",
		"1. a\n2. b\n":                       "<ol>\n<li>a</li>\n<li>b</li>\n</ol>\n",
		"```\na <b> **c**\n```\n":            "<pre tabindex=\"0\"><code>a &lt;b&gt; **c**\n</code></pre>\n",
		"[x](/aide) [y](javascript:alert())": "<p><a href=\"/aide\">x</a> [y](javascript:alert())</p>\n",
		"<script>1</script>":                 "<p>&lt;script&gt;1&lt;/script&gt;</p>\n",
		"| A | B |\n|---|---|\n| a | b |\n":  "<div class=\"tw\" tabindex=\"0\"><table><thead><tr><th scope=\"col\">A</th><th scope=\"col\">B</th></tr></thead><tbody>\n<tr><th scope=\"row\">a</th><td>b</td></tr>\n</tbody></table></div>\n",
	} {
		if got := string(markdown(text)); got != want {
			t.Errorf("%q gives\n%q, want\n%q", text, got, want)
		}
	}
}
