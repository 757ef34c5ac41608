package agency

import (
	"errors"
	"fmt"
	"io"
	"os"
	"reflect"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/goccy/go-yaml"
	"github.com/goccy/go-yaml/ast"
	"github.com/goccy/go-yaml/lexer"
	"github.com/goccy/go-yaml/parser"
	"github.com/goccy/go-yaml/token"

	"vigie/internal/locale"
)

// Limits of a file. A brief has some hundred tokens; the parser's time grows
// with the square of the number of keys (90,000 of them: 34 s) and of the
// nesting (20,000 levels: 3 s), so both are checked on the tokens, before it.
const (
	maxFile    = 1 << 20 // bytes
	maxTokens  = 20_000
	maxNesting = 20 // brackets, dashes or question marks inside one another
)

// doc is one YAML file while it is read. The tree comes from goccy/go-yaml;
// it is decoded here rather than by the library's decoder because that one
// stops at the first mistake and cannot say which keys exist.
type doc struct {
	file     string
	lines    []string
	root     ast.Node
	empty    bool   // it holds comments at most
	secrets  string // name of the variable for a secret that a person may write here
	problems Problems
}

// leaf is a value with a grammar of its own: it reads its node and reports
// what is wrong to the doc.
type leaf interface{ read(d *doc, n ast.Node) }

// readFile reads a file of the workspace strictly into v, a pointer to a
// struct with yaml tags. The doc is kept for the checks that follow; it is
// failed if anything was wrong.
func readFile(root *os.Root, name string, v any) *doc {
	d := parseFile(root, name)
	d.into(v)
	return d
}

// parseFile makes the tree of a file whose kind its own keys tell; into does
// the rest.
func parseFile(root *os.Root, name string) *doc {
	d := &doc{file: name}
	b, err := load(root, name, maxFile)
	if err != nil {
		d.whole(*err)
		return d
	}
	d.parse(b)
	return d
}

// into decodes the tree into v, a pointer to a struct with yaml tags.
func (d *doc) into(v any) {
	if !d.failed() {
		d.decode(d.root, reflect.ValueOf(v).Elem())
	}
}

// tooLarge says how large a file may be.
func tooLarge(limit int64) locale.Text {
	t := say("is larger than %d MiB", "dépasse %d\u00a0Mio", limit>>20)
	if limit == maxFile {
		t = say("%s: a file of the workspace is a page of text", "%s\u00a0: un fichier de l’espace de travail est une page de texte", t)
	}
	return t
}

// load is a file's bytes, at most so many; only a regular file that lies inside
// the workspace, symbolic links followed, is opened.
func load(root *os.Root, name string, limit int64) ([]byte, *locale.Text) {
	cannot := func(err error) ([]byte, *locale.Text) {
		var p *os.PathError
		if errors.As(err, &p) {
			err = p.Err
		}
		t := say("cannot be read: %v", "illisible\u00a0: %v", err)
		if errors.Is(err, os.ErrNotExist) {
			t = say("there is no such file", "ce fichier n’existe pas")
		}
		return nil, &t
	}
	info, err := root.Stat(name)
	if err != nil {
		return cannot(err)
	}
	if !info.Mode().IsRegular() {
		t := say("is not a file", "n’est pas un fichier")
		return nil, &t
	}
	f, err := root.Open(name)
	if err != nil {
		return cannot(err)
	}
	defer f.Close()
	b, err := io.ReadAll(io.LimitReader(f, limit+1))
	if err != nil {
		return cannot(err)
	}
	if int64(len(b)) > limit {
		t := tooLarge(limit)
		return nil, &t
	}
	return b, nil
}

// parse makes the tree and refuses what a brief has no use for: anchors and
// aliases (a few lines of them unfold to gigabytes), tags, a second document.
func (d *doc) parse(b []byte) {
	s := strings.ReplaceAll(strings.TrimPrefix(string(b), "\ufeff"), "\r\n", "\n")
	d.lines = strings.Split(s, "\n")
	if i := strings.IndexFunc(s, unreadable); i >= 0 {
		line := strings.Count(s[:i], "\n") + 1
		column := utf8.RuneCountInString(s[strings.LastIndex(s[:i], "\n")+1:i]) + 1
		d.at(line, column, say("this character cannot be read: save the file as UTF-8 text", "ce caractère est illisible\u00a0: enregistrez le fichier en texte UTF-8"))
		return
	}
	tokens := lexer.Tokenize(s)
	if !d.modest(tokens) {
		return
	}
	file, err := safeParse(tokens)
	if err != nil {
		var e yaml.Error
		if errors.As(err, &e) {
			d.fault(e.GetToken(), syntax(e.GetMessage()))
		} else {
			d.whole(say("is not YAML: %v", "n’est pas du YAML\u00a0: %v", err))
		}
		return
	}
	var docs []ast.Node
	for _, one := range file.Docs {
		if one.Body != nil {
			docs = append(docs, one.Body)
		}
	}
	if len(docs) == 0 {
		d.empty = true
		d.whole(say("is empty", "est vide"))
		return
	}
	d.plain(docs[0])
	if len(docs) > 1 && !d.failed() {
		d.fail(docs[1], say("a file holds one document: remove the line ---", "un fichier contient un seul document\u00a0: supprimez la ligne ---"))
	}
	d.root = docs[0]
}

