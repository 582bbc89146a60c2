package text

import (
	"math"
	"math/rand/v2"
	"testing"

	"animo"
)

func TestFitSlope_finds_the_scale_that_scores_were_made_with(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, slope := range []float64{0.05, 1, 20} {
		var scores []float64
		var labels []uint8
		for range 50_000 {
			odds := 3 * rng.NormFloat64()
			y := uint8(0)
			if rng.Float64() < sigmoid(odds) {
				y = 1
			}
			scores, labels = append(scores, odds/slope), append(labels, y)
		}
		if got := fitSlope(scores, labels); math.Abs(got/slope-1) > 0.05 {
			t.Errorf("slope %g, want %g", got, slope)
		}
	}
}

func TestFitSlope_is_finite_for_any_scores(t *testing.T) {
	for _, scores := range [][]float64{{0, 0}, {5, -5}, {-5, 5}, {1e300, -1e300}, {math.Inf(1), 0}, {math.NaN(), 1}} {
		if s := fitSlope(scores, []uint8{1, 0}); !(s > 0) || math.IsInf(s, 0) {
			t.Errorf("scores %v: slope %g", scores, s)
		}
	}
}

// Probabilities mean something when, among predictions that claim about p, about p are right.
func TestModel_probabilities_are_as_often_right_as_they_say(t *testing.T) {
	rows, fold := reportRows(t, "DB_proyecto_SA"), referenceFolds(t, 1002)["4"]
	var said, right, loss float64
	for k := range 2 {
		var learn, judge []animo.Opinion
		for i, o := range rows {
			if fold[i]%2 == k {
				judge = append(judge, o)
			} else {
				learn = append(learn, o)
			}
		}
		m, _, err := Train(t.Context(), FromSlice(learn), Options{Trainer: "nb"})
		if err != nil {
			t.Fatal(err)
		}
		for i, p := range m.Classify(textsOf(judge)...) {
			said += p.Probability
			if p.Label == judge[i].Label {
				right++
				loss -= math.Log(p.Probability)
			} else {
				loss -= math.Log(1 - p.Probability)
			}
		}
	}
	n := float64(len(rows))
	t.Logf("said %.3f, right %.3f, log loss %.3f", said/n, right/n, loss/n)
	if math.Abs(said-right)/n > 0.03 {
		t.Errorf("said to be right in %.3f of the rows, was in %.3f", said/n, right/n)
	}
	if loss/n > 0.25 {
		t.Errorf("log loss %.3f", loss/n)
	}
}

func TestModel_says_how_unsure_it_is_of_a_text_that_it_knows_nothing_of(t *testing.T) {
	rows := opinions(30, 10)
	for _, trainer := range []string{"nb", "blend", sgdName} {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"", "¡¿…?!", "zzyzx xkcd"} {
			p := m.Classify(text)[0]
			if p.Known != 0 || p.Label != animo.Positive || math.Abs(p.Probability-0.75) > 1e-9 {
				t.Errorf("%s: %q: %+v, want the share of the labels", trainer, text, p)
			}
			if e := m.Explain(text, 5); len(e.Evidence) != 0 || math.Abs(sigmoid(e.LogOdds)-0.75) > 1e-9 || e.Baseline != e.LogOdds || e.Rest != 0 {
				t.Errorf("%s: %q: evidence %v", trainer, text, e)
			}
		}
	}
}

func TestModel_explains_what_decided(t *testing.T) {
	for _, trainer := range []string{"nb", "blend", "svm", sgdName} {
		m, _, err := Train(t.Context(), FromSlice(opinions(30, 30)), Options{Trainer: trainer})
		if err != nil {
			t.Fatal(err)
		}
		e := m.Explain("Un cuarto PÉSIMO", 2).Evidence
		if len(e) == 0 {
			t.Fatalf("%s: %v", trainer, e)
		}
		found := false
		for _, x := range e {
			found = found || x.NGram == "pésimo" && x.Weight < 0
		}
		if !found {
			t.Errorf("%s: %v, want pésimo towards Negativo", trainer, e)
		}
		if got := m.Explain("Un cuarto PÉSIMO", 0); len(got.Evidence) != 0 {
			t.Errorf("%s: asked for none, got %v", trainer, got)
		}
	}
}
