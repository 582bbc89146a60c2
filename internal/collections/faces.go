package collections

import (
	"context"
	"encoding/binary"
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

// Picture is the picture in which faces were found.
type Picture struct {
	Sum  string // of the content: equal for equal pictures and no others, such as a SHA-256
	Name string // what the caller calls the picture; "" for nothing
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
	return table.Encode(rowKey(key, f.ID), storedFace{
		Box:        storedBox{f.Box.W, f.Box.H, f.Box.X, f.Box.Y},
		Confidence: f.Confidence, Name: f.Name, Picture: f.Picture, Descriptor: bytesOf(&f.Descriptor),
	})
}

// faceOf reads a face's row.
func faceOf(row table.Row) (Face, error) {
	var kept storedFace
	if err := table.Decode(facesTable, row, &kept); err != nil {
		return Face{}, err
	}
	f := Face{
		ID: faceIDOf(row.Key), Picture: kept.Picture, Name: kept.Name,
		Box: vision.Rect{X: kept.Box.Left, Y: kept.Box.Top, W: kept.Box.Width, H: kept.Box.Height}, Confidence: kept.Confidence,
	}
	if len(kept.Descriptor) != 4*len(f.Descriptor) {
		return Face{}, fmt.Errorf("row %q of table %q: a descriptor of %d bytes", row.Key, facesTable, len(kept.Descriptor))
	}
	for i := range f.Descriptor {
		f.Descriptor[i] = math.Float32frombits(binary.LittleEndian.Uint32(kept.Descriptor[4*i:]))
	}
	return f, nil
}

// rowKey is the key of a face's row under its collection's key.
func rowKey(key, faceID string) string { return key + "/" + faceID }

// faceIDOf returns the face's ID with which a row's key ends.
func faceIDOf(key string) string { return key[strings.LastIndexByte(key, '/')+1:] }

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

// Index puts faces of one picture into a collection and returns them as they are kept, in the order of found. The same
// picture under the same name adds nothing the second time. Index answers NotFound where the collection is deleted by now,
// Quota where it would have more faces than it may, and Invalid for a descriptor that no face has.
func (s *Store) Index(ctx context.Context, tenant string, c Collection, p Picture, found ...Found) ([]Face, error) {
	key, picture := c.key(), uuidOf("image", p.Sum)
	faces := make([]Face, len(found))
	var checked vision.Gallery
	for i, f := range found {
		faces[i] = Face{
			ID: uuidOf("face", key, p.Sum, p.Name, strconv.Itoa(f.Place)), Picture: picture, Name: p.Name,
			Box: f.Box, Confidence: f.Confidence, Descriptor: f.Descriptor,
		}
		if err := checked.Add(faces[i].ID, f.Descriptor); err != nil {
			return nil, err
		}
	}
	if len(faces) == 0 {
		return faces, nil
	}
	t, err := s.tally(ctx, tenant, key)
	if err != nil {
		return nil, err
	}
	if t.N+int64(len(faces)) > int64(s.limits.Faces) {
		return nil, animo.Errorf(animo.Quota, "the collection has %d faces and may have %d; delete some, or begin another",
			"la colección tiene %d caras y puede tener %d; borre algunas, o empiece otra", t.N, s.limits.Faces)
	}
	for some := range slices.Chunk(faces, s.batch) {
		if err := s.add(ctx, tenant, c, some); err != nil {
			return nil, err
		}
	}
	return faces, nil
}

// add puts faces into a collection, but those that it has already, in one commit, which fails where the collection is deleted
// meanwhile.
func (s *Store) add(ctx context.Context, tenant string, c Collection, faces []Face) error {
	key := c.key()
	keys := []table.Key{{Table: collectionsTable, Key: c.ID}}
	for _, f := range faces {
		keys = append(keys, table.Key{Table: facesTable, Key: rowKey(key, f.ID)})
	}
	var added []Face
	err := s.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		added = nil
		rows, err := tx.Read(keys...)
		if err != nil {
			return err
		}
		var now collection
		found, err := tx.GetJSON(collectionsTable, c.ID, &now)
		if err != nil {
			return err
		}
		if !found || !now.Created.Equal(c.Created) {
			return notFound(c.ID)
		}
		for i, row := range rows[1:] {
			if row.Rev != 0 {
				continue
			}
			row, err := faces[i].row(key)
			if err != nil {
				return err
			}
			tx.Add(facesTable, tallied(key, faces[i].ID, row))
			added = append(added, faces[i])
		}
		return nil
	})
	if err == nil {
		s.added(tenant, key, added)
	}
	return err
}

