package rekognition

import (
	"context"
	"encoding/json"
	"math"
	"strings"

	"animo"
	"animo/internal/table"
	"animo/vision"
)

// defaultMatches is how many matches a search answers where it does not say.
const defaultMatches = 80

// matching is what the two searches have in common.
type matching struct {
	CollectionID       string `json:"CollectionId"`
	MaxFaces           *int
	FaceMatchThreshold *float64
}

// check gives how many matches are wanted, and how alike they must be at least.
func (m *matching) check() (most int, least float64, err error) {
	most = defaultMatches
	if m.MaxFaces != nil {
		if most = *m.MaxFaces; most < 1 || most > maxPage {
			return 0, 0, failf(invalidParameter, "MaxFaces must be 1 to %d", maxPage)
		}
	}
	least, err = percentOf("FaceMatchThreshold", m.FaceMatchThreshold)
	return most, least, err
}

// faceMatch is a face in a collection that is like the one searched for.
type faceMatch struct {
	Face       Face
	Similarity float64 // in percent
}

type searchFacesInput struct {
	matching
	FaceID string `json:"FaceId"`
}

// searchFaces answers SearchFaces. The face searched for is not among the matches.
func (s *Server) searchFaces(ctx context.Context, who caller, in *searchFacesInput) (any, error) {
	most, least, err := in.check()
	if err != nil {
		return nil, err
	}
	if !isFaceID(in.FaceID) {
		return nil, failf(invalidParameter, "FaceId is not the ID of a face")
	}
	c, err := s.collection(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	f, err := s.indexed(ctx, who.tenant, c, in.FaceID)
	if animo.CodeOf(err) == animo.NotFound {
		return nil, failf(invalidParameter, "faceId was not found in the collection.")
	}
	if err != nil {
		return nil, err
	}
	d, err := f.descriptor()
	if err != nil {
		return nil, err
	}
	matches, err := s.search(ctx, who.tenant, c, d, least, most, in.FaceID)
	return struct {
		FaceMatches      []faceMatch
		FaceModelVersion string
		SearchedFaceID   string `json:"SearchedFaceId"`
	}{matches, modelVersion, in.FaceID}, err
}

type searchFacesByImageInput struct {
	matching
	Image         *picture
	QualityFilter string
}

// searchFacesByImage answers SearchFacesByImage, for the picture's largest face.
func (s *Server) searchFacesByImage(ctx context.Context, who caller, in *searchFacesByImageInput) (any, error) {
	most, least, err := in.check()
	if err != nil {
		return nil, err
	}
	c, p, good, err := s.lookFor(ctx, who, in.CollectionID, in.Image, in.QualityFilter)
	if err != nil {
		return nil, err
	}
	faces := passing(p.faces, good)
	if len(faces) == 0 {
		return nil, noFaces("Image")
	}
	matches, err := s.search(ctx, who.tenant, c, faces[0].Descriptor, least, most, "")
	detail := p.details(faces[0])
	return struct {
		FaceMatches             []faceMatch
		FaceModelVersion        string
		SearchedFaceBoundingBox BoundingBox
		SearchedFaceConfidence  float64
	}{matches, modelVersion, detail.BoundingBox, detail.Confidence}, err
}

// search finds up to `most` faces of a collection that are at least that alike, the most alike first, all but one.
func (s *Server) search(ctx context.Context, tenant string, c *collection, d vision.Descriptor, least float64, most int, but string) ([]faceMatch, error) {
	gallery, err := s.gallery(ctx, tenant, c)
	if err != nil {
		return nil, err
	}
	matches := []faceMatch{}
	for _, m := range gallery.Nearest(d, reach(least), most+1) {
		if m.Person == but || m.Similarity < least || len(matches) == most {
			continue
		}
		f, err := s.indexed(ctx, tenant, c, m.Person)
		if animo.CodeOf(err) == animo.NotFound { // deleted meanwhile
			continue
		}
		if err != nil {
			return nil, err
		}
		matches = append(matches, faceMatch{f.face(m.Person), m.Similarity})
	}
	return matches, nil
}

// reach is a distance beyond which nothing is that alike: where vision.Similarity gives as many percent, and a
// little more, since a gallery leaves out what is exactly at its limit.
func reach(percent float64) float64 {
	const beyond = 1.0001
	if percent <= 0 {
		return math.MaxFloat32
	}
	return beyond*vision.MatchDistance*math.Pow(math.Log(percent/100)/math.Log(0.8), 0.25) + 1e-3
}

// indexed reads a face of a collection, or answers NotFound.
func (s *Server) indexed(ctx context.Context, tenant string, c *collection, id string) (f indexedFace, err error) {
	row, err := s.Tables.Get(ctx, tenant, facesTable, c.prefix()+"/"+id)
	if err == nil {
		err = json.Unmarshal(row.Value, &f)
	}
	return f, err
}

// gallery gives a collection's faces by their IDs, as they are now.
func (s *Server) gallery(ctx context.Context, tenant string, c *collection) (*vision.Gallery, error) {
	t, err := s.tally(ctx, tenant, c)
	if err != nil {
		return nil, err
	}
	g := s.searches.of(tenant, c.prefix(), s.Limits.Loaded)
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.faces != nil && g.n == t.N && g.sum == t.Sum {
		return g.faces, nil
	}
	fresh := gallery{faces: new(vision.Gallery)}
	for row, err := range s.Tables.Query(ctx, tenant, facesTable, table.Range{Prefix: c.prefix() + "/"}, false) {
		if err != nil {
			return nil, err
		}
		var f indexedFace
		if err := json.Unmarshal(row.Value, &f); err != nil {
			return nil, err
		}
		d, err := f.descriptor()
		if err == nil {
			err = fresh.add(strings.TrimPrefix(row.Key, c.prefix()+"/"), d)
		}
		if err != nil {
			return nil, err
		}
	}
	g.faces, g.n, g.sum = fresh.faces, fresh.n, fresh.sum
	return g.faces, nil
}
