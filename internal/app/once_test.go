package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"sync"
	"sync/atomic"
	"testing"
	"time"

	"animo"
	"animo/internal/config"
	"animo/internal/moods"
	"animo/internal/photos"
	"animo/samples"
)

// TestTasks_of_one_process_bear_being_run_twice_at_a_time runs each task that needs one process of all as two processes do of
// which one was halted and does not know that it lost the lease: nothing is lost, and nothing is taken away twice.
func TestTasks_of_one_process_bear_being_run_twice_at_a_time(t *testing.T) {
	pictures, err := samples.Photos()
	if err != nil {
		t.Skipf("SKIPPED, NOT TESTED: %v", err)
	}
	ctx := t.Context()
	c := config.Default()
	c.Data, c.Listen, c.MinFree = t.TempDir(), "127.0.0.1:0", 0
	c.KeepPhotos, c.KeepFaces, c.ClockGrace = time.Hour, 2*time.Hour, 0
	var ahead atomic.Int64
	a, err := New(ctx, c, Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil)), Now: func() time.Time { return time.Now().Add(time.Duration(ahead.Load())) }})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopMember(t, a) })
	a.Start(ctx)
	const old, young = 100, 20
	measure := func(tenant string, from, n int) {
		t.Helper()
		var list []moods.MeasuredFace
		for i := range n {
			list = append(list, moods.MeasuredFace{Name: fmt.Sprint("face", from+i), Taken: a.now(), Emotions: []animo.Emotion{{Type: "HAPPY", Confidence: 90}}})
		}
		recorded, err := a.moods.Measure(ctx, tenant, list)
		for i := range recorded {
			for there := false; err == nil && !there; {
				there, err = a.moods.Recorded(ctx, tenant, &recorded[i])
			}
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	count := func(tenant string) (faces int64) {
		t.Helper()
		s, err := a.moods.Summary(ctx, tenant, moods.SummaryQuery{Every: 24 * time.Hour})
		if err != nil {
			t.Fatal(err)
		}
		for _, m := range s.Total {
			faces += int64(m.Faces)
		}
		return faces
	}
	for _, id := range []string{"mar", "luna"} {
		if err := a.stores.AddTenant(ctx, id, animo.PhotoPolicy{Purpose: animo.ForEvents}); err != nil {
			t.Fatal(err)
		}
		measure(id, 0, old)
	}
	measure(animo.DefaultTenant, 0, old)
	for i, p := range pictures[:2] {
		photo, _, err := a.photos.Take(ctx, animo.DefaultTenant, photos.Upload{Name: fmt.Sprint(i, ".jpg"), Size: int64(len(p.JPEG))}, bytes.NewReader(p.JPEG))
		for err == nil && !photo.Status.Ended() {
			photo, err = a.photos.Photo(ctx, animo.DefaultTenant, photo.ID)
		}
		if err != nil {
			t.Fatal(err)
		}
	}
	ahead.Add(int64(c.KeepFaces + time.Minute))
	measure(animo.DefaultTenant, old, young)
	measure("luna", old, young)
	broke := errors.New("it broke off")
	if err := a.stores.Tenants.Remove(ctx, "mar", func(context.Context, string) error { return broke }); !errors.Is(err, broke) {
		t.Fatal(err)
	}
	if n := count(animo.DefaultTenant); n <= old+young {
		t.Fatalf("%d faces before", n)
	}

	for round := range 3 {
		for _, task := range a.tasks() {
			if !task.Once {
				continue
			}
			var both sync.WaitGroup
			for range 2 {
				both.Go(func() {
					if err := task.Run(ctx); err != nil {
						t.Errorf("round %d of %s: %v", round, task.Name, err)
					}
				})
			}
			both.Wait()
		}
	}
	for _, id := range []string{animo.DefaultTenant, "luna"} {
		if n := count(id); n != young {
			t.Errorf("%s: %d faces are counted, want the %d that are to be kept", id, n, young)
		}
		listed := 0
		for _, err := range a.moods.All(ctx, id, moods.Query{}) {
			if err != nil {
				t.Fatal(err)
			}
			listed++
		}
		if listed != young {
			t.Errorf("%s: %d faces are listed, want %d", id, listed, young)
		}
	}
	if list, _, err := a.photos.List(ctx, animo.DefaultTenant, photos.Query{}, "", 100); len(list) > 0 || err != nil {
		t.Errorf("%d photos are left, %v", len(list), err)
	}
	if list, err := a.stores.Tenants.List(ctx); err != nil || len(list) != 2 || count("mar") != 0 {
		t.Errorf("the tenants are %v, %v; %d faces are counted of the one that was removed", list, err, count("mar"))
	}
}

func stopMember(t *testing.T, a *App) {
	t.Helper()
	if err := a.Stop(context.WithoutCancel(t.Context())); err != nil {
		t.Error(err)
	}
}