// Face returns a face of a collection, or answers NotFound, or Invalid as CheckFaceID does.
func (s *Store) Face(ctx context.Context, tenant string, c Collection, id string) (Face, error) {
	for f, err := range s.FacesByID(ctx, tenant, c, id) {
		return f, err
	}
	return Face{}, animo.Errorf(animo.NotFound, "the collection has no face %s", "la colección no tiene ninguna cara %s", id).Of("face")
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

// FacesByID yields the faces of those IDs that the collection has, by ascending ID and each once. An error comes last: Invalid
// as CheckFaceID answers it, or the table's.
func (s *Store) FacesByID(ctx context.Context, tenant string, c Collection, ids ...string) iter.Seq2[Face, error] {
	return func(yield func(Face, error) bool) {
		sorted, err := sortedIDs(ids)
		if err != nil {
			yield(Face{}, err)
			return
		}
		for some := range slices.Chunk(sorted, s.batch) {
			rows, err := s.tables.Read(ctx, tenant, rowKeys(c.key(), some)...)
			if err != nil {
				yield(Face{}, err)
				return
			}
			for _, row := range rows {
				if row.Rev == 0 {
					continue
				}
				if f, err := faceOf(row); !yield(f, err) || err != nil {
					return
				}
			}
		}
	}
}

// sortedIDs returns each of the faces' IDs once, in ascending order, or answers Invalid as CheckFaceID does.
func sortedIDs(ids []string) ([]string, error) {
	for _, id := range ids {
		if err := CheckFaceID(id); err != nil {
			return nil, err
		}
	}
	return slices.Compact(slices.Sorted(slices.Values(ids))), nil
}

// rowKeys returns the keys of the rows of faces under a collection's key.
func rowKeys(key string, ids []string) []table.Key {
	keys := make([]table.Key, len(ids))
	for i, id := range ids {
		keys[i] = table.Key{Table: facesTable, Key: rowKey(key, id)}
	}
	return keys
}

// DeleteFaces removes faces from a collection and returns the IDs of those that it had, in ascending order. It answers Invalid
// as CheckFaceID does, and then removes none. Many faces are removed in several commits: after another error some may be
// removed.
func (s *Store) DeleteFaces(ctx context.Context, tenant string, c Collection, ids ...string) (deleted []string, err error) {
	sorted, err := sortedIDs(ids)
	if err != nil {
		return nil, err
	}
	for some := range slices.Chunk(sorted, s.batch) {
		gone, err := s.remove(ctx, tenant, c.key(), some)
		if err != nil {
			return nil, err
		}
		deleted = append(deleted, gone...)
	}
	return deleted, nil
}

// remove removes those of the faces that are there, in one commit that also changes the tenant's note, and from memory, and
// returns their IDs.
func (s *Store) remove(ctx context.Context, tenant, key string, ids []string) (gone []string, err error) {
	err = s.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		gone = nil
		rows, err := tx.Read(rowKeys(key, ids)...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if row.Rev != 0 {
				tx.Remove(facesTable, tallied(key, ids[i], table.Row{Key: row.Key}))
				gone = append(gone, ids[i])
			}
		}
		if len(gone) > 0 {
			tx.Put(erasuresTable, noteKey, []byte(animo.Moment(s.now())))
		}
		return nil
	})
	if err != nil {
		return nil, err
	}
	s.removed(tenant, key, gone)
	return gone, nil
}
