package text

import (
	"cmp"
	"math"
	"slices"
	"strings"
)

// A Term is a word, or two words in a row, that stands out in the bad opinions or in the good ones.
type Term struct {
	Term string  `json:"term"`
	Good int     `json:"good"` // good texts that have it
	Bad  int     `json:"bad"`  // bad ones
	Z    float64 `json:"z"`    // standard deviations by which it is more frequent there
}

// terms counts in how many good and bad texts words and pairs of words occur, but for those that say nothing. Its memory is bounded: of
// more than termsKept the rarest are forgotten, as in lossy counting (Manku and Motwani 2002). It is not safe for concurrent use.
type terms struct {
	slots []termSlot // a power of two of them, at most half in use
	used  int
	texts uint32
	all   [2][2]float64 // by words and pairs, and by label: how many there are in all texts
	name  []byte
}

type termSlot struct {
	hash uint64
	name string // "" for a free slot
	by   [2]uint32
	last uint32 // the text that had it last
	kind termKind
}

type termKind uint8

const (
	wordTerm termKind = iota
	pairTerm
	stopTerm // says nothing
	notTerm  // a negation: says something of the word after it
)

const (
	termsKept  = 1 << 17
	leastTexts = 3    // texts that a term must be in
	plainZ     = 1.96 // deviations from which on a term stands out
	priorShare = 0.1  // of all occurrences the prior is worth so many,
	priorTerms = 1000 // but no more than these
	withinPair = 0.7  // of a word's texts have it in one pair: then the pair tells more
)

func newTerms(language string) *terms {
	t := &terms{slots: make([]termSlot, 1<<12), texts: 1}
	for w, kind := range stopWords[language] {
		t.at(hashBytes(w), kind, func() string { return w }).kind = kind
	}
	return t
}

// at finds the slot of a term, a new one if it has none.
func (t *terms) at(hash uint64, kind termKind, name func() string) *termSlot {
	mask := uint64(len(t.slots) - 1)
	for i := hash * base >> 20 & mask; ; i = (i + 1) & mask {
		s := &t.slots[i]
		if s.name == "" {
			if 2*t.used >= len(t.slots) {
				t.grow()
				return t.at(hash, kind, name)
			}
			t.used++
			*s = termSlot{hash: hash, name: name(), kind: kind}
			return s
		}
		if s.hash == hash {
			return s
		}
	}
}

// grow makes more room or, where there is enough of it, forgets the rarest terms.
func (t *terms) grow() {
	old := t.slots
	least, size := uint32(0), 2*len(old)
	if size > 2*termsKept {
		size = len(old)
		for kept := t.used; 2*kept > termsKept; {
			least++
			kept = 0
			for i := range old {
				if s := &old[i]; s.name != "" && (s.kind >= stopTerm || s.by[0]+s.by[1] > least) {
					kept++
				}
			}
		}
	}
	t.slots, t.used = make([]termSlot, size), 0
	for _, s := range old {
		if s.name != "" && (s.kind >= stopTerm || s.by[0]+s.by[1] > least || least == 0) {
			*t.at(s.hash, s.kind, func() string { return s.name }) = s
		}
	}
}

// add counts the terms of the text that a scanner holds, marks and all.
func (t *terms) add(s *scanner, label uint8) {
	var before []byte
	var beforeHash uint64
	for i := range s.spans {
		sp := &s.spans[i]
		b := s.bytes(*sp)
		if sp.class == classMark || sp.short || b[0] <= '9' {
			before = nil
			continue
		}
		h := hashBytes(b)
		slot := t.at(h, wordTerm, func() string { return string(b) })
		kind := slot.kind
		if kind == stopTerm {
			before = nil
			continue
		}
		if kind == wordTerm {
			t.count(slot, label)
			if before != nil {
				pair := t.at(fold(beforeHash^base, h), pairTerm, func() string {
					t.name = append(append(append(t.name[:0], before...), ' '), b...)
					return string(t.name)
				})
				t.count(pair, label)
			}
		}
		before, beforeHash = b, h
	}
	t.texts++
}

func (t *terms) count(s *termSlot, label uint8) {
	if s.last == t.texts {
		return
	}
	s.last = t.texts
	s.by[label]++
	t.all[s.kind][label]++
}

// standing gives the n terms that stand out most in bad texts, and in good ones: the log-odds ratio of a term in the two, with a
// Dirichlet prior in proportion to how often it occurs in both, in its standard deviations. See Monroe, Colaresi and Quinn, Fightin'
// Words (2008), section 3.5.
func (t *terms) standing(n int) (bad, good []Term) {
	if t.all[wordTerm][0] == 0 || t.all[wordTerm][1] == 0 {
		return nil, nil
	}
	var list []Term
	for _, s := range t.slots {
		if s.name == "" || s.kind >= stopTerm {
			continue
		}
		all := t.all[s.kind]
		y0, y1 := float64(s.by[0]), float64(s.by[1])
		worth := min(priorTerms, priorShare*(all[0]+all[1]))
		prior := worth * (y0 + y1) / (all[0] + all[1])
		odds := func(y, all float64) float64 { return math.Log((y + prior) / (all + worth - y - prior)) }
		z := (odds(y1, all[1]) - odds(y0, all[0])) / math.Sqrt(1/(y0+prior)+1/(y1+prior))
		if z >= plainZ && s.by[1] >= leastTexts || z <= -plainZ && s.by[0] >= leastTexts {
			list = append(list, Term{s.name, int(s.by[1]), int(s.by[0]), z})
		}
	}
	slices.SortFunc(list, func(a, b Term) int { return cmp.Or(cmp.Compare(a.Z, b.Z), strings.Compare(a.Term, b.Term)) })
	middle, _ := slices.BinarySearchFunc(list, 0, func(x Term, z float64) int { return cmp.Compare(x.Z, z) })
	bad = chosenTerms(list[:middle], n, func(x Term) int { return x.Bad })
	slices.Reverse(list)
	good = chosenTerms(list[:len(list)-middle], n, func(x Term) int { return x.Good })
	for i := range bad {
		bad[i].Z = -bad[i].Z
	}
	return bad, good
}

// chosenTerms gives the first n of the terms that stand out to one side, without words that are nearly always in one of the pairs, and pairs
// that say less than one of their words.
func chosenTerms(list []Term, n int, texts func(Term) int) []Term {
	chosen := list[:min(2*n, len(list))]
	within := func(word, pair Term) bool {
		a, b, ok := strings.Cut(pair.Term, " ")
		return ok && (a == word.Term || b == word.Term)
	}
	keep := slices.DeleteFunc(slices.Clone(chosen), func(x Term) bool {
		return slices.ContainsFunc(chosen, func(y Term) bool {
			return within(x, y) && float64(texts(y)) >= withinPair*float64(texts(x)) || within(y, x) && float64(texts(x)) < withinPair*float64(texts(y)) && math.Abs(x.Z) < math.Abs(y.Z)
		})
	})
	return keep[:min(n, len(keep))]
}
