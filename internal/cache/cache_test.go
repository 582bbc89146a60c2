package cache

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"sync"
	"testing"
	"testing/synctest"
	"time"
)

// shelf is a cache with a note of which names it loaded.
type shelf struct {
	*Cache[string]
	t      *testing.T
	loaded []string
}

func newShelf(t *testing.T, o Options[string]) *shelf { return &shelf{Cache: New(o), t: t} }

// ask gets a value of the tenant sol, whose load gives name@version.
func (s *shelf) ask(name, version string) {
	s.t.Helper()
	got, err := s.Get(s.t.Context(), "sol", name, version, func(context.Context, string) (string, error) {
		s.loaded = append(s.loaded, name)
		return name + "@" + version, nil
	})
	if want := name + "@" + version; got != want || err != nil {
		s.t.Errorf("%q, %v, want %q", got, err, want)
	}
}

// wants checks which names were loaded since it was called last.
func (s *shelf) wants(why string, names ...string) {
	s.t.Helper()
	if !slices.Equal(s.loaded, names) {
		s.t.Errorf("%s: loaded %q, want %q", why, s.loaded, names)
	}
	s.loaded = nil
}

func TestCache_follows_the_version(t *testing.T) {
	s := newShelf(t, Options[string]{})
	s.ask("a", "1")
	s.ask("a", "1")
	s.wants("the same version", "a")
	s.ask("a", "2")
	s.ask("a", "2")
	s.wants("another version", "a")
	if s.recent.Len() != 1 {
		t.Errorf("%d values of one key are held", s.recent.Len())
	}
	_, _ = s.Get(t.Context(), "sol", "a", "3", func(_ context.Context, old string) (string, error) {
		if old != "a@2" {
			t.Errorf("the load is told %q of the value before", old)
		}
		return old, nil
	})
	_, _ = s.Get(t.Context(), "mar", "a", "3", func(_ context.Context, old string) (string, error) {
		if old != "" {
			t.Errorf("another tenant's load is told %q", old)
		}
		return old, nil
	})
}

func TestCache_what_was_asked_for_longest_ago_goes_when_there_is_too_much(t *testing.T) {
	s := newShelf(t, Options[string]{Most: 2})
	s.ask("a", "1")
	s.ask("b", "1")
	s.ask("a", "1")
	s.ask("c", "1")
	s.wants("three names", "a", "b", "c")
	s.ask("a", "1")
	s.ask("c", "1")
	s.wants("the two asked for last")
	s.ask("b", "1")
	s.wants("the third", "b")

	byLength := newShelf(t, Options[string]{Most: 10, Cost: func(v string) int64 { return int64(len(v)) }})
	byLength.ask("aa", "1") // 4
	byLength.ask("bb", "1")
	byLength.ask("cc", "1") // 12 together
	byLength.ask("bb", "1")
	byLength.wants("by cost", "aa", "bb", "cc")
	byLength.ask("much-too-long", "1")
	byLength.ask("much-too-long", "1")
	byLength.wants("one that costs more than all may", "much-too-long")
	byLength.ask("bb", "1")
	byLength.wants("after it", "bb")
	if byLength.cost != 4 || byLength.recent.Len() != 1 {
		t.Errorf("%d values of cost %d are held", byLength.recent.Len(), byLength.cost)
	}
}

func TestCache_what_nobody_asks_for_goes(t *testing.T) {
	now := time.Date(2026, 8, 1, 21, 0, 0, 0, time.UTC)
	s := newShelf(t, Options[string]{Idle: time.Hour, Now: func() time.Time { return now }})
	s.ask("a", "1")
	s.ask("b", "1")
	now = now.Add(30 * time.Minute)
	s.ask("a", "1")
	now = now.Add(30 * time.Minute)
	s.Sweep([]string{"sol"})
	if s.recent.Len() != 1 || s.held[key{"sol", "a"}] == nil {
		t.Errorf("after a sweep %d values are held", s.recent.Len())
	}
	now = now.Add(30 * time.Minute)
	s.ask("c", "1")
	if s.recent.Len() != 1 || s.held[key{"sol", "c"}] == nil {
		t.Errorf("after a load %d values are held", s.recent.Len())
	}
	s.Sweep([]string{"mar"})
	if s.recent.Len() != 0 || len(s.held) != 0 || s.cost != 0 {
		t.Errorf("of a tenant that was removed, %d values of cost %d are held", s.recent.Len(), s.cost)
	}
}

