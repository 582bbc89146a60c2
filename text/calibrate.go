package text

import "math"

// fitSlope finds the factor that turns held-out scores into log-odds: the one under which the labels are
// most likely. It is Platt scaling (Platt, 1999) without the offset, as in temperature scaling (Guo et al.,
// On Calibration of Modern Neural Networks, 2017), so that no prediction changes its label. Each label
// counts as one minus 1/(rows+2), as Platt does, so that separable scores have a finite answer.
//
// Texts of another kind than those it was fitted to deserve a smaller slope. Of lexblend, learned from the
// report's reviews and asked of restaurant reviews, 0.8 times this slope takes the log loss from 0.206
// to 0.201, and the expected calibration error from 0.029 to 0.018. At home the same takes them from 0.149 to
// 0.154 and from 0.022 to 0.034, where the model is too modest already. So the slope is left as it is.
func fitSlope(scores []float64, labels []uint8) float64 {
	scale := 0.0
	for _, s := range scores {
		scale = max(scale, math.Abs(s))
	}
	if scale == 0 || math.IsInf(scale, 0) || math.IsNaN(scale) {
		return 1
	}
	target := 1 - 1/float64(len(scores)+2)
	// The loss is convex in the slope, so its derivative has one root: bisection over the logarithm.
	rising := func(slope float64) bool {
		d := 0.0
		for i, s := range scores {
			t := target
			if labels[i] == 0 {
				t = 1 - target
			}
			d += (sigmoid(slope*s) - t) * s
		}
		return d > 0
	}
	lo, hi := math.Log(1e-6/scale), math.Log(1e6/scale)
	for range 60 {
		if mid := (lo + hi) / 2; rising(math.Exp(mid)) {
			hi = mid
		} else {
			lo = mid
		}
	}
	return math.Exp((lo + hi) / 2)
}

func sigmoid(x float64) float64 { return 1 / (1 + math.Exp(-x)) }

func logit(p float64) float64 { return math.Log(p / (1 - p)) }
