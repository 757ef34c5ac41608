package dashboards

import (
	"context"
	"fmt"
	"html"
	"net/http"
	"net/http/httptest"
	"net/url"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"sync"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/agency"
	"vigie/internal/locale"
	"vigie/internal/simulate"
	"vigie/reports"
)

// campaignPath is the demo's campaign.
const campaignPath = "/c/bloc-d-ardoise/essais-rentree-2026"

// demoPages are all pages of the demo, each in both languages.
func demoPages() []string {
	paths := []string{
		"/", campaignPath, campaignPath + "?period=start", campaignPath + "?channel=search-generique&channel=linkedin-cse&period=fortnight", campaignPath + "?channel=linkedin-cse",
		campaignPath + "/findings", campaignPath + "/reports", campaignPath + "/data", "/aide", "/help",
	}
	for _, t := range topics {
		paths = append(paths, "/aide/"+t.Name.FR, "/help/"+t.Name.EN)
	}
	var all []string
	for _, p := range paths {
		all = append(all, p)
		if !strings.HasPrefix(p, "/aide") && !strings.HasPrefix(p, "/help") {
			sep := "?"
			if strings.Contains(p, "?") {
				sep = "&"
			}
			all = append(all, p+sep+"lang=en")
		}
	}
	return all
}

// Only this machine is answered, under a name that no other can have.
func TestHost(t *testing.T) {
	w := demoWorld(t)
	for host, want := range map[string]int{
		"localhost": 200, "localhost:8080": 200, "LOCALHOST:1": 200, "127.0.0.1:8080": 200, "127.0.0.2": 200, "[::1]:8080": 200, "[::1]": 200,
		"example.com": 403, "example.com:8080": 403, "127.0.0.1.example.com": 403, "localhost.example.com:80": 403, "192.168.1.2:8080": 403, "0.0.0.0:8080": 403,
		"[fe80::1%25lo]:80": 403, "10.0.0.1": 403, "": 403, "localhost@example.com": 403, "127.1": 403, "2130706433": 403,
	} {
		r := httptest.NewRequest(http.MethodGet, "/", nil)
		r.Host = host
		r.AddCookie(&http.Cookie{Name: cookieName(testToken), Value: testToken})
		rec := httptest.NewRecorder()
		w.pages.ServeHTTP(rec, r)
		if rec.Code != want {
			t.Errorf("Host %q: %d, want %d", host, rec.Code, want)
		}
		if rec.Code != 200 && strings.Contains(rec.Body.String(), "Petite Ourse") {
			t.Errorf("Host %q: is told about the agency", host)
		}
	}
	for addr, ok := range map[string]bool{
		"127.0.0.1:8080": true, "localhost:8080": true, "[::1]:8080": true, "127.0.0.1:0": true,
		"0.0.0.0:8080": false, ":8080": false, "192.168.1.2:80": false, "example.com:80": false, "[::]:80": false, "8080": false, "": false,
	} {
		if err := CheckListen(addr); (err == nil) != ok {
			t.Errorf("listen on %q: %v", addr, err)
		}
	}
}

