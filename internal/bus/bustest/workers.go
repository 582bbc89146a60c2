package bustest

import (
	"context"
	"fmt"
	"testing"
	"time"

	"animo/internal/bus"
)

func manyWorkers(t *testing.T, d bus.Queues) {
	Declare(t, d, "q", "*")
	const tenants, each, workers = 4, 50, 8
	done := make(chan string)
	ctx, stop := context.WithCancel(t.Context())
	defer stop()
	for w := range workers {
		go func() {
			for ctx.Err() == nil {
				got, err := d.Claim(ctx, "q", 1+w%3, time.Minute)
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				for _, m := range got {
					if err := d.Ack(t.Context(), m); err != nil {
						t.Error(err)
					}
					done <- m.Event.Tenant + m.Event.ID
				}
				if len(got) == 0 {
					select {
					case <-d.Wake("q"):
					case <-ctx.Done():
					}
				}
			}
		}()
	}
	for n := range tenants {
		go func() {
			for _, id := range numbered("e", each) {
				if err := d.Publish(t.Context(), Event(fmt.Sprint("t", n), id)); err != nil {
					t.Error(err)
				}
			}
		}()
	}
	seen := map[string]bool{}
	for range tenants * each {
		id := <-done
		if seen[id] {
			t.Errorf("event %s came twice", id)
		}
		seen[id] = true
	}
	WantDepth(t, d, "", bus.Depth{Queue: "q"})
}
