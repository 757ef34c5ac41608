package reports

import (
	"cmp"
	"fmt"
	"slices"
	"sort"
	"strconv"
	"strings"

	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/metrics/insight"
)

// Method and data: where every figure comes from, how it is defined, and what
// is wrong with the data.
var _ = register(Section{
	Name:  "method",
	Order: 90,
	Title: func(p *Page) string {
		problems := 0
		for _, s := range p.Sources {
			problems += s.Wrong()
		}
		n := len(p.Sources)
		exports := p.T("%d %s", "%d %s", n, p.Lang.Plural(float64(n), "export", "exports"))
		switch {
		case n == 0:
			return p.T("No export has been taken in", "Aucun export n’a été importé")
		case problems == 0:
			return p.T("These figures rest on %s, with no problem to report", "Ces chiffres reposent sur %s, sans problème à signaler", exports)
		}
		return p.T("These figures rest on %s: %d %s to know of", "Ces chiffres reposent sur %s\u00a0: %d %s à connaître", exports,
			problems, p.Lang.Plural(float64(problems), p.T("problem", "problème"), p.T("problems", "problèmes")))
	},
	Data: func(p *Page) (any, error) {
		type definition struct{ Label, Formula, Doc, Trap string }
		var defs []definition
		for _, k := range metrics.KPIs {
			if !p.shows(k.ID) {
				continue
			}
			defs = append(defs, definition{k.Label.In(p.Lang), k.Formula.In(p.Lang), k.Doc.In(p.Lang), k.Trap.In(p.Lang)})
		}
		type rule struct{ Title, Why string }
		// The reasoning of rules that say something here; the others are named.
		var rules []rule
		var silent []string
		for _, r := range insight.Rules() {
			if slices.ContainsFunc(p.Insight.Findings, func(f insight.Finding) bool { return f.Rule == r.ID }) ||
				slices.ContainsFunc(p.Insight.Notes, func(n insight.Note) bool { return n.Rule == r.ID }) {
				rules = append(rules, rule{r.Title.In(p.Lang), r.Why.In(p.Lang)})
			} else {
				silent = append(silent, r.Title.In(p.Lang))
			}
		}
		var sources []SourceView
		for _, s := range p.Sources {
			sources = append(sources, p.sourceView(s))
		}
		var outside []string
		for _, c := range p.Outside {
			outside = append(outside, platformName(c.Platform)+" · "+c.Name)
		}
		return map[string]any{"Page": p, "Definitions": defs, "Rules": rules, "Silent": strings.Join(silent, p.T("; ", "\u00a0; ")), "Sources": sources, "Outside": outside, "Conversion": p.conversionView(),
			"Known": p.knownDays(), "MaturityDays": metrics.MaturityDays, "Windows": p.windows(), "Restated": p.RestatedView(p.Restated)}, nil
	},
})

// ConversionView is at which rates amounts came into the report's currency.
type ConversionView struct {
	Notes []string
	// Columns are the currencies of the rates; rows are in the order of days.
	Columns []string
	Rows    []RateRow
}

// RateRow is what some days' amounts of one currency were converted at.
type RateRow struct {
	Days, Currency, Published string
	Worth                     []string // one euro, in each of the columns; a dash in those not needed
}

// conversionView is nil where all amounts are in one currency.
func (p *Page) conversionView() *ConversionView {
	c := p.Conversion
	if c == nil {
		return nil
	}
	v := &ConversionView{Notes: p.ConversionNotes()}
	for _, x := range append(c.Currencies(), c.Into) {
		if x != "EUR" {
			v.Columns = append(v.Columns, x)
		}
	}
	for _, r := range c.Rates {
		row := RateRow{Days: p.Lang.Period(r.First, r.Last), Currency: r.Currency, Published: p.Lang.DayLong(r.Published)}
		if r.Mean > 0 {
			row.Published = p.T("mean of %d %s", "moyenne de %d %s", r.Mean, p.Lang.Plural(float64(r.Mean), p.T("day", "jour"), p.T("days", "jours")))
		}
		for _, x := range v.Columns {
			switch x {
			case r.Currency:
				row.Worth = append(row.Worth, r.From.In(p.Lang))
			case c.Into:
				row.Worth = append(row.Worth, r.Into.In(p.Lang))
			default:
				row.Worth = append(row.Worth, locale.Dash)
			}
		}
		v.Rows = append(v.Rows, row)
	}
	return v
}

// ConversionNotes say at which rates amounts came into the report's currency.
func (p *Page) ConversionNotes() []string {
	var out []string
	for _, n := range p.Conversion.Notes() {
		out = append(out, n.In(p.Lang))
	}
	return out
}

// shows reports whether the report writes values of a KPI.
func (p *Page) shows(kpi string) bool {
	_, aimed := p.target(kpi)
	return aimed || kpi == "clicks" || slices.Contains(tileKPIs, kpi)
}

// SourceView is an export as the annex shows it.
type SourceView struct {
	File, Platform, Recognised, Days, Known, Rows, Control, SHA string
	Withheld                                                    bool
	Scopes                                                      []string
	Problems                                                    []ProblemView
	More                                                        string
}

// ProblemView is a problem of an export: what it is, of which campaigns and
// days, and what to do.
type ProblemView struct {
	Text, Of, Do string
	Critical     bool
}

