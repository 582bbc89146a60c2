package photos

import (
	"sync"
	"time"
)

// Erased says what was removed from the tables, whose files may hold traces of it (see table.Scrubber).
type Erased struct {
	Asked   time.Time // when somebody last asked for an erasure, perhaps at another process; zero for never
	Found   bool      // something that was asked to be erased was removed
	Retired bool      // something was removed that nobody asked to be
}

// erasures is what Erased tells next.
type erasures struct {
	mu   sync.Mutex
	next Erased
}

// noteRemoved notes an erasure that was asked for at that time, or with the zero time that something was retired.
// found tells whether there was anything to remove just now.
func (f *Flow) noteRemoved(asked time.Time, found bool) {
	f.erasures.mu.Lock()
	defer f.erasures.mu.Unlock()
	e := &f.erasures.next
	if asked.IsZero() {
		e.Retired = e.Retired || found
		return
	}
	e.Found = e.Found || found
	if asked.After(e.Asked) {
		e.Asked = asked
	}
}

// Erased tells what was removed since it was called last. Call it after Sweep, which finds the erasures of other
// processes, too.
func (f *Flow) Erased() Erased {
	f.erasures.mu.Lock()
	defer f.erasures.mu.Unlock()
	e := f.erasures.next
	f.erasures.next = Erased{Asked: e.Asked}
	return e
}
