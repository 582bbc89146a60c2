//go:build unix

package app

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"

	"golang.org/x/sys/unix"
)

// takeOwner gives this process a name of its own among those that work on one data folder: the first number
// whose lock file nobody holds. The system lets go of the lock when the process dies, so whoever starts next
// gets the dead one's name and takes up at once what that one had begun.
func takeOwner(data string) (name string, release func() error, err error) {
	for n := 1; ; n++ {
		name := fmt.Sprintf("worker-%d", n)
		f, err := os.OpenFile(filepath.Join(data, name+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return "", nil, err
		}
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			return name, f.Close, nil
		}
		_ = f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return "", nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}
