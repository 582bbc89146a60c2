package text

import (
	"context"
	"math"
)

// fitBlend adds up three classifiers, each divided by the deviation of what it says of the training rows:
// naive Bayes over tf-idf of words, naive Bayes over words that occur, and NB-weighted logistic
// regression over n-grams of characters. Where they disagree, the surest decides.
func fitBlend(ctx context.Context, p problem) (scorer, error) {
	tf := naiveBayes(p, part{view: 0, weighting: tfidf, idf: idfOf(p.views[0], p.rows)}, 0.1)
	words := naiveBayes(p, part{view: 0}, 1)
	letters := []part{naiveBayes(p, part{view: 1, weighting: counts}, 1)}
	letters[0].bias = 0
	d, offsets := newDesign(p, letters)
	w, err := d.logistic(ctx, 0.1, p.seed)
	if err != nil {
		return nil, err
	}
	spread(p, letters, offsets, w)
	parts := []part{tf, words, letters[0]}
	for i := range parts {
		standardize(p, parts[i:i+1])
	}
	return &linear{parts}, nil
}

// standardize divides what some parts say together by its deviation among the training rows.
func standardize(p problem, parts []part) {
	if s := deviation(p, &linear{parts}); s > 0 {
		for i := range parts {
			parts[i].scale(1 / s)
		}
	}
}

// deviation is the standard deviation of what a scorer says of the training rows.
func deviation(p problem, of scorer) float64 {
	var sum, square float64
	var x []vector
	for _, r := range p.rows {
		x = p.vectors(int(r), x)
		s := of.score(x)
		sum += s
		square += s * s
	}
	n := float64(len(p.rows))
	return math.Sqrt(max(0, square/n-sum/n*(sum/n)))
}
