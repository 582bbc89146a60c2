package nn

import (
	"math/rand/v2"
	"testing"

	"animo/nn/kernel"
)

func TestDense_forward_and_gradients(t *testing.T) {
	for _, s := range []struct{ in, out, batch int }{{1, 1, 1}, {15, 50, 32}, {50, 20, 32}, {20, 1, 6}, {3, 5, 33}} {
		rng := rand.New(rand.NewPCG(1, 2))
		l := NewDense(s.in, s.out)
		var w64 []float64
		l.Weight, w64 = normal(rng, len(l.Weight))
		x, x64 := normal(rng, s.in*s.batch)
		dy, dy64 := normal(rng, s.out*s.batch)

		forward64 := func(v variables) []float64 {
			y, w, x := make([]float64, s.out*s.batch), v["weight"], v["x"]
			for u := range s.out {
				for b := range s.batch {
					sum := w[u*(s.in+1)+s.in]
					for i := range s.in {
						sum += w[u*(s.in+1)+i] * x[i*s.batch+b]
					}
					y[u*s.batch+b] = sum
				}
			}
			return y
		}
		at := variables{"weight": w64, "x": x64}

		withOnes := append(x, make([]float32, s.batch)...)
		for i := len(x); i < len(withOnes); i++ {
			withOnes[i] = 1
		}
		in := matrixOf(withOnes, s.in+1, s.batch)
		y := matrixOf(make([]float32, s.out*s.batch), s.out, s.batch)
		l.Forward(y, in)
		for i, want := range forward64(at) {
			if d := float64(y.Data[i]) - want; d > 1e-5 || d < -1e-5 {
				t.Fatalf("%v: y[%d] = %g, want %g", s, i, y.Data[i], want)
			}
		}

		dx := matrixOf(make([]float32, s.in*s.batch), s.in, s.batch)
		dw := make([]float32, len(l.Weight))
		xt := make([]float32, (s.in+1)*s.batch)
		l.Backward(dx, dw, matrixOf(dy, s.out, s.batch), in, xt)
		loss := func(v variables) float64 { return dot(forward64(v), dy64) }
		checkGradients(t, loss, at, map[string][]float32{"weight": dw, "x": dx.Data}, max(s.batch, s.out))

		again := make([]float32, len(dw))
		l.Backward(kernel.Matrix{}, again, matrixOf(dy, s.out, s.batch), in, xt)
		for i := range dw {
			if dw[i] != again[i] {
				t.Fatalf("%v: without dx the gradient of weight %d is %g, not %g", s, i, again[i], dw[i])
			}
		}
	}
}
