package httpapi

import (
	"context"
	"errors"
	"fmt"
	"io"
	"iter"
	"log/slog"
	"net"
	"net/http"
	"net/http/httptest"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/moods"
)

// telling is a flow that tells these faces and then waits for the follower to go, or fails.
type telling struct {
	flow
	told  iter.Seq[moods.Told]
	err   error
	after *int64 // what the follower said
}

func (f telling) Follow(ctx context.Context, _ string, after int64) iter.Seq2[moods.Told, error] {
	return func(yield func(moods.Told, error) bool) {
		if f.after != nil {
			*f.after = after
		}
		for t := range f.told {
			if ctx.Err() != nil || !yield(t, nil) {
				return
			}
		}
		if f.err != nil {
			yield(moods.Told{}, f.err)
			return
		}
		<-ctx.Done()
	}
}

func face(id int64, mood animo.Mood, confidence float64) moods.Told {
	r := &animo.MoodRecord{Mood: mood, ImageData: animo.ImageData{Emotion: animo.Emotion{Type: string(mood), Confidence: confidence}}}
	return moods.Told{ID: id, Record: r, JSON: fmt.Appendf(nil, `{"mood":%q}`, mood)}
}

func faces(list ...moods.Told) iter.Seq[moods.Told] {
	return func(yield func(moods.Told) bool) {
		for _, t := range list {
			if !yield(t) {
				return
			}
		}
	}
}

// lockable are keys of which "good" is the tenant sol's until it is revoked.
type lockable struct{ revoked atomic.Bool }

func (k *lockable) KeyOf(_ context.Context, token string) (animo.Key, error) {
	if token != "good" || k.revoked.Load() {
		return animo.Key{}, animo.Errorf(animo.Unauthenticated, "this key is not known", "esta clave no se conoce")
	}
	return animo.Key{Tenant: "sol"}, nil
}

func (k *lockable) Policy(context.Context, string) (animo.PhotoPolicy, error) {
	return animo.PhotoPolicy{}, nil
}

func (k *lockable) Locked(context.Context) (bool, error) { return true, nil }

// solGets is a request of the tenant sol's.
func solGets(ctx context.Context, path string) *http.Request {
	r := httptest.NewRequestWithContext(context.WithValue(ctx, callerKey{}, caller{tenant: "sol"}), http.MethodGet, path, nil)
	r.Header.Set("Authorization", "Bearer good")
	return r
}

func TestStream_tells_what_passes_and_says_that_it_is_there(t *testing.T) {
	const beginning = "retry: 2000\nid: 7\n\n"
	const gap = "event: gap\nid: 7\ndata: {\"after\":7}\n\n"
	for after, begins := range map[int64]string{-1: beginning, 7: beginning, 3: beginning + gap, 700: beginning + gap} {
		synctest.Test(t, func(t *testing.T) {
			stopping := make(chan struct{})
			var asked int64
			s := &server{Options: Options{
				Moods: telling{after: &asked, told: faces(moods.Told{ID: 7}, face(8, animo.Happy, 90), moods.Told{ID: 9, Erased: "a-b"},
					moods.Told{ID: 20}, face(21, animo.Sad, 90), face(22, animo.Happy, 79))},
				Keys: &lockable{}, Limits: Limits{Heartbeat: 15 * time.Second}, Stopping: stopping, Log: slog.New(slog.DiscardHandler),
			}}
			time.AfterFunc(31*time.Second, func() { close(stopping) })
			w := httptest.NewRecorder()
			s.stream(w, solGets(t.Context(), "/v1/stream"), wanted{moods.Query{Mood: animo.Happy, MinConfidence: 80}, after})
			want := begins +
				"event: mood\nid: 8\ndata: {\"mood\":\"HAPPY\"}\n\n" +
				"event: erased\nid: 9\ndata: {\"photo_id\":\"a-b\"}\n\n" +
				"event: gap\nid: 20\ndata: {\"after\":20}\n\n" +
				": still here\nid: 22\n\n" + // so that who comes back is not told again what was left out
				": still here\n\n"
			if got := w.Body.String(); got != want || asked != after {
				t.Errorf("after %d (asked for %d)\ngot  %q\nwant %q", after, asked, got, want)
			}
			for name, want := range map[string]string{"Content-Type": "text/event-stream", "Cache-Control": "no-cache", "X-Accel-Buffering": "no"} {
				if got := w.Header().Get(name); got != want {
					t.Errorf("%s is %q, want %q", name, got, want)
				}
			}
		})
	}
}

// ticking tells a face each second, without end.
func ticking(yield func(moods.Told) bool) {
	for id := int64(1); yield(face(id, animo.Happy, 90)); id++ {
		time.Sleep(time.Second)
	}
}

