// Package locale holds the two languages of Vigie, French and English: texts,
// numbers, money and days as people read them.
//
// It is the only formatter of the house: screen, axis, print, sheet and mail
// all call it, so that a figure is written the same way everywhere. Texts stay
// beside the code that uses them, as a Text with both languages.
package locale

import (
	"fmt"
	"strings"
	"unicode"
)

// Lang is a language of Vigie: FR or EN.
type Lang string

// The languages.
const (
	FR Lang = "fr"
	EN Lang = "en"
)

// Langs are all languages, the first one being the default.
var Langs = []Lang{FR, EN}

// ParseLang reads "fr" or "en".
func ParseLang(s string) (Lang, error) {
	switch l := Lang(strings.ToLower(s)); l {
	case FR, EN:
		return l, nil
	}
	return "", fmt.Errorf("language %q: want fr or en", s)
}

// Text is a user-visible text in both languages. A test of each package that
// registers texts refuses an empty side.
type Text struct {
	EN string `json:"en"`
	FR string `json:"fr"`
}

// In is the text in one language.
func (t Text) In(l Lang) string {
	if l == EN {
		return t.EN
	}
	return t.FR
}

// F is the text in one language with its verbs filled, as fmt.Sprintf does.
// Arguments that are Texts are put in the same language; numbers should be
// formatted by their caller.
func (t Text) F(l Lang, args ...any) string {
	filled := make([]any, len(args)) // the caller may write the other language next
	for i, a := range args {
		if at, ok := a.(Text); ok {
			a = at.In(l)
		}
		filled[i] = a
	}
	return fmt.Sprintf(t.In(l), filled...)
}

// Same is a Text that reads alike in both languages (a platform's name, say).
func Same(s string) Text { return Text{EN: s, FR: s} }

// Straight is a text without the marks that embed or override its direction: one
// that is not closed in a name turns round whatever is written after it.
func Straight(s string) string {
	return strings.Map(func(r rune) rune {
		if r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' {
			return -1
		}
		return r
	}, s)
}

// Spaces and signs of French typography.
const (
	NBSP  = "\u00a0" // before € % : ; ! ? and inside « »
	NNBSP = "\u202f" // between groups of three digits
	Minus = "\u2212"
	Dash  = "—" // an absent value
)

// Plural picks the form for a count: French takes the singular below 2,
// English for exactly 1.
func (l Lang) Plural(n float64, one, many string) string {
	if n < 0 {
		n = -n
	}
	if l == FR && n < 2 || l == EN && n == 1 {
		return one
	}
	return many
}

// Quote puts a name between the language's quotation marks.
func (l Lang) Quote(s string) string {
	if l == EN {
		return "“" + s + "”"
	}
	return "«" + NBSP + s + NBSP + "»"
}

// OneLine makes what a stranger wrote safe to print inside a line: control
// characters, line ends and signs that turn the direction of writing become
// spaces, bytes that are no text U+FFFD.
func OneLine(s string) string {
	return strings.Map(func(r rune) rune {
		if unicode.IsControl(r) || r == '\u2028' || r == '\u2029' || unicode.Is(unicode.Bidi_Control, r) {
			return ' '
		}
		return r
	}, s)
}

// Colon is the colon with the space that the language puts before it.
func (l Lang) Colon() string {
	if l == EN {
		return ":"
	}
	return NBSP + ":"
}

// Interval puts the written ends of an interval between brackets, on one line:
// [26,80 ; 43,20]. English has the semicolon too, as its numbers hold commas.
func (l Lang) Interval(low, high string) string {
	if l == EN {
		return "[" + low + ";" + NBSP + high + "]"
	}
	return "[" + low + NBSP + ";" + NBSP + high + "]"
}

// Join lists words: "a, b et c".
func (l Lang) Join(words []string) string {
	switch len(words) {
	case 0:
		return ""
	case 1:
		return words[0]
	}
	and := " et "
	if l == EN {
		and = " and "
	}
	last := len(words) - 1
	return strings.Join(words[:last], ", ") + and + words[last]
}
