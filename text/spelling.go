package text

import (
	"strings"
	"unicode/utf8"
)

// A spelling finds the stem of a lexicon's word that a misspelt one is meant to be: one that sounds like it, or that differs from it by
// one letter once both are written as they sound. A sound is written by one letter, whatever letters Spanish has for it.
type spelling struct {
	sound map[string]string // stem by sound; "" where several stems sound so
	near  map[string]string // stem by a sound without one of its letters
	stem  func(string) string
}

// Words that are shorter than this, as they sound, are not mended: too many others are like them.
const (
	shortestSound = 4
	shortestNear  = 6 // with a letter too many or too few
	shortestOther = 7 // with another letter
)

// soundOf writes a word as it sounds in most of Latin America, without its ending, which says number and gender.
func soundOf(w string) string {
	var b strings.Builder
	runes := []rune(w)
	last := rune(0)
	for i := 0; i < len(runes); i++ {
		r := plainLetter(runes[i])
		next := rune(0)
		if i+1 < len(runes) {
			next = plainLetter(runes[i+1])
		}
		soft := next == 'e' || next == 'i'
		switch {
		case r == 'h':
			if last == 'k' && i > 0 && (runes[i-1] == 'c') {
				r = 'ĉ'
			} else {
				continue
			}
		case r == 'v' || r == 'w':
			r = 'b'
		case r == 'z', r == 'c' && soft:
			r = 's'
		case r == 'c', r == 'q':
			r = 'k'
		case r == 'u' && soft && last == 'k' && (runes[i-1] == 'q' || runes[i-1] == 'k'):
			continue
		case r == 'u' && soft && last == 'g':
			continue
		case r == 'g' && soft:
			r = 'j'
		case r == 'y' && next != 0, r == 'l' && next == 'l':
			r = 'y'
			if runes[i] == 'l' {
				i++
			}
		case r == 'y':
			r = 'i'
		case r == 'x':
			r = 's'
			if next == 'c' || next == 's' {
				i++
			}
		case r == 's' && next == 'c' && i+2 < len(runes) && (plainLetter(runes[i+2]) == 'e' || plainLetter(runes[i+2]) == 'i'):
			i++
		case r == 'm' && (next == 'b' || next == 'p' || next == 'v'):
			r = 'n'
		}
		if r == last {
			continue
		}
		b.WriteRune(r)
		last = r
	}
	return b.String()
}

// plainLetter returns a letter without its accent.
func plainLetter(r rune) rune {
	switch r {
	case 'á', 'à', 'â', 'ã':
		return 'a'
	case 'é', 'ê', 'è':
		return 'e'
	case 'í', 'ì':
		return 'i'
	case 'ó', 'ô', 'õ', 'ò':
		return 'o'
	case 'ú', 'ü', 'ù':
		return 'u'
	case 'ñ':
		return 'n'
	case 'ç':
		return 's'
	}
	return r
}

// newSpelling makes the spelling of a lexicon's words, which must be done once and takes some milliseconds.
func newSpelling(p polarities, stem func(string) string) *spelling {
	s := &spelling{sound: map[string]string{}, near: map[string]string{}, stem: stem}
	put := func(m map[string]string, key, stem string) {
		if old, there := m[key]; there && old != stem {
			stem = ""
		}
		m[key] = stem
	}
	for _, key := range p.sortedKeys() {
		if p[key] == 0 || strings.Contains(key, " ") {
			continue
		}
		sound := soundOf(key)
		if len(sound) < shortestSound-1 {
			continue
		}
		put(s.sound, sound, key)
		if utf8.RuneCountInString(sound) >= shortestNear-1 {
			for i := range sound {
				_, n := utf8.DecodeRuneInString(sound[i:])
				put(s.near, sound[:i]+sound[i+n:], key)
			}
		}
	}
	return s
}

// meant returns the stem of the lexicon that a word is meant to have; "" for none.
func (s *spelling) meant(w string) string {
	sound := soundOf(s.stem(w))
	if utf8.RuneCountInString(sound) < shortestSound-1 {
		return ""
	}
	if stem := s.sound[sound]; stem != "" {
		return stem
	}
	if utf8.RuneCountInString(sound) < shortestNear-1 {
		return ""
	}
	if stem := s.near[sound]; stem != "" { // a letter too few
		return stem
	}
	found := ""
	for i := range sound { // a letter too many, or another one
		_, n := utf8.DecodeRuneInString(sound[i:])
		without := sound[:i] + sound[i+n:]
		stem := s.sound[without]
		if stem == "" && utf8.RuneCountInString(sound) >= shortestOther {
			stem = s.near[without]
		}
		if stem == "" || !alike(sound, soundOf(stem)) {
			continue
		}
		if found != "" && found != stem {
			return ""
		}
		found = stem
	}
	return found
}

// alike tells whether two sounds begin with the same letter or end alike, and one becomes the other by one letter added, removed or
// replaced, or by two neighbours changing places.
func alike(a, b string) bool {
	x, y := []rune(a), []rune(b)
	for len(x) > 0 && len(y) > 0 && x[0] == y[0] {
		x, y = x[1:], y[1:]
	}
	for len(x) > 0 && len(y) > 0 && x[len(x)-1] == y[len(y)-1] {
		x, y = x[:len(x)-1], y[:len(y)-1]
	}
	return len(x) <= 1 && len(y) <= 1 || len(x) == 2 && len(y) == 2 && x[0] == y[1] && x[1] == y[0]
}
