package collections_test

import (
	"fmt"
	"runtime"
	"slices"
	"strings"
	"sync"
	"testing"
	"time"

	"animo"
	"animo/internal/collections"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

func TestCollections_begin_and_end(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	old := d.create("staff")
	if got, err := d.Get(ctx, tenant, "staff"); err != nil || got != old || !got.Created.Equal(d.now) {
		t.Errorf("it is %+v, %v; %+v was made", got, err, old)
	}
	_, err := d.Create(ctx, tenant, "staff")
	wantCode(t, "a second one of that ID", err, animo.Conflict)
	d.index(d.Store, old, "a", 1, 2)
	if n := d.count(old); n != 2 {
		t.Errorf("%d faces, want 2", n)
	}
	if err := d.Delete(ctx, tenant, "staff"); err != nil {
		t.Fatal(err)
	}
	_, err = d.Get(ctx, tenant, "staff")
	wantCode(t, "after the deletion", err, animo.NotFound)
	wantCode(t, "a second deletion", d.Delete(ctx, tenant, "staff"), animo.NotFound)
	d.rows(0)
	d.now = d.now.Add(time.Millisecond)
	if n := d.count(d.create("staff")); n != 0 {
		t.Errorf("the new collection has %d faces", n)
	}
}

// rows checks how many faces there are, of whatever collection.
func (d *desk) rows(want int) {
	d.t.Helper()
	if n, err := d.tables.Count(d.t.Context(), tenant, "collection-faces", table.Range{}); err != nil || n != want {
		d.t.Errorf("%d faces are in the table, %v; want %d", n, err, want)
	}
}

func TestCheckID(t *testing.T) {
	for _, good := range []string{"a", "Staff_2.0-b", strings.Repeat("x", 255)} {
		wantCode(t, good, collections.CheckID(good), "")
	}
	d, ctx := open(t, collections.Limits{}), t.Context()
	for _, bad := range []string{"", "a b", "a/b", "ñ", "a\x00", strings.Repeat("x", 256)} {
		wantCode(t, "the check of "+bad, collections.CheckID(bad), animo.Invalid)
		_, err := d.Create(ctx, tenant, bad)
		wantCode(t, "Create "+bad, err, animo.Invalid)
		_, err = d.Get(ctx, tenant, bad)
		wantCode(t, "Get "+bad, err, animo.Invalid)
		wantCode(t, "Delete "+bad, d.Delete(ctx, tenant, bad), animo.Invalid)
	}
}

func TestCreate_stops_at_the_limit(t *testing.T) {
	d := open(t, collections.Limits{Collections: 2})
	d.create("a")
	d.create("b")
	_, err := d.Create(t.Context(), tenant, "c")
	wantCode(t, "a third one", err, animo.Quota)
	if _, err := d.Create(t.Context(), "mar", "c"); err != nil {
		t.Errorf("another tenant's first: %v", err)
	}
}

func TestIDs_begin_behind_an_ID(t *testing.T) {
	d := open(t, collections.Limits{})
	want := []string{"a", "a-b", "b", "c", strings.Repeat("z", 255)}
	for _, id := range want {
		d.create(id)
	}
	for i := range len(want) + 1 {
		after := ""
		if i > 0 {
			after = want[i-1]
		}
		var got []string
		for id, err := range d.IDs(t.Context(), tenant, after) {
			if err != nil {
				t.Fatal(err)
			}
			got = append(got, id)
		}
		if !slices.Equal(got, want[i:]) {
			t.Errorf("behind %q: %v", after, got)
		}
	}
}

func TestTenants_see_nothing_of_each_other(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	ids := d.index(d.Store, c, "a", 1)
	_, err := d.Get(ctx, "mar", "staff")
	wantCode(t, "mar reads it", err, animo.NotFound)
	wantCode(t, "mar deletes it", d.Delete(ctx, "mar", "staff"), animo.NotFound)
	theirs, err := d.Create(ctx, "mar", "staff")
	if err != nil || theirs != c {
		t.Fatalf("%+v, %v; want one that differs by its tenant alone", theirs, err)
	}
	if matches, err := d.Search(ctx, "mar", theirs, describe(1), 80, 9); err != nil || len(matches) != 0 {
		t.Errorf("mar finds %v, %v", matches, err)
	}
	_, err = d.Face(ctx, "mar", theirs, ids[0])
	wantCode(t, "mar reads sol's face", err, animo.NotFound)
	if gone, err := d.DeleteFaces(ctx, "mar", theirs, ids...); err != nil || len(gone) != 0 {
		t.Errorf("mar deletes %v, %v", gone, err)
	}
	if got := d.search(d.Store, c, 1); got != "a" {
		t.Errorf("sol finds %q", got)
	}
}

// breakOff leaves of a collection what a crash leaves right after a deletion's first step.
func (d *desk) breakOff(id string) {
	d.t.Helper()
	if err := d.tables.DeleteKey(d.t.Context(), tenant, "collections", id); err != nil {
		d.t.Fatal(err)
	}
	d.now = d.now.Add(time.Millisecond)
}

func TestSweep_ends_deletions_that_broke_off(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	guests := d.create("guests")
	d.index(d.Store, guests, "b", 1)
	d.index(d.Store, d.create("staff"), "a", 1)
	d.breakOff("staff")
	staff := d.create("staff")
	if got := d.search(d.Store, staff, 1); got != "" {
		t.Errorf("the new collection has %q", got)
	}
	d.index(d.Store, staff, "c", 1)
	d.index(d.Store, d.create("crowd"), "d", make([]int, 600)...) // more than one batch
	d.breakOff("crowd")
	d.rows(603)
	if err := d.Sweep(ctx, tenant); err != nil {
		t.Fatal(err)
	}
	d.rows(2)
	if got := d.search(d.Store, staff, 1) + d.search(d.Store, guests, 1); got != "cb" {
		t.Errorf("after the sweep the two others have %q", got)
	}
}

func TestSweep_goes_on_past_a_row_that_it_cannot_read(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	for _, id := range []string{"a", "b", "c"} {
		d.index(d.Store, d.create(id), id, 1)
	}
	if err := d.tables.Put(ctx, tenant, "collections", table.Row{Key: "a", Value: []byte("{")}); err != nil {
		t.Fatal(err)
	}
	d.breakOff("c")
	if err := d.Sweep(ctx, tenant); err == nil || !strings.Contains(err.Error(), `tenant sol: row "a" of table "collections"`) {
		t.Errorf("the sweep says %v; want which row it cannot read", err)
	}
	d.rows(2) // that of b, and that of a, of which it cannot be told whether it is an orphan
}

func TestErased_tells_once_of_each_erasure_whoever_made_it(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	told := func(s *collections.Store) bool {
		t.Helper()
		if err := s.Sweep(ctx, tenant); err != nil {
			t.Fatal(err)
		}
		return s.Erased()
	}
	c := d.create("staff")
	ids := d.index(d.Store, c, "a", 1, 2)
	if told(d.Store) {
		t.Error("it tells of an erasure before there was any")
	}
	for i, erase := range []func(*collections.Store) error{
		func(s *collections.Store) error { _, err := s.DeleteFaces(ctx, tenant, c, nobody); return err },
		func(s *collections.Store) error { _, err := s.DeleteFaces(ctx, tenant, c, ids[0]); return err },
		func(s *collections.Store) error { return s.Delete(ctx, tenant, "staff") },
	} {
		other := d.another()
		told(other)
		if err := erase(other); err != nil {
			t.Fatal(err)
		}
		want := i > 0
		for name, s := range map[string]*collections.Store{"who did it": other, "another process": d.Store} {
			if got := told(s); got != want {
				t.Errorf("erasure %d: %s tells %v", i, name, got)
			}
			if told(s) {
				t.Errorf("erasure %d: %s tells twice", i, name)
			}
		}
	}
	if !told(d.another()) {
		t.Error("a process that starts afterwards does not tell; a crash may have come before the scrub")
	}
}

func TestIndex_into_a_collection_that_was_deleted(t *testing.T) {
	for _, again := range []bool{false, true} {
		t.Run(fmt.Sprint("again=", again), func(t *testing.T) {
			d, ctx := open(t, collections.Limits{}), t.Context()
			old := d.create("staff")
			if err := d.Delete(ctx, tenant, "staff"); err != nil {
				t.Fatal(err)
			}
			d.now = d.now.Add(time.Millisecond)
			if again {
				d.create("staff")
			}
			_, err := d.Index(ctx, tenant, old, pictureOf("a"), found(1)...)
			wantCode(t, "Index", err, animo.NotFound)
			d.rows(0)
		})
	}
}

// TestIndex_while_the_collection_is_deleted: whoever is first, no face is left, and no Sweep is needed.
func TestIndex_while_the_collection_is_deleted(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	for round := range 40 {
		c := d.create("staff")
		var wg sync.WaitGroup
		for n := range 3 {
			wg.Go(func() {
				if _, err := d.Index(ctx, tenant, c, pictureOf(fmt.Sprint(n)), found(1, 2)...); err != nil {
					wantCode(t, "Index", err, animo.NotFound)
				}
			})
		}
		wg.Go(func() {
			for range round {
				runtime.Gosched()
			}
			if err := d.another().Delete(ctx, tenant, "staff"); err != nil {
				t.Error(err)
			}
		})
		wg.Wait()
		d.rows(0)
		if n := d.count(c); n != 0 {
			t.Errorf("the tally counts %d faces that are not there", n)
		}
		d.now = d.now.Add(time.Millisecond)
	}
}

// TestDelete_while_others_erase: the faces are taken off the tally once, however many erase them at the same time.
func TestDelete_while_others_erase(t *testing.T) {
	d, ctx := open(t, collections.Limits{}), t.Context()
	c := d.create("staff")
	for i := range 20 {
		d.index(d.Store, c, fmt.Sprint(i), make([]int, 60)...)
	}
	var all []string
	for f, err := range d.Faces(ctx, tenant, c, "") {
		if err != nil {
			t.Fatal(err)
		}
		all = append(all, f.ID)
	}
	var wg sync.WaitGroup
	for _, erase := range []func(*collections.Store) error{
		func(s *collections.Store) error { return s.Delete(ctx, tenant, "staff") },
		func(s *collections.Store) error { return s.Sweep(ctx, tenant) },
		func(s *collections.Store) error { _, err := s.DeleteFaces(ctx, tenant, c, all...); return err },
		func(s *collections.Store) error { _, err := s.DeleteFaces(ctx, tenant, c, all[600:]...); return err },
	} {
		wg.Go(func() {
			if err := erase(d.another()); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	d.rows(0)
	if n := d.count(c); n != 0 {
		t.Errorf("the tally counts %d faces that are not there", n)
	}
}

// TestStore_over_an_engine_that_takes_few_operations_at_once: what is more goes in several commits.
func TestStore_over_an_engine_that_takes_few_operations_at_once(t *testing.T) {
	ctx := t.Context()
	tables := table.New(memtable.New(table.Limits{Ops: 25, Value: 256 << 10}))
	d := &desk{t: t, tables: tables, Store: collections.New(tables, collections.Options{})}
	c := d.create("staff")
	ids := d.index(d.Store, c, "a", make([]int, 100)...)
	if n := d.count(c); n != 100 {
		t.Errorf("%d faces are counted, want 100", n)
	}
	if matches, err := d.Search(ctx, tenant, c, describe(0), 80, 4096); err != nil || len(matches) != 100 {
		t.Errorf("%d matches, %v; want 100", len(matches), err)
	}
	if gone, err := d.DeleteFaces(ctx, tenant, c, ids[:50]...); err != nil || len(gone) != 50 {
		t.Errorf("%d are deleted, %v; want 50", len(gone), err)
	}
	d.rows(50)
	if err := d.Delete(ctx, tenant, "staff"); err != nil {
		t.Fatal(err)
	}
	d.rows(0)
}
