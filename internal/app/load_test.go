package app_test

import (
	"context"
	"io"
	"net/http"
	"path/filepath"
	"runtime"
	"testing"
	"time"

	"animo/internal/app"
)

func TestApp_stop_is_not_held_up_by_an_upload_that_brings_nothing(t *testing.T) {
	c := settings(t)
	c.StopTime = 2 * time.Second
	running, err := app.New(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	running.Start(t.Context())
	a := &animo{t: t, url: "http://" + running.Addr()}
	finish := a.hold("/v1/training/idle.txt", c.Data)
	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), c.StopTime)
	defer cancel()
	if err := running.Stop(ctx); err != nil || ctx.Err() != nil {
		t.Errorf("stop: %v after %v", err, time.Since(began))
	}
	finish()
	http.DefaultClient.CloseIdleConnections()
}

// hold begins an upload that does not end before finish is called, which gives its answer. When hold returns,
// the server is taking it in, into a file below the data folder.
func (a *animo) hold(path, data string) (finish func() answer) {
	a.t.Helper()
	incoming := func() int {
		files, _ := filepath.Glob(filepath.Join(data, "incoming", "*", "upload-*"))
		return len(files)
	}
	before := incoming()
	body, feed := io.Pipe()
	held := make(chan answer, 1)
	go func() {
		r, _ := a.try("PUT", path, body, nil) // without an answer where the server cuts it off
		held <- r
	}()
	if _, err := io.WriteString(feed, "Todo bien\t1\n"); err != nil {
		a.t.Fatal(err)
	}
	for incoming() == before {
		runtime.Gosched()
	}
	return func() answer {
		_ = feed.Close()
		return <-held
	}
}

func TestApp_overload_is_answered_at_once(t *testing.T) {
	c := settings(t)
	c.MaxRequests = 2
	a := start(t, c)
	keys := []string{addKey(t, c, "sol"), addKey(t, c, "mar"), addKey(t, c, "sal")}
	finish := []func() answer{a.as(keys[0]).hold("/v1/training/r.txt", c.Data), a.as(keys[1]).hold("/v1/training/r.txt", c.Data)}
	for key, want := range map[string]struct {
		status int
		code   string
	}{keys[0]: {http.StatusTooManyRequests, "too_many_requests"}, keys[2]: {http.StatusServiceUnavailable, "unavailable"}} {
		if r := a.as(key).do("PUT", "/v1/training/s.txt", "Todo mal\t0\n"); r.status != want.status || r.code() != want.code || r.header.Get("Retry-After") == "" {
			t.Errorf("%d %v %s, want %v", r.status, r.header, r.body, want)
		}
	}
	for _, path := range []string{"/modelos", "/v1/training/nada?wait=1", "/livez"} {
		if r := a.as(keys[0]).do("GET", path, ""); r.status >= 429 {
			t.Errorf("%s beside uploads that take all their slots: %d %s", path, r.status, r.body)
		}
	}
	for _, f := range finish {
		if r := f(); r.status != http.StatusAccepted {
			t.Errorf("the upload that was under way: %d %s", r.status, r.body)
		}
	}
}
