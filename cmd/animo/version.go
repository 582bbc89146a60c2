package main

import (
	"fmt"
	"runtime"
	"runtime/debug"
)

// versionCmd prints which Animo this is.
type versionCmd struct{}

// Run prints the version and what it was built with.
func (versionCmd) Run(c *console) error {
	_, err := fmt.Fprintf(c.stdout, "animo %s %s %s/%s\n", version(), runtime.Version(), runtime.GOOS, runtime.GOARCH)
	return err
}

// version tells which Animo this is.
func version() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return buildVersion(info)
	}
	return "devel"
}

// buildVersion is the module's version where Go knows one; in a working copy it is the commit, marked
// where the files differed from it.
func buildVersion(info *debug.BuildInfo) string {
	if v := info.Main.Version; v != "" && v != "(devel)" {
		return v
	}
	revision, dirty := "", ""
	for _, s := range info.Settings {
		switch {
		case s.Key == "vcs.revision":
			revision = s.Value[:min(12, len(s.Value))]
		case s.Key == "vcs.modified" && s.Value == "true":
			dirty = "+changes"
		}
	}
	if revision == "" {
		return "devel"
	}
	return "devel-" + revision + dirty
}
