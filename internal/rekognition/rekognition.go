// Package rekognition serves Amazon Rekognition's own protocol, so that programs written for it, its SDKs and its
// command line work with Animo when they are told another endpoint. It finds faces, recognises the people that a
// tenant introduced, compares faces, and searches collections of them, which package collections keeps. Begin at New;
// the operations are listed in operations, a file for each group: detect.go, collections.go, index.go, search.go.
//
// A request is a POST to / whose header X-Amz-Target names the operation and whose body is JSON, signed with
// version 4 of AWS's signatures (sigv4.go). Names, limits and errors are those of the API reference,
// https://docs.aws.amazon.com/rekognition/latest/APIReference/.
package rekognition

import (
	"bytes"
	"context"
	"encoding/json"
	"errors"
	"io"
	"log/slog"
	"mime"
	"net/http"
	"runtime"
	"strings"
	"time"

	"github.com/google/uuid"

	"animo/internal/collections"
	"animo/internal/slots"
	"animo/vision"
)

// Engine finds the faces in a picture; *vision.Engine is one, with all attributes.
type Engine interface {
	Analyze(ctx context.Context, img vision.Image) ([]vision.Face, error)
}

// Keys knows the access keys that requests are signed with.
type Keys interface {
	// Secret tells whose an access key is and what is signed with it. It answers Unauthenticated for a key
	// that is not known.
	Secret(ctx context.Context, accessKeyID string) (tenant, secret string, err error)
	// Locked reports whether there is any key, of whatever kind, so that a request must be signed.
	Locked(ctx context.Context) (bool, error)
}

// People knows whom each tenant introduced.
type People interface {
	// Recognise tells of each face which of a tenant's people it is, by name; for a stranger it gives the zero Match.
	Recognise(ctx context.Context, tenant string, faces []vision.Descriptor) ([]vision.Match, error)
}

// Photos is where the pictures of the bucket "photos" come from.
type Photos interface {
	// Open opens the picture of a tenant's photo, by the photo's ID or by the name it was given; of several of
	// one name, the newest. It answers NotFound where there is none.
	Open(ctx context.Context, tenant, name string) (io.ReadCloser, error)
}

// Limits bound what is done at once. A zero field has the default in its comment.
type Limits struct {
	Requests int // served or waiting at once, half of them of one tenant; 64
	Analyses int // pictures analysed at once; as many as there are cores
}

func (l Limits) withDefaults() Limits {
	orElse := func(n *int, other int) {
		if *n == 0 {
			*n = other
		}
	}
	orElse(&l.Requests, 64)
	orElse(&l.Analyses, runtime.GOMAXPROCS(0))
	return l
}

// Options are what New needs. All fields are required but Limits, Admit, Now and Log.
type Options struct {
	Engine      Engine
	Decode      func(ctx context.Context, body io.Reader) (img vision.Image, release func(), err error) // as pictures.Reader has it
	Keys        Keys
	Collections *collections.Store
	People      People
	Photos      Photos
	Local       func(*http.Request) error                      // nil for a request that needs no key while none exists; otherwise Forbidden
	Admit       func(ctx context.Context, tenant string) error // asked before each picture: Forbidden, TooManyRequests or nil; nil admits all
	Limits      Limits
	Now         func() time.Time // nil means time.Now
	Log         *slog.Logger     // nil means slog.Default
}

// Server answers requests. It is safe for concurrent use.
type Server struct {
	Options
	slots   *slots.Slots   // of requests that are served or wait
	lookups *slots.Lookups // of requests whose access key is being looked up
	engines chan struct{}  // a place for each picture that is being analysed
}

