package httpapi

import (
	"bytes"
	"cmp"
	"context"
	"fmt"
	"net/http"
	"reflect"
	"strconv"
	"time"

	"github.com/danielgtaylor/huma/v2"
	"github.com/danielgtaylor/huma/v2/adapters/humago"

	"animo"
	"animo/internal/photos"
)

// heartbeat is after how long without a face a stream says that it is still there: well before the minute after
// which proxies take a silent connection for dead.
const heartbeat = 15 * time.Second

// reconnect is after how long a client shall come back to a stream that ended.
const reconnect = 2 * time.Second

// streamInput says which faces a stream tells.
type streamInput struct {
	Mood          string  `query:"mood" doc:"Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case." example:"HAPPY"`
	Person        string  `query:"person" doc:"Only of this person." example:"Ana"`
	Source        string  `query:"source" doc:"Only of this camera or stage; empty: only of photos without one." example:"puerta-norte"`
	MinConfidence float64 `query:"min_confidence" minimum:"0" maximum:"100" doc:"Only where the emotion that decided has at least so many percent." example:"80"`
	LastEventID   string  `header:"Last-Event-ID" doc:"Go on after the event with this id; browsers send it by themselves when they come back." example:"1042"`
	LastEvent     string  `query:"last_event_id" doc:"The same, for clients that cannot set headers; the header is stronger." example:"1042"`

	hasSource bool
}

// Resolve is how huma lets an input see the request: it makes no difference between nothing and "".
func (in *streamInput) Resolve(ctx huma.Context) []error {
	u := ctx.URL()
	in.hasSource = u.Query().Has("source")
	return nil
}

// read gives what a face must be to be told, and the id after which to begin, -1 for only new faces.
func (in *streamInput) read() (q photos.MoodQuery, after int64, err error) {
	if q.Mood, err = moodOf(in.Mood); err != nil {
		return q, 0, err
	}
	if in.MinConfidence != in.MinConfidence { // NaN, which is neither below 0 nor above 100
		return q, 0, animo.Errorf(animo.Invalid, "min_confidence is not a number; use 0 to 100", "min_confidence no es un número; use de 0 a 100").Of("min_confidence")
	}
	q.Person = nameOf(in.Person)
	if in.hasSource {
		source := nameOf(in.Source)
		q.Source = &source
	}
	last := cmp.Or(in.LastEventID, in.LastEvent)
	if last == "" {
		return q, -1, nil
	}
	if after, err = strconv.ParseInt(last, 10, 64); err != nil || after < 0 {
		return q, 0, animo.Errorf(animo.Invalid, "last_event_id is %q; use the id of an event of this stream, or leave it out", "last_event_id es %q; use el id de un evento de este flujo, o quítelo", clip(last)).Of("last_event_id")
	}
	return q, after, nil
}

// events writes server-sent events (WHATWG HTML, section 9.2), each at once.
type events struct {
	w    http.ResponseWriter
	c    *http.ResponseController
	buf  bytes.Buffer
	sent int64 // the last id that the client has heard
}

func (e *events) send(format string, args ...any) error {
	e.buf.Reset()
	_, _ = fmt.Fprintf(&e.buf, format, args...) // never fails
	if _, err := e.w.Write(e.buf.Bytes()); err != nil {
		return err
	}
	return e.c.Flush()
}

// event sends data, which is JSON in one line.
func (e *events) event(kind string, id int64, data []byte) error {
	e.sent = id
	return e.send("event: %s\nid: %d\ndata: %s\n\n", kind, id, data)
}

// beat says that the stream is still there and, if faces were left out since, after which id to go on.
func (e *events) beat(seen int64) error {
	if seen <= e.sent {
		return e.send(": still here\n\n")
	}
	e.sent = seen
	return e.send(": still here\nid: %d\n\n", seen)
}

// told is a face or what ended them.
type told struct {
	photos.Told
	err error
}

// follow hands on what the flow tells, until ctx ends.
func (s *server) follow(ctx context.Context, tenant string, after int64) <-chan told {
	out := make(chan told)
	go func() {
		defer close(out)
		for t, err := range s.Photos.Follow(ctx, tenant, after) {
			select {
			case out <- told{t, err}:
			case <-ctx.Done():
				return
			}
		}
	}()
	return out
}

// stream tells faces until the client goes, does not read, or the server stops.
func (s *server) stream(w http.ResponseWriter, r *http.Request, q photos.MoodQuery, minConfidence float64, after int64) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodHead {
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	faces := s.follow(ctx, tenantOf(ctx), after)
	defer func() {
		cancel()
		for range faces { // until what was started here has ended
		}
	}()
	out := &events{w: w, c: http.NewResponseController(w), sent: after}
	if out.send("retry: %d\n\n", reconnect.Milliseconds()) != nil {
		return
	}
	seen := after
	beat := time.NewTicker(s.Limits.Heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case t, ok := <-faces:
			switch {
			case !ok:
				return
			case t.err != nil:
				if ctx.Err() == nil {
					_ = problem(ctx, s.Log, t.err) // for the log; the client comes back
				}
				return
			case t.Record == nil:
				err = out.event("gap", t.ID, fmt.Appendf(nil, `{"after":%d}`, t.ID))
			case q.Matches(t.Record) && t.Record.ImageData.Emotion.Confidence >= minConfidence:
				err = out.event("mood", t.ID, t.JSON)
				beat.Reset(s.Limits.Heartbeat)
			}
			seen = t.ID
		case <-beat.C:
			err = out.beat(seen)
		case <-s.Stopping:
			return
		case <-ctx.Done():
			return
		}
		if err != nil {
			return // the client is gone, or does not read
		}
	}
}

func (s *server) routeStream() {
	record := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[animo.MoodRecord](), true, "MoodRecord")
	register(s, huma.Operation{
		OperationID: "stream-moods", Method: http.MethodGet, Path: "/v1/stream", Tags: []string{"Moods"},
		Summary: "Faces as they are recorded, live (server-sent events)",
		Description: "Each face is an event named mood, whose data is a record of /v1/moods and whose id is where to go on after it. An event named gap, {\"after\":id}, says " +
			"that faces up to that id are not in the stream any more; /v1/moods still has them. A comment comes when there is nothing to tell for a while. The stream has no end but " +
			"the client's or the server's, and a client that does not read is dropped.",
		Responses: map[string]*huma.Response{"200": {Description: "The events.", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: "object", Description: "One event.", Properties: map[string]*huma.Schema{
				"event": {Type: "string", Enum: []any{"mood", "gap"}},
				"id":    {Type: "integer", Format: "int64"},
				"data":  record,
			}}},
		}}},
		Errors: []int{422},
	}, func(_ context.Context, in *streamInput) (*huma.StreamResponse, error) {
		q, after, err := in.read()
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			s.stream(w, r, q, in.MinConfidence, after)
		}}, nil
	})
}
