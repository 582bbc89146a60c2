package collections

import (
	"fmt"
	"path/filepath"
	"testing"

	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/sqltable"
	"animo/vision"
)

func TestMemory_holds_the_collections_that_were_searched_last(t *testing.T) {
	s := &cache{most: 25}
	var faces vision.Gallery
	use := func(key string, n int64) {
		l := s.of("sol", key)
		l.mu.Lock()
		defer l.mu.Unlock()
		l.faces, l.n = &faces, n
	}
	use("a", 10)
	use("b", 10)
	use("a", 10)
	use("c", 10) // there was room for it before it was loaded
	use("d", 10)
	for key, want := range map[string]bool{"a": true, "b": false, "c": true, "d": true} {
		if _, got := s.loaded[cacheKey{"sol", key}]; got != want {
			t.Errorf("%s is in memory: %v", key, got)
		}
	}
	for i := range 1500 {
		use(fmt.Sprint(i), 0)
	}
	if n := len(s.loaded); n != 1000 {
		t.Errorf("%d collections are in memory, want 1000", n)
	}
}

// pair is two Stores over the same database, as two processes have it.
func pair(t *testing.T) (here, there *Store) {
	t.Helper()
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "animo.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = db.Close() })
	tables := table.New(sqltable.New(db))
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
	if m, err := s.Search(t.Context(), "sol", c, f.Descriptor, 1, 9); err != nil || len(m) != want {
		t.Fatalf("%d matches, %v; want %d", len(m), err, want)
	}
}

func (s *Store) wantInMemory(t *testing.T, when string, want int) {
	t.Helper()
	n := 0
	for _, l := range s.loaded.loaded {
		n += l.size()
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
