package photos

import (
	"context"
	"slices"
	"sync"
	"time"

	"animo"
)

// feeds are the feeds of the tenants that somebody follows.
type feeds struct {
	mu sync.Mutex
	of map[string]*feed
}

// feed holds the faces of one tenant that were recorded last, read once for all who follow. It begins with the
// first follower and ends with the last.
type feed struct {
	followers int // under feeds.mu
	stop      func()
	woken     chan struct{} // of capacity 1

	mu      sync.Mutex
	base    int64  // what was recorded after this place, up to upTo, is in last
	upTo    int64  // in the log
	last    []Told // at most feedKept
	changed chan struct{}
}

const (
	feedKept = 1024
	feedPoll = time.Second // between looks for what another process recorded
)

// join gives the tenant's feed, which the caller leaves, and the first and last place of the log.
func (s *feeds) join(ctx context.Context, f *Flow, tenant string) (it *feed, first, last int64, err error) {
	first, last, err = f.tables.LogEnd(ctx, tenant, moodsLog)
	if err != nil {
		return nil, 0, 0, err
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	if it, ok := s.of[tenant]; ok {
		it.followers++
		return it, first, last, nil
	}
	it = &feed{followers: 1, base: last, upTo: last, woken: make(chan struct{}, 1), changed: make(chan struct{})}
	reading, cancel := context.WithCancel(context.WithoutCancel(ctx))
	var wg sync.WaitGroup
	wg.Go(func() { it.read(reading, f, tenant) })
	it.stop = func() { cancel(); wg.Wait() }
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

// wake has the tenant's feed, if there is one, look at once.
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

// forget leaves the faces of a photo that was analysed again out of what followers are still to be told.
func (s *feeds) forget(tenant, photo string) {
	s.mu.Lock()
	it := s.of[tenant]
	s.mu.Unlock()
	if it == nil {
		return
	}
	it.mu.Lock()
	defer it.mu.Unlock()
	it.last = withoutPhoto(slices.Clone(it.last), photo) // what since gave out is being read
}

// withoutPhoto leaves the faces of a photo out.
func withoutPhoto(list []Told, photo string) []Told {
	return slices.DeleteFunc(list, func(t Told) bool { return t.Record != nil && t.Record.PhotoID == photo })
}

// replace has followers told what a face's record says now, where they are still to be told of it.
func (s *feeds) replace(tenant string, r *animo.MoodRecord, value []byte) {
	s.mu.Lock()
	it := s.of[tenant]
	s.mu.Unlock()
	if it == nil {
		return
	}
	it.mu.Lock()
	defer it.mu.Unlock()
	i := slices.IndexFunc(it.last, func(t Told) bool { return t.Record != nil && t.Record.FaceID == r.FaceID })
	if i < 0 {
		return
	}
	it.last = slices.Clone(it.last) // what since gave out is being read
	it.last[i].Record, it.last[i].JSON = r, value
}

// read adds what is recorded, until ctx ends.
func (it *feed) read(ctx context.Context, f *Flow, tenant string) {
	tick := time.NewTicker(feedPoll)
	defer tick.Stop()
	for ctx.Err() == nil {
		list, upTo, err := f.readLog(ctx, tenant, it.upTo)
		if err != nil && ctx.Err() == nil {
			f.log.Warn("cannot read what was recorded", "tenant", tenant, "err", err)
		}
		if upTo > it.upTo {
			it.add(list, upTo)
			continue
		}
		select {
		case <-ctx.Done():
		case <-it.woken:
		case <-tick.C:
		}
	}
}

// add appends what was read, leaves out the faces of photos that were erased since they were read, and wakes all
// who wait. Only read calls it.
func (it *feed) add(list []Told, upTo int64) {
	it.mu.Lock()
	defer it.mu.Unlock()
	it.last = slices.Concat(it.last, list) // a new slice: what since gave out is being read
	for _, t := range list {
		if t.Erased != "" {
			it.last = withoutPhoto(it.last, t.Erased)
		}
		if t.Face != "" {
			it.last = slices.DeleteFunc(it.last, func(o Told) bool { return o.Record != nil && o.Record.FaceID == t.Face })
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

// since gives the faces after a place, up to which place that is, and a channel that is closed when there are
// more. upTo is negative where what is after that place is not held any more.
func (it *feed) since(after int64) (list []Told, upTo int64, changed <-chan struct{}) {
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
