package bus_test

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"log/slog"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"syscall"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/sqlbus"
	"animo/internal/sqldb"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

// bubble runs a test of a bus on queues in a real file, in fake time.
func bubble(t *testing.T, o bus.Options, test func(t *testing.T, f *fixture)) {
	synctest.Test(t, func(t *testing.T) {
		f := &fixture{stats: bus.NewStats(time.Now)}
		var closeDriver func() error
		f.driver, closeDriver = open(t, filepath.Join(t.TempDir(), "animo.db"), "")
		o.Log, o.Observer = slog.New(slog.NewTextHandler(&f.log, nil)), f
		f.bus = bus.New(f.driver, o)
		t.Cleanup(func() {
			for _, err := range []error{f.bus.Stop(t.Context()), closeDriver()} {
				if err != nil {
					t.Error(err)
				}
			}
		})
		test(t, f)
	})
}

// open opens the queues in a file for the worker of that name, and returns what closes both.
func open(t *testing.T, path, owner string) (bus.Queues, func() error) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	d, err := sqlbus.New(t.Context(), db, sqlbus.Options{Owner: owner})
	if err != nil {
		t.Fatal(err)
	}
	return bus.Queues{Driver: d}, func() error { return errors.Join(d.Close(), db.Close()) }
}

type fixture struct {
	driver bus.Queues
	bus    *bus.Bus
	log    locked
	stats  *bus.Stats

	mu       sync.Mutex
	outcomes []bus.Outcome
}

// Attempted implements bus.Observer.
func (f *fixture) Claimed(string, int, time.Duration) {}

func (f *fixture) Attempted(function string, o bus.Outcome, took time.Duration, reason animo.Reason) {
	f.stats.Attempted(function, o, took, reason)
	f.mu.Lock()
	defer f.mu.Unlock()
	f.outcomes = append(f.outcomes, o)
}

func (f *fixture) wantOutcomes(t *testing.T, want ...bus.Outcome) {
	t.Helper()
	f.mu.Lock()
	defer f.mu.Unlock()
	if fmt.Sprint(f.outcomes) != fmt.Sprint(want) {
		t.Errorf("outcomes %v, want %v", f.outcomes, want)
	}
}

func (f *fixture) start(t *testing.T, functions ...bus.Function) {
	t.Helper()
	if err := f.bus.Start(t.Context(), functions...); err != nil {
		t.Fatal(err)
	}
}

func (f *fixture) publish(t *testing.T, ids ...string) {
	t.Helper()
	for _, id := range ids {
		if err := f.bus.Publish(t.Context(), bustest.Event("a", id)); err != nil {
			t.Fatal(err)
		}
	}
}

func (f *fixture) wantDepth(t *testing.T, want bus.Depth) {
	t.Helper()
	want.Queue = "f"
	bustest.WantDepth(t, f.driver, "", want)
}

func (f *fixture) deadLetter(t *testing.T, id string) bus.DeadLetter {
	t.Helper()
	l, err := f.driver.DeadLetter(t.Context(), "a", "f", id)
	if err != nil {
		t.Error(err)
	}
	return l
}

// locked is a buffer that many goroutines may write to.
type locked struct {
	mu sync.Mutex
	b  bytes.Buffer
}

func (l *locked) Write(p []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.Write(p)
}

func (l *locked) String() string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return l.b.String()
}

func function(handle bus.Handler) bus.Function {
	return bus.Function{Name: "f", On: []string{"*"}, Handle: handle}
}

var errFlaky = animo.Errorf(animo.Unavailable, "not now", "ahora no").Because(errors.New("secret host"))

func TestBus_handles_each_event_once(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		got := make(chan string, 10)
		f.start(t, function(func(_ context.Context, e animo.Event) error {
			got <- e.ID
			return nil
		}))
		f.publish(t, "1", "2", "3")
		for _, want := range []string{"1", "2", "3"} {
			if id := <-got; id != want {
				t.Errorf("handled %s, want %s", id, want)
			}
		}
		synctest.Wait()
		f.wantDepth(t, bus.Depth{})
		f.wantOutcomes(t, bus.Done, bus.Done, bus.Done)
	})
}

