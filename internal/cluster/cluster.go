// Package cluster lets several processes over one database agree on who does what. Start at New.
//
// A lease is a row that its holder writes again and again. Another process takes the lease once the row's revision has not
// changed for the lease's length by that process's own monotonic clock. So no two clocks need to agree: they need only run at
// about the same speed, because the holder gives up after three quarters of that length. A process that was halted for
// longer does not know that it lost its lease. So a commit that must not come late includes Expect of the fence: a row
// beside the lease's that changes with each holder and with nothing else (a fencing token, as in M. Kleppmann, How to do
// distributed locking, 2016).
package cluster

import (
	"context"
	"encoding/json"
	"errors"
	"sync"
	"sync/atomic"
	"time"

	"animo"
	"animo/internal/loop"
	"animo/internal/table"
)

const (
	leasesTable = "leases" // name -> holder; its revision changes while the holder lives
	fencesTable = "fences" // name -> the holder's owner; its revision is the fencing number
)

// holder is who holds a lease.
type holder struct {
	Owner string `json:"owner,omitempty"`
	Held  bool   `json:"held,omitempty"` // false: the lease was given back
}

// Options are what New may be told. The zero value works.
type Options struct {
	// Owner names this process among all on the database, also after a restart: this process takes at once the leases that
	// an earlier process of that name held. With "" it waits for them as for anybody else's.
	Owner string
	// Length is for how long others leave a lease that is not renewed; 0 means 30 s. It is the same in all processes.
	Length time.Duration
}

// Leases are the leases of one process. They are safe for concurrent use.
type Leases struct {
	rows    *table.Table
	options Options

	mu   sync.Mutex
	held map[lease]bool     // that this process holds or waits for
	seen map[lease]sighting // of those that another process holds
	tidy time.Time          // when seen was tidied last

	holding, lost atomic.Int64
}

// lease names a lease, among those of a tenant.
type lease struct{ tenant, name string }

// sighting is what was seen of a lease that another process holds.
type sighting struct {
	rev         int64
	first, last time.Time // when the lease was seen with this revision
}

// New makes the leases of a process over rows that all processes share.
func New(rows *table.Table, o Options) *Leases {
	if o.Length == 0 {
		o.Length = 30 * time.Second
	}
	return &Leases{rows: rows, options: o, held: map[lease]bool{}, seen: map[lease]sighting{}}
}

// Expect is the operation by which a commit for the lease's tenant fails with Conflict once another holder has the lease of
// that name, however late the commit comes. fence is the number that Hold or Try gave.
func Expect(name string, fence int64) table.Op {
	return table.Expect(fencesTable, table.Row{Key: name, Rev: fence})
}

// Check is Expect for a transaction, which would try again for ever with Expect itself: it answers Conflict where another
// holder has the lease by now. At the first try Check costs no call.
func Check(tx *table.Tx, name string, fence int64) error {
	tx.Know(fencesTable, table.Row{Key: name, Rev: fence})
	rows, err := tx.Read(table.Key{Table: fencesTable, Key: name})
	if err == nil && rows[0].Rev != fence {
		err = lost(name, errLost)
	}
	return err
}

// Forget are the operations that remove a lease whose name is not used again. Whoever holds it loses it.
func Forget(name string) []table.Op {
	return []table.Op{table.Delete(leasesTable, name), table.Delete(fencesTable, name)}
}

var errLost = errors.New("the lease was not renewed in time, or is another's")

func lost(name string, why error) error {
	return animo.Errorf(animo.Conflict, "the lease %q was lost; another process may hold it", "se perdió la concesión %q; puede que la tenga otro proceso", name).Because(why)
}

// Hold waits for the lease of a name among a tenant's, calls run while it holds the lease, and gives the lease back. fence
// is above that of every earlier holder. run's context ends with the lease; then Hold answers Conflict, once run has
// returned. Otherwise it answers run's error, ctx's where ctx ends while Hold waits, or why the lease's rows cannot be read or
// written. For a lease that this process holds already it answers Conflict at once.
func (l *Leases) Hold(ctx context.Context, tenant, name string, run func(ctx context.Context, fence int64) error) error {
	it := lease{tenant, name}
	if !l.enter(it) {
		return busy(name)
	}
	defer l.leave(it)
	for {
		fence, began, err := l.take(ctx, it)
		if animo.CodeOf(err) == animo.Conflict {
			if err := pause(ctx, l.step()); err != nil {
				return err
			}
			continue
		}
		if err != nil {
			return err
		}
		return l.under(ctx, it, fence, began, func(ctx context.Context) ([]table.Op, error) { return nil, run(ctx, fence) })
	}
}

// Try is Hold without the wait: where somebody has the lease, also in this process, it answers Conflict. The commit that
// takes the lease does first, too, and where an expectation of first does not hold, Try answers Conflict. The commit that
// gives the lease back does run's last operations, also where run answers an error; they must expect nothing. Calling Try
// again and again gets the lease of a process that died as soon as Hold does.
func (l *Leases) Try(ctx context.Context, tenant, name string, run func(ctx context.Context, fence int64) (last []table.Op, err error), first ...table.Op) error {
	it := lease{tenant, name}
	if !l.enter(it) {
		return busy(name)
	}
	defer l.leave(it)
	fence, began, err := l.take(ctx, it, first...)
	if err != nil {
		return err
	}
	return l.under(ctx, it, fence, began, func(ctx context.Context) ([]table.Op, error) { return run(ctx, fence) })
}

// Counts returns how many leases this process holds, and how many it lost since it began.
func (l *Leases) Counts() (held, lost int64) { return l.holding.Load(), l.lost.Load() }