var controlWords = map[string]locale.Text{
	"match":    {EN: "the file’s own totals agree", FR: "concordent avec les totaux du fichier"},
	"wider":    {EN: "the file’s totals cover more than its rows", FR: "les totaux du fichier couvrent plus que ses lignes"},
	"mismatch": {EN: "the file’s own totals disagree", FR: "ne concordent pas avec les totaux du fichier"},
	"absent":   {EN: "the file prints no total", FR: "le fichier n’imprime aucun total"},
}

var knownWords = map[string]locale.Text{
	"file":   {EN: "says the file", FR: "d’après le fichier"},
	"name":   {EN: "says the file’s name", FR: "d’après le nom du fichier"},
	"flag":   {EN: "said at import", FR: "indiqué à l’import"},
	"mtime":  {EN: "date of the file", FR: "date du fichier"},
	"import": {EN: "time of the import", FR: "heure de l’import"},
}

func (p *Page) sourceView(s metrics.Source) SourceView {
	v := SourceView{
		File: locale.Straight(s.File), Platform: platformName(s.Platform), Recognised: s.Recognised.In(p.Lang),
		Days: p.Lang.Period(s.FirstDay, s.LastDay), Known: p.Lang.DayShort(locale.DayOf(s.KnownAsOf)) + " (" + knownWords[s.KnownFrom].In(p.Lang) + ")",
		Rows: p.Lang.Int(s.Rows), Control: controlWords[s.Control].In(p.Lang), Withheld: s.Withheld,
		SHA: s.SHA256[:min(len(s.SHA256), 16)],
	}
	if s.FirstDay == 0 {
		v.Days = locale.Dash
	}
	if s.Skipped > 0 {
		v.Rows += p.T(" (%s left out)", " (%s écartées)", p.Lang.Int(s.Skipped))
	}
	for _, sc := range s.Scopes {
		var parts []string
		for _, id := range []string{"spend", "impressions", "clicks", "conversions"} {
			if x, ok := sc.Sums[id]; ok {
				parts = append(parts, p.controlSum(id, x, cmp.Or(s.Currency, p.Currency)))
			}
		}
		sort.Strings(parts)
		v.Scopes = append(v.Scopes, sc.Label+p.Lang.Colon()+" "+strings.Join(parts, ", "))
	}
	said := map[string]bool{} // what to do of one check once
	for _, x := range s.Problems {
		var place string
		switch {
		case x.Line > 0 && x.Column != "":
			place = p.T("line %d, column %s: ", "ligne %d, colonne %s\u00a0: ", x.Line, p.Lang.Quote(x.Column))
		case x.Line > 0:
			place = p.T("line %d: ", "ligne %d\u00a0: ", x.Line)
		}
		y := ProblemView{Text: place + x.Message.In(p.Lang), Of: p.problemOf(x), Critical: x.Severity == "critical"}
		if !said[x.Check] {
			y.Do = x.Do.In(p.Lang)
			said[x.Check] = true
		}
		v.Problems = append(v.Problems, y)
		if len(v.Problems) == 10 && len(s.Problems)+int(s.More) > 10 {
			v.More = p.T("and %d more, listed by “vigie batches show %d”", "et %d autres, que liste «\u00a0vigie batches show %d\u00a0»", len(s.Problems)-10+int(s.More), s.Batch)
			break
		}
	}
	return v
}

// windows names the platforms that change conversions for longer than days are
// kept out of comparisons, and those that stop sooner.
func (p *Page) windows() string {
	var out []string
	seen := map[string]bool{}
	for _, c := range p.Channels {
		if c.Maturity > 0 && c.Maturity != metrics.MaturityDays && !seen[c.Platform] {
			seen[c.Platform] = true
			out = append(out, platformName(c.Platform)+" "+p.Days(c.Maturity))
		}
	}
	return p.Lang.Join(out)
}

// Days is a number of days.
func (p *Page) Days(n int) string {
	return p.T("%d %s", "%d\u00a0%s", n, p.Lang.Plural(float64(n), p.T("day", "jour"), p.T("days", "jours")))
}

// problemOf names the campaigns and days that a problem is of.
func (p *Page) problemOf(x metrics.FileProblem) string {
	var parts []string
	if len(x.Objects) > 0 {
		parts = append(parts, strings.Join(x.Objects, ", "))
	}
	if x.FirstDay != 0 {
		parts = append(parts, p.Lang.Period(x.FirstDay, x.LastDay))
	}
	return strings.Join(parts, " · ")
}

// controlSum writes a sum that a file prints, in its currency.
func (p *Page) controlSum(id string, printed any, currency string) string {
	k, ok := metrics.LookupKPI(id)
	if !ok {
		return fmt.Sprint(id, " ", printed)
	}
	v, err := strconv.ParseFloat(fmt.Sprint(printed), 64)
	if err != nil {
		return fmt.Sprint(id, " ", printed)
	}
	return strings.ToLower(k.Label.In(p.Lang)) + " " + k.Format(v, p.Lang, currency)
}

// knownDays says how many days have data since the start.
func (p *Page) knownDays() string {
	known, all := 0, 0
	for _, d := range p.Whole.Days {
		if d.Day > p.Last {
			break
		}
		all++
		if d.Known {
			known++
		}
	}
	return p.T("%d of %d days have data, up to %s", "%d jours sur %d ont des données, jusqu’au %s", known, all, p.Lang.DayText(p.Last))
}