// unreadable reports a character that no text holds. The second half of a line
// end is none where lines are still as the file has them.
func unreadable(r rune) bool {
	return r == utf8.RuneError || unicode.IsControl(r) && r != '\n' && r != '\t'
}

// safeParse turns a panic of the parser into an error: the bytes are anyone's.
func safeParse(tokens token.Tokens) (f *ast.File, err error) {
	defer func() {
		if r := recover(); r != nil {
			err = fmt.Errorf("%v", r)
		}
	}()
	return parser.Parse(tokens, 0)
}

// modest refuses files whose size or nesting would keep the parser busy.
func (d *doc) modest(tokens token.Tokens) bool {
	if len(tokens) > maxTokens {
		d.whole(say("is too long: more than %d words and signs", "est trop long\u00a0: plus de %d mots et signes", maxTokens))
		return false
	}
	flow, line, inLine := 0, 0, 0
	for _, t := range tokens {
		switch t.Type {
		case token.MappingStartType, token.SequenceStartType:
			flow++
		case token.MappingEndType, token.SequenceEndType:
			flow--
		case token.SequenceEntryType, token.MappingKeyType:
			if t.Position.Line != line {
				line, inLine = t.Position.Line, 0
			}
			inLine++
		}
		if flow > maxNesting || inLine > maxNesting {
			d.fault(t, say("nested too deeply", "imbrication trop profonde"))
			return false
		}
	}
	return true
}

// syntaxWords are the parser's commonest complaints in words for people. It
// speaks English only, of tokens.
var syntaxWords = []struct {
	part  string
	words locale.Text
}{
	{"mapping value is not allowed", say("a colon or an indent out of place: put a text that holds a colon in quotes, and line the keys up", "deux-points ou retrait mal placé\u00a0: mettez entre guillemets droits un texte qui contient deux-points, et alignez les clés")},
	{"value is not allowed in this context", say("something after the value: put the whole text in quotes", "quelque chose suit la valeur\u00a0: mettez tout le texte entre guillemets droits")},
	{"could not find end character of", say("quotes that are never closed", "des guillemets jamais refermés")},
	{"sequence end token", say("a bracket [ that is never closed", "un crochet [ jamais refermé")},
	{"could not find flow map", say("a brace { that is never closed", "une accolade { jamais refermée")},
	{"could not find map", say("a key without a colon, or a brace { that is never closed", "une clé sans deux-points, ou une accolade { jamais refermée")},
	{"'\t'", say("a tab: YAML indents with spaces", "une tabulation\u00a0: YAML se met en retrait avec des espaces")},
}

// syntax words the parser's complaint.
func syntax(message string) locale.Text {
	for _, w := range syntaxWords {
		if strings.Contains(message, w.part) {
			return w.words
		}
	}
	if strings.HasPrefix(message, "mapping key ") && strings.Contains(message, " already defined at ") {
		key, at, _ := strings.Cut(strings.TrimPrefix(message, "mapping key "), " already defined at ")
		at, _, _ = strings.Cut(strings.Trim(at, "[]"), ":")
		return say("the key %s is there twice: first on line %s", "la clé %s est écrite deux fois\u00a0: d’abord ligne %s", q(strings.Trim(key, `"`)), at)
	}
	return say("YAML: %s", "YAML\u00a0: %s", message)
}

