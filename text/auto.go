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

// Auto chooses among the autoCandidates. All are cheap, and most know the lexicon. Where one that does not
// is the best of them, the labels are no sentiment or the texts not Spanish, and autoGuards compete as
// well, which take ten times as long.
var (
	autoCandidates = []string{"lexblend", "lexnb", "lexnb2", "nb"}
	autoGuards     = []string{"blend"}
)

// trainAuto chooses a trainer by cross-validation, fits it to all rows, and measures the whole of that:
// inside each fold the trainer is chosen anew, by a cross-validation among the rows that the fold learns
// from (Cawley and Talbot, On over-fitting in model selection, JMLR 11, 2010). It goes by the log loss,
// which tells trainers apart that are right equally often.
func (t *training) trainAuto(ctx context.Context) (*Model, *Report, error) {
	c, err := t.compete(ctx, autoCandidates)
	if err != nil {
		return nil, nil, err
	}
	first := c.best()
	unlexical := func(i int) bool { return c.of[i].views[0].Kind != lexical }
	best := first
	if slices.ContainsFunc(first, unlexical) {
		guards, err := t.compete(ctx, autoGuards)
		if err != nil {
			return nil, nil, err
		}
		c.join(guards)
		for k, all := range c.best() {
			if unlexical(first[k]) {
				best[k] = all
			}
		}
	}
	scores := make([]float64, t.rows())
	for i, k := range t.fold {
		scores[i] = c.held[best[k]][i]
	}
	chosen := best[t.folds]
	m, err := t.publish(ctx, c.of[chosen], c.held[chosen])
	if err != nil {
		return nil, nil, err
	}
	r := newReport(t, scores)
	r.Trainer, r.Chosen, r.Features = Auto, c.of[chosen].name, m.features()
	r.Why = t.why(c, best)
	return m, r, nil
}

// A competition is what some trainers say of rows that they have not seen, and how well that is.
type competition struct {
	of     []trainer
	held   [][]float64 // for each trainer, of each row
	losses [][]float64 // for each fold, and then for all rows: each trainer's among the rows outside the fold
}

func (t *training) compete(ctx context.Context, names []string) (*competition, error) {
	c := &competition{}
	for _, name := range names {
		tr, err := trainerNamed(name)
		if err != nil {
			return nil, err
		}
		c.of = append(c.of, tr)
	}
	held, inner, err := t.heldOut(ctx, c.of)
	if err != nil {
		return nil, err
	}
	c.held = held
	for k := range t.folds {
		c.losses = append(c.losses, t.losses(inner[k], k))
	}
	c.losses = append(c.losses, t.losses(held, -1))
	return c, nil
}

// join adds the trainers of another competition.
func (c *competition) join(o *competition) {
	c.of = append(c.of, o.of...)
	c.held = append(c.held, o.held...)
	for k := range c.losses {
		c.losses[k] = append(c.losses[k], o.losses[k]...)
	}
}

// best gives, for each fold and then for all rows, the trainer with the smallest loss; of equal ones the
// first.
func (c *competition) best() []int {
	best := make([]int, len(c.losses))
	for k, losses := range c.losses {
		best[k] = slices.Index(losses, slices.Min(losses))
	}
	return best
}

// heldOut gives, for each trainer, each row's score by a model that was fitted to the other folds; and
// the same inside each fold k, for the rows outside k by a model that had seen neither k nor the row.
func (t *training) heldOut(ctx context.Context, of []trainer) (held [][]float64, inner [][][]float64, err error) {
	part := t.drawFolds(innerFolds, ^t.seed)
	held = table(len(of), t.rows())
	inner = make([][][]float64, t.folds)
	total := len(of) * t.folds * (1 + innerFolds)
	tell := t.counter("choosing", total)
	g, ctx := errgroup.WithContext(ctx)
	g.SetLimit(t.workers)
	for k := range t.folds {
		inner[k] = table(len(of), t.rows())
		for c, tr := range of {
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
					tell()
					return err
				})
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

// losses gives each trainer's mean log loss over the rows outside fold k, its scores calibrated.
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

// why tells in words how the choice went. best is each fold's choice, and then that for all rows.
func (t *training) why(c *competition, best []int) string {
	var found, inside []string
	times := make([]int, len(c.of))
	for _, b := range best[:t.folds] {
		times[b]++
	}
	for i, tr := range c.of {
		right := 0
		for row, s := range c.held[i] {
			if (s >= 0) == (t.labels[row] == 1) {
				right++
			}
		}
		found = append(found, fmt.Sprintf("%s %.4f (%d of %d right)", tr.name, c.losses[t.folds][i], right, t.rows()))
		if times[i] > 0 {
			inside = append(inside, fmt.Sprintf("%s in %d", tr.name, times[i]))
		}
	}
	return fmt.Sprintf("%s has the smallest log loss on held-out rows: %s. Of the %d folds that were measured, each chose for itself: %s.",
		c.of[best[t.folds]].name, strings.Join(found, ", "), t.folds, strings.Join(inside, ", "))
}
