package chart

import (
	"fmt"
	"math"
	"reflect"
	"slices"
	"strings"
	"testing"

	"vigie/internal/locale"
	"vigie/reports/assets"
)

// Every word has both languages, and only characters that the embedded font
// can draw.
func TestWords(t *testing.T) {
	v := reflect.ValueOf(words)
	for i := range v.NumField() {
		w := v.Field(i).Interface().(locale.Text)
		if w.EN == "" || w.FR == "" {
			t.Errorf("%s: %+v", v.Type().Field(i).Name, w)
		}
		for _, sign := range []string{":", ";", "!", "?"} {
			if strings.Contains(w.FR, " "+sign) {
				t.Errorf("%s: %q wants a no-break space before %s", v.Type().Field(i).Name, w.FR, sign)
			}
		}
		for _, r := range w.EN + w.FR {
			if !InFont(r) {
				t.Errorf("%s: %q is not in the font", v.Type().Field(i).Name, r)
			}
		}
	}
	for _, r := range "→≥≈Δ✓ł" {
		if InFont(r) {
			t.Errorf("%q is said to be in the font", r)
		}
	}
	for _, k := range kinds {
		everywhere(func(l locale.Lang, m Medium) {
			for _, r := range k.draw(k.load(t), l, m).Note {
				if !InFont(r) {
					t.Errorf("%s %s: the note's %q is not in the font", k.name, l, r)
				}
			}
		})
	}
}

// The steps of a waterfall, as written, add up to the difference of its totals,
// as written.
func TestShownSteps(t *testing.T) {
	check := func(f Format, from, to float64, steps []float64, want string) {
		t.Helper()
		d := WaterfallData{ID: "x", Format: f, From: Total{"a", from}, To: Total{"b", to}}
		for i, s := range steps {
			d.Steps = append(d.Steps, Step{Label: fmt.Sprint(i), Delta: s})
		}
		d.Steps = complete(d, locale.EN)
		var got []string
		var sum float64
		for i, v := range shown(d) {
			sum += math.Round(v / f.unit())
			got = append(got, f.delta(locale.EN, v))
			if math.Abs(v-d.Steps[i].Delta) > 2*f.unit() {
				t.Errorf("%s: %g is written %g", want, d.Steps[i].Delta, v)
			}
		}
		if diff := math.Round(to/f.unit()) - math.Round(from/f.unit()); sum != diff {
			t.Errorf("%s: the steps add up to %g, want %g", want, sum, diff)
		}
		if s := strings.Join(got, " "); s != want {
			t.Errorf("got %s, want %s", s, want)
		}
	}
	third := 1.0 / 3
	check("eur0", 0, 1, []float64{third, third, third}, "+1 0 0")
	check("eur0", 0, -1, []float64{-third, -third, -third}, "0 0 −1")
	check("eur2", 28.8175, 33.8544, []float64{-2.6440, .4049, 6.2449, .2611, .5401, .2299}, "−2.64 +0.40 +6.24 +0.26 +0.54 +0.23")
	// The totals' own rounding: 1.4 to 2.6 is written 1 to 3, a step of 1.2.
	check("eur0", 1.4, 2.6, []float64{1.2}, "+2")
	check("eur0", 1.6, 2.4, []float64{0.8}, "0")
	// A part that the steps leave out is a step of its own.
	check("eur2", 10, 12, []float64{0.5}, "+0.50 +1.50")
	check("pct1", 0.10, 0.12, []float64{0.0251, -0.0051}, "+2.5\u00a0pts −0.5\u00a0pts")
	check("eur2", 10, 10, nil, "")
}

func TestSpread(t *testing.T) {
	check := func(centres, heights []float64, lo, hi float64, want ...float64) {
		t.Helper()
		if got := spread(centres, heights, lo, hi); !slices.Equal(got, want) {
			t.Errorf("spread %v: got %v, want %v", centres, got, want)
		}
	}
	check([]float64{10, 50}, []float64{10, 10}, 0, 100, 10, 50) // apart already
	check([]float64{50, 50}, []float64{10, 10}, 0, 100, 45, 55) // both give way
	check([]float64{2, 3}, []float64{10, 10}, 0, 100, 5, 15)    // the upper edge
	check([]float64{98, 99}, []float64{10, 10}, 0, 100, 85, 95) // the lower edge
	check([]float64{40, 44, 50}, []float64{10, 10, 10}, 0, 100, 34.666666666666664, 44.666666666666664, 54.666666666666664)
	check(nil, nil, 0, 100)
}

