package collections

import (
	"context"

	"animo/vision"
)

// Match is a face in a collection that is near to the one searched for.
type Match struct {
	Face       Face
	Similarity float64 // in percent, among the faces of the collection; see vision.Gallery.Search
}

// Search finds up to n faces of a collection that are at least so many percent similar to d, the most similar first. It
// compares d with every face, so it is exact.
func (s *Store) Search(ctx context.Context, tenant string, c Collection, d vision.Descriptor, least float64, n int) ([]Match, error) {
	return s.search(ctx, tenant, c, d, least, n, "")
}

// SearchFace does what Search does for a face of the collection, which is not among the matches. It answers NotFound
// where the collection has no such face, and Invalid as CheckFaceID does.
func (s *Store) SearchFace(ctx context.Context, tenant string, c Collection, id string, least float64, n int) ([]Match, error) {
	f, err := s.Face(ctx, tenant, c, id)
	if err != nil {
		return nil, err
	}
	return s.search(ctx, tenant, c, f.Descriptor, least, n, id)
}

// search passes over the face `except`, and over faces that are deleted meanwhile.
func (s *Store) search(ctx context.Context, tenant string, c Collection, d vision.Descriptor, least float64, n int, except string) ([]Match, error) {
	faces, err := s.load(ctx, tenant, c)
	if err != nil {
		return nil, err
	}
	near := faces.Search(d, least, n, func(face string) bool { return face == except })
	ids := make([]string, len(near))
	for i, m := range near {
		ids[i] = m.Person
	}
	rows, err := s.tables.Read(ctx, tenant, rowKeys(c.key(), ids)...)
	if err != nil {
		return nil, err
	}
	var matches []Match
	for i, row := range rows {
		if row.Rev == 0 {
			continue
		}
		f, err := faceOf(row)
		if err != nil {
			return nil, err
		}
		matches = append(matches, Match{f, near[i].Similarity})
	}
	return matches, nil
}
