package opinions_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"animo"
	"animo/internal/classify"
	"animo/internal/opinions"
	"animo/internal/table"
)

func (l *line) correct(model, text string, label animo.Label) opinions.Correction {
	l.t.Helper()
	c, err := l.flow.Correct(l.t.Context(), tenant, model, "", animo.Opinion{Text: text, Label: label})
	if err != nil {
		l.t.Fatal(err)
	}
	return c[0]
}

func (l *line) retrain(model string, datasets ...string) opinions.Training {
	l.t.Helper()
	v, err := l.flow.Retrain(l.t.Context(), tenant, model, datasets, opinions.Recipe{Trainer: "nb"})
	if err != nil {
		l.t.Fatal(err)
	}
	l.done(v)
	return l.version(v)
}

func (l *line) version(v animo.Version) opinions.Training {
	l.t.Helper()
	t, err := l.flow.Version(l.t.Context(), tenant, v.Model, v.ID)
	if err != nil {
		l.t.Fatal(err)
	}
	return t
}

// ask asks the version of a model that answers about a text.
func (l *line) ask(model, text string) classify.Answer {
	l.t.Helper()
	answer, err := l.classifier.Classify(l.t.Context(), tenant, model, classify.By{}, []string{text}, 0)
	if err != nil {
		l.t.Fatal(err)
	}
	return answer
}

// says returns what the version that answers says of a text.
func (l *line) says(model, text string) animo.Label {
	l.t.Helper()
	return l.ask(model, text).Results[0].Label
}

// corrections lists the texts of a model's corrections.
func (l *line) corrections(model string) (texts []string) {
	l.t.Helper()
	after := ""
	for {
		page, next, err := l.flow.Corrections(l.t.Context(), tenant, model, after, 2)
		if err != nil {
			l.t.Fatal(err)
		}
		for _, c := range page {
			texts = append(texts, c.Text)
		}
		if after = next; after == "" {
			return texts
		}
	}
}

func (l *line) keptCorrections() int {
	l.t.Helper()
	n, err := l.rows.Count(l.t.Context(), tenant, "corrections", table.Range{})
	if err != nil {
		l.t.Fatal(err)
	}
	return n
}

func TestCorrections_are_learned_by_every_later_training(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	file := reviews(t, 0)
	first := l.take("r.txt", file)
	l.run()
	before := l.version(first)
	const odd = "zorple zorple"
	l.correct("r.txt", odd, animo.Positive)
	row, label, _ := strings.Cut(strings.Split(file, "\n")[0], "\t")
	flipped := animo.Positive
	if label == "1" {
		flipped = animo.Negative
	}
	l.correct("r.txt", " "+row+"\n", flipped)

	again := l.retrain("r.txt")
	if again.ID == first.ID || len(again.Datasets) != 1 || again.Datasets[0] != first.Datasets[0] {
		t.Errorf("trained anew without datasets, it is made of %+v, not %+v", again.Datasets, first.Datasets)
	}
	want := before.Report.Positive + 1 + 2*int(flipped) - 1 // one row more, and one that says the opposite
	if again.Corrections != 2 || again.Report.Rows != before.Report.Rows+1 || again.Report.Positive != want {
		t.Errorf("%d corrections; %d rows, %d of them positive; before %d and %d", again.Corrections, again.Report.Rows, again.Report.Positive, before.Report.Rows, before.Report.Positive)
	}
	rows := 0
	for _, f := range again.Report.Folds {
		rows += f.Rows
	}
	if rows != again.Report.Rows {
		t.Errorf("%d of %d rows are in a fold", rows, again.Report.Rows)
	}
	if l.says("r.txt", odd) != animo.Positive {
		t.Error("it did not learn the new text")
	}
	// Another label for the same text replaces it, and the next file learns that.
	l.correct("r.txt", odd, animo.Negative)
	second := l.take("r.txt", reviews(t, 1))
	l.done(second)
	if v := l.version(second); v.Corrections != 2 || l.says("r.txt", odd) != animo.Negative {
		t.Errorf("%d corrections, and %q is %s", v.Corrections, odd, l.says("r.txt", odd))
	}
	// The versions before are as they were, and the correction stands above them.
	for id, want := range map[string]int{first.ID: 0, again.ID: 2} {
		if _, err := l.flow.Serve(t.Context(), tenant, "r.txt", id); err != nil {
			t.Fatal(err)
		}
		answer := l.ask("r.txt", odd)
		if v := l.version(animo.Version{Model: "r.txt", ID: id}); answer.Version != id || v.Corrections != want {
			t.Fatalf("version %s; learned %d corrections, want %d", answer.Version, v.Corrections, want)
		}
		if p := answer.Results[0]; (p.Known > 0) != (want > 0) || p.Label != animo.Negative || !p.Corrected {
			t.Errorf("version %s says %+v", id, p)
		}
	}
	// They are this model's alone.
	if v := l.retrain("otro", "r.txt"); v.Corrections != 0 {
		t.Errorf("another model learned from %d corrections", v.Corrections)
	}
}

