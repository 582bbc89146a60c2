package bustest

import (
	"context"
	"fmt"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
)

// manyWorkers publishes with 16 writers and works on it with 16 workers, in two processes. Every event fails once and is given
// back once. No two workers ever have the same event, and each event is dealt with once.
func manyWorkers(t *testing.T, open func() bus.Queues) {
	const writers, each, workers = 16, 12, 16
	processes := []bus.Queues{open(), open()}
	Declare(t, processes[0], "q", "*")
	ctx, stop := context.WithCancel(t.Context())
	var working sync.WaitGroup
	has := &holders{of: map[string]int{}, times: map[string]int{}}
	done := make(chan string)
	for w := range workers {
		d := processes[w%2]
		working.Go(func() {
			for ctx.Err() == nil {
				got, err := d.Claim(ctx, "q", 1+w%3, time.Minute)
				if err != nil && ctx.Err() == nil {
					t.Error(err)
				}
				for _, m := range got {
					name := m.Event.Tenant + "/" + m.Event.ID
					if other, times := has.take(name, w+1); other != 0 {
						t.Errorf("workers %d and %d have event %s at once", other, w+1, name)
					} else if err := settle(t, d, m, times, func() { has.leave(name) }); err != nil {
						t.Error(err)
					} else if times > 2 {
						done <- name
					}
				}
				if len(got) == 0 {
					select {
					case <-d.Wake("q"):
					case <-ctx.Done():
					}
				}
			}
		})
	}
	for w := range writers {
		working.Go(func() {
			for i := range each {
				e := Event(fmt.Sprint("t", w%5), fmt.Sprint(w/2, "/", i)) // another tenant has one of the same id
				if err := processes[w%2].Publish(t.Context(), e); err != nil {
					t.Error(err)
				}
			}
		})
	}
	seen := map[string]bool{}
	for range writers * each {
		name := <-done
		if seen[name] {
			t.Errorf("event %s was dealt with twice", name)
		}
		seen[name] = true
	}
	stop()
	working.Wait()
	WantDepth(t, processes[0], "", bus.Depth{Queue: "q"})
}

// settle ends a delivery: the event fails the first time, is given back the second time, and is done the third time. It
// leaves the event before anybody else may have it.
func settle(t *testing.T, d bus.Queues, m bus.Delivery, times int, leave func()) error {
	leave()
	switch times {
	case 1:
		return d.Retry(t.Context(), m, 0, animo.Reason{Code: animo.Timeout})
	case 2:
		return d.Return(t.Context(), m, 0)
	}
	if m.Attempt != 2 || m.Last.Code != animo.Timeout {
		return fmt.Errorf("event %s comes at attempt %d, last %+v; want 2, after a timeout", m.Event.ID, m.Attempt, m.Last)
	}
	return d.Done(t.Context(), m)
}

// holders are the workers that have an event, and how often it was taken.
type holders struct {
	mu    sync.Mutex
	of    map[string]int
	times map[string]int
}

// take notes that a worker has an event, and returns who else has it, 0 for nobody, and how often it was taken.
func (h *holders) take(name string, worker int) (other, times int) {
	h.mu.Lock()
	defer h.mu.Unlock()
	other = h.of[name]
	h.of[name] = worker
	h.times[name]++
	return other, h.times[name]
}

func (h *holders) leave(name string) {
	h.mu.Lock()
	defer h.mu.Unlock()
	h.of[name] = 0
}
