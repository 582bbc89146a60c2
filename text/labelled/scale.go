package labelled

import (
	"math"
	"slices"
	"strings"

	"animo"
)

// verdict is what a label says.
type verdict int8

const (
	unknown   verdict = iota // it is not a label
	negative                 //
	positive                 //
	neutral                  // neither good nor bad
	unlabeled                // there is nothing
)

// label returns the label of a verdict that is positive or negative.
func (v verdict) label() animo.Label {
	if v == positive {
		return animo.Positive
	}
	return animo.Negative
}

// Scale says how numbers are meant: those near Low are Negativo, those near High Positivo, and those in the
// middle neither. The zero Scale knows words only.
type Scale struct {
	Low  float64 `json:"low"`
	High float64 `json:"high"`
	Zero bool    `json:"zero,omitempty"` // 0 is used, too, below a Low of 1
}

// Which part of a scale is Negativo and which Positivo: of 1 to 5 that is 2.5 and 3.5, of 1 to 10 4.5 and 6.5.
const (
	lowPart  = 0.39
	highPart = 0.61
)

func (s Scale) verdict(v float64) verdict {
	low := s.Low
	if s.Zero {
		low = 0
	}
	if s.High == s.Low || math.IsNaN(v) || v < low || v > s.High {
		return unknown
	}
	switch part := (v - s.Low) / (s.High - s.Low); {
	case part <= lowPart:
		return negative
	case part >= highPart:
		return positive
	}
	return neutral
}

// labeller reads labels on a scale. It remembers what it read, because labels repeat.
type labeller struct {
	scale Scale
	digit [10]verdict
	known map[string]verdict
}

func newLabeller(s Scale) *labeller {
	l := &labeller{scale: s, known: map[string]verdict{}}
	for i := range l.digit {
		l.digit[i] = s.verdict(float64(i))
	}
	return l
}

func (l *labeller) read(value []byte) verdict {
	if len(value) == 1 && value[0] >= '0' && value[0] <= '9' {
		return l.digit[value[0]-'0']
	}
	v, ok := l.known[string(value)]
	if !ok {
		v = l.find(parseValue(string(value)))
		if len(l.known) < 1000 {
			l.known[string(value)] = v
		}
	}
	return v
}

func (l *labeller) find(v value) verdict {
	switch {
	case v.verdict != unknown:
		return v.verdict
	case !v.isNumber:
		return unknown
	case v.of > 0:
		return fractionScale(v.of).verdict(v.number)
	}
	return l.scale.verdict(v.number)
}

// fractionScale is the scale of numbers such as 4/5.
func fractionScale(of float64) Scale {
	s := Scale{High: of}.usual()
	if of == 2 || of == 3 {
		s.Low = 1
	}
	return s
}

// tally counts the values of a column.
type tally struct {
	cells, empty  int
	words         [unlabeled + 1]int // of words, by what they say
	badCells      int                // that are neither words nor numbers
	numbers       map[float64]int    // without "of so many"
	numberCells   int
	fractionCells int // numbers "of so many"
	fractionSays  [unlabeled + 1]int
	starred       int     // of numbers: with a word or sign for stars
	rising        bool    // every number is greater than the one before
	highest       float64 // so far, while they rise
	last          *entry
	changes       int // how often a cell differs from the one before
	letters       int // words in all cells
	seen          map[string]*entry
}

// Distinct values beyond so many are not told apart.
const distinctValues = 1000

func newTally() *tally {
	return &tally{numbers: map[float64]int{}, seen: map[string]*entry{}, rising: true, highest: math.Inf(-1)}
}

// entry is a value that a column has, and how often.
type entry struct {
	value value
	words int
	n     int
}

func (t *tally) add(cell []byte) {
	if cell == nil {
		return
	}
	e := t.seen[string(cell)]
	if e == nil {
		s := string(cell)
		e = &entry{value: parseValue(s), words: len(strings.Fields(s))}
		if len(t.seen) < distinctValues {
			t.seen[s] = e
		}
	}
	e.n++
	if t.cells++; e != t.last {
		t.changes++
	}
	t.last = e
	t.letters += e.words
	switch v := e.value; {
	case v.verdict == unlabeled:
		t.empty++
	case v.verdict != unknown:
		t.words[v.verdict]++
	case v.isNumber && v.of > 0:
		t.fractionCells++
		t.fractionSays[fractionScale(v.of).verdict(v.number)]++
	case v.isNumber:
		t.numberCells++
		if v.stars {
			t.starred++
		}
		if len(t.numbers) < distinctValues || t.numbers[v.number] > 0 {
			t.numbers[v.number]++
		}
		t.rising = t.rising && v.number > t.highest
		t.highest = v.number
	default:
		t.badCells++
	}
}

