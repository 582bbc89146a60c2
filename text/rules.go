package text

import (
	"strings"
	"unicode/utf8"
)

// By the newest rules a lexical view reads more than words:
//
//   - Emoji are words of the lexicon, emoticons the emoji that they stand for, and ratings (4/5, 9 de 10, ★★★★☆, "limpieza 3")
//     tokens of their own.
//   - A negation's scope, as far as it turns hits round, ends at "pero" and its like. Blame that is turned round is praise
//     ("ningún ruido"). After nunca, "tan bien" is not turned round.
//   - Before "pero", and after "aunque" up to the next mark, a hit counts half.
//   - A word that no training text had, and that in Spanish is written almost like a word of the lexicon, is taken for it; see spelling.go.

// ratings are the tokens of ratings: up to 20, 40, 70 and 90 of 100 and above. What lies between the second and the third says nothing.
var ratings = polarities{"1★": -2, "2★": -1, "4★": 1, "5★": 2}

func ratingOf(share float64) string {
	switch {
	case share < 0 || share > 1:
		return ""
	case share <= 0.3:
		return "1★"
	case share <= 0.4:
		return "2★"
	case share < 0.7:
		return ""
	case share < 0.9:
		return "4★"
	}
	return "5★"
}

// pictured tells whether a character may be an emoji.
func pictured(r rune) bool {
	return r >= 0x1F300 && r <= 0x1FAFF || r >= 0x2600 && r <= 0x27BF || r >= 0x2300 && r <= 0x23FF || r >= 0x2B00 && r <= 0x2BFF
}

// meetByRules finds what a lexical view knows of a word.
func (l *lexicon) meetByRules(w string, t *token, grow bool) {
	g := l.grammar
	t.number = l.numberOf(g.stem(w), grow)
	if t.number == unknown && g.mended {
		t.number = l.number[l.polar.spelling().meant(w)]
	}
	t.polarToken = l.polar.look(w, t.number)
	t.role, t.tenths = g.roles[w], tenthsOf(w, g)
	t.turns = t.role&turning != 0
	t.negate = t.role&(turning|soft) != 0
}

// tenthsOf returns the number that a word is, in tenths, or -1.
func tenthsOf(w string, g *grammar) int16 {
	if n, ok := g.numerals[w]; ok {
		return n
	}
	if len(w) == 0 || len(w) > 3 {
		return -1
	}
	n := int16(0)
	for _, c := range []byte(w) {
		if c < '0' || c > '9' {
			return -1
		}
		n = 10*n + int16(c-'0')
	}
	return 10 * n
}

// wordsByRules finds the words of a text.
func (l *lexicon) wordsByRules(s *scratch, grow bool) {
	scope, turned, strong := 0, 0, false
	s.yields = false
	sentence := int32(0)
	spans := s.scanner.spans
	for i := 0; i < len(spans); i++ {
		sp := &spans[i]
		if sp.class == classMark {
			name, last := s.picture(i)
			if name != "" {
				if t := l.look([]byte(name), false); t.number != unknown {
					s.words = append(s.words, polarWord{code: t.number, span: int32(i), to: int32(last), sentence: sentence, halves: t.halves})
				}
				i = last
				continue
			}
			if c := s.scanner.lower[sp.lo]; c < utf8.RuneSelf && strings.IndexByte(stops, c) >= 0 {
				scope, turned = 0, 0
				sentence++
			}
			continue
		}
		t := l.look(s.scanner.bytes(*sp), grow)
		if t.turns && i+1 < len(spans) && l.grammar.idle[string(s.scanner.bytes(spans[i+1]))] {
			t.turns, t.negate = false, false
		}
		if t.tenths >= 0 {
			if name, last := l.rating(s, i, t.tenths); name != "" {
				r := l.look([]byte(name), grow)
				s.words = append(s.words, polarWord{code: r.number, span: int32(i), to: int32(last), sentence: sentence, halves: r.halves})
				i = last
				continue
			}
		}
		w := polarWord{code: t.number, node: t.node, span: int32(i), to: int32(i), sentence: sentence, halves: t.halves, turns: t.turns, role: t.role}
		if t.negate {
			scope = l.view.Scope
		} else if scope > 0 {
			scope--
			w.code |= negatedBit
		}
		switch {
		case t.role&contrasts != 0:
			turned = 0
		case t.turns:
			turned, strong = l.view.Scope, t.role&never != 0 || strong && turned > 0
		case turned > 0:
			if strong && t.role&degree != 0 {
				turned = 0
				break
			}
			w.turned = true
			turned--
		}
		s.yields = s.yields || t.role&(contrasts|conceding) != 0
		s.words = append(s.words, w)
	}
}

