// Package cluster lets several processes over one database agree on who does what. Start at New.
//
// A lease is a row that its holder writes again and again. Whoever waits for the lease takes it once the row's revision has
// not changed for the lease's length by the waiting process's own monotonic clock, so no two clocks need to agree; they need
// only run at about the same speed, and the holder gives up after three quarters of that length. A process that was halted
// for longer does not know that it lost its lease. So a commit that must not come late includes Expect of the fence: a row
// beside the lease's that changes with each holder and with nothing else (a fencing token, as in M. Kleppmann, How to do
// distributed locking, 2016).
package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"time"

	"animo"
	"animo/internal/table"
)

const (
	leasesTable = "leases" // name -> holder; its revision changes while the holder lives
	fencesTable = "fences" // name -> the holder's owner; its revision is the fencing number
)

// holder is who holds a lease.
type holder struct {
	Owner string `json:"owner,omitempty"`
	Held  bool   `json:"held,omitempty"` // false: it was given back
}

// Options are what New may be told. Tenant is needed.
type Options struct {
	// Tenant is whose rows the leases are. A commit can expect a fence only among rows of the same tenant.
	Tenant string
	// Owner names this process among all on the database, also after a restart: what an earlier process of that name held
	// is taken at once. With "" it is waited for as for anybody else's.
	Owner string
	// Length is how long a lease that is not renewed is kept from others; 0 means 30 s. It is the same in all processes.
	Length time.Duration
}

// Leases are the leases of one process. They are safe for concurrent use.
type Leases struct {
	rows    *table.Table
	options Options

	mu   sync.Mutex
	held map[string]bool // names for which Hold runs
}

// New makes the leases of a process over rows that all processes share.
func New(rows *table.Table, o Options) *Leases {
	if o.Length == 0 {
		o.Length = 30 * time.Second
	}
	return &Leases{rows: rows, options: o, held: map[string]bool{}}
}

// Expect is the operation that has a commit of the leases' tenant answer Conflict unless the lease of that name is still
// the one whose holder got this fencing number, however late the commit comes.
func Expect(name string, fence int64) table.Op {
	return table.Expect(fencesTable, table.Row{Key: name, Rev: fence})
}

// Hold waits for the lease of a name, calls run while it holds the lease, and gives the lease back. fence is above that of
// every earlier holder. run's context ends with the lease; Hold answers Conflict then, once run has returned. Otherwise it
// gives run's error, ctx's where ctx ends while it waits, or why the lease's rows cannot be read or written. A name that this process holds
// already is Conflict at once.
func (l *Leases) Hold(ctx context.Context, name string, run func(ctx context.Context, fence int64) error) error {
	if !l.enter(name) {
		return animo.Errorf(animo.Conflict, "this process holds the lease %q already", "este proceso ya tiene la concesión %q", name)
	}
	defer l.leave(name)
	fence, began, err := l.acquire(ctx, name)
	if err != nil {
		return err
	}
	ctx, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { l.renew(ctx, cancel, name, fence, began) })
	defer func() { // also after a panic of run
		cancel(nil)
		renewing.Wait()
		l.release(ctx, name, fence)
	}()
	err = run(ctx, fence)
	if cause := context.Cause(ctx); errors.Is(cause, errLost) {
		return animo.Errorf(animo.Conflict, "the lease %q was lost; another process may hold it", "se perdió la concesión %q; puede que la tenga otro proceso", name).Because(cause)
	}
	return err
}

var errLost = errors.New("the lease was not renewed in time, or is another's")

func (l *Leases) enter(name string) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[name] {
		return false
	}
	l.held[name] = true
	return true
}

func (l *Leases) leave(name string) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, name)
}

// acquire waits until it has the lease, and tells when the lease began at the latest.
func (l *Leases) acquire(ctx context.Context, name string) (fence int64, began time.Time, err error) {
	seen, since := int64(-1), time.Time{} // the lease's revision, and when it was first read
	for {
		rows, err := l.rows.Read(ctx, l.options.Tenant, table.Key{Table: leasesTable, Key: name}, table.Key{Table: fencesTable, Key: name})
		if err != nil {
			return 0, began, err
		}
		began = time.Now()
		if rows[0].Rev != seen {
			seen, since = rows[0].Rev, began
		}
		if l.free(rows[0]) || began.Sub(since) >= l.options.Length {
			fence := rows[1].Rev + 1 // the rows are never removed, so no number comes twice
			err := l.rows.CommitAs(ctx, l.options.Tenant, fence,
				table.Replace(leasesTable, table.Row{Key: name, Value: l.value(true), Rev: rows[0].Rev}),
				table.Replace(fencesTable, table.Row{Key: name, Value: []byte(l.options.Owner), Rev: rows[1].Rev}))
			if animo.CodeOf(err) != animo.Conflict {
				return fence, began, err
			}
		}
		if err := pause(ctx, l.step()); err != nil {
			return 0, began, err
		}
	}
}

// free reports whether a lease can be taken without waiting.
func (l *Leases) free(row table.Row) bool {
	if row.Rev == 0 {
		return true
	}
	var h holder
	if json.Unmarshal(row.Value, &h) != nil {
		return false // somebody's, perhaps of a later release
	}
	return !h.Held || l.options.Owner != "" && h.Owner == l.options.Owner
}

func (l *Leases) value(held bool) []byte {
	b, _ := json.Marshal(holder{l.options.Owner, held}) // never fails
	return b
}

// step is the time between two looks at a lease, and between two renewals.
func (l *Leases) step() time.Duration { return l.options.Length / 4 }

// renew writes the lease again and again until ctx ends. Where somebody else has it, or it could not be written for three
// quarters of its length, renew cancels with errLost, before anybody else takes the lease.
func (l *Leases) renew(ctx context.Context, cancel context.CancelCauseFunc, name string, fence int64, began time.Time) {
	for {
		end := began.Add(3 * l.step())
		if pause(ctx, min(l.step(), time.Until(end))) != nil {
			return
		}
		now := time.Now()
		err := errLost
		if now.Before(end) {
			writing, stop := context.WithDeadline(ctx, end)
			err = l.write(writing, name, fence, true)
			stop()
		}
		switch {
		case err == nil:
			began = now
		case animo.CodeOf(err) == animo.Conflict || !time.Now().Before(end):
			cancel(errLost)
			return
		}
	}
}

// release lets others have the lease at once. Where that fails, they wait for its end.
func (l *Leases) release(ctx context.Context, name string, fence int64) {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), l.step())
	defer stop()
	_ = l.write(ctx, name, fence, false)
}

func (l *Leases) write(ctx context.Context, name string, fence int64, held bool) error {
	return l.rows.Commit(ctx, l.options.Tenant, Expect(name, fence), table.Put(leasesTable, name, l.value(held)))
}

func pause(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-ctx.Done():
		return ctx.Err()
	case <-timer.C:
		return nil
	}
}
