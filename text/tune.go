package text

import (
	"context"
	"fmt"
	"math"
	"math/rand/v2"
	"slices"
)

// Tunable are the trainers that Options.Tune takes, beside auto, which tries settings of each.
func Tunable() []string { return []string{"lexblend", "logreg"} }

// mostTuned is the largest Options.Tune: each setting is fitted to every fold and, inside each, to five parts of the rest.
const mostTuned = 200

// Tried is a setting that a training with Options.Tune tried.
type Tried struct {
	Setting string  `json:"setting" doc:"The trainer, its n-grams, how many of them chi-squared keeps, and C, the cost of an error beside the size of the weights."`
	Loss    float64 `json:"loss" doc:"Mean log loss on held-out rows; the smallest won."`
	Right   int     `json:"right" doc:"Held-out rows that it was right about. Of the one that won, this flatters: it was chosen by these rows. The scores of the folds do not."`
	Folds   int     `json:"folds" doc:"How many folds chose it for themselves, by the rows of the others alone."`
	Won     bool    `json:"won" doc:"The model was fitted with it."`
}

// setting is one way of fitting a trainer.
type setting struct {
	trainer string
	grams   string  // which n-grams count: allGrams, or fewer
	keep    float64 // the share of them that is kept, those first that chi-squared tells to go with a label; 1 keeps all
	c       float64 // the cost of an error beside the size of the weights
}

// The n-grams that a setting counts.
const (
	allGrams    = "all n-grams"
	singleWords = "single words"
	pairedWords = "words and pairs" // of logreg, which has letters, too
	lettersOnly = "letters"
)

func (s setting) String() string {
	kept := ""
	if s.keep < 1 {
		kept = fmt.Sprintf(", %g %% of them by chi-squared", 100*s.keep)
	}
	return fmt.Sprintf("%s, %s%s, C %g", s.trainer, s.grams, kept, s.c)
}

// usual returns the setting that a trainer has without tuning.
func usual(trainer string) setting {
	if trainer == "logreg" {
		return setting{trainer, allGrams, 1, logisticC}
	}
	return setting{trainer, allGrams, 1, blendC}
}

// grid returns all settings of a trainer.
func grid(trainer string) (list []setting) {
	grams, cs := []string{allGrams, singleWords}, []float64{0.25, 0.5, 1, 2, 4, 8}
	if trainer == "logreg" {
		grams, cs = []string{allGrams, singleWords, pairedWords, lettersOnly}, []float64{0.3, 1, 3, 10, 30, 100}
	}
	for _, g := range grams {
		for _, keep := range []float64{1, 0.5, 0.2, 0.05} {
			for _, c := range cs {
				list = append(list, setting{trainer, g, keep, c})
			}
		}
	}
	return list
}

// settings returns the usual settings of some trainers and, up to so many in all, others drawn from their grids: Bergstra and Bengio, Random Search
// for Hyper-Parameter Optimization, JMLR 13 (2012). With fewer than there are trainers, the usual ones alone.
func settings(of []string, most int, seed uint64) (list []setting) {
	var rest []setting
	for _, name := range of {
		list = append(list, usual(name))
		rest = append(rest, grid(name)...)
	}
	rest = slices.DeleteFunc(rest, func(s setting) bool { return slices.Contains(list, s) })
	rng := rand.New(rand.NewPCG(seed, 0x7e5e))
	rng.Shuffle(len(rest), func(i, j int) { rest[i], rest[j] = rest[j], rest[i] })
	return append(list, rest[:min(len(rest), max(0, most-len(list)))]...)
}

// selection clears the idf of the features that a part shall not see; nil clears none.
type selection func(p problem, view int, idf []float32)

func (s selection) of(p problem, part part) {
	if s != nil {
		s(p, part.view, part.idf)
	}
}

// tuned returns the trainers that some settings make.
func (t *training) tuned(list []setting) ([]trainer, error) {
	var of []trainer
	for _, s := range list {
		tr, err := trainerNamed(s.trainer)
		if err != nil {
			return nil, err
		}
		out := make([][]bool, len(tr.views)) // of each view, the features that do not count
		for v, kind := range tr.views {
			sp, _ := t.view(kind)
			out[v] = s.uncounted(sp)
		}
		chosen := func(p problem, view int, idf []float32) {
			for id, not := range out[view] {
				if not {
					idf[id] = 0
				}
			}
			keepBest(p, view, idf, s.keep)
		}
		tr.fit = func(ctx context.Context, p problem) (scorer, error) {
			if s.trainer == "logreg" {
				return logisticOf(ctx, p, s.c, chosen)
			}
			return lexBlend(ctx, p, blendSettings{lexiconRows, s.c, constantRamp, shortDamp, lexiconFade, chosen})
		}
		of = append(of, tr)
	}
	return of, nil
}