// The pages open with the link's token, which becomes a cookie that scripts do
// not see and other sites do not send, and leaves the address.
func TestToken(t *testing.T) {
	w := demoWorld(t)
	ask := func(target string, cookie *http.Cookie) *httptest.ResponseRecorder {
		r := httptest.NewRequest(http.MethodGet, "http://127.0.0.1:8080"+target, nil)
		if cookie != nil {
			r.AddCookie(cookie)
		}
		rec := httptest.NewRecorder()
		w.pages.ServeHTTP(rec, r)
		return rec
	}
	name := cookieName(testToken)
	for _, c := range []*http.Cookie{nil, {Name: name, Value: ""}, {Name: name, Value: testToken + "x"}, {Name: "other", Value: testToken}} {
		for _, path := range []string{"/", campaignPath, campaignPath + "/data", "/nowhere", campaignPath + "/reports/2026-W42/1/full.fr.html"} {
			rec := ask(path, c)
			if body := rec.Body.String(); rec.Code != 403 || strings.Contains(body, "Ourse") || strings.Contains(body, "Ardoise") || strings.Contains(body, "Séances") || !strings.Contains(body, "vigie serve") || strings.Contains(body, "Montants HT") || strings.Contains(body, `href="/aide"`) {
				t.Errorf("%s with cookie %v: %d", path, c, rec.Code)
			}
		}
	}
	if rec := ask("/?token="+testToken[:len(testToken)-1]+"x", nil); rec.Code != 403 || len(rec.Result().Cookies()) > 0 {
		t.Errorf("a wrong token: %d, %v", rec.Code, rec.Result().Cookies())
	}
	for target, want := range map[string]string{
		"/?token=" + testToken: "/",
		campaignPath + "?period=start&token=" + testToken + "&lang=en": campaignPath + "?lang=en&period=start",
		"//example.com/?token=" + testToken:                            "/example.com/",
	} {
		rec := ask(target, nil)
		cookies := rec.Result().Cookies()
		if rec.Code != 303 || rec.Header().Get("Location") != want || len(cookies) != 1 {
			t.Errorf("%s: %d to %q, cookies %v", target, rec.Code, rec.Header().Get("Location"), cookies)
			continue
		}
		c := cookies[0]
		if !c.HttpOnly || c.SameSite != http.SameSiteStrictMode || c.Path != "/" || c.Domain != "" || c.MaxAge != 0 || !c.Expires.IsZero() {
			t.Errorf("cookie %+v", c)
		}
		if rec := ask("/", c); rec.Code != 200 {
			t.Errorf("with the cookie: %d", rec.Code)
		}
	}
	if cookieName("another-token-0123") == name {
		t.Error("two servers share a cookie")
	}
	if _, err := New(Config{Token: "short"}); err == nil {
		t.Error("a short token is taken")
	}
}

// Every answer, errors included, carries the same strict headers.
func TestHeaders(t *testing.T) {
	w := demoWorld(t)
	check := func(what string, h http.Header, keep bool) {
		t.Helper()
		if h.Get("Content-Security-Policy") != policy || h.Get("X-Content-Type-Options") != "nosniff" || h.Get("Referrer-Policy") != "no-referrer" {
			t.Errorf("%s: headers %v", what, h)
		}
		if got := h.Get("Cache-Control"); keep != strings.Contains(got, "immutable") || !keep && got != "no-store" {
			t.Errorf("%s: Cache-Control %q", what, got)
		}
	}
	for _, path := range append(demoPages(), "/nowhere", "/c/x/y", "/help/nowhere", "/?token=x", "/assets/0/vigie.css", campaignPath+"/reports/2026-W42/9/full.fr.html") {
		check(path, w.get(t, path).Header(), false)
	}
	for path := range files {
		rec := w.get(t, path)
		check(path, rec.Header(), true)
		if rec.Code != 200 || rec.Body.Len() == 0 {
			t.Errorf("%s: %d", path, rec.Code)
		}
	}
	for _, method := range []string{http.MethodPost, http.MethodPut, http.MethodDelete} {
		for site, want := range map[string]int{"cross-site": 403, "same-origin": 405} {
			r := httptest.NewRequest(method, "http://localhost/", nil)
			r.Header.Set("Sec-Fetch-Site", site)
			r.AddCookie(&http.Cookie{Name: cookieName(testToken), Value: testToken})
			rec := httptest.NewRecorder()
			w.pages.ServeHTTP(rec, r)
			if rec.Code != want {
				t.Errorf("%s %s: %d, want %d", method, site, rec.Code, want)
			}
			check(method+" "+site, rec.Header(), false)
		}
	}
}

// What is asked for by name and is not there has a page that says so.
func TestNotFound(t *testing.T) {
	w := demoWorld(t)
	for _, path := range []string{"/nowhere", "/c", "/c/bloc-d-ardoise", "/c/bloc-d-ardoise/x", "/c/x/essais-rentree-2026", "/c/..%2f..%2f/x", campaignPath + "/x", "/help/x", "/aide/..%2findex"} {
		if body := w.text(t, path, 404); !strings.Contains(body, "Campagnes</a>") && !strings.Contains(body, "Campaigns</a>") {
			t.Errorf("%s: no way back", path)
		}
	}
}

