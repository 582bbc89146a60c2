// Package table keeps rows by tenant, table and key. Driver is the port that the flows use; its adapters
// are folders inside this one, and tabletest holds the suite that each adapter passes.
package table

import (
	"context"
	"iter"
	"math"
	"unicode/utf8"

	"animo"
)

// The limits of a row, in bytes.
const (
	MaxKey   = 512
	MaxValue = 1 << 20
)

// Row is one value under one key.
type Row struct {
	Key   string // 1 to MaxKey bytes of UTF-8; compared byte by byte
	Value []byte // at most MaxValue bytes; nil is stored as empty
	Rev   int64  // set by the table: 1 when the row is new, one more at each change
}

// Tally is a count and a sum kept under a key, beside the rows of a table.
type Tally struct {
	Key string  // as a row's; tallies and rows may have the same
	N   int64   // how many were counted; an entry's is at least 1
	Sum float64 // of what was counted, as float64s add up; finite
}

// Entry is a row with what follows from it.
type Entry struct {
	Row
	Tallies []Tally // added up when the row is added, taken away when it is removed
	Log     string  // the log at whose end the row's place is noted when it is added; "" for none
}

// Change is one step of a Commit.
type Change struct {
	Op    Op
	Table string
	Entry
}

// Op is what a Change does with its row.
type Op int

// The ops do what the Driver's methods of these names do. Delete removes the row of that very key.
const (
	Put Op = iota
	Swap
	Add
	Delete
)

// Logged is one place in a log: the row of that key in that table was added.
type Logged struct {
	Seq        int64
	Table, Key string
}

// Range chooses rows of one table in key order. The zero Range is the whole table.
type Range struct {
	Prefix string // keys that begin with it
	From   string // keys that are not smaller
	To     string // keys that are smaller; empty means no upper end
}

// Bounds gives the range as one half-open interval: the keys that are not smaller than from and smaller
// than to. No key is outside "" to "\xff", since no UTF-8 holds the byte 0xff, so both ends always exist.
func (r Range) Bounds() (from, to string) {
	from, to = max(r.Prefix, r.From), after(r.Prefix)
	if r.To != "" {
		to = min(to, r.To)
	}
	return from, to
}

// after gives the smallest key that is greater than every key with the prefix.
func after(prefix string) string {
	b := []byte(prefix)
	for i := len(b) - 1; i >= 0; i-- {
		if b[i] < 0xff {
			b[i]++
			return string(b[:i+1])
		}
	}
	return "\xff"
}

// Check refuses what no adapter stores: an empty tenant or table, a key or value over its limit, a key that
// is not UTF-8. The answer is Invalid or TooLarge, or nil.
func Check(tenant, table string, rows ...Row) error {
	if tenant == "" || table == "" {
		return animo.Errorf(animo.Invalid, "a row needs a tenant and a table", "una fila necesita un inquilino y una tabla")
	}
	for _, r := range rows {
		if err := checkKey(r.Key); err != nil {
			return err
		}
		if len(r.Value) > MaxValue {
			return animo.Errorf(animo.TooLarge, "a value of %d bytes is longer than %d", "un valor de %d bytes es más largo que %d", len(r.Value), MaxValue).Of("value")
		}
	}
	return nil
}

// CheckEntries refuses what Check does, a tally that counts less than 1, a sum that is not finite, and a log's
// name that could not be a key. The answer is Invalid or TooLarge, or nil.
func CheckEntries(tenant, table string, entries ...Entry) error {
	if err := Check(tenant, table); err != nil {
		return err
	}
	for _, e := range entries {
		if err := Check(tenant, table, e.Row); err != nil {
			return err
		}
		if e.Log != "" {
			if err := checkKey(e.Log); err != nil {
				return err
			}
		}
		for _, t := range e.Tallies {
			if err := checkKey(t.Key); err != nil {
				return err
			}
			if t.N < 1 || math.IsNaN(t.Sum) || math.IsInf(t.Sum, 0) {
				return animo.Errorf(animo.Invalid, "a tally counts at least 1 and has a finite sum", "un recuento cuenta al menos 1 y tiene una suma finita").Of("tally")
			}
		}
	}
	return nil
}

// CheckChanges refuses what Check or CheckEntries does in a change. The answer is Invalid or TooLarge, or nil.
func CheckChanges(tenant string, changes ...Change) error {
	for _, c := range changes {
		if c.Op < Put || c.Op > Delete {
			return animo.Errorf(animo.Invalid, "%d is nothing that a change does", "%d no es nada que haga un cambio", c.Op).Of("op")
		}
		if err := CheckEntries(tenant, c.Table, c.Entry); err != nil {
			return err
		}
	}
	return nil
}

func checkKey(key string) error {
	switch {
	case len(key) > MaxKey:
		return animo.Errorf(animo.TooLarge, "a key of %d bytes is longer than %d", "una clave de %d bytes es más larga que %d", len(key), MaxKey).Of("key")
	case key == "" || !utf8.ValidString(key):
		return animo.Errorf(animo.Invalid, "a key is empty or not UTF-8", "una clave está vacía o no es UTF-8").Of("key")
	}
	return nil
}

