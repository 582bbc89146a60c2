package httpapi

import (
	"context"
	"net/http"
	"time"

	"github.com/danielgtaylor/huma/v2"

	"animo"
	"animo/internal/photos"
)

// photoView is a photo and what became of it.
type photoView struct {
	ID        string        `json:"id" example:"20260801T211502.125Z-9f86d081884c7d65"`
	Name      string        `json:"image_id" doc:"The name it was given." example:"entrada.jpg"`
	Source    string        `json:"source" doc:"Which camera or stage it came from; may be empty." example:"puerta-norte"`
	SHA256    string        `json:"sha256" doc:"Of its bytes."`
	Bytes     int64         `json:"bytes" example:"2413768"`
	Taken     time.Time     `json:"taken_at"`
	TakenBy   animo.TakenBy `json:"taken_by,omitempty" enum:"sender,camera,file,arrival" doc:"By whose word it was taken then: sender (taken_at of the upload), camera (EXIF DateTimeOriginal), file (modified_at) or arrival (it is when it was accepted). Absent for photos of earlier releases."`
	TakenNote *failureView  `json:"taken_note,omitempty" doc:"Why the camera's clock, or the file's date, is not believed."`
	Accepted  time.Time     `json:"accepted_at"`
	Status    animo.Status  `json:"status" enum:"queued,analysing,done,failed"`
	Failure   *failureView  `json:"failure,omitempty" doc:"Why it failed."`
	Note      *failureView  `json:"note,omitempty" doc:"What is to be known of the analysis: truncated_image, where the picture's end is missing and what comes before was analysed."`
	Analysed  time.Time     `json:"analysed_at,omitzero"`
	Width     int           `json:"width,omitempty" doc:"In pixels, upright."`
	Height    int           `json:"height,omitempty"`
	Faces     []animo.Face  `json:"faces,omitzero" doc:"The most prominent first; once it is done. Lists of photos leave them out."`

	StatusURL string `json:"status_url" doc:"Where to ask how far it is." example:"/v1/photos/20260801T211502.125Z-9f86d081884c7d65"`
	ImageURL  string `json:"image_url" doc:"Its picture; with ?annotated=1 or ?thumbnail=1 one made of it." example:"/v1/photos/20260801T211502.125Z-9f86d081884c7d65/image"`
}

func viewPhoto(ctx context.Context, p animo.Photo) photoView {
	return photoView{
		ID: p.ID, Name: p.Name, Source: p.Source, SHA256: p.SHA256, Bytes: p.Bytes, Taken: p.Taken, TakenBy: p.TakenBy, TakenNote: viewFailure(ctx, p.TakenNote), Accepted: p.Accepted,
		Status: p.Status, Failure: viewFailure(ctx, p.Failure), Note: viewFailure(ctx, p.Notice), Analysed: p.Analysed, Width: p.Width, Height: p.Height, Faces: p.Faces,
		StatusURL: path("v1", "photos", p.ID), ImageURL: path("v1", "photos", p.ID, "image"),
	}
}

// PhotoParam is the photo's id in a path. It is exported because huma sets no field of an embedded type that is not.
type PhotoParam struct {
	Photo string `path:"photo" doc:"The photo's id." example:"20260801T211502.125Z-9f86d081884c7d65"`
}

// PageQuery says which part of a list is asked for. It is exported because huma sets no field of an embedded type
// that is not.
type PageQuery struct {
	After string `query:"after" doc:"Where to go on, from next of the answer before."`
	Limit int    `query:"limit" minimum:"1" maximum:"1000" default:"100" doc:"How many to answer at most."`
}

// pageOutput is a part of a list.
type pageOutput[T any] struct {
	Body struct {
		Items []T    `json:"items"`
		Next  string `json:"next,omitempty" doc:"Pass as after to go on; absent at the end."`
	}
}

// pageOf makes an answer of what a flow gives of a list, each item as view shows it.
func pageOf[T, V any](list []T, next string, view func(T) V) *pageOutput[V] {
	out := &pageOutput[V]{}
	out.Body.Items, out.Body.Next = make([]V, len(list)), next
	for i, v := range list {
		out.Body.Items[i] = view(v)
	}
	return out
}