// plain refuses, anywhere in the tree, the constructs a brief has no use for.
func (d *doc) plain(n ast.Node) {
	switch n := n.(type) {
	case *ast.AnchorNode:
		d.fail(n, say("anchors (&) are not accepted: put the text in quotes, or write the value out", "les ancres (&) ne sont pas acceptées\u00a0: mettez le texte entre guillemets droits, ou écrivez la valeur"))
	case *ast.AliasNode:
		d.fail(n, say(`a leading * refers to an anchor, which is not accepted: put the pattern in quotes, as "*PROSP*"`, "une * en tête renvoie à une ancre, ce qui n’est pas accepté\u00a0: mettez le motif entre guillemets droits, comme \"*PROSP*\""))
	case *ast.TagNode:
		d.fail(n, say(`a leading ! is a YAML tag, which is not accepted: put the text in quotes, as "!*TEST*"`, "un point d’exclamation en tête est une étiquette YAML, ce qui n’est pas accepté\u00a0: mettez le texte entre guillemets droits, comme \"!*TEST*\""))
	case *ast.DirectiveNode:
		d.fail(n, say("directives (%%) are not accepted", "les directives (%%) ne sont pas acceptées"))
	case *ast.MergeKeyNode, *ast.MappingKeyNode:
		d.fail(n, say("a key must be a word", "une clé doit être un mot"))
	case *ast.MappingNode:
		for _, v := range n.Values {
			d.plain(v.Key)
			d.plain(v.Value)
		}
	case *ast.SequenceNode:
		for _, v := range n.Values {
			d.plain(v)
		}
	}
}

// decode puts a node into a value. null is the same as not written.
func (d *doc) decode(n ast.Node, v reflect.Value) {
	if n == nil || n.Type() == ast.NullType {
		return
	}
	if l, ok := v.Addr().Interface().(leaf); ok {
		l.read(d, n)
		return
	}
	switch v.Kind() {
	case reflect.String:
		s, _ := d.text(n)
		v.SetString(s)
	case reflect.Slice:
		seq, ok := n.(*ast.SequenceNode)
		if !ok {
			d.fail(n, say("want a list, as [a, b]", "il faut une liste, comme [a, b]"))
			return
		}
		for _, x := range seq.Values {
			one := reflect.New(v.Type().Elem()).Elem()
			d.decode(x, one)
			v.Set(reflect.Append(v, one))
		}
	case reflect.Map:
		m, ok := n.(*ast.MappingNode)
		if !ok {
			d.fail(n, say("want keys with values, as {key: value}", "il faut des clés et des valeurs, comme {clé: valeur}"))
			return
		}
		v.Set(reflect.MakeMap(v.Type()))
		d.entries(m, func(key string, x *ast.MappingValueNode) {
			one := reflect.New(v.Type().Elem()).Elem()
			d.decode(x.Value, one)
			v.SetMapIndex(reflect.ValueOf(key), one)
		})
	case reflect.Struct:
		d.decodeStruct(n, v)
	default:
		panic("agency: no reading for " + v.Type().String())
	}
}

// decodeStruct reads the known keys and reports every other one, and every
// required one that is missing.
func (d *doc) decodeStruct(n ast.Node, v reflect.Value) {
	m, ok := n.(*ast.MappingNode)
	if !ok {
		d.fail(n, say("want keys with values, as key: value", "il faut des clés et des valeurs, comme clé: valeur"))
		return
	}
	// An embedded struct's keys stand among those of the struct itself.
	fields := slices.DeleteFunc(reflect.VisibleFields(v.Type()), func(f reflect.StructField) bool { return f.Anonymous })
	var keys, missing []string
	for _, f := range fields {
		keys = append(keys, f.Tag.Get("yaml"))
		if f.Tag.Get("jsonschema") == "required" {
			missing = append(missing, f.Tag.Get("yaml"))
		}
	}
	d.entries(m, func(key string, x *ast.MappingValueNode) {
		i := slices.Index(keys, key)
		switch {
		case i < 0 && secretKey(key):
			d.fail(x.Key, d.secretInside())
			// The line is not shown: messages are logged.
			d.problems[len(d.problems)-1].Excerpt = ""
			return
		case i < 0:
			d.fail(x.Key, unknown(say("key", "clé"), key, keys))
			return
		}
		if x.Value != nil && x.Value.Type() != ast.NullType {
			missing = slices.DeleteFunc(missing, func(k string) bool { return k == key })
		}
		d.decode(x.Value, v.FieldByIndex(fields[i].Index))
	})
	for _, k := range missing {
		d.fail(n, say("the key %s is missing", "il manque la clé %s", q(k)))
	}
}

