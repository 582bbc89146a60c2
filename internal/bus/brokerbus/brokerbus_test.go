package brokerbus_test

import (
	"context"
	"path/filepath"
	"testing"
	"testing/synctest"

	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier/memcarrier"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/memtable"
	"animo/internal/table/sqltable"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var (
	honest = memcarrier.Options{}
	faulty = memcarrier.Options{Lose: 0.3, Repeat: 0.3, Reorder: 0.5, Seed: 1}
	mute   = memcarrier.Options{Lose: 1}
)

// tables make a place for rows, and give a function that opens it as one more process.
var tables = map[string]func(t testing.TB) func() table.Driver{
	"sqltable": sqlTable,
	"memtable": memTable(table.Limits{Ops: 25, Value: 256 << 10}), // no more than any engine takes
}

func memTable(l table.Limits) func(testing.TB) func() table.Driver {
	return func(testing.TB) func() table.Driver {
		d := memtable.New(l)
		return func() table.Driver { return d }
	}
}

func sqlTable(t testing.TB) func() table.Driver {
	path := filepath.Join(t.TempDir(), "animo.db")
	return func() table.Driver {
		db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
		if err != nil {
			t.Fatal(err)
		}
		t.Cleanup(func() {
			if err := db.Close(); err != nil {
				t.Error(err)
			}
		})
		return sqltable.New(db)
	}
}

// A cluster is a place for rows and a broker, and opens drivers on them as processes do.
type cluster struct {
	t      testing.TB
	rows   func() table.Driver
	broker *memcarrier.Broker
}

func (c *cluster) open(o brokerbus.Options) *brokerbus.Driver {
	c.t.Helper()
	rows, carrier := table.New(c.rows()), c.broker.Open()
	d := brokerbus.New(context.Background(), rows, carrier, o)
	c.t.Cleanup(func() {
		if err := d.Close(); err != nil {
			c.t.Error(err)
		}
		if err := brokerbus.Check(context.Background(), rows); err != nil {
			c.t.Error(err)
		}
		carrier.Close()
	})
	return d
}

func TestDriver(t *testing.T) {
	for rows, openTable := range tables {
		for carrying, o := range map[string]memcarrier.Options{"honest": honest, "faulty": faulty} {
			t.Run(rows+"/"+carrying, func(t *testing.T) {
				bustest.Run(t, bustest.Engine{
					Open: func(t *testing.T) func() bus.Driver {
						c := &cluster{t, openTable(t), memcarrier.New(o)}
						return func() bus.Driver { return c.open(brokerbus.Options{}) }
					},
					Test: synctest.Test,
				})
			})
		}
	}
}

func BenchmarkEvents(b *testing.B) {
	for rows, openTable := range map[string]func(testing.TB) func() table.Driver{"sqltable": sqlTable, "memtable": memTable(memtable.DynamoDB)} {
		b.Run(rows, func(b *testing.B) {
			bustest.Benchmark(b, func(b *testing.B) bus.Driver {
				c := &cluster{b, openTable(b), memcarrier.New(honest)}
				return c.open(brokerbus.Options{})
			})
		})
	}
}
