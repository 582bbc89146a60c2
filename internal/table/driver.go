package table

import (
	"context"

	"animo"
)

// Driver is what an engine does for a Table: it reads rows by key, scans them by page, and commits operations whole or
// not at all. Everything else is built on that in Table, once for all engines. Every method is safe to call at once from
// many goroutines; a tenant sees only its own rows. A Driver copies what it takes and gives away what it returns.
//
// A Driver is called with tenants, names, keys and values that Check has passed, with values and as many operations as
// its Limits allow, and with every row and every tally of a commit at most once; Table sees to that. Failures are animo.Errors: Conflict as Commit says,
// NoSpace, Unavailable or Internal, Timeout or Interrupted when ctx ends first; after Close, Unavailable.
type Driver interface {
	// Read gives the rows of those keys, in the order of the keys. A row that is not there has Rev 0 and no value.
	Read(ctx context.Context, tenant string, keys ...Key) ([]Row, error)
	// Scan gives a page of a table's rows in r by ascending key, or descending when p.Reverse. more tells that
	// the page may not be the last one; the next one begins behind the last row of this one. A page without rows is
	// the last one.
	Scan(ctx context.Context, tenant, table string, r Range, p Page) (rows []Row, more bool, err error)
	// Tallies gives a page of a table's tallies in r, as Scan gives rows.
	Tallies(ctx context.Context, tenant, table string, r Range, p Page) (tallies []Tally, more bool, err error)
	// Places gives up to n places of a log by ascending Seq, those with a Seq above `after`; with a negative n the last
	// -n places of the log, also by ascending Seq.
	Places(ctx context.Context, tenant, log string, after int64, n int) ([]Logged, error)
	// Commit does all the operations or none, and gives the rows that it writes the revision rev. What it returned nil
	// for is on disk. Conflict says that a row was not as an operation expected it, and that nothing was changed.
	//
	// A log's places get ascending Seqs in the order in which they become visible: a reader who has seen a Seq never
	// sees a smaller one appear later. A Seq is never given twice. Tallies add up whoever commits at the same time; an engine may
	// keep one in parts.
	Commit(ctx context.Context, tenant string, rev int64, ops ...Op) error
	// Tenants gives, in ascending order, the tenants that have rows in any of the tables. A tenant whose rows are being
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

// RangeDeleter is what a Driver may offer beyond its port, where a range takes it less work than each key of it.
type RangeDeleter interface {
	// DeleteRange removes the first rows in r, at most limit, in one commit, and tells how many; fewer than limit were
	// the last ones. Tallies and logs stay as they are.
	DeleteRange(ctx context.Context, tenant, table string, r Range, limit int) (removed int, err error)
}

// Scrubber is what a Driver may offer beyond its port, where deleted rows stay readable in its files for a while.
type Scrubber interface {
	// Scrub makes what was deleted before it unreadable, also to somebody who has the files. While others
	// read or write so that it cannot, it answers Unavailable; what was deleted stays deleted, and Scrub may
	// be tried again.
	Scrub(ctx context.Context) error
}

// Ended is what a Driver answers when ctx ended, Timeout or Interrupted; nil while it goes on.
func Ended(ctx context.Context) error {
	err := ctx.Err()
	if err == nil {
		return nil
	}
	r := animo.ReasonOf(err)
	return &animo.Error{Code: r.Code, EN: r.EN, ES: r.ES, Cause: err}
}
