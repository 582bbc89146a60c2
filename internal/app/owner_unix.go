//go:build unix

package app

import (
	"encoding/hex"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"golang.org/x/sys/unix"

	"animo/internal/durable"
)

// takeOwner returns this process a name of its own: the first slot of the data folder whose lock file nobody has locked, and
// behind it the random id that the file keeps, because another folder with a slot of that number may work on the same
// database. The system frees the lock when the process dies. So the process that starts next in the folder gets the dead
// one's slot and name, and goes on at once with its work.
func takeOwner(data string) (o owner, release func() error, err error) {
	for n := 1; ; n++ {
		slot := fmt.Sprintf("worker-%d", n)
		f, err := os.OpenFile(filepath.Join(data, slot+".lock"), os.O_CREATE|os.O_RDWR, 0o600)
		if err != nil {
			return owner{}, nil, err
		}
		err = unix.Flock(int(f.Fd()), unix.LOCK_EX|unix.LOCK_NB)
		if err == nil {
			id, err := slotID(f, data)
			if err != nil {
				return owner{}, nil, errors.Join(err, f.Close())
			}
			return owner{slot: slot, name: slot + "-" + id}, f.Close, nil
		}
		_ = f.Close()
		if !errors.Is(err, unix.EWOULDBLOCK) {
			return owner{}, nil, fmt.Errorf("lock %s: %w", f.Name(), err)
		}
	}
}

// slotID reads a slot's id, of 2*ownerIDLen hexadecimal digits, from its locked file. Where there is none, or a crash cut it
// short, slotID makes one, and puts it on the disk before anything is leased under it.
func slotID(f *os.File, data string) (string, error) {
	text := make([]byte, 2*ownerIDLen+1) // one byte more than an id, to tell it from something longer
	n, _ := f.ReadAt(text, 0)            // what cannot be read is no id
	if _, err := hex.DecodeString(string(text[:n])); err == nil && n == 2*ownerIDLen {
		return string(text[:n]), nil
	}
	id := newOwnerID()
	if err := f.Truncate(0); err != nil {
		return "", err
	}
	if _, err := f.WriteAt([]byte(id), 0); err != nil {
		return "", err
	}
	if err := f.Sync(); err != nil {
		return "", err
	}
	return id, durable.SyncFolder(data)
}

// runningOwners names the slots of a data folder that processes have at this moment.
func runningOwners(data string) (slots []string, err error) {
	files, err := filepath.Glob(filepath.Join(data, "worker-*.lock"))
	if err != nil {
		return nil, err
	}
	for _, path := range files {
		f, err := os.Open(path)
		if err != nil {
			return nil, err
		}
		err = unix.Flock(int(f.Fd()), unix.LOCK_SH|unix.LOCK_NB)
		if errors.Is(err, unix.EWOULDBLOCK) {
			slots, err = append(slots, strings.TrimSuffix(filepath.Base(path), ".lock")), nil
		}
		if err = errors.Join(err, f.Close()); err != nil {
			return nil, err
		}
	}
	return slots, nil
}
