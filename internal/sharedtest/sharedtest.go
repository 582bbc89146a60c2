// Package sharedtest finds what some tests need from outside the repository: real data, which is not ours to publish, and real
// servers.
package sharedtest

import (
	"context"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"
	"time"
)

// Path returns the path of a file or folder of the real data: elem below the folder that the environment
// variable ANIMO_SHARED names, which is ../shared as seen from the repository's root by default. Where it
// is absent the test is skipped, or fails when ANIMO_REQUIRE_SHARED is 1.
func Path(t testing.TB, elem ...string) string {
	t.Helper()
	folder := os.Getenv("ANIMO_SHARED")
	if folder == "" {
		folder = filepath.Join("..", "shared")
	}
	if !filepath.IsAbs(folder) {
		folder = filepath.Join(root(t), folder)
	}
	path := filepath.Join(append([]string{folder}, elem...)...)
	if _, err := os.Stat(path); err != nil {
		if os.Getenv("ANIMO_REQUIRE_SHARED") == "1" {
			t.Fatalf("ANIMO_REQUIRE_SHARED=1 and the real data is not there: %v", err)
		}
		t.Skipf("SKIPPED, NOT TESTED: the real data is not there (%v); ANIMO_SHARED names its folder", err)
	}
	return path
}

// Server returns the address of the server of a kind, such as POSTGRES, which the environment variable ANIMO_KIND names. Where that is
// empty the test is skipped, or fails when ANIMO_REQUIRE_KIND is 1; target is make's for starting one.
func Server(t testing.TB, kind, target string) string {
	t.Helper()
	address := os.Getenv("ANIMO_" + kind)
	if address != "" {
		return address
	}
	if os.Getenv("ANIMO_REQUIRE_"+kind) == "1" {
		t.Fatalf("ANIMO_REQUIRE_%s=1 and ANIMO_%s names no server; `make %s` starts one", kind, kind, target)
	}
	t.Skipf("SKIPPED, NOT TESTED: ANIMO_%s names no server; `make %s` starts one", kind, target)
	return ""
}

// Script runs one of the repository's scripts that start and stop servers, such as .ci/postgres, and returns what it prints, or fails
// the test. It may be called in a test's cleanup, too.
func Script(t testing.TB, script string, args ...string) string {
	t.Helper()
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	cmd := exec.CommandContext(ctx, filepath.Join(root(t), script), args...)
	cmd.Stderr = t.Output()
	out, err := cmd.Output()
	if err != nil {
		t.Fatalf("%v: %v", cmd, err)
	}
	return strings.TrimSpace(string(out))
}

// root is the repository's root: the nearest folder upwards that holds go.mod.
func root(t testing.TB) string {
	t.Helper()
	dir, err := os.Getwd()
	if err != nil {
		t.Fatal(err)
	}
	for {
		if _, err := os.Stat(filepath.Join(dir, "go.mod")); err == nil {
			return dir
		}
		parent := filepath.Dir(dir)
		if parent == dir {
			t.Fatal("no go.mod in any folder above the test")
		}
		dir = parent
	}
}
