// Package rates bounds how many of something each tenant may send in a minute, to all processes over one database together.
// Start at New.
//
// Each tenant has one bucket, of which every process knows how much was in it when Share ran last, a second ago. Until Share runs
// again a process takes at most its part of what the others have not said that they may take, and says so. So all together hardly take more than the
// bucket has, whoever asks where; and where all ask one process, the bucket fills until the part is enough for them. What others
// took meanwhile is taken off at the next Share, below nothing if need be, so that in the long run no more comes through than one process would let through.
package rates

import (
	"sync"
	"time"

	"animo/internal/table"
)

// Rates holds how many of each kind each tenant may send now. The zero value is that of a process that is alone. It is safe for
// concurrent use.
type Rates struct {
	rows    *table.Table
	options Options
	id      string // names this process's row

	mu     sync.Mutex
	of     map[key]*bucket
	others map[string]*other // the other processes, by their rows' keys
	told   map[string]told   // what this process's row says

	wrote time.Time // when Share wrote the row last
}

// key names a bucket: what is counted, and whose it is.
type key struct{ what, tenant string }

// bucket is how much of a kind a tenant may send now.
type bucket struct {
	perMinute int
	level     float64   // how much is left for all processes, as far as this one knows
	at        time.Time // when the level was right
	spoken    float64   // of that, what others may take until they say more
	spent     int       // by this process since Share ran last
	taken     int64     // by this process since it made the bucket
}

// tolerance is by how much a caller's moment may be before that of another who was first.
const tolerance = time.Second

// Burst is how many of those that may come in a minute may come at once.
func Burst(perMinute int) int { return max(1, perMinute/2) }

// Allow reports whether a tenant that may send so many of a kind a minute may send n now: a burst of them at once, then as they
// come free again. Where the clock jumped back, it begins anew: a bucket that waits for the moment before the jump would let nothing
// through until then.
func (r *Rates) Allow(what, tenant string, perMinute, n int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	k := key{what, tenant}
	b, ok := r.of[k]
	if !ok || b.perMinute != perMinute || b.at.Sub(now) > tolerance {
		if r.of == nil {
			r.of = map[key]*bucket{}
		}
		begun := &bucket{perMinute: perMinute, level: float64(Burst(perMinute)), at: now}
		if ok {
			begun.taken = b.taken // others have seen that much
		} else {
			r.begin(k, begun)
		}
		b = begun
		r.of[k] = b
	}
	b.fill(now)
	free := b.level - b.spoken
	if part := (free + float64(b.spent)) / r.parts(now); float64(b.spent+n) > part && (b.spent > 0 || float64(n) > free) {
		return false // the second half: what is more than a part is let through where it is the first
	}
	b.level -= float64(n)
	b.spent += n
	b.taken += int64(n)
	return true
}

// fill adds what came free since the level was right.
func (b *bucket) fill(now time.Time) {
	if passed := now.Sub(b.at); passed > 0 {
		b.level = min(float64(Burst(b.perMinute)), b.level+passed.Minutes()*float64(b.perMinute))
		b.at = now
	}
}

// full reports whether a bucket is as one that is made anew.
func (b *bucket) full() bool { return b.level >= float64(Burst(b.perMinute)) }

// Evict takes out of memory what a tenant sent.
func (r *Rates) Evict(tenant string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	for k := range r.of {
		if k.tenant == tenant {
			delete(r.of, k)
		}
	}
}
