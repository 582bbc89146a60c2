package collections

import (
	"context"
	"fmt"
	"slices"
	"testing"
	"time"

	"animo/internal/cache"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/vision"
)

func TestMemory_holds_the_collections_that_were_searched_last(t *testing.T) {
	use := func(c *cache.Cache[*loaded], key string, n int64) {
		_, err := c.Get(t.Context(), "sol", key, "", func(context.Context, *loaded) (*loaded, error) { return &loaded{n: n}, nil })
		if err != nil {
			t.Fatal(err)
		}
	}
	small := newCache(3*(loadedCost+10), time.Now)
	for _, key := range []string{"a", "b", "a", "c", "d"} {
		use(small, key, 10)
	}
	if got := slices.Sorted(slices.Values(small.Names("sol"))); !slices.Equal(got, []string{"a", "c", "d"}) {
		t.Errorf("%v are in memory, want a, c and d", got)
	}
	usual := newCache(Limits{}.withDefaults().Loaded, time.Now)
	for i := range 1500 {
		use(usual, fmt.Sprint(i), 0)
	}
	if n := len(usual.Names("sol")); n != 1000 {
		t.Errorf("%d empty collections are in memory, want 1000", n)
	}
}

func TestMemory_does_not_keep_what_changed_while_it_was_read(t *testing.T) {
	driver := storetest.Tables(t)
	here := New(table.New(driver), Options{})
	c, faces := here.fill(t, "a")
	changed := false
	there := New(table.New(storetest.Watch(driver, func(call storetest.Call) error {
		if call.Method == "Scan" && call.Table == facesTable && !changed { // after the tally is read
			changed = true
			here.two(t, c, "more")
		}
		return nil
	})), Options{})
	there.find(t, c, faces[0], 4)
	there.wantInMemory(t, "after the collection grew while it was read", 0)
}

func TestEvict_takes_removed_tenants_out_of_memory(t *testing.T) {
	s, _ := pair(t)
	c, faces := s.fill(t, "a")
	s.find(t, c, faces[0], 2)
	s.Evict([]string{"sol"})
	s.wantInMemory(t, "while the tenant is there", 2)
	s.Evict([]string{"mar"})
	s.wantInMemory(t, "without the tenant", 0)
}

// pair is two Stores over the same database, as two processes have it.
func pair(t *testing.T) (here, there *Store) {
	t.Helper()
	tables := table.New(storetest.Tables(t))
	return New(tables, Options{}), New(tables, Options{})
}

// fill makes a collection of two faces.
func (s *Store) fill(t *testing.T, id string) (Collection, []Face) {
	t.Helper()
	c, err := s.Create(t.Context(), "sol", id)
	if err != nil {
		t.Fatal(err)
	}
	return c, s.two(t, c, id)
}

func (s *Store) two(t *testing.T, c Collection, picture string) []Face {
	t.Helper()
	var d vision.Descriptor
	d[0] = 1
	faces, err := s.Index(t.Context(), "sol", c, Picture{Sum: picture}, Found{Place: 0, Descriptor: d}, Found{Place: 1, Descriptor: d})
	if err != nil {
		t.Fatal(err)
	}
	return faces
}

// find searches a collection, which brings its faces into memory.
func (s *Store) find(t *testing.T, c Collection, f Face, want int) {
	t.Helper()
	if m, err := s.Search(t.Context(), "sol", c, f.Descriptor, 80, 9); err != nil || len(m) != want {
		t.Fatalf("%d matches, %v; want %d", len(m), err, want)
	}
}

func (s *Store) wantInMemory(t *testing.T, when string, want int) {
	t.Helper()
	n := 0
	for _, key := range s.loaded.Names("sol") {
		s.loaded.Update("sol", key, func(l *loaded, version string) (*loaded, string) {
			n += int(l.n)
			return l, version
		})
	}
	if n != want {
		t.Errorf("%s, %d faces are in memory; want %d", when, n, want)
	}
}

func TestMemory_follows_what_this_process_does(t *testing.T) {
	s, _ := pair(t)
	c, faces := s.fill(t, "a")
	s.wantInMemory(t, "before a search", 0)
	s.find(t, c, faces[0], 2)
	s.wantInMemory(t, "after a search", 2)
	s.two(t, c, "more")
	s.wantInMemory(t, "with two more", 4)
	s.two(t, c, "more")
	s.wantInMemory(t, "with the same two again", 4)
	if _, err := s.DeleteFaces(t.Context(), "sol", c, faces[0].ID); err != nil {
		t.Fatal(err)
	}
	s.wantInMemory(t, "with one deleted", 3)
	if err := s.Delete(t.Context(), "sol", "a"); err != nil {
		t.Fatal(err)
	}
	s.wantInMemory(t, "with all deleted", 0)
}

func TestSweep_takes_out_of_memory_what_another_process_erased(t *testing.T) {
	here, there := pair(t)
	a, faces := here.fill(t, "a")
	b, _ := here.fill(t, "b")
	c, _ := here.fill(t, "c")
	for _, one := range []Collection{a, b, c} {
		there.find(t, one, faces[0], 2)
	}
	sweep := func(when string, want int) {
		t.Helper()
		if err := there.Sweep(t.Context(), "sol"); err != nil {
			t.Fatal(err)
		}
		there.wantInMemory(t, when, want)
	}
	sweep("before any erasure", 6)
	if _, err := here.DeleteFaces(t.Context(), "sol", a, faces[0].ID); err != nil {
		t.Fatal(err)
	}
	sweep("after one of a's faces", 4)
	if err := here.Delete(t.Context(), "sol", "b"); err != nil {
		t.Fatal(err)
	}
	sweep("after b", 2)
}
