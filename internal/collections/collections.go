// Package collections keeps collections of faces: named sets in which a face is found again by its descriptor, whatever
// computed that. Begin at New; DESIGN.md says how the parts work together.
//
// The distance of two faces is the Euclidean distance between their descriptors, as in package vision: 0 for equal ones,
// below vision.MatchDistance for faces that are taken for one person's.
package collections

import (
	"context"
	"errors"
	"fmt"
	"iter"
	"slices"
	"strings"
	"sync"
	"time"

	"animo"
	"animo/internal/cache"
	"animo/internal/erasures"
	"animo/internal/table"
)

// The tables.
const (
	collectionsTable = "collections"         // ID -> collection
	facesTable       = "collection-faces"    // key of a collection's faces, "/" and the face's ID -> storedFace
	erasuresTable    = "collection-erasures" // one row, noteKey, whose revision changes with each erasure
	noteKey          = "last"
)

// Limits bound what is kept. A zero field has the default in its comment.
type Limits struct {
	Collections int // of one tenant; 10,000
	Faces       int // in one collection; 100,000
	Loaded      int // faces held in memory for searching, those of all collections together; 400,000, some 250 MB
}

func (l Limits) withDefaults() Limits {
	orElse := func(n *int, other int) {
		if *n == 0 {
			*n = other
		}
	}
	orElse(&l.Collections, 10_000)
	orElse(&l.Faces, 100_000)
	orElse(&l.Loaded, 400_000)
	return l
}

// Options are what New may be told.
type Options struct {
	Limits Limits
	Now    func() time.Time // nil means time.Now
	// Erasures is where it is noted what was removed, so that no backup brings it back; nil means nowhere.
	Erasures *erasures.Log
}

// Store keeps the collections of every tenant. It is safe for concurrent use, and so are several Stores over the same
// tables: each finds what another indexed as soon as that call has ended.
type Store struct {
	tables *table.Table
	limits Limits
	batch  int // faces that are indexed or removed in one commit
	now    func() time.Time
	noted  *erasures.Log
	loaded *cache.Cache[*loaded] // by collection's key

	erasures struct {
		sync.Mutex
		last  map[string]int64 // tenant to the revision of its note that Sweep read last
		found bool             // Sweep found a new one that Erased has not told
	}
}

// maxBatch is how many faces are indexed or removed at once at most, so that other writers get their turn.
const maxBatch = 500

// New makes a Store. It starts nothing.
func New(tables *table.Table, o Options) *Store {
	s := &Store{tables: tables, limits: o.Limits.withDefaults(), now: o.Now, noted: o.Erasures}
	if s.now == nil {
		s.now = time.Now
	}
	s.batch = min(maxBatch, tables.Limits().Ops-2) // beside the tally, and the collection or the note
	s.loaded = newCache(s.limits.Loaded, s.now)
	s.erasures.last = map[string]int64{}
	return s
}

// Collection is a set of faces. A collection that is made under the ID of a deleted one is another one: calls that take the
// deleted Collection answer NotFound, or find no faces.
type Collection struct {
	ID      string    // 1 to 255 ASCII letters, digits, dots, hyphens and underscores
	Created time.Time // in UTC, to the millisecond
}

// collection is what a collection's row holds.
type collection struct {
	Created time.Time `json:"created"`
}

// key is the key of the collection's tally, and with a slash the prefix of its faces' keys. The time is in it, so that a new
// collection has no faces that the deletion of an old one under its ID left.
func (c Collection) key() string { return c.ID + "/" + animo.Moment(c.Created) }

const idCharacters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_.-"

// CheckID answers Invalid for what cannot be a collection's ID.
func CheckID(id string) error {
	if len(id) < 1 || len(id) > 255 || strings.Trim(id, idCharacters) != "" {
		return animo.Errorf(animo.Invalid, "a collection's ID needs 1 to 255 letters without accents, digits, dots, hyphens and underscores",
			"el ID de una colección lleva de 1 a 255 letras sin acentos, cifras, puntos, guiones y guiones bajos").Of("collection")
	}
	return nil
}

func notFound(id string) error {
	return animo.Errorf(animo.NotFound, "there is no collection %s", "no hay ninguna colección %s", id).Of("collection")
}

