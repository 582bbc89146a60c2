package people

import (
	"context"
	"math"
	"slices"
	"strconv"
	"sync"
	"time"

	"animo"
	"animo/internal/cache"
	"animo/internal/faces"
	"animo/internal/table"
	"animo/vision"
)

// gallery is one tenant's people by their ids.
type gallery struct {
	marks  map[string]string // each person's mark when the examples were read; used by load alone
	people vision.Gallery

	mu   sync.RWMutex
	nots map[string][]vision.Descriptor // by person, faces that are known not to be that person's
}

// The bounds of the galleries in memory.
const (
	galleryFaces = 400_000   // examples of all tenants together, some 250 MB
	galleryIdle  = time.Hour // for how long a gallery stays that nobody asks for
)

func newGalleries(now func() time.Time) *cache.Cache[*gallery] {
	return cache.New(cache.Options[*gallery]{Most: galleryFaces, Cost: (*gallery).cost, Idle: galleryIdle, Now: now})
}

// cost is how many descriptors a gallery holds, and 100 for the gallery itself.
func (g *gallery) cost() int64 {
	g.mu.RLock()
	defer g.mu.RUnlock()
	_, n := g.people.Len()
	for _, not := range g.nots {
		n += len(not)
	}
	return int64(n) + 100
}

// galleryChange reads the row whose revision is another one after each change of the tenant's people.
func galleryChange(ctx context.Context, tables *table.Table, tenant string) (table.Row, error) {
	rows, err := tables.Read(ctx, tenant, table.Key{Table: galleryTable, Key: galleryKey})
	if err != nil {
		return table.Row{}, err
	}
	return rows[0], nil
}

// known is the people whom a tenant introduced, as they were at one revision of galleryChange's row, or later.
type known struct {
	*gallery
	rev     int64
	caution animo.Caution // how sure a name must be
}

// expect is the expectation that nobody has changed the tenant's people after that revision.
func (k known) expect() table.Op {
	return table.Expect(galleryTable, table.Row{Key: galleryKey, Rev: k.rev})
}

// known returns the people whom a tenant introduced, as they are when it is called, or later.
func (p *People) known(ctx context.Context, tenant string) (known, error) {
	change, err := galleryChange(ctx, p.tables, tenant)
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
	if err != nil {
		return known{}, err
	}
	if people, _ := g.people.Len(); people == 0 { // nobody can be named, so the policy need not be read
		return known{g, change.Rev, ""}, nil
	}
	policy, err := p.policy(ctx, tenant)
	if code := animo.CodeOf(err); code == animo.Forbidden || code == animo.NotFound { // the tenant takes no photos any more; the faces that it has keep their names
		err = nil
	}
	return known{g, change.Rev, policy.Naming}, err
}

