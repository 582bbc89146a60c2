package httpapi

import (
	"io"
	"net/http"
	"time"

	"animo/internal/slots"
)

// kindSlots count requests apart by their kind, so that many of one kind do not shut out the others.
type kindSlots struct {
	ordinary  *slots.Slots
	uploads   *slots.Slots   // slow for as long as the client likes
	downloads *slots.Slots   // likewise
	streams   *slots.Slots   // as long as the client likes
	drawings  *slots.Slots   // downloads that make a picture first, with the memory and the cores of analyses
	waits     *slots.Slots   // for the end of a training or an analysis
	lookups   *slots.Lookups // whose tenant is being looked up
}

func newSlots(l Limits) kindSlots {
	most := l.Requests
	return kindSlots{
		ordinary: slots.New(most), uploads: slots.New(most), downloads: slots.New(most), streams: slots.New(l.Streams),
		drawings: slots.New(drawings), waits: slots.New(most), lookups: slots.NewLookups(most),
	}
}

// drawings is how many photos are drawn on at once, one of them for one tenant. Each may take as many pixels as
// are decoded at once, which the analyses of all tenants share with it.
const drawings = 2

func (k kindSlots) of(r *http.Request) *slots.Slots {
	switch kindOf(r) {
	case upload:
		return k.uploads
	case download:
		return k.downloads
	case stream:
		return k.streams
	case waiting:
		if r.URL.Query().Get("wait") != "" {
			return k.waits
		}
	}
	return k.ordinary
}

// limitInFlight refuses at once, with a problem, a request for which there is no slot of its kind.
func (s *server) limitInFlight(next http.Handler) http.Handler {
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		kind, tenant := s.slots.of(r), tenantOf(r.Context())
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
