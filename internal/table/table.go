// Package table keeps rows by tenant, table and key, with counts and logs beside them. Start at New: a Table is what
// the flows use, and Driver is what an engine does for it. The adapters are folders inside this one; tabletest is the
// suite that each of them passes.
package table

import (
	"context"
	"iter"
	"math/rand/v2"
	"slices"

	"animo"
)

// Table keeps rows, tallies and logs on an engine. It is safe for concurrent use; a tenant sees only its own. A write that
// returned nil is on disk. Rows are copied: the caller keeps what it passed in. Many rows are written fastest, by an
// order of magnitude, when their keys come in ascending order.
//
// Failures are animo.Errors: Invalid or TooLarge for what Check refuses, NotFound, Conflict, NoSpace, Unavailable or
// Internal, and Timeout or Interrupted when ctx ends first; after Close, Unavailable.
type Table struct {
	driver Driver
	damage *damage
}

// New makes a Table on an engine.
func New(d Driver) *Table { return &Table{d, &damage{rows: map[damagedRow]bool{}}} }

// Read returns the rows of those keys, in the order of the keys, in one call of the engine. A row that is not there has
// Rev 0 and no value. Others may write between the reading of one row and that of the next: rows that must be of one moment are
// to be read in an Update, or expected in a Commit.
func (t *Table) Read(ctx context.Context, tenant string, keys ...Key) ([]Row, error) {
	if len(keys) == 0 {
		return nil, nil
	}
	odd := false
	for _, k := range keys {
		if err := Check(tenant, k.Table); err != nil {
			return nil, err
		}
		odd = odd || checkKey(k.Key) != nil
	}
	if odd {
		return t.readSome(ctx, tenant, keys)
	}
	return t.driver.Read(ctx, tenant, keys...)
}

// readSome is Read where some of the keys are such as no row has. The engine is not asked for those.
func (t *Table) readSome(ctx context.Context, tenant string, keys []Key) ([]Row, error) {
	rows := make([]Row, len(keys))
	var asked []Key
	var at []int // the indexes in rows of the keys that are asked for
	for i, k := range keys {
		rows[i].Key = k.Key
		if checkKey(k.Key) == nil {
			asked, at = append(asked, k), append(at, i)
		}
	}
	found, err := t.Read(ctx, tenant, asked...)
	if err != nil {
		return nil, err
	}
	for j, row := range found {
		rows[at[j]] = row
	}
	return rows, nil
}

// Get reads one row, or answers NotFound.
func (t *Table) Get(ctx context.Context, tenant, table, key string) (Row, error) {
	rows, err := t.Read(ctx, tenant, Key{table, key})
	if err == nil && rows[0].Rev == 0 {
		err = missing(key)
	}
	if err != nil {
		return Row{}, err
	}
	return rows[0], nil
}

func missing(key string) error {
	return animo.Errorf(animo.NotFound, "there is no %q", "no existe %q", animo.Clip(key))
}

// Query yields the rows in r by ascending key, or descending when reverse. It reads page by page and holds no
// lock between pages; an error is yielded once, as the last element.
func (t *Table) Query(ctx context.Context, tenant, table string, r Range, reverse bool) iter.Seq2[Row, error] {
	return pages(firstPage, reverse, r, func(r Range, limit int) ([]Row, bool, error) {
		if err := Check(tenant, table); err != nil {
			return nil, false, err
		}
		return t.driver.Scan(ctx, tenant, table, r, Page{Limit: limit, Reverse: reverse})
	}, func(row Row) string { return row.Key })
}

// Keys yields the rows in r by ascending key as Query does, without their values.
func (t *Table) Keys(ctx context.Context, tenant, table string, r Range) iter.Seq2[Row, error] {
	return pages(lastPage, false, r, func(r Range, limit int) ([]Row, bool, error) {
		if err := Check(tenant, table); err != nil {
			return nil, false, err
		}
		return t.driver.Scan(ctx, tenant, table, r, Page{Limit: limit, KeysOnly: true})
	}, func(row Row) string { return row.Key })
}

// Tallies yields a table's tallies in r by ascending key, as Query yields rows.
func (t *Table) Tallies(ctx context.Context, tenant, table string, r Range) iter.Seq2[Tally, error] {
	return pages(lastPage, false, r, func(r Range, limit int) ([]Tally, bool, error) {
		if err := Check(tenant, table); err != nil {
			return nil, false, err
		}
		return t.driver.Tallies(ctx, tenant, table, r, Page{Limit: limit})
	}, func(tally Tally) string { return tally.Key })
}

// A page grows from firstPage items to lastPage, so that a caller who stops early has read little and one who goes on
// is not slowed down.
const (
	firstPage = 64
	lastPage  = 1024
)

