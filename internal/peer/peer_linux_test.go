package peer_test

import (
	"context"
	"net"
	"os"
	"os/exec"
	"strings"
	"syscall"
	"testing"

	"animo/internal/peer"
)

// whose connects to a listener by dial and tells whom the listener sees.
func whose(t *testing.T, network, address string, dial func(address string) (end func())) peer.Kind {
	t.Helper()
	l, err := (&net.ListenConfig{}).Listen(t.Context(), network, address)
	if err != nil {
		t.Skipf("SKIPPED: %v", err)
	}
	defer l.Close()
	defer dial(l.Addr().String())()
	conn, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer conn.Close()
	ctx := peer.With(t.Context(), conn)
	kind := peer.Of(ctx)
	conn.Close()
	if again := peer.Of(ctx); again != kind {
		t.Errorf("told %v, and later %v", kind, again)
	}
	return kind
}

func TestOf(t *testing.T) {
	if !peer.Told() {
		t.Skip("SKIPPED: this system does not tell whose a connection is")
	}
	here := func(address string) func() {
		conn, err := (&net.Dialer{}).DialContext(context.Background(), "tcp", address)
		if err != nil {
			t.Fatal(err)
		}
		return func() { conn.Close() }
	}
	for _, on := range []struct{ network, address string }{{"tcp4", "127.0.0.1:0"}, {"tcp6", "[::1]:0"}, {"tcp", "[::ffff:127.0.0.1]:0"}} {
		if kind := whose(t, on.network, on.address, here); kind != peer.SameUser {
			t.Errorf("%s: this process is %v, want %v", on.address, kind, peer.SameUser)
		}
	}
	t.Run("another user", func(t *testing.T) {
		if os.Getuid() != 0 {
			t.Skip("SKIPPED: only root can start another user's program")
		}
		other := func(address string) func() {
			host, port, _ := strings.Cut(address, ":")
			cmd := exec.CommandContext(t.Context(), "bash", "-c", "exec 3<>/dev/tcp/"+host+"/"+port+"; read -r _")
			cmd.SysProcAttr = &syscall.SysProcAttr{Credential: &syscall.Credential{Uid: 65534, Gid: 65534}}
			in, err := cmd.StdinPipe()
			if err != nil {
				t.Fatal(err)
			}
			if err := cmd.Start(); err != nil {
				t.Fatal(err)
			}
			return func() {
				_ = in.Close()
				_ = cmd.Wait()
			}
		}
		if kind := whose(t, "tcp4", "127.0.0.1:0", other); kind != peer.Other {
			t.Errorf("another user's program is %v, want %v", kind, peer.Other)
		}
	})
	t.Run("a closed socket", func(t *testing.T) {
		gone := func(address string) func() {
			here(address)()
			return func() {}
		}
		if kind := whose(t, "tcp4", "127.0.0.1:0", gone); kind == peer.SameUser {
			t.Errorf("a socket that is closed is %v", kind)
		}
	})
	if kind := peer.Of(t.Context()); kind != peer.Unknown {
		t.Errorf("without a connection: %v", kind)
	}
}
