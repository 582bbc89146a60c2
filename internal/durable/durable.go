// Package durable puts on the disk what a program said that it wrote, beyond the bytes of a file.
package durable

import (
	"errors"
	"os"
)

// SyncFolder puts the names in a folder on the disk: those of files that were made, renamed or removed in it.
func SyncFolder(path string) error {
	d, err := os.Open(path)
	if err != nil {
		return err
	}
	return errors.Join(d.Sync(), d.Close())
}
