package agency

import (
	"cmp"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"vigie/internal/locale"
)

// Problem is something wrong in a file that a person wrote, with the place
// where it stands.
type Problem struct {
	File    string // slash path inside the workspace
	Line    int    // from 1; 0: the file as a whole
	Column  int    // in characters, from 1; 0: the file as a whole
	Message locale.Text
	Excerpt string // the line, and a caret under the column; empty for a whole file
	Warning bool   // worth a look; everything else of the file is used
}

// In writes the problem in one language, as file:line:column: message, with
// the line and a caret below it.
func (p Problem) In(l locale.Lang) string {
	at := p.File
	if p.Line > 0 {
		at += fmt.Sprintf(":%d:%d", p.Line, p.Column)
	}
	s := at + ": "
	if p.Warning {
		s += locale.Text{EN: "warning: ", FR: "à vérifier\u00a0: "}.In(l)
	}
	s += p.Message.In(l)
	if p.Excerpt != "" {
		s += "\n" + p.Excerpt
	}
	return s
}

// Problems are the problems of one or several files.
type Problems []Problem

// In writes all problems in one language, one after the other.
func (ps Problems) In(l locale.Lang) string {
	all := make([]string, len(ps))
	for i, p := range ps {
		all[i] = p.In(l)
	}
	return strings.Join(all, "\n")
}

// Error is the problems in English, so that they travel as an error; a caller
// who knows the reader's language finds them with errors.As and uses In.
func (ps Problems) Error() string { return ps.In(locale.EN) }

// Errors are the problems that are more than warnings.
func (ps Problems) Errors() Problems {
	return slices.DeleteFunc(slices.Clone(ps), func(p Problem) bool { return p.Warning })
}

// err is the errors as an error, nil where there are none.
func (ps Problems) err() error {
	if e := ps.Errors(); len(e) > 0 {
		return e
	}
	return nil
}

// sort puts the problems in the order of a reader: by file, line, column.
func (ps Problems) sort() {
	slices.SortStableFunc(ps, func(a, b Problem) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Column, b.Column))
	})
}

// say fills both sides of a message. Arguments that are Texts are put in the
// language of the side.
func say(en, fr string, args ...any) locale.Text {
	side := func(l locale.Lang, format string) string {
		filled := make([]any, len(args))
		for i, a := range args {
			if t, ok := a.(locale.Text); ok {
				a = t.In(l)
			}
			filled[i] = a
		}
		return fmt.Sprintf(format, filled...)
	}
	return locale.Text{EN: side(locale.EN, en), FR: side(locale.FR, fr)}
}

// maxQuoted is the length at which a quoted value is cut, in characters.
const maxQuoted = 60

// q quotes a value as it was seen, without control characters and cut where
// it is long.
func q(s string) locale.Text {
	if utf8.RuneCountInString(s) > maxQuoted {
		s = string([]rune(s)[:maxQuoted]) + "…"
	}
	quoted := strconv.Quote(s)
	return locale.Text{EN: quoted, FR: locale.FR.Quote(quoted[1 : len(quoted)-1])}
}

// oneOf lists what is possible.
func oneOf(words []string) locale.Text {
	n := len(words)
	if n < 2 {
		return locale.Same(strings.Join(words, ""))
	}
	head := strings.Join(words[:n-1], ", ")
	return locale.Text{EN: head + " or " + words[n-1], FR: head + " ou " + words[n-1]}
}

// maxChoices is how many choices a person reads through.
const maxChoices = 50

// unknown says that a word is none of those possible, lists them where they are
// not too many, and names the one that was probably meant.
func unknown(what locale.Text, word string, known []string) locale.Text {
	if len(known) == 0 {
		return say("%s %s is not known: there is none yet", "%s %s\u00a0: n’existe pas\u00a0; il n’y en a encore aucun", what, q(word))
	}
	t := say("%s %s is not known: want %s", "%s %s\u00a0: n’existe pas\u00a0; il faut %s", what, q(word), oneOf(known))
	if len(known) > maxChoices {
		t = say("%s %s is not known", "%s %s\u00a0: n’existe pas", what, q(word))
	}
	if near, ok := closest(word, known); ok {
		t = say("%s; did you mean %s?", "%s\u00a0; vouliez-vous dire %s\u00a0?", t, q(near))
	}
	return t
}

// closest is the known word that a typing mistake most likely hid: at most half
// of its letters differ.
func closest(word string, known []string) (string, bool) {
	if utf8.RuneCountInString(word) > maxQuoted {
		return "", false
	}
	best, at := "", 1<<30
	for _, k := range known {
		if d := distance(strings.ToLower(word), k); d < at {
			best, at = k, d
		}
	}
	return best, 2*at <= len(best)
}

// distance counts the letters to insert, drop or replace to make a into b
// (Levenshtein).
func distance(a, b string) int {
	x, y := []rune(a), []rune(b)
	row := make([]int, len(y)+1)
	for j := range row {
		row[j] = j
	}
	for i := range x {
		last := row[0]
		row[0] = i + 1
		for j := range y {
			change := last
			if x[i] != y[j] {
				change++
			}
			last = row[j+1]
			row[j+1] = min(change, row[j]+1, row[j+1]+1)
		}
	}
	return row[len(y)]
}
