// Package render writes finished content in a format: one file a format. It
// decides what a document carries with it and what it may do where it is
// opened, and knows nothing of campaigns.
package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/base64"
	"fmt"
	"html/template"
	"strings"

	"vigie/internal/locale"
	"vigie/reports/assets"
)

// Document is a page to be written as one file.
type Document struct {
	Lang  locale.Lang
	Title string
	Body  template.HTML
}

var page = template.Must(template.New("page").Parse(`<!doctype html>
<html lang="{{.Lang}}" data-theme="light">
<head>
<meta charset="utf-8">
<meta http-equiv="Content-Security-Policy" content="{{.Policy}}">
<meta name="viewport" content="width=device-width, initial-scale=1">
<meta name="generator" content="Vigie">
<meta name="referrer" content="no-referrer">
<title>{{.Title}}</title>
<style>{{.Style}}</style>
</head>
<body>
{{.Body}}
</body>
</html>
`))

// HTML writes a document that opens anywhere without a network: style and
// fonts are inside, nothing runs, and its own policy allows nothing else.
func HTML(d Document) ([]byte, error) {
	style := fonts() + assets.Style
	sum := sha256.Sum256([]byte(style))
	policy := "default-src 'none'; img-src data:; font-src data:; style-src 'sha256-" +
		base64.StdEncoding.EncodeToString(sum[:]) + "'; script-src 'none'; base-uri 'none'; form-action 'none'"
	var b bytes.Buffer
	err := page.Execute(&b, map[string]any{
		"Lang":   string(d.Lang),
		"Title":  d.Title,
		"Policy": policy,
		"Style":  template.CSS(style),
		"Body":   d.Body,
	})
	if err != nil {
		return nil, fmt.Errorf("page: %w", err)
	}
	return b.Bytes(), nil
}

// fonts are the font faces with their files inside.
func fonts() string {
	var b strings.Builder
	for _, f := range assets.Fonts {
		fmt.Fprintf(&b, "@font-face{font-family:Inter;font-style:normal;font-weight:%d;src:url(data:font/woff2;base64,%s) format(\"woff2\")}\n",
			f.Weight, base64.StdEncoding.EncodeToString(f.WOFF2))
	}
	return b.String()
}
