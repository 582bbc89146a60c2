package nn

import (
	"math"
	"math/rand/v2"
	"testing"

	"animo/nn/kernel"
)

// variables are what a loss depends on, by name.
type variables map[string][]float64

// checkGradients compares gradients that float32 code gave with central differences of the same loss,
// written in float64. terms is how many products of numbers of about 1 an element of a gradient sums up.
func checkGradients(t *testing.T, loss func(variables) float64, at variables, got map[string][]float32, terms int) {
	t.Helper()
	const h = 1e-5 // the differences' error is about h² plus 2⁻⁵³/h, far below float32's
	for name, gradient := range got {
		x := at[name]
		if len(gradient) != len(x) {
			t.Errorf("%s: %d gradients for %d numbers", name, len(gradient), len(x))
			continue
		}
		for i := range x {
			old := x[i]
			x[i] = old + h
			up := loss(at)
			x[i] = old - h
			down := loss(at)
			x[i] = old
			want := (up - down) / (2 * h)
			if limit := 4*float64(terms)/(1<<23) + 1e-8; !(math.Abs(float64(gradient[i])-want) <= limit) {
				t.Errorf("%s[%d]: gradient %g, want %g ± %g", name, i, gradient[i], want, limit)
			}
		}
	}
}

// normal returns n normally distributed numbers in both precisions.
func normal(rng *rand.Rand, n int) ([]float32, []float64) {
	a, b := make([]float32, n), make([]float64, n)
	for i := range a {
		a[i] = float32(rng.NormFloat64())
		b[i] = float64(a[i])
	}
	return a, b
}

func matrixOf(data []float32, rows, cols int) kernel.Matrix {
	return kernel.Matrix{Data: data, Rows: rows, Cols: cols, Stride: cols}
}

// dot is the loss of the layers' tests: the layer's results, each times a fixed number. Its gradient by
// the results is those numbers.
func dot(x, y []float64) float64 {
	var sum float64
	for i, v := range x {
		sum += v * y[i]
	}
	return sum
}
