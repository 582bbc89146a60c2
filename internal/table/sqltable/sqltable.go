// Package sqltable keeps rows in a SQL database. Start at New.
package sqltable

import (
	"context"
	"database/sql"
	"sync/atomic"

	"animo"
	"animo/internal/sqldb"
	"animo/internal/table"
)

// Driver is a table.Driver in a sqldb.DB.
type Driver struct {
	db     *sqldb.DB
	closed atomic.Bool
}

var (
	_ table.Driver       = (*Driver)(nil)
	_ table.RangeDeleter = (*Driver)(nil)
	_ table.Scrubber     = (*Driver)(nil)
)

// New makes a Driver of an open database, which stays the caller's to close.
func New(db *sqldb.DB) *Driver { return &Driver{db: db} }

// Limits implements table.Driver. So many operations take the one writer about 50 ms.
func (d *Driver) Limits() table.Limits { return table.Limits{Ops: 20_000, Value: table.MaxValue} }

// Close makes every later call answer Unavailable. The database stays open.
func (d *Driver) Close() error {
	d.closed.Store(true)
	return nil
}

// Scrub implements table.Scrubber.
func (d *Driver) Scrub(ctx context.Context) error {
	if d.closed.Load() {
		return errClosed()
	}
	return d.db.Scrub(ctx)
}

func errClosed() error {
	return animo.Errorf(animo.Unavailable, "the table is closed", "la tabla está cerrada")
}

func (d *Driver) each(ctx context.Context, each func(*sql.Rows) error, query string, args ...any) error {
	if d.closed.Load() {
		return errClosed()
	}
	return d.db.Each(ctx, each, query, args...)
}

func (d *Driver) write(ctx context.Context, fn func(*sqldb.Tx) error) error {
	if d.closed.Load() {
		return errClosed()
	}
	return d.db.Write(ctx, fn)
}
