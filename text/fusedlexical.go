package text

import "math"

// lexicalScore is score for a lexical view. Its features are there or not, so that all they add up to is
// known as soon as they are met.
func (f *fused) lexicalScore(text string, r *reader) (score float64, known int) {
	s, t := &r.scratch, &r.tallies[0]
	t.reset()
	var sum, number float32
	square := f.damp
	add := func(g gram) {
		if id := f.words.find(g); id >= 0 && t.add(id) {
			w := &f.weights[id]
			sum += w.occurs
			number += w.idf * w.number
			square += w.idf * w.idf
		}
	}
	pairs := f.words.view.Max >= 2
	before := uint32(unknown)
	f.words.lexicalWords(text, s, false)
	for i := range s.words {
		code := s.words[i].code
		if code > negatedBit {
			add(gram(code))
			if pairs && before > negatedBit {
				add(gram(before)<<32 | gram(code))
			}
		}
		before = code
	}
	for _, h := range s.hits {
		if h.code != unknown {
			add(gram(h.code))
		}
	}
	plain := len(t.ids)
	t.ids, t.counts = appendTone(t.ids, t.counts, s.hits)
	for i, id := range t.ids[plain:] {
		if f.unit {
			sum += f.weights[id].occurs
		} else {
			sum += f.weights[id].occurs * t.counts[plain+i]
		}
	}
	if f.unit {
		sum *= scaleOf(len(t.ids))
	}
	score = f.bias + f.ramped.constant(len(t.ids)) + float64(sum)
	if square > 0 {
		score += float64(number) / math.Sqrt(float64(square))
	}
	if fading := f.short.fading(len(t.ids)); f.short.fade > 0 && fading > 0 {
		tones := vector{t.ids[plain:], t.counts[plain:]}
		score += f.short.score(tones) * float64(fading)
	}
	return score, len(t.ids)
}
