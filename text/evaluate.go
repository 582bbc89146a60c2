package text

import (
	"context"

	"animo"
)

// evaluateRows is how many rows Evaluate classifies at a time.
const evaluateRows = 8192

// Evaluation is how a model does on labelled opinions.
type Evaluation struct {
	Scores
	Figures *Figures `json:"figures"`
	Verdict Words    `json:"verdict"`
	Judged  []Judged `json:"-"` // what was said of each row, in their order; of many of the first ones
}

// Evaluate scores a model on labelled opinions, which it reads once; of the first 131,072 it keeps what was
// said, for the figures. No opinion at all
// answers EmptyFile.
func Evaluate(ctx context.Context, m *Model, src Source) (Evaluation, error) {
	var c Confusion
	var judged []Judged
	var texts []string
	var labels []animo.Label
	flush := func() error {
		for i, p := range m.Classify(texts...) {
			c.count(labels[i] == animo.Positive, p.Label == animo.Positive)
			if len(judged) == calibrationRows {
				continue
			}
			odds := logit(min(p.Probability, 1-1e-15))
			if p.Label == animo.Negative {
				odds = -odds
			}
			judged = append(judged, Judged{hashBytes(texts[i]), float32(odds), labels[i], p.Label})
		}
		texts, labels = texts[:0], labels[:0]
		return ctx.Err()
	}
	for o, err := range src(ctx) {
		if err != nil {
			return Evaluation{}, err
		}
		texts, labels = append(texts, o.Text), append(labels, o.Label)
		if len(texts) == evaluateRows {
			if err := flush(); err != nil {
				return Evaluation{}, err
			}
		}
	}
	if err := flush(); err != nil {
		return Evaluation{}, err
	}
	s := c.scores()
	if s.Rows == 0 {
		return Evaluation{}, noOpinion()
	}
	f := figuresOf(judged, goal{}, sigmoid(-m.threshold))
	return Evaluation{s, f, f.Verdict(), judged}, nil
}

func noOpinion() error {
	return animo.Errorf(animo.EmptyFile, "there is no opinion in it", "no contiene ninguna opinión")
}
