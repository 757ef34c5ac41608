package ingest

import (
	"archive/zip"
	"bufio"
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"path"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"golang.org/x/text/encoding/charmap"
	"golang.org/x/text/unicode/norm"

	"vigie/internal/locale"
)

// The most that an archive may hold. Its members are read one at a time, each
// as an export of its own.
const (
	maxMembers   = 200
	maxDirectory = 4 << 20 // bytes of the list of its members
)

// Member is an export inside a file of several: an archive, or a text with one
// table under the other.
type Member struct {
	Name    string // the file's name, a slash, its own
	ModTime time.Time
	// Of a table: the line of its header in the file, and which other tables of
	// it are not read, and why.
	Line   int
	Beside []locale.Text

	part    *zip.File
	archive *disk
	text    []byte // of a table
}

// isZip tells a zip file by its first bytes; an empty one has no member.
func isZip(start []byte) bool {
	return bytes.HasPrefix(start, []byte("PK\x03\x04")) || bytes.HasPrefix(start, []byte("PK\x05\x06"))
}

// Members lists the exports in a file that is an archive of them: a zip that is
// no document of an office program. Of any other file it gives nil: that is an
// export itself. Folders, hidden files and what file managers add are left out.
// zone (nil: UTC) is that of member times which name none. An
// archive that is damaged, holds nothing, or far too much, is a *Refusal.
func Members(f File, zone *time.Location) ([]Member, error) {
	d := &disk{ReaderAt: f.R}
	f.R = d
	refuse := func(en, fr string, args ...any) error {
		return &Refusal{File: f.Name, Message: say(en, fr, args...)}
	}
	start := make([]byte, min(f.Size, 4))
	if _, err := d.ReadAt(start, 0); err != nil || !isZip(start) {
		return nil, d.err
	}
	z, err := openZip(f)
	switch {
	case d.err != nil:
		return nil, fmt.Errorf("read %s: %w", f.Name, d.err)
	case err != nil || documentOf(z) != noDocument:
		return nil, nil // a damaged one is refused when it is opened
	}
	if zone == nil {
		zone = time.UTC
	}
	var list []Member
	var unzipped uint64
	for _, part := range z.File {
		name := memberName(part)
		if part.Mode().IsDir() || strings.HasSuffix(name, "/") || leftOut(name) {
			continue
		}
		unzipped += min(part.UncompressedSize64, 2*maxUnzipped)
		list = append(list, Member{Name: f.Name + "/" + name, ModTime: memberTime(part, zone), part: part, archive: d})
	}
	switch {
	case len(list) == 0:
		return nil, refuse("this archive holds no file", "cette archive ne contient aucun fichier")
	case len(list) > maxMembers:
		return nil, refuse("this archive holds %s files, more than the %s that are read at once: import it in parts",
			"cette archive contient %s fichiers, plus que les %s lus en une fois\u00a0: importez-la en plusieurs parties", strconv.Itoa(len(list)), strconv.Itoa(maxMembers))
	case unzipped > uint64(mostUnpacked(f.Size)):
		return nil, refuse("this archive unpacks to more than %s MB, a size that no exports compressed like this have: unpack it and import them one by one",
			"une fois décompressée, cette archive dépasse %s\u00a0Mo, ce qu’aucun export ainsi compressé n’atteint\u00a0: décompressez-la et importez-les un par un", strconv.FormatInt(mostUnpacked(f.Size)>>20, 10))
	}
	return list, nil
}

// openZip reads the directory of a zip. One that is damaged, or longer than
// that of any report, is refused before it is held in memory.
func openZip(f File) (*zip.Reader, error) {
	r := &bounded{f.R, maxDirectory}
	z, err := zip.NewReader(r, f.Size)
	switch {
	case r.left < 0:
		return nil, refuseBook("this archive holds tens of thousands of files: import the reports in it one by one",
			"cette archive contient des dizaines de milliers de fichiers\u00a0: importez un par un les rapports qu’elle contient")
	case err != nil:
		return nil, refuseBook("the file is a damaged archive: download it again",
			"le fichier est une archive abîmée\u00a0: téléchargez-le à nouveau")
	}
	r.left = math.MaxInt64 // its parts have limits of their own
	return z, nil
}

// bounded is a file of which only so many bytes may be read.
type bounded struct {
	io.ReaderAt
	left int64
}

func (b *bounded) ReadAt(p []byte, off int64) (int, error) {
	if b.left -= int64(len(p)); b.left < 0 {
		return 0, io.ErrUnexpectedEOF
	}
	return b.ReaderAt.ReadAt(p, off)
}

// document is a kind of zip that an office program wrote.
type document int

const (
	noDocument    document = iota // an archive of files
	excelBook                     // .xlsx, .xlsm
	binaryBook                    // .xlsb
	openDocument                  // .ods and others
	otherOffice                   // .docx, .pptx
	appleDocument                 // .numbers and others
)

// documentOf tells documents, by the parts that they must have, from archives.
func documentOf(z *zip.Reader) document {
	office := noDocument
	for _, part := range z.File {
		switch name := partName(part); {
		case name == "xl/workbook.xml":
			return excelBook
		case name == "xl/workbook.bin":
			return binaryBook
		case name == "mimetype":
			return openDocument
		case name == "Index/Document.iwa", name == "Index.zip":
			return appleDocument
		case name == "[Content_Types].xml":
			office = otherOffice
		}
	}
	return office
}

