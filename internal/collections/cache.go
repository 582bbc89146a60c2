package collections

import (
	"sync"

	"animo/vision"
)

// cache holds the collections that were searched last, in memory.
type cache struct {
	most int // faces of all together

	mu     sync.Mutex
	loaded map[cacheKey]*loaded
	turn   int64
}

type cacheKey struct{ tenant, key string }

// loaded is a collection's faces in memory. They are the faces in the table, whoever changed those, exactly when n and
// sum are those of the collection's tally.
type loaded struct {
	used int64 // the turn of the last search, under cache.mu

	mu    sync.Mutex
	faces *vision.Gallery // by the faces' IDs; nil before they are loaded
	n     int64
	sum   float64
}

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

// empty takes all faces out of memory, as before they were loaded.
func (l *loaded) empty() { l.faces, l.n, l.sum = nil, 0, 0 }

// of gives the place of a collection's faces. It evicts the collections that were searched longest ago while all
// together have too many faces.
func (c *cache) of(tenant, key string) *loaded {
	c.mu.Lock()
	defer c.mu.Unlock()
	if c.loaded == nil {
		c.loaded = map[cacheKey]*loaded{}
	}
	k := cacheKey{tenant, key}
	found, ok := c.loaded[k]
	if !ok {
		c.evict()
		found = new(loaded)
		c.loaded[k] = found
	}
	c.turn++
	found.used = c.turn
	return found
}

// evict drops collections until there is room for another.
func (c *cache) evict() {
	const collections = 1000 // at most, because empty ones take room as well
	for {
		total := 0
		var oldest cacheKey
		age := c.turn + 1
		for k, l := range c.loaded {
			total += l.size()
			if l.used < age {
				oldest, age = k, l.used
			}
		}
		if total < c.most && len(c.loaded) < collections || len(c.loaded) == 0 {
			return
		}
		delete(c.loaded, oldest)
	}
}

// size tells how many faces are in memory; 0 while they are being loaded.
func (l *loaded) size() int {
	if !l.mu.TryLock() {
		return 0
	}
	defer l.mu.Unlock()
	return int(l.n)
}

// change calls do with a collection that is in memory, if it is.
func (c *cache) change(tenant, key string, do func(*loaded)) {
	c.mu.Lock()
	l := c.loaded[cacheKey{tenant, key}]
	c.mu.Unlock()
	if l == nil {
		return
	}
	l.mu.Lock()
	defer l.mu.Unlock()
	if l.faces != nil {
		do(l)
	}
}

// added puts new faces into a collection that is in memory, so that the next search need not load them all.
func (c *cache) added(tenant, key string, faces []Face) {
	c.change(tenant, key, func(l *loaded) {
		for _, f := range faces {
			l.remove(f.ID) // a search may have loaded the face after its row was written
			if l.add(f.ID, f.Descriptor) != nil {
				l.empty()
				return
			}
		}
	})
}

// removed takes faces out of a collection that is in memory, so that no trace of them stays there.
func (c *cache) removed(tenant, key string, ids []string) {
	c.change(tenant, key, func(l *loaded) {
		for _, id := range ids {
			l.remove(id)
		}
	})
}

// drop takes a collection out of memory.
func (c *cache) drop(tenant, key string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.loaded, cacheKey{tenant, key})
}

// keys gives the keys of a tenant's collections that are in memory.
func (c *cache) keys(tenant string) (keys []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.loaded {
		if k.tenant == tenant {
			keys = append(keys, k.key)
		}
	}
	return keys
}