func TestBus_tries_three_times_with_growing_pauses(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		var at []time.Duration
		start := time.Now()
		dead := make(chan animo.Reason, 1)
		fn := function(func(context.Context, animo.Event) error {
			at = append(at, time.Since(start))
			return errFlaky
		})
		fn.OnDead = func(_ context.Context, e animo.Event, r animo.Reason) error {
			if _, err := f.driver.DeadLetter(t.Context(), "a", "f", e.ID); animo.CodeOf(err) != animo.NotFound {
				t.Errorf("OnDead comes after the dead letter: %v", err)
			}
			dead <- r
			return nil
		}
		f.start(t, fn)
		f.publish(t, "1")
		if r := <-dead; r.Code != animo.Unavailable || r.ES != "ahora no" {
			t.Errorf("OnDead is told %+v", r)
		}
		synctest.Wait()
		if len(at) != 3 || at[0] > 100*time.Millisecond ||
			at[1]-at[0] < 800*time.Millisecond || at[1]-at[0] > 1300*time.Millisecond ||
			at[2]-at[1] < 8*time.Second || at[2]-at[1] > 12100*time.Millisecond {
			t.Errorf("attempts at %v, want three, the pauses 1 s and 10 s give or take a fifth", at)
		}
		l := f.deadLetter(t, "1")
		if l.Attempts != 3 || l.Reason.Code != animo.Unavailable || l.Reason.EN != "not now" {
			t.Errorf("dead letter %+v", l)
		}
		f.wantDepth(t, bus.Depth{Dead: 1})
		f.wantOutcomes(t, bus.Retried, bus.Retried, bus.Dead)
		if !strings.Contains(f.log.String(), "secret host") {
			t.Error("the log does not tell the cause")
		}
	})
}

func TestBus_recovers_when_a_later_attempt_succeeds(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		done, n := make(chan bool), 0
		f.start(t, function(func(context.Context, animo.Event) error {
			if n++; n < 3 {
				return errFlaky
			}
			close(done)
			return nil
		}))
		f.publish(t, "1")
		<-done
		synctest.Wait()
		f.wantDepth(t, bus.Depth{})
		f.wantOutcomes(t, bus.Retried, bus.Retried, bus.Done)
	})
}

func TestBus_final_errors_die_at_once(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		f.start(t, function(func(context.Context, animo.Event) error {
			return fmt.Errorf("row: %w", animo.Errorf(animo.BadLabel, "bad label %q", "etiqueta mala %q", "7").At(12))
		}))
		f.publish(t, "1")
		synctest.Wait()
		if l := f.deadLetter(t, "1"); l.Attempts != 1 || l.Reason.Code != animo.BadLabel || l.Reason.Line != 12 {
			t.Errorf("dead letter %+v", l)
		}
		f.wantOutcomes(t, bus.Dead)
	})
}

func TestBus_what_could_not_begin_spends_no_attempt(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		throttled := animo.Errorf(animo.Invalid, "slow down", "más despacio") // final, if it were an attempt
		var at []time.Time
		f.start(t, function(func(context.Context, animo.Event) error {
			at = append(at, time.Now())
			if len(at) <= 20 {
				return fmt.Errorf("find faces: %w", animo.Deferred{Pause: 4 * time.Second, Err: throttled})
			}
			return nil
		}))
		f.publish(t, "1")
		time.Sleep(2 * time.Minute)
		for i := range at[1:] {
			if pause := at[i+1].Sub(at[i]); pause < 4*time.Second || pause > 4900*time.Millisecond {
				t.Errorf("pause %d took %v, want 4 s and up to a fifth more", i, pause)
			}
		}
		f.wantDepth(t, bus.Depth{})
		want := slices.Repeat([]bus.Outcome{bus.Returned}, 20)
		f.wantOutcomes(t, append(want, bus.Done)...)
	})
}

// TestBus_service_that_throttles_for_an_hour puts off every event for an hour, as Amazon's service may. Then each still has its three attempts.
func TestBus_service_that_throttles_for_an_hour_spends_no_attempt(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		start := time.Now()
		puts, failures := 0, map[string]int{}
		f.start(t, function(func(_ context.Context, e animo.Event) error {
			if time.Since(start) < time.Hour {
				puts++
				return animo.Deferred{Pause: time.Minute, Err: animo.Errorf(animo.TooManyRequests, "slow down", "más despacio")}
			}
			if failures[e.ID]++; failures[e.ID] < 3 { // the third attempt is there
				return errFlaky
			}
			return nil
		}))
		ids := []string{"1", "2", "3", "4", "5"}
		for _, id := range ids {
			f.publish(t, id)
		}
		time.Sleep(90 * time.Minute)
		f.wantDepth(t, bus.Depth{})
		if len(failures) != len(ids) || puts < 40*len(ids) {
			t.Errorf("%d of %d events came after %d deferrals", len(failures), len(ids), puts)
		}
	})
}

