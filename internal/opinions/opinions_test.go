package opinions_test

import (
	"context"
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/classify"
	"animo/internal/erasures"
	"animo/internal/object"
	"animo/internal/opinions"
	"animo/internal/storetest"
	"animo/internal/table"
	"animo/internal/table/sqltable"
)

const tenant = "sol"

// line is the flow over real stores, its functions run one event at a time by the test.
type line struct {
	t          *testing.T
	flow       *opinions.Flow
	classifier *classify.Classifier
	rows       *table.Table
	objects    object.Store
	queue      bus.Queues
	now        time.Time
	lost       bool   // while set, what the flow publishes is lost, as if the process died before
	tick       func() // called whenever the flow looks at the clock; nil for nothing
	// before is called before a "get", "put", "swap" (of what was read) or "delete" on a table; nil for nothing. An error of it is the call's.
	before func(call, table string) error

	erased string // the log of erasures
	died   bool   // while set, nothing can be noted there, as if the process died before
}

func newLine(t *testing.T, limits opinions.Limits) *line {
	t.Helper()
	db := storetest.Open(t)
	l := &line{t: t, now: storetest.Noon, queue: storetest.Queues(t, db), objects: storetest.Objects(t)}
	driver := sqltable.New(db)
	l.rows = table.New(driver)
	l.erased = filepath.Join(t.TempDir(), "erasures.log")
	noted := erasures.New(l.erased, l.rows, erasures.Options{Now: l.clock, Tenant: func(context.Context, string) (animo.Tenant, error) {
		if l.died {
			return animo.Tenant{}, errors.New("the process died")
		}
		return animo.Tenant{ID: tenant}, nil
	}})
	l.flow = opinions.New(table.New(&watched{driver, l}), l.objects, l, opinions.Options{Limits: limits, Spool: t.TempDir(), Erasures: noted, Program: "animo test", Now: l.clock})
	l.classifier = classify.New(l.flow, classify.Options{})
	for _, f := range l.flow.Functions() {
		if err := l.queue.Declare(t.Context(), f.Name, f.On); err != nil {
			t.Fatal(err)
		}
	}
	return l
}

// watched lets a test act in between two steps of the flow.
type watched struct {
	table.Driver
	l *line
}

func (w *watched) call(call, tbl string) error {
	if w.l.before == nil {
		return nil
	}
	return w.l.before(call, tbl)
}

// Read is table.Driver's.
func (w *watched) Read(ctx context.Context, tenant string, keys ...table.Key) ([]table.Row, error) {
	for _, k := range keys {
		if err := w.call("get", k.Table); err != nil {
			return nil, err
		}
	}
	return w.Driver.Read(ctx, tenant, keys...)
}

// Commit is table.Driver's.
func (w *watched) Commit(ctx context.Context, tenant string, rev int64, ops ...table.Op) error {
	for i, op := range ops {
		call := "delete"
		switch {
		case op.Kind == table.OpExpect:
			continue
		case op.Kind == table.OpPut && op.Rev == table.AnyRev:
			call = "put"
		case op.Kind == table.OpPut:
			call = "swap"
		}
		if i > 0 && op.Kind == ops[i-1].Kind && op.Table == ops[i-1].Table {
			continue // one of many rows
		}
		if err := w.call(call, op.Table); err != nil {
			return err
		}
	}
	return w.Driver.Commit(ctx, tenant, rev, ops...)
}

// once has act run before the next such call.
func (l *line) once(call, tbl string, act func()) {
	l.before = func(c, t string) error {
		if c == call && t == tbl {
			l.before = nil
			act()
		}
		return nil
	}
}

func (l *line) clock() time.Time {
	if l.tick != nil {
		l.tick()
	}
	return l.now
}

// Publish is opinions.Publisher's.
func (l *line) Publish(ctx context.Context, events ...animo.Event) error {
	if l.lost {
		return errors.New("lost")
	}
	return l.queue.Publish(ctx, events...)
}

// function returns a function of the flow by its name.
func (l *line) function(name string) bus.Function {
	l.t.Helper()
	for _, f := range l.flow.Functions() {
		if f.Name == name {
			return f
		}
	}
	l.t.Fatalf("no function %s", name)
	return bus.Function{}
}

