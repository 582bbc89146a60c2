package rekognition

import (
	"cmp"
	"context"
	"iter"
	"slices"

	"animo/internal/collections"
	"animo/vision"
)

// Face is a face in a collection, as clients see it.
type Face struct {
	BoundingBox            BoundingBox
	Confidence             float64 // in percent
	ExternalImageID        string  `json:"ExternalImageId,omitempty"`
	FaceID                 string  `json:"FaceId"`
	ImageID                string  `json:"ImageId"`
	IndexFacesModelVersion string
}

func faceOf(f collections.Face) Face {
	return Face{BoundingBox{f.Box.W, f.Box.H, f.Box.X, f.Box.Y}, f.Confidence, f.Name, f.ID, f.Picture, modelVersion}
}

type indexFacesInput struct {
	CollectionID        string `json:"CollectionId"`
	Image               *picture
	ExternalImageID     *string `json:"ExternalImageId"`
	DetectionAttributes []string
	MaxFaces            *int
	QualityFilter       string
}

// faceRecord is a face that was indexed, unindexedFace one that was not.
type (
	faceRecord struct {
		Face       Face
		FaceDetail FaceDetail
	}
	unindexedFace struct {
		FaceDetail FaceDetail
		Reasons    []string
	}
)

// indexFaces answers IndexFaces. The same picture again adds nothing.
func (s *Server) indexFaces(ctx context.Context, who caller, in *indexFacesInput) (any, error) {
	most, external, err := in.check()
	if err != nil {
		return nil, err
	}
	asked, err := attributesOf("DetectionAttributes", in.DetectionAttributes)
	if err != nil {
		return nil, err
	}
	c, p, good, err := s.lookFor(ctx, who, in.CollectionID, in.Image, cmp.Or(in.QualityFilter, "AUTO"))
	if err != nil {
		return nil, err
	}
	out := struct {
		FaceModelVersion string
		FaceRecords      []faceRecord
		UnindexedFaces   []unindexedFace
	}{modelVersion, []faceRecord{}, []unindexedFace{}}
	var found []collections.Found
	for i, f := range p.faces {
		detail := p.details(f)
		reasons := good(f)
		if len(reasons) == 0 && len(found) == most {
			reasons = []string{exceedsMaxFaces}
		}
		if len(reasons) > 0 {
			out.UnindexedFaces = append(out.UnindexedFaces, unindexedFace{asked.keep(detail), reasons})
			continue
		}
		b := detail.BoundingBox
		box := vision.Rect{X: b.Left, Y: b.Top, W: b.Width, H: b.Height}
		found = append(found, collections.Found{Place: i, Box: box, Confidence: detail.Confidence, Descriptor: f.Descriptor})
		out.FaceRecords = append(out.FaceRecords, faceRecord{FaceDetail: asked.keep(detail)})
	}
	faces, err := s.Collections.Index(ctx, who.tenant, c, collections.Picture{Sum: p.sum, Name: external}, found...)
	if err != nil {
		return nil, err
	}
	for i, f := range faces {
		out.FaceRecords[i].Face = faceOf(f)
	}
	return out, nil
}

// lookFor is how IndexFaces and SearchFacesByImage begin: it reads the collection, finds the faces in the picture, and
// gives the quality filter of that name. What costs least comes first.
func (s *Server) lookFor(ctx context.Context, who caller, collection string, image *picture, filterName string) (c collections.Collection, p *seen, good filter, err error) {
	if good, err = filterOf(filterName); err != nil {
		return c, nil, nil, err
	}
	if c, err = s.Collections.Get(ctx, who.tenant, collection); err != nil {
		return c, nil, nil, err
	}
	p, err = s.look(ctx, who, "Image", image)
	return c, p, good, err
}

