package nn

import (
	"math"
	"slices"
	"testing"
)

func TestDropout_share_scale_and_gradient(t *testing.T) {
	for _, rate := range []float64{0, 0.25, 0.5, 0.9} {
		const n = 1 << 16
		d := NewDropout(rate, n, 1)
		x, dx := make([]float32, n), make([]float32, n)
		for i := range x {
			x[i], dx[i] = 3, 5
		}
		d.Forward(x)
		d.Backward(dx)
		dropped := 0
		for i := range x {
			scale := 1 / (1 - rate)
			limit := scale * (scale/65536 + 1e-6) // the rate is rounded to 1/65536
			switch {
			case x[i] == 0 && dx[i] == 0:
				dropped++
			case math.Abs(float64(x[i])/3-scale) > limit || math.Abs(float64(dx[i])/5-scale) > limit:
				t.Fatalf("rate %g: 3 became %g, and its gradient 5 became %g", rate, x[i], dx[i])
			}
		}
		// Four standard deviations of a binomial distribution.
		if limit := 4 * math.Sqrt(n*rate*(1-rate)); math.Abs(float64(dropped)-n*rate) > limit {
			t.Errorf("rate %g: %d of %d dropped", rate, dropped, n)
		}
	}
}

func TestDropout_follows_from_the_seed(t *testing.T) {
	draw := func(seed uint64) []float32 {
		x := make([]float32, 480)
		for i := range x {
			x[i] = 1
		}
		NewDropout(0.25, 480, seed).Forward(x)
		return x
	}
	if !slices.Equal(draw(1), draw(1)) {
		t.Error("one seed, two results")
	}
	if slices.Equal(draw(1), draw(2)) {
		t.Error("two seeds, one result")
	}
	d, first, second := NewDropout(0.25, 480, 1), draw(1), make([]float32, 480)
	d.Forward(second)
	for i := range second {
		second[i] = 1
	}
	if d.Forward(second); slices.Equal(first, second) {
		t.Error("two steps drop the same")
	}
}
