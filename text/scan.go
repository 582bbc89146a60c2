package text

import (
	"unicode/utf8"
)

// A span is one token of a text.
type span struct {
	lo, hi   int32 // its lower-cased bytes in the scanner's buffer
	from, to int32 // its bytes in the text
	class    uint8 // classWord, or classMark for a single character that is neither word nor space
	short    bool  // it is one character
}

// A scanner cuts texts into lower-cased tokens, the matches of Python's \w+|[^\w\s]. It keeps its
// buffers from one text to the next; what it gave is overwritten by the next scan.
type scanner struct {
	lower []byte
	spans []span
	marks bool // also give the tokens of classMark
}

// bytes returns a token's lower-cased bytes.
func (s *scanner) bytes(t span) []byte { return s.lower[t.lo:t.hi] }

// scan cuts a text. Bytes that are not UTF-8 count as marks.
func (s *scanner) scan(text string) {
	s.lower, s.spans = s.lower[:0], s.spans[:0]
	open := -1 // where the word that is being read begins in the text
	var lo int // and in s.lower
	end := func(to int) {
		if open >= 0 {
			s.spans = append(s.spans, span{int32(lo), int32(len(s.lower)), int32(open), int32(to), classWord, single(s.lower[lo:])})
			open = -1
		}
	}
	take := func(class uint8, r rune, from, to int) {
		switch {
		case class == classWord:
			if open < 0 {
				open, lo = from, len(s.lower)
			}
			s.lower = utf8.AppendRune(s.lower, r)
			return
		case class == classMark && s.marks:
			end(from)
			lo := len(s.lower)
			s.lower = utf8.AppendRune(s.lower, r)
			s.spans = append(s.spans, span{int32(lo), int32(len(s.lower)), int32(from), int32(to), classMark, true})
			return
		}
		end(from)
	}
	for i := 0; i < len(text); {
		if c := text[i]; c < utf8.RuneSelf {
			t := &lowTable[c]
			if t.class != classWord {
				take(t.class, t.lower, i, i+1)
				i++
				continue
			}
			if open < 0 {
				open, lo = i, len(s.lower)
			}
			for ; i < len(text); i++ {
				c := text[i]
				if c >= utf8.RuneSelf || lowTable[c].class != classWord {
					break
				}
				s.lower = append(s.lower, byte(lowTable[c].lower))
			}
			continue
		}
		r, n := utf8.DecodeRuneInString(text[i:])
		switch {
		case int(r) < len(lowTable):
			take(lowTable[r].class, lowTable[r].lower, i, i+n)
		case r == 'İ': // its lower case is an i and a combining dot
			take(classWord, 'i', i, i+n)
			take(classMark, '\u0307', i, i+n)
		default:
			r = lowerRune(text, i, r)
			take(classOf(r), r, i, i+n)
		}
		i += n
	}
	end(len(text))
}

// single tells whether b is one character.
func single(b []byte) bool {
	if len(b) > utf8.UTFMax {
		return false
	}
	_, n := utf8.DecodeRune(b)
	return n == len(b)
}