// uncounted tells which features of a space a setting does not count; nil for none.
func (s setting) uncounted(sp space) []bool {
	isLetters := sp.view.Kind == letters
	switch {
	case s.grams == allGrams || s.grams == lettersOnly && isLetters || s.grams == pairedWords && !isLetters:
		return nil
	case s.grams == singleWords && !isLetters:
		out := make([]bool, sp.n)
		for _, slot := range sp.slots {
			if slot.id != 0 && slot.gram>>32 != 0 { // a pair
				out[slot.id-1] = true
			}
		}
		return out
	}
	return slices.Repeat([]bool{true}, sp.n)
}

// keepBest clears the idf of all features of a view but that share of them that goes with a label most, by the chi-squared statistic of
// whether a training row has the feature and which label it has (Manning, Raghavan and Schütze, Introduction to Information Retrieval, section
// 13.5.2). It looks at the rows that are learned from alone, and keeps those that are equal to the last one.
func keepBest(p problem, view int, idf []float32, share float64) {
	if share >= 1 {
		return
	}
	x := p.views[view]
	have := [2][]float64{make([]float64, x.width), make([]float64, x.width)} // rows of each label that have a feature
	var rows [2]float64
	for _, r := range p.rows {
		y := p.labels[r]
		rows[y]++
		for _, id := range x.row(int(r)).ids {
			have[y][id]++
		}
	}
	statistic := make([]float64, x.width)
	var counted []float64
	for id := range statistic {
		if idf[id] == 0 {
			continue
		}
		statistic[id] = chiSquared(have[0][id], have[1][id], rows[0], rows[1])
		counted = append(counted, statistic[id])
	}
	if len(counted) == 0 {
		return
	}
	slices.Sort(counted)
	least := counted[len(counted)-max(1, int(math.Round(share*float64(len(counted)))))]
	for id := range idf {
		if statistic[id] < least {
			idf[id] = 0
		}
	}
}

// chiSquared is the statistic of a table of two labels: how many of n0 and n1 rows have a feature.
func chiSquared(have0, have1, n0, n1 float64) float64 {
	have, not := have0+have1, n0+n1-have0-have1
	if have == 0 || not == 0 || n0 == 0 || n1 == 0 {
		return 0
	}
	d := have0*(n1-have1) - have1*(n0-have0)
	return (n0 + n1) * d * d / (have * not * n0 * n1)
}

// trainTuned is train and trainAuto for a training that tries settings. They are chosen as auto chooses among trainers, anew inside each fold, so the
// scores are of the whole procedure. name is the trainer that was asked for.
func (t *training) trainTuned(ctx context.Context, name string, most int) (*Model, *Report, error) {
	names := []string{name}
	var labels []string
	var of []trainer
	if name == Auto {
		names = Tunable()
		others := slices.DeleteFunc(slices.Clone(autoCandidates), func(c string) bool { return slices.Contains(names, c) })
		var err error
		if of, err = trainersNamed(others); err != nil {
			return nil, nil, err
		}
		labels = others
	}
	list := settings(names, most, t.seed)
	tuned, err := t.tuned(list)
	if err != nil {
		return nil, nil, err
	}
	of = append(of, tuned...)
	for _, s := range list {
		labels = append(labels, s.String())
	}
	m, r, s, err := t.trainBest(ctx, of)
	if err != nil {
		return nil, nil, err
	}
	r.Trainer = name
	for c := range of {
		r.Tried = append(r.Tried, Tried{labels[c], s.losses[c], t.right(s.held[c]), s.times[c], c == s.best})
	}
	took := 0
	for _, n := range s.times {
		if n > 0 {
			took++
		}
	}
	r.Why = fmt.Sprintf("%s: the smallest log loss on held-out rows, of %d settings that were tried. The %d folds that were measured each chose for themselves, %d different ones.",
		labels[s.best], len(of), t.folds, took)
	return m, r, nil
}
