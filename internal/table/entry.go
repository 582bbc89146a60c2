package table

import (
	"context"
	"slices"
)

// Add stores the entries whose keys are not there yet, and tells how many those were; of equal keys the first counts. In
// the same commit it adds their tallies, and notes them at the end of their logs, in the order given. An entry whose key is
// there changes nothing at all. It answers Invalid or TooLarge for what CheckEntries refuses, and TooLarge for more than the
// engine takes at once.
func (t *Table) Add(ctx context.Context, tenant, table string, entries ...Entry) (added int, err error) {
	if err := CheckEntries(tenant, table, entries...); err != nil {
		return 0, err
	}
	err = t.Update(ctx, tenant, func(tx *Tx) error {
		added = 0
		rows, err := tx.Read(keysOf(table, entries)...)
		if err != nil {
			return err
		}
		seen := make(map[string]bool, len(rows))
		for i, row := range rows {
			e := entries[i]
			if row.Rev != 0 || seen[e.Key] {
				continue
			}
			seen[e.Key] = true
			added++
			tx.Add(table, e)
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// Remove removes the rows of the entries' keys in one commit and tells how many there were. It takes the tallies of those
// away: give the tallies that the row was added with. Values, revisions and Log are not looked at: places in logs stay. All
// other methods that change rows leave tallies as they are. It answers as Add does.
func (t *Table) Remove(ctx context.Context, tenant, table string, entries ...Entry) (removed int, err error) {
	for _, e := range entries {
		if err := CheckEntries(tenant, table, Entry{Row: Row{Key: e.Key}, Tallies: e.Tallies}); err != nil {
			return 0, err
		}
	}
	err = t.Update(ctx, tenant, func(tx *Tx) error {
		removed = 0
		rows, err := tx.Read(keysOf(table, entries)...)
		if err != nil {
			return err
		}
		seen := make(map[string]bool, len(rows))
		for i, row := range rows {
			if row.Rev == 0 || seen[row.Key] {
				continue
			}
			seen[row.Key] = true
			removed++
			tx.Remove(table, entries[i])
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// Add writes an entry's row, adds its tallies, and notes it in its log.
func (tx *Tx) Add(table string, e Entry) {
	tx.Put(table, e.Key, e.Value)
	tx.Do(CountAll(table, 1, e.Tallies...)...)
	if e.Log != "" {
		tx.Do(Append(e.Log, table, e.Key))
	}
}

// Remove removes an entry's row and takes its tallies away.
func (tx *Tx) Remove(table string, e Entry) {
	tx.Delete(table, e.Key)
	tx.Do(CountAll(table, -1, e.Tallies...)...)
}

// AddOps are the operations that add an entry whose key must not be there yet.
func AddOps(table string, e Entry) []Op {
	ops := slices.Concat([]Op{PutNew(table, e.Key, e.Value)}, CountAll(table, 1, e.Tallies...))
	if e.Log != "" {
		ops = append(ops, Append(e.Log, table, e.Key))
	}
	return ops
}

// PutNew stores the rows whose keys are not there yet, in one commit, and tells how many those were. Rows that exist
// stay as they are, so that a repeat changes nothing; of rows with equal keys the first counts.
func (t *Table) PutNew(ctx context.Context, tenant, table string, rows ...Row) (added int, err error) {
	entries := make([]Entry, len(rows))
	for i, r := range rows {
		entries[i].Row = r
	}
	return t.Add(ctx, tenant, table, entries...)
}

// Swap replaces the row only while its stored Rev is row.Rev (0: only while it does not exist), otherwise it answers
// Conflict and changes nothing.
func (t *Table) Swap(ctx context.Context, tenant, table string, row Row) error {
	return t.Commit(ctx, tenant, Replace(table, row))
}

func keysOf(table string, entries []Entry) []Key {
	keys := make([]Key, len(entries))
	for i, e := range entries {
		keys[i] = Key{table, e.Key}
	}
	return keys
}
