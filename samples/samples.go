// Package samples carries what a newcomer is shown: a small file of labelled opinions and six photos of
// people. The README says where they come from.
package samples

import (
	"bytes"
	"embed"
	"image"
	"image/jpeg"
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

// Opinions returns a file of 120 Spanish opinions, half of them good and half bad; each line is a text, a tab
// and the label 1 or 0. The slice is the caller's own.
func Opinions() []byte { return append([]byte(nil), opinions...) }

// Photos returns the six photos in the order of their names. It answers Unavailable in a build that does not
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

// Person is somebody whom a sample photo shows.
type Person struct {
	Name string // is made up
	From string // the sample photo that JPEG is cut out of
	JPEG []byte // shows nobody else
}

// people are two of the third photo. The first of them is in the first photo, too, by the looks of her and at a
// distance of 0.42 between the descriptors.
var people = []struct {
	name, from string
	part       image.Rectangle
}{
	{"Ana", "sample3.jpg", image.Rect(1000, 80, 1400, 640)},
	{"Eva", "sample3.jpg", image.Rect(1400, 180, 1800, 660)},
}

// People returns two people, each cut out of a photo that shows more. It answers what Photos does in a build
// without photos.
func People() ([]Person, error) {
	all, err := Photos()
	if err != nil {
		return nil, err
	}
	var list []Person
	for _, p := range people {
		for _, photo := range all {
			if photo.Name != p.from {
				continue
			}
			cut, err := cutOut(photo.JPEG, p.part)
			if err != nil {
				return nil, err
			}
			list = append(list, Person{p.name, p.from, cut})
		}
	}
	return list, nil
}

// cutOut makes a JPEG of a part of another.
func cutOut(photo []byte, part image.Rectangle) ([]byte, error) {
	whole, err := jpeg.Decode(bytes.NewReader(photo))
	if err != nil {
		return nil, err
	}
	var b bytes.Buffer
	img := whole.(interface { // image/jpeg gives a type that has it
		SubImage(image.Rectangle) image.Image
	}).SubImage(part)
	err = jpeg.Encode(&b, img, &jpeg.Options{Quality: 95})
	return b.Bytes(), err
}