// step runs one event of a function and tells whether there was one. Errors make dead letters at once.
func (l *line) step(function string) bool {
	l.t.Helper()
	ctx, f := l.t.Context(), l.function(function)
	claimed, err := l.queue.Claim(ctx, function, 1, time.Hour)
	if err != nil {
		l.t.Fatal(err)
	}
	if len(claimed) == 0 {
		return false
	}
	d := claimed[0]
	if err := f.Handle(ctx, d.Event); err != nil {
		r := animo.ReasonOf(err)
		if err := errors.Join(f.OnDead(ctx, d.Event, r), l.queue.Kill(ctx, d, r)); err != nil {
			l.t.Fatal(err)
		}
		return true
	}
	if err := l.queue.Done(ctx, d); err != nil {
		l.t.Fatal(err)
	}
	return true
}

// countRows counts the rows that a revision has in the table.
func (l *line) countRows(d animo.DatasetRef) int {
	l.t.Helper()
	n, err := l.rows.Count(l.t.Context(), tenant, "rows", table.Range{Prefix: d.Name + "/" + d.ID + "/"})
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}

// run runs everything that is queued.
func (l *line) run() {
	l.t.Helper()
	for l.step("ingest") || l.step("train") || l.step("publish") || l.step("classify") {
	}
}

func (l *line) take(name, content string) animo.Version {
	l.t.Helper()
	v, err := l.flow.Take(l.t.Context(), tenant, name, strings.NewReader(content), -1, opinions.Recipe{Trainer: "nb"})
	if err != nil {
		l.t.Fatal(err)
	}
	l.now = l.now.Add(time.Minute)
	return v
}

func (l *line) current(model string) string {
	l.t.Helper()
	m, err := l.flow.Model(l.t.Context(), tenant, model)
	if err != nil {
		l.t.Fatal(err)
	}
	return m.Current
}

// reviews are 120 rows, and one that makes the file its own.
func reviews(t *testing.T, own int) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join("..", "..", "samples", "opiniones.txt"))
	if err != nil {
		t.Fatal(err)
	}
	return string(b) + fmt.Sprintf("Opinión número %d, todo bien\t1\n", own)
}

func TestFlow_sweep_takes_up_what_was_stored_and_never_finished(t *testing.T) {
	for _, step := range []string{"", "ingest", "train"} { // the last one that ran before its event was lost
		t.Run("after "+step, func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			l.lost = step == ""
			_, err := l.flow.Take(t.Context(), tenant, "r.txt", strings.NewReader(reviews(t, 0)), -1, opinions.Recipe{Trainer: "nb"})
			if (err != nil) != l.lost {
				t.Fatal(err)
			}
			for _, f := range []string{"ingest", "train"} {
				if l.lost {
					break
				}
				claimed, err := l.queue.Claim(t.Context(), f, 1, time.Hour)
				if err != nil || len(claimed) != 1 {
					t.Fatal(claimed, err)
				}
				l.lost = f == step
				if err := l.function(f).Handle(t.Context(), claimed[0].Event); (err != nil) != l.lost {
					t.Fatal(err)
				}
				if err := l.queue.Done(t.Context(), claimed[0]); err != nil { // as if the queue had lost it
					t.Fatal(err)
				}
			}
			l.lost = false
			l.run()
			if tr, err := l.flow.Training(t.Context(), tenant, "r.txt"); err != nil || tr.Status.Ended() {
				t.Fatalf("before the sweep: %+v, %v", tr, err)
			}
			if n, err := l.flow.Sweep(t.Context(), tenant); n != 1 || err != nil {
				t.Fatalf("Sweep = %d, %v; want 1", n, err)
			}
			l.run()
			tr, err := l.flow.Training(t.Context(), tenant, "r.txt")
			if err != nil || tr.Status != animo.Done || tr.Report.Rows != 121 {
				t.Errorf("after the sweep: %+v, %v", tr, err)
			}
			if n, err := l.flow.Sweep(t.Context(), tenant); n != 0 || err != nil {
				t.Errorf("a sweep with nothing to do = %d, %v", n, err)
			}
		})
	}
}

