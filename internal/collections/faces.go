package collections

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/google/uuid"

	"animo"
	"animo/internal/table"
	"animo/vision"
)

// Face is a face in a collection. It never changes.
type Face struct {
	ID         string      // a UUID that comes from the collection, the picture and the face's place in it
	Picture    string      // a UUID that comes from the picture's content
	Name       string      // what the caller calls the picture; "" for nothing
	Box        vision.Rect // where it is, as fractions of the picture's width and height; it may reach beyond the picture
	Confidence float64     // in percent, that this is a face
	Descriptor vision.Descriptor
}

// Picture is where faces come from.
type Picture struct {
	Sum  string // of its content: equal for equal pictures and no others, such as a SHA-256
	Name string // what the caller calls it; "" for nothing
}

// Found is a face that was found in a picture and is to be indexed.
type Found struct {
	Place      int // among all faces of the picture, in an order that is the same for the same picture
	Box        vision.Rect
	Confidence float64
	Descriptor vision.Descriptor
}

// storedFace is what a face's row holds. The names in its JSON are those of the rows that exist.
type storedFace struct {
	Box        storedBox `json:"box"`
	Confidence float64   `json:"confidence"`
	Name       string    `json:"external,omitempty"`
	Picture    string    `json:"image"`
	Descriptor []byte    `json:"descriptor"` // 128 little-endian float32
}

type storedBox struct{ Width, Height, Left, Top float64 }

func (f *Face) row(key string) (table.Row, error) {
	value, err := json.Marshal(storedFace{
		Box:        storedBox{f.Box.W, f.Box.H, f.Box.X, f.Box.Y},
		Confidence: f.Confidence, Name: f.Name, Picture: f.Picture, Descriptor: bytesOf(&f.Descriptor),
	})
	return table.Row{Key: key + "/" + f.ID, Value: value}, err
}

// faceOf reads a face's row.
func faceOf(row table.Row) (Face, error) {
	var kept storedFace
	if err := json.Unmarshal(row.Value, &kept); err != nil {
		return Face{}, fmt.Errorf("face %s: %w", row.Key, err)
	}
	f := Face{
		ID: row.Key[strings.LastIndexByte(row.Key, '/')+1:], Picture: kept.Picture, Name: kept.Name,
		Box: vision.Rect{X: kept.Box.Left, Y: kept.Box.Top, W: kept.Box.Width, H: kept.Box.Height}, Confidence: kept.Confidence,
	}
	if len(kept.Descriptor) != 4*len(f.Descriptor) {
		return Face{}, fmt.Errorf("face %s: a descriptor of %d bytes", row.Key, len(kept.Descriptor))
	}
	for i := range f.Descriptor {
		f.Descriptor[i] = math.Float32frombits(binary.LittleEndian.Uint32(kept.Descriptor[4*i:]))
	}
	return f, nil
}

