//go:build goexperiment.simd && amd64 && !purego

package kernel

import "simd/archsimd"

// avx512 holds the twins for CPUs with AVX-512 (F, CD, BW, DQ and VL).
var avx512 = implementation{
	name: "avx512", matMul: matMulAVX512, relu: reluAVX512, reluGrad: reluGradAVX512,
	sumRows: sumRowsAVX512, addToRows: addToRowsAVX512,
	adam: adamAVX512, adamCatchUp: adamCatchUpAVX512, adamRows: adamRowsAVX512,
	distances8: distances8AVX512,
}

func load16(s []float32, i int) archsimd.Float32x16 {
	return archsimd.LoadFloat32x16((*[16]float32)(s[i:]))
}

func store16(x archsimd.Float32x16, s []float32, i int) { x.Store((*[16]float32)(s[i:])) }

func reluAVX512(x []float32) {
	var zero archsimd.Float32x16
	i := 0
	for ; i+16 <= len(x); i += 16 {
		v := load16(x, i) // not Max, whose result for NaN and −0 depends on its operands' order
		store16(zero.Merge(v, v.Less(zero)), x, i)
	}
	archsimd.ClearAVXUpperBits()
	reluPlain(x[i:])
}

func reluGradAVX512(d, y []float32) {
	var zero archsimd.Float32x16
	i := 0
	for ; i+16 <= len(d); i += 16 {
		store16(load16(d, i).Masked(load16(y, i).Greater(zero)), d, i)
	}
	archsimd.ClearAVXUpperBits()
	reluGradPlain(d[i:], y[i:])
}

func sumRowsAVX512(dst, table []float32, index []int32, value []float32) {
	value = value[:len(index)]
	for j := 0; j < len(dst); j += 16 {
		sum := load16(dst, j)
		for i, r := range index {
			sum = archsimd.BroadcastFloat32x16(value[i]).MulAdd(load16(table, int(r)*len(dst)+j), sum)
		}
		store16(sum, dst, j)
	}
	archsimd.ClearAVXUpperBits()
}

func addToRowsAVX512(table []float32, index []int32, value, src []float32) {
	value = value[:len(index)]
	for j := 0; j < len(src); j += 16 {
		x := load16(src, j)
		for i, r := range index {
			at := int(r)*len(src) + j
			store16(archsimd.BroadcastFloat32x16(value[i]).MulAdd(x, load16(table, at)), table, at)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func adamAVX512(w, m, v, g []float32, c Adam) {
	b1, b2 := archsimd.BroadcastFloat32x16(c.Beta1), archsimd.BroadcastFloat32x16(c.Beta2)
	r1, r2 := archsimd.BroadcastFloat32x16(c.Rest1), archsimd.BroadcastFloat32x16(c.Rest2)
	rate, eps := archsimd.BroadcastFloat32x16(c.Rate), archsimd.BroadcastFloat32x16(c.Eps)
	i := 0
	for ; i+16 <= len(w); i += 16 {
		x := load16(g, i)
		mi := b1.MulAdd(load16(m, i), r1.Mul(x))
		vi := b2.MulAdd(load16(v, i), r2.Mul(x).Mul(x))
		store16(mi, m, i)
		store16(vi, v, i)
		store16(load16(w, i).Sub(rate.Mul(mi).Div(vi.Sqrt().Add(eps))), w, i)
	}
	if i < len(w) { // the rest as one vector of its own, so that it rounds like the others
		var rw, rm, rv, rg [16]float32
		copy(rw[:], w[i:])
		copy(rm[:], m[i:])
		copy(rv[:], v[i:])
		copy(rg[:], g[i:])
		x := archsimd.LoadFloat32x16(&rg)
		mi := b1.MulAdd(archsimd.LoadFloat32x16(&rm), r1.Mul(x))
		vi := b2.MulAdd(archsimd.LoadFloat32x16(&rv), r2.Mul(x).Mul(x))
		mi.Store(&rm)
		vi.Store(&rv)
		archsimd.LoadFloat32x16(&rw).Sub(rate.Mul(mi).Div(vi.Sqrt().Add(eps))).Store(&rw)
		copy(w[i:], rw[:])
		copy(m[i:], rm[:])
		copy(v[i:], rv[:])
	}
	archsimd.ClearAVXUpperBits()
}

func adamCatchUpAVX512(w, moments []float32, width int, row []int32, shift, eps []float32) {
	shift, eps = shift[:len(row)], eps[:len(row)]
	for i, r := range row {
		s, e := archsimd.BroadcastFloat32x16(shift[i]), archsimd.BroadcastFloat32x16(eps[i])
		at := int(r) * width
		for j := at; j < at+width; j += 16 {
			m, v := load16(moments, at+j), load16(moments, at+j+width)
			store16(load16(w, j).Sub(s.Mul(m).Div(v.Sqrt().Add(e))), w, j)
		}
	}
	archsimd.ClearAVXUpperBits()
}

func adamRowsAVX512(w, moments, g []float32, width int, row []int32, decay1, decay2 []float32, c Adam) {
	r1, r2 := archsimd.BroadcastFloat32x16(c.Rest1), archsimd.BroadcastFloat32x16(c.Rest2)
	rate, eps := archsimd.BroadcastFloat32x16(c.Rate), archsimd.BroadcastFloat32x16(c.Eps)
	decay1, decay2 = decay1[:len(row)], decay2[:len(row)]
	for i, r := range row {
		b1, b2 := archsimd.BroadcastFloat32x16(decay1[i]), archsimd.BroadcastFloat32x16(decay2[i])
		at := int(r) * width
		for j := at; j < at+width; j += 16 {
			x := load16(g, i*width+j-at)
			m := b1.MulAdd(load16(moments, at+j), r1.Mul(x))
			v := b2.MulAdd(load16(moments, at+j+width), r2.Mul(x).Mul(x))
			store16(m, moments, at+j)
			store16(v, moments, at+j+width)
			store16(load16(w, j).Sub(rate.Mul(m).Div(v.Sqrt().Add(eps))), w, j)
		}
	}
	archsimd.ClearAVXUpperBits()
}
