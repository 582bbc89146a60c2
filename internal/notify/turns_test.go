package notify

import (
	"context"
	"errors"
	"slices"
	"strconv"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// running starts turns inside of a bubble and stops them at its end.
func running(t *testing.T, most int, take func(context.Context, lineID) time.Duration) *turns {
	t.Helper()
	ctx, cancel := context.WithCancel(t.Context())
	tt := newTurns(most, func(ctx context.Context, p lineID) (time.Duration, error) { return take(ctx, p), nil })
	done := make(chan struct{})
	go func() { defer close(done); tt.Run(ctx) }()
	t.Cleanup(func() { cancel(); <-done })
	return tt
}

func TestTurns_line_comes_again_when_it_says_or_is_woken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		start := time.Now()
		var at []time.Duration
		answers := []time.Duration{time.Hour, 0, time.Minute, never, never}
		tt := running(t, 4, func(context.Context, lineID) time.Duration {
			at = append(at, time.Since(start))
			return answers[len(at)-1]
		})
		tt.wake(lineID{"sol", "a"})
		time.Sleep(2 * time.Hour) // past the first pause; then at once; then a minute later; then no more
		synctest.Wait()
		tt.wake(lineID{"sol", "a"})
		synctest.Wait()
		want := []time.Duration{0, time.Hour, time.Hour, time.Hour + time.Minute, 2 * time.Hour}
		if !slices.Equal(at, want) {
			t.Errorf("turns at %v, want %v", at, want)
		}
		if len(tt.lines) > 0 {
			t.Errorf("%d lines are remembered that want nothing", len(tt.lines))
		}
	})
}

func TestTurns_line_woken_in_its_pause_does_not_wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken := 0
		tt := running(t, 4, func(context.Context, lineID) time.Duration {
			if taken++; taken == 1 {
				return time.Hour
			}
			return never
		})
		tt.wake(lineID{"sol", "a"})
		synctest.Wait()
		tt.wake(lineID{"sol", "a"})
		synctest.Wait()
		if taken != 2 {
			t.Errorf("%d turns, want a second one at once", taken)
		}
		time.Sleep(2 * time.Hour)
		synctest.Wait()
		if taken != 2 {
			t.Errorf("%d turns: the pause went on", taken)
		}
	})
}

func TestTurns_wake_while_running_is_not_lost(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		taken, at := 0, 0
		tt := running(t, 4, func(context.Context, lineID) time.Duration {
			taken++
			if at++; at > 1 {
				t.Error("a line has two turns at once")
			}
			time.Sleep(time.Second)
			at--
			return never
		})
		tt.wake(lineID{"sol", "a"})
		synctest.Wait()
		tt.wake(lineID{"sol", "a"})
		tt.wake(lineID{"sol", "a"})
		time.Sleep(time.Minute)
		synctest.Wait()
		if taken != 2 {
			t.Errorf("%d turns, want 2", taken)
		}
	})
}

func TestTurns_are_bounded_and_shared_between_tenants(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var mu sync.Mutex
		at, most := map[string]int{}, map[string]int{}
		var lunas time.Duration
		start := time.Now()
		tt := running(t, 4, func(_ context.Context, p lineID) time.Duration {
			mu.Lock()
			for _, name := range []string{p.tenant, "all"} {
				at[name]++
				most[name] = max(most[name], at[name])
			}
			mu.Unlock()
			time.Sleep(10 * time.Second) // its receiver hangs
			mu.Lock()
			defer mu.Unlock()
			at[p.tenant]--
			at["all"]--
			if p.tenant == "luna" {
				lunas = time.Since(start)
			}
			return never
		})
		for i := range 100 {
			tt.wake(lineID{"sol", strconv.Itoa(i)})
		}
		tt.wake(lineID{"luna", "a"})
		time.Sleep(time.Hour)
		synctest.Wait()
		if most["sol"] != 2 || most["all"] > 4 || lunas != 10*time.Second {
			t.Errorf("at once %v; the tenant with one line was told after %v", most, lunas)
		}
	})
}

func TestTurns_take_lines_in_turn(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var order []string
		tt := running(t, 1, func(_ context.Context, p lineID) time.Duration {
			order = append(order, p.subscription)
			time.Sleep(time.Second)
			if len(order) < 6 {
				return 0 // there is more
			}
			return never
		})
		for _, s := range []string{"a", "b", "c"} {
			tt.wake(lineID{"sol", s})
		}
		time.Sleep(time.Minute)
		synctest.Wait()
		if want := []string{"a", "b", "c", "a", "b", "c", "a", "b"}; !slices.Equal(order, want) {
			t.Errorf("%v, want %v", order, want)
		}
	})
}

func TestTurns_stop_waits_for_those_that_are_taken(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ended := false
		ctx, cancel := context.WithCancel(t.Context())
		tt := newTurns(2, func(ctx context.Context, _ lineID) (time.Duration, error) {
			<-ctx.Done()
			time.Sleep(time.Second)
			ended = true
			return time.Hour, nil
		})
		tt.wake(lineID{"sol", "a"})
		go func() { synctest.Wait(); cancel() }()
		if tt.Run(ctx); !ended || len(tt.lines) > 0 {
			t.Errorf("ended %v; %d lines are left", ended, len(tt.lines))
		}
	})
}

func TestTurns_that_fail_come_again_with_pauses_that_grow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		ctx, cancel := context.WithCancel(t.Context())
		start := time.Now()
		var at []time.Duration
		tt := newTurns(2, func(context.Context, lineID) (time.Duration, error) {
			if at = append(at, time.Since(start)); len(at) == 3 {
				return 0, nil // there is more
			}
			return never, errors.New("failed")
		})
		tt.wake(lineID{"sol", "a"})
		go func() { time.Sleep(9 * time.Second); cancel() }()
		tt.Run(ctx)
		s := time.Second
		if want := []time.Duration{0, s, 3 * s, 3 * s, 4 * s, 6 * s}; !slices.Equal(at, want) {
			t.Errorf("turns at %v, want %v", at, want)
		}
	})
}
