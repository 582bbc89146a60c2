package photos

import (
	"context"
	"encoding/json"
	"slices"
	"sync"
	"time"

	"animo/internal/table"
	"animo/vision"
)

// galleries are the tenants' people, ready to be compared with.
type galleries struct {
	mu sync.Mutex
	of map[string]*gallery
}

// gallery is one tenant's people by their ids.
type gallery struct {
	loading sync.Mutex // held while it is brought up to date

	mu     sync.RWMutex
	used   time.Time
	change string                         // the value of the row that changes with it
	marks  map[string]string              // of each person, when the examples were read
	nots   map[string][]vision.Descriptor // by person, of whom it is known that they are somebody else's
	people vision.Gallery
}

// galleryIdle is for how long a gallery that nobody asks for stays in memory.
const galleryIdle = time.Hour

// galleryChange gives the value that is another after each change of the tenant's people.
func (f *Flow) galleryChange(ctx context.Context, tenant string) (string, error) {
	row, err := f.tables.Get(ctx, tenant, galleryTable, galleryKey)
	if gone(err) {
		err = nil
	}
	return string(row.Value), err
}

// known gives the people whom a tenant introduced, as they are now or later.
func (f *Flow) known(ctx context.Context, tenant string) (*gallery, error) {
	change, err := f.galleryChange(ctx, tenant)
	if err != nil {
		return nil, err
	}
	f.people.mu.Lock()
	g, ok := f.people.of[tenant]
	if !ok {
		if f.people.of == nil {
			f.people.of = map[string]*gallery{}
		}
		g = &gallery{marks: map[string]string{}, nots: map[string][]vision.Descriptor{}}
		f.people.of[tenant] = g
	}
	f.people.mu.Unlock()
	g.loading.Lock()
	defer g.loading.Unlock()
	g.mu.Lock()
	g.used = f.now()
	current := g.change == change
	g.mu.Unlock()
	if current {
		return g, nil
	}
	return g, f.load(ctx, tenant, g, change)
}

// load reads who was introduced, changed or erased since the gallery was read last.
func (f *Flow) load(ctx context.Context, tenant string, g *gallery, change string) error {
	there := map[string]bool{}
	for r, err := range f.tables.Query(ctx, tenant, peopleTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		var row personRow
		if err := json.Unmarshal(r.Value, &row); err != nil {
			return err
		}
		there[row.ID] = true
		if g.marks[row.ID] == row.Mark {
			continue
		}
		list, err := f.examples(ctx, tenant, row.ID)
		if err != nil {
			return err
		}
		var is, not []vision.Descriptor
		for _, e := range list {
			if e.Not {
				not = append(not, e.descriptor)
			} else {
				is = append(is, e.descriptor)
			}
		}
		if err := g.people.Set(row.ID, is...); err != nil {
			return err
		}
		g.mu.Lock()
		g.nots[row.ID], g.marks[row.ID] = not, row.Mark
		g.mu.Unlock()
	}
	g.mu.Lock()
	defer g.mu.Unlock()
	for id := range g.marks {
		if !there[id] {
			g.people.Remove(id)
			delete(g.marks, id)
			delete(g.nots, id)
		}
	}
	g.change = change
	return nil
}

// version is the value that the tenant's people had when the gallery was read.
func (g *gallery) version() string {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return g.change
}

// who gives the person that a face is most like, and how much, in percent; "" for a stranger. It is none of those
// that somebody said it is not, and nobody of whom it is as near to a face that is somebody else's as to any example.
func (g *gallery) who(d *vision.Descriptor, not []string) (person string, similarity float64) {
	m := g.match(d, not)
	return m.Person, round(m.Similarity, 2)
}

// match is who with the distance, and not rounded; the zero Match for a stranger.
func (g *gallery) match(d *vision.Descriptor, not []string) vision.Match {
	fits := func(m vision.Match) bool {
		if slices.Contains(not, m.Person) {
			return false
		}
		g.mu.RLock()
		defer g.mu.RUnlock()
		return !slices.ContainsFunc(g.nots[m.Person], func(other vision.Descriptor) bool { return d.Distance(other) <= m.Distance })
	}
	m, ok := g.people.Match(*d, vision.MatchDistance)
	if !ok {
		return vision.Match{}
	}
	if fits(m) {
		return m
	}
	people, _ := g.people.Len()
	for _, m := range g.people.Nearest(*d, vision.MatchDistance, people) {
		if fits(m) {
			return m
		}
	}
	return vision.Match{}
}

// Recognise tells of each face who it is of the people whom a tenant introduced, by name; for a stranger it gives the
// zero Match.
func (f *Flow) Recognise(ctx context.Context, tenant string, faces []vision.Descriptor) ([]vision.Match, error) {
	known, err := f.known(ctx, tenant)
	if err != nil {
		return nil, err
	}
	list := make([]vision.Match, len(faces))
	for i := range faces {
		m := known.match(&faces[i], nil)
		if m.Person == "" {
			continue
		}
		row, err := f.personByID(ctx, tenant, m.Person)
		if gone(err) { // erased a moment ago
			continue
		}
		if err != nil {
			return nil, err
		}
		m.Person = row.Name
		list[i] = m
	}
	return list, nil
}

// Forget takes out of memory what is held of tenants that are none any more, and people who were not asked for in
// an hour. Run it now and then.
func (f *Flow) Forget(tenants []string) {
	f.people.mu.Lock()
	defer f.people.mu.Unlock()
	for tenant, g := range f.people.of {
		g.mu.RLock()
		idle := f.now().Sub(g.used)
		g.mu.RUnlock()
		if idle >= galleryIdle || !slices.Contains(tenants, tenant) {
			delete(f.people.of, tenant)
		}
	}
}
