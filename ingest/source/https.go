package source

import (
	"bytes"
	"compress/gzip"
	"context"
	"crypto/sha256"
	"crypto/tls"
	"encoding/hex"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"mime"
	"net"
	"net/http"
	"net/url"
	"os"
	"path"
	"strconv"
	"strings"
	"time"
)

// HTTPS is a link to a file: a spreadsheet that is published as .csv, an export
// that a tool puts at the same address every day.
//
// The answer is remembered by ETag and Last-Modified, and by its SHA-256 for
// servers that say neither, so that an unchanged file is not taken twice. The
// link may be a secret: no error shows more of it than its host.
type HTTPS struct {
	URL string
	// Hosts are those that the link, and what it leads on to, may be at: names,
	// or *.name for all names below one.
	Hosts []string
}

// maxRedirects is how often a link may lead on.
const maxRedirects = 3

// linkTag is the state in which a link's file was fetched.
type linkTag struct {
	ETag     string `json:"etag,omitempty"`
	Modified string `json:"modified,omitempty"`
	SHA256   string `json:"sha256"`
}

func (s HTTPS) fetch(ctx context.Context, d Desk, got *Got) error {
	u, err := url.Parse(s.URL)
	if err != nil {
		return final("the link cannot be read", "le lien est illisible")
	}
	if err := s.allowed(u, u); err != nil {
		return err
	}
	sum := sha256.Sum256([]byte(s.URL))
	item := Item{Key: "link " + hex.EncodeToString(sum[:8])}
	var seen linkTag
	if tag, ok := d.Known(item.Key); ok {
		if err := json.Unmarshal([]byte(tag), &seen); err != nil {
			return fmt.Errorf("what is remembered of the link: %w", err)
		}
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, s.URL, nil)
	if err != nil {
		return final("the link cannot be read", "le lien est illisible")
	}
	req.Header.Set("User-Agent", "vigie")
	// Packed answers have no length to hold the file against.
	req.Header.Set("Accept-Encoding", "identity")
	if seen.ETag != "" {
		req.Header.Set("If-None-Match", seen.ETag)
	}
	if seen.Modified != "" {
		req.Header.Set("If-Modified-Since", seen.Modified)
	}
	client := s.client(d, u)
	defer client.CloseIdleConnections()
	resp, err := client.Do(req)
	if err != nil {
		return unanswered(ctx, u.Hostname(), err)
	}
	defer resp.Body.Close()
	host := resp.Request.URL.Hostname()
	if resp.StatusCode == http.StatusNotModified && seen != (linkTag{}) {
		return nil
	}
	if err := refused(host, resp); err != nil {
		return err
	}
	limit := d.hooks.limitOr(maxFile)
	tooLarge := final("%s: the file is larger than %s", "%s\u00a0: le fichier dépasse %s", host, megabytes(limit))
	if resp.ContentLength > limit {
		return tooLarge
	}
	if resp.ContentLength < 0 && len(resp.TransferEncoding) == 0 {
		// The end of the connection would be the end of the file, whoever ended it.
		return final("%s does not say how long the file is: half of one could not be told from a whole one",
			"%s ne dit pas la longueur du fichier\u00a0: on ne distinguerait pas une moitié d’un fichier entier", host)
	}
	sha := sha256.New()
	var first bytes.Buffer
	file := File{Name: linkName(resp)}
	file.Path, file.Size, err = d.keep(limit, func(w io.Writer) error {
		body := io.Reader(resp.Body)
		if resp.Header.Get("Content-Encoding") == "gzip" { // unasked for, as storage services do
			z, err := gzip.NewReader(body)
			if err != nil {
				return err
			}
			body = z
		}
		head := io.TeeReader(io.LimitReader(body, 512), &first)
		_, err := io.Copy(io.MultiWriter(w, sha), io.MultiReader(head, body))
		return err
	})
	switch {
	case errors.Is(err, errTooLarge):
		return tooLarge
	case err != nil:
		return explain(ctx, host, err)
	}
	keep := false
	defer func() {
		if !keep {
			os.Remove(file.Path)
		}
	}()
	switch {
	case isPage(resp.Header.Get("Content-Type"), first.Bytes()):
		return final("%s answers with a web page, not with a file: the link asks for a login, or shows the file instead of giving it. Open it in a private window: it must start a download",
			"%s répond par une page web et non par un fichier\u00a0: le lien demande une connexion, ou montre le fichier au lieu de le donner. Ouvrez-le dans une fenêtre privée\u00a0: il doit lancer un téléchargement", host)
	case file.Size == 0:
		return away(nil, "%s: the answer is empty", "%s\u00a0: la réponse est vide", host)
	}
	if at, err := http.ParseTime(resp.Header.Get("Last-Modified")); err == nil {
		file.ModTime = at
	}
	now := linkTag{ETag: resp.Header.Get("ETag"), Modified: resp.Header.Get("Last-Modified"), SHA256: hex.EncodeToString(sha.Sum(nil))}
	tag, err := json.Marshal(now)
	if err != nil {
		return err
	}
	item.Tag = string(tag)
	if now.SHA256 != seen.SHA256 {
		keep = true
		item.Files = []File{file}
	}
	got.Items = append(got.Items, item)
	return nil
}

