package photos

import (
	"context"
	"sync"
	"time"

	"golang.org/x/time/rate"

	"animo"
	"animo/internal/table"
)

// Admit counts one picture that a tenant has analysed without keeping it as a photo. It answers what Policy does, or
// TooManyRequests.
func (f *Flow) Admit(ctx context.Context, tenant string) error { return f.admit(ctx, tenant) }

// admit answers why a tenant may not send a photo now: what Policy answers, or TooManyRequests.
func (f *Flow) admit(ctx context.Context, tenant string) error {
	p, err := f.policy(ctx, tenant)
	if gone(err) {
		f.rates.forget(tenant)
	}
	if err != nil || p.PerMinute == 0 || f.rates.allow(tenant, p.PerMinute, 1, f.now()) {
		return err
	}
	return animo.Errorf(animo.TooManyRequests, "more than %d photos a minute; send the rest a little later", "más de %d fotos por minuto; envíe el resto un poco más tarde", p.PerMinute)
}

// checkQuota answers Quota when a tenant keeps more than it may with so many photos and bytes more.
func (f *Flow) checkQuota(ctx context.Context, tenant string, p animo.PhotoPolicy, photos, bytes int64) error {
	if p.Photos == 0 && p.Bytes == 0 {
		return nil
	}
	var kept table.Tally // none before the first photo
	for tally, err := range f.tables.Tallies(ctx, tenant, picturesTable, table.Range{Prefix: keptTally}) {
		if err != nil {
			return err
		}
		kept = tally
	}
	switch {
	case p.Photos > 0 && kept.N+photos > int64(p.Photos):
		return animo.Errorf(animo.Quota, "%d photos are kept, and no more may be; erase some, or have the limit raised", "se guardan %d fotos, y no pueden ser más; borre algunas, o pida que suban el límite", p.Photos)
	case p.Bytes > 0 && int64(kept.Sum)+bytes > p.Bytes:
		return animo.Errorf(animo.Quota, "this photo and those that are kept have more than %d MiB, which is the limit; erase some, or have it raised",
			"esta foto y las guardadas pasan de %d MiB, que es el límite; borre algunas, o pida que lo suban", p.Bytes>>20)
	}
	return nil
}
