package ingest

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"strconv"
	"unicode/utf8"
)

// markup reads the elements and texts of an XML document in order, as much of
// XML as workbooks are written in: UTF-8, without a document type. It holds one
// tag at a time. encoding/xml does the same seven times as slowly, and a sheet
// has a dozen tags for each cell of millions.
type markup struct {
	r        io.Reader
	buf      []byte
	pos, end int
	eof      bool

	// What next found. The slices are valid until it is called again.
	kind  markupKind
	name  []byte // of an element, without its prefix
	attrs []byte // of an element that begins: its attributes as they stand
	text  []byte // a text or a part of one

	closing bool   // the element that begins also ends: <c/>
	decoded []byte // a text that had entities
}

type markupKind byte

const (
	markupBegin markupKind = iota
	markupEnd
	markupText
)

// maxTag is the largest tag, and the smallest buffer.
const maxTag = 1 << 20

var (
	errMarkup = errors.New("no XML")
	// errCut: the document ends inside a tag.
	errCut = errors.New("cut off inside a tag")
)

func newMarkup(r io.Reader) *markup { return &markup{r: r, buf: make([]byte, 64<<10)} }

// next finds the next tag or text; io.EOF after the last one.
func (m *markup) next() error {
	if m.closing {
		m.closing = false
		m.kind = markupEnd
		return nil
	}
	for {
		if m.pos == m.end {
			if m.eof {
				return io.EOF
			}
			if err := m.fill(); err != nil {
				return err
			}
			continue
		}
		if m.buf[m.pos] != '<' {
			return m.readText()
		}
		tag, err := m.until(0, ">")
		if err != nil {
			return err
		}
		switch {
		case tag[1] == '?':
			if tag, err = m.until(2, "?>"); err != nil {
				return err
			}
			if err := checkDeclaration(tag); err != nil {
				return err
			}
		case bytes.HasPrefix(tag, []byte("<!--")):
			if tag, err = m.until(len("<!--"), "-->"); err != nil {
				return err
			}
		case bytes.HasPrefix(tag, []byte("<![CDATA[")):
			if tag, err = m.until(len("<![CDATA["), "]]>"); err != nil {
				return err
			}
			m.pos += len(tag)
			m.kind = markupText
			m.text, err = normalised(tag[len("<![CDATA[") : len(tag)-len("]]>")])
			return err
		case tag[1] == '!':
			return fmt.Errorf("%w: a document type", errMarkup)
		default:
			return m.readTag(tag)
		}
		m.pos += len(tag)
	}
}

// until is what is unread up to the first such end behind from bytes.
func (m *markup) until(from int, end string) ([]byte, error) {
	for {
		data := m.buf[m.pos:m.end]
		if n := bytes.Index(data[min(from, len(data)):], []byte(end)); n >= 0 {
			return data[:from+n+len(end)], nil
		}
		from = max(from, len(data)-len(end)+1)
		if err := m.more(); err != nil {
			return nil, err
		}
	}
}

// more reads on behind an unfinished tag.
func (m *markup) more() error {
	switch {
	case m.eof:
		return errCut
	case m.end-m.pos > maxTag:
		return fmt.Errorf("%w: a tag of more than %d MB", errMarkup, maxTag>>20)
	}
	return m.fill()
}

// fill reads more behind the unread data, which moves to the front.
func (m *markup) fill() error {
	m.end = copy(m.buf, m.buf[m.pos:m.end])
	m.pos = 0
	if m.end == len(m.buf) {
		m.buf = append(m.buf, make([]byte, len(m.buf))...)
	}
	for range 100 {
		n, err := m.r.Read(m.buf[m.end:])
		m.end += n
		switch {
		case err == io.EOF:
			m.eof = true
			return nil
		case err != nil:
			return err
		case n > 0:
			return nil
		}
	}
	return io.ErrNoProgress
}

// readTag reads the tag of an element.
func (m *markup) readTag(tag []byte) error {
	for unbalanced(tag) { // the > is part of an attribute
		var err error
		if tag, err = m.until(len(tag), ">"); err != nil {
			return err
		}
	}
	m.pos += len(tag)
	body := tag[1 : len(tag)-1]
	m.kind = markupBegin
	if len(body) > 0 && body[0] == '/' {
		m.kind, body = markupEnd, body[1:]
	} else if len(body) > 0 && body[len(body)-1] == '/' {
		m.closing, body = true, body[:len(body)-1]
	}
	n := 0
	for n < len(body) && !isSpace(body[n]) {
		n++
	}
	m.name, m.attrs = local(body[:n]), body[n:]
	if len(m.name) == 0 || m.kind == markupEnd && len(bytes.TrimSpace(m.attrs)) > 0 {
		return fmt.Errorf("%w: the tag %.40q", errMarkup, tag)
	}
	return nil
}

// unbalanced reports a tag that ends inside the quotes of an attribute.
func unbalanced(tag []byte) bool {
	quote := byte(0)
	for _, c := range tag {
		switch {
		case quote == 0 && (c == '"' || c == '\''):
			quote = c
		case c == quote:
			quote = 0
		}
	}
	return quote != 0
}

func isSpace(c byte) bool { return c == ' ' || c == '\n' || c == '\t' || c == '\r' }

// local is a name without its prefix.
func local(name []byte) []byte { return name[bytes.IndexByte(name, ':')+1:] }

