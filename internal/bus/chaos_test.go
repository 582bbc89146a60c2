package bus_test

import (
	"context"
	"fmt"
	"io"
	"log/slog"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/bustest"
)

// TestBus_every_event_ends_once sends events that go well and badly in every way to a process that is
// stopped and started again and again, beside one that stays, and checks that each event was dealt with or
// became a dead letter after the right number of attempts.
func TestBus_every_event_ends_once(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := filepath.Join(t.TempDir(), "animo.db")
		log := slog.New(slog.NewTextHandler(io.Discard, nil))
		ledger := &ledger{failed: map[string]int{}, done: map[string]int{}, dead: map[string]int{}}
		begin := func(owner string) (b *bus.Bus, d bus.Queues, end func()) {
			d, closeDriver := open(t, path, owner)
			b = bus.New(d, bus.Options{Log: log, Grace: time.Second, Lease: 5 * time.Second})
			f := function(ledger.handle)
			f.Workers, f.Deadline, f.OnDead = 3, 10*time.Second, ledger.onDead
			if err := b.Start(t.Context(), f); err != nil {
				t.Fatal(err)
			}
			return b, d, func() {
				for _, err := range []error{b.Stop(t.Context()), closeDriver()} {
					if err != nil {
						t.Error(err)
					}
				}
			}
		}
		stays, driver, end := begin("stays")
		defer end()

		// The name of an event says how it goes.
		kinds := []string{"good", "flaky1", "flaky2", "broken", "final", "panic", "slow", "late", "long"}
		const each = 6
		for i := range each {
			_, _, stop := begin("comes and goes")
			for _, kind := range kinds {
				id := fmt.Sprint(kind, "/", i)
				e := bustest.Event(fmt.Sprint("t", i%3), id)
				if err := stays.Publish(t.Context(), e, e); err != nil { // said twice, it is heard once
					t.Fatal(err)
				}
				time.Sleep(700 * time.Millisecond)
			}
			stop()
		}
		time.Sleep(30 * time.Minute)

		depths, err := driver.Depths(t.Context(), "")
		if err != nil || depths[0] != (bus.Depth{Queue: "f", Dead: 4 * each}) {
			t.Errorf("Depths = %+v, %v, want only %d dead letters", depths, err, 4*each)
		}
		ledger.mu.Lock()
		defer ledger.mu.Unlock()
		for _, kind := range kinds {
			for i := range each {
				id := fmt.Sprint(kind, "/", i)
				done, dead, failed := ledger.done[id], ledger.dead[id], ledger.failed[id]
				want := map[string][3]int{ // done, dead, failed
					"good": {1, 0, 0}, "flaky1": {1, 0, 1}, "flaky2": {1, 0, 2}, "broken": {0, 1, 3}, "final": {0, 1, 1},
					"panic": {0, 1, 3}, "slow": {1, 0, 0}, "late": {0, 1, 3}, "long": {1, 0, 0},
				}[kind]
				if got := [3]int{done, dead, failed}; got != want {
					t.Errorf("%s: done, dead, failed = %v, want %v", id, got, want)
				}
			}
		}
	})
}

// A ledger counts by event id how its attempts went.
type ledger struct {
	mu                 sync.Mutex
	failed, done, dead map[string]int
}

func (l *ledger) handle(ctx context.Context, e animo.Event) error {
	kind, _, _ := strings.Cut(e.ID, "/")
	l.mu.Lock()
	before := l.failed[e.ID]
	l.mu.Unlock()
	fail := func(err error) error {
		l.mu.Lock()
		defer l.mu.Unlock()
		l.failed[e.ID]++
		return err
	}
	switch kind {
	case "flaky1", "flaky2":
		if before < int(kind[5]-'0') {
			return fail(errFlaky)
		}
	case "broken":
		return fail(errFlaky)
	case "final":
		return fail(animo.Errorf(animo.Invalid, "no", "no"))
	case "panic":
		panic(fail(errFlaky))
	case "slow", "late", "long":
		// 7 s is longer than a lease, 20 s longer than the deadline. What is stopped has not failed.
		long := map[string]time.Duration{"slow": 7 * time.Second, "late": 20 * time.Second, "long": 9 * time.Second}[kind]
		select {
		case <-time.After(long):
		case <-ctx.Done():
			if context.Cause(ctx) == bus.ErrStopping {
				return ctx.Err()
			}
			return fail(ctx.Err())
		}
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	l.done[e.ID]++
	return nil
}

func (l *ledger) onDead(_ context.Context, e animo.Event, _ animo.Reason) error {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.dead[e.ID]++
	return nil
}
