package httpapi

import (
	"cmp"
	"context"
	"errors"
	"io"
	"net/http"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"animo"
	"animo/internal/photos"
	"animo/vision"
)

// People knows the people whom a tenant introduced; *people.People is one.
type People interface {
	// Introduce adds an example photo to what is known of a person, who may be new.
	Introduce(ctx context.Context, tenant, name string, picture io.Reader) (animo.Person, error)
	// List lists people by name, beginning after the name `after`; next is "" at the end.
	List(ctx context.Context, tenant, after string, limit int) (page []animo.Person, next string, err error)
	// Person tells of one person.
	Person(ctx context.Context, tenant, name string) (animo.Person, error)
	// ExampleThumbnail returns a person's example as a small JPEG, or with "" that of the first.
	ExampleThumbnail(ctx context.Context, tenant, name, id string) (io.ReadCloser, error)
	// Rename gives a person another name, in everything that was recorded, too.
	Rename(ctx context.Context, tenant, name, to string) (animo.Person, error)
	// Merge says that two people are one, who keeps the second's name.
	Merge(ctx context.Context, tenant, name, into string) (animo.Person, error)
	// Erase removes everything of a person, and the name from what was recorded.
	Erase(ctx context.Context, tenant, name string) (animo.Receipt, error)
	// RemoveExample forgets a face by which a person is known.
	RemoveExample(ctx context.Context, tenant, name, id string) (animo.Person, error)
	// SayIs keeps that a recorded face is a person's, who may be new.
	SayIs(ctx context.Context, tenant, face, name string) (animo.Face, error)
	// SayIsNot keeps that a recorded face is not a person's.
	SayIsNot(ctx context.Context, tenant, face, name string) (animo.Face, error)
}

// PersonView is a person who was introduced. It is exported because huma describes no field of an embedded type that is not.
type PersonView struct {
	ID           string    `json:"id" doc:"Stays the same when the name changes; what a receipt names." example:"3KQ7XWLT5QZC4V2M6D0B8N1HFA"`
	Name         string    `json:"name" example:"Ana"`
	Introduced   time.Time `json:"introduced_at"`
	Changed      time.Time `json:"changed_at"`
	Examples     int       `json:"examples" doc:"How many faces the person is known by." example:"3"`
	PersonURL    string    `json:"person_url" example:"/v1/people/Ana"`
	ThumbnailURL string    `json:"thumbnail_url,omitempty" doc:"A small JPEG of the face." example:"/v1/people/Ana/thumbnail"`
}

func viewPerson(p animo.Person) PersonView {
	v := PersonView{ID: p.ID, Name: p.Name, Introduced: p.Introduced, Changed: p.Changed, Examples: len(p.Examples), PersonURL: path("v1", "people", p.Name)}
	if len(p.Examples) > 0 {
		v.ThumbnailURL = path("v1", "people", p.Name, "thumbnail")
	}
	return v
}

// exampleView is a face by which a person is known.
type exampleView struct {
	ID           string    `json:"id"`
	Added        time.Time `json:"added_at"`
	Face         string    `json:"face_id,omitempty" doc:"The recorded face that was said to be the person's; absent for one that introduced the person."`
	ThumbnailURL string    `json:"thumbnail_url" doc:"A small JPEG of the face, where there is one."`
}

// KnownView is a person with the faces that the person is known by. It is exported as PersonView is.
type KnownView struct {
	PersonView
	KnownBy []exampleView `json:"known_by" doc:"The first introduced first; at most 50 are kept, those that differ most."`
}

func viewKnown(p animo.Person) KnownView {
	v := KnownView{viewPerson(p), make([]exampleView, len(p.Examples))}
	for i, e := range p.Examples {
		v.KnownBy[i] = exampleView{e.ID, e.Added, e.Face, path("v1", "people", p.Name, "examples", e.ID)}
	}
	return v
}

type personOutput struct{ Body KnownView }

// knownOutput is an answer about one person.
func knownOutput(p animo.Person, err error) (*personOutput, error) {
	if err != nil {
		return nil, err
	}
	return &personOutput{viewKnown(p)}, nil
}

// introductionView is what became of one file.
type introductionView struct {
	Name    string   `json:"image_id,omitempty" doc:"The name it was given." example:"ana1.jpg"`
	Problem *Problem `json:"problem,omitempty" doc:"Why the person is not known by it, and what to mend. Absent where the person is."`
}

type introducedOutput struct {
	Body struct {
		KnownView
		Items []introductionView `json:"items,omitempty" doc:"For several files: what became of each, in their order."`
	}
}

