// Package samples carries what a newcomer is shown: a small file of labelled opinions and six photos of
// people. The README says where they come from.
package samples

import (
	"embed"
	"io/fs"
	"path"

	"animo"
)

//go:embed opiniones.txt
var opinions []byte

// photos holds the photos that `make weights` has put there before the build, or a README only.
//
//go:embed photos
var photos embed.FS

// Photo is one sample photo.
type Photo struct {
	Name string // of its file
	JPEG []byte
}

// Opinions gives a file of 120 Spanish opinions, half of them good and half bad; each line is a text, a tab
// and the label 1 or 0. The slice is the caller's own.
func Opinions() []byte { return append([]byte(nil), opinions...) }

// Photos gives the six photos in the order of their names. It answers Unavailable in a build that does not
// carry them.
func Photos() ([]Photo, error) {
	names, err := fs.Glob(photos, "photos/*.jpg")
	if err != nil {
		return nil, err
	}
	if len(names) == 0 {
		return nil, animo.Errorf(animo.Unavailable,
			"this build does not carry the sample photos: run `make weights` (it needs Node's npm) and build again",
			"esta compilación no trae las fotos de muestra: ejecute `make weights` (necesita npm, de Node) y compile de nuevo")
	}
	list := make([]Photo, len(names))
	for i, name := range names {
		jpeg, err := photos.ReadFile(name)
		if err != nil {
			return nil, err
		}
		list[i] = Photo{path.Base(name), jpeg}
	}
	return list, nil
}
