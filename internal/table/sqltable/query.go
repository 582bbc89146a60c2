package sqltable

import (
	"bytes"
	"context"
	"database/sql"
	"iter"

	"animo/internal/sqldb"
	"animo/internal/table"
)

// A page grows from firstPage rows to lastPage, so that a caller who stops early has read little and one
// who goes on is not slowed down, and ends early at pageBytes of values.
const (
	firstPage = 64
	lastPage  = 1024
	pageBytes = 4 << 20
)

const (
	pageUp    = `SELECT key, value, rev FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key LIMIT $5`
	pageDown  = `SELECT key, value, rev FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key DESC LIMIT $5`
	tallyPage = `SELECT key, n, sum FROM tally WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key LIMIT $5`
)

// Query implements table.Driver.
func (d *Driver) Query(ctx context.Context, tenant, tbl string, r table.Range, reverse bool) iter.Seq2[table.Row, error] {
	query := pageUp
	if reverse {
		query = pageDown
	}
	return func(yield func(table.Row, error) bool) {
		var key, value sql.RawBytes // valid until the next row
		var rev int64
		scan := func(rows *sql.Rows) (table.Row, int, error) {
			err := rows.Scan(&key, &value, &rev)
			return table.Row{Key: string(key), Value: bytes.Clone(value), Rev: rev}, len(value), err
		}
		pages(ctx, d, query, tenant, tbl, r, reverse, scan, func(row table.Row) string { return row.Key }, yield)
	}
}

// Tallies implements table.Driver.
func (d *Driver) Tallies(ctx context.Context, tenant, tbl string, r table.Range) iter.Seq2[table.Tally, error] {
	return func(yield func(table.Tally, error) bool) {
		var key sql.RawBytes
		scan := func(rows *sql.Rows) (t table.Tally, size int, err error) {
			err = rows.Scan(&key, &t.N, &t.Sum)
			t.Key = string(key)
			return t, len(key), err
		}
		pages(ctx, d, tallyPage, tenant, tbl, r, false, scan, func(t table.Tally) string { return t.Key }, yield)
	}
}

// pages yields what a query finds in r, of which scan reads one and tells its size in bytes. A page is read
// whole before its items are yielded; the next one begins behind the last key of this one, so neither a
// transaction nor a connection is held while the caller works.
func pages[T any](ctx context.Context, d *Driver, query, tenant, tbl string, r table.Range, reverse bool,
	scan func(*sql.Rows) (T, int, error), key func(T) string, yield func(T, error) bool) {
	var none T
	from, to := r.Bounds()
	var page []T
	for limit := firstPage; ; limit = min(2*limit, lastPage) {
		if err := d.check(tenant, tbl); err != nil {
			yield(none, err)
			return
		}
		page = page[:0]
		size, full := 0, false
		err := d.db.Each(ctx, func(rows *sql.Rows) error {
			item, n, err := scan(rows)
			if err != nil {
				return err
			}
			page = append(page, item)
			if size += n; size >= pageBytes {
				full = true
				return sqldb.ErrStop
			}
			return nil
		}, query, tenant, tbl, []byte(from), []byte(to), limit)
		if err != nil {
			yield(none, err)
			return
		}
		for _, item := range page {
			if !yield(item, nil) {
				return
			}
		}
		if len(page) < limit && !full {
			return
		}
		if last := key(page[len(page)-1]); reverse {
			to = last
		} else {
			from = last + "\x00" // the smallest key behind last
		}
	}
}
