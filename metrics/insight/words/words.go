// Package words writes the phrases that findings and recommendations share, in
// both languages.
//
// It decides how numbers stand in a sentence: a change keeps its sign, an
// interval reads "from … to …", a chance is never 0 or 100 %.
package words

import (
	"fmt"
	"math"
	"strings"

	"vigie/internal/locale"
)

// Both writes a text in each language.
func Both(write func(l locale.Lang) string) locale.Text {
	return locale.Text{EN: write(locale.EN), FR: write(locale.FR)}
}

// Pick is the text of one language with its verbs filled; a Text among the
// arguments is put in the same language.
func Pick(l locale.Lang, en, fr string, args ...any) string {
	return locale.Text{EN: en, FR: fr}.F(l, args...)
}

// Of puts a name after "of": « d’Amazon », "of Amazon".
func Of(l locale.Lang, name string) string {
	if l == locale.EN {
		return "of " + name
	}
	first := strings.ToLower(string([]rune(name + " ")[0]))
	if strings.Contains("aàâeéèêëiîïoôuùûœæ", first) {
		return "d’" + name
	}
	return "de " + name
}

// Change writes a relative change with its sign: +17 %, or +6,3 % where it is
// small.
func Change(l locale.Lang, v float64) string {
	if math.Abs(v) < 0.0995 {
		return locale.Signed(l.Percent(v, 1))
	}
	return locale.Signed(l.Percent(v, 0))
}

// Size writes a relative change without its sign, for sentences whose verb
// says the direction.
func Size(l locale.Lang, v float64) string { return strings.TrimPrefix(Change(l, math.Abs(v)), "+") }

// FromTo writes an interval inside a sentence.
func FromTo(l locale.Lang, low, high string) string {
	return Pick(l, "%s to %s", "de %s à %s", low, high)
}

// Money writes an amount: with cents below 100, unless it is round.
func Money(l locale.Lang, v float64, currency string) string {
	if math.Abs(v) < 99.995 && math.Abs(v-math.Round(v)) > 0.005 {
		return l.Money(v, currency, 2)
	}
	return l.Money(v, currency, 0)
}

// Conversions writes a count of conversions with its noun.
func Conversions(l locale.Lang, n float64) string {
	return l.Count(n) + locale.NBSP + l.Plural(n, "conversion", "conversions")
}

// Clicks writes a count of clicks with its noun.
func Clicks(l locale.Lang, n float64) string {
	return l.Count(n) + locale.NBSP + l.Plural(n, Pick(l, "click", "clic"), Pick(l, "clicks", "clics"))
}

// Impressions writes a count of impressions with its noun.
func Impressions(l locale.Lang, n float64) string {
	return l.Count(n) + locale.NBSP + l.Plural(n, "impression", "impressions")
}

// Groups writes a number of ad groups.
func Groups(l locale.Lang, n int) string { return Objects(l, "ad_group", n) }

// Targets writes a number of targets.
func Targets(l locale.Lang, n int) string {
	return fmt.Sprint(n) + locale.NBSP + l.Plural(float64(n), Pick(l, "target", "objectif"), Pick(l, "targets", "objectifs"))
}

// Platforms writes a number of platforms.
func Platforms(l locale.Lang, n int) string {
	return fmt.Sprint(n) + locale.NBSP + l.Plural(float64(n), Pick(l, "platform", "plateforme"), Pick(l, "platforms", "plateformes"))
}

// Days writes a number of days.
func Days(l locale.Lang, n int) string {
	return fmt.Sprint(n) + locale.NBSP + l.Plural(float64(n), Pick(l, "day", "jour"), Pick(l, "days", "jours"))
}

// Channels writes a number of channels.
func Channels(l locale.Lang, n int) string {
	return fmt.Sprint(n) + locale.NBSP + l.Plural(float64(n), Pick(l, "channel", "levier"), Pick(l, "channels", "leviers"))
}

// Objects writes a number of platform objects of a level, by the name of its
// dimension.
func Objects(l locale.Lang, level string, n int) string {
	one, many := locale.Text{EN: "ad", FR: "annonce"}, locale.Text{EN: "ads", FR: "annonces"}
	switch level {
	case "platform_campaign":
		one, many = locale.Text{EN: "platform campaign", FR: "campagne plateforme"}, locale.Text{EN: "platform campaigns", FR: "campagnes plateforme"}
	case "ad_group":
		one, many = locale.Text{EN: "ad group", FR: "groupe d’annonces"}, locale.Text{EN: "ad groups", FR: "groupes d’annonces"}
	case "keyword":
		one, many = locale.Text{EN: "keyword", FR: "mot clé"}, locale.Text{EN: "keywords", FR: "mots clés"}
	}
	return fmt.Sprint(n) + locale.NBSP + l.Plural(float64(n), one.In(l), many.In(l))
}

// Probability writes a named p or q: p = 0,049, or p < 0,001.
func Probability(l locale.Lang, name string, p float64) string {
	if p < 0.001 {
		return name + locale.NBSP + "<" + locale.NBSP + l.Number(0.001, 3)
	}
	return name + locale.NBSP + "=" + locale.NBSP + l.Number(p, 3)
}

// ByChance says how often chance alone would give something, of which p is the
// probability: about 2 times in 100.
func ByChance(l locale.Lang, p float64) string {
	often := func(n, of float64) string {
		if l == locale.EN && n == 1 {
			return "about once in " + l.Number(of, 0)
		}
		return Pick(l, "about %s times in %s", "environ %s\u00a0fois sur\u00a0%s", l.Number(n, 0), l.Number(of, 0))
	}
	switch {
	case p < 0.001:
		return Pick(l, "less than once in %s", "moins d’une fois sur\u00a0%s", l.Number(1000, 0))
	case p < 0.0095:
		return often(math.Round(p*1000), 1000)
	}
	return often(math.Round(p*100), 100)
}

// Chance writes a probability as people say it: never 0 % nor 100 %.
func Chance(l locale.Lang, p float64) string {
	switch {
	case p > 0.99:
		return Pick(l, "over ", "plus de ") + l.Percent(0.99, 0)
	case p < 0.01:
		return Pick(l, "under ", "moins de ") + l.Percent(0.01, 0)
	}
	return l.Percent(p, 0)
}

// Upper puts a capital at the start of a sentence.
func Upper(s string) string {
	first := string([]rune(s + " ")[:1])
	return strings.TrimSpace(strings.ToUpper(first) + strings.TrimPrefix(s, first))
}
