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
)

// listener is a client of the live stream.
type listener struct {
	t     testing.TB
	res   *http.Response
	lines *bufio.Scanner
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
	if res.StatusCode == http.StatusOK && !(l.lines.Scan() && l.lines.Text() == "retry: 2000") {
		a.t.Fatalf("the stream begins with %q", l.lines.Text())
	}
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
