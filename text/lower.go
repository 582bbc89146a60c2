package text

import (
	"unicode"
	"unicode/utf8"
)

// What a character is to the scanner, as Python 3's re module sees it: \w, \s, or neither.
const (
	classMark  = iota // neither: punctuation, symbols, combining marks
	classSpace        // \s
	classWord         // \w
)

// lowTable holds the class and the lower case of every character below its length, which takes in all
// letters of Spanish. None of them has a lower case of more than one character.
var lowTable = func() (t [0x130]struct {
	class uint8
	lower rune
}) {
	for r := range t {
		t[r].class = classOf(rune(r))
		t[r].lower = unicode.ToLower(rune(r))
	}
	return t
}()

// classOf tells a character's class. Python's \w is a letter (L*), a number (N*) or '_'; its \s also
// has the four separators U+001C to U+001F.
func classOf(r rune) uint8 {
	switch {
	case unicode.IsLetter(r), unicode.IsNumber(r), r == '_':
		return classWord
	case unicode.IsSpace(r), r >= 0x1c && r <= 0x1f:
		return classSpace
	}
	return classMark
}

// lowerRune returns the lower case of the character r at text[at:], as Python's str.lower does: the simple
// mapping of Unicode, and the final form of sigma at the end of a word. U+0130, the only character whose
// lower case is two, is left to the callers.
func lowerRune(text string, at int, r rune) rune {
	if r == 'Σ' && finalSigma(text, at) {
		return 'ς'
	}
	return unicode.ToLower(r)
}

// finalSigma tests Unicode's condition Final_Sigma (The Unicode Standard, section 3.13) for the sigma at
// text[at:]: a cased letter before it and none after it, with case-ignorable characters skipped.
func finalSigma(text string, at int) bool {
	before := false
	for i := at; i > 0; {
		r, n := utf8.DecodeLastRuneInString(text[:i])
		i -= n
		if !caseIgnorable(r) {
			before = cased(r)
			break
		}
	}
	if !before {
		return false
	}
	for _, r := range text[at+len("Σ"):] {
		if !caseIgnorable(r) {
			return !cased(r)
		}
	}
	return true
}

func cased(r rune) bool {
	return unicode.In(r, unicode.Lu, unicode.Ll, unicode.Lt, unicode.Other_Lowercase, unicode.Other_Uppercase)
}

// caseIgnorable tells whether r is Case_Ignorable: marks, format characters, modifiers, and the
// punctuation that may stand inside a word (Word_Break MidLetter, MidNumLet and Single_Quote).
func caseIgnorable(r rune) bool {
	switch r {
	case '\'', '.', ':', '·', '\u0387', '\u055f', '\u05f4', '\u2018', '\u2019', '\u2024', '\u2027',
		'\ufe13', '\ufe52', '\ufe55', '\uff07', '\uff0e', '\uff1a':
		return true
	}
	return unicode.In(r, unicode.Mn, unicode.Me, unicode.Cf, unicode.Lm, unicode.Sk)
}
