package app

import (
	"context"
	"time"
)

// scrubs says when the tables' files were scrubbed last, and whether they are to be again.
type scrubs struct {
	began time.Time
	now   bool // something was erased after that
	later bool // something was retired after that
}

// scrubEvery is how often what was retired, and not asked to be erased, is scrubbed at most: it takes reading the
// whole database.
const scrubEvery = time.Hour

// scrub makes what a sweep and the flows removed unreadable in the tables' files, all of it at once: soon after an
// erasure, and now and then after retirements.
func (a *App) scrub(ctx context.Context) error {
	s, now := &a.scrubs, a.now().Truncate(time.Millisecond) // as an erasure's own; what is asked for after that is for the next time
	photos := a.removed.Take()
	faces, tenants := a.collections.Erased(), a.tenantErased.Swap(false)
	s.now = s.now || tenants || faces || photos.Found || !photos.Asked.IsZero() && !photos.Asked.Before(s.began)
	s.later = s.later || photos.Retired
	if !s.now && !(s.later && now.Sub(s.began) >= scrubEvery) {
		return nil
	}
	if err := a.stores.Tables.Scrub(ctx); err != nil {
		s.now = true
		return err
	}
	*s = scrubs{began: now}
	return nil
}
