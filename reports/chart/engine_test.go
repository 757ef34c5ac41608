package chart

import (
	"encoding/json"
	"math"
	"reflect"
	"strings"
	"testing"

	"vigie/internal/locale"
)

// The same chart gives the same bytes, whatever was drawn before it and in
// whichever engine.
func TestSameBytes(t *testing.T) {
	other, err := NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	defer other.Close()
	for i := range kinds {
		k := kinds[len(kinds)-1-i]
		a, b := k.draw(k.load(t), locale.FR, Half), k.draw(k.load(t), locale.FR, Half)
		if !reflect.DeepEqual(a, b) {
			t.Errorf("%s: two charts of the same data differ", k.name)
		}
		first := draw(t, a)
		second, err := other.SVG(b)
		if err != nil {
			t.Fatal(err)
		}
		if first != second || first != draw(t, a) {
			t.Errorf("%s: two drawings of the same chart differ", k.name)
		}
	}
}

// A failed drawing is an error of that chart; the next one is drawn.
func TestFailure(t *testing.T) {
	good := Waterfall(WaterfallData{ID: "x", Format: "eur2"}, locale.FR, Phone)
	for _, options := range []string{
		`{`,
		`{"$lang":"fr","xAxis":{"axisLabel":{"formatter":{"$f":"eval"}}}}`,
		`{"$lang":"fr","xAxis":{"axisLabel":{"formatter":{"$f":"constructor"}}}}`,
	} {
		bad := good
		bad.Options = json.RawMessage(options)
		if svg, err := engine(t).SVG(bad); err == nil || !strings.Contains(err.Error(), "draw chart x-phone: ") {
			t.Errorf("%s: %v %s", options, err, svg)
		}
		draw(t, good)
	}
}

// The engine cannot be made to take the machine's memory, and reaches nothing
// of it.
func TestLimits(t *testing.T) {
	e, err := NewEngine()
	if err != nil {
		t.Fatal(err)
	}
	defer e.Close()
	for _, name := range []string{"require", "process", "fetch", "XMLHttpRequest", "std", "os", "print", "console"} {
		if out, err := e.vm.Eval("typeof "+name, 0); err != nil || out != "undefined" {
			t.Errorf("%s is %v (%v)", name, out, err)
		}
	}
	for _, code := range []string{"[Date.now(), new Date().getTime(), new Date(Date.UTC(2026, 8, 1)).getTime()].join()"} {
		if out, err := e.vm.Eval(code, 0); err != nil || out != "946684800000,946684800000,1788220800000" {
			t.Errorf("%s is %v (%v)", code, out, err)
		}
	}
	if _, err := e.vm.Eval("{ const a = []; for (;;) a.push(new Uint8Array(1 << 20)) }", 0); err == nil {
		t.Error("no limit to memory")
	}
}

// Both writers, in Go and in the browser, write every value alike.
func TestFormatters(t *testing.T) {
	e := engine(t)
	values := []float64{0, math.Copysign(0, -1), 1, -1, 0.5, 0.005, 0.125, 1.005, 2.675, 8.345, 999.995, 1000, 1234.5, 9999.5, 9999.4, 10_000, 12_345.678, 99_950, 999_499, 999_500, 1e6, 1_250_000,
		-1_234_567.891, 0.0342, 0.1, 0.29, 1e-7, 1e21, math.NaN(), math.Inf(1)}
	write := func(name string, l locale.Lang, v float64) string {
		t.Helper()
		var arg any = v
		if math.IsNaN(v) || math.IsInf(v, 0) {
			arg = nil
		}
		out, err := e.vm.Call("vigie.format", name, string(l), arg)
		if err != nil {
			t.Fatal(err)
		}
		return out.(string)
	}
	for _, l := range locale.Langs {
		for _, v := range values {
			for _, f := range []Format{"num0", "num1", "num2", "num3", "pct0", "pct1", "pct2", "times1", "times2",
				Money("EUR", 0), Money("EUR", 2), Money("USD", 2), Money("GBP", 0), Money("CAD", 2), Money("AUD", 2), Money("JPY", 0), Money("INR", 1), Money("CHF", 2), thousands("EUR"), thousands("CHF")} {
				if got, want := write(string(f), l, v), f.Text(l, v); got != want {
					t.Errorf("%s %s %v: %q in the browser, %q in Go", f, l, v, got, want)
				}
			}
			if got, want := write("int", l, v), l.Number(v, 0); got != want {
				t.Errorf("int %s %v: %q, want %q", l, v, got, want)
			}
			if got, want := write("spct1", l, v), locale.Signed(l.Percent(v, 1)); got != want {
				t.Errorf("spct1 %s %v: %q, want %q", l, v, got, want)
			}
		}
		for d := locale.Date(2026, 1, 1); d < locale.Date(2027, 1, 2); d++ {
			if got, want := write("day", l, float64(d)), l.DayShort(d); got != want {
				t.Errorf("day %s %s: %q, want %q", l, d, got, want)
			}
			if got, want := write("date", l, float64(d)), l.WeekdayName(d.Weekday())+" "+l.DayText(d); got != want {
				t.Errorf("date %s %s: %q, want %q", l, d, got, want)
			}
		}
	}
}

func BenchmarkNewEngine(b *testing.B) {
	for range b.N {
		e, err := NewEngine()
		if err != nil {
			b.Fatal(err)
		}
		e.Close()
	}
}

func BenchmarkSVG(b *testing.B) {
	for _, k := range kinds {
		c := k.draw(k.load(b), locale.FR, Wide)
		draw(b, c)
		b.Run(k.name, func(b *testing.B) {
			for range b.N {
				draw(b, c)
			}
		})
	}
}
