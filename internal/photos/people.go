package photos

import (
	"context"
	"crypto/rand"
	"encoding/binary"
	"io"
	"math"
	"strings"
	"sync"
	"unicode"
	"unicode/utf8"

	"animo"
	"animo/internal/table"
	"animo/vision"
)

// peopleTable holds whom the tenant introduced: name/descriptor's id -> descriptor. In galleryTable, one row
// has another value after each change of it.
const (
	peopleTable  = "people"
	galleryTable = "gallery"
	galleryKey   = "changed"
)

// galleries are the tenants' people, ready to be compared with.
type galleries struct {
	mu sync.Mutex
	of map[string]loadedGallery
}

type loadedGallery struct {
	change string // the value of the row that changes with it
	people *vision.Gallery
}

// Gallery gives the people whom a tenant introduced, as they are now. It must not be changed.
func (f *Flow) Gallery(ctx context.Context, tenant string) (*vision.Gallery, error) {
	return f.gallery(ctx, tenant)
}

// gallery gives the people whom a tenant introduced, as they are now.
func (f *Flow) gallery(ctx context.Context, tenant string) (*vision.Gallery, error) {
	row, err := f.tables.Get(ctx, tenant, galleryTable, galleryKey)
	if err != nil && !gone(err) {
		return nil, err
	}
	f.people.mu.Lock()
	loaded, ok := f.people.of[tenant]
	f.people.mu.Unlock()
	if ok && loaded.change == string(row.Value) {
		return loaded.people, nil
	}
	people := new(vision.Gallery)
	for r, err := range f.tables.Query(ctx, tenant, peopleTable, table.Range{}, false) {
		if err != nil {
			return nil, err
		}
		name, _, _ := strings.Cut(r.Key, "/")
		d, err := decodeDescriptor(r.Value)
		if err == nil {
			err = people.Add(name, d)
		}
		if err != nil {
			return nil, err
		}
	}
	f.people.mu.Lock()
	defer f.people.mu.Unlock()
	if f.people.of == nil {
		f.people.of = map[string]loadedGallery{}
	}
	f.people.of[tenant] = loadedGallery{string(row.Value), people}
	return people, nil
}

// Introduce adds an example photo to what is known of a person, who may be new. The photo shows nobody else;
// its face must be good enough to know the person by (vision.Gates), or the answer says what to mend. The
// picture is not kept.
func (f *Flow) Introduce(ctx context.Context, tenant, name string, picture io.Reader) error {
	if name == "" || len(name) > maxPerson || !utf8.ValidString(name) || strings.ContainsFunc(name, unicode.IsControl) || strings.Contains(name, "/") {
		return animo.Errorf(animo.UnsafeName, "%q cannot be a person's name: use 1 to %d bytes without slashes and control characters",
			"%q no puede ser el nombre de una persona: use de 1 a %d bytes sin barras ni caracteres de control", clip(name), maxPerson).Of("name")
	}
	if _, err := f.policy(ctx, tenant); err != nil {
		return err
	}
	img, release, err := f.decode(ctx, picture)
	defer release()
	if err != nil {
		return err
	}
	found, err := f.engine.Find(ctx, tenant, img)
	if err != nil {
		return err
	}
	faces := make([]vision.Face, len(found))
	for i, n := range found {
		faces[i] = vision.Face{ // what the gates look at
			Box:     vision.Rect{W: n.Box.Width * float64(img.W), H: n.Box.Height * float64(img.H)},
			Pose:    vision.Pose(n.Pose),
			Quality: vision.Quality(n.Quality),
		}
	}
	if _, err := (vision.Gates{}).Only(faces); err != nil {
		return err
	}
	if found[0].Descriptor == nil {
		return animo.Errorf(animo.Unsupported, "people are introduced where vision finds the faces (setting faces); Rekognition knows its own celebrities",
			"las personas se presentan donde vision encuentra los rostros (ajuste faces); Rekognition conoce a sus propias celebridades")
	}
	value := encodeDescriptor(found[0].Descriptor)
	key := name + "/" + animo.ID(string(value))
	if err := f.tables.Put(ctx, tenant, peopleTable, table.Row{Key: key, Value: value}); err != nil {
		return err
	}
	return f.tables.Put(ctx, tenant, galleryTable, table.Row{Key: galleryKey, Value: []byte(animo.Moment(f.now()) + rand.Text())})
}

// maxPerson is how long a person's name may be, in bytes.
const maxPerson = 128

// decodeDescriptor reads what encodeDescriptor wrote.
func decodeDescriptor(b []byte) (d vision.Descriptor, err error) {
	if len(b) != 4*len(d) {
		return d, animo.Errorf(animo.Internal, "a descriptor has %d bytes", "un descriptor tiene %d bytes", len(b))
	}
	for i := range d {
		d[i] = math.Float32frombits(binary.LittleEndian.Uint32(b[4*i:]))
	}
	return d, nil
}
