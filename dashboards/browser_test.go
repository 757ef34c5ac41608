package dashboards

import (
	"context"
	"fmt"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	cdplog "github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
)

// browser is a real Chromium that looks at the pages of a world.
type browser struct {
	t    *testing.T
	ctx  context.Context
	base string

	mu    sync.Mutex
	wrong []string // what the page's console and its policy complained of
}

// look opens a browser that has followed the link with the token; the test is
// skipped where there is none.
func look(t *testing.T, w *world) *browser {
	t.Helper()
	var binary string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome"} {
		if p, err := exec.LookPath(name); err == nil {
			binary = p
			break
		}
	}
	if binary == "" {
		t.Skip("no Chromium: apt-get install chromium")
	}
	if testing.Short() {
		t.Skip("a browser takes a while")
	}
	server := httptest.NewServer(w.pages)
	t.Cleanup(server.Close)
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(binary), chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true), chromedp.Flag("lang", "fr"))
	if os.Getenv("VIGIE_CHROMIUM_NO_SANDBOX") == "1" || os.Geteuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	b := &browser{t: t, base: server.URL}
	ctx, cancel = chromedp.NewContext(ctx, chromedp.WithListener(b.listen))
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	b.ctx, cancel = context.WithTimeout(ctx, 5*time.Minute)
	t.Cleanup(cancel)
	b.do(func(ctx context.Context, p *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, p, cdplog.Enable, cdp.Empty{})
		return chromedp.Void{}, err
	})
	b.open("/?token=" + testToken)
	return b
}

func (b *browser) listen(ev any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch ev := ev.(type) {
	case *cdplog.EventEntryAdded:
		b.wrong = append(b.wrong, fmt.Sprintf("%s: %s %s", ev.Entry.Source, ev.Entry.Text, ev.Entry.URL))
	case *runtime.EventConsoleAPICalled:
		var words []string
		for _, a := range ev.Args {
			words = append(words, string(a.Value))
		}
		b.wrong = append(b.wrong, fmt.Sprintf("console.%s: %s", ev.Type, strings.Join(words, " ")))
	case *runtime.EventExceptionThrown:
		b.wrong = append(b.wrong, "exception: "+ev.ExceptionDetails.Text)
	}
}

// complaints are what went wrong since the last call.
func (b *browser) complaints() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	w := slices.Clone(b.wrong)
	b.wrong = nil
	return w
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	if err := chromedp.Do(b.ctx, steps...); err != nil {
		b.t.Fatal(err)
	}
}

func (b *browser) open(path string) {
	b.t.Helper()
	b.do(chromedp.Navigate(b.base + path))
}

// eval is the value of an expression in the page.
func eval[T any](b *browser, js string) T {
	b.t.Helper()
	v, err := chromedp.Run(b.ctx, chromedp.Evaluate[T](js, chromedp.EvalAwaitPromise))
	if err != nil {
		b.t.Fatalf("%s: %v", js[:min(len(js), 200)], err)
	}
	return v
}

// wait waits until an expression holds. A page that is being left cannot say:
// that is not yet, and shown if it stays so.
func (b *browser) wait(what, js string) {
	b.t.Helper()
	var err error
	for range 600 { // half a minute: the machine may be busy
		var holds bool
		if holds, err = chromedp.Run(b.ctx, chromedp.Evaluate[bool](js, chromedp.EvalAwaitPromise)); holds && err == nil {
			return
		}
		time.Sleep(50 * time.Millisecond)
	}
	b.t.Fatalf("%s: still not so after 30 s (%v)", what, err)
}

func (b *browser) width(px int64) { b.t.Helper(); b.do(chromedp.EmulateViewport(px, 900)) }

func (b *browser) scheme(s string) {
	b.t.Helper()
	b.do(func(ctx context.Context, p *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: s}}})
		return chromedp.Void{}, err
	})
}

func (b *browser) scripts(on bool) {
	b.t.Helper()
	b.do(func(ctx context.Context, p *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, p, emulation.SetScriptExecutionDisabled, emulation.SetScriptExecutionDisabledParams{Value: !on})
		return chromedp.Void{}, err
	})
}

// axe is the accessibility checker, a development package of reports/assets;
// empty where it is not installed.
var axe = func() string {
	b, _ := os.ReadFile(filepath.Join("..", "reports", "assets", "node_modules", "axe-core", "axe.min.js"))
	return string(b)
}()

// violations are what axe-core finds wrong with the page.
func (b *browser) violations() []string {
	b.t.Helper()
	return eval[[]string](b, axe+`;
axe.run().then((r) => r.violations.flatMap((v) => v.nodes.map((n) => v.id + ' at ' + n.target + ': ' + n.failureSummary)))`)
}

// Each page at the width of a desk and of a phone, in light and dark: nothing
// breaks its policy or lands in its console, charts are drawn live, nothing
// sticks out, and axe-core finds nothing.
func TestBrowser(t *testing.T) {
	b := look(t, demoWorld(t))
	if axe == "" {
		t.Log("accessibility is not checked: npm ci in reports/assets")
	}
	for _, path := range []string{
		"/", campaignPath, campaignPath + "?period=start&channel=search-generique&channel=linkedin-cse&lang=en", campaignPath + "/findings", campaignPath + "/reports",
		campaignPath + "/data?lang=en", campaignPath + "?period=hier", "/aide", "/aide/indicateurs", "/help/findings", "/nowhere",
	} {
		for _, width := range []int64{1280, 390} {
			b.scheme("light")
			b.width(width)
			b.open(path)
			at := fmt.Sprintf("%s at %d px", path, width)
			b.wait(at+": charts are live", `(() => {
				const all = [...document.querySelectorAll('figure')];
				return all.every((f) => f.querySelectorAll('.chart-live svg').length === 1 && f.querySelector('.chart-live svg text'));
			})()`)
			if n := eval[int](b, "document.documentElement.scrollWidth - innerWidth"); n > 0 {
				t.Errorf("%s: %d px stick out", at, n)
			}
			for _, scheme := range []string{"light", "dark"} {
				b.scheme(scheme)
				if axe == "" {
					continue
				}
				for _, v := range b.violations() {
					t.Errorf("%s, %s: %s", at, scheme, v)
				}
			}
			for _, w := range b.complaints() {
				if path != "/nowhere" || !strings.Contains(w, "404") {
					t.Errorf("%s: %s", at, w)
				}
			}
		}
	}
}