// load brings a gallery up to date: it reads the examples of people whose mark has changed, and removes people who are gone.
// Others may compare faces with the gallery meanwhile: their commits expect an older revision, and fail.
func (p *People) load(ctx context.Context, tenant string, g *gallery) error {
	there := map[string]bool{}
	for row, err := range table.ReadableRows[faces.Person](ctx, p.tables, tenant, faces.PeopleTable, table.Range{}, false) {
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

// match finds whose a face is. It passes over two kinds of people: those in not, and those to whose nearest example the face
// is no nearer than to a face that is known not to be theirs.
func (k known) match(d *vision.Descriptor, not []string) vision.Identified {
	return k.people.Identify(*d, k.caution, func(m vision.Match) bool {
		if slices.Contains(not, m.Person) {
			return true
		}
		k.mu.RLock()
		defer k.mu.RUnlock()
		return slices.ContainsFunc(k.nots[m.Person], func(other vision.Descriptor) bool { return d.Distance(other) <= m.Distance })
	})
}

// who returns the person who a face is, and the similarity in percent; "" where that is nobody who is known, or not sure.
func (k known) who(d *vision.Descriptor, not []string) (person string, similarity float64) {
	return named(k.match(d, not))
}

// named returns who a face is, and the similarity in percent; "" where that is not sure enough for a name.
func named(id vision.Identified) (person string, similarity float64) {
	if id.Level != vision.Is {
		return "", 0
	}
	return id.Person, math.Round(100*id.Similarity) / 100
}

// asked is a face of a photo that matchAll is to identify.
type asked struct {
	descriptor *vision.Descriptor // nil for a face to pass over
	not        []string           // people who the face is not
	id         vision.Identified  // the answer
}

// matchAll finds whose the faces of one photo are. Two faces of a photo are not one person: the more similar one keeps the
// person, and the other is matched with everybody else. Two that are equally similar, as in a picture of pictures, both keep
// the person.
func (k known) matchAll(list []asked) {
	next := func(a *asked) { a.id = k.match(a.descriptor, a.not) }
	holder := map[string]int{} // by person, the index in list
	var open []int
	for i := range list {
		if list[i].descriptor != nil {
			next(&list[i])
			open = append(open, i)
		}
	}
	for len(open) > 0 {
		i := open[0]
		if open = open[1:]; list[i].id.Level != vision.Is {
			continue
		}
		person := list[i].id.Person
		before, held := holder[person]
		if !held {
			holder[person] = i
			continue
		}
		_, this := named(list[i].id)
		_, that := named(list[before].id)
		loser := i
		switch {
		case this == that:
			continue
		case this > that:
			holder[person], loser = i, before
		}
		list[loser].not = append(slices.Clone(list[loser].not), person)
		next(&list[loser])
		open = append(open, loser)
	}
}

// Recognise finds, for each face of one photo, which of the people whom a tenant introduced it is. Matches name people by
// their names; the zero Match says that the face is none of them.
func (p *People) Recognise(ctx context.Context, tenant string, list []vision.Descriptor) ([]vision.Match, error) {
	known, err := p.known(ctx, tenant)
	if err != nil {
		return nil, err
	}
	faces := make([]asked, len(list))
	for i := range list {
		faces[i].descriptor = &list[i]
	}
	known.matchAll(faces)
	matches := make([]vision.Match, len(list))
	for i := range faces {
		if faces[i].id.Level != vision.Is {
			continue
		}
		m := faces[i].id.Match
		if m.Person, err = nameOf(ctx, p.tables, tenant, m.Person); err != nil {
			return nil, err
		}
		if m.Person != "" {
			matches[i] = m
		}
	}
	return matches, nil
}

// nameOf reads a person's name; "" for a person who was erased a moment ago.
func nameOf(ctx context.Context, tables *table.Table, tenant, id string) (string, error) {
	row, rev, err := faces.ReadPerson(faces.Plain(ctx, tables, tenant), id)
	if err != nil || rev == 0 {
		return "", err
	}
	return row.Name, nil
}

// Suggest puts into a photo's faces that have no name whose they may be, so that somebody may say it. These names are written
// nowhere, and told to nobody who did not ask for the photo.
func (p *People) Suggest(ctx context.Context, tenant string, list []animo.Face) error {
	var ids []string
	var keys []table.Key
	for i := range list {
		if len(list[i].People) == 0 {
			ids = append(ids, list[i].ID)
			keys = append(keys, table.Key{Table: faces.DescriptorsTable, Key: list[i].ID})
		}
	}
	if len(ids) == 0 {
		return nil
	}
	known, err := p.known(ctx, tenant)
	if err != nil {
		return err
	}
	if people, _ := known.people.Len(); people == 0 {
		return nil
	}
	rows, err := p.tables.Read(ctx, tenant, keys...)
	if err != nil {
		return err
	}
	who, err := faces.ReadWho(faces.Plain(ctx, p.tables, tenant), ids...)
	if err != nil {
		return err
	}
	at := 0
	for i := range list {
		if len(list[i].People) > 0 {
			continue
		}
		row, not := rows[at], who[at].Not
		if at++; row.Rev == 0 {
			continue
		}
		d, err := decodeDescriptor(row.Value)
		if err != nil {
			return err
		}
		id := known.match(&d, not)
		if id.Level == vision.Nobody {
			continue
		}
		name, err := nameOf(ctx, p.tables, tenant, id.Person)
		if err != nil {
			return err
		}
		if name != "" {
			list[i].Perhaps = []animo.Celebrity{{Name: name, Similarity: math.Round(100*id.Similarity) / 100}}
		}
	}
	return nil
}

// Evict evicts the galleries of tenants that are not in the list, and those that nobody asked for in an hour. Run it now and
// then.
func (p *People) Evict(tenants []string) { p.galleries.Sweep(tenants) }
