package app_test

import (
	"context"
	"net/http"
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
