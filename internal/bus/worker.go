package bus

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"math/rand/v2"
	"runtime/debug"
	"time"

	"go.opentelemetry.io/otel/attribute"
	"go.opentelemetry.io/otel/codes"
	"go.opentelemetry.io/otel/trace"

	"animo"
	"animo/internal/tracing"
)

// A worker runs one function: a loop that claims events while it has hands free, and a goroutine per event.
type worker struct {
	*Bus
	f     Function
	log   *slog.Logger
	hands chan struct{} // an element for each event that is worked on
}

// task names the worker among all loops.
func (w *worker) task() string { return "function-" + w.f.Name }

// idleWait is how long a loop waits for a wake-up before it looks by itself, because a wake-up may have been missed.
const idleWait = 10 * time.Second

// The shortest and longest pause after the driver failed.
const (
	shortPause = 100 * time.Millisecond
	longPause  = 10 * time.Second
)

// loop claims as many events as there are free hands, and waits where there is nothing to do.
func (w *worker) loop() {
	wake := w.driver.Wake(w.f.Name)
	pause := shortPause
	for {
		free := takeHands(w.claims, w.hands)
		if free == 0 || w.room.Acquire(w.claims, int64(free)) != nil {
			return
		}
		asked := time.Now()
		got, err := w.claim(free)
		interrupted := false
		for _, d := range got {
			if w.wasInterrupted(d) {
				interrupted = true
				_ = w.o.Keeper.Step(w.task(), func() error { return w.settle(d, Returned, 0, animo.Reason{}, w.log) })
				w.putBack(1)
				continue
			}
			w.running.Go(func() {
				defer w.putBack(1)
				w.step(d, asked)
			})
		}
		if interrupted {
			w.alone()
			continue
		}
		switch {
		case w.claims.Err() != nil:
			return
		case err != nil:
			w.log.Warn("cannot claim events", "err", err, causeOf(err), "pause", pause)
			wait(w.claims, pause, nil)
			pause = min(2*pause, longPause)
		case len(got) < free: // no more are ready
			wait(w.claims, idleWait, wake)
			fallthrough
		default:
			pause = shortPause
		}
	}
}

// claim claims events for free hands, and puts back the hands and shares for which there is none, also after a panic.
func (w *worker) claim(free int) (got []Delivery, err error) {
	defer func() { w.putBack(free - len(got)) }()
	asked := time.Now()
	got, err = w.driver.Claim(w.claims, w.f.Name, free, w.o.Lease)
	if err == nil && w.o.Observer != nil {
		w.o.Observer.Claimed(w.f.Name, len(got), time.Since(asked))
	}
	return got, err
}

// putBack puts back n hands, with their shares.
func (w *worker) putBack(n int) {
	w.room.Release(int64(n))
	for range n {
		<-w.hands
	}
}

// step works on a delivery that was claimed at the time asked. After a panic beside the handler, the event comes again when its lease ends.
func (w *worker) step(d Delivery, asked time.Time) {
	_ = w.o.Keeper.Step(w.task(), func() error { w.work(d, asked.Add(w.o.Lease)); return nil })
}

// wasInterrupted tells whether the last attempt at an event just stopped: the event may be the one that made the process die.
func (w *worker) wasInterrupted(d Delivery) bool {
	return d.Attempt > 1 && d.Attempt <= w.o.Attempts && d.Last.Code == ""
}

// alone works on events that were interrupted, one at a time and while this process does nothing else, so that an event which makes
// the process die spends its own attempts and nobody else's. It waits for what runs, and claims nothing while it waits.
func (w *worker) alone() {
	for again := true; again; {
		if w.room.Acquire(w.claims, w.shares) != nil {
			return
		}
		again = false
		_ = w.o.Keeper.Step(w.task(), func() error {
			defer w.room.Release(w.shares)
			asked := time.Now()
			got, err := w.driver.Claim(w.claims, w.f.Name, 1, w.o.Lease)
			for _, d := range got {
				again = w.wasInterrupted(d)
				w.step(d, asked)
			}
			return err
		})
	}
}

// takeHands waits for a free hand, takes all that are free and tells how many; 0 when ctx ended.
func takeHands(ctx context.Context, hands chan struct{}) (n int) {
	select {
	case <-ctx.Done():
		return 0
	case hands <- struct{}{}:
	}
	for n = 1; ; n++ {
		select {
		case hands <- struct{}{}:
		default:
			return n
		}
	}
}

