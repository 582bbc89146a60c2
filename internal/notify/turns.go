package notify

import (
	"context"
	"sync"
	"time"

	"animo/internal/loop"
)

// lineID names a line by its subscription.
type lineID struct{ tenant, subscription string }

// turns gives lines their turns: at most `most` at once, at most half of them to one tenant's lines, and one to a line. A
// turn that comes free goes to a line of the tenant that has the fewest turns; of several such lines, to the one that has
// been ready longest.
type turns struct {
	most int
	take func(context.Context, lineID) (again time.Duration, err error)

	mu      sync.Mutex
	lines   map[lineID]*waiting // that want a turn, now or later, or have one
	ready   []lineID            // that want one now, the longest first
	running map[string]int      // turns by tenant
	count   int                 // turns in all
	woken   chan struct{}       // of capacity 1
}

// waiting is what turns knows of a line.
type waiting struct {
	ready, running bool
	woken          bool        // while it was running
	later          *time.Timer // until it is ready; nil for none
	failed         int         // turns that failed in a row
}

// newTurns makes turns, at most `most` at once. take is a line's turn; it returns after what time the line wants its next
// turn, below 0 for not before the line is woken. After an error the line gets another turn, with pauses that grow.
func newTurns(most int, take func(context.Context, lineID) (time.Duration, error)) *turns {
	return &turns{most: most, take: take, lines: map[lineID]*waiting{}, running: map[string]int{}, woken: make(chan struct{}, 1)}
}

// wake makes a line ready for a turn. A line that has a turn gets another one after it. A line that waits after a failure gets
// a turn, too; take finds out whether the line must go on waiting.
func (t *turns) wake(p lineID) {
	t.mu.Lock()
	defer t.mu.Unlock()
	t.want(p)
}

func (t *turns) want(p lineID) {
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

// Run returns turns until ctx ends, and then waits for the turns that are under way.
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
			t.quiet()
			return
		case <-t.woken:
		}
	}
}

// next chooses the line that gets the next turn, and begins the turn; ok is false where no line is ready or no turn is free.
func (t *turns) next() (p lineID, ok bool) {
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
func (t *turns) ended(ctx context.Context, p lineID, again time.Duration, err error) {
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

// quiet stops the timers that would wake lines later.
func (t *turns) quiet() {
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
