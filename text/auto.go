package text

import (
	"context"
	"fmt"
	"math"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"
)

// innerFolds is how many parts the rows are cut into to choose a trainer inside a fold.
const innerFolds = 5

// autoCandidates are the trainers that auto chooses among, the cheapest first. Those without the lexicon are
// there for labels that are no sentiment, and for texts that are not Spanish.
var autoCandidates = []string{"nb", "lexnb", "lexnb2", "lexblend", "blend"}

// autoRows is how many rows auto tries its candidates on at most. More are learned from by sgd.
const autoRows = 20_000

// trainAutoStream is auto for more than autoRows.
func trainAutoStream(ctx context.Context, src Source, language string, o Options, g goal, workers int, tell func(Progress)) (*Model, *Report, error) {
	m, r, err := trainStream(ctx, src, language, o, g, workers, tell)
	if err != nil {
		return nil, nil, err
	}
	r.Trainer = Auto
	r.Why = fmt.Sprintf("%s learns from any number of rows; %d are more than the %d that several trainers are tried on.", sgdName, r.Rows, autoRows)
	return m, r, nil
}

// trainAuto chooses a trainer, of many rows by a race, else by cross-validation, fits it to all rows, and measures the whole of that:
// inside each fold the trainer is chosen anew, by a cross-validation among the rows that the fold learns
// from (Cawley and Talbot, On over-fitting in model selection, JMLR 11, 2010). It goes by the log loss,
// which tells trainers apart that are right equally often.
func (t *training) trainAuto(ctx context.Context) (*Model, *Report, error) {
	if t.rows() >= raceRows {
		return t.trainRace(ctx)
	}
	of, err := trainersNamed(autoCandidates)
	if err != nil {
		return nil, nil, err
	}
	m, r, s, err := t.trainBest(ctx, of)
	if err != nil {
		return nil, nil, err
	}
	r.Trainer, r.Why = Auto, t.why(of, s)
	return m, r, nil
}

// search is how a choice among trainers went.
type search struct {
	held   [][]float64 // each trainer's scores of rows held out
	losses []float64   // of these
	times  []int       // how often each was chosen inside a fold
	best   int
}

// trainBest fits the trainer with the smallest loss to all rows, and measures each fold by the one that the other folds choose.
func (t *training) trainBest(ctx context.Context, of []trainer) (*Model, *Report, search, error) {
	held, inner, err := t.heldOut(ctx, of)
	if err != nil {
		return nil, nil, search{}, err
	}
	s := search{held: held, losses: t.losses(held, -1), times: make([]int, len(of))}
	chosen := make([]int, t.folds)
	for k := range t.folds {
		chosen[k] = choose(t.losses(inner[k], k))
		s.times[chosen[k]]++
	}
	s.best = choose(s.losses)
	m, err := t.publish(ctx, of[s.best], held[s.best])
	if err != nil {
		return nil, nil, search{}, err
	}
	r := newReport(t, m, func(k int) []float64 { return held[chosen[k]] })
	r.Chosen, r.Features = of[s.best].name, m.features()
	return m, r, s, nil
}

// heldOut gives, for each trainer, each row's score by a model that was fitted to the other folds; and
// the same inside each fold k, for the rows outside k by a model that had seen neither k nor the row.
func (t *training) heldOut(ctx context.Context, of []trainer) (held [][]float64, inner [][][]float64, err error) {
	part := t.drawFolds(innerFolds, ^t.seed)
	held = table(len(of), t.rows())
	inner = make([][][]float64, t.folds)
	total := len(of) * t.folds * (1 + innerFolds)
	tell := t.counter(Progress{Stage: "choosing", Total: total, Folds: t.folds})
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.workers)
	for k := range t.folds {
		inner[k] = table(len(of), t.rows())
		for c, tr := range of {
			if ctx.Err() != nil {
				return nil, nil, g.Wait()
			}
			for j := range innerFolds + 1 {
				g.Go(func() error {
					out, scores := func(i int) bool { return t.fold[i] == k }, held[c]
					judged := out
					if j < innerFolds {
						out = func(i int) bool { return t.fold[i] == k || part[i] == j }
						judged = func(i int) bool { return t.fold[i] != k && part[i] == j }
						scores = inner[k][c]
					}
					err := t.measure(ctx, tr, out, judged, scores)
					if err == nil {
						tell(func(p *Progress) { p.Done++ })
					}
					return err
				})
				if j == 0 { // which has begun, because Go waits for a worker that is free
					tell(func(p *Progress) { p.Fold, p.Trainer = k+1, tr.name })
				}
			}
		}
	}
	return held, inner, g.Wait()
}

func table(n, m int) [][]float64 {
	t := make([][]float64, n)
	for i := range t {
		t[i] = make([]float64, m)
	}
	return t
}

// losses returns each trainer's mean log loss over the rows outside fold k, its scores calibrated.
func (t *training) losses(scores [][]float64, k int) []float64 {
	losses := make([]float64, len(scores))
	for c := range scores {
		var s []float64
		var labels []uint8
		for i, f := range t.fold {
			if f != k {
				s = append(s, scores[c][i])
				labels = append(labels, t.labels[i])
			}
		}
		losses[c] = logLoss(s, labels, fitSlope(s, labels))
	}
	return losses
}

// logLoss is the mean of -ln(the probability that was given to the true label).
func logLoss(scores []float64, labels []uint8, slope float64) float64 {
	sum := 0.0
	for i, s := range scores {
		odds := slope * s
		if labels[i] == 1 {
			odds = -odds
		}
		sum += max(odds, 0) + math.Log1p(math.Exp(-math.Abs(odds))) // ln(1+exp(odds)) without overflow
	}
	return sum / float64(len(scores))
}

// choose returns the trainer with the smallest loss, of equal ones the first.
func choose(losses []float64) int {
	return slices.Index(losses, slices.Min(losses))
}

// why tells in words how the choice went.
func (t *training) why(of []trainer, s search) string {
	var found, inside []string
	for c, tr := range of {
		found = append(found, fmt.Sprintf("%s %.4f (%d of %d right)", tr.name, s.losses[c], t.right(s.held[c]), t.rows()))
		if s.times[c] > 0 {
			inside = append(inside, fmt.Sprintf("%s in %d", tr.name, s.times[c]))
		}
	}
	return fmt.Sprintf("%s has the smallest log loss on held-out rows: %s. Of the %d folds that were measured, each chose for itself: %s.",
		of[s.best].name, strings.Join(found, ", "), t.folds, strings.Join(inside, ", "))
}

// right counts the rows whose score has their label's sign.
func (t *training) right(scores []float64) (n int) {
	for i, s := range scores {
		if (s >= 0) == (t.labels[i] == 1) {
			n++
		}
	}
	return n
}
