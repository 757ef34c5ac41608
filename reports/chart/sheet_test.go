package chart

import (
	"fmt"
	"maps"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"vigie/internal/locale"
	"vigie/reports/assets"
)

// TestSheet writes a page a language and medium with every chart, once as its
// case has it, once with long names, and with data of other sizes, to the folder that VIGIE_SHEET names:
// what a change did to the looks is to be seen there before goldens are
// written anew.
func TestSheet(t *testing.T) {
	folder := os.Getenv("VIGIE_SHEET")
	if folder == "" {
		t.Skip("VIGIE_SHEET names no folder to write a contact sheet to")
	}
	var fonts strings.Builder
	for _, f := range assets.Fonts {
		name := fmt.Sprintf("inter-%d.woff2", f.Weight)
		if err := os.WriteFile(filepath.Join(folder, name), f.WOFF2, 0o644); err != nil {
			t.Fatal(err)
		}
		fmt.Fprintf(&fonts, "@font-face{font-family:Inter;font-weight:%d;src:url(%s)}", f.Weight, name)
	}
	everywhere(func(l locale.Lang, m Medium) {
		var b strings.Builder
		fmt.Fprintf(&b, `<!doctype html><meta charset="utf-8"><title>%s %s</title><style>%s`, l, m.ID, fonts.String())
		fmt.Fprintf(&b, `body{margin:20px;font:12px Inter;width:%dpx}figure{margin:0 0 28px}svg{outline:1px dotted #f0c}figcaption{color:#626e7b}</style>`, m.Width)
		for _, k := range kinds {
			for i, names := range [][]string{nil, {"Prospection élargie — audience similaire 3 % acheteurs récents", hostile[0]}} {
				d := k.load(t)
				if names != nil {
					rename(d, names...)
				}
				c := k.draw(d, l, m)
				c.ID += fmt.Sprint(i)
				fmt.Fprintf(&b, "<figure>%s<figcaption>%s</figcaption></figure>\n", draw(t, c), escape(c.Note))
			}
		}
		shapes := others()
		for i, name := range slices.Sorted(maps.Keys(shapes)) {
			c := shapes[name](l, m)
			c.ID += fmt.Sprint("-other", i)
			fmt.Fprintf(&b, "<figure>%s<figcaption>%s. %s</figcaption></figure>\n", draw(t, c), escape(name), escape(c.Note))
		}
		nan := math.NaN()
		b.WriteString(Sparkline([]float64{3, 4, 3.5, 5, 4, 4, 6, 5.5, 7, 6, 6.5, 6, 7, 6.5}, Good, "x") + " ")
		b.WriteString(Sparkline([]float64{3, 4, 3.5, 5, nan, 4, 6, 5.5, 7, 3, nan, 6, nan, 4, 4.5, 6}, Bad, "x") + " ")
		b.WriteString(Sparkline([]float64{2, 2, 2}, Noise, ""))
		if err := os.WriteFile(filepath.Join(folder, string(l)+"-"+m.ID+".html"), []byte(b.String()), 0o644); err != nil {
			t.Fatal(err)
		}
	})
}
