package reports

import (
	"bytes"
	"embed"
	"fmt"
	"html/template"
	"regexp"
	"slices"
	"strings"

	"vigie/internal/locale"
	"vigie/reports/chart"
	"vigie/reports/render"
)

// Section is a part of a report: one file, one template of the same name. Its
// title is a sentence with a number; its data is all that the template sees. One
// without data has nothing to say, and is left out.
type Section struct {
	Name  string
	Order int
	Title func(p *Page) string
	Data  func(p *Page) (any, error)
}

//go:embed templates/*.gohtml
var templateFiles embed.FS

var templates = template.Must(template.New("").Funcs(template.FuncMap{
	// Replaced for each page by those of its language.
	"t":   func(en, fr string) string { return "" },
	"svg": func(s string) template.HTML { return "" },
}).ParseFS(templateFiles, "templates/*.gohtml"))

var sections []Section

func register(s Section) Section {
	if templates.Lookup(s.Name) == nil {
		panic("reports: section " + s.Name + " has no template")
	}
	for _, other := range sections {
		if other.Name == s.Name {
			panic("reports: two sections " + s.Name)
		}
	}
	sections = append(sections, s)
	slices.SortFunc(sections, func(a, b Section) int { return a.Order - b.Order })
	return s
}

// Sections are all sections, in the order of the report.
func Sections() []Section { return slices.Clone(sections) }

// Page is a snapshot being written in one language.
type Page struct {
	*Snapshot
	Lang   locale.Lang
	engine *chart.Engine
}

// NewPage prepares a snapshot for writing; the engine draws its charts.
func NewPage(s *Snapshot, l locale.Lang, engine *chart.Engine) *Page {
	return &Page{Snapshot: s, Lang: l, engine: engine}
}

// Rendered is a section as it is written.
type Rendered struct {
	Name  string
	Title string
	Body  template.HTML
}

// Render writes one section; one that has nothing to say is empty.
func (p *Page) Render(s Section) (Rendered, error) {
	data, err := s.Data(p)
	if err != nil {
		return Rendered{}, fmt.Errorf("section %s: %w", s.Name, err)
	}
	if data == nil {
		return Rendered{}, nil
	}
	body, err := p.Execute(templates, s.Name, data)
	return Rendered{s.Name, s.Title(p), body}, err
}

// Execute runs a template with the page's language.
func (p *Page) Execute(set *template.Template, name string, data any) (template.HTML, error) {
	t, err := set.Clone()
	if err != nil {
		return "", err
	}
	t.Funcs(template.FuncMap{
		"t":   func(en, fr string) string { return locale.Text{EN: en, FR: fr}.In(p.Lang) },
		"svg": func(s string) template.HTML { return template.HTML(s) }, // drawn by chart, which cleans it
	})
	var b bytes.Buffer
	if err := t.ExecuteTemplate(&b, name, data); err != nil {
		return "", fmt.Errorf("template %s: %w", name, err)
	}
	return template.HTML(Unbroken(b.Bytes())), nil
}

var dayRange = regexp.MustCompile(`(\d|1er)–(\d)`)

// Unbroken keeps ranges such as 12–18 on one line, which a browser would break
// after the dash. Drawings, data and what has no lines to break stay as they are.
func Unbroken(page []byte) []byte {
	var out bytes.Buffer
	for len(page) > 0 {
		text, rest := page, []byte(nil)
		if i := bytes.IndexByte(page, '<'); i >= 0 {
			text, rest = page[:i], page[i:]
		}
		if bytes.Contains(text, []byte("–")) {
			text = dayRange.ReplaceAll(text, []byte("$1–&NoBreak;$2"))
		}
		out.Write(text)
		end := len(rest)
		if i := bytes.IndexByte(rest, '>'); i >= 0 {
			end = i + 1
		}
		for _, name := range []string{"script", "svg", "title", "option"} {
			if bytes.HasPrefix(rest, []byte("<"+name)) {
				if i := bytes.Index(rest, []byte("</"+name)); i >= 0 {
					end = i
				}
			}
		}
		out.Write(rest[:end])
		page = rest[end:]
	}
	return out.Bytes()
}

