package text

import (
	"cmp"
	"context"
	"fmt"
	"slices"
	"strings"

	"animo"

	"golang.org/x/sync/errgroup"
)

// From raceRows rows on, auto does not try every trainer on every row but has them race: successive halving (Jamieson and Talwalkar,
// Non-stochastic Best Arm Identification and Hyperparameter Optimization, AISTATS 2016). All learn from a small sample, the better half
// from one of twice the size, and so on. The features of a sample are made once for all trainers that look at it in the same way.
const raceRows = 5000

// raceCandidates are who races, the cheapest first.
var raceCandidates = append(slices.Clone(autoCandidates), "logreg", "svm")

// raceShares are the parts of a race's rows that a trainer learns from in each round. As many are judged by, up to judgedMost.
var raceShares = []int{8, 4, 2}

const judgedMost = 1500

// trainRace is auto for many rows. There are two races: one among the rows of the folds with even numbers, whose winner is measured on
// those with odd ones, and one the other way, so that no fold is measured by a trainer that its own rows have chosen. Where the winners
// differ, both are measured on all folds, and the one with the smaller log loss is published.
func (t *training) trainRace(ctx context.Context) (*Model, *Report, error) {
	of, err := trainersNamed(raceCandidates)
	if err != nil {
		return nil, nil, err
	}
	total := 0
	for n, left := 0, len(of); n < len(raceShares); n, left = n+1, (left+1)/2 {
		total += 2 * left
	}
	tell := t.counter(Progress{Stage: "choosing", Total: total})
	var winners [2]int // of the race among the rows of even folds, and of odd ones
	var stories [2]string
	for half := range winners {
		winners[half], stories[half], err = t.race(ctx, of, half, func(name string) { tell(func(p *Progress) { p.Done, p.Trainer = p.Done+1, name }) })
		if err != nil {
			return nil, nil, err
		}
	}
	measured := slices.Compact(slices.Sorted(slices.Values(winners[:])))
	held := table(len(measured), t.rows())
	tell = t.counter(Progress{Stage: "fold", Total: t.folds * len(measured), Trainer: of[measured[0]].name})
	g, gctx := errgroup.WithContext(ctx)
	g.SetLimit(t.workers)
	for i, c := range measured {
		for k := range t.folds {
			g.Go(func() error {
				in := func(row int) bool { return t.fold[row] == k }
				err := t.measure(gctx, of[c], in, in, held[i])
				if err == nil {
					tell(func(p *Progress) { p.Done++ })
				}
				return err
			})
		}
	}
	if err := g.Wait(); err != nil {
		return nil, nil, err
	}
	losses := t.losses(held, -1)
	best := choose(losses)
	m, err := t.publish(ctx, of[measured[best]], held[best])
	if err != nil {
		return nil, nil, err
	}
	r := newReport(t, m, func(k int) []float64 { return held[slices.Index(measured, winners[1-k%2])] })
	r.Trainer, r.Chosen, r.Features = Auto, of[measured[best]].name, m.features()
	r.Why = fmt.Sprintf("%s won a race: in each round the better half by log loss on held-out rows went on. Among the rows of one half of the folds: %s. Of the other: %s. Each half was measured by the other's winner.",
		r.Chosen, stories[0], stories[1])
	return m, r, nil
}

func trainersNamed(names []string) (of []trainer, err error) {
	for _, name := range names {
		tr, err := trainerNamed(name)
		if err != nil {
			return nil, err
		}
		of = append(of, tr)
	}
	return of, nil
}

// race finds the best trainer for the rows of the folds with even (0) or odd (1) numbers, and tells how it went.
func (t *training) race(ctx context.Context, of []trainer, half int, tried func(name string)) (winner int, story string, err error) {
	var rows []int
	for i, k := range t.fold {
		if k%2 == half {
			rows = append(rows, i)
		}
	}
	// By hash, so that equal texts are neighbours and the order of the rows changes nothing.
	slices.SortStableFunc(rows, func(a, b int) int { return cmp.Compare(foldHash(t.texts[a], ^t.seed), foldHash(t.texts[b], ^t.seed)) })
	left := make([]int, len(of))
	for c := range of {
		left[c] = c
	}
	var rounds []string
	for _, share := range raceShares {
		learn := len(rows) / share
		judge := min(learn, judgedMost, len(rows)-learn)
		sample := &training{corpus: &corpus{language: t.language}, folds: 2, seed: t.seed, tell: t.tell}
		for i, row := range rows[:learn+judge] {
			sample.add(animo.Opinion{Text: t.texts[row], Label: animo.Label(t.labels[row])})
			sample.fold = append(sample.fold, min(i/learn, 1))
		}
		scores := table(len(left), sample.rows())
		g, gctx := errgroup.WithContext(ctx)
		g.SetLimit(t.workers)
		for i, c := range left {
			g.Go(func() error {
				judged := func(row int) bool { return sample.fold[row] == 1 }
				defer tried(of[c].name)
				return sample.measure(gctx, of[c], judged, judged, scores[i])
			})
		}
		if err := g.Wait(); err != nil {
			return 0, "", err
		}
		losses := sample.losses(scores, 0)
		order := make([]int, len(left))
		for i := range order {
			order[i] = i
		}
		slices.SortStableFunc(order, func(a, b int) int { return cmp.Compare(losses[a], losses[b]) })
		var next []int
		var found []string
		for n, i := range order {
			if n < (len(left)+1)/2 {
				next = append(next, left[i])
			}
			found = append(found, fmt.Sprintf("%s %.4f", of[left[i]].name, losses[i]))
		}
		rounds = append(rounds, fmt.Sprintf("%d learned from, %s", learn, strings.Join(found, ", ")))
		slices.Sort(next)
		left = next
	}
	return left[0], strings.Join(rounds, "; "), nil
}
