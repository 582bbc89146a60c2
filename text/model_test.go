package text

import (
	"encoding/json"
	"math"
	"os"
	"reflect"
	"testing"

	"animo"
)

func TestModel_predicts_the_same_after_saving(t *testing.T) {
	rows := reportRows(t, "DB_proyecto_SA")
	for _, trainer := range Trainers() {
		m, r, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer})
		if err != nil {
			t.Fatal(err)
		}
		dir := t.TempDir()
		if err := Save(dir, m, r); err != nil {
			t.Fatal(err)
		}
		m2, r2, err := Load(dir)
		if err != nil {
			t.Fatal(err)
		}
		r.Judged = nil // which is not of the report's file
		if !reflect.DeepEqual(r, r2) {
			t.Errorf("%s: the report changed", trainer)
		}
		for _, o := range rows {
			if a, b := m.Classify(o.Text)[0], m2.Classify(o.Text)[0]; a != b {
				t.Fatalf("%s: %q was %+v, is %+v after loading", trainer, o.Text, a, b)
			}
		}
		t.Log(m2.Classify("Las camas estaban mal arregladas"), m2.Explain("No me gustó nada; las camas estaban mal arregladas", 6))
	}
}

func TestModel_fused_says_what_the_scorer_says(t *testing.T) {
	rows, others := reportRows(t, "DB_proyecto_SA"), restaurantRows(t)
	for _, trainer := range []string{"nb", "blend", "lexnb", "lexnb2", "lexblend", sgdName} {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2})
		if err != nil {
			t.Fatal(err)
		}
		if m.fused == nil {
			t.Fatalf("%s is not fused", trainer)
		}
		plain := &Model{spaces: m.spaces, scorer: m.scorer, prior: m.prior, slope: m.slope}
		r, r2 := m.reader(), plain.reader()
		for _, text := range append(textsOf(rows), textsOf(others)...) {
			score, known := m.fused.score(text, r)
			wantKnown := plain.read(text, r2)
			want := m.scorer.score(r2.x)
			// Both are sums of float32 in different orders.
			if math.Abs(score-want) > 1e-4*(1+math.Abs(want)) || known != wantKnown {
				t.Fatalf("%s: %q: %g of %d features, want %g of %d", trainer, text, score, known, want, wantKnown)
			}
		}
	}
}

// TestLoad_answers_as_the_release_that_saved_the_model reads a lexblend model that commit 0514504 trained on samples/opiniones.txt,
// and compares with the probabilities of Positivo that its animo classify --json gave for the sentences of kinds_es.csv.
func TestLoad_answers_as_the_release_that_saved_the_model(t *testing.T) {
	m, _, err := Load("testdata/stored")
	if err != nil {
		t.Fatal(err)
	}
	b, err := os.ReadFile("testdata/stored/answers.json")
	if err != nil {
		t.Fatal(err)
	}
	var want []float64
	if err := json.Unmarshal(b, &want); err != nil {
		t.Fatal(err)
	}
	rows := readKinds(t, "kinds_es.csv")
	if len(want) != len(rows) {
		t.Fatalf("%d answers for %d sentences", len(want), len(rows))
	}
	for i, r := range rows {
		p := m.Classify(r.Text)[0]
		got := p.Probability
		if p.Label == animo.Negative {
			got = 1 - got
		}
		if math.Abs(got-want[i]) > 1e-6 {
			t.Errorf("%q: %.9f, was %.9f", r.Text, got, want[i])
		}
	}
}