// HTML writes the whole report as one file that needs nothing else: the same
// snapshot and language give the same bytes.
func HTML(s *Snapshot, l locale.Lang, engine *chart.Engine) ([]byte, error) {
	p := NewPage(s, l, engine)
	var list []Rendered
	for _, sec := range sections {
		r, err := p.Render(sec)
		if err != nil {
			return nil, err
		}
		if r.Name != "" {
			list = append(list, r)
		}
	}
	body, err := p.Execute(templates, "report", map[string]any{"Page": p, "Sections": list})
	if err != nil {
		return nil, err
	}
	return render.HTML(render.Document{
		Lang:  l,
		Title: fmt.Sprintf("%s — %s, %s", p.Campaign.Name, p.Client.Name, p.KindLabel()),
		Body:  body,
	})
}

// Figure is a chart as it stands in a page: one drawing a medium, its table,
// how to read it and where it comes from.
type Figure struct {
	ID      string
	Message string
	Wide    string
	Phone   string
	Print   string
	Note    string
	Table   chart.Table
	Source  string
	// Options draw the same chart live; only pages use them.
	Options []byte
}

// figure draws a chart for a wide page (or half of it), a phone and paper.
func (p *Page) figure(half bool, build func(m chart.Medium) chart.Chart) (*Figure, error) {
	wide, paper := chart.Wide, chart.Print
	if half {
		wide, paper = chart.Half, chart.PrintHalf
	}
	f := &Figure{Source: p.Source()}
	for _, x := range []struct {
		m   chart.Medium
		svg *string
	}{{wide, &f.Wide}, {chart.Phone, &f.Phone}, {paper, &f.Print}} {
		c := build(x.m)
		svg, err := p.engine.SVG(c)
		if err != nil {
			return nil, err
		}
		*x.svg = svg
		if x.m == wide {
			f.ID, f.Message, f.Note, f.Table, f.Options = c.ID, c.Message, c.Note, c.Table, c.Options
		}
	}
	return f, nil
}

// Source is the line under figures: where their data come from, and as of when.
func (p *Page) Source() string {
	var platforms []string
	for _, s := range p.Sources {
		if name := platformName(s.Platform); !slices.Contains(platforms, name) && !s.Withheld {
			platforms = append(platforms, name)
		}
	}
	slices.Sort(platforms)
	if len(platforms) == 0 {
		return p.T("No data", "Aucune donnée")
	}
	return p.T("Source: %s", "Source\u00a0: %s", strings.Join(platforms, ", ")) + " · " + p.AsOf()
}

// AsOf says up to which day data are known.
func (p *Page) AsOf() string {
	if p.Last == 0 {
		return p.T("no data yet", "pas encore de données")
	}
	return p.T("data up to %s", "données au %s", p.Lang.DayText(p.Last))
}

// T is a text in the page's language with its verbs filled.
func (p *Page) T(en, fr string, args ...any) string {
	return locale.Text{EN: en, FR: fr}.F(p.Lang, args...)
}

// KindLabel names the report.
func (p *Page) KindLabel() string { return p.T("Tracking report", "Rapport de suivi") }

// platformNames are the names of the platforms as they write them.
var platformNames = map[string]string{
	"googleads": "Google Ads", "metaads": "Meta Ads", "linkedinads": "LinkedIn Ads", "tiktokads": "TikTok Ads",
	"microsoftads": "Microsoft Advertising", "xads": "X Ads", "pinterestads": "Pinterest Ads", "snapchatads": "Snapchat Ads",
	"redditads": "Reddit Ads", "amazonads": "Amazon Ads", "appleads": "Apple Ads", "ga4": "Google Analytics 4",
	"dv360": "Display & Video 360", "cm360": "Campaign Manager 360", "thetradedesk": "The Trade Desk", "criteo": "Criteo",
	"mailchimp": "Mailchimp", "brevo": "Brevo", "klaviyo": "Klaviyo",
}

func platformName(id string) string {
	if n, ok := platformNames[id]; ok {
		return n
	}
	return id
}
