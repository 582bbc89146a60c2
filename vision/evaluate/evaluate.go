// Package evaluate measures what vision says against what people know: which emotion a face shows, and who somebody is.
// It takes what vision said, face by face, and gives rates as fractions of 1 with their 95 % intervals.
//
// The command `animo evaluate` reads folders of photos for it.
package evaluate

import (
	"math/rand/v2"
	"slices"

	"animo"
)

// Rate is a share of a number of trials, with the interval that holds the true share in 95 of 100 cases.
type Rate struct {
	Value float64 // 0 to 1; 0 where there are no trials
	Of    int     // trials
	Range [2]float64
}

// RateOf returns the share of hits with its interval by animo.Wilson.
func RateOf(hits, of int) Rate {
	r := Rate{Of: of}
	r.Range[0], r.Range[1] = animo.Wilson(hits, of)
	if of > 0 {
		r.Value = float64(hits) / float64(of)
	}
	return r
}

// resamples is how often a figure without a formula of its own is computed from cases drawn anew.
const resamples = 1000

// bootstrap returns a figure of n cases with the interval between the 2.5th and the 97.5th percentile of what it is of n cases
// drawn with replacement (B. Efron, "Bootstrap Methods", Annals of Statistics 7, 1979). It draws the same ones each time.
func bootstrap(n int, figure func(cases []int) float64) Rate {
	cases := make([]int, n)
	for i := range cases {
		cases[i] = i
	}
	r := Rate{Value: figure(cases), Of: n}
	if n == 0 {
		r.Range[1] = 1
		return r
	}
	rng := rand.New(rand.NewPCG(1, 2))
	figures := make([]float64, resamples)
	for i := range figures {
		for j := range cases {
			cases[j] = rng.IntN(n)
		}
		figures[i] = figure(cases)
	}
	slices.Sort(figures)
	r.Range = [2]float64{figures[resamples*25/1000], figures[resamples*975/1000-1]}
	return r
}
