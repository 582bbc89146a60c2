package bus_test

import (
	"context"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
)

func TestStats_percentiles_are_of_the_last_attempts(t *testing.T) {
	s := bus.NewStats(time.Now)
	for i := range 3000 {
		s.Attempted("f", bus.Done, time.Duration(3000-i)*time.Millisecond, animo.Reason{}) // of which the last 1,000 took 1 to 1,000 ms
		s.Attempted("f", bus.Returned, time.Hour, animo.Reason{Code: animo.NoSpace})
	}
	got := s.Of("f")
	if got.P50 != 500*time.Millisecond || got.P99 != 990*time.Millisecond {
		t.Errorf("p50 %v, p99 %v", got.P50, got.P99)
	}
	if got.Ended[bus.Done] != 3000 || got.Ended[bus.Returned] != 3000 || got.Last != nil {
		t.Errorf("%+v", got)
	}
	one := bus.NewStats(time.Now)
	one.Attempted("f", bus.Done, time.Second, animo.Reason{})
	if got := one.Of("f"); got.P50 != time.Second || got.P99 != time.Second {
		t.Errorf("of one: %+v", got)
	}
	if got := s.Of("g"); got.Name != "g" || got.P50 != 0 || got.Rate != 0 || len(got.Ended) != 0 {
		t.Errorf("of a function that did nothing: %+v", got)
	}
}

func TestStats_rate_is_of_the_last_minute(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		s := bus.NewStats(time.Now)
		want := func(attempts float64) {
			t.Helper()
			if got := s.Of("f").Rate * 60; got < attempts-1e-9 || got > attempts+1e-9 {
				t.Errorf("%v attempts in the last minute, want %v", got, attempts)
			}
		}
		for range 150 { // two a second
			s.Attempted("f", bus.Done, 0, animo.Reason{})
			time.Sleep(500 * time.Millisecond)
		}
		want(118) // in the 59 seconds that are over and none yet in this one
		time.Sleep(30 * time.Second)
		want(58)
		time.Sleep(30 * time.Second)
		want(0)
		s.Attempted("f", bus.Lost, 0, animo.Reason{})
		want(1)
		time.Sleep(24 * time.Hour)
		want(0)
	})
}

func TestStats_keep_why_an_attempt_failed_last(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		handle := func(context.Context, animo.Event) error {
			return animo.Errorf(animo.Unavailable, "the camera is off", "la cámara está apagada")
		}
		f.start(t, bus.Function{Name: "f", On: []string{"*"}, Handle: handle})
		began := time.Now()
		f.publish(t, "1")
		time.Sleep(time.Minute)
		synctest.Wait()
		got := f.stats.Of("f")
		if got.Last == nil || got.Last.Reason.ES != "la cámara está apagada" || got.Last.Reason.Code != animo.Unavailable || got.Last.At.Before(began) {
			t.Errorf("the last failure: %+v", got.Last)
		}
		if got.Ended[bus.Retried] != 2 || got.Ended[bus.Dead] != 1 || got.Ended[bus.Done] != 0 {
			t.Errorf("attempts: %v", got.Ended)
		}
	})
}
