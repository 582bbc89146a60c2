// Package people knows the people whom a tenant introduced: by which examples, which recorded faces are theirs, and what
// somebody said of a face (open-set identification: most faces are nobody's). Who a face is stands in one row, its identity. A
// commit that changes the identity also changes the list of the person's faces and the face's record. Begin at New;
// DESIGN.md tells how it works.
package people

import (
	"context"
	"crypto/rand"
	"log/slog"
	"strings"
	"time"
	"unicode"
	"unicode/utf8"

	"animo"
	"animo/internal/bus"
	"animo/internal/cache"
	"animo/internal/erasures"
	"animo/internal/faces"
	"animo/internal/moods"
	"animo/internal/object"
	"animo/internal/pictures"
	"animo/internal/scrub"
	"animo/internal/table"
)

// The tables, by what their keys are, beside those of package faces.
const (
	examplesTable  = "people-examples" // person's id/example's id -> example
	unsettledTable = "face-unsettled"  // face id -> unsettled
	changesTable   = "people-changes"  // person's id -> change
	galleryTable   = "gallery"         // galleryKey -> another value after each change of people or examples
	galleryKey     = "changed"
	soughtKey      = "sought" // the value under galleryKey with which recorded faces were looked through last
)

// Changed is the type of the event that says that faces that are recorded may be another's.
const Changed = "people.changed"

// source is the CloudEvents source of that event.
const source = "animo/photos"

// Events is what is needed of the bus.
type Events interface {
	Publish(ctx context.Context, events ...animo.Event) error
	// Remove forgets the tenant's events of those ids, whatever their state, and tells how many.
	Remove(ctx context.Context, tenant string, ids ...string) (int, error)
}

// Subscribers is what is kept of subscriptions that names stand in. Every method may be called again for the same.
type Subscribers interface {
	// Rename writes into what waits, or was told, of a face who the face is.
	Rename(ctx context.Context, tenant, face string, people []animo.Celebrity) error
	// RenamePerson writes a person's new name into the subscriptions that ask for the old one.
	RenamePerson(ctx context.Context, tenant, from, to string) error
	// ForgetPerson removes the subscriptions to a person that were made until a moment, and tells how many.
	ForgetPerson(ctx context.Context, tenant, name string, at time.Time) (subscriptions int, err error)
}

// Options are what New may be told. The zero value works, and lets every tenant do everything.
type Options struct {
	// Descriptors says that faces' descriptors are kept, so that recorded faces can be looked through.
	Descriptors bool
	// Policy answers Forbidden or NotFound where the tenant may not; nil means no limits.
	Policy func(ctx context.Context, tenant string) (animo.PhotoPolicy, error)
	// EraseTime is for how long after an erasure something may still be written; 0 means 7 minutes.
	EraseTime time.Duration
	// Subscribers are told who was renamed or erased; nil means that nobody subscribes.
	Subscribers Subscribers
	// Removed is told what is removed; nil means nobody.
	Removed *scrub.Notes
	// Erasures is where what is erased is noted, so that no backup brings it back; nil means nowhere.
	Erasures *erasures.Log
	// Now is the clock; nil means time.Now.
	Now func() time.Time
	// Log is the process's log; nil means slog.Default.
	Log *slog.Logger
}

// People knows people. It is safe for concurrent use.
type People struct {
	tables      *table.Table
	objects     object.Store
	events      Events
	moods       *moods.Moods
	pictures    *pictures.Reader
	policy      func(context.Context, string) (animo.PhotoPolicy, error)
	eraseTime   time.Duration
	subscribers Subscribers
	keep        bool // descriptors
	removed     *scrub.Notes
	erasures    *erasures.Log
	now         func() time.Time
	log         *slog.Logger

	galleries *cache.Cache[*gallery] // by tenant
}

// New makes People over their stores. It starts nothing.
func New(tables *table.Table, objects object.Store, events Events, m *moods.Moods, r *pictures.Reader, o Options) *People {
	p := &People{
		tables: tables, objects: objects, events: events, moods: m, pictures: r, policy: o.Policy, eraseTime: o.EraseTime, subscribers: o.Subscribers,
		keep: o.Descriptors, removed: o.Removed, erasures: o.Erasures, now: o.Now, log: o.Log,
	}
	if p.policy == nil {
		p.policy = func(context.Context, string) (animo.PhotoPolicy, error) { return animo.PhotoPolicy{}, nil }
	}
	if p.eraseTime == 0 {
		p.eraseTime = 7 * time.Minute
	}
	if p.subscribers == nil {
		p.subscribers = nobody{}
	}
	if p.now == nil {
		p.now = time.Now
	}
	if p.log == nil {
		p.log = slog.Default()
	}
	p.galleries = newGalleries(p.now)
	return p
}

// nobody subscribes.
type nobody struct{}

func (nobody) Rename(context.Context, string, string, []animo.Celebrity) error { return nil }
func (nobody) RenamePerson(context.Context, string, string, string) error      { return nil }
func (nobody) ForgetPerson(context.Context, string, string, time.Time) (int, error) {
	return 0, nil
}

// Functions returns the function that looks through recorded faces, to be registered with the bus.
func (p *People) Functions() []bus.Function {
	return []bus.Function{{Name: "seek", On: []string{Changed}, Deadline: 10 * time.Minute, Handle: p.seek}}
}

