package rates_test

import (
	"context"
	"errors"
	"fmt"
	"testing"
	"time"

	"animo/internal/rates"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// cut is an engine that a test can cut a process off from.
type cut struct {
	table.Driver
	off   bool
	calls int
}

func (c *cut) Scan(ctx context.Context, tenant, name string, r table.Range, p table.Page) ([]table.Row, bool, error) {
	if c.calls++; c.off {
		return nil, false, errors.New("cut off")
	}
	return c.Driver.Scan(ctx, tenant, name, r, p)
}

func (c *cut) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	if c.calls++; c.off {
		return errors.New("cut off")
	}
	return c.Driver.Commit(ctx, tenant, rev, ops...)
}

// nodes are processes over one database, of which each shares at its own moment of a second.
type nodes struct {
	t      *testing.T
	now    time.Time
	shared table.Driver
	list   []*rates.Rates
	ways   []*cut
}

func newNodes(t *testing.T, n int) *nodes {
	s := &nodes{t: t, now: time.Date(2026, 11, 30, 12, 0, 0, 0, time.UTC), shared: memtable.New(table.Limits{})}
	for range n {
		s.list, s.ways = append(s.list, nil), append(s.ways, nil)
		s.restart(len(s.list) - 1)
	}
	return s
}

// restart puts a new process in the place of one.
func (s *nodes) restart(i int) {
	s.ways[i] = &cut{Driver: s.shared}
	s.list[i] = rates.New(table.New(s.ways[i]), rates.Options{Tenant: "_cluster", Now: func() time.Time { return s.now }})
	s.share(i)
}

func (s *nodes) share(i int) {
	if err := s.list[i].Share(s.t.Context()); err != nil && !s.ways[i].off {
		s.t.Fatal(err)
	}
}

// run lets that many seconds pass in tenths. In each tenth ask asks, and the processes share, one after the other in a second.
func (s *nodes) run(seconds int, ask func(second int)) {
	for tenth := range 10 * seconds {
		s.now = s.now.Add(time.Second / 10)
		for i := range s.list {
			if tenth%10 == i*10/len(s.list) {
				s.share(i)
			}
		}
		ask(tenth / 10)
	}
}

// TestRates_hold_for_all_processes_together has a tenant send as much as it can to three processes in different ways: in five
// minutes, in each of them, and in a few seconds, as much comes through as one process would let through, within a tenth.
func TestRates_hold_for_all_processes_together(t *testing.T) {
	const minutes = 5
	type sender func(s *nodes, second int, send func(node, n int))
	all := func(s *nodes, _ int, send func(node, n int)) {
		for i := range s.list {
			send(i, 1<<20)
		}
	}
	for name, c := range map[string]struct {
		perMinute int
		send      sender
	}{
		"all at once":               {6000, all},
		"few a minute, all at once": {60, all},
		"one process alone":         {6000, func(_ *nodes, _ int, send func(node, n int)) { send(1, 1<<20) }},
		"one most, the others some": {6000, func(_ *nodes, _ int, send func(node, n int)) {
			send(0, 1)
			send(1, 1<<20)
			send(2, 2)
		}},
		"one after the other": {6000, func(_ *nodes, second int, send func(node, n int)) { send(second/20%3, 1<<20) }},
		"one is begun anew": {6000, func(s *nodes, second int, send func(node, n int)) {
			if second == 90 {
				s.restart(0)
			}
			all(s, second, send)
		}},
		"one joins late": {6000, func(s *nodes, second int, send func(node, n int)) {
			send(0, 1<<20)
			if second > 120 {
				send(2, 1<<20)
			}
		}},
		"one is cut off for a while": {6000, func(s *nodes, second int, send func(node, n int)) {
			s.ways[0].off = second >= 100 && second < 130
			all(s, second, send)
		}},
	} {
		t.Run(name, func(t *testing.T) {
			s := newNodes(t, 3)
			in := make([]int, 60*minutes) // how many came through, by second
			s.run(60*minutes, func(second int) {
				c.send(s, second, func(node, n int) {
					for range n {
						if !s.list[node].Allow("photos", "mar", c.perMinute, 1, s.now) {
							return
						}
						in[second]++
					}
				})
			})
			for _, seconds := range []int{3, 60} {
				most, n := 1.1*float64(rates.Burst(c.perMinute)+c.perMinute*seconds/60), 0
				for i := range in {
					n += in[i]
					if i >= seconds {
						n -= in[i-seconds]
					}
					if float64(n) > most {
						t.Fatalf("%d came through in the %d seconds up to the one of number %d, want at most %.0f", n, seconds, i, most)
					}
				}
			}
			total := 0
			for _, n := range in {
				total += n
			}
			if want := float64(c.perMinute*minutes + rates.Burst(c.perMinute)); float64(total) < 0.9*want || float64(total) > 1.1*want {
				t.Errorf("%d came through in %d minutes, want %.0f", total, minutes, want)
			} else {
				t.Logf("%d came through, %.3f of what one process lets through", total, float64(total)/want)
			}
		})
	}
}

