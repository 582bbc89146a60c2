// Package clustertest is what leases promise, to be tested over each engine that keeps rows. Start at Run.
package clustertest

import (
	"context"
	"errors"
	"sync"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/cluster"
	"animo/internal/loop"
	"animo/internal/table"
)

const (
	tenant = "sol"
	length = 20 * time.Second
)

// Open makes a new store, and gives what opens it for one process more. Both are called inside of a bubble of fake time.
type Open func(t *testing.T) (process func() table.Driver)

// Run tests leases over a store.
func Run(t *testing.T, open Open) {
	for _, c := range []struct {
		name string
		test func(t *testing.T, process func() table.Driver)
	}{
		{"one holds it at a time, and fences grow", oneAtATime},
		{"a holder that is cut off loses it before another takes it, and commits nothing later", cutOff},
		{"a holder that died is taken over from by whoever tries again and again", takenOver},
		{"a process has its own at once after a restart, others wait", restarted},
		{"it is given back at once after an error and after a panic", givenBack},
		{"whoever tries gets it or hears so at once", tried},
		{"what is done at both ends is done with the lease or not at all", bothEnds},
		{"one that is forgotten is lost", forgotten},
		{"an engine that panics at a renewal loses it and no more", panics},
	} {
		t.Run(c.name, func(t *testing.T) {
			synctest.Test(t, func(t *testing.T) { c.test(t, open(t)) })
		})
	}
}

func leases(d table.Driver, owner string) *cluster.Leases {
	return cluster.New(table.New(d), cluster.Options{Owner: owner, Length: length})
}

// unreachable is a store that a process can be cut off from.
type unreachable struct {
	table.Driver
	off atomic.Bool
}

func (u *unreachable) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if u.off.Load() {
		return animo.Errorf(animo.Unavailable, "cut off", "sin conexión")
	}
	return u.Driver.Commit(ctx, tenant, rev, ops...)
}

// bounded is the context of a test that would go on for ever where leases break their promise.
func bounded(t *testing.T) context.Context {
	ctx, cancel := context.WithTimeout(t.Context(), 1000*length)
	t.Cleanup(cancel)
	return ctx
}

func nothing(context.Context, int64) error { return nil }