func TestBus_fault_of_the_machine_spends_no_attempt(t *testing.T) {
	full := fmt.Errorf("keep the thumbnail: %w", animo.Errorf(animo.NoSpace, "full", "lleno"))
	files := animo.Errorf(animo.CorruptImage, "damaged", "dañada").Because(&os.PathError{Op: "open", Path: "x", Err: syscall.EMFILE})
	for _, fault := range []error{full, files} {
		spendsNone(t, fault)
	}
}

func spendsNone(t *testing.T, fault error) {
	t.Helper()
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		start := time.Now()
		n, last := 0, start
		f.start(t, function(func(context.Context, animo.Event) error {
			last = time.Now()
			if n++; n <= 20 {
				return fault
			}
			return nil
		}))
		f.publish(t, "1")
		time.Sleep(5 * time.Minute)
		f.wantDepth(t, bus.Depth{})
		f.wantOutcomes(t, append(slices.Repeat([]bus.Outcome{bus.Returned}, 20), bus.Done)...)
		if took := last.Sub(start); took < 20*8*time.Second || took > 20*13*time.Second {
			t.Errorf("it took %v, want twenty pauses of 10 s, give or take a fifth", took)
		}
	})
}

func TestBus_Deferred_keeps_the_attempts_spent_before(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		start := time.Now()
		n, last := 0, start
		f.start(t, function(func(context.Context, animo.Event) error {
			last = time.Now()
			if n++; n%3 != 0 {
				return animo.Deferred{} // without a pause it is put off all the same
			}
			return errFlaky
		}))
		f.publish(t, "1")
		time.Sleep(time.Minute)
		if l := f.deadLetter(t, "1"); l.Attempts != 3 || l.Reason.Code != animo.Unavailable || n != 9 {
			t.Errorf("dead letter %+v after %d calls, want 3 attempts and 9 calls", l, n)
		}
		if took := last.Sub(start); took < 6*800*time.Millisecond+8800*time.Millisecond {
			t.Errorf("it took %v, want six pauses of 1 s, then 1 s and 10 s, give or take a fifth", took)
		}
	})
}

// A handler that waits for its turn may be cut short: by its deadline, by Stop, or by a lost lease.
func TestBus_Deferred_when_interrupted(t *testing.T) {
	waiting := function(func(ctx context.Context, _ animo.Event) error {
		<-ctx.Done()
		return animo.Deferred{Pause: time.Minute, Err: ctx.Err()}
	})
	waiting.Deadline = 10 * time.Second
	t.Run("by the deadline", func(t *testing.T) {
		bubble(t, bus.Options{Attempts: 1}, func(t *testing.T, f *fixture) {
			f.start(t, waiting)
			f.publish(t, "1")
			time.Sleep(11 * time.Second)
			f.wantDepth(t, bus.Depth{Waiting: 1})
			f.wantOutcomes(t, bus.Returned)
		})
	})
	t.Run("by Stop", func(t *testing.T) {
		bubble(t, bus.Options{Attempts: 1, Grace: time.Second}, func(t *testing.T, f *fixture) {
			f.start(t, waiting)
			f.publish(t, "1")
			synctest.Wait()
			if err := f.bus.Stop(t.Context()); err != nil {
				t.Error(err)
			}
			f.wantDepth(t, bus.Depth{Waiting: 1}) // who asked to wait asked the next process too
			f.wantOutcomes(t, bus.Returned)
			time.Sleep(time.Minute + 13*time.Second)
			got, err := f.driver.Claim(t.Context(), "f", 1, time.Minute)
			if err != nil || len(got) != 1 || got[0].Attempt != 1 {
				t.Errorf("after the pause: %+v, %v, want the event at attempt 1", got, err)
			}
		})
	})
	t.Run("by a removal", func(t *testing.T) {
		bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
			fn := waiting
			fn.Deadline = time.Hour
			f.start(t, fn)
			f.publish(t, "1")
			synctest.Wait()
			if n, err := f.driver.Remove(t.Context(), "a", "1"); n != 1 || err != nil {
				t.Fatal(n, err)
			}
			time.Sleep(11 * time.Second) // the next heartbeat notices
			f.wantDepth(t, bus.Depth{})
			f.wantOutcomes(t, bus.Lost)
		})
	})
}