func TestStream_ends_when_its_key_is_revoked(t *testing.T) {
	for name, told := range map[string]iter.Seq[moods.Told]{"silent": faces(), "with a face each second": ticking} {
		synctest.Test(t, func(t *testing.T) {
			keys := &lockable{}
			s := &server{Options: Options{Moods: telling{told: told}, Keys: keys, Limits: Limits{Heartbeat: 15 * time.Second}, Log: slog.New(slog.DiscardHandler)}}
			time.AfterFunc(50*time.Second, func() { keys.revoked.Store(true) })
			ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
			defer cancel()
			began := time.Now()
			s.stream(httptest.NewRecorder(), solGets(ctx, "/v1/stream"), wanted{after: -1})
			if took := time.Since(began); took < time.Minute || took > 65*time.Second { // the next look after 50 s, and the flow
				t.Errorf("a stream %s, the key of which was revoked after 50 s, ended after %v", name, took)
			}
		})
	}
}

func TestStream_ends_when_it_is_another_tenants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{Options: Options{Moods: telling{told: faces()}, Keys: &lockable{}, Limits: Limits{Heartbeat: 15 * time.Second}, Log: slog.New(slog.DiscardHandler)}}
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		r := solGets(ctx, "/v1/stream")
		r = r.WithContext(context.WithValue(ctx, callerKey{}, caller{tenant: animo.DefaultTenant})) // as before the first key was made
		began := time.Now()
		s.stream(httptest.NewRecorder(), r, wanted{after: -1})
		if took := time.Since(began); took != 15*time.Second {
			t.Errorf("it ended after %v", took)
		}
	})
}

func TestStream_ends_with_what_ends_it(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := &server{Options: Options{Moods: telling{told: faces()}, Keys: &lockable{}, Limits: Limits{Heartbeat: time.Second}, Log: slog.New(slog.DiscardHandler)}}
		ctx, cancel := context.WithCancel(t.Context())
		time.AfterFunc(time.Minute, cancel)
		began := time.Now()
		s.stream(httptest.NewRecorder(), solGets(ctx, "/v1/stream"), wanted{after: -1})
		if took := time.Since(began); took != time.Minute {
			t.Errorf("a client that goes after a minute: %v", took)
		}
		s.Moods = telling{told: faces(), err: errors.New("the disk is on fire")}
		w := httptest.NewRecorder()
		s.stream(w, solGets(t.Context(), "/v1/stream"), wanted{after: -1})
		if strings.Contains(w.Body.String(), "fire") {
			t.Errorf("shows its cause: %s", w.Body)
		}
		w = httptest.NewRecorder()
		s.stream(w, httptest.NewRequest(http.MethodHead, "/v1/stream", nil), wanted{after: -1})
		if w.Body.Len() > 0 || w.Header().Get("Content-Type") != "text/event-stream" {
			t.Errorf("HEAD: %v %s", w.Header(), w.Body)
		}
	})
}

func TestStream_drops_a_client_that_does_not_read(t *testing.T) {
	endless := func(yield func(moods.Told) bool) {
		big := face(1, animo.Happy, 90)
		big.JSON = []byte(`"` + strings.Repeat("x", 100_000) + `"`)
		for yield(big) {
			big.ID++
		}
	}
	s := &server{Options: Options{
		Moods: telling{told: endless}, Log: slog.New(slog.DiscardHandler),
		Limits: Limits{Heartbeat: time.Hour, AnswerPause: 100 * time.Millisecond, RequestTime: time.Hour},
	}}
	ended := make(chan struct{})
	web := httptest.NewServer(asKind(stream, s.deadline(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		defer close(ended)
		s.stream(w, r, wanted{after: -1})
	}))))
	defer web.Close()
	c, err := (&net.Dialer{}).DialContext(t.Context(), "tcp", web.Listener.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	if _, err := io.WriteString(c, "GET /v1/stream HTTP/1.1\r\nHost: localhost\r\n\r\n"); err != nil {
		t.Fatal(err)
	}
	<-ended // never, if a write can wait for ever
}

func TestStream_reads_what_is_asked_for(t *testing.T) {
	for _, c := range []struct {
		in    streamInput
		after int64
	}{
		{streamInput{}, -1}, {streamInput{LastEvent: "0"}, 0}, {streamInput{LastEvent: "4"}, 4},
		{streamInput{LastEvent: "4", LastEventID: "9"}, 9}, // the page's own address says 4, the browser that comes back 9
	} {
		if w, err := c.in.read(); w.after != c.after || err != nil {
			t.Errorf("%+v: after %d, %v, want %d", c.in, w.after, err, c.after)
		}
	}
	q, err := (&streamInput{Mood: "sad", Person: "Jose\u0301", Source: "", hasSource: true}).read()
	if err != nil || q.Mood != animo.Sad || q.Person != "José" || q.Source == nil || *q.Source != "" {
		t.Errorf("%+v, %v", q, err)
	}
	for _, in := range []streamInput{{LastEventID: "-1"}, {LastEventID: "x"}, {LastEvent: "1.5"}, {Mood: "angry"}} {
		if _, err := in.read(); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%+v: %v, want invalid", in, err)
		}
	}
}
