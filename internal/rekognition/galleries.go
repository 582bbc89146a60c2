package rekognition

import (
	"sync"

	"animo/vision"
)

// galleries are the collections that were searched last, in memory.
type galleries struct {
	mu     sync.Mutex
	loaded map[galleryKey]*gallery
	turn   int64
}

type galleryKey struct{ tenant, prefix string }

// gallery is a collection's faces in memory. That n and sum are those of the collection's tally tells that the
// faces are, too, whoever changed them.
type gallery struct {
	used int64 // the turn of the last search, under galleries.mu

	mu    sync.Mutex
	faces *vision.Gallery // by the faces' IDs; nil before they are loaded
	n     int64
	sum   float64
}

// add puts in one more face.
func (g *gallery) add(id string, d vision.Descriptor) error {
	if err := g.faces.Add(id, d); err != nil {
		return err
	}
	g.n++
	g.sum += weight(id)
	return nil
}

// of gives the place of a collection's faces. It drops the collections that were searched longest ago while all
// together have more faces than most.
func (g *galleries) of(tenant, prefix string, most int) *gallery {
	g.mu.Lock()
	defer g.mu.Unlock()
	if g.loaded == nil {
		g.loaded = map[galleryKey]*gallery{}
	}
	key := galleryKey{tenant, prefix}
	found, ok := g.loaded[key]
	if !ok {
		g.trim(most)
		found = new(gallery)
		g.loaded[key] = found
	}
	g.turn++
	found.used = g.turn
	return found
}

// trim drops collections until there is room for another.
func (g *galleries) trim(most int) {
	const collections = 1000 // also of empty ones there are not more
	for {
		total := 0
		var oldest galleryKey
		age := g.turn + 1
		for key, one := range g.loaded {
			total += one.size()
			if one.used < age {
				oldest, age = key, one.used
			}
		}
		if total < most && len(g.loaded) < collections || len(g.loaded) == 0 {
			return
		}
		delete(g.loaded, oldest)
	}
}

// size tells how many faces are in memory; 0 while they are being loaded.
func (g *gallery) size() int {
	if !g.mu.TryLock() {
		return 0
	}
	defer g.mu.Unlock()
	return int(g.n)
}

// at gives a collection that is in memory, or nil.
func (g *galleries) at(tenant, prefix string) *gallery {
	g.mu.Lock()
	defer g.mu.Unlock()
	return g.loaded[galleryKey{tenant, prefix}]
}

// added puts faces, all of them new, into a collection that is in memory, which saves the next search loading all.
func (g *galleries) added(tenant, prefix string, faces map[string]vision.Descriptor) {
	one := g.at(tenant, prefix)
	if one == nil {
		return
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.faces == nil {
		return
	}
	for id, d := range faces {
		if one.faces.Remove(id) { // it was loaded between the row's writing and now
			one.n--
			one.sum -= weight(id)
		}
		if one.add(id, d) != nil {
			one.faces = nil
			return
		}
	}
}

// removed takes faces out of a collection that is in memory, so that no trace of them stays there.
func (g *galleries) removed(tenant, prefix string, ids []string) {
	one := g.at(tenant, prefix)
	if one == nil {
		return
	}
	one.mu.Lock()
	defer one.mu.Unlock()
	if one.faces == nil {
		return
	}
	for _, id := range ids {
		if one.faces.Remove(id) {
			one.n--
			one.sum -= weight(id)
		}
	}
}

// forget drops a collection from memory.
func (g *galleries) forget(tenant, prefix string) {
	g.mu.Lock()
	defer g.mu.Unlock()
	delete(g.loaded, galleryKey{tenant, prefix})
}
