package inbox

import (
	"errors"
	"os"
	"path"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

func TestMove_puts_a_newcomer_back(t *testing.T) {
	dir := t.TempDir()
	home, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	if err := os.WriteFile(filepath.Join(dir, "a.jpg"), []byte("old"), 0o600); err != nil {
		t.Fatal(err)
	}
	want, err := home.Lstat("a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(filepath.Join(dir, "a.jpg"), []byte("newer"), 0o600); err != nil {
		t.Fatal(err)
	}
	if _, err := move(home, "a.jpg", "done/a.jpg", want, nil); !errors.Is(err, errReplaced) {
		t.Errorf("the move answers %v, want that it was replaced", err)
	}
	if got, err := home.ReadFile("a.jpg"); string(got) != "newer" {
		t.Errorf("where it was lies %q, %v", got, err)
	}
	if _, err := home.Lstat("done/a.jpg"); !errors.Is(err, os.ErrNotExist) {
		t.Errorf("where it was to go: %v", err)
	}
}

func TestMove_replaces_nothing(t *testing.T) {
	dir := t.TempDir()
	home, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	const many = 70
	for i := 1; i <= many; i++ {
		if err := home.WriteFile("new.jpg", []byte{byte(i)}, 0o600); err != nil {
			t.Fatal(err)
		}
		info, err := home.Lstat("new.jpg")
		if err != nil {
			t.Fatal(err)
		}
		name, err := move(home, "new.jpg", "done/a.jpg", info, nil)
		if err != nil || name != numbered("done/a.jpg", i) {
			t.Fatalf("move %d: %q, %v", i, name, err)
		}
	}
	for i := 1; i <= many; i++ {
		if b, err := home.ReadFile(numbered("done/a.jpg", i)); err != nil || b[0] != byte(i) {
			t.Fatalf("number %d: %v, %v", i, b, err)
		}
	}
}

func TestMove_leaves_a_stray_reason_alone(t *testing.T) {
	dir := t.TempDir()
	home, err := os.OpenRoot(dir)
	if err != nil {
		t.Fatal(err)
	}
	defer home.Close()
	for name, content := range map[string]string{"a.jpg": "picture", "failed/a.jpg.reason.txt": "somebody's"} {
		if err := errors.Join(home.MkdirAll(path.Dir(name), 0o700), home.WriteFile(name, []byte(content), 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	info, err := home.Lstat("a.jpg")
	if err != nil {
		t.Fatal(err)
	}
	name, err := move(home, "a.jpg", "failed/a.jpg", info, []byte("ours"))
	if name != "failed/a-2.jpg" || err != nil {
		t.Errorf("moved to %q, %v", name, err)
	}
	for name, want := range map[string]string{"failed/a.jpg.reason.txt": "somebody's", "failed/a-2.jpg.reason.txt": "ours"} {
		if got, err := home.ReadFile(name); string(got) != want {
			t.Errorf("%s: %q, %v", name, got, err)
		}
	}
}

func TestNames_stay_within_what_file_systems_take(t *testing.T) {
	long := strings.Repeat("ñ", 125) + ".jpg" // 254 bytes
	for _, c := range []struct {
		name string
		n    int
		want string
	}{
		{"done/photos/a.jpg", 1, "done/photos/a.jpg"},
		{"done/photos/a.jpg", 2, "done/photos/a-2.jpg"},
		{"done/photos.d/a", 12, "done/photos.d/a-12"},
		{"a.tar.gz", 3, "a.tar-3.gz"},
		{long, 1234567, strings.Repeat("ñ", 100) + "-1234567.jpg"},
		{"a." + strings.Repeat("x", 250), 2, "a." + strings.Repeat("x", 198) + "-2"},
	} {
		if got := numbered(c.name, c.n); got != c.want {
			t.Errorf("%q number %d is %q, want %q", c.name, c.n, got, c.want)
		}
	}
	if got, want := reasonName("failed/"+long), "failed/"+strings.Repeat("ñ", 120)+".reason.txt"; got != want {
		t.Errorf("the reason of a long name is %q, want %q", got, want)
	}
}

func TestRest_grows_to_a_minute(t *testing.T) {
	var r rest
	now := time.Now()
	for i, want := range []int{1, 2, 4, 8, 16, 32, 60, 60} {
		if first := r.begin(now); first != (i == 0) || r.until.Sub(now) != time.Duration(want)*time.Second {
			t.Errorf("pause %d: %v, first %v, want %d s", i, r.until.Sub(now), first, want)
		}
	}
}
