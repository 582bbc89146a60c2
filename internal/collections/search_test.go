package collections_test

import (
	"fmt"
	"math"
	"slices"
	"strings"
	"sync"
	"testing"

	"animo"
	"animo/internal/collections"
)

func TestSearch_gives_the_most_similar_first(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	ids := map[int]string{}
	for _, person := range []int{15, 40, 12, 10} {
		ids[person] = d.index(d.Store, c, fmt.Sprint("p", person), person)[0]
	}
	for _, q := range []struct {
		least float64
		n     int
		want  string
	}{
		{0, 9, "p10 p12 p15 p40"}, {80, 9, "p10 p12 p15"}, {99, 9, "p10 p12"}, {100, 9, "p10"}, {0, 2, "p10 p12"}, {0, 0, ""},
	} {
		matches, err := d.Search(ctx, tenant, c, describe(10), q.least, q.n)
		if err != nil || names(matches) != q.want {
			t.Errorf("up to %d, %v %% similar: %q, %v; want %q", q.n, q.least, names(matches), err, q.want)
		}
		others, err := d.SearchFace(ctx, tenant, c, ids[10], q.least, q.n)
		want := strings.TrimPrefix(strings.TrimPrefix(q.want, "p10"), " ")
		if q.n == 2 {
			want += " p15"
		}
		if err != nil || names(others) != want {
			t.Errorf("like p10, up to %d, %v %% similar: %q, %v; want %q", q.n, q.least, names(others), err, want)
		}
	}
	matches, err := d.Search(ctx, tenant, c, describe(10), 80, 9)
	if err != nil || matches[0].Similarity != 100 || matches[1].Similarity <= matches[2].Similarity || matches[1].Face.ID != ids[12] {
		t.Errorf("%+v, %v", matches, err)
	}
	_, err = d.SearchFace(ctx, tenant, c, nobody, 80, 9)
	wantCode(t, "like a face that is not there", err, animo.NotFound)
	_, err = d.SearchFace(ctx, tenant, c, "x", 80, 9)
	wantCode(t, "like what is no ID", err, animo.Invalid)
}

func TestSearch_sees_what_other_processes_changed(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	other := d.another()
	c := d.create("staff")
	look := func(when, want string) {
		t.Helper()
		for name, s := range map[string]*collections.Store{"here": d.Store, "there": other} {
			if got := d.search(s, c, 1); got != want {
				t.Errorf("%s, %s: %q, want %q", when, name, got, want)
			}
		}
	}
	look("empty", "")
	a := d.index(d.Store, c, "a", 1)
	look("with one", "a")
	d.index(other, c, "b", 2)
	look("with two", "a b")
	if _, err := other.DeleteFaces(ctx, tenant, c, a...); err != nil {
		t.Fatal(err)
	}
	d.index(other, c, "c", 3) // as many as before
	look("one for another", "b c")
	if err := other.Delete(ctx, tenant, "staff"); err != nil {
		t.Fatal(err)
	}
	look("deleted", "")
}

func TestSearch_while_others_index_and_delete(t *testing.T) {
	d, ctx := open(t, collections.Limits{Loaded: 1}), t.Context()
	staff, guests := d.create("staff"), d.create("guests")
	var wg sync.WaitGroup
	for n := range 4 {
		wg.Go(func() {
			for i := range 16 {
				name := fmt.Sprintf("n%d-%d", n, i)
				ids := d.index(d.Store, staff, name, 10*n)
				if got := d.search(d.Store, staff, 10*n); !slices.Contains(strings.Fields(got), name) {
					t.Errorf("%s was indexed, and is not among %s", name, got)
				}
				d.search(d.Store, guests, 1)
				if _, err := d.DeleteFaces(ctx, tenant, staff, ids...); err != nil {
					t.Error(err)
				}
				if got := d.search(d.Store, staff, 10*n); strings.Contains(got, name) {
					t.Errorf("%s was deleted, and is among %s", name, got)
				}
			}
		})
	}
	wg.Wait()
	if n := d.count(staff); n != 0 {
		t.Errorf("%d faces are left", n)
	}
}

// BenchmarkSearch measures a search in a collection of 10,000 faces in memory, for the one face at distance 0.
func BenchmarkSearch(b *testing.B) {
	d, ctx := open(b, collections.Limits{}), b.Context()
	c := d.create("crowd")
	for i := range 100 {
		people := make([]int, 100)
		for j := range people {
			people[j] = 100*i + j
		}
		d.index(d.Store, c, fmt.Sprint(i), people...)
	}
	d.search(d.Store, c, 5000) // brings the faces into memory
	for b.Loop() {
		if m, err := d.Search(ctx, tenant, c, describe(5000), 100, 1); err != nil || len(m) != 1 {
			b.Fatal(m, err)
		}
	}
}

// BenchmarkIndex measures putting a picture of five faces into a collection.
func BenchmarkIndex(b *testing.B) {
	d := open(b, collections.Limits{Faces: math.MaxInt})
	c := d.create("crowd")
	for i := 0; b.Loop(); i++ {
		d.index(d.Store, c, fmt.Sprint(i), 1, 2, 3, 4, 5)
	}
}
