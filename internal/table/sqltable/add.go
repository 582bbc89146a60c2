package sqltable

import (
	"cmp"
	"context"
	"database/sql"
	"slices"

	"animo/internal/sqldb"
	"animo/internal/table"
)

// The text of an INSERT of 1<<i rows, tallies or places.
var (
	insertTold = inserts(`row (tenant, tbl, key, value, rev)`, 2, `,1`, `ON CONFLICT (tenant, tbl, key) DO NOTHING RETURNING key`)
	addTally   = inserts(`tally (tenant, tbl, key, n, sum)`, 3, ``,
		`ON CONFLICT (tenant, tbl, key) DO UPDATE SET n = tally.n + excluded.n, sum = tally.sum + excluded.sum`)
	insertPlace = inserts(`place (tenant, log, seq, tbl, key)`, 3, ``, ``)
)

// Add implements table.Driver.
func (d *Driver) Add(ctx context.Context, tenant, tbl string, entries ...table.Entry) (added int, err error) {
	if err := d.checkEntries(tenant, tbl, entries); err != nil || len(entries) == 0 {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *sqldb.Tx) (err error) {
		added, err = add(tx, tenant, tbl, entries)
		return err
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

func add(tx *sqldb.Tx, tenant, tbl string, entries []table.Entry) (added int, err error) {
	fresh, err := insertEntries(tx, tenant, tbl, entries)
	if err == nil {
		err = tally(tx, tenant, tbl, sums(fresh))
	}
	if err == nil {
		err = note(tx, tenant, tbl, fresh)
	}
	return len(fresh), err
}

// Remove implements table.Driver.
func (d *Driver) Remove(ctx context.Context, tenant, tbl string, entries ...table.Entry) (removed int, err error) {
	bare := make([]table.Entry, len(entries))
	for i, e := range entries {
		bare[i] = table.Entry{Row: table.Row{Key: e.Key}, Tallies: e.Tallies}
	}
	if err := d.checkEntries(tenant, tbl, bare); err != nil || len(bare) == 0 {
		return 0, err
	}
	err = d.db.Write(ctx, func(tx *sqldb.Tx) error {
		var gone []table.Entry
		for _, e := range bare {
			n, err := deleteKey(tx, tenant, tbl, e.Key)
			if err != nil {
				return err
			}
			if n > 0 {
				gone = append(gone, e)
			}
		}
		removed = len(gone)
		less := sums(gone)
		for i := range less {
			less[i].N, less[i].Sum = -less[i].N, -less[i].Sum
		}
		if err := tally(tx, tenant, tbl, less); err != nil {
			return err
		}
		for _, t := range less {
			_, err := tx.Exec(`DELETE FROM tally WHERE tenant = $1 AND tbl = $2 AND key = $3 AND n = 0`, tenant, tbl, []byte(t.Key))
			if err != nil {
				return err
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

func (d *Driver) checkEntries(tenant, tbl string, entries []table.Entry) error {
	if err := d.check(tenant, tbl); err != nil {
		return err
	}
	return table.CheckEntries(tenant, tbl, entries...)
}

// insertEntries adds the rows whose keys are not there yet and gives their entries, in the order of entries.
func insertEntries(tx *sqldb.Tx, tenant, tbl string, entries []table.Entry) ([]table.Entry, error) {
	args := []any{tenant, tbl}
	inserted := make(map[string]bool, len(entries))
	for i, batch := range batches(entries) {
		args = args[:2]
		for _, e := range batch {
			args = append(args, []byte(e.Key), notNil(e.Value))
		}
		err := tx.Each(func(rows *sql.Rows) error {
			var key string
			err := rows.Scan(&key)
			inserted[key] = true
			return err
		}, insertTold[i], args...)
		if err != nil {
			return nil, err
		}
	}
	fresh := make([]table.Entry, 0, len(inserted))
	for _, e := range entries {
		if inserted[e.Key] {
			fresh = append(fresh, e)
			delete(inserted, e.Key) // of equal keys the first counts
		}
	}
	return fresh, nil
}

// sums adds up the entries' tallies by key. They are in the order of their keys, in which they are found fastest.
func sums(entries []table.Entry) []table.Tally {
	var all []table.Tally
	at := map[string]int{}
	for _, e := range entries {
		for _, t := range e.Tallies {
			if i, ok := at[t.Key]; ok {
				all[i].N += t.N
				all[i].Sum += t.Sum
			} else {
				at[t.Key] = len(all)
				all = append(all, t)
			}
		}
	}
	slices.SortFunc(all, func(a, b table.Tally) int { return cmp.Compare(a.Key, b.Key) })
	return all
}

// tally adds to the stored tallies. Their keys differ: PostgreSQL refuses to change a row twice in one statement.
func tally(tx *sqldb.Tx, tenant, tbl string, tallies []table.Tally) error {
	args := []any{tenant, tbl}
	for i, batch := range batches(tallies) {
		args = args[:2]
		for _, t := range batch {
			args = append(args, []byte(t.Key), t.N, t.Sum)
		}
		if _, err := tx.Exec(addTally[i], args...); err != nil {
			return err
		}
	}
	return nil
}