func TestBus_a_panic_is_an_internal_error_with_its_stack_in_the_log(t *testing.T) {
	bubble(t, bus.Options{Attempts: 1}, func(t *testing.T, f *fixture) {
		f.start(t, function(func(context.Context, animo.Event) error { return panicHere() }))
		f.publish(t, "1", "2")
		synctest.Wait()
		if l := f.deadLetter(t, "1"); l.Reason.Code != animo.Internal || strings.Contains(l.Reason.EN, "nil map") {
			t.Errorf("dead letter %+v", l)
		}
		f.wantDepth(t, bus.Depth{Dead: 2}) // the second event shows that the worker lives on
		if log := f.log.String(); !strings.Contains(log, "nil map") || !strings.Contains(log, "panicHere") {
			t.Errorf("the log has no stack: %s", log)
		}
	})
}

func panicHere() error { panic("nil map") }

func TestBus_ends_the_context_at_the_deadline(t *testing.T) {
	bubble(t, bus.Options{Attempts: 1}, func(t *testing.T, f *fixture) {
		fn := function(func(ctx context.Context, _ animo.Event) error {
			<-ctx.Done()
			return ctx.Err()
		})
		fn.Deadline = 7 * time.Second
		f.start(t, fn)
		f.publish(t, "1")
		time.Sleep(6900 * time.Millisecond)
		f.wantDepth(t, bus.Depth{Running: 1})
		time.Sleep(200 * time.Millisecond)
		if l := f.deadLetter(t, "1"); l.Reason.Code != animo.Timeout {
			t.Errorf("dead letter %+v", l)
		}
	})
}

func TestBus_keeps_the_lease_of_long_work(t *testing.T) {
	bubble(t, bus.Options{Lease: 3 * time.Second}, func(t *testing.T, f *fixture) {
		var runs atomic.Int32
		fn := function(func(ctx context.Context, _ animo.Event) error {
			runs.Add(1)
			time.Sleep(5 * time.Minute)
			return ctx.Err()
		})
		fn.Workers, fn.Deadline = 2, time.Hour
		f.start(t, fn)
		f.publish(t, "1")
		time.Sleep(4 * time.Minute)
		f.wantDepth(t, bus.Depth{Running: 1})
		time.Sleep(2 * time.Minute)
		f.wantDepth(t, bus.Depth{})
		if runs.Load() != 1 {
			t.Errorf("it ran %d times, want once", runs.Load())
		}
		f.wantOutcomes(t, bus.Done)
	})
}

func TestBus_a_lost_lease_ends_the_context_and_settles_nothing(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		ended := make(chan error)
		f.start(t, function(func(ctx context.Context, _ animo.Event) error {
			<-ctx.Done()
			ended <- context.Cause(ctx)
			return animo.Errorf(animo.Invalid, "too late", "demasiado tarde")
		}))
		f.publish(t, "1")
		synctest.Wait()
		if err := f.driver.RemoveTenant(t.Context(), "a"); err != nil {
			t.Fatal(err)
		}
		if err := <-ended; err == nil || strings.Contains(err.Error(), "deadline") {
			t.Errorf("cause of the end: %v", err)
		}
		synctest.Wait()
		f.wantDepth(t, bus.Depth{})
		f.wantOutcomes(t, bus.Lost)
	})
}

// TestBus_who_lost_the_lease_says_nothing_of_a_dead_letter fails an attempt for good at a moment at which the lease is lost and nobody has noticed.
func TestBus_who_lost_the_lease_says_nothing_of_a_dead_letter(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		fn := function(func(ctx context.Context, _ animo.Event) error {
			if err := f.driver.RemoveTenant(ctx, "a"); err != nil {
				t.Error(err)
			}
			return animo.Errorf(animo.Invalid, "too late", "demasiado tarde")
		})
		fn.OnDead = func(context.Context, animo.Event, animo.Reason) error {
			t.Error("OnDead is told of what another worker has")
			return nil
		}
		f.start(t, fn)
		f.publish(t, "1")
		synctest.Wait()
		f.wantDepth(t, bus.Depth{})
		f.wantOutcomes(t, bus.Lost)
	})
}

