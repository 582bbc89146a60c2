package text

import "context"

// fitLogistic fits logistic regression to tf-idf of words and of characters.
func fitLogistic(ctx context.Context, p problem) (scorer, error) {
	parts := tfidfParts(p)
	d, offsets := newDesign(p, parts)
	w, err := d.logistic(ctx, 10, p.seed)
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
