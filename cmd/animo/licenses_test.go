//go:build unix

package main

import (
	"os/exec"
	"strings"
	"testing"
)

// TestLicenses_name_every_module compares what the program tells with the modules that the linker noted in it.
func TestLicenses_name_every_module(t *testing.T) {
	bin := buildProgram(t)
	told, err := exec.CommandContext(t.Context(), bin, "licenses").Output()
	if err != nil {
		t.Fatalf("animo licenses: %v (make notices gathers them)", err)
	}
	noted, err := exec.CommandContext(t.Context(), "go", "version", "-m", bin).Output()
	if err != nil {
		t.Fatal(err)
	}
	modules := 0
	for line := range strings.Lines(string(noted)) {
		if f := strings.Fields(line); len(f) >= 3 && f[0] == "dep" {
			modules++
			if !strings.Contains(string(told), f[1]+" "+f[2]+"\n") {
				t.Errorf("nothing is told of %s %s", f[1], f[2])
			}
		}
	}
	if modules < 10 {
		t.Errorf("the program has %d modules", modules)
	}
	for _, other := range []string{"Go's standard library", "npm: svelte", "npm: @vladmandic/face-api", "Apache License"} {
		if !strings.Contains(string(told), other) {
			t.Errorf("nothing is told of %s", other)
		}
	}
}
