package text

import (
	"testing"

	"animo"
)

func TestBand(t *testing.T) {
	for s, want := range map[string]Band{"": {}, "0.3-0.7": {0.3, 0.7}, "0.5-0.5": {0.5, 0.5}} {
		if b, err := ParseBand(s); err != nil || b != want {
			t.Errorf("%q: %+v, %v", s, b, err)
		}
	}
	for _, s := range []string{"0.3", "0.7-0.3", "0-0.5", "0.5-1", "a-b", "NaN-0.7", "0.3-0.7-0.8"} {
		if _, err := ParseBand(s); animo.CodeOf(err) != animo.Invalid {
			t.Errorf("%q: %v", s, err)
		}
	}
	b := Band{0.3, 0.7}
	for _, c := range []struct {
		label       animo.Label
		probability float64
		want        string
	}{{1, 0.71, "Positivo"}, {1, 0.7, Neutral}, {0, 0.6, Neutral}, {0, 0.69, Neutral}, {0, 0.71, "Negativo"}, {0, 0.2, "Negativo"}, {1, 1, "Positivo"}} {
		if got := b.Says(Prediction{Label: c.label, Probability: c.probability}); got != c.want {
			t.Errorf("%s with %g is %s, want %s", c.label, c.probability, got, c.want)
		}
		if got := (Band{}).Says(Prediction{Label: c.label, Probability: c.probability}); got != c.label.String() {
			t.Errorf("without a band %s with %g is %s", c.label, c.probability, got)
		}
	}
}

// Who abstains where it is unsure is more often right where it answers.
func TestAbstain_is_right_more_often_where_it_answers(t *testing.T) {
	rows := made(5_000, 4)
	all, some := Abstain(rows, Band{}), Abstain(rows, Band{0.25, 0.75})
	if all.Answered.Value != 1 || some.Answered.Value > 0.9 || some.Accuracy.Low < all.Accuracy.High {
		t.Errorf("%+v and %+v", all, some)
	}
}
