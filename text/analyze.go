package text

// Analyze returns the words of a text, and then its pairs of neighbouring words, as scikit-learn's
// CountVectorizer(ngram_range=(1, 2)) counts them: lower-cased runs of two or more word characters, pairs
// joined by one space.
func Analyze(text string) []string {
	var s scanner
	s.scan(text)
	var words []string
	for _, sp := range s.spans {
		if !sp.short {
			words = append(words, string(s.bytes(sp)))
		}
	}
	grams := words
	for i := 1; i < len(words); i++ {
		grams = append(grams, words[i-1]+" "+words[i])
	}
	return grams
}
