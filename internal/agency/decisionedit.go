package agency

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"math"
	"os"
	"path"
	"reflect"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync"
	"unicode/utf8"

	"github.com/goccy/go-yaml/ast"

	"vigie/internal/locale"
)

// Change is a new value for a key of a decision's front matter: id, choice,
// expected.check, or options and the short name of one.
type Change struct {
	Key  string
	Text string   // where the key holds one value
	List []string // where it holds several
}

// lists are the keys that hold several values.
var lists = []string{"authors", "findings", "touches"}

// writing keeps two commands of one process from taking the same number.
var writing sync.Mutex

// Draft is a decision that is to be written.
type Draft struct {
	Decision
	Title string // of which the file is named; else the option chosen
}

// AddDecision writes a new decision under the next free number; with dry, it
// only says what it would write. What is wrong in the draft is an error,
// Problems; the file is the path inside the workspace.
func (c *Campaign) AddDecision(x Draft, l locale.Lang, known Known, dry bool) (file string, body []byte, err error) {
	writing.Lock()
	defer writing.Unlock()
	root, err := os.OpenRoot(c.Client.Agency.Dir)
	if err != nil {
		return "", nil, fmt.Errorf("decision: %w", err)
	}
	defer root.Close()
	dir := path.Join(c.Folder(), DecisionsName)
	if x.ID, err = nextID(root, dir, x.Date); err != nil {
		return "", nil, err
	}
	stem := x.Date.String() + "-" + cmp.Or(slug(x.Title), slug(x.Choice), "decision")
	for n := 1; ; n++ {
		file = path.Join(dir, stem+".md")
		if n > 1 {
			file = path.Join(dir, stem+"-"+strconv.Itoa(n)+".md")
		}
		if _, err := root.Lstat(file); errors.Is(err, fs.ErrNotExist) {
			break
		} else if err != nil {
			return "", nil, fmt.Errorf("decision: %w", err)
		}
	}
	body = x.write(l)
	d := &doc{file: file}
	d.decision(body, c, known)
	if err := d.problems.err(); err != nil || dry {
		return file, body, err
	}
	made, err := create(root, file, body)
	if err == nil && !made {
		err = fs.ErrExist
	}
	if err != nil {
		return "", nil, fmt.Errorf("decision: %w", err)
	}
	return file, body, nil
}

var anyID = regexp.MustCompile(`D-(\d{4})-(\d{3})`)

// nextID is the number after the last one of the year, in files that cannot be
// read too.
func nextID(root *os.Root, dir string, date locale.Day) (string, error) {
	year, last := date.String()[:4], 0
	entries, err := fs.ReadDir(root.FS(), dir)
	if err != nil && !errors.Is(err, fs.ErrNotExist) {
		return "", fmt.Errorf("decisions: %w", err)
	}
	for _, e := range entries {
		b, wrong := load(root, path.Join(dir, e.Name()), maxFile)
		if wrong != nil {
			continue
		}
		for line := range bytes.Lines(b) {
			if m := anyID.FindSubmatch(line); m != nil && bytes.HasPrefix(line, []byte("id:")) && string(m[1]) == year {
				n, _ := strconv.Atoi(string(m[2]))
				last = max(last, n)
			}
		}
	}
	if last >= 999 {
		return "", Problems{{File: dir, Message: say("999 decisions in a year: there is no number left", "999 décisions en un an\u00a0: il ne reste plus de numéro")}}
	}
	return fmt.Sprintf("D-%s-%03d", year, last+1), nil
}

