package text

import "context"

// fitLogistic fits logistic regression to tf-idf of words and of characters.
func fitLogistic(ctx context.Context, p problem) (scorer, error) {
	return logisticOf(ctx, p, logisticC, nil)
}

// logisticC is what an error costs beside the size of the weights.
const logisticC = 10

// logisticOf does it for any such cost and features.
func logisticOf(ctx context.Context, p problem, c float64, chosen selection) (scorer, error) {
	parts := tfidfParts(p)
	for _, part := range parts {
		chosen.of(p, part)
	}
	d, offsets := newDesign(p, parts)
	w, err := d.logistic(ctx, c, p.seed)
	if err != nil {
		return nil, err
	}
	spread(p, parts, offsets, w)
	return &linear{parts}, nil
}

// tfidfParts returns a tf-idf part without weights for each view.
func tfidfParts(p problem) []part {
	var parts []part
	for i, x := range p.views {
		parts = append(parts, part{view: i, weighting: tfidf, idf: idfOf(x, p.rows)})
	}
	return parts
}