// wait returns after a time, at a wake-up, or when ctx ends.
func wait(ctx context.Context, long time.Duration, wake <-chan struct{}) {
	timer := time.NewTimer(long)
	defer timer.Stop()
	select {
	case <-ctx.Done():
	case <-wake:
	case <-timer.C:
	}
}

// work deals with one delivery until it is settled; ends is when the lease ends at the earliest. work renews the lease all
// that time, so that a settlement that a full disk delays is not taken for a crash.
func (w *worker) work(d Delivery, ends time.Time) {
	start := time.Now()
	traced, span := w.o.Tracer.Start(tracing.With(w.handlers, d.Event.TraceParent), w.f.Name, trace.WithSpanKind(trace.SpanKindConsumer))
	defer span.End()
	log := w.log.With("event", d.Event.ID, "type", d.Event.Type, "subject", d.Event.Subject, "tenant", d.Event.Tenant, "attempt", d.Attempt, "request_id", tracing.ID(traced))
	ctx, lose := context.WithCancelCause(traced)
	defer w.keepLease(d, ends, lose, log)()
	defer lose(nil)

	var err error
	outcome, reason := Dead, w.overdue(d)
	if reason.Code == "" {
		if err = context.Cause(ctx); err == nil {
			err = w.attempt(ctx, log, func(ctx context.Context) error { return w.f.Handle(ctx, d.Event) })
		}
		outcome, reason = w.judge(ctx, d, err), animo.ReasonOf(err)
	}
	pause := w.pause(d.Attempt)
	if outcome == Returned {
		pause = w.rest(err)
	}
	if outcome == Dead && w.f.OnDead != nil && animo.CodeOf(w.extend(w.settles, d, w.o.Lease/3)) == animo.Conflict {
		outcome = Lost // a process that was halted does not know yet that another one has the event
	}
	if outcome == Dead && w.f.OnDead != nil {
		deadErr := w.attempt(ctx, log, func(ctx context.Context) error { return w.f.OnDead(ctx, d.Event, reason) })
		if errors.Is(deadErr, ErrDone) {
			outcome, reason, err = Done, animo.Reason{}, nil
		} else if deadErr != nil {
			outcome, err = Retried, fmt.Errorf("the function cannot take the dead letter: %w", deadErr)
			if context.Cause(ctx) == ErrStopping {
				pause = 0
			}
		}
	}
	if settleErr := w.settle(d, outcome, pause, reason, log); animo.CodeOf(settleErr) == animo.Conflict {
		outcome = Lost
	} else if settleErr != nil {
		log.Error("event not settled; it will come again when its lease ends", "outcome", outcome, "err", settleErr)
	}
	took := time.Since(start)
	level := slog.LevelWarn
	if outcome == Done || outcome == Returned && animo.MachineFault(err) == nil {
		level = slog.LevelDebug
	}
	log.Log(context.Background(), level, "event "+string(outcome), "took", took, "code", reason.Code, "err", err, causeOf(err))
	if w.o.Observer != nil {
		w.o.Observer.Attempted(w.f.Name, outcome, took, reason)
	}
	describe(span, d, outcome, err)
}

// describe writes into an attempt's span what it was of and how it ended.
func describe(span trace.Span, d Delivery, outcome Outcome, err error) {
	if !span.IsRecording() {
		return
	}
	span.SetAttributes(attribute.String("animo.tenant", d.Event.Tenant), attribute.String("cloudevents.event_id", d.Event.ID), attribute.String("cloudevents.event_type", d.Event.Type),
		attribute.String("cloudevents.event_subject", d.Event.Subject), attribute.Int("animo.attempt", d.Attempt), attribute.String("animo.outcome", string(outcome)))
	if err != nil {
		span.SetStatus(codes.Error, err.Error())
	}
}

// overdue returns the reason why a delivery becomes a dead letter without another attempt; no Code where there is to be one.
// Either all attempts are spent, by crashes or because OnDead failed, or an attempt failed for good and OnDead failed.
func (w *worker) overdue(d Delivery) animo.Reason {
	switch {
	case d.Last.Code != "" && d.Last.Code.Final():
		return d.Last
	case d.Attempt <= w.o.Attempts:
		return animo.Reason{}
	case d.Last.Code != "":
		return d.Last
	}
	return animo.ReasonOf(context.Canceled) // each attempt ended with its process
}

// judge returns the outcome that a handler's answer means.
func (w *worker) judge(ctx context.Context, d Delivery, err error) Outcome {
	cause := context.Cause(ctx)
	switch {
	case err == nil:
		return Done
	case errors.Is(cause, errLost):
		return Lost
	case isDeferred(err), animo.MachineFault(err) != nil:
		return Returned
	case animo.CodeOf(err).Final():
		return Dead
	case errors.Is(cause, ErrStopping):
		return Returned
	case d.Attempt >= w.o.Attempts:
		return Dead
	}
	return Retried
}