// An issued file is sent as it was issued, under its own policy and in a
// sandbox; nothing else of the disk is.
func TestIssued(t *testing.T) {
	w := demoWorld(t)
	base := campaignPath + "/reports/2026-W42/1/"
	rec := w.get(t, base+"full.fr.html")
	if rec.Code != 200 {
		t.Fatalf("the report: %d", rec.Code)
	}
	body := rec.Body.String()
	own := html.UnescapeString(string(metaPolicy.FindSubmatch([]byte(body))[1]))
	got := rec.Header().Get("Content-Security-Policy")
	if got != own+"; frame-ancestors 'none'; sandbox allow-scripts" || !strings.HasPrefix(own, "default-src 'none'; ") || !strings.Contains(own, "script-src 'none'") || !strings.Contains(own, "style-src 'sha256-") {
		t.Errorf("policy %q", got)
	}
	if rec := w.get(t, base+"snapshot.json"); rec.Code != 200 || rec.Header().Get("Content-Type") != "application/json" || !strings.HasPrefix(rec.Header().Get("Content-Security-Policy"), "default-src 'none'; frame") {
		t.Errorf("the figures: %d %v", rec.Code, rec.Header())
	}
	for _, path := range []string{
		"manifest.json", "full.en.html", ".", "..%2f1%2ffull.fr.html", "..%2F..%2F..%2Fcampaign.yaml", "%2e%2e%2fmanifest.json", "full.fr.html%00", "..%5c..%5ccampaign.yaml", "%2fetc%2fpasswd",
	} {
		if rec := w.get(t, base+path); rec.Code != 404 && rec.Code != 301 && rec.Code != 307 {
			t.Errorf("%s: %d\n%.200s", path, rec.Code, rec.Body.String())
		}
	}
	for _, path := range []string{"..%2f/1/campaign.yaml", "..%2f..%2fessais-rentree-2026%2feditions%2f2026-W42/1/full.fr.html", "2026-W42/01/full.fr.html", "2026-W42/%2e%2e/full.fr.html", "2026-W42%2f1/./full.fr.html", "2026-W41/2/full.fr.html"} {
		if rec := w.get(t, campaignPath+"/reports/"+path); rec.Code == 200 {
			t.Errorf("%s: sent", path)
		}
	}
	// A file that was changed afterwards is not passed off as issued; a link
	// out of the folder is not followed.
	dir := filepath.Join(w.dir, "clients", "bloc-d-ardoise", "essais-rentree-2026", "editions", "2026-W41", "1")
	file := filepath.Join(dir, "full.fr.html")
	kept, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	replace := func(put func() error) {
		t.Helper()
		if err := os.Remove(file); err != nil {
			t.Fatal(err)
		}
		if err := put(); err != nil {
			t.Fatal(err)
		}
	}
	defer replace(func() error { return os.WriteFile(file, kept, 0o444) })
	replace(func() error { return os.WriteFile(file, append(slices.Clone(kept), ' '), 0o444) })
	if body := w.text(t, campaignPath+"/reports/2026-W41/1/full.fr.html", 409); !strings.Contains(body, "manifeste") {
		t.Error("a changed file: the page does not say what is wrong")
	}
	replace(func() error { return os.Symlink(filepath.Join(w.dir, "vigie.yaml"), file) })
	if rec := w.get(t, campaignPath+"/reports/2026-W41/1/full.fr.html"); rec.Code == 200 || strings.Contains(rec.Body.String(), "time_zone") {
		t.Errorf("a link out of the folder: %d", rec.Code)
	}
}

