package sqltable

import (
	"context"
	"database/sql"
	"fmt"
	"iter"
	"strings"

	"animo"
	"animo/internal/sqldb"
	"animo/internal/table"
)

// maxBatch rows go into one INSERT: fewer pay more for each statement, more for its compilation and
// parameters (32 to 64 was fastest of 1 to 1,000). Each smaller power of two has a statement too, so that
// any number of rows needs few prepared ones.
const maxBatch = 32

// The text of an INSERT of 1<<i rows, all of one tenant and table.
var (
	insertNew = inserts(`row (tenant, tbl, key, value, rev)`, 2, `,1`, `ON CONFLICT (tenant, tbl, key) DO NOTHING`)
	replace   = inserts(`row (tenant, tbl, key, value, rev)`, 2, `,1`,
		`ON CONFLICT (tenant, tbl, key) DO UPDATE SET value = excluded.value, rev = row.rev + 1`)
)

// inserts writes INSERTs whose rows share the first two parameters and have each own ones and a constant.
func inserts(into string, own int, constant, end string) (texts [6]string) {
	for i := range texts {
		var b strings.Builder
		b.WriteString(`INSERT INTO ` + into + ` VALUES `)
		for j := range 1 << i {
			if j > 0 {
				b.WriteByte(',')
			}
			b.WriteString(`($1,$2`)
			for k := range own {
				fmt.Fprintf(&b, `,$%d`, 3+own*j+k)
			}
			b.WriteString(constant + `)`)
		}
		b.WriteString(` ` + end)
		texts[i] = b.String()
	}
	return texts
}

// batches gives the items in as few batches as there are statements for: batch i of its pair has 1<<i.
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

