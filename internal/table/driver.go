package table

import (
	"context"

	"animo"
)

// Driver is what an engine does for a Table: it reads rows by key, scans them by page, and commits operations whole or
// not at all. Everything else is built on that in Table, once for all engines. Every method is safe to call at once from
// many goroutines; a tenant sees only its own rows. A Driver copies what it takes and gives away what it returns.
//
// Table calls a Driver with tenants, names, keys and values that Check has passed, with values and as many operations as
// its Limits allow, and with every row and every tally of a commit at most once. Failures are animo.Errors: Conflict as
// Commit says, NoSpace, Unavailable or Internal, Timeout or Interrupted when ctx ends first; after Close, Unavailable.
type Driver interface {
	// Read returns the rows of those keys, in the order of the keys. A row that is not there has Rev 0 and no value.
	Read(ctx context.Context, tenant string, keys ...Key) ([]Row, error)
	// Scan returns a page of a table's rows in r by ascending key, or descending when p.Reverse. more is false where no
	// page follows; the next page begins behind the last row of this one. A page without rows is the last one.
	Scan(ctx context.Context, tenant, table string, r Range, p Page) (rows []Row, more bool, err error)
	// Tallies returns a page of a table's tallies in r, as Scan returns rows.
	Tallies(ctx context.Context, tenant, table string, r Range, p Page) (tallies []Tally, more bool, err error)
	// Places returns up to n places of a log by ascending Seq, those with a Seq above `after`; with a negative n the last
	// -n places of the log, also by ascending Seq.
	Places(ctx context.Context, tenant, log string, after int64, n int) ([]Logged, error)
	// Commit does all the operations or none, and returns the rows that it writes the revision rev. When it returns nil, they
	// are on disk. Conflict says that a row was not as an operation expected it, and that nothing was changed.
	//
	// A log's places get ascending Seqs in the order in which they become visible: a reader who has seen a Seq never
	// sees a smaller one appear later. A Seq is never given twice. Commits at the same time add up in a tally; an engine
	// may keep a tally in parts.
	Commit(ctx context.Context, tenant string, rev int64, ops ...Op) error
	// Tenants returns, in ascending order, the tenants that have rows in any of the tables. A tenant whose rows are being
	// written or removed meanwhile may be among them or not.
	Tenants(ctx context.Context, tables ...string) ([]string, error)
	// Forget removes every row, tally and log of a tenant, in as many steps as it takes: an error may leave some.
	Forget(ctx context.Context, tenant string) error
	// Limits are those of this engine.
	Limits() Limits
	// Close makes every later call answer Unavailable. It may be called twice.
	Close() error
}

// Limits are how much an engine takes.
type Limits struct {
	Ops   int // operations in a commit, at least 25
	Value int // bytes in a value, at least 256 KiB and at most MaxValue
}

// Page says how much of a range a Driver reads at once.
type Page struct {
	Limit    int  // items, at least 1; a page may have fewer where their values are large
	Reverse  bool // from the last key to the first
	KeysOnly bool // rows without their values
}

// RangeDeleter is implemented by a Driver that removes a range with less work than each key of the range.
type RangeDeleter interface {
	// DeleteRange removes the first rows in r, at most limit, in one commit, and returns how many; where those are fewer
	// than limit, r has no more. Tallies and logs stay as they are.
	DeleteRange(ctx context.Context, tenant, table string, r Range, limit int) (removed int, err error)
}

// Scrubber is implemented by a Driver in whose files deleted rows stay readable for a while.
type Scrubber interface {
	// Scrub makes rows that were deleted before the call unreadable, also to somebody who has the files. Where others
	// who read or write keep Scrub from that, it answers Unavailable; deleted rows stay deleted, and Scrub may be called
	// again.
	Scrub(ctx context.Context) error
}

// Ended is a Driver's answer where ctx has ended, Timeout or Interrupted; nil where it has not.
func Ended(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	return animo.Ended(err)
}
