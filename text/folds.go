package text

import (
	"cmp"
	"math/rand/v2"
	"slices"
	"strconv"

	"animo"
)

// Limits and default of Options.Folds.
const (
	minFolds     = 2
	maxFolds     = 100
	defaultFolds = 10
)

// foldsOf returns each row's fold and the number of folds, drawn from the seed or as the options say.
func foldsOf(c *corpus, o Options) ([]int, int, error) {
	if o.FoldOf != nil {
		return givenFolds(c, o.FoldOf)
	}
	n, err := foldCount(o)
	if err != nil {
		return nil, 0, err
	}
	if err := checkRows(c.rows(), c.positive, n); err != nil {
		return nil, 0, err
	}
	fold := c.drawFolds(n, o.Seed)
	if err := checkFolds(c, fold, n); err != nil {
		fold = c.drawRows(n, o.Seed) // so many rows have one text that its fold would hold all of a label
		return fold, n, checkFolds(c, fold, n)
	}
	return fold, n, nil
}

// drawRows deals the rows out to n folds one by one, whatever their texts.
func (c *corpus) drawRows(n int, seed uint64) []int {
	rng := rand.New(rand.NewPCG(seed, 0x666f6c6473)) // "folds"
	fold, next := make([]int, c.rows()), [2]int{}
	for _, row := range rng.Perm(c.rows()) {
		label := c.labels[row]
		fold[row] = next[label] % n
		next[label]++
	}
	return fold
}

// drawFolds deals the rows out to n folds by a hash of the seed and the text, so that a row keeps its fold when others
// come or go, and rows with the same text share one, because a text seen in training would be too easy to judge. A fold
// without a text of some label gets one of the fold that has most of them, which only small files need.
func (c *corpus) drawFolds(n int, seed uint64) []int {
	type dealt struct {
		text string
		fold int
	}
	at := make(map[string]int, len(c.texts)) // in list, by text
	var list []dealt
	var byLabel [2][]int // the first row's label decides whose a text is
	for i, t := range c.texts {
		if _, ok := at[t]; !ok {
			at[t] = len(list)
			byLabel[c.labels[i]] = append(byLabel[c.labels[i]], len(list))
			list = append(list, dealt{t, foldOfText(t, seed, n)})
		}
	}
	for _, texts := range byLabel {
		size := make([]int, n)
		for _, i := range texts {
			size[list[i].fold]++
		}
		for {
			least, most := slices.Index(size, slices.Min(size)), slices.Index(size, slices.Max(size))
			if size[least] > 0 || size[most] < 2 {
				break
			}
			moved := -1 // by hash, not by place, so that the order of the rows changes nothing
			for _, i := range texts {
				if list[i].fold == most && (moved < 0 || foldHash(list[i].text, seed) < foldHash(list[moved].text, seed)) {
					moved = i
				}
			}
			list[moved].fold = least
			size[least], size[most] = size[least]+1, size[most]-1
		}
	}
	fold := make([]int, c.rows())
	for i, t := range c.texts {
		fold[i] = list[at[t]].fold
	}
	return fold
}

// foldOfText returns the fold of a text, one of n.
func foldOfText(text string, seed uint64, n int) int { return int(foldHash(text, seed) % uint64(n)) }

// foldHash mixes a text's hash with the seed, as SplitMix64 does, so that what two seeds deal has nothing in common.
func foldHash(text string, seed uint64) uint64 {
	x := hashBytes(text) + (seed+1)*0x9e3779b97f4a7c15
	x = (x ^ x>>30) * 0xbf58476d1ce4e5b9
	x = (x ^ x>>27) * 0x94d049bb133111eb
	return x ^ x>>31
}

func givenFolds(c *corpus, foldOf []int) ([]int, int, error) {
	n, err := foldCount(Options{FoldOf: foldOf})
	if err != nil {
		return nil, 0, err
	}
	if len(foldOf) != c.rows() {
		return nil, 0, wrongLength(len(foldOf), strconv.Itoa(c.rows()))
	}
	if err := checkRows(c.rows(), c.positive, n); err != nil {
		return nil, 0, err
	}
	return foldOf, n, checkFolds(c, foldOf, n)
}

// foldCount returns the number of folds that options ask for.
func foldCount(o Options) (int, error) {
	if o.FoldOf == nil {
		n := cmp.Or(o.Folds, defaultFolds)
		if n < minFolds || n > maxFolds {
			return 0, animo.Errorf(animo.Invalid, "folds must be %d to %d, not %d", "los pliegues deben ser de %d a %d, no %d",
				minFolds, maxFolds, n).Of("folds")
		}
		return n, nil
	}
	var size [maxFolds]int
	n := 0
	for i, f := range o.FoldOf {
		if f < 0 || f >= maxFolds {
			return 0, badFolds("row %d has fold %d; it must be 0 to %d", "la fila %d tiene el pliegue %d; debe ser de 0 a %d", i+1, f, maxFolds-1)
		}
		size[f]++
		n = max(n, f+1)
	}
	if n < minFolds {
		return 0, badFolds("there must be at least %d folds", "debe haber al menos %d pliegues", minFolds)
	}
	for f, s := range size[:n] {
		if s == 0 {
			return 0, badFolds("no row has fold %d", "ninguna fila tiene el pliegue %d", f)
		}
	}
	return n, nil
}

func badFolds(en, es string, args ...any) error {
	return animo.Errorf(animo.Invalid, en, es, args...).Of("fold_file")
}

func wrongLength(folds int, rows string) error {
	return badFolds("the fold file has %d numbers for %s rows", "el archivo de pliegues tiene %d números para %s filas", folds, rows)
}

func checkRows(rows, positive, folds int) error {
	if rows < folds {
		return animo.Errorf(animo.TooFewRows, "%d rows are too few for %d folds; at least %[2]d are needed, some of each label", "%d filas son muy pocas para %d pliegues; hacen falta al menos %[2]d, de ambas etiquetas", rows, folds)
	}
	if positive == 0 || positive == rows {
		is, other := animo.Negative, animo.Positive
		if positive > 0 {
			is, other = other, is
		}
		return animo.Errorf(animo.OneClass, "all %d rows carry the same label, %s; rows with %s are needed, too", "las %d filas llevan la misma etiqueta, %s; hacen falta también filas con %s", rows, is, other)
	}
	return nil
}

// checkFolds tells whether both labels are there to learn from when any one fold is held out.
func checkFolds(c *corpus, fold []int, n int) error {
	held := make([][2]int, n)
	for i, f := range fold {
		held[f][c.labels[i]]++
	}
	return checkHeld(held, c.rows(), c.positive)
}

func checkHeld(held [][2]int, rows, positive int) error {
	for f := range held {
		if held[f][1] == positive || held[f][0] == rows-positive {
			few, n := animo.Negative, rows-positive
			if held[f][1] == positive {
				few, n = animo.Positive, positive
			}
			return animo.Errorf(animo.OneClass, "without fold %d, all rows carry the same label: %s has too few rows to be measured, %d; at least %d in different folds are needed",
				"sin el pliegue %d, todas las filas llevan la misma etiqueta: %s tiene muy pocas filas para medir, %d; hacen falta al menos %d en pliegues distintos", f, few, n, max(2, n+1))
		}
	}
	return nil
}
