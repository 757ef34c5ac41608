package dashboards

import (
	"bytes"
	"embed"
	"errors"
	"fmt"
	"html/template"
	"log/slog"
	"net/http"
	"net/url"
	"path"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/metrics"
	"vigie/reports"
)

//go:embed templates/*.gohtml
var templateFiles embed.FS

// templates are the pages in each language, with the parts of reports that they
// are built upon.
var templates = func() map[locale.Lang]*template.Template {
	sets := map[locale.Lang]*template.Template{}
	for _, l := range locale.Langs {
		sets[l] = template.Must(reports.Templates().Funcs(template.FuncMap{
			"t":       func(en, fr string) string { return locale.Text{EN: en, FR: fr}.In(l) },
			"svg":     func(s string) template.HTML { return template.HTML(s) }, // drawn by chart, which cleans it
			"scripts": func() []string { return []string{"echarts.min.js", "langFR.js", "kit.js", "live.js", "filters.js"} },
			"asset": func(name string) (string, error) {
				if a, ok := addresses[name]; ok {
					return a, nil
				}
				return "", fmt.Errorf("no asset %s", name)
			},
		}).ParseFS(templateFiles, "templates/*.gohtml"))
	}
	return sets
}()

// visit is one request being answered.
type visit struct {
	*site
	w      http.ResponseWriter
	r      *http.Request
	agency *agency.Agency // nil where the workspace cannot be read
	broken error          // why it cannot
	lang   locale.Lang
	now    time.Time
	status int
	notes  []string // what the page says above everything else
}

// frame is what every page has around its own content.
type frame struct {
	Title   string
	Agency  string
	Current string // campaigns or help: which of the two links is the page's
	Home    string
	Help    string
	Other   locale.Lang // the other language
	OtherAt string      // this page in it
	Charts  bool        // the page draws charts in the browser
	Notes   []string
	Foot    string
	Lang    locale.Lang
	Body    any
}

// visit reads what a request says beside its address.
func (s *site) visit(w http.ResponseWriter, r *http.Request) *visit {
	v := &visit{site: s, w: w, r: r, now: s.Clock(), status: http.StatusOK, lang: locale.FR}
	a, err := s.Agency()
	if v.broken = err; err == nil {
		v.agency, v.lang = a, a.Language
	}
	switch first, _, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/"); first {
	case "aide":
		v.lang = locale.FR
	case "help":
		v.lang = locale.EN
	}
	if q := r.URL.Query(); q.Get("lang") != "" {
		l, lerr := locale.ParseLang(q.Get("lang"))
		if lerr == nil {
			v.lang = l
		} else {
			v.note(locale.Text{EN: "Language %s is not known: fr or en.", FR: "Langue %s inconnue\u00a0: fr ou en."}, v.lang.Quote(q.Get("lang")))
		}
	}
	return v
}

func (v *visit) t(text locale.Text, args ...any) string {
	if len(args) == 0 {
		return text.In(v.lang)
	}
	return text.F(v.lang, args...)
}

func (v *visit) say(en, fr string, args ...any) string {
	return v.t(locale.Text{EN: en, FR: fr}, args...)
}

// note adds a message to the page.
func (v *visit) note(text locale.Text, args ...any) { v.notes = append(v.notes, v.t(text, args...)) }

// at is the address of a page in the visit's language.
func (v *visit) at(query url.Values, parts ...string) string {
	return address(v.agency, v.lang, query, parts...)
}

// address is the address of a page; its language is in it where it is not the
// agency's own.
func address(a *agency.Agency, l locale.Lang, query url.Values, parts ...string) string {
	q := url.Values{}
	for k, x := range query {
		q[k] = x
	}
	q.Del("lang")
	own := locale.FR
	if a != nil {
		own = a.Language
	}
	// The two help addresses are a language each.
	if help := len(parts) > 0 && (parts[0] == "aide" || parts[0] == "help"); l != own && !help {
		q.Set("lang", string(l))
	}
	escaped := make([]string, len(parts))
	for i, p := range parts {
		escaped[i] = url.PathEscape(p)
	}
	at := "/" + strings.Join(escaped, "/")
	if len(q) > 0 {
		at += "?" + q.Encode()
	}
	return at
}

