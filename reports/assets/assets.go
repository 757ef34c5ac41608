// Package assets holds the files that reports and pages are made with and that
// are not ours to write: the chart library and the typeface. It decides which
// version of each the binary carries.
//
// package.json and package-lock.json say what npm ci installs in node_modules,
// which is never committed; the files are embedded by name, so that a missing
// or renamed one stops the build and not a report. To add one, declare its
// package there, embed the file here and add its licence to Notices. kit.js
// and live.js are ours: they are the part of a chart that runs where the
// options are drawn, in the binary's JavaScript engine and in a browser.
package assets

import (
	_ "embed" // the files below
	"encoding/json"
	"fmt"
	"strings"
)

// ECharts draws the charts: the same library in the binary and in a browser.
//
//go:embed node_modules/echarts/dist/echarts.min.js
var ECharts string

// EChartsFR registers the library's own French words.
//
//go:embed node_modules/echarts/i18n/langFR.js
var EChartsFR string

// Kit is the registry of named functions that options refer to, and writes
// numbers and days exactly as internal/locale does.
//
//go:embed kit.js
var Kit string

// Live draws the charts of a page again in the browser, in place of their
// static drawings. A page loads ECharts, EChartsFR, Kit and Live in this order.
//
//go:embed live.js
var Live string

// Style is the stylesheet of reports and pages, without the font faces, whose
// addresses differ between the two.
//
//go:embed vigie.css
var Style string

// A Font is one weight of Inter: the file that pages carry, and the same glyphs
// in the older format whose tables can be read with the standard library, to
// measure text.
type Font struct {
	Weight int    // 400, 600 or 700, as in CSS
	WOFF2  []byte // for pages
	WOFF   []byte // for measuring
}

// Fonts are the embedded weights of Inter, lightest first. They hold the Latin
// part only: a text that we write ourselves uses no other character.
var Fonts = []Font{
	{400, regular2, regular},
	{600, semibold2, semibold},
	{700, bold2, bold},
}

var (
	//go:embed node_modules/@fontsource/inter/files/inter-latin-400-normal.woff2
	regular2 []byte
	//go:embed node_modules/@fontsource/inter/files/inter-latin-400-normal.woff
	regular []byte
	//go:embed node_modules/@fontsource/inter/files/inter-latin-600-normal.woff2
	semibold2 []byte
	//go:embed node_modules/@fontsource/inter/files/inter-latin-600-normal.woff
	semibold []byte
	//go:embed node_modules/@fontsource/inter/files/inter-latin-700-normal.woff2
	bold2 []byte
	//go:embed node_modules/@fontsource/inter/files/inter-latin-700-normal.woff
	bold []byte
)

// A Notice is what the licence of an embedded part asks to be shown.
type Notice struct {
	Name    string
	Version string
	Licence string // SPDX identifier
	Text    string // the licence and notice files, as their authors wrote them
}

var (
	//go:embed package-lock.json
	lock []byte
	//go:embed node_modules/echarts/LICENSE
	echartsLicence string
	//go:embed node_modules/echarts/NOTICE
	echartsNotice string
	//go:embed node_modules/echarts/licenses/LICENSE-d3
	d3Licence string
	//go:embed node_modules/zrender/LICENSE
	zrenderLicence string
	//go:embed node_modules/tslib/LICENSE.txt
	tslibLicence string
	//go:embed node_modules/@fontsource/inter/LICENSE
	interLicence string
)

// Notices are the licences of all embedded parts, to be printed with the
// program's own. zrender and tslib are inside the built ECharts, and so is a
// part of d3.
func Notices() []Notice {
	return []Notice{
		{"Apache ECharts", version("echarts"), "Apache-2.0", texts(echartsNotice, echartsLicence, d3Licence)},
		{"zrender", version("zrender"), "BSD-3-Clause", texts(zrenderLicence)},
		{"tslib", version("tslib"), "0BSD", texts(tslibLicence)},
		{"Inter", version("@fontsource/inter"), "OFL-1.1", texts(interLicence)},
	}
}

// version is the version of an installed package, as the lock file gives it. A
// package that is not in it is a wrong entry of Notices.
func version(name string) string {
	var file struct {
		Packages map[string]struct{ Version string }
	}
	if err := json.Unmarshal(lock, &file); err != nil {
		panic(fmt.Sprintf("package-lock.json: %v", err))
	}
	p, ok := file.Packages["node_modules/"+name]
	if !ok {
		panic(fmt.Sprintf("package-lock.json: no package %q", name))
	}
	return p.Version
}

func texts(files ...string) string {
	for i, f := range files {
		files[i] = strings.TrimSpace(strings.ReplaceAll(f, "\r\n", "\n"))
	}
	return strings.Join(files, "\n\n") + "\n"
}
