// Package powertest gives tests a disk whose power can be cut: a file system of its own, in an image of which a copy has what was
// synced, and not what the system still holds in memory.
package powertest

import (
	"io"
	"os"
	"os/exec"
	"path/filepath"
	"testing"
)

// Disk is an ext4 file system in an image.
type Disk struct {
	Dir   string // where it is mounted
	image string
	t     testing.TB
}

// New makes a disk of so many MiB. It skips the test where that takes rights or programs that are not there.
func New(t testing.TB, size int64) *Disk {
	t.Helper()
	image := filepath.Join(t.TempDir(), "disk.img")
	f, err := os.Create(image)
	if err == nil {
		err = f.Truncate(size << 20)
	}
	if err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if out, err := exec.CommandContext(t.Context(), "mkfs.ext4", "-q", "-F", image).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a disk whose power is cut: mkfs.ext4: %v %s", err, out)
	}
	return mount(t, image)
}

// mount mounts an image. The system writes nothing of its own accord for longer than a test takes.
func mount(t testing.TB, image string) *Disk {
	t.Helper()
	d := &Disk{Dir: t.TempDir(), image: image, t: t}
	if out, err := exec.CommandContext(t.Context(), "mount", "-o", "loop,commit=600", image, d.Dir).CombinedOutput(); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a disk whose power is cut: %v %s", err, out)
	}
	t.Cleanup(func() {
		if out, err := exec.Command("umount", d.Dir).CombinedOutput(); err != nil {
			t.Errorf("umount: %v %s", err, out)
		}
	})
	return d
}

// Cut returns the disk as it is after its power was cut now. Nobody may write to the disk meanwhile.
func (d *Disk) Cut() *Disk {
	d.t.Helper()
	copied := filepath.Join(d.t.TempDir(), "cut.img")
	in, err := os.Open(d.image)
	if err != nil {
		d.t.Fatal(err)
	}
	defer in.Close()
	out, err := os.Create(copied)
	if err != nil {
		d.t.Fatal(err)
	}
	if _, err := io.Copy(out, in); err != nil {
		d.t.Fatal(err)
	}
	if err := out.Close(); err != nil {
		d.t.Fatal(err)
	}
	return mount(d.t, copied)
}
