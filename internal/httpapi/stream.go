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
	"animo/internal/loop"
	"animo/internal/moods"
)

// heartbeat is how often a stream says that it is still there, and whether it may be is asked again: well before
// the minute after which proxies take a silent connection for dead.
const heartbeat = 15 * time.Second

// reconnect is after how long a client shall come back to a stream that ended.
const reconnect = 2 * time.Second

// streamInput says which faces a stream tells.
type streamInput struct {
	Mood          string  `query:"mood" doc:"Only of this mood: HAPPY, SAD, SURPRISED or OTHER, in any case." example:"HAPPY"`
	Person        string  `query:"person" doc:"Only of this person." example:"Ana"`
	Source        string  `query:"source" doc:"Only of this camera or stage; empty: only of photos without one." example:"puerta-norte"`
	MinConfidence float64 `query:"min_confidence" minimum:"0" maximum:"100" doc:"Only where the most probable emotion has at least so many percent." example:"80"`
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

// wanted are the faces that a client wants to be told.
type wanted struct {
	moods.Query
	after int64 // the place after which to begin; negative for new faces only
}

// read returns what is asked for.
func (in *streamInput) read() (w wanted, err error) {
	w.after = -1
	if w.Mood, err = moodOf(in.Mood); err != nil {
		return w, err
	}
	if w.MinConfidence, err = confidenceOf(in.MinConfidence); err != nil {
		return w, err
	}
	w.Person = nameOf(in.Person)
	if in.hasSource {
		source := nameOf(in.Source)
		w.Source = &source
	}
	last := cmp.Or(in.LastEventID, in.LastEvent)
	if last == "" {
		return w, nil
	}
	if w.after, err = strconv.ParseInt(last, 10, 64); err != nil || w.after < 0 {
		return w, animo.Errorf(animo.Invalid, "last_event_id is %q; use the id of an event of this stream, or leave it out", "last_event_id es %q; use el id de un evento de este flujo, o quítelo", animo.Clip(last)).Of("last_event_id")
	}
	return w, nil
}

// events writes server-sent events (WHATWG HTML, section 9.2). The client has them after flush.
type events struct {
	w    http.ResponseWriter
	c    *http.ResponseController
	buf  bytes.Buffer
	seen int64 // the last place that the flow told of
	sent int64 // the last that the client has heard
}

func (e *events) send(format string, args ...any) error {
	e.buf.Reset()
	_, _ = fmt.Fprintf(&e.buf, format, args...) // never fails
	_, err := e.w.Write(e.buf.Bytes())
	return err
}

func (e *events) flush() error { return e.c.Flush() }

// begin says when to come back and, for a client that hears nothing before, after which id to go on then. gap
// says that it is not the one that the client asked for.
func (e *events) begin(id int64, gap bool) error {
	e.seen, e.sent = id, id
	err := e.send("retry: %d\nid: %d\n\n", reconnect.Milliseconds(), id)
	if err == nil && gap {
		err = e.gap(id)
	}
	return err
}

// tell sends what is wanted of what the flow tells. That a photo or a face was erased concerns everybody: a client cannot
// say which of its faces it has shown.
func (e *events) tell(t moods.Told, want wanted) error {
	e.seen = t.ID
	switch {
	case t.Erased != "":
		return e.event("erased", t.ID, fmt.Appendf(nil, `{"photo_id":%q}`, t.Erased)) // ids are ASCII
	case t.Face != "":
		return e.event("erased", t.ID, fmt.Appendf(nil, `{"face_id":%q}`, t.Face))
	case t.Record == nil:
		return e.gap(t.ID)
	case want.Matches(t.Record):
		return e.event("mood", t.ID, t.JSON)
	}
	return nil
}

// event sends data, which is JSON in one line.
func (e *events) event(kind string, id int64, data []byte) error {
	e.sent = id
	return e.send("event: %s\nid: %d\ndata: %s\n\n", kind, id, data)
}

// gap says that what was recorded up to a place is not told any more.
func (e *events) gap(id int64) error { return e.event("gap", id, fmt.Appendf(nil, `{"after":%d}`, id)) }

// beat says that the stream is still there and, if faces were left out since, after which id to go on.
func (e *events) beat() error {
	if e.seen <= e.sent {
		return e.send(": still here\n\n")
	}
	e.sent = e.seen
	return e.send(": still here\nid: %d\n\n", e.seen)
}

// told is what the flow tells, or what ended it.
type told struct {
	moods.Told
	err error
}

// together is how many events are written to the connection at once, at most: the faces of a photo, and those that
// came while the client read the last ones.
const together = 32

// follow hands on what the flow tells, until ctx ends.
func (s *server) follow(ctx context.Context, tenant string, after int64) <-chan told {
	out := make(chan told, together)
	go func() {
		defer close(out)
		err := loop.Recovered(func() error {
			for t, err := range s.Moods.Follow(ctx, tenant, after) {
				select {
				case out <- told{t, err}:
				case <-ctx.Done():
					return nil
				}
			}
			return nil
		})
		if err != nil {
			select {
			case out <- told{err: err}:
			case <-ctx.Done():
			}
		}
	}()
	return out
}

// stream tells faces until the client goes, does not read, or may not hear them any more, or the server stops.
func (s *server) stream(w http.ResponseWriter, r *http.Request, want wanted) {
	h := w.Header()
	h.Set("Content-Type", "text/event-stream")
	h.Set("Cache-Control", "no-cache")
	h.Set("X-Accel-Buffering", "no") // nginx would hold events back
	h.Set("X-Content-Type-Options", "nosniff")
	if r.Method == http.MethodHead {
		return
	}
	ctx, cancel := context.WithCancel(r.Context())
	list := s.follow(ctx, tenantOf(ctx), want.after)
	defer func() {
		cancel()
		for range list { // until what was started here has ended
		}
	}()
	end := func(err error) {
		if ctx.Err() == nil {
			_ = problem(ctx, s.Log, err) // for the log; the client comes back, and is told what is its own
		}
	}
	out := &events{w: w, c: http.NewResponseController(w)}
	begun := false
	beat := time.NewTicker(s.Limits.Heartbeat)
	defer beat.Stop()
	for {
		var err error
		select {
		case t, ok := <-list:
			switch {
			case !ok:
				return
			case t.err != nil:
				end(t.err)
				return
			case !begun: // this is the place from which on the flow tells
				begun = true
				err = out.begin(t.ID, want.after >= 0 && want.after != t.ID)
			default:
				err = out.tell(t.Told, want)
			}
		case <-beat.C:
			if err := s.stillTheirs(r); err != nil {
				end(err)
				return
			}
			err = out.beat()
		case <-s.Stopping:
			return
		case <-ctx.Done():
			return
		}
		if err == nil && len(list) == 0 {
			err = out.flush()
		}
		if err != nil {
			return // the client is gone, or does not read
		}
	}
}

func (s *server) streamMoods(r route) {
	record := s.api.OpenAPI().Components.Schemas.Schema(reflect.TypeFor[animo.MoodRecord](), true, "MoodRecord")
	register(s, r, huma.Operation{
		OperationID: "stream-moods",
		Summary:     "Faces as they are recorded, live (server-sent events)",
		Description: "Each face is an event named mood, whose data is a record of /v1/moods and whose id is where to go on after it. An event named erased, {\"photo_id\":id}, says " +
			"that a photo was erased: take away what you show of its faces. {\"face_id\":id} in it says the same of one face that a client had measured. It comes whatever faces are asked for. An event named gap, {\"after\":id}, says that what was recorded up to " +
			"that id is not in the stream any more; /v1/moods still has those faces. The stream begins with an id to go on after, so that who heard nothing before it broke off misses " +
			"nothing, either; a comment comes every 15 seconds. It has no end but the client's or the server's. A client that does not read is dropped, and so is one whose key is " +
			"revoked, within these 15 seconds.",
		Responses: map[string]*huma.Response{"200": {Description: "The events.", Content: map[string]*huma.MediaType{
			"text/event-stream": {Schema: &huma.Schema{Type: "object", Description: "One event.", Properties: map[string]*huma.Schema{
				"event": {Type: "string", Enum: []any{"mood", "erased", "gap"}},
				"id":    {Type: "integer", Format: "int64"},
				"data": {Description: "By the event's name.", OneOf: []*huma.Schema{
					record,
					{Type: "object", Description: "erased: one of the two", Properties: map[string]*huma.Schema{"photo_id": {Type: "string"}, "face_id": {Type: "string"}}},
					{Type: "object", Description: "gap", Properties: map[string]*huma.Schema{"after": {Type: "integer", Format: "int64"}}, Required: []string{"after"}},
				}},
			}}},
		}}},
		Errors: []int{422},
	}, func(_ context.Context, in *streamInput) (*huma.StreamResponse, error) {
		want, err := in.read()
		if err != nil {
			return nil, err
		}
		return &huma.StreamResponse{Body: func(ctx huma.Context) {
			r, w := humago.Unwrap(ctx)
			s.stream(w, r, want)
		}}, nil
	})
}
