//go:build unix

package main

import (
	"bytes"
	"fmt"
	"io/fs"
	"math/rand/v2"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"testing"
	"time"

	"animo/internal/postgrestest"
	"animo/internal/s3test"
)

// TestMigrate_killed_at_any_moment kills the program while it moves a data folder, again and again, each time a little later. The last run
// ends, and says that all is the same in both places.
func TestMigrate_killed_at_any_moment_ends_when_it_is_said_again(t *testing.T) {
	to, objects := postgrestest.URL(t), s3test.URL(t)
	bin, data := buildProgram(t), t.TempDir()
	p := startProcess(t, bin, data)
	p.kill(t) // which leaves a write-ahead log
	const files = 200
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range files {
		path := filepath.Join(data, "objects", "default", "kept", fmt.Sprint(i))
		b := make([]byte, 1000+rng.IntN(100_000))
		for j := range b {
			b[j] = byte(rng.Uint32())
		}
		if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(path, b, 0o600); err != nil {
			t.Fatal(err)
		}
	}
	run := func(killAfter time.Duration) (said string, killed bool) {
		t.Helper()
		cmd := exec.Command(bin, "migrate", "--from", "sqlite:"+data, "--to", to, "--to-objects", objects)
		cmd.Env = append(os.Environ(), "LC_ALL=C")
		var out bytes.Buffer
		cmd.Stderr = &out
		if err := cmd.Start(); err != nil {
			t.Fatal(err)
		}
		kill := time.AfterFunc(killAfter, func() { _ = cmd.Process.Kill() })
		err := cmd.Wait()
		kill.Stop()
		killed = cmd.ProcessState.ExitCode() == -1
		if err != nil && !killed {
			t.Fatalf("%v: %s", err, &out)
		}
		return out.String(), killed
	}
	kills := 0
	for after := 20 * time.Millisecond; ; after = after * 3 / 2 {
		said, killed := run(after)
		if killed {
			kills++
			continue
		}
		if got := regexp.MustCompile(`(\d+) files with`).FindStringSubmatch(said); got == nil || got[1] != fmt.Sprint(files) {
			t.Errorf("moved %v, want %d files:\n%s", got, files, said)
		}
		break
	}
	if kills < 3 {
		t.Errorf("killed %d times only", kills)
	}
	t.Logf("killed %d times", kills)
	server := exec.Command(bin, "serve", "--data", data, "--listen", "127.0.0.1:0")
	server.Env = append(os.Environ(), "LC_ALL=C")
	if said, err := server.CombinedOutput(); err == nil || !bytes.Contains(said, []byte("moved to")) {
		t.Errorf("a server on the source says %s", said)
	}
	if _, err := os.Stat(filepath.Join(data, "animo.db")); err != nil {
		t.Error(err)
	}
	n := 0
	_ = filepath.WalkDir(filepath.Join(data, "objects", "default"), func(_ string, e fs.DirEntry, err error) error {
		if err == nil && !e.IsDir() {
			n++
		}
		return nil
	})
	if n != files {
		t.Errorf("the source has %d files, had %d", n, files)
	}
}
