// Package storetest gives the tests of flows real stores, and lets them act before each call that a flow makes to its
// tables. Begin at Tables and Watch.
package storetest

import (
	"context"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"animo/internal/bus"
	"animo/internal/bus/brokerbus"
	"animo/internal/bus/carrier"
	"animo/internal/bus/carrier/memcarrier"
	"animo/internal/bus/carrier/natscarrier"
	"animo/internal/bus/sqlbus"
	"animo/internal/natstest"
	"animo/internal/object"
	"animo/internal/object/s3"
	"animo/internal/postgrestest"
	"animo/internal/s3test"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
)

// Noon is the moment at which the clocks of tests begin.
var Noon = time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)

// Open opens a new database, a file in a temporary folder unless postgrestest.Tables chooses another, and closes it at the end of
// the test.
func Open(t testing.TB) *sqldb.DB {
	t.Helper()
	db, err := sqldb.Open(t.Context(), postgrestest.Tables(t, filepath.Join(t.TempDir(), "animo.db")), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	return db
}

// Tables is the engine of tables of a new database.
func Tables(t testing.TB) table.Driver {
	t.Helper()
	return sqltable.New(Open(t))
}

// Queues opens the queues of a database, or those of its rows with the NATS cluster that natstest.Bus chooses, and closes them at the
// end of the test.
func Queues(t testing.TB, db *sqldb.DB) bus.Queues {
	t.Helper()
	if url := natstest.Bus(t); url != "" {
		var c carrier.Carrier = memcarrier.New(memcarrier.Options{}).Open()
		if time.Now().Year() > 2000 { // else in a bubble of fake time, which begins then and stands still while a connection is read
			var err error
			if c, err = natscarrier.Open(t.Context(), url, natscarrier.Options{}); err != nil {
				t.Fatal(err)
			}
		}
		t.Cleanup(func() { _ = c.Close() })
		q := brokerbus.New(t.Context(), table.New(sqltable.New(db)), c, brokerbus.Options{})
		t.Cleanup(func() { _ = q.Close() })
		return bus.Queues{Driver: q}
	}
	q, err := sqlbus.New(t.Context(), db, sqlbus.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = q.Close() })
	return bus.Queues{Driver: q}
}

// Objects opens a new store of objects, a temporary folder unless s3test.Objects chooses another, and closes it at the end of the test.
func Objects(t testing.TB) object.Store {
	t.Helper()
	url := s3test.Objects(t, t.TempDir())
	var s object.Store
	var err error
	if strings.HasPrefix(url, "s3:") {
		s, err = s3.Open(t.Context(), url, nil)
	} else {
		s, err = object.Open(t.Context(), url, object.Options{})
	}
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = s.Close() })
	return s
}

// Call is a call that is about to be made to an engine.
type Call struct {
	Method string     // of table.Driver: Read, Scan, Tallies, Places or Commit
	Table  string     // of Scan and Tallies
	Places int        // how many Places asks for
	Ops    []table.Op // of Commit
}

// Watch returns an engine that calls before ahead of each call to d that reads or commits. An error of before is the answer,
// and d is not called. before is called by as many goroutines at once as d is.
func Watch(d table.Driver, before func(Call) error) table.Driver { return &watched{d, before} }

type watched struct {
	table.Driver
	before func(Call) error
}

func (w *watched) Read(ctx context.Context, tenant string, keys ...table.Key) ([]table.Row, error) {
	if err := w.before(Call{Method: "Read"}); err != nil {
		return nil, err
	}
	return w.Driver.Read(ctx, tenant, keys...)
}

func (w *watched) Scan(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) ([]table.Row, bool, error) {
	if err := w.before(Call{Method: "Scan", Table: tbl}); err != nil {
		return nil, false, err
	}
	return w.Driver.Scan(ctx, tenant, tbl, r, p)
}

func (w *watched) Tallies(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) ([]table.Tally, bool, error) {
	if err := w.before(Call{Method: "Tallies", Table: tbl}); err != nil {
		return nil, false, err
	}
	return w.Driver.Tallies(ctx, tenant, tbl, r, p)
}

func (w *watched) Places(ctx context.Context, tenant, log string, after int64, n int) ([]table.Logged, error) {
	if err := w.before(Call{Method: "Places", Places: n}); err != nil {
		return nil, err
	}
	return w.Driver.Places(ctx, tenant, log, after, n)
}

func (w *watched) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if err := w.before(Call{Method: "Commit", Ops: ops}); err != nil {
		return err
	}
	return w.Driver.Commit(ctx, tenant, rev, ops...)
}