func TestBus_counts_attempts_across_crashes(t *testing.T) {
	for name, test := range map[string]struct {
		last animo.Reason // of the attempt before the crashes
		want animo.Code
	}{
		"never answered": {want: animo.Interrupted},
		"failed before":  {last: animo.ReasonOf(errFlaky), want: animo.Unavailable},
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
				if err := f.driver.Declare(t.Context(), "f", []string{"*"}); err != nil {
					t.Fatal(err)
				}
				f.publish(t, "1")
				for i := range 3 { // a process that dies three times
					got, err := f.driver.Claim(t.Context(), "f", 1, time.Second)
					if err != nil || len(got) != 1 {
						t.Fatal(got, err)
					}
					if i == 0 && test.last.Code != "" {
						if err := f.driver.Retry(t.Context(), got[0], 0, test.last); err != nil {
							t.Fatal(err)
						}
					}
					time.Sleep(2 * time.Second)
				}
				told := make(chan animo.Reason, 1)
				fn := function(func(context.Context, animo.Event) error {
					t.Error("it is tried a fourth time")
					return nil
				})
				fn.OnDead = func(_ context.Context, _ animo.Event, r animo.Reason) error {
					told <- r
					return nil
				}
				f.start(t, fn)
				if r := <-told; r.Code != test.want {
					t.Errorf("OnDead is told %+v, want %s", r, test.want)
				}
				synctest.Wait()
				if l := f.deadLetter(t, "1"); l.Attempts != 3 || l.Reason.Code != test.want || l.Reason.ES == "" {
					t.Errorf("dead letter %+v, want %s after 3 attempts", l, test.want)
				}
			})
		})
	}
}

func TestBus_makes_no_dead_letter_of_work_that_was_done_after_all(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		fn := function(func(context.Context, animo.Event) error { return animo.Errorf(animo.EmptyFile, "empty", "vacío") })
		told := make(chan bool)
		fn.OnDead = func(context.Context, animo.Event, animo.Reason) error {
			close(told)
			return fmt.Errorf("looked again: %w", bus.ErrDone)
		}
		f.start(t, fn)
		f.publish(t, "1")
		<-told
		synctest.Wait()
		depths, err := f.driver.Depths(t.Context(), "")
		for _, d := range depths {
			if err != nil || d.Ready+d.Waiting+d.Running+d.Dead > 0 {
				t.Errorf("%+v, %v; want nothing left", d, err)
			}
		}
	})
}

func TestBus_repeats_OnDead_until_it_succeeds(t *testing.T) {
	for name, failure := range map[string]error{
		"transient": errFlaky,
		"final":     animo.Errorf(animo.EmptyFile, "empty", "vacío"),
	} {
		t.Run(name, func(t *testing.T) {
			bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
				handled, told := 0, 0
				done := make(chan bool)
				fn := function(func(context.Context, animo.Event) error {
					handled++
					return failure
				})
				fn.OnDead = func(_ context.Context, _ animo.Event, r animo.Reason) error {
					if r.Code != animo.CodeOf(failure) {
						t.Errorf("OnDead is told %+v", r)
					}
					switch told++; told {
					case 1:
						return errors.New("disk on fire")
					case 2:
						panic("still on fire")
					case 6:
						close(done)
						return nil
					}
					return errFlaky
				}
				f.start(t, fn)
				f.publish(t, "1")
				<-done
				synctest.Wait()
				want := 3
				if animo.CodeOf(failure).Final() {
					want = 1
				}
				if handled != want {
					t.Errorf("handled %d times, want %d", handled, want)
				}
				if l := f.deadLetter(t, "1"); l.Reason.Code != animo.CodeOf(failure) || l.Attempts > 3 {
					t.Errorf("dead letter %+v", l)
				}
			})
		})
	}
}

func TestBus_works_on_no_more_than_Workers_at_once(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		var now, most, other atomic.Int32
		slow := function(func(context.Context, animo.Event) error {
			most.Store(max(most.Load(), now.Add(1)))
			time.Sleep(time.Second)
			now.Add(-1)
			return nil
		})
		slow.Workers = 3
		quick := bus.Function{Name: "quick", On: []string{"*"}, Handle: func(context.Context, animo.Event) error {
			other.Add(1)
			return nil
		}}
		f.start(t, slow, quick)
		for i := range 20 {
			f.publish(t, fmt.Sprint(i))
		}
		time.Sleep(100 * time.Millisecond)
		if other.Load() != 20 {
			t.Errorf("a slow function holds up another one: %d of 20", other.Load())
		}
		time.Sleep(7 * time.Second)
		if most.Load() != 3 {
			t.Errorf("%d at once, want 3", most.Load())
		}
		f.mu.Lock()
		defer f.mu.Unlock()
		if len(f.outcomes) != 40 {
			t.Errorf("%d attempts ended, want 40", len(f.outcomes))
		}
	})
}

