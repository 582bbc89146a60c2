package main

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"syscall"
	"testing"
)

// smallDisk mounts a disk of its own of so many MiB.
func smallDisk(t *testing.T, size int) (dir string) {
	t.Helper()
	dir = t.TempDir()
	if err := syscall.Mount("tmpfs", dir, "tmpfs", 0, fmt.Sprintf("size=%dm", size)); err != nil {
		t.Skipf("SKIPPED, NOT TESTED: a disk that is really full; cannot mount one: %v", err)
	}
	t.Cleanup(func() {
		if err := syscall.Unmount(dir, 0); err != nil {
			t.Error(err)
		}
	})
	return dir
}

// TestReserve_a_disk_that_is_full_at_the_start fills the disk to its last byte while the server is off. It starts, reads and erases, and takes
// nothing new; with room again it takes photos, and has its reserve back.
func TestReserve_a_disk_that_is_full_at_the_start(t *testing.T) {
	dir, bin := smallDisk(t, 64), buildProgram(t)
	data := filepath.Join(dir, "data")
	settings := []string{"--reserve", "4194304", "--sweep-every", "100ms", "--log-level", "error"}
	p := startProcess(t, bin, data, settings...)
	var ids []string
	for i := range 20 {
		ids = append(ids, p.putPhoto(t, fmt.Sprintf("%d.jpg", i), []byte("\xff\xd8\xff no es una foto"+strings.Repeat("x", 50_000))).ID)
	}
	p.drain(t)
	p.end(t)
	reserve := filepath.Join(data, "reserve")
	if info, err := os.Stat(reserve); err != nil || info.Size() != 4<<20 {
		t.Fatalf("the reserve: %v, %v", info, err)
	}
	filler := filepath.Join(dir, "filler")
	fill(t, filler)

	p = startProcess(t, bin, data, settings...)
	defer p.kill(t)
	if list := p.photos(t); len(list) != len(ids) {
		t.Errorf("%d photos are listed, want %d", len(list), len(ids))
	}
	fill(t, filler+"2") // what others make of the room that the start took
	for _, id := range ids[:15] {
		if status, err := p.try(http.MethodDelete, "/v1/photos/"+id, "", nil, nil); err != nil || status != http.StatusOK {
			t.Errorf("erase on a full disk: %d, %v", status, err)
		}
		if status, _ := p.picture(t, id); status != http.StatusNotFound {
			t.Errorf("an erased picture: %d", status)
		}
	}
	for _, name := range []string{filler, filler + "2"} {
		if err := os.Remove(name); err != nil {
			t.Fatal(err)
		}
	}
	p.putPhoto(t, "otra.jpg", []byte("\xff\xd8\xff otra"))
	await(t, func() string {
		if info, err := os.Stat(reserve); err != nil || info.Size() != 4<<20 {
			return fmt.Sprintf("the reserve is not back: %v", err)
		}
		return ""
	})
	if list := p.photos(t); len(list) != len(ids)-15+1 {
		t.Errorf("%d photos are listed, want %d", len(list), len(ids)-15+1)
	}
}

// end asks a program to stop, and waits until it did.
func (p *process) end(t *testing.T) {
	t.Helper()
	if err := p.cmd.Process.Signal(syscall.SIGTERM); err != nil {
		t.Fatal(err)
	}
	if err := p.cmd.Wait(); err != nil {
		t.Fatal(err)
	}
}
