package sqldb_test

import (
	"errors"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"animo"
	"animo/internal/sqldb"
)

// smallDisk mounts a file system of so many bytes, which takes rights that not everybody has.
func smallDisk(t *testing.T, options string) string {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, options); err != nil {
		t.Skipf("NOT TESTED: a disk that is really full; cannot mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

func TestWrite_heals_when_a_full_disk_has_room(t *testing.T) {
	dir := smallDisk(t, "size=4m")
	db := open(t, filepath.Join(dir, "animo.db"), sqldb.Options{})
	if err := add(t.Context(), db, "kept"); err != nil {
		t.Fatal(err)
	}
	filler := filepath.Join(dir, "filler")
	err := os.WriteFile(filler, make([]byte, 8<<20), 0o600)
	if !errors.Is(err, syscall.ENOSPC) {
		t.Fatalf("filling the disk: %v", err)
	}
	value := strings.Repeat("x", 50_000)
	write := func(key string) error {
		return db.Write(t.Context(), func(tx *sqldb.Tx) error { return insert(tx, key, value) })
	}
	for range 3 {
		if err := write("refused"); animo.CodeOf(err) != animo.NoSpace {
			t.Errorf("write on a full disk: %v, want no_space", err)
		}
		if n := count(t, db); n != 1 {
			t.Errorf("%d rows, want the one from before", n)
		}
	}
	if err := os.Remove(filler); err != nil {
		t.Fatal(err)
	}
	for _, key := range []string{"a", "b"} {
		if err := write(key); err != nil {
			t.Errorf("with room again: %v", err)
		}
	}
	if n := count(t, db); n != 3 {
		t.Errorf("%d rows, want 3", n)
	}
}
