package dashboards

import (
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"strings"

	"vigie/internal/locale"
)

// policy is what a page may load and do: its own files and nothing else, no
// code or style inside the page, no frame around it.
const policy = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self' data:; font-src 'self'; connect-src 'self'; base-uri 'none'; form-action 'self'; frame-ancestors 'none'"

// CheckListen refuses an address to listen on that other machines could reach:
// until there are accounts, pages are for the machine they run on.
func CheckListen(addr string) error {
	host, _, err := net.SplitHostPort(addr)
	if err != nil {
		return fmt.Errorf("address %q: want a host and a port, as 127.0.0.1:8080", addr)
	}
	if !loopback(host) {
		return fmt.Errorf("address %q: other machines could reach it, and there are no accounts yet; use localhost or 127.0.0.1", addr)
	}
	return nil
}

// loopback reports whether a host name or address is this machine and no other.
// A name that merely resolves to it is not: that is how a foreign site would
// reach in.
func loopback(host string) bool {
	if strings.EqualFold(host, "localhost") {
		return true
	}
	ip, err := netip.ParseAddr(strings.Trim(host, "[]"))
	return err == nil && ip.Unmap().IsLoopback() && ip.Zone() == ""
}

// ownHost reports whether a Host header names this machine.
func ownHost(header string) bool {
	if host, _, err := net.SplitHostPort(header); err == nil {
		return loopback(host)
	}
	return loopback(header)
}

// cookieName differs from token to token, so that two servers on one machine,
// which browsers do not tell apart by port, do not take each other's cookie.
func cookieName(token string) string {
	sum := sha256.Sum256([]byte(token))
	return "vigie-" + hex.EncodeToString(sum[:4])
}

// guard puts around the pages what holds for all of them: headers, the host
// they are asked under, where a request comes from, and the token.
func (s *site) guard(next http.Handler) http.Handler {
	name := cookieName(s.Token)
	isToken := func(v string) bool { return subtle.ConstantTimeCompare([]byte(v), []byte(s.Token)) == 1 }
	opened := http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.URL.Path, "/assets/") {
			next.ServeHTTP(w, r) // nobody's data
			return
		}
		if q := r.URL.Query(); q.Has("token") {
			if !isToken(q.Get("token")) {
				s.closed(w, r)
				return
			}
			http.SetCookie(w, &http.Cookie{Name: name, Value: s.Token, Path: "/", HttpOnly: true, SameSite: http.SameSiteStrictMode})
			// The token does not stay in the address bar and the history.
			q.Del("token")
			clean := *r.URL
			clean.RawQuery = q.Encode()
			http.Redirect(w, r, "/"+strings.TrimLeft(clean.RequestURI(), "/"), http.StatusSeeOther)
			return
		}
		if c, err := r.Cookie(name); err != nil || !isToken(c.Value) {
			s.closed(w, r)
			return
		}
		next.ServeHTTP(w, r)
	})
	sameOrigin := http.NewCrossOriginProtection().Handler(opened)
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		h := w.Header()
		h.Set("Content-Security-Policy", policy)
		h.Set("X-Content-Type-Options", "nosniff")
		h.Set("Referrer-Policy", "no-referrer")
		h.Set("Cross-Origin-Opener-Policy", "same-origin")
		h.Set("Cross-Origin-Resource-Policy", "same-origin")
		h.Set("Cache-Control", "no-store")
		if !ownHost(r.Host) {
			http.Error(w, "This server answers to localhost only. / Ce serveur ne répond qu’à localhost.", http.StatusForbidden)
			return
		}
		sameOrigin.ServeHTTP(w, r)
	})
}

// closed is the page for those who have not opened the link.
func (s *site) closed(w http.ResponseWriter, r *http.Request) {
	v := s.visit(w, r)
	v.status = http.StatusForbidden
	v.write("closed", &frame{Closed: true, Title: v.t(locale.Text{EN: "Open the link", FR: "Ouvrez le lien"})})
}