func introducedBy(p animo.Person, items []introductionView) *introducedOutput {
	out := &introducedOutput{}
	out.Body.KnownView, out.Body.Items = viewKnown(p), items
	return out
}

// introduceForm introduces a person by each photo of a form, one after the other. The answer is an error only when
// none served.
func (s *server) introduceForm(ctx context.Context, name string, body BodyStream) (*introducedOutput, error) {
	f := newForm(body.reader, body.border, s.Limits, photos.Upload{})
	var person animo.Person
	var items []introductionView
	var refused []UploadView
	var first error
	for {
		file, err := f.next()
		if errors.Is(err, errFormEnds) {
			break
		}
		if err == nil {
			var p animo.Person
			if p, err = s.People.Introduce(ctx, tenantOf(ctx), name, f.part); err == nil {
				person = p
			} else {
				err = f.cause(err)
			}
		}
		item := introductionView{Name: file.Name}
		if err != nil {
			item.Problem = s.itemProblem(ctx, err)
			first = cmp.Or(first, err)
			refused = append(refused, UploadView{Name: file.Name, Problem: item.Problem})
		}
		items = append(items, item)
	}
	switch {
	case len(items) == 1 && len(refused) == 1:
		return nil, first // a form without a file is an error, too
	case len(items) == len(refused):
		return nil, &refusedForm{first, refused}
	case len(items) == 1:
		items = nil
	}
	return introducedBy(person, items), nil
}

// PersonParam is the person's name in a path. It is exported because huma sets no field of an embedded type that is
// not.
type PersonParam struct {
	Name string `path:"name" doc:"The person's name." example:"Ana"`
}

// example answers with the thumbnail of a person's example.
func (s *server) example(ctx context.Context, name, id string) (*huma.StreamResponse, error) {
	body, err := s.People.ExampleThumbnail(ctx, tenantOf(ctx), name, id)
	if err != nil {
		return nil, err
	}
	p := picture{body, name + ".jpg", vision.JPEG, -1}
	return &huma.StreamResponse{Body: func(ctx huma.Context) {
		r, w := humago.Unwrap(ctx)
		p.write(s, r, w)
	}}, nil
}

const introducePromise = "A photo shows the person alone, or far more prominently than anybody else, and well enough: the answer says what to mend otherwise (no_face, several_faces, small_face, bad_light, blurred_face, " +
	"turned_face). Of the photo, 128 numbers and a small picture of the face are kept. Photos that are recorded already are looked through for the person."

func (s *server) introducePerson(r route) {
	register(s, r, huma.Operation{
		OperationID: "introduce-person",
		Summary:     "Introduce a person by photos, or add some: several in a form, or one as the body",
		Description: "A form (multipart/form-data; with curl: -F file=@ana1.jpg -F file=@ana2.jpg) may have up to " + strconv.Itoa(s.Limits.Files) + " files; any other body is one photo " +
			"(with curl: --data-binary @ana.jpg). " + introducePromise,
		RequestBody: bytesBody(),
		Errors:      []int{400, 413, 415, 422, 504, 507},
	}, func(ctx context.Context, in *struct {
		PersonParam
		BodyStream
	}) (*introducedOutput, error) {
		if in.kind == multipartForm {
			return s.introduceForm(ctx, in.Name, in.BodyStream)
		}
		p, err := s.People.Introduce(ctx, tenantOf(ctx), in.Name, in.reader)
		if err != nil {
			return nil, err
		}
		return introducedBy(p, nil), nil
	})
	s.describeForm(r, map[string]*huma.Schema{"file": {Type: "array", Items: binarySchema(), Description: "The photos. Any part with a file name is one, whatever it is called."}})
}

func (s *server) listPeople(r route) {
	register(s, r, huma.Operation{
		OperationID: "list-people",
		Summary:     "The people you introduced, by name", Errors: []int{422},
	}, func(ctx context.Context, in *PageQuery) (*pageOutput[PersonView], error) {
		list, next, err := s.People.List(ctx, tenantOf(ctx), in.After, in.Limit)
		if err != nil {
			return nil, err
		}
		return pageOf(list, next, viewPerson), nil
	})
}

func (s *server) getPerson(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-person",
		Summary:     "A person and the faces the person is known by", Errors: []int{404},
	}, func(ctx context.Context, in *PersonParam) (*personOutput, error) {
		return knownOutput(s.People.Person(ctx, tenantOf(ctx), in.Name))
	})
}