// partName is the name of a part of a document; some writers begin it with a
// slash or part it with backslashes.
func partName(part *zip.File) string {
	return strings.TrimPrefix(strings.ReplaceAll(part.Name, `\`, "/"), "/")
}

// memberName is the name of a member, to be shown: it opens no file. Names that
// do not say that they are UTF-8, and are not, are those of an old Windows.
func memberName(part *zip.File) string {
	name := part.Name
	if !utf8.ValidString(name) {
		if s, err := charmap.CodePage850.NewDecoder().String(name); err == nil {
			name = s
		}
	}
	name = strings.ReplaceAll(clean(norm.NFC.String(name)), `\`, "/")
	folder := strings.HasSuffix(name, "/")
	if name = strings.TrimPrefix(path.Clean("/"+name), "/"); folder {
		name += "/"
	}
	return name
}

// leftOut reports what nobody put into an archive on purpose.
func leftOut(name string) bool {
	parts := strings.Split(name, "/")
	base := strings.ToLower(parts[len(parts)-1])
	return base == "thumbs.db" || base == "desktop.ini" || parts[0] == "__MACOSX" ||
		slices.ContainsFunc(parts, func(p string) bool { return strings.HasPrefix(p, ".") || strings.HasPrefix(p, "~$") })
}

// memberTime is when a member was last changed. Where the archive holds only the
// time of a wall clock, it is that of the zone.
func memberTime(part *zip.File, zone *time.Location) time.Time {
	at := part.Modified
	if at.Year() <= 1980 {
		return time.Time{} // none was written
	}
	for extra := part.Extra; len(extra) >= 4; {
		tag, size := binary.LittleEndian.Uint16(extra), int(binary.LittleEndian.Uint16(extra[2:]))
		if tag == 0x5455 || tag == 0x000a || tag == 0x5855 || tag == 0x000d { // Unix or NTFS: an instant
			return at
		}
		if extra = extra[4:]; size > len(extra) {
			break
		}
		extra = extra[size:]
	}
	return time.Date(at.Year(), at.Month(), at.Day(), at.Hour(), at.Minute(), at.Second(), 0, zone)
}

// Open unpacks a member. Reading it ends in a *Refusal where it is damaged, a
// link, protected, or compressed once more. The lines of a table have the
// numbers that they have in its file.
func (m *Member) Open() (io.ReadCloser, error) {
	switch {
	case m.part == nil:
		return io.NopCloser(bytes.NewReader(m.text)), nil
	case !m.part.Mode().IsRegular():
		return nil, m.refuse("it is a link to another file: put the file itself into the archive",
			"c’est un lien vers un autre fichier\u00a0: mettez le fichier lui-même dans l’archive")
	case m.part.Flags&1 != 0:
		return nil, m.refuse("it is protected by a password: make the archive again without one",
			"il est protégé par un mot de passe\u00a0: refaites l’archive sans mot de passe")
	}
	body, err := m.part.Open()
	if errors.Is(err, zip.ErrAlgorithm) {
		return nil, m.refuse("it is compressed in a way that is not read (method %s): make the archive again with the system’s own command",
			"il est compressé d’une façon qui n’est pas lue (méthode %s)\u00a0: refaites l’archive avec la commande du système", strconv.Itoa(int(m.part.Method)))
	}
	if err != nil {
		return nil, m.trouble(err)
	}
	u := &unzipped{m: m, r: bufio.NewReader(body), body: body, left: int64(m.part.UncompressedSize64)}
	if start, _ := u.r.Peek(2); isGzip(start) {
		u.Close()
		return nil, m.refuse("it is compressed once more: unpack it and import it by itself",
			"il est compressé une fois de plus\u00a0: décompressez-le et importez-le seul")
	}
	return u, nil
}

// unpacked gives a member to see as a file, which is there as long as see reads
// it.
func (m *Member) unpacked(dir string, see func(File) error) error {
	body, err := m.Open()
	if err != nil {
		return err
	}
	defer body.Close()
	tmp, err := os.CreateTemp(dir, "unpacked-*")
	if err != nil {
		return err
	}
	defer tmp.Close()
	if err := os.Remove(tmp.Name()); err != nil {
		return err
	}
	n, err := io.Copy(tmp, body)
	if err != nil {
		return err
	}
	return see(File{Name: m.Name, Size: n, ModTime: m.ModTime, R: tmp})
}

func (m *Member) refuse(en, fr string, args ...any) error {
	return &Refusal{File: m.Name, Message: say(en, fr, args...)}
}

// trouble is what a member that cannot be unpacked is refused with, unless the
// archive itself cannot be read.
func (m *Member) trouble(err error) error {
	if m.archive.err != nil {
		return fmt.Errorf("read %s: %w", m.Name, m.archive.err)
	}
	return m.refuse("it is damaged in the archive (%s): make or download the archive again",
		"il est abîmé dans l’archive (%s)\u00a0: refaites ou téléchargez l’archive à nouveau", err.Error())
}

// unzipped is a member that is being unpacked, up to the size that the archive
// gives it.
type unzipped struct {
	m    *Member
	r    *bufio.Reader
	body io.Closer
	left int64
}

func (u *unzipped) Read(p []byte) (int, error) {
	n, err := u.r.Read(p)
	if u.left -= int64(n); u.left < 0 {
		return 0, u.m.trouble(errors.New("larger than it should be"))
	}
	if err != nil && err != io.EOF {
		err = u.m.trouble(err)
	}
	return n, err
}

func (u *unzipped) Close() error { return u.body.Close() }