func TestCorrections_one_text_has_one(t *testing.T) {
	l := newLine(t, opinions.Limits{Corrections: 3, CorrectionBytes: 20})
	l.take("r.txt", reviews(t, 0))
	first := l.correct("r.txt", "todo bien", animo.Positive)
	l.now = l.now.Add(1)
	if same := l.correct("r.txt", "\ttodo bien ", animo.Positive); same != first {
		t.Errorf("the same again: %+v, first %+v", same, first)
	}
	if other := l.correct("r.txt", "todo bien", animo.Negative); other.ID != first.ID || other.Label != animo.Negative {
		t.Errorf("another label: %+v", other)
	}
	l.correct("r.txt", "todo mal", animo.Negative)
	third := l.correct("r.txt", "regular", animo.Negative)
	if got := l.corrections("r.txt"); len(got) != 3 {
		t.Errorf("%q", got)
	}
	for text, want := range map[string]animo.Code{"una más": animo.Quota, " \n": animo.Invalid, strings.Repeat("x", 21): animo.TooLarge} {
		if _, err := l.flow.Correct(t.Context(), tenant, "r.txt", "", animo.Opinion{Text: text, Label: animo.Positive}); animo.CodeOf(err) != want {
			t.Errorf("%q: %v, want %s", text, err, want)
		}
	}
	l.correct("r.txt", "regular", animo.Positive) // replaces one, however many there are
	if err := l.flow.DeleteCorrection(t.Context(), tenant, "r.txt", third.ID); err != nil {
		t.Fatal(err)
	}
	if err := l.flow.DeleteCorrection(t.Context(), tenant, "r.txt", third.ID); !isGone(err) {
		t.Errorf("deleted twice: %v", err)
	}
	if got := l.corrections("r.txt"); len(got) != 2 {
		t.Errorf("%q", got)
	}
	if _, err := l.flow.Correct(t.Context(), tenant, "nada", "", animo.Opinion{Text: "todo bien", Label: animo.Positive}); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("of no model: %v", err)
	}
	if _, err := l.flow.Retrain(t.Context(), tenant, "nada", nil, opinions.Recipe{}); animo.CodeOf(err) != animo.Invalid {
		t.Errorf("training no model of nothing: %v", err)
	}
}

func TestCorrections_stay_without_the_dataset_and_go_with_the_model(t *testing.T) {
	for _, at := range []string{"", "delete corrections", "swap versions", "delete versions"} {
		t.Run("breaking off at "+at, func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			l.take("r.txt", reviews(t, 0))
			l.take("r.txt.2", reviews(t, 1)) // whose corrections are not those of r.txt
			l.run()
			l.correct("r.txt", "zorple", animo.Positive)
			l.correct("r.txt.2", "zorple", animo.Positive)
			if err := l.flow.DeleteDataset(t.Context(), tenant, "r.txt"); err != nil || len(l.corrections("r.txt")) != 1 {
				t.Errorf("after the dataset: %v, %v", l.corrections("r.txt"), err)
			}
			l.before = func(call, tbl string) error {
				if call+" "+tbl == at {
					return errors.New("the process died")
				}
				return nil
			}
			if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); (err != nil) != (at != "") {
				t.Fatalf("deleted: %v", err)
			}
			l.before = nil
			if _, _, err := l.flow.Corrections(t.Context(), tenant, "r.txt", "", 10); animo.CodeOf(err) != animo.UnknownModel {
				t.Errorf("of a deleted model: %v", err)
			}
			anew := l.take("r.txt", reviews(t, 0))
			l.done(anew)
			if v := l.version(anew); v.Corrections != 0 || len(l.corrections("r.txt")) != 0 {
				t.Errorf("made anew, it has %q and learned from %d", l.corrections("r.txt"), v.Corrections)
			}
			l.correct("r.txt", "zorple", animo.Negative)
			if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
				t.Fatal(err)
			}
			if n := l.keptCorrections(); n != 2 || len(l.corrections("r.txt")) != 1 || len(l.corrections("r.txt.2")) != 1 {
				t.Errorf("%d corrections are kept after the sweep, want that of each model", n)
			}
		})
	}
}

