package kernel

import (
	"math/rand/v2"
	"testing"
)

func TestReLU_every_length(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for n := range 67 {
			for off := range 16 {
				x, d := newGuarded(rng, n, off), newGuarded(rng, n, off)
				for i := range min(n, 40) { // hard values in every lane
					x.v[i] = hard[rng.IntN(len(hard))]
				}
				in, din := x.clone(), d.clone()
				im.relu(x.v)
				im.reluGrad(d.v, in.v)
				for i, v := range in.v {
					want := v
					if v < 0 {
						want = 0
					}
					if !sameBits(x.v[i], want) {
						t.Fatalf("n=%d off=%d: relu(%g) = %g, want %g", n, off, v, x.v[i], want)
					}
					want = 0
					if v > 0 {
						want = din.v[i]
					}
					if !sameBits(d.v[i], want) {
						t.Fatalf("n=%d off=%d: gradient %g at %g = %g, want %g", n, off, din.v[i], v, d.v[i], want)
					}
				}
				x.check(t)
				d.check(t)
			}
		}
	})
}

func BenchmarkReLU(b *testing.B) {
	for _, im := range implementations() {
		b.Run(im.name, func(b *testing.B) {
			x := newGuarded(rand.New(rand.NewPCG(1, 1)), 50*32, 0)
			b.SetBytes(int64(4 * len(x.v)))
			for b.Loop() {
				im.relu(x.v)
			}
		})
	}
}
