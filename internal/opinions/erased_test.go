package opinions_test

import (
	"os"
	"testing"
	"time"

	"animo"
	"animo/internal/erasures"
	"animo/internal/opinions"
)

// noted counts what the log of erasures has, by kind.
func (l *line) noted() map[erasures.Kind]int {
	l.t.Helper()
	n := map[erasures.Kind]int{}
	_, err := erasures.Read(l.erased, func(e erasures.Entry) error {
		n[e.Kind]++
		return nil
	})
	if err != nil && !os.IsNotExist(err) {
		l.t.Fatal(err)
	}
	return n
}

// TestDeletions_are_noted_also_where_the_process_died_before breaks each deletion off before it is noted, and lets the sweep, or the training that
// was under way, end it.
func TestDeletions_are_noted_also_where_the_process_died_before(t *testing.T) {
	for _, queued := range []bool{false, true} {
		l := newLine(t, opinions.Limits{})
		l.take("r.txt", reviews(t, 0))
		if queued {
			l.step("ingest")
			l.step("train")
		} else {
			l.run()
		}
		c := l.correct("r.txt", "zorple", animo.Positive)
		if len(l.noted()) > 0 {
			t.Errorf("noted before: %v", l.noted())
		}
		l.died = true
		if err := l.flow.DeleteCorrection(t.Context(), tenant, "r.txt", c.ID); err == nil || len(l.corrections("r.txt")) != 1 {
			t.Errorf("the deletion of the correction did not break off: %v, %v", err, l.corrections("r.txt"))
		}
		l.died = false
		if err := l.flow.DeleteCorrection(t.Context(), tenant, "r.txt", c.ID); err != nil {
			t.Error(err)
		}
		l.died = true
		if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err == nil {
			t.Error("the deletion of the dataset did not break off")
		}
		if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err == nil {
			t.Error("the deletion of the model did not break off")
		}
		l.died = false
		l.run()
		if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
			t.Fatal(err)
		}
		for _, kind := range []erasures.Kind{erasures.Dataset, erasures.Model, erasures.Correction} {
			if l.noted()[kind] == 0 {
				t.Errorf("queued %v: the deletion of a %s is not noted: %v", queued, kind, l.noted())
			}
		}
		before := l.noted()
		if _, err := l.flow.Sweep(t.Context(), tenant); err != nil || l.noted()[erasures.Model] != before[erasures.Model] {
			t.Errorf("the next sweep notes it again: %v, %v", l.noted(), err)
		}
	}
}

// TestPruned_versions_and_revisions_are_not_noted because a backup in which they answer would be left without an answer.
func TestPruned_versions_and_revisions_are_not_noted(t *testing.T) {
	l := newLine(t, opinions.Limits{KeepVersions: 1})
	for i := range 4 {
		l.take("r.txt", reviews(t, i))
		l.run()
		l.now = l.now.Add(2 * time.Hour)
	}
	if m, err := l.flow.Model(t.Context(), tenant, "r.txt"); err != nil || len(m.Versions) > 2 {
		t.Fatalf("nothing is pruned: %+v, %v", m, err)
	}
	if len(l.noted()) > 0 {
		t.Errorf("noted: %v", l.noted())
	}
}
