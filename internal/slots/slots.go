// Package slots bounds what is served at once, so that a tenant that asks for much leaves the others theirs. Begin
// at New.
package slots

import (
	"sync"

	"animo"
)

// Slots bound how many requests are served at once; no tenant gets more than half of them. They are safe for concurrent use.
type Slots struct {
	most int

	mu    sync.Mutex
	taken int
	of    map[string]int // by tenant, how many it has taken
}

// New makes slots for at most so many requests at once.
func New(most int) *Slots { return &Slots{most: most, of: map[string]int{}} }

// Take gets a tenant a slot, which it must give back. It answers TooManyRequests to a tenant that has its
// share already, and Unavailable when all slots are taken.
func (s *Slots) Take(tenant string) error {
	return s.take(tenant, (s.most+1)/2)
}

// TakeAny takes a slot for a request whose tenant is not known; Give("") gives it back.
func (s *Slots) TakeAny() error { return s.take("", s.most+1) }

func (s *Slots) take(tenant string, share int) error {
	s.mu.Lock()
	defer s.mu.Unlock()
	switch {
	case s.of[tenant] >= share:
		return animo.Errorf(animo.TooManyRequests, "more than your share of %d such requests at once; wait for one to end", "más peticiones de este tipo a la vez que las %d que le tocan; espere a que acabe alguna", share)
	case s.taken >= s.most:
		return animo.Errorf(animo.Unavailable, "more than %d requests at once; try again in a few seconds", "más de %d peticiones a la vez; inténtelo de nuevo en unos segundos", s.most)
	}
	s.taken++
	s.of[tenant]++
	return nil
}

// Give hands a slot back.
func (s *Slots) Give(tenant string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.taken--
	if s.of[tenant]--; s.of[tenant] == 0 {
		delete(s.of, tenant)
	}
}
