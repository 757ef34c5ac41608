package locale

import (
	"encoding/json"
	"math"
	"strings"
	"testing"
	"time"
)

// The French strings are those of ICU 78 (CLDR 48): U+202F between groups,
// U+00A0 before € and %, the minus sign U+2212.
func TestNumbers(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		want = strings.NewReplacer("_", NNBSP, "~", NBSP).Replace(want)
		if got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	check(FR.Number(1234567.891, 3), "1_234_567,891")
	check(EN.Number(1234567.891, 3), "1,234,567.891")
	check(FR.Money(1234.5, "EUR", 2), "1_234,50~€")
	check(EN.Money(1234.5, "EUR", 2), "€1,234.50")
	check(FR.Money(-0.5, "EUR", 2), Minus+"0,50~€")
	check(EN.Money(-0.5, "EUR", 2), Minus+"€0.50")
	check(FR.Money(12, "USD", 0), "12~$US")
	check(EN.Money(12, "UAH", 0), "UAH~12")
	check(FR.Money(12, "UAH", 0), "12~UAH")
	check(FR.Percent(0.0342, 2), "3,42~%")
	check(EN.Percent(0.0342, 2), "3.42%")
	check(Signed(FR.Percent(0.12, 0)), "+12~%")
	check(Signed(FR.Percent(0, 0)), "0~%")
	check(Signed(FR.Percent(-0.12, 0)), Minus+"12~%")
	check(Signed(FR.Points(0.004, 1)), "+0,4~pt")
	check(EN.Points(0.024, 1), "2.4~pts")
	check(FR.Times(4.2, 2), "4,20~×")
	check(FR.Number(2.675, 2), "2,68")
	check(FR.Number(1.005, 2), "1,01")
	check(FR.Number(999.995, 2), "1_000,00")
	check(FR.Number(-0.001, 2), "0,00")
	check(FR.Number(math.NaN(), 2), Dash)
	check(FR.Number(math.Inf(1), 2), Dash)
	check(FR.Count(108.29), "108,29")
	check(FR.Count(12), "12")
	check(FR.Count(12.5), "12,5")
	check(FR.Compact(1_200_000), "1,2~M")
	check(EN.Compact(1_200_000), "1.2M")
	check(FR.Compact(999_800), "1~M")
	check(FR.Compact(12_000), "12~k")
	check(FR.Compact(6000), "6_000")
	check(FR.Compact(0.25), "0,25")
}

func TestDays(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got = strings.ReplaceAll(got, NBSP, " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	d := func(s string) Day {
		t.Helper()
		v, err := ParseDay(s)
		if err != nil {
			t.Fatal(err)
		}
		return v
	}
	check(d("2026-09-01").String(), "2026-09-01")
	check(FR.DayShort(d("2026-09-01")), "1 sept.")
	check(FR.DayLong(d("2026-09-01")), "1er septembre 2026")
	check(EN.DayLong(d("2026-09-01")), "1 September 2026")
	check(FR.DayLong(d("2026-08-31")), "31 août 2026")
	check(FR.Period(d("2026-09-17"), d("2026-09-30")), "17–30 septembre 2026")
	check(FR.Period(d("2026-09-01"), d("2026-09-30")), "1er–30 septembre 2026")
	check(FR.Period(d("2026-08-28"), d("2026-09-03")), "28 août – 3 septembre 2026")
	check(FR.Period(d("2026-12-28"), d("2027-01-03")), "28 décembre 2026 – 3 janvier 2027")
	check(FR.PeriodShort(d("2026-09-17"), d("2026-09-30")), "17–30 sept.")
	check(FR.FromTo(d("2026-09-17"), d("2026-09-30")), "du 17 au 30 septembre")
	check(FR.FromTo(d("2026-08-28"), d("2026-09-03")), "du 28 août au 3 septembre")
	check(EN.FromTo(d("2026-09-17"), d("2026-09-30")), "from 17 to 30 September")
	check(FR.FromTo(d("2026-09-17"), d("2026-09-17")), "le 17 septembre")
	check(d("2027-01-03").WeekID(), "2026-W53")
	check(d("2026-12-28").WeekID(), "2026-W53")
	check(d("2027-01-04").WeekID(), "2027-W01")
	check(FR.Week(d("2026-09-09")), "S37")
	check(FR.Instant(time.Date(2026, 10, 1, 8, 50, 0, 0, time.UTC)), "1er octobre 2026 à 8 h 50")
	check(EN.Instant(time.Date(2026, 10, 1, 8, 50, 0, 0, time.UTC)), "1 October 2026 at 08:50")
	if _, err := ParseDay("2026-02-30"); err == nil {
		t.Error("2026-02-30 was taken")
	}
	b, _ := json.Marshal(struct {
		A Day `json:"a,omitzero"`
		B Day `json:"b,omitzero"`
	}{B: d("2026-09-01")})
	check(string(b), `{"b":"2026-09-01"}`)
}

// Every week of fifteen years starts on a Monday, ends before the next one
// begins and carries the name that time.ISOWeek gives it.
func TestWeeks(t *testing.T) {
	for d := Date(2020, 1, 1); d < Date(2036, 1, 1); d++ {
		y, w := d.ISOWeek()
		start, ok := WeekStart(y, w)
		if !ok || start != d.Monday() || start.Weekday() != 0 || d < start || d > start+6 {
			t.Fatalf("%s: week %d-%d starts %s", d, y, w, start)
		}
		if DayOf(d.Time()) != d {
			t.Fatalf("%s does not come back", d)
		}
	}
	if _, ok := WeekStart(2027, 53); ok {
		t.Error("2027 has no week 53")
	}
}

func TestWords(t *testing.T) {
	if FR.Plural(0, "clic", "clics") != "clic" || FR.Plural(1.5, "clic", "clics") != "clic" || EN.Plural(0, "click", "clicks") != "clicks" {
		t.Error("plural")
	}
	if got := FR.Join([]string{"a", "b", "c"}); got != "a, b et c" {
		t.Error(got)
	}
	if got := FR.Quote("x"); got != "«\u00a0x\u00a0»" {
		t.Error(got)
	}
	if got := FR.Interval("8\u202f156", "8\u202f206") + " " + EN.Interval("8,156", "8,206"); got != "[8\u202f156\u00a0;\u00a08\u202f206] [8,156;\u00a08,206]" {
		t.Error(got)
	}
	if got := Straight("Meta \u202eAds\u2066 \u00e9"); got != "Meta Ads \u00e9" {
		t.Errorf("%q", got)
	}
	args := []any{Text{EN: "two", FR: "deux"}}
	if got := (Text{EN: "%s", FR: "%s"}).F(FR, args...) + (Text{EN: "%s", FR: "%s"}).F(EN, args...); got != "deuxtwo" {
		t.Error(got)
	}
	if got := (Text{EN: "%s of %s", FR: "%s sur %s"}).F(FR, "1", Text{EN: "two", FR: "deux"}); got != "1 sur deux" {
		t.Error(got)
	}
}

func TestOneLine(t *testing.T) {
	for in, want := range map[string]string{
		"a b\u202fc é":                   "a b\u202fc é",
		"a\nvigie: faux\r\tb":            "a vigie: faux  b",
		"\x1b[2J\u009b1m\x7f":            " [2J 1m ",
		"x\u202efdp\u2066y\u200fz\u061c": "x fdp y z ",
		"l\u2028m\u2029":                 "l m ",
		"a\xffb":                         "a\ufffdb",
	} {
		if got := OneLine(in); got != want {
			t.Errorf("%q: %q, want %q", in, got, want)
		}
	}
}
