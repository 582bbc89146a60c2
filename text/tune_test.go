package text

import (
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
	"strconv"
	"strings"
	"testing"

	"animo"
	"animo/samples"
)

// sampleRows are the 120 sample opinions, as often as it is told, each time with a word of its own.
func sampleRows(times int) (rows []animo.Opinion) {
	for n := range times {
		for line := range strings.Lines(string(samples.Opinions())) {
			said, label, _ := strings.Cut(strings.TrimSpace(line), "\t")
			o := animo.Opinion{Text: fmt.Sprint(said, " cuarto", n), Label: animo.Negative}
			if label == "1" {
				o.Label = animo.Positive
			}
			rows = append(rows, o)
		}
	}
	return rows
}

func TestChiSquared_is_that_of_a_table_of_two_by_two(t *testing.T) {
	// Export, poultry: Manning, Raghavan and Schütze, Introduction to Information Retrieval, example 13.4.
	if got := chiSquared(27652, 49, 801_948-141-49+49, 141+49); math.Abs(got-284) > 1 {
		t.Errorf("%.1f, want 284", got)
	}
	if chiSquared(0, 0, 5, 5) != 0 || chiSquared(5, 5, 5, 5) != 0 {
		t.Error("a feature of no row or of all goes with a label")
	}
}

func TestKeepBest_keeps_what_goes_with_a_label_in_the_rows_that_are_learned_from(t *testing.T) {
	// Feature 0 tells labels apart among the first four rows, feature 1 among all others, feature 2 nowhere.
	m := &matrix{width: 3, starts: []int32{0}}
	labels := []uint8{1, 1, 0, 0, 1, 1, 0, 0}
	for i, y := range labels {
		if i < 4 && y == 1 {
			m.ids = append(m.ids, 0)
		}
		if i >= 4 && y == 1 {
			m.ids = append(m.ids, 1)
		}
		if i%2 == 0 {
			m.ids = append(m.ids, 2)
		}
		m.starts = append(m.starts, int32(len(m.ids)))
	}
	m.counts = make([]float32, len(m.ids))
	for first, rows := range [][]int32{{0, 1, 2, 3}, {4, 5, 6, 7}} {
		p := problem{views: []*matrix{m}, labels: labels, rows: rows}
		idf := []float32{1, 1, 1}
		keepBest(p, 0, idf, 0.33)
		if idf[first] != 1 || idf[1-first] != 0 || idf[2] != 0 {
			t.Errorf("of rows %v are kept %v", rows, idf)
		}
	}
}

// TestTune_finds_nothing_in_labels_that_mean_nothing would find much if chi-squared or the choice of a setting saw the rows that judge: of 20,000 n-grams some go with any labels.
func TestTune_finds_nothing_in_labels_that_mean_nothing(t *testing.T) {
	rows := sampleRows(3)
	rng := rand.New(rand.NewPCG(1, 2))
	for i := range rows { // the same label for the same sample, or the other times would tell
		if i >= 120 {
			rows[i].Label = rows[i-120].Label
		} else {
			rows[i].Label = animo.Label(rng.IntN(2))
		}
	}
	fold := make([]int, len(rows))
	for i := range fold {
		fold[i] = i % 120 % 10
	}
	for _, trainer := range Tunable() {
		_, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Tune: 8, FoldOf: fold})
		if err != nil {
			t.Fatal(err)
		}
		if math.Abs(r.Accuracy.Mean-0.5) > 0.14 { // three standard deviations of 120 coins
			t.Errorf("%s: %.3f of random labels are right", trainer, r.Accuracy.Mean)
		}
	}
}

// TestTune_no_fold_is_judged_by_what_its_own_labels_chose turns the labels of one fold round: what is said of its rows may not change, but for the scale, which is fitted to
// all folds. Another setting would say something else of them.
func TestTune_no_fold_is_judged_by_what_its_own_labels_chose(t *testing.T) {
	rows := sampleRows(1)
	fold := make([]int, len(rows))
	for i := range fold {
		fold[i] = i % 4
	}
	said := func(turned int) (odds []float64) {
		own := slices.Clone(rows)
		for i := range own {
			if fold[i] == turned {
				own[i].Label = 1 - own[i].Label
			}
		}
		_, r, err := Train(t.Context(), FromSlice(own), Options{Trainer: "logreg", Tune: 12, FoldOf: fold})
		if err != nil {
			t.Fatal(err)
		}
		for i, j := range r.Judged {
			if fold[i] == turned || turned < 0 {
				odds = append(odds, float64(j.Odds))
			}
		}
		return odds
	}
	before := said(-1)
	for k := range 4 {
		after := said(k)
		for n, odds := range after {
			was := before[4*n+k] / before[k]
			if now := odds / after[0]; math.Abs(now-was) > 1e-4*math.Abs(was) {
				t.Fatalf("row %d of fold %d: %g of the first row's log-odds, %g when its labels are turned round", n, k, was, now)
			}
		}
	}
}

