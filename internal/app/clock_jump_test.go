package app_test

import (
	"strings"
	"sync/atomic"
	"testing"
	"time"

	"animo/internal/app"
)

func TestApp_a_jump_of_the_clock_is_told(t *testing.T) {
	var wall, passed atomic.Int64
	wall.Store(time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC).Unix())
	a := startWith(t, settings(t), app.Options{
		Now: func() time.Time { return time.Unix(wall.Load(), 0) }, Passed: func() time.Duration { return time.Duration(passed.Load()) * time.Second },
	})
	want := func(when, held, jumps string) {
		t.Helper()
		var session struct {
			Held bool `json:"clock_held"`
		}
		a.do("GET", "/v1/session", "").into(t, &session)
		if want := held == "1" && jumps != "0"; session.Held != want { // at the first start there is nothing to tell people
			t.Errorf("%s: /v1/session says %v of the clock, want %v", when, session.Held, want)
		}
		told := a.do("GET", "/metrics", "").body
		for _, line := range []string{"animo_clock_held " + held, "animo_clock_jumps_total " + jumps} {
			if !strings.Contains(told, line+"\n") {
				t.Errorf("%s: /metrics does not say %q", when, line)
			}
		}
	}
	run := func(seconds int64) { wall.Add(seconds); passed.Add(seconds) }
	want("at the first start", "1", "0")
	run(2 * 3600)
	want("after the grace time", "0", "0")
	wall.Add(400 * 24 * 3600)
	want("after a jump", "1", "1")
	run(2 * 3600)
	want("after the grace time", "0", "1")
}
