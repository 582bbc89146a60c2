package httpapi

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/photos"
)

// UploadQuery is where and when photos were taken, in a query. It is exported because huma sets no field of an
// embedded type that is not.
type UploadQuery struct {
	Source  string `query:"source" doc:"Which camera or stage the photo is from, in at most 64 bytes." example:"puerta-norte"`
	TakenAt string `query:"taken_at" doc:"When it was taken (RFC 3339). If it is not said, its EXIF data tells, else modified_at, else it is when it is accepted; taken_by of the photo says which. A time that has not come yet is refused." example:"2026-08-01T21:15:00-05:00"`

	ModifiedAt string `query:"modified_at" doc:"When its file was last changed (RFC 3339), as file systems and browsers know it. It counts where neither taken_at nor EXIF data tells when the photo was taken, and not where it has not come yet." example:"2026-08-01T21:15:00-05:00"`
}

// upload is what Take must be told of a photo of that name, but for its size.
func (q UploadQuery) upload(name string) (photos.Upload, error) {
	u := photos.Upload{Name: nameOf(name), Source: nameOf(q.Source)}
	var err error
	if u.Taken, err = takenAt("taken_at", q.TakenAt); err == nil {
		u.Modified, err = takenAt("modified_at", q.ModifiedAt)
	}
	return u, err
}

// takenAt reads when a photo was taken, or its file changed; the zero time if that is not said.
func takenAt(field, v string) (time.Time, error) {
	if v == "" {
		return time.Time{}, nil
	}
	at, err := time.Parse(time.RFC3339, unspaced(v))
	if err != nil {
		return at, animo.Errorf(animo.Invalid, "%s is %q; write it like 2026-08-01T21:15:00-05:00", "%s es %q; escríbalo como 2026-08-01T21:15:00-05:00", field, animo.Clip(v)).Of(field)
	}
	return at, nil
}

// BodyStream keeps hold of the body's reader, so that a body of any size streams to disk. It is exported because
// huma resolves no embedded type that is not.
type BodyStream struct {
	reader io.Reader
	size   int64  // of the body; -1 when the client does not say
	kind   string // its media type
	border string // between the parts of a form
}

// Resolve is how huma lets an input see the request.
func (b *BodyStream) Resolve(ctx huma.Context) []error {
	b.reader, b.size = ctx.BodyReader(), -1
	if n, err := strconv.ParseInt(ctx.Header("Content-Length"), 10, 64); err == nil {
		b.size = n
	}
	kind, params, _ := mime.ParseMediaType(ctx.Header("Content-Type")) // checkMedia has seen to what cannot be read
	b.kind, b.border = kind, params["boundary"]
	return nil
}

// hasBody reports whether the request has a body of at least a byte, which it may read.
func (b *BodyStream) hasBody() bool {
	n, _ := io.ReadAtLeast(b.reader, make([]byte, 1), 1)
	return n > 0
}

// UploadView is a photo that was taken in, or why it was not. It is exported because huma describes no field of an embedded type that is not.
type UploadView struct {
	ID        string       `json:"id,omitempty" doc:"The photo's id, under which it is asked for." example:"20260801T211502.125Z-9f86d081884c7d65"`
	Name      string       `json:"image_id,omitempty" doc:"The name it was given." example:"entrada.jpg"`
	Status    animo.Status `json:"status,omitempty" enum:"queued,analysing,done,failed" doc:"queued for a photo that is new; for one that was sent before, how far it is."`
	StatusURL string       `json:"status_url,omitempty" doc:"Where to ask how far it is." example:"/v1/photos/20260801T211502.125Z-9f86d081884c7d65"`
	Bytes     int64        `json:"bytes,omitempty"`
	Known     bool         `json:"known,omitempty" doc:"The same bytes were sent under the same name before, so this is the photo of then: its source and taken_at stay as they were."`
	Message   string       `json:"message,omitempty" doc:"Of a photo that is known: since when it is kept, in the language of Accept-Language (en or es)."`
	Problem   *Problem     `json:"problem,omitempty" doc:"Why it was not taken, beside others of its form that were."`
}

