package text

import "strings"

// evidence deals out the parts that a text's features had in its score to the n-grams of the text. What
// an n-gram of characters decided goes to its word.
func (sp space) evidence(text string, s *scratch, x vector, part []float64, give func(ngram string, w float64)) {
	of := make(map[int32]float64, len(x.ids)) // of one occurrence
	for i, id := range x.ids {
		of[id] = part[i] / float64(x.counts[i])
	}
	if sp.view.Kind == letters {
		sp.letterEvidence(text, s, of, give)
		return
	}
	sp.grams(text, s, false)
	show := func(g gram, from, to int32) {
		if id := sp.find(g); id >= 0 {
			give(strings.ToLower(text[from:to]), of[id])
			if sp.view.Kind == lexical {
				delete(of, id) // its features do not count how often they occur
			}
		}
	}
	if sp.view.Kind == lexical {
		sp.toneEvidence(text, s, x, part, give)
		for _, h := range s.hits {
			if h.code != unknown {
				show(gram(h.code), s.tokens[h.first].from, s.tokens[h.last].to)
			}
		}
	}
	for i, t := range s.tokens {
		show(gram(t.code), t.from, t.to)
		if i == 0 || s.tokens[i-1].code <= negatedBit {
			continue
		}
		before := s.tokens[i-1]
		show(gram(before.code)<<32|gram(t.code), before.from, t.to)
	}
}

// letterEvidence does it for n-grams of characters.
func (sp space) letterEvidence(text string, s *scratch, of map[int32]float64, give func(ngram string, w float64)) {
	var whole scanner
	whole.scan(text)
	seen := map[string]bool{}
	for _, t := range whole.spans {
		word := string(whole.bytes(t))
		if seen[word] {
			continue
		}
		seen[word] = true
		sum, known := 0.0, false
		for _, g := range sp.grams(word, s, false) {
			if id := sp.find(g); id >= 0 {
				sum += of[id]
				known = true
			}
		}
		if known {
			give(word, sum)
		}
	}
}
