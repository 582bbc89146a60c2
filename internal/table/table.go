// Package table keeps rows by tenant, table and key. Driver is the port that the flows use; its adapters
// are folders inside this one, and tabletest holds the suite that each adapter passes.
package table

import (
	"context"
	"iter"
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
		switch {
		case len(r.Key) > MaxKey:
			return animo.Errorf(animo.TooLarge, "a key of %d bytes is longer than %d", "una clave de %d bytes es más larga que %d", len(r.Key), MaxKey).Of("key")
		case r.Key == "" || !utf8.ValidString(r.Key):
			return animo.Errorf(animo.Invalid, "a key is empty or not UTF-8", "una clave está vacía o no es UTF-8").Of("key")
		case len(r.Value) > MaxValue:
			return animo.Errorf(animo.TooLarge, "a value of %d bytes is longer than %d", "un valor de %d bytes es más largo que %d", len(r.Value), MaxValue).Of("value")
		}
	}
	return nil
}

// Driver stores rows. Every method is safe to call at once from many goroutines; a tenant sees only its
// own rows. A write that returned nil is on disk. Rows are copied: the caller keeps what it passed in. Many
// rows are written fastest, by an order of magnitude, when their keys come in ascending order.
//
// Failures are animo.Errors: Invalid or TooLarge for what Check refuses, NotFound, Conflict, NoSpace,
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
	// DeleteTenant removes every row of a tenant in every table, in several transactions as Delete does.
	DeleteTenant(ctx context.Context, tenant string) error
	Close() error
}
