package text

import (
	"cmp"
	"context"
	"errors"
	"runtime"
	"slices"
	"strings"
	"sync"
	"time"

	"animo"

	"golang.org/x/sync/errgroup"
)

// Auto is the trainer that chooses among the others, and the default.
const Auto = "auto"

// Trainers lists the names that Options.Trainer takes, the default first:
//
//   - auto chooses among nb, lexnb, lexnb2, lexblend and blend by cross-validation; from raceRows rows on, in a race that logreg and
//     svm run as well. From autoRows on a file gets sgd.
//   - lexblend is the sum of lexnb and a logistic regression over words, pairs of words and phrases, with the
//     amounts of praise and blame that a lexicon of the file's language finds in the text.
//   - lexnb is naive Bayes over words and phrases; the lexicon is its prior knowledge. The fastest.
//   - lexnb2 is the same with pairs of words.
//   - nb is naive Bayes over words and pairs, with negated words apart, and without the lexicon.
//   - blend is the sum of nb, naive Bayes over tf-idf, and NB-weighted logistic regression over n-grams of
//     characters. The best without the lexicon.
//   - logreg, svm and nbsvm are what is often taken: logistic regression and a linear support vector machine
//     over tf-idf of words and characters, and NB-weighted logistic regression over both.
//   - sgd is logistic regression by stochastic gradients and naive Bayes over the features of lexblend, hashed,
//     for files of any size.
//   - mlp is the network of the report, with seven hidden layers over the counts of words and pairs.
func Trainers() []string {
	names := []string{Auto}
	for _, t := range trainers {
		names = append(names, t.name)
	}
	return names
}

// Train fits a classifier to all of src and measures it by cross-validation. The model is the same for
// the same opinions and options but Workers and Progress.
//
// A goal chooses from which score on a text is called Negativo: "balanced" has both labels found equally often, "complaints"
// at least 85 of 100 negative rows with as few false alarms as may be, "recall>=R" and "precision>=P" say it in numbers, of
// Negativo. The threshold by which a fold is measured is chosen on the rows of the other folds, with half a standard
// error to spare. Class weights were tried beside it: on reviews of which 97.4 % are good they bring nothing (see README.md).
//
// It fails with EmptyFile, TooFewRows, OneClass,
// Invalid (of "folds", "fold_file" or "goal"), Unsupported (of "trainer"), with the error that src yields, and
// soon after ctx ends, with its error.
func Train(ctx context.Context, src Source, o Options) (*Model, *Report, error) {
	start := time.Now()
	g, err := parseGoal(o.Goal)
	if err != nil {
		return nil, nil, err
	}
	var tr trainer
	auto := o.Trainer == "" || o.Trainer == Auto
	if !auto {
		if tr, err = trainerNamed(o.Trainer); err != nil {
			return nil, nil, err
		}
	}
	if err := checkTune(o.Tune, cmp.Or(tr.name, Auto)); err != nil {
		return nil, nil, err
	}
	var mu sync.Mutex
	tell := func(p Progress) {
		if o.Progress != nil {
			mu.Lock()
			defer mu.Unlock()
			o.Progress(p)
		}
	}
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	m, r, err := dispatch(ctx, src, o, g, tr, workers, tell)
	if err != nil {
		return nil, nil, err
	}
	r.Seconds = time.Since(start).Seconds()
	r.PeakBytes = peakBytes()
	return m, r, nil
}

// checkTune refuses a number of settings that cannot be, and a trainer that has none.
func checkTune(n int, trainer string) error {
	switch {
	case n < 0 || n > mostTuned:
		return animo.Errorf(animo.Invalid, "%d is not a number of settings to try; allowed are 0 to %d", "%d no es un número de ajustes que probar; se admiten de 0 a %d", n, mostTuned).Of("tune")
	case n > 0 && trainer != Auto && !slices.Contains(Tunable(), trainer):
		return animo.Errorf(animo.Unsupported, "trainer %s has no settings to try; those that have are %s", "el entrenador %s no tiene ajustes que probar; los que tienen son %s",
			trainer, strings.Join(append([]string{Auto}, Tunable()...), ", ")).Of("tune")
	}
	return nil
}

