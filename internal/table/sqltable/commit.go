package sqltable

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"slices"
	"strings"

	"animo/internal/sqldb"
	"animo/internal/table"
)

// maxBatch is how many rows one INSERT writes: with fewer, statements cost more; with more, their compilation and
// parameters do (32 to 64 was fastest of 1 to 1,000). Each smaller power of two has a statement too, so that any
// number of rows needs few prepared statements.
const maxBatch = 32

// The text of an INSERT of 1<<i rows, tallies or places, all of one tenant and table or log. Of a row, $3 is the revision.
var (
	insertNew   = inserts(`row (tenant, tbl, rev, key, value)`, 3, 2, `ON CONFLICT (tenant, tbl, key) DO NOTHING`)
	replace     = inserts(`row (tenant, tbl, rev, key, value)`, 3, 2, `ON CONFLICT (tenant, tbl, key) DO UPDATE SET value = excluded.value, rev = excluded.rev`)
	addTally    = inserts(`tally (tenant, tbl, key, n, sum)`, 2, 3, `ON CONFLICT (tenant, tbl, key) DO UPDATE SET n = tally.n + excluded.n, sum = tally.sum + excluded.sum`)
	insertPlace = inserts(`place (tenant, log, seq, tbl, key)`, 2, 3, ``)
	deleteRows  = deletes(`row`, ``)
	endTallies  = deletes(`tally`, ` AND n = 0`)
)

// The text of a DELETE of 1<<i rows that have the revisions expected of them. SQLite finds rows by the keys alone, and takes
// longer where the pairs are a subquery, as those of (key, rev) IN (VALUES …) are.
var deleteRowsAt = func() (texts [6]string) {
	for i := range texts {
		keys, pairs := make([]string, 1<<i), make([]string, 1<<i)
		for j := range keys {
			keys[j], pairs[j] = fmt.Sprintf(`$%d`, 3+2*j), fmt.Sprintf(`key = $%d AND rev = $%d`, 3+2*j, 4+2*j)
		}
		texts[i] = `DELETE FROM row WHERE tenant = $1 AND tbl = $2 AND key IN (` + strings.Join(keys, `,`) + `) AND (` + strings.Join(pairs, ` OR `) + `)`
	}
	return texts
}()

// deletes writes the texts of DELETEs by keys.
func deletes(from, where string) (texts [6]string) {
	for i := range texts {
		keys := make([]string, 1<<i)
		for j := range keys {
			keys[j] = fmt.Sprintf(`$%d`, 3+j)
		}
		texts[i] = `DELETE FROM ` + from + ` WHERE tenant = $1 AND tbl = $2 AND key IN (` + strings.Join(keys, `,`) + `)` + where
	}
	return texts
}

// inserts writes the texts of INSERTs whose rows share the first parameters and each have others of their own.
func inserts(into string, shared, own int, end string) (texts [6]string) {
	for i := range texts {
		rows := make([]string, 1<<i)
		for j := range rows {
			params := make([]string, shared+own)
			for k := range params {
				n := 1 + k
				if k >= shared {
					n += own * j
				}
				params[k] = fmt.Sprintf(`$%d`, n)
			}
			rows[j] = `(` + strings.Join(params, `,`) + `)`
		}
		texts[i] = `INSERT INTO ` + into + ` VALUES ` + strings.Join(rows, `,`) + ` ` + end
	}
	return texts
}

// batches yields the items in as few batches as there are statements for, each with an i for its 1<<i items.
func batches[T any](items []T) iter.Seq2[int, []T] {
	return func(yield func(int, []T) bool) {
		for i := len(insertNew) - 1; i >= 0; i-- {
			for size := 1 << i; len(items) >= size; items = items[size:] {
				if !yield(i, items[:size]) {
					return
				}
			}
		}
	}
}

// Commit implements table.Driver. Operations of one kind on one table that follow each other are few statements.
func (d *Driver) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if d.db.Dialect() == sqldb.PostgreSQL {
		if d.closed.Load() {
			return errClosed()
		}
		return d.db.Batch(ctx, statements(tenant, rev, ops))
	}
	return d.write(ctx, func(tx *sqldb.Tx) error {
		for ops := range runs(ops) {
			if err := run(tx, tenant, rev, ops); err != nil {
				return err
			}
		}
		return nil
	})
}