// picture returns the emoji that begins with span i, and the last span of it: an emoji, an emoticon, or a row of stars.
func (s *scratch) picture(i int) (name string, last int) {
	spans := s.scanner.spans
	c := s.scanner.lower[spans[i].lo]
	if c >= 0xE2 {
		b := s.scanner.bytes(spans[i])
		r, _ := utf8.DecodeRune(b)
		if r == '★' || r == '⭐' {
			return s.stars(i)
		}
		if pictured(r) {
			return string(b), i
		}
		return "", i
	}
	if c != ':' && c != ';' && c != '=' && c != '<' {
		return "", i
	}
	at := func(j int) byte {
		if j >= len(spans) || spans[j].from != spans[j-1].to || spans[j].to-spans[j].from != 1 {
			return 0
		}
		return s.scanner.lower[spans[j].lo]
	}
	j := i + 1
	if c == '<' {
		if at(j) == '3' {
			return "❤", j
		}
		return "", i
	}
	if at(j) == '-' || at(j) == '\'' {
		j++
	}
	switch at(j) {
	case ')', 'd', ']', '3', '*', 'p':
		for at(j+1) == ')' {
			j++
		}
		return "🙂", j
	case '(', '[', '/', '|':
		for at(j+1) == '(' {
			j++
		}
		return "🙁", j
	}
	return "", i
}

// stars reads a row of full stars and of empty ones after them.
func (s *scratch) stars(i int) (name string, last int) {
	full, empty := 0, 0
	last = i
	for j := i; j < len(s.scanner.spans); j++ {
		r, _ := utf8.DecodeRune(s.scanner.bytes(s.scanner.spans[j]))
		switch {
		case (r == '★' || r == '⭐') && empty == 0:
			full++
		case r == '☆':
			empty++
		case r != '\uFE0F':
			return ratingOf(float64(full) / max(5, float64(full+empty))), last
		}
		last = j
	}
	return ratingOf(float64(full) / max(5, float64(full+empty))), last
}

// rating reads a rating whose number begins with span i, and returns its token and last span.
func (l *lexicon) rating(s *scratch, i int, tenths int16) (name string, last int) {
	spans := s.scanner.spans
	is := func(j int, words ...string) bool {
		if j < 0 || j >= len(spans) {
			return false
		}
		b := s.scanner.bytes(spans[j])
		for _, w := range words {
			if string(b) == w {
				return true
			}
		}
		return false
	}
	number := func(j int) int16 {
		if j >= len(spans) || spans[j].class == classMark {
			return -1
		}
		return tenthsOf(string(s.scanner.bytes(spans[j])), l.grammar)
	}
	value := float64(tenths) / 10
	j := i + 1
	if is(j, ",", ".") && j+1 < len(spans) && spans[j].from == spans[i].to && spans[j+1].from == spans[j].to && spans[j+1].short && number(j+1) >= 0 {
		value += float64(number(j+1)) / 100
		j += 2
	}
	most := int16(-1)
	switch {
	case is(j, "/"):
		most = number(j + 1)
	case is(j, "de", "sobre", "of", "em"):
		most = number(j + 1)
	case is(j, "out") && is(j+1, "of"):
		j++
		most = number(j + 1)
	case is(j, "estrella", "estrellas", "star", "stars", "estrela", "estrelas"):
		if value > 5 {
			return ratingOf(1), j
		}
		if is(i-1, "de", "un", "hotel", "a", "para", "como", "categoría", "los", "star", "the", "um") || value == 5 && is(i-1, "cuatro", "four") {
			return "", i
		}
		return ratingOf(value / 5), j
	}
	if most == 50 || most == 100 || most == 1000 {
		return ratingOf(value * 10 / float64(most)), j + 1
	}
	end := j == len(spans) || spans[j].class == classMark
	if i == 0 || value > 10 || tenths == 10 && is(i, "un", "una", "uno") {
		return "", i
	}
	before := l.look(s.scanner.bytes(spans[i-1]), false)
	if before.role&rated != 0 && end || is(i-1, "un", "a", "um") && !is(i, "un", "una") && spans[i].class == classWord && (end || is(j, "para", "al", "for")) && is(i, "0", "1", "2", "3", "4", "5", "6", "7", "8", "9", "10") ||
		is(i-1, ":") && i >= 2 && l.look(s.scanner.bytes(spans[i-2]), false).role&rated != 0 && end {
		return ratingOf(value / 10), j - 1
	}
	return "", i
}

// ends tells whether a sentence ends after word i: whether there is a full stop, or the like, before the next.
func (s *scratch) ends(i int) bool {
	to := int32(len(s.scanner.spans))
	if i+1 < len(s.words) {
		to = s.words[i+1].span
	}
	for j := s.words[i].to + 1; j < to; j++ {
		switch s.scanner.lower[s.scanner.spans[j].lo] {
		case '.', '!', '?':
			return true
		}
	}
	return false
}

// soften halves what a hit counts.
func (h *hit) soften() {
	if h.halves > 1 || h.halves < -1 {
		h.halves /= 2
	}
}

// concede softens hits before words that contrast, and those after words that concede.
func (s *scratch) concede() {
	if len(s.hits) == 0 || !s.yields {
		return
	}
	at, begin := 0, 0 // the next hit, and the first one of the sentence
	yields, clause := false, int32(0)
	for i := range s.words {
		w := &s.words[i]
		if yields && w.sentence != clause {
			yields = false
		}
		switch {
		case w.role&contrasts != 0:
			for k := begin; k < at; k++ {
				s.hits[k].soften()
			}
			yields = false
		case w.role&conceding != 0:
			yields, clause = true, w.sentence
		}
		for ; at < len(s.hits) && s.hits[at].first <= int32(i); at++ {
			if yields {
				s.hits[at].soften()
			}
		}
		if s.ends(i) {
			begin, yields = at, false
		}
	}
}
