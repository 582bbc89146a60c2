package httpapi

import (
	"bytes"
	"context"
	"errors"
	"io"
	"mime"
	"net/http"
	"path/filepath"
	"strconv"
	"strings"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"animo"
	"animo/vision"
)

// mediaTypes are the formats' own. A file of no known format is only bytes.
var mediaTypes = map[vision.Format]string{
	vision.JPEG: "image/jpeg", vision.PNG: "image/png", vision.WebP: "image/webp", vision.GIF: "image/gif", vision.BMP: "image/bmp",
	vision.TIFF: "image/tiff", vision.HEIC: "image/heic", vision.AVIF: "image/avif", vision.RAW: "image/x-raw",
}

// picture is what an image is answered with.
type picture struct {
	body   io.ReadCloser
	name   string
	format vision.Format
	bytes  int64 // -1 if that is not known
}

// write answers with the picture. It comes from outside and has its own origin here, so a browser must take
// it for nothing else than a picture, whatever is in it. One that breaks off half-way breaks the connection off.
func (p picture) write(s *server, r *http.Request, w http.ResponseWriter) {
	defer p.body.Close()
	kind, ok := mediaTypes[p.format]
	if !ok {
		kind = "application/octet-stream"
	}
	h := w.Header()
	h.Set("Content-Type", kind)
	h.Set("Content-Disposition", mime.FormatMediaType("inline", map[string]string{"filename": p.name}))
	h.Set("X-Content-Type-Options", "nosniff")
	h.Set("Content-Security-Policy", "sandbox")
	h.Set("Cross-Origin-Resource-Policy", "same-origin")
	h.Set("Cache-Control", "private, no-store")
	if p.bytes >= 0 {
		h.Set("Content-Length", strconv.FormatInt(p.bytes, 10))
	}
	w.WriteHeader(http.StatusOK)
	body := &noting{Reader: p.body}
	if _, err := io.Copy(w, body); err != nil && body.err != nil { // not only a client that went away
		s.breakOff(r.Context(), body.err)
	}
}

// noting is a reader that remembers what went wrong.
type noting struct {
	io.Reader
	err error
}

// Read is io.Reader's.
func (n *noting) Read(p []byte) (int, error) {
	read, err := n.Reader.Read(p)
	if err != nil && !errors.Is(err, io.EOF) {
		n.err = err
	}
	return read, err
}

// breakOff ends an answer that has begun and cannot be ended well, so that the client sees that it is not whole.
func (s *server) breakOff(ctx context.Context, err error) {
	_ = problem(ctx, s.Log, err) // for the log
	panic(http.ErrAbortHandler)
}

// pictureOf finds a photo's own picture, or one made of it.
func (s *server) pictureOf(ctx context.Context, id string, annotated, thumbnail bool) (picture, error) {
	tenant := tenantOf(ctx)
	if annotated && thumbnail {
		return picture{}, animo.Errorf(animo.Invalid, "annotated and thumbnail are two pictures; ask for one", "annotated y thumbnail son dos imágenes; pida una").Of("annotated")
	}
	if !annotated && !thumbnail {
		body, p, format, err := s.Photos.Image(ctx, tenant, id)
		return picture{body, p.Name, format, p.Bytes}, err
	}
	name := func(p animo.Photo, what string) string {
		return strings.TrimSuffix(p.Name, filepath.Ext(p.Name)) + "-" + what + ".jpg"
	}
	if annotated {
		b, p, err := s.draw(ctx, tenant, id)
		return picture{io.NopCloser(bytes.NewReader(b)), name(p, "annotated"), vision.JPEG, int64(len(b))}, err
	}
	body, p, err := s.Photos.Thumbnail(ctx, tenant, id)
	return picture{body, name(p, "thumbnail"), vision.JPEG, -1}, err
}

// draw makes a photo with boxes, moods and names, or answers at once that too many are being made.
func (s *server) draw(ctx context.Context, tenant, id string) ([]byte, animo.Photo, error) {
	if err := s.slots.drawings.Take(tenant); err != nil {
		return nil, animo.Photo{}, err
	}
	defer s.slots.drawings.Give(tenant)
	ctx, cancel := context.WithTimeout(ctx, s.Limits.RequestTime)
	defer cancel()
	return s.Photos.Annotated(ctx, tenant, id, callerOf(ctx).lang)
}

// PictureQuery says which picture is asked for. It is exported because huma sets no field of an embedded type that is
// not.
type PictureQuery struct {
	Annotated bool `query:"annotated" doc:"With boxes, moods and names drawn, in the language of Accept-Language. Without a value it is true, too." example:"true"`
	Thumbnail bool `query:"thumbnail" doc:"Small: the longest side has 320 pixels. Without a value it is true, too." example:"false"`
}

// Resolve is how huma lets an input see the request: it takes a name without a value for nothing.
func (q *PictureQuery) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	given := u.Query()
	q.Annotated = q.Annotated || given.Has("annotated") && given.Get("annotated") == ""
	q.Thumbnail = q.Thumbnail || given.Has("thumbnail") && given.Get("thumbnail") == ""
	return nil
}

func (s *server) getImage(r route) {
	content := map[string]*huma.MediaType{}
	for _, kind := range mediaTypes {
		content[kind] = &huma.MediaType{Schema: binarySchema()}
	}
	register(s, r, huma.Operation{
		OperationID: "get-image",
		Summary:     "A photo's picture",
		Description: "The bytes as they came, under the media type of their content, for as long as pictures are kept; or one made of them, a JPEG. " +
			"One photo is drawn on (annotated) at once; ask for the next when it has come.",
		Responses: map[string]*huma.Response{"200": {Description: "The picture.", Content: content}},
		Errors:    []int{404, 422, 504},
	}, func(ctx context.Context, in *struct {
		PhotoParam
		PictureQuery
	}) (*huma.StreamResponse, error) {
		p, err := s.pictureOf(ctx, in.Photo, in.Annotated, in.Thumbnail)
		if err != nil {
			return nil, byName(in.Photo, err)
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			p.write(s, r, w)
		}}, nil
	})
}
