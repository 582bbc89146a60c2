package rekognition

import (
	"context"

	"animo"
	"animo/internal/collections"
)

// defaultMatches is how many matches a search answers where it does not say.
const defaultMatches = 80

// matching is what the two searches have in common.
type matching struct {
	CollectionID       string `json:"CollectionId"`
	MaxFaces           *int
	FaceMatchThreshold *float64
}

// check returns how many matches are wanted, and how alike they must be at least.
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

func matchesOf(found []collections.Match) []faceMatch {
	matches := make([]faceMatch, len(found))
	for i, m := range found {
		matches[i] = faceMatch{faceOf(m.Face), m.Similarity}
	}
	return matches
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
	if collections.CheckFaceID(in.FaceID) != nil {
		return nil, failf(invalidParameter, "FaceId is not the ID of a face")
	}
	c, err := s.Collections.Get(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	found, err := s.Collections.SearchFace(ctx, who.tenant, c, in.FaceID, least, most)
	if animo.CodeOf(err) == animo.NotFound {
		return nil, failf(invalidParameter, "faceId was not found in the collection.")
	}
	return struct {
		FaceMatches      []faceMatch
		FaceModelVersion string
		SearchedFaceID   string `json:"SearchedFaceId"`
	}{matchesOf(found), modelVersion, in.FaceID}, err
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
	found, err := s.Collections.Search(ctx, who.tenant, c, faces[0].Descriptor, least, most)
	detail := p.details(faces[0])
	return struct {
		FaceMatches             []faceMatch
		FaceModelVersion        string
		SearchedFaceBoundingBox BoundingBox
		SearchedFaceConfidence  float64
	}{matchesOf(found), modelVersion, detail.BoundingBox, detail.Confidence}, err
}
