package app

import (
	"os"

	"golang.org/x/sys/unix"
)

// allocate returns a file so many bytes of the disk without writing them; it reports false where the file system cannot.
func allocate(f *os.File, bytes int64) (bool, error) {
	err := unix.Fallocate(int(f.Fd()), 0, 0, bytes)
	if err == unix.EOPNOTSUPP || err == unix.ENOSYS || err == unix.EINVAL {
		return false, nil
	}
	return err == nil, err
}
