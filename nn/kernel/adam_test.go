package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

var testAdam = Adam{Beta1: 0.9, Beta2: 0.999, Rest1: 0.1, Rest2: 0.001, Rate: 0.01, Eps: 1e-7}

// adam64 is the definition in float64 for one weight. limit is how far float32 may be off: each of the
// moments is a sum of two products, and the quotient takes over their relative errors and adds five of
// its own.
func adam64(w, m, v, g, b1, b2 float64, c Adam) (w1, m1, v1, limitW, limitM, limitV float64) {
	m1 = b1*m + float64(c.Rest1)*g
	v1 = b2*v + float64(c.Rest2)*g*g
	move := float64(c.Rate) * m1 / (math.Sqrt(v1) + float64(c.Eps))
	limitM = 3 * unit * (math.Abs(b1*m) + math.Abs(float64(c.Rest1)*g))
	limitV = 4 * unit * v1
	limitMove := float64(c.Rate)*limitM/(math.Sqrt(v1)+float64(c.Eps)) + 8*unit*math.Abs(move)
	return w - move, m1, v1, limitMove + unit*(math.Abs(w)+math.Abs(move)), limitM, limitV
}

func TestAdam_every_length(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for n := range 67 {
			for off := range 16 {
				w, m, v, g := newGuarded(rng, n, off), newGuarded(rng, n, off), newGuarded(rng, n, off), newGuarded(rng, n, off)
				for i, x := range v.v {
					v.v[i] = x * x
				}
				if n > 3 { // a weight that never had a gradient stays where it is
					m.v[3], v.v[3], g.v[3] = 0, 0, 0
				}
				ow, om, ov := w.clone(), m.clone(), v.clone()
				im.adam(w.v, m.v, v.v, g.v, testAdam)
				for i := range n {
					ww, wm, wv, lw, lm, lv := adam64(float64(ow.v[i]), float64(om.v[i]), float64(ov.v[i]), float64(g.v[i]), float64(testAdam.Beta1), float64(testAdam.Beta2), testAdam)
					near(t, w.v[i], ww, lw, "n=%d i=%d w", n, i)
					near(t, m.v[i], wm, lm, "n=%d i=%d m", n, i)
					near(t, v.v[i], wv, lv, "n=%d i=%d v", n, i)
				}
				for _, s := range []guarded{w, m, v, g} {
					s.check(t)
				}
			}
		}
	})
}

func TestAdam_same_bits_wherever_a_weight_stands(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		for n := 1; n < 40; n++ {
			w, m, v, g := make([]float32, n), make([]float32, n), make([]float32, n), make([]float32, n)
			for i := range w {
				w[i], m[i], v[i], g[i] = 0.3, 0.7, 0.11, -0.13
			}
			im.adam(w, m, v, g, testAdam)
			for i := range w {
				if w[i] != w[0] || m[i] != m[0] || v[i] != v[0] {
					t.Fatalf("n=%d: weight %d became %v, weight 0 became %v", n, i, w[i], w[0])
				}
			}
		}
	})
}

func TestAdamRows_step_and_catch_up(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, width := range []int{16, 32, 48} {
			for n := range 6 {
				const rows = 7
				w, moments := newGuarded(rng, rows*width, n), newGuarded(rng, 2*rows*width, n)
				first := func(j int) int { return j/width*2*width + j%width } // in moments, of weight j
				second := func(j int) int { return first(j) + width }
				g, d1, d2 := newGuarded(rng, n*width, n), newGuarded(rng, n, 1), newGuarded(rng, n, 2)
				for j := range w.v {
					moments.v[second(j)] *= moments.v[second(j)]
				}
				row := make([]int32, n)
				touched := map[int]int{}
				for i, p := range rng.Perm(rows)[:n] {
					row[i] = int32(p)
					touched[p] = i
					d1.v[i], d2.v[i] = rng.Float32(), rng.Float32()
				}
				ow, old := w.clone(), moments.clone()
				im.adamRows(w.v, moments.v, g.v, width, row, d1.v, d2.v, testAdam)
				for j := range rows * width {
					i, ok := touched[j/width]
					if !ok {
						if w.v[j] != ow.v[j] || moments.v[first(j)] != old.v[first(j)] || moments.v[second(j)] != old.v[second(j)] {
							t.Fatalf("row %d changed and is not listed", j/width)
						}
						continue
					}
					ww, wm, wv, lw, lm, lv := adam64(float64(ow.v[j]), float64(old.v[first(j)]), float64(old.v[second(j)]), float64(g.v[i*width+j%width]), float64(d1.v[i]), float64(d2.v[i]), testAdam)
					near(t, w.v[j], ww, lw, "w %d", j)
					near(t, moments.v[first(j)], wm, lm, "m %d", j)
					near(t, moments.v[second(j)], wv, lv, "v %d", j)
				}
				ow = w.clone()
				im.adamCatchUp(w.v, moments.v, width, row, d1.v, d2.v)
				for j := range rows * width {
					want, move := float64(ow.v[j]), 0.0
					if i, ok := touched[j/width]; ok {
						move = float64(d1.v[i]) * float64(moments.v[first(j)]) / (math.Sqrt(float64(moments.v[second(j)])) + float64(d2.v[i]))
					}
					near(t, w.v[j], want-move, unit*(math.Abs(want)+6*math.Abs(move)), "catch up %d", j)
				}
				for _, s := range []guarded{w, moments, g, d1, d2} {
					s.check(t)
				}
			}
		}
	})
}

func TestAdam_hard_values_follow_the_definition(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		for _, x := range hard {
			w, m, v, g := make([]float32, 17), make([]float32, 17), make([]float32, 17), make([]float32, 17)
			pw, pm, pv := make([]float32, 17), make([]float32, 17), make([]float32, 17)
			for i := range g {
				g[i] = x
			}
			im.adam(w, m, v, g, testAdam)
			adamPlain(pw, pm, pv, g, testAdam)
			for i := range w {
				for _, p := range [][2]float32{{w[i], pw[i]}, {m[i], pm[i]}, {v[i], pv[i]}} {
					// A start from zero has no sum to round, so that only the quotient may differ.
					if got, want := float64(p[0]), float64(p[1]); !sameBits(p[0], p[1]) && !(math.Abs(got-want) <= 4*unit*math.Abs(want)) {
						t.Errorf("gradient %g: got %g, want %g", x, got, want)
					}
				}
			}
		}
	})
}

func BenchmarkAdam(b *testing.B) {
	for _, im := range implementations() {
		b.Run(im.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			const n = 7406 // the opinion network's dense layers
			w, m, v, g := newGuarded(rng, n, 0), newGuarded(rng, n, 0), make([]float32, n), newGuarded(rng, n, 0)
			b.SetBytes(4 * 7 * n)
			for b.Loop() {
				im.adam(w.v, m.v, v, g.v, testAdam)
			}
		})
	}
}
