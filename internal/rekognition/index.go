package rekognition

import (
	"cmp"
	"context"
	"encoding/binary"
	"encoding/json"
	"fmt"
	"iter"
	"math"
	"slices"
	"strings"

	"github.com/google/uuid"

	"animo"
	"animo/internal/table"
	"animo/vision"
)

// indexedFace is what is kept of a face in a collection. It never changes.
type indexedFace struct {
	Box        BoundingBox `json:"box"`
	Confidence float64     `json:"confidence"`
	External   string      `json:"external,omitempty"` // the client's name for the picture
	Image      string      `json:"image"`              // ours
	Descriptor []byte      `json:"descriptor"`         // 128 little-endian float32
}

// Face is a face in a collection, as clients see it.
type Face struct {
	BoundingBox            BoundingBox
	Confidence             float64 // in percent
	ExternalImageID        string  `json:"ExternalImageId,omitempty"`
	FaceID                 string  `json:"FaceId"`
	ImageID                string  `json:"ImageId"`
	IndexFacesModelVersion string
}

// face is what clients see of it.
func (f *indexedFace) face(id string) Face {
	return Face{f.Box, f.Confidence, f.External, id, f.Image, modelVersion}
}

// descriptor gives the numbers by which the face is known again.
func (f *indexedFace) descriptor() (d vision.Descriptor, err error) {
	if len(f.Descriptor) != 4*len(d) {
		return d, fmt.Errorf("a descriptor has %d bytes", len(f.Descriptor))
	}
	for i := range d {
		d[i] = math.Float32frombits(binary.LittleEndian.Uint32(f.Descriptor[4*i:]))
	}
	return d, nil
}

func descriptorBytes(d *vision.Descriptor) []byte {
	b := make([]byte, 0, 4*len(d))
	for _, v := range d {
		b = binary.LittleEndian.AppendUint32(b, math.Float32bits(v))
	}
	return b
}

// entryOf is a face's row with its part of the tally; removing it takes no value.
func entryOf(prefix, faceID string, value []byte) table.Entry {
	return table.Entry{
		Row:     table.Row{Key: prefix + "/" + faceID, Value: value},
		Tallies: []table.Tally{{Key: prefix, N: 1, Sum: weight(faceID)}},
	}
}

// isFaceID tells whether a text has the form of a face's ID: that of a UUID in lower case.
func isFaceID(id string) bool {
	u, err := uuid.Parse(id)
	return err == nil && u.String() == id
}

// uuidOf writes the identifier that animo.ID derives from the parts in the form of a UUID.
func uuidOf(parts ...string) string { return uuid.MustParse(animo.ID(parts...)).String() }

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

// indexFaces answers IndexFaces. The faces' IDs come from the picture's bytes and its name, so that the same
// picture again adds nothing.
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
	image := uuidOf("image", p.sum)
	out := struct {
		FaceModelVersion string
		FaceRecords      []faceRecord
		UnindexedFaces   []unindexedFace
	}{modelVersion, []faceRecord{}, []unindexedFace{}}
	var entries []table.Entry
	added := map[string]vision.Descriptor{}
	for i, f := range p.faces {
		detail := p.details(f)
		reasons := good(f)
		if len(reasons) == 0 && len(out.FaceRecords) == most {
			reasons = []string{exceedsMaxFaces}
		}
		if len(reasons) > 0 {
			out.UnindexedFaces = append(out.UnindexedFaces, unindexedFace{asked.keep(detail), reasons})
			continue
		}
		id := uuidOf("face", c.prefix(), p.sum, external, fmt.Sprint(i))
		kept := indexedFace{detail.BoundingBox, detail.Confidence, external, image, descriptorBytes(&f.Descriptor)}
		value, err := json.Marshal(kept)
		if err != nil {
			return nil, err
		}
		entries = append(entries, entryOf(c.prefix(), id, value))
		added[id] = f.Descriptor
		out.FaceRecords = append(out.FaceRecords, faceRecord{kept.face(id), asked.keep(detail)})
	}
	return out, s.add(ctx, who.tenant, c, entries, added)
}

// lookFor is how IndexFaces and SearchFacesByImage begin: it reads the collection, finds the faces in the picture, and
// gives the quality filter of that name. What costs least comes first.
func (s *Server) lookFor(ctx context.Context, who caller, collectionID string, image *picture, filterName string) (c *collection, p *seen, good filter, err error) {
	if good, err = filterOf(filterName); err != nil {
		return nil, nil, nil, err
	}
	if c, err = s.collection(ctx, who.tenant, collectionID); err != nil {
		return nil, nil, nil, err
	}
	p, err = s.look(ctx, who, "Image", image)
	return c, p, good, err
}

