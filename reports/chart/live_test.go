package chart

import (
	"context"
	"fmt"
	"net/http"
	"net/http/httptest"
	"os/exec"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/input"
	"github.com/chromedp/chromedp"

	"vigie/internal/locale"
	"vigie/reports/assets"
)

const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// probe notes what goes wrong, and measures texts as the browser draws them.
const probe = `
window.wrong = [];
document.addEventListener('securitypolicyviolation', (e) => wrong.push(e.violatedDirective + ' ' + e.blockedURI + ' ' + e.sample));
addEventListener('error', (e) => wrong.push('error ' + e.message));
window.texts = (root) => [...root.querySelectorAll('text')].map((t) => {
  const r = t.getBoundingClientRect(), s = t.closest('svg').getBoundingClientRect();
  return {text: t.textContent, x0: r.left - s.left, y0: r.top - s.top, x1: r.right - s.left, y1: r.bottom - s.top, w: s.width, h: s.height};
}).filter((t) => t.text);
window.live = (id) => texts(document.querySelector('#' + id + ' .chart-live'));
window.drawn = (id, i) => texts([...document.querySelectorAll('#' + id + ' > svg')][i]);
`

const style = `
@font-face{font-family:Inter;font-weight:400;src:url(inter-400.woff2)}
@font-face{font-family:Inter;font-weight:600;src:url(inter-600.woff2)}
body{margin:16px;font:14px Inter}
figure{margin:0 0 20px}
.chart-live text{font-family:Inter,'Noto Sans',Arial!important}
`

// chromium opens a browser with a page of its own; the test is skipped where
// there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			path = p
			break
		}
	}
	if path == "" {
		t.Skip("no Chromium: apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.NoSandbox, chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.WindowSize(1164, 900))
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 60*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// eval is the value of an expression in the page.
func eval[T any](t *testing.T, ctx context.Context, js string) T {
	t.Helper()
	v, err := chromedp.Run(ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		t.Fatalf("%s: %v", js, err)
	}
	return v
}

// figure is a figure as a page has it: drawings and options for two widths.
func figure(t *testing.T, id string, charts ...Chart) string {
	t.Helper()
	var b strings.Builder
	fmt.Fprintf(&b, `<figure id="%s">`, id)
	for _, c := range charts {
		b.WriteString(draw(t, c))
		fmt.Fprintf(&b, `<script type="application/json" data-width="%d" data-height="%d">%s</script>`, c.Width, c.Height, c.Options)
	}
	b.WriteString("</figure>\n")
	return b.String()
}

// serve answers with the page and what it loads, under a strict policy.
func serve(t *testing.T, page string) string {
	t.Helper()
	files := map[string]string{
		"/": page, "/probe.js": probe, "/page.css": style,
		"/echarts.min.js": assets.ECharts, "/langFR.js": assets.EChartsFR, "/kit.js": assets.Kit, "/live.js": assets.Live,
	}
	for _, f := range assets.Fonts {
		files[fmt.Sprintf("/inter-%d.woff2", f.Weight)] = string(f.WOFF2)
	}
	server := httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		body, ok := files[r.URL.Path]
		if !ok {
			http.NotFound(w, r)
			return
		}
		w.Header().Set("Content-Security-Policy", policy)
		w.Header().Set("X-Content-Type-Options", "nosniff")
		switch {
		case strings.HasSuffix(r.URL.Path, ".js"):
			w.Header().Set("Content-Type", "text/javascript; charset=utf-8")
		case strings.HasSuffix(r.URL.Path, ".css"):
			w.Header().Set("Content-Type", "text/css")
		case strings.HasSuffix(r.URL.Path, ".woff2"):
			w.Header().Set("Content-Type", "font/woff2")
		default:
			w.Header().Set("Content-Type", "text/html; charset=utf-8")
		}
		fmt.Fprint(w, body)
	}))
	t.Cleanup(server.Close)
	return server.URL + "/"
}

// A box is a text of the page and where the browser drew it, px from the
// drawing's corner.
type box struct {
	Text           string
	X0, Y0, X1, Y1 float64
	W, H           float64
}

