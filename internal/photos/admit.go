package photos

import (
	"context"
	"maps"
	"slices"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"animo"
	"animo/internal/table"
)

// admit answers why a tenant may not send a photo now: what Policy answers, or TooManyRequests.
func (f *Flow) admit(ctx context.Context, tenant string) error {
	p, err := f.policy(ctx, tenant)
	if err != nil || p.PerMinute == 0 || f.rates.allow(tenant, p.PerMinute, f.now()) {
		return err
	}
	return animo.Errorf(animo.TooManyRequests, "more than %d photos in a minute; send the rest a little later", "más de %d fotos en un minuto; envíe el resto un poco más tarde", p.PerMinute)
}

// checkQuota answers Quota when a tenant may not keep another photo of so many bytes.
func (f *Flow) checkQuota(ctx context.Context, tenant string, p animo.PhotoPolicy, bytes int64) error {
	if p.Photos == 0 && p.Bytes == 0 {
		return nil
	}
	for kept, err := range f.tables.Tallies(ctx, tenant, picturesTable, table.Range{Prefix: keptTally}) {
		switch {
		case err != nil:
			return err
		case p.Photos > 0 && kept.N >= int64(p.Photos):
			return animo.Errorf(animo.Quota, "%d photos are kept, and no more may be; erase some, or have the limit raised", "se guardan %d fotos, y no pueden ser más; borre algunas, o pida que suban el límite", kept.N)
		case p.Bytes > 0 && int64(kept.Sum)+bytes > p.Bytes:
			return animo.Errorf(animo.Quota, "this photo and those that are kept have more than %d MiB, which is the limit; erase some, or have it raised",
				"esta foto y las guardadas pasan de %d MiB, que es el límite; borre algunas, o pida que lo suban", p.Bytes>>20)
		}
	}
	return nil
}

// rates counts each tenant's photos of the last minute.
type rates struct {
	mu sync.Mutex
	of map[string]*rate.Limiter
}

// allow reports whether a tenant that may send so many photos a minute may send one now: as many at once,
// then as they come free again.
func (r *rates) allow(tenant string, perMinute int, now time.Time) bool {
	r.mu.Lock()
	defer r.mu.Unlock()
	limit := rate.Limit(float64(perMinute) / 60)
	l, ok := r.of[tenant]
	if !ok || l.Limit() != limit {
		if r.of == nil {
			r.of = map[string]*rate.Limiter{}
		}
		l = rate.NewLimiter(limit, perMinute)
		r.of[tenant] = l
	}
	return l.AllowN(now, 1)
}

// forget drops the counts of tenants that are none any more.
func (r *rates) forget(tenants []string) {
	r.mu.Lock()
	defer r.mu.Unlock()
	maps.DeleteFunc(r.of, func(tenant string, _ *rate.Limiter) bool { return !slices.Contains(tenants, tenant) })
}