// check gives how many faces may be indexed, and the client's name for the picture.
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

// add puts faces into a collection, and answers ResourceNotFoundException when it was deleted meanwhile: then Sweep
// removes them.
func (s *Server) add(ctx context.Context, tenant string, c *collection, entries []table.Entry, faces map[string]vision.Descriptor) error {
	if len(entries) == 0 {
		return nil
	}
	t, err := s.tally(ctx, tenant, c)
	if err != nil {
		return err
	}
	if t.N+int64(len(entries)) > int64(s.Limits.Faces) {
		return failf(quotaExceeded, "the collection has %d faces and may have %d; delete some, or begin another", t.N, s.Limits.Faces)
	}
	slices.SortFunc(entries, func(a, b table.Entry) int { return strings.Compare(a.Key, b.Key) })
	n, err := s.Tables.Add(ctx, tenant, facesTable, entries...)
	if err != nil {
		return err
	}
	now, err := s.collection(ctx, tenant, c.id)
	if err == nil && now.prefix() != c.prefix() {
		err = failf(notFound, "The collection id: %s was deleted meanwhile", c.id)
	}
	if err == nil && n == len(entries) {
		s.searches.added(tenant, c.prefix(), faces)
	}
	return err
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
	if in.NextToken != "" && !isFaceID(in.NextToken) {
		return nil, badToken()
	}
	if in.FaceIDs != nil {
		if err := checkFaceIDs(in.FaceIDs); err != nil {
			return nil, err
		}
	}
	c, err := s.collection(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	out := struct {
		FaceModelVersion string
		Faces            []Face
		NextToken        string `json:",omitempty"`
	}{FaceModelVersion: modelVersion, Faces: []Face{}}
	for row, err := range s.rowsAfter(ctx, who.tenant, c.prefix()+"/", in) {
		if err != nil {
			return nil, err
		}
		if len(out.Faces) == limit {
			out.NextToken = out.Faces[limit-1].FaceID
			break
		}
		var f indexedFace
		if err := json.Unmarshal(row.Value, &f); err != nil {
			return nil, err
		}
		out.Faces = append(out.Faces, f.face(strings.TrimPrefix(row.Key, c.prefix()+"/")))
	}
	return out, nil
}

// rowsAfter yields the faces to be listed behind the token: those of the IDs that are asked for, or all.
func (s *Server) rowsAfter(ctx context.Context, tenant, prefix string, in *listFacesInput) iter.Seq2[table.Row, error] {
	if in.FaceIDs == nil {
		r := table.Range{Prefix: prefix}
		if in.NextToken != "" {
			r.From = prefix + in.NextToken + "\x00"
		}
		return s.Tables.Query(ctx, tenant, facesTable, r, false)
	}
	return func(yield func(table.Row, error) bool) {
		for _, id := range slices.Compact(slices.Sorted(slices.Values(in.FaceIDs))) {
			if id <= in.NextToken {
				continue
			}
			row, err := s.Tables.Get(ctx, tenant, facesTable, prefix+id)
			if animo.CodeOf(err) == animo.NotFound {
				continue
			}
			if !yield(row, err) {
				return
			}
		}
	}
}

func checkFaceIDs(ids []string) error {
	if len(ids) < 1 || len(ids) > maxPage || slices.ContainsFunc(ids, func(id string) bool { return !isFaceID(id) }) {
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
	c, err := s.collection(ctx, who.tenant, in.CollectionID)
	if err != nil {
		return nil, err
	}
	out := struct {
		DeletedFaces              []string
		UnsuccessfulFaceDeletions []notDeleted
	}{[]string{}, []notDeleted{}}
	var entries []table.Entry
	for _, id := range slices.Compact(slices.Sorted(slices.Values(in.FaceIDs))) {
		e := entryOf(c.prefix(), id, nil)
		_, err := s.Tables.Get(ctx, who.tenant, facesTable, e.Key)
		switch {
		case animo.CodeOf(err) == animo.NotFound:
			out.UnsuccessfulFaceDeletions = append(out.UnsuccessfulFaceDeletions, notDeleted{id, []string{"FACE_NOT_FOUND"}})
		case err != nil:
			return nil, err
		default:
			entries = append(entries, e)
			out.DeletedFaces = append(out.DeletedFaces, id)
		}
	}
	if len(entries) == 0 {
		return out, nil
	}
	if _, err := s.Tables.Remove(ctx, who.tenant, facesTable, entries...); err != nil {
		return nil, err
	}
	s.erased.Store(true)
	s.searches.removed(who.tenant, c.prefix(), out.DeletedFaces)
	return out, nil
}
