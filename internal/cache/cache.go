// Package cache keeps in memory what was made of stored rows: loaded models, the faces of people and of
// collections. A value belongs to a tenant, has a name, and follows a version: the caller says which version is
// stored now, and a value of another version is loaded again. Begin at New and Get.
//
// One rule says what is evicted: a value that nobody asked for during Options.Idle, and, while all values together
// cost more than Options.Most, the value that was asked for longest ago.
package cache

import (
	"container/list"
	"context"
	"sync"
	"time"
)

// Options bound a cache. A zero field has the default in its comment.
type Options[V any] struct {
	Most int64            // cost of all values together; 0 for no bound
	Cost func(V) int64    // of one value, at least 0, in the unit of Most; nil makes every value cost 1, so that Most counts them
	Idle time.Duration    // for how long a value stays that nobody asks for; 0 for ever
	Now  func() time.Time // nil means time.Now
}

// Cache holds values of one type. It is safe for concurrent use; its type says whether a value is.
type Cache[V any] struct {
	o Options[V]

	mu     sync.Mutex
	held   map[key]*list.Element // of recent
	recent *list.List            // of *entry[V], the one asked for last in front
	cost   int64                 // of all that is held
	loads  map[key]*loading[V]   // that are under way
}

type key struct{ tenant, name string }

// entry is a value that is held.
type entry[V any] struct {
	key     key
	value   V
	version string
	cost    int64
	used    time.Time // when it was asked for last
}

// loading is a load that is under way, or that ended after others began to wait for it.
type loading[V any] struct {
	version string
	ended   chan struct{} // closed at the end; what follows is to be read after that only
	whole   bool          // the load ran to its end: it did not panic, and its caller's ctx did not end it
	value   V
	err     error
}

// New makes an empty cache.
func New[V any](o Options[V]) *Cache[V] {
	if o.Cost == nil {
		o.Cost = func(V) int64 { return 1 }
	}
	if o.Now == nil {
		o.Now = time.Now
	}
	return &Cache[V]{o: o, held: map[key]*list.Element{}, recent: list.New(), loads: map[key]*loading[V]{}}
}

// Get returns a tenant's value of that name and version. Where the value is not held, load makes it, from ctx and the value of
// another version that is held, or the zero V: load may change that value and return it. A key has one load at a
// time. Callers who wait for a load get its result, its error too, unless the error is that the loading caller's ctx
// ended: then the next caller loads. An error is not kept. Get answers ctx's error when ctx ends while it waits.
func (c *Cache[V]) Get(ctx context.Context, tenant, name, version string, load func(ctx context.Context, old V) (V, error)) (v V, err error) {
	k := key{tenant, name}
	for {
		c.mu.Lock()
		var old V
		if at, ok := c.held[k]; ok {
			e := at.Value.(*entry[V])
			if e.version == version {
				c.touch(at)
				c.mu.Unlock()
				return e.value, nil
			}
			old = e.value
		}
		l, ok := c.loads[k]
		if !ok {
			l = &loading[V]{version: version, ended: make(chan struct{})}
			c.loads[k] = l
			c.mu.Unlock()
			return c.load(ctx, k, l, old, load)
		}
		c.mu.Unlock()
		select {
		case <-l.ended:
		case <-ctx.Done():
			return v, ctx.Err()
		}
		if l.whole && l.version == version {
			return l.value, l.err
		}
	}
}

// load runs a load and keeps its value, unless the key was evicted or changed meanwhile.
func (c *Cache[V]) load(ctx context.Context, k key, l *loading[V], old V, load func(context.Context, V) (V, error)) (V, error) {
	defer func() {
		c.mu.Lock()
		defer c.mu.Unlock()
		if c.loads[k] == l {
			delete(c.loads, k)
			if l.whole && l.err == nil {
				c.put(k, l.version, l.value)
			}
		}
		close(l.ended)
	}()
	l.value, l.err = load(ctx, old)
	l.whole = l.err == nil || ctx.Err() == nil
	return l.value, l.err
}

// Update changes a value that is held, for a caller that changed the stored rows and can change the value alike: change gets
// the value and its version, and returns the new ones. Where no value is held, Update does nothing. The value of a load
// that is under way is not kept, because nobody can say which rows the load saw. change must not call the cache.
func (c *Cache[V]) Update(tenant, name string, change func(v V, version string) (V, string)) {
	k := key{tenant, name}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.loads, k)
	if at, ok := c.held[k]; ok {
		e := at.Value.(*entry[V])
		v, version := change(e.value, e.version)
		c.put(k, version, v)
	}
}

// Evict evicts a value. One that is being loaded is given to those who wait for it, and not kept.
func (c *Cache[V]) Evict(tenant, name string) {
	k := key{tenant, name}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.loads, k)
	c.remove(c.held[k])
}

// Names returns the names of a tenant's values that are held or being loaded.
func (c *Cache[V]) Names(tenant string) (names []string) {
	c.mu.Lock()
	defer c.mu.Unlock()
	for k := range c.held {
		if k.tenant == tenant {
			names = append(names, k.name)
		}
	}
	for k := range c.loads {
		if _, held := c.held[k]; !held && k.tenant == tenant {
			names = append(names, k.name)
		}
	}
	return names
}

// EvictOld is Evict for a value that is not of that version. The value of a load that is under way is not kept in any case.
func (c *Cache[V]) EvictOld(tenant, name, version string) {
	k := key{tenant, name}
	c.mu.Lock()
	defer c.mu.Unlock()
	delete(c.loads, k)
	if at := c.held[k]; at != nil && at.Value.(*entry[V]).version != version {
		c.remove(at)
	}
}

// Sweep evicts what nobody asked for during Options.Idle, and everything of tenants that are not in the list. Run it now and
// then.
func (c *Cache[V]) Sweep(tenants []string) {
	there := make(map[string]bool, len(tenants))
	for _, t := range tenants {
		there[t] = true
	}
	c.mu.Lock()
	defer c.mu.Unlock()
	for k, at := range c.held {
		if !there[k.tenant] {
			c.remove(at)
		}
	}
	for k := range c.loads {
		if !there[k.tenant] {
			delete(c.loads, k)
		}
	}
	c.shrink()
}

// put holds a value as the one asked for last. The caller holds the lock.
func (c *Cache[V]) put(k key, version string, v V) {
	c.remove(c.held[k])
	e := &entry[V]{key: k, value: v, version: version, cost: c.o.Cost(v)}
	at := c.recent.PushFront(e)
	c.held[k] = at
	c.cost += e.cost
	c.touch(at)
	c.shrink()
}

// touch notes that a value is asked for now. The caller holds the lock.
func (c *Cache[V]) touch(at *list.Element) {
	at.Value.(*entry[V]).used = c.o.Now()
	c.recent.MoveToFront(at)
}

// shrink evicts by the rule of the package comment. The value in front stays even where it alone costs more than Most, because
// every call would load it anew. The caller holds the lock.
func (c *Cache[V]) shrink() {
	now := c.o.Now()
	for at := c.recent.Back(); at != nil; at = c.recent.Back() {
		idle := c.o.Idle > 0 && now.Sub(at.Value.(*entry[V]).used) >= c.o.Idle
		over := c.o.Most > 0 && c.cost > c.o.Most && at != c.recent.Front()
		if !idle && !over {
			return
		}
		c.remove(at)
	}
}

// remove removes one value; nil is none. The caller holds the lock.
func (c *Cache[V]) remove(at *list.Element) {
	if at == nil {
		return
	}
	e := c.recent.Remove(at).(*entry[V])
	delete(c.held, e.key)
	c.cost -= e.cost
}
