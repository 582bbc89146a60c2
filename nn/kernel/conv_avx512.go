//go:build goexperiment.simd && amd64 && !purego

package kernel

import (
	"simd/archsimd"
	"unsafe"
)

// convolveAVX512 computes tiles of 4 pixels × 32 outputs, or 6 × 16 where a panel is narrower. Where
// pixels are missing at the end, a tile computes the last one several times: it reads all before it writes.
func convolveAVX512(out, in []float32, outAt, inAt []int32, pitch int, f *Filters, add bool, act Activation) {
	po, pi := unsafe.Pointer(&out[0]), unsafe.Pointer(&in[0])
	for _, p := range f.panels {
		for b := range f.blocks {
			t := newTile(f, b, pitch, p.width, add, act)
			w, bias := unsafe.Pointer(&p.weights[f.blocks[b].weights*p.width]), unsafe.Pointer(&p.bias[0])
			co, ai := unsafe.Add(po, 4*p.at), unsafe.Add(pi, 4*t.in)
			if p.width == 32 {
				tiles32AVX512(&t, co, ai, outAt, inAt, w, bias)
			} else {
				tiles16AVX512(&t, co, ai, outAt, inAt, w, bias)
			}
		}
	}
	archsimd.ClearAVXUpperBits()
}

func tiles32AVX512(t *tile, c, a unsafe.Pointer, outAt, inAt []int32, w, bias unsafe.Pointer) {
	last := len(inAt) - 1
	for i := 0; i <= last; i += 4 {
		j, k, l := min(i+1, last), min(i+2, last), min(i+3, last)
		convTile4x32AVX512(t, value(c, outAt[i]), value(c, outAt[j]), value(c, outAt[k]), value(c, outAt[l]),
			value(a, inAt[i]), value(a, inAt[j]), value(a, inAt[k]), value(a, inAt[l]), w, bias)
	}
}

func tiles16AVX512(t *tile, c, a unsafe.Pointer, outAt, inAt []int32, w, bias unsafe.Pointer) {
	last := len(inAt) - 1
	for i := 0; i <= last; i += 6 {
		j, k, l, m, n := min(i+1, last), min(i+2, last), min(i+3, last), min(i+4, last), min(i+5, last)
		convTile6x16AVX512(t, value(c, outAt[i]), value(c, outAt[j]), value(c, outAt[k]),
			value(c, outAt[l]), value(c, outAt[m]), value(c, outAt[n]),
			value(a, inAt[i]), value(a, inAt[j]), value(a, inAt[k]),
			value(a, inAt[l]), value(a, inAt[m]), value(a, inAt[n]), w, bias)
	}
}

// depthwiseAVX512 goes through the channels of four pixels at a time: their inputs lie together in memory,
// and the weights are loaded once for the four.
//
//go:nocheckptr
func depthwiseAVX512(out, in []float32, n, step, pitch int, f *DepthwiseFilters, floor float32, act Activation) {
	c := f.Channels
	taps := depthwiseTaps(c, pitch)
	lo, slope, top := archsimd.BroadcastFloat32x16(floor), archsimd.BroadcastFloat32x16(act.Slope), archsimd.BroadcastFloat32x16(act.Max)
	i := 0
	for ; i+4 <= n; i += 4 {
		for j := 0; j < c; j += 16 {
			p, w := unsafe.Pointer(&in[i*step+j]), f.at(j)
			s0 := archsimd.LoadFloat32x16(at16(w, 0))
			s1, s2, s3 := s0, s0, s0
			for _, tap := range taps {
				q := unsafe.Add(p, tap)
				w = unsafe.Add(w, 4*Lanes)
				v := archsimd.LoadFloat32x16(at16(w, 0))
				s0 = archsimd.LoadFloat32x16(at16(q, 0)).Max(lo).MulAdd(v, s0)
				s1 = archsimd.LoadFloat32x16(at16(q, 4*step)).Max(lo).MulAdd(v, s1)
				s2 = archsimd.LoadFloat32x16(at16(q, 8*step)).Max(lo).MulAdd(v, s2)
				s3 = archsimd.LoadFloat32x16(at16(q, 12*step)).Max(lo).MulAdd(v, s3)
			}
			to := out[i*c+j:]
			store16(slope.Mul(s0).Max(s0).Min(top), to, 0)
			store16(slope.Mul(s1).Max(s1).Min(top), to, c)
			store16(slope.Mul(s2).Max(s2).Min(top), to, 2*c)
			store16(slope.Mul(s3).Max(s3).Min(top), to, 3*c)
		}
	}
	for ; i < n; i++ {
		for j := 0; j < c; j += 16 {
			p, w := unsafe.Pointer(&in[i*step+j]), f.at(j)
			s := archsimd.LoadFloat32x16(at16(w, 0))
			for _, tap := range taps {
				w = unsafe.Add(w, 4*Lanes)
				s = archsimd.LoadFloat32x16(at16(p, tap)).Max(lo).MulAdd(archsimd.LoadFloat32x16(at16(w, 0)), s)
			}
			store16(slope.Mul(s).Max(s).Min(top), out, i*c+j)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func maxOfAVX512(dst, src []float32, at []int) {
	for j := 0; j < len(dst); j += 16 {
		x := load16(src, at[0]+j)
		for _, a := range at[1:] {
			x = load16(src, a+j).Max(x)
		}
		store16(x, dst, j)
	}
	archsimd.ClearAVXUpperBits()
}

// interpolateAVX512 does not fuse, so that it gives the same bits as the definition.
func interpolateAVX512(dst, a, b, mean []float32, part, divisor, subtract float32) {
	p, d, s := archsimd.BroadcastFloat32x16(part), archsimd.BroadcastFloat32x16(divisor), archsimd.BroadcastFloat32x16(subtract)
	i := 0
	for ; i+16 <= len(dst); i += 16 {
		x := load16(a, i)
		v := x.Add(load16(b, i).Sub(x).Mul(p))
		store16(v.Sub(load16(mean, i)).Div(d).Sub(s), dst, i)
	}
	archsimd.ClearAVXUpperBits()
	interpolatePlain(dst[i:], a[i:], b[i:], mean[i:], part, divisor, subtract)
}
