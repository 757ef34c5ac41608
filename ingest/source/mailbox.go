package source

import (
	"cmp"
	"context"
	"crypto/tls"
	"encoding/base64"
	"errors"
	"fmt"
	"io"
	"mime"
	"mime/quotedprintable"
	"net"
	"slices"
	"strconv"
	"strings"

	"github.com/emersion/go-imap/v2"
	"github.com/emersion/go-imap/v2/imapclient"
	"golang.org/x/text/encoding/htmlindex"

	"vigie/internal/locale"
)

// Mailbox is a mailbox that platforms and tools send exports to, as
// attachments. It is read over IMAP with TLS.
//
// The mailbox is examined, not selected: no message is marked as read, moved or
// deleted. Only messages of listed senders are looked at, each once, and only
// attachments that can be an export are fetched. A sender's address is written
// by whoever sends a message, so that the list keeps mistakes out, not forgers.
type Mailbox struct {
	Host     string
	Port     int
	User     string
	Password string
	Folder   string
	Senders  []string               // whole addresses, in lower case
	Takes    func(name string) bool // by the attachment's name
	Secrets  locale.Text            // says where the password comes from, for messages
}

// Limits of a mailbox.
const (
	maxAttachment  = 50 << 20 // bytes, unpacked from the message
	maxAttachments = 20       // that are taken of one message
)

func (s Mailbox) fetch(ctx context.Context, d Desk, got *Got) error {
	if s.Password == "" {
		return final("%s: no password for %s: write %s", "%s\u00a0: pas de mot de passe pour %s\u00a0: écrivez %s", s.Host, s.User, s.Secrets)
	}
	raw, err := d.dial(ctx, net.JoinHostPort(s.Host, strconv.Itoa(s.Port)), false)
	if err != nil {
		return explain(ctx, s.Host, err)
	}
	defer raw.Close()
	defer context.AfterFunc(ctx, func() { raw.Close() })()
	conn := tls.Client(raw, d.tls(s.Host))
	if err := conn.HandshakeContext(ctx); err != nil {
		var cert *tls.CertificateVerificationError
		if errors.As(err, &cert) {
			return &Error{Text: say("%s: its certificate is not valid: %v", "%s\u00a0: son certificat n’est pas valable\u00a0: %v", s.Host, cert.Err), Err: err}
		}
		return raw.explain(ctx, s.Host, err)
	}
	c := imapclient.New(conn, &imapclient.Options{WordDecoder: &wordDecoder})
	defer c.Close()
	if err := c.WaitGreeting(); err != nil {
		return raw.explain(ctx, s.Host, err)
	}
	if err := c.Login(s.User, s.Password).Wait(); err != nil {
		if said := answer(err); said != "" {
			return final("%s refuses the login of %s (%s): look at user, and at %s", "%s refuse la connexion de %s (%s)\u00a0: vérifiez user, et %s", s.Host, s.User, said, s.Secrets)
		}
		return raw.explain(ctx, s.Host, err)
	}
	box, err := c.Select(s.Folder, &imap.SelectOptions{ReadOnly: true}).Wait()
	if err != nil {
		if said := answer(err); said != "" {
			return final("%s has no folder %q for %s (%s)", "%s n’a pas de dossier %q pour %s (%s)", s.Host, s.Folder, s.User, said)
		}
		return raw.explain(ctx, s.Host, err)
	}
	if err := s.messages(d, c, box.UIDValidity, got); err != nil {
		if said := answer(err); said != "" {
			return away(err, "%s: %s", "%s\u00a0: %s", s.Host, said)
		}
		return raw.explain(ctx, s.Host, err)
	}
	c.Logout().Wait()
	return nil
}

// answer is what a server said when it refused a command; empty where the
// trouble is another.
func answer(err error) string {
	var no *imap.Error
	if !errors.As(err, &no) || no.Type == imap.StatusResponseTypeBye {
		return ""
	}
	return cmp.Or(clean(no.Text, ""), string(no.Type))
}

