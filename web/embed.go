// Package web carries the page that people see: what Vite built of this folder, inside the binary. Start at Page.
package web

import (
	"embed"
	"errors"
	"io/fs"
)

// embedded holds dist, where the page was built before the program. dist.md, which is always there, keeps the
// pattern from matching nothing where it was not.
//
//go:embed all:dist*
var embedded embed.FS

// Page returns the built page, with index.html at its root; nil where the program was built without it.
func Page() fs.FS {
	page, err := fs.Sub(embedded, "dist")
	if err != nil {
		return nil
	}
	if _, err := fs.Stat(page, "index.html"); errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return page
}