// dispatch trains in memory, or in passes where there is too much for that. A trainer without a name is auto.
func dispatch(ctx context.Context, src Source, o Options, g goal, tr trainer, workers int, tell func(Progress)) (*Model, *Report, error) {
	c, err := read(ctx, src, tell)
	if o.Tune > 0 && (errors.Is(err, errLarge) || err == nil && c.rows() >= raceRows) {
		return nil, nil, animo.Errorf(animo.TooManyRows, "settings are tried on fewer than %d rows; train without, or on a part of them",
			"los ajustes se prueban con menos de %d filas; entrene sin ellos, o con una parte", raceRows).Of("tune")
	}
	if errors.Is(err, errLarge) {
		switch tr.name {
		case sgdName:
			return trainStream(ctx, src, c.language, o, g, workers, tell)
		case "":
			return trainAutoStream(ctx, src, c.language, o, g, workers, tell)
		}
		return nil, nil, animo.Errorf(animo.TooManyRows, "trainer %s takes at most %d rows; %s and %s take any number",
			"el entrenador %s admite hasta %d filas; %s y %s admiten cualquier cantidad", tr.name, largeRows, Auto, sgdName).Of("trainer")
	}
	if err != nil {
		return nil, nil, err
	}
	fold, folds, err := foldsOf(c, o)
	if err != nil {
		return nil, nil, err
	}
	switch o.FoldOf = fold; {
	case tr.name == sgdName:
		return trainStream(ctx, src, c.language, o, g, workers, tell)
	case tr.name == "" && c.rows() > autoRows:
		return trainAutoStream(ctx, src, c.language, o, g, workers, tell)
	}
	t := &training{corpus: c, fold: fold, folds: folds, seed: o.Seed, goal: g, workers: workers, tell: tell}
	if o.Tune > 0 {
		return t.trainTuned(ctx, cmp.Or(tr.name, Auto), o.Tune)
	}
	if tr.name == "" {
		return t.trainAuto(ctx)
	}
	return t.train(ctx, tr)
}

func trainerNamed(name string) (trainer, error) {
	for _, t := range trainers {
		if t.name == name {
			return t, nil
		}
	}
	return trainer{}, animo.Errorf(animo.Unsupported, "there is no trainer %q; there are %s",
		"no existe el entrenador %q; existen %s", name, strings.Join(Trainers(), ", ")).Of("trainer")
}

// training is the work of one call of Train.
type training struct {
	*corpus
	fold    []int // of each row
	folds   int
	seed    uint64
	goal    goal
	workers int
	tell    func(Progress)
}

// train measures one trainer on every fold and fits it to all rows.
func (t *training) train(ctx context.Context, tr trainer) (*Model, *Report, error) {
	held := make([]float64, t.rows()) // each row's score by a model that had not seen its fold
	tell := t.counter(Progress{Stage: "fold", Total: t.folds, Trainer: tr.name})
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(t.workers)
	for k := range t.folds {
		g.Go(func() error {
			in := func(i int) bool { return t.fold[i] == k }
			err := t.measure(gctx, tr, in, in, held)
			if err == nil {
				tell(func(p *Progress) { p.Done++ })
			}
			return err
		})
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	m, err := t.publish(ctx, tr, held)
	if err != nil {
		return nil, nil, err
	}
	r := newReport(t, m, func(int) []float64 { return held })
	r.Trainer, r.Chosen, r.Features = tr.name, tr.name, m.features()
	return m, r, nil
}

// measure fits a trainer to the rows that are not out, and puts what it says of the judged rows into scores.
func (t *training) measure(ctx context.Context, tr trainer, out, judged func(row int) bool, scores []float64) error {
	if err := ctx.Err(); err != nil {
		return err
	}
	p := t.problem(tr, out)
	s, err := p.fit(ctx, tr)
	if err != nil {
		return err
	}
	var x []vector
	for i := range t.rows() {
		if judged(i) {
			x = p.vectors(i, x)
			scores[i] = s.score(x)
		}
	}
	return nil
}

// publish fits a trainer to all rows and calibrates it by what its like said of rows held out.
func (t *training) publish(ctx context.Context, tr trainer, held []float64) (*Model, error) {
	t.tell(Progress{Stage: "fitting", Trainer: tr.name})
	p := t.problem(tr, func(int) bool { return false })
	s, err := p.fit(ctx, tr)
	if err != nil {
		return nil, err
	}
	var spaces []space
	for _, v := range tr.views {
		sp, _ := t.view(v)
		spaces = append(spaces, sp.fresh())
	}
	prior := logit(float64(t.positive) / float64(t.rows()))
	m := newModel(tr.name, prior, fitSlope(held, t.labels), spaces, s)
	m.threshold = m.slope * t.goal.threshold(held, t.labels)
	return m, ctx.Err()
}

// problem is what a trainer learns from when some rows are out.
func (t *training) problem(tr trainer, out func(row int) bool) problem {
	p := problem{labels: t.labels, seed: t.seed}
	for _, v := range tr.views {
		_, m := t.view(v)
		p.views = append(p.views, m)
	}
	p.rows = make([]int32, 0, t.rows())
	for i := range t.rows() {
		if !out(i) {
			p.rows = append(p.rows, int32(i))
		}
	}
	return p
}

// counter tells the progress of a stage, from its beginning p on, whenever it is changed.
func (t *training) counter(p Progress) func(change func(*Progress)) {
	t.tell(p)
	var mu sync.Mutex
	return func(change func(*Progress)) {
		mu.Lock()
		defer mu.Unlock()
		change(&p)
		t.tell(p)
	}
}

// single32 rounds to what an artefact keeps, so that a saved model predicts exactly as the fitted one.
func single32(x float64) float64 { return float64(float32(x)) }
