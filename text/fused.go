package text

import (
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

// fused is a linear model laid out for speed. It reads a text once for all views, and what the
// characters of a word add up to is found once for each word and remembered.
type fused struct {
	words   space
	weights []fusedWeights // by feature of words
	tfidf   bool           // there is a tf-idf part
	unit    bool           // the occurs are scaled to length 1
	letters bool           // there is a part of characters
	bias    float64
	ramped  part    // of the tf-idf part: what its constant depends on
	damp    float32 // of the tf-idf part
	short   part    // one that fades, and has weights of tones alone
}

// fusedWeights are what one feature adds to a score.
type fusedWeights struct {
	occurs float32 // once
	number float32 // times its tf-idf number
	idf    float32
}

// fuse lays out a linear scorer. It returns nil for one that cannot be: those that look at words in two
// ways, or whose n-grams of characters do not simply add up.
func fuse(s scorer, spaces []space) *fused {
	l, ok := s.(*linear)
	if !ok || len(spaces) > 2 || spaces[0].view.Kind == letters {
		return nil
	}
	f := &fused{words: spaces[0], weights: make([]fusedWeights, spaces[0].width())}
	for i := range l.parts {
		p := &l.parts[i]
		if p.fade != 0 {
			if f.short.fade != 0 || p.weighting != counts || p.view != 0 || p.bias != 0 || f.words.view.Kind != lexical || slices.ContainsFunc(p.weights[toneEnd:], nonZero) {
				return nil
			}
			f.short = *p
			continue
		}
		if p.ramp == 0 {
			f.bias += p.bias
		} else if p.weighting != tfidf || p.view != 0 {
			return nil
		}
		switch {
		case p.view == 0 && (p.weighting == binary || p.weighting == unit && len(l.parts) == 1):
			f.unit = p.weighting == unit
			for id, w := range p.weights {
				f.weights[id].occurs += w
			}
		case p.view == 0 && p.weighting == counts && f.words.view.Kind == lexical:
			for id, w := range p.weights {
				f.weights[id].occurs += w
			}
		case p.view == 0 && p.weighting == tfidf && !f.tfidf:
			f.tfidf, f.damp = true, p.damp
			if p.ramp != 0 {
				f.ramped = part{bias: p.bias, ramp: p.ramp}
			}
			for id, w := range p.weights {
				f.weights[id].number, f.weights[id].idf = w, p.idf[id]
			}
		case p.view == 1 && p.weighting == counts && !f.letters && spaces[1].view.Kind == letters && spaces[1].view.Min > len(" a "):
			f.letters = true
			f.words.lexicon.letters = letterSum(spaces[1], p.weights)
		default:
			return nil
		}
	}
	return f
}

func nonZero(w float32) bool { return w != 0 }

// letterSum returns a function that adds up the weights of a word's n-grams of characters, and counts those
// that are known.
func letterSum(sp space, weights []float32) func(word string) (sum float32, known int32) {
	return func(word string) (sum float32, known int32) {
		var s scratch
		for _, g := range sp.grams(word, &s, false) {
			if id := sp.find(g); id >= 0 {
				sum += weights[id]
				known++
			}
		}
		return sum, known
	}
}

// score returns what the linear scorer gives, and the number of known features.
func (f *fused) score(text string, r *reader) (score float64, known int) {
	if f.words.view.Kind == lexical {
		return f.lexicalScore(text, r)
	}
	s, t := &r.scratch, &r.tallies[0]
	l := f.words.lexicon
	s.scanner.marks = l.view.Kind == spanish
	s.scanner.scan(text)
	t.reset()
	s.distinct.reset()
	var sum float32
	scope := 0
	before := uint32(unknown)
	for i := range s.scanner.spans {
		sp := &s.scanner.spans[i]
		if sp.class == classMark {
			if c := s.scanner.lower[sp.lo]; c < utf8.RuneSelf && strings.IndexByte(stops, c) >= 0 {
				scope = 0
			}
			continue
		}
		if sp.short {
			continue
		}
		b := s.scanner.bytes(*sp)
		h := hashBytes(b)
		w, ok := l.words.get(h, b)
		if !ok {
			w = l.meet(h, b, false)
		}
		if w.letters > 0 && s.distinct.add(distinctID(h)) {
			sum += w.sum
			known += int(w.letters)
		}
		code := w.number
		if scope > 0 {
			scope--
			code |= negatedBit
		}
		if w.negate {
			scope = l.view.Scope
		}
		if code > negatedBit {
			if id := f.words.find(gram(code)); id >= 0 && t.add(id) {
				sum += f.weights[id].occurs
			}
			if before > negatedBit {
				if id := f.words.find(gram(before)<<32 | gram(code)); id >= 0 && t.add(id) {
					sum += f.weights[id].occurs
				}
			}
		}
		before = code
	}
	if f.unit {
		sum *= scaleOf(len(t.ids))
	}
	score = f.bias + f.ramped.constant(len(t.ids)) + float64(sum)
	if f.tfidf && len(t.ids) > 0 {
		score += f.tfidfScore(t.vector)
	}
	return score, known + len(t.ids)
}

func (f *fused) tfidfScore(x vector) float64 {
	sum, square := float32(0), f.damp
	for i, id := range x.ids {
		w := &f.weights[id]
		v := w.idf
		if c := x.counts[i]; c > 1 {
			v *= float32(1 + math.Log(float64(c)))
		}
		square += v * v
		sum += v * w.number
	}
	if square == 0 {
		return 0
	}
	return float64(sum) / math.Sqrt(float64(square))
}
