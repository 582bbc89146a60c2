package cluster_test

import (
	"path/filepath"
	"testing"

	"go.uber.org/goleak"

	"animo/internal/cluster/clustertest"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/memtable"
	"animo/internal/table/sqltable"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func TestLeases_in_memory(t *testing.T) {
	clustertest.Run(t, func(*testing.T) func() table.Driver {
		shared := memtable.New(table.Limits{})
		return func() table.Driver { return shared }
	})
}

// TestLeases_in_SQLite has a connection to one file for each process.
func TestLeases_in_SQLite(t *testing.T) {
	clustertest.Run(t, func(t *testing.T) func() table.Driver {
		path := filepath.Join(t.TempDir(), "animo.db")
		return func() table.Driver {
			db, err := sqldb.Open(t.Context(), "sqlite:"+path, sqldb.Options{})
			if err != nil {
				t.Fatal(err)
			}
			t.Cleanup(func() { _ = db.Close() })
			return sqltable.New(db)
		}
	})
}
