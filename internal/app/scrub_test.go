package app

import (
	"context"
	"errors"
	"testing"
	"time"

	"animo"
	"animo/internal/config"
	"animo/internal/table"
	"animo/internal/table/memtable"
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
		if err := a.sweepOnce(t.Context()); (err != nil) != (tables.err != nil) || tables.times != want {
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