// maxPerson is how long a person's name may be, in bytes.
const maxPerson = 128

// checkPerson answers UnsafeName for what cannot be a person's name.
func checkPerson(name string) error {
	if name == "" || len(name) > maxPerson || !utf8.ValidString(name) || strings.TrimSpace(name) != name || name == "." || name == ".." ||
		strings.ContainsFunc(name, unicode.IsControl) || strings.ContainsAny(name, `/\`) {
		return animo.Errorf(animo.UnsafeName, "%q cannot be a person's name: use 1 to %d bytes without slashes and control characters, no space at either end",
			"%q no puede ser el nombre de una persona: use de 1 a %d bytes sin barras ni caracteres de control, sin espacios en los extremos", animo.Clip(name), maxPerson).Of("name")
	}
	return nil
}

// moment is the time as rows keep it.
func (p *People) moment() time.Time { return p.now().UTC().Truncate(time.Millisecond) }

// called finds whom a name means, or answers NotFound.
func (p *People) called(ctx context.Context, tenant, name string) (faces.Person, error) {
	return faces.PersonCalled(faces.Plain(ctx, p.tables, tenant), name)
}

// meet finds whom a name means, and makes a new person of that name where it means nobody.
func (p *People) meet(ctx context.Context, tenant, name string) (who faces.Person, err error) {
	for {
		var leaving string // the name's last owner, whose change broke off or is under way
		err := p.tables.Update(ctx, tenant, func(tx *table.Tx) error {
			who, err = faces.PersonCalled(tx, name)
			if animo.CodeOf(err) != animo.NotFound {
				return err
			}
			claim, err := tx.Read(table.Key{Table: faces.NamesTable, Key: name})
			if err != nil {
				return err
			}
			if leaving = ""; claim[0].Rev != 0 {
				var c change
				if found, err := tx.GetJSON(changesTable, string(claim[0].Value), &c); err != nil {
					return err
				} else if found && !c.Ended {
					leaving = string(claim[0].Value)
					return nil
				}
			}
			who = faces.Person{ID: rand.Text(), Name: name, Introduced: p.moment(), Changed: p.moment(), Mark: rand.Text()}
			tx.Put(faces.NamesTable, name, []byte(who.ID))
			return tx.PutJSON(faces.PeopleTable, who.ID, who)
		})
		if err != nil || leaving == "" {
			return who, err
		}
		if err := p.endChange(ctx, tenant, leaving); err != nil {
			return who, err
		}
	}
}

// touch notes in a transaction that a person's examples change, or answers NotFound where the person has left. Every
// process reads the gallery's row before it names a face, and so finds the change.
func (p *People) touch(tx *table.Tx, id string) (who faces.Person, err error) {
	found, err := tx.GetJSON(faces.PeopleTable, id, &who)
	if err == nil && !found {
		err = faces.NoPerson("")
	}
	if err != nil {
		return who, err
	}
	who.Mark, who.Changed = rand.Text(), p.moment()
	changeGallery(tx)
	return who, tx.PutJSON(faces.PeopleTable, id, who)
}

// changeGallery changes the row by which every process sees that the tenant's people are others than those it holds.
func changeGallery(tx *table.Tx) { tx.Put(galleryTable, galleryKey, []byte(rand.Text())) }

// Person tells of one person, or answers NotFound.
func (p *People) Person(ctx context.Context, tenant, name string) (animo.Person, error) {
	who, err := p.called(ctx, tenant, name)
	if err != nil {
		return animo.Person{}, err
	}
	return p.describe(ctx, tenant, who)
}

// describe tells of a person with the examples.
func (p *People) describe(ctx context.Context, tenant string, who faces.Person) (animo.Person, error) {
	d := animo.Person{ID: who.ID, Name: who.Name, Introduced: who.Introduced, Changed: who.Changed, Examples: []animo.Example{}}
	list, err := p.examples(ctx, tenant, who.ID)
	for _, e := range list {
		if !e.Not {
			d.Examples = append(d.Examples, animo.Example{ID: e.id, Added: e.Added, Face: e.Face})
		}
	}
	return d, err
}

// List lists people by name, at most limit of them, beginning after the name `after`, "" for the start. next
// is "" at the end.
func (p *People) List(ctx context.Context, tenant, after string, limit int) (page []animo.Person, next string, err error) {
	page = []animo.Person{}
	var from string
	if after != "" {
		from = after + "\x00"
	}
	for claim, err := range p.tables.Query(ctx, tenant, faces.NamesTable, table.Range{From: from}, false) {
		if err != nil {
			return nil, "", err
		}
		if len(page) == limit {
			return page, page[limit-1].Name, nil
		}
		who, rev, err := faces.ReadPerson(faces.Plain(ctx, p.tables, tenant), string(claim.Value))
		if table.Unreadable(err) {
			p.tables.LeaveOut(tenant, faces.PeopleTable, string(claim.Value), err)
			continue
		}
		if err == nil && (rev == 0 || who.Name != claim.Key) { // the name was claimed for somebody who did not come to have it
			continue
		}
		var d animo.Person
		if err == nil {
			d, err = p.describe(ctx, tenant, who)
		}
		if err != nil {
			return nil, "", err
		}
		page = append(page, d)
	}
	return page, "", nil
}
