package spool_test

import (
	"bytes"
	"errors"
	"io"
	"os"
	"strings"
	"testing"
	"testing/iotest"

	"golang.org/x/sync/semaphore"

	"animo"
	"animo/internal/spool"
)

// folder takes uploads of at most 100 bytes, of which 50 may be in memory.
func folder(t *testing.T) spool.Folder {
	return spool.Folder{Dir: t.TempDir(), Most: 100, Setting: "max-photo", Room: func(int64) error { return nil }, Memory: semaphore.NewWeighted(50)}
}

func TestFolder_small_announced_uploads_stay_in_memory(t *testing.T) {
	for _, c := range []struct {
		name   string
		bytes  int
		size   int64
		inFile bool
	}{
		{"announced", 40, 40, false},
		{"shorter than announced", 30, 40, false},
		{"longer than announced", 45, 40, true},
		{"not announced", 40, -1, true},
		{"more than there is room", 60, 60, true},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := folder(t)
			content := bytes.Repeat([]byte("x"), c.bytes)
			f, err := d.Take(bytes.NewReader(content), c.size)
			if err != nil {
				t.Fatal(err)
			}
			if files, _ := os.ReadDir(d.Dir); len(files) == 1 != c.inFile {
				t.Errorf("%d files", len(files))
			}
			if _, err := f.Seek(0, io.SeekStart); err != nil {
				t.Fatal(err)
			}
			got, err := io.ReadAll(f)
			if err != nil || !bytes.Equal(got, content) || f.Size != int64(c.bytes) {
				t.Errorf("%d bytes, Size %d, %v; want %d", len(got), f.Size, err, c.bytes)
			}
			want, err := spool.Folder{Dir: d.Dir, Most: 100, Room: d.Room}.Take(bytes.NewReader(content), -1)
			if err != nil || f.SHA256 != want.SHA256 {
				t.Errorf("SHA-256 %s, as a file %s, %v", f.SHA256, want.SHA256, err)
			}
			want.Remove()
			f.Remove()
			f.Remove()
			if files, _ := os.ReadDir(d.Dir); len(files) > 0 {
				t.Errorf("%d files are left", len(files))
			}
			if !d.Memory.TryAcquire(50) {
				t.Error("it still takes memory")
			}
		})
	}
}

func TestFolder_upload_that_cannot_be_takes_no_memory(t *testing.T) {
	for _, c := range []struct {
		name string
		r    io.Reader
		size int64
		want animo.Code
	}{
		{"broken off", io.MultiReader(strings.NewReader("half"), iotest.ErrReader(io.ErrUnexpectedEOF)), 40, animo.Unavailable},
		{"empty", strings.NewReader(""), 40, animo.EmptyFile},
		{"too large after all", strings.NewReader(strings.Repeat("x", 101)), 40, animo.TooLarge},
		{"announced too large", iotest.ErrReader(errors.New("it was read")), 101, animo.TooLarge},
	} {
		t.Run(c.name, func(t *testing.T) {
			d := folder(t)
			if _, err := d.Take(c.r, c.size); animo.CodeOf(err) != c.want {
				t.Errorf("%v, want %s", err, c.want)
			}
			if files, _ := os.ReadDir(d.Dir); len(files) > 0 {
				t.Errorf("%d files are left", len(files))
			}
			if !d.Memory.TryAcquire(50) {
				t.Error("it still takes memory")
			}
		})
	}
}
