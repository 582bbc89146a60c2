package brokerbus_test

import (
	"context"
	"flag"
	"fmt"
	"log/slog"
	"strconv"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier/natscarrier"
	"animo/internal/natstest"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// openNATS opens a driver on rows and on NATS, as a process does.
func openNATS(t testing.TB, rows table.Driver, url string) *brokerbus.Driver {
	t.Helper()
	c, err := natscarrier.Open(t.Context(), url, natscarrier.Options{Again: 2 * time.Second})
	if err != nil {
		t.Fatal(err)
	}
	tables := table.New(rows)
	d := brokerbus.New(context.Background(), tables, c, brokerbus.Options{})
	t.Cleanup(func() {
		for _, err := range []error{d.Close(), c.Close(), brokerbus.Check(context.Background(), tables)} {
			if err != nil {
				t.Error(err)
			}
		}
	})
	return d
}

// In real time, because a connection is always read from: the tests wait side by side.
func TestDriver_on_NATS(t *testing.T) {
	inParallel(t, 16)
	t.Run("suite", func(t *testing.T) {
		bustest.Run(t, bustest.Engine{
			Open: func(t *testing.T) func() bus.Driver {
				open, url := tables["memtable"](t), natstest.URL(t)
				return func() bus.Driver { return openNATS(t, open(), url) }
			},
			Test: func(t *testing.T, run func(*testing.T)) { t.Parallel(); run(t) },
		})
	})
}

// inParallel has n parallel tests of this test run at once, and rapid try few of its long scenarios.
func inParallel(t *testing.T, n int) {
	for name, value := range map[string]string{"test.parallel": strconv.Itoa(n), "rapid.checks": "3"} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
}

// TestNATS_faults has events flow from one process to two others while the leader of their stream is killed, the stream is purged
// and deleted, and all servers are away. Each event is accepted, and dealt with once, at its first attempt.
func TestNATS_faults_lose_and_double_nothing(t *testing.T) {
	cluster := natstest.Start(t)
	rows := memTable(memtable.DynamoDB)(t)
	sender := openNATS(t, rows(), cluster.URL)
	var mu sync.Mutex
	calls := map[string]int{} // by event
	for range 2 {
		b := bus.New(bus.Queues{Driver: openNATS(t, rows(), cluster.URL)}, bus.Options{Log: slog.New(slog.DiscardHandler), Lease: 10 * time.Second})
		err := b.Start(t.Context(), bus.Function{Name: "f", On: []string{"*"}, Workers: 2, Deadline: time.Minute, Handle: func(_ context.Context, e animo.Event) error {
			mu.Lock()
			defer mu.Unlock()
			calls[e.ID]++
			return nil
		}})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := b.Stop(context.Background()); err != nil {
				t.Error(err)
			}
		})
	}
	js, end := natstest.Connect(t, cluster.URL)
	defer end()
	published, slowest := 0, time.Duration(0)
	// flow publishes for a while.
	flow := func(what string, d time.Duration) {
		t.Helper()
		before, began := published, time.Now()
		ticks := time.NewTicker(10 * time.Millisecond)
		defer ticks.Stop()
		for time.Since(began) < d {
			<-ticks.C
			at := time.Now()
			bustest.Publish(t, sender, fmt.Sprint("t", published%3), fmt.Sprint(published))
			slowest = max(slowest, time.Since(at))
			published++
		}
		t.Logf("%s: %d events published", what, published-before)
	}
	flow("in peace", time.Second)
	s, err := js.Stream(t.Context(), "animo-f")
	if err != nil {
		t.Fatal(err)
	}
	if n := s.CachedInfo().Config.Replicas; n != 3 {
		t.Errorf("the stream has %d replicas, want 3", n)
	}
	cluster.Kill(s.CachedInfo().Cluster.Leader)
	flow("without the leader "+s.CachedInfo().Cluster.Leader, 6*time.Second)
	cluster.Restart()
	flow("with it again", time.Second)
	retry(t, func() error { return s.Purge(t.Context()) })
	flow("purged", time.Second)
	retry(t, func() error { return js.DeleteStream(t.Context(), "animo-f") })
	flow("deleted", 2*time.Second)
	cluster.Stop()
	flow("without any server", 4*time.Second)
	cluster.Restart()
	flow("with all of them again", 2*time.Second)
	for deadline := time.Now().Add(20 * time.Second); ; {
		mu.Lock()
		n := len(calls)
		mu.Unlock()
		if n == published || time.Now().After(deadline) {
			break
		}
		time.Sleep(50 * time.Millisecond)
	}
	retry(t, func() error { _, err := js.Stream(t.Context(), "animo-f"); return err }) // it was made anew
	mu.Lock()
	defer mu.Unlock()
	lost, doubled := published-len(calls), 0
	for _, n := range calls {
		doubled += n - 1
	}
	depths, err := sender.Depths(t.Context(), "")
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("accepted %d, effects %d, dead letters %d, lost %d, doubled %d; the slowest publication took %v", published, len(calls), depths[0].Dead, lost, doubled, slowest)
	if lost != 0 || doubled != 0 || depths[0].Dead != 0 {
		t.Error("lost, doubled and dead letters are to be 0")
	}
	if slowest > 5*time.Second {
		t.Error("a publication waited for the broker")
	}
}

// retry calls until there is no error, while servers elect a leader.
func retry(t *testing.T, call func() error) {
	t.Helper()
	err := call()
	for deadline := time.Now().Add(20 * time.Second); err != nil && time.Now().Before(deadline); err = call() {
		time.Sleep(100 * time.Millisecond)
	}
	if err != nil {
		t.Fatal(err)
	}
}
