package object_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/object"
	"animo/internal/object/objecttest"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestMemory(t *testing.T) {
	objecttest.Run(t, func(t *testing.T) object.Store { return open(t, "mem:") })
}

func TestFolder(t *testing.T) {
	objecttest.Run(t, func(t *testing.T) object.Store { return open(t, "file:"+t.TempDir()) })
}

func open(t testing.TB, url string) object.Store {
	t.Helper()
	s, err := object.Open(t.Context(), url, object.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close() })
	return s
}

func TestFolder_keeps_objects_when_opened_again(t *testing.T) {
	dir := filepath.Join(t.TempDir(), "not", "there yet")
	s := open(t, "file:"+dir)
	if err := s.Put(t.Context(), "t", "a/b", strings.NewReader("kept")); err != nil {
		t.Fatal(err)
	}
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if _, err := open(t, "file:"+dir).Stat(t.Context(), "t", "a/b"); err != nil {
		t.Error(err)
	}
	if got, err := os.ReadFile(filepath.Join(dir, "t", "a", "b")); err != nil || string(got) != "kept" {
		t.Errorf("the file holds %q, %v", got, err)
	}
}

func TestFolder_removes_only_old_unfinished_files(t *testing.T) {
	dir := t.TempDir()
	old, young := filepath.Join(dir, ".partial", "old"), filepath.Join(dir, ".partial", "young")
	open(t, "file:"+dir)
	for _, name := range []string{old, young} {
		if err := os.WriteFile(name, []byte("half"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	hours := time.Now().Add(-2 * time.Hour)
	if err := os.Chtimes(old, hours, hours); err != nil {
		t.Fatal(err)
	}
	open(t, "file:"+dir)
	if _, err := os.Stat(old); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unfinished file of two hours ago is still there: %v", err)
	}
	if _, err := os.Stat(young); err != nil {
		t.Errorf("an unfinished file of another process is gone: %v", err)
	}
}

func TestFolder_the_clock_says_which_unfinished_files_are_old(t *testing.T) {
	dir := t.TempDir()
	file := filepath.Join(dir, ".partial", "half")
	at := func(now time.Time) error {
		t.Helper()
		s, err := object.Open(t.Context(), "file:"+dir, object.Options{Now: func() time.Time { return now }})
		if err != nil {
			t.Fatal(err)
		}
		defer s.Close()
		_, err = os.Stat(file)
		return err
	}
	_ = at(time.Now()) // makes the folder
	if err := os.WriteFile(file, []byte("half"), 0o600); err != nil {
		t.Fatal(err)
	}
	written := time.Date(2019, 5, 1, 12, 0, 0, 0, time.UTC)
	if err := os.Chtimes(file, written, written); err != nil {
		t.Fatal(err)
	}
	if err := at(written.Add(59 * time.Minute)); err != nil {
		t.Errorf("an unfinished file of 59 minutes ago is gone: %v", err)
	}
	if err := at(written.Add(61 * time.Minute)); !errors.Is(err, fs.ErrNotExist) {
		t.Errorf("an unfinished file of 61 minutes ago is still there: %v", err)
	}
}

func TestMemory_an_object_is_of_the_clocks_time(t *testing.T) {
	at := time.Date(2019, 5, 1, 12, 0, 0, 0, time.UTC)
	s, err := object.Open(t.Context(), "mem:", object.Options{Now: func() time.Time { return at }})
	if err != nil {
		t.Fatal(err)
	}
	if err := s.Put(t.Context(), "t", "a", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	if info, err := s.Stat(t.Context(), "t", "a"); err != nil || !info.Modified.Equal(at) {
		t.Errorf("%+v, %v; want %v", info, err, at)
	}
}

func TestFolder_leaves_no_unfinished_file(t *testing.T) {
	dir := t.TempDir()
	s := open(t, "file:"+dir)
	if err := s.Put(t.Context(), "t", "a/b", strings.NewReader("x")); err != nil {
		t.Fatal(err)
	}
	for _, name := range []string{"a", "a/b/c"} { // an object cannot be a folder too
		if err := s.Put(t.Context(), "t", name, strings.NewReader("x")); animo.CodeOf(err) != animo.Conflict {
			t.Errorf("Put(%q): err = %v, want conflict", name, err)
		}
	}
	entries, err := os.ReadDir(filepath.Join(dir, ".partial"))
	if err != nil || len(entries) != 0 {
		t.Errorf("unfinished files: %v, %v", entries, err)
	}
}

func TestFolder_stays_inside(t *testing.T) {
	dir, outside := t.TempDir(), t.TempDir()
	s := open(t, "file:"+dir)
	if err := os.WriteFile(filepath.Join(outside, "secret"), []byte("secret"), 0o600); err != nil {
		t.Fatal(err)
	}
	if err := os.Symlink(outside, filepath.Join(dir, "t")); err != nil {
		t.Fatal(err)
	}
	if r, _, err := s.Get(t.Context(), "t", "secret", object.Range{}); err == nil {
		r.Close()
		t.Error("a symbolic link leads out of the folder")
	}
	if _, err := s.Stat(t.Context(), "t", "secret"); err == nil {
		t.Error("a symbolic link tells of a file outside the folder")
	}
	if err := s.Put(t.Context(), "t", "planted", strings.NewReader("x")); err == nil {
		t.Error("a symbolic link lets a file be written outside the folder")
	}
	s.Delete(t.Context(), "t", "")
	if _, err := os.Stat(filepath.Join(outside, "secret")); err != nil {
		t.Error("a symbolic link lets a file be deleted outside the folder")
	}
}

func TestOpen_refuses_what_it_does_not_know(t *testing.T) {
	for _, url := range []string{"", "file:", "mem:x", "s3://key:secret@bucket", "/tmp/x"} {
		_, err := object.Open(t.Context(), url, object.Options{})
		if animo.CodeOf(err) != animo.Unsupported || strings.Contains(err.Error(), "secret") {
			t.Errorf("Open(%q): err = %v, want unsupported", url, err)
		}
	}
}

func BenchmarkFolder(b *testing.B) { objecttest.Bench(b, open(b, "file:"+b.TempDir())) }

// BenchmarkPut stores a file of the size of a small training file.
func BenchmarkPut(b *testing.B) {
	s := open(b, "file:"+b.TempDir())
	content := strings.Repeat("Las camas estaban mal arregladas\t0\n", 3000)
	b.SetBytes(int64(len(content)))
	for b.Loop() {
		if err := s.Put(b.Context(), "default", "training/a/file", strings.NewReader(content)); err != nil {
			b.Fatal(err)
		}
	}
}

func BenchmarkFolder_put_2MiB(b *testing.B) {
	s := open(b, "file:"+b.TempDir())
	data := strings.Repeat("x", 2<<20)
	b.SetBytes(int64(len(data)))
	for n := 0; b.Loop(); n++ {
		if err := s.Put(b.Context(), "t", strconv.Itoa(n), strings.NewReader(data)); err != nil {
			b.Fatal(err)
		}
	}
}