// check returns how many faces may be indexed, and the client's name for the picture.
func (in *indexFacesInput) check() (most int, external string, err error) {
	most = maxFaces
	if in.MaxFaces != nil {
		if most = *in.MaxFaces; most < 1 {
			return 0, "", failf(invalidParameter, "MaxFaces must be at least 1")
		}
	}
	if in.ExternalImageID != nil {
		if external = *in.ExternalImageID; !isName(external, 1, alphanumeric+"_.-:") {
			return 0, "", failf(invalidParameter, "ExternalImageId needs 1 to 255 letters, digits, dots, hyphens, underscores and colons")
		}
	}
	return most, external, nil
}

type listFacesInput struct {
	CollectionID string   `json:"CollectionId"`
	FaceIDs      []string `json:"FaceIds"`
	UserID       *string  `json:"UserId"`
	page
}

// listFaces answers ListFaces.
func (s *Server) listFaces(ctx context.Context, who caller, in *listFacesInput) (any, error) {
	limit, err := in.limit()
	if err != nil {
		return nil, err
	}
	if in.UserID != nil {
		return nil, failf(invalidParameter, "UserId: collections have no users here; list faces without it")
	}
	if err := in.checkToken(collections.CheckFaceID); err != nil {
		return nil, err
	}
	if in.FaceIDs != nil {
		if err := checkFaceIDs(in.FaceIDs); err != nil {
			return nil, err
		}
	}
	c, err := s.Collections.Get(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	out := struct {
		FaceModelVersion string
		Faces            []Face
		NextToken        string `json:",omitempty"`
	}{FaceModelVersion: modelVersion, Faces: []Face{}}
	for f, err := range s.listed(ctx, who.tenant, c, in) {
		if err != nil {
			return nil, err
		}
		if len(out.Faces) == limit {
			out.NextToken = out.Faces[limit-1].FaceID
			break
		}
		out.Faces = append(out.Faces, faceOf(f))
	}
	return out, nil
}

// listed yields the faces behind the token: those of the IDs that are asked for, or all.
func (s *Server) listed(ctx context.Context, tenant string, c collections.Collection, in *listFacesInput) iter.Seq2[collections.Face, error] {
	if in.FaceIDs == nil {
		return s.Collections.Faces(ctx, tenant, c, in.NextToken)
	}
	behind := slices.DeleteFunc(slices.Clone(in.FaceIDs), func(id string) bool { return id <= in.NextToken })
	return s.Collections.FacesByID(ctx, tenant, c, behind...)
}

func checkFaceIDs(ids []string) error {
	if len(ids) < 1 || len(ids) > maxPage || slices.ContainsFunc(ids, func(id string) bool { return collections.CheckFaceID(id) != nil }) {
		return failf(invalidParameter, "FaceIds must list 1 to %d IDs of faces", maxPage)
	}
	return nil
}

type deleteFacesInput struct {
	CollectionID string   `json:"CollectionId"`
	FaceIDs      []string `json:"FaceIds"`
}

// notDeleted is a face that could not be deleted, and why.
type notDeleted struct {
	FaceID  string `json:"FaceId"`
	Reasons []string
}

// deleteFaces answers DeleteFaces.
func (s *Server) deleteFaces(ctx context.Context, who caller, in *deleteFacesInput) (any, error) {
	if err := checkFaceIDs(in.FaceIDs); err != nil {
		return nil, err
	}
	c, err := s.Collections.Get(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	deleted, err := s.Collections.DeleteFaces(ctx, who.tenant, c, in.FaceIDs...)
	if err != nil {
		return nil, err
	}
	out := struct {
		DeletedFaces              []string
		UnsuccessfulFaceDeletions []notDeleted
	}{append([]string{}, deleted...), []notDeleted{}}
	for _, id := range slices.Compact(slices.Sorted(slices.Values(in.FaceIDs))) {
		if _, there := slices.BinarySearch(deleted, id); !there {
			out.UnsuccessfulFaceDeletions = append(out.UnsuccessfulFaceDeletions, notDeleted{id, []string{"FACE_NOT_FOUND"}})
		}
	}
	return out, nil
}
