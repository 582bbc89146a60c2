package text

import (
	"bytes"
	"context"
	"iter"
	"math/rand/v2"
	"reflect"
	"strings"
	"testing"

	"animo"
)

// resampled draws n rows and drops and swaps some of their words, as internal/bigfile does.
func resampled(rows []animo.Opinion, n int, seed uint64) []animo.Opinion {
	rng := rand.New(rand.NewPCG(seed, 0))
	out := make([]animo.Opinion, n)
	for i := range out {
		o := rows[rng.IntN(len(rows))]
		var words []string
		for _, w := range strings.Fields(o.Text) {
			if rng.Float64() < 0.9 {
				words = append(words, w)
			}
		}
		for j := 1; j < len(words); j++ {
			if rng.Float64() < 0.05 {
				words[j-1], words[j] = words[j], words[j-1]
			}
		}
		out[i] = animo.Opinion{Text: strings.Join(words, " "), Label: o.Label}
	}
	return out
}

func TestSGD_is_as_good_as_naive_Bayes_on_rows_it_had_not_seen(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it measures, and takes long")
	}
	rows, fold := reportRows(t, "DB_proyecto_SA"), referenceFolds(t, 1002)["0"]
	right := map[string]int{}
	for k := range 2 {
		var learn, judge []animo.Opinion
		for i, o := range rows {
			if fold[i]%2 == k {
				judge = append(judge, o)
			} else {
				learn = append(learn, o)
			}
		}
		for _, trainer := range []string{"nb", sgdName} {
			m, _, err := Train(t.Context(), FromSlice(resampled(learn, 40_000, 1)), Options{Trainer: trainer, Folds: 2})
			if err != nil {
				t.Fatal(err)
			}
			s, err := Evaluate(t.Context(), m, FromSlice(judge))
			if err != nil {
				t.Fatal(err)
			}
			right[trainer] += s.Confusion.PositivePositive + s.Confusion.NegativeNegative
		}
	}
	t.Log(right)
	if right[sgdName] < right["nb"] {
		t.Errorf("%d of %d right, naive Bayes %d", right[sgdName], len(rows), right["nb"])
	}
}

func TestTrain_takes_more_rows_than_it_holds(t *testing.T) {
	if testing.Short() {
		t.Skip("SKIPPED with -short: it measures, and takes long")
	}
	rows := resampled(reportRows(t, "DB_proyecto_SA"), largeRows+12_345, 2)
	var network []byte
	var report *Report
	for _, workers := range []int{1, 2, 8} {
		m, r, err := Train(t.Context(), FromSlice(rows), Options{Workers: workers})
		if err != nil {
			t.Fatal(err)
		}
		if r.Rows != len(rows) || r.Trainer != Auto || r.Chosen != sgdName || !strings.Contains(r.Why, "learns from any number of rows") || len(r.Folds) != 10 {
			t.Fatalf("report %+v", r)
		}
		if r.Accuracy.Mean < 0.97 {
			t.Errorf("accuracy %.4f", r.Accuracy.Mean)
		}
		_, n, err := m.Encode()
		if err != nil {
			t.Fatal(err)
		}
		r.Seconds, r.PeakBytes = 0, 0
		if workers == 1 {
			network, report = n, r
			continue
		}
		if !bytes.Equal(n, network) || !reflect.DeepEqual(r, report) {
			t.Errorf("%d workers: another model or report", workers)
		}
	}
	if _, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: "blend"}); animo.CodeOf(err) != animo.TooManyRows {
		t.Errorf("blend over %d rows: %v", len(rows), err)
	}
	foldOf := make([]int, len(rows))
	for i := range foldOf {
		foldOf[i] = i % 17 // more than one training measures
	}
	_, r, err := Train(t.Context(), FromSlice(rows), Options{FoldOf: foldOf})
	if err != nil {
		t.Fatal(err)
	}
	for k, f := range r.Folds {
		if want := (len(rows) + 16 - k) / 17; f.Rows != want || f.Accuracy < 0.95 {
			t.Errorf("fold %d: %d rows with accuracy %.4f, want %d rows", k, f.Rows, f.Accuracy, want)
		}
	}
	for _, n := range []int{len(rows) - 1, len(rows) + 1} {
		wrong := append(foldOf[:len(rows)-1:len(rows)-1], make([]int, n-len(rows)+1)...)
		if _, _, err := Train(t.Context(), FromSlice(rows), Options{FoldOf: wrong}); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%d folds for %d rows: %v", n, len(rows), err)
		}
	}
}

func TestSGD_measures_a_fold_by_rows_it_had_not_seen(t *testing.T) {
	// Each row has a word of its own beside noise. A model that saw the row judges it right.
	rng := rand.New(rand.NewPCG(1, 1))
	var rows []animo.Opinion
	for range 2000 {
		word := make([]byte, 12)
		for i := range word {
			word[i] = 'a' + byte(rng.IntN(26))
		}
		rows = append(rows, animo.Opinion{Text: "hotel " + string(word), Label: animo.Label(rng.IntN(2))})
	}
	_, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: sgdName})
	if err != nil {
		t.Fatal(err)
	}
	if r.Accuracy.Mean > 0.56 {
		t.Errorf("accuracy %.4f on labels that nothing tells", r.Accuracy.Mean)
	}
}

func TestTrain_notices_that_its_source_changed(t *testing.T) {
	rows := resampled(opinions(50, 50), largeRows+1000, 1)
	calls := 0
	src := func(ctx context.Context) iter.Seq2[animo.Opinion, error] {
		calls++
		return FromSlice(rows[:len(rows)-calls])(ctx)
	}
	if _, _, err := Train(t.Context(), src, Options{}); animo.CodeOf(err) != animo.Conflict {
		t.Errorf("after %d readings: %v", calls, err)
	}
}
