package notify

import (
	"net/netip"
	"slices"
	"syscall"
)

// notPublic are the networks that a webhook must not reach, beside those that netip.Addr's own methods tell:
// the entries of IANA's registries of special-purpose IPv4 and IPv6 addresses that are not globally reachable,
// and those that carry an IPv4 address in an IPv6 one, behind which any machine may stand.
var notPublic = prefixes(
	"0.0.0.0/8", "100.64.0.0/10", "192.0.0.0/24", "192.0.2.0/24", "192.88.99.0/24", "198.18.0.0/15", "198.51.100.0/24", "203.0.113.0/24", "240.0.0.0/4",
	"::/96", "64:ff9b::/96", "64:ff9b:1::/48", "100::/64", "100:0:0:1::/64", "2001::/23", "2001:db8::/32", "2002::/16", "3fff::/20", "5f00::/16", "fec0::/10",
)

func prefixes(list ...string) []netip.Prefix {
	out := make([]netip.Prefix, len(list))
	for i, s := range list {
		out[i] = netip.MustParsePrefix(s)
	}
	return out
}

// public reports whether an address is one of the Internet's, and not of this machine or of a private network.
// An IPv4 address written as an IPv6 one is judged as what it is.
func public(ip netip.Addr) bool {
	ip = ip.Unmap().WithZone("")
	return ip.IsGlobalUnicast() && !ip.IsPrivate() && !slices.ContainsFunc(notPublic, func(p netip.Prefix) bool { return p.Contains(ip) })
}

// onlyPublic is net.Dialer.Control: it sees the very address that is about to be dialled, after any name was
// resolved, so that a name that leads elsewhere the second time gains nothing.
func onlyPublic(_, address string, _ syscall.RawConn) error {
	a, err := netip.ParseAddrPort(address)
	if err != nil || !public(a.Addr()) {
		return errPrivate()
	}
	return nil
}