// attempt calls a handler with its deadline. A panic is an Internal error, with its stack in the log.
func (w *worker) attempt(ctx context.Context, log *slog.Logger, handle func(context.Context) error) (err error) {
	ctx, cancel := context.WithTimeout(ctx, w.f.Deadline)
	defer cancel()
	defer func() {
		if p := recover(); p != nil {
			log.Error("function panicked", "panic", p, "stack", string(debug.Stack()))
			err = fmt.Errorf("panic: %v", p) // without a code it is Internal
		}
	}()
	return handle(ctx)
}

// pause is how long an event waits after an attempt, give or take a fifth, so that events which failed together do not come
// again together.
func (w *worker) pause(attempt int) time.Duration {
	p := w.o.Pauses[min(attempt, len(w.o.Pauses))-1]
	return time.Duration(float64(p) * (0.8 + 0.4*rand.Float64()))
}

func isDeferred(err error) bool {
	_, ok := errors.AsType[animo.Deferred](err)
	return ok
}

// rest is how long an event waits that is returned: not at all because of Stop, the longest pause while the machine fails,
// and for a Deferred at least as long as it says, and up to a fifth longer, so that events which were deferred together do
// not come again together.
func (w *worker) rest(err error) time.Duration {
	deferred, ok := errors.AsType[animo.Deferred](err)
	switch {
	case !ok && animo.MachineFault(err) != nil:
		return w.pause(len(w.o.Pauses))
	case !ok:
		return 0
	case deferred.Pause <= 0:
		return w.pause(1)
	}
	return deferred.Pause + time.Duration(0.2*rand.Float64()*float64(deferred.Pause))
}

// settle settles a delivery, and tries again until the driver has done so, the lease is lost (Conflict), or Stop gives up.
func (w *worker) settle(d Delivery, outcome Outcome, pause time.Duration, reason animo.Reason, log *slog.Logger) error {
	if outcome == Lost {
		return nil
	}
	if outcome == Dead {
		d.Attempt = min(d.Attempt, w.o.Attempts) // deliveries beyond those tried nothing
	}
	for again := shortPause; ; again = min(2*again, longPause) {
		err := w.driver.Settle(w.settles, d, Settlement{outcome, pause, reason})
		if err == nil || animo.CodeOf(err) == animo.Conflict || w.settles.Err() != nil {
			return err
		}
		log.Warn("cannot settle event", "outcome", outcome, "err", err, causeOf(err), "pause", again)
		wait(w.settles, again, nil)
	}
}

// keepLease renews a lease at a third of its length until stop is called, which waits until the renewing has ended. When the
// lease is lost, or has ended while the driver could not be reached, keepLease calls lose, because another worker may have
// claimed the event. While the disk is full nobody can claim it, so the lease is not taken for lost.
func (w *worker) keepLease(d Delivery, ends time.Time, lose context.CancelCauseFunc, log *slog.Logger) (stop func()) {
	beating, cancel := context.WithCancel(w.settles)
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		tick := time.NewTicker(w.o.Lease / 3)
		defer tick.Stop()
		for {
			select {
			case <-beating.Done():
				return
			case <-tick.C:
			}
			asked := time.Now()
			err := w.extend(beating, d, max(w.o.Lease/3, ends.Sub(asked)))
			switch code := animo.CodeOf(err); {
			case beating.Err() != nil:
				return
			case err == nil:
				ends = asked.Add(w.o.Lease)
			case code == animo.Conflict, code != animo.NoSpace && code != animo.Machine && !time.Now().Before(ends):
				lose(errLost)
				return
			default:
				log.Warn("cannot renew the lease", "err", err, causeOf(err))
			}
		}
	}()
	return func() {
		cancel()
		<-ended
	}
}

// extend renews a lease, and waits for the driver no longer than wait.
func (w *worker) extend(ctx context.Context, d Delivery, wait time.Duration) error {
	ctx, cancel := context.WithTimeout(ctx, wait)
	defer cancel()
	return w.o.Keeper.Step(w.task(), func() error { return w.driver.Extend(ctx, d, w.o.Lease) })
}

// causeOf is the cause of an error, for the log; an empty attribute where there is none.
func causeOf(err error) slog.Attr {
	if cause := errors.Unwrap(err); cause != nil {
		return slog.Any("cause", cause)
	}
	return slog.Attr{}
}
