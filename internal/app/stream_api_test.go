package app_test

import (
	"bufio"
	"context"
	"encoding/json"
	"fmt"
	"net/http"
	"strings"
	"testing"
	"time"

	"animo/internal/app"
	"animo/internal/pictures"
	"animo/vision"
)

// listener is a client of the live stream.
type listener struct {
	t     testing.TB
	res   *http.Response
	lines *bufio.Scanner
	from  string // the id that it began with
	close func()
}

// listen opens the stream, with Last-Event-ID where last is not empty. What is recorded afterwards is told.
func (a *animo) listen(query, last string) *listener {
	a.t.Helper()
	ctx, cancel := context.WithTimeout(a.t.Context(), time.Minute)
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, a.url+"/v1/stream"+query, nil)
	if err != nil {
		a.t.Fatal(err)
	}
	if last != "" {
		req.Header.Set("Last-Event-ID", last)
	}
	if a.key != "" {
		req.Header.Set("Authorization", "Bearer "+a.key)
	}
	res, err := http.DefaultClient.Do(req)
	if err != nil {
		a.t.Fatal(err)
	}
	l := &listener{t: a.t, res: res, lines: bufio.NewScanner(res.Body)}
	l.close = func() {
		cancel()
		_ = res.Body.Close()
	}
	a.t.Cleanup(l.close)
	if res.StatusCode != http.StatusOK {
		return l
	}
	var begins []string
	for l.lines.Scan() && l.lines.Text() != "" {
		begins = append(begins, l.lines.Text())
	}
	if len(begins) != 2 || begins[0] != "retry: 2000" || !strings.HasPrefix(begins[1], "id: ") {
		a.t.Fatalf("the stream begins with %q", begins)
	}
	l.from = strings.TrimPrefix(begins[1], "id: ")
	return l
}

// next reads the next event with data.
func (l *listener) next() (kind, id string, r record) {
	l.t.Helper()
	for l.lines.Scan() {
		name, value, _ := strings.Cut(l.lines.Text(), ": ")
		switch name {
		case "event":
			kind = value
		case "id":
			id = value
		case "data":
			if err := json.Unmarshal([]byte(value), &r); err != nil {
				l.t.Fatalf("%v in %s", err, value)
			}
			return kind, id, r
		}
	}
	l.t.Fatalf("the stream ends: %v", l.lines.Err())
	return
}

// faces reads the next n events, each of which must be a face.
func (l *listener) faces(n int) (ids []string, list []record) {
	l.t.Helper()
	for range n {
		kind, id, r := l.next()
		if kind != "mood" {
			l.t.Fatalf("event %s %s, want mood", kind, id)
		}
		ids, list = append(ids, id), append(list, r)
	}
	return ids, list
}

func TestStream_tells_faces_as_they_are_recorded_and_resumes(t *testing.T) {
	a := start(t, settings(t))
	l := a.listen("", "")
	first := a.photo("uno.jpg", "", sample(t, 1))
	second := a.photo("dos.jpg", "?source=sur", sample(t, 2))
	n := len(first.Faces) + len(second.Faces)
	ids, live := l.faces(n)
	seen := map[string]bool{}
	for _, r := range live {
		seen[r.FaceID] = true
	}
	if len(seen) != n {
		t.Errorf("%d faces, want each of %d once: %+v", len(seen), n, live)
	}
	l.close()

	third := a.photo("tres.jpg", "", sample(t, 3)) // while nobody listens
	_, missed := a.listen("", ids[0]).faces(n - 1 + len(third.Faces))
	if missed[0] != live[1] || missed[n-1].PhotoID != third.ID {
		t.Errorf("after coming back: %+v", missed)
	}
	if _, again := a.listen("?last_event_id="+ids[n-2], "").faces(1); again[0] != live[n-1] {
		t.Errorf("resumed by the query: %+v, want %+v", again[0], live[n-1])
	}
	_, south := a.listen("?source=sur&last_event_id=0", "").faces(len(second.Faces))
	for _, r := range south {
		if r.PhotoID != second.ID {
			t.Errorf("of the south: %+v", r)
		}
	}
	mood := strings.ToLower(south[0].Mood)
	query := fmt.Sprintf("?mood=%s&min_confidence=%g&last_event_id=0", mood, south[0].Data.Emotion.Confidence)
	if _, got := a.listen(query, "").faces(1); strings.ToLower(got[0].Mood) != mood || got[0].Data.Emotion.Confidence < south[0].Data.Emotion.Confidence {
		t.Errorf("%s: %+v", query, got)
	}
}

