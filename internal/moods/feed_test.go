package moods

import (
	"context"
	"log/slog"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/faces"
	"animo/internal/loop"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

func TestFeed_looks_in_two_calls(t *testing.T) {
	calls := 0
	m := New(table.New(storetest.Watch(storetest.Tables(t), func(storetest.Call) error { calls++; return nil })), nil, Options{})
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
	calls = 0
	if list, upTo, err := m.readLog(t.Context(), "sol", 0); len(list) != 5 || upTo != 5 || err != nil {
		t.Errorf("it finds %d faces up to %d, %v", len(list), upTo, err)
	}
	if calls != 2 {
		t.Errorf("a look makes %d calls, want 2", calls)
	}
}

func TestFeed_that_an_engine_keeps_does_not_keep_its_last_follower(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		stuck := make(chan struct{})
		tables := storetest.Watch(memtable.New(table.Limits{}), func(c storetest.Call) error {
			if c.Method == "Places" && c.Places > 1 { // which the first look at a log does not ask for
				<-stuck
			}
			return nil
		})
		var log strings.Builder
		m := New(table.New(tables), nil, Options{Log: slog.New(slog.NewTextHandler(&log, nil))})
		ctx, cancel := context.WithTimeout(t.Context(), time.Minute)
		defer cancel()
		began := time.Now()
		for range m.Follow(ctx, "sol", 0) {
		}
		if took := time.Since(began); took != time.Minute+feedEnds || !strings.Contains(log.String(), "tenant=sol") {
			t.Errorf("the follower left after %v; told: %s", took, log.String())
		}
		close(stuck)
		synctest.Wait()
	})
}

func TestFeed_goes_on_after_a_panic(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		var broken atomic.Bool
		tables := storetest.Watch(memtable.New(table.Limits{}), func(c storetest.Call) error {
			if broken.Load() && c.Method == "Places" && c.Places > 1 { // which the first look at a log does not ask for
				panic("no such luck")
			}
			return nil
		})
		var panics atomic.Int32
		m := New(table.New(tables), nil, Options{Keeper: loop.New(slog.New(slog.DiscardHandler), func(string, bool) { panics.Add(1) })})
		ctx, cancel := context.WithTimeout(t.Context(), time.Hour)
		defer cancel()
		const id = "20260501T120000.000Z-0123456789abcdef"
		broken.Store(true)
		go func() {
			time.Sleep(10 * time.Second)
			broken.Store(false)
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
