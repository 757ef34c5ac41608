package ingest

import (
	"strings"
	"unicode"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"vigie/internal/locale"
)

// normalise makes headers comparable whatever wrote them: lower case, no
// accents, plain apostrophes and spaces, a/b for a / b, the plural of the last
// word dropped. A currency at the end, as in "Amount spent (EUR)", is taken off
// and returned as it stands; so is a remark on the time zone, for nothing.
func normalise(header string) (name, currency string) {
	s := strings.TrimSpace(clean(header))
	if i := strings.LastIndexByte(s, '('); i > 0 && strings.HasSuffix(s, ")") {
		inside := s[i+1 : len(s)-1]
		switch {
		case currenciesOf(inside) != nil:
			s, currency = s[:i], inside
		case strings.HasPrefix(inside, "in UTC"), strings.HasPrefix(inside, "en UTC"):
			s = s[:i]
		}
	}
	var b strings.Builder
	for _, r := range norm.NFKD.String(strings.ToLower(s)) {
		switch {
		case unicode.Is(unicode.Mn, r):
		case r == '\u2019' || r == '\u02bc':
			b.WriteByte('\'')
		case r == '°': // N° for Nº
			b.WriteByte('o')
		default:
			b.WriteRune(r)
		}
	}
	s = strings.Join(strings.Fields(b.String()), " ")
	s = strings.ReplaceAll(strings.ReplaceAll(s, " /", "/"), "/ ", "/")
	if last := s[strings.LastIndexByte(s, ' ')+1:]; len(last) >= 5 && strings.HasSuffix(last, "s") {
		s = s[:len(s)-1]
	}
	return s, currency
}

// clean makes a text of a cell fit to be shown and stored: valid UTF-8 without
// control characters, which become spaces, and without the marks that reverse
// the direction of what follows.
func clean(s string) string {
	plain := true
	for i := 0; i < len(s) && plain; i++ {
		plain = s[i] >= ' ' && s[i] < 0x7f
	}
	if plain {
		return s
	}
	return strings.Map(func(r rune) rune {
		switch {
		case r >= '\u202a' && r <= '\u202e' || r >= '\u2066' && r <= '\u2069' || r == '\ufeff':
			return -1
		case unicode.IsControl(r):
			return ' '
		}
		return r // utf8.RuneError where it was invalid
	}, s)
}

// repair undoes the commonest damage to accents: UTF-8 that some program took
// for windows-1252 and wrote as UTF-8 again, "dÃ©pensÃ©" for "dépensé". Any
// other text comes back as it is.
func repair(s string) (string, bool) {
	if !strings.ContainsAny(s, "ÃÂâÅÄÎÏÐÑð") {
		return s, false
	}
	raw, err := charmap.Windows1252.NewEncoder().String(s)
	if err != nil || !utf8.ValidString(raw) || raw == s {
		return s, false
	}
	return raw, true
}

// comparison tells the columns that repeat others for an earlier period.
func comparison(name string) bool {
	for _, end := range []string{
		"(compare to)", "(comparison)", "(change)", "(change %)", "(% change)",
		"(par rapport a)", "(comparaison)", "(difference)", "(difference en pourcentage)", "(difference en %)",
	} {
		if strings.HasSuffix(name, end) {
			return true
		}
	}
	return false
}

// personal are the headers of data about people. Advertising statistics need
// none, so a file that has one is refused whole.
var personal = func() map[string]bool {
	m := map[string]bool{}
	for _, h := range strings.Split("Email|E-mail|Email address|E-mail address|Adresse e-mail|Adresse email|Courriel|Adresse électronique|"+
		"Phone|Phone number|Mobile phone number|Telephone|Téléphone|Numéro de téléphone|Caller phone number|Numéro de l’appelant|"+
		"First name|Last name|Full name|Prénom|Nom de famille|Nom complet|full_name|first_name|last_name|phone_number|"+
		"App-instance ID|User ID|User-ID|IP|Billing Name|Shipping Name|Billing Phone|Shipping Phone|Customer email|Billing Email Address|Customer name|"+
		"GCLID|Google Click ID|Google Click ID (GCLID)|fbclid|Click ID|Date of birth|Date de naissance|IP address|Adresse IP", "|") {
		name, _ := normalise(h)
		m[name] = true
	}
	return m
}()

// quoted is a value of the file inside a message, cut to a readable length.
func quoted(v string) locale.Text {
	v = strings.Join(strings.Fields(clean(v)), " ")
	if r := []rune(v); len(r) > 60 {
		v = string(r[:59]) + "…"
	}
	return locale.Text{EN: locale.EN.Quote(v), FR: locale.FR.Quote(v)}
}

// say fills a text in both languages; arguments that are Texts are put in
// each.
func say(en, fr string, args ...any) locale.Text {
	fill := func(l locale.Lang, s string) string {
		return locale.Text{EN: s, FR: s}.F(l, append([]any(nil), args...)...)
	}
	if len(args) == 0 {
		return locale.Text{EN: en, FR: fr}
	}
	return locale.Text{EN: fill(locale.EN, en), FR: fill(locale.FR, fr)}
}
