package dashboards

import (
	"crypto/sha256"
	_ "embed" // the files below
	"encoding/hex"
	"fmt"
	"net/http"
	"strings"

	"vigie/reports/assets"
)

// filters.js is the only script of our own beside the charts'.
//
//go:embed filters.js
var filtersScript string

//go:embed icon.svg
var icon string

// asset is a file that pages load, under an address that changes with its
// content: browsers may keep it for good.
type asset struct {
	path, kind string
	body       []byte
}

// files are the pages' files by address, and addresses the addresses by name.
var files, addresses = pageFiles()

func pageFiles() (map[string]asset, map[string]string) {
	byPath, byName := map[string]asset{}, map[string]string{}
	add := func(name, kind string, body []byte) {
		sum := sha256.Sum256(body)
		a := asset{"/assets/" + hex.EncodeToString(sum[:8]) + "/" + name, kind, body}
		byPath[a.path], byName[name] = a, a.path
	}
	var style strings.Builder
	for _, f := range assets.Fonts {
		name := fmt.Sprintf("inter-%d.woff2", f.Weight)
		add(name, "font/woff2", f.WOFF2)
		fmt.Fprintf(&style, "@font-face{font-family:Inter;font-style:normal;font-weight:%d;font-display:swap;src:url(%s) format(\"woff2\")}\n", f.Weight, byName[name])
	}
	style.WriteString(assets.Style)
	add("vigie.css", "text/css; charset=utf-8", []byte(style.String()))
	for name, code := range map[string]string{
		"echarts.min.js": assets.ECharts, "langFR.js": assets.EChartsFR, "kit.js": assets.Kit, "live.js": assets.Live, "filters.js": filtersScript,
	} {
		add(name, "text/javascript; charset=utf-8", []byte(code))
	}
	add("icon.svg", "image/svg+xml", []byte(icon))
	return byPath, byName
}

func serveAsset(w http.ResponseWriter, r *http.Request) {
	a, ok := files[r.URL.Path]
	if !ok {
		http.NotFound(w, r)
		return
	}
	h := w.Header()
	h.Set("Content-Type", a.kind)
	h.Set("Content-Length", fmt.Sprint(len(a.body)))
	h.Set("Cache-Control", "public, max-age=31536000, immutable")
	w.Write(a.body)
}
