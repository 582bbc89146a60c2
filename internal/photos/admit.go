package photos

import (
	"context"

	"animo"
	"animo/internal/table"
)

// Admit counts one picture that a tenant sends. It answers why the tenant may not now: what Policy does, or
// TooManyRequests.
func (p *Photos) Admit(ctx context.Context, tenant string) error {
	policy, err := p.policy(ctx, tenant)
	if animo.CodeOf(err) == animo.NotFound {
		p.rates.Evict(tenant)
	}
	if err != nil || policy.PerMinute == 0 || p.rates.Allow("photos", tenant, policy.PerMinute, 1, p.now()) {
		return err
	}
	return animo.Errorf(animo.TooManyRequests, "more than %d photos a minute; send the rest a little later", "más de %d fotos por minuto; envíe el resto un poco más tarde", policy.PerMinute)
}

// checkQuota answers Quota when a tenant keeps more than it may with so many photos and bytes more.
func (p *Photos) checkQuota(ctx context.Context, tenant string, policy animo.PhotoPolicy, photos, bytes int64) error {
	if policy.Photos == 0 && policy.Bytes == 0 {
		return nil
	}
	var kept table.Tally // none before the first photo
	for tally, err := range p.tables.Tallies(ctx, tenant, picturesTable, table.Range{Prefix: keptTally}) {
		if err != nil {
			return err
		}
		kept = tally
	}
	switch {
	case policy.Photos > 0 && kept.N+photos > int64(policy.Photos):
		return animo.Errorf(animo.Quota, "%d photos are kept, and no more may be; erase some, or have the limit raised", "se guardan %d fotos, y no pueden ser más; borre algunas, o pida que suban el límite", policy.Photos)
	case policy.Bytes > 0 && int64(kept.Sum)+bytes > policy.Bytes:
		return animo.Errorf(animo.Quota, "this photo and those that are kept have more than %d MiB, which is the limit; erase some, or have it raised",
			"esta foto y las guardadas pasan de %d MiB, que es el límite; borre algunas, o pida que lo suban", policy.Bytes>>20)
	}
	return nil
}
