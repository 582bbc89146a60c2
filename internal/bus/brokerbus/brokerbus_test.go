package brokerbus_test

import (
	"path/filepath"
	"testing"
	"testing/synctest"

	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/bustest"
	"animo/internal/bus/carrier/memcarrier"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"

	"go.uber.org/goleak"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

var carriers = map[string]memcarrier.Options{
	"honest": {},
	"faulty": {Lose: 0.3, Repeat: 0.3, Reorder: 0.5, Seed: 1},
}

// tables open a table with one more process on it at each call.
var tables = map[string]func(t testing.TB) func() *table.Table{
	"sqltable": func(t testing.TB) func() *table.Table {
		path := filepath.Join(t.TempDir(), "animo.db")
		return func() *table.Table {
			db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() {
				if err := db.Close(); err != nil {
					t.Error(err)
				}
			})
			return table.New(sqltable.New(db))
		}
	},
}

func TestDriver(t *testing.T) {
	for name, openTable := range tables {
		for carrying, o := range carriers {
			t.Run(name+"/"+carrying, func(t *testing.T) {
				bustest.Run(t, bustest.Engine{
					Open: func(t *testing.T) func() bus.Driver {
						again, broker := openTable(t), memcarrier.New(o)
						return func() bus.Driver {
							c := broker.Open()
							t.Cleanup(func() { c.Close() })
							return brokerbus.New(t.Context(), again(), c, brokerbus.Options{})
						}
					},
					Test: synctest.Test,
				})
			})
		}
	}
}
