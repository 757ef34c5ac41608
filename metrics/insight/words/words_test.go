package words

import (
	"strings"
	"testing"

	"vigie/internal/locale"
)

func TestWords(t *testing.T) {
	check := func(got, want string) {
		t.Helper()
		if got = strings.ReplaceAll(got, locale.NBSP, " "); got != want {
			t.Errorf("got %q, want %q", got, want)
		}
	}
	fr, en := locale.FR, locale.EN
	check(Of(fr, "Amazon"), "d’Amazon")
	check(Of(fr, "YouTube"), "de YouTube")
	check(Of(fr, ""), "de ")
	check(Of(en, "Amazon"), "of Amazon")
	check(Change(fr, 0.174), "+17 %")
	check(Change(fr, 0.0631), "+6,3 %")
	check(Change(en, -0.5), "−50%")
	check(Change(fr, 0), "0,0 %")
	check(Size(fr, -0.5), "50 %")
	check(FromTo(fr, "1", "2"), "de 1 à 2")
	check(Money(fr, 12, "EUR"), "12 €")
	check(Money(fr, 12.5, "EUR"), "12,50 €")
	check(Money(fr, 123.4, "EUR"), "123 €")
	check(Conversions(fr, 1.5), "1,5 conversion")
	check(Conversions(en, 1.5), "1.5 conversions")
	check(Days(fr, 1), "1 jour")
	check(Channels(en, 3), "3 channels")
	check(Probability(fr, "q", 0.0004), "q < 0,001")
	check(Probability(en, "p", 0.0494), "p = 0.049")
	check(ByChance(fr, 0.0004), "moins d’une fois sur 1\u202f000")
	check(ByChance(fr, 0.0034), "environ 3 fois sur 1\u202f000")
	check(ByChance(fr, 0.021), "environ 2 fois sur 100")
	check(ByChance(en, 0.0097), "about once in 100")
	check(ByChance(en, 0.0004), "less than once in 1,000")
	check(Chance(fr, 1), "plus de 99 %")
	check(Chance(en, 0), "under 1%")
	check(Chance(fr, 0.93), "93 %")
	check(Upper("à ce rythme"), "À ce rythme")
	check(Upper(""), "")
	if got := Both(func(l locale.Lang) string { return string(l) }); got.FR != "fr" || got.EN != "en" {
		t.Error(got)
	}
}
