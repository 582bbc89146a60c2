package httpapi

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/opinions"
)

// endless are trainings that never end.
type endless struct{ Opinions }

func (endless) Training(context.Context, string, string) (opinions.Training, error) {
	return opinions.Training{Version: animo.Version{Status: animo.Training}}, nil
}

func TestAwaitTraining_ends_when_the_server_stops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stopping := make(chan struct{})
		s := &server{Options: Options{Opinions: endless{}, Stopping: stopping, Limits: Limits{RequestTime: time.Minute}}}
		began := time.Now()
		if got, err := s.awaitTraining(t.Context(), "r.txt", 20*time.Second); err != nil || got.Status != animo.Training || time.Since(began) != 20*time.Second {
			t.Errorf("a wait of 20 s: %+v, %v after %v", got, err, time.Since(began))
		}
		began = time.Now()
		time.AfterFunc(time.Second, func() { close(stopping) })
		if got, err := s.awaitTraining(t.Context(), "r.txt", 20*time.Second); err != nil || got.Status != animo.Training || time.Since(began) != time.Second {
			t.Errorf("a stop after 1 s: %+v, %v after %v", got, err, time.Since(began))
		}
	})
}
