package text

import "context"

// amountScale is what the amounts of praise and blame are multiplied by beside a vector of length 1.
const amountScale = 0.1

// Short texts are told apart by little: a constant that was fitted to whole reviews, or a single word with the weight of a
// whole vector, would make them surer than they are. Of the constant a text of n features gets n/(n+constantRamp), and
// shortDamp is added to the squared length of its vector. A word's idf is about 5, so that one word alone counts a bit more
// than half of what it would.
const (
	constantRamp = 8
	shortDamp    = 50
)

// exact is a tolerance at which the solver decides every row as one that goes on for ever would.
const exact = 0.0005

// fitLexBlend adds up two classifiers, each divided by the deviation of what it says of the training
// rows: naive Bayes over words with the lexicon's prior, and logistic regression over words, pairs and
// phrases, weighed by idf and scaled to length 1, beside the amounts of praise and blame.
func fitLexBlend(ctx context.Context, p problem) (scorer, error) {
	return lexBlend(ctx, p, constantRamp, shortDamp)
}

// lexBlend does it for any ramp and damp.
func lexBlend(ctx context.Context, p problem, ramp, damp float32) (scorer, error) {
	bayes := []part{lexicalBayes(p, false)}
	standardize(p, bayes)
	parts := []part{
		{weighting: tfidf, idf: idfOf(p.views[0], p.rows), ramp: ramp, damp: damp},
		{weighting: counts, weights: make([]float32, p.views[0].width)},
	}
	clear(parts[0].idf[:toneEnd])
	parts[1].weights[praising], parts[1].weights[blaming] = amountScale, amountScale
	d, offsets := newDesign(p, parts)
	d.tolerance = exact
	w, err := d.logistic(ctx, 1, p.seed)
	if err != nil {
		return nil, err
	}
	spread(p, parts, offsets, w)
	standardize(p, parts)
	for id, w := range bayes[0].weights { // both counted parts become one
		parts[1].weights[id] += w
	}
	parts[1].bias = single32(bayes[0].bias)
	return &linear{parts}, nil
}