// eachAttr goes through the attributes of the element that begins.
func (m *markup) eachAttr(see func(name, value []byte)) error {
	for rest := m.attrs; ; {
		for len(rest) > 0 && isSpace(rest[0]) {
			rest = rest[1:]
		}
		if len(rest) == 0 {
			return nil
		}
		n := bytes.IndexByte(rest, '=')
		if n < 0 {
			return fmt.Errorf("%w: the attributes %.40q", errMarkup, m.attrs)
		}
		name := bytes.TrimRight(rest[:n], " \t\r\n")
		rest = bytes.TrimLeft(rest[n+1:], " \t\r\n")
		if len(name) == 0 || len(rest) < 2 || rest[0] != '"' && rest[0] != '\'' {
			return fmt.Errorf("%w: the attributes %.40q", errMarkup, m.attrs)
		}
		end := bytes.IndexByte(rest[1:], rest[0])
		if end < 0 {
			return fmt.Errorf("%w: the attributes %.40q", errMarkup, m.attrs)
		}
		value := rest[1 : end+1]
		rest = rest[end+2:]
		if bytes.IndexByte(value, '&') >= 0 {
			var err error
			if value, err = unescape(nil, value); err != nil {
				return err
			}
		}
		see(name, value)
	}
}

// attr is the value of an attribute, whatever its prefix.
func (m *markup) attr(name string) (value string, err error) {
	err = m.eachAttr(func(n, v []byte) {
		if string(local(n)) == name && value == "" {
			value = string(v)
		}
	})
	return value, err
}

// readText reads up to the next tag, or as much as is in memory.
func (m *markup) readText() error {
	for {
		data := m.buf[m.pos:m.end]
		n := bytes.IndexByte(data, '<')
		whole := n >= 0
		if !whole {
			// Neither an entity nor a character nor the end of a line is cut.
			n = len(data)
			if i := bytes.LastIndexByte(data[max(0, n-32):], '&'); i >= 0 && bytes.IndexByte(data[max(0, n-32)+i:], ';') < 0 {
				n = max(0, n-32) + i
			}
			for cut := 1; cut <= min(3, n); cut++ {
				if utf8.RuneStart(data[n-cut]) {
					if !utf8.FullRune(data[n-cut : n]) {
						n -= cut
					}
					break
				}
			}
			if n > 0 && data[n-1] == '\r' {
				n--
			}
		}
		if n > 0 || m.eof {
			if n == 0 {
				n = len(data)
			}
			m.pos += n
			m.kind = markupText
			var err error
			if m.text, err = normalised(data[:n]); err == nil && bytes.IndexByte(m.text, '&') >= 0 {
				m.decoded, err = unescape(m.decoded[:0], m.text)
				m.text = m.decoded
			}
			return err
		}
		if err := m.fill(); err != nil {
			return err
		}
	}
}

// normalised is a text with line feeds for all ends of lines. It refuses
// characters that XML does not have.
func normalised(text []byte) ([]byte, error) {
	plain, returns := true, false
	for _, c := range text {
		if c < ' ' && c != '\t' && c != '\n' {
			if c != '\r' {
				return nil, fmt.Errorf("%w: the character U+%04X", errMarkup, c)
			}
			returns = true
		}
		plain = plain && c < utf8.RuneSelf
	}
	if !plain && !utf8.Valid(text) {
		return nil, fmt.Errorf("%w: not UTF-8", errMarkup)
	}
	if returns {
		text = bytes.ReplaceAll(bytes.ReplaceAll(text, []byte("\r\n"), []byte("\n")), []byte("\r"), []byte("\n"))
	}
	return text, nil
}

// unescape appends a text with its entities replaced.
func unescape(b, text []byte) ([]byte, error) {
	for {
		i := bytes.IndexByte(text, '&')
		if i < 0 {
			return append(b, text...), nil
		}
		b = append(b, text[:i]...)
		text = text[i+1:]
		end := bytes.IndexByte(text, ';')
		if end < 0 {
			return b, fmt.Errorf("%w: & without ;", errMarkup)
		}
		name := string(text[:end])
		text = text[end+1:]
		switch name {
		case "amp":
			b = append(b, '&')
		case "lt":
			b = append(b, '<')
		case "gt":
			b = append(b, '>')
		case "quot":
			b = append(b, '"')
		case "apos":
			b = append(b, '\'')
		default:
			r, ok := reference(name)
			if !ok {
				return b, fmt.Errorf("%w: &%.20s;", errMarkup, name)
			}
			b = utf8.AppendRune(b, r)
		}
	}
}

// reference reads a character given by its number, #233 or #xe9.
func reference(name string) (rune, bool) {
	if len(name) < 2 || name[0] != '#' {
		return 0, false
	}
	digits, base := name[1:], 10
	if digits[0] == 'x' {
		digits, base = digits[1:], 16
	}
	n, err := strconv.ParseUint(digits, base, 32)
	r := rune(n)
	if err != nil || n > utf8.MaxRune || !utf8.ValidRune(r) || r < ' ' && r != '\t' && r != '\n' && r != '\r' {
		return 0, false
	}
	return r, true
}

// checkDeclaration refuses a document in another encoding than UTF-8.
func checkDeclaration(tag []byte) error {
	_, value, declared := bytes.Cut(tag, []byte("encoding="))
	if !declared || !bytes.HasPrefix(tag, []byte("<?xml ")) || len(value) < 2 {
		return nil
	}
	encoding, _, _ := bytes.Cut(value[1:], value[:1])
	if len(encoding) > 0 && !bytes.EqualFold(encoding, []byte("utf-8")) {
		return fmt.Errorf("%w: its encoding is %.20q", errMarkup, encoding)
	}
	return nil
}
