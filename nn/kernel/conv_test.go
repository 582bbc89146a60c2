package kernel

import (
	"fmt"
	"math"
	"math/rand/v2"
	"testing"
	"time"
)

// eachConvolver runs a test for every set of twins of this machine.
func eachConvolver(t *testing.T, test func(t *testing.T, cv convolver)) {
	for _, cv := range convolvers() {
		t.Run(cv.name, func(t *testing.T) { test(t, cv) })
	}
}

func TestConvolve_equals_sum_of_products(t *testing.T) {
	eachConvolver(t, func(t *testing.T, cv convolver) {
		rng := rand.New(rand.NewPCG(5, 6))
		for _, outputs := range []int{1, 7, 16, 21, 32, 40, 48, 64, 80, 96, 112, 128, 144, 256} {
			for _, pixels := range []int{1, 2, 3, 4, 5, 6, 7, 8, 11, 24} {
				for _, shape := range [][2]int{{1, 1}, {1, 3}, {1, 32}, {3, 9}, {3, 2}, {3, 96}, {1, 300}, {7, 21}} {
					checkConvolve(t, cv, rng, pixels, outputs, shape[0], shape[1], rng.IntN(2) == 0)
				}
			}
		}
	})
}

func checkConvolve(t *testing.T, cv convolver, rng *rand.Rand, pixels, outputs, segments, run int, add bool) {
	t.Helper()
	where := fmt.Sprintf("%d pixels, %d outputs, %d×%d terms, add=%v", pixels, outputs, segments, run, add)
	weights := newGuarded(rng, segments*run*outputs, 0)
	bias := newGuarded(rng, outputs, 0)
	f := PackFilters(Matrix{weights.v, segments * run, outputs, outputs}, bias.v, segments)
	pitch := run + rng.IntN(9)
	step := 1 + rng.IntN(2*run)
	in := newGuarded(rng, (pixels-1)*step+(segments-1)*pitch+run, rng.IntN(16))
	gap := rng.IntN(3)
	out := newGuarded(rng, pixels*(f.Stride+gap)-gap, rng.IntN(16))
	before := out.clone()
	outAt, inAt := make([]int32, pixels), make([]int32, pixels)
	for i, j := range rng.Perm(pixels) {
		outAt[i], inAt[i] = int32(j*(f.Stride+gap)), int32(j*step)
	}
	act := []Activation{Linear, Clip0, Clip06, {0.1, math.MaxFloat32}}[rng.IntN(4)]
	cv.convolve(out.v, in.v, outAt, inAt, pitch, f, add, act)
	for i := range pixels {
		for n := range f.Stride {
			var sum, size float64
			at := int(outAt[i]) + n
			if n < outputs {
				sum = float64(bias.v[n])
			}
			if add {
				sum += float64(before.v[at])
			}
			size = math.Abs(sum)
			for s := range segments {
				for k := range run {
					if n < outputs {
						x := float64(in.v[int(inAt[i])+s*pitch+k]) * float64(weights.v[(s*run+k)*outputs+n])
						sum += x
						size += math.Abs(x)
					}
				}
			}
			want := math.Min(math.Max(sum, float64(act.Slope)*sum), float64(act.Max))
			near(t, out.v[at], want, 2*float64(segments*run+2)*unit*size, "%s: pixel %d, output %d", where, i, n)
		}
		for j := range gap {
			if at := int(outAt[i]) + f.Stride + j; at < len(out.v) && out.v[at] != before.v[at] {
				t.Fatalf("%s: wrote between the pixels", where)
			}
		}
	}
	in.check(t)
	out.check(t)
}

