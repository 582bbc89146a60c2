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

// Of a text of few features the lexicon alone says more than what was learned: for one of n features, its amounts of praise and blame
// are added n/lexiconFade short of the whole, in deviations of the rest. From lexiconFade on, a dozen words, nothing is added.
const lexiconFade = 24

// blendC is what an error costs the regression beside the size of its weights.
const blendC = 2

// exact is a tolerance at which the solver decides every row as one that goes on for ever would.
const exact = 0.0005

// fitLexBlend adds up two classifiers, each divided by the deviation of what it says of the training
// rows: naive Bayes over words with the lexicon's prior, and logistic regression over words, pairs and
// phrases, weighed by idf and scaled to length 1, beside the amounts of praise and blame.
func fitLexBlend(ctx context.Context, p problem) (scorer, error) {
	return lexBlend(ctx, p, blendSettings{lexiconRows, blendC, constantRamp, shortDamp, lexiconFade, nil})
}

// blendSettings are the constants of lexblend.
type blendSettings struct {
	rows             float64 // see lexiconRows
	c                float64 // see blendC
	ramp, damp, fade float32
	chosen           selection // of the regression's n-grams
}

// lexBlend does it for any constants.
func lexBlend(ctx context.Context, p problem, o blendSettings) (scorer, error) {
	bayes := []part{lexicalBayes(p, false, o.rows)}
	standardize(p, bayes)
	parts := []part{
		{weighting: tfidf, idf: idfOf(p.views[0], p.rows), ramp: o.ramp, damp: o.damp},
		{weighting: counts, weights: make([]float32, p.views[0].width)},
	}
	clear(parts[0].idf[:toneEnd])
	o.chosen.of(p, parts[0])
	parts[1].weights[praising], parts[1].weights[blaming] = amountScale, amountScale
	d, offsets := newDesign(p, parts)
	d.tolerance = exact
	w, err := d.logistic(ctx, o.c, p.seed)
	if err != nil {
		return nil, err
	}
	spread(p, parts, offsets, w)
	standardize(p, parts)
	for id, w := range bayes[0].weights { // both counted parts become one
		parts[1].weights[id] += w
	}
	parts[1].bias = single32(bayes[0].bias)
	if o.fade > 0 {
		short := part{weighting: counts, weights: make([]float32, p.views[0].width), fade: o.fade}
		short.weights[praising], short.weights[blaming] = 1, -1
		parts = append(parts, short)
	}
	return &linear{parts}, nil
}