func (t *tally) full() int { return t.cells - t.empty }

// meanWords is how many words a cell that is not empty has.
func (t *tally) meanWords() float64 { return float64(t.letters) / float64(max(1, t.full())) }

// isIndex reports whether the column counts its rows.
func (t *tally) isIndex() bool {
	return t.rising && t.numberCells > 3 && t.numberCells == t.full()
}

// scale finds the scale of the numbers. stars says that the column's name is one of stars, not of labels. ok is
// false where no scale fits.
func (t *tally) scale(stars bool) (s Scale, ok bool) {
	if t.numberCells == 0 {
		if t.fractionCells > 0 || t.words != [unlabeled + 1]int{} {
			return Scale{}, true
		}
		if stars {
			return Scale{Low: 1, High: 5}, t.badCells == 0
		}
		return Scale{Low: 0, High: 1}, t.badCells == 0
	}
	stars = stars || t.starred > t.numberCells/2
	for _, c := range scales {
		if c.stars && !stars || c.labels && stars {
			continue
		}
		if t.fits(c) {
			return c.Scale, true
		}
	}
	return Scale{}, false
}

// known is a scale that people use.
type knownScale struct {
	Scale
	whole  bool      // whole numbers only
	needs  []float64 // of these values one must be there
	stars  bool      // only where the name or the values say that these are stars
	labels bool      // only where they do not
}

// scales in the order in which they are tried: the first that holds the column's values is taken.
var scales = []knownScale{
	{Scale: Scale{Low: 0, High: 1}, needs: []float64{0}},
	{Scale: Scale{Low: 0, High: 1}, labels: true, whole: true},
	{Scale: Scale{Low: -1, High: 1}},
	{Scale: Scale{Low: 1, High: 2}, whole: true, labels: true, needs: []float64{2}},
	{Scale: Scale{Low: 0, High: 2}, whole: true, labels: true, needs: []float64{0}},
	{Scale: Scale{Low: 1, High: 3}, whole: true, labels: true, needs: []float64{1}},
	{Scale: Scale{Low: 0, High: 3}, whole: true, labels: true, needs: []float64{0}},
	{Scale: Scale{Low: 0, High: 4}, whole: true, needs: []float64{0}},
	{Scale: Scale{Low: 1, High: 5}},
	{Scale: Scale{Low: 1, High: 5, Zero: true}},
	{Scale: Scale{Low: -2, High: 2}},
	{Scale: Scale{Low: -3, High: 3}, whole: true},
	{Scale: Scale{Low: -5, High: 5}},
	{Scale: Scale{Low: 1, High: 10}},
	{Scale: Scale{Low: 1, High: 10, Zero: true}},
	{Scale: Scale{Low: 10, High: 50}, whole: true, needs: []float64{50, 40}},
	{Scale: Scale{Low: 0, High: 100}, stars: true},
}

// fits reports whether the scale holds the column's numbers, but for a few that are rare.
func (t *tally) fits(k knownScale) bool {
	low := k.Low
	if k.Zero {
		low = 0
	}
	outside := 0
	for v, n := range t.numbers {
		if v >= low && v <= k.High && (!k.whole || v == math.Trunc(v)) && (k.Low != 10 || math.Mod(v, 5) == 0) {
			continue
		}
		if n > max(1, t.numberCells/100) {
			return false
		}
		outside += n
	}
	if outside > max(t.numberCells/10, min(1, t.numberCells/8)) {
		return false
	}
	return k.needs == nil || slices.ContainsFunc(k.needs, func(v float64) bool { return t.numbers[v] > 0 })
}

// says counts what the column's values say on a scale.
func (t *tally) says(s Scale) (count [unlabeled + 1]int) {
	count = t.words
	for v, n := range t.fractionSays {
		count[v] += n
	}
	for v, n := range t.numbers {
		count[s.verdict(v)] += n
	}
	count[unknown] += t.badCells
	return count
}

// examples returns a few of the values, the commonest first.
func (t *tally) examples() []string {
	list := make([]string, 0, len(t.seen))
	for s := range t.seen {
		if !blank([]byte(s)) {
			list = append(list, s)
		}
	}
	slices.SortFunc(list, func(a, b string) int {
		if n := t.seen[b].n - t.seen[a].n; n != 0 {
			return n
		}
		return strings.Compare(a, b)
	})
	list = list[:min(len(list), 6)]
	for i, s := range list {
		list[i] = shorten([]byte(s))
	}
	return list
}