func TestFlow_sweep_takes_up_a_training_that_broke_off(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.step("ingest")
	claimed, err := l.queue.Claim(t.Context(), "train", 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	ctx, cancel := context.WithCancel(t.Context())
	l.tick = cancel // the first progress is noted once training has begun
	if err := l.function("train").Handle(ctx, claimed[0].Event); animo.CodeOf(err) != animo.Interrupted {
		t.Fatalf("an interrupted training: %v", err)
	}
	l.tick = nil
	if err := l.queue.Done(t.Context(), claimed[0]); err != nil { // as if the queue had lost it
		t.Fatal(err)
	}
	if n, err := l.flow.Sweep(t.Context(), tenant); n != 1 || err != nil {
		t.Fatalf("Sweep = %d, %v; want 1", n, err)
	}
	if l.step("ingest") || l.step("publish") || !l.step("train") {
		t.Error("the sweep did not ask for the training alone")
	}
	l.run()
	if tr, err := l.flow.Training(t.Context(), tenant, "r.txt"); err != nil || tr.Status != animo.Done {
		t.Errorf("after the sweep: %+v, %v", tr, err)
	}
}

func TestFlow_running_every_step_twice_changes_nothing(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	v := l.take("r.txt", reviews(t, 0))
	for _, f := range l.flow.Functions()[:3] {
		claimed, err := l.queue.Claim(t.Context(), f.Name, 1, time.Hour)
		if err != nil || len(claimed) != 1 {
			t.Fatal(claimed, err)
		}
		for range 2 {
			if err := f.Handle(t.Context(), claimed[0].Event); err != nil {
				t.Fatalf("%s: %v", f.Name, err)
			}
		}
		if err := l.queue.Done(t.Context(), claimed[0]); err != nil {
			t.Fatal(err)
		}
	}
	l.run()
	m, err := l.flow.Model(t.Context(), tenant, "r.txt")
	if err != nil || len(m.Versions) != 1 || m.Current != v.ID {
		t.Errorf("%+v, %v", m, err)
	}
	rows := l.countRows(v.Datasets[0])
	if rows != 121 {
		t.Errorf("%d rows, want 121", rows)
	}
}

func TestFlow_late_training_does_not_take_over_from_a_newer_one(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	claimed, err := l.queue.Claim(t.Context(), "ingest", 1, time.Hour) // the first one is slow
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	newer := l.take("r.txt", reviews(t, 1))
	l.run()
	if got := l.current("r.txt"); got != newer.ID {
		t.Fatalf("%s answers, want the newer %s", got, newer.ID)
	}
	if err := l.queue.Retry(t.Context(), claimed[0], 0, animo.Reason{}); err != nil {
		t.Fatal(err)
	}
	l.run()
	if got := l.current("r.txt"); got != newer.ID {
		t.Errorf("after the older one was trained %s answers, want still %s", got, newer.ID)
	}
}

func TestFlow_keeps_so_many_versions_and_what_they_need(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 2})
	var ids []string
	for i := range 5 {
		ids = append(ids, l.take("r.txt", reviews(t, i)).ID)
		l.now = l.now.Add(2 * time.Hour)
		l.run()
	}
	m, err := l.flow.Model(t.Context(), tenant, "r.txt")
	if err != nil || len(m.Versions) != 2 || m.Versions[0].ID != ids[3] || m.Current != ids[4] {
		t.Fatalf("kept %+v, %v; want the newest 2 of %v", m, err, ids)
	}
	sets, err := l.flow.Datasets(t.Context(), tenant)
	if err != nil || len(sets) != 2 {
		t.Errorf("%d revisions of the dataset are kept, %v; want 2", len(sets), err)
	}
	if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", ids[3]); err != nil {
		t.Fatal(err)
	}
	if answer := l.ask("r.txt", "todo bien"); answer.Version != ids[3] {
		t.Errorf("after rolling back: version %s", answer.Version)
	}
	l.take("r.txt", reviews(t, 5))
	l.run()
	l.take("r.txt", reviews(t, 6))
	l.run()
	l.ask("r.txt", "todo bien")
}

