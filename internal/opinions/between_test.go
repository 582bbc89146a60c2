package opinions_test

import (
	"context"
	"errors"
	"strings"
	"testing"
	"time"

	"animo"
	"animo/internal/bus"
	"animo/internal/opinions"
	"animo/internal/table"
)

// done runs everything and checks that a version was trained and published.
func (l *line) done(v animo.Version) {
	l.t.Helper()
	l.run()
	tr, err := l.flow.Version(l.t.Context(), tenant, v.Model, v.ID)
	if err != nil || tr.Status != animo.Done {
		l.t.Errorf("version %s of %s is %s: %+v, %v", v.ID, v.Model, tr.Status, tr.Failure, err)
	}
}

func TestFlow_upload_while_its_model_is_deleted_is_kept_or_deleted_whole(t *testing.T) {
	for _, at := range []string{"swap models", "swap versions", "delete progress", "delete versions"} {
		t.Run("before "+at, func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			old := l.take("r.txt", reviews(t, 0))
			l.run()
			var v animo.Version
			l.before = func(call, tbl string) error {
				if call+" "+tbl == at {
					l.before = nil
					v = l.take("r.txt", reviews(t, 1))
				}
				return nil
			}
			if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err != nil {
				t.Fatal(err)
			}
			l.run()
			if _, err := l.flow.Version(t.Context(), tenant, "r.txt", old.ID); !isGone(err) {
				t.Errorf("the deleted version: %v", err)
			}
			if at == "swap models" { // it came before the deletion took effect
				if _, err := l.flow.Model(t.Context(), tenant, "r.txt"); animo.CodeOf(err) != animo.UnknownModel {
					t.Errorf("the model: %v, want it gone", err)
				}
			} else {
				l.done(v)
			}
			for range 2 {
				if n, err := l.flow.Sweep(t.Context(), tenant); n != 0 || err != nil {
					t.Errorf("Sweep = %d, %v; want nothing left to do", n, err)
				}
			}
		})
	}
}

func isGone(err error) bool { return animo.CodeOf(err) == animo.NotFound }

func TestFlow_rolled_back_to_while_it_is_pruned_still_answers(t *testing.T) {
	for _, at := range []string{"get versions", "get models", "swap models"} {
		t.Run("before "+at, func(t *testing.T) {
			l := newLine(t, opinions.Limits{KeepVersions: 1})
			first := l.take("r.txt", reviews(t, 0))
			l.run()
			l.take("r.txt", reviews(t, 1))
			for l.step("ingest") || l.step("train") {
			}
			call, tbl, _ := strings.Cut(at, " ")
			l.once(call, tbl, func() { l.step("publish") }) // which prunes the first
			_, err := l.flow.Serve(t.Context(), tenant, "r.txt", first.ID)
			if err != nil && !isGone(err) {
				t.Errorf("Serve: %v", err)
			}
			if answer := l.ask("r.txt", "todo bien"); (answer.Version == first.ID) != (err == nil) {
				t.Errorf("Serve: %v; then version %s answers", err, answer.Version)
			}
		})
	}
}

func TestFlow_rolled_back_to_when_it_is_about_to_be_pruned_still_answers(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 1})
	first := l.take("r.txt", reviews(t, 0))
	l.run()
	l.take("r.txt", reviews(t, 1))
	for l.step("ingest") || l.step("train") {
	}
	swaps := 0
	l.before = func(call, tbl string) error {
		if call+" "+tbl != "swap versions" {
			return nil
		}
		if swaps++; swaps == 2 { // the first says that the other version is done
			if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", first.ID); err != nil {
				t.Error(err)
			}
		}
		return nil
	}
	l.step("publish")
	if swaps < 2 {
		t.Fatal("nothing was pruned")
	}
	if answer := l.ask("r.txt", "todo bien"); answer.Version != first.ID {
		t.Errorf("version %s answers, want %s", answer.Version, first.ID)
	}
}

