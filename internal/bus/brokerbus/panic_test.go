package brokerbus_test

import (
	"context"
	"log/slog"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/memcarrier"
	"animo/internal/loop"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// unlucky is an engine and a carrier that panic for a while, the carrier when it receives, the engine when it is scanned.
type unlucky struct {
	table.Driver
	carrier.Carrier
	receive, scan atomic.Bool
}

func (u *unlucky) Close() error { return nil }

func (u *unlucky) Tallies(ctx context.Context, tenant, name string, r table.Range, p table.Page) ([]table.Tally, bool, error) {
	if u.scan.Load() {
		panic("no such luck")
	}
	return u.Driver.Tallies(ctx, tenant, name, r, p)
}

func (u *unlucky) Receive(ctx context.Context, function string, n int) ([]carrier.Ref, error) {
	if u.receive.Load() {
		panic("no such luck")
	}
	return u.Carrier.Receive(ctx, function, n)
}

func TestLoops_go_on_after_a_panic(t *testing.T) {
	for name, which := range map[string]func(u *unlucky) *atomic.Bool{
		"queues":  func(u *unlucky) *atomic.Bool { return &u.scan },
		"carrier": func(u *unlucky) *atomic.Bool { return &u.receive },
	} {
		t.Run(name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) {
				rows, broker := memtable.New(table.Limits{}), memcarrier.New(honest)
				u := &unlucky{Driver: rows, Carrier: broker.Open()}
				var panics atomic.Int32
				keeper := loop.New(slog.New(slog.DiscardHandler), func(loop string, _ bool) {
					if loop == name {
						panics.Add(1)
					}
				})
				which(u).Store(true)
				d := bus.Queues{Driver: brokerbus.New(t.Context(), table.New(u), u, brokerbus.Options{Keeper: keeper})}
				far := broker.Open()
				other := bus.Queues{Driver: brokerbus.New(t.Context(), table.New(rows), far, brokerbus.Options{})}
				defer func() { d.Close(); other.Close(); u.Carrier.Close(); far.Close() }()
				bustest.Declare(t, d, "q", "*")
				wake := d.Wake("q")
				time.Sleep(10 * time.Second)
				which(u).Store(false)
				if n := panics.Load(); n < 3 || n > 5 {
					t.Errorf("%d panics in 10 s, want one after 0, 1, 3 and 7 s", n)
				}
				time.Sleep(10 * time.Second)
				select {
				case <-wake:
				default:
				}
				before := panics.Load()
				bustest.Publish(t, other, "a", "1")
				<-wake
				if panics.Load() != before {
					t.Error("it panics on")
				}
			})
		})
	}
}
