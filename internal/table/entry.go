package table

import (
	"context"
	"slices"

	"animo"
)

// Add stores the entries whose keys are not there yet, and returns how many those were; of equal keys the first counts. In
// the same commit it adds their tallies, and notes them at the end of their logs, in the order given. An entry whose key is
// there changes nothing at all. Add answers Invalid or TooLarge for what CheckEntries refuses, and TooLarge for more than the
// engine takes at once.
func (t *Table) Add(ctx context.Context, tenant, table string, entries ...Entry) (added int, err error) {
	if err := CheckEntries(tenant, table, entries...); err != nil {
		return 0, err
	}
	entries = firstOfEach(entries)
	// Most often all of them are new, and need not be read.
	if err := t.Commit(ctx, tenant, opsOf(table, entries, AddOps)...); err == nil {
		return len(entries), nil
	} else if animo.CodeOf(err) != animo.Conflict {
		return 0, err
	}
	err = t.Update(ctx, tenant, func(tx *Tx) error {
		added = 0
		rows, err := tx.Read(keysOf(table, entries)...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if row.Rev == 0 {
				added++
				tx.Add(table, entries[i])
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return added, nil
}

// Remove removes the rows of the entries' keys in one commit and returns how many there were. It subtracts the entries'
// tallies, which are to be those that the rows were added with. It looks neither at values and revisions nor at Log: places in
// logs stay. All other methods that change rows leave tallies as they are. Remove answers what Add does.
func (t *Table) Remove(ctx context.Context, tenant, table string, entries ...Entry) (removed int, err error) {
	for _, e := range entries {
		if err := CheckEntries(tenant, table, Entry{Row: Row{Key: e.Key}, Tallies: e.Tallies}); err != nil {
			return 0, err
		}
	}
	entries = firstOfEach(entries)
	// Most often all of them are there, and need not be read.
	if err := t.Commit(ctx, tenant, opsOf(table, entries, RemoveOps)...); err == nil {
		return len(entries), nil
	} else if animo.CodeOf(err) != animo.Conflict {
		return 0, err
	}
	err = t.Update(ctx, tenant, func(tx *Tx) error {
		removed = 0
		rows, err := tx.Read(keysOf(table, entries)...)
		if err != nil {
			return err
		}
		for i, row := range rows {
			if row.Rev != 0 {
				removed++
				tx.Remove(table, entries[i])
			}
		}
		return nil
	})
	if err != nil {
		return 0, err
	}
	return removed, nil
}

// firstOfEach leaves out entries whose key came before.
func firstOfEach(entries []Entry) []Entry {
	seen := make(map[string]bool, len(entries))
	return slices.DeleteFunc(slices.Clone(entries), func(e Entry) bool {
		again := seen[e.Key]
		seen[e.Key] = true
		return again
	})
}

func opsOf(table string, entries []Entry, of func(table string, e Entry) []Op) (ops []Op) {
	for _, e := range entries {
		ops = append(ops, of(table, e)...)
	}
	return ops
}

// AddOps are the operations that add an entry whose key must not be there yet: first the row, then what follows from it.
func AddOps(table string, e Entry) []Op {
	ops := append(make([]Op, 0, 2+len(e.Tallies)), PutNew(table, e.Key, e.Value))
	ops = append(ops, CountAll(table, 1, e.Tallies...)...)
	if e.Log != "" {
		ops = append(ops, Append(e.Log, table, e.Key))
	}
	return ops
}

// RemoveOps are the operations that remove an entry whose row must be there: first the row, then the tallies.
func RemoveOps(table string, e Entry) []Op {
	ops := append(make([]Op, 0, 1+len(e.Tallies)), Op{Kind: OpDelete, Table: table, Key: e.Key, Rev: SomeRev})
	return append(ops, CountAll(table, -1, e.Tallies...)...)
}

// Add writes an entry's row, adds its tallies, and notes it in its log.
func (tx *Tx) Add(table string, e Entry) {
	tx.Put(table, e.Key, e.Value)
	tx.Do(AddOps(table, e)[1:]...)
}

// Remove removes an entry's row and takes its tallies away.
func (tx *Tx) Remove(table string, e Entry) {
	tx.Delete(table, e.Key)
	tx.Do(RemoveOps(table, e)[1:]...)
}

func keysOf(table string, entries []Entry) []Key {
	keys := make([]Key, len(entries))
	for i, e := range entries {
		keys[i] = Key{table, e.Key}
	}
	return keys
}
