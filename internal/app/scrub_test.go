package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"animo"
	"animo/internal/collections"
	"animo/internal/config"
	"animo/internal/table"
	"animo/internal/table/memtable"
	"animo/vision"
)

// scrubbed counts how often the tables are scrubbed.
type scrubbed struct {
	table.Driver
	tables *table.Table
	times  int
	err    error
}

func (s *scrubbed) Scrub(ctx context.Context) error {
	s.times++
	if s.err != nil {
		return s.err
	}
	return s.tables.Scrub(ctx)
}

// Tenants implements table.Driver: the flows keep their rows in the tables.
func (s *scrubbed) Tenants(ctx context.Context, tables ...string) ([]string, error) {
	return s.tables.Tenants(ctx, tables...)
}

// sweepOnce runs every task that comes to an end, one after the other.
func sweepOnce(ctx context.Context, a *App) error {
	var errs []error
	for _, t := range a.tasks() {
		if t.Every > 0 {
			errs = append(errs, t.Run(ctx))
		}
	}
	return errors.Join(errs...)
}

func TestSweep_scrubs_once_whatever_was_erased(t *testing.T) {
	now := time.Now()
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	a, err := New(t.Context(), c, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	tables := &scrubbed{Driver: memtable.New(table.Limits{}), tables: a.stores.Tables}
	a.stores.Tables = table.New(tables)
	sweep := func(what string, want int) {
		t.Helper()
		tables.times = 0
		if err := sweepOnce(t.Context(), a); (err != nil) != (tables.err != nil) || tables.times != want {
			t.Errorf("%s: scrubbed %d times, want %d; %v", what, tables.times, want, err)
		}
	}
	sweep("nothing was erased", 0)
	// Erased at another process: this one finds the note of it.
	note := map[string]any{"at": now.Truncate(time.Millisecond)}
	if err := tables.tables.PutJSON(t.Context(), animo.DefaultTenant, "photo-erased", animo.Moment(now)+"-0123456789abcdef", note); err != nil {
		t.Fatal(err)
	}
	now = now.Add(time.Second)
	sweep("a photo was erased elsewhere", 1)
	sweep("nothing was erased since", 0)
	if err := a.stores.AddTenant(t.Context(), "sol", animo.PhotoPolicy{}); err != nil {
		t.Fatal(err)
	}
	tables.times = 0
	if err := a.stores.RemoveTenant(t.Context(), "sol"); err != nil || tables.times != 1 {
		t.Errorf("a removal scrubs %d times, %v", tables.times, err)
	}
	tables.err = errors.New("somebody is reading")
	sweep("a tenant was erased, and that cannot be scrubbed", 1)
	if tables.err = nil; !a.scrubs.now {
		t.Error("it is forgotten")
	}
	sweep("that which could not be scrubbed", 1)
}

func TestSweep_scrubs_after_another_process_deleted_a_face(t *testing.T) {
	now, ctx := time.Now(), t.Context()
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	a, err := New(ctx, c, Options{Now: func() time.Time { return now }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := a.Stop(context.Background()); err != nil {
			t.Error(err)
		}
	})
	scrubbed := func() bool {
		t.Helper()
		before := a.scrubs.began
		now = now.Add(time.Second)
		if err := sweepOnce(ctx, a); err != nil {
			t.Fatal(err)
		}
		return a.scrubs.began.After(before)
	}
	other := collections.New(a.stores.Tables, collections.Options{})
	staff, err := other.Create(ctx, animo.DefaultTenant, "staff")
	if err != nil {
		t.Fatal(err)
	}
	faces, err := other.Index(ctx, animo.DefaultTenant, staff, collections.Picture{Sum: "a"}, collections.Found{Descriptor: vision.Descriptor{1}})
	if err != nil || scrubbed() {
		t.Fatalf("it scrubs before anything is deleted, or %v", err)
	}
	if _, err := other.DeleteFaces(ctx, animo.DefaultTenant, staff, faces[0].ID); err != nil {
		t.Fatal(err)
	}
	if !scrubbed() {
		t.Error("it does not scrub")
	}
	if scrubbed() {
		t.Error("it scrubs twice")
	}
}
