package text

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"iter"
	"reflect"
	"slices"
	"testing"

	"animo"
)

// opinions makes up n opinions, positive ones first, that a classifier can tell apart.
func opinions(positive, negative int) []animo.Opinion {
	var rows []animo.Opinion
	for i := range positive {
		rows = append(rows, animo.Opinion{Text: fmt.Sprintf("muy bueno el hotel %d, excelente", i), Label: animo.Positive})
	}
	for i := range negative {
		rows = append(rows, animo.Opinion{Text: fmt.Sprintf("muy malo el cuarto %d, pésimo", i), Label: animo.Negative})
	}
	return rows
}

func TestTrain_refuses(t *testing.T) {
	folds := func(n, of int) []int {
		f := make([]int, n)
		for i := range f {
			f[i] = i % of
		}
		return f
	}
	broken := errors.New("the disk is on fire")
	for _, c := range []struct {
		name    string
		rows    []animo.Opinion
		options Options
		code    animo.Code
		field   string
	}{
		{"no rows", nil, Options{}, animo.EmptyFile, ""},
		{"fewer rows than folds", opinions(5, 4), Options{}, animo.TooFewRows, ""},
		{"only positive rows", opinions(20, 0), Options{}, animo.OneClass, ""},
		{"only negative rows", opinions(0, 20), Options{}, animo.OneClass, ""},
		{"one row of a label", opinions(20, 1), Options{}, animo.OneClass, ""},
		{"a label that is none", append(opinions(10, 10), animo.Opinion{Text: "regular", Label: 2}), Options{}, animo.BadLabel, ""},
		{"one fold", opinions(20, 20), Options{Folds: 1}, animo.Invalid, "folds"},
		{"too many folds", opinions(200, 200), Options{Folds: 101}, animo.Invalid, "folds"},
		{"too few folds given", opinions(20, 20), Options{FoldOf: folds(39, 10)}, animo.Invalid, "fold_file"},
		{"too many folds given", opinions(20, 20), Options{FoldOf: folds(41, 10)}, animo.Invalid, "fold_file"},
		{"a negative fold", opinions(20, 20), Options{FoldOf: append(folds(39, 10), -1)}, animo.Invalid, "fold_file"},
		{"an empty fold", opinions(20, 20), Options{FoldOf: append(folds(39, 10), 11)}, animo.Invalid, "fold_file"},
		{"one given fold", opinions(20, 20), Options{FoldOf: folds(40, 1)}, animo.Invalid, "fold_file"},
		{"no fold given", opinions(20, 20), Options{FoldOf: []int{}}, animo.Invalid, "fold_file"},
		{"a label in one fold only", opinions(2, 2), Options{FoldOf: []int{0, 0, 1, 1}}, animo.OneClass, ""},
		{"an unknown trainer", opinions(20, 20), Options{Trainer: "oracle"}, animo.Unsupported, "trainer"},
	} {
		for _, trainer := range []string{"", "nb", sgdName} {
			o := c.options
			if o.Trainer == "" {
				o.Trainer = trainer
			}
			m, r, err := Train(t.Context(), FromSlice(c.rows), o)
			if animo.CodeOf(err) != c.code || m != nil || r != nil {
				t.Errorf("%s, trainer %q: %v with code %q, want %q", c.name, o.Trainer, err, animo.CodeOf(err), c.code)
				continue
			}
			if e, _ := errors.AsType[*animo.Error](err); e.Field != c.field {
				t.Errorf("%s, trainer %q: names the field %q, want %q", c.name, o.Trainer, e.Field, c.field)
			}
		}
	}
	for _, trainer := range []string{"", sgdName} {
		src := func(context.Context) iter.Seq2[animo.Opinion, error] {
			return func(yield func(animo.Opinion, error) bool) {
				for _, o := range opinions(100, 100) {
					if !yield(o, nil) {
						return
					}
				}
				yield(animo.Opinion{}, broken)
			}
		}
		if _, _, err := Train(t.Context(), src, Options{Trainer: trainer}); !errors.Is(err, broken) {
			t.Errorf("trainer %q: %v, want the source's error", trainer, err)
		}
	}
}