func viewUpload(ctx context.Context, p animo.Photo, known bool) UploadView {
	v := UploadView{ID: p.ID, Name: p.Name, Status: p.Status, StatusURL: path("v1", "photos", p.ID), Bytes: p.Bytes, Known: known}
	if known {
		message := "this photo has been kept since %s; its source (%q) and its time (%s) stay as they were; to change them, erase it and send it again"
		if callerOf(ctx).lang == "es" {
			message = "esta foto se guarda desde %s; su fuente (%q) y su hora (%s) quedan como estaban; para cambiarlas, bórrela y envíela otra vez"
		}
		v.Message = fmt.Sprintf(message, moment(p.Accepted), p.Source, moment(p.Taken))
	}
	return v
}

type uploadsView struct {
	UploadView
	Items []UploadView `json:"items,omitempty" doc:"For several files: each one's answer, in their order, in place of the other fields."`
}

type uploadOutput struct {
	Location string `header:"Location"`
	Body     uploadsView
}

// took answers for one photo.
func took(v UploadView) *uploadOutput {
	return &uploadOutput{v.StatusURL, uploadsView{UploadView: v}}
}

// takeBody takes in a body that is the photo itself.
func (s *server) takeBody(ctx context.Context, name string, q UploadQuery, body BodyStream) (*uploadOutput, error) {
	u, err := q.upload(name)
	if err != nil {
		return nil, err
	}
	u.Size = body.size
	content := &pictureReader{r: body.reader}
	p, known, err := s.Photos.Take(ctx, tenantOf(ctx), u, content)
	if err != nil {
		return nil, content.cause(err)
	}
	return took(viewUpload(ctx, p, known)), nil
}

// takeForm takes in each photo of a form, one after the other. What is wrong with one is no concern of the
// others; the answer is an error only when none was taken.
func (s *server) takeForm(ctx context.Context, q UploadQuery, body BodyStream) (*uploadOutput, error) {
	u, err := q.upload("")
	if err != nil {
		return nil, err
	}
	f := newForm(body.reader, body.border, s.Limits, u)
	var all []UploadView
	taken := 0
	var first error
	for {
		file, err := f.next()
		if errors.Is(err, errFormEnds) {
			break
		}
		var p animo.Photo
		var known bool
		if err == nil {
			content := &pictureReader{r: f.part}
			if p, known, err = s.Photos.Take(ctx, tenantOf(ctx), file, content); err != nil {
				err = f.cause(content.cause(err))
			}
		}
		if err != nil {
			first = cmp.Or(first, err)
			all = append(all, UploadView{Name: file.Name, Problem: s.itemProblem(ctx, err)})
		} else {
			taken++
			all = append(all, viewUpload(ctx, p, known))
		}
	}
	switch {
	case len(all) == 1 && taken == 0:
		return nil, first // a form without a file is an error, too
	case taken == 0:
		return nil, &refusedForm{first, all}
	case len(all) == 1:
		return took(all[0]), nil
	}
	return &uploadOutput{Body: uploadsView{Items: all}}, nil
}

// refusedForm is the first error of a form of which nothing was taken, with what is answered for each file.
type refusedForm struct {
	error
	items []UploadView
}

// Unwrap returns the first error to errors.Is and errors.As.
func (r *refusedForm) Unwrap() error { return r.error }

// itemProblem is what is shown of an error that concerns one item of an answer.
func (s *server) itemProblem(ctx context.Context, err error) *Problem {
	p, _ := errors.AsType[*Problem](problem(ctx, s.Log, err))
	return p
}

// bytesBody describes a body that is a file.
func bytesBody() *huma.RequestBody {
	return &huma.RequestBody{Required: true, Content: map[string]*huma.MediaType{"application/octet-stream": {Schema: binarySchema()}}}
}

