package brokerbus_test

import (
	"context"
	"log/slog"
	"testing"
	"time"

	"animo/internal/awstest"
	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier/awscarrier"
	"animo/internal/table"
)

// In real time, because a connection is always read from: the tests wait side by side.
func TestDriver_on_AWS(t *testing.T) {
	inParallel(t, 8) // the emulator is slow, and pauses are measured
	t.Run("suite", func(t *testing.T) {
		bustest.Run(t, bustest.Engine{
			Open: func(t *testing.T) func() bus.Driver {
				open, url := tables["memtable"](t), awstest.Bus(t)
				return func() bus.Driver {
					c, err := awscarrier.Open(t.Context(), url, awscarrier.Options{Again: 2 * time.Second, Log: slog.New(slog.DiscardHandler)})
					if err != nil {
						t.Fatal(err)
					}
					rows := table.New(open())
					d := brokerbus.New(context.Background(), rows, c, brokerbus.Options{Log: slog.New(slog.DiscardHandler)})
					t.Cleanup(func() {
						for _, err := range []error{d.Close(), c.Close(), brokerbus.Check(context.Background(), rows)} {
							if err != nil {
								t.Error(err)
							}
						}
					})
					return d
				}
			},
			Test: func(t *testing.T, run func(*testing.T)) { t.Parallel(); run(t) },
		})
	})
}
