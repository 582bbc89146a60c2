package peer

import (
	"net"
	"net/netip"
	"testing"
)

// ways are those by which the kernel is asked whose a socket is.
var ways = map[string]func(from, to netip.AddrPort) Kind{
	"sock_diag": func(from, to netip.AddrPort) Kind {
		kind, _ := ask(from, to)
		return kind
	},
	"proc": func(from, to netip.AddrPort) Kind {
		return max(userIn(tcp, from, to), userIn(tcp6, from, to))
	},
}

// pair returns the addresses of a connection within this process: of the socket that dialled, and of the other.
func pair(t testing.TB, address string) (from, to netip.AddrPort, hangUp func()) {
	l, err := (&net.ListenConfig{}).Listen(t.Context(), "tcp", address)
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	t.Cleanup(func() { l.Close() })
	dialled, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	accepted, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { accepted.Close() })
	hangUp = func() { dialled.Close() }
	t.Cleanup(hangUp)
	return accepted.RemoteAddr().(*net.TCPAddr).AddrPort(), accepted.LocalAddr().(*net.TCPAddr).AddrPort(), hangUp
}

func TestWays_agree(t *testing.T) {
	for _, address := range []string{"127.0.0.1:0", "[::1]:0", "[::ffff:127.0.0.1]:0"} {
		from, to, hangUp := pair(t, address)
		nobody := netip.AddrPortFrom(from.Addr(), 1)
		for name, find := range ways {
			if kind := find(from, to); kind != SameUser {
				t.Errorf("%s of %s: %v, want %v", name, address, kind, SameUser)
			}
			if kind := find(nobody, to); kind != Unknown {
				t.Errorf("%s of a socket that is not there: %v", name, kind)
			}
		}
		hangUp()
		for name, find := range ways {
			if kind := find(from, to); kind != Unknown {
				t.Errorf("%s of a closed socket of %s: %v", name, address, kind)
			}
		}
	}
}

func BenchmarkWays(b *testing.B) {
	for name, find := range ways {
		b.Run(name, func(b *testing.B) {
			from, to, _ := pair(b, "127.0.0.1:0")
			for b.Loop() {
				find(from, to)
			}
		})
	}
}
