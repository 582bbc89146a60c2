package app

import (
	"bytes"
	"context"
	"errors"
	"io"
	"log/slog"
	"net/http/httptest"
	"slices"
	"strings"
	"sync/atomic"
	"testing"
	"testing/synctest"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/cluster"
	"animo/internal/collections"
	"animo/internal/config"
	"animo/internal/loop"
	"animo/internal/moods"
	"animo/internal/notify"
	"animo/internal/opinions"
	"animo/internal/people"
	"animo/internal/photos"
	"animo/internal/table"
	"animo/internal/table/memtable"
)

// runner is a taskRunner whose log and metrics a test can read.
func runner() (r *taskRunner, log *bytes.Buffer, m *metrics) {
	log, m = &bytes.Buffer{}, newMetrics(time.Now)
	return &taskRunner{keeper: loop.New(slog.New(slog.NewTextHandler(log, nil)), m.taskFailed)}, log, m
}

// told is what /metrics says.
func told(m *metrics, queues bus.Driver) string {
	w := httptest.NewRecorder()
	m.handler(queues, time.Now).ServeHTTP(w, httptest.NewRequest("GET", "/metrics", nil))
	return w.Body.String()
}

func TestTask_that_panics_is_logged_counted_and_tried_again_with_growing_pauses(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, m := runner()
		began := time.Now()
		var at []time.Duration
		r.start(t.Context(), []Task{{Name: "unlucky", Every: time.Hour, Run: func(context.Context) error {
			if at = append(at, time.Since(began)); len(at) <= 8 {
				panicHere()
			}
			return nil
		}}})
		time.Sleep(2 * time.Hour) // of the bubble's clock
		synctest.Wait()
		if err := r.stop(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
		s := time.Second
		want := []time.Duration{0, s, 3 * s, 7 * s, 15 * s, 31 * s, 63 * s, 123 * s, 183 * s, time.Hour + 183*s}
		if !slices.Equal(at, want) {
			t.Errorf("it ran at %v, want %v", at, want)
		}
		if text := log.String(); strings.Count(text, "no such luck") != 1 || !strings.Contains(text, "panicHere") || !strings.Contains(text, "works again") {
			t.Errorf("the log says %s; want the panic once, with its stack, and that it is over", text)
		}
		got := told(m, noQueues{})
		for _, want := range []string{`animo_task_panics_total{task="unlucky"} 8`, `animo_task_failures_total{task="unlucky"} 8`} {
			if !strings.Contains(got, want) {
				t.Errorf("/metrics lacks %s", want)
			}
		}
	})
}

func panicHere() { panic("no such luck") }

// noQueues has no queue.
type noQueues struct{ bus.Driver }

func (noQueues) Depths(context.Context, string) ([]bus.Depth, error) { return nil, nil }

func TestTask_failure_is_tried_sooner_than_its_turn_and_never_later(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, _ := runner()
		began := time.Now()
		var at []time.Duration
		r.start(t.Context(), []Task{{Name: "sweep", Every: 5 * time.Second, Run: func(context.Context) error {
			at = append(at, time.Since(began))
			return errors.New(`row "x" of table "y" is broken`)
		}}})
		time.Sleep(19 * time.Second)
		synctest.Wait()
		if err := r.stop(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
		s := time.Second
		if want := []time.Duration{0, s, 3 * s, 7 * s, 12 * s, 17 * s}; !slices.Equal(at, want) {
			t.Errorf("it ran at %v, want %v", at, want)
		}
		if n := strings.Count(log.String(), `row \"x\"`); n != 1 {
			t.Errorf("the row is told of %d times in %s", n, log)
		}
	})
}

func TestTask_that_runs_on_is_begun_anew_when_it_ends(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, log, _ := runner()
		runs := 0
		r.start(t.Context(), []Task{{Name: "watcher", Run: func(ctx context.Context) error {
			if runs++; runs == 1 {
				panicHere()
			}
			<-ctx.Done()
			return nil
		}}})
		time.Sleep(time.Minute)
		synctest.Wait()
		if err := r.stop(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
		if runs != 2 || strings.Count(log.String(), "level=ERROR") != 1 {
			t.Errorf("it began %d times: %s", runs, log)
		}
	})
}

func TestTask_that_does_not_end_is_named_at_stop(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r, _, _ := runner()
		release := make(chan struct{})
		r.start(t.Context(), []Task{
			{Name: "deaf", Every: time.Second, Run: func(context.Context) error { <-release; return nil }},
			{Name: "good", Every: time.Second, Run: func(ctx context.Context) error { <-ctx.Done(); return ctx.Err() }},
		})
		synctest.Wait()
		began := time.Now()
		err := r.stop(t.Context(), 3*time.Second)
		if err == nil || !strings.HasSuffix(err.Error(), ": deaf") || time.Since(began) != 3*time.Second {
			t.Errorf("after %v: %v, want the one task named after 3 s", time.Since(began), err)
		}
		close(release)
	})
}

func TestTask_once_is_run_by_one_process_and_by_the_next_when_that_stops(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		rows := table.New(memtable.New(table.Limits{}))
		ran := map[string]*atomic.Int64{"first": {}, "second": {}}
		var runners []*taskRunner
		for _, name := range []string{"first", "second"} {
			r, log, _ := runner()
			r.leases = cluster.New(rows, cluster.Options{Owner: name, Length: time.Minute})
			r.start(t.Context(), []Task{
				{Name: "retire", Once: true, Every: time.Second, Run: func(context.Context) error { ran[name].Add(1); return nil }},
				{Name: "evict", Every: time.Second, Run: func(context.Context) error { return nil }},
			})
			runners = append(runners, r)
			time.Sleep(10*time.Minute + time.Second/2) // of the bubble's clock
			synctest.Wait()
			if log.Len() > 0 {
				t.Errorf("%s logs %s", name, log)
			}
		}
		if first, second := ran["first"].Load(), ran["second"].Load(); first < 1200 || second > 0 {
			t.Errorf("in 20 and 10 minutes it ran %d and %d times", first, second)
		}
		if err := runners[0].stop(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
		before := ran["first"].Load()
		time.Sleep(time.Minute)
		synctest.Wait()
		if first, second := ran["first"].Load(), ran["second"].Load(); second < 40 || first > before {
			t.Errorf("after the first stopped it ran %d and %d times", first, second)
		}
		if err := runners[1].stop(t.Context(), time.Second); err != nil {
			t.Error(err)
		}
	})
}