// runs yields the operations in parts, each of operations that are alike.
func runs(ops []table.Op) iter.Seq[[]table.Op] {
	return func(yield func([]table.Op) bool) {
		for len(ops) > 0 {
			n := 1
			for n < len(ops) && alike(ops[0], ops[n]) {
				n++
			}
			if !yield(ops[:n]) {
				return
			}
			ops = ops[n:]
		}
	}
}

// alike reports whether two operations can be one statement.
func alike(a, b table.Op) bool {
	switch {
	case a.Kind != b.Kind:
		return false
	case a.Kind == table.OpAppend || a.Kind == table.OpTrim:
		return true
	case a.Table != b.Table:
		return false
	case a.Kind == table.OpPut:
		return a.Rev == b.Rev && (a.Rev == table.AnyRev || a.Rev == 0)
	case a.Kind == table.OpDelete:
		return a.Rev == b.Rev && a.Rev < 0 || a.Rev > 0 && b.Rev > 0
	}
	return a.Kind == table.OpCount
}

// run does operations that are alike.
func run(tx *sqldb.Tx, tenant string, rev int64, ops []table.Op) error {
	op := ops[0]
	switch {
	case op.Kind == table.OpCount:
		return tally(tx, tenant, ops)
	case op.Kind == table.OpAppend:
		return appendAll(tx, tenant, ops)
	case op.Kind == table.OpTrim:
		return trimAll(tx, tenant, ops)
	case op.Kind == table.OpPut && op.Rev == table.AnyRev:
		_, err := insert(tx, &replace, tenant, rev, ops)
		return err
	case op.Kind == table.OpPut && op.Rev == table.SomeRev:
		n, err := tx.Exec(`UPDATE row SET value = $1, rev = $2 WHERE tenant = $3 AND tbl = $4 AND key = $5`,
			notNil(op.Value), rev, tenant, op.Table, []byte(op.Key))
		return conflictUnless(err, n == 1, op)
	case op.Kind == table.OpDelete && op.Rev < 0:
		n, err := deleteAll(tx, &deleteRows, tenant, ops, false)
		return conflictUnless(err, op.Rev == table.AnyRev || n == len(ops), op)
	case op.Kind == table.OpDelete && op.Rev > 0:
		n, err := deleteAll(tx, &deleteRowsAt, tenant, ops, true)
		return conflictUnless(err, n == len(ops), op)
	case op.Kind == table.OpPut && op.Rev == 0:
		n, err := insert(tx, &insertNew, tenant, rev, ops)
		return conflictUnless(err, n == len(ops), op)
	case op.Kind == table.OpPut:
		n, err := tx.Exec(`UPDATE row SET value = $1, rev = $2 WHERE tenant = $3 AND tbl = $4 AND key = $5 AND rev = $6`,
			notNil(op.Value), rev, tenant, op.Table, []byte(op.Key), op.Rev)
		return conflictUnless(err, n == 1, op)
	}
	var now int64
	err := tx.Each(func(rows *sql.Rows) error { return rows.Scan(&now) },
		`SELECT rev FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3`, tenant, op.Table, []byte(op.Key))
	return conflictUnless(err, op.Holds(now), op)
}

func conflictUnless(err error, ok bool, op table.Op) error {
	if err == nil && !ok {
		err = table.Changed(op.Key)
	}
	return err
}

// insert runs INSERTs of the rows and returns how many rows were added or changed.
func insert(tx *sqldb.Tx, texts *[6]string, tenant string, rev int64, ops []table.Op) (n int, err error) {
	args := make([]any, 3, 3+2*min(maxBatch, len(ops)))
	args[0], args[1], args[2] = tenant, ops[0].Table, rev
	for i, batch := range batches(ops) {
		args = args[:3]
		for _, op := range batch {
			args = append(args, []byte(op.Key), notNil(op.Value))
		}
		changed, err := tx.Exec(texts[i], args...)
		if err != nil {
			return n, err
		}
		n += changed
	}
	return n, nil
}