func TestFlow_deleted_while_it_is_trained_does_not_come_back(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.step("ingest")
	claimed, err := l.queue.Claim(t.Context(), "train", 1, time.Hour)
	if err != nil || len(claimed) != 1 {
		t.Fatal(claimed, err)
	}
	if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err != nil {
		t.Fatal(err)
	}
	if err := l.function("train").Handle(t.Context(), claimed[0].Event); err != nil {
		t.Fatal(err)
	}
	if _, err := l.flow.Model(t.Context(), tenant, "r.txt"); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("the deleted model is back: %v", err)
	}
}

func TestFlow_clock_that_goes_back_still_makes_newer_versions(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("r.txt", reviews(t, 0))
	l.now = l.now.Add(-24 * time.Hour)
	second := l.take("r.txt", reviews(t, 1))
	if second.ID <= first.ID {
		t.Errorf("version %s, then %s", first.ID, second.ID)
	}
	l.run()
	if got := l.current("r.txt"); got != second.ID {
		t.Errorf("%s answers, want %s", got, second.ID)
	}
}

func TestFlow_says_what_happened(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	if err := l.queue.Declare(t.Context(), "witness", []string{"*"}); err != nil {
		t.Fatal(err)
	}
	l.take("r.txt", reviews(t, 0))
	l.take("malo.txt", "sin etiqueta\n")
	l.run()
	seen := map[string]int{}
	for {
		claimed, err := l.queue.Claim(t.Context(), "witness", 10, time.Hour)
		if err != nil {
			t.Fatal(err)
		}
		if len(claimed) == 0 {
			break
		}
		for _, d := range claimed {
			seen[d.Event.Type+" "+d.Event.Subject]++
			if d.Event.SpecVersion != "1.0" || d.Event.Tenant != tenant || d.Event.Source == "" {
				t.Errorf("not a CloudEvent of the tenant: %+v", d.Event)
			}
		}
	}
	for _, want := range []string{"dataset.stored r.txt", "dataset.ingested r.txt", "model.trained r.txt", "model.published r.txt", "dataset.stored malo.txt", "training.failed malo.txt"} {
		if seen[want] != 1 {
			t.Errorf("%s was said %d times: %v", want, seen[want], seen)
		}
	}
}

func TestCheckName(t *testing.T) {
	for name, ok := range map[string]bool{
		"DB_proyecto_SA.txt": true, "reseñas de Ávila (2024).csv": true, "a": true, strings.Repeat("a", 128): true, "日本": true,
		"": false, ".": false, "..": false, ".oculto": false, "a/b": false, `a\b`: false, "a..b": false, " a": false, "a\nb": false,
		"a\x00": false, "a\xff": false, strings.Repeat("a", 129): false, "a:b": false, "a*": false, "a\u202eb": false,
	} {
		if err := opinions.CheckName(name); (err == nil) != ok || !ok && animo.CodeOf(err) != animo.UnsafeName {
			t.Errorf("CheckName(%q) = %v", name, err)
		}
	}
}

func TestFlow_sweep_goes_past_rows_that_cannot_be_read(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	for tbl, key := range map[string]string{"models": "a.txt", "versions": "a.txt/1", "datasets": "a.txt/1"} {
		if err := l.rows.Put(t.Context(), tenant, tbl, table.Row{Key: key, Value: []byte("no JSON")}); err != nil {
			t.Fatal(err)
		}
	}
	l.lost = true
	if _, err := l.flow.Take(t.Context(), tenant, "r.txt", strings.NewReader(reviews(t, 0)), -1, opinions.Recipe{Trainer: "nb"}); err == nil {
		t.Fatal("the event is not lost")
	}
	l.lost = false
	n, err := l.flow.Sweep(t.Context(), tenant)
	if n != 1 {
		t.Errorf("it published %d events, want the one that was lost", n)
	}
	for _, row := range []string{`"a.txt" of table "models"`, `"a.txt/1" of table "versions"`, `"a.txt/1" of table "datasets"`} {
		if err == nil || !strings.Contains(err.Error(), row) {
			t.Errorf("%v does not name %s", err, row)
		}
	}
}
