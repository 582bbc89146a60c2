package people

import (
	"context"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"animo/internal/cache"
	"animo/internal/faces"
	"animo/internal/table"
	"animo/vision"
)

// gallery is one tenant's people by their ids.
type gallery struct {
	marks  map[string]string // of each person, when the examples were read; used by the load alone
	people vision.Gallery

	mu   sync.RWMutex
	nots map[string][]vision.Descriptor // by person, of whom it is known that they are somebody else's
}

// The bounds of the galleries in memory.
const (
	galleryFaces = 400_000   // examples of all tenants together, some 250 MB
	galleryIdle  = time.Hour // for how long one stays that nobody asks for
)

func newGalleries(now func() time.Time) *cache.Cache[*gallery] {
	return cache.New(cache.Options[*gallery]{Most: galleryFaces, Cost: (*gallery).cost, Idle: galleryIdle, Now: now})
}

// cost is how many descriptors a gallery holds, and some for the gallery itself.
func (g *gallery) cost() int64 {
	g.mu.RLock()
	defer g.mu.RUnlock()
	_, n := g.people.Len()
	for _, not := range g.nots {
		n += len(not)
	}
	return int64(n) + 100
}

// galleryChange gives the row that is another after each change of the tenant's people.
func (p *People) galleryChange(ctx context.Context, tenant string) (table.Row, error) {
	rows, err := p.tables.Read(ctx, tenant, table.Key{Table: galleryTable, Key: galleryKey})
	if err != nil {
		return table.Row{}, err
	}
	return rows[0], nil
}

// known is the people whom a tenant introduced, as they were at one revision of the row that changes with them, or later.
type known struct {
	*gallery
	rev int64
}

// expect is the expectation that the tenant's people are those that are known.
func (k known) expect() table.Op {
	return table.Expect(galleryTable, table.Row{Key: galleryKey, Rev: k.rev})
}

// known gives the people whom a tenant introduced, as they are when it is called, or later.
func (p *People) known(ctx context.Context, tenant string) (known, error) {
	change, err := p.galleryChange(ctx, tenant)
	if err != nil {
		return known{}, err
	}
	g, err := p.galleries.Get(ctx, tenant, "", strconv.FormatInt(change.Rev, 10), func(ctx context.Context, g *gallery) (*gallery, error) {
		if g == nil || change.Rev == 0 {
			g = &gallery{marks: map[string]string{}, nots: map[string][]vision.Descriptor{}}
		}
		if change.Rev == 0 { // nobody was ever introduced
			return g, nil
		}
		return g, p.load(ctx, tenant, g)
	})
	return known{g, change.Rev}, err
}

// load brings a gallery up to date: it reads the examples of those whose mark is another than when they were read, and
// removes those who have left. Others may compare faces with the gallery meanwhile: what they expect is a revision that is
// no more.
func (p *People) load(ctx context.Context, tenant string, g *gallery) error {
	there := map[string]bool{}
	for row, err := range table.JSONRows[faces.Person](ctx, p.tables, tenant, faces.PeopleTable, table.Range{}, false) {
		if err != nil {
			return err
		}
		id, mark := row.Value.ID, row.Value.Mark
		there[id] = true
		if g.marks[id] == mark {
			continue
		}
		list, err := p.examples(ctx, tenant, id)
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
		if err := g.people.Set(id, is...); err != nil {
			return err
		}
		g.marks[id] = mark
		g.mu.Lock()
		g.nots[id] = not
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
	return nil
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
func (p *People) Evict(tenants []string) { p.galleries.Sweep(tenants) }
