package peer

import (
	"encoding/binary"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"golang.org/x/sys/unix"
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

// user tells whose socket the one at from is that is connected to to. It asks the kernel for this one socket, which takes some
// microseconds; where it does not answer (no sock_diag: gVisor, old kernels), its lists are read, which takes milliseconds, because the
// kernel looks through the table of all sockets of all namespaces for them.
func user(from, to netip.AddrPort) Kind {
	if kind, answered := ask(from, to); answered {
		return kind
	}
	for _, name := range []string{tcp, tcp6} {
		if kind := userIn(name, from, to); kind != Unknown {
			return kind
		}
	}
	return Unknown
}

// Where the kernel's question and answer about one socket have what (sock_diag(7), linux/inet_diag.h).
const (
	sockID       = 4 + 4         // of inet_diag_req_v2: ports, addresses, interface, cookie
	questionSize = sockID + 48   // of inet_diag_req_v2
	answerUID    = 4 + 48 + 3*4  // of inet_diag_msg
	answerInode  = answerUID + 4 // 0: its program has closed the socket, and the user is not told
)

// ask asks the kernel for the user of one socket, and tells whether it answered: it does not where it lacks sock_diag, or the socket.
func ask(from, to netip.AddrPort) (kind Kind, answered bool) {
	source, destination := from.Addr().Unmap(), to.Addr().Unmap()
	question := make([]byte, unix.SizeofNlMsghdr+questionSize)
	binary.NativeEndian.PutUint32(question, uint32(len(question)))
	binary.NativeEndian.PutUint16(question[4:], unix.SOCK_DIAG_BY_FAMILY)
	binary.NativeEndian.PutUint16(question[6:], unix.NLM_F_REQUEST)
	body := question[unix.SizeofNlMsghdr:]
	body[0], body[1] = unix.AF_INET, unix.IPPROTO_TCP
	if source.Is6() {
		body[0] = unix.AF_INET6
	}
	binary.NativeEndian.PutUint32(body[4:], ^uint32(0)) // in any state
	id := body[sockID:]
	binary.BigEndian.PutUint16(id, from.Port())
	binary.BigEndian.PutUint16(id[2:], to.Port())
	copy(id[4:20], source.AsSlice())
	copy(id[20:36], destination.AsSlice())
	binary.NativeEndian.PutUint64(id[40:], ^uint64(0)) // whatever its cookie

	socket, err := unix.Socket(unix.AF_NETLINK, unix.SOCK_DGRAM|unix.SOCK_CLOEXEC, unix.NETLINK_SOCK_DIAG)
	if err != nil {
		return Unknown, false
	}
	defer unix.Close(socket)
	if err := unix.Sendto(socket, question, 0, &unix.SockaddrNetlink{Family: unix.AF_NETLINK}); err != nil {
		return Unknown, false
	}
	answer := make([]byte, 1024)
	n, _, err := unix.Recvfrom(socket, answer, unix.MSG_DONTWAIT) // the kernel answers within Sendto
	if err != nil || n < unix.SizeofNlMsghdr+answerInode+4 || binary.NativeEndian.Uint16(answer[4:]) != unix.SOCK_DIAG_BY_FAMILY {
		return Unknown, false
	}
	answer = answer[unix.SizeofNlMsghdr:n]
	if binary.NativeEndian.Uint32(answer[answerInode:]) == 0 {
		return Unknown, true
	}
	return kindOf(int(binary.NativeEndian.Uint32(answer[answerUID:]))), true
}

func kindOf(uid int) Kind {
	if uid == os.Geteuid() {
		return SameUser
	}
	return Other
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
	uid, err := strconv.Atoi(fields[4])
	if err != nil {
		return Unknown
	}
	return kindOf(uid)
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
