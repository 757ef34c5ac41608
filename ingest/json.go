package ingest

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// isJSON tells the objects that programs write, one a line or in a list, by how
// they begin. No table of cells begins so.
func isJSON(start []byte) bool {
	enc, _ := sniffEncoding(start, false)
	text, _ := io.ReadAll(io.LimitReader(decoded(bytes.NewReader(start[:min(len(start), 4096)]), enc), 4096))
	text = bytes.TrimSpace(text)
	if list, ok := bytes.CutPrefix(text, []byte("[")); ok {
		text = bytes.TrimSpace(list)
		if bytes.HasPrefix(text, []byte("]")) {
			return true
		}
	}
	object, ok := bytes.CutPrefix(text, []byte("{"))
	object = bytes.TrimSpace(object)
	return ok && len(object) > 0 && (object[0] == '"' || object[0] == '}')
}

// openJSON makes a table of objects. Its columns are the names that any of them
// has, in the order in which they come, so all are read for their names first.
// The fields of an object inside are columns of their own, as metrics.clicks;
// where there is one, or the rows stand in a list of an answer, the names are
// written as programs write those of columns: metrics.costMicros becomes
// metrics.cost_micros.
func (r *Reader) openJSON(start []byte) error {
	r.container = "json"
	r.text.encoding, _ = sniffEncoding(start, int64(len(start)) == r.file.Size)
	path := answerPath(decoded(bytes.NewReader(start), r.text.encoding))
	open := func(valid bool) func() ([]byte, error) {
		text := decoded(io.NewSectionReader(r.disk, 0, r.file.Size), r.text.encoding)
		if path != nil {
			return newAnswer(text, path).next
		}
		o := newObjects(text)
		o.valid = valid
		return o.next
	}
	var (
		names          []string
		at             = map[string]int{}
		scalar, nested []bool
		rows           int
		deep           = path != nil
	)
	next := open(false)
	for {
		object, err := next()
		if err == io.EOF {
			break
		}
		if err != nil {
			return err
		}
		rows++
		inside := eachLeaf(object, func(name, value []byte) {
			i, ok := at[string(name)]
			if !ok {
				i = len(names)
				at[string(name)] = i
				names, scalar, nested = append(names, string(name)), append(scalar, false), append(nested, false)
			}
			switch value[0] {
			case '{', '[':
				nested[i] = true
			case 'n': // null
			default:
				scalar[i] = true
			}
		})
		deep = deep || inside
		if len(names) > maxColumns {
			return refuseBook("its objects have more than %s different names: this is no table", "ses objets ont plus de %s noms différents\u00a0: ce n’est pas un tableau", strconv.Itoa(maxColumns))
		}
	}
	// A name that only ever holds lists or empty objects is no column.
	header := &record{}
	columns := map[string]int{}
	for i, name := range names {
		shown := name
		if deep {
			shown = columnName(name)
		}
		if nested[i] && !scalar[i] {
			r.leave(shown)
			continue
		}
		columns[name] = len(header.cells)
		header.cells = append(header.cells, []byte(shown))
	}
	switch {
	case rows == 0 && path != nil:
		return r.refuse(0, "the list %s of this answer is empty: there is nothing to import", "la liste %s de cette réponse est vide\u00a0: il n’y a rien à importer", quoted(strings.Join(path, ".")))
	case rows == 0:
		return r.refuse(0, "the file is empty", "le fichier est vide")
	case len(header.cells) == 0:
		return r.refuse(0, "its objects hold nothing but lists: this is no table", "ses objets ne contiennent que des listes\u00a0: ce n’est pas un tableau")
	}
	err := r.findTable(func() (source, error) {
		return &objectRows{objects: open(true), header: header, columns: columns, filled: make([]int, len(header.cells))}, nil
	})
	if err != nil && rows == 1 && len(r.unread) > 0 {
		return r.refuse(0, "this is one JSON object, with a list in %s: an object a line, a list of objects, or an answer with its rows in results, data or elements is what is read. Take out the list that holds the rows",
			"c’est un seul objet JSON, avec une liste dans %s\u00a0: un objet par ligne, une liste d’objets, ou une réponse dont les lignes sont dans results, data ou elements, voilà ce qui est lu. Extrayez la liste qui contient les lignes", quoted(r.unread[0].Header))
	}
	return err
}

// objects cuts a text into the JSON objects in it: any number of them, or one
// list of them. It holds one at a time.
type objects struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool
	line     int // of the next byte
	row      int // objects so far
	list     bool
	closed   bool // the list is
	valid    bool // each object is known to be
}

func newObjects(r io.Reader) *objects { return &objects{r: r, buf: make([]byte, 64<<10), line: 1} }

