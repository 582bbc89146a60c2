package photos

import (
	"context"
	"sync"
	"time"

	"animo/internal/table"
)

// scrubs knows whether the tables' files hold traces of what was removed.
type scrubs struct {
	mu    sync.Mutex
	began time.Time // the last scrub
	now   bool      // somebody asked for something to be erased after that
	later bool      // something was retired after that
}

// scrubEvery is how often what was retired, and not asked to be erased, is scrubbed at most: it takes reading the
// whole database.
const scrubEvery = time.Hour

// toScrub notes an erasure that was asked for at that time, perhaps of another process, or with the zero time that
// something was retired. found tells whether there was anything to remove just now.
func (f *Flow) toScrub(asked time.Time, found bool) {
	f.scrubs.mu.Lock()
	defer f.scrubs.mu.Unlock()
	if asked.IsZero() {
		f.scrubs.later = f.scrubs.later || found
	} else {
		f.scrubs.now = f.scrubs.now || found || !asked.Before(f.scrubs.began)
	}
}

// Scrub makes what was removed unreadable in the tables' files, where they offer that: at once after an erasure,
// and now and then after retirements. Run it after Sweep.
func (f *Flow) Scrub(ctx context.Context) error {
	s := &f.scrubs
	tables, ok := f.tables.(table.Scrubber)
	s.mu.Lock()
	due := s.now || s.later && f.now().Sub(s.began) >= scrubEvery
	before := s.began
	if due {
		s.now, s.later, s.began = false, false, f.now()
	}
	s.mu.Unlock()
	if !ok || !due {
		return nil
	}
	err := tables.Scrub(ctx)
	if err != nil {
		s.mu.Lock()
		s.now, s.began = true, before
		s.mu.Unlock()
	}
	return err
}