var helpRoot = map[locale.Lang]string{locale.FR: "aide", locale.EN: "help"}

// Errors that have a page of their own.
var errNotFound = errors.New("not found")

// page answers with a page, or with what went wrong.
func (s *site) page(answer func(*visit) error) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		v := s.visit(w, r)
		err := v.broken
		if err == nil {
			err = answer(v)
		}
		if err != nil {
			v.fail(err)
		}
	}
}

// message is the body of a page that only says something.
type message struct {
	Text  string
	Lines []string // what is wrong in files, as file:line:column: message
}

// fail says what went wrong, in words where it is something that people can
// mend.
func (v *visit) fail(err error) {
	text, lines := v.explain(err)
	title := v.say("This page cannot be shown", "Cette page ne peut pas être affichée")
	v.status = http.StatusInternalServerError
	switch {
	case errors.Is(err, errNotFound):
		v.status, title = http.StatusNotFound, v.say("There is no such page", "Cette page n’existe pas")
	case text == "":
		slog.Error("dashboards", "path", v.r.URL.Path, "err", err)
		text = v.say("Something went wrong; the terminal where vigie serve runs says what.", "Une erreur s’est produite\u00a0; le terminal où tourne vigie serve dit laquelle.")
	}
	v.write("message", &frame{Title: title, Body: message{text, lines}})
}

// explain puts the errors that people can mend into words; it is empty for the
// others.
func (v *visit) explain(err error) (text string, lines []string) {
	var problems agency.Problems
	var question *metrics.ErrQuestion
	var currencies *metrics.ErrCurrencies
	switch {
	case errors.Is(err, errNotFound):
		return v.say("The address may be old: the list of campaigns is the place to start again.", "L’adresse est peut-être ancienne\u00a0: repartez de la liste des campagnes."), nil
	case errors.As(err, &problems):
		return v.say("A file of the workspace has to be mended first:", "Un fichier de l’espace de travail est à corriger d’abord\u00a0:"), strings.Split(problems.In(v.lang), "\n")
	case errors.As(err, &question):
		return question.In(v.lang), nil
	case errors.As(err, &currencies):
		return sentence(currencies.In(v.lang)), nil
	}
	return "", nil
}

// sentence makes a sentence of what stands behind a colon elsewhere.
func sentence(s string) string {
	first, n := utf8.DecodeRuneInString(s)
	return string(unicode.ToUpper(first)) + s[n:] + "."
}

// write sends a page.
func (v *visit) write(name string, f *frame) {
	f.Lang, f.Notes = v.lang, append(v.notes, f.Notes...)
	f.Other = locale.EN
	if v.lang == locale.EN {
		f.Other = locale.FR
	}
	f.Home, f.Help = v.at(nil), v.at(nil, helpRoot[v.lang])
	parts := strings.Split(strings.Trim(path.Clean(v.r.URL.Path), "/"), "/")
	if parts[0] == "aide" || parts[0] == "help" {
		parts[0] = helpRoot[f.Other]
	}
	query := v.r.URL.Query()
	query.Del("token")
	f.OtherAt = address(v.agency, f.Other, query, parts...)
	if v.agency != nil && v.status != http.StatusForbidden {
		f.Agency = v.agency.Name
	}
	if f.Foot == "" {
		f.Foot = f.Agency
	}
	var b bytes.Buffer
	if err := templates[v.lang].ExecuteTemplate(&b, "page-"+name, f); err != nil {
		slog.Error("dashboards", "path", v.r.URL.Path, "err", err)
		http.Error(v.w, http.StatusText(http.StatusInternalServerError), http.StatusInternalServerError)
		return
	}
	v.w.Header().Set("Content-Type", "text/html; charset=utf-8")
	v.w.WriteHeader(v.status)
	b.WriteTo(v.w)
}
