package text

import (
	"context"
	"runtime"
	"strings"
	"sync"
	"time"

	"animo"

	"golang.org/x/sync/errgroup"
)

// Auto is the trainer that chooses among the others, and the default.
const Auto = "auto"

// Trainers lists the names that Options.Trainer takes, the default first.
func Trainers() []string {
	names := make([]string, 0, len(trainers))
	for _, t := range trainers {
		names = append(names, t.name)
	}
	return names
}

// Train fits a classifier to all of src and measures it by cross-validation. The model is the same for
// the same opinions and options but Workers and Progress. It fails with EmptyFile, TooFewRows, OneClass,
// Invalid (of "folds" or "fold_file"), Unsupported (of "trainer"), with the error that src yields, and
// soon after ctx ends, with its error.
func Train(ctx context.Context, src Source, o Options) (*Model, *Report, error) {
	start := time.Now()
	t, err := trainerNamed(o.Trainer)
	if err != nil {
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
	c, err := read(ctx, src, tell)
	if err != nil {
		return nil, nil, err
	}
	fold, folds, err := foldsOf(c, o)
	if err != nil {
		return nil, nil, err
	}
	workers := o.Workers
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	run := &training{corpus: c, fold: fold, folds: folds, seed: o.Seed, workers: workers, tell: tell}
	m, r, err := run.train(ctx, t)
	if err != nil {
		return nil, nil, err
	}
	r.Seconds = time.Since(start).Seconds()
	r.PeakBytes = peakBytes()
	return m, r, nil
}

func trainerNamed(name string) (trainer, error) {
	if name == "" {
		name = trainers[0].name
	}
	for _, t := range trainers {
		if t.name == name {
			return t, nil
		}
	}
	names := strings.Join(Trainers(), ", ")
	return trainer{}, animo.Errorf(animo.Unsupported, "there is no trainer %q; there are %s",
		"no existe el entrenador %q; existen %s", name, names).Of("trainer")
}

// training is the work of one call of Train.
type training struct {
	*corpus
	fold    []int // of each row
	folds   int
	seed    uint64
	workers int
	tell    func(Progress)
}

// train measures a trainer on every fold and fits it to all rows.
func (t *training) train(ctx context.Context, tr trainer) (*Model, *Report, error) {
	scores := make([]float64, t.rows()) // each by the scorer that had not seen the row
	if err := t.crossValidate(ctx, tr, scores); err != nil {
		return nil, nil, err
	}
	t.tell(Progress{Stage: "fitting"})
	p := t.problem(tr, -1)
	s, err := tr.fit(ctx, p)
	if err != nil {
		return nil, nil, err
	}
	m := &Model{trainer: tr.name, prior: single32(logit(float64(t.positive) / float64(t.rows()))), scorer: s}
	m.slope = single32(fitSlope(scores, t.labels))
	for _, v := range tr.views {
		sp, _ := t.view(v)
		m.spaces = append(m.spaces, sp)
	}
	r := newReport(t, scores)
	r.Trainer, r.Chosen, r.Features = tr.name, tr.name, m.features()
	return m, r, ctx.Err()
}

// crossValidate scores each row with a model fitted to the other folds.
func (t *training) crossValidate(ctx context.Context, tr trainer, scores []float64) error {
	t.tell(Progress{Stage: "fold", Total: t.folds})
	var mu sync.Mutex
	done := 0
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.workers)
	for k := range t.folds {
		g.Go(func() error {
			if err := ctx.Err(); err != nil {
				return err
			}
			p := t.problem(tr, k)
			s, err := tr.fit(ctx, p)
			if err != nil {
				return err
			}
			t.judge(s, &p, k, scores)
			mu.Lock()
			defer mu.Unlock()
			done++
			t.tell(Progress{Stage: "fold", Done: done, Total: t.folds})
			return nil
		})
	}
	return g.Wait()
}

// problem is what tr learns from when the fold `out` is held out; with -1, from all rows.
func (t *training) problem(tr trainer, out ...int) problem {
	p := problem{labels: t.labels, seed: t.seed}
	for _, v := range tr.views {
		_, m := t.view(v)
		p.views = append(p.views, m)
	}
rows:
	for i, f := range t.fold {
		for _, o := range out {
			if f == o {
				continue rows
			}
		}
		p.rows = append(p.rows, int32(i))
	}
	return p
}

// judge puts the scores of the rows of fold k into scores.
func (t *training) judge(s scorer, p *problem, k int, scores []float64) {
	var x []vector
	for i, f := range t.fold {
		if f == k {
			x = p.vectors(i, x)
			scores[i] = s.score(x)
		}
	}
}

// single32 rounds to what an artefact keeps, so that a saved model predicts exactly as the fitted one.
func single32(x float64) float64 { return float64(float32(x)) }
