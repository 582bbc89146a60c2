package text

import (
	"math/rand/v2"

	"animo"
)

// Limits and default of Options.Folds.
const (
	minFolds     = 2
	maxFolds     = 100
	defaultFolds = 10
)

// foldsOf gives each row's fold and the number of folds, drawn from the seed or as the options say.
func foldsOf(c *corpus, o Options) ([]int, int, error) {
	if o.FoldOf != nil {
		return givenFolds(c, o.FoldOf)
	}
	n := o.Folds
	if n == 0 {
		n = defaultFolds
	}
	if n < minFolds || n > maxFolds {
		return nil, 0, animo.Errorf(animo.Invalid, "folds must be %d to %d, not %d", "los pliegues deben ser de %d a %d, no %d",
			minFolds, maxFolds, n).Of("folds")
	}
	if err := checkRows(c, n); err != nil {
		return nil, 0, err
	}
	fold := c.drawFolds(n, o.Seed)
	return fold, n, checkFolds(c, fold, n)
}

// drawFolds deals the rows out to n folds. Each fold gets its share of both labels, and rows with the same
// text share a fold, since a text seen in training would be too easy to judge.
func (c *corpus) drawFolds(n int, seed uint64) []int {
	groups := map[string][]int{}
	var byLabel [2][]string // the first row's label decides where a text is dealt
	for i, t := range c.texts {
		if groups[t] == nil {
			byLabel[c.labels[i]] = append(byLabel[c.labels[i]], t)
		}
		groups[t] = append(groups[t], i)
	}
	rng := rand.New(rand.NewPCG(seed, 0x666f6c6473)) // "folds"
	fold, next := make([]int, c.rows()), 0
	for _, texts := range byLabel {
		rng.Shuffle(len(texts), func(i, j int) { texts[i], texts[j] = texts[j], texts[i] })
		for _, t := range texts {
			for _, row := range groups[t] {
				fold[row] = next % n
			}
			next++
		}
	}
	return fold
}

func givenFolds(c *corpus, foldOf []int) ([]int, int, error) {
	bad := func(en, es string, args ...any) ([]int, int, error) {
		return nil, 0, animo.Errorf(animo.Invalid, en, es, args...).Of("fold_file")
	}
	if len(foldOf) != c.rows() {
		return bad("the fold file has %d numbers for %d rows", "el archivo de pliegues tiene %d números para %d filas", len(foldOf), c.rows())
	}
	n := 0
	for i, f := range foldOf {
		if f < 0 || f >= maxFolds {
			return bad("row %d has fold %d; it must be 0 to %d", "la fila %d tiene el pliegue %d; debe ser de 0 a %d", i+1, f, maxFolds-1)
		}
		n = max(n, f+1)
	}
	size := make([]int, n)
	for _, f := range foldOf {
		size[f]++
	}
	for f, s := range size {
		if s == 0 {
			return bad("no row has fold %d", "ninguna fila tiene el pliegue %d", f)
		}
	}
	if n < minFolds {
		return bad("all rows have the same fold", "todas las filas tienen el mismo pliegue")
	}
	if err := checkRows(c, n); err != nil {
		return nil, 0, err
	}
	return foldOf, n, checkFolds(c, foldOf, n)
}

func checkRows(c *corpus, folds int) error {
	if c.rows() < folds {
		return animo.Errorf(animo.TooFewRows, "%d rows are too few for %d folds", "%d filas son muy pocas para %d pliegues", c.rows(), folds)
	}
	if c.positive == 0 || c.positive == c.rows() {
		return animo.Errorf(animo.OneClass, "all %d rows carry the same label", "las %d filas llevan la misma etiqueta", c.rows())
	}
	return nil
}

// checkFolds tells whether both labels are there to learn from when any one fold is held out.
func checkFolds(c *corpus, fold []int, n int) error {
	held := make([][2]int, n)
	for i, f := range fold {
		held[f][c.labels[i]]++
	}
	for f := range held {
		if held[f][1] == c.positive || held[f][0] == c.rows()-c.positive {
			return animo.Errorf(animo.OneClass, "without fold %d, all rows carry the same label: a label has too few rows to be measured",
				"sin el pliegue %d, todas las filas llevan la misma etiqueta: una etiqueta tiene muy pocas filas para medir", f)
		}
	}
	return nil
}
