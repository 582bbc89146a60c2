package object_test

import (
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"

	"animo"
)

func TestFolder_full_disk_is_NoSpace_and_heals(t *testing.T) {
	dir := t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, "size=1m"); err != nil {
		t.Skipf("NOT TESTED: a disk that is really full; cannot mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	s := open(t, "file:"+filepath.Join(dir, "objects"))
	t.Cleanup(func() { s.Close() }) // before the disk goes
	put := func(name string, size int) error {
		err := s.Put(t.Context(), "t", name, strings.NewReader(strings.Repeat("x", size)))
		return err
	}
	if err := put("kept", 500_000); err != nil {
		t.Fatal(err)
	}
	for range 3 { // a file that failed must not keep its room
		if err := put("big", 2<<20); animo.CodeOf(err) != animo.NoSpace {
			t.Errorf("Put on a full disk: %v, want no_space", err)
		}
	}
	if err := put("kept", 300_000); err != nil {
		t.Errorf("Put of what fits: %v", err)
	}
	if _, err := s.Stat(t.Context(), "t", "big"); animo.CodeOf(err) != animo.NotFound {
		t.Errorf("the file that did not fit: %v, want not_found", err)
	}
	if info, err := s.Stat(t.Context(), "t", "kept"); err != nil || info.Size != 300_000 {
		t.Errorf("Stat: %+v, %v", info, err)
	}
	if left, err := os.ReadDir(filepath.Join(dir, "objects", ".partial")); err != nil || len(left) != 0 {
		t.Errorf("unfinished files: %v, %v", left, err)
	}
}
