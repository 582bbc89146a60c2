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
	pageUp   = `SELECT key, value, rev FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key LIMIT $5`
	pageDown = `SELECT key, value, rev FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key DESC LIMIT $5`
)

// Query implements table.Driver. A page is read whole before its rows are yielded; the next one begins
// behind the last key of this one, so neither a transaction nor a connection is held while the caller works.
func (d *Driver) Query(ctx context.Context, tenant, tbl string, r table.Range, reverse bool) iter.Seq2[table.Row, error] {
	return func(yield func(table.Row, error) bool) {
		from, to := r.Bounds()
		query := pageUp
		if reverse {
			query = pageDown
		}
		var page []table.Row
		var key, value sql.RawBytes // valid until the next row
		var rev int64
		for limit := firstPage; ; limit = min(2*limit, lastPage) {
			if err := d.check(tenant, tbl); err != nil {
				yield(table.Row{}, err)
				return
			}
			page = page[:0]
			size, full := 0, false
			err := d.db.Each(ctx, func(rows *sql.Rows) error {
				if err := rows.Scan(&key, &value, &rev); err != nil {
					return err
				}
				page = append(page, table.Row{Key: string(key), Value: bytes.Clone(value), Rev: rev})
				if size += len(value); size >= pageBytes {
					full = true
					return sqldb.ErrStop
				}
				return nil
			}, query, tenant, tbl, []byte(from), []byte(to), limit)
			if err != nil {
				yield(table.Row{}, err)
				return
			}
			for _, row := range page {
				if !yield(row, nil) {
					return
				}
			}
			if len(page) < limit && !full {
				return
			}
			if last := page[len(page)-1].Key; reverse {
				to = last
			} else {
				from = last + "\x00" // the smallest key behind last
			}
		}
	}
}
