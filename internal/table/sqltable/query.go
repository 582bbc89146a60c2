package sqltable

import (
	"bytes"
	"context"
	"database/sql"
	"fmt"
	"math/bits"
	"slices"
	"strings"

	"animo/internal/sqldb"
	"animo/internal/table"
)

const (
	pageBytes = 4 << 20 // of values, which end a page early
	smallPage = 64      // items, beyond which a page is most often full
)

const (
	inRange = `WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key`
	up      = inRange + ` LIMIT $5`
	down    = inRange + ` DESC LIMIT $5`
)

// Scan implements table.Driver.
func (d *Driver) Scan(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) ([]table.Row, bool, error) {
	what := `SELECT key, value, rev FROM row `
	if p.KeysOnly {
		what = `SELECT key, NULL, rev FROM row `
	}
	var key, value sql.RawBytes // valid until the next row
	var rev int64
	return page(ctx, d, what, tenant, tbl, r, p, func(rows *sql.Rows) (table.Row, int, error) {
		err := rows.Scan(&key, &value, &rev)
		return table.Row{Key: string(key), Value: bytes.Clone(value), Rev: rev}, len(value), err
	})
}

// Tallies implements table.Driver.
func (d *Driver) Tallies(ctx context.Context, tenant, tbl string, r table.Range, p table.Page) ([]table.Tally, bool, error) {
	var key sql.RawBytes
	var n int64
	var sum float64
	return page(ctx, d, `SELECT key, n, sum FROM tally `, tenant, tbl, r, p, func(rows *sql.Rows) (table.Tally, int, error) {
		err := rows.Scan(&key, &n, &sum)
		return table.Tally{Key: string(key), N: n, Sum: sum}, len(key), err
	})
}

// page reads the items in r one by one with scan, which returns an item's size in bytes.
func page[T any](ctx context.Context, d *Driver, what, tenant, tbl string, r table.Range, p table.Page,
	scan func(*sql.Rows) (T, int, error)) (items []T, more bool, err error) {
	order := up
	if p.Reverse {
		order = down
	}
	from, to := r.Bounds()
	size := 0
	err = d.each(ctx, func(rows *sql.Rows) error {
		item, n, err := scan(rows)
		if err != nil {
			return err
		}
		if len(items) == smallPage {
			items = slices.Grow(items, max(0, p.Limit-len(items))) // at once
		}
		items = append(items, item)
		if size += n; size >= pageBytes {
			more = true
			return sqldb.ErrStop
		}
		return nil
	}, what+order, tenant, tbl, []byte(from), []byte(to), p.Limit)
	if err != nil {
		return nil, false, err
	}
	return items, more || len(items) == p.Limit, nil
}

// Tenants implements table.Driver. From each tenant SQLite goes to the next one by the index, and looks there for a row of
// each table: some microseconds a tenant, however many rows there are.
func (d *Driver) Tenants(ctx context.Context, tables ...string) (names []string, err error) {
	if len(tables) == 0 {
		return nil, nil
	}
	places, args := make([]string, len(tables)), make([]any, len(tables))
	for i, tbl := range tables {
		places[i], args[i] = fmt.Sprintf(`$%d`, i+1), tbl
	}
	err = d.each(ctx, func(rows *sql.Rows) error {
		var name string
		err := rows.Scan(&name)
		names = append(names, name)
		return err
	}, `WITH RECURSIVE every (tenant) AS (
			SELECT min(tenant) FROM row
			UNION ALL
			SELECT (SELECT min(row.tenant) FROM row WHERE row.tenant > every.tenant) FROM every WHERE every.tenant IS NOT NULL
		)
		SELECT tenant FROM every WHERE EXISTS (SELECT 1 FROM row WHERE row.tenant = every.tenant AND row.tbl IN (`+strings.Join(places, `,`)+`)) ORDER BY tenant`, args...)
	return names, err
}

// The text of a SELECT of the rows of 1<<i keys.
var readKeys = func() (texts [6]string) {
	for i := range texts {
		values := make([]string, 1<<i)
		for j := range values {
			values[j] = fmt.Sprintf(`(%d, $%d, $%d)`, j, 2+2*j, 3+2*j)
		}
		texts[i] = `WITH wanted (place, tbl, key) AS (VALUES ` + strings.Join(values, `, `) + `)
			SELECT place, value, rev FROM wanted CROSS JOIN row WHERE row.tenant = $1 AND row.tbl = wanted.tbl AND row.key = wanted.key`
	}
	texts[0] = `SELECT 0, value, rev FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3`
	return texts
}()

// Read implements table.Driver. A last batch that is not full asks for its last key several times, because another statement
// takes longer than a few more rows.
func (d *Driver) Read(ctx context.Context, tenant string, keys ...table.Key) ([]table.Row, error) {
	all := make([]table.Row, len(keys))
	for i, k := range keys {
		all[i].Key = k.Key
	}
	if d.db.Dialect() == sqldb.PostgreSQL {
		query, args := readPostgres(tenant, keys)
		if err := d.each(ctx, readInto(all), query, args...); err != nil {
			return nil, err
		}
		return all, nil
	}
	for left, rows := keys, all; len(left) > 0; left, rows = left[min(maxBatch, len(left)):], rows[min(maxBatch, len(left)):] {
		size := bits.Len(uint(min(maxBatch, len(left)) - 1)) // a power of two
		args := make([]any, 1, 1+2<<size)
		args[0] = tenant
		for j := range 1 << size {
			k := left[min(j, len(left)-1)]
			args = append(args, k.Table, []byte(k.Key))
		}
		if err := d.each(ctx, readInto(rows), readKeys[size], args...); err != nil {
			return nil, err
		}
	}
	return all, nil
}

// readInto puts what is found into the places of rows.
func readInto(rows []table.Row) func(*sql.Rows) error {
	return func(found *sql.Rows) error {
		var place int
		var value []byte
		var rev int64
		err := found.Scan(&place, &value, &rev)
		if place < len(rows) {
			rows[place].Value, rows[place].Rev = value, rev
		}
		return err
	}
}
