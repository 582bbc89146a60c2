package people

import (
	"context"
	"testing"
	"time"

	"animo"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// anything is a policy without limits.
func anything(context.Context, string) (animo.PhotoPolicy, error) { return animo.PhotoPolicy{}, nil }

func TestEvict_leaves_no_people_of_removed_tenants_in_memory(t *testing.T) {
	now := time.Date(2026, 5, 1, 12, 0, 0, 0, time.UTC)
	p := &People{tables: table.New(memtable.New(table.Limits{})), policy: anything}
	p.galleries = newGalleries(func() time.Time { return now })
	ask := func(tenant string) *gallery {
		t.Helper()
		known, err := p.known(t.Context(), tenant)
		if err != nil {
			t.Fatal(err)
		}
		return known.gallery
	}
	idle := ask("idle")
	now = now.Add(galleryIdle)
	sol, mar := ask("sol"), ask("mar")
	p.Evict([]string{"sol", "idle"})
	for tenant, kept := range map[string]bool{"sol": ask("sol") == sol, "mar": ask("mar") == mar, "idle": ask("idle") == idle} {
		if kept != (tenant == "sol") {
			t.Errorf("the people of %s are still in memory: %v", tenant, kept)
		}
	}
}

// TestKnown_expects_the_people_that_were_compared_with lets somebody change the people after a comparison began: what was
// found in it must not be committed.
func TestKnown_expects_the_people_that_were_compared_with(t *testing.T) {
	tables := table.New(memtable.New(table.Limits{}))
	p := &People{tables: tables, galleries: newGalleries(time.Now), policy: anything}
	change := func() {
		t.Helper()
		if err := tables.Put(t.Context(), "sol", galleryTable, table.Row{Key: galleryKey}); err != nil {
			t.Fatal(err)
		}
	}
	change()
	before, err := p.known(t.Context(), "sol")
	if err != nil {
		t.Fatal(err)
	}
	change()
	after, err := p.known(t.Context(), "sol")
	if err != nil {
		t.Fatal(err)
	}
	if before.gallery != after.gallery {
		t.Error("the gallery was read anew: only what changed is to be read")
	}
	put := table.Put("x", "a", nil)
	if err := tables.Commit(t.Context(), "sol", before.expect(), put); err == nil {
		t.Error("what was found among the people before the change was committed")
	}
	if err := tables.Commit(t.Context(), "sol", after.expect(), put); err != nil {
		t.Error(err)
	}
}