// entries visits the keys of a mapping. The parser finds plain duplicates;
// those that differ only in their quotes are found here.
func (d *doc) entries(m *ast.MappingNode, visit func(key string, x *ast.MappingValueNode)) {
	seen := map[string]bool{}
	for _, x := range m.Values {
		key, ok := d.text(x.Key)
		if !ok {
			continue
		}
		if seen[key] {
			d.fail(x.Key, say("the key %s is there twice", "la clé %s est écrite deux fois", q(key)))
			continue
		}
		seen[key] = true
		visit(key, x)
	}
}

// scalar is the text of a value as it was written, quotes removed.
func scalar(n ast.Node) (string, bool) {
	switch n := n.(type) {
	case *ast.StringNode:
		return n.Value, true
	case *ast.LiteralNode:
		return strings.TrimRight(n.Value.Value, "\n"), true
	case *ast.IntegerNode, *ast.FloatNode, *ast.BoolNode, *ast.NullNode, *ast.InfinityNode, *ast.NanNode:
		return n.GetToken().Value, true
	}
	return "", false
}

// text is a scalar as text, without spaces around it and without marks of
// direction, which nobody sees; it is refused where it holds control characters,
// which quotes can smuggle in.
func (d *doc) text(n ast.Node) (s string, ok bool) {
	s, ok = scalar(n)
	if !ok {
		d.fail(n, say("want a simple value, without brackets or keys of its own", "il faut une valeur simple, sans crochets ni clés"))
		return "", false
	}
	if strings.ContainsFunc(s, func(r rune) bool { return unicode.IsControl(r) && r != '\n' }) {
		d.fail(n, say("control characters are not accepted", "les caractères de contrôle ne sont pas acceptés"))
		return "", false
	}
	return strings.TrimSpace(locale.Straight(s)), true
}

// find is the node at a path of keys and indexes, nil where there is none.
func (d *doc) find(path ...any) ast.Node {
	n := d.root
	for _, p := range path {
		var next ast.Node
		switch n := n.(type) {
		case *ast.MappingNode:
			for _, x := range n.Values {
				if s, ok := scalar(x.Key); ok && any(s) == p {
					next = x.Value
				}
			}
		case *ast.SequenceNode:
			if i, ok := p.(int); ok && i < len(n.Values) {
				next = n.Values[i]
			}
		}
		if next == nil {
			return nil
		}
		n = next
	}
	return n
}

// keyAt is the node of the key itself at the end of a path.
func (d *doc) keyAt(path ...any) ast.Node {
	last := len(path) - 1
	if m, ok := d.find(path[:last]...).(*ast.MappingNode); ok {
		for _, x := range m.Values {
			if s, ok := scalar(x.Key); ok && any(s) == path[last] {
				return x.Key
			}
		}
	}
	return nil
}

// fail reports an error at a node; warn reports what is worth a look.
func (d *doc) fail(n ast.Node, m locale.Text) { d.fault(start(n), m) }

func (d *doc) warn(n ast.Node, m locale.Text) {
	d.fault(start(n), m)
	d.problems[len(d.problems)-1].Warning = true
}

// start is the token a person would point at: the first key of a block, not
// the colon after it.
func start(n ast.Node) *token.Token {
	if m, ok := n.(*ast.MappingNode); ok && !m.IsFlowStyle && len(m.Values) > 0 {
		return start(m.Values[0].Key)
	}
	if n == nil {
		return nil
	}
	return n.GetToken()
}

func (d *doc) fault(t *token.Token, m locale.Text) {
	if t == nil || t.Position == nil {
		d.whole(m)
		return
	}
	d.at(t.Position.Line, t.Position.Column, m)
}

// whole reports a problem of the file as a whole.
func (d *doc) whole(m locale.Text) {
	d.problems = append(d.problems, Problem{File: d.file, Message: m})
}

// maxExcerpt is the length at which an excerpt is cut, in characters.
const maxExcerpt = 120

func (d *doc) at(line, column int, m locale.Text) {
	p := Problem{File: d.file, Line: line, Column: column, Message: m}
	if line >= 1 && line <= len(d.lines) {
		r := []rune(strings.Map(func(r rune) rune {
			if unicode.IsControl(r) {
				return ' '
			}
			return r
		}, d.lines[line-1]))
		r = r[:min(len(r), maxExcerpt)]
		p.Excerpt = fmt.Sprintf("%5d | %s", line, string(r))
		if column-1 <= len(r) {
			p.Excerpt += "\n      | " + strings.Repeat(" ", max(column-1, 0)) + "^"
		}
	}
	d.problems = append(d.problems, p)
}

func (d *doc) failed() bool { return len(d.problems.Errors()) > 0 }
