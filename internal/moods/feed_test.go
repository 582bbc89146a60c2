package moods

import (
	"context"
	"log/slog"
	"path/filepath"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/loop"
	"animo/internal/sqldb"
	"animo/internal/table"
	"animo/internal/table/memtable"
	"animo/internal/table/sqltable"
)

// counted counts the reads of a table.
type counted struct {
	table.Driver
	reads int
}

func (c *counted) Read(ctx context.Context, tenant string, keys ...table.Key) ([]table.Row, error) {
	c.reads++
	return c.Driver.Read(ctx, tenant, keys...)
}

func (c *counted) Places(ctx context.Context, tenant, log string, after int64, n int) ([]table.Logged, error) {
	c.reads++
	return c.Driver.Places(ctx, tenant, log, after, n)
}

func TestFeed_looks_in_two_calls(t *testing.T) {
	db, err := sqldb.Open(t.Context(), "sqlite:"+filepath.Join(t.TempDir(), "animo.db"), sqldb.Options{})
	if err != nil {
		t.Fatal(err)
	}
	defer db.Close()
	c := &counted{Driver: sqltable.New(db)}
	m := New(table.New(c), nil, Options{})
	const id = "20260501T120000.000Z-0123456789abcdef"
	if err := m.tables.PutJSON(t.Context(), "sol", faces.PhotosTable, id, faces.Photo{Photo: animo.Photo{ID: id}}); err != nil {
		t.Fatal(err)
	}
	for i := range 5 {
		r := animo.MoodRecord{TenantID: "sol", Mood: animo.Moods()[i%4], PhotoID: id, FaceID: faces.ID(id, 0, i), Taken: animo.MomentOf(id)}
		if err := m.tables.Commit(t.Context(), "sol", table.AddOps(faces.Table(r.Mood), entryOf(&r, []byte(`{}`), FaceType(r.Mood)))...); err != nil {
			t.Fatal(err)
		}
	}
	c.reads = 0
	if list, upTo, err := m.readLog(t.Context(), "sol", 0); len(list) != 5 || upTo != 5 || err != nil {
		t.Errorf("it finds %d faces up to %d, %v", len(list), upTo, err)
	}
	if c.reads != 2 {
		t.Errorf("a look makes %d calls, want 2", c.reads)
	}
}

// unlucky is an engine whose logs panic for a while.
type unlucky struct {
	table.Driver
	on atomic.Bool
}

func (u *unlucky) Places(ctx context.Context, tenant, log string, after int64, n int) ([]table.Logged, error) {
	if u.on.Load() && n > 1 { // which the first look at a log does not ask for
		panic("no such luck")
	}
	return u.Driver.Places(ctx, tenant, log, after, n)
}

func TestFeed_goes_on_after_a_panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		u := &unlucky{Driver: memtable.New(table.Limits{})}
		var panics atomic.Int32
		m := New(table.New(u), nil, Options{Keeper: loop.New(slog.New(slog.DiscardHandler), func(string, bool) { panics.Add(1) })})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		const id = "20260501T120000.000Z-0123456789abcdef"
		u.on.Store(true)
		go func() {
			time.Sleep(10 * time.Second)
			u.on.Store(false)
			r := animo.MoodRecord{TenantID: "sol", Mood: animo.Happy, PhotoID: id, FaceID: faces.ID(id, 0, 0), Taken: animo.MomentOf(id)}
			err := m.tables.PutJSON(ctx, "sol", faces.PhotosTable, id, faces.Photo{Photo: animo.Photo{ID: id}})
			if err == nil {
				err = m.tables.Commit(ctx, "sol", table.AddOps(faces.Table(r.Mood), entryOf(&r, []byte(`{}`), FaceType(r.Mood)))...)
			}
			if err != nil {
				t.Error(err)
			}
		}()
		began, heard := time.Now(), false
		for told, err := range m.Follow(ctx, "sol", 0) {
			if err != nil {
				t.Fatal(err)
			}
			if heard = told.Record != nil; heard {
				break
			}
		}
		if took := time.Since(began); !heard || took > 20*time.Second || panics.Load() < 3 || panics.Load() > 5 {
			t.Errorf("heard: %v, after %v and %d panics", heard, took, panics.Load())
		}
	})
}