func TestBus_does_not_poll(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		counting := &countingDriver{Driver: f.driver}
		b := bus.New(counting, bus.Options{})
		if err := b.Start(t.Context(), function(func(context.Context, animo.Event) error { return nil })); err != nil {
			t.Fatal(err)
		}
		time.Sleep(time.Minute)
		if n := counting.claims.Load(); n > 10 {
			t.Errorf("%d claims in an idle minute, want about 6", n)
		}
		if err := b.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

type countingDriver struct {
	bus.Driver
	claims atomic.Int32
}

func (d *countingDriver) Claim(ctx context.Context, queue string, n int, lease time.Duration) ([]bus.Delivery, error) {
	d.claims.Add(1)
	return d.Driver.Claim(ctx, queue, n, lease)
}

func TestStop_lets_short_work_finish(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		f.start(t, function(func(ctx context.Context, _ animo.Event) error {
			time.Sleep(3 * time.Second)
			return ctx.Err()
		}))
		f.publish(t, "1", "2")
		synctest.Wait()
		start := time.Now()
		if err := f.bus.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took > 3100*time.Millisecond {
			t.Errorf("Stop took %v", took)
		}
		f.wantDepth(t, bus.Depth{Ready: 1}) // the second was not begun
		f.wantOutcomes(t, bus.Done)
	})
}

func TestStop_gives_long_work_back_unspent(t *testing.T) {
	bubble(t, bus.Options{Grace: 2 * time.Second}, func(t *testing.T, f *fixture) {
		f.start(t, function(func(ctx context.Context, _ animo.Event) error {
			<-ctx.Done()
			if context.Cause(ctx) != bus.ErrStopping {
				t.Errorf("cause of the end: %v", context.Cause(ctx))
			}
			return ctx.Err()
		}))
		f.publish(t, "1")
		synctest.Wait()
		start := time.Now()
		if err := f.bus.Stop(t.Context()); err != nil {
			t.Error(err)
		}
		if took := time.Since(start); took < 2*time.Second || took > 2100*time.Millisecond {
			t.Errorf("Stop took %v, want the grace of 2 s", took)
		}
		f.wantOutcomes(t, bus.Returned)
		got, err := f.driver.Claim(t.Context(), "f", 1, time.Minute)
		if err != nil || len(got) != 1 || got[0].Attempt != 1 {
			t.Errorf("after Stop: %+v, %v, want the event at attempt 1", got, err)
		}
	})
}

func TestStop_is_bounded_by_its_context(t *testing.T) {
	bubble(t, bus.Options{Grace: time.Hour}, func(t *testing.T, f *fixture) {
		stuck := make(chan bool)
		f.start(t, function(func(context.Context, animo.Event) error {
			<-stuck
			return errFlaky
		}))
		f.publish(t, "1")
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		start := time.Now()
		if err := f.bus.Stop(ctx); animo.CodeOf(err) != animo.Timeout {
			t.Errorf("Stop with a stuck handler: %v, want timeout", err)
		}
		if took := time.Since(start); took > 3100*time.Millisecond {
			t.Errorf("Stop took %v, want 1 s and then 2", took)
		}
		close(stuck)
		synctest.Wait()
	})
}

func TestStop_before_Start_and_twice(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		fn := function(func(context.Context, animo.Event) error { return nil })
		f.start(t, fn)
		if err := f.bus.Start(t.Context(), fn); err == nil {
			t.Error("Start a second time: no error")
		}
		for range 2 {
			if err := f.bus.Stop(t.Context()); err != nil {
				t.Errorf("Stop: %v", err)
			}
		}
		never := bus.New(f.driver, bus.Options{})
		if err := never.Stop(t.Context()); err != nil {
			t.Errorf("Stop before Start: %v", err)
		}
		if err := never.Start(t.Context(), fn); err == nil {
			t.Error("Start after Stop: no error")
		}
	})
}

