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
	_ table.Driver   = (*Driver)(nil)
	_ table.Scrubber = (*Driver)(nil)
)

// New makes a Driver of an open database, which stays the caller's to close.
func New(db *sqldb.DB) *Driver { return &Driver{db: db} }

// Close makes every later call answer Unavailable. The database stays open.
func (d *Driver) Close() error {
	d.closed.Store(true)
	return nil
}

// Scrub implements table.Scrubber.
func (d *Driver) Scrub(ctx context.Context) error {
	if err := d.check("all", "all"); err != nil {
		return err
	}
	return d.db.Scrub(ctx)
}

// check refuses a call after Close and what table.Check refuses.
func (d *Driver) check(tenant, tbl string, rows ...table.Row) error {
	if d.closed.Load() {
		return animo.Errorf(animo.Unavailable, "the table is closed", "la tabla está cerrada")
	}
	return table.Check(tenant, tbl, rows...)
}

// Get implements table.Driver.
func (d *Driver) Get(ctx context.Context, tenant, tbl, key string) (table.Row, error) {
	if err := d.check(tenant, tbl); err != nil {
		return table.Row{}, err
	}
	row, found := table.Row{Key: key}, false
	err := d.db.Each(ctx, func(rows *sql.Rows) error {
		found = true
		return rows.Scan(&row.Value, &row.Rev)
	}, `SELECT value, rev FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3`, tenant, tbl, []byte(key))
	if err == nil && !found {
		err = animo.Errorf(animo.NotFound, "there is no %q", "no existe %q", key)
	}
	if err != nil {
		return table.Row{}, err
	}
	return row, nil
}

// Count implements table.Driver.
func (d *Driver) Count(ctx context.Context, tenant, tbl string, r table.Range) (n int, err error) {
	if err := d.check(tenant, tbl); err != nil {
		return 0, err
	}
	from, to := r.Bounds()
	err = d.db.Each(ctx, func(rows *sql.Rows) error { return rows.Scan(&n) },
		`SELECT count(*) FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4`,
		tenant, tbl, []byte(from), []byte(to))
	return n, err
}
