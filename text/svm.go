package text

import "context"

// fitSVM fits a linear support vector machine to tf-idf of words and of characters.
func fitSVM(ctx context.Context, p problem) (scorer, error) {
	parts := tfidfParts(p)
	d, offsets := newDesign(p, parts)
	w, err := d.squaredHinge(ctx, 1, p.seed)
	if err != nil {
		return nil, err
	}
	spread(p, parts, offsets, w)
	return &linear{parts}, nil
}

// fitNBSVM fits logistic regression to words and n-grams of characters that occur, each worth its naive
// Bayes weight: Wang and Manning, Baselines and bigrams, ACL 2012.
func fitNBSVM(ctx context.Context, p problem) (scorer, error) {
	var parts []part
	for i, w := range []weighting{binary, counts} {
		parts = append(parts, naiveBayes(p, part{view: i, weighting: w}, 1))
		parts[i].bias = 0
	}
	d, offsets := newDesign(p, parts)
	w, err := d.logistic(ctx, 0.1, p.seed)
	if err != nil {
		return nil, err
	}
	spread(p, parts, offsets, w)
	return &linear{parts}, nil
}
