package collections

import (
	"context"
	"errors"
	"fmt"
	"time"

	"animo/internal/cache"
	"animo/vision"
)

const (
	loadedIdle = time.Hour // for how long faces stay in memory that nobody searches
	loadedCost = 400       // of a collection in memory, beside one for each face: an empty one takes room as well
)

// loaded is a collection's faces in memory. They are the faces in the table exactly when n and sum are those of the
// collection's tally, whoever changed the table; so n and sum are the version in the cache. Only Cache.Update changes a loaded.
type loaded struct {
	faces vision.Gallery // by the faces' IDs
	n     int64
	sum   float64
}

func newCache(most int, now func() time.Time) *cache.Cache[*loaded] {
	return cache.New(cache.Options[*loaded]{Most: int64(most), Cost: func(l *loaded) int64 { return l.n + loadedCost }, Idle: loadedIdle, Now: now})
}

// version is the version of a collection's faces, by its tally.
func version(n int64, sum float64) string { return fmt.Sprintf("%d %x", n, sum) }

func (l *loaded) version() string { return version(l.n, l.sum) }

func (l *loaded) add(id string, d vision.Descriptor) error {
	if err := l.faces.Add(id, d); err != nil {
		return err
	}
	l.n++
	l.sum += weight(id)
	return nil
}

func (l *loaded) remove(id string) {
	if l.faces.Remove(id) {
		l.n--
		l.sum -= weight(id)
	}
}

// errOther keeps the cache from keeping faces that are not those of the tally, because somebody changed the collection while
// they were read. They serve for one search.
var errOther = errors.New("the collection changed while it was read")

// load returns a collection's faces by their IDs, as they are now: from memory where the collection's tally is that of the
// faces in memory, otherwise from the table.
func (s *Store) load(ctx context.Context, tenant string, c Collection) (*vision.Gallery, error) {
	t, err := s.tally(ctx, tenant, c.key())
	if err != nil {
		return nil, err
	}
	now := version(t.N, t.Sum)
	l, err := s.loaded.Get(ctx, tenant, c.key(), now, func(ctx context.Context, _ *loaded) (*loaded, error) {
		fresh := new(loaded)
		for f, err := range s.Faces(ctx, tenant, c, "") {
			if err == nil {
				err = fresh.add(f.ID, f.Descriptor)
			}
			if err != nil {
				return nil, err
			}
		}
		if fresh.version() != now {
			return fresh, errOther
		}
		return fresh, nil
	})
	if err != nil && err != errOther {
		return nil, err
	}
	return &l.faces, nil
}

// added puts new faces into a collection that is in memory, so that the next search need not load them all.
func (s *Store) added(tenant, key string, faces []Face) {
	s.loaded.Update(tenant, key, func(l *loaded, _ string) (*loaded, string) {
		for _, f := range faces {
			l.remove(f.ID) // a search may have loaded the face after its row was written
			if l.add(f.ID, f.Descriptor) != nil {
				return l, "" // no tally's version, so the next search loads all anew
			}
		}
		return l, l.version()
	})
}

// removed takes faces out of a collection that is in memory, so that no trace of them stays there.
func (s *Store) removed(tenant, key string, ids []string) {
	s.loaded.Update(tenant, key, func(l *loaded, _ string) (*loaded, string) {
		for _, id := range ids {
			l.remove(id)
		}
		return l, l.version()
	})
}

// evictStale evicts the tenant's collections that have other faces in the table now, or are gone.
func (s *Store) evictStale(ctx context.Context, tenant string) error {
	for _, key := range s.loaded.Names(tenant) {
		t, err := s.tally(ctx, tenant, key)
		if err != nil {
			return err
		}
		s.loaded.EvictOld(tenant, key, version(t.N, t.Sum))
	}
	return nil
}

// Evict evicts the collections of tenants that are not in the list, and those that nobody searched in an hour. Run it now and
// then.
func (s *Store) Evict(tenants []string) { s.loaded.Sweep(tenants) }