// Which pixels are computed together must not show in the results, and the vector twins agree to the bit.
func TestConvolve_does_not_depend_on_tiling(t *testing.T) {
	rng := rand.New(rand.NewPCG(7, 8))
	const pixels, run, outputs = 23, 300, 112
	w := newGuarded(rng, run*outputs, 0)
	f := PackFilters(Matrix{w.v, run, outputs, outputs}, make([]float32, outputs), 1)
	in := newGuarded(rng, pixels*run, 0)
	outAt, inAt := make([]int32, pixels), make([]int32, pixels)
	for i := range pixels {
		outAt[i], inAt[i] = int32(i*f.Stride), int32(i*run)
	}
	var vector []float32
	eachConvolver(t, func(t *testing.T, cv convolver) {
		together, apart := make([]float32, pixels*f.Stride), make([]float32, pixels*f.Stride)
		cv.convolve(together, in.v, outAt, inAt, 0, f, false, Clip0)
		for i := range pixels {
			cv.convolve(apart, in.v, outAt[i:i+1], inAt[i:i+1], 0, f, false, Clip0)
		}
		for i, x := range together {
			if apart[i] != x {
				t.Fatalf("output %d: %g together, %g apart", i, x, apart[i])
			}
		}
		if cv.name == "plain" {
			return
		}
		for i, x := range vector {
			if together[i] != x {
				t.Fatalf("output %d: %g, another twin %g", i, together[i], x)
			}
		}
		vector = together
	})
}

func TestConvolve_refuses_pixels_outside(t *testing.T) {
	f := PackFilters(Matrix{make([]float32, 9), 9, 1, 1}, []float32{0}, 3)
	in, out := make([]float32, 23), make([]float32, 16)
	for name, call := range map[string]func(){
		"inputs beyond the end":   func() { Convolve(out, in, []int32{0}, []int32{1}, 10, f, false, Linear) },
		"inputs before the start": func() { Convolve(out, in, []int32{0}, []int32{-1}, 10, f, false, Linear) },
		"outputs beyond the end":  func() { Convolve(out, in, []int32{1}, []int32{0}, 10, f, false, Linear) },
		"lists of two lengths":    func() { Convolve(out, in, []int32{0, 0}, []int32{0}, 10, f, false, Linear) },
		"no segments":             func() { PackFilters(Matrix{make([]float32, 9), 9, 1, 1}, []float32{0}, 0) },
	} {
		t.Run(name, func(t *testing.T) {
			defer func() {
				if recover() == nil {
					t.Fatal("no panic")
				}
			}()
			call()
		})
	}
	Convolve(out, in, []int32{0}, []int32{0}, 10, f, false, Linear)
}

func TestDepthwise3x3_equals_sum_of_products(t *testing.T) {
	eachConvolver(t, func(t *testing.T, cv convolver) {
		rng := rand.New(rand.NewPCG(9, 10))
		for _, c := range []int{16, 32, 48, 128} {
			for n := 1; n < 10; n++ {
				for _, stride := range []int{1, 2} {
					weights, bias := newGuarded(rng, 9*c, 0).v, newGuarded(rng, c, 0).v
					f := PackDepthwise(weights, bias)
					pitch, step := (n*stride+2)*c+rng.IntN(5), stride*c
					in := newGuarded(rng, (n-1)*step+2*pitch+3*c, rng.IntN(16))
					out := newGuarded(rng, n*c, rng.IntN(16))
					floor := []float32{0, float32(math.Inf(-1))}[rng.IntN(2)]
					cv.depthwise(out.v, in.v, n, step, pitch, f, floor, Clip06)
					for i := range n {
						for j := range c {
							sum := float64(bias[j])
							size := math.Abs(sum)
							for y := range 3 {
								for x := range 3 {
									p := math.Max(float64(in.v[i*step+y*pitch+x*c+j]), float64(floor)) * float64(weights[(3*y+x)*c+j])
									sum += p
									size += math.Abs(p)
								}
							}
							near(t, out.v[i*c+j], math.Min(math.Max(sum, 0), 6), 20*unit*size, "%d channels, pixel %d of %d, channel %d", c, i, n, j)
						}
					}
					in.check(t)
					out.check(t)
				}
			}
		}
	})
}