// notNil keeps nil from becoming NULL.
func notNil(b []byte) []byte {
	if b == nil {
		return []byte{}
	}
	return b
}

// deleteAll runs DELETEs of the operations' keys, with their revisions where the text has parameters for these, and returns how
// many rows there were.
func deleteAll(tx *sqldb.Tx, texts *[6]string, tenant string, ops []table.Op, revs bool) (n int, err error) {
	if len(ops) == 0 {
		return 0, nil
	}
	args := []any{tenant, ops[0].Table}
	for i, batch := range batches(ops) {
		args = args[:2]
		for _, op := range batch {
			args = append(args, []byte(op.Key))
			if revs {
				args = append(args, op.Rev)
			}
		}
		deleted, err := tx.Exec(texts[i], args...)
		if err != nil {
			return n, err
		}
		n += deleted
	}
	return n, nil
}

// tally adds to the stored tallies, and removes those that come to 0.
func tally(tx *sqldb.Tx, tenant string, ops []table.Op) error {
	args := []any{tenant, ops[0].Table}
	for i, batch := range batches(ops) {
		args = args[:2]
		for _, op := range batch {
			args = append(args, []byte(op.Key), op.N, op.Sum)
		}
		if _, err := tx.Exec(addTally[i], args...); err != nil {
			return err
		}
	}
	less := slices.DeleteFunc(slices.Clone(ops), func(op table.Op) bool { return op.N > 0 }) // these may have come to 0
	_, err := deleteAll(tx, &endTallies, tenant, less, false)
	return err
}

// Forget implements table.Driver.
func (d *Driver) Forget(ctx context.Context, tenant string) error {
	kinds := []struct{ name, order string }{{"row", "tbl, key"}, {"tally", "tbl, key"}, {"place", "log, seq"}}
	if d.db.Dialect() == sqldb.PostgreSQL {
		kinds = append(kinds, struct{ name, order string }{"log_end", "log, seq"})
	}
	for _, kind := range kinds {
		if err := d.forgetAll(ctx, tenant, kind.name, kind.order); err != nil {
			return err
		}
	}
	return nil
}

// forgetStep is how many rows are removed in one transaction: some 10 ms of work, so that other writers hardly wait.
const forgetStep = 5_000

// DeleteRange implements table.RangeDeleter. The first row that stays is found by a statement of its own, because SQLite
// takes twice as long over a DELETE with a subquery.
func (d *Driver) DeleteRange(ctx context.Context, tenant, tbl string, r table.Range, limit int) (removed int, err error) {
	from, to := r.Bounds()
	err = d.write(ctx, func(tx *sqldb.Tx) (err error) {
		end := []byte(to)
		err = tx.Each(func(rows *sql.Rows) error { return rows.Scan(&end) },
			`SELECT key FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key LIMIT 1 OFFSET $5`, tenant, tbl, []byte(from), end, limit)
		if err == nil {
			removed, err = tx.Exec(`DELETE FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4`, tenant, tbl, []byte(from), end)
		}
		return err
	})
	return removed, err
}

// forgetAll empties one SQL table of a tenant, step by step in the order of the two columns that follow the
// tenant in its key.
func (d *Driver) forgetAll(ctx context.Context, tenant, name, order string) error {
	for more := true; more; {
		err := d.write(ctx, func(tx *sqldb.Tx) error {
			var a, b any // of the first row beyond this step
			more = false
			err := tx.Each(func(rows *sql.Rows) error {
				more = true
				return rows.Scan(&a, &b)
			}, `SELECT `+order+` FROM `+name+` WHERE tenant = $1 ORDER BY `+order+` LIMIT 1 OFFSET $2`, tenant, forgetStep)
			if err != nil {
				return err
			}
			if more {
				_, err = tx.Exec(`DELETE FROM `+name+` WHERE tenant = $1 AND (`+order+`) < ($2, $3)`, tenant, a, b)
			} else {
				_, err = tx.Exec(`DELETE FROM `+name+` WHERE tenant = $1`, tenant)
			}
			return err
		})
		if err != nil {
			return err
		}
	}
	return nil
}
