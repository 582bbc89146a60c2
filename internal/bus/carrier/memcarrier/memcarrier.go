// Package memcarrier carries refs within one process, for tests: as an honest broker does, or as one that loses, repeats
// and reorders them on purpose. Start at New.
package memcarrier

import (
	"context"
	"math/rand/v2"
	"slices"
	"strconv"
	"sync"
	"time"

	"animo"
	"animo/internal/bus/carrier"
)

// Options tune a Broker. The zero value is honest.
type Options struct {
	// How likely a ref is lost, repeated, or put at a random place among those that wait; 0 to 1.
	Lose, Repeat, Reorder float64
	Seed                  uint64 // of the draws

	Again time.Duration // after which a ref comes again where nobody said that it is done; 0 means 30 s
}

// mostRefs is how many refs wait for one function at most. More push the oldest out.
const mostRefs = 10_000

// Broker holds the refs of the carriers that it opens.
type Broker struct {
	o Options

	mu       sync.Mutex
	draws    *rand.Rand
	receipts int
	waiting  map[string][]waiting // by function
	changed  chan struct{}        // closed when something was sent
}

// waiting is a ref that is to arrive at a time.
type waiting struct {
	ref carrier.Ref
	at  time.Time
}

// New makes a Broker.
func New(o Options) *Broker {
	if o.Again == 0 {
		o.Again = 30 * time.Second
	}
	return &Broker{o: o, draws: rand.New(rand.NewPCG(o.Seed, o.Seed)), waiting: map[string][]waiting{}, changed: make(chan struct{})}
}

// Open makes a carrier, as each process has one.
func (b *Broker) Open() *Carrier { return &Carrier{broker: b, closed: make(chan struct{})} }

// Carrier is a carrier.Carrier on a Broker.
type Carrier struct {
	broker *Broker
	once   sync.Once
	closed chan struct{}
}

var _ carrier.Carrier = (*Carrier)(nil)

// Close implements carrier.Carrier.
func (c *Carrier) Close() error {
	c.once.Do(func() { close(c.closed) })
	return nil
}

// ended is the answer of a call after Close or after the end of ctx; nil before.
func (c *Carrier) ended(ctx context.Context) error {
	select {
	case <-c.closed:
		return animo.Errorf(animo.Unavailable, "the carrier is closed", "el transportador está cerrado")
	default:
	}
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return animo.Ended(err)
}

// Send implements carrier.Carrier.
func (c *Carrier) Send(ctx context.Context, refs ...carrier.Ref) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	c.broker.send(refs)
	return nil
}

func (b *Broker) send(refs []carrier.Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ref := range refs {
		if b.draws.Float64() < b.o.Lose {
			continue
		}
		copies := 1
		if b.draws.Float64() < b.o.Repeat {
			copies = 2
		}
		for range copies {
			queue := b.waiting[ref.Function]
			at := len(queue)
			if b.draws.Float64() < b.o.Reorder {
				at = b.draws.IntN(len(queue) + 1)
			}
			queue = slices.Insert(queue, at, waiting{ref, ref.NotBefore})
			b.waiting[ref.Function] = queue[max(0, len(queue)-mostRefs):]
		}
	}
	close(b.changed)
	b.changed = make(chan struct{})
}

// Receive implements carrier.Carrier.
func (c *Carrier) Receive(ctx context.Context, function string, n int) ([]carrier.Ref, error) {
	for {
		if err := c.ended(ctx); err != nil {
			return nil, err
		}
		refs, next, changed := c.broker.receive(function, n)
		if len(refs) > 0 {
			return refs, nil
		}
		timer := time.NewTimer(next)
		select {
		case <-changed:
		case <-timer.C:
		case <-c.closed:
		case <-ctx.Done():
		}
		timer.Stop()
	}
}

// receive returns up to n refs that have arrived. Where none has, it returns how long it takes until one does, and a channel
// that is closed when another one was sent.
func (b *Broker) receive(function string, n int) (refs []carrier.Ref, next time.Duration, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	next = b.o.Again
	queue := b.waiting[function]
	for i := range queue {
		if left := queue[i].at.Sub(now); left > 0 {
			next = min(next, left)
		} else if len(refs) < n {
			b.receipts++
			queue[i].ref.Receipt = strconv.Itoa(b.receipts)
			queue[i].at = now.Add(b.o.Again)
			refs = append(refs, queue[i].ref)
		}
	}
	return refs, next, b.changed
}

// Done implements carrier.Carrier.
func (c *Carrier) Done(ctx context.Context, refs ...carrier.Ref) error {
	if err := c.ended(ctx); err != nil {
		return err
	}
	c.broker.done(refs)
	return nil
}

func (b *Broker) done(refs []carrier.Ref) {
	b.mu.Lock()
	defer b.mu.Unlock()
	for _, ref := range refs {
		if b.draws.Float64() < b.o.Repeat {
			continue // it comes again
		}
		b.waiting[ref.Function] = slices.DeleteFunc(b.waiting[ref.Function], func(w waiting) bool { return w.ref.Receipt != "" && w.ref.Receipt == ref.Receipt })
	}
}
