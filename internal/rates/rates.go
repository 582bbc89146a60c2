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
	of map[string]*rate.Limiter
}

// Burst is how many of those that may come in a minute may come at once.
func Burst(perMinute int) int { return max(1, perMinute/2) }

// Allow reports whether a tenant that may send so many a minute may send n now: a burst of them at once, then as they
// come free again.
func (r *Rates) Allow(tenant string, perMinute, n int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	limit := rate.Limit(float64(perMinute) / 60)
	l, ok := r.of[tenant]
	if !ok || l.Limit() != limit {
		if r.of == nil {
			r.of = map[string]*rate.Limiter{}
		}
		l = rate.NewLimiter(limit, Burst(perMinute))
		r.of[tenant] = l
	}
	return l.AllowN(now, n)
}

// Evict takes out of memory what a tenant sent.
func (r *Rates) Evict(tenant string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	delete(r.of, tenant)
}
