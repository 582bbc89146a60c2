//go:build !linux

package object

import "os"

// setDirect reports that writes to a file go through the page cache.
func setDirect(*os.File, bool) bool { return false }
