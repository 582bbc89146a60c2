package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

func TestRows_every_width_and_count(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for _, width := range []int{0, 16, 32, 48, 64} {
			for n := range 9 {
				for off := range 16 {
					const rows = 5
					table, dst := newGuarded(rng, rows*width, off), newGuarded(rng, width, 15-off)
					value := newGuarded(rng, n, off)
					index := make([]int32, n)
					for i := range index {
						index[i] = int32(rng.IntN(rows)) // repeats
					}
					oldDst, oldTable := dst.clone(), table.clone()
					im.sumRows(dst.v, table.v, index, value.v)
					for j := range width {
						sum, size := float64(oldDst.v[j]), math.Abs(float64(oldDst.v[j]))
						for i, r := range index {
							x := float64(value.v[i]) * float64(table.v[int(r)*width+j])
							sum += x
							size += math.Abs(x)
						}
						near(t, dst.v[j], sum, float64(2*n)*unit*size, "sum width=%d n=%d j=%d", width, n, j)
					}
					src := dst
					im.addToRows(table.v, index, value.v, src.v)
					for r := range rows {
						for j := range width {
							sum := float64(oldTable.v[r*width+j])
							size := math.Abs(sum)
							for i, q := range index {
								if int(q) == r {
									x := float64(value.v[i]) * float64(src.v[j])
									sum += x
									size += math.Abs(x)
								}
							}
							near(t, table.v[r*width+j], sum, float64(2*n)*unit*size, "add width=%d n=%d r=%d j=%d", width, n, r, j)
						}
					}
					table.check(t)
					dst.check(t)
					value.check(t)
				}
			}
		}
	})
}

func TestRows_hard_values_follow_the_definition(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		for _, x := range hard {
			for _, y := range hard {
				table, dst, value := make([]float32, 16), make([]float32, 16), []float32{x}
				for i := range table {
					table[i] = y
				}
				im.sumRows(dst, table, []int32{0}, value)
				if !sameProduct(dst[3], x, y) {
					t.Errorf("sum %g·%g: got %g, want %g", x, y, dst[3], 0+x*y)
				}
				clear(dst)
				im.addToRows(dst, []int32{0}, value, table)
				if !sameProduct(dst[15], x, y) {
					t.Errorf("add %g·%g: got %g, want %g", x, y, dst[15], 0+x*y)
				}
			}
		}
	})
}

func TestRows_refuse_indices_outside_the_table(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		for _, r := range []int32{-1, 2, math.MaxInt32, math.MinInt32} {
			for name, f := range map[string]func(table, row []float32){
				"sum": func(table, row []float32) { im.sumRows(row, table, []int32{r}, []float32{1}) },
				"add": func(table, row []float32) { im.addToRows(table, []int32{r}, []float32{1}, row) },
				"catch up": func(table, row []float32) {
					im.adamCatchUp(table, make([]float32, 64), 16, []int32{r}, []float32{1}, []float32{1})
				},
				"step": func(table, row []float32) {
					im.adamRows(table, make([]float32, 64), row, 16, []int32{r}, []float32{1}, []float32{1}, Adam{})
				},
			} {
				func() {
					defer func() {
						if recover() == nil {
							t.Errorf("%s: row %d of 2: no panic", name, r)
						}
					}()
					f(make([]float32, 32), make([]float32, 16))
				}()
			}
		}
	})
}

func BenchmarkSumRows(b *testing.B) {
	for _, im := range implementations() {
		b.Run(im.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			table, value := newGuarded(rng, 16000*16, 0), newGuarded(rng, 40, 0)
			index := make([]int32, 40)
			for i := range index {
				index[i] = int32(rng.IntN(16000))
			}
			dst := make([]float32, 16)
			for b.Loop() {
				im.sumRows(dst, table.v, index, value.v)
			}
		})
	}
}