func TestCache_loads_once_for_all_who_ask_together(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options[int]{})
		loads := 0
		var all sync.WaitGroup
		for range 20 {
			all.Go(func() {
				v, err := c.Get(t.Context(), "sol", "a", "1", func(context.Context, int) (int, error) {
					loads++
					time.Sleep(time.Second)
					return 7, nil
				})
				if v != 7 || err != nil {
					t.Errorf("%d, %v", v, err)
				}
			})
		}
		all.Wait()
		if loads != 1 {
			t.Errorf("loaded %d times", loads)
		}
	})
}

func TestCache_versions_of_one_key_are_loaded_one_after_the_other(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options[string]{})
		running := 0
		var all sync.WaitGroup
		for i := range 6 {
			version := fmt.Sprint(i % 3)
			all.Go(func() {
				v, err := c.Get(t.Context(), "sol", "a", version, func(context.Context, string) (string, error) {
					if running++; running > 1 {
						t.Error("two loads at once")
					}
					time.Sleep(time.Second)
					running--
					return version, nil
				})
				if v != version || err != nil {
					t.Errorf("asked for %s: %s, %v", version, v, err)
				}
			})
		}
		all.Wait()
	})
}

func TestCache_error_is_told_to_those_who_wait_and_not_kept(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options[int]{})
		failure := errors.New("no such model")
		get := func() error {
			_, err := c.Get(t.Context(), "sol", "a", "1", func(context.Context, int) (int, error) {
				time.Sleep(time.Second)
				return 7, failure
			})
			if c.recent.Len() != 0 {
				t.Errorf("%d values are held after an error", c.recent.Len())
			}
			return err
		}
		began := time.Now()
		var all sync.WaitGroup
		for range 3 {
			all.Go(func() {
				if err := get(); err != failure {
					t.Error(err)
				}
			})
		}
		all.Wait()
		if took := time.Since(began); took != time.Second {
			t.Errorf("it took %v: the load was run for each", took)
		}
		if err := get(); err != failure || time.Since(began) != 2*time.Second {
			t.Errorf("the next one has %v, %v after the first began", err, time.Since(began))
		}
	})
}

func TestCache_load_that_was_given_up_is_taken_up_by_the_next(t *testing.T) {
	for name, end := range map[string]func(ctx context.Context) error{
		"its request ended": func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() },
		"it panicked":       func(ctx context.Context) error { <-ctx.Done(); panic("the row is not JSON") },
	} {
		synctest.Test(t, func(t *testing.T) {
			c := New(Options[int]{})
			short, cancel := context.WithTimeout(t.Context(), time.Second)
			defer cancel()
			go func() {
				defer func() { _ = recover() }()
				if _, err := c.Get(short, "sol", "a", "1", func(ctx context.Context, _ int) (int, error) { return 0, end(ctx) }); err == nil {
					t.Errorf("%s: no error", name)
				}
			}()
			synctest.Wait()
			v, err := c.Get(t.Context(), "sol", "a", "1", func(context.Context, int) (int, error) { return 7, nil })
			if v != 7 || err != nil {
				t.Errorf("%s: the next has %d, %v", name, v, err)
			}
		})
	}
}

