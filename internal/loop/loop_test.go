package loop_test

import (
	"bytes"
	"context"
	"errors"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"animo/internal/loop"
)

// watched is a Keeper whose log and counts a test can read.
func watched() (k *loop.Keeper, log *bytes.Buffer, failures, panics map[string]int) {
	log, failures, panics = &bytes.Buffer{}, map[string]int{}, map[string]int{}
	k = loop.New(slog.New(slog.NewTextHandler(log, nil)), func(name string, panicked bool) {
		failures[name]++
		if panicked {
			panics[name]++
		}
	})
	return k, log, failures, panics
}

func TestRun_goes_on_after_panics_with_pauses_that_grow(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		k, log, failures, panics := watched()
		ctx, cancel := context.WithCancel(t.Context())
		began := time.Now()
		var at []time.Duration
		k.Run(ctx, "feed", 0, func(ctx context.Context) error {
			if at = append(at, time.Since(began)); len(at) <= 8 {
				panicHere()
			}
			cancel()
			<-ctx.Done()
			return nil
		})
		s := time.Second
		if want := []time.Duration{0, s, 3 * s, 7 * s, 15 * s, 31 * s, 63 * s, 123 * s, 183 * s}; !slices.Equal(at, want) {
			t.Errorf("it ran at %v, want %v", at, want)
		}
		if text := log.String(); strings.Count(text, "no such luck") != 1 || !strings.Contains(text, "panicHere") {
			t.Errorf("the log says %s; want the panic once, with its stack", text)
		}
		if failures["feed"] != 8 || panics["feed"] != 8 {
			t.Errorf("%d failures and %d panics were told, want 8", failures["feed"], panics["feed"])
		}
	})
}

func panicHere() { panic("no such luck") }

func TestStep_panic_is_the_callers_error_logged_once_and_counted_each_time(t *testing.T) {
	k, log, failures, panics := watched()
	for range 3 {
		err := k.Step("turn", func() error { panicHere(); return nil })
		if !loop.Panicked(err) || err.Error() != "panic: no such luck" {
			t.Errorf("%v, want the panic", err)
		}
	}
	own := errors.New("its own")
	if err := k.Step("turn", func() error { return own }); err != own || loop.Panicked(err) {
		t.Errorf("%v, want run's error", err)
	}
	if text := log.String(); strings.Count(text, "no such luck") != 1 || !strings.Contains(text, "panicHere") {
		t.Errorf("the log says %s; want the panic once, with its stack", text)
	}
	if failures["turn"] != 3 || panics["turn"] != 3 {
		t.Errorf("%d failures and %d panics were told, want 3", failures["turn"], panics["turn"])
	}
}