// Driver stores rows, tallies and logs. Every method is safe to call at once from many goroutines; a tenant sees only its
// own rows. A write that returned nil is on disk. Rows are copied: the caller keeps what it passed in. Many
// rows are written fastest, by an order of magnitude, when their keys come in ascending order.
//
// Failures are animo.Errors: Invalid or TooLarge for what Check, CheckEntries and CheckChanges refuse, NotFound, Conflict, NoSpace,
// Unavailable or Internal, and Timeout or Interrupted when ctx ends first; after Close, Unavailable.
type Driver interface {
	// PutNew stores the rows whose keys are not there yet, in one transaction, and tells how many those
	// were. Rows that exist stay as they are, so that a repeat changes nothing; of rows with equal keys the
	// first counts. No rows is no error.
	PutNew(ctx context.Context, tenant, table string, rows ...Row) (added int, err error)
	// Put stores the rows in one transaction, replacing those that exist; of rows with equal keys the last
	// counts. It ignores Rev.
	Put(ctx context.Context, tenant, table string, rows ...Row) error
	// Swap replaces the row only while its stored Rev is row.Rev (0: only while it does not exist),
	// otherwise it answers Conflict and changes nothing.
	Swap(ctx context.Context, tenant, table string, row Row) error
	// Get reads one row, or answers NotFound.
	Get(ctx context.Context, tenant, table, key string) (Row, error)
	// Query yields the rows in r by ascending key, or descending when reverse. It reads page by page and
	// holds no lock between pages; an error is yielded once, as the last element.
	Query(ctx context.Context, tenant, table string, r Range, reverse bool) iter.Seq2[Row, error]
	// Count tells how many rows are in r.
	Count(ctx context.Context, tenant, table string, r Range) (int, error)
	// Delete removes the rows in r and tells how many there were. Removing nothing is no error. Many rows
	// go in several transactions, so that other writes get their turn: an error may leave some removed, and
	// then removed counts those.
	Delete(ctx context.Context, tenant, table string, r Range) (removed int, err error)
	// DeleteTenant removes every row, tally and log of a tenant, in several transactions as Delete does. A log
	// that begins again begins at 1.
	DeleteTenant(ctx context.Context, tenant string) error

	// Add stores the entries whose keys are not there yet, as PutNew does, and tells how many those were. In
	// the same transaction it adds their tallies to those of the same keys in that table, and notes them at
	// the end of their logs, in the order given. An entry whose key is there changes nothing at all.
	Add(ctx context.Context, tenant, table string, entries ...Entry) (added int, err error)
	// Remove removes the rows of the entries' keys in one transaction and tells how many there were. It takes
	// the tallies of those away; a tally whose N comes to 0 is gone, and its Sum with it, whatever rounding
	// had left of it. Give the tallies that the row was added with. Values, revisions and Log are not looked
	// at: places in logs stay. All other methods that change rows leave tallies as they are.
	Remove(ctx context.Context, tenant, table string, entries ...Entry) (removed int, err error)
	// Commit makes the changes, of several tables of a tenant, one after the other in one transaction: all of them,
	// or none where one answers an error, as a Swap does whose row somebody else changed. No changes are no error.
	Commit(ctx context.Context, tenant string, changes ...Change) error
	// Tallies yields a table's tallies in r by ascending key, reading as Query does.
	Tallies(ctx context.Context, tenant, table string, r Range) iter.Seq2[Tally, error]
	// Log reads up to n places of a tenant's log, those with a Seq above `after`, in order. The Seqs of a log
	// are 1, 2, 3, … without a gap, in the order in which places become visible: once a reader has seen one,
	// no smaller one appears. So where the first place read is not after+1, those between were trimmed. The
	// row of a place may have changed or gone since.
	Log(ctx context.Context, tenant, log string, after int64, n int) (places []Logged, err error)
	// LogEnd tells the first and the last Seq of a log; both are 0 when nothing was ever noted in it. A reader
	// who wants only what comes begins at last. One who stands behind last has a place of another log: one
	// that was deleted with its tenant, or lost with its disk.
	LogEnd(ctx context.Context, tenant, log string) (first, last int64, err error)
	// TrimLog forgets the places up to the Seq upTo, but never the newest one, so that no Seq is given twice.
	// Many places go in several transactions.
	TrimLog(ctx context.Context, tenant, log string, upTo int64) error
	Close() error
}

// Scrubber is what a Driver may offer beyond its port, where deleted rows stay readable in its files for a while.
type Scrubber interface {
	// Scrub makes what was deleted before it unreadable, also to somebody who has the files. While others
	// read or write so that it cannot, it answers Unavailable; what was deleted stays deleted, and Scrub may
	// be tried again.
	Scrub(ctx context.Context) error
}
