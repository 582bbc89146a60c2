// Package rates bounds how many of something each tenant may send in a minute, on this machine.
package rates

import (
	"sync"
	"time"

	"golang.org/x/time/rate"
)

// Rates holds how many of something each tenant may send now, on this machine.
type Rates struct {
	mu sync.Mutex
	of map[string]*limiter
}

type limiter struct {
	*rate.Limiter
	last time.Time // when it was asked last
}

// tolerance is by how much a caller's moment may be before that of another who was first.
const tolerance = time.Second

// Burst is how many of those that may come in a minute may come at once.
func Burst(perMinute int) int { return max(1, perMinute/2) }

// Allow reports whether a tenant that may send so many a minute may send n now: a burst of them at once, then as they
// come free again. Where the clock jumped back, it begins anew: a limiter that waits for the moment before the jump would let nothing
// through until then.
func (r *Rates) Allow(tenant string, perMinute, n int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	limit := rate.Limit(float64(perMinute) / 60)
	l, ok := r.of[tenant]
	if !ok || l.Limit() != limit || l.last.Sub(now) > tolerance {
		if r.of == nil {
			r.of = map[string]*limiter{}
		}
		l = &limiter{Limiter: rate.NewLimiter(limit, Burst(perMinute))}
		r.of[tenant] = l
	}
	l.last = now
	return l.AllowN(now, n)
}

// Evict takes out of memory what a tenant sent.
func (r *Rates) Evict(tenant string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.of, tenant)
}
