package text

import (
	_ "embed"
	"fmt"
	"slices"
	"strings"
	"sync"
	"unicode/utf8"
)

// An Aspect is what an opinion on a hotel or a restaurant may speak of.
type Aspect uint8

// The aspects, in the order of reports.
const (
	Room       Aspect = iota // bedrooms
	Bath                     // bathrooms
	Food                     // what is eaten and drunk
	Staff                    // people, and how they serve
	Price                    // prices, and what something is worth
	Noise                    // noise and quiet
	Location                 // where the place is
	Facilities               // the house and what else it has
	aspectCount
	wholePlace = aspectCount    // the whole, which is no aspect
	lack       = wholePlace + 1 // that what follows is not there
	wish       = lack + 1       // that what follows should be so, and is not
	nothing    = wish + 1       // that its words say nothing here
	noAspect   = nothing + 1
)

// AspectNames are the aspects' names in files, in the order of their numbers.
var AspectNames = [aspectCount]string{"room", "bath", "food", "staff", "price", "noise", "location", "facilities"}

var aspectWords = [aspectCount]Words{
	{"Room", "Habitación"}, {"Bathroom", "Baño"}, {"Food and drink", "Comida y bebida"}, {"Staff and service", "Personal y servicio"},
	{"Price", "Precio"}, {"Noise", "Ruido"}, {"Location", "Ubicación"}, {"Facilities", "Instalaciones"},
}

func (a Aspect) String() string { return AspectNames[a] }

// Name is what people call the aspect.
func (a Aspect) Name() Words { return aspectWords[a] }

// The terms of aspects; see the head of the first file.
var (
	//go:embed aspects_es.txt
	aspectsSpanish string
	//go:embed aspects_en.txt
	aspectsEnglish string
	//go:embed aspects_pt.txt
	aspectsPortuguese string
)

// aspectIndexes are the terms by language, a key of grammars.
var aspectIndexes = map[string]func() *aspectIndex{
	"": readAspects(aspectsSpanish), "en": readAspects(aspectsEnglish), "pt": readAspects(aspectsPortuguese),
}

func readAspects(file string) func() *aspectIndex {
	return sync.OnceValue(func() *aspectIndex {
		x, err := parseAspects(file)
		if err != nil {
			panic(fmt.Sprintf("terms of aspects of this package: %v", err))
		}
		return x
	})
}

// An aspectTerm is what a term tells.
type aspectTerm struct {
	aspect Aspect // or wholePlace, lack, wish or nothing; noAspect of words with which a term only begins
	sign   int8   // 1 if the term itself praises, -1 if it blames
	weak   bool   // an adjective of places, whichever they are
}

// An aspectIndex finds terms in texts.
type aspectIndex struct {
	words map[string]uint32 // numbers of words as they stand in texts, from 1
	begin []uint32          // by a word's number: the node of the terms that begin with it
	edges map[uint64]uint32 // from node<<32 | word to the next node
	terms []aspectTerm      // by node
}

// anyNumber stands for a number in a term.
const anyNumber = "#"

// parseAspects reads lines as aspects_es.txt has them.
func parseAspects(file string) (*aspectIndex, error) {
	x := &aspectIndex{words: map[string]uint32{}, begin: []uint32{0}, edges: map[uint64]uint32{}, terms: []aspectTerm{{aspect: noAspect}}}
	for n, line := range strings.Split(file, "\n") {
		if line == "" || line[0] == '#' {
			continue
		}
		name, list, ok := strings.Cut(line, "\t")
		t := aspectTerm{}
		switch {
		case strings.HasSuffix(name, "+"):
			t.sign = 1
		case strings.HasSuffix(name, "-"):
			t.sign = -1
		}
		t.weak = strings.Contains(name, "?")
		i := slices.Index(append(AspectNames[:], "place", "lack", "wish", "nothing"), strings.TrimRight(name, "?+-"))
		if !ok || i < 0 {
			return nil, fmt.Errorf("line %d is no aspect, tab and terms: %q", n+1, line)
		}
		t.aspect = Aspect(i)
		for term := range strings.SplitSeq(list, ", ") {
			if err := x.add(strings.Fields(term), t); err != nil {
				return nil, fmt.Errorf("line %d: %q: %w", n+1, term, err)
			}
		}
	}
	return x, nil
}

func (x *aspectIndex) add(words []string, t aspectTerm) error {
	if len(words) == 0 {
		return fmt.Errorf("it has no word")
	}
	node := uint32(0)
	for i, w := range words {
		number := x.number(w)
		var next uint32
		if i == 0 {
			next = x.begin[number]
		} else {
			next = x.edges[uint64(node)<<32|uint64(number)]
		}
		if next == 0 {
			next = uint32(len(x.terms))
			x.terms = append(x.terms, aspectTerm{aspect: noAspect})
			if i == 0 {
				x.begin[number] = next
			} else {
				x.edges[uint64(node)<<32|uint64(number)] = next
			}
		}
		node = next
	}
	if old := x.terms[node]; old.aspect != noAspect && old != t {
		return fmt.Errorf("it is there already, and says something else")
	}
	x.terms[node] = t
	return nil
}

// number gives a word's number, the same for its plural and for what is written without accents.
func (x *aspectIndex) number(w string) uint32 {
	if n, ok := x.words[w]; ok {
		return n
	}
	n := uint32(len(x.begin))
	x.begin = append(x.begin, 0)
	for _, form := range formsOf(w) {
		if _, ok := x.words[form]; !ok {
			x.words[form] = n
		}
	}
	return n
}

// pluralEnds are how plurals end, by how their singulars do: the first that fits counts.
var pluralEnds = [][]string{
	{"ción", "ciones"}, {"sión", "siones"}, {"ón", "ones"}, {"án", "anes"}, {"ín", "ines"}, {"és", "eses"}, {"z", "ces"},
	{"ção", "ções"}, {"são", "sões"}, {"ão", "ões"}, {"al", "ais", "ales", "als"}, {"el", "éis", "eles", "els"}, {"m", "ns", "ms"}, {"y", "ies", "ys"},
	{"s", "s"}, {"a", "as"}, {"e", "es"}, {"i", "is"}, {"o", "os"}, {"u", "us"}, {"á", "ás"}, {"é", "és"}, {"", "es", "s"},
}

// formsOf gives a word, its plural, and both without accents unless they are short: "té" is not "te".
func formsOf(w string) []string {
	forms := []string{w}
	for _, end := range pluralEnds {
		if r, ok := strings.CutSuffix(w, end[0]); ok && utf8.RuneCountInString(w) > 2 {
			for _, plural := range end[1:] {
				forms = append(forms, r+plural)
			}
			break
		}
	}
	for _, f := range forms {
		if utf8.RuneCountInString(f) > 3 {
			forms = append(forms, strings.Map(plainLetter, strings.ReplaceAll(f, "ç", "c")))
		}
	}
	return forms
}