func TestTrain_takes_small_and_lopsided_files(t *testing.T) {
	for _, rows := range [][]animo.Opinion{opinions(2, 2), opinions(1, 0), opinions(30, 2), opinions(5, 2)} {
		rows = append(rows, animo.Opinion{Text: "", Label: animo.Negative}, animo.Opinion{Text: "¡!", Label: animo.Negative},
			animo.Opinion{Text: "bueno", Label: animo.Positive})
		for _, trainer := range []string{"", "nb", "blend", "logreg", "svm", "nbsvm", sgdName} {
			m, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2})
			if err != nil {
				t.Errorf("%d rows, trainer %q: %v", len(rows), trainer, err)
				continue
			}
			if len(r.Folds) != 2 || r.Rows != len(rows) {
				t.Errorf("%d rows, trainer %q: a report of %d rows and %d folds", len(rows), trainer, r.Rows, len(r.Folds))
			}
			for _, p := range m.Classify("bueno", "xyzzy", "") {
				if !(p.Probability >= 0.5 && p.Probability <= 1) {
					t.Errorf("%d rows, trainer %q: probability %g", len(rows), trainer, p.Probability)
				}
			}
		}
	}
}

func TestTrain_same_seed_same_model_on_any_number_of_cores(t *testing.T) {
	rows := reportRows(t, "Ingesta11")
	for _, trainer := range []string{Auto, "nb", "blend", "logreg", "svm", "nbsvm", sgdName} {
		var vectorizer, network []byte
		var report *Report
		for _, workers := range []int{1, 2, 8} {
			m, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 3, Seed: 5, Workers: workers})
			if err != nil {
				t.Fatal(err)
			}
			v, n, err := m.Encode()
			if err != nil {
				t.Fatal(err)
			}
			r.Seconds, r.PeakBytes = 0, 0
			if workers == 1 {
				vectorizer, network, report = v, n, r
				continue
			}
			if !bytes.Equal(v, vectorizer) || !bytes.Equal(n, network) {
				t.Errorf("%s: another model with %d workers", trainer, workers)
			}
			if !reflect.DeepEqual(r, report) {
				t.Errorf("%s: another report with %d workers:\n%+v\n%+v", trainer, workers, r, report)
			}
		}
	}
}

func TestTrain_stops_when_the_context_ends(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	for _, trainer := range []string{Auto, "nb", "blend", sgdName} {
		for _, stage := range []string{"reading", "choosing", "fold", "fitting"} {
			ctx, cancel := context.WithCancel(t.Context())
			seen, after := false, 0
			_, _, err := Train(ctx, FromSlice(rows), Options{Trainer: trainer, Progress: func(p Progress) {
				if seen {
					after++
				}
				if p.Stage == stage && p.Done > 0 || p.Stage == stage && stage == "fitting" {
					seen = true
					cancel()
				}
			}})
			cancel()
			if !seen {
				continue // a stage that this trainer does not have
			}
			if !errors.Is(err, context.Canceled) {
				t.Errorf("%s ended while %s: error %v", trainer, stage, err)
			}
			if after > 40 { // tasks that were under way
				t.Errorf("%s ended while %s: went on for %d steps", trainer, stage, after)
			}
		}
	}
}

func TestTrain_tells_progress_in_order(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	for _, trainer := range []string{Auto, "nb", sgdName} {
		busy := false
		var last Progress
		var tried []string
		_, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Progress: func(p Progress) {
			if busy {
				t.Error("called from two goroutines at once")
			}
			busy = true
			if p.Stage == last.Stage && p.Done < last.Done && trainer != sgdName {
				t.Errorf("%s: %+v after %+v", trainer, p, last)
			}
			if p.Total > 0 && p.Done > p.Total {
				t.Errorf("%s: %+v", trainer, p)
			}
			if p.Stage != "reading" && p.Trainer == "" && p.Done > 0 {
				t.Errorf("%s: no trainer in %+v", trainer, p)
			}
			if p.Stage == "choosing" && last.Stage == "choosing" {
				tried = append(tried, fmt.Sprint(p.Fold, "/", p.Folds, " ", p.Trainer))
				if p.Fold < last.Fold || p.Fold > p.Folds {
					t.Errorf("%s: %+v after %+v", trainer, p, last)
				}
			}
			last = p
			busy = false
		}})
		if err != nil {
			t.Fatal(err)
		}
		if tried = slices.Compact(tried); trainer == Auto && (len(tried) != 50 || tried[0] != "1/10 nb" || tried[49] != "10/10 blend") {
			t.Errorf("it told that it tried %d: %q", len(tried), tried)
		}
	}
}