func TestTune_says_what_was_tried_and_the_model_is_saved_as_any(t *testing.T) {
	rows := sampleRows(1)
	for trainer, want := range map[string]int{"logreg": 10, "lexblend": 10, Auto: 10 + len(autoCandidates) - 1} {
		o := Options{Trainer: trainer, Tune: 10, Seed: 3}
		m, r, err := Train(t.Context(), FromSlice(rows), o)
		if err != nil {
			t.Fatal(err)
		}
		settings, folds, won := map[string]bool{}, 0, 0
		for _, s := range r.Tried {
			settings[s.Setting] = true
			folds += s.Folds
			if s.Won {
				won++
			}
			if s.Right < 0 || s.Right > len(rows) || s.Loss <= 0 {
				t.Errorf("%+v", s)
			}
		}
		if len(r.Tried) != want || len(settings) != want || folds != len(r.Folds) || won != 1 || r.Trainer != trainer || !strings.Contains(r.Why, "settings that were tried") {
			t.Errorf("%s: %d settings, %d folds, %d won: %+v", trainer, len(settings), folds, won, r.Tried)
		}
		o.Workers = 1
		m1, r1, err := Train(t.Context(), FromSlice(rows), o)
		if err != nil || !slices.Equal(r1.Tried, r.Tried) {
			t.Errorf("%s: on one core other settings win: %v", trainer, err)
		}
		v, n, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		loaded, err := Decode(v, n)
		if err != nil {
			t.Fatal(err)
		}
		for _, one := range []string{"El desayuno estaba buenísimo", "Habitación sucia y cara"} {
			if a, b, c := m.Classify(one)[0], loaded.Classify(one)[0], m1.Classify(one)[0]; a != b || a != c {
				t.Errorf("%s says %v, loaded %v, made on one core %v", trainer, a, b, c)
			}
		}
	}
}

func TestTune_refuses_what_cannot_be_tuned(t *testing.T) {
	for _, c := range []struct {
		o    Options
		code animo.Code
		rows int
	}{
		{Options{Tune: -1}, animo.Invalid, 40}, {Options{Tune: mostTuned + 1}, animo.Invalid, 40}, {Options{Tune: 5, Trainer: "nb"}, animo.Unsupported, 40},
		{Options{Tune: 5, Trainer: sgdName}, animo.Unsupported, 40}, {Options{Tune: 5}, animo.TooManyRows, raceRows},
	} {
		_, _, err := Train(t.Context(), FromSlice(opinions(c.rows/2, c.rows/2)), c.o)
		if e := asError(err); animo.CodeOf(err) != c.code || e.Field != "tune" {
			t.Errorf("%+v: %v", c.o, err)
		}
	}
}

// asError is err as an animo.Error.
func asError(err error) *animo.Error {
	if e, ok := err.(*animo.Error); ok {
		return e
	}
	return &animo.Error{}
}

// BenchmarkTune measures, as BenchmarkAccuracy does, trainers without settings and with so many of them tried.
func BenchmarkTune(b *testing.B) {
	all, some, others := reportRows(b, "DB_proyecto_SA"), reportRows(b, "Ingesta11"), restaurantRows(b)
	allFolds, someFolds := referenceFolds(b, len(all)), referenceFolds(b, len(some))
	for _, c := range []Options{{Trainer: "logreg"}, {Trainer: "logreg", Tune: 20}, {Trainer: "lexblend"}, {Trainer: "lexblend", Tune: 20}, {Trainer: Auto}, {Trainer: Auto, Tune: 20}} {
		b.Run(fmt.Sprintf("%s/%d", c.Trainer, c.Tune), func(b *testing.B) {
			var m *Model
			for b.Loop() {
				o := c
				o.FoldOf = allFolds["3"]
				var r *Report
				var err error
				if m, r, err = Train(b.Context(), FromSlice(all), o); err != nil {
					b.Fatal(err)
				}
				b.Log(r.Why)
			}
			s, err := Evaluate(b.Context(), m, FromSlice(others))
			if err != nil {
				b.Fatal(err)
			}
			large, small := 0.0, 0.0
			const seeds = 3
			for seed := 3; seed < 3+seeds; seed++ {
				for rows, folds := range map[*[]animo.Opinion][]int{&all: allFolds[strconv.Itoa(seed)], &some: someFolds[strconv.Itoa(seed)]} {
					o := c
					o.FoldOf = folds
					_, r, err := Train(b.Context(), FromSlice(*rows), o)
					if err != nil {
						b.Fatal(err)
					}
					if rows == &all {
						large += r.Accuracy.Mean / seeds
					} else {
						small += r.Accuracy.Mean / seeds
					}
				}
			}
			b.ReportMetric(100*large, "%1002rows")
			b.ReportMetric(100*small, "%500rows")
			b.ReportMetric(100*s.Accuracy, "%restaurants")
		})
	}
}
