package kernel

import (
	"math"
	"math/rand/v2"
	"testing"
)

// bytesOf returns n values over the whole range that begin off values into their array.
func bytesOf(rng *rand.Rand, n, off int) []int8 {
	all := make([]int8, off+n)
	for i := range all {
		all[i] = int8(rng.IntN(256) - 128)
	}
	return all[off:]
}

func TestDistances8_every_count_and_width(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		rng := rand.New(rand.NewPCG(1, 2))
		for width := 0; width <= 160; width += ByteLanes {
			for rows := range 13 {
				for off := range 8 {
					x, table := bytesOf(rng, width, off), bytesOf(rng, rows*width, 7-off)
					const guard = math.MinInt32
					all := make([]int32, rows+2)
					for i := range all {
						all[i] = guard
					}
					dst := all[1 : rows+1]
					im.distances8(dst, x, table)
					for i := range dst {
						want := int32(0)
						for j := range x {
							d := int32(x[j]) - int32(table[i*width+j])
							want += d * d
						}
						if dst[i] != want {
							t.Fatalf("width=%d rows=%d off=%d: row %d is at %d, want %d", width, rows, off, i, dst[i], want)
						}
					}
					if all[0] != guard || all[rows+1] != guard {
						t.Fatalf("width=%d rows=%d off=%d: wrote outside", width, rows, off)
					}
				}
			}
		}
	})
}

func TestDistances8_extremes_do_not_overflow(t *testing.T) {
	eachImplementation(t, func(t *testing.T, im implementation) {
		const width = 1 << 15
		x, table := make([]int8, width), make([]int8, 4*width)
		for i := range x {
			x[i] = -128
		}
		for i := range table {
			table[i] = 127
		}
		dst := make([]int32, 4)
		im.distances8(dst, x, table)
		for _, d := range dst {
			if d != 255*255*width {
				t.Errorf("got %d, want %d", d, 255*255*width)
			}
		}
	})
}

func TestDistances8_refuses_wrong_shapes(t *testing.T) {
	for name, f := range map[string]func(){
		"width":       func() { Distances8(make([]int32, 1), make([]int8, 31), make([]int8, 31)) },
		"too wide":    func() { Distances8(nil, make([]int8, 1<<16), nil) },
		"short table": func() { Distances8(make([]int32, 2), make([]int8, 32), make([]int8, 63)) },
		"long table":  func() { Distances8(make([]int32, 2), make([]int8, 32), make([]int8, 65)) },
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

func BenchmarkDistances8(b *testing.B) {
	for _, im := range implementations() {
		b.Run(im.name, func(b *testing.B) {
			rng := rand.New(rand.NewPCG(1, 1))
			x, table := bytesOf(rng, 128, 0), bytesOf(rng, 50_000*128, 0)
			dst := make([]int32, 50_000)
			b.SetBytes(int64(len(table)))
			for b.Loop() {
				im.distances8(dst, x, table)
			}
		})
	}
}
