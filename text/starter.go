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

// StarterLanguage tells by which language's starter model texts are read best, all together: es, en or pt.
func StarterLanguage(texts []string) string { return languageCode(lexicalLanguage(texts)) }

// StarterCard says what the starter model of a language is, and how often it is right. README.md has the measurements.
func StarterCard(language string) Words {
	w := Words{
		EN: "The starter model labelled the texts that have no label: a Spanish lexicon and three numbers, made for hotels and restaurants. It was right on 94 of 100 restaurant reviews, and on 90 of 100 of the opinions that its numbers were fitted to. A model that learned from your own labels does better.",
		ES: "Las opiniones sin etiqueta las juzgó el modelo inicial: un léxico español y tres números, hecho para hoteles y restaurantes. Acertó en 94 de cada 100 opiniones de restaurantes, y en 90 de cada 100 de aquellas con las que se ajustaron sus números. Un modelo que aprenda de sus propias etiquetas acierta más.",
	}
	if code := languageCode(grammarOf(language)); code != spanishCode {
		name := LanguageName(code)
		w.EN = "The starter model labelled the texts that have no label: the lexicon of " + name.EN + ", smaller than the Spanish one, and three numbers that were fitted to Spanish opinions. How often it is right in " + name.EN + " was not measured. A model that learned from your own labels does better."
		w.ES = "Las opiniones sin etiqueta las juzgó el modelo inicial: el léxico de " + name.ES + ", menor que el español, y tres números ajustados con opiniones en español. No se ha medido cuánto acierta en " + name.ES + ". Un modelo que aprenda de sus propias etiquetas acierta más."
	}
	return w
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
