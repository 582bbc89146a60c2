package animo

import "runtime/debug"

// Release names the release that this program was built from: the module's version where Go knows one, else "devel" with
// the commit, marked where the files differed from it.
func Release() string {
	if info, ok := debug.ReadBuildInfo(); ok {
		return releaseOf(info)
	}
	return "devel"
}

func releaseOf(info *debug.BuildInfo) string {
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