// Without JavaScript the same charts are there, drawn by the server.
func TestWithoutScripts(t *testing.T) {
	b := look(t, demoWorld(t))
	b.scripts(false)
	for _, width := range []int64{1280, 390} {
		b.width(width)
		b.open(campaignPath)
		// Expressions of the test run all the same.
		if n := eval[int](b, "document.querySelectorAll('.chart-live').length"); n != 0 {
			t.Fatalf("%d live charts without JavaScript", n)
		}
		seen := eval[[]string](b, `[...document.querySelectorAll('figure')].map((f) => {
			const shown = [...f.querySelectorAll('.chart svg')].filter((s) => s.getBoundingClientRect().width > 0);
			return shown.length + ' ' + shown.every((s) => s.getBoundingClientRect().right <= innerWidth && Math.abs(s.getBoundingClientRect().width - s.getAttribute('width')) < 1);
		})`)
		if len(seen) != 4 {
			t.Errorf("%d figures, want 4", len(seen))
		}
		for i, s := range seen {
			if s != "1 true" {
				t.Errorf("figure %d at %d px: %s, want one drawing at its own size", i, width, s)
			}
		}
	}
	for _, w := range b.complaints() {
		t.Error(w)
	}
}

// The form changes the address and the figures.
func TestForm(t *testing.T) {
	b := look(t, demoWorld(t))
	conversions := func() string { return eval[string](b, "document.querySelector('.kpi-v').textContent") }
	search := func() string { return eval[string](b, "location.search") }
	submit := func(change string) {
		b.t.Helper()
		eval[bool](b, "window.before = true; "+change+"; document.querySelector('.filters button').click(); true")
		b.wait("the page changes", "!window.before && document.readyState === 'complete'")
	}
	b.open(campaignPath)
	if conversions() != "102" || search() != "" {
		t.Fatalf("at first: %s conversions at %q", conversions(), search())
	}
	submit("document.querySelector('#period').value = 'start'")
	if conversions() != "602" || search() != "?period=start" {
		t.Errorf("since the start: %s conversions at %q", conversions(), search())
	}
	submit("document.querySelectorAll('[name=channel]').forEach((c, i) => { c.checked = i === 0 })")
	if conversions() != "248" || search() != "?channel=search-generique&period=start" {
		t.Errorf("one channel: %s conversions at %q", conversions(), search())
	}
	// To change a date is to choose other dates.
	submit("for (const [n, v] of [['from', '2026-09-20'], ['to', '2026-09-26']]) { const i = document.querySelector('#' + n); i.value = v; i.dispatchEvent(new Event('input')) }")
	if search() != "?channel=search-generique&from=2026-09-20&period=dates&to=2026-09-26" {
		t.Errorf("other dates: at %q", search())
	}
	// To choose a period afterwards puts the dates back.
	submit("document.querySelector('#from').value = '2026-09-21'; const p = document.querySelector('#period'); p.value = 'fortnight'; p.dispatchEvent(new Event('change'))")
	if search() != "?channel=search-generique&period=fortnight" {
		t.Errorf("a period after dates: at %q", search())
	}
	for _, w := range b.complaints() {
		t.Error(w)
	}
}

// Names that are code do nothing in the browser either, live charts included,
// and the issued report opens in its sandbox.
func TestHostileBrowser(t *testing.T) {
	w, err := hostileWorld()
	if err != nil {
		t.Fatal(err)
	}
	b := look(t, w)
	for _, path := range hostilePages {
		b.open(path)
		b.wait(path+": charts are live", "[...document.querySelectorAll('figure')].every((f) => f.querySelector('.chart-live svg text'))")
		if s := eval[string](b, "document.title"); !strings.HasSuffix(s, "· Vigie") {
			t.Errorf("%s: the title became %q", path, s)
		}
		if n := eval[int](b, "document.querySelectorAll('img, main script:not([type=\"application/json\"])').length"); n > 0 {
			t.Errorf("%s: %d elements that a name made", path, n)
		}
	}
	for _, w := range b.complaints() {
		t.Error(w)
	}
}

func TestIssuedBrowser(t *testing.T) {
	b := look(t, demoWorld(t))
	b.open(campaignPath + "/reports")
	eval[bool](b, "document.querySelector('a.file').click(); true")
	b.wait("the report opens", "location.pathname.endsWith('.html') && document.readyState === 'complete' && document.querySelectorAll('svg').length > 5")
	if s := eval[string](b, "getComputedStyle(document.querySelector('h1')).fontFamily + ' ' + document.fonts.check('12px Inter') + ' ' + window.origin"); !strings.HasPrefix(s, "Inter") || !strings.HasSuffix(s, "true null") {
		t.Errorf("the report in its sandbox: %s", s)
	}
	for _, w := range b.complaints() {
		t.Error(w)
	}
}