// New makes a Server. It starts nothing.
func New(o Options) *Server {
	o.Limits = o.Limits.withDefaults()
	if o.Admit == nil {
		o.Admit = func(context.Context, string) error { return nil }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	return &Server{
		Options: o,
		lookups: slots.NewLookups(o.Limits.Requests),
		slots:   slots.New(o.Limits.Requests),
		engines: make(chan struct{}, o.Limits.Analyses),
	}
}

// caller is who asks.
type caller struct {
	tenant string
	region string // that the client believes to be in
}

// operation answers a request's body with what is to be written as JSON.
type operation func(s *Server, ctx context.Context, c caller, body []byte) (any, error)

// operations are those that are served, by name.
var operations = map[string]operation{
	"DetectFaces":          decoded((*Server).detectFaces),
	"RecognizeCelebrities": decoded((*Server).recognizeCelebrities),
	"CompareFaces":         decoded((*Server).compareFaces),
	"CreateCollection":     decoded((*Server).createCollection),
	"ListCollections":      decoded((*Server).listCollections),
	"DescribeCollection":   decoded((*Server).describeCollection),
	"DeleteCollection":     decoded((*Server).deleteCollection),
	"IndexFaces":           decoded((*Server).indexFaces),
	"ListFaces":            decoded((*Server).listFaces),
	"DeleteFaces":          decoded((*Server).deleteFaces),
	"SearchFaces":          decoded((*Server).searchFaces),
	"SearchFacesByImage":   decoded((*Server).searchFacesByImage),
}

// decoded makes an operation of a method that takes its request read. No body is one without any parameter, as that
// of a request that boto3 presigned.
func decoded[I any](do func(*Server, context.Context, caller, *I) (any, error)) operation {
	return func(s *Server, ctx context.Context, c caller, body []byte) (any, error) {
		in := new(I)
		if len(body) > 0 {
			if err := json.Unmarshal(body, in); err != nil {
				return nil, unreadable(err)
			}
		}
		return do(s, ctx, c, in)
	}
}

// unreadable says where a body is not what the operation takes, without repeating any of it.
func unreadable(err error) error {
	if t, ok := errors.AsType[*json.UnmarshalTypeError](err); ok && t.Field != "" {
		return failf(serialization, "%s is not of the right type", t.Field)
	}
	return failf(serialization, "the body is not the JSON of this operation")
}

const (
	contentType  = "application/x-amz-json-1.1"
	targetPrefix = "RekognitionService."
)

// Target returns the operation that a request is for, such as RekognitionService.DetectFaces; empty for a request
// that is not of AWS's protocol. Presigned requests carry it in their query.
func Target(r *http.Request) string {
	if t := r.Header.Get("X-Amz-Target"); t != "" {
		return t
	}
	return r.URL.Query().Get("X-Amz-Target")
}

// ServeHTTP answers one request.
func (s *Server) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	id := uuid.NewString()
	w.Header().Set("X-Amzn-Requestid", id)
	w.Header().Set("Content-Type", contentType)
	answer, err := s.serve(w, r)
	status := http.StatusOK
	if err != nil {
		f := failureOf(err)
		status = f.status()
		if status >= http.StatusInternalServerError && r.Context().Err() == nil {
			level := slog.LevelWarn
			if f.code == internalError {
				level = slog.LevelError
			}
			s.Log.Log(r.Context(), level, "Rekognition request failed", "request", id, "code", f.code, "err", err)
		}
		answer = struct {
			Type    string `json:"__type"`
			Code    string
			Logref  string // the request's ID
			Message string
		}{f.code, f.code, id, f.text}
	}
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	if err := encoder.Encode(answer); err != nil { // a NaN would be a defect of ours
		s.Log.ErrorContext(r.Context(), "Rekognition answer cannot be written", "request", id, "err", err)
		status = http.StatusInternalServerError
		b.Reset()
		b.WriteString(`{"__type":"` + internalError + `"}`)
	}
	w.WriteHeader(status)
	_, _ = w.Write(b.Bytes()) // the client may be gone
}

// serve does what a request asks for.
func (s *Server) serve(w http.ResponseWriter, r *http.Request) (any, error) {
	name, ok := strings.CutPrefix(Target(r), targetPrefix)
	do, known := operations[name]
	media, _, _ := mime.ParseMediaType(r.Header.Get("Content-Type"))
	if !ok || !known || r.Method != http.MethodPost || media != contentType {
		return nil, failf("UnknownOperationException", "no such operation; send POST with Content-Type: %s and X-Amz-Target: %sOPERATION", contentType, targetPrefix)
	}
	c, body, release, err := s.authenticate(w, r, maxBody(name))
	if err != nil {
		return nil, err
	}
	defer release()
	return do(s, r.Context(), c, body)
}

// maxBody is how large the body of an operation may be: its pictures in base64, and room for all else.
func maxBody(operation string) int64 {
	const picture, rest = (maxBytes+2)/3*4 + 16, 256 << 10 // a list of 4,096 faces takes 160 kB
	if operation == "CompareFaces" {
		return 2*picture + rest
	}
	return picture + rest
}
