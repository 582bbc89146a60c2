//go:build unix

package app

import "syscall"

// openFiles is how many files and connections this process may have open. Go raises the limit as far as it may at the start.
func openFiles() (n uint64, known bool) {
	var limit syscall.Rlimit
	if err := syscall.Getrlimit(syscall.RLIMIT_NOFILE, &limit); err != nil {
		return 0, false
	}
	return uint64(limit.Cur), true
}
