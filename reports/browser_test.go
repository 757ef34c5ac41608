package reports

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

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

// TestPaper prints the report: A4, and not many more pages than it has
// sections.
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
		if err := chromedp.Do(ctx, chromedp.Navigate("file://"+path)); err != nil {
			t.Fatal(err)
		}
		pdf, err := chromedp.Run(ctx, chromedp.PrintToPDF(chromedp.PDFPreferCSSPageSize(), chromedp.PDFPrintBackground()))
		if err != nil {
			t.Fatal(err)
		}
		if n := len(regexp.MustCompile(`/Type\s*/Page\b[^s]`).FindAll(pdf, -1)); n < 4 || n > 10 {
			t.Errorf("%s: %d pages", l, n)
		}
	}
}
