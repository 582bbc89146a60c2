package nn

import "math"

// Sigmoid is 1/(1+e^−z), the probability that a logit stands for. It is accurate for every z.
func Sigmoid(z float32) float64 {
	if z >= 0 {
		return 1 / (1 + math.Exp(-float64(z)))
	}
	e := math.Exp(float64(z))
	return e / (1 + e)
}

// LogLoss returns the mean of −log p over the examples, where p is the probability that the logits z give to
// the labels y, each 0 or 1. It sets dz to the mean's gradient by z. Sigmoid and loss are one function, so
// that nothing overflows and no logarithm of zero is taken.
func LogLoss(dz, z []float32, y []uint8) float64 {
	var sum float64
	n := 1 / float64(len(z))
	for i, x := range z {
		t := float64(y[i])
		e := math.Exp(-math.Abs(float64(x)))
		p := 1 / (1 + e)
		if x < 0 {
			p = e / (1 + e)
		}
		sum += math.Max(float64(x), 0) - float64(x)*t + math.Log1p(e)
		dz[i] = float32((p - t) * n)
	}
	return sum * n
}