// client is one for a single link: no proxy, no cookies, no connection kept.
func (s HTTPS) client(d Desk, link *url.URL) *http.Client {
	return &http.Client{
		Transport: &http.Transport{
			Proxy: nil, // the environment's would get the name before it is checked
			DialTLSContext: func(ctx context.Context, network, addr string) (net.Conn, error) {
				raw, err := d.dial(ctx, addr, true)
				if err != nil {
					return nil, err
				}
				host, _, _ := net.SplitHostPort(addr)
				conn := tls.Client(raw, d.tls(host))
				if err := conn.HandshakeContext(ctx); err != nil {
					raw.Close()
					return nil, err
				}
				return conn, nil
			},
			DialContext: func(context.Context, string, string) (net.Conn, error) {
				return nil, errors.New("a connection without TLS")
			},
			DisableKeepAlives: true, DisableCompression: true,
			MaxResponseHeaderBytes: 64 << 10,
		},
		CheckRedirect: func(req *http.Request, via []*http.Request) error {
			if len(via) > maxRedirects {
				return final("%s leads on more than %d times", "%s renvoie plus de %d fois plus loin", link.Hostname(), maxRedirects)
			}
			req.Header.Del("Referer") // the link may be a secret
			return s.allowed(req.URL, link)
		},
	}
}

// allowed refuses addresses that are not https, not at a listed host, or at a
// port that the link itself does not use.
func (s HTTPS) allowed(u, link *url.URL) error {
	host := strings.ToLower(u.Hostname())
	switch port := u.Port(); {
	case u.Scheme != "https":
		return final("%s leads to %s://%s: only https is followed", "%s renvoie vers %s://%s\u00a0: seul https est suivi", link.Hostname(), u.Scheme, u.Host)
	case u.User != nil:
		return final("%s leads to an address with a password in it", "%s renvoie vers une adresse qui contient un mot de passe", link.Hostname())
	case port != "" && port != "443" && port != link.Port():
		return final("%s leads to port %s of %s: only the usual port is followed", "%s renvoie vers le port %s de %s\u00a0: seul le port habituel est suivi", link.Hostname(), port, host)
	case !listed(host, s.Hosts) && u == link:
		return final("the link is at %s, which is not among hosts", "le lien est chez %s, qui n’est pas dans hosts", host)
	case !listed(host, s.Hosts):
		return final("%s leads on to %s, which is not among hosts: if that is right, write hosts: [%q] in the file of the source",
			"%s renvoie vers %s, qui n’est pas dans hosts\u00a0: si c’est normal, écrivez hosts: [%q] dans le fichier de la source", link.Hostname(), host, host)
	}
	return nil
}

// listed reports whether a host is in a list of names and *.names.
func listed(host string, hosts []string) bool {
	for _, h := range hosts {
		if h == host {
			return true
		}
		if below, ok := strings.CutPrefix(h, "*"); ok && strings.HasSuffix(host, below) && len(host) > len(below) {
			return true
		}
	}
	return false
}

