package chart

import (
	"encoding/json"
	"html/template"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// hostile are names that a platform may send.
var hostile = []string{
	`</script><script>document.title='x'</script>`,
	`__f__(1)__f__`,
	`<img src=x onerror=1>`,
	`"quotes' & <amp;> ]]>`,
	`{a|b} {b} {c0} $& $1 {"$f":"eur0"}`,
	"مرحبا \u202e بالعالم שלום",
	"été 👩‍👩‍👧‍👦 🎯 ☀️ e\u0301 日本語",
	"nul\x00 bell\x07 line\nbreak\ttab \xff",
	strings.Repeat("Prospection ", 25),
	strings.Repeat("W", 300),
}

// A name changes nothing but its own label: not the shapes, not the other
// texts, and it is nowhere read as markup, as a template or as code.
func TestHostileNames(t *testing.T) {
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			plain := k.draw(rename(k.load(t), "Nom"), locale.FR, Print)
			words := labels(t, draw(t, plain))
			for _, name := range hostile {
				c := k.draw(rename(k.load(t), name), locale.FR, Print)
				svg := draw(t, c)
				checkIsland(t, c)
				if shapes, want := functions(t, c), functions(t, plain); shapes != want {
					t.Errorf("%q: functions %s, want %s", name, shapes, want)
				}
				for _, e := range elements(t, svg) {
					if e.name == "title" && clean(e.text) != clean(escaped(c.Message)) {
						t.Errorf("%q: title %q", name, e.text)
					}
				}
				// The words that are ours are still all there.
				texts := map[string]bool{}
				for _, l := range labels(t, svg) {
					texts[l.text] = true
				}
				ours := map[string]bool{}
				for _, l := range words {
					ours[l.text] = true
					value, _, _ := strings.Cut(l.text, " · ") // may stand alone beside a longer name
					ours[value] = true
				}
				for text := range texts {
					own := strings.TrimSuffix(text, "…")
					if _, after, ok := strings.Cut(own, "€ · "); ok {
						own = after
					}
					if !ours[text] && !strings.Contains(clean(name), own) && !strings.Contains(text, "sept.") && text != "trop peu" {
						t.Errorf("%q: the label %q", name, text)
					}
				}
				for _, l := range words {
					kept := !strings.Contains(l.text, "Nom") && !strings.Contains(l.text, "sept") // dates give way to longer names
					if kept && !texts[l.text] && k.name != "bullets" {
						t.Errorf("%q: the label %q is gone", name, l.text)
					}
				}
			}
		})
	}
}

func escaped(s string) string {
	return strings.Map(func(r rune) rune {
		if r < 0x20 && r != '\n' && r != '\t' {
			return -1
		}
		return r
	}, strings.ToValidUTF8(s, "\uFFFD"))
}

// functions lists the functions that options ask for.
func functions(t *testing.T, c Chart) string {
	t.Helper()
	var o any
	if err := json.Unmarshal(c.Options, &o); err != nil {
		t.Fatal(err)
	}
	seen := map[string]bool{}
	var walk func(any)
	walk = func(x any) {
		switch x := x.(type) {
		case map[string]any:
			if f, ok := x["$f"]; ok {
				seen[f.(string)] = true
			}
			for _, v := range x {
				walk(v)
			}
		case []any:
			for _, v := range x {
				walk(v)
			}
		}
	}
	walk(o)
	delete(seen, "text")
	b, err := json.Marshal(seen)
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// checkIsland: the options stand in a page's script element as data, and come
// out of it as they went in.
func checkIsland(t *testing.T, c Chart) {
	t.Helper()
	var b strings.Builder
	page := template.Must(template.New("").Parse(`<script type="application/json">{{.}}</script>`))
	if err := page.Execute(&b, c.Options); err != nil {
		t.Fatal(err)
	}
	s := strings.TrimSuffix(strings.TrimPrefix(b.String(), `<script type="application/json">`), "</script>")
	if strings.ContainsAny(s, "<>") {
		t.Errorf("%s: markup in the island: %s", c.ID, s)
	}
	var island, options any
	if err := json.Unmarshal([]byte(s), &island); err != nil {
		t.Fatal(err)
	}
	if err := json.Unmarshal(c.Options, &options); err != nil {
		t.Fatal(err)
	}
	a, _ := json.Marshal(island)
	o, _ := json.Marshal(options)
	if string(a) != string(o) {
		t.Errorf("%s: the island changed the options", c.ID)
	}
}

func TestSparklineNames(t *testing.T) {
	for _, name := range hostile {
		for _, e := range elements(t, Sparkline([]float64{1, 2}, Neutral, name)) {
			if e.name == "title" && clean(e.text) != clean(escaped(name)) {
				t.Errorf("%q: title %q", name, e.text)
			}
		}
	}
}