// Create makes an empty collection. It answers Invalid as CheckID does, Conflict where the tenant has a collection of that
// ID, and Quota where the tenant has as many as it may.
func (s *Store) Create(ctx context.Context, tenant, id string) (Collection, error) {
	if err := CheckID(id); err != nil {
		return Collection{}, err
	}
	n, err := s.tables.Count(ctx, tenant, collectionsTable, table.Range{})
	if err != nil {
		return Collection{}, err
	}
	if n >= s.limits.Collections {
		return Collection{}, animo.Errorf(animo.Quota, "there are %d collections, and no more may be; delete some", "hay %d colecciones, y no pueden ser más; borre algunas", n)
	}
	c := Collection{id, s.now().UTC().Truncate(time.Millisecond)}
	var none int64
	err = s.tables.ReplaceJSON(ctx, tenant, collectionsTable, id, &none, collection{c.Created})
	if animo.CodeOf(err) == animo.Conflict {
		err = animo.Errorf(animo.Conflict, "there is a collection %s already", "ya hay una colección %s", id).Of("collection")
	}
	return c, err
}

// Get returns a collection, or answers NotFound, or Invalid as CheckID does.
func (s *Store) Get(ctx context.Context, tenant, id string) (Collection, error) {
	if err := CheckID(id); err != nil {
		return Collection{}, err
	}
	var kept collection
	_, err := s.tables.GetJSON(ctx, tenant, collectionsTable, id, &kept)
	if animo.CodeOf(err) == animo.NotFound {
		err = notFound(id)
	}
	return Collection{id, kept.Created}, err
}

// IDs yields the IDs of a tenant's collections by ascending ID, those behind `after`; all with "". An error comes last.
func (s *Store) IDs(ctx context.Context, tenant, after string) iter.Seq2[string, error] {
	r := table.Range{}
	if after != "" {
		r.From = after + "\x00"
	}
	return func(yield func(string, error) bool) {
		for row, err := range s.tables.Query(ctx, tenant, collectionsTable, r, false) {
			if !yield(row.Key, err) {
				return
			}
		}
	}
}

// Count returns how many faces a collection has.
func (s *Store) Count(ctx context.Context, tenant string, c Collection) (int64, error) {
	t, err := s.tally(ctx, tenant, c.key())
	return t.N, err
}

// tally returns how many faces there are under a collection's key, and the sum of their weights.
func (s *Store) tally(ctx context.Context, tenant, key string) (t table.Tally, err error) {
	for t, err = range s.tables.Tallies(ctx, tenant, facesTable, table.One(key)) {
		return t, err
	}
	return t, nil
}

// Delete deletes a collection with its faces. It first removes the row, so that nobody finds the collection any more; where it
// breaks off after that, Sweep removes the faces. It answers NotFound, or Invalid as CheckID does.
func (s *Store) Delete(ctx context.Context, tenant, id string) error {
	if err := CheckID(id); err != nil {
		return err
	}
	var kept collection
	err := s.tables.Update(ctx, tenant, func(tx *table.Tx) error {
		found, err := tx.GetJSON(collectionsTable, id, &kept)
		if err == nil && !found {
			err = notFound(id)
		}
		tx.Delete(collectionsTable, id)
		return err
	})
	if err != nil {
		return err
	}
	key := Collection{id, kept.Created}.key()
	if err := s.noted.Note(ctx, tenant, erasures.Entry{Kind: erasures.Collected, ID: mark(key)}); err != nil {
		return err
	}
	return s.removeFaces(ctx, tenant, key)
}

// mark names a collection, by its key, or a face, by its row's, in a log of erasures: a collection's ID may be somebody's name.
func mark(key string) string { return animo.ID("collected", key) }