// BenchmarkDepthwise takes a row of the face detectors: of YuNet at the side of a photo, and of SSD.
func BenchmarkDepthwise(b *testing.B) {
	for _, shape := range []struct{ n, c, stride int }{{480, 16, 1}, {240, 64, 1}, {64, 128, 1}, {32, 128, 2}, {32, 512, 1}} {
		b.Run(fmt.Sprintf("%dx%d/stride%d", shape.n, shape.c, shape.stride), func(b *testing.B) {
			f := PackDepthwise(make([]float32, 9*shape.c), make([]float32, shape.c))
			pitch := (shape.n*shape.stride + 2) * shape.c
			in, out := make([]float32, 3*pitch), make([]float32, shape.n*shape.c)
			for b.Loop() {
				Depthwise3x3(out, in, shape.n, shape.stride*shape.c, pitch, f, 0, Clip0)
			}
			b.ReportMetric(float64(b.N)*9*float64(shape.n*shape.c)/b.Elapsed().Seconds()/1e9, "GMAC/s")
		})
	}
}

func TestMaxOf_is_the_greatest(t *testing.T) {
	eachConvolver(t, func(t *testing.T, cv convolver) {
		rng := rand.New(rand.NewPCG(11, 12))
		for _, c := range []int{16, 32, 80} {
			for n := 1; n < 10; n++ {
				src := newGuarded(rng, 300, rng.IntN(16))
				dst := newGuarded(rng, c, rng.IntN(16))
				at := make([]int, n)
				for i := range at {
					at[i] = rng.IntN(300 - c + 1)
				}
				cv.maxOf(dst.v, src.v, at)
				for j, got := range dst.v {
					want := src.v[at[0]+j]
					for _, a := range at {
						want = max(want, src.v[a+j])
					}
					if got != want {
						t.Fatalf("channel %d: got %g, want %g", j, got, want)
					}
				}
				dst.check(t)
			}
		}
	})
}

func TestInterpolate_equals_the_definition_to_the_bit(t *testing.T) {
	eachConvolver(t, func(t *testing.T, cv convolver) {
		rng := rand.New(rand.NewPCG(13, 14))
		for n := range 70 {
			a, b, mean := newGuarded(rng, n, rng.IntN(16)), newGuarded(rng, n, rng.IntN(16)), newGuarded(rng, n, rng.IntN(16))
			dst := newGuarded(rng, n, rng.IntN(16))
			cv.interpolate(dst.v, a.v, b.v, mean.v, 0.3, 127.5, 1)
			for i, got := range dst.v {
				v := a.v[i] + float32((b.v[i]-a.v[i])*0.3)
				if want := float32((v-mean.v[i])/127.5) - 1; got != want {
					t.Fatalf("value %d of %d: got %g, want %g", i, n, got, want)
				}
			}
			dst.check(t)
		}
	})
}

// BenchmarkConvolve shows the shapes of the face networks that take the most time.
func BenchmarkConvolve(b *testing.B) {
	for _, s := range []struct{ pixels, segments, run, outputs int }{
		{256, 1, 32, 64}, {128, 1, 64, 128}, {128, 1, 128, 128}, {128, 1, 256, 256}, {128, 1, 512, 512}, {128, 1, 1024, 1024},
		{70, 3, 96, 32}, {34, 3, 192, 64}, {64, 3, 384, 128}, {16, 3, 768, 256}, {256, 3, 9, 32}, {49, 1, 256, 256}, {56, 1, 32, 32},
	} {
		for _, cv := range convolvers() {
			b.Run(fmt.Sprintf("%dx%dx%dx%d/%s", s.pixels, s.segments, s.run, s.outputs, cv.name), func(b *testing.B) {
				k := s.segments * s.run
				f := PackFilters(Matrix{make([]float32, k*s.outputs), k, s.outputs, s.outputs}, make([]float32, s.outputs), s.segments)
				in := make([]float32, (s.pixels+10)*k)
				out := make([]float32, s.pixels*f.Stride)
				outAt, inAt := make([]int32, s.pixels), make([]int32, s.pixels)
				for i := range outAt {
					outAt[i], inAt[i] = int32(i*f.Stride), int32(i*s.run/s.segments)
				}
				best := math.Inf(1)
				for b.Loop() {
					start := time.Now()
					cv.convolve(out, in, outAt, inAt, s.run, f, false, Clip06)
					best = min(best, time.Since(start).Seconds())
				}
				b.ReportMetric(2*float64(s.pixels*k*s.outputs)/best/1e9, "best-GFLOP/s")
			})
		}
	}
}
