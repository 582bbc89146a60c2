package moods

import (
	"context"
	"slices"
	"strings"
	"sync"
	"time"
)

// feeds are the feeds of the tenants that somebody follows.
type feeds struct {
	mu sync.Mutex
	of map[string]*feed
}

// feed holds the faces of one tenant that were recorded last, read once for all followers. It begins with the first follower
// and ends with the last.
type feed struct {
	moods     *Moods
	tenant    string
	followers int // under feeds.mu
	stop      func()
	woken     chan struct{} // of capacity 1

	reading sync.Mutex // held while the log is read
	read    time.Time  // when it was read last

	mu      sync.Mutex
	base    int64  // the place after which last begins
	upTo    int64  // the place up to which the log was read
	last    []Told // what the log tells between these places; at most feedKept
	changed chan struct{}
}

const (
	feedKept  = 1024
	feedPoll  = time.Second           // between looks for what another process wrote
	feedEnds  = 5 * time.Second       // for how long the last follower waits for the reader to end
	feedFresh = 50 * time.Millisecond // for how long faces that were read are told without another look for erasures
)

// join returns the tenant's feed, which the caller must leave, and the first and last place of the log.
func (s *feeds) join(ctx context.Context, m *Moods, tenant string) (it *feed, first, last int64, err error) {
	first, last, err = m.tables.LogEnd(ctx, tenant, moodsLog)
	if err != nil {
		return nil, 0, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if it, ok := s.of[tenant]; ok {
		it.followers++
		return it, first, last, nil
	}
	it = &feed{moods: m, tenant: tenant, followers: 1, base: last, upTo: last, woken: make(chan struct{}, 1), changed: make(chan struct{})}
	reading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		m.keeper.Run(reading, "feed", 0, func(ctx context.Context) error { it.run(ctx); return nil })
	}()
	it.stop = func() {
		cancel()
		late := time.NewTimer(feedEnds)
		defer late.Stop()
		select {
		case <-ended:
		case <-late.C:
			m.log.Error("a feed did not end; an engine of tables keeps it", "tenant", tenant)
		}
	}
	if s.of == nil {
		s.of = map[string]*feed{}
	}
	s.of[tenant] = it
	return it, first, last, nil
}

func (s *feeds) leave(tenant string) {
	s.mu.Lock()
	it := s.of[tenant]
	it.followers--
	ended := it.followers == 0
	if ended {
		delete(s.of, tenant)
	}
	s.mu.Unlock()
	if ended {
		it.stop()
	}
}

// wake makes the tenant's feed, if there is one, look at the log at once.
func (s *feeds) wake(tenant string) {
	s.mu.Lock()
	it := s.of[tenant]
	s.mu.Unlock()
	if it == nil {
		return
	}
	select {
	case it.woken <- struct{}{}:
	default:
	}
}

// run reads the log as it grows, until ctx ends.
func (it *feed) run(ctx context.Context) {
	tick := time.NewTicker(feedPoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		more, err := it.look(ctx, 0)
		if err != nil && ctx.Err() == nil {
			it.moods.log.Warn("cannot read what was recorded", "tenant", it.tenant, "err", err)
		}
		if more {
			continue
		}
		select {
		case <-ctx.Done():
		case <-it.woken:
		case <-tick.C:
		}
	}
}

// look reads the next places of the log and reports whether there were some. With a time above 0 it reads all that follow,
// unless somebody did that less than the time ago.
func (it *feed) look(ctx context.Context, within time.Duration) (more bool, err error) {
	it.reading.Lock()
	defer it.reading.Unlock()
	began := it.moods.now()
	if within > 0 && fresh(it.read, began, within) {
		return false, nil
	}
	for {
		list, upTo, err := it.moods.readLog(ctx, it.tenant, it.upTo)
		if err != nil {
			return more, err
		}
		if upTo == it.upTo {
			it.read = began
			return more, nil
		}
		it.add(list, upTo)
		if more = true; within == 0 {
			return more, nil
		}
	}
}

// fresh reports whether now is less than a time after read, by a clock that may have been set meanwhile.
func fresh(read, now time.Time, within time.Duration) bool {
	age := now.Sub(read)
	return age >= 0 && age < within
}

// add appends what was read from the log, and wakes the followers who wait. It removes from the feed the faces of photos that
// the log says are erased or analysed again, and replaces records that were restated. Only look calls add.
func (it *feed) add(list []Told, upTo int64) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.last = slices.Concat(it.last, list) // a new slice, because followers have the one that following returned
	for _, t := range list {
		switch {
		case t.Erased != "":
			it.last = slices.DeleteFunc(it.last, func(o Told) bool { return o.Record != nil && o.Record.PhotoID == t.Erased })
		case t.replaced != "":
			it.last = slices.DeleteFunc(it.last, func(o Told) bool {
				return o.Record != nil && o.Record.PhotoID == t.replaced && !strings.HasPrefix(o.Record.FaceID, t.kept)
			})
		case t.Face != "":
			it.last = slices.DeleteFunc(it.last, func(o Told) bool { return o.Record != nil && o.Record.FaceID == t.Face })
		case t.restated:
			for i, o := range it.last {
				if o.Record != nil && o.Record.FaceID == t.Record.FaceID {
					it.last[i].Record, it.last[i].JSON = t.Record, t.JSON
				}
			}
		}
	}
	if n := len(it.last) - feedKept; n > 0 {
		it.base = it.last[n-1].ID
		it.last = it.last[n:]
	}
	it.upTo = upTo
	close(it.changed)
	it.changed = make(chan struct{})
}

// following returns what the log tells after a place, up to which place, and a channel that is closed when there is more.
// upTo is negative where the feed does not hold the places after that one any more.
func (it *feed) following(ctx context.Context, after int64) (list []Told, upTo int64, changed <-chan struct{}) {
	list, upTo, changed = it.held(after)
	if len(list) == 0 {
		return list, upTo, changed
	}
	// Another process may have erased faces that were read a while ago. Where the log cannot be read, run logs that.
	if more, err := it.look(ctx, feedFresh); err == nil && more {
		return it.held(after)
	}
	return list, upTo, changed
}

func (it *feed) held(after int64) (list []Told, upTo int64, changed <-chan struct{}) {
	it.mu.Lock()
	defer it.mu.Unlock()
	if after < it.base {
		return nil, -1, it.changed
	}
	i, _ := slices.BinarySearchFunc(it.last, after, func(t Told, after int64) int {
		if t.ID <= after {
			return -1
		}
		return 1
	})
	return it.last[i:], it.upTo, it.changed
}