// quiet opens an Animo that logs nothing and has not started.
func quiet(t *testing.T, functions ...string) *App {
	t.Helper()
	c := config.Default()
	c.Data, c.Listen = t.TempDir(), "127.0.0.1:0"
	if functions != nil {
		c.Functions = functions
	}
	a, err := New(t.Context(), c, Options{Log: slog.New(slog.NewTextHandler(io.Discard, nil))})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { stopMember(t, a) })
	return a
}

func TestTasks_go_on_past_a_tenant_that_cannot_be_read_or_panics(t *testing.T) {
	a, ctx := quiet(t, config.API), t.Context()
	for _, id := range []string{"broken", "mar", "sol"} {
		if err := a.stores.AddTenant(ctx, id, animo.PhotoPolicy{}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.stores.Tables.Put(ctx, "_animo", "tenants", table.Row{Key: "broken", Value: []byte("no JSON")}); err != nil {
		t.Fatal(err)
	}
	var seen []string
	err := a.eachTenant(func(_ context.Context, tenant string) error {
		if seen = append(seen, tenant); tenant == "mar" {
			panicHere()
		}
		return nil
	})(ctx)
	if want := []string{animo.DefaultTenant, "mar", "sol"}; !slices.Equal(seen, want) {
		t.Errorf("it saw to %v, want %v", seen, want)
	}
	if err == nil || !strings.Contains(err.Error(), `"broken"`) || !strings.Contains(err.Error(), "tenant mar: panic: no such luck") {
		t.Errorf("%v names not both", err)
	}
	seen = nil
	note := func(_ context.Context, tenant string) error {
		seen = append(seen, tenant)
		return nil
	}
	for _, tenant := range []string{"sol", "removed"} {
		if err := a.stores.Tables.Put(ctx, tenant, "work", table.Row{Key: "a"}); err != nil {
			t.Fatal(err)
		}
	}
	if err := a.eachTenant(note, "none", "work")(ctx); err == nil || !slices.Equal(seen, []string{"sol"}) {
		t.Errorf("it saw to %v, %v; of the tenants in use only sol has work, and one cannot be read", seen, err)
	}
	if err := a.finishTenants(ctx); err == nil || !strings.Contains(err.Error(), `"broken"`) {
		t.Errorf("finishing removals: %v", err)
	}
}

func TestTasks_ask_nothing_of_tenants_without_rows_there(t *testing.T) {
	a, ctx := quiet(t), t.Context()
	for _, id := range []string{"idle", "sol"} {
		if err := a.stores.AddTenant(ctx, id, animo.PhotoPolicy{}); err != nil {
			t.Fatal(err)
		}
	}
	b := &App{ // whose flows have no tables, so that each call of one panics
		config: a.config, stores: a.stores, photos: new(photos.Photos), flow: new(opinions.Flow), moods: new(moods.Moods),
		people: new(people.People), collections: new(collections.Store), notify: new(notify.Notifier),
	}
	runs := map[string]func(context.Context) error{}
	for _, task := range b.tasks() {
		runs[task.Name] = task.Run
	}
	works := map[string][]string{
		"photos": photos.SweptTables(), "opinions": opinions.SweptTables(), "collections": collections.SweptTables(), "moods": moods.SweptTables(),
		"people": people.SweptTables(), "notify": notify.SweptTables(), "retire": append(photos.RetiredTables(), moods.RetiredTables()...),
	}
	for name := range works {
		if err := runs[name](ctx); err != nil {
			t.Errorf("%s with idle tenants: %v", name, err)
		}
	}
	for name, tables := range works {
		for _, tbl := range tables {
			if err := a.stores.Tables.Put(ctx, "sol", tbl, table.Row{Key: "a", Value: []byte("{}")}); err != nil {
				t.Fatal(err)
			}
			if err := runs[name](ctx); err == nil || !strings.Contains(err.Error(), "tenant sol: panic") || strings.Contains(err.Error(), "idle") {
				t.Errorf("%s with a row in %s: %v, want sol asked and nobody else", name, tbl, err)
			}
			if err := a.stores.Tables.DeleteKey(ctx, "sol", tbl, "a"); err != nil {
				t.Fatal(err)
			}
		}
	}
}

func TestTasks_of_a_process_that_serves_the_API_alone_are_its_own_share(t *testing.T) {
	names := func(a *App) (list []string) {
		for _, t := range a.tasks() {
			list = append(list, t.Name)
		}
		return list
	}
	if got, want := names(quiet(t, config.API)), []string{"clock", "witness", "erasures", "evict", "reserve", "photos", "opinions", "usage", "collections", "database-clock", "rates", "scrub"}; !slices.Equal(got, want) {
		t.Errorf("it runs %v, want %v", got, want)
	}
	all := names(quiet(t))
	for _, name := range []string{"tenants", "moods", "people", "layers", "retire", "notify", "notifier"} {
		if !slices.Contains(all, name) {
			t.Errorf("a process that runs everything has %v, without %s", all, name)
		}
	}
}