// wordDecoder reads names and subjects in the character sets of old programs
// too.
var wordDecoder = mime.WordDecoder{CharsetReader: func(charset string, input io.Reader) (io.Reader, error) {
	e, err := htmlindex.Get(charset)
	if err != nil {
		return nil, err
	}
	return e.NewDecoder().Reader(input), nil
}}

// messages fetches the attachments of the messages that are new, oldest first.
func (s Mailbox) messages(d Desk, c *imapclient.Client, validity uint32, got *Got) error {
	key := func(uid imap.UID) string { return fmt.Sprintf("%s %d %d", s.Folder, validity, uid) }
	var uids []imap.UID
	for _, sender := range s.Senders {
		found, err := c.UIDSearch(&imap.SearchCriteria{Header: []imap.SearchCriteriaHeaderField{{Key: "From", Value: sender}}}, nil).Wait()
		if err != nil {
			return err
		}
		for _, uid := range found.AllUIDs() {
			if _, ok := d.Known(key(uid)); !ok {
				uids = append(uids, uid)
			}
		}
	}
	slices.Sort(uids)
	uids = slices.Compact(uids)
	for n, uid := range uids {
		if n == maxItems || got.size() > maxFetch {
			got.note("%d messages are left there: they come with the next fetch", "%d messages restent là-bas\u00a0: ils viendront avec la prochaine relève", len(uids)-n)
			return nil
		}
		list, err := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{
			Envelope: true, InternalDate: true, UID: true, BodyStructure: &imap.FetchItemBodyStructure{Extended: true},
		}).Collect()
		if err != nil {
			return err
		}
		if len(list) == 0 { // deleted by somebody meanwhile
			continue
		}
		item := Item{Key: key(uid)}
		if err := s.message(d, c, list[0], &item, got); err != nil {
			return err
		}
		got.Items = append(got.Items, item)
	}
	return nil
}

// message fetches what of one message is wanted.
func (s Mailbox) message(d Desk, c *imapclient.Client, m *imapclient.FetchMessageBuffer, item *Item, got *Got) error {
	if m.Envelope == nil || m.BodyStructure == nil {
		return errors.New("the server does not describe a message")
	}
	when := m.InternalDate.UTC().Format("2006-01-02")
	subject := clean(m.Envelope.Subject, "…")
	// The search finds parts of addresses too, and messages of several authors.
	if len(m.Envelope.From) != 1 || !slices.Contains(s.Senders, strings.ToLower(m.Envelope.From[0].Addr())) {
		from := ""
		if len(m.Envelope.From) > 0 {
			from = m.Envelope.From[0].Addr()
		}
		got.note("message of %s, “%s”: sender %s is not among senders", "message du %s, «\u00a0%s\u00a0»\u00a0: l’expéditeur %s n’est pas dans senders", when, subject, clean(from, "?"))
		return nil
	}
	limit := d.hooks.limitOr(maxAttachment)
	var failure error
	others := 0
	m.BodyStructure.Walk(func(path []int, part imap.BodyStructure) bool {
		p, ok := part.(*imap.BodyStructureSinglePart)
		if !ok || failure != nil {
			return failure == nil
		}
		name := attachmentName(p)
		switch {
		case name == "":
		case !canBeExport(name) || !s.Takes(name):
			others++
		case len(item.Files) == maxAttachments:
			got.note("message of %s, “%s”: more than %d attachments, the rest is not taken", "message du %s, «\u00a0%s\u00a0»\u00a0: plus de %d pièces jointes, le reste n’est pas pris", when, subject, maxAttachments)
			return false
		case int64(p.Size) > limit*3/2: // as it is written in the message
			got.note("message of %s: %s is larger than %s, not taken", "message du %s\u00a0: %s dépasse %s, pas pris", when, name, megabytes(limit))
		default:
			f := File{Name: name, ModTime: m.InternalDate}
			f.Path, f.Size, failure = s.attachment(d, c, m.UID, slices.Clone(path), p.Encoding, limit)
			var refused *Error
			switch {
			case errors.As(failure, &refused):
				got.note("message of %s: %s: %s", "message du %s\u00a0: %s\u00a0: %s", when, name, refused.Text)
				failure = nil
			case failure == nil && f.Size > 0:
				item.Files = append(item.Files, f)
			}
		}
		return true
	})
	if failure == nil && len(item.Files) == 0 && others > 0 {
		got.note("message of %s, “%s”: no attachment that is wanted", "message du %s, «\u00a0%s\u00a0»\u00a0: aucune pièce jointe voulue", when, subject)
	}
	return failure
}

