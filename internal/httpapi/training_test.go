package httpapi

import (
	"testing"

	"animo"
)

func TestMessage_says_how_far_a_training_is(t *testing.T) {
	for _, c := range []struct {
		p      progressView
		en, es string
	}{
		{progressView{Stage: "reading", Done: 7}, "training: reading", "entrenando: leyendo"},
		{progressView{Stage: "choosing", Total: 300, Folds: 10}, "training: choosing 0/300", "entrenando: eligiendo 0/300"},
		{progressView{Stage: "choosing", Done: 65, Total: 300, Trainer: "lexnb", Fold: 3, Folds: 10}, "training: choosing, fold 3/10, trying lexnb", "entrenando: eligiendo, pliegue 3/10, probando lexnb"},
		{progressView{Stage: "fold", Done: 3, Total: 10, Trainer: "nb"}, "training fold 3/10", "entrenando pliegue 3/10"},
		{progressView{Stage: "fitting", Trainer: "nb"}, "training: fitting", "entrenando: ajustando"},
	} {
		v := trainingView{Status: animo.Training, Progress: &c.p}
		if en, es := message("en", v), message("es", v); en != c.en || es != c.es {
			t.Errorf("%+v: %q, %q; want %q, %q", c.p, en, es, c.en, c.es)
		}
	}
}
