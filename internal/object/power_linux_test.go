package object_test

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"testing"

	"animo"
	"animo/internal/object"
	"animo/internal/powertest"
)

// TestFolder_power_cut cuts the power after each Put and Delete that returned: what was put is whole, and what was deleted is gone. A file
// that nobody synced is not, which tells that the disk forgets.
func TestFolder_power_cut(t *testing.T) {
	disk := powertest.New(t, 32)
	s, err := object.Open(t.Context(), "file:"+filepath.Join(disk.Dir, "new", "objects"), object.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	want := map[string][]byte{}
	for i := range 4 {
		name := fmt.Sprintf("a%d/b/c", i%3) // one is replaced
		want[name] = bytes.Repeat([]byte{byte(i + 1)}, 100_000)
		if err := s.Put(t.Context(), "sol", name, bytes.NewReader(want[name])); err != nil {
			t.Fatal(err)
		}
		checkAfterCut(t, fmt.Sprintf("after Put %d", i), disk.Cut(), want)
	}
	if n, err := s.Delete(t.Context(), "sol", "a1/"); err != nil || n != 1 {
		t.Fatalf("%d deleted, %v", n, err)
	}
	delete(want, "a1/b/c")
	checkAfterCut(t, "after Delete", disk.Cut(), want)
	if err := s.(object.Lister).Remove(t.Context(), "sol", "a2/b/c"); err != nil {
		t.Fatal(err)
	}
	delete(want, "a2/b/c")
	checkAfterCut(t, "after Remove", disk.Cut(), want)

	if err := os.WriteFile(filepath.Join(disk.Dir, "unsynced"), make([]byte, 100_000), 0o600); err != nil {
		t.Fatal(err)
	}
	if b, err := os.ReadFile(filepath.Join(disk.Cut().Dir, "unsynced")); err == nil && len(b) == 100_000 {
		t.Error("a file that nobody synced outlived the cut: the test finds nothing")
	}
}

func checkAfterCut(t *testing.T, when string, disk *powertest.Disk, want map[string][]byte) {
	t.Helper()
	s, err := object.Open(t.Context(), "file:"+filepath.Join(disk.Dir, "new", "objects"), object.Options{})
	if err != nil {
		t.Fatalf("%s: %v", when, err)
	}
	defer s.Close()
	for i := range 3 {
		name := fmt.Sprintf("a%d/b/c", i)
		body, _, err := s.Get(t.Context(), "sol", name, object.Range{})
		if want[name] == nil {
			if animo.CodeOf(err) != animo.NotFound {
				t.Errorf("%s: %s is there: %v", when, name, err)
			}
			if err == nil {
				_ = body.Close() // what is open keeps the disk mounted
			}
			continue
		}
		if err != nil {
			t.Errorf("%s: %s: %v", when, name, err)
			continue
		}
		got, err := io.ReadAll(body)
		if _ = body.Close(); err != nil || !bytes.Equal(got, want[name]) {
			t.Errorf("%s: %s has %d bytes, %v, want %d", when, name, len(got), err, len(want[name]))
		}
	}
}