func (s *server) renamePerson(r route) {
	register(s, r, huma.Operation{
		OperationID: "rename-person",
		Summary:     "Give a person another name, in everything that was recorded, too", Errors: []int{400, 404, 409, 422, 504},
	}, func(ctx context.Context, in *struct {
		PersonParam
		Body struct {
			Name string `json:"name" doc:"The new name." example:"Ana María"`
		}
	}) (*personOutput, error) {
		return knownOutput(s.People.Rename(ctx, tenantOf(ctx), in.Name, nameOf(in.Body.Name)))
	})
}

func (s *server) mergePerson(r route) {
	register(s, r, huma.Operation{
		OperationID: "merge-person",
		Summary:     "Say that two people are one",
		Description: "The examples and the recorded faces of this person become the other's, and this name is free again. The answer is the other.",
		Errors:      []int{400, 404, 422, 504},
	}, func(ctx context.Context, in *struct {
		PersonParam
		Body struct {
			Into string `json:"into" doc:"The name of the other." example:"Ana María"`
		}
	}) (*personOutput, error) {
		return knownOutput(s.People.Merge(ctx, tenantOf(ctx), in.Name, nameOf(in.Body.Into)))
	})
}

func (s *server) erasePerson(r route) {
	register(s, r, huma.Operation{
		OperationID: "erase-person",
		Summary:     "Erase a person, and the name from everything that was recorded",
		Description: "The name, the faces the person is known by with their numbers and small pictures, what was said of faces, and the subscriptions to the person with what waits " +
			"for them and their logs. What was recorded of the faces stays, as somebody's who is not known. The answer says what was removed.",
		DefaultStatus: http.StatusOK, Errors: []int{404, 504},
	}, func(ctx context.Context, in *PersonParam) (*struct{ Body animo.Receipt }, error) {
		r, err := s.People.Erase(ctx, tenantOf(ctx), in.Name)
		if err != nil {
			return nil, err
		}
		return &struct{ Body animo.Receipt }{r}, nil
	})
}

// smallPicture describes an answer that is a person's picture.
func smallPicture() map[string]*huma.Response {
	return map[string]*huma.Response{"200": {Description: "The picture.", Content: map[string]*huma.MediaType{"image/jpeg": {Schema: binarySchema()}}}}
}

func (s *server) getPersonThumbnail(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-person-thumbnail",
		Summary:     "A small picture of the person's face", Description: "Its longest side has at most 160 pixels.", Responses: smallPicture(), Errors: []int{404},
	}, func(ctx context.Context, in *PersonParam) (*huma.StreamResponse, error) {
		return s.example(ctx, in.Name, "")
	})
}

func (s *server) getPersonExample(r route) {
	register(s, r, huma.Operation{
		OperationID: "get-person-example",
		Summary:     "A small picture of one face that the person is known by", Description: "Its longest side has at most 160 pixels.", Responses: smallPicture(), Errors: []int{404},
	}, func(ctx context.Context, in *struct {
		PersonParam
		Example string `path:"example" doc:"The example's id."`
	}) (*huma.StreamResponse, error) {
		return s.example(ctx, in.Name, in.Example)
	})
}

func (s *server) nameFace(r route) {
	register(s, r, huma.Operation{
		OperationID: "name-face",
		Summary:     "Say who a recorded face is, or is not",
		Description: "With name, the face is that person's, who may be new, until something else is said, and the person is known by it, too. With not, it is never taken for " +
			"that person's again, and neither are faces like it. What was recorded says so at once; photos recorded before and after follow. It holds when the photo is analysed " +
			"again. It needs the numbers of the face, which are kept as long as its photo (setting keep-descriptors); a face that a client measured has none, and is nobody's. The answer is the face.",
		Errors: []int{400, 404, 422},
	}, func(ctx context.Context, in *struct {
		Face string `path:"face" doc:"The face's id." example:"20260801T211502.125Z-9f86d081884c7d65-0"`
		Body struct {
			Name string `json:"name,omitempty" doc:"Whose face it is." example:"Ana"`
			Not  string `json:"not,omitempty" doc:"Whose face it is not." example:""`
		}
	}) (*struct{ Body animo.Face }, error) {
		say, name := s.People.SayIs, in.Body.Name
		switch {
		case (in.Body.Name == "") == (in.Body.Not == ""):
			return nil, animo.Errorf(animo.Invalid, `say either {"name":"Ana"} or {"not":"Ana"}`, `diga {"name":"Ana"} o {"not":"Ana"}, una de las dos cosas`).Of("name")
		case name == "":
			say, name = s.People.SayIsNot, in.Body.Not
		}
		face, err := say(ctx, tenantOf(ctx), in.Face, nameOf(name))
		if err != nil {
			return nil, err
		}
		return &struct{ Body animo.Face }{face}, nil
	})
}
