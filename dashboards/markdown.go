package dashboards

import (
	"html/template"
	"regexp"
	"strings"
)

var (
	codeSpan = regexp.MustCompile("`([^`]+)`")
	boldSpan = regexp.MustCompile(`\*\*([^*]+)\*\*`)
	linkSpan = regexp.MustCompile(`\[([^\]]+)\]\((/[a-z0-9/#-]*|https://[a-zA-Z0-9./_-]+)\)`)
	numbered = regexp.MustCompile(`^\d+\. `)
)

// markdown turns the pages of the help into HTML. It knows what they use and
// nothing else: ## and ### titles, paragraphs, lists (- and 1.), tables, fenced
// code, and in a line `code`, **bold** and [links](/to). Everything is escaped
// first.
func markdown(text string) template.HTML {
	var b strings.Builder
	var para []string
	open := "" // the list or table that lines are added to
	end := func() {
		if len(para) > 0 {
			b.WriteString("<p>" + inline(strings.Join(para, " ")) + "</p>\n")
			para = nil
		}
		switch open {
		case "ul", "ol":
			b.WriteString("</" + open + ">\n")
		case "table":
			b.WriteString("</tbody></table></div>\n")
		}
		open = ""
	}
	start := func(kind, html string) {
		if open != kind {
			end()
			b.WriteString(html)
			open = kind
		}
	}
	lines := strings.Split(text, "\n")
	for i := 0; i < len(lines); i++ {
		line := strings.TrimSpace(lines[i])
		switch {
		case line == "":
			end()
		case strings.HasPrefix(line, "```"):
			end()
			b.WriteString(`<pre tabindex="0"><code>`)
			for i++; i < len(lines) && !strings.HasPrefix(lines[i], "```"); i++ {
				b.WriteString(template.HTMLEscapeString(lines[i]) + "\n")
			}
			b.WriteString("</code></pre>\n")
		case strings.HasPrefix(line, "### "):
			end()
			b.WriteString("<h3>" + inline(line[4:]) + "</h3>\n")
		case strings.HasPrefix(line, "## "):
			end()
			b.WriteString("<h2>" + inline(line[3:]) + "</h2>\n")
		case strings.HasPrefix(line, "- "):
			start("ul", "<ul>\n")
			b.WriteString("<li>" + inline(line[2:]) + "</li>\n")
		case numbered.MatchString(line):
			start("ol", "<ol>\n")
			b.WriteString("<li>" + inline(numbered.ReplaceAllString(line, "")) + "</li>\n")
		case strings.HasPrefix(line, "|") && open == "table":
			b.WriteString("<tr>" + cells(line, "td") + "</tr>\n")
		case strings.HasPrefix(line, "|") && i+1 < len(lines) && strings.HasPrefix(lines[i+1], "|-"):
			start("table", `<div class="tw" tabindex="0"><table><thead><tr>`+cells(line, `th scope="col"`)+"</tr></thead><tbody>\n")
			i++ // the line of dashes
		default:
			if open != "" {
				end()
			}
			para = append(para, line)
		}
	}
	end()
	return template.HTML(b.String())
}

// cells are the cells of a table's line; the first of a row names it.
func cells(line, element string) string {
	var b strings.Builder
	for i, c := range strings.Split(strings.Trim(line, "|"), "|") {
		e := element
		if i == 0 && e == "td" {
			e = `th scope="row"`
		}
		name, _, _ := strings.Cut(e, " ")
		b.WriteString("<" + e + ">" + inline(strings.TrimSpace(c)) + "</" + name + ">")
	}
	return b.String()
}

func inline(s string) string {
	s = template.HTMLEscapeString(s)
	s = codeSpan.ReplaceAllString(s, "<code>$1</code>")
	s = boldSpan.ReplaceAllString(s, "<b>$1</b>")
	return linkSpan.ReplaceAllString(s, `<a href="$2">$1</a>`)
}
