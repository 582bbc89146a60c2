package nn

import (
	"math"
	"math/bits"
	"math/rand/v2"
)

// random draws what training needs. The numbers follow from seed and stream alone, by a generator whose
// sequence is fixed (PCG-DXSM), and never from how a library turns it into ranges.
type random struct{ *rand.PCG }

func newRandom(seed, stream uint64) random { return random{rand.NewPCG(seed, stream)} }

// below returns a number from 0 to n-1. Its bias, n/2⁶⁴, is not to be noticed.
func (r random) below(n int) int {
	hi, _ := bits.Mul64(r.Uint64(), uint64(n))
	return int(hi)
}

// shuffle puts x into a random order (Fisher and Yates).
func (r random) shuffle(x []int32) {
	for i := len(x) - 1; i > 0; i-- {
		j := r.below(i + 1)
		x[i], x[j] = x[j], x[i]
	}
}

// glorot fills w from the uniform distribution that Glorot and Bengio (2010, equation 16) give for a layer
// of in inputs and out units: between ±√(6/(in+out)).
func (r random) glorot(w []float32, in, out int) {
	limit := math.Sqrt(6 / float64(in+out))
	for i := range w {
		w[i] = float32(limit * (float64(r.Uint64()>>11)/(1<<52) - 1))
	}
}
