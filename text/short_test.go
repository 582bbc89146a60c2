package text

import "testing"

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