func TestFolds_keep_equal_texts_together_and_labels_in_balance(t *testing.T) {
	c := &corpus{}
	for _, o := range append(opinions(50, 30), opinions(25, 0)...) {
		c.add(o)
	}
	fold, n, err := foldsOf(c, Options{Seed: 3})
	if err != nil {
		t.Fatal(err)
	}
	of := map[string]int{}
	held := make([][2]int, n)
	for i, f := range fold {
		if was, ok := of[c.texts[i]]; ok && was != f {
			t.Errorf("%q is in folds %d and %d", c.texts[i], was, f)
		}
		of[c.texts[i]] = f
		held[f][c.labels[i]]++
	}
	for f, h := range held {
		if h[0] == 0 || h[1] == 0 {
			t.Errorf("fold %d has %d negative and %d positive rows", f, h[0], h[1])
		}
	}
	other, _, err := foldsOf(c, Options{Seed: 4})
	if err != nil {
		t.Fatal(err)
	}
	if reflect.DeepEqual(fold, other) {
		t.Error("another seed draws the same folds")
	}
}

func TestFolds_are_kept_by_a_row_when_others_come(t *testing.T) {
	before := &corpus{}
	rows := reportRows(t, "Ingesta11")
	for _, o := range rows[100:] {
		before.add(o)
	}
	old, _, err := foldsOf(before, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	after := &corpus{}
	for _, o := range append(slices.Clone(rows[:100]), append(opinions(40, 60), rows[100:]...)...) {
		after.add(o)
	}
	all, _, err := foldsOf(after, Options{Seed: 1})
	if err != nil {
		t.Fatal(err)
	}
	if !slices.Equal(all[200:], old) {
		t.Error("rows have other folds than before others came")
	}
	var size [defaultFolds][2]int
	for i, f := range all {
		size[f][after.labels[i]]++
	}
	for f, n := range size {
		if n[0] < 10 || n[1] < 10 {
			t.Errorf("fold %d has %d negative and %d positive rows of %d", f, n[0], n[1], len(all))
		}
	}
}

// What two seeds deal is independent: every pair of folds shares about as many rows.
func TestFolds_of_two_seeds_have_nothing_in_common(t *testing.T) {
	for _, seeds := range [][2]uint64{{0, 1}, {4, 5}, {0, ^uint64(0)}, {7, ^uint64(7)}, {1, 2}, {0, 10}} {
		var both [10][10]int
		for i := range 20_000 {
			text := fmt.Sprint("texto ", i)
			both[foldOfText(text, seeds[0], 10)][foldOfText(text, seeds[1], 10)]++
		}
		chi := 0.0
		for _, row := range both {
			for _, n := range row {
				chi += float64((n-200)*(n-200)) / 200
			}
		}
		if chi > 150 { // of 99 degrees of freedom, 148 in one of 1,000 cases
			t.Errorf("seeds %v: χ² is %.0f: %v", seeds, chi, both)
		}
	}
}

func TestFolds_have_both_labels_where_there_are_as_many_texts(t *testing.T) {
	for seed := range uint64(20) {
		c := &corpus{}
		for _, o := range opinions(10, 12) {
			c.add(o)
		}
		fold, n, err := foldsOf(c, Options{Seed: seed})
		if err != nil {
			t.Fatal(err)
		}
		held := make([][2]int, n)
		for i, f := range fold {
			held[f][c.labels[i]]++
		}
		for f, h := range held {
			if h[0] == 0 || h[1] == 0 {
				t.Errorf("seed %d: fold %d has %d negative and %d positive rows", seed, f, h[0], h[1])
			}
		}
	}
}
