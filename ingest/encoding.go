package ingest

import (
	"bytes"
	"io"
	"unicode/utf8"

	"golang.org/x/text/encoding"
	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/encoding/unicode"
	"golang.org/x/text/transform"
)

// The encodings of text exports.
const (
	encUTF8    = "utf-8"
	encUTF16LE = "utf-16le"
	encUTF16BE = "utf-16be"
	enc1252    = "windows-1252"
)

// sniffEncoding guesses from the first bytes of a file: a byte order mark, the
// NUL in each pair of UTF-16, else UTF-8 as long as nothing contradicts it.
// sure is false where a later byte may still show it to be windows-1252.
func sniffEncoding(head []byte, whole bool) (enc string, sure bool) {
	switch {
	case bytes.HasPrefix(head, []byte("\xef\xbb\xbf")):
		return encUTF8, true
	case bytes.HasPrefix(head, []byte("\xff\xfe")):
		return encUTF16LE, true
	case bytes.HasPrefix(head, []byte("\xfe\xff")):
		return encUTF16BE, true
	}
	var nul [2]int
	pairs := min(len(head), 4096) / 2
	for i, c := range head[:2*pairs] {
		if c == 0 {
			nul[i%2]++
		}
	}
	switch {
	case pairs > 1 && nul[1] > pairs*2/3 && nul[0] < pairs/10+1:
		return encUTF16LE, true
	case pairs > 1 && nul[0] > pairs*2/3 && nul[1] < pairs/10+1:
		return encUTF16BE, true
	}
	valid, accents := validUTF8(head, whole)
	switch {
	case valid == len(head):
		return encUTF8, accents
	case accents:
		return encUTF8, true // good sequences before the bad byte: a damaged UTF-8 file
	}
	return enc1252, true
}

// validUTF8 is the length of the valid UTF-8 at the start of b, and whether it
// holds more than ASCII. Unless b is whole, a sequence cut at its end is valid.
func validUTF8(b []byte, whole bool) (valid int, accents bool) {
	for i := 0; i < len(b); {
		if b[i] < utf8.RuneSelf {
			i++
			continue
		}
		r, n := utf8.DecodeRune(b[i:])
		if r == utf8.RuneError && n == 1 {
			if !whole && !utf8.FullRune(b[i:]) {
				return len(b), accents
			}
			return i, accents
		}
		accents = true
		i += n
	}
	return len(b), accents
}

// decoded reads a file as UTF-8 without its byte order mark.
func decoded(r io.Reader, enc string) io.Reader {
	var e encoding.Encoding
	switch enc {
	case encUTF16LE:
		e = unicode.UTF16(unicode.LittleEndian, unicode.UseBOM)
	case encUTF16BE:
		e = unicode.UTF16(unicode.BigEndian, unicode.UseBOM)
	case enc1252:
		e = charmap.Windows1252
	default:
		return &unmarked{r: r}
	}
	return transform.NewReader(r, e.NewDecoder())
}

// unmarked drops the byte order mark at the start of UTF-8.
type unmarked struct {
	r       io.Reader
	started bool
	rest    []byte
}

func (u *unmarked) Read(p []byte) (int, error) {
	if !u.started {
		u.started = true
		head := make([]byte, 3)
		n, err := io.ReadFull(u.r, head)
		if err != nil && err != io.EOF && err != io.ErrUnexpectedEOF {
			return 0, err
		}
		if head = head[:n]; string(head) != "\xef\xbb\xbf" {
			u.rest = head
		}
	}
	if len(u.rest) > 0 {
		n := copy(p, u.rest)
		u.rest = u.rest[n:]
		return n, nil
	}
	return u.r.Read(p)
}
