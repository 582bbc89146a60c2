package bus

import (
	"slices"
	"sync"
	"time"

	"animo"
)

// Stats is an Observer that counts, for as long as the process runs. Make it with NewStats.
type Stats struct {
	now   func() time.Time
	began time.Time

	mu sync.Mutex
	of map[string]*counts // by function
}

// FunctionStats is what a function did in this process since it started.
type FunctionStats struct {
	Name     string
	Workers  int             // events worked on at once; Stats does not know
	Ended    map[Outcome]int // attempts
	P50, P99 time.Duration   // how long half, and 99 of 100, of the last attempts that were done or failed took at most; 0 before the first
	Rate     float64         // attempts a second that ended in the last minute
	Last     *Failure        // nil while nothing failed
}

// Failure is an attempt that failed.
type Failure struct {
	At     time.Time
	Reason animo.Reason
}

// The attempts of a function that are kept: how long the last ones took, and how many ended in each second of the last
// minute.
const (
	attemptsKept = 1000
	secondsKept  = 60
)

// counts are what Stats keeps of a function.
type counts struct {
	ended   map[Outcome]int
	took    []time.Duration // at most attemptsKept, the oldest at next once there are so many
	next    int
	seconds [secondsKept]struct{ second, n int } // at second % secondsKept
	last    *Failure
}

// NewStats makes a Stats that has seen nothing. now is the wall clock, which says when an attempt failed.
func NewStats(now func() time.Time) *Stats {
	return &Stats{now: now, began: time.Now(), of: map[string]*counts{}}
}

// second is the number of the second, from 1, counted by the monotonic clock, because the wall clock may be set.
func (s *Stats) second() int { return 1 + int(time.Since(s.began)/time.Second) }

// Attempted is Observer's.
func (s *Stats) Attempted(function string, outcome Outcome, took time.Duration, reason animo.Reason) {
	s.mu.Lock()
	defer s.mu.Unlock()
	c := s.of[function]
	if c == nil {
		c = &counts{ended: map[Outcome]int{}}
		s.of[function] = c
	}
	c.ended[outcome]++
	now := s.second()
	second := &c.seconds[now%secondsKept]
	if second.second != now {
		second.second, second.n = now, 0
	}
	second.n++
	if outcome == Returned || outcome == Lost { // nothing was tried, or how it ended is not known
		return
	}
	if len(c.took) < attemptsKept {
		c.took = append(c.took, took)
	} else {
		c.took[c.next] = took
		c.next = (c.next + 1) % attemptsKept
	}
	if outcome != Done {
		c.last = &Failure{s.now().UTC(), reason}
	}
}

// Of returns what a function did.
func (s *Stats) Of(function string) FunctionStats {
	s.mu.Lock()
	defer s.mu.Unlock()
	f := FunctionStats{Name: function, Ended: map[Outcome]int{}}
	c := s.of[function]
	if c == nil {
		return f
	}
	for outcome, n := range c.ended {
		f.Ended[outcome] = n
	}
	now, n := s.second(), 0
	for _, second := range c.seconds {
		if second.second > now-secondsKept {
			n += second.n
		}
	}
	f.Rate, f.Last = float64(n)/secondsKept, c.last
	if len(c.took) > 0 {
		sorted := slices.Sorted(slices.Values(c.took))
		f.P50, f.P99 = sorted[(len(sorted)-1)*50/100], sorted[(len(sorted)-1)*99/100]
	}
	return f
}
