package text

import (
	"cmp"
	"math/bits"
	"slices"
	"strings"
	"unicode"
	"unicode/utf8"

	stemmer "github.com/kljensen/snowball/spanish"
)

// A gram is the key of an n-gram. Of words it is exact: the numbers of one or two tokens. Of characters
// it is a polynomial of their code points modulo 2^64.
type gram uint64

// base is the base of that polynomial: 2^64 divided by the golden ratio, made odd (Knuth, The Art of
// Computer Programming, volume 3, section 6.4). Two of a million n-grams share a key with a probability
// of about 3e-8; then they are one feature.
const base = 0x9e3779b97f4a7c15

// negations begin a scope: the words that follow say the opposite of what they say elsewhere.
var negations = []string{"no", "ni", "nunca", "sin", "tampoco", "jamás", "nada", "nadie", "ningún", "ninguna", "ninguno"}

// stops are the marks that end a negation's scope.
const stops = ".,;:!?()"

// negated is the prefix of a token in a negation's scope, as in NO_buen. No token has capitals of its own.
const negated = "NO_"

// A lexicon numbers the tokens of one view. Numbers are even; a negated token has the number above.
// While it grows it may be used by one goroutine; afterwards by many.
type lexicon struct {
	view   view
	number map[string]uint32 // of each stem or word
	words  wordCache         // tokens of the words as they stand in texts
	polar  *polarIndex       // only of a lexical view

	grammar *grammar // of a lexical view that reads by newer rules

	// letters finds what a word's characters add up to; nil where that is not asked for.
	letters func(word string) (sum float32, known int32)
}

// Numbers with a meaning of their own.
const (
	unknown = 0 // a token that no training text had
	first   = 2 // the first token's number
)

func newLexicon(v view) *lexicon {
	return &lexicon{view: v, number: map[string]uint32{}, grammar: grammars[v.Language]}
}

// token is what the lexicon knows of a word as it stands in a text.
type token struct {
	number  uint32
	negate  bool    // it begins a negation's scope
	letters int32   // how many n-grams of characters are known, where that was asked for,
	sum     float32 // and what they add up to
	polarToken
}

// look finds the token of a word. With grow, a token that is new gets a number.
func (l *lexicon) look(b []byte, grow bool) token {
	h := hashBytes(b)
	if t, ok := l.words.get(h, b); ok {
		return t
	}
	return l.meet(h, b, grow)
}

// meet is look for a word of the given hash that is not remembered.
func (l *lexicon) meet(h uint64, b []byte, grow bool) token {
	w := string(b)
	t := token{}
	switch l.view.Kind {
	case spanish:
		t.negate = slices.Contains(negations, w)
		t.number = l.numberOf(stem(w), grow)
	case lexical:
		l.meetLexical(w, &t, grow)
	default:
		t.number = l.numberOf(w, grow)
	}
	if l.letters != nil {
		t.sum, t.letters = l.letters(w)
	}
	l.words.put(h, w, t)
	return t
}

// numberOf returns the number of a stem or word. With grow, one that is new gets the next.
func (l *lexicon) numberOf(name string, grow bool) uint32 {
	if l.view.Bits > 0 {
		return max(uint32(hashBytes(name)>>32)&^negatedBit, first)
	}
	n, ok := l.number[name]
	if !ok && grow {
		n = first + 2*uint32(len(l.number))
		l.number[name] = n
	}
	return n
}

// stem returns the Snowball stem of a Spanish word.
func stem(w string) string {
	if r, _ := utf8.DecodeRuneInString(w); !unicode.IsLetter(r) {
		return w
	}
	return cmp.Or(stemmer.Stem(w, true), w)
}

// scratch is what turning one text into features needs; it is reused from text to text.
type scratch struct {
	scanner scanner
	tokens  []place
	grams   []gram

	// Only for a lexical view.
	words  []polarWord
	hits   []hit
	yields bool // a word contrasts or concedes

	// Only for n-grams of characters.
	distinct tally // of words
	runes    []rune
	cuts     []cut //  which of the runes each gram is; only while the lexicon grows
}

type cut struct{ from, to int32 }

// place is a token of a text, and where it stands there.
type place struct {
	code     uint32 // its number, plus one when negated
	from, to int32
}

