package bus

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"slices"
	"sync"
	"time"

	"go.opentelemetry.io/otel/trace"
	"golang.org/x/sync/semaphore"

	"animo"
	"animo/internal/loop"
	"animo/internal/tracing"
)

// Handler deals with one event. It may be run twice for one event, and the second run changes nothing. Nil means done. An
// animo.Deferred, or a fault of the machine (animo.MachineFault), means that the event is returned: it comes again, its
// attempt not spent. After an error whose code is final (animo.Code.Final) the event becomes a dead letter at once, after
// any other it is retried. The context ends at the function's deadline, when the lease is lost, or at shutdown; the worker
// is busy until the handler returns.
type Handler func(ctx context.Context, e animo.Event) error

// Function is what runs when an event arrives, with its own queue and its own bounded workers.
type Function struct {
	Name     string        // also its queue's name
	On       []string      // patterns of event types (animo.Matches)
	Workers  int           // events worked on at once; 0 means 1
	Deadline time.Duration // for one attempt; 0 means a minute
	Handle   Handler
	// OnDead runs before an event becomes a dead letter; nil for none. It has the function's deadline. When it
	// fails it is run again after a pause, as often as it takes, so it may run twice. Its answer ErrDone says that
	// the work was done after all, or is not wanted any more: then the event is done.
	OnDead func(ctx context.Context, e animo.Event, r animo.Reason) error
}

// Outcome says how one attempt ended.
type Outcome string

// The outcomes.
const (
	Done     Outcome = "done"     // dealt with
	Retried  Outcome = "retried"  // failed, to be tried again
	Dead     Outcome = "dead"     // failed for good: a dead letter
	Returned Outcome = "returned" // to come again, its attempt not spent: at shutdown, or because the handler answered Deferred or a fault of the machine
	Lost     Outcome = "lost"     // the lease was lost: another worker has the event, or it was removed
)

// Observer is told of claims and of every attempt that ended, from many goroutines at once.
type Observer interface {
	// Claimed is called after a claim that did not fail, with how many events it got.
	Claimed(function string, events int, took time.Duration)
	// Attempted is called at the end of an attempt. The reason says why the event was not done; no Code where it was.
	Attempted(function string, outcome Outcome, took time.Duration, reason animo.Reason)
}

// Options tune a Bus. The zero value works.
type Options struct {
	Attempts int             // in all, for a failure that is not final; 0 means 3
	Pauses   []time.Duration // before the second attempt, the third, …; the last one repeats; each varies by a fifth; nil means 1 s, 10 s
	Lease    time.Duration   // renewed at a third of it; the events of a process that died come again after it; 0 means 30 s
	Grace    time.Duration   // for which Stop lets handlers run before their contexts end; 0 means 5 s
	Log      *slog.Logger    // nil means slog.Default
	Observer Observer        // nil for none
	Keeper   *loop.Keeper    // keeps claims and leases going; nil means one of its own
	Tracer   trace.Tracer    // of the attempts' spans; nil means one whose spans are not kept
}

// ErrStopping is the cause of a handler's context that ended because of Stop.
var ErrStopping = errors.New("bus: stopping")

// ErrDone is what Function.OnDead answers where the event needs no dead letter: the last attempt did the work and died
// before it could settle the event, or nobody wants the work any more.
var ErrDone = errors.New("bus: the work was done")

// errLost is the cause of a handler's context that ended because of a lost lease.
var errLost = errors.New("bus: the lease is lost")

// Bus runs functions on a Driver's queues.
type Bus struct {
	driver Driver
	o      Options

	mu      sync.Mutex
	started bool
	stopped bool
	// Stop ends these one after the other: claiming events, handling them, settling them.
	claims, handlers, settles context.Context
	stopClaims, stopSettles   context.CancelFunc
	stopHandlers              context.CancelCauseFunc
	running                   sync.WaitGroup      // claim loops, workers and heartbeats
	room                      *semaphore.Weighted // a share for each event that is worked on, of whatever function
	shares                    int64               // in all; who has them all works alone
}

