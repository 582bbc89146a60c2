package nn

import (
	"math"
	"slices"
	"testing"
)

func TestRandom_glorot_is_uniform_between_its_limits(t *testing.T) {
	w := make([]float32, 1<<16)
	newRandom(1, 2).glorot(w, 100, 50)
	limit := math.Sqrt(6.0 / 150)
	var mean, square float64
	for _, x := range w {
		if math.Abs(float64(x)) > limit {
			t.Fatalf("%g is beyond %g", x, limit)
		}
		mean += float64(x) / float64(len(w))
		square += float64(x) * float64(x) / float64(len(w))
	}
	// A uniform distribution between ±l has variance l²/3, and x² has variance 4l⁴/45; four standard errors.
	n := math.Sqrt(float64(len(w)))
	if math.Abs(mean) > 4*limit/math.Sqrt(3)/n || math.Abs(square-limit*limit/3) > 4*limit*limit*math.Sqrt(4.0/45)/n {
		t.Errorf("mean %g and mean square %g for the limit %g", mean, square, limit)
	}
	if slices.Max(w) < float32(0.999*limit) || slices.Min(w) > float32(-0.999*limit) {
		t.Errorf("from %g to %g for the limit %g", slices.Min(w), slices.Max(w), limit)
	}
}

func TestRandom_shuffle_makes_every_order(t *testing.T) {
	rng := newRandom(1, 2)
	count := map[[4]int32]int{}
	const n = 24_000
	for range n {
		x := [4]int32{0, 1, 2, 3}
		rng.shuffle(x[:])
		count[x]++
	}
	for order, c := range count {
		if math.Abs(float64(c)-1000) > 5*math.Sqrt(1000) {
			t.Errorf("%v came %d times in %d", order, c, n)
		}
	}
	if len(count) != 24 {
		t.Errorf("%d orders of 4 numbers", len(count))
	}
}
