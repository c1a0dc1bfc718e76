package outgoing

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"net/netip"
	"net/url"
	"syscall"
	"time"
)

// ErrForbidden is the error of an address inside a network: a channel must not
// become a door into it.
var ErrForbidden = errors.New("the address is not on the public internet")

// unreachable are the ranges beside loopback, private, link-local, multicast and
// unspecified ones that are not on the public internet, or that hide another
// address (IANA special-purpose registries).
var unreachable = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(texts ...string) []netip.Prefix {
	parsed := make([]netip.Prefix, len(texts))
	for i, text := range texts {
		parsed[i] = netip.MustParsePrefix(text)
	}
	return parsed
}

// isPublic tells whether an address is one of the public internet.
func isPublic(address netip.Addr) bool {
	address = address.Unmap().WithZone("")
	if !address.IsGlobalUnicast() || address.IsPrivate() {
		return false
	}
	for _, prefix := range unreachable {
		if prefix.Contains(address) {
			return false
		}
	}
	return true
}

// checkDial refuses a connection by the address that a name was resolved to, just
// before it is made: what a name resolves to may change between two looks.
func checkDial(_, address string, _ syscall.RawConn) error {
	target, err := netip.ParseAddrPort(address)
	if err != nil || !isPublic(target.Addr()) {
		return fmt.Errorf("%w: %s", ErrForbidden, address)
	}
	return nil
}

// newTransport connects to public addresses only, unless anywhere. It uses no
// proxy: a proxy would resolve the name itself.
func newTransport(anywhere bool) *http.Transport {
	dialer := &net.Dialer{Timeout: 10 * time.Second, KeepAlive: -1}
	if !anywhere {
		dialer.Control = checkDial
	}
	return &http.Transport{
		DialContext: func(ctx context.Context, network, address string) (net.Conn, error) {
			return dialer.DialContext(ctx, network, address)
		},
		TLSHandshakeTimeout: 10 * time.Second, DisableKeepAlives: true, ForceAttemptHTTP2: true,
		MaxResponseHeaderBytes: 64 << 10,
	}
}

// Refused is why an address can't be used: scheme, host or credentials in it.
type Refused string

// The reasons.
const (
	RefusedForm    Refused = "FORM"    // no absolute https address
	RefusedPrivate Refused = "PRIVATE" // an address inside a network
)

// CheckAddress finds what is wrong with an address before it is saved; the
// connection is checked again at each call. It answers "" when nothing is.
func CheckAddress(address string, anywhere bool) Refused {
	parsed, err := url.Parse(address)
	if err != nil || parsed.Host == "" || parsed.User != nil || parsed.Fragment != "" || parsed.Hostname() == "" {
		return RefusedForm
	}
	if parsed.Scheme != "https" && (parsed.Scheme != "http" || !anywhere) {
		return RefusedForm
	}
	if literal, err := netip.ParseAddr(parsed.Hostname()); err == nil && !anywhere && !isPublic(literal) {
		return RefusedPrivate
	}
	return ""
}
