package httpapi

import (
	"io"
	"net/http"
	"strings"
	"time"

	"animo/internal/slots"
)

// kinds are the requests that are counted apart, so that many of one kind do not shut out the others.
type kinds struct {
	ordinary  *slots.Slots
	uploads   *slots.Slots // slow for as long as the client likes
	downloads *slots.Slots // likewise
	streams   *slots.Slots // as long as the client likes
	drawings  *slots.Slots // downloads that make a picture first, with the memory and the cores of analyses
	waits     *slots.Slots // for the end of a training or an analysis
	keys      *slots.Slots // whose tenant is being looked up
}

func newKinds(l Limits) kinds {
	most := l.Requests
	return kinds{
		ordinary: slots.New(most), uploads: slots.New(most), downloads: slots.New(most), streams: slots.New(l.Streams),
		drawings: slots.New(drawings), waits: slots.New(most), keys: slots.New(most),
	}
}

// drawings is how many photos are drawn on at once, one of them for one tenant. Each may take as many pixels as
// are decoded at once, which the analyses of all tenants share with it.
const drawings = 2

func (k kinds) of(r *http.Request) *slots.Slots {
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

// isPage tells the requests for the page's large files, which a slow client may take its time for, too.
func isPage(r *http.Request) bool {
	return r.Method == http.MethodGet && (strings.HasPrefix(r.URL.Path, "/assets/") || strings.HasPrefix(r.URL.Path, "/models/"))
}

// limitInFlight refuses at once, with a problem, a request for which there is no slot of its kind.
func (s *server) limitInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, tenant := s.kinds.of(r), tenantOf(r.Context())
		if err := kind.Take(tenant); err != nil {
			writeProblem(w, r, s.Log, err)
			return
		}
		defer kind.Give(tenant)
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
