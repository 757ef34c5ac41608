package reports

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/chromedp/cdproto/cdp"
	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"

	"vigie/internal/locale"
)

// chromium opens a browser; the test is skipped where there is none.
func chromium(t *testing.T) context.Context {
	t.Helper()
	if testing.Short() {
		t.Skip("a browser takes a while")
	}
	path, err := exec.LookPath("chromium")
	if err != nil {
		t.Skip("no Chromium: sudo apt-get install chromium")
	}
	options := append(chromedp.DefaultExecAllocatorOptions[:], chromedp.ExecPath(path), chromedp.DisableGPU, chromedp.UserDataDir(t.TempDir()),
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-component-update", true))
	if os.Getenv("VIGIE_CHROMIUM_NO_SANDBOX") == "1" || os.Getuid() == 0 {
		options = append(options, chromedp.NoSandbox)
	}
	ctx, cancel := chromedp.NewExecAllocator(t.Context(), options...)
	t.Cleanup(cancel)
	ctx, cancel = chromedp.NewContext(ctx)
	t.Cleanup(cancel)
	if err := chromedp.Do(ctx); err != nil {
		t.Fatal(err)
	}
	ctx, cancel = context.WithTimeout(ctx, 90*time.Second)
	t.Cleanup(cancel)
	return ctx
}

// layout is what a page measures of itself: how far it spills to the right,
// which texts of drawings are cut, how many drawings show.
const layout = `(() => {
  const width = document.documentElement.clientWidth;
  const inside = (e) => { for (let p = e; p; p = p.parentElement) if (p.classList.contains('tw')) return true; return false };
  const wide = [...document.querySelectorAll('body *')].filter((e) => !inside(e) && e.getBoundingClientRect().right > width + 1 && e.getClientRects().length).map((e) => e.tagName + '.' + e.getAttribute('class') + ' ' + (e.textContent || '').trim().slice(0, 40));
  const shown = [...document.querySelectorAll('figure')].map((f) => [...f.querySelectorAll('.chart')].filter((c) => c.getClientRects().length).length);
  return JSON.stringify({spill: document.documentElement.scrollWidth - width, wide: wide.slice(0, 5), shown: shown.filter((n) => n !== 1).length, title: document.title});
})()`

// TestBrowser opens the report from disk, on a screen and on a phone, in both
// languages: nothing spills, each figure shows one drawing, and a name that is
// a script is a name.
func TestBrowser(t *testing.T) {
	ctx := chromium(t)
	e := engine(t)
	dir := t.TempDir()
	for _, l := range locale.Langs {
		body, err := HTML(snapshot(t), l, e)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(dir, string(l)+".html")
		if err := os.WriteFile(path, body, 0o644); err != nil {
			t.Fatal(err)
		}
		for _, width := range []int64{1280, 820, 390} {
			if err := chromedp.Do(ctx, chromedp.EmulateViewport(width, 900), chromedp.Navigate("file://"+path)); err != nil {
				t.Fatal(err)
			}
			got, err := chromedp.Run(ctx, chromedp.Evaluate[string](layout))
			if err != nil {
				t.Fatal(err)
			}
			s := snapshot(t)
			want := `{"spill":0,"wide":[],"shown":0,"title":"` + s.Campaign.Name + " — " + s.Client.Name + ", " + NewPage(s, l, e).KindLabel() + `"}`
			if got != want {
				t.Errorf("%s at %d: %s, want %s", l, width, got, want)
			}
		}
	}
	body, err := HTML(renamed(t, 0), locale.FR, e)
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "hostile.html")
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path)); err != nil {
		t.Fatal(err)
	}
	title, err := chromedp.Run(ctx, chromedp.Evaluate[string]("document.title"))
	if err != nil {
		t.Fatal(err)
	}
	if title == "x" {
		t.Error("a campaign's name ran")
	}
}

// medium is the kind of medium that a page is shown on: screen or print.
func medium(kind string) chromedp.Action[chromedp.Void] {
	return func(ctx context.Context, p *chromedp.Target) (chromedp.Void, error) {
		_, err := cdp.Call(ctx, p, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Media: kind})
		return chromedp.Void{}, err
	}
}

// paperWidth is what an A4 page leaves between its margins, px.
const paperWidth = 687

// TestPaper prints the report on A4, at its own scale: 8 points stay 8 points.
func TestPaper(t *testing.T) {
	ctx := chromium(t)
	e := engine(t)
	for _, l := range locale.Langs {
		body, err := HTML(snapshot(t), l, e)
		if err != nil {
			t.Fatal(err)
		}
		path := filepath.Join(t.TempDir(), "report.html")
		if err := os.WriteFile(path, body, 0o644); err != nil {
			t.Fatal(err)
		}
		if err := chromedp.Do(ctx, medium("print"), chromedp.EmulateViewport(paperWidth, 900), chromedp.Navigate("file://"+path)); err != nil {
			t.Fatal(err)
		}
		width, err := chromedp.Run(ctx, chromedp.Evaluate[int]("document.documentElement.scrollWidth"))
		if err != nil {
			t.Fatal(err)
		}
		if width > paperWidth+3 { // charts are 690 px wide, and shrink by that
			t.Errorf("%s: %d px of width on %d: the whole report is printed smaller", l, width, paperWidth)
		}
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1)); n < 4 || n > 9 {
			t.Errorf("%s: %d pages", l, n)
		}
	}
}

// TestLongNames gives a channel a long name without a space: on a desk, a phone
// and paper every number of its tables stays in view.
func TestLongNames(t *testing.T) {
	ctx := chromium(t)
	s := snapshot(t)
	b, err := s.Encode()
	if err != nil {
		t.Fatal(err)
	}
	long, err := Decode([]byte(strings.ReplaceAll(string(b), s.Channels[2].Label, strings.Repeat("Prospection_", 17))))
	if err != nil {
		t.Fatal(err)
	}
	body, err := HTML(long, locale.FR, engine(t))
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(t.TempDir(), "long.html")
	if err := os.WriteFile(path, body, 0o644); err != nil {
		t.Fatal(err)
	}
	for _, at := range []struct {
		kind  string
		width int64
	}{{"screen", 1280}, {"screen", 390}, {"print", paperWidth}} {
		if err := chromedp.Do(ctx, medium(at.kind), chromedp.EmulateViewport(at.width, 900), chromedp.Navigate("file://"+path)); err != nil {
			t.Fatal(err)
		}
		out, err := chromedp.Run(ctx, chromedp.Evaluate[[]string](`[...document.querySelectorAll('.tw')].filter((e) => e.getClientRects().length && !e.closest('details') && e.scrollWidth > e.clientWidth + 1).map((e) => e.getAttribute('aria-label') + ' ' + e.scrollWidth + ' of ' + e.clientWidth)
			.concat(document.documentElement.scrollWidth > innerWidth + 3 ? ['the page: ' + document.documentElement.scrollWidth] : [])`))
		if err != nil {
			t.Fatal(err)
		}
		for _, x := range out {
			t.Errorf("%s, %d px: %s", at.kind, at.width, x)
		}
	}
}