// next gives the next object, valid until the one after; io.EOF after the last.
func (o *objects) next() ([]byte, error) {
	first := o.row == 0 && !o.list
	comma := false
	for {
		c, err := o.peek()
		switch {
		case err == io.EOF && o.list && !o.closed:
			return nil, refuseBook("the list is not closed after row %s: the file was cut off. Export it again", "la liste ne se referme pas après la ligne %s\u00a0: le fichier est incomplet. Exportez-le à nouveau", strconv.Itoa(o.row))
		case err != nil:
			return nil, err
		case c == ' ' || c == '\t' || c == '\r' || c == '\n':
			if c == '\n' {
				o.line++
			}
		case c == '[' && first && !o.list:
			o.list = true
		case c == ',' && o.list && o.row > 0 && !comma && !o.closed:
			comma = true
		case c == ']' && o.list && !comma && !o.closed:
			o.closed = true
		case c == '{' && !o.closed && (!o.list || o.row == 0 || comma):
			return o.object()
		default:
			return nil, refuseBook("line %s: the JSON is not as it should be after row %s: an object was expected", "ligne %s\u00a0: le JSON n’est pas correct après la ligne %s du tableau\u00a0: un objet est attendu", strconv.Itoa(o.line), strconv.Itoa(o.row))
		}
		o.pos++
	}
}

// peek is the next byte.
func (o *objects) peek() (byte, error) {
	for o.pos == o.end {
		if o.eof {
			return 0, io.EOF
		}
		if err := o.fill(); err != nil {
			return 0, err
		}
	}
	return o.buf[o.pos], nil
}

// fill reads more behind the unread data, which moves to the front.
func (o *objects) fill() error {
	copy(o.buf, o.buf[o.pos:o.end])
	o.end -= o.pos
	o.pos = 0
	if o.end == len(o.buf) {
		o.buf = append(o.buf, make([]byte, len(o.buf))...)
	}
	n, err := io.ReadAtLeast(o.r, o.buf[o.end:], 1)
	o.end += n
	if err == io.EOF {
		o.eof = true
		return nil
	}
	return err
}

// object takes the object that begins here.
func (o *objects) object() ([]byte, error) {
	o.row++
	depth, quoted, escaped := 0, false, false
	for i := o.pos; ; i++ {
		for i == o.end {
			n := i - o.pos
			switch {
			case n > maxRecord:
				return nil, refuseBook("row %s is longer than any row of a report", "la ligne %s est plus longue que n’importe quelle ligne d’un rapport", strconv.Itoa(o.row))
			case o.eof:
				return nil, refuseBook("the file ends in the middle of row %s: it was cut off. Export it again", "le fichier s’arrête au milieu de la ligne %s\u00a0: il est incomplet. Exportez-le à nouveau", strconv.Itoa(o.row))
			}
			if err := o.fill(); err != nil {
				return nil, err
			}
			i = o.pos + n
		}
		switch c := o.buf[i]; {
		case escaped:
			escaped = false
		case quoted && c == '\\':
			escaped = true
		case c == '"':
			quoted = !quoted
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				object := o.buf[o.pos : i+1]
				o.pos = i + 1
				o.line += bytes.Count(object, []byte{'\n'})
				if !o.valid && !json.Valid(object) {
					return nil, refuseBook("row %s is no valid JSON: the file is damaged. Export it again", "la ligne %s n’est pas du JSON valide\u00a0: le fichier est abîmé. Exportez-le à nouveau", strconv.Itoa(o.row))
				}
				return object, nil
			}
		}
	}
}

// eachField calls see for each name and value of a valid object. A name is
// unquoted, a value as it stands.
func eachField(object []byte, see func(name, value []byte)) {
	rest := object[1 : len(object)-1]
	for {
		rest = bytes.TrimLeft(rest, " \t\r\n,")
		if len(rest) == 0 {
			return
		}
		name := rest[:valueEnd(rest)]
		rest = bytes.TrimLeft(rest[len(name):], " \t\r\n:")
		value := rest[:valueEnd(rest)]
		rest = rest[len(value):]
		see(unquote(name), value)
	}
}

// valueEnd is where the value at the start of valid JSON ends.
func valueEnd(b []byte) int {
	depth, quoted := 0, false
	for i := 0; i < len(b); i++ {
		switch c := b[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			if quoted = !quoted; !quoted && depth == 0 {
				return i + 1
			}
		case quoted:
		case c == '{' || c == '[':
			depth++
		case c == '}' || c == ']':
			if depth--; depth == 0 {
				return i + 1
			}
		case depth == 0 && (c == ',' || c == ':' || c == ' ' || c == '\n' || c == '\r' || c == '\t'):
			return i
		}
	}
	return len(b)
}

// unquote is the text of a valid JSON string.
func unquote(quoted []byte) []byte {
	if bytes.IndexByte(quoted, '\\') < 0 {
		return quoted[1 : len(quoted)-1]
	}
	var s string
	if json.Unmarshal(quoted, &s) != nil {
		return nil
	}
	return []byte(s)
}

// maxDepth is how many objects inside each other have columns of their fields.
const maxDepth = 8

