package notify

import (
	"context"
	"sync"
	"time"

	"animo/internal/loop"
)

// place is whose line it is.
type place struct{ tenant, subscription string }

// turns gives lines their turns. So many turns are taken at once, at most half of them by one tenant's lines, and never two
// by one line. A turn that comes free goes to a line of the tenant that has the fewest turns, and of several such lines to
// the one that is ready for the longest time.
type turns struct {
	most int
	take func(context.Context, place) (again time.Duration, err error)

	mu      sync.Mutex
	lines   map[place]*waiting // that want a turn, now or later, or have one
	ready   []place            // that want one now, the longest first
	running map[string]int     // turns by tenant
	count   int                // turns in all
	woken   chan struct{}      // of capacity 1
}

// waiting is what turns knows of a line.
type waiting struct {
	ready, running bool
	woken          bool        // while it was running
	later          *time.Timer // until it is ready; nil for none
	failed         int         // turns in a row
}

// newTurns makes turns of which at most `most` are taken at once. take takes one, and tells after what time the line wants
// its next turn; below 0 for not before the line is woken. After an error the line gets another turn, with pauses that grow.
func newTurns(most int, take func(context.Context, place) (time.Duration, error)) *turns {
	return &turns{most: most, take: take, lines: map[place]*waiting{}, running: map[string]int{}, woken: make(chan struct{}, 1)}
}

// wake makes a line ready for a turn. A line that has a turn gets another one after it. A line that waits after a failure gets
// a turn, too; take finds out whether the line must go on waiting.
func (t *turns) wake(p place) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.want(p)
}

func (t *turns) want(p place) {
	w := t.lines[p]
	if w == nil {
		w = &waiting{}
		t.lines[p] = w
	}
	switch {
	case w.running:
		w.woken = true
	case !w.ready:
		if w.later != nil {
			w.later.Stop()
			w.later = nil
		}
		w.ready = true
		t.ready = append(t.ready, p)
		t.signal()
	}
}

func (t *turns) signal() {
	select {
	case t.woken <- struct{}{}:
	default:
	}
}

// Run gives turns until ctx ends, and waits for those that are being taken.
func (t *turns) Run(ctx context.Context) {
	var taken sync.WaitGroup
	defer taken.Wait()
	for {
		t.mu.Lock()
		for p, ok := t.next(); ok; p, ok = t.next() {
			taken.Go(func() {
				again, err := t.take(ctx, p)
				t.ended(ctx, p, again, err)
			})
		}
		t.mu.Unlock()
		select {
		case <-ctx.Done():
			t.forget()
			return
		case <-t.woken:
		}
	}
}

// next takes the line out that gets the next turn, if there is one and a turn is free.
func (t *turns) next() (p place, ok bool) {
	if t.count >= t.most {
		return p, false
	}
	best := -1
	for i, p := range t.ready {
		if n := t.running[p.tenant]; n < (t.most+1)/2 && (best < 0 || n < t.running[t.ready[best].tenant]) {
			best = i
		}
	}
	if best < 0 {
		return p, false
	}
	p = t.ready[best]
	t.ready = append(t.ready[:best], t.ready[best+1:]...)
	w := t.lines[p]
	w.ready, w.running, w.woken = false, true, false
	t.running[p.tenant]++
	t.count++
	return p, true
}

// ended is called at the end of a line's turn.
func (t *turns) ended(ctx context.Context, p place, again time.Duration, err error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if t.running[p.tenant]--; t.running[p.tenant] == 0 {
		delete(t.running, p.tenant)
	}
	t.count--
	w := t.lines[p]
	w.running = false
	if err == nil {
		w.failed = 0
	} else {
		w.failed++
		again = loop.Pause(w.failed)
	}
	switch {
	case ctx.Err() != nil:
		delete(t.lines, p)
	case w.woken || again == 0:
		t.want(p)
	case again > 0:
		w.later = time.AfterFunc(again, func() { t.wake(p) })
	default:
		delete(t.lines, p)
	}
	t.signal()
}

// forget stops what would wake lines later.
func (t *turns) forget() {
	t.mu.Lock()
	defer t.mu.Unlock()
	for p, w := range t.lines {
		if w.later != nil {
			w.later.Stop()
		}
		if !w.running {
			delete(t.lines, p)
		}
	}
	t.ready = nil
}
