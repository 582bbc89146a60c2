package text

import (
	"context"
	"math"
)

// lexiconRows is how many imagined occurrences of a word in praise the lexicon's weight of 1 is worth.
const lexiconRows = 2

// fitLexNB fits naive Bayes, with what the lexicon says of a word or phrase as its prior knowledge.
func fitLexNB(_ context.Context, p problem) (scorer, error) {
	return &linear{[]part{lexicalBayes(p, true, lexiconRows)}}, nil
}

// lexicalBayes fits multinomial naive Bayes to a lexical view: to words, phrases, tones and, if wanted,
// pairs. Each feature has one imagined occurrence for each label and, as a Dirichlet prior that is not
// symmetric, lexicon more for each point of its polarity, for the label that it speaks for.
func lexicalBayes(pr problem, pairs bool, lexicon float64) part {
	p := part{weighting: counts}
	x := pr.views[0]
	mass, rows := masses(pr, &p)
	used := func(id int) bool {
		kind := x.traits[id].kind
		return kind != amountFeature && (pairs || kind != pairFeature)
	}
	var total [2]float64
	seen := 0.0
	for id := range x.width {
		if used(id) && mass[0][id]+mass[1][id] > 0 {
			seen++
			total[0] += mass[0][id]
			total[1] += mass[1][id]
		}
	}
	p.weights = make([]float32, x.width)
	norm := math.Log((total[0] + seen) / (total[1] + seen))
	for id := range p.weights {
		m0, m1, polarity := mass[0][id], mass[1][id], float64(x.traits[id].polarity)
		if used(id) && (m0+m1 > 0 || polarity != 0) {
			m0 += lexicon * max(-polarity, 0)
			m1 += lexicon * max(polarity, 0)
			p.weights[id] = float32(math.Log((m1+1)/(m0+1)) + norm)
		}
	}
	p.bias = single32(math.Log(rows[1] / rows[0]))
	return p
}
