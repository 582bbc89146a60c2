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

	Again time.Duration // after which a ref comes again that nobody said was done; 0 means 30 s
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

// Open gives a carrier, as a process would have it.
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

// ended answers what a call answers that comes too late, and nil before.
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
	r := animo.ReasonOf(err)
	return &animo.Error{Code: r.Code, EN: r.EN, ES: r.ES, Cause: err}
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
			line := b.waiting[ref.Function]
			place := len(line)
			if b.draws.Float64() < b.o.Reorder {
				place = b.draws.IntN(len(line) + 1)
			}
			line = slices.Insert(line, place, waiting{ref, ref.NotBefore})
			b.waiting[ref.Function] = line[max(0, len(line)-mostRefs):]
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

// receive gives up to n refs that have arrived, and else how long it takes until one does, and what is closed when
// something else was sent.
func (b *Broker) receive(function string, n int) (refs []carrier.Ref, next time.Duration, changed <-chan struct{}) {
	b.mu.Lock()
	defer b.mu.Unlock()
	now := time.Now()
	next = b.o.Again
	line := b.waiting[function]
	for i := range line {
		if left := line[i].at.Sub(now); left > 0 {
			next = min(next, left)
		} else if len(refs) < n {
			b.receipts++
			line[i].ref.Receipt = strconv.Itoa(b.receipts)
			line[i].at = now.Add(b.o.Again)
			refs = append(refs, line[i].ref)
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
