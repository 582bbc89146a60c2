package peer

import (
	"bufio"
	"encoding/binary"
	"encoding/hex"
	"net/netip"
	"os"
	"strconv"
	"strings"
)

// Told is whether this system tells who is at the other end of a connection.
func Told() bool {
	_, err := os.Stat("/proc/net/tcp")
	return err == nil
}

// user looks for a socket in the kernel's lists (proc_pid_net(5)), which show those of this network namespace.
func user(from, to netip.AddrPort) Kind {
	for _, name := range []string{"/proc/net/tcp", "/proc/net/tcp6"} {
		if kind := userIn(name, from, to); kind != Unknown {
			return kind
		}
	}
	return Unknown
}

func userIn(name string, from, to netip.AddrPort) Kind {
	f, err := os.Open(name)
	if err != nil {
		return Unknown
	}
	defer f.Close()
	for lines := bufio.NewScanner(f); lines.Scan(); {
		// sl local_address rem_address st tx_queue:rx_queue tr:tm->when retrnsmt uid timeout inode …
		fields := strings.Fields(lines.Text())
		if len(fields) < 10 || !same(fields[1], from) || !same(fields[2], to) {
			continue
		}
		if fields[9] == "0" { // a socket that its program has closed is listed without its user
			return Unknown
		}
		if fields[7] == strconv.Itoa(os.Geteuid()) {
			return SameUser
		}
		return Other
	}
	return Unknown
}

// same reports whether an address as the kernel lists it, like 0100007F:1F90, is addr. The address is in words of 32 bits
// in the machine's own byte order, the port is not.
func same(listed string, addr netip.AddrPort) bool {
	host, port, ok := strings.Cut(listed, ":")
	if n, err := strconv.ParseUint(port, 16, 16); !ok || err != nil || uint16(n) != addr.Port() {
		return false
	}
	raw, err := hex.DecodeString(host)
	if err != nil || len(raw)%4 != 0 {
		return false
	}
	for word := raw; len(word) > 0; word = word[4:] {
		binary.NativeEndian.PutUint32(word, binary.BigEndian.Uint32(word))
	}
	ip, ok := netip.AddrFromSlice(raw)
	return ok && ip.Unmap() == addr.Addr().Unmap().WithZone("")
}