func oneAtATime(t *testing.T, process func() table.Driver) {
	const contenders, times = 16, 3
	ctx := bounded(t)
	var mu sync.Mutex
	var fences []int64
	running := 0
	var all sync.WaitGroup
	for range contenders {
		own := leases(process(), "")
		all.Go(func() {
			for range times {
				err := own.Hold(ctx, tenant, "sweep", func(_ context.Context, fence int64) error {
					mu.Lock()
					fences = append(fences, fence)
					if running++; running > 1 {
						t.Error("two hold it")
					}
					mu.Unlock()
					time.Sleep(3 * length) // it is renewed meanwhile
					mu.Lock()
					defer mu.Unlock()
					running--
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			}
		})
	}
	all.Wait()
	if len(fences) != contenders*times {
		t.Fatalf("it was held %d times, want %d", len(fences), contenders*times)
	}
	for i := 1; i < len(fences); i++ {
		if fences[i] <= fences[i-1] {
			t.Errorf("fences are %v, want growing", fences)
		}
	}
}

func cutOff(t *testing.T, process func() table.Driver) {
	cut := &unreachable{Driver: process()}
	other := process()
	rows := table.New(other)
	var lost, taken time.Duration
	var stale int64
	began := time.Now()
	var all sync.WaitGroup
	all.Go(func() {
		err := leases(cut, "a").Hold(bounded(t), tenant, "sweep", func(ctx context.Context, fence int64) error {
			stale = fence
			cut.off.Store(true)
			<-ctx.Done()
			lost = time.Since(began)
			return ctx.Err()
		})
		if animo.CodeOf(err) != animo.Conflict {
			t.Errorf("the one that was cut off: %v, want conflict", err)
		}
	})
	synctest.Wait()
	err := leases(other, "b").Hold(bounded(t), tenant, "sweep", func(ctx context.Context, fence int64) error {
		taken = time.Since(began)
		return rows.Commit(ctx, tenant, cluster.Expect("sweep", fence), table.Put("work", "b", nil))
	})
	if err != nil {
		t.Errorf("the next holder: %v", err)
	}
	all.Wait()
	if lost >= taken || taken < length || taken > 2*length {
		t.Errorf("lost after %v and taken after %v; want it lost first, and taken after %v or little more", lost, taken, length)
	}
	late := rows.Commit(t.Context(), tenant, cluster.Expect("sweep", stale), table.Put("work", "a", nil))
	if animo.CodeOf(late) != animo.Conflict {
		t.Errorf("a commit under the lost lease: %v, want conflict", late)
	}
	late = rows.Update(t.Context(), tenant, func(tx *table.Tx) error {
		tx.Put("work", "a", nil)
		return cluster.Check(tx, "sweep", stale)
	})
	if animo.CodeOf(late) != animo.Conflict {
		t.Errorf("a transaction under the lost lease: %v, want conflict", late)
	}
	if n, err := rows.Count(t.Context(), tenant, "work", table.Range{}); n != 1 || err != nil {
		t.Errorf("%d rows were written, %v; want the second holder's alone", n, err)
	}
}

// died leaves a lease behind that is not given back.
func died(t *testing.T, d table.Driver, owner string) {
	t.Helper()
	cut := &unreachable{Driver: d}
	err := leases(cut, owner).Hold(t.Context(), tenant, "sweep", func(context.Context, int64) error {
		cut.off.Store(true)
		return nil
	})
	if err != nil {
		t.Fatal(err)
	}
}

func takenOver(t *testing.T, process func() table.Driver) {
	shared := process()
	died(t, shared, "a")
	began, next := time.Now(), leases(shared, "b")
	for {
		var fence int64
		err := next.Try(t.Context(), tenant, "sweep", func(_ context.Context, got int64) ([]table.Op, error) {
			fence = got
			return nil, nil
		})
		took := time.Since(began)
		if animo.CodeOf(err) == animo.Conflict && took < 2*length {
			time.Sleep(time.Second)
			continue
		}
		if err != nil || took < length || took > length+2*time.Second || fence != 2 {
			t.Errorf("%v after %v with the fence %d, want it after %v and a second", err, took, fence, length)
		}
		return
	}
}

func restarted(t *testing.T, process func() table.Driver) {
	died(t, process(), "a")
	ctx, cancel := context.WithTimeout(t.Context(), length/2)
	defer cancel()
	if err := leases(process(), "b").Hold(ctx, tenant, "sweep", nothing); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("another process: %v, want that it waits", err)
	}
	again := time.Now()
	if err := leases(process(), "a").Hold(t.Context(), tenant, "sweep", nothing); err != nil || time.Since(again) > 0 {
		t.Errorf("the restarted one: %v, after %v", err, time.Since(again))
	}
}

func givenBack(t *testing.T, process func() table.Driver) {
	failed := errors.New("failed")
	first := leases(process(), "a")
	if err := first.Hold(t.Context(), tenant, "sweep", func(ctx context.Context, _ int64) error {
		if err := first.Hold(ctx, tenant, "sweep", nil); animo.CodeOf(err) != animo.Conflict {
			t.Errorf("the same process once more: %v, want conflict", err)
		}
		if err := first.Hold(ctx, "luna", "sweep", nothing); err != nil {
			t.Errorf("another tenant's of that name: %v", err)
		}
		return failed
	}); !errors.Is(err, failed) {
		t.Errorf("%v, want run's error", err)
	}
	func() {
		defer func() {
			if recover() == nil {
				t.Error("the panic is swallowed")
			}
		}()
		_ = first.Hold(t.Context(), tenant, "sweep", func(context.Context, int64) error { panic("no such luck") })
	}()
	began := time.Now()
	if err := leases(process(), "b").Hold(t.Context(), tenant, "sweep", nothing); err != nil || time.Since(began) > 0 {
		t.Errorf("another process: %v, after %v, want it at once", err, time.Since(began))
	}
}

func tried(t *testing.T, process func() table.Driver) {
	first, second := leases(process(), "a"), leases(process(), "b")
	idle := func(context.Context, int64) ([]table.Op, error) { return nil, nil }
	failed := errors.New("failed")
	began := time.Now()
	err := first.Try(t.Context(), tenant, "sweep", func(ctx context.Context, _ int64) ([]table.Op, error) {
		for name, other := range map[string]*cluster.Leases{"this": first, "another": second} {
			if err := other.Try(ctx, tenant, "sweep", idle); animo.CodeOf(err) != animo.Conflict {
				t.Errorf("%s process tries: %v, want conflict", name, err)
			}
		}
		return nil, failed
	})
	if !errors.Is(err, failed) {
		t.Errorf("%v, want run's error", err)
	}
	if err := second.Try(t.Context(), tenant, "sweep", idle); err != nil || time.Since(began) > 0 {
		t.Errorf("another process then: %v, after %v", err, time.Since(began))
	}
}

func bothEnds(t *testing.T, process func() table.Driver) {
	cut := &unreachable{Driver: process()}
	rows, first := table.New(process()), leases(cut, "a")
	has := func(key string) bool {
		row, err := rows.Read(t.Context(), tenant, table.Key{Table: "work", Key: key})
		return err == nil && row[0].Rev != 0
	}
	err := first.Try(t.Context(), tenant, "sweep", func(context.Context, int64) ([]table.Op, error) {
		if !has("begun") || has("done") {
			t.Error("what is done at the beginning is not, or at the end is already")
		}
		return []table.Op{table.Put("work", "done", nil)}, nil
	}, table.PutNew("work", "begun", nil))
	if err != nil || !has("done") {
		t.Errorf("%v; what is done at the end is: %v", err, has("done"))
	}
	err = first.Try(t.Context(), tenant, "sweep", func(context.Context, int64) ([]table.Op, error) {
		t.Error("it runs though what comes first does not hold")
		return nil, nil
	}, table.PutNew("work", "begun", nil))
	if animo.CodeOf(err) != animo.Conflict {
		t.Errorf("what comes first does not hold: %v, want conflict", err)
	}
	err = first.Try(t.Context(), tenant, "sweep", func(context.Context, int64) ([]table.Op, error) {
		// The same process after a restart: this one was halted and does not know that it lost the lease.
		if err := leases(process(), "a").Hold(t.Context(), tenant, "sweep", nothing); err != nil {
			t.Error(err)
		}
		return []table.Op{table.Put("work", "late", nil)}, nil
	})
	if animo.CodeOf(err) != animo.Conflict || has("late") {
		t.Errorf("the end under a lost lease: %v, written %v; want conflict and nothing", err, has("late"))
	}
	err = first.Try(t.Context(), tenant, "sweep", func(context.Context, int64) ([]table.Op, error) {
		cut.off.Store(true)
		return []table.Op{table.Put("work", "unsaid", nil)}, nil
	})
	if animo.CodeOf(err) != animo.Unavailable {
		t.Errorf("the end could not be written: %v, want unavailable", err)
	}
}

func forgotten(t *testing.T, process func() table.Driver) {
	rows := table.New(process())
	err := leases(process(), "a").Hold(bounded(t), tenant, "sweep", func(ctx context.Context, _ int64) error {
		if err := rows.Commit(ctx, tenant, cluster.Forget("sweep")...); err != nil {
			t.Error(err)
		}
		<-ctx.Done()
		return nil
	})
	if animo.CodeOf(err) != animo.Conflict {
		t.Errorf("%v, want conflict", err)
	}
	for _, name := range []string{"leases", "fences"} {
		if n, err := rows.Count(t.Context(), tenant, name, table.Range{}); n != 0 || err != nil {
			t.Errorf("%d rows are left in %s, %v", n, name, err)
		}
	}
}

// panicking is a store that panics at commits.
type panicking struct {
	table.Driver
	on atomic.Bool
}

func (p *panicking) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if p.on.Load() {
		panic("no such luck")
	}
	return p.Driver.Commit(ctx, tenant, rev, ops...)
}

func panics(t *testing.T, process func() table.Driver) {
	unlucky := &panicking{Driver: process()}
	err := leases(unlucky, "a").Hold(bounded(t), tenant, "sweep", func(ctx context.Context, _ int64) error {
		unlucky.on.Store(true)
		<-ctx.Done()
		return nil
	})
	if animo.CodeOf(err) != animo.Conflict || !loop.Panicked(err) {
		t.Errorf("%v, want conflict because of the panic", err)
	}
}
