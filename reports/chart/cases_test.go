package chart

import (
	"bytes"
	"encoding/json"
	"flag"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"strings"
	"testing"

	"golang.org/x/tools/txtar"

	"vigie/internal/locale"
)

const caseFolder = "../../testdata/charts"

var update = flag.Bool("update", false, "write the golden parts of the cases anew")

// kinds are the charts: a case is data for one of them, in a file of its name.
var kinds = []kind{pacing, bullets, multiples, waterfall, daily}

var (
	pacing    = kind{"pacing", func() any { return new(PacingData) }, func(d any, l locale.Lang, m Medium) Chart { return Pacing(*d.(*PacingData), l, m) }}
	bullets   = kind{"bullets", func() any { return new(BulletsData) }, func(d any, l locale.Lang, m Medium) Chart { return Bullets(*d.(*BulletsData), l, m) }}
	multiples = kind{"multiples", func() any { return new(MultiplesData) }, func(d any, l locale.Lang, m Medium) Chart { return Multiples(*d.(*MultiplesData), l, m) }}
	waterfall = kind{"waterfall", func() any { return new(WaterfallData) }, func(d any, l locale.Lang, m Medium) Chart { return Waterfall(*d.(*WaterfallData), l, m) }}
	daily     = kind{"daily", func() any { return new(DailyData) }, func(d any, l locale.Lang, m Medium) Chart { return Daily(*d.(*DailyData), l, m) }}
)

type kind struct {
	name string
	data func() any
	draw func(d any, l locale.Lang, m Medium) Chart
}

func (k kind) file() string { return filepath.Join(caseFolder, k.name+".txtar") }

func (k kind) archive(t testing.TB) *txtar.Archive {
	t.Helper()
	a, err := txtar.ParseFile(k.file())
	if err != nil {
		t.Fatal(err)
	}
	return a
}

// load reads the data of a kind's case.
func (k kind) load(t testing.TB) any {
	t.Helper()
	for _, f := range k.archive(t).Files {
		if f.Name == "data.json" {
			d := k.data()
			decode(t, f.Data, d)
			return d
		}
	}
	t.Fatalf("%s has no data.json", k.file())
	return nil
}

// decode reads JSON with null for a number that is not known.
func decode(t testing.TB, b []byte, into any) {
	t.Helper()
	const unknown = -1.5e300
	b = bytes.ReplaceAll(b, []byte(": null"), []byte(": -1.5e300"))
	d := json.NewDecoder(bytes.NewReader(b))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		t.Fatal(err)
	}
	walkValues(reflect.ValueOf(into), func(v reflect.Value) {
		if v.Kind() == reflect.Float64 && v.Float() == unknown {
			v.SetFloat(math.NaN())
		}
	})
}

// walkValues visits every field and item below v.
func walkValues(v reflect.Value, f func(reflect.Value)) {
	f(v)
	switch v.Kind() {
	case reflect.Pointer:
		walkValues(v.Elem(), f)
	case reflect.Struct:
		for i := range v.NumField() {
			walkValues(v.Field(i), f)
		}
	case reflect.Slice:
		for i := range v.Len() {
			walkValues(v.Index(i), f)
		}
	}
}

// rename puts the given names, in turn, in place of every text that comes from
// people and platforms.
func rename(d any, names ...string) any {
	free := map[string]bool{"Message": true, "Name": true, "Label": true, "Volume": true, "TooFew": true, "Realised": true, "Aim": true}
	n := 0
	walkValues(reflect.ValueOf(d), func(v reflect.Value) {
		if v.Kind() != reflect.Struct {
			return
		}
		for i := range v.NumField() {
			if f := v.Field(i); f.Kind() == reflect.String && free[v.Type().Field(i).Name] && f.String() != "" {
				f.SetString(names[n%len(names)])
				n++
			}
		}
	})
	return d
}

var shared *Engine

// engine is one engine for all tests.
func engine(t testing.TB) *Engine {
	t.Helper()
	if shared == nil {
		var err error
		if shared, err = NewEngine(); err != nil {
			t.Fatal(err)
		}
	}
	return shared
}