// grams returns the keys of all n-grams of a text, repeated ones repeated, in the order in which they end.
// N-grams with a token that is not known are left out. The result is overwritten by the next call.
func (l *lexicon) grams(text string, s *scratch, grow bool) []gram {
	s.grams, s.cuts = s.grams[:0], s.cuts[:0]
	switch l.view.Kind {
	case letters:
		l.letterGrams(text, s, grow)
		return s.grams
	case lexical:
		l.lexicalGrams(text, s, grow)
		return s.grams
	}
	l.tokenize(text, s, grow)
	before := uint32(unknown)
	for _, t := range s.tokens {
		if t.code > negatedBit && l.view.Min == 1 {
			s.grams = append(s.grams, gram(t.code))
		}
		if before > negatedBit && t.code > negatedBit && l.view.Max >= 2 {
			s.grams = append(s.grams, gram(before)<<32|gram(t.code))
		}
		before = t.code
	}
	return s.grams
}

// negatedBit of a code tells that the token is negated; an unknown one is at most this.
const negatedBit = 1

// tokenize puts the tokens of a text into s.tokens.
func (l *lexicon) tokenize(text string, s *scratch, grow bool) {
	s.scanner.marks = l.view.Kind == spanish
	s.scanner.scan(text)
	s.tokens = s.tokens[:0]
	scope := 0
	for _, sp := range s.scanner.spans {
		if sp.class == classMark {
			if c := s.scanner.lower[sp.lo]; c < utf8.RuneSelf && strings.IndexByte(stops, c) >= 0 {
				scope = 0
			}
			continue
		}
		if sp.short {
			continue
		}
		t := l.look(s.scanner.bytes(sp), grow)
		code := t.number
		if scope > 0 {
			scope--
			code |= negatedBit
		}
		if t.negate {
			scope = l.view.Scope
		}
		s.tokens = append(s.tokens, place{code, sp.from, sp.to})
	}
}

// letterGrams puts the n-grams of characters of a text's distinct words into s.grams. A space stands
// before and after each word.
func (l *lexicon) letterGrams(text string, s *scratch, grow bool) {
	s.scanner.marks = false
	s.scanner.scan(text)
	s.distinct.reset()
	s.runes = s.runes[:0]
	for _, sp := range s.scanner.spans {
		b := s.scanner.bytes(sp)
		if !s.distinct.add(distinctID(hashBytes(b))) {
			continue
		}
		begin := len(s.runes)
		s.runes = append(s.runes, ' ')
		for _, r := range string(b) {
			s.runes = append(s.runes, r)
		}
		s.runes = append(s.runes, ' ')
		end := len(s.runes)
		for i := begin; i < end; i++ {
			k := gram(0)
			for j := i; j < min(i+l.view.Max, end); j++ {
				k = k*base + gram(s.runes[j])
				if j-i+1 < l.view.Min {
					continue
				}
				s.grams = append(s.grams, k)
				if grow {
					s.cuts = append(s.cuts, cut{int32(i), int32(j + 1)})
				}
			}
		}
	}
}

// distinctID is what of a word's hash tells the words of one text apart.
func distinctID(hash uint64) int32 { return int32(hash >> 33) }

// hashBytes hashes a word: eight bytes at a time, folded by 64x64->128 bit products as in wyhash.
func hashBytes[T string | []byte](b T) uint64 {
	h := uint64(len(b)) * base
	for len(b) > 8 {
		h = fold(h^le64(b), 0xa0761d6478bd642f)
		b = b[8:]
	}
	var last uint64
	if len(b) == 8 {
		last = le64(b)
	} else {
		for i := len(b) - 1; i >= 0; i-- {
			last = last<<8 | uint64(b[i])
		}
	}
	return fold(h^last, 0xe7037ed1a0b428db)
}

func le64[T string | []byte](b T) uint64 {
	_ = b[7] // one check of bounds for all
	return uint64(b[0]) | uint64(b[1])<<8 | uint64(b[2])<<16 | uint64(b[3])<<24 |
		uint64(b[4])<<32 | uint64(b[5])<<40 | uint64(b[6])<<48 | uint64(b[7])<<56
}

func fold(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo
}
