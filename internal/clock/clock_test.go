package clock_test

import (
	"log/slog"
	"math/rand/v2"
	"strings"
	"testing"
	"time"

	"animo/internal/clock"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

const (
	grace = time.Hour
	day   = 24 * time.Hour
	kept  = 30 * day
)

// world is a machine whose wall clock can be set, and the database beside it.
type world struct {
	t      *testing.T
	rows   *table.Table
	wall   time.Time     // what the clock shows
	passed time.Duration // what really passed
	log    strings.Builder
	steady *clock.Steady
}

// newWorld is a machine whose clock is right.
func newWorld(t *testing.T) *world {
	return &world{t: t, rows: table.New(memtable.New(memtable.DynamoDB)), wall: time.Date(2026, 11, 30, 9, 0, 0, 0, time.UTC)}
}

// start starts a server.
func (w *world) start() {
	w.t.Helper()
	w.steady = clock.New(w.rows, clock.Options{
		Tenant: "_test", Now: func() time.Time { return w.wall }, Passed: func() time.Duration { return w.passed }, Grace: grace,
		Log: slog.New(slog.NewTextHandler(&w.log, nil)),
	})
	w.look()
}

func (w *world) look() {
	w.t.Helper()
	if err := w.steady.Look(w.t.Context()); err != nil {
		w.t.Fatal(err)
	}
}

// run lets time pass, with looks.
func (w *world) run(d time.Duration) {
	w.t.Helper()
	every := max(10*time.Minute, d/20)
	for ; d > 0; d -= every {
		w.wall, w.passed = w.wall.Add(min(d, every)), w.passed+min(d, every)
		w.look()
	}
}

// set sets the clock.
func (w *world) set(by time.Duration) { w.wall = w.wall.Add(by) }

// off lets time pass without a server; sleeping, the machine counts it.
func (w *world) off(d time.Duration) { w.wall, w.passed = w.wall.Add(d), w.passed+d }

// wantOld checks whether a stamp is old.
func (w *world) wantOld(what string, stamp time.Time, want bool) {
	w.t.Helper()
	if got := w.steady.IsOlder(stamp, kept); got != want {
		w.t.Errorf("%s: a stamp of %v is old: %v, want %v; now it is %v", what, stamp, got, want, w.wall)
	}
}

func (w *world) wantHeld(what string, want bool) {
	w.t.Helper()
	if got, _ := w.steady.Held(); got != want {
		w.t.Errorf("%s: held %v, want %v", what, got, want)
	}
}

func TestSteady_without_jumps(t *testing.T) {
	w := newWorld(t)
	long := w.wall.Add(-kept - day)
	w.start()
	w.wantOld("at the first start", long, false) // an earlier release was here, or the clock is wrong
	w.run(grace + time.Minute)
	w.wantOld("after the grace time", long, true)
	w.wantOld("what is young", w.wall.Add(-kept+day), false)
	stamp := w.wall
	w.off(5 * time.Hour)
	w.start()
	w.wantHeld("after a night", false)
	w.run(kept)
	w.wantOld("at its age", stamp, true)
	if strings.Contains(w.log.String(), "jumped") {
		t.Errorf("a jump was told of: %s", w.log.String())
	}
}

// A box without a battery clock starts in the past, takes photos, and is set right.
func TestSteady_a_clock_that_was_behind(t *testing.T) {
	for _, first := range []bool{true, false} {
		w := newWorld(t)
		if !first {
			w.start()
			w.run(2 * grace)
		}
		w.set(-400 * day)
		w.start()
		stamp := w.wall
		w.run(18 * time.Second)
		w.set(400 * day)
		w.wantOld("at the jump", stamp, false)
		w.wantHeld("at the jump", true)
		w.run(2 * grace)
		w.wantHeld("after the grace time", false)
		w.wantOld("after the grace time", stamp, false)
		w.wantOld("what was stamped before the start", stamp.Add(-day), true)
		w.start() // what is known of stamps outlives the process
		w.wantOld("after a restart", stamp, false)
		w.run(kept - day)
		w.wantOld("just before its age", stamp, false)
		w.run(2 * day)
		w.wantOld("at its age", stamp, true)
		if _, jumps := w.steady.Held(); jumps != 0 || !strings.Contains(w.log.String(), "jumped") {
			t.Errorf("%d jumps since the restart; told: %s", jumps, w.log.String())
		}
	}
}

// A wrong time server takes the clock ahead for a while.
func TestSteady_a_clock_that_runs_ahead(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.run(2 * grace)
	stamp := w.wall.Add(-time.Minute)
	w.set(40 * day)
	w.run(12 * time.Second)
	w.wantOld("ahead", stamp, false)
	w.set(-40 * day)
	w.wantOld("back", stamp, false)
	w.run(kept - day)
	w.wantHeld("long after", false)
	w.wantOld("just before its age", stamp, false)
	w.run(2 * day)
	w.wantOld("at its age", stamp, true) // the wrong time made it no younger

	w.set(40 * day) // the server starts ahead
	w.start()
	young := w.wall.Add(-40 * day)
	w.run(12 * time.Second)
	w.wantOld("started ahead", young, false)
	w.set(-40 * day)
	w.run(2 * grace)
	w.wantOld("set right", young, false)
}

// A machine that slept counts the time; nothing jumped.
func TestSteady_a_machine_that_slept(t *testing.T) {
	w := newWorld(t)
	w.start()
	w.run(2 * grace)
	w.off(60 * day)
	w.look()
	w.wantHeld("after sleep", false)
}

// Whatever the clock does, nothing is removed before its age, and all of it some time.
func TestSteady_never_removes_early(t *testing.T) {
	type stamped struct {
		stamp time.Time
		at    time.Duration // when, in time that really passed
	}
	for seed := range uint64(200) {
		rnd := rand.New(rand.NewPCG(seed, 1))
		w := newWorld(t)
		w.start()
		w.run(2 * grace)
		var all []stamped
		check := func(when string) {
			t.Helper()
			for _, s := range all {
				if w.steady.IsOlder(s.stamp, kept) && w.passed-s.at < kept-day {
					t.Errorf("seed %d, %s: a stamp of %v is old after %v", seed, when, s.stamp, w.passed-s.at)
				}
			}
		}
		for range 12 {
			all = append(all, stamped{w.wall, w.passed})
			w.run(time.Duration(rnd.IntN(30)) * time.Minute) // shorter than the grace time: it is a wrong clock's
			check("before a jump")
			by := time.Duration(rnd.IntN(200)-100) * day
			w.set(by)
			check("after a jump")
			w.run(time.Duration(rnd.IntN(30)) * time.Minute)
			w.set(-by)
			check("back")
			if rnd.IntN(4) == 0 {
				w.run(time.Duration(rnd.IntN(20)) * day)
				check("later")
			}
		}
		w.run(600 * day)
		for _, s := range all {
			if !w.steady.IsOlder(s.stamp, kept) {
				t.Errorf("seed %d: a stamp of %v is not old after %v", seed, s.stamp, w.passed-s.at)
			}
		}
	}
}
