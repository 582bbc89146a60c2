package text

import "strings"

// evidence deals out the parts that a text's features had in its score to the n-grams of the text. What
// an n-gram of characters decided goes to the words it touches, in equal shares.
func (sp space) evidence(text string, s *scratch, x vector, part []float64, give func(ngram string, w float64)) {
	of := make(map[int32]float64, len(x.ids)) // of one occurrence
	for i, id := range x.ids {
		of[id] = part[i] / float64(x.counts[i])
	}
	if sp.view.Kind == chars {
		sp.charEvidence(text, s, of, give)
		return
	}
	sp.grams(text, s, false)
	if sp.view.Kind == lexical {
		sp.toneEvidence(text, s, x, part, of, give)
	}
	for i, t := range s.tokens {
		if id := sp.find(gram(t.code)); id >= 0 {
			give(strings.ToLower(text[t.from:t.to]), of[id])
		}
		if i == 0 || s.tokens[i-1].code <= negatedBit {
			continue
		}
		before := s.tokens[i-1]
		if id := sp.find(gram(before.code)<<32 | gram(t.code)); id >= 0 {
			give(strings.ToLower(text[before.from:t.to]), of[id])
		}
	}
}

// charEvidence does it for n-grams of characters.
func (sp space) charEvidence(text string, s *scratch, of map[int32]float64, give func(ngram string, w float64)) {
	runes := appendRunes(nil, text)
	word := make([]int, len(runes)) // the word that each character belongs to
	words := []string{}
	begin := 0
	for i := 0; i <= len(runes); i++ {
		if i < len(runes) && classOf(runes[i]) == classWord {
			word[i] = len(words)
			continue
		}
		if i > begin {
			words = append(words, string(runes[begin:i]))
		}
		if i < len(runes) {
			word[i] = -1
		}
		begin = i + 1
	}
	for i := range runes {
		k := gram(0)
		last, touched := -1, 0
		for n, r := range runes[i:min(i+sp.view.Max, len(runes))] {
			k = k*base + gram(r)
			if w := word[i+n]; w >= 0 && w != last {
				last = w
				touched++
			}
			if n+1 < sp.view.Min || touched == 0 {
				continue
			}
			id := sp.find(k)
			if id < 0 {
				continue
			}
			for w := last; w > last-touched; w-- {
				give(words[w], of[id]/float64(touched))
			}
		}
	}
}