// New makes a Bus on a driver, which stays the caller's to close, after Stop.
func New(d Driver, o Options) *Bus {
	if o.Attempts == 0 {
		o.Attempts = 3
	}
	if len(o.Pauses) == 0 {
		o.Pauses = []time.Duration{time.Second, 10 * time.Second}
	}
	if o.Lease == 0 {
		o.Lease = 30 * time.Second
	}
	if o.Grace == 0 {
		o.Grace = 5 * time.Second
	}
	if o.Log == nil {
		o.Log = slog.Default()
	}
	if o.Keeper == nil {
		o.Keeper = loop.New(o.Log, nil)
	}
	if o.Tracer == nil {
		o.Tracer = tracing.IDs()
	}
	return &Bus{driver: d, o: o}
}

// Publish sends events to every queue that wants them, as Driver.Publish does; those that name no span are of that of ctx. An
// event without id, type or tenant is Invalid.
func (b *Bus) Publish(ctx context.Context, events ...animo.Event) error {
	parent := tracing.Parent(ctx)
	events = slices.Clone(events)
	for i, e := range events {
		if e.ID == "" || e.Type == "" || e.Tenant == "" {
			return animo.Errorf(animo.Invalid, "an event needs an id, a type and a tenant", "un evento necesita id, tipo e inquilino")
		}
		events[i].TraceParent = cmp.Or(e.TraceParent, parent)
	}
	return b.driver.Publish(ctx, events...)
}

// Declare makes the functions' queues, so that they keep what is published from now on, also where nobody
// works on them yet.
func (b *Bus) Declare(ctx context.Context, functions ...Function) error {
	for _, f := range functions {
		if f.Name == "" || f.Handle == nil {
			return fmt.Errorf("bus: function %q needs a name and a handler", f.Name)
		}
		if err := b.driver.Declare(ctx, f.Name, f.On); err != nil {
			return fmt.Errorf("declare queue %s: %w", f.Name, err)
		}
	}
	return nil
}

// Start declares the functions' queues and runs the functions until Stop. ctx bounds only the start. It may
// be called once.
func (b *Bus) Start(ctx context.Context, functions ...Function) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.started || b.stopped {
		return errors.New("bus: started or stopped already")
	}
	names := map[string]bool{}
	for _, f := range functions {
		if names[f.Name] {
			return fmt.Errorf("bus: two functions are called %q", f.Name)
		}
		names[f.Name] = true
		b.shares += int64(max(1, f.Workers))
	}
	b.room = semaphore.NewWeighted(b.shares)
	if err := b.Declare(ctx, functions...); err != nil {
		return err
	}
	b.started = true
	ctx = context.WithoutCancel(ctx)
	b.claims, b.stopClaims = context.WithCancel(ctx)
	b.handlers, b.stopHandlers = context.WithCancelCause(ctx)
	b.settles, b.stopSettles = context.WithCancel(ctx)
	for _, f := range functions {
		f.Workers = max(1, f.Workers)
		if f.Deadline == 0 {
			f.Deadline = time.Minute
		}
		w := &worker{Bus: b, f: f, log: b.o.Log.With("function", f.Name), hands: make(chan struct{}, f.Workers)}
		b.running.Go(func() {
			b.o.Keeper.Run(b.claims, w.task(), 0, func(context.Context) error { w.loop(); return nil })
		})
	}
	return nil
}

// lastWait is how long Stop waits beyond its context for handlers to notice that theirs has ended.
const lastWait = 2 * time.Second

// Stop claims no more events, lets handlers run for the grace period or until ctx ends, then ends their contexts and waits
// for them; the events that they did not finish are returned. Where a handler does not return in time, Stop leaves it running
// and answers Timeout. Stop may be called twice, and before Start.
func (b *Bus) Stop(ctx context.Context) error {
	b.mu.Lock()
	defer b.mu.Unlock()
	if !b.started || b.stopped {
		b.stopped = true
		return nil
	}
	b.stopped = true
	idle := make(chan struct{})
	go func() {
		b.running.Wait()
		close(idle)
	}()
	defer b.stopSettles()
	b.stopClaims()

	grace := time.NewTimer(b.o.Grace)
	defer grace.Stop()
	select {
	case <-idle:
	case <-grace.C:
	case <-ctx.Done():
	}
	b.stopHandlers(ErrStopping)
	select {
	case <-idle:
		return nil
	case <-ctx.Done():
	}
	last := time.NewTimer(lastWait)
	defer last.Stop()
	select {
	case <-idle:
		return nil
	case <-last.C:
		return animo.Errorf(animo.Timeout, "a function did not stop in time", "una función no se detuvo a tiempo")
	}
}
