// Package loop runs work that goes on beside functions and requests. Neither an error nor a panic ends such a loop; each is
// logged and counted. Start at New.
package loop

import (
	"context"
	"errors"
	"fmt"
	"log/slog"
	"runtime/debug"
	"sync"
	"time"
)

// Keeper keeps loops going. It is safe for concurrent use.
type Keeper struct {
	log    *slog.Logger
	failed func(loop string, panicked bool)

	mu   sync.Mutex
	said map[string]bool // panics of steps that were logged
}

// New makes a Keeper that logs to log, nil for slog.Default, and calls failed at each failure, nil for nothing.
func New(log *slog.Logger, failed func(loop string, panicked bool)) *Keeper {
	if log == nil {
		log = slog.Default()
	}
	if failed == nil {
		failed = func(string, bool) {}
	}
	return &Keeper{log: log, failed: failed, said: map[string]bool{}}
}

// A loop that fails is tried again after firstPause, and after twice as long each time, up to longestPause.
const (
	firstPause   = time.Second
	longestPause = time.Minute
)

// Pause is how long a loop waits after so many failures in a row, at least one.
func Pause(failures int) time.Duration {
	return min(firstPause<<min(failures-1, 30), longestPause)
}

// Run calls run again and again until ctx ends, with a pause of `every` from the end of one call to the next. With 0, run is to
// go on until its context ends, and has failed where it returns before. After a failure Run calls run sooner than `every`
// says, with pauses that grow. Run logs the same failure once, with its stack where it is a panic.
func (k *Keeper) Run(ctx context.Context, name string, every time.Duration, run func(ctx context.Context) error) {
	said := "" // the failure that was logged last
	for failures := 0; ; {
		began := time.Now()
		err := Recovered(func() error { return run(ctx) })
		if ctx.Err() != nil && !Panicked(err) {
			return
		}
		if err == nil && every == 0 {
			err = errors.New("it ended by itself")
		}
		if every == 0 && time.Since(began) > longestPause { // run has worked for some time
			failures = 0
		}
		wait := every
		if err == nil {
			if said != "" {
				k.log.Info("a task works again", "task", name)
			}
			failures, said = 0, ""
		} else {
			failures++
			if pause := Pause(failures); every == 0 || pause < every {
				wait = pause
			}
			if k.failed(name, Panicked(err)); err.Error() != said {
				said = err.Error()
				k.log.Error("a task failed and is tried again", append([]any{"task", name}, about(err)...)...)
			}
		}
		timer := time.NewTimer(wait)
		select {
		case <-ctx.Done():
			timer.Stop()
			return
		case <-timer.C:
		}
	}
}

// Step calls run, a step of the loop of that name whose caller wants the error, and returns run's error, or its panic as an
// error. Step counts each panic, and logs it with its stack, unless it logged one of the same text before.
func (k *Keeper) Step(name string, run func() error) error {
	err := Recovered(run)
	if !Panicked(err) {
		return err
	}
	k.failed(name, true)
	if k.isNew(name + ": " + err.Error()) {
		k.log.Error("a step of a task panicked", append([]any{"task", name}, about(err)...)...)
	}
	return err
}

// isNew reports whether something was not said before, and remembers it.
func (k *Keeper) isNew(what string) bool {
	k.mu.Lock()
	defer k.mu.Unlock()
	if k.said[what] {
		return false
	}
	const most = 1000 // texts remembered; beyond them some are logged again
	if len(k.said) >= most {
		clear(k.said)
	}
	k.said[what] = true
	return true
}

// about is an error as the log shows it.
func about(err error) []any {
	if p, ok := errors.AsType[*panicError](err); ok {
		return []any{"err", err, "stack", string(p.stack)}
	}
	return []any{"err", err}
}

// panicError is a panic that was recovered.
type panicError struct {
	value any
	stack []byte
}

// Error returns the panic's value alone; the stack is for the log.
func (e *panicError) Error() string { return fmt.Sprintf("panic: %v", e.value) }

// Panicked reports whether an error is, or is due to, a panic that was recovered.
func Panicked(err error) bool {
	_, ok := errors.AsType[*panicError](err)
	return ok
}

// Recovered calls run and returns its error, or its panic as an error, which the caller passes on to a Keeper.
func Recovered(run func() error) (err error) {
	defer func() {
		if p := recover(); p != nil {
			err = &panicError{p, debug.Stack()}
		}
	}()
	return run()
}
