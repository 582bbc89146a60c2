package text

import (
	"context"

	"animo"
)

// evaluateRows is how many rows Evaluate classifies at a time.
const evaluateRows = 8192

// Evaluate scores a model on labelled opinions, which it reads once and does not keep. No opinion at all
// answers EmptyFile.
func Evaluate(ctx context.Context, m *Model, src Source) (Scores, error) {
	var c Confusion
	var texts []string
	var labels []animo.Label
	flush := func() error {
		for i, p := range m.Classify(texts...) {
			c.count(labels[i] == animo.Positive, p.Label == animo.Positive)
		}
		texts, labels = texts[:0], labels[:0]
		return ctx.Err()
	}
	for o, err := range src(ctx) {
		if err != nil {
			return Scores{}, err
		}
		texts, labels = append(texts, o.Text), append(labels, o.Label)
		if len(texts) == evaluateRows {
			if err := flush(); err != nil {
				return Scores{}, err
			}
		}
	}
	if err := flush(); err != nil {
		return Scores{}, err
	}
	s := c.scores()
	if s.Rows == 0 {
		return Scores{}, noOpinion()
	}
	return s, nil
}

func noOpinion() error {
	return animo.Errorf(animo.EmptyFile, "there is no opinion in it", "no contiene ninguna opinión")
}
