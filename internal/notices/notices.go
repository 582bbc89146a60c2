// Package notices carries the licences and notices of all that the program is made of: Go's modules, and what the page's scripts hold.
package notices

import (
	"bytes"
	"compress/gzip"
	"embed"
	"errors"
	"io"
	"io/fs"

	"animo"
)

// embedded holds what gather wrote before the program was built. This file keeps the pattern from matching nothing where it did not.
//
//go:embed notices*
var embedded embed.FS

// Write writes the notices. It answers NotFound in a program that was built without them.
func Write(w io.Writer) error {
	packed, err := embedded.ReadFile("notices.txt.gz")
	if errors.Is(err, fs.ErrNotExist) {
		return animo.Errorf(animo.NotFound, "this program was built without the notices; build it with: make build",
			"este programa se compiló sin los avisos; compílelo con: make build")
	}
	if err != nil {
		return err
	}
	text, err := gzip.NewReader(bytes.NewReader(packed))
	if err != nil {
		return err
	}
	_, err = io.Copy(w, text)
	return err
}
