package main

import (
	"fmt"
	"runtime"

	"animo"
	"animo/internal/notices"
)

// versionCmd prints which Animo this is.
type versionCmd struct{}

// Run prints the version and what it was built with.
func (versionCmd) Run(c *console) error {
	_, err := fmt.Fprintf(c.stdout, "animo %s %s %s/%s\n", animo.Release(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// licensesCmd prints the licences of all that the program is made of.
type licensesCmd struct{}

// Run prints them.
func (licensesCmd) Run(c *console) error { return notices.Write(c.stdout) }
