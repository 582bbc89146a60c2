package text

import (
	"bufio"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"
)

// polarities says of words and phrases whether they praise (1, 2) or blame (-1, -2). A key is a
// stem, or the stems of a phrase joined by a space. A phrase of weight 0 says nothing, and keeps its words
// from saying something.
type polarities map[string]int8

// heaviest is the largest weight of a lexicon.
const heaviest = 2

// longestPhrase is how many words a phrase may have.
const longestPhrase = 6

// parsePolarities reads lines as lexicon.txt has them. Where words share a stem the heaviest counts, and
// of phrases with the same stems the first.
func parsePolarities(file string, stem func(string) string) (polarities, error) {
	p := polarities{}
	var s scanner
	lines := bufio.NewScanner(strings.NewReader(file))
	for n := 1; lines.Scan(); n++ {
		line := lines.Text()
		if line == "" || line[0] == '#' {
			continue
		}
		number, expression, ok := strings.Cut(line, "\t")
		weight, err := strconv.ParseInt(number, 10, 8)
		if !ok || err != nil {
			return nil, fmt.Errorf("line %d is no weight, tab and expression: %q", n, line)
		}
		s.scan(expression)
		var stems []string
		for _, sp := range s.spans {
			stems = append(stems, stem(string(s.bytes(sp))))
		}
		if r, _ := utf8.DecodeRuneInString(expression); len(stems) == 0 && pictured(r) {
			stems = append(stems, string(r))
		}
		if len(stems) == 0 {
			return nil, fmt.Errorf("line %d has no word: %q", n, line)
		}
		key := strings.Join(stems, " ")
		old, there := p[key]
		if len(stems) == 1 && abs(int(weight)) > abs(int(old)) || len(stems) > 1 && !there {
			p[key] = int8(weight)
		}
	}
	return p, p.check()
}

// check tells what is wrong with a lexicon, if anything is.
func (p polarities) check() error {
	for key, weight := range p {
		words := strings.Fields(key)
		if len(words) == 0 || len(words) > longestPhrase || strings.Join(words, " ") != key {
			return fmt.Errorf("%q is no phrase of 1 to %d words", key, longestPhrase)
		}
		if abs(int(weight)) > heaviest {
			return fmt.Errorf("%q has the weight %d; it must be -%d to %d", key, weight, heaviest, heaviest)
		}
	}
	return nil
}

func abs(n int) int { return max(n, -n) }

// superlatives are what an adjective may have after -ísim.
var superlatives = []string{"o", "a", "os", "as", "ente"}

// plainStem returns the stem of a word's plain form: without letters that were drawn out (buenooo), with the
// accent that -ción and -sión are often written without, and for a superlative (riquísimo) of its
// adjective (rico). All that begins with mejora shares one stem: it says that something should be better,
// where mejor says that something is.
func plainStem(w string) string {
	w = shorten(w)
	for _, end := range []string{"cion", "sion"} {
		if r, ok := strings.CutSuffix(w, end); ok {
			w = r + end[:2] + "ón"
			break
		}
	}
	w = positive(w)
	if strings.HasPrefix(w, "mejora") {
		return "mejora"
	}
	return stem(w)
}

// positive returns the adjective of a superlative, and any other word as it is.
func positive(w string) string {
	for _, end := range superlatives {
		r, ok := strings.CutSuffix(w, end)
		if !ok {
			continue
		}
		r, ok = cutEither(r, "isim", "ísim")
		if !ok || utf8.RuneCountInString(r) < 2 {
			continue
		}
		if r, ok := strings.CutSuffix(r, "bil"); ok {
			return r + "ble"
		}
		if r, ok := strings.CutSuffix(r, "qu"); ok {
			return r + "co"
		}
		if r, ok := strings.CutSuffix(r, "gu"); ok {
			return r + "go"
		}
		return r + "o"
	}
	return w
}

func cutEither(w, a, b string) (string, bool) {
	if r, ok := strings.CutSuffix(w, a); ok {
		return r, true
	}
	return strings.CutSuffix(w, b)
}

// shorten makes runs of three or more of one character a single one.
func shorten(w string) string {
	run, last, drawn := 0, rune(-1), false
	for _, r := range w {
		if r != last {
			run, last = 0, r
		}
		run++
		drawn = drawn || run == 3
	}
	if !drawn {
		return w
	}
	runes := []rune(w)
	out := runes[:0]
	for i := 0; i < len(runes); {
		j := i + 1
		for j < len(runes) && runes[j] == runes[i] {
			j++
		}
		keep := j - i
		if keep >= 3 {
			keep = 1
		}
		r := runes[i]
		for range keep {
			out = append(out, r)
		}
		i = j
	}
	return string(out)
}

// A phraseTrie finds the phrases of a lexicon. Its nodes are numbered; the root is 0.
type phraseTrie struct {
	edges *features // from (node, stem's number) to the next node's number less one
	nodes []phraseNode
}

// phraseNode is some words with which a phrase begins.
type phraseNode struct {
	code   uint32 // the phrase's number as a token; 0 where it says nothing
	halves int8   // its polarity, in halves
	whole  bool   // the words are a phrase
}

func newPhraseTrie() *phraseTrie {
	return &phraseTrie{edges: newFeatures(), nodes: make([]phraseNode, 1)}
}

// next follows one more word from a node; 0 where no phrase goes on so.
func (t *phraseTrie) next(node, number uint32) uint32 {
	return uint32(t.edges.find(gram(node)<<32|gram(number)) + 1)
}

func (t *phraseTrie) add(numbers []uint32, n phraseNode) {
	node := uint32(0)
	for _, number := range numbers {
		id, fresh := t.edges.add(gram(node)<<32 | gram(number))
		if fresh {
			t.nodes = append(t.nodes, phraseNode{})
		}
		node = uint32(id) + 1
	}
	t.nodes[node] = n
}

// sortedKeys returns the words and phrases of a lexicon in an order that is always the same.
func (p polarities) sortedKeys() []string {
	keys := make([]string, 0, len(p))
	for key := range p {
		keys = append(keys, key)
	}
	slices.Sort(keys)
	return keys
}
