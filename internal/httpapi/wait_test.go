package httpapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"animo"
)

func TestAwait_ends_when_it_is_over_or_the_server_stops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopping := make(chan struct{})
		s := &server{Options: Options{Stopping: stopping, Limits: Limits{RequestTime: time.Minute}}}
		began := time.Now()
		read := func(context.Context) (animo.Status, error) {
			if time.Since(began) >= 30*time.Second {
				return animo.Done, nil
			}
			return animo.Training, nil
		}
		check := func(what string, wait, want time.Duration, status animo.Status) {
			t.Helper()
			began = time.Now()
			if got, err := await(t.Context(), s, wait, read, animo.Status.Ended); err != nil || got != status || time.Since(began) != want {
				t.Errorf("%s: %v, %v after %v, want %v after %v", what, got, err, time.Since(began), status, want)
			}
		}
		check("no wait", 0, 0, animo.Training)
		check("a wait of 20 s", 20*time.Second, 20*time.Second, animo.Training)
		check("a wait beyond the end", 50*time.Second, 30*time.Second, animo.Done)
		time.AfterFunc(time.Second, func() { close(stopping) })
		check("a stop after 1 s", 20*time.Second, time.Second, animo.Training)
	})
}