// EraseMarked removes the collections and faces that a log of erasures names, and returns how many.
func (s *Store) EraseMarked(ctx context.Context, tenant string, marks map[string]bool) (n int, err error) {
	for row, err := range table.ReadableRows[collection](ctx, s.tables, tenant, collectionsTable, table.Range{}, false) {
		if err != nil {
			return n, err
		}
		if marks[mark(Collection{row.Key, row.Value.Created}.key())] {
			if err := s.Delete(ctx, tenant, row.Key); err != nil {
				return n, err
			}
			n++
		}
	}
	byKey := map[string][]string{}
	for row, err := range s.tables.Keys(ctx, tenant, facesTable, table.Range{}) {
		if err != nil {
			return n, err
		}
		if marks[mark(row.Key)] {
			id := faceIDOf(row.Key)
			key := strings.TrimSuffix(row.Key, "/"+id)
			byKey[key] = append(byKey[key], id)
		}
	}
	for key, ids := range byKey {
		for some := range slices.Chunk(ids, s.batch) {
			gone, err := s.remove(ctx, tenant, key, some)
			if n += len(gone); err != nil {
				return n, err
			}
		}
	}
	return n, nil
}

// removeFaces removes all faces under a collection's key.
func (s *Store) removeFaces(ctx context.Context, tenant, key string) error {
	s.loaded.Evict(tenant, key)
	var ids []string
	for row, err := range s.tables.Keys(ctx, tenant, facesTable, table.Range{Prefix: key + "/"}) {
		if err != nil {
			return err
		}
		if ids = append(ids, faceIDOf(row.Key)); len(ids) == s.batch {
			if _, err := s.remove(ctx, tenant, key, ids); err != nil {
				return err
			}
			ids = ids[:0]
		}
	}
	_, err := s.remove(ctx, tenant, key, ids)
	return err
}

// SweptTables are the tables in which Sweep finds what there is to do: a tenant without rows in them need not be swept.
func SweptTables() []string { return []string{facesTable, erasuresTable} }

// Sweep removes the faces of a tenant's deleted collections where the deletion broke off. It also evicts collections from whose
// faces other processes removed some. It goes on past a collection whose row it cannot read, and names the row in its error.
// Run it now and then in each process.
func (s *Store) Sweep(ctx context.Context, tenant string) error {
	orphans, errs := s.orphans(ctx, tenant)
	for _, key := range orphans {
		errs = errors.Join(errs, s.removeFaces(ctx, tenant, key))
	}
	return errors.Join(errs, s.readNote(ctx, tenant))
}

// orphans returns the collections' keys under which there are faces, but no collection any more. It reads the tallies before
// the collections: a collection that is made between the two is not among the tallies, so its faces are no orphans.
func (s *Store) orphans(ctx context.Context, tenant string) (keys []string, unreadable error) {
	for t, err := range s.tables.Tallies(ctx, tenant, facesTable, table.Range{}) {
		if err != nil {
			return nil, err
		}
		keys = append(keys, t.Key)
	}
	if len(keys) == 0 {
		return nil, nil
	}
	lives := map[string]string{} // ID to key; "" for a collection whose row cannot be read: its faces stay
	for row, err := range table.JSONRows[collection](ctx, s.tables, tenant, collectionsTable, table.Range{}, false) {
		if err != nil && row.Key == "" { // nothing more could be read
			return nil, err
		}
		lives[row.Key] = ""
		if err != nil {
			unreadable = errors.Join(unreadable, fmt.Errorf("tenant %s: %w", tenant, err))
			continue
		}
		lives[row.Key] = Collection{row.Key, row.Value.Created}.key()
	}
	gone := keys[:0]
	for _, key := range keys {
		id, _, _ := strings.Cut(key, "/")
		if live, there := lives[id]; !there || live != "" && live != key {
			gone = append(gone, key)
		}
	}
	return gone, unreadable
}

// readNote finds out whether any process has removed faces after the last readNote; in a new process, whether any ever did.
func (s *Store) readNote(ctx context.Context, tenant string) error {
	note, err := s.tables.Get(ctx, tenant, erasuresTable, noteKey)
	if animo.CodeOf(err) == animo.NotFound {
		return nil
	}
	if err != nil {
		return err
	}
	e := &s.erasures
	e.Lock()
	defer e.Unlock()
	if e.last[tenant] == note.Rev {
		return nil
	}
	if err := s.evictStale(ctx, tenant); err != nil {
		return err
	}
	e.last[tenant], e.found = note.Rev, true
	return nil
}

// Erased reports whether Sweep found, after the last Erased, that faces were removed from the tables, whose files may hold
// traces of them (see table.Scrubber).
func (s *Store) Erased() bool {
	e := &s.erasures
	e.Lock()
	defer e.Unlock()
	found := e.found
	e.found = false
	return found
}
