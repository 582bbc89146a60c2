package text

import (
	"math"

	"animo"
)

// The starter model's three numbers: the log-odds of a text are starterBias + starterPraise times the root of its praise less
// starterBlame times the root of its blame, as the lexicon has them. A logistic regression was fitted to the report's 1,002 rows but
// for every 50th; see README.md for what it scores.
const (
	starterBias   = -0.39
	starterPraise = 2.08
	starterBlame  = 2.84
)

// Starter gives a model for who has no labels: the lexicon of a language, "es", "en" or "pt", any other being read as Spanish, and three
// numbers. Of a text without a word of the lexicon it knows nothing (Prediction.Known is 0).
func Starter(language string) *Model {
	sp := plainPolarities(grammarOf(language))
	sp.features = newFeatures() // words count as hits alone
	for _, name := range toneNames {
		sp.add(gram(sp.numberOf(name, false)))
	}
	p := part{weighting: counts, weights: make([]float32, toneEnd), bias: starterBias}
	p.weights[praising], p.weights[blaming] = starterPraise, -starterBlame
	return newModel("lexnb", starterBias, 1, []space{sp}, &linear{[]part{p}})
}

// starterLabel gives the starter model's label of a text with such hits; known is false where it has none.
func starterLabel(hits []hit) (label animo.Label, known bool) {
	praise, blame := sumHits(hits)
	if starterBias+starterPraise*math.Sqrt(praise)-starterBlame*math.Sqrt(blame) >= 0 {
		return animo.Positive, len(hits) > 0
	}
	return animo.Negative, len(hits) > 0
}

// grammarOf gives the key of grammars for a language's code.
func grammarOf(code string) string {
	if grammars[code] == nil || code == spanishCode {
		return ""
	}
	return code
}
