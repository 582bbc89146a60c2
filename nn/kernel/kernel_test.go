package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"os"
	"testing"
)

// unit is the rounding unit of float32: half the distance between 1 and the next number.
const unit = 1.0 / (1 << 24)

// guard is a value that no test computes; it stands round every slice that a kernel may write.
const guard = -1.25e30

const guards = 32

// guarded is a slice with guard values on both sides, so that a write beyond either end shows, and a read
// beyond it spoils the result.
type guarded struct {
	v   []float32
	all []float32
}

// newGuarded returns n normally distributed values that begin off values after a 64-byte boundary or so.
func newGuarded(rng *rand.Rand, n, off int) guarded {
	all := make([]float32, guards+off+n+guards)
	for i := range all {
		all[i] = guard
	}
	v := all[guards+off : guards+off+n : guards+off+n]
	for i := range v {
		v[i] = float32(rng.NormFloat64())
	}
	return guarded{v, all}
}

func (g guarded) check(t *testing.T) {
	t.Helper()
	before := len(g.all) - guards - len(g.v)
	for i, x := range g.all {
		if (i < before || i >= before+len(g.v)) && x != guard {
			t.Fatalf("wrote at %d, outside of 0 to %d", i-before, len(g.v))
		}
	}
}

func (g guarded) clone() guarded {
	all := append([]float32(nil), g.all...)
	before := len(all) - guards - len(g.v)
	return guarded{all[before : before+len(g.v) : before+len(g.v)], all}
}

// eachImplementation runs a test for every implementation of this machine. ANIMO_REQUIRE_SIMD=avx512 (or
// avx2) makes it a failure that the named one is not there.
func eachImplementation(t *testing.T, test func(t *testing.T, im implementation)) {
	list := implementations()
	if want := os.Getenv("ANIMO_REQUIRE_SIMD"); want != "" {
		found := false
		for _, im := range list {
			found = found || im.name == want
		}
		if !found {
			t.Fatalf("no implementation %q here", want)
		}
	}
	for _, im := range list {
		t.Run(im.name, func(t *testing.T) { test(t, im) })
	}
}

// near fails unless got is within limit of want, or both are the same NaN or infinity.
func near(t *testing.T, got float32, want, limit float64, where string, args ...any) {
	t.Helper()
	g := float64(got)
	if g == want || math.IsNaN(g) && math.IsNaN(want) || math.Abs(g-want) <= limit {
		return
	}
	t.Fatalf("%s: got %g, want %g ± %g", fmt.Sprintf(where, args...), g, want, limit)
}

var hard = []float32{
	0, float32(math.Copysign(0, -1)), 1, -1, math.SmallestNonzeroFloat32, -math.SmallestNonzeroFloat32, 1e-39,
	float32(math.Inf(1)), float32(math.Inf(-1)), float32(math.NaN()), math.MaxFloat32, -math.MaxFloat32,
}

// sameBits compares bits, with all NaN alike.
func sameBits(a, b float32) bool {
	return math.Float32bits(a) == math.Float32bits(b) || a != a && b != b
}

// sameProduct compares bits of a sum of zero and one product. A fused sum keeps the sign of a product too
// small for float32, where the plain sum gives +0.
func sameProduct(got, x, y float32) bool {
	want := 0 + x*y
	return sameBits(got, want) || got == 0 && want == 0 && x != 0 && y != 0
}