func textsOf(boxes []box) []string {
	var out []string
	for _, b := range boxes {
		out = append(out, b.Text)
	}
	slices.Sort(out)
	return out
}

// apart: the browser, with its own font, draws no text over another nor past
// the edge.
func apart(t *testing.T, what string, boxes []box) {
	t.Helper()
	for i, a := range boxes {
		if a.X0 < -1.5 || a.X1 > a.W+1.5 || a.Y0 < -3 || a.Y1 > a.H+3 {
			t.Errorf("%s: %q passes the edge: %.1f", what, a.Text, []float64{a.X0, a.Y0, a.X1, a.Y1, a.W, a.H})
		}
		for _, b := range boxes[:i] {
			// The browser's boxes have the font's full height: lines may touch.
			const touch = 3.5
			if a.X0 < b.X1-1 && b.X0 < a.X1-1 && a.Y0 < b.Y1-touch && b.Y0 < a.Y1-touch {
				t.Errorf("%s: %q covers %q: %.1f %.1f", what, a.Text, b.Text, []float64{a.X0, a.Y0, a.X1, a.Y1}, []float64{b.X0, b.Y0, b.X1, b.Y1})
			}
		}
	}
}

// In a browser with a strict content policy the charts are drawn live from the
// same options, at the width there is, with the texts of the static drawings;
// what cannot be drawn stays static.
func TestLive(t *testing.T) {
	ctx := chromium(t)
	var page strings.Builder
	page.WriteString(`<!doctype html><html lang="fr"><meta charset="utf-8"><title>titre</title><link rel="stylesheet" href="page.css"><script src="probe.js"></script>` + "\n")
	var ids []string
	static := map[string][]Chart{}
	for _, k := range kinds {
		for _, names := range [][]string{nil, hostile} {
			id, d := k.name, k.load(t)
			if names != nil {
				id += "-named"
				rename(d, names...)
			}
			ids = append(ids, id)
			for _, m := range []Medium{Wide, Phone} {
				c := k.draw(d, locale.FR, m)
				c.ID = id + "-" + m.ID
				static[id] = append(static[id], c)
			}
			page.WriteString(figure(t, id, static[id]...))
		}
	}
	broken := static["waterfall"][0]
	page.WriteString(strings.Replace(figure(t, "broken", broken), `"$f":"text"`, `"$f":"no such function"`, 1))
	page.WriteString(`<script src="echarts.min.js"></script><script src="langFR.js"></script><script src="kit.js"></script><script src="live.js"></script></html>`)

	wait := func(what, js string) {
		t.Helper()
		for range 100 {
			if eval[bool](t, ctx, js) {
				return
			}
			time.Sleep(50 * time.Millisecond)
		}
		t.Fatalf("%s: still not so after 5 s", what)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate(serve(t, page.String()))); err != nil {
		t.Fatal(err)
	}
	count := fmt.Sprintf("document.querySelectorAll('.chart-live svg').length === %d", len(ids))
	wait("all charts are live", count)

	compare := func(i int) {
		t.Helper()
		for _, id := range ids {
			live := eval[[]box](t, ctx, fmt.Sprintf("live(%q)", id))
			apart(t, "live "+id, live)
			var want []string
			for _, l := range labels(t, draw(t, static[id][i])) {
				want = append(want, l.text)
			}
			slices.Sort(want)
			if got := textsOf(live); !slices.Equal(got, want) {
				t.Errorf("%s at %d px: live texts\n%q, static\n%q", id, static[id][i].Width, got, want)
			}
			label := eval[string](t, ctx, fmt.Sprintf("document.querySelector('#%s .chart-live').getAttribute('aria-label')", id))
			if clean(label) != clean(escaped(static[id][i].Message)) {
				t.Errorf("%s: aria-label %q", id, label)
			}
		}
	}
	compare(0)

	// The pointer shows the values of its day, beside the name as it is.
	hover := func(id string, x, y float64, want string) {
		t.Helper()
		at := eval[struct{ X, Y float64 }](t, ctx, fmt.Sprintf(`(() => {
			const e = document.querySelector('#%s .chart-live');
			e.scrollIntoView({block: 'center'});
			const r = e.getBoundingClientRect();
			return {X: r.left + %g * r.width, Y: r.top + %g * r.height};
		})()`, id, x, y))
		for i := range 3 {
			if err := chromedp.Do(ctx, chromedp.MouseEvent(input.DispatchMouseEventTypeMouseMoved, at.X+float64(i), at.Y)); err != nil {
				t.Fatal(err)
			}
		}
		wait(fmt.Sprintf("the pointer at %g, %g on %s shows %q", x, y, id, want), fmt.Sprintf("live(%q).some((t) => t.text.trim() === %q)", id, want))
	}
	hover("pacing", 0.34, 0.5, "mardi 15\u00a0septembre")
	hover("daily-named", 0.2, 0.5, seriesName(rename(daily.load(t), hostile...).(*DailyData).Name, Wide))
	for i, q := range rename(multiples.load(t), hostile...).(*MultiplesData).Panels {
		if q.TooFew == "" {
			hover("multiples-named", 0.1+0.33*float64(i%3), 0.3+0.5*float64(i/3), seriesName(q.Name, Wide))
		}
	}

	// Printing takes the static drawings.
	eval[bool](t, ctx, "dispatchEvent(new Event('beforeprint'))")
	wait("static drawings are back for print", "document.querySelectorAll('.chart-live').length === 0 && document.querySelectorAll('#pacing > svg').length === 2")
	for _, id := range ids {
		for i := range 2 {
			apart(t, fmt.Sprintf("static %s at %d px", id, static[id][i].Width), eval[[]box](t, ctx, fmt.Sprintf("drawn(%q, %d)", id, i)))
		}
	}
	eval[bool](t, ctx, "dispatchEvent(new Event('afterprint'))")
	wait("all charts are live again", count)

	// A phone gets the options for its width.
	if err := chromedp.Do(ctx, chromedp.EmulateViewport(390, 800)); err != nil {
		t.Fatal(err)
	}
	wait("all charts are narrow", "[...document.querySelectorAll('.chart-live svg')].every((s) => s.getBoundingClientRect().width <= 358)")
	compare(1)

	if n := eval[int](t, ctx, "document.querySelectorAll('#broken > svg').length"); n != 1 {
		t.Errorf("a chart that cannot be drawn has %d static drawings, want 1", n)
	}
	for _, w := range eval[[]string](t, ctx, "wrong") {
		t.Errorf("in the page: %s", w)
	}
	if name := eval[string](t, ctx, "document.title"); name != "titre" {
		t.Errorf("the page's title became %q", name)
	}
}