// enter notes that this process holds a lease or waits for it; false where it does so already.
func (l *Leases) enter(it lease) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.held[it] {
		return false
	}
	l.held[it] = true
	return true
}

func (l *Leases) leave(it lease) {
	l.mu.Lock()
	defer l.mu.Unlock()
	delete(l.held, it)
}

// take takes a lease that is free, or whose holder is silent, in one commit with the operations of first. It returns the
// fencing number and a moment before the lease began. It answers Conflict for any other lease.
func (l *Leases) take(ctx context.Context, it lease, first ...table.Op) (fence int64, began time.Time, err error) {
	rows, err := l.rows.Read(ctx, it.tenant, table.Key{Table: leasesTable, Key: it.name}, table.Key{Table: fencesTable, Key: it.name})
	if err != nil {
		return 0, began, err
	}
	began = time.Now()
	if !l.free(rows[0]) && !l.silent(it, rows[0].Rev, began) {
		return 0, began, busy(it.name)
	}
	fence = rows[1].Rev + 1 // while the name is in use the row is never removed, so no number comes twice
	err = l.rows.CommitAs(ctx, it.tenant, fence, append(first,
		table.Replace(leasesTable, table.Row{Key: it.name, Value: l.value(true), Rev: rows[0].Rev}),
		table.Replace(fencesTable, table.Row{Key: it.name, Value: []byte(l.options.Owner), Rev: rows[1].Rev}))...)
	return fence, began, err
}

func busy(name string) error {
	return animo.Errorf(animo.Conflict, "somebody holds the lease %q", "alguien tiene la concesión %q", name)
}

// free reports whether a lease can be taken at once.
func (l *Leases) free(row table.Row) bool {
	if row.Rev == 0 {
		return true
	}
	var h holder
	if table.Decode(leasesTable, row, &h) != nil {
		return false // a later release may have written it, so somebody may hold it
	}
	return !h.Held || l.options.Owner != "" && h.Owner == l.options.Owner
}

// silent reports whether a lease that another process holds has had the same revision for the lease's length. It notes the
// revision, for the next call.
func (l *Leases) silent(it lease, rev int64, now time.Time) bool {
	l.mu.Lock()
	defer l.mu.Unlock()
	if now.Sub(l.tidy) > l.options.Length { // sightings of leases that nobody looks at any more would stay for ever
		for other, s := range l.seen {
			if now.Sub(s.last) > 2*l.options.Length {
				delete(l.seen, other)
			}
		}
		l.tidy = now
	}
	s := l.seen[it]
	if s.rev != rev {
		s = sighting{rev: rev, first: now}
	}
	s.last = now
	l.seen[it] = s
	return now.Sub(s.first) >= l.options.Length
}

func (l *Leases) value(held bool) []byte {
	b, _ := json.Marshal(holder{l.options.Owner, held}) // never fails
	return b
}

// step is the time between two looks at a lease, and between two renewals.
func (l *Leases) step() time.Duration { return l.options.Length / 4 }

// under calls run while it renews a lease, and gives the lease back, also where run panics.
func (l *Leases) under(ctx context.Context, it lease, fence int64, began time.Time, run func(ctx context.Context) ([]table.Op, error)) (err error) {
	l.holding.Add(1)
	defer l.holding.Add(-1)
	ctx, cancel := context.WithCancelCause(ctx)
	var renewing sync.WaitGroup
	renewing.Go(func() { l.renew(ctx, cancel, it, fence, began) })
	var last []table.Op
	ended := false // run returned and did not panic
	defer func() {
		cancel(nil)
		renewing.Wait()
		why := context.Cause(ctx)
		if !errors.Is(why, errLost) {
			why = l.giveBack(ctx, it, fence, last)
		}
		switch {
		case !ended:
		case errors.Is(why, errLost), animo.CodeOf(why) == animo.Conflict:
			l.lost.Add(1)
			err = lost(it.name, why)
		case err == nil && len(last) > 0:
			err = why
		}
	}()
	last, err = run(ctx)
	ended = true
	return err
}

// renew writes the lease again and again until ctx ends. Where another process has the lease, or renew could not write it for
// three quarters of its length, renew cancels with errLost: in the second case before anybody else takes the lease.
func (l *Leases) renew(ctx context.Context, cancel context.CancelCauseFunc, it lease, fence int64, began time.Time) {
	var failed error // the last failure after the lease was written last
	for {
		end := began.Add(3 * l.step())
		if pause(ctx, min(l.step(), time.Until(end))) != nil {
			return
		}
		now := time.Now()
		err := errLost
		if now.Before(end) {
			writing, stop := context.WithDeadline(ctx, end)
			err = loop.Recovered(func() error { return l.write(writing, it, fence, true) })
			stop()
		}
		switch {
		case err == nil:
			began, failed = now, nil
		case animo.CodeOf(err) == animo.Conflict || !time.Now().Before(end):
			cancel(errors.Join(errLost, failed, err))
			return
		default:
			failed = err
		}
	}
}

// giveBack lets others have the lease at once, in one commit with the operations of last. Where that fails, others wait for
// the lease's length.
func (l *Leases) giveBack(ctx context.Context, it lease, fence int64, last []table.Op) error {
	ctx, stop := context.WithTimeout(context.WithoutCancel(ctx), l.step())
	defer stop()
	return l.write(ctx, it, fence, false, last...)
}

func (l *Leases) write(ctx context.Context, it lease, fence int64, held bool, more ...table.Op) error {
	return l.rows.Commit(ctx, it.tenant, append(more, Expect(it.name, fence), table.Put(leasesTable, it.name, l.value(held)))...)
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