// pages yields what read finds in r. A page is read whole before its items are yielded; the next one begins behind the
// last key of this one, so neither a transaction nor a connection is held while the caller works.
func pages[T any](limit int, reverse bool, r Range, read func(r Range, limit int) ([]T, bool, error), key func(T) string) iter.Seq2[T, error] {
	return func(yield func(T, error) bool) {
		r, limit := r, limit
		for ; ; limit = min(2*limit, lastPage) {
			page, more, err := read(r, limit)
			if err != nil {
				var none T
				yield(none, err)
				return
			}
			for _, item := range page {
				if !yield(item, nil) {
					return
				}
			}
			if !more || len(page) == 0 {
				return
			}
			if last := key(page[len(page)-1]); reverse {
				r.To = last
			} else {
				r.From = last + "\x00" // the smallest key behind last
			}
		}
	}
}

// Count returns how many rows are in r. It reads their keys; a tally is faster for rows that are counted often.
func (t *Table) Count(ctx context.Context, tenant, table string, r Range) (n int, err error) {
	for _, err := range t.Keys(ctx, tenant, table, r) {
		if err != nil {
			return 0, err
		}
		n++
	}
	return n, nil
}

// NewRev draws a revision for CommitAs at random. There are so many, 2^47, that a row which is removed and written again does
// not get an old one; and each fits into six bytes, for engines that keep small numbers in few bytes.
func NewRev() int64 { return 1 + rand.Int64N(1<<47-1) }

// Commit does all the operations or none, in one call of the engine. It answers Conflict where a row is not as an
// operation expects it, and TooLarge for more operations than the engine takes at once. No operations are no error.
func (t *Table) Commit(ctx context.Context, tenant string, ops ...Op) error {
	return t.CommitAs(ctx, tenant, NewRev(), ops...)
}

// CommitAs is Commit, with the revision that the rows which it writes get. Draw a new one for every commit.
func (t *Table) CommitAs(ctx context.Context, tenant string, rev int64, ops ...Op) error {
	limits := t.driver.Limits()
	ops, err := normal(tenant, limits, slices.Clone(ops))
	if err != nil || len(ops) == 0 {
		return err
	}
	if len(ops) > limits.Ops {
		return animo.Errorf(animo.TooLarge, "%d changes are more than the %d that can be made at once", "%d cambios son más que los %d que se pueden hacer a la vez", len(ops), limits.Ops)
	}
	return t.driver.Commit(ctx, tenant, rev, ops...)
}

// CommitAfter does all of ops or none, as Commit does, and the operations of before ahead of them: these write rows that readers
// find only by rows of ops. Where the engine takes all at once they are one commit; elsewhere before is done first, in as many
// commits as it takes, and stays where the commit of ops fails. So before expects nothing and counts nothing.
//
// The rows that ops write get the revision rev.
func (t *Table) CommitAfter(ctx context.Context, tenant string, rev int64, before []Op, ops ...Op) error {
	all, limits := slices.Concat(before, ops), t.driver.Limits()
	all, err := normal(tenant, limits, all)
	if err != nil {
		return err
	}
	if len(all) <= limits.Ops {
		return t.CommitAs(ctx, tenant, rev, all...)
	}
	if err := t.commitEach(ctx, tenant, slices.Clone(before)); err != nil {
		return err
	}
	return t.CommitAs(ctx, tenant, rev, ops...)
}

// Steps is how many steps of so many operations each fit into one commit; at least one.
func (t *Table) Steps(ops int) int { return max(1, min(bulkOps, t.driver.Limits().Ops)/ops) }

// bulkOps is how many operations that need not be in one commit are put into one at most: some 10 ms of work, so that other
// writers hardly wait.
const bulkOps = 5_000

// bulk is how many operations that need not be in one commit are put into one on this engine.
func (t *Table) bulk() int { return min(bulkOps, t.driver.Limits().Ops) }

// commitEach does operations in as many commits as it takes. It uses the memory of ops.
func (t *Table) commitEach(ctx context.Context, tenant string, ops []Op) error {
	ops, err := normal(tenant, t.driver.Limits(), ops)
	if err != nil {
		return err
	}
	for step := range slices.Chunk(ops, t.bulk()) {
		if err := t.driver.Commit(ctx, tenant, NewRev(), step...); err != nil {
			return err
		}
	}
	return nil
}

// Put stores the rows, replacing those that exist; of rows with equal keys the last counts. It ignores Rev. More rows than
// the engine takes at once are several commits: an error may leave some of them stored.
func (t *Table) Put(ctx context.Context, tenant, table string, rows ...Row) error {
	rows = lastOfEach(rows)
	ops := make([]Op, len(rows))
	for i, r := range rows {
		ops[i] = Put(table, r.Key, r.Value)
	}
	return t.commitEach(ctx, tenant, ops)
}

// Delete removes the rows in r and returns how many it found; others who remove the same rows at the same time may count
// them, too. Removing nothing is no error. Many rows are removed in several commits, so that other writes get their turn: after
// an error some may be removed, and removed counts those.
func (t *Table) Delete(ctx context.Context, tenant, table string, r Range) (removed int, err error) {
	if d, ok := t.driver.(RangeDeleter); ok {
		return t.deleteRange(ctx, d, tenant, table, r)
	}
	var ops []Op
	remove := func() error {
		err := t.Commit(ctx, tenant, ops...)
		if err == nil {
			removed += len(ops)
			ops = ops[:0]
		}
		return err
	}
	for row, err := range t.Keys(ctx, tenant, table, r) {
		if err != nil {
			return removed, err
		}
		if ops = append(ops, Delete(table, row.Key)); len(ops) == t.bulk() {
			if err := remove(); err != nil {
				return removed, err
			}
		}
	}
	err = remove()
	return removed, err
}

