package main

import (
	"fmt"
	"runtime"

	"animo"
)

// versionCmd prints which Animo this is.
type versionCmd struct{}

// Run prints the version and what it was built with.
func (versionCmd) Run(c *console) error {
	_, err := fmt.Fprintf(c.stdout, "animo %s %s %s/%s\n", animo.Release(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}
