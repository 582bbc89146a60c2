package people

import (
	"context"
	"math"
	"slices"
	"sync"
	"time"

	"animo/internal/faces"
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
	change string // the value of the row that changes with it, and its revision
	rev    int64
	marks  map[string]string              // of each person, when the examples were read
	nots   map[string][]vision.Descriptor // by person, of whom it is known that they are somebody else's
	people vision.Gallery
}

// galleryIdle is for how long a gallery that nobody asks for stays in memory.
const galleryIdle = time.Hour

// galleryChange gives the row that is another after each change of the tenant's people.
func (p *People) galleryChange(ctx context.Context, tenant string) (table.Row, error) {
	rows, err := p.tables.Read(ctx, tenant, table.Key{Table: galleryTable, Key: galleryKey})
	if err != nil {
		return table.Row{}, err
	}
	return rows[0], nil
}

// known gives the people whom a tenant introduced, as they are when it is called, or later.
func (p *People) known(ctx context.Context, tenant string) (*gallery, error) {
	change, err := p.galleryChange(ctx, tenant)
	if err != nil {
		return nil, err
	}
	p.galleries.mu.Lock()
	g, ok := p.galleries.of[tenant]
	if !ok {
		if p.galleries.of == nil {
			p.galleries.of = map[string]*gallery{}
		}
		g = &gallery{marks: map[string]string{}, nots: map[string][]vision.Descriptor{}}
		p.galleries.of[tenant] = g
	}
	p.galleries.mu.Unlock()
	g.loading.Lock()
	defer g.loading.Unlock()
	g.mu.Lock()
	g.used = p.now()
	current := g.change == string(change.Value) && g.rev == change.Rev
	g.mu.Unlock()
	if current {
		return g, nil
	}
	return g, p.load(ctx, tenant, g, change)
}

// load brings a gallery up to date: it reads the examples of those whose mark is another than when they were read, and
// removes those who have left.
func (p *People) load(ctx context.Context, tenant string, g *gallery, change table.Row) error {
	there := map[string]bool{}
	for r, err := range p.tables.Query(ctx, tenant, faces.PeopleTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		var row faces.Person
		if err := table.Decode(faces.PeopleTable, r, &row); err != nil {
			return err
		}
		there[row.ID] = true
		if g.marks[row.ID] == row.Mark {
			continue
		}
		list, err := p.examples(ctx, tenant, row.ID)
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
	g.change, g.rev = string(change.Value), change.Rev
	return nil
}

// expect is the expectation that the tenant's people are those of the gallery.
func (g *gallery) expect() table.Op {
	g.mu.RLock()
	defer g.mu.RUnlock()
	return table.Expect(galleryTable, table.Row{Key: galleryKey, Rev: g.rev})
}

// who gives the person whom a face is most like, and the similarity in percent; "" for a face of nobody who is known. Two
// kinds of people are passed over: those whom somebody said the face is not, and those of whom a face that is known not
// to be theirs is as near to this one as their nearest example.
func (g *gallery) who(d *vision.Descriptor, not []string) (person string, similarity float64) {
	m := g.match(d, not)
	return m.Person, math.Round(100*m.Similarity) / 100
}

// match is who with the distance, and not rounded; the zero Match for a face of nobody who is known.
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

// Recognise tells of each face, by name, which of the people whom a tenant introduced it is; the zero Match says that it is
// none of them.
func (p *People) Recognise(ctx context.Context, tenant string, list []vision.Descriptor) ([]vision.Match, error) {
	known, err := p.known(ctx, tenant)
	if err != nil {
		return nil, err
	}
	matches := make([]vision.Match, len(list))
	for i := range list {
		m := known.match(&list[i], nil)
		if m.Person == "" {
			continue
		}
		row, rev, err := faces.ReadPerson(faces.Plain(ctx, p.tables, tenant), m.Person)
		if err != nil {
			return nil, err
		}
		if rev == 0 { // erased a moment ago
			continue
		}
		m.Person = row.Name
		matches[i] = m
	}
	return matches, nil
}

// Evict takes the galleries out of memory whose tenants are removed, and those that nobody asked for in an hour. Run it
// now and then.
func (p *People) Evict(tenants []string) {
	p.galleries.mu.Lock()
	defer p.galleries.mu.Unlock()
	for tenant, g := range p.galleries.of {
		g.mu.RLock()
		idle := p.now().Sub(g.used)
		g.mu.RUnlock()
		if idle >= galleryIdle || !slices.Contains(tenants, tenant) {
			delete(p.galleries.of, tenant)
		}
	}
}
