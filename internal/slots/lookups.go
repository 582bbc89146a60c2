package slots

import (
	"crypto/sha256"
	"sync"

	"animo"
)

// mostCredentials is how many credentials Lookups remember. Whoever is forgotten is counted among the strangers once.
const mostCredentials = 10_000

// Lookups bound how many requests wait at once to have it found out whose they are. A tenant whose credential was found
// before is counted by itself, and all others, of whom nothing is known, are counted together, apart from the tenants: so
// neither strangers nor one tenant keep another tenant from being recognised. They are safe for concurrent use.
type Lookups struct {
	tenants, strangers *Slots

	mu    sync.Mutex
	known map[[sha256.Size]byte]string // digest of a credential to its tenant, when it was looked up last
}

// NewLookups makes lookups for so many known callers at once, and as many others.
func NewLookups(most int) *Lookups {
	return &Lookups{tenants: New(most), strangers: New(most), known: map[[sha256.Size]byte]string{}}
}

// Do calls find, which tells whose a credential is, and gives its error. Whose it was before decides only how the call is
// counted. It answers TooManyRequests or Unavailable, without a call, as Slots.Take and Slots.TakeAny do.
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