// attachmentName is the name of an attachment; empty for the parts of a message
// that are to be read.
func attachmentName(p *imap.BodyStructureSinglePart) string {
	params := []map[string]string{p.Params}
	if d := p.Disposition(); d != nil {
		params = []map[string]string{d.Params, p.Params}
	}
	for _, list := range params {
		for _, key := range []string{"filename", "name"} {
			// A long name, or one with accents, comes in numbered or marked parts
			// (RFC 2231), which the standard library puts together.
			header := "x"
			for k, v := range list {
				if rest, ok := strings.CutPrefix(k, key+"*"); ok {
					if !strings.HasSuffix(rest, "*") && rest != "" || strings.ContainsAny(v, " ;\"") {
						v = strconv.Quote(v)
					}
					header += "; " + k + "=" + v
				}
			}
			if _, params, err := mime.ParseMediaType(header); err == nil {
				if name := clean(params[key], ""); name != "" {
					return name
				}
			}
			if name := clean(list[key], ""); name != "" {
				return name
			}
		}
	}
	return ""
}

// attachment fetches one part of a message and takes its transfer encoding off.
func (s Mailbox) attachment(d Desk, c *imapclient.Client, uid imap.UID, path []int, encoding string, limit int64) (file string, size int64, err error) {
	section := &imap.FetchItemBodySection{Part: path, Peek: true}
	cmd := c.Fetch(imap.UIDSetNum(uid), &imap.FetchOptions{BodySection: []*imap.FetchItemBodySection{section}})
	defer cmd.Close()
	var literal imap.LiteralReader
	for m := cmd.Next(); m != nil && literal == nil; {
		item := m.Next()
		if item == nil {
			m = cmd.Next()
			continue
		}
		if body, ok := item.(imapclient.FetchItemDataBodySection); ok && body.MatchCommand(section) {
			literal = body.Literal
		}
	}
	if literal == nil {
		if err := cmd.Close(); err != nil {
			return "", 0, err
		}
		return "", 0, errors.New("the server does not give an attachment that it describes")
	}
	whole := &counted{r: literal}
	file, size, err = d.keep(limit, func(w io.Writer) error {
		body, err := decode(whole, encoding)
		if err != nil {
			return err
		}
		if _, err := io.Copy(w, body); err != nil {
			return err
		}
		// A connection that breaks ends the part early, without an error.
		if _, err := io.Copy(io.Discard, whole); err != nil {
			return err
		}
		if whole.n != literal.Size() {
			return io.ErrUnexpectedEOF
		}
		return nil
	})
	var disk *localError
	var unknown *Error
	var damaged base64.CorruptInputError
	switch {
	case err == nil, errors.As(err, &disk), errors.As(err, &unknown):
	case errors.Is(err, errTooLarge):
		err = final("larger than %s, not taken", "plus de %s, pas pris", megabytes(limit))
	case errors.As(err, &damaged), whole.n == literal.Size(): // all of it came
		err = final("damaged, not taken", "abîmé, pas pris")
	}
	return file, size, err
}

// counted counts what is read.
type counted struct {
	r io.Reader
	n int64
}

func (c *counted) Read(b []byte) (int, error) {
	n, err := c.r.Read(b)
	c.n += int64(n)
	return n, err
}

// decode takes a part's transfer encoding off.
func decode(r io.Reader, encoding string) (io.Reader, error) {
	switch strings.ToLower(encoding) {
	case "", "7bit", "8bit", "binary":
		return r, nil
	case "base64":
		return base64.NewDecoder(base64.StdEncoding, r), nil
	case "quoted-printable":
		return quotedprintable.NewReader(r), nil
	}
	return nil, final("written in a way that is not read (%s), not taken", "écrit d’une façon qui n’est pas lue (%s), pas pris", clean(encoding, "?"))
}
