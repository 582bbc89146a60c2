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
		if s := deviation(p, &parts[i]); s > 0 {
			parts[i].scale(1 / s)
		}
	}
	return &linear{parts}, nil
}

// deviation is the standard deviation of what a part says of the training rows.
func deviation(pr problem, p *part) float64 {
	var sum, square float64
	x := pr.views[p.view]
	for _, r := range pr.rows {
		s := p.score(x.row(int(r)))
		sum += s
		square += s * s
	}
	n := float64(len(pr.rows))
	return math.Sqrt(max(0, square/n-sum/n*(sum/n)))
}
