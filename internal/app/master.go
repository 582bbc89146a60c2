package app

import (
	"crypto/rand"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"

	"animo/internal/tenants"
)

// masterKey reads the key from which the secrets of access keys come, out of a file in the data folder that only its
// owner may read. Who opens the folder first makes it.
func masterKey(data string) (key []byte, err error) {
	path := filepath.Join(data, "master.key")
	key, err = os.ReadFile(path)
	if errors.Is(err, fs.ErrNotExist) {
		if err := makeMasterKey(path); err != nil {
			return nil, err
		}
		key, err = os.ReadFile(path)
	}
	if err == nil && len(key) < tenants.MasterLen {
		err = fmt.Errorf("%s has %d bytes, not %d; bring it back from a backup, or remove it and all access keys", path, len(key), tenants.MasterLen)
	}
	return key, err
}

// makeMasterKey makes the file, whole and on disk, unless another process is first.
func makeMasterKey(path string) (err error) {
	f, err := os.CreateTemp(filepath.Dir(path), "master-*.tmp") // only its owner may read it
	if err != nil {
		return err
	}
	defer func() { _ = os.Remove(f.Name()) }()
	var key [tenants.MasterLen]byte
	_, _ = rand.Read(key[:]) // never fails
	_, err = f.Write(key[:])
	if err = errors.Join(err, f.Sync(), f.Close()); err != nil {
		return err
	}
	if err := os.Link(f.Name(), path); err != nil && !errors.Is(err, fs.ErrExist) {
		if err := os.Rename(f.Name(), path); err != nil { // where the file system has no links
			return err
		}
	}
	return syncFolder(filepath.Dir(path))
}

// syncFolder has the names in a folder be on the disk.
func syncFolder(path string) error {
	folder, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(folder.Sync(), folder.Close())
}