// write is a new decision as a file, with titles for what it does not say yet.
func (x Draft) write(l locale.Lang) []byte {
	var b bytes.Buffer
	p := func(format string, args ...any) { fmt.Fprintf(&b, format+"\n", args...) }
	var options []string
	for _, o := range x.Options {
		options = append(options, o.ID+": "+quote(o.Words))
	}
	p("---\nid: %s\ndate: %s", x.ID, x.Date)
	if x.Applied != 0 {
		p("applied: %s", x.Applied)
	}
	p("authors: %s", flowList(x.Authors))
	if len(x.Findings) > 0 {
		p("findings: %s", flowList(x.Findings))
	}
	if len(x.Touches) > 0 {
		p("touches: %s", flowList(x.Touches))
	}
	p("options: {%s}", strings.Join(options, ", "))
	p("choice: %s", plainText(x.Choice))
	p("expected: {kpi: %s, from: %s, to: %s, check: %s}", plainText(x.Expected.KPI), bare(x.Expected.From), bare(x.Expected.To), x.Expected.Check)
	if x.Approved != "" {
		p("approved_by: %s", plainText(x.Approved))
	}
	p("---")
	if x.Text != "" {
		p("%s\n", strings.TrimSpace(x.Text))
	} else {
		p("%s\n", locale.Text{EN: "## Why", FR: "## Pourquoi"}.In(l))
	}
	p("%s", locale.Text{EN: "## Risks\n\n## What would make us go back", FR: "## Risques\n\n## Ce qui nous ferait revenir en arrière"}.In(l))
	return b.Bytes()
}

// bare writes a number as a file has it: to the millionth, without zeros at its
// end.
func bare(v float64) string {
	return strconv.FormatFloat(math.Round(v*micro)/micro, 'f', -1, 64)
}

var simpleText = regexp.MustCompile(`^[\pL\pN*%][\pL\pN_.@#*%-]*$`)

// plainText writes a text as YAML, in quotes unless it is a single word.
func plainText(s string) string {
	if simpleText.MatchString(s) && !strings.HasPrefix(s, "*") && !strings.HasPrefix(s, "%") {
		return s
	}
	return quote(s)
}

func flowList(words []string) string {
	all := make([]string, len(words))
	for i, w := range words {
		all[i] = plainText(w)
	}
	return "[" + strings.Join(all, ", ") + "]"
}

// EditDecision changes values in the front matter of a decision's file; the rest
// of it stays byte for byte, and so do its comments. Problems is what would be
// wrong in the result, and then nothing is written. With dry nothing is written
// in any case.
func (c *Campaign) EditDecision(id string, changes []Change, known Known, dry bool) (file string, body []byte, err error) {
	writing.Lock()
	defer writing.Unlock()
	x, err := c.Decision(id)
	if err != nil {
		return "", nil, err
	}
	root, err := os.OpenRoot(c.Client.Agency.Dir)
	if err != nil {
		return "", nil, fmt.Errorf("decision: %w", err)
	}
	defer root.Close()
	before, wrong := load(root, x.File, maxFile)
	if wrong != nil {
		return "", nil, Problems{{File: x.File, Message: *wrong}}
	}
	d := &doc{file: x.File}
	if d.decision(before, c, known) == nil {
		return "", nil, d.problems.err() // somebody is at it
	}
	body = before
	for _, change := range changes {
		next, ok := replaceValue(body, change)
		if !ok || !onlyChanged(body, next, change) {
			return "", nil, Problems{{File: x.File, Message: say("the way %s is written here cannot be changed by a command: change it in an editor", "la façon dont %s est écrit ici ne se prête pas à une commande\u00a0: modifiez-le dans un éditeur", q(change.Key))}}
		}
		body = next
	}
	d = &doc{file: x.File}
	d.decision(body, c, known)
	if err := d.problems.err(); err != nil {
		return "", nil, err
	}
	if dry || bytes.Equal(before, body) {
		return x.File, body, nil
	}
	return x.File, body, rewrite(root, x.File, before, body)
}

