// Package table keeps rows by tenant, table and key. Driver is the port that the flows use; its adapters
// are folders inside this one, and tabletest holds the suite that each adapter passes.
package table

import (
	"context"
	"iter"
)

// Row is one value under one key.
type Row struct {
	Key   string // 1 to 512 bytes of UTF-8; compared byte by byte
	Value []byte // at most 1 MiB
	Rev   int64  // set by the table: 1 when the row is new, one more at each change
}

// Range chooses rows of one table in key order. The zero Range is the whole table.
type Range struct {
	Prefix string // keys that begin with it
	From   string // keys that are not smaller
	To     string // keys that are smaller; empty means no upper end
}

// Driver stores rows. Every method is safe to call at once from many goroutines; a tenant sees only its
// own rows. A write that returned nil is on disk. Rows are copied: the caller keeps what it passed in.
// Failures are animo.Errors: NotFound, Conflict, NoSpace, Unavailable or Internal; after Close, Unavailable.
type Driver interface {
	// PutNew stores the rows whose keys are not there yet, in one transaction, and tells how many those
	// were. Rows that exist stay as they are, so that a repeat changes nothing.
	PutNew(ctx context.Context, tenant, table string, rows ...Row) (added int, err error)
	// Put stores the rows in one transaction, replacing those that exist. It ignores Rev.
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
	// Delete removes the rows in r and tells how many there were. Removing nothing is no error.
	Delete(ctx context.Context, tenant, table string, r Range) (removed int, err error)
	// DeleteTenant removes every row of a tenant in every table.
	DeleteTenant(ctx context.Context, tenant string) error
	Close() error
}