func TestFlow_deletion_that_broke_off_harms_no_later_upload(t *testing.T) {
	for _, at := range []string{"rows", "datasets"} {
		t.Run("at "+at, func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			l.take("r.txt", reviews(t, 0))
			l.run()
			l.before = func(call, tbl string) error {
				if call == "delete" && tbl == at {
					return errors.New("the process died")
				}
				return nil
			}
			if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err == nil {
				t.Fatal("the deletion did not break off")
			}
			l.before = nil
			if list, err := l.flow.Datasets(t.Context(), tenant); err != nil || len(list) != 0 {
				t.Errorf("half deleted, it is listed: %+v, %v", list, err)
			}
			l.done(l.take("r.txt", reviews(t, 0)))
			if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
			list, err := l.flow.Datasets(t.Context(), tenant)
			if err != nil || len(list) != 1 || !list[0].Ingested || list[0].Rows != 121 {
				t.Errorf("after the sweep: %+v, %v", list, err)
			}
			for tbl, want := range map[string]int{"datasets": 1, "rows": 121} {
				if n, err := l.rows.Count(t.Context(), tenant, tbl, table.Range{}); n != want || err != nil {
					t.Errorf("the table %s holds %d rows after the sweep, %v; want %d", tbl, n, err, want)
				}
			}
		})
	}
}

func TestFlow_sent_again_while_its_dataset_is_being_deleted_is_a_new_revision(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	l.once("get", "datasets", func() { // the upload knows its bytes as the newest revision's
		l.before = func(call, _ string) error {
			if call == "delete" {
				return errors.New("the process died")
			}
			return nil
		}
		if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err == nil {
			t.Error("the deletion did not break off")
		}
		l.before = nil
	})
	l.done(l.take("r.txt", reviews(t, 0)))
	if d, err := l.flow.Dataset(t.Context(), tenant, "r.txt"); err != nil || !d.Ingested || d.Rows != 121 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestFlow_model_whose_deletion_broke_off_is_not_published(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.step("ingest")
	l.step("train")
	l.before = func(call, tbl string) error {
		if call+" "+tbl == "swap versions" {
			return errors.New("the process died")
		}
		return nil
	}
	if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err == nil {
		t.Fatal("the deletion did not break off")
	}
	l.before = nil
	l.run()
	if _, err := l.flow.Model(t.Context(), tenant, "r.txt"); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("the model: %v, want it gone", err)
	}
	if n, err := l.rows.Count(t.Context(), tenant, "versions", table.Range{}); n != 0 || err != nil {
		t.Errorf("%d versions are left, %v", n, err)
	}
}

func TestFlow_dataset_deleted_while_it_is_ingested_and_sent_again_has_all_its_rows(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	var again animo.Version
	l.once("swap", "datasets", func() { // the first ingest is about to say that it is done
		if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err != nil {
			t.Fatal(err)
		}
		again = l.take("r.txt", reviews(t, 0))
	})
	l.step("ingest")
	l.done(again)
	d, err := l.flow.Dataset(t.Context(), tenant, "r.txt")
	if err != nil || d.Rows != 121 || !d.Ingested {
		t.Fatalf("%+v, %v", d, err)
	}
	n := l.countRows(d.Ref())
	if n != 121 {
		t.Errorf("%d rows in the table, want 121", n)
	}
}

func TestFlow_sent_again_after_its_dataset_was_deleted_is_ingested_anew(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	first := l.take("r.txt", reviews(t, 0))
	l.run()
	if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err != nil {
		t.Fatal(err)
	}
	second := l.take("r.txt", reviews(t, 0))
	if second.ID == first.ID {
		t.Error("it is taken for a repeat")
	}
	l.done(second)
	if d, err := l.flow.Dataset(t.Context(), tenant, "r.txt"); err != nil || d.Rows != 121 {
		t.Errorf("%+v, %v", d, err)
	}
}

