package rekognition_test

import (
	"os"
	"os/exec"
	"regexp"
	"strconv"
	"testing"
)

// TestStart_allocates_little: every start of Animo initialises this package, also one that never hears of Rekognition.
func TestStart_allocates_little(t *testing.T) {
	const most = 16 << 10
	child := exec.CommandContext(t.Context(), os.Args[0], "-test.run=^$")
	child.Env = append(os.Environ(), "GODEBUG=inittrace=1")
	out, err := child.CombinedOutput()
	if err != nil {
		t.Fatalf("%v: %s", err, out)
	}
	// The line is described in package runtime, under "inittrace".
	line := regexp.MustCompile(`(?m)^init animo/internal/rekognition @.* (\d+) bytes, \d+ allocs$`).FindSubmatch(out)
	if line == nil {
		t.Fatalf("the runtime does not tell what this package allocates at the start: %s", out)
	}
	if bytes, err := strconv.Atoi(string(line[1])); err != nil || bytes > most {
		t.Errorf("a start allocates %d bytes, %v; want at most %d", bytes, err, most)
	}
}
