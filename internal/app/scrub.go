package app

import (
	"context"
	"time"
)

// scrubs says when the tables' files were scrubbed last, and whether they are to be scrubbed again.
type scrubs struct {
	began time.Time
	now   bool // something was erased after began
	later bool // something was retired after began
}

// scrubEvery is the shortest time between two scrubs after retirements alone, because a scrub reads the whole database.
const scrubEvery = time.Hour

// scrub makes rows that were removed unreadable in the tables' files: soon after an erasure, and now and then after
// retirements.
func (a *App) scrub(ctx context.Context) error {
	s, now := &a.scrubs, a.now().Truncate(time.Millisecond) // as the times of erasures; those that are asked for after that are for the next scrub
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
