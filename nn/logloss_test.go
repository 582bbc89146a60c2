package nn

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestLogLoss_and_gradient(t *testing.T) {
	rng := rand.New(rand.NewPCG(1, 2))
	for _, n := range []int{1, 6, 32} {
		z, z64 := normal(rng, n)
		y := make([]uint8, n)
		for i := range y {
			y[i] = uint8(rng.IntN(2))
		}
		loss64 := func(v variables) float64 {
			var sum float64
			for i, x := range v["z"] {
				p := 1 / (1 + math.Exp(-x))
				if y[i] == 0 {
					p = 1 - p
				}
				sum -= math.Log(p)
			}
			return sum / float64(n)
		}
		dz := make([]float32, n)
		got := LogLoss(dz, z, y)
		if want := loss64(variables{"z": z64}); math.Abs(got-want) > 1e-12 {
			t.Errorf("loss %g, want %g", got, want)
		}
		checkGradients(t, loss64, variables{"z": z64}, map[string][]float32{"z": dz}, 1)
	}
}

func TestLogLoss_is_finite_and_exact_for_every_logit(t *testing.T) {
	for _, c := range []struct {
		z           float32
		y           uint8
		loss, slope float64
	}{
		{0, 1, math.Ln2, -0.5},
		{1e4, 1, 0, 0},
		{1e4, 0, 1e4, 1},
		{-1e4, 1, 1e4, -1},
		{-1e4, 0, 0, 0},
		{-40, 0, 4.248354255291589e-18, 4.248354255291589e-18}, // e^−40
		{math.MaxFloat32, 0, math.MaxFloat32, 1},
	} {
		dz := make([]float32, 1)
		if loss := LogLoss(dz, []float32{c.z}, []uint8{c.y}); math.Abs(loss-c.loss) > 1e-12*c.loss {
			t.Errorf("z=%g y=%d: loss %g, want %g", c.z, c.y, loss, c.loss)
		}
		if d := math.Abs(float64(dz[0]) - c.slope); d > 1e-7*math.Abs(c.slope) {
			t.Errorf("z=%g y=%d: gradient %g, want %g", c.z, c.y, dz[0], c.slope)
		}
	}
	dz := make([]float32, 1)
	if loss := LogLoss(dz, []float32{float32(math.NaN())}, []uint8{1}); !math.IsNaN(loss) {
		t.Errorf("the loss of NaN is %g", loss)
	}
}

func TestSigmoid(t *testing.T) {
	for z, want := range map[float32]float64{0: 0.5, 1e4: 1, -1e4: 0, -40: 4.248354255291589e-18, 2: 0.8807970779778823} {
		if got := Sigmoid(z); math.Abs(got-want) > 1e-15*want {
			t.Errorf("sigmoid(%g) = %g, want %g", z, got, want)
		}
	}
}
