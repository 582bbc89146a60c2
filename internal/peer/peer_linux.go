package peer

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// The kernel's lists of sockets (proc_pid_net(5)), which show those of this network namespace.
const (
	tcp  = "/proc/net/tcp"
	tcp6 = "/proc/net/tcp6"
)

// Told is whether this system tells who is at the other end of a connection.
func Told() bool {
	_, err := os.Stat(tcp)
	return err == nil
}

// user looks for a socket in the kernel's lists.
func user(from, to netip.AddrPort) Kind {
	for _, name := range []string{tcp, tcp6} {
		if kind := userIn(name, from, to); kind != Unknown {
			return kind
		}
	}
	return Unknown
}

func userIn(name string, from, to netip.AddrPort) Kind {
	list, err := os.ReadFile(name)
	if err != nil {
		return Unknown
	}
	// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
	wanted := " " + listed(from, name) + " " + listed(to, name) + " "
	_, rest, found := strings.Cut(string(list), wanted)
	line, _, _ := strings.Cut(rest, "\n")
	fields := strings.Fields(line)                     // from st on
	if !found || len(fields) < 7 || fields[6] == "0" { // a socket that its program has closed is listed without its user
		return Unknown
	}
	if fields[4] == strconv.Itoa(os.Geteuid()) {
		return SameUser
	}
	return Other
}

// listed is an address as the kernel lists it, like 0100007F:1F90. The address is in words of 32 bits in the machine's own
// byte order, the port is not.
func listed(addr netip.AddrPort, list string) string {
	ip := addr.Addr().Unmap()
	raw := ip.AsSlice()
	if list == tcp6 {
		whole := ip.As16()
		raw = whole[:]
	}
	for word := raw; len(word) > 0; word = word[4:] {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	return fmt.Sprintf("%X:%04X", raw, addr.Port())
}
