package ingest

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"slices"
	"strconv"
)

// answerNames are the names under which the answers of programs hold their
// rows.
var answerNames = []string{"results", "data", "elements", "rows", "list", "records", "items"}

// answerPath finds the list of rows in the first object of a text, one or two
// names deep, as results or data.list; nil where the object is a row itself.
func answerPath(start io.Reader) []string {
	dec := json.NewDecoder(start)
	token, err := dec.Token()
	if token == json.Delim('[') {
		token, err = dec.Token()
	}
	if err != nil || token != json.Delim('{') {
		return nil
	}
	return listIn(dec, 2)
}

// listIn looks for such a list among the fields of the object that was opened.
func listIn(dec *json.Decoder, depth int) []string {
	for dec.More() {
		token, err := dec.Token()
		if err != nil {
			return nil
		}
		name, _ := token.(string)
		if !slices.Contains(answerNames, name) {
			var skipped json.RawMessage
			if dec.Decode(&skipped) != nil {
				return nil
			}
			continue
		}
		switch token, _ = dec.Token(); {
		case token == json.Delim('['):
			if !dec.More() {
				return []string{name}
			}
			if token, _ = dec.Token(); token == json.Delim('{') {
				return []string{name}
			}
			return nil
		case token == json.Delim('{') && depth > 1:
			if path := listIn(dec, depth-1); path != nil {
				return append([]string{name}, path...)
			}
			return nil
		case token == json.Delim('{'):
			return nil
		}
	}
	return nil
}

// answer gives the rows in the answers of a program, one after the other or in
// a list: each is an object with a list of rows at path. It holds one row at a
// time.
type answer struct {
	dec    *json.Decoder
	meter  *meter
	path   []string
	row    int
	level  int  // how many objects are open
	rows   bool // the list is open
	list   bool // the answers stand in a list
	ended  bool
	onward bool // the last answer says that another page follows
}

func newAnswer(text io.Reader, path []string) *answer {
	m := &meter{r: text}
	return &answer{dec: json.NewDecoder(m), meter: m, path: path}
}

// meter stops a reading that goes on without end.
type meter struct {
	r       io.Reader
	n, most int64
}

var errLongRow = errors.New("a row without end")

func (m *meter) Read(p []byte) (int, error) {
	if m.n > m.most {
		return 0, errLongRow
	}
	n, err := m.r.Read(p)
	m.n += int64(n)
	return n, err
}

// next gives the next row; io.EOF after the last.
func (a *answer) next() ([]byte, error) {
	for {
		a.meter.most = a.dec.InputOffset() + maxRecord
		switch {
		case a.rows && a.dec.More():
			a.row++
			row, err := a.value()
			if err != nil {
				return nil, err
			}
			if row[0] != '{' {
				return nil, a.strange()
			}
			return row, nil
		case a.rows:
			a.rows = false
			if _, err := a.token(); err != nil {
				return nil, err
			}
		case a.level > 0 && a.dec.More():
			if err := a.field(); err != nil {
				return nil, err
			}
		case a.level > 0:
			if _, err := a.token(); err != nil {
				return nil, err
			}
			a.level--
		default:
			if err := a.begin(); err != nil {
				return nil, err
			}
		}
	}
}

// begin opens the next answer, or ends the reading.
func (a *answer) begin() error {
	token, err := a.dec.Token()
	switch {
	case err == io.EOF && a.list && !a.ended:
		return a.damaged(err)
	case err == io.EOF && a.onward:
		return refuseBook("this is one page of several: fetch the others too and put them behind it, in the same file", "ce n’est qu’une page parmi plusieurs\u00a0: récupérez aussi les suivantes et ajoutez-les derrière, dans le même fichier")
	case err == io.EOF:
		return io.EOF
	case err != nil:
		return a.damaged(err)
	case token == json.Delim('{') && !a.ended:
		a.level, a.onward = 1, false
	case token == json.Delim('[') && !a.list && a.row == 0:
		a.list = true
	case token == json.Delim(']') && a.list && !a.ended:
		a.ended = true
	default:
		return a.strange()
	}
	return nil
}

// field reads one field of an object: a step towards the rows, or a remark.
func (a *answer) field() error {
	token, err := a.token()
	if err != nil {
		return err
	}
	name, _ := token.(string)
	if name != a.path[a.level-1] {
		value, err := a.value()
		if err == nil {
			a.onward = a.onward || onward(name, value)
		}
		return err
	}
	switch token, err = a.token(); {
	case err != nil:
		return err
	case token == nil: // null
	case token == json.Delim('[') && a.level == len(a.path):
		a.rows = true
	case token == json.Delim('{') && a.level < len(a.path):
		a.level++
	default:
		return a.strange()
	}
	return nil
}

func (a *answer) token() (json.Token, error) {
	token, err := a.dec.Token()
	if err != nil {
		return nil, a.damaged(err)
	}
	return token, nil
}

func (a *answer) value() ([]byte, error) {
	var value json.RawMessage
	if err := a.dec.Decode(&value); err != nil {
		return nil, a.damaged(err)
	}
	return value, nil
}

// damaged is why an answer cannot be read on.
func (a *answer) damaged(err error) error {
	var syntax *json.SyntaxError
	row := strconv.Itoa(a.row)
	switch {
	case errors.Is(err, errLongRow):
		return refuseBook("what stands after row %s is longer than any row of a report", "ce qui suit la ligne %s est plus long que n’importe quelle ligne d’un rapport", row)
	case err == io.EOF, err == io.ErrUnexpectedEOF:
		return refuseBook("the file ends after row %s, in the middle of its list: it was cut off. Export it again", "le fichier s’arrête après la ligne %s, au milieu de sa liste\u00a0: il est incomplet. Exportez-le à nouveau", row)
	case errors.As(err, &syntax):
		return refuseBook("the JSON is not as it should be around row %s: the file is damaged. Export it again", "le JSON n’est pas correct vers la ligne %s\u00a0: le fichier est abîmé. Exportez-le à nouveau", row)
	}
	return err
}

func (a *answer) strange() error {
	return refuseBook("the JSON is not as it should be around row %s: an object was expected", "le JSON n’est pas correct vers la ligne %s\u00a0: un objet est attendu", strconv.Itoa(a.row))
}

// onward reports a remark of an answer that another page follows, as the APIs
// of Google, Meta, LinkedIn and TikTok make it.
func onward(name string, value []byte) bool {
	switch name {
	case "nextPageToken", "next_page_token":
		return len(value) > 2 && value[0] == '"'
	case "paging":
		var p struct {
			Next  string
			Links []struct{ Rel string }
		}
		return bytes.HasPrefix(value, []byte("{")) && json.Unmarshal(value, &p) == nil &&
			(p.Next != "" || slices.ContainsFunc(p.Links, func(l struct{ Rel string }) bool { return l.Rel == "next" }))
	case "page_info":
		var p struct {
			Page  int
			Total int `json:"total_page"`
		}
		return json.Unmarshal(value, &p) == nil && p.Page < p.Total
	}
	return false
}