// Each choice of days and channels, right or wrong, gives what
// testdata/dashboards/filters.txt says.
func TestFilters(t *testing.T) {
	w := demoWorld(t)
	path := filepath.Join("..", "testdata", "dashboards", "filters.txt")
	text, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	tiles := regexp.MustCompile(`<p class="kpi-v">([^<]*)</p>`)
	var out strings.Builder
	for line := range strings.Lines(string(text)) {
		if strings.HasPrefix(line, "  ") {
			continue
		}
		out.WriteString(line)
		query, ok := strings.CutPrefix(strings.TrimSpace(line), "?")
		if !ok {
			continue
		}
		target := campaignPath
		if query != "" {
			target += "?" + query
		}
		rec := w.get(t, target)
		if rec.Code == 303 {
			fmt.Fprintf(&out, "  goes to %s\n", strings.TrimPrefix(rec.Header().Get("Location"), campaignPath))
			rec = w.get(t, rec.Header().Get("Location"))
		}
		if rec.Code != 200 {
			t.Errorf("?%s: %d", query, rec.Code)
			continue
		}
		body := rec.Body.String()
		for _, m := range regexp.MustCompile(`role="status">([^<]*)</p>`).FindAllStringSubmatch(body, -1) {
			fmt.Fprintf(&out, "  says: %s\n", plain(m[1]))
		}
		chosen := regexp.MustCompile(`<p class="chosen">([^<]*) · <a`).FindStringSubmatch(body)
		fmt.Fprintf(&out, "  %s: %s\n", plain(chosen[1]), plain(tiles.FindStringSubmatch(body)[1])+" conversions")
	}
	if out.String() == string(text) {
		return
	}
	if *update {
		if err := os.WriteFile(path, []byte(out.String()), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	t.Errorf("%s: got\n%s", path, out.String())
}

// Where the campaign stands and where it goes does not follow the period and the
// channels that one looks at.
func TestStanding(t *testing.T) {
	w := demoWorld(t)
	parts := regexp.MustCompile(`(?s)<p class="lead">.*?</p>|<nav class="tabs".*?</nav>|<section class="sec w[845]">.*?</section>`)
	address := regexp.MustCompile(`href="[^"#]*`) // the choice stays in the addresses
	standing := func(query string) string {
		return address.ReplaceAllString(strings.Join(parts.FindAllString(w.text(t, campaignPath+query, 200), -1), "\n"), "")
	}
	want := standing("")
	if strings.Count(want, "<section") != 3 {
		t.Fatalf("pacing, targets and findings are not found in\n%s", want)
	}
	for _, query := range []string{"?period=2026-09", "?period=start", "?channel=linkedin-cse", "?period=dates&from=2026-10-06&to=2026-10-08"} {
		if standing(query) != want {
			t.Errorf("%s changes where the campaign stands", query)
		}
		if findings := w.text(t, campaignPath+"/findings"+query, 200); address.ReplaceAllString(findings, "") != address.ReplaceAllString(w.text(t, campaignPath+"/findings", 200), "") {
			t.Errorf("%s changes the findings", query)
		}
	}
}

// The findings are those that the last report issued held: it was made of the
// same data.
func TestSince(t *testing.T) {
	w := demoWorld(t)
	body := w.text(t, campaignPath+"/findings", 200)
	if n := strings.Count(body, "déjà là au dernier rapport"); n != 6 || strings.Contains(body, "nouveau depuis") {
		t.Errorf("%d of 6 findings were there at the last report", n)
	}
	for path, want := range map[string]string{
		"/":         campaignPath + "/reports/2026-W42/1/full.fr.html",
		"/?lang=en": campaignPath + "/reports/2026-W42/1/full.fr.html?lang=en", // it was not issued in English
	} {
		if body := w.text(t, path, 200); !strings.Contains(body, `href="`+want+`"`) {
			t.Errorf("%s does not lead to %s", path, want)
		}
	}
}

// Lists that are cut say how much they leave out, and lead to it.
func TestMany(t *testing.T) {
	dir := filepath.Join(scratch, "many")
	if err := simulate.Demo(dir); err != nil {
		t.Fatal(err)
	}
	file := filepath.Join(dir, "clients", "bloc-d-ardoise", "essais-rentree-2026", "campaign.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	// Every channel spends half of what it should.
	double := regexp.MustCompile(`(budget: |total: )(\d+)`).ReplaceAllFunc(b, func(m []byte) []byte {
		var n int
		key, number, _ := strings.Cut(string(m), ": ")
		fmt.Sscan(number, &n)
		return fmt.Appendf(nil, "%s: %d", key, 2*n)
	})
	if err := os.WriteFile(file, double, 0o644); err != nil {
		t.Fatal(err)
	}
	w, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	for path, want := range map[string][]string{
		"/":          {"10 constats établis méritent un regard", `Tout voir : <a href="` + campaignPath + `/findings">Séances d’essai, rentrée 2026</a> (5 de plus)`},
		"/?lang=en":  {"10 established findings call for a look", "(5 more)"},
		campaignPath: {"10 constats", `<a href="` + campaignPath + `/findings">et 5 de plus</a>`},
	} {
		body := plain(w.text(t, path, 200))
		for _, x := range want {
			if !strings.Contains(body, x) {
				t.Errorf("%s does not say %q", path, x)
			}
		}
	}
}

// plain is a text with ordinary spaces, as cases are typed.
func plain(s string) string {
	return strings.NewReplacer(locale.NBSP, " ", locale.NNBSP, " ", "\u2060", "").Replace(html.UnescapeString(s))
}

var tags = regexp.MustCompile(`(?s)<script[^>]*>.*?</script>|<svg.*?</svg>|<code>.*?</code>|<[^>]*>`)

// Each page is whole in both languages: its own language in its root element, a
// link to the other, French typography, and no word of the other language.
func TestLanguages(t *testing.T) {
	w := demoWorld(t)
	crooked := regexp.MustCompile(`[\p{L}\d)»] [:;!?%»€]|« |\w'\w`)
	french := regexp.MustCompile(`(?i)\b(dépenses?|constats?|levier|leviers|semaine|rapports?|cibles?|préconisations?|données)\b`)
	english := regexp.MustCompile(`(?i)\b(spend|findings?|channels?|week|report|targets?|recommendations?|the|and)\b`)
	for _, path := range demoPages() {
		body := w.text(t, path, 200)
		lang := "fr"
		if strings.Contains(path, "lang=en") || strings.HasPrefix(path, "/help") {
			lang = "en"
		}
		if !strings.Contains(body, `<html lang="`+lang+`">`) {
			t.Errorf("%s: not in %s", path, lang)
		}
		text := html.UnescapeString(tags.ReplaceAllString(body, "\n"))
		for line := range strings.Lines(text) {
			line = strings.TrimSpace(line)
			// Names that people and platforms gave are what they are.
			if strings.Contains(line, "essai") || strings.HasPrefix(line, "Total") || strings.Contains(line, "Rapport sur les campagnes") || strings.Contains(line, "account_") || strings.Contains(line, "Campaign Performance") || strings.Contains(line, "école") {
				continue
			}
			if lang == "fr" {
				if m := crooked.FindString(line); m != "" {
					t.Errorf("%s: %q in %q", path, m, line)
				}
				if m := english.FindString(line); m != "" && !strings.Contains(path, "/aide/") {
					t.Errorf("%s: English %q in %q", path, m, line)
				}
			} else if m := french.FindString(line); m != "" && !(line == "Rapports" || strings.HasPrefix(line, "Français")) && !strings.EqualFold(m, "report") {
				t.Errorf("%s: French %q in %q", path, m, line)
			}
		}
	}
	// The link to the other language keeps the page and the choice.
	for path, want := range map[string]string{
		campaignPath + "?period=start":         campaignPath + "?lang=en&amp;period=start",
		campaignPath + "?period=start&lang=en": campaignPath + "?period=start",
		"/aide/exports":                        "/help/exports",
		"/aide/demarrer":                       "/help/start",
		"/help/kpi":                            "/aide/indicateurs",
		"/":                                    "/?lang=en",
	} {
		if body := w.text(t, path, 200); !strings.Contains(body, `class="other" href="`+want+`"`) {
			t.Errorf("%s: no link to %s", path, want)
		}
	}
	if body := w.text(t, "/?lang=de", 200); !strings.Contains(body, "inconnue") {
		t.Error("a language that is not known goes unsaid")
	}
}

// hostileWorld has names that are code everywhere a name can be.
var hostileWorld = sync.OnceValues(func() (*world, error) {
	dir := filepath.Join(scratch, "hostile")
	a, err := txtar.ParseFile(filepath.Join("..", "testdata", "dashboards", "hostile.txtar"))
	if err != nil {
		return nil, err
	}
	name := ""
	for _, f := range a.Files {
		if f.Name == "name.csv" {
			name = strings.TrimSpace(string(f.Data))
			continue
		}
		path := filepath.Join(dir, f.Name)
		if err := os.MkdirAll(filepath.Dir(path), 0o755); err != nil {
			return nil, err
		}
		if err := os.WriteFile(path, f.Data, 0o644); err != nil {
			return nil, err
		}
	}
	inbox := filepath.Join(dir, "inbox", "hostile")
	if err := os.MkdirAll(inbox, 0o755); err != nil {
		return nil, err
	}
	// Five weeks in which one channel grows expensive: enough for findings.
	var csv strings.Builder
	csv.WriteString("Day,Campaign,Currency code,Impr.,Clicks,Cost,Conversions,Conv. value\n")
	for i := range locale.Day(35) {
		day := locale.Date(2026, 9, 14) + i
		for j, c := range []string{`</script><script>document.title='x'</script>`, `__f__(1)__f__`, `{{.}} ${1} =1+1`, `<b>hors plan</b>`} {
			cost := 6.0
			if j == 0 && i > 20 {
				cost = 14
			}
			fmt.Fprintf(&csv, "%s,%q,EUR,%d,%d,%.2f,%d,0\n", day, c, 900+10*int(i%7), 40+int(i%5), cost, 3+int(i+locale.Day(j))%3)
		}
	}
	if err := os.WriteFile(filepath.Join(inbox, name), []byte(csv.String()), 0o644); err != nil {
		return nil, err
	}
	return open(dir)
})

const hostilePath = "/c/hostile/noms"

// hostilePages are the pages on which the names stand.
var hostilePages = []string{"/", hostilePath, hostilePath + "?channel=script", hostilePath + "?period=start&lang=en", hostilePath + "/findings", hostilePath + "/findings?lang=en", hostilePath + "/reports", hostilePath + "/data"}

// Names that are code are text on every page and in every option of a chart.
func TestHostileNames(t *testing.T) {
	w, err := hostileWorld()
	if err != nil {
		t.Fatal(err)
	}
	opening := regexp.MustCompile(`<script[^>]*>`)
	for _, path := range hostilePages {
		body := w.text(t, path, 200)
		for _, bad := range []string{"<script>", "</script><script>document", "<img", "<b>hors", "onerror=\""} {
			if strings.Contains(body, bad) {
				i := strings.Index(body, bad)
				t.Errorf("%s: %q in %q", path, bad, body[max(0, i-80):min(len(body), i+80)])
			}
		}
		for _, s := range opening.FindAllString(body, -1) {
			if !strings.HasPrefix(s, `<script defer src="/assets/`) && !strings.HasPrefix(s, `<script type="application/json" data-width="`) {
				t.Errorf("%s: %s", path, s)
			}
		}
		// Values that came in by the address stay text as well.
		for _, q := range []string{"lang", "period", "channel", "from"} {
			sep := "?"
			if strings.Contains(path, "?") {
				sep = "&"
			}
			evil := url.QueryEscape(`"><script>document.title='q'</script>`)
			if body := w.get(t, path+sep+q+"="+evil+"&period=dates").Body.String(); strings.Contains(body, "<script>") || strings.Contains(body, `"><script`) {
				t.Errorf("%s with %s: the address runs in the page", path, q)
			}
		}
	}
	body := html.UnescapeString(w.text(t, hostilePath, 200))
	for _, name := range []string{`</script><script>document.title='x'</script>`, `__f__(1)__f__`, `{{template "top" .}} {a} {b|c} ${d}`, `<img src=x onerror="document.title='client'">`} {
		if !strings.Contains(body, name) {
			t.Errorf("the name %s is not shown as it is", name)
		}
	}
}

// A workspace without data, without campaigns, or with a broken file says what
// is missing, in its place, and shows the rest.
func TestUnfinished(t *testing.T) {
	dir := filepath.Join(scratch, "new")
	if _, err := agency.Init(dir, locale.FR, locale.Date(2026, 9, 28)); err != nil {
		t.Fatal(err)
	}
	w, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	a, err := w.agency()
	if err != nil {
		t.Fatal(err)
	}
	c := a.Clients[0].Campaigns[0]
	path := "/c/" + c.Client.ID + "/" + c.ID
	for target, want := range map[string]string{
		"/": "n’a pas encore de données", path: "inbox/" + c.Client.ID, path + "/findings": "Pas encore de données", path + "/reports": "vigie report build", path + "/data": "Aucun export",
		"/?lang=en": "has no data yet", path + "?lang=en": "Drop the exports", path + "?period=2026-02": "inbox/",
	} {
		if body := w.text(t, target, 200); !strings.Contains(body, want) {
			t.Errorf("%s: does not say %q", target, want)
		}
	}
	file := filepath.Join(dir, filepath.FromSlash(c.File))
	if err := os.WriteFile(file, []byte("name: x\nflight: {start: 2026-09-14, end: 2026-02-31}\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if body := w.text(t, "/", 200); !strings.Contains(body, "campaign.yaml:2:") || !strings.Contains(body, "Pas encore de campagne") {
		t.Error("the list does not say what is wrong in the file")
	}
	if body := w.text(t, path, 500); !strings.Contains(body, "campaign.yaml:2:") {
		t.Error("the page does not say what is wrong in the file")
	}
	if err := os.WriteFile(filepath.Join(dir, "vigie.yaml"), []byte("nom: x\n"), 0o644); err != nil {
		t.Fatal(err)
	}
	if body := w.text(t, "/", 500); !strings.Contains(body, "vigie.yaml:1:") {
		t.Error("the page does not say what is wrong in vigie.yaml")
	}
}

// A page is made anew when data come in or go, or a file of the workspace
// changes, and not before.
func TestFresh(t *testing.T) {
	dir := filepath.Join(scratch, "fresh")
	if err := simulate.Demo(dir); err != nil {
		t.Fatal(err)
	}
	w, err := open(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer w.close()
	first := w.text(t, campaignPath, 200)
	if again := w.text(t, campaignPath, 200); again != first {
		t.Error("the same page twice differs")
	}
	a, err := w.agency()
	if err != nil {
		t.Fatal(err)
	}
	monday := locale.Date(2026, 10, 12)
	_, err = reports.Issue(context.Background(), reports.Source{DB: w.wh.DB(), Campaign: a.Clients[0].Campaigns[0], Now: morning, Version: "test"},
		reports.Request{Kind: reports.KindTracking, From: monday, To: monday + 6}, w.engine, locale.FR)
	if err != nil {
		t.Fatal(err)
	}
	if body := plain(w.text(t, campaignPath+"/reports", 200)); !strings.Contains(body, "n’ont pas bougé depuis") {
		t.Error("the page of reports does not say that the figures of the last one stand")
	}
	if err := w.wh.Undo(context.Background(), 3, morning); err != nil {
		t.Fatal(err)
	}
	without := w.text(t, campaignPath, 200)
	if without == first {
		t.Error("a batch was undone and the page is the same")
	}
	if body := plain(w.text(t, campaignPath+"/reports", 200)); !strings.Contains(body, "ont bougé depuis") || !strings.Contains(body, "Export retiré depuis : account_509871236_campaign_performance_report.csv") {
		t.Error("the page of reports does not say which figures of the last one moved, and why")
	}
	file := filepath.Join(dir, "clients", "bloc-d-ardoise", "essais-rentree-2026", "campaign.yaml")
	b, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(strings.Replace(string(b), "{kpi: cpa, value: 11,", "{kpi: cpa, value: 20,", 1)), 0o644); err != nil {
		t.Fatal(err)
	}
	if body := plain(w.text(t, campaignPath, 200)); !strings.Contains(body, "20,00 €") {
		t.Error("the target changed and the page does not show it")
	}
}