func TestStream_resumes_for_who_heard_nothing(t *testing.T) {
	a := startWith(t, settings(t), app.Options{Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(2), nil })})
	before := a.photo("antes.png", "", onePixel)
	l := a.listen("", "")
	l.close()
	missed := a.photo("mientras.png", "", onePixel)
	again := a.listen("", l.from)
	if again.from != l.from {
		t.Errorf("it goes on after %s, not after %s", again.from, l.from)
	}
	if _, list := again.faces(2); list[0].PhotoID != missed.ID || list[1].PhotoID != missed.ID {
		t.Errorf("told %+v, want those of %s, and not those of %s", list, missed.ID, before.ID)
	}
	elsewhere := a.listen("", "1000000") // an id of another server's
	if kind, id, _ := elsewhere.next(); kind != "gap" || id != elsewhere.from {
		t.Errorf("asked for a place that never was: %s %s, want a gap to %s", kind, id, elsewhere.from)
	}
}

func TestStream_tells_everybody_of_an_erased_photo(t *testing.T) {
	a := startWith(t, settings(t), app.Options{Faces: engine(func(context.Context, string, vision.Image) ([]pictures.Found, error) { return happy(2), nil })})
	p := a.photo("borrar.png", "", onePixel)
	from := a.listen("", "")
	filtered := a.listen("?mood=sad&source=sur", "")
	if r := a.do("DELETE", p.StatusURL, ""); r.status != http.StatusOK {
		t.Fatalf("%d %s", r.status, r.body)
	}
	for _, l := range []*listener{from, filtered, a.listen("?mood=sad", from.from)} {
		if kind, id, r := l.next(); kind != "erased" || r.PhotoID != p.ID || id == l.from {
			t.Errorf("%s %s %+v, want erased after %s", kind, id, r, l.from)
		}
	}
}

func TestStream_tells_a_tenant_only_its_own(t *testing.T) {
	c := settings(t)
	a := start(t, c)
	owner, stranger := a.as(addCamera(t, c, "sol")), a.as(addCamera(t, c, "mar"))
	fresh, from := stranger.listen("", ""), stranger.listen("", "0")
	owner.photo("secreto.jpg", "", sample(t, 1))
	own := stranger.photo("mia.jpg", "", sample(t, 2))
	for _, l := range []*listener{fresh, from} {
		if _, _, r := l.next(); r.PhotoID != own.ID {
			t.Errorf("the first face told to a stranger: %+v", r)
		}
	}
}

func TestStream_has_slots_of_its_own_and_ends_with_the_server(t *testing.T) {
	c := settings(t)
	c.MaxStreams = 2
	a := start(t, c)
	sol, mar, sal := a.as(addCamera(t, c, "sol")), a.as(addCamera(t, c, "mar")), a.as(addCamera(t, c, "sal"))
	first := sol.listen("", "")
	if l := sol.listen("", ""); l.res.StatusCode != http.StatusTooManyRequests || l.res.Header.Get("Retry-After") == "" {
		t.Errorf("beyond half of them: %s", l.res.Status)
	}
	second := mar.listen("", "")
	if l := sal.listen("", ""); l.res.StatusCode != http.StatusServiceUnavailable || l.res.Header.Get("Retry-After") == "" {
		t.Errorf("beyond all: %s", l.res.Status)
	}
	if r := sol.do("GET", "/v1/photos", ""); r.status != http.StatusOK {
		t.Errorf("beside streams that take all their slots: %d", r.status)
	}
	began := time.Now()
	a.stop()
	if took := time.Since(began); took > c.StopTime/4 {
		t.Errorf("the stop waited %v for streams", took)
	}
	for _, l := range []*listener{first, second} {
		for l.lines.Scan() { // what was on its way
		}
		if err := l.lines.Err(); err != nil {
			t.Errorf("the stream did not end well: %v", err)
		}
	}
}
