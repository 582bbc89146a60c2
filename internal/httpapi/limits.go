package httpapi

import (
	"io"
	"net/http"
	"strings"
	"sync"
	"time"

	"animo"
)

// kinds are the requests that are counted apart, so that many of one kind do not shut out the others.
type kinds struct {
	ordinary  *slots
	uploads   *slots // slow for as long as the client likes
	downloads *slots // likewise
	streams   *slots // as long as the client likes
	drawings  *slots // downloads that make a picture first, with the memory and the cores of analyses
	waits     *slots // for the end of a training or an analysis
	keys      *slots // whose tenant is being looked up
}

func newKinds(l Limits) kinds {
	most := l.Requests
	return kinds{
		ordinary: newSlots(most), uploads: newSlots(most), downloads: newSlots(most), streams: newSlots(l.Streams),
		drawings: newSlots(drawings), waits: newSlots(most), keys: newSlots(most),
	}
}

// drawings is how many photos are drawn on at once, one of them for one tenant. Each may take as many pixels as
// are decoded at once, which the analyses of all tenants share with it.
const drawings = 2

func (k kinds) of(r *http.Request) *slots {
	switch {
	case isUpload(r):
		return k.uploads
	case isDownload(r):
		return k.downloads
	case isStream(r):
		return k.streams
	case r.Method == http.MethodGet && r.URL.Query().Get("wait") != "":
		return k.waits
	}
	return k.ordinary
}

// isUpload tells the requests whose body may be large: it is streamed, never held.
func isUpload(r *http.Request) bool {
	switch r.Method {
	case http.MethodPut:
		return strings.HasPrefix(r.URL.Path, "/v1/training/") || strings.HasPrefix(r.URL.Path, "/v1/photos/")
	case http.MethodPost:
		return r.URL.Path == "/v1/photos" || strings.HasPrefix(r.URL.Path, "/v1/people/") && strings.HasSuffix(r.URL.Path, "/photos")
	}
	return false
}

// isDownload tells the requests whose answer may be large: it goes on for as long as the client takes it.
func isDownload(r *http.Request) bool {
	return r.Method == http.MethodGet &&
		(r.URL.Path == "/v1/moods/export" || strings.HasPrefix(r.URL.Path, "/v1/photos/") && strings.HasSuffix(r.URL.Path, "/image"))
}

// isStream tells the requests whose answer has no end.
func isStream(r *http.Request) bool { return r.Method == http.MethodGet && r.URL.Path == "/v1/stream" }

// slots are the requests of one kind that may be served at once, of which no tenant gets more than half.
type slots struct {
	most int

	mu    sync.Mutex
	taken int
	of    map[string]int // tenant to how many of those taken are its
}

func newSlots(most int) *slots { return &slots{most: most, of: map[string]int{}} }

// take gets a tenant a slot, which it must give back. It answers TooManyRequests to a tenant that has its
// share already, and Unavailable when all slots are taken.
func (s *slots) take(tenant string) error {
	return s.takeOf(tenant, (s.most+1)/2)
}

// takeAny gets a slot, given back under no name, for a request of which it is not known whose it is.
func (s *slots) takeAny() error { return s.takeOf("", s.most+1) }

func (s *slots) takeOf(tenant string, share int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.of[tenant] >= share:
		return animo.Errorf(animo.TooManyRequests, "more than your share of %d such requests at once; wait for one to end", "más peticiones de este tipo a la vez que las %d que le tocan; espere a que acabe alguna", share)
	case s.taken >= s.most:
		return animo.Errorf(animo.Unavailable, "more than %d requests at once; try again in a few seconds", "más de %d peticiones a la vez; inténtelo de nuevo en unos segundos", s.most)
	}
	s.taken++
	s.of[tenant]++
	return nil
}

// give hands a slot back.
func (s *slots) give(tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.of[tenant]--; s.of[tenant] == 0 {
		delete(s.of, tenant)
	}
}

// limitInFlight refuses at once, with a problem, a request for which there is no slot of its kind.
func (s *server) limitInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, tenant := s.kinds.of(r), tenantOf(r.Context())
		if err := kind.take(tenant); err != nil {
			writeProblem(w, r, s.Log, err)
			return
		}
		defer kind.give(tenant)
		next.ServeHTTP(w, r)
	})
}

// steadyBody ends the reading of an upload that stops coming: each read has until the pause is over, or the
// upload's own deadline if that is sooner.
type steadyBody struct {
	io.ReadCloser
	deadline func(time.Time) error // sets when the connection's reads end
	until    time.Time             // the whole upload's end
	pause    time.Duration
}

// Read is io.Reader's.
func (b *steadyBody) Read(p []byte) (int, error) {
	end := time.Now().Add(b.pause)
	if end.After(b.until) {
		end = b.until
	}
	_ = b.deadline(end)
	return b.ReadCloser.Read(p) // after the body's end, net/http lets the client be silent
}

// answerPiece is how many bytes of an answer a client must take within the pause.
const answerPiece = 32 << 10

// steadyAnswer ends the writing of a download or a stream that is not taken: each piece has until the pause is
// over.
type steadyAnswer struct {
	http.ResponseWriter
	deadline func(time.Time) error // sets when the connection's writes end
	pause    time.Duration
}

// Write is io.Writer's.
func (a *steadyAnswer) Write(p []byte) (n int, err error) {
	for {
		piece := p[:min(len(p), answerPiece)]
		_ = a.deadline(time.Now().Add(a.pause))
		wrote, err := a.ResponseWriter.Write(piece)
		n, p = n+wrote, p[wrote:]
		if err != nil || len(p) == 0 {
			return n, err
		}
	}
}

// Unwrap lets http.ResponseController reach the connection.
func (a *steadyAnswer) Unwrap() http.ResponseWriter { return a.ResponseWriter }