// TestRates_of_many_at_once lets through what is more than a process's part of the bucket, and takes it off for all.
func TestRates_of_many_at_once(t *testing.T) {
	s := newNodes(t, 3)
	s.run(2, func(int) {})
	if !s.list[0].Allow("faces", "mar", 600, rates.Burst(600), s.now) {
		t.Error("a call of as many as may come at once was refused")
	}
	s.run(2, func(int) {})
	for i := range s.list {
		if s.list[i].Allow("faces", "mar", 600, 50, s.now) {
			t.Errorf("process %d let 50 more through two seconds later", i)
		}
	}
}

// TestRates_outlive_processes_that_die has processes that are killed again and again while a tenant sends: what they had spoken for comes back.
func TestRates_outlive_processes_that_die(t *testing.T) {
	s := newNodes(t, 3)
	last := 0
	s.run(8*60, func(second int) {
		if second == last {
			return
		}
		last = second
		if second%5 == 4 {
			s.restart(second / 5 % 3)
		}
		for i := range s.list {
			s.list[i].Allow("photos", "mar", 600, 1, s.now)
		}
	})
	s.run(70, func(int) {}) // the bucket fills
	for i := range s.list {
		if !s.list[i].Allow("photos", "mar", 600, 1, s.now) {
			t.Errorf("process %d lets nothing through of a tenant that sent nothing for a minute", i)
		}
	}
	total := 0
	s.run(10, func(int) {
		for s.list[2].Allow("photos", "mar", 600, 1, s.now) {
			total++
		}
	})
	if want := rates.Burst(600) + 100; total < want*85/100 || total > want*11/10 {
		t.Errorf("%d came through in ten seconds, want about %d, of which three processes leave a tenth", total, want)
	}
}

// TestRates_leave_nothing_behind looks for what is left in the rows of tenants who send nothing more, and of processes that are gone.
func TestRates_leave_nothing_behind(t *testing.T) {
	s := newNodes(t, 2)
	s.run(3, func(int) {
		for i := range s.list {
			for n := range 100 {
				s.list[i].Allow("photos", fmt.Sprint("t", n), 60, 1, s.now)
			}
		}
	})
	rows := func() (n, bytes int) {
		for row, err := range table.New(s.shared).Query(t.Context(), "_cluster", "shares", table.Range{}, false) {
			if err != nil {
				t.Fatal(err)
			}
			n, bytes = n+1, bytes+len(row.Value)
		}
		return n, bytes
	}
	if n, bytes := rows(); n != 2 || bytes < 1000 {
		t.Fatalf("%d rows of %d bytes after two processes took something of a hundred tenants", n, bytes)
	}
	s.run(60, func(int) {})
	if n, bytes := rows(); n != 2 || bytes > 100 {
		t.Errorf("%d rows of %d bytes are there of tenants who have all of their buckets again", n, bytes)
	}
	calls := s.ways[0].calls
	s.run(60, func(int) {})
	if n := s.ways[0].calls - calls; n != 60+2 {
		t.Errorf("%d calls in a minute in which nothing was taken, want one a second to read and two to write", n)
	}
	s.run(120, func(int) {})
	s.list, s.ways = s.list[1:], s.ways[1:]
	s.run(3*60, func(int) { s.list[0].Allow("photos", "t1", 60, 1, s.now) })
	if n, _ := rows(); n != 1 {
		t.Errorf("%d rows three minutes after one of two processes ended", n)
	}
}
