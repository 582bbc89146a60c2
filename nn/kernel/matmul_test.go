package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
)

// productSizes are the lengths round the tiles' 4 and 8 rows and 8, 16 and 32 columns.
var productSizes = struct{ rows, cols, terms []int }{
	rows:  []int{1, 2, 3, 4, 5, 7, 8, 9, 15, 16, 50},
	cols:  []int{1, 2, 5, 7, 8, 9, 15, 16, 17, 21, 23, 24, 25, 31, 32, 33, 39, 47, 48, 49, 51, 64, 65},
	terms: []int{1, 2, 3, 16, 33},
}

func TestMatMul_equals_sum_of_products(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, m := range productSizes.rows {
			for _, n := range productSizes.cols {
				for _, k := range productSizes.terms {
					for _, transposed := range []bool{false, true} {
						checkProduct(t, im, rng, m, n, k, transposed)
					}
				}
			}
		}
	})
}

func checkProduct(t *testing.T, im implementation, rng *rand.Rand, m, n, k int, transposed bool) {
	t.Helper()
	padA, padB, padC := rng.IntN(3), rng.IntN(3), rng.IntN(3)
	ar, ac := m, k
	if transposed {
		ar, ac = k, m
	}
	// The data ends with the last element, so that a read of its padding would leave the slice.
	ga := newGuarded(rng, (ar-1)*(ac+padA)+ac, rng.IntN(16))
	gb := newGuarded(rng, (k-1)*(n+padB)+n, rng.IntN(16))
	gc := newGuarded(rng, (m-1)*(n+padC)+n, rng.IntN(16))
	a := Matrix{ga.v, ar, ac, ac + padA}
	b := Matrix{gb.v, k, n, n + padB}
	c := Matrix{gc.v, m, n, n + padC}
	old := gc.clone()
	aRow, aCol := a.Stride, 1
	if transposed {
		aRow, aCol = 1, a.Stride
	}
	im.matMul(c, a, b, aRow, aCol)
	for i := range m {
		for j := range n {
			var sum, size float64
			for p := range k {
				x := float64(a.Data[i*aRow+p*aCol]) * float64(b.Data[p*b.Stride+j])
				sum += x
				size += math.Abs(x)
			}
			// Each of the k products and k sums rounds once at most.
			near(t, c.Data[i*c.Stride+j], sum, 2*float64(k)*unit*size, "%dx%dx%d transposed=%v (%d,%d)", m, n, k, transposed, i, j)
		}
		for j := n; j < c.Stride && i < m-1; j++ {
			if at := i*c.Stride + j; c.Data[at] != old.v[at] {
				t.Fatalf("%dx%dx%d: wrote the padding at (%d,%d)", m, n, k, i, j)
			}
		}
	}
	ga.check(t)
	gb.check(t)
	gc.check(t)
}

func TestMatMul_hard_values_follow_the_definition(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		// One term: the product of every pair of hard values rounds once, so that all agree to the bit.
		n := len(hard)
		a, b := Matrix{hard, n, 1, 1}, Matrix{hard, 1, n, n}
		got := Matrix{make([]float32, n*n), n, n, n}
		im.matMul(got, a, b, 1, 1)
		for i, x := range hard {
			for j, y := range hard {
				if !sameProduct(got.Data[i*n+j], x, y) {
					t.Errorf("%g·%g: got %g, want %g", x, y, got.Data[i*n+j], 0+x*y)
				}
			}
		}
	})
}

func TestMatMul_vector_twins_agree_to_the_bit(t *testing.T) {
	list := implementations()
	if len(list) < 3 {
		t.Skipf("SKIPPED: only %d implementations here", len(list))
	}
	rng := rand.New(rand.NewPCG(3, 4))
	for _, n := range productSizes.cols {
		a, b := newGuarded(rng, 7*33, 0), newGuarded(rng, 33*n, 0)
		var results [2][]float32
		for i := range results {
			results[i] = make([]float32, 7*n)
			list[i].matMul(Matrix{results[i], 7, n, n}, Matrix{a.v, 7, 33, 33}, Matrix{b.v, 33, n, n}, 33, 1)
		}
		for i, x := range results[0] {
			if !sameBits(x, results[1][i]) {
				t.Fatalf("n=%d at %d: %s gives %g, %s gives %g", n, i, list[0].name, x, list[1].name, results[1][i])
			}
		}
	}
}

func TestMatMul_exported_shapes(t *testing.T) {
	a := Matrix{[]float32{1, 2, 3, 4, 5, 6}, 2, 3, 3}
	b := Matrix{[]float32{1, 0, 2, 1, 0, 3}, 3, 2, 2}
	c := Matrix{make([]float32, 4), 2, 2, 2}
	MatMul(c, a, b)
	if got, want := fmt.Sprint(c.Data), "[5 11 14 23]"; got != want {
		t.Errorf("A·B = %s, want %s", got, want)
	}
	MatMulTransA(c, b, b)
	if got, want := fmt.Sprint(c.Data), "[5 2 2 10]"; got != want {
		t.Errorf("Bᵀ·B = %s, want %s", got, want)
	}
	MatMul(c, Matrix{nil, 2, 0, 0}, Matrix{nil, 0, 2, 2})
	if got, want := fmt.Sprint(c.Data), "[0 0 0 0]"; got != want {
		t.Errorf("a sum over nothing = %s, want %s", got, want)
	}
	for name, f := range map[string]func(){
		"shapes":     func() { MatMul(c, a, a) },
		"transposed": func() { MatMulTransA(c, a, b) },
		"short data": func() { MatMul(Matrix{make([]float32, 3), 2, 2, 2}, a, b) },
		"stride":     func() { MatMul(c, Matrix{a.Data, 2, 3, 2}, b) },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s: no panic", name)
				}
			}()
			f()
		}()
	}
}

func BenchmarkMatMul(b *testing.B) {
	// The shapes of the opinion network's widest layer (forward, gradient of inputs, gradient of weights) and
	// of a 3×3 convolution over a 38×38 picture with 64 channels in and out.
	for _, s := range []struct {
		name    string
		m, n, k int
		transA  bool
	}{
		{"forward 40x32x51", 40, 32, 51, false},
		{"backward 50x32x40", 50, 32, 40, true},
		{"weights 40x51x32", 40, 51, 32, false},
		{"convolution 64x1444x576", 64, 1444, 576, false},
	} {
		for _, im := range implementations() {
			b.Run(s.name+"/"+im.name, func(b *testing.B) {
				rng := rand.New(rand.NewPCG(1, 1))
				a, x := newGuarded(rng, s.m*s.k, 0), newGuarded(rng, s.k*s.n, 0)
				c := Matrix{make([]float32, s.m*s.n), s.m, s.n, s.n}
				aRow, aCol := s.k, 1
				if s.transA {
					aRow, aCol = 1, s.m
				}
				for b.Loop() {
					im.matMul(c, Matrix{a.v, s.m, s.k, s.k}, Matrix{x.v, s.k, s.n, s.n}, aRow, aCol)
				}
				b.ReportMetric(2*float64(s.m*s.n*s.k)*float64(b.N)/float64(b.Elapsed().Nanoseconds()), "GFLOP/s")
			})
		}
	}
}
