package collections_test

import (
	"strings"
	"testing"
	"time"

	"go.uber.org/goleak"

	"animo"
	"animo/internal/collections"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/vision"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

const tenant = "sol"

// desk is a Store over a real database, with a clock that the test sets.
type desk struct {
	t       testing.TB
	tables  *table.Table
	options collections.Options
	*collections.Store
	now time.Time
}

func open(t testing.TB, limits collections.Limits) *desk {
	t.Helper()
	d := &desk{t: t, tables: table.New(storetest.Tables(t)), now: storetest.Noon}
	d.options = collections.Options{Limits: limits, Now: func() time.Time { return d.now }}
	d.Store = d.another()
	return d
}

// another returns another Store over the same tables, as another process has it.
func (d *desk) another() *collections.Store { return collections.New(d.tables, d.options) }

func (d *desk) create(id string) collections.Collection {
	d.t.Helper()
	c, err := d.Create(d.t.Context(), tenant, id)
	if err != nil {
		d.t.Fatal(err)
	}
	return c
}

// index puts one picture's faces into a collection, one of each person, and returns the faces' IDs.
func (d *desk) index(s *collections.Store, c collections.Collection, name string, people ...int) []string {
	d.t.Helper()
	faces, err := s.Index(d.t.Context(), tenant, c, pictureOf(name), found(people...)...)
	if err != nil {
		d.t.Fatal(err)
	}
	var ids []string
	for _, f := range faces {
		ids = append(ids, f.ID)
	}
	return ids
}

// search returns the names of the pictures that have faces like a person's, the most similar first.
func (d *desk) search(s *collections.Store, c collections.Collection, person int) string {
	d.t.Helper()
	matches, err := s.Search(d.t.Context(), tenant, c, describe(person), 80, 100)
	if err != nil {
		d.t.Fatal(err)
	}
	return names(matches)
}

func (d *desk) count(c collections.Collection) int64 {
	d.t.Helper()
	n, err := d.Count(d.t.Context(), tenant, c)
	if err != nil {
		d.t.Fatal(err)
	}
	return n
}

func names(matches []collections.Match) string {
	var list []string
	for _, m := range matches {
		list = append(list, m.Face.Name)
	}
	return strings.Join(list, " ")
}

func pictureOf(name string) collections.Picture {
	return collections.Picture{Sum: "sum of " + name, Name: name}
}

func found(people ...int) []collections.Found {
	list := make([]collections.Found, len(people))
	for i, p := range people {
		list[i] = collections.Found{Place: i, Box: vision.Rect{X: 0.1, Y: 0.2, W: 0.3, H: 0.4}, Confidence: 99.5, Descriptor: describe(p)}
	}
	return list
}

// describe returns a person's descriptor. Those of n and n+1 are 0.1 apart, and so on: 0 and 5 would be taken for the same
// person, 0 and 10 not.
func describe(person int) (d vision.Descriptor) {
	d[0], d[1] = 1, 0.1*float32(person)
	return d
}

func wantCode(t testing.TB, what string, err error, want animo.Code) {
	t.Helper()
	if got := animo.CodeOf(err); got != want {
		t.Errorf("%s: %q (%v), want %q", what, got, err, want)
	}
}

// nobody is the ID of a face that no collection has.
const nobody = "00000000-0000-0000-0000-000000000000"