func TestFitAndWrap(t *testing.T) {
	for _, name := range append([]string{"Search générique", "👩‍👩‍👧‍👦👩‍👩‍👧‍👦👩‍👩‍👧‍👦", "e\u0301e\u0301e\u0301e\u0301e\u0301e\u0301"}, hostile...) {
		name = clean(name)
		for _, width := range []float64{5, 20, 60, 120, 5000} {
			s := fit(name, 12, 400, width)
			if Width(s, 12, 400) > width && s != "…" {
				t.Errorf("fit %q to %g: %q", name, width, s)
			}
			if head, cut := strings.CutSuffix(s, "…"); !strings.HasPrefix(name, head) || !cut && s != name {
				t.Errorf("fit %q to %g: %q", name, width, s)
			}
			if strings.Contains(s, "\u200d…") {
				t.Errorf("fit %q to %g cuts a character: %q", name, width, s)
			}
			for _, n := range []int{1, 2, 3} {
				if w := wrap(name, 12, 400, width, n); lineCount(w) > n {
					t.Errorf("wrap %q: %q", name, w)
				}
			}
		}
	}
	if got := wrap("Search générique", 12, 400, 70, 2); got != "Search\ngénérique" {
		t.Errorf("%q", got)
	}
	if got := clean(" a\u202e\u0000b\tc\n\nd \xff"); got != "ab c d \uFFFD" {
		t.Errorf("%q", got)
	}
}

func TestNiceStep(t *testing.T) {
	check := func(span float64, n int, want float64) {
		t.Helper()
		if got := niceStep(span, n); got != want {
			t.Errorf("niceStep(%g, %d) = %g, want %g", span, n, got, want)
		}
	}
	check(6164, 5, 1500)
	check(118, 3, 40)
	check(0.0067, 4, 0.002)
	check(1, 5, 0.2)
	check(1e6, 5, 200_000)
	check(0, 5, 1)
}

// Labels of axes have as many decimals as their step needs, money none or two.
func TestAxisFormat(t *testing.T) {
	check := func(f Format, step float64, want Format) {
		t.Helper()
		if got := f.axis(step); got != want {
			t.Errorf("%s, step %g: %s, want %s", f, step, got, want)
		}
	}
	check("eur2", 40, "eur0")
	check("eur2", 0.5, "eur2")
	check("eur0", 0.25, "eur2")
	check("pct2", 0.002, "pct1")
	check("pct1", 0.1, "pct0")
	check("num0", 0.5, "num1")
	check("times2", 1, "times0")
	for _, bad := range []Format{"", "eur", "eur9", "money2", "EUR2", "text0x"} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%q was taken for a format", bad)
				}
			}()
			bad.Text(locale.FR, 1)
		}()
	}
}

// A file that is not a font, or is cut short, is an error where it can be told.
func TestParseWOFF(t *testing.T) {
	if _, err := parseWOFF([]byte("OTTO")); err == nil {
		t.Error("OTTO was read as a WOFF file")
	}
	f, err := parseWOFF(assets.Fonts[0].WOFF)
	if err != nil || f.em != 2048 && f.em != 2816 || f.widths['0'] == 0 || len(f.widths) < 200 {
		t.Errorf("%+v, %v", f.em, err)
	}
}

func TestSparkline(t *testing.T) {
	nan := math.NaN()
	check := func(values []float64, lines, dots int) {
		t.Helper()
		s := Sparkline(values, Good, "x")
		if strings.Count(s, "<polyline") != lines || strings.Count(s, "<circle") != dots || strings.Contains(s, "NaN") || strings.Contains(s, "Inf") {
			t.Errorf("%v: %s", values, s)
		}
		elements(t, s)
	}
	check(nil, 0, 0)
	check([]float64{nan, nan}, 0, 0)
	check([]float64{1, 2, 3}, 1, 1)
	check([]float64{2, 2}, 1, 1)
	check([]float64{1, nan, 3, 4, nan}, 2, 1)
	check([]float64{7}, 1, 1)
	want := `<svg xmlns="http://www.w3.org/2000/svg" width="90" height="18" viewBox="0 0 90 18" aria-hidden="true">` +
		`<polyline points="3,15 45,9 87,3" fill="none" stroke="#08519c" stroke-width="1.6" stroke-linejoin="round" stroke-linecap="round"/><circle cx="87" cy="3" r="2.4" fill="#08519c"/></svg>`
	if got := Sparkline([]float64{0, 1, 2}, Neutral, ""); got != want {
		t.Errorf("got %s\nwant %s", got, want)
	}
}