func TestCache_who_waits_stops_at_its_deadline(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		c := New(Options[int]{})
		var loads sync.WaitGroup
		defer loads.Wait()
		loads.Go(func() {
			_, _ = c.Get(t.Context(), "sol", "a", "1", func(context.Context, int) (int, error) { time.Sleep(time.Minute); return 7, nil })
		})
		synctest.Wait()
		ctx, cancel := context.WithTimeout(t.Context(), time.Second)
		defer cancel()
		began := time.Now()
		if _, err := c.Get(ctx, "sol", "a", "1", nil); !errors.Is(err, context.DeadlineExceeded) || time.Since(began) != time.Second {
			t.Errorf("%v after %v", err, time.Since(began))
		}
	})
}

func TestCache_updated_value_needs_no_load(t *testing.T) {
	s := newShelf(t, Options[string]{})
	nothing := func(string, string) (string, string) { t.Error("there is nothing to update"); return "", "" }
	s.Update("sol", "a", nothing)
	s.ask("a", "1")
	s.Update("mar", "a", nothing)
	s.Update("sol", "a", func(v, version string) (string, string) {
		if v != "a@1" || version != "1" {
			t.Errorf("it is told %q, %q", v, version)
		}
		return "a@2", "2"
	})
	s.ask("a", "2")
	s.wants("after an update", "a")
}

func TestCache_load_that_was_under_way_is_not_kept_once_its_rows_changed(t *testing.T) {
	for name, change := range map[string]func(*Cache[string]){
		"evicted": func(c *Cache[string]) { c.Evict("sol", "a") },
		"updated": func(c *Cache[string]) {
			c.Update("sol", "a", func(v, version string) (string, string) { return v, version })
		},
		"its tenant removed": func(c *Cache[string]) { c.Sweep(nil) },
	} {
		synctest.Test(t, func(t *testing.T) {
			s := newShelf(t, Options[string]{})
			slow := make(chan string)
			go func() {
				v, err := s.Get(t.Context(), "sol", "a", "1", func(context.Context, string) (string, error) { return <-slow, nil })
				if v != "with Ana" || err != nil {
					t.Errorf("%s: who asked before has %q, %v", name, v, err)
				}
			}()
			synctest.Wait()
			change(s.Cache)
			slow <- "with Ana"
			synctest.Wait()
			if s.recent.Len() != 0 {
				t.Errorf("%s: what was loaded before is held", name)
			}
			s.ask("a", "1")
			s.wants(name, "a")
		})
	}
}

func BenchmarkGet(b *testing.B) {
	c := New(Options[int]{Most: 64, Idle: time.Hour})
	load := func(context.Context, int) (int, error) { return 7, nil }
	b.ReportAllocs()
	for b.Loop() {
		if v, err := c.Get(b.Context(), "default", "DB_proyecto_SA.txt", "20260801T211502.125Z-9f86d081", load); v != 7 || err != nil {
			b.Fatal(v, err)
		}
	}
}

func TestDropOld_takes_out_what_is_not_of_the_version(t *testing.T) {
	c := New(Options[string]{})
	for name, version := range map[string]string{"old": "1", "new": "2"} {
		if _, err := c.Get(t.Context(), "sol", name, version, func(context.Context, string) (string, error) { return name, nil }); err != nil {
			t.Fatal(err)
		}
	}
	_, err := c.Get(t.Context(), "sol", "loading", "2", func(context.Context, string) (string, error) {
		if got := slices.Sorted(slices.Values(c.Names("sol"))); !slices.Equal(got, []string{"loading", "new", "old"}) {
			t.Errorf("Names = %q", got)
		}
		for _, name := range c.Names("sol") {
			c.EvictOld("sol", name, "2")
		}
		return "read before", nil
	})
	if err != nil {
		t.Fatal(err)
	}
	if got := c.Names("sol"); !slices.Equal(got, []string{"new"}) {
		t.Errorf("%q are held, want new alone", got)
	}
	if got := c.Names("mar"); len(got) != 0 {
		t.Errorf("mar has %q", got)
	}
}
