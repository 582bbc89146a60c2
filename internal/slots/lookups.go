package slots

import (
	"crypto/sha256"
	"sync"

	"animo"
)

// mostCredentials is how many credentials Lookups remember. The next request with a credential beyond them counts as a stranger's.
const mostCredentials = 10_000

// Lookups bound how many requests wait at once for a look-up of whose they are. Requests whose credential was found before
// are counted by tenant; all others are strangers', counted together and apart from the tenants'. So neither strangers nor
// one tenant keep another tenant from being recognised. Lookups are safe for concurrent use.
type Lookups struct {
	tenants, strangers *Slots

	mu    sync.Mutex
	known map[[sha256.Size]byte]string // by a credential's digest, the tenant that the last look-up found
}

// NewLookups makes Lookups for so many requests of tenants at once, and as many of strangers.
func NewLookups(most int) *Lookups {
	return &Lookups{tenants: New(most), strangers: New(most), known: map[[sha256.Size]byte]string{}}
}

// Do calls find, which looks up whose a credential is, and returns its error. What the last look-up found decides only how
// this one is counted. Do answers TooManyRequests or Unavailable, without calling find, as Slots.Take and Slots.TakeAny do.
func (l *Lookups) Do(credential string, find func() (tenant string, err error)) error {
	digest := sha256.Sum256([]byte(credential))
	l.mu.Lock()
	tenant, known := l.known[digest]
	l.mu.Unlock()
	pool, take := l.strangers, l.strangers.TakeAny
	if known {
		pool, take = l.tenants, func() error { return l.tenants.Take(tenant) }
	}
	if err := take(); err != nil {
		return err
	}
	defer pool.Give(tenant)
	found, err := find()
	switch {
	case err == nil && credential != "" && (!known || found != tenant):
		l.mu.Lock()
		if len(l.known) >= mostCredentials {
			clear(l.known)
		}
		l.known[digest] = found
		l.mu.Unlock()
	case known && animo.CodeOf(err) == animo.Unauthenticated:
		l.mu.Lock()
		delete(l.known, digest)
		l.mu.Unlock()
	}
	return err
}
