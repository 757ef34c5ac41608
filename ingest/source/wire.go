package source

import (
	"context"
	"crypto/tls"
	"crypto/x509"
	"errors"
	"io"
	"net"
	"net/netip"
	"net/url"
	"regexp"
	"sync/atomic"
	"syscall"
	"time"
)

// How long a server may take to answer, and to send the next byte.
const (
	connectLimit = 20 * time.Second
	idleLimit    = 60 * time.Second
)

// hooks are what the tests of this package change: where names lead to, which
// addresses they may, whose certificates are trusted, how long things take. They
// are empty everywhere else, and nobody else can set them.
type hooks struct {
	lead   func(addr string) string
	open   func(netip.Addr) bool
	roots  *x509.CertPool
	idle   time.Duration
	pause  time.Duration
	settle time.Duration
	limit  int64
}

func (h hooks) idleOr(d time.Duration) time.Duration   { return or(h.idle, d) }
func (h hooks) pauseOr(d time.Duration) time.Duration  { return or(h.pause, d) }
func (h hooks) settleOr(d time.Duration) time.Duration { return or(h.settle, d) }
func (h hooks) limitOr(n int64) int64                  { return or(h.limit, n) }

func or[T comparable](v, other T) T {
	var zero T
	if v == zero {
		return other
	}
	return v
}

// special are the addresses inside the public ranges, and inside IPv4, that
// lead to this machine, its network, or nowhere (IANA's special-purpose
// registries).
var special = prefixes(
	"0.0.0.0/8", "10.0.0.0/8", "100.64.0.0/10", "127.0.0.0/8", "169.254.0.0/16", "172.16.0.0/12", "192.0.0.0/24", "192.0.2.0/24",
	"192.88.99.0/24", "192.168.0.0/16", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "224.0.0.0/4", "240.0.0.0/4",
	"2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20",
)

var (
	unicast6 = netip.MustParsePrefix("2000::/3")     // all that IPv6 has given out
	nat64    = netip.MustParsePrefix("64:ff9b::/96") // IPv4 from a network that has IPv6 alone
)

func prefixes(list ...string) (out []netip.Prefix) {
	for _, s := range list {
		out = append(out, netip.MustParsePrefix(s))
	}
	return out
}

// public reports whether an address is one of the public internet. An IPv4
// address in the clothes of an IPv6 one is not: nobody needs it.
func public(a netip.Addr) bool {
	if a.Is6() && nat64.Contains(a) {
		b := a.As16()
		a = netip.AddrFrom4([4]byte(b[12:]))
	}
	if !a.IsValid() || a.Zone() != "" || a.Is4In6() || a.Is6() && !unicast6.Contains(a) {
		return false
	}
	for _, p := range special {
		if p.Contains(a) {
			return false
		}
	}
	return true
}

// dial connects to a host. With public set the address is checked when it is
// known, after the name has been looked up and right before the connection, so
// that no name leads into the network that this machine stands in.
func (d Desk) dial(ctx context.Context, addr string, publicOnly bool) (*watched, error) {
	if d.hooks.lead != nil {
		addr = d.hooks.lead(addr)
	}
	dialer := net.Dialer{Timeout: connectLimit, Control: func(network, address string, _ syscall.RawConn) error {
		if !publicOnly {
			return nil
		}
		to, err := netip.ParseAddrPort(address)
		if err == nil && d.hooks.open != nil && d.hooks.open(to.Addr()) {
			return nil
		}
		if err != nil || !public(to.Addr()) {
			return &forbidden{address}
		}
		return nil
	}}
	conn, err := dialer.DialContext(ctx, "tcp", addr)
	if err != nil {
		return nil, err
	}
	return watch(conn, d.hooks.idleOr(idleLimit)), nil
}

// forbidden is an address that a link must not lead to.
type forbidden struct{ addr string }

func (e *forbidden) Error() string { return e.addr + " is no address of the public internet" }

// errStalled is what a connection fails with on which nothing came for long.
var errStalled = errors.New("nothing came any more")

// watched is a connection that is cut when nothing moves on it, and that
// remembers how it ended: libraries tell it in their own ways.
type watched struct {
	net.Conn
	idle    time.Duration
	timer   *time.Timer
	closed  atomic.Bool // by this side
	stalled atomic.Bool
	cut     atomic.Bool // by the other side, or on the way
}

func watch(c net.Conn, idle time.Duration) *watched {
	w := &watched{Conn: c, idle: idle}
	w.timer = time.AfterFunc(idle, func() {
		w.stalled.Store(true)
		w.closed.Store(true)
		c.Close()
	})
	return w
}

func (w *watched) moved(n int, err error) (int, error) {
	if n > 0 {
		w.timer.Reset(w.idle)
	}
	if err != nil && w.stalled.Load() {
		err = errStalled
	}
	if err != nil && !w.closed.Load() {
		w.cut.Store(true)
	}
	return n, err
}

func (w *watched) Read(b []byte) (int, error)  { return w.moved(w.Conn.Read(b)) }
func (w *watched) Write(b []byte) (int, error) { return w.moved(w.Conn.Write(b)) }

func (w *watched) Close() error {
	w.closed.Store(true)
	w.timer.Stop()
	return w.Conn.Close()
}

// explain is explain of the work on this connection.
func (w *watched) explain(ctx context.Context, host string, err error) error {
	var e *Error
	var disk *localError
	switch {
	case err == nil, errors.As(err, &e), errors.As(err, &disk):
	case w.stalled.Load():
		err = errStalled
	case w.cut.Load():
		err = io.ErrUnexpectedEOF
	}
	return explain(ctx, host, err)
}

// tls is how certificates are checked.
func (d Desk) tls(host string) *tls.Config {
	return &tls.Config{ServerName: host, MinVersion: tls.VersionTLS12, RootCAs: d.hooks.roots}
}

// addresses in an error's text may hold a secret behind the host.
var addresses = regexp.MustCompile(`https?://[^\s"]+`)

// plain is an error's text without the links in it.
func plain(err error) string {
	var u *url.Error
	if errors.As(err, &u) {
		err = u.Err
	}
	return addresses.ReplaceAllStringFunc(err.Error(), func(s string) string {
		if u, err := url.Parse(s); err == nil {
			return u.Scheme + "://" + u.Host + "/…"
		}
		return "…"
	})
}