// rewrite puts a file's new bytes in its place at once, unless somebody has
// written it since it was read.
func rewrite(root *os.Root, file string, before, after []byte) error {
	info, err := root.Stat(file)
	if err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	tmp := path.Join(path.Dir(file), "."+path.Base(file)+".tmp")
	if err := root.WriteFile(tmp, after, info.Mode().Perm()); err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	defer root.Remove(tmp)
	if now, err := root.ReadFile(file); err != nil || !bytes.Equal(now, before) {
		return Problems{{File: file, Message: say("was written by somebody else at this moment: nothing was changed, try again", "vient d’être modifié par ailleurs\u00a0: rien n’a été changé, réessayez")}}
	}
	if link, err := root.Lstat(file); err == nil && link.Mode()&fs.ModeSymlink != 0 {
		return Problems{{File: file, Message: say("is a link: change the file it leads to", "est un lien\u00a0: modifiez le fichier auquel il mène")}}
	}
	if err := root.Rename(tmp, file); err != nil {
		return fmt.Errorf("decision: %w", err)
	}
	return nil
}

// replaceValue writes a new value over that of a key, or adds the key; ok is
// false where the old one is written in a way it does not know.
func replaceValue(b []byte, change Change) (out []byte, ok bool) {
	front, _, ok := cutFront(string(b))
	if !ok {
		return nil, false
	}
	d := &doc{}
	d.parse([]byte("\n" + front))
	top, isMap := d.root.(*ast.MappingNode)
	if d.failed() || !isMap || top.IsFlowStyle {
		return nil, false
	}
	value := plainText(change.Text)
	if slices.Contains(lists, change.Key) {
		value = flowList(change.List)
	}
	eol := "\n"
	if first, _, _ := bytes.Cut(b, []byte("\n")); bytes.HasSuffix(first, []byte("\r")) {
		eol = "\r\n"
	}
	src := source{string(b)}
	key, sub, nested := strings.Cut(change.Key, ".")
	steps := []any{key}
	if nested {
		steps = append(steps, sub)
	}
	if n := d.find(steps...); n != nil {
		at, end, ok := src.span(n, nested)
		if !ok {
			return nil, false
		}
		if key == "options" {
			value = quote(change.Text)
		}
		if at > 0 && b[at-1] == '\n' || strings.TrimSpace(src.before(at)) == "" { // a block below its key
			kn := start(d.keyAt(steps...))
			if kn == nil || nested {
				return nil, false
			}
			from, ok := src.offset(kn.Position.Line, kn.Position.Column)
			if !ok {
				return nil, false
			}
			return []byte(src.s[:from] + key + ": " + value + src.s[end:]), true
		}
		return []byte(src.s[:at] + value + src.s[end:]), true
	}
	if !nested { // a new key stands last
		closing := strings.Index(src.s, front) + len(front)
		return []byte(src.s[:closing] + key + ": " + value + eol + src.s[closing:]), true
	}
	m, isMap := d.find(key).(*ast.MappingNode)
	if !isMap || len(m.Values) == 0 {
		return nil, false
	}
	entry := sub + ": " + quote(change.Text)
	if m.IsFlowStyle {
		at, ok := src.offset(m.End.Position.Line, m.End.Position.Column)
		if !ok {
			return nil, false
		}
		head := strings.TrimRight(src.s[:at], " ")
		if strings.HasSuffix(head, ",") {
			return []byte(head + " " + entry + src.s[at:]), true
		}
		return []byte(head + ", " + entry + src.s[at:]), true
	}
	last := m.Values[len(m.Values)-1]
	_, end, ok := src.span(last.Value, false)
	if !ok {
		return nil, false
	}
	if i := strings.IndexByte(src.s[end:], '\n'); i >= 0 {
		end += i + 1
	} else {
		return nil, false
	}
	indent := strings.Repeat(" ", start(last.Key).Position.Column-1)
	return []byte(src.s[:end] + indent + entry + eol + src.s[end:]), true
}

// source is a file with the places of its characters.
type source struct{ s string }

// offset is the byte at which a character of a line stands, both from 1.
func (x source) offset(line, column int) (int, bool) {
	at := 0
	for range line - 1 {
		i := strings.IndexByte(x.s[at:], '\n')
		if i < 0 {
			return 0, false
		}
		at += i + 1
	}
	for range column - 1 {
		_, n := utf8.DecodeRuneInString(x.s[at:])
		if n == 0 {
			return 0, false
		}
		at += n
	}
	return at, true
}

