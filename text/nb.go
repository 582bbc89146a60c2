package text

import (
	"context"
	"math"
)

// fitNB fits multinomial naive Bayes to whether features occur at all, with one imagined text of each
// label that has every feature (alpha 1). See Manning, Raghavan and Schütze, Introduction to Information
// Retrieval, sections 13.2 and 13.3.
func fitNB(_ context.Context, p problem) (scorer, error) {
	x := p.views[0]
	return &linear{parts: []part{naiveBayes(x, p, 1)}}, nil
}

// naiveBayes fits multinomial naive Bayes with additive smoothing alpha.
func naiveBayes(x *matrix, p problem, alpha float64) part {
	var mass [2][]float64
	mass[0], mass[1] = make([]float64, x.width), make([]float64, x.width)
	var rows [2]float64
	for _, r := range p.rows {
		y := p.labels[r]
		rows[y]++
		for _, id := range x.row(int(r)).ids {
			mass[y][id]++
		}
	}
	var total [2]float64
	seen := 0.0
	for id := range x.width {
		if mass[0][id]+mass[1][id] > 0 {
			seen++
			total[0] += mass[0][id]
			total[1] += mass[1][id]
		}
	}
	w := make([]float32, x.width)
	norm := math.Log(total[0]+alpha*seen) - math.Log(total[1]+alpha*seen)
	for id := range w {
		if mass[0][id]+mass[1][id] > 0 {
			w[id] = float32(math.Log((mass[1][id]+alpha)/(mass[0][id]+alpha)) + norm)
		}
	}
	return part{weights: w, bias: float64(float32(math.Log(rows[1] / rows[0])))}
}
