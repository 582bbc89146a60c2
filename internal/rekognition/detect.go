package rekognition

import (
	"cmp"
	"context"
	"slices"

	"animo"
	"animo/vision"
)

type detectFacesInput struct {
	Image      *picture
	Attributes []string
}

// detectFaces answers DetectFaces.
func (s *Server) detectFaces(ctx context.Context, c caller, in *detectFacesInput) (any, error) {
	asked, err := attributesOf("Attributes", in.Attributes)
	if err != nil {
		return nil, err
	}
	p, err := s.look(ctx, c, "Image", in.Image)
	if err != nil {
		return nil, err
	}
	var out struct{ FaceDetails []FaceDetail }
	out.FaceDetails = make([]FaceDetail, len(p.faces))
	for i, f := range p.faces {
		out.FaceDetails[i] = asked.keep(p.details(f))
	}
	return out, nil
}

// attributes is a set of the attributes that a client asks for; that of DEFAULT is always told.
type attributes map[string]bool

// attributeNames are those that there are. Beard and what else Animo does not compute may be asked for, too.
var attributeNames = []string{
	"DEFAULT", "ALL", "AGE_RANGE", "BEARD", "EMOTIONS", "EYE_DIRECTION", "EYEGLASSES", "EYES_OPEN", "GENDER", "MOUTH_OPEN", "MUSTACHE",
	"FACE_OCCLUDED", "SMILE", "SUNGLASSES",
}

func attributesOf(field string, list []string) (attributes, error) {
	set := attributes{}
	for _, a := range list {
		if !slices.Contains(attributeNames, a) {
			return nil, failf(invalidParameter, "%s names an attribute that there is not; use some of %v", field, attributeNames)
		}
		set[a] = true
	}
	return set, nil
}

// defaultLandmarks is how many landmarks are told where not all attributes are asked for: eyes, nose and the
// corners of the mouth.
const defaultLandmarks = 5

// keep leaves of a face what was asked for. With ALL that is everything, whatever else is named.
func (a attributes) keep(d FaceDetail) FaceDetail {
	if a["ALL"] {
		return d
	}
	d.Landmarks = d.Landmarks[:defaultLandmarks]
	if !a["AGE_RANGE"] {
		d.AgeRange = AgeRange{}
	}
	if !a["EMOTIONS"] {
		d.Emotions = nil
	}
	if !a["GENDER"] {
		d.Gender = Gender{}
	}
	if !a["SMILE"] {
		d.Smile = Smile{}
	}
	return d
}

// ComparedFace is a face as CompareFaces and RecognizeCelebrities answer it; only the latter tells of emotions.
type ComparedFace struct {
	BoundingBox BoundingBox
	Confidence  float64   // in percent, that this is a face
	Emotions    []Emotion `json:",omitempty"`
	Landmarks   []Landmark
	Pose        Pose
	Quality     Quality
	Smile       Smile `json:",omitzero"`
}

func comparedOf(d FaceDetail) ComparedFace {
	return ComparedFace{d.BoundingBox, d.Confidence, d.Emotions, d.Landmarks[:defaultLandmarks], d.Pose, d.Quality, d.Smile}
}

// Celebrity is a person whom the tenant introduced. Its ID comes from its name.
type Celebrity struct {
	Face            ComparedFace
	ID              string `json:"Id"`
	KnownGender     struct{ Type string }
	MatchConfidence float64 // in percent
	Name            string
	URLs            []string `json:"Urls"` // none
}

type recognizeCelebritiesInput struct{ Image *picture }

// recognizeCelebrities answers RecognizeCelebrities with the people whom the tenant introduced.
func (s *Server) recognizeCelebrities(ctx context.Context, c caller, in *recognizeCelebritiesInput) (any, error) {
	p, err := s.look(ctx, c, "Image", in.Image)
	if err != nil {
		return nil, err
	}
	faces := p.faces[:min(len(p.faces), maxCelebrities)]
	descriptors := make([]vision.Descriptor, len(faces))
	for i, f := range faces {
		descriptors[i] = f.Descriptor
	}
	people, err := s.People.Recognise(ctx, c.tenant, descriptors)
	if err != nil {
		return nil, err
	}
	out := struct {
		CelebrityFaces    []Celebrity
		UnrecognizedFaces []ComparedFace
	}{[]Celebrity{}, []ComparedFace{}}
	for i, f := range faces {
		face, m := comparedOf(p.details(f)), people[i]
		if m.Person == "" {
			out.UnrecognizedFaces = append(out.UnrecognizedFaces, face)
			continue
		}
		known := Celebrity{Face: face, ID: animo.ID("celebrity", c.tenant, m.Person)[:16], MatchConfidence: m.Similarity, Name: m.Person, URLs: []string{}}
		known.KnownGender.Type = "Unlisted"
		out.CelebrityFaces = append(out.CelebrityFaces, known)
	}
	return out, nil
}

type compareFacesInput struct {
	SourceImage, TargetImage *picture
	SimilarityThreshold      *float64
	QualityFilter            string
}

// compareFaces answers CompareFaces.
func (s *Server) compareFaces(ctx context.Context, c caller, in *compareFacesInput) (any, error) {
	least, err := percentOf("SimilarityThreshold", in.SimilarityThreshold)
	if err != nil {
		return nil, err
	}
	good, err := filterOf(in.QualityFilter)
	if err != nil {
		return nil, err
	}
	source, err := s.look(ctx, c, "SourceImage", in.SourceImage)
	if err != nil {
		return nil, err
	}
	target, err := s.look(ctx, c, "TargetImage", in.TargetImage)
	if err != nil {
		return nil, err
	}
	sources, targets := passing(source.faces, good), passing(target.faces, good)
	if len(sources) == 0 {
		return nil, noFaces("SourceImage")
	}
	if len(targets) == 0 {
		return nil, noFaces("TargetImage")
	}
	type match struct {
		Face       ComparedFace
		Similarity float64 // in percent
	}
	first := source.details(sources[0])
	out := struct {
		SourceImageFace struct {
			BoundingBox BoundingBox
			Confidence  float64
		}
		FaceMatches    []match
		UnmatchedFaces []ComparedFace
	}{FaceMatches: []match{}, UnmatchedFaces: []ComparedFace{}}
	out.SourceImageFace.BoundingBox, out.SourceImageFace.Confidence = first.BoundingBox, first.Confidence
	for _, f := range targets {
		face := comparedOf(attributes{}.keep(target.details(f)))
		if alike := vision.Similarity(sources[0].Descriptor.Distance(f.Descriptor)); alike >= least {
			out.FaceMatches = append(out.FaceMatches, match{face, alike})
		} else {
			out.UnmatchedFaces = append(out.UnmatchedFaces, face)
		}
	}
	slices.SortStableFunc(out.FaceMatches, func(a, b match) int { return cmp.Compare(b.Similarity, a.Similarity) })
	return out, nil
}

// defaultPercent is how alike faces must be where a request does not say.
const defaultPercent = 80

// percentOf reads a threshold.
func percentOf(field string, given *float64) (float64, error) {
	if given == nil {
		return defaultPercent, nil
	}
	if !(*given >= 0 && *given <= 100) {
		return 0, failf(invalidParameter, "%s must be 0 to 100", field)
	}
	return *given, nil
}