// describeForm adds to the API's description that an operation's body may be a form with those fields. Huma would hold the body of an
// operation that it registers with an object for a body, so it is told of the form afterwards.
func (s *server) describeForm(r route, fields map[string]*huma.Schema) {
	s.api.OpenAPI().Paths[r.path].Post.RequestBody.Content[multipartForm] = &huma.MediaType{Schema: &huma.Schema{Type: "object", Properties: fields}}
}

func binarySchema() *huma.Schema { return &huma.Schema{Type: "string", Format: "binary"} }

const uploadPromise = "When the answer comes, the photo is on disk and will be analysed, whatever happens. The same bytes under the same name are the same photo: " +
	"sent again, they are answered known, and the source and taken_at of the first time stay. " +
	"What kind of picture it is, its content says: JPEG, PNG, WebP, GIF, BMP, TIFF, HEIC, AVIF or a camera's raw photo. A file whose first bytes tell that it is none " +
	"of these, or one that this machine cannot read, is refused at once (415)."

func (s *server) uploadPhotos(r route) {
	register(s, r, huma.Operation{
		OperationID: "upload-photos",
		Summary:     "Upload photos: one or many in a form, or one as the body",
		Description: "A form (multipart/form-data; with curl: -F file=@photo.jpg) may have up to " + strconv.Itoa(s.Limits.Files) + " files; its fields source, " +
			"taken_at and modified_at hold for the files after them, which are not taken where such a field is wrong; others are passed over. Any other body is one photo, and name says what it is called (with curl: --data-binary @photo.jpg). " + uploadPromise,
		DefaultStatus: http.StatusAccepted,
		RequestBody:   bytesBody(),
		Errors:        []int{400, 413, 415, 422, 504, 507},
	}, func(ctx context.Context, in *struct {
		Name string `query:"name" doc:"The photo's name, where the body is the photo itself." example:"entrada.jpg"`
		UploadQuery
		BodyStream
	}) (*uploadOutput, error) {
		isForm := in.kind == multipartForm
		switch {
		case isForm && in.Name != "":
			return nil, animo.Errorf(animo.Invalid, "name is for a body that is the photo itself; in a form each file has its own", "name es para un cuerpo que es la foto misma; en un formulario cada archivo tiene el suyo").Of("name")
		case isForm:
			return s.takeForm(ctx, in.UploadQuery, in.BodyStream)
		case in.Name == "":
			return nil, animo.Errorf(animo.Invalid, "the photo has no name; send a form (curl -F file=@photo.jpg), or add ?name=photo.jpg", "la foto no tiene nombre; envíe un formulario (curl -F file=@foto.jpg), o añada ?name=foto.jpg").Of("name")
		}
		return s.takeBody(ctx, in.Name, in.UploadQuery, in.BodyStream)
	})
	s.describeForm(r, map[string]*huma.Schema{
		"source":      {Type: "string", Description: "Which camera or stage the photos after it are from."},
		"taken_at":    {Type: "string", Format: "date-time", Description: "When the photos after it were taken."},
		"modified_at": {Type: "string", Format: "date-time", Description: "When the files after it were last changed."},
		"file":        {Type: "array", Items: binarySchema(), Description: "The photos. Any part with a file name is one, whatever it is called."},
	})
}

func (s *server) uploadPhoto(r route) {
	register(s, r, huma.Operation{
		OperationID:   "upload-photo",
		Summary:       "Upload one photo under its name",
		Description:   "The body is the photo; with curl: -T photo.jpg. " + uploadPromise,
		DefaultStatus: http.StatusAccepted,
		RequestBody:   bytesBody(),
		Errors:        []int{400, 413, 415, 422, 504, 507},
	}, func(ctx context.Context, in *struct {
		Photo string `path:"photo" doc:"The photo's name." example:"entrada.jpg"`
		UploadQuery
		BodyStream
	}) (*uploadOutput, error) {
		return s.takeBody(ctx, in.Photo, in.UploadQuery, in.BodyStream)
	})
}
