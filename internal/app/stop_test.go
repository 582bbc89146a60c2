package app_test

import (
	"context"
	"net/http"
	"testing"
	"time"

	"animo/internal/app"
)

// TestApp_stop_is_not_held_up_by_clients stops an Animo with an upload that brings nothing more and a client
// that waits for a training that nobody does.
func TestApp_stop_is_not_held_up_by_clients(t *testing.T) {
	c := settings(t)
	c.StopTime = 2 * time.Second
	c.MaxRequests = 1
	c.Functions = []string{"api"}
	running, err := app.New(t.Context(), c, app.Options{})
	if err != nil {
		t.Fatal(err)
	}
	running.Start(t.Context())
	a := &animo{t: t, url: "http://" + running.Addr()}
	a.do("PUT", "/v1/training/r.txt", reviews(t))

	finish := a.hold("/v1/training/idle.txt", c.Data)
	waited := make(chan answer, 1)
	go func() {
		r := answer{status: http.StatusTooManyRequests}
		for r.status == http.StatusTooManyRequests { // the look below took the only slot
			r = a.do("GET", "/v1/training/r.txt?wait=20", "")
		}
		waited <- r
	}()
	for a.do("GET", "/v1/training/r.txt?wait=0", "").status != http.StatusTooManyRequests {
	}

	began := time.Now()
	ctx, cancel := context.WithTimeout(t.Context(), c.StopTime)
	defer cancel()
	stopped := make(chan error, 1)
	go func() { stopped <- running.Stop(ctx) }()
	if r := <-waited; r.status != http.StatusOK || time.Since(began) > c.StopTime/2 {
		t.Errorf("the waiting client got %d %s after %v", r.status, r.body, time.Since(began))
	}
	if err := <-stopped; err != nil || ctx.Err() != nil {
		t.Errorf("stop: %v after %v", err, time.Since(began))
	}
	finish()
	http.DefaultClient.CloseIdleConnections()
}