func TestFlow_newest_dataset_is_the_one_sent_last(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	for _, n := range []int{0, 1, 0} {
		l.take("r.txt", reviews(t, n))
		l.run()
	}
	v, err := l.flow.Retrain(t.Context(), tenant, "m", []string{"r.txt"}, opinions.Recipe{Trainer: "nb"})
	if err != nil {
		t.Fatal(err)
	}
	list, err := l.flow.Datasets(t.Context(), tenant)
	if err != nil || len(list) != 3 || v.Datasets[0] != list[2].Ref() || list[0].SHA256 != list[2].SHA256 {
		t.Errorf("trained of %+v, of %+v, %v", v.Datasets, list, err)
	}
}

func TestFlow_sent_again_while_it_is_pruned_is_trained(t *testing.T) {
	for _, at := range []string{"swap datasets", "delete rows", "delete datasets"} {
		t.Run("before "+at, func(t *testing.T) {
			l := newLine(t, opinions.Limits{KeepVersions: 1})
			l.take("r.txt", reviews(t, 0))
			l.run()
			l.now = l.now.Add(3 * time.Hour)
			l.take("r.txt", reviews(t, 1))
			for l.step("ingest") || l.step("train") {
			}
			var v animo.Version
			l.before = func(call, tbl string) error {
				if call+" "+tbl == at {
					l.before = nil
					v = l.take("r.txt", reviews(t, 0))
				}
				return nil
			}
			l.step("publish")
			if v.ID == "" {
				t.Fatal("nothing was pruned")
			}
			l.done(v)
		})
	}
}

func TestFlow_failures_push_out_no_version_to_roll_back_to(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 2})
	first := l.take("r.txt", reviews(t, 0))
	l.run()
	for i := range 5 {
		l.take("r.txt", string(rune('a'+i))+" sin etiqueta\n")
		l.run()
	}
	second := l.take("r.txt", reviews(t, 1))
	l.run()
	h, err := l.flow.Model(t.Context(), tenant, "r.txt")
	if err != nil {
		t.Fatal(err)
	}
	kept := map[animo.Status]int{}
	for _, v := range h.Versions {
		kept[v.Status]++
	}
	if kept[animo.Done] != 2 || kept[animo.Failed] != 2 || h.Versions[0].ID != first.ID || h.Current != second.ID {
		t.Errorf("kept %v: %+v", kept, h)
	}
}

func TestFlow_prune_that_fails_harms_nobody(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 1})
	l.take("r.txt", reviews(t, 0))
	l.run()
	v := l.take("r.txt", reviews(t, 1))
	l.before = func(call, _ string) error {
		if call == "delete" {
			return errors.New("the disk is on strike")
		}
		return nil
	}
	l.done(v)
	l.before = nil
	if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	h, err := l.flow.Model(t.Context(), tenant, "r.txt")
	if err != nil || h.Current != v.ID || len(h.Versions) != 1 {
		t.Errorf("%+v, %v", h, err)
	}
}

func TestFlow_step_that_was_done_before_its_worker_died_is_no_failure(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	v := l.take("r.txt", reviews(t, 0))
	for _, f := range l.flow.Functions()[:3] {
		claimed, err := l.queue.Claim(t.Context(), f.Name, 1, time.Hour)
		if err != nil || len(claimed) != 1 {
			t.Fatal(claimed, err)
		}
		d := claimed[0]
		if err := f.OnDead(t.Context(), d.Event, animo.ReasonOf(context.Canceled)); err != nil {
			t.Errorf("%s, before it did anything: %v, want a dead letter", f.Name, err)
		}
		l.lost = true // the process dies before it can say what is next
		if err := f.Handle(t.Context(), d.Event); err == nil {
			t.Fatalf("%s did not die", f.Name)
		}
		l.lost = false
		if err := f.OnDead(t.Context(), d.Event, animo.ReasonOf(context.Canceled)); !errors.Is(err, bus.ErrDone) {
			t.Errorf("%s, after it had done its work: %v, want bus.ErrDone", f.Name, err)
		}
		if err := l.queue.Done(t.Context(), d); err != nil {
			t.Fatal(err)
		}
	}
	l.done(v)
}