// before is what stands before a byte on its line.
func (x source) before(at int) string { return x.s[strings.LastIndexByte(x.s[:at], '\n')+1 : at] }

// span is where a value stands: one on one line, a flow list or map, or a block
// list. flow says that it stands inside a flow map or a block one on one line.
func (x source) span(n ast.Node, inMap bool) (at, end int, ok bool) {
	t := start(n)
	if t == nil {
		return 0, 0, false
	}
	at, ok = x.offset(t.Position.Line, t.Position.Column)
	if !ok {
		return 0, 0, false
	}
	switch n := n.(type) {
	case *ast.MappingNode:
		if !n.IsFlowStyle || n.End == nil {
			return 0, 0, false
		}
		end, ok = x.offset(n.End.Position.Line, n.End.Position.Column)
		return at, end + 1, ok
	case *ast.SequenceNode:
		if n.IsFlowStyle && n.End != nil {
			end, ok = x.offset(n.End.Position.Line, n.End.Position.Column)
			return at, end + 1, ok
		}
		if len(n.Values) == 0 {
			return 0, 0, false
		}
		_, end, ok = x.span(n.Values[len(n.Values)-1], false)
		return at, end, ok
	case *ast.LiteralNode:
		return 0, 0, false
	}
	rest := x.s[at:]
	if i := strings.IndexAny(rest, "\r\n"); i >= 0 {
		rest = rest[:i]
	}
	switch {
	case rest == "":
		return 0, 0, false
	case rest[0] == '"':
		for i := 1; i < len(rest); i++ {
			if rest[i] == '\\' {
				i++
			} else if rest[i] == '"' {
				return at, at + i + 1, true
			}
		}
		return 0, 0, false
	case rest[0] == '\'':
		for i := 1; i < len(rest); i++ {
			if rest[i] != '\'' {
				continue
			}
			if i+1 < len(rest) && rest[i+1] == '\'' {
				i++
				continue
			}
			return at, at + i + 1, true
		}
		return 0, 0, false
	}
	if i := strings.Index(rest, " #"); i >= 0 {
		rest = rest[:i]
	}
	if inMap {
		if i := strings.IndexAny(rest, ",}"); i >= 0 {
			rest = rest[:i]
		}
	}
	rest = strings.TrimRight(rest, " ")
	return at, at + len(rest), rest != ""
}

// onlyChanged reports whether two files say the same and have the same text, but
// for one key, which has the value that was asked for.
func onlyChanged(before, after []byte, change Change) bool {
	read := func(b []byte) (d *doc, f decisionFile, text string, ok bool) {
		front, text, ok := cutFront(string(b))
		d = &doc{}
		d.parse([]byte("\n" + front))
		d.into(&f) // a value that is wrong is told later
		return d, f, text, ok && d.root != nil
	}
	_, a, text, ok1 := read(before)
	d, b, text2, ok2 := read(after)
	if !ok1 || !ok2 || text != text2 {
		return false
	}
	key, sub, nested := strings.Cut(change.Key, ".")
	va, vb := reflect.ValueOf(a), reflect.ValueOf(b)
	for i := range va.NumField() {
		if va.Type().Field(i).Tag.Get("yaml") != key && !reflect.DeepEqual(va.Field(i).Interface(), vb.Field(i).Interface()) {
			return false
		}
	}
	if nested {
		s, ok := scalar(d.find(key, sub))
		return ok && s == change.Text
	}
	if !slices.Contains(lists, key) {
		s, ok := scalar(d.find(key))
		return ok && s == change.Text
	}
	seq, ok := d.find(key).(*ast.SequenceNode)
	if !ok || len(seq.Values) != len(change.List) {
		return false
	}
	for i, n := range seq.Values {
		if s, ok := scalar(n); !ok || s != change.List[i] {
			return false
		}
	}
	return true
}