func draw(t testing.TB, c Chart) string {
	t.Helper()
	svg, err := engine(t).SVG(c)
	if err != nil {
		t.Fatalf("%v\n%s", err, c.Options)
	}
	return svg
}

// everywhere calls f for each language and medium.
func everywhere(f func(l locale.Lang, m Medium)) {
	for _, l := range locale.Langs {
		for _, m := range Media {
			f(l, m)
		}
	}
}

// Each case gives the options it did, and drawings with the same texts and
// shapes.
func TestCases(t *testing.T) {
	files, err := filepath.Glob(filepath.Join(caseFolder, "*.txtar"))
	if err != nil || len(files) != len(kinds) {
		t.Errorf("%d cases for %d charts (%v)", len(files), len(kinds), err)
	}
	for _, k := range kinds {
		t.Run(k.name, func(t *testing.T) {
			d := k.load(t)
			golden := map[string]string{
				"options.fr.wide.json":  pretty(t, k.draw(d, locale.FR, Wide).Options),
				"options.en.phone.json": pretty(t, k.draw(d, locale.EN, Phone).Options),
				"table.fr.golden":       tableText(k.draw(d, locale.FR, Wide)),
			}
			var b strings.Builder
			everywhere(func(l locale.Lang, m Medium) {
				c := k.draw(d, l, m)
				fmt.Fprintf(&b, "%s %s %d×%d: %s\n", l, m.ID, c.Width, c.Height, outline(t, draw(t, c)))
			})
			golden["svg.golden"] = b.String()
			compare(t, k, golden)
		})
	}
}

// compare holds the golden parts of a case against what came out, or writes
// them with -update.
func compare(t *testing.T, k kind, golden map[string]string) {
	t.Helper()
	a := k.archive(t)
	if *update {
		kept := a.Files[:0]
		for _, f := range a.Files {
			if f.Name == "data.json" {
				kept = append(kept, f)
			}
		}
		a.Files = kept
		for _, name := range []string{"table.fr.golden", "svg.golden", "options.fr.wide.json", "options.en.phone.json"} {
			a.Files = append(a.Files, txtar.File{Name: name, Data: []byte(golden[name])})
		}
		if err := os.WriteFile(k.file(), txtar.Format(a), 0o644); err != nil {
			t.Fatal(err)
		}
		return
	}
	for _, f := range a.Files {
		want, ok := golden[f.Name]
		if ok && want != string(f.Data) {
			t.Errorf("%s: %s differs:\n%s", k.file(), f.Name, firstDifference(string(f.Data), want))
		}
		delete(golden, f.Name)
	}
	for name := range golden {
		t.Errorf("%s has no %s; -update writes it", k.file(), name)
	}
}

func firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		if i >= len(w) || i >= len(g) || w[i] != g[i] {
			line := func(s []string) string {
				if i < len(s) {
					return s[i]
				}
				return "(nothing)"
			}
			return fmt.Sprintf("line %d\nwant %s\n got %s", i+1, line(w), line(g))
		}
	}
	return ""
}

var inner = regexp.MustCompile(`[\[{][^\[\]{}]*[\]}]`)

// pretty indents JSON, with the innermost lists and objects on one line.
func pretty(t testing.TB, raw json.RawMessage) string {
	t.Helper()
	var b bytes.Buffer
	if err := json.Indent(&b, raw, "", " "); err != nil {
		t.Fatal(err)
	}
	s := b.String()
	for range 2 {
		s = inner.ReplaceAllStringFunc(s, func(m string) string {
			one := strings.Join(strings.FieldsFunc(m, func(r rune) bool { return r == ' ' || r == '\n' }), " ")
			if len(one) > 160 {
				return m
			}
			// Out of reach of the next round's brackets.
			return strings.NewReplacer("[", "\x01", "]", "\x02", "{", "\x03", "}", "\x04").Replace(one)
		})
	}
	return strings.NewReplacer("\x01", "[", "\x02", "]", "\x03", "{", "\x04", "}").Replace(s) + "\n"
}

func tableText(c Chart) string {
	var b strings.Builder
	b.WriteString(c.Note + "\n")
	for _, row := range append([][]string{c.Table.Header}, c.Table.Rows...) {
		b.WriteString(strings.Join(row, " | ") + "\n")
	}
	return b.String()
}
