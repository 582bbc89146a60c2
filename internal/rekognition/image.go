package rekognition

import (
	"bytes"
	"cmp"
	"context"
	"io"
	"slices"
	"strings"

	"animo"
	"animo/vision"
)

// The limits of pictures (https://docs.aws.amazon.com/rekognition/latest/dg/limits.html).
const (
	maxBytes  = 5 << 20  // of a picture in a request
	maxStored = 15 << 20 // of a picture in a bucket
	minSide   = 80       // pixels
)

// maxFaces is of how many faces of a picture, the largest, is told; in RecognizeCelebrities, maxCelebrities.
const (
	maxFaces       = 100
	maxCelebrities = 64
)

// picture is a picture in a request: its bytes, or where it lies.
type picture struct {
	Bytes    []byte
	S3Object *struct{ Bucket, Name, Version string }
}

// bucket is the one that every tenant has: its photos, each under its ID and under its name.
const bucket = "photos"

// seen is a picture with the faces that were found in it, the largest first.
type seen struct {
	w, h  int
	sum   string // SHA-256 of the picture's bytes
	faces []vision.Face
}

// details puts a face into Rekognition's words.
func (p *seen) details(f vision.Face) FaceDetail { return FaceDetailOf(f, p.w, p.h) }

// look finds the faces in a request's picture, which may be required under the name of a field.
func (s *Server) look(ctx context.Context, c caller, field string, p *picture) (*seen, error) {
	file, err := s.fetch(ctx, c, field, p)
	if err != nil {
		return nil, err
	}
	if err := s.Admit(ctx, c.tenant); err != nil {
		return nil, err
	}
	select { // the picture is decoded when it is its turn, so that few lie in memory
	case s.engines <- struct{}{}:
	case <-ctx.Done():
		return nil, ctx.Err()
	}
	defer func() { <-s.engines }()
	img, release, err := s.Decode(ctx, bytes.NewReader(file))
	defer release()
	if err != nil {
		return nil, err
	}
	if img.W < minSide || img.H < minSide {
		return nil, failf(invalidParameter, "%s is %d × %d pixels; each side must have at least %d", field, img.W, img.H, minSide)
	}
	faces, err := s.Engine.Analyze(ctx, img)
	if err != nil {
		return nil, err
	}
	slices.SortStableFunc(faces, func(a, b vision.Face) int { return cmp.Compare(b.Box.W*b.Box.H, a.Box.W*a.Box.H) })
	return &seen{img.W, img.H, hash(file), faces[:min(len(faces), maxFaces)]}, nil
}

// fetch returns the file of a request's picture.
func (s *Server) fetch(ctx context.Context, c caller, field string, p *picture) ([]byte, error) {
	switch {
	case p == nil || len(p.Bytes) == 0 && p.S3Object == nil:
		return nil, failf(invalidParameter, "%s is missing; give its Bytes or an S3Object", field)
	case len(p.Bytes) > 0 && p.S3Object != nil:
		return nil, failf(invalidParameter, "%s has both Bytes and S3Object; give one of them", field)
	case len(p.Bytes) > maxBytes:
		return nil, failf(imageTooLarge, "%s has %d bytes, more than the %d that a request may bring; give it as S3Object", field, len(p.Bytes), maxBytes)
	case p.S3Object == nil:
		return p.Bytes, nil
	}
	o := p.S3Object
	if !isName(o.Bucket, 3, alphanumeric+"_.-") || o.Name == "" || len(o.Name) > 1024 {
		return nil, failf(invalidParameter, "%s.S3Object needs a Bucket of 3 to 255 letters, digits, dots, hyphens and underscores, and a Name of 1 to 1024 bytes", field)
	}
	if o.Bucket != bucket || o.Version != "" {
		return nil, noObject()
	}
	body, err := s.Photos.Open(ctx, c.tenant, o.Name)
	if code := animo.CodeOf(err); code == animo.NotFound || code == animo.UnsafeName {
		return nil, noObject()
	}
	if err != nil {
		return nil, err
	}
	defer body.Close()
	file, err := io.ReadAll(io.LimitReader(body, maxStored+1))
	if err == nil && len(file) > maxStored {
		err = failf(imageTooLarge, "%s is larger than %d bytes", field, maxStored)
	}
	return file, err
}

const alphanumeric = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789"

// isName tells whether a text has `least` to 255 bytes, all of them among `allowed`. A regular expression that counts to
// 255 would say the same, and would take a quarter of a megabyte at every start.
func isName(text string, least int, allowed string) bool {
	return len(text) >= least && len(text) <= 255 && strings.Trim(text, allowed) == ""
}

// noObject says the same of what is not there and of what is another tenant's.
func noObject() error {
	return failf(invalidS3Object, "Unable to get the object. The one bucket is %q, without versions; the name is a photo's id or its image_id.", bucket)
}

// noFaces is answered where a face is needed and none was found.
func noFaces(field string) error {
	return failf(invalidParameter, "There are no faces in %s. Should be at least 1.", field)
}