// eachLeaf calls see for each field of a valid object that a cell may hold, and
// those of the objects in it, by names joined with dots: inside reports that
// there are such. A day in three parts is a date, {"year": 2026, "month": 9,
// "day": 1}; URNs in a list are a field each, named by their kind:
// pivotValues.sponsoredCampaign.
func eachLeaf(object []byte, see func(name, value []byte)) (inside bool) {
	var walk func(object []byte, prefix string, depth int)
	walk = func(object []byte, prefix string, depth int) {
		eachField(object, func(name, value []byte) {
			if prefix != "" {
				name = []byte(prefix + "." + string(name))
			}
			switch value[0] {
			case '{':
				if day := dayOf(value); day != nil {
					inside = true
					see(name, day)
					return
				}
				if len(bytes.TrimSpace(value[1:len(value)-1])) > 0 && depth < maxDepth {
					inside = true
					walk(value, string(name), depth+1)
					return
				}
			case '[':
				if urns := urnsOf(value); urns != nil {
					inside = true
					for _, u := range urns {
						see([]byte(string(name)+"."+u.kind), []byte(`"`+u.id+`"`))
					}
					return
				}
			}
			see(name, value)
		})
	}
	walk(object, "", 1)
	return inside
}

// dayOf is the date in an object of a year, a month and a day; nil where it is
// another one.
func dayOf(object []byte) []byte {
	if len(object) > 100 {
		return nil
	}
	var parts [3]int
	fields := 0
	eachField(object, func(name, value []byte) {
		fields++
		i := slices.Index([]string{"year", "month", "day"}, string(name))
		if n, err := strconv.Atoi(string(value)); i >= 0 && err == nil && n > 0 {
			parts[i] = n
		}
	})
	if fields != 3 || parts[0] == 0 || parts[1] == 0 || parts[2] == 0 {
		return nil
	}
	return fmt.Appendf(nil, `"%04d-%02d-%02d"`, parts[0], parts[1], parts[2])
}

type urn struct{ kind, id string }

// urnsOf are the URNs in a list of nothing else, each of another kind; nil
// where it is another list.
func urnsOf(list []byte) []urn {
	var texts []string
	if len(list) > 1000 || !bytes.Contains(list, []byte(`"urn:`)) || json.Unmarshal(list, &texts) != nil {
		return nil
	}
	var urns []urn
	for _, text := range texts {
		parts := strings.Split(text, ":") // urn:li:sponsoredCampaign:123
		if len(parts) != 4 || parts[0] != "urn" || strings.Trim(parts[3], "0123456789") != "" ||
			slices.ContainsFunc(urns, func(u urn) bool { return u.kind == parts[2] }) {
			return nil
		}
		urns = append(urns, urn{parts[2], parts[3]})
	}
	return urns
}

// columnName writes the name of a field as that of a column: lower case, words
// joined by an underscore.
func columnName(name string) string {
	var b strings.Builder
	for i, c := range []byte(name) {
		switch {
		case c >= 'A' && c <= 'Z':
			if i > 0 && (name[i-1] >= 'a' && name[i-1] <= 'z' || name[i-1] >= '0' && name[i-1] <= '9') {
				b.WriteByte('_')
			}
			b.WriteByte(c + 'a' - 'A')
		case c >= 'a' && c <= 'z', c >= '0' && c <= '9', c == '.', c == '_':
			b.WriteByte(c)
		default:
			return name // made for people
		}
	}
	return b.String()
}

// objectRows reads objects as the rows of a table: the header first, then each
// object by its number.
type objectRows struct {
	objects func() ([]byte, error)
	row     int
	header  *record // given once
	columns map[string]int
	rec     record
	filled  []int // the row that last filled a column
}

func (o *objectRows) next() (*record, error) {
	if o.header != nil {
		rec := o.header
		o.header = nil
		return rec, nil
	}
	object, err := o.objects()
	if err != nil {
		return nil, err
	}
	o.row++
	n := len(o.filled)
	o.rec = record{line: o.row, cells: append(o.rec.cells[:0], make([][]byte, n)...), kinds: append(o.rec.kinds[:0], make([]kind, n)...), dirty: !utf8.Valid(object)}
	twice := ""
	eachLeaf(object, func(name, value []byte) {
		i, ok := o.columns[string(name)]
		if !ok {
			return
		}
		if o.filled[i] == o.row {
			twice = string(name)
		}
		o.filled[i] = o.row
		switch value[0] {
		case 'n':
		case '"':
			o.rec.cells[i] = unquote(value)
		case 't', 'f':
			o.rec.cells[i] = bytes.ToUpper(value)
		case '{', '[':
			o.rec.cells[i] = value
		default:
			o.rec.cells[i], o.rec.kinds[i] = value, kind{number: true}
		}
	})
	if twice != "" {
		return nil, refuseBook("row %s has the name %s twice", "la ligne %s porte deux fois le nom %s", strconv.Itoa(o.row), quoted(twice))
	}
	return &o.rec, nil
}
