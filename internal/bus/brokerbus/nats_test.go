package brokerbus_test

import (
	"context"
	"flag"
	"testing"
	"time"

	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier/natscarrier"
	"animo/internal/natstest"
	"animo/internal/table"
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
	inParallel(t)
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

// inParallel has the parallel tests of this test run at once, and rapid try few of its long scenarios.
func inParallel(t *testing.T) {
	for name, value := range map[string]string{"test.parallel": "16", "rapid.checks": "3"} {
		before := flag.Lookup(name).Value.String()
		if err := flag.Set(name, value); err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() { _ = flag.Set(name, before) })
	}
}
