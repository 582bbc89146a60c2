package text

import (
	"strconv"
	"strings"

	"animo"
)

// A Band is a third answer: a text whose probability of Positivo lies within it is called neither Positivo nor Negativo. The
// zero Band has none.
type Band struct {
	From float64 `json:"from" exclusiveMinimum:"0" exclusiveMaximum:"1" example:"0.3"` // the lowest probability of Positivo, above 0
	To   float64 `json:"to" exclusiveMinimum:"0" exclusiveMaximum:"1" example:"0.7"`   // the highest, below 1
}

// Neutral is what a text within a band is called.
const Neutral = "Neutro"

// ParseBand reads a band such as 0.3-0.7; "" is none. It answers Invalid, of "neutral".
func ParseBand(s string) (b Band, err error) {
	if s == "" {
		return b, nil
	}
	from, to, _ := strings.Cut(s, "-")
	b.From, err = strconv.ParseFloat(from, 64)
	if err == nil {
		b.To, err = strconv.ParseFloat(to, 64)
	}
	if err != nil {
		return Band{}, badBand(s)
	}
	return b, b.Check()
}

// Check answers Invalid, of "neutral", unless 0 < From <= To < 1, or there is no band.
func (b Band) Check() error {
	if b != (Band{}) && !(0 < b.From && b.From <= b.To && b.To < 1) {
		return badBand(strconv.FormatFloat(b.From, 'g', -1, 64) + "-" + strconv.FormatFloat(b.To, 'g', -1, 64))
	}
	return nil
}

func badBand(s string) error {
	return animo.Errorf(animo.Invalid, "%q is no band; say between which probabilities of Positivo a text is neutral, above 0 and below 1, such as 0.3-0.7",
		"%q no es un margen; diga entre qué probabilidades de Positivo un texto es neutro, por encima de 0 y por debajo de 1, como 0.3-0.7", animo.Clip(s)).Of("neutral")
}

// Says returns the word for a prediction: Positivo, Negativo, or Neutro within the band.
func (b Band) Says(p Prediction) string {
	positive := p.Probability
	if p.Label == animo.Negative {
		positive = 1 - positive
	}
	if b != (Band{}) && b.From <= positive && positive <= b.To {
		return Neutral
	}
	return p.Label.String()
}

// Abstention is how a model does that keeps to a band.
type Abstention struct {
	Band
	Answered Rate `json:"answered"` // of all rows, those that are not within the band
	Accuracy Rate `json:"accuracy"` // of those
}

// Abstain tells how a model that judged rows does with a band.
func Abstain(rows []Judged, b Band) Abstention {
	answered, right := 0, 0
	for i := range rows {
		j := &rows[i]
		if b.Says(Prediction{Label: j.Said, Probability: j.probability(j.Said)}) != Neutral {
			answered++
			if j.Said == j.Label {
				right++
			}
		}
	}
	return Abstention{b, wilson(answered, len(rows)), wilson(right, answered)}
}