func bytesOf(d *vision.Descriptor) []byte {
	b := make([]byte, 0, 4*len(d))
	for _, v := range d {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// uuidOf writes the identifier that animo.ID derives from the parts in the form of a UUID.
func uuidOf(parts ...string) string { return uuid.MustParse(animo.ID(parts...)).String() }

// CheckFaceID answers Invalid for what cannot be a face's ID: a UUID in lower case.
func CheckFaceID(id string) error {
	if u, err := uuid.Parse(id); err != nil || u.String() != id {
		return animo.Errorf(animo.Invalid, "a face's ID is a UUID in lower case", "el ID de una cara es un UUID en minúsculas").Of("face")
	}
	return nil
}

// weight is what a face adds to the sum of its collection's tally: the first 32 bits of its ID, a whole number, so that
// float64s add a collection's up without rounding.
func weight(faceID string) float64 {
	first, _, _ := strings.Cut(faceID, "-")
	n, _ := strconv.ParseUint(first, 16, 32)
	return float64(n)
}

// tallied adds to a face's row its part in its collection's tally.
func tallied(key, faceID string, row table.Row) table.Entry {
	return table.Entry{Row: row, Tallies: []table.Tally{{Key: key, N: 1, Sum: weight(faceID)}}}
}

// Index puts faces of one picture into a collection and gives them as they are kept, in the order of found. The same
// picture under the same name adds nothing the second time. It answers NotFound where the collection was deleted
// meanwhile, Quota where it would have more faces than it may, and Invalid for a descriptor that no face has.
func (s *Store) Index(ctx context.Context, tenant string, c Collection, p Picture, found ...Found) ([]Face, error) {
	key, picture := c.key(), uuidOf("image", p.Sum)
	faces, entries := make([]Face, len(found)), make([]table.Entry, len(found))
	var checked vision.Gallery
	for i, f := range found {
		face := Face{
			ID: uuidOf("face", key, p.Sum, p.Name, strconv.Itoa(f.Place)), Picture: picture, Name: p.Name,
			Box: f.Box, Confidence: f.Confidence, Descriptor: f.Descriptor,
		}
		if err := checked.Add(face.ID, face.Descriptor); err != nil {
			return nil, err
		}
		row, err := face.row(key)
		if err != nil {
			return nil, err
		}
		faces[i], entries[i] = face, tallied(key, face.ID, row)
	}
	if len(faces) == 0 {
		return faces, nil
	}
	slices.SortFunc(entries, func(a, b table.Entry) int { return cmp.Compare(a.Key, b.Key) })
	return faces, s.add(ctx, tenant, c, entries, faces)
}

func (s *Store) add(ctx context.Context, tenant string, c Collection, entries []table.Entry, faces []Face) error {
	t, err := s.tally(ctx, tenant, c.key())
	if err != nil {
		return err
	}
	if t.N+int64(len(entries)) > int64(s.limits.Faces) {
		return animo.Errorf(animo.Quota, "the collection has %d faces and may have %d; delete some, or begin another",
			"la colección tiene %d caras y puede tener %d; borre algunas, o empiece otra", t.N, s.limits.Faces)
	}
	n, err := s.tables.Add(ctx, tenant, facesTable, entries...)
	if err != nil {
		return err
	}
	now, err := s.Get(ctx, tenant, c.ID)
	if err == nil && now.key() != c.key() {
		err = notFound(c.ID)
	}
	if err == nil && n == len(entries) {
		s.loaded.added(tenant, c.key(), faces)
	}
	return err
}

// Face gives a face of a collection, or answers NotFound, or Invalid as CheckFaceID does.
func (s *Store) Face(ctx context.Context, tenant string, c Collection, id string) (Face, error) {
	if err := CheckFaceID(id); err != nil {
		return Face{}, err
	}
	row, err := s.tables.Get(ctx, tenant, facesTable, c.key()+"/"+id)
	if animo.CodeOf(err) == animo.NotFound {
		err = animo.Errorf(animo.NotFound, "the collection has no face %s", "la colección no tiene ninguna cara %s", id).Of("face")
	}
	if err != nil {
		return Face{}, err
	}
	return faceOf(row)
}

// Faces yields the faces of a collection by ascending ID, those behind `after`; all with "". An error comes last.
func (s *Store) Faces(ctx context.Context, tenant string, c Collection, after string) iter.Seq2[Face, error] {
	r := table.Range{Prefix: c.key() + "/"}
	if after != "" {
		r.From = r.Prefix + after + "\x00"
	}
	return func(yield func(Face, error) bool) {
		for row, err := range s.tables.Query(ctx, tenant, facesTable, r, false) {
			var f Face
			if err == nil {
				f, err = faceOf(row)
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// FacesByID yields those faces that the collection has, by ascending ID and each once. An error comes last: Invalid as
// CheckFaceID does, or the table's.
func (s *Store) FacesByID(ctx context.Context, tenant string, c Collection, ids ...string) iter.Seq2[Face, error] {
	return func(yield func(Face, error) bool) {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(ids))) {
			f, err := s.Face(ctx, tenant, c, id)
			if animo.CodeOf(err) == animo.NotFound {
				continue
			}
			if !yield(f, err) || err != nil {
				return
			}
		}
	}
}

// DeleteFaces removes faces from a collection and gives the IDs of those that it had, in ascending order. It answers
// Invalid as CheckFaceID does, and then removes none.
func (s *Store) DeleteFaces(ctx context.Context, tenant string, c Collection, ids ...string) (deleted []string, err error) {
	for f, err := range s.FacesByID(ctx, tenant, c, ids...) {
		if err != nil {
			return nil, err
		}
		deleted = append(deleted, f.ID)
	}
	if len(deleted) == 0 {
		return nil, nil
	}
	return deleted, s.remove(ctx, tenant, c.key(), deleted)
}

// remove removes faces that are there, from the table and from memory.
func (s *Store) remove(ctx context.Context, tenant, key string, ids []string) error {
	if err := s.noteErasure(ctx, tenant); err != nil {
		return err
	}
	entries := make([]table.Entry, len(ids))
	for i, id := range ids {
		entries[i] = tallied(key, id, table.Row{Key: key + "/" + id})
	}
	if _, err := s.tables.Remove(ctx, tenant, facesTable, entries...); err != nil {
		return err
	}
	s.loaded.removed(tenant, key, ids)
	return nil
}