func TestCorrections_sent_while_the_model_is_deleted_do_not_come_back(t *testing.T) {
	l := newLine(t, opinions.Limits{})
	l.take("r.txt", reviews(t, 0))
	l.run()
	l.once("get", "corrections", func() { // the model was there when it was asked
		if err := l.flow.DeleteModel(t.Context(), tenant, "r.txt"); err != nil {
			t.Error(err)
		}
	})
	if c, err := l.flow.Correct(t.Context(), tenant, "r.txt", "", animo.Opinion{Text: "zorple", Label: animo.Positive}); animo.CodeOf(err) != animo.UnknownModel {
		t.Errorf("of a model that is deleted: %+v, %v", c, err)
	}
	v := l.take("r.txt", reviews(t, 0))
	l.done(v)
	if got := l.version(v); got.Corrections != 0 {
		t.Errorf("the new model learned from %d corrections of the deleted one", got.Corrections)
	}
	if _, err := l.flow.Sweep(t.Context(), tenant); err != nil {
		t.Fatal(err)
	}
	if n := l.keptCorrections(); n != 0 {
		t.Errorf("%d corrections are left", n)
	}
}

// TestCorrections_training_taken_for_dead_does_not_harm_the_next trains a version a second time, with a correction
// more, while the first attempt is about to keep its artefacts.
func TestCorrections_training_taken_for_dead_does_not_harm_the_next(t *testing.T) {
	for _, before := range []int{0, 1} {
		t.Run(fmt.Sprint("with ", before, " before"), func(t *testing.T) {
			l := newLine(t, opinions.Limits{})
			l.take("r.txt", reviews(t, 0))
			l.run()
			for range before {
				l.correct("r.txt", "bumble bumble", animo.Negative)
			}
			v, err := l.flow.Retrain(t.Context(), tenant, "r.txt", nil, opinions.Recipe{Trainer: "nb"})
			if err != nil {
				t.Fatal(err)
			}
			claimed, err := l.queue.Claim(t.Context(), "train", 1, 1<<40)
			if err != nil || len(claimed) != 1 {
				t.Fatal(claimed, err)
			}
			train, ticks := l.function("train"), 0
			l.tick = func() { // the clock is looked at when progress is noted: now it is being fitted
				if ticks++; ticks == 3 {
					l.tick = nil
					l.correct("r.txt", "zorple zorple", animo.Negative)
					if err := train.Handle(t.Context(), claimed[0].Event); err != nil {
						t.Error(err)
					}
				}
			}
			if err := train.Handle(t.Context(), claimed[0].Event); animo.CodeOf(err) != animo.Conflict {
				t.Errorf("the attempt that was taken for dead: %v", err)
			}
			if ticks != 3 {
				t.Fatalf("the clock was looked at %d times", ticks)
			}
			if err := l.queue.Done(t.Context(), claimed[0]); err != nil {
				t.Fatal(err)
			}
			l.done(v)
			if got := l.version(v); got.Corrections != before+1 || l.says("r.txt", "zorple zorple") != animo.Negative {
				t.Errorf("learned from %d corrections, and says %s", got.Corrections, l.says("r.txt", "zorple zorple"))
			}
		})
	}
}
