package sqlbus_test

import (
	"fmt"
	"log/slog"
	"path/filepath"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/sqlbus"
	"animo/internal/loop"
	"animo/internal/sqldb"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestDriver(t *testing.T) {
	bustest.Run(t, bustest.Engine{
		Open: func(t *testing.T) func() bus.Driver {
			path := file(t)
			return func() bus.Driver { return open(t, path, sqldb.Options{}, sqlbus.Options{}) }
		},
		Test: synctest.Test,
	})
}

func file(t testing.TB) string { return filepath.Join(t.TempDir(), "animo.db") }

// open opens the file as a process would.
func open(t testing.TB, path string, dbOptions sqldb.Options, o sqlbus.Options) bus.Queues {
	t.Helper()
	return openURL(t, "sqlite:"+path, dbOptions, o)
}

func openURL(t testing.TB, url string, dbOptions sqldb.Options, o sqlbus.Options) bus.Queues {
	t.Helper()
	db, err := sqldb.Open(t.Context(), url, dbOptions)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := db.Close(); err != nil {
			t.Error(err)
		}
	})
	d, err := sqlbus.New(t.Context(), db, o)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { d.Close() })
	return bus.Queues{Driver: d}
}

func TestNew_gives_back_what_the_same_owner_held(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		path := file(t)
		died := open(t, path, sqldb.Options{}, sqlbus.Options{Owner: "server"})
		other := open(t, path, sqldb.Options{}, sqlbus.Options{Owner: "another"})
		bustest.Declare(t, died, "q", "*")
		bustest.Publish(t, died, "a", "1", "2")
		bustest.Publish(t, died, "b", "3")
		if got := bustest.Claim(t, died, "q", 2); len(got) != 2 {
			t.Fatalf("claimed %d events, want 2", len(got))
		}
		if got := bustest.Claim(t, other, "q", 9); len(got) != 1 {
			t.Fatalf("the other owner claimed %d events, want 1", len(got))
		}
		open(t, path, sqldb.Options{}, sqlbus.Options{}) // one that only looks gives nothing back
		if got := bustest.Claim(t, other, "q", 9); len(got) != 0 {
			t.Fatalf("leases were given back for a process without a name: %+v", got)
		}
		born := open(t, path, sqldb.Options{}, sqlbus.Options{Owner: "server"})
		got := bustest.Claim(t, born, "q", 9)
		if len(got) != 2 || got[0].Attempt != 2 || got[1].Attempt != 2 {
			t.Errorf("after a restart: %+v, want the two events at attempt 2", got)
		}
	})
}

func TestNew_ends_what_a_clock_set_back_would_keep_waiting(t *testing.T) {
	day := time.Date(2023, 4, 5, 6, 7, 8, 0, time.UTC)
	var now atomic.Pointer[time.Time]
	set := func(t time.Time) { now.Store(&t) }
	clock := sqldb.Options{Clock: func() time.Time { return *now.Load() }}
	path := file(t)

	set(day)
	before := open(t, path, clock, sqlbus.Options{Owner: "before"})
	bustest.Declare(t, before, "q", "*")
	for _, tenant := range []string{"a", "b", "c"} {
		bustest.Publish(t, before, tenant, "of "+tenant)
	}
	got, err := before.Claim(t.Context(), "q", 3, 30*time.Second) // the event of c stays leased
	if err != nil {
		t.Fatal(err)
	}
	for i, pause := range []time.Duration{10 * time.Second, 10 * time.Second} {
		if err := before.Retry(t.Context(), got[i], pause, animo.Reason{Code: animo.Timeout}); err != nil {
			t.Fatal(err)
		}
	}
	want := func(d bus.Queues, ready, waiting, running int) {
		t.Helper()
		got, err := d.Depths(t.Context(), "")
		if len(got) > 0 {
			got[0].Retrying, got[0].Oldest = 0, time.Time{}
		}
		if err != nil || got[0] != (bus.Depth{Queue: "q", Ready: ready, Waiting: waiting, Running: running}) {
			t.Errorf("Depths = %+v, %v; want %d ready, %d waiting, %d running", got, err, ready, waiting, running)
		}
	}

	set(day.Add(-10 * time.Minute)) // set back a little: everything keeps its time
	want(open(t, path, clock, sqlbus.Options{Owner: "little"}), 0, 2, 1)
	set(day.Add(10 * time.Second))
	want(before, 2, 0, 1)

	set(day.Add(-24 * time.Hour))
	want(open(t, path, clock, sqlbus.Options{}), 0, 2, 1) // one that only looks changes nothing
	set(now.Load().Add(2 * time.Minute))
	want(before, 0, 2, 1)
	after := open(t, path, clock, sqlbus.Options{Owner: "after"})
	want(after, 0, 2, 1)
	set(now.Load().Add(time.Minute))
	want(after, 3, 0, 0)
	if got := bustest.Claim(t, after, "q", 9); len(got) != 3 {
		t.Errorf("claimed %d events, want 3", len(got))
	}
}

func TestPublish_that_does_not_fit_leaves_nothing(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		d := open(t, file(t), sqldb.Options{MaxBytes: 1 << 20}, sqlbus.Options{})
		bustest.Declare(t, d, "q", "*")
		bustest.Declare(t, d, "r", "*")
		var flood []animo.Event
		for i := range 400 {
			e := bustest.Event("a", fmt.Sprint(i))
			e.Subject = strings.Repeat("long", 1000)
			flood = append(flood, e)
		}
		for range 3 {
			if err := d.Publish(t.Context(), flood...); animo.CodeOf(err) != animo.NoSpace {
				t.Fatalf("Publish of 3 MB into 1 MB: err = %v, want no_space", err)
			}
		}
		depths, err := d.Depths(t.Context(), "")
		if err != nil || depths[0] != (bus.Depth{Queue: "q"}) || depths[1] != (bus.Depth{Queue: "r"}) {
			t.Errorf("Depths = %+v, %v, want two empty queues", depths, err)
		}
		if err := d.Publish(t.Context(), flood[:10]...); err != nil { // what fits is still taken
			t.Fatal(err)
		}
		if got := bustest.Claim(t, d, "q", 99); len(got) != 10 {
			t.Errorf("claimed %d events, want 10", len(got))
		}
	})
}

func BenchmarkEvents(b *testing.B) {
	bustest.Benchmark(b, func(b *testing.B) bus.Driver { return open(b, file(b), sqldb.Options{}, sqlbus.Options{}) })
}

func TestWatch_goes_on_after_a_panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var unlucky atomic.Bool
		var panics atomic.Int32
		start := time.Now()
		clock := func() time.Time {
			if unlucky.Load() {
				panic("no such luck")
			}
			return start.Add(time.Since(start))
		}
		path := file(t)
		keeper := loop.New(slog.New(slog.DiscardHandler), func(string, bool) { panics.Add(1) })
		d := open(t, path, sqldb.Options{Clock: clock}, sqlbus.Options{Keeper: keeper})
		other := open(t, path, sqldb.Options{}, sqlbus.Options{})
		bustest.Declare(t, d, "q", "*")
		wake := d.Wake("q")
		unlucky.Store(true)
		time.Sleep(10 * time.Second)
		unlucky.Store(false)
		if n := panics.Load(); n < 3 || n > 5 {
			t.Errorf("%d panics in 10 s, want one after 0, 1, 3 and 7 s", n)
		}
		select {
		case <-wake:
		default:
		}
		bustest.Publish(t, other, "a", "1")
		began := time.Now()
		<-wake
		if waited := time.Since(began); waited > 10*time.Second {
			t.Errorf("what another process published is heard after %v", waited)
		}
	})
}
