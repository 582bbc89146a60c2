package text

import (
	"context"
	"math"
)

// fitNB fits multinomial naive Bayes to whether features occur at all, with one imagined occurrence of
// every feature for each label (alpha 1).
func fitNB(_ context.Context, p problem) (scorer, error) {
	return &linear{parts: []part{naiveBayes(p, part{view: 0}, 1)}}, nil
}

// naiveBayes fits multinomial naive Bayes with additive smoothing alpha to the numbers that p gives: the
// weights and the bias of p. See Manning, Raghavan and Schütze, Introduction to Information Retrieval,
// section 13.2.
func naiveBayes(pr problem, p part, alpha float64) part {
	x := pr.views[p.view]
	mass, rows := masses(pr, &p)
	var total [2]float64
	seen := 0.0
	for id := range x.width {
		if mass[0][id]+mass[1][id] > 0 {
			seen++
			total[0] += mass[0][id]
			total[1] += mass[1][id]
		}
	}
	p.weights = make([]float32, x.width)
	norm := math.Log((total[0] + alpha*seen) / (total[1] + alpha*seen))
	for id := range p.weights {
		if m0, m1 := mass[0][id], mass[1][id]; m0+m1 > 0 {
			p.weights[id] = float32(math.Log((m1+alpha)/(m0+alpha)) + norm)
		}
	}
	p.bias = single32(math.Log(rows[1] / rows[0]))
	return p
}

// masses sums the numbers of each feature over the training rows of each label, and counts those rows.
func masses(pr problem, p *part) (mass [2][]float64, rows [2]float64) {
	x := pr.views[p.view]
	mass[0], mass[1] = make([]float64, x.width), make([]float64, x.width)
	var numbers []float32
	for _, r := range pr.rows {
		y, v := pr.labels[r], x.row(int(r))
		rows[y]++
		m := mass[y]
		if p.weighting == binary {
			for _, id := range v.ids {
				m[id]++
			}
			continue
		}
		numbers = p.weigh(numbers[:0], v)
		for i, id := range v.ids {
			m[id] += float64(numbers[i])
		}
	}
	return mass, rows
}
