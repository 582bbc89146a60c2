package object

import (
	"os"

	"golang.org/x/sys/unix"
)

// setDirect makes writes to a file go to the disk itself, of memory, offsets and lengths that are multiples of
// directBlock (O_DIRECT of open(2)), or through the page cache again, and reports whether they do now. Not every file
// system can.
func setDirect(file *os.File, on bool) bool {
	conn, err := file.SyscallConn()
	if err != nil {
		return false
	}
	set := false
	if err := conn.Control(func(fd uintptr) {
		flags, err := unix.FcntlInt(fd, unix.F_GETFL, 0)
		if err != nil {
			return
		}
		flags &^= unix.O_DIRECT
		if on {
			flags |= unix.O_DIRECT
		}
		_, err = unix.FcntlInt(fd, unix.F_SETFL, flags)
		set = err == nil
	}); err != nil {
		return false
	}
	return set && on
}