func same[T any](v T) T { return v }

// PhotosQuery chooses photos. It is exported because huma sets no field of an embedded type that is not.
type PhotosQuery struct {
	Name   string `query:"name" doc:"Only those given this name." example:"entrada.jpg"`
	Source string `query:"source" doc:"Only of this camera or stage; empty: only those without one." example:"puerta-norte"`
	Status string `query:"status" enum:"queued,analysing,done,failed" doc:"Only those that are so far." example:"failed"`

	hasSource bool
}

// Resolve is how huma lets an input see the request: it makes no difference between nothing and "".
func (q *PhotosQuery) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	q.hasSource = u.Query().Has("source")
	return nil
}

func (q *PhotosQuery) read() photos.Query {
	out := photos.Query{Name: nameOf(q.Name), Status: animo.Status(q.Status)}
	if q.hasSource {
		source := nameOf(q.Source)
		out.Source = &source
	}
	return out
}

// byName tells who asked for a photo by what cannot be an id how to find it by its name.
func byName(id string, err error) error {
	if animo.CodeOf(err) == animo.NotFound && animo.MomentOf(id).IsZero() {
		return animo.Errorf(animo.NotFound, "%q is no photo's id; /v1/photos?name= finds a photo by its name and tells its id", "%q no es el id de ninguna foto; /v1/photos?name= encuentra una foto por su nombre y dice su id", animo.Clip(id)).Of("id")
	}
	return err
}

type photoOutput struct{ Body photoView }

type receiptOutput struct{ Body animo.Receipt }

func (s *server) listPhotos(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-photos",
		Summary:     "Your photos, newest first, and how far each is",
		Description: "A page may have fewer photos than limit, even none, before the end: next is absent at the end only.",
		Errors:      []int{422},
	}, func(ctx context.Context, in *struct {
		PhotosQuery
		PageQuery
	}) (*pageOutput[photoView], error) {
		list, next, err := s.Photos.List(ctx, tenantOf(ctx), in.PhotosQuery.read(), in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, func(p animo.Photo) photoView { return viewPhoto(ctx, p) }), nil
	})
}

func (s *server) getPhoto(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-photo",
		Summary:     "How far a photo is, and the faces in it", Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		PhotoParam
		Wait int `query:"wait" minimum:"0" maximum:"60" doc:"Answer when it is done or failed, or after so many seconds." example:"0"`
	}) (*photoOutput, error) {
		p, err := await(ctx, s, time.Duration(in.Wait)*time.Second, func(ctx context.Context) (animo.Photo, error) {
			return s.Photos.Photo(ctx, tenantOf(ctx), in.Photo)
		}, func(p animo.Photo) bool { return p.Status.Ended() })
		if err != nil {
			return nil, byName(in.Photo, err)
		}
		if p.Status == animo.Done && p.Faces == nil {
			p.Faces = []animo.Face{} // it was looked for some, and there are none
		}
		return &photoOutput{viewPhoto(ctx, p)}, nil
	})
}

func (s *server) erasePhoto(r route) {
	register(s, r, huma.Operation{
		OperationID: "erase-photo",
		Summary:     "Erase a photo and everything made of it",
		Description: "Its bytes, its thumbnail, what was recorded of its faces, their descriptors, and its events that wait. The answer says what was removed, and " +
			"those who follow /v1/stream hear of it (event erased).",
		DefaultStatus: http.StatusOK, Errors: []int{404},
	}, func(ctx context.Context, in *PhotoParam) (*receiptOutput, error) {
		r, err := s.Photos.Erase(ctx, tenantOf(ctx), in.Photo)
		if err != nil {
			return nil, byName(in.Photo, err)
		}
		return &receiptOutput{r}, nil
	})
}

func (s *server) listReceipts(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-receipts",
		Summary:     "What was erased, newest first", Errors: []int{422},
	}, func(ctx context.Context, in *PageQuery) (*pageOutput[animo.Receipt], error) {
		list, next, err := s.Moods.Receipts(ctx, tenantOf(ctx), in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, same), nil
	})
}
