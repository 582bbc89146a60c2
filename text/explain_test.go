package text

import (
	"math"
	"testing"
)

// A text of a word or two that neither praises nor blames says little, whatever the constant of a model is.
func TestModel_is_unsure_of_short_neutral_texts(t *testing.T) {
	m, _, err := Train(t.Context(), FromSlice(reportRows(t, "DB_proyecto_SA")), Options{Trainer: "lexblend"})
	if err != nil {
		t.Fatal(err)
	}
	for _, text := range []string{"Ok", "ok", "hotel", "El hotel", "Hotel en Madrid", "Madrid", "recepción", "la recepción", "Habitación", "la cama"} {
		if p := m.Classify(text)[0]; p.Probability > 0.65 {
			t.Errorf("%q is %s with %.3f", text, p.Label, p.Probability)
		}
	}
	for _, text := range []string{"Mal", "Pésimo", "Bien", "Excelente"} {
		if p := m.Classify(text)[0]; p.Probability < 0.75 {
			t.Errorf("%q is %s with %.3f only", text, p.Label, p.Probability)
		}
	}
}

// An explanation adds up to what the model says, whatever the trainer and however few n-grams are shown.
func TestExplain_adds_up_to_the_probability(t *testing.T) {
	rows := reportRows(t, "Ingesta11")
	for _, trainer := range Trainers() {
		m, _, err := Train(t.Context(), FromSlice(rows), Options{Trainer: trainer, Folds: 2})
		if err != nil {
			t.Fatal(err)
		}
		for _, text := range []string{"Ok", "hotel", "", "El desayuno no era bueno; la habitación, muy limpia y muy amplia. No vale la pena."} {
			p := m.Classify(text)[0]
			for _, n := range []int{0, 1, 3, 1000} {
				e := m.Explain(text, n)
				sum := e.Baseline + e.Rest
				for _, one := range e.Evidence {
					sum += one.Weight
				}
				if math.Abs(sum-e.LogOdds) > 1e-9 || math.Abs(sigmoid(math.Abs(e.LogOdds))-p.Probability) > 1e-4 || len(e.Evidence) > n {
					t.Errorf("%s: %q: %d of evidence add up to %g, log-odds are %g, the probability is %g", trainer, text, n, sum, e.LogOdds, p.Probability)
				}
				if n == 1000 && trainer != "mlp" && math.Abs(e.Rest) > 1e-4 {
					t.Errorf("%s: %q: all evidence leaves %g", trainer, text, e.Rest)
				}
			}
		}
	}
}