// insert adds the rows and tells how many the table took or changed.
func insert(tx *sqldb.Tx, texts *[6]string, tenant, tbl string, rows []table.Row) (n int, err error) {
	args := make([]any, 2, 2+2*maxBatch)
	args[0], args[1] = tenant, tbl
	for i, batch := range batches(rows) {
		args = args[:2]
		for _, r := range batch {
			args = append(args, []byte(r.Key), notNil(r.Value))
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

// PutNew implements table.Driver.
func (d *Driver) PutNew(ctx context.Context, tenant, tbl string, rows ...table.Row) (added int, err error) {
	if err := d.check(tenant, tbl, rows...); err != nil || len(rows) == 0 {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		added, err = insert(tx, &insertNew, tenant, tbl, rows)
		return err
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// Put implements table.Driver.
func (d *Driver) Put(ctx context.Context, tenant, tbl string, rows ...table.Row) error {
	if err := d.check(tenant, tbl, rows...); err != nil || len(rows) == 0 {
		return err
	}
	rows = lastOfEach(rows)
	return d.db.Write(ctx, func(tx *sqldb.Tx) error {
		_, err := insert(tx, &replace, tenant, tbl, rows)
		return err
	})
}

// lastOfEach leaves out rows whose key comes again later: PostgreSQL refuses to replace a row twice in one
// statement.
func lastOfEach(rows []table.Row) []table.Row {
	if len(rows) == 1 {
		return rows
	}
	last := make(map[string]int, len(rows))
	for i, r := range rows {
		last[r.Key] = i
	}
	if len(last) == len(rows) {
		return rows
	}
	kept := make([]table.Row, 0, len(last))
	for i, r := range rows {
		if last[r.Key] == i {
			kept = append(kept, r)
		}
	}
	return kept
}

// Swap implements table.Driver.
func (d *Driver) Swap(ctx context.Context, tenant, tbl string, row table.Row) error {
	if err := d.check(tenant, tbl, row); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) error { return swap(tx, tenant, tbl, row) })
}

func swap(tx *sqldb.Tx, tenant, tbl string, row table.Row) (err error) {
	var n int
	if row.Rev == 0 {
		n, err = insert(tx, &insertNew, tenant, tbl, []table.Row{row})
	} else {
		n, err = tx.Exec(`UPDATE row SET value = $1, rev = rev + 1 WHERE tenant = $2 AND tbl = $3 AND key = $4 AND rev = $5`,
			notNil(row.Value), tenant, tbl, []byte(row.Key), row.Rev)
	}
	if err == nil && n == 0 {
		err = animo.Errorf(animo.Conflict, "somebody else changed %q first", "alguien más cambió %q antes", row.Key)
	}
	return err
}

// deleteKey removes the row of one key and tells how many that were.
func deleteKey(tx *sqldb.Tx, tenant, tbl, key string) (n int, err error) {
	return tx.Exec(`DELETE FROM row WHERE tenant = $1 AND tbl = $2 AND key = $3`, tenant, tbl, []byte(key))
}

// Commit implements table.Driver.
func (d *Driver) Commit(ctx context.Context, tenant string, changes ...table.Change) error {
	if err := d.check(tenant, "several"); err != nil || len(changes) == 0 {
		return err
	}
	if err := table.CheckChanges(tenant, changes...); err != nil {
		return err
	}
	return d.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		for _, c := range changes {
			switch c.Op {
			case table.Put:
				_, err = insert(tx, &replace, tenant, c.Table, []table.Row{c.Row})
			case table.Swap:
				err = swap(tx, tenant, c.Table, c.Row)
			case table.Add:
				_, err = add(tx, tenant, c.Table, []table.Entry{c.Entry})
			case table.Delete:
				_, err = deleteKey(tx, tenant, c.Table, c.Key)
			}
			if err != nil {
				return err
			}
		}
		return nil
	})
}

// deleteStep rows are removed in one transaction: some 10 ms of work, so that other writers hardly wait.
const deleteStep = 5_000

// Delete implements table.Driver.
func (d *Driver) Delete(ctx context.Context, tenant, tbl string, r table.Range) (removed int, err error) {
	if err := d.check(tenant, tbl); err != nil {
		return 0, err
	}
	from, to := r.Bounds()
	for more := true; more; {
		var n int
		err := d.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
			upTo := []byte(to)
			more = false
			err = tx.Each(func(rows *sql.Rows) error {
				more = true
				return rows.Scan(&upTo)
			}, `SELECT key FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4 ORDER BY key LIMIT 1 OFFSET $5`,
				tenant, tbl, []byte(from), []byte(to), deleteStep)
			if err != nil {
				return err
			}
			n, err = tx.Exec(`DELETE FROM row WHERE tenant = $1 AND tbl = $2 AND key >= $3 AND key < $4`,
				tenant, tbl, []byte(from), upTo)
			return err
		})
		if err != nil {
			return removed, err
		}
		removed += n
	}
	return removed, nil
}

// DeleteTenant implements table.Driver.
func (d *Driver) DeleteTenant(ctx context.Context, tenant string) error {
	if err := d.check(tenant, "all"); err != nil {
		return err
	}
	for _, kind := range []struct{ name, order string }{{"row", "tbl, key"}, {"tally", "tbl, key"}, {"place", "log, seq"}} {
		if err := d.deleteAll(ctx, tenant, kind.name, kind.order); err != nil {
			return err
		}
	}
	return nil
}

// deleteAll empties one SQL table of a tenant, step by step in the order of the two columns that follow the
// tenant in its key.
func (d *Driver) deleteAll(ctx context.Context, tenant, name, order string) error {
	for more := true; more; {
		err := d.db.Write(ctx, func(tx *sqldb.Tx) error {
			var a, b any // the first that stays for now
			more = false
			err := tx.Each(func(rows *sql.Rows) error {
				more = true
				return rows.Scan(&a, &b)
			}, `SELECT `+order+` FROM `+name+` WHERE tenant = $1 ORDER BY `+order+` LIMIT 1 OFFSET $2`, tenant, deleteStep)
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
