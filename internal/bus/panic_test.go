package bus_test

import (
	"context"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/bustest"
	"animo/internal/loop"
)

// unlucky is a driver of which a call panics so many times.
type unlucky struct {
	bus.Driver
	claim, settle, extend atomic.Int32
}

func panicAt(left *atomic.Int32) {
	if left.Add(-1) >= 0 {
		panic("no such luck")
	}
}

func (u *unlucky) Claim(ctx context.Context, queue string, n int, lease time.Duration) ([]bus.Delivery, error) {
	panicAt(&u.claim)
	return u.Driver.Claim(ctx, queue, n, lease)
}

func (u *unlucky) Settle(ctx context.Context, d bus.Delivery, s bus.Settlement) error {
	panicAt(&u.settle)
	return u.Driver.Settle(ctx, d, s)
}

func (u *unlucky) Extend(ctx context.Context, d bus.Delivery, lease time.Duration) error {
	panicAt(&u.extend)
	return u.Driver.Extend(ctx, d, lease)
}

func TestWorkers_go_on_after_a_panic_of_the_driver(t *testing.T) {
	for name, which := range map[string]func(u *unlucky) *atomic.Int32{
		"claim":  func(u *unlucky) *atomic.Int32 { return &u.claim },
		"settle": func(u *unlucky) *atomic.Int32 { return &u.settle },
		"extend": func(u *unlucky) *atomic.Int32 { return &u.extend },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				queues, closeDriver := open(t, filepath.Join(t.TempDir(), "animo.db"), "")
				u := &unlucky{Driver: queues.Driver}
				which(u).Store(2)
				var log locked
				var panics atomic.Int32
				keeper := loop.New(slog.New(slog.NewTextHandler(&log, nil)), func(string, bool) { panics.Add(1) })
				b := bus.New(u, bus.Options{Log: slog.New(slog.DiscardHandler), Keeper: keeper})
				var handled, atOnce, most atomic.Int32
				f := function(func(context.Context, animo.Event) error {
					most.Store(max(most.Load(), atOnce.Add(1)))
					time.Sleep(25 * time.Second) // its lease is renewed meanwhile
					atOnce.Add(-1)
					handled.Add(1)
					return nil
				})
				f.Workers = 2
				if err := b.Start(t.Context(), f); err != nil {
					t.Fatal(err)
				}
				for _, id := range []string{"1", "2", "3"} {
					if err := b.Publish(t.Context(), bustest.Event("a", id)); err != nil {
						t.Fatal(err)
					}
				}
				time.Sleep(5 * time.Minute)
				synctest.Wait()
				if got := handled.Load(); got < 3 || most.Load() > 2 {
					t.Errorf("%d were handled, %d at once; want all 3, at most 2 at once", got, most.Load())
				}
				bustest.WantDepth(t, queues, "", bus.Depth{Queue: "f"})
				if panics.Load() != 2 || strings.Count(log.String(), "no such luck") != 1 {
					t.Errorf("%d panics were told, want 2, and the log says %s", panics.Load(), log.String())
				}
				if err := b.Stop(t.Context()); err != nil {
					t.Error(err)
				}
				if err := closeDriver(); err != nil {
					t.Error(err)
				}
			})
		})
	}
}
