package text

import (
	"math"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// The features of a lexical view are whether a word, a pair of words, or a phrase of the lexicon occurs;
// how often the lexicon is hit by each polarity; and, as two numbers, how much praise and blame that is.
// A hit is a phrase of the lexicon, the longest there is, or else a word of it. In a negation's scope it
// counts half as much and the other way: "no está mal" is less than praise, but no blame. New models read by more rules; see rules.go.
//
// All words and phrases of the lexicon are features from the start, even those that no training text has:
// naive Bayes knows something of them.

// softNegations begin a scope for words, as negations do, but say nothing against a hit: "poco" may be
// part of a phrase that does.
var softNegations = []string{"poco", "poca", "pocos", "pocas", "apenas"}

// The first features of a lexical view: hits by their polarity, and the two amounts.
const (
	tones    = 6 // polarities that a hit can have
	praising = 6 // the root of the sum of the hits' positive polarities
	blaming  = 7 // the same of the negative ones
	toneEnd  = 8
)

// toneNames name them in a vocabulary. No word has such a name.
var toneNames = [toneEnd]string{"-2", "-1", "-0.5", "+0.5", "+1", "+2", "+", "-"}

// toneOf returns the feature of a polarity in halves: -4, -2, -1, 1, 2 or 4.
func toneOf(halves int8) int32 {
	switch {
	case halves <= -4:
		return 0
	case halves == -2:
		return 1
	case halves == -1:
		return 2
	case halves == 1:
		return 3
	case halves == 2:
		return 4
	}
	return 5
}

// against is what a polarity in halves becomes in a negation's scope: half as much of the other, but by newer rules blame becomes
// praise ("ningún ruido").
func (v view) against(halves int8) int8 {
	if v.Rules > 0 && halves < 0 {
		return min(-halves, 2)
	}
	return -halves / 2
}

// A polarIndex is a lexicon of polarity made ready to be found in texts.
type polarIndex struct {
	entries  polarities
	phrases  *phraseTrie
	halves   map[uint32]int8 // of stems and phrases by number
	features int             // that follow from the lexicon
	spelling func() *spelling
}

// polarToken is what a polarIndex knows of a word as it stands in a text.
type polarToken struct {
	halves int8   // its polarity by itself, in halves
	turns  bool   // it is a negation that turns what follows round
	node   uint32 // of the phrases that begin with it; 0 for none
	role   role   // by newer rules
	tenths int16  // the number that it is, in tenths, by newer rules; -1 for none
}

// meetLexical finds what a lexical view knows of a word.
func (l *lexicon) meetLexical(w string, t *token, grow bool) {
	if l.view.Rules > 0 {
		l.meetByRules(w, t, grow)
		return
	}
	t.number = l.numberOf(plainStem(w), grow)
	t.polarToken = l.polar.look(w, t.number)
	t.negate = t.turns || slices.Contains(softNegations, w)
}

func (p *polarIndex) look(w string, number uint32) polarToken {
	t := polarToken{turns: slices.Contains(negations, w)}
	if number != unknown {
		t.halves = p.halves[number]
		t.node = p.phrases.next(0, number)
	}
	return t
}

// enter numbers the words and phrases of a lexicon and makes them the first features of a lexical view.
func (sp space) enter(p polarities) {
	index := &polarIndex{entries: p, phrases: newPhraseTrie(), halves: map[uint32]int8{}}
	claim := func(code uint32) {
		if !sp.hashed {
			sp.add(gram(code))
		}
	}
	for _, name := range toneNames {
		claim(sp.numberOf(name, true))
	}
	for _, key := range p.sortedKeys() {
		weight := p[key]
		words := strings.Fields(key)
		// A phrase is a token of its own, with a name that no word has.
		number := uint32(unknown)
		if weight != 0 {
			number = sp.numberOf(strings.Join(words, "+"), true)
			index.halves[number] = 2 * weight
			claim(number)
			claim(number | negatedBit)
		}
		if len(words) == 1 {
			continue
		}
		numbers := make([]uint32, len(words))
		for i, w := range words {
			numbers[i] = sp.numberOf(w, true)
		}
		index.phrases.add(numbers, phraseNode{code: number, halves: 2 * weight, whole: true})
	}
	index.features = sp.n
	index.spelling = sync.OnceValue(func() *spelling { return newSpelling(p, sp.grammar.stem) })
	sp.polar = index
}

// polarities returns the lexicon of a lexical view.
func (sp space) polarities() polarities {
	if sp.polar == nil {
		return nil
	}
	return sp.polar.entries
}

// polarWord is a word of a text on the search for hits.
type polarWord struct {
	code     uint32 // its number, plus one when negated
	node     uint32 // of the phrases that begin with it; 0 for none
	span     int32  // its place among the scanner's
	to       int32  // the last one's that belongs to it
	sentence int32  // no phrase reaches from one to the next
	halves   int8   // its polarity by itself, in halves
	turns    bool   // it is a negation that turns hits round
	turned   bool   // it is in the scope of one
	role     role   // by newer rules
}

// A hit is a word or phrase of the lexicon in a text.
type hit struct {
	code        uint32 // of a phrase
	first, last int32  // its words in the text, from 0
	halves      int8   // its polarity there, in halves
}

// lexicalGrams does for a lexical view what grams does, and finds the hits.
func (l *lexicon) lexicalGrams(text string, s *scratch, grow bool) {
	l.lexicalWords(text, s, grow)
	s.tokens = s.tokens[:0]
	before := uint32(unknown)
	for i := range s.words {
		w := &s.words[i]
		s.tokens = append(s.tokens, place{w.code, s.scanner.spans[w.span].from, s.scanner.spans[w.to].to})
		if w.code > negatedBit {
			s.grams = append(s.grams, gram(w.code))
			if before > negatedBit && l.view.Max >= 2 {
				s.grams = append(s.grams, gram(before)<<32|gram(w.code))
			}
		}
		before = w.code
	}
	for _, h := range s.hits {
		if h.code != unknown {
			s.grams = append(s.grams, gram(h.code))
		}
	}
}

// lexicalWords finds the words of a text and its hits.
func (l *lexicon) lexicalWords(text string, s *scratch, grow bool) {
	s.scanner.marks = true
	s.scanner.scan(text)
	s.words = s.words[:0]
	if l.view.Rules > 0 {
		l.wordsByRules(s, grow)
		l.findHits(s)
		s.concede()
		return
	}
	scope, turned := 0, 0 // words that a negation still reaches: any, and one that turns
	sentence := int32(0)
	for i := range s.scanner.spans {
		sp := &s.scanner.spans[i]
		if sp.class == classMark {
			if c := s.scanner.lower[sp.lo]; c < utf8.RuneSelf && strings.IndexByte(stops, c) >= 0 {
				scope, turned = 0, 0
				sentence++
			}
			continue
		}
		t := l.look(s.scanner.bytes(*sp), grow)
		w := polarWord{code: t.number, node: t.node, span: int32(i), to: int32(i), sentence: sentence, halves: t.halves, turns: t.turns}
		if t.negate {
			scope = l.view.Scope
		} else if scope > 0 {
			scope--
			w.code |= negatedBit
		}
		if t.turns {
			turned = l.view.Scope
		} else if turned > 0 {
			turned--
			w.turned = true
		}
		s.words = append(s.words, w)
	}
	l.findHits(s)
}

// findHits goes through the words from left to right. The words of a phrase are no hits of their own.
func (l *lexicon) findHits(s *scratch) {
	s.hits = s.hits[:0]
	for i := 0; i < len(s.words); i++ {
		w := &s.words[i]
		h := hit{halves: w.halves, first: int32(i)}
		if w.turns {
			h.halves = 0
		}
		if w.node != 0 {
			if phrase, end := l.longest(s.words, i); phrase != nil {
				h.code, h.halves = phrase.code, phrase.halves
				i = end
			}
		}
		if h.halves == 0 {
			continue
		}
		if w.turned {
			h.halves = l.view.against(h.halves)
			if h.code != unknown {
				h.code |= negatedBit
			}
		}
		h.last = int32(i)
		s.hits = append(s.hits, h)
	}
}

// longest finds the longest phrase that begins with word i, and its last word.
func (l *lexicon) longest(words []polarWord, i int) (phrase *phraseNode, end int) {
	node := words[i].node
	for j := i + 1; node != 0 && j < len(words) && words[j].sentence == words[i].sentence; j++ {
		if node = l.polar.phrases.next(node, words[j].code&^negatedBit); node == 0 {
			break
		}
		if n := &l.polar.phrases.nodes[node]; n.whole {
			phrase, end = n, j
		}
	}
	return phrase, end
}

// appendTone appends the features that count hits.
func appendTone(ids []int32, counts []float32, hits []hit) ([]int32, []float32) {
	if len(hits) == 0 {
		return ids, counts
	}
	var by [tones]float32
	praise, blame := sumHits(hits)
	for _, h := range hits {
		by[toneOf(h.halves)]++
	}
	for id, n := range by {
		if n > 0 {
			ids, counts = append(ids, int32(id)), append(counts, n)
		}
	}
	if praise > 0 {
		ids, counts = append(ids, praising), append(counts, float32(math.Sqrt(praise)))
	}
	if blame > 0 {
		ids, counts = append(ids, blaming), append(counts, float32(math.Sqrt(blame)))
	}
	return ids, counts
}

// sumHits adds up the polarities of the hits, positive and negative ones apart.
func sumHits(hits []hit) (praise, blame float64) {
	for _, h := range hits {
		if p := float64(h.halves) / 2; p > 0 {
			praise += p
		} else {
			blame -= p
		}
	}
	return praise, blame
}

// A trait is what kind of feature one of a lexical view is, and what the lexicon says of it.
type trait struct {
	kind     featureKind
	polarity float32
}

type featureKind uint8

const (
	wordFeature   featureKind = iota // a word, or a phrase of the lexicon
	pairFeature                      // two words in a row
	toneFeature                      // how often a polarity is hit
	amountFeature                    // how much praise or blame there is
)

// traits returns the trait of each feature.
func (sp space) traits() []trait {
	out := make([]trait, sp.n)
	for _, s := range sp.slots {
		if s.id == 0 {
			continue
		}
		t := &out[s.id-1]
		code := uint32(s.gram)
		switch {
		case s.id > toneEnd && s.gram>>32 != 0:
			t.kind = pairFeature
		case s.id > toneEnd:
			halves := sp.polar.halves[code&^negatedBit]
			if code&negatedBit != 0 {
				halves = sp.view.against(halves)
			}
			t.polarity = float32(halves) / 2
		case s.id > tones:
			t.kind = amountFeature
		default:
			t.kind = toneFeature
		}
	}
	return out
}

// toneEvidence deals out to the hits what their polarities, and the amounts of praise and blame, had in
// the score.
func (sp space) toneEvidence(text string, s *scratch, x vector, part []float64, give func(ngram string, w float64)) {
	var whole, number [toneEnd]float64
	for i, id := range x.ids {
		if id < toneEnd {
			whole[id], number[id] = part[i], float64(x.counts[i])
		}
	}
	praise, blame := sumHits(s.hits)
	for _, h := range s.hits {
		tone := toneOf(h.halves)
		w := whole[tone] / number[tone]
		if p := float64(h.halves) / 2; p > 0 {
			w += whole[praising] * p / praise
		} else {
			w -= whole[blaming] * p / blame
		}
		give(strings.ToLower(text[s.tokens[h.first].from:s.tokens[h.last].to]), w)
	}
}
