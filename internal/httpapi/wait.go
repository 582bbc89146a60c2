package httpapi

import (
	"context"
	"time"
)

// awaitEvery is how often the server looks whether that has ended for which a client waits; the end may come about on another
// machine.
const awaitEvery = 50 * time.Millisecond

// await reads something again and again until it has ended, or the wait is over, or the server stops.
func await[T any](ctx context.Context, s *server, wait time.Duration, read func(context.Context) (T, error), ended func(T) bool) (T, error) {
	over := time.NewTimer(min(wait, s.Limits.RequestTime*9/10)) // an answer must come before the request's deadline
	defer over.Stop()
	look := time.NewTicker(awaitEvery)
	defer look.Stop()
	for {
		v, err := read(ctx)
		if err != nil || ended(v) || wait == 0 {
			return v, err
		}
		select {
		case <-over.C:
			return v, nil
		case <-s.Stopping:
			return v, nil
		case <-ctx.Done():
			return v, ctx.Err()
		case <-look.C:
		}
	}
}
