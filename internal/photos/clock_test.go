package photos_test

import (
	"log/slog"
	"testing"
	"time"

	"animo"
	"animo/internal/clock"
	"animo/internal/photos"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// A server that started in the past, or in the future, and is set right loses nothing of what it accepted.
func TestFlow_a_wrong_clock_retires_nothing_that_was_just_accepted(t *testing.T) {
	const day = 24 * time.Hour
	for name, wrong := range map[string]time.Duration{"behind": -400 * day, "ahead": 40 * day} {
		t.Run(name, func(t *testing.T) {
			right := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
			now, passed := right, time.Duration(0)
			start := func(kept *table.Table) *clock.Steady {
				return clock.New(kept, clock.Options{
					Tenant: "_test", Now: func() time.Time { return now }, Passed: func() time.Duration { return passed }, Grace: time.Hour, Log: slog.New(slog.DiscardHandler),
				})
			}
			kept := table.New(memtable.New(memtable.DynamoDB))
			steady := start(kept)
			pass := func(d time.Duration) {
				t.Helper()
				now, passed = now.Add(d), passed+d
				if err := steady.Look(t.Context()); err != nil {
					t.Fatal(err)
				}
			}
			pass(2 * time.Hour) // an evening with the right time
			o := options{Clock: func() time.Time { return now }}
			l := newLine(t, options{Options: photos.Options{Ages: steady}, Clock: o.Clock})
			l.policy = animo.PhotoPolicy{KeepPhotos: 30 * day, KeepFaces: 30 * day}
			take := func(name string) string {
				id := l.take(name, picture(1, uint8(len(name)))).ID
				l.run()
				return id
			}
			ids := []string{take("r.png")}
			retired := func(when string, want bool) {
				t.Helper()
				for more := true; more; {
					var err error
					if more, err = l.flow.retire(t.Context(), tenant, 10); err != nil {
						t.Fatal(err)
					}
				}
				for _, id := range ids {
					if gone := len(l.leftovers(id)) == 0; gone != want {
						t.Errorf("%s: photo %s is gone: %v, want %v", when, id, gone, want)
					}
				}
			}
			now = now.Add(wrong)
			steady = start(kept) // the machine was switched on
			l.flow = l.process(options{Options: photos.Options{Ages: steady}, Clock: o.Clock})
			pass(time.Second)
			ids = append(ids, take("wr.png"))
			retired("while the clock is wrong", false)
			pass(18 * time.Second)
			now = now.Add(-wrong)
			retired("when it is set right", false)
			pass(2 * time.Hour)
			retired("after the grace time", false)
			pass(29 * day)
			retired("before they are old", false)
			pass(2 * day)
			if wrong > 0 {
				pass(wrong) // what was stamped ahead of time is kept for so much longer
			}
			retired("when they are old", true)
		})
	}
}