func TestStart_refuses_functions_that_cannot_work(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		good := function(func(context.Context, animo.Event) error { return nil })
		for name, functions := range map[string][]bus.Function{
			"twins": {good, good}, "no name": {{Handle: good.Handle}}, "no handler": {{Name: "x"}},
		} {
			if err := f.bus.Start(t.Context(), functions...); err == nil {
				t.Errorf("%s: no error", name)
			}
		}
	})
}

func TestPublish_refuses_incomplete_events(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		for _, change := range []func(*animo.Event){
			func(e *animo.Event) { e.ID = "" }, func(e *animo.Event) { e.Type = "" }, func(e *animo.Event) { e.Tenant = "" },
		} {
			e := bustest.Event("a", "1")
			change(&e)
			if err := f.bus.Publish(t.Context(), e); animo.CodeOf(err) != animo.Invalid {
				t.Errorf("Publish(%+v): %v, want invalid", e, err)
			}
		}
	})
}

// failing answers NoSpace to what would settle an event while it is full.
type failing struct {
	bus.Driver
	full atomic.Bool
}

func (d *failing) Settle(ctx context.Context, m bus.Delivery, s bus.Settlement) error {
	if d.full.Load() {
		return animo.Errorf(animo.NoSpace, "full", "lleno")
	}
	return d.Driver.Settle(ctx, m, s)
}

func TestBus_settles_when_the_disk_has_room_again(t *testing.T) {
	bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
		d := &failing{Driver: f.driver}
		d.full.Store(true)
		b := bus.New(d, bus.Options{Lease: time.Second})
		var runs atomic.Int32
		if err := b.Start(t.Context(), function(func(context.Context, animo.Event) error {
			runs.Add(1)
			return nil
		})); err != nil {
			t.Fatal(err)
		}
		f.publish(t, "1")
		time.Sleep(time.Minute)
		f.wantDepth(t, bus.Depth{Running: 1})
		d.full.Store(false)
		time.Sleep(11 * time.Second)
		f.wantDepth(t, bus.Depth{})
		if runs.Load() != 1 {
			t.Errorf("it ran %d times, want once", runs.Load())
		}
		if err := b.Stop(t.Context()); err != nil {
			t.Error(err)
		}
	})
}

// unreachable fails to renew leases.
type unreachable struct {
	bus.Driver
	err error
}

func (d unreachable) Extend(ctx context.Context, _ bus.Delivery, _ time.Duration) error {
	if d.err == nil { // as a connection that hangs
		<-ctx.Done()
		return animo.Errorf(animo.Timeout, "too late", "demasiado tarde")
	}
	return d.err
}

func TestBus_a_worker_whose_lease_ended_unheard_does_not_go_on(t *testing.T) {
	full := animo.Errorf(animo.NoSpace, "full", "lleno")
	for name, failure := range map[string]error{"unavailable": errFlaky, "hanging": nil, "full": full} {
		t.Run(name, func(t *testing.T) {
			bubble(t, bus.Options{}, func(t *testing.T, f *fixture) {
				b := bus.New(unreachable{f.driver, failure}, bus.Options{Lease: 3 * time.Second, Observer: f, Log: slog.New(slog.NewTextHandler(&f.log, nil))})
				started := time.Now()
				worked := make(chan time.Duration, 1)
				fn := function(func(ctx context.Context, _ animo.Event) error {
					select {
					case <-ctx.Done():
					case <-time.After(10 * time.Second):
					}
					select {
					case worked <- time.Since(started):
					default: // it came again
					}
					return ctx.Err()
				})
				fn.Deadline = time.Hour
				if err := b.Start(t.Context(), fn); err != nil {
					t.Fatal(err)
				}
				f.publish(t, "1")
				took := <-worked
				want := 3 * time.Second
				if failure == full { // when nobody can write, nobody takes the event
					want = 10 * time.Second
				}
				if took != want {
					t.Errorf("the worker went on for %v, want %v", took, want)
				}
				if err := b.Stop(t.Context()); err != nil {
					t.Error(err)
				}
				f.mu.Lock()
				defer f.mu.Unlock()
				if len(f.outcomes) == 0 || (f.outcomes[0] == bus.Lost) == (failure == full) {
					t.Errorf("outcomes %v", f.outcomes)
				}
			})
		})
	}
}
