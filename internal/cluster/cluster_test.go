package cluster_test

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
	"animo/internal/table"
	"animo/internal/table/memtable"
)

const (
	tenant = "sol"
	length = 20 * time.Second
)

func leases(rows *table.Table, owner string) *cluster.Leases {
	return cluster.New(rows, cluster.Options{Tenant: tenant, Owner: owner, Length: length})
}

// unreachable is a table of which a process can be cut off.
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

func TestHold_one_at_a_time_with_growing_fences(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := table.New(memtable.New(table.Limits{}))
		var mu sync.Mutex
		var fences []int64
		running := 0
		var all sync.WaitGroup
		for _, owner := range []string{"a", "b", "c", "d"} {
			all.Go(func() {
				for range 3 {
					err := leases(rows, owner).Hold(t.Context(), "sweep", func(context.Context, int64) error { return nil })
					if err != nil {
						t.Error(err)
					}
				}
				err := leases(rows, owner).Hold(t.Context(), "sweep", func(_ context.Context, fence int64) error {
					mu.Lock()
					fences = append(fences, fence)
					if running++; running > 1 {
						t.Error("two hold it")
					}
					mu.Unlock()
					time.Sleep(5 * length) // of the bubble's clock: it is renewed meanwhile
					mu.Lock()
					defer mu.Unlock()
					running--
					return nil
				})
				if err != nil {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if len(fences) != 4 {
			t.Fatalf("%d held it, want all 4", len(fences))
		}
		for i := 1; i < len(fences); i++ {
			if fences[i] <= fences[i-1] {
				t.Errorf("fences are %v, want growing", fences)
			}
		}
	})
}

func TestHold_is_lost_before_another_takes_it_and_its_commits_fail(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := memtable.New(table.Limits{})
		cut := &unreachable{Driver: shared}
		rows := table.New(shared)
		var lost, taken time.Duration
		var stale int64
		began := time.Now()
		var all sync.WaitGroup
		all.Go(func() {
			err := leases(table.New(cut), "a").Hold(t.Context(), "sweep", func(ctx context.Context, fence int64) error {
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
		err := leases(rows, "b").Hold(t.Context(), "sweep", func(_ context.Context, fence int64) error {
			taken = time.Since(began)
			return rows.Commit(t.Context(), tenant, cluster.Expect("sweep", fence), table.Put("work", "b", nil))
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
	})
}

func TestHold_restarted_process_has_its_own_lease_at_once_and_others_wait(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		shared := memtable.New(table.Limits{})
		cut := &unreachable{Driver: shared}
		err := leases(table.New(cut), "a").Hold(t.Context(), "sweep", func(context.Context, int64) error {
			cut.off.Store(true) // it dies, and gives nothing back
			return nil
		})
		if err != nil {
			t.Fatal(err)
		}
		ctx, cancel := context.WithTimeout(t.Context(), length/2)
		defer cancel()
		if err := leases(table.New(shared), "b").Hold(ctx, "sweep", func(context.Context, int64) error { return nil }); !errors.Is(err, context.DeadlineExceeded) {
			t.Errorf("another process: %v, want that it waits", err)
		}
		again := time.Now()
		err = leases(table.New(shared), "a").Hold(t.Context(), "sweep", func(context.Context, int64) error { return nil })
		if err != nil || time.Since(again) > 0 {
			t.Errorf("the restarted one: %v, after %v", err, time.Since(again))
		}
	})
}

func TestHold_gives_back_after_an_error_and_after_a_panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := table.New(memtable.New(table.Limits{}))
		failed := errors.New("failed")
		first := leases(rows, "a")
		if err := first.Hold(t.Context(), "sweep", func(ctx context.Context, _ int64) error {
			if err := first.Hold(ctx, "sweep", nil); animo.CodeOf(err) != animo.Conflict {
				t.Errorf("the same process once more: %v, want conflict", err)
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
			_ = first.Hold(t.Context(), "sweep", func(context.Context, int64) error { panic("no such luck") })
		}()
		began := time.Now()
		err := leases(rows, "b").Hold(t.Context(), "sweep", func(context.Context, int64) error { return nil })
		if err != nil || time.Since(began) > 0 {
			t.Errorf("another process: %v, after %v, want it at once", err, time.Since(began))
		}
	})
}