// unanswered words a request that got no answer.
func unanswered(ctx context.Context, host string, err error) error {
	var inside *forbidden
	var cert *tls.CertificateVerificationError
	host = askedHost(err, host)
	switch {
	case errors.As(err, &inside):
		return final("%s leads to %s, which is no address of the public internet: such addresses are not followed",
			"%s mène à %s, qui n’est pas une adresse de l’internet public\u00a0: on ne suit pas ces adresses", host, inside.addr)
	case errors.As(err, &cert):
		return &Error{Text: say("%s: its certificate is not valid: %v", "%s\u00a0: son certificat n’est pas valable\u00a0: %v", host, cert.Err), Err: err}
	}
	return explain(ctx, host, err)
}

// askedHost is the host that a request failed at, which may be one that the link
// led on to.
func askedHost(err error, host string) string {
	var failed *url.Error
	if errors.As(err, &failed) {
		if u, err := url.Parse(failed.URL); err == nil && u.Host != "" {
			return u.Hostname()
		}
	}
	return host
}

// refused words an answer that is no file; nil where it is one.
func refused(host string, resp *http.Response) error {
	code := resp.StatusCode
	e := &Error{Text: say("%s answers %d %s", "%s répond %d %s", host, code, http.StatusText(code)), Away: true}
	switch {
	case code == http.StatusOK:
		return nil
	case code == http.StatusUnauthorized, code == http.StatusForbidden:
		return final("%s refuses the link (%d): it asks for a login. Publish the file for whoever has the link",
			"%s refuse le lien (%d)\u00a0: il demande une connexion. Publiez le fichier pour quiconque a le lien", host, code)
	case code == http.StatusNotFound, code == http.StatusGone:
		e.Text = say("%s has no file at this link (%d): was it taken back?", "%s n’a pas de fichier à ce lien (%d)\u00a0: a-t-il été retiré\u00a0?", host, code)
		e.Away = false
	case code == http.StatusTooManyRequests, code == http.StatusServiceUnavailable:
		e.Wait = retryAfter(resp.Header)
	case code >= 500, code == http.StatusRequestTimeout, code == http.StatusTooEarly:
	default:
		e.Away = false
	}
	return e
}

// maxRetryAfter bounds what a server may ask for.
const maxRetryAfter = 24 * time.Hour

// retryAfter reads the pause that a server asks for: seconds, or a time, which
// is held against the server's own clock.
func retryAfter(h http.Header) time.Duration {
	v := strings.TrimSpace(h.Get("Retry-After"))
	if n, err := strconv.ParseUint(v, 10, 31); err == nil {
		return min(time.Duration(n)*time.Second, maxRetryAfter)
	}
	at, err := http.ParseTime(v)
	now, nerr := http.ParseTime(h.Get("Date"))
	if err != nil || nerr != nil || !at.After(now) {
		return 0
	}
	return min(at.Sub(now), maxRetryAfter)
}

// isPage reports whether an answer is a page for a browser.
func isPage(contentType string, first []byte) bool {
	media, _, _ := mime.ParseMediaType(contentType)
	head := strings.ToLower(string(bytes.TrimLeft(bytes.TrimPrefix(first, []byte("\ufeff")), " \t\r\n")))
	html := media == "text/html" || media == "application/xhtml+xml" // some servers call everything so
	return html && strings.HasPrefix(head, "<") || strings.HasPrefix(head, "<!doctype html") || strings.HasPrefix(head, "<html")
}

// linkName is what a link's file is called: as the server says, else as the
// link ends.
func linkName(resp *http.Response) string {
	name := ""
	if _, params, err := mime.ParseMediaType(resp.Header.Get("Content-Disposition")); err == nil {
		name = clean(params["filename"], "")
	}
	if name == "" {
		name = clean(path.Base(resp.Request.URL.Path), "export")
	}
	if !canBeExport(name) {
		media, _, _ := mime.ParseMediaType(resp.Header.Get("Content-Type"))
		name += map[string]string{
			"text/csv": ".csv", "text/tab-separated-values": ".tsv", "application/zip": ".zip", "application/gzip": ".gz",
			"application/vnd.openxmlformats-officedocument.spreadsheetml.sheet": ".xlsx", "application/vnd.oasis.opendocument.spreadsheet": ".ods",
		}[media]
	}
	return name
}