// The widths computed here are those of the browser, so that labels end where
// they are thought to.
func TestWidths(t *testing.T) {
	ctx := chromium(t)
	texts := []string{"Attendu 6\u202f043\u00a0€", "[5\u202f931\u00a0; 6\u202f164]", "Dépenses média", "réalisé", "30\u00a0sept.", "Meta prospection", "+0,4\u00a0pt", "−2,64", "Prospection élargie — audience similaire"}
	page := `<!doctype html><meta charset="utf-8"><link rel="stylesheet" href="page.css"><script src="probe.js"></script><p>x <b>y</b></p>`
	if err := chromedp.Do(ctx, chromedp.Navigate(serve(t, page))); err != nil {
		t.Fatal(err)
	}
	for _, weight := range []int{400, 600} {
		for _, s := range texts {
			got := eval[float64](t, ctx, fmt.Sprintf("document.fonts.load('%d 12px Inter').then(() => { const c = document.createElement('canvas').getContext('2d'); c.font = '%d 12px Inter'; return c.measureText(%q).width })", weight, weight, s))
			if want := Width(s, 12, weight); got < want*0.97-0.5 || got > want*1.01+0.5 {
				t.Errorf("%q, weight %d: %.2f px in the browser, %.2f here", s, weight, got, want)
			}
		}
	}
}