// deleteRange is Delete where the engine removes ranges.
func (t *Table) deleteRange(ctx context.Context, d RangeDeleter, tenant, table string, r Range) (removed int, err error) {
	if err := Check(tenant, table); err != nil {
		return 0, err
	}
	for {
		n, err := d.DeleteRange(ctx, tenant, table, r, bulkOps)
		removed += n
		if err != nil || n < bulkOps {
			return removed, err
		}
	}
}

// Log reads up to n places of a tenant's log, those with a Seq above `after`, in order. Seqs grow in the order in which
// places become visible: once a reader has seen one, no smaller one appears. The first is above 0. Where the first place
// that is read is not the next one known, those between may have been trimmed. The row of a place may have changed or
// gone meanwhile.
func (t *Table) Log(ctx context.Context, tenant, log string, after int64, n int) ([]Logged, error) {
	if err := Check(tenant, log); err != nil || n <= 0 {
		return nil, err
	}
	return t.driver.Places(ctx, tenant, log, max(0, after), n)
}

// LogEnd returns the first and the last Seq of a log; both are 0 where nothing was ever noted in it. A reader who wants only
// new places begins after last. A reader whose cursor is above last has it from another log: one that was removed with its
// tenant, or lost with its disk.
func (t *Table) LogEnd(ctx context.Context, tenant, log string) (first, last int64, err error) {
	if err := Check(tenant, log); err != nil {
		return 0, 0, err
	}
	ends, err := t.driver.Places(ctx, tenant, log, 0, 1)
	if err != nil || len(ends) == 0 {
		return 0, 0, err
	}
	last, err = t.LogLast(ctx, tenant, log)
	return ends[0].Seq, last, err
}

// LogLast returns the last Seq of a log; 0 where nothing was ever noted in it.
func (t *Table) LogLast(ctx context.Context, tenant, log string) (last int64, err error) {
	if err := Check(tenant, log); err != nil {
		return 0, err
	}
	ends, err := t.driver.Places(ctx, tenant, log, 0, -1)
	if err != nil || len(ends) == 0 {
		return 0, err
	}
	return ends[0].Seq, nil
}

// TrimLog removes the places up to the Seq upTo, but never the newest place, so that no Seq is given twice. Many places are
// removed in several commits.
func (t *Table) TrimLog(ctx context.Context, tenant, log string, upTo int64) error {
	first, last, err := t.LogEnd(ctx, tenant, log)
	if err != nil {
		return err
	}
	for upTo = min(upTo, last-1); first <= upTo; {
		// At most so many places are up to upTo, fewer where some between were trimmed.
		places, err := t.driver.Places(ctx, tenant, log, first-1, int(min(int64(t.bulk()), upTo-first+1)))
		if err != nil {
			return err
		}
		var ops []Op
		for _, p := range places {
			if first = p.Seq + 1; p.Seq <= upTo {
				ops = append(ops, Op{Kind: OpTrim, Log: log, Seq: p.Seq})
			}
		}
		if err := t.Commit(ctx, tenant, ops...); err != nil || len(places) == 0 {
			return err
		}
	}
	return nil
}

// Tenants returns, in ascending order, the tenants that have rows in any of the tables, in one call of the engine, so that a
// sweep need not look at each tenant. A tenant whose rows are written or removed meanwhile may be among them or not.
func (t *Table) Tenants(ctx context.Context, tables ...string) ([]string, error) {
	for _, table := range tables {
		if err := Check("any", table); err != nil {
			return nil, err
		}
	}
	return t.driver.Tenants(ctx, tables...)
}

// Forget removes every row, tally and log of a tenant, in several steps: an error may leave some.
func (t *Table) Forget(ctx context.Context, tenant string) error {
	if err := Check(tenant, "all"); err != nil {
		return err
	}
	return t.driver.Forget(ctx, tenant)
}

// Scrub makes deleted rows unreadable in the engine's files, where deleting them does not do that; see Scrubber.
func (t *Table) Scrub(ctx context.Context) error {
	if s, ok := t.driver.(Scrubber); ok {
		return s.Scrub(ctx)
	}
	return nil
}

// Limits are the engine's: how much a commit takes.
func (t *Table) Limits() Limits { return t.driver.Limits() }

// Close closes the engine.
func (t *Table) Close() error { return t.driver.Close() }

// lastOfEach leaves out rows whose key comes again later.
func lastOfEach(rows []Row) []Row {
	ascending := true
	for i := 1; i < len(rows) && ascending; i++ {
		ascending = rows[i-1].Key < rows[i].Key
	}
	if ascending {
		return rows
	}
	last := make(map[string]int, len(rows))
	for i, r := range rows {
		last[r.Key] = i
	}
	if len(last) == len(rows) {
		return rows
	}
	kept := make([]Row, 0, len(last))
	for i, r := range rows {
		if last[r.Key] == i {
			kept = append(kept, r)
		}
	}
	return kept
}
